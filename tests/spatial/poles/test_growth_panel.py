"""Growth panels: the fit is the panel regression's; p-values hold where levels persist and neighbours share shocks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import growthpoles as gp
from growthpoles.errors import SpatialError
from growthpoles.spatial.regression.likelihood import lag_operator, refit, refit_products


@pytest.fixture(scope="module")
def decades():
    study = gp.load_study("mexico-gdp")
    return gp.study_years(study, "gdp_per_head"), gp.study_weights(study)


@pytest.mark.long
def test_panel_of_growth_is_the_panel_regression_of_its_columns(decades):
    wide, graph = decades
    logs = np.log(wide)
    growth = logs.diff(axis=1).iloc[:, 1:] / 10
    level = logs.iloc[:, :-1].set_axis(growth.columns, axis=1)
    long = pd.concat([growth.stack(), level.stack()], axis=1, keys=["growth", "log level"])  # noqa: PD013
    long.index.names = ["region", "year"]
    expected = gp.panel_regression(long, graph, y="growth", regressors=["log level"], model="sdem")
    own = gp.growth_panel(wide, graph)
    shuffled = gp.growth_panel(wide.sample(frac=1, axis=1, random_state=2).sample(frac=1, random_state=1), graph)
    pd.testing.assert_frame_equal(shuffled.coefficients, own.coefficients, rtol=1e-9)
    first = ["estimate", "standard_error", "statistic", "p_asymptotic"]
    pd.testing.assert_frame_equal(own.coefficients[first], expected.coefficients[first], rtol=1e-9)
    assert gp.growth_panel(wide, graph, draws=0).coefficients["p_value"].equals(expected.coefficients["p_value"])


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


@pytest.mark.parametrize("kind", ["none", "lag", "error"])
def test_products_are_all_that_a_fit_needs(lattice, kind):
    w = lattice(4, 4).transform("r").sparse
    lag, rng = lag_operator(sparse.csr_array(w)), np.random.default_rng(0)
    x, y = rng.normal(size=(16, 2)), rng.normal(size=(16, 30))
    rows = np.stack([np.column_stack([y[:, k], x, w @ y[:, k], w @ x]) for k in range(30)])
    one, many = refit(lag, y, x, kind), refit_products(lag, rows.transpose(0, 2, 1) @ rows, kind, count=16)
    for name in ("rho", "loglik", "sigma2", "b", "t"):
        assert np.allclose(getattr(one, name), getattr(many, name), rtol=1e-9, atol=1e-12), name


def walks(graph, steps, keep, shared, panels, rng, drift=0.0):
    """Levels that keep `keep` of themselves, with shocks that neighbours share, and drifts of regions of their own."""
    ids = list(graph.unique_ids)
    spread = np.linalg.inv(np.eye(len(ids)) - shared * graph.transform("r").sparse.toarray())
    for _ in range(panels):
        level, push = np.zeros(len(ids)), drift * rng.normal(size=len(ids)) / np.sqrt(steps)
        path = []
        for year in range(41 + steps):
            level = keep * level + spread @ rng.normal(size=len(ids)) + push * (year >= 40)
            path.append(level)
        yield pd.DataFrame(np.exp(0.1 * np.array(path[40:]).T), ids, range(2000, 2001 + steps))


def test_random_walks_do_not_converge_and_shared_shocks_are_no_spread(lattice):
    graph, rng = lattice(4, 4, rook=False), np.random.default_rng(4)
    found = {"sdem": [], "sdm": []}
    for wide in walks(graph, 6, 1.0, 0.8, 4, rng):
        for model, tables in found.items():
            draws = 199 if model == "sdem" else 0
            tables.append(gp.growth_panel(wide, graph, model=model, draws=draws).coefficients)
    own, plain = (
        np.array([each.loc["log level", name] for each in found["sdem"]]) for name in ("p_value", "p_asymptotic")
    )
    assert (plain < 0.001).all() and (own > 0.05).sum() >= 3
    estimates = {model: [each.loc["W log level", "estimate"] for each in tables] for model, tables in found.items()}
    assert np.mean(estimates["sdm"]) > 0.2 > np.mean(np.abs(estimates["sdem"])) - 0.1


def test_neighbours_level_is_found_where_it_works(lattice):
    graph, rng = lattice(5, 5), np.random.default_rng(2)
    w = graph.transform("r").sparse.toarray()
    level, path = np.zeros(25), []
    for _ in range(40):
        level = 0.5 * level + 0.4 * w @ level + rng.normal(size=25)
        path.append(level)
    wide = pd.DataFrame(np.exp(np.array(path[-18:]).T * 0.1), list(graph.unique_ids), range(18))
    row = gp.growth_panel(wide, graph, draws=199).coefficients.loc["W log level"]
    assert row["estimate"] > 0.2 and row["p_value"] < 0.05


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side", "steps", "keep", "shared", "drift", "panels"),
    [
        (4, 6, 0.8, 0.5, 0.0, 150),
        (4, 6, 1.0, 0.8, 2.0, 150),
        (4, 17, 0.95, 0.8, 0.0, 150),
        (7, 6, 1.0, 0.5, 0.5, 80),
        (20, 5, 0.95, 0.5, 0.0, 30),
    ],
)
def test_size(lattice, side, steps, keep, shared, drift, panels):
    """At a nominal 5 % the normal law finds a neighbours' level in 5 to 44 % of panels without one."""
    graph, rng = lattice(side, side, rook=False), np.random.default_rng(side + steps)
    found = np.array(
        [
            gp.growth_panel(wide, graph, draws=199, rng=place).coefficients["p_value"][["log level", "W log level"]]
            for place, wide in enumerate(walks(graph, steps, keep, shared, panels, rng, drift))
        ]
    )
    bound = 0.07 + 3 * np.sqrt(0.07 * 0.93 / panels)
    assert (found[:, 1] <= 0.05).mean() <= bound
    if keep == 1.0:  # growth depends on no level
        assert (found[:, 0] <= 0.05).mean() <= bound


def test_of_a_large_panel_a_report_fits_the_first_variable_and_says_so(decades, monkeypatch):
    from growthpoles.spatial.poles import growth_regression as module

    wide, graph = decades
    monkeypatch.setattr(module, "_LARGE", 6 * 32 - 1)
    table = module.growth_panels({"index": wide, "gdp": wide}, graph)
    assert table.loc["index", "p_value"].notna().all() and "199 paths" in table.loc["index", "method"].iloc[0]
    assert "a report fits the index alone; gp.growth_panel fits" in table.loc["gdp", "reason"].item()
