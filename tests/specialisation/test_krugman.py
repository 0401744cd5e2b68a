from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.specialisation import krugman_concentration, krugman_pairwise, krugman_specialisation

TABLE = pd.DataFrame(
    [[8.0, 2, 0], [2, 8, 5], [5, 15, 1]], index=pd.Index(["A", "B", "C"], name="region"), columns=["x", "y", "z"]
)


def naive(matrix: pd.DataFrame, reference: str) -> list[float]:
    """Loops over labels, written from the three definitions."""
    result = []
    for j in matrix.index:
        others = [k for k in matrix.index if k != j]
        total = 0.0
        for i in matrix.columns:
            own = matrix.loc[j, i] / matrix.loc[j].sum()
            if reference == "national":
                other = matrix[i].sum() / matrix.to_numpy().sum()
            elif reference == "rest_pooled":
                other = matrix.loc[others, i].sum() / matrix.loc[others].to_numpy().sum()
            else:
                other = np.mean([matrix.loc[k, i] / matrix.loc[k].sum() for k in others])
            total += abs(own - other)
        result.append(total)
    return result


@pytest.mark.parametrize("reference", ["national", "rest_pooled", "rest_mean"])
def test_against_loops(reference):
    found = krugman_specialisation(TABLE, reference=reference)
    assert found.tolist() == pytest.approx(naive(TABLE, reference), abs=1e-14)
    assert found.index.name == "region" and found.name == "krugman_specialisation"
    mirrored = krugman_concentration(TABLE, reference=reference)
    assert mirrored.tolist() == pytest.approx(naive(TABLE.T, reference), abs=1e-14)
    assert list(mirrored.index) == ["x", "y", "z"]


def test_with_two_regions_both_rests_are_the_pair():
    two = TABLE.loc[["A", "B"]]
    pair = krugman_pairwise(two).loc["A", "B"]
    for reference in ("rest_pooled", "rest_mean"):
        assert krugman_specialisation(two, reference=reference).tolist() == pytest.approx([pair, pair])


def test_outside_cells_follow_the_definition_over_common_industries():
    matrix = TABLE.copy()
    matrix.loc["B", "z"] = np.nan
    # B: 2 and 8 over x, y; the others there: A 8, 2 and C 5, 15; their structures A .8 .2, C 5/21 15/21
    pooled = krugman_specialisation(matrix, reference="rest_pooled", missing="outside")
    assert pooled["B"] == pytest.approx(2 * (13 / 30 - 0.2))
    mean = krugman_specialisation(matrix, reference="rest_mean", missing="outside")
    x, y = (0.8 + 5 / 21) / 2, (0.2 + 15 / 21) / 2
    assert mean["B"] == pytest.approx(2 * abs(x / (x + y) - 0.2))
    # A against B (.2 .8, no z) and C: mean over those that have z, rescaled
    x, y, z = (0.2 + 5 / 21) / 2, (0.8 + 15 / 21) / 2, 1 / 21
    total = x + y + z
    assert mean["A"] == pytest.approx(abs(0.8 - x / total) + abs(0.2 - y / total) + z / total)
    pairs = krugman_pairwise(matrix, missing="outside")
    assert pairs.loc["B", "C"] == pytest.approx(2 * abs(0.2 - 5 / 20)) and pairs.equals(pairs.T)


def test_a_region_outside_everything_is_nan_not_zero():
    matrix = TABLE.copy()
    matrix.loc["B"] = np.nan
    for reference in ("national", "rest_pooled", "rest_mean"):
        result = krugman_specialisation(matrix, reference=reference, missing="outside")
        assert np.isnan(result["B"]) and result.drop("B").notna().all()
        assert result["A"] == pytest.approx(krugman_specialisation(TABLE.drop(index="B"), reference=reference)["A"])
    assert krugman_pairwise(matrix, missing="outside").loc["A"].isna().tolist() == [False, True, False]


def test_nothing_to_compare_with():
    with pytest.raises(RatingError, match="'rest_pooled' has nothing to compare region 'A' with"):
        krugman_specialisation(TABLE.loc[["A"]], reference="rest_pooled")
    with pytest.raises(RatingError, match="'rest_mean' has nothing to compare industry 'x' with"):
        krugman_concentration(TABLE[["x"]], reference="rest_mean")
    assert krugman_specialisation(TABLE.loc[["A"]], reference="national").tolist() == [0.0]


def test_pairwise_of_chosen_regions():
    pairs = krugman_pairwise(TABLE, regions=["C", "A"])
    assert list(pairs.index) == ["C", "A"] and pairs.index.name == "region"
    assert pairs.loc["A", "C"] == krugman_pairwise(TABLE).loc["C", "A"]
    with pytest.raises(RatingError, match="no region 'D'"):
        krugman_pairwise(TABLE, regions=["A", "D"])
    with pytest.raises(RatingError, match="region 'A' occurs more than once"):
        krugman_pairwise(TABLE, regions=["A", "A"])
