"""Panels against R's values (own maximum likelihood there) and spreg; what they refuse, with names; false backwash."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError

REGRESSORS = ["log_pcap", "log_pc", "log_emp", "unemp"]


@pytest.fixture(scope="module")
def states(table):
    frame, graph = table("produc", "abb", "states48")
    logs = {f"log_{name}": np.log(frame[name]) for name in ("pcap", "pc", "emp", "gsp")}
    return frame.assign(**logs).reset_index(), graph


def fit(states, model, **options):
    data, graph = states
    given = {"y": "log_gsp", "regressors": REGRESSORS, "region": "abb", "effects": "region"} | options
    return gp.panel_regression(data, graph, model=model, **given)


def test_within_estimator(states, value):
    own = fit(states, "ols").coefficients.loc["log_pc"]
    assert [own["estimate"], own["standard_error"]] == pytest.approx([value("S036"), value("S037")], rel=1e-9)


def test_lag_of_one_way_effects(states, value):
    found = fit(states, "sar", likelihood="direct")
    b = found.coefficients["estimate"]
    known = [value(f"S0{place}") for place in (38, 39, 40, 41, 42)]
    assert [found.rho, b["log_pc"], b["unemp"], found.sigma2, found.log_likelihood] == pytest.approx(known, rel=1e-6)
    table = gp.impacts(found, draws=99).table
    assert table.loc[("log_pc", "total"), "estimate"] == pytest.approx(value("S043"), rel=1e-6)
    lee_yu = fit(states, "sar")
    assert lee_yu.rho == pytest.approx(found.rho) and lee_yu.sigma2 == pytest.approx(found.sigma2 * 17 / 16)


def test_error_of_one_way_effects(states, value):
    found = fit(states, "sem", likelihood="direct")
    b = found.coefficients["estimate"]
    known = [value(f"S0{place}") for place in (44, 45, 46, 47)]
    assert [found.rho, b["log_pcap"], b["log_emp"], found.log_likelihood] == pytest.approx(known, rel=1e-6)


def test_lm_tests(states, value):
    names = ["LM-lag", "LM-error", "robust LM-lag", "robust LM-error"]
    direct = fit(states, "ols", likelihood="direct").tests["statistic"]
    assert direct[names].tolist() == pytest.approx([value(f"S0{place}") for place in (48, 49, 50, 51)], rel=1e-8)
    own = fit(states, "ols").tests["statistic"]
    assert own[names[:2]].tolist() == pytest.approx([value("S052"), value("S053")], rel=1e-8)
    twice = fit(states, "ols", effects="two-way").tests["statistic"]
    assert twice["LM-error"] == pytest.approx(value("S058"), rel=1e-8)


def test_two_way_effects(states, value):
    assert fit(states, "sar", effects="two-way", likelihood="direct").rho == pytest.approx(value("S054"), rel=1e-6)
    own = fit(states, "sar", effects="two-way")
    assert own.rho == pytest.approx(value("S055"), rel=1e-6)
    assert own.coefficients.loc["log_pc", "estimate"] == pytest.approx(value("S056"), rel=1e-6)
    assert fit(states, "sem", effects="two-way").rho == pytest.approx(value("S057"), rel=1e-6)


def test_beside_spreg(states):
    spreg = pytest.importorskip("spreg")
    data, graph = states
    w = graph.to_W()
    w.transform = "r"
    ordered = data.set_index(["year", "abb"]).loc[
        pd.MultiIndex.from_product([sorted(data["year"].unique()), w.id_order])
    ]
    lag = spreg.Panel_FE_Lag(ordered[["log_gsp"]].to_numpy(), ordered[REGRESSORS].to_numpy(), w)
    own = fit(states, "sar", likelihood="direct").coefficients["estimate"]
    assert own[[*REGRESSORS, "rho"]].tolist() == pytest.approx(lag.betas.ravel().tolist(), rel=1e-4)


@pytest.mark.parametrize("model", ["ols", "sdm"])
def test_order_of_the_rows_and_shape_of_the_labels_change_nothing(states, model):
    data, graph = states
    mixed = data.sample(frac=1, random_state=1).set_index(["year", "abb"])
    one, two = fit(states, model, effects="two-way"), fit((mixed, graph), model, effects="two-way")
    pd.testing.assert_frame_equal(one.coefficients, two.coefficients, rtol=1e-9)


@pytest.mark.parametrize("column", ["log_gsp", "log_pc"])
@pytest.mark.parametrize("change", [lambda v: v + 1e10, lambda v: v * 1e300, lambda v: v * 1e-200])
def test_units_and_constants_change_nothing_but_the_unit(states, column, change):
    data, graph = states
    one = fit(states, "sdm", effects="two-way")
    two = fit((data.assign(**{column: change(data[column])}), graph), "sdm", effects="two-way")
    assert two.rho == pytest.approx(one.rho, rel=1e-4)
    assert two.coefficients["statistic"].tolist() == pytest.approx(one.coefficients["statistic"].tolist(), rel=1e-3)


def test_effects_are_what_the_model_leaves(states):
    found = fit(states, "sdm")
    data, graph = states
    wide = {name: data.pivot(index="year", columns="abb", values=name) for name in ("log_gsp", *REGRESSORS)}
    w = graph.transform("r").sparse.toarray()
    ids = list(graph.unique_ids)
    lagged = {name: table[ids] @ w.T for name, table in wide.items()}
    b = found.coefficients["estimate"]
    rest = wide["log_gsp"][ids] - found.rho * lagged["log_gsp"].to_numpy()
    for name in REGRESSORS:
        rest = rest - b[name] * wide[name][ids] - b[f"W {name}"] * lagged[name].to_numpy()
    assert found.effects[ids].tolist() == pytest.approx(rest.mean().tolist())


def test_two_way_finds_no_false_backwash(lattice):
    """Direct likelihood pulls rho down by about 1/n; the transformed one does not (24 % against 3 %)."""
    graph, rng = lattice(4, 4, rook=False), np.random.default_rng(0)
    rows = pd.MultiIndex.from_product([range(17), [f"a{i}" for i in range(16)]], names=["year", "region"])
    found = []
    for _ in range(6):
        data = pd.DataFrame(rng.normal(size=(272, 2)), rows, ["y", "x"])
        options = {"y": "y", "regressors": ["x"], "model": "sar"}
        found.append(
            [gp.panel_regression(data, graph, likelihood=how, **options).rho for how in ("direct", "transformed")]
        )
    direct, transformed = np.mean(found, axis=0)
    assert direct < transformed - 0.04 and abs(transformed) < 0.08


@pytest.mark.slow
@pytest.mark.parametrize(("side", "panels"), [(4, 1000), (7, 400), (20, 100)])
def test_size_of_two_way_tests(lattice, side, panels):
    graph, rng, n = lattice(side, side, rook=False), np.random.default_rng(1), side**2
    rows = pd.MultiIndex.from_product([range(5), [f"a{i}" for i in range(n)]], names=["year", "region"])
    rejected = np.zeros(2)
    for _ in range(panels):
        data = pd.DataFrame(rng.normal(size=(5 * n, 2)), rows, ["y", "x"])
        options = {"y": "y", "regressors": ["x"]}
        p = gp.panel_regression(data, graph, model="ols", **options).tests.loc["LM-error", "p_value"]
        ratio = gp.panel_regression(data, graph, model="sar", **options).tests["p_value"].iloc[0]
        rejected += [p <= 0.05, ratio <= 0.05]
    assert (rejected / panels <= 0.07 + 3 * (0.07 * 0.93 / panels) ** 0.5).all(), rejected


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda d: d[~((d["abb"] == "TX") & (d["year"] > 1984))], r"no value for TX 1985, 1986; allowed: .*divided"),
        (lambda d: d.assign(unemp=d["unemp"].mask((d["abb"] == "AL") & (d["year"] == 1970))), "no value for AL 1970"),
        (lambda d: d.assign(abb=d["abb"].replace("TX", "TE")), "regions that the graph has not: TE"),
        (lambda d: pd.concat([d, d.iloc[:1]]), "AL has two rows of 1970"),
        (lambda d: d.drop(columns="unemp"), "column='unemp' is not known"),
        (lambda d: d.assign(unemp=d["year"] * 1.0), "unemp follows from the effects"),
        (lambda d: d.assign(log_gsp=d["year"] * 1.0), "log_gsp follows from the effects"),
        (lambda d: d.assign(unemp=d["unemp"] * 1e-305), "unemp varies by .*leaves the range of numbers"),
        (lambda d: d[d["year"] == 1970], "48 regions over 1 years"),
    ],
)
def test_what_is_no_balanced_panel_is_refused_with_names(states, make, words):
    with pytest.raises(SpatialError, match=words):
        fit((make(states[0]), states[1]), "sar", effects="two-way")


def test_dispersion_convergence_and_rank_size_of_the_states(states):
    """R's values (base): rows S059 to S068 and S074 to S076 of the references."""
    data, graph = states
    wide = {name: data.pivot(index="abb", columns="year", values=name) for name in ("gsp", "emp")}
    output, people = wide["gsp"] / wide["emp"], wide["emp"]
    found = gp.regional_inequality(output[[1970, 1986]], weights=people[[1970, 1986]]).to_frame()["value"]
    known = {
        ("cv", "equal", 1970): 0.241555163708, ("williamson", "weights", 1970): 0.167681015826,
        ("gini", "equal", 1970): 0.107005330076, ("atkinson_0.5", "equal", 1970): 0.0115142844338,
        ("atkinson_2", "equal", 1970): 0.0381252128438, ("cv", "equal", 1986): 0.116742987062,
        ("williamson", "weights", 1986): 0.0954418398951,
    }  # fmt: skip
    assert [found[key] for key in known] == pytest.approx(list(known.values()), rel=1e-9)
    closing = gp.convergence(output[1970], output[1986].sample(frac=1, random_state=1), graph, years=16)
    own = [closing.beta, closing.speed, closing.half_life]
    assert own == pytest.approx([-0.0312646002148, 0.0433509060379, 15.989220155], rel=1e-9)
    sizes = gp.rank_size(people[1986])[["exponent_plain", "exponent", "primacy"]]
    assert sizes.tolist() == pytest.approx([0.807002060279, 0.868939146954, 1.42363965149], rel=1e-9)
