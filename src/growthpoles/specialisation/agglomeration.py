"""Agglomeration indices: Ellison-Glaeser, Litzenberger."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.specialisation.matrix import (
    Missing,
    align,
    align_matrix,
    check_matrix,
    check_series,
    listed,
    look_up,
    refuse_empty,
)


def plant_herfindahl(
    plants: pd.DataFrame, *, industry: Hashable = "industry", size: Hashable = "employment"
) -> pd.Series:
    r"""Herfindahl index of plant sizes in every industry, :math:`H_i = \sum_k z_{ik}^2`.

    Parameters
    ----------
    plants : DataFrame
        One row per plant.
    industry, size : label
        Columns with the industry and the size (jobs, zero or more) of the plant; NaN is refused.

    Returns
    -------
    Series
        In (0, 1] by industry: 1 for a single plant.

    Raises
    ------
    RatingError
        If a column is absent, a size is negative or missing, or an industry has no jobs.
    """
    for column in (industry, size):
        look_up(column, plants.columns, what="column", where="plants")
    sizes = check_series(plants[size].reset_index(drop=True), name="plants")
    names = plants[industry].reset_index(drop=True)
    if names.isna().any():
        raise RatingError(
            message(
                "the industry of a plant is missing",
                where=f"plants, row {int(names.isna().argmax())}",
                allowed="a label",
            )
        )
    totals = sizes.groupby(names, sort=False).sum()
    refuse_empty(totals, what="industry", index="its plant Herfindahl index")
    parts = sizes / names.map(totals)
    return parts.pow(2).groupby(names, sort=False).sum().rename("plant_herfindahl").rename_axis("industry")


def ellison_glaeser(matrix: pd.DataFrame, *, plants: pd.Series, missing: Missing = "refuse") -> pd.DataFrame:
    r"""Ellison and Glaeser's index of geographic concentration of every industry.

    .. math::
        G_i = \sum_j (c_{ij} - x_j)^2, \qquad
        \gamma_i = \frac{G_i - (1 - \sum_j x_j^2) H_i}{(1 - \sum_j x_j^2)(1 - H_i)}

    with c_ij the share of region j in industry i, and x_j its share in all industries together.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, employment e_ij >= 0.
    plants : Series
        Herfindahl index of plant sizes by industry, in (0, 1): see `plant_herfindahl`. Same labels as the
        columns.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; "outside": an industry is compared over the regions that have a number for it,
        with x rescaled to them; "zero": read as zero.

    Returns
    -------
    DataFrame
        By industry: raw_concentration (G), plant_herfindahl (H), gamma: 0 if the plants chose regions at
        random, below 0 if they avoid each other; the authors call above 0.05 highly localised, below 0.02
        not very.

    Raises
    ------
    RatingError
        If the matrix is not valid, the labels differ, an H is not in (0, 1), or an industry has a single
        region.

    Notes
    -----
    Ellison and Glaeser (1997), Geographic concentration in U.S. manufacturing industries.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"mines": [90, 5, 5], "shops": [30, 40, 30]}, index=["north", "south", "city"])
    >>> plants = pd.Series({"mines": 0.1, "shops": 0.01})
    >>> gp.ellison_glaeser(jobs, plants=plants).round(3)
           raw_concentration  plant_herfindahl  gamma
    mines              0.136              0.10  0.160
    shops              0.136              0.01  0.236
    """
    checked = check_matrix(matrix, missing=missing)
    totals = checked.sum(axis=0, min_count=1)
    refuse_empty(totals, what="industry", index="its distribution")
    sizes = align(check_series(plants, name="plants"), checked.columns, name="plants", what="industry")
    wrong = sizes.index[((sizes <= 0) | (sizes >= 1)).to_numpy()]
    if len(wrong):
        raise RatingError(
            message(
                f"the Herfindahl index of industry '{wrong[0]}' is {sizes[wrong[0]]:g}",
                where="plants",
                allowed="above 0 and below 1 (two plants or more)",
            )
        )
    everything = checked.sum(axis=1)
    compared = checked.notna().mul(everything, axis=0)
    compared = compared / compared.sum(axis=0)
    raw = (checked / totals - compared).pow(2).sum(axis=0)
    room = 1 - compared.pow(2).sum(axis=0)
    single = room.index[(room <= 1e-12).to_numpy()]
    if len(single):
        raise RatingError(
            message(
                f"industry '{single[0]}' has one region to be in, so that its index is not defined",
                where="matrix",
                allowed="two regions or more",
            )
        )
    gamma = (raw - room * sizes) / (room * (1 - sizes))
    result = pd.DataFrame({"raw_concentration": raw, "plant_herfindahl": sizes, "gamma": gamma})
    return listed(result, checked)


def litzenberger(
    employment: pd.DataFrame,
    establishments: pd.DataFrame,
    *,
    area: pd.Series,
    population: pd.Series,
    missing: Missing = "refuse",
) -> pd.DataFrame:
    r"""Litzenberger and Sternberg's cluster index of every industry in every region.

    .. math::
        CI_{ij} = \frac{e_{ij} / a_j}{e_i / a} \cdot \frac{e_{ij} / p_j}{e_i / p} \cdot
        \frac{b_{ij} / b_i}{e_{ij} / e_i}
        = \frac{(e_{ij} / e_i)(b_{ij} / b_i)}{(a_j / a)(p_j / p)}

    relative industrial density x relative industrial stock x relative number of firms per job.

    Parameters
    ----------
    employment, establishments : DataFrame
        Regions x industries, e_ij and b_ij >= 0, with the same labels.
    area, population : Series
        Of every region, above zero; the same labels as the rows. The nation is the sum of the regions.
    missing : {"refuse", "outside", "zero"}
        NaN cells in either matrix: refused; or CI is NaN there and the totals run over the cells present;
        or zero.

    Returns
    -------
    DataFrame
        Regions x industries, zero or more: 1 is the nation, 0 a region without the industry.

    Raises
    ------
    RatingError
        If a matrix is not valid, the labels differ, an area or a population is zero, or an industry is all
        zeros.

    Notes
    -----
    Litzenberger and Sternberg (2006), Der Clusterindex. Computed by the second form, which does not divide by
    e_ij.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"mines": [90, 10], "shops": [40, 60]}, index=["north", "south"])
    >>> firms = pd.DataFrame({"mines": [9, 2], "shops": [10, 10]}, index=["north", "south"])
    >>> area, people = pd.Series([50, 50], jobs.index), pd.Series([300, 300], jobs.index)
    >>> gp.litzenberger(jobs, firms, area=area, population=people).round(2)
           mines  shops
    north   2.95    0.8
    south   0.07    1.2
    """
    jobs = check_matrix(employment, missing=missing, name="employment")
    firms = align_matrix(
        check_matrix(establishments, missing=missing, name="establishments"), jobs, name="establishments"
    )
    sizes = {}
    for name, column in (("area", area), ("population", population)):
        sizes[name] = align(check_series(column, name=name), jobs.index, name=name, what="region")
        empty = sizes[name].index[(sizes[name] == 0).to_numpy()]
        if len(empty):
            raise RatingError(message(f"the value of '{empty[0]}' is zero", where=name, allowed="above zero"))
    for matrix in (jobs, firms):
        refuse_empty(matrix.sum(axis=0, min_count=1), what="industry", index="its cluster index")
    room = (sizes["area"] / sizes["area"].sum()) * (sizes["population"] / sizes["population"].sum())
    result = (jobs / jobs.sum(axis=0)).mul(firms / firms.sum(axis=0)).div(room, axis=0)
    result.attrs = {"missing": list(dict.fromkeys([*jobs.attrs.get("missing", []), *firms.attrs.get("missing", [])]))}
    return result
