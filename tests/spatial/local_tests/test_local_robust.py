"""Attempts to break the local tests: exact fractions, odd magnitudes, graphs, labels, types and orders."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from growthpoles.errors import SpatialError
from growthpoles.spatial.alignment import with_data
from growthpoles.spatial.global_tests import geary, getis_ord, join_count, moran, moran_bivariate
from growthpoles.spatial.local_tests import (
    local_geary,
    local_getis_ord,
    local_join_count,
    local_moran,
    local_moran_bivariate,
    local_moran_rates,
)

ALTERNATIVES = ("two-sided", "greater", "less")


def graph_of(w: np.ndarray, labels: list) -> Graph:
    """Graph of a dense matrix; a row without weights is an isolate."""
    focal, neighbor = np.nonzero(w + np.diag(w.sum(axis=1) == 0))
    named = np.empty(len(labels), dtype=object)
    named[:] = labels
    return Graph.from_arrays(named[focal], named[neighbor], w[focal, neighbor])


def law_by_fractions(y: list[Fraction], w: np.ndarray, score) -> list[dict[str, tuple[float, float]] | None]:
    """p-value and smallest attainable one of every region, no rounding anywhere; `score(own, other, mean)`."""
    part = [i for i in range(len(y)) if w[i].any() or w[:, i].any()]
    mean = sum(y[i] for i in part) / len(part)
    found: list[dict[str, tuple[float, float]] | None] = []
    for i in range(len(y)):
        around = np.flatnonzero(w[i])
        if not len(around):
            found.append(None)
            continue
        weights = [Fraction(float(w[i, j])) for j in around]
        deal = combinations if len(set(weights)) == 1 else permutations

        def total(deal, i=i, weights=weights):
            return sum(weight * score(y[i], y[j], mean) for weight, j in zip(weights, deal, strict=True))

        law = [total(chosen) for chosen in deal([j for j in part if j != i], len(around))]
        seen, top, bottom = total(around), max(law), min(law)
        greater, less = sum(t >= seen for t in law), sum(t <= seen for t in law)
        best = law.count(top), law.count(bottom)
        n = len(law)
        found.append(
            {
                "greater": (greater / n, best[0] / n),
                "less": (less / n, best[1] / n),
                "two-sided": (min(1.0, 2 * min(greater, less) / n), min(1.0, 2 * min(best) / n)),
            }
        )
    return found


TESTS = {
    local_moran: lambda own, other, mean: (own - mean) * (other - mean),
    local_geary: lambda own, other, mean: (own - other) ** 2,
    local_getis_ord: lambda own, other, mean: other,
}


def wild_values(rng: np.random.Generator, n: int) -> tuple[pd.Series, list[Fraction]]:
    """Floats and the numbers that they stand for: ties that rounding hides count as ties."""
    whole = rng.integers(0, 5, n)
    units = [
        Fraction(1),
        Fraction(1, 10),
        Fraction(1, 3),
        Fraction(10) ** 300,
        Fraction(1, 10**300),
        Fraction(1, 10**320),
    ]
    kind = rng.integers(0, len(units) + 3)
    if kind < len(units):
        y = [int(v) * units[kind] for v in whole]
    elif kind == len(units):
        y = [10**9 + Fraction(int(v)) for v in whole]
    elif kind == len(units) + 1:  # one region thirty thousand times as large as the others
        y = [Fraction(int(v)) for v in np.where(np.arange(n) == 1, 30_000, whole)]
    else:
        y = [Fraction(float(v)) for v in rng.lognormal(0, 3, n)]
    return pd.Series([float(v) for v in y], index=[f"r{i}" for i in rng.permutation(n)]), y


def wild_weights(rng: np.random.Generator, n: int) -> np.ndarray:
    """Symmetric, star, directed k nearest, complete, directed, small whole weights, any weights."""
    some = rng.random((n, n)) < 0.5
    w = np.zeros((n, n))
    kind = rng.integers(0, 7)
    if kind == 0:
        w = (np.triu(some) | np.triu(some).T).astype(float)
    elif kind == 1:
        w[0] = w[:, 0] = 1
    elif kind == 2:
        k = int(rng.integers(1, n))
        for i in range(n):
            w[i, rng.permutation(np.delete(np.arange(n), i))[:k]] = 1
    elif kind == 3:
        w[:] = 1
    elif kind == 4:
        w = some.astype(float)
    elif kind == 5:
        w = some * rng.integers(1, 4, (n, n)).astype(float)
    else:
        w = some * (rng.random((n, n)) + 0.1)
    np.fill_diagonal(w, 0)
    return w


def check_against_fractions(seed: int) -> int:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 7))
    w = wild_weights(rng, n)
    y, numbers = wild_values(rng, n)
    part = (w.sum(axis=1) > 0) | (w.sum(axis=0) > 0)
    if part.sum() < 3 or (y[part] == y[part].iloc[0]).all():
        return 0
    graph = graph_of(w, list(y.index))
    for test, score in TESTS.items():
        law = law_by_fractions(numbers, w, score)
        for alternative in ALTERNATIVES:
            frame = test(y, graph, alternative=alternative).to_frame()
            expected = np.array([(np.nan, np.nan) if own is None else own[alternative] for own in law])
            where = f"{test.__name__}, {alternative}, seed {seed}"
            found = frame[["p_value", "p_attainable"]].to_numpy()
            np.testing.assert_allclose(found, expected, atol=1e-12, rtol=0, err_msg=where)
            if test is not local_getis_ord:
                assert np.isfinite(frame.loc[frame["cardinality"] > 0, ["statistic", "lag"]]).all(axis=None), where
    return 1


@pytest.mark.slow
def test_three_to_six_regions_by_fractions():
    assert sum(check_against_fractions(seed) for seed in range(60)) > 40


@pytest.mark.slow
def test_many_small_maps_by_fractions():
    assert sum(check_against_fractions(seed) for seed in range(1000, 1600)) > 400


@pytest.fixture(scope="module")
def map_of_thirty() -> tuple[pd.Series, Graph, Graph, pd.Series]:
    """Thirty regions with unsorted labels, an isolate; equal and unequal weights; a second variable."""
    rng = np.random.default_rng(3)
    w = np.triu(rng.random((30, 30)) < 0.25, 1) * 1.0
    w += w.T
    w[7] = w[:, 7] = 0
    labels = [f"r{i}" for i in rng.permutation(30)]
    uneven = graph_of(w * rng.uniform(1, 2, (30, 30)), labels)
    y = pd.Series(np.round(rng.gamma(1.0, size=30), 2), index=labels, name="y")
    return y, graph_of(w, labels), uneven, pd.Series(rng.normal(size=30), index=labels)


@pytest.mark.parametrize("f", [local_moran, local_geary, local_getis_ord])
@pytest.mark.parametrize("factor", [1e300, 1e-300, 1e-318, 7.0])
def test_units_do_not_matter(map_of_thirty, f, factor):
    y, graph, _, _ = map_of_thirty
    one, other = f(y, graph, permutations=99), f(np.round(y * 100) * factor, graph, permutations=99)
    np.testing.assert_array_equal(one.p_value, other.p_value)
    np.testing.assert_allclose(one.statistic, other.statistic, rtol=1e-9)
    np.testing.assert_allclose(other.lag / factor, 100 * one.lag, rtol=1e-9 if factor > 1e-310 else 1e-4)


def test_ordinary_regions_are_compared_beside_one_a_million_times_as_large():
    labels = list("abcdefgh")
    w = np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1)
    y = pd.Series([1.0, 2.0, 4.0, 1e6, 3.0, 8.0, 5.0, 1.0], index=labels)
    frame = local_geary(y, graph_of(w, labels), alternative="less").to_frame()
    numbers = [Fraction(v) for v in y]
    law = law_by_fractions(numbers, w, TESTS[local_geary])
    ordinary = [i for i in range(8) if i not in (2, 3, 4)]  # neither the large region nor beside it
    np.testing.assert_allclose(frame["p_value"].iloc[ordinary], [law[i]["less"][0] for i in ordinary], atol=1e-12)


@pytest.mark.parametrize("f", [local_moran, local_geary, local_getis_ord])
@pytest.mark.parametrize("adjust", ["none", "max-t"])
def test_order_of_rows_and_of_the_graph_never_shows(map_of_thirty, f, adjust):
    """Drawn p-values too, with equal and unequal weights and an isolate."""
    y, even, uneven, _ = map_of_thirty
    how = {"method": "permutation", "permutations": 999, "adjust": adjust}
    for graph in (even, uneven):
        base = f(y, graph, **how).to_frame()
        mixed = f(y.sample(frac=1, random_state=2), graph, **how).to_frame()
        turned = f(y, graph.subgraph(list(y.index[::-1])), **how).to_frame()
        for other in (mixed, turned):
            np.testing.assert_array_equal(other.loc[y.index, "p_value"], base["p_value"])
            np.testing.assert_array_equal(other.loc[y.index, "p_adjusted"], base["p_adjusted"])


def labels_of(kind: str, n: int) -> pd.Index:
    text = [f"r{i:02}" for i in range(n)]
    return {
        "text": pd.Index(text),
        "object": pd.Index(text, dtype=object),
        "string": pd.Index(text, dtype="string"),
        "categorical": pd.CategoricalIndex(text),
        "whole numbers": pd.Index(range(0, 10 * n, 10)),
        "numbers": pd.Index(np.arange(n) + 0.5),
        "dates": pd.date_range("2020", periods=n),
        "tuples": pd.Index([(i // 10, i % 10) for i in range(n)], tupleize_cols=False),
        "levels": pd.MultiIndex.from_tuples([(i // 10, i % 10) for i in range(n)]),
    }[kind]


@pytest.mark.parametrize(
    "kind", ["object", "string", "categorical", "whole numbers", "numbers", "dates", "tuples", "levels"]
)
def test_labels_of_any_kind(map_of_thirty, kind):
    y, graph, _, _ = map_of_thirty
    w, how = graph.sparse.toarray(), {"method": "permutation", "permutations": 99}
    plain, odd = labels_of("text", 30), labels_of(kind, 30)
    base = local_moran(y.set_axis(plain), graph_of(w, list(plain)), **how)
    other = local_moran(y.set_axis(odd), graph_of(w, list(odd)), **how)
    assert other.to_frame().index.equals(odd)
    np.testing.assert_array_equal(other.p_value, base.p_value)
    one, two = (moran(y.set_axis(i), graph_of(w, list(i)), permutations=99).p_value for i in (plain, odd))
    assert one == two


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["int32", "uint8", "Int64", "Float64", "float32", "boolean", "bool", "Sparse[float]"])
def test_numbers_of_any_type(map_of_thirty, dtype):
    y, graph, _, x = map_of_thirty
    whole = (y > 1) if "bool" in dtype else np.round(y)
    given, plain = whole.astype(dtype), whole.astype(float)
    how = {"permutations": 99}
    for f in (local_moran, local_geary, local_getis_ord):
        pd.testing.assert_frame_equal(f(given, graph, **how).to_frame(), f(plain, graph, **how).to_frame())
    pair = [local_moran_bivariate(x, v[::-1], graph, **how).to_frame() for v in (given, plain)]
    pd.testing.assert_frame_equal(*pair)
    assert moran(given, graph, **how) == moran(plain, graph, **how)


@pytest.mark.parametrize("dtype", ["category", "object", "str", "complex128"])
def test_what_is_not_a_number_is_refused(map_of_thirty, dtype):
    y, graph, _, _ = map_of_thirty
    with pytest.raises(SpatialError, match=r"y: dtype .* is not numeric; allowed: numbers"):
        local_moran(y.astype(dtype), graph)


@pytest.mark.parametrize("rng", [-1, 1.5, True, "seed"])
def test_a_bad_seed_is_one_clear_line(map_of_thirty, rng):
    y, graph, _, _ = map_of_thirty
    for f in (local_moran, local_geary, moran):
        with pytest.raises(SpatialError, match=r"^rng=.*; allowed: a numpy Generator, a seed of 0 or more, or None$"):
            f(y, graph, rng=rng)


def test_equal_rates_are_constant_though_their_rounding_differs():
    labels = [f"r{i}" for i in range(8)]
    w = np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1)
    base = pd.Series([3.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0], index=labels)
    with pytest.raises(SpatialError, match="all values are the same"):
        local_moran_rates(base * 0.1, base, graph_of(w, labels))


@pytest.mark.parametrize("transformation", ["r", "b", None])
@pytest.mark.parametrize("uneven", [False, True])
def test_local_statistics_add_up_to_the_global_ones(map_of_thirty, transformation, uneven):
    """The scalings that the docstrings give, with an isolate and with weights of any kind."""
    y, even, other, x = map_of_thirty
    graph = other if uneven else even
    few, how = {"permutations": 9}, {"permutations": 9, "transformation": transformation}
    w = graph.sparse.toarray()
    w = {"r": w / np.maximum(w.sum(axis=1, keepdims=True), 1e-9), "b": np.sign(w), None: w}[transformation]
    n, s0 = 29, w.sum()
    result = local_moran(y, graph, **how)
    assert np.nansum(result.statistic) * n / ((n - 1) * s0) == pytest.approx(
        moran(y, graph, **how).statistic, rel=1e-12
    )
    pair = np.nansum(local_moran_bivariate(x, y, graph, **how).statistic) * n / ((n - 1) * s0)
    assert pair == pytest.approx(moran_bivariate(x, y, graph, **how).statistic, rel=1e-12)
    total = y.to_numpy()[w.sum(axis=1) > 0]
    lag = local_getis_ord(y, graph, **how).lag
    g = np.nansum(y.to_numpy() * lag) / (total.sum() ** 2 - (total**2).sum())
    assert g == pytest.approx(getis_ord(y, graph, **how).statistic, rel=1e-12)
    if transformation == "r":
        c = np.nansum(local_geary(y, graph, **few).statistic) * (n - 1) / (2 * n * s0)
        assert c == pytest.approx(geary(y, graph, **few).statistic, rel=1e-12)
    if transformation == "b":
        high = (y > y.median()).astype(int)
        joins = np.nansum(local_join_count(high, graph).statistic) / 2
        assert joins == join_count(high, graph, method="randomisation")[1, 1].statistic


def test_regions_without_data_leave_values_and_graph():
    y, graph = pd.Series([1.0, np.nan, 3.0, 2.0], index=list("abcd")), graph_of(1 - np.eye(4), list("abcd"))
    with pytest.raises(SpatialError, match=r"y: no finite value for b; .*left_out = growthpoles.with_data"):
        local_moran(y, graph)
    with pytest.raises(SpatialError, match=r"no finite value for c; allowed: finite numbers$"):
        local_moran(y.fillna(0).replace(3.0, np.inf), graph)
    for given in (y, y.astype("Float64"), y[::-1]):
        values, part, absent = with_data(given, graph)
        assert absent == ["b"] and sorted(part.unique_ids) == list("acd")
        assert local_moran(values, part).n == 3
    assert with_data(y.fillna(0), graph)[1] is graph
    with pytest.raises(SpatialError, match="values: lacks regions of graph: d"):
        with_data(y[:3], graph)
    with pytest.raises(SpatialError, match="values: DataFrame given; allowed: a pandas Series"):
        with_data(y.to_frame(), graph)
