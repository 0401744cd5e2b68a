"""Legends: a classed bar for ordered classes, named swatches for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from growthpoles.language.number_format import format_number
from growthpoles.maps import palettes
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet.sheet_blocks import Block, Box, Tile, Word
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import Typeface, chosen


@dataclass(frozen=True, slots=True)
class Category:
    """One class of a map.

    Attributes
    ----------
    key
        Value in the data.
    face
        Fill colour.
    label
        Words in the legend.
    mark
        Short code printed in the swatch and, if the map prints codes, in the polygons.
    hatch
        Whether the swatch is hatched, and the regions of the class.
    case
        Whether it is a case outside the scale, such as no data: a map lists it only where a region has it.
    """

    key: str
    face: str
    label: str = ""
    mark: str = ""
    hatch: bool = False
    case: bool = False


@dataclass(frozen=True, slots=True)
class Legend:
    """All classes of a map, present in the data or not, and the cases outside its scale.

    Attributes
    ----------
    title
        What the colours show, with the unit.
    ramp
        Ordered classes, lowest first; drawn as one bar.
    bounds
        Limits between the ramp's classes: len(ramp) + 1 strings, or none.
    swatches
        Classes outside the order, each with its words.
    counted
        Whether a map says beside its words how many regions a class has.
    """

    title: str
    ramp: tuple[Category, ...] = ()
    bounds: tuple[str, ...] = ()
    swatches: tuple[Category, ...] = ()
    counted: bool = False

    def drawn(self, counts: Mapping[str, int], lang: str) -> Legend:
        """Return the legend of a map that has so many regions in every class: without cases that no region has."""
        kept = [replace(each, case=False) for each in self.swatches if counts.get(each.key) or not each.case]
        if self.counted:
            told = [format_number(counts.get(each.key, 0), lang, digits=0) for each in kept]
            kept = [replace(each, label=f"{each.label} ({n})") for each, n in zip(kept, told, strict=True)]
        return replace(self, swatches=tuple(kept))

    @property
    def categories(self) -> tuple[Category, ...]:
        """All classes: the ramp, then the swatches."""
        return self.ramp + self.swatches

    def shapes(self, size: float, limit: float, floor: float) -> tuple[list[Block], list[Block]]:
        """Shapes at one size of text, bars apart from lists; nothing in them is smaller than `floor`."""
        if not self.ramp:
            return _swatch_shapes(self, size, limit, floor), []
        return _bar_shapes(self, size, limit, floor), _stack_shapes(self, size, limit, floor)


def print_mark(category: Category, box: Box, size: float) -> list[Word]:
    """Print the code in the middle of its swatch."""
    if not category.mark:
        return []
    base = box.y + (box.h - text_metrics.CAP * size * text_metrics.PT) / 2
    return [
        Word(
            box.x + box.w / 2,
            base,
            category.mark,
            size,
            bold=True,
            colour=palettes.ink_on(category.face),
            align="center",
        )
    ]


def _title(legend: Legend, size: float, limit: float) -> tuple[list[str], float]:
    """Title lines and the room they take, the gap below included."""
    lines = text_metrics.wrap(legend.title, size, limit) if legend.title else []
    return lines, (text_metrics.height(len(lines), size) + 0.25 * size * text_metrics.PT) if lines else 0.0


def swatch_width(categories: tuple[Category, ...], size: float) -> float:
    """Width of a swatch that holds the longest code."""
    marks = [text_metrics.width(c.mark, size, bold=True) for c in categories if c.mark]
    return max([2.1 * size * text_metrics.PT, *(m + 0.55 * size * text_metrics.PT for m in marks)])


def swatch_list(
    categories: tuple[Category, ...],
    size: float,
    columns: int,
    tile: float,
    limit: float,
    floor: float,
    longest: float = np.inf,
) -> tuple[list[Tile], list[Word], float, float]:
    """Set swatches with words in columns; y runs down from 0, and the block's width and height are returned."""
    row, gap = size * text_metrics.PT * 1.42, size * text_metrics.PT * 0.42
    per = -(-len(categories) // columns)
    tiles: list[Tile] = []
    words: list[Word] = []
    x = depth = 0.0
    for start in range(0, len(categories), per):
        widest, y = 0.0, 0.0
        for category in categories[start : start + per]:
            room = max(min(limit - x - tile - gap, longest), 12.0)
            lines = text_metrics.wrap(category.label, size, room)
            box = Box(x, y - row, tile, row)
            tiles.append(Tile(box, category.face, hatch=category.hatch))
            words += print_mark(category, box, max(0.9 * size, floor))
            pad = (row - text_metrics.CAP * size * text_metrics.PT) / 2
            base = y - row + pad
            for line in lines:
                words.append(Word(x + tile + gap, base, line, size))
                base -= text_metrics.LEADING * size * text_metrics.PT
                widest = max(widest, text_metrics.width(line, size))
            y -= max(row, pad + text_metrics.height(len(lines), size)) + gap
        depth = max(depth, -y - gap)
        x += tile + gap + widest + 2.2 * gap
    return tiles, words, x - 2.2 * gap, depth


def shift(tiles: list[Tile], words: list[Word], dx: float, dy: float) -> tuple[list[Tile], list[Word]]:
    """Move parts of a block."""
    return (
        [replace(t, box=Box(t.box.x + dx, t.box.y + dy, t.box.w, t.box.h)) for t in tiles],
        [replace(word, x=word.x + dx, y=word.y + dy) for word in words],
    )


def _ramp(legend: Legend, size: float, floor: float) -> tuple[list[Tile], list[Word], float, float]:
    """Set the classed bar with its limits; top at 0."""
    em = size * text_metrics.PT
    small = max(0.92 * size, floor)
    segment = swatch_width(legend.ramp, size)
    if legend.bounds:
        segment = max(segment, max(text_metrics.width(b, small) for b in legend.bounds) + 0.8 * em)
    deep = 1.7 * em
    side = max(text_metrics.width(legend.bounds[0], small) / 2, 0.0) if legend.bounds else 0.0
    tiles, words = [], []
    for i, category in enumerate(legend.ramp):
        box = Box(side + i * segment, -deep, segment, deep)
        tiles.append(Tile(box, category.face))
        words += print_mark(category, box, max(0.95 * size, floor))
    total = side + len(legend.ramp) * segment
    depth = deep
    if legend.bounds:
        for i, bound in enumerate(legend.bounds):
            words.append(Word(side + i * segment, -deep - 1.12 * em, bound, small, align="center"))
        total += text_metrics.width(legend.bounds[-1], small) / 2
        depth += 1.12 * em + text_metrics.DROP * em
    return tiles, words, total, depth


def legend_blocks(legend: Legend, preset: Preset, limit: float) -> tuple[Block, ...]:
    """Return the shapes that a legend can take within `limit` millimetres of width, preferred ones first.

    Every shape holds every class. Shapes wider than `limit` are left out, unless none is narrower; so are shapes
    that fit only where a preferred one fits as well.
    """
    return _blocks(legend, preset, limit, chosen())


@lru_cache(maxsize=128)
def _blocks(legend: Legend, preset: Preset, limit: float, _face: Typeface | None) -> tuple[Block, ...]:
    """Set the shapes in a typeface, once."""
    sizes = dict.fromkeys([preset.text_pt, max(preset.small_pt, 0.86 * preset.text_pt)])
    shapes = [legend.shapes(size, limit, preset.small_pt) for size in sizes]
    unique = list(dict.fromkeys(block for kind in zip(*shapes, strict=True) for blocks in kind for block in blocks))
    kept: list[Block] = []
    for block in unique:
        if block.w <= limit and not any(other.w <= block.w and other.h <= block.h for other in kept):
            kept.append(block)
    return tuple(kept) or (min(unique, key=lambda b: b.w),)


def _bar_shapes(legend: Legend, size: float, limit: float, floor: float) -> list[Block]:
    """Set the classes as a bar, the swatches below or beside it."""
    em = size * text_metrics.PT
    bar_tiles, bar_words, bar_w, bar_h = _ramp(legend, size, floor)
    tile, side = bar_tiles[0].box.w, bar_tiles[0].box.x
    if not legend.swatches:
        return [_close(legend, bar_tiles, bar_words, bar_w, bar_h, size, limit)]
    count = len(legend.swatches)
    below = [(columns, side, -bar_h - 0.5 * em) for columns in dict.fromkeys((1, 2, 3, count)) if columns <= count]
    beside = [(columns, bar_w + 1.2 * em, 0.0) for columns in (1, 2, count)]
    blocks = []
    for columns, dx, dy in (*below, *beside):
        tiles, words, w, h = swatch_list(legend.swatches, size, columns, tile, limit, floor)
        moved = shift(tiles, words, dx, dy)
        wide, high = max(bar_w, dx + w), max(bar_h, h - dy)
        blocks.append(_close(legend, [*bar_tiles, *moved[0]], [*bar_words, *moved[1]], wide, high, size, limit))
    return blocks


def _stack_shapes(legend: Legend, size: float, limit: float, floor: float) -> list[Block]:
    """Set ordered classes with their limits as a list, the best first."""
    stack = tuple(reversed(_with_intervals(legend))) + legend.swatches
    tile = _ramp(legend, size, floor)[0][0].box.w
    lists = [swatch_list(stack, size, columns, tile, limit, floor) for columns in range(1, 6)]
    return [_close(legend, *made, size, limit) for made in lists]


def _swatch_shapes(legend: Legend, size: float, limit: float, floor: float) -> list[Block]:
    """Set swatches in columns; long words also on two lines."""
    tile = swatch_width(legend.swatches, size * 0.9)
    longest = max(text_metrics.width(category.label, size) for category in legend.swatches)
    rooms = [limit] if longest < 10 * size * text_metrics.PT else [limit, 0.62 * longest]
    lists = [
        swatch_list(legend.swatches, size, columns, tile, limit, floor, room)
        for room in rooms
        for columns in range(1, len(legend.swatches) + 1)
    ]
    return [_close(legend, *made, size, limit) for made in lists]


def interval(low: str, high: str) -> str:
    """Write the limits of a class, a sign apart from the dash; an end without a limit is open."""
    dash = " \u2013 " if high.startswith(("+", "-", "\u2212")) else "\u2013"
    return f"{low}{dash}{high}" if low and high else f"< {high}" if high else f"\u2265 {low}"


def _with_intervals(legend: Legend) -> list[Category]:
    """Classes of the ramp with their limits as words, for legends that are set as a list."""
    if not legend.bounds:
        return list(legend.ramp)
    pairs = zip(legend.bounds[:-1], legend.bounds[1:], strict=True)
    return [
        Category(c.key, c.face, interval(low, high), c.mark) for c, (low, high) in zip(legend.ramp, pairs, strict=True)
    ]


def _close(
    legend: Legend, tiles: list[Tile], words: list[Word], w: float, h: float, size: float, limit: float
) -> Block:
    """Add the title above and turn coordinates so that they start at the lower left corner."""
    lines, room = _title(legend, size, max(w, min(limit, 34.0)))
    left = min([t.box.x for t in tiles] + [0.0])
    base = -text_metrics.CAP * size * text_metrics.PT
    moved = shift(tiles, words, -left, h)
    head = [
        Word(
            tiles[0].box.x - left if legend.ramp else 0.0,
            h + room + base - i * text_metrics.LEADING * size * text_metrics.PT,
            line,
            size,
            bold=True,
        )
        for i, line in enumerate(lines)
    ]
    widest = max([w, *(word.x + text_metrics.width(word.text, size, bold=True) for word in head)])
    return Block(widest, h + room, tuple(head + moved[1]), tuple(moved[0]))
