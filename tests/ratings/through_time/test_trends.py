"""Trends, moves of ranks and of classes, against enumeration, scipy, and values by hand."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from growthpoles.errors import RatingError
from growthpoles.ratings import class_transitions, rank_moves, trend
from growthpoles.ratings.through_time.trends import mann_kendall


def s_of(x: tuple[float, ...]) -> int:
    return sum(int(np.sign(b - a)) for i, a in enumerate(x) for b in x[i + 1 :])


@pytest.mark.parametrize("seed", range(8))
def test_the_p_value_is_that_of_all_orders_with_ties_as_they_are(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, size=int(rng.integers(4, 7))).astype(float)
    s, _, p = mann_kendall(x)
    every = [s_of(order) for order in permutations(x.tolist())]
    assert s == s_of(tuple(x)) and p == pytest.approx(np.mean([abs(each) >= abs(s) for each in every]))


@pytest.mark.parametrize("n", [4, 7, 10, 30, 60])
def test_without_ties_it_is_kendalls_exact_test(n):
    x = np.random.default_rng(n).normal(size=n)
    expected = stats.kendalltau(np.arange(n), x, method="exact")
    s, pairs, p = mann_kendall(x)
    assert s / pairs == pytest.approx(expected.statistic) and p == pytest.approx(expected.pvalue, rel=1e-9)


def test_beyond_the_exact_reach_it_is_close_to_it():
    x = np.random.default_rng(5).normal(size=70) + 0.01 * np.arange(70)
    assert mann_kendall(x)[2] == pytest.approx(stats.kendalltau(np.arange(70), x, method="exact").pvalue, abs=0.01)


def test_slopes_are_medians_of_pairs_and_gaps_are_left_out():
    rng = np.random.default_rng(2)
    years = [2000, 2003, 2004, 2009, 2010, 2015]
    frame = pd.DataFrame(rng.normal(size=(5, 6)), columns=years, index=list("vwxyz"))
    frame.loc["v", 2004] = np.nan
    frame.loc["w", [2000, 2003, 2004]] = np.nan
    frame.loc["x"] = np.nan
    found = trend(frame[years[::-1]])
    for region in "vyz":
        x = frame.loc[region].dropna()
        slopes = [(x[b] - x[a]) / (b - a) for i, a in enumerate(x.index) for b in x.index[i + 1 :]]
        assert found.loc[region, "slope"] == pytest.approx(np.median(slopes))
    assert found.loc["w", "n"] == 3 and np.isnan(found.loc["w", "slope"]) and found.loc["w", "method"] == "change alone"
    assert found.loc["w", "change"] == pytest.approx(frame.loc["w", 2015] - frame.loc["w", 2009])
    assert found.loc["x", "method"] == "no data"


@pytest.mark.parametrize("n", range(4, 9))
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
def test_the_interval_of_the_slope_holds_what_it_says_and_agrees_with_p(n, confidence):
    """Over all orders of n years, drawn for long series; 0 is left out where p rejects, and nowhere else."""
    rng = np.random.default_rng(n)
    years = np.sort(rng.choice(np.arange(1950, 2020), n, replace=False))
    values = rng.normal(size=n)
    orders = list(permutations(range(n))) if n < 7 else [rng.permutation(n) for _ in range(2000)]
    found = trend(pd.DataFrame(values[np.array(orders)], columns=years), confidence=confidence)
    limits = found[["slope_low", "slope_high"]]
    least = 2 / math.factorial(n)
    if least > 1 - confidence:
        assert limits.isna().all(axis=None)
        return
    missed = (limits["slope_low"] > 0) | (limits["slope_high"] < 0)
    assert (missed == (found["p_value"] <= 1 - confidence)).all()
    assert missed.mean() <= 1 - confidence + (0 if n < 7 else 0.02)
    assert found["slope"].between(*(limits[end] for end in limits)).all()


def test_with_ties_an_interval_without_0_has_a_p_that_rejects():
    rng = np.random.default_rng(3)
    for n in range(5, 12):
        steps = rng.integers(0, 5, size=(400, n)) + rng.choice([0, 1], size=(400, 1)) * np.arange(n) // 2
        found = trend(pd.DataFrame(steps.astype(float), columns=range(2000, 2000 + n)))
        missed = (found["slope_low"] > 0) | (found["slope_high"] < 0)
        assert missed.any() and (found.loc[missed, "p_value"] <= 0.05).all()


def test_beyond_the_exact_reach_the_interval_is_scipys():
    x = np.random.default_rng(1).integers(0, 9, size=61).cumsum().astype(float)
    found = trend(pd.DataFrame([x], columns=range(1950, 2011))).iloc[0]
    expected = stats.theilslopes(x, np.arange(1950, 2011))
    assert found[["slope", "slope_low", "slope_high"]].tolist() == pytest.approx(
        list(expected)[:1] + list(expected)[2:]
    )


def test_moves_of_ranks_by_hand():
    ranks = pd.DataFrame({2010: [1, 2, 3, 4], 2011: [2, 1, 3, 4], 2012: [4, 1, 2, 3]}, index=list("abcd"))
    found = rank_moves(ranks)
    assert list(found.index) == [(2010, 2011), (2011, 2012), (2010, 2012)]
    assert found["overtakings"].tolist() == [1, 2, 3] and found["mean_move"].tolist() == [0.5, 1.0, 1.5]
    assert found.loc[(2010, 2012), ["mover", "largest_move"]].tolist() == ["a", 3]
    assert found.loc[(2010, 2012), "tau"] == pytest.approx(stats.kendalltau([1, 2, 3, 4], [4, 1, 2, 3]).statistic)


def test_transitions_by_hand():
    classes = pd.DataFrame({2010: ["A", "B", "C", None], 2011: ["A", "A", "C", "B"], 2012: ["B", "A", "C", "B"]})
    found = class_transitions(classes, letters=("A", "B", "C"))
    assert found.counts.to_numpy().tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 2]]
    assert found.shorrocks == pytest.approx((3 - 2 / 3 - 1 / 2 - 1) / 2) and found.moves == (5, 1, 1)
    assert found.stays.tolist() == pytest.approx([3.0, 2.0, np.inf])
    np.testing.assert_allclose(found.probabilities().sum(axis=1), 1.0)


@pytest.mark.parametrize("call", [trend, rank_moves, class_transitions])
def test_columns_must_be_years(call):
    with pytest.raises(RatingError, match="columns are not years"):
        call(pd.DataFrame({"a": [1.0], "b": [2.0]}))


def test_unknown_letters_and_no_steps_are_refused():
    with pytest.raises(RatingError, match="'Z' is not on the scale"):
        class_transitions(pd.DataFrame({2010: ["A"], 2011: ["Z"]}), letters=("A", "B"))
    with pytest.raises(RatingError, match="no region has a class"):
        class_transitions(pd.DataFrame({2010: ["A"], 2011: [None]}), letters=("A", "B"))
