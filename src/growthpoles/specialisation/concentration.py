"""Concentration: Hoover, Herfindahl, entropy; rank-size rule and primacy."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
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
    matrix: pd.DataFrame, *, reference: Reference | pd.Series = "national", missing: Missing = "refuse"
) -> pd.Series:
    r"""Coefficient of specialisation of every region: half of `krugman_specialisation`.

    .. math:: H_j = \tfrac12 \sum_i |s_{ij} - x_{ij}|

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    reference : {"national", "rest_pooled", "rest_mean"} or Series
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
    matrix: pd.DataFrame, *, reference: Reference | pd.Series = "national", missing: Missing = "refuse"
) -> pd.Series:
    r"""Coefficient of localisation of every industry: half of `krugman_concentration`.

    .. math:: H_i = \tfrac12 \sum_j |c_{ij} - x_{ij}|

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    reference : {"national", "rest_pooled", "rest_mean"} or Series
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


def entropy(
    matrix: pd.DataFrame,
    *,
    by: By,
    form: Literal["plain", "normalised"] = "plain",
    base: float = math.e,
    missing: Missing = "refuse",
) -> pd.Series:
    r"""Shannon entropy of the shares of a region's industries, or of an industry's regions: diversity.

    .. math:: E_j = -\sum_i s_{ij} \log s_{ij}, \qquad E^*_j = E_j / \log n

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    by : {"region", "industry"}
        As in `hhi`.
    form : {"plain", "normalised"}
        "plain" in [0, log n]; "normalised" in [0, 1], with n the number of cells present in the row or column.
    base : float
        Of the logarithm, above 1: e, or 2 for bits.
    missing : {"refuse", "outside", "zero"}
        As in `hhi`.

    Returns
    -------
    Series
        0 where all is in one, largest where all are equal; NaN where every cell is outside.

    Raises
    ------
    RatingError
        As `hhi`; or if the base is not above 1.

    Notes
    -----
    Shannon (1948); Theil (1967) for industries.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"farms": [50, 98], "mines": [50, 2]}, index=["north", "south"])
    >>> gp.entropy(jobs, by="region", base=2).round(2).to_dict()
    {'north': 1.0, 'south': 0.14}
    """
    check_option("by", by, BY)
    check_option("form", form, ("plain", "normalised"))
    if not 1 < base < math.inf:
        raise RatingError(message(f"base={base} is no base of a logarithm", allowed="above 1, such as 2 or math.e"))
    checked = check_matrix(matrix, missing=missing)
    rows = checked if by == "region" else checked.T
    totals = rows.sum(axis=1, min_count=1)
    refuse_empty(totals, what=by, index="its entropy")
    shares = rows.div(totals, axis=0)
    terms = -shares * np.log(shares.where(shares > 0, 1.0)) / math.log(base)
    result = terms.sum(axis=1, min_count=1).clip(lower=0.0)
    if form == "normalised":
        counts = rows.notna().sum(axis=1)
        single = counts.index[(counts == 1).to_numpy()]
        if len(single):
            problem = f"{by} '{single[0]}' has a single cell, so that its normalised entropy is not defined"
            raise RatingError(message(problem, where="matrix", allowed="two cells or more, or form='plain'"))
        result = (result / (np.log(counts) / math.log(base))).clip(upper=1.0)
    return listed(result.rename("entropy"), checked)


def rank_size(sizes: pd.Series, *, level: float = 0.95) -> pd.Series:
    r"""Rank-size rule and primacy of regions or cities, from their sizes.

    Least squares of :math:`\ln(\text{rank} - 1/2) = a - q \ln \text{size}`; the standard error of q is
    :math:`q \sqrt{2 / n}` (35 % of q with 16 regions), never that of least squares, which is several times too small.

    Parameters
    ----------
    sizes : Series
        Of zero or more, such as inhabitants; NaN is refused. Regions of size zero have no place in the rule and are
        left out of it.
    level : float
        Of the interval of q.

    Returns
    -------
    Series
        exponent (q; 1 is Zipf's law), standard_error, lower, upper (normal), exponent_plain (with ln rank: too small);
        primacy (largest to second), share_first, share_four; hhi, hhi_normalised, entropy, entropy_normalised (by
        ln n); n, and n_positive (in the rule).

    Raises
    ------
    RatingError
        If a size is negative or missing, or fewer than three are above zero, or all are equal.

    Notes
    -----
    Gabaix and Ibragimov (2011). The slope of ln size on ln rank (Lotka's form) is not 1/q.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> found = gp.rank_size(pd.Series([1200, 600, 400, 300, 240]))
    >>> found[["exponent", "standard_error", "primacy"]].round(2).to_dict()
    {'exponent': 1.36, 'standard_error': 0.86, 'primacy': 2.0}
    """
    from scipy import special

    checked = check_series(sizes, name="sizes")
    if not 0 < level < 1:
        raise RatingError(message(f"level={level} is no confidence level", allowed="between 0 and 1, such as 0.95"))
    found = np.sort(checked[checked > 0].to_numpy())[::-1]
    if len(found) < 3 or found[0] == found[-1]:
        problem = f"{len(found)} sizes are above zero" if len(found) < 3 else "all sizes are equal"
        raise RatingError(message(problem, where="sizes", allowed="three sizes or more, not all equal"))
    ranks, logs = np.arange(1, len(found) + 1), np.log(found)
    exponent, plain = (-float(np.polyfit(logs, np.log(ranks - shift), 1)[0]) for shift in (0.5, 0.0))
    error = exponent * math.sqrt(2 / len(found))
    reach = float(special.ndtri((1 + level) / 2)) * error
    n, p = len(checked), found / found.sum()
    herfindahl, entropy = float((p**2).sum()), float(-(p * np.log(p)).sum())
    return pd.Series(
        {
            "exponent": exponent,
            "standard_error": error,
            "lower": exponent - reach,
            "upper": exponent + reach,
            "exponent_plain": plain,
            "primacy": float(found[0] / found[1]),
            "share_first": float(p[0]),
            "share_four": float(p[:4].sum()),
            "hhi": herfindahl,
            "hhi_normalised": (herfindahl - 1 / n) / (1 - 1 / n),
            "entropy": entropy,
            "entropy_normalised": entropy / math.log(n),
            "n": n,
            "n_positive": len(found),
        },
        name=checked.name,
    )
