"""A study of one's own: boundary formats, names, years, vintages, and what becomes of every row."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import DataError, GrowthpolesError, RegionError, StudyError
from growthpoles.regions.coverage import neighbor_pairs
from growthpoles.shipped_data import geodata_path
from growthpoles.study.inputs import input_account, match_study_regions, published_years, unused_inputs
from growthpoles.study.load_study import builtin_studies, load_study

CATALOGUE = "code,kind,parent,weight,unit\nindex,aggregate,,1,points\nx,indicator,index,1,persons\n"
STUDY = """
[study]
name = "own"
years = [2020]
title = {{ en = "T" }}
source = {{ en = "S" }}
[boundaries]
{boundaries}
[rating]
catalogue = "catalogue.csv"
[[tables]]
file = "t.csv"
{table}
"""
Make = Callable[..., gp.Study]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a study of six squares, or of other boundaries, and load it."""

    def build(
        boundaries: str = 'file = "b.gpkg"\nkey = "code"',
        table: str = "year = 2020",
        text: str = "",
        catalogue: str = CATALOGUE,
    ) -> gp.Study:
        if not (tmp_path / "b.gpkg").exists():
            squares().to_file(tmp_path / "b.gpkg")
        (tmp_path / "catalogue.csv").write_text(catalogue, encoding="utf-8")
        text = text or "region,x\n" + "".join(f"R{i},{i + 1}\n" for i in range(6))
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        content = STUDY.format(boundaries=boundaries, table=table)
        (tmp_path / "study.toml").write_text(content, encoding="utf-8")
        return load_study(tmp_path)

    return build


def squares(crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    from shapely.geometry import box

    shapes = [box(60 + i % 3, 45 + i // 3, 61 + i % 3, 46 + i // 3) for i in range(6)]
    names = ["Север", "Восток", "Ağrı", "São João", "Łódź", "Nord-Est"]
    return gpd.GeoDataFrame({"code": [f"R{i}" for i in range(6)], "name": names}, geometry=shapes, crs=crs)


@pytest.mark.parametrize("name", ["b.gpkg", "b.shp", "b.geojson", "b.fgb", "b.parquet"])
def test_the_same_regions_from_every_format(make: Make, tmp_path: Path, name: str) -> None:
    frame = squares()
    frame.to_parquet(tmp_path / name) if name.endswith("parquet") else frame.to_file(tmp_path / name)
    study = make(f'file = "{name}"\nkey = "code"\nname = "name"')
    regions = gp.study_regions(study)
    assert regions.loc[[f"R{i}" for i in range(6)], "name_en"].tolist() == frame["name"].tolist()
    assert len(neighbor_pairs(regions)) == 11  # by hand: 7 sides and 4 corners
    assert gp.load_indicators(2020, study=study)["x"].to_dict() == {f"R{i}": i + 1.0 for i in range(6)}


def test_a_file_without_crs_needs_it_declared(make: Make, tmp_path: Path) -> None:
    squares(None).to_file(tmp_path / "c.shp")
    with pytest.raises(DataError, match='does not state its coordinate system; allowed: crs = "EPSG:4326"'):
        gp.study_regions(make('file = "c.shp"\nkey = "code"'))
    declared = gp.study_regions(make('file = "c.shp"\nkey = "code"\ncrs = "EPSG:4326"'))
    stated = gp.study_regions(make())
    np.testing.assert_allclose(declared.area, stated.area, rtol=1e-12)


@pytest.mark.parametrize("code", ["EPSG:23700", "EPSG:3857", "EPSG:3035", "EPSG:32642"])
def test_projected_numbers_of_no_stated_system_are_not_called_degrees(make: Make, tmp_path: Path, code: str) -> None:
    squares().to_crs(code).set_crs(None, allow_override=True).to_file(tmp_path / "c.shp")
    study = make('file = "c.shp"\nkey = "code"')
    with pytest.raises(DataError, match=r'are no degrees\): crs = "EPSG:\.\.\." under \[boundaries\]') as caught:
        gp.study_regions(study)
    assert "4326" not in str(caught.value)


def test_a_declared_crs_must_not_contradict_the_file(make: Make) -> None:
    with pytest.raises(DataError, match="the file states WGS 84"):
        gp.study_regions(make('file = "b.gpkg"\nkey = "code"\ncrs = "EPSG:3857"'))


def test_a_projection_of_ones_own(make: Make) -> None:
    regions = gp.study_regions(make('file = "b.gpkg"\nkey = "code"\nprojection = "EPSG:32641"'))
    assert regions.crs == "EPSG:32641"


def test_damaged_geoparquet(make: Make, tmp_path: Path) -> None:
    (tmp_path / "d.parquet").write_bytes(b"PAR1PAR1")
    with pytest.raises(DataError, match="cannot be read as GeoParquet"):
        gp.study_regions(make('file = "d.parquet"\nkey = "code"'))


def test_names_of_the_layer_in_any_spelling_and_aliases(make: Make) -> None:
    text = "region,x\nСЕВЕР,1\nвосток,2\nAgri,3\nSao-Joao,4\nR4,5\nthe far corner,6\n"
    study = make('file = "b.gpkg"\nkey = "code"\naliases = { "the far corner" = "R5" }', text=text)
    assert gp.load_indicators(2020, study=study)["x"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    study = make('file = "b.gpkg"\nkey = "code"\naliases = { "the far corner" = "R9" }', text=text)
    with pytest.raises(RegionError, match=r"boundaries\.aliases: the far corner = R9, which is no region"):
        gp.load_indicators(2020, study=study)


def test_all_unknown_names_at_once(make: Make) -> None:
    text = "region,x\nСЕВЕРЪ,1\nвостокк,2\nR2,3\nR3,4\nR4,5\nR5,6\n"
    with pytest.raises(RegionError, match=r"2 problems with region names.*СЕВЕРЪ.*востокк"):
        gp.load_indicators(2020, study=make(text=text))


@pytest.mark.parametrize("drop", ["R0", "R5"])
def test_a_region_without_row_is_no_data_and_listed(make: Make, drop: str) -> None:
    text = "region,x\n" + "".join(f"R{i},1\n" for i in range(6) if f"R{i}" != drop)
    table = gp.load_indicators(2020, study=make(text=text))
    assert table.index[table["x"].isna()].tolist() == [drop]
    assert table.attrs["missing"] == [(drop, "x", "no row in t.csv")]


def test_edits_of_files_are_noticed(make: Make) -> None:
    assert gp.load_indicators(2020, study=make())["x"].sum() == 21
    assert (
        gp.load_indicators(2020, study=make(text="region,x\n" + "".join(f"R{i},10\n" for i in range(6))))["x"].sum()
        == 60
    )


def test_every_row_is_used_or_listed(make: Make) -> None:
    text = "region,year,x,y\n" + "".join(f"R{i},2020,{i},0\n" for i in range(6)) + "R0,1999,5,0\nTotal,2020,15,0\n"
    study = make(table='year_column = "year"\nignore = ["total"]', text=text)
    assert input_account(study).loc["t.csv"].to_dict() == {"read": 8, "used": 6, "unused": 2}
    unused = unused_inputs(study)
    assert list(zip(unused["row"].fillna(0), unused["column"], unused["reason"], strict=True)) == [
        (8, "", "year 1999 is not asked for"),
        (9, "", "listed in ignore"),
        (0, "y", "column is not asked for"),
    ]
    assert gp.load_indicators(2020, study=study).attrs["account"] == [("t.csv", 8, 6, 2)]


def test_account_of_the_built_in_tables_is_complete() -> None:
    account = input_account()
    assert (account["read"] == account["used"] + account["unused"]).all()
    unused = unused_inputs()
    assert set(zip(unused["file"], unused["column"], strict=True)) == {
        ("table3.csv", "employed"),  # repeats Table 2
        ("table5.csv", "employed"),
        ("table6.csv", "ratio"),
    }
    assert unused.groupby("file").size().to_dict() == account["unused"][lambda n: n > 0].to_dict()


def test_specialisation_by_year(make: Make) -> None:
    text = "region,x,k2020\n" + "".join(
        f"R{i},1,{cell}\n" for i, cell in enumerate(["-", "0", "0.5", "0.25", "0.25", "0"])
    )
    study = make(table='year = 2020\nksi = "k2020"', text=text)
    published = gp.load_published(2020, study=study)
    assert published["ksi_status"].tolist() == [
        "no production", "rounded zero", "value", "value", "value", "rounded zero",
    ]  # fmt: skip
    assert published["ksi"].sum() == 1.0 and published_years(study) == {2020: ["ksi"]}


def test_later_data_on_earlier_boundaries_and_the_other_way(make: Make, tmp_path: Path) -> None:
    catalogue = (
        "code,kind,parent,numerator,denominator,unit\nindex,aggregate,,,,\nper_head,indicator,index,x,y,\n"
        "x,primary,,,,t\ny,primary,,,,persons\n"
    )
    codes = gp.load_regions(2022).index
    text = "region,x,y\n" + "".join(f"{code},{i + 1},10\n" for i, code in enumerate(codes))
    study = make('builtin = "kz"\nyear = 2014', "year = 2020\nvintage = 2022", text=text, catalogue=catalogue)
    table = gp.load_indicators(2020, study=study)
    x = pd.Series(range(1, 21), index=codes)
    assert table.loc["KZ-VOS", "x"] == x["KZ-VOS"] + x["KZ-ABA"] and table.loc["KZ-VOS", "y"] == 20
    assert table.loc["KZ-VOS", "per_head"] == table.loc["KZ-VOS", "x"] / 20
    assert table["x"].sum() == x.sum()

    old = "region,x,y\n" + "".join(f"{code},100,10\n" for code in gp.load_regions(2014).index)
    later = 'builtin = "kz"\nyear = 2018'
    with pytest.raises(RegionError, match="regions split: KZ-YUZ into KZ-YUZ and KZ-SHY"):
        gp.load_indicators(2020, study=make(later, "year = 2020\nvintage = 2014", text=old, catalogue=catalogue))
    (tmp_path / "s.csv").write_text("from,to,share\nKZ-YUZ,KZ-YUZ,0.7\nKZ-YUZ,KZ-SHY,0.3\n", encoding="utf-8")
    study = make(later, 'year = 2020\nvintage = 2014\nshares = "s.csv"', text=old, catalogue=catalogue)
    assert gp.load_indicators(2020, study=study).loc["KZ-SHY", "x"] == pytest.approx(30)


def test_vintage_needs_built_in_boundaries(make: Make) -> None:
    with pytest.raises(StudyError, match="vintage is for boundaries with builtin"):
        make(table="year = 2020\nvintage = 2014")


def test_columns_of_ones_own_are_not_added_over_enclaves(make: Make) -> None:
    codes = gp.load_regions(2014).index
    text = "region,x\n" + "".join(f"{code},1\n" for code in codes)
    study = make('builtin = "kz"\nyear = 2014', text=text)
    with pytest.raises(DataError, match="nothing says that they add up"):
        gp.load_indicators(2020, study=study, enclaves="merge")


def test_catalogue_out_of_a_spreadsheet(make: Make) -> None:
    saved = CATALOGUE.replace(",", ";").replace("\n", "\r\n")
    study = make(catalogue=saved)
    assert gp.study_catalogue(study).indicators == ("x",)


NASTY = ["<script>alert(1)</script>", '=HYPERLINK("http://x")', "../x", "\u202egro.exe", "\\input{x}"]


@pytest.mark.parametrize("name", NASTY)
def test_names_and_keys_are_data(make: Make, tmp_path: Path, name: str) -> None:
    frame = squares()
    frame["code"] = [name, *frame["code"][1:]]
    frame["name"] = [name * 400, *frame["name"][1:]]
    frame.to_file(tmp_path / "n.gpkg")
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([["region", "x"], [name, 1], *[[f"R{i}", 1] for i in range(1, 6)]])
    study = make('file = "n.gpkg"\nkey = "code"\nname = "name"', text=out.getvalue())
    regions = gp.study_regions(study)
    assert regions.index[0] == name and regions["name_en"].iloc[0] == name * 400
    assert gp.load_indicators(2020, study=study).index[0] == name


def test_long_keys_and_control_characters(make: Make, tmp_path: Path) -> None:
    frame = squares()
    frame["code"] = ["x" * 10_000, *frame["code"][1:]]
    frame.to_file(tmp_path / "l.gpkg")
    with pytest.raises(DataError, match="of 10000 characters; allowed: codes of up to 200") as caught:
        gp.study_regions(make('file = "l.gpkg"\nkey = "code"'))
    assert len(str(caught.value)) < 400
    frame["code"] = [f"R{i}" for i in range(6)]
    frame["name"] = ["a\x07b", *frame["name"][1:]]
    frame.to_file(tmp_path / "m.gpkg")
    regions = gp.study_regions(make('file = "m.gpkg"\nkey = "code"\nname = "name"'))
    assert regions["name_en"].iloc[0] == "a\ufffdb"


def test_mexico_from_a_shapefile_without_crs_against_the_data_set_itself() -> None:
    """Areas and neighbours are those that the data set states; nothing of them enters the study.

    Its areas are those of chords: a border of 250 km along a parallel moves 0.2 % of two states to the other side.
    """
    study = load_study("mexico-gdp")
    regions = gp.study_regions(study)
    assert regions.attrs["projection"] == "equal-area" and len(regions) == 32
    np.testing.assert_allclose(regions.area, regions["AREA"], rtol=3e-3)
    table = gp.load_indicators(2000, study=study)
    assert (table["gdp_per_head"] == regions["PCGDP2000"]).all()  # the table by name, the Shapefile's own column
    assert (gp.load_indicators(1940, study=study)["gdp_per_head"] == regions["PCGDP1940"]).all()

    from libpysal.examples import get_path

    names = pd.read_csv(geodata_path("mexico-gdp/mexico.csv"))["State"].tolist()
    codes = match_study_regions(study, names)
    rows = Path(get_path("mexico.gal")).read_text(encoding="utf-8").split("\n")[1:]
    listed = {
        tuple(sorted((codes[int(head.split()[0])], codes[int(other)])))
        for head, others in zip(rows[::2], rows[1::2], strict=False)
        if head.strip()
        for other in others.split()
    }
    ours = {tuple(sorted(pair)) for pair in neighbor_pairs(regions)}
    assert listed ^ ours == {("MX10", "MX14")}  # Durango and Jalisco come within reach of each other, and do not touch


def test_kazakhstan_today() -> None:
    study = load_study("kazakhstan-2024")
    table = gp.load_indicators(2024, study=study)
    assert len(table) == 20 and table["population"].sum() == 20_159_707
    assert table.loc["KZ-ALA", "density"] == pytest.approx(2_258_253 / 700)
    rating = gp.rate(table, gp.study_catalogue(study))
    assert rating["index"].idxmax() == "KZ-ALA"
    assert rating.loc["KZ-YUZ", "index"] == pytest.approx(100 * 2_150_796 / 2_258_253)


def test_built_in_studies_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = builtin_studies()
    assert list(listed.index) == ["kazakhstan-2024", "kazakhstan-it", "mexico-gdp", "us-states"]
    assert (listed[["title", "years", "source", "licence"]] != "").all(axis=None)
    for name in listed.index:
        assert load_study(name).name == name
    with pytest.raises(StudyError, match=r"no such built-in study.*nearest: mexico-gdp"):
        load_study("mexico-gpd")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(geodata_path("kazakhstan-2024"), tmp_path / "mexico-gdp")
    assert load_study("mexico-gdp").name == "kazakhstan-2024"  # a folder here comes first
    with pytest.raises(GrowthpolesError):
        load_study("x\0y")


def test_the_mexican_files_are_those_of_the_package() -> None:
    from libpysal.examples import get_path

    for theirs, ours in (
        ("mexico.csv", "mexico.csv"),
        ("mexicojoin.shp", "states.shp"),
        ("mexicojoin.dbf", "states.dbf"),
    ):
        assert Path(get_path(theirs)).read_bytes() == geodata_path("mexico-gdp", ours).read_bytes()


@pytest.mark.long
def test_nothing_depends_on_the_locale(tmp_path: Path) -> None:
    """A Kazakh file name and Cyrillic cells, in the C locale; where Python is kept from UTF-8, one clear line."""
    names = gp.load_regions(2024)["name_kk"]
    folder = tmp_path / "өңір"
    folder.mkdir()
    rows = "".join(f"{name}\t{i}\r\n" for i, name in enumerate(names))
    (folder / "кесте.tsv").write_bytes(f"өңір\tx\r\n{rows}".encode())
    (folder / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    content = STUDY.format(boundaries='builtin = "kz"\nyear = 2024', table='year = 2020\nkey = "өңір"')
    (folder / "study.toml").write_text(content.replace("t.csv", "кесте.tsv"), encoding="utf-8")
    code = "import sys, growthpoles as gp; print(gp.load_indicators(2020, study=gp.load_study(sys.argv[1]))['x'].sum())"
    command = [sys.executable, "-c", code, str(folder)]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(command, capture_output=True, env={**clean, "LC_ALL": "C"}, check=False)
    assert done.stdout.split() == [b"190.0"], done.stderr.decode()
    kept = {**clean, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(command, capture_output=True, env=kept, check=False)
    assert b"growthpoles.errors." in done.stderr.splitlines()[-1]
