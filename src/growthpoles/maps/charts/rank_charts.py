"""Rank charts: rank intervals, slope chart, dumbbell chart, contributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number
from growthpoles.language.phrases import Words
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import (
    ChartOptions,
    Key,
    Shape,
    chart_for,
    digits_for,
    dress,
    mark_absent,
    row_chart,
    row_names,
)
from growthpoles.maps.labels.point_labels import spread
from growthpoles.maps.presets import Preset, get_preset, in_preset_typeface
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.source_note import digits_of, framed, labelled, numbers_of, span_of, told
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.text_metrics import fold

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
# Falling lines are the darker ones in grey.
_RISE, _FALL, _SAME = "#4ea39b", "#8c4a00", "#8a8a8a"
#: Dashes of the lines as well: the colours are alike in grey.
_DASHES: dict[str, tuple[float, ...] | None] = {_RISE: None, _FALL: (3.2, 1.1), _SAME: (0.9, 1.1)}
_TAGS = 1.12


def rank_ticks(last: float) -> list[int]:
    """Ranks to print: the first, and round ones that leave room between them."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 10**9) if last / step <= 10 or step == 10**9)
    return [1, *range(step, int(last) + 1, step)] if step > 2 else list(range(1, int(last) + 1, step))


@in_preset_typeface
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

    Raises
    ------
    MapError
        A column is missing.

    Examples
    --------
    >>> import growthpoles as gp
    >>> table = gp.load_indicators(2014, edition="realigned")
    >>> ranks = gp.robustness(table, replications=200).to_frame()
    >>> axes = gp.plot_rank_intervals(ranks)
    >>> axes.get_xlabel().split()
    ['Rank', '(1', '=', 'best)']
    """
    frame = framed(frame, "frame")
    low, high = (numbers_of(frame, f"rank_{end}", "frame") for end in ("low", "high"))
    nominal = numbers_of(frame, "rank", "frame")
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
    ax.set_xticks(rank_ticks(last))
    dress(ax, preset, lang, x=word("Rank (1 = best)"), spines=("bottom",))
    mark_absent(ax, nominal[order].isna().tolist(), preset, lang)
    return ax


@in_preset_typeface
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
        Name of the values, for the axis; "Value" by default.
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

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> frame = pd.DataFrame({year: gp.load_published(year)["index"] for year in (2010, 2014)})
    >>> axes = gp.plot_dumbbell(frame, variable="Index, points")
    >>> axes.get_xlabel()
    'Index, points'
    """
    frame = framed(frame, "frame")
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
    dress(ax, preset, lang, x=variable or word("Value"), spines=("bottom",))
    mark_absent(ax, values.isna().all(axis=1).tolist(), preset, lang)
    return ax


@in_preset_typeface
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
        Index = region; one column per component, as `contributions` returns them; NaN counts as nothing,
        and a region without any number has no bar.
    names : Series of str, optional
        Names of the regions.
    labels : mapping, optional
        Column -> words in the key.
    variable : str, optional
        Name of the total, for the axis; by default that which `contributions` summed up, with its unit, else "Value".
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A contribution is negative, or there are more than eight components.

    Examples
    --------
    >>> import growthpoles as gp
    >>> parts = gp.contributions(gp.rate(gp.load_indicators(2014, edition="realigned")))
    >>> axes = gp.plot_contributions(parts)
    >>> axes.get_xlabel()
    'Index, points'
    """
    frame = framed(frame, "frame", numbers=True)
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
    longest = text_metrics.width(format_number(float(left.max()), lang, digits=digits), preset.small_pt) + 1.6
    wide = canvas.axes_size(ax)[0]
    ax.set_xlim(0.0, (float(left.max()) or 1.0) * wide / max(wide - longest, 0.5 * wide))
    dress(ax, preset, lang, x=variable or _summed(frame, lang), spines=("bottom",))
    mm = canvas.millimetres(ax)
    spots = mm.inverted().transform(ax.transData.transform(np.column_stack([left, y])))
    size = preset.small_pt
    drop = text_metrics.CAP * size * text_metrics.PT / 2
    numbers = []
    for i, (colour, column) in enumerate(zip(palettes.STACK, values.columns, strict=False)):
        places = mm.inverted().transform(ax.transData.transform(np.column_stack([middles[i], y])))
        room = values[column].to_numpy() / ax.get_xlim()[1] * wide > text_metrics.width(str(i + 1), size) + 0.8
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


def _summed(frame: pd.DataFrame, lang: str) -> str:
    """Name what contributions add up to, and its unit."""
    words, code = Words(lang), frame.attrs.get("to")
    if code is None:  # somebody's own table
        return translator(lang)("Value")
    return f"{words('column', 'index') if code == 'index' else code}, {words.unit(frame.attrs['scale'])}"


def _bar(x: float, row: float, length: float) -> Path:
    """Outline of a bar that starts at `x` on a row."""
    from matplotlib.path import Path

    low, high = row - 0.31, row + 0.31
    return Path([[x, low], [x + length, low], [x + length, high], [x, high], [x, low]], closed=True, readonly=True)


@dataclass(frozen=True, slots=True)
class _Tag:
    """One value of a year with the names of all regions that have it, on as many lines as they need."""

    value: float
    number: str
    lines: tuple[str, ...]

    def height(self, em: float) -> float:
        """Room in millimetres."""
        return (_TAGS * len(self.lines) + 0.06) * em


@in_preset_typeface
def plot_slope(
    before: pd.Series,
    after: pd.Series,
    *,
    names: pd.Series | None = None,
    years: tuple[object, object] | None = None,
    variable: str | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw every region's value in two years as a sloping line.

    Names stand as near to the ends of their lines as their height allows; regions with the same printed value share a
    place, the one that is higher in the other year first.

    Parameters
    ----------
    before, after : Series of float
        Values, index = region; regions without both have no slope and are named under the chart.
    names : Series of str, optional
        Names of the regions, on several lines where they are long; their codes by default.
    years : (object, object), optional
        Headings of the two sides; by default the years in the `attrs` of the values.
    variable : str, optional
        What the values are, with the unit, for the title; "From year to year" by default.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        No region has both values, or there are more names than the preset has room for.

    Examples
    --------
    >>> import growthpoles as gp
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> axes = gp.plot_slope(before, after, years=(2010, 2014))
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    pair = span_of(years, before, after) or ("", "")
    before, after = labelled(before, "before"), labelled(after, "after")
    every = pd.concat([before.rename("before"), after.rename("after")], axis=1).astype(float)
    both = every.replace([np.inf, -np.inf], np.nan).dropna()
    if both.empty:
        raise MapError(message("no region has both values", where="before, after"))
    lang = options.get("lang", "en")
    word = translator(lang)
    sheet = get_preset(options.get("preset", "report"))
    size = sheet.small_pt
    em = size * text_metrics.PT
    low, high = float(both.to_numpy().min()), float(both.to_numpy().max())
    span = high - low
    edge = 0.03 * (span or 1.0)
    rows = pd.Series(row_names(both.index, names), index=both.index)
    given_ax = options.get("ax")
    room = sheet.max_height_mm - 20.0 * em if given_ax is None else canvas.axes_size(given_ax)[1]
    most = min(max(int(room / (1.2 * em * len(both))), 1), 3)
    digits = min(digits_for(span), digits_of(both.to_numpy().ravel()))
    tags = {
        column: _tags(both, column, rows, digits, lang, size, _limit(options, sheet), most)
        for column in ("before", "after")
    }
    side = {column: _side_width(found, size) for column, found in tags.items()}
    left, right = side["before"], side["after"]
    lone = row_names(every.index.difference(both.index, sort=False), names)
    under = _joined([f"{word('no data')}: {lone[0]}", *lone[1:]], size, sheet.width_mm - 2.4, 3) if lone else []
    below = 1.0 + 1.3 * em + (0.7 + text_metrics.LEADING * len(under)) * em * bool(under)
    plot = _height(tags, low - edge, high + edge, em, sheet)
    crowd = max(sum(tag.height(em) for tag in found) for found in tags.values())
    given = dict(options)
    if options.get("year") is None and all(pair):
        given["year"] = f"{pair[0]}\u2013{pair[1]}"
    given["edition"] = told(0, options.get("edition"), before, after)[1] or ""
    over = 1.6 + 1.4 * em
    ax, preset, lang = chart_for(
        ChartOptions(**given),  # type: ignore[typeddict-item]
        variable or word("From year to year"),
        height_mm=plot + below + over,
        left=left,
        right=right,
        bottom=below,
        top=over,
        least_mm=crowd - 2.2 * em,
        key=_key(both, lang),
    )
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(low - edge, high + edge)
    for (first, last), colour in zip(both.to_numpy(), _colours(both), strict=True):
        ax.plot(
            [0, 1],
            [first, last],
            color=colour,
            linewidth=2.4 * preset.line_pt,
            linestyle=(0, dashes) if (dashes := _DASHES[colour]) else "solid",
            dash_capstyle="butt",
            marker="o",
            markersize=0.45 * preset.text_pt,
            markeredgecolor=palettes.PAPER,
            markeredgewidth=preset.line_pt,
            clip_on=False,
            zorder=4.0 if colour == _FALL else 3.0,
        )
    dress(ax, preset, lang, spines=("left", "right"))
    ax.set_xticks([])
    ax.set_yticks([])
    for column, heading in (("before", pair[0]), ("after", pair[1])):
        _side(ax, tags[column], column == "before", text_metrics.clean(heading), size)
    canvas.add_words(
        ax,
        [
            Word(1.2 - left, -below + 0.5 * em + 0.8 + i * text_metrics.LEADING * em, line, size)
            for i, line in enumerate(reversed(under))
        ],
        transform=canvas.millimetres(ax),
        gid="slope-lone",
    )
    return ax


def _colours(both: pd.DataFrame) -> list[str]:
    """Colour of every line by its direction."""
    step = np.sign((both["after"] - both["before"]).to_numpy())
    return [_RISE if way > 0 else _FALL if way < 0 else _SAME for way in step.tolist()]


def _key(both: pd.DataFrame, lang: str) -> list[Key]:
    """Say what the colours and dashes mean that occur."""
    word = translator(lang)
    known = ((word("rise"), _RISE), (word("fall"), _FALL), (word("no change"), _SAME))
    used = set(_colours(both))
    return [Key(label, colour, "dashes", _DASHES[colour], 2.4) for label, colour in known if colour in used]


def _limit(options: ChartOptions, sheet: Preset) -> float:
    """Width of names that leaves the lines a fifth of the sheet."""
    given = options.get("ax")
    if given is None:
        return 0.4 * sheet.width_mm - 5.0 - text_metrics.width("100.0", sheet.small_pt)
    return max(float(given.get_window_extent().x0) / given.figure.dpi * text_metrics.MM - 12.0, 12.0)


def _tags(
    both: pd.DataFrame, column: str, rows: pd.Series, digits: int, lang: str, size: float, limit: float, most: int
) -> list[_Tag]:
    """Return the values of a year from the lowest up, with the names of the regions that have them."""
    other = "after" if column == "before" else "before"
    ordered = both.sort_values([column, other], ascending=[True, False], kind="stable")[column]
    grouped: dict[str, list[str]] = {}
    values: dict[str, list[float]] = {}
    for region, value in zip(ordered.index, ordered.to_numpy(dtype=float).tolist(), strict=True):
        number = format_number(value, lang, digits=digits)
        grouped.setdefault(number, []).append(str(rows[region]))
        values.setdefault(number, []).append(value)
    return [
        _Tag(float(np.mean(values[number])), number, tuple(_joined(found, size, limit, most)))
        for number, found in grouped.items()
    ]


def _joined(names: Sequence[str], size: float, limit: float, most: int) -> list[str]:
    """Set names on lines, several on one where they fit; a name that is too long is broken."""
    lines: list[str] = []
    for i, name in enumerate(names):
        shown = name + ("," if i < len(names) - 1 else "")
        trial = f"{lines[-1]} {shown}" if lines else shown
        if lines and text_metrics.width(trial, size) <= limit:
            lines[-1] = trial
        else:
            lines += fold(shown, size, limit, most=most)
    return lines


def _side_width(tags: Sequence[_Tag], size: float) -> float:
    """Room that names, values and leaders take on one side."""
    names = max(text_metrics.width(line, size) for tag in tags for line in tag.lines)
    return (
        names
        + max(text_metrics.width(tag.number, size) for tag in tags)
        + 0.5 * size * text_metrics.PT
        + _gap(size)
        + 1.2
    )


def _gap(size: float) -> float:
    """Room for a leader between an end and its value."""
    return 1.0 + 1.2 * size * text_metrics.PT


def _height(tags: dict[str, list[_Tag]], low: float, high: float, em: float, sheet: Preset) -> float:
    """Height of the plot in millimetres: the least at which all names stand near their ends, within reason."""
    crowd = max(sum(tag.height(em) for tag in found) for found in tags.values())
    cap = 0.62 * sheet.width_mm if sheet.width_mm > 120.0 else 1.1 * sheet.width_mm
    cap = max(min(cap, sheet.max_height_mm), crowd)
    tall = max(0.3 * sheet.width_mm, 1.05 * crowd, 30.0 if crowd > 12.0 else 20.0)
    while tall < cap:
        moves = []
        for found in tags.values():
            y = np.array([(tag.value - low) / (high - low) * tall for tag in found])
            moves.append(np.abs(_placed(y, found, em, tall) - y).max())
        if max(moves) <= 1.3 * em:
            break
        tall *= 1.06
    return float(min(tall, cap))


def _placed(y: NDArray[np.float64], tags: Sequence[_Tag], em: float, high: float) -> NDArray[np.float64]:
    """Heights of the middles of names, near their ends and from a line of text below the plot to one above it."""
    sizes = [tag.height(em) for tag in tags]
    return spread(y, sizes, sizes[0] / 2 - 1.2 * em, high + 1.1 * em - sizes[-1] / 2)


def _side(ax: Axes, tags: Sequence[_Tag], left: bool, heading: str, size: float) -> None:
    """Name the ends of slopes on one side, pushed apart as little as possible; what had to move gets a leader."""
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    em = size * text_metrics.PT
    ends = np.column_stack([np.full(len(tags), 0.0 if left else 1.0), [tag.value for tag in tags]])
    y = mm.inverted().transform(ax.transData.transform(ends))[:, 1]
    placed = _placed(y, tags, em, high)
    edge, out = (0.0, -1.0) if left else (wide, 1.0)
    column = max(text_metrics.width(tag.number, size) for tag in tags)
    numbers = edge + out * _gap(size) + (0.0 if left else column)
    names = edge + out * (_gap(size) + column + 0.5 * em)
    words, leaders = [], []
    for tag, end, spot in zip(tags, y, placed, strict=True):
        base = spot - text_metrics.CAP * em / 2
        words.append(Word(numbers, base, tag.number, size, align="right"))
        for i, line in enumerate(tag.lines):
            lift = ((len(tag.lines) - 1) / 2 - i) * _TAGS * em
            words.append(Word(names, base + lift, line, size, align="right" if left else "left"))
        if abs(spot - end) > 0.3 * em:
            leaders.append(np.array([[edge + out * 0.8, end], [edge + out * (_gap(size) - 0.4), spot]]))
    if leaders:
        canvas.add_lines(
            ax,
            leaders,
            colour=palettes.BORDER,
            line_pt=0.3,
            order=1.0,
            gid=f"slope-leaders-{'before' if left else 'after'}",
            transform=mm,
        ).set_clip_on(False)
    if heading:
        words.append(Word(edge, high + 1.6, heading, size, bold=True, align="center"))
    canvas.add_words(ax, words, transform=mm, gid=f"slope-{'before' if left else 'after'}")
