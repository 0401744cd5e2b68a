"""Chart axes: in millimetres, quiet spines, localised tick numbers, row names that keep apart; the key of a chart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message, unknown_option
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number
from growthpoles.language.phrases import tie
from growthpoles.maps import palettes
from growthpoles.maps.presets import Preset, get_preset
from growthpoles.maps.sheet import canvas, furniture
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.source_note import dated, source_parts, told
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.text_metrics import fold, fold_all, widest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.path import Path
    from matplotlib.ticker import Formatter


Shape = Literal["square", "dot", "smalldot", "ring", "diamond", "bar", "tick", "dashes", "none"]
_ROW = 1.5


@dataclass(frozen=True, slots=True)
class Key:
    """One mark of a chart and its words; "none" is a plain note, "dashes" a line `weight` times a border's width."""

    label: str
    colour: str = palettes.SOFT
    shape: Shape = "square"
    dashes: tuple[float, ...] | None = (4.0, 3.0)
    weight: float = 1.8

    @property
    def indent(self) -> float:
        """Room of the mark before the words, in lines of text."""
        return {"none": 0.0, "bar": 2.3, "dashes": 2.3}.get(self.shape, 1.5)

    def lines(self, size: float, wide: float) -> list[str]:
        """Words on as many lines as a width in millimetres makes necessary."""
        return fold(text_metrics.clean(self.label), size, wide - self.indent * size * text_metrics.PT, most=4)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A key with its place: how far from the left in millimetres, and on which line from the top."""

    key: Key
    x: float
    row: float
    lines: tuple[str, ...]


def _set(keys: Sequence[Key], size: float, wide: float) -> tuple[list[_Spot], float]:
    """Break keys into lines; returns their places and the number of lines."""
    em = size * text_metrics.PT
    spots: list[_Spot] = []
    x, row, rows = 0.0, 0.0, 0.0
    for key in keys:
        lines = key.lines(size, wide)
        long = key.indent * em + max(text_metrics.width(line, size) for line in lines)
        if spots and x + long > wide:
            x, row = 0.0, rows
        spots.append(_Spot(key, x, row, tuple(lines)))
        x += long + 1.5 * em
        rows = max(rows, row + 1 + (len(lines) - 1) * text_metrics.LEADING / _ROW)
    return spots, rows


def key_height(keys: Sequence[Key], preset: Preset, wide: float) -> float:
    """Height of a key over a plot `wide` millimetres across, the gap to the plot included."""
    return 1.4 + _ROW * preset.small_pt * text_metrics.PT * _set(keys, preset.small_pt, wide)[1] if keys else 0.0


def key_above(
    ax: Axes,
    keys: Sequence[Key],
    preset: Preset,
    *,
    left: float = 0.0,
    wide: float | None = None,
    rise: float = 0.0,
) -> None:
    """Draw the key over a chart.

    Parameters
    ----------
    ax, keys, preset
        The chart, what to explain, and its typography.
    left, wide
        Left edge of the key, in millimetres from that of the plot, and its width; those of the plot by default.
    rise
        Height of what stands between the plot and its key.
    """
    size = preset.small_pt
    em = size * text_metrics.PT
    width, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    spots, rows = _set(keys, size, width if wide is None else wide)
    paths, faces, edges, words = [], [], [], []
    style: dict[str, Any] = {"order": 6.0, "transform": mm}
    for place, spot in enumerate(spots):
        key, x = spot.key, left + spot.x
        y = high + rise + 1.0 + (rows - 1 - spot.row) * _ROW * em
        middle = y + 0.5 * text_metrics.CAP * em
        for i, line in enumerate(spot.lines):
            words.append(Word(x + key.indent * em, y - i * text_metrics.LEADING * em, line, size))
        if key.shape == "dashes":
            stroke = np.array([[x, middle], [x + 1.9 * em, middle]])
            own: dict[str, Any] = {"colour": key.colour, "line_pt": key.weight * preset.line_pt, "dashes": key.dashes}
            canvas.add_lines(ax, [stroke], gid=f"key-lines-{place}", **own, **style).set_clip_on(False)
        elif key.shape != "none":
            paths.append(_mark(key.shape, x, middle, em))
            faces.append("none" if key.shape == "ring" else key.colour)
            edges.append(key.colour if key.shape == "ring" else "none")
    if paths:
        canvas.add_shapes(ax, paths, face=faces, edge=edges, line_pt=0.16 * size, gid="key-marks", **style).set_clip_on(
            False
        )
    canvas.add_words(ax, words, transform=mm, gid="key-text")


def _mark(shape: Shape, x: float, y: float, em: float) -> Path:
    """Outline of a mark whose left edge is at `x` and whose middle is at height `y`."""
    from matplotlib.path import Path

    if shape in ("dot", "ring"):
        return Path.circle((x + 0.45 * em, y), 0.36 * em)
    if shape == "smalldot":
        return Path.circle((x + 0.45 * em, y), 0.22 * em)
    half_w, half_h = {"bar": (0.95, 0.22), "tick": (0.07, 0.5), "diamond": (0.36, 0.36)}.get(shape, (0.45, 0.45))
    middle = x + (0.95 if shape == "bar" else 0.45) * em
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]], dtype=float)
    if shape == "diamond":
        corners = np.array([[0, -1], [1, 0], [0, 1], [-1, 0], [0, -1]], dtype=float)
    return Path(corners * (half_w * em, half_h * em) + (middle, y), closed=True)


# A key higher than that, in lines of text, may use the whole width of the sheet.
_KEY_LINES = 4.4
WIDE_SHEET = 120.0  # millimetres from which on a chart is flatter


class ChartOptions(TypedDict, total=False):
    """Keyword options of every chart.

    Attributes
    ----------
    lang : str
        Language of words and numbers.
    ax : Axes or None
        Axes to draw on; by default a new figure of the preset's width.
    preset : str or Preset
        Size and typography; "report" by default.
    year : int or str or None
    edition : str or None
    source : str or None
        Named under the chart, where the preset asks for it. Year and edition are by default those in the `attrs` of
        the data; "" for none.
    title : str or None
        Title; "" for none; by default what the preset asks for.
    """

    lang: str
    ax: Axes | None
    preset: str | Preset
    year: object
    edition: str | None
    source: str | None
    title: str | None


def chart_for(
    options: ChartOptions, default: str, *, data: Sequence[Any] = (), **layout: Any
) -> tuple[Axes, Preset, str]:
    """Return axes, preset and language for the options of a chart.

    Parameters
    ----------
    options
        Options of the user.
    default
        Title, if the user gave none.
    data
        Tables whose `attrs` may name year and edition.
    **layout
        Handed to :func:`chart_axes`.

    Raises
    ------
    MapError
        If an option is not known.
    """
    for name in options:
        if name not in ChartOptions.__annotations__:
            raise MapError(unknown_option("option", name, ChartOptions.__annotations__))
    lang = options.get("lang", "en")
    title = options.get("title")
    year, edition = told(options.get("year"), options.get("edition"), *data)
    parts = source_parts(None, lang, year=year, edition=edition, source=options.get("source"))
    ax, preset = chart_axes(
        options.get("preset", "report"),
        ax=options.get("ax"),
        title=dated(default, year) if title is None else title,
        source=parts,
        **layout,
    )
    return ax, preset, lang


def plane_chart(
    options: ChartOptions,
    default: str,
    y: str,
    *,
    ratios: tuple[float, float],
    widest_number: str | None = None,
    taken: float = 16.0,
    **layout: Any,
) -> tuple[Axes, Preset, str]:
    """Return axes, preset and language of a chart with a title beside its y axis, for the options of the user.

    Parameters
    ----------
    options, default
        As for :func:`chart_for`.
    y
        Title beside the axis, for which there has to be room.
    ratios
        Height as a share of the width on wide sheets, and on narrow ones.
    widest_number
        The widest number that the axis can show.
    taken
        Height in millimetres that the plot itself does not have.
    **layout
        Handed to :func:`chart_axes`.
    """
    sheet = get_preset(options.get("preset", "report"))
    ratio = ratios[0] if sheet.width_mm > WIDE_SHEET else ratios[1]
    shown = () if widest_number is None else (widest_number,)
    left = left_room(y, sheet, ratio * sheet.width_mm - taken, *shown)
    return chart_for(options, default, ratio=ratio, left=left, **layout)


def chart_axes(
    preset: str | Preset,
    *,
    ax: Axes | None,
    ratio: float = 0.6,
    title: str = "",
    source: Sequence[str] = (),
    left: float | None = None,
    right: float = 2.5,
    bottom: float | None = None,
    top: float | None = None,
    height_mm: float | None = None,
    least_mm: float = 8.0,
    key: Sequence[Key] = (),
) -> tuple[Axes, Preset]:
    """Return the axes to draw on: the given one, or a new figure with title and source line.

    Parameters
    ----------
    preset, ax
        As everywhere.
    ratio
        Height of the new figure as a share of its width, title and source line not counted.
    title, source
        Drawn only on a new figure, and only where the preset asks for them.
    left, right, bottom, top
        Margins of the plot in millimetres; by default room for tick labels and an axis title of two lines. The key
        stands above the upper margin, where one is given.
    height_mm
        Height of the new figure without title, key and source line, instead of `ratio`.
    least_mm
        Smallest height of the plot itself that keeps what it shows apart.
    key
        What the marks mean, drawn over the plot; from the edge of the sheet where it would take more than two lines
        over the plot alone.

    Raises
    ------
    MapError
        If the chart does not fit on the preset's largest sheet.
    """
    chosen = get_preset(preset)
    if ax is not None:
        key_above(ax, key, chosen, rise=top or 0.0)
        return ax, chosen
    wide = chosen.width_mm
    room = wide - 1.2
    em = chosen.text_pt * text_metrics.PT
    left = 6.8 * em if left is None else left
    bottom = 3.9 * em if bottom is None else bottom
    head = furniture.heading_block(title, chosen, room) if title and chosen.heading == "title" else None
    kept = [part for part in source if part] if chosen.source_line == "footer" else []
    foot = furniture.source_block(kept, chosen, room) if kept else None
    over = head.h + 2.4 if head else 0.0
    under = foot.h + 1.8 if foot else 0.0
    rise = top or 0.0
    top = (0.6 if key else 2.5) if top is None else top
    span = wide - left - right
    back = left - 0.6 if key_height(key, chosen, span) > _KEY_LINES * chosen.small_pt * text_metrics.PT else 0.0
    above = key_height(key, chosen, span + back)
    top += above
    plot = (height_mm if height_mm is not None else ratio * wide) + above
    high = min(plot + over + under, chosen.max_height_mm)
    if high - bottom - under - top - over < least_mm - 1e-9 or span < 8.0:
        raise MapError(
            message(
                "the chart does not fit on {wide} x {high} mm",
                where=f"preset {chosen.name}",
                allowed="fewer rows, shorter names, or a larger preset",
                wide=f"{wide:g}",
                high=f"{chosen.max_height_mm:g}",
            )
        )
    figure = canvas.new_figure(chosen, height_mm=high)
    from growthpoles.maps.sheet.notebook_display import MapAxes

    made: Axes = figure.add_axes(
        (
            left / wide,
            (bottom + under) / high,
            (wide - left - right) / wide,
            (high - bottom - under - top - over) / high,
        ),
        axes_class=MapAxes,
    )
    if head:
        canvas.add_to_sheet(figure, head, 0.6, high - 0.6 - head.h, gid="title")
    if foot:
        canvas.add_to_sheet(figure, foot, 0.6, 0.6, gid="source")
    key_above(made, key, chosen, left=-back, wide=span + back, rise=rise)
    return made, chosen


def number_format(lang: str, values: Sequence[float]) -> Callable[[float], str]:
    """Writer of numbers that all get as many digits as their smallest difference needs, in the language's way."""
    kept = sorted({float(value) for value in values})
    gaps = [b - a for a, b in itertools.pairwise(kept)]
    fine = 1e-3 * min(gaps, default=1.0)
    digits = next((d for d in range(10) if all(abs(round(value, d) - value) <= fine for value in kept)), 10)
    return lambda value: format_number(value, lang, digits=digits)


def digits_for(span: float) -> int:
    """Digits after the decimal sign that tell values over such a span apart."""
    return int(min(max(2 - math.floor(math.log10(span)), 0), 9)) if span > 0 else 1


def left_room(title: str, preset: Preset, high_mm: float, sample: str = "\u22120.00") -> float:
    """Room in millimetres that an axis title and tick labels like `sample` need left of a plot `high_mm` high."""
    em = preset.text_pt * text_metrics.PT
    lines = text_metrics.wrap(tie(text_metrics.clean(title)), preset.text_pt, high_mm + 1.0)
    return 1.0 + (1.32 * len(lines) + 0.3) * em + 4.5 * text_metrics.PT + text_metrics.width(sample, preset.small_pt)


def tick_numbers(lang: str, size: float) -> Formatter:
    """Formatter of an axis whose tick labels are set at `size` points in the figure's typeface.

    matplotlib's tick labels take the name of a family only, not a font file.
    """
    from matplotlib.ticker import FuncFormatter

    prop = text_metrics.font(size, "0123456789")

    class Numbers(FuncFormatter):
        def format_ticks(self, values: Sequence[float]) -> list[str]:
            for tick in cast("Axis", self.axis).get_major_ticks(len(values)):
                tick.label1.set_fontproperties(prop)
                tick.label2.set_fontproperties(prop)
            return list(map(number_format(lang, values), values))

    return Numbers(lambda value, _: number_format(lang, [value])(value))


def dress(
    ax: Axes, preset: Preset, lang: str, *, x: str = "", y: str = "", spines: Sequence[str] = ("left", "bottom")
) -> None:
    """Set axis titles, ticks and spines of a chart."""
    from matplotlib.ticker import AutoLocator, MaxNLocator

    for name, spine in ax.spines.items():
        spine.set_visible(name in spines)
        spine.set_linewidth(1.4 * preset.line_pt)
        spine.set_color(palettes.SOFT)
    sides = dict(zip((ax.xaxis, ax.yaxis), canvas.axes_size(ax), strict=True))
    for axis, title in ((ax.xaxis, x), (ax.yaxis, y)):
        if isinstance(axis.get_major_locator(), AutoLocator):
            ticks = sides[axis] / ((5.5 if axis is ax.xaxis else 4.0) * preset.small_pt * text_metrics.PT)
            axis.set_major_locator(MaxNLocator(nbins=int(min(max(ticks, 2.0), 9.0)), steps=[1, 2, 5, 10]))
        axis.set_major_formatter(tick_numbers(lang, preset.small_pt))
        if title:
            lines = text_metrics.wrap(tie(text_metrics.clean(title)), preset.text_pt, sides[axis] + 1.0)
            axis.set_label_text(
                "\n".join(lines),
                fontproperties=text_metrics.font(preset.text_pt, title),
                color=palettes.INK,
                parse_math=False,
                linespacing=1.15,
            )
        axis.labelpad = 2.5
        axis.set_tick_params(
            which="both",
            width=1.4 * preset.line_pt,
            length=0.3 * preset.text_pt,
            pad=2.0,
            color=palettes.SOFT,
            labelsize=preset.small_pt,
            labelcolor=palettes.INK,
        )
    ax.set_facecolor("none")


def row_names(index: pd.Index, names: pd.Series | None) -> list[str]:
    """Return the names of the regions, or their codes where there is none."""
    codes = [str(code).split("-", 1)[-1] for code in index]
    known: list[Any] = [None] * len(codes) if names is None else names.reindex(index).tolist()
    return [
        text_metrics.clean(name) if isinstance(name, str) else code for name, code in zip(known, codes, strict=True)
    ]


def row_room(options: ChartOptions, share: float = 0.36) -> float:
    """Width in millimetres that names of rows may take: a share of the sheet, or what a given axes leaves."""
    given = options.get("ax")
    wide = get_preset(options.get("preset", "report")).width_mm
    figure = None if given is None else given.figure
    if given is None or figure is None:
        return share * wide
    return max(float(given.get_window_extent().x0) / figure.dpi * text_metrics.MM - 2.5, 0.1 * wide)


def row_lines(rows: Sequence[str], options: ChartOptions, limit: float, taken_mm: float) -> list[list[str]]:
    """Break names of rows into up to four lines, fewer where the sheet is too low for that.

    Parameters
    ----------
    rows, options
        Names, and the options of the chart.
    limit
        Largest width in millimetres.
    taken_mm
        Height that the rest of the chart takes.
    """
    preset = get_preset(options.get("preset", "report"))
    given = options.get("ax")
    high = preset.max_height_mm - taken_mm if given is None else canvas.axes_size(given)[1]
    most = int(high / (1.15 * preset.small_pt * text_metrics.PT * len(rows)))
    return fold_all(rows, preset.small_pt, limit, most=min(max(most, 1), 4))


def set_rows(folded: Sequence[Sequence[str]], at: Sequence[float], size: float, x: float = -1.5) -> list[Word]:
    """Set names right of a margin, each centred on its height in millimetres."""
    em = size * text_metrics.PT
    return [
        Word(
            x,
            y + ((len(lines) - 1) / 2 - k) * 1.12 * em - text_metrics.CAP * em / 2,
            line,
            size,
            align="right",
            tag=str(i),
        )
        for i, (lines, y) in enumerate(zip(folded, at, strict=True))
        for k, line in enumerate(lines)
    ]


def row_chart(rows: Sequence[str], default: str, options: ChartOptions, **layout: Any) -> tuple[Axes, Preset, str]:
    """Return axes with one named row per item, the first on top."""
    preset = get_preset(options.get("preset", "report"))
    if not rows:
        raise MapError(message("there is no row to draw", where="chart"))
    size = preset.small_pt
    em = preset.text_pt * text_metrics.PT
    above = key_height(layout.get("key", ()), preset, preset.width_mm - 2.0)
    folded = row_lines(rows, options, row_room(options), 12.0 * em + above)
    line = size * text_metrics.PT
    most = max(map(len, folded))
    pitch = (1.85 if most == 1 else 1.15 * most + 0.5) * line
    bottom = 3.1 * em
    ax, preset, lang = chart_for(
        options,
        default,
        height_mm=(len(rows) + 0.2) * pitch + bottom,
        left=widest(folded, size) + 2.5,
        bottom=bottom,
        least_mm=(len(rows) + 0.2) * 1.12 * most * line,
        **layout,
    )
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks([])
    dress(ax, preset, lang, spines=("bottom",))
    high = canvas.axes_size(ax)[1]
    step = high / (len(rows) + 0.2)
    at = [high - (0.6 + i) * step for i in range(len(rows))]
    canvas.add_words(ax, set_rows(folded, at, size), transform=canvas.millimetres(ax), gid="rows")
    for i in range(len(rows)):
        ax.axhline(i, color="#ececec", linewidth=1.2 * preset.line_pt, zorder=0.5)
    return ax, preset, lang


def mark_absent(ax: Axes, absent: Sequence[bool], preset: Preset, lang: str) -> None:
    """Say in the rows without any value that there is none."""
    mm = canvas.millimetres(ax)
    rows = np.flatnonzero(absent)
    spots = mm.inverted().transform(ax.transData.transform(np.column_stack([np.zeros(len(rows)), rows])))[:, 1]
    drop = text_metrics.CAP * preset.small_pt * text_metrics.PT / 2
    label = translator(lang)("n/d")
    words = [Word(1.0, y - drop, label, preset.small_pt, colour=palettes.SOFT, halo=palettes.PAPER) for y in spots]
    canvas.add_words(ax, words, transform=mm, gid="absent")
