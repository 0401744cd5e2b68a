"""Exact enumeration of conditional permutation laws, for small cases.

Every deal of the other n - 1 values over a region's k neighbours is equally likely under the null
hypothesis. With equal weights the statistic depends on the k-subset alone, so C(n - 1, k) subsets are the
whole law; with unequal weights the (n - 1)! / (n - 1 - k)! ordered arrangements are.

When all regions share one score (Moran, Getis-Ord), one enumeration serves all of them. Let A_r(x) be the
number of r-subsets of *all* n scores with sum >= x, and N_i,r(x) the number among those without region i.
An r-subset that holds i is an (r - 1)-subset of the others plus s_i, so N_i,r(x) = A_r(x) - N_i,r-1(x -
s_i), and

    N_i,k(x) = sum_{j=0..k} (-1)^j A_{k-j}(x - j s_i).

The sums of every size are sorted once and each region costs k + 1 binary searches.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, exp, lgamma, perm

import numpy as np

from growthpoles.spatial.reference_distributions.shared_draws import RELATIVE, Groups, Tails

ENUMERATION_LIMIT = 1_000_000
_BLOCK_SUMS = 1 << 22  # sums held at once


def enumeration_size(others: int, k: int, *, equal: bool) -> int:
    """Return how many deals of `others` values over `k` neighbours there are."""
    return comb(others, k) if equal else perm(others, k)


def is_enumerable(others: int, k: int, *, equal: bool, limit: int = ENUMERATION_LIMIT) -> bool:
    """Tell whether the deals number at most `limit`, without computing a huge binomial."""
    r = min(k, others - k) if equal else k
    size = 1
    for j in range(r):
        size = size * (others - j)
        if equal:
            size //= j + 1
        if size > limit:
            return False
    return True


def subset_sums(scores: np.ndarray, r: int) -> list[np.ndarray]:
    """Return the sums of all subsets of size 0, 1, ..., r.

    Parameters
    ----------
    scores : numpy.ndarray
        Shape (..., n).
    r : int
        Largest size, 0 <= r <= n.

    Returns
    -------
    list of numpy.ndarray
        Item j has shape (..., C(n, j)), subsets in colexicographic order.
    """
    n = scores.shape[-1]
    sums = [np.zeros((*scores.shape[:-1], 1))]
    for size in range(1, r + 1):
        smaller = sums[-1]
        found = np.empty((*scores.shape[:-1], comb(n, size)))
        # In this order the subsets of the first `last` scores come first, so those with largest member `last`
        # are a leading slice of the next smaller size plus one score.
        for last in range(size - 1, n):
            start, stop = comb(last, size), comb(last + 1, size)
            np.add(smaller[..., : stop - start], scores[..., last : last + 1], out=found[..., start:stop])
        sums.append(found)
    return sums


def shared_subset_tails(
    values: np.ndarray, by_count: Groups, observed: np.ndarray, noise: float, *, into: Tails
) -> None:
    """Count subset sums of the other regions' values on either side of the observed sums.

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
    into : Tails
        Where `ge` and `le` go, out of C(n - 1, k) subsets; regions in no group are left as they are.
    """
    n = len(values)
    largest = max(min(k, n - 1 - k) for k, _ in by_count)
    ordered = [np.sort(sums) for sums in subset_sums(values, largest)]
    whole = values.sum()
    for k, rows in by_count:
        r, own = min(k, n - 1 - k), values[rows]
        low, high = observed[rows] - k * noise, observed[rows] + k * noise
        if r < k:  # the k neighbours are what the other r regions leave
            low, high = whole - own - high, whole - own - low
        at_least, at_most = np.zeros((2, len(rows)), dtype=np.int64)
        for j in range(r + 1):
            sums, sign = ordered[r - j], (-1) ** j
            at_least += sign * (len(sums) - np.searchsorted(sums, low - j * own))
            at_most += sign * np.searchsorted(sums, high - j * own, side="right")
        into.ge[rows], into.le[rows] = (at_least, at_most) if r == k else (at_most, at_least)


def subset_tails(scores: np.ndarray, k: int, observed: np.ndarray, tolerance: np.ndarray) -> Tails:
    """Count subset sums on either side of the observed ones when every region has scores of its own.

    Parameters
    ----------
    scores : numpy.ndarray
        Scores of the other regions as region i sees them, shape (regions, n - 1).
    k : int
        Number of neighbours.
    observed, tolerance : numpy.ndarray
        Shape (regions,).

    Returns
    -------
    Tails
        Out of C(n - 1, k) subsets.
    """
    others = scores.shape[1]
    r = min(k, others - k)
    step = max(_BLOCK_SUMS // comb(others, r), 1)
    parts = []
    for start in range(0, len(scores), step):
        block = slice(start, start + step)
        sums = subset_sums(scores[block], r)[-1]
        within = tolerance[block]
        if r < k:  # what the others leave of the whole, with the rounding error of the whole
            sums = scores[block].sum(axis=1, keepdims=True) - sums
            within = within + others * np.finfo(float).eps * np.abs(scores[block]).max(axis=1)
        parts.append(_tails(sums, observed[block], within))
    return _stack(parts)


def arrangement_tails(scores: np.ndarray, weights: np.ndarray, observed: np.ndarray, tolerance: np.ndarray) -> Tails:
    """Count weighted sums over all ordered arrangements on either side of the observed ones.

    Parameters
    ----------
    scores : numpy.ndarray
        Scores of the other regions as region i sees them, shape (regions, n - 1).
    weights : numpy.ndarray
        Weights of the neighbours, shape (regions, k).
    observed, tolerance : numpy.ndarray
        Shape (regions,).

    Returns
    -------
    Tails
        Out of (n - 1)! / (n - 1 - k)! arrangements.
    """
    places = arrangements(scores.shape[1], weights.shape[1])
    parts = []
    for i in range(len(scores)):
        sums = np.zeros(places.shape[1])
        for place, weight in zip(places, weights[i], strict=True):
            sums += weight * scores[i][place]
        parts.append(_tails(sums[None], observed[i : i + 1], tolerance[i : i + 1]))
    return _stack(parts)


@lru_cache(maxsize=8)
def arrangements(n: int, k: int) -> np.ndarray:
    """Return all ordered choices of `k` of `n` numbers, one per column of a read-only array."""
    found = np.zeros((0, 1), dtype=np.int16)
    for _ in range(k):
        nxt = np.tile(np.arange(n, dtype=np.int16), found.shape[1])
        longer = np.vstack([np.repeat(found, n, axis=1), nxt])
        found = longer[:, (longer[:-1] != longer[-1]).all(axis=0)]
    found = np.ascontiguousarray(found)
    found.setflags(write=False)
    return found


def _tails(sums: np.ndarray, observed: np.ndarray, tolerance: np.ndarray) -> Tails:
    """Count the members of a listed law, shape (regions, members).

    The tolerance is that of the observed sum; the largest sum can be made of much larger scores.
    """
    within = tolerance[:, None]
    largest, smallest = sums.max(axis=1, keepdims=True), sums.min(axis=1, keepdims=True)
    return Tails(
        ge=np.count_nonzero(sums >= observed[:, None] - within, axis=1),
        le=np.count_nonzero(sums <= observed[:, None] + within, axis=1),
        top=np.count_nonzero(sums >= largest - within - RELATIVE * (largest - observed[:, None]), axis=1),
        bottom=np.count_nonzero(sums <= smallest + within, axis=1),
    )


def _stack(parts: list[Tails]) -> Tails:
    """Join the counts of successive regions."""
    return Tails(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("ge", "le", "top", "bottom")))


def attainable_top(
    values: np.ndarray, by_count: Groups, best: np.ndarray, *, noise: float = 0.0, floor: float = 0.0
) -> None:
    """Enter the probability of the largest sum that a conditional deal can give each region.

    It is the smallest one-sided p-value that the region could ever get. With k neighbours and t the k-th
    largest of the other values, the deals that reach the maximum take all values above t and any of those
    tied with t.

    Parameters
    ----------
    values : numpy.ndarray
        Score of each region, shape (n,).
    by_count : list of (int, numpy.ndarray)
        Neighbour counts k and the regions that have k neighbours.
    best : numpy.ndarray
        Where the answers go, shape (n,); regions in no group, and answers up to `floor`, are left as they
        are.
    noise : float, default 0
        Distance below which two values are tied.
    floor : float, default 0
        Smallest answer that is of use.
    """
    n = len(values)
    most = max(k for k, _ in by_count) + 1
    leaders = np.sort(values[values >= np.partition(values, n - most)[n - most] - noise])[::-1]
    for k, rows in by_count:
        # A region among the k leaders leaves its place to the next one.
        for inside, threshold in ((False, leaders[k - 1]), (True, leaders[k])):
            above = int(np.count_nonzero(leaders > threshold + noise))
            level = int(np.count_nonzero(leaders >= threshold - noise)) - above
            # The region itself is above the threshold, level with it, or below it, and is not dealt.
            for less_above, less_level in ((1, 0), (0, 1), (0, 0)):
                ways = level - less_level, k - (above - less_above)
                if not 0 <= ways[1] <= ways[0]:
                    continue
                answer = _ratio(*ways, n - 1, k)
                if answer <= floor:
                    continue
                own = values[rows]
                mask = (own >= leaders[k - 1] - noise) == inside
                mask &= (own > threshold + noise) == bool(less_above)
                mask &= (abs(own - threshold) <= noise) == bool(less_level)
                best[rows[mask]] = answer


def _ratio(a: int, b: int, c: int, d: int) -> float:
    """C(a, b) / C(c, d), by logarithms where the exact numbers would be long."""
    if min(d, c - d) <= 64:
        return comb(a, b) / comb(c, d)
    return exp(_log_comb(a, b) - _log_comb(c, d))


def _log_comb(a: int, b: int) -> float:
    return lgamma(a + 1) - lgamma(b + 1) - lgamma(a - b + 1)
