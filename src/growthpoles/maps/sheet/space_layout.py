"""Space layout: the largest map whose legend, insets and scale bar fit into the free space."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from growthpoles.maps.sheet.sheet_blocks import Array, Block, Box

#: From a scale (millimetres per map unit) to the block of the scale bar.
Bar = Callable[[float], Block]
CELL = 1.0
GAP = 1.6


class FreeSpace:
    """Cells of the body that nothing covers yet."""

    def __init__(self, body: Box, rings: Sequence[Array], islets: Sequence[Array] = ()) -> None:
        """Mark the cells that the rings (in millimetres on the axes) cover; `islets` only where there is a choice."""
        self.body = body
        self.nx, self.ny = int(body.w / CELL), int(body.h / CELL)
        self.taken = self._cells(rings)
        self.islets = self._cells(islets) if len(islets) else None
        self._totals: dict[tuple[int, bool], NDArray[np.int32]] = {}

    def _cells(self, rings: Sequence[Array]) -> NDArray[np.uint8]:
        from PIL import Image, ImageDraw

        image = Image.new("L", (self.nx, self.ny), 0)
        pen = ImageDraw.Draw(image)
        for ring in rings:
            cells = (ring - (self.body.x, self.body.y)) / CELL - 0.5
            pen.polygon(cells.ravel().tolist(), fill=1, outline=1)
        return np.asarray(image).copy()

    def spots(self, w: float, h: float, gap: float) -> tuple[Array, Array]:
        """Lower left corners of all free places for a box of that size with a margin around it.

        Islets are covered only where there is no place beside them.
        """
        x = y = np.empty(0)
        for dry in (True, False) if self.islets is not None else (False,):
            x, y = self._spots(w, h, gap, dry)
            if len(x):
                break
        return x, y

    def _spots(self, w: float, h: float, gap: float, dry: bool) -> tuple[Array, Array]:
        nw, nh = int(np.ceil((w + 2 * gap) / CELL)), int(np.ceil((h + 2 * gap) / CELL))
        empty = np.empty(0)
        pad = int(np.ceil(gap / CELL))
        if nw > self.nx + 2 * pad or nh > self.ny + 2 * pad:
            return empty, empty
        total = self._sums(pad, dry)
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

    def _sums(self, pad: int, dry: bool) -> NDArray[np.int32]:
        """Return the sums of taken cells (`dry`: and of islets) over all rectangles from the corner (Crow 1984).

        `pad` free cells stand around the body: a margin may hang over its edge, only what is drawn has to stay inside.
        """
        if (pad, dry) not in self._totals:
            grid = np.zeros((self.ny + 2 * pad + 1, self.nx + 2 * pad + 1), dtype=np.int32)
            taken = self.taken | self.islets if dry and self.islets is not None else self.taken
            grid[1 + pad : 1 + pad + self.ny, 1 + pad : 1 + pad + self.nx] = taken
            self._totals[pad, dry] = grid.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
        return self._totals[pad, dry]

    def block(self, box: Box) -> None:
        """Take the cells of a box."""
        self._totals = {}
        x0, y0 = int((box.x - self.body.x) / CELL), int((box.y - self.body.y) / CELL)
        x1, y1 = int(np.ceil((box.right - self.body.x) / CELL)), int(np.ceil((box.top - self.body.y) / CELL))
        self.taken[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = 1

    def copy(self) -> FreeSpace:
        """Return a copy that can be filled without touching this one."""
        other = object.__new__(FreeSpace)
        other.body, other.nx, other.ny, other.taken = self.body, self.nx, self.ny, self.taken.copy()
        other.islets, other._totals = self.islets, dict(self._totals)
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


@dataclass(frozen=True, slots=True)
class Request:
    """An inset that wants a place: the point it shows (map units), its size, and the radius of its lens.

    The lens stands at the upper end of the block and its label below, or the other way round.
    """

    x: float
    y: float
    w: float
    h: float
    radius: float

    def hub(self, flipped: bool) -> tuple[float, float]:
        """Middle of the lens from the lower left corner of the block."""
        return self.w / 2, self.radius if flipped else self.h - self.radius

    def label(self, box: Box, flipped: bool) -> Box:
        """Part of a placed block that the label takes."""
        deep = self.h - 2 * self.radius
        return Box(box.x, box.y + (2 * self.radius if flipped else 0.0), box.w, deep)


@dataclass(frozen=True, slots=True)
class Spot:
    """Place of an inset; `flipped` puts the label above the lens."""

    box: Box
    hub: tuple[float, float]
    flipped: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished arrangement; boxes in millimetres, `scale` in millimetres per map unit."""

    scale: float
    origin: tuple[float, float]
    legend: int
    legend_box: Box | None
    bar_box: Box | None
    insets: tuple[Spot, ...]


def corner_cost(x: Array, y: Array, w: float, h: float, body: Box) -> Array:
    """Distance to the nearest corner of the body; left and lower corners come first among equals."""
    left, right = x - body.x, body.right - (x + w)
    low, high = y - body.y, body.top - (y + h)
    return np.minimum.reduce(
        [np.hypot(left, low), np.hypot(left, high) + 2.0, np.hypot(right, low) + 3.0, np.hypot(right, high) + 4.0]
    )


def _place_insets(space: FreeSpace, requests: Sequence[Request], targets: Array, avoid: list[Box]) -> list[Spot] | None:
    """Give every inset the free place nearest to its target.

    No leader crosses another, a box, or its own label, and none is longer than a third of the body's width.
    """
    chosen: dict[int, Spot] = {}
    ends: list[tuple[Array, Array]] = []
    boxes = list(avoid)
    longest = max(0.33 * space.body.w, 12.0)
    for i in sorted(range(len(requests)), key=lambda k: (targets[k][1], targets[k][0])):
        request, target = requests[i], targets[i]
        x, y = space.spots(request.w, request.h, GAP)
        spots = []
        for flipped in (False, True):
            hub_x, hub_y = (start + shift for start, shift in zip((x, y), request.hub(flipped), strict=True))
            reach = np.hypot(hub_x - target[0], hub_y - target[1])
            near = np.argsort(reach, kind="stable")[:300]
            spots += [(float(reach[j]), flipped, int(j)) for j in near if reach[j] <= longest]
        for _, flipped, j in sorted(spots):
            box = Box(float(x[j]), float(y[j]), request.w, request.h)
            hub = np.array([box.x, box.y]) + request.hub(flipped)
            if hits(hub, target, request.label(box, flipped)) or any(crosses(hub, target, *end) for end in ends):
                continue
            if any(hits(hub, target, other) for other in boxes) or any(hits(*end, box) for end in ends):
                continue
            chosen[i] = Spot(box, (float(hub[0]), float(hub[1])), flipped)
            boxes.append(box)
            ends.append((hub, target))
            space.block(Box(box.x - GAP / 2, box.y - GAP / 2, box.w + GAP, box.h + GAP))
            break
        else:
            return None
    return [chosen[i] for i in range(len(requests))]


def _anchors(slack_x: float, slack_y: float) -> Iterator[tuple[float, float]]:
    """Ways to push the map inside a body that is larger than it, as shares of the slack; centred first."""
    across = (0.5, 1.0, 0.0) if slack_x > 2 else (0.5,)
    along = (0.5, 1.0, 0.0) if slack_y > 2 else (0.5,)
    for v in along:
        for u in across:
            yield u, v


def fit(
    body: Box,
    bounds: tuple[float, float, float, float],
    rings: Sequence[Array],
    legends: Sequence[Block],
    bar: Bar | None,
    requests: Sequence[Request],
    *,
    shares: Sequence[float],
    islets: Sequence[Array] = (),
) -> Layout | None:
    """Find the largest map in `body` that leaves room for one of the legends, the scale bar and all insets.

    Parameters
    ----------
    body
        Space for the map, in millimetres.
    bounds
        Left, bottom, right, top of the regions in map units.
    rings
        Outer rings of the regions' union in map units.
    legends
        Shapes of the legend to choose from, preferred ones first; empty if it stands elsewhere.
    bar
        Function from a scale (millimetres per map unit) to the block of the scale bar, or None.
    requests
        Insets.
    shares
        Shares of the largest possible scale to try, in order.
    islets
        Rings of parts that are covered only where nothing stands clear of them.

    Returns
    -------
    Layout or None
        None if nothing fits.
    """
    wide, high = bounds[2] - bounds[0], bounds[3] - bounds[1]
    full = min(body.w / wide, body.h / high)
    for share in shares:
        scale = full * share
        slack = body.w - wide * scale, body.h - high * scale
        best: tuple[float, Layout] | None = None
        for u, v in _anchors(*slack):
            origin = np.array([body.x + u * slack[0] - bounds[0] * scale, body.y + v * slack[1] - bounds[1] * scale])
            space = FreeSpace(body, *([ring * scale + origin for ring in some] for some in (rings, islets)))
            found = _arrange(space, scale, origin, legends, bar, requests)
            if found and (u, v) == (0.5, 0.5):
                return found[1]
            if found and (best is None or found[0] < best[0]):
                best = found
        if best:
            return best[1]
    return None


def _arrange(
    space: FreeSpace,
    scale: float,
    origin: Array,
    legends: Sequence[Block],
    bar: Bar | None,
    requests: Sequence[Request],
) -> tuple[float, Layout] | None:
    """Arrange legend, scale bar and insets around a map that is already placed; returns the cost and the layout."""
    targets = np.array([[r.x, r.y] for r in requests]).reshape(-1, 2) * scale + origin
    best: tuple[float, Layout] | None = None
    choices: list[tuple[float, int, Box | None]] = [] if legends else [(0.0, 0, None)]
    body = space.body
    for number, block in enumerate(legends):
        x, y = space.spots(block.w, block.h, GAP)
        if not len(x):
            continue
        costs = corner_cost(x, y, block.w, block.h, body)
        for right in (False, True):
            for upper in (False, True):
                half = ((x + block.w / 2 > body.x + body.w / 2) == right) & (
                    (y + block.h / 2 > body.y + body.h / 2) == upper
                )
                if half.any():
                    j = int(np.flatnonzero(half)[np.argmin(costs[half])])
                    choices.append(
                        (float(costs[j]) + 1.5 * number, number, Box(float(x[j]), float(y[j]), block.w, block.h))
                    )
    for cost, number, box in sorted(choices, key=lambda c: c[0])[:6]:
        room = space.copy()
        avoid = []
        if box:
            room.block(box)
            avoid.append(box)
        insets = _place_insets(room, requests, targets, avoid)
        if insets is None:
            continue
        bar_box = None
        if bar is not None:
            piece = bar(scale)
            ends = [(np.array(spot.hub), target) for spot, target in zip(insets, targets, strict=True)]
            x, y = room.spots(piece.w, piece.h, GAP)
            for j in np.argsort(_bar_cost(x, y, piece, body), kind="stable")[:200]:
                place = Box(float(x[j]), float(y[j]), piece.w, piece.h)
                if not any(hits(*end, place) for end in ends):
                    bar_box = place
                    break
            if bar_box is None:
                continue
        total = cost + 0.35 * sum(
            float(np.hypot(*(np.array(spot.hub) - target))) for spot, target in zip(insets, targets, strict=True)
        )
        if best is None or total < best[0]:
            layout = Layout(scale, (float(origin[0]), float(origin[1])), number, box, bar_box, tuple(insets))
            best = total, layout
    return best


def _bar_cost(x: Array, y: Array, piece: Block, body: Box) -> Array:
    """Scale bars stand in the lower right corner, or the corner nearest to it."""
    return np.hypot(body.right - (x + piece.w), 2.0 * (y - body.y))
