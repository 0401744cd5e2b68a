"""Values and graphs side by side by label, or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from growthpoles.errors import SpatialError
from growthpoles.spatial.alignment import clean_values, joined, prepare, same_regions, weights_matrix

LABELS = ["KZ-ALA", "KZ-ALM", "KZ-AST", "KZ-AKM"]


def path_graph(labels=LABELS, weights=(1.0, 2.0, 4.0)) -> Graph:
    """A path over the labels."""
    ends = [(labels[i], labels[i + 1], w) for i, w in enumerate(weights)]
    both = ends + [(b, a, w) for a, b, w in ends]
    both.sort(key=lambda link: (labels.index(link[0]), labels.index(link[1])))
    return Graph.from_arrays(*zip(*both, strict=True))


def values(labels=LABELS) -> pd.Series:
    return pd.Series([1.0, 2.0, 4.0, 8.0], index=labels)


def dense(prepared) -> pd.DataFrame:
    return pd.DataFrame(prepared.w.toarray(), index=prepared.ids, columns=prepared.ids)


@pytest.mark.parametrize("order", [LABELS, LABELS[::-1], [LABELS[i] for i in (2, 0, 3, 1)]])
@pytest.mark.parametrize("transformation", ["r", "b", None])
def test_rows_follow_the_values(order, transformation):
    graph = path_graph()
    prepared = prepare(values().loc[order], graph, transformation=transformation)
    assert list(prepared.ids) == order
    np.testing.assert_array_equal(prepared.y, values().loc[order])
    wanted = graph if transformation is None else graph.transform(transformation)
    expected = wanted.adjacency.reset_index().pivot_table("weight", "focal", "neighbor", fill_value=0.0)
    np.testing.assert_allclose(dense(prepared), expected.loc[order, order], rtol=1e-15)
    assert prepared.cardinality.tolist() == graph.cardinalities.loc[order].tolist()
    assert not prepared.isolates.any()
    assert prepared.n == 4


@given(st.permutations(range(12)), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_any_order_of_the_graph(order, seed):
    """An adjacency in an order of its own, and unsorted: the same matrix."""
    rng = np.random.default_rng(seed)
    full = np.where(rng.random((12, 12)) < 0.3, rng.random((12, 12)) + 0.1, 0)
    np.fill_diagonal(full, 0)
    labels = [f"r{i}" for i in range(12)]
    focal, neighbor = np.nonzero(full + np.diag(full.sum(axis=1) == 0))
    mixed = rng.permutation(len(focal))
    index = pd.MultiIndex.from_arrays(
        [[labels[i] for i in focal[mixed]], [labels[i] for i in neighbor[mixed]]], names=["focal", "neighbor"]
    )
    graph = Graph(pd.Series(full[focal, neighbor][mixed], index=index, name="weight"), is_sorted=True)
    y = pd.Series(np.arange(12.0), index=labels).iloc[list(order)]
    prepared = prepare(y, graph, transformation=None)
    np.testing.assert_array_equal(dense(prepared).loc[labels, labels], full)
    assert prepared.isolates.tolist() == (full.sum(axis=1) == 0)[list(order)].tolist()


def test_uniform_weights_are_recognised():
    same = path_graph(weights=(3.0, 3.0, 3.0))
    assert prepare(values(), same, transformation=None).uniform == 3.0
    assert prepare(values(), same, transformation="b").uniform == 1.0
    assert prepare(values(), path_graph(), transformation="b").uniform == 1.0
    assert prepare(values(), path_graph(), transformation=None).uniform is None
    assert prepare(values(), same, transformation="r").uniform is None


def test_nothing_is_changed():
    graph, y = path_graph(), values()
    before, series = graph.adjacency.copy(), y.copy()
    prepare(y, graph)
    pd.testing.assert_series_equal(graph.adjacency, before)
    pd.testing.assert_series_equal(y, series)


def test_isolates_and_one_way_links():
    graph = Graph.from_arrays(list("ABCDE"), list("BADDE"), [1, 1, 1, 0.0, 0.0])
    prepared = prepare(pd.Series(range(5), index=list("ABCDE")), graph)
    assert prepared.isolates.tolist() == [False, False, False, True, True]
    assert joined(prepared).tolist() == [0, 1, 2, 3]  # D is C's neighbour, E is nobody's


def test_booleans_and_integers_count_as_numbers():
    assert clean_values(pd.Series([True, False, True])).tolist() == [1.0, 0.0, 1.0]
    assert clean_values(pd.Series([1, 2, 3], dtype="Int64")).tolist() == [1.0, 2.0, 3.0]


def swapped(position: int, value: float) -> pd.Series:
    y = values()
    y.iloc[position] = value
    return y


@pytest.mark.parametrize(
    ("y", "text"),
    [
        ([1.0, 2.0, 3.0], "y: list given; allowed: a pandas Series indexed by region"),
        (values().iloc[:2], "y: 2 regions; allowed: at least 3 regions"),
        (values(["KZ-ALA", "KZ-ALM", "KZ-ALA", "KZ-AKM"]), "y: labels given twice: KZ-ALA; allowed: unique"),
        (values().astype(str), "is not numeric; allowed: numbers"),
        (swapped(1, np.nan), "y: no finite value for KZ-ALM; allowed: finite numbers"),
        (swapped(3, -np.inf), "y: no finite value for KZ-AKM; allowed: finite numbers"),
        (values().astype("Float64").mask([False, True, False, False]), "y: no finite value for KZ-ALM"),
        (values(["KZ-ALA", "KZ-ALM", "KZ-AST", "KZ-AKT"]), "graph has labels that are not in y: KZ-AKM; .*nearest: KZ"),
        (pd.concat([values(), pd.Series({"KZ-AKT": 1.0})]), "graph lacks labels of y: KZ-AKT; .*nearest: KZ-A"),
        (pd.Series(range(4)), "graph has labels that are not in y: KZ-"),
    ],
)
def test_values_that_are_refused(y, text):
    with pytest.raises(SpatialError, match=text):
        prepare(y, path_graph())


def test_long_lists_of_labels_are_cut():
    labels = [f"r{i:02}" for i in range(20)]
    y = pd.Series(np.nan, index=labels)
    with pytest.raises(SpatialError, match="r00, r01, r02, r03, r04 and 15 more"):
        clean_values(y)


def test_a_region_absent_from_an_unsorted_graph_is_named():
    index = pd.MultiIndex.from_arrays(
        [["KZ-AST", "KZ-ALA", "KZ-ALM"], ["KZ-ALA", "KZ-ALM", "KZ-ALA"]], names=["focal", "neighbor"]
    )
    graph = Graph(pd.Series(1.0, index=index, name="weight"), is_sorted=True)
    with pytest.raises(SpatialError, match="graph: graph lacks labels of y: KZ-AKM"):
        prepare(values(), graph)


@pytest.mark.parametrize(
    ("graph", "text"),
    [
        ("queen", "graph: str given; allowed: a libpysal.graph.Graph"),
        (path_graph(weights=(1.0, -2.0, 4.0)), "graph: negative or infinite weight at KZ-ALM, KZ-AST"),
        (path_graph(weights=(1.0, 2.0, np.inf)), "graph: negative or infinite weight at KZ-AST, KZ-AKM"),
        (path_graph().assign_self_weight(1.0), "graph: self-weight at KZ-ALA, KZ-ALM, KZ-AST, KZ-AKM"),
    ],
)
def test_graphs_that_are_refused(graph, text):
    with pytest.raises(SpatialError, match=text):
        prepare(values(), graph)


def test_unknown_transformation():
    with pytest.raises(SpatialError, match="transformation='rr' is not known; allowed: r, b, None"):
        weights_matrix(path_graph(), values().index, transformation="rr")


def test_a_second_column_is_matched_by_label():
    y = values()
    assert same_regions(y, y.index, name="x", to="y") is y
    mixed = same_regions(y.iloc[::-1], y.index, name="x", to="y")
    pd.testing.assert_series_equal(mixed, y)
    with pytest.raises(SpatialError, match="x: lacks regions of y: KZ-AKM"):
        same_regions(y.iloc[:3], y.index, name="x", to="y")
    with pytest.raises(SpatialError, match="x: has regions that are not in y: KZ-AKM"):
        same_regions(y, y.index[:3], name="x", to="y")


def test_labels_that_a_filtered_graph_no_longer_uses_are_no_matter():
    adjacency = path_graph().adjacency
    kept = adjacency[[not {"KZ-AKM"} & set(link) for link in adjacency.index]]
    assert "KZ-AKM" in kept.index.levels[0]
    prepared = prepare(values().iloc[:3], Graph(kept, is_sorted=True), transformation=None)
    assert prepared.w.toarray().tolist() == [[0, 1, 0], [1, 0, 2], [0, 2, 0]]
