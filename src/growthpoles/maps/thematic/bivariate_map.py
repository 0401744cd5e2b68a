"""Two variables on one map: nine colours and a square legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

import numpy as np

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions, make_style
from growthpoles.maps.sheet.legend import Category
from growthpoles.maps.sheet.map_geometry import align
from growthpoles.maps.source_note import NO_DATA, dated, no_data, source_parts, told
from growthpoles.maps.thematic.map_drawing import draw_map
from growthpoles.maps.thematic.square import SquareLegend
from growthpoles.maps.thematic.value_map import bin_of, rising
from growthpoles.maps.typography import text_metrics as text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

_LEVELS = 3


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
        As for :func:`growthpoles.maps.thematic.rating_map.plot_rating`.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, limits are not four, a value lies outside them, or ties forbid terciles.
    """
    first = align(regions, x.astype(float), "x")
    second = align(regions, y.astype(float), "y")
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
    year, edition = told(year, edition, x, y)
    style = make_style(
        options,
        lang=lang,
        default_title=dated(f"{x_name} \u00d7 {y_name}", year),
        parts=source_parts(regions, lang, year=year, edition=edition, source=options.get("source")),
    )
    legend = SquareLegend("", swatches=(no_data(lang),), cells=cells, x=text.clean(x_name), y=text.clean(y_name))
    marks = [word("n/d") if key == NO_DATA else key for key in classes]
    return draw_map(regions, classes, legend, marks, style, ax=ax, gid="bivariate")
