"""Tables drawn as colours with their numbers: class membership, correlation, deviations of cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.maps import canvas, palettes, text
from growthpoles.maps.chart_base import ChartOptions, chart_for, dress
from growthpoles.maps.i18n import format_number, translator
from growthpoles.maps.marks import Word
from growthpoles.maps.presets import get_preset
from growthpoles.maps.rankings import row_names
from growthpoles.ratings.classes import TEN_CLASSES, ClassScale

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes


def _heat(
    frame: pd.DataFrame,
    rows: Sequence[str],
    columns: Sequence[str],
    colour: Callable[[float], str],
    shown: Callable[[float], str],
    title: str,
    options: ChartOptions,
    gid: str,
) -> Axes:
    """Draw a table: a coloured cell with its number for every value."""
    if frame.empty:
        raise MapError(message("there is no cell to draw", where=gid))
    size = get_preset(options.get("preset", "report")).small_pt
    em = size * text.PT
    values = frame.to_numpy(dtype=float)
    left = max(text.width(row, size) for row in rows) + 2.5
    preset = get_preset(options.get("preset", "report"))
    given = options.get("ax")
    room = (preset.width_mm - left - 1.5 if given is None else canvas.axes_size(given)[0]) / len(columns)
    heads = [text.wrap(text.clean(column), size, room - 0.8) for column in columns]
    upright = any(text.width(line, size) > room - 0.5 for head in heads for line in head)
    if upright:
        heads = [[text.clean(column)] for column in columns]
        top = 2.0 + max(text.width(head[0], size) for head in heads)
    else:
        top = 2.0 + max(len(head) for head in heads) * text.LEADING * em
    height = len(rows) * 2.0 * em + top + 1.5
    ax, preset, _ = chart_for(options, title, data=[frame], height_mm=height, left=left, right=1.5, bottom=1.0, top=top)
    count = len(columns)
    ax.set_xlim(0.0, count)
    ax.set_ylim(len(rows), 0.0)
    dress(ax, preset, options.get("lang", "en"), spines=())
    ax.set_xticks([])
    ax.set_yticks([])
    from matplotlib.path import Path

    cells, faces, words = [], [], []
    wide, high = canvas.axes_size(ax)
    dx, dy = wide / count, high / len(rows)
    drop = text.CAP * em / 2
    for i, row in enumerate(rows):
        words.append(Word(-1.2, high - (i + 0.5) * dy - drop, row, size, align="right", tag="row"))
        for j in range(count):
            face = colour(values[i, j])
            cells.append(Path([[j, i], [j + 1, i], [j + 1, i + 1], [j, i + 1], [j, i]], closed=True))
            faces.append(face)
            line = shown(values[i, j])
            if line and text.width(line, size) < dx:
                words.append(
                    Word(
                        (j + 0.5) * dx,
                        high - (i + 0.5) * dy - drop,
                        line,
                        size,
                        colour=palettes.ink_on(face),
                        align="center",
                    )
                )
    for j, head in enumerate(heads):
        if upright:
            words.append(Word((j + 0.5) * dx + drop, high + 0.9, head[0], size, angle=90.0, tag="head"))
            continue
        for k, line in enumerate(reversed(head)):
            words.append(
                Word((j + 0.5) * dx, high + 0.9 + k * text.LEADING * em, line, size, align="center", tag="head")
            )
    canvas.add_shapes(
        ax, cells, face=faces, edge=palettes.PAPER, line_pt=2 * preset.line_pt, order=1.0, gid=f"{gid}-cells"
    )
    canvas.add_words(ax, words, transform=canvas.millimetres(ax), gid=f"{gid}-words")
    return ax


def _within(frame: pd.DataFrame, low: float, high: float) -> bool:
    """Tell whether all known values lie between two limits."""
    values = frame.to_numpy(dtype=float)
    return bool((np.isnan(values) | ((values >= low - 1e-9) & (values <= high + 1e-9))).all())


def _signed(value: float, reach: float) -> str:
    """Colour of a value on a scale from minus to plus `reach`, zero being nearly white."""
    if value != value:
        return palettes.NO_DATA
    strong = palettes.DIVERGING[0] if value < 0 else palettes.DIVERGING[-1]
    return palettes.blend(palettes.DIVERGING[3], strong, abs(value) / reach if reach else 0.0)


def plot_membership(
    probability: pd.DataFrame, *, names: pd.Series | None = None, **options: Unpack[ChartOptions]
) -> Axes:
    """Draw how likely every region is in every class.

    Parameters
    ----------
    probability : DataFrame
        Index = region, columns = letters, best first; values from 0 to 1. Cells under 0.5 % are left blank.
    names : Series of str, optional
        Names of the regions.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A value is no probability, or there is none.
    """
    if not _within(probability, 0.0, 1.0):
        raise MapError(message("a value is no probability", where="probability", allowed="0 to 1"))
    lang = options.get("lang", "en")
    expected = (probability.fillna(0.0) * np.arange(probability.shape[1])).sum(axis=1)
    frame = probability.loc[expected.sort_values(kind="stable").index]
    return _heat(
        frame,
        row_names(frame.index, names),
        [str(column) for column in frame.columns],
        lambda v: palettes.NO_DATA if v != v else palettes.blend("#f7f7f5", palettes.RATING[7], v),
        lambda v: format_number(100 * v, lang, digits=0) if v >= 0.005 else "",
        translator(lang)("Probability of each class, %"),
        options,
        "membership",
    )


def plot_class_table(
    letters: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    scale: ClassScale | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw the class of every region in several readings, so that a change of letter shows as a change of colour.

    Parameters
    ----------
    letters : DataFrame
        Index = region; one column per reading (a level per choice, for instance year and edition); letters of the
        scale, or missing.
    names : Series of str, optional
        Names of the regions.
    scale : ClassScale, optional
        The article's ten classes by default.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A letter is not one of the scale.
    """
    known = (scale or TEN_CLASSES).letters[::-1]
    steps = {letter: float(step) for step, letter in enumerate(known)}
    given = letters.astype(object)
    stray = [
        str(letter) for letter in pd.unique(given.to_numpy().ravel()) if not pd.isna(letter) and letter not in steps
    ]
    if stray:
        raise MapError(message(f"class {stray[0]!r} is not known", where="letters", allowed=", ".join(known[::-1])))
    word = translator(options.get("lang", "en"))
    colours = palettes.take(palettes.RATING, len(known))
    heads = [
        " ".join(word(str(part)).replace("_", " ") for part in (column if isinstance(column, tuple) else (column,)))
        for column in letters.columns
    ]
    return _heat(
        given.apply(lambda column: column.map(steps)).astype(float),
        row_names(letters.index, names),
        heads,
        lambda v: palettes.NO_DATA if v != v else colours[int(v)],
        lambda v: word("n/d") if v != v else known[int(v)],
        word("Class by reading of the source"),
        options,
        "classes",
    )


def plot_correlation(
    correlation: pd.DataFrame, *, labels: Mapping[str, str] | None = None, **options: Unpack[ChartOptions]
) -> Axes:
    """Draw a correlation matrix with its numbers.

    Parameters
    ----------
    correlation : DataFrame
        Rows and columns = variables; values from -1 to 1.
    labels : mapping, optional
        Variable -> its name, such as `names(lang)` of a catalogue; the codes by default.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A value is no correlation, or there is none.
    """
    if not _within(correlation, -1.0, 1.0):
        raise MapError(message("a value is no correlation", where="correlation", allowed="-1 to 1"))
    lang = options.get("lang", "en")
    known = labels or {}
    return _heat(
        correlation,
        [text.clean(known.get(str(row), str(row))) for row in correlation.index],
        [known.get(str(column), str(column)) for column in correlation.columns],
        lambda v: _signed(v, 1.0),
        lambda v: format_number(v, lang, digits=2),
        translator(lang)("Correlation"),
        options,
        "correlation",
    )


def plot_deviations(
    deviation: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    labels: Mapping[str, str] | None = None,
    reach: float | None = None,
    digits: int = 0,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw the deviations of a table's cells in the layout of the table: where an audit found what.

    Parameters
    ----------
    deviation : DataFrame
        Index = row of the table, columns = its columns; printed minus recomputed, in any unit (percent, points).
        NaN (nothing to compare) is grey.
    names : Series of str, optional
        Names of the rows.
    labels : mapping, optional
        Column -> its heading.
    reach : float, optional
        Deviation at which the colour is full; the largest one by default.
    digits : int
        Digits of the numbers.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes
    """
    lang = options.get("lang", "en")
    known = labels or {}
    values = deviation.to_numpy(dtype=float)
    full = reach if reach is not None else float(np.nanmax(np.abs(values), initial=0.0))
    return _heat(
        deviation,
        row_names(deviation.index, names),
        [known.get(str(column), str(column)) for column in deviation.columns],
        lambda v: _signed(v, full),
        lambda v: "" if v != v or abs(v) < 0.5 * 10.0**-digits else format_number(v, lang, digits=digits, sign="+"),
        translator(lang)("Deviations cell by cell"),
        options,
        "deviations",
    )
