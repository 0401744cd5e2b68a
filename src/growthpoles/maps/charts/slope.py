"""Slope chart: every region in two years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import format_number, translator
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions, chart_for, digits_for, dress
from growthpoles.maps.charts.chart_key import Key
from growthpoles.maps.charts.rows import row_names
from growthpoles.maps.labels.spread import spread
from growthpoles.maps.presets import Preset, get_preset
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.source_note import span_of, told
from growthpoles.maps.typography import text_metrics as text
from growthpoles.maps.typography.fold import fold

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

# Falling lines are the darker ones in grey.
_RISE, _FALL, _SAME = "#4ea39b", "#8c4a00", "#8a8a8a"
_TAGS = 1.12


@dataclass(frozen=True, slots=True)
class _Tag:
    """One value of a year with the names of all regions that have it, on as many lines as they need."""

    value: float
    number: str
    lines: tuple[str, ...]

    def height(self, em: float) -> float:
        """Room in millimetres."""
        return (_TAGS * len(self.lines) + 0.06) * em


def plot_slope(
    before: pd.Series,
    after: pd.Series,
    *,
    names: pd.Series | None = None,
    years: tuple[object, object] | None = None,
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
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        No region has both values, or there are more names than the preset has room for.
    """
    pair = span_of(years, before, after) or ("", "")
    every = pd.concat([before.rename("before"), after.rename("after")], axis=1).astype(float)
    both = every.replace([np.inf, -np.inf], np.nan).dropna()
    if both.empty:
        raise MapError(message("no region has both values", where="before, after"))
    lang = options.get("lang", "en")
    word = translator(lang)
    sheet = get_preset(options.get("preset", "report"))
    size = sheet.small_pt
    em = size * text.PT
    low, high = float(both.to_numpy().min()), float(both.to_numpy().max())
    span = high - low
    edge = 0.03 * (span or 1.0)
    rows = pd.Series(row_names(both.index, names), index=both.index)
    given_ax = options.get("ax")
    room = sheet.max_height_mm - 20.0 * em if given_ax is None else canvas.axes_size(given_ax)[1]
    most = min(max(int(room / (1.2 * em * len(both))), 1), 3)
    tags = {
        column: _tags(both, column, rows, digits_for(span), lang, size, _limit(options, sheet), most)
        for column in ("before", "after")
    }
    side = {column: _side_width(found, size) for column, found in tags.items()}
    left, right = side["before"], side["after"]
    lone = row_names(every.index.difference(both.index, sort=False), names)
    under = _joined([f"{word('no data')}: {lone[0]}", *lone[1:]], size, sheet.width_mm - 2.4, 3) if lone else []
    below = 1.0 + 1.3 * em + (0.7 + text.LEADING * len(under)) * em * bool(under)
    plot = _height(tags, low - edge, high + edge, em, sheet)
    crowd = max(sum(tag.height(em) for tag in found) for found in tags.values())
    given = dict(options)
    if options.get("year") is None and all(pair):
        given["year"] = f"{pair[0]}\u2013{pair[1]}"
    given["edition"] = told(0, options.get("edition"), before, after)[1] or ""
    over = 1.6 + 1.4 * em
    ax, preset, lang = chart_for(
        ChartOptions(**given),  # type: ignore[typeddict-item]
        word("From year to year"),
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
        _side(ax, tags[column], column == "before", text.clean(heading), size)
    canvas.add_words(
        ax,
        [
            Word(1.2 - left, -below + 0.5 * em + 0.8 + i * text.LEADING * em, line, size)
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
    """Say what the colours mean that occur."""
    word = translator(lang)
    known = ((word("rise"), _RISE), (word("fall"), _FALL), (word("no change"), _SAME))
    used = set(_colours(both))
    return [Key(label, colour, "bar") for label, colour in known if colour in used]


def _limit(options: ChartOptions, sheet: Preset) -> float:
    """Width of names that leaves the lines a fifth of the sheet."""
    given = options.get("ax")
    if given is None:
        return 0.4 * sheet.width_mm - 5.0 - text.width("100.0", sheet.small_pt)
    return max(float(given.get_window_extent().x0) / given.figure.dpi * text.MM - 12.0, 12.0)


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
        if lines and text.width(trial, size) <= limit:
            lines[-1] = trial
        else:
            lines += fold(shown, size, limit, most=most)
    return lines


def _side_width(tags: Sequence[_Tag], size: float) -> float:
    """Room that names, values and leaders take on one side."""
    names = max(text.width(line, size) for tag in tags for line in tag.lines)
    return names + max(text.width(tag.number, size) for tag in tags) + 0.5 * size * text.PT + _gap(size) + 1.2


def _gap(size: float) -> float:
    """Room for a leader between an end and its value."""
    return 1.0 + 1.2 * size * text.PT


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


def _placed(y: np.ndarray[Any, Any], tags: Sequence[_Tag], em: float, high: float) -> np.ndarray[Any, Any]:
    """Heights of the middles of names, near their ends and from a line of text below the plot to one above it."""
    sizes = [tag.height(em) for tag in tags]
    return spread(y, sizes, sizes[0] / 2 - 1.2 * em, high + 1.1 * em - sizes[-1] / 2)


def _side(ax: Axes, tags: Sequence[_Tag], left: bool, heading: str, size: float) -> None:
    """Name the ends of slopes on one side, pushed apart as little as possible; what had to move gets a leader."""
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    em = size * text.PT
    ends = np.column_stack([np.full(len(tags), 0.0 if left else 1.0), [tag.value for tag in tags]])
    y = mm.inverted().transform(ax.transData.transform(ends))[:, 1]
    placed = _placed(y, tags, em, high)
    edge, out = (0.0, -1.0) if left else (wide, 1.0)
    column = max(text.width(tag.number, size) for tag in tags)
    numbers = edge + out * _gap(size) + (0.0 if left else column)
    names = edge + out * (_gap(size) + column + 0.5 * em)
    words, leaders = [], []
    for tag, end, spot in zip(tags, y, placed, strict=True):
        base = spot - text.CAP * em / 2
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
