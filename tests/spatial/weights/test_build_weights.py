from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from growthpoles.errors import SpatialError
from growthpoles.regions.boundaries import load_regions
from growthpoles.spatial.weights.build_weights import build_weights
from growthpoles.spatial.weights.weights_summary import summarise_weights

PROJECTED = "EPSG:32642"
POINT_KINDS = ["knn", "distance_band", "inverse_distance", "kernel", "delaunay", "gabriel", "relative_neighborhood"]


def points(xy, labels=None, crs=PROJECTED):
    xy = np.asarray(xy, dtype=float)
    labels = [f"r{i}" for i in range(len(xy))] if labels is None else labels
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), index=labels, crs=crs)


def layer(**shapes):
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=PROJECTED)


def links(graph):
    adjacency = graph.adjacency[graph.adjacency != 0]
    return dict(adjacency.items())


@pytest.fixture(scope="module")
def scattered():
    return points(np.random.default_rng(4).uniform(0, 1000, (40, 2)))


@pytest.fixture(scope="module")
def squared(scattered):
    xy = shapely.get_coordinates(scattered.geometry.to_numpy())
    return ((xy[:, None] - xy[None]) ** 2).sum(-1)


def test_kazakhstan_queen_and_rook_have_28_pairs_and_no_isolates():
    regions = load_regions(2014)
    for kind in ("queen", "rook", "border_length"):
        summary = summarise_weights(build_weights(regions, kind))
        assert (summary.n, summary.pairs, summary.isolates, len(summary.components)) == (16, 28, (), 1)


def test_columbus_has_the_published_links(known):
    _, _, frame = known("columbus")
    assert summarise_weights(build_weights(frame)).links == 236
    assert summarise_weights(build_weights(frame, "rook")).links == 200


@pytest.mark.parametrize("kind", ["queen", "rook", "border_length", *POINT_KINDS])
def test_ids_are_the_index_in_its_order_whatever_the_order(kind):
    regions = load_regions(2014)
    shuffled = regions.iloc[np.random.default_rng(1).permutation(16)]
    before = shuffled.copy()
    graph, other = build_weights(regions, kind), build_weights(shuffled, kind)
    assert list(graph.unique_ids) == list(regions.index)
    assert list(other.unique_ids) == list(shuffled.index)
    one, two = links(graph), links(other)
    assert one.keys() == two.keys()
    assert all(one[pair] == pytest.approx(two[pair], rel=1e-9) for pair in one)
    assert shuffled.equals(before)
    assert not any(focal == neighbor for focal, neighbor in one)


def test_contiguity_compares_geometry_where_vertices_do_not_match():
    # the right neighbours have a vertex in the middle of the left one's side
    t_junction = layer(left=shapely.box(0, 0, 1, 2), low=shapely.box(1, 0, 2, 1), high=shapely.box(1, 1, 2, 2))
    assert summarise_weights(build_weights(t_junction, "rook")).pairs == 3
    tip = layer(left=shapely.box(0, 0, 1, 2), tip=shapely.Polygon([(1, 1), (2, 0), (2, 2)]))
    assert set(links(build_weights(tip))) == {("left", "tip"), ("tip", "left")}
    assert summarise_weights(build_weights(tip, "rook")).isolates == ("left", "tip")


def test_queen_takes_a_corner_and_rook_does_not():
    grid = layer(
        a=shapely.box(0, 0, 1, 1), b=shapely.box(1, 0, 2, 1), c=shapely.box(0, 1, 1, 2), d=shapely.box(1, 1, 2, 2)
    )
    assert summarise_weights(build_weights(grid)).pairs == 6
    assert summarise_weights(build_weights(grid, "rook")).pairs == 4


def test_border_length_by_hand():
    grid = layer(
        a=shapely.box(0, 0, 4, 2), b=shapely.box(0, 2, 1, 3), c=shapely.box(1, 2, 4, 3), far=shapely.box(9, 9, 10, 10)
    )
    assert links(build_weights(grid, "border_length")) == pytest.approx(
        {("a", "b"): 1, ("b", "a"): 1, ("a", "c"): 3, ("c", "a"): 3, ("b", "c"): 1, ("c", "b"): 1}
    )


def test_border_length_refuses_overlap_by_name():
    with pytest.raises(SpatialError, match="overlap: a/b"):
        build_weights(layer(a=shapely.box(0, 0, 2, 2), b=shapely.box(1, 0, 3, 2)), "border_length")


def test_nearest_neighbours_by_brute_force(scattered, squared):
    own = squared + np.diag(np.full(len(squared), np.inf))
    for k in (1, 3, 6):
        expected = {(f"r{i}", f"r{j}") for i in range(len(own)) for j in np.argsort(own[i])[:k]}
        assert set(links(build_weights(scattered, "knn", k=k))) == expected
    assert summarise_weights(build_weights(scattered, "knn")).cardinalities == ((4, 40),)


def test_gabriel_and_relative_neighbourhood_by_brute_force(scattered, squared):
    n = len(squared)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]

    def others(i, j):
        return [k for k in range(n) if k not in (i, j)]

    gabriel = {(i, j) for i, j in pairs if all(squared[i, k] + squared[j, k] >= squared[i, j] for k in others(i, j))}
    relative = {
        (i, j) for i, j in pairs if all(max(squared[i, k], squared[j, k]) >= squared[i, j] for k in others(i, j))
    }
    for kind, expected in (("gabriel", gabriel), ("relative_neighborhood", relative)):
        assert set(links(build_weights(scattered, kind))) == {(f"r{i}", f"r{j}") for i, j in expected}
    assert relative < gabriel < {(int(i[1:]), int(j[1:])) for i, j in links(build_weights(scattered, "delaunay"))}


def test_delaunay_gives_no_advice_about_numba(scattered, recwarn):
    build_weights(scattered, "delaunay")
    assert not [w for w in recwarn if "numba" in str(w.message)]


def test_distance_band_holds_its_edge_and_by_default_leaves_nobody_alone(scattered, squared):
    line = points([(0, 0), (1, 0), (3, 0), (7, 0)], list("abcd"))
    assert set(links(build_weights(line, "distance_band", threshold=2.0))) == {
        ("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")
    }  # fmt: skip
    assert summarise_weights(build_weights(line, "distance_band", threshold=2.0)).isolates == ("d",)
    summary = summarise_weights(build_weights(line, "distance_band"))
    assert (summary.isolates, summary.pairs) == ((), 4)  # threshold 4: all but a-d and b-d
    nearest = np.sqrt((squared + np.diag(np.full(40, np.inf))).min(axis=1).max())
    graph = build_weights(scattered, "distance_band")
    assert summarise_weights(graph).isolates == ()
    assert summarise_weights(build_weights(scattered, "distance_band", threshold=0.999 * nearest)).isolates


def test_distance_band_takes_coincident_centres_for_neighbours():
    same = points([(0, 0), (0, 0), (5, 0)], list("abc"))
    assert set(links(build_weights(same, "distance_band", threshold=1.0))) == {("a", "b"), ("b", "a")}


def test_inverse_distance_by_hand():
    line = points([(0, 0), (2, 0), (6, 0)], list("abc"))
    expected = {("a", "b"): 1 / 2, ("a", "c"): 1 / 6, ("b", "c"): 1 / 4}
    expected |= {(j, i): weight for (i, j), weight in expected.items()}
    assert links(build_weights(line, "inverse_distance")) == pytest.approx(expected)
    assert links(build_weights(line, "inverse_distance", power=2)) == pytest.approx(
        {pair: weight**2 for pair, weight in expected.items()}
    )
    near = links(build_weights(line, "inverse_distance", threshold=4.0))
    assert near == pytest.approx({pair: w for pair, w in expected.items() if w > 1 / 5})


@pytest.mark.parametrize(
    ("shape", "formula"),
    [
        ("triangular", lambda u: 1 - u),
        ("parabolic", lambda u: 1 - u**2),
        ("bisquare", lambda u: (1 - u**2) ** 2),
        ("gaussian", lambda u: np.exp(-(u**2) / 2)),
        ("exponential", lambda u: np.exp(-u)),
        ("cosine", lambda u: np.cos(np.pi * u / 2)),
        ("boxcar", lambda u: 1.0),
    ],
)
def test_kernel_by_formula(shape, formula):
    line = points([(0, 0), (2, 0), (6, 0)], list("abc"))
    weights = links(build_weights(line, "kernel", bandwidth=5.0, kernel=shape))
    expected = {("a", "b"): formula(0.4), ("b", "a"): formula(0.4), ("b", "c"): formula(0.8), ("c", "b"): formula(0.8)}
    assert weights == pytest.approx(expected)


def test_kernel_reaches_two_neighbours_by_default(scattered):
    assert summarise_weights(build_weights(scattered, "kernel")).min_cardinality >= 2


def test_centre_inside_differs_from_the_centroid_of_a_hook():
    hook = shapely.Polygon([(0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (0, 1)])
    regions = layer(hook=hook, b=shapely.box(6, 4, 7, 5))
    distance = {
        centre: 1 / links(build_weights(regions, "inverse_distance", centre=centre))["hook", "b"]
        for centre in ("centroid", "inside")
    }
    b, inside = shapely.Point(6.5, 4.5), hook.representative_point()
    assert distance == pytest.approx({"centroid": b.distance(hook.centroid), "inside": b.distance(inside)})
    assert abs(distance["centroid"] - distance["inside"]) > 0.5


@pytest.mark.parametrize("kind", [*POINT_KINDS, "border_length"])
def test_degrees_are_refused(kind):
    with pytest.raises(SpatialError, match=r"in degrees.*to_crs"):
        build_weights(load_regions(2014).to_crs(4326), kind)


def test_contiguity_does_not_mind_degrees():
    assert summarise_weights(build_weights(load_regions(2014).to_crs(4326))).pairs == 28


@pytest.mark.parametrize("kind", ["knn", "inverse_distance", "delaunay", "gabriel", "relative_neighborhood"])
def test_coincident_centres_are_named(kind):
    with pytest.raises(SpatialError, match=r"share one centre: a, c"):
        build_weights(
            points([(0, 0), (1, 0), (0, 0), (3, 3), (4, 1)], list("abcde")), kind, **({"k": 1} if kind == "knn" else {})
        )


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda g: build_weights(g, "quen"), "nearest: queen"),
        (lambda g: build_weights(g, k=3), "k= has no meaning for kind='queen'; allowed: tolerance"),
        (lambda g: build_weights(g, "knn", threshold=3.0), "allowed: k, centre"),
        (lambda g: build_weights(g, "knn", k=0), "from 1 to 4"),
        (lambda g: build_weights(g, "knn", k=5), "from 1 to 4"),
        (lambda g: build_weights(g, "knn", k=2.0), "whole number"),
        (lambda g: build_weights(g, "knn", k=True), "whole number"),
        (lambda g: build_weights(g, "distance_band", threshold=-1.0), "positive finite"),
        (lambda g: build_weights(g, "distance_band", threshold=float("nan")), "positive finite"),
        (lambda g: build_weights(g, "distance_band", threshold="far"), "positive finite"),
        (lambda g: build_weights(g, "inverse_distance", power=0), "positive finite"),
        (lambda g: build_weights(g, "kernel", kernel="triangle"), "nearest: triangular"),
        (lambda g: build_weights(g, "kernel", bandwidth=0.0), "positive finite"),
        (lambda g: build_weights(g, "knn", centre="middle"), "allowed: centroid, inside"),
        (lambda g: build_weights(g), "not polygons: r0, r1"),
        (lambda g: build_weights(g.geometry.to_list()), "regions is a list"),
        (lambda g: build_weights(g.iloc[:1]), "2 regions or more"),
        (lambda g: build_weights(g.set_axis(["a", "b", "a", "c", "b"]), "knn"), "more than once: a, b"),
        (lambda g: build_weights(g.assign(geometry=[None, *g.geometry[1:]]), "knn"), "without geometry: r0"),
        (lambda g: build_weights(g.assign(geometry=[shapely.Point(), *g.geometry[1:]]), "knn"), "without geometry: r0"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(call, text):
    with pytest.raises(SpatialError, match=r"\S") as caught:
        call(points([(0, 0), (1, 0), (0, 2), (3, 3), (5, 1)]))
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_centres_on_one_line_have_no_triangulation():
    with pytest.raises(SpatialError, match="no triangle"):
        build_weights(points([(0, 0), (1, 0), (2, 0), (3, 0)]), "delaunay")
    with pytest.raises(SpatialError, match="no triangle"):
        build_weights(points([(0, 0), (1, 0)]), "gabriel")


def test_all_centres_in_one_place_have_no_distance():
    with pytest.raises(SpatialError, match="all regions share one centre"):
        build_weights(points([(1, 1), (1, 1), (1, 1)]), "distance_band")


def test_all_pairs_of_many_regions_are_refused():
    with pytest.raises(SpatialError, match="threshold="):
        build_weights(points(np.random.default_rng(0).random((5001, 2))), "inverse_distance")


def test_summary_by_hand():
    from libpysal.graph import Graph

    graph = Graph.from_arrays(
        np.array(["a", "b", "b", "c", "d", "e", "f"]),
        np.array(["b", "a", "c", "c", "e", "d", "f"]),
        np.array([1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0]),
    )
    summary = summarise_weights(graph)
    assert (summary.n, summary.links, summary.pairs) == (6, 5, 3)
    assert summary.cardinalities == ((0, 2), (1, 3), (2, 1))
    assert summary.components == (3, 2, 1)
    assert summary.isolates == ("f",)  # c has no link of its own, but b points at it
    assert not summary.symmetric
    assert summary.mean_cardinality == pytest.approx(5 / 6)
    assert (summary.min_cardinality, summary.max_cardinality) == (0, 2)
    assert summary.pct_nonzero == pytest.approx(100 * 5 / 36)
    assert summary.histogram().to_dict() == {0: 2, 1: 3, 2: 1}
    assert "3 components, isolates: 1, not symmetric" in repr(summary)
    assert summary.to_frame()["value"].to_dict()["isolates"] == "f"


def test_summary_does_not_depend_on_the_transformation(known):
    _, graph, _ = known("columbus")
    assert summarise_weights(graph.transform("r")) == summarise_weights(graph)
    assert "1 component, no isolates, symmetric" in repr(summarise_weights(graph))


def test_summary_wants_a_graph():
    with pytest.raises(SpatialError, match=r"graph: dict given.*build_weights.*Graph.from_dicts"):
        summarise_weights({})


def test_inverse_distance_never_divides_by_the_distance_to_itself():
    import geopandas as gpd

    points = gpd.GeoSeries(gpd.points_from_xy([0, 3, 3, 90], [0, 0, 4, 90]), index=list("dbca"))
    with np.errstate(all="raise"):
        graph = build_weights(points, kind="inverse_distance", threshold=5, power=2)
        everyone = build_weights(points, kind="inverse_distance")
    expected = {("d", "b"): 1 / 9, ("d", "c"): 1 / 25, ("b", "c"): 1 / 16}
    both = expected | {(b, a): weight for (a, b), weight in expected.items()} | {("a", "a"): 0.0}
    assert graph.adjacency.to_dict() == pytest.approx(both, rel=1e-14)
    assert list(graph.unique_ids) == list("dbca") and list(graph.isolates) == ["a"]
    assert len(everyone.adjacency) == 12 and not len(everyone.isolates)
    with pytest.raises(SpatialError, match=r"power=900 of distances from 3 to .* is out of range; allowed: a smaller"):
        build_weights(points, kind="inverse_distance", power=900)


@pytest.mark.parametrize("seed", range(30))
def test_the_projection_that_is_offered_serves_the_layer(seed):
    """Of a town or half the globe, across the antimeridian, around a pole; in degrees or in Web Mercator."""
    from growthpoles.spatial.poles.distance_gradient import distances_km

    rng = np.random.default_rng(seed)
    span = (0.2, 5, 25, 60)[seed % 4]
    middle = (180.0, -175.0, rng.uniform(-180, 180))[seed % 3], (0.0, 80.0, -85.0, rng.uniform(-60, 60))[seed % 4]
    lon, lat = rng.uniform(-span, span, (2, 12)) + np.array(middle)[:, None]
    lon, lat = (lon + 180) % 360 - 180, np.clip(lat, -89, 89)
    size = 0.005 * span
    shapes = [shapely.box(x - size, y - size, x + size, y + size) for x, y in zip(lon, lat, strict=True)]
    regions = gpd.GeoDataFrame(geometry=shapes, index=[f"r{i}" for i in range(12)], crs=4326)
    assert seed or gpd.GeoSeries(shapes).is_valid.all()
    layers = [regions] if np.abs(lat).max() > 84 else [regions, regions.to_crs(3857)]
    calls = (lambda layer: build_weights(layer, "knn", k=2), distances_km)
    for given, call in ((given, call) for given in layers for call in calls):
        try:
            call(given)
        except SpatialError as error:
            told = str(error)
        else:
            assert given is not regions  # degrees are no lengths
            continue
        offered = told.partition('regions.to_crs("')[2].partition('")')[0]
        call(regions.to_crs(offered))
        call(given.to_crs(offered))


def test_a_layer_around_the_globe_is_offered_no_plane():
    lon, lat = np.meshgrid(np.arange(-180, 180, 30.0), [-60.0, 0.0, 60.0])
    world = points(np.column_stack([lon.ravel(), lat.ravel()]), crs=4326)
    with pytest.raises(SpatialError, match="allowed: distance_weights of a table of distances along the globe"):
        build_weights(world, "knn")
