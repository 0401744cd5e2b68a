"""Label placement for every region: name inside, callout beside the map, or code with a key."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.labels import label_fit
from growthpoles.maps.labels.callouts import (
    Callout,
    bare_space,
    barrier_of,
    frame_of,
    furniture_of,
    name_outside,
    room_around,
    with_their_values,
)
from growthpoles.maps.labels.label_fit import Placed
from growthpoles.maps.labels.numbered_labels import MOST, Detail, number_regions, window_on
from growthpoles.maps.map_options import Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import canvas, insets, label_text, map_plan
from growthpoles.maps.sheet.context_layer import Context, Locator, draw_context, locator_of
from growthpoles.maps.sheet.label_text import Label
from growthpoles.maps.sheet.map_geometry import Base, shape_paths
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array, Block, Box, Word
from growthpoles.maps.sheet.space_layout import GAP, FreeSpace, corner_cost
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import chosen

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform
    from shapely.geometry.base import BaseGeometry

#: With more regions than this without their whole name, those carry their class only.
CROWD = 60
_AIR = 0.7
#: Room between details under a map, in millimetres.
_SHELF = 1.8
#: Widths of a locator map, and the room over one under the map, in millimetres.
_LOCATORS, _UNDER = (24.0, 22.0, 20.0, 18.0), 1.8
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
    details
        Crowded parts at a larger scale.
    draft
        Whether the numbers have no places yet.
    instead
        Words that stand in the place of the list, where that goes to the caption.
    """

    inside: dict[int, Placed]
    beside: dict[int, Callout]
    codes: tuple[tuple[str, str], ...]
    key: tuple[Block, float, float] | None
    details: tuple[Detail, ...] = ()
    draft: bool = False
    instead: str = ""

    def unnamed(
        self, names: Sequence[Sequence[str]], marks: Sequence[str], elsewhere: Collection[int], *, listed: bool
    ) -> list[int]:
        """List the regions with neither their name, whole or short, nor a code that a list explains.

        `elsewhere` are regions that are named beside the map, as those in an inset; `listed` tells whether there is a
        list of the codes.
        """
        explained = {(code, told.split("  ")[0]) for code, told in self.codes} if listed else set()
        found = []
        for i in set(range(len(names))) - set(elsewhere):
            stands = [(self.inside, self.beside), *((part.inside, part.beside) for part in self.details)]
            labels = [inside[i][0] for inside, _ in stands if i in inside]
            labels += [beside[i].label for _, beside in stands if i in beside]
            coded = any((label.lines[0][0], names[i][0]) in explained for label in labels if names[i])
            lines = [line for label in labels for line in (*(text for text, _, _ in label.lines), label.tail)]
            whole, mark = (_BREAKS.sub("", text) for text in ("".join(lines), marks[i]))
            told = whole != mark and any(_BREAKS.sub("", name) in whole for name in names[i][:1])
            if names[i] and not coded and not told:
                found.append(i)
        return found

    def raised(self, rise: float, key: tuple[Block, float, float] | None) -> Names:
        """Move everything up, to make room for a key below."""
        inside = {i: (label, x, y + rise, tight) for i, (label, x, y, tight) in self.inside.items()}
        details = tuple(one.moved(0.0, rise) if one.placed else one for one in self.details)
        beside = {i: one.moved(0.0, rise) for i, one in self.beside.items()}
        return replace(self, inside=inside, beside=beside, key=key, details=details)

    def plainer(self) -> Names:
        """Return the same with a list that tells names alone, without classes or values."""
        return replace(self, codes=tuple((code, told.split("  ")[0]) for code, told in self.codes))

    def strip(self, preset: Preset, limit: float, *, listed: bool) -> Strip:
        """Arrange what has no place on the map: details in rows of at most `limit` millimetres, the list of codes.

        The list stands under the details, or around them where that is lower.
        """
        waiting = sorted((one for one in self.details if not one.placed), key=lambda each: each.window)
        stood, x, low, high = list[Detail](), 0.0, 0.0, 0.0
        for one in waiting:
            if x and x + one.room.w > limit:
                x, low, high = 0.0, low + high + _SHELF, 0.0
            stood.append(one.moved(x, low))
            x, high = x + one.room.w + _SHELF, max(high, one.room.h)
        shelf = low + high
        if not (listed and self.codes and not self.key):
            return Strip(tuple(stood), None, shelf)
        block = line_block(self.instead, preset) if self.instead else key_below(self.codes, preset, limit)
        if not stood:
            return Strip((), block, block.h)
        whole = shelf + _SHELF + block.h
        if not low and not self.instead:
            for columns in range(2, len(self.codes) + 1):
                around = code_block(self.codes, columns, preset, limit, corner=(x, shelf + _SHELF))
                if around.w > limit:
                    break
                if around.h < whole:
                    whole, block = around.h, around
        rise = whole - shelf
        return Strip(tuple(one.moved(0.0, rise) for one in stood), block, whole)


@dataclass(frozen=True, slots=True)
class Strip:
    """What stands under a map: details and the list of codes, from the lower left corner, and the height of both."""

    details: tuple[Detail, ...]
    block: Block | None
    h: float


def arrange(
    base: Base,
    plan: Plan,
    names: Sequence[Sequence[str]],
    marks: Sequence[str],
    style: Style,
    *,
    free: bool = True,
    values: bool = True,
    draft: bool = False,
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
    draft
        Where numbers are needed, tell only which, without places for them.
    """
    import shapely

    scale, origin = plan.found.scale, np.asarray(plan.found.origin)
    inset = {lens.region for lens in plan.lenses}
    todo = [i for i in range(len(base.geometries)) if i not in inset and (names[i] or marks[i])]
    if not todo:
        return Names({}, {}, (), None)
    shapes = shapely.transform(base.plain[todo], lambda xy: xy * scale + origin)
    barrier = barrier_of(plan)
    touched = np.zeros(len(todo), dtype=bool)
    if barrier is not None:
        touched = shapely.intersects(shapes, barrier)
        left = shapely.difference(shapes[touched], barrier)
        # a region under a symbol is still what a line from its name may point at
        shapes[touched] = np.where(shapely.area(left) > 0.5, left, shapes[touched])
    known = base.poles_at(scale, *plan.found.origin, plan.found.insets, chosen())
    poles = {i: {} if cut else known[i] for i, cut in zip(todo, touched.tolist(), strict=True)}  # of the shape as cut
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
    instead = translator(style.lang)("numbers and codes: see the caption") if style.code_key == "caption" else ""
    polygons = dict(zip(todo, shapes, strict=True))
    if len(base.geometries) <= MOST and any(names[i] and not _told(i, inside, beside, marks) for i in todo):
        inside, beside, numbered, details = number_regions(
            base, plan, polygons, names, marks, style, poles, draft=draft
        )
        if not draft:
            boxes = [one.room for one in details if one.placed]
            boxes += [window_on(plan, one.window) for one in details]
            inside, beside = with_their_values(
                base, plan, polygons, (inside, beside), names, marks, style.preset, boxes
            )
        values = values and style.code_key != "none"  # the list of a panel serves maps of several values
        told = {i: [marks[i]] if values and marks[i] else [] for i in numbered}
        for i, number in numbered.items():  # the value of a region that is called by its number says enough
            told[i] = told[i] if told[i] and number == names[i][0] else [names[i][0], *told[i]]
        codes = tuple((number, "  ".join(told[i])) for i, number in numbered.items())
        listed = free and style.code_key == "auto"
        key = code_key(codes, base, plan, list(beside.values()), style.preset, details) if listed else None
        return Names(inside, beside, codes, key, details, draft, instead if codes else "")
    inside, beside = with_their_values(base, plan, polygons, (inside, beside), names, marks, style.preset)
    first = {i: _code(found[0], marks[i]) for i, found in inside.items() if i not in beside}
    first |= {i: one.label.lines[0][0] for i, one in beside.items()}
    codes = tuple(sorted((code, names[i][0]) for i, code in first.items() if code in names[i][1:]))
    wanted = codes and free and style.code_key == "auto"
    key = code_key(codes, base, plan, list(beside.values()), style.preset) if wanted else None
    return Names(inside, beside, codes, key, instead=instead if codes else "")


def told_apart(names: Sequence[list[str]], marks: Sequence[str]) -> list[list[str]]:
    """Return the names without codes of digits where numbers are printed: "12" over "285" is taken for one of them."""
    numbers = any(sign.isdigit() for mark in marks for sign in mark)
    return [own[:1] + [code for code in own[1:] if not numbers or any(map(str.isalpha, code))] for own in names]


def _code(label: Label, mark: str) -> str:
    """First line of a label, which may be a code; "" where it is the class alone, whatever code is written like it."""
    line = label.lines[0][0]
    return "" if len(label.lines) == 1 and not label.tail and line == mark else line


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
    pairs: Sequence[tuple[str, str]],
    base: Base,
    plan: Plan,
    taken: Sequence[Callout],
    preset: Preset,
    details: Sequence[Detail] = (),
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
    details
        Parts at a larger scale that stand there already.

    Returns
    -------
    (Block, x, y) or None
        The list and its lower left corner: beside a legend that stands below the map, else in free space.
    """
    below = plan.legend_box if plan.legend_box is not None and plan.legend_box.top <= plan.body.y else None
    outside = room_around(base, plan)
    for one in taken:
        outside.block(one)
    for detail in details:
        if detail.placed:
            outside.block_box(detail.room)
    for columns in range(1, len(pairs) + 1):
        block = code_block(pairs, columns, preset)
        if block.w > plan.frame.w:
            break
        if below is not None and block.h <= below.h and below.right + 3.0 + block.w <= plan.frame.right:
            return block, plan.frame.right - block.w, below.top - block.h
        spots = (outside.space.spots(block.w, block.h, gap) for gap in (2 * _AIR, _AIR))
        x, y = next((each for each in spots if len(each[0])), (np.empty(0), np.empty(0)))
        if len(x):
            # in a corner, so that the list is taken for furniture
            far = np.minimum(x - plan.body.x, plan.body.right - block.w - x)
            at = int(np.argmin(np.hypot(far, np.minimum(y - plan.body.y, plan.body.top - block.h - y))))
            return block, float(x[at]), float(y[at])
    return None


def code_block(
    pairs: Sequence[tuple[str, str]],
    columns: int,
    preset: Preset,
    limit: float = float("inf"),
    *,
    corner: tuple[float, float] = (0.0, 0.0),
) -> Block:
    """Set codes and names in columns; names go on in further lines where the columns would be wider than `limit`.

    The upper left corner is left free so wide and high.
    """
    size = preset.small_pt
    em = size * text_metrics.PT
    line = text_metrics.LEADING * em
    gap = (1.4 if limit == float("inf") else 0.9) * em
    indent = max(text_metrics.width(code, size, bold=True) for code, _ in pairs) + 0.6 * em
    room = (limit + gap) / columns - gap - indent
    names = [text_metrics.wrap(name, size, room, hyphens=True) if np.isfinite(limit) else [name] for _, name in pairs]
    rows = [len(name) for name in names]
    wide = [max(text_metrics.width(part, size) for part in name) for name in names]
    skip = int(np.ceil(corner[1] / line))
    for short in range(1 if skip else 0, columns + 1):
        per = max(-(-(sum(rows) + short * skip) // columns), skip * (short > 0) + max(rows))  # no column stays empty
        while (parts := _cut(rows, [per - skip * (k < short) for k in range(columns)]))[-1][0] >= columns:
            per += 1
        lefts, x = [], 0.0
        for _, part in itertools.groupby(parts, key=lambda each: each[0]):
            members = [k for _, k, _ in part]
            indent = max(text_metrics.width(pairs[k][0], size, bold=True) for k in members) + 0.6 * em
            lefts.append((x, indent))
            x += indent + max(wide[k] for k in members) + gap
        if short >= len(lefts) or lefts[short][0] >= corner[0]:
            break
    high, words = text_metrics.height(per, size), list[Word]()
    for column, k, row in parts:
        left, indent = lefts[column]
        y = high - text_metrics.CAP * em - (row + skip * (column < short)) * line
        words.append(Word(left, y, pairs[k][0], size, bold=True))
        words += [Word(left + indent, y - more * line, part, size) for more, part in enumerate(names[k])]
    return Block(max(x - gap, corner[0]), high, tuple(words))


def _cut(rows: Sequence[int], per: Sequence[int]) -> list[tuple[int, int, int]]:
    """Fill columns of `per` rows one after the other: column, number and first row of every entry."""
    found, column, row = [], 0, 0
    for k, high in enumerate(rows):
        while column < len(per) and row + high > per[column]:
            column, row = column + 1, 0
        found.append((column, k, row))
        row += high
    return found


def line_block(text: str, preset: Preset) -> Block:
    """Set one line of small text."""
    word = Word(0.0, text_metrics.DROP * preset.small_pt * text_metrics.PT, text, preset.small_pt)
    return Block(word.length, word.box[3], (word,))


def key_below(codes: Sequence[tuple[str, str]], preset: Preset, limit: float) -> Block:
    """Set codes and names in as many columns as fit into `limit` millimetres, for a strip under the map.

    Where that takes more than half the page, more columns, with long names on several lines.
    """
    narrow = min(text_metrics.width(name, preset.small_pt) for _, name in codes)
    most = max(1, min(len(codes), int(limit / narrow)))
    for columns in range(most, 0, -1):
        block = code_block(codes, columns, preset)
        if block.w <= limit:
            break
    else:
        block = code_block(codes, 1, preset, limit)
    while block.h > 0.5 * preset.max_height_mm and columns < most:
        columns += 1
        wrapped = code_block(codes, columns, preset, limit)
        if wrapped.w > limit or wrapped.h >= block.h:
            break
        block = wrapped
    return block


def key_within(codes: Sequence[tuple[str, str]], preset: Preset, limit: float) -> Block:
    """Set codes and names in as few columns as are no higher than `limit` millimetres, for a place beside the map."""
    blocks = (code_block(codes, columns, preset) for columns in range(1, len(codes) + 1))
    return next(block for block in blocks if block.h <= limit or len(codes) == 1)


def draw_names(
    ax: Axes, found: Names, faces: Sequence[str], preset: Preset, transform: Transform, gid: str, *, halo: bool = False
) -> None:
    """Draw the labels, the names beside the map and the key of the codes; halos where labels are tight, or for all."""
    lines = _label_words(found.inside, faces, halo=halo)
    canvas.add_words(ax, lines, transform=transform, gid=f"{gid}-labels", codes=found.codes)
    _draw_callouts(ax, list(found.beside.values()), preset, transform, gid)
    if found.key:
        canvas.add_block(ax, *found.key, transform=transform, gid=f"{gid}-codes", line_pt=preset.line_pt)


def draw_details(
    ax: Axes,
    details: Sequence[Detail],
    base: Base,
    plan: Plan,
    faces: Sequence[str],
    hatched: Sequence[int],
    preset: Preset,
    transform: Transform,
    gid: str,
    *,
    ground: Context | None,
) -> None:
    """Draw crowded parts at their larger scale with the numbers of their regions, and frame them on the map."""
    import shapely
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D
    from shapely.affinity import affine_transform

    def around(box: Box) -> Path:
        corners = [(box.x, box.y), (box.right, box.y), (box.right, box.top), (box.x, box.top), (box.x, box.y)]
        return Path(corners, closed=True)

    if not details:
        return
    frames = [around(box) for one in details for box in (window_on(plan, one.window), one.box)]
    papers = [around(one.box) for one in details]
    shapes, fills, marked = list[Path](), list[str](), list[tuple[Path, str]]()
    for one in details:
        cut = shapely.intersection(base.geometries, shapely.box(*one.window))
        near = np.flatnonzero(shapely.area(cut) > 0).tolist()
        pieces = [shapely.union_all([p for p in shapely.get_parts(each) if p.area > 0]) for each in cut[near]]
        drawn = shape_paths(np.array([affine_transform(p, (one.scale, 0, 0, one.scale, *one.origin)) for p in pieces]))
        shapes += drawn
        fills += [faces[i] for i in near]
        marked += [(path, faces[i]) for path, i in zip(drawn, near, strict=True) if i in hatched]
    thin = preset.line_pt
    for number, one in enumerate(details):
        if ground is None:
            break
        own = Affine2D().scale(one.scale).translate(*one.origin) + transform
        draw_context(ax, ground, one.box, transform, f"{gid}-details-{number}", data=own, order=4.01)
    for paths, face, edge, line, order, name in (
        (papers, palettes.PAPER, "none", 0.0, 4.0, "paper"),
        (shapes, fills, palettes.BORDER, thin, 4.1, "regions"),
        (frames, "none", palettes.INK, 1.4 * thin, 4.3, "frames"),
    ):
        canvas.add_shapes(
            ax, paths, face=face, edge=edge, line_pt=line, order=order, gid=f"{gid}-details-{name}", transform=transform
        )
    if marked:
        shown, under = map(list, zip(*marked, strict=True))
        clear = [frame_of(label).buffer(0.3) for one in details for label in one.inside.values()]
        canvas.add_hatch(ax, shown, under, order=4.2, gid=f"{gid}-details-hatched", transform=transform, clear=clear)
    words = [word for one in details for word in one.head]
    for one in details:
        words += _label_words(one.inside, faces)
        window, letters = window_on(plan, one.window), one.head[:-1]
        low = window.top - 0.5 - text_metrics.CAP * preset.small_pt * text_metrics.PT
        words += [replace(word, x=window.x + 0.5, y=low, halo=palettes.PAPER) for word in letters]
    canvas.add_words(ax, words, transform=transform, gid=f"{gid}-details-numbers")
    _draw_callouts(ax, [call for one in details for call in one.beside.values()], preset, transform, f"{gid}-details")


def _label_words(inside: dict[int, Placed], faces: Sequence[str], *, halo: bool = False) -> list[Word]:
    """Words of labels on their regions; halos where they are tight, or for all."""
    words: list[Word] = []
    for i, (label, x, y, tight) in inside.items():
        ink, around = palettes.ink_on(faces[i]), faces[i] if tight or halo else None
        words += label_text.words(label, x, y, colour=ink, halo=around, tag=str(i))
    return words


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


def left_free(base: Base, plan: Plan, named: Names | None, more: Sequence[Box] = ()) -> FreeSpace:
    """Return what regions, legend, insets, names, key and some more boxes leave free of the sheet."""
    space = bare_space(base, plan)
    boxes, lines = taken_by(plan, named)
    for box in (*boxes, *more):
        space.block(box)
    for bit in along(lines):
        space.block(bit)
    return space


def taken_by(plan: Plan, named: Names | None) -> tuple[list[Box], list[Array]]:
    """Return the boxes and lines of legend, scale bar, insets, names beside the map, key and details."""
    boxes, lines = furniture_of(plan)
    if named:
        boxes += [one.box for one in named.beside.values()]
        lines += [one.line for one in named.beside.values()]
        boxes += [Box(named.key[1], named.key[2], named.key[0].w, named.key[0].h)] if named.key else []
        boxes += [one.room for one in named.details]
    return boxes, lines


def along(lines: Sequence[Array]) -> Iterator[Box]:
    """Return small boxes along lines, a millimetre apart."""
    for start, end in lines:
        steps = max(int(np.hypot(*(end - start))), 1)
        for x, y in np.linspace(start, end, steps + 1):
            yield Box(float(x), float(y), 0.5, 0.5)


def far_names(base: Base, plan: Plan, named: Names | None, names: Sequence[Sequence[str]], style: Style) -> list[Word]:
    """Name the regions that frames of far parts belong to, where no label and no line from one stands in the frame."""
    import shapely

    if style.labels in ("none", "marks") or not base.frames or named is None:
        return []
    scale, origin, size = plan.found.scale, np.asarray(plan.found.origin), style.preset.small_pt
    at: list[BaseGeometry] = [shapely.Point(x, y) for _, x, y, _ in named.inside.values()]
    at += [shapely.LineString(one.line) for one in named.beside.values()]
    at += [shapely.box(spot.box.x, spot.box.y, spot.box.right, spot.box.top) for spot in plan.found.insets]
    at += [shapely.Point(*insets.target_ring(lens, scale, plan.found.origin)) for lens in plan.lenses]
    words = []
    for frame in base.frames:
        (left, bottom), (right, top) = np.array(frame.bounds).reshape(2, 2) * scale + origin
        room = shapely.box(left, bottom, right, top)
        if any(room.intersects(one) for one in at):
            continue
        held = np.flatnonzero(shapely.intersects(base.geometries, shapely.box(*frame.bounds))).tolist()
        shapes, unit = base.geometries[held], size * text_metrics.PT
        found: list[Word] = []
        own = [*zip(*(names[i][:: len(names[i]) - 1 or 1] for i in held if names[i]), strict=False)]
        for over, told in itertools.product((False, True), own):  # over the land only where there is no other place
            lines = text_metrics.fold(", ".join(told), size, right - left - 1.2, most=2)
            wide, below = max(text_metrics.width(line, size) for line in lines), (len(lines) - 1) * text_metrics.LEADING
            first, last = top - 0.6 - text_metrics.CAP * unit, bottom + 0.6 + (text_metrics.DROP + below) * unit
            for high in (first, last, (first + last) / 2) if wide < right - left - 1.2 else ():
                low, above = high - below * unit - 0.3, high + text_metrics.CAP * unit + 0.3
                corners = (np.array([left, low, left + 0.9 + wide, above]).reshape(2, 2) - origin) / scale
                if over or not shapely.intersects(shapes, shapely.box(*corners.ravel())).any():
                    found = found or [
                        Word(float(left) + 0.6, float(high) - n * text_metrics.LEADING * unit, line, size)
                        for n, line in enumerate(lines)
                    ]
        words += found
    return words


def place_locator(
    ax: Axes,
    base: Base,
    regions: gpd.GeoDataFrame,
    plan: Plan,
    named: Names | None,
    style: Style,
    *,
    own: bool,
) -> tuple[Locator | None, Box | None, Plan, Names | None]:
    """Find the place for a locator map: in free space, the larger the better, else under a map of its own page."""
    space = left_free(base, plan, named)
    for wide in _LOCATORS:
        found = locator_of(regions, wide)
        if found is None:
            break
        x, y = space.spots(found.w, found.h, GAP)
        if len(x):
            at = int(np.argmin(corner_cost(x, y, found.w, found.h, plan.body)))
            return found, Box(float(x[at]), float(y[at]), found.w, found.h), plan, named
    found = locator_of(regions, _LOCATORS[0])
    figure, (wide, high) = ax.get_figure(root=True), canvas.axes_size(ax)
    if found is None or not own or figure is None or high + found.h + _UNDER > style.preset.max_height_mm:
        return None, None, plan, named
    rise = found.h + _UNDER
    figure.set_size_inches(wide / text_metrics.MM, (high + rise) / text_metrics.MM)
    low = map_plan.parts(style, wide, high)[2].y
    if named is not None:
        key = named.key and (named.key[0], named.key[1], named.key[2] + rise)
        named = named.raised(rise, key)
    return found, Box(plan.frame.x, low, found.w, found.h), map_plan.raised(plan, rise), named
