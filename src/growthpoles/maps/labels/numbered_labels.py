"""Numbered key: regions whose name finds no place on the map carry a number, and a list says whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.maps.labels import label_fit
from growthpoles.maps.labels.callouts import Callout, Outside, barrier_of, frame_of, names_around, room_around
from growthpoles.maps.map_options import Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import label_text
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: With more regions than this a map names none: the list would be longer than the map is high.
MOST = 120
#: Where more than this share of the regions would carry a number, all of them do.
_MIXED = 0.6
#: Share of a number that has to stand on its own region where it hangs over the border.
_OWN = 0.5
#: The same where nothing else is left but a line across several regions.
_OWN_LEAST = 0.25
_ROUNDS = 10


def number_regions(
    base: Base,
    plan: Plan,
    shapes: dict[int, BaseGeometry],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    style: Style,
    poles: dict[int, label_fit.Poles],
) -> tuple[dict[int, label_fit.Placed], dict[int, Callout], dict[int, str]]:
    """Name the regions whole, inside or beside the map, and number those whose name finds no place.

    A number stands inside its region, else over its border, else outside with a line that crosses as few other
    regions as it can. Class or value of a numbered region stand in the list, not on the map.

    Parameters
    ----------
    base, plan
        The regions and their arrangement.
    shapes
        Number of a region -> what is left of its polygon, in millimetres.
    names, marks, style
        As for :func:`growthpoles.maps.labels.region_labels.arrange`.
    poles
        Places found earlier, by region.

    Returns
    -------
    inside, beside
        Labels inside the regions and outside them.
    numbered
        Number of a region -> the number that it carries, or carries in the list alone where nothing else is possible.
    """
    preset = style.preset
    whole = {i: label_fit.full(shape, names[i][0], marks[i], preset, poles[i]) for i, shape in shapes.items()}
    inside = {i: found for i, found in whole.items() if found is not None}
    short = [(shape, i) for i, shape in shapes.items() if i not in inside]
    values = {i: label_fit.best(shape, [], marks[i], preset, poles[i]) if marks[i] else None for shape, i in short}
    outside = room_around(base, plan)
    beside = names_around(outside, short, values, names, marks, preset, [frame_of(one) for one in inside.values()])
    rest = [i for _, i in short if i not in beside]
    if len(rest) > _MIXED * len(shapes):
        inside, beside, rest, outside = {}, {}, list(shapes), room_around(base, plan)
    else:
        inside |= {
            i: found for i, found in values.items() if found is not None and i in beside and not beside[i].marked
        }
        for callout in beside.values():
            outside.block(callout)
    rank = sorted(range(len(names)) if style.code_key == "none" else rest, key=lambda i: (names[i][0], i))
    numbers = {i: str(k + 1) for k, i in enumerate(rank)}
    numbered = {i: numbers[i] for i in sorted(rest, key=lambda i: int(numbers[i]))}
    first: list[int] = []
    best: tuple[dict[int, label_fit.Placed], dict[int, Callout], list[int]] | None = None
    barrier = barrier_of(plan)
    stands = [] if barrier is None else [barrier]
    for _ in range(_ROUNDS):
        found = _put(outside, shapes, numbered, first, inside, beside, stands, preset, poles)
        if best is None or len(found[2]) < len(best[2]):
            best = found
        if not found[2]:
            break
        first = list(dict.fromkeys([*found[2], *first]))
    assert best is not None
    return inside | best[0], beside | best[1], numbered


def _put(
    outside: Outside,
    shapes: dict[int, BaseGeometry],
    numbered: dict[int, str],
    first: Sequence[int],
    inside: dict[int, label_fit.Placed],
    beside: dict[int, Callout],
    stands: Sequence[BaseGeometry],
    preset: Preset,
    poles: dict[int, label_fit.Poles],
) -> tuple[dict[int, label_fit.Placed], dict[int, Callout], list[int]]:
    """Place numbers: outside those that come first, all others clear of every line; returns the lost ones.

    A line over several regions is the last resort, behind a number that mostly stands on a neighbour.
    """
    import shapely

    names = [*stands, *(frame_of(one) for one in inside.values())]
    led = _led(outside, first, numbered, names, preset, across=1)
    lines = shapely.union_all([part.buffer(0.4) for one in (beside | led).values() for part in one.parts()])
    placed: dict[int, label_fit.Placed] = {}
    lost = []
    for i, number in numbered.items():
        if i in led:
            continue
        free = shapes[i] if lines.is_empty or not lines.intersects(shapes[i]) else shapes[i].difference(lines)
        found = label_fit.best(free, [number], "", preset, poles[i] if free is shapes[i] else None)
        if found is None:
            lost.append(i)
        else:
            placed[i] = found
    for share, across in ((_OWN, 1.0), (_OWN_LEAST, np.inf)):
        for i in list(lost):
            hung = _hung(numbered[i], shapes[i], placed, beside | led, names, preset, share)
            if hung is not None:
                placed[i] = hung
                lost.remove(i)
        room = outside.copy()
        for one in led.values():
            room.block(one)
        words = [*names, *(frame_of(one) for one in placed.values())]
        led |= _led(room, lost, numbered, words, preset, across=across)
        lost = [i for i in lost if i not in led]
    return placed, led, lost


def _hung(
    number: str,
    shape: BaseGeometry,
    placed: dict[int, label_fit.Placed],
    beside: dict[int, Callout],
    stands: Sequence[BaseGeometry],
    preset: Preset,
    own: float,
) -> label_fit.Placed | None:
    """Put a number over the border of its region, a share `own` of it on its own ground, clear of all that stands."""
    import shapely

    if shape.is_empty:
        return None
    parts = shapely.get_parts(shape)
    part = parts[int(np.argmax(shapely.area(parts)))]
    label = label_text.make_label([(number, preset.small_pt, False)])
    taken = [*stands, *(frame_of(one) for one in placed.values())]
    taken += [part for one in beside.values() for part in one.parts()]
    left, bottom, right, top = part.bounds
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(left, right, 9), np.linspace(bottom, top, 9)))
    inner = shapely.point_on_surface(part)
    x, y = np.append(x, inner.x), np.append(y, inner.y)
    boxes = np.array([frame_of((label, float(a), float(b), True)) for a, b in zip(x, y, strict=True)])
    share = shapely.area(shapely.intersection(boxes, part)) / shapely.area(boxes)
    share[shapely.intersects(boxes, shapely.buffer(shapely.union_all(taken), 0.25))] = -1.0
    at = int(np.argmax(share))
    return None if share[at] < own else (label, float(x[at]), float(y[at]), True)


def _led(
    outside: Outside,
    lost: Sequence[int],
    numbers: dict[int, str],
    words: Sequence[BaseGeometry],
    preset: Preset,
    *,
    across: float,
) -> dict[int, Callout]:
    """Place numbers outside with a line over at most so many other regions, else on such a region."""
    room, found = outside.copy(), dict[int, Callout]()
    for ashore in (False, True):
        rest = [i for i in lost if i not in found]
        place = room.inland(words) if ashore and rest else room
        for i in rest:
            made = place.put(i, room.shapes[i], numbers[i], "", preset, words, across=across)
            if made is not None:
                found[i] = made
                if ashore:
                    room.block(made)
    return found
