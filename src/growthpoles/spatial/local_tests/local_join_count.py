"""Local join counts of a 0/1 variable, with their hypergeometric law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.randomness import PERMUTATIONS
from growthpoles.spatial.alignment import Tested, prepare
from growthpoles.spatial.local_tests.local_result import LocalResult, Options, centred, run, universe
from growthpoles.spatial.local_tests.multiple_testing import ADJUST, Adjust
from growthpoles.spatial.reference_distributions.score_sums import Alternative, Law, Method, Scores
from growthpoles.spatial.reference_distributions.shared_draws import groups

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W


def local_join_count(
    y: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    method: Method = "auto",
    adjust: Adjust = ADJUST,
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LocalResult:
    """Local join counts (Anselin and Li 2019), exact at any number of regions.

    Parameters
    ----------
    y : pandas.Series
        0 or 1 (or bool) per region, indexed by region, both present.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, without self-weights; only who is whose neighbour counts.
    alternative : {"two-sided", "greater", "less"}
        "greater": more ones around a one than chance would put there.
    permutations : int, default 99999
        Joint permutations of adjust="max-t" (at most 9999 are used); the p-values need none.
    method : {"auto", "exact"}
        The same here: the law is known in closed form. "permutation" is refused.
    adjust, alpha, rng
        As in :func:`growthpoles.local_moran`.

    Returns
    -------
    LocalResult
        "High-High" for a one among many ones, "High-Low" for a one among few. A region that is 0 has no
        join whatever its neighbours: its p-value is 1 and it is "untestable". `lag` is the share of ones
        among the neighbours.

    Raises
    ------
    SpatialError
        If labels, values, weights or options do not fit together, or y is not made of both 0 and 1.

    Notes
    -----
    BB_i = y_i sum_j b_ij y_j with binary weights. With m ones in all, k neighbours and y_i = 1, the number of ones
    among the neighbours is hypergeometric: m - 1 ones among n - 1 regions, k drawn.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> leading = gp.load_published(2014)["index"] > 30
    >>> result = gp.local_join_count(leading, graph)
    >>> result.p_value.min().round(2).item()
    0.4
    """
    options = Options(alternative, method, permutations, adjust, alpha, rng)
    if method == "permutation":
        raise SpatialError(message("method='permutation' is not needed: the law is known", allowed="auto, exact"))
    prepared = prepare(y, graph, transformation="b")
    wrong = (prepared.y != 0) & (prepared.y != 1)
    if wrong.any():
        shown = ", ".join(map(str, prepared.ids[wrong][:5]))
        raise SpatialError(message(f"value other than 0 and 1 for {shown}", where="y", allowed="0, 1"))
    part, data = universe(prepared)
    own = centred(data.y)
    joins = data.w @ data.y
    k = data.cardinality
    scores = Scores(own.z[None], None, data.w, data.uniform, data.w @ own.z, data.y.astype(np.int8), own.noise)
    law = _hypergeometric(joins.astype(np.int64), k, int(data.y.sum()) - 1, part.n - 1)
    return run(
        "local join count",
        part,
        scores,
        statistic=data.y * joins,
        lag=joins / np.maximum(k, 1),
        code=lambda law, rows: np.where(law.ge[rows] <= law.le[rows], 0, 2),
        options=options,
        tested=Tested.of("local join count", y, graph=prepared.graph, transformation="b"),
        law=law,
    )


def _hypergeometric(joins: np.ndarray, cardinality: np.ndarray, ones: int, others: int) -> Law:
    """Closed-form law of the joins of a one; tail probabilities stand in for counts, out of a total of 1."""
    n = len(joins)
    ge, le, top, bottom = np.ones((4, n))
    for k, rows in groups(cardinality):
        least, probability = hypergeometric(others, ones, k)
        place = np.clip(joins[rows] - least, 0, len(probability) - 1)  # a zero among ones can be out of range
        ge[rows] = np.cumsum(probability[::-1])[::-1][place]
        le[rows] = np.cumsum(probability)[place]
        top[rows], bottom[rows] = probability[-1], probability[0]
    return Law(ge, le, np.ones(n), top, bottom, np.ones(n, dtype=bool), 0)


def hypergeometric(others: int, ones: int, k: int) -> tuple[int, np.ndarray]:
    """Probabilities of how many of `ones` are among k drawn of `others`.

    Parameters
    ----------
    others, ones, k : int
        Regions to draw from, how many of them are one, how many are drawn.

    Returns
    -------
    tuple of int and numpy.ndarray
        The least possible number, and the probability of it and of every number above it.

    Notes
    -----
    Ratios of neighbouring probabilities are multiplied up from the mode, so that nothing overflows and no digits
    are lost to logarithms of factorials.
    """
    least, most = max(0, k - (others - ones)), min(k, ones)
    j = np.arange(least, most, dtype=float)
    ratio = (ones - j) * (k - j) / ((j + 1) * (others - ones - k + j + 1))
    mode = int(np.count_nonzero(ratio > 1))
    upward = np.cumprod(ratio[mode:])
    downward = np.cumprod(1 / ratio[:mode][::-1])[::-1]
    relative = np.concatenate([downward, [1.0], upward])
    return least, relative / relative.sum()
