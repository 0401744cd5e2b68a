"""Enlarged insets for regions that are too small to be seen at the size of the figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from growthpoles.maps import labels, palettes, text
from growthpoles.maps.canvas import add_lines, add_shapes, add_words
from growthpoles.maps.layout import Request, Spot
from growthpoles.maps.paths import shape_paths
from growthpoles.maps.presets import Preset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

TOO_SMALL_MM = 2.0
MOST = 8
_FILL = 1.25
_CAP_ZOOM = 25.0


@dataclass(frozen=True, slots=True)
class Lens:
    """A round inset: the region's number, its middle and half size in map units, its label."""

    region: int
    x: float
    y: float
    half: float
    tag: labels.Label
    request: Request


def too_small(geometries: NDArray[Any], scale: float, preset: Preset) -> list[int]:
    """Numbers of the regions whose area is that of a circle under 2 mm (or 1.2 lines of text) across.

    Parameters
    ----------
    geometries
        Polygons in map units.
    scale
        Millimetres per map unit.
    preset
        Typography.

    Returns
    -------
    list of int
        Empty if more than eight regions are that small: a map of hundreds of regions is no place for insets.
    """
    import shapely

    limit = max(TOO_SMALL_MM, 1.2 * preset.text_pt * text.PT)
    across = 2.0 * np.sqrt(shapely.area(geometries) / np.pi) * scale
    found = [int(i) for i in np.flatnonzero((across < limit) & (across > 0))]
    return found if len(found) <= MOST else []


def make_lens(geometry: Any, region: int, name: str, mark: str, preset: Preset) -> Lens:
    """Plan the inset of one region: a circle with its label below."""
    left, bottom, right, top = geometry.bounds
    radius = preset.lens_mm
    size = labels.label_size(preset)
    pair = text.halves(name)
    lines = [(line, size, False) for line in (pair if pair and text.width(name, size) > 4.5 * radius else (name,))]
    tag = labels.make_label([*lines, (mark, size, True)])
    wide = max(2 * radius + 0.4, tag.w)
    foot = tag.h + text.DROP * size * text.PT + 0.7 if tag.lines else 0.0
    x, y = (left + right) / 2, (bottom + top) / 2
    request = Request(x, y, wide, 2 * radius + 0.4 + foot, radius + 0.2)
    return Lens(region, x, y, max(right - left, top - bottom) / 2, tag, request)


def radius_of(lens: Lens) -> float:
    """Radius of the lens in millimetres."""
    return lens.request.radius - 0.2


def zoom(lens: Lens, scale: float) -> float:
    """How many times the lens enlarges."""
    return min(radius_of(lens) / (_FILL * lens.half * scale), _CAP_ZOOM)


def leader(lens: Lens, spot: Spot, target: Array, scale: float) -> tuple[Array, Array] | None:
    """Return the ends of the line from the lens to the ring around the place; None if they touch."""
    hub = np.array(spot.hub)
    reach = float(np.hypot(*(target - hub)))
    radius, ring = radius_of(lens), radius_of(lens) / zoom(lens, scale)
    if reach <= radius + ring:
        return None
    unit = (target - hub) / reach
    return hub + unit * radius, target - unit * ring


def draw_lens(
    axes: Axes,
    lens: Lens,
    spot: Spot,
    *,
    geometries: NDArray[Any],
    faces: Sequence[str],
    scale: float,
    origin: tuple[float, float],
    transform: Any,
    preset: Preset,
    gid: str,
) -> None:
    """Draw a lens, its leader and the ring around the place.

    Parameters
    ----------
    axes
        Axes of the map.
    lens, spot
        The plan and the place that the layout gave it.
    geometries, faces
        All regions in map units and their colours.
    scale, origin
        Millimetres per map unit and the place of the map's origin.
    transform
        From millimetres to the display.
    preset, gid
        Typography; identifier of the group in vector files.
    """
    import shapely
    from matplotlib.path import Path

    times, radius = zoom(lens, scale), radius_of(lens)
    hub = np.array(spot.hub)
    centre = np.array([lens.x, lens.y])
    window = shapely.Point(*centre).buffer(radius / (times * scale), quad_segs=24)
    near = np.flatnonzero(shapely.intersects(geometries, window))
    pieces = shapely.intersection(geometries[near], window)

    def enlarge(xy: Array) -> Array:
        return (xy - centre) * (scale * times) + hub

    whole = [(int(i), piece) for i, piece in zip(near, pieces, strict=True) if piece.geom_type.endswith("Polygon")]
    circle = Path.circle((float(hub[0]), float(hub[1])), radius)
    add_shapes(axes, [circle], face=palettes.PAPER, line_pt=0.0, order=4.0, gid=f"{gid}-paper", transform=transform)
    shapes = shape_paths(shapely.transform(np.array([piece for _, piece in whole]), enlarge))
    add_shapes(
        axes,
        shapes,
        face=[faces[i] for i, _ in whole],
        edge=palettes.BORDER,
        line_pt=preset.line_pt,
        order=4.1,
        gid=f"{gid}-regions",
        transform=transform,
    )
    ring = target_ring(lens, scale, origin)
    add_shapes(
        axes,
        [circle, Path.circle((float(ring[0]), float(ring[1])), radius / times)],
        face="none",
        edge=palettes.INK,
        line_pt=1.4 * preset.line_pt,
        order=4.3,
        gid=f"{gid}-ring",
        transform=transform,
    )
    ends = leader(lens, spot, ring, scale)
    if ends is not None:
        # A white casing keeps the line visible on dark regions.
        for colour, line_pt, order in (
            (palettes.PAPER, 4.2 * preset.line_pt, 3.9),
            (palettes.INK, 1.4 * preset.line_pt, 4.2),
        ):
            add_lines(
                axes,
                [np.array(ends)],
                colour=colour,
                line_pt=line_pt,
                order=order,
                gid=f"{gid}-leader-{order:g}",
                transform=transform,
            )
    if lens.tag.lines:
        box = lens.request.label(spot.box, spot.flipped)
        foot = text.DROP * lens.tag.lines[-1][1] * text.PT
        middle = box.y + foot + lens.tag.h / 2 + (0.7 if spot.flipped else 0.0)
        add_words(
            axes,
            labels.words(lens.tag, float(hub[0]), middle, colour=palettes.INK, halo=None, tag=str(lens.region)),
            transform=transform,
            gid=f"{gid}-name",
        )


def target_ring(lens: Lens, scale: float, origin: tuple[float, float]) -> Array:
    """Middle of the place that the lens shows, in millimetres."""
    return np.array([lens.x * scale + origin[0], lens.y * scale + origin[1]])
