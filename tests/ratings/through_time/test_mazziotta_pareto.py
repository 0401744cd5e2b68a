"""AMPI and benefit of the doubt against published software: Compind 3.4, lpSolve 5.6, COINr 1.1 (values only)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import growthpoles as gp
from growthpoles.errors import RatingError

PANEL = pd.read_csv(Path(__file__).parents[1] / "references" / "panel.csv", index_col="region")
YEARS = {int(year): part.drop(columns="year") for year, part in PANEL.groupby("year")}
CATALOGUE = gp.Catalogue.flat(list("abcd"), direction={"c": -1})


@pytest.mark.parametrize(
    ("region", "year", "column", "value"),
    [
        ("S01", 2015, "index", 103.71745428275493),
        ("S04", 2018, "index", 101.29518897969561),
        ("S08", 2021, "index", 101.74944650749666),
        ("S02", 2021, "index", 103.60321718982466),
        ("S02", 2018, "score_a", 78.5007974481659),
        ("S02", 2018, "score_b", 120.733113673806),
    ],
)
def test_ampi_against_compind(region, year, column, value):
    found = gp.ampi(YEARS, CATALOGUE, base=2015)
    assert found.loc[(year, region), column] == pytest.approx(value, abs=1e-7 if column == "index" else 1e-9)
    rated = gp.rate(
        YEARS[year], CATALOGUE, normalisation="ampi", aggregation="mazziotta-pareto", goalposts=found.attrs["goalposts"]
    )
    assert rated.loc[region, column] == pytest.approx(value, abs=1e-7)
    assert rated["rating_class"].isna().all()


def test_the_two_signs_of_the_penalty_and_the_static_index():
    low, high = (gp.ampi(YEARS, CATALOGUE, penalty=sign) for sign in ("minus", "plus"))
    np.testing.assert_allclose(low["mean"] - low["index"], low["penalty"])
    np.testing.assert_allclose(high["index"] - high["mean"], low["penalty"])
    assert low.loc[2015].filter(like="score_").mean().to_numpy() == pytest.approx(100.0)
    table = YEARS[2018]
    rated = gp.rate(table, CATALOGUE, normalisation="mpi", aggregation="mazziotta-pareto-plus")
    z = 100 + 10 * (table - table.mean()) / table.std(ddof=0) * [1, 1, -1, 1]
    expected = z.mean(axis=1) + z.var(axis=1, ddof=0) / z.mean(axis=1)
    assert rated["index"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-9)


def test_gaps_lower_nothing_silently():
    holed = {year: table.copy() for year, table in YEARS.items()}
    holed[2018].loc["S02", "a"] = np.nan
    found = gp.ampi(holed, CATALOGUE)
    assert found.loc[(2018, "S02"), ["mean", "penalty", "index"]].isna().all()
    how = {"normalisation": "ampi", "aggregation": "mazziotta-pareto", "goalposts": found.attrs["goalposts"]}
    some = gp.rate(holed[2018], CATALOGUE, availability=0.5, **how)
    part = found.loc[(2018, "S02"), ["score_b", "score_c", "score_d"]].to_numpy(float)
    assert some.loc["S02", "index"] == pytest.approx(part.mean() - part.var() / part.mean())


@pytest.mark.long
@pytest.mark.parametrize(
    ("year", "region", "bounds", "value"),
    [
        (2021, "S01", (0, 1), 1.0),
        (2021, "S03", (0, 1), 0.975347003715364),
        (2021, "S02", (0.15, 0.60), 0.807564476418832),
        (2021, "S05", (0.15, 0.60), 0.78784623210283),
    ],
)
def test_benefit_of_the_doubt_against_lpsolve(year, region, bounds, value):
    table = YEARS[year][["a", "b", "d"]]
    found = gp.benefit_of_the_doubt(table, bounds)
    assert found.loc[region, "score"] == pytest.approx(value, abs=1e-9)
    rated = gp.rate(table, gp.Catalogue.flat(["a", "b", "d"]), aggregation="benefit-of-the-doubt", share_bounds=bounds)
    assert rated["index"].to_numpy() == pytest.approx(100 * found["score"].to_numpy(), abs=1e-7)
    assert (found["score"] <= found["free"] + 1e-9).all()
    shares = found.loc[region].filter(regex="low|high")
    assert (shares >= bounds[0] - 1e-6).all() and (shares <= bounds[1] + 1e-6).all()
    scaled = gp.benefit_of_the_doubt(table * [7, 0.01, 300], bounds)
    assert scaled["score"].to_numpy() == pytest.approx(found["score"].to_numpy(), abs=1e-9)


@pytest.mark.parametrize(
    ("table", "bounds", "problem"),
    [
        (pd.DataFrame({"a": [1.0, 2], "b": [0.0, 1]}), (0, 1), "region 0, column b: a value of zero or less"),
        (pd.DataFrame({"a": [1.0, 2], "b": [2.0, 1]}), (0, 0.4), "2 shares in .* cannot sum to 1"),
        (pd.DataFrame({"a": [1.0, 2], "b": [2.0, 1]}), (0.6, 0.2), "allowed: .low, high., shares with 0 <= low"),
        (pd.DataFrame({"a": [1.0, 2], "b": [2.0, 1]}), None, "share_bounds: None given; allowed: a pair of numbers"),
    ],
)
def test_what_benefit_of_the_doubt_refuses(table, bounds, problem):
    with pytest.raises(RatingError, match=problem):
        gp.benefit_of_the_doubt(table, bounds)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_both_written_out(seed):
    """AMPI in plain numpy; benefit of the doubt by a linear programme of scipy, one for each region."""
    rng, n = np.random.default_rng(seed), 12
    regions = [f"r{i}" for i in range(n)]
    x = {year: rng.lognormal(1, 0.5, (n, 4)) for year in (2011, 2014, 2020)}
    tables = {year: pd.DataFrame(values, regions, list("abcd")) for year, values in x.items()}
    stack, reference = np.concatenate(list(x.values())), x[2011].mean(axis=0)
    half = (stack.max(axis=0) - stack.min(axis=0)) / 2
    found = gp.ampi(tables, CATALOGUE, base=2011)
    for year, values in x.items():
        r = 70 + 60 * (values - reference + half) / (2 * half)
        r[:, 2] = 200 - r[:, 2]
        mean, spread = r.mean(axis=1), r.std(axis=1)
        np.testing.assert_allclose(found.loc[year, "index"], mean - spread**2 / mean, atol=1e-9, rtol=0)

    low, high = 0.05 + 0.05 * seed, 0.5
    values = x[2020]
    score = gp.benefit_of_the_doubt(tables[2020], (low, high))["score"]
    for i, own in enumerate(values):
        bounds = np.vstack([low * own - np.diag(own), np.diag(own) - high * own])
        limits = np.vstack([values, bounds]), np.r_[np.ones(n), np.zeros(8)]
        best = linprog(-own, *limits, bounds=(0, None), method="highs-ipm")
        assert score.iloc[i] == pytest.approx(-best.fun, abs=1e-7)
        best = linprog(-own, *limits, bounds=(0, None), method="highs-ds")
        assert score.iloc[i] == pytest.approx(-best.fun, abs=1e-9)


def test_robustness_of_both_draws_what_it_can():
    for how in (
        {"aggregation": "benefit-of-the-doubt", "share_bounds": (0.1, 0.5)},
        {"normalisation": "ampi", "aggregation": "mazziotta-pareto"},
    ):
        found = gp.robustness(YEARS[2021], CATALOGUE, replications=40, drop="one", **how)
        assert np.isfinite(found.index).all()
        alone = gp.robustness(YEARS[2021], CATALOGUE, replications=2, weights="fixed", **how)
        assert alone.index[0] == pytest.approx(gp.rate(YEARS[2021], CATALOGUE, **how)["index"].to_numpy())


def test_scores_from_1_to_100_suit_a_geometric_mean():
    stack = PANEL.set_index("year", append=True)
    stack.index = [f"{region} {year}" for region, year in stack.index]
    how = {"normalisation": "min-max", "aggregation": "geometric", "score_range": (1, 100)}
    rated = gp.rate(stack, CATALOGUE, **how)
    assert rated.loc["S03 2021", "index"] == pytest.approx(36.0783262216495, abs=1e-7)
    assert rated["rating_class"].isna().all()
    with pytest.raises(RatingError, match="range of scores has no meaning under 'z-score'"):
        gp.rate(stack, CATALOGUE, normalisation="z-score", score_range=(0, 1))
