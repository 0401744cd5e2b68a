"""Growth regressions: every model is that of spatial_regression on log growth; speed and half-life."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError


@pytest.fixture(scope="module")
def mexico():
    study = gp.load_study("mexico-gdp")
    graph = gp.build_weights(gp.study_regions(study))
    return *(gp.load_indicators(year, study=study)["gdp_per_head"] for year in (1940, 2000)), graph


def test_models_speed_and_half_life(mexico):
    before, after, graph = mexico
    table = gp.growth_regression(before, after.iloc[::-1], graph, years=60, draws=0)
    assert [fit.model for fit in table.fits] == ["ols", "slx", "sar", "sem", "sdm"]
    known = gp.convergence(before, after, graph, years=60)
    own = table.fits[0].coefficients.loc["log level"]
    assert [own["estimate"], own["standard_error"], own["p_value"]] == pytest.approx(
        [known.beta, known.standard_error, known.p_value], rel=1e-9
    )
    assert table.extra["OLS"].tolist() == pytest.approx([known.speed, known.half_life], rel=1e-9)
    sdm = gp.impacts(table.fits[4], draws=0).table.loc[("log level", "direct"), "estimate"]
    assert table.extra.loc["speed of convergence", "SDM"] == pytest.approx(-np.log(1 + 60 * sdm) / 60)
    assert f"p = {known.sigma_p_value:.4f}" in " ".join(table.notes)  # the row of sigma stays beside beta


def test_further_regressors_and_gaps(mexico):
    before, after, graph = mexico
    other = pd.Series(np.random.default_rng(0).normal(size=len(before)), before.index, name="schooling")
    table = gp.growth_regression(
        before.mask(before.index == "MX09"), after, graph, years=60, regressors=other, models=["slx"], draws=0
    )
    assert list(table.fits[0].coefficients.index) == [
        "constant",
        "log level",
        "schooling",
        "W log level",
        "W schooling",
    ]
    assert table.fits[0].left_out == {"MX09": "no data"} and "Left out: MX09 (no data)" in table.to_markdown()


def test_errors(mexico):
    before, after, graph = mexico
    with pytest.raises(SpatialError, match="after: no positive value for MX01"):
        gp.growth_regression(before, after.mask(after.index == "MX01", -1.0), graph, years=60)
    with pytest.raises(SpatialError, match="years=0"):
        gp.growth_regression(before, after, graph, years=0)
