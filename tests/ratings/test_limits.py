"""Limits of scores through time, against COINr and plain formulas, and against properties that hold for any panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.ratings import normalise, rate, rating_limits

LESS = {"c": -1}


# COINr 1.1.14 (n_minmax on the stacked panel) and plain numpy by the formulas
@pytest.mark.parametrize(
    ("region", "year", "options", "value"),
    [
        ("S01", 2015, {"normalisation": "min-max", "limits": "pooled"}, 53.9956931202907),
        ("S04", 2021, {"normalisation": "min-max", "limits": "pooled"}, 66.469637296705),
        ("S07", 2018, {"normalisation": "min-max", "limits": "pooled"}, 57.769558746443),
        ("S04", 2015, {"limits": "year"}, 68.2513060604976),
        ("S04", 2021, {"limits": "year"}, 70.64608536261365),
        ("S04", 2015, {"limits": "pooled"}, 57.63788202684718),
        ("S04", 2021, {"limits": "pooled"}, 70.0202509487097),
        ("S04", 2021, {"limits": {"base": 2015}}, 83.27410417122154),
    ],
)
def test_references(region, year, options, value, panel, flat):
    assert rate(panel, flat(), **options)[year].loc[region, "top"] == pytest.approx(value, abs=1e-10)


def test_pooled_min_max_from_1_to_100_and_geometric(panel, flat):
    scores = {year: rating.filter(like="score_") * 0.99 + 1 for year, rating in
              rate(panel, flat(), normalisation="min-max", limits="pooled").items()}  # fmt: skip
    assert np.exp(np.log(scores[2021].loc["S03"]).mean()) == pytest.approx(36.0783262216495, abs=1e-10)


def test_pooled_scores_are_those_of_all_years_as_one_table(panel, flat):
    tables = panel
    whole = pd.concat(tables)
    whole.index = [f"{year} {region}" for year, region in whole.index]
    for kind in ("leader", "min-max", "z-score", "rank", "percentile", "mean"):
        stacked = normalise(whole, kind, direction=LESS)
        for year, rating in rate(tables, flat(), normalisation=kind, limits="pooled").items():
            expected = stacked.loc[[f"{year} {region}" for region in rating.index]].to_numpy()
            np.testing.assert_allclose(rating[[f"score_{code}" for code in "abcd"]].to_numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("kind", ["leader", "min-max", "z-score", "mean"])
@pytest.mark.parametrize("limits", ["pooled", {"base": 2018}])
def test_limits_given_back_as_goalposts_change_nothing(kind, limits, tmp_path, panel, flat):
    tables = panel
    ratings = rate(tables, flat(), normalisation=kind, limits=limits)
    rating_limits(ratings[2021]).to_csv(tmp_path / "limits.csv")
    read = pd.read_csv(tmp_path / "limits.csv", index_col="indicator")
    again = rate(tables[2021], flat(), normalisation=kind, goalposts=read)
    pd.testing.assert_series_equal(again["top"], ratings[2021]["top"], rtol=1e-12)


def test_limits_name_who_set_them(panel, flat):
    found = rating_limits(rate(panel, flat(), limits="pooled")[2015])
    whole = pd.concat(panel, names=["year", "region"]).reset_index()
    for code in "abd":
        row = whole.loc[whole[code].idxmax()]
        assert found.loc[code, ["low", "high", "high_year", "high_region"]].tolist() == [
            0,
            row[code],
            row.year,
            row.region,
        ]
    row = whole.loc[whole["c"].idxmin()]
    assert found.loc["c", ["low", "low_year", "low_region"]].tolist() == [row["c"], row.year, row.region]
    assert np.isnan(found.loc["c", "high"]) and (found["beyond"] == 0).all()


def test_a_base_year_does_not_cut_and_says_what_lies_beyond(flat):
    tables = {
        2010: pd.DataFrame({"a": [1.0, 2.0]}, index=["n", "s"]),
        2011: pd.DataFrame({"a": [1.0, 3.0]}, index=["n", "s"]),
    }
    rating = rate(tables, flat("a", ""), limits={"base": 2010})[2011]
    assert rating.loc["s", "top"] == 150 and rating.loc["s", "rating_class"] == "A++"
    assert rating.attrs["notes"] == ["beyond the scale, in its last class on that side: 2011 s"]
    assert rating_limits(rating).loc["a", "beyond"] == 1


def test_one_table_of_several_years_is_rated_as_a_mapping(panel, flat):
    tables = panel
    stacked = pd.concat(panel, names=["year", "region"])
    for limits in ("year", "pooled", {"base": 2018}):
        one, many = rate(stacked, flat(), limits=limits), rate(tables, flat(), limits=limits)
        for year, rating in many.items():
            pd.testing.assert_frame_equal(one.loc[year], rating, check_names=False)


def test_gaps_are_left_out_of_the_limits_and_listed(panel, flat):
    tables = panel
    tables[2018].loc["S02", "a"] = np.nan
    tables[2021]["b"] = np.nan
    ratings = rate(tables, flat(), limits="pooled")
    assert ratings[2018].attrs["missing"] == [("S02", "a", "no data: top not computed")]
    assert ratings[2021]["top"].isna().all() and len(ratings[2021].attrs["missing"]) == len(tables[2021])


def test_weights_and_treatment_come_from_all_years_at_once(panel, flat):
    ratings = rate(panel, flat(), limits="pooled", weighting="entropy", treatment="winsorise")
    assert len({str(rating.attrs["weights"]) for rating in ratings.values()}) == 1


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"limits": "all"}, "limits='all'"),
        ({"limits": {"base": 1999}}, "the base year 1999 has no table"),
        ({"limits": {"base": 2015}, "normalisation": "rank"}, "a base year has no limits for others"),
        ({"goalposts": {"a": (0, 1)}, "normalisation": "rank"}, "goalposts have no meaning"),
        ({"goalposts": dict.fromkeys("abcd", (0, 0))}, "high above 0"),
    ],
)
def test_what_is_refused(options, problem, panel, flat):
    with pytest.raises(RatingError, match=problem):
        rate(panel, flat(), **options)


def test_a_single_year_has_no_pool(panel, flat):
    with pytest.raises(RatingError, match="the table of a single year"):
        rate(panel[2015], flat(), limits="pooled")
