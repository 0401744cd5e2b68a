"""Distance gradients against definitions, full enumeration and scipy."""

from __future__ import annotations

from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from growthpoles.errors import RegionError, SpatialError
from growthpoles.spatial.poles.distance_gradient import distance_gradient, distances_km, mantel, spearman

TAIL = {"greater": 0, "less": 1}


def squares(centres, crs="EPSG:32642", labels=None):
    shapes = [box(x - 1, y - 1, x + 1, y + 1) for x, y in centres]
    labels = labels or [f"r{i}" for i in range(len(centres))]
    return gpd.GeoDataFrame(geometry=shapes, index=pd.Index(labels, name="region"), crs=crs)


def scattered(n, seed=0):
    return squares(np.random.default_rng(seed).uniform(0, 1e6, (n, 2)))


def p_of(tails, alternative):
    greater, less = tails
    return {"greater": greater, "less": less, "two-sided": min(1.0, 2 * min(greater, less))}[alternative]


def test_distances_by_hand():
    found = distances_km(squares([(0, 0), (3000, 4000), (0, 12000)]))
    assert found.loc["r0", "r1"] == pytest.approx(5.0)
    assert found.loc["r0", "r2"] == pytest.approx(12.0)
    assert found.loc["r1", "r2"] == pytest.approx(np.hypot(3, 8))
    assert (np.diag(found) == 0).all() and found.equals(found.T)


def test_distances_in_a_layer_in_feet():
    found = distances_km(squares([(0, 0), (1_000_000, 0)], crs="EPSG:2263"))
    assert found.iloc[0, 1] == pytest.approx(304.8006096, rel=1e-9)  # US survey feet


@pytest.mark.long
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", pytest.param("less", marks=pytest.mark.slow)])
def test_spearman_is_the_full_enumeration(brute, ties, alternative):
    x = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0]) if ties else np.array([3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0])
    y = np.array([2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0]) if ties else np.array([2.0, 7.0, 1.0, 8.0, 2.5, 8.5, 1.5])
    rank = lambda values: np.array([np.mean(np.flatnonzero(np.sort(values) == v)) for v in values])  # noqa: E731
    rx, ry = rank(x), rank(y)
    statistic = lambda order: np.corrcoef(rx[order], ry)[0, 1]  # noqa: E731
    *tails, mean, variance = brute(statistic, 7)
    index = list("abcdefg")
    result = spearman(pd.Series(x, index), pd.Series(y, index).iloc[::-1], alternative=alternative)
    assert result.statistic == pytest.approx(statistic(np.arange(7)), abs=1e-12)
    assert result.p_value == pytest.approx(p_of(tails, alternative), abs=1e-12)
    assert result.p_interval == (result.p_value, result.p_value)
    assert mean == pytest.approx(0, abs=1e-12) and result.expected == 0
    assert result.variance == pytest.approx(variance, abs=1e-12)


def test_spearman_exact_table():
    """Sum of squared rank differences 12 at n = 7 (rho 0.786): one-sided p 0.024 in the exact tables (Kendall 1970)."""
    x = pd.Series([1.0, 2, 3, 4, 5, 6, 7], list("abcdefg"))
    y = next(
        pd.Series(order, x.index, dtype=float)
        for order in permutations(range(1, 8))
        if sum((a - b) ** 2 for a, b in zip(order, x, strict=True)) == 12
    )
    result = spearman(x, y, alternative="greater")
    assert round(result.statistic, 3) == 0.786 and round(result.p_value, 3) == 0.024


@pytest.mark.slow
def test_spearman_against_scipy_and_its_own_simulation():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(3)
    x, y = pd.Series(rng.normal(size=14)), pd.Series(rng.normal(size=14))
    result = spearman(x, y, permutations=99_999)
    assert result.statistic == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)
    rx, ry = x.rank().to_numpy(), y.rank().to_numpy()
    drawn = np.array([np.corrcoef(rng.permutation(rx), ry)[0, 1] for _ in range(20_000)])
    p = min(1, 2 * min((drawn >= result.statistic - 1e-12).mean(), (drawn <= result.statistic + 1e-12).mean()))
    assert result.p_value == pytest.approx(p, abs=4 * np.sqrt(2 * p * (1 - p / 2) / 20_000))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=5, max_size=8))
def test_spearman_knows_ranks_only(pairs):
    x, y = (pd.Series(values, dtype=float) for values in zip(*pairs, strict=True))
    if x.nunique() < 2 or y.nunique() < 2:
        with pytest.raises(SpatialError, match="all values are equal"):
            spearman(x, y)
        return
    plain, bent, turned = spearman(x, y), spearman(np.exp(x / 5), y**3), spearman(x, -y)
    assert -1 - 1e-12 <= plain.statistic <= 1 + 1e-12
    assert (bent.statistic, bent.p_value) == pytest.approx((plain.statistic, plain.p_value), abs=1e-12)
    assert (turned.statistic, turned.p_value) == pytest.approx((-plain.statistic, plain.p_value), abs=1e-12)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", pytest.param("less", marks=pytest.mark.long)])
@pytest.mark.parametrize("values", [[5.0, 1, 9, 2, 2, 7], [1.0, 1, 0, 0, 1, 0]])
def test_mantel_is_the_full_enumeration(brute, alternative, values):
    regions = scattered(6, 1)
    y = np.array(values)
    centres = np.array([[g.centroid.x, g.centroid.y] for g in regions.geometry])

    def statistic(order):
        apart, away = [], []
        for i in range(6):
            for j in range(i):
                apart.append(abs(y[order[i]] - y[order[j]]))
                away.append(np.hypot(*(centres[i] - centres[j])))
        return np.corrcoef(apart, away)[0, 1]

    *tails, mean, variance = brute(statistic, 6)
    result = mantel(pd.Series(y, regions.index), regions.iloc[::-1], alternative=alternative)
    assert result.statistic == pytest.approx(statistic(np.arange(6)), abs=1e-12)
    assert result.p_value == pytest.approx(p_of(tails, alternative), abs=1e-12)
    assert result.expected == 0 and mean == pytest.approx(0, abs=1e-12)
    assert result.variance == pytest.approx(variance, rel=1e-9)
    assert result.reference.startswith("all ")


@pytest.mark.slow
def test_mantel_by_simulation():
    regions = scattered(12, 5)
    rng = np.random.default_rng(1)
    centres = np.column_stack([regions.geometry.centroid.x, regions.geometry.centroid.y])
    y = centres[:, 0] / 1e5 + rng.normal(0, 3, 12)
    away = np.linalg.norm(centres[:, None] - centres, axis=2)[np.triu_indices(12, 1)]
    apart = lambda v: np.abs(v[:, None] - v)[np.triu_indices(12, 1)]  # noqa: E731
    observed = np.corrcoef(apart(y), away)[0, 1]
    drawn = np.array([np.corrcoef(apart(rng.permutation(y)), away)[0, 1] for _ in range(10_000)])
    p = (drawn >= observed).mean()
    result = mantel(pd.Series(y, regions.index), regions)
    assert result.statistic == pytest.approx(observed, abs=1e-12)
    assert result.p_value == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 10_000) + 1e-4)
    assert result.variance == pytest.approx(drawn.var(), rel=0.1)
    assert result.permutations == 99_999


def test_gradient_leaves_the_poles_out_of_their_own_test():
    regions = scattered(12)
    y = pd.Series(np.random.default_rng(0).normal(size=12), regions.index)
    raised = y.copy()
    raised[["r3", "r7"]] = 1e6
    one, two = (distance_gradient(v, regions, ["r3", "r7"], permutations=999) for v in (y, raised))
    assert list(one.index) == ["nearest", "r3", "r7", "all pairs"]
    same = ["nearest", "all pairs"]
    pd.testing.assert_frame_equal(one.loc[same], two.loc[same])
    assert one.loc["r3", "n"] == 11 and one.loc["nearest", "n"] == 10
    assert one.loc["nearest", "left_out"] == "r3, r7" and one.loc["r7", "left_out"] == "r7"


def test_gradient_down_from_a_pole():
    regions = squares([(10_000 * i, 0) for i in range(8)])
    y = pd.Series(np.arange(8.0)[::-1] ** 2, regions.index)
    frame = distance_gradient(y, regions, ["r0"], alternative="less")
    assert frame.loc["r0", "statistic"] == pytest.approx(-1)
    assert frame.loc["r0", "p_value"] == pytest.approx(1 / 5040)
    assert frame.loc["all pairs", "alternative"] == "greater" and frame.loc["all pairs", "statistic"] > 0.8
    # two poles at the ends: the distance to the nearer one is what counts
    valley = pd.Series([9.0, 6, 4, 1, 2, 3, 5, 8], regions.index)
    both = distance_gradient(valley, regions, ["r0", "r7"], alternative="less").loc["nearest"]
    nearer = [1, 2, 3, 3, 2, 1]
    expected = spearman(pd.Series(valley[1:7].to_numpy()), pd.Series(nearer, dtype=float), alternative="less")
    assert (both["statistic"], both["p_value"]) == pytest.approx((expected.statistic, expected.p_value))


def test_gradient_does_not_depend_on_row_order_and_lists_gaps():
    regions = scattered(13)
    y = pd.Series(np.random.default_rng(2).normal(size=13), regions.index)
    y["r5"] = np.nan
    one = distance_gradient(y, regions, ["r1", "r5"], permutations=999, rng=4)
    two = distance_gradient(y.sample(frac=1, random_state=1), regions.iloc[::-1], ["r1", "r5"], permutations=999, rng=4)
    pd.testing.assert_frame_equal(one, two)
    assert one.loc["r1", "left_out"] == "r1, r5" and one.loc["r1", "n"] == 11
    assert one.loc["r5", "n"] == 12  # a pole without data is left out anyway


def test_gradient_does_not_change_its_input():
    regions = scattered(8)
    y = pd.Series(np.arange(8.0), regions.index)
    before = y.copy(), regions.copy()
    distance_gradient(y, regions, ["r0"], permutations=99)
    pd.testing.assert_series_equal(y, before[0])
    assert regions.equals(before[1])


@pytest.mark.long
@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"poles": ["r99"]}, RegionError, "unknown pole r99; nearest: r9"),
        ({"poles": []}, SpatialError, "no pole given"),
        ({"alternative": "more"}, SpatialError, "alternative='more' is not known"),
        ({"permutations": 0}, SpatialError, "permutations=0"),
        ({"rng": -1}, SpatialError, "rng=-1"),
        ({"y": pd.Series(1.0, [f"r{i}" for i in range(9)])}, SpatialError, "lacks regions of the boundaries: r9"),
        ({"y": "y"}, SpatialError, "str given"),
        ({"y": pd.Series(1.0, [f"r{i}" for i in range(10)])}, SpatialError, "all values are equal"),
        ({"y": pd.Series([1.0] * 4 + [np.nan] * 6, [f"r{i}" for i in range(10)])}, SpatialError, "3 regions are left"),
        ({"y": pd.Series([np.inf] + [1.0] * 9, [f"r{i}" for i in range(10)])}, SpatialError, "no finite value for r0"),
    ],
)
def test_gradient_errors(change, error, words):
    regions = scattered(10)
    y = pd.Series(np.arange(10.0), regions.index)
    arguments = {"y": y, "regions": regions, "poles": ["r0"], "permutations": 99} | change
    with pytest.raises(error, match=words.replace("(", r"\(")) as caught:
        distance_gradient(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        (squares([(0, 0), (5, 5)], crs="EPSG:4326"), "projected CRS, the layer has WGS 84"),
        (squares([(0, 0), (5, 5)], labels=["a", "a"]), "region a stands twice"),
        (gpd.GeoDataFrame(geometry=[Point(0, 0), None], index=["a", "b"], crs="EPSG:32642"), "no geometry for b"),
    ],
)
def test_distance_errors(regions, words):
    with pytest.raises(SpatialError, match=words):
        distances_km(regions)


def test_mantel_errors():
    same = squares([(0, 0)] * 6)
    with pytest.raises(SpatialError, match="all values or all distances are equal"):
        mantel(pd.Series(np.arange(6.0), same.index), same)
    regions = scattered(6)
    with pytest.raises(SpatialError, match="all values or all distances are equal"):
        mantel(pd.Series(1.0, regions.index), regions)
    with pytest.raises(SpatialError, match="4 regions with data"):
        mantel(pd.Series([1.0, 2, 3, 4, np.nan, np.nan], regions.index), regions)


def test_many_regions_go_by_the_law_of_all_relocations():
    import geopandas as gpd

    rng = np.random.default_rng(2)
    points = gpd.points_from_xy(*rng.uniform(0, 1e6, (2, 80)))
    regions = gpd.GeoDataFrame(geometry=points.buffer(1000), index=[f"r{i:02}" for i in range(80)], crs="EPSG:32642")
    y = pd.Series(rng.gamma(1, 1, 80) + np.asarray(points.x) / 4e6, regions.index)
    by_law, drawn = mantel(y, regions), mantel(y, regions, permutations=9_999)
    assert by_law.method == "randomisation" and "Pearson type III" in by_law.reference
    assert by_law.statistic == pytest.approx(drawn.statistic, rel=1e-12) and drawn.method == "permutation"
    assert by_law.p_value == pytest.approx(drawn.p_value, abs=4 * (drawn.p_value / 1e4) ** 0.5 + 0.03 * drawn.p_value)
    rows = distance_gradient(y, regions, ["r00"])
    assert rows.loc["all pairs", "method"] == "randomisation" and rows.loc["r00", "permutations"] == 99_999


@pytest.mark.parametrize("size", [1e-300, 1e154, 1e300])
def test_mantel_in_any_unit(size):
    regions = scattered(12)
    y = pd.Series(np.random.default_rng(3).normal(size=12), regions.index)
    with np.errstate(all="raise"):
        moved = mantel(y * size, regions, permutations=99)
    assert moved.statistic == pytest.approx(mantel(y, regions, permutations=99).statistic, rel=1e-9)
