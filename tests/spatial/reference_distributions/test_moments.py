from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.sparse import csr_array

from growthpoles.spatial.reference_distributions import moments


@pytest.fixture(scope="module")
def uneven():
    rng = np.random.default_rng(8)
    w = np.where(rng.random((6, 6)) < 0.5, rng.random((6, 6)), 0.0)
    np.fill_diagonal(w, 0)
    return w, rng.normal(size=6), rng.exponential(size=6)


def over_all_orders(statistic, n=6):
    values = np.array([statistic(np.array(order)) for order in permutations(range(n))])
    return values.mean(), values.var()


def test_lattice_variances_are_the_published_ones(lattice):
    w = csr_array(lattice(3, 3).sparse)
    sums = moments.weight_sums(w)
    y = np.arange(1.0, 10.0)
    assert moments.moran_normal(sums) == pytest.approx((-1 / 8, 0.053125), rel=1e-14)
    b2 = moments.kurtosis(y - y.mean())
    assert moments.moran_randomisation(sums, b2) == pytest.approx((-1 / 8, 0.0596875), rel=1e-14)


def test_moran_and_geary_under_relocation_by_brute_force(uneven):
    w, y, _ = uneven
    sums, z = moments.weight_sums(csr_array(w)), y - y.mean()
    total, square = w.sum(), z @ z
    b2 = moments.kurtosis(z)

    def moran(order):
        return 6 / total * z[order] @ w @ z[order] / square

    def geary(order):
        return 5 / (2 * total) * np.sum(w * np.subtract.outer(z[order], z[order]) ** 2) / square

    assert moments.moran_randomisation(sums, b2) == pytest.approx(over_all_orders(moran), rel=1e-12)
    assert moments.geary_randomisation(sums, b2) == pytest.approx(over_all_orders(geary), rel=1e-12)


def test_getis_ord_by_brute_force(uneven):
    w, _, y = uneven
    pairs = y.sum() ** 2 - y @ y
    expected = over_all_orders(lambda order: y[order] @ w @ y[order] / pairs)
    assert moments.getis_ord_randomisation(moments.weight_sums(csr_array(w)), y) == pytest.approx(expected, rel=1e-10)


def test_linear_by_brute_force(uneven):
    _, x, y = uneven
    assert moments.linear_moments(x, y) == pytest.approx(over_all_orders(lambda order: x @ y[order]), rel=1e-12)


def test_cross_product_with_diagonal_by_brute_force(uneven):
    w, x, y = uneven
    q = w + w.T + np.diag(np.arange(6.0))
    found = moments.cross_product_moments(moments.matrix_sums(csr_array(q)), moments.product_sums(x, y))
    assert found == pytest.approx(over_all_orders(lambda order: x[order] @ q @ y[order]), rel=1e-12)


def test_cross_product_of_three_regions_has_no_disjoint_pairs():
    q = np.array([[1.0, 2, 0], [2, 0, 3], [0, 3, 5]])
    x, y = np.array([1.0, 4, 2]), np.array([0.0, 1, 7])
    found = moments.cross_product_moments(moments.matrix_sums(csr_array(q)), moments.product_sums(x, y))
    assert found == pytest.approx(over_all_orders(lambda order: x[order] @ q @ y[order], 3), rel=1e-12)


def test_cross_product_of_four_regions_has_disjoint_pairs():
    """Four is the least number of regions that holds two links without a common end."""
    q = np.array([[1.0, 2, 0, 4], [2, 0, 3, 1], [0, 3, 5, 2], [4, 1, 2, 0]])
    x, y = np.array([1.0, 4, 2, -3]), np.array([0.0, 1, 7, 2])
    found = moments.cross_product_moments(moments.matrix_sums(csr_array(q)), moments.product_sums(x, y))
    assert found == pytest.approx(over_all_orders(lambda order: x[order] @ q @ y[order], 4), rel=1e-12)


def test_skew_part_by_brute_force(uneven):
    w, x, y = uneven
    x, y = x - x.mean(), y - y.mean()
    symmetric = csr_array((w + w.T) / 2)
    mean, variance = moments.cross_product_moments(moments.matrix_sums(symmetric), moments.product_sums(x, y))
    variance += moments.skew_variance(csr_array(w), x, y)
    assert (mean, variance) == pytest.approx(over_all_orders(lambda order: x[order] @ w @ y[order]), rel=1e-12)


def test_general_moments_agree_with_the_closed_forms(known):
    y, graph, _ = known("sids2")
    w = csr_array(graph.transform("r").sparse)
    sums, z = moments.weight_sums(w), (y - y.mean()).to_numpy()
    scale = sums.n / sums.s0 / (z @ z)
    general = moments.cross_product_moments(moments.matrix_sums(csr_array((w + w.T) / 2)), moments.product_sums(z, z))
    closed = moments.moran_randomisation(sums, moments.kurtosis(z))
    assert (general[0] * scale, general[1] * scale**2) == pytest.approx(closed, rel=1e-11)


def test_a_complete_graph_has_no_variance():
    w = csr_array(np.ones((8, 8)) - np.eye(8))
    sums = moments.weight_sums(w)
    y = np.arange(8.0) ** 2
    z = y - y.mean()
    b2 = moments.kurtosis(z)
    assert moments.moran_normal(sums)[1] == moments.moran_randomisation(sums, b2)[1] == 0
    assert moments.geary_normal(sums)[1] == moments.geary_randomisation(sums, b2)[1] == 0
    assert moments.getis_ord_randomisation(sums, y)[1] == 0


def test_skewness_of_a_sum_over_pairs_by_enumeration():
    rng = np.random.default_rng(1)
    for n in (6, 7):
        a, y = rng.gamma(1, 1, (n, n)), rng.gamma(1, 1, n)
        a = a + a.T
        np.fill_diagonal(a, 0)
        b = np.abs(y[:, None] - y)
        sums = np.array([(a * b[np.ix_(order, order)]).sum() for order in permutations(range(n))])
        known = ((sums - sums.mean()) ** 3).mean() / sums.std() ** 3
        assert moments.cross_product_skewness(a, b) == pytest.approx(known, rel=1e-9)
        assert moments.cross_product_skewness(1e6 * a + 7, 1e-3 * b - 1e-3) == pytest.approx(known, rel=1e-6)
