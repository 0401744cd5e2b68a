"""Moves, mobility and concordance against definitions, full enumeration and published values."""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import SpatialError
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.poles.lisa_dynamics import (
    DIRECTIONS,
    ISOLATE,
    NO_MOVE,
    joint_moves,
    lisa_moves,
    lisa_transitions,
    rank_mobility,
    spatial_tau,
)


def two_years(n, seed=0, labels=None):
    rng = np.random.default_rng(seed)
    index = labels or [f"a{i}" for i in range(n)]
    before = pd.Series(rng.gamma(4, 5, n), index)
    return before, before * rng.uniform(0.7, 1.5, n)


def with_isolate(graph_of, n):
    """Return a ring of n - 1 regions and one without links."""
    focal = [f"a{i}" for i in range(n - 1)] * 2 + [f"a{n - 1}"]
    neighbor = [f"a{(i + 1) % (n - 1)}" for i in range(n - 1)] + [f"a{(i - 1) % (n - 1)}" for i in range(n - 1)]
    return graph_of(focal, [*neighbor, f"a{n - 1}"], [1.0] * (2 * n - 2) + [0.0])


@pytest.fixture(scope="module")
def graph_of():
    from libpysal.graph import Graph

    return lambda focal, neighbor, weight: Graph.from_arrays(np.array(focal), np.array(neighbor), np.array(weight))


def dense(graph, ids):
    return graph.transform("r").sparse.toarray()[np.ix_(*[[list(graph.unique_ids).index(i) for i in ids]] * 2)]


def test_moves_by_definition(lattice):
    graph = lattice(4, 4)
    before, after = two_years(16)
    moves = lisa_moves(before, after.sample(frac=1, random_state=0), graph)
    w = dense(graph, before.index)
    for when, values in (("before", before), ("after", after)):
        z = ((values - values.mean()) / values.std(ddof=0)).to_numpy()
        np.testing.assert_allclose(moves[f"z_{when}"], z, atol=1e-12)
        np.testing.assert_allclose(moves[f"lag_{when}"], w @ z, atol=1e-12)
        # the slope of the scatter plot is Moran's I
        assert moran(values, graph, method="normal").statistic == pytest.approx(np.mean(z * (w @ z)), abs=1e-12)
        side = lambda v: "High" if v >= 0 else "Low"  # noqa: E731
        assert list(moves[f"quadrant_{when}"]) == [f"{side(a)}-{side(b)}" for a, b in zip(z, w @ z, strict=True)]
    np.testing.assert_allclose(moves["length"] * np.cos(np.radians(moves["angle"])), moves["dz"], atol=1e-12)
    np.testing.assert_allclose(moves["length"] * np.sin(np.radians(moves["angle"])), moves["dlag"], atol=1e-12)
    expected = {(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}
    assert list(moves["direction"]) == [
        DIRECTIONS[expected[a, b]] for a, b in zip(moves["dz"] > 0, moves["dlag"] > 0, strict=True)
    ]
    counts = lisa_transitions(moves)
    assert counts.shape == (4, 4) and counts.to_numpy().sum() == 16
    assert (
        counts.loc["High-Low", "Low-Low"]
        == ((moves["quadrant_before"] == "High-Low") & (moves["quadrant_after"] == "Low-Low")).sum()
    )


def test_no_move_and_isolates(lattice, graph_of):
    before, after = two_years(16)
    assert (lisa_moves(before, before * 3 + 1, lattice(4, 4))["direction"] == NO_MOVE).all()  # same standardised values
    ring = with_isolate(graph_of, 8)
    values = before.iloc[:8]
    moves = lisa_moves(values, after.iloc[:8], ring)
    assert moves.loc["a7", ["quadrant_before", "quadrant_after", "direction"]].tolist() == [ISOLATE] * 3
    assert moves.loc["a7", ["lag_before", "dlag", "length", "angle"]].isna().all()
    assert moves["z_before"].iloc[:7].mean() == pytest.approx(0, abs=1e-12)  # the isolate is not in the mean
    assert lisa_transitions(moves).to_numpy().sum() == 7


def test_joint_moves_against_all_orders(seven, brute):
    graph, matrix = seven
    before, after = two_years(7, 3, list("abcdefg"))
    w = matrix / matrix.sum(axis=1, keepdims=True)
    z = lambda v: ((v - v.mean()) / v.std(ddof=0)).to_numpy()  # noqa: E731
    change = z(after) - z(before)
    statistic = lambda order: np.mean(change[order] * (w @ change[order]) > 0)  # noqa: E731
    greater, less, mean, variance = brute(statistic, 7)
    for alternative, p in {"greater": greater, "less": less, "two-sided": min(1, 2 * min(greater, less))}.items():
        result = joint_moves(before, after, graph, alternative=alternative, permutations=20_000)
        assert result.statistic == pytest.approx(statistic(np.arange(7)), abs=1e-12)
        assert result.p_value == pytest.approx(p, abs=0.015)
    assert result.expected == pytest.approx(mean, abs=0.01)
    assert result.variance == pytest.approx(variance, rel=0.05)


def test_joint_moves_of_a_map_that_moves_together(lattice):
    graph = lattice(6, 6)
    column = np.arange(36) % 6
    before = pd.Series(np.random.default_rng(0).normal(10, 1, 36), [f"a{i}" for i in range(36)])
    result = joint_moves(before, before + column, graph, alternative="greater", permutations=999)
    assert result.statistic > 0.8 and result.p_value == 0.001


@pytest.mark.parametrize("ties", [False, True])
def test_rank_mobility_by_counting_pairs(ties):
    before, after = two_years(12, 5)
    if ties:
        before, after = before.round(-1), after.round(-1)
    up = down = left = right = 0
    for i in range(12):
        for j in range(i):
            a, b = np.sign(before.iloc[i] - before.iloc[j]), np.sign(after.iloc[i] - after.iloc[j])
            up, down = up + (a * b > 0), down + (a * b < 0)
            left, right = left + (a != 0), right + (b != 0)
    assert rank_mobility(before, after.iloc[::-1]) == pytest.approx((up - down) / np.sqrt(left * right), abs=1e-12)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", pytest.param("less", marks=pytest.mark.long)])
@pytest.mark.parametrize("ties", [pytest.param(False, marks=pytest.mark.long), True])
def test_spatial_tau_is_the_full_enumeration(seven, brute, alternative, ties):
    graph, matrix = seven
    before, after = two_years(7, 2, list("abcdefg"))
    if ties:
        before, after = before.round(-1), after.round(-1)
    x, y = before.to_numpy(), after.to_numpy()

    def statistic(order):
        signs = [
            np.sign(x[order[i]] - x[order[j]]) * np.sign(y[order[i]] - y[order[j]])
            for i in range(7)
            for j in range(i)
            if matrix[i, j] > 0 or matrix[j, i] > 0
        ]
        return np.mean(signs)

    greater, less, mean, variance = brute(statistic, 7)
    result = spatial_tau(before, after.iloc[::-1], graph, alternative=alternative)
    expected = {"greater": greater, "less": less, "two-sided": min(1.0, 2 * min(greater, less))}[alternative]
    assert result.statistic == pytest.approx(statistic(np.arange(7)), abs=1e-12)
    assert result.p_value == pytest.approx(expected, abs=1e-12)
    assert (result.expected, result.variance) == pytest.approx((mean, variance), abs=1e-12)


def test_spatial_tau_of_the_mexican_states():
    """The documentation of giddy (Rey 2016) prints statistic, mean and p-value of 99 permutations with seed 12345.

    Its p-value counts ties in one tail only: below, strictly smaller values. Ours counts them in both.
    """
    import libpysal
    from libpysal.graph import Graph

    table = pd.read_csv(libpysal.examples.get_path("mexico.csv")).set_index("State")
    regime = table["esquivel99"].to_numpy()
    graph = Graph.build_block_contiguity(table["esquivel99"])
    i, j = np.nonzero(np.triu(regime[:, None] == regime, k=1))
    random = np.random.RandomState(12345)
    statistics, means, strict = [], [], []
    for year in range(1940, 2000, 10):
        x, y = table[f"pcgdp{year}"], table[f"pcgdp{year + 10}"]
        result = spatial_tau(x, y, graph, alternative="less", permutations=9_999)
        orders = [random.permutation(32) for _ in range(99)]
        signs = np.sign(x.to_numpy()[:, None] - x.to_numpy()) * np.sign(y.to_numpy()[:, None] - y.to_numpy())
        drawn = np.array([signs[order[i], order[j]].mean() for order in orders])
        statistics.append(round(result.statistic, 3))
        means.append(round(drawn.mean(), 3))
        strict.append((1 + (drawn < result.statistic - 1e-9).sum()) / 100)
        assert result.expected == pytest.approx(drawn.mean(), abs=4 * np.sqrt(result.variance / 99))
        with_ties = (drawn <= result.statistic + 1e-9).mean()
        assert result.p_value == pytest.approx(with_ties, abs=4 * np.sqrt(0.25 / 99))
        assert strict[-1] <= result.p_value + 0.02
    assert statistics == [0.397, 0.492, 0.651, 0.714, 0.683, 0.810]
    assert means == [0.659, 0.706, 0.772, 0.752, 0.705, 0.819]
    assert strict == [0.01, 0.01, 0.02, 0.21, 0.27, 0.28]


def test_spatial_tau_leaves_isolates_out(graph_of):
    before, after = two_years(8)
    result = spatial_tau(before, after, with_isolate(graph_of, 8))
    assert (result.n, result.isolates) == (7, ("a7",))


@pytest.mark.parametrize("test", [joint_moves, spatial_tau])
def test_results_do_not_depend_on_row_order(test, lattice):
    before, after = two_years(16, 8)
    shuffled = before.sample(frac=1, random_state=2)
    graph = lattice(4, 4)
    assert test(before, after, graph, permutations=999) == test(shuffled, after, graph, permutations=999)


@pytest.mark.parametrize("test", [joint_moves, spatial_tau])
def test_results_do_not_depend_on_workers(test, lattice):
    before, after = two_years(16, 8)
    alone = test(before, after, lattice(4, 4), permutations=40_000)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        assert test(before, after, lattice(4, 4), permutations=40_000) == alone


@pytest.mark.parametrize("test", [lisa_moves, joint_moves, spatial_tau, rank_mobility])
def test_errors(test, lattice):
    before, after = two_years(9)
    rest = () if test is rank_mobility else (lattice(3, 3),)
    with pytest.raises(SpatialError, match="lacks regions of before: a8"):
        test(before, after.iloc[:8], *rest)
    with pytest.raises(SpatialError, match="after: no finite value for a3"):
        test(before, after.mask(after.index == "a3"), *rest)
    if test is not spatial_tau:  # ties are neither concordant nor discordant: it is 0 then
        with pytest.raises(SpatialError, match="constant"):
            test(before, after * 0 + 1, *rest)


def test_joint_moves_without_a_move(lattice):
    before, _ = two_years(9)
    with pytest.raises(SpatialError, match="no region moved"):
        joint_moves(before, before * 2, lattice(3, 3))
