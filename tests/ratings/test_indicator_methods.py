"""Transform, treatment, normalisation, goalposts, range of scores of single indicators, as a catalogue gives them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import growthpoles as gp
from growthpoles.errors import RatingError, StudyError
from growthpoles.ratings import Catalogue, rate

COUNTRIES = pd.DataFrame(
    {
        "life": [82.4, 83.8, 73.6, 76.9, 54.7],
        "expected": [18.1, 16.3, 15.6, 14.0, 10.0],
        "mean": [12.9, 13.4, 11.9, 8.1, 6.7],
        "gni": [66494.0, 69394, 22857, 16057, 4910],
    },
    index=["Norway", "Switzerland", "Kazakhstan", "China", "Nigeria"],
)


def catalogue(*rows: dict) -> Catalogue:
    return Catalogue.from_frame(pd.DataFrame(rows).astype(object).fillna(""))


def one(**cells: object) -> Catalogue:
    """A catalogue of one indicator with a method."""
    root = {"code": "index", "kind": "aggregate", "parent": ""}
    return catalogue(root, {"code": "x", "kind": "indicator", "parent": "index", **cells})


def hdi() -> Catalogue:
    posts = {"normalisation": "goalposts", "scale": "0-1", "kind": "indicator"}
    return catalogue(
        {"code": "hdi", "kind": "aggregate", "parent": ""},
        {"code": "health", "kind": "aggregate", "parent": "hdi"},
        {"code": "education", "kind": "aggregate", "parent": "hdi"},
        {"code": "income", "kind": "aggregate", "parent": "hdi"},
        {"code": "life", "parent": "health", "low": "20", "high": "85", **posts},
        {"code": "expected", "parent": "education", "low": "0", "high": "18", **posts},
        {"code": "mean", "parent": "education", "low": "0", "high": "15", **posts},
        {"code": "gni", "parent": "income", "low": "100", "high": "75000", "transform": "log", **posts},
    )


def test_the_human_development_index_to_its_printed_digits():
    rated = rate(COUNTRIES, hdi(), aggregation={"hdi": "geometric"})
    assert rated["hdi"].round(3).tolist() == pytest.approx([0.957, 0.955, 0.825, 0.761, 0.539], abs=0.0011)
    assert rated.loc["Norway", "hdi"] == pytest.approx(0.9570357536493498, abs=1e-9)
    assert rated.loc["Switzerland", "hdi"] == pytest.approx(0.9555461525326183, abs=1e-9)
    assert rated["rating_class"].isna().all(), "the ten classes are for 0 to 100"
    assert rated.attrs["notes"] == [
        "no classes: scores are not of 0 to 100",
        "beyond their goalposts, scored as at them: Norway/expected",
    ]


SHAPES = {
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "power:0.3": lambda x: x**0.3,
    "power:-2": lambda x: x**-2.0,
    "inverse": lambda x: 1 / x,
    "logit": lambda x: np.log(x / (1 - x)),
    "none": lambda x: x,
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("posts", [True, pytest.param(False, marks=pytest.mark.long)])
def test_transforms_keep_the_direction_of_the_indicator_and_its_goalposts(name, direction, posts):
    table = pd.DataFrame({"x": [0.2, 0.5, 0.9, np.nan, 0.3]}, index=list("abcde"))
    ends = {"normalisation": "goalposts", "low": "0.1", "high": "0.95"} if posts else {"normalisation": "min-max"}
    rated = rate(table, one(transform=name, direction=direction, **ends), availability=1.0)
    low, high = (0.1, 0.95) if posts else (0.2, 0.9)
    with np.errstate(invalid="ignore"):
        y, a, b = SHAPES[name](table["x"]), SHAPES[name](low), SHAPES[name](high)
    expected = 100 * (y - a) / (b - a)
    expected = expected if direction > 0 else 100 - expected
    np.testing.assert_allclose(rated["index"], expected, atol=1e-9)
    best = "c" if direction > 0 else "a"
    assert rated["rank"].idxmin() == best


@pytest.mark.parametrize(
    ("transform", "value", "allowed"),
    [("log", 0, "above 0"), ("log", -1, "above 0"), ("log1p", -1, "above -1"), ("sqrt", -0.1, "0 or more"),
     ("power:0.5", -1, "0 or more, above 0 for a negative power"),
     ("power:-1", 0, "0 or more, above 0 for a negative power"),
     ("inverse", 0, "above 0"), ("inverse", -2, "above 0"), ("logit", 1, "above 0 and below 1"),
     ("logit", 0, "above 0 and below 1")],
)  # fmt: skip
def test_a_value_outside_the_domain_is_named(transform, value, allowed):
    table = pd.DataFrame({"x": [0.2, value, 0.5]}, index=["north", "south", "west"])
    with pytest.raises(RatingError) as caught:
        rate(table, one(transform=transform, normalisation="min-max"))
    told = f"column x: transform {transform.partition(':')[0]!r} does not take a value of south; allowed: {allowed}"
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"transform": "lg"}, "transform='lg' is not known"),
        ({"transform": "power"}, "transform 'power'; allowed: power:0.5"),
        ({"transform": "power:x"}, "power:x 'x' is not a number"),
        ({"transform": "log:2"}, "transform 'log:2'; allowed: log without a number"),
        ({"treatment": "box-cox:2"}, "treatment 'box-cox:2'"),
        ({"treatment": "winsorise:0"}, "treatment 'winsorise:0'"),
        ({"normalisation": "minmax"}, "nearest: min-max"),
        ({"low": "1"}, "high '' is not a number"),
        ({"low": "2", "high": "1"}, "low 2 and high 1; allowed: low < high"),
        ({"low": "0", "high": "1", "transform": "log"}, "does not take a value of low"),
        ({"scale": "1"}, "scale '1'; allowed: worst and best score"),
        ({"scale": "100-1"}, "scale '100-1'"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row(cells, problem):
    with pytest.raises(StudyError) as caught:
        one(**cells)
    assert problem in str(caught.value)
    assert str(caught.value).startswith("catalogue row 3 (x): ")


@pytest.mark.parametrize(
    ("cells", "options", "problem"),
    [
        (
            {"low": "0", "high": "9"},
            {},
            "low and high have no meaning under 'leader'; allowed: goalposts in the column",
        ),
        ({"normalisation": "goalposts"}, {}, "no goalposts for 'x'; allowed: low and high in the catalogue"),
        ({"treatment": "log"}, {}, "treatment 'log' leaves the unit of the values, which 'leader' needs"),
        ({"scale": "0-1", "normalisation": "z-score"}, {}, "a range of scores has no meaning under 'z-score'"),
    ],
)
def test_methods_that_do_not_go_together(cells, options, problem):
    with pytest.raises(RatingError, match=problem):
        rate(pd.DataFrame({"x": [1.0, 2, 3]}), one(**cells), **options)


def test_scores_of_different_units_do_not_combine():
    mixed = catalogue(
        {"code": "index", "kind": "aggregate", "parent": ""},
        {"code": "x", "kind": "indicator", "parent": "index", "normalisation": "z-score"},
        {"code": "y", "kind": "indicator", "parent": "index"},
    )
    with pytest.raises(RatingError, match="different units do not combine: x in standard deviations; y in points"):
        rate(pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 2, 3]}), mixed)


def test_only_indicators_have_methods():
    with pytest.raises(StudyError, match=r"catalogue row 2 \(index\): a row of kind aggregate has no transform"):
        catalogue(
            {"code": "index", "kind": "aggregate", "parent": "", "transform": "log"},
            {"code": "x", "kind": "indicator", "parent": "index"},
        )


def test_treatments_of_single_indicators():
    x = np.append(np.linspace(1, 2, 19), [50.0])
    table = pd.DataFrame({"x": x})
    for cell, expected in (
        ("winsorise:1", np.append(x[:-1], x[-2])),
        ("winsorise-log", np.append(x[:-1], x[-2])),
        ("box-cox", stats.boxcox(x)[0]),
    ):
        rated = rate(table, one(treatment=cell, normalisation="min-max"))
        score = 100 * (expected - expected.min()) / np.ptp(expected)
        assert rated["index"].to_numpy() == pytest.approx(score)
        assert rated.attrs["treatment"][0]["column"] == "x"
    assert rated.attrs["treatment"][0]["treatment"] == f"box-cox (lambda {stats.boxcox(x)[1]:.4g})"
    with pytest.raises(RatingError, match="treatment together with resolution"):
        gp.robustness(table, one(treatment="winsorise:1"), resolution={"x": 0.1}, replications=2)


def test_winsorise_log_takes_logarithms_of_the_column_where_winsorising_is_not_enough():
    x = np.exp(np.linspace(0, 9, 25)) ** 1.3
    treated, report = gp.treat(pd.DataFrame({"x": x}), "winsorise-log", points=1)
    assert report["treatment"].tolist() == ["winsorise-log (logarithm)"] and report["regions"].tolist() == [[]]
    assert treated["x"].to_numpy() == pytest.approx(np.log(x - x.min() + 0.01 * np.ptp(x)))


def test_four_levels_mixed_directions_methods_and_gaps_against_plain_numpy():
    rng = np.random.default_rng(5)
    n = 14
    table = pd.DataFrame(
        {code: rng.lognormal(sigma=0.7, size=n) for code in "abcdefg"}, index=[f"r{i}" for i in range(n)]
    )
    table["g"] = table["g"] / (1 + table["g"])
    for row, code in ((0, "a"), (3, "b"), (3, "c"), (7, "f"), (9, "g")):
        table.loc[f"r{row}", code] = np.nan
    tree = catalogue(
        {"code": "top", "kind": "aggregate", "parent": ""},
        {"code": "good", "kind": "aggregate", "parent": "top", "weight": 3},
        {"code": "risk", "kind": "aggregate", "parent": "top", "weight": 2, "direction": -1},
        {"code": "skills", "kind": "aggregate", "parent": "good", "weight": 1},
        {"code": "deep", "kind": "aggregate", "parent": "skills", "weight": 2},
        {"code": "a", "kind": "indicator", "parent": "deep", "transform": "log", "normalisation": "min-max"},
        {"code": "b", "kind": "indicator", "parent": "deep", "weight": 4, "direction": -1},
        {"code": "c", "kind": "indicator", "parent": "skills", "normalisation": "rank"},
        {"code": "d", "kind": "indicator", "parent": "good", "direction": -1, "transform": "inverse",
         "normalisation": "min-max"},
        {"code": "e", "kind": "indicator", "parent": "risk", "normalisation": "goalposts", "low": "0.5", "high": "3"},
        {"code": "f", "kind": "indicator", "parent": "risk", "weight": 5, "normalisation": "percentile"},
        {"code": "g", "kind": "indicator", "parent": "risk", "transform": "logit", "normalisation": "min-max",
         "direction": -1},
    )  # fmt: skip
    rated = rate(table, tree, availability=0.5, aggregation={"skills": "geometric"}, zeros="zero")

    def span(x):
        return 100 * (x - np.nanmin(x)) / (np.nanmax(x) - np.nanmin(x))

    def mean(parts, weights, geometric=False):
        x = np.column_stack(parts)
        w = np.where(np.isnan(x), 0.0, weights)
        with np.errstate(divide="ignore"):
            filled = np.nan_to_num(np.log(x) if geometric else x, neginf=-np.inf)
        with np.errstate(invalid="ignore"):
            total = np.where(w > 0, w * filled, 0.0).sum(axis=1) / w.sum(axis=1)
        total = np.where((w > 0).sum(axis=1) >= 0.5 * x.shape[1], total, np.nan)
        return np.exp(total) if geometric else total

    v = {code: table[code].to_numpy() for code in table}
    order = pd.DataFrame(v).rank()
    count = table.notna().sum()
    s = {
        "a": span(np.log(v["a"])),
        "b": 100 * np.nanmin(v["b"]) / v["b"],
        "c": 100 * order["c"].to_numpy() / count["c"],
        "d": span(1 / v["d"]),  # less is better, so that more of 1 / x is
        "e": np.clip(100 * (v["e"] - 0.5) / 2.5, 0, 100),
        "f": 100 * (order["f"].to_numpy() - 1) / (count["f"] - 1),
        "g": 100 - span(np.log(v["g"] / (1 - v["g"]))),
    }
    deep = mean([s["a"], s["b"]], [1, 4])
    skills = mean([deep, s["c"]], [2, 1], geometric=True)
    good = mean([skills, s["d"]], [1, 1])
    risk = mean([s["e"], s["f"], s["g"]], [1, 5, 1])
    np.testing.assert_allclose(rated["top"], mean([good, 100 - risk], [3, 2]), atol=1e-9, rtol=0)
    assert rated["top"].isna().sum() < 3


def test_the_methods_of_a_catalogue_reach_profile_robustness_and_what_leaves_one_out():
    rated = rate(COUNTRIES, hdi(), aggregation={"hdi": "geometric"})
    found = gp.robustness(COUNTRIES, hdi(), aggregation={"hdi": "geometric"}, weights="fixed", replications=3)
    assert found.index[0] == pytest.approx(rated["hdi"].to_numpy())
    left = gp.leave_one_out(COUNTRIES, hdi(), aggregation={"hdi": "geometric"})
    dropped = left[(left["dropped"] == "mean") & (left["region"] == "China")]["index"].item()
    scores = rated.loc["China", ["health", "score_expected", "income"]].to_numpy(float)
    assert dropped == pytest.approx(scores.prod() ** (1 / 3))


def test_rounding_noise_goes_through_the_transform():
    table = pd.DataFrame({"x": [10.0, 100.0, 1000.0]})
    how = {"normalisation": "goalposts", "low": "1", "high": "10000", "transform": "log"}
    found = gp.robustness(table, one(**how), weights="fixed", resolution={"x": 2.0}, replications=400)
    low, high = (25 * np.log10(x) for x in (9.0, 11.0))
    assert low <= found.index[:, 0].min() < 24.2 and 25.8 < found.index[:, 0].max() <= high


def test_a_geometric_index_of_arithmetic_parts_adds_up_in_logarithms():
    how = {"aggregation": {"hdi": "geometric"}}
    rated = rate(COUNTRIES, hdi(), **how)
    split = gp.contributions(rated, hdi())
    assert split.attrs["scale"] == "log points"
    np.testing.assert_allclose(split.sum(axis=1), np.log(rated["hdi"]), atol=1e-12)
    shares = rated["score_expected"] / (rated["score_expected"] + rated["score_mean"])
    np.testing.assert_allclose(split["expected"], np.log(rated["education"]) / 3 * shares)
    found = gp.profile(COUNTRIES, "China", hdi(), **how)
    gap = np.log(rated.loc["Norway", "hdi"] / rated.loc["China", "hdi"])
    assert found.indicators["gap_to_leader"].sum() == pytest.approx(gap)
    assert found.pillars["contribution"].sum() == pytest.approx(np.log(rated.loc["China", "hdi"]))
    with pytest.raises(RatingError, match="contributions do not add up"):
        gp.contributions(rate(COUNTRIES, hdi(), aggregation={"education": "geometric"}), hdi())
