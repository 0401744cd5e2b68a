"""Random ordered sets of distinct regions, many at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_PAIRWISE_LIMIT = 24  # up to this size of a set, comparing pairs of columns beats sorting rows


def ordered_draws(n: int, m: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw `size` uniform ordered sets of `m` distinct numbers below `n`, one per column.

    Parameters
    ----------
    n, m, size : int
        Numbers to choose from, length of a set (m <= n), sets to draw.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        Shape (m, size), int32.

    Notes
    -----
    Small sets: independent draws, then every entry that repeats an earlier one of its set is drawn again until none
    does. An entry ends as its first proposal outside the final entries before it, as in sequential sampling without
    replacement, so the law is exact. Large sets (m > n / 3): shuffles.
    """
    if 3 * m > n:
        deck = np.tile(np.arange(n, dtype=np.int32), (size, 1))
        return np.ascontiguousarray(rng.permuted(deck, axis=1, out=deck)[:, :m].T)
    draws = rng.integers(0, n, (m, size), dtype=np.int32)
    columns = np.flatnonzero(_has_repeat(draws))
    while columns.size:
        part = draws[:, columns]
        repeat = _repeats(part)
        part[repeat] = rng.integers(0, n, int(repeat.sum()), dtype=np.int32)
        draws[:, columns] = part
        columns = columns[repeat.any(axis=0)]
    return draws


def _has_repeat(draws: np.ndarray) -> np.ndarray:
    """Which columns hold a number twice, shape (size,)."""
    m = len(draws)
    if m > _PAIRWISE_LIMIT:
        rows = np.sort(draws.T, axis=1)
        return (rows[:, 1:] == rows[:, :-1]).any(axis=1)
    found = np.zeros(draws.shape[1], dtype=bool)
    for j in range(1, m):
        for i in range(j):
            found |= draws[i] == draws[j]
    return found


def _repeats(draws: np.ndarray) -> np.ndarray:
    """Which entries repeat an earlier entry of their column, shape (m, size)."""
    order = np.argsort(draws, axis=0, kind="stable")
    ranked = np.take_along_axis(draws, order, axis=0)
    later = np.zeros(draws.shape, dtype=bool)
    later[1:] = ranked[1:] == ranked[:-1]
    repeat = np.empty_like(later)
    np.put_along_axis(repeat, order, later, axis=0)
    return repeat


def draw_chunks(
    n: int, m: int, permutations: int, most: int, rng: np.random.Generator, order: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """Yield `permutations` ordered sets in pieces of at most `most`, as :func:`ordered_draws` gives them.

    With `order` the number i stands for the position order[i].
    """
    done = 0
    while done < permutations:
        size = min(most, permutations - done)
        draws = ordered_draws(n, m, size, rng)
        yield draws if order is None else order[draws]
        done += size
