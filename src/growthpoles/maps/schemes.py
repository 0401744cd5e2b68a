"""Class limits found from the data, for studies without a fixed scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, message, unknown_option

Array = NDArray[np.float64]
Scheme = Literal["equal", "quantiles", "natural"]
_SCHEMES = ("equal", "quantiles", "natural")
_MOST = 3000


def class_limits(values: Sequence[float] | Array, scheme: Scheme = "natural", *, k: int = 5) -> tuple[float, ...]:
    """Find the limits of classes.

    Parameters
    ----------
    values : array of float
        Data; NaN is left out.
    scheme : "equal" | "quantiles" | "natural"
        Classes of equal width; of equal count; or with the least sum of squared distances from their means (exact;
        Fisher 1958).
    k : int
        Number of classes, 2 to 12.

    Returns
    -------
    tuple of float
        `k` + 1 rising limits, the smallest and the largest value included; classes are closed below and open above,
        as :func:`growthpoles.maps.numeric.plot_values` counts them.

    Raises
    ------
    MapError
        The scheme is not known, or there are fewer distinct values than classes, or ties leave a class empty.
    """
    if scheme not in _SCHEMES:
        raise MapError(unknown_option("scheme", scheme, _SCHEMES))
    known = np.sort(np.asarray(values, dtype=float).ravel())
    known = known[~np.isnan(known)]
    distinct = np.unique(known)
    if not 2 <= k <= 12 or len(distinct) < k or not np.isfinite(known).all():
        raise MapError(
            message(
                f"{k} classes of {len(distinct)} distinct values",
                where="class_limits",
                allowed="2 to 12 classes, each with a finite value",
            )
        )
    if scheme == "equal":
        limits = np.linspace(known[0], known[-1], k + 1)
    elif scheme == "quantiles":
        limits = np.quantile(known, np.linspace(0, 1, k + 1))
    else:
        if len(distinct) > _MOST:
            raise MapError(
                message(
                    f"{len(distinct)} distinct values", where="class_limits", allowed=f"{_MOST} at most, or quantiles"
                )
            )
        limits = np.concatenate([[known[0]], _natural(known, k), [known[-1]]])
    if (np.diff(limits) <= 0).any():
        raise MapError(
            message("ties leave a class empty", where="class_limits", allowed="fewer classes, or own limits")
        )
    return tuple(float(limit) for limit in limits)


def _natural(values: Array, k: int) -> Array:
    """Return the first value of every class but the lowest, by dynamic programming over distinct values."""
    distinct, counts = np.unique(values, return_counts=True)
    n = len(distinct)
    shifted = distinct - distinct.mean()
    weight = np.concatenate([[0.0], np.cumsum(counts)])
    first = np.concatenate([[0.0], np.cumsum(counts * shifted)])
    second = np.concatenate([[0.0], np.cumsum(counts * shifted**2)])

    def cost(start: NDArray[np.int64], end: int) -> Array:
        total = weight[end] - weight[start]
        return np.asarray((second[end] - second[start]) - (first[end] - first[start]) ** 2 / total, dtype=float)

    best = np.full((k + 1, n + 1), np.inf)
    cut = np.zeros((k + 1, n + 1), dtype=np.int64)
    best[0, 0] = 0.0
    for classes in range(1, k + 1):
        for end in range(classes, n + 1):
            start = np.arange(classes - 1, end)
            trial = best[classes - 1, start] + cost(start, end)
            at = int(np.argmin(trial))
            best[classes, end], cut[classes, end] = trial[at], start[at]
    breaks, end = [], n
    for classes in range(k, 1, -1):
        end = int(cut[classes, end])
        breaks.append(distinct[end])
    return np.array(breaks[::-1])
