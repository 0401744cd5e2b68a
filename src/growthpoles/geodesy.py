"""Geodesy: shortest arcs; projected borders that follow their line; worlds cut at their edge; areas within areas."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

_LONG = 1e-3  # share of the extent above which an edge is looked at before it is projected
_BENT = 1e-6  # share of the extent that the middle of a projected edge may leave its chord by, without being looked at
_SMOOTH = 1e-5  # the same, before points are put between
_ON_EDGE = 1e-7  # share of the extent within which a vertex lies on an edge
_CUT = 1e-6  # degrees between an area and the edge of a world map, on which a point has two places
# Share of an area from which on others fill it. Levels of one country are drawn at different scales, and their borders
# differ by a per cent or two; what a city leaves of its region is more.
FILLED = 0.98
_POLE = 90.0 - 1e-7  # degrees of latitude from which a vertex has no longitude


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
    if not np.isfinite(points).all():
        return shapes
    extent = float(np.ptp(points, axis=0).max(initial=0.0))
    long = np.flatnonzero((owner[1:] == owner[:-1]) & (np.abs(np.diff(points, axis=0)).max(axis=1) > _LONG * extent))
    touched = np.unique(owner[long])
    types = shapely.get_type_id(shapes[touched])
    if not len(long) or not np.isin(types, (3, 6)).all():
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
    added, edge = _between(own[start], own[start + 1], points, extent, forward)
    counts = np.zeros(len(own), dtype=int)
    counts[start] = np.bincount(edge, minlength=len(start))
    grown = np.insert(own, start[edge] + 1, added, axis=0)
    before = np.concatenate([[0], np.cumsum(counts)])
    made = shapely.from_ragged_array(kind, grown, (rings + before[rings], *offsets[1:]))[:-1]
    result = shapes.copy()
    result[touched] = np.where(types == 3, shapely.get_geometry(made, 0), made)
    return result


def unprojected(shapes: NDArray[np.object_], inverse: Callable[[Array], Array]) -> NDArray[np.object_]:
    """Return projected areas in degrees, with longitudes that run on over the antimeridian.

    Parameters
    ----------
    shapes : array of Polygon and MultiPolygon
    inverse : callable
        Turns coordinates, shape (n, 2), into longitude and latitude.

    Returns
    -------
    array of MultiPolygon
        An area around a pole reaches to the line that stands for the pole in degrees.
    """
    import shapely

    several = np.append(shapes, [shapely.MultiPolygon()])  # so that the offsets are those of MultiPolygon
    kind, points, offsets = shapely.to_ragged_array(several, include_z=False)
    starts = np.asarray(offsets[0])
    degrees = inverse(points)
    at_edge = np.abs(np.abs(degrees[:, 0]) - 180.0) < 2 * _CUT  # what was cut there touches again
    degrees[at_edge, 0] = np.copysign(180.0, degrees[at_edge, 0])
    rings = [_around_globe(degrees[a:b]) for a, b in pairwise(starts.tolist())]
    ends = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])])
    return np.asarray(shapely.from_ragged_array(kind, np.concatenate(rings), (ends, *offsets[1:]))[:-1])


def _around_globe(ring: Array) -> Array:
    """Unwrap the longitudes of a closed ring, and lead it along the pole where it goes over or around one."""
    polar = np.abs(ring[:-1, 1]) > _POLE
    kept = np.flatnonzero(~polar)
    if not len(kept):
        return ring
    after = np.append(kept[1:], len(polar) + kept[0])
    over = np.flatnonzero(after - kept > 1)  # a pole, which has no longitude, stands between this vertex and the next
    lon, lat = np.unwrap(ring[kept, 0], period=360.0), ring[kept, 1]
    end = lon[0] + 360.0 * np.round((lon[-1] - lon[0]) / 360.0)
    path = np.column_stack([np.append(lon, end), np.append(lat, lat[0])])
    pole = np.copysign(90.0, ring[(kept[over] + 1) % len(polar), 1])
    corners = np.stack([np.column_stack([path[over + step, 0], pole]) for step in (0, 1)], axis=1)
    path = np.insert(path, np.repeat(over + 1, 2), corners.reshape(-1, 2), axis=0)
    if end == lon[0]:
        return path
    pole = np.copysign(90.0, lat.mean())
    return np.vstack([path, [(end, pole), (lon[0], pole), path[0]]])


def cut_round(shapes: NDArray[np.object_], middle: float) -> NDArray[np.object_]:
    """Cut areas in degrees along the edge of a world map, so that none is drawn right across it.

    Parameters
    ----------
    shapes : array of Polygon and MultiPolygon
        In degrees; longitudes may run over the antimeridian either way.
    middle : float
        Central meridian of the map.

    Returns
    -------
    array of MultiPolygon
    """
    import shapely

    valid = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    parts = [
        shapely.intersection(valid, shapely.box(west + _CUT, -90.0, west + 360.0 - _CUT, 90.0))
        for west in (middle - 540.0, middle - 180.0, middle + 180.0)
    ]
    pieces = [
        [piece for piece in shapely.get_parts(shapely.get_parts(list(each))) if piece.geom_type == "Polygon"]
        for each in zip(*parts, strict=True)
    ]
    return np.array([shapely.segmentize(shapely.MultiPolygon(each), 1.0) for each in pieces], dtype=object)


class Whole(NamedTuple):
    """The areas that lie in a larger one, by position; what they leave of it, and whether that is next to nothing."""

    parts: list[int]
    rest: BaseGeometry
    filled: bool


def areas_within(shapes: NDArray[np.object_]) -> dict[int, Whole]:
    """Return the areas in which smaller ones lie, by position, the smallest first; of equal ones the later is larger.

    An area lies in another if a point well inside it does.

    Parameters
    ----------
    shapes : array of Polygon and MultiPolygon
    """
    import shapely

    areas = shapely.area(shapes).tolist()

    def size(at: int) -> tuple[float, int]:
        return areas[at], at

    inner, outer = shapely.STRtree(shapes).query(shapely.point_on_surface(shapes), predicate="within")
    parts: dict[int, set[int]] = {}
    for pair in zip(inner.tolist(), outer.tolist(), strict=True):
        small, large = sorted(pair, key=size)
        if small != large:
            parts.setdefault(large, set()).add(small)
    found: dict[int, Whole] = {}
    for large in sorted(parts, key=size):
        within = sorted(parts[large])
        rest = shapely.difference(shapes[large], shapely.union_all(shapes[within]))
        found[large] = Whole(within, rest, bool(shapely.area(rest) <= (1 - FILLED) * areas[large]))
    return found


def _sagitta(start: Array, end: Array, forward: Callable[[Array], Array]) -> Array:
    """Return how far the projected middle of edges lies from that of their chords, as a share of the extent."""
    a, b, middle = forward(start), forward(end), forward((start + end) / 2)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # places without a projection
        size = np.ptp(np.concatenate([a, b]), axis=0).max(initial=0.0)
        return np.asarray(np.hypot(*(middle - (a + b) / 2).T) / size)


def _between(
    start: Array, end: Array, points: Array, extent: float, forward: Callable[[Array], Array]
) -> tuple[Array, NDArray[np.int64]]:
    """Return the vertices to add to edges, in their order, and the edge of each.

    They are vertices of all regions that lie on an edge, and points between.
    """
    import shapely

    edges = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
    unique = np.unique(points, axis=0)
    node, edge = shapely.STRtree(edges).query(shapely.points(unique), predicate="dwithin", distance=_ON_EDGE * extent)
    near = unique[node]
    apart = np.minimum(*(np.abs(near - ends[edge]).max(axis=1) for ends in (start, end))) > _ON_EDGE * extent
    near, edge = near[apart], edge[apart]
    along = ((near - start[edge]) * (end - start)[edge]).sum(axis=1)

    every, outside = np.arange(len(start)), np.full(len(start), np.inf)
    edge = np.concatenate([every, edge, every])
    order = np.lexsort((np.concatenate([-outside, along, outside]), edge))
    edge, steps = edge[order], np.concatenate([start, near, end])[order]
    first = np.flatnonzero(edge[1:] == edge[:-1])
    low, high = steps[first], steps[first + 1]
    turned = (low[:, 0] > high[:, 0]) | ((low[:, 0] == high[:, 0]) & (low[:, 1] > high[:, 1]))
    low[turned], high[turned] = high[turned], low[turned].copy()  # both sides compute the same points
    split = np.ceil(np.sqrt(_sagitta(low, high, forward) / _SMOOTH)).astype(int).clip(1, 1000)
    step = np.repeat(np.arange(len(first)), split)
    place = np.arange(len(step)) - np.repeat(np.cumsum(split) - split, split) + 1
    share = np.where(turned[step], split[step] - place, place) / split[step]
    added = low[step] + share[:, None] * (high - low)[step]
    ends = place == split[step]
    added[ends] = steps[first + 1]
    edge = edge[first][step]
    inner = np.append(edge[1:] == edge[:-1], False)  # the last one of an edge is its end
    return added[inner], edge[inner]
