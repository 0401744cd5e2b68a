from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats.contingency import odds_ratio

from growthpoles.errors import RatingError
from growthpoles.randomness import SEED
from growthpoles.specialisation import location_quotient
from growthpoles.specialisation.location_quotient import fitted_count, odds_ratio_interval

TABLE = pd.DataFrame(
    [[30, 10, 20], [10, 40, 10], [5, 5, 70]],
    index=pd.Index(["A", "B", "C"], name="region"),
    columns=["x", "y", "z"],
)


def test_plain_by_hand():
    # A has 60 of 200, x 45 of 200: 30/60 over 45/200
    assert location_quotient(TABLE).loc["A", "x"] == pytest.approx(0.5 / (45 / 200))
    assert location_quotient(TABLE).index.name == "region"


def test_weighted_mean_over_regions_is_one():
    weights = TABLE.sum(axis=1) / TABLE.to_numpy().sum()
    assert location_quotient(TABLE).mul(weights, axis=0).sum().tolist() == pytest.approx([1, 1, 1])


def test_kinds_follow_from_the_plain_one():
    plain = location_quotient(TABLE)
    assert np.allclose(location_quotient(TABLE, kind="log"), np.log(plain))
    assert np.allclose(location_quotient(TABLE, kind="symmetric"), (plain - 1) / (plain + 1))
    assert np.allclose(location_quotient(TABLE, kind="standardised"), stats.zscore(plain, ddof=1))
    logs = location_quotient(TABLE, kind="standardised_log")
    assert np.allclose(logs, stats.zscore(np.log(plain), ddof=1))


def test_kinds_that_are_not_defined():
    zero = TABLE.copy()
    zero.loc["B", "x"] = 0
    with pytest.raises(RatingError, match=r"region 'B', industry 'x'.*zero.*symmetric"):
        location_quotient(zero, kind="log")
    assert location_quotient(zero, kind="symmetric").loc["B", "x"] == -1
    same = pd.DataFrame([[1, 2], [2, 4]], index=["A", "B"], columns=["x", "y"])
    with pytest.raises(RatingError, match="industry 'x' has the same quotient in every region"):
        location_quotient(same, kind="standardised")
    with pytest.raises(RatingError, match="nearest: standardised"):
        location_quotient(TABLE, kind="standardized")


def test_outside_cells_stay_nan_and_leave_the_totals():
    matrix = TABLE.astype(float)
    matrix.loc["B", "x"] = np.nan
    result = location_quotient(matrix, missing="outside")
    assert np.isnan(result.loc["B", "x"]) and result.attrs["missing"] == [("B", "x")]
    assert result.loc["A", "x"] == pytest.approx((30 / 60) / (35 / 190))
    for interval in ("poisson", "hypergeometric", "bootstrap"):
        long = location_quotient(matrix, interval=interval, missing="outside", replications=50)
        assert long.loc[("B", "x")].isna().all() and long.drop(("B", "x")).notna().all().all()


def test_poisson_interval_is_garwood():
    long = location_quotient(TABLE, interval="poisson", level=0.9)
    expected = 60 * 45 / 200
    low, high = stats.chi2.ppf(0.05, 2 * 30) / 2, stats.chi2.ppf(0.95, 2 * 31) / 2
    assert long.loc[("A", "x")].tolist() == pytest.approx([30 / expected, low / expected, high / expected])
    assert long.index.names == ["region", "industry"]
    assert stats.poisson.sf(29, low) == pytest.approx(0.05) and stats.poisson.cdf(30, high) == pytest.approx(0.05)


def test_zero_count_has_a_lower_bound_of_zero():
    zero = TABLE.copy()
    zero.loc["B", "x"] = 0
    for interval in ("poisson", "hypergeometric"):
        value, low, high = location_quotient(zero, interval=interval).loc[("B", "x")]
        assert value == low == 0 < high
    assert location_quotient(zero, interval="poisson").loc[("B", "x"), "upper"] == pytest.approx(
        -math.log(0.025) / (50 * 35 / 190)
    )


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_odds_ratio_interval_is_the_exact_conditional_one(level):
    generator = np.random.default_rng(3)
    for _ in range(8):
        total = int(generator.integers(20, 2000))
        row, column = (int(generator.integers(1, total)) for _ in range(2))
        count = int(generator.hypergeometric(column, total - column, row))
        theirs = odds_ratio([[count, row - count], [column - count, total - row - column + count]])
        bounds = theirs.confidence_interval(level)
        assert odds_ratio_interval(count, row, column, total, level) == pytest.approx(tuple(bounds), rel=1e-8)


def test_odds_ratios_of_a_table_are_those_of_its_two_by_two_tables():
    found = location_quotient(TABLE, kind="odds_ratio", interval="hypergeometric", level=0.9)
    rows, columns, total = TABLE.sum(axis=1), TABLE.sum(), TABLE.to_numpy().sum()
    for (row, column), each in found.iterrows():
        count, in_region, in_industry = TABLE.loc[row, column], rows[row], columns[column]
        cells = [[count, in_region - count], [in_industry - count, total - in_region - in_industry + count]]
        assert each["value"] == pytest.approx(odds_ratio(cells, kind="sample").statistic)
        assert each[["lower", "upper"]].tolist() == pytest.approx(
            tuple(odds_ratio(cells).confidence_interval(0.9)), rel=1e-8
        )
    sole = pd.DataFrame([[5, 0], [0, 5]], index=["A", "B"], columns=["x", "y"])
    assert location_quotient(sole, kind="odds_ratio").to_numpy().tolist() == [[math.inf, 0], [0, math.inf]]
    for options in ({"interval": "poisson"}, {"nation": pd.Series({"x": 9, "y": 8, "z": 7})}):
        with pytest.raises(RatingError, match="is not defined for kind='odds_ratio'"):
            location_quotient(TABLE, kind="odds_ratio", **options)


def test_fitted_count_has_the_odds_ratio_and_the_margins():
    for odds in (0.01, 0.7, 1.0, 3.0, 250.0):
        count = fitted_count(odds, 60, 45, 200)
        assert count * (95 + count) / ((60 - count) * (45 - count)) == pytest.approx(odds)
    assert fitted_count(0.0, 60, 45, 200) == 0 and fitted_count(math.inf, 60, 45, 200) == 45
    assert fitted_count(0.0, 150, 100, 200) == 50


def test_hypergeometric_bounds_contain_the_value_and_reach_the_limits():
    long = location_quotient(TABLE, interval="hypergeometric")
    assert (long["lower"] <= long["value"]).all() and (long["value"] <= long["upper"]).all()
    sole = pd.DataFrame([[5, 0], [0, 5]], index=["A", "B"], columns=["x", "y"])
    assert location_quotient(sole, interval="hypergeometric").loc[("A", "x"), "upper"] == pytest.approx(2.0)


def test_large_counts_stay_exact():
    # at the level whose lower tail is the central hypergeometric one, the bound must be an odds ratio of 1
    total, row, column = 155_000_000, 1_800_000, 5_000_000
    mean = row * column / total
    for count in (round(mean + 150), round(mean + 400)):
        above = stats.hypergeom.sf(count - 1, total, column, row)
        low, _ = odds_ratio_interval(count, row, column, total, 1 - 2 * above)
        assert low == pytest.approx(1, abs=1e-9)
    # and the normal approximation of the log odds ratio is near
    cells = np.array([700_000, 17_300_000, 4_300_000, 132_700_000], dtype=float)
    bounds = odds_ratio_interval(cells[0], 18e6, 5e6, 155e6, 0.95)
    centre, spread = np.log(cells) @ [1, -1, -1, 1], math.sqrt((1 / cells).sum())
    assert np.log(bounds).tolist() == pytest.approx([centre - 1.959964 * spread, centre + 1.959964 * spread], abs=5e-6)


def test_bootstrap_repeats_and_follows_the_seed():
    options = {"interval": "bootstrap", "replications": 200}
    first = location_quotient(TABLE, **options)
    assert first.equals(location_quotient(TABLE, **options))
    assert first.equals(location_quotient(TABLE, **options, rng=np.random.default_rng(SEED)))
    assert not first.equals(location_quotient(TABLE, **options, rng=1))
    assert ((first["lower"] <= first["value"]) & (first["value"] <= first["upper"])).all()


def test_bootstrap_agrees_with_the_delta_method():
    big = TABLE * 1000
    long = location_quotient(big, interval="bootstrap", replications=1500, rng=5)
    width = np.log(long.loc[("A", "x"), "upper"] / long.loc[("A", "x"), "lower"]) / (2 * 1.96)
    cells = big.to_numpy().astype(float)
    n, a, r, c = cells.sum(), cells[0, 0], cells[0].sum(), cells[:, 0].sum()
    # gradient of ln(a n / (r c)) over the four kinds of cells under multinomial sampling
    grad = {"in": 1 / a - 1 / r - 1 / c, "row": -1 / r, "column": -1 / c, "other": 0.0}
    counts = {"in": a, "row": r - a, "column": c - a, "other": n - r - c + a}
    variance = sum(counts[k] * grad[k] ** 2 for k in grad) - sum(counts[k] * grad[k] for k in grad) ** 2 / n
    assert width == pytest.approx(math.sqrt(variance), rel=0.08)


def test_bounds_are_transformed_with_the_value():
    plain = location_quotient(TABLE, interval="poisson")
    assert np.allclose(location_quotient(TABLE, interval="poisson", kind="log"), np.log(plain))
    assert np.allclose(location_quotient(TABLE, interval="poisson", kind="symmetric"), (plain - 1) / (plain + 1))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"interval": "normal"}, "interval='normal' is not known"),
        ({"interval": "poisson", "kind": "standardised"}, "not defined for kind='standardised'"),
        ({"interval": "poisson", "level": 95}, "level=95 is no confidence level"),
        ({"interval": "bootstrap", "replications": 0}, "replications=0 is too few"),
        ({"interval": "bootstrap", "rng": "seed"}, "rng='seed' is not known"),
    ],
)
def test_interval_errors(options, words):
    with pytest.raises(RatingError, match=words):
        location_quotient(TABLE, **options)


def test_intervals_are_for_counts():
    with pytest.raises(RatingError, match=r"region 'C', industry 'z': 70.5 is no count"):
        location_quotient(TABLE.replace(70, 70.5), interval="poisson")


@pytest.mark.slow
@pytest.mark.parametrize("interval", ["poisson", "hypergeometric"])
def test_coverage_is_at_least_nominal(interval):
    """Independent cells with a known quotient of 1: the exact intervals hold it at least 95 times in 100."""
    generator = np.random.default_rng(11)
    margins = np.outer([0.2, 0.3, 0.5], [0.1, 0.3, 0.6])
    held = []
    for _ in range(600):
        draw = generator.multinomial(300, margins.ravel()).reshape(3, 3)
        frame = pd.DataFrame(draw, index=list("ABC"), columns=list("xyz"))
        long = location_quotient(frame, interval=interval)
        held.append(((long["lower"] <= 1) & (long["upper"] >= 1)).to_numpy())
    assert np.mean(held, axis=0).min() > 0.935
