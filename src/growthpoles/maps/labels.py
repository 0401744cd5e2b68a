"""Names and codes inside polygons: the fullest label that fits, at the place with the most room around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthpoles.maps import text
from growthpoles.maps.marks import Word
from growthpoles.maps.presets import Preset

Poles = dict[int, tuple[float, float]]
_AIR_MM = 0.45


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of one label: (text, size, bold) from top to bottom, with width and height in millimetres."""

    lines: tuple[tuple[str, float, bool], ...]
    w: float
    h: float


def make_label(lines: Sequence[tuple[str, float, bool]]) -> Label:
    """Measure the lines of a label."""
    kept = tuple(line for line in lines if line[0])
    wide = max((text.width(s, size, bold=bold) for s, size, bold in kept), default=0.0)
    high = 0.0
    for i, (_, size, _) in enumerate(kept):
        high += (text.CAP if i == 0 else text.LEADING) * size * text.PT
    return Label(kept, wide, high)


def label_size(preset: Preset) -> float:
    """Size of region names, in points."""
    return max(0.93 * preset.text_pt, preset.small_pt)


def candidates(names: Sequence[str], mark: str, preset: Preset) -> list[Label]:
    """Labels of a region from the fullest to the shortest.

    Parameters
    ----------
    names
        Ways to write the region, preferred one first: short name, initials, code.
    mark
        Code of its class or its value, printed bold on the line below; may be empty. "C++\u2192C+" may be broken
        after the arrow.
    preset
        Sizes.
    """
    largest = label_size(preset)
    sizes = list(dict.fromkeys([largest, (largest + preset.small_pt) / 2, preset.small_pt]))
    found: list[Label] = []
    for name in names:
        pair = text.halves(name)
        for size in sizes:
            found.append(make_label([(name, size, False), (mark, size, True)]))
            if pair:
                found.append(make_label([(pair[0], size, False), (pair[1], size, False), (mark, size, True)]))
        pair = None if pair else text.hyphenated(name)
        if pair:
            least = sizes[-1]
            found.append(make_label([(pair[0], least, False), (pair[1], least, False), (mark, least, True)]))
        if mark:
            found.append(make_label([(f"{name}\u2002{mark}", sizes[-1], True)]))
    if mark:
        found += [make_label([(mark, size, True)]) for size in sizes]
        first, arrow, last = mark.partition("\u2192")
        if arrow:
            found.append(make_label([(first + arrow, sizes[-1], True), (last, sizes[-1], True)]))
    return [label for label in dict.fromkeys(found) if label.lines]


def best(
    polygon: Any, names: Sequence[str], mark: str, preset: Preset, poles: Poles | None = None
) -> tuple[Label, float, float, bool] | None:
    """Label a polygon as fully as it can bear: the name, less air around it, a short form, the class alone, a code.

    Parameters
    ----------
    polygon
        Polygon or MultiPolygon in millimetres.
    names, mark, preset
        As for :func:`candidates`.
    poles
        As for :func:`place`.

    Returns
    -------
    (Label, x, y, tight) or None
        Label and middle of its place; `tight` where it stands so close to a border that it needs a halo.
    """
    poles = {} if poles is None else poles
    for labels, margin in _tries(names, mark, preset):
        found = place(polygon, labels, margin=margin, poles=poles)
        if found:
            return *found, margin < _AIR_MM
    return None


def _tries(names: Sequence[str], mark: str, preset: Preset) -> Iterator[tuple[list[Label], float]]:
    """Labels in the order in which they are tried, with the air around them."""
    if names:
        whole = [label for label in candidates(names[:1], mark, preset) if label.lines[0][0] != mark]
        yield whole, _AIR_MM
        yield whole[-3:], _AIR_MM / 3
    yield candidates(names[1:], mark, preset), _AIR_MM
    if mark:
        yield candidates([], mark, preset), _AIR_MM / 4
        yield candidates(names, "", preset), _AIR_MM / 3


def place(
    polygon: Any, labels: Sequence[Label], *, margin: float = _AIR_MM, poles: Poles | None = None
) -> tuple[Label, float, float] | None:
    """Choose the first label that fits into a polygon and the middle of its place.

    The place is the pole of inaccessibility of the polygon after its height was stretched by the label's aspect:
    the largest circle there is the largest label-shaped ellipse here, so wide labels find wide places.

    Parameters
    ----------
    polygon
        Polygon or MultiPolygon in millimetres.
    labels
        Candidates, preferred ones first.
    margin
        Room between the label and the border, in millimetres.
    poles
        Places found earlier in the same polygon, by the shape of the label; filled further.

    Returns
    -------
    (Label, x, y) or None
        Middle of the label; None if no candidate fits.
    """
    import shapely

    if polygon.is_empty or not labels:
        return None
    parts = shapely.get_parts(polygon)
    part = parts[int(np.argmax(shapely.area(parts)))] if len(parts) > 1 else parts[0]
    left, bottom, right, top = part.bounds
    poles = {} if poles is None else poles
    shapely.prepare(part)
    for label in labels:
        w, h = label.w + 2 * margin, label.h + 2 * margin
        if w > right - left or h > top - bottom or w * h > part.area:
            continue
        # Labels of nearly the same shape share one search.
        step = round(2 * np.log2(w / h))
        if step not in poles:
            poles[step] = _pole(part, 2.0 ** (step / 2))
        x, y = poles[step]
        if _fits(part, label, np.array([x]), np.array([y]), margin)[0]:
            return label, x, y
        spot = _search(part, (left, bottom, right, top), label, margin)
        if spot:
            return label, *spot
    return None


def _fits(part: Any, label: Label, x: Any, y: Any, margin: float) -> Any:
    """Tell for which middles (x, y) every line of the label lies inside the polygon with its margin."""
    import shapely

    inside = np.ones(len(x), dtype=bool)
    top = label.h / 2
    for i, (line, size, bold) in enumerate(label.lines):
        base = top - (text.CAP if i == 0 else text.LEADING) * size * text.PT
        half = text.width(line, size, bold=bold) / 2 + margin
        upper = top + margin if i == 0 else base + text.CAP * size * text.PT
        todo = np.flatnonzero(inside)
        lower = base - max(text.DROP * size * text.PT, margin)
        boxes = shapely.box(x[todo] - half, y[todo] + lower, x[todo] + half, y[todo] + upper)
        inside[todo] = shapely.contains_properly(part, boxes)
        top = base
        if not inside.any():
            break
    return inside


def _pole(part: Any, stretch: float) -> tuple[float, float]:
    """Pole of inaccessibility after stretching the height."""
    import shapely

    tall = shapely.transform(part, lambda xy: xy * (1.0, stretch))
    size = float(np.sqrt(tall.area))
    radius = shapely.maximum_inscribed_circle(tall, tolerance=max(size / 60, 0.05))
    x, y = shapely.get_coordinates(radius)[0]
    return float(x), float(y / stretch)


def _search(
    part: Any, bounds: tuple[float, float, float, float], label: Label, margin: float
) -> tuple[float, float] | None:
    """Try a grid of places for a label; of those where it fits, the one nearest to the middle of all of them."""
    left, bottom, right, top = bounds
    w, h = label.w + 2 * margin, label.h + 2 * margin
    x = np.linspace(left + w / 2, right - w / 2, 13)
    y = np.linspace(bottom + h / 2, top - h / 2, 13)
    gx, gy = (grid.ravel() for grid in np.meshgrid(x, y))
    fits = _fits(part, label, gx, gy, margin)
    if not fits.any():
        return None
    gx, gy = gx[fits], gy[fits]
    best = int(np.argmin(np.hypot(gx - gx.mean(), gy - gy.mean())))
    return float(gx[best]), float(gy[best])


def words(label: Label, x: float, y: float, *, colour: str, halo: str | None, tag: str = "") -> list[Word]:
    """Turn a placed label into words; (x, y) is the middle of its box."""
    top = y + label.h / 2
    found = []
    for i, (line, size, bold) in enumerate(label.lines):
        top -= (text.CAP if i == 0 else text.LEADING) * size * text.PT
        found.append(Word(x, top, line, size, bold=bold, colour=colour, align="center", halo=halo, tag=tag))
    return found
