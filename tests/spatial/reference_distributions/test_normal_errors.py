from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.stats import beta

from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.reference_distributions import normal_errors


def spectrum(graph):
    w = graph.transform("r").sparse.toarray()
    n = len(w)
    form = csr_array((w + w.T) * (n / (2 * w.sum())))
    return normal_errors.residual_eigenvalues(form, np.full((n, 1), n**-0.5))


@pytest.mark.parametrize(("ones", "zeros"), [(1, 1), (1, 5), (2, 2), (3, 7), (20, 60), (40, 10)])
def test_exact_is_the_beta_law_where_the_eigenvalues_are_ones_and_zeros(ones, zeros):
    eigenvalues = np.repeat([0.0, 1.0], [zeros, ones])
    law = beta(ones / 2, zeros / 2)
    for value in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        above, below = normal_errors.exact_tails(eigenvalues, value)
        assert above == pytest.approx(law.sf(value), rel=1e-10)
        assert below == pytest.approx(law.cdf(value), rel=1e-10)


def test_far_tails_keep_their_relative_accuracy():
    eigenvalues = np.repeat([0.0, 1.0], [60, 20])
    above, below = normal_errors.exact_tails(eigenvalues, 0.95)
    assert above == pytest.approx(beta.sf(0.95, 10, 30), rel=1e-10)
    assert above < 1e-30
    assert below == 1.0


@pytest.mark.long
@pytest.mark.parametrize(("ones", "zeros"), [(1, 1500), (2, 3000), (1500, 1), (900, 900)])
def test_many_regions_and_far_tails(ones, zeros):
    """A fixed step along the real axis gave .0051 for 1.6e-12 here."""
    eigenvalues, law = np.repeat([0.0, 1.0], [zeros, ones]), beta(ones / 2, zeros / 2)
    for value in law.mean() + law.std() * np.linspace(-40, 60, 41):
        if 0 < value < 1:
            above, below = normal_errors.exact_tails(eigenvalues, value)
            for found, right in ((above, law.sf(value)), (below, law.cdf(value))):
                if 1e-290 < right < 0.6:
                    assert found == pytest.approx(right, rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_exact_is_the_closed_form_of_double_eigenvalues(seed):
    """Chi-squares in pairs are exponential: P = sum over positive mu_i of prod_j 1 / (1 - mu_j / mu_i)."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 7))
    single = np.sort(rng.permutation(np.linspace(-1, 1, 12))[:k] * 10.0 ** rng.uniform(-3, 3))
    for share in (0.02, 0.3, 0.5, 0.8, 0.97):
        value = single[0] + share * (single[-1] - single[0])
        mu = single - value
        terms = [np.prod([1 / (1 - other / own) for other in mu if other != own]) for own in mu if own > 0]
        above, below = normal_errors.exact_tails(np.repeat(single, 2), value)
        assert above == pytest.approx(sum(terms), rel=1e-8, abs=1e-10)
        assert above + below == pytest.approx(1)


def test_edge_of_the_support_is_certain():
    eigenvalues = np.array([-1.0, 0.0, 0.5, 2.0])
    for tails in (normal_errors.exact_tails, normal_errors.saddlepoint_tails):
        assert tails(eigenvalues, 2.0) == (0.0, 1.0)
        assert tails(eigenvalues, 3.0) == (0.0, 1.0)
        assert tails(eigenvalues, -1.0) == (1.0, 0.0)
        assert tails(np.ones(4), 1.0) == (1.0, 1.0)


@pytest.mark.parametrize("size", [(5, 5), (6, 6), (10, 10)])
@pytest.mark.parametrize("rook", [True, False])
def test_saddlepoint_is_within_one_percent_from_25_regions_on(lattice, size, rook):
    eigenvalues = spectrum(lattice(*size, rook=rook))
    mean, n = eigenvalues.mean(), len(eigenvalues)
    sd = np.sqrt(2 * np.sum((eigenvalues - mean) ** 2) / (n * (n + 2)))
    checked = 0
    for value in mean + sd * np.linspace(-4, 4, 81):
        exact = normal_errors.exact_tails(eigenvalues, value)
        near = normal_errors.saddlepoint_tails(eigenvalues, value)
        for one, other in zip(exact, near, strict=True):
            if one >= 0.005:
                assert other == pytest.approx(one, rel=0.01)
                checked += 1
    assert checked > 80


def test_saddlepoint_passes_the_mean_smoothly(lattice):
    eigenvalues = spectrum(lattice(5, 5))
    mean = eigenvalues.mean()
    values = mean + np.linspace(-0.01, 0.01, 201)
    near = np.array([normal_errors.saddlepoint_tails(eigenvalues, v)[0] for v in values])
    exact = np.array([normal_errors.exact_tails(eigenvalues, v)[0] for v in values])
    assert np.abs(near - exact).max() < 1e-3
    assert (np.diff(near) < 0).all()


def test_exact_tails_are_complementary_and_monotone(lattice):
    eigenvalues = spectrum(lattice(4, 4))
    values = np.linspace(eigenvalues.min() * 1.01, eigenvalues.max() * 0.99, 60)
    tails = np.array([normal_errors.exact_tails(eigenvalues, v) for v in values])
    assert tails.sum(axis=1) == pytest.approx(1.0, rel=1e-12)
    assert (np.diff(tails[:, 0]) <= 0).all()


def test_eigenvalues_and_traces_give_the_same_moments(known):
    _, graph, frame = known("columbus")
    w = graph.transform("r").sparse.toarray()
    form = csr_array((w + w.T) / 2)
    basis = normal_errors.residual_basis(np.column_stack([np.ones(49), frame[["INC", "HOVAL"]]]))
    eigenvalues = normal_errors.residual_eigenvalues(form, basis)
    mean, degrees = eigenvalues.mean(), len(eigenvalues)
    variance = 2 * np.sum((eigenvalues - mean) ** 2) / (degrees * (degrees + 2))
    assert degrees == 46
    assert normal_errors.residual_moments(form, basis) == pytest.approx((mean, variance), rel=1e-10)


def test_exact_p_is_uniform_for_normal_errors(lattice):
    graph = lattice(4, 4)
    rng = np.random.default_rng(6)
    labels = list(graph.unique_ids)
    p = [
        moran(pd.Series(rng.normal(size=16), index=labels), graph, method="exact", alternative="greater").p_value
        for _ in range(200)
    ]
    ordered = np.sort(p)
    # Kolmogorov-Smirnov distance, 0.1 % point
    assert np.abs(ordered - (np.arange(200) + 0.5) / 200).max() < 1.95 / np.sqrt(200)


@pytest.mark.slow
def test_exact_residual_distribution_by_simulation(known):
    _, graph, frame = known("columbus")
    w = graph.transform("r").sparse.toarray()
    form = csr_array((w + w.T) * (49 / (2 * w.sum())))
    basis = normal_errors.residual_basis(np.column_stack([np.ones(49), frame[["INC", "HOVAL"]]]))
    eigenvalues = normal_errors.residual_eigenvalues(form, basis)
    rng = np.random.default_rng(12)
    e = rng.normal(size=(400_000, 49))
    e -= (e @ basis) @ basis.T
    drawn = np.einsum("ij,ij->i", e @ form.toarray(), e) / np.einsum("ij,ij->i", e, e)
    for value in (-0.2, -0.1, 0.0, 0.1, 0.2):
        p = normal_errors.exact_tails(eigenvalues, value)[0]
        assert np.mean(drawn >= value) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 400_000))
