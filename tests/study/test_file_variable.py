"""Files without a study: the column that is called the names is the one drawn; encodings go to the files they mean."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

import growthpoles as gp
from growthpoles.cli.produce import change_between
from growthpoles.errors import DataError, nearest, options_in
from growthpoles.maps.map_options import MapOptions, make_style
from growthpoles.maps.thematic.map_drawing import region_names
from growthpoles.study.examine_study import examine_study
from growthpoles.study.file_variable import (
    FileData,
    FileOptions,
    read_files,
    read_matrix,
)
from growthpoles.study.files.problems import partly_told
from growthpoles.study.guess_columns import choose_key, guess_layer, name_columns
from growthpoles.study.industry_analysis import industries_of
from growthpoles.study.inputs.study_regions import study_regions
from growthpoles.study.propose_study import propose_study
from samples import samples

NAMES = ["Wien", "Kärnten", "Tirol", "Steiermark", "Burgenland", "Upper Nile", "Алматы", "北海道", "Côte-d'Or"]
IDENTIFIERS = {
    "woe-id": lambda i: f"23447{10 + i}",
    "longitude": lambda i: f"{13 + i / 7}",
    "DEBKG_ID": lambda i: f"DEBKGDL20000E27{i}X",
    "nuts": lambda i: f"AT1{i}",
    "hc-key": lambda i: f"at-{chr(97 + i)}b",
    "updated": lambda i: f"2022-01-0{i + 1}T00:00:00",
    "groups": lambda i: "North" if i < 5 else "South",
}


def _layer(path: Path, columns: dict[str, list[str]]) -> Path:
    shapes = [shapely.box(i % 3, i // 3, i % 3 + 1, i // 3 + 1) for i in range(len(NAMES))]
    frame = gpd.GeoDataFrame({**columns, "value": [i + 0.5 for i in range(len(NAMES))]}, geometry=shapes, crs=4326)
    frame.to_file(path)
    return path


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("repeated", [False, True])
def test_names_are_never_identifiers(tmp_path: Path, seed: int, repeated: bool) -> None:
    rng = random.Random(seed)
    names = [*NAMES[:-1], NAMES[0]] if repeated else NAMES
    columns = {name: [make(i) for i in range(len(NAMES))] for name, make in IDENTIFIERS.items()}
    columns |= {"GEN": names, "code": [f"0{i}{i}7" for i in range(len(NAMES))]}
    order = rng.sample(sorted(columns), len(columns))
    path = _layer(tmp_path / "regions.gpkg", {column: columns[column] for column in order})
    data = read_files(path, FileOptions(key="code"), variable="value")
    assert data.regions is not None and data.regions["name"].tolist() == names
    assert any("Wien (2)" in note for note in data.notes) == repeated
    assert guess_layer(path, key="code").name == "GEN"


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Codes of offices and of files of boundaries, which name no region.
CODES = {
    "GID_1": lambda i: f"KEN.{i * 13 + 1}_1",
    "HASC_1": lambda i: f"KE.{LETTERS[i]}{LETTERS[i + 3]}",
    "shapeISO": lambda i: f"KE-{i:02}",
    "adm1_pcode": lambda i: f"KE{i:03}",
    "unlocode": lambda i: f"KE {LETTERS[i]}{LETTERS[i + 1]}{LETTERS[i + 2]}",
    "path": lambda i: f"KE/{LETTERS[i]}{LETTERS[i + 2]}/{i}",
    "urn": lambda i: f"KE:{LETTERS[i]}{LETTERS[i + 1]}{LETTERS[i + 5]}",
    "long": lambda i: f"KENYA{LETTERS[i]}{LETTERS[i + 4]}{LETTERS[i + 2]}",
    "код": lambda i: f"КЗ-{'АБВГДЕЖЗИ'[i]}{'АБВГДЕЖЗИ'[i - 1]}",
    "uri": lambda i: f"http://data.example/region/{LETTERS[i]}",
    "uuid": lambda i: f"{i * 7919:08x}-{i * 31:04x}-abcd",
    "wikidata": lambda i: f"Q{i + 100}",
}
OTHER_NAMES = {
    "NAME_LONG": lambda i: f"Province of {NAMES[i]}",
    "local": lambda i: ["北京", "上海", "天津", "重庆", "河北", "山西", "辽宁", "吉林", "江苏"][i],
    "ward": lambda i: f"WARD {i + 1} NORTH",
    "district": lambda i: f"District {i + 1:02}",
    "kreis": lambda i: NAMES[i].upper(),
}


@pytest.mark.parametrize("seed", samples(range(36), 6))
def test_codes_are_offered_as_no_names(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    columns = {"id": [f"x{i}" for i in range(len(NAMES))], "name": NAMES}
    codes, names = rng.sample(sorted(CODES), rng.randint(1, 6)), rng.sample(sorted(OTHER_NAMES), rng.randint(1, 3))
    columns |= {head: [(CODES | OTHER_NAMES)[head](i) for i in range(len(NAMES))] for head in (*codes, *names)}
    order = rng.sample(sorted(columns), len(columns))
    table = pd.DataFrame({head: columns[head] for head in order})
    assert set(name_columns(table, "id")) == {"name", *names}
    guess = guess_layer(_layer(tmp_path / "r.gpkg", {head: columns[head] for head in order}), key="id")
    assert guess.name in ("name", *names) and not [note for note in guess.notes if any(code in note for code in codes)]


@pytest.mark.parametrize("seed", samples(range(16), 4))
def test_regions_that_a_name_may_mean_are_named(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    names, codes = list(NAMES), [f"X{i}" for i in range(len(NAMES))]
    first, second = rng.sample(range(len(NAMES)), 2)
    same = rng.random() < 0.5
    names[second] = names[first] if same else "Ostkoroda"
    names[first] = names[first] if same else "Westkoroda"
    asked = names[first] if same else "Koroda"
    path = _layer(tmp_path / "r.gpkg", {"code": codes, "name": names})
    rows = [(asked, 5.5), *((name, i + 0.5) for i, name in enumerate(names) if i not in (first, second))]
    table = tmp_path / "t.csv"
    table.write_text("region;rate\n" + "".join(f"{name};{value}\n" for name, value in rows), encoding="utf-8")
    with pytest.raises(DataError) as told:
        gp.read_table(table, boundaries=path, key="code", year=2020)
    for at in (first, second):
        shown = f"{names[at]} ({codes[at]})" if same else names[at]
        assert shown in str(told.value).partition("; allowed")[0], str(told.value)


KEYS = {
    "code": lambda i: f"X{i:02}",
    "id": lambda i: f"kz-{i:02}",
    "fips": lambda i: 10 + 3 * i,
    "OBJECTID": lambda i: i + 1,
    "gid": lambda i: str(i),
    "population": lambda i: 90_000 + 3_700 * i,
    "NAME": lambda i: NAMES[i],
    "NAME_2": lambda i: NAMES[i][::-1],
}


@pytest.mark.parametrize("seed", samples(range(24), 8))
def test_all_commands_choose_the_same_columns(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    spelled = rng.choice(["code", "id", "fips", "NAME", "NAME_2"])
    held = rng.sample(sorted({*KEYS} - {spelled}), rng.randint(0, len(KEYS) - 1))
    held.insert(rng.randint(0, len(held)), spelled)
    path = _layer(tmp_path / "regions.gpkg", {name: [KEYS[name](i) for i in range(len(NAMES))] for name in held})
    table = tmp_path / "table.csv"
    rows = "".join(f"{i + 1};{KEYS[spelled](i)};{i},5\n" for i in range(len(NAMES)))
    table.write_text(f"№;region;rate, %\n{rows}", encoding="utf-8")
    data = read_files(path, FileOptions(table=table), variable="rate, %")
    look = gp.quick_look(table, boundaries=path)
    study = gp.propose_study(tmp_path / "own", table=table, boundaries=path, year=2020)
    written = r'^{} = "(.*)"  +#'
    proposed = {c: re.search(written.format(c), study.files["study.toml"], re.MULTILINE) for c in ("key", "name")}
    assert proposed["key"] is not None and data.regions is not None
    key = proposed["key"][1]
    assert data.regions.index.tolist() == [str(KEYS[key](i)) for i in range(len(NAMES))], (held, spelled)
    assert data.table["rate, %"].tolist() == [i + 0.5 for i in range(len(NAMES))]
    told = {note for note in data.notes if note.startswith("the key of")}
    seen = {note for note in look.remarks if note.startswith("the key of")}
    assert [repr(key) in note for note in (*told, *seen)] == [True, True][: 2 * len(told)]
    name = proposed["name"][1] if proposed["name"] else None
    assert [note.split("'")[1] for note in data.notes if note.startswith("the names of")] == [name] * (name is not None)
    if name is not None:
        assert data.regions["name"].tolist() == [KEYS[name](i) for i in range(len(NAMES))]
    assert key in (spelled, *{"code", "id", "NAME", "NAME_2"}) or not {"code", "id", "NAME", "NAME_2"} & {*held}


@pytest.mark.parametrize("key", ["code", "name", "other name"])
def test_the_names_that_are_told_are_those_drawn(tmp_path: Path, key: str) -> None:
    other = [name[::-1] for name in NAMES]
    codes = [f"X{i}" for i in range(len(NAMES))]
    path = _layer(tmp_path / "regions.gpkg", {"code": codes, "name": NAMES, "other name": other, "third name": other})
    table = tmp_path / "table.csv"
    given = {"code": codes, "name": NAMES, "other name": other}[key]
    table.write_text("region;rate, %\n" + "".join(f"{each};{i},5\n" for i, each in enumerate(given)), encoding="utf-8")
    data = read_files(path, FileOptions(key=key, table=table), variable="rate, %")
    told = [note for note in data.notes if note.startswith("the names of the regions")]
    assert len(told) == 1 and data.regions is not None
    column = told[0].split("'")[1]
    offered = re.split(", | \\(|: ", told[0].rpartition("says another: ")[2].rstrip(")"))
    assert column not in offered
    assert ('"' + key + '"' in offered or key in offered) == (key != "code")  # the key may be the name that is meant
    guess = guess_layer(path, key=key)
    others = next(note for note in guess.notes if note.startswith("the names")).partition("taken; ")[2]
    assert guess.name not in others.removesuffix(" could serve as well").split(", ")
    assert column != key
    assert data.regions["name"].tolist() == (NAMES if column == "name" else other)


def test_the_column_of_names_can_be_chosen(tmp_path: Path) -> None:
    codes = [f"X{i}" for i in range(len(NAMES))]
    path = _layer(tmp_path / "regions.gpkg", {"code": codes, "name": NAMES, "short": [*codes[:-1], ""]})
    data = read_files(path, FileOptions(key="code", name="short"), variable="value")
    assert data.regions is not None and data.regions["name"].tolist() == codes
    assert any("X8: without a name" in note for note in data.notes)
    with pytest.raises(DataError, match="no column shrt; allowed: code, name, short, value; nearest: short"):
        read_files(path, FileOptions(key="code", name="shrt"), variable="value")
    assert gp.read_boundaries(path, key="code", name="short")["name"].tolist() == codes
    with pytest.raises(DataError, match="no column nme; allowed: code, name, short, value; nearest: name"):
        gp.read_boundaries(path, key="code", name="nme")


@pytest.mark.parametrize("borders", [None, "cp1250", "cp1251"])
@pytest.mark.parametrize("numbers", [None, "cp1250", "cp1251"])
def test_an_encoding_goes_to_the_files_that_need_it(tmp_path: Path, borders: str | None, numbers: str | None) -> None:
    names = {"cp1250": ["Łódź", "Śląsk", "Płock"], "cp1251": ["Бургас", "Плевен", "Русе"]}
    here, there = names[borders or "cp1250"], names[numbers or "cp1250"]
    frame = gpd.GeoDataFrame({"code": ["A1", "B2", "C3"], "title": here}, crs=4326,
                             geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)])  # fmt: skip
    path = tmp_path / f"regions.{'shp' if borders else 'geojson'}"
    frame.to_file(path, encoding=borders or "utf-8")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    table = tmp_path / f"table.{'csv' if numbers else 'xlsx'}"
    rows = gpd.pd.DataFrame({"region": ["A1", "B2", "C3"], "name": there, "rate": [1.5, 2.5, 3.5]})
    rows.to_csv(table, index=False, encoding=numbers) if numbers else rows.to_excel(table, index=False)
    options = FileOptions(key="code", table=table, encoding=borders or numbers, table_encoding=numbers)
    if borders is None and numbers is None:
        with pytest.raises(DataError, match="whose format says it; allowed: no encoding="):
            read_files(path, FileOptions(key="code", table=table, encoding="cp1250"), variable="rate")
        return
    data = read_files(path, options, variable="rate")
    assert data.regions is not None and data.regions["name"].tolist() == here
    assert data.values("rate").tolist() == [1.5, 2.5, 3.5]


@pytest.mark.parametrize("table_encoding", [None, "cp1250"])
def test_an_encoding_is_not_forced_on_a_shapefile_that_states_its_own(
    tmp_path: Path, table_encoding: str | None
) -> None:
    names = ["Łódź", "Śląsk", "Płock"]
    frame = gpd.GeoDataFrame({"title": names}, crs=4326, geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)])
    frame.to_file(tmp_path / "regions.shp", encoding="utf-8")
    assert (tmp_path / "regions.cpg").exists()
    rows = gpd.pd.DataFrame({"title": names, "rate": [1.5, 2.5, 3.5]})
    rows.to_csv(tmp_path / "table.csv", index=False, encoding="cp1250")
    where = "utf-8" if table_encoding else "cp1250"
    options = FileOptions(key="title", table=tmp_path / "table.csv", encoding=where, table_encoding=table_encoding)
    data = read_files(tmp_path / "regions.shp", options, variable="rate")
    assert data.regions is not None and data.regions.index.tolist() == names
    assert data.values("rate").to_dict() == dict(zip(names, [1.5, 2.5, 3.5], strict=True))


def test_a_wrong_encoding_is_no_damage(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"code": ["A"], "title": ["Łódź"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    frame.to_file(tmp_path / "a.shp", encoding="cp1250")
    frame.to_file(tmp_path / "a.geojson")
    with pytest.raises(DataError, match=r"a\.shp: the texts of the boundaries are not in utf-8; allowed: encoding="):
        gp.read_boundaries(tmp_path / "a.shp", key="code", encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.geojson: a file of this kind has its texts in UTF-8"):
        gp.read_boundaries(tmp_path / "a.geojson", key="code", encoding="cp1250")


COLUMNS = ["Output per head, zł", "Patents (MM$)/1, P", "Jobs: all, of them women", "Area"]


@pytest.mark.parametrize(
    "asked", ["output", "OUTPUT", "Output per hed, zł", "patents", "(mm$)", "jobs", "women", "are"]
)
def test_a_column_that_is_not_there_is_told_with_the_nearest_and_names_that_hold_commas_are_quoted(
    tmp_path: Path, asked: str
) -> None:
    path = _layer(tmp_path / "regions.gpkg", {"code": [f"X{i}" for i in range(len(NAMES))]})
    rows = [";".join([f"X{i}", *(str(i + j) for j in range(4))]) for i in range(len(NAMES))]
    (tmp_path / "t.csv").write_text("\n".join([";".join(["code", *COLUMNS]), *rows]), encoding="utf-8")
    data = read_files(path, FileOptions(key="code", table=tmp_path / "t.csv"))
    columns = [str(column) for column in data.table.columns]
    with pytest.raises(DataError) as caught:
        data.values(asked)
    told, near = str(caught.value).split("; nearest: ")
    assert next(csv.reader([told.partition("allowed: ")[2]], quotechar="'", skipinitialspace=True)) == columns
    best = near.strip("'")
    assert best in columns and (asked.casefold() in best.casefold() or best.startswith("Output per head"))
    with pytest.raises(DataError, match="which numbers") as caught:
        data.values(None)
    assert all(("," in column) == (repr(column) in str(caught.value)) for column in columns)


@pytest.mark.parametrize("asked", ["x", "wxyz", "(", "[a-", ""])
def test_what_is_like_nothing_has_no_nearest(asked: str) -> None:
    assert nearest(asked, COLUMNS, n=1, words=True) == []


UNITS = [
    "[zł]",
    "[tys. zł]",
    "[%]",
    "[€]",
    "[km²]",
    "[1000 EUR]",
    "[m EUR]",
    "(zł)",
    "(ha)",
    "(t)",
    "(%)",
    ", tonnes",
    "(USD)",
]
MARKS = ["[1]", "[a]", "[p]", "[prov.]", "[note 2]", "[прим. 1]", "(p)", "(1)", "*", "²", "[R]"]


@pytest.mark.parametrize("year", ["", " 2019", ", 2019"])
@pytest.mark.parametrize("seed", samples(range(4), 1))
def test_a_unit_in_a_heading_stays_and_a_mark_goes(tmp_path: Path, seed: int, year: str) -> None:
    rng = random.Random(seed)
    codes = [f"X{i}" for i in range(len(NAMES))]
    path = _layer(tmp_path / "regions.gpkg", {"code": codes, "name": NAMES})
    for sign in [*rng.sample(UNITS, 4), *rng.sample(MARKS, 4)]:
        heading = f"Output{year}{'' if sign[0] in ',*²' else ' '}{sign}"
        table = tmp_path / "table.csv"
        rows = "".join(f"{code};{i},5\n" for i, code in enumerate(codes))
        table.write_text(f"code;{heading}\n{rows}", encoding="utf-8")
        data = read_files(path, FileOptions(table=table, key="code"))
        (told,) = data.table.columns
        assert (sign.strip(" ,") in told) == (sign in UNITS), (heading, told)
        assert data.table.attrs.get("year") == (2019 if year else None)


@pytest.mark.parametrize("unit", [" [zł]", " (tonnes)", ", USD", " [1000 EUR]"])
def test_a_name_without_its_unit_finds_the_one_column_that_has_it(tmp_path: Path, unit: str) -> None:
    """And only one: of two columns in different units neither is taken."""
    layer = gpd.GeoDataFrame({"code": list("abc")}, geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)], crs=4326)
    layer[f"Output{unit}"] = [1.5, 2.5, 4.0]
    layer["Jobs"] = [3.0, 2.0, 1.0]
    layer.to_file(tmp_path / "r.geojson")
    options = FileOptions(key="code")
    found = read_files(tmp_path / "r.geojson", options, variable="Output").values("Output")
    assert found.name == f"Output{unit}" and found.tolist() == [1.5, 2.5, 4.0]
    layer["Output [m]"] = [0.0, 1.0, 2.0]
    layer.to_file(tmp_path / "two.geojson")
    with pytest.raises(DataError, match="no column of numbers is called Output"):
        read_files(tmp_path / "two.geojson", options, variable="Output").values("Output")


@pytest.mark.parametrize(
    ("office", "title"),
    [
        ("DANE - Dirección de Síntesis y Cuentas Nacionales", "Producto Interno Bruto por departamento"),
        ("Departamento Administrativo Nacional de Estadística", "Población ocupada"),
        ("Haut-Commissariat au Plan", "Produit intérieur brut"),
        ("National Bureau of Statistics", "Statistics of wages"),
        ("Ministry of Labour", "Unemployed persons"),
        ("Statistisches Bundesamt", "Bruttoinlandsprodukt"),
        ("Badan Pusat Statistik", "Produk domestik regional bruto"),
        ("Бюро национальной статистики", "Валовой региональный продукт"),
        ("Updated 12 May 2024", "Gross regional product"),
    ],
)
@pytest.mark.parametrize("division", [None, "Direction des comptes nationaux", "Office of National Accounts"])
def test_an_office_over_a_table_is_not_what_it_holds(tmp_path, office, title, division):
    import openpyxl

    from growthpoles.study.read_published import read_table

    book = openpyxl.Workbook()
    sheet = book.active
    for text in (office, division, title, None):
        sheet.append([text])
    sheet.append(["Region", "2020", "2021"])
    for i in range(9):
        sheet.append([f"Place {'abcdefghi'[i]}", 900 + 13 * i, 950 + 17 * i])
    book.save(tmp_path / "t.xlsx")
    assert set(read_table(tmp_path / "t.xlsx")["indicator"]) == {title}


@pytest.mark.parametrize("style", samples(["{name} {year}", "{year} {name}", "{name}, {year}", "{name} ({year})"], 2))
@pytest.mark.parametrize("unit", ["", ", thousand", " (%)"])
def test_a_heading_with_its_year_names_indicator_and_year(tmp_path: Path, style: str, unit: str) -> None:
    shapes = [shapely.box(10 + i % 3, 50 + i // 3, 11 + i % 3, 51 + i // 3) for i in range(6)]
    gpd.GeoDataFrame({"code": [f"R{i}" for i in range(6)]}, geometry=shapes, crs=4326).to_file(tmp_path / "r.gpkg")
    heads = {
        (what, year): style.format(name=what + unit, year=year)
        for what in ("People", "Wages")
        for year in (2019, 2020, 2022)
    }
    rows = [["Region", *heads.values()]]
    rows += [[f"R{i}", *(str(10 * i + at) for at in range(len(heads)))] for i in range(6)]
    pd.DataFrame(rows[1:], columns=rows[0]).to_csv(tmp_path / "t.csv", index=False)

    def found(variable: str, year: int | None = None) -> Any:
        options = FileOptions(table=tmp_path / "t.csv", key="code", year=year)
        data = read_files(tmp_path / "r.gpkg", options, variable=variable)
        return data.values(variable).tolist(), data.table.attrs["year"]

    for at, ((what, year), head) in enumerate(heads.items()):
        text = (head, f"{what}{unit} {year}", f"{what} {year}")[at % 3 - at // 3]
        assert found(text, (None, year)[at % 2]) == ([10 * i + at for i in range(6)], year), text
    with pytest.raises(DataError, match=rf"says {year}, and --year 2000; allowed: one of them"):
        found(head, 2000)
    with pytest.raises(DataError, match=r"has no year 2021; allowed: 2019, 2020, 2022"):
        found(style.format(name=f"People{unit}", year=2021))


@pytest.mark.parametrize("years", [1, 2])
def test_columns_without_a_year_are_of_the_one_year_of_the_others(tmp_path: Path, years: int) -> None:
    heads = ["Region", "Area", *(f"People {2020 + i}" for i in range(years)), "Wages 2020 (%)"]
    rows = [[f"Place {i}", *(str(3 * i + at + 0.5) for at in range(len(heads) - 1))] for i in range(6)]
    pd.DataFrame(rows, columns=heads).to_csv(tmp_path / "t.csv", index=False)
    long = gp.read_table(tmp_path / "t.csv")
    told = " ".join(long.attrs["remarks"])
    if years == 1:
        assert set(long["year"]) == {2020} and set(long["indicator"]) == {"Area", "People", "Wages (%)"}
        assert "the year of Area; 2020 was taken from the headers of the other columns" in told
        assert gp.quick_look(tmp_path / "t.csv").tables["years"].tolist() == ["2020"]
    else:
        assert "Area" not in set(long["indicator"]) and "the columns Area (no year in its header" in told
    assert gp.read_table(tmp_path / "t.csv", year=1990 if years == 1 else None)["year"].min() >= 1990


def test_a_remark_shortens_the_name_and_never_the_reason(tmp_path: Path) -> None:
    for length in (20, 58, 61, 200):
        long = "Código " + "x" * length
        rows = [[f"Place {i}", 7 * i % 5 + 1, i * 1.5, i * 2.5] for i in range(6)]
        pd.DataFrame(rows, columns=["Region", long, "People 2020", "People 2021"]).to_csv(
            tmp_path / "t.csv", index=False
        )
        told = next(each for each in gp.read_table(tmp_path / "t.csv").attrs["remarks"] if "were left out" in each)
        assert "(no year in its header, though others have one) were left out" in told


OF_WHICH = [
    "of which: {}", "Of which {}", "thereof {}", "davon {}", "darunter: {}", "Ebből: {}", "dont {}", "di cui: {}",
    "w tym {}", "z tego: {}", "в том числе {}", "в т.ч. {}", "из них: {}", "оның ішінде {}", "de los cuales {}",
    "dos quais: {}", "waarvan {}", "varav {}", "herav {}", "din care: {}", "z toho {}", "Branch, of which: {}",
    "Ág, Ebből: {}", "其中{}",
]  # fmt: skip


def jobs_with_parts(mark: str, parts: int, seed: int, *, whole: bool = False) -> pd.DataFrame:
    """Regions by industries; the second holds parts behind it, all of it or some; last the total of the industries."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(40, 900, (9, 4)) / 10, columns=["farms", "plants", "building", "trade"])
    share = rng.dirichlet(np.ones(parts + (not whole)), 9)[:, :parts]
    inner = np.floor(table[["plants"]].to_numpy() * share * 10) / 10
    if whole:
        table["plants"] = inner.sum(axis=1)
    total = table.sum(axis=1).round(1)
    for n in range(parts):
        table.insert(2 + n, mark.format(f"part{n}"), inner[:, n])
    return table.assign(Total=total).set_axis([f"r{i}" for i in range(9)]).round(1)


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("mark", OF_WHICH)
def test_what_says_that_it_is_part_of_an_industry_is_left_out_and_told(mark: str, parts: int) -> None:
    for seed in range(4):
        table = jobs_with_parts(mark, parts, seed)
        data = FileData(None, table)
        assert industries_of(data, None) == ["farms", "plants", "building", "trade"]
        told = [note for note in data.notes if "part of plants: " in note]
        assert len(told) == parts
        own, whole, region = re.search(r"plants: ([\d.]+) of ([\d.]+) in (\w+)", told[0]).groups()  # type: ignore
        assert (float(own), float(whole)) == (table.loc[region, mark.format("part0")], table.loc[region, "plants"])
        assert any(note.startswith("column Total was taken for no industry") for note in data.notes)
        named = FileData(None, table)
        chosen = ["farms", "plants", mark.format("part0")]
        assert industries_of(named, chosen) == chosen and any("it is a part of plants" in note for note in named.notes)


@pytest.mark.parametrize("mark", OF_WHICH)
def test_parts_that_make_up_an_industry_take_its_place(mark: str) -> None:
    for seed in range(4):
        data = FileData(None, jobs_with_parts(mark, 3, seed, whole=True))
        kept = [mark.format(f"part{n}") for n in range(3)]
        assert industries_of(data, None) == ["farms", *kept, "building", "trade"]


@pytest.mark.parametrize("mark", OF_WHICH)
def test_the_first_industry_of_a_total_is_one_and_a_part_that_is_more_is_asked_for(mark: str) -> None:
    table = jobs_with_parts("{}", 1, 5).drop(columns="part0")
    industries = [mark.format("farms"), "plants", "building", "trade"]
    table = table.set_axis([*industries, "All"], axis=1)[["All", *industries]]
    assert industries_of(FileData(None, table), None) == industries
    more = jobs_with_parts(mark, 1, 5)
    more.iloc[3, 2] = more.iloc[3, [0, 1]].max() + 1
    with pytest.raises(DataError, match="part of another column, and none before it holds it; allowed: --industry"):
        industries_of(FileData(None, more), None)


@pytest.mark.parametrize(
    "name", ["Trade (of which retail)", "Mining, including quarrying", "Dontown", "Davonport works"]
)
def test_other_names_are_no_parts(name: str) -> None:
    table = jobs_with_parts("{}", 1, 2).rename(columns={"part0": name}).drop(columns="Total")
    assert name in industries_of(FileData(None, table), None)


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("other", ["relation/{}", "ZA-{:03}", "LS.{}", "gap"])
def test_a_key_of_names_calls_regions_rather_than_codes_or_gaps(tmp_path: Path, other: str, at: int) -> None:
    """Identifiers that hold a word beside the names that are the key."""
    codes: list[str | None] = [other.format(404 + i) for i in range(len(NAMES))]
    codes = [None, None, *(name[::-1] for name in NAMES[2:])] if other == "gap" else codes
    columns = {"id": codes, "name": NAMES}
    path = _layer(tmp_path / "regions.gpkg", dict(sorted(columns.items(), reverse=bool(at))))
    table = tmp_path / "table.csv"
    table.write_text("region;rate\n" + "".join(f"{name};{i},5\n" for i, name in enumerate(NAMES)), encoding="utf-8")
    data = read_files(path, FileOptions(key="name", table=table), variable="rate")
    assert data.regions is not None and data.regions["name"].tolist() == NAMES
    assert guess_layer(path, key="name").name is None


SEATS = [
    "HQ",
    "hq_name",
    "Head quarter",
    "CAPITAL",
    "capital_city",
    "admin_center",
    "County seat",
    "chef-lieu",
    "cabecera",
]
SEATS += ["SEDE", "Hauptstadt", "Verwaltungssitz", "stolica", "székhely", "Административный центр", "Центр", "merkezi"]
SEATS += ["әкімшілік орталығы", "省会", "県庁所在地", "ibukota", "sedež", "столиця", "tỉnh lỵ", "parent", "CAPITAL_NOM"]
REGION_HEADS = ["DISTRICT", "county", "Province", "Область", "municipio", "Name", "NAME_2", "občina", "Central_name"]


def _places(rng: random.Random, n: int) -> list[str]:
    parts = ["ka", "lo", "mi", "ren", "ta", "vos", "bel", "dun", "gar", "ish"]
    found: dict[str, None] = {}
    while len(found) < n:
        found["".join(rng.choices(parts, k=rng.randint(3, 5))).title()] = None
    return list(found)


@pytest.mark.parametrize("seed", samples(range(40), 4))
@pytest.mark.parametrize("seat", SEATS)
def test_a_seat_calls_no_region(seat: str, seed: int) -> None:
    """Some regions are called as their seats, in any order of columns, with codes or names as the key, with a table."""
    rng = random.Random(seed)
    own = _places(rng, 30)
    names, towns = own[:14], own[14:28]
    towns[: seed % 5] = names[: seed % 5]
    head = REGION_HEADS[seed % len(REGION_HEADS)]
    columns = {head: names, seat: towns, "code": [f"Q{i:02}" for i in range(14)]}
    for kept in ((head, seat, "code"), (head, seat)):
        table = pd.DataFrame({column: columns[column] for column in rng.sample(kept, len(kept))})
        for known in ([], [name.casefold() for name in names]):
            key, _ = choose_key(table, known)
            assert key == ("code" if "code" in kept else head)
            for each in {key, head}:
                assert name_columns(table, each, known) == [head]
    assert name_columns(table, seat)[0] in (head, seat)  # where it is made the key, nothing better is known


@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_lists_of_other_names_are_drawn_only_where_they_are_asked_for(seed: int) -> None:
    rng = random.Random(seed)
    own = _places(rng, 60)
    names, others = own[:15], iter(own[15:])
    lists = [rng.choice("|;").join([next(others) for _ in range(rng.choice((2, 3)))]) for _ in names]
    lists = [text if rng.random() < 0.6 else own[15 + i] for i, text in enumerate(lists)]
    lists[0] += "|" + own[0]
    lists[1] += ";" + own[1]
    table = pd.DataFrame({"alt-name": lists, "name": names, "code": [f"Q{i:02}" for i in range(15)]})
    table = table[rng.sample([*table], 3)]
    for key in ("name", "code"):
        assert name_columns(table, key, {text.casefold() for text in own[15:]}) == ["name"]
    assert "alt-name" in name_columns(table, "alt-name")


@pytest.mark.parametrize("seed", samples(range(40), 4))
@pytest.mark.parametrize("head", ["alt-name", "ALT_NAME", "altname_en", "other names", "VARNAME_1", "alias", "Names"])
def test_names_that_are_borne_beside_the_own_one_are_not_drawn_where_the_table_has_neither(
    seed: int, head: str
) -> None:
    rng = random.Random(seed)
    own = _places(rng, 60)
    others = [f"{own[20]}|{own[21]}" if head == "Names" else own[20], *own[22:36]]  # few lists, or none
    table = pd.DataFrame({head: others, "name": own[:15], "code": [f"Q{i:02}" for i in range(15)]})
    table = table[rng.sample([*table], 3)]
    written = {f"regionde{name.casefold()}" for name in own[:15]}
    assert name_columns(table, "code", written) == ["name", head]
    assert name_columns(table, "code", {name.casefold() for name in own[22:36]})[0] == head


@pytest.mark.parametrize("seed", samples(range(80), 8))
def test_a_key_of_names_gives_way_only_to_the_same_names_and_to_what_is_called_a_name(seed: int) -> None:
    rng = random.Random(seed)
    own = _places(rng, 40)
    names, others = [name[:2] + "é" + name[2:] for name in own[:18]], own[18:36]
    capitals = [name.replace("é", "e").upper() for name in names]
    plain = pd.DataFrame({"DISTRICT": capitals, "beside": others})
    assert name_columns(plain, "DISTRICT") == ["DISTRICT", "beside"]
    spelled = [*names[:17], rng.choice(others)]  # one of them is another name
    for head, texts, known in (("written", spelled, []), ("name", others, []), ("beside", others, others)):
        table = pd.DataFrame({"beside 2": rng.sample(others, 18), "DISTRICT": capitals, head: texts})
        table = table if not known else table.drop(columns="beside 2")
        assert (
            name_columns(table[rng.sample([*table], len([*table]))], "DISTRICT", [t.casefold() for t in known])[0]
            == head
        )


@pytest.mark.parametrize("seed", samples(range(300), 20))
@pytest.mark.parametrize("decimals", [0, 1, 2, 4])
def test_a_change_has_no_more_decimals_than_its_two_years(decimals: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 10.0 ** rng.integers(0, 7)
    before, after = (pd.Series(rng.uniform(-size, size, 30).round(decimals)) for _ in range(2))
    before[rng.integers(0, 30)] = np.nan
    found = change_between(before, after)
    assert found.equals(found.round(decimals)) and found.isna().equals(before.isna())
    assert np.allclose(found, after - before, rtol=0, atol=1e-9 * size, equal_nan=True)
    ragged = after / 3  # whose own decimals never end: nothing is cut off
    assert change_between(before, ragged).equals(ragged - before)


def _table(folder: Path, heads: list[str], seed: int = 0) -> tuple[Path, pd.DataFrame]:
    """Write regions X0, X1 ... and a table of random numbers beside their codes."""
    rng = random.Random(seed)
    _layer(folder / "regions.gpkg", {"code": [f"X{i}" for i in range(len(NAMES))]})
    frame = pd.DataFrame({head: [rng.randint(2200, 9000) for _ in NAMES] for head in heads})
    frame.insert(0, "code", [f"X{i}" for i in range(len(NAMES))])
    frame.to_csv(folder / "t.csv", index=False)
    return folder / "regions.gpkg", frame.set_index("code")


def _column(path: Path, table: Path, variable: str | None, **options: Any) -> tuple[list[float], Any, list[str]]:
    data = read_files(path, FileOptions(key="code", table=table, **options), variable=variable)
    return data.values(variable).tolist(), data.table.attrs.get("year"), data.notes


@pytest.mark.parametrize("seed", range(4))
def test_a_name_that_a_message_shortens_is_taken_as_it_is_told(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    start = "".join(rng.choices("abc def", k=70)).strip().replace("  ", " x") + "z" * 40
    heads = [start + " one", start + " two", "Output " + "y" * rng.randint(60, 90), "Jobs"]
    path, frame = _table(tmp_path, heads, seed)
    for head in heads:
        assert _column(path, tmp_path / "t.csv", head)[0] == frame[head].tolist()
    with pytest.raises(DataError) as caught:
        _column(path, tmp_path / "t.csv", "nothing like it")
    told = str(caught.value).partition("allowed: ")[2].partition("; nearest")[0]
    offered = next(csv.reader([told], quotechar="'", skipinitialspace=True))
    assert len(offered) == len(heads) and offered[2].endswith("...")
    for name, head in zip(offered, heads, strict=True):
        assert _column(path, tmp_path / "t.csv", name)[0] == frame[head].tolist()
    with pytest.raises(DataError, match="no column of numbers"):
        _column(path, tmp_path / "t.csv", start[:20] + "...")  # two begin so


@pytest.mark.parametrize("years", [(2018, 2019, 2021), (2021,)])
@pytest.mark.parametrize("form", ["{}", "{} p", "{}*"])
def test_a_year_alone_names_the_column_of_that_year(tmp_path: Path, years: tuple[int, ...], form: str) -> None:
    heads = [form.format(year) for year in years]
    path, frame = _table(tmp_path, heads)
    for year, head in zip(years, heads, strict=True):
        for asked in (str(year), head):
            values, when, _ = _column(path, tmp_path / "t.csv", asked)
            assert values == frame[head].tolist() and when == year
    with pytest.raises(DataError, match="no year 2050; allowed: "):
        _column(path, tmp_path / "t.csv", "2050")
    two, frame = _table(tmp_path, [f"{what} {year}" for what in ("GDP", "Jobs") for year in years])
    with pytest.raises(DataError, match="allowed: --year 2021 with --variable one of GDP, Jobs"):
        _column(two, tmp_path / "t.csv", "2021")


@pytest.mark.parametrize("order", samples(range(6), 2))
def test_a_column_without_a_year_is_had_where_it_is_asked_for(tmp_path: Path, order: int) -> None:
    heads = ["pop2009", "pop2019", "area_km2", "density", "gcp2022"]
    random.Random(order).shuffle(heads)
    path, frame = _table(tmp_path, heads, order)
    for head in ("area_km2", "density"):
        values, year, notes = _column(path, tmp_path / "t.csv", head)
        assert values == frame[head].tolist() and year is None
        taken = [note for note in notes if note.endswith("; it is taken since it was asked for")]
        assert len(taken) == 1 and taken[0].startswith(f"{head}: no year in its header, ")
        left = " ".join(note for note in notes if "were left out" in note)
        assert "density" in left or "area_km2" in left, notes
        assert head not in left  # what is taken is not left out
        assert not [note for note in notes if note.startswith("the year: ")]
    assert _column(path, tmp_path / "t.csv", "pop", year=2019)[:2] == (frame["pop2019"].tolist(), 2019)
    with pytest.raises(DataError, match=r"without a year: (area_km2, density|density, area_km2); nearest: density"):
        _column(path, tmp_path / "t.csv", "densiti")
    with pytest.raises(DataError, match="no numbers"):
        _column(_layer(tmp_path / "own.gpkg", {"code": list("abcdefghi"), "note": list("abcdefghi")}), None, "note")


@pytest.mark.parametrize("head", ["Rank", "Rang", "Ranking 2021", "№", "Место по региону"])
@pytest.mark.parametrize("seed", samples(range(6), 1))
def test_a_column_of_ranks_is_had_where_it_is_asked_for(tmp_path: Path, head: str, seed: int) -> None:
    rng = random.Random(f"{head} {seed}")
    ranks = [*range(1, len(NAMES) + 1)]
    if head != "№":  # which numbers the rows
        rng.shuffle(ranks)
    heads = ["gdp 2020", "gdp 2021"] if rng.random() < 0.5 else ["gdp", "wage"]
    path, frame = _table(tmp_path, heads, seed)
    frame.insert(rng.choice([0, 1]) if head != "№" else 0, head, ranks)
    frame.reset_index()[[head, *[name for name in frame.reset_index() if name != head]]].to_csv(
        tmp_path / "t.csv", index=False
    )
    values, _, notes = _column(path, tmp_path / "t.csv", head)
    assert values == ranks
    assert [note for note in notes if note.startswith(f"{head}: ") and note.endswith("taken since it was asked for")]
    _, _, notes = _column(path, tmp_path / "t.csv", heads[0])
    assert [note for note in notes if head in note and "were left out" in note]  # of what is not asked for
    with pytest.raises(DataError, match=f"; of ranks or codes: {head}"):
        _column(path, tmp_path / "t.csv", "nothing")


@pytest.mark.parametrize("seed", samples(range(36), 6))
def test_ranks_alone_are_drawn_where_they_are_asked_for(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    head = rng.choice(
        ["Rank", "Место", "Rang", "Ranking", "Place", "Miejsce", "№", "Lugar", "順位", "Орын", "Rank of region"]
    )
    years = rng.choice([[], [2020, 2021]])
    given = {year: rng.sample(range(1, len(NAMES) + 1), len(NAMES)) for year in years or [0]}
    if head == "№":  # which numbers the rows
        given, years = {0: [*range(1, len(NAMES) + 1)]}, []
    rows = [[*([year] if year else []), name, given[year][i]] for year in given for i, name in enumerate(NAMES)]
    lines = [[*(["Year"] if years else []), "Region", head], *rows]
    table = tmp_path / "t.csv"
    table.write_text("\n".join(";".join(map(str, row)) for row in lines), encoding="utf-8")
    path = _layer(tmp_path / "r.gpkg", {"code": [f"X{i}" for i in range(len(NAMES))], "name": NAMES})
    with pytest.raises(DataError, match="no column of numbers") as told:
        read_files(path, FileOptions(key="code", table=table))
    if head != "№":
        assert [(each.name, each.value.strip("'\"")) for each in options_in(told.value.args[0]).values()] == [
            ("variable", head)
        ]
        values, _, notes = _column(path, table, head)
        assert values == [*given.values()][-1]
        assert any("ranks" in note and head in note for note in notes)
        read = gp.read_table(table, boundaries=path, ranks=True, year=None if years else 2020)
        assert sorted(read["value"]) == sorted(rank for each in given.values() for rank in each)
    with pytest.raises(DataError, match="no column of numbers"):
        gp.propose_study(tmp_path / "own", table=table, boundaries=path)


@pytest.mark.parametrize("seed", samples(range(12), 4))
@pytest.mark.parametrize("rows", [False, True])
def test_one_language_of_a_heading_names_its_column(tmp_path: Path, seed: int, rows: bool) -> None:
    rng = random.Random(seed)
    words = rng.sample(["Iedzīvotāju skaits", "Alga", "Халық саны", "人口", "Platība, km2", "Bevölkerung", "دخل"], 3)
    other = rng.sample(["Population", "Wage", "Area", "Income", "Farms"], 3)
    said = rng.sample(list(zip(words, other, strict=True)), 3)
    when = rng.choice(["", " 2021"])
    path, frame = _table(tmp_path, [f"{a} {b}" for a, b in said], seed)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    heads = [[a + when for a, _ in said], [b + when for _, b in said]]
    if rows:
        sheet.append(["Novads", *heads[0]])
        sheet.append(["Region", *heads[1]])
    else:
        sheet.append(["Novads\nRegion", *map("\n".join, zip(*heads, strict=True))])
    for name, cells in zip(frame.index, frame.to_numpy().tolist(), strict=True):
        sheet.append([name, *cells])
    book.save(tmp_path / "t.xlsx")
    for at, (a, b) in enumerate(said):
        for asked in (a, b, a + when, b + when):
            assert _column(path, tmp_path / "t.xlsx", asked)[0] == frame.iloc[:, at].tolist(), asked
    for row in heads:  # one language says the same of two columns, which the other tells apart
        row[1:] = [row[1]] * 2 if row is heads[1] else row[1:]
    sheet.delete_rows(1, 2 if rows else 1)
    sheet.insert_rows(1, 2 if rows else 1)
    lines = [["Novads", *heads[0]], ["Region", *heads[1]]]
    for number, line in enumerate(lines if rows else [list(map("\n".join, zip(*lines, strict=True)))], 1):
        for at, text in enumerate(line, 1):
            sheet.cell(number, at, text)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match="stands in several tables or in several headings; allowed: ") as caught:
        _column(path, tmp_path / "t.xlsx", said[1][1])
    told = str(caught.value).partition("allowed: ")[2]
    offered = next(csv.reader([told], quotechar="'", skipinitialspace=True))
    for at, name in zip((1, 2), offered, strict=True):
        assert _column(path, tmp_path / "t.xlsx", name)[0] == frame.iloc[:, at].tolist()


@pytest.mark.parametrize("asked", ["pop 2019", "pop", "density", "popp"])
def test_a_column_without_a_year_that_cannot_be_read_hinders_no_other(tmp_path: Path, asked: str) -> None:
    path, frame = _table(tmp_path, ["pop 2009", "pop 2019", "density"])
    cells = ["1.234", "1.235", *["2,345", "2,346"], *["2.347"] * (len(NAMES) - 4)]
    frame.assign(density=cells).to_csv(tmp_path / "t.csv")
    if asked.startswith("pop") and asked != "popp":
        assert _column(path, tmp_path / "t.csv", asked)[0] == frame["pop 2019"].tolist()
    else:
        with pytest.raises(DataError, match=r"without a year: .*density.*decimal"):
            _column(path, tmp_path / "t.csv", asked)


@pytest.mark.parametrize("seed", samples(range(6), 2))
def test_a_sheet_without_a_year_gets_none_of_another_sheet(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path, frame = _table(tmp_path, ["GDP", "rate"], seed)
    names, first = frame.index, 2000 + seed
    heads = [str(first + i) for i in range(rng.randint(2, 4))]
    dated = pd.DataFrame(
        [[name, *(rng.randint(3000, 9000) for _ in heads)] for name in names], columns=["name", *heads]
    )
    loose = pd.DataFrame({"name": [*names], "Rate (%)": frame["rate"].to_numpy(), "Jobs": range(11, 11 + len(names))})
    sheets = [("Table 3", dated), ("QLFS", loose)]
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        for sheet, own in sheets[:: rng.choice([1, -1])]:
            own.to_excel(book, sheet_name=sheet, index=False)
    values, year, notes = _column(path, tmp_path / "t.xlsx", "Rate (%)")
    assert values == loose["Rate (%)"].tolist() and year is None
    assert "Rate (%): the year; it is not stated" in notes and "1900" not in " ".join(notes)
    with pytest.raises(DataError, match=f"stands in a table that says no year, and {heads[0]} was asked for"):
        _column(path, tmp_path / "t.xlsx", "Rate (%)", year=int(heads[0]))
    assert _column(path, tmp_path / "t.xlsx", "Rate (%)", year=int(heads[0]), sheet="QLFS")[1] == int(heads[0])
    values, year, notes = _column(path, tmp_path / "t.xlsx", "Table 3")
    assert values == dated[heads[-1]].tolist() and year == int(heads[-1])
    assert any("Rate (%), Jobs" in note and "left out of the numbers" in note for note in notes)


INDUSTRIES = """
Agriculture;Mining;Manufacturing;Construction;Trade;Private households
Agricultura, ganadería y pesca;Petróleo y minas;Manufactura;Construcción;Comercio
Jordbruk, skogbruk og fiske;Bergverksdrift;Industri;Bygge- og anleggsvirksomhet;Varehandel
Сельское хозяйство;Добыча полезных ископаемых;Обрабатывающие производства;Строительство;Торговля
Land- und Forstwirtschaft;Bergbau;Verarbeitendes Gewerbe;Baugewerbe;Handel
01-03 Primary;05-09 Extraction;10-33 Making;41-43 Works
A;B;C;D-E;F
A Lauksaimniecība;B–E Ieguves rūpniecība;F Būvniecība;G, I Tirdzniecība;H, J Transports;Nav norādīts
A. Zemědělství;[B] Dobývání;C+D Výroba;F: Stavby
Pôdohospodárstvo (A);Ťažba (B);Výroba (C–E);Stavby (F)
"""


@pytest.mark.parametrize("seed", samples(range(12), 4))
@pytest.mark.parametrize("names", INDUSTRIES.strip().split("\n"))
def test_a_table_that_may_lie_the_other_way_round_is_told(tmp_path: Path, names: str, seed: int) -> None:
    rng = random.Random(seed)
    industries = names.split(";")
    regions = rng.choice([[f"{at} {each}" for at, each in enumerate(NAMES, 31)], [*NAMES], ["A Coruña", *NAMES]])
    for down, across, told in (
        (industries, regions, True),
        (regions, industries, False),
        (regions, ["Men", "Women"], False),
    ):
        frame = pd.DataFrame([[rng.randint(2200, 9000) for _ in across] for _ in down], index=down, columns=across)
        frame.to_csv(tmp_path / "t.csv", sep="\t", index_label="")
        data = read_matrix(tmp_path / "t.csv", FileOptions())
        industries_of(data, None)
        assert told == any(note.startswith("the rows may be the industries") for note in data.notes)


@pytest.mark.parametrize("seed", samples(range(6), 2))
def test_a_total_named_as_the_constant_column_of_the_layer_is_told_to_be_the_sum(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    _layer(tmp_path / "b.gpkg", {"code": [f"X{i}" for i in range(len(NAMES))], "name": NAMES, "CNTRY": ["Dorland"] * 9})
    rows = [[name, *(rng.randint(22000, 90000) for _ in range(3))] for name in NAMES[1:]]  # one has no row
    total = ["Dorland", *(sum(row[at] for row in rows) for at in (1, 2, 3))]
    if adds_up := seed % 3 < 2:
        rows.insert(rng.choice([0, len(rows)]), total)
    else:
        rows.append(["Dorland", 11, 13, 17])
    pd.DataFrame(rows, columns=["Region", "Jobs 2019", "Jobs 2020", "Jobs 2021"]).to_csv(
        tmp_path / "t.csv", index=False
    )
    _, _, notes = _column(tmp_path / "b.gpkg", tmp_path / "t.csv", "Jobs")
    why = "it is the sum of other rows" if adds_up else "it names several regions of the boundaries"
    assert any("Dorland" in note and why in note for note in notes), notes


@pytest.mark.parametrize("signs", [",.", ".,"])
@pytest.mark.parametrize("years", [("2017", "2023"), ("2020",)])
def test_a_column_without_a_year_is_read_in_the_notation_of_its_table(tmp_path: Path, signs: str, years: Any) -> None:
    """ "101,741" alone can be read in two ways; beside "127,688,922" and "51.1" it cannot."""
    thousands, decimal = signs
    path, _ = _table(tmp_path, ["a"])
    area = [101_741 + 13_000 * i for i in range(len(NAMES))]
    heads = [f"{what} {year}" for what in ("People", "Rate (%)") for year in years]
    lines = ["code;Area (sq. km.);" + ";".join(heads)]
    for i, size in enumerate(area):
        people, rate = f"{7_000_000 + 12_345 * i:,}", f"{51.1 + i:.1f}"
        cells = [f"{size:,}", *[people] * len(years), *[rate] * len(years)]
        swap = str.maketrans(",.", signs)
        lines.append(";".join([f"X{i}", *(cell.translate(swap) for cell in cells)]))
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert _column(path, tmp_path / "t.csv", "Area (sq. km.)")[0] == area
    assert decimal != thousands


LABELS = ["Income per person", "Index of income", "Rate (%)", "Population, total"]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("code", ["CIA02C{}", "nama_10r_{}gdp", "B{}GQ", "{}", "SP.POP.{}"])
def test_labels_name_the_indicator_and_codes_mean_it(tmp_path: Path, seed: int, code: str) -> None:
    """PxStat and SDMX write a column of codes and one of labels; either may come first, under any head."""
    rng = random.Random(seed)
    path, _ = _table(tmp_path, ["a"])
    kinds = [(code.format(i + 1), label) for i, label in enumerate(rng.sample(LABELS, rng.randint(2, 4)))]
    heads = rng.choice([("STATISTIC", "Statistic Label"), ("na_item", "National accounts indicator")])
    both = [0, 1] if rng.random() < 0.7 else [1, 0]
    truth = {(label, year, i): rng.randrange(10_000, 99_999) for _, label in kinds for year in (2016, 2022)
             for i in range(len(NAMES))}  # fmt: skip
    rows = [[*((own, label)[at] for at in both), str(year), f"X{i}", str(truth[label, year, i])]
            for own, label in kinds for year in (2016, 2022) for i in range(len(NAMES))]  # fmt: skip
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*(heads[at] for at in both), "Year", "code", "VALUE"], *rows])
    own, label = rng.choice(kinds)
    table = gp.read_table(tmp_path / "t.csv", boundaries=path, key="code")
    assert set(table["indicator"]) == {name for _, name in kinds} and table.attrs["codes"] == dict(kinds)
    for asked in (own, label):
        data = read_files(path, FileOptions(key="code", table=tmp_path / "t.csv", year=2016), variable=asked)
        found = data.values(asked)
        assert found.name == label and found.tolist() == [truth[label, 2016, i] for i in range(len(NAMES))]


@pytest.mark.parametrize("years", [(2016, 2022), (2011, 2030)])
def test_a_heading_with_either_year_of_a_change_means_its_column(tmp_path: Path, years: tuple[int, int]) -> None:
    path, _ = _table(tmp_path, ["a"])
    lines = [f"code;People {years[0]};People {years[1]}", *(f"X{i};{i + 1};{i + 5}" for i in range(len(NAMES)))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for year, first in zip(years, (1, 5), strict=True):
        options = FileOptions(key="code", table=tmp_path / "t.csv", year=year, years=years)
        for asked in ("People", *(f"People {each}" for each in years)):
            values = read_files(path, options, variable=asked).values(asked)
            assert values.name == "People" and values.tolist() == [first + i for i in range(len(NAMES))]
        with pytest.raises(DataError, match=f"says 2001, and --years {years[0]} {years[1]}.*with --years$"):
            read_files(path, options, variable="People 2001")


def test_what_is_not_in_every_year_is_told_of_the_column_asked_for(tmp_path: Path) -> None:
    path, _ = _table(tmp_path, ["a"])
    heads = ["code", "People 2016", "People 2022", "Rate 2022", "Jobs 2016"]
    lines = [";".join(heads), *(f"X{i};{i + 1};{i + 5};{i + 2};{i + 4}" for i in range(len(NAMES)))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for asked, told in [("People", ""), ("Rate", "'Rate' (2022) is not in every year")]:
        data = read_files(path, FileOptions(key="code", table=tmp_path / "t.csv"), variable=asked)
        for _ in range(2):
            data.values(asked)
        notes = [note for note in data.notes if "not in every year" in note]
        assert len(notes) == bool(told) and all(note.startswith(told) for note in notes)
    assert any("'Jobs' (2016)" in note for note in gp.read_table(tmp_path / "t.csv").attrs["remarks"])
    data = read_files(path, FileOptions(key="code", table=tmp_path / "t.csv"))
    industries_of(data, None)
    assert any("'Rate' (2022) is not" in note for note in data.notes)


@pytest.mark.parametrize("format_", ["gpkg", "shp", "geojson", "fgb", "parquet", "geoparquet"])
def test_a_table_beside_boundaries_of_any_format(tmp_path: Path, format_: str) -> None:
    path = tmp_path / f"regions.{format_}"
    shapes = [shapely.box(i % 3, i // 3, i % 3 + 1, i // 3 + 1) for i in range(len(NAMES))]
    frame = gpd.GeoDataFrame({"code": [f"X{i}" for i in range(len(NAMES))]}, geometry=shapes, crs=4326)
    if format_.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    table = tmp_path / "table.csv"
    table.write_text("region,rate 2020\n" + "".join(f"X{i},{i}\n" for i in range(len(NAMES))), encoding="utf-8")
    data = read_files(path, FileOptions(key="code", table=table), variable="rate")
    assert data.values("rate").to_dict() == {f"X{i}": i for i in range(len(NAMES))}
    proposal = gp.propose_study(tmp_path / "study", boundaries=path, key="code", table=table)
    proposal.write()
    regions = study_regions(gp.load_study(tmp_path / "study", outside=True))
    assert {*regions.index} == {*frame["code"]}
    assert "boundaries, layer" in gp.quick_look(path).summary()


@pytest.mark.parametrize("seed", samples(range(30), 6))
def test_a_name_as_it_is_printed_set_in_or_cut_means_its_column(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    lead, name = rng.choice(["..", "...", "- ", "– ", "· "]), rng.choice(["per cent", "of which women", "Share (%)"])
    title = "Population change and key vital statistics in regions and municipalities by territorial unit and by year"
    rows = [[each, *(rng.randint(2200, 9000) for _ in range(4))] for each in NAMES]
    heads = [["", 2023, "", 2024, ""], ["", "Residents", lead + name, "Residents", lead + name]]
    file = openpyxl.Workbook()
    for row in [[title], [], *heads, *rows]:
        file.active.append([None if cell == "" else cell for cell in row])
    file.save(tmp_path / "t.xlsx")
    path = _layer(tmp_path / "regions.gpkg", {"NAME": NAMES})
    options = FileOptions(table=tmp_path / "t.xlsx", key="NAME")
    for asked in (lead + name, name, f"  {lead}{name}", (lead + name).upper()):
        values = read_files(path, options, variable=asked).values(asked)
        assert values.loc[[row[0] for row in rows]].tolist() == [row[4] for row in rows], asked
    with pytest.raises(DataError) as told:
        read_files(path, options, variable="xx").values("xx")
    offered = str(told.value).rpartition("allowed: ")[2]
    assert "..." not in offered.replace(lead + name, "") and "Residents" in offered


@pytest.mark.parametrize("seed", samples(range(40), 8))
def test_codes_without_their_common_beginning_are_those_of_the_regions(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    prefix = rng.choice(["LK-", "US", "RO", "KZ ", "X/", "ab_"])
    ends = rng.sample([f"{a}{b}" for a in range(1, 10) for b in range(1, 10)], len(NAMES))
    ends = [f"{end}{rng.choice('AB')}" for end in ends] if rng.random() < 0.3 else ends
    path = _layer(tmp_path / "regions.gpkg", {"code": [prefix + end for end in ends], "NAME": NAMES})
    order = rng.sample(ends, len(ends))
    values = {end: round(rng.uniform(0, 90), 1) for end in order}
    pd.DataFrame({"district": order, "Rate": values.values()}).to_csv(tmp_path / "t.csv", index=False)
    data = read_files(path, FileOptions(table=tmp_path / "t.csv", key="code"))
    assert data.values("Rate").to_dict() == {prefix + end: value for end, value in values.items()}
    assert any(f"{order[0]} = " in note for note in data.notes)
    # Zeros in front, on either side or on both, to one width or another, change no number.
    numbers = [*rng.sample(range(1, 40), len(NAMES) - 1), rng.randint(40, 99)]
    width, other_width = rng.choice([(1, 2), (2, 1), (1, 3), (3, 2), (3, 1)])
    path = _layer(tmp_path / "zeros.gpkg", {"code": [f"{prefix}{n:0{width}}" for n in numbers], "NAME": NAMES})
    written = [f"{n:0{other_width}}" for n in rng.sample(numbers, len(numbers))]
    pd.DataFrame({"district": written, "Rate": values.values()}).to_csv(tmp_path / "t.csv", index=False)
    data = read_files(path, FileOptions(table=tmp_path / "t.csv", key="code"))
    expected = {f"{prefix}{int(n):0{width}}": value for n, value in zip(written, values.values(), strict=True)}
    assert data.values("Rate").to_dict() == expected
    other = [str(i) for i in range(1, len(NAMES) + 1)]  # numbers of rows are no codes
    path = _layer(tmp_path / "numbered.gpkg", {"code": [prefix + end for end in rng.sample(other, len(other))]})
    pd.DataFrame({"no": other, "Rate": values.values()}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError):
        read_files(path, FileOptions(table=tmp_path / "t.csv", key="code")).values("Rate")


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_aliases_mean_names_in_any_case(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path = _layer(tmp_path / "regions.gpkg", {"code": [f"X{i}" for i in range(len(NAMES))], "NAME": NAMES})
    asked = {"Moneragala": "X0", "Kegalle": "X1"}
    case = rng.choice([str.upper, str.lower, str.title, str.swapcase])
    rates = rng.sample(range(2200, 9000), len(NAMES))
    table = pd.DataFrame({"District": [*map(case, asked), *NAMES[2:]], "Rate": rates})
    table.to_csv(tmp_path / "t.csv", index=False)
    options = FileOptions(table=tmp_path / "t.csv", key="code", aliases={**asked, "Nowhere": "X2"})
    data = read_files(path, options)
    assert data.values("Rate").tolist() == table["Rate"].tolist()
    told = [note for note in data.notes if "nothing is renamed" in note]
    assert len(told) == 1 and "Nowhere" in told[0] and "Kegalle" not in told[0]
    where = {"boundaries": path, "key": "code", "aliases": asked, "year": 2020}
    propose_study(tmp_path / "s", table=tmp_path / "t.csv", **where).write()
    assert examine_study(tmp_path / "s").empty


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("total", [False, True])
def test_numbers_by_category_are_added_up_by_the_line_of_the_message(
    tmp_path: Path, seed: int, total: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    path = _layer(tmp_path / "r.gpkg", {"name": NAMES, "code": [f"K{i}" for i in range(len(NAMES))]})
    kinds = [(sex, zone) for sex in ("Hombres", "Mujeres") for zone in ("Urbana", "Rural")]
    kinds += [("Total", "Total")] if total else []
    rows = [(name, year, *kind, rng.randint(100, 9000)) for year in (2021, 2022) for name in NAMES for kind in kinds]
    table = pd.DataFrame(rows, columns=["Provincia", "Año", "Sexo", "Zona", "Cantidad"])
    monkeypatch.chdir(tmp_path)
    sign, encoding = [(",", "utf-8"), (";", "utf-8-sig"), (",", "utf-16"), (";", "utf-16")][seed]
    table.assign(Cantidad=[f"{number:,}" if seed % 2 else str(number) for number in table["Cantidad"]]).to_csv(
        "t.csv", index=False, sep=sign, encoding=encoding
    )
    known: dict[str, Any] = {"thousands": ","} if seed % 2 else {}
    with pytest.raises(DataError, match="Cantidad stands in several") as caught:
        _column(path, Path("t.csv"), "Cantidad", **known)
    assert ("their sum" in str(caught.value)) != total
    if not total:
        exec(str(caught.value).split("in Python: ")[1], {})
        truth = table[table["Año"] == 2022].groupby("Provincia")["Cantidad"].sum()
        assert _column(path, Path("sums.csv"), "Cantidad")[0] == truth[NAMES].tolist()


@pytest.mark.parametrize("seed", samples(range(24), 4))
def test_measures_side_by_side_are_no_industries_of_one_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    industries = [str(name) for name in rng.permutation(["Farming", "Hotels, restaurants", "Trade", "Other services"])]
    industries = industries[: int(rng.integers(2, 5))]
    measures = [
        str(name) for name in rng.permutation(["Establishments", "Persons engaged", "Turnover"])[: 2 + seed % 2]
    ]
    heads = [(each, measure) for each in industries for measure in measures]
    if rng.random() < 0.5:
        heads.sort(key=lambda pair: measures.index(pair[1]))
    ahead = rng.random() < 0.5
    called = {pair: ": ".join(pair[::-1]) if ahead else ", ".join(pair) for pair in heads}
    table = pd.DataFrame(rng.integers(100, 9000, (12, len(heads))), columns=list(called.values()))
    table.index = pd.Index([f"r{i}" for i in range(12)])
    if rng.random() < 0.5:  # the totals of each do not add up with the other
        for measure in measures[::-1]:
            own = [called[each, measure] for each in industries]
            table.insert(0, f"{measure}: Total" if ahead else f"Total, {measure}", table[own].sum(axis=1))
    with pytest.raises(DataError, match="stand side by side for each of") as refused:
        industries_of(FileData(None, table), None)
    for measure in measures:
        assert f'--industry "{measure}"' in str(refused.value)
        wanted = [name for pair, name in called.items() if pair[1] == measure]
        assert sorted(industries_of(FileData(None, table), [measure])) == sorted(wanted)
    assert industries_of(FileData(None, table), list(table)) == list(table)  # asked for
    shares = table.rename(columns={name: f"{name} (%)" for name in table if measures[0] in name})
    if len(measures) == 2:
        assert {*industries_of(FileData(None, shares), None)} == {called[each, measures[1]] for each in industries}


@pytest.mark.parametrize("seed", samples(range(12), 2))
def test_what_a_message_offers_is_taken_when_pasted(tmp_path: Path, seed: int) -> None:
    """Long headings that begin alike were offered cut ("Total: Population by residence ...") and refused so."""
    rng = random.Random(seed)
    title = " ".join(
        rng.sample(["Population", "by residence,", "sex", "and province,", "of the country,", "in all"], 6)
    )
    panels, lines = rng.sample(["Total", "Urban", "Rural"], 2), rng.sample(["Both sexes", "Males", "Females"], 3)
    names = [f"{panel}: {title * 2}: {line}" for panel in panels for line in lines]
    plain = [name.replace(": ", " - ") for name in names]
    for held, codes in ((names, {re.sub(": .*: ", ": ", name): name for name in names}), (plain, {})):
        table = pd.DataFrame([range(len(held))], columns=held)
        table.attrs = {"codes": codes}
        data = FileData(None, table, [], "t.csv")
        for asked in (None, rng.choice(lines) + "?"):
            with pytest.raises(DataError) as told:
                data.values(asked)
            offered = str(told.value).partition("allowed: ")[2].removeprefix("--variable one of ").partition(";")[0]
            pasted = [next(filter(None, hit)) for hit in re.findall(r"'([^']+)'|((?:[^,' ][^,']*))", offered)]
            assert [data.values(each).name for each in pasted] == held


def test_names_with_commas_are_quoted_in_a_look(tmp_path: Path) -> None:
    rows = [("Region", "Total, men", "Urban, men", "Rural"), *((f"R{i}a", i, i + 1, i + 2) for i in range(1, 8))]
    pd.DataFrame(rows[1:], columns=list(rows[0])).to_csv(tmp_path / "t.csv", index=False)
    assert gp.quick_look(tmp_path / "t.csv").tables["indicators"].tolist() == ["'Total, men', 'Urban, men', Rural"]


def test_numbers_of_rows_and_ranks_are_not_offered_as_the_numbers_of_a_map(tmp_path: Path) -> None:
    path = _layer(tmp_path / "r.gpkg", {"name": NAMES, "code": [f"K{i}" for i in range(len(NAMES))]})
    rows = [[i, name, 300 - i * i, 7.5 + i, i % 4 + 1] for i, name in enumerate(NAMES, 1)]
    heads = ["No.", "Region", "Births 2023", "Deaths 2023", "Rank"]
    pd.DataFrame(rows, columns=heads).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError, match="which numbers") as told:
        _column(path, tmp_path / "t.csv", None)
    assert str(told.value).endswith("--variable one of Births, Deaths")


@pytest.mark.parametrize("seed", samples(range(24), 6))
def test_a_heading_of_numbers_and_shares_is_asked_about(seed: int, tmp_path: Path) -> None:
    """ "Population" above "Number" and "%" is neither of them, whatever signs stand behind."""
    rng = random.Random(seed)
    counted, share = rng.choice(["Number", "No.", "Thousand"]), rng.choice(["%", "Percent", "‰", "€"])
    kinds = [(counted, rng.sample(range(100, 9000), len(NAMES))), (share, rng.sample(range(1, 90), len(NAMES)))]
    rng.shuffle(kinds)
    path, _ = _table(tmp_path, ["density"])
    rows = [["code", "Population", ""], ["", *(kind for kind, _ in kinds)]]
    rows += [[f"X{at}", *(cells[at] for _, cells in kinds)] for at in range(len(NAMES))]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match="Population stands in several") as caught:
        _column(path, tmp_path / "t.xlsx", "Population")
    for kind, cells in kinds:
        name = f"Population, {kind}" if kind else "Population"
        assert f"'{name}'" in str(caught.value) or name in str(caught.value)
        if kind:
            assert _column(path, tmp_path / "t.xlsx", name)[0] == cells


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
@pytest.mark.parametrize("asked", [None, "name_ar", "name", "long_name"])
def test_the_column_of_names_that_is_asked_for_is_the_one_drawn_in_any_language(
    tmp_path: Path, lang: str, asked: str | None
) -> None:
    """A file of OpenStreetMap has names in many languages, of which a map takes its own where none is asked for."""
    columns = {column: [f"{column} {name}" for name in NAMES] for column in ("name", "name_ar", "name_en", "long_name")}
    path = _layer(tmp_path / "regions.gpkg", {"code": [f"X{i}" for i in range(len(NAMES))], **columns})
    data = read_files(path, FileOptions(key="code", name=asked))
    assert data.regions is not None
    drawn = {way[0] for way in region_names(data.regions, make_style(MapOptions(), lang=lang))}
    assert drawn == set(columns[asked or ("name_en" if lang == "en" else "name")])
    told = [note for note in data.notes if note.startswith("the names of the regions")]
    assert asked is not None or "a map in its language takes name_en" in told[0]
    if asked is not None:
        regions = gp.read_boundaries(path, key="code", name=asked)
        assert {way[0] for way in region_names(regions, make_style(MapOptions(), lang=lang))} == drawn


@pytest.mark.parametrize("seed", samples(range(30), 5))
def test_what_a_look_prints_is_taken_with_its_unit(tmp_path: Path, seed: int) -> None:
    """Also a name that is cut, and one of several sheets where one of them is asked for."""
    rng = random.Random(seed)
    subjects = rng.sample(["Taux de chômage au sens élargi", "Population active occupée", "GDP", "Wages, gross"], 2)
    subjects += ["Salario medio mensual en entidades estatales y privadas por provincias del país", "Revenu"][
        : seed % 3
    ]
    units = [rng.choice(["%", "Nombre", "m EUR", "тыс. чел.", "Pesos"]) for _ in subjects]
    head = ["Region", "Indicator", "Unit", "Year", "Value"]
    rows = [
        [n, s, u, y, rng.randint(11, 99) / 10]
        for s, u in zip(subjects, units, strict=True)
        for n in NAMES
        for y in (2019, 2020)
    ]
    pd.DataFrame(rows, columns=head).to_csv(tmp_path / "t.csv", index=False)
    path = _layer(tmp_path / "regions.gpkg", {"NAME": NAMES})
    printed = gp.quick_look(tmp_path / "t.csv", boundaries=path, key="NAME").tables["indicators"].iloc[0]
    options = FileOptions(table=tmp_path / "t.csv", key="NAME", year=2019)
    for subject, unit in zip(subjects, units, strict=True):
        assert f"({unit})" in printed
        cut = f"{subject[:57]}..." if len(subject) > 60 else subject
        unit_behind = f"{subject} ({unit})", f"{subject}, {unit}", f"{subject} ({unit}) 2019"
        for asked in (subject, *unit_behind, f"{cut} ({unit})", f"'{cut}' ({unit})", f"Table 2.1: {subject}"):
            values = read_files(path, options, variable=asked).values(asked)
            truth = {row[0]: row[-1] for row in rows if row[1] == subject and row[3] == 2019}
            assert values.to_dict() == truth, asked
    with pytest.raises(DataError, match="no column of numbers"):
        read_files(path, options, variable="GDP (of nobody)").values("GDP (of nobody)")


@pytest.mark.parametrize("seed", samples(range(30), 4))
def test_the_heading_alone_of_a_table_below_another_means_its_numbers(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    groups = rng.choice([("Hommes", "Femmes", "Ensemble"), ("Men", "Women"), ("Urban", "Rural", "Total")])
    years, title = [2019, 2020, 2021], rng.choice(["Taux d'activité", "Literacy"])
    held = {group: {name: [rng.randint(110, 990) / 10 for _ in years] for name in NAMES} for group in groups}
    file = openpyxl.Workbook()
    file.active.title = title
    above = [[f"Tableau 3 : {title} par région et sexe, 2019-2021"], []] if seed % 2 else []
    for row in [
        *above,
        *(r for g in groups for r in ([g], ["Region", *years], *([n, *held[g][n]] for n in NAMES), [])),
    ]:
        file.active.append(row)
    file.save(tmp_path / "t.xlsx")
    path = _layer(tmp_path / "regions.gpkg", {"NAME": NAMES})
    for group in groups:
        for at, year in enumerate(years):
            options = FileOptions(table=tmp_path / "t.xlsx", key="NAME", year=year)
            values = read_files(path, options, variable=group).values(group)
            assert values.to_dict() == {name: numbers[at] for name, numbers in held[group].items()}


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_a_name_beside_other_sheets_means_its_column_in_its_sheet_alone(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    crops, file = rng.sample(["Viandas", "Hortalizas", "Arroz", "Maíz"], 2), openpyxl.Workbook()
    file.remove(file.active)
    title = rng.choice(["9.12 - Producción agrícola de {} por provincias", "Table 4: Yields of {}", ""])
    for crop in crops:
        page = file.create_sheet(crop)
        rows = [[name, *(rng.randint(110, 990) / 10 for _ in range(4))] for name in NAMES]
        heads = [["Region", "Area", "", "Yield", ""], ["", 2021, 2022, 2021, 2022], ["", "ha", "", "t/ha", ""]]
        for row in [*([[title.format(crop)], []] if title else []), *heads, *rows]:
            page.append([None if cell == "" else cell for cell in row])
    file.save(tmp_path / "t.xlsx")
    path = _layer(tmp_path / "regions.gpkg", {"NAME": NAMES})
    long = gp.read_table(tmp_path / "t.xlsx", boundaries=path, key="NAME")
    assert (
        len({*long["indicator"]}) == 4 and not long.attrs["partly"] and not any("9.12" in x for x in long["indicator"])
    )
    for crop in crops:
        for name in [name for name in long["indicator"].unique() if crop in name]:
            options = FileOptions(table=tmp_path / "t.xlsx", key="NAME", sheet=crop, year=2022)
            values = read_files(path, options, variable=name).values(name)
            own = long[(long["indicator"] == name) & (long["year"] == 2022)].set_index("region")["value"]
            assert values.to_dict() == own.to_dict()


def test_names_that_begin_alike_are_told_whole_where_years_lack() -> None:
    names = [f"{'Cultivated area and harvest of many crops in all provinces of the country: '}{end}" for end in "abc"]
    (told,) = partly_told({name: [2021] for name in names})
    assert all(f"{name!r} (2021)" in told for name in names)


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_a_name_is_taken_as_messages_print_it_and_by_its_own_heading(tmp_path: Path, seed: int) -> None:
    """The name that a message cut short, with dots of either kind; "Total" of "Title: Total", where one column is."""
    rng = random.Random(seed)
    path = _layer(tmp_path / "regions.gpkg", {"code": NAMES})
    title = " ".join(rng.choice(["Population", "by", "region", "and", "sex", "of", "main", "kinds"]) for _ in range(14))
    heads = {f"{title}: Total": 1.0, f"{title}: Urban, Men": 2.0, f"{title}: Urban, Total": 3.0, f"Other {title}": 4.0}
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as held:
        rows = csv.writer(held)
        rows.writerow(["Region", *heads])
        rows.writerows([name, *(value + i for value in heads.values())] for i, name in enumerate(NAMES))
    for asked, first in (
        ("Total", 1.0), ("urban, men", 2.0), ("Urban, Total", 3.0),
        (f"Other {title}"[: rng.randint(12, 30)].strip() + rng.choice(["...", " ...", "…"]), 4.0),
    ):  # fmt: skip
        data = read_files(path, FileOptions(key="code", table=tmp_path / "t.csv"), variable=asked)
        assert data.values(asked).iloc[0] == first, asked
    with pytest.raises(DataError, match="Men"):
        read_files(path, FileOptions(key="code", table=tmp_path / "t.csv"), variable="Me").values("Me")
