from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from growthpoles.errors import RatingError
from growthpoles.ratings import impute, normalise, rate, treat
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.treatment import shape

ONE = pd.DataFrame({"wild": [*np.arange(1.0, 16.0), 500.0], "tame": np.arange(16.0)}, index=list("abcdefghijklmnop"))


def test_skewness_and_kurtosis_agree_with_scipy():
    x = np.random.default_rng(0).lognormal(size=30)
    assert shape(x) == pytest.approx((stats.skew(x, bias=False), stats.kurtosis(x, bias=False)), rel=1e-12)
    assert np.isnan(shape(np.array([1.0, 2.0, 3.0]))).all()
    assert np.isnan(shape(np.full(9, 2.0))).all()


def test_off_by_default_but_reported():
    treated, report = treat(ONE)
    pd.testing.assert_frame_equal(treated, ONE)
    assert report["column"].tolist() == ["wild"]
    assert report["treatment"].tolist() == ["none"]
    assert not report["within_limits"].iloc[0]


def test_winsorise_sets_the_extreme_to_its_neighbour():
    treated, report = treat(ONE, "winsorise")
    assert treated["wild"].tolist() == [*np.arange(1.0, 16.0), 15.0]
    assert treated["tame"].tolist() == ONE["tame"].tolist()
    row = report.iloc[0]
    assert row["regions"] == ["p"]
    assert row["within_limits"]
    assert abs(row["skewness_after"]) < 2 < row["skewness"]


def test_winsorise_a_low_tail_and_stop_at_the_most_points():
    low = pd.DataFrame({"x": -ONE["wild"]})
    treated, report = treat(low, "winsorise")
    assert treated["x"].min() == -15.0
    crowd = pd.DataFrame({"x": [0.0] * 60 + [1.0, 100, 200, 300]})
    treated, report = treat(crowd, "winsorise", points=2)
    assert len(report["regions"].iloc[0]) <= 2
    assert not report["within_limits"].iloc[0]
    assert treated["x"].max() == 100.0


def test_log_keeps_the_order_and_says_when_it_does_not_apply():
    treated, report = treat(ONE, "log")
    assert treated["wild"].rank().tolist() == ONE["wild"].rank().tolist()
    assert treated["wild"].iloc[0] == pytest.approx(np.log(0.01 * 499))
    assert report["treatment"].iloc[0] == "log"
    assert treat(pd.DataFrame({"x": -ONE["wild"]}), "log")[1]["treatment"].iloc[0].startswith("none: the skew")


def test_missing_values_stay():
    table = ONE.astype(float).copy()
    table.loc["a", "wild"] = np.nan
    assert np.isnan(treat(table, "winsorise")[0].loc["a", "wild"])


def test_a_rating_reports_its_treatment():
    catalogue = Catalogue.flat(["wild", "tame"])
    plain = rate(ONE, catalogue)
    assert plain.attrs["treatment"][0]["treatment"] == "none"
    assert plain.loc["o", "score_wild"] == pytest.approx(3.0)
    rating = rate(ONE, catalogue, treatment="winsorise")
    assert rating.attrs["treatment"][0]["regions"] == ["p"]
    assert rating.loc["o", "score_wild"] == 100.0
    logged = rate(ONE, catalogue, treatment="log", normalisation="min-max")
    expected = normalise(treat(ONE, "log")[0], "min-max").mean(axis=1)
    assert logged["index"].to_numpy() == pytest.approx(expected.to_numpy())


def test_what_is_refused():
    with pytest.raises(RatingError, match="treatment='trim' is not known"):
        treat(ONE, "trim")
    with pytest.raises(RatingError, match="limits of treatment"):
        treat(ONE, "log", skewness=0)
    with pytest.raises(RatingError, match="treatment='log' can give negative values"):
        rate(ONE, Catalogue.flat(["wild"]), treatment="log")


def gappy():
    years = {year: pd.DataFrame({"a": [1.0 * year, 5.0, 9.0], "b": [2.0, 4.0, 7.0]}, list("xyz")) for year in range(4)}
    years[1].loc["x", "a"] = years[2].loc["x", "a"] = years[3].loc["y", "b"] = np.nan
    return years


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        ({"method": "mean"}, {(1, "x", "a"): 7.0, (2, "x", "a"): 7.0, (3, "y", "b"): 4.5}),
        ({"method": "median"}, {(1, "x", "a"): 7.0, (2, "x", "a"): 7.0, (3, "y", "b"): 4.5}),
        (
            {"method": "mean", "groups": pd.Series({"x": "n", "y": "n", "z": "s"})},
            {(1, "x", "a"): 5.0, (2, "x", "a"): 5.0, (3, "y", "b"): 2.0},
        ),
        ({"method": "linear"}, {(1, "x", "a"): 1.0, (2, "x", "a"): 2.0}),
        ({"method": "linear", "limit": 1}, {}),
        ({"method": "nearest", "limit": 1}, {(1, "x", "a"): 0.0, (2, "x", "a"): 3.0, (3, "y", "b"): 4.0}),
        ({"method": "value", "values": {"a": 8.0}}, {(1, "x", "a"): 8.0, (2, "x", "a"): 8.0}),
    ],
)
def test_gaps_are_filled_as_asked_and_every_cell_is_listed(options, cells):
    before = gappy()
    filled, report = impute(gappy(), **options)
    assert {row[:3]: row[3] for row in report.itertuples(index=False, name=None)} == pytest.approx(cells)
    for year, table in before.items():
        for column in table:
            for region, value in table[column].items():
                expected = cells.get((year, region, column), value)
                assert filled[year].loc[region, column] == pytest.approx(expected, nan_ok=True)


def test_what_filling_needs():
    for options, words in (
        ({"method": "em"}, "method='em' is not known; allowed: mean, median, linear, nearest, value"),
        ({"method": "nearest"}, "without its option; allowed: limit"),
        ({"method": "value"}, "without its option; allowed: values"),
    ):
        with pytest.raises(RatingError) as caught:
            impute(gappy(), **options)
        assert words in str(caught.value)
