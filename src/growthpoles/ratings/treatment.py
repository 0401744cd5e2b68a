"""Treatment before normalisation, always reported: outliers (winsorise, log, Box-Cox), gaps (imputation if asked)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, Reason, message, unknown_option
from growthpoles.ratings.indicator_checks import Array, numeric_table
from growthpoles.ratings.methods import Choice, Treatment, computes, find

REPORT = ["column", "skewness", "kurtosis", "treatment", "regions", "skewness_after", "kurtosis_after", "within_limits"]


def treat(
    table: pd.DataFrame,
    treatment: Choice = "none",
    *,
    skewness: float = 2.0,
    kurtosis: float = 3.5,
    points: int = 5,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Treat the columns whose skewness and kurtosis are both beyond the limits.

    Parameters
    ----------
    table : DataFrame, regions x indicators
        NaN means "no data" and stays.
    treatment : {"none", "winsorise", "log", "winsorise-log", "box-cox"}, or callable
        "none" changes nothing and only reports. "winsorise" sets the most extreme value, on the side of the
        skew, to its neighbour, until the column is within the limits or `points` values are set.
        "log" is ``ln(x - min + 0.01 (max - min))``: for positive skew only; its values can be negative.
        "winsorise-log" winsorises, or takes that logarithm of the column as it was where winsorising is not enough.
        "box-cox" is ``(x^l - 1) / l``, l by maximum likelihood; the report names it. It needs values above 0.
        A callable ``f(x)`` of one's own, or a `growthpoles.ratings.Treatment` that holds one, takes the values of such
        a column, NaN where there is no data, and returns new ones.
    skewness, kurtosis : float
        Limits: a column is treated when |skewness| and excess kurtosis both exceed them.
    points : int
        Most values that winsorising may set in one column.

    Returns
    -------
    treated : DataFrame
    report : DataFrame
        A row for every column beyond the limits: skewness and kurtosis before and after, the treatment, the
        regions whose values were set, and whether the column is within the limits now.

    Raises
    ------
    RatingError
        The treatment is unknown, or a limit is not positive.
    DataError
        The table has doubled labels, or a cell that is not a finite number.

    Notes
    -----
    Skewness and excess kurtosis are the sample versions G1 and G2 (Joanes and Gill 1998); they need four
    values and some variation, without which a column is left alone. Limits, winsorising and the shift of the
    logarithm follow the COIN Tool (Becker et al. 2019; JRC).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"patents": [1.0, 2, 3, 4, 5, 6, 7, 500]})
    >>> treated, report = gp.treat(table, "winsorise")
    >>> treated["patents"].max().item()
    7.0
    """
    chosen = find(Treatment, treatment)
    if skewness <= 0 or kurtosis <= 0 or points < 1:
        raise RatingError(message("limits of treatment", allowed="skewness > 0, kurtosis > 0, points >= 1"))
    values = numeric_table(table)
    treated = values.copy()
    rows: list[dict[str, object]] = []
    for column in values.columns:
        x = values[column].to_numpy()
        before = shape(x)
        if not _beyond(before, skewness, kurtosis):
            continue
        touched: list[str] = []
        done = "none"
        y = x
        if chosen.skew == "positive" and before[0] <= 0:
            done = "none: the skew is negative"
        elif chosen.treat is not None:
            limits = {"skewness": skewness, "kurtosis": kurtosis, "points": points}
            found = chosen.treat(x.copy(), **{name: limits[name] for name in chosen.needs})
            y, moved, *told = found if isinstance(found, tuple) else (found, [])
            y = np.asarray(y, dtype=float)
            if y.shape != x.shape or (np.isfinite(y) == np.isnan(x)).any():
                problem = f"{chosen.name!r} does not give a finite value for every value"
                raise RatingError(message(problem, where=f"column {column}"))
            touched = [str(values.index[place]) for place in moved]
            done = " ".join([chosen.name, *map(str, told)])
        after = before if y is x else shape(y)
        if y is not x:
            treated[column] = y
        rows.append(
            {
                "column": str(column),
                "skewness": before[0],
                "kurtosis": before[1],
                "treatment": done,
                "regions": touched,
                "skewness_after": after[0],
                "kurtosis_after": after[1],
                "within_limits": not _beyond(after, skewness, kurtosis),
            }
        )
    return treated, pd.DataFrame(rows, columns=REPORT)


Filling = Literal["mean", "median", "linear", "nearest", "value"]
_MEAN, _MEDIAN = "mean of {count} regions", "median of {count} regions"
_GIVEN, _OF_YEAR, _BETWEEN = "given value", "value of {year}", "linear between {first} and {last}"
FILLED = ["year", "region", "column", "value", "how"]


def impute(
    tables: Mapping[int, pd.DataFrame],
    method: Filling,
    *,
    groups: pd.Series | None = None,
    limit: int | None = None,
    values: Mapping[str, float] | None = None,
) -> tuple[dict[int, pd.DataFrame], pd.DataFrame]:
    """Fill gaps in tables of one or several years, and list every cell that was filled.

    Parameters
    ----------
    tables : mapping of year to DataFrame, regions x columns
        NaN means "no data".
    method : {"mean", "median", "linear", "nearest", "value"}
        The mean or median of the other regions in the year (of the group, with `groups`); a straight line between the
        nearest years with data on both sides; the nearest year with data, the earlier of two; a value given by column.
    groups : Series by region, optional
        Group of every region, for "mean" and "median".
    limit : int, optional
        Most years to a value that is used; required by "nearest", optional for "linear".
    values : mapping of column to float
        Of "value"; columns that it leaves out keep their gaps.

    Returns
    -------
    filled : dict of year to DataFrame
        What could not be filled stays missing.
    report : DataFrame
        year, region, column, value, how: a row for every filled cell.

    Raises
    ------
    RatingError
        The method is unknown, or lacks what it needs.
    DataError
        A table has doubled labels, or a cell that is not a finite number.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> tables = {2010: pd.DataFrame({"wage": [50.0]}, ["north"]), 2011: pd.DataFrame({"wage": [None]}, ["north"]),
    ...           2012: pd.DataFrame({"wage": [70.0]}, ["north"])}
    >>> filled, report = gp.impute(tables, "linear")
    >>> report.values.tolist()
    [[2011, 'north', 'wage', 60.0, 'linear between 2010 and 2012']]
    """
    if method not in get_args(Filling):
        raise RatingError(unknown_option("method", method, get_args(Filling)))
    if (method == "value" and not values) or (method == "nearest" and limit is None):
        needed = "values={column: number}" if method == "value" else "limit, the most years to a value that is used"
        raise RatingError(message(f"method {method!r} without its option", where="impute", allowed=needed))
    known = {year: numeric_table(table) for year, table in sorted(tables.items())}
    filled = {year: table.copy() for year, table in known.items()}
    rows: list[tuple[int, str, str, float, str]] = []
    for year, table in known.items():
        for row, place in np.argwhere(table.isna().to_numpy()):
            region, column = table.index[row], str(table.columns[place])
            how: str
            if method in ("mean", "median"):
                peers = (
                    table[column] if groups is None else table[column][groups.reindex(table.index) == groups[region]]
                )
                told = {"count": int(peers.notna().sum())}
                value = getattr(peers, method)()
                how = Reason(_MEAN, told) if method == "mean" else Reason(_MEDIAN, told)
            elif method == "value":
                value, how = (values or {}).get(column, np.nan), Reason(_GIVEN, {})
            else:
                value, how = _from_years(known, year, str(region), column, method, limit)
            if np.isfinite(value):
                filled[year].iloc[row, place] = value
                rows.append((year, str(region), column, float(value), how))
    return filled, pd.DataFrame(rows, columns=FILLED)


def _from_years(
    tables: Mapping[int, pd.DataFrame], year: int, region: str, column: str, method: str, limit: int | None
) -> tuple[float, str]:
    """Return a value from the nearest years of the region with data; NaN where there is none."""
    near = {
        other: float(table[column].get(region, np.nan))
        for other, table in tables.items()
        if column in table and abs(other - year) <= (np.inf if limit is None else limit)
    }
    near = {other: value for other, value in near.items() if np.isfinite(value)}
    if method == "nearest":
        if not near:
            return np.nan, ""
        closest = min(near, key=lambda other: (abs(other - year), other))
        return near[closest], Reason(_OF_YEAR, {"year": closest})
    before, after = [o for o in near if o < year], [o for o in near if o > year]
    if not (before and after):
        return np.nan, ""
    a, b = max(before), min(after)
    return near[a] + (near[b] - near[a]) * (year - a) / (b - a), Reason(_BETWEEN, {"first": a, "last": b})


def shape(x: Array) -> tuple[float, float]:
    """Return sample skewness G1 and excess kurtosis G2; NaN for fewer than four values or no variation."""
    x = x[~np.isnan(x)]
    n = len(x)
    if n < 4 or np.ptp(x) == 0:
        return float("nan"), float("nan")
    x = x / np.abs(x).max()  # of any size: fourth powers of large numbers leave the range of numbers
    centred = x - x.mean()
    variance = (centred**2).mean()
    g1 = (centred**3).mean() / variance**1.5
    g2 = (centred**4).mean() / variance**2 - 3.0
    skew = g1 * np.sqrt(n * (n - 1)) / (n - 2)
    excess = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6.0)
    return float(skew), float(excess)


def _beyond(figures: tuple[float, float], skewness: float, kurtosis: float) -> bool:
    """Whether both figures exceed their limits; NaN never does."""
    return abs(figures[0]) > skewness and figures[1] > kurtosis


@computes(Treatment, "log")
def _log(x: Array) -> Array:
    """Return logarithms of what is above the least value, shifted by a hundredth of the range."""
    low, high = np.nanmin(x), np.nanmax(x)
    return np.asarray(np.log(x - low + 0.01 * (high - low)))


@computes(Treatment, "winsorise-log")
def _winsorise_log(x: Array, skewness: float, kurtosis: float, points: int) -> tuple[Array, list[int], str]:
    """Set extreme values to their neighbour, or take logarithms of all where that is not enough."""
    y, moved = _winsorise(x, skewness, kurtosis, points)
    if not _beyond(figures := shape(y), skewness, kurtosis) or figures[0] <= 0:
        return y, moved, "(winsorised)"
    return _log(x), [], "(logarithm)"


@computes(Treatment, "box-cox")
def _box_cox(x: Array) -> tuple[Array, list[int], str]:
    """Transform by the power of maximum likelihood."""
    from scipy.stats import boxcox

    known = ~np.isnan(x)
    if (x[known] <= 0).any():
        raise RatingError(message("a value of zero or less", where="treatment box-cox", allowed="above 0"))
    y = x.copy()
    y[known], power = boxcox(x[known])
    return y, [], f"(lambda {power:.4g})"


@computes(Treatment, "winsorise")
def _winsorise(x: Array, skewness: float, kurtosis: float, points: int) -> tuple[Array, list[int]]:
    """Set extreme values to their neighbour until within limits; return values and places set, in order."""
    y = x.copy()
    moved: list[int] = []
    while _beyond(figures := shape(y), skewness, kurtosis):
        high = figures[0] > 0
        edge = np.nanmax(y) if high else np.nanmin(y)
        at_edge = np.flatnonzero(y == edge)
        if len(set(moved) | set(at_edge.tolist())) > points:
            break
        inner = y[(y < edge) if high else (y > edge)]
        y[at_edge] = inner.max() if high else inner.min()
        moved += [int(place) for place in at_edge if place not in moved]
    return y, moved
