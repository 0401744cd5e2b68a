"""Map panel: several maps of one kind on one sheet with one legend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.maps.labels import region_labels
from growthpoles.maps.presets import Preset, get_preset, in_preset_typeface
from growthpoles.maps.sheet import canvas, furniture
from growthpoles.maps.sheet.legend import Legend, legend_blocks
from growthpoles.maps.sheet.sheet_blocks import Box, Word
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.maps.source_note import source_parts, told
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GUTTER = 3.0
_EDGE = 0.9


@in_preset_typeface
def plot_panel(
    regions: gpd.GeoDataFrame,
    maps: Mapping[str, Any],
    draw: Callable[..., Any],
    legend: Legend,
    *,
    columns: int = 2,
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
    maps : mapping
        Heading of a panel -> its data, in reading order. Panels are lettered a, b, c, ...
    draw : callable
        Map function, such as :func:`growthpoles.plot_rating`; called as
        ``draw(regions, data, ax=..., ...)``.
    legend : Legend
        The shared legend, such as :func:`growthpoles.maps.thematic.rating_map.rating_legend`; it holds every class.
    columns : int
        Panels in a row.
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
        There is no panel, or the panels do not fit the preset.

    Examples
    --------
    >>> import growthpoles as gp
    >>> from growthpoles.maps.thematic.rating_map import rating_legend
    >>> maps = {str(year): gp.load_published(year) for year in (2010, 2014)}
    >>> figure = gp.plot_panel(gp.load_regions(2014), maps, gp.plot_rating, rating_legend())
    >>> len(figure.axes)
    3
    """
    if not maps or columns < 1:
        raise MapError(message(f"{len(maps)} panels in {columns} columns", allowed="at least one of each"))
    translator(lang)
    chosen = get_preset(preset)
    wide = chosen.width_mm
    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    each = (wide - 2 * _EDGE - (columns - 1) * _GUTTER) / columns
    left, bottom, right, top = regions.total_bounds
    size = chosen.text_pt
    line = (text_metrics.CAP + text_metrics.DROP) * size * text_metrics.PT + 1.0
    tall = each * (top - bottom) / (right - left) + 2.0
    key = min(legend_blocks(legend, chosen, wide - 2 * _EDGE), key=lambda block: (round(block.h, 1), block.w))
    head = furniture.heading_block(title, chosen, wide - 2 * _EDGE) if title and chosen.heading == "title" else None
    year, edition = told(year, edition, *maps.values())
    named = source if isinstance(source, str) else None
    told_parts = source_parts(regions, lang, year=year, edition=edition, source=named)
    told_parts += [] if isinstance(source, str) else list(source)
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
    given: dict[str, Any] = {"graticule": "none", "scale_bar": "none", **options}
    explain = given.pop("code_key", "auto") == "auto"

    def sheet(strip: float) -> tuple[Figure, Axes, float]:
        """Draw the panels over a strip of that height."""
        high = over + rows * (tall + line) + (rows - 1) * _GUTTER + under + strip
        if high > chosen.max_height_mm:
            raise MapError(
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
            draw(regions, data, ax=ax, lang=lang, preset=small, legend="none", code_key="none", title="", **given)
            base = y + tall + line - text_metrics.CAP * size * text_metrics.PT
            letter = chr(ord("a") + number % 26)
            words.append(Word(x, base, letter, size, bold=True, tag=str(number)))
            words.append(
                Word(x + 1.1 * size * text_metrics.PT, base, text_metrics.clean(heading), size, tag=str(number))
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
    if head:
        canvas.add_block(page, head, _EDGE, high - _EDGE - head.h, transform=mm, gid="panel-title")
    if foot:
        canvas.add_block(page, foot, _EDGE, _EDGE, transform=mm, gid="panel-source")
    return figure


def _codes(figure: Figure) -> list[tuple[str, str]]:
    """Return the codes on all panels with the names that they stand for."""
    layers = [layer for ax in figure.axes for layer in ax.get_children() if isinstance(layer, WordLayer)]
    return sorted({pair for layer in layers for pair in layer.codes})
