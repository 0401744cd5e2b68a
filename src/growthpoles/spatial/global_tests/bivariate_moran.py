"""Bivariate Moran's I and Lee's L."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, unknown_option
from growthpoles.spatial.alignment import (
    Connected,
    Prepared,
    Tested,
    Transformation,
    clean_values,
    connected,
    deviations,
    prepare,
)
from growthpoles.spatial.global_tests.global_result import (
    Alternative,
    GlobalResult,
    Inference,
    check_alternative,
    check_method,
    check_permutations,
    normal_p,
    z_score,
)
from growthpoles.spatial.global_tests.quadratic_ratio import relocation_test
from growthpoles.spatial.reference_distributions.global_permutation import Form, quadratic_form
from growthpoles.spatial.reference_distributions.moments import (
    cross_product_moments,
    linear_moments,
    matrix_sums,
    product_sums,
    skew_variance,
)

if TYPE_CHECKING:
    from numpy.random import Generator

    from growthpoles.graphs import Graph, W

Relocate = Literal["y", "pairs"]
BivariateMethod = Literal["permutation", "randomisation"]


def moran_bivariate(
    x: pd.Series,
    y: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    method: BivariateMethod = "permutation",
    rng: Generator | int | None = None,
    transformation: Transformation | None = "r",
    relocate: Relocate = "y",
) -> GlobalResult:
    """Test whether a region's x goes with its neighbours' y.

    ``I = (n / S0) * sum_ij w_ij zx_i zy_j / sqrt(sum zx^2 sum zy^2)`` with z the deviations from the mean;
    for x = y this is Moran's I.

    Parameters
    ----------
    x, y : Series, shape (n,)
        Finite values over the same regions; matched with each other and with the graph by label.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Any transformation. Regions without any link are left out.
    alternative : {"two-sided", "greater", "less"}
        About the statistic itself.
    permutations, rng, transformation
        As for :func:`growthpoles.moran`.
    method : {"permutation", "randomisation"}
        ``randomisation`` is the z-test with the exact mean and variance under the same relocations.
    relocate : {"y", "pairs"}
        The null hypothesis. ``y``: the values of y are relocated and x stays, so x and y are unrelated in
        every respect. ``pairs``: both values of a region move together, so that their correlation within
        regions is kept and only their arrangement in space is at stake.

    Returns
    -------
    GlobalResult

    Raises
    ------
    SpatialError
        As for :func:`growthpoles.moran`, for either variable.

    References
    ----------
    Wartenberg (1985); Anselin, Syabri & Smirnov (2002); Lee (2004) on the two null hypotheses.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> result = gp.moran_bivariate(before, after, graph, method="randomisation")
    >>> round(result.statistic, 3), round(result.p_value, 3)
    (-0.274, 0.123)
    """
    _check(alternative, method, relocate, "bivariate Moran's I")
    data = _two_variables("bivariate Moran's I", x, y, graph, transformation)
    matrix = data.part.w * (data.part.n / float(data.part.w.sum()))
    return _bivariate_test(matrix, data, alternative, permutations, method, rng, relocate)


def lee(
    x: pd.Series,
    y: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    method: BivariateMethod = "permutation",
    rng: Generator | int | None = None,
    transformation: Transformation | None = "r",
    relocate: Relocate = "pairs",
) -> GlobalResult:
    """Test whether the neighbourhood means of x and y go together, with Lee's L.

    ``L = n / sum_i (sum_j w_ij)^2 * sum_i (sum_j w_ij zx_j)(sum_j w_ij zy_j) / sqrt(sum zx^2 sum zy^2)``

    Parameters
    ----------
    x, y, graph, alternative, permutations, method, rng, transformation
        As for :func:`growthpoles.moran_bivariate`.
    relocate : {"pairs", "y"}
        As there; pairs by default, as Lee (2004) proposes.

    Returns
    -------
    GlobalResult

    Raises
    ------
    SpatialError
        As for :func:`growthpoles.moran_bivariate`.

    References
    ----------
    Lee (2001), eq. 18; Lee (2004).

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> gp.lee(before, after, graph, permutations=999).to_frame()[["statistic", "expected", "p_value"]].round(3)
                    statistic  expected  p_value
    statistic_name
    Lee's L             0.144     0.249    0.666
    """
    _check(alternative, method, relocate, "Lee's L")
    data = _two_variables("Lee's L", x, y, graph, transformation)
    w = data.part.w
    rows = np.asarray(w.sum(axis=1)).ravel()
    matrix = (w.T @ w).tocsr() * (data.part.n / float(rows @ rows))
    return _bivariate_test(matrix, data, alternative, permutations, method, rng, relocate)


@dataclass(frozen=True, slots=True)
class _TwoVariables:
    """Standardised values of both variables over the linked regions."""

    part: Connected
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    tested: Tested


def _check(alternative: str, method: str, relocate: str, name: str) -> None:
    """Refuse unknown options."""
    check_alternative(alternative)
    check_method(method, get_args(BivariateMethod), name)
    if relocate not in get_args(Relocate):
        raise SpatialError(unknown_option("relocate", relocate, get_args(Relocate)))


def _two_variables(
    name: str, x: pd.Series, y: pd.Series, graph: Graph | W, transformation: Transformation | None
) -> _TwoVariables:
    """Align both variables with the graph, in the order of x."""
    prepared: Prepared = prepare(x, graph, transformation=transformation, name="x")
    other = clean_values(y, name="y")
    if not y.index.equals(prepared.ids):
        checked = prepare(y, graph, transformation=transformation, name="y")
        other = pd.Series(checked.y, index=checked.ids).loc[prepared.ids].to_numpy()
    part = connected(prepared)
    tested = Tested.of(name, x, y, graph=prepared.graph, transformation=transformation)
    return _TwoVariables(part, deviations(prepared.y[part.places], "x"), deviations(other[part.places], "y"), tested)


def _bivariate_test(
    matrix: Any,
    data: _TwoVariables,
    alternative: Alternative,
    permutations: int | None,
    method: BivariateMethod,
    rng: Generator | int | None,
    relocate: Relocate,
) -> GlobalResult:
    """Test x'Qy of standardised values under relocation of y or of pairs."""
    x, y = data.x, data.y
    toward = matrix.T @ x
    statistic = float(toward @ y)
    if relocate == "y":
        # both variables are deviations: the mean is zero but for rounding
        moments = 0.0, linear_moments(toward, y)[1]
        null = "y relocated, x fixed"
    else:
        symmetric = ((matrix + matrix.T) / 2).tocsr()
        mean, variance = cross_product_moments(matrix_sums(symmetric), product_sums(x, y))
        moments = mean, variance + skew_variance(matrix, x, y)
        null = "pairs relocated"
    z = z_score(statistic, *moments)
    if method == "randomisation":
        p = normal_p(z, alternative)
        found = Inference.certain(p, method, "normal approximation, moments under randomisation")
    else:
        linear = relocate == "y"
        found = relocation_test(
            Form(None, toward) if linear else quadratic_form(matrix, pairs=True),
            y if linear else x,
            None if linear else y,
            draws=check_permutations(permutations, data.part.n),
            rng=rng,
            scale=float(abs(matrix).sum()) / data.part.n,
            alternative=alternative,
        )
    found = replace(found, reference=f"{found.reference}, {null}")
    linked = {"n": data.part.n, "isolates": data.part.isolates, "tested": data.tested}
    return found.result(data.tested.test, statistic, moments, alternative=alternative, **linked)
