"""Geodesy: long borders keep their neighbours and their line when they are projected."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import growthpoles as gp
from growthpoles.geodesy import along_edges
from growthpoles.regions.projection import to_analysis_crs


def quarters(rng: np.random.Generator, turned: float) -> gpd.GeoDataFrame:
    """Boxes of degrees, split again and again at random, with no vertex where only another box has its corner."""
    boxes = [(0.0, 0.0, 24.0, 12.0)]
    for _ in range(int(rng.integers(4, 25))):
        left, low, right, high = boxes.pop(int(rng.integers(len(boxes))))
        share = rng.uniform(0.3, 0.7)
        if right - left > high - low:
            middle = left + share * (right - left)
            boxes += [(left, low, middle, high), (middle, low, right, high)]
        else:
            middle = low + share * (high - low)
            boxes += [(left, low, right, middle), (left, middle, right, high)]
    corner = (rng.uniform(-20, 100), rng.uniform(-50, 50))
    shapes = shapely.box(*np.array(boxes).T)
    moved = shapely.transform(shapes, lambda xy: xy @ np.array([[1, turned], [-turned, 1]]) + corner)
    return gpd.GeoDataFrame({"y": 1.0}, geometry=moved, index=[f"r{i}" for i in range(len(boxes))], crs=4326)


def links(regions: gpd.GeoDataFrame, kind: str) -> set[tuple[str, str]]:
    return set(gp.build_weights(regions, kind, tolerance=0.0).adjacency[lambda weights: weights > 0].index)


@pytest.mark.parametrize("turned", [0.0, 0.31])
@pytest.mark.parametrize("seed", range(8))
def test_no_neighbour_is_lost_to_a_projection(seed: int, turned: float) -> None:
    """A parallel of two vertices once became its chord, up to 100 km from the neighbours along it."""
    regions = quarters(np.random.default_rng(seed), turned)
    projected = to_analysis_crs(regions)
    assert projected.geometry.is_valid.all()
    for kind in ("queen", "rook"):
        assert links(projected, kind) == links(regions, kind)
    overlap = projected.area.sum() - shapely.union_all(projected.geometry.to_numpy()).area
    assert abs(overlap) < 1e-6 * projected.area.sum()


def test_areas_are_those_of_the_line_in_the_file() -> None:
    regions = gpd.GeoDataFrame(geometry=[shapely.box(60, 45, 90, 50), shapely.box(60, 50, 90, 55)], crs=4326)
    lines = shapely.segmentize(regions.geometry.to_numpy(), 0.01)
    exact = [abs(regions.crs.get_geod().geometry_area_perimeter(line)[0]) for line in lines]
    np.testing.assert_allclose(to_analysis_crs(regions).area, exact, rtol=2e-4)


def test_shapes_without_a_long_edge_stay_what_they_are() -> None:
    fine = shapely.segmentize(shapely.box(0, 0, 1, 1), 0.0005)
    assert along_edges(np.array([fine]), lambda xy: xy**2)[0] is fine
    wide = np.array([shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(1, 0, 2, 1)])])
    assert all(along_edges(wide, lambda xy: 3 * xy) == wide)
    bent = along_edges(wide, lambda xy: xy + xy[:, ::-1] ** 2)
    assert [shape.geom_type for shape in bent] == ["Polygon", "MultiPolygon"]
    assert shapely.get_num_coordinates(bent).min() > 20 and shapely.area(bent) == pytest.approx([1, 1])


def test_holes_along_a_long_border_stay_inside_it() -> None:
    """The chord of the border once ran through them, and the file was blamed for a ring that crosses itself."""
    holes = [shapely.box(x, 40.02, x + 0.01, 40.03).exterior.coords for x in np.arange(60.1, 79.9, 0.5)]
    regions = gpd.GeoDataFrame({"v": [1.0]}, geometry=[shapely.Polygon(shapely.box(60, 40, 80, 60).exterior, holes)])
    projected = to_analysis_crs(regions.set_crs(4326))
    assert projected.geometry.is_valid.all() and len(projected.geometry.iloc[0].interiors) == len(holes)
