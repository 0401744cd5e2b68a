"""Charts with a named row per region: names on lines, and the axes beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions, chart_for, dress
from growthpoles.maps.charts.chart_key import key_height
from growthpoles.maps.presets import Preset, get_preset
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.typography import text_metrics as text
from growthpoles.maps.typography.fold import fold_all, widest

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def row_names(index: pd.Index, names: pd.Series | None) -> list[str]:
    """Return the names of the regions, or their codes where there is none."""
    codes = [str(code).split("-", 1)[-1] for code in index]
    known: list[Any] = [None] * len(codes) if names is None else names.reindex(index).tolist()
    return [text.clean(name) if isinstance(name, str) else code for name, code in zip(known, codes, strict=True)]


def row_room(options: ChartOptions, share: float = 0.36) -> float:
    """Width in millimetres that names of rows may take: a share of the sheet, or what a given axes leaves."""
    given = options.get("ax")
    wide = get_preset(options.get("preset", "report")).width_mm
    figure = None if given is None else given.figure
    if given is None or figure is None:
        return share * wide
    return max(float(given.get_window_extent().x0) / figure.dpi * text.MM - 2.5, 0.1 * wide)


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
    most = int(high / (1.15 * preset.small_pt * text.PT * len(rows)))
    return fold_all(rows, preset.small_pt, limit, most=min(max(most, 1), 4))


def set_rows(folded: Sequence[Sequence[str]], at: Sequence[float], size: float, x: float = -1.5) -> list[Word]:
    """Set names right of a margin, each centred on its height in millimetres."""
    em = size * text.PT
    return [
        Word(x, y + ((len(lines) - 1) / 2 - k) * 1.12 * em - text.CAP * em / 2, line, size, align="right", tag=str(i))
        for i, (lines, y) in enumerate(zip(folded, at, strict=True))
        for k, line in enumerate(lines)
    ]


def row_chart(rows: Sequence[str], default: str, options: ChartOptions, **layout: Any) -> tuple[Axes, Any, str]:
    """Return axes with one named row per item, the first on top."""
    preset = get_preset(options.get("preset", "report"))
    if not rows:
        raise MapError(message("there is no row to draw", where="chart"))
    size = preset.small_pt
    em = preset.text_pt * text.PT
    above = key_height(layout.get("key", ()), preset, preset.width_mm - 2.0)
    folded = row_lines(rows, options, row_room(options), 12.0 * em + above)
    line = size * text.PT
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
    drop = text.CAP * preset.small_pt * text.PT / 2
    label = translator(lang)("n/d")
    words = [Word(1.0, y - drop, label, preset.small_pt, colour=palettes.SOFT, halo=palettes.PAPER) for y in spots]
    canvas.add_words(ax, words, transform=mm, gid="absent")
