"""Spatial regression against R's values, spreg and brute force; labels, scales, gaps, errors."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError
from growthpoles.spatial.regression import likelihood
from growthpoles.spatial.regression.spatial_regression import bootstrap_draws, make_design

ML = 1e-6


def fit(data, model, **options):
    y, x, graph = data
    return gp.spatial_regression(y, x, graph, model=model, **{"draws": 0} | options)


def test_least_squares_and_diagnostics(columbus, value):
    tests = fit(columbus, "ols").tests["statistic"]
    known = {
        "Jarque-Bera": "S001", "Breusch-Pagan": "S002", "Koenker-Bassett": "S003",
        "Breusch-Pagan, squared regressors": "S004", "Koenker-Bassett, squared regressors": "S005",
        "LM-error": "S006", "LM-lag": "S007", "robust LM-error": "S008", "robust LM-lag": "S009", "LM-SARMA": "S010",
    }  # fmt: skip
    assert tests.to_dict() == pytest.approx({name: value(ident) for name, ident in known.items()}, rel=1e-9)


def test_diagnostics_of_sixteen_regions(zealand, value):
    tests = fit(zealand, "ols").tests
    known = {"LM-error": "S087", "LM-lag": "S088", "robust LM-error": "S089", "robust LM-lag": "S090"}
    assert tests["statistic"][list(known)].tolist() == pytest.approx([value(each) for each in known.values()], rel=1e-9)
    # the exact p of LM-error is both tails of the exact law of the residuals' I: S091 drew it
    assert tests.loc["LM-error", "p_value"] == pytest.approx(value("S091"), abs=3 * 0.00077)
    upper = gp.moran(zealand[0], zealand[2], regressors=zealand[1], alternative="greater", method="exact").p_value
    assert upper == pytest.approx(value("S093"), abs=1e-9)


def test_bootstrap_of_the_diagnostics(columbus, zealand, value):
    here = fit(columbus, "ols", draws=9_999).tests
    assert here.loc["LM-error", "p_value"] == pytest.approx(value("S011"), abs=3 * 0.00049)
    for data, ident in ((columbus, "S012"), (zealand, "S092")):
        known = value(ident)
        p = fit(data, "ols", draws=9_999).tests.loc["LM-lag", "p_value"]
        assert p == pytest.approx(known, abs=3 * (known * (1 - known) / 9_999) ** 0.5 * 1.05)


def test_lag_model(columbus, zealand, value):
    found = fit(columbus, "sar")
    assert found.rho == pytest.approx(value("S013"), rel=ML)
    assert found.coefficients.loc["rho", "standard_error"] == pytest.approx(value("S014"), rel=ML)
    assert found.coefficients.loc["INC", "estimate"] == pytest.approx(value("S015"), rel=ML)
    assert found.tests.loc["LM-error of the residuals", "statistic"] == pytest.approx(value("S016"), rel=ML)
    small = fit(zealand, "sar")
    assert small.rho == pytest.approx(value("S094"), rel=ML)
    assert small.tests.loc["likelihood ratio of the process", "statistic"] == pytest.approx(value("S095"), rel=ML)
    # no Wald test of rho where it rejects three times too often
    assert np.isnan(small.coefficients.loc["rho", "p_asymptotic"]) and "quote the bootstrap's" in " ".join(small.notes)


def test_error_model(columbus, value):
    found = fit(columbus, "sem")
    assert found.rho == pytest.approx(value("S022"), rel=ML)
    assert found.coefficients.loc["lambda", "standard_error"] == pytest.approx(value("S023"), rel=ML)
    assert found.coefficients.loc["HOVAL", "estimate"] == pytest.approx(value("S024"), rel=ML)
    assert found.log_likelihood == pytest.approx(value("S025"), rel=1e-9)


def test_hausman_is_that_of_pace_and_lesage(columbus, value):
    """spatialreg gives 6.47: it inverts I - lambda W twice, where the covariance of u needs one of them transposed."""
    design = make_design(columbus[0], columbus[1], columbus[2])
    error, plain = (likelihood.fit(design.lag, design.y, design.x, kind) for kind in ("error", "none"))
    once = np.linalg.inv(np.eye(49) - error.rho * design.lag.w.toarray())
    half = design.x @ np.linalg.inv(design.x.T @ design.x)
    apart = plain.b - error.b

    def statistic(middle):
        wide = error.sigma2 * half.T @ middle @ half - error.covariance[:3, :3]
        return apart @ np.linalg.solve(wide, apart)

    assert statistic(once @ once) == pytest.approx(value("S026"), rel=1e-6)
    tests = fit(columbus, "sem").tests
    own = tests.loc["Hausman", "statistic"]
    printed = tests.loc["Hausman, as spatialreg 1.2-6 prints it"]
    assert printed["statistic"] == pytest.approx(value("S026"), rel=1e-6) and np.isnan(printed["p_value"])
    assert own == pytest.approx(statistic(once @ once.T), rel=1e-9) and own == pytest.approx(5.1666, abs=1e-3)


def test_durbin_models(columbus, value):
    found = fit(columbus, "sdm")
    assert found.rho == pytest.approx(value("S027"), rel=ML)
    assert found.coefficients.loc["W INC", "estimate"] == pytest.approx(value("S028"), rel=ML)
    assert found.tests.loc["common factor", "statistic"] == pytest.approx(value("S032"), rel=ML)
    assert fit(columbus, "slx").coefficients.loc["W INC", "estimate"] == pytest.approx(value("S033"), rel=1e-9)
    some = fit(columbus, "sdm", lagged=["INC"]).coefficients
    assert list(some.index) == ["constant", "INC", "HOVAL", "W INC", "rho"]


def test_growth_on_level(table, value):
    frame, graph = table("produc", "abb", "states48")
    output = (frame["gsp"] / frame["emp"]).groupby([frame.index, frame["year"]]).first().unstack()
    level = np.log(output[1970]).rename("level")
    data = (np.log(output[1986]) - level) / 16, level, graph
    tests = fit(data, "ols").tests["statistic"]
    assert tests["LM-error"] == pytest.approx(value("S069"), rel=1e-8)
    assert tests["LM-lag"] == pytest.approx(value("S070"), rel=1e-8)
    slx = fit(data, "slx").coefficients.loc["W level"]
    assert slx["estimate"] == pytest.approx(value("S071"), rel=1e-8)
    assert slx["p_value"] == pytest.approx(value("S072"), rel=1e-8)
    sdm = gp.impacts(fit(data, "sdm"), draws=0).table
    assert sdm.loc[("level", "indirect"), "estimate"] == pytest.approx(value("S073"), rel=ML)


@pytest.mark.parametrize("model", ["sar", "sem"])
def test_likelihood_is_at_its_maximum(seven, model):
    """Asymmetric weights, rows that do not sum to one: against a dense grid of the likelihood written out."""
    graph, w = seven
    rng = np.random.default_rng(2)
    w = np.kron(np.eye(4), w)
    w[0, 7] = w[7, 14] = w[14, 21] = w[21, 0] = 0.4
    from libpysal.graph import Graph

    labels = np.array([f"r{place:02}" for place in range(28)])
    focal, neighbor = np.nonzero(w)
    graph = Graph.from_arrays(labels[focal], labels[neighbor], w[focal, neighbor])
    x = pd.Series(rng.normal(size=28), labels, name="x")
    y = pd.Series(np.linalg.solve(np.eye(28) - 0.15 * w, 1 + 2 * x + rng.normal(size=28)), labels)
    found = gp.spatial_regression(y, x, graph, model=model, transformation=None, draws=0)
    real = np.linalg.eigvals(w)
    real = real.real[np.abs(real.imag) < 1e-9]
    low, high = 1 / real.min(), 1 / real.max()
    design = np.column_stack([np.ones(28), x])

    def loglik(rho):
        a = np.eye(28) - rho * w
        z = a @ design if model == "sem" else design
        e = a @ y - z @ np.linalg.lstsq(z, a @ y, rcond=None)[0]
        return np.linalg.slogdet(a)[1] - 14 * (np.log(2 * np.pi * e @ e / 28) + 1)

    grid = np.linspace(low, high, 802)[1:-1]
    heights = np.array([loglik(rho) for rho in grid])
    assert found.rho == pytest.approx(grid[heights.argmax()], abs=2 * (grid[1] - grid[0]))
    assert found.log_likelihood == pytest.approx(loglik(found.rho), rel=1e-9)
    assert found.log_likelihood >= heights.max() - 1e-9


def test_beside_spreg(columbus):
    """Where spreg is right: row-standardised weights, method "full", rho above -1."""
    spreg = pytest.importorskip("spreg")
    y, x, graph = columbus
    w = graph.to_W()
    order = list(w.id_order)
    w.transform = "r"
    arrays = y[order].to_numpy()[:, None], x.loc[order].to_numpy()
    lag = spreg.ML_Lag(*arrays, w, method="full")
    own = fit(columbus, "sar")
    assert own.coefficients["estimate"].tolist() == pytest.approx(lag.betas.ravel().tolist(), rel=1e-5)
    assert (own.coefficients["standard_error"] ** 2).tolist() == pytest.approx(np.diag(lag.vm)[:4].tolist(), rel=1e-5)
    error = spreg.ML_Error(*arrays, w, method="full")
    own = fit(columbus, "sem")
    assert own.coefficients["estimate"].tolist() == pytest.approx(error.betas.ravel().tolist(), rel=1e-4)


def test_strong_backwash_is_not_cut_off_at_minus_one(columbus):
    """Columbus allows rho down to -1.53; spreg stops at -1."""
    _, x, graph = columbus
    design = make_design(*columbus[:2], graph)
    rng = np.random.default_rng(4)
    signal = design.x @ [1.0, 3.0, 2.0] + 0.2 * rng.normal(size=49)
    y = pd.Series(np.linalg.solve(np.eye(49) + 1.3 * design.lag.w.toarray(), signal), design.ids)
    assert gp.spatial_regression(y, x, graph, model="sar", draws=0).rho == pytest.approx(-1.3, abs=0.03)


@pytest.mark.parametrize("model", ["ols", "sem", "sdm"])
def test_order_of_the_rows_changes_nothing(columbus, model):
    y, x, graph = columbus
    first = fit(columbus, model, draws=99)
    again = gp.spatial_regression(
        y.sample(frac=1, random_state=1), x.sample(frac=1, random_state=2), graph, model=model, draws=99
    )
    pd.testing.assert_frame_equal(first.coefficients, again.coefficients, rtol=1e-10)
    pd.testing.assert_frame_equal(first.tests, again.tests, rtol=1e-10)
    pd.testing.assert_series_equal(first.residuals, again.residuals, rtol=1e-9)


@pytest.mark.parametrize("size", [1e-160, 1e-9, 1e13, 1e154])
@pytest.mark.parametrize("model", ["ols", "sdm"])
def test_the_unit_of_a_column_changes_nothing_but_itself(columbus, model, size):
    y, x, graph = columbus
    plain = fit(columbus, model)
    big = gp.spatial_regression(y, x.assign(INC=x["INC"] * size), graph, model=model, draws=0)
    scale = pd.Series(1.0, plain.coefficients.index)
    scale[[name for name in scale.index if name.endswith("INC")]] = size
    assert (big.coefficients["estimate"] * scale).tolist() == pytest.approx(
        plain.coefficients["estimate"].tolist(), rel=1e-6
    )
    assert big.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9)
    pd.testing.assert_series_equal(big.tests["statistic"], plain.tests["statistic"], rtol=1e-5)


def test_a_far_mean_of_a_regressor_is_no_constant(columbus):
    y, x, graph = columbus
    far = gp.spatial_regression(y, x.assign(INC=x["INC"] + 1e9), graph, model="sem", draws=0).coefficients
    assert far.loc["INC", "estimate"] == pytest.approx(
        fit(columbus, "sem").coefficients.loc["INC", "estimate"], rel=1e-5
    )


@pytest.mark.parametrize("model", ["ols", "sar", "sem", "sdm"])
@pytest.mark.parametrize("constant", [1e9, 1e13])
def test_a_constant_added_to_y_is_in_the_constant(columbus, model, constant):
    y, x, graph = columbus
    plain = fit(columbus, model)
    far = gp.spatial_regression(y + constant, x, graph, model=model, draws=0)
    for column in ("estimate", "standard_error"):
        own, other = far.coefficients[column].iloc[1:], plain.coefficients[column].iloc[1:]
        assert own.tolist() == pytest.approx(other.tolist(), rel=1e-3)
    assert far.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-5)
    assert (far.residuals - plain.residuals).abs().max() < 0.01
    lag = 1 - far.rho if model in ("sar", "sdm") else 1.0
    assert far.coefficients.loc["constant", "estimate"] == pytest.approx(
        plain.coefficients.loc["constant", "estimate"] + constant * lag, rel=1e-9
    )


def test_standard_error_of_the_constant_holds_what_was_taken_from_y(columbus):
    """Of a lag model: against the inverse information matrix of y as given."""
    x = columbus[1]
    found = fit(columbus, "sar")
    design = np.column_stack([np.ones(49), x.loc[found.design.ids]])
    b = found.coefficients["estimate"].iloc[:3].to_numpy()
    covariance = likelihood.information(found.design.lag, design, b, found.rho, found.sigma2, "lag", count=49)
    assert found.coefficients["standard_error"].tolist() == pytest.approx(
        np.sqrt(np.diag(covariance)).tolist(), rel=1e-8
    )


def test_a_regressor_too_small_for_a_coefficient_is_one_line(columbus):
    y, x, graph = columbus
    with pytest.raises(SpatialError, match=r"INC varies by .*leaves the range of numbers; allowed: a larger unit"):
        gp.spatial_regression(y, x.assign(INC=x["INC"] * 1e-307), graph, draws=0)


def test_gaps_and_islands_are_left_out_and_named(columbus):
    y, x, graph = columbus
    holed = y.mask(y.index == 1005)
    found = gp.spatial_regression(holed, x.drop(index=1001).reindex(x.index), graph, model="sar", draws=0)
    assert set(found.left_out) >= {1005, 1001} and found.n == 49 - len(found.left_out)
    assert set(found.left_out.values()) <= {"no data", "no neighbours"}
    kept = y.index.difference(list(found.left_out))
    part = gp.spatial_regression(y[kept], x.loc[kept], graph.subgraph(list(kept)), model="sar", draws=0)
    pd.testing.assert_frame_equal(found.coefficients, part.coefficients, rtol=1e-9)
    assert "Left out: 1005 (no data)" in found.summary() or "Left out: 1001 (no data)" in found.summary()


def test_refits_follow_the_exact_fit(columbus):
    design = make_design(*columbus[:2], columbus[2])
    rng = np.random.default_rng(0)
    for kind in ("lag", "error"):
        for restricted in (False, True) if kind == "error" else (False,):
            sample = likelihood.simulate(design.lag, design.x @ [1, 1, 1], 0.4, 1.0, kind, 12, rng)
            many = likelihood.refit(design.lag, sample, design.x, kind, restricted=restricted)
            single = [likelihood.fit(design.lag, column, design.x, kind, restricted=restricted) for column in sample.T]
            assert np.abs(many.rho - [each.rho for each in single]).max() < 5e-3
            assert np.abs(many.b - np.array([each.b for each in single]).T).max() < 5e-3


def test_restricted_likelihood_is_at_its_maximum(columbus):
    design = make_design(*columbus[:2], columbus[2])
    found = likelihood.fit(design.lag, design.y, design.x, "error", restricted=True)
    w = design.lag.w.toarray()

    def height(rho):
        a = np.eye(49) - rho * w
        z, v = a @ design.x, a @ design.y
        e = v - z @ np.linalg.lstsq(z, v, rcond=None)[0]
        return np.linalg.slogdet(a)[1] - np.linalg.slogdet(z.T @ z)[1] / 2 - 46 / 2 * np.log(e @ e)

    assert height(found.rho) >= max(height(rho) for rho in np.linspace(-0.9, 0.95, 500))


@pytest.mark.slow
def test_p_values_of_coefficients_by_simulation(zealand):
    """The bootstrap of a coefficient, written out once more with one fit per sample."""
    y, x, graph = zealand
    found = gp.spatial_regression(y, x, graph, model="sar", draws=1_999).coefficients.loc["density"]
    design = make_design(y, x, graph)
    null = likelihood.fit(design.lag, design.y, design.x[:, :1], "lag")
    rng = np.random.default_rng(1)
    inverse = np.linalg.inv(np.eye(16) - null.rho * design.lag.w.toarray())
    scale = np.sqrt(null.sigma2 * 16 / 15)

    def signed(values):
        rho = likelihood.fit(design.lag, values, design.x, "lag").rho
        filtered = values - rho * design.lag(values)
        b, rest = np.linalg.lstsq(design.x, filtered, rcond=None)[:2]
        return b[1] / np.sqrt(rest[0] / 14 * np.linalg.inv(design.x.T @ design.x)[1, 1])

    own = signed(design.y)
    drawn = np.array([signed(inverse @ (null.b[0] + scale * rng.normal(size=16))) for _ in range(400)])
    p = 2 * min((drawn >= own).mean(), (drawn <= own).mean())
    assert found["p_value"] == pytest.approx(p, abs=0.08)


def test_common_factor_and_hausman_are_placed_among_samples_of_the_error_model(zealand):
    for model, name in (("sdm", "common factor"), ("sem", "Hausman")):
        row = fit(zealand, model, draws=199).tests.loc[name]
        assert row["method"] == "parametric bootstrap, 199 draws" and row["p_low"] < row["p_value"] < row["p_high"]
        assert fit(zealand, model).tests.loc[name, "method"] == "chi-square"


@pytest.mark.slow
@pytest.mark.parametrize(("side", "maps"), [(4, 300), (7, 200), (20, 60)])
@pytest.mark.parametrize("regressors", [1, 2])
def test_size_of_what_is_printed_by_default(lattice, side, maps, regressors):
    """At most 7 % at a nominal 5 % on autocorrelated regressors; chi-square finds 15 to 25 %."""
    graph, n, rng = lattice(side, side, rook=False), side**2, np.random.default_rng(side)
    ids = list(graph.unique_ids)
    w = graph.transform("r").sparse.toarray()
    counts: dict[tuple[str, str], list[bool]] = {}
    for place in range(maps):
        names = [f"x{i}" for i in range(regressors)]
        x = pd.DataFrame(np.linalg.solve(np.eye(n) - 0.6 * w, rng.normal(size=(n, regressors))), ids, names)
        e = rng.normal(size=n)
        filtered = np.linalg.solve(np.eye(n) - 0.5 * w, e)
        for model, y in (("ols", e), ("sar", filtered), ("sem", filtered), ("sdm", filtered + x.sum(axis=1))):
            found = gp.spatial_regression(pd.Series(y, ids), x, graph, model=model, draws=199, rng=place)
            p = found.tests["p_value"].drop("likelihood ratio of the process", errors="ignore")
            if model in ("sar", "sem"):  # y depends on no regressor
                p = pd.concat([p, found.coefficients.loc[names, "p_value"]])
            for name, each in p.dropna().items():
                counts.setdefault((model, str(name)), []).append(each <= 0.05)
        for model in ("sar", "sem", "sdm"):
            found = gp.spatial_regression(pd.Series(e, ids), x, graph, model=model, draws=199, rng=place)
            name = "likelihood ratio of the process"
            counts.setdefault((model, name), []).append(found.tests.loc[name, "p_value"] <= 0.05)
    # thirty shares at once: four standard errors
    wrong = {
        name: np.mean(hits)
        for name, hits in counts.items()
        if np.mean(hits) > 0.05 + 4 * (0.05 * 0.95 / len(hits)) ** 0.5
    }
    assert not wrong


@pytest.mark.slow
def test_large_maps_are_quick():
    from scipy import sparse

    side = 55
    line = sparse.diags_array([np.ones(side - 1)] * 2, offsets=[-1, 1])
    w = sparse.csr_array(sparse.kronsum(line, line))
    w = sparse.csr_array(sparse.diags_array(1 / w.sum(axis=1)) @ w)
    start = time.process_time()
    lag = likelihood.lag_operator(w)
    assert lag.bounds == pytest.approx((-1.0, 1.0)) and lag.eigenvalues is None
    assert lag.logdet(0.5) == pytest.approx(np.linalg.slogdet(np.eye(side**2) - 0.5 * w.toarray())[1], rel=1e-9)
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "lag"}, "model='lag' is not known; allowed: ols, slx"),
        ({"y": [1.0]}, "y: list given"),
        ({"regressors": 3}, "regressors: 3 given"),
        ({"regressors": pd.DataFrame({"INC": range(5)})}, "regressors: .*graph"),
        ({"lagged": ["TAX"], "model": "sdm"}, "lagged='TAX' is not known; allowed: INC, HOVAL"),
        ({"draws": -1}, "draws=-1; allowed: a whole number from 0"),
        ({"draws": True}, "draws=True"),
        ({"regressors": None, "model": "slx"}, "model='slx' without regressors to lag"),
    ],
)
def test_errors(columbus, change, words):
    y, x, graph = columbus
    given = {"y": y, "regressors": x, "graph": graph} | change
    with pytest.raises(SpatialError, match=words):
        gp.spatial_regression(**given)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda x: x.assign(one=1.0), "one is constant over the 49 regions"),
        (lambda x: x.assign(twice=2 * x["INC"] - x["HOVAL"]), "INC, HOVAL, twice are collinear"),
        (lambda x: x.assign(bad=np.where(x["INC"] > 9, np.inf, 1.0)), "bad: no finite value"),
        (lambda x: x.assign(constant=1.0), "a column 'constant' too many"),
        (lambda x: x.assign(text="a"), "text: dtype .* is not numeric"),
    ],
)
def test_bad_columns_are_named(columbus, make, words):
    with pytest.raises(SpatialError, match=words):
        gp.spatial_regression(columbus[0], make(columbus[1]), columbus[2])


def test_too_few_regions(lattice):
    y = pd.Series([1.0, 3.0, 2.0, 5.0, 4.0, 7.0], [f"a{i}" for i in range(6)])
    with pytest.raises(SpatialError, match=r"6 regions for 5 parameters .*; allowed: at least 8 regions"):
        gp.spatial_regression(y, pd.DataFrame({"u": y**2, "v": y**3}), lattice(2, 3))


def test_default_draws():
    assert [bootstrap_draws(None, n) for n in (16, 400, 3_000)] == [9_999, 999, 0]
