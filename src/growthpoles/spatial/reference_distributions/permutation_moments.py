"""Exact moments of sums of products under relocation, up to the fourth, and the Pearson curve that has them.

``T = sum_(i != j) a_ij b(y_pi(i), y_pi(j))`` to the power k is a sum over k pairs of regions. Which of their ends fall
together makes a multigraph of k edges; the mean over all n! relocations is, over the multigraphs, the number of ways to
come to it times its sum over distinct regions on either side, divided by n (n - 1) ... (after Mantel 1967; Siemiatycki
1978 has the third moment and the fourth). There are 1, 3, 8 and 23 multigraphs, found here rather than listed.

Sums over distinct regions follow from unrestricted ones, which are products of sparse matrices. They are large and
cancel; so they are combined with a hundred digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cache
from itertools import permutations, product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Edges = tuple[tuple[int, int], ...]  # of a multigraph over regions 0, 1, ...
Parts = tuple[Edges, ...]  # a multigraph by its connected parts
Polynomial = dict[tuple[int, int], Decimal]  # b(x, y) = sum of c x^k y^l, by (k, l); symmetric

PRODUCT: Polynomial = {(1, 1): Decimal(1)}
SQUARED_DIFFERENCE: Polynomial = {(2, 0): Decimal(1), (1, 1): Decimal(-2), (0, 2): Decimal(1)}
LEAST = 8  # regions: four pairs have eight ends
_DIGITS = 100
_ROWS = 50_000  # of the square of the matrix that are held at once
_REACH, _STEP = 12.0, 0.004  # of the curve, in standard deviations


def _regions(edges: Edges) -> int:
    return 1 + max((max(edge) for edge in edges), default=-1)


@cache
def _parts(edges: Edges) -> Parts:
    """Split a multigraph into its connected parts, each under the smallest of its names, in order."""
    groups: list[set[int]] = []
    for edge in edges:
        touched = [group for group in groups if group & set(edge)]
        groups = [group for group in groups if group not in touched] + [set(edge).union(*touched)]
    return tuple(sorted(_smallest(tuple(edge for edge in edges if edge[0] in group)) for group in groups))


@cache
def _smallest(edges: Edges) -> Edges:
    """Name the regions of a connected multigraph so that equal ones have equal edges."""
    names = sorted({end for edge in edges for end in edge})
    orders = (dict(zip(names, order, strict=True)) for order in permutations(range(len(names))))
    return min(tuple(sorted((min(to[a], to[b]), max(to[a], to[b])) for a, b in edges)) for to in orders)


def _whole(parts: Parts) -> Edges:
    """Put connected parts side by side."""
    edges: list[tuple[int, int]] = []
    for part in parts:
        first = _regions(tuple(edges))
        edges += [(a + first, b + first) for a, b in part]
    return tuple(edges)


@cache
def _multigraphs(k: int) -> dict[Parts, int]:
    """Return in how many ways the ends of k pairs can fall together, by the multigraph that they make."""
    if k == 0:
        return {(): 1}
    found: Counter[Parts] = Counter()
    for parts, ways in _multigraphs(k - 1).items():
        edges = _whole(parts)
        known = _regions(edges)
        for a in range(known + 1):
            for b in (*range(known), max(known, a + 1)):
                if a != b:
                    found[_parts((*edges, (a, b)))] += ways
    return dict(found)


def _merged(edges: Edges, to: dict[int, int]) -> Parts | None:
    """Let regions fall together; None where the ends of an edge would."""
    joined = tuple((to.get(a, a), to.get(b, b)) for a, b in edges)
    return None if any(a == b for a, b in joined) else _parts(joined)


def _matchings(left: tuple[int, ...], right: tuple[int, ...]) -> Iterator[dict[int, int]]:
    """Yield every way in which regions on the right can be some on the left, none included."""
    if not left:
        yield {}
        return
    for rest in _matchings(left[1:], right):
        yield rest
        yield from ({**rest, each: left[0]} for each in right if each not in rest)


def _partitions(count: int) -> Iterator[tuple[int, ...]]:
    """Yield every partition of regions 0 to count - 1 as the block of each."""
    if count == 0:
        yield ()
        return
    for blocks in _partitions(count - 1):
        yield from ((*blocks, block) for block in range(max(blocks, default=-1) + 2))


@cache
def _overlaps(parts: Parts) -> tuple[Parts, ...]:
    """Return the multigraphs that an unrestricted sum has beside the one asked for: regions have fallen together."""
    edges = _whole(parts)
    if len(parts) > 1:  # the first part against the others, each over distinct regions
        own = _regions(parts[0])
        ways = _matchings(tuple(range(own)), tuple(range(own, _regions(edges))))
        maps = [way for way in ways if way]
    else:
        count = _regions(edges)
        maps = [dict(enumerate(blocks)) for blocks in _partitions(count) if len(set(blocks)) < count]
    return tuple(found for each in maps if (found := _merged(edges, each)) is not None)


@dataclass(frozen=True, slots=True)
class MatrixSums:
    """Sums of a symmetric sparse matrix over distinct regions, by multigraph; its diagonal counts as zero."""

    n: int
    unrestricted: dict[Edges, Decimal]
    known: dict[Parts, Decimal] = field(default_factory=dict)

    def distinct(self, parts: Parts) -> Decimal:
        """Sum over distinct regions of the product of the elements at the edges."""
        if parts not in self.known:
            total = (
                self.unrestricted[parts[0]] if len(parts) == 1 else self.distinct(parts[:1]) * self.distinct(parts[1:])
            )
            self.known[parts] = total - sum(map(self.distinct, _overlaps(parts)))
        return self.known[parts]


def steps_of_two(matrix: Any) -> int:
    """Return how many products the square of a matrix takes: the sum over regions of links in times links out."""
    return int(np.diff(matrix.tocsr().indptr).astype(np.int64) @ np.diff(matrix.tocsc().indptr).astype(np.int64))


def matrix_sums(matrix: Any) -> MatrixSums:
    """Return the sums of a symmetric CSR matrix with a diagonal of zeros, for the moments up to the fourth.

    One product of the matrix with itself, see :func:`steps_of_two`; the rest are products with vectors.
    """
    powers = {1: matrix}
    for k in (2, 3, 4):
        powers[k] = powers[1].copy()
        powers[k].data = matrix.data**k
    n, ring = matrix.shape[0], 0.0
    ones, around = np.ones(n), {1: np.empty(n), 2: np.empty(n)}
    for start in range(0, n, _ROWS):
        rows = slice(start, start + _ROWS)
        two = matrix[rows] @ matrix
        ring += float(two.data @ two.data)
        for k, sums in around.items():
            sums[rows] = two.multiply(powers[k][rows]).sum(axis=1)

    def unrestricted(part: Edges) -> float:
        often = Counter(part)
        weights = {region: ones for edge in part for region in edge}
        while leaf := next(iter(_leaves(often)), None):
            (edge,) = (each for each in often if leaf[0] in each)
            inner = edge[edge[0] == leaf[0]]
            weights[inner] = weights[inner] * (powers[often.pop(edge)] @ weights.pop(leaf[0]))
        if len(often) == 4:  # a ring
            return ring
        if often:  # a triangle, with an edge that is double or with another beside it
            return float(around[max(often.values())] @ prod(weights.values(), start=ones))
        (left,) = weights.values()
        return float(left.sum())

    connected = {part for k in (1, 2, 3, 4) for parts in _multigraphs(k) for part in parts}
    return MatrixSums(n, {part: Decimal(unrestricted(part)) for part in connected})


def _leaves(often: Counter[tuple[int, int]]) -> Iterator[tuple[int]]:
    """Yield the regions at the end of one edge, single or multiple."""
    ends = Counter(end for edge in often for end in edge)
    return ((end,) for end, count in sorted(ends.items()) if count == 1)


def relocation_moments(sums: MatrixSums, y: Floats, b: Polynomial = PRODUCT) -> tuple[float, float, float, float]:
    """Return mean, variance, skewness and excess kurtosis of ``sum_(i != j) a_ij b(y_i, y_j)`` over all relocations.

    Parameters
    ----------
    sums : MatrixSums
        Of the matrix a.
    y : array, shape (n,)
        Values with mean zero, of a size whose eighth powers can be written; eight or more, as four pairs have eight
        ends.
    b : mapping
        A symmetric polynomial of two values, see :data:`PRODUCT` and :data:`SQUARED_DIFFERENCE`.
    """
    n = len(y)
    highest = 4 * max(map(sum, b))
    # a mean of zero: what rounding leaves of it would not cancel
    totals = [Decimal(n), Decimal(0), *(Decimal(float(np.sum(y**k))) for k in range(2, highest + 1))]
    known: dict[tuple[int, ...], Decimal] = {(): Decimal(1)}

    def distinct(powers: tuple[int, ...]) -> Decimal:
        if powers not in known:
            first, rest = powers[0], powers[1:]
            less = (distinct(tuple(sorted((*rest[:at], rest[at] + first, *rest[at + 1 :])))) for at in range(len(rest)))
            known[powers] = totals[first] * distinct(rest) - sum(less)
        return known[powers]

    def values(parts: Parts, centred: Polynomial) -> Decimal:
        edges = _whole(parts)
        terms: dict[tuple[int, ...], Decimal] = {(0,) * _regions(edges): Decimal(1)}
        for one, other in edges:
            longer: dict[tuple[int, ...], Decimal] = {}
            for (powers, factor), ((left, right), c) in product(terms.items(), centred.items()):
                raised = list(powers)
                raised[one] += left
                raised[other] += right
                longer[tuple(raised)] = longer.get(tuple(raised), Decimal(0)) + factor * c
            terms = longer
        grouped: Counter[tuple[int, ...]] = Counter()
        for powers, factor in terms.items():
            grouped[tuple(sorted(powers))] += factor  # type: ignore[assignment]
        return sum((c * distinct(powers) for powers, c in grouped.items()), Decimal(0))

    def moment(k: int, centred: Polynomial) -> Decimal:
        total = Decimal(0)
        for parts, ways in _multigraphs(k).items():
            orders = prod(range(n - _regions(_whole(parts)) + 1, n + 1))
            total += ways * sums.distinct(parts) * values(parts, centred) / orders
        return total

    with localcontext(prec=_DIGITS):
        mean = values((((0, 1),),), b) / (n * (n - 1))
        centred = {**b, (0, 0): b.get((0, 0), Decimal(0)) - mean}
        variance, third, fourth = (moment(k, centred) for k in (2, 3, 4))
        total = float(mean * sums.distinct((((0, 1),),)))
        if variance <= 0:
            return total, 0.0, 0.0, 0.0
        return total, float(variance), float(third / variance / variance.sqrt()), float(fourth / variance**2 - 3)


def pearson_curve_tails(z: float, skewness: float, excess: float) -> tuple[float, float]:
    """Return P(Z >= z) and P(Z <= z) of the Pearson curve with mean 0, variance 1 and these moments.

    The curve f has ``f' / f = -(x + b) / (a + b x + c x^2)`` (Pearson 1895, 1916), here integrated within 12 standard
    deviations, and up to where the denominator vanishes.
    """
    from scipy.integrate import cumulative_simpson

    b1, b2 = skewness**2, excess + 3.0
    scale = 10 * b2 - 12 * b1 - 18
    a, b, c = (4 * b2 - 3 * b1) / scale, skewness * (b2 + 3) / scale, (2 * b2 - 3 * b1 - 6) / scale
    x = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    below = a + b * x + c * x**2
    middle = len(x) // 2
    ends = np.flatnonzero(below <= 1e-3)
    low = int(max(ends[ends < middle], default=-1)) + 1
    high = int(min(ends[ends > middle], default=len(x)))
    part = slice(low, high)
    slope = -(x[part] + b) / below[part]
    logs = cumulative_simpson(slope, dx=_STEP, initial=0)
    density = np.exp(logs - logs.max())
    mass = cumulative_simpson(density, dx=_STEP, initial=0)
    upper = mass[-1] - mass
    return tuple(float(np.interp(z, x[part], side) / mass[-1]) for side in (upper, mass))  # type: ignore[return-value]
