"""Joins are checked both ways."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from growthpoles.errors import RegionError
from growthpoles.regions.join import check_regions, join

REGIONS = gpd.GeoDataFrame(geometry=[box(i, 0, i + 1, 1) for i in range(3)], index=pd.Index(list("abc"), name="region"))


def test_join_is_by_label_and_keeps_gaps() -> None:
    table = pd.DataFrame({"x": [3.0, 1.0, float("nan")]}, index=["c", "a", "b"])
    joined = join(REGIONS, table)
    assert joined["x"].isna().tolist() == [False, True, False]
    assert joined.loc[["a", "c"], "x"].tolist() == [1.0, 3.0]
    assert "x" not in REGIONS


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ([], "in the boundaries but not in the table: a, b, c"),
        (["a", "b", "c", "d"], "in the table but not in the boundaries: d"),
        (["a", "b", "c", "c"], "duplicate region in the table: c"),
        (["a", "b", "x"], "not in the boundaries: x; in the boundaries but not in the table: c"),
    ],
)
def test_every_difference_is_listed(index: list[str], words: str) -> None:
    with pytest.raises(RegionError, match=words):
        join(REGIONS, pd.DataFrame({"x": 1.0}, index=index))


def test_a_region_without_a_row_has_no_data_and_is_listed() -> None:
    joined = join(REGIONS, pd.DataFrame({"x": [1.0, 2.0]}, index=["c", "a"]))
    assert joined["x"].isna().tolist() == [False, True, False]
    assert joined.attrs["no_row"] == ["b"]
    assert "no_row" not in join(REGIONS, pd.DataFrame({"x": 1.0}, index=list("abc"))).attrs


def test_a_column_on_both_sides_is_refused() -> None:
    with pytest.raises(RegionError, match="columns on both sides: geometry"):
        join(REGIONS, pd.DataFrame({"geometry": 1.0}, index=list("abc")))


def test_the_nearest_region_is_named() -> None:
    with pytest.raises(RegionError, match="nearest: Akmola"):
        check_regions(["Akmolo"], ["Akmola"], found_in="t", expected_in="b")
