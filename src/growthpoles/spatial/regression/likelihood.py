"""Maximum likelihood of spatial lag and error models: log-determinant by eigenvalues, many samples refitted at once.

A lag model is ``y = rho W y + X b + e``, an error model ``y = X b + u, u = rho W u + e``; Durbin models are these with
columns ``W x`` in X. Both concentrate to one number: with ``s(rho)`` the residual sum of squares of the filtered
regression, ``l(rho) = log|I - rho W| - n/2 log s(rho)`` (Ord 1975), on the interval in which I - rho W stays regular:
from 1 / (smallest real eigenvalue) to 1 / (largest), not cut at -1, so that strong backwash is not cut off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from growthpoles.graphs import kept_by_content

Floats = NDArray[np.float64]
Kind = Literal["none", "lag", "error"]

NODES = 64
_AT_ONCE = 50_000  # numbers of a design that is filtered at all nodes together
_DENSE = 1_000  # above, sparse weights get no eigenvalues: a factorisation at each node is faster


@dataclass(frozen=True, slots=True, eq=False)
class Lag:
    """Weights as an operator with its log-determinant.

    Attributes
    ----------
    w : csr_array, shape (n, n)
    eigenvalues : array or None
        None where they are out of reach: log-determinants then come from a sparse factorisation.
    bounds : (low, high)
        Open interval of rho.
    nodes, logdets : array, shape (NODES,)
        Chebyshev nodes of the interval, ascending, and the log-determinant there.
    periods : int
        Independent cross-sections, for panels: vectors are stacked by period.
    lost : bool
        Whether year effects were taken out: the root 1 of W is then no longer in the data (Lee & Yu 2010).
    """

    w: sparse.csr_array
    eigenvalues: NDArray[np.complex128] | Floats | None
    bounds: tuple[float, float]
    nodes: Floats
    logdets: Floats
    periods: int = 1
    lost: bool = False

    @property
    def n(self) -> int:
        """Regions."""
        return int(self.w.shape[0])

    def __call__(self, values: Floats) -> Floats:
        """Return W v of a vector or of the columns of a matrix, period by period; less its mean if `lost`."""
        if len(values) == self.n:
            return np.asarray(self.w @ values)
        wide = np.stack([self.w @ part for part in values.reshape(-1, self.n, *values.shape[1:])])
        return (wide - wide.mean(axis=1, keepdims=True) if self.lost else wide).reshape(values.shape)

    def logdet(self, rho: float) -> float:
        """Return log|I - rho W|, times the periods."""
        one = _logdet(self.w, self.eigenvalues, rho) - (float(np.log1p(-rho)) if self.lost else 0.0)
        return self.periods * one

    def panel(self, periods: int, *, lost: bool) -> Lag:
        """Return the operator of stacked cross-sections."""
        one = self.logdets - (np.log1p(-self.nodes) if lost else 0.0)
        return replace(self, logdets=periods * one, periods=periods, lost=lost)

    def slope(self, rho: float) -> float:
        """Return the derivative of the log-determinant."""
        if self.eigenvalues is None:
            step = 1e-5 * min(rho - self.bounds[0], self.bounds[1] - rho)
            return (self.logdet(rho + step) - self.logdet(rho - step)) / (2 * step)
        one = -float((self.eigenvalues / (1 - rho * self.eigenvalues)).sum().real)
        return self.periods * (one + (1 / (1 - rho) if self.lost else 0.0))

    def inverse(self, rho: float, values: Floats | None = None) -> Floats:
        """Return (I - rho W)^-1, or its product with the columns of `values`."""
        if values is None:
            return np.asarray(np.linalg.inv(np.eye(self.n) - rho * self.w.toarray()))
        if self.n <= 200:
            return np.asarray(np.linalg.solve(np.eye(self.n) - rho * self.w.toarray(), values))
        from scipy.sparse.linalg import splu

        filtered = sparse.csc_array(sparse.eye_array(self.n) - rho * self.w)
        return np.asarray(splu(filtered).solve(np.asfortranarray(values)))


@kept_by_content(4)  # designs of one map share theirs
def lag_operator(w: sparse.csr_array) -> Lag:
    """Find the eigenvalues of weights (no empty row), the interval of rho, and the log-determinant on its nodes."""
    n = w.shape[0]
    likeness = _symmetric_likeness(w)
    sparse_enough = n > _DENSE and w.nnz < 0.02 * n * n
    found: NDArray[np.complex128] | Floats | None = None
    if likeness is not None and sparse_enough:
        from scipy.sparse.linalg import eigsh

        start = np.ones(n) + np.arange(n) / n
        low, high = (1 / float(eigsh(likeness, 1, which=end, v0=start)[0][0]) for end in ("SA", "LA"))
    elif likeness is not None:
        found = np.linalg.eigvalsh(likeness.toarray())
        low, high = 1 / float(found[0]), 1 / float(found[-1])
    elif sparse_enough:
        high = 1 / float(w.sum(axis=1).max())  # within, I - rho W is dominated by its diagonal
        low = -high
    else:
        found = np.linalg.eigvals(w.toarray())
        real = found.real[np.abs(found.imag) <= 1e-10 * np.abs(found).max()]
        high = 1 / float(real.max())  # of non-negative weights the largest is real (Perron)
        low = 1 / float(real.min()) if real.min() < -1e-6 * real.max() else -high
    angle = np.pi * (np.arange(NODES)[::-1] + 0.5) / NODES
    nodes = (low + high) / 2 + (high - low) / 2 * np.cos(angle)
    return Lag(w, found, (low, high), nodes, np.array([_logdet(w, found, rho) for rho in nodes]))


def _logdet(w: sparse.csr_array, eigenvalues: NDArray[np.complex128] | Floats | None, rho: float) -> float:
    """Return log|I - rho W|."""
    if eigenvalues is not None:
        return float(np.log(np.abs(1 - rho * eigenvalues)).sum())
    from scipy.sparse.linalg import splu

    # within the interval no pivot is zero: the matrix is dominated by its diagonal, or like a positive definite one
    matrix = sparse.csc_array(sparse.eye_array(w.shape[0]) - rho * w)
    factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return float(np.log(np.abs(factor.U.diagonal())).sum() + np.log(np.abs(factor.L.diagonal())).sum())


def _symmetric_likeness(w: sparse.csr_array) -> sparse.csr_array | None:
    """Return D W D^-1 if some diagonal D makes it symmetric (row-standardised symmetric weights), else None."""
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    other = w.T.tocsr()
    w.sort_indices()
    other.sort_indices()
    if not (np.array_equal(w.indptr, other.indptr) and np.array_equal(w.indices, other.indices)):
        return None
    ratio = sparse.csr_array((np.log(w.data) - np.log(other.data), w.indices, w.indptr), shape=w.shape)
    scale = np.zeros(w.shape[0])
    _, part = connected_components(w, directed=False)
    for start in np.unique(part, return_index=True)[1]:
        order, before = breadth_first_order(w, start, directed=False)
        for place in order[1:]:
            lo, hi = ratio.indptr[place], ratio.indptr[place + 1]
            at = lo + np.searchsorted(ratio.indices[lo:hi], before[place])
            scale[place] = scale[before[place]] - ratio.data[at]
    root = np.exp(scale / 2)
    like = sparse.csr_array(sparse.diags_array(root) @ w @ sparse.diags_array(1 / root))
    gap = abs(like - like.T)
    return like if gap.nnz == 0 or gap.max() <= 1e-10 * like.max() else None


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Estimates of one sample.

    Attributes
    ----------
    kind : {"none", "lag", "error"}
    rho : float
        Of the lag or of the error; 0 where there is neither.
    b : array, shape (k,)
    sigma2 : float
        Mean squared residual, divisor n.
    loglik : float
        With the constant of the normal law.
    covariance : array, shape (k + 1, k + 1)
        Of b and rho, from the inverse information matrix; of b alone (divisor n - k) without a spatial process.
    residuals : array, shape (n,)
        Of the filtered model, e.
    """

    kind: Kind
    rho: float
    b: Floats
    sigma2: float
    loglik: float
    covariance: Floats
    residuals: Floats


def fit(
    lag: Lag,
    y: Floats,
    x: Floats,
    kind: Kind,
    *,
    count: int | None = None,
    restricted: bool = False,
    traces: bool = True,
) -> Fit:
    """Fit one sample.

    Parameters
    ----------
    lag : Lag
    y, x : array, shapes (n,), (n, k)
    kind : {"none", "lag", "error"}
    count : int, optional
        Independent rows, where effects were taken out of them; None is n.
    restricted : bool
        Restricted likelihood of an error model, ``l(rho) - 1/2 log|X'A'AX|`` with n - k for n (A = I - rho W): what the
        regressors take away from the errors no longer pulls rho down.
    traces : bool
        False leaves out what takes a dense inverse: the covariance is then that of b alone, of error models, whose
        information has no term between b and rho; NaN of lag models.
    """
    from scipy.optimize import brentq

    n = len(y) if count is None else count
    k = x.shape[1]
    if kind == "none":
        b, rest, inner = _least_squares(x, y)
        s2 = float(rest @ rest) / n
        return Fit(kind, 0.0, b, s2, _loglik(n, s2, 0.0), inner * s2 * n / (n - k), rest)
    wy, wx = lag(y), lag(x)
    start = refit(lag, y[:, None], x, kind, count=n, restricted=restricted)
    place = int(np.clip(np.searchsorted(lag.nodes, start.rho[0]), 1, NODES - 2))

    def score(rho: float) -> float:
        design = x - rho * wx if kind == "error" else x
        b, rest, inner = _least_squares(design, y - rho * wy)
        along = wy - wx @ b if kind == "error" else wy
        taken = float(np.sum((inner @ design.T) * wx.T)) if restricted else 0.0
        return lag.slope(rho) + taken + (n - k * restricted) * float(along @ rest) / float(rest @ rest)

    low, high = lag.nodes[max(place - 3, 0)], lag.nodes[min(place + 2, NODES - 1)]
    fine = 1e-14 if lag.eigenvalues is not None else 1e-11  # slopes by differences are no finer
    rho = float(brentq(score, low, high, xtol=0.1 * fine, rtol=fine)) if score(low) > 0 > score(high) else start.rho[0]
    design = x - rho * wx if kind == "error" else x
    b, rest, _ = _least_squares(design, y - rho * wy)
    s2 = float(rest @ rest) / n
    covariance = information(lag, design, b, rho, s2, kind, count=n, traces=traces)
    return Fit(kind, rho, b, s2, _loglik(n, s2, lag.logdet(rho)), covariance, rest)


def _loglik(n: int, s2: float, logdet: float) -> float:
    return logdet - n / 2 * (np.log(2 * np.pi * s2) + 1)


def _least_squares(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Return coefficients, residuals and (X'X)^-1; x has full rank."""
    q, r = np.linalg.qr(x)
    inverse = np.linalg.inv(r)
    b = inverse @ (q.T @ y)
    return b, y - x @ b, inverse @ inverse.T


def information(
    lag: Lag, design: Floats, b: Floats, rho: float, s2: float, kind: Kind, *, count: int, traces: bool = True
) -> Floats:
    """Return the covariance of (b, rho): the inverse information matrix with sigma^2 taken out; see :func:`fit`."""
    k = design.shape[1]
    if not traces:
        if kind == "lag":
            return np.full((k, k), np.nan)
        own = design.T @ design / s2
        scale = 1 / np.sqrt(np.diag(own))
        return np.asarray(np.linalg.inv(own * scale * scale[:, None]) * scale * scale[:, None])
    g = lag.inverse(rho, lag.w.toarray())
    if lag.lost:  # of J W J (I - rho J W J)^-1, J the deviations from the mean
        g = g - g.mean(axis=0)
        g = g - g.mean(axis=1, keepdims=True)
    powers = lag.periods * np.array([np.trace(g), (g * g.T).sum(), (g * g).sum()])
    matrix = np.zeros((k + 2, k + 2))
    matrix[:k, :k] = design.T @ design / s2
    matrix[k, k] = powers[1] + powers[2]
    if kind == "lag":
        along = ((design @ b).reshape(-1, lag.n) @ g.T).reshape(-1)
        matrix[k, :k] = matrix[:k, k] = design.T @ along / s2
        matrix[k, k] += along @ along / s2
    matrix[k, k + 1] = matrix[k + 1, k] = powers[0] / s2
    matrix[k + 1, k + 1] = count / (2 * s2**2)
    scale = 1 / np.sqrt(np.diag(matrix))
    return np.asarray(np.linalg.inv(matrix * scale * scale[:, None]) * scale * scale[:, None])[: k + 1, : k + 1]


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """Estimates of many samples, one a column.

    Attributes
    ----------
    rho, loglik, sigma2 : array, shape (samples,)
        The log-likelihood without its constant -n/2 (log 2 pi + 1), sigma^2 with divisor n.
    b, t : array, shape (k, samples)
        Coefficients, and each over its generalised least squares standard error (divisor n - k).
    """

    rho: Floats
    loglik: Floats
    sigma2: Floats
    b: Floats
    t: Floats


def refit(lag: Lag, y: Floats, x: Floats, kind: Kind, *, count: int | None = None, restricted: bool = False) -> Refits:
    """Fit one design to many samples: on the nodes of rho, then on the parabola through the best three.

    Parameters
    ----------
    lag : Lag
    y : array, shape (n, samples)
    x : array, shape (n, k)
        Of full rank.
    kind : {"none", "lag", "error"}
    count : int, optional
        Independent rows; None is n.
    restricted : bool
        As in :func:`fit`; the log-likelihoods are then the restricted ones.
    """
    n = len(y) if count is None else count
    q, r = np.linalg.qr(x)
    solve = np.linalg.inv(r)
    b0 = solve @ (q.T @ y)
    e0 = y - x @ b0
    free = n - x.shape[1]
    if kind == "none":
        total = (e0 * e0).sum(axis=0)
        error = np.sqrt(np.outer((solve**2).sum(axis=1), total / free))
        return Refits(np.zeros(len(total)), -n / 2 * np.log(total / n), total / n, b0, b0 / error)
    wx = lag(x)
    if kind == "lag":
        wy = lag(y)
        b1 = solve @ (q.T @ wy)
        e1 = wy - x @ b1
    else:
        e1 = lag(e0)
    products = [(left * right).sum(axis=0) for left, right in ((e0, e0), (e0, e1), (e1, e1))]
    logliks = np.empty((NODES, y.shape[1]))
    totals = np.empty_like(logliks)
    factors = list(_node_factors(lag.nodes, x, wx)) if kind == "error" else []
    # all nodes at once: samples are many, and reading them takes the time
    along = [np.hstack([base for base, _, _ in factors]).T @ part for part in (e0, e1)] if factors else []
    for place, rho in enumerate(lag.nodes):
        total = products[0] - 2 * rho * products[1] + rho**2 * products[2]
        taken = 0.0
        if factors:
            rows = slice(place * x.shape[1], (place + 1) * x.shape[1])
            part = along[0][rows] - rho * along[1][rows]
            total = total - (part * part).sum(axis=0)
            taken = float(np.log(np.abs(np.diag(factors[place][1]))).sum()) if restricted else 0.0
        totals[place] = total
        logliks[place] = lag.logdets[place] - taken - (free if restricted else n) / 2 * np.log(total / n)
    best, weights = _parabolas(lag.nodes, logliks)
    rho = (weights * lag.nodes[best + np.array([[-1], [0], [1]])]).sum(axis=0)
    columns = np.arange(y.shape[1])
    loglik, sigma2 = np.zeros(len(columns)), np.zeros(len(columns))
    b, t = np.zeros((x.shape[1], len(columns))), np.zeros((x.shape[1], len(columns)))
    for step in range(3):
        at = best + step - 1
        loglik += weights[step] * logliks[at, columns]
        sigma2 += weights[step] * totals[at, columns] / n
        for place in np.unique(at):
            mine = np.flatnonzero(at == place)
            if kind == "error":
                inverse = factors[place][2]
                rows = slice(place * x.shape[1], (place + 1) * x.shape[1])
                own = inverse @ (along[0][rows, mine] - lag.nodes[place] * along[1][rows, mine])
                own += b0[:, mine]
            else:
                inverse, own = solve, b0[:, mine] - lag.nodes[place] * b1[:, mine]
            error = np.sqrt(np.outer((inverse**2).sum(axis=1), totals[place, mine] / free))
            b[:, mine] += weights[step, mine] * own
            t[:, mine] += weights[step, mine] * own / error
    return Refits(rho, loglik, sigma2, b, t)


def _node_factors(nodes: Floats, x: Floats, wx: Floats) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Yield Q, R and the inverse of R of the filtered design at every node: of a usual map in one call."""
    blocks = [nodes] if x.size <= _AT_ONCE else np.split(nodes, len(nodes))
    for block in blocks:
        bases, uppers = np.linalg.qr(x - block[:, None, None] * wx)
        yield from zip(bases, uppers, np.linalg.inv(uppers), strict=True)


def refit_products(lag: Lag, products: Floats, kind: Kind, *, count: int) -> Refits:
    """Fit many samples, each of a design of its own, as :func:`refit` does; of few regressors.

    Parameters
    ----------
    lag : Lag
    products : array, shape (samples, 2 (k + 1), 2 (k + 1))
        Sums of products of y, the k regressors, W y and the lags of the regressors, in this order: all that a fit
        needs.
    kind, count
        As in :func:`fit`.
    """
    half, columns = products.shape[1] // 2, np.arange(len(products))
    plain, cross, lagged = products[:, :half, :half], products[:, :half, half:], products[:, half:, half:]
    nodes = lag.nodes if kind != "none" else np.zeros(1)
    rho = nodes[:, None, None, None]
    moments = plain - rho * (cross + cross.transpose(0, 2, 1)) + rho**2 * lagged
    if kind == "lag":  # only y is filtered
        moments[:, :, 0, 1:] = plain[:, 0, 1:] - rho[..., 0] * products[:, half, 1:half]
        moments[:, :, 1:, 1:] = plain[:, 1:, 1:]
    inner = np.linalg.inv(moments[:, :, 1:, 1:])
    b = (inner @ moments[:, :, 0, 1:, None])[..., 0]
    totals = moments[:, :, 0, 0] - (b * moments[:, :, 0, 1:]).sum(axis=2)
    t = b / np.sqrt(np.diagonal(inner, axis1=2, axis2=3) * totals[:, :, None] / (count - half + 1))
    logliks = (lag.logdets[:, None] if kind != "none" else 0.0) - count / 2 * np.log(totals / count)
    if kind == "none":
        return Refits(np.zeros(len(products)), logliks[0], totals[0] / count, b[0].T, t[0].T)
    best, weights = _parabolas(nodes, logliks)
    at = best + np.array([[-1], [0], [1]])
    rho, loglik, sigma2 = (
        (weights * values).sum(axis=0) for values in (nodes[at], logliks[at, columns], totals[at, columns] / count)
    )
    b, t = ((weights[:, :, None] * values[at, columns]).sum(axis=0).T for values in (b, t))
    return Refits(rho, loglik, sigma2, b, t)


def _parabolas(nodes: Floats, heights: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return the best inner node of each column, and the Lagrange weights of it and its neighbours at the vertex."""
    best = np.clip(heights.argmax(axis=0), 1, len(nodes) - 2)
    columns = np.arange(heights.shape[1])
    x0, x1, x2 = nodes[best - 1], nodes[best], nodes[best + 1]
    f0, f1, f2 = (heights[best + step, columns] for step in (-1, 0, 1))
    left, right = (f1 - f0) / (x1 - x0), (f2 - f1) / (x2 - x1)
    curve = (right - left) / (x2 - x0)
    with np.errstate(divide="ignore", invalid="ignore"):
        top = np.where(curve < 0, (x0 + x1) / 2 - left / (2 * curve), x1)
    top = np.clip(top, x0, x2)
    weights = np.stack(
        [
            (top - x1) * (top - x2) / ((x0 - x1) * (x0 - x2)),
            (top - x0) * (top - x2) / ((x1 - x0) * (x1 - x2)),
            (top - x0) * (top - x1) / ((x2 - x0) * (x2 - x1)),
        ]
    )
    return best, weights


def simulate(
    lag: Lag, signal: Floats, rho: float, sigma: float, kind: Kind, draws: int, rng: np.random.Generator
) -> Floats:
    """Draw samples of a model with normal errors, shape (n, draws)."""
    errors = sigma * rng.standard_normal((len(signal), draws))
    if kind == "none":
        return signal[:, None] + errors
    if kind == "lag":
        return lag.inverse(rho, signal[:, None] + errors)
    return signal[:, None] + lag.inverse(rho, errors)
