"""Moments: mean and variance of global statistics under randomisation and under normal errors.

Closed forms of Cliff & Ord (1981) for Moran and Geary and of Getis & Ord (1992) for G, and one general pair
of moments, after Mantel (1967), for any sum of products ``sum_ij Q_ij P_ij`` under relocation; the general
one serves the statistics of two variables and of labels, and the tests hold it against the closed forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Moments = tuple[float, float]


@dataclass(frozen=True, slots=True)
class WeightSums:
    """n, S0 = sum w_ij, S1 = sum (w_ij + w_ji)^2 / 2, S2 = sum_i (w_i. + w_.i)^2."""

    n: int
    s0: float
    s1: float
    s2: float


def weight_sums(w: Any) -> WeightSums:
    """Return the sums of a weight matrix on which the closed forms depend."""
    both = w.tocsr() + w.T.tocsr()
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
