"""Random generators: the one check of `rng`, seeds, independent streams; never global state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from growthpoles.errors import GrowthpolesError, SpatialError, message

if TYPE_CHECKING:
    from numpy.random import Generator, SeedSequence


SEED = 20160  # where none is given: of a call, and of a study
PERMUTATIONS = 99_999  # of one test, wherever it is asked for: Python, command line, report


def generator(rng: Generator | int | None, *, error: type[GrowthpolesError] = GrowthpolesError) -> Generator:
    """Return the generator given, or one from a seed; None is `SEED`, so that results repeat.

    Raises
    ------
    GrowthpolesError
        `error`, if `rng` is neither a numpy Generator nor a whole number of 0 or more.
    """
    import numpy as np

    if isinstance(rng, np.random.Generator):
        return rng
    seed: Any = SEED if rng is None else rng
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise error(message(f"rng={rng!r}", allowed="a numpy Generator, a seed of 0 or more, or None"))
    return np.random.default_rng(int(seed))


def seed_sequence(rng: Generator | int | None) -> SeedSequence:
    """Return the root of all random streams of a test: of a seed (None is `SEED`), or one draw from a Generator."""
    import numpy as np

    if isinstance(rng, np.random.Generator):
        return np.random.SeedSequence([int(word) for word in rng.integers(0, 2**32, size=4)])
    return cast("SeedSequence", generator(rng, error=SpatialError).bit_generator.seed_seq)
