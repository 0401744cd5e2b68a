"""Moments: mean and variance of global statistics under randomisation and normal errors; up to the fourth, exactly.

Closed forms of Cliff & Ord (1981) for Moran and Geary and of Getis & Ord (1992) for G, and one general pair
of moments, after Mantel (1967), for any sum of products ``sum_ij Q_ij P_ij`` under relocation; the general
one serves the statistics of two variables and of labels, and the tests hold it against the closed forms.

Up to the fourth, and the Pearson curve that has them: ``T = sum_(i != j) a_ij b(y_pi(i), y_pi(j))`` to the power k is
a sum over k pairs of regions. Which of their ends fall together makes a multigraph of k edges; the mean over all n!
relocations is, over the multigraphs, the number of ways to come to it times its sum over distinct regions on either
side, divided by n (n - 1) ... (after Mantel 1967; Siemiatycki 1978 has the third moment and the fourth). There are 1,
3, 8 and 23 multigraphs, found here rather than listed. Sums over distinct regions follow from unrestricted ones, which
are products of sparse matrices. They are large and cancel; so they are combined with a hundred digits.
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

from growthpoles.graphs import kept_by_content

Moments = tuple[float, float]


@dataclass(frozen=True, slots=True)
class WeightSums:
    """n, S0 = sum w_ij, S1 = sum (w_ij + w_ji)^2 / 2, S2 = sum_i (w_i. + w_.i)^2."""

    n: int
    s0: float
    s1: float
    s2: float


def weight_sums(w: Any, both: Any = None) -> WeightSums:
    """Return the sums of weights on which the closed forms depend; `both` are they plus their transpose, if known."""
    both = (w + w.T).tocsr() if both is None else both
    margins = np.asarray(both.sum(axis=1)).ravel()
    return WeightSums(
        n=w.shape[0],
        s0=float(margins.sum()) / 2,
        s1=float(both.data @ both.data) / 2,
        s2=float(margins @ margins),
    )


def kurtosis(z: NDArray[np.float64]) -> float:
    """Return m4 / m2^2 of values with mean zero."""
    m2 = float(np.mean(z**2))
    return float(np.mean(z**4)) / m2**2


def moran_normal(sums: WeightSums) -> Moments:
    """Return E and Var of I for independent normal values (Cliff & Ord 1981, 1.35-1.36)."""
    n, s0, s1, s2 = sums.n, sums.s0, sums.s1, sums.s2
    expected = -1.0 / (n - 1)
    variance = (n * n * s1 - n * s2 + 3 * s0**2) / ((n - 1) * (n + 1) * s0**2) - expected**2
    return expected, _settled(variance, expected**2)


def moran_randomisation(sums: WeightSums, b2: float) -> Moments:
    """Return E and Var of I over all relocations of values with kurtosis `b2` (Cliff & Ord 1981, 1.39)."""
    n, s0, s1, s2 = sums.n, sums.s0, sums.s1, sums.s2
    expected = -1.0 / (n - 1)
    plain = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    peaked = b2 * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = (plain - peaked) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    return expected, _settled(variance, expected**2)


def geary_normal(sums: WeightSums) -> Moments:
    """Return E and Var of C for independent normal values (Cliff & Ord 1981, 1.40)."""
    n, s0, s1, s2 = sums.n, sums.s0, sums.s1, sums.s2
    variance = ((2 * s1 + s2) * (n - 1) - 4 * s0**2) / (2 * (n + 1) * s0**2)
    return 1.0, _settled(variance, 1.0)


def geary_randomisation(sums: WeightSums, b2: float) -> Moments:
    """Return E and Var of C over all relocations of values with kurtosis `b2` (Cliff & Ord 1981, 1.41)."""
    n, s0, s1, s2 = sums.n, sums.s0, sums.s1, sums.s2
    first = (n - 1) * s1 * (n * n - 3 * n + 3 - (n - 1) * b2)
    second = (n - 1) * s2 * (n * n + 3 * n - 6 - (n * n - n + 2) * b2) / 4
    third = s0**2 * (n * n - 3 - (n - 1) ** 2 * b2)
    variance = (first - second + third) / (n * (n - 2) * (n - 3) * s0**2)
    return 1.0, _settled(variance, 1.0)


def getis_ord_randomisation(sums: WeightSums, y: NDArray[np.float64]) -> Moments:
    """Return E and Var of G over all relocations of `y` (Getis & Ord 1992, appendix)."""
    n, s0, s1, s2 = sums.n, sums.s0, sums.s1, sums.s2
    m1, m2, m3, m4 = (float(np.sum(y**power)) for power in (1, 2, 3, 4))
    b0 = (n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    expected = s0 / (n * (n - 1))
    square = b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4
    square /= (m1**2 - m2) ** 2 * n * (n - 1) * (n - 2) * (n - 3)
    return expected, _settled(square - expected**2, expected**2)


def linear_moments(a: NDArray[np.float64], y: NDArray[np.float64]) -> Moments:
    """Return E and Var of ``sum_i a_i y_pi(i)`` over all relocations of `y`."""
    n = len(a)
    variance = float(np.sum((a - a.mean()) ** 2) * np.sum((y - y.mean()) ** 2)) / (n - 1)
    return n * float(a.mean() * y.mean()), variance


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums of one symmetric n x n matrix, the diagonal apart: all that the general moments need of it.

    Attributes
    ----------
    n : int
        Order of the matrix.
    total, squares : float
        Sum and sum of squares off the diagonal.
    row_squares : float
        Sum over rows of the squared off-diagonal row sum.
    diagonal, diagonal_squares : float
        Sum and sum of squares of the diagonal.
    mixed : float
        Sum over rows of the off-diagonal row sum times the diagonal element.
    """

    n: int
    total: float
    squares: float
    row_squares: float
    diagonal: float = 0.0
    diagonal_squares: float = 0.0
    mixed: float = 0.0


def matrix_sums(q: Any) -> PairSums:
    """Return the sums of a sparse symmetric matrix."""
    diagonal = q.diagonal()
    rows = np.asarray(q.sum(axis=1)).ravel() - diagonal
    return PairSums(
        n=q.shape[0],
        total=float(rows.sum()),
        squares=float(q.multiply(q).sum() - diagonal @ diagonal),
        row_squares=float(rows @ rows),
        diagonal=float(diagonal.sum()),
        diagonal_squares=float(diagonal @ diagonal),
        mixed=float(rows @ diagonal),
    )


def product_sums(x: NDArray[np.float64], y: NDArray[np.float64]) -> PairSums:
    """Return the sums of the matrix with elements ``(x_i y_j + x_j y_i) / 2``, in O(n)."""
    diagonal = x * y
    rows = (x * y.sum() + y * x.sum()) / 2 - diagonal
    squares = (float(x @ x) * float(y @ y) + float(x @ y) ** 2) / 2 - float(diagonal @ diagonal)
    return PairSums(
        n=len(x),
        total=float(rows.sum()),
        squares=squares,
        row_squares=float(rows @ rows),
        diagonal=float(diagonal.sum()),
        diagonal_squares=float(diagonal @ diagonal),
        mixed=float(rows @ diagonal),
    )


def cross_product_moments(q: PairSums, p: PairSums) -> Moments:
    """Return E and Var of ``sum_ij Q_ij P_pi(i)pi(j)`` over all n! relocations.

    Parameters
    ----------
    q, p : PairSums
        Sums of the two symmetric matrices, diagonals included.

    Notes
    -----
    Off the diagonal these are the moments of Mantel (1967); the diagonal is a linear statistic of its own,
    and the two are correlated (Heo & Gabriel 1998; Lee 2004).
    """
    n = q.n
    two = float(n * (n - 1))
    three, four = two * (n - 2), two * (n - 2) * (n - 3)
    off = q.total * p.total / two
    square = 2 * q.squares * p.squares / two
    square += 4 * (q.row_squares - q.squares) * (p.row_squares - p.squares) / three
    if n > 3:
        # no two disjoint pairs exist among three regions
        disjoint = [side.total**2 + 2 * side.squares - 4 * side.row_squares for side in (q, p)]
        square += disjoint[0] * disjoint[1] / four
    on = q.diagonal * p.diagonal / n
    spread = [side.diagonal_squares - side.diagonal**2 / n for side in (q, p)]
    on_variance = spread[0] * spread[1] / (n - 1)
    both = 2 * q.mixed * p.mixed / two
    both += (q.total * q.diagonal - 2 * q.mixed) * (p.total * p.diagonal - 2 * p.mixed) / three
    variance = square - off**2 + on_variance + 2 * (both - off * on)
    return off + on, _settled(variance, square + on_variance + on**2)


def cross_product_skewness(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the skewness of ``sum_ij a_ij b_pi(i)pi(j)`` over all n! relocations.

    Parameters
    ----------
    a, b : array, shape (n, n)
        Symmetric, n of six or more; the diagonal is not looked at. One matrix product each.

    Notes
    -----
    The third power is a sum over three pairs of regions, which can fall together in eight ways: one pair thrice, one
    twice with a third that shares a region or none, triangle, star, path, path and pair, three pairs apart (after
    Siemiatycki 1978). Means are taken out first, so that little is lost to rounding.
    """
    n = len(a)
    sums = []
    for given in (a, b):
        m = given - (given.sum() - np.trace(given)) / (n * (n - 1.0))
        np.fill_diagonal(m, 0.0)
        m /= max(m.max(), -m.min()) or 1.0
        squares = m * m
        r, q, t = m.sum(axis=1), squares.sum(axis=1), np.einsum("ij,ij->i", squares, m)
        s = float(r.sum())
        one = float(t.sum())
        shared = float(q @ r) - one
        apart = float(q.sum()) * s - 4 * shared - 2 * one
        triangle = float(np.vdot(m @ m.T, m))  # of a matrix and its transpose: half the work
        star = float((r**3 - 3 * q * r + 2 * t).sum())
        path = float(r @ (m @ r)) - 2 * shared - triangle - one
        pair = (float(r @ r) - float(q.sum())) * s - 4 * path - 2 * star - 4 * shared - 2 * triangle
        ways = np.array([4.0, 24.0, 6.0, 8.0, 8.0, 24.0, 12.0])
        found = np.array([one, shared, apart, triangle, star, path, pair])
        sums.append((np.r_[found, s**3 - float(ways @ found)], dense_sums(m)))
    regions = np.array([2, 3, 4, 3, 4, 4, 5, 6])
    falling = np.array([float(np.prod(np.arange(n, n - k, -1.0))) for k in regions])
    third = float((np.array([4.0, 24.0, 6.0, 8.0, 8.0, 24.0, 12.0, 1.0]) * sums[0][0] * sums[1][0] / falling).sum())
    _, variance = cross_product_moments(sums[0][1], sums[1][1])
    return third / variance**1.5 if variance > 0 else 0.0


def dense_sums(m: NDArray[np.float64]) -> PairSums:
    """Return the sums of a dense symmetric matrix without a diagonal."""
    r = m.sum(axis=1)
    return PairSums(n=len(m), total=float(r.sum()), squares=float(np.vdot(m, m)), row_squares=float(r @ r))


def pearson_tails(z: float, skewness: float) -> tuple[float, float]:
    """Return P(Z >= z) and P(Z <= z) of the Pearson type III law with mean 0, variance 1 and this skewness."""
    from scipy.stats import pearson3

    return float(pearson3.sf(z, skewness)), float(pearson3.cdf(z, skewness))


def skew_variance(q: Any, x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return what the antisymmetric part of a matrix adds to the variance of ``sum_ij Q_ij x_i y_j``.

    Parameters
    ----------
    q : sparse matrix, shape (n, n)
        Its symmetric part belongs to `cross_product_moments`; under relocation of centred pairs the two parts
        are not correlated, and this one has mean zero.
    x, y : array, shape (n,)
        Values with mean zero.
    """
    n = len(x)
    part = (q - q.T) / 2
    rows = np.asarray(part.sum(axis=1)).ravel()
    squares = float(part.multiply(part).sum())
    values = (float(x @ x) * float(y @ y) - float(x @ y) ** 2) / 2
    return 2 * squares * values / (n * (n - 1)) - 4 * (float(rows @ rows) - squares) * values / (n * (n - 1) * (n - 2))


def _settled(variance: float, scale: float) -> float:
    """Return 0 for a variance that is only rounding, as on a complete graph."""
    return variance if variance > 1e-12 * scale else 0.0


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
    """Return how many products the square of a symmetric CSR matrix takes: the sum over regions of links squared."""
    links = np.diff(matrix.indptr).astype(np.int64)
    return int(links @ links)


@kept_by_content(8)
def fourth_order_sums(matrix: Any) -> MatrixSums:
    """Return the sums of a symmetric CSR matrix with a diagonal of zeros, for the moments up to the fourth.

    One product of the matrix with itself, see :func:`steps_of_two`; the rest are products with vectors. Those of the
    latest matrices are kept: Moran's I and Geary's c of one graph, or of many variables, ask for the same.
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
        for sums in around.values():  # by the weights, then by their squares
            two = two.multiply(matrix[rows])
            sums[rows] = two.sum(axis=1)

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
    totals, power = [Decimal(n), Decimal(0)], y
    for _ in range(2, highest + 1):
        power = power * y
        totals.append(Decimal(float(power.sum())))
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
