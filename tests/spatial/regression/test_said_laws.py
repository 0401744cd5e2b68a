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
    for term in drawn.coefficients.index[drawn.coefficients["draws"] == 0]:
        assert "≤" not in table[f"{term}: p"]
        assert not re.search(rf"^{re.escape(term)}:.*≤", drawn.summary(), re.MULTILINE)
    if model in ("sar", "sem", "sdm"):
        plain = gp.spatial_regression(y, x, w, model=model, draws=0)
        name = "lambda" if model == "sem" else "rho"
        ratio = plain.tests.loc["likelihood ratio of the process", "statistic"]
        assert plain.coefficients.loc[name, "p_value"] == pytest.approx(chi2.sf(ratio, 1))
        assert f"normal law; {name}: likelihood ratio, chi-square." in plain.summary()
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


@pytest.mark.parametrize("draws", [0, 19, 1_499])
@pytest.mark.parametrize("model", ["ols", "slx", "sar", "sem", "sdm", "sdem"])
def test_every_p_value_names_its_draws_and_no_floor_is_below_them(model, draws):
    """Of values for which no sample lies farther out, so that every drawn p-value is its floor."""
    y, x, w = lattice(1)
    fit = gp.spatial_regression(y, x, w, model=model, draws=draws)
    table, summary = gp.model_table([fit]), fit.summary()
    assert fit.coefficients.attrs["null"]
    for frame, two_sided in ((fit.coefficients, True), (fit.tests, False)):
        for name, row in frame.iterrows():
            assert (row["draws"] > 0) == ("bootstrap" in row["method"])
            if not row["draws"]:
                continue
            assert row["draws"] <= draws
            assert f"parametric bootstrap, {row['draws']} draws" in row["method"]
            assert row["method"] in summary
            assert row["method"] in table.to_markdown()
            least = (2 if two_sided and name not in ("rho", "lambda") else 1) / (row["draws"] + 1)
            assert row["p_value"] >= least * (1 - 1e-12)
            written = re.search(rf"^{re.escape(str(name))}: .*?\bp (≤|=|<)", summary, re.MULTILINE)
            assert (written[1] == "≤") == (row["p_value"] <= least * (1 + 1e-9))
    for name, row in fit.tests[fit.tests["method"] != "none"].iterrows():
        assert row["null"] in summary and row["null"] in table.to_markdown() and row["null"] in table.to_latex()
        assert str(name) in table.to_markdown()


@pytest.mark.parametrize(("model", "drawn"), [("sar", "LM-error of the residuals"), ("sem", "Hausman")])
def test_tests_with_fewer_draws_have_the_floor_of_these(model, drawn, monkeypatch):
    from growthpoles.spatial.regression import spatial_regression

    monkeypatch.setattr(spatial_regression, "_LOOPED_DRAWS", 9)
    y, x, w = lattice(0)
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        noise = pd.Series(rng.normal(size=36))
        row = (fit := gp.spatial_regression(y + noise, x, w, model=model, draws=199)).tests.loc[drawn]
        assert 0 < row["draws"] <= 9
        floor = row["p_value"] <= 1 / (row["draws"] + 1) * (1 + 1e-9)
        found.append(floor)
        assert f"{drawn}: {row['statistic']:.4g}, p {'≤' if floor else '='}" in fit.summary()
        assert ("≤" in gp.model_table([fit]).cells().loc[f"{drawn}: p"].iloc[0]) == floor
    assert any(found)


@pytest.mark.parametrize("model", ["ols", "sar", "sem", "sdm", "sdem"])
@pytest.mark.parametrize("draws", [0, 19])
@pytest.mark.parametrize("swing", [-0.3, 0.0, 0.3])
def test_growth_panels_say_by_which_law_or_draws_their_levels_were_tested(model, draws, swing):
    """`swing`: regions close up, wander, or grow apart, where the upper tail of the own level is the normal law's."""
    w = libpysal.weights.lat2W(4, 4)
    rng = np.random.default_rng(3)
    levels = [rng.normal(size=16)]
    for _ in range(8):
        levels.append((1 + swing) * levels[-1] + rng.normal(size=16))
    wide = pd.DataFrame(np.exp(np.array(levels).T / 10), columns=range(2000, 2009))
    fit = gp.growth_panel(wide, w, model=model, draws=draws)
    for name, row in fit.coefficients.iterrows():
        level = str(name).endswith("log level")
        assert (row["draws"] > 0) == ("paths drawn" in row["method"])
        assert level or not row["draws"]
        if not draws:
            assert not row["draws"]
        assert row["method"] in fit.summary() and row["method"] in gp.model_table([fit]).to_markdown()
        if row["draws"]:
            assert row["p_value"] >= 2 / (draws + 1) * (1 - 1e-12)
        else:
            assert not re.search(rf"^{re.escape(str(name))}: .*≤", fit.summary(), re.MULTILINE)
    if draws and swing > 0:
        assert fit.coefficients.loc["log level", "method"] == "normal law, upper tail"
        assert "that of the own level by the normal law, upper tail" in fit.summary()
