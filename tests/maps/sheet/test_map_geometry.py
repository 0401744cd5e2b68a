"""Outline of very many regions from the edges that occur once: the same as their union, or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity

import growthpoles as gp
from growthpoles.errors import MapError
from growthpoles.maps.sheet.map_geometry import (
    _CACHE,
    _borders,
    _edges,
    _outline,
    _shape_arrays,
    _sorted_places,
    _star_shaped,
    prepare,
)
from samples import samples

Shapes = Any


def outline_of(shapes: Shapes) -> Any:
    arrays = _shape_arrays(shapes)
    return _outline(arrays[0], _edges(arrays), float(shapely.area(shapes).sum()))


def mosaic(rng: np.random.Generator) -> Shapes:
    points = shapely.MultiPoint(rng.random((400, 2)))
    return np.array(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(0, 0, 1, 1))))


def with_holes(rng: np.random.Generator) -> Shapes:
    return mosaic(rng)[rng.random(400) < 0.6]


def turned(rng: np.random.Generator) -> Shapes:
    shapes = with_holes(rng)
    some = rng.random(len(shapes)) < 0.5
    shapes[some] = shapely.reverse(shapes[some])
    return shapes


def begun_elsewhere(rng: np.random.Generator) -> Shapes:
    rings = (shapely.get_coordinates(one)[:-1] for one in with_holes(rng))
    return np.array([shapely.Polygon(np.roll(ring, rng.integers(len(ring)), axis=0)) for ring in rings])


def finer_on_one_side(rng: np.random.Generator) -> Shapes:
    x, y = np.divmod(np.arange(100), 10)
    squares = shapely.box(x, y, x + 1, y + 1)
    some = rng.random(100) < 0.3
    squares[some] = shapely.segmentize(squares[some], 0.5)
    return squares


def enclaves(rng: np.random.Generator) -> Shapes:
    hole = shapely.box(3, 3, 6, 6)
    ring = shapely.box(0, 0, 10, 10).difference(hole)
    far = shapely.MultiPolygon([shapely.box(20, 20, 21, 21), shapely.box(21, 21, 22, 22)])
    return np.array([ring, far, *([hole] if rng.random() < 0.5 else [shapely.box(4, 4, 5, 5)])])


@pytest.mark.parametrize("make", [mosaic, with_holes, turned, begun_elsewhere, finer_on_one_side, enclaves])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_edges_that_occur_once_are_the_outline_of_the_union(
    make: Callable[[np.random.Generator], Shapes], seed: int
) -> None:
    shapes = make(np.random.default_rng(seed))
    outline = outline_of(shapes)
    assert outline is not None and outline.equals(shapely.union_all(shapes))


@pytest.mark.parametrize("make", [mosaic, with_holes, turned, begun_elsewhere, finer_on_one_side, enclaves])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_edges_that_occur_twice_are_the_borders(make: Callable[[np.random.Generator], Shapes], seed: int) -> None:
    shapes = make(np.random.default_rng(seed))
    union = shapely.union_all(shapes)
    arrays = _shape_arrays(shapes)
    found = _borders(arrays[0], _edges(arrays), union)
    assert (found is None) == (make is finer_on_one_side)
    if found is not None:
        borders = shapely.difference(shapely.union_all(shapely.boundary(shapes)), shapely.boundary(union))
        assert found.length == pytest.approx(borders.length, abs=1e-9)
        assert borders.is_empty or found.covers(borders)


@pytest.mark.parametrize("fault", ["overlap", "gap", "double"])
def test_layers_whose_borders_do_not_match_are_left_to_geometry(fault: str) -> None:
    shapes = mosaic(np.random.default_rng(4))
    if fault == "double":
        shapes = np.append(shapes, shapes[:1])
    else:
        shapes[7] = shapely.buffer(shapes[7], 1e-4 if fault == "overlap" else -1e-4)
    outline = outline_of(shapes)
    assert outline is None or shapely.symmetric_difference(outline, shapely.union_all(shapes)).area < 1e-12


LAKE, ENCLAVE = shapely.Point(1.5e6, 1.5e6).buffer(1e5), shapely.box(5e5, 2.2e6, 5.3e5, 2.24e6)


def ragged(fault: str, metres: float, n: int) -> Any:
    """A country of 3,000 km with a lake between regions and an enclave of another, its borders off by some metres."""
    draw = np.random.default_rng(n)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(draw.uniform(0, 3e6, (n, 2)))))
    cells = shapely.intersection(cells, shapely.box(0, 0, 3e6, 3e6))
    holed = shapely.difference(cells, shapely.union_all([LAKE, ENCLAVE]))
    holed = holed[shapely.area(holed) > 1e8]
    if fault == "moved":
        return np.array([shapely.affinity.translate(one, *draw.uniform(-metres, metres, 2) / 3) for one in holed])
    return shapely.buffer(holed, (-metres if fault == "gaps" else metres) / 2, join_style="mitre")


@pytest.mark.parametrize("metres", [1, 30, 1000])
@pytest.mark.parametrize("fault", ["gaps", "overlaps", "moved"])
@pytest.mark.parametrize("n", [40, pytest.param(3200, marks=pytest.mark.long)])
def test_gaps_between_regions_are_no_outline_and_lakes_are(fault: str, metres: float, n: int) -> None:
    shapes = ragged(fault, metres, n)
    index = pd.Index([f"R{i}" for i in range(len(shapes))], name="region")
    base = prepare(gpd.GeoDataFrame(geometry=shapes, index=index, crs="EPSG:32642"))
    assert base.outline is not None
    drawn = sum(shapely.LineString(ring).length for ring in base.outline.to_polygons(closed_only=False))
    true = 4 * 3e6 + LAKE.length + ENCLAVE.length
    assert drawn == pytest.approx(true, rel=0.01)
    inland = [ring for ring in base.outline.to_polygons() if 3e5 < ring.mean(axis=0)[0] < 2.9e6 and np.ptp(ring) < 2e6]
    areas = sorted(shapely.Polygon(ring).area for ring in inland)
    assert areas == pytest.approx([ENCLAVE.area, LAKE.area], rel=0.08)
    if len(shapes) < 3000:
        assert base.borders is not None
        between = sum(shapely.LineString(line).length for line in base.borders.to_polygons(closed_only=False))
        assert between > 0.98 * (shapely.length(ragged("gaps", 0, n)).sum() - true) / 2


@pytest.mark.parametrize("seed", samples(range(30), 2))
@pytest.mark.parametrize("holes", [False, True])
def test_seams_of_some_regions_of_a_heavy_layer_are_lines_among_its_borders(
    monkeypatch: pytest.MonkeyPatch, holes: bool, seed: int
) -> None:
    """Of mended regions few have a seam, islands no border at all; one way to find borders is of heavy layers only."""
    rng = np.random.default_rng(seed)
    cells = shapely.voronoi_polygons(shapely.multipoints(rng.uniform(0, 3e5, (25, 2))))
    cells = shapely.intersection(shapely.get_parts(cells), shapely.box(0, 0, 3e5, 3e5))
    if holes:
        cells = shapely.difference(cells, shapely.Point(1.5e5, 1.5e5).buffer(2e4))
        cells = np.append(
            cells[shapely.area(cells) > 0], [shapely.box(4e5 + at, 0, 4.1e5 + at, 1e4) for at in (0, 2e4)]
        )
    lines = shapely.length(cells).sum()
    inland = shapely.within(cells, shapely.box(1, 1, 3e5 - 1, 3e5 - 1))
    at = rng.choice(np.flatnonzero(inland & (shapely.get_num_interior_rings(cells) == 0)))
    ring = shapely.get_coordinates(cells[at])[:-1]
    ring[0] += 5 * (ring.mean(axis=0) - ring[0]) / np.linalg.norm(ring.mean(axis=0) - ring[0])
    cells[at] = shapely.Polygon(ring)  # one corner drawn back by five metres
    index = pd.Index([f"R{i}" for i in range(len(cells))], name="region")
    regions = gpd.GeoDataFrame(geometry=cells, index=index, crs="EPSG:32642")
    drawn = []
    for heavy in (0, 10**9):
        monkeypatch.setattr("growthpoles.maps.sheet.map_geometry._HEAVY", heavy)
        _CACHE.clear()
        base = prepare(regions)
        assert base.borders is not None
        rings = base.borders.to_polygons(closed_only=False)
        drawn.append(sum(shapely.LineString(ring).length for ring in rings))
    assert 0 < drawn[1] < lines and drawn[0] == pytest.approx(drawn[1], rel=0.1)


def test_an_inlet_and_a_hole_of_one_region_stay() -> None:
    inlet, well = shapely.box(1e5, 5e5, 1.01e5, 1e6), shapely.box(2e5, 2e5, 2.008e5, 2.5e5)
    land = [shapely.box(0, 0, 5e5, 1e6).difference(inlet).difference(well), shapely.box(5.005e5, 0, 1e6, 1e6)]
    base = prepare(gpd.GeoDataFrame(geometry=land, index=["A", "B"], crs="EPSG:32642"))
    assert base.outline is not None
    drawn = sum(shapely.LineString(ring).length for ring in base.outline.to_polygons(closed_only=False))
    assert drawn == pytest.approx(4e6 + 2 * 5e5 + well.length, rel=2e-3)


def test_star_shaped_rings_are_valid_and_cells_are_star_shaped():
    rng = np.random.default_rng(5)
    rings = [
        rng.integers(0, 4, (rng.integers(3, 9), 2)) + (0.0 if odd else 1e6) for odd in range(2) for _ in range(3000)
    ]
    shapes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    found = _star_shaped(_shape_arrays(shapes))
    assert 300 < found.sum() < 3000
    assert shapely.is_valid(shapes[found]).all()
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.random((500, 2)))))
    assert _star_shaped(_shape_arrays(cells)).all()
    assert not _star_shaped(_shape_arrays(np.array([shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)]))).any()
    assert not _star_shaped(_shape_arrays(np.array([shapely.box(0, 0, np.inf, 3)]))).any()


@pytest.mark.parametrize("spread", [4, 2**40, 2**64 - 1])
def test_sorted_places_put_equal_keys_side_by_side(spread):
    keys = np.random.default_rng(2).integers(0, spread, 500, dtype=np.uint64, endpoint=True)
    places = _sorted_places(np.append(keys, keys[::-1]))
    assert sorted(places) == list(range(1000))
    assert np.count_nonzero(np.diff(np.append(keys, keys[::-1])[places])) == len(np.unique(keys)) - 1


def test_columns_of_one_name_are_refused_in_one_line() -> None:
    regions = gp.load_regions(2024)
    twice = pd.concat([regions, regions[["name_en"]]], axis=1)
    for draw in (gp.plot_values, gp.plot_symbols):
        with pytest.raises(MapError, match=r"column names repeated: name_en; allowed: each once, as in regions\.loc"):
            draw(twice, pd.Series(range(len(regions)), index=regions.index, dtype=float))


@pytest.mark.parametrize("seed", range(6))
def test_a_region_within_the_polygon_of_another_is_drawn_on_top(seed):
    """Whatever their order: a city in a region without a hole, and a district in that city."""
    rng = np.random.default_rng(seed)
    squares = {"region": (0, 0, 9, 9), "city": (3, 3, 6, 6), "district": (4, 4, 5, 5), "beside": (9, 0, 18, 9)}
    order = rng.permutation(list(squares)).tolist()
    regions = gpd.GeoDataFrame(geometry=[shapely.box(*squares[name]) for name in order], index=order, crs=3857)
    base = prepare(regions)
    areas = dict(zip(order, shapely.area(base.geometries), strict=True))
    assert areas == pytest.approx({"region": 72, "city": 8, "district": 1, "beside": 81})
    assert {(order[i], order[j]) for i, j in base.covered_by} == {
        ("city", "region"), ("district", "region"), ("district", "city")
    }  # fmt: skip
    assert not prepare(regions.drop(["city", "district"])).covered_by
