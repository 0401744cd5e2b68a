"""Published values, to the digits printed in their sources."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import nchypergeom_fisher

from growthpoles.specialisation import (
    gini,
    gini_specialisation,
    hoover,
    krugman_pairwise,
    krugman_specialisation,
    litzenberger,
    location_quotient,
    shift_share,
    shift_share_factors,
)


def _column(values: list[float]) -> pd.Series:
    return pd.Series(values, index=[f"i{k}" for k in range(len(values))])


def test_krugman_of_two_regions_without_a_common_industry():
    matrix = pd.DataFrame([[20, 10, 70, 0, 0], [0, 0, 0, 60, 40]], index=["one", "two"], columns=list("abcde"))
    assert krugman_pairwise(matrix).loc["one", "two"] == pytest.approx(2.0, abs=1e-12)
    assert krugman_specialisation(matrix, reference="rest_mean").tolist() == pytest.approx([2.0, 2.0])


def test_gini_of_specialisation_of_the_reat_manual():
    region = [12121, 3154, 25484, 4798, 3372, 1059, 14837, 42931, 6673]
    nation = [7155807, 1696961, 6674652, 925648, 996498, 232167, 3992230, 7127512, 1123004]
    rest = [n - r for n, r in zip(nation, region, strict=True)]
    matrix = pd.DataFrame([region, rest], index=["region", "rest"], columns=[f"i{k}" for k in range(9)])
    assert round(gini_specialisation(matrix)["region"], 7) == 0.2089009


def test_hoover_of_econgeo():
    assert hoover(_column([0, 10, 10, 30, 50]), _column([10, 15, 20, 25, 30])) == pytest.approx(0.25, abs=1e-15)


def test_weighted_gini_of_the_reat_manual():
    income = _column([500, 1500, 2500, 4000, 7500, 15000])
    sizes = _column([1000, 1200, 1600, 400, 200, 600])
    assert round(gini(income, weights=sizes), 4) == 0.5278


def test_litzenberger_of_the_reat_manual():
    def pair(part: float, whole: float) -> pd.Series:
        return pd.Series([part, whole - part], index=["j", "rest"])

    result = litzenberger(
        pair(1743, 5740).to_frame("i"),
        pair(35, 53).to_frame("i"),
        area=pair(50, 576),
        population=pair(488, 4621),
    )
    assert round(result.loc["j", "i"], 5) == 21.87491


HAND = pd.DataFrame([[8, 2], [2, 8], [5, 15]], index=["A", "B", "C"], columns=["x", "y"])


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        # structures A .8/.2, B .2/.8, C .25/.75; nation 15/25 of 40
        ("national", [2 * (0.8 - 15 / 40), 2 * (15 / 40 - 0.2), 2 * (15 / 40 - 0.25)]),
        # rest of A: 7/23 of 30; of B: 13/17 of 30; of C: 10/10 of 20
        ("rest_pooled", [2 * (0.8 - 7 / 30), 2 * (13 / 30 - 0.2), 2 * (0.5 - 0.25)]),
        # mean of the others: A .225, B .525, C .5
        ("rest_mean", [2 * (0.8 - 0.225), 2 * (0.525 - 0.2), 2 * (0.5 - 0.25)]),
    ],
)
def test_the_three_references_by_hand(reference, expected):
    assert krugman_specialisation(HAND, reference=reference).tolist() == pytest.approx(expected, abs=1e-15)


def test_intervals_and_shift_share_of_r():
    """poisson.test and fisher.test of R; REAT 3.0.3 `shift` of region S02, over the industries that it has."""
    folder = Path(__file__).parent / "known"
    first, last = (pd.read_csv(folder / f"matrix_S_{year}.csv", index_col="region") for year in (2015, 2021))
    row = location_quotient(first, interval="poisson").loc[("S03", "i4")]
    assert row[["lower", "upper"]].tolist() == pytest.approx([1.04536069069921, 1.80620478182451], rel=1e-9)
    margins = (first.loc["S03", "i4"], first.loc["S03"].sum(), first["i4"].sum(), first.to_numpy().sum())
    odds = location_quotient(first, kind="odds_ratio", interval="hypergeometric").loc[("S03", "i4")]
    found = tuple(odds[["lower", "upper"]])
    # fisher.test stops its search (uniroot, 1.2e-4) short of the bounds; so the equations: each tail holds 2.5 %
    assert found == pytest.approx((1.08906014725494, 2.02443682351796), rel=1e-4)
    count, in_region, in_industry, total = map(int, margins)
    law = [nchypergeom_fisher(total, in_industry, in_region, odds) for odds in found]
    assert [law[0].sf(count - 1), law[1].cdf(count)] == pytest.approx([0.025, 0.025], rel=1e-9)
    had = first.columns[first.loc["S02"] > 0]
    nation = (first[had].sum(), last[had].sum())
    split = shift_share(first.loc[["S02"], had], last.loc[["S02"], had], method="esteban_marquillas", nation=nation)
    totals = split.components[["mix", "competitive", "allocation"]].sum()
    assert totals.tolist() == pytest.approx([16.6396996708697, 5.97166603379242, -14.7067370717235], rel=1e-9)
    dunn = shift_share(first[had], last[had]).components.loc["S02", ["mix", "competitive"]].sum()
    assert dunn.tolist() == pytest.approx([16.6396996708697, -8.73507103793106], rel=1e-9)
    factors = shift_share_factors(first[had], last[had]).loc["S02", ["mix", "competitive", "total"]]
    assert factors.tolist() == pytest.approx([1.0563875319148, 0.971979184091006, 1.02678669135446], rel=1e-9)
