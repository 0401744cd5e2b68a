"""study.gpkg holds all results per polygon, with styles that QGIS finds; the workbook says what its columns mean."""

import sqlite3
import xml.etree.ElementTree as ET

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from pyogrio import list_layers

from growthpoles.errors import DataError
from growthpoles.maps import palettes
from growthpoles.ratings import Catalogue, ClassScale, rate
from growthpoles.report.manifest import Manifest
from growthpoles.report.stages import strengths
from growthpoles.report.tables.geopackage import geopackage_bytes, ksi_classes, ksi_style, rating_style
from growthpoles.report.tables.table_formats import sheet_names, workbook_bytes


def test_every_layer_has_all_regions_and_its_values(report: Manifest) -> None:
    path = report.out / "study.gpkg"
    names = [name for name, kind in list_layers(path) if kind]
    assert {
        "rating_realigned_2014",
        "rating_reproduced_2010",
        "ksi_2014",
        "clusters_realigned_2014",
        "typology_2014",
    } <= set(names)
    # The edition of the report first, then the others in the order of the study, whatever the hash seed.
    ratings = [name.removesuffix("_2014")[7:] for name in names if name.startswith("rating_") and name.endswith("2014")]
    assert ratings == ["realigned", "reproduced", "realigned_alt"]
    assert report.results is not None
    for name in names:
        layer = gpd.read_file(path, layer=name).set_index("region")
        assert set(layer.index) == set(report.results.regions.index) and layer.geometry.is_valid.all()
        assert layer.crs == report.results.regions.crs
    layer = gpd.read_file(path, layer="rating_realigned_2014").set_index("region")
    rating = report.results.rating(2014).reindex(layer.index)
    np.testing.assert_allclose(layer["index"], rating["index"])
    assert list(layer["rating_class"]) == list(rating["rating_class"].astype(str))
    assert {"name_en", "name_ru", "name_kk", "grp", "score_productivity", "moran_p_value", "robust_rank_low"} <= set(
        layer
    )
    ksi = gpd.read_file(path, layer="ksi_2014").set_index("region")
    assert ksi.loc["KZ-ATY", "ksi_class"] == "no production" and np.isnan(ksi.loc["KZ-ATY", "ksi"])
    assert ksi.loc["KZ-AKM", "ksi_class"] == "rounded zero" and ksi.loc["KZ-ALA", "ksi_class"] == "0.25–1"


def test_styles_cover_the_values_of_their_layers(report: Manifest) -> None:
    path = report.out / "study.gpkg"
    with sqlite3.connect(path) as base:
        rows = list(base.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"))
        columns = {row[1] for row in base.execute("PRAGMA table_info(layer_styles)")}
        registered = {name for (name,) in base.execute("SELECT table_name FROM gpkg_contents")}
        geometry = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert columns >= {"f_table_catalog", "f_table_schema", "styleName", "styleSLD", "owner", "ui", "update_time"}
    assert "layer_styles" in registered and len({name for name, *_ in rows}) == len(rows) >= 12
    for name, column, qml, default in rows:
        assert default == 1 and geometry[name] == column
        root = ET.fromstring(qml.split("\n", 1)[1])
        renderer = root.find("renderer-v2")
        assert renderer is not None and renderer.get("type") == "categorizedSymbol"
        values = [each.get("value") for each in renderer.iter("category")]
        symbols = {each.get("name") for each in renderer.iter("symbol")}
        assert {each.get("symbol") for each in renderer.iter("category")} == symbols and len(values) == len(set(values))
        there = gpd.read_file(path, layer=name)[renderer.get("attr")].dropna()
        assert set(there) <= set(values), name


def test_rating_style_has_the_classes_of_the_rating() -> None:
    five = ClassScale(("first", "second", "third", "fourth", "fifth"), (80.0, 60.0, 40.0, 20.0, 0.0))
    style = rating_style("realigned", 2014, five)
    assert [name for name, _, _ in style.classes] == list(five.letters)
    assert [colour for _, colour, _ in style.classes] == list(palettes.rating_colours(5)[::-1])
    assert style.classes[0][2] == "first (80\u2013100)"


def test_strengths_look_up_the_scale_of_the_rating() -> None:
    table = pd.DataFrame({"x": [100.0, 70.0, 30.0]}, index=["a", "b", "c"])
    flat = Catalogue.flat(["x"])
    found = strengths(rate(table, flat, scale=ClassScale(("high", "low"), (60.0, 0.0))), flat)
    assert found.loc["c", ["rating_class", "next_class", "points_needed"]].tolist() == ["low", "high", 30.0]
    assert pd.isna(found.loc["b", "next_class"])


def test_rating_style_has_ten_classes_in_the_colours_of_the_map() -> None:
    style = rating_style("realigned", 2014)
    assert [value for value, _, _ in style.classes] == ["A++", "A+", "A", "B++", "B+", "B", "C++", "C+", "C", "D"]
    assert [colour for _, colour, _ in style.classes] == list(palettes.RATING[::-1])


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "rounded zero"),
        (0.0001, "0–0.01"),
        (0.01, "0.01–0.05"),
        (0.05, "0.05–0.1"),
        (0.25, "0.25–1"),
        (1.0, "0.25–1"),
    ],
)
def test_ksi_classes_are_closed_below(share: float, expected: str) -> None:
    status = pd.Series(["rounded zero" if share == 0 else "value"])
    assert ksi_classes(pd.Series([share]), status) == [expected]
    assert expected in {value for value, _, _ in ksi_style(2014).classes}


def test_ksi_without_production_and_without_data() -> None:
    status = pd.Series(["no production", None, "value"])
    assert ksi_classes(pd.Series([np.nan, np.nan, np.nan]), status) == ["no production", None, None]


def test_a_geopackage_needs_boundaries_and_one_row_each(report: Manifest) -> None:
    assert report.results is not None
    regions = report.results.regions
    with pytest.raises(DataError, match="needs boundaries"):
        geopackage_bytes({"a": pd.DataFrame()}, None)
    with pytest.raises(DataError, match="a: rows are not one per region \\(XX\\)"):
        geopackage_bytes({"a": pd.DataFrame({"x": [1]}, index=["XX"])}, regions)
    twice = pd.DataFrame({"x": [1, 2]}, index=[regions.index[0]] * 2)
    with pytest.raises(DataError, match="a: rows are not one per region"):
        geopackage_bytes({"a": twice}, regions)


def test_columns_and_layers_that_collide_stay_apart(report: Manifest) -> None:
    assert report.results is not None
    regions = report.results.regions
    frame = pd.DataFrame(
        [[1, 2.5, True, "x", None]] * len(regions), index=regions.index, columns=["fid", "Geom", "A", "a", "region"]
    )
    content = geopackage_bytes({"layer": frame, "Layer": frame}, regions)
    assert content == geopackage_bytes({"layer": frame, "Layer": frame}, regions)
    assert content[:15] == b"SQLite format 3" and b"layer_styles" not in content


@pytest.mark.long
def test_the_workbook_explains_every_column(report: Manifest) -> None:
    book = openpyxl.load_workbook(report.out / "tables" / "study.xlsx")
    assert book.sheetnames[0] == "notes"
    rows = list(book["notes"].iter_rows(min_row=2, values_only=True))
    explained = {(row[0], row[1]) for row in rows if row[0]}
    assert all(row[3] for row in rows if row[0])
    tables = {path.stem for path in (report.out / "tables").glob("*.csv")}
    assert {name for name, _ in explained} == tables and len(book.sheetnames) == len(tables) + 1
    units = {(row[0], row[1]): row[2] for row in rows}
    assert units["indicators_realigned_2014", "grp"] == "mln_kzt" and units["summary", "index_2014"] == "points"


def test_sheet_names_are_short_and_different() -> None:
    found = sheet_names(["a/b:c", "A b c", "x" * 40, "x" * 50, "", "History"])
    assert found == ["a b c", "A b c 2", "x" * 31, "x" * 29 + " 2", "table", "history table"]
    assert workbook_bytes({"x" * 40: pd.DataFrame({"a": [1]})})[:2] == b"PK"


def test_geoparquet_holds_the_table_and_the_boundaries(tmp_path) -> None:
    """Read again, by geopandas and by the reader of boundaries."""
    import growthpoles as gp
    from growthpoles.report.tables.table_formats import serialise

    shapes = [shapely.box(1e5 * x, 0, 1e5 * x + 1e5, 1e5) for x in (3, 1, 2)]
    regions = gpd.GeoDataFrame(geometry=shapes, index=pd.Index(["c", "a", "b"], name="region"), crs="EPSG:32642")
    frame = pd.DataFrame({"p": [0.5, np.nan], "label": ["High", None], "region": [1, 2]}, index=regions.index[[2, 0]])
    path = tmp_path / "found.geoparquet"
    path.write_bytes(serialise(frame, "geoparquet", title="x", regions=regions))
    again = gpd.read_parquet(path)
    assert again.geom_equals(regions.geometry.reset_index(drop=True)).all() and again.crs == regions.crs
    assert again["region"].tolist() == ["c", "a", "b"] and again["p"].isna().tolist() == [True, True, False]
    read = gp.read_boundaries(path, key="region")
    assert read.loc["b", "p"] == 0.5 and list(read.index) == ["c", "a", "b"]
    with pytest.raises(DataError, match="boundaries"):
        serialise(frame, "geoparquet", title="x")
    with pytest.raises(DataError, match="one per region"):
        serialise(frame.rename({"b": "z"}), "geoparquet", title="x", regions=regions)
