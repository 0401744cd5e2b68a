"""Proximity of points: nearest neighbours, distance pairs, kernels, Delaunay, Gabriel, relative neighbourhood.

Points come in a canonical order (that of their labels): where the definition leaves a choice, the first label has it,
so that nothing depends on the order of rows. Two distances are equal when they differ by less than 1e-9 of themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints, Floats]

EQUAL = 1e-9
KERNELS: dict[str, Any] = {
    "triangular": lambda u: 1 - u,
    "parabolic": lambda u: 1 - u**2,
    "bisquare": lambda u: (1 - u**2) ** 2,
    "cosine": lambda u: np.cos(np.pi / 2 * u),
    "gaussian": lambda u: np.exp(-(u**2) / 2),
    "exponential": lambda u: np.exp(-u),
    "boxcar": np.ones_like,
}


def nearest(xy: Floats, k: int) -> tuple[Ints, Ints]:
    """Return the k nearest other points of each; of equally distant ones the first."""
    from scipy.spatial import KDTree

    n = len(xy)
    tree: Any = KDTree(xy)
    focal, neighbor = [], []
    rows, wanted = np.arange(n), min(k + 5, n)
    while len(rows):
        distance, found = tree.query(xy[rows], k=wanted)
        limit = distance[:, k] * (1 + EQUAL)  # the point itself comes first
        ready = (distance[:, -1] > limit) | (wanted == n)
        at, far, near = rows[ready], distance[ready], found[ready]
        # within a tie the distances are made equal, and the positions decide
        edge = far[:, [k]]
        tied = np.abs(far - edge) <= EQUAL * edge
        far = np.where(tied, edge, far)
        far[near == at[:, None]] = -1
        order = np.lexsort((near, far))[:, 1 : k + 1]
        focal.append(np.repeat(at, k))
        neighbor.append(np.take_along_axis(near, order, axis=1).ravel())
        rows, wanted = rows[~ready], min(2 * wanted, n)
    one, other = np.concatenate(focal), np.concatenate(neighbor)
    by_focal = np.lexsort((other, one))
    return one[by_focal], other[by_focal]


def within(xy: Floats, threshold: float) -> Pairs:
    """Return the pairs at most so far apart, each once, and their distances."""
    from scipy.spatial import KDTree

    one, other = KDTree(xy).query_pairs(threshold, output_type="ndarray").T
    return one, other, np.hypot(*(xy[one] - xy[other]).T)


def delaunay(xy: Floats) -> tuple[Ints, Ints, Any]:
    """Return the edges of a Delaunay triangulation, each once, and the triangulation.

    Raises
    ------
    scipy.spatial.QhullError
        If the points span no triangle.
    """
    from scipy.spatial import Delaunay

    span = np.ptp(xy, axis=0).max()
    triangles = Delaunay((xy - xy.mean(axis=0)) / (span or 1.0))
    return *_unique(triangles.simplices[:, [0, 1, 2]], triangles.simplices[:, [1, 2, 0]]), triangles


def gabriel(xy: Floats) -> tuple[Ints, Ints]:
    """Return the pairs without a third point inside the circle over their link; points on the circle do not count."""
    from scipy.spatial import KDTree

    one, other, triangles = delaunay(xy)
    one, other = _with_ties(one, other, triangles)
    middle, radius = (xy[one] + xy[other]) / 2, np.hypot(*(xy[one] - xy[other]).T) / 2
    distance, _ = KDTree(xy).query(middle)
    keep = distance >= radius * (1 - EQUAL)
    return one[keep], other[keep]


def relative_neighborhood(xy: Floats) -> tuple[Ints, Ints]:
    """Return the pairs without a third point nearer to both ends than they are to each other."""
    from scipy.spatial import KDTree

    one, other = gabriel(xy)  # what cuts a link here is there whenever the circle over it is not empty
    n = len(xy)
    tree: Any = KDTree(xy)
    length = np.hypot(*(xy[one] - xy[other]).T)
    cut = np.zeros(len(one), dtype=bool)
    rows, wanted = np.arange(len(one)), min(8, n)
    while len(rows):
        a, b, limit = one[rows], other[rows], length[rows] * (1 - EQUAL)
        middle = (xy[a] + xy[b]) / 2
        distance, found = tree.query(middle, k=wanted)
        nearer = np.hypot(*np.moveaxis(xy[found] - xy[a][:, None], -1, 0)) < limit[:, None]
        nearer &= np.hypot(*np.moveaxis(xy[found] - xy[b][:, None], -1, 0)) < limit[:, None]
        nearer &= (found != a[:, None]) & (found != b[:, None])
        hit = nearer.any(axis=1)
        cut[rows[hit]] = True
        # the lune lies within sqrt(3) / 2 of the length from the middle
        rows = rows[~hit & (distance[:, -1] <= 0.8661 * length[rows])] if wanted < n else rows[:0]
        wanted = min(4 * wanted, n)
    return one[~cut], other[~cut]


def _unique(one: Any, other: Any) -> tuple[Ints, Ints]:
    """Return every pair once, the lower position first."""
    base = np.int64(max(one.max(), other.max()) + 1)
    key = np.unique(np.minimum(one, other).astype(np.int64) * base + np.maximum(one, other))
    return key // base, key % base


def _with_ties(one: Ints, other: Ints, triangles: Any) -> tuple[Ints, Ints]:
    """Add the diagonals that the triangulation could as well have had: between points on one empty circle."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    corners, beside = triangles.simplices, triangles.neighbors
    at, side = np.nonzero(beside > np.arange(len(corners))[:, None])
    across = beside[at, side]
    opposite = corners[across].sum(axis=1) - corners[at].sum(axis=1) + corners[at, side]
    p = triangles.points[corners[at]] - triangles.points[opposite][:, None]
    squares = (p**2).sum(axis=-1)
    # in-circle determinant of the opposite point, beside the size of its terms
    turns = [p[:, i, 0] * p[:, j, 1] - p[:, j, 0] * p[:, i, 1] for i, j in ((1, 2), (2, 0), (0, 1))]
    terms = [squares[:, i] * turn for i, turn in enumerate(turns)]
    tie = np.abs(sum(terms)) <= EQUAL * sum(np.abs(term) for term in terms)
    if not tie.any():
        return one, other
    links = coo_array((np.ones(int(tie.sum())), (at[tie], across[tie])), shape=(len(corners),) * 2)
    _, circle = connected_components(links, directed=False)
    members = np.unique(np.column_stack([np.repeat(circle, 3), corners.ravel()]), axis=0)
    first, second = [one], [other]
    group, point = members.T
    for step in range(1, int(np.bincount(group).max())):
        same = np.flatnonzero(group[step:] == group[:-step])
        first.append(point[same])
        second.append(point[same + step])
    return _unique(np.concatenate(first), np.concatenate(second))
