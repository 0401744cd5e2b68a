"""Exact moments under relocation against all relocations, and the Pearson curve against long relocation."""

from decimal import Decimal
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from numpy.testing import assert_allclose
from scipy import sparse
from scipy.stats import norm, pearson3, t

import growthpoles as gp
from growthpoles.errors import SpatialError
from growthpoles.spatial.reference_distributions.moments import (
    PRODUCT,
    SQUARED_DIFFERENCE,
    fourth_order_sums,
    pearson_curve_tails,
    relocation_moments,
)

LEVEL = {**PRODUCT, (1, 0): Decimal(3), (0, 1): Decimal(3)}
PAIRS = {
    "product": (PRODUCT, lambda y: np.outer(y, y)),
    "squared difference": (SQUARED_DIFFERENCE, lambda y: (y[:, None] - y) ** 2),
    "product of levels": (LEVEL, lambda y: np.outer(y, y) + 3 * (y[:, None] + y)),
}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_the_moments_are_those_of_all_relocations(pair, share):
    rng = np.random.default_rng(7)
    n = 8
    a = np.triu(rng.random((n, n)) * (rng.random((n, n)) < share), 1)
    a += a.T
    y = rng.gamma(1, size=n)
    y -= y.mean()
    polynomial, function = PAIRS[pair]
    b = function(y)
    every = np.array(list(permutations(range(n))))
    totals = np.zeros(len(every))
    for i in range(n):
        for j in range(n):
            totals += a[i, j] * b[every[:, i], every[:, j]]
    apart = totals - totals.mean()
    spread = np.mean(apart**2)
    expected = totals.mean(), spread, np.mean(apart**3) / spread**1.5, np.mean(apart**4) / spread**2 - 3
    assert_allclose(relocation_moments(fourth_order_sums(sparse.csr_array(a)), y, polynomial), expected, rtol=1e-8)


def test_the_curve_has_the_normal_gamma_and_student_laws_in_it():
    for z in (-3.0, 0.5, 4.0):
        assert_allclose(pearson_curve_tails(z, 0, 0)[0], norm.sf(z), rtol=1e-8)
        assert_allclose(pearson_curve_tails(z, 0.3, 1.5 * 0.3**2)[0], pearson3.sf(z, 0.3), rtol=1e-6)
        assert_allclose(pearson_curve_tails(z, 0, 1.0)[0], t.sf(z * (10 / 8) ** 0.5, 10), rtol=2e-3)


def rook(side):
    places = np.arange(side * side).reshape(side, side)
    one = np.concatenate([places[:, :-1].ravel(), places[:-1].ravel()])
    other = np.concatenate([places[:, 1:].ravel(), places[1:].ravel()])
    return Graph.from_arrays(np.r_[one, other], np.r_[other, one], np.ones(2 * len(one)))


@pytest.mark.parametrize("test", [gp.moran, gp.geary, gp.getis_ord])
def test_many_regions_have_a_p_value_without_sampling(test):
    graph = rook(25)
    y = pd.Series(np.random.default_rng(3).exponential(size=625))
    found = test(y, graph, method="moments")
    drawn = test(y, graph, permutations=9_999)
    assert (found.method, found.permutations) == ("moments", 0)
    assert "skewness" in found.reference
    assert abs(found.p_value - drawn.p_value) < 4 * (0.25 / 9_999) ** 0.5 * 2
    assert (found.statistic, found.variance) == (drawn.statistic, drawn.variance)


def test_few_large_values_are_relocated_and_the_moments_refused():
    y = pd.Series(np.random.default_rng(0).standard_cauchy(625))
    with pytest.raises(SpatialError, match=r"skewness .* under relocation; allowed: .* or method='permutation'"):
        gp.moran(y, rook(25), method="moments")


def test_a_tail_that_is_not_resolved_is_said_to_be_at_most_its_limit():
    graph = rook(25)
    y = pd.Series(np.divmod(np.arange(625), 25)[0].astype(float))
    found = gp.moran(y, graph, method="moments")
    assert found.p_interval == (0.0, found.p_value)
    assert found.p_value == pytest.approx(2e-6)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["normal", "exponential", "log-normal", "ties", "yes or no", "t 3"])
def test_where_it_holds_the_curve_is_nearer_than_999_relocations(kind):
    rng = np.random.default_rng(1)
    n, graph = 900, rook(30)
    draws = {
        "normal": rng.normal(size=n),
        "exponential": rng.exponential(size=n),
        "log-normal": rng.lognormal(0, 1.5, n),
        "ties": rng.poisson(1, n).astype(float),
        "yes or no": (np.arange(n) < n / 2).astype(float),
        "t 3": rng.standard_t(3, n),
    }
    hub = Graph.from_arrays(
        *(np.r_[np.zeros(n - 1, int), np.arange(1, n)][::way] for way in (1, -1)), np.ones(2 * n - 2)
    )
    assert hub.n == n
    for test in (gp.moran, gp.geary):
        for seed in range(6):
            y = pd.Series(np.random.default_rng(seed).permutation(draws[kind]))
            long = test(y, graph, permutations=20_000, rng=seed, alternative="greater")
            try:
                law = test(y, graph, method="moments", alternative="greater")
            except SpatialError:
                continue
            p = long.p_value
            assert abs(law.p_value - p) < 1.2 * (p * (1 - p) / 999) ** 0.5
        with pytest.raises(SpatialError, match=r"too many links|under relocation"):
            test(y, hub, method="moments")
