"""Random numbers of the spatial tests: the package's one check of `rng`, under the name of their errors."""

from __future__ import annotations

from typing import cast

from numpy.random import Generator, SeedSequence

from growthpoles import randomness
from growthpoles.errors import GrowthpolesError, SpatialError


def generator(rng: Generator | int | None) -> Generator:
    """Return :func:`growthpoles.randomness.generator`; what it refuses is a :class:`SpatialError` here."""
    try:
        return randomness.generator(rng)
    except GrowthpolesError as error:
        raise SpatialError(str(error)) from None


def seed_sequence(rng: Generator | int | None) -> SeedSequence:
    """Return the root of all random streams: that of a seed (None is 0), or one draw from a Generator."""
    if isinstance(rng, Generator):
        return SeedSequence([int(word) for word in rng.integers(0, 2**32, size=4)])
    return cast(SeedSequence, generator(rng).bit_generator.seed_seq)
