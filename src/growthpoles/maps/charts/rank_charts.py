"""Charts of ranks and of change between two points: intervals, slopes, dumbbells, contributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import format_number, translator
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions, digits_for, dress
from growthpoles.maps.charts.chart_key import Key, Shape
from growthpoles.maps.charts.rows import mark_absent, row_chart, row_names
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.source_note import column_of
from growthpoles.maps.typography import text_metrics as text

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes
    from matplotlib.path import Path


_INTERVAL = "#9fb8d0"
# Three marks of one value show all three: a disc, a ring around it, a diamond inside.
_MARKS: tuple[tuple[Shape, str, float], ...] = (
    ("dot", "#f0a07c", 0.34),
    ("ring", palettes.CLUSTER["Low-Low"], 0.62),
    ("diamond", "#00665e", 0.19),
)


def _rank_ticks(last: float) -> list[int]:
    """Ranks to print: the first, and round ones that leave room between them."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 10**9) if last / step <= 10 or step == 10**9)
    return [1, *range(step, int(last) + 1, step)] if step > 2 else list(range(1, int(last) + 1, step))


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
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

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
        ax.scatter(
            middle,
            y,
            s=1.1 * preset.text_pt**2,
            marker="|",
            c=palettes.CLUSTER["Low-Low"],
            linewidths=0.17 * preset.text_pt,
            zorder=3.0,
        )
    ax.scatter(nominal[order], y, s=0.3 * preset.text_pt**2, c=palettes.ACCENT, linewidths=0, zorder=4.0, gid="ranks")
    last = float(np.nanmax([*high, len(order)]))
    ax.set_xlim(0.5 - 0.008 * last, last + 0.5 + 0.008 * last)
    ax.set_xticks(_rank_ticks(last))
    dress(ax, preset, lang, x=word("Rank (1 = best)"), spines=("bottom",))
    mark_absent(ax, nominal[order].isna().tolist(), preset, lang)
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
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

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
    mark_absent(ax, values.isna().all(axis=1).tolist(), preset, lang)
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

    Components are numbered, in the key and in the bars where there is room, so that they are told apart without colour.

    Parameters
    ----------
    frame : DataFrame
        Index = region; one column per component, in points of the index; NaN counts as nothing,
        and a region without any number has no bar.
    names : Series of str, optional
        Names of the regions.
    labels : mapping, optional
        Column -> words in the key.
    variable : str, optional
        Name of the total, for the axis.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A contribution is negative, or there are more than eight components.
    """
    known = frame.notna().any(axis=1)
    values = frame.astype(float).fillna(0.0)
    if (values < -1e-9).to_numpy().any() or values.shape[1] > len(palettes.STACK):
        raise MapError(
            message("cannot be stacked", where="frame", allowed="up to eight columns without negative values")
        )
    order = values.sum(axis=1).where(known).sort_values(ascending=False, kind="stable").index
    values, absent = values.loc[order], ~known[order]
    word = translator(options.get("lang", "en"))
    words = [(labels or {}).get(str(column), str(column)) for column in values.columns]
    key = [Key(f"{i} {label}", colour) for i, (label, colour) in enumerate(zip(words, palettes.STACK, strict=False), 1)]
    rows = row_names(order, names)
    ax, preset, lang = row_chart(rows, word("What the index is made of"), options, key=key, data=[frame])
    left = np.zeros(len(order))
    y = np.arange(len(order))
    middles = []
    bars: list[Path] = []
    faces: list[str] = []
    for colour, column in zip(palettes.STACK, values.columns, strict=False):
        long = values[column].to_numpy()
        bars += [_bar(x, row, length) for x, row, length in zip(left.tolist(), y.tolist(), long.tolist(), strict=True)]
        faces += [colour] * len(long)
        middles.append(left + long / 2)
        left = left + long
    canvas.add_shapes(ax, bars, face=faces, edge=palettes.PAPER, line_pt=preset.line_pt, order=2.0, gid="bars")
    digits = digits_for(float(left.max()))
    longest = text.width(format_number(float(left.max()), lang, digits=digits), preset.small_pt) + 1.6
    wide = canvas.axes_size(ax)[0]
    ax.set_xlim(0.0, (float(left.max()) or 1.0) * wide / max(wide - longest, 0.5 * wide))
    dress(ax, preset, lang, x=variable or word("Index, points"), spines=("bottom",))
    mm = canvas.millimetres(ax)
    spots = mm.inverted().transform(ax.transData.transform(np.column_stack([left, y])))
    size = preset.small_pt
    drop = text.CAP * size * text.PT / 2
    numbers = []
    for i, (colour, column) in enumerate(zip(palettes.STACK, values.columns, strict=False)):
        places = mm.inverted().transform(ax.transData.transform(np.column_stack([middles[i], y])))
        room = values[column].to_numpy() / ax.get_xlim()[1] * wide > text.width(str(i + 1), size) + 0.8
        numbers += [
            Word(x, v - drop, str(i + 1), size, colour=palettes.ink_on(colour), align="center", tag=str(column))
            for x, v in places[room].tolist()
        ]
    canvas.add_words(ax, numbers, transform=mm, gid="components")
    totals = [
        Word(x + 0.8, v - drop, format_number(total, lang, digits=digits), size)
        for (x, v), total, none in zip(spots, left, absent, strict=True)
        if not none
    ]
    canvas.add_words(ax, totals, transform=mm, gid="totals")
    mark_absent(ax, absent.tolist(), preset, lang)
    return ax


def _bar(x: float, row: float, length: float) -> Path:
    """Outline of a bar that starts at `x` on a row."""
    from matplotlib.path import Path

    low, high = row - 0.31, row + 0.31
    return Path([[x, low], [x + length, low], [x + length, high], [x, high], [x, low]], closed=True, readonly=True)
