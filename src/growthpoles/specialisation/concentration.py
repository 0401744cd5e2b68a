"""Concentration: Hoover, Herfindahl."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.specialisation.krugman import Reference, distances
from growthpoles.specialisation.matrix import (
    BY,
    By,
    Missing,
    align,
    check_matrix,
    check_option,
    check_series,
    listed,
    refuse_empty,
)


def hoover(values: pd.Series, reference: pd.Series) -> float:
    r"""Hoover's coefficient between two distributions over the same labels.

    .. math:: H = \tfrac12 \sum_i \left| \frac{v_i}{\sum v} - \frac{r_i}{\sum r} \right|

    Parameters
    ----------
    values, reference : Series
        Both of zero or more, with the same labels in any order; NaN is refused.

    Returns
    -------
    float
        In [0, 1]: the part of `values` that would have to move to be spread like `reference`.

    Raises
    ------
    RatingError
        If the labels differ, a value is negative or missing, or a sum is zero.

    Notes
    -----
    Hoover (1936); half of Krugman's pairwise index.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> people, area = pd.Series([80, 20], ["city", "country"]), pd.Series([10, 90], ["city", "country"])
    >>> round(gp.hoover(people, area), 2)
    0.7
    """
    first = check_series(values, name="values")
    second = align(check_series(reference, name="reference"), first.index, name="reference", what="label")
    for name, column in (("values", first), ("reference", second)):
        if column.sum() == 0:
            raise RatingError(message(f"{name} has nothing but zeros", allowed="a sum above zero"))
    return min(1.0, 0.5 * float((first / first.sum() - second / second.sum()).abs().sum()))


def hoover_specialisation(
    matrix: pd.DataFrame, *, reference: Reference = "national", missing: Missing = "refuse"
) -> pd.Series:
    r"""Coefficient of specialisation of every region: half of `krugman_specialisation`.

    .. math:: H_j = \tfrac12 \sum_i |s_{ij} - x_{ij}|

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    reference : {"national", "rest_pooled", "rest_mean"}
        As in `krugman_specialisation`; Hoover's own is the nation with the region in it.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or compared over the industries that the region has a number for; or read as zero.

    Returns
    -------
    Series
        In [0, 1] by region.

    Raises
    ------
    RatingError
        As `krugman_specialisation`.

    Notes
    -----
    Hoover (1936), The measurement of industrial localization.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.hoover_specialisation(jobs).round(2).to_dict()
    {'north': 0.43, 'east': 0.35, 'city': 0.47}
    """
    return distances(matrix, reference, missing, by="region", name="hoover_specialisation") / 2


def hoover_localisation(
    matrix: pd.DataFrame, *, reference: Reference = "national", missing: Missing = "refuse"
) -> pd.Series:
    r"""Coefficient of localisation of every industry: half of `krugman_concentration`.

    .. math:: H_i = \tfrac12 \sum_j |c_{ij} - x_{ij}|

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    reference : {"national", "rest_pooled", "rest_mean"}
        As in `krugman_concentration`; Hoover's own is all industries together.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or compared over the regions that have a number for the industry; or read as zero.

    Returns
    -------
    Series
        In [0, 1] by industry.

    Raises
    ------
    RatingError
        As `krugman_concentration`.

    Notes
    -----
    Hoover (1936), The measurement of industrial localization; Florence (1939).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.hoover_localisation(jobs).round(2).to_dict()
    {'farms': 0.39, 'mines': 0.47, 'software': 0.41}
    """
    return distances(matrix, reference, missing, by="industry", name="hoover_localisation") / 2


def hhi(
    matrix: pd.DataFrame,
    *,
    by: By,
    form: Literal["plain", "normalised"] = "plain",
    missing: Missing = "refuse",
) -> pd.Series:
    r"""Herfindahl-Hirschman index of the shares of a region's industries, or of an industry's regions.

    .. math:: H_j = \sum_i s_{ij}^2, \qquad H^*_j = \frac{H_j - 1/n}{1 - 1/n}

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    by : {"region", "industry"}
        "region": one value per region, over its industries (absolute specialisation). "industry": one value
        per industry, over its regions (absolute concentration).
    form : {"plain", "normalised"}
        "plain" in [1/n, 1]; "normalised" in [0, 1], with n the number of cells present in the row or column.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or left out of the shares and of n; or read as zero.

    Returns
    -------
    Series
        One value per region or industry; NaN where every cell is outside.

    Raises
    ------
    RatingError
        If the matrix is not valid, a row or column is all zeros, or n = 1 under "normalised".

    Notes
    -----
    Hirschman (1945); Herfindahl (1950). A scaled mirror of the equivalent number: see `equivalent_number`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.hhi(jobs, by="region").round(2).to_dict()
    {'north': 0.66, 'east': 0.44, 'city': 0.73}
    """
    check_option("by", by, BY)
    check_option("form", form, ("plain", "normalised"))
    checked = check_matrix(matrix, missing=missing)
    rows = checked if by == "region" else checked.T
    totals = rows.sum(axis=1, min_count=1)
    refuse_empty(totals, what=by, index="its Herfindahl index")
    counts = rows.notna().sum(axis=1)
    result = rows.div(totals, axis=0).pow(2).sum(axis=1, min_count=1).clip(upper=1.0)
    if form == "normalised":
        single = counts.index[(counts == 1).to_numpy()]
        if len(single):
            raise RatingError(
                message(
                    f"{by} '{single[0]}' has a single cell, so that its normalised index is not defined",
                    where="matrix",
                    allowed="two cells or more, or form='plain'",
                )
            )
        result = ((result - 1 / counts) / (1 - 1 / counts)).clip(lower=0.0)
    return listed(result.rename("hhi"), checked)


def equivalent_number(matrix: pd.DataFrame, *, by: By, missing: Missing = "refuse") -> pd.Series:
    r"""Count the equal industries (or regions) that would give the same Herfindahl index: 1 / H.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    by : {"region", "industry"}
        As in `hhi`.
    missing : {"refuse", "outside", "zero"}
        As in `hhi`.

    Returns
    -------
    Series
        From 1 (all in one) to n (all equal).

    Raises
    ------
    RatingError
        As `hhi`.

    Notes
    -----
    Adelman (1969), Comment on the "H" concentration measure as a numbers-equivalent.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"farms": [50, 98], "mines": [50, 2]}, index=["north", "south"])
    >>> gp.equivalent_number(jobs, by="region").round(2).to_dict()
    {'north': 2.0, 'south': 1.04}
    """
    index = hhi(matrix, by=by, missing=missing)
    result = (1 / index).rename("equivalent_number")
    result.attrs = dict(index.attrs)
    return result
