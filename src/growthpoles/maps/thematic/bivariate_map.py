"""Bivariate map: two variables in nine colours with a square legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.sheet.legend import Category, Legend, print_mark, shift, swatch_list, swatch_width
from growthpoles.maps.sheet.map_geometry import align
from growthpoles.maps.sheet.sheet_blocks import Block, Box, Tile, Word
from growthpoles.maps.source_note import NO_DATA, digits_of, no_data, numbers_of
from growthpoles.maps.thematic.map_drawing import draw_map, map_style
from growthpoles.maps.thematic.value_map import bin_of, rising
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

_LEVELS = 3


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
    em = size * text_metrics.PT
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
        indent = text_metrics.width(f"{arrow}\u00a0\u00a0", size)
        for i, line in enumerate(text_metrics.wrap(name, size, room - indent)):
            y -= (text_metrics.CAP if i == 0 else text_metrics.LEADING) * em
            if i == 0:
                words.append(Word(left, y, arrow, size))
            words.append(Word(left + indent, y, line, size))
            widest = max(widest, left + indent + text_metrics.width(line, size))
        y -= 0.75 * em
    w, h = widest, max(3 * side, -y - 0.75 * em)
    if legend.swatches:
        more = swatch_list(legend.swatches, size, 1, swatch_width(legend.swatches, size), limit, floor)
        moved = shift(more[0], more[1], left, y)
        w, h = max(w, left + more[2]), max(h, more[3] - y)
        tiles, words = tiles + moved[0], words + moved[1]
    every = shift(tiles, words, 0.0, h)
    return Block(w, h, tuple(every[1]), tuple(every[0]))


def terciles(values: pd.Series) -> tuple[float, ...]:
    """Return four limits that put a third of the known values into each class.

    Raises
    ------
    MapError
        If ties leave a class empty: the limits must then be given.
    """
    known = values.dropna().to_numpy(dtype=float)
    limits = np.quantile(known, [0, 1 / 3, 2 / 3, 1]) if len(known) else np.zeros(4)
    if (np.diff(limits) <= 0).any():
        raise MapError(message("ties leave a third of the values empty", where=str(values.name), allowed="own limits"))
    return tuple(float(limit) for limit in limits)


def _figures(limits: Sequence[float] | NDArray[np.float64]) -> int:
    """Return the digits that tell the limits of three classes apart."""
    return min(digits_of(limits), max(0, 1 - int(np.floor(np.log10(np.diff(limits).min())))))


@in_preset_typeface
def plot_bivariate(
    regions: gpd.GeoDataFrame,
    x: pd.Series,
    y: pd.Series,
    *,
    x_name: str,
    y_name: str,
    x_limits: Sequence[float] | None = None,
    y_limits: Sequence[float] | None = None,
    year: object = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map two variables at once in three classes each, with a square legend.

    The code in a polygon is the class of `x` and the class of `y`, both from 1 (low) to 3 (high): "31" is high in
    `x` and low in `y`. Lightness falls with the sum of the classes, hue tells which of the two leads.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    x, y : Series of float
        Values, index = region; NaN in either is drawn as "no data".
    x_name, y_name : str
        Names of the variables, along the legend.
    x_limits, y_limits : sequence of four floats, optional
        Rising limits of the classes that hold all values; terciles by default.
    year, edition, lang, ax
        As for :func:`growthpoles.plot_rating`.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, limits are not four, a value lies outside them, or ties forbid terciles.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions, published = gp.load_regions(2014), gp.load_published(2014)
    >>> axes = gp.plot_bivariate(regions, published["index"], published["ksi"], x_name="Index", y_name="KSI")
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    first = align(regions, numbers_of(x, "x", "x", regions), "x")
    second = align(regions, numbers_of(y, "y", "y", regions), "y")
    edges = []
    for name, series, limits in (("x_limits", first, x_limits), ("y_limits", second, y_limits)):
        found = rising(terciles(series) if limits is None else limits)
        if len(found) != _LEVELS + 1:
            raise MapError(message(f"{len(found)} limits", where=name, allowed="four rising numbers"))
        edges.append(found)
    word = translator(lang)
    classes = []
    for region, a, b in zip(regions.index, first, second, strict=True):
        if a != a or b != b:
            classes.append(NO_DATA)
        else:
            classes.append(f"{bin_of(a, edges[0], region) + 1}{bin_of(b, edges[1], region) + 1}")
    cells = tuple(
        Category(f"{i + 1}{j + 1}", palettes.BIVARIATE[j][i], "", f"{i + 1}{j + 1}")
        for j in range(_LEVELS)
        for i in range(_LEVELS)
    )
    style = map_style(regions, options, lang, f"{x_name} \u00d7 {y_name}", year, edition, x, y)
    keyed = [
        f"{text_metrics.clean(name)}: "
        + " | ".join(format_number(limit, lang, digits=_figures(limits)) for limit in limits)
        for name, limits in zip((x_name, y_name), edges, strict=True)
    ]
    legend = SquareLegend("", swatches=(no_data(lang),), cells=cells, x=keyed[0], y=keyed[1])
    marks = [word("n/d") if key == NO_DATA else key for key in classes]
    return draw_map(regions, classes, legend, marks, style, ax=ax, gid="bivariate")
