"""Slope chart: every region in two years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.maps import canvas, palettes, text
from growthpoles.maps.chart_base import ChartOptions, chart_for, dress
from growthpoles.maps.facts import span_of, told
from growthpoles.maps.i18n import format_number, translator
from growthpoles.maps.marks import Word
from growthpoles.maps.presets import get_preset
from growthpoles.maps.rankings import row_names
from growthpoles.maps.spread import spread

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes


def plot_slope(
    before: pd.Series,
    after: pd.Series,
    *,
    names: pd.Series | None = None,
    years: tuple[object, object] | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw every region's value in two years as a sloping line.

    Parameters
    ----------
    before, after : Series of float
        Values, index = region; regions without both have no slope and are named under the chart.
    names : Series of str, optional
        Names of the regions; the codes stand in where names would leave no room for the lines.
    years : (object, object), optional
        Headings of the two sides; by default the years in the `attrs` of the values.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        No region has both values.
    """
    pair = span_of(years, before, after) or ("", "")
    every = pd.concat([before.rename("before"), after.rename("after")], axis=1).astype(float)
    both = every.dropna()
    if both.empty:
        raise MapError(message("no region has both values", where="before, after"))
    word = translator(options.get("lang", "en"))
    rows = row_names(both.index, names)
    sheet = get_preset(options.get("preset", "report"))
    size = sheet.small_pt
    side = _side_width(rows, size)
    if sheet.width_mm - 2 * side < 0.28 * sheet.width_mm:
        rows = row_names(both.index, None)
        side = _side_width(rows, size)
    lone = ", ".join(row_names(every.index.difference(both.index, sort=False), names))
    under = text.wrap(text.clean(f"{word('no data')}: {lone}"), size, sheet.width_mm - 2 * side) if lone else []
    below = 5.5 + text.LEADING * size * text.PT * len(under)
    height = max(70.0, len(rows) * 1.7 * size * text.PT + 12.0)
    edition = told(0, options.get("edition"), before, after)[1]
    if options.get("year") is None and all(pair):
        options["year"] = f"{pair[0]}\u2013{pair[1]}"
    options["edition"] = edition or ""
    ax, preset, lang = chart_for(
        options, word("From year to year"), height_mm=height, left=side, right=side, bottom=below, top=7.0
    )
    span = float(both.to_numpy().max() - both.to_numpy().min()) or 1.0
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(both.to_numpy().min() - 0.03 * span, both.to_numpy().max() + 0.03 * span)
    rise = (both["after"] >= both["before"]).to_numpy()
    for i, (first, last) in enumerate(both.to_numpy()):
        colour = "#4ea39b" if rise[i] else "#b5651d"
        ax.plot(
            [0, 1],
            [first, last],
            color=colour,
            linewidth=2.4 * preset.line_pt,
            marker="o",
            markersize=0.4 * preset.text_pt,
            clip_on=False,
        )
    dress(ax, preset, lang, spines=("left", "right"))
    ax.set_xticks([])
    ax.set_yticks([])
    for x, column, align, heading in ((0.0, "before", "right", pair[0]), (1.0, "after", "left", pair[1])):
        _side(ax, both[column], rows, x, align, str(heading), size, lang)
    canvas.add_words(
        ax,
        [Word(0.0, -3.5 - i * text.LEADING * size * text.PT, line, size) for i, line in enumerate(under)],
        transform=canvas.millimetres(ax),
        gid="slope-lone",
    )
    return ax


def _side_width(rows: Sequence[str], size: float) -> float:
    """Room that names and values take on one side."""
    return max(text.width(f"{row} 100.0", size) for row in rows) + 5.0


def _side(
    ax: Axes, values: pd.Series, rows: Sequence[str], x: float, align: str, heading: str, size: float, lang: str
) -> None:
    """Name the ends of slopes on one side, pushed apart so that no two names overlap."""
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    y = mm.inverted().transform(ax.transData.transform(np.column_stack([np.full(len(values), x), values])))[:, 1]
    step = 1.25 * size * text.PT
    placed = spread(y, step, -2.0, high + 1.0)
    at = -3.6 if align == "right" else wide + 3.6
    near = 0.6 if align == "left" else -0.6
    words, leaders = [], []
    for i, row in enumerate(rows):
        number = format_number(float(values.iloc[i]), lang, digits=1)
        line = f"{row}\u2002{number}" if align == "right" else f"{number}\u2002{row}"
        words.append(Word(at, placed[i] - text.CAP * size * text.PT / 2, line, size, align=align))
        edge = wide if align == "left" else 0.0
        leaders.append(np.array([[edge + near, y[i]], [at - near / 2, placed[i]]]))
    canvas.add_lines(
        ax, leaders, colour=palettes.FAINT, line_pt=0.4, order=1.0, gid=f"slope-leaders-{align}", transform=mm
    ).set_clip_on(False)
    if heading:
        edge = 0.0 if align == "right" else wide
        words.append(Word(edge, high + 2.5, text.clean(heading), size, bold=True, align="center"))
    canvas.add_words(ax, words, transform=mm, gid=f"slope-{align}")
