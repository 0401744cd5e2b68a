"""Outline of very many regions from the edges that occur once: the same as their union, or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from growthpoles.maps.sheet.map_geometry import _borders, _outline, _shape_arrays

Shapes = Any


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
    outline = _outline(_shape_arrays(shapes), float(shapely.area(shapes).sum()))
    assert outline is not None and outline.equals(shapely.union_all(shapes))


@pytest.mark.parametrize("make", [mosaic, with_holes, turned, begun_elsewhere, finer_on_one_side, enclaves])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_edges_that_occur_twice_are_the_borders(make: Callable[[np.random.Generator], Shapes], seed: int) -> None:
    shapes = make(np.random.default_rng(seed))
    union = shapely.union_all(shapes)
    found = _borders(_shape_arrays(shapes), union)
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
    outline = _outline(_shape_arrays(shapes), float(shapely.area(shapes).sum()))
    assert outline is None or shapely.symmetric_difference(outline, shapely.union_all(shapes)).area < 1e-12
