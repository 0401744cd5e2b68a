"""Free places on the sheet, found on a raster of one millimetre; and how leaders cross."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from growthpoles.maps.sheet.sheet_blocks import Box

Array = NDArray[np.float64]

CELL = 1.0


class FreeSpace:
    """Cells of the body that nothing covers yet."""

    def __init__(self, body: Box, rings: Sequence[Array]) -> None:
        """Mark the cells that the rings (in millimetres on the axes) cover."""
        from PIL import Image, ImageDraw

        self.body = body
        self.nx, self.ny = int(body.w / CELL), int(body.h / CELL)
        image = Image.new("L", (self.nx, self.ny), 0)
        pen = ImageDraw.Draw(image)
        for ring in rings:
            cells = (ring - (body.x, body.y)) / CELL - 0.5
            pen.polygon(cells.ravel().tolist(), fill=1, outline=1)
        self.taken = np.asarray(image).copy()
        self._total: tuple[int, NDArray[np.int32]] | None = None

    def spots(self, w: float, h: float, gap: float) -> tuple[Array, Array]:
        """Lower left corners of all free places for a box of that size with a margin around it."""
        nw, nh = int(np.ceil((w + 2 * gap) / CELL)), int(np.ceil((h + 2 * gap) / CELL))
        empty = np.empty(0)
        pad = int(np.ceil(gap / CELL))
        if nw > self.nx + 2 * pad or nh > self.ny + 2 * pad:
            return empty, empty
        total = self._sums(pad)
        count = total[nh:, nw:] - total[:-nh, nw:] - total[nh:, :-nw] + total[:-nh, :-nw]
        row, column = np.nonzero(count == 0)
        x = self.body.x + (column - pad) * CELL + gap
        y = self.body.y + (row - pad) * CELL + gap
        inside = (
            (x >= self.body.x)
            & (y >= self.body.y)
            & (x + w <= self.body.right + 1e-9)
            & (y + h <= self.body.top + 1e-9)
        )
        return np.asarray(x[inside], dtype=float), np.asarray(y[inside], dtype=float)

    def _sums(self, pad: int) -> NDArray[np.int32]:
        """Return the sums of taken cells over all rectangles from the corner (Crow 1984).

        `pad` free cells stand around the body: a margin may hang over its edge, only what is drawn has to stay inside.
        """
        if self._total is None or self._total[0] != pad:
            grid = np.zeros((self.ny + 2 * pad + 1, self.nx + 2 * pad + 1), dtype=np.int32)
            grid[1 + pad : 1 + pad + self.ny, 1 + pad : 1 + pad + self.nx] = self.taken
            self._total = pad, grid.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
        return self._total[1]

    def block(self, box: Box) -> None:
        """Take the cells of a box."""
        self._total = None
        x0, y0 = int((box.x - self.body.x) / CELL), int((box.y - self.body.y) / CELL)
        x1, y1 = int(np.ceil((box.right - self.body.x) / CELL)), int(np.ceil((box.top - self.body.y) / CELL))
        self.taken[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = 1

    def copy(self) -> FreeSpace:
        """Return a copy that can be filled without touching this one."""
        other = object.__new__(FreeSpace)
        other.body, other.nx, other.ny, other.taken = self.body, self.nx, self.ny, self.taken.copy()
        other._total = self._total
        return other


def crosses(a: Array, b: Array, c: Array, d: Array) -> bool:
    """Tell whether the segments ab and cd cross."""

    def turn(p: Array, q: Array, r: Array) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def hits(start: Array, end: Array, box: Box) -> bool:
    """Tell whether a segment passes through a box (Liang and Barsky 1984)."""
    low, high = 0.0, 1.0
    step = end - start
    for p, q in (
        (-step[0], start[0] - box.x),
        (step[0], box.right - start[0]),
        (-step[1], start[1] - box.y),
        (step[1], box.top - start[1]),
    ):
        if p == 0:
            if q < 0:
                return False
        elif p < 0:
            low = max(low, q / p)
        else:
            high = min(high, q / p)
    return low <= high
