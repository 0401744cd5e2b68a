"""Legends: a classed bar for ordered classes, named swatches for the rest, in several shapes to choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from growthpoles.maps import palettes, text
from growthpoles.maps.marks import Block, Box, Tile, Word
from growthpoles.maps.presets import Preset


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
    """

    key: str
    face: str
    label: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """All classes of a map, present in the data or not.

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
    """

    title: str
    ramp: tuple[Category, ...] = ()
    bounds: tuple[str, ...] = ()
    swatches: tuple[Category, ...] = ()

    @property
    def categories(self) -> tuple[Category, ...]:
        """All classes: the ramp, then the swatches."""
        return self.ramp + self.swatches


@dataclass(frozen=True, slots=True)
class SquareLegend(Legend):
    """Legend of two variables: nine cells, the first variable rising to the right, the second upwards.

    Attributes
    ----------
    cells
        Nine classes, row by row from below.
    x, y
        Names of the variables.
    """

    cells: tuple[Category, ...] = ()
    x: str = ""
    y: str = ""

    @property
    def categories(self) -> tuple[Category, ...]:
        """All classes: the cells, then the swatches."""
        return self.cells + self.swatches


def _square(legend: SquareLegend, size: float, limit: float, floor: float) -> list[Block]:
    """Set the square with its two names, and the swatches below or beside it."""
    em = size * text.PT
    side = max(2.3 * em, _swatch_width(legend.cells, size))
    label = 1.35 * em
    tiles: list[Tile] = []
    words: list[Word] = []
    for i, cell in enumerate(legend.cells):
        box = Box(label + (i % 3) * side, (i // 3 - 3) * side, side, side)
        tiles.append(Tile(box, cell.face))
        words += _mark(cell, box, max(0.9 * size, floor))
    under = text.wrap(f"{legend.x} \u2192", size, max(3 * side, 24.0))
    beside = text.wrap(f"{legend.y} \u2192", size, 3 * side)
    middle = label + 1.5 * side
    for i, line in enumerate(under):
        words.append(Word(middle, -3 * side - (1.15 + i * text.LEADING) * em, line, size, align="center"))
    for i, line in enumerate(reversed(beside)):
        words.append(
            Word(label - 0.5 * em - i * text.LEADING * em, -1.5 * side, line, size, align="center", angle=90.0)
        )
    left = min(word.box[0] for word in words)
    right = max(word.box[2] for word in words)
    deep = 3 * side + (1.15 + (len(under) - 1) * text.LEADING + text.DROP) * em
    more = _list(legend.swatches, size, 1, _swatch_width(legend.swatches, size), limit, floor)
    blocks = []
    for dx, dy, w, h in (
        (label, -deep - 0.4 * em, max(right, label + more[2]) - left, deep + 0.4 * em + more[3]),
        (right + em, 0.0, right + em + more[2] - left, max(deep, more[3])),
    ):
        moved = _shift(more[0], more[1], dx, dy)
        every = _shift(tiles + moved[0], words + moved[1], -left, h)
        blocks.append(Block(w, h, tuple(every[1]), tuple(every[0])))
    return blocks


def _mark(category: Category, box: Box, size: float) -> list[Word]:
    """Print the code in the middle of its swatch."""
    if not category.mark:
        return []
    base = box.y + (box.h - text.CAP * size * text.PT) / 2
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
    lines = text.wrap(legend.title, size, limit) if legend.title else []
    return lines, (text.height(len(lines), size) + 0.25 * size * text.PT) if lines else 0.0


def _swatch_width(categories: tuple[Category, ...], size: float) -> float:
    """Width of a swatch that holds the longest code."""
    marks = [text.width(c.mark, size, bold=True) for c in categories if c.mark]
    return max([2.1 * size * text.PT, *(m + 0.55 * size * text.PT for m in marks)])


def _list(
    categories: tuple[Category, ...], size: float, columns: int, tile: float, limit: float, floor: float
) -> tuple[list[Tile], list[Word], float, float]:
    """Set swatches with words in columns; y runs down from 0, and the block's width and height are returned."""
    row, gap = size * text.PT * 1.42, size * text.PT * 0.42
    per = -(-len(categories) // columns)
    tiles: list[Tile] = []
    words: list[Word] = []
    x = depth = 0.0
    for start in range(0, len(categories), per):
        widest, y = 0.0, 0.0
        for category in categories[start : start + per]:
            room = max(limit - x - tile - gap, 12.0)
            lines = text.wrap(category.label, size, room)
            box = Box(x, y - row, tile, row)
            tiles.append(Tile(box, category.face))
            words += _mark(category, box, max(0.9 * size, floor))
            base = y - row + (row - text.CAP * size * text.PT) / 2
            for line in lines:
                words.append(Word(x + tile + gap, base, line, size))
                base -= text.LEADING * size * text.PT
                widest = max(widest, text.width(line, size))
            y -= max(row, text.height(len(lines), size)) + gap
        depth = max(depth, -y - gap)
        x += tile + gap + widest + 2.2 * gap
    return tiles, words, x - 2.2 * gap, depth


def _shift(tiles: list[Tile], words: list[Word], dx: float, dy: float) -> tuple[list[Tile], list[Word]]:
    """Move parts of a block."""
    return (
        [Tile(Box(t.box.x + dx, t.box.y + dy, t.box.w, t.box.h), t.face, t.edge) for t in tiles],
        [replace(word, x=word.x + dx, y=word.y + dy) for word in words],
    )


def _ramp(legend: Legend, size: float, floor: float) -> tuple[list[Tile], list[Word], float, float]:
    """Set the classed bar with its limits; top at 0."""
    em = size * text.PT
    small = max(0.92 * size, floor)
    segment = _swatch_width(legend.ramp, size)
    if legend.bounds:
        segment = max(segment, max(text.width(b, small) for b in legend.bounds) + 0.45 * em)
    deep = 1.7 * em
    side = max(text.width(legend.bounds[0], small) / 2, 0.0) if legend.bounds else 0.0
    tiles, words = [], []
    for i, category in enumerate(legend.ramp):
        box = Box(side + i * segment, -deep, segment, deep)
        tiles.append(Tile(box, category.face))
        words += _mark(category, box, max(0.95 * size, floor))
    total = side + len(legend.ramp) * segment
    depth = deep
    if legend.bounds:
        for i, bound in enumerate(legend.bounds):
            words.append(Word(side + i * segment, -deep - 1.12 * em, bound, small, align="center"))
        total += text.width(legend.bounds[-1], small) / 2
        depth += 1.12 * em + text.DROP * em
    return tiles, words, total, depth


@lru_cache(maxsize=128)
def legend_blocks(legend: Legend, preset: Preset, limit: float) -> tuple[Block, ...]:
    """Return the shapes that a legend can take within `limit` millimetres of width, preferred ones first.

    Every shape holds every class. Shapes wider than `limit` are left out, unless none is narrower; so are shapes
    that fit only where a preferred one fits as well.
    """
    sizes = dict.fromkeys([preset.text_pt, max(preset.small_pt, 0.86 * preset.text_pt)])
    shapes = [_shapes(legend, size, limit, preset.small_pt) for size in sizes]
    unique = list(dict.fromkeys(block for kind in zip(*shapes, strict=True) for blocks in kind for block in blocks))
    kept: list[Block] = []
    for block in unique:
        if block.w <= limit and not any(other.w <= block.w and other.h <= block.h for other in kept):
            kept.append(block)
    return tuple(kept) or (min(unique, key=lambda b: b.w),)


def _shapes(legend: Legend, size: float, limit: float, floor: float) -> tuple[list[Block], list[Block]]:
    """Shapes of a legend at one size of text, bars apart from lists; nothing in them is smaller than `floor`."""
    if isinstance(legend, SquareLegend):
        return _square(legend, size, limit, floor), []
    em = size * text.PT
    blocks: list[Block] = []
    bars: list[Block] = []
    if legend.ramp:
        bar_tiles, bar_words, bar_w, bar_h = _ramp(legend, size, floor)
        tile = bar_tiles[0].box.w
        shapes = [1, 2, 3, len(legend.swatches)] if legend.swatches else [0]
        for columns in dict.fromkeys(c for c in shapes if c <= max(len(legend.swatches), 1)):
            tiles, words, w, h = list(bar_tiles), list(bar_words), bar_w, bar_h
            if columns:
                more = _list(legend.swatches, size, columns, tile, limit, floor)
                side = bar_tiles[0].box.x
                moved = _shift(more[0], more[1], side, -bar_h - 0.5 * em)
                tiles += moved[0]
                words += moved[1]
                w, h = max(bar_w, more[2] + side), bar_h + 0.5 * em + more[3]
            blocks.append(_close(legend, tiles, words, w, h, size, limit))
        if legend.swatches:
            for columns in (1, 2, len(legend.swatches)):
                more = _list(legend.swatches, size, columns, tile, limit, floor)
                moved = _shift(more[0], more[1], bar_w + 1.2 * em, 0.0)
                blocks.append(
                    _close(
                        legend,
                        list(bar_tiles) + moved[0],
                        list(bar_words) + moved[1],
                        bar_w + 1.2 * em + more[2],
                        max(bar_h, more[3]),
                        size,
                        limit,
                    )
                )
        bars, blocks = blocks, []
        stack = tuple(reversed(_with_intervals(legend))) + legend.swatches
        tiles, words, w, h = _list(stack, size, 1, tile, limit, floor)
        blocks.append(_close(legend, tiles, words, w, h, size, limit))
        for columns in (2, 3, 4, 5):
            tiles, words, w, h = _list(stack, size, columns, tile, limit, floor)
            blocks.append(_close(legend, tiles, words, w, h, size, limit))
    else:
        tile = _swatch_width(legend.swatches, size * 0.9)
        for columns in range(1, len(legend.swatches) + 1):
            tiles, words, w, h = _list(legend.swatches, size, columns, tile, limit, floor)
            blocks.append(_close(legend, tiles, words, w, h, size, limit))
    return bars, blocks


def _with_intervals(legend: Legend) -> list[Category]:
    """Classes of the ramp with their limits as words, for legends that are set as a list."""
    if not legend.bounds:
        return list(legend.ramp)
    pairs = zip(legend.bounds[:-1], legend.bounds[1:], strict=True)
    return [
        Category(c.key, c.face, f"{low}\u2013{high}", c.mark) for c, (low, high) in zip(legend.ramp, pairs, strict=True)
    ]


def _close(
    legend: Legend, tiles: list[Tile], words: list[Word], w: float, h: float, size: float, limit: float
) -> Block:
    """Add the title above and turn coordinates so that they start at the lower left corner."""
    lines, room = _title(legend, size, max(w, min(limit, 34.0)))
    left = min([t.box.x for t in tiles] + [0.0])
    base = -text.CAP * size * text.PT
    moved = _shift(tiles, words, -left, h)
    head = [
        Word(
            tiles[0].box.x - left if legend.ramp else 0.0,
            h + room + base - i * text.LEADING * size * text.PT,
            line,
            size,
            bold=True,
        )
        for i, line in enumerate(lines)
    ]
    widest = max([w, *(word.x + text.width(word.text, size, bold=True) for word in head)])
    return Block(widest, h + room, tuple(head + moved[1]), tuple(moved[0]))
