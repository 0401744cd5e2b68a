"""Chart key: what marks and colours mean, on as few lines as the chart's width allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from growthpoles.maps import palettes
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.text_metrics import fold

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

Shape = Literal["square", "dot", "smalldot", "ring", "diamond", "bar", "tick", "dashes", "none"]
_ROW = 1.5


@dataclass(frozen=True, slots=True)
class Key:
    """One mark of a chart and its words; "none" is a plain note, "dashes" a line `weight` times a border's width."""

    label: str
    colour: str = palettes.SOFT
    shape: Shape = "square"
    dashes: tuple[float, ...] | None = (4.0, 3.0)
    weight: float = 1.8

    @property
    def indent(self) -> float:
        """Room of the mark before the words, in lines of text."""
        return {"none": 0.0, "bar": 2.3, "dashes": 2.3}.get(self.shape, 1.5)

    def lines(self, size: float, wide: float) -> list[str]:
        """Words on as many lines as a width in millimetres makes necessary."""
        return fold(text_metrics.clean(self.label), size, wide - self.indent * size * text_metrics.PT, most=4)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A key with its place: how far from the left in millimetres, and on which line from the top."""

    key: Key
    x: float
    row: float
    lines: tuple[str, ...]


def _set(keys: Sequence[Key], size: float, wide: float) -> tuple[list[_Spot], float]:
    """Break keys into lines; returns their places and the number of lines."""
    em = size * text_metrics.PT
    spots: list[_Spot] = []
    x, row, rows = 0.0, 0.0, 0.0
    for key in keys:
        lines = key.lines(size, wide)
        long = key.indent * em + max(text_metrics.width(line, size) for line in lines)
        if spots and x + long > wide:
            x, row = 0.0, rows
        spots.append(_Spot(key, x, row, tuple(lines)))
        x += long + 1.5 * em
        rows = max(rows, row + 1 + (len(lines) - 1) * text_metrics.LEADING / _ROW)
    return spots, rows


def key_height(keys: Sequence[Key], preset: Preset, wide: float) -> float:
    """Height of a key over a plot `wide` millimetres across, the gap to the plot included."""
    return 1.4 + _ROW * preset.small_pt * text_metrics.PT * _set(keys, preset.small_pt, wide)[1] if keys else 0.0


def key_above(
    ax: Axes,
    keys: Sequence[Key],
    preset: Preset,
    *,
    left: float = 0.0,
    wide: float | None = None,
    rise: float = 0.0,
) -> None:
    """Draw the key over a chart.

    Parameters
    ----------
    ax, keys, preset
        The chart, what to explain, and its typography.
    left, wide
        Left edge of the key, in millimetres from that of the plot, and its width; those of the plot by default.
    rise
        Height of what stands between the plot and its key.
    """
    size = preset.small_pt
    em = size * text_metrics.PT
    width, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    spots, rows = _set(keys, size, width if wide is None else wide)
    paths, faces, edges, words = [], [], [], []
    style: dict[str, Any] = {"order": 6.0, "transform": mm}
    for place, spot in enumerate(spots):
        key, x = spot.key, left + spot.x
        y = high + rise + 1.0 + (rows - 1 - spot.row) * _ROW * em
        middle = y + 0.5 * text_metrics.CAP * em
        for i, line in enumerate(spot.lines):
            words.append(Word(x + key.indent * em, y - i * text_metrics.LEADING * em, line, size))
        if key.shape == "dashes":
            stroke = np.array([[x, middle], [x + 1.9 * em, middle]])
            own: dict[str, Any] = {"colour": key.colour, "line_pt": key.weight * preset.line_pt, "dashes": key.dashes}
            canvas.add_lines(ax, [stroke], gid=f"key-lines-{place}", **own, **style).set_clip_on(False)
        elif key.shape != "none":
            paths.append(_mark(key.shape, x, middle, em))
            faces.append("none" if key.shape == "ring" else key.colour)
            edges.append(key.colour if key.shape == "ring" else "none")
    if paths:
        canvas.add_shapes(ax, paths, face=faces, edge=edges, line_pt=0.16 * size, gid="key-marks", **style).set_clip_on(
            False
        )
    canvas.add_words(ax, words, transform=mm, gid="key-text")


def _mark(shape: Shape, x: float, y: float, em: float) -> Path:
    """Outline of a mark whose left edge is at `x` and whose middle is at height `y`."""
    from matplotlib.path import Path

    if shape in ("dot", "ring"):
        return Path.circle((x + 0.45 * em, y), 0.36 * em)
    if shape == "smalldot":
        return Path.circle((x + 0.45 * em, y), 0.22 * em)
    half_w, half_h = {"bar": (0.95, 0.22), "tick": (0.07, 0.5), "diamond": (0.36, 0.36)}.get(shape, (0.45, 0.45))
    middle = x + (0.95 if shape == "bar" else 0.45) * em
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]], dtype=float)
    if shape == "diamond":
        corners = np.array([[0, -1], [1, 0], [0, 1], [-1, 0], [0, -1]], dtype=float)
    return Path(corners * (half_w * em, half_h * em) + (middle, y), closed=True)
