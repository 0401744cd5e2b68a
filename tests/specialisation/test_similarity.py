from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from growthpoles.errors import RatingError
from growthpoles.specialisation import krugman_pairwise, regional_similarity

TABLE = pd.DataFrame(
    [[8.0, 2, 0], [2, 8, 5], [5, 15, 1]], index=pd.Index(["A", "B", "C"], name="region"), columns=["x", "y", "z"]
)


def test_against_scipy():
    values = TABLE.to_numpy()
    for measure, metric in (("cosine", "cosine"), ("bray_curtis", "braycurtis")):
        assert np.allclose(regional_similarity(TABLE, measure=measure), 1 - cdist(values, values, metric))


def test_finger_kreinin_by_hand_and_by_krugman():
    # A .8 .2 0, B 2/15 8/15 5/15: the smaller of each
    found = regional_similarity(TABLE)
    assert found.loc["A", "B"] == pytest.approx(2 / 15 + 0.2)
    assert np.allclose(found, 1 - krugman_pairwise(TABLE) / 2)


@pytest.mark.parametrize("measure", ["finger_kreinin", "cosine", "bray_curtis"])
def test_outside_cells_compare_common_industries(measure):
    matrix = TABLE.copy()
    matrix.loc["A", "z"] = np.nan
    found = regional_similarity(matrix, measure=measure, missing="outside")
    expected = regional_similarity(TABLE[["x", "y"]], measure=measure)
    assert found.loc["A", "C"] == pytest.approx(expected.loc["A", "C"])
    assert found.loc["B", "C"] == pytest.approx(regional_similarity(TABLE, measure=measure).loc["B", "C"])
    assert found.attrs["missing"] == [("A", "z")] and found.equals(found.T)


def test_cosine_takes_very_large_and_very_small_values():
    found = regional_similarity(TABLE * 1e200, measure="cosine")
    assert np.allclose(found, regional_similarity(TABLE * 1e-200, measure="cosine"))


def test_errors():
    with pytest.raises(RatingError, match="nearest: cosine"):
        regional_similarity(TABLE, measure="cosin")
    with pytest.raises(RatingError, match="region 'A' has nothing but zeros"):
        regional_similarity(TABLE.mul([0, 1, 1], axis=0), measure="bray_curtis")
