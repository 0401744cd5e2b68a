"""Tables drawn as colours with their numbers: class membership, correlation, deviations of cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import format_number, translator
from growthpoles.language.spoken import spoken
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions
from growthpoles.maps.charts.chart_key import Key
from growthpoles.maps.charts.heat import heat_table
from growthpoles.maps.charts.rows import row_names
from growthpoles.maps.typography import text_metrics as text
from growthpoles.ratings.classes import TEN_CLASSES, ClassScale

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes


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
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

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
    word = translator(lang)
    expected = (probability.fillna(0.0) * np.arange(probability.shape[1])).sum(axis=1)
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
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

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
    """
    if not _within(correlation, -1.0, 1.0):
        raise MapError(message("a value is no correlation", where="correlation", allowed="-1 to 1"))
    lang = options.get("lang", "en")
    known = labels or {}
    return heat_table(
        correlation,
        [text.clean(known.get(str(row), str(row))) for row in correlation.index],
        [known.get(str(column), str(column)) for column in correlation.columns],
        lambda v: _signed(v, 1.0),
        lambda v: "–" if v != v else format_number(v, lang, digits=2),
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
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes
    """
    lang = options.get("lang", "en")
    known = labels or {}
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
