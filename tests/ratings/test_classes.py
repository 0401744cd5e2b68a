from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.ratings import CLASSES, TEN_CLASSES, ClassScale, classify

BEST_FIRST = ["A++", "A+", "A", "B++", "B+", "B", "C++", "C+", "C", "D"]


def test_limits_are_closed_below_and_open_above():
    index = pd.Series([100, 90, 89.999, 80, 79.99, 70, 60, 50, 40, 30, 20, 10, 9.99, 0], dtype=float)
    expected = ["A++", "A++", "A+", "A+", "A", "A", "B++", "B+", "B", "C++", "C+", "C", "D", "D"]
    assert classify(index).tolist() == expected


def test_all_ten_classes_are_ordered_with_the_best_highest():
    result = classify(pd.Series([5.0, 95.0], index=["low", "high"]))
    assert list(CLASSES) == BEST_FIRST
    assert list(result.cat.categories) == BEST_FIRST[::-1]
    assert result.cat.ordered
    assert (result > "D").tolist() == [False, True]
    assert result.max() == "A++"
    assert result.index.tolist() == ["low", "high"]


def test_missing_stays_missing():
    result = classify(pd.Series([np.nan, 50.0]))
    assert result.isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "letter"), [(100 + 1e-10, "A++"), (-1e-10, "D"), (90 - 1e-10, "A++"), (90 - 1e-8, "A+")]
)
def test_floating_point_noise_at_a_limit(value, letter):
    assert classify(pd.Series([value]))[0] == letter


def test_values_off_the_scale_list_the_regions():
    with pytest.raises(RatingError, match=r"KZ-ALA \(100.1\), KZ-AST \(-3\); allowed: 0 to 100"):
        classify(pd.Series([100.1, 50, -3], index=["KZ-ALA", "KZ-AKM", "KZ-AST"]))
    with pytest.raises(RatingError, match="not numeric"):
        classify(pd.Series(["high"]))
    with pytest.raises(RatingError, match="outside"):
        classify(pd.Series([np.inf]))


def test_a_scale_of_ones_own():
    scale = ClassScale(("gold", "silver"), (0.0, -2.0), top=3.0)
    assert classify(pd.Series([3.0, 0.0, -0.1, -2.0]), scale).tolist() == ["gold", "gold", "silver", "silver"]
    assert scale.above("silver") == ("gold", 0.0)
    assert scale.above("gold") is None
    assert scale.bottom == -2.0
    assert TEN_CLASSES.to_frame()["upper"].tolist()[:2] == [100.0, 90.0]


@pytest.mark.parametrize(
    ("letters", "limits", "problem"),
    [
        ((), (), "0 letters"),
        (("A", "B"), (1.0,), "2 letters and 1 lower"),
        (("A", "A"), (2.0, 1.0), "a letter occurs twice"),
        (("A", "B"), (1.0, 2.0), "limits must fall"),
        (("A", "B"), (200.0, 2.0), "limits must fall"),
        (("A", "B"), (float("nan"), 2.0), "limits must fall"),
    ],
)
def test_bad_scales(letters, limits, problem):
    with pytest.raises(RatingError, match=problem):
        ClassScale(letters, limits)
