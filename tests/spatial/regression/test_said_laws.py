"""What a regression says of its p-values, and its squared correlation: against numpy and the laws that are named."""

from __future__ import annotations

import re

import libpysal
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import growthpoles as gp


def lattice(seed: int) -> tuple[pd.Series, pd.Series, object]:
    w = libpysal.weights.lat2W(6, 6)
    rng = np.random.default_rng(seed)
    x = pd.Series(rng.normal(size=36), name="x")
    return (0.55 * x + pd.Series(rng.normal(size=36))).rename("y"), x, w


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("model", ["ols", "slx", "sar", "sem", "sdm"])
def test_only_drawn_p_values_are_bounds_and_the_process_has_that_of_its_ratio(model, seed):
    y, x, w = lattice(seed)
    drawn = gp.spatial_regression(y, x, w, model=model, draws=19)
    table = gp.model_table([drawn]).cells().iloc[:, 0]
    for term in drawn.by_law:
        assert "≤" not in table[f"{term}: p"]
        assert not re.search(rf"^{re.escape(term)}:.*≤", drawn.summary(), re.MULTILINE)
    if model in ("sar", "sem", "sdm"):
        plain = gp.spatial_regression(y, x, w, model=model, draws=0)
        name = "lambda" if model == "sem" else "rho"
        ratio = plain.tests.loc["likelihood ratio of the process", "statistic"]
        assert plain.coefficients.loc[name, "p_value"] == pytest.approx(chi2.sf(ratio, 1))
        assert f"by the normal law, that of {name} by the likelihood ratio." in plain.summary()
        assert "likelihood ratio" in gp.model_table([plain]).to_markdown().splitlines()[-1]


@pytest.mark.parametrize("effects", ["two-way", "region"])
@pytest.mark.parametrize("regressors", [["a"], ["a", "b"]])
def test_the_squared_correlation_of_a_panel_is_that_within(effects, regressors):
    w = libpysal.weights.lat2W(4, 4)
    rng = np.random.default_rng(len(regressors))
    rows = pd.MultiIndex.from_product([range(16), range(2000, 2006)], names=["region", "year"])
    data = pd.DataFrame(rng.normal(size=(96, 2)), rows, ["a", "b"])
    data["y"] = data["a"] + 0.3 * data["b"] + rng.normal(size=96)
    within = data - data.groupby("region").transform("mean")
    if effects == "two-way":
        within -= within.groupby("year").transform("mean")
    x, y = within[regressors].to_numpy(), within["y"].to_numpy()
    expected = np.corrcoef(x @ np.linalg.lstsq(x, y, rcond=None)[0], y)[0, 1] ** 2
    fit = gp.panel_regression(data, w, y="y", regressors=regressors, model="ols", effects=effects)
    assert fit.r_squared == pytest.approx(expected)
