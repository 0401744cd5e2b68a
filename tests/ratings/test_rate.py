from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import DataError, RatingError
from growthpoles.ratings import (
    Catalogue,
    ClassScale,
    aggregate,
    data_weights,
    leave_one_out,
    normalise,
    rate,
    robustness,
    sobol,
)


def test_the_articles_method_by_hand():
    """Two pillars of two indicators: scores are percent of the leader, then plain means."""
    rows = [("index", "aggregate", ""), ("ris", "aggregate", "index"), ("ria", "aggregate", "index")]
    rows += [("p", "indicator", "ris"), ("q", "indicator", "ris"), ("s", "indicator", "ria"), ("t", "indicator", "ria")]
    catalogue = Catalogue.from_frame(pd.DataFrame(rows, columns=["code", "kind", "parent"]))
    data = pd.DataFrame({"p": [2, 4], "q": [1, 10], "s": [5, 1], "t": [8, 8]}, index=["x", "y"])
    result = rate(data, catalogue)
    assert result.columns.tolist() == [
        "ris", "ria", "index", "rating_class", "rank", "score_p", "score_q", "score_s", "score_t",
    ]  # fmt: skip
    assert result.loc["x", ["ris", "ria", "index"]].tolist() == [30.0, 100.0, 65.0]
    assert result.loc["y", ["ris", "ria", "index"]].tolist() == [100.0, 60.0, 80.0]
    assert result["rating_class"].tolist() == ["B++", "A+"]
    assert result["rank"].tolist() == [2, 1]


def test_one_level_with_equal_weights_is_the_plain_mean(table):
    result = rate(table, Catalogue.flat(list("abcde")))
    assert np.abs(result["index"] - (100 * table / table.max()).mean(axis=1)).max() < 1e-12


def test_depth_and_directions(table, deep):
    """`risk` is a pillar that lowers the index: it enters as 100 - s; `e` lowers `risk`."""
    result = rate(table, deep)
    score = normalise(table, direction={"e": -1})
    skills = (score["a"] + score["b"]) / 2
    risk = (score["d"] + score["e"]) / 2
    good = (skills + score["c"]) / 2
    assert np.allclose(result["risk"], risk, atol=1e-12)
    assert np.allclose(result["top"], 0.75 * good + 0.25 * (100 - risk), atol=1e-12)
    assert result["rank"].idxmin() == result["top"].idxmax()
    assert result.attrs["root"] == "top"


def test_reflection_of_other_scales(table, deep):
    z = rate(table, deep, normalisation="z-score")
    assert np.allclose(z["top"], 0.75 * z["good"] - 0.25 * z["risk"], atol=1e-12)
    mean = rate(table, deep, normalisation="mean")
    assert np.allclose(mean["top"], 0.75 * mean["good"] + 0.25 * (200 - mean["risk"]), atol=1e-12)
    contest = rate(table, deep, normalisation="z-score", aggregation={"risk": "copeland"})
    assert np.allclose(contest["top"], 0.75 * contest["good"] + 0.25 * (100 - contest["risk"]), atol=1e-12)


def test_another_method_on_every_level(table, deep):
    methods = {"top": "harmonic", "good": "geometric", "risk": "power"}
    result = rate(table, deep, aggregation=methods, power=3.0)
    score = normalise(table, direction={"e": -1})
    risk = aggregate(score[["d", "e"]], method="power", power=3.0)
    skills = aggregate(score[["a", "b"]])
    good = aggregate(pd.concat({"skills": skills, "c": score["c"]}, axis=1), method="geometric")
    top = aggregate(pd.DataFrame({"good": good, "risk": 100 - risk}), {"good": 3, "risk": 1}, "harmonic")
    assert np.allclose(result["top"], top, atol=1e-12)


@pytest.mark.parametrize("scheme", ["equal", "entropy", "critic", "pca"])
def test_weights_from_the_data(table, scheme, deep):
    result = rate(table, deep, weighting={"risk": scheme})
    score = normalise(table, direction={"e": -1})
    weights = data_weights(score[["d", "e"]], scheme)
    assert np.allclose(result["risk"], (score[["d", "e"]] * weights).sum(axis=1), atol=1e-12)
    assert result.attrs["weights"]["risk"] == pytest.approx(weights.to_dict())
    assert result.attrs["weights"]["top"] == {"good": 0.75, "risk": 0.25}


def test_missing_values_are_listed_with_their_effect(table, deep):
    table.loc["r2", "a"] = np.nan
    result = rate(table, deep)
    assert result.loc["r2", ["skills", "good", "top"]].isna().all()
    assert pd.isna(result.loc["r2", "rank"])
    assert pd.isna(result.loc["r2", "rating_class"])
    assert result["rank"].dropna().sort_values().tolist() == list(range(1, 9))
    assert result.attrs["missing"] == [("r2", "a", "no data: skills, good, top not computed")]
    partial = rate(table, deep, availability=0.5)
    assert partial.loc["r2", "skills"] == partial.loc["r2", "score_b"]
    assert partial.attrs["missing"] == [("r2", "a", "no data: left out, the other weights scaled up")]
    others = table.index != "r2"
    assert np.allclose(partial["top"][others], result["top"][others])


def test_ties_share_the_lowest_rank():
    data = pd.DataFrame({"x": [1.0, 3.0, 3.0, 2.0]}, index=list("abcd"))
    assert rate(data, Catalogue.flat(["x"]))["rank"].to_dict() == {"a": 4, "b": 1, "c": 1, "d": 3}


def test_unbounded_scores_have_no_class_unless_a_scale_is_given(table, deep):
    result = rate(table, deep, normalisation="z-score")
    assert result["rating_class"].isna().all()
    assert result.attrs["notes"] == ["no classes: z-score scores are unbounded"]
    scale = ClassScale(("above", "below"), (0.0, -99.0), top=99.0)
    own = rate(table, deep, normalisation="z-score", scale=scale)
    assert (own["rating_class"] == "above").tolist() == (own["top"] >= 0).tolist()
    assert not rate(table, deep).attrs["notes"]


def test_goalposts_reference_and_region_weights_reach_the_scores(table):
    catalogue = Catalogue.flat(["a"])
    goals = rate(table, catalogue, normalisation="goalposts", goalposts={"a": (0, 10)})
    assert np.allclose(goals["index"], (10 * table["a"]).clip(0, 100))
    reference = rate(table, catalogue, normalisation="reference", reference="r3")
    assert reference.loc["r3", "index"] == 100.0
    weights = pd.Series(np.arange(9.0), index=table.index)
    mean = rate(table, catalogue, normalisation="mean", region_weights=weights)
    assert np.average(mean["index"], weights=weights) == pytest.approx(100.0)


def test_record_of_the_run(table, deep):
    before = table.copy()
    result = rate(table, deep, aggregation={"top": "geometric"}, availability=0.5)
    assert result.attrs["year"] == 2014
    assert result.attrs["edition"] == "realigned"
    assert result.attrs["method"]["aggregation"] == {"top": "geometric"}
    assert result.attrs["method"]["availability"] == 0.5
    assert result.copy().attrs == result.attrs
    pd.testing.assert_frame_equal(table, before)


def test_extra_columns_are_not_looked_at(table, deep):
    wider = table.assign(note=1.0)
    pd.testing.assert_frame_equal(rate(wider, deep), rate(table, deep))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"aggregation": {"tops": "geometric"}}, "aggregation names 'tops', which is no aggregate of catalogue"),
        ({"weighting": {"a": "equal"}}, "weighting names 'a', which is no aggregate"),
        ({"aggregation": "median"}, "aggregation='median' is not known"),
        ({"weighting": {"top": "random"}}, "weighting='random' is not known"),
        ({"normalisation": "log"}, "normalisation='log' is not known"),
        ({"treatment": "cut"}, "treatment='cut' is not known"),
        ({"availability": 2}, "availability=2"),
    ],
)
def test_bad_options(table, options, problem, deep):
    with pytest.raises(RatingError) as caught:
        rate(table, deep, **options)
    assert problem in str(caught.value)


def test_zero_and_negative_values_under_the_geometric_mean_name_the_region(table, deep):
    table.loc["r5", "b"] = 0.0
    with pytest.raises(RatingError, match="b of r5: a score of zero under the geometric mean"):
        rate(table, deep, aggregation="geometric")
    assert rate(table, deep, aggregation={"skills": "geometric"}, zeros="zero").loc["r5", "skills"] == 0.0
    with pytest.raises(RatingError, match="a score below zero under the geometric mean"):
        rate(table, deep, normalisation="z-score", aggregation="geometric")


def test_a_column_of_missing_values_names_the_catalogue_row(table, deep):
    with pytest.raises(RatingError, match=r"catalogue row 8 \(c\): all values of column 'c' are missing"):
        rate(table.assign(c=np.nan), deep)


def test_columns_that_the_catalogue_does_not_name_may_hold_anything(table, deep):
    extra = table.assign(name="text", when=pd.Timestamp("2020-01-01"), huge=np.inf)
    pd.testing.assert_frame_equal(rate(extra, deep), rate(table, deep))
    noisy = {"resolution": {"a": 0.1}, "replications": 20, "rng": 1}
    assert (robustness(extra, deep, **noisy).index == robustness(table, deep, **noisy).index).all()
    with pytest.raises(DataError, match="'x' is not a finite number"):
        rate(table.astype(object).assign(a="x"), deep)


@pytest.mark.parametrize("function", [rate, robustness, leave_one_out, sobol])
def test_ones_own_table_without_a_catalogue_is_told_how_to_give_one(table, function):
    with pytest.raises(RatingError) as caught:
        function(table.assign(population=1.0))
    assert str(caught.value).startswith("catalogue: no catalogue is given for this table")
    assert 'gp.Catalogue.flat(["a", "b", "c", "..."])' in str(caught.value)
    with pytest.raises(RatingError, match=r'flat\(\["a", "b"\]\)'):  # which can be copied
        function(table[["a", "b"]])


@pytest.mark.parametrize("option", ["leader", "reference", "mean"])
def test_what_a_ratio_scale_refuses_names_the_way_out(table, option):
    catalogue = Catalogue.flat(["a", "b"], direction={"b": -1})
    spoiled = [table.assign(a=-1.0), table.assign(b=0.0), table.assign(a=0.0)]
    for data in spoiled:
        with pytest.raises(RatingError, match='normalisation="min-max", or z-score, rank, percentile, goalposts'):
            rate(data, catalogue, normalisation=option, reference="r0" if option == "reference" else None)


def test_a_column_alone_is_refused_in_one_line() -> None:
    with pytest.raises(DataError, match=r"Series given; allowed: a DataFrame .*to_frame"):
        rate(pd.Series([1.0, 2.0], index=["a", "b"]))  # type: ignore[arg-type]
