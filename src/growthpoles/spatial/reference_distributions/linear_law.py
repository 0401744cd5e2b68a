"""Shared reference law of statistics whose scores or weights are the region's own.

Geary's scores (z_i - z_j)^2 differ from region to region, and unequal weights make the order of the
neighbours count: sums cannot be sorted once for all. The draws still serve every region (see `reference`):
blocks of regions times blocks of draws as matrix products, O(n P) with a small constant.
"""

from __future__ import annotations

import numpy as np

from growthpoles.spatial.reference_distributions.draws import draw_chunks
from growthpoles.spatial.reference_distributions.shared_draws import CHUNK_ENTRIES, RELATIVE, Tails, groups

_BLOCK_ENTRIES = 1 << 18  # statistics held at once: 2 MiB, so that they stay in cache


def linear_tails(
    features: np.ndarray,
    coefficients: np.ndarray,
    weights: np.ndarray,
    indptr: np.ndarray,
    observed: np.ndarray,
    tolerance: np.ndarray,
    *,
    permutations: int,
    rng: np.random.Generator,
    order: np.ndarray | None = None,
) -> Tails:
    """Count reference statistics of the form sum_j w_ij c_i . f_j on either side of the observed ones.

    Parameters
    ----------
    features : numpy.ndarray
        f, shape (d, n).
    coefficients : numpy.ndarray
        c, shape (d, n).
    weights, indptr : numpy.ndarray
        Weights of all rows one after the other, and where each row starts, as in CSR; shapes (nnz,), (n +
        1,). An empty row leaves its region out (its counts are zero).
    observed, tolerance : numpy.ndarray
        Observed statistic, and the distance below which two are tied, shape (n,).
    permutations : int
        Draws P in all.
    rng : numpy.random.Generator
    order : numpy.ndarray, optional
        Positions of the regions in the order in which they are numbered for the draws.

    Returns
    -------
    Tails
    """
    d, n = features.shape
    cardinality = np.diff(indptr)
    m = int(cardinality.max()) + 1
    totals = Tails.zero(n)
    extremes = np.full(n, -np.inf), np.full(n, np.inf)
    most = min(max(CHUNK_ENTRIES // (m * d), 64), 8192)
    by_count = groups(cardinality)
    for draws in draw_chunks(n, m, permutations, most, rng, order):
        drawn = features[:, draws].transpose(1, 0, 2)  # place, feature, draw
        summed = np.cumsum(drawn, axis=0)
        dealt = _dealt_to_themselves(draws, cardinality)
        for k, rows in by_count:
            design = np.ascontiguousarray(drawn[:k]).reshape(k * d, -1)
            step = max(_BLOCK_ENTRIES // draws.shape[1], 1)
            for start in range(0, len(rows), step):
                block = rows[start : start + step]
                w = weights[indptr[block][:, None] + np.arange(k)]
                c = coefficients[:, block].T
                if (w == w[:, :1]).all():
                    reference = _combine(w[:, :1] * c, summed[k - 1])
                else:
                    reference = _combine((w[:, :, None] * c[:, None, :]).reshape(len(block), k * d), design)
                _swap_spares(reference, block, k, w, c, features, draws, dealt)
                _tally(totals, extremes, block, reference, observed, tolerance)
    return totals


def _dealt_to_themselves(draws: np.ndarray, cardinality: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entries of the draws where a region is among its own neighbours: region (ascending), place, draw."""
    place, draw = np.nonzero(cardinality[draws] > np.arange(len(draws))[:, None])
    region = draws[place, draw]
    order = np.argsort(region, kind="stable")
    return region[order], place[order], draw[order]


def _swap_spares(
    reference: np.ndarray,
    block: np.ndarray,
    k: int,
    w: np.ndarray,
    c: np.ndarray,
    features: np.ndarray,
    draws: np.ndarray,
    dealt: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Put the spare where a region of the block was dealt to itself; `reference` is changed in place."""
    region, place, draw = dealt
    first, last = np.searchsorted(region, block), np.searchsorted(region, block, side="right")
    length = last - first
    row = np.repeat(np.arange(len(block)), length)
    entry = np.arange(len(row)) + np.repeat(first - np.cumsum(length) + length, length)
    where, column = place[entry], draw[entry]
    change = features[:, draws[k, column]] - features[:, block[row]]
    reference[row, column] += w[row, where] * (c[row] * change.T).sum(axis=1)


def _tally(
    totals: Tails,
    extremes: tuple[np.ndarray, np.ndarray],
    block: np.ndarray,
    reference: np.ndarray,
    observed: np.ndarray,
    tolerance: np.ndarray,
) -> None:
    """Add one block's counts, with how often its largest and smallest statistic occurred so far."""
    within, seen = tolerance[block], observed[block]
    totals.ge[block] += _count(reference >= (seen - within)[:, None])
    totals.le[block] += _count(reference <= (seen + within)[:, None])
    for best, count, found, sign in (
        (extremes[0], totals.top, reference.max(axis=1), 1),
        (extremes[1], totals.bottom, reference.min(axis=1), -1),
    ):
        ahead = sign * (found - best[block])
        slack = within + RELATIVE * np.abs(found - seen) if sign > 0 else within  # as in `exact._tails`
        for row in np.flatnonzero(ahead >= -slack):  # after the first draws few rows see a new extreme
            region = block[row]
            best[region] = found[row] if ahead[row] > 0 else best[region]
            ties = np.count_nonzero(sign * (best[region] - reference[row]) <= slack[row])
            count[region] = ties if ahead[row] > slack[row] else count[region] + ties


def _combine(coefficients: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Matrix product; with few terms adding them up beats the library, which would start threads for it."""
    if len(design) > 3:
        return coefficients @ design
    found = np.multiply.outer(coefficients[:, 0], design[0])
    for j in range(1, len(design)):
        found += np.multiply.outer(coefficients[:, j], design[j])
    return found


def _count(hits: np.ndarray) -> np.ndarray:
    """Count the hits in each row; row by row it is several times faster than along an axis."""
    return np.fromiter((np.count_nonzero(row) for row in hits), dtype=np.int32, count=len(hits))
