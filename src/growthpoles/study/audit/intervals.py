"""Interval arithmetic on printed numbers: what a rounded cell can have been before it was rounded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Relative slack for binary floating point, far below any printed digit.
SLACK = 1e-11


def quotient_bounds(
    numerator: Array, numerator_half: Array, denominator: Array, denominator_half: Array, factor: float
) -> tuple[Array, Array]:
    """Return the least and greatest ``factor * numerator / denominator`` that the printed inputs allow.

    NaN where an input is missing or the denominator may be zero: nothing can be checked there.
    """
    open_denominator = np.abs(denominator) <= denominator_half
    safe = np.where(open_denominator, np.nan, denominator)
    corners = np.stack(
        [
            factor * (numerator + a * numerator_half) / (safe + b * denominator_half)
            for a in (-1.0, 1.0)
            for b in (-1.0, 1.0)
        ]
    )
    low, high = corners.min(axis=0), corners.max(axis=0)
    slack = SLACK * np.maximum(np.abs(low), np.abs(high))
    return low - slack, high + slack


def overlaps(value: Array, half: Array, low: Array, high: Array) -> npt.NDArray[np.bool_]:
    """Tell where a printed value, give or take half a unit, meets ``[low, high]``; False where anything is NaN."""
    slack = SLACK * np.abs(value)
    return np.asarray((value + half + slack >= low) & (value - half - slack <= high))
