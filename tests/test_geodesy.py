"""Geodesy: long borders keep their neighbours and their line when they are projected; areas within areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import growthpoles as gp
from growthpoles.geodesy import along_edges, areas_within
from growthpoles.maps.sheet.map_geometry import prepare
from growthpoles.regions.coverage import of_one_level
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


@pytest.mark.parametrize("seed", range(12))
def test_areas_within_areas_are_those_that_a_layer_leaves_out_and_a_map_refuses(seed: int) -> None:
    """An area that others fill is left out of a layer, and not drawn; what they fill in part is drawn around them."""
    rng = np.random.default_rng(seed)
    wide, share = int(rng.integers(1, 5)), rng.choice([0.5, 0.97, 0.979, 0.981, 1.0, 1.004])
    parts = [shapely.box(i, 0.0, i + 1.0, share) for i in range(wide)]
    shapes = np.array([*parts, shapely.box(0.0, 0.0, wide, 1.0), shapely.box(9.0, 0.0, 10.0, 1.0)])
    order = rng.permutation(len(shapes))
    regions = gpd.GeoDataFrame(geometry=shapes[order], index=[f"r{i}" for i in order], crs=3857)
    whole, within = f"r{wide}", {f"r{i}" for i in range(wide)}
    found = areas_within(shapes[order])
    if wide == 1 and share > 1:  # the part is the larger one
        whole, within = "r0", {"r1"}
    assert {regions.index[at]: set(regions.index[each.parts]) for at, each in found.items()} == {whole: within}
    kept = of_one_level(regions, within)[0].index
    assert (whole not in kept) == (share > 0.98) == next(each.filled for each in found.values())
    if share > 0.98:
        with pytest.raises(gp.MapError, match=f"'{whole}': its polygon is filled by"):
            prepare(regions)
    else:
        assert len(prepare(regions).covered_by) == wide
