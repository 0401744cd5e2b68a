"""A study without boundaries, and tables of smaller or older regions carried over by a correspondence table."""

from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import growthpoles as gp
from growthpoles.language.phrases import Words
from growthpoles.report.page_blocks import unused_rows
from growthpoles.report.wording import Wording
from growthpoles.study.inputs import region_index, unused_inputs

CATALOGUE = """code,kind,parent,direction,weight,unit,name_en,numerator,denominator
index,aggregate,,1,1,points,Index,,
gdp,primary,,,,mln,GDP,,
pop,primary,,,,persons,Population,,
percap,indicator,index,1,1,per head,GDP per head,gdp,pop
"""
STUDY = """[study]
name = "plain"
years = [2020]
title = { en = "plain" }
source = { en = "plain" }
[rating]
catalogue = "catalogue.csv"
[[tables]]
file = "t.csv"
year = 2020
correspondence = "map.csv"
missing = [""]
[tables.columns]
gdp = "gdp"
pop = "pop"
"""
TABLE = "region,gdp,pop\na,1,2\nb,3,2\nc,4,1\nd,,5\ne,2,2\n"
MAP = "from,to,share\na,North,\nb,North,0.5\nb,South,0.5\nc,South,1\nd,East,1\ne,West,1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("study.toml", STUDY), ("catalogue.csv", CATALOGUE), ("t.csv", TABLE), ("map.csv", MAP)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_shares_carry_totals_over_and_ratios_follow(folder: Path) -> None:
    table = gp.load_indicators(2020, study=gp.load_study(folder / "study.toml"))
    assert table.index.tolist() == ["North", "South", "East", "West"]
    # North: a and half of b; South: half of b and c; d has no GDP, so East has none
    assert table["gdp"].tolist()[:2] == [2.5, 5.5] and table["gdp"].isna().tolist() == [False, False, True, False]
    assert table["pop"].tolist() == [3.0, 2.0, 5.0, 2.0]
    assert table.loc["South", "percap"] == pytest.approx(2.75)
    assert ("East", "gdp", "a part of the region has no data") in table.attrs["missing"]
    assert gp.examine_study(folder).empty


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("b,South,0.5\n", "b,South,0.6\n", "the shares of b add up to 1.1"),
        ("e,West,1\n", "", "no row for e"),
        ("a,North,\n", "a,North,x\n", "line 2, column share"),
    ],
)
def test_a_correspondence_table_that_cannot_be(folder: Path, old: str, new: str, problem: str) -> None:
    path = folder / "map.csv"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(gp.GrowthpolesError, match=problem):
        gp.load_indicators(2020, study=gp.load_study(folder / "study.toml"))


def test_a_part_that_the_table_lacks_leaves_no_data(folder: Path) -> None:
    (folder / "t.csv").write_text(TABLE.replace("b,3,2\n", ""))
    table = gp.load_indicators(2020, study=gp.load_study(folder / "study.toml"))
    assert table["gdp"].isna().to_dict() == {"North": True, "South": True, "East": True, "West": False}


def test_ratios_are_not_added_up(folder: Path) -> None:
    text = CATALOGUE.replace("pop,primary,,,,persons,Population,,\n", "").replace(",gdp,pop", ",,")
    (folder / "catalogue.csv").write_text(text.replace("gdp,primary,,,,mln,GDP,,\n", ""))
    study = STUDY.replace('gdp = "gdp"\npop = "pop"\n', 'gdp = "percap"\n')
    (folder / "study.toml").write_text(study)
    with pytest.raises(gp.GrowthpolesError, match="percap cannot be added up over regions"):
        gp.load_indicators(2020, study=gp.load_study(folder / "study.toml"))


def test_without_boundaries_a_study_rates_and_says_what_it_lacks(folder: Path) -> None:
    (folder / "study.toml").write_text(STUDY.replace('correspondence = "map.csv"\n', ""))
    study = gp.load_study(folder / "study.toml")
    assert region_index(study).tolist() == list("abcde")
    rating = gp.rate(gp.load_indicators(2020, study=study), gp.study_catalogue(study))
    assert rating["index"].max() == 100
    with pytest.raises(gp.StudyError, match=r"no boundaries, which a map .*allowed: \[boundaries\] with file = "):
        gp.study_regions(study)
    assert "no boundaries" in gp.examine_study(folder).attrs["notes"][0]
    (folder / "t.csv").write_text(TABLE + "a,5,5\n")
    with pytest.raises(gp.GrowthpolesError, match="a"):
        gp.load_indicators(2020, study=gp.load_study(folder / "study.toml"))


def test_a_report_without_boundaries_says_so_of_all_that_needs_them(folder: Path) -> None:
    rows = [f"{r},{y},{i + y % 7},{i + 2}" for y in (2019, 2020) for i, r in enumerate("abcdef")]
    (folder / "t.csv").write_text("\n".join(["region,year,gdp,pop", *rows]))
    text = STUDY.replace('correspondence = "map.csv"\n', "").replace("years = [2020]", "years = [2019, 2020]")
    text = text.replace("year = 2020", 'year_column = "year"') + '[growth_poles]\npoles = ["a"]\n'
    (folder / "study.toml").write_text(text + '[report]\nfigures = ["rating", "change", "moran", "slope"]\n')
    report = gp.build_report(gp.load_study(folder), out=folder / "out")
    assert report.results is not None
    left_out = {str(name): why for name, why in report.results.stages.left_out.items()}
    bare = "the study has no boundaries, which a map or a test of neighbours needs; allowed: [boundaries] with file ="
    for name in ("figure rating_2019", "figure change_2019_2020", "figure moran", "gradient", "moran", "verdict"):
        assert left_out[name].startswith(bare), name
    assert (folder / "out" / "figures" / "slope_2019_2020.png").exists()
    assert not [name for name, why in left_out.items() if "geometry" in why or "CRS" in why]
    for lang in ("ru", "kk"):
        said = Wording.of(report.results.study, lang).left_out(left_out["gradient"])
        problem = Words(lang).message("the study has no boundaries, which a map or a test of neighbours needs")
        assert said.startswith(problem) and said.endswith(
            Words(lang).message('[boundaries] with file = "..." and key = "..."')
        )
    assert Wording.of(report.results.study, "en").left_out(left_out["gradient"]) == left_out["gradient"]


def test_changes_of_several_years_follow_one_another_beside_boundaries(folder: Path) -> None:
    """A went to B and S in 2010, B to N in 2015; E never changed."""
    corners = [shapely.box(70 + i, 50, 71 + i, 51) for i in range(3)]
    gpd.GeoDataFrame({"code": ["N", "S", "E"]}, geometry=corners, crs="EPSG:4326").to_file(folder / "r.gpkg")
    text = STUDY.replace("years = [2020]", "years = [2005, 2012, 2020]").replace("year = 2020", 'year_column = "year"')
    text = text.replace("[rating]", '[boundaries]\nfile = "r.gpkg"\nkey = "code"\n[rating]')
    (folder / "study.toml").write_text(text)
    rows = {2005: "A8 N5 S1 E2", 2012: "B3 N1 S2 E1", 2020: "N1 S2 E1"}
    lines = [f"{cell[0]},{year},{cell[1]},1" for year, cells in rows.items() for cell in cells.split()]
    (folder / "t.csv").write_text("\n".join(["region,year,gdp,pop", *lines]))
    first = "from,to,share,from_year\nA,B,0.25,2010\nA,S,0.75,2010\n"
    (folder / "map.csv").write_text(first + "B,N,,2015\n")
    assert "N begins in 2015, and has a row of 2005" in " ".join(gp.examine_study(folder)["problem"])
    (folder / "map.csv").write_text(first + "S,S,,2010\nB,N,,2015\nN,N,,2015\n")
    assert gp.examine_study(folder).empty
    study = gp.load_study(folder)
    found = [gp.load_indicators(year, study=study)["gdp"].to_dict() for year in study.years]
    assert found == [{"N": 7, "S": 7, "E": 2}, {"N": 4, "S": 2, "E": 1}, {"N": 1, "S": 2, "E": 1}]


@pytest.mark.parametrize("sheets", [1, 2])
def test_the_sheet_is_named_where_a_study_reads_several(folder: Path, sheets: int) -> None:
    rows = pd.DataFrame({"region": ["a", "b", "c"], "gdp": [1, "..", 3], "pop": [2, 2, ".."]})
    with pd.ExcelWriter(folder / "t.xlsx") as book:
        rows[["region", "gdp"] if sheets == 2 else ["region", "gdp", "pop"]].to_excel(
            book, sheet_name="One", index=False
        )
        rows[["region", "pop"]].to_excel(book, sheet_name="Two", index=False)
    head, tables = STUDY.split("[[tables]]")[0], ""
    for sheet, columns in (("One", "gdp"), ("Two", "pop"))[:sheets]:
        columns = f'{columns} = "{columns}"' + ('\npop = "pop"' if sheets == 1 else "")
        tables += f'[[tables]]\nfile = "t.xlsx"\nsheet = "{sheet}"\nyear = 2020\nmissing = [".."]\nignore = ["a"]\n'
        tables += f"[tables.columns]\n{columns}\n"
    (folder / "study.toml").write_text(head + tables)
    study = gp.load_study(folder / "study.toml")
    told = {reason for _, _, reason in gp.load_indicators(2020, study=study).attrs["missing"]}
    places = {"'..' in t.xlsx, sheet 'One', row 3", "'..' in t.xlsx, sheet 'Two', row 4"}
    assert places <= told if sheets == 2 else {"'..' in t.xlsx, row 3", "'..' in t.xlsx, row 4"} <= told
    words = Words("en")
    results = SimpleNamespace(unused=unused_inputs(study), study=study)
    listed = unused_rows(SimpleNamespace(words=words, results=results, wording=Wording(words, {}, {}, {})))
    files = {"t.xlsx, sheet One", "t.xlsx, sheet Two"} if sheets == 2 else {"t.xlsx"}
    assert {row[0] for row in listed} == files


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("apart", [False, True])
def test_regions_that_split_after_the_boundaries_go_back_to_what_they_came_out_of(
    folder: Path, seed: int, apart: bool
) -> None:
    """New names from a year on, with gaps or without rows before; counts are added, means weighted, gaps stay."""
    rng = np.random.default_rng(seed)
    old = [f"Old{i}" for i in range(4)]
    corners = [shapely.box(70 + i, 50, 71 + i, 51) for i in range(4)]
    keys = [f"K{i}" for i in range(4)]
    gpd.GeoDataFrame({"key": keys, "name": old}, geometry=corners, crs="EPSG:4326").to_file(folder / "r.gpkg")
    # New3 came out of New2 two years after that out of Old1; New1 came out of two old ones.
    lines = {"New0": ("Old0 1", 2012), "New1": ("K0 0.25;Old2 0.75", 2012), "New2": ("Old1 1", 2012)}
    lines["New3"] = ("New2 1", 2014)
    years = [2010, 2012, 2014, 2015]
    text = [f"{name},{','.join(part.split())},{when}" for name, (to, when) in lines.items() for part in to.split(";")]
    (folder / "map.csv").write_text("\n".join(["from,to,share,from_year", *text]) + "\n")
    begins = {**dict.fromkeys(old, 0), **{name: when for name, (_, when) in lines.items()}}
    drawn = {(y, name): rng.integers(1, 90, 3) for y in years for name, begin in begins.items() if y >= begin}
    hole = (2015, ("New0", "New2", "New3")[seed % 3])
    rows = []
    for y in years:
        for name, begin in begins.items():
            if y >= begin and (y, name) != hole:
                rows.append(f"{name},{y},{','.join(map(str, drawn[y, name]))}")
            elif (y < begin and seed % 2) or (y, name) == hole:
                rows.append(f"{name},{y},..,..,..")
    (folder / "t.csv").write_text("\n".join(["region,year,gdp,pop,rate", *rows]))
    (folder / "catalogue.csv").write_text(CATALOGUE + "rate,indicator,index,1,1,percent,Rate,,\n")
    head = STUDY.replace("years = [2020]", f"years = {years}").replace("year = 2020", 'year_column = "year"')
    head = head.replace("[rating]", '[boundaries]\nfile = "r.gpkg"\nkey = "key"\nname = "name"\n[rating]')
    head = head.replace('[""]', '[".."]\nweighted_by = { rate = "pop" }') + 'rate = "rate"\n'
    if apart:  # a table of the years up to the split, and one of those since
        first, table = head.split("[[tables]]")
        parts = [table.replace('file = "t.csv"', f'file = "t.csv"\nyears = {part}') for part in (years[:2], years[2:])]
        head = "[[tables]]".join([first, *parts])
    (folder / "study.toml").write_text(head)
    assert gp.examine_study(folder).empty
    goes = {name: [(f"K{i}", 1.0)] for i, name in enumerate(old)}
    goes |= {"New0": [("K0", 1.0)], "New1": [("K0", 0.25), ("K2", 0.75)], "New2": [("K1", 1.0)], "New3": [("K1", 1.0)]}
    study = gp.load_study(folder)
    for y in years:
        found = gp.load_indicators(y, study=study)
        for key in keys:
            into = [(drawn[y, name], share, name) for name in begins for to, share in goes[name]
                    if to == key and y >= begins[name]]  # fmt: skip
            if (y, key) == (hole[0], goes[hole[1]][0][0]):
                assert found.loc[key, ["gdp", "pop", "rate"]].isna().all()
                continue
            gdp, pop = (sum(share * cells[at] for cells, share, _ in into) for at in (0, 1))
            rate = sum(share * cells[1] * cells[2] for cells, share, _ in into) / pop
            assert found.loc[key, ["gdp", "pop", "rate"]].tolist() == pytest.approx([gdp, pop, rate])


def test_names_without_a_line_or_with_lines_both_ways_are_told_with_the_remedy(folder: Path) -> None:
    corners = [shapely.box(70 + i, 50, 71 + i, 51) for i in range(2)]
    gpd.GeoDataFrame({"key": ["N", "S"]}, geometry=corners, crs="EPSG:4326").to_file(folder / "r.gpkg")
    text = STUDY.replace("years = [2020]", "years = [2010, 2020]").replace("year = 2020", 'year_column = "year"')
    text = text.replace("[rating]", '[boundaries]\nfile = "r.gpkg"\nkey = "key"\n[rating]')
    (folder / "study.toml").write_text(text)
    rows = ["N,2010,1,1", "S,2010,1,1", "N,2020,1,1", "S,2020,1,1", "New,2020,2,3", "Newer,2020,1,1"]
    (folder / "t.csv").write_text("\n".join(["region,year,gdp,pop", *rows]))
    (folder / "map.csv").write_text("from,to,share,from_year\nNew,S,,2015\n")
    problem, allowed = gp.examine_study(folder).iloc[0][["problem", "remedy"]]
    told = f"{problem} {allowed}"
    assert "Newer of 2020 is no region of the study, and map.csv has no line for that year" in told
    assert "a line from, to for it in map.csv, an alias, or ignore in its table" in told
    (folder / "map.csv").write_text("from,to,share,from_year\nNew,S,,2015\nNewer,S,,2015\n")
    assert gp.examine_study(folder).empty
    study = gp.load_study(folder)
    assert gp.load_indicators(2020, study=study)["gdp"].to_dict() == {"N": 1, "S": 4}
    (folder / "t.csv").write_text("\n".join(["region,year,gdp,pop", *rows, "New,2010,5,5"]))
    told = " ".join(map(str, gp.examine_study(folder).iloc[0]))
    assert "New has numbers of 2010 and of 2020" in told and "lines of one direction" in told


@pytest.mark.parametrize("seed", range(4))
def test_rows_that_a_city_has_beside_its_region_are_added_to_it(folder: Path, seed: int) -> None:
    """Lines for the cities alone do, by key or by name; the other rows stand for themselves."""
    rng = np.random.default_rng([7, seed])
    corners = [shapely.box(70 + i, 50, 71 + i, 51) for i in range(4)]
    names = ["Lilo", "Blan", "Zomb", "Mzim"]
    layer = gpd.GeoDataFrame({"key": list("LBZM"), "name": names}, geometry=corners, crs="EPSG:4326")
    layer.to_file(folder / "r.gpkg")
    with_boundaries = STUDY.replace("[rating]", '[boundaries]\nfile = "r.gpkg"\nkey = "key"\nname = "name"\n[rating]')
    (folder / "study.toml").write_text(with_boundaries)
    cells = {name: rng.integers(1, 90, 2) for name in [*names, "Lilo City", "Zomb City"]}
    (folder / "t.csv").write_text("region,gdp,pop\n" + "".join(f"{x},{a},{b}\n" for x, (a, b) in cells.items()))
    to = ("L", "Z") if seed % 2 else ("Lilo", "Zomb")
    (folder / "map.csv").write_text(f"from,to,share\nLilo City,{to[0]},\nZomb City,{to[1]},\n")
    assert gp.examine_study(folder).empty
    found = gp.load_indicators(2020, study=gp.load_study(folder))
    wanted = {key: cells[name] + cells.get(f"{name} City", 0) for key, name in zip("LBZM", names, strict=True)}
    assert found["gdp"].to_dict() == {key: own[0] for key, own in wanted.items()}
    assert found["pop"].to_dict() == {key: own[1] for key, own in wanted.items()}
    (folder / "map.csv").write_text(f"from,to,share\nLilo City,{to[0]},\n")
    problem, allowed = gp.examine_study(folder).iloc[0][["problem", "remedy"]]
    assert "Zomb City of 2020 is no region of the study" in problem and "a line from, to for it" in allowed
