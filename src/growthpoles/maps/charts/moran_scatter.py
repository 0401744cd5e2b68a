"""Moran scatter plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, listed, message
from growthpoles.graphs import as_graph
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number, format_p
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions, Key, chart_for, dress, left_room
from growthpoles.maps.labels.point_labels import annotate_points
from growthpoles.maps.presets import Preset, get_preset, in_preset_typeface
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Box, Word
from growthpoles.maps.source_note import numbers_of
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd
    from matplotlib.axes import Axes

    from growthpoles.graphs import Graph, W


def moran_points(
    y: pd.Series, graph: Graph | W, other: pd.Series | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Standardised values, their row-standardised spatial lag, and Moran's I.

    z = (y - mean) / sd with the population's sd; lag = W z with rows of W summing to 1;
    I = (n / S0) z'Wz / z'z, the slope of the line (Anselin 1996). Regions that no link enters or leaves count in
    nothing, as in :func:`growthpoles.moran`: both are NaN there. With `other` the lag is that of the other variable,
    and the slope the bivariate I.

    Raises
    ------
    MapError
        Labels of values and graph disagree, a value is missing, or all values are equal.
    """
    graph = as_graph(graph, error=MapError)
    ids = list(graph.unique_ids)
    y = numbers_of(y, "y", "y")
    whole = graph.transform("r").sparse
    linked = np.flatnonzero((np.asarray(whole.sum(axis=1)).ravel() > 0) | (np.asarray(whole.sum(axis=0)).ravel() > 0))
    if not len(linked):
        raise MapError(message("no region has neighbours", where="graph", allowed="regions with links"))
    weights = whole.tocsr()[linked][:, linked]
    own = _standardised(y, ids, "y", linked)
    around = own
    if other is not None:
        around = _standardised(numbers_of(other, "neighbours", "neighbours"), ids, "neighbours", linked)
    mean = np.asarray(weights @ around).ravel()
    statistic = float(own @ mean) / float(own @ own) * len(own) / float(weights.sum())
    z, lag = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    z[linked], lag[linked] = own, mean
    place = {label: i for i, label in enumerate(ids)}
    back = [place[label] for label in y.index]
    return z[back], lag[back], statistic


def _standardised(y: pd.Series, ids: list[Hashable], where: str, linked: NDArray[np.int_]) -> NDArray[np.float64]:
    """Return z of the linked regions, checked; `ids` are all regions in an order."""
    if y.index.has_duplicates or set(ids) != set(y.index):
        odd = sorted(map(str, set(ids) ^ set(y.index)))
        problem = f"labels of values and graph disagree: {', '.join(odd[:5])}"
        raise MapError(message(problem, where=where, allowed="the same regions once"))
    values = y.reindex(ids).to_numpy(dtype=float)
    if not np.isfinite(values).all():
        place = f"region {ids[int(np.argmin(np.isfinite(values)))]!r}"
        raise MapError(
            message("the value is missing or infinite", where=place if where == "y" else f"{where}, {place}")
        )
    values = values[linked]
    values = values / 2.0 ** np.frexp(np.abs(values).max())[1]  # squares of any unit stay in the range of numbers
    values = values - values.mean()
    if not np.ptp(values) > 1e-15:
        raise MapError(message("all values are equal: there is no scatter to draw", where=where))
    values = values / np.abs(values).max()
    return np.asarray((values - values.mean()) / values.std())


@in_preset_typeface
def plot_moran(
    y: pd.Series,
    graph: Graph | W,
    *,
    names: pd.Series | None = None,
    result: Any = None,
    variable: str | None = None,
    neighbours: pd.Series | None = None,
    beside: str | None = None,
    poles: int = 3,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw the Moran scatter plot: standardised values against the mean of their neighbours.

    The slope of the line is Moran's I. Regions without neighbours are left out, and a note counts them. Points have
    the colours of the quadrants on a cluster map, significant or not. Every point is named where there is room, the
    farthest from the centre first; the farthest `poles` of them are bold. A note over the chart says so.

    Parameters
    ----------
    y : Series
        Values, index = region.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Neighbours; rows are standardised here.
    names : Series of str, optional
        Names of the regions; the codes by default.
    result : global result, optional
        Its p-value is printed beside I.
    variable : str, optional
        What the values are, for the axis; the name of the Series by default.
    neighbours : Series, optional
        Another variable, whose mean over the neighbours stands on the other axis (bivariate Moran scatter plot; the
        slope is that of :func:`growthpoles.moran_bivariate`).
    beside : str, optional
        What that variable is.
    poles : int
        Number of points whose names are bold.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        As :func:`moran_points`; names of other regions.

    References
    ----------
    Anselin (1996), The Moran scatterplot as an ESDA tool.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> axes = gp.plot_moran(gp.load_published(2014)["index"], graph, variable="Index")
    >>> axes.get_xlabel()
    'Index, standardised'
    """
    z, lag, statistic = moran_points(y, graph, neighbours)
    if result is not None and not isinstance(getattr(result, "p_value", None), float):
        kind = type(result).__name__
        raise MapError(message(f"{kind} given", where="result", allowed="a global result, as gp.moran(y, graph) gives"))
    word = translator(options.get("lang", "en"))
    drawn = np.isfinite(z)
    apart = int((~drawn).sum())
    y, z, lag = y[drawn], z[drawn], lag[drawn]
    shown = point_names(y.index, names)
    notes = [Key(word("colour: quadrant, not significance"), shape="none")]
    if poles > 0:
        notes.append(Key(word("bold: farthest from the centre"), shape="none"))
    if apart:
        notes.append(Key(word("without neighbours, left out: {count}").format(count=apart), shape="none"))
    sheet = get_preset(options.get("preset", "report"))
    ratio = 0.58 if sheet.width_mm > 120.0 else 0.85
    upright = word("Mean of the neighbours, standardised")
    if beside:
        upright = f"{beside}: {upright[:1].lower()}{upright[1:]}"
    ax, chosen, lang = chart_for(
        options,
        word("Moran scatter plot"),
        ratio=ratio,
        left=left_room(upright, sheet, ratio * sheet.width_mm - 14.0),
        key=notes,
        data=[y] if neighbours is None else [y, neighbours],
    )
    quantity = variable or (y.name if isinstance(y.name, str) and y.name else word("Value"))
    dress(
        ax,
        chosen,
        lang,
        x=f"{quantity}, {word('standardised')}",
        y=upright,
    )
    reach_x = np.array([z.min(), z.max()])
    reach_y = np.array([min(lag.min(), -0.2), max(lag.max(), 0.2)])
    aside = 0.14 if sheet.width_mm > 120.0 else 0.2
    ax.set_xlim(reach_x[0] - aside * np.ptp(reach_x), reach_x[1] + aside * np.ptp(reach_x))
    ax.set_ylim(reach_y[0] - 0.16 * np.ptp(reach_y), reach_y[1] + 0.16 * np.ptp(reach_y))
    for draw in (ax.axhline, ax.axvline):
        draw(0.0, color=palettes.FAINT, linewidth=1.4 * chosen.line_pt, zorder=1.0)
    ends = np.array(ax.get_xlim())
    (line,) = ax.plot(
        ends,
        statistic * ends,
        color=palettes.ACCENT,
        linewidth=2.6 * chosen.line_pt,
        zorder=2.0,
        scalex=False,
        scaley=False,
    )
    line.set_gid("moran-slope")
    colours = _quadrant_colours(z, lag)
    dots = ax.scatter(
        z,
        lag,
        s=0.31 * chosen.text_pt**2,
        c=colours,
        edgecolors=palettes.INK,
        linewidths=1.1 * chosen.line_pt,
        zorder=5.0,
    )
    dots.set_gid("moran-points")
    avoid = _corners(ax, chosen, statistic, result, lang)
    order = list(np.argsort(-np.hypot(z, lag), kind="stable"))
    strong = np.zeros(len(z), dtype=bool)
    strong[order[: max(poles, 0)]] = True
    lost = annotate_points(
        ax,
        np.column_stack([z, lag]),
        shown,
        preset=chosen,
        size=(chosen.text_pt + chosen.small_pt) / 2,
        bold=strong.tolist(),
        order=[int(i) for i in order],
        gid="moran-name",
        avoid=avoid,
        better_free=[
            *_along(ax, ends, statistic * ends),
            *_along(ax, ends, 0.0 * ends),
            *_along(ax, np.zeros(2), np.array(ax.get_ylim())),
        ],
    )
    tell_unnamed(ax, lost, shown, lang)
    return ax


def _along(ax: Axes, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[Box]:
    """Cover a line of the chart with small boxes in millimetres."""
    ends = canvas.millimetres(ax).inverted().transform(ax.transData.transform(np.column_stack([x, y])))
    steps = ends[0] + np.linspace(0.0, 1.0, 120)[:, None] * (ends[1] - ends[0])
    return [Box(a - 0.4, b - 0.4, 0.8, 0.8) for a, b in steps.tolist()]


def point_names(index: pd.Index, names: pd.Series | None) -> list[list[str]]:
    """Ways to write every region in a chart: its name on one line or two, or its code where it has none."""
    codes = [str(code).split("-", 1)[-1] for code in index]
    known = [None] * len(codes) if names is None else names.reindex(index).tolist()
    ways = []
    for name, code in zip(known, codes, strict=True):
        whole = [name] if isinstance(name, str) and name.strip() else []
        parts = text_metrics.halves(text_metrics.clean(whole[0])) if whole else None
        ways.append([*whole, *(["\n".join(parts)] if parts and len(whole[0]) > 11 else [])] or [code])
    return ways


def tell_unnamed(ax: Axes, lost: Sequence[int], ways: Sequence[Sequence[str]], lang: str) -> None:
    """Give the axes, as `facts`, what a caption says of points whose names found no room."""
    told = translator(lang)("no room for the names of: {names}")
    names = [ways[i][0] for i in sorted(lost)]
    ax.facts = (told.format(names=listed(names)),) if names else ()  # type: ignore[attr-defined]


def _quadrant_colours(z: NDArray[np.float64], lag: NDArray[np.float64]) -> list[str]:
    """Colours of the cluster maps, by quadrant."""
    keys = np.where(z >= 0, np.where(lag >= 0, "High-High", "High-Low"), np.where(lag >= 0, "Low-High", "Low-Low"))
    return [palettes.CLUSTER[key] for key in keys.tolist()]


def _corners(ax: Axes, preset: Preset, statistic: float, result: Any, lang: str) -> list[Box]:
    """Print the quadrants' codes in the corners and the statistic under the upper left one; returns their boxes."""
    wide, high = canvas.axes_size(ax)
    size = preset.text_pt
    em = size * text_metrics.PT
    line = f"{translator(lang)('Moran’s I')} = {format_number(statistic, lang, digits=3)}"
    p_value = getattr(result, "p_value", None)
    if p_value is not None:
        line += f", p {format_p(p_value, lang, relation=True, least=getattr(result, 'least', 0.0))}"
    top = high - 0.6 - text_metrics.CAP * em
    words = [
        Word(0.8, top, "LH", size, bold=True, colour=palettes.SOFT, halo=palettes.PAPER),
        Word(wide - 0.8, top, "HH", size, bold=True, colour=palettes.SOFT, align="right", halo=palettes.PAPER),
        Word(0.8, 0.8 + text_metrics.DROP * em, "LL", size, bold=True, colour=palettes.SOFT, halo=palettes.PAPER),
        Word(
            wide - 0.8,
            0.8 + text_metrics.DROP * em,
            "HL",
            size,
            bold=True,
            colour=palettes.SOFT,
            align="right",
            halo=palettes.PAPER,
        ),
        Word(0.8 + 2.2 * em, top, line, size, colour=palettes.ACCENT, halo=palettes.PAPER),
    ]
    canvas.add_words(ax, words, transform=canvas.millimetres(ax), gid="moran-corner")
    boxes = []
    for word in words:
        long = text_metrics.width(word.text, size, bold=word.bold)
        left = word.x - long if word.align == "right" else word.x
        boxes.append(Box(left, word.y - text_metrics.DROP * em, long, (text_metrics.CAP + text_metrics.DROP) * em))
    return boxes
