"""Local Getis-Ord G and G* (hot spots)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.randomness import PERMUTATIONS
from growthpoles.spatial.alignment import Tested, Transformation, prepare
from growthpoles.spatial.local_tests.local_result import LocalResult, Options, centred, row_sums, run, universe
from growthpoles.spatial.local_tests.multiple_testing import ADJUST, Adjust
from growthpoles.spatial.reference_distributions.score_sums import Alternative, Method, Scores

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W


def local_getis_ord(
    y: pd.Series,
    graph: Graph | W,
    *,
    star: bool = False,
    transformation: Transformation | None = "r",
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    method: Method = "auto",
    adjust: Adjust = ADJUST,
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LocalResult:
    """Local G or G* of Getis and Ord (1992; Ord and Getis 1995) with conditional permutation p-values.

    Parameters
    ----------
    y : pandas.Series
        One finite number >= 0 per region, indexed by region; not all the same.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, without self-weights.
    star : bool, default False
        G* counts the region itself as a neighbour with weight 1 (before row-standardising).
    transformation : {"r", "b"} or None, default "r"
        Row-standardised, binary, or the weights as they are.
    alternative : {"two-sided", "greater", "less"}
        "greater": high values around the region (a hot spot); "less": low values (a cold spot).
    permutations, method, adjust, alpha, rng
        As in :func:`growthpoles.local_moran`.

    Returns
    -------
    LocalResult
        "High-High" for a hot spot and "Low-Low" for a cold spot. `lag` is sum_j w_ij y_j with the weights
        of the statistic, the region itself included in G*.

    Raises
    ------
    SpatialError
        If labels, values, weights or options do not fit together, y has a value below zero or is constant.

    Notes
    -----
    G_i = sum_j w_ij y_j / sum_{k != i} y_k; G*_i = sum_j w*_ij y_j / sum_k y_k. The region's own value stays where
    it is in the conditional test, so that G and G* have the same p-value. Isolates take no part.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> result = gp.local_getis_ord(gp.load_published(2014)["index"], graph, star=True, adjust="none")
    >>> result.label[result.label == "Low-Low"].index.tolist()
    ['KZ-KAR']
    """
    options = Options(alternative, method, permutations, adjust, alpha, rng)
    prepared = prepare(y, graph, transformation="b" if transformation == "b" else None)
    if (prepared.y < 0).any():
        shown = ", ".join(map(str, prepared.ids[prepared.y < 0][:5]))
        raise SpatialError(
            message(
                "value below zero for {regions}", where="y", allowed=">= 0: G adds up shares of a total", regions=shown
            )
        )
    part, data = universe(prepared)
    own = centred(data.y)
    share = data.y / own.unit
    raw = data.w @ share
    lag = raw + share if star else raw
    if transformation == "r":
        lag = lag / (row_sums(data) + (1 if star else 0))
    total = share.sum() - (0 if star else share)
    statistic = np.full(part.n, np.nan)  # G of the only region with a value: a share of nothing
    np.divide(lag, total, out=statistic, where=total > 0)
    up = np.ones(part.n, dtype=np.int8)
    scores = Scores(own.z[None], None, data.w, data.uniform, data.w @ own.z, up, own.noise)
    name = "local Getis-Ord G*" if star else "local Getis-Ord G"
    return run(
        name,
        part,
        scores,
        statistic=statistic,
        lag=own.unit * lag,
        code=lambda law, rows: np.where(law.ge[rows] <= law.le[rows], 0, 1),
        options=options,
        tested=Tested.of(name, y, graph=prepared.graph, transformation=transformation),
    )
