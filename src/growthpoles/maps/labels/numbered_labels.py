"""Numbered key: regions whose name finds no place on the map carry a number, and a list says whose it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.language.number_format import format_number
from growthpoles.maps import palettes
from growthpoles.maps.labels import label_fit
from growthpoles.maps.labels.callouts import Callout, Outside, barrier_of, frame_of, names_around, room_around
from growthpoles.maps.map_options import Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import label_text
from growthpoles.maps.sheet.label_text import Label
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array, Box, Word
from growthpoles.maps.sheet.space_layout import Layout

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
#: A region with so many places for its number inside is not offered any outside.
_ROOMY = 6
#: Places outside that the search weighs for every number, of each kind; its steps, starts and sweeps.
_PLACES = 24
_STEPS = 3000
_STARTS = 5
_SWEEPS = 8
#: With more numbers than this left after a start, no further one finds a place for all.
_HOPELESS = 4
#: Millimetres around a region without a place, within which names become numbers, one after the other.
_REACHES = (0.0, 2.0, 15.0, np.inf)
#: Room between numbers and lines, in millimetres.
_CLEAR = 0.3
#: The same between a number on a region and what stands there already.
_STANDING = 0.25
#: Details of a map: how often their parts may grow, their number, their least side on the map and the room around a
#: region in them, which come together when they are so near; enlargements to choose from; room around them and inside.
_ROUNDS, _MOST_DETAILS, _LEAST, _MARGIN, _JOINED = 4, 3, 6.0, 0.8, 4.0
_ENLARGED = (1.5, 1.8, 2.1, 2.5, 3.0, 3.6, 4.3, 5.2, 6.2, 7.5, 9.0)
_AROUND, _EDGE = 1.2, 0.3
#: At a scale where more than this share of a detail's numbers finds no place one by one, none finds all together.
_BEARABLE = 0.15
#: Share of a detail's numbers that have to fit inside their regions.
_FITTING = 0.35


@dataclass(frozen=True, slots=True)
class Detail:
    """A crowded part of the map drawn once more at a larger scale, with the numbers of its regions.

    Attributes
    ----------
    window
        Left, bottom, right and top of that part, in map units.
    scale, times
        Millimetres per map unit, and by how much that is more than on the map.
    box
        Its room on the sheet.
    inside, beside
        Labels inside its regions and with a line, by region.
    note
        Words that tell the enlargement; None without room for them.
    placed
        Whether it stands in free space of the map; else it waits for a place under it.
    """

    window: tuple[float, float, float, float]
    scale: float
    times: float
    box: Box
    inside: dict[int, label_fit.Placed]
    beside: dict[int, Callout]
    note: Word | None
    placed: bool = False

    @property
    def origin(self) -> tuple[float, float]:
        """Place of the map's origin on the sheet, at the scale of the detail."""
        return self.box.x - self.window[0] * self.scale, self.box.y - self.window[1] * self.scale

    def moved(self, across: float, rise: float) -> Detail:
        """Move it on the sheet."""
        return replace(
            self,
            box=replace(self.box, x=self.box.x + across, y=self.box.y + rise),
            inside={i: (label, x + across, y + rise, tight) for i, (label, x, y, tight) in self.inside.items()},
            beside={i: one.moved(across, rise) for i, one in self.beside.items()},
            note=replace(self.note, x=self.note.x + across, y=self.note.y + rise) if self.note else None,
        )


@dataclass(frozen=True, slots=True)
class _Stand:
    """What stands on a map: labels inside the regions and beside them, numbers, and regions without a place."""

    inside: dict[int, label_fit.Placed]
    beside: dict[int, Callout]
    numbered: dict[int, str]
    lost: list[int]


def number_regions(
    base: Base,
    plan: Plan,
    shapes: dict[int, BaseGeometry],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    style: Style,
    poles: dict[int, label_fit.Poles],
    *,
    draft: bool = False,
) -> tuple[dict[int, label_fit.Placed], dict[int, Callout], dict[int, str], tuple[Detail, ...]]:
    """Name the regions whole, inside or beside the map, and number those whose name finds no place.

    A number stands inside its region, else over its border, else outside with a line over at most one other region,
    else in a detail: the crowded part of the map at a larger scale. Class or value of a numbered region stand in the
    list, not on the map.

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
    draft
        Choose the numbers, but no places for them.

    Returns
    -------
    inside, beside
        Labels inside the regions and outside them.
    numbered
        Number of a region -> the number that it carries, or carries in the list alone where nothing else is possible.
    details
        Crowded parts at a larger scale.
    """
    import shapely

    preset = style.preset
    whole = {i: label_fit.full(shape, names[i][0], marks[i], preset, poles[i]) for i, shape in shapes.items()}
    inside = {i: found for i, found in whole.items() if found is not None}
    short = [(shape, i) for i, shape in shapes.items() if i not in inside]
    values = {i: label_fit.best(shape, [], marks[i], preset, poles[i]) if marks[i] else None for shape, i in short}
    ground = room_around(base, plan)
    beside = names_around(ground, short, values, names, marks, preset, [frame_of(one) for one in inside.values()])
    rest = [i for _, i in short if i not in beside]
    if len(rest) > _MIXED * len(shapes):
        inside, beside, rest = {}, {}, list(shapes)
    else:
        inside |= {
            i: found for i, found in values.items() if found is not None and i in beside and not beside[i].marked
        }
    ground = room_around(base, plan)
    barrier = barrier_of(plan)
    stands = [] if barrier is None else [barrier]

    def rank(those: Collection[int]) -> dict[int, str]:
        listed = range(len(names)) if style.code_key == "none" else those
        numbers = {i: str(k + 1) for k, i in enumerate(sorted(listed, key=lambda i: (names[i][0], i)))}
        return {i: numbers[i] for i in sorted(those, key=lambda i: int(numbers[i]))}

    if draft:
        return inside, beside, rank(rest), ()
    best: _Stand | None = None
    lost: list[int] = []
    for reach in _REACHES:
        if reach:  # names around those that found no place make way for numbers
            around = shapely.union_all([shapes[i] for i in lost])
            near = {i for i, one in shapes.items() if shapely.dwithin(one, around, reach)}
            near |= {i for i, one in beside.items() if shapely.dwithin(one.parts()[0], around, reach)}
            inside = {i: one for i, one in inside.items() if i not in near}
            beside = {i: one for i, one in beside.items() if i not in near}
            rest = [i for i in shapes if i in near or i in rest]
        found = _solve(ground, shapes, rank(rest), inside, beside, stands, preset, poles)
        lost = found.lost
        if best is None or len(lost) < len(best.lost):
            best = found
        if not lost or len(rest) == len(shapes):
            break
    assert best is not None
    if not best.lost:
        return best.inside, best.beside, best.numbered, ()
    details: tuple[Detail, ...] = ()
    if style.insets != "none":
        closer = _closer(base, plan, ground, shapes, rank, best, stands, style)
        if closer is not None and len(closer[0].lost) < len(best.lost):
            best, details = closer
    if best.lost:  # a line over several regions is better than no number
        unnumbered = {i: number for i, number in best.numbered.items() if i in best.lost}
        room = ground.copy()
        for one in best.beside.values():
            room.block(one)
        for detail in details:
            room.block_box(window_on(plan, detail.window))
        words = [*stands, *(frame_of(one) for one in best.inside.values())]
        led = _led(room, list(unnumbered), unnumbered, words, preset, across=np.inf)
        best = replace(best, beside=best.beside | led)
    return best.inside, best.beside, best.numbered, details


def _solve(
    ground: Outside,
    shapes: dict[int, BaseGeometry],
    numbered: dict[int, str],
    inside: dict[int, label_fit.Placed],
    beside: dict[int, Callout],
    stands: Sequence[BaseGeometry],
    preset: Preset,
    poles: dict[int, label_fit.Poles],
    *,
    bearable: float = 1.0,
) -> _Stand:
    """Place numbers among names that stand, one after the other, and all at once where that leaves some over.

    Where more than the share `bearable` is left over, the search that places all at once is not worth its time.
    """
    outside = ground.copy()
    for callout in beside.values():
        outside.block(callout)
    placed, led, lost = _put(outside, shapes, numbered, inside, beside, stands, preset, poles)
    if lost and len(lost) <= bearable * len(shapes):
        placed, led, lost = _settle(outside, shapes, numbered, (placed, led), inside, beside, stands, preset)
    return _Stand(inside | placed, beside | led, numbered, lost)


def _closer(
    base: Base,
    plan: Plan,
    ground: Outside,
    shapes: dict[int, BaseGeometry],
    rank: Callable[[Collection[int]], dict[int, str]],
    before: _Stand,
    stands: Sequence[BaseGeometry],
    style: Style,
) -> tuple[_Stand, tuple[Detail, ...]] | None:
    """Draw the parts where regions lack a number at a larger scale, which all regions there are numbered in.

    Returns what stands on the map then, and the details; None where these would have to be too large.
    """
    import shapely

    lost, windows = list(before.lost), list[Box]()
    names = {i: one for i, one in before.inside.items() if i not in before.numbered}
    outer = {i: one for i, one in before.beside.items() if i not in before.numbered}
    for _ in range(_ROUNDS):
        windows = _windows([shapes[i] for i in lost], windows, plan.body)
        area = shapely.union_all([shapely.box(w.x, w.y, w.right, w.top) for w in windows])
        cut = np.asarray(shapely.difference(ground.shapes, area))
        share = shapely.area(cut) / np.maximum(shapely.area(ground.shapes), 1e-12)
        within = [i for i in shapes if share[i] < 0.5 or i in lost]
        left = {i: shape.difference(area) for i, shape in shapes.items() if i not in within}
        room = ground.copy()
        room.shapes, room.inner, room.known, room.hosts = cut, None, {}, {}
        for window in windows:
            room.block_box(window)
        inside = {i: one for i, one in names.items() if i in left and frame_of(one).disjoint(area)}
        beside = {i: one for i, one in outer.items() if i in left and all(p.disjoint(area) for p in one.parts())}
        inside = {i: one for i, one in inside.items() if i in beside or i not in outer}
        rest = [i for i in left if i not in inside and i not in beside]
        numbers = rank([*rest, *within])
        mine = {i: number for i, number in numbers.items() if i in left}
        edge = [shapely.box(w.x, w.y, w.right, w.top) for w in windows]
        found = _solve(room, left, mine, inside, beside, [*stands, *edge], style.preset, {i: {} for i in left})
        if not found.lost:
            break
        lost += found.lost
    details = []
    for number, window in enumerate(windows):
        nearest = {i: int(np.argmin([_apart(shapes[i], each) for each in windows])) for i in (*within, *found.lost)}
        here = {i: numbers[i] for i, at in nearest.items() if at == number}
        detail = _detail(base, plan, window, here, style)
        if detail is None:
            return None
        details.append(detail)
    space = room.copy()
    for one in found.beside.values():
        space.block(one)
    for label in found.inside.values():
        space.block_box(_box_of(frame_of(label)))
    standing = []
    for detail in sorted(details, key=lambda each: -each.box.w * each.box.h):
        middle = window_on(plan, detail.window)
        x, y = space.space.spots(detail.box.w, detail.box.h, _AROUND)
        if len(x):
            apart = np.hypot(
                x + detail.box.w / 2 - middle.x - middle.w / 2, y + detail.box.h / 2 - middle.y - middle.h / 2
            )
            at = int(np.argmin(apart))
            detail = replace(detail.moved(float(x[at]), float(y[at])), placed=True)
            space.block_box(detail.box)
        standing.append(detail)
    return _Stand(found.inside, found.beside, numbers, []), tuple(standing)


def window_on(plan: Plan, window: tuple[float, float, float, float]) -> Box:
    """Return the place on the sheet that a detail shows."""
    scale, (x, y) = plan.found.scale, plan.found.origin
    left, bottom, right, top = window
    return Box(left * scale + x, bottom * scale + y, (right - left) * scale, (top - bottom) * scale)


def _apart(shape: BaseGeometry, window: Box) -> float:
    """Return by how much of a shape a window misses it, and how far away it is."""
    import shapely

    held = shapely.box(window.x, window.y, window.right, window.top)
    return float(shape.difference(held).area / max(shape.area, 1e-12) + shape.distance(held))


def _main(shape: BaseGeometry) -> BaseGeometry:
    """Return the largest part of a shape."""
    import shapely

    parts = shapely.get_parts(shape)
    return parts[int(np.argmax(shapely.area(parts)))] if len(parts) else shape


def _windows(lost: Sequence[BaseGeometry], before: Sequence[Box], body: Box) -> list[Box]:
    """Return boxes around groups of shapes, and those of earlier, joined where they come near each other."""
    boxes = [list(_main(shape).bounds) for shape in lost]
    boxes = [[x0 - _MARGIN, y0 - _MARGIN, x1 + _MARGIN, y1 + _MARGIN] for x0, y0, x1, y1 in boxes]
    boxes += [[w.x, w.y, w.right, w.top] for w in before]
    while len(boxes) > 1:
        around = np.array(boxes)
        gap = np.maximum(around[:, None, :2] - around[None, :, 2:], around[None, :, :2] - around[:, None, 2:])
        apart = np.hypot(*np.moveaxis(np.maximum(gap, 0.0), -1, 0)) + np.diag(np.full(len(boxes), np.inf))
        one, other = np.unravel_index(int(np.argmin(apart)), apart.shape)
        if apart[one, other] > _JOINED and len(boxes) <= _MOST_DETAILS:
            break
        joined = [*np.minimum(around[one, :2], around[other, :2]), *np.maximum(around[one, 2:], around[other, 2:])]
        boxes = [box for k, box in enumerate(boxes) if k not in (one, other)] + [joined]
    found = []
    for x0, y0, x1, y1 in boxes:
        more = [max(0.0, _LEAST - side) / 2 for side in (x1 - x0, y1 - y0)]
        left, bottom = max(x0 - more[0], body.x), max(y0 - more[1], body.y)
        right, top = min(x1 + more[0], body.right), min(y1 + more[1], body.top)
        found.append(Box(float(left), float(bottom), float(right - left), float(top - bottom)))
    return found


def _detail(base: Base, plan: Plan, window: Box, numbers: dict[int, str], style: Style) -> Detail | None:
    """Draw a part of the map as little enlarged as all numbers find a place in it; None if it gets too large."""
    import shapely
    from shapely.affinity import affine_transform

    preset, scale, (x, y) = style.preset, plan.found.scale, plan.found.origin
    held = (window.x - x) / scale, (window.y - y) / scale, (window.right - x) / scale, (window.top - y) / scale
    pieces = shapely.intersection(shapely.make_valid(base.plain), shapely.box(*held))
    areal = np.array([shapely.union_all([p for p in shapely.get_parts(one) if p.area > 0]) for one in pieces])
    rings = [
        shapely.get_coordinates(ring) for ring in shapely.get_exterior_ring(shapely.get_parts(shapely.union_all(areal)))
    ]
    part = replace(base, plain=areal, rings=rings, frames=(), bounds=held, poles={})
    labels = {i: label_text.make_label([(number, preset.small_pt, False)]) for i, number in numbers.items()}
    for times in _ENLARGED:
        wide, high = window.w * times, window.h * times
        if wide > preset.width_mm - 2.0 or high > 0.6 * preset.max_height_mm:
            break
        body = Box(_EDGE, _EDGE, wide - 2 * _EDGE, high - 2 * _EDGE)
        more = scale * times
        layout = Layout(more, (-held[0] * more, -held[1] * more), 0, None, None, ())
        drawn = Plan(body, body, layout, None, None, ())
        shapes = {i: affine_transform(areal[i], (more, 0, 0, more, *layout.origin)) for i in numbers}
        fits = sum(label_fit.place(shapes[i], [label], margin=0.15) is not None for i, label in labels.items())
        if fits < _FITTING * len(labels):
            continue
        corners = np.array([(0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high), (0.0, 0.0)])
        outline = [shapely.LineString(corners[k : k + 2]) for k in range(4)]
        ground = room_around(part, drawn)
        found = _solve(ground, shapes, numbers, {}, {}, outline, preset, {i: {} for i in shapes}, bearable=_BEARABLE)
        if not found.lost:
            note = _note(ground, found, outline, times, style)
            return Detail(held, layout.scale, times, Box(0.0, 0.0, wide, high), found.inside, found.beside, note)
    return None


def _note(ground: Outside, found: _Stand, outline: Sequence[BaseGeometry], times: float, style: Style) -> Word | None:
    """Return the words that tell how much larger a detail is, in a free corner of it."""
    text = f"\u00d7\u00a0{format_number(times, style.lang, digits=None)}"
    for callout in found.beside.values():
        ground.block(callout)
    word = Word(0.0, 0.0, text, style.preset.small_pt)
    left, bottom, right, top = word.box
    labels = [frame_of(one) for one in found.inside.values()]
    for label in labels:
        ground.block_box(_box_of(label))
    for sea, room in ((True, ground.space), (False, ground.inland([*outline, *labels]).space)):
        x, y = room.spots(right - left, top - bottom, 0.5)
        if len(x):
            at = int(np.argmin(np.hypot(x, y)))
            return replace(word, x=float(x[at]), y=float(y[at]) - bottom, halo=None if sea else palettes.PAPER)
    return None


def _box_of(frame: BaseGeometry) -> Box:
    """Return the bounds of a geometry as a box."""
    left, bottom, right, top = frame.bounds
    return Box(left, bottom, right - left, top - bottom)


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

    A number that mostly stands on a neighbour is the last resort.
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
    for share in (_OWN, _OWN_LEAST):
        for i in list(lost):
            hung = _hung(numbered[i], shapes[i], placed, beside | led, names, preset, share)
            if hung is not None:
                placed[i] = hung
                lost.remove(i)
        room = outside.copy()
        for one in led.values():
            room.block(one)
        words = [*names, *(frame_of(one) for one in placed.values())]
        led |= _led(room, lost, numbered, words, preset, across=1.0)
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
        spots = _on_region(label, shapes[i], fixed, 25)
        for x, y, share in spots:
            if share >= _OWN_LEAST:
                add(i, (label, x, y, True), 1.0 if share > 0.99 else 4.0 if share >= _OWN else 30.0)
        if i in start[1]:
            current[i] = len(ways)
            add(i, start[1][i], 6.0 + 4 * outside.crossed({i: start[1][i]}))
        if sum(share > 0.99 for _, _, share in spots) >= _ROOMY:
            continue
        for room, dear in ((outside, 6.0), (ashore, 20.0)):
            for made, crossed, length in room.ways(i, number, preset, words, most=_PLACES):
                if crossed <= 1:
                    add(i, made, dear + length / 4 + 4 * crossed)
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
    who, slot = np.unique(owner, return_inverse=True)
    of = [np.flatnonzero(slot == j) for j in range(len(who))]

    def cost(held: NDArray[np.int_]) -> float:
        return float(price[held[held >= 0]].sum())

    def chase(held: NDArray[np.int_], steps: int, draw: np.random.Generator) -> NDArray[np.int_]:
        """Place who is without, and whomever they push away; the best choice on the way counts."""
        held, best, queue = held.copy(), held.copy(), np.flatnonzero(held < 0).tolist()
        worn, weight, fewest = np.zeros(len(owner)), np.ones(len(of)), len(queue)
        near = clash[held[held >= 0]].sum(axis=0, dtype=float)  # places held that clash with each
        for _ in range(steps):
            if not queue:
                break
            i = queue.pop(int(draw.integers(len(queue))))
            mine = of[i]
            k = int(mine[np.argmin(1000.0 * near[mine] + price[mine] + 200.0 * worn[mine])])
            worn[k] += 1.0
            for other in np.flatnonzero(clash[k, held] & (held >= 0)).tolist():
                near -= weight[other] * clash[held[other]]
                held[other] = -1
                weight[other] += 0.2
                queue.append(other)
            held[i] = k
            near += weight[i] * clash[k]
            if len(queue) < fewest:
                best, fewest = held.copy(), len(queue)
        return best

    def lacking(held: NDArray[np.int_]) -> int:
        return int((held < 0).sum())

    first = np.array([start.get(i, -1) for i in who.tolist()])
    held = first
    for seed in range(_STARTS):
        if not lacking(held) or (seed and lacking(held) > _HOPELESS):
            break
        held = min(held, chase(first, _STEPS, np.random.default_rng(seed)), key=lacking)
    for _ in range(_SWEEPS):
        before = cost(held)
        for i in sorted(np.flatnonzero(held >= 0).tolist(), key=lambda i: (-price[held[i]], i)):
            if held[i] < 0:
                continue
            others = held.copy()
            others[i] = -1
            mine = of[i][price[of[i]] < price[held[i]]]
            near = clash[np.ix_(others[others >= 0], mine)].sum(axis=0, dtype=np.int_)
            for at in np.lexsort((price[mine], near))[:3].tolist():
                kept = np.where(clash[mine[at], others] & (others >= 0), -1, others)
                kept[i] = mine[at]
                tried = chase(kept, 2 * len(of), np.random.default_rng(i)) if near[at] else kept
                if lacking(tried) == lacking(held) and cost(tried) < cost(held):
                    held = tried
                    break
        if cost(held) == before:
            break
    return {i: k for i, k in zip(who.tolist(), held.tolist(), strict=True) if k >= 0}


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
    x0, y0, x1, y1 = frame_of((label, 0.0, 0.0, True)).bounds
    boxes = np.asarray(shapely.box(x + x0, y + y0, x + x1, y + y1))
    share = shapely.area(shapely.intersection(boxes, part)) / shapely.area(boxes)
    near = np.array(taken, dtype=object)
    near = near[shapely.dwithin(near, shapely.box(left + x0, bottom + y0, right + x1, top + y1), _STANDING)]
    share[shapely.dwithin(boxes[:, None], near[None], _STANDING).any(axis=1)] = -1.0
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
