"""Global permutation of values over the regions, jointly for several variables.

A statistic is a sum of products ``x' Q y + a' x`` of the relocated values. Where the distinct arrangements of
the values are few (n = 9 distinct values, or repeated values such as a yes/no variable on 16 regions) all of
them are visited; otherwise they are drawn at random, in chunks of fixed size with a random stream each, so
that the result depends neither on memory nor on the number of workers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from growthpoles.randomness import seed_sequence

ENUMERATION_LIMIT = 1_000_000
# arrangements times regions, the same work as the default number of random permutations
_ENUMERATION_VALUES = 200_000_000
_CHUNK_VALUES = 2**18
_DENSE_LIMIT = 200
# two statistics closer than this share of their scale are a tie: rounding, not rank
TIE = 1e-10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Form:
    """The statistic ``x' quadratic y + linear' x`` of values x and y (x alone: y = x).

    Attributes
    ----------
    quadratic : dense or CSR matrix, shape (n, n), or None
        Dense for small n.
    linear : array, shape (n,), or None
    """

    quadratic: Any
    linear: Floats | None = None

    def evaluate(self, x: Floats, y: Floats | None = None) -> Floats:
        """Return the statistic of every row of `x` (and the same row of `y`), shape (rows,)."""
        total = np.zeros(len(x))
        if isinstance(self.quadratic, np.ndarray):
            total += np.einsum("ij,ij->i", x @ self.quadratic, x if y is None else y)
        elif self.quadratic is not None:
            columns = np.ascontiguousarray(x.T)
            total += np.einsum("ij,ij->j", self.quadratic.T @ columns, columns if y is None else y.T)
        if self.linear is not None:
            total += x @ self.linear
        return total


@dataclass(frozen=True, slots=True)
class Tally:
    """Arrangements at least (`greater`) and at most (`less`) as large as the observed, of `draws`.

    `complete` says that all distinct arrangements were visited, the observed one among them.
    """

    greater: int
    less: int
    draws: int
    complete: bool


def quadratic_form(matrix: Any, *, pairs: bool = False) -> Form:
    """Return the form x'Qx (x'Qy for `pairs`) of a sparse matrix, in the layout that multiplies fastest.

    Dense for few regions; otherwise sparse, and for one variable only the upper triangle of Q + Q'.
    """
    if matrix.shape[0] <= _DENSE_LIMIT:
        return Form(np.ascontiguousarray(matrix.toarray()))
    if pairs:
        return Form(matrix.tocsc())
    from scipy.sparse import triu

    return Form((triu(matrix) + triu(matrix.T, k=1)).tocsc())


def permutation_tally(
    form: Form,
    x: Floats,
    y: Floats | None = None,
    *,
    draws: int,
    rng: Generator | int | None,
    scale: float,
) -> Tally:
    """Relocate the values (pairs of values, if `y` is given) and count both tails, ties in each.

    Parameters
    ----------
    form : Form
        The statistic.
    x, y : array, shape (n,)
        Values; with `y`, the pair (x_i, y_i) moves together.
    draws : int
        Random permutations, where enumeration is not feasible.
    rng : Generator, int or None
        Source of randomness.
    scale : float
        Size of the statistic's terms; differences below 10^-10 of it are ties.
    """
    codes, tables = _distinct(x, y)
    margin = TIE * scale
    observed = float(form.evaluate(*_rows(codes[None, :], tables))[0])
    counts = np.bincount(codes)
    total = arrangements(counts)
    if can_enumerate(counts):
        greater = less = 0
        for block in enumerate_codes(counts):
            high, low = tail_counts(form.evaluate(*_rows(block, tables)), observed, margin)
            greater, less = greater + high, less + low
        return Tally(greater, less, total, True)
    tallies = run_chunks(_draw_chunk, draws, len(x), seed_sequence(rng), form, x, y, observed, margin)
    return Tally(sum(high for high, _ in tallies), sum(low for _, low in tallies), draws, False)


def run_chunks(task: Any, draws: int, n: int, root: SeedSequence, *args: Any) -> list[Any]:
    """Call ``task(seed, rows, *args)`` for chunks of fixed size, each with a random stream of its own.

    Runs under the caller's ``joblib.parallel_config``; sequential without one.
    """
    rows = max(1, min(16_384, _CHUNK_VALUES // n))
    sizes = [min(rows, draws - start) for start in range(0, draws, rows)]
    seeds = root.spawn(len(sizes))
    if len(sizes) == 1:
        return [task(seeds[0], sizes[0], *args)]
    from joblib import Parallel, delayed

    return list(Parallel()(delayed(task)(seed, size, *args) for seed, size in zip(seeds, sizes, strict=True)))


def _draw_chunk(
    seed: SeedSequence, rows: int, form: Form, x: Floats, y: Floats | None, observed: float, margin: float
) -> tuple[int, int]:
    """Count both tails over `rows` random relocations."""
    stream = np.random.default_rng(seed)
    if y is None:
        values = np.broadcast_to(x, (rows, len(x))).copy()
        stream.permuted(values, axis=1, out=values)
        return tail_counts(form.evaluate(values), observed, margin)
    order = np.broadcast_to(np.arange(len(x)), (rows, len(x))).copy()
    stream.permuted(order, axis=1, out=order)
    return tail_counts(form.evaluate(x[order], y[order]), observed, margin)


def tail_counts(values: Floats, observed: float, margin: float) -> tuple[int, int]:
    """Count values at least and at most the observed, ties in both."""
    return int(np.count_nonzero(values >= observed - margin)), int(np.count_nonzero(values <= observed + margin))


def _distinct(x: Floats, y: Floats | None) -> tuple[NDArray[np.int64], list[Floats]]:
    """Code the regions by distinct value (pair of values) and return the values of each code."""
    if y is None:
        unique, codes = np.unique(x, return_inverse=True)
        return codes.ravel(), [unique]
    unique, codes = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
    return codes.ravel(), [np.ascontiguousarray(column) for column in unique.T]


def _rows(codes: NDArray[np.integer], tables: list[Floats]) -> list[Floats]:
    """Look the values of coded arrangements up."""
    return [table[codes] for table in tables]


def arrangements(counts: NDArray[np.integer]) -> int:
    """Return the number of distinct arrangements n! / prod(m_c!), or any number above the limit if it is."""
    left, total = int(counts.sum()), 1
    for count in sorted((int(c) for c in counts), reverse=True):
        if min(count, left - count) > 20:
            # at least 2^21 ways, and a number of thousands of digits on a large map
            return ENUMERATION_LIMIT + 1
        total *= math.comb(left, count)
        left -= count
        if total > ENUMERATION_LIMIT:
            return total
    return total


def can_enumerate(counts: NDArray[np.integer]) -> bool:
    """Whether all arrangements are few enough to be visited."""
    total = arrangements(counts)
    return total <= ENUMERATION_LIMIT and total * int(counts.sum()) <= _ENUMERATION_VALUES


def enumerate_codes(counts: NDArray[np.integer]) -> Iterator[NDArray[np.int64]]:
    """Yield every distinct arrangement of codes 0..k-1, code c ``counts[c]`` times, in blocks of rows.

    The number of an arrangement splits into one combination rank per code (mixed radix); each rank is
    unranked in the combinatorial number system among the places that the codes before it left free.
    """
    n = int(counts.sum())
    order = np.argsort(counts, kind="stable")  # the most frequent code fills what is left, without unranking
    free_places, radices = n, []
    for code in order[:-1]:
        radices.append(math.comb(free_places, int(counts[code])))
        free_places -= int(counts[code])
    total = math.prod(radices)
    rows = max(1, min(2**16, 4 * _CHUNK_VALUES // n))
    for start in range(0, total, rows):
        rank = np.arange(start, min(start + rows, total), dtype=np.int64)
        block = np.full((len(rank), n), order[-1], dtype=np.int64)
        free = np.broadcast_to(np.arange(n), block.shape)
        for code, radix in zip(order[:-1], radices, strict=True):
            rank, own = np.divmod(rank, radix)
            chosen = _unrank(own, free.shape[1], int(counts[code]))
            np.put_along_axis(block, np.take_along_axis(free, chosen, axis=1), code, axis=1)
            keep = np.ones(free.shape, dtype=bool)
            np.put_along_axis(keep, chosen, False, axis=1)
            free = free[keep].reshape(len(block), -1)
        yield block


def _unrank(rank: NDArray[np.int64], n: int, k: int) -> NDArray[np.int64]:
    """Return the k-subset of 0..n-1 with each rank in colexicographic order, shape (rows, k)."""
    chosen = np.empty((len(rank), k), dtype=np.int64)
    left = rank.copy()
    for size in range(k, 0, -1):
        # beyond int64 no rank can reach: such arrangements are never enumerated
        below = np.array([min(math.comb(place, size), 2**62) for place in range(n)], dtype=np.int64)
        place = np.searchsorted(below, left, side="right") - 1
        chosen[:, size - 1] = place
        left = left - below[place]
    return chosen


def draw_orders(
    regions: int, permutations: int, rng: Generator | int | None, *, rows: int
) -> Iterator[NDArray[np.intp]]:
    """Yield the identity and then random permutations, in chunks whose size leaves no trace in the result."""
    generator = np.random.default_rng(seed_sequence(rng))
    for start in range(0, permutations + 1, rows):
        order = np.broadcast_to(np.arange(regions), (min(rows, permutations + 1 - start), regions)).copy()
        drawn = order[1:] if start == 0 else order
        generator.permuted(drawn, axis=1, out=drawn)
        yield order


def standing(regions: int, variables: Iterable[tuple[NDArray[np.intp], NDArray[np.float64]]]) -> NDArray[np.intp]:
    """Return the position of each region in the order of its mean rank.

    Parameters
    ----------
    regions : int
    variables : iterable of (places, values)
        Regions of each variable and their values; the rank within a variable is divided by the number of its regions.
    """
    total, count = np.zeros(regions), np.zeros(regions)
    for places, values in variables:
        _, code, equal = np.unique(values, return_inverse=True, return_counts=True)
        below = np.cumsum(equal) - equal
        total[places] += (below + equal / 2)[code] / len(values)
        count[places] += 1
    return np.argsort(np.argsort(np.round(total / count, 12), kind="stable"))


def induced_order(order: NDArray[np.intp], places: NDArray[np.intp], standing: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return what permutations of all regions do to some of them.

    Parameters
    ----------
    order : array, shape (rows, regions)
        Permutations.
    places : array, shape (n,)
        The regions that are kept.
    standing : array, shape (regions,)
        From :func:`standing`.

    Returns
    -------
    array, shape (rows, n)
        Permutations of 0..n-1, uniform if `order` is.
    """
    n = len(places)
    rank = np.full(order.shape[1], -1)
    rank[places] = np.arange(n)
    target = order[:, places]
    induced = rank[target]
    row, hole = np.nonzero(induced < 0)
    if not len(row):
        return induced
    # a row has as many places to be filled as regions left over: both in the order of standing
    hole = hole[np.lexsort((standing[target[row, hole]], row))]
    by_standing = np.argsort(standing[places])
    used = np.zeros((len(order), n + 1), dtype=bool)
    np.put_along_axis(used, induced, True, axis=1)
    induced[row, hole] = by_standing[np.nonzero(~used[:, by_standing])[1]]
    return induced
