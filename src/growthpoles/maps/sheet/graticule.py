"""Graticule: meridians and parallels, the frame with its ticks, the north arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from growthpoles.language.phrases import Words
from growthpoles.maps import palettes
from growthpoles.maps.map_options import Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import canvas, furniture
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array, Box, Word
from growthpoles.maps.sheet.space_layout import Layout
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform
    from pyproj import CRS


def draw_graticule(ax: Axes, crs: CRS, style: Style, plan: Plan, mm: Transform, gid: str) -> None:
    """Draw the frame, ticks along the true direction of meridians and parallels (or the lines), and their labels."""
    preset, frame = style.preset, plan.frame
    scale, origin = plan.found.scale, np.asarray(plan.found.origin)
    corners = np.array([[frame.x, frame.y], [frame.right, frame.top]])
    low, high = (corners - origin) / scale
    ticks = []
    size = preset.small_pt
    em = size * text_metrics.PT
    seen: list[tuple[str, float, float]] = []
    words: list[Word] = []
    lines: list[Array] = []
    for kind, label, line in furniture.graticule(crs, (low[0], low[1], high[0], high[1]), style.lang):
        if style.graticule == "lines":
            lines += _inside(line * scale + origin, frame)
        for side, x, y, dx, dy in furniture.edge_crossings(line * scale + origin, frame):
            if (kind == "lon") != (side in ("bottom", "top")):
                continue
            ticks.append(np.array([[x, y], [x + 1.1 * dx, y + 1.1 * dy]]))
            if side not in ("bottom", "left"):
                continue
            half = text_metrics.width(label, size) / 2
            at, start, end = (x, frame.x, frame.right) if side == "bottom" else (y, frame.y, frame.top)
            if (
                at - half < start
                or at + half > end
                or any(s == side and abs(at - o) < half + w + 1 for s, o, w in seen)
            ):
                continue
            seen.append((side, at, half))
            below = side == "bottom"
            spot = (
                (x, frame.y - 0.6 - text_metrics.CAP * em)
                if below
                else (frame.x - 0.6 - 0.5 * text_metrics.DROP * em, y)
            )
            words.append(Word(*spot, label, size, colour=palettes.SOFT, align="center", angle=0.0 if below else 90.0))
    canvas.add_words(ax, words, transform=mm, gid=f"{gid}-graticule")
    square = np.array(
        [[frame.x, frame.y], [frame.right, frame.y], [frame.right, frame.top], [frame.x, frame.top], [frame.x, frame.y]]
    )
    canvas.add_lines(
        ax,
        [square, *ticks, *lines],
        colour=palettes.FAINT,
        line_pt=1.4 * preset.line_pt,
        order=0.5,
        gid=f"{gid}-frame",
        transform=mm,
    )


def _inside(line: Array, frame: Box) -> list[Array]:
    """Cut a line at the frame."""
    import shapely

    cut = shapely.intersection(shapely.LineString(line), shapely.box(frame.x, frame.y, frame.right, frame.top))
    return [shapely.get_coordinates(part) for part in shapely.get_parts(cut) if part.geom_type == "LineString"]


def north_arrow(ax: Axes, crs: CRS, found: Layout, preset: Preset, lang: str, mm: Transform, gid: str) -> None:
    """Draw an arrow over the scale bar, along the meridian through it."""
    from matplotlib.path import Path

    if found.bar_box is None:
        return
    em = preset.small_pt * text_metrics.PT
    spot = found.bar_box
    middle = np.array([spot.x + spot.w / 2, spot.top - 0.5 * furniture.ARROW_EM * em])
    bearing = furniture.north(crs, (middle - found.origin) / found.scale)
    along, across = bearing, np.array([bearing[1], -bearing[0]])
    half = 0.5 * furniture.ARROW_EM * em
    tip, tail = middle + 0.45 * half * along, middle - 0.95 * half * along
    head = Path([tip, tail + 0.4 * half * across, tail + 0.3 * half * along, tail - 0.4 * half * across, tip])
    canvas.add_shapes(
        ax, [head], face=palettes.INK, line_pt=0.0, order=6.0, gid=f"{gid}-north", transform=mm
    ).set_clip_on(False)
    letter = Words(lang).letter("north")
    place = middle + 0.72 * half * along
    word = Word(float(place[0]), float(place[1]) - 0.3 * text_metrics.CAP * em, letter, preset.small_pt, align="center")
    canvas.add_words(ax, [word], transform=mm, gid=f"{gid}-north-text")
