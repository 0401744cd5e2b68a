"""Contiguity of borders that do not match: generated layers whose neighbours are known by construction."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import cKDTree

from growthpoles.errors import SpatialError
from growthpoles.regions.boundaries import load_regions
from growthpoles.spatial.weights.build_weights import build_weights, pairs_by_geometry
from growthpoles.spatial.weights.contiguity import KINDS, SNAP, contiguity, vertex_codes
from growthpoles.spatial.weights.weights_summary import summarise_weights


def turned(shapes, degrees):
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return shapely.transform(np.array(shapes), lambda xy: xy @ turn.T)


def grid(k, *, size=1000.0, gap=0.0, jitter=0.0, origin=(4e5, 4.6e6), seed=0):
    """Squares side by side, each drawn smaller by the gap (larger if it is negative) and moved at random."""
    rng = np.random.default_rng(seed)
    corners = [(c * size + origin[0], r * size + origin[1]) for r in range(k) for c in range(k)]
    moved = [
        (x + dx, y + dy) for (x, y), (dx, dy) in zip(corners, rng.uniform(-jitter, jitter, (k * k, 2)), strict=True)
    ]
    half = gap / 2
    return np.array([shapely.box(x + half, y + half, x + size - half, y + size - half) for x, y in moved])


def grid_pairs(k, *, rook):
    steps = [(0, 1), (1, 0)] + ([] if rook else [(1, 1), (1, -1)])
    return {
        (r * k + c, (r + i) * k + c + j)
        for r in range(k) for c in range(k) for i, j in steps if 0 <= r + i < k and 0 <= c + j < k
    }  # fmt: skip


def bricks(k, offset):
    rows = [[c * 1000.0 + (offset if r % 2 else 0) for c in range(k)] for r in range(k)]
    return [shapely.box(x, r * 400.0, x + 1000, r * 400.0 + 400) for r, row in enumerate(rows) for x in row]


def brick_pairs(k):
    beside = {(r * k + c, r * k + c + 1) for r in range(k) for c in range(k - 1)}
    above = {
        (r * k + c, (r + 1) * k + c + d)
        for r in range(k - 1) for c in range(k) for d in ((0, -1) if r % 2 == 0 else (0, 1)) if 0 <= c + d < k
    }  # fmt: skip
    return beside | above


def pairs(found):
    return {(int(a), int(b)) for a, b in zip(found.focal, found.neighbor, strict=True) if a < b}


@pytest.mark.parametrize("rook", [False, True])
@pytest.mark.parametrize("degrees", [0, 17])
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, None),
        ({"gap": 0.001}, "gap"),
        ({"gap": 1.0}, "gap"),
        ({"gap": -0.001}, "overlap"),
        ({"gap": -1.0}, "overlap"),
        ({"gap": -30.0}, "overlap"),
        ({"size": 0.5, "gap": 5e-7, "origin": (60.0, 50.0)}, "gap"),
        ({"jitter": 0.001}, "any"),
        ({"jitter": 2.0}, "any"),
    ],
)
def test_grids_with_gaps_and_overlaps_keep_every_pair_and_list_them(options, kind, degrees, rook):
    found = contiguity(turned(grid(6, **options), degrees), rook=rook)
    expected = grid_pairs(6, rook=rook)
    assert pairs(found) == expected
    table = found.table(np.arange(36))
    if kind is None:
        assert table.empty
    else:
        assert set(zip(table["region_a"], table["region_b"], strict=True)) == expected
        assert kind == "any" or set(table["kind"]) == {kind}
        assert table["distance"].max() <= found.tolerance


@pytest.mark.parametrize("rook", [False, True])
@pytest.mark.parametrize("degrees", [0, 3, 17])
@pytest.mark.parametrize("offset", [500, 20, 990])
def test_bricks_share_stretches_without_sharing_vertices(offset, degrees, rook):
    shapes = turned(bricks(8, offset), degrees)
    found = contiguity(shapes, rook=rook)
    assert pairs(found) == brick_pairs(8)
    assert set(found.table(np.arange(64))["kind"]) == {"vertices"}
    if rook:
        length = dict(zip(zip(found.focal.tolist(), found.neighbor.tolist(), strict=True), found.length, strict=True))
        assert length[0, 1] == pytest.approx(400)
        assert length[0, 8] == pytest.approx(1000 - offset)


def test_beyond_the_tolerance_there_is_no_border():
    for gap, linked in ((0.9 * SNAP * 1000, True), (1.1 * SNAP * 1000, False)):
        assert bool(pairs(contiguity(grid(2, gap=gap)))) == linked
    assert not pairs(contiguity(grid(2, gap=0.001), tolerance=0))
    assert len(pairs(contiguity(grid(2, gap=300.0), tolerance=500))) == 6


def test_one_place_that_does_not_match_leaves_the_others_alone():
    """A square moved by 1 mm keeps its eight neighbours, and only its own pairs are listed."""
    shapes = grid(5)
    shapes[12] = shapely.transform(shapes[12], lambda xy: xy + np.array([0.001, 0.0007]))
    for rook in (False, True):
        found = contiguity(shapes, rook=rook)
        assert pairs(found) == grid_pairs(5, rook=rook)
        assert {12} == set.intersection(
            *({a, b} for a, b in zip(found.first.tolist(), found.second.tolist(), strict=True))
        )


@pytest.mark.parametrize("rook", [False, True])
def test_regions_that_overlap_are_neighbours_and_listed(rook):
    box = shapely.box
    land, city = box(0, 0, 10, 10), box(3, 3, 4, 4)
    for shapes, expected in (
        ([land, city, box(10, 0, 20, 10)], {(0, 1), (0, 2)}),  # a city drawn over its region
        ([box(0, 0, 1, 1), box(0, 0, 1, 1), box(1, 0, 2, 1)], {(0, 1), (0, 2), (1, 2)}),  # one polygon twice
        ([land, box(0, 0, 2, 2)], {(0, 1)}),  # at the border of its region
        ([land, box(7, -3, 13, 3)], {(0, 1)}),  # half in, half out
    ):
        found = contiguity(np.array(shapes), rook=rook)
        assert pairs(found) == expected
        assert (0, 1) in zip(found.first.tolist(), found.second.tolist(), strict=True)
        assert set(found.table(np.arange(3))["kind"]) == {"overlap"}
    hole = contiguity(np.array([shapely.difference(land, city), city]), rook=rook)
    assert pairs(hole) == {(0, 1)} and not len(hole.first) and hole.length[0] == 4


def test_rounding_of_vertices_on_a_common_line_is_no_overlap():
    """Sides divided in one region and whole in the next: vertices lie beside the line by rounding, on either side."""
    rng = np.random.default_rng(5)
    for degrees in rng.uniform(0, 90, 12):
        squares = turned(grid(5), degrees)
        divided = rng.random(25) < 0.5
        squares[divided] = [shapely.segmentize(each, rng.uniform(100, 800)) for each in squares[divided]]
        found = contiguity(squares)
        assert pairs(found) == grid_pairs(5, rook=False) and not (found.kind == KINDS.index("overlap")).any()


def test_a_part_inside_another_region_overlaps_it_and_one_in_its_hole_does_not():
    ring = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
    twice = shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(20, 0, 21, 1)])
    found = contiguity(np.array([ring, shapely.box(3.4, 3.4, 5.6, 5.6), twice]), tolerance=0.0)
    assert pairs(found) == {(0, 2)} and found.kind.tolist() == [KINDS.index("overlap")]


def test_a_coast_shorter_than_the_tolerance_joins_nobody():
    """b has 1 m of coast between a and c: they are near each other there, and no neighbours."""
    a = shapely.Polygon([(0, 0), (1000, 0), (1000, 1000), (0, 1000)])
    b = shapely.Polygon([(1000, 0), (1001, 0), (1500, 1000), (1000, 1000)])
    c = shapely.Polygon([(1001, 0), (2500, 0), (2500, 1000), (1500, 1000)])
    assert pairs(contiguity(np.array([a, b, c]))) == {(0, 1), (1, 2)}


@pytest.mark.parametrize("kind", ["queen", "rook", "border_length"])
def test_matching_layers_are_those_of_libpysal(kind):
    from libpysal.graph import Graph

    for regions in (load_regions(2014), gpd.GeoDataFrame(geometry=voronoi(150), crs="EPSG:32642")):
        peer = Graph.build_contiguity(regions.geometry, rook=kind != "queen", by_perimeter=kind == "border_length")
        graph = build_weights(regions, kind)
        assert graph.adjacency.index.equals(peer.adjacency.index)
        np.testing.assert_allclose(graph.adjacency, peer.adjacency, rtol=1e-9)
        assert graph.by_geometry.empty


def voronoi(n):
    points = shapely.multipoints(np.random.default_rng(3).uniform(0, 1e5, (n, 2)))
    return list(shapely.get_parts(shapely.voronoi_polygons(points)))


def test_points_of_one_mix_have_codes_of_their_own(monkeypatch):
    """The mix of coordinates only finds equal points; were it the same for all, they would be compared themselves."""
    xy = np.random.default_rng(2).integers(-2, 3, (60, 2)) * 0.5
    known = pd.factorize(pd.MultiIndex.from_arrays(xy.T))[0]
    np.testing.assert_array_equal(vertex_codes(xy)[0], known)
    factorize = pd.factorize

    def one_for_all(values):
        return factorize(np.zeros(len(values), np.uint64) if values.dtype == np.uint64 else values)

    monkeypatch.setattr(pd, "factorize", one_for_all)
    np.testing.assert_array_equal(vertex_codes(xy * [1.0, -1.0])[0], known)


@pytest.mark.parametrize("seed", range(3))
def test_keys_in_parts_are_those_in_one_table(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    xy, shapes = rng.integers(-9, 9, (5000, 2)) * 0.25, np.array(voronoi(300))
    known, links = vertex_codes(xy), contiguity(shapes)
    monkeypatch.setattr("growthpoles.spatial.weights.contiguity._IN_PARTS", 1)
    codes, count = vertex_codes(xy)
    assert count == known[1] == len(set(zip(codes.tolist(), known[0].tolist(), strict=True)))
    again = contiguity(shapes)
    for name in ("focal", "neighbor", "length"):
        np.testing.assert_array_equal(getattr(again, name), getattr(links, name))


def test_order_of_rows_and_of_vertices_changes_nothing():
    shapes = grid(5, jitter=1.0, seed=4)
    rng = np.random.default_rng(1)
    first = pairs(contiguity(shapes, rook=True))
    for _ in range(3):
        order = rng.permutation(25)
        mixed = np.array([shapely.reverse(shape) if rng.random() < 0.5 else shape for shape in shapes[order]])
        again = pairs(contiguity(mixed, rook=True))
        assert {tuple(sorted((int(order[a]), int(order[b])))) for a, b in again} == first


def test_graph_names_the_pairs_and_the_summary_counts_them():
    regions = gpd.GeoDataFrame(geometry=grid(3, gap=0.001), index=list("abcdefghi"), crs="EPSG:32642")
    graph = build_weights(regions, "rook")
    assert len(graph.by_geometry) == 12 and graph.by_geometry.attrs["tolerance"] == pytest.approx(SNAP * 1000, rel=1e-3)
    pd.testing.assert_frame_equal(pairs_by_geometry(regions, "rook"), graph.by_geometry)
    summary = summarise_weights(graph)
    assert summary.by_geometry == (("gap", 12),)
    assert "Borders that do not match (gap): 12 pairs" in summary.summary()
    assert len(build_weights(regions, "rook", tolerance=0).isolates) == 9
    with pytest.raises(SpatialError, match="tolerance=-1"):
        build_weights(regions, tolerance=-1)
    bow = gpd.GeoSeries([shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), shapely.box(0.5, 0.2, 2.5, 1.2)])
    with pytest.raises(SpatialError, match=r"not valid: 0; allowed: regions.make_valid\(\)"):
        build_weights(bow, "rook")


@pytest.mark.parametrize("snap", [1.5e-8, 0.001, 0.1])
def test_auckland_has_the_links_of_spdep(snap, request):
    """spData's auckland (CC0) as poly2nb links it: by boundary points within the snap distance of each other."""
    shapes = np.asarray(gpd.read_file(request.path.parent / "known" / "auckland.shp").geometry.values)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    near = owner[cKDTree(points).query_pairs(snap, output_type="ndarray")]
    expected = {(min(pair), max(pair)) for pair in near.tolist() if pair[0] != pair[1]}
    assert len(expected) == 386
    found = contiguity(shapes)
    assert pairs(found) == expected
    listed = {(min(pair), max(pair)) for pair in zip(found.first.tolist(), found.second.tolist(), strict=True)}
    assert len(listed) == 17 and listed <= expected
