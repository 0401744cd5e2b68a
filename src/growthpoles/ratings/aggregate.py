"""Aggregation: arithmetic, geometric, harmonic and power means, Copeland, benefit of the doubt (BoD).

The arithmetic works on a list of children, each an array whose last axis is the regions and whose leading
axes are replications, so that one table and a Monte Carlo batch share the code. Terms are added child by
child: equal rows give equal results to the last bit, whatever their place in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, get_args

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest, remedy, unknown_option
from growthpoles.ratings.indicator_checks import Array, numeric_table
from growthpoles.ratings.methods import Aggregation, Choice, Zeros, computes, find

_SLACK = 1e-9


def aggregate(
    scores: pd.DataFrame,
    weights: Mapping[str, float] | pd.Series | None = None,
    method: Choice = "arithmetic",
    *,
    power: float | None = None,
    availability: float = 1.0,
    zeros: Zeros = "refuse",
    share_bounds: tuple[float, float] | None = None,
) -> pd.Series:
    """Combine the columns of `scores` into one score per region.

    Parameters
    ----------
    scores : DataFrame, regions x children
        Scores in which more is better. NaN means "no data".
    weights : mapping or Series by column, optional
        Nominal weights, 0 or more; only their ratios matter. Equal without it.
    method : {"arithmetic", "geometric", "harmonic", "power", "copeland"}, or callable
        With weights w scaled to sum to 1: ``sum w s``; ``exp(sum w ln s)``; ``1 / sum (w / s)``;
        ``(sum w s^p)^(1/p)``; or Copeland: region i beats j when the weights of the children in which it
        scores higher outweigh those in which it scores lower, and gets 100 (wins + ties / 2) / (number of
        opponents). A callable ``f(scores, weights)`` of one's own, or a `growthpoles.ratings.Aggregation` that
        holds one with its facts, takes an array (regions, children), NaN where there is no data, and weights
        above 0 that sum to 1, and returns one number for each region.
    power : float
        p of the power mean; required there, and not 0 (that limit is the geometric mean).
    availability : float in (0, 1]
        Least share of the children with a weight above zero that a region must have; below it the result is
        NaN. Above it the weights of the children present are scaled to sum to 1. The default asks for all of
        them.
    zeros : {"refuse", "zero"}
        A score of 0 under a geometric, harmonic or negative power mean makes the whole zero in the limit:
        "zero" accepts that, "refuse" raises.
    share_bounds : (low, high), optional
        Of ``"benefit-of-the-doubt"``; required there: see `growthpoles.benefit_of_the_doubt`. For
        ``"mazziotta-pareto"``, and the same with ``-plus`` where less of the index is better, see `growthpoles.ampi`.

    Returns
    -------
    Series of float, indexed as `scores`

    Raises
    ------
    RatingError
        A weight is negative, missing or unknown, all weights are zero, an option is not allowed, or a score
        does not suit the method (negative under any mean but the arithmetic, zero as above); regions are
        named.

    References
    ----------
    OECD and JRC (2008), step 6; Copeland method: Saari and Merlin (1996).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"economy": [100.0, 25.0], "science": [25.0, 50.0]}, index=["north", "south"])
    >>> gp.aggregate(scores, method="geometric").round(1).to_dict()
    {'north': 50.0, 'south': 35.4}
    """
    values = numeric_table(scores)
    mass = _weights_of(values.columns, weights)
    result = combine(
        [values[column].to_numpy() for column in values.columns],
        mass,
        method,
        power=power,
        availability=availability,
        zeros=zeros,
        share_bounds=share_bounds,
        names=[str(column) for column in values.columns],
        regions=values.index,
    )
    return pd.Series(result, index=values.index, name=find(Aggregation, method).name)


def combine(
    children: Sequence[Array],
    weights: Array,
    method: Choice,
    *,
    power: float | None = None,
    availability: float = 1.0,
    zeros: Zeros = "refuse",
    share_bounds: tuple[float, float] | None = None,
    names: Sequence[str] = (),
    regions: pd.Index | None = None,
) -> Array:
    """Combine arrays (..., regions) with weights (..., children); see `aggregate` for the rules.

    A child whose weight is zero is ignored, missing or not. A replication in which no weight is left gives
    NaN.
    """
    chosen = find(Aggregation, method)
    check_options(chosen, power, availability, zeros, share_bounds)
    if chosen.combine is not None:
        how = chosen.combine if chosen.stacked else partial(_of_ones_own, chosen)
        how = partial(how, share_bounds=share_bounds) if "share_bounds" in chosen.needs else how
        return np.asarray(how(children, weights, availability))
    exponent = exponent_of(chosen, power)
    forward, backward = scale_of(exponent)
    total: Array = np.zeros(())
    mass: Array = np.zeros(())
    present: Array = np.zeros(())
    gaps = any(np.isnan(child).any() for child in children)
    for position, child in enumerate(children):
        weight = weights[..., position, None]
        if not chosen.takes_zeros:
            child = _in_domain(child, weight, chosen, exponent, zeros, names[position : position + 1], regions)
        if not gaps:
            total = total + weight * forward(child)
            mass = mass + weight
            continue
        known = ~np.isnan(child) & (weight > 0)
        total = total + np.where(known, weight * forward(child), 0.0)
        mass = mass + known * weight
        present = present + known
    with np.errstate(divide="ignore", invalid="ignore"):
        result = backward(total / mass)
    if not gaps:
        return result
    wanted = (weights > 0).sum(axis=-1)[..., None]
    enough = (present > 0) & (present >= availability * wanted - 1e-9)
    return np.where(enough, result, np.nan)


def exponent_of(method: Aggregation, power: float | None) -> float:
    """Return the exponent of a power mean."""
    return float(power or 1.0) if method.exponent is None else method.exponent


def scale_of(exponent: float) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Return f and its inverse such that the power mean is inverse(sum of weight * f(score))."""
    if exponent == 1:
        return (lambda s: s), (lambda t: t)
    if exponent == 0:
        return _log, np.exp
    return (lambda s: _power(s, exponent)), (lambda t: _power(t, 1.0 / exponent))


def check_options(
    method: Aggregation,
    power: float | None,
    availability: float,
    zeros: str,
    share_bounds: tuple[float, float] | None = None,
) -> None:
    """Raise on a missing or zero power, an availability outside (0, 1], or bounds of shares that are not in order."""
    if "share_bounds" in method.needs:
        check_bounds(share_bounds)
    if zeros not in get_args(Zeros):
        raise RatingError(unknown_option("zeros", zeros, get_args(Zeros)))
    if method.additive and method.exponent is None and (power is None or power == 0 or not np.isfinite(power)):
        allowed = "a number other than 0 (0 is 'geometric')"
        raise RatingError(message(f"power={power!r}", where=f"{method} mean", allowed=allowed))
    if not 0 < availability <= 1:
        raise RatingError(message(f"availability={availability!r}", allowed="above 0, at most 1"))


def _log(s: Array) -> Array:
    """Natural logarithm; minus infinity for zero, without a warning."""
    with np.errstate(divide="ignore"):
        return np.log(s)


def _power(s: Array, p: float) -> Array:
    """Power; infinity for zero to a negative power, without a warning."""
    with np.errstate(divide="ignore"):
        return np.asarray(s) ** p


def _in_domain(
    child: Array,
    weight: Array,
    method: Aggregation,
    exponent: float,
    zeros: Zeros,
    name: Sequence[str],
    regions: pd.Index | None,
) -> Array:
    """Return `child` fit for the mean, or raise; values under a zero weight cannot spoil the sum."""
    if not (child <= 0).any():
        return child
    counted = (weight > 0) & np.isfinite(child)
    what = name[0] if name else "a child"
    negative = (child < 0) & counted
    if negative.any():
        problem, where = "a score below zero under the {kind} mean", _place(what, negative, regions)
        raise RatingError(message(problem, where=where, allowed="0 or more", kind=str(method)))
    zero = (child == 0) & counted
    if exponent <= 0 and zeros == "refuse" and zero.any():
        problem, where = "a score of zero under the {kind} mean", _place(what, zero, regions)
        allowed = remedy("above 0, or {zeros} to let it make the whole zero", zeros='"zero"')
        raise RatingError(message(problem, where=where, allowed=allowed, kind=str(method)))
    return np.where(counted | np.isnan(child), child, 1.0)


def _place(what: str, bad: Array, regions: pd.Index | None) -> str:
    """Name a child and its bad regions."""
    if regions is None:
        return what
    hit = np.asarray(bad.reshape(-1, bad.shape[-1]).any(axis=0))
    return f"{what} of {', '.join(str(label) for label in regions[hit][:8])}"


def _of_ones_own(
    method: Aggregation, children: Sequence[Array], weights: Array, availability: float, **options: Any
) -> Array:
    """Combine by a function of the user's, one replication after another."""

    def combined(scores: Array, mass: Array) -> Array:
        kept = mass > 0
        known = ~np.isnan(scores[:, kept])
        if not kept.any():
            return np.full(len(scores), np.nan)
        assert method.combine is not None
        result = np.array(method.combine(scores[:, kept], mass[kept] / mass[kept].sum(), **options), dtype=float)
        if result.shape != (len(scores),) or np.isinf(result).any():
            raise RatingError(message(f"{method.name!r} does not give one finite number a region", where="aggregation"))
        result[known.sum(axis=1) < np.maximum(availability * kept.sum() - 1e-9, 1)] = np.nan
        return result

    each = np.vectorize(combined, otypes=[float], signature="(r,c),(c)->(r)")
    return np.asarray(each(np.stack(np.broadcast_arrays(*children), axis=-1), weights))


@computes(Aggregation, "copeland")
def _copeland(children: Sequence[Array], weights: Array, availability: float) -> Array:
    """Return Copeland scores, 0 to 100; cost and memory grow with the square of the number of regions."""
    tolerance = 1e-12 * weights.sum(axis=-1)[..., None, None]
    margin: Array = np.zeros(())
    if not any(np.isnan(child).any() for child in children) and (weights.sum(axis=-1) > 0).all():
        for position, child in enumerate(children):
            weight = weights[..., position, None, None]
            margin = margin + weight * np.sign(child[..., :, None] - child[..., None, :])
        balance = (margin > tolerance).sum(axis=-1) - (margin < -tolerance).sum(axis=-1)
        others = margin.shape[-1] - 1
        return 50.0 * (1.0 + balance / others) if others else np.full(balance.shape, np.nan)
    met: Array = np.zeros(())
    present: Array = np.zeros(())
    for position, child in enumerate(children):
        weight = weights[..., position, None]
        difference = np.sign(child[..., :, None] - child[..., None, :])
        both = ~np.isnan(difference) & (weight[..., None] > 0)
        margin = margin + np.where(both, difference * weight[..., None], 0.0)
        met = met + both
        present = present + (~np.isnan(child) & (weight > 0))
    wanted = (weights > 0).sum(axis=-1)[..., None]
    rated = (present > 0) & (present >= availability * wanted - 1e-9)
    opponents = (met > 0) & rated[..., :, None] & rated[..., None, :]
    opponents = opponents & ~np.eye(opponents.shape[-1], dtype=bool)
    points = np.where(np.abs(margin) <= tolerance, 0.5, margin > 0)
    count = opponents.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        score = 100.0 * (points * opponents).sum(axis=-1) / count
    return np.where(rated & (count > 0), score, np.nan)


def moments(children: Sequence[Array], weights: Array, availability: float = 1.0) -> tuple[Array, Array]:
    """Return weighted mean and population variance over children (..., regions); NaN below the availability."""
    known = [~np.isnan(child) * weights[..., place, None] for place, child in enumerate(children)]
    filled = [np.nan_to_num(child) for child in children]
    present = sum((mass > 0).astype(float) for mass in known)
    wanted = np.maximum(availability * (weights > 0).sum(axis=-1)[..., None] - 1e-9, 1)
    total = np.where(present >= wanted, sum(known), np.nan)
    mean = sum(mass * child for mass, child in zip(known, filled, strict=True)) / total
    squares = sum(mass * (child - mean) ** 2 for mass, child in zip(known, filled, strict=True))
    return np.asarray(mean), np.asarray(squares / total)


def _penalised(children: Sequence[Array], weights: Array, availability: float, sign: float) -> Array:
    mean, variance = moments(children, weights, availability)
    if (mean <= 0).any():
        problem = "a mean of zero or less has no coefficient of variation"
        allowed = 'scores about 100: normalisation="ampi" or "mpi"'
        raise RatingError(message(problem, where="mazziotta-pareto", allowed=allowed))
    return np.asarray(mean - sign * variance / mean)


@computes(Aggregation, "mazziotta-pareto")
def _minus(children: Sequence[Array], weights: Array, availability: float) -> Array:
    """Return the mean less its imbalance, S^2 / M."""
    return _penalised(children, weights, availability, 1.0)


@computes(Aggregation, "mazziotta-pareto-plus")
def _plus(children: Sequence[Array], weights: Array, availability: float) -> Array:
    """Return the mean plus its imbalance, for an index of which less is better."""
    return _penalised(children, weights, availability, -1.0)


def check_bounds(share_bounds: tuple[float, float] | None) -> None:
    """Raise on bounds of shares that are not given or not in order."""
    if share_bounds is None or len(share_bounds) != 2 or not 0 <= share_bounds[0] <= share_bounds[1] <= 1:
        allowed = "(low, high), shares with 0 <= low <= high <= 1; (0, 1) leaves the weights free"
        raise RatingError(message(f"share_bounds={share_bounds!r}", where="benefit-of-the-doubt", allowed=allowed))


def best_scores(
    x: Array, bounds: tuple[float, float], columns: Sequence[object], regions: Sequence[object], *, ranges: bool = False
) -> tuple[Array, Array]:
    """Return the score of every row of x, and with `ranges` the least and greatest shares (regions, indicators, 2)."""
    count, (low, high) = x.shape[1], bounds
    if (bad := np.argwhere(x <= 0)).size:
        where = f"region {regions[bad[0, 0]]}, column {columns[bad[0, 1]]}"
        raise RatingError(message("a value of zero or less has no share", where=where, allowed="above 0"))
    if low * count > 1 + _SLACK or high * count < 1 - _SLACK:
        allowed = f"low at most {1 / count:.3g} and high at least {1 / count:.3g}"
        raise RatingError(message(f"{count} shares in {bounds} cannot sum to 1", where="share_bounds", allowed=allowed))
    scores, found = np.empty(len(x)), np.full((len(x), count, 2), np.nan)
    for row, own in enumerate(x):
        # with p_j = w_j x_ij the score is their sum, and every region k sets sum_j p_j x_kj / x_ij <= 1
        limits = np.vstack([x / own, np.eye(count) - high, low - np.eye(count)])
        right = np.concatenate([np.ones(len(x)), np.zeros(2 * count)])
        scores[row] = _best(np.ones(count), limits, right).sum()
        at = np.vstack([limits, -np.ones(count)]), np.append(right, -scores[row] * (1 - _SLACK))
        for place in range(count) if ranges else ():
            for side, sign in enumerate((-1.0, 1.0)):
                shares = _best(sign * np.eye(count)[place], *at)
                found[row, place, side] = shares[place] / shares.sum()
    return scores, found


def _best(objective: Array, limits: Array, right: Array) -> Array:
    """Return the point of the polytope that maximises the objective."""
    from scipy.optimize import linprog

    found = linprog(-objective, A_ub=limits, b_ub=right, bounds=(0, None), method="highs")
    if found.x is None:  # small equal shares always fit: only numbers out of range end here
        raise RatingError(message(f"no solution: {found.message}", where="benefit-of-the-doubt"))
    return np.asarray(found.x)


@computes(Aggregation, "benefit-of-the-doubt")
def _combined(
    children: Sequence[Array], weights: Array, availability: float, share_bounds: tuple[float, float]
) -> Array:
    """Return 100 times the score; weights say only which children take part, gaps leave a region out."""
    shape = np.broadcast_shapes(*(child.shape[:-1] for child in children), weights.shape[:-1])
    scores = np.stack(np.broadcast_arrays(*children), axis=-1)
    scores = np.broadcast_to(scores, (*shape, *scores.shape[-2:])).reshape(-1, *scores.shape[-2:])
    kept = np.broadcast_to(weights > 0, (*shape, weights.shape[-1])).reshape(-1, weights.shape[-1])
    once: dict[bytes, Array] = {}
    for table, mask in zip(scores, kept, strict=True):
        key = table.tobytes() + mask.tobytes()
        if key not in once:
            once[key] = np.full(len(table), np.nan)
            part, names = table[:, mask], [f"score {1 + at}" for at in np.flatnonzero(mask)]
            full = np.flatnonzero(~np.isnan(part).any(axis=1))
            if len(full) and mask.any():
                once[key][full] = 100.0 * best_scores(part[full], share_bounds, names, list(full))[0]
    result = [once[table.tobytes() + mask.tobytes()] for table, mask in zip(scores, kept, strict=True)]
    return np.stack(result).reshape(*shape, -1)


def _weights_of(columns: pd.Index, weights: Mapping[str, float] | pd.Series | None) -> Array:
    """Return weights in column order, or raise on a missing, unknown, negative or all-zero weight."""
    if weights is None:
        return np.ones(len(columns))
    given = dict(weights.items())
    for name in given:
        if name not in columns:
            raise RatingError(message(f"weight of an unknown column {name!r}", near=nearest(name, columns, n=1)))
    for column in columns:
        if column not in given:
            raise RatingError(message(f"no weight for column {column!r}"))
        if not (np.isfinite(given[column]) and given[column] >= 0):
            raise RatingError(message(f"weight {given[column]} of {column!r}", allowed="0 or more"))
    result = np.array([float(given[column]) for column in columns])
    if result.sum() <= 0:
        raise RatingError(message("all weights are zero", allowed="at least one above 0"))
    return result


def benefit_of_the_doubt(table: pd.DataFrame, share_bounds: tuple[float, float]) -> pd.DataFrame:
    """Score regions by the weights that favour each of them most.

    Parameters
    ----------
    table : DataFrame, regions x indicators
        Values above 0 of which more is better, in any units: only ratios matter. NaN means "no data".
    share_bounds : (low, high)
        Least and greatest share of an indicator in the score of a region, 0 to 1; (0, 1) leaves the weights free, so
        that many regions reach 1 by a single indicator.

    Returns
    -------
    DataFrame
        score (0 to 1; 1 where some weights within the bounds make no region better; missing where an indicator is),
        free (the score without bounds: what these cost), and low_<indicator>, high_<indicator>: the shares with which
        the score can be reached, a range because the best weights need not be the only ones.

    Raises
    ------
    RatingError
        A value is zero or negative, or the bounds are not in order or leave no shares that sum to 1.
    DataError
        As in `rate`.

    Notes
    -----
    For region i: maximise ``sum_j w_j x_ij`` subject to ``sum_j w_j x_kj <= 1`` for every region k, ``w >= 0`` and
    ``low <= w_j x_ij / sum_j w_j x_ij <= high``. Solved by HiGHS (scipy).

    References
    ----------
    Cherchye, Moesen, Rogge and Van Puyenbroeck (2007).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"wage": [50.0, 100, 60], "patents": [4.0, 1, 3]}, index=["north", "south", "west"])
    >>> gp.benefit_of_the_doubt(table, (0.25, 0.75))["score"].round(3).to_dict()
    {'north': 1.0, 'south': 0.727, 'west': 0.943}
    """
    check_bounds(share_bounds)
    values = numeric_table(table)
    known = values.dropna()
    scores, ranges = best_scores(known.to_numpy(), share_bounds, list(known.columns), list(known.index), ranges=True)
    free = best_scores(known.to_numpy(), (0.0, 1.0), list(known.columns), list(known.index))[0]
    frame = pd.DataFrame({"score": scores, "free": free}, index=known.index)
    for place, column in enumerate(values.columns):
        frame[f"low_{column}"], frame[f"high_{column}"] = ranges[:, place].T
    return frame.reindex(values.index)
