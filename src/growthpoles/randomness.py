"""The one way in which this package gets random numbers: an explicit generator or seed, never global state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from growthpoles.errors import GrowthpolesError, message

if TYPE_CHECKING:
    from numpy.random import Generator


def generator(rng: Generator | int | None) -> Generator:
    """Return the generator given, or one from a seed; None is seed 0, so that results repeat.

    Raises
    ------
    GrowthpolesError
        If `rng` is neither a numpy Generator nor a whole number of 0 or more.
    """
    import numpy as np

    if isinstance(rng, np.random.Generator):
        return rng
    seed: Any = 0 if rng is None else rng
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise GrowthpolesError(message(f"rng={rng!r}", allowed="a numpy Generator, a seed of 0 or more, or None"))
    return np.random.default_rng(int(seed))
