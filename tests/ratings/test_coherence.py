from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from growthpoles.errors import RatingError
from growthpoles.ratings import Catalogue, coherence, contributions, rate


def test_correlations_agree_with_scipy(table, deep):
    rating = rate(table, deep)
    found = coherence(rating, deep).correlations.set_index(["first", "second"])
    assert len(found) == 10
    row = found.loc[("a", "c")]
    x, y = rating["score_a"], rating["score_c"]
    assert row["pearson"] == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
    assert row["spearman"] == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert row["relation"] == "across"
    assert found.loc[("a", "b"), "relation"] == "within skills"


def test_alpha_by_hand():
    """Scores 50, 100 and 100, 50 of two children that add to a constant; and two copies: alpha 1."""
    same = pd.DataFrame({"p": [1.0, 2.0, 4.0], "q": [1.0, 2.0, 4.0]})
    catalogue = Catalogue.flat(["p", "q"])
    assert coherence(rate(same, catalogue), catalogue).alpha["index"] == pytest.approx(1.0)
    mixed = pd.DataFrame({"p": [1.0, 2.0, 4.0], "q": [2.0, 1.0, 4.0]})
    # scores 25 50 100 and 50 25 100: variances 1458.3 each, sum 75 75 200: 5208.3; 2 (1 - 2916.7 / 5208.3)
    assert coherence(rate(mixed, catalogue), catalogue).alpha["index"] == pytest.approx(2 * (1 - 2916.6667 / 5208.3333))


def test_effective_weights(table, deep):
    rating = rate(table, deep)
    found = coherence(rating, deep).weights
    for code in deep.aggregates:
        rows = found[found["parent"] == code]
        assert rows["effective"].sum() == pytest.approx(1.0)
        assert rows["nominal"].sum() == pytest.approx(1.0)
    squared = np.array([np.corrcoef(rating[f"score_{code}"], rating["skills"])[0, 1] ** 2 for code in "ab"])
    assert found.loc[["a", "b"], "effective"].to_numpy() == pytest.approx(squared / squared.sum())
    # a pillar with direction -1 counts turned round
    assert found.loc["risk", "correlation"] == pytest.approx(-np.corrcoef(rating["risk"], rating["top"])[0, 1])


def test_an_indicator_that_dominates_the_variance_has_more_effect_than_weight():
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"wide": rng.uniform(0, 100, 40), "narrow": rng.uniform(95, 100, 40)})
    catalogue = Catalogue.flat(["wide", "narrow"])
    found = coherence(rate(data, catalogue), catalogue).weights
    assert found.loc["wide", "nominal"] == 0.5
    assert found.loc["wide", "effective"] > 0.8


def test_flags():
    rng = np.random.default_rng(0)
    x = rng.uniform(10, 20, 30)
    data = pd.DataFrame({"one": x, "two": x + rng.normal(0, 0.1, 30), "three": 30 - x})
    catalogue = Catalogue.flat({"one": 1, "two": 1, "three": 1})
    found = coherence(rate(data, catalogue), catalogue)
    flags = found.flags.groupby("flag")["codes"].apply(list).to_dict()
    assert flags["redundant"] == ["one, two"]
    assert flags["opposed"] == ["one, three", "two, three"]
    assert flags["weak"] == ["three in index"]
    assert "redundant: one, two" in repr(found)
    assert coherence(rate(data, catalogue), catalogue, redundant=1.1).flags["flag"].tolist().count("redundant") == 0
    pd.testing.assert_frame_equal(found.to_frame(), found.weights)


def test_missing_scores_and_constant_columns():
    data = pd.DataFrame({"p": [1.0, 2.0, 3.0, 4.0], "q": [5.0, 5.0, 5.0, 5.0], "r": [1.0, np.nan, 2.0, 2.5]})
    catalogue = Catalogue.flat(["p", "q", "r"])
    found = coherence(rate(data, catalogue), catalogue)
    table = found.correlations.set_index(["first", "second"])
    assert np.isnan(table.loc[("p", "q"), "pearson"])
    assert table.loc[("p", "r"), "n"] == 3


def test_what_is_refused(table, deep):
    bare = rate(table, deep)
    bare.attrs = {}
    with pytest.raises(RatingError, match="lost its attrs"):
        coherence(bare, deep)
    with pytest.raises(RatingError, match="fewer than 3 regions"):
        coherence(rate(table.iloc[:2], deep), deep)


@pytest.mark.parametrize("explain", [coherence, contributions])
def test_a_rating_of_another_catalogue_is_refused(table, deep, explain):
    with pytest.raises(RatingError, match=r"no column .*, so that it is not of catalogue.csv; allowed: catalogue="):
        explain(rate(table, deep))
    explain(rate(table, deep), deep)
