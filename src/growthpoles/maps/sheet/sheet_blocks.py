"""Sheet blocks: text lines, tiles and rules in millimetres, without matplotlib."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from growthpoles.maps import palettes
from growthpoles.maps.typography import text_metrics

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet: left, bottom, width and height in millimetres."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.w

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.y + self.h

    def shrink(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return the box without the given margins."""
        return Box(self.x + left, self.y + bottom, self.w - left - right, self.h - bottom - top)

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """Tell whether two boxes come closer than `gap`."""
        return (
            self.x < other.right + gap
            and other.x < self.right + gap
            and self.y < other.top + gap
            and other.y < self.top + gap
        )


@dataclass(frozen=True, slots=True)
class Word:
    """One line of text: anchor, baseline and size in points; `halo` is the colour behind it.

    `align` tells which point of the line the anchor is; `angle` turns the line around it, in degrees;
    `tag` names what it labels. `length`, in millimetres, is that in the typeface in which the line was laid out:
    who reads a finished figure may have another one chosen.
    """

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    colour: str = palettes.INK
    align: str = "left"
    halo: str | None = None
    angle: float = 0.0
    tag: str = ""
    length: float = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", text_metrics.width(self.text, self.size, bold=self.bold))

    @property
    def start(self) -> tuple[float, float]:
        """Where the line starts."""
        back = {"left": 0.0, "center": 0.5, "right": 1.0}[self.align] * self.length
        if self.angle == 90.0:
            return self.x, self.y - back
        return self.x - back, self.y

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in millimetres, tails included."""
        x, y = self.start
        em = self.size * text_metrics.PT
        if self.angle == 90.0:
            return x - text_metrics.CAP * em, y, x + text_metrics.DROP * em, y + self.length
        return x, y - text_metrics.DROP * em, x + self.length, y + text_metrics.CAP * em


@dataclass(frozen=True, slots=True)
class Tile:
    """A filled rectangle."""

    box: Box
    face: str
    edge: str = palettes.BORDER
    hatch: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Words, tiles and lines that are placed together; coordinates from its own lower left corner."""

    w: float
    h: float
    words: tuple[Word, ...] = ()
    tiles: tuple[Tile, ...] = ()
    lines: tuple[tuple[tuple[float, float], ...], ...] = ()
