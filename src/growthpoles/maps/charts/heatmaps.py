"""Heat maps of tables: class membership, correlation, deviations of cells."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number
from growthpoles.language.phrases import spoken
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import (
    ChartOptions,
    Key,
    chart_for,
    dress,
    row_lines,
    row_names,
    row_room,
    set_rows,
)
from growthpoles.maps.presets import Preset, get_preset, in_preset_typeface
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.source_note import framed
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.text_metrics import fold_all, narrowest, widest
from growthpoles.ratings.classes import ClassScale, letters_of

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class _Heads:
    """Headings of columns: lines of each, whether they stand upright, and what groups of columns have in common."""

    lines: list[list[str]]
    upright: bool
    groups: list[str]

    def height(self, size: float) -> float:
        """Room over the cells in millimetres."""
        em = size * text_metrics.PT
        own = widest(self.lines, size) if self.upright else max(map(len, self.lines)) * text_metrics.LEADING * em
        return 1.6 + own + (2.0 * em if self.groups else 0.0)


def _heads(columns: Sequence[str], groups: Sequence[str], size: float, room: float, tall: float) -> _Heads:
    """Set headings level on several lines where columns are wide enough for their words, else upright."""
    em = size * text_metrics.PT
    names = [text_metrics.clean(column) for column in columns]
    longest = max(text_metrics.width(part, size) for name in names for part in name.replace("-", "- ").split(" "))
    level = fold_all(names, size, room - 0.8, most=9)
    if (longest <= room - 0.8 or room >= 9.0 * em) and max(map(len, level)) <= 7:
        return _Heads(level, False, list(groups))
    deep = int(np.clip((room - 0.3) / (1.12 * em), 1, 6))
    tall = min(narrowest(names, size, deep, tall), tall)
    return _Heads(fold_all(names, size, tall, most=deep), True, list(groups))


def _head_words(heads: _Heads, size: float, dx: float, high: float) -> list[Word]:
    """Place the headings over columns `dx` millimetres wide."""
    em = size * text_metrics.PT
    words = []
    for j, lines in enumerate(heads.lines):
        middle = (j + 0.5) * dx
        for k, line in enumerate(lines):
            aside = (k - (len(lines) - 1) / 2) * 1.12 * em
            if heads.upright:
                words.append(
                    Word(middle + aside + text_metrics.CAP * em / 2, high + 0.9, line, size, angle=90.0, tag="head")
                )
            else:
                up = high + 0.9 + (len(lines) - 1 - k) * text_metrics.LEADING * em
                words.append(Word(middle, up, line, size, align="center", tag="head"))
    return words


def _group_words(ax: Axes, heads: _Heads, preset: Preset, dx: float, high: float) -> list[Word]:
    """Write over several columns what they have in common, with a rule under it."""
    size = preset.small_pt
    words, rules = [], []
    level = high + heads.height(size) - 1.6 * size * text_metrics.PT
    first = 0
    for name, run in itertools.groupby(heads.groups):
        last = first + len(list(run))
        words.append(
            Word((first + last) / 2 * dx, level, text_metrics.clean(name), size, bold=True, align="center", tag="group")
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
    em = size * text_metrics.PT
    values = frame.to_numpy(dtype=float)
    count = len(columns)
    lines = [[shown(value) for value in row] for row in values.tolist()]
    cell = max(text_metrics.width(line, size) for row in lines for line in row) + 0.8
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
            if line and text_metrics.width(line, size) < dx:
                middle = high - (i + 0.5) * dy - text_metrics.CAP * em / 2
                words.append(
                    Word((j + 0.5) * dx, middle, line, size, colour=palettes.ink_on(face), align="center", tag="cell")
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


@in_preset_typeface
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
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A value is no probability, or there is none.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> probability = pd.DataFrame({"A": [0.9, 0.2], "B": [0.1, 0.8]}, index=["north", "south"])
    >>> axes = gp.plot_membership(probability)
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    probability = framed(probability, "probability", numbers=True)
    if not _within(probability, 0.0, 1.0):
        raise MapError(message("a value is no probability", where="probability", allowed="0 to 1"))
    lang = options.get("lang", "en")
    word = translator(lang)
    expected = (probability.fillna(0.0) * np.arange(probability.shape[1])).sum(axis=1) / probability.sum(axis=1)
    frame = probability.loc[expected.sort_values(kind="stable").index]
    return heat_table(
        frame,
        row_names(frame.index, names),
        [str(column) for column in frame.columns],
        lambda v: palettes.NO_DATA if v != v else palettes.blend("#f7f7f5", palettes.RATING[7], v),
        lambda v: "–" if v != v else format_number(100 * v, lang, digits=0) if round(100 * v) >= 1 else "",
        word("Probability of each class, %"),
        options,
        "membership",
        key=[
            Key(word("probability, %"), shape="none"),
            Key(word("blank: under {number} %").format(number=format_number(0.5, lang, digits=1)), shape="none"),
        ],
    )


@in_preset_typeface
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
        By default that of ordered categories, or else the article's ten classes.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A letter is not one of the scale.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> letters = pd.DataFrame({year: gp.load_published(year)["rating_class"] for year in (2010, 2014)})
    >>> axes = gp.plot_class_table(letters, names=gp.load_regions(2014)["name_en"])
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    letters = framed(letters, "letters")
    known = (scale.letters if scale else letters_of(*(letters[column] for column in letters)))[::-1]
    steps = {letter: float(step) for step, letter in enumerate(known)}
    given = letters.astype(object)
    stray = [
        str(letter) for letter in pd.unique(given.to_numpy().ravel()) if not pd.isna(letter) and letter not in steps
    ]
    if stray:
        raise MapError(message(f"class {stray[0]!r} is not known", where="letters", allowed=", ".join(known[::-1])))
    word = translator(options.get("lang", "en"))
    colours = palettes.rating_colours(len(known))
    lang = options.get("lang", "en")
    parts = [
        [spoken(str(part), lang) for part in (column if isinstance(column, tuple) else (column,))]
        for column in letters.columns
    ]
    nested = all(len(names) > 1 for names in parts)
    return heat_table(
        given.apply(lambda column: column.map(steps)).astype(float),
        row_names(letters.index, names),
        [" ".join(names[nested:]) for names in parts],
        lambda v: palettes.NO_DATA if v != v else colours[int(v)],
        lambda v: word("n/d") if v != v else known[int(v)],
        word("Class by reading of the source"),
        options,
        "classes",
        groups=[names[0] for names in parts] if nested else (),
    )


@in_preset_typeface
def plot_transitions(counts: pd.DataFrame, **options: Unpack[ChartOptions]) -> Axes:
    """Draw how often regions went from each class (row) to each class (column).

    Parameters
    ----------
    counts : DataFrame
        Classes left x classes entered, best first; see :func:`growthpoles.class_transitions`. Classes that nobody was
        in are left out.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no move to draw.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> classes = pd.DataFrame({2010: ["A", "B", "B"], 2011: ["A", "A", "B"]})
    >>> axes = gp.plot_transitions(gp.class_transitions(classes, letters=("A", "B")).counts)
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    counts = framed(counts, "counts", numbers=True)
    if {*counts.index} != {*counts.columns}:
        raise MapError(
            message(
                "rows and columns are not the same classes", where="counts", allowed="class_transitions(...).counts"
            )
        )
    used = [each for each in counts.index if counts.loc[each].sum() or counts[each].sum()]
    shown = counts.loc[used, used]
    total = shown.sum(axis=1).to_numpy(dtype=float)
    lang = options.get("lang", "en")
    word = translator(lang)
    most = max(float(shown.to_numpy().max(initial=0)), 1.0)
    ramp = palettes.rating_colours(9)
    return heat_table(
        shown.astype(float),
        [f"{letter} ({number:.0f})" for letter, number in zip(used, total, strict=True)],
        [str(letter) for letter in used],
        lambda v: palettes.PAPER if v == 0 else ramp[min(int(8 * v / most), 8)],
        lambda v: format_number(v, lang, digits=0) if v else "",
        word("Moves between classes, from row to column"),
        options,
        "transitions",
        key=[Key(word("number of moves from one year to the next; in brackets, moves that start there"), shape="none")],
    )


@in_preset_typeface
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
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A value is no correlation, or there is none.

    Examples
    --------
    >>> import growthpoles as gp
    >>> scores = gp.rate(gp.load_indicators(2014, edition="realigned")).filter(like="score_")
    >>> axes = gp.plot_correlation(scores.corr())
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    correlation = framed(correlation, "correlation", numbers=True)
    if not _within(correlation, -1.0, 1.0):
        raise MapError(message("a value is no correlation", where="correlation", allowed="-1 to 1"))
    lang = options.get("lang", "en")
    known = labels or {}
    return heat_table(
        correlation,
        [text_metrics.clean(known.get(str(row), str(row))) for row in correlation.index],
        [known.get(str(column), str(column)) for column in correlation.columns],
        lambda v: _signed(v, 1.0),
        lambda v: "–" if v != v else format_number(v, lang, digits=2),
        translator(lang)("Correlation"),
        options,
        "correlation",
    )


@in_preset_typeface
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
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no cell to draw.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> deviation = pd.DataFrame({"wage": [0.0, 12.5], "patents": [-3.0, 0.0]}, index=["north", "south"])
    >>> axes = gp.plot_deviations(deviation)
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    lang = options.get("lang", "en")
    known = labels or {}
    deviation = framed(deviation, "deviation", numbers=True)
    values = deviation.to_numpy(dtype=float)
    full = reach if reach is not None else float(np.nanmax(np.abs(values), initial=0.0))
    word = translator(lang)
    least = 0.5 * 10.0**-digits
    key = []
    if (np.abs(values) < least).any():
        key.append(Key(word("blank: no deviation"), shape="none"))
    if np.isnan(values).any():
        key.append(Key(f"– {word('nothing to compare')}", palettes.NO_DATA))
    return heat_table(
        deviation,
        row_names(deviation.index, names),
        [known.get(str(column), str(column)) for column in deviation.columns],
        lambda v: _signed(v, full),
        lambda v: "–" if v != v else "" if abs(v) < least else format_number(v, lang, digits=digits, sign="+"),
        word("Deviations cell by cell"),
        options,
        "deviations",
        key=key,
    )


@in_preset_typeface
def plot_influence(
    influence: pd.DataFrame, *, names: pd.Series | None = None, top: int = 20, **options: Unpack[ChartOptions]
) -> Axes:
    """Draw who pulls together with whom, and who apart: the pairs of which Moran's I is the sum.

    Parameters
    ----------
    influence : DataFrame
        Square, rows: the region looked from, columns: its neighbour; NaN where there is no link. As
        :meth:`growthpoles.MutualInfluence.matrix` gives it.
    names : Series of str, optional
        Names of the regions; the codes by default.
    top : int
        The most regions shown: those with the largest sums of absolute values, in the order of the table.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        The table is not square, or a value is infinite.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> found = gp.mutual_influence(gp.load_published(2014)["index"], graph, permutations=99)
    >>> axes = gp.plot_influence(found.matrix())
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    influence = framed(influence, "influence", numbers=True)
    if set(influence.index) != set(influence.columns) or np.isinf(influence.to_numpy(dtype=float)).any():
        allowed = "a square table of finite numbers, as MutualInfluence.matrix() gives"
        raise MapError(message("rows and columns differ, or a value is infinite", where="influence", allowed=allowed))
    size = influence.abs()
    total = size.sum(axis=1) + size.sum(axis=0).reindex(influence.index)
    kept = influence.index[influence.index.isin(total.nlargest(top).index)]
    shown, lang = influence.loc[kept, kept], options.get("lang", "en")
    word = translator(lang)
    codes = [str(code).split("-", 1)[-1] for code in kept]
    known = codes if names is None else [str(names.get(code, short)) for code, short in zip(kept, codes, strict=True)]
    rows = [
        text_metrics.clean(name if name == code else f"{name} ({code})")
        for name, code in zip(known, codes, strict=True)
    ]
    reach = float(size.loc[kept, kept].max().max())
    key = [
        Key(word("together: both high or both low"), palettes.DIVERGING[-1]),
        Key(word("apart: one high, one low"), palettes.DIVERGING[0]),
    ]
    if len(kept) < len(influence):
        told = word("{k} of {n} regions, those with the largest sums").format(k=len(kept), n=len(influence))
        key.append(Key(told, shape="none"))
    return heat_table(
        shown,
        rows,
        codes,
        lambda v: palettes.PAPER if v != v else _signed(v, reach),
        lambda v: "" if v != v else format_number(v, lang, digits=2),
        word("Who pulls together, who apart"),
        options,
        "influence",
        key=key,
    )
