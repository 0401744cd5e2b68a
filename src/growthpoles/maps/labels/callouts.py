"""Names beside the map, with a line into their region: for regions whose whole name does not fit inside."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Any

from growthpoles.maps.labels import label_fit as fit
from growthpoles.maps.labels.outside import DEEP, Callout, Outside, room_around
from growthpoles.maps.map_options import Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.typography import text_metrics as text
from growthpoles.maps.typography.typefaces import chosen

#: With more regions than this to be named outside, a map gets no such names: they would stand in a thicket of lines.
MOST = 24
_ROUNDS = 4


def name_outside(
    base: Base,
    plan: Plan,
    short: Sequence[tuple[Any, int]],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    style: Style,
    poles: dict[int, fit.Poles],
    whole: Sequence[fit.Placed],
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
    inside = {i: fit.best(shape, [], marks[i], style.preset, poles[i]) if marks[i] else None for shape, i in wanted}
    key = (
        base.key,
        plan,
        style.preset,
        chosen(),
        tuple((i, names[i][0], marks[i], inside[i]) for _, i in wanted),
        tuple(whole),
    )
    if key not in _FOUND:
        coded = {i: fit.best(shape, names[i], marks[i], style.preset, poles[i]) for shape, i in wanted}
        bare = {i for i, one in coded.items() if one is None or not _tells(one, marks[i])}
        outside = room_around(base, plan)
        found = _rounds(outside, wanted, inside, bare, names, marks, style.preset)
        lost = [(shape, i) for shape, i in wanted if i in bare and i not in found]
        if lost:
            words = [_frame(one) for one in (*whole, *inside.values()) if one is not None]
            _across(outside, lost, found, words, inside, names, marks, style.preset)
        _FOUND[key] = found
        while len(_FOUND) > _KEEP:
            _FOUND.popitem(last=False)
    _FOUND.move_to_end(key)
    return _FOUND[key]


_FOUND: OrderedDict[Hashable, dict[int, Callout]] = OrderedDict()
_KEEP = 24


def _rounds(
    outside: Outside,
    wanted: Sequence[tuple[Any, int]],
    inside: dict[int, fit.Placed | None],
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
        key=lambda i: (-text.width(names[i][0], 1.0), i),
    )
    shapes = {i: shape for shape, i in wanted}
    best: dict[int, Callout] = {}
    most = (-1, -1)
    for _ in range(_ROUNDS):
        found: dict[int, Callout] = {}
        room = outside.copy()

        def put(i: int, name: str, room: Outside = room, found: dict[int, Callout] = found) -> None:
            placed = inside[i]
            made = room.put(i, shapes[i], name, "" if placed else marks[i], preset, [_frame(placed)] if placed else [])
            if made is None and placed and i in bare:
                made = room.put(i, shapes[i], name, marks[i], preset, [])
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
    lost: Sequence[tuple[Any, int]],
    found: dict[int, Callout],
    words: Sequence[Any],
    inside: dict[int, fit.Placed | None],
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    preset: Preset,
) -> None:
    """Place names, or else codes, by lines across other regions, clear of their words; adds them to `found`."""
    room = outside.copy()
    for callout in found.values():
        room.block(callout)
    for shape, i in lost:
        mark = "" if inside[i] else marks[i]
        for name in names[i]:
            made = room.put(i, shape, name, mark, preset, words, across=True)
            if made is not None:
                found[i] = made
                break


def _tells(placed: fit.Placed, mark: str) -> bool:
    """Tell whether a label holds a name or a code, and the class."""
    whole = "".join(line for line, _, _ in placed[0].lines) + placed[0].tail
    return whole != mark and mark in whole


def _frame(placed: fit.Placed) -> Any:
    """Box around a placed label."""
    import shapely

    label, x, y, _ = placed
    foot = text.DROP * label.lines[-1][1] * text.PT
    return shapely.box(x - label.w / 2, y - label.h / 2 - foot, x + label.w / 2, y + label.h / 2)
