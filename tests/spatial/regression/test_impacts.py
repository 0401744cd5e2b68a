"""Impacts against R's values, against the matrix written out, and what their intervals cover."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError
from growthpoles.language.number_format import format_count
from growthpoles.spatial.regression.impacts import _sum_curves, _sums


def impacts(data, model, **options):
    y, x, graph = data
    transformation = options.pop("transformation", "r")
    fit = gp.spatial_regression(y, x, graph, model=model, draws=0, transformation=transformation)
    return fit, gp.impacts(fit, **{"draws": 0, "samples": 0} | options)


@pytest.mark.parametrize(("model", "idents"), [("sar", ("S017", "S018", "S019")), ("sdm", ("S029", "S030", "S031"))])
def test_impacts_of_income(columbus, value, model, idents):
    table = impacts(columbus, model)[1].table
    assert table.loc["INC", "estimate"].tolist() == pytest.approx([value(each) for each in idents], rel=1e-6)


def test_impacts_without_a_lag(columbus, value):
    table = impacts(columbus, "slx")[1].table
    assert table.loc[("HOVAL", "total"), "estimate"] == pytest.approx(value("S034"), rel=1e-9)
    from scipy.stats import t

    width = table.loc[("HOVAL", "total"), "high"] - table.loc[("HOVAL", "total"), "estimate"]
    assert width / t.ppf(0.975, 44) == pytest.approx(value("S035"), rel=1e-9)
    fit, found = impacts(columbus, "sem")
    assert found.table.loc[("INC", "direct"), "estimate"] == pytest.approx(fit.coefficients.loc["INC", "estimate"])
    assert (impacts(columbus, "sem")[1].table.loc[("INC", "indirect")] == 0)[["estimate", "low", "high"]].all()


def test_quantiles_of_draws(columbus, value):
    row = impacts(columbus, "sar", draws=50_000)[1].table.loc[("INC", "indirect")]
    assert [row["low"], row["high"]] == pytest.approx([value("S020"), value("S021")], rel=0.02)


@pytest.mark.parametrize("transformation", ["r", None])
def test_every_region(columbus, transformation):
    """The matrix S written out: its diagonal, row sums, column sums; rows that do not sum to one included."""
    fit, found = impacts(columbus, "sdm", transformation=transformation)
    design = fit.design
    w = design.lag.w.toarray()
    b = fit.coefficients["estimate"]
    s = np.linalg.inv(np.eye(49) - fit.rho * w) @ (b["INC"] * np.eye(49) + b["W INC"] * w)
    own = found.regions["INC"]
    assert own["direct"].tolist() == pytest.approx(np.diag(s).tolist(), rel=1e-9)
    assert own["received"].tolist() == pytest.approx((s.sum(axis=1) - np.diag(s)).tolist(), rel=1e-9)
    assert own["sent"].tolist() == pytest.approx((s.sum(axis=0) - np.diag(s)).tolist(), rel=1e-9)
    means = [np.diag(s).mean(), s.sum() / 49 - np.diag(s).mean(), s.sum() / 49]
    assert found.table.loc["INC", "estimate"].tolist() == pytest.approx(means, rel=1e-9)


def test_sums_of_the_inverse_between_the_nodes(columbus):
    lag = impacts(columbus, "sar")[0].design.lag
    curves = _sum_curves(lag)
    for rho in (-1.4, -0.3, 0.0, 0.61, 0.97):
        exact = [part[0] for part in _sums(lag, rho)]
        assert [part[0] for part in curves(np.array([rho]))] == pytest.approx(exact, rel=1e-6, abs=1e-8)


def test_measured_coverage_is_a_share_and_near_nominal_on_many_regions(columbus):
    table = impacts(columbus, "sar", draws=999, samples=60)[1].table
    assert table["coverage"].between(0.75, 1).all() and table["bootstrap_coverage"].between(0.6, 1).all()
    assert (table["bootstrap_low"] <= table["estimate"]).all() and (table["estimate"] <= table["bootstrap_high"]).all()


@pytest.mark.parametrize(
    ("model", "draws", "bootstrap"),
    [("sar", 99, 99), ("sar", 10_001, 9_999), ("sar", 0, 0), ("slx", 99, 0), ("sem", 99, 0)],
)
def test_the_draws_made_are_told(columbus, model, draws, bootstrap):
    found = impacts(columbus, model, draws=draws)[1]
    drawn = draws if bootstrap else 0
    assert (found.draws, found.bootstrap) == (drawn, bootstrap)
    assert found.table.attrs == {"level": 0.95, "draws": drawn, "bootstrap": bootstrap, "samples": 0}
    first = found.summary().split("\n")[0]
    told = (
        f"from {format_count(drawn)} draws of the coefficients, those of the bootstrap from {format_count(bootstrap)}"
    )
    assert (told in first) == bool(drawn) and ("draws" in first) == bool(drawn)


@pytest.mark.slow
def test_sixteen_regions_cover_less_than_they_promise(zealand):
    """Nominal 95 %; measured 83 % on Kazakhstan's graph at rho 0.5: here anything near that, well below 95."""
    y, _, graph = zealand
    rng = np.random.default_rng(3)
    x = pd.DataFrame(rng.normal(size=(16, 2)), y.index, ["u", "v"])
    design = gp.spatial_regression(y, x, graph, draws=0).design
    signal = 1 + x.loc[design.ids] @ [1.0, 0.5] + rng.normal(size=16)
    lagged = np.linalg.solve(np.eye(16) - 0.5 * design.lag.w.toarray(), signal)
    table = impacts((pd.Series(lagged, design.ids), x, graph), "sar", draws=999, samples=400)[1].table
    assert 0.7 < table.loc[("u", "indirect"), "coverage"] < 0.93


def test_level_is_checked(columbus):
    fit = gp.spatial_regression(*columbus[:2], columbus[2], draws=0)
    with pytest.raises(SpatialError, match="level=95; allowed: a number between 0 and 1"):
        gp.impacts(fit, level=95)
