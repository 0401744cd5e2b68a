"""Power of Moran's I for a study's own graph and number of regions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message
from growthpoles.graphs import as_graph
from growthpoles.language.number_format import format_count, format_percent
from growthpoles.randomness import seed_sequence
from growthpoles.result_display import ResultDisplay
from growthpoles.spatial.alignment import connected, prepare
from growthpoles.spatial.global_tests.global_result import Alternative, check_alternative
from growthpoles.spatial.reference_distributions.moments import moran_normal, weight_sums
from growthpoles.spatial.reference_distributions.normal_errors import exact_tails

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

_END = 0.99
Power = Callable[[float], float]
GRID = tuple(tenths / 10 for tenths in range(-9, 10))
_EXACT_LIMIT = 500
_LIMIT = 5_000
_DRAWS, _BLOCK = 999, 128
_SERIES, _TERMS, _COLUMNS = 0.2, 16, 32  # rho up to which so many terms leave 10^-15; draws expanded at once


@dataclass(frozen=True, slots=True)
class PowerCurve(ResultDisplay):
    """Power of a test over the strength of a spatial lag process.

    Attributes
    ----------
    curve : DataFrame
        Index `rho`, ascending; column `power`, the probability of rejection (0-1).
    alternative : str
    alpha : float
        Level of the test.
    n : int
        Regions with neighbours.
    lower, upper : float
        Critical values of Moran's I; minus or plus infinity on a side that is not tested.
    simulations : int
        Draws behind each point of the curve; 0 where it is computed.
    target : float
        Power asked for.
    smallest_positive, smallest_negative : float
        The rho nearest to zero from which on, to 0.99 or -0.99, the power is at least `target`; NaN where it is not
        reached, or where the grid has no rho of that sign.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> print(gp.moran_power(graph, rho=[0.0, 0.5, 0.95]).summary())
    Power of Moran's I for a spatial lag process over 16 regions, two-sided, level 0.05.
    Positive dependence is found with probability 0.8 or more from rho = 0.9003 on.
    Negative dependence is found with probability 0.8 or more at no rho of the curve.
    Null hypothesis of the test: rho = 0, independent normal errors.
    Method: computed, nothing is simulated.
    """

    curve: pd.DataFrame
    alternative: Alternative
    alpha: float
    n: int
    lower: float
    upper: float
    simulations: int
    target: float
    smallest_positive: float
    smallest_negative: float

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the curve."""
        return self.curve.copy()

    def __repr__(self) -> str:
        found = ", ".join(
            f"{sign} rho {'never' if np.isnan(value) else f'from {value:.2f}'}"
            for sign, value in (("positive", self.smallest_positive), ("negative", self.smallest_negative))
        )
        return (
            f"power of Moran's I, n = {self.n}, {self.alternative}, alpha = {self.alpha:g}: "
            f"{format_percent(self.target)} for {found}"
        )


def moran_power(
    graph: Graph | W,
    *,
    rho: float | Iterable[float] = GRID,
    alternative: Alternative = "two-sided",
    alpha: float = 0.05,
    target: float = 0.8,
    rng: Generator | int | None = None,
) -> PowerCurve:
    """Compute the chance of finding a spatial lag process of given strength with Moran's I.

    Parameters
    ----------
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights of the study, row-standardised here; isolates are left out. They serve the process and the test.
    rho : float or sequence of float
        Strengths, each within (-1, 1).
    alternative : {"two-sided", "greater", "less"}
        Two-sided halves `alpha` between the tails.
    alpha : float
        Level, 0 to 1.
    target : float
        Power for which the smallest rho is sought, 0 to 1.
    rng : Generator, int or None
        For more than 500 regions; None is the fixed seed.

    Returns
    -------
    PowerCurve

    Raises
    ------
    SpatialError
        If rho leaves (-1, 1), a share is not within (0, 1), fewer than four or more than 5,000 regions are linked, or
        Moran's I is the same for all values (every region the neighbour of every other).

    Notes
    -----
    ``y = rho W y + e`` with independent normal e of equal variance, so ``y = (I - rho W)^-1 e``. Then I >= u is the
    event that a quadratic form in e is positive, ``e'S'M(A - u)MSe >= 0`` with ``S = (I - rho W)^-1``, M the centring
    and A the matrix of I, and its probability is that of a weighted sum of chi-squares (Imhof 1961; Tiefelsdorf &
    Boots 1995): nothing is simulated, and at rho = 0 the power is `alpha`. Beyond 500 regions the same 999 draws of e
    serve every rho, and the critical values are those of the normal approximation. A permutation test of the same
    level has nearly the same power. Anselin & Rey (1991) simulate such curves.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> gp.moran_power(graph, rho=[0.3, 0.6, 0.9]).to_frame().round(2)
         power
    rho
    0.3   0.14
    0.6   0.44
    0.9   0.80
    """
    from threadpoolctl import threadpool_limits

    check_alternative(alternative)
    try:
        grid = sorted({float(value) for value in np.atleast_1d(np.asarray(rho, dtype=float)).ravel()})
    except (TypeError, ValueError):
        raise SpatialError(message(f"rho={rho!r}", allowed="a number or numbers above -1 and below 1")) from None
    if not grid or not all(-1 < value < 1 for value in grid):
        raise SpatialError(message(f"rho={grid}", allowed="numbers above -1 and below 1"))
    for name, share in (("alpha", alpha), ("target", target)):
        if not 0 < share < 1:
            raise SpatialError(message(f"{name}={share!r}", allowed="a number between 0 and 1"))
    graph = as_graph(graph)
    ids = pd.Index(graph.unique_ids)
    w = connected(prepare(pd.Series(0.0, index=ids), graph, name="graph")).w
    n = w.shape[0]
    if n > _LIMIT:
        told = {"n": format_count(n), "most": format_count(_LIMIT)}
        raise SpatialError(message("{n} regions with neighbours", where="power", allowed="at most {most}", **told))
    both = (w + w.T).toarray()[~np.eye(n, dtype=bool)]
    if np.ptp(both) <= 1e-12 * both.max():
        problem = "Moran's I does not depend on the values"
        raise SpatialError(message(problem, where="power", allowed="a graph with missing links or unequal weights"))
    tail = alpha / 2 if alternative == "two-sided" else alpha
    tails = tail if alternative != "greater" else 0.0, tail if alternative != "less" else 0.0
    with threadpool_limits(1, user_api="blas"):  # several threads wait for each other here: nine times the CPU time
        if n <= _EXACT_LIMIT:
            power, limits, draws = *_exact(w.toarray(), tails), 0
        else:
            power, limits, draws = *_simulated(w, tails, rng), _DRAWS
        curve = pd.DataFrame({"power": [power(value) for value in grid]}, index=pd.Index(grid, name="rho"))
        smallest = [_reached(curve["power"], power, target, sign) for sign in (1, -1)]
    return PowerCurve(
        curve=curve,
        alternative=alternative,
        alpha=alpha,
        n=n,
        lower=limits[0],
        upper=limits[1],
        simulations=draws,
        target=target,
        smallest_positive=smallest[0],
        smallest_negative=smallest[1],
    )


def _exact(w: Any, tails: tuple[float, float]) -> tuple[Power, tuple[float, float]]:
    """Return the power as a function of rho, and the critical values, from the law of quadratic forms."""
    from scipy.optimize import brentq

    n = len(w)
    complete, _ = np.linalg.qr(np.ones((n, 1)), mode="complete")
    centred = complete[:, 1:]  # an orthonormal basis of the vectors with mean zero
    form = centred.T @ (w + w.T) @ centred * (n / (2 * w.sum()))
    eigenvalues: Any = np.linalg.eigvalsh(form)
    ends = float(eigenvalues.min()), float(eigenvalues.max())
    limits = [-np.inf, np.inf]
    for side, tail in enumerate(tails):
        if tail:
            share = tail if side == 0 else 1 - tail
            limits[side] = float(brentq(lambda v, s=share: exact_tails(eigenvalues, v)[1] - s, *ends, xtol=1e-12))
    identity = np.eye(n - 1)

    def power(rho: float) -> float:
        spread = np.linalg.solve(np.eye(n) - rho * w.T, centred)  # S'Q, so that Q'SS'Q is the covariance of Q'y
        factor = np.linalg.cholesky(spread.T @ spread)
        chance = 0.0
        for limit, side in zip(limits, (1, 0), strict=True):  # I <= lower, I >= upper
            if np.isfinite(limit):
                mu: Any = np.linalg.eigvalsh(factor.T @ (form - limit * identity) @ factor)
                chance += exact_tails(mu, 0.0)[side]
        return chance

    return power, (limits[0], limits[1])


def _simulated(w: Any, tails: tuple[float, float], rng: Generator | int | None) -> tuple[Power, tuple[float, float]]:
    """Return the same from draws of the process, the draws shared by all rho."""
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu
    from scipy.special import ndtri

    n = w.shape[0]
    e = np.random.default_rng(seed_sequence(rng)).standard_normal((n, _DRAWS))
    expected, variance = moran_normal(weight_sums(w))
    reach = [float(-ndtri(tail)) * variance**0.5 if tail else np.inf for tail in tails]
    lower, upper, scale = expected - reach[0], expected + reach[1], n / w.sum()

    grams = _grams(w, e)

    def power(rho: float) -> float:
        if grams is not None and abs(rho) <= _SERIES:
            series = _inverse_series(rho)
            along = np.r_[0, series[:-1]] / 2 + np.r_[series[1:], 0] / 2  # W T_k = (T_(k-1) + T_(k+1)) / 2
            along[1] += series[0] / 2
            found = (along @ grams @ series) / (series @ grams @ series) * scale
            return float(((found >= upper) | (found <= lower)).mean())
        solved = splu((eye_array(n) - rho * w).tocsc()).solve if rho else np.copy
        beyond = 0
        for start in range(0, _DRAWS, _BLOCK):  # few columns at a time stay near the processor
            y = solved(e[:, start : start + _BLOCK])
            y -= y.mean(axis=0)
            found = np.einsum("ij,ij->j", y, w @ y) / np.einsum("ij,ij->j", y, y) * scale
            beyond += int(((found >= upper) | (found <= lower)).sum())
        return beyond / _DRAWS

    return power, (lower, upper)


def _inverse_series(rho: float) -> NDArray[np.float64]:
    """Return the coefficients of 1 / (1 - rho x) in the polynomials T_k(x) of Chebyshev."""
    root = (1 - rho**2) ** 0.5
    series = 2 * (rho / (1 + root)) ** np.arange(_TERMS) / root
    series[0] /= 2
    return np.asarray(series)


def _grams(w: Any, e: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the products of the centred vectors T_k(W) e with each other, shape (draws, terms, terms).

    They serve every rho: y = (I - rho W)^-1 e is a short series of them, as the eigenvalues of row-standardised
    symmetric weights are numbers between -1 and 1. None for other weights.
    """
    from scipy.sparse import diags_array

    links = diags_array(np.diff(w.indptr).astype(float)) @ w
    if abs(links - links.T).max() > 1e-9:
        return None
    found = []
    for start in range(0, e.shape[1], _COLUMNS):
        part = e[:, start : start + _COLUMNS]
        terms = [part, w @ part]
        while len(terms) < _TERMS:
            terms.append(2 * (w @ terms[-1]) - terms[-2])
        centred = np.array([term - term.mean(axis=0) for term in terms]).transpose(2, 0, 1).copy()
        found.append(centred @ centred.transpose(0, 2, 1))
    return np.concatenate(found)


def _reached(curve: pd.Series, power: Power, target: float, sign: int) -> float:
    """Return the rho nearest to zero from which on the power is what is asked for, between points of the grid too."""
    from scipy.optimize import brentq

    side = {abs(float(rho)): float(share) for rho, share in zip(curve.index, curve, strict=True) if rho * sign > 0}
    if not side:
        return float("nan")
    points = sorted({0.0: power(0.0), _END: power(sign * _END), **side}.items())
    short = [at for at, (_, value) in enumerate(points) if value < target]
    if not short:
        return 0.0
    if short[-1] == len(points) - 1:
        return float("nan")
    low, high = (points[at][0] for at in (short[-1], short[-1] + 1))
    return sign * float(brentq(lambda strength: power(sign * strength) - target, low, high, xtol=1e-5))
