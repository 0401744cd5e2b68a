"""Geary's C, global."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from growthpoles.spatial.alignment import Transformation
from growthpoles.spatial.global_tests.global_result import Alternative, GlobalResult, Method
from growthpoles.spatial.global_tests.quadratic_ratio import Ratio, ratio_test
from growthpoles.spatial.reference_distributions.moments import SQUARED_DIFFERENCE, geary_normal, geary_randomisation

if TYPE_CHECKING:
    import pandas as pd
    from numpy.random import Generator
    from scipy.sparse import csr_array

    from growthpoles.graphs import Graph, W


def _matrix(both: csr_array, s0: float) -> csr_array:
    """Return A with C = z'Az / z'z: a Laplacian, since sum w_ij (z_i - z_j)^2 = z'(D - W - W')z."""
    from scipy.sparse import diags_array

    laplacian = diags_array(np.asarray(both.sum(axis=1)).ravel(), format="csr") - both
    return laplacian * ((both.shape[0] - 1) / (2.0 * s0))


_GEARY = Ratio("Geary's C", _matrix, SQUARED_DIFFERENCE, geary_normal, geary_randomisation)


def geary(
    y: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    method: Method | None = None,
    rng: Generator | int | None = None,
    transformation: Transformation | None = "r",
) -> GlobalResult:
    """Test for spatial autocorrelation with Geary's C.

    ``C = (n - 1) / (2 S0) * sum_ij w_ij (y_i - y_j)^2 / sum_i (y_i - mean)^2``; 1 is expected by chance,
    smaller values mean that similar values cluster.

    Parameters
    ----------
    y : Series, shape (n,)
        Finite values, index the regions; matched with the graph by label.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Any transformation. Regions without any link are left out.
    alternative : {"two-sided", "greater", "less"}
        About the statistic itself: ``less`` is the test for clustering, ``greater`` that for dissimilar
        neighbours.
    permutations, method, rng, transformation
        As for :func:`growthpoles.moran`; ``exact`` and ``saddlepoint`` work for C in the same way.

    Returns
    -------
    GlobalResult

    Raises
    ------
    SpatialError
        As for :func:`growthpoles.moran`.

    References
    ----------
    Geary (1954); Cliff & Ord (1981), *Spatial Processes*.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> result = gp.geary(gp.load_published(2014)["index"], graph, method="randomisation")
    >>> round(result.statistic, 3), round(result.p_value, 3)
    (0.91, 0.705)
    """
    return ratio_test(
        _GEARY,
        y,
        graph,
        alternative=alternative,
        permutations=permutations,
        method=method,
        rng=rng,
        transformation=transformation,
    )
