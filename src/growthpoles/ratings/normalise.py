"""Normalisation: brings indicators of different units to one scale.

The arithmetic works on arrays whose last two axes are regions and indicators, so that the same code serves
one table and a batch of Monte Carlo replications.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, Reason, message, nearest, remedy
from growthpoles.ratings.indicator_checks import Array, numeric_table
from growthpoles.ratings.limits import (
    Goalposts,
    Limits,
    Unfit,
    given_limits,
    goalposts_of,
    refuse,
    row_label,
    sample,
    years_of,
)
from growthpoles.ratings.methods import METHODS, Choice, Normalisation, computes, find

Direction = int | Mapping[str, int] | pd.Series


def normalise(
    table: pd.DataFrame,
    method: Choice = "leader",
    *,
    direction: Direction = 1,
    goalposts: Goalposts | None = None,
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
    goalposts : mapping of column to (low, high), or DataFrame with low and high
        Fixed limits, for every column: required by ``method="goalposts"``, which cuts scores at 0 and 100. With another
        method but the two of ranks they stand in for the limits that it finds in the table, and scores are not cut: its
        extremes, the mean less and plus a standard deviation, or the value that scores 100 (low where less is better).
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

    ============= ============================================= ============================================
    method        score                                         zeros, negatives, constant columns
    ============= ============================================= ============================================
    leader        (+) ``100 x / max``; (-) ``100 min / x``      zero scores 0 (+); a best or only value of
                                                                zero is refused, and so is a zero with -;
                                                                negatives refused; constant: all 100
    min-max       (+) ``100 (x - min) / (max - min)``;          any sign; constant refused; the worst
                  (-) ``100 (max - x) / (max - min)``           region always scores 0
    z-score       ``+-(x - mean) / s``, s with n - 1            any sign; constant refused; unbounded, so no
                                                                classes
    rank          ``100 r / n``, r = 1 for the worst,           any sign; ties share the mean rank; constant:
                  n = regions with data                         all equal; never 0
    percentile    ``100 (r - 1) / (n - 1)``                     as rank, the worst scores 0; one region is
                                                                refused
    goalposts     (+) ``100 (x - low) / (high - low)``;         any sign; clipped to [0, 100]; constant is
                  (-) ``100 (high - x) / (high - low)``         no special case
    reference     (+) ``100 x / x_ref``; (-) ``100 x_ref / x``  as leader, but unbounded above
    mean          (+) ``100 x / mean``; (-) ``100 mean / x``    as leader, but unbounded above
    mpi           ``100 +- 10 (x - mean) / s``, s with n        any sign; constant refused; unbounded
    ampi          (+) ``70 + 60 (x - low) / (high - low)``;     any sign; constant refused; not clipped; low and
                  (-) ``70 + 60 (high - x) / (high - low)``     high are given, or mean -+ half the range, so that
                                                                the mean of the table is 100
    ============= ============================================= ============================================

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
        goalposts=goalposts_of(goalposts),
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
    labels = index if isinstance(weights.index, pd.MultiIndex) else index.get_level_values(-1)
    absent = labels.unique().difference(weights.index)
    if len(absent):
        raise RatingError(message(f"no region weight for {', '.join(map(row_label, absent))}"))
    result = weights.reindex(labels).to_numpy(dtype=float)
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
    limits: Limits = "year",
) -> Array:
    """Normalise an array (..., regions, indicators); see `normalise` for methods and rules.

    The rows may be those of several years, under an index (year, region): all of them set the limits, or a base year.
    """
    chosen = find(Normalisation, method, option="method")
    if chosen.scores is None:
        raise RatingError(message(f"normalisation {chosen.name!r} has no function", allowed="scores=..."))
    years = years_of(regions)
    options: dict[str, Any] = {"columns": columns, "goalposts": goalposts, "reference": reference}
    try:
        refuse(np.asarray(np.isnan(sample(x, years, limits)).all(axis=-2)), "all values are missing")
        if chosen.ratio_scale:
            problem = f"a negative value under {chosen.name!r} normalisation"
            _refuse_cells(columns, regions, x < 0, problem, _another("0 or more, or "))
            zero = (x == 0) & (sign < 0)
            problem = f"zero where less is better under {chosen.name!r}: best/x is undefined"
            _refuse_cells(columns, regions, zero, problem, _another("above 0, or "))
        if chosen.limits is not None:
            options |= {"regions": regions, "region_weights": region_weights, "limits": limits}
            pair = limits_array(x, chosen, sign, **options)
            compute = partial(chosen.scores, limits=pair)
        else:
            if not isinstance(limits, str):
                problem = f"{chosen.name!r} scores hang on all values together: a base year has no limits for others"
                raise RatingError(message(problem, where="limits", allowed='"year" or "pooled"'))
            given: dict[str, Callable[[], object]] = {
                "goalposts": lambda: given_limits(columns, goalposts, sign, chosen),
                "reference": lambda: _rows_of(x, reference, regions)[0],
                "region_weights": lambda: region_weights,
            }
            compute = partial(chosen.scores, **{name: given[name]() for name in chosen.needs})
        if chosen.stacked:
            return np.asarray(compute(x, sign))
        scores = np.vectorize(compute, otypes=[float], signature="(r,i),(i)->(r,i)")(x, sign)
        wrong = (np.isfinite(scores) == np.isnan(x)).any(axis=-2)
        refuse(wrong, f"{chosen.name!r} gives no finite score for a value, or a score for no data")
    except Unfit as unfit:
        raise _told(unfit, columns, chosen) from None
    return np.asarray(scores)


def limits_array(
    x: Array,
    kind: Normalisation,
    sign: Array,
    *,
    columns: Sequence[str],
    regions: pd.Index,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    reference: Hashable | None = None,
    region_weights: Array | None = None,
    limits: Limits = "year",
) -> tuple[Array, Array]:
    """Return low and high of every indicator, each of shape (..., indicators): found in the values, or given."""
    assert kind.limits is not None
    if goalposts is not None or "goalposts" in kind.needs:
        return given_limits(columns, goalposts, sign, kind)
    years = years_of(regions)
    pool = sample(x, years, limits)
    mass, labels = region_weights, regions
    if not isinstance(limits, str):
        labels = regions[years == limits["base"]]
        mass = None if region_weights is None else region_weights[years == limits["base"]]
    given: dict[str, Callable[[], object]] = {
        "reference": lambda: _rows_of(pool, reference, labels),
        "region_weights": lambda: mass,
        "whole": lambda: x,
    }
    try:
        low, high = kind.limits(pool, sign, **{name: given[name]() for name in kind.needs})
    except Unfit as unfit:
        raise _told(unfit, columns, kind) from None
    return low, high


def _told(unfit: Unfit, columns: Sequence[str], kind: Normalisation) -> RatingError:
    """Say which columns do not suit a normalisation, and name others where it is its ratios that they do not suit."""
    problem, bad = unfit.args
    listed = ", ".join(column for column, hit in zip(columns, bad, strict=True) if hit)
    way = _another() if kind.ratio_scale and "zero" in problem else ""
    return RatingError(message(problem, where=f"column {listed}", allowed=way))


def _another(before: str = "") -> Reason:
    """Name the normalisations that take zeros and negative values."""
    first, *others = [name for name, each in METHODS["normalisation"].items() if not each.ratio_scale]
    return remedy(f"{before}{{normalisation}}, or {', '.join(others)}", normalisation=f'"{first}"')


@computes(Normalisation, "leader")
@computes(Normalisation, "reference")
@computes(Normalisation, "mean")
def _ratio(x: Array, sign: Array, *, limits: tuple[Array, Array]) -> Array:
    """Return scores in percent of the limit: the best value, the reference region, the mean over the regions."""
    high = limits[1][..., None, :]
    if (sign > 0).all():
        return x / high * 100.0
    flipped = np.where(sign > 0, 1.0, x)
    return np.where(sign > 0, x / high, limits[0][..., None, :] / flipped) * 100.0


@computes(Normalisation, "min-max")
def _min_max(x: Array, sign: Array, *, limits: tuple[Array, Array]) -> Array:
    """Return scores between the worst and the best value."""
    low, high = limits[0][..., None, :], limits[1][..., None, :]
    if (sign > 0).all():
        return (x - low) / (high - low) * 100.0
    return np.where(sign > 0, x - low, high - x) / (high - low) * 100.0


@computes(Normalisation, "goalposts")
def _between_goalposts(x: Array, sign: Array, *, limits: tuple[Array, Array]) -> Array:
    """Return scores between fixed limits, cut at 0 and 100."""
    return np.clip(_min_max(x, sign, limits=limits), 0.0, 100.0)


@computes(Normalisation, "ampi")
def _ampi(x: Array, sign: Array, *, limits: tuple[Array, Array]) -> Array:
    """Return 70 to 130 between the limits, not cut there."""
    return 70.0 + 0.6 * _min_max(x, sign, limits=limits)


@computes(Normalisation, "rank")
def _rank(x: Array, sign: Array) -> Array:
    """Return ranks in percent of the regions."""
    rank, count = _mean_ranks(x * sign)
    return 100.0 * rank / count


@computes(Normalisation, "percentile")
def _percentile(x: Array, sign: Array) -> Array:
    """Return percentile ranks."""
    rank, count = _mean_ranks(x * sign)
    refuse(count[..., 0, :] < 2, "a single region with data under 'percentile' normalisation")
    return 100.0 * (rank - 1.0) / (count - 1.0)


@computes(Normalisation, "z-score")
def _z_score(x: Array, sign: Array, *, limits: tuple[Array, Array]) -> Array:
    """Return standard scores: how many times half the limits' distance from their middle."""
    low, high = limits[0][..., None, :], limits[1][..., None, :]
    return (x - (low + high) / 2.0) / ((high - low) / 2.0) * sign


@computes(Normalisation, "mpi")
def _mpi(x: Array, sign: Array, *, limits: tuple[Array, Array]) -> Array:
    """Return standard scores with mean 100 and standard deviation 10."""
    return 100.0 + 10.0 * _z_score(x, sign, limits=limits)


def _mean_ranks(x: Array) -> tuple[Array, Array]:
    """Return mean ranks along the regions (1 = lowest; NaN stays NaN), and the regions with data."""
    from scipy.stats import rankdata

    count = (~np.isnan(x)).sum(axis=-2, keepdims=True).astype(float)
    return rankdata(x, axis=-2, nan_policy="omit"), count


def _rows_of(x: Array, reference: Hashable | None, regions: pd.Index) -> Array:
    """Return the rows of the reference region, one for each year, or raise."""
    labels = regions.get_level_values(-1)
    if reference is None or reference not in labels:
        problem = "the reference region is not given" if reference is None else "unknown reference {reference!r}"
        near = nearest(reference, labels, n=1)
        allowed = "a region of the table"
        raise RatingError(message(problem, where="reference", allowed=allowed, near=near, reference=reference))
    rows = np.flatnonzero(labels == reference)
    refuse(np.asarray(np.isnan(x[..., rows, :]).all(axis=-2)), f"the reference region {reference} has no data")
    return rows


def _refuse_cells(columns: Sequence[str], regions: pd.Index, bad: Array, problem: str, allowed: str) -> None:
    """Raise when a cell of the mask (..., regions, indicators) is bad, naming regions and columns."""
    if not bad.any():
        return
    flat = bad.reshape(-1, *bad.shape[-2:]).any(axis=0)
    cells = [f"{row_label(regions[row])}/{columns[column]}" for row, column in np.argwhere(flat)[:8]]
    more = int(flat.sum()) - len(cells)
    listed = ", ".join(cells) + (f" and {more} more" if more > 0 else "")
    raise RatingError(message(problem, where=listed, allowed=allowed))
