"""Rings around poles: means of growth by distance or order of neighbours, with a simultaneous envelope."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import RegionError, SpatialError, listed, message, nearest
from growthpoles.language.number_format import format_count
from growthpoles.randomness import generator
from growthpoles.result_display import say_tests
from growthpoles.spatial.alignment import ascending, clean_values, same_labels, weights_matrix
from growthpoles.spatial.global_tests.global_result import CONFIDENCE, check_permutations

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

_LEAST = 5


def growth_rings(
    y: pd.Series,
    poles: Iterable[Hashable],
    graph: Graph | W | None = None,
    *,
    distances: pd.DataFrame | None = None,
    bands: Sequence[float] | None = None,
    level: pd.Series | None = None,
    permutations: int = 9_999,
    rng: Generator | int | None = None,
) -> pd.DataFrame:
    """Average growth, or anything else, in rings around poles, and say which ring stands out.

    Parameters
    ----------
    y : Series
        Growth by region; a region with NaN is left out and listed.
    poles : iterable of labels
        They are left out of all means.
    graph : libpysal.graph.Graph or libpysal.weights.W, optional
        Rings are then orders of neighbours of the nearest pole.
    distances : DataFrame, optional
        Square table by region instead of a graph: kilometres, road kilometres, minutes; read from region (row) to pole.
    bands : sequence of float, optional
        Rising edges of the rings, in the unit of the distances; infinity may be the last.
    level : Series, optional
        The region's own level (its logarithm): what it explains of growth, by least squares over the regions that are
        no poles, is taken out first.
    permutations : int
        Random relocations of the values over the regions that are no poles.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    DataFrame
        Index `ring` (order, or upper edge): n, mean, expected and sd (exact, under relocation), low and high (95 %
        envelope that holds all rings at once), z_score, p_value (of all rings at once: the share of relocations whose
        farthest ring is as far out), regions. Empty rings are shown as such. `attrs`: left_out, null, method, draws,
        alternative, adjust, notes (regions that no ring holds).

    Raises
    ------
    SpatialError
        If labels differ, neither or both of graph and distances are given, or fewer than five regions remain.
    RegionError
        If a pole is unknown.

    Notes
    -----
    sd of a mean of k of m values is ``sqrt(S2 / k (m - k) / (m - 1))``, S2 their variance with divisor m. Growth that
    is autocorrelated for any other reason shows rings more often than 5 %; with `level` the residuals are relocated,
    which is approximate.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> index = gp.load_published(2014)["index"]
    >>> gp.growth_rings(index, ["KZ-ALA", "KZ-AST"], graph, permutations=999)[["n", "mean", "low", "high"]].round(1)
          n  mean   low  high
    ring
    1.0   2  23.8  18.8  38.3
    2.0   6  28.3  24.0  33.2
    3.0   3  27.1  20.9  36.2
    4.0   3  33.7  20.9  36.2
    """
    clean_values(y.fillna(0.0) if isinstance(y, pd.Series) else y)
    ids, poles = y.index, list(dict.fromkeys([poles] if isinstance(poles, str) else poles))
    where = "rings"
    if (graph is None) == (distances is None):
        raise SpatialError(message("graph and distances", where=where, allowed="one of the two"))
    unknown = [pole for pole in poles if pole not in ids]
    if unknown or not poles:
        problem = f"unknown pole {listed(unknown)}" if unknown else "no pole given"
        near = [hit for pole in unknown for hit in nearest(pole, ids, n=1)]
        raise RegionError(message(problem, where=where, near=near))
    away, edges = _orders(graph, ids, poles) if graph is not None else _distances(distances, ids, poles, bands)
    known = y.notna()
    if level is not None:
        same_labels(level, ids, name="level", to="y")
        known &= level.reindex(ids).notna()
    kept = ids[known & ~ids.isin(poles)]
    order = ascending(kept)
    kept = kept if order is None else kept[order]
    if len(kept) < _LEAST:
        raise SpatialError(message(f"{len(kept)} regions beside the poles", where=where, allowed=f"{_LEAST} or more"))
    values = clean_values(y[kept])
    unit = float(np.abs(values).max()) or 1.0
    values = values / unit
    if level is not None:
        x = np.column_stack([np.ones(len(kept)), clean_values(level[kept], name="level")])
        values = values - x @ np.linalg.lstsq(x, values, rcond=None)[0]
        values = np.where(np.ptp(values) <= 1e-12, 0.0, values)  # y follows from the level: the rest is rounding
    place = np.searchsorted(edges, away[kept].to_numpy())
    inside = np.arange(len(edges))[:, None] == place
    counts = inside.sum(axis=1)
    m, mean, variance = len(kept), float(values.mean()) if level is None else 0.0, float(values.var())
    with np.errstate(divide="ignore", invalid="ignore"):
        means = inside @ values / counts
        sd = np.sqrt(variance / counts * (m - counts) / (m - 1))
    usable = (counts > 0) & (sd > 0)
    z = np.where(usable, (means - mean) / np.where(usable, sd, 1.0), np.nan)
    draws = check_permutations(permutations, m)
    far = _farthest(values - mean, inside[usable] / (counts[usable] * sd[usable])[:, None], draws, rng)
    reach = float(np.quantile(far, CONFIDENCE, method="higher")) if usable.any() else float("nan")
    frame = pd.DataFrame(
        {
            "n": counts,
            "mean": means * unit,
            "expected": mean * unit,
            "sd": sd * unit,
            "low": (mean - reach * sd) * unit,
            "high": (mean + reach * sd) * unit,
            "z_score": z,
            "p_value": [(1 + int((far >= abs(own) - 1e-9).sum())) / (draws + 1) if own == own else own for own in z],
            "regions": [", ".join(map(str, kept[row])) for row in inside],
        },
        index=pd.Index(edges, name="ring"),
    )
    beyond = kept[place == len(edges)]
    return say_tests(
        frame,
        "the values could as well stand at any other distance from the poles",
        f"{format_count(draws)} random relocations",
        draws=draws,
        adjust="p_value: of the farthest of all rings",
        notes=[f"out of reach of every pole, in no ring: {listed(beyond)}"] if len(beyond) else [],
        left_out=[*poles, *ids[~known & ~ids.isin(poles)], *beyond],
    )


def _farthest(
    z: NDArray[np.float64], rows: NDArray[np.float64], draws: int, rng: Generator | int | None
) -> NDArray[np.float64]:
    """Return how far out the farthest ring of each relocation is."""
    source = generator(rng, error=SpatialError)
    drawn = np.broadcast_to(z, (draws, len(z))).copy()
    source.permuted(drawn, axis=1, out=drawn)
    return np.abs(drawn @ rows.T).max(axis=1, initial=0.0)


def _orders(graph: Graph | W, ids: pd.Index, poles: list[Hashable]) -> tuple[pd.Series, NDArray[np.float64]]:
    """Return the steps from every region to its nearest pole, and the orders that occur."""
    from scipy.sparse.csgraph import shortest_path

    w = weights_matrix(graph, ids, transformation="b")
    steps = shortest_path(w, unweighted=True)[:, ids.isin(poles)].min(axis=1)
    return pd.Series(steps, index=ids), np.arange(1.0, steps[np.isfinite(steps)].max() + 1)


def _distances(
    distances: pd.DataFrame | None, ids: pd.Index, poles: list[Hashable], bands: Sequence[float] | None
) -> tuple[pd.Series, NDArray[np.float64]]:
    """Return the distance of every region to its nearest pole, and the upper edges of the rings."""
    edges = np.array([] if bands is None else list(bands), dtype=float)
    if len(edges) < 2 or edges[0] != 0 or not (np.diff(edges) > 0).all():
        raise SpatialError(message(f"bands={bands!r}", where="rings", allowed="rising edges from 0, as (0, 250, 500)"))
    if not isinstance(distances, pd.DataFrame):
        given = f"{type(distances).__name__} given"
        raise SpatialError(message(given, where="distances", allowed="a square DataFrame"))
    for labels in (distances.index, distances.columns):
        same_labels(pd.Series(0.0, index=labels), ids, name="distances", to="y")
    away = distances.loc[ids, poles].astype(float)
    bad = ~(away.drop(index=poles) > 0)
    if bad.to_numpy().any():
        region = bad.index[bad.any(axis=1)][0]
        raise SpatialError(message(f"no positive distance from {region}", where="distances", allowed="numbers above 0"))
    return away.min(axis=1), edges[1:]
