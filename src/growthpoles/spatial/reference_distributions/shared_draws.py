"""Shared draws of sets of regions for every conditional permutation test; tilted draws (importance sampling) of tails.

The conditional permutation test of region i asks how its statistic would look if the values of the other n
- 1 regions were dealt anew over its k neighbours. Drawing P such deals for each region costs O(n P k). Here
P ordered sets of distinct regions are drawn once; the first k of a set are the deal for every region with k
neighbours, and the entry after them is a spare. Where region i itself is among the first k, the spare takes
its place: the k-set is then again a uniform ordered k-subset of the *other* regions (given that i is in the
set, the spare is uniform on the regions outside the set), so each region's law is exactly a conditional
draw. Only what is shared between regions differs: their Monte Carlo errors are dependent, as they are with
any common set of permutations.

Where the statistic depends on the plain sum of one score over the neighbours (Moran, Getis-Ord, bivariate
Moran under equal weights) the P sums are sorted once for each k and every region is looked up: O(P k + P
log P + n log P), against O(n P k) for draws of its own. `conditional_permutation` has the
other statistics.

P plain draws cannot show a p-value below 1 / (P + 1), and a family of thousands of regions asks for smaller ones. Where
fewer than ten of them lie beyond the observed T, that tail is drawn again, tilted, from deals in which large (small)
scores are more probable: the j-th neighbour gets one of the scores g that are left with probability proportional to
exp(t w_j g), t such that their sum is about that of the actual neighbours. Each deal beyond T counts with its
probability under equal chances over that under the tilt, so that the estimate is unbiased for every t and g (Bucklew
2004, *Introduction to Rare Event Simulation*); g is the score with outliers drawn in, lest a single one of them make up
the whole tail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import lgamma
from typing import Any

import numpy as np
from numpy.typing import NDArray

Groups = list[tuple[int, np.ndarray]]
_PAIRWISE_LIMIT = 24  # up to this size of a set, comparing pairs of columns beats sorting rows
RELATIVE = 1e-12  # rounding error of a sum, as a share of its terms
CHUNK_ENTRIES = 1 << 23  # drawn entries held at once: 32 MiB of labels and 64 MiB of sums


def ordered_draws(n: int, m: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw `size` uniform ordered sets of `m` distinct numbers below `n`, one per column.

    Parameters
    ----------
    n, m, size : int
        Numbers to choose from, length of a set (m <= n), sets to draw.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        Shape (m, size), int32.

    Notes
    -----
    Small sets: independent draws, then every entry that repeats an earlier one of its set is drawn again until none
    does. An entry ends as its first proposal outside the final entries before it, as in sequential sampling without
    replacement, so the law is exact. Large sets (m > n / 3): shuffles.
    """
    if 3 * m > n:
        deck = np.tile(np.arange(n, dtype=np.int32), (size, 1))
        return np.ascontiguousarray(rng.permuted(deck, axis=1, out=deck)[:, :m].T)
    draws = rng.integers(0, n, (m, size), dtype=np.int32)
    columns = np.flatnonzero(_has_repeat(draws))
    while columns.size:
        part = draws[:, columns]
        repeat = _repeats(part)
        part[repeat] = rng.integers(0, n, int(repeat.sum()), dtype=np.int32)
        draws[:, columns] = part
        columns = columns[repeat.any(axis=0)]
    return draws


def _has_repeat(draws: np.ndarray) -> np.ndarray:
    """Which columns hold a number twice, shape (size,)."""
    m = len(draws)
    if m > _PAIRWISE_LIMIT:
        rows = np.sort(draws.T, axis=1)
        return (rows[:, 1:] == rows[:, :-1]).any(axis=1)
    found = np.zeros(draws.shape[1], dtype=bool)
    for j in range(1, m):
        for i in range(j):
            found |= draws[i] == draws[j]
    return found


def _repeats(draws: np.ndarray) -> np.ndarray:
    """Which entries repeat an earlier entry of their column, shape (m, size)."""
    order = np.argsort(draws, axis=0, kind="stable")
    ranked = np.take_along_axis(draws, order, axis=0)
    later = np.zeros(draws.shape, dtype=bool)
    later[1:] = ranked[1:] == ranked[:-1]
    repeat = np.empty_like(later)
    np.put_along_axis(repeat, order, later, axis=0)
    return repeat


def draw_chunks(
    n: int, m: int, permutations: int, most: int, rng: np.random.Generator, order: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """Yield `permutations` ordered sets in pieces of at most `most`, as :func:`ordered_draws` gives them.

    With `order` the number i stands for the position order[i].
    """
    done = 0
    while done < permutations:
        size = min(most, permutations - done)
        draws = ordered_draws(n, m, size, rng)
        yield draws if order is None else order[draws]
        done += size


@dataclass(frozen=True, slots=True)
class Tails:
    """Counts of the reference statistics on either side of the observed ones.

    `ge` and `le` count ties in both; `top` and `bottom` count the members that tie with the largest and the
    smallest reference statistic (zero where not counted). All of shape (regions,).
    """

    ge: np.ndarray
    le: np.ndarray
    top: np.ndarray
    bottom: np.ndarray

    @classmethod
    def zero(cls, n: int) -> Tails:
        """Nothing counted yet for `n` regions."""
        return cls(*(np.zeros(n, dtype=np.int32) for _ in range(4)))


def groups(cardinality: np.ndarray) -> Groups:
    """Pair each neighbour count above zero with the positions that have it, ascending."""
    counts = np.bincount(cardinality)
    present = np.flatnonzero(counts[1:]) + 1
    if len(present) <= 16:
        return [(int(k), np.flatnonzero(cardinality == k)) for k in present]
    order = np.argsort(cardinality, kind="stable")
    ends = np.cumsum(counts)
    return [(int(k), order[ends[k - 1] : ends[k]]) for k in present]


def sum_tails(
    values: np.ndarray,
    by_count: Groups,
    observed: np.ndarray,
    noise: float,
    *,
    permutations: int,
    rng: np.random.Generator,
    into: Tails,
    order: np.ndarray | None = None,
) -> None:
    """Count how many reference sums are at least, and at most, the observed sum over the neighbours.

    Parameters
    ----------
    values : numpy.ndarray
        Score of each region, shape (n,).
    by_count : list of (int, numpy.ndarray)
        Neighbour counts k and the regions to be tested that have k neighbours; at least one.
    observed : numpy.ndarray
        Observed sum over the neighbours, shape (n,).
    noise : float
        Two sums of k scores are tied when they differ by at most k times this.
    permutations : int
        Draws P in all.
    rng : numpy.random.Generator
    into : Tails
        Where `ge` and `le` go; regions in no group are left as they are.
    order : numpy.ndarray, optional
        Positions of the regions in the order in which they are numbered for the draws.
    """
    n = len(values)
    m = max(k for k, _ in by_count) + 1
    cardinality = np.zeros(n, dtype=np.int32)
    for k, rows in by_count:
        cardinality[rows] = k
    first = True
    for draws in draw_chunks(n, m, permutations, max(CHUNK_ENTRIES // m, 64), rng, order):
        size = draws.shape[1]
        drawn = values[draws]
        sums = np.cumsum(drawn, axis=0)
        for k, rows in by_count:
            seen = observed[rows]
            below, upto = _places(np.sort(sums[k - 1]), seen - k * noise, seen + k * noise)
            np.subtract(size, below, out=below)
            into.ge[rows] = below if first else into.ge[rows] + below
            into.le[rows] = upto if first else into.le[rows] + upto
        _put_spares(draws, drawn, sums, values, cardinality, observed, noise, into)
        first = False


def _places(ordered: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many of `ordered` are below `low` and how many are at most `high`."""
    below, following = ranks(ordered, low)
    upto = below.copy()
    # Ties are rare: the second search is only for those whose next sum is within reach.
    tied = np.flatnonzero(following <= high)
    upto[tied] = np.searchsorted(ordered, high[tied], side="right")
    return below, upto


def ranks(ordered: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many of `ordered` are below each query, and the first that is not (inf after the last).

    The same as a binary search, which misses the processor's branch prediction at every step; many unsorted
    queries are found five times faster through a table of equal intervals, from whose count a few steps
    lead up.
    """
    padded = np.append(ordered, np.inf)
    width = ordered[-1] - ordered[0]
    if len(queries) < 4 * len(ordered) or not width > 0:
        place = np.searchsorted(ordered, queries).astype(np.int32)
        return place, padded[place]
    intervals = min(4 * len(ordered), 1 << 20)

    def interval(values: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):  # a query out of all proportion ends in the last interval
            scaled = values - ordered[0]
            scaled *= intervals / width
        scaled += 1
        return np.clip(scaled, 0, intervals + 1, out=scaled).astype(np.int32)

    # The interval of a number is a monotone function of it, rounding included: members in lower intervals than
    # the query's are below it, members in higher ones are not.
    counts = np.bincount(interval(ordered), minlength=intervals + 2)
    start = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)
    place = start[interval(queries)]
    following = padded[place]
    behind = np.flatnonzero(following < queries)
    for _ in range(8):
        if not behind.size:
            return place, following
        step = place[behind] + 1
        reached = padded[step]
        place[behind], following[behind] = step, reached
        behind = behind[reached < queries[behind]]
    place[behind] = np.searchsorted(ordered, queries[behind])
    following[behind] = padded[place[behind]]
    return place, following


def _put_spares(
    draws: np.ndarray,
    drawn: np.ndarray,
    sums: np.ndarray,
    values: np.ndarray,
    cardinality: np.ndarray,
    observed: np.ndarray,
    noise: float,
    tails: Tails,
) -> None:
    """Correct the counts of the regions that were dealt to themselves: the spare takes their place."""
    wanted = cardinality[draws]
    place, draw = np.nonzero(wanted > np.arange(len(draws))[:, None])
    region, k = draws[place, draw], wanted[place, draw]
    old = sums[k - 1, draw]
    new = old - values[region] + drawn[k, draw]
    # The same arithmetic as in the search, so that what is taken back is exactly what was counted.
    low, high = observed[region] - k * noise, observed[region] + k * noise
    for count, change in (
        (tails.ge, (new >= low).astype(np.int8) - (old >= low)),
        (tails.le, (new <= high).astype(np.int8) - (old <= high)),
    ):
        moved = np.flatnonzero(change)
        np.add.at(count, region[moved], change[moved])


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
