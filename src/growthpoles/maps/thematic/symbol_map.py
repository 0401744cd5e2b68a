"""Symbol map: proportional symbols of totals, flows between regions, points in degrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, listed, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number, format_percent
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.furniture import nice_length
from growthpoles.maps.sheet.legend import Category, Legend, shift, swatch_list, swatch_width
from growthpoles.maps.sheet.map_geometry import Base, align
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array, Block, Box, Tile, Word
from growthpoles.maps.source_note import NO_DATA, no_data, numbers_of, shown_value
from growthpoles.maps.thematic.map_drawing import draw_map, map_style, shown_on
from growthpoles.maps.thematic.value_map import digits_for
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import typeface_of

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

GROUND, SYMBOL = "#ece9e2", "#5a7fb0"
_VALUE = "value"
#: Diameter of the largest symbol, and width of the widest flow, as shares of the sheet's width.
_LARGEST, _WIDEST = 0.09, 0.018
#: Of more regions than this the circles are smaller, in proportion to their number, down to a share.
_CROWD, _LEAST_LARGEST = 30, 0.025
_CIRCLE = np.column_stack([np.cos(a := np.linspace(0, 2 * np.pi, 61)), np.sin(a)])


@dataclass(frozen=True, slots=True)
class SizeLegend(Legend):
    """Legend of sizes: nested circles of round values, or lines of their width; no class of its own for a value.

    Attributes
    ----------
    sizes
        Value as it is written, and diameter or width in millimetres; the largest first.
    circles
        Whether they are circles.
    """

    sizes: tuple[tuple[str, float], ...] = ()
    circles: bool = True

    @property
    def categories(self) -> tuple[Category, ...]:
        """All classes: regions with a value, then the swatches."""
        return Category(_VALUE, GROUND), *self.swatches

    def shapes(self, size: float, limit: float, floor: float) -> tuple[list[Block], list[Block]]:
        """Return the shape at one size of text."""
        em = size * text_metrics.PT
        words, lines, tiles = [], [], list[Tile]()
        row, y = 1.35 * em, 0.0
        if self.circles:
            high = max(self.sizes[0][1], row * len(self.sizes))
            middle, reach = self.sizes[0][1] / 2, self.sizes[0][1] + 1.2 * em
            for i, (told, diameter) in enumerate(self.sizes):
                lines.append(tuple(map(tuple, (_CIRCLE * diameter / 2 + (middle, diameter / 2 - high)).tolist())))
                level = -i * row - 0.7 * em
                crown = (middle, diameter - high)
                lines.append((crown, (reach - 0.4 * em, level)))
                words.append(Word(reach, level - text_metrics.CAP * em / 2, told, size))
            y = -high
        else:
            reach = 4.2 * em
            for told, wide in self.sizes:
                y -= max(row, wide + 0.5 * em)
                tiles.append(Tile(Box(0.0, y + (row - wide) / 2, 3.4 * em, wide), SYMBOL, SYMBOL))
                words.append(Word(reach, y + (row - text_metrics.CAP * em) / 2, told, size))
        widest = max(word.x + text_metrics.width(word.text, size) for word in words)
        if self.swatches:
            more = swatch_list(self.swatches, size, 1, swatch_width(self.swatches, size), limit, floor)
            moved = shift(more[0], more[1], 0.0, y - 0.6 * em)
            tiles, words, y, widest = tiles + moved[0], words + moved[1], y - 0.6 * em - more[3], max(widest, more[2])
        head = text_metrics.wrap(self.title, size, max(widest, 34.0)) if self.title else []
        room = text_metrics.height(len(head), size) + 0.45 * em if head else 0.0
        every = shift(tiles, words, 0.0, -y)
        top = room - y - text_metrics.CAP * em
        titled = [Word(0.0, top - i * text_metrics.LEADING * em, line, size, bold=True) for i, line in enumerate(head)]
        moved_lines = tuple(tuple((px, py - y) for px, py in line) for line in lines)
        widest = max([widest, *(text_metrics.width(line, size, bold=True) for line in head)])
        return [Block(widest, room - y, tuple(titled + every[1]), tuple(every[0]), moved_lines)], []


def _places(base: Base) -> Array:
    """Return a point of every region: the centroid of its largest part, or another point where that lies outside."""
    import shapely

    largest = np.array([max(shapely.get_parts(shape), key=lambda part: part.area) for shape in base.plain])
    middle = shapely.centroid(largest)
    inside = shapely.contains(largest, middle)
    return shapely.get_coordinates(np.where(inside, middle, shapely.point_on_surface(largest)))


def _round_steps(most: float) -> list[float]:
    """Return three round values for a legend of sizes, the largest first."""
    first = nice_length(most)
    return [first, nice_length(first / 3), nice_length(first / 15)]


def _checked_totals(values: pd.Series, where: str) -> pd.Series:
    """Refuse values that no size can show.

    Raises
    ------
    MapError
        A value is negative, or none is above zero.
    """
    if (values < 0).any():
        problem = f"value {values.min():g} is negative"
        allowed = "totals from 0 on; plot_values(..., center=0) maps values of both signs"
        raise MapError(message(problem, where=f"{where}, {values.idxmin()!r}", allowed=allowed))
    if not (values > 0).any():
        raise MapError(message("no value is above zero", where=where, allowed="one at least"))
    return values


@in_preset_typeface
def plot_symbols(
    regions: gpd.GeoDataFrame,
    values: pd.Series | pd.DataFrame | str,
    *,
    column: str = "index",
    variable: str = "",
    largest: float | None = None,
    digits: int | None = None,
    colour: str = SYMBOL,
    year: object = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    gid: str = "symbols",
    **options: Unpack[MapOptions],
) -> Axes:
    """Map totals by circles whose area is proportional to the value.

    A choropleth of totals shows mostly how large the regions are; circles show the totals. Zero and missing values get
    no circle, and missing ones the class "no data".

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    values : Series, or DataFrame with `column`, or str
        Totals from 0 on, index = region; NaN is drawn as "no data". A name means that column of `regions`.
    variable : str
        What the values are, with the unit: words over the legend and in the title.
    largest : float, optional
        Value of the largest circle, 9 % of the sheet's width across, less of more than 30 regions; by default the
        largest value. Maps that are to be compared share it.
    digits : int, optional
        Digits of the values in the polygons; by default three figures of the largest value, and no more than
        the values have.
    colour : str
        Of the circles, "#rrggbb".
    year, edition, lang, ax
        As for :func:`growthpoles.plot_values`.
    gid : str
        Identifier in vector files.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, a value is negative, or larger than `largest`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> axes = gp.plot_symbols(regions, regions.area / 1e9, variable="Area, thousand km²")
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    if isinstance(values, str):
        variable = variable or values
    series = _checked_totals(align(regions, numbers_of(values, column, "values", regions), "values"), "values")
    numbers = series.to_numpy(dtype=float)
    most = float(np.nanmax(numbers)) if largest is None else float(largest)
    if np.nanmax(numbers) > most:
        problem = f"value {np.nanmax(numbers):g} is above largest={most:g}"
        raise MapError(message(problem, where="plot_symbols", allowed="the largest of all maps that are compared"))
    style = map_style(regions, options, lang, variable, year, edition, values)
    style = replace(style, insets="numbers" if style.insets == "auto" else "none")
    wide = canvas.axes_size(ax)[0] if ax is not None else style.preset.width_mm
    widest = wide * max(_LEAST_LARGEST, _LARGEST * min(1.0, np.sqrt(_CROWD / len(numbers))))
    diameter = widest * np.sqrt(numbers / most)

    def over(ax: Axes, base: Base, plan: Plan, *, draw: bool) -> Sequence[BaseGeometry]:
        import shapely
        from matplotlib.path import Path

        order = [i for i in np.argsort(-numbers, kind="stable").tolist() if numbers[i] > 0]
        spots = _places(base)[order] * plan.found.scale + np.asarray(plan.found.origin)
        radii = diameter[order] / 2
        if draw:
            circles = [Path(_CIRCLE * radius + spot, closed=True) for spot, radius in zip(spots, radii, strict=True)]
            canvas.add_shapes(
                ax, circles, face=colour, edge=palettes.PAPER, line_pt=0.5, order=4.0, gid=f"{gid}-circles",
                transform=canvas.millimetres(ax),
            )  # fmt: skip
        return list(shapely.buffer(shapely.points(spots), radii + 0.2, quad_segs=8))

    told = digits_for(numbers) if digits is None else digits
    steps = [(format_number(step, lang, digits=None), widest * np.sqrt(step / most)) for step in _round_steps(most)]
    lacking = np.isnan(numbers)
    classes = np.where(lacking, NO_DATA, _VALUE).tolist()
    word = translator(lang)
    marks = [
        word("n/d") if gone else shown_value(value, lang, told) for gone, value in zip(lacking, numbers, strict=True)
    ]
    legend = SizeLegend(variable, swatches=(no_data(lang),), sizes=tuple(steps))
    return draw_map(regions, classes, legend, marks, style, ax=ax, gid=gid, over=over)


@in_preset_typeface
def plot_flows(
    regions: gpd.GeoDataFrame,
    flows: pd.DataFrame,
    *,
    top: int | None = 30,
    variable: str = "",
    largest: float | None = None,
    colour: str = SYMBOL,
    signs: tuple[str, str] | None = None,
    year: object = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    gid: str = "flows",
    **options: Unpack[MapOptions],
) -> Axes:
    """Map flows or influences between regions as curved arrows whose width is proportional to the value.

    The two directions between a pair of regions bend to different sides. What the map leaves out is said in the legend.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    flows : DataFrame
        Columns `origin`, `destination`, `value`, one row for each pair; or a square table, rows to columns. Values from
        0 on; those within a region and missing ones are left out.
    top : int, optional
        How many of the largest flows are drawn; None draws all.
    variable : str
        What the values are, with the unit.
    largest : float, optional
        Value of the widest arrow, by default that of the largest flow.
    colour : str
        Of the arrows, "#rrggbb".
    signs : (str, str), optional
        What values above and below 0 are, which are then both allowed: widths are those of their sizes, and colours,
        named in the legend, tell the signs apart.
    year, edition, lang, ax
        As for :func:`growthpoles.plot_values`.
    gid : str
        Identifier in vector files.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A region is not known, a pair repeats, or a value is above `largest`, or negative without `signs`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> regions = gp.load_regions(2014)
    >>> moved = {"origin": ["KZ-AKM", "KZ-ALM"], "destination": ["KZ-AST", "KZ-ALA"], "value": [12.0, 30.0]}
    >>> axes = gp.plot_flows(regions, pd.DataFrame(moved), variable="Moved, thousand")
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    import pandas as pd

    pairs = _pairs(flows, regions, signed=signs is not None)
    colours = np.where(pairs["value"] < 0, palettes.DIVERGING[0], palettes.DIVERGING[-1] if signs else colour)
    pairs = pairs.assign(value=pairs["value"].abs(), colour=colours)
    whole, count = float(pairs["value"].sum()), len(pairs)
    kept = (
        pairs.nlargest(top, "value", keep="first") if top is not None else pairs.sort_values("value", ascending=False)
    )
    most = float(pairs["value"].max()) if largest is None else float(largest)
    if pairs["value"].max() > most:
        problem = f"value {pairs['value'].max():g} is above largest={most:g}"
        raise MapError(message(problem, where="plot_flows", allowed="the largest of all maps that are compared"))
    style = map_style(regions, options, lang, variable, year, edition, flows)
    style = replace(style, insets="numbers" if style.insets == "auto" else "none")
    wide = canvas.axes_size(ax)[0] if ax is not None else style.preset.width_mm
    start, end = (regions.index.get_indexer(pd.Index(kept[name])) for name in ("origin", "destination"))
    widths = np.maximum(_WIDEST * wide * kept["value"].to_numpy(dtype=float) / most, 0.35 if signs else 0.12)

    def over(ax: Axes, base: Base, plan: Plan, *, draw: bool) -> Sequence[BaseGeometry]:
        from matplotlib.path import Path

        if draw:
            spots = _places(base) * plan.found.scale + np.asarray(plan.found.origin)
            arrows = [_arrow(spots[a], spots[b], w) for a, b, w in zip(start, end, widths, strict=True)]
            canvas.add_shapes(
                ax, [Path(arrow, closed=True) for arrow in arrows], face=kept["colour"].tolist(), edge=palettes.PAPER,
                line_pt=0.3,
                order=4.0, gid=f"{gid}-arrows", transform=canvas.millimetres(ax),
            )  # fmt: skip
        return ()

    word = translator(lang)
    title = variable
    if len(kept) < count:
        share = format_percent(float(kept["value"].sum()) / whole, lang)
        told = word("the {k} largest of {n} flows, {share} of the total").format(k=len(kept), n=count, share=share)
        title = f"{variable}: {told}" if variable else told
    steps = [(format_number(step, lang, digits=None), _WIDEST * wide * step / most) for step in _round_steps(most)]
    swatches = () if signs is None else (
        Category("above", palettes.DIVERGING[-1], signs[0]), Category("below", palettes.DIVERGING[0], signs[1])
    )  # fmt: skip
    legend = SizeLegend(title, swatches=swatches, sizes=tuple(steps), circles=False)
    return draw_map(regions, [_VALUE] * len(regions), legend, [""] * len(regions), style, ax=ax, gid=gid, over=over)


def _pairs(flows: pd.DataFrame, regions: gpd.GeoDataFrame, *, signed: bool = False) -> pd.DataFrame:
    """Return origin, destination and value of every flow between two regions, checked."""
    import pandas as pd

    if not isinstance(flows, pd.DataFrame):
        allowed = "a DataFrame with origin, destination, value, or a square one"
        raise MapError(message(f"{type(flows).__name__} given", where="flows", allowed=allowed))
    columns = ["origin", "destination", "value"]
    if not set(columns) <= set(flows.columns):
        if set(flows.columns) - set(regions.index):
            raise MapError(message("neither pairs nor a square table", where="flows", allowed=", ".join(columns)))
        flows = flows.rename_axis("origin").reset_index().melt("origin", var_name="destination", value_name="value")
    flows = flows[columns]
    for name in columns[:2]:
        extra = pd.Index(flows[name]).difference(regions.index)
        if len(extra):
            raise MapError(message(f"no such region: {listed(extra, limit=5)}", where=f"flows, column {name}"))
    doubled = flows.duplicated(columns[:2])
    if doubled.any():
        first = flows[doubled].iloc[0]
        raise MapError(message(f"the flow {first['origin']} to {first['destination']} repeats", where="flows"))
    numbers = numbers_of(flows, "value", "flows")
    kept = flows.assign(value=numbers)[(flows["origin"] != flows["destination"]) & numbers.notna() & (numbers != 0)]
    _checked_totals(kept["value"].abs() if signed else kept["value"], "flows")
    return kept


def _arrow(start: Array, end: Array, wide: float) -> NDArray[np.float64]:
    """Return the outline of an arrow that bends to the left and grows to its head."""
    step = end - start
    length = max(float(np.hypot(*step)), 1e-6)
    side = np.array([-step[1], step[0]]) / length
    t = np.linspace(0.0, 1.0, 24)[:, None]
    middle = (start + end) / 2 + 0.14 * length * side
    line = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    ahead = np.gradient(line, axis=0)
    across = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None]
    head = min(max(2.2 * wide, 1.6), 0.4 * length)
    reach = np.hypot(*(line - end).T)
    body = line[reach > head]
    half = wide / 2
    neck, normal = body[-1], across[len(body) - 1]
    edge = across[: len(body)] * half * np.linspace(0.6, 1.0, len(body))[:, None]
    flare = normal * max(1.9 * half, 0.5)
    return np.vstack([body + edge, neck + flare, end, neck - flare, (body - edge)[::-1], body[:1] + edge[:1]])


def plot_points(
    ax: Axes,
    lon: Annotated[Any, "Sequence[float] | float"],
    lat: Annotated[Any, "Sequence[float] | float"],
    *,
    labels: Sequence[str] | None = None,
    size: float = 1.4,
    colour: str = palettes.INK,
    gid: str = "points",
) -> Axes:
    """Lay points in degrees on a map, such as cities or plants, with names where they are given.

    Points of overseas parts stand in their frames. Other layers are drawn by matplotlib's own functions with
    ``transform=axes.degrees``; ``axes.crs`` is the coordinate system of the data.

    Parameters
    ----------
    ax : Axes
        Axes that a map function returned.
    lon, lat : array of float
        Degrees (WGS 84), in the same order.
    labels : sequence of str, optional
        A name for each point, written beside it where nothing else stands.
    size : float
        Diameter of the points in millimetres.
    colour : str
        "#rrggbb".
    gid : str
        Identifier in vector files.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no map on the axes, a coordinate is no number in its range, or a point lies outside the map.

    Examples
    --------
    >>> import growthpoles as gp
    >>> axes = gp.plot_rating(gp.load_regions(2014), gp.load_published(2014))
    >>> axes = gp.plot_points(axes, [63.3], [45.6], labels=["Baikonur"])
    """
    from matplotlib.path import Path

    from growthpoles.maps.sheet.text_layer import WordLayer

    base = shown_on(ax).base
    degrees = np.column_stack([np.asarray(lon, dtype=float).ravel(), np.asarray(lat, dtype=float).ravel()])
    if labels is not None and len(labels) != len(degrees):
        raise MapError(message(f"{len(labels)} labels for {len(degrees)} points", where="plot_points"))
    bad = ~(np.isfinite(degrees).all(axis=1) & (np.abs(degrees[:, 0]) <= 360) & (np.abs(degrees[:, 1]) <= 90))
    if bad.any():
        problem = f"point {int(bad.argmax()) + 1} is {degrees[bad.argmax()].tolist()}"
        raise MapError(message(problem, where="plot_points", allowed="longitude and latitude in degrees"))
    mm = canvas.millimetres(ax)
    spots = mm.inverted().transform(ax.transData.transform(base.place(*degrees.T)))
    wide, high = canvas.axes_size(ax)
    off = ~((spots >= 0) & (spots <= (wide, high))).all(axis=1)
    if off.any():
        problem = f"point {int(off.argmax()) + 1} at {degrees[off.argmax()].tolist()} lies outside the map"
        raise MapError(message(problem, where="plot_points", allowed="points inside its frame"))
    circles = [Path(_CIRCLE * size / 2 + spot, closed=True) for spot in spots]
    canvas.add_shapes(
        ax, circles, face=colour, edge=palettes.PAPER, line_pt=0.5, order=6.5, gid=gid, transform=mm
    )  # fmt: skip
    if labels is not None:
        layers = [layer for layer in ax.get_children() if isinstance(layer, WordLayer)]
        taken = [word.box for layer in layers for word in layer.words]
        taken += [(x - size / 2, y - size / 2, x + size / 2, y + size / 2) for x, y in spots]
        text_pt = min((word.size for layer in layers for word in layer.words), default=6.0)
        words = []
        with typeface_of(shown_on(ax).face):
            for (x, y), label in zip(spots.tolist(), labels, strict=True):
                words.append(_beside(x, y, text_metrics.clean(str(label)), text_pt, size, taken))
                taken.append(words[-1].box)
            canvas.add_words(ax, words, transform=mm, gid=f"{gid}-names", order=6.6)
    return ax


def _beside(x: float, y: float, text: str, text_pt: float, size: float, taken: Sequence[Any]) -> Word:
    """Set the name of a point on the side where it covers least."""
    em, gap = text_pt * text_metrics.PT, size / 2 + 0.5
    low = -text_metrics.CAP * em / 2
    tried = [
        Word(x + dx * gap, y + low + dy * (gap + 0.4 * em), text, text_pt, align=align, halo=palettes.PAPER)
        for align, dx, dy in (
            ("left", 1, 0), ("right", -1, 0), ("left", 0.7, 1), ("left", 0.7, -1), ("right", -0.7, 1),
            ("right", -0.7, -1), ("center", 0, 1.3), ("center", 0, -1.3),
        )
    ]  # fmt: skip

    def covered(word: Word) -> float:
        a = word.box
        across = [min(a[2], b[2]) - max(a[0], b[0]) for b in taken]
        along = [min(a[3], b[3]) - max(a[1], b[1]) for b in taken]
        return sum(max(w, 0.0) * max(h, 0.0) for w, h in zip(across, along, strict=True))

    return min(tried, key=covered)
