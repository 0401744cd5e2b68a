"""Agglomeration: Ellison-Glaeser, Litzenberger, co-location of plants (Howard-Newman-Tarp), cluster stars."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import special

from growthpoles.errors import RatingError, message
from growthpoles.randomness import generator
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.specialisation.location_quotient import check_counts, poisson
from growthpoles.specialisation.matrix import (
    Missing,
    align,
    align_matrix,
    check_matrix,
    check_nation,
    check_option,
    check_series,
    listed,
    look_up,
    refuse_empty,
    refuse_other_labels,
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

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> plants = pd.DataFrame({"industry": ["mill", "mill", "bakery"], "employment": [30, 10, 5]})
    >>> gp.plant_herfindahl(plants).to_dict()
    {'mill': 0.625, 'bakery': 1.0}
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


def ellison_glaeser(
    matrix: pd.DataFrame, *, plants: pd.Series, reference: pd.Series | None = None, missing: Missing = "refuse"
) -> pd.DataFrame:
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
    reference : Series, optional
        Size of the regions, such as all jobs or area; x_j is its share. None: the sum of the industries of the matrix.
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
    everything = checked.sum(axis=1) if reference is None else check_nation(reference, checked.index, name="reference")
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
    nation: Mapping[str, Any] | None = None,
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
    nation : mapping, optional
        A nation that the regions do not add up to: "employment" and "establishments" (Series by industry), "area" and
        "population" (numbers).
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
    whole: dict[str, Any] = {name: column.sum() for name, column in sizes.items()}
    whole |= {"employment": jobs.sum(axis=0), "establishments": firms.sum(axis=0)}
    if nation is not None:
        refuse_other_labels(pd.Index(list(nation)), pd.Index(list(whole)), name="nation", what="total")
        whole = {name: nation[name] for name in sizes}
        if not all(whole[name] > 0 for name in sizes):
            raise RatingError(message("a total of the nation is not above zero", where="nation", allowed="above zero"))
        whole |= {
            name: check_nation(nation[name], jobs.columns, name=f"nation, {name}")
            for name in ("employment", "establishments")
        }
    room = (sizes["area"] / whole["area"]) * (sizes["population"] / whole["population"])
    result = (jobs / whole["employment"]).mul(firms / whole["establishments"]).div(room, axis=0)
    result.attrs = {"missing": list(dict.fromkeys([*jobs.attrs.get("missing", []), *firms.attrs.get("missing", [])]))}
    return result


def colocation(plants: pd.DataFrame, *, industry: Hashable = "industry", region: Hashable = "region") -> pd.DataFrame:
    r"""Co-location of the plants of every two industries (Howard, Newman and Tarp).

    CL is the share of pairs, one plant of each industry, that are in the same region; XCL is CL less its expectation
    when the two labels are dealt over the plants of both at random, :math:`\sum_r n_r (n_r - 1) / (N (N - 1))`.

    Parameters
    ----------
    plants : DataFrame
        One row per plant.
    industry, region : label
        Columns with the industry and the region of the plant; a missing one is refused.

    Returns
    -------
    DataFrame
        By (first, second) industry: pairs, cl, expected, xcl. The expectation is exact: nothing is simulated.

    Raises
    ------
    RatingError
        If a column is absent, a label is missing, or there are fewer than two plants or industries.

    Notes
    -----
    Howard, Newman and Tarp (2016), Measuring industry coagglomeration and identifying the driving forces.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> plants = pd.DataFrame({"industry": ["mill", "bakery", "mill", "bakery"], "region": ["a", "a", "b", "b"]})
    >>> gp.colocation(plants).round(3).loc[("bakery", "mill")].to_dict()
    {'pairs': 4.0, 'cl': 0.5, 'expected': 0.333, 'xcl': 0.167}
    """
    for column in (industry, region):
        look_up(column, plants.columns, what="column", where="plants")
        if plants[column].isna().any():
            row = int(plants[column].isna().to_numpy().argmax())
            raise RatingError(
                message(f"the {column} of a plant is missing", where=f"plants, row {row}", allowed="a label")
            )
    counts = pd.crosstab(plants[region], plants[industry])
    if counts.shape[1] < 2:
        raise RatingError(message(f"{counts.shape[1]} industry has plants", where="plants", allowed="two or more"))
    rows = {}
    for at, first in enumerate(counts.columns):
        for second in counts.columns[at + 1 :]:
            pairs = int(counts[first].sum() * counts[second].sum())
            cl = float((counts[first] * counts[second]).sum() / pairs)
            both = counts[first] + counts[second]
            expected = float((both * (both - 1)).sum() / (both.sum() * (both.sum() - 1)))
            rows[first, second] = {"pairs": pairs, "cl": cl, "expected": expected, "xcl": cl - expected}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["first", "second"])
    return frame


Scheme = Literal["growth", "focus"]
SCHEMES: tuple[Scheme, ...] = ("growth", "focus")
_TOP = {"growth": 0.2, "focus": 0.1}
_LEAST = {"growth": 1.0, "focus": 2.0}


@dataclass(frozen=True, slots=True)
class ClusterStars(ResultDisplay):
    """Cluster stars of every industry in every region, and how many of them noise alone would earn.

    Attributes
    ----------
    table : DataFrame
        By (region, industry): jobs, lq, lower (one-sided bound of lq; NaN without interval), share (of the region),
        growth (NaN without a first year, or where it starts at zero), growth_industry; size, specialisation, and
        growth or focus as `star_...` (booleans of the rule alone); rule (stars of the rule alone); p_value, p_adjusted
        (that the region has no more than its share); firm (whether the floor is met and p_adjusted is small); stars (of
        the rule where firm, otherwise 0).
    scheme : str
    top : float
        Share of the regions that gets a star for size.
    places : int
        Regions of an industry that this is: ceil(top x regions).
    least : float
        Location quotient that a star needs.
    floor : float
        Jobs below which a cell has no star.
    false_rule, false_stars : float
        Mean number of cells with two or more stars in tables without any specialisation: by the rule alone, and with
        floor and test. NaN where nothing is simulated (amounts, or replications=0).
    replications : int

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [800, 20, 10], "mines": [10, 600, 5], "chips": [100, 200, 850]}, index=["north", "east", "city"]
    ... )
    >>> print(gp.cluster_stars(jobs, scheme="focus", replications=20).summary().splitlines()[2])
    Two stars or more: 3 cells: chips in city (3), farms in north (3), mines in east (3).
    """

    table: pd.DataFrame
    scheme: Scheme
    top: float
    places: int
    least: float
    floor: float
    level: float
    false_rule: float
    false_stars: float
    replications: int

    def to_frame(self) -> pd.DataFrame:
        """Return the table, cells with most stars first."""
        return self.table.sort_values(["stars", "rule", "jobs"], ascending=False, kind="stable")

    def __repr__(self) -> str:
        count = int((self.table["stars"] >= 2).sum())
        return f"<ClusterStars: {count} cells with two or more, {self.false_stars:.2g} by chance>"


def cluster_stars(
    matrix: pd.DataFrame,
    *,
    start: pd.DataFrame | None = None,
    end: pd.DataFrame | None = None,
    scheme: Scheme | None = None,
    top: float | None = None,
    least: float | None = None,
    floor: float = 100,
    counts: bool = True,
    level: float = 0.95,
    replications: int = 200,
    missing: Missing = "refuse",
    rng: np.random.Generator | int | None = None,
) -> ClusterStars:
    """Cluster stars of every industry in every region: large, specialised, and growing or much of the region.

    "growth": a star each for being among the `top` regions of the industry by jobs; for being among them by location
    quotient, if it is above `least`; and by growth, if it is above that of the industry. "focus" (European Cluster
    Observatory 2008): a star each for being among the top by jobs; for a quotient of `least` or more; for being among
    the top by share in the region's jobs.

    Rules of the kind "the best fifth" give stars to noise: somebody is always among the best. A cell therefore counts
    only where it has `floor` jobs and its quotient is above 1 beyond chance: exact Poisson test of "the region has its
    share of the industry and no more", one-sided, adjusted over all cells (Benjamini and Hochberg 1995). The stars that
    tables without any specialisation would earn are simulated and printed.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, jobs or firms (or amounts, with ``counts=False``).
    start, end : DataFrame, optional
        The same table of an earlier or of a later year, one of them for growth; size and quotient are of `matrix`.
    scheme : str, optional
        One of the two; None: growth where there is another year, focus without.
    top : float, optional
        In (0, 1): 0.2 with growth, 0.1 with focus. Of n regions these are the first ceil(top x n).
    least : float, optional
        1 with growth (above it), 2 with focus (at or above it).
    floor : float
        Jobs below which a cell has no star.
    counts : bool
        Amounts have no test: every cell of the rule then counts, and nothing is said about noise.
    level : float
        One minus the level of the adjusted p-value.
    replications : int
        Tables drawn without specialisation: every cell Poisson with the totals of its region and industry.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or without stars, totals over the cells present; or read as zero.
    rng : numpy.random.Generator, int or None
        None is the fixed seed.

    Returns
    -------
    ClusterStars

    Raises
    ------
    RatingError
        If a table is not valid, labels differ, an option is out of its range, or growth is asked for without `start`.

    Notes
    -----
    Sölvell, Ketels and Lindqvist (2008). In a table of 20 regions x 6 industries without specialisation the rule alone
    gives two or more stars to 16.9 cells with growth and 1.6 with focus; with the test to 0.005 and 0.01.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [800, 20, 10], "mines": [10, 600, 5], "chips": [100, 200, 850]}, index=["north", "east", "city"]
    ... )
    >>> stars = gp.cluster_stars(jobs, scheme="focus", replications=0).table["stars"]
    >>> stars[stars > 0].to_dict()
    {('north', 'farms'): 3, ('east', 'mines'): 3, ('city', 'chips'): 3}
    """
    other = start if start is not None else end
    chosen: Scheme = scheme or SCHEMES[0 if other is not None else 1]
    check_option("scheme", chosen, SCHEMES)
    growing = chosen == SCHEMES[0]
    if growing and (start is None) == (end is None):
        raise RatingError(message("growth needs one other year", allowed=f"start= or end=, or scheme='{SCHEMES[1]}'"))
    top, least = _TOP[chosen] if top is None else top, _LEAST[chosen] if least is None else least
    for name, value in (("top", top), ("level", level)):
        if not 0 < value < 1:
            raise RatingError(message(f"{name}={value}", allowed="between 0 and 1"))
    if not (least > 0 and floor >= 0 and replications >= 0):
        problem = f"least={least}, floor={floor}, replications={replications}"
        raise RatingError(message(problem, allowed="least above zero, the others zero or more"))
    checked = check_matrix(matrix, missing=missing)
    refuse_empty(checked.sum(axis=1, min_count=1), what="region", index="its location quotient")
    refuse_empty(checked.sum(axis=0, min_count=1), what="industry", index="its location quotient")
    aligned = None
    if other is not None:
        name = "start" if start is not None else "end"
        aligned = align_matrix(check_matrix(other, missing=missing, name=name), checked, name=name)
    places = math.ceil(top * len(checked) - 1e-9)
    rule = _Rule(growing, start is None, places, least, floor, level)
    for table in (checked, aligned) if counts else ():
        if table is not None:
            check_counts(table)
    found = rule.stars(checked.to_numpy(), None if aligned is None else aligned.to_numpy(), counts)
    drawn: tuple[float, float] = (np.nan, np.nan)
    if counts and replications:
        draws = generator(rng, error=RatingError)
        tables = [_without_specialisation(table.to_numpy()) for table in (checked, aligned) if table is not None]
        hits = np.zeros((replications, 2))
        for number in range(replications):
            now, *then = [np.where(np.isnan(table), np.nan, draws.poisson(np.nan_to_num(table))) for table in tables]
            one = rule.stars(now, then[0] if then else None, True)
            hits[number] = (one["rule"] >= 2).sum(), (one["stars"] >= 2).sum()
        drawn = float(hits[:, 0].mean()), float(hits[:, 1].mean())
    labels: list[Any] = [checked.index, checked.columns]
    keys: pd.MultiIndex = pd.MultiIndex.from_product(labels, names=[checked.index.name or "region", "industry"])
    table = pd.DataFrame(
        {name: np.broadcast_to(part, checked.shape).ravel() for name, part in found.items()}, index=keys
    )
    listed(table, checked)
    null = "every region has its share of every industry"
    say_tests(table, null, "Poisson law", draws=0, alternative="greater",
              adjust="p_adjusted: Benjamini and Hochberg, over all cells")  # fmt: skip
    return ClusterStars(table, chosen, top, places, least, floor, level, *drawn, replications if counts else 0)


def _without_specialisation(values: np.ndarray) -> np.ndarray:
    filled = np.nan_to_num(values)
    expected = np.outer(filled.sum(axis=1), filled.sum(axis=0)) / filled.sum()
    return np.where(np.isnan(values), np.nan, expected)


@dataclass(frozen=True, slots=True)
class _Rule:
    growing: bool
    forward: bool  # whether the other year is the later one
    places: int
    least: float
    floor: float
    level: float

    def stars(self, values: np.ndarray, other: np.ndarray | None, counts: bool) -> dict[str, np.ndarray]:
        """Return the columns of the table, each of the shape of the matrix."""
        filled = np.nan_to_num(values)
        rows, columns = filled.sum(axis=1), filled.sum(axis=0)
        lower = p_value = p_adjusted = growth = own = np.full(values.shape, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            even = np.outer(rows, columns) / filled.sum()
            lq, share = values / even, values / rows[:, None]
            if counts:
                lower = poisson(values, 2 * self.level - 1)[0] / even
                p_value = np.where(np.isnan(values), np.nan, special.gammainc(np.maximum(filled, 1e-300), even))
                p_value = np.where(filled > 0, p_value, np.where(np.isnan(values), np.nan, 1.0))
                p_adjusted = _false_discovery(p_value)
            if other is not None:
                first, last = (values, other) if self.forward else (other, values)
                growth = np.where(first > 0, last / first - 1, np.nan)
                own = np.broadcast_to(np.nansum(last, axis=0) / np.nansum(first, axis=0) - 1, values.shape)
        size = self._first(values)
        if self.growing:
            apart, third = self._first(lq) & (lq > self.least), self._first(growth) & (growth > own)
        else:
            apart, third = lq >= self.least, self._first(share)
        present = filled > 0
        rule = np.where(present, size.astype(int) + apart + third, 0)
        firm = present & (filled >= self.floor) & ((p_adjusted <= 1 - self.level) if counts else True)
        return {
            "jobs": values, "lq": lq, "lower": lower, "p_value": p_value,
            "p_adjusted": p_adjusted, "share": share, "growth": growth, "growth_industry": own,
            "star_size": size & present, "star_specialisation": apart & present,
            "star_growth" if self.growing else "star_focus": third & present,
            "rule": rule, "firm": firm, "stars": np.where(firm, rule, 0),
        }  # fmt: skip

    def _first(self, values: np.ndarray) -> np.ndarray:
        """Tell which regions are among the first of every industry; those that tie for the last place all are."""
        known = np.where(np.isnan(values), -np.inf, values)
        limit = np.sort(known, axis=0)[::-1][min(self.places, len(known)) - 1]
        found: np.ndarray = (known >= limit) & np.isfinite(known)
        return found


def _false_discovery(p: np.ndarray) -> np.ndarray:
    """Adjust p-values over all cells (Benjamini and Hochberg 1995); NaN stays NaN."""
    from scipy.stats import false_discovery_control

    found, known = np.full(p.shape, np.nan), ~np.isnan(p)
    found[known] = false_discovery_control(p[known])
    return found
