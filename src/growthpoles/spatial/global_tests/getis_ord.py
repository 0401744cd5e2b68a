"""Getis-Ord G, global."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import numpy as np

from growthpoles.errors import SpatialError, message
from growthpoles.spatial.alignment import Tested, Transformation, connected, deviations, prepare
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
from growthpoles.spatial.global_tests.quadratic_ratio import by_moments, moments_test, relocation_test
from growthpoles.spatial.reference_distributions.global_permutation import Form, quadratic_form
from growthpoles.spatial.reference_distributions.moments import PRODUCT, getis_ord_randomisation, weight_sums

if TYPE_CHECKING:
    import pandas as pd
    from numpy.random import Generator

    from growthpoles.graphs import Graph, W


def getis_ord(
    y: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    method: Literal["permutation", "moments", "randomisation"] | None = None,
    rng: Generator | int | None = None,
    transformation: Transformation | None = "b",
) -> GlobalResult:
    """Test for clusters of high or of low values with the general G of Getis and Ord.

    ``G = sum_ij w_ij y_i y_j / sum_(i != j) y_i y_j``

    Parameters
    ----------
    y : Series, shape (n,)
        Finite values of a variable with a natural zero, none negative and at least two positive; index the
        regions.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Any transformation. Regions without any link are left out.
    alternative : {"two-sided", "greater", "less"}
        ``greater``: high values lie together; ``less``: they keep apart, or low values do lie together.
    permutations, rng
        As for :func:`growthpoles.moran`.
    method : {"permutation", "moments", "randomisation"}, optional
        ``permutation`` and ``moments`` as for :func:`growthpoles.moran`; ``randomisation`` is
        the z-test with the moments of Getis & Ord (1992), which esda calls ``p_norm``.
    transformation : {"b", "r", None}
        Binary weights by default, as in the definition.

    Returns
    -------
    GlobalResult

    Raises
    ------
    SpatialError
        As for :func:`growthpoles.moran`; negative values.

    References
    ----------
    Getis & Ord (1992), *Geographical Analysis* 24.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> result = gp.getis_ord(gp.load_published(2014)["index"], graph, method="randomisation")
    >>> round(result.statistic, 3), round(result.expected, 3), round(result.p_value, 3)
    (0.203, 0.233, 0.19)
    """
    check_alternative(alternative)
    if method is not None:
        check_method(method, ("permutation", "randomisation", "moments"), "Getis-Ord G")
    prepared = prepare(y, graph, transformation=transformation, name="y")
    part = connected(prepared)
    values = prepared.y[part.places]
    if (values < 0).any():
        raise SpatialError(
            message(
                "{region} has the negative value {value}",
                where="Getis-Ord G",
                allowed="a variable with a natural zero, no value below it",
                region=part.ids[values < 0][0],
                value=float(f"{values[values < 0][0]:g}"),
            )
        )
    if np.count_nonzero(values) < 2:
        raise SpatialError(message("fewer than two values are positive", where="Getis-Ord G"))
    deviations(values, "y")  # refuses constant values
    values = values / values.max()
    pairs = float(values.sum() ** 2 - values @ values)
    both = (part.w + part.w.T).tocsr()
    sums = weight_sums(part.w, both)
    moments = getis_ord_randomisation(sums, values)
    statistic = float(values @ (part.w @ values)) / pairs
    z = z_score(statistic, *moments)
    mean = values.mean()
    centred = values - mean
    found = None
    if by_moments(method, permutations, part.n):
        # y_i y_j in units of the standard deviation from the mean, less a constant
        level = Decimal(float(mean / centred.std()))
        pair = {**PRODUCT, (1, 0): level, (0, 1): level}
        found = moments_test(both, centred, pair, z, alternative, asked=method is not None)
    if method == "randomisation":
        p = normal_p(z, alternative)
        found = Inference.certain(p, method, "normal approximation, moments under randomisation")
    elif found is None:
        # deviations instead of values: y'Wy = z'Wz + mean * (row and column sums)'z + constant, without
        # cancellation
        margins = np.asarray(part.w.sum(axis=1)).ravel() + np.asarray(part.w.sum(axis=0)).ravel()
        linear = mean * (margins - margins.mean())
        spread = float(np.sqrt(np.mean(centred**2)))
        found = relocation_test(
            Form(quadratic_form(part.w).quadratic, linear),
            centred,
            draws=check_permutations(permutations, part.n),
            rng=rng,
            scale=sums.s0 * spread**2 + float(np.abs(linear).sum()) * spread,
            alternative=alternative,
        )
    tested = Tested.of("Getis-Ord G", y, graph=prepared.graph, transformation=transformation)
    return found.result(
        "Getis-Ord G", statistic, moments, alternative=alternative, n=part.n, isolates=part.isolates, tested=tested
    )
