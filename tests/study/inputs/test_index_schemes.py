"""Indices of other countries in a study file alone, against plain numpy: other goalposts, directions, gaps, means."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import GrowthpolesError, StudyError
from growthpoles.report.build_report import compute
from growthpoles.specialisation import gini
from growthpoles.study.industry_analysis import study_inequality
from growthpoles.study.inputs import edition_tables, study_catalogue, study_ratings
from growthpoles.study.load_study import load_study

YEARS = (2011, 2015, 2018)
HEAD = """[study]
name = "scheme"
years = [2011, 2015, 2018]
[study.title]
en = "A scheme"
[study.source]
en = "Generated"
[rating]
catalogue = "catalogue.csv"
{rating}
[[tables]]
file = "data.csv"
key = "region"
year_column = "year"
missing = [""]
"""


def study_of(folder: Path, catalogue: list[dict], data: dict[int, pd.DataFrame], rating: str):
    folder.mkdir(exist_ok=True)
    pd.DataFrame(catalogue).astype(object).fillna("").to_csv(folder / "catalogue.csv", index=False)
    pd.concat(data, names=["year", "region"]).reset_index().to_csv(folder / "data.csv", index=False)
    (folder / "study.toml").write_text(HEAD.format(rating=rating))
    return load_study(folder / "study.toml")


def rated(study, *, compared: bool = False):
    return study_ratings(study, edition_tables(study, "data"), compared=compared)


def drawn(seed: int, codes: str, n: int = 11) -> dict[int, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    regions = [f"region {i}" for i in range(n)]
    return {
        year: pd.DataFrame({code: rng.lognormal(1.0, 0.6, n).round(4) for code in codes}, regions) for year in YEARS
    }


def aggregate(code: str, parent: str = "", **more: object) -> dict:
    return {"code": code, "kind": "aggregate", "parent": parent, **more}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_geometric_mean_of_dimensions_with_goalposts(tmp_path, seed):
    posts = {"l": (0.3, 9.0), "e": (0.0, 7.5), "m": (0.5, 6.0), "g": (0.2, 30.0)}
    parents = {"l": "health", "e": "schooling", "m": "schooling", "g": "income"}
    rows = [aggregate("hdi"), *(aggregate(code, "hdi") for code in ("health", "schooling", "income"))]
    for code, (low, high) in posts.items():
        own = {"direction": -1} if code == "m" else {"transform": "log"} if code == "g" else {}
        rows.append({"code": code, "kind": "indicator", "parent": parents[code], "low": low, "high": high,
                     "normalisation": "goalposts", "scale": "0-1", **own})  # fmt: skip
    data = drawn(seed, "lemg")
    found = rated(study_of(tmp_path, rows, data, 'aggregation = { hdi = "geometric" }\nzeros = "zero"'))
    for year, table in data.items():
        s = {}
        for code, (low, high) in posts.items():
            x, ends = table[code].to_numpy(), np.array([low, high])
            if code == "g":
                x, ends = np.log(x), np.log(ends)
            share = np.clip((x - ends[0]) / (ends[1] - ends[0]), 0, 1)
            s[code] = 1 - share if code == "m" else share
        want = np.cbrt(s["l"] * (s["e"] + s["m"]) / 2 * s["g"])
        np.testing.assert_allclose(found[year]["hdi"], want, atol=1e-9, rtol=0)


@pytest.mark.parametrize("seed", [3, 4])
def test_scores_between_the_extremes_of_all_years_relative_to_the_mean(tmp_path, seed):
    codes = "abcd"
    rows = [aggregate("rii")]
    for code in codes:
        own = {"transform": "sqrt"} if code in "bd" else {}
        rows.append({"code": code, "kind": "indicator", "parent": "rii", "direction": -1 if code == "c" else 1, **own})
    data = drawn(seed, codes)
    text = 'normalisation = "min-max"\nlimits = "pooled"\nscore_range = [0, 1]\nrelative_to = "mean"'
    found = rated(study_of(tmp_path, rows, data, text))
    stack = pd.concat(data)
    stack[["b", "d"]] **= 0.5
    scores = (stack - stack.min()) / (stack.max() - stack.min())
    scores["c"] = 1 - scores["c"]
    index = scores.mean(axis=1)
    for year in YEARS:
        np.testing.assert_allclose(found[year]["rii"], index[year], atol=1e-9, rtol=0)
        np.testing.assert_allclose(found[year]["relative_index"], 100 * index[year] / index.mean(), atol=1e-9, rtol=0)


def four_levels(tmp_path, seed: int, more: str = ""):
    rows = [
        aggregate("top"), aggregate("good", "top", weight=2), aggregate("risk", "top", weight=1, direction=-1),
        aggregate("skill", "good", weight=3), aggregate("deep", "skill", weight=2),
        {"code": "a", "kind": "indicator", "parent": "deep", "weight": 1},
        {"code": "b", "kind": "indicator", "parent": "deep", "weight": 4, "direction": -1},
        {"code": "c", "kind": "indicator", "parent": "skill", "weight": 1},
        {"code": "d", "kind": "indicator", "parent": "good", "weight": 1, "direction": -1},
        {"code": "e", "kind": "indicator", "parent": "risk", "weight": 1},
        {"code": "f", "kind": "indicator", "parent": "risk", "weight": 5},
    ]  # fmt: skip
    data = drawn(seed, "abcdef")
    for year, row, code in ((2011, 0, "a"), (2015, 3, "b"), (2015, 4, "e"), (2018, 7, "c")):
        data[year].iloc[row, "abcdef".index(code)] = np.nan
    text = f'limits = "pooled"\navailability = 0.5\naggregation = {{ skill = "harmonic" }}\n{more}'
    return study_of(tmp_path, rows, data, text), data


def expected(data: dict[int, pd.DataFrame], good: float = 2.0) -> pd.Series:
    stack = pd.concat(data)
    s = {code: 100 * stack[code] / stack[code].max() for code in "acef"}
    s |= {code: 100 * stack[code].min() / stack[code] for code in "bd"}

    def mean(parts, weights, power=1.0):
        x, w = pd.concat(parts, axis=1, keys=range(len(parts))), np.array(weights, dtype=float)
        present = x.notna() * w
        return ((x**power * w).sum(axis=1) / present.sum(axis=1)) ** (1 / power)

    skill = mean([mean([s["a"], s["b"]], [1, 4]), s["c"]], [2, 1], -1.0)
    return mean([mean([skill, s["d"]], [3, 1]), 100 - mean([s["e"], s["f"]], [1, 5])], [good, 1])


@pytest.mark.parametrize("seed", [5, 6])
def test_four_levels_with_mixed_directions_gaps_and_a_harmonic_mean(tmp_path, seed):
    study, data = four_levels(tmp_path, seed)
    found, want = rated(study), expected(data)
    for year in YEARS:
        np.testing.assert_allclose(found[year]["top"], want[year], atol=1e-9, rtol=0)


def test_weights_of_a_table_are_given_back(tmp_path):
    study, data = four_levels(tmp_path, 7)
    before = rated(study)
    table = [(code, weight) for own in before[2018].attrs["weights"].values() for code, weight in own.items()]
    given = pd.DataFrame(table, columns=["code", "weight"])
    given.to_csv(tmp_path / "weights.csv", index=False)
    again, _ = four_levels(tmp_path, 7, 'weights = "weights.csv"')
    pd.testing.assert_frame_equal(rated(again)[2018], before[2018])
    given.loc[given["code"] == "good", "weight"] = 5.0 * given.loc[given["code"] == "risk", "weight"].item()
    given.to_csv(tmp_path / "weights.csv", index=False)
    np.testing.assert_allclose(rated(again)[2018]["top"], expected(data, good=5.0)[2018], atol=1e-9, rtol=0)
    for changed, problem in (
        (given.iloc[1:], "no weight for"),
        (given.assign(code=given["code"].replace("f", "q")), "q"),
        (given.assign(weight="much"), "number"),
        (given.rename(columns={"weight": "w"}), "weight"),
    ):
        changed.to_csv(tmp_path / "weights.csv", index=False)
        with pytest.raises(GrowthpolesError, match=problem):
            study_catalogue(again)


def test_a_source_of_no_indicator_is_refused(tmp_path):
    study, _ = four_levels(tmp_path, 8, 'sources = { a = "Labour survey" }')
    assert study.sources() == "Generated \N{MIDDLE DOT} Labour survey" and len(rated(study)) == 3
    other, _ = four_levels(tmp_path, 8, 'sources = { aa = "Labour survey" }')
    with pytest.raises(StudyError, match="'aa' is no indicator"):
        compute(other)


def test_the_resolution_of_printed_values_gives_inequality_its_rounding_interval(tmp_path):
    rows = [
        aggregate("top"),
        {"code": "a", "kind": "indicator", "parent": "top"},
        {"code": "ratio", "kind": "indicator", "parent": "top", "numerator": "b", "denominator": "c", "factor": 10},
        {"code": "b", "kind": "primary", "parent": ""},
        {"code": "c", "kind": "primary", "parent": ""},
    ]
    data = drawn(9, "abc")
    study = study_of(tmp_path, rows, data, "\n[inequality]\nresolution = { a = 0.1, b = 0.2, c = 0.01 }")
    found = study_inequality(study, edition_tables(study, "data")).found
    rng = np.random.default_rng(10)
    for code in ("a", "ratio"):
        own = found[code].table.loc["gini", "equal"]
        for year, table in data.items():
            low, high = own.loc[year, ["rounding_low", "rounding_high"]]
            assert low < own.loc[year, "value"] < high
            for _ in range(50):  # whatever the values were before they were rounded
                true = table + rng.uniform(-0.5, 0.5, table.shape) * [0.1, 0.2, 0.01]
                values = true["a"] if code == "a" else 10 * true["b"] / true["c"]
                assert low - 1e-12 <= gini(values) <= high + 1e-12
    far = study_of(tmp_path, rows, data, "\n[inequality]\nresolution = { c = 1000 }")
    left = study_inequality(far, edition_tables(far, "data")).left_out
    assert left == {"ratio": "c is within rounding of zero; allowed: a larger denominator"}
    odd = study_of(tmp_path, rows, data, "\n[inequality]\nresolution = { aa = 0.1 }")
    with pytest.raises(StudyError, match="aa"):
        study_inequality(odd, edition_tables(odd, "data"))
