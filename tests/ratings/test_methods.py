"""The registry of methods, and methods of one's own: a function, or a function with its facts."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.ratings import (
    Aggregation,
    Catalogue,
    ClassScale,
    Normalisation,
    Treatment,
    Weighting,
    aggregate,
    contributions,
    data_weights,
    leave_one_out,
    normalise,
    profile,
    rate,
    register,
    robustness,
    sobol,
    treat,
)
from growthpoles.ratings.methods import METHODS, find
from growthpoles.ratings.rating_options import Method
from growthpoles.ratings.robustness import prepare
from growthpoles.ratings.simulation import draw, simulate

FLAT = Catalogue.flat(["a", "b"])
OUTLIER = pd.DataFrame({"a": [1.0, 2.0, 3.0, 2.0, 1.0, 90.0], "b": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})


def spread(x, sign):
    """Min-max as a user would write it, for one table."""
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    return np.where(sign > 0, x - low, high - x) / (high - low) * 100


def weighted(scores, weights):
    """Arithmetic mean as a user would write it."""
    known = ~np.isnan(scores)
    return np.nansum(scores * weights, axis=1) / (known * weights).sum(axis=1)


def by_range(scores):
    return np.ptp(scores, axis=0)


def capped(x):
    return np.minimum(x, np.nanmedian(x) * 3)


def lowest(scores, weights):
    return scores.min(axis=1)


def test_every_method_has_what_computes_it():
    without = {
        (kind, name)
        for kind, table in METHODS.items()
        for name, method in table.items()
        if next(getattr(method, field) for field in method.__dataclass_fields__ if field != "name") is None
    }
    means = {("aggregation", name) for name in ("arithmetic", "geometric", "harmonic", "power")}
    assert without == means | {("weighting", "given"), ("treatment", "none"), ("transform", "none")}


@pytest.mark.long
def test_a_name_is_a_function_even_after_its_module_was_loaded():
    code = (
        "import growthpoles.ratings.rate, growthpoles.ratings.coherence\n"
        "from growthpoles.ratings import coherence, rate\nprint(callable(rate) and callable(coherence))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize(
    ("kind", "choice", "problem"),
    [
        (Normalisation, "z-scores", "normalisation='z-scores' is not known; allowed: leader, .*; nearest: z-score"),
        (Aggregation, None, "aggregation=None is not known"),
        (Weighting, Treatment("mine", capped), "weighting=Treatment"),
        (Normalisation, Normalisation("leader", spread), "'leader' is the name of another normalisation"),
    ],
)
def test_what_no_method_is_meant_by(kind, choice, problem):
    with pytest.raises(RatingError, match=problem):
        find(kind, choice)


def test_a_function_may_not_take_the_name_of_a_method(table, deep):
    def rank(x, sign):
        return x

    with pytest.raises(RatingError, match="'rank' is the name of another normalisation; allowed: a new name"):
        rate(table, deep, normalisation=rank)


def test_an_own_normalisation_scores_as_the_packages(table, deep):
    own, ours = (
        rate(table, deep.without("risk"), normalisation=spread),
        rate(table, deep.without("risk"), normalisation="min-max"),
    )
    pd.testing.assert_frame_equal(own.drop(columns="rating_class"), ours.drop(columns="rating_class"))
    assert own["rating_class"].isna().all() and ours["rating_class"].notna().all()
    assert own.attrs["method"]["normalisation"] == "spread"
    assert own.attrs["notes"] == ["no classes: spread scores are unbounded"]
    gap = table.mask(table == table.iloc[2, 1])
    pd.testing.assert_frame_equal(normalise(gap, spread), normalise(gap, "min-max"))


def test_its_facts_give_it_classes_and_a_centre(table, deep):
    with pytest.raises(RatingError, match=r"pillar risk: .* is -1, and 'spread' has no centre.*Normalisation\("):
        rate(table, deep, normalisation=spread)
    told = Normalisation("own spread", spread, bounded=True, pivot=50.0)
    own, ours = rate(table, deep, normalisation=told), rate(table, deep, normalisation="min-max")
    pd.testing.assert_frame_equal(own, ours)
    pd.testing.assert_frame_equal(contributions(own, deep), contributions(ours, deep))
    assert str(profile(table, "r3", deep, normalisation=told)) == str(
        profile(table, "r3", deep, normalisation="min-max")
    )
    scale = ClassScale(("high", "low"), (50.0, 0.0))
    assert set(rate(table, deep.without("risk"), normalisation=spread, scale=scale)["rating_class"]) == {"high", "low"}


def test_an_own_normalisation_may_need_goalposts():
    def share_of_top(x, sign, goalposts):
        return 100 * x / goalposts[1]

    told = Normalisation("of the top", share_of_top, bounded=True, needs=("goalposts",))
    table = pd.DataFrame({"a": [1.0, 4.0], "b": [2.0, 5.0]}, index=["x", "y"])
    rating = rate(table, FLAT, normalisation=told, goalposts={"a": (0, 4), "b": (0, 10)})
    assert rating["index"].tolist() == [22.5, 75.0]
    with pytest.raises(RatingError, match="goalposts: no goalposts for 'a'"):
        rate(table, FLAT, normalisation=told)


def test_noise_reaches_an_own_normalisation_one_table_at_a_time(table, deep):
    told = Normalisation("own spread", spread, bounded=True, pivot=50.0)
    how = {"resolution": dict.fromkeys("abcde", 0.1), "replications": 40, "rng": 1}
    own, ours = (robustness(table, deep, normalisations=[each], **how) for each in (told, "min-max"))
    np.testing.assert_allclose(own.index, ours.index)
    assert own.labels[1] == ("own spread",) and (own.class_counts == ours.class_counts).all()


def test_own_methods_among_the_choices(table, deep):
    told = Normalisation("own spread", spread, pivot=50.0)
    choices = [told, "min-max"], [{"top": weighted}, "arithmetic"]
    problem, _ = prepare({"t": table}, deep, Method(), "dirichlet", 1.0, *choices, "one", None, None)
    draws = draw(problem, 60, np.random.default_rng(2))
    index = simulate(problem, draws)
    draws.normalisation[:], draws.aggregation[:] = 1, 1
    np.testing.assert_allclose(index, simulate(problem, draws))
    means = [Aggregation("own mean", weighted, pivot=50.0), {"top": lowest}]
    found = robustness(table, deep, normalisations=[told, "rank"], aggregations=means, replications=30)
    assert found.labels[1:3] == (("own spread", "rank"), ("own mean", "{'top': 'lowest'}"))
    assert set(found.choices_frame()["normalisation"]) == {"own spread", "rank"}
    assert "2 normalisations, 2 aggregations" in repr(found)
    assert found.class_probability()["no class"].eq(1).all()
    effects = sobol(table, deep, normalisations=["min-max", told], weights="fixed", samples=4, output="index")
    assert set(effects["choice"]) == {"normalisation"}
    with pytest.raises(RatingError, match="two alternatives have the name <lambda>"):
        robustness(table, deep, aggregations=[lambda s, w: s.max(axis=1), lambda s, w: s.min(axis=1)])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_own_aggregation_keeps_to_availability():
    scores = pd.DataFrame({"a": [10.0, 20.0, np.nan], "b": [30.0, np.nan, np.nan]}, index=["x", "y", "z"])
    weights = {"a": 3, "b": 1}
    for availability in (0.5, 1.0):
        own = aggregate(scores, weights, weighted, availability=availability)
        ours = aggregate(scores, weights, availability=availability)
        pd.testing.assert_series_equal(own, ours, check_names=False)
    assert own.name == "weighted" and own.notna().tolist() == [True, False, False]
    assert aggregate(scores, {"a": 0, "b": 1}, lowest).tolist()[:1] == [30.0]  # a weight of zero counts as no child


def test_an_own_aggregation_has_neither_classes_nor_contributions(table, deep):
    rating = rate(table, deep, aggregation={"top": lowest})
    assert rating["top"].equals(rating[["good", "risk"]].assign(risk=100 - rating["risk"]).min(axis=1).rename("top"))
    assert rating["rating_class"].isna().all()
    assert rating.attrs["notes"] == ["no classes: lowest scores are unbounded"]
    assert rating.attrs["method"]["aggregation"] == {"top": "lowest"}
    with pytest.raises(RatingError, match=r"contributions do not add up: .*top lowest"):
        contributions(rating, deep)
    with pytest.raises(RatingError, match=r"pillar risk: .*'lowest' has no centre.*Aggregation\("):
        rate(table, deep, aggregation={"risk": lowest})
    assert (
        rate(table, deep, aggregation=Aggregation("least", lowest, bounded="as scores"))["rating_class"].notna().all()
    )
    changed = leave_one_out(table, deep, aggregation={"top": lowest})
    assert changed["index"].notna().all()


def test_a_power_mean_is_a_matter_of_facts():
    scores = pd.DataFrame({"a": [3.0], "b": [4.0]})
    assert aggregate(scores, method=Aggregation("quadratic", exponent=2.0))[0] == pytest.approx(12.5**0.5)


def test_own_weights(table, deep):
    scores = normalise(table)
    ranges = scores.max() - scores.min()
    weights = data_weights(scores, by_range)
    assert weights.to_numpy() == pytest.approx((ranges / ranges.sum()).to_numpy()) and weights.name == "by_range"
    rating = rate(table, deep, weighting={"skills": by_range})
    inner = normalise(table[["a", "b"]])
    expected = (inner * (by_range(inner) / by_range(inner).sum())).sum(axis=1)
    assert rating["skills"].to_numpy() == pytest.approx(expected.to_numpy())
    assert rating.attrs["method"]["weighting"] == {"skills": "by_range"}


def test_own_treatment(deep):
    table = pd.DataFrame(
        {"a": [1.0, 2.0, 3.0, 2.0, 1.0, 90.0], "b": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}, index=list("uvwxyz")
    )
    treated, report = treat(table, capped)
    assert treated["a"].tolist() == [1, 2, 3, 2, 1, 6] and treated["b"].equals(table["b"])
    assert report["treatment"].tolist() == ["capped"] and report["regions"].tolist() == [[]]
    rows = Treatment("first", lambda x: (np.minimum(x, 5.0), [5]))
    assert treat(table, rows)[1]["regions"].tolist() == [["z"]]
    rating = rate(table, FLAT, treatment=capped)
    assert rating["score_a"].tolist() == pytest.approx([100 / 6, 100 / 3, 50, 100 / 3, 100 / 6, 100])
    assert rating.attrs["method"]["treatment"] == "capped"
    with pytest.raises(RatingError, match="treatment='minus' can give negative values, which 'leader' does not take"):
        rate(table, FLAT, treatment=Treatment("minus", lambda x: -x, negatives=True))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"normalisation": lambda x, sign: x * np.nan}, "column a, b: '<lambda>' gives no finite score for a value"),
        ({"normalisation": Normalisation("empty")}, "normalisation 'empty' has no function"),
        ({"aggregation": lambda s, w: 1 / (s[:, 0] * 0)}, "aggregation: '<lambda>' does not give one finite number"),
        ({"aggregation": lambda s, w: s}, "aggregation: '<lambda>' does not give one finite number"),
        ({"aggregation": Aggregation("empty")}, "empty mean: power=None; allowed: a number other than 0"),
        ({"weighting": lambda s: [-1, 2]}, "weighting: '<lambda>' does not give 2 weights; allowed: 0 or more"),
        ({"weighting": lambda s: [1]}, "weighting: '<lambda>' does not give 2 weights"),
        ({"treatment": lambda x: x[:2]}, "column a: '<lambda>' does not give a finite value for every value"),
        ({"treatment": lambda x: -x}, "a negative value under 'leader' normalisation"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_functions_that_do_not_keep_the_rules(options, problem):
    with pytest.raises(RatingError, match=problem):
        rate(OUTLIER, FLAT, **options)


@pytest.mark.parametrize(
    ("option", "taken"),
    [("normalisation", "x, sign"), ("aggregation", "scores, weights"), ("weighting", "scores"), ("treatment", "x")],
)
def test_functions_that_take_something_else_are_refused_in_our_words(option, taken):
    for function in (lambda: 1, lambda x, y, z: x):
        with pytest.raises(RatingError, match=rf"{option}: '<lambda>': .*; allowed: a function of \({taken}\)$"):
            rate(OUTLIER, FLAT, **{option: function})


def test_what_a_method_needs_counts_among_what_it_takes():
    with pytest.raises(RatingError, match=r"allowed: a function of \(x, sign, reference\)$"):
        rate(OUTLIER, FLAT, normalisation=Normalisation("own", spread, needs=("reference",)))


def test_a_registered_method_is_known_by_its_name(table, deep, open_registry):
    register(Normalisation("toy", spread, bounded=True, pivot=50.0))
    pd.testing.assert_frame_equal(rate(table, deep, normalisation="toy"), rate(table, deep, normalisation="min-max"))
    assert robustness(table, deep, normalisations=["toy", "rank"], replications=20).labels[1] == ("toy", "rank")
    with pytest.raises(RatingError, match="nearest: toy"):
        rate(table, deep, normalisation="toys")
    with pytest.raises(RatingError, match="'toy' is the name of another normalisation"):
        register(Normalisation("toy", lowest))
