"""KSI: the article's modified Krugman index, shares, leader / middle / outsider groups."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.specialisation.matrix import (
    Missing,
    align,
    check_matrix,
    check_option,
    check_series,
    listed,
    look_up,
    refuse_empty,
)

LEADER, MIDDLE, OUTSIDER, NO_PRODUCTION = "leader", "middle", "outsider", "no production"
GROUPS = (LEADER, MIDDLE, OUTSIDER, NO_PRODUCTION)
STATUSES = ("value", "rounded zero", NO_PRODUCTION)

DEFAULT_MIDDLE = 0.02
DEFAULT_LEADER = 0.5


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

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.industry_share(jobs, industry="software").round(2).to_dict()
    {'north': 0.09, 'east': 0.17, 'city': 0.74}
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
    return listed(result, checked)


@dataclass(frozen=True, slots=True)
class GroupThresholds:
    """Thresholds under which a named list of leaders and middle regions comes out.

    Attributes
    ----------
    possible : bool
        Whether any pair of thresholds yields exactly the named lists.
    leader, middle : tuple of float
        A threshold t yields the list if low < t <= high; (low, high). Empty if low >= high.
    blockers : DataFrame
        Pairs in the way: `named` is in a list, `unnamed` is not but has the same share or a larger one; with
        `group` and both shares.
    """

    possible: bool
    leader: tuple[float, float]
    middle: tuple[float, float]
    blockers: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the two intervals: rows leader and middle; columns low, high, possible."""
        rows = [
            {"group": name, "low": low, "high": high, "possible": low < high}
            for name, (low, high) in ((LEADER, self.leader), (MIDDLE, self.middle))
        ]
        return pd.DataFrame(rows).set_index("group")

    def __repr__(self) -> str:
        if self.possible:
            return (
                f"<GroupThresholds: {self.leader[0]:g} < leader <= {self.leader[1]:g}, "
                f"{self.middle[0]:g} < middle <= {self.middle[1]:g}>"
            )
        return f"<GroupThresholds: none; {len(self.blockers)} pairs stand in the way>"


def ksi_groups(
    ksi: pd.Series,
    status: pd.Series | None = None,
    *,
    middle: float = DEFAULT_MIDDLE,
    leader: float = DEFAULT_LEADER,
    no_production: Literal["separate", "outsider"] = "separate",
) -> pd.Series:
    """Sort regions into leader, middle and outsiders by their share in an industry.

    The rule: leader if share >= `leader`; else middle if share >= `middle`; else outsider.

    Parameters
    ----------
    ksi : Series
        Share of every region in the industry, in [0, 1] (`industry_share`, or Table 7). NaN is a region
        that is outside the industry; a zero, rounded or not, is a share.
    status : Series, optional
        "value", "rounded zero" or "no production" for every region; must say "no production" exactly where
        ksi is NaN. None: every NaN is read as no production.
    middle, leader : float
        Thresholds, 0 < middle < leader <= 1. The default leader has at least half of the nation. The default
        middle, 0.02, is ours: the article states none. Anything in (0.010, 0.021] puts the article's three
        middle regions, and West Kazakhstan besides, into the middle group in 2010 and in 2014; no threshold
        does so without West Kazakhstan (see `ksi_group_thresholds`).
    no_production : {"separate", "outsider"}
        Whether regions outside the industry are a class of their own, or outsiders as in the article's text.

    Returns
    -------
    Series
        Ordered Categorical, best first: leader, middle, outsider, no production; ``attrs["rule"]`` states
        the rule.

    Raises
    ------
    RatingError
        If a share is not in [0, 1], the thresholds are out of order, or the status does not fit the shares.

    Notes
    -----
    Kireyeva, text after Table 7.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> share = pd.Series({"Almaty": 0.68, "Astana": 0.12, "Aktobe": 0.01, "Atyrau": None})
    >>> gp.ksi_groups(share).to_dict()
    {'Almaty': 'leader', 'Astana': 'middle', 'Aktobe': 'outsider', 'Atyrau': 'no production'}
    """
    check_option("no_production", no_production, ("separate", "outsider"))
    shares = _check_shares(ksi)
    _check_thresholds(middle, leader)
    if status is not None:
        _check_status(shares, status)
    groups = pd.Series(OUTSIDER, index=shares.index, dtype=object)
    groups[shares >= middle] = MIDDLE
    groups[shares >= leader] = LEADER
    if no_production == "separate":
        groups[shares.isna()] = NO_PRODUCTION
    result = pd.Series(
        pd.Categorical(groups, categories=list(GROUPS), ordered=True), index=shares.index, name="ksi_group"
    )
    outside = "no production = outsider" if no_production == "outsider" else "no production apart"
    result.attrs = {"rule": f"leader >= {leader:g}, middle >= {middle:g}, else outsider; {outside}"}
    return result


def ksi_groups_over(
    ksi: pd.Series,
    thresholds: Iterable[float],
    status: pd.Series | None = None,
    *,
    leader: float = DEFAULT_LEADER,
    no_production: Literal["separate", "outsider"] = "separate",
) -> pd.DataFrame:
    """Group the regions once per threshold of the middle group.

    Parameters
    ----------
    ksi, status, leader, no_production
        As in `ksi_groups`.
    thresholds : iterable of float
        Values of `middle`, without repeats.

    Returns
    -------
    DataFrame
        Regions x thresholds (column index named "middle"), cells as in `ksi_groups`.

    Raises
    ------
    RatingError
        As `ksi_groups`; or if there is no threshold or one occurs twice.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> share = pd.Series({"Almaty": 0.68, "Astana": 0.12, "Aktobe": 0.01})
    >>> gp.ksi_groups_over(share, [0.01, 0.02])
    middle    0.01      0.02
    Almaty  leader    leader
    Astana  middle    middle
    Aktobe  middle  outsider
    """
    values = list(thresholds)
    if not values or len(set(values)) != len(values):
        raise RatingError(
            message("thresholds is empty or repeats itself", allowed="different numbers, such as 0.02, 0.05")
        )
    columns = [ksi_groups(ksi, status, middle=value, leader=leader, no_production=no_production) for value in values]
    return pd.concat(columns, axis=1, keys=pd.Index(values, name="middle"))


def ksi_group_thresholds(ksi: pd.Series, *, leader: Iterable[Hashable], middle: Iterable[Hashable]) -> GroupThresholds:
    """Find the thresholds under which exactly the named regions are leaders and middle regions.

    Parameters
    ----------
    ksi : Series
        Share of every region, in [0, 1]; NaN regions are outside and never named.
    leader, middle : iterable of labels
        The lists, one region or more each, without overlap.

    Returns
    -------
    GroupThresholds
        The two intervals of thresholds, and the pairs of regions that make them empty.

    Raises
    ------
    RatingError
        If a list is empty, a region is unknown, named twice, or outside the industry.
    """
    shares = _check_shares(ksi)
    leaders: list[Any] = list(leader)
    middles: list[Any] = list(middle)
    for name, chosen in ((LEADER, leaders), (MIDDLE, middles)):
        if not chosen:
            raise RatingError(message(f"the list of {name} regions is empty", allowed="one region or more"))
        for region in chosen:
            look_up(region, shares.index, what="region", where="ksi")
            if pd.isna(shares[region]):
                raise RatingError(message(f"region '{region}' is outside the industry", where=name, allowed="a share"))
    named = [*leaders, *middles]
    if len(set(named)) != len(named):
        raise RatingError(message("a region is named twice", allowed="each region in one list"))
    intervals, pairs = [], []
    for name, inside in ((LEADER, leaders), (MIDDLE, named)):
        rest = shares.drop(inside).dropna()
        low, high = float(rest.max()) if len(rest) else 0.0, float(shares[inside].min())
        intervals.append((low, high))
        pairs += [
            {
                "group": name,
                "named": one,
                "share": shares[one],
                "unnamed": other,
                "unnamed_share": rest[other],
            }
            for one in inside
            for other in rest.index
            if rest[other] >= shares[one]
        ]
    blockers = pd.DataFrame(pairs, columns=["group", "named", "share", "unnamed", "unnamed_share"])
    possible = all(low < high for low, high in intervals)
    return GroupThresholds(possible, intervals[0], intervals[1], blockers)


def _check_shares(ksi: pd.Series) -> pd.Series:
    shares = check_series(ksi, name="ksi", missing="keep")
    over = shares.index[(shares > 1).to_numpy()]
    if len(over):
        raise RatingError(
            message(f"the share of '{over[0]}' is {shares[over[0]]:g}", where="ksi", allowed="from 0 to 1, or NaN")
        )
    return shares


def _check_thresholds(middle: float, leader: float) -> None:
    if not 0 < middle < leader <= 1:
        raise RatingError(
            message(
                f"thresholds middle={middle:g}, leader={leader:g} are out of order",
                allowed="0 < middle < leader <= 1",
            )
        )


def _check_status(shares: pd.Series, status: pd.Series) -> None:
    if not isinstance(status, pd.Series) or status.index.has_duplicates:
        raise RatingError(message("status is no column with unique labels", allowed="a pandas Series, one per region"))
    aligned: Any = align(status, shares.index, name="status", what="region")
    for region, value in aligned.items():
        if value not in STATUSES:
            raise RatingError(
                message(
                    f"status {str(value)!r} of '{region}' is not known",
                    where="status",
                    allowed=", ".join(STATUSES),
                    near=nearest(value, STATUSES, n=1),
                )
            )
        share = shares[region]
        if (value == NO_PRODUCTION) != pd.isna(share) or (value == "rounded zero" and share != 0):
            raise RatingError(
                message(
                    f"status '{value}' of '{region}' does not fit its share {share:g}",
                    where="status",
                    allowed="'no production' exactly where the share is NaN, 'rounded zero' where it is 0",
                )
            )
