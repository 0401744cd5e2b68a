"""A libpysal W is taken wherever a Graph is, and gives the same result; anything else is one clear line."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from libpysal.weights import WSP, W
from scipy import sparse

import growthpoles as gp
from growthpoles.errors import GrowthpolesError, MapError, SpatialError
from growthpoles.graphs import as_graph, kept_by_content
from growthpoles.spatial.alignment import weights_matrix
from samples import samples

FEW = {"permutations": 19}


@pytest.fixture(scope="module")
def regions() -> Any:
    return gp.load_regions(2014)


@pytest.fixture(scope="module")
def y(regions) -> pd.Series:
    return pd.Series(np.random.default_rng(3).gamma(2, size=len(regions)) + 0.1, index=regions.index)


def nearest_three(regions: Any, *, island: bool = False, transform: str = "o") -> W:
    """Three nearest neighbours, weighted, ids as text in an order of its own; one region may have and be none."""
    centres = regions.geometry.centroid
    xy = np.column_stack([centres.x, centres.y]) / 1e5
    labels = list(regions.index)
    neighbors, weights = {}, {}
    for i, label in enumerate(labels):
        apart = np.linalg.norm(xy - xy[i], axis=1)
        if island:
            apart[0] = np.inf
        near = [] if island and i == 0 else list(np.argsort(apart)[1:4])
        neighbors[label] = [labels[j] for j in reversed(near)]
        weights[label] = [1 / (1 + apart[j]) for j in reversed(near)]
    order = list(np.random.default_rng(1).permutation(labels))
    w = W(neighbors, weights, id_order=order, silence_warnings=True)
    w.transform = transform
    return w


@pytest.fixture(
    scope="module",
    params=[
        "island",
        pytest.param("r", marks=pytest.mark.long),
        *(pytest.param(k, marks=pytest.mark.slow) for k in "ob"),
    ],
)
def pair(request, regions) -> tuple[W, Graph]:
    """A W, and the same weights as a Graph that was made without it, from a dense matrix in the order of regions."""
    w = nearest_three(regions, island=request.param == "island", transform=request.param[0].replace("i", "o"))
    dense = np.zeros((len(regions),) * 2)
    for focal, row in w:
        for neighbor, weight in row.items():
            dense[regions.index.get_loc(focal), regions.index.get_loc(neighbor)] = weight
    assert (dense != dense.T).any()
    return w, Graph.from_sparse(sparse.csr_array(dense), ids=regions.index)


def test_order_weights_transformation_and_islands_are_kept(regions):
    w = nearest_three(regions, island=True, transform="r")
    graph = as_graph(w)
    assert list(graph.unique_ids) == w.id_order
    assert graph.transformation == "R"
    assert list(graph.isolates) == w.islands == [regions.index[0]]
    assert graph.transform("r").adjacency.equals(graph.adjacency)
    for focal, row in w:
        assert {n: graph.adjacency[focal, n] for n in row} == row
    same = Graph.from_W(w)
    assert as_graph(same) is same


def test_a_row_standardised_w_stays_so_where_weights_are_kept(regions, y):
    w = nearest_three(regions, transform="r")
    rows = weights_matrix(w, y.index, transformation=None).sum(axis=1)
    assert rows == pytest.approx(1)
    assert weights_matrix(w, y.index, transformation="b").sum(axis=1) == pytest.approx(3)


def frames(y: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    later = y * np.linspace(1.1, 1.6, len(y))[::-1]
    return y, later, (y > y.median()).astype(int)


def g_pair(graph: Any) -> Any:
    """Two regions that are linked."""
    links = gp.union_weights(graph).adjacency
    return min(links.index[links > 0])


CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "moran": lambda g, y, r: gp.moran(y[0], g, method="normal", transformation=None),
    "geary": lambda g, y, r: gp.geary(y[0], g, method="normal"),
    "getis_ord": lambda g, y, r: gp.getis_ord(y[0], g, method="randomisation"),
    "moran_bivariate": lambda g, y, r: gp.moran_bivariate(y[0], y[1].iloc[::-1], g, method="randomisation"),
    "lee": lambda g, y, r: gp.lee(y[0], y[1], g, method="randomisation"),
    "join_count": lambda g, y, r: gp.join_count(y[2], g, method="randomisation"),
    "local_moran": lambda g, y, r: gp.local_moran(y[0], g, transformation=None, **FEW),
    "local_moran_bivariate": lambda g, y, r: gp.local_moran_bivariate(y[0], y[1], g, **FEW),
    "local_moran_rates": lambda g, y, r: gp.local_moran_rates(y[0].round(1), y[1] + 9, g, **FEW),
    "local_geary": lambda g, y, r: gp.local_geary(pd.concat(y[:2], axis=1, keys=["a", "b"]), g, **FEW),
    "local_getis_ord": lambda g, y, r: gp.local_getis_ord(y[0], g, star=True, **FEW),
    "local_join_count": lambda g, y, r: gp.local_join_count(y[2], g),
    "local_lee": lambda g, y, r: gp.local_lee(y[0], y[1], g, permutations=19),
    "local_losh": lambda g, y, r: gp.local_losh(y[0], g, **FEW),
    "change_links": lambda g, y, r: sorted(gp.change_links(g, cut=[g_pair(g)]).adjacency.items()),
    "union_weights": lambda g, y, r: sorted(gp.union_weights(g, g).adjacency.items()),
    "higher_order_weights": lambda g, y, r: sorted(gp.higher_order_weights(g).adjacency.items()),
    "moran_power": lambda g, y, r: gp.moran_power(g, rho=[0.5]).curve,
    "summarise_weights": lambda g, y, r: gp.summarise_weights(g),
    "with_data": lambda g, y, r: sorted(gp.with_data(y[0].mask(y[0] == y[0].max()), g)[1].adjacency.items()),
    "convergence": lambda g, y, r: gp.convergence(y[0], y[1], g, years=3),
    "lisa_moves": lambda g, y, r: gp.lisa_moves(y[0], y[1], g),
    "spatial_tau": lambda g, y, r: gp.spatial_tau(y[0], y[1], g, permutations=19),
    "spread_test": lambda g, y, r: gp.spread_test(y[0], y[1], g, years=3, poles=list(y[0].index[:1]), draws=19),
    "spatial_regression": lambda g, y, r: gp.spatial_regression(y[0], y[1].rename("x"), g, model="sdm", draws=19),
    "panel_regression": lambda g, y, r: gp.panel_regression(
        pd.concat(
            {t: pd.DataFrame({"y": y[0] + t * y[1], "x": y[1] * t**2 + y[0] / t}) for t in (1, 2, 3)}, names=["year"]
        ).rename_axis(["year", "region"]),
        g,
        y="y",
        regressors=["x"],
        model="sar",
        effects="region",
    ),
    "growth_regression": lambda g, y, r: gp.growth_regression(y[0], y[1], g, years=3, models=["sem"], draws=19),
    "growth_rings": lambda g, y, r: gp.growth_rings(y[0], list(y[0].index[:1]), g, permutations=19),
    "correlogram": lambda g, y, r: gp.correlogram(y[0], g, orders=2, permutations=19),
    "growth_panel": lambda g, y, r: gp.growth_panel(
        pd.DataFrame({t: y[0] + t * y[1] ** (t % 3) for t in range(1, 7)}), g, model="sar", effects="region"
    ),
    "mutual_influence": lambda g, y, r: gp.mutual_influence(y[0], g, permutations=19).regions,
    "markov": lambda g, y, r: gp.markov(pd.DataFrame({1: y[0], 2: y[1], 3: y[0] ** 2}), g, k=2, permutations=9).tests,
    "lisa_markov": lambda g, y, r: gp.lisa_markov(pd.DataFrame({1: y[0], 2: y[1]}), g, permutations=9).tests,
    "spread_tests": lambda g, y, r: gp.spread_tests(y[0], y[1], g, years=3, permutations=19),
    "Specification": lambda g, y, r: (
        gp.specification_curve(
            [gp.Specification({"s": s}, y[0], g, s) for s in ("moran", "geary")], permutations=99
        ).table
    ),
    "plot_moran": lambda g, y, r: [line.get_xydata() for line in gp.plot_moran(y[0], g).lines],
    "plot_neighbours": lambda g, y, r: [
        path.vertices for drawn in gp.plot_neighbours(r, g).collections for path in drawn.get_paths()
    ],
}


def plain(result: Any) -> pd.DataFrame:
    """What a result says, as a table without an order of its own."""
    frame = result.to_frame() if hasattr(result, "to_frame") else result
    if isinstance(frame, list):
        return pd.DataFrame({"part": np.concatenate([np.asarray(part, dtype=object).ravel() for part in frame])})
    return frame if isinstance(frame, pd.DataFrame) else pd.DataFrame([repr(frame).split("isolates")[0]])


@pytest.mark.parametrize("name", CALLS)
def test_w_gives_what_its_graph_gives(name, pair, regions, y):
    w, graph = pair
    found, wanted = (plain(CALLS[name](given, frames(y), regions)) for given in (w, graph))
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-12, check_exact=False)


def test_no_public_function_with_a_graph_is_missing_above():
    takes = {name for name in gp.__all__ if callable(getattr(gp, name)) and _has_graph(getattr(gp, name))}
    assert takes == CALLS.keys() - {"union_weights"}  # of several graphs, without such a name
    for name in takes:
        assert inspect.get_annotations(getattr(gp, name))["graph"].removesuffix(" | None") == "Graph | W", name


def _has_graph(function: Any) -> bool:
    try:
        return "graph" in inspect.signature(function).parameters
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("given", "maker"),
    [
        ({"a": ["b"], "b": ["a"]}, r"Graph\.from_dicts"),
        (sparse.csr_array(np.eye(3)), r"Graph\.from_sparse"),
        (np.eye(3), None),
        (WSP(sparse.csr_matrix(np.eye(3))), r"to_W\(\)"),
        (pd.DataFrame({"focal": ["a"], "neighbor": ["b"]}), r"Graph\.from_adjacency"),
        (None, None),
        ("queen", None),
    ],
    ids=lambda given: type(given).__name__,
)
@pytest.mark.parametrize("name", ["moran", "local_geary", "summarise_weights", "with_data", "plot_moran"])
def test_other_things_are_one_clear_line(given, maker, name, regions, y):
    with pytest.raises((SpatialError, MapError), match=f"^graph: {type(given).__name__} given; allowed: ") as caught:
        CALLS[name](given, frames(y), regions)
    text = str(caught.value)
    assert "libpysal.graph.Graph" in text and "libpysal.weights.W" in text and "\n" not in text
    if maker:
        assert re.search(maker, text)


def test_networkx_is_told_the_way():
    networkx = pytest.importorskip("networkx")
    with pytest.raises(SpatialError, match=r"graph: Graph given.*from_adjacency\(networkx"):
        as_graph(networkx.Graph([(1, 2)]))


DRAWS_LABELS = {"change_links", "higher_order_weights", "summarise_weights", "moran_power", "plot_neighbours"}
VALUED = sorted(CALLS.keys() - DRAWS_LABELS - {"union_weights"})
# statistics that have no unit; the others' p-values and classes
UNITLESS = re.compile("p_value|z_score|quadrant|direction|label|p_adjusted|^z$|part")
WITH_UNIT = {"with_data", "local_moran_rates", "panel_regression", "growth_panel", "markov", "growth_regression"}


@pytest.mark.parametrize("name", [name for name in VALUED if name not in WITH_UNIT])
@pytest.mark.parametrize("unit", [1e154, pytest.param(1e-150, marks=pytest.mark.long)])
def test_the_unit_of_the_values_changes_no_verdict(name, unit, regions, y):
    graph = gp.build_weights(regions)
    with np.errstate(all="raise", under="ignore"):
        one, other = (plain(CALLS[name](graph, frames(given), regions)) for given in (y, y * unit))
    shown = [column for column in one if UNITLESS.search(str(column))]
    pd.testing.assert_frame_equal(one[shown], other[shown], rtol=1e-6, check_exact=False)


@pytest.mark.parametrize("name", VALUED)
@pytest.mark.parametrize(
    "kind", ["twice", "texts", *(pytest.param(k, marks=pytest.mark.slow) for k in ("array", "complex", "infinite"))]
)
def test_what_are_no_numbers_by_region_is_one_clear_line(name, kind, regions, y):
    graph, later = gp.build_weights(regions), y * 1.5
    wrong = {
        "array": lambda values: values.to_numpy(),
        "twice": lambda values: pd.concat([values, values.iloc[:1]]),
        "complex": lambda values: values + 1j,
        "infinite": lambda values: values.where(values != values.max(), np.inf),
        "texts": lambda values: "about " + values.astype(str),
    }[kind]
    given = tuple(wrong(values) for values in (y, later, later))
    ours = (AttributeError, TypeError, ValueError)  # where the table of calls itself cannot go on
    with np.errstate(all="raise", under="ignore"):
        try:
            CALLS[name](graph, given, regions)
        except GrowthpolesError as error:
            assert "\n" not in str(error)
        except ours as error:
            frames_of = traceback.extract_tb(error.__traceback__)
            assert not any("/src/growthpoles/" in frame.filename for frame in frames_of), error
        else:
            assert name in {"with_data", "join_count", "local_join_count"}


def test_what_is_kept_of_matrices_is_told_apart_by_what_they_hold() -> None:
    asked: list[Any] = []

    @kept_by_content(2)
    def total(matrix: Any) -> float:
        asked.append(matrix)
        return float(matrix.sum())

    one, two, wide = (sparse.csr_array(np.array(rows)) for rows in ([[0, 1.0]], [[0, 2.0]], [[0, 1.0, 0]]))
    assert [total(each) for each in (one, one.copy(), two, one)] == [1, 1, 2, 1] and len(asked) == 2
    assert total(wide) == 1 and len(asked) == 3  # the same numbers in another shape
    assert [total(one), total(two)] == [1, 2] and len(asked) == 4  # of three, the two latest are kept
    one.data[:] = 7
    assert total(one) == 7


BY_DISTANCE = ["knn", "delaunay", "gabriel", "relative_neighborhood", "distance_band", "kernel", "inverse_distance"]


def places(seed: int, n: int = 24) -> Any:
    """Regions at random places under labels in no order, and values of which some are missing."""
    import geopandas as gpd

    rng = np.random.default_rng(seed)
    labels = [f"r{i}" for i in rng.permutation(n)]
    layer = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 1e5, (2, n))), index=labels, crs="EPSG:32642")
    values = pd.Series(rng.gamma(2, size=n) + 1, index=labels)
    return layer, values.mask(pd.Series(rng.permutation(n) < n // 3, index=labels))


def links_of(graph: Graph) -> dict[Any, float]:
    adjacency = graph.adjacency[graph.adjacency > 0]
    return dict(sorted(adjacency.items()))


@pytest.mark.parametrize("seed", samples(range(4), 1))
@pytest.mark.parametrize("kind", BY_DISTANCE)
def test_neighbours_by_distance_are_those_among_the_regions_with_data(kind, seed):
    layer, y = places(seed)
    options: Any = {"k": 1 + seed} if kind == "knn" else {}
    graph = gp.build_weights(layer, kind, **options)
    kept, part, absent = gp.with_data(y, graph)
    expected = gp.build_weights(layer.loc[kept.index], kind, **options)
    assert len(absent) == 8 and links_of(part) == pytest.approx(links_of(expected))
    again = gp.with_data(kept.where(np.arange(len(kept)) > 2), part)[1]  # and of fewer ones, years one after the other
    assert links_of(again) == pytest.approx(links_of(gp.build_weights(layer.loc[kept.index[3:]], kind, **options)))
    # wherever a test leaves regions out by itself
    later = y * np.linspace(1, 2, len(y))
    level = pd.DataFrame({2001: y, 2002: later, 2003: later * 1.1 + y})
    fits = [gp.growth_panel(level, graph, regions="complete", draws=9, rng=1).coefficients,
            gp.growth_panel(level.loc[kept.index], expected, draws=9, rng=1).coefficients]  # fmt: skip
    pd.testing.assert_frame_equal(*fits)
    spread = [gp.spread_tests(*pair, years=5, permutations=19, rng=1)["statistic"]
              for pair in ((y, later, graph), (kept, later[kept.index], expected))]  # fmt: skip
    pd.testing.assert_series_equal(*spread)
    regressions = [gp.spatial_regression(*pair, model="slx").coefficients["estimate"]
                   for pair in ((y, later, graph), (kept, later[kept.index], expected))]  # fmt: skip
    pd.testing.assert_series_equal(*regressions)


def test_shared_borders_are_those_of_the_map():
    regions = gp.load_regions(2014)
    y = pd.Series(np.arange(16.0), index=regions.index).mask(np.arange(16) % 5 == 0)
    for graph in (gp.build_weights(regions), gp.higher_order_weights(gp.build_weights(regions))):
        kept, part, _ = gp.with_data(y, graph)
        both = {(a, b) for a, b in links_of(graph) if {a, b} <= set(kept.index)}
        assert set(links_of(part)) == both


@pytest.mark.parametrize("seed", range(4))
def test_graphs_made_of_others_are_made_anew_too(seed):
    layer, y = places(seed)
    kept = y.dropna().index
    near, there = gp.build_weights(layer, "knn", k=3), gp.build_weights(layer.loc[kept], "knn", k=3)
    band = {"kind": "distance_band", "threshold": 3e4}
    for made, expected in (
        (gp.higher_order_weights(near, 2), gp.higher_order_weights(there, 2)),
        (
            gp.union_weights(near, gp.build_weights(layer, **band)),
            gp.union_weights(there, gp.build_weights(layer.loc[kept], **band)),
        ),
    ):
        assert links_of(gp.with_data(y, made)[1]) == links_of(expected)
    known = set(links_of(near))
    cut, absent = sorted(known)[0], y.index[y.isna()][0]
    free = [(a, b) for a in y.index for b in y.index if a != b and {(a, b), (b, a)}.isdisjoint(known)]
    add = next(pair for pair in free if absent not in pair), next(pair for pair in free if absent in pair)
    found = set(links_of(gp.with_data(y, gp.change_links(near, add=add, cut=[cut]))[1]))
    by_hand = {pair[::step] for pair in add if set(pair) <= set(kept) for step in (1, -1)}
    assert found == (set(links_of(there)) | by_hand) - {cut, cut[::-1]}


def test_nearest_neighbours_that_nobody_can_build_anew_are_told():
    layer, y = places(1)
    graph = gp.build_weights(layer, "knn", k=4)
    few = r"graph: \d+ of 16 regions are left with fewer than 4 neighbours, which every region of the graph has"
    for other in (graph.transform("r"), graph.to_W()):
        with pytest.warns(UserWarning, match=few):
            kept, part, _ = gp.with_data(y, other)
        assert min(part.cardinalities) < 4 and len(kept) == 16
    with pytest.raises(SpatialError, match="k=4 with 3 regions"):
        gp.with_data(y.where(y.index.isin(y.dropna().index[:3])), graph)
