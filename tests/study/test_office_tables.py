"""Tables as offices publish them are read exactly, or refused: never wrong, never with a value lost in silence."""

from __future__ import annotations

import json
import random
import re
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from invented_offices import OFFICES, Maker
from office_tables import KINDS, Case, make_case
from read_both_ways import by_study, judged
from shapely.geometry import box

import growthpoles as gp
from growthpoles.errors import DataError, GrowthpolesError
from growthpoles.study.audit.file_audit import read_audit_file
from growthpoles.study.files.printed_subjects import is_no_subject
from growthpoles.study.files.problems import FAR_YEARS, LUNAR_YEARS
from growthpoles.study.guess_columns import guess_layer
from growthpoles.study.propose_study import quick_look
from growthpoles.study.read_published import read_blocks, read_sheets
from growthpoles.study.table_blocks import Block, find_blocks
from samples import samples


def outcome(case: Case) -> str:
    """Return "exact", "refused", or what is wrong."""
    try:
        return judged(by_study(case.table, case.boundaries, key="code"), case.truth)
    except GrowthpolesError:
        return "refused"


def hold(seeds: range, folder: Path, *, refused: float) -> None:
    """Read one random table per seed; at most a share of them may be refused."""
    results = []
    for seed in seeds:
        (folder / str(seed)).mkdir()
        case = make_case(seed, folder / str(seed))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = outcome(case)
        assert result in ("exact", "refused"), (seed, case.what, result)
        results.append(result)
    assert results.count("refused") <= refused * len(results)


@pytest.mark.long
def test_random_layouts(tmp_path: Path) -> None:
    hold(range(6, 11), tmp_path, refused=0.25)


@pytest.mark.slow
def test_many_random_layouts(tmp_path: Path) -> None:
    hold(range(100, 400), tmp_path, refused=0.1)


BOUNDARIES = ("Q1", "Q2", "Q3", "Q4"), ("North Hills", "South", "Bern / Berne", "Rioja, La")


def boundaries(folder: Path) -> Path:
    import geopandas as gpd
    from shapely.geometry import box

    shapes = [box(i, 45, i + 1, 46) for i in range(4)]
    frame = gpd.GeoDataFrame({"code": BOUNDARIES[0], "name": BOUNDARIES[1]}, geometry=shapes, crs=4326)
    frame.to_file(folder / "r.gpkg")
    return folder / "r.gpkg"


def table(folder: Path, text: str, **options: object) -> pd.DataFrame:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return gp.read_table(folder / "t.csv", boundaries=boundaries(folder), key="code", **options)


def test_flags_marks_and_signs(tmp_path: Path) -> None:
    rows = "North Hills 1);.097;(12);-\nSouth;1.5 p;3*;4\nBerne;2;x;7\nLa Rioja;3.25;1,200;9\nTotal;6;8;9\n"
    found = table(tmp_path, f"Survey\nArea;a 2020;b 2020;c 2020\n{rows}Source: the office\n")
    wide = found.pivot(index="region", columns="indicator", values="value")
    assert wide["a"].tolist() == [0.097, 1.5, 2, 3.25]
    assert wide["b"].tolist()[:2] == [-12, 3] and wide["b"].isna().tolist() == [False, False, True, False]
    assert wide["c"].isna().tolist() == [True, False, False, False]
    assert found.loc[found["flag"] != "", ["region", "indicator", "flag"]].values.tolist() == [  # noqa: PD011
        ["Q2", "a", "p"],
        ["Q2", "b", "*"],
    ]
    told = "\n".join(found.attrs["remarks"])
    assert "Total was taken for no region" in told and "zero at some offices" in told


def test_names_that_hold_the_words_of_identifiers_and_units(tmp_path: Path) -> None:
    """Whole numbers that repeat, under names in which "id", "number", "unit" or "source" is a part, are values."""
    rows = zip(("North Hills", "South", "Bern", "La Rioja"), (12, 7, 7, 31), strict=True)
    text = ";".join(("Territorial unit", *KINDS)) + "\n"
    text += "".join(";".join((name, *[str(value)] * len(KINDS))) + "\n" for name, value in rows)
    found = table(tmp_path, text, year=2020)
    assert set(found["indicator"]) == set(KINDS)
    assert (found.groupby("indicator")["value"].sum() == 57).all()


@pytest.mark.parametrize("name", ["FID", "OBJECTID", "region_id", "Код ОКАТО", "NUTS_ID", "iso", "Rank", "№"])
def test_identifiers_are_no_values(tmp_path: Path, name: str) -> None:
    text = f"Area;{name};income\nNorth Hills;2;1,5\nSouth;4;2,5\nBern;1;3\nLa Rioja;3;4\n"
    found = table(tmp_path, text, year=2020)
    assert set(found["indicator"]) == {"income"} and any(name in remark for remark in found.attrs["remarks"])


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (
            "Area;x 2020\nNorth Hills;1,234\nSouth;2,345\nBern;3,456\nLa Rioja;4,567\n",
            {},
            r'two ways.*; allowed: decimal="\.", thousands="," \(1234\), or decimal="," \(1\.234\)$',
        ),
        (
            "Area;x\nNorth Hills;1\nSouth;2\nBern;3\nLa Rioja;4\n",
            {},
            r"the year of .* not stated; allowed: year=YEAR, by",
        ),
        (
            "Area;x 2020\nNorth Hills;1\nSouth;2\nBern;3\nLa Rjoxa;4\n",
            {},
            r"'La Rjoxa' fits no region; allowed: aliases=\{'La Rjoxa': 'Q4'\}, "
            r"or ignore=\['La Rjoxa'\] where it is no region$",
        ),
        (
            "Area;x\nNorth Hills;1,234\nSouth;2,345\nBern;3,456\nLa Rjoxa;4,567\n",
            {},
            r"fits no region; the year .*two ways.*allowed: aliases=.* no region; year=YEAR, .*; decimal=\"\.\", th",
        ),
        (
            "Area;x 2020\nNorth Hills;1\nSouth;2\nBern;3\nFar Away;4\nYonder;4\nOver There;4\n",
            {},
            r"KEY being the region that the name means, or, of those that are no regions, "
            r"ignore=\['Far Away', 'Yonder', 'Over There'\]$",
        ),
        ("Area;x 2020\nNorth Hills;1\nSouth;2\nSouth;3\nBern;3\nLa Rioja;4\n", {}, "duplicate region 'South'"),
        ("Area;x 2020\nNorth Hills;1\nSouth;5 m\nBern;3\nLa Rioja;4\n", {}, "'5 m'"),
    ],
)
def test_what_nothing_decides_is_asked(tmp_path: Path, text: str, options: dict[str, object], words: str) -> None:
    with pytest.raises(GrowthpolesError, match=words):
        table(tmp_path, text, **options)


def test_answers_to_what_is_asked(tmp_path: Path) -> None:
    text = "Area;x\nNorth Hills;1,234\nSouth;2,345\nBern;3,456\nRjoxa;4,567\n"
    found = table(tmp_path, text, decimal=".", thousands=",", year=2020, aliases={"Rjoxa": "Q4"})
    assert found["value"].tolist() == [1234, 2345, 3456, 4567] and set(found["year"]) == {2020}


def test_a_look_lists_what_stands_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Title\nArea;2019;2020 (p)\nA;1;2\nB;3;..\n", encoding="utf-8")
    found = gp.quick_look(tmp_path / "t.csv")
    assert found.tables.loc[0, ["header", "key", "regions", "years"]].tolist() == ["2", "Area", 2, "2019, 2020"]
    assert "'..' was taken to mean" in found.summary() and "1 table, 2 remarks" in repr(found)


def test_a_row_that_the_reader_names_as_no_region_is_left_out_without_boundaries_too(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Area;2020\nNorth;1,5\nSouth;2,5\nAll of them;4,0\n", encoding="utf-8")
    table = gp.read_table(path, ignore=["All of them"])
    assert table["region"].tolist() == ["North", "South"]
    assert table.attrs["not_read"]["content"].tolist() == ["All of them"]


STATES = (
    "{}*",
    "{} (p)",
    "{}+",
    "{} prel.",
    "Prel. {}",
    "{} (provisional)",
    "1 January {}",
    "1 de enero de {}",
    "{} p/",
)


@pytest.mark.long
@pytest.mark.parametrize("state", STATES)
def test_a_year_with_its_state_is_that_year_of_the_same_indicator(tmp_path: Path, state: str) -> None:
    for heads in ("{}", "jobs {}"):
        years = heads.format("2019"), heads.format(state.format(2020) if "1 " not in state or heads == "{}" else 2020)
        names = zip(("North Hills", "South", "Bern", "La Rioja"), ((1, 5), (2.5, 6), (3, 7), (4, 8)), strict=True)
        text = ";".join(("Area", *years)) + "\n" + "".join(f"{n};{a};{b}\n" for n, (a, b) in names)
        found = table(tmp_path, text)
        assert len(set(found["indicator"])) == 1 and sorted(set(found["year"])) == [2019, 2020], (state, heads)


@pytest.mark.parametrize("part", ["1 Q 2021", "I кв. 2021", "2021M03", "Enero 2021", "3/2021", "2021-03", "H1 2021"])
def test_parts_of_a_year_are_no_year(tmp_path: Path, part: str) -> None:
    text = f"Area;2019;2020;{part}\nNorth Hills;1,5;2;7\nSouth;4;5;7\nBern;7;8;7\nLa Rioja;1;2;7\n"
    found = table(tmp_path, text)
    assert set(found["year"]) == {2019, 2020} and any(part in remark for remark in found.attrs["remarks"])


def monthly(kind: str) -> str:
    months = [f"M{month:02d}" for month in range(1, 13)]
    if kind == "across":
        return f"Area;Year;{';'.join(months)}\n" + "".join(
            f"{name};2020;{';'.join(f'{i},5' for i in range(12))}\n" for name in BOUNDARIES[1]
        )
    words = [pd.Timestamp(2020, month, 1).month_name() for month in range(1, 13)]
    rows = ((name, year, each) for name in BOUNDARIES[1] for year in (2020, 2021) for each in range(12))
    spelled = {
        "beside the year": lambda year, i: f"{year};{months[i]}",
        "in words": lambda year, i: f"{year};{words[i]}",
        "with the year": lambda year, i: f";{year}{months[i]}",
        "by quarters": lambda year, i: f"{year};Q{i + 1}" if i < 4 else "",
    }[kind]
    lines = [f"{name};{text};{i},5" for name, year, i in rows if (text := spelled(year, i))]
    return "Area;Year;Period;Value\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", ["across", "beside the year", "in words", "with the year", "by quarters"])
@pytest.mark.parametrize("known", [True, False])
def test_parts_of_a_year_are_told(tmp_path: Path, kind: str, known: bool) -> None:
    (tmp_path / "m.csv").write_text(monthly(kind), encoding="utf-8")
    borders = {"boundaries": boundaries(tmp_path), "key": "code"} if known else {}
    look = gp.quick_look(tmp_path / "m.csv", **borders)
    assert look.tables["regions"].tolist() == [4], look.lines
    assert any("parts of a year" in line and "nothing is summed" in line for line in look.lines)


@pytest.mark.long
def test_codes_of_a_long_table_are_no_values_whatever_the_columns_are_called(tmp_path: Path) -> None:
    for seed in range(40):
        rng = random.Random(seed)
        serial = list(range(start := rng.choice([1, 736420076, 10**7]), start + 900))
        serial = sorted(rng.sample(serial, 48)) if rng.random() < 0.5 or start == 1 else rng.sample(serial, 48)
        flag = rng.choice(["", "*", " p", " (r)"])
        heads = [
            "idhod" if start > 1 else "record",
            "sex_code",
            "level",
            rng.choice(["hodnota", "Persons", "x, total"]),
        ]
        lines = [";".join(["Area", "Year", "sex", *(f"{head}{rng.choice(['', ' *', ' 1)'])}" for head in heads)])]
        for name in BOUNDARIES[1]:
            for year in range(2015, 2021):
                for sex, code in (("men", "11"), ("women", "12")):
                    mark = flag if rng.random() < 0.1 else ""
                    number = str(serial[len(lines) - 1])
                    area = name + (" *" if rng.random() < 0.2 else "")
                    lines.append(f"{area};{year};{sex};{number}{mark};{code}{mark};97{mark};{rng.uniform(1, 9e5):.0f}")
        found = table(tmp_path, "\n".join(lines) + "\n")
        assert set(found["indicator"]) == {"men", "women"}, (seed, lines[:3], set(found["indicator"]))


def test_several_columns_of_numbers_beside_labels_are_told(tmp_path: Path) -> None:
    lines = ["Area;Year;sex;persons;depth"]
    for i, name in enumerate(BOUNDARIES[1]):
        for year in (2019, 2020):
            lines += [
                f"{name};{year};{sex};{(year - 2000) * i + j},5;{j}{i},25" for j, sex in enumerate(("men", "women"))
            ]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = gp.quick_look(tmp_path / "t.csv").remarks
    assert any("persons, depth hold numbers beside each label of sex" in text for text in told)


def sheets(folder: Path, heads: dict[int, tuple[str, str]]) -> Path:
    """Write a workbook of a sheet per year, with two merged header cells above two columns each."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for year, (left, right) in heads.items():
        page = book.create_sheet(str(year))
        page.append(["Area", left, "", right, ""])
        page.append(["", "aged 0 to 19", "Total", "aged 0 to 19", "Total"])
        for place in ("B1:C1", "D1:E1", "A1:A2"):
            page.merge_cells(place)
        for i, name in enumerate(BOUNDARIES[1]):
            page.append([name, *(year + i * 10.5 + j / 4 for j in range(4))])
    book.save(folder / "years.xlsx")
    return folder / "years.xlsx"


@pytest.mark.parametrize("mark", [" *", " 1)", "²", "†", " [note 3]", " (2)"])
def test_a_footnote_in_a_header_makes_no_other_indicator(tmp_path: Path, mark: str) -> None:
    path = sheets(tmp_path, {2019: ("Women", "Men"), 2020: (f"Women{mark}", "Men"), 2021: ("Women", f"Men{mark}")})
    found = gp.read_table(path, boundaries=boundaries(tmp_path), key="code")
    assert set(found["indicator"]) == {
        f"{who}, {what}" for who in ("Women", "Men") for what in ("aged 0 to 19", "Total")
    }
    assert len(found) == 48 and not found.duplicated(["region", "year", "indicator"]).any()


def test_indicators_that_are_not_in_every_year_are_told(tmp_path: Path) -> None:
    path = sheets(tmp_path, {2019: ("Women", "Men"), 2020: ("Women, thousand", "Men")})
    told = [line for line in gp.quick_look(path).lines if "not in every year" in line]
    assert len(told) == 1 and "'Women, Total' (2019)" in told[0] and "'Women, thousand, Total' (2020)" in told[0]
    proposal = gp.propose_study(tmp_path / "s", table=path, boundaries=boundaries(tmp_path), key="code")
    assert told[0] in proposal.undecided


def test_years_above_the_indicators(tmp_path: Path) -> None:
    text = "Area;2019;2019;2020;2020\n;men;women;men;women\n" + "".join(
        f"{name};{i};{i + 10};{i + 20};{i + 30}\n" for i, name in enumerate(BOUNDARIES[1], start=1)
    )
    found = table(tmp_path, text)
    sums = found.groupby(["indicator", "year"])["value"].sum()
    assert sums.to_dict() == {("men", 2019): 10, ("men", 2020): 90, ("women", 2019): 50, ("women", 2020): 130}


def test_codes_beside_labels_in_a_long_table_are_no_values(tmp_path: Path) -> None:
    lines = ["AREA;AREA_ID;SEX_CODE;SEX;TIME;CUBE;ROW;Value"]
    for i, name in enumerate(BOUNDARIES[1]):
        for sex, word in ((1, "men"), (2, "women")):
            for year in (2019, 2020):
                lines.append(f"{name};{900 + i};{sex};{word};{year};77;{4000 + 3 * len(lines)};{i + sex / 8:.3f}")
    found = table(tmp_path, "\n".join(lines) + "\n")
    assert set(found["indicator"]) == {"men", "women"} and len(found) == 16


def test_a_table_that_goes_on_below_or_beside_is_one_table(tmp_path: Path) -> None:
    a, b, c, d = BOUNDARIES[1]
    below = f"Area;2019;2020\n{a};1,5;2\n{b};3;4\n\nContinued\nArea;2019;2020\n{c};5;6\n{d};7;8\n"
    beside = f"Area;2019;2020;;Area;2019;2020\n{a};1,5;2;;{c};5;6\n{b};3;4;;{d};7;8\n"
    for text in (below, beside):
        found = table(tmp_path, text)
        assert len(set(found["indicator"])) == 1
        assert found.sort_values(["region", "year"])["value"].tolist() == [1.5, 2, 3, 4, 5, 6, 7, 8]


def test_codes_in_two_columns_are_joined(tmp_path: Path) -> None:
    import geopandas as gpd
    from shapely.geometry import box

    codes = [f"{state:02d}{county:03d}" for state in (1, 5, 35) for county in (1, 3, 127)]
    shapes = [box(i, 45, i + 1, 46) for i in range(9)]
    gpd.GeoDataFrame({"geoid": codes, "name": ["Lee", "Ada", "Kay"] * 3}, geometry=shapes, crs=4326).to_file(
        tmp_path / "c.gpkg"
    )
    rows = "".join(f"{int(code[:2])},{int(code[2:])},Lee,{i}.5\n" for i, code in enumerate(codes))
    (tmp_path / "c.csv").write_text(f"STATE,COUNTY,NAME,jobs 2020\n1,0,State,99.5\n{rows}", encoding="utf-8")
    found = gp.read_table(tmp_path / "c.csv", boundaries=tmp_path / "c.gpkg", key="geoid")
    assert dict(zip(found["region"], found["value"], strict=True)) == {code: i + 0.5 for i, code in enumerate(codes)}


def test_rows_of_regions_without_numbers_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"{name};;\nPeople;1,5;2\nIncome;3;4\n" for name in BOUNDARIES[1])
    with pytest.raises(GrowthpolesError, match="no table"):
        table(tmp_path, f"Area;2019;2020\n{rows}")


def test_more_names_than_regions_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name;x 2020\n" + "".join(f"P{i} a;1,5\n" for i in range(25_000)), encoding="utf-8")
    assert any("25000 different names" in line for line in gp.quick_look(tmp_path / "t.csv").lines)


@pytest.mark.parametrize("kind", ["gpkg", "shp", "fgb", "geojson", "topojson"])
def test_a_boundary_file_is_no_table_and_its_columns_are_shown(tmp_path, kind):
    import geopandas as gpd
    import shapely

    path = tmp_path / f"regions.{'json' if kind.endswith('json') else kind}"
    if kind == "topojson":
        square = {"type": "Polygon", "arcs": [[0]], "properties": {"code": "a1", "place": "North", "size": 7}}
        ring = [[70, 50], [71, 50], [71, 51], [70, 51], [70, 50]]
        held = {"type": "Topology", "objects": {"regions": {"type": "GeometryCollection", "geometries": [square]}}}
        path.write_text(json.dumps(held | {"arcs": [ring]}))
    else:
        columns = {"code": ["a1"], "place": ["North"], "size": [7]}
        layer = gpd.GeoDataFrame(columns, geometry=[shapely.box(70, 50, 71, 51)], crs="EPSG:4326")
        layer.to_file(path, driver="GeoJSON" if kind == "geojson" else None)
    with pytest.raises(DataError, match="a boundary file, and no table; allowed: growthpoles map"):
        gp.read_table(path)
    look = gp.quick_look(path)
    assert look.tables["column"].tolist()[-3:] == ["code", "place", "size"]
    assert look.tables.loc[look.tables["column"] == "code", "use"].str.contains("key").all()
    assert look.tables.loc[look.tables["column"] == "place", "use"].str.contains("name").all()
    first, *rest = look.lines
    assert first.startswith(f"{path.name}: boundaries, layer 'regions', ") and first.endswith("1 region")
    assert "EPSG:4326" in first or kind == "topojson"
    assert "column 'size': '7'" in "\n".join(rest)


ROWS = "Name;2020;2021\nNorth Hills;1,5;1,6\nSouth;2,5;2,6\n{between}Berne;3,5;3,6\nLa Rioja;4,5;4,6\n"


@pytest.mark.parametrize(
    "text",
    [
        ROWS.format(between="Name;2020;2021\n"),
        ROWS.format(between="\nName;2020;2021\n"),
        ROWS.format(between="").replace("2020;2021", "2020. gads;2021. gads").replace("Name", "Name (as of July 1)"),
        ROWS.format(between="").replace("2020;2021", "2020.0;2021.0"),
        ROWS.format(between="").replace("2020;2021", "за 2020 год;за 2021 год"),
        ROWS.format(between="").replace("2020;2021", "2020-yil;2021-yil"),
    ],
)
def test_pages_and_forms_of_years_give_one_indicator(tmp_path: Path, text: str) -> None:
    found = table(tmp_path, text)
    assert len(set(found["indicator"])) == 1 and sorted(found["year"].unique()) == [2020, 2021]
    assert found["value"].sum() == pytest.approx(24.4)


def test_a_row_without_a_code_is_left_out_and_told(tmp_path: Path) -> None:
    text = "code,area,2020\nQ1,North Hills,1.5\nQ2,South,2.5\n,Average,3\nQ3,Berne,3.5\nQ4,La Rioja,4.5\n"
    found = table(tmp_path, text)
    assert found["value"].tolist() == [1.5, 2.5, 3.5, 4.5] and "Average" in " ".join(found.attrs["remarks"])


@pytest.mark.parametrize("ditto", ["〃", "-//-"])
def test_a_sign_in_the_place_of_a_name_is_asked(tmp_path: Path, ditto: str) -> None:
    rows = "".join(f"{name},2020,{i}.5\n" for i, name in enumerate(["North Hills", "South", "Berne", "La Rioja"]))
    with pytest.raises(GrowthpolesError, match="fits no region"):
        table(tmp_path, f"area,year,jobs\n{rows}{ditto},2021,7.5\n")


def test_units_and_the_last_region_without_a_number(tmp_path: Path) -> None:
    found = table(
        tmp_path, "area,share 2020,jobs 2020\nNorth Hills,1.5 %,1\nSouth,2.5 %,2\nBerne,3.5 %,3\nLa Rioja,,\n"
    )
    assert found.attrs["units"] == {"share": "%"} and found["region"].nunique() == 4
    rows = "".join(
        f"{a},{k},{u},{i}.5\n" for i, a in enumerate(("North Hills", "South", "Berne", "La Rioja")) for k, u in UNITS
    )
    found = table(tmp_path, f"area,indicator,unit,value\n{rows}", year=2020)
    assert found.attrs["units"] == dict(UNITS)


UNITS = [("GDP", "mln"), ("Jobs", "1000")]


def test_coordinates_are_no_indicators(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        "area,lat,lon,jobs\nNorth Hills,41.5,60.1,1\nSouth,42.5,61.2,2\nBerne,43.5,6.5,3\nLa Rioja,4.5,5.5,4\n",
        year=2020,
    )
    assert set(found["indicator"]) == {"jobs"}


def test_a_blank_behind_a_closing_quote(tmp_path: Path) -> None:
    found = table(tmp_path, '"area","2020" \n"North Hills",1.5\n"South" ,2.5\n"Berne",3.5\n"La Rioja",4.5\n')
    assert found["value"].tolist() == [1.5, 2.5, 3.5, 4.5]


@pytest.mark.parametrize(
    "name", ["Unidades económicas", "Число предприятий, единиц", "Multiplier effects", "Unit sales"]
)
@pytest.mark.parametrize("gap", ["..", "[x]", ""])
def test_what_is_counted_in_units_is_no_column_of_units(name: str, gap: str, tmp_path: Path) -> None:
    rows = [("North Hills", "8 p", "11"), ("South", gap, "12"), ("Berne", "7", gap), ("La Rioja", "34", "14")]
    text = "".join(f"{region};2020;{a};{b}\n;2021;{b};{a}\n" for region, a, b in rows)
    found = table(tmp_path, f"Area;Year;{name};Jobs\n{text}")
    assert set(found["indicator"]) == {name, "Jobs"} and found.groupby("indicator")["value"].count().tolist() == [6, 6]


@pytest.mark.parametrize(
    ("title", "years", "first"),
    [
        ("ตาราง 10.2 ผลิตภัณฑ์จังหวัด พ.ศ. 2560 - 2563", ["2560", "2561", "2562", "2563p"], 2017),
        ("Gross Provincial Product (B.E.)", ["2560", "2561", "2562", "2563"], 2017),
        ("جدول ۱: تولید استان‌ها به تفکیک سال", ["۱۳۹۷", "۱۳۹۸", "۱۳۹۹", "۱۴۰۰"], 2018),
        ("中華民國統計", ["107年", "108年", "109年", "110年"], 2018),
    ],
)
def test_bare_years_of_another_era_are_read_and_told(title: str, years: list[str], first: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(first)
    rows = [f"Area {i}x;" + ";".join(str(v) for v in rng.integers(10_000, 99_999, 4)) for i in range(8)]
    path = tmp_path / "era.csv"
    path.write_text("\n".join([title, "", "Area;" + ";".join(years), *rows]), encoding="utf-8")
    found = gp.read_table(path)
    assert sorted(set(found["year"])) == list(range(first, first + 4))
    assert any("another era" in text for text in found.attrs["remarks"])


_IN_EAST = {
    "日本": (
        "都道府県",
        "北海道 青森県 岩手県 宮城県 秋田県",
        "{}年{} {}（{}年） {}年末{} {}（{}年、人） {}年度{}",
    ),
    "臺灣": ("縣市別", "新北市 臺北市 桃園市 屏東縣 高雄市", "{}年{} {}（{}年） {}年底{} {}年度{} 民國{}年{}"),
}


@pytest.mark.parametrize("seed", samples(range(60), 8))
@pytest.mark.parametrize("place", _IN_EAST)
def test_a_year_written_together_with_a_title_goes_from_it(place: str, seed: int, tmp_path: Path) -> None:
    """Eras within titles are read, and no sign for the year is left; spans and ages in years are no years."""
    rng = np.random.default_rng([57, seed])
    column, names, forms = _IN_EAST[place]
    year, what = int(rng.integers(2011, 2025)), str(rng.choice(["人口", "戶數", "就業者数"]))
    if place == "日本":
        told = rng.choice([str(year), f"令和{year - 2018}" if year > 2019 else f"平成{year - 1988}"])
    else:
        told = str(year - 1911)
    form = str(rng.choice([form for form in forms.split() if not (form.startswith("民國") and len(told) > 3)]))
    title = form.format(*((what, told) if form.startswith("{}（") else (told, what)))
    span = int(rng.choice([100, 110, 120, 140]))
    heads = (
        [f"築{span - 50}年未満", f"築{span}年以上"] if place == "日本" else [f"屋齡{span - 50}年以下", f"{span}年以上"]
    )
    rows = [f"{name},{a},{b}" for name, (a, b) in zip(names.split(), rng.integers(90, 999_999, (5, 2)), strict=True)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join([title, f"{column},{','.join(heads)}", *rows]), encoding="utf-8")
    found = gp.read_table(path)
    assert {*found["year"]} == {year}
    unit = "（人）" if form.endswith("人）") else ""
    assert {*found["indicator"]} == {f"{what}{unit}: {head}" for head in heads} or {*found["indicator"]} == {*heads}


_OF_IRAN = [
    ("جمعیت کشور برحسب استان", "استان", "{}", "مرکزی گیلان فارس تهران یزد قم لرستان گلستان"),
    ("", "استان", "جمعیت سال {}", "مرکزی گیلان فارس تهران یزد قم لرستان گلستان"),
    ("", "ولایت", "{}", "کابل پروان وردک لوگر غزنی بلخ پکتیا کندهار"),
    ("Unemployment rate by province", "Province", "{}", "Alborz Fars Gilan Isfahan Kerman Qom Tehran Yazd"),
    ("Births", "Province", "{} ({}-{})", "Balkh Farah Ghazni Helmand Khost Logar Paktia Zabul"),
]


@pytest.mark.parametrize("seed", samples(range(30), 5))
@pytest.mark.parametrize("shape", ["wide", "long", "dated"])
def test_bare_years_of_the_minguo_era(shape: str, seed: int, tmp_path: Path) -> None:
    """Across as "112年", down in a column that is named for years, and at the end of a title, in two languages."""
    rng = np.random.default_rng([56, seed])
    first, names = int(rng.integers(98, 113)), ["新北市", "臺北市", "桃園市", "臺中市", "臺南市", "高雄市"]
    values = rng.integers(1_000, 99_999, (len(names), 3))
    years = [first + i for i in range(3)]
    if shape == "wide":
        rows = [f"縣市別,{','.join(f'{year}年' for year in years)}"]
        rows += [f"{name},{a},{b},{c}" for name, (a, b, c) in zip(names, values, strict=True)]
    elif shape == "long":
        rows = [f"{rng.choice(['年度', '統計年度', '民國年', '統計年', '年別'])},縣市,失業人數"]
        rows += [
            f"{year},{name},{row[i]}" for i, year in enumerate(years) for name, row in zip(names, values, strict=True)
        ]
    else:
        years, values = years[:1], values[:, :2]
        right = f"End of {first + 1911}" if seed % 2 else ""
        rows = [
            "表1、各縣市戶數,,",
            f"中華民國{first}年底,,{right}",
            "區域別,戶數,人口數",
            "Locality,Households,Population",
        ]
        rows += [f"{name},{a},{b}" for name, (a, b) in zip(names, values, strict=True)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    if max(years) < 100 and shape != "dated":
        return  # "98年" may be short for 1998
    found = gp.read_table(path)
    assert sorted(set(found["year"])) == [year + 1911 for year in years]
    assert sorted(found["value"]) == sorted(values.ravel())
    assert any("another era" in text for text in found.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(40), 6))
@pytest.mark.parametrize(("title", "head", "form", "names"), _OF_IRAN)
def test_bare_years_of_the_iranian_calendar(
    title: str, head: str, form: str, names: str, seed: int, tmp_path: Path
) -> None:
    """Where words are Persian, places are Iranian or the source itself says the common year; growth beside them."""
    rng = np.random.default_rng([54, seed])
    first, digits = int(rng.integers(1380, 1401)), "0123456789" if seed % 2 or title[:1].isascii() else "۰۱۲۳۴۵۶۷۸۹"
    of_sheet = dict(zip(map(ord, "0123456789"), digits, strict=True))
    years = [first + i * (1 + seed % 5) for i in range(3)]
    heads = [form.format(str(year).translate(of_sheet), year + 621, (year + 622) % 100) for year in years]
    values = rng.integers(10_000, 99_999, (8, 3))
    growth = f";رشد سالانه {years[0]}-{years[-1]} (درصد)".translate(of_sheet) if "جمع" in title and seed % 3 else ""
    rows = [f"{name};{a};{b};{c}{growth and ';1.5'}" for name, (a, b, c) in zip(names.split(), values, strict=True)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join([*filter(None, [title]), f"{head};{';'.join(heads)}{growth}", *rows]), encoding="utf-8")
    found = gp.read_table(path)
    assert sorted(set(found["year"])) == [year + 621 for year in years]
    assert sorted(found["value"]) == sorted(values.ravel())
    assert "(" in form or any("another era" in text for text in found.attrs["remarks"])
    printed = {label for held in found.attrs["printed"].values() for label in held.values()}
    assert "(" in form or printed == ({*map(str, years)} if form == "{}" else set())


_LUNAR = [
    ("Population by Hijri year", "{}"), ("", "{} AH"), ("", "{}هـ"), ("", "Population {}H"),
    ("السكان حسب السنة الهجرية (هـ)", "{}"), ("", "{} هـ"), ("عدد المدارس", "عام {}هـ"),
]  # fmt: skip


def _of_lunar_years(first: int, title: str, form: str, digits: str) -> tuple[list[str], list[str]]:
    """Return the lines of a table whose years of the lunar calendar, or others out of range, stand across, and down."""
    rng = np.random.default_rng(first)
    years = [str(first + i).translate(dict(zip(map(ord, "0123456789"), digits, strict=True))) for i in range(3)]
    rows = [f"Area {i}x;" + ";".join(str(v) for v in rng.integers(10_000, 99_999, 3)) for i in range(8)]
    wide = [*([title] if title else []), "Area;" + ";".join(form.format(year) for year in years), *rows]
    column = "Hijri year" if (title, form) in _LUNAR else "Year"
    long = [f"Area;{column};People", *(f"Area {i}x;{year};{rng.integers(9_999)}" for year in years for i in range(8))]
    return wide, long


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩"])
@pytest.mark.parametrize("first", [1429, 1500])
@pytest.mark.parametrize(("title", "form"), [*_LUNAR, ("", "{}"), ("", "Population {}")])
def test_years_that_cannot_be_read_are_named(title: str, form: str, first: int, digits: str, tmp_path: Path) -> None:
    """Across and down; of the lunar calendar, 1429 and 1430 both begin in 2008."""
    path, lunar = tmp_path / "t.csv", (title, form) in _LUNAR
    if lunar and first == 1500:
        return
    for lines in _of_lunar_years(first, title, form, digits):
        path.write_text("\n".join(lines), encoding="utf-8")
        told = quick_look(path).summary()
        want = LUNAR_YEARS if lunar else FAR_YEARS
        assert want.format(years=", ".join(str(first + i) for i in range(3))) in told
        assert "years not stated" in told or "0 tables" in told


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩"])
@pytest.mark.parametrize(("first", "common"), [(1390, 1970), (1434, 2012), (1441, 2019)])
@pytest.mark.parametrize(("title", "form"), _LUNAR)
def test_years_of_the_lunar_calendar_are_the_common_ones_on_which_they_fall(
    title: str, form: str, first: int, common: int, digits: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    for lines in _of_lunar_years(first, title, form, digits):
        path.write_text("\n".join(lines), encoding="utf-8")
        found = gp.read_table(path)
        assert sorted(set(found["year"])) == [common, common + 1, common + 2] and len(found) == 24
        assert any("another era" in text for text in found.attrs["remarks"])
        assert not any(str(first + i) in each for i in range(3) for each in found["indicator"])


def test_numbers_of_the_size_of_lunar_years_stay_numbers(tmp_path: Path) -> None:
    path, rng = tmp_path / "t.csv", np.random.default_rng(3)
    rows = {f"Area {i}x": rng.integers(1320, 1499, 2).tolist() for i in range(9)} | {"AH": [1401, 1403]}
    path.write_text("\n".join(["Area;2019;2020", *(f"{name};{a};{b}" for name, (a, b) in rows.items())]))
    found = gp.read_table(path)
    assert found["value"].tolist() == [value for pair in rows.values() for value in pair]


YEARS_SAID = ["{}م", "{} م", "عام {}م", "{} ميلادي", "{} / {}", "سنة {}"]


@pytest.mark.parametrize("form", YEARS_SAID)
def test_common_years_of_arabic_tables(form: str, tmp_path: Path) -> None:
    path, rng = tmp_path / "t.csv", np.random.default_rng(1)
    lunar = {2019: 1440, 2020: 1441, 2021: 1442}
    heads = [form.format(*([lunar[year], year] if "/" in form else [year])) for year in lunar]
    rows = [f"Area {i}x;" + ";".join(str(v) for v in rng.integers(10_000, 99_999, 3)) for i in range(8)]
    path.write_text("\n".join(["عدد المدارس حسب المنطقة", f"المنطقة;{';'.join(heads)}", *rows]), encoding="utf-8")
    found = gp.read_table(path)
    assert sorted(set(found["year"])) == [2019, 2020, 2021] and set(found["flag"]) == {""}
    assert set(found["indicator"]) == {"عدد المدارس حسب المنطقة"}


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Unemployment rate in 2021 (%)", "Unemployment rate (%)"),
        ("معدل البطالة لعام 2021م (%)", "معدل البطالة (%)"),
        ("OPD attendance by area, FY 2021/22", "OPD attendance by area"),
        ("Homes by area; 2014 and 2021 Censuses", "Homes by area"),
    ],
)
def test_no_scraps_stay_where_a_year_goes(title: str, plain: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    head = "Area;2014;2021" if "Censuses" in title else "Area;Total"
    rows = [f"Area {i}x;{10 + 7 * i}{f';{11 + 9 * i}' if 'Censuses' in title else ''}" for i in range(8)]
    path.write_text("\n".join([f'"{title}"', "", head, *rows]), encoding="utf-8")
    assert {each.removesuffix(": Total") for each in gp.read_table(path)["indicator"]} == {plain}


@pytest.mark.parametrize("form", ["{lunar} AH ({common})", "{common} / {lunar}H", "{lunar}هـ - {common}"])
def test_a_common_year_beside_one_of_the_lunar_calendar_is_read(form: str, tmp_path: Path) -> None:
    path, rng = tmp_path / "t.csv", np.random.default_rng(1)
    head = ";".join(form.format(lunar=1441 + i, common=2019 + i) for i in range(3))
    rows = [f"Area {i}x;" + ";".join(str(v) for v in rng.integers(10_000, 99_999, 3)) for i in range(8)]
    path.write_text("\n".join([f"Area;{head}", *rows]), encoding="utf-8")
    assert sorted(set(gp.read_table(path)["year"])) == [2019, 2020, 2021]


@pytest.mark.parametrize(
    "heads", ["GDP;Jobs;Roads", "2019;2020;2021", "Code 1500;Code 1600;Jobs 2019", "1-5;6-10;11-15"]
)
def test_other_numbers_are_not_called_years(heads: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join([f"Area;{heads}", *(f"A{i}x;{1400 + i};{1600 - i};{1850 + 3 * i}" for i in range(8))]))
    assert "years are read from" not in (told := quick_look(path).summary()) and "Hijri" not in told


def test_a_given_year_out_of_range_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Area;Jobs\nA;1\nB;2\nC;3\n")
    with pytest.raises(DataError, match="year=1445; allowed: a common year"):
        gp.propose_study(tmp_path / "s", table=tmp_path / "t.csv", boundaries="none", year=1445)


def test_numbers_that_look_like_such_years_stay_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("จังหวัด;2019;2020\nA;2560;2561\nB;2570;2563\nC;2571;2564\n", encoding="utf-8")
    assert list(gp.read_table(path)["value"]) == [2560, 2561, 2570, 2563, 2571, 2564]


NAMES = [f"{word} county" for word in ["Aspen", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Gorse", "Hazel"]]


@pytest.mark.parametrize(
    ("cells", "ways", "not_a_way"),
    [
        (lambda i: (NAMES[i], "many"), "rows of numbers", "aliases|boundaries|names"),
        (lambda i: (f"Land {NAMES[i][::-1]}", i), "codes or names of the boundaries.*; or aliases=", "rows of numbers"),
        (lambda i: (i * i + 0.5, i), "a column that names regions, such as", "aliases"),
    ],
)
def test_a_file_without_a_table_is_told_what_mends_it_and_nothing_else(tmp_path, cells, ways, not_a_way):
    gpd.GeoDataFrame(
        {"code": [f"c{i}" for i in range(8)], "name": NAMES}, geometry=[box(i, 0, i + 1, 1) for i in range(8)], crs=4326
    ).to_file(tmp_path / "b.gpkg")
    lines = "".join("{},{}\n".format(*cells(i)) for i in range(8))
    (tmp_path / "t.csv").write_text(f"area,2020\n{lines}")
    with pytest.raises(DataError) as error:
        gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", key="code")
    told = str(error.value).partition("allowed: ")[2]
    assert re.search(ways, told) and not re.search(not_a_way, told), told
    if "aliases=" in told:  # given as proposed, each with its key, the table is read
        given = {str(cells(i)[0]): f"c{i}" for i in range(8)}
        found = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", key="code", aliases=given)
        assert dict(zip(found["region"], found["value"], strict=True)) == {f"c{i}": i for i in range(8)}
    with pytest.raises(DataError) as error:  # whose tables have no aliases yet
        gp.propose_study(tmp_path / "new", table=tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", key="code")
    told = str(error.value).partition("allowed: ")[2]
    assert re.search(ways.partition("; or")[0], told) and "aliases" not in told


@pytest.mark.parametrize("where", range(1, 7))
@pytest.mark.parametrize("key", ["name", "code"])
def test_rows_and_features_without_a_name_are_called_so(tmp_path, where, key):
    names = [name if i != where else None for i, name in enumerate(NAMES)]
    gpd.GeoDataFrame(
        {"name": names, "code": [float(i) if i != where else None for i in range(8)]},
        geometry=[box(i, 0, i + 1, 1) for i in range(8)], crs=4326,
    ).to_file(tmp_path / "b.gpkg")  # fmt: skip
    lines = "".join(f"{name or ''},{i + 10}\n" for i, name in enumerate(names))
    (tmp_path / "t.csv").write_text(f"area,2020\n{lines}")
    told = gp.quick_look(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", key=key).summary()
    assert f"column '{key}' of the boundaries is empty in feature {where + 1}" in told
    assert f"no name of a region in line {where + 2}, whose numbers are left out" in told
    assert "nan" not in told and "<NA>" not in told and "no row for" not in told


#: Heads of long tables of offices: region by name and code, year, categories, identifiers of series and rows, value.
LONG = {
    "Statistics Canada": "REF_DATE:year GEO:name DGUID:vintage NAICS:kind Sex:sex VECTOR:series COORDINATE:dots VALUE",
    "Statistics Canada, VECTOR first": "VECTOR:series REF_DATE:year GEO:name Industry:kind Sex:sex VALUE",
    "one identifier a row": "VECTOR:row REF_DATE:year GEO:name DGUID:code Industry:kind VALUE",
    "Eurostat": "DATAFLOW:always series:path nace_r2:kind sex:sex geo:code TIME_PERIOD:year OBS_VALUE",
    "OECD": "STRUCTURE_ID:always REF_AREA:code Reference_area:name ACTIVITY:kind TIME_PERIOD:year OBS_VALUE",
    "OECD.Stat": "LOCATION:code Country:name Subject:kind Time:year Value",
    "UN": "M49:number Region/Country/Area:country Year:year Series:kind Value",
    "World Bank": "Country_Name:country Country_Code:code Series_Name:kind Time:year Value",
    "FAO": "Area_Code:number Area:country Item:kind Element:sex Year:year Value",
    "IMF": "SERIES_CODE:path COUNTRY:name INDICATOR:kind TIME_PERIOD:year OBS_VALUE",
    "CBS": "ID:count RegioS:code Branche:kind Perioden:year Waarde",
    "INE": "Provincias:name Ramas:kind Sexo:sex Periodo:year Total",
    "Rosstat": "Ключ:path Субъект_РФ:name Отрасль:kind Год:year Значение",
    "titles": "title:title region:name industry:kind year:year value",
}
NAMED = (
    "Ontario|Quebec|Nova Scotia|Manitoba|Alberta|Yukon|British Columbia|Saskatchewan",
    "France|Poland|Kenya|Japan|Chile|Norway|Ghana|Peru",
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|東京都|神奈川県",
    "ALBACETE|TERUEL|SORIA|LUGO|TOLEDO|ZAMORA|BURGOS|ÁVILA",
)


def long_table(layout: str, seed: str) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return a long table in random order of its rows, some of them missing; its regions; columns that name them."""
    rng = random.Random(seed)
    places = NAMED[1 if ":country" in layout else rng.randrange(len(NAMED))].split("|")
    kinds = [f"Industry {letter}" for letter in "ABCDEFGHIJKLMNOP"[: rng.choice((3, 6, 14))]]
    sexes = ["Total", "Women"] if ":sex" in layout else [""]
    cells = [(y, p, k, s) for y in range(2018, 2022) for p in range(8) for k in range(len(kinds)) for s in sexes]
    rows = []
    for n, (year, p, k, sex) in enumerate(cells, 1):
        series = (p * len(kinds) + k) * len(sexes) + sexes.index(sex) + 1
        told = {
            "year": year, "name": places[p], "country": places[p], "kind": kinds[k], "sex": sex, "always": "NAMA",
            "code": f"PR{p + 10}", "number": 3 * p + 10, "vintage": f"20{16 if year < 2020 else 21}A0002{p + 10}",
            "series": f"v{41690000 + series}", "dots": f"{p + 1}.{k + 1}.{sexes.index(sex) + 1}", "row": f"v{n}",
            "path": f"A.PR{p + 10}.{'ABCDEFGHIJKLMNOP'[k]}.{sex[:1]}", "count": n,
            "title": f"{kinds[k]} in {places[p]}",
        }  # fmt: skip
        rows.append([told.get(role, rng.randrange(90, 99_000)) for _, role in columns_of(layout)])
    heads = [head for head, _ in columns_of(layout)]
    frame = pd.DataFrame(rows, columns=heads)
    frame = frame[[rng.random() > 0.03 for _ in rows]] if rng.random() < 0.5 else frame
    frame = frame.sample(frac=1, random_state=rng.randrange(99)) if rng.random() < 0.5 else frame
    roles = {role: head for head, role in columns_of(layout)}
    worded = [roles[role] for role in ("name", "country") if role in roles]
    return frame, places if worded else [f"PR{p + 10}" for p in range(8)], worded or [roles["code"]]


def columns_of(layout: str) -> list[tuple[str, str]]:
    pairs = [word.partition(":") for word in layout.split()]
    return [(head.replace("_", " ") if head[0].isupper() and not head.isupper() else head, role or "value")
            for head, _, role in pairs]  # fmt: skip


@pytest.mark.parametrize("seed", samples(range(6), 1))
@pytest.mark.parametrize("office", LONG)
def test_regions_of_a_long_table_are_no_identifiers_of_series(tmp_path: Path, seed: int, office: str) -> None:
    frame, places, heads = long_table(LONG[office], f"{office}{seed}")
    frame.to_csv(tmp_path / "t.csv", index=False)
    blocks, left_out = read_blocks(read_sheets(tmp_path / "t.csv"), None)
    assert not left_out and len(blocks) == 1
    block = blocks[0]
    key = block.names[block.key or 0]
    assert key in heads, (seed, key)
    assert {block.text(row, block.key or 0) for _, row in block.regions} == set(places)
    kinds = {head for head, role in columns_of(LONG[office]) if role in ("kind", "sex")}
    assert {block.names[at] for at in block.indicator} == kinds, seed
    codes = [head for head, role in columns_of(LONG[office]) if role in ("code", "vintage")]
    told = [each for each in block.doubts if "could serve as well" in each]
    assert bool(told) == bool(set(codes) - {key}) or "number" in LONG[office], (seed, told)
    audited = read_audit_file(tmp_path / "t.csv")
    assert set(audited.sources.cells["label"]) <= set(places)
    assert sum("could serve as well" in each for each in audited.left_out) == len(told)


def test_groups_and_types_of_regions_do_not_stand_for_them(tmp_path: Path) -> None:
    rng = random.Random(3)
    rows = [
        [f"KZ-{i:02d}", f"Town {chr(65 + i)}", f"Region {i // 5}", "rural" if i % 3 else "urban", year, rng.random()]
        for i in range(20) for year in (2019, 2020)
    ]  # fmt: skip
    for heads in (["id", "town", "region", "type", "year", "value"], ["key", "a", "b", "c", "year", "value"]):
        pd.DataFrame(rows, columns=heads).to_csv(tmp_path / "t.csv", index=False)
        (block,), _ = read_blocks(read_sheets(tmp_path / "t.csv"), None)
        assert block.key == 1 and len(block.match.found) == 20


#: Regions across, in two halves, or below a header that only their names tell.
NOT_ALONE = {"halves", "regions_across", "georgia_across", "indicators_down", "zealand_across", "trailing_minus"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(OFFICES) - NOT_ALONE))
def test_regions_without_boundaries_are_those_that_boundaries_tell(tmp_path: Path, name: str) -> None:
    case = OFFICES[name](Maker(tmp_path, f"{name}1"))
    names = guess_layer(case.boundaries).names
    given = {part: case.options.get(part) for part in ("sheet", "encoding", "delimiter")}
    given["encoding"] = read_sheets(case.table, **given, names=names)[0].encoding or None

    def read(index: object) -> dict[tuple[str, int], Block]:
        blocks, _ = read_blocks(read_sheets(case.table, **given), index, year=case.options.get("year"))
        return {(block.grid.sheet, block.header[0]): block for block in blocks}

    told, alone = read(names), read(None)
    for place, block in told.items():
        own = {number: alone[place].text(row, alone[place].key) for number, row in alone[place].rows}
        pairs = {(block.text(row, block.key), own[number]) for number, row in block.regions if number in own}
        assert pairs and len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}), place


CITIES = {
    "Q1": ("Vologda", "Вологда"), "Q2": ("Tambov", "Тамбов"), "Q3": ("Saratov", "Саратов"), "Q4": ("Kaluga", "Калуга"),
    "Q5": ("Samara", "Самара"), "Q6": ("Pskov", "Псков"), "Q7": ("Murmansk", "Мурманск"), "Q8": ("Penza", "Пенза"),
    "Q9": ("Ryazan", "Рязань"), "Q10": ("Tula", "Тула"), "Q11": ("Kursk", "Курск"), "Q12": ("Orenburg", "Оренбург"),
    "Q13": ("Voronezh", "Воронеж"), "Q14": ("Tyumen", "Тюмень"),
}  # fmt: skip


def cities(folder: Path, names: int, rows: list[str]) -> tuple[Path, Path]:
    shapes = [box(i * 1e5, 0, (i + 1) * 1e5, 1e5) for i in range(len(CITIES))]
    borne = [own[names] for own in CITIES.values()]
    layer = gpd.GeoDataFrame({"code": [*CITIES], "name": borne}, geometry=shapes, crs=3857)
    layer.to_file(folder / "cities.gpkg")
    lines = [f"{name};{i + 0.5}".replace(".", ",") for i, name in enumerate(rows)]
    (folder / "t.csv").write_text("\n".join(["area;jobs 2020", *lines]), encoding="utf-8")
    return folder / "t.csv", folder / "cities.gpkg"


@pytest.mark.parametrize("names", [0, 1])
def test_names_in_another_script_are_proposed_on_one_line_and_taken_when_given(tmp_path: Path, names: int) -> None:
    written = {own[1 - names]: code for code, own in CITIES.items()}
    path, layer = cities(tmp_path, names, list(written))
    # Those that are the same letter for letter are taken, those that sound alike proposed.
    alike = {name: code for name, code in written.items() if code in ("Q9", "Q13", "Q14")}
    with pytest.raises(DataError, match="allowed: aliases=") as refused:
        gp.read_table(path, boundaries=layer, key="code")
    assert f"aliases={alike}, or ignore" in str(refused.value)
    found = gp.read_table(path, boundaries=layer, key="code", aliases=written)
    assert found["region"].tolist() == list(CITIES)
    proposal = gp.propose_study(tmp_path / "st", table=path, boundaries=layer, key="code")
    assert all(f'# "{name}" = "{code}"' in proposal.files["study.toml"] for name, code in alike.items())
    taken = {name: code for name, code in written.items() if name not in alike}
    assert taken and all(f'\n"{name}" = "{code}"' in proposal.files["study.toml"] for name, code in taken.items())


def test_a_few_names_in_another_script_are_proposed_where_no_table_is_found(tmp_path: Path) -> None:
    rows = ["Вологда", "Тамбов", "Верхнее", "Нижнее", "Дальнее", "Ближнее", "Среднее", "Крайнее", "Иное"]
    path, layer = cities(tmp_path, 0, rows)
    with pytest.raises(DataError, match="no table was found") as refused:
        gp.read_table(path, boundaries=layer, key="code")
    assert "aliases={'Вологда': 'Q1', 'Тамбов': 'Q2', 'Верхнее': 'KEY', " in str(refused.value)
    assert str(refused.value).endswith("proposed as they sound alike, KEY being the region that the name means")


@pytest.mark.parametrize("columns", [1, 2, 5])
def test_numbers_that_look_like_years_below_years_are_numbers(columns: int, tmp_path: Path) -> None:
    """Rows whose every figure lies between 1900 and 2100, at the head, the foot and one after another."""
    path = tmp_path / "office.csv"
    for seed in range(40):
        rng = np.random.default_rng([columns, seed])
        values = np.round(rng.lognormal(7.6, 1.2, (20, 1)) * rng.lognormal(0, 0.05, (20, columns))).astype(int)
        alike = rng.random(20) < rng.choice([0.05, 0.2, 0.5])
        alike[rng.choice([0, 10, 19])] = True
        values[alike] = np.clip(np.round(1975 * rng.lognormal(0, 0.02, (alike.sum(), columns))), 1901, 1999)
        first = 2001 + seed % 20
        lines = [["Region", *map(str, range(first, first + columns))]]
        lines += [[f"{'BCDFGHKLMN'[at % 10]}{'ao'[at // 10]}ton", *map(str, row)] for at, row in enumerate(values)]
        if seed % 3:
            lines.append(["Total", *map(str, values.sum(axis=0))])
        lines += [["Source: office"]] if seed % 2 else []
        path.write_text("\n".join(map(",".join, lines)) + "\n")
        (block,), _ = read_blocks(read_sheets(path), None)
        assert len(block.rows) == 20 + bool(seed % 3)


def _like_years(seed: int, layout: str) -> tuple[list[list[str]], int]:
    """Return lines of counts around 2000 below years or words, each region once above its rows, and how many rows."""
    rng = np.random.default_rng([seed, sum(map(ord, layout))])
    groups, columns = int(rng.integers(6, 14)), int(rng.integers(2, 5))
    kinds = ["Boys", "Girls", "05-09 Mining", "Unknown"][: int(rng.integers(2, 5))]
    first = int(rng.integers(2000, 2020))
    heads = (
        [*map(str, range(first, first + columns))] if rng.random() < 0.8 else ["Born", "Dead", "In", "Out"][:columns]
    )
    spread = rng.choice([0.2, 1])

    def counts() -> list[str]:
        numbers = 2000 * rng.lognormal(0, spread) * rng.lognormal(0, 0.03, columns)
        return [*map(str, np.round(numbers).astype(int))]

    stub = ["Region", "Sex"] if rng.random() < 0.5 else ["", ""]
    lines = [["Region", "Sex", "Year", "Value"]] if layout == "long" else [[*stub[layout == "sections" :], *heads]]
    for at in range(groups):
        name = "BCDFGHKLMNPRST"[at] + "aton"
        lines += [[name, *[""] * columns]] if layout == "sections" else []
        for each, kind in enumerate(kinds):
            named = [name if each == 0 or layout == "repeated" else "", kind]
            if layout == "long":
                lines += [
                    [*(named if year == first else ["", ""]), str(year), counts()[0]] for year in (first, first + 1)
                ]
            else:
                lines.append([*named[layout == "sections" :], *counts()])
        lines += [[]] if layout == "apart" else []
    return lines, groups * len(kinds) * (1 + (layout == "long"))


@pytest.mark.parametrize("layout", ["once", "repeated", "long", "sections", "apart"])
@pytest.mark.parametrize("seed", samples(range(12), daily=4))
def test_numbers_that_look_like_years_are_rows_below_regions_that_stand_once(
    layout: str, seed: int, tmp_path: Path
) -> None:
    for each in range(8 * seed, 8 * seed + 8):
        lines, rows = _like_years(each, layout)
        (tmp_path / "t.csv").write_text("\n".join(map(",".join, lines)) + "\n")
        blocks = [block for grid in read_sheets(tmp_path / "t.csv") for block in find_blocks(grid)]
        assert [len(block.rows) for block in blocks] == [rows], each


@pytest.mark.parametrize("gap", ["", "\n", "\nTable 2. Later years\n"])
@pytest.mark.parametrize("stub", ["Region,Sex", "District,Kind", ","])
def test_years_that_go_on_with_those_above_begin_a_table_of_two_key_columns(
    stub: str, gap: str, tmp_path: Path
) -> None:
    rows = "".join(f"{name},Boys,{at}11,{at}12\n,Girls,{at}13,{at}14\n" for at, name in enumerate("ABCDEF", 1))
    (tmp_path / "t.csv").write_text(f"Region,Sex,2001,2002\n{rows}{gap}{stub},2003,2004\n{rows}")
    blocks = [block for grid in read_sheets(tmp_path / "t.csv") for block in find_blocks(grid)]
    assert [len(block.rows) for block in blocks] == [12, 12]


@pytest.mark.parametrize("same", [True, False])
def test_headers_of_years_below_each_other_begin_tables(same: bool, tmp_path: Path) -> None:
    path = tmp_path / "office.csv"
    lines = ["Region,2000,2001,2002", "Bata,11,12,13", "Cata,14,15,16", "Data,17,18,19"]
    lines += [f"{'Region' if same else 'District'},2003,2004,2005", *(f"{line}0" for line in lines[1:])]
    path.write_text("\n".join(lines) + "\n")
    blocks, _ = read_blocks(read_sheets(path), None)
    assert [len(block.rows) for block in blocks] == [3, 3]


def _namesakes(folder: Path, seed: int) -> tuple[Path, Path, list[str], list[str], str]:
    """Write provinces with a mark behind them, and smaller areas with another one, some named as a province."""
    rng = random.Random(seed)
    names = ["Alden", "Berrow", "Corvin", "Dunmere", "Estley", "Farholt"]
    shared = sorted(rng.sample(names, rng.randint(1, 3)))
    own, other = rng.sample(["(PV)", "(CR)", "(KR)", "(M)"], 2)
    shapes = [box(i, 0, i + 1, 1) for i in range(len(names))]
    layer = gpd.GeoDataFrame({"code": [f"Q-{name[:2]}" for name in names], "name": names}, geometry=shapes, crs=4326)
    layer.to_file(folder / "b.gpkg")
    rows = [(f"{name} {own}", 10 + i) for i, name in enumerate(names)]
    rows += [(f"{name} {other}", 90 + i) for i, name in enumerate(shared)]
    (folder / "t.csv").write_text("Area;Sales 2020\n" + "".join(f"{name};{value}.5\n" for name, value in rows))
    return folder / "t.csv", folder / "b.gpkg", names, [f"{name} {other}" for name in shared], own


@pytest.mark.parametrize("seed", range(4))
def test_a_row_named_as_a_region_is_asked_for_and_ignored_alone(tmp_path: Path, seed: int) -> None:
    table, layer, names, others, own = _namesakes(tmp_path, seed)
    with pytest.raises(DataError) as caught:
        gp.read_table(table, boundaries=layer, key="code")
    told = str(caught.value)
    assert all(f"{other!r} are both Q-{other[:2]}" in told for other in others)
    assert f"ignore={others!r}" in told
    truth = {f"Q-{name[:2]}": 10.5 + i for i, name in enumerate(names)}
    for aliases in ({}, {f"{names[0]} {own}": "Q-Al"}):
        read = gp.read_table(table, boundaries=layer, key="code", ignore=others, aliases=aliases)
        assert dict(zip(read["region"], read["value"], strict=True)) == truth


def test_a_key_left_to_be_filled_in_is_asked_for(tmp_path: Path) -> None:
    table, layer, names, others, _ = _namesakes(tmp_path, 1)
    table.write_text(table.read_text().replace(names[0], "Zzyx"))
    with pytest.raises(DataError, match=r"KEY stands for a key to be filled in; allowed: one of the keys .*Q-Al"):
        gp.read_table(table, boundaries=layer, key="code", ignore=others, aliases={"Zzyx (PV)": "KEY"})


def test_names_of_parts_are_no_names_of_the_regions_they_are_united_to(tmp_path: Path) -> None:
    shapes = [box(i, 0, i + 1, 1) for i in range(6)]
    land = {"land": ["North", "North", "Mid", "Mid", "South", "South"], "name": list(map("Part {}".format, "abcdef"))}
    gpd.GeoDataFrame(land, geometry=shapes, crs=4326).to_file(tmp_path / "p.gpkg")
    guess = guess_layer(tmp_path / "p.gpkg", key="land", dissolve=True)
    assert guess.name is None and guess.find("Part a") is None and guess.find("mid") == "Mid"
    with pytest.raises(DataError, match="repeats"):
        guess_layer(tmp_path / "p.gpkg", key="land", dissolve=False)


@pytest.mark.parametrize(
    "word", ["Unit", "Enhet", "Birim", "Yksikkö", "Satuan", "Jednotka", "Одиниця виміру", "Ед. изм."]
)
def test_a_word_for_units_names_units_above_a_column_as_above_the_numbers(word: str) -> None:
    """Words that name regions with another one ("Alueyksikkö", "İdari birim") count where they stand alone."""
    from growthpoles.study.files.printed_subjects import gives_units
    from growthpoles.study.guess_columns import UNIT

    assert UNIT.fullmatch(word) and gives_units([word, "1 000", "1 000"], "tnn", [])
    for other in ("Alueyksikkö", "İdari birim", "Administrativ enhet"):
        assert not UNIT.fullmatch(other) and not gives_units([other, "1 000", "1 000"], "tnn", [])


PUBLISHERS = """
STATISTICS SOUTH AFRICA
Statistics South Africa
Statistisk sentralbyrå
Statistics Norway
Statistik Austria
Danmarks Statistik
Statistics Canada
Statistiska centralbyrån
INSTITUTO NACIONAL DE ESTADÍSTICA Y CENSOS
Instituto Nacional de Estadística
Kenya National Bureau of Statistics
NATIONAL BUREAU OF STATISTICS
Główny Urząd Statystyczny
Český statistický úřad
Státní úřad statistický
Федеральная служба государственной статистики
Державна служба статистики України
Бюро национальной статистики
Türkiye İstatistik Kurumu
Központi Statisztikai Hivatal
Hellenic Statistical Authority
Statistisches Bundesamt
Istituto nazionale di statistica
Instituto Nacional de Estatística
Institut national de la statistique et des études économiques
Badan Pusat Statistik
Department of Statistics Malaysia
Tilastokeskus
Statistikos departamentas
Tổng cục Thống kê
INEGI
MINISTRY OF FINANCE
OFFICE FOR NATIONAL STATISTICS
Central Statistical Office
Statistical Office of the Republic of Slovenia
Државни завод за статистику
통계청
国家统计局
الجهاز المركزي للإحصاء
"""
SUBJECTS = """
Gross domestic product by province at constant 2015 prices (R million)
P0441 – Gross domestic product by province
Bruttoprodukt, etter fylke (mill. kr)
Table 3 – Gross domestic product
Employed by government department
Population
GDP
Labour Force Statistics
Statistics on births by region
Statistics of agriculture
Population statistics
Births
Hospital statistics by county
POPULATION BY REGION
Численность населения
Статистика труда
Office buildings completed
Wohnungen
Health service staff
Service sector employment
Bevölkerungsstatistik nach Kreisen
Central government expenditure
"""


@pytest.mark.parametrize("publisher", samples(PUBLISHERS.strip().split("\n"), daily=12))
def test_who_published_a_table_is_no_name_of_its_numbers(publisher: str, tmp_path: Path) -> None:
    rng = random.Random(publisher)
    for above in ([publisher], [publisher, "P0441.1"], [publisher, "Table 3"], ["Table 3.1"], ["Cuadro 2", publisher]):
        subject = rng.choice([line for line in SUBJECTS.strip().split("\n") if "–" not in line and "P0" not in line])
        lines = [*above, subject, *rng.choice([[], [""]]), "Region;2019;2020;2021"]
        lines += [f"{name}aton;{rng.randint(3000, 9000)};{at}17.5;{at}18.5" for at, name in enumerate("BCDFGH", 2)]
        (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert gp.read_table(tmp_path / "t.csv")["indicator"].unique().tolist() == [subject], above


def test_what_a_table_is_about_is_no_publisher() -> None:
    assert [line for line in SUBJECTS.strip().split("\n") if is_no_subject(line)] == []


@pytest.mark.parametrize("sign", ["/", "-", "–"])
@pytest.mark.parametrize("first", [2001, 2007, 2010])
def test_fiscal_years_within_headers_are_years_and_months_are_none(tmp_path: Path, sign: str, first: int) -> None:
    """ "Output 2010/11" beside "Output 2011/12" is no November; of months none is taken for a year."""
    names = ("North Hills", "South", "Bern", "La Rioja")
    spans = [f"{year}{sign}{(year + 1) % 100:02}" for year in range(first, first + 4)]
    heads = [f"{what} {span}" for what in ("Output", "Jobs, thousand") for span in spans]
    rows = [";".join([name, *(f"{100 * i + j}.5" for j in range(8))]) for i, name in enumerate(names)]
    found = table(tmp_path, "\n".join([";".join(["Area", *heads]), *rows]))
    wide = found.pivot(index="region", columns=["indicator", "year"], values="value")
    assert list(found["year"].unique()) == [*range(first, first + 4)]
    assert wide["Output"].loc["Q2"].tolist() == [100.5, 101.5, 102.5, 103.5]
    assert wide["Jobs, thousand"].loc["Q1"].tolist() == [4.5, 5.5, 6.5, 7.5]
    if sign == "–":
        return  # no month is written so
    months = [f"Output {first}{sign}{month:02}" for month in range(1, 9)]
    (tmp_path / "m.csv").write_text("\n".join([";".join(["Area", *months]), *rows]), encoding="utf-8")
    look = quick_look(tmp_path / "m.csv", boundaries=boundaries(tmp_path), key="code")
    assert look.tables["years"].tolist() in ([""], [str(first)]) and all(
        month in look.summary() for month in months[:3]
    )


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_a_total_of_one_table_is_none_in_the_next(tmp_path: Path, gap: int) -> None:
    """A section with a gap does not add up: its total is that of the others, and no region of that name."""
    names, rng = ("North Hills", "South", "Bern"), np.random.default_rng(gap)
    lines = ["Area;2020;2021"]
    for at, what in enumerate(("Output", "Jobs", "Exports")):
        values = rng.integers(10**5, 10**6, (3, 2))
        lines += [what, ";".join(["Western Union", *map(str, values.sum(axis=0))])]
        cells = [[*map(str, row)] for row in values]
        cells[1][1] = "..." if at == gap else cells[1][1]
        lines += [";".join([name, *row]) for name, row in zip(names, cells, strict=True)]
    found = table(tmp_path, "\n".join(lines))
    assert set(found["region"]) == {"Q1", "Q2", "Q3"} and set(found["indicator"]) == {"Output", "Jobs", "Exports"}
    told = "\n".join(found.attrs["remarks"])
    assert told.count("Western Union was taken for no region") >= 2


@pytest.mark.parametrize("other", [0, 1])
@pytest.mark.parametrize("at", [1, 3])
def test_a_row_that_stands_twice_with_the_same_numbers_is_read_once(tmp_path: Path, other: int, at: int) -> None:
    """A county that is a region of the level above, too; with other numbers nothing says which are meant."""
    rows = [["North Hills", "12.5", "13.5"], ["South", "7", "8"], ["Bern", "9.25", "9.75"], ["La Rioja", "3", "4"]]
    again = [*rows[at][:2], "99" if other else rows[at][2]]
    lines = ["Area;Output 2020;Output 2021", *map(";".join, [*rows[:at], again, *rows[at:]])]
    if other:
        with pytest.raises(DataError, match=f"duplicate region {rows[at][0]!r}"):
            table(tmp_path, "\n".join(lines))
        return
    found = table(tmp_path, "\n".join(lines))
    assert len(found) == 8 and found["value"].tolist() == [float(cell) for row in rows for cell in row[1:]]
    assert "another row of the region has the same numbers" in str(found.attrs["not_read"])
    assert any("has several rows" in note for note in found.attrs["remarks"])


REGIONS = ["North Hills", "South", "Bern", "La Rioja", "Upper Nile", "Vale", "Coast", "Lakes"]


@pytest.mark.parametrize("letter", ["M", "m", "K", "mn"])
@pytest.mark.parametrize("decimal", [",", "."])
@pytest.mark.parametrize("seed", samples(range(10), daily=1))
def test_a_letter_that_may_multiply_is_a_flag_where_the_numbers_are_of_one_size(
    seed: int, decimal: str, letter: str, tmp_path: Path
) -> None:
    draw = random.Random(seed)
    truth = {name: draw.randrange(100, 500) / 10 for name in REGIONS}
    marked = draw.sample(REGIONS, 2)
    cell = {name: f"{value:.1f}".replace(".", decimal) for name, value in truth.items()}
    rows = [f"{name};{i * 7};{cell[name]}{f' {letter}' if name in marked else ''}" for i, name in enumerate(REGIONS)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["Region;Homes 2020;Rate 2020", *rows]), encoding="utf-8")
    read = gp.read_table(path)
    read = read[read["indicator"] == "Rate"]
    assert read.set_index("region")["value"].to_dict() == truth
    assert {*read.loc[read["flag"] == letter, "region"]} == {*marked}
    assert any("multiplies none" in told for told in gp.read_table(path).attrs["remarks"])
    rows[0] = f"{REGIONS[0]};3;{truth[REGIONS[0]] / 1e4:.4f} {letter}".replace(".", decimal)  # not of that size
    path.write_text("\n".join(["Region;Homes 2020;Rate 2020", *rows]), encoding="utf-8")
    with pytest.raises(DataError, match=r"mark behind or before the number; .*flags"):
        gp.read_table(path)


@pytest.mark.parametrize("dash", ["-", "−", "–", "—"])
def test_a_dash_before_a_number_is_a_minus(dash: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{name};{dash if i % 2 else ''}{i + 1},5" for i, name in enumerate(REGIONS)]
    path.write_text("\n".join(["Region;Rate 2020", *rows]), encoding="utf-8")
    assert gp.read_table(path)["value"].tolist() == [(-1) ** i * (i + 1.5) for i in range(len(REGIONS))]
    path.write_text("\n".join(["Region;Rate 2020", *rows[:-1], f"{REGIONS[-1]};{dash}"]), encoding="utf-8")
    assert gp.read_table(path)["value"].isna().sum() == 1


_LINES_OF_UNITS = {
    "Unit: 1,000 heads": "1,000 heads",
    "ຫົວໜ່ວຍ (Unit): 1,000 heads": "1,000 heads",
    "ຫົວໜ່ວຍ: ພັນຄົນ": "ພັນຄົນ",
    "Unidad de medida: miles de toneladas": "miles de toneladas",
    "საზომი ერთეული: ათასი": "ათასი",
    "ឯកតា៖ នាក់".replace("៖", ":"): "នាក់",
    "1,000 heads": "1,000 heads",
    "1 000 tonnes": "1 000 tonnes",
    "Por ciento": "Por ciento",
    "Tasa por 1 000 nacidos vivos": "Tasa por 1 000 nacidos vivos",
    "Rate per 100,000 population": "Rate per 100,000 population",
    "(pour 1 000 habitants)": "pour 1 000 habitants",
    "на 1000 родившихся живыми": "на 1000 родившихся живыми",
}


@pytest.mark.parametrize("seed", samples(range(10), 2))
@pytest.mark.parametrize("line", _LINES_OF_UNITS)
def test_a_line_of_units_below_the_title_is_that_of_its_numbers(line: str, seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng([58, seed])
    quoted_line = f'"{line}"'
    above = ["Livestock by province", rng.choice([f"{quoted_line};;", f";;{quoted_line}", f";{quoted_line};"])]
    rows = [f"Area {i}x;{a};{b}" for i, (a, b) in enumerate(rng.integers(100, 9_999, (7, 2)) / 10)]
    path = tmp_path / "t.csv"
    heads = ["Province;2021;2022", "Province;Cattle;Pigs"][int(rng.integers(2))]
    path.write_text("\n".join([*above, *[""] * int(rng.integers(2)), heads, *rows]), encoding="utf-8")
    found = gp.read_table(path, year=2020) if "Pigs" in heads else gp.read_table(path)
    assert {*found.attrs["units"].values()} == {_LINES_OF_UNITS[line]}, found.attrs
    assert {*found["indicator"]} == ({"Cattle", "Pigs"} if "Pigs" in heads else {"Livestock by province"})


@pytest.mark.parametrize("seed", samples(range(40), 6))
def test_blocks_of_categories_below_one_title_bear_it(seed: int, tmp_path: Path) -> None:
    """Males, then females, each with its own header: the title above the first says what both are, and their unit."""
    rng = np.random.default_rng([59, seed])
    groups = [("Hommes", "Femmes"), ("Males", "Females"), ("Мужчины", "Женщины"), ("Urban", "Rural", "Total")][seed % 4]
    title, lines = f"{rng.choice(['Table 3: ', ''])}Taux d'activité (%) par région", []
    dated = bool(rng.integers(2))
    lines.append(f"{title}, 2019-2020;;" if dated else f"{title};;")
    values = rng.integers(100, 999, (len(groups), 6, 2)) / 10
    for group, rows in zip(groups, values, strict=True):
        lines += [*[";;"] * int(rng.integers(2)), f"{group};;", "Région;2019;2020"]
        lines += [f"Lieu {i}x;{a};{b}" for i, (a, b) in enumerate(rows)]
        lines.append(";;")
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = gp.read_table(path)
    assert {*found["indicator"]} == {f"Taux d'activité (%) par région: {group}" for group in groups}
    for group, rows in zip(groups, values, strict=True):
        own = found[found["indicator"].str.endswith(f": {group}")]
        assert sorted(own["value"]) == pytest.approx(sorted(rows.ravel()))
