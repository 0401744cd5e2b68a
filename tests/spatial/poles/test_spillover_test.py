"""Spread and backwash: the regression written out, what it finds and what it leaves alone, poles, placebo."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import RegionError, SpatialError
from growthpoles.spatial.poles.spillover_test import spread_test


def dense(graph, index):
    order = pd.Index(graph.unique_ids).get_indexer(index)
    return graph.transform("r").sparse.toarray()[np.ix_(order, order)]


def made(lattice, side=6, *, theta=0.0, b=-0.5, rho=0.8, lam=0.0, seed=0, noise=1.0):
    """Levels with autocorrelation rho, growth with own effect b, spillover theta, autocorrelated errors."""
    graph = lattice(side, side)
    index = pd.Index([f"a{i}" for i in range(side**2)])
    w, rng, n = dense(graph, index), np.random.default_rng(seed), side**2
    x = np.linalg.solve(np.eye(n) - rho * w, rng.normal(size=n))
    x = (x - x.mean()) / x.std()
    growth = b * x + theta * w @ x + noise * np.linalg.solve(np.eye(n) - lam * w, rng.normal(size=n))
    before = pd.Series(np.exp(x), index)
    return before, before * np.exp(growth), graph


def test_the_regression_written_out(lattice):
    before, after, graph = made(lattice, 5, theta=0.7, lam=0.4)
    result = spread_test(before, after, graph, years=3, draws=99)
    row = result.table.iloc[0]
    w, x, g = dense(graph, before.index), np.log(before).to_numpy(), np.log(after / before).to_numpy() / 3
    design = np.column_stack([np.ones(25), x, w @ x])
    a = np.eye(25) - row["error_lambda"] * w
    z, y = a @ design, a @ g
    b, rest, *_ = np.linalg.lstsq(z, y, rcond=None)
    error = np.sqrt(rest[0] / 22 * np.linalg.inv(z.T @ z)[2, 2])
    assert [row["estimate"], row["standard_error"], row["own_level"]] == pytest.approx([b[2], error, b[1]], rel=1e-8)
    assert row["statistic"] == pytest.approx(b[2] / error)
    added = result.added_variable
    assert np.polyfit(added["neighbours_level"], added["growth"], 1) == pytest.approx([b[2], 0.0], abs=1e-9)


def test_spread_and_backwash_are_told_apart(lattice):
    for theta, alternative, finding in ((2.0, "greater", "spread"), (-2.0, "less", "backwash")):
        data = made(lattice, 7, theta=theta)
        result = spread_test(*data, alternative=alternative, draws=499)
        assert result.finding == finding and result.table["p_value"].iloc[0] < 0.01
        assert finding in result.summary()
        wrong = {"greater": "less", "less": "greater"}[alternative]
        assert spread_test(*data, alternative=wrong, draws=99).finding == "none"


def test_a_growth_series_serves_as_well(lattice):
    before, after, graph = made(lattice)
    growth = np.log(after / before) / 5
    one = spread_test(before, after, graph, years=5, draws=99).table
    two = spread_test(before, None, graph, growth=growth.iloc[::-1], draws=99).table
    pd.testing.assert_frame_equal(one, two, rtol=1e-9)


@pytest.mark.long
def test_order_of_the_rows_changes_nothing(lattice):
    before, after, graph = made(lattice)
    settings = {"poles": ["a7", "a28"], "draws": 99, "earlier": before * 0.5 + 1, "earlier_years": 2}
    one = spread_test(before, after, graph, **settings)
    settings["earlier"] = settings["earlier"].sample(frac=1, random_state=3)
    two = spread_test(before.iloc[::-1], after.sample(frac=1, random_state=1), graph, **settings)
    pd.testing.assert_frame_equal(one.table, two.table, rtol=1e-8)


def test_relabelled_poles_by_brute_force(lattice):
    before, after, graph = made(lattice, 4)
    poles = ["a1", "a6", "a11"]
    row = spread_test(before, after, graph, poles=poles, draws=9, alternative="greater").table.loc["poles relabelled"]
    w, x, g = dense(graph, before.index), np.log(before).to_numpy(), np.log(after / before).to_numpy()

    def t(chosen):
        keep = np.setdiff1d(np.arange(16), chosen)
        z = np.column_stack([np.ones(len(keep)), x[keep], w[np.ix_(keep, chosen)].sum(axis=1)])
        if np.linalg.matrix_rank(z) < 3:
            return np.nan
        b, rest, *_ = np.linalg.lstsq(z, g[keep], rcond=None)
        return b[2] / np.sqrt(rest[0] / (len(keep) - 3) * np.linalg.inv(z.T @ z)[2, 2])

    own = t(before.index.get_indexer(poles))
    drawn = np.array([t(list(choice)) for choice in combinations(range(16), 3)])
    drawn = drawn[~np.isnan(drawn)]
    assert row["statistic"] == pytest.approx(own) and row["p_value"] == pytest.approx((drawn >= own - 1e-9).mean())
    assert row["p_low"] == row["p_high"] == row["p_value"] and row["method"].startswith("exact, all ")


def test_weight_of_poles_written_out(lattice):
    before, after, graph = made(lattice, 5)
    poles = ["a6", "a18"]
    table = spread_test(before, after, graph, poles=poles, draws=99).table
    row = table.loc["weight of poles"]
    # generalised least squares of the others, whose errors have the covariance that the whole map gives them
    w, keep = dense(graph, before.index), ~before.index.isin(poles)
    inverse = np.linalg.inv(np.eye(25) - row["error_lambda"] * w)
    root = np.linalg.cholesky(np.linalg.inv((inverse @ inverse.T)[np.ix_(keep, keep)])).T
    x, g = np.log(before).to_numpy()[keep], np.log(after / before).to_numpy()[keep]
    z = root @ np.column_stack([np.ones(23), x, w[np.ix_(keep, ~keep)].sum(axis=1)])
    b, rest, *_ = np.linalg.lstsq(z, root @ g, rcond=None)
    assert row["estimate"] == pytest.approx(b[2], rel=1e-8)
    error = np.sqrt(rest[0] / 20 * np.linalg.inv(z.T @ z)[2, 2])
    assert row["standard_error"] == pytest.approx(error, rel=1e-8) and row["n"] == 23
    assert (table.loc[["weight of poles, without a6", "weight of poles, without a18"], "n"] == 23).all()


def test_one_pole_of_sixteen_cannot_be_below_one_in_sixteen(lattice):
    before, after, graph = made(lattice, 4)
    table = spread_test(before, after, graph, poles="a5", draws=9, alternative="greater").table
    assert table.loc["poles relabelled", "p_value"] >= 1 / 16 - 1e-12
    assert not table.index.str.contains("without").any()


def test_placebo_is_the_test_of_the_years_before(lattice):
    before, after, graph = made(lattice)
    earlier = pd.Series(np.random.default_rng(5).uniform(1, 2, 36), before.index)
    both = spread_test(before, after, graph, earlier=earlier, earlier_years=7, draws=99).table
    alone = spread_test(earlier, before, graph, years=7, draws=99).table
    columns = ["estimate", "standard_error", "statistic"]
    assert both.loc["placebo: neighbours' level", columns].tolist() == pytest.approx(alone.iloc[0][columns].tolist())


@pytest.mark.parametrize("seed", range(4))
def test_every_row_says_why_it_leaves_a_region_out(lattice, seed):
    rng = np.random.default_rng(seed)
    before, after, graph = made(lattice, 6)
    names = list(before.index)
    island, silent, pole = rng.choice(names, 3, replace=False)
    apart = gp.change_links(graph, cut=[(island, each) for each in graph[island].index])
    found = spread_test(before.mask(before.index == silent), after, apart, years=5, poles=[pole], draws=99,
                        earlier=before * 0.9 + 1, earlier_years=2)  # fmt: skip
    for name, row in found.table.iterrows():
        expected = {island: "no neighbours", silent: "no data"} | (
            {} if name in ("neighbours' level", "placebo: neighbours' level") else {pole: "a pole"}
        )
        told = {code: kind for part in row["reason"].split("; ") for kind, codes in [part.split(": ")]
                for code in codes.split(", ")}  # fmt: skip
        assert told == expected and {*row["left_out"].split(", ")} == {*expected}, name


def test_what_cannot_be_computed_is_said(lattice):
    before, after, graph = made(lattice, 4)
    result = spread_test(before, after, graph, poles=[f"a{i}" for i in range(16) if (i + i // 4) % 2], draws=9)
    assert any(note.startswith("weight of poles") for note in result.notes)
    few = made(lattice, 3)
    assert "9 regions: below 12" in spread_test(*few, draws=9).notes[0]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"before": [1.0]}, SpatialError, "before: list given"),
        ({"after": None}, SpatialError, "after and growth; allowed: one of the two"),
        ({"years": 0}, SpatialError, "years=0; allowed: a positive number"),
        ({"poles": ["a99"]}, RegionError, "unknown pole a99; nearest: a9"),
        ({"alternative": "up"}, SpatialError, "alternative='up' is not known"),
        ({"draws": 0.5}, SpatialError, "draws=0.5"),
        ({"earlier": pd.Series(1.0, [f"a{i}" for i in range(16)])}, SpatialError, "no earlier_years"),
    ],
)
def test_errors(lattice, change, error, words):
    before, after, graph = made(lattice, 4)
    with pytest.raises(error, match=words):
        spread_test(**{"before": before, "after": after, "graph": graph, "draws": 9} | change)


def test_zero_and_equal_levels_are_refused(lattice):
    before, after, graph = made(lattice, 4)
    with pytest.raises(SpatialError, match="before: no positive value for a3; allowed: values above 0"):
        spread_test(before.mask(before.index == "a3", 0.0), after, graph)
    with pytest.raises(SpatialError, match="log level is constant over the 16 regions"):
        spread_test(before * 0 + 2.0, after, graph)


def test_mexico():
    """1940-2000 was "spread, p = .043" in money; the years 1970-2000 "backwash, p = .04". Neither is there."""
    study = gp.load_study("mexico-gdp")
    graph = gp.build_weights(gp.study_regions(study))
    gdp = {year: gp.load_indicators(year, study=study)["gdp_per_head"] for year in (1940, 1970, 2000)}
    long = spread_test(gdp[1940], gdp[2000], graph, years=60, draws=999).table.iloc[0]
    assert long["p_value"] == pytest.approx(0.32, abs=0.06)
    short = spread_test(gdp[1970], gdp[2000], graph, years=30, alternative="greater", draws=999).table.iloc[0]
    assert short["p_value"] == pytest.approx(0.59, abs=0.06)


def rejections(graph, index, *, rho, b, lam, maps, poles, seed, draws=199):
    """Share of maps without a spillover in which each side is rejected at 5 %."""
    w, rng, n = dense(graph, index), np.random.default_rng(seed), len(index)
    counts, kept = np.zeros(2), 0
    for _ in range(maps):
        x = np.linalg.solve(np.eye(n) - rho * w, rng.normal(size=n))
        x = (x - x.mean()) / x.std()
        growth = pd.Series(b * x + np.linalg.solve(np.eye(n) - lam * w, rng.normal(size=n)), index)
        top = list(index[np.argsort(-x)[:poles]]) if poles else []
        table = spread_test(
            pd.Series(np.exp(x), index),
            None,
            graph,
            growth=growth,
            poles=top,
            alternative="greater",
            draws=draws,
            rng=rng,
        ).table
        name = "weight of poles" if poles else "neighbours' level"
        if name in table.index:
            p = table.loc[name, "p_value"]
            counts += [p <= 0.05, p > 0.95]
            kept += 1
    return counts / kept


@pytest.mark.parametrize("lam", [pytest.param(0.0, marks=pytest.mark.long), 0.8])
def test_size_in_few_maps(lattice, lam):
    graph = lattice(4, 4, rook=False)
    index = pd.Index([f"a{i}" for i in range(16)])
    found = rejections(graph, index, rho=0.8, b=-0.5, lam=lam, maps=10, poles=0, seed=1, draws=39)
    assert (found <= 0.05 + 3 * (0.05 * 0.95 / 10) ** 0.5 + 0.01).all()


@pytest.mark.slow
@pytest.mark.parametrize("poles", [0, 1])
@pytest.mark.parametrize(("rho", "b", "lam"), [(0, 0, 0), (0.8, 0, 0), (0.8, -0.5, 0), (0.8, 0, 0.5), (0.8, -0.5, 0.8)])
@pytest.mark.parametrize(("side", "maps"), [(4, 1000), (7, 500), (20, 100)])
def test_size(lattice, side, maps, rho, b, lam, poles):
    """At most 7 % at a nominal 5 %, either side, in every cell of the table; growth in money rejected in 33 to 98 %."""
    graph = lattice(side, side, rook=False)
    index = pd.Index([f"a{i}" for i in range(side**2)])
    found = rejections(graph, index, rho=rho, b=b, lam=lam, maps=maps, poles=poles * {4: 3, 7: 6, 20: 12}[side], seed=2)
    assert (found <= 0.07 + 3 * (0.07 * 0.93 / maps) ** 0.5).all(), found
