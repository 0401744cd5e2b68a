"""Map geometry: regions checked, projected, with outlines and borders as matplotlib paths; remembered."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, listed, message, remedy
from growthpoles.geodesy import along_edges, areas_within, cut_round, shortest_arc, unprojected
from growthpoles.language.phrases import is_name
from growthpoles.maps.sheet.far_parts import (
    FarFrame,
    best_equal_area,
    move_far_parts,
    projection_words,
    transformer_of,
    true_scale,
)
from growthpoles.maps.sheet.sheet_blocks import Array

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.path import Path
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

#: From this number of regions on, borders are left out and each class is drawn as one path.
MANY = 3000
_HEAVY = 50_000  # vertices above which borders are found by their edges, not by geometry

Arrays = tuple[Array, NDArray[np.uint8], NDArray[np.integer], NDArray[np.bool_]]
Edges = tuple[NDArray[np.int64], NDArray[np.int64]]

_CACHE: OrderedDict[bytes, Base] = OrderedDict()
_KEEP = 6
#: Gaps between regions up to this share of the size are slivers, of borders that do not match: on a page of 183 mm they
#: are narrower than the outline that would be drawn around them. Nor are they wider than this share of a usual region.
_SLIVER, _SLIVER_OF_REGION = 1e-3, 0.25
#: Edges along slivers above which the whole outline is closed, not their surroundings alone.
_RAGGED = 20_000
#: Extent in metres from which a layer may reach over half of all longitudes.
_ROUND = 1e7


@dataclass(frozen=True, slots=True)
class Base:
    """What every map of the same regions shares.

    Attributes
    ----------
    key
        Digest of geometries and coordinate system.
    geometries
        Polygons in map units, in the order of the regions.
    plain
        The same with fewer vertices, for the search of places.
    paths
        The geometries as matplotlib paths.
    borders, outline
        Lines between regions and around all of them, each drawn once: matplotlib paths, None without lines.
    rings
        Outer rings of the union, for the search of free space.
    islets
        Those of its smallest parts, which are covered only where nothing is free beside them.
    bounds
        Left, bottom, right, top.
    crs
        Coordinate reference system, or None.
    metres
        Length of a map unit in metres; NaN if unknown.
    arrays
        Of many regions, vertices, path codes, where each region starts, and which rings are shells; shells run
        counterclockwise and holes clockwise, so that of neighbours in one path the covers of a pixel add up.
    bar
        Factor and latitude of a scale bar, as :func:`growthpoles.maps.sheet.far_parts.true_scale`; None without one.
    projection
        Words for the projection, in English, if it was chosen for the map and bends lengths by more than 5 %.
    frames
        Frames of far parts that were moved beside the main body.
    left_out
        Numbers of the regions of which a far part is too small to be shown.
    covered_by
        Numbers of regions that lie within the polygon of another, and of that one, which is drawn without them.
    poles
        Places for labels that were found at the latest scale: kept, since a map of another year or language wants
        the same ones.
    """

    key: bytes
    geometries: NDArray[np.object_]
    plain: NDArray[np.object_]
    paths: list[Path]
    borders: Path | None
    outline: Path | None
    rings: list[Array]
    islets: list[Array]
    bounds: tuple[float, float, float, float]
    crs: CRS | None
    metres: float
    bar: tuple[float, float | None] | None = None
    projection: str = ""
    frames: tuple[FarFrame, ...] = ()
    left_out: tuple[int, ...] = ()
    covered_by: tuple[tuple[int, int], ...] = ()
    arrays: Arrays | None = None
    poles: dict[Hashable, list[dict[Hashable, Any]]] = field(default_factory=dict)

    @property
    def covered(self) -> list[Array]:
        """Rings of all that furniture keeps clear of: the regions and the frames of far parts."""
        import shapely

        return [*self.rings, *(shapely.get_coordinates(shapely.box(*frame.bounds)) for frame in self.frames)]

    def place(self, lon: Array, lat: Array) -> Array:
        """Return points (n, 2) in map units from degrees; those of far parts stand in their frames.

        Raises
        ------
        MapError
            The regions have no coordinate system.
        """
        if self.crs is None:
            raise MapError(message("the regions have no coordinate system", allowed="regions.set_crs(...)"))
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        found = np.column_stack(transformer_of(self.crs.to_wkt()).transform(lon, lat))
        for frame in self.frames:
            own = np.column_stack(transformer_of(frame.crs.to_wkt()).transform(lon, lat))
            left, bottom, right, top = frame.held
            inside = (own[:, 0] >= left) & (own[:, 0] <= right) & (own[:, 1] >= bottom) & (own[:, 1] <= top)
            found[inside] = own[inside] * frame.ratio + frame.shift
        return found

    def poles_at(self, *scale: Hashable) -> list[dict[Hashable, Any]]:
        """Return the places found so far at a scale, one dictionary per region; those of other scales are dropped."""
        if scale not in self.poles:
            self.poles.clear()
            self.poles[scale] = [{} for _ in self.geometries]
        return self.poles[scale]


def prepare(regions: gpd.GeoDataFrame, extent: str = "auto") -> Base:
    """Check regions and make them ready for drawing.

    Geographic coordinates are projected to the equal-area system that suits them best, which also closes areas that
    were cut at the antimeridian. So are regions that :func:`growthpoles.regions.projection.to_analysis_crs` projected
    for their areas, if they reach over more than half of all longitudes: their plane bends a world out of shape. With
    `extent` "auto", far parts move into frames of their own.

    Raises
    ------
    MapError
        If there is no geometry, a geometry is missing, empty or not an area, or labels repeat.
    """
    import shapely

    geometry = getattr(regions, "geometry", None)
    if geometry is None or len(regions) == 0:
        raise MapError(message("there is no region to draw", where="regions", allowed="a GeoDataFrame with polygons"))
    doubled = regions.index[regions.index.duplicated()]
    if len(doubled):
        raise MapError(message(f"label {doubled[0]!r} repeats", where="regions", allowed="each region once"))
    if twice := list(regions.columns[regions.columns.duplicated()]):
        allowed = "each once, as in regions.loc[:, ~regions.columns.duplicated()]"
        raise MapError(message(f"column names repeated: {listed(twice)}", where="regions", allowed=allowed))
    shapes = np.asarray(geometry.array, dtype=object)
    lost = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if lost.any():
        raise MapError(message("the geometry is missing or empty", where=f"region {regions.index[lost][0]!r}"))
    kinds = shapely.get_type_id(shapes)
    odd = ~np.isin(kinds, (3, 6))
    if odd.any():
        raise MapError(
            message(
                f"the geometry is a {shapes[odd.argmax()].geom_type}",
                where=f"region {regions.index[odd][0]!r}",
                allowed="Polygon, MultiPolygon: a map of areas cannot be drawn from points or lines",
            )
        )
    crs = regions.crs
    arrays = _shape_arrays(shapes)
    blob = hashlib.blake2b(digest_size=16)
    for part in arrays:
        blob.update(np.ascontiguousarray(part).data)
    blob.update(crs.to_wkt().encode() if crs is not None else b"")
    blob.update(extent.encode())
    chosen = regions.attrs.get("projection") == "equal-area"
    blob.update(b"chosen" if chosen else b"")
    key = blob.digest()
    if key in _CACHE:
        _CACHE.move_to_end(key)
        return _CACHE[key]
    valid = _valid(regions, shapes, arrays)
    if valid is not shapes:
        shapes, arrays = valid, _shape_arrays(valid)
    apart, covered_by = _apart(shapes, regions.index)
    if covered_by:
        shapes, arrays = apart, _shape_arrays(apart)
    if chosen and extent == "auto" and crs is not None:
        shapes, crs = _in_degrees(shapes, crs)
    base = replace(_build(key, shapes, crs, extent, arrays, chosen=chosen), covered_by=covered_by)
    _CACHE[key] = base
    while len(_CACHE) > _KEEP:
        _CACHE.popitem(last=False)
    return base


def _valid(regions: gpd.GeoDataFrame, shapes: NDArray[np.object_], arrays: Arrays) -> NDArray[np.object_]:
    """Mend polygons that cross themselves where that changes no area; refuse the others, as files of boundaries are."""
    import shapely

    bad = np.arange(len(shapes)) if len(shapes) < MANY else np.flatnonzero(~_star_shaped(arrays))
    bad = bad[~shapely.is_valid(shapes[bad])]
    if not len(bad):
        return shapes
    mended = shapes.copy()
    mended[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    for i in bad.tolist():
        before, after = abs(shapely.area(shapes[i])), shapely.area(mended[i])
        if not after or abs(after - before) > 1e-9 * after:
            problem = (
                f"the polygon crosses itself ({shapely.is_valid_reason(shapes[i])}), and mending it changes its area"
            )
            allowed = remedy("polygons that do not, or {repair} where they are read", repair='"clean"')
            raise MapError(message(problem, where=f"region {regions.index[i]!r}", allowed=allowed))
    return mended


def _apart(shapes: NDArray[np.object_], names: pd.Index) -> tuple[NDArray[np.object_], tuple[tuple[int, int], ...]]:
    """Cut regions that lie in the polygon of a larger one out of it, which would hide them; return which they are."""
    import shapely

    apart, met = shapes.copy(), areas_within(shapes)
    for large, (parts, rest, filled) in met.items():
        if filled:
            hiding = listed(names[parts])
            problem = f"its polygon is filled by {hiding}, and would hide them or be hidden"
            allowed = f"regions of one level, as by regions.drop(index={names[large]!r})"
            raise MapError(message(problem, where=f"region {names[large]!r}", allowed=allowed))
        if shapely.get_type_id(rest) in (3, 6):
            apart[large] = rest
    return apart, tuple(sorted((small, large) for large, whole in met.items() for small in whole.parts))


def _star_shaped(arrays: Arrays) -> NDArray[np.bool_]:
    """Tell which regions are one ring that is seen whole from the mean of its vertices: no such ring crosses itself.

    Every edge turns the same way about that point, and all of them once around it. This takes a quarter of the time of
    a test of validity; cells of a grid and of Voronoi's kind have the form, and a third of the counties of a country.
    """
    points, codes, starts, _ = arrays
    rings = np.append(np.flatnonzero(codes == 1), len(codes))  # Path.MOVETO
    ends, sizes = rings[1:] - 1, np.diff(rings)
    centres = np.add.reduceat(points, rings[:-1], axis=0) / sizes[:, None]
    with np.errstate(invalid="ignore"):  # of what is not finite no comparison holds
        x, y = (points - np.repeat(centres, sizes, axis=0)).T
        left, right = x[:-1] * y[1:], x[1:] * y[:-1]
        clear = np.abs(left - right) > 1e-9 * (np.abs(left) + np.abs(right))
        turns = np.append(np.where(clear, np.sign(left - right), 0.0), 0.0)
    rises = np.append((y[:-1] < 0) & (y[1:] >= 0), False)
    turns[ends], rises[ends] = 0.0, False  # from one ring to the next is no edge
    once = np.abs(np.add.reduceat(turns, rings[:-1])) == sizes - 1
    once &= np.add.reduceat(rises, rings[:-1], dtype=np.intp) == 1
    first = np.searchsorted(rings, starts[:-1])
    return once[first] & (np.diff(starts) == sizes[first])


def _build(
    key: bytes, shapes: NDArray[np.object_], crs: CRS | None, extent: str, arrays: Arrays, *, chosen: bool
) -> Base:
    """Project, join and split into lines.

    `arrays` are the vertices of the shapes as they come; `chosen` says that their projection is no user's.
    """
    import shapely

    if crs is not None and crs.is_geographic:
        chosen = True
        shapes, crs = _project(shapes, crs)
        arrays = _shape_arrays(shapes)
    metres = float(crs.axis_info[0].unit_conversion_factor) if crs is not None and crs.axis_info else float("nan")
    bounds = shapely.total_bounds(shapes)
    if not np.isfinite(bounds).all() or bounds[0] == bounds[2] or bounds[1] == bounds[3]:
        raise MapError(message("the regions have no extent", where="regions", allowed="areas with finite coordinates"))
    many = len(shapes) >= MANY
    frames: tuple[FarFrame, ...] = ()
    left_out: tuple[int, ...] = ()
    moved = np.zeros(len(shapes), dtype=bool)
    if extent == "auto" and crs is not None and metres == 1.0 and not many:
        shapes, crs, frames, moved, left_out = move_far_parts(shapes, crs)
        if frames or left_out:
            bounds = shapely.total_bounds([*shapes, *(shapely.box(*frame.bounds) for frame in frames)])
    bar = true_scale(shapes if moved.all() else shapes[~moved], crs) if crs is not None and metres == metres else None
    if frames or not many:
        arrays = _shape_arrays(shapes)
    size = max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    edges, across = _edges(arrays), np.sqrt(shapely.area(shapes))
    union = (_outline(arrays[0], edges, float((across**2).sum())) if many else None) or _union(shapes)
    narrow = min(_SLIVER * size, _SLIVER_OF_REGION * float(np.median(across)))
    whole, seams = _without_slivers(shapes, arrays, edges, union, narrow)
    parts = shapely.get_parts(whole)
    areas = shapely.area(parts)
    solid = parts[areas > areas.sum() * 1e-5]
    if many:
        solid = shapely.polygons(shapely.get_exterior_ring(solid))  # furniture never stands in a hole
    else:  # nor on a region that is islets only
        sizes = shapely.area(shapes)
        solid = np.append(solid, shapely.get_parts(shapes[sizes < 1e-4 * sizes.sum()]))
    rings = [
        shapely.get_coordinates(ring)
        for ring in shapely.get_exterior_ring(shapely.simplify(solid, size / 800))
        if ring is not None
    ]
    inner = islets = np.array([], dtype=object)
    if not many:
        islets = shapely.get_exterior_ring(shapely.simplify(parts[areas <= areas.sum() * 1e-5], size / 800))
        heavy = shapely.get_num_coordinates(shapes).sum() > _HEAVY
        shared = _borders(arrays[0], edges, union) if heavy else None
        if shared is None:
            lines = shapely.union_all(shapely.boundary(shapes))
            shared = shapely.difference(lines, shapely.boundary(whole))
        elif seams is not None:
            shared = shapely.MultiLineString([*shapely.get_parts(shared), *seams])
        inner = shapely.get_parts(shapely.line_merge(shared))
    return Base(
        key,
        shapes,
        shapes if many else shapely.simplify(shapes, size / 1500),
        [] if many else shape_paths(shapes),
        line_path([shapely.get_coordinates(line) for line in inner]),
        line_path([shapely.get_coordinates(line) for line in shapely.get_parts(shapely.boundary(parts))]),
        rings,
        [shapely.get_coordinates(ring) for ring in islets],
        (float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])),
        crs,
        metres,
        bar,
        projection_words(crs) if chosen and crs is not None and (bar is None or bar[1] is not None) else "",
        frames,
        left_out,
        arrays=_oriented(arrays) if many else None,
    )


def _without_slivers(
    shapes: NDArray[np.object_], arrays: Arrays, edges: Edges | None, union: BaseGeometry, wide: float
) -> tuple[BaseGeometry, NDArray[np.object_] | None]:
    """Close gaps between regions that are narrower than `wide`, and return the lines along them.

    What one region encloses alone, and gaps that are wider, stay: lakes, enclaves, inlets.
    """
    import shapely

    points, _, starts, _ = arrays
    loose = np.arange(len(points)) if edges is None else edges[0]
    owners = np.unique(np.searchsorted(starts, loose, side="right") - 1)
    lines = shapely.get_parts(shapely.coverage_invalid_edges(shapes[owners], gap_width=wide))
    lines = lines[~shapely.is_empty(lines)]  # of a region without a seam it is an empty line, which no multiline takes
    ends, line = shapely.get_coordinates(lines, return_index=True)
    at = np.flatnonzero(line[1:] == line[:-1])
    if not len(at):
        return union, None

    def closed(area: BaseGeometry) -> BaseGeometry:
        return shapely.buffer(shapely.buffer(area, wide / 2, quad_segs=3), -0.475 * wide, quad_segs=3)

    if len(at) > _RAGGED:
        return closed(union), lines
    low, high = np.minimum(ends[at], ends[at + 1]) - wide, np.maximum(ends[at], ends[at + 1]) + wide
    near = shapely.union_all(shapely.box(*low.T, *high.T))
    around = shapely.union_all(shapely.box(*(low - 2 * wide).T, *(high + 2 * wide).T))
    return shapely.union(union, shapely.intersection(closed(shapely.intersection(union, around)), near)), lines


def _edges(arrays: Arrays) -> Edges | None:
    """Return where the edges of one region begin, and those of two, once each; None where more share one."""
    points, codes, *_ = arrays
    bits = (np.ascontiguousarray(points) + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    with np.errstate(over="ignore"):  # a 64-bit mix of each vertex; their sum stands for the edge, in both directions
        mix = (bits[:, 0] ^ (bits[:, 0] >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        mix ^= (bits[:, 1] ^ (bits[:, 1] >> np.uint64(31))) * np.uint64(0x94D049BB133111EB)
        mix ^= mix >> np.uint64(32)
        mix *= np.uint64(0xD6E8FEB86659FD93)
        mix ^= mix >> np.uint64(29)
        edge = mix[:-1] + mix[1:]
    tails = np.flatnonzero((codes[1:] != 1) & (mix[:-1] != mix[1:]))  # 1: another ring begins (Path.MOVETO)
    edge = edge[tails]
    order = _sorted_places(edge)
    new = np.flatnonzero(np.concatenate([[True], np.diff(edge[order]) != 0, [True]]))
    count = np.diff(new)
    pair = new[:-1][count == 2]
    free, shared = tails[order[new[:-1][count == 1]]], tails[np.minimum(order[pair], order[pair + 1])]
    return None if not len(free) or count.max() > 2 else (free, np.sort(shared))


def _sorted_places(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the places of mixed keys with equal ones side by side: high bits and place sorted in one number."""
    low = np.uint64((1 << len(keys).bit_length()) - 1)
    packed = np.sort((keys & ~low) | np.arange(len(keys), dtype=np.uint64))
    places = (packed & low).astype(np.int64)
    found, high = keys[places], packed & ~low
    if ((high[1:] == high[:-1]) & (found[1:] != found[:-1])).any():  # different keys of the same high bits
        return np.argsort(keys)
    return places


def _outline(points: Array, edges: Edges | None, area: float) -> BaseGeometry | None:
    """Join polygons by the edges that occur once, an order of magnitude faster than by geometry.

    None where these do not bound the same area: polygons that overlap, or borders that do not match.
    """
    import shapely

    if edges is None or len(edges[0]) > max(len(points) / 2, _RAGGED):  # then geometry is the faster one
        return None
    ends = np.stack([points[edges[0]], points[edges[0] + 1]], axis=1)
    lines = cast("NDArray[np.object_]", shapely.linestrings(ends))
    try:
        joined: BaseGeometry = shapely.build_area(shapely.GeometryCollection(lines.tolist()))
    except shapely.errors.GEOSException:  # lines that cross
        return None
    good = joined.is_valid and abs(joined.area - area) <= 1e-9 * area
    return joined if good else None


def _borders(points: Array, edges: Edges | None, union: BaseGeometry) -> BaseGeometry | None:
    """Return the borders between regions by the edges that occur twice, much faster than by geometry.

    None where some edge is neither of two regions nor of the outline: borders divided differently on their two sides.
    """
    import shapely

    rings = shapely.get_rings(shapely.get_parts(union))
    if edges is None or len(edges[0]) != int(shapely.get_num_coordinates(rings).sum()) - len(rings):
        return None
    tails = edges[1]
    line = np.cumsum(np.diff(tails, prepend=-2) != 1) - 1  # edges that follow each other are one line
    last = np.flatnonzero(np.diff(line, append=-1))
    at, of = np.insert(tails, last + 1, tails[last] + 1), np.insert(line, last + 1, line[last])
    lines = cast("NDArray[np.object_]", shapely.linestrings(points[at], indices=of))
    return shapely.MultiLineString(lines.tolist())


def _union(shapes: NDArray[np.object_]) -> BaseGeometry:
    """Join all regions; fast where they are a coverage, safe where they are not."""
    import shapely

    try:
        if shapely.coverage_is_valid(shapes):
            return shapely.coverage_union_all(shapes)
        return shapely.union_all(shapes)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapely.make_valid(shapes))


def _in_degrees(shapes: NDArray[np.object_], crs: CRS) -> tuple[NDArray[np.object_], CRS]:
    """Return regions of more than half of all longitudes in degrees, others as they are."""
    import shapely
    from pyproj import CRS, Transformer

    left, bottom, right, top = shapely.total_bounds(shapes)
    if not crs.is_projected or max(right - left, top - bottom) < _ROUND:
        return shapes, crs
    inverse = Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    degrees = unprojected(shapes, lambda xy: np.column_stack(inverse.transform(xy[:, 0], xy[:, 1])))
    lon = shapely.get_coordinates(degrees)[:, 0]
    return (degrees, CRS("OGC:CRS84")) if shortest_arc(lon)[1] > 180.0 else (shapes, crs)


def _project(shapes: NDArray[np.object_], crs: CRS) -> tuple[NDArray[np.object_], CRS]:
    """Project geographic coordinates, wherever the antimeridian runs."""
    import shapely
    from pyproj import Transformer

    degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = degrees.transform(*shapely.get_coordinates(shapes).T)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise MapError(message("the regions have no extent", where="regions", allowed="areas with finite coordinates"))
    target = best_equal_area(np.asarray(lon), np.asarray(lat))
    if "eqearth" in target.srs:
        placed = shapely.transform(shapes, lambda xy: np.column_stack(degrees.transform(xy[:, 0], xy[:, 1])))
        operation: Any = target.coordinate_operation
        (middle,) = (float(each.value) for each in operation.params if "Longitude" in each.name)
        shapes, crs = cut_round(placed, middle), target.geodetic_crs or crs
    transformer = Transformer.from_crs(crs, target, always_xy=True)

    def forward(xy: Array) -> Array:  # a line over a pole, there and back, is one line when rounded
        return np.round(np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])), 3)

    projected = shapely.transform(along_edges(shapes, forward), forward)
    bad = ~shapely.is_valid(projected)
    projected[bad] = shapely.make_valid(projected[bad], method="structure", keep_collapsed=False)
    return projected, target


def short_codes(labels: pd.Index) -> list[str]:
    """Return the codes of regions on a map: without a prefix that all share (KZ-ALA: ALA), if they stay unique."""
    whole = [str(label) for label in labels]
    heads, _, tails = zip(*(label.partition("-") for label in whole), strict=True) if whole else ((), (), ())
    clear = len(set(heads)) == 1 and all(tails) and len(set(tails)) == len(whole)
    return list(tails) if clear else whole


def are_codes(labels: Sequence[str]) -> bool:
    """Tell whether labels can stand for names as their short codes: words cannot, be it of the same or another script.

    "Bayern" and "ALBACETE" are words, "DE2", "09", "de" and "BAYE" beside "HESS" are none.
    """
    if all(label.isascii() and label.isupper() for label in labels) and len(set(map(len, labels))) == 1:
        return True
    wordy = sum(is_name(label) and re.search(r"[^\W\d_]{4}|[^\W\d_\x00-\x7f]", label) is not None for label in labels)
    return 2 * wordy <= len(labels)


def align(regions: pd.DataFrame, values: pd.Series, name: str) -> pd.Series:
    """Put values into the order of the regions; labels must agree in both directions.

    Raises
    ------
    MapError
        If a value has no region, a region has no value, or a label repeats.
    """
    if not hasattr(regions, "columns"):
        problem = f"{type(regions).__name__} given"
        raise MapError(message(problem, where="regions", allowed="a GeoDataFrame with polygons"))
    if not hasattr(values, "index") or callable(values.index):
        allowed = "a Series whose index names the regions"
        raise MapError(message(f"{type(values).__name__} given", where=name, allowed=allowed))
    kinds = [index.inferred_type for index in (values.index, regions.index)]
    if set(kinds) == {"integer", "string"} or "mixed-integer" in kinds:
        told = {"integer": "whole numbers", "string": "text"}
        problem = f"the labels are {told.get(kinds[0], kinds[0])}, those of the regions {told.get(kinds[1], kinds[1])}"
        allowed = f"labels of one kind: {name}.index = {name}.index.astype(regions.index.dtype)"
        if kinds[1] == "string":
            allowed = f"labels of one kind: {name}.index = {name}.index.astype(str)"
        raise MapError(message(problem, where=name, allowed=allowed))
    doubled = values.index[values.index.duplicated()]
    if len(doubled):
        raise MapError(message(f"label {doubled[0]!r} repeats", where=name, allowed="each region once"))
    extra = values.index.difference(regions.index)
    absent = regions.index.difference(values.index)
    if len(extra):
        from growthpoles.errors import nearest

        raise MapError(
            message(
                f"no such region: {', '.join(map(str, extra[:5]))}",
                where=name,
                allowed=f"the {len(regions)} labels of the regions",
                near=nearest(extra[0], regions.index, n=1),
            )
        )
    if len(absent):
        raise MapError(
            message(
                f"no row for {', '.join(map(str, absent[:5]))}",
                where=name,
                allowed="one row per region; NaN stands for no data",
            )
        )
    return values.reindex(regions.index)


def shape_paths(geometries: NDArray[np.object_]) -> list[Path]:
    """Turn polygons into matplotlib paths, one per geometry, straight from their coordinate arrays.

    Raises
    ------
    MapError
        If a geometry is not a polygon.
    """
    from matplotlib.path import Path

    points, codes, starts, _ = _shape_arrays(geometries)
    return [Path(points[a:b], codes[a:b], readonly=True) for a, b in pairwise(starts.tolist())]


def line_path(lines: Sequence[Array]) -> Path | None:
    """Join polylines into one path, which is drawn much faster than many; None without lines."""
    from matplotlib.path import Path

    if not len(lines):
        return None
    codes = np.full(sum(map(len, lines)), Path.LINETO, dtype=Path.code_type)
    codes[np.cumsum([0, *map(len, lines[:-1])])] = Path.MOVETO
    path = Path(np.concatenate(lines), codes)
    path.should_simplify = True
    path.simplify_threshold = 1 / 9  # of a pixel; matplotlib's own, whatever the user's settings say
    return path


def class_paths(base: Base, faces: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Turn many polygons into one path per colour; returns paths and colours."""
    from matplotlib.path import Path

    points, codes, starts, _ = base.arrays or _shape_arrays(base.geometries)
    colours, place = np.unique(np.asarray(faces), return_inverse=True)
    owner = np.repeat(place, np.diff(starts))
    parts = [np.flatnonzero(owner == i) for i in range(len(colours))]
    return [Path(points[part], codes[part], readonly=True) for part in parts], colours.tolist()


def _shape_arrays(geometries: NDArray[np.object_]) -> Arrays:
    """Return vertices, path codes, where each geometry starts among them, and which rings are shells."""
    import shapely
    from matplotlib.path import Path

    kinds = np.unique(shapely.get_type_id(geometries))
    if not set(kinds.tolist()) <= {3, 6}:
        raise MapError(message("a map of areas cannot be drawn from points or lines", allowed="Polygon, MultiPolygon"))
    if kinds.tolist() == [3] and not shapely.get_num_interior_rings(geometries).any():
        kind, points = shapely.GeometryType.POLYGON, shapely.get_coordinates(geometries)
        rings = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(geometries))])
        offsets: Any = (rings, np.arange(len(geometries) + 1))
    else:
        kind, points, offsets = shapely.to_ragged_array(geometries, include_z=False)
        rings = np.asarray(offsets[0])
    if kind == shapely.GeometryType.MULTIPOLYGON:
        starts = rings[np.asarray(offsets[1])[np.asarray(offsets[2])]]
    else:
        starts = rings[np.asarray(offsets[1])]
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    codes[rings[:-1]] = Path.MOVETO
    codes[rings[1:] - 1] = Path.CLOSEPOLY
    shell = np.zeros(len(rings) - 1, dtype=bool)
    shell[np.asarray(offsets[1])[:-1]] = True
    return points, codes, starts, shell


def _oriented(arrays: Arrays) -> Arrays:
    """Turn shells counterclockwise and holes clockwise."""
    points, codes, starts, shell = arrays
    rings = np.append(np.flatnonzero(codes == 1), len(codes))  # Path.MOVETO
    ring = np.repeat(np.arange(len(shell)), np.diff(rings))
    x, y = (points - points[rings[:-1]][ring]).T  # areas of small rings far from the origin keep their sign
    cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    cross[rings[1:] - 1] = 0.0
    wrong = (np.add.reduceat(cross, rings[:-1]) > 0) != shell
    if not wrong.any():
        return arrays
    turned = wrong[ring]
    places = np.arange(len(points))
    mirrored = (rings[:-1] + rings[1:] - 1)[ring] - places
    return points[np.where(turned, mirrored, places)], codes, starts, shell
