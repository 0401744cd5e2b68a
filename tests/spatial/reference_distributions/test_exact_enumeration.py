"""Enumeration: subset sums, arrangements, inclusion and exclusion, smallest attainable p-values."""

from __future__ import annotations

from itertools import combinations, permutations
from math import comb, perm

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growthpoles.spatial.reference_distributions.exact_enumeration import (
    arrangement_tails,
    arrangements,
    attainable_top,
    enumeration_size,
    is_enumerable,
    shared_subset_tails,
    subset_sums,
    subset_tails,
)
from growthpoles.spatial.reference_distributions.shared_draws import Tails

values = st.lists(
    st.integers(-3, 3).map(float) | st.integers(-5000, 5000).map(lambda i: i / 1000), min_size=4, max_size=8
).map(np.array)


@given(values, st.integers(0, 8))
@settings(max_examples=60, deadline=None)
def test_subset_sums_of_every_size(scores, r):
    r = min(r, len(scores))
    for size, found in enumerate(subset_sums(scores, r)):
        expected = [sum(c) for c in combinations(scores.tolist(), size)]
        np.testing.assert_allclose(np.sort(found), np.sort(expected), atol=1e-12)


def test_subset_sums_keep_leading_axes():
    scores = np.arange(12.0).reshape(2, 6) ** 2
    for r in range(7):
        both = subset_sums(scores, r)[-1]
        assert both.shape == (2, comb(6, r))
        np.testing.assert_array_equal(both[1], subset_sums(scores[1], r)[-1])


@given(values, st.data())
@settings(max_examples=60, deadline=None)
def test_shared_subsets_count_what_a_list_of_subsets_counts(scores, data):
    n = len(scores)
    k = data.draw(st.integers(1, n - 1))
    rng = np.random.default_rng(0)
    observed = np.array([rng.choice(np.delete(scores, i), k, replace=False).sum() for i in range(n)])
    tails, best = Tails.zero(n), np.zeros(n)
    shared_subset_tails(scores, [(k, np.arange(n))], observed, 1e-12, into=tails)
    attainable_top(scores, [(k, np.arange(n))], best, noise=1e-12)
    for i in range(n):
        law = np.array([sum(c) for c in combinations(np.delete(scores, i).tolist(), k)])
        assert tails.ge[i] == (law >= observed[i] - 1e-9).sum()
        assert tails.le[i] == (law <= observed[i] + 1e-9).sum()
        assert best[i] == pytest.approx((law >= law.max() - 1e-9).mean(), abs=1e-15)


@pytest.mark.parametrize("k", [1, 2, 3, 5, 6])
def test_own_scores_subsets(k):
    rng = np.random.default_rng(2)
    scores = rng.integers(0, 5, (9, 6)).astype(float)
    observed = scores[:, :k].sum(axis=1)
    tails = subset_tails(scores, k, observed, np.full(9, 1e-9))
    for i, row in enumerate(scores.tolist()):
        law = np.array([sum(c) for c in combinations(row, k)])
        assert tails.ge[i] == (law >= observed[i]).sum()
        assert tails.le[i] == (law <= observed[i]).sum()
        assert tails.top[i] == (law == law.max()).sum()
        assert tails.bottom[i] == (law == law.min()).sum()


def test_arrangements_are_all_ordered_choices():
    found = arrangements(5, 3)
    assert sorted(map(tuple, found.T.tolist())) == list(permutations(range(5), 3))
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 1


def test_weighted_arrangements():
    scores = np.array([[1.0, 2.0, 4.0, 8.0], [1.0, 1.0, 0.0, 3.0]])
    weights = np.array([[0.5, 0.25], [1.0, 2.0]])
    observed = np.array([0.5 * 4 + 0.25 * 8, 1.0 + 2.0])
    tails = arrangement_tails(scores, weights, observed, np.full(2, 1e-9))
    for i in range(2):
        law = np.array([weights[i] @ np.array(d) for d in permutations(scores[i], 2)])
        assert tails.ge[i] == (law >= observed[i] - 1e-9).sum()
        assert tails.le[i] == (law <= observed[i] + 1e-9).sum()


def test_sizes_and_the_limit():
    assert enumeration_size(15, 7, equal=True) == comb(15, 7) == 6435
    assert enumeration_size(15, 5, equal=False) == perm(15, 5) == 360_360
    assert is_enumerable(15, 15, equal=True) and is_enumerable(15, 5, equal=False)
    assert not is_enumerable(15, 6, equal=False)
    assert is_enumerable(1414, 2, equal=True) and not is_enumerable(1415, 2, equal=True)
    assert is_enumerable(10**6, 10**6 - 1, equal=True) and not is_enumerable(10**6, 500_000, equal=True)
    for others, k in [(30, 5), (22, 11), (9, 4)]:
        assert is_enumerable(others, k, equal=True, limit=comb(others, k))
        assert not is_enumerable(others, k, equal=True, limit=comb(others, k) - 1)


def test_attainable_with_many_neighbours_by_logarithms():
    n, k = 400, 150
    best = np.zeros(n)
    attainable_top((np.arange(n) < 395).astype(float), [(k, np.arange(n))], best)
    assert best[-1] == pytest.approx(comb(395, k) / comb(n - 1, k), rel=1e-9)  # a zero: all 395 ones are dealt
    assert best[0] == pytest.approx(comb(394, k) / comb(n - 1, k), rel=1e-9)


def test_attainable_leaves_answers_below_the_floor_alone():
    best = np.full(20, 0.01)
    attainable_top(np.arange(20.0), [(5, np.arange(20))], best, floor=0.01)
    assert (best == 0.01).all()
