from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.ratings import ahp_weights, data_weights, expert_weights

SCORES = pd.DataFrame({"a": [10.0, 20.0, 30.0, 40.0], "b": [40.0, 10.0, 30.0, 30.0], "c": [5.0, 7.0, 6.0, 9.0]})


def test_equal():
    assert data_weights(SCORES, "equal").tolist() == pytest.approx([1 / 3] * 3)


def test_entropy_by_hand():
    """Column a: p = 0.1 .. 0.4, e = 1.27985 / ln 4; column b: p = 4/11, 1/11, 3/11, 3/11."""
    result = data_weights(SCORES[["a", "b"]], "entropy")
    a = 1 - -sum(p * np.log(p) for p in (0.1, 0.2, 0.3, 0.4)) / np.log(4)
    b = 1 - -sum(p * np.log(p) for p in (4 / 11, 1 / 11, 3 / 11, 3 / 11)) / np.log(4)
    assert result.tolist() == pytest.approx([a / (a + b), b / (a + b)], rel=1e-12)


def test_entropy_of_a_constant_column_is_no_information():
    assert data_weights(SCORES.assign(b=7.0)[["a", "b"]], "entropy").tolist() == pytest.approx([1.0, 0.0])


def test_critic_from_its_definition():
    result = data_weights(SCORES, "critic")
    scaled = (SCORES - SCORES.min()) / (SCORES.max() - SCORES.min())
    raw = scaled.std() * (1 - SCORES.corr()).sum()
    assert result.to_numpy() == pytest.approx((raw / raw.sum()).to_numpy(), rel=1e-12)


def test_pca_agrees_with_the_singular_value_decomposition():
    standard = (SCORES - SCORES.mean()) / SCORES.std()
    loading = np.linalg.svd(standard.to_numpy())[2][0]
    assert data_weights(SCORES, "pca").to_numpy() == pytest.approx(loading**2, rel=1e-9)


def test_regions_with_missing_scores_do_not_count():
    wider = pd.concat([SCORES, pd.DataFrame({"a": [1.0], "b": [np.nan], "c": [99.0]})], ignore_index=True)
    for scheme in ("entropy", "critic", "pca"):
        assert data_weights(wider, scheme).to_numpy() == pytest.approx(data_weights(SCORES, scheme).to_numpy())


def test_a_single_column_weighs_one():
    for scheme in ("equal", "entropy", "critic", "pca"):
        assert data_weights(SCORES[["a"]], scheme).tolist() == [1.0]


@pytest.mark.parametrize(
    ("scheme", "change", "problem"),
    [
        ("entropy", {"a": [-1.0, 2, 3, 4]}, "entropy weights: a has a negative score"),
        ("entropy", {"a": 0.0}, "entropy weights: a is zero everywhere"),
        ("entropy", {"a": 1.0, "b": 1.0, "c": 2.0}, "entropy weights: all scores are constant"),
        ("critic", {"a": 1.0}, "critic weights: constant score: a"),
        ("pca", {"a": 1.0}, "pca weights: constant score: a"),
        ("critic", {"b": [1.0, 2, 3, 4], "c": [2.0, 4, 6, 8]}, "all scores are perfectly correlated"),
        ("pca", {"a": [np.nan, np.nan, 1, 2]}, "pca weights: 2 regions have all of a, b, c; allowed: 3 or more"),
        ("given", {}, "weighting='given' is not known"),
        ("random", {}, "weighting='random' is not known"),
    ],
)
def test_what_is_refused(scheme, change, problem):
    with pytest.raises(RatingError) as caught:
        data_weights(SCORES.assign(**change), scheme)
    assert problem in str(caught.value)


def test_pairwise_comparisons_against_saaty():
    codes = list("abc")
    weights, ratio = ahp_weights(pd.DataFrame([[1, 3, 5], [0.333333, 1, 3], [0.2, 0.333333, 1]], codes, codes))
    assert weights["a"] == pytest.approx(0.6369855717447569, abs=1e-9)
    assert ratio == pytest.approx(0.033199215998426276, abs=1e-9)
    true = np.array([0.5, 0.3, 0.15, 0.05])
    weights, ratio = ahp_weights(pd.DataFrame(true[:, None] / true))
    assert weights.to_numpy() == pytest.approx(true) and ratio == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(RatingError, match="a to b is not above 0, or not one over the other way round"):
        ahp_weights(pd.DataFrame([[1.0, 3], [3, 1]], ["a", "b"], ["a", "b"]))
    with pytest.raises(RatingError, match="comparisons are not square"):
        ahp_weights(pd.DataFrame([[1.0, 3]], ["a"], ["a", "b"]))


def test_points_of_experts():
    rows = [("x", "a", 70), ("x", "b", 30), ("y", "a", 1), ("y", "c", 3)]
    found = expert_weights(pd.DataFrame(rows, columns=["expert", "code", "points"]))
    assert found["weight"].to_dict() == pytest.approx({"a": 0.475, "b": 0.15, "c": 0.375})
    assert found.loc["b", ["low", "high"]].tolist() == [0.0, 0.3]
    for spoiled, words in (
        ([*rows, ("x", "a", 1)], "x gives points to a twice"),
        ([("x", "a", -1), ("x", "b", 3)], "x gives negative points"),
    ):
        with pytest.raises(RatingError, match=words):
            expert_weights(pd.DataFrame(spoiled, columns=["expert", "code", "points"]))
