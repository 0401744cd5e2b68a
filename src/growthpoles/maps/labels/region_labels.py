"""Label placement for every region: name inside, callout beside the map, or code with a key."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.maps import palettes
from growthpoles.maps.labels import label_fit
from growthpoles.maps.labels.callouts import Callout, barrier_of, name_outside, room_around
from growthpoles.maps.labels.label_fit import Placed
from growthpoles.maps.labels.numbered_labels import MOST, number_regions
from growthpoles.maps.map_options import Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import canvas, label_text
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Block, Word
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import chosen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

#: With more regions than this without their whole name, those carry their class only.
CROWD = 60
_AIR = 0.7
#: What a line break adds to a name, or takes from it.
_BREAKS = re.compile(r"[\s\u00ad-]")


@dataclass(frozen=True, slots=True)
class Names:
    """Everything written on and beside the regions.

    Attributes
    ----------
    inside
        Number of a region -> the label inside it.
    beside
        Number of a region -> its name beside the map.
    codes
        Codes or numbers on the map with the names that they stand for.
    key
        The list of those codes and its lower left corner; None if there is none, or no room for it.
    """

    inside: dict[int, Placed]
    beside: dict[int, Callout]
    codes: tuple[tuple[str, str], ...]
    key: tuple[Block, float, float] | None

    def unnamed(self, names: Sequence[Sequence[str]], elsewhere: Collection[int]) -> list[int]:
        """List the regions with neither their name, whole or short, nor a code that a list explains.

        `elsewhere` are regions that are named beside the map, as those in an inset.
        """
        listed, found = {code for code, _ in self.codes}, []
        for i in set(range(len(names))) - set(elsewhere):
            labels = [self.beside[i].label] if i in self.beside else []
            labels += [self.inside[i][0]] if i in self.inside else []
            lines = [line for label in labels for line in (*(text for text, _, _ in label.lines), label.tail)]
            whole = _BREAKS.sub("", "".join(lines))
            if names[i] and listed.isdisjoint(lines) and not any(_BREAKS.sub("", name) in whole for name in names[i]):
                found.append(i)
        return found

    def raised(self, rise: float, key: tuple[Block, float, float]) -> Names:
        """Move everything up, to make room for a key below."""
        inside = {i: (label, x, y + rise, tight) for i, (label, x, y, tight) in self.inside.items()}
        return Names(inside, {i: one.raised(rise) for i, one in self.beside.items()}, self.codes, key)


def arrange(
    base: Base,
    plan: Plan,
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    style: Style,
    *,
    free: bool = True,
    values: bool = True,
) -> Names:
    """Find a place for the name and the class of every region that has no inset, clear of rings and leaders.

    Parameters
    ----------
    base, plan
        The regions and their arrangement.
    names
        Ways to write every region, the fullest first.
    marks
        Class or value printed in every region.
    style
        Shared options.
    free
        Whether the list of codes may stand in free space of the map; False where the page keeps a strip for it.
    values
        Whether a list of numbers repeats the classes or values.
    """
    import shapely

    scale, origin = plan.found.scale, np.asarray(plan.found.origin)
    inset = {lens.region for lens in plan.lenses}
    todo = [i for i in range(len(base.geometries)) if i not in inset and (names[i] or marks[i])]
    if not todo:
        return Names({}, {}, (), None)
    shapes = shapely.transform(base.plain[todo], lambda xy: xy * scale + origin)
    barrier = barrier_of(plan)
    if barrier is not None:
        touched = shapely.intersects(shapes, barrier)
        left = shapely.difference(shapes[touched], barrier)
        # a region under a symbol is still what a line from its name may point at
        shapes[touched] = np.where(shapely.area(left) > 0.5, left, shapes[touched])
    known = base.poles_at(scale, *plan.found.origin, plan.found.insets, chosen())
    poles = {i: known[i] for i in todo}
    placed: dict[int, Placed | None] = {}
    for shape, i in zip(shapes, todo, strict=True):
        placed[i] = label_fit.full(shape, names[i][0], marks[i], style.preset, poles[i]) if names[i] else None
    short = [(shape, i) for shape, i in zip(shapes, todo, strict=True) if placed[i] is None]
    whole = [found for found in placed.values() if found is not None]
    beside = name_outside(base, plan, short, names, marks, style, poles, whole)
    for shape, i in short:
        # among very many regions a code here and a class there would be read as classes of one kind
        mine = [] if i in beside or len(short) > CROWD else names[i]
        mark = "" if i in beside and beside[i].marked else marks[i]
        placed[i] = label_fit.best(shape, mine, mark, style.preset, poles[i])
    inside = {i: found for i, found in placed.items() if found is not None}
    if len(base.geometries) <= MOST and any(names[i] and not _told(i, inside, beside, marks) for i in todo):
        inside, beside, numbered = number_regions(
            base, plan, dict(zip(todo, shapes, strict=True)), names, marks, style, poles
        )
        values = values and style.code_key != "none"  # the list of a panel serves maps of several values
        codes = tuple(
            (number, "  ".join(filter(None, [names[i][0], marks[i] if values else ""])))
            for i, number in numbered.items()
        )
        listed = free and style.code_key == "auto"
        key = code_key(codes, base, plan, list(beside.values()), style.preset) if listed else None
        return Names(inside, beside, codes, key)
    first = {i: found[0].lines[0][0] for i, found in inside.items() if i not in beside}
    first |= {i: one.label.lines[0][0] for i, one in beside.items()}
    codes = tuple(sorted((code, names[i][0]) for i, code in first.items() if code in names[i][1:]))
    wanted = codes and free and style.code_key == "auto"
    key = code_key(codes, base, plan, list(beside.values()), style.preset) if wanted else None
    return Names(inside, beside, codes, key)


def _told(i: int, inside: dict[int, Placed], beside: dict[int, Callout], marks: Sequence[str]) -> bool:
    """Tell whether a region shows a name or a code, and its class."""
    if i in beside:
        return i in inside or beside[i].marked or not marks[i]
    if i not in inside:
        return False
    label = inside[i][0]
    written = "".join(line for line, _, _ in label.lines) + label.tail
    return written != marks[i].replace(" ", "") and len(written) > len(marks[i])


def code_key(
    pairs: Sequence[tuple[str, str]], base: Base, plan: Plan, taken: Sequence[Callout], preset: Preset
) -> tuple[Block, float, float] | None:
    """Find room for a list of codes with the names that they stand for.

    Parameters
    ----------
    pairs
        Code and name, in the order of the list.
    base, plan
        The regions and their arrangement.
    taken
        Names that stand outside already.
    preset
        Sizes.

    Returns
    -------
    (Block, x, y) or None
        The list and its lower left corner: beside a legend that stands below the map, else in free space.
    """
    below = plan.legend_box if plan.legend_box is not None and plan.legend_box.top <= plan.body.y else None
    outside = room_around(base, plan)
    for one in taken:
        outside.block(one)
    for columns, gap in itertools.product(range(1, len(pairs) + 1), (2 * _AIR, _AIR)):
        block = code_block(pairs, columns, preset)
        if below is not None and block.h <= below.h and below.right + 3.0 + block.w <= plan.frame.right:
            return block, plan.frame.right - block.w, below.top - block.h
        x, y = outside.space.spots(block.w, block.h, gap)
        if len(x):
            # in a corner, so that the list is taken for furniture
            far = np.minimum(x - plan.body.x, plan.body.right - block.w - x)
            at = int(np.argmin(np.hypot(far, np.minimum(y - plan.body.y, plan.body.top - block.h - y))))
            return block, float(x[at]), float(y[at])
    return None


def code_block(pairs: Sequence[tuple[str, str]], columns: int, preset: Preset, limit: float = float("inf")) -> Block:
    """Set codes and names in columns; names go on in a second line where the columns would be wider than `limit`."""
    size = preset.small_pt
    em = size * text_metrics.PT
    gap, indent = 1.4 * em, max(text_metrics.width(code, size, bold=True) for code, _ in pairs) + 0.6 * em
    room = (limit + gap) / columns - gap - indent
    names = [text_metrics.wrap(name, size, room) if np.isfinite(limit) else [name] for _, name in pairs]
    rows = [len(name) for name in names]
    per = max(-(-sum(rows) // columns), *rows)
    while (parts := _cut(rows, per))[-1][0] >= columns:
        per += 1
    high, words, x = text_metrics.height(per, size), list[Word](), 0.0
    for _, part in itertools.groupby(parts, key=lambda each: each[0]):
        members = [(k, row) for _, k, row in part]
        indent = max(text_metrics.width(pairs[k][0], size, bold=True) for k, _ in members) + 0.6 * em
        for k, row in members:
            y = high - text_metrics.CAP * em - row * text_metrics.LEADING * em
            words.append(Word(x, y, pairs[k][0], size, bold=True))
            words += [
                Word(x + indent, y - more * text_metrics.LEADING * em, line, size) for more, line in enumerate(names[k])
            ]
        x += indent + max(text_metrics.width(line, size) for k, _ in members for line in names[k]) + gap
    return Block(x - gap, high, tuple(words))


def _cut(rows: Sequence[int], per: int) -> list[tuple[int, int, int]]:
    """Fill columns of `per` rows one after the other: column, number and first row of every entry."""
    found, column, row = [], 0, 0
    for k, high in enumerate(rows):
        if row + high > per:
            column, row = column + 1, 0
        found.append((column, k, row))
        row += high
    return found


def key_below(codes: Sequence[tuple[str, str]], preset: Preset, limit: float) -> Block:
    """Set codes and names in as many columns as fit into `limit` millimetres, for a strip under the map.

    Where that takes more than half the page, one column more, with long names on two lines.
    """
    most = max(1, min(len(codes), int(limit)))  # a column is wider than a millimetre
    for columns in range(most, 0, -1):
        block = code_block(codes, columns, preset)
        if block.w <= limit:
            break
    if block.h > 0.5 * preset.max_height_mm and columns < most:
        wrapped = code_block(codes, columns + 1, preset, limit)
        if wrapped.w <= limit and wrapped.h < block.h:
            return wrapped
    return block


def key_within(codes: Sequence[tuple[str, str]], preset: Preset, limit: float) -> Block:
    """Set codes and names in as few columns as are no higher than `limit` millimetres, for a place beside the map."""
    blocks = (code_block(codes, columns, preset) for columns in range(1, len(codes) + 1))
    return next(block for block in blocks if block.h <= limit or len(codes) == 1)


def draw_names(
    ax: Axes, found: Names, faces: Sequence[str], preset: Preset, transform: Transform, gid: str, *, halo: bool = False
) -> None:
    """Draw the labels, the names beside the map and the key of the codes; halos where labels are tight, or for all."""
    lines: list[Word] = []
    for i, (label, x, y, tight) in found.inside.items():
        ink, around = palettes.ink_on(faces[i]), faces[i] if tight or halo else None
        lines += label_text.words(label, x, y, colour=ink, halo=around, tag=str(i))
    canvas.add_words(ax, lines, transform=transform, gid=f"{gid}-labels", codes=found.codes)
    _draw_callouts(ax, list(found.beside.values()), preset, transform, gid)
    if found.key:
        canvas.add_block(ax, *found.key, transform=transform, gid=f"{gid}-codes", line_pt=preset.line_pt)


def _draw_callouts(ax: Axes, found: Sequence[Callout], preset: Preset, transform: Transform, gid: str) -> None:
    """Draw the lines, with a dot where they end, and the names."""
    from matplotlib.path import Path

    if not found:
        return
    lines = [callout.line for callout in found]
    canvas.add_leaders(
        ax, lines, line_pt=1.2 * preset.line_pt, orders=(4.4, 4.5), gid=f"{gid}-callout-lines", transform=transform
    )
    dots = [Path.circle((float(line[1][0]), float(line[1][1])), 0.75 * preset.line_pt) for line in lines]
    canvas.add_shapes(
        ax,
        dots,
        face=palettes.INK,
        edge=palettes.PAPER,
        line_pt=preset.line_pt,
        order=4.6,
        gid=f"{gid}-callout-dots",
        transform=transform,
    )
    words = [
        word
        for one in found
        for word in label_text.words(
            one.label,
            one.box.x + one.box.w / 2,
            one.box.top - one.label.h / 2,
            colour=palettes.INK,
            halo=palettes.PAPER,
            tag=str(one.region),
        )
    ]
    canvas.add_words(ax, words, transform=transform, gid=f"{gid}-callouts")
