"""Charts of ranks and of change between two points: intervals, slopes, dumbbells, contributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.maps import canvas, palettes, text
from growthpoles.maps.chart_base import ChartOptions, chart_for, dress
from growthpoles.maps.facts import column_of
from growthpoles.maps.i18n import format_number, translator
from growthpoles.maps.keys import Key, Shape
from growthpoles.maps.marks import Word
from growthpoles.maps.presets import get_preset

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes


_INTERVAL = "#9fb8d0"
# Three marks of one value show all three: a disc, a ring around it, a diamond inside.
_MARKS: tuple[tuple[Shape, str, float], ...] = (
    ("dot", "#f0a07c", 0.34),
    ("ring", palettes.CLUSTER["Low-Low"], 0.62),
    ("diamond", "#00665e", 0.13),
)


def row_names(index: pd.Index, names: pd.Series | None) -> list[str]:
    """Return the names of the regions, or their codes where there is none."""
    codes = [str(code).split("-", 1)[-1] for code in index]
    known: list[Any] = [None] * len(codes) if names is None else names.reindex(index).tolist()
    return [text.clean(name) if isinstance(name, str) else code for name, code in zip(known, codes, strict=True)]


def row_chart(rows: Sequence[str], default: str, options: ChartOptions, **layout: Any) -> tuple[Axes, Any, str]:
    """Return axes with one named row per item, the first on top."""
    preset = get_preset(options.get("preset", "report"))
    if not rows:
        raise MapError(message("there is no row to draw", where="chart"))
    size = preset.small_pt
    wide = max(text.width(row, size) for row in rows)
    em = preset.text_pt * text.PT
    height = len(rows) * 1.85 * size * text.PT + layout.pop("extra", 6.2 * em)
    ax, preset, lang = chart_for(options, default, height_mm=height, left=wide + 2.5, **layout)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks([])
    dress(ax, preset, lang, spines=("bottom",))
    mm = canvas.millimetres(ax)
    high = canvas.axes_size(ax)[1]
    step = high / (len(rows) + 0.2)
    base = high - 0.6 * step - text.CAP * size * text.PT / 2
    words = [Word(-1.5, base - i * step, row, size, align="right", tag=str(i)) for i, row in enumerate(rows)]
    canvas.add_words(ax, words, transform=mm, gid="rows")
    for i in range(len(rows)):
        ax.axhline(i, color="#ececec", linewidth=1.2 * preset.line_pt, zorder=0.5)
    return ax, preset, lang


def plot_rank_intervals(
    frame: pd.DataFrame, *, names: pd.Series | None = None, **options: Unpack[ChartOptions]
) -> Axes:
    """Draw the rank of every region with its interval under uncertainty.

    Parameters
    ----------
    frame : DataFrame
        Index = region; columns rank, rank_low, rank_high, and rank_median if known; 1 is best.
    names : Series of str, optional
        Names of the regions.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes
    """
    low, high = (column_of(frame, f"rank_{end}", "frame").astype(float) for end in ("low", "high"))
    nominal = column_of(frame, "rank", "frame").astype(float)
    order = nominal.sort_values(kind="stable").index
    word = translator(options.get("lang", "en"))
    key = [Key(word("rank"), palettes.ACCENT, "dot"), Key(word("interval"), _INTERVAL, "bar")]
    if "rank_median" in frame.columns:
        key.insert(1, Key(word("median"), palettes.CLUSTER["Low-Low"], "tick"))
    rows = row_names(order, names)
    ax, preset, lang = row_chart(rows, word("Ranks and their intervals"), options, key=key, data=[frame])
    y = np.arange(len(order))
    ax.hlines(y, low[order], high[order], color=_INTERVAL, linewidth=9 * preset.line_pt, zorder=2.0, gid="intervals")
    if "rank_median" in frame.columns:
        middle = frame["rank_median"].astype(float)[order]
        ax.scatter(middle, y, s=0.35 * preset.text_pt**2, marker="|", c=palettes.CLUSTER["Low-Low"], zorder=3.0)
    ax.scatter(nominal[order], y, s=0.3 * preset.text_pt**2, c=palettes.ACCENT, linewidths=0, zorder=4.0, gid="ranks")
    ax.set_xlim(0.3, max(float(high.max()), len(order)) + 0.7)
    ax.set_xticks(sorted({1, *range(0, len(order) + 1, 1 if len(order) <= 10 else 5 if len(order) > 20 else 2)} - {0}))
    dress(ax, preset, lang, x=word("Rank (1 = best)"), spines=("bottom",))
    return ax


def plot_dumbbell(
    frame: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    variable: str | None = None,
    labels: Mapping[str, str] | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw the values of two or three editions (or years) of every region on one row, joined by a line.

    Parameters
    ----------
    frame : DataFrame
        Index = region; one column per edition, two or three of them. NaN leaves a point out.
    names : Series of str, optional
        Names of the regions.
    variable : str, optional
        Name of the values, for the axis.
    labels : mapping, optional
        Column -> words in the legend; the translated column name by default.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There are not two or three columns.
    """
    if not 2 <= frame.shape[1] <= 3:
        raise MapError(message(f"{frame.shape[1]} columns", where="frame", allowed="two or three editions"))
    order = frame.iloc[:, -1].fillna(-np.inf).sort_values(ascending=False, kind="stable").index
    values = frame.loc[order].astype(float)
    word = translator(options.get("lang", "en"))
    marks = _MARKS[: values.shape[1]]
    words = [(labels or {}).get(str(column), word(str(column))) for column in values.columns]
    key = [Key(label, colour, shape) for label, (shape, colour, _) in zip(words, marks, strict=True)]
    ax, preset, lang = row_chart(row_names(order, names), word("Editions compared"), options, key=key, data=[frame])
    y = np.arange(len(order))
    ax.hlines(y, values.min(axis=1), values.max(axis=1), color=palettes.FAINT, linewidth=4 * preset.line_pt, zorder=2.0)
    for (shape, colour, size), column in zip(marks, values.columns, strict=True):
        ax.scatter(
            values[column],
            y,
            s=size * preset.text_pt**2,
            marker="D" if shape == "diamond" else "o",
            facecolors="none" if shape == "ring" else colour,
            edgecolors=colour if shape == "ring" else "none",
            linewidths=0.16 * preset.text_pt if shape == "ring" else 0.0,
            zorder=3.0,
            gid=str(column),
        )
    dress(ax, preset, lang, x=variable or word("Index, points"), spines=("bottom",))
    return ax


def plot_contributions(
    frame: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    labels: Mapping[str, str] | None = None,
    variable: str | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw how much every component adds to the index of every region, as stacked bars.

    Parameters
    ----------
    frame : DataFrame
        Index = region; one column per component, in points of the index; NaN counts as nothing.
    names : Series of str, optional
        Names of the regions.
    labels : mapping, optional
        Column -> words in the key.
    variable : str, optional
        Name of the total, for the axis.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A contribution is negative, or there are more than eight components.
    """
    values = frame.astype(float).fillna(0.0)
    if (values < -1e-9).to_numpy().any() or values.shape[1] > len(palettes.STACK):
        raise MapError(
            message("cannot be stacked", where="frame", allowed="up to eight columns without negative values")
        )
    order = values.sum(axis=1).sort_values(ascending=False, kind="stable").index
    values = values.loc[order]
    word = translator(options.get("lang", "en"))
    words = [(labels or {}).get(str(column), str(column)) for column in values.columns]
    key = [Key(label, colour) for label, colour in zip(words, palettes.STACK, strict=False)]
    rows = row_names(order, names)
    ax, preset, lang = row_chart(rows, word("What the index is made of"), options, key=key, data=[frame])
    left = np.zeros(len(order))
    y = np.arange(len(order))
    for colour, column in zip(palettes.STACK, values.columns, strict=False):
        ax.barh(
            y,
            values[column],
            0.62,
            left=left,
            color=colour,
            edgecolor=palettes.PAPER,
            linewidth=preset.line_pt,
            zorder=2.0,
        )
        left = left + values[column].to_numpy()
    ax.set_xlim(0.0, 1.12 * max(float(left.max()), 1e-9))
    dress(ax, preset, lang, x=variable or word("Index, points"), spines=("bottom",))
    mm = canvas.millimetres(ax)
    spots = mm.inverted().transform(ax.transData.transform(np.column_stack([left, y])))
    size = preset.small_pt
    totals = [
        Word(x + 0.8, v - text.CAP * size * text.PT / 2, format_number(total, lang, digits=1), size)
        for (x, v), total in zip(spots, left, strict=True)
    ]
    canvas.add_words(ax, totals, transform=mm, gid="totals")
    return ax
