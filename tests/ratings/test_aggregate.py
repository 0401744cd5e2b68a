from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from growthpoles.errors import RatingError
from growthpoles.ratings import aggregate

SCORES = pd.DataFrame({"a": [80.0, 20.0, 50.0], "b": [10.0, 90.0, 50.0]}, index=["x", "y", "z"])
WEIGHTS = {"a": 3, "b": 1}
W = np.array([0.75, 0.25])


@pytest.mark.parametrize(
    ("method", "power", "expected"),
    [
        ("arithmetic", None, lambda row: np.average(row, weights=W)),
        ("geometric", None, lambda row: stats.gmean(row, weights=W)),
        ("harmonic", None, lambda row: stats.hmean(row, weights=W)),
        ("power", 2.0, lambda row: stats.pmean(row, 2.0, weights=W)),
        ("power", -2.0, lambda row: stats.pmean(row, -2.0, weights=W)),
        ("power", 1.0, lambda row: np.average(row, weights=W)),
    ],
)
def test_means_agree_with_scipy(method, power, expected):
    result = aggregate(SCORES, WEIGHTS, method, power=power)
    assert result.to_numpy() == pytest.approx([expected(row) for row in SCORES.to_numpy()], rel=1e-13)


def test_equal_weights_by_default():
    assert aggregate(SCORES).tolist() == [45.0, 55.0, 50.0]


def test_copeland_by_hand():
    """Column a (weight 3) decides every pair: x > z > y; with equal weights every pair is a tie."""
    assert aggregate(SCORES, WEIGHTS, "copeland").to_dict() == {"x": 100.0, "y": 0.0, "z": 50.0}
    assert aggregate(SCORES, method="copeland").to_dict() == {"x": 50.0, "y": 50.0, "z": 50.0}


def test_copeland_with_missing_scores():
    """y has only b: it is compared with the others on b alone."""
    scores = SCORES.copy()
    scores.loc["y", "a"] = np.nan
    result = aggregate(scores, WEIGHTS, "copeland", availability=0.5)
    assert result.to_dict() == {"x": 50.0, "y": 100.0, "z": 0.0}
    strict = aggregate(scores, WEIGHTS, "copeland")
    assert np.isnan(strict["y"])
    assert strict[["x", "z"]].to_dict() == {"x": 100.0, "z": 0.0}


def test_a_tie_of_an_incomplete_table_is_half_a_win():
    """x and y score 50 alike on a, the only child that y has; z loses to both."""
    scores = pd.DataFrame({"a": [50.0, 50.0, 20.0], "b": [80.0, np.nan, 10.0]}, index=["x", "y", "z"])
    assert aggregate(scores, method="copeland", availability=0.5).to_dict() == {"x": 75.0, "y": 75.0, "z": 0.0}


def test_copeland_of_a_single_region_has_no_opponent():
    assert np.isnan(aggregate(SCORES.iloc[:1], method="copeland")["x"])


@pytest.mark.parametrize("method", ["arithmetic", "geometric", "harmonic"])
def test_availability(method):
    scores = SCORES.assign(c=[np.nan, 30.0, np.nan])
    scores.loc["z", "b"] = np.nan
    assert aggregate(scores, method=method).isna().tolist() == [True, False, True]
    assert aggregate(scores, method=method, availability=0.6).isna().tolist() == [False, False, True]
    loose = aggregate(scores, method=method, availability=0.3)
    assert loose["z"] == pytest.approx(50.0)
    assert loose["x"] == pytest.approx(aggregate(SCORES, method=method)["x"])


def test_a_child_without_weight_is_ignored_even_if_missing_or_zero():
    scores = SCORES.assign(c=[np.nan, 0.0, 5.0])
    result = aggregate(scores, {"a": 1, "b": 1, "c": 0}, "geometric")
    assert result.to_numpy() == pytest.approx(stats.gmean(SCORES.to_numpy(), axis=1))


def test_a_region_without_any_score_is_missing():
    scores = pd.DataFrame({"a": [np.nan, 1.0], "b": [np.nan, 2.0]})
    assert aggregate(scores, availability=0.1).isna().tolist() == [True, False]


@pytest.mark.parametrize(("method", "power"), [("geometric", None), ("harmonic", None), ("power", -1.0)])
def test_zeros_are_refused_or_make_the_whole_zero(method, power):
    scores = SCORES.copy()
    scores.loc["y", "b"] = 0.0
    with pytest.raises(RatingError, match=f"b of y: a score of zero under the {method} mean"):
        aggregate(scores, method=method, power=power)
    result = aggregate(scores, method=method, power=power, zeros="zero")
    assert result["y"] == 0.0
    assert result["z"] == pytest.approx(50.0)


@pytest.mark.parametrize(("method", "power"), [("geometric", None), ("harmonic", None), ("power", 2.0)])
def test_negative_scores_are_refused(method, power):
    scores = SCORES.copy()
    scores.loc[["x", "y"], "a"] = -1.0
    with pytest.raises(RatingError, match=f"a of x, y: a score below zero under the {method} mean"):
        aggregate(scores, method=method, power=power, zeros="zero")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"weights": {"a": 1}}, "no weight for column 'b'"),
        ({"weights": {"a": 1, "b": 1, "c": 1}}, "weight of an unknown column 'c'"),
        ({"weights": {"a": -1, "b": 1}}, "weight -1 of 'a'; allowed: 0 or more"),
        ({"weights": {"a": float("nan"), "b": 1}}, "weight nan of 'a'"),
        ({"weights": {"a": 0, "b": 0}}, "all weights are zero"),
        ({"method": "mean"}, "aggregation='mean' is not known"),
        ({"method": "power"}, "power=None"),
        ({"method": "power", "power": 0}, "0 is 'geometric'"),
        ({"availability": 0}, "availability=0; allowed: above 0, at most 1"),
        ({"zeros": "skip"}, "zeros='skip' is not known"),
    ],
)
def test_bad_options(options, problem):
    with pytest.raises(RatingError) as caught:
        aggregate(SCORES, **options)
    assert problem in str(caught.value)
