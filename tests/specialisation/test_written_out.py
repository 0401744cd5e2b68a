"""Quotients with intervals, Krugman's indices, shift-share, density and complexity written out in plain numpy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import growthpoles as gp


def drawn(seed: int, shape: tuple[int, int] = (14, 12)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two years of counts, with a ladder of regions so that complexity is well defined, and a few zeros."""
    rng = np.random.default_rng(seed)
    able, hard = np.linspace(-1, 1.5, shape[0])[:, None], np.linspace(-1, 1.5, shape[1])
    first = rng.poisson(300 * rng.lognormal(0, 0.2, shape) / (1 + np.exp(-3 * (able - hard))))
    last = rng.poisson(1.1 * first * rng.lognormal(0, 0.2, shape))
    names = [f"r{i}" for i in range(shape[0])], [f"i{j}" for j in range(shape[1])]
    return pd.DataFrame(first * 1.0, *names), pd.DataFrame(last * 1.0, *names)


@pytest.mark.parametrize("seed", range(4))
def test_quotients_krugman_and_shift_share(seed):
    first, last = drawn(seed)
    e, f = first.to_numpy(), last.to_numpy()
    regions, industries, total = e.sum(axis=1, keepdims=True), e.sum(axis=0, keepdims=True), e.sum()
    expected = regions * industries / total
    found = gp.location_quotient(first, interval="poisson", level=0.9)
    np.testing.assert_allclose(found["value"].unstack()[first.columns].loc[first.index], e / expected, rtol=1e-9)
    low = np.where(e > 0, stats.gamma.ppf(0.05, np.maximum(e, 1)), 0.0) / expected
    np.testing.assert_allclose(found["lower"].unstack()[first.columns].loc[first.index], low, rtol=1e-9)
    high = stats.gamma.ppf(0.95, e + 1) / expected
    np.testing.assert_allclose(found["upper"].unstack()[first.columns].loc[first.index], high, rtol=1e-9)

    share = e / regions
    rest = (industries - e) / (total - regions)
    mean = (share.sum(axis=0) - share) / (len(e) - 1)
    for reference, other in {"national": industries / total, "rest_pooled": rest, "rest_mean": mean}.items():
        own = gp.krugman_specialisation(first, reference=reference)
        np.testing.assert_allclose(own, np.abs(share - other).sum(axis=1), rtol=1e-9)

    growth, of_industry = f.sum() / total - 1, f.sum(axis=0) / industries[0] - 1
    parts = gp.shift_share(first, last).components.groupby(level=0, sort=False).sum()
    np.testing.assert_allclose(parts["national"], e.sum(axis=1) * growth, rtol=1e-9)
    np.testing.assert_allclose(parts["mix"], e @ (of_industry - growth), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(parts["competitive"], (f - e * (1 + of_industry)).sum(axis=1), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_density_and_complexity(seed):
    first, _ = drawn(seed)
    e = first.to_numpy()
    m = (e * e.sum() >= e.sum(axis=1, keepdims=True) * e.sum(axis=0)).astype(float)
    diversity, ubiquity = m.sum(axis=1), m.sum(axis=0)
    near = m.T @ m / np.maximum.outer(ubiquity, ubiquity)
    np.fill_diagonal(near, 0.0)
    density = gp.relatedness_density(first)
    np.testing.assert_allclose(density, m @ near / near.sum(axis=0), rtol=1e-9, atol=1e-12)

    found = gp.complexity(first, replications=0)
    values, vectors = np.linalg.eig(m @ (m / ubiquity).T / diversity[:, None])
    second = vectors[:, np.argsort(-values.real)[1]].real
    second *= np.sign(np.corrcoef(second, diversity)[0, 1])
    products = (m / ubiquity).T @ second / np.sort(values.real)[-2]  # a region's number is the mean of its products'
    np.testing.assert_allclose(found.regions["eci"], (second - second.mean()) / second.std(), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(found.industries["pci"], (products - second.mean()) / second.std(), rtol=1e-8)
