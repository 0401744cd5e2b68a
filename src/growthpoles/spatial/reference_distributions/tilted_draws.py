"""Tilted draws: importance sampling of the far tail of a conditional permutation law.

P plain draws cannot show a p-value below 1 / (P + 1), and a family of thousands of regions asks for smaller ones. Where
fewer than ten of them lie beyond the observed T, that tail is drawn again from deals in which large (small) scores are
more probable: the j-th neighbour gets one of the scores g that are left with probability proportional to exp(t w_j g),
t such that their sum is about that of the actual neighbours. Each deal beyond T counts with its probability under equal
chances over that under the tilt, so that the estimate is unbiased for every t and g (Bucklew 2004, *Introduction to
Rare Event Simulation*); g is the score with outliers drawn in, lest a single one of them make up the whole tail.
"""

from __future__ import annotations

from math import lgamma
from typing import Any

import numpy as np
from numpy.typing import NDArray

from growthpoles.spatial.reference_distributions.shared_draws import Groups

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

FEW = 10  # plain draws beyond the observed T below which the tail is drawn again
SHARED, OWN = 20_000, 3_000  # draws of a tail: standard errors of about 2 % and 5 % of the probability
_RUNG = 0.75  # standard deviations of T that one tilt serves
_WEIGHTS = 8  # different weights that the search for a tilt tells apart
_MOST = 700.0  # largest difference of exponents


def shared_tails(
    values: Floats, by_count: Groups, sums: Any, noise: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the probability of a sum of k other values at least as large as each region's, and its standard error.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        Score of each region, in the order in which regions are numbered for the draws.
    by_count : list of (int, numpy.ndarray)
        Neighbour counts k and the regions with k neighbours whose tail is wanted.
    sums : sparse matrix, shape (n, n)
        Ones at the neighbours of each region.
    noise : float
        Two sums of k scores are tied when they differ by at most k times this.
    rng : numpy.random.Generator

    Returns
    -------
    tuple of numpy.ndarray
        Shape (n,); NaN where nothing was asked. Regions with one k and sums close to each other share their draws;
        deals that hold the region itself do not count.
    """
    n, guide = len(values), drawn_in(values)
    probability, error = np.full((2, n), np.nan)
    observed, aims = sums @ values, sums @ guide
    for k, rows in by_count:
        rung = np.floor((aims[rows] - k * guide.mean()) / (_RUNG * guide.std() * np.sqrt(k))).astype(int)
        for step in np.unique(rung):
            part = rows[rung == step]
            total, log_weight, deals = _deal(values, guide, np.ones(k), float(np.median(aims[part])), SHARED, rng)
            log_weight += lgamma(n - k) - lgamma(n)  # over (n - 1)! / (n - 1 - k)!: each region deals the n - 1 others
            order = np.argsort(-total, kind="stable")
            weight = np.exp(log_weight[order])
            reached = np.searchsorted(-total[order], -(observed[part] - k * noise), side="right")
            running = [np.concatenate([[0.0], np.cumsum(weight**power)]) for power in (1, 2)]
            first, second = (found[reached] for found in running)
            holder = np.argsort(deals[order].ravel(), kind="stable")
            member = deals[order].ravel()[holder]
            start, stop = np.searchsorted(member, part), np.searchsorted(member, part, side="right")
            for place in range(len(part)):
                own = holder[start[place] : stop[place]] // k
                own = own[own < reached[place]]
                first[place] -= weight[own].sum()
                second[place] -= (weight[own] ** 2).sum()
            _enter(probability, error, part, first, second, SHARED)
    return probability, error


def own_tail(
    scores: Floats, weights: Floats, dealt: Floats, tie: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the probability that other regions' scores dealt over unequal weights give T or more, and its error.

    Parameters
    ----------
    scores : numpy.ndarray, shape (n - 1,)
        Scores of the other regions.
    weights, dealt : numpy.ndarray, shape (k,)
        Weights of the neighbours, and the scores that these have.
    tie : float
        Distance below which two T are tied.
    rng : numpy.random.Generator
    """
    guide = drawn_in(scores)
    total, log_weight, _ = _deal(scores, guide, weights, float(weights @ drawn_in(scores, dealt)), OWN, rng)
    n, k = len(scores), len(weights)
    weight = np.exp(log_weight + lgamma(n - k + 1) - lgamma(n + 1))[total >= weights @ dealt - tie]
    probability, error = np.full((2, 1), np.nan)
    _enter(probability, error, np.zeros(1, dtype=int), weight.sum(keepdims=True), (weight**2).sum(keepdims=True), OWN)
    return float(probability[0]), float(error[0])


def drawn_in(scores: Floats, of: Floats | None = None) -> Floats:
    """Return scores (or others, by the limits of these) within five robust standard deviations of the median."""
    low, middle, high = np.quantile(scores, [0.25, 0.5, 0.75])
    reach = 5 * (high - low) / 1.349
    of = scores if of is None else of
    return np.clip(of, middle - reach, middle + reach) if reach > 0 else of


def _enter(probability: Floats, error: Floats, rows: Ints, first: Floats, second: Floats, draws: int) -> None:
    """Note the estimates; a tail that no draw hit stays unknown."""
    mean = np.maximum(first, 0.0) / draws
    probability[rows] = np.where(mean > 0, mean, np.nan)
    error[rows] = np.sqrt(np.maximum(second / draws - mean**2, 0.0) / draws)


def _deal(
    scores: Floats, guide: Floats, weights: Floats, aim: float, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Ints]:
    """Draw tilted deals whose guide is about `aim`: T, log of the weight but for the number of deals, who was dealt."""
    tilt = _tilt(guide, weights, aim)
    deals: Ints = np.empty((draws, len(weights)), dtype=np.intp)
    total, log_weight = np.zeros((2, draws))
    equal = bool((weights == weights[0]).all())
    cumulated = exponent = np.empty(0)
    peak = 0.0
    for place, weight in enumerate(weights):
        if place == 0 or not equal:
            exponent = tilt * weight * guide
            peak = float(exponent.max())
            exponent = np.maximum(exponent - peak, -_MOST)
            cumulated = np.cumsum(np.exp(exponent))
        chosen = _choose(cumulated, draws, rng)
        taken = deals[:, :place]
        again = np.flatnonzero((taken == chosen[:, None]).any(axis=1))
        while again.size:
            chosen[again] = _choose(cumulated, again.size, rng)
            again = again[(taken[again] == chosen[again, None]).any(axis=1)]
        left = cumulated[-1] - np.exp(exponent[taken]).sum(axis=1)
        log_weight += np.log(np.maximum(left, 1e-300)) - exponent[chosen]
        total += weight * scores[chosen]
        deals[:, place] = chosen
    return total, log_weight, deals


def _choose(cumulated: Floats, size: int, rng: np.random.Generator) -> Ints:
    """Draw positions with probabilities given by their running sum."""
    found = np.searchsorted(cumulated, rng.random(size) * cumulated[-1], side="right")
    return np.minimum(found, len(cumulated) - 1)


def _tilt(scores: Floats, weights: Floats, aim: float) -> float:
    """Find t such that independent tilted draws have the mean `aim`; no score gets more than half a place."""
    different, count = np.unique(weights, return_counts=True)
    if len(different) > _WEIGHTS:
        parts = np.array_split(np.sort(weights), _WEIGHTS)
        different, count = np.array([part.mean() for part in parts]), np.array([len(part) for part in parts])
    spread = float(scores.std()) * float(np.sqrt(weights @ weights))

    def mean(t: float) -> tuple[float, float]:
        """Mean of T, and the largest probability of one score."""
        found, most = 0.0, 0.0
        for weight, times in zip(different, count, strict=True):
            exponent = t * weight * scores
            chance = np.exp(exponent - exponent.max())
            chance /= chance.sum()
            found += times * weight * float(chance @ scores)
            most = max(most, float(chance.max()))
        return found, most

    low, high = 0.0, max(aim - float(weights.sum()) * float(scores.mean()), 0.0) / spread**2
    for _ in range(60):  # upwards until the aim is passed
        found, most = mean(high)
        if found >= aim or most > 0.5:
            break
        low, high = high, 1.5 * high
    for _ in range(5):
        middle = (low + high) / 2
        found, most = mean(middle)
        low, high = (low, middle) if found >= aim or most > 0.5 else (middle, high)
    return low
