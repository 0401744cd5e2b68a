"""Gini coefficients: plain, weighted, of a region's specialisation, of an industry's concentration."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.specialisation.location_quotient import quotients
from growthpoles.specialisation.matrix import (
    Missing,
    align,
    check_matrix,
    check_option,
    check_series,
    listed,
    refuse_empty,
)

Weighting = Literal["equal", "reference"]
WEIGHTINGS: tuple[Weighting, ...] = ("equal", "reference")


def gini(values: pd.Series, *, weights: pd.Series | None = None) -> float:
    r"""Gini coefficient of values, plain or weighted.

    .. math:: G = \frac{\sum_i \sum_k p_i p_k |y_i - y_k|}{2 \bar y}, \qquad p_i = w_i / \sum w

    Parameters
    ----------
    values : Series
        Of zero or more, such as income per head; NaN is refused.
    weights : Series, optional
        Of zero or more, with the labels of `values` in any order, such as heads. None: every value counts
        the same (computed by PySAL's `inequality`).

    Returns
    -------
    float
        In [0, 1): 0 where all values are equal. Without weights at most 1 - 1/n.

    Raises
    ------
    RatingError
        If a value is negative or missing, the labels differ, or all values or weights are zero.

    Notes
    -----
    Gini (1912); the weighted form is twice the area between the Lorenz curve and the diagonal (Lerman and
    Yitzhaki 1989).
    """
    checked = check_series(values, name="values")
    if weights is None:
        if checked.sum() == 0:
            raise RatingError(message("values has nothing but zeros", allowed="a sum above zero"))
        return _plain(checked.to_numpy())
    aligned = align(check_series(weights, name="weights"), checked.index, name="weights", what="label")
    if (checked * aligned).sum() == 0:
        raise RatingError(message("values times weights has nothing but zeros", allowed="a weighted sum above zero"))
    return _weighted(checked.to_numpy(), aligned.to_numpy())


def gini_specialisation(
    matrix: pd.DataFrame, *, weighting: Weighting = "equal", missing: Missing = "refuse"
) -> pd.Series:
    """Gini coefficient of specialisation of every region: the inequality of its location quotients.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0. The nation is the sum of the regions.
    weighting : {"equal", "reference"}
        "equal": every industry counts the same. "reference": by its share in the nation; then this is the
        area between the diagonal and the Lorenz curve of the region's structure against the nation's.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or left out, with all totals over the cells present; or read as zero.

    Returns
    -------
    Series
        In [0, 1) by region: 0 for the national structure. NaN where every cell is outside.

    Raises
    ------
    RatingError
        If the matrix is not valid, or a region or an industry is all zeros.

    Notes
    -----
    Equal: Krugman (1991), Farhauer and Kröll (2014). Reference: Kim (1995), Südekum (2006).
    """
    return _of_quotients(matrix, weighting, missing, axis="region", name="gini_specialisation")


def gini_concentration(
    matrix: pd.DataFrame, *, weighting: Weighting = "equal", missing: Missing = "refuse"
) -> pd.Series:
    """Locational Gini coefficient of every industry: the inequality of its location quotients.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    weighting : {"equal", "reference"}
        "equal": every region counts the same. "reference": by its share in all industries together.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or left out, with all totals over the cells present; or read as zero.

    Returns
    -------
    Series
        In [0, 1) by industry: 0 for an industry spread like all industries together.

    Raises
    ------
    RatingError
        If the matrix is not valid, or a region or an industry is all zeros.

    Notes
    -----
    Krugman (1991), Geography and Trade, p. 55; Audretsch and Feldman (1996).
    """
    return _of_quotients(matrix, weighting, missing, axis="industry", name="gini_concentration")


def _of_quotients(matrix: pd.DataFrame, weighting: Weighting, missing: Missing, *, axis: str, name: str) -> pd.Series:
    check_option("weighting", weighting, WEIGHTINGS)
    checked = check_matrix(matrix, missing=missing)
    rows, columns = checked.sum(axis=1, min_count=1), checked.sum(axis=0, min_count=1)
    refuse_empty(rows, what="region", index="a location quotient")
    refuse_empty(columns, what="industry", index="a location quotient")
    quotient = quotients(checked)
    frame, weights = (quotient, columns) if axis == "region" else (quotient.T, rows)
    values, sizes = frame.to_numpy(), weights.to_numpy()
    result = np.full(len(frame), np.nan)
    for position, line in enumerate(values):
        present = ~np.isnan(line)
        if present.any():
            kept = line[present]
            result[position] = _plain(kept) if weighting == "equal" else _weighted(kept, sizes[present])
    series = pd.Series(result, index=frame.index, name=name)
    listed(series, checked)
    return series


def _plain(values: np.ndarray) -> float:
    from inequality.gini import Gini

    return max(0.0, float(Gini(values).g))


def _weighted(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    heads = weights[order] / weights.sum()
    income = np.cumsum(heads * values[order])
    lorenz = income / income[-1]
    return max(0.0, float(1 - np.sum(heads * (lorenz + np.concatenate([[0.0], lorenz[:-1]])))))
