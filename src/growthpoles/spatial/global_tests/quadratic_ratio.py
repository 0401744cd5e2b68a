"""Ratio of quadratic forms z'Az / z'z: inference that Moran's I and Geary's C share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from growthpoles.spatial.reference_distributions.moments import Moments, WeightSums, kurtosis, weight_sums

if TYPE_CHECKING:
    import pandas as pd
    from numpy.random import Generator
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from growthpoles.graphs import Graph, W

METHODS: tuple[Method, ...] = ("permutation", "normal", "randomisation", "saddlepoint", "exact")
RESIDUAL_METHODS: tuple[Method, ...] = ("exact", "saddlepoint", "normal")
_EXACT_BY_DEFAULT = 2_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """A statistic z'Az / z'z: its name, the matrix A built from weights and their sum, and its moments."""

    name: str
    matrix: Callable[[csr_array, float], csr_array]
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
    sums = weight_sums(part.w)
    form = ratio.matrix(part.w, sums.s0)
    null = "normal"
    if regressors is None:
        method = "permutation" if method is None else method
        check_method(method, METHODS, ratio.name)
        basis = np.full((part.n, 1), part.n**-0.5)
        z = deviations(values, "y")
        moments = ratio.normal(sums)
        if method in ("permutation", "randomisation"):
            moments, null = ratio.randomisation(sums, kurtosis(z)), "randomisation"
    else:
        if method is None:
            method = "exact" if part.n <= _EXACT_BY_DEFAULT else "normal"
        check_method(method, RESIDUAL_METHODS, f"{ratio.name} of residuals")
        basis = normal_errors.residual_basis(design_matrix(regressors, prepared, part))
        z = _residuals(values, basis)
        moments = normal_errors.residual_moments(form, basis)
    statistic = float(z @ (form @ z))
    found = _inference(method, statistic, moments, z, form, basis, alternative, permutations, rng)
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
