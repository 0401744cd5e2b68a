"""Confidence intervals behind `location_quotient`: Poisson, conditional hypergeometric, bootstrap."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import optimize, special

from growthpoles.errors import RatingError, message
from growthpoles.randomness import generator as random_generator

_BOOTSTRAP_CELLS = 2_000_000  # cells drawn at a time, so that scratch memory stays near 100 MB


def poisson(counts: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact central interval of a Poisson mean (Garwood 1936); NaN stays NaN."""
    tail = (1 - level) / 2
    lower = np.where(counts == 0, 0.0, special.gammaincinv(np.maximum(counts, 1), tail))
    upper = special.gammaincinv(counts + 1, 1 - tail)
    return np.where(np.isnan(counts), np.nan, lower), upper


def hypergeometric(counts: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of every location quotient from the exact conditional interval of its odds ratio."""
    rows, columns = np.nansum(counts, axis=1), np.nansum(counts, axis=0)
    total = float(np.nansum(counts))
    lower, upper = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    for row, column in np.argwhere(~np.isnan(counts)):
        in_region, in_industry = float(rows[row]), float(columns[column])
        low, high = odds_ratio_interval(counts[row, column], in_region, in_industry, total, level)
        scale = total / (in_region * in_industry)
        lower[row, column] = scale * fitted_count(low, in_region, in_industry, total)
        upper[row, column] = scale * fitted_count(high, in_region, in_industry, total)
    return lower, upper


def odds_ratio_interval(
    count: float, in_region: float, in_industry: float, total: float, level: float
) -> tuple[float, float]:
    """Exact central interval of the odds ratio of a 2 x 2 table, given its margins.

    The bounds are where the tail of Fisher's non-central hypergeometric distribution is (1 - level) / 2
    (Fisher 1935, Cornfield 1956).
    """
    first, last = max(0.0, in_region + in_industry - total), min(in_region, in_industry)
    cells = np.array([count, in_region - count, in_industry - count, total - in_region - in_industry + count])
    tail = (1 - level) / 2
    spread = math.sqrt(float(np.sum(1 / (cells + 0.5))))  # of the log odds ratio, for a first guess
    guess = float(np.log(cells + 0.5) @ [1, -1, -1, 1])
    reach = abs(float(special.ndtri(tail))) * spread
    support, weights = _log_weights(count, cells, first, last, tail)
    at = int(count - support[0])
    offsets = support - count

    def excess(log_odds: float, part: slice) -> float:
        logs = weights + log_odds * offsets
        mass = np.exp(logs - logs.max())
        return math.log(max(float(mass[part].sum() / mass.sum()), 1e-300) / tail)

    lower, upper = 0.0, math.inf
    if count > first:
        lower = math.exp(_root(lambda t: excess(t, slice(at, None)), guess - reach, spread))
    if count < last:
        upper = math.exp(_root(lambda t: -excess(t, slice(None, at + 1)), guess + reach, spread))
    return lower, upper


def fitted_count(odds: float, in_region: float, in_industry: float, total: float) -> float:
    """Count that gives a 2 x 2 table with these margins the odds ratio `odds` (Cornfield 1956)."""
    if odds == 0:
        return max(0.0, in_region + in_industry - total)
    if math.isinf(odds):
        return min(in_region, in_industry)
    linear = total - in_region - in_industry + odds * (in_region + in_industry)
    product = odds * in_region * in_industry
    return 2 * product / (linear + math.sqrt(linear * linear + 4 * (1 - odds) * product))


def bootstrap(
    counts: np.ndarray, level: float, replications: int, rng: np.random.Generator | int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Percentiles of the quotients in multinomial resamples; cells that are NaN or never defined are NaN."""
    try:
        generator = random_generator(rng)
    except (TypeError, ValueError) as error:
        raise RatingError(message(f"rng={rng!r} is not known", allowed="a Generator, a seed, or None")) from error
    filled = np.nan_to_num(counts)
    total = int(filled.sum())
    draws = np.empty((replications, *counts.shape))
    step = max(1, _BOOTSTRAP_CELLS // counts.size)
    for start in range(0, replications, step):
        size = min(step, replications - start)
        drawn = generator.multinomial(total, filled.ravel() / total, size=size).reshape(size, *counts.shape)
        expected = drawn.sum(axis=2, keepdims=True) * (drawn.sum(axis=1, keepdims=True) / total)
        part = draws[start : start + size]
        part.fill(np.nan)
        np.divide(drawn, expected, out=part, where=expected > 0)
    tail = (1 - level) / 2
    draws[:, np.isnan(counts)] = 0.0  # spares a warning about empty slices; replaced below
    quantile = np.nanquantile if np.isnan(draws).any() else np.quantile  # the first is far slower
    lower, upper = quantile(draws, [tail, 1 - tail], axis=0, overwrite_input=True)
    absent = np.isnan(counts)
    return np.where(absent, np.nan, lower), np.where(absent, np.nan, upper)


def _log_weights(
    count: float, cells: np.ndarray, first: float, last: float, tail: float
) -> tuple[np.ndarray, np.ndarray]:
    """Support around the count and the log weights of the central distribution there, zero at the count.

    At a bound the distribution is centred one quantile from the count; eight more standard deviations and a
    margin for small counts hold all of its mass that a double can see.
    """
    spread = 1 / math.sqrt(float(np.sum(1 / (cells + 1))))
    reach = math.ceil(60 + (9 + 1.3 * abs(float(special.ndtri(tail)))) * spread)
    support = np.arange(max(first, count - reach), min(last, count + reach) + 1)
    below = support[:-1] - count  # as steps from the count: the cells of the table move by one each
    with np.errstate(divide="ignore"):
        ratio = np.log((cells[1] - below) / (cells[0] + below + 1)) + np.log(
            (cells[2] - below) / (cells[3] + below + 1)
        )
    weights = np.concatenate([[0.0], np.cumsum(ratio)])
    return support, weights - weights[int(count - support[0])]


def _root(increasing: Callable[[float], float], guess: float, step: float) -> float:
    """Root of an increasing function near a guess."""
    low, high = guess - 0.1 * step, guess + 0.1 * step
    while increasing(low) > 0:
        low -= step
        step *= 2
    while increasing(high) < 0:
        high += step
        step *= 2
    return float(optimize.brentq(increasing, low, high, xtol=1e-12, rtol=1e-12))
