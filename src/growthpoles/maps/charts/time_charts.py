"""Time charts: paths of regions over many years, the poles marked; own and leaders' part of a change as bars."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions, Key, dress, plane_chart, row_chart, row_names
from growthpoles.maps.charts.inference_charts import line_names
from growthpoles.maps.charts.rank_charts import rank_ticks
from growthpoles.maps.presets import get_preset, in_preset_typeface
from growthpoles.maps.source_note import framed
from growthpoles.maps.typography.text_metrics import fold_all, widest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKED = ("#c63a34", "#1f5fa8", "#4ea39b", "#8c4a00", "#7b3fa0", "#b8860b")
_QUIET = "#bdbdbd"
#: Regions without data are named in the key, but counted if there are more.
_NAMED = 4
_OWN, _LEADER = "#4ea39b", "#d9a441"


@in_preset_typeface
def plot_paths(
    values: pd.DataFrame,
    *,
    marked: Sequence[Hashable] = (),
    names: pd.Series | None = None,
    label: str = "",
    band: pd.DataFrame | None = None,
    band_label: str = "",
    falling: bool = False,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw the values of regions over all years as lines, some of them marked and named.

    Parameters
    ----------
    values : DataFrame, regions x years
        Columns are years; NaN breaks a line.
    marked : sequence of region codes
        Regions that are coloured and named, six at most; the others are grey.
    names : Series of str, optional
        Names of the regions.
    label : str
        What the values are, with the unit.
    band : DataFrame, optional
        Index year, columns low and high: an interval behind the lines.
    band_label : str
        Its words in the key; without them it is not in the key.
    falling : bool
        Low values on top, as for ranks.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There are fewer than two years, no value, or an unknown or seventh marked region.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> index = pd.DataFrame({year: gp.load_published(year)["index"] for year in (2010, 2014)})
    >>> axes = gp.plot_paths(index, marked=["KZ-ALA"], label="Index, points")
    >>> axes.get_ylabel()
    'Index, points'
    """
    values = framed(values, "values", numbers=True)
    frame = values[sorted(values.columns)].astype(float)
    unknown = [code for code in marked if code not in frame.index]
    if frame.shape[1] < 2 or not frame.notna().to_numpy().any():
        raise MapError(message("there is no path to draw", where="values", allowed="two years or more, with data"))
    if unknown or len(marked) > len(_MARKED):
        allowed = f"up to {len(_MARKED)} of the regions"
        raise MapError(message(f"marked: {', '.join(map(str, unknown or marked))}", allowed=allowed))
    word = translator(options.get("lang", "en"))
    sheet = get_preset(options.get("preset", "report"))
    size = sheet.text_pt
    told = [code for code in marked if frame.loc[[code]].notna().to_numpy().any()]
    lines = fold_all(row_names(pd.Index(told), names), size, 0.24 * sheet.width_mm) if told else []
    key = [Key(word("other regions"), _QUIET, "bar")] if told and len(told) < len(frame) else []
    key += [Key(band_label, "#dde7ee", "square")] if band is not None and band_label else []
    ax, preset, lang = plane_chart(
        options,
        word("From year to year"),
        label,
        ratios=(0.52, 0.62),
        widest_number="\u22120.00",
        right=widest(lines, size) + 2.5 if lines else 3.0,
        key=key,
        data=[values],
    )
    years = np.array(frame.columns, dtype=float)
    if band is not None:
        ax.fill_between(
            band.index.to_numpy(dtype=float), band["low"], band["high"], color="#dde7ee", linewidth=0, zorder=1.0
        )
    dots = "o" if len(years) <= 15 else ""
    alone = len(frame) == 1
    for code, path in zip(frame.index, frame.to_numpy(), strict=True):
        colour = _MARKED[told.index(code)] if code in told else _MARKED[1] if alone else _QUIET
        strong = code in told or alone
        ax.plot(
            years,
            path,
            color=colour,
            linewidth=(2.8 if strong else 1.5) * preset.line_pt,
            marker=dots if strong else "",
            markersize=0.4 * preset.text_pt,
            clip_on=False,
            zorder=3.0 if strong else 2.0,
            gid=f"path-{code}",
        )
    low, high = np.nanmin(frame.to_numpy()), np.nanmax(frame.to_numpy())
    if band is not None:
        low, high = min(low, float(band["low"].min())), max(high, float(band["high"].max()))
    edge = 0.04 * ((high - low) or 1.0)
    ax.set_ylim((high + edge, low - edge) if falling else (low - edge, high + edge))
    ax.set_xlim(years.min(), years.max())
    if falling:
        ax.set_yticks(rank_ticks(high))
    _year_ticks(ax, frame.columns, sheet.width_mm)
    dress(ax, preset, lang, y=label)
    _plain_years(ax)
    if told:
        ends = frame.loc[told].T.ffill()
        line_names(ax, ends, lines, _MARKED[: len(told)], size)
    return ax


def _year_ticks(ax: Axes, years: pd.Index, wide: float) -> None:
    """Put ticks at years that the values have, few enough to be read."""
    step = -(-len(years) // max(2, int(wide / 16.0)))
    kept = list(years[::-1][::step][::-1])
    ax.set_xticks([float(year) for year in kept])


def _plain_years(ax: Axes) -> None:
    """Write years without a separator of thousands."""
    ax.set_xticklabels([f"{tick:.0f}" for tick in ax.get_xticks()])


@in_preset_typeface
def plot_change_parts(
    change: pd.DataFrame, *, names: pd.Series | None = None, label: str = "", **options: Unpack[ChartOptions]
) -> Axes:
    """Draw the change of every region as two bars, its own part and the leaders', with a dot at their sum.

    Parameters
    ----------
    change : DataFrame
        Index region, columns own and leader, in points; see :func:`growthpoles.change`. Regions without both are left
        out and named in the key, or counted if they are many.
    names : Series of str, optional
        Names of the regions.
    label : str
        Title of the axis.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        No region has both parts.

    Examples
    --------
    >>> import growthpoles as gp
    >>> tables = {year: gp.load_indicators(year) for year in (2010, 2014)}
    >>> axes = gp.plot_change_parts(gp.change(tables, replications=0).to_frame())
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    both = change.reindex(columns=["own", "leader"]).astype(float).dropna()
    if both.empty:
        raise MapError(message("no region has both parts", where="change", allowed="columns own and leader"))
    both = both.loc[both.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    word = translator(options.get("lang", "en"))
    key = [
        Key(word("own part"), _OWN),
        Key(word("leaders\u2019 part"), _LEADER),
        Key(word("both together"), palettes.INK, "dot"),
    ]
    absent = change.index.difference(both.index, sort=False)
    if len(absent):
        named = row_names(absent, names) if len(absent) <= _NAMED else [str(len(absent))]
        key.append(Key(f"{word('no data')}: {', '.join(named)}", shape="none"))
    title = word("Own and leaders\u2019 part of the change")
    ax, preset, lang = row_chart(row_names(both.index, names), title, options, key=key, data=[change])
    rows: Any = np.arange(len(both))
    own, leader = both["own"].to_numpy(), both["leader"].to_numpy()
    # parts of one sign stand end to end, those of opposite signs on either side of zero
    start = np.where(np.sign(own) == np.sign(leader), own, 0.0)
    ax.barh(rows, own, height=0.62, color=_OWN, zorder=2.0)
    ax.barh(rows, leader, left=start, height=0.62, color=_LEADER, zorder=2.0)
    ax.plot(own + leader, rows, "o", color=palettes.INK, markersize=0.5 * preset.text_pt, zorder=4.0)
    ax.axvline(0.0, color=palettes.SOFT, linewidth=1.4 * preset.line_pt, zorder=3.0)
    dress(ax, preset, lang, x=label, spines=("bottom",))
    ax.set_yticks([])
    return ax
