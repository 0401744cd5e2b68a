"""Local statistics equal to esda's to 1e-10; only the statistics, since its p-values are no reference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from growthpoles.spatial.local_tests import (
    empirical_bayes_rates,
    local_geary,
    local_getis_ord,
    local_join_count,
    local_moran,
    local_moran_bivariate,
    local_moran_rates,
)

CLOSE = {"rtol": 1e-10, "atol": 1e-12}
FEW = {"permutations": 9}


@pytest.fixture(scope="module")
def case() -> tuple[pd.DataFrame, Graph, Graph]:
    """Thirty random points: two variables, a binary and a distance-weighted graph."""
    rng = np.random.default_rng(8)
    n = 30
    place = rng.random((n, 2))
    apart = np.linalg.norm(place[:, None] - place[None], axis=2)
    focal, neighbor = np.nonzero((apart < 0.35) & (apart > 0))
    assert len(np.unique(focal)) == n
    binary = Graph.from_arrays(focal, neighbor, np.ones(len(focal)))
    near = Graph.from_arrays(focal, neighbor, 1 / apart[focal, neighbor])
    table = pd.DataFrame({"x": rng.gamma(2, size=n) * 7, "y": rng.normal(50, 9, n)})
    return table, binary, near


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("transformation", ["r", "b"])
def test_moran(case, kind, transformation):
    from esda import Moran_Local, Moran_Local_BV

    table, graph = case[0], case[kind]
    ours = local_moran(table["x"], graph, transformation=transformation, **FEW)
    theirs = Moran_Local(table["x"], graph, transformation=transformation, permutations=0)
    np.testing.assert_allclose(ours.statistic, theirs.Is, **CLOSE)
    pair = local_moran_bivariate(table["x"], table["y"], graph, transformation=transformation, **FEW)
    theirs = Moran_Local_BV(table["x"], table["y"], graph, transformation=transformation, permutations=0)
    np.testing.assert_allclose(pair.statistic, theirs.Is, **CLOSE)


def test_moran_quadrants(case):
    """Our labels, at a level that makes every testable region significant, are esda's quadrants."""
    from esda import Moran_Local

    table, graph, _ = case
    result = local_moran(table["x"], graph, alpha=0.999999, method="permutation", permutations=999, adjust="none")
    quadrant = Moran_Local(table["x"], graph, permutations=0).q
    names = {1: "High-High", 2: "Low-High", 3: "Low-Low", 4: "High-Low"}
    labels = result.label[result.label != "not significant"]
    assert len(labels) > 20
    assert list(labels) == [names[q] for q in quadrant[labels.index]]


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("transformation", ["r", "b"])
@pytest.mark.parametrize("star", [False, True])
def test_getis_ord(case, kind, transformation, star):
    from esda import G_Local

    table, graph = case[0], case[kind]
    ours = local_getis_ord(table["x"], graph, star=star, transformation=transformation, **FEW)
    y = table["x"].to_numpy()
    theirs = G_Local(y, graph, transform=transformation, star=1.0 if star else False, permutations=0)
    np.testing.assert_allclose(ours.statistic, theirs.Gs, **CLOSE)


@pytest.mark.parametrize("kind", [1, 2])
def test_geary(case, kind):
    from esda import Geary_Local, Geary_Local_MV

    table, graph = case[0], case[kind]
    theirs = Geary_Local(graph, permutations=0).fit(table["x"]).localG
    np.testing.assert_allclose(local_geary(table["x"], graph, **FEW).statistic, theirs, **CLOSE)
    both = [table["x"].to_numpy(), table["y"].to_numpy()]
    theirs = Geary_Local_MV(graph, permutations=0).fit(both).localG
    np.testing.assert_allclose(local_geary(table, graph, **FEW).statistic, theirs, **CLOSE)


def test_join_count(case):
    from esda import Join_Counts_Local

    table, graph, near = case
    y = (table["x"] > 12).astype(int)
    estimator = Join_Counts_Local(graph, permutations=0)
    estimator.fit(y.to_numpy(), permutations=0)
    np.testing.assert_array_equal(local_join_count(y, graph).statistic, estimator.LJC)
    np.testing.assert_array_equal(local_join_count(y, near).statistic, estimator.LJC)


def test_rates(case):
    from esda import Moran_Local_Rate
    from esda.smoothing import assuncao_rate

    table, graph, _ = case
    events, base = np.round(table["x"]), np.round(table["y"] * 20)
    ours = local_moran_rates(events, base, graph, **FEW)
    theirs = Moran_Local_Rate(events.to_numpy(), base.to_numpy(), graph, permutations=0)
    np.testing.assert_allclose(ours.statistic, theirs.Is, **CLOSE)
    # Few events over small bases: the raw variance is negative somewhere and is replaced.
    few, small = pd.Series([1.0, 0, 2, 1, 0, 1]), pd.Series([10.0, 2000, 25, 12, 500, 11])
    rates = empirical_bayes_rates(few, small)
    np.testing.assert_allclose(rates, assuncao_rate(few.to_numpy(), small.to_numpy()), **CLOSE)


def test_lag_is_the_graphs_lag(case):
    table, graph, near = case
    for weights in (graph, near):
        expected = weights.transform("r").lag(table["y"])
        np.testing.assert_allclose(local_moran(table["y"], weights, **FEW).lag, expected, **CLOSE)
        np.testing.assert_allclose(local_geary(table["y"], weights, **FEW).lag, expected, **CLOSE)
        np.testing.assert_allclose(local_getis_ord(table["y"], weights, **FEW).lag, expected, **CLOSE)
        pair = local_moran_bivariate(table["x"], table["y"], weights, **FEW)
        np.testing.assert_allclose(pair.lag, expected, **CLOSE)
        plain = local_moran(table["y"], weights, transformation=None, **FEW)
        np.testing.assert_allclose(plain.lag, weights.lag(table["y"]), **CLOSE)


@pytest.mark.parametrize("name", ["columbus", "sids2", "stl"])
def test_sum_of_local_moran_is_the_published_global_one(known, name):
    """Sum I_i = (n - 1) I under row-standardised weights; I from the literature (columbus, sids2, stl)."""
    published = {"columbus": 0.500188557, "sids2": 0.24772519320480135, "stl": 0.24365582621771659}
    y, graph, _ = known(name)
    result = local_moran(pd.Series(y.to_numpy(), index=graph.unique_ids), graph, permutations=9)
    n = result.n
    assert np.nansum(result.statistic) / (n - 1) == pytest.approx(published[name], abs=1e-9)
