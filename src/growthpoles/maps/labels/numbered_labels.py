"""Numbered key: regions whose name finds no place on the map carry a number, and a list says whose it is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.language.number_format import format_number
from growthpoles.maps.labels import label_fit
from growthpoles.maps.labels.callouts import Callout, Outside, barrier_of, frame_of, names_around, room_around
from growthpoles.maps.labels.number_places import OWN_LEAST, Stand, Task, led_to, on_region, without
from growthpoles.maps.map_options import Style
from growthpoles.maps.sheet import label_text
from growthpoles.maps.sheet.far_parts import scale_words
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Box, Word
from growthpoles.maps.sheet.space_layout import Layout
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: With more regions than this a map names none: the list would be longer than the map is high.
MOST = 120
#: Where more than this share of the regions would carry a number, all of them do.
_MIXED = 0.6
#: Millimetres around a region without a place, within which names become numbers, one after the other.
_REACHES = (0.0, 2.0, 15.0, np.inf)
#: Details of a map: how often their parts may grow, their number, their least side on the map and the room around a
#: region in them, which come together when they are so near; enlargements to choose from; room around them and inside.
_ROUNDS, _MOST_DETAILS, _LEAST, _MARGIN, _JOINED = 4, 3, 6.0, 0.8, 4.0
#: Parts that details are cut into where they would be larger than the page.
_MOST_PARTS = 6
_ENLARGED = (1.5, 1.8, 2.1, 2.5, 3.0, 3.6, 4.3, 5.2, 6.2, 7.5, 9.0)
_AROUND, _EDGE = 1.2, 0.3
#: Where more than this share of the numbers finds no place one by one, none finds all together.
_BEARABLE = 0.15
#: Bends of borders finer than this, in millimetres, move no number.
_COARSE = 0.04
#: Share of a detail's numbers that have to fit inside their regions, where so much of it is land.
_INLAND = 0.5
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
    head
        Words over it: its letter, where there are several, and the enlargement.
    placed
        Whether it stands in free space of the map; else it waits for a place under it.
    """

    window: tuple[float, float, float, float]
    scale: float
    times: float
    box: Box
    inside: dict[int, label_fit.Placed]
    beside: dict[int, Callout]
    head: tuple[Word, ...]
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
            head=tuple(replace(word, x=word.x + across, y=word.y + rise) for word in self.head),
        )

    @property
    def room(self) -> Box:
        """Room of the picture and the words over it."""
        right, top = np.array([word.box[2:] for word in self.head]).max(axis=0)
        return Box(self.box.x, self.box.y, max(self.box.w, right - self.box.x), top - self.box.y)


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
    shapes = dict(zip(shapes, shapely.simplify(list(shapes.values()), _COARSE).tolist(), strict=True))
    whole = {i: label_fit.full(shape, names[i][0], marks[i], preset, poles[i]) for i, shape in shapes.items()}
    inside = {i: found for i, found in whole.items() if found is not None}
    short = [(shape, i) for i, shape in shapes.items() if i not in inside]
    values = {i: label_fit.best(shape, [], marks[i], preset, poles[i]) if marks[i] else None for shape, i in short}
    ground = room_around(base, plan)
    ground.shapes = np.asarray(shapely.simplify(ground.shapes, _COARSE))
    first = ground.copy()
    first.known = {}
    ground.covers = plan.obstacles
    for word in scale_words(base.frames, plan.found.scale, plan.found.origin, preset.small_pt, style.lang):
        left, bottom, right, top = word.box
        ground.block_box(Box(left, bottom, right - left, top - bottom))
    beside = names_around(first, short, values, names, marks, preset, [frame_of(one) for one in inside.values()])
    rest = [i for _, i in short if i not in beside]
    if len(rest) > _MIXED * len(shapes):
        inside, beside, rest = {}, {}, list(shapes)
    else:
        inside |= {
            i: found for i, found in values.items() if found is not None and i in beside and not beside[i].marked
        }
    barrier = barrier_of(replace(plan, obstacles=()))
    stands = [] if barrier is None else [barrier]

    def rank(those: Collection[int]) -> dict[int, str]:
        listed = range(len(names)) if style.code_key == "none" else those
        order = sorted(listed, key=lambda i: (names[i][0], i))
        if all(ways[-1].isdecimal() and len(ways[-1]) <= 3 for ways in names):
            own = {i: names[i][-1] for i in listed}  # regions that are called by numbers, or coded so, carry their own
            return {i: own[i] for i in sorted(those, key=lambda i: int(own[i]))}
        signs = letters if numbers and len(those) < len(shapes) else map(str, itertools.count(1))
        keys = dict(zip(order, signs, strict=False))
        return {i: keys[i] for i in order if i in those}

    # beside printed numbers a number of the list would be taken for one of them, and a letter is not
    known = {text for own in (*names, marks) for text in own}
    numbers = any(sign.isdigit() for mark in marks for sign in mark)
    pairs = map("".join, itertools.product(ascii_uppercase, repeat=2))
    letters = [sign for sign in (*ascii_uppercase, *pairs) if sign not in known]
    if draft:
        return inside, beside, rank(rest), ()
    best: Stand | None = None
    lost: list[int] = []
    for reach in _REACHES:
        if reach:  # names around those that found no place make way for numbers
            around = shapely.union_all([shapes[i] for i in lost])
            near = {i for i, one in shapes.items() if shapely.dwithin(one, around, reach)}
            near |= {i for i, one in beside.items() if shapely.dwithin(one.parts()[0], around, reach)}
            inside = {i: one for i, one in inside.items() if i not in near}
            beside = {i: one for i, one in beside.items() if i not in near}
            rest = [i for i in shapes if i in near or i in rest]
        task = Task(without(ground, beside), shapes, rank(rest), inside, beside, stands, preset, poles)
        found = task.solve(bearable=1.0 if style.insets == "none" else _BEARABLE)
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
        elif len(best.lost) > _BEARABLE * len(shapes):
            best = task.solve()
    if best.lost:  # a line over several regions is better than no number
        unnumbered = {i: number for i, number in best.numbered.items() if i in best.lost}
        room = without(ground, best.beside)
        for detail in details:
            room.block_box(window_on(plan, detail.window))
        words = [*stands, *(frame_of(one) for one in best.inside.values())]
        led = led_to(room, shapes, list(unnumbered), unnumbered, words, preset, across=np.inf)
        best = replace(best, beside=best.beside | led)
        if plan.obstacles:  # a number on the symbol of its region is better than none, too
            taken = [*words, *(part for one in best.beside.values() for part in one.parts())]
            taken += [shapely.box(w.x, w.y, w.right, w.top) for w in (window_on(plan, d.window) for d in details)]
            for i in [i for i in unnumbered if i not in led]:
                label = label_text.make_label([(unnumbered[i], preset.small_pt, False)])
                spots = on_region(label, ground.shapes[i], taken, 1)
                if spots and spots[0][2] >= OWN_LEAST:
                    best.inside[i] = label, *spots[0][:2], True
                    taken.append(frame_of(best.inside[i]))
    return best.inside, best.beside, best.numbered, details


def _closer(
    base: Base,
    plan: Plan,
    ground: Outside,
    shapes: dict[int, BaseGeometry],
    rank: Callable[[Collection[int]], dict[int, str]],
    before: Stand,
    stands: Sequence[BaseGeometry],
    style: Style,
) -> tuple[Stand, tuple[Detail, ...]] | None:
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
        room.shapes, room.known = cut, {}
        for window in windows:
            room.block_box(window)
        inside = {i: one for i, one in names.items() if i in left and frame_of(one).disjoint(area)}
        beside = {i: one for i, one in outer.items() if i in left and all(p.disjoint(area) for p in one.parts())}
        inside = {i: one for i, one in inside.items() if i in beside or i not in outer}
        rest = [i for i in left if i not in inside and i not in beside]
        numbers = rank([*rest, *within])
        mine = {i: number for i, number in numbers.items() if i in left}
        edge = [shapely.box(w.x, w.y, w.right, w.top) for w in windows]
        task = Task(without(room, beside), left, mine, inside, beside, [*stands, *edge], style.preset)
        found = task.solve()
        if not found.lost:
            break
        lost += found.lost
    nearest = {i: int(np.argmin([_apart(shapes[i], each) for each in windows])) for i in (*within, *found.lost)}
    todo = [(each, [i for i in nearest if nearest[i] == number]) for number, each in enumerate(windows)]
    details = list[Detail]()
    while todo:
        window, here = todo.pop()
        detail = _detail(base, plan, window, {i: numbers[i] for i in here}, style)
        if detail is not None:
            details.append(detail)
        elif len(here) > 1 and len(todo) + len(details) + 2 <= _MOST_PARTS:
            todo += _halves(window, here, shapes)
        else:
            return None
    details.sort(key=lambda each: each.window)
    if len(details) > 1:
        details = [
            replace(one, head=_head(letter, one.times, one.box.h, style))
            for letter, one in zip(ascii_lowercase, details, strict=False)
        ]
    space = without(room, found.beside)
    for label in found.inside.values():
        space.block_box(_box_of(frame_of(label)))
    standing = []
    for detail in sorted(details, key=lambda each: -each.box.w * each.box.h):
        middle = window_on(plan, detail.window)
        x, y = space.space.spots(detail.room.w, detail.room.h, _AROUND)
        if len(x):
            apart = np.hypot(
                x + detail.box.w / 2 - middle.x - middle.w / 2, y + detail.box.h / 2 - middle.y - middle.h / 2
            )
            at = int(np.argmin(apart))
            detail = replace(detail.moved(float(x[at]), float(y[at])), placed=True)
            space.block_box(detail.room)
        standing.append(detail)
    return Stand(found.inside, found.beside, numbers, []), tuple(standing)


def _halves(window: Box, here: Sequence[int], shapes: dict[int, BaseGeometry]) -> list[tuple[Box, list[int]]]:
    """Part the regions of a window that is too large in two, along its longer side, each half with its own window."""
    axis = int(window.h > window.w)
    order = sorted(here, key=lambda i: float(_main(shapes[i]).centroid.coords[0][axis]))
    parts = order[: len(order) // 2], order[len(order) // 2 :]
    return [(_windows([shapes[i] for i in part], [], window, joined=np.inf)[0], part) for part in parts]


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


def _windows(lost: Sequence[BaseGeometry], before: Sequence[Box], body: Box, *, joined: float = _JOINED) -> list[Box]:
    """Return boxes around groups of shapes, and those of earlier, joined where they come near each other."""
    boxes = [list(_main(shape).bounds) for shape in lost]
    boxes = [[x0 - _MARGIN, y0 - _MARGIN, x1 + _MARGIN, y1 + _MARGIN] for x0, y0, x1, y1 in boxes]
    boxes += [[w.x, w.y, w.right, w.top] for w in before]
    while len(boxes) > 1:
        around = np.array(boxes)
        gap = np.maximum(around[:, None, :2] - around[None, :, 2:], around[None, :, :2] - around[:, None, 2:])
        apart = np.hypot(*np.moveaxis(np.maximum(gap, 0.0), -1, 0)) + np.diag(np.full(len(boxes), np.inf))
        one, other = np.unravel_index(int(np.argmin(apart)), apart.shape)
        if apart[one, other] > joined and len(boxes) <= _MOST_DETAILS:
            break
        both = [*np.minimum(around[one, :2], around[other, :2]), *np.maximum(around[one, 2:], around[other, 2:])]
        boxes = [box for k, box in enumerate(boxes) if k not in (one, other)] + [both]
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
    inland = shapely.area(areal).sum() > _INLAND * shapely.box(*held).area
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
        if fits < _FITTING * len(labels) and inland:
            continue
        corners = np.array([(0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high), (0.0, 0.0)])
        outline = [shapely.LineString(corners[k : k + 2]) for k in range(4)]
        ground = room_around(part, drawn)
        found = Task(ground, shapes, numbers, {}, {}, outline, preset).solve(bearable=_BEARABLE)
        if not found.lost:
            head = _head("", times, high, style)
            return Detail(held, layout.scale, times, Box(0.0, 0.0, wide, high), found.inside, found.beside, head)
    return None


def _head(letter: str, times: float, high: float, style: Style) -> tuple[Word, ...]:
    """Return the words over a detail of some height: its letter and how much larger it is."""
    size = style.preset.small_pt
    em = size * text_metrics.PT
    told = f"\u00d7\u00a0{format_number(times, style.lang, digits=None)}"
    level, words, x = high + 0.6 + text_metrics.DROP * em, list[Word](), 0.0
    if letter:
        words.append(Word(0.0, level, letter, size, bold=True))
        x = words[0].length + 0.5 * em
    return *words, Word(x, level, told, size)


def _box_of(frame: BaseGeometry) -> Box:
    """Return the bounds of a geometry as a box."""
    left, bottom, right, top = frame.bounds
    return Box(left, bottom, right - left, top - bottom)
