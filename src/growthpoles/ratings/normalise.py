"""Normalisation: brings indicators of different units to one scale.

The arithmetic works on arrays whose last two axes are regions and indicators, so that the same code serves
one table and a batch of Monte Carlo replications.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.indicator_checks import Array, numeric_table
from growthpoles.ratings.methods import METHODS, Choice, Normalisation, computes, find

Direction = int | Mapping[str, int] | pd.Series
#: Goalposts that a normalisation is to find itself.
OPEN = (np.nan, np.nan)


def normalise(
    table: pd.DataFrame,
    method: Choice = "leader",
    *,
    direction: Direction = 1,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    reference: Hashable | None = None,
    region_weights: pd.Series | None = None,
) -> pd.DataFrame:
    """Turn every column of `table` into scores in which more is better.

    Parameters
    ----------
    table : DataFrame, regions x indicators
        Any units. NaN means "no data": it stays NaN and does not take part in maxima, means or ranks.
    method : {"leader", "min-max", "z-score", "rank", "percentile", "goalposts", "reference", "mean"}, or callable
        See Notes, which has "mpi" and "ampi" too. A callable ``f(x, sign)`` of one's own, or a
        `growthpoles.ratings.Normalisation` that holds one with its facts, takes an array (regions, indicators), NaN
        where there is no data, and the directions of the indicators (+1 or -1), and returns scores of the same shape.
    direction : int, or mapping or Series by column
        +1 where more is better, -1 where less is better. Columns that a mapping leaves out count as +1.
    goalposts : mapping of column to (low, high)
        Fixed limits for ``method="goalposts"``; required there, for every column.
    reference : region label
        The region that gets 100 under ``method="reference"``; required there.
    region_weights : Series by region, optional
        Weights of the regions in the national mean of ``method="mean"`` (for example employed persons); equal
        without it.

    Returns
    -------
    DataFrame
        Scores of the same shape and labels.

    Raises
    ------
    RatingError
        An option is unknown or missing, or a column does not suit the method (Notes); the message names it.
    DataError
        The table has doubled labels, or a cell that is not a number or is infinite.

    Notes
    -----
    ``x`` is a value, ``+``/``-`` the direction; ties always get equal scores.

    ============= =========================================== ============================================
    method        score                                       zeros, negatives, constant columns
    ============= =========================================== ============================================
    leader        + ``100 x / max``; - ``100 min / x``        zero scores 0 (+); a best or only value of
                                                              zero is refused, and so is a zero with -;
                                                              negatives refused; constant: all 100
    min-max       + ``100 (x - min) / (max - min)``;          any sign; constant refused; the worst
                  - ``100 (max - x) / (max - min)``           region always scores 0
    z-score       ``+-(x - mean) / s``, s with n - 1          any sign; constant refused; unbounded, so no
                                                              classes
    rank          ``100 r / n``, r = 1 for the worst,         any sign; ties share the mean rank; constant:
                  n = regions with data                       all equal; never 0
    percentile    ``100 (r - 1) / (n - 1)``                   as rank, the worst scores 0; one region is
                                                              refused
    goalposts     + ``100 (x - low) / (high - low)``;         any sign; clipped to [0, 100]; constant is
                  - ``100 (high - x) / (high - low)``         no special case
    reference     + ``100 x / x_ref``; - ``100 x_ref / x``    as leader, but unbounded above
    mean          + ``100 x / mean``; - ``100 mean / x``      as leader, but unbounded above
    mpi           ``100 +- 10 (x - mean) / s``, s with n      any sign; constant refused; unbounded
    ampi          + ``70 + 60 (x - low) / (high - low)``;     any sign; constant refused; not clipped; low and
                  - ``70 + 60 (high - x) / (high - low)``     high are given, or mean -+ half the range, so that
                                                              the mean of the table is 100
    ============= =========================================== ============================================

    "Less is better" as best/x keeps the best region at 100 and preserves ratios. Scores do not change when a
    column is multiplied by a positive constant, except under goalposts.

    References
    ----------
    Leader: Kireyeva, formula (1). The others: OECD and JRC (2008), Handbook on Constructing Composite
    Indicators, step 5; goalposts: UNDP (2010); mpi, ampi: Mazziotta and Pareto (2016).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"wage": [50.0, 100], "unemployment": [4.0, 8]}, index=["north", "south"])
    >>> gp.normalise(table, "leader", direction={"unemployment": -1})
            wage  unemployment
    north   50.0         100.0
    south  100.0          50.0
    """
    values = numeric_table(table)
    columns = [str(column) for column in values.columns]
    scores = normalise_array(
        values.to_numpy(),
        method,
        signs(values.columns, direction),
        columns=columns,
        regions=values.index,
        goalposts=goalposts,
        reference=reference,
        region_weights=aligned_region_weights(region_weights, values.index),
    )
    return pd.DataFrame(scores, index=values.index, columns=values.columns)


def signs(columns: pd.Index, direction: Direction) -> Array:
    """Return +1.0 or -1.0 for every column, or raise on another value or an unknown column."""
    if isinstance(direction, pd.Series | Mapping):
        given = dict(direction.items())
        for name in given:
            if name not in columns:
                near = nearest(name, columns, n=1)
                raise RatingError(message(f"direction names an unknown column {name!r}", near=near))
        result = np.array([float(given.get(column, 1)) for column in columns])
    else:
        result = np.full(len(columns), float(direction))
    if not np.isin(result, (1.0, -1.0)).all():
        raise RatingError(message("a direction is neither 1 nor -1", allowed="1 (more is better) or -1"))
    return result


def aligned_region_weights(weights: pd.Series | None, index: pd.Index) -> Array | None:
    """Return the weights of the regions in table order, or raise on missing, negative or all-zero weights."""
    if weights is None:
        return None
    absent = index.difference(weights.index)
    if len(absent):
        raise RatingError(message(f"no region weight for {', '.join(map(str, absent))}"))
    result = weights.reindex(index).to_numpy(dtype=float)
    if not (np.isfinite(result).all() and (result >= 0).all() and result.sum() > 0):
        raise RatingError(message("a region weight is negative, missing or infinite", allowed="0 or more"))
    return result


def normalise_array(
    x: Array,
    method: Choice,
    sign: Array,
    *,
    columns: Sequence[str],
    regions: pd.Index,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    reference: Hashable | None = None,
    region_weights: Array | None = None,
) -> Array:
    """Normalise an array (..., regions, indicators); see `normalise` for methods and rules."""
    chosen = find(Normalisation, method, option="method")
    if chosen.scores is None:
        raise RatingError(message(f"normalisation {chosen.name!r} has no function", allowed="scores=..."))
    try:
        _refuse(np.asarray(np.isnan(x).all(axis=-2)), "all values are missing")
        if chosen.ratio_scale:
            others = ", ".join(name for name, each in METHODS["normalisation"].items() if not each.ratio_scale)
            problem, way = f"a negative value under {chosen.name!r} normalisation", f"another normalisation: {others}"
            _refuse_cells(columns, regions, x < 0, problem, f"0 or more, or {way}")
            zero = (x == 0) & (sign < 0)
            problem = f"zero where less is better under {chosen.name!r}: best/x is undefined"
            _refuse_cells(columns, regions, zero, problem, f"above 0, or {way}")
        given: dict[str, Callable[[], object]] = {
            "goalposts": lambda: _goalposts(columns, goalposts),
            "own_goalposts": lambda: _goalposts(columns, {**dict.fromkeys(columns, OPEN), **(goalposts or {})}),
            "reference": lambda: _row_of(x, reference, regions),
            "region_weights": lambda: region_weights,
        }
        compute = partial(chosen.scores, **{name: given[name]() for name in chosen.needs})
        if chosen.stacked:
            return np.asarray(compute(x, sign))
        scores = np.vectorize(compute, otypes=[float], signature="(r,i),(i)->(r,i)")(x, sign)
        wrong = (np.isfinite(scores) == np.isnan(x)).any(axis=-2)
        _refuse(wrong, f"{chosen.name!r} gives no finite score for a value, or a score for no data")
    except _Unfit as unfit:
        problem, bad = unfit.args
        listed = ", ".join(column for column, hit in zip(columns, bad, strict=True) if hit)
        others = ", ".join(name for name, each in METHODS["normalisation"].items() if not each.ratio_scale)
        way = f"another normalisation: {others}" if chosen.ratio_scale and "zero" in problem else ""
        raise RatingError(message(problem, where=f"column {listed}", allowed=way)) from None
    return np.asarray(scores)


class _Unfit(Exception):
    """A column does not suit a normalisation; holds the problem and a mask of the columns."""


@computes(Normalisation, "leader")
def _leader(x: Array, sign: Array) -> Array:
    """Return scores in percent of the best value."""
    return _ratio(x, _best(x, sign), sign, "the leader's value is zero")


@computes(Normalisation, "reference")
def _reference(x: Array, sign: Array, *, reference: int) -> Array:
    """Return scores in percent of the reference region."""
    return _ratio(x, x[..., reference, :], sign, "the reference is zero")


@computes(Normalisation, "mean")
def _mean(x: Array, sign: Array, *, region_weights: Array | None) -> Array:
    """Return scores in percent of the (weighted) mean over the regions with data."""
    mass = np.where(np.isnan(x), 0.0, 1.0 if region_weights is None else region_weights[:, None])
    mean = (np.nan_to_num(x) * mass).sum(axis=-2) / mass.sum(axis=-2)
    return _ratio(x, mean, sign, "the national mean is zero")


@computes(Normalisation, "min-max")
def _min_max(x: Array, sign: Array) -> Array:
    """Return scores between the worst and the best value."""
    low, high = np.fmin.reduce(x, axis=-2), np.fmax.reduce(x, axis=-2)
    _refuse(high <= low, "constant column under 'min-max' normalisation")
    return _between(x, low, high, sign)


@computes(Normalisation, "goalposts")
def _between_goalposts(x: Array, sign: Array, *, goalposts: tuple[Array, Array]) -> Array:
    """Return scores between fixed limits."""
    return np.clip(_between(x, *goalposts, sign), 0.0, 100.0)


@computes(Normalisation, "ampi")
def ampi_scores(x: Array, sign: Array, own_goalposts: tuple[Array, Array]) -> Array:
    """Return 70 to 130 between the goalposts; without them between the mean less and plus half the range."""
    half = (np.nanmax(x, axis=-2) - np.nanmin(x, axis=-2)) / 2.0
    mean = np.nanmean(x, axis=-2)
    low = np.where(np.isnan(own_goalposts[0]), mean - half, own_goalposts[0])[..., None, :]
    high = np.where(np.isnan(own_goalposts[1]), mean + half, own_goalposts[1])[..., None, :]
    if (high <= low).any():
        raise RatingError(message("a constant indicator under 'ampi' normalisation", allowed="two values or more"))
    return np.asarray(70.0 + 60.0 * np.where(sign > 0, x - low, high - x) / (high - low))


@computes(Normalisation, "mpi")
def _mpi(x: Array, sign: Array) -> Array:
    """Return standard scores with mean 100 and population standard deviation 10."""
    spread = np.nanstd(x, axis=-2, keepdims=True)
    if (np.nanmax(x, axis=-2) <= np.nanmin(x, axis=-2)).any():
        raise RatingError(message("a constant indicator under 'mpi' normalisation", allowed="two values or more"))
    return np.asarray(100.0 + 10.0 * sign * (x - np.nanmean(x, axis=-2, keepdims=True)) / spread)


@computes(Normalisation, "rank")
def _rank(x: Array, sign: Array) -> Array:
    """Return ranks in percent of the regions."""
    rank, count = _mean_ranks(x * sign)
    return 100.0 * rank / count


@computes(Normalisation, "percentile")
def _percentile(x: Array, sign: Array) -> Array:
    """Return percentile ranks."""
    rank, count = _mean_ranks(x * sign)
    _refuse(count[..., 0, :] < 2, "a single region with data under 'percentile' normalisation")
    return 100.0 * (rank - 1.0) / (count - 1.0)


@computes(Normalisation, "z-score")
def _z_score(x: Array, sign: Array) -> Array:
    """Return standard scores with the sample standard deviation (n - 1)."""
    _refuse((~np.isnan(x)).sum(axis=-2) < 2, "a single region with data under 'z-score' normalisation")
    spread = np.fmax.reduce(x, axis=-2) - np.fmin.reduce(x, axis=-2)
    _refuse(spread <= 0, "constant column under 'z-score' normalisation")
    centred = x - np.nanmean(x, axis=-2, keepdims=True)
    return centred / np.nanstd(x, axis=-2, ddof=1, keepdims=True) * sign


def _best(x: Array, sign: Array) -> Array:
    """Return the best value of every column."""
    if (sign > 0).all():
        return np.asarray(np.fmax.reduce(x, axis=-2))
    return sign * np.fmax.reduce(x * sign, axis=-2)


def _ratio(x: Array, base: Array, sign: Array, zero: str) -> Array:
    """Return 100 x / base, or 100 base / x where less is better."""
    _refuse(base <= 0, zero)
    base = base[..., None, :]
    if (sign > 0).all():
        return x / base * 100.0
    flipped = np.where(sign > 0, 1.0, x)
    return np.where(sign > 0, x / base, base / flipped) * 100.0


def _between(x: Array, low: Array, high: Array, sign: Array) -> Array:
    """Return the position of x between low and high in percent, counted from high where less is better."""
    low, high = low[..., None, :], high[..., None, :]
    if (sign > 0).all():
        return (x - low) / (high - low) * 100.0
    return np.where(sign > 0, x - low, high - x) / (high - low) * 100.0


def _mean_ranks(x: Array) -> tuple[Array, Array]:
    """Return mean ranks along the regions (1 = lowest; NaN stays NaN), and the regions with data."""
    from scipy.stats import rankdata

    count = (~np.isnan(x)).sum(axis=-2, keepdims=True).astype(float)
    return rankdata(x, axis=-2, nan_policy="omit"), count


def _row_of(x: Array, reference: Hashable | None, regions: pd.Index) -> int:
    """Return the row of the reference region, or raise."""
    if reference is None or reference not in regions:
        problem = "the reference region is not given" if reference is None else f"unknown reference {reference!r}"
        near = nearest(reference, regions, n=1)
        raise RatingError(message(problem, where="reference", allowed="a region of the table", near=near))
    row = int(regions.get_indexer(pd.Index([reference]))[0])
    _refuse(np.isnan(x[..., row, :]), f"the reference region {reference} has no data")
    return row


def _goalposts(columns: Sequence[str], goalposts: Mapping[str, tuple[float, float]] | None) -> tuple[Array, Array]:
    """Return low and high of every column, or raise when one is missing or not in order."""
    given = goalposts or {}
    for column in columns:
        if column not in given:
            raise RatingError(message(f"no goalposts for {column!r}", where="goalposts", allowed="(low, high)"))
        low, high = given[column]
        if given[column] is not OPEN and not (np.isfinite([low, high]).all() and low < high):
            raise RatingError(message(f"({low}, {high}) for {column!r}", where="goalposts", allowed="low < high"))
    pairs = np.array([given[column] for column in columns], dtype=float)
    return pairs[:, 0], pairs[:, 1]


def _refuse(bad: Array, problem: str) -> None:
    """Raise when a column of the mask (..., indicators) is bad."""
    if bad.any():
        raise _Unfit(problem, bad.reshape(-1, bad.shape[-1]).any(axis=0))


def _refuse_cells(columns: Sequence[str], regions: pd.Index, bad: Array, problem: str, allowed: str) -> None:
    """Raise when a cell of the mask (..., regions, indicators) is bad, naming regions and columns."""
    if not bad.any():
        return
    flat = bad.reshape(-1, *bad.shape[-2:]).any(axis=0)
    cells = [f"{regions[row]}/{columns[column]}" for row, column in np.argwhere(flat)[:8]]
    more = int(flat.sum()) - len(cells)
    listed = ", ".join(cells) + (f" and {more} more" if more > 0 else "")
    raise RatingError(message(problem, where=listed, allowed=allowed))
