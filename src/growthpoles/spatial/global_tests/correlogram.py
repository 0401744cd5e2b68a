"""Spatial correlogram: Moran's I by order of neighbours or by distance band."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message
from growthpoles.randomness import PERMUTATIONS, seed_sequence
from growthpoles.result_display import say_tests
from growthpoles.spatial.alignment import clean_values, same_labels, weights_matrix
from growthpoles.spatial.global_tests.global_result import NULL, Alternative, Method
from growthpoles.spatial.global_tests.moran import moran

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

_LEAST = 4


def correlogram(
    y: pd.Series,
    graph: Graph | W | None = None,
    *,
    orders: int = 3,
    distances: pd.DataFrame | None = None,
    bands: Sequence[float] | None = None,
    alternative: Alternative = "two-sided",
    method: Method = "permutation",
    permutations: int = PERMUTATIONS,
    rng: Generator | int | None = None,
) -> pd.DataFrame:
    """Compute Moran's I of values with those of ever farther neighbours.

    Parameters
    ----------
    y : Series
        Finite values by region.
    graph : libpysal.graph.Graph or libpysal.weights.W, optional
        First neighbours; those of order k are k links away by the shortest way.
    orders : int
        Orders, 1 or more.
    distances : DataFrame, optional
        Square table by region (road kilometres, minutes), instead of a graph; need not be symmetric.
    bands : sequence of float, optional
        Rising edges of the bands of distance, in its unit: (0, 250, 500) are above 0 to 250 and above 250 to 500.
    alternative, method, permutations, rng
        As in :func:`growthpoles.moran`.

    Returns
    -------
    DataFrame
        Index `order`, or `band` (its upper edge): pairs (links, one for each direction, halved), n, statistic,
        expected,
        variance, z_score, p_value, p_low, p_high, p_adjusted (Holm, over the rows), method. Rows are standardised; a
        region without neighbours at an order takes no part in it. An order with fewer than four such regions is NaN.
        `attrs`: null, method, draws, permutations (drawn, or all there are where p is exact), alternative, adjust.

    Raises
    ------
    SpatialError
        If neither or both of graph and distances are given, labels differ, or bands do not rise.

    Notes
    -----
    Null hypothesis of a row: the values could as well stand in any other region. Far orders rest on few pairs: on the
    16 regions of Kazakhstan orders 1 to 4 have 28, 47, 37 and 8.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> gp.correlogram(gp.load_published(2014)["index"], graph, permutations=999)[["pairs", "statistic"]].round(2)
           pairs  statistic
    order
    1       28.0      -0.23
    2       47.0      -0.03
    3       37.0      -0.30
    """
    values = pd.Series(clean_values(y), index=y.index)
    if (graph is None) == (distances is None):
        raise SpatialError(message("graph and distances", where="correlogram", allowed="one of the two"))
    links: dict[float, NDArray[np.bool_]]
    if graph is not None:
        if isinstance(orders, bool) or not isinstance(orders, int | np.integer) or orders < 1:
            raise SpatialError(message(f"orders={orders!r}", where="correlogram", allowed="a whole number from 1"))
        links = _orders(graph, y.index, int(orders))
    else:
        assert distances is not None
        links = _bands(distances, y.index, bands)
    seeds = seed_sequence(rng).spawn(len(links))
    rows: list[dict[Any, Any]] = []
    for link, seed in zip(links.values(), seeds, strict=True):
        focal, neighbor = np.nonzero(link)
        ids = y.index[np.unique(np.r_[focal, neighbor])]
        row: dict[Any, Any] = {"pairs": len(focal) / 2, "n": len(ids)}
        if len(ids) >= _LEAST:
            from libpysal.graph import Graph

            mute = np.setdiff1d(neighbor, focal)  # named by others, naming nobody
            starts, ends = (y.index[np.r_[side, mute]].to_numpy() for side in (focal, neighbor))
            own = Graph.from_arrays(starts, ends, np.r_[np.ones(len(focal)), np.zeros(len(mute))])
            test = moran(
                values[own.unique_ids],
                own,
                alternative=alternative,
                method=method,
                permutations=permutations,
                rng=np.random.default_rng(seed),
            ).to_frame()
            row = test.iloc[0].to_dict() | row
        rows.append(row)
    frame = pd.DataFrame(rows, index=pd.Index(list(links), name="band" if graph is None else "order"))
    names = ["pairs", "n", "statistic", "expected", "variance", "z_score", "p_value", "p_low", "p_high", "method"]
    tested = frame.reindex(columns=["method", "permutations", "reference"]).dropna(subset=["method"])
    behind = tested["permutations"].fillna(0).astype(int)
    frame = frame.reindex(columns=names)
    frame.insert(9, "p_adjusted", _holm(frame["p_value"]))
    drawn = behind.where(tested["method"] == "permutation", 0).to_dict()
    told = "p_adjusted: Holm, over the rows"
    said: dict[str, Any] = {"alternative": alternative, "adjust": told, "permutations": behind.to_dict()}
    return say_tests(frame, NULL, dict(tested["reference"]), draws=drawn, **said)


def _orders(graph: Graph | W, ids: pd.Index, orders: int) -> dict[float, NDArray[np.bool_]]:
    """Return who is how many links away from whom."""
    from scipy.sparse.csgraph import shortest_path

    steps = shortest_path(weights_matrix(graph, ids, transformation="b"), unweighted=True)
    return {order: steps == order for order in range(1, orders + 1)}


def _bands(distances: pd.DataFrame, ids: pd.Index, bands: Sequence[float] | None) -> dict[float, NDArray[np.bool_]]:
    """Return who is how far from whom."""
    where = "correlogram"
    edges = np.array([] if bands is None else list(bands), dtype=float)
    if len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise SpatialError(message(f"bands={bands!r}", where=where, allowed="two or more rising edges"))
    if not isinstance(distances, pd.DataFrame):
        given = f"{type(distances).__name__} given"
        raise SpatialError(message(given, where="distances", allowed="a square DataFrame"))
    for labels in (distances.index, distances.columns):
        same_labels(pd.Series(0.0, index=labels), ids, name="distances", to="y")
    apart = distances.loc[ids, ids].to_numpy(dtype=float)
    off = ~np.eye(len(ids), dtype=bool)
    if not (apart[off] > 0).all():
        row, column = np.argwhere(~(apart > 0) & off)[0]
        problem = f"{apart[row, column]:g} from {ids[row]} to {ids[column]}"
        raise SpatialError(message(problem, where="distances", allowed="a positive number for every pair"))
    return {float(high): (apart > low) & (apart <= high) & off for low, high in pairwise(edges)}


def _holm(p: pd.Series) -> pd.Series:
    """Return p-values adjusted for their number (Holm 1979); NaN takes no part."""
    known = p.dropna().sort_values(kind="stable")
    factors = np.arange(len(known), 0, -1)
    return (known * factors).cummax().clip(upper=1.0).reindex(p.index)
