"""Power against simulation, and against permutation tests run draw by draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from growthpoles.errors import SpatialError
from growthpoles.spatial.global_tests import moran_power as module
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.global_tests.moran_power import GRID, moran_power


def dense(graph):
    return graph.transform("r").sparse.toarray()


def process(w, rho, draws, seed):
    """Draw a spatial lag process by solving for every row, without any shortcut."""
    e = np.random.default_rng(seed).normal(size=(draws, len(w)))
    return np.linalg.solve(np.eye(len(w)) - rho * w, e.T).T


def morans(y, w):
    z = y - y.mean(axis=1, keepdims=True)
    return len(w) / w.sum() * np.einsum("ri,ij,rj->r", z, w, z) / (z * z).sum(axis=1)


def inside(count, draws, chance):
    """Whether a count lies within the central 99.98 % of a binomial."""
    return binom.ppf(1e-4, draws, chance) <= count <= binom.ppf(1 - 1e-4, draws, chance)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_power_against_simulation(lattice, alternative):
    graph = lattice(4, 4, rook=False)
    w = dense(graph)
    curve = moran_power(graph, alternative=alternative)
    assert list(curve.curve.index) == list(GRID) and curve.n == 16
    for rho, power in curve.curve["power"].items():
        found = morans(process(w, rho, 3000, 7), w)
        assert inside(((found >= curve.upper) | (found <= curve.lower)).sum(), 3000, power), rho


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_level_without_dependence(seven, alpha, alternative):
    curve = moran_power(seven[0], rho=[-0.5, 0, 0.5], alpha=alpha, alternative=alternative)
    assert curve.curve.loc[0, "power"] == pytest.approx(alpha, abs=1e-8)


def test_critical_values_are_those_of_the_exact_test(lattice):
    """A value is rejected by `moran(method="exact")` exactly where Moran's I lies beyond the critical values."""
    graph = lattice(4, 4)
    curve = moran_power(graph)
    rng = np.random.default_rng(0)
    for _ in range(60):
        y = pd.Series(process(dense(graph), rng.uniform(-0.9, 0.9), 1, rng)[0], graph.unique_ids)
        result = moran(y, graph, method="exact")
        assert (result.p_value <= 0.05) == (not curve.lower < result.statistic < curve.upper)


def test_smallest_rho_has_the_power_asked_for(lattice):
    graph = lattice(7, 7)
    curve = moran_power(graph, target=0.8)
    assert 0 < curve.smallest_positive < 0.9 and -0.9 < curve.smallest_negative < 0
    again = moran_power(graph, rho=[curve.smallest_negative, curve.smallest_positive])
    assert again.curve["power"].tolist() == pytest.approx([0.8, 0.8], abs=1e-4)
    w = dense(graph)
    found = morans(process(w, curve.smallest_positive, 4000, 3), w)
    assert inside(((found >= curve.upper) | (found <= curve.lower)).sum(), 4000, 0.8)


def test_where_power_is_not_reached(lattice):
    small = moran_power(lattice(3, 3), rho=[0.2, 0.4])
    assert np.isnan(small.smallest_positive) and np.isnan(small.smallest_negative)
    assert "positive rho never" in repr(small)
    # a target below the level needs no dependence
    assert moran_power(lattice(3, 3), target=0.04).smallest_positive == 0
    # the end of the range counts, the grid given or not
    full = moran_power(lattice(5, 5), alternative="greater")
    coarse = moran_power(lattice(5, 5), alternative="greater", rho=[0.1])
    assert coarse.smallest_positive == pytest.approx(full.smallest_positive, abs=1e-4)
    assert np.isnan(full.smallest_negative)


def test_isolates_do_not_count(lattice):
    from libpysal.graph import Graph

    graph = lattice(3, 3)
    adjacency = graph.adjacency.reset_index()
    alone = pd.DataFrame({"focal": ["z"], "neighbor": ["z"], "weight": [0.0]})
    adjacency = pd.concat([adjacency, alone])
    padded = Graph.from_arrays(*(adjacency[name].to_numpy() for name in ("focal", "neighbor", "weight")))
    one, two = moran_power(graph), moran_power(padded)
    assert (one.n, two.n) == (9, 9)
    pd.testing.assert_frame_equal(one.curve, two.curve, atol=1e-10)


def test_frame_is_a_copy(lattice):
    curve = moran_power(lattice(3, 3), rho=[0.5])
    copy = curve.to_frame()
    copy.loc[0.5, "power"] = 9
    assert curve.curve.loc[0.5, "power"] < 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rho": [1.0]}, "above -1 and below 1"),
        ({"rho": []}, "above -1 and below 1"),
        ({"rho": [np.nan]}, "above -1 and below 1"),
        ({"alpha": 0}, "alpha=0; allowed: a number between 0 and 1"),
        ({"target": 1.5}, "target=1.5; allowed: a number between 0 and 1"),
        ({"alternative": "both"}, "alternative='both' is not known"),
    ],
)
def test_errors(lattice, change, words):
    with pytest.raises(SpatialError, match=words):
        moran_power(lattice(3, 3), **change)


def test_graphs_without_a_test(lattice):
    from libpysal.graph import Graph

    labels = np.array(list("abcdef"))
    focal, neighbor = np.nonzero(1 - np.eye(6))
    complete = Graph.from_arrays(labels[focal], labels[neighbor], np.ones(30))
    with pytest.raises(SpatialError, match="Moran's I does not depend on the values"):
        moran_power(complete)
    with pytest.raises(SpatialError, match="at least 4 regions with links"):
        moran_power(lattice(1, 3))


@pytest.mark.long
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_simulated_power_of_large_maps_is_near_the_exact_one(lattice, monkeypatch, alternative):
    graph = lattice(9, 9)
    rho = [-0.3, -0.1, 0, 0.1, 0.3]
    exact = moran_power(graph, rho=rho, alternative=alternative)
    monkeypatch.setattr(module, "_EXACT_LIMIT", 10)
    drawn = moran_power(graph, rho=rho, alternative=alternative, rng=0)
    assert (exact.simulations, drawn.simulations) == (0, 999)
    assert drawn.curve["power"].tolist() == pytest.approx(exact.curve["power"].tolist(), abs=0.05)
    assert (drawn.lower, drawn.upper) == pytest.approx((exact.lower, exact.upper), abs=0.01)
    near = [exact.smallest_positive, exact.smallest_negative]
    assert [drawn.smallest_positive, drawn.smallest_negative] == pytest.approx(near, abs=0.03, nan_ok=True)
    again = moran_power(graph, rho=rho, alternative=alternative, rng=0)
    pd.testing.assert_frame_equal(again.curve, drawn.curve)


@pytest.mark.slow
@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_power_of_a_permutation_test_for_every_draw(lattice, alternative):
    """Independent in every part: draw the process, relocate its values 999 times, reject or not."""
    graph = lattice(4, 4)
    w = dense(graph)
    curve = moran_power(graph, rho=[-0.8, 0, 0.5, 0.8], alternative=alternative)
    rng = np.random.default_rng(5)
    for rho, power in curve.curve["power"].items():
        rejected = 0
        for y in process(w, rho, 1500, rng):
            drawn = morans(rng.permuted(np.tile(y, (999, 1)), axis=1), w)
            own = morans(y[None], w)[0]
            greater, less = (1 + (drawn >= own).sum()) / 1000, (1 + (drawn <= own).sum()) / 1000
            rejected += (greater if alternative == "greater" else 2 * min(greater, less)) <= 0.05
        # the permutation test is another test of the same level: its power may differ by a little beside the noise
        assert rejected / 1500 == pytest.approx(power, abs=4 * np.sqrt(power * (1 - power) / 1500) + 0.01), rho


def test_blocks_of_draws_leave_no_trace(lattice, monkeypatch):
    monkeypatch.setattr(module, "_EXACT_LIMIT", 10)
    whole = moran_power(lattice(5, 6), rho=[-0.4, 0.0, 0.6])
    monkeypatch.setattr(module, "_BLOCK", 7)
    pd.testing.assert_frame_equal(whole.curve, moran_power(lattice(5, 6), rho=[-0.4, 0.0, 0.6]).curve, check_exact=True)
