"""Map insets: enlarged views of regions too small to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from growthpoles.maps import palettes
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import label_text
from growthpoles.maps.sheet.canvas import add_hatch, add_leaders, add_shapes, add_words
from growthpoles.maps.sheet.map_geometry import shape_paths
from growthpoles.maps.sheet.sheet_blocks import Array, Word
from growthpoles.maps.sheet.space_layout import Request, Spot
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from matplotlib.transforms import Transform
    from shapely.geometry.base import BaseGeometry

TOO_SMALL_MM = 2.0
#: With more small regions than this there are no insets: a name with a line tells as much, and costs no scale.
MOST = 3
#: A region is scattered, not small, if it reaches over more than so many times the limit.
_SCATTERED = 3.0
_FILL = 1.25
_CAP_ZOOM = 25.0
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Lens:
    """A round inset: the region's number, its middle and half size in map units, its label."""

    region: int
    x: float
    y: float
    half: float
    tag: label_text.Label
    request: Request


def too_small(geometries: NDArray[np.object_], scale: float, preset: Preset) -> list[int]:
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
        Empty if more than three regions are that small; without regions whose parts lie far apart.
    """
    import shapely

    limit = max(TOO_SMALL_MM, 1.2 * preset.text_pt * text_metrics.PT)
    across = 2.0 * np.sqrt(shapely.area(geometries) / np.pi) * scale
    small, found = np.flatnonzero((across < limit) & (across > 0)), list[int]()
    for start in range(0, len(small), _AT_ONCE):  # of very many, the first tell that there are more than three
        part = small[start : start + _AT_ONCE]
        left, bottom, right, top = shapely.bounds(geometries[part]).T
        found += part[np.maximum(right - left, top - bottom) * scale < _SCATTERED * limit].tolist()
        if len(found) > MOST:
            return []
    return found


def make_lens(geometry: BaseGeometry, region: int, name: str, mark: str, preset: Preset) -> Lens:
    """Plan the inset of one region: a circle with its label below."""
    left, bottom, right, top = geometry.bounds
    radius = preset.lens_mm
    size = label_text.label_size(preset)
    pair = text_metrics.halves(name)
    lines = [
        (line, size, False) for line in (pair if pair and text_metrics.width(name, size) > 4.5 * radius else (name,))
    ]
    tag = label_text.make_label([*lines, (mark, size, True)])
    wide = max(2 * radius + 0.4, tag.w)
    foot = tag.h + text_metrics.DROP * size * text_metrics.PT + 0.7 if tag.lines else 0.0
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


def draw_lenses(
    axes: Axes,
    lenses: Sequence[Lens],
    spots: Sequence[Spot],
    *,
    geometries: NDArray[np.object_],
    faces: Sequence[str],
    scale: float,
    origin: tuple[float, float],
    transform: Transform,
    preset: Preset,
    gid: str,
    hatched: Sequence[int] = (),
) -> None:
    """Draw the lenses, their leaders and the rings around the places; each kind of part is one layer.

    Parameters
    ----------
    axes
        Axes of the map.
    lenses, spots
        The plans and the places that the layout gave them.
    geometries, faces
        All regions in map units and their colours.
    scale, origin
        Millimetres per map unit and the place of the map's origin.
    transform
        From millimetres to the display.
    preset, gid
        Typography; prefix of the layers' identifiers in vector files.
    hatched
        Numbers of the regions that are hatched.
    """
    from matplotlib.path import Path

    def circle(middle: Sequence[float] | Array, radius: float) -> Path:
        return Path.circle((float(middle[0]), float(middle[1])), radius)

    papers, rings, shapes, fills, leaders, words = [], [], [], [], [], []
    marked: list[tuple[Path, str]] = []
    for lens, spot in zip(lenses, spots, strict=True):
        radius, target = radius_of(lens), target_ring(lens, scale, origin)
        papers.append(circle(spot.hub, radius))
        rings.append(circle(target, radius / zoom(lens, scale)))
        pieces, near = _enlarged(lens, spot, geometries, scale)
        drawn = shape_paths(pieces)
        shapes += drawn
        marked += [(path, faces[i]) for path, i in zip(drawn, near, strict=True) if i in hatched]
        fills += [faces[i] for i in near]
        ends = leader(lens, spot, target, scale)
        if ends is not None:
            leaders.append(np.array(ends))
        words += _tag(lens, spot)
    add_shapes(axes, papers, face=palettes.PAPER, line_pt=0.0, order=4.0, gid=f"{gid}-paper", transform=transform)
    for paths, face, edge, times, order, name in (
        (shapes, fills, palettes.BORDER, 1.0, 4.1, "regions"),
        ([*papers, *rings], "none", palettes.INK, 1.4, 4.3, "rings"),
    ):
        add_shapes(
            axes,
            paths,
            face=face,
            edge=edge,
            line_pt=times * preset.line_pt,
            order=order,
            gid=f"{gid}-{name}",
            transform=transform,
        )
    if marked:
        shown, under = map(list, zip(*marked, strict=True))
        add_hatch(axes, shown, under, order=4.2, gid=f"{gid}-hatched", transform=transform)
    if leaders:
        add_leaders(
            axes, leaders, line_pt=1.4 * preset.line_pt, orders=(3.9, 4.2), gid=f"{gid}-leaders", transform=transform
        )
    add_words(axes, words, transform=transform, gid=f"{gid}-names")


def _enlarged(
    lens: Lens, spot: Spot, geometries: NDArray[np.object_], scale: float
) -> tuple[NDArray[np.object_], list[int]]:
    """Return what a lens shows, in millimetres, and the numbers of those regions."""
    import shapely

    times, hub, centre = zoom(lens, scale), np.array(spot.hub), np.array([lens.x, lens.y])
    window = shapely.Point(*centre).buffer(radius_of(lens) / (times * scale), quad_segs=24)
    near = np.flatnonzero(shapely.intersects(geometries, window))
    pieces = shapely.intersection(geometries[near], window)
    areal = np.isin(shapely.get_type_id(pieces), (3, 6))
    return shapely.transform(pieces[areal], lambda xy: (xy - centre) * (scale * times) + hub), near[areal].tolist()


def _tag(lens: Lens, spot: Spot) -> list[Word]:
    """Words under a lens, or over it where the layout turned it round."""
    if not lens.tag.lines:
        return []
    box = lens.request.label(spot.box, spot.flipped)
    foot = text_metrics.DROP * lens.tag.lines[-1][1] * text_metrics.PT
    middle = box.y + foot + lens.tag.h / 2 + (0.7 if spot.flipped else 0.0)
    return label_text.words(lens.tag, float(spot.hub[0]), middle, colour=palettes.INK, halo=None, tag=str(lens.region))


def target_ring(lens: Lens, scale: float, origin: tuple[float, float]) -> Array:
    """Middle of the place that the lens shows, in millimetres."""
    return np.array([lens.x * scale + origin[0], lens.y * scale + origin[1]])
