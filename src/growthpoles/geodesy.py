"""Geodesy: the shortest arc of longitudes that holds points; long borders that follow their line when projected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LONG = 1e-3  # share of the extent above which an edge is looked at before it is projected
_BENT = 1e-6  # share of the extent that the middle of a projected edge may leave its chord by, without being looked at
_SMOOTH = 1e-5  # the same, before points are put between
_ON_EDGE = 1e-7  # share of the extent within which a vertex lies on an edge


def shortest_arc(lon: NDArray[np.float64]) -> tuple[float, float]:
    """Return the middle and the width of the shortest arc that holds some longitudes.

    Parameters
    ----------
    lon
        Degrees, at least one; they may run over the antimeridian either way.

    Returns
    -------
    middle, width
        Degrees from -180 to 180, and from 0 to 360.
    """
    turn = np.sort(np.mod(lon, 360.0))
    gaps = np.diff(np.append(turn, turn[0] + 360.0))
    widest = int(gaps.argmax())
    width = 360.0 - float(gaps[widest])
    return (float(turn[(widest + 1) % len(turn)]) + width / 2 + 180.0) % 360.0 - 180.0, width


def along_edges(shapes: NDArray[np.object_], forward: Callable[[Array], Array]) -> NDArray[np.object_]:
    """Add vertices to long edges, so that projected borders follow the line that they are in the file.

    Only vertices are projected: a parallel of two vertices becomes its chord, and the neighbours that have vertices of
    their own on it would lie beside it, no longer neighbours. Where the middle of an edge leaves the chord, the
    vertices of other regions on it become its own, and it is split until it follows; both sides get the same points.

    Parameters
    ----------
    shapes : array of Polygon and MultiPolygon
    forward : callable
        Projects coordinates, shape (n, 2).

    Returns
    -------
    array
        Shapes without a long edge are those given.
    """
    import shapely

    points, owner = shapely.get_coordinates(shapes, return_index=True)
    extent = float(np.ptp(points, axis=0).max(initial=0.0))
    long = np.flatnonzero((owner[1:] == owner[:-1]) & (np.abs(np.diff(points, axis=0)).max(axis=1) > _LONG * extent))
    touched = np.unique(owner[long])
    types = shapely.get_type_id(shapes[touched])
    if not len(long) or not np.isfinite(extent) or not np.isin(types, (3, 6)).all():
        return shapes
    several = np.append(shapes[touched], [shapely.MultiPolygon()])  # so that the offsets are those of MultiPolygon
    kind, own, offsets = shapely.to_ragged_array(several, include_z=False)
    rings = np.asarray(offsets[0])
    ends = np.ones(len(own), dtype=bool)
    ends[rings[1:] - 1] = False
    start = np.flatnonzero(ends)
    start = start[np.abs(own[start + 1] - own[start]).max(axis=1) > _LONG * extent]
    bent = _sagitta(own[start], own[start + 1], forward)
    start = start[bent > _BENT]
    if not len(start) or not np.isfinite(bent).all():
        return shapes
    pieces = _with_nodes(own, start, points, extent, forward)
    counts = np.zeros(len(own), dtype=int)
    counts[start] = [len(piece) for piece in pieces]
    grown = np.insert(own, np.repeat(start + 1, counts[start]), np.concatenate(pieces), axis=0)
    before = np.concatenate([[0], np.cumsum(counts)])
    made = shapely.from_ragged_array(kind, grown, (rings + before[rings], *offsets[1:]))[:-1]
    result = shapes.copy()
    result[touched] = np.where(types == 3, shapely.get_geometry(made, 0), made)
    return result


def _sagitta(start: Array, end: Array, forward: Callable[[Array], Array]) -> Array:
    """Return how far the projected middle of edges lies from that of their chords, as a share of the extent."""
    a, b, middle = forward(start), forward(end), forward((start + end) / 2)
    size = float(np.ptp(np.concatenate([a, b]), axis=0).max(initial=0.0))
    return np.asarray(np.hypot(*(middle - (a + b) / 2).T) / size)


def _with_nodes(
    own: Array, start: NDArray[np.int64], points: Array, extent: float, forward: Callable[[Array], Array]
) -> list[Array]:
    """Return the vertices to add to each edge: those of all regions that lie on it, and points between."""
    import shapely

    edges = np.asarray(shapely.linestrings(np.stack([own[start], own[start + 1]], axis=1)), dtype=object)
    unique = np.unique(points, axis=0)
    node, edge = shapely.STRtree(edges).query(shapely.points(unique), predicate="dwithin", distance=_ON_EDGE * extent)
    nodes: list[Array] = []
    ordered = np.argsort(edge, kind="stable")
    for place, found in enumerate(np.split(node[ordered], np.searchsorted(edge[ordered], np.arange(1, len(start))))):
        a, b = own[start[place]], own[start[place] + 1]
        near = unique[found]
        apart = (np.abs(near - a).max(axis=1) > _ON_EDGE * extent) & (np.abs(near - b).max(axis=1) > _ON_EDGE * extent)
        near = near[apart]
        nodes.append(np.concatenate([[a], near[np.argsort((near - a) @ (b - a))], [b]]))
    lengths = [len(each) for each in nodes]
    steps = np.concatenate(nodes)
    inner = np.ones(len(steps), dtype=bool)
    inner[np.cumsum(lengths) - 1] = False
    first = np.flatnonzero(inner)
    low, high = steps[first], steps[first + 1]
    turned = (low[:, 0] > high[:, 0]) | ((low[:, 0] == high[:, 0]) & (low[:, 1] > high[:, 1]))
    low[turned], high[turned] = high[turned], low[turned].copy()  # both sides compute the same points
    split = np.ceil(np.sqrt(_sagitta(low, high, forward) / _SMOOTH)).astype(int).clip(1, 1000)
    added: list[Array] = []
    at = iter(zip(low, high, split.tolist(), turned.tolist(), strict=True))
    for each in nodes:
        line: list[Any] = []
        for place in range(len(each) - 1):
            one, other, count, back = next(at)
            between = one + np.arange(1, count)[:, None] / count * (other - one)
            line += [between[::-1] if back else between, each[place + 1][None]]
        added.append(np.concatenate(line)[:-1])
    return added
