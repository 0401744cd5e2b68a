"""Do p-values mean what they say? All maps of a tiny case, random maps of larger ones, and the large-n law."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from growthpoles.spatial.local_tests import (
    local_geary,
    local_getis_ord,
    local_join_count,
    local_lee,
    local_losh,
    local_moran,
    local_moran_bivariate,
    local_moran_rates,
)
from growthpoles.spatial.local_tests.multiple_testing import adjust_p_values

LEVEL = 0.05


def tessellation(n: int, seed: int) -> Graph:
    """Delaunay neighbours of random points: from 3 to a dozen neighbours, like a map's regions."""
    from scipy.spatial import Delaunay

    points = np.random.default_rng(seed).random((n, 2))
    corners = Delaunay(points).simplices
    pairs = np.vstack([corners[:, [a, b]] for a in range(3) for b in range(3) if a != b])
    focal, neighbor = np.unique(pairs, axis=0).T
    return Graph.from_arrays(focal, neighbor, np.ones(len(focal)))


STATISTICS = {
    "moran": lambda y, x, graph, **how: local_moran(y, graph, **how),
    "geary": lambda y, x, graph, **how: local_geary(y, graph, **how),
    "multivariate geary": lambda y, x, graph, **how: local_geary(pd.concat([y, x], axis=1), graph, **how),
    "getis-ord": lambda y, x, graph, **how: local_getis_ord(y, graph, **how),
    "bivariate": lambda y, x, graph, **how: local_moran_bivariate(x, y, graph, **how),
    "join count": lambda y, x, graph, **how: local_join_count((y > 1).astype(int), graph, **how),
}


@pytest.fixture(scope="module")
def tiny():
    """Five regions, one an enclave; a positive y with a tie, and an x."""
    links = ["AB", "AC", "BC", "BD", "CD", "DE"]
    ends = sorted([(a, b) for a, b in links] + [(b, a) for a, b in links])
    graph = Graph.from_arrays(*zip(*[(a, b, 1.0) for a, b in ends], strict=True))
    y = pd.Series([3.0, 0.2, 1.1, 1.1, 7.0], index=list("ABCDE"), name="y")
    x = pd.Series([2.0, -1.0, 4.0, 0.5, 0.1], index=list("ABCDE"), name="x")
    return graph, y, x


@pytest.mark.long
@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize(
    "alternative", ["two-sided", *(pytest.param(a, marks=pytest.mark.slow) for a in ("greater", "less"))]
)
def test_exact_p_values_are_never_below_nominal(tiny, name, alternative):
    """Over all 120 maps each region has P(p <= a) <= a at every a, and no p below what it says it can attain."""
    graph, y, x = tiny
    p, best = [], []
    for deal in permutations(range(5)):
        dealt = pd.Series(y.to_numpy()[list(deal)], index=y.index, name="y")
        with_it = x if name == "bivariate" else pd.Series(x.to_numpy()[list(deal)], index=x.index, name="x")
        result = STATISTICS[name](dealt, with_it, graph, alternative=alternative)
        assert result.method == "exact"
        p.append(result.p_value)
        best.append(result.p_attainable)
    p, best = np.array(p), np.array(best)
    assert (p >= best - 1e-12).all()
    for region in range(5):
        for a in np.unique(p[:, region]):
            assert (p[:, region] <= a + 1e-12).mean() <= a + 1e-12


@pytest.mark.parametrize("adjust", ["bonferroni", "tarone"])
@pytest.mark.parametrize("alternative", ["two-sided", pytest.param("greater", marks=pytest.mark.slow)])
def test_family_wise_error_over_all_maps(tiny, adjust, alternative):
    graph, _, _ = tiny
    y = np.array([3.0, 0.2, 1.1, 2.4, 7.0])
    wrong = dict.fromkeys((0.1, 0.3, 0.6), 0)
    for deal in permutations(y):
        result = local_moran(pd.Series(deal, index=list("ABCDE")), graph, alternative=alternative)
        for alpha in wrong:
            family = adjust_p_values(result.p_value, adjust, alpha=alpha, attainable=result.p_attainable)
            wrong[alpha] += (family.p_adjusted <= alpha).any()
    assert all(count / 120 <= alpha for alpha, count in wrong.items())


def share_below(name: str, n: int, maps: int, *, method: str, permutations: int, alternative: str) -> int:
    """In how many of the random maps one region, another each time, has p <= 0.05."""
    graph = tessellation(n, 1)
    rng = np.random.default_rng(12)
    base_y, base_x = rng.gamma(1.5, size=n), rng.normal(size=n)
    found = 0
    for turn in range(maps):
        order = rng.permutation(n)
        y = pd.Series(base_y[order], name="y")
        x = pd.Series(base_x if name == "bivariate" else base_x[order], name="x")
        how = {"alternative": alternative, "rng": turn}
        if name != "join count":
            how |= {"method": method, "permutations": permutations}
        found += STATISTICS[name](y, x, graph, **how).p_value[turn % n] <= LEVEL
    return found


def band(maps: int) -> tuple[float, float]:
    return stats.binom.ppf(0.005, maps, LEVEL), stats.binom.ppf(0.995, maps, LEVEL)


@pytest.mark.long
@pytest.mark.parametrize("name", ["moran", pytest.param("geary", marks=pytest.mark.slow)])
def test_drawn_p_values_are_calibrated_small(name):
    maps = 400
    low, high = band(maps)
    how = {"method": "permutation", "permutations": 199, "alternative": "two-sided"}
    assert low <= share_below(name, 49, maps, **how) <= high


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in STATISTICS if name != "join count"])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize(("n", "maps"), [(16, 1500), (49, 1500), (400, 1000)])
def test_drawn_p_values_are_calibrated(name, alternative, n, maps):
    low, high = band(maps)
    found = share_below(name, n, maps, method="permutation", permutations=199, alternative=alternative)
    if n > 16:
        assert low <= found <= high
    else:
        assert found <= high  # few deals: ties with the observed one keep the share below nominal


@pytest.mark.slow
@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_exact_p_values_on_random_maps_of_sixteen(name, alternative):
    maps = 1500
    found = share_below(name, 16, maps, method="exact", permutations=9, alternative=alternative)
    assert found <= band(maps)[1]


@pytest.mark.slow
@pytest.mark.parametrize("n", [49, 400])
def test_join_counts_of_larger_maps_are_not_above_nominal(n):
    found = share_below("join count", n, 1500, method="auto", permutations=9, alternative="two-sided")
    assert found <= band(1500)[1]


def rates(rng: np.random.Generator, graph: Graph, turn: int) -> object:
    people = pd.Series(rng.integers(2_000, 50_000, graph.n))
    return local_moran_rates(pd.Series(rng.poisson(0.004 * people)), people, graph, permutations=199, rng=turn)


OTHERS = {
    "lee": lambda rng, graph, turn: local_lee(
        *(pd.Series(rng.gamma(1.5, size=graph.n)) for _ in range(2)), graph, permutations=199, rng=turn
    ),
    "losh": lambda rng, graph, turn: local_losh(
        pd.Series(rng.normal(size=graph.n)), graph, permutations=199, rng=turn
    ),
    "rates": rates,
    "residuals": lambda rng, graph, turn: local_moran(
        pd.Series(rng.normal(size=graph.n)), graph, regressors=pd.Series(np.arange(float(graph.n)), name="x"),
        permutations=199, rng=turn,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(("n", "maps"), [(16, 800), (49, 500), (400, 150)])
def test_size_of_rates_residuals_and_of_statistics_of_two_variables(name, n, maps):
    """Maps without any place; rates of one risk and unequal populations."""
    graph, rng = tessellation(n, 1), np.random.default_rng([7, n])
    wrong = sum(int(OTHERS[name](rng, graph, turn).p_value[turn % n] <= LEVEL) for turn in range(maps))
    assert wrong <= band(maps)[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["moran", "geary", "bivariate"])
def test_max_t_holds_the_family_wise_level(name):
    graph, rng, maps, wrong = tessellation(16, 1), np.random.default_rng(3), 600, 0
    base = pd.DataFrame(rng.gamma(1.5, size=(16, 2)))
    for turn in range(maps):
        y = pd.Series(rng.permutation(base[0].to_numpy()))
        result = STATISTICS[name](y, base[1], graph, adjust="max-t", permutations=999, rng=turn)
        wrong += np.nanmin(result.p_adjusted) <= LEVEL
    assert wrong <= band(maps)[1]


@pytest.mark.long
@pytest.mark.parametrize("name", ["moran", "getis-ord", "bivariate", "geary", "multivariate geary"])
def test_drawn_law_of_sixteen_is_the_exact_one(name):
    """99,999 draws from sets that nearly always hold the region itself: the spare is put to the test."""
    graph, rng = tessellation(16, 1), np.random.default_rng(5)
    y, x = pd.Series(rng.gamma(1.5, size=16), name="y"), pd.Series(rng.normal(size=16), name="x")
    for alternative in ("greater", "less"):
        exact = STATISTICS[name](y, x, graph, method="exact", alternative=alternative)
        drawn = STATISTICS[name](y, x, graph, method="permutation", alternative=alternative)
        assert drawn.permutations == 99_999
        error = np.sqrt(exact.p_value * (1 - exact.p_value) / 99_999)
        assert (np.abs(drawn.p_value - exact.p_value) <= 4.5 * error + 1 / 99_999).all()
        low, high = drawn.p_interval(0.99999)
        assert ((low <= exact.p_value + 1e-12) & (exact.p_value - 1e-12 <= high + 1 / 99_999)).all()


def brute_force(values: np.ndarray, graph: Graph, draws: int, rng: np.random.Generator) -> np.ndarray:
    """P(sum over a random deal >= observed), from sets that hold neither a repeat nor the region itself."""
    w = graph.sparse
    observed, cardinality = w @ values, np.diff(w.indptr)
    share = np.full(len(values), np.nan)
    for k in np.unique(cardinality):
        sets = rng.integers(0, len(values), (k, draws + draws // 20))
        repeat = np.zeros(sets.shape[1], dtype=bool)
        for a in range(k):
            for b in range(a):
                repeat |= sets[a] == sets[b]
        sets = sets[:, ~repeat]
        sums = values[sets].sum(axis=0)
        order = np.argsort(sets.ravel(), kind="stable")
        holders, ends = order % sets.shape[1], np.searchsorted(sets.ravel()[order], np.arange(len(values) + 1))
        for i in np.flatnonzero(cardinality == k):
            hit = sums >= observed[i] - 1e-12
            held = holders[ends[i] : ends[i + 1]]
            share[i] = (hit.sum() - hit[held].sum()) / (len(hit) - len(held))
    return share


@pytest.mark.slow
def test_large_n_law_against_brute_force():
    """n = 2,500, P = 99,999 beside 10^6 brute draws per neighbour count, every region."""
    graph, rng = tessellation(2500, 2), np.random.default_rng(0)
    y = pd.Series(rng.gamma(1.5, size=2500))
    expected = brute_force(y.to_numpy(), graph, 1_000_000, rng)
    for seed in range(3):
        result = local_getis_ord(y, graph, alternative="greater", rng=seed)
        assert result.method == "permutation" and result.permutations == 99_999
        assert np.abs(result.p_value - expected).max() <= 0.005


def whole_number_law(y: np.ndarray, graph: Graph) -> np.ndarray:
    """P(sum over a random deal >= observed), exactly, for small whole numbers.

    ways[k][s] counts the k-subsets of all regions with sum s; leaving out region i is a division of the
    generating polynomial by (1 + t x^y_i).
    """
    w = graph.sparse
    observed, cardinality = (w @ y).astype(int), np.diff(w.indptr)
    most = cardinality.max()
    ways = np.zeros((most + 1, most * y.max() + 1))
    ways[0, 0] = 1
    for value in y:
        ways[1:, value:] += ways[:-1, : ways.shape[1] - value]
    law = {}
    for value in np.unique(y):
        rest = ways.copy()
        for k in range(1, most + 1):
            rest[k, value:] -= rest[k - 1, : ways.shape[1] - value]
        law[value] = rest / rest.sum(axis=1, keepdims=True)
    return np.array([law[y[i]][cardinality[i], observed[i] :].sum() for i in range(len(y))])


@pytest.mark.long
@pytest.mark.parametrize("seeds", [10, pytest.param(40, marks=pytest.mark.slow)])
def test_large_n_law_against_the_exact_one(seeds):
    """Errors are of Monte Carlo size and have nothing to do with the number of neighbours."""
    graph = tessellation(2500, 2)
    y = pd.Series(np.random.default_rng(1).integers(0, 30, 2500))
    expected = whole_number_law(y.to_numpy(), graph)
    cardinality = graph.cardinalities.to_numpy()
    apart, slopes = [], []
    for seed in range(seeds):
        error = local_getis_ord(y, graph, alternative="greater", rng=seed).p_value - expected
        apart.append(np.abs(error).max())
        slopes.append(np.corrcoef(error, cardinality)[0, 1])
    assert np.median(apart) <= 0.005
    assert max(apart) <= 0.0075
    assert abs(np.mean(slopes)) <= 3 * np.std(slopes, ddof=1) / np.sqrt(len(slopes))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["geary", "weighted moran"])
def test_drawn_laws_that_are_not_shared_sums(name):
    """Geary and unequal weights at n = 300: two independent sets of draws agree within Monte Carlo error."""
    graph, rng = tessellation(300, 3), np.random.default_rng(2)
    y = pd.Series(rng.gamma(1.5, size=300))
    if name != "geary":
        adjacency = graph.adjacency
        adjacency[:] = rng.uniform(1, 3, len(adjacency))
        graph = Graph(adjacency, is_sorted=True)
    call = local_geary if name == "geary" else local_moran
    one, other = (call(y, graph, alternative="less", rng=seed).p_value for seed in (1, 2))
    assert np.abs(one - other).max() <= 0.01
