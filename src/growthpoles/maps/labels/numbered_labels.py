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
from growthpoles.maps.sheet.label_text import Label
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

#: With more regions than this a map names none: the list would be longer than the map is high.
MOST = 120
#: Where more than this share of the regions would carry a number, all of them do.
_MIXED = 0.6
#: Share of a number that has to stand on its own region where it hangs over the border.
_OWN = 0.5
#: The same where nothing else is left but a line across several regions.
_OWN_LEAST = 0.25
#: Places outside that the search weighs for every number, of each kind; its steps, starts and sweeps.
_PLACES = 40
_STEPS = 3000
_STARTS = 12
_SWEEPS = 8
#: Millimetres around a region without a place, within which names become numbers, one after the other.
_REACHES = (0.0, 2.0, 15.0, np.inf)
#: Room between numbers and lines, in millimetres.
_CLEAR = 0.3


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
    import shapely

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
    barrier = barrier_of(plan)
    stands = [] if barrier is None else [barrier]
    best: tuple[dict[int, label_fit.Placed], dict[int, Callout], dict[int, str], list[int]] | None = None
    lost: list[int] = []
    for reach in _REACHES:
        if reach:  # names around those that found no place make way for numbers
            around = shapely.union_all([shapes[i] for i in lost])
            near = {i for i, one in shapes.items() if shapely.dwithin(one, around, reach)}
            near |= {i for i, one in beside.items() if shapely.dwithin(one.parts()[0], around, reach)}
            inside = {i: one for i, one in inside.items() if i not in near}
            beside = {i: one for i, one in beside.items() if i not in near}
            rest = [i for i in shapes if i in near or i in rest]
            outside = room_around(base, plan)
            for callout in beside.values():
                outside.block(callout)
        rank = sorted(range(len(names)) if style.code_key == "none" else rest, key=lambda i: (names[i][0], i))
        numbers = {i: str(k + 1) for k, i in enumerate(rank)}
        numbered = {i: numbers[i] for i in sorted(rest, key=lambda i: int(numbers[i]))}
        placed, led, lost = _put(outside, shapes, numbered, inside, beside, stands, preset, poles)
        if lost or outside.crossed(led) > 1:
            placed, led, lost = _settle(outside, shapes, numbered, (placed, led), inside, beside, stands, preset)
        if best is None or len(lost) < len(best[3]):
            best = inside | placed, beside | led, numbered, lost
        if not lost or len(rest) == len(shapes):
            break
    assert best is not None
    return best[:3]


def _put(
    outside: Outside,
    shapes: dict[int, BaseGeometry],
    numbered: dict[int, str],
    inside: dict[int, label_fit.Placed],
    beside: dict[int, Callout],
    stands: Sequence[BaseGeometry],
    preset: Preset,
    poles: dict[int, label_fit.Poles],
) -> tuple[dict[int, label_fit.Placed], dict[int, Callout], list[int]]:
    """Place numbers one after the other, all clear of every line; returns the lost ones.

    A line over several regions is the last resort, behind a number that mostly stands on a neighbour.
    """
    import shapely

    names = [*stands, *(frame_of(one) for one in inside.values())]
    led: dict[int, Callout] = {}
    lines = shapely.union_all([part.buffer(0.4) for one in beside.values() for part in one.parts()])
    placed: dict[int, label_fit.Placed] = {}
    lost = []
    for i, number in numbered.items():
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


def _settle(
    outside: Outside,
    shapes: dict[int, BaseGeometry],
    numbered: dict[int, str],
    start: tuple[dict[int, label_fit.Placed], dict[int, Callout]],
    inside: dict[int, label_fit.Placed],
    beside: dict[int, Callout],
    stands: Sequence[BaseGeometry],
    preset: Preset,
) -> tuple[dict[int, label_fit.Placed], dict[int, Callout], list[int]]:
    """Place all numbers at once: local search over many places of each, from those that `start` found.

    A number without a place takes the one that pushes fewest others away, and these look for places in turn; numbers
    that were pushed often weigh more, and places that were tried often are dearer (guided local search, Voudouris and
    Tsang 1999).
    """
    words = [*stands, *(frame_of(one) for one in inside.values())]
    fixed = [*words, *(part for one in beside.values() for part in one.parts())]
    ashore = outside.inland(words)
    ways: list[label_fit.Placed | Callout] = []
    owner: list[int] = []
    price: list[float] = []

    def add(i: int, way: label_fit.Placed | Callout, cost: float) -> None:
        ways.append(way)
        owner.append(i)
        price.append(cost)

    current: dict[int, int] = {}
    for i, number in numbered.items():
        if i in start[0]:
            current[i] = len(ways)
            add(i, start[0][i], 0.0)
        label = label_text.make_label([(number, preset.small_pt, False)])
        for x, y, share in _on_region(label, shapes[i], fixed, 25):
            if share >= _OWN_LEAST:
                add(i, (label, x, y, True), 1.0 if share > 0.99 else 4.0 if share >= _OWN else 30.0)
        for room, dear in ((outside, 6.0), (ashore, 20.0)):
            for made, crossed, length in room.ways(i, number, preset, words, most=_PLACES):
                add(i, made, dear + length / 4 + 4 * crossed + 40 * max(0, crossed - 1))
        if i in start[1]:
            current[i] = len(ways)
            crossed = outside.crossed({i: start[1][i]})
            add(i, start[1][i], 6.0 + 4 * crossed + 40 * max(0, crossed - 1))
    if not ways:
        return {}, {}, list(numbered)
    chosen = settle(np.array(owner), np.array(price), _conflicts(ways, np.array(owner)), current)
    found = {i: ways[k] for i, k in chosen.items()}
    return (
        {i: way for i, way in found.items() if not isinstance(way, Callout)},
        {i: way for i, way in found.items() if isinstance(way, Callout)},
        [i for i in numbered if i not in found],
    )


def _conflicts(ways: Sequence[label_fit.Placed | Callout], owner: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Tell of all pairs of places of different regions whether their numbers or lines come too near."""
    import shapely

    rooms = [one.box if isinstance(one, Callout) else frame_of(one).bounds for one in ways]
    boxes = np.array([room if isinstance(room, tuple) else (room.x, room.y, room.right, room.top) for room in rooms])
    led = np.flatnonzero([isinstance(one, Callout) for one in ways])
    lines = np.array([one.line for one in ways if isinstance(one, Callout)]).reshape(-1, 2, 2)
    clash = np.zeros((len(ways), len(ways)), dtype=np.bool_)
    frames = shapely.STRtree(shapely.box(*(boxes + np.array([-_CLEAR, -_CLEAR, _CLEAR, _CLEAR])).T))
    one, other = frames.query(shapely.box(*boxes.T))
    clash[one, other] = True
    strings = shapely.linestrings(lines)
    one, other = frames.query(strings)
    hit = _through(lines[one], boxes[other])
    clash[led[one[hit]], other[hit]] = True
    one, other = shapely.STRtree(np.atleast_1d(np.asarray(strings))).query(shapely.box(*_spans(lines, _CLEAR).T))
    once = one < other
    one, other = one[once], other[once]
    hit = _close(lines[one], lines[other])
    clash[led[one[hit]], led[other[hit]]] = True
    clash |= clash.T
    clash[owner[:, None] == owner] = False
    return clash


def _spans(lines: Array, more: float) -> Array:
    """Bounds of segments, a little larger."""
    return np.hstack([lines.min(axis=1) - more, lines.max(axis=1) + more])


def _through(lines: Array, boxes: Array) -> NDArray[np.bool_]:
    """Tell whether segments, shape (m, 2, 2), pass within 0.3 mm of boxes, shape (m, 4) (Liang and Barsky 1984)."""
    start, step = lines[:, 0], lines[:, 1] - lines[:, 0]
    step = np.where(np.abs(step) < 1e-12, 1e-12, step)
    low, high = (boxes[:, :2] - _CLEAR - start) / step, (boxes[:, 2:] + _CLEAR - start) / step
    first = np.minimum(low, high).max(axis=1)
    last = np.maximum(low, high).min(axis=1)
    return np.asarray((first <= last) & (first <= 1.0) & (last >= 0.0))


def _close(one: Array, other: Array) -> NDArray[np.bool_]:
    """Tell whether segments, both of shape (m, 2, 2), cross or come within 0.3 mm."""

    def side(line: Array, point: Array) -> Array:
        along, off = line[:, 1] - line[:, 0], point - line[:, 0]
        return np.asarray(along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0])

    def far(line: Array, point: Array) -> Array:
        along, off = line[:, 1] - line[:, 0], point - line[:, 0]
        share = np.clip((along * off).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12), 0.0, 1.0)
        return np.asarray(((off - share[:, None] * along) ** 2).sum(axis=1))

    cross = side(one, other[:, 0]) * side(one, other[:, 1]) < 0
    cross &= side(other, one[:, 0]) * side(other, one[:, 1]) < 0
    gaps = [far(a, b[:, end]) for a, b in ((one, other), (other, one)) for end in (0, 1)]
    return np.asarray(cross | (np.minimum.reduce(gaps) < _CLEAR**2))


def settle(
    owner: NDArray[np.int_], price: NDArray[np.float64], clash: NDArray[np.bool_], start: dict[int, int]
) -> dict[int, int]:
    """Choose a place for as many owners as possible, no two that clash, and among such choices a cheap one.

    Parameters
    ----------
    owner, price
        Of every place, whose it is and what it costs, shape (m,).
    clash
        Pairs of places that exclude each other, shape (m, m), symmetric.
    start
        Owner -> number of the place to begin with, free of clashes; owners without a place are left out.

    Returns
    -------
    dict
        Owner -> number of its place; never fewer owners than `start` has.
    """
    of = {i: np.flatnonzero(owner == i) for i in np.unique(owner).tolist()}

    def cost(held: dict[int, int]) -> float:
        return float(price[list(held.values())].sum())

    def chase(held: dict[int, int], steps: int, draw: np.random.Generator) -> dict[int, int]:
        """Place who is without, and whomever they push away; the best choice on the way counts."""
        held, best, queue = dict(held), dict(held), [i for i in of if i not in held]
        worn, weight = np.zeros(len(owner)), dict.fromkeys(of, 1.0)
        near = clash[list(held.values())].sum(axis=0, dtype=float)  # places held that clash with each
        for _ in range(steps):
            if not queue:
                break
            i = queue.pop(int(draw.integers(len(queue))))
            mine = of[i]
            k = int(mine[np.argmin(1000.0 * near[mine] + price[mine] + 200.0 * worn[mine])])
            worn[k] += 1.0
            for other in [j for j, at in held.items() if clash[k, at]]:
                near -= weight[other] * clash[held.pop(other)]
                weight[other] += 0.2
                queue.append(other)
            held[i] = k
            near += weight[i] * clash[k]
            if len(held) > len(best):
                best = dict(held)
        return best

    held = dict(start)
    for seed in range(_STARTS):
        if len(held) == len(of):
            break
        held = max(held, chase(start, _STEPS, np.random.default_rng(seed)), key=len)
    for _ in range(_SWEEPS):
        before = cost(held)
        for i in sorted(held, key=lambda i: (-price[held[i]], i)):
            if i not in held:
                continue
            at = held[i]
            near = clash[[k for j, k in held.items() if j != i]].sum(axis=0, dtype=np.int_)
            mine = of[i][price[of[i]] < price[at]]
            for k in mine[np.lexsort((price[mine], near[mine]))][:3].tolist():
                kept = {j: other for j, other in held.items() if j != i and not clash[k, other]} | {i: k}
                tried = chase(kept, 2 * len(of), np.random.default_rng(i)) if near[k] else kept
                if len(tried) == len(held) and sum(price[j] for j in tried.values()) < sum(
                    map(price.__getitem__, held.values())
                ):
                    held = tried
                    break
        if cost(held) == before:
            break
    return held


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
    label = label_text.make_label([(number, preset.small_pt, False)])
    taken = [*stands, *(frame_of(one) for one in placed.values())]
    taken += [part for one in beside.values() for part in one.parts()]
    found = _on_region(label, shape, taken, 1)
    return (label, *found[0][:2], True) if found and found[0][2] >= own else None


def _on_region(
    label: Label, shape: BaseGeometry, taken: Sequence[BaseGeometry], most: int
) -> list[tuple[float, float, float]]:
    """Return middles of places for a label on a region, clear of what is taken, and its share on own ground."""
    import shapely

    if shape.is_empty:
        return []
    parts = shapely.get_parts(shape)
    part = parts[int(np.argmax(shapely.area(parts)))]
    left, bottom, right, top = part.bounds
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(left, right, 9), np.linspace(bottom, top, 9)))
    inner = shapely.point_on_surface(part)
    x, y = np.append(x, inner.x), np.append(y, inner.y)
    boxes = np.array([frame_of((label, float(a), float(b), True)) for a, b in zip(x, y, strict=True)])
    share = shapely.area(shapely.intersection(boxes, part)) / shapely.area(boxes)
    share[shapely.intersects(boxes, shapely.buffer(shapely.union_all(list(taken)), 0.25))] = -1.0
    order = np.argsort(-share, kind="stable")[:most]
    return [(float(x[k]), float(y[k]), float(share[k])) for k in order.tolist() if share[k] >= 0]


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
