"""Adjusted p-values: peers, hand-worked examples, and brute force over all maps."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from growthpoles.errors import SpatialError
from growthpoles.spatial.local_tests.multiple_testing import _Standardised, adjust_p_values, tarone_size, westfall_young
from growthpoles.spatial.reference_distributions.score_sums import Scores

p_lists = st.lists(st.floats(0, 1).map(lambda p: round(p, 12)), min_size=1, max_size=30).map(np.array)


@given(p_lists)
@settings(max_examples=50, deadline=None)
def test_step_up_procedures_are_scipys(p):
    found = adjust_p_values(p, "fdr").p_adjusted
    np.testing.assert_allclose(found, stats.false_discovery_control(p, method="bh"), rtol=1e-12)
    found = adjust_p_values(p, "by").p_adjusted
    np.testing.assert_allclose(found, stats.false_discovery_control(p, method="by"), rtol=1e-12)


@given(p_lists, st.sampled_from(["bonferroni", "fdr", "by", "tarone", "fdr-discrete"]))
@settings(max_examples=50, deadline=None)
def test_adjusted_is_never_below_raw_and_never_above_one(p, adjust):
    family = adjust_p_values(p, adjust, attainable=np.minimum(p, 0.02))
    assert (family.p_adjusted >= p - 1e-15).all()
    assert (family.p_adjusted <= 1).all()


def test_not_tested_members_do_not_count():
    p = np.array([0.01, np.nan, 0.04, np.nan])
    for adjust in ("none", "bonferroni", "fdr", "by", "tarone", "fdr-discrete"):
        family = adjust_p_values(p, adjust, attainable=np.array([0.0, np.nan, 0.0, np.nan]))
        assert np.isnan(family.p_adjusted).tolist() == [False, True, False, True]
        assert family.testable.tolist() == [True, False, True, False]
        alone = adjust_p_values(p[[0, 2]], adjust, attainable=np.zeros(2))
        np.testing.assert_array_equal(family.p_adjusted[[0, 2]], alone.p_adjusted)
    assert adjust_p_values(p, "bonferroni").p_adjusted[0] == 0.02


def test_tarone_by_hand():
    """Ten tests at 5 %. Attainable: 3 x 0.001, 2 x 0.012, 5 x 0.04.

    K = 1..3 leave 10, 5, 5 members (0.05, 0.025, 0.0167); K = 4 (0.0125) leaves 5 > 4; K = 5 (0.01) leaves
    3 <= 5.
    """
    attainable = np.array([0.001] * 3 + [0.012] * 2 + [0.04] * 5)
    assert tarone_size(attainable, 0.05) == 5
    p = np.array([0.009, 0.011, 0.5, 0.012, 0.3, 0.04, 0.04, 0.1, 0.2, 0.9])
    family = adjust_p_values(p, "tarone", attainable=attainable)
    assert family.size == 5
    assert family.testable.tolist() == [True] * 3 + [False] * 7
    np.testing.assert_allclose(family.p_adjusted, [0.045, 0.055, 1.0] + [1.0] * 7)
    gilbert = adjust_p_values(p, "fdr-discrete", attainable=attainable)
    assert gilbert.size == 3
    np.testing.assert_allclose(gilbert.p_adjusted[:3], [0.0165, 0.0165, 0.5])
    assert (gilbert.p_adjusted[3:] == 1).all()


def test_tarone_when_nobody_can_be_significant():
    family = adjust_p_values(np.array([0.2, 0.3]), "tarone", attainable=np.array([0.2, 0.3]))
    assert family.size == 1
    assert not family.testable.any()
    assert (family.p_adjusted == 1).all()
    assert tarone_size(np.array([]), 0.05) == 1


def test_one_fifteenth_leaves_the_family():
    attainable = np.array([1 / 15, 1 / 15] + [1 / 6435] * 14)
    family = adjust_p_values(np.full(16, 0.001), "tarone", attainable=attainable)
    assert family.size == 14
    assert not family.testable[:2].any() and family.testable[2:].all()


SIXTEEN = np.array([2 / 455] * 4 + [2 / 3003] * 8 + [2 / 6435] * 4)  # 4 x 4 queen: corners, edges, inner regions
CORNERS, EDGES, INNER = [True] * 4 + [False] * 12, [False] * 4 + [True] * 8 + [False] * 4, [False] * 12 + [True] * 4


@pytest.mark.parametrize(
    ("adjust", "alpha", "untestable"),
    [
        # 2/455 = 0.0044, 2/3003 = 0.00067, 2/6435 = 0.00031
        ("none", 0.05, []),
        ("none", 0.004, [CORNERS]),
        ("bonferroni", 0.05, [CORNERS]),  # 0.05 / 16 = 0.0031
        ("bonferroni", 0.01, [CORNERS, EDGES]),  # 0.01 / 16 = 0.00063
        ("bonferroni", 0.004, [CORNERS, EDGES, INNER]),
        ("tarone", 0.05, [CORNERS]),  # K = 12: sixteen reach 0.05 / 11 = 0.0045, twelve reach 0.05 / 12 = 0.0042
        ("tarone", 0.01, [CORNERS]),  # K = 12: sixteen reach 0.01 / 2, twelve 0.01 / 3 to 0.01 / 15
        ("fdr", 0.05, []),  # all sixteen at once: level 0.05
        ("fdr", 0.004, [CORNERS]),  # the twelve others at once: level 0.003
        ("fdr", 0.0004, [CORNERS, EDGES, INNER]),  # four at once: level 0.0001
        ("by", 0.05, []),  # sixteen at once: level 0.05 / 3.38 = 0.0148
        ("by", 0.01, [CORNERS]),  # sixteen: 0.00296; twelve: 0.0022
        ("by", 0.003, [CORNERS, EDGES, INNER]),  # twelve: 0.00067 < 2/3003 by a hair; four: 0.00022
        ("fdr-discrete", 0.05, [CORNERS]),
    ],
)
def test_untestable_on_the_queen_lattice_by_hand(adjust, alpha, untestable):
    """Even if every region took its smallest p-value at once, these would not be significant."""
    family = adjust_p_values(np.full(16, 0.5), adjust, alpha=alpha, attainable=SIXTEEN)
    expected = np.any(untestable, axis=0) if untestable else np.zeros(16, dtype=bool)
    np.testing.assert_array_equal(~family.testable, expected)


@given(
    st.lists(st.sampled_from([0.0005, 0.003, 0.01, 0.02, 0.05, 0.07, 0.3]), min_size=1, max_size=12).map(np.array),
    st.sampled_from(["none", "bonferroni", "fdr", "by", "tarone", "fdr-discrete"]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=50, deadline=None)
def test_untestable_is_never_significant_and_testable_can_be(attainable, adjust, seed):
    """No p-values above the attainable ones make an untestable member significant; the smallest make all others so."""
    p = np.minimum(1.0, attainable * np.random.default_rng(seed).choice([1, 1, 1.5, 4, 30], len(attainable)))
    family = adjust_p_values(p, adjust, attainable=attainable)
    assert not (family.p_adjusted[~family.testable] <= 0.05).any()
    best = adjust_p_values(attainable, adjust, attainable=attainable)
    np.testing.assert_array_equal(best.p_adjusted <= 0.05 * (1 + 1e-12), family.testable)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: adjust_p_values(np.array([0.1]), "bonferoni"),
            "adjust='bonferoni' is not known; .*nearest: bonferroni",
        ),
        (lambda: adjust_p_values(np.array([1.1]), "fdr"), "p-value outside the range; allowed: 0 to 1"),
        (lambda: adjust_p_values(np.array([0.1]), "tarone"), "attainable: adjust='tarone' needs"),
        (lambda: adjust_p_values(np.array([0.1]), "max-t"), "needs the permutations; allowed: westfall_young"),
    ],
)
def test_refusals(call, text):
    with pytest.raises(SpatialError, match=text):
        call()


def scores_of(kind: str, n: int = 6, seed: int = 0) -> tuple[Scores, np.ndarray]:
    rng = np.random.default_rng(seed)
    adjacency = np.zeros((n, n))
    for a, b in [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (1, 4), (0, 2)]:
        adjacency[a, b] = adjacency[b, a] = 1 if kind != "weighted" else rng.uniform(1, 3)
    w = sparse.csr_array(adjacency)
    y = rng.normal(size=n)
    y -= y.mean()
    uniform = None if kind == "weighted" else 1.0
    if kind == "geary":
        features, coefficients = np.vstack([y**2, y]), np.vstack([np.ones(n), -2 * y])
        observed = (coefficients * (w @ features.T).T).sum(axis=0)
        return Scores(features, coefficients, w, uniform, observed, np.ones(n, dtype=int), 1e-12), y
    direction = np.sign(y).astype(int)
    if kind == "bivariate":
        direction = np.array([1, -1, 0, 1, 1, -1])
        return Scores(y[None], None, w, uniform, w @ y, direction, 1e-12, own_direction=False), y
    return Scores(y[None], None, w, uniform, w @ y, direction, 1e-12), y


@pytest.mark.parametrize("kind", ["moran", "weighted", "geary"])
def test_standardised_by_conditional_moments(kind):
    """With its own value held, each region's standardised T has mean 0 and variance 1 over all deals of the rest."""
    scores, _ = scores_of(kind)
    standardise = _Standardised(scores, "greater")
    for i in range(6):
        others = [j for j in range(6) if j != i]
        maps = np.array([np.insert(list(deal), i, i) for deal in permutations(others)]).T
        t = standardise(maps)[i]
        assert t.mean() == pytest.approx(0, abs=1e-10)
        assert t.var() == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("kind", ["moran", "weighted", "geary", "bivariate"])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_step_down_against_all_maps(kind, alternative):
    """720 maps: the step-down adjusted p-values written out, against 20,000 random maps."""
    scores, y = scores_of(kind)
    maps = np.array(list(permutations(range(6)))).T
    law = _Standardised(scores, alternative)(maps)
    seen = law[:, [list(permutations(range(6))).index(tuple(range(6)))]][:, 0]
    expected, running = np.empty(6), 0.0
    ranking = np.argsort(-seen, kind="stable")
    for place, i in enumerate(ranking):
        rest = ranking[place:]
        running = max(running, (law[rest].max(axis=0) >= seen[i] - 1e-9).mean())
        expected[i] = 1.0 if np.isneginf(seen[i]) else running
    found = westfall_young(scores, alternative=alternative, permutations=20_000, rng=np.random.default_rng(1))
    np.testing.assert_allclose(found, expected, atol=0.015)
    assert len(y) == 6


def test_the_observed_map_counts_among_the_permutations(lattice):
    """(r + 1) / (P + 1): where no permuted map reaches a region's T, p is 1 / (P + 1) and not 0."""
    y = np.random.default_rng(3).normal(size=64)
    y[[27, 19, 26, 28, 35]] = 9, 10, 11, 12, 13  # a region inside an 8 x 8 lattice and its four neighbours
    y -= y.mean()
    w = sparse.csr_array(lattice(8, 8).sparse)
    scores = Scores(y[None], None, w, 1.0, w @ y, np.sign(y).astype(int), 1e-12)
    found = westfall_young(scores, permutations=39, rng=np.random.default_rng(1))
    counts = found * 40
    np.testing.assert_allclose(counts, counts.round(), atol=1e-9)
    assert counts.min() == pytest.approx(1) and found.max() <= 1


def test_statistic_of_the_permuted_map_is_what_it_says():
    """T of a permuted map, before standardising, is the statistic of the permuted values."""
    scores, y = scores_of("moran")
    standardise = _Standardised(scores, "greater")
    order = np.array([3, 0, 5, 1, 2, 4])
    drawn = y[order]
    t = standardise(order[:, None])[:, 0]
    k = np.diff(scores.w.indptr)
    for i in range(6):
        others = np.delete(drawn, i)
        variance = others.var() * k[i] * (5 - k[i]) / 4
        expected = np.sign(drawn[i]) * (scores.w[[i]] @ drawn - k[i] * others.mean())[0] / np.sqrt(variance)
        assert t[i] == pytest.approx(expected, abs=1e-10)


def test_region_that_touches_all_others_cannot_vary():
    n = 5
    adjacency = np.zeros((n, n))
    adjacency[0, 1:] = adjacency[1:, 0] = 1
    y = np.arange(5.0) - 2.2
    w = sparse.csr_array(adjacency)
    scores = Scores(y[None], None, w, 1.0, w @ y, np.sign(y).astype(int), 1e-12)
    found = westfall_young(scores, permutations=99, rng=np.random.default_rng(0))
    assert found[0] == 1.0
    assert (found[1:] <= 1).all()
