"""Specification curve chart: all specifications, and which choices each of them made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    key_above,
    key_height,
    left_room,
    row_room,
)
from growthpoles.maps.presets import Preset, get_preset, in_preset_typeface
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.source_note import column_of, framed
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.text_metrics import fold, widest

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

# Light greys, so that significant ones stand out in grey too; those are larger besides.
_MARKED, _PLAIN, _MARKED_OUT, _PLAIN_OUT = palettes.ACCENT, "#7d7d7d", "#e8824f", "#c4c4c4"
_GAP = 0.75
_OUTCOMES = ("n", "statistic", "z", "p_value", "significant", "main")


@in_preset_typeface
def plot_specifications(
    curve: Annotated[Any, "SpecificationCurve | pd.DataFrame"],
    *,
    effect: str = "z",
    choices: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw all specifications sorted by their effect, and below which choices each of them made.

    Parameters
    ----------
    curve : SpecificationCurve, or DataFrame
        One row per specification with the column `effect`; `significant` (bool) colours the points, `main` (bool)
        fades the specifications outside the main set. All other columns are choices.
    effect : str
        Column of effects.
    choices : sequence of str, optional
        Columns of choices to show; by default all with more than one value. Where the sheet is too low for all of
        them, those with the most values are left out, and named over the chart.
    labels : mapping, optional
        Choice or value -> its words; those of :mod:`growthpoles.language.phrases` by default.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes
        The effects; the choices stand on an inset axes below it.

    Raises
    ------
    MapError
        The column of effects is missing or there is no specification.

    References
    ----------
    Simonsohn, Simmons and Nelson (2020), Specification curve analysis.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> index = gp.load_published(2014)["index"]
    >>> ways = [
    ...     gp.Specification({"weights": kind}, index, gp.build_weights(regions, kind), "moran")
    ...     for kind in ("queen", "gabriel")
    ... ]
    >>> axes = gp.plot_specifications(gp.specification_curve(ways, permutations=99))
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    frame = framed(curve, "curve")
    values = column_of(frame, effect, "curve")
    if not len(frame):
        raise MapError(message("there is no specification to draw", where="curve"))
    frame = frame.iloc[np.argsort(values.to_numpy(dtype=float), kind="stable")]
    kept = list(choices or [c for c in frame.columns if c not in _OUTCOMES and len(frame[c].unique()) > 1])
    lang = options.get("lang", "en")
    word = translator(lang)
    base = get_preset(options.get("preset", "report"))
    size = base.small_pt
    limit = row_room(options, 0.38)
    given = options.get("ax")
    room = (
        base.max_height_mm - 26.0 - 8.0 * size * text_metrics.PT if given is None else 0.8 * canvas.axes_size(given)[1]
    )
    groups = [_group(frame, choice, lang, labels, size, limit) for choice in kept]
    left_out = []
    while groups and sum(group.height(size) for group in groups) > room:
        largest = max(groups, key=lambda group: group.height(size))
        groups.remove(largest)
        left_out.append(" ".join(largest.title))
    key = _key(frame, lang, left_out, getattr(curve, "alpha", None))
    deep = sum(group.height(size) for group in groups) + 2.0 if groups else 0.0
    effect_name = word("Effect, z") if effect == "z" else effect
    names = [group.title for group in groups] + [lines for group in groups for _, lines in group.rows]
    wide = max(
        widest([group.title for group in groups], size, bold=True),
        widest(names, size) + 2.0,
        left_room(effect_name, base, 30.0, "\u22120.0"),
    )
    across = base.width_mm - wide - 2.5
    back = wide - 0.6 if key_height(key, base, across) > 4.4 * size * text_metrics.PT else 0.0
    ax, preset, lang = chart_for(
        options,
        word("All specifications"),
        height_mm=deep + 48.0,
        left=wide,
        bottom=1.0,
        top=0.6 + key_height(key, base, across + back),
        least_mm=deep + 20.0,
        data=[frame],
    )
    share = min(0.9, deep / canvas.axes_size(ax)[1])
    spot = ax.get_position()
    ax.set_position((spot.x0, spot.y0 + share * spot.height, spot.width, (1 - share) * spot.height))
    lower = ax.inset_axes((0.0, -share / (1 - share), 1.0, share / (1 - share))) if groups else None
    place = np.arange(len(frame))
    marked = frame["significant"].to_numpy(dtype=bool) if "significant" in frame.columns else np.zeros(len(frame), bool)
    main = frame["main"].to_numpy(dtype=bool) if "main" in frame.columns else np.ones(len(frame), bool)
    colours = np.where(main, np.where(marked, _MARKED, _PLAIN), np.where(marked, _MARKED_OUT, _PLAIN_OUT))
    dots = min(0.2 * preset.text_pt**2, 900.0 / len(frame) + 1.0)
    effects = frame[effect].to_numpy(dtype=float)
    ax.axhline(0.0, color=palettes.FAINT, linewidth=1.4 * preset.line_pt, zorder=1.0)
    ax.scatter(
        place,
        effects,
        s=np.where(marked, max(4.0 * dots, 0.06 * preset.text_pt**2), dots),
        c=colours.tolist(),
        linewidths=0,
        zorder=3.0,
        gid="specifications",
    )
    ax.set_xlim(-0.02 * len(frame) - 0.5, 1.02 * len(frame) - 0.5)
    dress(ax, preset, lang, y=effect_name, spines=("left",))
    ax.set_xticks([])
    key_above(ax, key, preset, left=-back, wide=canvas.axes_size(ax)[0] + back)
    if lower is not None:
        _choice_rows(lower, frame, groups, colours, marked, preset)
        lower.set_xlim(ax.get_xlim())
    return ax


@dataclass(frozen=True, slots=True)
class _Group:
    """A choice: its words on lines, and its values with theirs."""

    choice: str
    title: list[str]
    rows: list[tuple[str, list[str]]]

    def height(self, size: float) -> float:
        """Height in millimetres, the gap over the title included."""
        em = size * text_metrics.PT
        return em * (_GAP + sum(_deep(lines) for lines in (self.title, *(lines for _, lines in self.rows))))


def _deep(lines: Sequence[str]) -> float:
    """Height of a row in lines of text."""
    return 1.12 * len(lines) + 0.2


def _natural(value: str) -> list[tuple[int, float, str]]:
    """Sort key that puts "knn 10" after "knn 2"."""
    return [(0, float(part), "") if part.isdigit() else (1, 0.0, part) for part in re.split(r"(\d+)", value) if part]


def _group(
    frame: pd.DataFrame, choice: str, lang: str, labels: Mapping[str, str] | None, size: float, limit: float
) -> _Group:
    """Return a choice with all its values in order, in words on lines."""
    values = sorted(map(str, frame[choice].unique()), key=_natural)
    title = fold(text_metrics.clean(spoken(choice, lang, labels)), size, limit, bold=True)
    rows = [(value, fold(text_metrics.clean(spoken(value, lang, labels)), size, limit - 2.0)) for value in values]
    return _Group(choice, title, rows)


def _key(frame: pd.DataFrame, lang: str, left_out: Sequence[str], alpha: float | None) -> list[Key]:
    """Say how many specifications there are, and what their colours mean."""
    word = translator(lang)
    told = word("specifications in order of effect: {n}").format(n=len(frame))
    if "main" in frame.columns and not frame["main"].all():
        told = word("specifications in order of effect: {n}, in the main set: {main}")
        told = told.format(n=len(frame), main=int(frame["main"].sum()))
    notes = [Key(told, shape="none")]
    if alpha is not None:
        notes.append(Key(f"α = {format_number(alpha, lang, digits=2)}", shape="none"))
    if left_out:
        notes.append(Key(word("not shown: {names}").format(names=", ".join(left_out)), shape="none"))
    if "significant" not in frame.columns:
        return notes
    key = [Key(word("significant"), _MARKED, "dot"), Key(word("not significant"), _PLAIN, "smalldot")]
    if "main" in frame.columns and not frame["main"].all():
        outside = word("outside the main set")
        key.append(Key(f"{word('significant')}, {outside}", _MARKED_OUT, "dot"))
        key.append(Key(f"{word('not significant')}, {outside}", _PLAIN_OUT, "smalldot"))
    return [*key, *notes]


def _choice_rows(
    ax: Axes,
    frame: pd.DataFrame,
    groups: Sequence[_Group],
    colours: NDArray[np.str_],
    marked: NDArray[np.bool_],
    preset: Preset,
) -> None:
    """Draw one row of marks per value of a choice; marks of significant specifications are taller and on top."""
    ax.set_axis_off()
    size = preset.small_pt
    em = size * text_metrics.PT
    high = canvas.axes_size(ax)[1]
    ax.set_ylim(0.0, high)
    level = high - 1.0
    words = []
    places: list[NDArray[np.intp]] = []
    levels: list[NDArray[np.float64]] = []
    for group in groups:
        level -= _GAP * em
        for value, lines in ((None, group.title), *group.rows):
            middle = level - _deep(lines) * em / 2
            level -= _deep(lines) * em
            for i, line in enumerate(lines):
                base = middle + ((len(lines) - 1) / 2 - i) * 1.12 * em - text_metrics.CAP * em / 2
                words.append(
                    Word(-1.2, base, line, size, bold=True, align="right")
                    if value is None
                    else Word(-1.2, base, line, size, align="right")
                )
            if value is None:
                continue
            places.append(np.flatnonzero(frame[group.choice].astype(str).to_numpy() == value))
            levels.append(np.full(len(places[-1]), middle))
    at, level_of = np.concatenate(places), np.concatenate(levels)
    # one path per colour: thousands of single marks would take longer than all the rest
    for strong, tall, order in ((False, 0.45, 2.0), (True, 0.95, 3.0)):
        half = 0.5 * tall * em
        for colour in np.unique(colours[marked == strong]).tolist():
            some = (marked[at] == strong) & (colours[at] == colour)
            x, y = at[some].astype(float), level_of[some]
            canvas.add_lines(
                ax,
                list(np.stack([np.column_stack([x, y - half]), np.column_stack([x, y + half])], axis=1)),
                colour=colour,
                line_pt=2 * preset.line_pt,
                order=order,
                gid="choice-marks",
                transform=ax.transData,
            )
    canvas.add_words(ax, words, transform=canvas.millimetres(ax), gid="choices")
