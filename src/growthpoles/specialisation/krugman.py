"""Krugman indices of specialisation and concentration; similarity of structures.

Three different numbers are called Krugman's index, according to what a region is compared with: the nation
with the region in it, the pooled rest of the nation, or the unweighted mean of the other regions. They
differ, so none is the default here.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.specialisation.matrix import (
    By,
    Missing,
    check_labels,
    check_matrix,
    check_nation,
    check_option,
    listed,
    look_up,
    refuse_empty,
)

Reference = Literal["national", "rest_pooled", "rest_mean"]
REFERENCES: tuple[Reference, ...] = ("national", "rest_pooled", "rest_mean")
Measure = Literal["finger_kreinin", "cosine", "bray_curtis"]
MEASURES: tuple[Measure, ...] = ("finger_kreinin", "cosine", "bray_curtis")


def krugman_specialisation(
    matrix: pd.DataFrame, *, reference: Reference | pd.Series, missing: Missing = "refuse"
) -> pd.Series:
    r"""Krugman's index of specialisation of every region.

    .. math:: K_j = \sum_i |s_{ij} - x_{ij}|, \qquad s_{ij} = e_{ij} / \sum_i e_{ij}

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    reference : {"national", "rest_pooled", "rest_mean"} or Series
        The structure x that a region is compared with. There is no default.

        - "national": the nation with the region in it, :math:`x_i = e_{i.} / e_{..}`;
        - "rest_pooled": all other regions added up, :math:`x_{ij} = (e_{i.} - e_{ij}) / (e_{..} - e_{.j})`;
        - "rest_mean": the mean of the other regions' structures, each with the same weight,
          :math:`x_{ij} = \sum_{k \ne j} s_{ik} / (n - 1)`;
        - a Series by industry: the totals of a nation that the matrix does not add up to.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused (default); "outside": a region is compared over the industries that it has a
        number for, both structures rescaled to sum to 1 over these, and a region with none gets NaN;
        "zero": read as zero.

    Returns
    -------
    Series
        In [0, 2] by region: 0 for the structure of the reference, 2 for no industry in common with it.
        ``attrs["missing"]`` lists the cells that were NaN.

    Raises
    ------
    RatingError
        If the matrix is not valid, a region is all zeros, the reference is unknown, or "rest_*" has no rest.

    Notes
    -----
    Krugman (1991), Geography and Trade, p. 76, compares two regions; Midelfart-Knarvik, Overman, Redding and
    Venables (2000) compare with the rest, pooled; Farhauer and Kröll (2014) use the mean of the others;
    Nakamura and Morrison Paul (2009) the nation. With one other region "rest_pooled" and "rest_mean" are
    `krugman_pairwise`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.krugman_specialisation(jobs, reference="rest_pooled").round(2).to_dict()
    {'north': 1.3, 'east': 1.05, 'city': 1.4}
    """
    return distances(matrix, reference, missing, by="region", name="krugman_specialisation")


def krugman_concentration(
    matrix: pd.DataFrame, *, reference: Reference | pd.Series, missing: Missing = "refuse"
) -> pd.Series:
    r"""Krugman's index of concentration of every industry: how far from the others it is spread.

    .. math:: K_i = \sum_j |c_{ij} - x_{ij}|, \qquad c_{ij} = e_{ij} / \sum_j e_{ij}

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    reference : {"national", "rest_pooled", "rest_mean"} or Series
        What the distribution c of an industry over the regions is compared with: the distribution of all
        industries together, of all other industries pooled, or the mean of the other industries'
        distributions; or a Series by region, such as all jobs. No default.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused (default); "outside": an industry is compared over the regions that have a number
        for it; "zero": read as zero.

    Returns
    -------
    Series
        In [0, 2] by industry: 0 for an industry spread like its reference.

    Raises
    ------
    RatingError
        If the matrix is not valid, an industry is all zeros, the reference is unknown, or "rest_*" has no
        rest.

    Notes
    -----
    Krugman (1991), with regions and industries exchanged; Farhauer and Kröll (2014).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.krugman_concentration(jobs, reference="national").round(2).to_dict()
    {'farms': 0.79, 'mines': 0.93, 'software': 0.81}
    """
    return distances(matrix, reference, missing, by="industry", name="krugman_concentration")


def krugman_pairwise(
    matrix: pd.DataFrame, *, regions: Sequence[Hashable] | None = None, missing: Missing = "refuse"
) -> pd.DataFrame:
    r"""Krugman's index between every two regions.

    .. math:: K_{jk} = \sum_i |s_{ij} - s_{ik}|

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    regions : sequence of labels, optional
        Only these regions, in this order. None takes all.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused (default); "outside": two regions are compared over the industries that both have a
        number for (NaN where there are none, or where one of them is all zeros there); "zero": read as zero.

    Returns
    -------
    DataFrame
        Symmetric, in [0, 2], zeros on the diagonal.

    Raises
    ------
    RatingError
        If the matrix is not valid, a region is all zeros or unknown.

    Notes
    -----
    Krugman (1991), Geography and Trade, p. 76.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.krugman_pairwise(jobs).round(2)
           north  east  city
    north    0.0   1.2   1.5
    east     1.2   0.0   1.3
    city     1.5   1.3   0.0
    """
    checked = check_matrix(matrix, missing=missing)
    if regions is not None:
        for region in regions:
            look_up(region, checked.index, what="region")
        chosen = pd.Index(list(regions))
        check_labels(chosen, what="region", where="regions=")
        chosen.name = checked.index.name
        checked = checked.loc[chosen]
    refuse_empty(checked.sum(axis=1, min_count=1), what="region", index="its structure")
    values = checked.to_numpy()
    present = ~np.isnan(values)
    filled = np.where(present, values, 0.0)
    result = np.empty((len(values), len(values)))
    for row in range(len(values)):
        common = present & present[row]
        result[row] = np.abs(_normalised(filled * common) - _normalised(filled[row] * common)).sum(axis=1)
    frame = pd.DataFrame(np.clip(result, 0.0, 2.0), index=checked.index, columns=checked.index)
    return listed(frame, checked)


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

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.regional_similarity(jobs).round(2)
           north  east  city
    north   1.00  0.40  0.25
    east    0.40  1.00  0.35
    city    0.25  0.35  1.00
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
    return listed(result, checked)


def distances(
    matrix: pd.DataFrame, reference: Reference | pd.Series, missing: Missing, *, by: By, name: str
) -> pd.Series:
    """Return how far the structure of every region or industry is from its reference; NaN cells are outside."""
    if not isinstance(reference, pd.Series):
        check_option("reference", reference, REFERENCES)
    checked = check_matrix(matrix, missing=missing)
    rows = checked if by == "region" else checked.T
    index = "its structure" if by == "region" else "its distribution"
    refuse_empty(rows.sum(axis=1, min_count=1), what=by, index=index)
    values = rows.to_numpy()
    present = ~np.isnan(values)
    filled = np.where(present, values, 0.0)
    own = _normalised(filled)
    if isinstance(reference, pd.Series):
        other = np.broadcast_to(check_nation(reference, rows.columns, name="reference").to_numpy(), filled.shape)
        reference = "national"
    elif reference == "national":
        other = np.broadcast_to(filled.sum(axis=0), filled.shape)
    elif reference == "rest_pooled":
        other = np.clip(filled.sum(axis=0) - filled, 0.0, None)
    else:
        counted = np.where(present, own, 0.0)
        others = present.sum(axis=0) - present
        other = np.clip(counted.sum(axis=0) - counted, 0.0, None) / np.maximum(others, 1)
    other = other * present
    alone = present.any(axis=1) & (other.sum(axis=1) == 0)
    if alone.any():
        label = rows.index[int(np.argmax(alone))]
        raise RatingError(
            message(
                f"reference='{reference}' has nothing to compare {by} '{label}' with",
                allowed=f"a second {by} with a total above zero, or reference='national'",
            )
        )
    result = np.abs(own - _normalised(other)).sum(axis=1)
    return listed(pd.Series(np.clip(result, 0.0, 2.0), index=rows.index, name=name), checked)


def _normalised(values: np.ndarray) -> np.ndarray:
    """Divide rows by their sums; a row that sums to zero becomes NaN."""
    totals = values.sum(axis=-1, keepdims=True)
    return np.divide(values, totals, out=np.full(values.shape, np.nan), where=totals > 0)
