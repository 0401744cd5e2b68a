"""Local Getis-Ord G and G* (hot spots)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.randomness import PERMUTATIONS
from growthpoles.spatial.alignment import Prepared, Tested, Transformation, prepare
from growthpoles.spatial.local_tests.local_result import LocalResult, Options, centred, row_sums, run, universe
from growthpoles.spatial.local_tests.multiple_testing import ADJUST, Adjust, standardised
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
        One finite number per region, indexed by region; not all the same. With values below zero a share of their
        total has no meaning: `statistic` is then `z_score`, the standardised G of Ord and Getis (1995), which does not
        depend on the origin of the values, and the name of the result says so.
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
        If labels, values, weights or options do not fit together, or y is constant.

    Notes
    -----
    G_i = sum_j w_ij y_j / sum_{k != i} y_k; G*_i = sum_j w*_ij y_j / sum_k y_k. The region's own value stays where
    it is in the conditional test, so that G and G* have the same p-value. `z_score` is that of Ord and Getis (1995):
    for G the deviation from the mean under the deals, for G* (sum_j w*_ij y_j - W*_i m) / (s sqrt((n S*_i - W*_i^2) /
    (n - 1))) with m and s of all values, W* and S* the sums of the weights and of their squares. Isolates take no part.

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
    part, data = universe(prepared)
    own = centred(data.y)
    share = data.y / own.unit
    raw = data.w @ share
    lag = raw + share if star else raw
    if transformation == "r":
        lag = lag / (row_sums(data) + (1 if star else 0))
    total = share.sum() - (0 if star else share)
    up = np.ones(part.n, dtype=np.int8)
    scores = Scores(own.z[None], None, data.w, data.uniform, data.w @ own.z, up, own.noise)
    name = "local Getis-Ord G*" if star else "local Getis-Ord G"
    z_score = _star_score(own.z, data) if star else standardised(scores)
    if (prepared.y < 0).any():
        name, statistic = f"{name}, standardised", z_score
    else:
        statistic = np.full(part.n, np.nan)  # G of the only region with a value: a share of nothing
        np.divide(lag, total, out=statistic, where=total > 0)
    return run(
        name,
        part,
        scores,
        statistic=statistic,
        lag=own.unit * lag,
        code=lambda law, rows: np.where(law.ge[rows] <= law.le[rows], 0, 1),
        options=options,
        tested=Tested.of(name, y, graph=prepared.graph, transformation=transformation),
        z_score=z_score,
    )


def _star_score(z: np.ndarray, data: Prepared) -> np.ndarray:
    """Return the standardised G* of deviations from the mean, the region itself counted with weight 1."""
    n = len(z)
    ones = np.ones(n)
    total = data.w @ ones + 1
    spread = n * (data.w.multiply(data.w) @ ones + 1) - total**2
    scale = z.std() * np.sqrt(np.maximum(spread, 0.0) / (n - 1))
    found = np.full(n, np.nan)
    np.divide(data.w @ z + z, scale, out=found, where=spread > 1e-12 * total**2)
    return found
