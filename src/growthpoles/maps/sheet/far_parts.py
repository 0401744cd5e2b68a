"""Far parts: overseas regions and distant islands moved into frames of their own, so that the main body stays large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from growthpoles.geodesy import shortest_arc
from growthpoles.language.number_format import format_number
from growthpoles.maps.sheet.sheet_blocks import Array, Word

if TYPE_CHECKING:
    from pyproj import CRS, Transformer
    from shapely.geometry.base import BaseGeometry

#: Parts are one body while the gap between them is at most this many metres, or this share of the body's diagonal.
_GAP_M, _GAP_SHARE = 250_000.0, 0.1
#: A part over this share of the main body's area never moves.
_LARGE = 0.25
#: A far part stays where it costs the map less of its scale; nothing moves unless all together gain as much.
_COST, _GAIN = 0.07, 0.15
#: A part less than this share of the main body also moves where a side of the map is more than so many times as long
#: with it, though the other side holds the scale: an island out in the ocean beside a long coast.
_TINY, _LONGER = 0.01, 1.6
#: Height of a page as a share of its width, for the scale that a body allows.
_TALL = 1.1
#: Largest and smallest side of a frame as shares of the main body's width.
_WIDEST, _LEAST = 0.27, 0.09
_AIR = 0.015
#: Room under a far part of another scale for the note that says so.
_NOTE = 0.035
_STEPS = 30
#: A far part that would show nothing, as it is smaller than this share of the main body's width (a point of 0.6 mm),
#: and less than this share of its region, is left out.
_UNSEEN, _SCRAP = 1 / 300, 1e-3
_PROJECTIONS = {
    "eqearth": "Equal Earth projection",
    "laea": "Lambert's azimuthal equal-area projection",
    "aea": "Albers' equal-area projection",
    "tcea": "transverse cylindrical equal-area projection",
}
#: A map of more degrees of longitude than this is cut in the Bering Strait: its middle meridian.
_ROUND, _ATLANTIC = 330.0, 11.0
#: Beyond this latitude a map that reaches round the globe has the pole for its middle.
_POLAR = 45.0


@dataclass(frozen=True, slots=True)
class FarFrame:
    """Frame around a far part.

    Attributes
    ----------
    bounds
        Left, bottom, right, top in map units.
    ratio
        Scale of the part as a share of the main body's.
    crs, held
        Coordinate system of the part, and its bounds there, with some water around.
    shift
        What is added to those coordinates times the ratio.
    """

    bounds: tuple[float, float, float, float]
    ratio: float
    crs: CRS
    held: tuple[float, float, float, float]
    shift: tuple[float, float]


@lru_cache(maxsize=16)
def transformer_of(crs: str) -> Transformer:
    """Return the transformer from longitude and latitude to a coordinate reference system."""
    from pyproj import Transformer

    return Transformer.from_crs("OGC:CRS84", crs, always_xy=True)


def move_far_parts(
    shapes: NDArray[np.object_], crs: CRS
) -> tuple[NDArray[np.object_], CRS, tuple[FarFrame, ...], NDArray[np.bool_], tuple[int, ...]]:
    """Move parts that would make the main body small into frames beside it.

    Parameters
    ----------
    shapes
        Polygons of the regions in metres.
    crs
        Their projected coordinate system.

    Returns
    -------
    shapes, crs
        As given if nothing moves. Otherwise the main body in an equal-area projection of its own, and every far
        part in one of its own, at the scale of the main body or, where it is too large for a frame, at a smaller one.
    frames
        Frames of the far parts; none if nothing moves.
    moved
        Which regions have a moved part.
    left_out
        Regions of which a part is not shown: it is too small to be seen, and no whole region.

    Notes
    -----
    Parts belong together while the gap between them is at most 250 km or 0.1 of the main body's diagonal. A part
    moves if leaving it would cost the map more than 7 % of its scale and it is no larger than a quarter of the main
    body, and only if all moves together gain at least 15 % of scale; a part below 1 % of the main body moves also where
    a side of the map would be more than 1.6 times as long with it.
    """
    import shapely

    nothing = np.zeros(len(shapes), dtype=bool)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    bodies = _bodies(parts, _GAP_M)
    if bodies.max() == 0:
        return shapes, crs, (), nothing, ()
    boxes, areas = shapely.bounds(parts), shapely.area(parts)
    main = boxes[bodies == np.bincount(bodies, areas).argmax()]
    diagonal = float(np.hypot(*(main[:, 2:].max(axis=0) - main[:, :2].min(axis=0))))
    bodies = _bodies(parts, max(_GAP_M, _GAP_SHARE * diagonal))
    size = np.bincount(bodies, areas)
    largest = int(size.argmax())
    held = boxes[bodies == largest]
    far: list[int] = []
    for body in np.argsort(-size)[1:]:
        more = np.vstack([held, boxes[bodies == body]])
        moves = _scale(more) < (1 - _COST) * _scale(held)
        moves |= size[body] < _TINY * size[largest] and _longer(more, held)
        if size[body] > _LARGE * size[largest] or not moves:
            held = more
        else:
            far.append(int(body))
    if not far or not (_scale(held) >= (1 + _GAIN) * _scale(boxes) or _longer(boxes, held)):
        return shapes, crs, (), nothing, ()
    at_home = ~np.isin(bodies, far)
    home, target = _reproject(parts[at_home], crs)
    placed = parts.copy()
    placed[at_home] = home
    bounds = shapely.total_bounds(home)
    wide = float(bounds[2] - bounds[0])
    land = shapely.union_all(shapely.make_valid(shapely.simplify(home, wide / 300))).buffer(_AIR * wide)
    frames: list[FarFrame] = []
    whole, shown = np.bincount(owner, areas), np.ones(len(parts), dtype=bool)
    for body in far:
        mine = bodies == body
        left, bottom, right, top = shapely.total_bounds(parts[mine])
        scrap = (np.bincount(owner[mine], areas[mine], len(whole)) < _SCRAP * whole).all()
        if scrap and max(right - left, top - bottom) < _UNSEEN * wide:
            shown[mine] = False
    far = [body for body in far if shown[bodies == body].any()]
    for body in sorted(far, key=lambda b: boxes[bodies == b, 0].min()):
        own, own_crs = _reproject(parts[bodies == body], crs)
        left, bottom, right, top = shapely.total_bounds(own)
        ratio = min(1.0, _round_down((_WIDEST - 2 * _AIR) * wide / max(right - left, top - bottom)))
        frame_w, frame_h = (max(side * ratio + 2 * _AIR * wide, _LEAST * wide) for side in (right - left, top - bottom))
        note = _NOTE * wide if ratio < 1.0 else 0.0
        x, y = _free_corner(land, bounds, frame_w, frame_h + note, frames, _AIR * wide)
        middle = np.array([(left + right) / 2, (bottom + top) / 2])
        to = np.array([x + frame_w / 2, y + note + frame_h / 2])
        shift = to - ratio * middle
        placed[bodies == body] = _scaled(own, ratio, shift)
        air = _AIR * wide / ratio
        held = (float(left - air), float(bottom - air), float(right + air), float(top + air))
        room = (x, y, x + frame_w, y + note + frame_h)
        frames.append(FarFrame(room, ratio, own_crs, held, (float(shift[0]), float(shift[1]))))
    moved = nothing.copy()
    moved[owner[~at_home & shown]] = True
    joined = np.array([shapely.union_all(shapely.make_valid(placed[shown & (owner == i)])) for i in range(len(shapes))])
    return joined, target, tuple(frames), moved, tuple(np.unique(owner[~shown]).tolist())


def _scaled(shapes: NDArray[np.object_], ratio: float, shift: Array) -> NDArray[np.object_]:
    """Scale shapes about the origin, then shift them."""
    import shapely

    return np.asarray(shapely.transform(shapes, lambda xy: xy * ratio + shift))


def best_equal_area(lon: Array, lat: Array) -> CRS:
    """Choose the equal-area projection whose scale errs least over some points.

    Parameters
    ----------
    lon, lat
        Degrees; longitudes may run over the antimeridian either way.

    Returns
    -------
    pyproj.CRS
        Equal Earth where the points reach over more than 180 degrees of longitude, Lambert's azimuthal projection about
        the pole where they all lie beyond 45 degrees of latitude; else the best of Albers' conic
        (standard parallels one sixth inside, Snyder 1987), Lambert's azimuthal and the transverse cylindrical
        equal-area projection, by the largest linear scale error at the points.
    """
    from pyproj import CRS, Proj

    lon_0, width = shortest_arc(lon)
    south, north = float(lat.min()), float(lat.max())
    middle, inset = (south + north) / 2, (north - south) / 6
    lon_0 = _ATLANTIC if width > _ROUND else lon_0
    common = f"+lon_0={lon_0:.4f} +datum=WGS84 +units=m +no_defs"
    if width > 180.0 and min(abs(south), abs(north)) > _POLAR and south * north > 0:
        return CRS.from_proj4(f"+proj=laea +lat_0={90 if south > 0 else -90} {common}")
    if width > 180.0:
        return CRS.from_proj4(f"+proj=eqearth {common}")
    choices = [f"+proj=laea +lat_0={middle:.4f} {common}", f"+proj=tcea +lat_0={middle:.4f} {common}"]
    if abs(2 * middle) > 1.0 and max(abs(south), abs(north)) < 85.0:
        lines = f"+lat_1={south + inset:.4f} +lat_2={north - inset:.4f}"
        choices.append(f"+proj=aea {lines} +lat_0={middle:.4f} {common}")
    step = max(len(lon) // 2000, 1)

    def error(choice: str) -> float:
        found = Proj(choice).get_factors(lon[::step], lat[::step])
        worst = np.maximum(found.tissot_semimajor, 1.0 / np.maximum(found.tissot_semiminor, 1e-9))
        return float(np.max(worst)) if np.isfinite(worst).all() else float("inf")

    return CRS.from_proj4(min(choices, key=error))


def projection_words(crs: CRS) -> str:
    """Return what a projection that :func:`best_equal_area` chose is called, in English."""
    return next((words for name, words in _PROJECTIONS.items() if f"+proj={name} " in crs.srs), "")


def true_scale(shapes: NDArray[np.object_], crs: CRS) -> tuple[float, float | None] | None:
    """Tell where a scale bar is true on a map.

    Parameters
    ----------
    shapes
        Polygons of the main body in units of the map, which are metres or a fixed number of them.
    crs
        Projected coordinate system.

    Returns
    -------
    (factor, latitude) or None
        By how much lengths on the map exceed those on the ground where the bar is true, and that latitude: None
        where the scale is within 5 % all over the map. No bar is true where it varies by more than 15 %.
    """
    import shapely
    from pyproj import Proj

    proj = Proj(crs)
    left, bottom, right, top = shapely.total_bounds(shapes)
    points = shapely.get_coordinates(shapes)
    points = np.vstack([points[:: max(len(points) // 500, 1)], [(left + right) / 2, (bottom + top) / 2]])
    metres = crs.axis_info[0].unit_conversion_factor
    x, y = (points * metres).T
    lon, lat = (np.asarray(degrees) for degrees in proj(x, y, inverse=True))
    found = proj.get_factors(lon, lat)
    least, most = np.min(found.tissot_semiminor), np.max(found.tissot_semimajor)
    if not np.isfinite([least, most]).all() or least <= 0:
        return None
    if most <= 1.05 and least >= 0.95:
        return 1.0, None
    middle = float(np.asarray(found.parallel_scale)[-1])
    error = max(most / middle, middle / least) - 1.0
    return None if error > 0.15 else (middle, None if error <= 0.05 else float(lat[-1]))


def _bodies(parts: NDArray[np.object_], gap: float) -> NDArray[np.int_]:
    """Give every part the number of its body: no gap inside one is larger."""
    import shapely

    hulls = shapely.convex_hull(parts)  # a hull reaches no farther than its part but over bays
    tree = shapely.STRtree(hulls)
    touching = _joined(np.arange(len(parts)), *tree.query(hulls, predicate="intersects"))
    apart = np.flatnonzero(touching != np.bincount(touching).argmax())  # a gap to bridge has one of these on a side
    one, other = tree.query(hulls[apart], predicate="dwithin", distance=gap)
    return np.unique(_joined(touching, apart[one], other), return_inverse=True)[1]


def _joined(body: NDArray[np.int_], one: NDArray[np.int_], other: NDArray[np.int_]) -> NDArray[np.int_]:
    """Give every part the least number among the bodies that hang together with its own, by pairs of parts."""
    last = None  # scipy.sparse would take as long to load as the map to draw
    while last is None or (body != last).any():
        last = body.copy()
        np.minimum.at(body, last[one], last[other])
        np.minimum.at(body, last[other], last[one])
        body = body[body]
    return body


def _scale(boxes: Array) -> float:
    """Scale that a page allows for these bounds."""
    wide, high = boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)
    return float(min(1.0 / wide, _TALL / high))


def _longer(more: Array, held: Array) -> bool:
    """Tell whether a side of these bounds is much longer than that of some of them."""
    sides = [boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0) for boxes in (more, held)]
    return bool((sides[0] > _LONGER * sides[1]).any())


def _reproject(shapes: NDArray[np.object_], crs: CRS) -> tuple[NDArray[np.object_], CRS]:
    """Project shapes into the equal-area projection that suits them best."""
    import shapely
    from pyproj import Transformer

    degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = degrees.transform(*shapely.get_coordinates(shapes).T)
    target = best_equal_area(np.asarray(lon), np.asarray(lat))
    forward = Transformer.from_crs(crs, target, always_xy=True)

    def project(xy: Array) -> Array:
        return np.column_stack(forward.transform(xy[:, 0], xy[:, 1]))

    return shapely.transform(shapes, project), target


def _round_down(ratio: float) -> float:
    """Round a ratio of scales down to a value that can be named."""
    steps = np.array([1.0, 0.75, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05])
    below = steps[steps <= ratio]
    return float(below[0]) if len(below) else ratio


def _free_corner(
    land: BaseGeometry, bounds: Array, wide: float, high: float, frames: list[FarFrame], air: float
) -> tuple[float, float]:
    """Find the place for a frame that is nearest to the lower left corner of the main body, else in a strip below."""
    import shapely

    left, bottom, right, top = bounds
    taken = shapely.union_all([land, *(shapely.box(*frame.bounds).buffer(air) for frame in frames)])
    shapely.prepare(taken)
    if right - left > wide and top - bottom > high:
        x, y = (
            grid.ravel()
            for grid in np.meshgrid(np.linspace(left, right - wide, _STEPS), np.linspace(bottom, top - high, _STEPS))
        )
        free = ~shapely.intersects(taken, shapely.box(x, y, x + wide, y + high))
        if free.any():
            x, y = x[free], y[free]
            best = int(np.argmin(np.hypot(np.minimum(x - left, right - wide - x), 2.0 * (y - bottom))))
            return float(x[best]), float(y[best])
    below = [frame.bounds for frame in frames if frame.bounds[1] < bottom - air]
    start = max((b[2] for b in below), default=left - air) + air
    return float(start), float(bottom - air - high)


def scale_words(
    frames: Sequence[FarFrame], scale: float, origin: tuple[float, float], size: float, lang: str
) -> list[Word]:
    """Return the words in the corners of frames that tell how much smaller than the main body their parts are."""
    return [
        Word(
            frame.bounds[0] * scale + origin[0] + 0.6,
            frame.bounds[1] * scale + origin[1] + 0.6,
            f"\u00d7\u00a0{format_number(frame.ratio, lang, digits=None)}",
            size,
        )
        for frame in frames
        if frame.ratio < 1.0
    ]
