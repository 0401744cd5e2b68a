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


@pytest.fixture(scope="module")
def decades():
    study = gp.load_study("mexico-gdp")
    return gp.study_years(study, "gdp_per_head"), gp.study_weights(study)


def test_panel_of_growth_is_the_panel_regression_of_its_columns(decades):
    wide, graph = decades
    logs = np.log(wide)
    growth = logs.diff(axis=1).iloc[:, 1:] / 10
    level = logs.iloc[:, :-1].set_axis(growth.columns, axis=1)
    long = pd.concat([growth.stack(), level.stack()], axis=1, keys=["growth", "log level"])  # noqa: PD013
    long.index.names = ["region", "year"]
    expected = gp.panel_regression(long, graph, y="growth", regressors=["log level"])
    shuffled = gp.growth_panel(wide.sample(frac=1, axis=1, random_state=2).sample(frac=1, random_state=1), graph)
    pd.testing.assert_frame_equal(shuffled.coefficients, expected.coefficients, rtol=1e-9)


def test_a_region_that_came_or_went_stops_the_panel(decades):
    wide, graph = decades
    broken = wide.mask((wide.index == "MX05").reshape(-1, 1) & (wide.columns <= 1960))
    with pytest.raises(SpatialError, match=r"MX05 \(no value in 1940, 1950, 1960\)") as caught:
        gp.growth_panel(broken, graph)
    assert "\n" not in str(caught.value)
    rest = gp.growth_panel(broken, graph, regions="complete")
    assert rest.left_out == {"MX05": "no value in 1940, 1950, 1960"} and rest.n == 31 * 6
    for change, words in (
        (lambda y: y * 0, "no positive value"),
        (lambda y: y.iloc[:, :2], "three years"),
        (lambda y: y.set_axis(list("abcdefg"), axis=1), "no numbers"),
        (lambda y: y.drop(index="MX01"), "MX01"),
    ):
        with pytest.raises(SpatialError, match=words):
            gp.growth_panel(change(wide), graph)


def test_years_of_a_study(decades):
    wide, _ = decades
    study = gp.load_study("mexico-gdp")
    assert wide.columns.tolist() == list(study.years)
    assert wide[1970].equals(gp.load_indicators(1970, study=study)["gdp_per_head"].reindex(wide.index).astype(float))
    index = gp.study_years(study)
    assert index.shape == wide.shape and index.rank().equals(wide.rank())
