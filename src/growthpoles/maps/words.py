"""A layer of text lines that are already placed.

matplotlib's own Text lays every string out again at each drawing, which costs more than all polygons of a map.
Here the places are known, so the renderer is asked to set the lines directly; text stays text in PDF and SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from growthpoles.maps import text
from growthpoles.maps.marks import Word


class WordLayer(Artist):
    """Lines of text at fixed places; `words` holds them, in millimetres of the layer's transform."""

    def __init__(self, words: Sequence[Word], transform: Any, *, zorder: float, gid: str) -> None:
        super().__init__()
        self.words = tuple(words)
        self.set_transform(transform)
        self.set_zorder(zorder)
        self.set_gid(gid)
        self.set_in_layout(False)

    def draw(self, renderer: Any) -> None:
        """Set the lines."""
        if not self.get_visible():
            return
        renderer.open_group("words", self.get_gid())
        if hasattr(renderer, "buffer_rgba"):
            self._fill(renderer)
            renderer.close_group("words")
            self.stale = False
            return
        spots = self.get_transform().transform([word.start for word in self.words])
        flip = renderer.get_canvas_width_height()[1] if renderer.flipy() else None
        context, colour = renderer.new_gc(), ""
        for word, (x, y) in zip(self.words, spots.tolist(), strict=True):
            if word.colour != colour:
                colour = word.colour
                context.set_foreground(colour)
            renderer.draw_text(
                context,
                x,
                y if flip is None else flip - y,
                word.text,
                text.sized_font(word.text, word.size, word.bold),
                word.angle,
                ismath=False,
                mtext=None,
            )
        context.restore()
        renderer.close_group("words")
        self.stale = False

    def _fill(self, renderer: Any) -> None:
        """Set the lines on a raster as filled outlines: exactly where vector files have them, without hinting."""
        base = self.get_transform()
        for word in self.words:
            vertices, codes = text.outline(word.text, word.bold)
            if not len(vertices):
                continue
            place = Affine2D().scale(word.size * text.PT)
            if word.angle:
                place.rotate_deg(word.angle)
            place.translate(*word.start)
            context = renderer.new_gc()
            context.set_linewidth(0.0)
            path = Path(vertices, codes, readonly=True)
            renderer.draw_path(context, path, place + base, to_rgba(word.colour))
            context.restore()

    def get_window_extent(self, renderer: Any = None) -> Bbox:
        """Box around all lines on the display."""
        corners = [point for word in self.words for point in (word.box[:2], word.box[2:])]
        return Bbox.union([Bbox([p, p]) for p in self.get_transform().transform(corners)])

    def get_tightbbox(self, renderer: Any = None) -> Bbox:
        """Box around all lines on the display."""
        return self.get_window_extent(renderer)
