"""Map panel: several maps of one kind on one sheet with one legend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.maps.labels import region_labels
from growthpoles.maps.presets import Preset, get_preset, in_preset_typeface
from growthpoles.maps.sheet import canvas, furniture
from growthpoles.maps.sheet.legend import Legend, legend_blocks
from growthpoles.maps.sheet.map_geometry import prepare
from growthpoles.maps.sheet.sheet_blocks import Box, Word
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.maps.source_note import numbers_of, source_parts, told
from growthpoles.maps.thematic.class_change_map import limits_of_change, plot_change
from growthpoles.maps.thematic.map_drawing import shown_on
from growthpoles.maps.thematic.value_map import (
    automatic_limits,
    digits_for,
    digits_in_classes,
    plot_values,
)
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GUTTER = 3.0
_EDGE = 0.9
#: The least height of a panel that becomes smaller for want of room, in millimetres.
_LEAST = 20.0


@in_preset_typeface
def plot_panel(
    regions: gpd.GeoDataFrame,
    maps: Mapping[str, Any] | pd.DataFrame | pd.Series,
    draw: Callable[..., Any] = plot_values,
    legend: Legend | None = None,
    *,
    by: str | None = None,
    columns: int | None = None,
    lang: str = "en",
    preset: str | Preset = "report",
    title: str = "",
    year: object = None,
    edition: str | None = None,
    source: str | Sequence[str] = (),
    **options: Any,
) -> Figure:
    """Draw maps of years, editions or scenarios side by side, with one shared legend below.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    maps : mapping, DataFrame or Series
        Heading of a panel -> its data, in reading order; or a table with a column for each panel; or, with `by`, one
        with a row for each region and panel. Panels are lettered a, b, c, ...
    draw : callable
        Map function, such as :func:`growthpoles.plot_rating`; called as ``draw(regions, data, ax=..., ...)``.
        :func:`growthpoles.plot_values` and `plot_change` get class limits from the values of all panels together,
        unless `limits` are given.
    legend : Legend, optional
        The shared legend; by default that of the maps. A legend that is not theirs is refused.
    by : str, optional
        Column or level of the index, such as "year", by whose values a long table is parted into panels.
    columns : int, optional
        Panels in a row; by default two, or as many more as the height of the preset asks for. In a single row they
        become smaller where it asks for that too.
    lang, preset
        Language, size and typography.
    title : str
        Title over the panels, for presets that print one.
    year, edition : optional
        Named under the panels, with the boundaries; by default what the `attrs` of all panels agree on.
    source : str or sequence of str
        Source of the data, or further parts of the line under the panels, for presets that print it.
    **options
        Handed to `draw`.

    Returns
    -------
    Figure

    Raises
    ------
    MapError
        There is no panel, the panels do not fit the preset, or their classes are not the same.

    Examples
    --------
    >>> import growthpoles as gp
    >>> maps = {str(year): gp.load_published(year) for year in (2010, 2014)}
    >>> figure = gp.plot_panel(gp.load_regions(2014), maps, gp.plot_rating)
    >>> len(figure.axes)
    3
    """
    maps = _parted(maps, by)
    if not maps or (columns or 2) < 1:
        raise MapError(message(f"{len(maps)} panels in {columns or 2} columns", allowed="at least one of each"))
    translator(lang)
    options = {"graticule": "none", "scale_bar": "none", **_common(draw, maps, regions, options)}
    if legend is None or any(category.case for category in legend.swatches):
        legend = _legend_of(regions, maps, draw, lang, options, legend)
    if columns is None:
        drawing: dict[str, Any] = {"by": None, "lang": lang, "preset": preset, "title": title, "year": year}
        drawing |= {"edition": edition, "source": source, **options}
        for number in range(min(2, len(maps)), len(maps) + 1):
            try:
                return plot_panel(regions, maps, draw, legend, columns=number, **drawing)
            except TooHighError:
                if number == len(maps):
                    raise
    assert columns is not None
    chosen = get_preset(preset)
    wide = chosen.width_mm
    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    each = (wide - 2 * _EDGE - (columns - 1) * _GUTTER) / columns
    ground = prepare(regions, str(options.get("extent", "auto")))
    left, bottom, right, top = ground.bounds
    size = chosen.text_pt
    line = (text_metrics.CAP + text_metrics.DROP) * size * text_metrics.PT + 1.0
    tall = each * (top - bottom) / (right - left) + 2.0
    blocks = legend_blocks(legend, chosen, wide - 2 * _EDGE)
    bars = [block for block in blocks if {word.text for word in block.words}.issuperset(legend.bounds)]
    key = min(bars or blocks, key=lambda block: (round(block.h, 1), block.w))  # a bar before a list of intervals
    head = furniture.heading_block(title, chosen, wide - 2 * _EDGE) if title and chosen.heading == "title" else None
    year, edition = told(year, edition, *maps.values())
    named = source if isinstance(source, str) else None
    told_parts = source_parts(regions, lang, year=year, edition=edition, source=named)
    told_parts += [] if isinstance(source, str) else list(source)
    told_parts += [translator(lang)(ground.projection)] if ground.projection and told_parts else []
    shown = told_parts and chosen.source_line == "footer"
    foot = furniture.source_block(told_parts, chosen, wide - 2 * _EDGE) if shown else None
    over = _EDGE + (head.h + 2.2 if head else 0.0)
    under = _EDGE + (foot.h + 2.0 if foot else 0.0)
    words: list[Word] = []
    small = replace(
        chosen,
        text_pt=(chosen.text_pt + chosen.small_pt) / 2,
        heading="none",
        source_line="none",
        lens_mm=min(chosen.lens_mm, each / 25),
    )
    given = dict(options)
    explain = given.pop("code_key", "auto") == "auto"

    def sheet(strip: float) -> tuple[Figure, Axes, float]:
        """Draw the panels over a strip of that height."""
        nonlocal tall
        rest = over + rows * line + (rows - 1) * _GUTTER + under + strip
        room = chosen.max_height_mm - rest - 0.01
        if rows == 1 and room > _LEAST:  # no more columns could help
            tall = min(tall, room)
        high = rest + rows * tall
        if high > chosen.max_height_mm:
            raise TooHighError(
                message(
                    f"{len(maps)} panels in {columns} columns need {high:.0f} mm of height",
                    where=f"preset {chosen.name}",
                    allowed=f"{chosen.max_height_mm:g} mm: more columns or fewer panels",
                )
            )
        figure = canvas.new_figure(chosen, height_mm=high)
        page = canvas.whole_axes(figure)
        page.set_zorder(-1)
        words.clear()
        for number, (heading, data) in enumerate(maps.items()):
            x = _EDGE + (number % columns) * (each + _GUTTER)
            y = high - over - (number // columns + 1) * (tall + line) - (number // columns) * _GUTTER
            ax = canvas.whole_axes(figure, Box(x, y, each, tall))
            if number and given.get("locator"):
                given["locator"] = False  # all panels show the same regions
            draw(regions, data, ax=ax, lang=lang, preset=small, legend="none", code_key="none", title="", **given)
            _check_legend(str(heading), ax, legend)
            for artist in ax.findobj(lambda each: bool(each.get_gid())):
                # what is told of a region is found by this name, and another panel has the same region
                artist.set_gid(f"panel-{number + 1}-{artist.get_gid()}")
            base = y + tall + line - text_metrics.CAP * size * text_metrics.PT
            letter = chr(ord("a") + number % 26)
            words.append(Word(x, base, letter, size, bold=True, tag=str(number)))
            words.append(
                Word(x + 1.1 * size * text_metrics.PT, base, text_metrics.clean(str(heading)), size, tag=str(number))
            )
        return figure, page, high

    figure, page, high = sheet(key.h + 2.2)
    low = under + 0.6
    codes = _codes(figure) if explain else []
    names = None
    if codes:
        room = wide - 2 * _EDGE
        names = region_labels.key_below(codes, chosen, room - key.w - 6.0)
        x, y = wide - _EDGE - names.w, low + key.h - names.h
        if names.h > key.h + 0.6 or names.w > room - key.w - 6.0:
            names = region_labels.key_below(codes, chosen, room)
            x, y = _EDGE, low
            low += names.h + 1.8
            figure, page, high = sheet(key.h + 2.2 + names.h + 1.8)
    mm = canvas.millimetres(page)
    canvas.add_words(page, words, transform=mm, gid="panel-headings")
    canvas.add_block(page, key, _EDGE, low, transform=mm, gid="panel-legend", line_pt=chosen.line_pt)
    if names:
        canvas.add_block(page, names, x, y, transform=mm, gid="panel-codes")
        for ax in figure.axes:
            if hasattr(ax, "unnamed"):
                ax.unnamed = tuple(label for label in ax.unnamed if label not in shown_on(ax).coded)
    if head:
        canvas.add_block(page, head, _EDGE, high - _EDGE - head.h, transform=mm, gid="panel-title")
    if foot:
        canvas.add_block(page, foot, _EDGE, _EDGE, transform=mm, gid="panel-source")
    return figure


class TooHighError(MapError):
    """The panels need more height than the preset allows."""


def _parted(maps: Mapping[str, Any] | pd.DataFrame | pd.Series, by: str | None) -> dict[str, Any]:
    """Return the data of every panel by its heading."""
    import pandas as pd

    if by is None:
        if isinstance(maps, pd.DataFrame):
            return {str(name): maps[name] for name in maps}
        if isinstance(maps, Mapping):
            return dict(maps)
        raise MapError(
            message(f"{type(maps).__name__} given", where="maps", allowed='a mapping, a table, or by="year"')
        )
    if not isinstance(maps, pd.DataFrame | pd.Series) or by not in [*maps.index.names, *getattr(maps, "columns", ())]:
        raise MapError(message(f"no column or level {by!r}", where="maps", allowed="a table with one"))
    if by in maps.index.names:
        return {str(value): maps.xs(value, level=by) for value in maps.index.unique(by)}
    return {str(value): part.drop(columns=by) for value, part in maps.groupby(by, sort=False)}


def _common(
    draw: Callable[..., Any], maps: Mapping[str, Any], regions: gpd.GeoDataFrame, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the options of all panels, with class limits from the values of all of them."""
    if draw not in (plot_values, plot_change) or options.get("limits") is not None:
        return dict(options)
    column = options.get("column", "index" if draw is plot_values else "change")
    values = np.concatenate([numbers_of(data, column, key, regions).to_numpy() for key, data in maps.items()])
    center, scheme, k = (options.get(name) for name in ("center", "scheme", "k"))
    if draw is plot_change:
        limits = limits_of_change(values, k, scheme)
    else:
        limits, center = automatic_limits(values, scheme, k, center)
        options = {**options, "center": center if options.get("colours") is None else options.get("center")}
    if draw is plot_values and "digits" not in options:
        options = {**options, "digits": digits_in_classes(values, np.array(limits), digits_for(values), center)}
    return {name: value for name, value in options.items() if name not in ("scheme", "k")} | {"limits": limits}


def _legend_of(
    regions: gpd.GeoDataFrame,
    maps: Mapping[str, Any],
    draw: Callable[..., Any],
    lang: str,
    options: Mapping[str, Any],
    given: Legend | None,
) -> Legend:
    """Return the legend of maps with the same classes; classes without an order from all of them.

    It says no numbers of regions, which differ from map to map, and no cases that no map has, as a given one.
    """
    plain = {**options, "labels": "none", "insets": "none", "lang": lang}
    shown = {heading: shown_on(draw(regions, data, **plain)) for heading, data in maps.items()}
    classes = Counter(key for each in shown.values() for key in each.classes)
    if given is not None:
        return given.drawn(classes, lang)
    legends = {heading: each.legend for heading, each in shown.items()}
    first = next(iter(legends.values()))
    swatches = {category.key: category for legend in legends.values() for category in legend.swatches}
    for heading, legend in legends.items():
        if replace(legend, title="", swatches=()) != replace(first, title="", swatches=()):
            problem = f"the classes of panel {heading!r} are not those of {next(iter(legends))!r}"
            raise MapError(message(problem, where="plot_panel", allowed="limits= or a scale that all panels share"))
        if any(swatches[category.key] != category for category in legend.swatches):
            raise MapError(message(f"panel {heading!r} has other colours", where="plot_panel", allowed="one palette"))
    return replace(first, swatches=tuple(swatches.values()), counted=False).drawn(classes, lang)


def _check_legend(heading: str, ax: Axes, legend: Legend) -> None:
    """Refuse a legend that does not say what the colours of a panel mean."""
    shown = shown_on(ax)
    faces = {category.key: category.face for category in legend.categories}
    wrong = [c for c in shown.legend.categories if c.key in shown.classes and faces.get(c.key) != c.face]
    other = legend.bounds and shown.legend.bounds and legend.bounds != shown.legend.bounds
    if wrong or other:
        problem = f"the legend is not that of panel {heading!r}"
        if other:
            problem += f", whose classes are {' | '.join(shown.legend.bounds)}"
        allowed = "legend=None, which takes that of the maps, or limits= that fit the legend"
        raise MapError(message(problem, where="plot_panel", allowed=allowed))


def _codes(figure: Figure) -> list[tuple[str, str]]:
    """Return the codes on all panels with the names that they stand for."""
    layers = [layer for ax in figure.axes for layer in ax.get_children() if isinstance(layer, WordLayer)]
    found = {pair for layer in layers for pair in layer.codes}
    return sorted(found, key=lambda pair: (int(pair[0]) if pair[0].isdigit() else 0, pair))
