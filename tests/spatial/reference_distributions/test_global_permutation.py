from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from growthpoles.spatial import global_tests
from growthpoles.spatial.reference_distributions import global_permutation


@pytest.mark.parametrize("counts", [[1, 1, 1, 1, 1], [3, 2], [2, 3, 1], [1, 6], [4, 1, 2], [5]])
def test_every_distinct_arrangement_exactly_once(counts):
    counts = np.array(counts)
    found = np.vstack(list(global_permutation.enumerate_codes(counts)))
    codes = np.repeat(np.arange(len(counts)), counts)
    assert {tuple(row) for row in found.tolist()} == set(permutations(codes.tolist()))
    assert len(found) == global_permutation.arrangements(counts) == len({tuple(row) for row in found.tolist()})


def test_enumeration_does_not_depend_on_the_block_size(monkeypatch):
    counts = np.array([3, 2, 4])
    whole = np.vstack(list(global_permutation.enumerate_codes(counts)))
    monkeypatch.setattr(global_permutation, "_CHUNK_VALUES", 20)
    blocks = list(global_permutation.enumerate_codes(counts))
    assert len(blocks) > 100
    assert np.array_equal(np.vstack(blocks), whole)


def test_what_is_enumerated():
    assert global_permutation.can_enumerate(np.ones(9, dtype=int))
    assert not global_permutation.can_enumerate(np.ones(10, dtype=int))
    assert global_permutation.can_enumerate(np.array([8, 8]))
    assert not global_permutation.can_enumerate(np.array([1, 50_000]))  # few arrangements, but of many regions
    assert not global_permutation.can_enumerate(np.array([500, 500]))
    assert not global_permutation.can_enumerate(np.array([21, 21]))
    assert global_permutation.arrangements(np.array([20, 2])) == 231


def test_random_relocations_are_uniform():
    x = np.arange(4.0)
    w = np.zeros((4, 4))
    w[0, 1] = 1.0
    form = global_permutation.Form(w)
    seed = np.random.SeedSequence(3)
    high, low = global_permutation._draw_chunk(seed, 120_000, form, x, None, 6.0, 1e-9)
    # only (2, 3) and (3, 2) of the 12 ordered pairs reach the product 6
    assert high / 120_000 == pytest.approx(1 / 6, abs=4 * np.sqrt(5 / 36 / 120_000))
    assert low == 120_000


def test_pairs_move_together():
    x, y = np.arange(5.0), np.arange(5.0)[::-1].copy()
    form = global_permutation.Form(np.eye(5))
    tally = global_permutation.permutation_tally(form, x, y, draws=10, rng=None, scale=1.0)
    assert (tally.greater, tally.less, tally.draws, tally.complete) == (120, 120, 120, True)


@pytest.mark.slow
@pytest.mark.parametrize("side", [4, 7, 20])
@pytest.mark.parametrize("name", ["moran", "geary", "getis_ord", "moran_bivariate", "lee", "join_count"])
def test_share_of_small_p_is_nominal_when_space_does_not_matter(lattice, name, side):
    graph = lattice(side, side, rook=False)
    n = side * side
    labels = [f"a{i}" for i in range(n)]
    generator = np.random.default_rng(side)
    values = pd.Series(generator.lognormal(size=n), index=labels)
    runs = 400
    small = 0
    for run in range(runs):
        y = pd.Series(generator.permutation(values.to_numpy()), index=labels)
        options = {"permutations": 199, "rng": run}
        if name == "join_count":
            p = global_tests.join_count(y > values.median(), graph, method="permutation", **options).different.p_value
        elif name in ("lee", "moran_bivariate"):
            x = pd.Series(generator.normal(size=n), index=labels)
            p = getattr(global_tests, name)(x, y, graph, **options).p_value
        else:
            p = getattr(global_tests, name)(y, graph, **options).p_value
        small += p <= 0.05
    low, high = binom.interval(0.99, runs, 0.05)
    assert small <= high
    if name != "join_count":  # counts are few: their test may only be conservative
        assert small >= low
