"""The shared reference law: draws, look-up, spares, and equality with enumeration."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from growthpoles.spatial.reference_distributions import conditional_permutation, shared_draws
from growthpoles.spatial.reference_distributions.conditional_permutation import linear_tails
from growthpoles.spatial.reference_distributions.exact_enumeration import shared_subset_tails
from growthpoles.spatial.reference_distributions.shared_draws import Tails, groups, ordered_draws, ranks, sum_tails


@pytest.mark.parametrize(("n", "m"), [(5, 1), (7, 2), (13, 3), (5, 3), (4, 4)])
def test_draws_are_uniform_over_ordered_sets(n, m):
    size = 60 * len(list(permutations(range(n), m)))
    draws = ordered_draws(n, m, size, np.random.default_rng(1))
    assert draws.shape == (m, size)
    seen = dict.fromkeys(permutations(range(n), m), 0)
    for column in draws.T.tolist():
        seen[tuple(column)] += 1  # a KeyError here is a set with a repeat
    assert stats.chisquare(list(seen.values())).pvalue > 1e-4


@pytest.mark.parametrize(("n", "m"), [(120, 30), (90, 29), (3000, 40)])
def test_large_sets_are_distinct_and_every_place_is_uniform(n, m):
    draws = ordered_draws(n, m, 20_000, np.random.default_rng(2))
    assert all(len(set(column)) == m for column in draws[:, :500].T.tolist())
    for place in (0, m // 2, m - 1):
        counts = np.bincount(draws[place] * 30 // n, minlength=30)
        assert stats.chisquare(counts).pvalue > 1e-4
    first_before_last = (draws[0] < draws[-1]).mean()
    assert abs(first_before_last - 0.5) < 4 * 0.5 / np.sqrt(20_000)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_spare_makes_a_uniform_conditional_deal(k):
    """All ordered (k + 1)-sets of 6 regions, region 0 replaced by the spare: each ordered k-set equally often."""
    seen = dict.fromkeys(permutations(range(1, 6), k), 0)
    for drawn in permutations(range(6), k + 1):
        deal = tuple(drawn[k] if region == 0 else region for region in drawn[:k])
        seen[deal] += 1
    assert len(set(seen.values())) == 1


def exhaustive(n, m):
    return np.array(list(permutations(range(n), int(m))), dtype=np.int32).T


@pytest.fixture
def all_draws(monkeypatch):
    """Every ordered set once instead of random ones: the drawn law must then be the enumerated one."""
    for module in (shared_draws, conditional_permutation):
        monkeypatch.setattr(module, "draw_chunks", lambda n, m, *_: iter([exhaustive(n, m)]))


def small_case(tied: bool):
    rng = np.random.default_rng(4)
    links = [(0, j) for j in (1, 2, 3, 4)] + [(1, 2), (2, 3), (4, 5), (5, 6), (3, 6)]
    adjacency = np.zeros((7, 7))
    for a, b in links:
        adjacency[a, b] = adjacency[b, a] = 1
    values = rng.integers(0, 3, 7).astype(float) if tied else rng.normal(size=7)
    return sparse.csr_array(adjacency), values


@pytest.mark.parametrize("tied", [False, True])
def test_sum_tails_over_all_draws_is_the_enumeration(all_draws, tied):
    w, values = small_case(tied)
    cardinality = np.diff(w.indptr)
    observed, by_count = w @ values, groups(cardinality)
    drawn, listed = Tails.zero(7), Tails.zero(7)
    sum_tails(values, by_count, observed, 1e-12, permutations=1, rng=None, into=drawn)
    shared_subset_tails(values, by_count, observed, 1e-12, into=listed)
    total = exhaustive(7, cardinality.max() + 1).shape[1]
    for k, rows in by_count:
        subsets = len(list(combinations(range(6), k)))
        for side in ("ge", "le"):
            share = getattr(drawn, side)[rows] / total
            np.testing.assert_allclose(share, getattr(listed, side)[rows] / subsets, rtol=0, atol=1e-14)


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("tied", [False, True])
def test_linear_tails_over_all_draws_is_the_enumeration(all_draws, equal, tied):
    """Two features with coefficients of the region's own (as in Geary), equal and unequal weights."""
    w, values = small_case(tied)
    if not equal:
        w.data = np.random.default_rng(5).uniform(1, 2, w.nnz)
    features = np.vstack([values**2, values])
    coefficients = np.vstack([np.ones(7), -2 * values])
    observed = (coefficients * (w @ features.T).T).sum(axis=0)
    tails = linear_tails(
        features, coefficients, w.data, w.indptr, observed, np.full(7, 1e-11), permutations=1, rng=None
    )
    total = exhaustive(7, np.diff(w.indptr).max() + 1).shape[1]
    for i in range(7):
        weights = w.data[w.indptr[i] : w.indptr[i + 1]]
        scores = np.delete(coefficients[:, i] @ features, i)
        law = np.array([weights @ scores[list(d)] for d in permutations(range(6), len(weights))])
        expected = {
            "ge": law >= observed[i] - 1e-11,
            "le": law <= observed[i] + 1e-11,
            "top": law >= law.max() - 1e-11,
            "bottom": law <= law.min() + 1e-11,
        }
        for side, members in expected.items():
            assert getattr(tails, side)[i] / total == pytest.approx(members.mean(), abs=1e-14), side


def test_sum_and_linear_tails_agree_in_pieces(monkeypatch):
    """Chunks of draws and blocks of regions change nothing in the law; both routes estimate the same one."""
    rng = np.random.default_rng(6)
    n = 60
    adjacency = np.triu(rng.random((n, n)) < 0.12, 1)
    w = sparse.csr_array((adjacency | adjacency.T).astype(float))
    values = rng.normal(size=n)
    observed, by_count = w @ values, groups(np.diff(w.indptr))
    monkeypatch.setattr(shared_draws, "CHUNK_ENTRIES", 20_000)
    monkeypatch.setattr(conditional_permutation, "CHUNK_ENTRIES", 20_000)
    monkeypatch.setattr(conditional_permutation, "_BLOCK_ENTRIES", 5_000)
    one = Tails.zero(n)
    sum_tails(values, by_count, observed, 1e-12, permutations=20_000, rng=np.random.default_rng(0), into=one)
    other = linear_tails(
        values[None],
        np.ones((1, n)),
        w.data,
        w.indptr,
        observed,
        np.full(n, 1e-11),
        permutations=20_000,
        rng=np.random.default_rng(1),
    )
    assert np.abs(one.ge - other.ge).max() / 20_000 < 0.025
    tested = np.diff(w.indptr) > 0
    for tails in (one, other):  # each draw is on one side, or it is the observed set itself
        both = (tails.ge + tails.le)[tested] - 20_000
        assert both.min() == 0
        assert both.max() < 60


finite = st.floats(-1e6, 1e6, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(finite | st.sampled_from([0.0, 1.0]), min_size=1, max_size=12),
    st.lists(finite | st.sampled_from([0.0, 1.0, -1e300, 1e300]), min_size=60, max_size=80),
)
def test_ranks_is_a_binary_search(ordered, queries):
    ordered, queries = np.sort(np.array(ordered)), np.array(queries)
    place, following = ranks(ordered, queries)
    np.testing.assert_array_equal(place, np.searchsorted(ordered, queries))
    np.testing.assert_array_equal(following, np.append(ordered, np.inf)[place])


def test_ranks_with_a_long_tail():
    """Nearly all members in one interval of the table: the walk up gives way to a binary search."""
    rng = np.random.default_rng(0)
    ordered = np.sort(np.append(rng.random(500), 1e9))
    queries = rng.random(5000)
    np.testing.assert_array_equal(ranks(ordered, queries)[0], np.searchsorted(ordered, queries))


def test_groups_cover_all_with_neighbours():
    for cardinality in (np.array([0, 3, 1, 3, 0]), np.arange(40)):
        found = groups(cardinality)
        assert [k for k, _ in found] == sorted(set(cardinality[cardinality > 0].tolist()))
        for k, rows in found:
            assert (cardinality[rows] == k).all()
        assert sum(len(rows) for _, rows in found) == (cardinality > 0).sum()
