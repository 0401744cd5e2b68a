from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.ratings import Catalogue, contributions, profile, rate

FLAT = Catalogue.flat({"p": 1, "q": 3})
DATA = pd.DataFrame({"p": [10.0, 50.0, 100.0], "q": [40.0, 10.0, 20.0]}, index=["x", "y", "z"])


def test_contributions_by_hand():
    """x scores 10 and 100 with weights 1/4 and 3/4: 2.5 + 75 = 77.5."""
    parts = contributions(rate(DATA, FLAT), FLAT)
    assert parts.loc["x"].tolist() == [2.5, 75.0]
    assert parts.attrs["scale"] == "points"


def test_contributions_add_up_on_every_level(table, deep):
    table.loc["r1", "a"] = np.nan
    rating = rate(table, deep, availability=0.5)
    for code in deep.aggregates:
        parts = contributions(rating, deep, to=code)
        assert np.abs(parts.sum(axis=1) - rating[code]).max() < 1e-12
    assert contributions(rating, deep, to="skills").columns.tolist() == ["a", "b"]
    assert np.isnan(contributions(rating, deep).loc["r1", "a"])


@pytest.mark.parametrize(
    ("kind", "power", "scale", "forward"),
    [
        ("geometric", None, "log points", np.log),
        ("harmonic", None, "reciprocal points", lambda s: 1 / s),
        ("power", 2.0, "powered points", lambda s: s**2),
    ],
)
def test_contributions_of_other_means_add_up_on_their_scale(kind, power, scale, forward):
    rating = rate(DATA, FLAT, aggregation=kind, power=power)
    parts = contributions(rating, FLAT)
    assert parts.attrs["scale"] == scale
    assert np.allclose(parts.sum(axis=1), forward(rating["index"]), rtol=1e-12)


def test_contributions_that_do_not_add_up_are_refused(table, deep):
    mixed = rate(table, deep, aggregation={"top": "geometric"})
    with pytest.raises(RatingError, match="top: a pillar with direction -1 does not add up under the geometric mean"):
        contributions(mixed, deep)
    parts = contributions(mixed, deep, to="good")
    assert np.allclose(parts.sum(axis=1), mixed["good"])
    with pytest.raises(RatingError, match="copeland"):
        contributions(rate(table, deep, aggregation="copeland"), deep)
    with pytest.raises(RatingError, match="a pillar with direction -1 does not add up under the geometric mean"):
        contributions(rate(table, deep, aggregation="geometric"), deep)
    with pytest.raises(RatingError, match="'goods' is no aggregate; nearest: good"):
        contributions(mixed, deep, to="goods")
    bare = mixed.copy()
    bare.attrs = {}
    with pytest.raises(RatingError, match="the rating has lost its attrs"):
        contributions(bare, deep)


def test_a_region_without_an_index_has_no_contributions(table, deep):
    table.loc["r1", "a"] = np.nan
    parts = contributions(rate(table, deep), deep)
    assert parts.loc["r1"].isna().all()
    assert parts.drop(index="r1").notna().all().all()


def test_profile_adds_up(table, deep):
    rating = rate(table, deep)
    found = profile(table, "r4", deep)
    frame = found.to_frame()
    assert found.leader == rating["top"].idxmax()
    assert frame["contribution"].sum() == pytest.approx(found.index, abs=1e-12)
    gap = rating["top"].max() - found.index
    assert frame["gap_to_leader"].sum() == pytest.approx(gap, abs=1e-12)
    assert found.pillars["contribution"].sum() == pytest.approx(found.index, abs=1e-12)
    assert found.pillars["gap_to_leader"].sum() == pytest.approx(gap, abs=1e-12)
    assert frame["weight"].tolist() == pytest.approx([3 / 16, 3 / 16, 3 / 8, 1 / 8, 1 / 8])
    assert frame.loc["e", "best_region"] == table["e"].idxmin()
    assert found.rank == rating.loc["r4", "rank"]
    assert found.rating_class == rating.loc["r4", "rating_class"]
    assert "r4: index" in repr(found)


def test_strengths_and_weaknesses_against_the_median():
    frame = profile(DATA, "y", FLAT).to_frame()
    assert frame.loc["p", ["score", "median_score", "above_median"]].tolist() == [50.0, 50.0, 0.0]
    assert frame["verdict"].tolist() == ["at the median", "weakness"]
    assert profile(DATA, "z", FLAT).to_frame()["verdict"].tolist() == ["strength", "at the median"]


def test_required_value_by_hand():
    """x has 77.5 (A); A+ begins at 80: p must score 20, which is 20 of the leader's 100. q is at 100 already."""
    frame = profile(DATA, "x", FLAT).to_frame()
    assert frame.loc["p", "required"] == pytest.approx(20.0, rel=1e-8)
    assert frame.loc["p", "required_change"] == pytest.approx(100.0, rel=1e-6)
    assert not frame.loc["p", "takes_lead"]
    assert frame.loc["p", "others_changed"] == 0
    assert not frame.loc["q", "reachable"]
    assert np.isnan(frame.loc["q", "required"])


def test_required_value_where_less_is_better():
    """best/x: y scores 100 * 2 / 8 = 25 (C+); C++ begins at 30: x = 2 / 0.3."""
    catalogue = Catalogue.flat(["p"], direction={"p": -1})
    frame = profile(pd.DataFrame({"p": [2.0, 8.0]}, index=["x", "y"]), "y", catalogue).to_frame()
    assert frame.loc["p", "required"] == pytest.approx(2 / 0.3, rel=1e-8)


def test_a_value_that_rescales_the_others_is_flagged():
    """Under the mean a rise moves everybody; the rating with the required value is indeed in the next class."""
    from growthpoles.ratings import ClassScale

    scale = ClassScale(("high", "low"), (120.0, 0.0), top=1000.0)
    data = pd.DataFrame({"p": [10.0, 50.0, 60.0], "q": [30.0, 30.0, 60.0]}, index=["x", "y", "z"])
    options = {"normalisation": "mean", "scale": scale}
    frame = profile(data, "y", FLAT, **options).to_frame()
    row = frame.loc["p"]
    assert row["reachable"]
    assert row["takes_lead"]
    assert row["others_changed"] == 2
    changed = data.copy()
    changed.loc["y", "p"] = row["required"]
    rating = rate(changed, FLAT, **options)
    assert rating.loc["y", "index"] == pytest.approx(120.0, abs=1e-6)
    assert rating.loc["y", "rating_class"] == "high"
    before = rate(data, FLAT, **options)["rating_class"]
    assert row["others_reclassified"] == int((rating["rating_class"].astype(str) != before.astype(str)).drop("y").sum())


@pytest.mark.parametrize(
    "region", ["r0", "r3", "r6", "r8", *(pytest.param(f"r{i}", marks=pytest.mark.slow) for i in (1, 2, 4, 5, 7))]
)
def test_rating_with_the_required_value_reaches_the_next_class_and_a_little_less_does_not(table, deep, region):
    found = profile(table, region, deep)
    frame = found.to_frame()
    for code in frame.index[frame["reachable"]]:
        required = frame.loc[code, "required"]
        for share, expected in ((1.0, True), (0.999, False)):
            changed = table.copy()
            now = table.loc[region, code]
            changed.loc[region, code] = now + share * (required - now)
            reached = rate(changed, deep).loc[region, "rating_class"] == found.next_class
            assert reached == expected


def test_top_class_and_missing_data_have_no_way_up(table, deep):
    best = profile(pd.DataFrame({"p": [1.0, 2.0]}, index=["x", "y"]), "y", Catalogue.flat(["p"]))
    assert best.next_class is None
    assert np.isnan(best.points_needed)
    assert not best.indicators["reachable"].any()
    table.loc["r4", "a"] = np.nan
    empty = profile(table, "r4", deep)
    assert np.isnan(empty.index)
    assert empty.rank is None
    assert empty.rating_class is None
    assert empty.indicators.loc["a", "verdict"] == "no data"
    assert not empty.indicators["reachable"].any()


def test_unknown_region():
    with pytest.raises(RatingError, match="unknown region 'X'; nearest: x"):
        profile(DATA, "X", FLAT)
