"""Label placement inside polygons: the fullest label that fits, where it has the most room."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet.label_text import Label, candidates
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]
#: What was found in a polygon: poles by the shape of a label, labels by what is to be written.
Poles = dict[Hashable, Any]
#: Label, middle of its place, and whether it stands so close to a border that it needs a halo.
Placed = tuple[Label, float, float, bool]
_AIR_MM = 0.45
_SNUG_MM = 0.27


def full(polygon: BaseGeometry, name: str, mark: str, preset: Preset, poles: Poles | None = None) -> Placed | None:
    """Label a polygon with the whole name of its region, clear of its borders.

    Parameters
    ----------
    polygon
        Polygon or MultiPolygon in millimetres.
    name
        Name.
    mark, preset
        As for :func:`growthpoles.maps.sheet.label_text.candidates`.
    poles
        As for :func:`place`.

    Returns
    -------
    (Label, x, y, tight) or None
        Label and middle of its place; `tight` where it stands so close to a border that it needs a halo.
    """
    whole = _named(name, mark, preset)
    small = [label for label in whole if label.lines[0][1] <= preset.small_pt]
    return _first(polygon, ((whole, _AIR_MM), (small, _SNUG_MM)), poles, (name, mark, preset))


def best(
    polygon: BaseGeometry, names: Sequence[str], mark: str, preset: Preset, poles: Poles | None = None
) -> Placed | None:
    """Label a polygon as fully as it can bear: the name, less air around it, a short form, the class alone, a code.

    Parameters
    ----------
    polygon
        Polygon or MultiPolygon in millimetres.
    names, mark, preset
        As for :func:`growthpoles.maps.sheet.label_text.candidates`.
    poles
        As for :func:`place`.

    Returns
    -------
    (Label, x, y, tight) or None
        As for :func:`full`.
    """
    return _first(polygon, _tries(names, mark, preset), poles, (*names, None, mark, preset))


def _first(
    polygon: BaseGeometry, tries: Iterable[tuple[list[Label], float]], poles: Poles | None, asked: Hashable
) -> Placed | None:
    """Place the first label that fits; what was asked once is remembered."""
    poles = {} if poles is None else poles
    if asked not in poles:
        poles[asked] = None
        for labels, margin in tries:
            found = place(polygon, labels, margin=margin, poles=poles)
            if found:
                poles[asked] = *found, margin < _AIR_MM
                break
    placed: Placed | None = poles[asked]
    return placed


def _named(name: str, mark: str, preset: Preset) -> list[Label]:
    """Labels that hold the whole name."""
    return [label for label in candidates([name], mark, preset) if label.lines[0][0] not in (mark, _cut(mark))]


def _cut(mark: str) -> str:
    """First line of a mark that is broken after its arrow."""
    first, arrow, _ = mark.partition("\u2192")
    return first + arrow


def _tries(names: Sequence[str], mark: str, preset: Preset) -> Iterator[tuple[list[Label], float]]:
    """Labels in the order in which they are tried, with the air around them."""
    if names:
        whole = _named(names[0], mark, preset)
        yield whole, _AIR_MM
        yield [label for label in whole if label.lines[0][1] <= preset.small_pt], _AIR_MM / 3
    short = [label for name in names[1:] for label in _named(name, mark, preset)]
    yield short, _AIR_MM
    yield short, _AIR_MM / 3
    if mark:
        yield candidates([], mark, preset), _AIR_MM
        yield candidates([], mark, preset), _AIR_MM / 4
        yield candidates(names, "", preset), _AIR_MM / 3


def place(
    polygon: BaseGeometry, labels: Sequence[Label], *, margin: float = _AIR_MM, poles: Poles | None = None
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


def _fits(part: Polygon, label: Label, x: Array, y: Array, margin: float) -> NDArray[np.bool_]:
    """Tell for which middles (x, y) every line of the label lies inside the polygon with its margin."""
    import shapely

    inside = np.ones(len(x), dtype=bool)
    top = label.h / 2
    for i, ((_, size, _), wide) in enumerate(zip(label.lines, label.widths, strict=True)):
        base = top - (text_metrics.CAP if i == 0 else text_metrics.LEADING) * size * text_metrics.PT
        half = wide / 2 + margin
        upper = top + margin if i == 0 else base + text_metrics.CAP * size * text_metrics.PT
        todo = np.flatnonzero(inside)
        lower = base - max(text_metrics.DROP * size * text_metrics.PT, margin)
        boxes = shapely.box(x[todo] - half, y[todo] + lower, x[todo] + half, y[todo] + upper)
        inside[todo] = shapely.contains_properly(part, boxes)
        top = base
        if not inside.any():
            break
    return inside


def _pole(part: Polygon, stretch: float) -> tuple[float, float]:
    """Pole of inaccessibility after stretching the height."""
    import shapely

    tall = shapely.transform(part, lambda xy: xy * (1.0, stretch))
    size = float(np.sqrt(tall.area))
    radius = shapely.maximum_inscribed_circle(tall, tolerance=max(size / 60, 0.05))
    middle = shapely.centroid(tall)
    # In a long rectangle the largest circle fits anywhere along its axis: the middle then, not an end.
    room = shapely.distance(middle, shapely.boundary(tall)) if shapely.contains(tall, middle) else 0.0
    x, y = shapely.get_coordinates(middle if room >= 0.85 * shapely.length(radius) else radius)[0]
    return float(x), float(y / stretch)


def _search(
    part: Polygon, bounds: tuple[float, float, float, float], label: Label, margin: float
) -> tuple[float, float] | None:
    """Try a grid of places for a label; of those where it fits, the one nearest to the middle of all of them."""
    left, bottom, right, top = bounds
    w, h = label.w + 2 * margin, label.h + 2 * margin
    # small type is the last resort: it is worth a closer look
    steps = 13 if margin >= _AIR_MM else 27
    x = np.linspace(left + w / 2, right - w / 2, steps)
    y = np.linspace(bottom + h / 2, top - h / 2, steps)
    gx, gy = (grid.ravel() for grid in np.meshgrid(x, y))
    fits = _fits(part, label, gx, gy, margin)
    if not fits.any():
        return None
    gx, gy = gx[fits], gy[fits]
    best = int(np.argmin(np.hypot(gx - gx.mean(), gy - gy.mean())))
    return float(gx[best]), float(gy[best])
