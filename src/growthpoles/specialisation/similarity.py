"""How alike the industry structures of regions are."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from growthpoles.specialisation.krugman import krugman_pairwise
from growthpoles.specialisation.matrix import Missing, check_matrix, check_option, listed, refuse_empty

Measure = Literal["finger_kreinin", "cosine", "bray_curtis"]
MEASURES: tuple[Measure, ...] = ("finger_kreinin", "cosine", "bray_curtis")


def regional_similarity(
    matrix: pd.DataFrame, *, measure: Measure = "finger_kreinin", missing: Missing = "refuse"
) -> pd.DataFrame:
    r"""Similarity between every two regions.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    measure : {"finger_kreinin", "cosine", "bray_curtis"}
        - "finger_kreinin": :math:`\sum_i \min(s_{ij}, s_{ik})`, the part that the two structures share; it
          equals 1 - K/2 with Krugman's pairwise index K.
        - "cosine": :math:`\sum_i e_{ij} e_{ik} / \sqrt{\sum_i e_{ij}^2 \sum_i e_{ik}^2}`, the same for levels
          and for shares.
        - "bray_curtis": :math:`1 - \sum_i |e_{ij} - e_{ik}| / \sum_i (e_{ij} + e_{ik})`, on levels: regions
          of different size differ.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused (default); "outside": two regions are compared over the industries that both have
        a number for (NaN where there are none, or where it is not defined over them); "zero": read as zero.

    Returns
    -------
    DataFrame
        Symmetric, in [0, 1], ones on the diagonal.

    Raises
    ------
    RatingError
        If the matrix is not valid, a region is all zeros, or the measure is unknown.

    Notes
    -----
    Finger and Kreinin (1979), A measure of export similarity; Jaffe (1986) for the cosine; Bray and Curtis
    (1957).
    """
    check_option("measure", measure, MEASURES)
    if measure == "finger_kreinin":
        pairs = krugman_pairwise(matrix, missing=missing)
        result = 1 - pairs / 2
        result.attrs = dict(pairs.attrs)
        return result
    checked = check_matrix(matrix, missing=missing)
    refuse_empty(checked.sum(axis=1, min_count=1), what="region", index="its structure")
    values = checked.to_numpy()
    present = ~np.isnan(values)
    filled = np.where(present, values, 0.0)
    if measure == "cosine":
        filled = filled / filled.max(axis=1, keepdims=True, initial=1e-300)  # squares of large values stay finite
    similarity = np.empty((len(values), len(values)))
    for row in range(len(values)):
        own, other = filled[row] * present, filled * present[row]
        if measure == "cosine":
            above = (own * other).sum(axis=1)
            below = np.sqrt((own**2).sum(axis=1)) * np.sqrt((other**2).sum(axis=1))
        else:
            below = own.sum(axis=1) + other.sum(axis=1)
            above = below - np.abs(own - other).sum(axis=1)
        similarity[row] = np.divide(above, below, out=np.full(len(values), np.nan), where=below > 0)
    result = pd.DataFrame(np.clip(similarity, 0.0, 1.0), index=checked.index, columns=checked.index)
    listed(result, checked)
    return result
