"""Number places: where the numbers of regions stand on a map, one after the other or all at once by local search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.maps.labels import label_fit
from growthpoles.maps.labels.callouts import Callout, Outside, frame_of
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import label_text
from growthpoles.maps.sheet.label_text import Label
from growthpoles.maps.sheet.sheet_blocks import Array, Box
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

#: Share of a number that has to stand on its own region where it hangs over the border.
_OWN = 0.5
#: The same where nothing else is left but a line across several regions.
OWN_LEAST = 0.25
#: A region with so many places for its number inside is not offered any outside.
_ROOMY = 6
#: Places outside that the search weighs for every number, of each kind; its steps, starts and sweeps.
_PLACES = 24
_STEPS = 3000
_STARTS = 5
_SWEEPS = 8
#: So many ems around a number without a place, others may move to make room.
_REACH = 5.0
#: With more numbers than this left after a start, no further one finds a place for all.
_HOPELESS = 4
#: Room between numbers and lines, in millimetres.
_CLEAR = 0.3
#: The same between a number on a region and what stands there already.
_STANDING = 0.25


def without(ground: Outside, beside: dict[int, Callout]) -> Outside:
    """Return the room that callouts leave."""
    room = ground.copy()
    for callout in beside.values():
        room.block(callout)
    return room


@dataclass(frozen=True, slots=True)
class Stand:
    """What stands on a map: labels inside the regions and beside them, numbers, and regions without a place."""

    inside: dict[int, label_fit.Placed]
    beside: dict[int, Callout]
    numbered: dict[int, str]
    lost: list[int]


@dataclass(frozen=True, slots=True)
class Task:
    """Numbers that ask for places among names that stand.

    Attributes
    ----------
    room
        What is free around the regions, callouts of the names taken off.
    shapes, numbers
        What is left of the regions in millimetres, and their numbers.
    inside, beside
        Names that stand on regions and beside them.
    stands
        What else no number or line may touch.
    preset, poles
        Sizes; places found earlier, by region.
    """

    room: Outside
    shapes: dict[int, BaseGeometry]
    numbers: dict[int, str]
    inside: dict[int, label_fit.Placed]
    beside: dict[int, Callout]
    stands: Sequence[BaseGeometry]
    preset: Preset
    poles: dict[int, label_fit.Poles] = field(default_factory=dict)

    def solve(self, *, bearable: float = 1.0) -> Stand:
        """Place the numbers one after the other, and all at once where that leaves some over.

        Where more than the share `bearable` is left over, the search that places all at once is not worth its time.
        """
        import shapely

        placed, led, lost = self.put()
        if lost and len(lost) <= bearable * len(self.shapes):
            reach = _REACH * self.preset.small_pt * text_metrics.PT
            around = shapely.union_all([self.shapes[i] for i in lost])
            near = [i for i in self.numbers if shapely.dwithin(self.shapes[i], around, reach)]
            far = {i: one for i, one in placed.items() if i not in near}
            away = {i: one for i, one in led.items() if i not in near}
            some = replace(
                self,
                room=without(self.room, away),
                numbers={i: self.numbers[i] for i in near},
                inside=self.inside | far,
                beside=self.beside | away,
            )
            found, ended, lost = some.settle(placed, led)
            placed, led = far | found, away | ended
        return Stand(self.inside | placed, self.beside | led, self.numbers, lost)

    @property
    def words(self) -> list[BaseGeometry]:
        """Boxes of the names that stand on regions, and what else no line may touch."""
        return [*self.stands, *(frame_of(one) for one in self.inside.values())]

    def put(self) -> tuple[dict[int, label_fit.Placed], dict[int, Callout], list[int]]:
        """Place numbers one after the other, all clear of every line; returns the lost ones.

        A number that mostly stands on a neighbour is the last resort.
        """
        import shapely

        names = self.words
        led: dict[int, Callout] = {}
        lines = shapely.union_all([part.buffer(0.4) for one in self.beside.values() for part in one.parts()])
        placed: dict[int, label_fit.Placed] = {}
        lost = []
        for i, number in self.numbers.items():
            shape = self.shapes[i]
            free = shape if lines.is_empty or not lines.intersects(shape) else shape.difference(lines)
            found = label_fit.best(free, [number], "", self.preset, self.poles.get(i) if free is shape else None)
            if found is None:
                lost.append(i)
            else:
                placed[i] = found
        for share in (_OWN, OWN_LEAST):
            for i in list(lost):
                hung = _hung(
                    self.numbers[i],
                    self.shapes[i],
                    placed,
                    self.beside | led,
                    [*names, *self.room.covers],
                    self.preset,
                    share,
                )
                if hung is not None:
                    placed[i] = hung
                    lost.remove(i)
            if share < _OWN:
                break  # there is less room for lines than there was
            words, room = [*names, *(frame_of(one) for one in placed.values())], self.room.copy()
            for left, bottom, right, top in (frame_of(one).bounds for one in placed.values()):
                room.space.block(Box(left, bottom, right - left, top - bottom))  # they may reach over the coast
            led |= led_to(room, self.shapes, lost, self.numbers, words, self.preset, across=1.0)
            lost = [i for i in lost if i not in led]
        return placed, led, lost

    def settle(
        self, placed: dict[int, label_fit.Placed], led: dict[int, Callout]
    ) -> tuple[dict[int, label_fit.Placed], dict[int, Callout], list[int]]:
        """Place all numbers at once: local search over many places of each, from those that were found.

        A number without a place takes the one that pushes fewest others away, and these look for places in turn;
        numbers that were pushed often weigh more, and places that were tried often are dearer (guided local search,
        Voudouris and Tsang 1999).
        """
        words = self.words
        fixed = [*words, *self.room.covers, *(part for one in self.beside.values() for part in one.parts())]
        ashore = self.room.inland(words)
        ways: list[label_fit.Placed | Callout] = []
        owner: list[int] = []
        price: list[float] = []

        def add(i: int, way: label_fit.Placed | Callout, cost: float) -> None:
            ways.append(way)
            owner.append(i)
            price.append(cost)

        current: dict[int, int] = {}
        for i, number in self.numbers.items():
            if i in placed:
                current[i] = len(ways)
                add(i, placed[i], 0.0)
            label = label_text.make_label([(number, self.preset.small_pt, False)])
            spots = on_region(label, self.shapes[i], fixed, 25)
            for x, y, share in spots:
                if share >= OWN_LEAST:
                    add(i, (label, x, y, True), 1.0 if share > 0.99 else 4.0 if share >= _OWN else 30.0)
            if i in led:
                current[i] = len(ways)
                add(i, led[i], 6.0 + 4 * self.room.crossed({i: led[i]}))
            if sum(share > 0.99 for _, _, share in spots) >= _ROOMY:
                continue
            for room, dear in ((self.room, 6.0), (ashore, 20.0)):
                for made, crossed, length in room.ways(i, self.shapes[i], number, self.preset, words, most=_PLACES):
                    if crossed <= 1:
                        add(i, made, dear + length / 4 + 4 * crossed)
        if not ways:
            return {}, {}, list(self.numbers)
        chosen = settle(np.array(owner), np.array(price), _conflicts(ways, np.array(owner)), current)
        found = {i: ways[k] for i, k in chosen.items()}
        return (
            {i: way for i, way in found.items() if not isinstance(way, Callout)},
            {i: way for i, way in found.items() if isinstance(way, Callout)},
            [i for i in self.numbers if i not in found],
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
    for _ in range(0 if lacking(held) else _SWEEPS):
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
    found = on_region(label, shape, taken, 1)
    return (label, *found[0][:2], True) if found and found[0][2] >= own else None


def on_region(
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
    shapely.prepare(part)
    across, along = (grid.ravel() for grid in np.meshgrid(np.linspace(x0, x1, 9), np.linspace(y0, y1, 5)))
    share = shapely.contains_xy(part, x[:, None] + across, y[:, None] + along).mean(axis=1)
    near = np.array(taken, dtype=object)
    near = near[shapely.dwithin(near, shapely.box(left + x0, bottom + y0, right + x1, top + y1), _STANDING)]
    share[shapely.dwithin(boxes[:, None], near[None], _STANDING).any(axis=1)] = -1.0
    order = np.argsort(-share, kind="stable")[:most]
    return [(float(x[k]), float(y[k]), float(share[k])) for k in order.tolist() if share[k] >= 0]


def led_to(
    outside: Outside,
    shapes: dict[int, BaseGeometry],
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
            made = place.put(i, shapes[i], numbers[i], "", preset, words, across=across)
            if made is not None:
                found[i] = made
                if ashore:
                    room.block(made)
    return found
