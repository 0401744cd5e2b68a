"""Text layer: placed text lines drawn as one matplotlib artist.

matplotlib's own Text lays every string out again at each drawing, which costs more than all polygons of a map.
Here the places are known, so the renderer is asked to set the lines directly; text stays text in PDF and SVG.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import properties

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.transforms import Transform


class WordLayer(Artist):
    """Lines of text at fixed places.

    Attributes
    ----------
    words
        The lines, in millimetres of the layer's transform.
    codes
        Codes among them, each with the name that it stands for.
    runs
        The runs of every line: start at size 1, text and font file.
    """

    def __init__(
        self,
        words: Sequence[Word],
        transform: Transform,
        *,
        zorder: float,
        gid: str,
        codes: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self.words = tuple(words)
        self.codes = tuple(codes)
        # Measured now, since the layer may be drawn when another typeface is chosen.
        self.runs = tuple(text_metrics.stretches(word.text, word.bold) for word in self.words)
        self._parts = [
            (word, text, path, _along(word, start * word.size * text_metrics.PT))
            for word, runs in zip(self.words, self.runs, strict=True)
            for start, text, path in runs
        ]
        boxes = [word.box for word in self.words]
        self._corners = [corner for box in boxes for corner in (box[:2], box[2:])]
        self.set_transform(transform)
        self.set_zorder(zorder)
        self.set_gid(gid)
        self.set_in_layout(False)

    def draw(self, renderer: RendererBase) -> None:
        """Set the lines."""
        if not self.get_visible():
            return
        renderer.open_group("words", self.get_gid())
        if hasattr(renderer, "buffer_rgba"):
            self._fill(renderer)
            renderer.close_group("words")
            self.stale = False
            return
        spots = self.get_transform().transform([place for *_, place in self._parts])
        flip = renderer.get_canvas_width_height()[1] if renderer.flipy() else None
        context, colour = renderer.new_gc(), ""
        for (word, text, path, _), (x, y) in zip(self._parts, spots.tolist(), strict=True):
            if word.colour != colour:
                colour = word.colour
                context.set_foreground(colour)
            renderer.draw_text(
                context,
                x,
                y if flip is None else flip - y,
                text,
                properties(word.size, path, word.bold),
                word.angle,
                ismath=False,
                mtext=None,
            )
        context.restore()
        renderer.close_group("words")
        self.stale = False

    def _fill(self, renderer: RendererBase) -> None:
        """Set the lines on a raster as filled outlines: exactly where vector files have them, without hinting."""
        base = self.get_transform()
        for word, text, path, start in self._parts:
            vertices, codes = text_metrics.outline_in(text, path, word.bold)
            if not len(vertices):
                continue
            place = Affine2D().scale(word.size * text_metrics.PT)
            if word.angle:
                place.rotate_deg(word.angle)
            place.translate(*start)
            context = renderer.new_gc()
            context.set_linewidth(0.0)
            shape = Path(vertices, codes, readonly=True)
            renderer.draw_path(context, shape, place + base, to_rgba(word.colour))
            context.restore()

    def get_window_extent(self, renderer: RendererBase | None = None) -> Bbox:
        """Box around all lines on the display."""
        points = self.get_transform().transform(self._corners)
        return Bbox([points.min(axis=0), points.max(axis=0)])

    def get_tightbbox(self, renderer: RendererBase | None = None) -> Bbox:
        """Box around all lines on the display."""
        return self.get_window_extent(renderer)


def _along(word: Word, length: float) -> tuple[float, float]:
    """Return the place so many millimetres along a line."""
    (x, y), turn = word.start, math.radians(word.angle)
    return x + length * math.cos(turn), y + length * math.sin(turn)
