"""Markov chains: values that giddy 2.3.6 gives (typed), brute force, sizes under relocation, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy.stats import binom

import growthpoles as gp
from growthpoles.errors import SpatialError

FOLDER = "tests/spatial/poles/known"
EDGES = "tests/spatial/regression/known/states48_edges.csv"


@pytest.fixture(scope="module")
def income(request):
    frame = pd.read_csv(request.config.rootpath / FOLDER / "us_income.csv").set_index("abb")
    return frame.rename(columns=int).loc[:, 1929:2009]


@pytest.fixture(scope="module")
def states(request):
    edges = pd.read_csv(request.config.rootpath / EDGES)
    return Graph.from_arrays(edges["focal"].to_numpy(), edges["neighbor"].to_numpy(), np.ones(len(edges)))


def test_classic_chain_of_state_incomes(income):
    chain = gp.markov(income, k=5)
    assert chain.probabilities().loc[1, 2] == pytest.approx(0.0886392009988, rel=1e-9)
    assert chain.steady_state()[1] == pytest.approx(0.207747158917, rel=1e-9)
    assert chain.shorrocks() == pytest.approx(0.19758992001, rel=1e-9)
    assert chain.moves == 48 * 80 and chain.tests.empty


def test_spatial_chain_of_state_incomes(income, states):
    chain = gp.markov(income, states, k=5, limits="pooled", permutations=19)
    p = chain.probabilities()
    assert chain.limits.iloc[0, 0] == pytest.approx(0.839991327887, rel=1e-9)
    assert p.loc[(1, 1), 2] == pytest.approx(0.030487804878, rel=1e-9)
    assert p.loc[(5, 1), 2] == pytest.approx(2 / 3) and chain.counts.loc[(5, 1)].sum() == 3
    assert chain.tests["statistic"].tolist() == pytest.approx([200.623727631, 170.658828431], rel=1e-9)
    assert chain.thin == 65 and chain.tests["p_chi_square"].isna().all()
    assert np.isnan(p.loc[(1, 5)]).all() == (chain.counts.loc[(1, 5)].sum() == 0)
    by_values = gp.markov(income, states, k=5, limits="pooled", lag_limits="values", permutations=1)
    assert "neighbours" not in by_values.limits.index and by_values.moves == chain.moves


def test_quadrants_of_state_incomes(income, states):
    chain = gp.lisa_markov(income, states, permutations=19)
    assert chain.counts.loc["High-High", "High-High"] == 1087 and chain.counts.loc["High-Low", "Low-Low"] == 40
    high = income.to_numpy() >= income.to_numpy().mean(axis=0)
    weights = states.transform("r").sparse.toarray()[[states.unique_ids.get_loc(name) for name in income.index]]
    beside = weights @ income.loc[list(states.unique_ids)].to_numpy() >= income.to_numpy().mean(axis=0)
    counts, expected = np.zeros((2, 2, 2, 2)), np.ones((2, 2, 2, 2))
    np.add.at(counts, tuple(each.astype(int).ravel() for each in
                            (high[:, :-1], beside[:, :-1], high[:, 1:], beside[:, 1:])), 1)  # fmt: skip
    own, near = counts.sum(axis=(1, 3)), counts.sum(axis=(0, 2))
    for i, j, k, m in np.ndindex(counts.shape):
        expected[i, j, k, m] = counts[i, j].sum() * own[i, k] / own[i].sum() * near[j, m] / near[j].sum()
    assert chain.tests["statistic"].iloc[0] == pytest.approx(((counts - expected) ** 2 / expected).sum(), rel=1e-9)
    shuffled = gp.lisa_markov(income.sample(frac=1, random_state=1).iloc[:, ::-1], states, permutations=19)
    pd.testing.assert_frame_equal(chain.tests, shuffled.tests)


def test_what_giddy_prints_for_quadrants_is_of_years_and_moves_with_the_rows(income, states):
    """Its 1058.2 written out: values over their mean through time, and moves from region to region within a year."""

    def chain(low):
        moves = np.zeros((2, 2))
        np.add.at(moves, (low[:, :-1].astype(int).ravel(), low[:, 1:].astype(int).ravel()), 1)
        return moves / moves.sum(axis=1, keepdims=True)

    def printed(table):
        counts = gp.lisa_markov(table, states, permutations=1).counts
        places = states.unique_ids.get_indexer(table.index)
        near = states.transform("r").sparse.toarray()[np.ix_(places, places)] @ table.to_numpy()
        mean = table.to_numpy().mean(axis=1, keepdims=True)
        own, other = chain((table.to_numpy() / mean < 1).T), chain((near / mean < 1).T)
        order = [[0, 0], [1, 1], [0, 1], [1, 0]]  # High-High, Low-Low, High-Low, Low-High
        joint = np.array([[own[i, k] * other[j, m] for k, m in order] for i, j in order])
        expected = counts.to_numpy().sum(axis=1, keepdims=True) * joint
        return ((counts.to_numpy() - expected) ** 2 / expected).sum()

    assert printed(income) == pytest.approx(1058.2079036, rel=1e-9)
    assert printed(income.sample(frac=1, random_state=1)) != pytest.approx(1058.2079036, rel=0.05)


def test_ranks_of_state_incomes(income):
    assert gp.rank_moves(income[[1929, 2009]].astype(float))["tau"].iloc[0] == pytest.approx(0.518847057669, rel=1e-9)
    moves = gp.rank_moves(income[[1929, 2009]].rank(method="first").astype(float))
    assert moves["mean_move"].iloc[0] == pytest.approx(8.54166666667, rel=1e-9)


def test_by_loops(lattice):
    rng = np.random.default_rng(3)
    graph = lattice(4, 4)
    y = pd.DataFrame(rng.normal(size=(16, 6)), [f"a{i}" for i in range(16)], range(2001, 2007))
    chain = gp.markov(y, graph, k=3, permutations=9)
    table = np.zeros((3, 3, 3))
    lags = pd.DataFrame({t: [y.loc[list(graph[r].index), t].mean() for r in y.index] for t in y}, index=y.index)
    cut = lambda frame: frame.apply(lambda c: pd.cut(c, [-9, *c.quantile([1 / 3, 2 / 3]), 9], labels=False))  # noqa: E731
    own, around = cut(y), cut(lags)
    for t in range(2001, 2006):
        for r in y.index:
            table[around.loc[r, t], own.loc[r, t], own.loc[r, t + 1]] += 1
    assert chain.counts.to_numpy().reshape(3, 3, 3).tolist() == table.tolist()
    pooled = table.sum(axis=0)
    q = lr = 0.0
    for s in range(3):
        for i in range(3):
            for j in range(3):
                e = table[s, i].sum() * pooled[i, j] / pooled[i].sum()
                q += (table[s, i, j] - e) ** 2 / e if e else 0
                lr += 2 * table[s, i, j] * np.log(table[s, i, j] / e) if table[s, i, j] else 0
    assert chain.tests["statistic"].tolist() == pytest.approx([q, lr])
    p = chain.pooled().to_numpy() / chain.pooled().to_numpy().sum(axis=1, keepdims=True)
    steps = chain.first_passage().to_numpy()
    for i in range(3):
        for j in range(3):
            assert steps[i, j] == pytest.approx(1 + sum(p[i, m] * steps[m, j] for m in range(3) if m != j))


def test_classes_follow_moves_and_regions():
    few = pd.DataFrame(np.random.default_rng(0).normal(size=(16, 17)))
    ring = Graph.from_arrays(np.arange(16), (np.arange(16) + 1) % 16, np.ones(16))
    assert len(gp.markov(few).counts) == 5
    assert gp.markov(few, ring, permutations=1).counts.shape == (9, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda y: y.mask((y.index == "a3").reshape(-1, 1) & (y.columns == 2003)), r"no value for a3 \(2003\)"),
        (lambda y: y * 0 + 1, "equal values leave 1 of 2 classes in 2001"),
        (lambda y: y.iloc[:, :1], "two years or more"),
        (lambda y: pd.concat([y, y]), "stands twice"),
        (lambda y: y.astype(object).where(y < 0, "x"), "no numbers"),
    ],
)
def test_refusals(change, words):
    y = pd.DataFrame(np.random.default_rng(1).normal(size=(9, 4)), [f"a{i}" for i in range(9)], range(2001, 2005))
    with pytest.raises(SpatialError, match=words):
        gp.markov(change(y), k=2)


def test_no_steady_state_of_a_chain_that_falls_apart():
    y = pd.DataFrame([[1.0, 1.1, 1.2], [1.1, 1.0, 1.1], [5.0, 5.1, 5.2], [5.1, 5.0, 5.3]])
    with pytest.raises(SpatialError, match="no steady state"):
        gp.markov(y, k=2).steady_state()
    with pytest.raises(SpatialError, match="was never left"):
        gp.markov(y, limits=(9.0,)).shorrocks()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("level", "side", "years", "k"), [(0.0, 4, 10, 3), (0.9, 4, 10, 3), (0.9, 3, 4, 2), (0.5, 7, 5, 4), (0.9, 20, 5, 3)]
)
def test_size_under_relocated_paths(lattice, level, side, years, k):
    """Persistent paths without any place: rejected at 5 % in 5 %, where chi-square rejects what it likes."""
    n, maps = side**2, {7: 200, 20: 80}.get(side, 400)
    graph, labels = lattice(side, side), [f"a{i}" for i in range(n)]
    rejected, thin = np.zeros(3, dtype=int), 0
    for seed in range(maps):
        rng = np.random.default_rng([5, seed])
        own = level**0.5 * rng.normal(size=(n, 1)) + (1 - level) ** 0.5 * rng.normal(size=(n, years))
        y = pd.DataFrame(np.exp(own), labels, range(years))
        spatial = gp.markov(y, graph, k=k, permutations=99, rng=seed).tests
        lisa = gp.lisa_markov(y, graph, permutations=99, rng=seed).tests["p_value"]
        rejected += np.r_[spatial["p_value"], lisa] <= 0.05 + 1e-9
        without = (spatial["least_expected"] < 5) | (spatial["df"] == 0)
        thin += int((spatial["p_chi_square"].isna() == without).all())
    assert thin == maps  # no chi-square p where a cell expects fewer than five moves, or nothing is left to test
    assert (rejected <= binom.ppf(0.999, maps, 0.05)).all()
    if side > 3:  # nine short paths are often tied
        assert (rejected >= binom.ppf(0.001, maps, 0.05)).all()
