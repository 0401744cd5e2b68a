"""Proximity by its definition where distances tie, whatever the order of rows; coordinates that are no metres."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError

KINDS = ["knn", "distance_band", "inverse_distance", "kernel", "delaunay", "gabriel", "relative_neighborhood"]
ANGLE = np.deg2rad(17)
TURN = np.array([[np.cos(ANGLE), -np.sin(ANGLE)], [np.sin(ANGLE), np.cos(ANGLE)]])
SQUARES = np.array([(i, j) for i in range(5) for j in range(5)], dtype=float) * 1000
RING = np.column_stack([np.cos(np.arange(12) * np.pi / 6), np.sin(np.arange(12) * np.pi / 6)]) * 1e5
PLACES = {
    "squares": SQUARES,
    "squares, turned and far": SQUARES @ TURN.T + [4e5, 5e6],
    "circle": RING,
    "circle and its centre": np.vstack([RING, [[0.0, 0.0]]]),
    "triangles": np.array([(i + 0.5 * (j % 2), j * 3**0.5 / 2) for i in range(5) for j in range(5)]) * 500,
    "random": np.random.default_rng(0).uniform(0, 1e5, (40, 2)),
    "two crowds": np.vstack([np.random.default_rng(seed).uniform(0, 1e3, (15, 2)) + 5e4 * seed for seed in (1, 2)]),
}


def points(xy):
    labels = [f"r{i:03d}" for i in range(len(xy))]
    return gpd.GeoSeries(gpd.points_from_xy(*np.asarray(xy).T), index=labels)


def linked(graph):
    return set(graph.adjacency[graph.adjacency > 0].index)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_order_of_rows_changes_nothing(kind, place):
    series = points(PLACES[place])
    whole = linked(gp.build_weights(series, kind))
    rng = np.random.default_rng(3)
    for _ in range(2):
        assert linked(gp.build_weights(series.iloc[rng.permutation(len(series))], kind)) == whole


@pytest.mark.parametrize("place", PLACES)
def test_gabriel_and_relative_neighbourhood_are_their_definitions_where_distances_tie(place):
    xy = PLACES[place]
    d = ((xy[:, None] - xy[None]) ** 2).sum(-1)
    gabriel, relative = set(), set()
    for i, j in combinations(range(len(xy)), 2):
        others = [k for k in range(len(xy)) if k not in (i, j)]
        ends = {(f"r{i:03d}", f"r{j:03d}"), (f"r{j:03d}", f"r{i:03d}")}
        if (d[i, others] + d[j, others] >= d[i, j] * (1 - 1e-9)).all():
            gabriel |= ends
        if (np.maximum(d[i, others], d[j, others]) >= d[i, j] * (1 - 2e-9)).all():
            relative |= ends
    assert linked(gp.build_weights(points(xy), "gabriel")) == gabriel
    assert linked(gp.build_weights(points(xy), "relative_neighborhood")) == relative


@pytest.mark.parametrize("place", PLACES)
def test_of_equally_near_regions_the_first_labels_are_taken(place):
    xy = PLACES[place]
    distance = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(-1))
    np.fill_diagonal(distance, np.inf)
    for k in (1, 3, 7):
        graph = gp.build_weights(points(xy), "knn", k=k)
        for i, row in enumerate(distance):
            edge = np.sort(row)[k - 1]
            nearer, tied = np.flatnonzero(row < edge * (1 - 1e-9)), np.flatnonzero(abs(row - edge) <= 1e-9 * edge)
            expected = {*nearer, *tied[: k - len(nearer)]}
            assert set(graph[f"r{i:03d}"].index) == {f"r{j:03d}" for j in expected}


@pytest.mark.parametrize("kind", [*KINDS, "border_length"])
@pytest.mark.parametrize(("crs", "latitude", "good"), [
    (3857, 60, False), (3857, 35, False), (3857, 2, True), (32642, 45, True), (4087, 60, False),
    ("+proj=aea +lat_1=41 +lat_2=49 +lon_0=69", 45, True),
])  # fmt: skip
def test_lengths_that_are_none_on_the_ground_are_refused(crs, latitude, good, kind):
    import shapely

    boxes = [shapely.box(x, latitude + y, x + 1, latitude + y + 1) for x in (67, 68, 69) for y in (0, 1, 2)]
    layer = gpd.GeoDataFrame(geometry=boxes, index=list("abcdefghi"), crs=4326).to_crs(crs)
    if good:
        assert gp.build_weights(layer, kind).n == 9
    else:
        with pytest.raises(SpatialError, match=r"not metres on the ground here: .* times; allowed: regions.to_crs"):
            gp.build_weights(layer, kind)
        assert gp.build_weights(layer).n == 9
        with pytest.raises(SpatialError, match="not metres on the ground"):
            gp.mantel(layer.geometry.area, layer)
