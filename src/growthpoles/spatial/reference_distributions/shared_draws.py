"""Shared draws: random sets of regions that serve every region's conditional permutation test.

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
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

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
