"""What all charts share: axes in millimetres, quiet spines, localised numbers, names that keep apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from growthpoles.errors import MapError, unknown_option
from growthpoles.maps import canvas, furniture, palettes, text
from growthpoles.maps.facts import dated, source_parts
from growthpoles.maps.i18n import format_number
from growthpoles.maps.marks import Box, Word
from growthpoles.maps.presets import Preset, get_preset

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ChartOptions(TypedDict, total=False):
    """Keyword options of every chart.

    Attributes
    ----------
    lang : "en" | "ru" | "kk"
        Language of words and numbers.
    ax : Axes or None
        Axes to draw on; by default a new figure of the preset's width.
    preset : str or Preset
        Size and typography; "report" by default.
    year : int or str or None
    edition : str or None
    source : str or None
        Named under the chart, where the preset asks for it.
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


def chart_for(options: ChartOptions, default: str, **layout: Any) -> tuple[Axes, Preset, str]:
    """Return axes, preset and language for the options of a chart.

    Parameters
    ----------
    options
        Options of the user.
    default
        Title, if the user gave none.
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
    year, title = options.get("year"), options.get("title")
    parts = source_parts(None, lang, year=year, edition=options.get("edition"), source=options.get("source"))
    ax, preset = chart_axes(
        options.get("preset", "report"),
        ax=options.get("ax"),
        title=dated(default, year) if title is None else title,
        source=parts,
        **layout,
    )
    return ax, preset, lang


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
    top: float = 2.5,
    height_mm: float | None = None,
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
        Margins of the plot in millimetres; by default room for tick labels and an axis title of two lines.
    height_mm
        Height of the new figure without title and source line, instead of `ratio`.
    """
    chosen = get_preset(preset)
    if ax is not None:
        return ax, chosen
    wide = chosen.width_mm
    room = wide - 1.2
    em = chosen.text_pt * text.PT
    left = 6.8 * em if left is None else left
    bottom = 3.9 * em if bottom is None else bottom
    head = furniture.heading_block(title, chosen, room) if title and chosen.heading == "title" else None
    kept = [part for part in source if part] if chosen.source_line == "footer" else []
    foot = furniture.source_block(kept, chosen, room) if kept else None
    over = head.h + 2.4 if head else 0.0
    under = foot.h + 1.8 if foot else 0.0
    plot = height_mm if height_mm is not None else ratio * wide
    high = min(plot + over + under, chosen.max_height_mm)
    figure = canvas.new_figure(chosen, height_mm=high)
    made = figure.add_axes(
        (
            left / wide,
            (bottom + under) / high,
            (wide - left - right) / wide,
            (high - bottom - under - top - over) / high,
        )
    )
    if head or foot:
        page = canvas.whole_axes(figure)
        page.set_zorder(-1)
        mm = canvas.millimetres(page)
        if head:
            canvas.add_block(page, head, 0.6, high - 0.6 - head.h, transform=mm, gid="title")
        if foot:
            canvas.add_block(page, foot, 0.6, 0.6, transform=mm, gid="source")
    return made, chosen


def number_format(lang: str, sign: str = "-") -> Callable[[float, int], str]:
    """Formatter of tick labels: as many digits as the value needs, the language's decimal sign."""

    def write(value: float, _position: int = 0) -> str:
        digits = next((d for d in range(5) if abs(round(value, d) - value) < 1e-7), 4)
        return format_number(value, lang, digits=digits, sign="+" if sign == "+" else "-")

    return write


def dress(
    ax: Axes, preset: Preset, lang: str, *, x: str = "", y: str = "", spines: Sequence[str] = ("left", "bottom")
) -> None:
    """Set axis titles, ticks and spines of a chart."""
    from matplotlib.ticker import FuncFormatter

    for name, spine in ax.spines.items():
        spine.set_visible(name in spines)
        spine.set_linewidth(1.4 * preset.line_pt)
        spine.set_color(palettes.SOFT)
    for axis, title in ((ax.xaxis, x), (ax.yaxis, y)):
        axis.set_major_formatter(FuncFormatter(number_format(lang)))
        if title:
            wide, high = canvas.axes_size(ax)
            room = (wide if axis is ax.xaxis else high) + 1.0
            lines = text.wrap(text.clean(title), preset.text_pt, room)
            axis.set_label_text(
                "\n".join(lines),
                fontproperties=text.font(line=title),
                fontsize=preset.text_pt,
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
            labelfontfamily="DejaVu Sans",
        )
    ax.set_facecolor("none")


def _around(point: Sequence[float], w: float, h: float, gap: float) -> list[Box]:
    """Places for a name around a point, the most usual first."""
    x, y = float(point[0]), float(point[1])
    return [
        Box(left, bottom, w, h)
        for left, bottom in (
            (x + gap, y - h / 2),
            (x - gap - w, y - h / 2),
            (x - w / 2, y + gap),
            (x - w / 2, y - gap - h),
            (x + 0.7 * gap, y + 0.6 * gap),
            (x + 0.7 * gap, y - 0.6 * gap - h),
            (x - 0.7 * gap - w, y + 0.6 * gap),
            (x - 0.7 * gap - w, y - 0.6 * gap - h),
        )
    ]


def annotate_points(
    ax: Axes,
    xy: np.ndarray[Any, np.dtype[np.float64]],
    names: Sequence[Sequence[str]],
    *,
    preset: Preset,
    size: float | None = None,
    bold: Sequence[bool] | None = None,
    radius: float | None = None,
    gid: str = "point",
    order: Sequence[int] | None = None,
    avoid: Sequence[Box] = (),
    better_free: Sequence[Box] = (),
) -> list[int]:
    """Name points next to them; names never overlap points, each other, or the edge of the axes.

    Parameters
    ----------
    ax
        Axes whose limits are final.
    xy
        Points (n, 2) in data coordinates.
    names
        Ways to write each point's name, preferred one first; a point without any is skipped.
    preset, size, bold
        Typography.
    radius
        Radius of the points in millimetres; by default that of points 0.6 of a line of text across.
    order
        Points to name, the most important first.
    avoid
        Boxes in millimetres that names must leave free.
    better_free
        Boxes that names leave free where they can.

    Returns
    -------
    list of int
        Points that found no room.
    """
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    points = mm.inverted().transform(ax.transData.transform(xy))
    size = size or preset.small_pt
    radius = 0.36 * preset.text_pt * text.PT if radius is None else radius
    tall = (text.CAP + text.DROP) * size * text.PT
    dots = [Box(x - radius, y - radius, 2 * radius, 2 * radius) for x, y in points]
    taken: list[Box] = list(avoid)
    lost, words = [], []
    for i in order if order is not None else range(len(names)):
        heavy = bool(bold[i]) if bold is not None else False
        others = [dot for j, dot in enumerate(dots) if j != i]
        for name in filter(None, map(text.clean, names[i])):
            free = [
                box
                for box in _around(points[i], text.width(name, size, bold=heavy), tall, radius + 0.5)
                if box.x >= 0.3
                and box.y >= 0.3
                and box.right <= wide - 0.3
                and box.top <= high - 0.3
                and not any(box.overlaps(dot) for dot in others)
                and not any(box.overlaps(other, 0.25) for other in taken)
            ]
            if free:
                best = min(free, key=lambda box: sum(box.overlaps(other) for other in better_free))
                taken.append(best)
                base = best.y + text.DROP * size * text.PT
                words.append(Word(best.x, base, name, size, bold=heavy, halo=palettes.PAPER))
                break
        else:
            lost.append(i)
    canvas.add_words(ax, words, transform=mm, gid=gid, order=7.0)
    return lost
