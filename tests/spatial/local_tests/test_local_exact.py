"""Exact local p-values against brute force: every deal written out, statistics from their formulas."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from growthpoles.errors import SpatialError
from growthpoles.spatial.local_tests import (
    empirical_bayes_rates,
    local_geary,
    local_getis_ord,
    local_join_count,
    local_moran,
    local_moran_bivariate,
    local_moran_rates,
)

# Sixteen regions, two of them enclaves with a single neighbour (P inside H, O inside A).
LINKS = [
    "AB",
    "AH",
    "AJ",
    "AO",
    "BC",
    "BD",
    "BJ",
    "BK",
    "CD",
    "CE",
    "DE",
    "DK",
    "EF",
    "EL",
    "FG",
    "FL",
    "GH",
    "GN",
    "HI",
    "HN",
    "HP",
    "IJ",
    "IM",
    "JM",
    "LM",
    "LN",
    "KL",
    "MN",
    "JK",
]
REGIONS = list("ABCDEFGHIJKLMNOP")


def graph_of(links, regions, weights=None) -> Graph:
    table = {region: [] for region in regions}
    for i, (a, b) in enumerate(links):
        weight = 1.0 if weights is None else weights[i]
        table[a].append((b, weight))
        table[b].append((a, weight))
    rows = [(a, b, weight) for a in regions for b, weight in (sorted(table[a]) if table[a] else [(a, 0.0)])]
    focal, neighbor, weight = zip(*rows, strict=True)
    return Graph.from_arrays(focal, neighbor, weight)


def values_of(kind: str, seed: int, regions=REGIONS) -> pd.Series:
    rng = np.random.default_rng(seed)
    n = len(regions)
    drawn = {
        "continuous": rng.lognormal(size=n) * 30,
        "tied": rng.integers(0, 4, n) * 0.1,
        "zeros": np.where(rng.random(n) < 0.6, 0.0, rng.gamma(1.0, size=n)),
    }[kind]
    return pd.Series(drawn, index=regions, name=kind)


@cache
def deals(others: int, k: int, ordered: bool) -> np.ndarray:
    """Every deal of `others` regions over `k` places, written out, shape (deals, k)."""
    listed = itertools.permutations(range(others), k) if ordered else itertools.combinations(range(others), k)
    return np.array(list(listed))


def neighbours(graph: Graph, region: str) -> tuple[list[str], np.ndarray]:
    row = graph.adjacency.loc[region]
    row = row[row != 0]
    return list(row.index), (row / row.sum()).to_numpy()


def brute(statistic, y: pd.DataFrame, graph: Graph, *, ordered=False, alternative="two-sided"):
    """p-value and smallest attainable p-value of each region.

    `statistic(own, around, w)` takes a region's own row, rows around it (deals, k, columns) and weights.
    """
    found = {}
    for region in y.index:
        around, w = neighbours(graph, region)
        if not around:
            found[region] = (np.nan, np.nan)
            continue
        own, others = y.loc[region].to_numpy(), y.drop(region).to_numpy()
        law = statistic(own, others[deals(len(others), len(w), ordered)], w)
        seen = statistic(own, y.loc[around].to_numpy()[None], w)[0]
        slack = 1e-9 * max(1.0, np.abs(law).max())
        greater, less = (law >= seen - slack).mean(), (law <= seen + slack).mean()
        best = (law >= law.max() - slack).mean(), (law <= law.min() + slack).mean()
        found[region] = {
            "greater": (greater, best[0]),
            "less": (less, best[1]),
            "two-sided": (min(1, 2 * min(greater, less)), min(1, 2 * min(best))),
        }[alternative]
    return pd.DataFrame(found, index=["p_value", "p_attainable"]).T


def assert_law(result, expected: pd.DataFrame) -> None:
    frame = result.to_frame()
    np.testing.assert_allclose(frame["p_value"], expected["p_value"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(frame["p_attainable"], expected["p_attainable"], rtol=0, atol=1e-12)


def moran_of(y: pd.Series):
    mean, scale = y.mean(), ((y - y.mean()) ** 2).sum() / (len(y) - 1)
    return lambda own, around, w: (own[0] - mean) * ((around[..., 0] - mean) @ w) / scale


def geary_of(y: pd.DataFrame):
    sd = y.std(ddof=0).to_numpy()
    return lambda own, around, w: np.einsum("dkv,k->dv", ((own - around) / sd) ** 2, w).mean(axis=1)


def getis_of(y: pd.Series, star: bool):
    total = y.sum()
    if star:
        return lambda own, around, w: (own[0] + around[..., 0].sum(axis=1)) / (len(w) + 1) / total
    return lambda own, around, w: (around[..., 0] @ w) / (total - own[0])


SMALL = list("ABCDEFGH")
SMALL_LINKS = ["AB", "AC", "AD", "BC", "CD", "DE", "EF", "FG", "EG", "CE", "GH"]


@pytest.mark.parametrize("kind", ["continuous", "tied", "zeros"])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", pytest.param("less", marks=pytest.mark.slow)])
def test_equal_weights_sixteen_regions(kind, alternative):
    graph = graph_of(LINKS, REGIONS)
    y = values_of(kind, 7)
    table = y.to_frame()
    how = {"alternative": alternative}
    assert_law(local_moran(y, graph, **how), brute(moran_of(y), table, graph, **how))
    assert_law(local_geary(y, graph, **how), brute(geary_of(table), table, graph, **how))
    for star in (False, True):
        result = local_getis_ord(y, graph, star=star, **how)
        assert result.method == "exact" and result.permutations is None
        assert_law(result, brute(getis_of(y, star), table, graph, **how))


def test_bivariate_and_multivariate_sixteen_regions():
    graph = graph_of(LINKS, REGIONS)
    x, y = values_of("continuous", 1), values_of("tied", 2)
    table = pd.concat([x, y], axis=1)
    zx, zy = (x - x.mean()) / x.std(ddof=0), (y - y.mean()) / y.std(ddof=0)
    standard = pd.concat([zx, zy], axis=1)

    def bivariate(own, around, w):
        return own[0] * (around[..., 1] @ w)

    assert_law(local_moran_bivariate(x, y, graph), brute(bivariate, standard, graph))
    assert_law(local_geary(table, graph), brute(geary_of(table), table, graph))
    rates = empirical_bayes_rates(y * 10, x)
    assert_law(local_moran_rates(y * 10, x, graph), brute(moran_of(rates), rates.to_frame(), graph))


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_join_counts_sixteen_regions(alternative):
    graph = graph_of(LINKS, REGIONS)
    y = pd.Series([1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0], index=REGIONS)

    def joins(own, around, w):
        return own[0] * around[..., 0].sum(axis=1)

    result = local_join_count(y, graph, alternative=alternative)
    assert_law(result, brute(joins, y.to_frame(), graph, alternative=alternative))
    assert (result.label[y == 0] == "untestable").all()


@pytest.mark.parametrize("kind", ["continuous", "tied", "zeros"])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", pytest.param("less", marks=pytest.mark.slow)])
def test_unequal_weights(kind, alternative):
    weights = np.random.default_rng(0).uniform(1, 4, len(SMALL_LINKS))
    weights[:3] = 1.0  # region A: equal weights among unequal ones elsewhere
    graph = graph_of(SMALL_LINKS, SMALL, weights)
    y = values_of(kind, 9, SMALL)
    table = y.to_frame()
    how = {"alternative": alternative}
    assert_law(local_moran(y, graph, **how), brute(moran_of(y), table, graph, ordered=True, **how))
    assert_law(local_geary(y, graph, **how), brute(geary_of(table), table, graph, ordered=True, **how))
    assert_law(local_getis_ord(y, graph, **how), brute(getis_of(y, False), table, graph, ordered=True, **how))


def test_every_neighbour_count_up_to_all_others():
    """A hub that touches everyone, a near-hub (the enumeration is folded), a leaf."""
    regions = list("ABCDEFG")
    links = [f"A{r}" for r in regions[1:]] + [f"B{r}" for r in "CDEF"]
    graph = graph_of(links, regions)
    y = values_of("continuous", 5, regions)
    result = local_moran(y, graph)
    assert_law(result, brute(moran_of(y), y.to_frame(), graph))
    assert_law(local_geary(y, graph), brute(geary_of(y.to_frame()), y.to_frame(), graph))
    assert result.to_frame().loc["A", "p_value"] == 1.0  # one deal only
    assert result.to_frame().loc["A", "label"] == "untestable"


def test_value_at_the_mean_ties_with_every_deal():
    y = pd.Series([1.0, 2.0, 3.0, 0.0, 4.0, 2.0], index=list("ABCDEF"))
    graph = graph_of(["AB", "BC", "CD", "DE", "EF", "FA"], list("ABCDEF"))
    frame = local_moran(y, graph).to_frame()
    assert (frame.loc[["B", "F"], ["p_value", "p_attainable"]] == 1).all(axis=None)
    assert (frame.loc[["B", "F"], "label"] == "untestable").all()


def test_enclave_attains_one_fifteenth_and_leaves_tarones_family():
    y = values_of("continuous", 11)
    y["A"] = y.max() + 1  # the enclave O sits in the highest region
    y["O"] = y.max() + 1
    graph = graph_of(LINKS, REGIONS)
    frame = local_moran(y, graph, alternative="greater").to_frame()
    assert frame.loc["O", "p_attainable"] == pytest.approx(1 / 15, abs=1e-15)
    assert frame.loc["O", "p_value"] == pytest.approx(1 / 15, abs=1e-15)
    assert frame.loc["O", "label"] == "untestable"
    result = local_moran(y, graph, alternative="greater", adjust="tarone")
    assert result.to_frame().loc[["O", "P"], "label"].eq("untestable").all()
    assert result.to_frame().loc["O", "p_adjusted"] == 1.0
    assert result.family <= 14


def test_isolates_take_no_part():
    y = values_of("continuous", 3)
    alone = pd.concat([y, pd.Series({"X": 1e6})])
    base = local_moran(y, graph_of(LINKS, REGIONS)).to_frame()
    result = local_moran(alone, graph_of(LINKS, [*REGIONS, "X"]))
    frame = result.to_frame()
    pd.testing.assert_frame_equal(frame.drop("X"), base, check_categorical=False)
    assert frame.loc["X", ["statistic", "lag", "p_value", "p_attainable", "p_adjusted"]].isna().all()
    assert frame.loc["X", "label"] == "isolate"
    assert frame.loc["X", "cardinality"] == 0
    assert result.n == 16


def test_region_without_neighbours_that_is_a_neighbour_is_dealt():
    """Directed graph: D has no neighbour of its own, yet A counts it as one; its value belongs in A's law."""
    graph = Graph.from_arrays(list("AABBCD"), list("BDACAD"), [1, 1, 1, 1, 1, 0.0])
    y = pd.Series([5.0, 1.0, 2.0, 9.0], index=list("ABCD"))
    assert_law(local_moran(y, graph), brute(moran_of(y), y.to_frame(), graph))
    assert local_moran(y, graph).label["D"] == "isolate"


def test_order_of_rows_does_not_matter():
    graph = graph_of(LINKS, REGIONS)
    y = values_of("continuous", 4)
    mixed = y.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(local_geary(mixed, graph).to_frame().loc[y.index], local_geary(y, graph).to_frame())


def test_exact_refused_when_too_large():
    n = 60
    regions = [f"r{i:02}" for i in range(n)]
    links = [(regions[i], regions[(i + step) % n]) for i in range(n) for step in (1, 2, 3)]
    graph = graph_of(links, regions)
    y = pd.Series(np.arange(n) ** 2.0, index=regions)
    with pytest.raises(SpatialError, match=r"1.000.000 deals .* 6 equally weighted .* 60 regions; allowed: auto"):
        local_moran(y, graph, method="exact")
    assert local_moran(y, graph, permutations=99).method == "permutation"


def test_exact_and_drawn_regions_in_one_map():
    n = 60
    regions = [f"r{i:02}" for i in range(n)]
    links = [(regions[i], regions[i + step]) for i in range(n) for step in (1, 2, 3) if i + step < n]
    y = pd.Series(np.random.default_rng(0).normal(size=n), index=regions)
    result = local_moran(y, graph_of(links, regions), permutations=499)
    assert result.method == "mixed" and "mixed, 499 permutations" in repr(result)
    frame = result.to_frame()
    assert set(frame["method"]) == {"exact", "permutation"}
    assert (frame["method"] == "exact").sum() == 4  # 3 and 4 neighbours: C(59, 4) = 455,126
    width = frame["p_high"] - frame["p_low"]
    assert (width[frame["method"] == "exact"] == 0).all()
    assert (width[frame["method"] == "permutation"] > 0).all()


@pytest.mark.parametrize("edition", ["reproduced", "realigned"])
def test_kazakhstan_2014_every_statistic(edition):
    """The article's own sixteen regions, with both city enclaves, in both editions of its table."""
    import growthpoles as gp

    table = gp.rate(gp.load_indicators(2014, edition=edition))[["index", "ris", "ria"]].astype(float)
    graph = gp.build_weights(gp.load_regions(2014), kind="queen")
    y = table["index"]
    result = local_moran(y, graph)
    assert result.n == 16 and result.method == "exact"
    assert_law(result, brute(moran_of(y), table[["index"]], graph))
    assert_law(local_geary(y, graph), brute(geary_of(table[["index"]]), table[["index"]], graph))
    assert_law(local_geary(table, graph), brute(geary_of(table), table, graph))
    for star in (False, True):
        assert_law(local_getis_ord(y, graph, star=star), brute(getis_of(y, star), table[["index"]], graph))
    pair = table[["ris", "ria"]]
    standard = (pair - pair.mean()) / pair.std(ddof=0)
    assert_law(
        local_moran_bivariate(table["ris"], table["ria"], graph),
        brute(lambda own, around, w: own[0] * (around[..., 1] @ w), standard, graph),
    )
    leader = (y > y.median()).astype(int)
    assert_law(
        local_join_count(leader, graph),
        brute(lambda own, around, w: own[0] * around[..., 0].sum(axis=1), leader.to_frame(), graph),
    )
    for city in ("KZ-AST", "KZ-ALA"):
        assert result.label[city] == "untestable"
        assert result.to_frame().loc[city, "p_attainable"] == pytest.approx(2 / 15, abs=1e-15)
