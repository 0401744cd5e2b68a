"""Map furniture: scale bar, meridians and parallels with the frame and its ticks, north arrow, title, source line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.language.languages import translator
from growthpoles.language.number_format import NBSP, format_number
from growthpoles.language.phrases import Words
from growthpoles.maps import palettes
from growthpoles.maps.map_options import Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.far_parts import transformer_of
from growthpoles.maps.sheet.sheet_blocks import Array, Block, Box, Word
from growthpoles.maps.sheet.space_layout import Layout
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform
    from pyproj import CRS

_STEPS = (30.0, 20.0, 10.0, 5.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.1)
ARROW_EM = 4.2


def nice_length(limit: float) -> float:
    """Return the largest of 1, 2 or 5 times a power of ten that is not above `limit`."""
    power = 10.0 ** np.floor(np.log10(limit))
    return float(power * max(step for step in (1, 2, 5) if step * power <= limit * (1 + 1e-9)))


def north(crs: CRS, point: Array) -> Array:
    """Return the direction of north at a point of the map, as a unit vector in map coordinates."""
    transformer = transformer_of(crs.to_wkt())
    lon, lat = transformer.transform(point[0], point[1], direction="INVERSE")
    step = 0.01 if lat < 89.9 else -0.01
    ahead = np.array(transformer.transform(lon, lat + step)) - np.array(transformer.transform(lon, lat))
    ahead *= np.sign(step)
    return np.asarray(ahead / np.hypot(*ahead), dtype=float)


def scale_bar(
    preset: Preset, lang: str, *, metres_per_unit: float, limit: float, arrow: bool = False, lat: float | None = None
) -> Callable[[float], Block]:
    """Return a function that draws the scale bar for a scale in millimetres per map unit.

    Parameters
    ----------
    preset, lang
        Typography and language.
    metres_per_unit
        Length of a map unit in metres.
    limit
        Longest bar in millimetres.
    arrow
        Whether to leave room for the north arrow above the bar.
    lat
        Latitude at which the bar is true, written beside its length; None where it is true all over the map.
    """
    size = preset.small_pt
    em = size * text_metrics.PT

    def draw(scale: float) -> Block:
        metres = nice_length(limit / scale * metres_per_unit)
        long = metres / metres_per_unit * scale
        unit = translator(lang)("km") if metres >= 1000 else translator(lang)("m")
        label = f"{format_number(metres / 1000 if metres >= 1000 else metres, lang, digits=0)}{NBSP}{unit}"
        label += f" ({_degrees(round(lat), 'lat', lang, 1.0)})" if lat is not None else ""
        side = text_metrics.width(label, size)
        wide = max(long, side)
        left = (wide - long) / 2
        tick = 0.45 * em
        lines = ((((left, 0.25 + tick), (left, 0.25), (left + long, 0.25), (left + long, 0.25 + tick))),)
        word = Word(wide / 2, 0.25 + 0.5 * em, label, size, align="center")
        over = (ARROW_EM + 0.5) * em if arrow else 0.0
        return Block(wide, 0.25 + 0.5 * em + text_metrics.CAP * em + over, (word,), (), lines)

    return draw


def graticule_step(span: float) -> float:
    """Return the interval, in degrees, that gives three to seven lines over `span` degrees."""
    return next((step for step in _STEPS if span / step >= 3.0), _STEPS[-1])


def _degrees(value: float, kind: str, lang: str, step: float) -> str:
    """Write a longitude or latitude with the decimals of the interval between the lines: 60° E, 60° в. д., 35.5° N."""
    value = (value + 180.0) % 360.0 - 180.0 if kind == "lon" else value
    word = translator(lang)
    if value == 0 or (kind == "lon" and abs(value) == 180):
        side = ""
    elif kind == "lon":
        side = word("E") if value > 0 else word("W")
    else:
        side = word("N") if value > 0 else word("S")
    digits = next(digits for digits in (0, 1, 2) if round(step, digits) == step)
    return f"{format_number(abs(value), lang, digits=digits)}°{NBSP + side if side else ''}"


def graticule(crs: CRS, frame: tuple[float, float, float, float], lang: str) -> list[tuple[str, str, Array]]:
    """Meridians and parallels inside a frame.

    Parameters
    ----------
    crs
        Coordinate reference system of the map.
    frame
        Left, bottom, right, top of the frame in map units.
    lang
        Language of the labels.

    Returns
    -------
    list of (kind, label, line)
        kind is "lon" or "lat"; line holds points (n, 2) in map units, longer than the frame.
    """
    transformer = transformer_of(crs.to_wkt())
    x = np.linspace(frame[0], frame[2], 13)
    y = np.linspace(frame[1], frame[3], 13)
    edge_x = np.concatenate([x, x, np.full(13, frame[0]), np.full(13, frame[2])])
    edge_y = np.concatenate([np.full(13, frame[1]), np.full(13, frame[3]), y, y])
    lon, lat = transformer.transform(edge_x, edge_y, direction="INVERSE")
    fine = np.isfinite(lon) & np.isfinite(lat)
    if fine.sum() < 8:
        return []
    middle = transformer.transform(x[6], y[6], direction="INVERSE")[0]
    lon = (lon[fine] - middle + 180.0) % 360.0 - 180.0 + middle
    lat = lat[fine]
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    step_lon, step_lat = graticule_step(min(east - west, 360.0)), graticule_step(north - south)
    found = []
    along = np.linspace(south - step_lat / 2, north + step_lat / 2, 60).clip(-89.9, 89.9)
    for value in np.arange(np.ceil(west / step_lon), np.floor(east / step_lon) + 1) * step_lon:
        found.append(("lon", _degrees(value, "lon", lang, step_lon), np.full(60, value), along))
    across = np.linspace(west - step_lon / 2, east + step_lon / 2, 90)
    for value in np.arange(np.ceil(south / step_lat), np.floor(north / step_lat) + 1) * step_lat:
        if abs(value) < 90:
            found.append(("lat", _degrees(value, "lat", lang, step_lat), across, np.full(90, value)))
    result = []
    for kind, label, lons, lats in found:
        px, py = transformer.transform(lons, lats)
        line = np.column_stack([px, py])
        result.append((kind, label, line[np.isfinite(line).all(axis=1)]))
    return result


def edge_crossings(line: Array, box: Box) -> list[tuple[str, float, float, float, float]]:
    """Where a line leaves a box: side, x, y and the direction inwards (unit vector)."""
    found = []
    for side, axis, level, sign in (
        ("bottom", 1, box.y, 1.0),
        ("top", 1, box.top, -1.0),
        ("left", 0, box.x, 1.0),
        ("right", 0, box.right, -1.0),
    ):
        value = line[:, axis] - level
        for i in np.flatnonzero(value[:-1] * value[1:] <= 0):
            step = line[i + 1] - line[i]
            if step[axis] == 0:
                continue
            point = line[i] - value[i] / step[axis] * step
            other = point[1 - axis]
            low, high = (box.x, box.right) if axis == 1 else (box.y, box.top)
            if not low + 0.3 <= other <= high - 0.3:
                continue
            direction = step / np.hypot(*step)
            if direction[axis] * sign < 0:
                direction = -direction
            found.append((side, float(point[0]), float(point[1]), float(direction[0]), float(direction[1])))
    return found


def draw_graticule(ax: Axes, crs: CRS, style: Style, frame: Box, found: Layout, mm: Transform, gid: str) -> None:
    """Draw the frame, ticks along the true direction of meridians and parallels (or the lines), and their labels."""
    preset = style.preset
    scale, origin = found.scale, np.asarray(found.origin)
    corners = np.array([[frame.x, frame.y], [frame.right, frame.top]])
    low, high = (corners - origin) / scale
    ticks = []
    size = preset.small_pt
    em = size * text_metrics.PT
    seen: list[tuple[str, float, float]] = []
    words: list[Word] = []
    lines: list[Array] = []
    for kind, label, line in graticule(crs, (low[0], low[1], high[0], high[1]), style.lang):
        if style.graticule == "lines":
            lines += _inside(line * scale + origin, frame)
        for side, x, y, dx, dy in edge_crossings(line * scale + origin, frame):
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
    middle = np.array([spot.x + spot.w / 2, spot.top - 0.5 * ARROW_EM * em])
    bearing = north(crs, (middle - found.origin) / found.scale)
    along, across = bearing, np.array([bearing[1], -bearing[0]])
    half = 0.5 * ARROW_EM * em
    tip, tail = middle + 0.45 * half * along, middle - 0.95 * half * along
    head = Path([tip, tail + 0.4 * half * across, tail + 0.3 * half * along, tail - 0.4 * half * across, tip])
    canvas.add_shapes(
        ax, [head], face=palettes.INK, line_pt=0.0, order=6.0, gid=f"{gid}-north", transform=mm
    ).set_clip_on(False)
    letter = Words(lang).letter("north")
    place = middle + 0.72 * half * along
    word = Word(float(place[0]), float(place[1]) - 0.3 * text_metrics.CAP * em, letter, preset.small_pt, align="center")
    canvas.add_words(ax, [word], transform=mm, gid=f"{gid}-north-text")


def heading_block(title: str, preset: Preset, limit: float) -> Block:
    """Title of a figure, at the left, over as many lines as it needs."""
    size = preset.title_pt
    lines = text_metrics.wrap(text_metrics.clean(title), size, limit, bold=True)
    high = text_metrics.height(len(lines), size)
    top = high - text_metrics.CAP * size * text_metrics.PT
    words = tuple(
        Word(0.0, top - i * text_metrics.LEADING * size * text_metrics.PT, line, size, bold=True)
        for i, line in enumerate(lines)
    )
    return Block(limit, high, words)


def _flow(parts: list[str], size: float, limit: float) -> list[str]:
    """Set parts in lines, parted by dots; a part starts a new line if it does not fit and is broken if it must be."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} · {part}" if lines else part
        if lines and text_metrics.width(joined, size) <= limit:
            lines[-1] = joined
            continue
        flowed, broken = text_metrics.wrap(joined, size, limit), text_metrics.wrap(part, size, limit)
        # a line of its own, unless running on saves a line
        if lines and len(flowed) <= len(broken):
            lines[-1:] = flowed
        else:
            lines += broken
    return lines


def source_block(parts: list[str], preset: Preset, limit: float) -> Block:
    """Line under a figure that names year, edition, boundaries and sources."""
    size = preset.small_pt
    lines = _flow([text_metrics.clean(part, 2_000) for part in parts if part], size, limit)
    high = text_metrics.height(len(lines), size)
    top = high - text_metrics.CAP * size * text_metrics.PT
    words = tuple(
        Word(0.0, top - i * text_metrics.LEADING * size * text_metrics.PT, line, size, colour=palettes.SOFT)
        for i, line in enumerate(lines)
    )
    return Block(limit, high, words)
