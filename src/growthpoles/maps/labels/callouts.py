"""Label placement outside: callouts beside the map with leader lines into their region."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from growthpoles.maps.labels import label_fit
from growthpoles.maps.map_options import Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import insets, label_text
from growthpoles.maps.sheet.label_text import Label
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array, Box
from growthpoles.maps.sheet.space_layout import FreeSpace
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import chosen

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

Found = TypeVar("Found")
_GAP = 0.7
_AIR = 0.4
DEEP = 1.1
_TRIED = 80
#: With more regions than this to be named outside, a map gets no such names: they would stand in a thicket of lines.
MOST = 24
#: The same where a numbered key takes what finds no place.
MANY_NAMES = 40
_ROUNDS = 4
#: A line may cross one other region, and be as long as one that crosses several.
_APART = 12.0  # millimetres from the line of a name to the value inside its region, at most
_ONE_FAR = 1.5
_LARGE = 0.5  # of the largest part of a region: a line ends in parts of this size at least
_FOUND: OrderedDict[Hashable, dict[int, Callout]] = OrderedDict()
_KEEP = 24


@dataclass(frozen=True, slots=True)
class Callout:
    """A name outside its region: the label, its room, and the line from the label into the region.

    `marked` tells whether the class stands beside the map as well, since not even that fits inside.
    """

    region: int
    label: Label
    box: Box
    line: Array
    marked: bool

    def parts(self) -> list[BaseGeometry]:
        """Return box and line."""
        import shapely

        box = self.box
        return [shapely.box(box.x, box.y, box.right, box.top), shapely.LineString(self.line)]

    def moved(self, across: float, rise: float) -> Callout:
        """Move it on the sheet."""
        box = replace(self.box, x=self.box.x + across, y=self.box.y + rise)
        return replace(self, box=box, line=self.line + np.array([across, rise]))


class Outside:
    """The room around a map in which names find their places one after the other."""

    def __init__(
        self,
        space: FreeSpace,
        land: BaseGeometry,
        shapes: NDArray[np.object_],
        boxes: Sequence[Box],
        lines: Sequence[Array],
    ) -> None:
        """Take the free space of the sheet.

        Parameters
        ----------
        space
            What the regions leave free.
        land
            All regions as one geometry, in millimetres.
        shapes
            The regions one by one.
        boxes, lines
            What stands there already: legend, insets, scale bar; leaders of the insets.
        """
        import shapely

        self.space, self.land, self.shapes, self.coast = space, land, shapes, shapely.boundary(land)
        shapely.prepare(land)
        self.known: dict[Hashable, Any] = {}
        self.covers: Sequence[BaseGeometry] = ()
        self.taken: list[BaseGeometry] = [shapely.box(box.x, box.y, box.right, box.top) for box in boxes]
        self.taken += [shapely.LineString(line) for line in lines]
        for box in boxes:
            space.block(box)
        for line in lines:
            self._block_line(line)

    def copy(self) -> Outside:
        """Return a copy that can be filled without touching this one."""
        other = object.__new__(Outside)
        other.space, other.land, other.coast, other.taken = self.space.copy(), self.land, self.coast, list(self.taken)
        other.shapes, other.known, other.covers = self.shapes, self.known, self.covers
        return other

    def inland(self, words: Sequence[BaseGeometry]) -> Outside:
        """Return the room that includes the regions themselves, where neither `words` nor anything else stands."""
        import shapely

        other = self.copy()
        other.space, other.land = FreeSpace(self.space.body, []), shapely.Polygon()
        for stands in (*self.taken, *words, *self.covers):
            if stands.geom_type == "LineString":
                other._block_line(shapely.get_coordinates(stands))
            else:
                left, bottom, right, top = stands.bounds
                other.space.block(Box(left, bottom, right - left, top - bottom))
        return other

    def _block_line(self, line: Array) -> None:
        """Take the cells along a line."""
        steps = max(int(np.hypot(*(line[1] - line[0]))), 1)
        for share in np.linspace(0.0, 1.0, 2 * steps + 1):
            x, y = line[0] + share * (line[1] - line[0])
            self.space.block(Box(float(x) - 0.3, float(y) - 0.3, 0.6, 0.6))

    def put(
        self,
        region: int,
        polygon: BaseGeometry,
        name: str,
        mark: str,
        preset: Preset,
        words: Sequence[BaseGeometry],
        *,
        across: float = 0,
    ) -> Callout | None:
        """Find the nearest place for a name, from which a straight line reaches the region without crossing anything.

        Parameters
        ----------
        region
            Number of the region, kept in the result.
        polygon
            The region in millimetres.
        name, mark
            What to write; the mark is empty if the region carries it itself.
        preset
            Sizes; the line is no longer than a seventh of the width.
        words
            Boxes of words that the line must not touch, as geometries.
        across
            How many other regions the line may cross, as few as possible; it may then be longer: a quarter of the
            width to cross one, half the width to cross more.
        """
        aim, others = self._once(("aim", region, bool(words)), lambda: self._aim(polygon, words)), None
        if not across:
            others = self._once(("others", region), lambda: self._prepared_others(polygon))
        words = [*words, *self._hindering(polygon)]
        longest = preset.width_mm / (7 if not across else 4 if across == 1 else 2)
        found: tuple[float, Label, Box, Array] | None = None
        for label in outside_labels(name, mark, preset):
            foot = text_metrics.DROP * label.lines[-1][1] * text_metrics.PT
            gap = max(_GAP, 0.36 * label.lines[0][1] * text_metrics.PT)
            x, y = self.space.spots(label.w, label.h + foot, gap)
            if not len(x):
                continue
            wide, high = label.w, label.h + foot
            left, bottom, right, top = polygon.bounds
            close = (x + wide > left - longest) & (x < right + longest)
            close &= (y + high > bottom - longest) & (y < top + longest)
            x, y = x[close], y[close]
            near, reach = _nearest(x, y, wide, high, aim, 3 * _TRIED if across else _TRIED)
            near = near[reach <= longest]
            if not len(near):
                continue
            lines, cost = self._lines(x[near], y[near], label, foot, aim, [others, *words], longest)
            if across:
                crossed = self._foreign(lines, cost, region)
                cost = np.where(crossed > across, np.inf, cost + preset.width_mm * crossed)
            best = int(np.argmin(cost))
            if np.isfinite(cost[best]) and (found is None or cost[best] < 0.6 * found[0]):
                box = Box(float(x[near[best]]), float(y[near[best]]), label.w, label.h + foot)
                found = float(cost[best]), label, box, lines[best]
        if found is None:
            return None
        _, label, box, line = found
        made = Callout(region, label, box, line, bool(mark))
        self.block(made)
        return made

    def ways(
        self,
        region: int,
        polygon: BaseGeometry,
        number: str,
        preset: Preset,
        words: Sequence[BaseGeometry],
        *,
        most: int,
    ) -> list[tuple[Callout, int, float]]:
        """Find many places for a number, with a line into its region clear of `words` and of all that stands.

        Each comes with the other regions that its line crosses and its length in millimetres; half of them are the
        best ones by these two, the others are spread over those that remain.
        """
        label = outside_labels(number, "", preset)[0]
        foot = text_metrics.DROP * label.lines[-1][1] * text_metrics.PT
        high = label.h + foot
        x, y = self.space.spots(label.w, high, _GAP)
        words = [*words, *self._hindering(polygon)]
        aim = self._aim(polygon, [*words, *self.taken])
        if not len(x) or aim.is_empty:
            return []
        longest = preset.width_mm / 3
        left, bottom, right, top = polygon.bounds
        close = (x + label.w > left - longest) & (x < right + longest)
        close &= (y + high > bottom - longest) & (y < top + longest)
        x, y = x[close], y[close]
        gap = _gaps(x, y, label.w, high, aim.bounds)
        order = np.argsort(gap, kind="stable")
        order = np.append(order[: 4 * _TRIED], order[4 * _TRIED :: max(1, len(order) // (2 * _TRIED))])
        x, y = x[order], y[order]
        near, reach = _nearest(x, y, label.w, high, aim, len(x))
        near = near[reach <= longest]
        if not len(near):
            return []
        near = np.append(near[:_TRIED], near[_TRIED :: max(1, len(near) // _TRIED)])
        lines, cost = self._lines(x[near], y[near], label, foot, aim, [None, *words])
        crossed = self._foreign(lines, cost, region)
        order = np.argsort(cost + preset.width_mm * crossed, kind="stable")[: int(np.isfinite(cost).sum())]
        if len(order) > most:
            rest = order[most // 2 :]
            order = np.append(order[: most // 2], rest[np.linspace(0, len(rest) - 1, most - most // 2).astype(int)])
        return [
            (
                Callout(region, label, Box(float(x[near[k]]), float(y[near[k]]), label.w, high), lines[k], False),
                int(crossed[k]),
                float(cost[k]),
            )
            for k in order.tolist()
        ]

    def crossed(self, made: dict[int, Callout]) -> int:
        """Return the most other regions that one of the lines crosses."""
        return max((int(self._foreign(one.line[None], np.zeros(1), i)[0]) for i, one in made.items()), default=0)

    def block_box(self, box: Box) -> None:
        """Take the room of a box, which no line crosses either."""
        import shapely

        self.space.block(box)
        self.taken.append(shapely.box(box.x, box.y, box.right, box.top))

    def block(self, made: Callout) -> None:
        """Take the room of a callout."""
        self.space.block(made.box)
        self._block_line(made.line)
        self.taken += made.parts()

    @staticmethod
    def _aim(polygon: BaseGeometry, words: Sequence[BaseGeometry]) -> BaseGeometry:
        """Return where a line into a region may end, clear of its words: in no small part of it beside a large one."""
        import shapely

        parts = shapely.get_parts(polygon)
        sizes = shapely.area(parts)
        if len(parts) > 1 and sizes.max() > 0:
            polygon = shapely.multipolygons(parts[sizes >= _LARGE * sizes.max()])
        stand = np.array(words, dtype=object)
        around = shapely.box(*polygon.bounds)
        keep = shapely.buffer(shapely.union_all(stand[shapely.dwithin(stand, around, 0.5)]), 0.5)
        aim = shapely.boundary(polygon)
        for deep in (DEEP, 0.4 * DEEP):
            inner = shapely.difference(shapely.buffer(polygon, -deep), keep)
            if not inner.is_empty:
                aim = shapely.simplify(inner, 0.15)
                break
        return aim

    def _hindering(self, polygon: BaseGeometry) -> list[BaseGeometry]:
        """Return what covers the map, such as symbols, but not the region itself: no line crosses that."""
        import shapely

        return [cover for cover in self.covers if not shapely.intersects(cover, polygon)]

    def _once(self, asked: Hashable, find: Callable[[], Found]) -> Found:
        """Return what was found before, also on a copy, or find it now."""
        if asked not in self.known:
            self.known[asked] = find()
        found: Found = self.known[asked]
        return found

    def _prepared_others(self, polygon: BaseGeometry) -> BaseGeometry:
        """Return the land without a region and a little around it."""
        import shapely

        others = shapely.difference(self.land, shapely.buffer(polygon, 0.3))
        shapely.prepare(others)
        return others

    def _inner(self) -> tuple[shapely.STRtree, NDArray[np.object_]]:
        """Return the regions without a narrow strip along their borders."""
        import shapely

        inner = np.asarray(shapely.simplify(shapely.buffer(self.shapes, -0.15), 0.05))
        shapely.prepare(inner)
        return shapely.STRtree(inner), inner

    def _hosts(self, region: int) -> NDArray[np.int_]:
        """Return a region and those that lie all around it."""
        import shapely

        parts, owner = shapely.get_parts(self.shapes, return_index=True)
        rings = shapely.polygons(shapely.get_exterior_ring(parts))
        around = shapely.contains(rings, shapely.point_on_surface(self.shapes[region]))
        return np.append(owner[around], region)

    def _foreign(self, lines: Array, cost: Array, region: int) -> NDArray[np.int_]:
        """Count the other regions that possible lines cross, a touch apart; one that lies all around does not count."""
        import shapely

        tree, inner = self._once("inner", self._inner)
        free = np.flatnonzero(np.isfinite(cost))
        strings = np.asarray(shapely.linestrings(lines[free]))
        one, other = tree.query(strings)
        hit = shapely.intersects(inner[other], strings[one])
        one, other = one[hit], other[hit]
        hosts = self._once(("hosts", region), lambda: self._hosts(region))
        count = np.zeros(len(lines), dtype=np.int_)
        np.add.at(count, free[one[~np.isin(other, hosts)]], 1)
        return count

    def _lines(
        self,
        x: Array,
        y: Array,
        label: Label,
        foot: float,
        aim: BaseGeometry,
        avoid: list[BaseGeometry | None],
        longest: float = np.inf,
    ) -> tuple[Array, Array]:
        """Return the best line of every place, from the middle of a side of the label, and its length or infinity."""
        import shapely

        n, wide, high = len(x), label.w, label.h
        middle = y + foot + high / 2
        starts = np.stack(
            [
                np.column_stack([x - _AIR, middle]),
                np.column_stack([x + wide + _AIR, middle]),
                np.column_stack([x + wide / 2, y + foot + high + _AIR]),
                np.column_stack([x + wide / 2, y - 0.5 * _AIR]),
            ]
        ).reshape(-1, 2)
        lines = np.asarray(shapely.shortest_line(shapely.points(starts), aim))
        cost = shapely.length(lines)
        boxes = shapely.box(x, y, x + wide, y + foot + high)
        cost[shapely.intersects(lines, np.tile(boxes, 4))] = np.inf
        cost[np.tile(shapely.intersects(self.land, boxes), 4)] = np.inf
        if avoid[0] is not None:
            free = np.flatnonzero(np.isfinite(cost))
            cost[free[shapely.intersects(avoid[0], lines[free])]] = np.inf
        cost[cost > longest] = np.inf
        stand = shapely.STRtree(np.array([*self.taken, *avoid[1:]], dtype=object))
        cost, every = cost.reshape(4, n), np.arange(n)
        order = np.argsort(cost, axis=0, kind="stable")
        side, open_to = order[0].copy(), np.zeros(n, dtype=bool)
        for turn in order:  # a longer line counts only where all shorter ones of the place are barred
            asked = np.flatnonzero(~open_to & np.isfinite(cost[turn, every]))
            if not len(asked):
                break
            strings = lines.reshape(4, n)[turn[asked], asked]
            barred = np.zeros(len(asked), dtype=bool)
            barred[stand.query(strings, predicate="dwithin", distance=0.3)[0]] = True
            side[asked], open_to[asked] = turn[asked], ~barred
        ends = shapely.get_coordinates(lines).reshape(4, n, 2, 2)
        return ends[side, every], np.where(open_to, cost[side, every], np.inf)


def _gaps(x: Array, y: Array, wide: float, high: float, bounds: tuple[float, float, float, float]) -> Array:
    """Return how far boxes with these lower left corners lie from a rectangle."""
    left, bottom, right, top = bounds
    across = np.maximum(np.maximum(left - x - wide, x - right), 0.0)
    return np.asarray(np.hypot(across, np.maximum(np.maximum(bottom - y - high, y - top), 0.0)))


def _nearest(
    x: Array, y: Array, wide: float, high: float, aim: BaseGeometry, most: int
) -> tuple[NDArray[np.int_], Array]:
    """Return the nearest of boxes with these lower left corners to a geometry, in that order, and their distances.

    Distances are measured of those alone that are near its bounds.
    """
    import shapely

    gap = _gaps(x, y, wide, high, aim.bounds)
    order = np.argsort(gap, kind="stable")
    held = 4 * most
    while True:
        some = np.sort(order[:held])
        reach = shapely.distance(shapely.box(x[some], y[some], x[some] + wide, y[some] + high), aim)
        near = np.argsort(reach, kind="stable")[:most]
        if held >= len(x) or gap[order[held]] > reach[near[-1]]:
            return some[near], reach[near]
        held *= 2


def outside_labels(name: str, mark: str, preset: Preset) -> list[Label]:
    """Ways to write a name beside the map, preferred one first: on one line, on two lines, both smaller."""
    pair = text_metrics.halves(name) or next(iter(label_text.breaks(name)), None)
    found = []
    sizes = [preset.small_pt] if name.isdigit() else [label_text.label_size(preset), preset.small_pt]
    for size in dict.fromkeys(sizes):
        for lines in ([name], list(pair or [])):
            if lines:
                found.append(label_text.make_label([*((line, size, False) for line in lines), (mark, size, True)]))
    return found


def bare_space(base: Base, plan: Plan) -> FreeSpace:
    """Return what the regions alone leave free of the sheet."""
    found = plan.found
    covered = ([ring * found.scale + np.asarray(found.origin) for ring in some] for some in (base.covered, base.islets))
    return FreeSpace(plan.body, *covered)


def furniture_of(plan: Plan) -> tuple[list[Box], list[Array]]:
    """Return the boxes of legend, scale bar and insets, and the leaders of the insets."""
    found = plan.found
    boxes = [spot.box for spot in found.insets]
    boxes += [box for box in (plan.legend_box, found.bar_box) if box is not None]
    lines = []
    for lens, spot in zip(plan.lenses, found.insets, strict=True):
        ends = insets.leader(lens, spot, insets.target_ring(lens, found.scale, found.origin), found.scale)
        lines += [] if ends is None else [np.array(ends)]
    return boxes, lines


def room_around(base: Base, plan: Plan) -> Outside:
    """Return what regions, legend, insets and scale bar leave free."""
    import shapely

    found = plan.found
    rings = [ring * found.scale + np.asarray(found.origin) for ring in base.rings]
    land = shapely.union_all(shapely.make_valid(np.array([shapely.Polygon(ring) for ring in rings])))
    shapes = shapely.transform(base.plain, lambda xy: xy * found.scale + np.asarray(found.origin))
    around = Outside(bare_space(base, plan), shapely.simplify(land, 0.1), shapes, *furniture_of(plan))
    for left, bottom, right, top in (each.bounds for each in plan.obstacles):
        around.space.block(Box(left, bottom, right - left, top - bottom))
    return around


def barrier_of(plan: Plan) -> BaseGeometry | None:
    """Return rings and leaders of the insets, and obstacles, which no label touches; None without any."""
    import shapely

    taken, found = list(plan.obstacles), plan.found
    for lens, spot in zip(plan.lenses, found.insets, strict=True):
        ring = insets.target_ring(lens, found.scale, found.origin)
        taken.append(shapely.Point(*ring).buffer(insets.radius_of(lens) / insets.zoom(lens, found.scale) + 0.3))
        ends = insets.leader(lens, spot, ring, found.scale)
        if ends is not None:
            taken.append(shapely.LineString(ends).buffer(0.5))
    return shapely.union_all(taken) if taken else None


def name_outside(
    base: Base,
    plan: Plan,
    short: Sequence[tuple[BaseGeometry, int]],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    style: Style,
    poles: dict[int, label_fit.Poles],
    whole: Sequence[label_fit.Placed],
) -> dict[int, Callout]:
    """Find places beside the map for the names of regions that do not hold them.

    Parameters
    ----------
    base, plan
        The regions and their arrangement.
    short
        Polygons in millimetres and numbers of the regions in question.
    names, marks, style
        As for the map; a region with a single way to be written has that inside or nowhere.
    poles
        Places found earlier, by region.
    whole
        Labels of the other regions, which no line may touch.

    Returns
    -------
    dict
        Number of a region -> its callout, for those that have one.
    """
    wanted = [(shape, i) for shape, i in short if len(names[i]) > 1]
    if not wanted or len(wanted) > MOST:
        return {}
    inside = {
        i: label_fit.best(shape, [], marks[i], style.preset, poles[i]) if marks[i] else None for shape, i in wanted
    }
    key = (
        base.key,
        plan,
        style.preset,
        chosen(),
        tuple((i, names[i][0], marks[i], inside[i]) for _, i in wanted),
        tuple(whole),
    )
    if key not in _FOUND:
        coded = {i: label_fit.best(shape, names[i], marks[i], style.preset, poles[i]) for shape, i in wanted}
        bare = {i for i, one in coded.items() if one is None or not _tells(one, marks[i])}
        outside = room_around(base, plan)
        found = _rounds(outside, wanted, inside, bare, names, marks, style.preset)
        lost = [(shape, i) for shape, i in wanted if i in bare and i not in found]
        if lost:
            # what will stand inside: the class alone where the name goes out, else with a code, in another place
            stands = [inside[i] for _, i in wanted if i in found or i in bare]
            stands += [coded[i] for _, i in wanted if i not in found]
            words = [frame_of(one) for one in (*whole, *stands) if one is not None]
            _across(outside, lost, found, words, inside, names, marks, style.preset)
        _FOUND[key] = found
        while len(_FOUND) > _KEEP:
            _FOUND.popitem(last=False)
    _FOUND.move_to_end(key)
    return _FOUND[key]


def names_around(
    outside: Outside,
    short: Sequence[tuple[BaseGeometry, int]],
    inside: dict[int, label_fit.Placed | None],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    preset: Preset,
    words: Sequence[BaseGeometry],
) -> dict[int, Callout]:
    """Place whole names around the map, by lines that cross at most one other region; none if very many ask for it.

    `words` are the labels that stand on other regions.
    """
    if len(short) > MANY_NAMES:
        return {}
    found = _rounds(outside, short, inside, set(), names, marks, preset)
    room = outside.copy()
    for callout in found.values():
        room.block(callout)
    words = [*words, *(frame_of(one) for i, one in inside.items() if one is not None)]
    for shape, i in short:
        if i not in found:
            made = room.put(i, shape, names[i][0], "" if inside[i] else marks[i], preset, words, across=1)
            if made is not None:
                found[i] = made
    return found


def _far(callout: Callout, placed: label_fit.Placed) -> bool:
    """Tell whether the line from a name ends so far from the value inside the region that it may seem another one's."""
    import shapely

    return bool(shapely.distance(shapely.LineString(callout.line), frame_of(placed)) > _APART)


def with_their_values(
    base: Base,
    plan: Plan,
    shapes: Mapping[int, BaseGeometry],
    stands: tuple[dict[int, label_fit.Placed], dict[int, Callout]],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    preset: Preset,
    taken: Sequence[Box] = (),
) -> tuple[dict[int, label_fit.Placed], dict[int, Callout]]:
    """Put values beside their names where the line of the name ends nearer to what is written on another region.

    `shapes` are the regions in millimetres, `stands` the labels inside and beside them, `taken` what else is no free
    room. A value stays inside where name and value together find no room.
    """
    import shapely

    inside, beside = dict(stands[0]), dict(stands[1])
    for i, one in stands[1].items():
        if i not in inside or one.marked:
            continue
        end = shapely.Point(*one.line[1])
        others = [frame_of(label) for j, label in inside.items() if j != i]
        if min(shapely.distance(others, end), default=np.inf) > frame_of(inside[i]).distance(end):
            continue
        room = room_around(base, plan)
        for j, callout in beside.items():
            if j != i:
                room.block(callout)
        for box in taken:
            room.block_box(box)
        made = room.put(i, shapes[i], names[i][0], marks[i], preset, others, across=1)
        if made is not None:
            beside[i] = made
            del inside[i]
    return inside, beside


def _rounds(
    outside: Outside,
    wanted: Sequence[tuple[BaseGeometry, int]],
    inside: dict[int, label_fit.Placed | None],
    bare: set[int],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    preset: Preset,
) -> dict[int, Callout]:
    """Place names in several orders; the order that finds room for most of them counts.

    The class goes out with the name, or a code instead of it, only where the region would otherwise lack one of them.
    """
    import shapely

    # The longest name is the hardest to place; whatever found no place goes first in the next round.
    order = sorted(
        (i for shape, i in wanted if shapely.dwithin(shape, outside.coast, DEEP)),
        key=lambda i: (-text_metrics.width(names[i][0], 1.0), i),
    )
    shapes = {i: shape for shape, i in wanted}
    best: dict[int, Callout] = {}
    most = (-1, -1)
    for _ in range(_ROUNDS):
        found: dict[int, Callout] = {}
        room = outside.copy()

        def put(i: int, name: str, room: Outside = room, found: dict[int, Callout] = found) -> None:
            placed = inside[i]
            made = room.put(
                i, shapes[i], name, "" if placed else marks[i], preset, [frame_of(placed)] if placed else []
            )
            if placed and i in bare and (made is None or _far(made, placed)):
                made = room.put(i, shapes[i], name, marks[i], preset, []) or made
            if made is not None:
                found[i] = made

        for i in order:
            put(i, names[i][0])
        lost = [i for i in order if i not in found]
        for i in lost:
            if i in bare:
                put(i, names[i][-1])
        score = len(order) - len(lost), len(found)
        if score > most:
            best, most = found, score
        if not lost or order[: len(lost)] == lost:
            break
        order = [*lost, *(i for i in order if i not in lost)]
    return best


def _across(
    outside: Outside,
    lost: Sequence[tuple[BaseGeometry, int]],
    found: dict[int, Callout],
    words: Sequence[BaseGeometry],
    inside: dict[int, label_fit.Placed | None],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    preset: Preset,
) -> None:
    """Place names, or else codes, by lines across one other region, clear of its words; adds them to `found`."""
    room = outside.copy()
    for callout in found.values():
        room.block(callout)
    for shape, i in lost:
        mark = "" if inside[i] else marks[i]
        for name in names[i]:
            made = room.put(i, shape, name, mark, preset, words, across=_ONE_FAR)
            if made is not None:
                found[i] = made
                break


def _tells(placed: label_fit.Placed, mark: str) -> bool:
    """Tell whether a label holds a name or a code, and the class."""
    whole = "".join(line for line, _, _ in placed[0].lines) + placed[0].tail
    return whole != mark and mark in whole


def frame_of(placed: label_fit.Placed) -> BaseGeometry:
    """Box around a placed label."""
    import shapely

    label, x, y, _ = placed
    foot = text_metrics.DROP * label.lines[-1][1] * text_metrics.PT
    return shapely.box(x - label.w / 2, y - label.h / 2 - foot, x + label.w / 2, y + label.h / 2)
