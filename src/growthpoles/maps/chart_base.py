"""What all charts share: axes in millimetres, quiet spines, localised numbers, names that keep apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from growthpoles.errors import MapError, unknown_option
from growthpoles.maps import canvas, furniture, palettes, text
from growthpoles.maps.facts import dated, source_parts, told
from growthpoles.maps.i18n import format_number
from growthpoles.maps.keys import Key, key_above, key_height
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
        Margins of the plot in millimetres; by default room for tick labels and an axis title of two lines.
    height_mm
        Height of the new figure without title, key and source line, instead of `ratio`.
    key
        What the marks mean, drawn over the plot.
    """
    chosen = get_preset(preset)
    if ax is not None:
        key_above(ax, key, chosen)
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
    above = key_height(key, chosen, wide - left - right)
    top += above
    plot = (height_mm if height_mm is not None else ratio * wide) + above
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
    key_above(made, key, chosen)
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
