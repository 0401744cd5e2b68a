"""Longitudes: the shortest arc of the globe that holds points, wherever the antimeridian runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def shortest_arc(lon: NDArray[np.float64]) -> tuple[float, float]:
    """Return the middle and the width of the shortest arc that holds some longitudes.

    Parameters
    ----------
    lon
        Degrees, at least one; they may run over the antimeridian either way.

    Returns
    -------
    middle, width
        Degrees from -180 to 180, and from 0 to 360.
    """
    turn = np.sort(np.mod(lon, 360.0))
    gaps = np.diff(np.append(turn, turn[0] + 360.0))
    widest = int(gaps.argmax())
    width = 360.0 - float(gaps[widest])
    return (float(turn[(widest + 1) % len(turn)]) + width / 2 + 180.0) % 360.0 - 180.0, width
