"""Data of one division on another: sums by hand, splits only with shares, gaps that stay gaps."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growthpoles.errors import DataError, RegionError
from growthpoles.regions.kazakhstan.divisions import region_names, successors, to_vintage
from growthpoles.study.inputs.study_regions import read_weights

SPLIT_2014_2022 = {
    "KZ-ALM": {"KZ-ALM": 0.7, "KZ-ZHE": 0.3},
    "KZ-VOS": {"KZ-VOS": 0.5, "KZ-ABA": 0.5},
    "KZ-KAR": {"KZ-KAR": 0.8, "KZ-ULT": 0.2},
    "KZ-YUZ": {"KZ-YUZ": 0.6, "KZ-SHY": 0.4},
}


def table(vintage: int, **columns: object) -> pd.DataFrame:
    index = region_names(vintage).index
    return pd.DataFrame(columns or {"population": np.arange(1.0, len(index) + 1)}, index=index)


def test_todays_regions_on_the_boundaries_of_2018_and_2014_by_hand() -> None:
    today = table(2022, population=0.0)
    today.loc[["KZ-ALM", "KZ-ZHE", "KZ-VOS", "KZ-ABA", "KZ-KAR", "KZ-ULT", "KZ-YUZ", "KZ-SHY"], "population"] = [
        10.0, 20.0, 300.0, 400.0, 5000.0, 6000.0, 70000.0, 80000.0,
    ]  # fmt: skip
    before = to_vintage(today, from_vintage=2024, to_vintage=2018)
    assert list(before.index) == list(region_names(2018).index)
    assert before["population"][lambda v: v > 0].to_dict() == {
        "KZ-ALM": 30.0, "KZ-VOS": 700.0, "KZ-KAR": 11000.0, "KZ-YUZ": 70000.0, "KZ-SHY": 80000.0,
    }  # fmt: skip
    long_before = to_vintage(today, from_vintage=2024, to_vintage=2010)
    assert long_before.loc["KZ-YUZ", "population"] == 150000.0 and len(long_before) == 16
    assert ("KZ-SHY", "KZ-YUZ", 1.0) in long_before.attrs["changes"]
    assert {source for source, *_ in before.attrs["changes"]} == {
        "KZ-ALM", "KZ-ZHE", "KZ-VOS", "KZ-ABA", "KZ-KAR", "KZ-ULT",
    }  # fmt: skip


def test_south_kazakhstan_splits_only_with_shares() -> None:
    old = table(2014)
    with pytest.raises(RegionError, match=r"regions split: KZ-YUZ into KZ-YUZ and KZ-SHY; allowed: weights="):
        to_vintage(old, from_vintage=2014, to_vintage=2018)
    shares = {"KZ-YUZ": {"KZ-YUZ": 0.75, "KZ-SHY": 0.25}}
    new = to_vintage(old, from_vintage=2014, to_vintage=2018, weights=shares)
    assert new.loc["KZ-SHY", "population"] == 0.25 * old.loc["KZ-YUZ", "population"]
    assert new["population"].sum() == old["population"].sum()


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=16, max_size=16))
def test_splitting_and_merging_again_changes_nothing(values: list[float]) -> None:
    old = table(2014, x=values)
    there = to_vintage(old, from_vintage=2014, to_vintage=2022, weights=SPLIT_2014_2022)
    back = to_vintage(there, from_vintage=2022, to_vintage=2014)
    np.testing.assert_allclose(back["x"], old["x"], rtol=1e-12, atol=1e-9)


def test_a_gap_in_a_part_is_a_gap_of_the_whole_and_is_named() -> None:
    today = table(2022, grp=1.0, jobs=1.0)
    today.loc["KZ-ABA", "grp"] = np.nan
    today.attrs["missing"] = [("KZ-ABA", "grp", "not printed")]
    before = to_vintage(today, from_vintage=2022, to_vintage=2018)
    assert math.isnan(before.loc["KZ-VOS", "grp"]) and before.loc["KZ-VOS", "jobs"] == 2.0
    assert before["grp"].isna().sum() == 1
    assert before.attrs["missing"] == [("KZ-VOS", "grp", "KZ-ABA: not printed")]


def test_ratios_are_not_added_up() -> None:
    today = table(2022, grp=1.0, per_head=1.0)
    with pytest.raises(DataError, match=r"per_head does not add up over KZ-.*allowed: columns named in additive="):
        to_vintage(today, from_vintage=2022, to_vintage=2018, additive=["grp"])
    assert to_vintage(today, from_vintage=2022, to_vintage=2023, additive=["grp"]).equals(today)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"KZ-YUZ": {"KZ-YUZ": 0.5, "KZ-SHY": 0.4}}, "KZ-YUZ 0.5, KZ-SHY 0.4; allowed: shares from 0 to 1"),
        ({"KZ-YUZ": {"KZ-YUZ": 1.5, "KZ-SHY": -0.5}}, "shares from 0 to 1"),
        ({"KZ-YUZ": {"KZ-YUZ": math.nan, "KZ-SHY": 1.0}}, "shares from 0 to 1"),
        ({"KZ-YUZ": {"KZ-YUZ": 1.0}}, "in the successors of KZ-YUZ but not in the weights of KZ-YUZ: KZ-SHY"),
        ({"KZ-AKM": {"KZ-AKM": 1.0}}, "weights for KZ-AKM; allowed: KZ-YUZ"),
    ],
)
def test_shares_that_do_not_fit(weights: dict[str, dict[str, float]], words: str) -> None:
    with pytest.raises(RegionError, match=words.replace("(", r"\(")):
        to_vintage(table(2014), from_vintage=2014, to_vintage=2018, weights=weights)


def test_regions_of_another_vintage_are_refused() -> None:
    with pytest.raises(RegionError, match="in the table but not in the 2018 vintage: KZ-ABA"):
        to_vintage(table(2022), from_vintage=2018, to_vintage=2014)


def test_the_splits_of_the_test_are_those_of_the_law() -> None:
    split = {code: successors(code, from_vintage=2014, to_vintage=2022) for code in region_names(2014).index}
    assert {code: set(into) for code, into in split.items() if len(into) > 1} == {
        code: set(into) for code, into in SPLIT_2014_2022.items()
    }


def test_shares_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "shares.csv"
    path.write_text("from,to,share\nKZ-YUZ,KZ-YUZ,0.75\nKZ-YUZ,KZ-SHY,0.25\n", encoding="utf-8")
    assert read_weights(path) == {"KZ-YUZ": {"KZ-YUZ": 0.75, "KZ-SHY": 0.25}}
    path.write_text("from,to,share\nKZ-YUZ,KZ-YUZ,0.75\nKZ-YUZ,KZ-YUZ,0.25\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 3, column to: KZ-YUZ stands twice"):
        read_weights(path)
