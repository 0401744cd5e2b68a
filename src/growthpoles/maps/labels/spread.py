"""Push labels on a line apart, as little as possible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def spread(places: Sequence[float] | Array, step: float | Sequence[float] | Array, low: float, high: float) -> Array:
    """Move points so that neighbours are `step` apart, with the least sum of squared moves.

    Subtracting the room that the points before one take turns the minimal distance into mere order, and the
    least-squares solution under an order is isotonic regression (pooling adjacent violators; Barlow et al. 1972).
    Where the range is too short for all points they keep their distance and run over its upper end.

    Parameters
    ----------
    places : array of float
        Points, in any order.
    step : float or array of float
        Smallest distance; or the size of every point, whose neighbours are then half of both sizes away.
    low, high : float
        Range that should hold them.

    Returns
    -------
    ndarray
        Moved points in the order given.
    """
    wanted = np.asarray(places, dtype=float)
    if not len(wanted):
        return np.empty(0)
    order = np.argsort(wanted, kind="stable")
    sizes = np.broadcast_to(np.asarray(step, dtype=float), wanted.shape)[order]
    before = np.concatenate([[0.0], np.cumsum((sizes[1:] + sizes[:-1]) / 2)])
    pools: list[list[float]] = []
    for value in (wanted[order] - before).tolist():
        pools.append([value, 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, weight = pools.pop()
            pools[-1] = [
                (pools[-1][0] * pools[-1][1] + mean * weight) / (pools[-1][1] + weight),
                pools[-1][1] + weight,
            ]
    fitted = np.repeat([mean for mean, _ in pools], [int(weight) for _, weight in pools])
    result = np.empty(len(wanted))
    result[order] = np.clip(fitted, low, max(low, high - before[-1])) + before
    return result
