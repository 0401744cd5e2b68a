"""Charts of spillovers: impacts by model and weights, rings around poles, correlogram, added-variable plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import WIDE_SHEET, ChartOptions, Key, dress, plane_chart, row_chart
from growthpoles.maps.charts.moran_scatter import point_names, tell_unnamed
from growthpoles.maps.labels.point_labels import annotate_points
from growthpoles.maps.presets import get_preset, in_preset_typeface
from growthpoles.maps.source_note import column_of
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

_KINDS = {"direct": palettes.CLUSTER["Low-Low"], "indirect": "#e8824f", "total": palettes.ACCENT}
_BAND, _POLE = "#dcdcdc", "#e8824f"


@in_preset_typeface
def plot_impacts(
    impacts: Mapping[str, Annotated[Any, "Impacts | pd.DataFrame"]],
    *,
    variable: str | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw direct, indirect and total impacts with their intervals, model beside model or weights beside weights.

    Parameters
    ----------
    impacts : mapping
        Label ("SAR", "SDM, four nearest") -> result of :func:`growthpoles.impacts`, or its table.
    variable : str, optional
        The regressor; may be left out where there is one only.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A table lacks the variable, or there is none.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> index = {year: gp.load_published(year)["index"] for year in (2010, 2014)}
    >>> fit = gp.spatial_regression(index[2014], index[2010].rename("b"), graph, model="sar", draws=0)
    >>> axes = gp.plot_impacts({"SAR": gp.impacts(fit, draws=99, samples=0)})
    >>> axes.get_xlabel()
    'Impact of b'
    """
    tables = {str(label): getattr(found, "table", found) for label, found in impacts.items()}
    variables = list(dict.fromkeys(name for table in tables.values() for name in table.index.get_level_values(0)))
    if variable is None and len(variables) == 1:
        variable = variables[0]
    if not tables or variable not in variables:
        allowed = ", ".join(map(str, variables)) or "results of impacts()"
        raise MapError(message(f"variable={variable!r}", where="impacts", allowed=allowed))
    word = translator(options.get("lang", "en"))
    known = {
        label: table.loc[variable] for label, table in tables.items() if variable in table.index.get_level_values(0)
    }
    rows = [(kind, label) for kind in _KINDS for label in known]
    said = (word("direct impact"), word("indirect impact"), word("total impact"))
    key = [Key(label, colour, "dot") for label, colour in zip(said, _KINDS.values(), strict=True)]
    ax, preset, lang = row_chart([label for _, label in rows], word("Impacts"), options, key=key)
    ax.axvline(0.0, color=palettes.FAINT, linewidth=1.6 * preset.line_pt, zorder=1.0)
    for place, (kind, label) in enumerate(rows):
        own = known[label].loc[kind]
        colour = _KINDS[kind]
        if "low" in own and np.isfinite(own["low"]):
            ax.hlines(place, own["low"], own["high"], color=colour, linewidth=2.6 * preset.line_pt, zorder=2.0)
        ax.scatter(own["estimate"], place, s=0.34 * preset.text_pt**2, c=colour, linewidths=0, zorder=3.0)
    dress(ax, preset, lang, x=word("Impact of {variable}").format(variable=variable), spines=("bottom",))
    return ax


@in_preset_typeface
def plot_rings(frame: pd.DataFrame, *, variable: str | None = None, **options: Unpack[ChartOptions]) -> Axes:
    """Draw the mean of every ring around the poles with the envelope of all rings at once.

    Parameters
    ----------
    frame : DataFrame
        As :func:`growthpoles.growth_rings` returns it.
    variable : str, optional
        What was averaged, for the axis.
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
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> rings = gp.growth_rings(gp.load_published(2014)["index"], ["KZ-ALA", "KZ-AST"], graph, permutations=99)
    >>> gp.plot_rings(rings).get_ylabel()
    'Growth a year'
    """
    word = translator(options.get("lang", "en"))
    means, low, high, middle = (
        column_of(frame, name, "frame").astype(float) for name in ("mean", "low", "high", "expected")
    )
    counts = column_of(frame, "n", "frame")
    labels = [f"{_edge(ring)}\nn = {count}" for ring, count in zip(frame.index, counts, strict=True)]
    title, x = word("Rings around the poles"), word("Ring (distance or order), number of regions")
    return _steps(means, low, high, middle, labels, title, x, variable or word("Growth a year"), options)


@in_preset_typeface
def plot_correlogram(frame: pd.DataFrame, **options: Unpack[ChartOptions]) -> Axes:
    """Draw Moran's I by order of neighbours or by distance, with the middle 95 % of its law in every row.

    Parameters
    ----------
    frame : DataFrame
        As :func:`growthpoles.correlogram` returns it.
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
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> rows = gp.correlogram(gp.load_published(2014)["index"], graph, permutations=99)
    >>> gp.plot_correlogram(rows).get_ylabel()
    'Moran’s I'
    """
    word = translator(options.get("lang", "en"))
    own, middle, variance = (
        column_of(frame, name, "frame").astype(float) for name in ("statistic", "expected", "variance")
    )
    pairs = column_of(frame, "pairs", "frame")
    reach = 1.959964 * np.sqrt(variance)
    labels = [f"{_edge(row)}\n{count:g}" for row, count in zip(frame.index, pairs, strict=True)]
    x = word("Order of neighbours or distance, number of pairs")
    return _steps(
        own, middle - reach, middle + reach, middle, labels, word("Correlogram"), x, word("Moran’s I"), options
    )


def _edge(value: object) -> str:
    number = float(str(value))
    return "\N{INFINITY}" if np.isinf(number) else f"{number:g}"


def _steps(
    own: pd.Series, low: pd.Series, high: pd.Series, middle: pd.Series, labels: list[str], title: str, x: str, y: str,
    options: ChartOptions,
) -> Axes:  # fmt: skip
    """Draw points over a row of classes, each with a grey bar of what chance allows."""
    word = translator(options.get("lang", "en"))
    sheet = get_preset(options.get("preset", "report"))
    key = [
        Key(word("observed"), palettes.ACCENT, "dot"),
        Key(word("95% of what chance gives"), _BAND),
        Key(word("expected"), shape="dashes"),
    ]
    ax, preset, lang = plane_chart(
        options, title, y, ratios=(0.5, 0.7), widest_number="\u22120.0000",
        bottom=6.2 * sheet.text_pt * text_metrics.PT, key=key, data=[own.to_frame()],
    )  # fmt: skip
    at = np.arange(len(own))
    ax.bar(at, high - low, 0.6, bottom=low, color=_BAND, linewidth=0, zorder=1.0, gid="envelope")
    ax.hlines(middle, at - 0.3, at + 0.3, color=palettes.SOFT, linewidth=1.8 * preset.line_pt, linestyle=(0, (4, 3)))
    ax.plot(at, own, color=palettes.ACCENT, linewidth=1.6 * preset.line_pt, zorder=2.0)
    ax.scatter(at, own, s=0.5 * preset.text_pt**2, c=palettes.ACCENT, linewidths=0, zorder=3.0, gid="observed")
    ax.set_xlim(-0.6, len(own) - 0.4)
    reach = [part.dropna() for part in (own, low, high)]
    least, most = min(part.min() for part in reach), max(part.max() for part in reach)
    ax.set_ylim(least - 0.06 * (most - least), most + 0.06 * (most - least))
    dress(ax, preset, lang, x=x, y=y)
    ax.set_xticks(
        at, labels=labels, fontproperties=text_metrics.font(preset.small_pt, " ".join(labels).replace("\n", " "))
    )
    return ax


@in_preset_typeface
def plot_added_variable(
    frame: pd.DataFrame, *, names: pd.Series | None = None, **options: Unpack[ChartOptions]
) -> Axes:
    """Draw growth against the neighbours' level, both less what the own level explains; the slope is the spillover.

    Parameters
    ----------
    frame : DataFrame
        `added_variable` of the result of :func:`growthpoles.spread_test`.
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
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> result = gp.spread_test(before, after, graph, years=4, draws=99)
    >>> gp.plot_added_variable(result.added_variable).get_xlabel()
    'Level of the neighbours (log), less what the own level explains'
    """
    x, y = (column_of(frame, name, "frame").astype(float) for name in ("neighbours_level", "growth"))
    poles = column_of(frame, "pole", "frame").astype(bool).to_numpy()
    word = translator(options.get("lang", "en"))
    sheet = get_preset(options.get("preset", "report"))
    beside = word("Growth a year (log), less what the own level explains")
    key = [
        Key(word("region"), palettes.CLUSTER["Low-Low"], "dot"),
        Key(word("slope: the spillover"), palettes.ACCENT, "bar"),
    ]
    if poles.any():
        key.insert(1, Key(word("pole"), _POLE, "dot"))
    ax, preset, lang = plane_chart(
        options, word("Growth and the level of the neighbours"), beside, ratios=(0.58, 0.85), taken=28.0,
        widest_number="\u22120.0000", key=key, data=[frame],
        bottom=(3.9 if sheet.width_mm > WIDE_SHEET else 5.4) * sheet.text_pt * text_metrics.PT,
    )  # fmt: skip
    for draw in (ax.axhline, ax.axvline):
        draw(0.0, color=palettes.FAINT, linewidth=1.4 * preset.line_pt, zorder=1.0)
    slope = float((x * y).sum() / (x * x).sum())
    ends = np.array([x.min(), x.max()])
    ax.plot(ends, slope * ends, color=palettes.ACCENT, linewidth=2.6 * preset.line_pt, zorder=2.0, gid="slope")
    colours = np.where(poles, _POLE, palettes.CLUSTER["Low-Low"])
    ax.scatter(
        x,
        y,
        s=0.31 * preset.text_pt**2,
        c=colours,
        edgecolors=palettes.INK,
        linewidths=1.1 * preset.line_pt,
        zorder=5.0,
    )
    for reach, limit in ((x, ax.set_xlim), (y, ax.set_ylim)):
        limit(reach.min() - 0.14 * np.ptp(reach), reach.max() + 0.14 * np.ptp(reach))
    dress(ax, preset, lang, x=word("Level of the neighbours (log), less what the own level explains"), y=beside)
    points = np.column_stack([x, y])
    ways = point_names(frame.index, names)
    lost = annotate_points(
        ax, points, ways, preset=preset, size=(preset.text_pt + preset.small_pt) / 2,
        bold=poles.tolist(), order=[int(i) for i in np.argsort(-np.hypot(x / x.std(), y / y.std()), kind="stable")],
        gid="region-name",
    )  # fmt: skip
    tell_unnamed(ax, lost, ways, lang)
    return ax
