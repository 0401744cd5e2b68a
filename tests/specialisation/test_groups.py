from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.specialisation import ksi_group_thresholds, ksi_groups, ksi_groups_over

# Table 7 of the article, in its order; None is "-"
LETTERS = "AKM AKT ALM ATY VOS ZHA ZAP KAR KUS KZY MAN PAV SEV YUZ AST ALA"
REGIONS = [f"KZ-{letters}" for letters in LETTERS.split(" ")]
PRINTED = {
    2010: [0.003, 0.197, 0.010, None, 0.002, 0.0, 0.040, 0, None, None, None, None, 0.021, 0.005, 0.039, 0.683],
    2014: [0, 0.034, 0.004, None, 0.005, 0.004, 0.055, 0, None, None, 0.009, 0.001, 0.056, 0.005, 0.192, 0.634],
}
KSI = {year: pd.Series(values, index=REGIONS, dtype=float) for year, values in PRINTED.items()}
ARTICLE_MIDDLE = ["KZ-AST", "KZ-AKT", "KZ-SEV"]


def members(groups: pd.Series, name: str) -> set[str]:
    return set(groups.index[groups == name])


@pytest.mark.parametrize("year", [2010, 2014])
def test_default_rule_on_the_article(year):
    groups = ksi_groups(KSI[year])
    assert members(groups, "leader") == {"KZ-ALA"}
    assert members(groups, "middle") == {*ARTICLE_MIDDLE, "KZ-ZAP"}
    assert members(groups, "no production") == set(KSI[year].index[KSI[year].isna()])
    assert members(groups, "outsider") >= {"KZ-AKM", "KZ-KAR"}
    assert groups.attrs["rule"] == "leader >= 0.5, middle >= 0.02, else outsider; no production apart"


@pytest.mark.parametrize(("year", "blocked"), [(2010, {"KZ-AST", "KZ-SEV"}), (2014, {"KZ-AKT"})])
def test_no_threshold_reproduces_the_articles_middle_group(year, blocked):
    found = ksi_group_thresholds(KSI[year], leader=["KZ-ALA"], middle=ARTICLE_MIDDLE)
    assert not found.possible
    assert set(found.blockers["unnamed"]) == {"KZ-ZAP"} and set(found.blockers["named"]) == blocked
    assert "1 pairs" in repr(found) or "2 pairs" in repr(found)
    every = np.unique(KSI[year][KSI[year] > 0].dropna())
    for middle in every[every < 0.5]:
        assert members(ksi_groups(KSI[year], middle=middle), "middle") != set(ARTICLE_MIDDLE)


def test_the_list_with_west_kazakhstan_has_thresholds_and_the_default_is_one():
    wanted = [*ARTICLE_MIDDLE, "KZ-ZAP"]
    for year, interval in ((2010, (0.010, 0.021)), (2014, (0.009, 0.034))):
        found = ksi_group_thresholds(KSI[year], leader=["KZ-ALA"], middle=wanted)
        assert found.possible and found.middle == interval
        for middle, same in ((interval[0], False), (interval[0] + 1e-6, True), (interval[1], True)):
            assert (members(ksi_groups(KSI[year], middle=middle), "middle") == set(wanted)) is same
        assert found.to_frame().loc["leader", "possible"]
        assert found.leader == (max(0.197, 0.0) if year == 2010 else 0.192, KSI[year]["KZ-ALA"])
        assert f"{interval[0]:g} < middle <= {interval[1]:g}" in repr(found)


def test_groups_over_thresholds():
    frame = ksi_groups_over(KSI[2014], [0.001, 0.02, 0.1])
    assert list(frame.columns) == [0.001, 0.02, 0.1] and frame.columns.name == "middle"
    for middle in frame.columns:
        assert frame[middle].astype(str).equals(ksi_groups(KSI[2014], middle=middle).astype(str).rename(middle))
    assert members(frame[0.1], "middle") == {"KZ-AST"}
    with pytest.raises(RatingError, match="empty or repeats"):
        ksi_groups_over(KSI[2014], [0.1, 0.1])


def test_zero_is_an_outsider_and_missing_is_not():
    status = pd.Series("value", index=REGIONS)
    status[KSI[2014].isna()] = "no production"
    status[KSI[2014] == 0] = "rounded zero"
    groups = ksi_groups(KSI[2014], status)
    assert groups["KZ-KAR"] == "outsider" and groups["KZ-KZY"] == "no production"
    text = ksi_groups(KSI[2014], status, no_production="outsider")
    assert text["KZ-KZY"] == "outsider" and "no production = outsider" in text.attrs["rule"]
    assert list(groups.cat.categories) == ["leader", "middle", "outsider", "no production"] and groups.cat.ordered


@pytest.mark.parametrize(
    ("region", "value", "words"),
    [
        ("KZ-ALA", "no production", "'no production' of 'KZ-ALA' does not fit its share 0.634"),
        ("KZ-KZY", "value", "'value' of 'KZ-KZY' does not fit its share nan"),
        ("KZ-ALA", "rounded zero", "does not fit"),
        ("KZ-ALA", "valu", "nearest: value"),
    ],
)
def test_status_must_fit(region, value, words):
    status = pd.Series("value", index=REGIONS).where(KSI[2014].notna(), "no production")
    status[region] = value
    with pytest.raises(RatingError, match=words):
        ksi_groups(KSI[2014], status)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ksi_groups(KSI[2014], middle=0.6), "middle=0.6, leader=0.5 are out of order"),
        (lambda: ksi_groups(KSI[2014], middle=0.0), "out of order"),
        (lambda: ksi_groups(KSI[2014] * 2), "the share of 'KZ-ALA' is 1.268"),
        (lambda: ksi_groups(-KSI[2014]), "negative"),
        (lambda: ksi_groups(KSI[2014], no_production="none"), "no_production='none' is not known"),
        (lambda: ksi_groups(KSI[2014], ["value"] * 16), "status is no column"),
        (lambda: ksi_groups(KSI[2014], pd.Series({"KZ-ALA": "value"})), "status: no region 'KZ-AKM'"),
        (lambda: ksi_group_thresholds(KSI[2014], leader=[], middle=["KZ-AST"]), "list of leader regions is empty"),
        (lambda: ksi_group_thresholds(KSI[2014], leader=["KZ-ALA"], middle=["KZ-AS"]), "nearest: KZ-AST"),
        (lambda: ksi_group_thresholds(KSI[2014], leader=["KZ-ALA"], middle=["KZ-ATY"]), "outside the industry"),
        (lambda: ksi_group_thresholds(KSI[2014], leader=["KZ-ALA"], middle=["KZ-ALA"]), "named twice"),
    ],
)
def test_errors(call, words):
    with pytest.raises(RatingError, match=words):
        call()
