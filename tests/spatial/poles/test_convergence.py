"""Convergence against its formulas, built data and an independent regression."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import SpatialError
from growthpoles.spatial.poles.convergence import convergence


def built(slope, years=4, seed=0, noise=0.02):
    """Return two years whose regression has exactly this slope: the residuals are made orthogonal to it."""
    rng = np.random.default_rng(seed)
    start = rng.normal(3, 0.5, 16)
    design = np.column_stack([np.ones(16), start])
    residual = rng.normal(0, noise, 16)
    residual -= design @ np.linalg.lstsq(design, residual, rcond=None)[0]
    growth = 0.3 + slope * start + residual
    index = pd.Index([f"a{i}" for i in range(16)], name="region")
    return pd.Series(np.exp(start), index), pd.Series(np.exp(start + years * growth), index), start, growth, residual


@pytest.mark.parametrize("speed", [0.02, 0.15, -0.05])
def test_speed_and_half_life(speed, lattice):
    years = 4
    slope = -(1 - np.exp(-speed * years)) / years
    before, after, *_ = built(slope)
    result = convergence(before, after.iloc[::-1], lattice(4, 4), years=years)
    assert result.beta == pytest.approx(slope, abs=1e-12)
    assert result.speed == pytest.approx(speed, abs=1e-10)
    assert result.half_life == (pytest.approx(np.log(2) / speed, abs=1e-6) if speed > 0 else np.inf)
    if speed > 0:  # after half_life years half of a gap is left
        assert np.exp(-result.speed * result.half_life) == pytest.approx(0.5)


def test_a_ranking_turned_over_has_no_speed(lattice):
    before, after, *_ = built(-0.3)  # 1 + beta T = -0.2
    result = convergence(before, after, lattice(4, 4), years=4)
    assert np.isnan(result.speed) and np.isnan(result.half_life)


def test_regression_by_hand(lattice):
    from scipy.stats import t

    before, after, start, growth, residual = built(-0.05, noise=0.05)
    result = convergence(before, after, lattice(4, 4), years=4)
    deviations = start - start.mean()
    error = np.sqrt(residual @ residual / 14 / (deviations @ deviations))
    assert result.standard_error == pytest.approx(error, rel=1e-10)
    assert result.p_value == pytest.approx(2 * t.sf(abs(result.beta) / error, 14), rel=1e-9)
    total = growth - growth.mean()
    assert result.r_squared == pytest.approx(1 - residual @ residual / (total @ total), abs=1e-12)
    assert (result.sigma_before, result.sigma_after) == pytest.approx(
        (np.log(before).std(), np.log(after).std()), abs=1e-12
    )
    # Pitman and Morgan, in the form of the variance ratio
    f, r = (result.sigma_after / result.sigma_before) ** 2, np.corrcoef(np.log(before), np.log(after))[0, 1]
    statistic = (f - 1) * np.sqrt(14) / (2 * np.sqrt(f * (1 - r**2)))
    assert result.sigma_p_value == pytest.approx(2 * t.sf(abs(statistic), 14), rel=1e-9)


def test_residual_moran_by_definition(lattice):
    graph = lattice(4, 4)
    before, after, start, _, residual = built(-0.05)
    result = convergence(before, after, graph, years=4).residual_moran
    w = graph.transform("r").sparse.toarray()
    order = [list(graph.unique_ids).index(region) for region in before.index]
    w = w[np.ix_(order, order)]
    assert result.statistic == pytest.approx(residual @ w @ residual / (residual @ residual), abs=1e-10)
    design = np.column_stack([np.ones(16), start])
    centre = np.eye(16) - design @ np.linalg.pinv(design)
    assert result.expected == pytest.approx(np.trace(centre @ w) / 14, abs=1e-12)
    assert result.method == "exact"
    # p by simulation: residuals of normal errors
    drawn = np.random.default_rng(1).normal(size=(20_000, 16)) @ centre
    values = np.einsum("ij,jk,ik->i", drawn, w, drawn) / np.einsum("ij,ij->i", drawn, drawn)
    p = 2 * min((values >= result.statistic).mean(), (values <= result.statistic).mean())
    assert result.p_value == pytest.approx(p, abs=0.02)


def test_frame_and_words(lattice):
    before, after, *_ = built(-0.1)
    result = convergence(before, after, lattice(4, 4), years=4)
    assert result.to_frame().loc["convergence", "moran_p_value"] == result.residual_moran.p_value
    assert "shrinks" in repr(result) and "n = 16" in repr(result)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"years": 0}, "years=0; allowed: a positive number"),
        ({"years": np.nan}, "years=nan"),
        ({"after": pd.Series(1.0, [f"a{i}" for i in range(15)])}, "lacks regions of before: a15"),
        ({"after": pd.Series([0.0] + [1.0] * 15, [f"a{i}" for i in range(16)])}, "no positive value for a0"),
        ({"before": pd.Series(2.0, [f"a{i}" for i in range(16)])}, "all values of the first year are equal"),
    ],
)
def test_errors(change, words, lattice):
    before, after, *_ = built(-0.1)
    arguments = {"before": before, "after": after, "graph": lattice(4, 4), "years": 4} | change
    with pytest.raises(SpatialError, match=words):
        convergence(**arguments)


def test_growth_that_is_the_same_everywhere_and_too_few_regions(lattice):
    before, after, *_ = built(-0.1)
    with pytest.raises(SpatialError, match="all growth rates are equal"):
        convergence(before, before * 1.5, lattice(4, 4), years=4)
    with pytest.raises(SpatialError, match="4 regions; allowed: 5 or more"):
        convergence(before.iloc[:4], after.iloc[:4], lattice(2, 2), years=4)
