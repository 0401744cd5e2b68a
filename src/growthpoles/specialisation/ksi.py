"""Shares of regions in industries: the article's modified Krugman index, and the share matrices."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal

import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.specialisation.matrix import (
    Missing,
    check_matrix,
    check_option,
    check_series,
    listed,
    look_up,
    refuse_empty,
)


def industry_share(matrix: pd.DataFrame | pd.Series, *, industry: Hashable | None = None) -> pd.Series:
    r"""Share of every region in the output of one industry: the article's modified Krugman index (KSI).

    .. math:: c_{ij} = e_{ij} / \sum_k e_{ik}

    Parameters
    ----------
    matrix : DataFrame or Series
        Regions x industries, e_ij >= 0; or the column of the industry alone, by region.
    industry : label
        The column. Needed with a DataFrame, not allowed with a Series.

    Returns
    -------
    Series
        In [0, 1], by region; the regions inside the industry sum to 1. A NaN region is outside the
        industry: its share stays NaN, the total runs over the others, and ``attrs["outside"]`` lists it. A
        zero stays zero.

    Raises
    ------
    RatingError
        If the industry is unknown, a value is negative or not a number, or nothing is produced anywhere.

    Notes
    -----
    Kireyeva prints no formula: her table sums to 1 and her text reads 0.683 as "about 70 % of the
    products sold". It is a share, not an index of Krugman (1991); for that see `krugman_specialisation`.
    """
    if isinstance(matrix, pd.DataFrame):
        if industry is None:
            raise RatingError(message("industry= is missing", allowed="the name of a column of the matrix"))
        look_up(industry, matrix.columns, what="industry")
        values = check_matrix(matrix[[industry]], missing="outside")[industry]
    else:
        if industry is not None:
            raise RatingError(
                message(
                    f"industry='{industry}' is given with a single column",
                    allowed="a DataFrame, or no industry=",
                )
            )
        values = check_series(matrix, name="industry", missing="keep")
    total = float(values.sum())
    if total == 0:
        raise RatingError(
            message(
                f"industry '{values.name}' has no output in any region, so that no share is defined",
                allowed="a total above zero",
            )
        )
    result = (values / total).rename("industry_share")
    result.attrs = {"outside": list(values.index[values.isna()]), "industry": values.name}
    return result


def shares(
    matrix: pd.DataFrame, *, within: Literal["region", "industry", "total"], missing: Missing = "refuse"
) -> pd.DataFrame:
    r"""Share every cell of a regions x industries matrix in a total.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    within : {"region", "industry", "total"}
        "region": s_ij = e_ij / e_.j, the structure of a region. "industry": c_ij = e_ij / e_i., where an
        industry is. "total": e_ij / e_.., of everything.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or left NaN with totals over the cells present; or read as zero.

    Returns
    -------
    DataFrame
        Shape of the input, in [0, 1]; ``attrs["missing"]`` lists the cells that were NaN.

    Raises
    ------
    RatingError
        If the matrix is not valid, or a region ("region") or an industry ("industry") has nothing but zeros.
    """
    check_option("within", within, ("region", "industry", "total"))
    checked = check_matrix(matrix, missing=missing)
    if within == "region":
        totals = checked.sum(axis=1, min_count=1)
        refuse_empty(totals, what="region", index="its structure")
        result = checked.div(totals, axis=0)
    elif within == "industry":
        totals = checked.sum(axis=0, min_count=1)
        refuse_empty(totals, what="industry", index="its distribution")
        result = checked.div(totals, axis=1)
    else:
        total = float(checked.sum().sum())
        if total == 0:
            raise RatingError(message("the matrix has nothing but zeros", allowed="a total above zero"))
        result = checked / total
    listed(result, checked)
    return result
