from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from growthpoles.errors import DataError, RatingError
from growthpoles.ratings import normalise

X = pd.DataFrame({"more": [10.0, 40.0, 20.0], "less": [8.0, 2.0, 4.0]}, index=["a", "b", "c"])
SIGNS = {"more": 1, "less": -1}


def test_leader_gets_100_in_both_directions():
    scores = normalise(X, direction=SIGNS)
    assert scores["more"].tolist() == [25.0, 100.0, 50.0]
    assert scores["less"].tolist() == [25.0, 100.0, 50.0]


def test_min_max():
    scores = normalise(X, "min-max", direction=SIGNS)
    assert scores["more"].tolist() == pytest.approx([0, 100, 100 / 3])
    assert scores["less"].tolist() == pytest.approx([0, 100, 200 / 3])


def test_z_score_agrees_with_scipy():
    scores = normalise(X, "z-score", direction=SIGNS)
    assert scores["more"].to_numpy() == pytest.approx(stats.zscore(X["more"], ddof=1), abs=1e-14)
    assert scores["less"].to_numpy() == pytest.approx(-stats.zscore(X["less"], ddof=1), abs=1e-14)


def test_ranks_share_ties_and_skip_missing_values():
    table = pd.DataFrame({"x": [3.0, 1.0, 3.0, np.nan, 2.0]}, index=list("abcde"))
    r = np.array([3.5, 1.0, 3.5, np.nan, 2.0])
    assert np.allclose(normalise(table, "rank")["x"], 100 * r / 4, equal_nan=True)
    assert np.allclose(normalise(table, "percentile")["x"], 100 * (r - 1) / 3, equal_nan=True)
    turned = stats.rankdata([-3.0, -1.0, -3.0, -2.0])
    assert normalise(table.dropna(), "rank", direction=-1)["x"].to_numpy() == pytest.approx(100 * turned / 4)


def test_rank_of_random_data_agrees_with_scipy():
    table = pd.DataFrame(np.random.default_rng(3).integers(0, 5, size=(40, 3)).astype(float))
    expected = stats.rankdata(table.to_numpy(), axis=0)
    assert normalise(table, "rank").to_numpy() == pytest.approx(100 * expected / 40, abs=1e-12)


def test_goalposts_are_clipped():
    scores = normalise(X, "goalposts", direction=SIGNS, goalposts={"more": (20, 40), "less": (0, 4)})
    assert scores["more"].tolist() == [0.0, 100.0, 0.0]
    assert scores["less"].tolist() == [0.0, 50.0, 0.0]


def test_reference_region_and_national_mean():
    scores = normalise(X, "reference", direction=SIGNS, reference="c")
    assert scores["more"].tolist() == [50.0, 200.0, 100.0]
    assert scores["less"].tolist() == [50.0, 200.0, 100.0]
    mean = normalise(X, "mean", direction=SIGNS)
    assert mean["more"].to_numpy() == pytest.approx(100 * X["more"] / (70 / 3))
    weighted = normalise(X, "mean", region_weights=pd.Series({"c": 2, "b": 1, "a": 1, "elsewhere": 5}))
    assert weighted["more"].to_numpy() == pytest.approx(100 * X["more"] / 22.5)


def test_weighted_mean_leaves_missing_values_out():
    table = pd.DataFrame({"x": [1.0, np.nan, 3.0]}, index=list("abc"))
    scores = normalise(table, "mean", region_weights=pd.Series({"a": 1.0, "b": 9.0, "c": 3.0}))["x"]
    assert scores["a"] == pytest.approx(100 / 2.5)
    assert np.isnan(scores["b"])


@pytest.mark.parametrize("method", ["leader", "min-max", "z-score", "rank", "percentile", "reference", "mean"])
def test_missing_values_stay_and_do_not_count(method):
    table = X.copy()
    table.loc["d"] = np.nan
    options = {"reference": "a"} if method == "reference" else {}
    scores = normalise(table, method, direction=SIGNS, **options)
    assert scores.loc["d"].isna().all()
    pd.testing.assert_frame_equal(scores.drop(index="d"), normalise(X, method, direction=SIGNS, **options))


@pytest.mark.parametrize(
    ("method", "column", "direction", "expected"),
    [
        ("leader", [5.0, 5.0], 1, [100.0, 100.0]),
        ("leader", [0.0, 5.0], 1, [0.0, 100.0]),
        ("leader", [5.0, 5.0], -1, [100.0, 100.0]),
        ("rank", [5.0, 5.0], 1, [75.0, 75.0]),
        ("percentile", [5.0, 5.0], 1, [50.0, 50.0]),
        ("rank", [5.0], 1, [100.0]),
        ("mean", [5.0, 5.0], 1, [100.0, 100.0]),
        ("min-max", [-5.0, 5.0], 1, [0.0, 100.0]),
        ("percentile", [-5.0, 0.0], -1, [100.0, 0.0]),
    ],
)
def test_constant_columns_zeros_and_negatives(method, column, direction, expected):
    table = pd.DataFrame({"x": column})
    assert normalise(table, method, direction=direction)["x"].tolist() == expected


@pytest.mark.parametrize(
    ("method", "column", "direction", "problem"),
    [
        ("leader", [-1.0, 5.0], 1, "0/x: a negative value under 'leader' normalisation; allowed: 0 or more"),
        ("leader", [0.0, 0.0], 1, "column x: the leader's value is zero"),
        ("leader", [0.0, 5.0], -1, "0/x: zero where less is better"),
        ("mean", [0.0, 0.0], 1, "column x: the national mean is zero"),
        ("mean", [-1.0, 2.0], 1, "negative value under 'mean'"),
        ("min-max", [5.0, 5.0], 1, "column x: constant column under 'min-max'"),
        ("z-score", [5.0, 5.0], 1, "column x: constant column under 'z-score'"),
        ("z-score", [5.0, np.nan], 1, "column x: a single region with data"),
        ("percentile", [5.0], 1, "column x: a single region with data"),
        ("leader", [np.nan, np.nan], 1, "column x: all values are missing"),
        ("linear", [1.0, 2.0], 1, "method='linear' is not known"),
        ("leader", [1.0, 2.0], 2, "a direction is neither 1 nor -1"),
        ("leader", [1.0, 2.0], {"y": 1}, "direction names an unknown column 'y'"),
    ],
)
def test_what_a_method_refuses(method, column, direction, problem):
    with pytest.raises(RatingError) as caught:
        normalise(pd.DataFrame({"x": column}), method, direction=direction)
    assert problem in str(caught.value)


def test_options_of_reference_goalposts_and_region_weights():
    with pytest.raises(RatingError, match="the reference region is not given"):
        normalise(X, "reference")
    with pytest.raises(RatingError, match="unknown reference 'A'; allowed: a region of the table; nearest: a"):
        normalise(X, "reference", reference="A")
    with pytest.raises(RatingError, match="the reference region a has no data"):
        normalise(X.assign(more=[np.nan, 1, 2]), "reference", reference="a")
    with pytest.raises(RatingError, match="no goalposts for 'less'"):
        normalise(X, "goalposts", goalposts={"more": (0, 1)})
    with pytest.raises(RatingError, match="low < high"):
        normalise(X, "goalposts", goalposts={"more": (1, 1), "less": (0, 1)})
    with pytest.raises(RatingError, match="no region weight for c"):
        normalise(X, "mean", region_weights=pd.Series({"a": 1, "b": 1}))
    with pytest.raises(RatingError, match="a region weight is negative"):
        normalise(X, "mean", region_weights=pd.Series({"a": 1, "b": 1, "c": -1}))


def test_tables_that_are_refused():
    with pytest.raises(DataError, match="doubled region labels: a"):
        normalise(pd.DataFrame({"x": [1, 2]}, index=["a", "a"]))
    with pytest.raises(DataError, match="doubled column labels: x"):
        normalise(pd.DataFrame([[1, 2]], columns=["x", "x"]))
    with pytest.raises(DataError, match="region a, column x: 'many' is not a finite number"):
        normalise(pd.DataFrame({"x": ["many", 2]}, index=["a", "b"]))
    with pytest.raises(DataError, match="region b, column x: 'inf' is not a finite number"):
        normalise(pd.DataFrame({"x": [1, np.inf]}, index=["a", "b"]))
    with pytest.raises(DataError, match="no rows or no columns"):
        normalise(pd.DataFrame())
    with pytest.raises(DataError, match="a region label is missing"):
        normalise(pd.DataFrame({"x": [1.0, 2.0]}, index=["a", None]))


def test_input_is_not_changed():
    before = X.copy()
    normalise(X, "rank", direction=SIGNS)
    pd.testing.assert_frame_equal(X, before)
