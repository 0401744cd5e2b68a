"""A table drawn as coloured cells with their numbers, its headings, and the names of its rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions, chart_for, dress
from growthpoles.maps.charts.chart_key import Key
from growthpoles.maps.charts.rows import row_lines, row_room, set_rows
from growthpoles.maps.presets import Preset, get_preset
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.typography import text_metrics as text
from growthpoles.maps.typography.fold import fold_all, narrowest, widest

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class _Heads:
    """Headings of columns: lines of each, whether they stand upright, and what groups of columns have in common."""

    lines: list[list[str]]
    upright: bool
    groups: list[str]

    def height(self, size: float) -> float:
        """Room over the cells in millimetres."""
        em = size * text.PT
        own = widest(self.lines, size) if self.upright else max(map(len, self.lines)) * text.LEADING * em
        return 1.6 + own + (2.0 * em if self.groups else 0.0)


def _heads(columns: Sequence[str], groups: Sequence[str], size: float, room: float, tall: float) -> _Heads:
    """Set headings level on several lines where columns are wide enough for their words, else upright."""
    em = size * text.PT
    names = [text.clean(column) for column in columns]
    longest = max(text.width(part, size) for name in names for part in name.replace("-", "- ").split(" "))
    level = fold_all(names, size, room - 0.8, most=9)
    if (longest <= room - 0.8 or room >= 9.0 * em) and max(map(len, level)) <= 7:
        return _Heads(level, False, list(groups))
    deep = int(np.clip((room - 0.3) / (1.12 * em), 1, 6))
    tall = min(narrowest(names, size, deep, tall), tall)
    return _Heads(fold_all(names, size, tall, most=deep), True, list(groups))


def _head_words(heads: _Heads, size: float, dx: float, high: float) -> list[Word]:
    """Place the headings over columns `dx` millimetres wide."""
    em = size * text.PT
    words = []
    for j, lines in enumerate(heads.lines):
        middle = (j + 0.5) * dx
        for k, line in enumerate(lines):
            aside = (k - (len(lines) - 1) / 2) * 1.12 * em
            if heads.upright:
                words.append(Word(middle + aside + text.CAP * em / 2, high + 0.9, line, size, angle=90.0, tag="head"))
            else:
                up = high + 0.9 + (len(lines) - 1 - k) * text.LEADING * em
                words.append(Word(middle, up, line, size, align="center", tag="head"))
    return words


def _group_words(ax: Axes, heads: _Heads, preset: Preset, dx: float, high: float) -> list[Word]:
    """Write over several columns what they have in common, with a rule under it."""
    size = preset.small_pt
    words, rules = [], []
    level = high + heads.height(size) - 1.6 * size * text.PT
    first = 0
    for name, run in itertools.groupby(heads.groups):
        last = first + len(list(run))
        words.append(
            Word((first + last) / 2 * dx, level, text.clean(name), size, bold=True, align="center", tag="group")
        )
        rules.append(np.array([[first * dx + 0.5, level - 0.7], [last * dx - 0.5, level - 0.7]]))
        first = last
    if rules:
        canvas.add_lines(
            ax,
            rules,
            colour=palettes.SOFT,
            line_pt=1.4 * preset.line_pt,
            order=6.0,
            gid="group-rules",
            transform=canvas.millimetres(ax),
        ).set_clip_on(False)
    return words


def heat_table(
    frame: pd.DataFrame,
    rows: Sequence[str],
    columns: Sequence[str],
    colour: Callable[[float], str],
    shown: Callable[[float], str],
    title: str,
    options: ChartOptions,
    gid: str,
    *,
    groups: Sequence[str] = (),
    key: Sequence[Key] = (),
) -> Axes:
    """Draw a table: a coloured cell with its number for every value."""
    from matplotlib.path import Path

    if frame.empty:
        raise MapError(message("there is no cell to draw", where=gid))
    preset = get_preset(options.get("preset", "report"))
    size = preset.small_pt
    em = size * text.PT
    values = frame.to_numpy(dtype=float)
    count = len(columns)
    lines = [[shown(value) for value in row] for row in values.tolist()]
    cell = max(text.width(line, size) for row in lines for line in row) + 0.8
    given = options.get("ax")
    spare = row_room(options) if given is not None else preset.width_mm - 4.0 - count * cell
    folded = row_lines(rows, options, max(min(row_room(options), spare), 10.0), 0.35 * preset.max_height_mm)
    left = widest(folded, size) + 2.5
    room = (preset.width_mm - left - 1.5 if given is None else canvas.axes_size(given)[0]) / count
    heads = _heads(columns, groups, size, room, min(0.3 * preset.max_height_mm, 60.0))
    top = heads.height(size)
    most = max(map(len, folded))
    height = len(rows) * max(2.0, 1.12 * most + 0.5) * em + top + 1.5
    ax, preset, _ = chart_for(
        options,
        title,
        data=[frame],
        height_mm=height,
        left=left,
        right=1.5,
        bottom=1.0,
        top=top,
        least_mm=len(rows) * (1.12 * most + 0.05) * em,
        key=key,
    )
    ax.set_xlim(0.0, count)
    ax.set_ylim(len(rows), 0.0)
    dress(ax, preset, options.get("lang", "en"), spines=())
    ax.set_xticks([])
    ax.set_yticks([])
    wide, high = canvas.axes_size(ax)
    dx, dy = wide / count, high / len(rows)
    words = set_rows(folded, [high - (i + 0.5) * dy for i in range(len(rows))], size, -1.2)
    words += _head_words(heads, size, dx, high) + _group_words(ax, heads, preset, dx, high)
    cells, faces = [], []
    for i, row in enumerate(lines):
        for j, line in enumerate(row):
            face = colour(values[i, j])
            cells.append(Path([[j, i], [j + 1, i], [j + 1, i + 1], [j, i + 1], [j, i]], closed=True))
            faces.append(face)
            if line and text.width(line, size) < dx:
                middle = high - (i + 0.5) * dy - text.CAP * em / 2
                words.append(
                    Word((j + 0.5) * dx, middle, line, size, colour=palettes.ink_on(face), align="center", tag="cell")
                )
    canvas.add_shapes(
        ax, cells, face=faces, edge=palettes.PAPER, line_pt=2 * preset.line_pt, order=1.0, gid=f"{gid}-cells"
    )
    canvas.add_words(ax, words, transform=canvas.millimetres(ax), gid=f"{gid}-words")
    return ax
