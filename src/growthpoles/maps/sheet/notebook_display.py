"""Notebook display: a figure, or axes that fill one, shown as a PNG of its printed size where a cell ends with it."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

_DPI, _CSS, _WIDEST = 192.0, 96.0, 1600  # twice the pixels of a screen at printed size; no wider than this

Bundle = tuple[dict[str, Any], dict[str, Any]]


def _bundle(figure: Figure | None, text: str) -> Bundle:
    if figure is None:
        return {"text/plain": text}, {}
    wide, high = figure.get_size_inches()
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=min(_DPI, _WIDEST / wide))
    shown = {"width": round(_CSS * wide), "height": round(_CSS * high)}
    return {"image/png": content.getvalue(), "text/plain": text}, {"image/png": shown}


class MapFigure(Figure):
    """A figure that a notebook shows without pyplot."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return _bundle(self, repr(self))


class MapAxes(Axes):
    """Axes that a notebook shows with the whole figure that they are on."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return _bundle(self.get_figure(root=True), repr(self))

    def __repr__(self) -> str:
        return super().__repr__().replace("MapAxes", "Axes", 1)
