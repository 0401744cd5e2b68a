"""The key over a chart: what its marks and colours mean, on as few lines as its width allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from growthpoles.maps import canvas, palettes, text
from growthpoles.maps.marks import Word
from growthpoles.maps.presets import Preset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

Shape = Literal["square", "dot", "ring", "diamond", "bar", "tick", "dashes", "none"]
_ROW = 1.5


@dataclass(frozen=True, slots=True)
class Key:
    """One mark of a chart and its words; the shape "none" is a plain note."""

    label: str
    colour: str = palettes.SOFT
    shape: Shape = "square"

    def width(self, size: float) -> float:
        """Width in millimetres at `size` points."""
        return self.indent * size * text.PT + text.width(text.clean(self.label), size)

    @property
    def indent(self) -> float:
        """Room of the mark before the words, in lines of text."""
        return {"none": 0.0, "bar": 2.3, "dashes": 2.3}.get(self.shape, 1.5)


def _rows(keys: Sequence[Key], size: float, wide: float) -> list[list[Key]]:
    """Break keys into lines."""
    em = size * text.PT
    rows: list[list[Key]] = []
    room = 0.0
    for key in keys:
        long = key.width(size)
        if not rows or room + long > wide:
            rows.append([])
            room = 0.0
        rows[-1].append(key)
        room += long + 1.5 * em
    return rows


def key_height(keys: Sequence[Key], preset: Preset, wide: float) -> float:
    """Height of a key over a plot `wide` millimetres across, the gap to the plot included."""
    return 1.4 + _ROW * preset.small_pt * text.PT * len(_rows(keys, preset.small_pt, wide)) if keys else 0.0


def key_above(ax: Axes, keys: Sequence[Key], preset: Preset) -> None:
    """Draw the key over a chart."""
    size = preset.small_pt
    em = size * text.PT
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    paths, faces, edges, dashes, words = [], [], [], [], []
    for i, row in enumerate(reversed(_rows(keys, size, wide))):
        x, y = 0.0, high + 1.0 + i * _ROW * em
        for key in row:
            words.append(Word(x + key.indent * em, y, text.clean(key.label), size))
            middle = y + 0.5 * text.CAP * em
            if key.shape == "dashes":
                dashes.append(np.array([[x, middle], [x + 1.9 * em, middle]]))
            elif key.shape != "none":
                paths.append(_mark(key.shape, x, middle, em))
                faces.append("none" if key.shape == "ring" else key.colour)
                edges.append(key.colour if key.shape == "ring" else "none")
            x += key.width(size) + 1.5 * em
    style: dict[str, Any] = {"order": 6.0, "transform": mm}
    if paths:
        canvas.add_shapes(ax, paths, face=faces, edge=edges, line_pt=0.16 * size, gid="key-marks", **style).set_clip_on(
            False
        )
    if dashes:
        canvas.add_lines(
            ax, dashes, colour=palettes.SOFT, line_pt=1.8 * preset.line_pt, dashes=(4.0, 3.0), gid="key-lines", **style
        ).set_clip_on(False)
    canvas.add_words(ax, words, transform=mm, gid="key-text")


def _mark(shape: Shape, x: float, y: float, em: float) -> Path:
    """Outline of a mark whose left edge is at `x` and whose middle is at height `y`."""
    from matplotlib.path import Path

    if shape in ("dot", "ring"):
        return Path.circle((x + 0.45 * em, y), 0.36 * em)
    half_w, half_h = {"bar": (0.95, 0.22), "tick": (0.07, 0.42), "diamond": (0.3, 0.3)}.get(shape, (0.45, 0.45))
    middle = x + (0.95 if shape == "bar" else 0.45) * em
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]], dtype=float)
    if shape == "diamond":
        corners = np.array([[0, -1], [1, 0], [0, 1], [-1, 0], [0, -1]], dtype=float)
    return Path(corners * (half_w * em, half_h * em) + (middle, y), closed=True)
