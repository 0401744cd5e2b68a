"""The legend of two variables: a square of nine cells with its two names."""

from __future__ import annotations

from dataclasses import dataclass

from growthpoles.maps.sheet.legend import Category, Legend, print_mark, shift, swatch_list, swatch_width
from growthpoles.maps.sheet.sheet_blocks import Block, Box, Tile, Word
from growthpoles.maps.typography import text_metrics as text


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

    def shapes(self, size: float, limit: float, floor: float) -> tuple[list[Block], list[Block]]:
        """Shapes at one size of text: the names and the swatches beside the square, or below it."""
        return [_square(self, size, limit, floor, side) for side in ("right", "below")], []


def _square(legend: SquareLegend, size: float, limit: float, floor: float, place: str) -> Block:
    """Set the square, and in a column the names with the directions in which they rise, and the swatches."""
    em = size * text.PT
    side = max(2.3 * em, swatch_width(legend.cells, size))
    tiles: list[Tile] = []
    words: list[Word] = []
    for i, cell in enumerate(legend.cells):
        box = Box((i % 3) * side, (i // 3 - 3) * side, side, side)
        tiles.append(Tile(box, cell.face))
        words += print_mark(cell, box, max(0.9 * size, floor))
    left, y = (3 * side + 0.9 * em, 0.0) if place == "right" else (0.0, -3 * side - 0.6 * em)
    room = min(12 * em, limit - left)
    widest = 3 * side
    for arrow, name in (("\u2191", legend.y), ("\u2192", legend.x)):
        indent = text.width(f"{arrow}\u00a0\u00a0", size)
        for i, line in enumerate(text.wrap(name, size, room - indent)):
            y -= (text.CAP if i == 0 else text.LEADING) * em
            if i == 0:
                words.append(Word(left, y, arrow, size))
            words.append(Word(left + indent, y, line, size))
            widest = max(widest, left + indent + text.width(line, size))
        y -= 0.75 * em
    more = swatch_list(legend.swatches, size, 1, swatch_width(legend.swatches, size), limit, floor)
    moved = shift(more[0], more[1], left, y)
    w, h = max(widest, left + more[2]), max(3 * side, more[3] - y)
    every = shift(tiles + moved[0], words + moved[1], 0.0, h)
    return Block(w, h, tuple(every[1]), tuple(every[0]))
