"""Limits of normalisation, the yardstick of scores: of each year, of all years pooled, of a base year, or given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, shown
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.methods import METHODS, Function, Normalisation

#: Whose values set the limits: those of the year itself, of all years, or of a base year.
Limits = Literal["year", "pooled"] | Mapping[str, int]
Goalposts = Mapping[str, tuple[float, float]] | pd.DataFrame
YEAR, REGION = "year", "region"
ALLOWED = '"year", "pooled" or {"base": a year}'


class Unfit(Exception):
    """A column does not suit a normalisation; holds the problem and a mask of the columns."""


def refuse(bad: Array, problem: str) -> None:
    """Raise when a column of the mask (..., indicators) is bad."""
    if bad.any():
        raise Unfit(problem, bad.reshape(-1, bad.shape[-1]).any(axis=0))


def checked(limits: object) -> Limits:
    """Return the option `limits`, or raise on anything else."""
    if limits in ("year", "pooled") and isinstance(limits, str):
        return cast(Limits, limits)
    year = limits.get("base") if isinstance(limits, Mapping) and len(limits) == 1 else None
    if isinstance(year, int | np.integer) and not isinstance(year, bool):
        return {"base": int(year)}
    raise RatingError(message(f"limits={shown(limits)}", allowed=ALLOWED))


def goalposts_of(given: Goalposts | None) -> dict[str, tuple[float, float]] | None:
    """Return given limits by indicator; from a table such as `rating_limits`, its columns low and high."""
    if isinstance(given, pd.DataFrame):
        if not {"low", "high"} <= set(given.columns):
            raise RatingError(message("a table without low and high", where="goalposts", allowed="rating_limits()"))
        pairs = zip(given["low"].astype(float), given["high"].astype(float), strict=True)
        return {str(code): pair for code, pair in zip(given.index, pairs, strict=True)}
    return None if given is None else dict(given)


def stack_years(tables: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Put the tables of several years under each other: index (year, region), in the order of the years.

    Raises
    ------
    RatingError
        There is no table, or a key is no whole number.
    """
    for year in tables:
        if not isinstance(year, int | np.integer) or isinstance(year, bool):
            raise RatingError(message(f"{year!r} is no year", where="tables", allowed="{year: table}"))
    if not tables:
        raise RatingError(message("no table is given", allowed="{year: table}"))
    return pd.concat({int(year): tables[year] for year in sorted(tables)}, names=[YEAR, REGION])


def years_of(index: pd.Index) -> Array | None:
    """Return the year of every row of a stacked table; None for one of a single year."""
    if not isinstance(index, pd.MultiIndex) or YEAR not in index.names or index.nlevels != 2:
        return None
    return index.get_level_values(YEAR).to_numpy()


def row_label(row: object) -> str:
    """Name a row: a region, or a year and a region."""
    return " ".join(map(str, row)) if isinstance(row, tuple) else str(row)


def by_year(panel: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield every year of a stacked table with its own table, by region."""
    years = years_of(panel.index)
    assert years is not None
    for year in dict.fromkeys(years.tolist()):
        yield int(year), panel[years == year].droplevel(YEAR)


def sample(x: Array, years: Array | None, limits: Limits) -> Array:
    """Return the rows of an array (..., regions, indicators) whose values set the limits."""
    if isinstance(limits, str):
        return x
    base = limits["base"]
    if years is None or not (years == base).any():
        known = "tables of several years" if years is None else ", ".join(map(str, dict.fromkeys(years.tolist())))
        raise RatingError(message(f"the base year {base} has no table", where="limits", allowed=known))
    return x[..., years == base, :]


def _sets(name: str) -> Callable[[Function], Function]:
    """Put a function that finds limits beside the facts of its normalisation."""

    def put(function: Function) -> Function:
        object.__setattr__(METHODS["normalisation"][name], "limits", function)
        return function

    return put


@_sets("leader")
def _leader(x: Array, sign: Array) -> tuple[Array, Array]:
    """Return 0 and the highest value; where less is better, the lowest value and no other end."""
    best = np.fmax.reduce(x * sign, axis=-2) * sign
    refuse(best <= 0, "the leader's value is zero")
    return ratio_limits(best, sign)


@_sets("reference")
def _reference(x: Array, sign: Array, *, reference: Array) -> tuple[Array, Array]:
    """Return 0 and the value of the reference region, its mean over the years where there are several."""
    return ratio_limits(_positive(np.nanmean(x[..., reference, :], axis=-2), "the reference is zero"), sign)


@_sets("mean")
def _mean(x: Array, sign: Array, *, region_weights: Array | None) -> tuple[Array, Array]:
    """Return 0 and the (weighted) mean over the regions with data."""
    mass = np.where(np.isnan(x), 0.0, 1.0 if region_weights is None else region_weights[:, None])
    mean = (np.nan_to_num(x) * mass).sum(axis=-2) / mass.sum(axis=-2)
    return ratio_limits(_positive(mean, "the national mean is zero"), sign)


@_sets("min-max")
def _min_max(x: Array, sign: Array) -> tuple[Array, Array]:
    """Return the lowest and the highest value."""
    low, high = np.fmin.reduce(x, axis=-2), np.fmax.reduce(x, axis=-2)
    refuse(high <= low, "constant column under 'min-max' normalisation")
    return low, high


@_sets("z-score")
def _z_score(x: Array, sign: Array) -> tuple[Array, Array]:
    """Return the mean less and plus the sample standard deviation (n - 1)."""
    refuse((~np.isnan(x)).sum(axis=-2) < 2, "a single region with data under 'z-score' normalisation")
    refuse(_range(x) <= 0, "constant column under 'z-score' normalisation")
    mean, deviation = np.nanmean(x, axis=-2), np.nanstd(x, axis=-2, ddof=1)
    return mean - deviation, mean + deviation


@_sets("mpi")
def _mpi(x: Array, sign: Array) -> tuple[Array, Array]:
    """Return the mean less and plus the standard deviation of the regions (n)."""
    refuse(_range(x) <= 0, "constant column under 'mpi' normalisation")
    mean, deviation = np.nanmean(x, axis=-2), np.nanstd(x, axis=-2)
    return mean - deviation, mean + deviation


@_sets("ampi")
def _ampi(x: Array, sign: Array, *, whole: Array) -> tuple[Array, Array]:
    """Return the mean less and plus half the range over all years, whichever of them sets the mean."""
    refuse(_range(whole) <= 0, "constant column under 'ampi' normalisation")
    mean, half = np.nanmean(x, axis=-2), _range(whole) / 2.0
    return mean - half, mean + half


def _range(x: Array) -> Array:
    return np.asarray(np.fmax.reduce(x, axis=-2) - np.fmin.reduce(x, axis=-2))


@_sets("goalposts")
def _goalposts(x: Array, sign: Array, *, goalposts: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return the limits given."""
    return goalposts


def ratio_limits(base: Array, sign: Array) -> tuple[Array, Array]:
    """Return limits of a ratio to one value: 0 to it, or from it on where less is better."""
    return np.where(sign > 0, 0.0, base), np.where(sign > 0, base, np.nan)


def _positive(base: Array, problem: str) -> Array:
    refuse(base <= 0, problem)
    return base


def given_limits(
    columns: Sequence[str], goalposts: Mapping[str, tuple[float, float]] | None, sign: Array, kind: Normalisation
) -> tuple[Array, Array]:
    """Return low and high of every column, or raise when one is missing or not in order.

    Ratios need one number only: high, or low where less is better; it must be above 0.
    """
    given = goalposts or {}
    for column, direction in zip(columns, sign, strict=True):
        if column not in given:
            raise RatingError(message(f"no goalposts for {column!r}", where="goalposts", allowed="(low, high)"))
        low, high = given[column]
        base = high if direction > 0 else low
        if not (np.isfinite(base) and base > 0 if kind.ratio_scale else np.isfinite([low, high]).all() and low < high):
            allowed = "low < high"
            if kind.ratio_scale:
                allowed = f"{'high' if direction > 0 else 'low'} above 0, under {kind.name!r}"
            raise RatingError(message(f"({low}, {high}) for {column!r}", where="goalposts", allowed=allowed))
    pairs = np.array([given[column] for column in columns], dtype=float)
    return pairs[:, 0], pairs[:, 1]


def limit_records(
    values: pd.DataFrame,
    pair: tuple[Array, Array],
    sign: Array,
    kinds: Sequence[Normalisation],
    limits: Limits,
    *,
    given: Sequence[bool],
) -> list[dict[str, Any]]:
    """Return the limits used, one record an indicator: what they are, who set them, how many values lie beyond."""
    years, x = years_of(values.index), values.to_numpy()
    if years is None:
        years = np.full(len(x), values.attrs.get(YEAR), dtype=object)
    regions = values.index.get_level_values(-1)
    pool = np.ones(len(x), dtype=bool) if isinstance(limits, str) else np.asarray(years == limits["base"])
    beyond: Array = ((x < pair[0]) | (x > pair[1])).sum(axis=0)
    # where each limit stands among the values that set it
    ends = [np.asarray(pool[:, None] & (x == level) & ~np.array(given)) for level in pair]
    places: list[tuple[Array, Array]] = [(np.asarray(at.any(axis=0)), at.argmax(axis=0)) for at in ends]
    found = []
    for place, code in enumerate(values.columns):
        row: dict[str, Any] = {
            "indicator": str(code),
            "normalisation": kinds[place].name,
            "direction": int(sign[place]),
        }
        row |= {"low": float(pair[0][place]), "high": float(pair[1][place])}
        for end, (known, at) in zip(("low", "high"), places, strict=True):
            year = years[at[place]] if known[place] else None
            row[f"{end}_year"] = None if year is None else int(year)
            row[f"{end}_region"] = str(regions[at[place]]) if known[place] else ""
        found.append({**row, "beyond": int(beyond[place])})
    return found


def rating_limits(rating: pd.DataFrame) -> pd.DataFrame:
    """Return the limits by which a rating scored its indicators; they can be given back as goalposts.

    Parameters
    ----------
    rating : DataFrame
        The result of `rate`, with its `attrs`; of several years, any of them where the limits are common.

    Returns
    -------
    DataFrame
        Index indicator: normalisation; direction (1 more, -1 less is better); low and high in the unit of the
        indicator: the values that score 0 and 100 (100 and 0 where less is better), for z-scores the mean less and
        plus a standard deviation, for ratios 0 and the value that scores 100 (where less is better that value is low,
        and high is NaN: no value scores 0); low_year, low_region, high_year, high_region: who set them, empty where
        they were given or are no value of the table; beyond: cells of the rated tables outside the limits.

    Raises
    ------
    RatingError
        The rating has lost its `attrs`, or its scores hang on all values together, as ranks do.

    Notes
    -----
    ``rate(next_year, goalposts=rating_limits(rating))`` with the same options scores another year by the same limits,
    so that what was published does not move. Scores of it may leave 0 to 100; they are not cut, `beyond` counts them.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> tables = {year: pd.DataFrame({"wage": wage}, index=["north", "south"])
    ...           for year, wage in ((2010, [5.0, 8.0]), (2014, [9.0, 10.0]))}
    >>> ratings = gp.rate(tables, gp.Catalogue.flat(["wage"]), limits="pooled")
    >>> gp.rating_limits(ratings[2014])[["low", "high", "high_year", "high_region"]]
               low  high  high_year high_region
    indicator
    wage       0.0  10.0       2014       south
    """
    held = rating.attrs.get("limits")
    if held is None:
        raise RatingError(message("the rating has lost its attrs", allowed="the result of rate() itself"))
    if not held:
        kind = rating.attrs["method"]["normalisation"]
        raise RatingError(message(f"{kind!r} scores have no limits", where="rating_limits", allowed="another method"))
    frame = pd.DataFrame(held).set_index("indicator")
    for column in ("low_year", "high_year"):
        frame[column] = pd.array(frame[column].tolist(), dtype="Int64")
    return frame
