"""Moran's I, global."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING

from growthpoles.errors import GrowthpolesError
from growthpoles.spatial.alignment import Transformation, with_data
from growthpoles.spatial.global_tests.global_result import Alternative, GlobalResult, Method
from growthpoles.spatial.global_tests.quadratic_ratio import Ratio, ratio_test
from growthpoles.spatial.reference_distributions.moments import PRODUCT, moran_normal, moran_randomisation

if TYPE_CHECKING:
    import pandas as pd
    from numpy.random import Generator
    from scipy.sparse import csr_array

    from growthpoles.graphs import Graph, W


def _matrix(both: csr_array, s0: float) -> csr_array:
    """Return A with I = z'Az / z'z."""
    return both * (both.shape[0] / (2.0 * s0))


_NORMAL = 1.959964  # 97.5 % quantile of the normal distribution
_MORAN = Ratio("Moran's I", _matrix, PRODUCT, moran_normal, moran_randomisation)


def moran(
    y: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    method: Method | None = None,
    rng: Generator | int | None = None,
    transformation: Transformation | None = "r",
    regressors: pd.DataFrame | pd.Series | None = None,
) -> GlobalResult:
    """Test for spatial autocorrelation with Moran's I, of raw values or of regression residuals.

    ``I = (n / S0) * sum_ij w_ij z_i z_j / sum_i z_i^2`` with z the deviations from the mean, or the
    residuals.

    Parameters
    ----------
    y : Series, shape (n,)
        Finite values, index the regions; matched with the graph by label. At least four regions with links.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Any transformation. Regions without any link are left out of y, of the mean and of n, and are named in
        the result (esda keeps them; without isolates the two agree).
    alternative : {"two-sided", "greater", "less"}
        ``greater``: I is larger than by chance, similar values cluster. Two-sided p is twice the
        smaller tail, at most 1.
    permutations : int, optional
        Random relocations for ``method="permutation"``. Default: the largest of 999,999, 99,999, 9,999 with
        at most 2 * 10^8 relocated values (n <= 200, 2,000, 20,000), else 999.
    method : str, optional
        ``permutation``, ``moments`` and ``randomisation`` relocate the values; the others assume normal errors:

        - ``permutation`` (default without regressors up to 20,000 regions, or with `permutations`): p = (count + 1) /
          (permutations + 1), ties counted in both tails. Where the distinct arrangements of y number at most 10^6
          (nine distinct values, a yes/no variable on 16 regions) all are visited instead: p = count / number,
          without Monte Carlo error. `method` of the result is then ``exact``, `permutations` the number and
          `reference` "all 12,870
          arrangements".
        - ``moments`` (default without regressors above 20,000 regions, where it holds): the Pearson curve with the
          exact mean, variance, skewness and kurtosis of the statistic over all relocations, without Monte Carlo
          error. It holds where skewness and excess kurtosis are at most 0.15: there its p-values were nearer to those
          of long relocation than 999 relocations are. Where they are not (few large values, few cases, hubs), the
          default is ``permutation`` and asking for ``moments`` is refused. A tail below 10^-6 is given as 10^-6.
        - ``exact`` (default with regressors, up to 2,000 regions): the exact distribution for normal errors
          of Tiefelsdorf & Boots (1995), by numerical inversion; `reference` says "normal errors (Tiefelsdorf
          and Boots)".
        - ``saddlepoint``: Lugannani-Rice approximation of it (Tiefelsdorf 2002); `reference` says how far its p is
          from the exact one (in far tails of small maps by several percent).
        - ``normal``, ``randomisation``: z-test with the moments of Cliff & Ord (1981) under normal errors or
          under relocation (``normal`` is the default with regressors beyond 2,000 regions).
    rng : Generator, int or None
        Random numbers; None is the fixed seed, so that results repeat. Not affected by the number of workers.
    transformation : {"r", "b", None}
        Row-standardise (default), binary, or the weights as they are.
    regressors : DataFrame or Series, optional
        Regress y on these columns and a constant first (rows matched by label) and test the residuals.
        Residuals are not exchangeable, so only ``exact``, ``saddlepoint`` and ``normal`` apply.

    Returns
    -------
    GlobalResult

    Raises
    ------
    SpatialError
        Labels that do not match, missing or infinite values, constant values, too few regions with links,
        unknown options, regressors that leave no residuals, more than 5,000 regions for ``exact`` and
        ``saddlepoint``.

    References
    ----------
    Moran (1950); Cliff & Ord (1981), *Spatial Processes*; Tiefelsdorf & Boots (1995); Tiefelsdorf (2002).

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> index = gp.load_published(2014)["index"]
    >>> result = gp.moran(index, graph, method="exact")
    >>> round(result.statistic, 3), round(result.p_value, 3), result.n
    (-0.227, 0.376, 16)
    """
    return ratio_test(
        _MORAN,
        y,
        graph,
        alternative=alternative,
        permutations=permutations,
        method=method,
        rng=rng,
        transformation=transformation,
        regressors=regressors,
    )


def moran_path(values: pd.DataFrame, graph: Graph) -> pd.DataFrame:
    """Return Moran's I of every year of a frame of regions x years, with the interval that relocation gives it.

    statistic, expected, n, null_low, null_high (95 %, normal, with the variance under randomisation).
    """
    import pandas as pd

    rows = {}
    for year in values:
        with suppress(GrowthpolesError):  # too few values, or all the same: the year has no test
            kept, part, _ = with_data(values[year], graph)
            test = moran(kept, part, method="randomisation")
            half = _NORMAL * math.sqrt(test.variance)
            rows[year] = {"statistic": test.statistic, "expected": test.expected, "n": test.n,
                          "null_low": test.expected - half, "null_high": test.expected + half}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")
