"""Notebook display: a figure, or axes that fill one, shown as a PNG of its printed size where a cell ends with it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Transform

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


class FromDegrees(Transform):
    """From longitude and latitude to the units of a map; points of far parts go into their frames."""

    input_dims = output_dims = 2
    is_separable = has_inverse = False

    def __init__(self, place: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.place = place

    def transform_non_affine(self, values: Any) -> np.ndarray:
        """Return points in map units."""
        points = np.atleast_2d(np.asarray(values, dtype=float))
        return self.place(points[:, 0], points[:, 1]).reshape(np.shape(values))


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
