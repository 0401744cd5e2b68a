"""Label placement beside the points of a chart or the cities of a map: never on a point, each other, or the edge."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.errors import listed
from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.labels.callouts import frame_of
from growthpoles.maps.labels.region_labels import Names, along, far_names, taken_by
from growthpoles.maps.map_options import City, Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import canvas, insets
from growthpoles.maps.sheet.context_layer import (
    CitySpot,
    Locator,
    city_candidates,
    countries_of,
    draw_locator,
)
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array, Box, Word
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform
    from shapely.geometry.base import BaseGeometry

_ROUNDS = 12
_NEXT_NAME = 12.0
_LOST = 200.0
#: So near to a dot, in millimetres, the name of its region is the dot's as well.
_AT = 3.0
#: Millimetres between two cities, square millimetres of a map for each, and how few there may be on the smallest.
_CITY_GAP, _CITY_ROOM, _FEWEST_CITIES = 5.0, 900.0, 3
#: So many cities a sentence on those left out names.
_TOLD = 5
#: Why the dot of a city has no name, or a city of some size is not on the map.
_REASONS = {
    "shared": "dots without a name of their own, named by their region: {names}",
    "room": "no room for the names of: {names}",
    "label": "left out under the name of a region: {names}",
    "near": "left out close to another city: {names}",
    "inset": "left out where an inset shows the region: {names}",
    "outside": "left out outside the regions: {names}",
}
MOST_NAMED = 500  # names that a chart has room for: of more points the most important are tried


@dataclass(frozen=True, slots=True)
class _Places:
    """One way to write a name, and the boxes (left, bottom, right, top) it may take, with their costs."""

    lines: tuple[str, ...]
    boxes: Array
    costs: Array


def annotate_points(
    ax: Axes,
    xy: Array,
    names: Sequence[Sequence[str]],
    *,
    preset: Preset,
    size: float | None = None,
    bold: Sequence[bool] | None = None,
    radius: float | None = None,
    gid: str = "point",
    order: Sequence[int] | None = None,
    avoid: Sequence[Box] = (),
    better_free: Sequence[Box] = (),
) -> list[int]:
    """Name points next to them; names never overlap points, each other, or the edge of the axes.

    Every point in turn takes the best free place. Those that had to take a worse name, or none, then go first in
    another round; the round with the least cost is kept.

    Parameters
    ----------
    ax
        Axes whose limits are final.
    xy
        Points (n, 2) in data coordinates.
    names
        Ways to write each point's name, preferred one first, lines apart by line feeds; a point without any is skipped.
    preset, size, bold
        Typography.
    radius
        Radius of the points in millimetres; by default that of points 0.6 of a line of text across.
    order
        Points to name, the most important first.
    avoid
        Boxes in millimetres that names must leave free.
    better_free
        Boxes that names leave free where they can.

    Returns
    -------
    list of int
        Points that found no room.
    """
    mm = canvas.millimetres(ax)
    points = mm.inverted().transform(ax.transData.transform(xy))
    words, lost = point_words(
        points, canvas.axes_size(ax), names, size=size or preset.small_pt, bold=bold,
        radius=0.36 * preset.text_pt * text_metrics.PT if radius is None else radius,
        order=order, avoid=avoid, better_free=better_free,
    )  # fmt: skip
    canvas.add_words(ax, words, transform=mm, gid=gid, order=7.0)
    return lost


def point_words(
    points: Array,
    sheet: tuple[float, float],
    names: Sequence[Sequence[str]],
    *,
    size: float,
    radius: float,
    bold: Sequence[bool] | None = None,
    order: Sequence[int] | None = None,
    avoid: Sequence[Box] = (),
    better_free: Sequence[Box] = (),
    colour: str = palettes.INK,
) -> tuple[list[Word], list[int]]:
    """Set the names of points in millimetres as :func:`annotate_points` does; those without room are listed.

    `sheet` is width and height of what the names must not leave.
    """
    heavy = [bool(bold[i]) if bold is not None else False for i in range(len(names))]
    dots = np.column_stack([points - radius, points + radius])
    soft = np.array([_edges(box) for box in better_free]).reshape(-1, 4)
    wanted = [i for i in (order if order is not None else range(len(names))) if any(names[i])]
    turns = wanted[:MOST_NAMED]
    options = {}
    for i in turns:
        others = np.delete(dots, i, axis=0)
        ways = [tuple(map(text_metrics.clean, name.split("\n"))) for name in names[i] if name]
        options[i] = [_places(points[i], lines, size, heavy[i], radius + 0.5, sheet, others, soft) for lines in ways]
    fixed = np.array([_edges(box) for box in avoid]).reshape(-1, 4)
    best: dict[int, tuple[int, int]] = {}
    least = np.inf
    for _ in range(_ROUNDS):
        found, cost = _assign(turns, options, fixed)
        if cost < least:
            best, least = found, cost
        worse = [i for i in turns if found.get(i, (1, 0))[0] > 0]
        if not worse:
            break
        turns = worse + [i for i in turns if i not in worse]
    words = []
    step = text_metrics.LEADING * size * text_metrics.PT
    for i in sorted(best):
        place = options[i][best[i][0]]
        left, bottom, right, _ = place.boxes[best[i][1]]
        align, x = ("left", left) if left >= points[i, 0] else ("right", right)
        if left < points[i, 0] < right:
            align, x = "center", (left + right) / 2
        base = bottom + text_metrics.DROP * size * text_metrics.PT
        for k, line in enumerate(reversed(place.lines)):
            words.append(
                Word(
                    float(x),
                    base + k * step,
                    line,
                    size,
                    bold=heavy[i],
                    colour=colour,
                    halo=palettes.PAPER,
                    align=align,
                    tag=str(i),
                )
            )
    return words, [i for i in wanted if i not in best]


def _edges(box: Box) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a box."""
    return box.x, box.y, box.right, box.top


def _hits(boxes: Array, others: Array, gap: float = 0.0) -> Array:
    """Count the other boxes that come closer than `gap` to each box."""
    if not len(boxes):
        return np.zeros(0)
    low, high = boxes[:, :2].min(axis=0) - gap, boxes[:, 2:].max(axis=0) + gap
    others = others[((others[:, :2] <= high) & (others[:, 2:] >= low)).all(axis=1)]
    a, b = boxes[:, None, :], others[None, :, :]
    near = (a[..., 0] < b[..., 2] + gap) & (b[..., 0] < a[..., 2] + gap)
    near &= (a[..., 1] < b[..., 3] + gap) & (b[..., 1] < a[..., 3] + gap)
    return np.asarray(near.sum(axis=1), dtype=float)


def _around(x: float, y: float, w: float, h: float, gap: float) -> Array:
    """Lower left corners of the places for a name around a point, the most usual first."""
    lift = 0.6 * gap
    aside = [(x + gap, y - h / 2), (x - gap - w, y - h / 2)]
    over = [(x - w / 2, y + gap), (x - w / 2, y - gap - h)]
    corners = [
        (x + 0.7 * gap, y + lift),
        (x + 0.7 * gap, y - lift - h),
        (x - 0.7 * gap - w, y + lift),
        (x - 0.7 * gap - w, y - lift - h),
    ]
    between = [(x - w * share, y + dy) for share in (0.25, 0.75, 0.1, 0.9) for dy in (gap, -gap - h)]
    tilted = [(left, y - h / 2 + dy) for dy in (0.3 * h, -0.3 * h) for left in (x + 0.95 * gap, x - 0.95 * gap - w)]
    return np.array([*aside, *over, *corners, *between, *tilted])


def _places(
    point: Array,
    lines: tuple[str, ...],
    size: float,
    bold: bool,
    gap: float,
    sheet: tuple[float, float],
    dots: Array,
    soft: Array,
) -> _Places:
    """Return the places on the sheet where a name covers no other point, with their costs."""
    w = max(text_metrics.width(line, size, bold=bold) for line in lines)
    h = text_metrics.height(len(lines), size)
    start = _around(float(point[0]), float(point[1]), w, h, gap)
    boxes = np.column_stack([start, start + np.array([w, h])])
    inside = (boxes[:, :2] >= 0.3).all(axis=1) & (boxes[:, 2:] <= np.array(sheet) - 0.3).all(axis=1)
    costs = 0.25 * np.arange(len(boxes)) + 1.5 * np.minimum(_hits(boxes, soft), 4.0) + 2.0 * _hits(boxes, dots, 0.8)
    free = inside & (_hits(boxes, dots) == 0)
    return _Places(lines, boxes[free], costs[free])


def _assign(
    turns: Sequence[int], options: dict[int, list[_Places]], fixed: Array
) -> tuple[dict[int, tuple[int, int]], float]:
    """Give every point in turn its best free place; returns way of writing and place by point, and the cost."""
    taken = fixed
    found: dict[int, tuple[int, int]] = {}
    total = 0.0
    for i in turns:
        best = (_LOST, -1, -1)
        for way, place in enumerate(options[i]):
            if not len(place.boxes):
                continue
            costs = place.costs + way * _NEXT_NAME + np.where(_hits(place.boxes, taken, 0.25) > 0, np.inf, 0.0)
            at = int(np.argmin(costs))
            if costs[at] < best[0]:
                best = (float(costs[at]), way, at)
        total += best[0]
        if best[1] >= 0:
            found[i] = (best[1], best[2])
            taken = np.vstack([taken, options[i][best[1]].boxes[best[2]]])
    return found, total


def spread(places: Sequence[float] | Array, step: float | Sequence[float] | Array, low: float, high: float) -> Array:
    """Move points so that neighbours are `step` apart, with the least sum of squared moves.

    Subtracting the room that the points before one take turns the minimal distance into mere order, and the
    least-squares solution under an order is isotonic regression (pooling adjacent violators; Barlow et al. 1972).
    Where the range is too short for all points they keep their distance and run over its upper end.

    Parameters
    ----------
    places : array of float
        Points, in any order.
    step : float or array of float
        Smallest distance; or the size of every point, whose neighbours are then half of both sizes away.
    low, high : float
        Range that should hold them.

    Returns
    -------
    ndarray
        Moved points in the order given.
    """
    wanted = np.asarray(places, dtype=float)
    if not len(wanted):
        return np.empty(0)
    order = np.argsort(wanted, kind="stable")
    sizes = np.broadcast_to(np.asarray(step, dtype=float), wanted.shape)[order]
    before = np.concatenate([[0.0], np.cumsum((sizes[1:] + sizes[:-1]) / 2)])
    pools: list[list[float]] = []
    for value in (wanted[order] - before).tolist():
        pools.append([value, 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, weight = pools.pop()
            pools[-1] = [
                (pools[-1][0] * pools[-1][1] + mean * weight) / (pools[-1][1] + weight),
                pools[-1][1] + weight,
            ]
    fitted = np.repeat([mean for mean, _ in pools], [int(weight) for _, weight in pools])
    result = np.empty(len(wanted))
    result[order] = np.clip(fitted, low, max(low, high - before[-1])) + before
    return result


@dataclass(frozen=True, slots=True)
class Beside:
    """What a map shows on request: cities with names, and why others have none; a locator map; far parts."""

    spots: tuple[CitySpot, ...]
    words: tuple[Word, ...]
    lost: dict[City, str]
    locator: Locator | None
    place: Box | None
    far: tuple[Word, ...] = ()
    shared: tuple[str, ...] = ()  # cities whose dot has no name but that of its region, which is the same

    @property
    def boxes(self) -> list[Box]:
        """Their room on the sheet."""
        held = [
            Box(left, bottom, right - left, top - bottom) for left, bottom, right, top in (w.box for w in self.words)
        ]
        return [*(spot.room for spot in self.spots), *held, *([self.place] if self.place else [])]

    def tell(self, ax: Axes, style: Style, plan: Plan, left_out: Sequence[str]) -> None:
        """Give the axes what a caption says of cities, locator, and parts left out: `cities`, `locator`, `facts`."""
        word, facts = translator(style.lang), list[str]()
        if self.spots:
            rings = any(spot.city.capital for spot in self.spots)
            if self.spots[0].city.own:
                facts.append(word("dots: cities, rings: capitals" if rings else "dots: cities"))
            else:
                told = (
                    "dots: the most populous cities with room, rings: capitals"
                    if rings
                    else "dots: the most populous cities with room"
                )
                facts.append(f"{word(told)} ({word('Natural Earth; GeoNames, CC BY 4.0')})")
        if left_out:
            told = "a far part of {names} is too small to be shown"
            facts.append(word(told).format(names=", ".join(left_out)))
        for reason, told in _REASONS.items():
            names = [city.name for city, why in self.lost.items() if why == reason]
            if names := [*self.shared] if reason == "shared" else names:
                most = len(names) if style.cities[0].own else _TOLD
                first = ", ".join(names[:most])
                if rest := len(names) - most if len(names) > most else 0:
                    first = word("{names} and {count} more").format(names=first, count=rest)
                facts.append(word(told).format(names=first))
        inside = {spot.city.name for spot in self.spots} | {city.name for city in self.lost}
        outside = [city.name for city in style.cities if city.own and city.name not in inside]
        if outside:
            facts.append(word("outside of this map: {names}").format(names=listed(outside)))
        stands = ""
        if style.locator:
            stands = "left out" if self.place is None else "below" if self.place.y < plan.frame.y else "inside"
            left_out = "the small map of the surroundings has no room on this page"
            facts.append(word(left_out if self.place is None else "the small map shows where the regions lie"))
        ax.cities_outside = tuple(outside)  # type: ignore[attr-defined]
        ax.cities = tuple(dict.fromkeys(spot.city.name for spot in self.spots))  # type: ignore[attr-defined]
        ax.locator = stands  # type: ignore[attr-defined]
        ax.facts = tuple(facts)  # type: ignore[attr-defined]

    def draw(self, ax: Axes, preset: Preset, mm: Transform, gid: str) -> None:
        """Draw them."""
        canvas.add_words(ax, self.far, transform=mm, gid=f"{gid}-far-names")
        if self.spots:
            draw_cities(ax, self.spots, self.words, mm, gid)
        if self.locator is not None and self.place is not None:
            draw_locator(ax, self.locator, self.place, preset, mm, gid)


def _bounds(shape: BaseGeometry) -> Box:
    left, bottom, right, top = shape.bounds
    return Box(left, bottom, right - left, top - bottom)


def choose_cities(
    candidates: Sequence[CitySpot], plan: Plan, refused: Collection[City] = ()
) -> tuple[list[CitySpot], dict[City, str]]:
    """Return the cities that a map shows, and why it does not show some others: "near", "inset" or "full".

    They are not nearer to each other than some millimetres, nor more than the map has room for, of which the `refused`
    take theirs, so that no smaller ones come into their place but those that stood too near to them. Those of a table
    of their own are all shown.
    """
    if candidates and candidates[0].city.own:
        return [*candidates], {}
    lensed = {lens.region for lens in plan.lenses}  # their name stands at the inset
    spots: list[CitySpot] = []
    why: dict[City, str] = {}
    most = max(_FEWEST_CITIES, round(plan.frame.w * plan.frame.h / _CITY_ROOM)) - len(refused)
    for spot in candidates:
        if spot.city in refused:
            continue
        if spot.region in lensed:
            why[spot.city] = "inset"
        elif len(spots) >= most:
            why[spot.city] = "full"
        elif any(np.hypot(spot.x - other.x, spot.y - other.y) < _CITY_GAP for other in spots):
            why[spot.city] = "near"
        else:
            spots.append(spot)
    return spots, why


def city_spots(base: Base, plan: Plan, cities: Sequence[City]) -> list[CitySpot]:
    """Return the cities that a map shows if all their names find room."""
    return choose_cities(city_candidates(base, plan, cities), plan)[0]


def draw_cities(ax: Axes, spots: Sequence[CitySpot], words: Sequence[Word], mm: Transform, gid: str) -> None:
    """Draw cities as dots, capitals as rings, with their names."""
    from matplotlib.path import Path

    for part, ring, radius in (("cities", False, 0.5), ("capitals", True, 0.65)):
        circles = [Path.circle((spot.x, spot.y), radius) for spot in spots if spot.city.capital == ring]
        face, edge, line = (palettes.PAPER, palettes.INK, 0.7) if ring else (palettes.INK, palettes.PAPER, 0.35)
        if circles:
            canvas.add_shapes(
                ax, circles, face=face, edge=edge, line_pt=line, order=5.4, gid=f"{gid}-{part}", transform=mm
            )
    canvas.add_words(ax, words, transform=mm, gid=f"{gid}-city-names", order=5.9)


def name_cities(
    base: Base,
    plan: Plan,
    named: Names | None,
    names: Sequence[list[str]],
    style: Style,
    locator: Locator | None,
    place: Box | None,
) -> Beside:
    """Name the cities where nothing else stands; of those that get no name, capitals and a table's own are shown.

    A city that is called like the region around it is a dot without a name where the region's stands at it. One without
    room makes way for those that stood too near to it. What of a table has no room is listed, and of the world's cities
    what is larger than the smallest that has.
    """
    far = tuple(far_names(base, plan, named, names, style))
    candidates = city_candidates(base, plan, style.cities)
    if not candidates:
        return Beside((), (), {}, locator, place, far)
    labels: list[BaseGeometry] = [frame_of(one) for one in named.inside.values()] if named else []
    boxes, lines = taken_by(plan, named)
    boxes += [_bounds(each) for each in (*labels, *plan.obstacles)]
    boxes += [place] if place else []
    boxes += [Box(left, low, right - left, top - low) for left, low, right, top in (word.box for word in far)]
    for lens, spot in zip(plan.lenses, plan.found.insets, strict=True):
        x, y = insets.target_ring(lens, plan.found.scale, plan.found.origin)
        ring = insets.radius_of(lens) / insets.zoom(lens, plan.found.scale) + 0.3
        boxes += [Box(x - ring, y - ring, 2 * ring, 2 * ring), spot.box]
    bits = list(along(lines))
    frame, found = plan.frame, plan.found
    edges: list[Box] = []
    for each in base.frames:  # no name crosses the edge of a frame
        ends = np.array(each.bounds).reshape(2, 2) * found.scale + np.asarray(found.origin)
        (left, bottom), (right, top) = ends
        edges += [Box(left, y, right - left, 0.0) for y in (bottom, top)]
        edges += [Box(x, bottom, 0.0, top - bottom) for x in (left, right)]
    wide, high = frame.right, frame.top
    edges += [Box(0.0, 0.0, frame.x, high), Box(0.0, 0.0, wide, frame.y)]
    printed, at = _printed(named, names), _label_boxes(named)
    avoid = [*boxes, *edges, *bits]

    def covered(spot: CitySpot) -> str:
        """Tell what stands where the dot would."""
        if any(spot.room.overlaps(box) for box in at.values()):
            return "label"
        return "room" if any(spot.room.overlaps(box) for box in (*boxes, *bits)) else ""

    def shares(spot: CitySpot) -> bool:
        """Tell whether a dot has the name of its region at it, which is its own as well."""
        same = spot.city.name.casefold() == printed.get(spot.region, "").casefold()
        return same and _gap(spot, at[spot.region]) <= _AT

    def write(spots: Sequence[CitySpot], silent: Collection[City]) -> tuple[list[Word], list[City]]:
        """Name the dots, but those that have their region's name at them; tell which names have no room."""
        ways = [[] if shares(spot) or spot.city in silent else [spot.city.name] for spot in spots]
        points = np.array([(spot.x, spot.y) for spot in spots]).reshape(-1, 2)
        words, homeless = point_words(
            points, (wide, high), ways, size=style.preset.small_pt, radius=0.7, avoid=avoid, colour=palettes.HATCH
        )
        return words, [spots[i].city for i in homeless]

    spots, words, lost = _with_room(candidates, plan, covered, write)
    if not spots or not spots[0].city.own:
        lost = _told(candidates, {spot.city for spot in spots}, lost, plan, names)
    words = [replace(word, tag="") for word in words]  # those of regions tell which
    shared = tuple(spot.city.name for spot in spots if shares(spot))
    return Beside(tuple(spots), tuple(words), lost, locator, place, far, shared)


def _with_room(
    candidates: Sequence[CitySpot],
    plan: Plan,
    covered: Callable[[CitySpot], str],
    write: Callable[[Sequence[CitySpot], Collection[City]], tuple[list[Word], list[City]]],
) -> tuple[list[CitySpot], list[Word], dict[City, str]]:
    """Return the cities that a map shows, their names, and why others are not there; none for want of a smaller one."""
    lost: dict[City, str] = {}
    silent: set[City] = set()
    while True:
        spots, why = choose_cities(candidates, plan, lost)
        if found := {spot.city: told for spot in spots if (told := covered(spot))}:
            lost |= found
            continue
        words, homeless = write(spots, silent)
        if not homeless or spots[0].city.own:
            return spots, words, why | lost | dict.fromkeys((*silent, *homeless), "room")
        fine, many = 0, len(spots)  # so many from the largest on have room, and have not
        while many - fine > 1:
            some = (fine + many) // 2
            fine, many = (fine, some) if write(spots[:some], silent)[1] else (some, many)
        last = spots[fine]
        if last.city.capital and last.region >= 0 and last.city not in silent:
            silent.add(last.city)
        else:
            lost[last.city] = "room"


def _told(
    candidates: Sequence[CitySpot],
    shown: Collection[City],
    why: dict[City, str],
    plan: Plan,
    names: Sequence[list[str]],
) -> dict[City, str]:
    """Return why cities larger than the smallest that is shown are not, in their order.

    Of those outside the regions, the large ones of the same countries; none whose name stands at an inset in that of
    the region.
    """
    least = max((i for i, spot in enumerate(candidates) if spot.city in shown and spot.region >= 0), default=0)
    homes = {*countries_of(candidates).values()} - {""}
    insets_of = {lens.region: names[lens.region][0].casefold() for lens in plan.lenses if names[lens.region]}
    found = {}
    for i, spot in enumerate(candidates):
        larger = i < least if spot.region >= 0 else spot.city.country in homes
        if spot.city in why and larger and spot.city.name.casefold() not in insets_of.get(spot.region, ""):
            outside = spot.region < 0 and why[spot.city] == "full"
            found[spot.city] = "outside" if outside else why[spot.city]
    return found


def _label_boxes(named: Names | None) -> dict[int, Box]:
    """Return where the names of the regions stand, by the numbers of the regions."""
    if named is None:
        return {}
    inside = {i: _bounds(frame_of(one)) for i, one in named.inside.items()}
    return inside | {i: each.box for i, each in named.beside.items()}  # inside stands the value alone then


def _gap(spot: CitySpot, box: Box) -> float:
    """Return the distance of a dot from a label."""
    dx = max(box.x - spot.x, 0.0, spot.x - box.right)
    dy = max(box.y - spot.y, 0.0, spot.y - box.top)
    return float(np.hypot(dx, dy))


def _printed(named: Names | None, names: Sequence[list[str]]) -> dict[int, str]:
    """Return the names of the regions that stand whole on the map, by the numbers of the regions."""
    labels = {i: one[0] for i, one in named.inside.items()} if named else {}
    labels |= {i: one.label for i, one in named.beside.items()} if named else {}
    said = {i: " ".join(line for line, _, _ in label.lines) for i, label in labels.items()}
    return {i: names[i][0] for i, told in said.items() if names[i] and names[i][0] in told}
