"""Neat causes of a wrong cell: decimal shift, transposed digits, a value that belongs to another row."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from growthpoles.errors import DataError
from growthpoles.study.files.printed_tables import Decimal, parse_number

#: A ratio this close to a power of ten is called a decimal shift even where a small difference remains.
SHIFT_TOLERANCE = 2e-3
_LARGEST_SHIFT = 6


def decimal_shift(value: float, low: float, high: float) -> int | None:
    """Return k if ``value`` is 10^k times something in ``[low, high]`` (k not 0), give or take 0.2 %."""
    middle = (low + high) / 2
    if not (math.isfinite(middle) and middle and value) or (value < 0) != (middle < 0):
        return None
    power = round(math.log10(value / middle))
    if power == 0 or abs(power) > _LARGEST_SHIFT:
        return None
    shifted = value / 10.0**power
    slack = SHIFT_TOLERANCE * abs(middle)
    return power if low - slack <= shifted <= high + slack else None


def transposed(text: str, low: float, high: float, *, decimal: Decimal = ",") -> str | None:
    """Return the cell with two neighbouring digits exchanged if that lies within ``[low, high]``."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    for first, second in pairwise(places):
        if text[first] == text[second]:
            continue
        signs = list(text)
        signs[first], signs[second] = signs[second], signs[first]
        candidate = "".join(signs)
        try:
            value = parse_number(candidate, decimal=decimal)
        except DataError:
            continue
        if low <= value <= high:
            return candidate
    return None


def significant_digits(text: str) -> int:
    """Count the digits of a printed number without leading and trailing zeros."""
    return len("".join(sign for sign in text if sign.isdigit()).strip("0"))


def match_rows(fits: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], bool]:
    """Match rows to sources as completely as the table of fits allows.

    Parameters
    ----------
    fits : bool array, rows x sources
        Whether the value printed in a row can be that of a source.

    Returns
    -------
    source : int array
        Source of every row; -1 where none is left.
    unique : bool
        True if every row has a source and no other complete matching exists.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    def solve(table: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        return np.asarray(maximum_bipartite_matching(csr_array(table), perm_type="column"), dtype=np.intp)

    source = solve(fits)
    if (source < 0).any():
        return source, False
    for row, column in enumerate(source):
        without = fits.copy()
        without[row, column] = False
        if (solve(without) >= 0).all():
            return source, False
    return source, True
