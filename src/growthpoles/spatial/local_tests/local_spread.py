"""Local spatial heteroscedasticity: LOSH of Ord and Getis, where values near each other vary much or little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.randomness import PERMUTATIONS
from growthpoles.spatial.alignment import Tested, Transformation, prepare
from growthpoles.spatial.local_tests.local_result import STATES, LocalResult, Options, centred, run, universe
from growthpoles.spatial.local_tests.multiple_testing import ADJUST, Adjust
from growthpoles.spatial.reference_distributions.score_sums import Alternative, Method, Scores

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

CLASSES = ("uneven", "even")


def local_losh(
    y: pd.Series,
    graph: Graph | W,
    *,
    star: bool = False,
    exponent: float = 2.0,
    transformation: Transformation | None = "r",
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    method: Method = "auto",
    adjust: Adjust = ADJUST,
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LocalResult:
    """Local spatial heteroscedasticity H (Ord and Getis 2012) with conditional permutation p-values.

    Parameters
    ----------
    y : pandas.Series
        One finite number per region, indexed by region; not all the same.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, without self-weights.
    star : bool, default False
        Whether a region counts among its neighbours, with weight 1 before row-standardising, as Ord and Getis have it;
        spdep and esda take the weights as they are given.
    exponent : float > 0, default 2
        Of the residuals: 2 is a variance, 1 a mean absolute deviation.
    transformation, alternative, permutations, method, adjust, alpha, rng
        As in :func:`growthpoles.local_moran`; "greater": values around the region vary more than elsewhere.

    Returns
    -------
    LocalResult
        "uneven" where the values around a region vary more than elsewhere, "even" where they vary less. `lag` is the
        local mean that residuals are taken from.

    Raises
    ------
    SpatialError
        If labels, values, weights or options do not fit together, or y or its residuals are constant.

    Notes
    -----
    H_i = sum_j w_ij |e_j|^a / (h sum_j w_ij) with e_j = y_j less the local mean around j, and h the mean of |e|^a over
    all regions. The residual of the region stays, the other n - 1 are dealt over its neighbours; their own dependence,
    since neighbouring local means share values, is not part of that null hypothesis.

    References
    ----------
    Ord & Getis (2012), Local spatial heteroscedasticity (LOSH); Xu, Mei & Yan (2014) on its permutation.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> result = gp.local_losh(gp.load_published(2014)["index"], graph, star=True)
    >>> result.to_frame().loc["KZ-KAR", ["statistic", "p_value"]].astype(float).round(2).to_dict()
    {'statistic': 0.55, 'p_value': 0.25}
    """
    options = Options(alternative, method, permutations, adjust, alpha, rng)
    if isinstance(exponent, bool) or not isinstance(exponent, int | float | np.number) or not 0 < exponent <= 20:
        raise SpatialError(message(f"exponent={exponent!r}", allowed="a number above 0, at most 20"))
    prepared = prepare(y, graph, transformation="b" if transformation == "b" else None)
    part, data = universe(prepared)
    own = 1.0 if star else 0.0
    ones = np.ones(part.n)
    total = data.w @ ones + own
    level = centred(data.y)
    mean = np.divide(data.w @ level.z + own * level.z, total, out=np.zeros(part.n), where=total > 0)
    apart = np.abs(level.z - mean)
    spread = centred(
        (apart / apart.max() if apart.max() > level.noise else 0 * apart) ** exponent, name="residuals of y"
    )
    values = spread.z * spread.unit + spread.mean
    sums = data.w @ values + own * values
    scores = Scores(
        spread.z[None], None, data.w, data.uniform, data.w @ spread.z, np.ones(part.n, np.int8), spread.noise
    )
    name = "local LOSH"
    return run(
        name,
        part,
        scores,
        statistic=np.divide(sums, total * values.mean(), out=np.zeros(part.n), where=total > 0),
        lag=level.unit * mean + level.mean,
        code=lambda law, rows: np.where(law.ge[rows] <= law.le[rows], 0, 1),
        classes=CLASSES + STATES,
        options=options,
        tested=Tested.of(name, y, graph=prepared.graph, transformation=transformation),
        null="the residuals of the others could stand around it in any other order",
    )
