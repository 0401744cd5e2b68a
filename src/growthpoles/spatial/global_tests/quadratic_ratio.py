"""Ratio of quadratic forms z'Az / z'z: inference that Moran's I and Geary's C share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.errors import SpatialError, message
from growthpoles.spatial.alignment import Tested, Transformation, connected, design_matrix, deviations, prepare
from growthpoles.spatial.global_tests.global_result import (
    Alternative,
    GlobalResult,
    Inference,
    Method,
    check_alternative,
    check_method,
    check_permutations,
    choose,
    normal_p,
    relocated,
    z_score,
)
from growthpoles.spatial.reference_distributions import normal_errors
from growthpoles.spatial.reference_distributions.global_permutation import Form, permutation_tally, quadratic_form
from growthpoles.spatial.reference_distributions.moments import (
    LEAST,
    Moments,
    Polynomial,
    WeightSums,
    fourth_order_sums,
    kurtosis,
    pearson_curve_tails,
    relocation_moments,
    steps_of_two,
    weight_sums,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.random import Generator
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from growthpoles.graphs import Graph, W

METHODS: tuple[Method, ...] = ("permutation", "moments", "normal", "randomisation", "saddlepoint", "exact")
RESIDUAL_METHODS: tuple[Method, ...] = ("exact", "saddlepoint", "normal")
_EXACT_BY_DEFAULT = 2_000
_MANY = 20_000  # regions above which relocations by default would be 999
_SKEWNESS, _EXCESS = 0.15, 0.15  # up to which the curve was held against relocations
_RESOLVED = 1e-6  # a smaller tail is not told from this one
_STEPS = 100  # products per link and region that the moments may cost: a tenth of 999 relocations


@dataclass(frozen=True, slots=True)
class Ratio:
    """A statistic z'Az / z'z: its name, the matrix A, and its moments.

    A is built from the weights plus their transpose, and from the sum of the weights. `pair` is what the statistic sums
    over linked pairs, see :func:`.moments.relocation_moments`.
    """

    name: str
    matrix: Callable[[csr_array, float], csr_array]
    pair: Polynomial
    normal: Callable[[WeightSums], Moments]
    randomisation: Callable[[WeightSums, float], Moments]


def ratio_test(
    ratio: Ratio,
    y: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative,
    permutations: int | None,
    method: Method | None,
    rng: Generator | int | None,
    transformation: Transformation | None,
    regressors: pd.DataFrame | pd.Series | None = None,
) -> GlobalResult:
    """Test one ratio statistic; the options are those of :func:`growthpoles.moran`."""
    check_alternative(alternative)
    prepared = prepare(y, graph, transformation=transformation, name="y")
    part = connected(prepared)
    values = prepared.y[part.places]
    both = (part.w + part.w.T).tocsr()
    sums = weight_sums(part.w, both)
    form = ratio.matrix(both, sums.s0)
    null = "normal"
    if regressors is None:
        if method is not None:
            check_method(method, METHODS, ratio.name)
        basis = np.full((part.n, 1), part.n**-0.5)
        z = deviations(values, "y")
        moments = ratio.normal(sums)
        if method in (None, "permutation", "moments", "randomisation"):
            moments, null = ratio.randomisation(sums, kurtosis(z)), "randomisation"
    else:
        if method is None:
            method = "exact" if part.n <= _EXACT_BY_DEFAULT else "normal"
        check_method(method, RESIDUAL_METHODS, f"{ratio.name} of residuals")
        basis = normal_errors.residual_basis(design_matrix(regressors, prepared, part))
        z = _residuals(values, basis)
        moments = normal_errors.residual_moments(form, basis)
    statistic = float(z @ (form @ z))
    found = None
    if regressors is None and by_moments(method, permutations, part.n):
        found = moments_test(both, z, ratio.pair, z_score(statistic, *moments), alternative, asked=method is not None)
    if found is None:
        found = _inference(method or "permutation", statistic, moments, z, form, basis, alternative, permutations, rng)
    given = (y,) if regressors is None else (y, regressors)
    tested = Tested.of(ratio.name, *given, graph=prepared.graph, transformation=transformation, null=null)
    return found.result(
        ratio.name, statistic, moments, alternative=alternative, n=part.n, isolates=part.isolates, tested=tested
    )


def _residuals(values: NDArray[np.float64], basis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-squares residuals, scaled to a sum of squares of one."""
    n, p = basis.shape
    if n - p < 3:
        raise SpatialError(
            message(
                "{p} regressors (constant included) for {n} regions", allowed="at most {most}", p=p, n=n, most=n - 3
            )
        )
    z = deviations(values, "y")
    z = z - basis @ (basis.T @ z)
    length = float(np.sqrt(z @ z))
    if length <= 1e-10:
        raise SpatialError(message("the regressors explain y without residuals", allowed="residuals that vary"))
    return z / length


def _inference(
    method: Method,
    statistic: float,
    moments: Moments,
    z: NDArray[np.float64],
    form: csr_array,
    basis: NDArray[np.float64],
    alternative: Alternative,
    permutations: int | None,
    rng: Generator | int | None,
) -> Inference:
    """Place the statistic in the reference distribution of the method."""
    if method in ("normal", "randomisation"):
        p = normal_p(z_score(statistic, *moments), alternative)
        words = "normal errors" if method == "normal" else "randomisation"
        return Inference.certain(p, method, f"normal approximation, moments under {words}")
    if method in ("exact", "saddlepoint"):
        eigenvalues = normal_errors.residual_eigenvalues(form, basis)
        p = exact = choose(alternative, *normal_errors.exact_tails(eigenvalues, statistic))
        source = "Tiefelsdorf and Boots"
        if method == "saddlepoint":
            p = choose(alternative, *normal_errors.saddlepoint_tails(eigenvalues, statistic))
            off = p / exact - 1 if exact > 0 else 0.0
            size = f"{100 * abs(off):.2g}% {'above' if off > 0 else 'below'}"
            source = f"saddlepoint approximation, {size if abs(off) > 5e-5 else 'within 0.01% of'} the exact p"
        return Inference.certain(p, method, f"normal errors ({source})")
    return relocation_test(
        quadratic_form(form),
        z,
        draws=check_permutations(permutations, len(z)),
        rng=rng,
        scale=float(abs(form).sum()) / len(z),
        alternative=alternative,
    )


def by_moments(method: Method | None, permutations: int | None, n: int) -> bool:
    """Whether the exact moments are to be tried: where asked for, or instead of few relocations of many regions."""
    return method == "moments" or (method is None and permutations is None and n > _MANY)


def moments_test(
    both: csr_array, z: NDArray[np.float64], pair: Polynomial, score: float, alternative: Alternative, *, asked: bool
) -> Inference | None:
    """Place a standardised sum over linked pairs in the Pearson curve with its exact moments under relocation.

    Parameters
    ----------
    both : csr_array
        The weights plus their transpose.
    z : array, shape (n,)
        Values with mean zero; in units of their standard deviation where `pair` is of several degrees.
    pair : mapping
        See :func:`.moments.relocation_moments`.
    score : float
        The sum less its mean, in standard deviations.
    alternative : str
    asked : bool
        Whether to raise where the curve does not hold; None is returned otherwise.
    """
    n, matrix = len(z), both * 0.5
    if n < LEAST:
        reason = message("{n} regions", allowed="{least} or more", n=n, least=LEAST)
    elif steps_of_two(matrix) > _STEPS * (n + matrix.nnz):
        reason = message("method='moments': some regions have too many links", allowed="method='permutation'")
    else:
        scaled = z * (n / (z @ z)) ** 0.5
        _, variance, skewness, excess = relocation_moments(fourth_order_sums(matrix), scaled, pair)
        shape = f"skewness {skewness:.2g}, excess kurtosis {excess:.2g}"
        if variance > 0 and abs(skewness) <= _SKEWNESS and abs(excess) <= _EXCESS:
            tails = [max(tail, _RESOLVED) for tail in pearson_curve_tails(score, skewness, excess)]
            p = choose(alternative, *tails)
            found = Inference.certain(p, "moments", f"Pearson curve of the exact moments under relocation, {shape}")
            return replace(found, p_interval=(0.0, p)) if p <= 2 * _RESOLVED else found
        held = f"skewness within {_SKEWNESS:g} and excess kurtosis within {_EXCESS:g}, or method='permutation'"
        reason = message("method='moments': the statistic has {shape} under relocation", allowed=held, shape=shape)
    if asked:
        raise SpatialError(reason)
    return None


def relocation_test(
    form: Form,
    x: NDArray[np.float64],
    y: NDArray[np.float64] | None = None,
    *,
    draws: int,
    rng: Generator | int | None,
    scale: float,
    alternative: Alternative,
) -> Inference:
    """Place the statistic among its relocations: all of them where they are few, random ones otherwise."""
    tally = permutation_tally(form, x, y, draws=draws, rng=rng, scale=scale)
    what = "arrangements" if tally.complete else "permutations"
    return relocated(tally.greater, tally.less, tally.draws, alternative, complete=tally.complete, what=what)
