"""Charts of inference: reference distribution, power curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number, format_p
from growthpoles.language.phrases import spoken
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions, Key, digits_for, dress, plane_chart
from growthpoles.maps.labels.point_labels import spread
from growthpoles.maps.presets import get_preset, in_preset_typeface
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.source_note import OwnWords, framed
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.text_metrics import fold_all, widest

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

_TAIL, _MIDDLE = "#e8824f", "#dcdcdc"


@in_preset_typeface
def plot_reference(
    reference: Sequence[float] | NDArray[np.float64],
    observed: float,
    *,
    expected: float | None = None,
    p_value: float | None = None,
    statistic: str | None = None,
    bins: int = 41,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw the distribution of a statistic under the null hypothesis with the observed value.

    Parameters
    ----------
    reference : array of float
        Values of the statistic under relocation; at least two distinct finite ones.
    observed : float
        Value in the data.
    expected : float, optional
        Expectation under the null hypothesis, drawn dashed.
    p_value : float, optional
        Printed beside the observed value.
    statistic : str, optional
        Name of the statistic, for the axis.
    bins : int
        Number of bars.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no distribution, or the observed value is not finite.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import numpy as np
    >>> drawn = np.random.default_rng(1).normal(size=999)
    >>> axes = gp.plot_reference(drawn, 1.7, statistic="Moran's I", p_value=0.09)
    >>> axes.get_xlabel()
    "Moran's I"
    """
    values = np.asarray(reference, dtype=float).ravel()
    if not np.isfinite(values).all() or len(np.unique(values)) < 2 or not np.isfinite(observed):
        raise MapError(
            message("there is no distribution to draw", where="reference", allowed="two distinct finite values")
        )
    word = translator(options.get("lang", "en"))
    key = [Key(word("as far from the mean as observed, or farther"), _TAIL)]
    if expected is not None:
        key.append(Key(word("expected"), shape="dashes"))
    share_name = word("Share of permutations")
    ax, preset, lang = plane_chart(options, word("Reference distribution"), share_name, ratios=(0.5, 0.58), key=key)
    low, high = min(values.min(), observed), max(values.max(), observed)
    edges = _edges(values, observed, bins)
    counts = np.histogram(values, bins=edges)[0]
    share = counts / counts.sum()
    tail = np.abs((edges[:-1] + edges[1:]) / 2 - values.mean()) >= abs(observed - values.mean())
    for chosen, face in ((~tail, _MIDDLE), (tail, _TAIL)):
        ax.bar(edges[:-1][chosen], share[chosen], np.diff(edges)[chosen], align="edge", color=face, linewidth=0)
    ax.set_ylim(0.0, 1.22 * share.max())
    ax.set_xlim(low - 0.04 * (high - low), high + 0.04 * (high - low))
    ax.axvline(observed, color=palettes.ACCENT, linewidth=3.0 * preset.line_pt, zorder=3.0, gid="observed")
    if expected is not None:
        style: dict[str, Any] = {"linewidth": 1.8 * preset.line_pt, "linestyle": (0, (4, 3)), "gid": "expected"}
        ax.axvline(expected, ymax=0.86, color=palettes.SOFT, **style)
    dress(ax, preset, lang, x=statistic or word("Statistic"), y=share_name)
    line = f"{word('observed')} {format_number(observed, lang, digits=max(3, digits_for(high - low)))}"
    if p_value is not None:
        line += f", p {format_p(p_value, lang, relation=True)}"
    _beside(ax, observed, line, preset.text_pt)
    return ax


def _edges(values: NDArray[np.float64], observed: float, bins: int) -> NDArray[np.float64]:
    """Edges of bars of one width; two of them are the observed value and its mirror image in the mean.

    So no bar holds both values that are as far from the mean as the observed one and values that are nearer.
    """
    low, high = min(values.min(), observed), max(values.max(), observed)
    mean, step = values.mean(), max(float(np.ptp(values)) / bins, (high - low) / (5 * bins))
    far = abs(observed - mean)
    if 2 * far >= 0.5 * step:
        step = 2 * far / max(round(2 * far / step), 1)
    before, after = (int(np.ceil((reach + 1e-9 * step) / step)) for reach in (mean - far - low, high - mean - far))
    middle = max(round(2 * far / step), 0)
    edges = mean - far + step * np.arange(-max(before, 0), middle + max(after, 1) + 1)
    # A value as far away as the observed one belongs to the tail, whatever the last digit says.
    edges[max(before, 0)] += 1e-9 * step
    edges[max(before, 0) + middle] -= 1e-9 * step * (middle > 0)
    return edges


def _beside(ax: Axes, x: float, line: str, size: float) -> None:
    """Write a line beside a vertical one, on the side with more room."""
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    spot = mm.inverted().transform(ax.transData.transform([(x, ax.get_ylim()[0])]))[0][0]
    right = spot < wide / 2
    shift = 0.4 * size * text_metrics.PT
    word = Word(
        spot + (shift if right else -shift),
        high - text_metrics.CAP * size * text_metrics.PT - 0.5,
        line,
        size,
        colour=palettes.ACCENT,
        align="left" if right else "right",
        halo=palettes.PAPER,
    )
    canvas.add_words(ax, [word], transform=mm, gid="observed-text")


@in_preset_typeface
def plot_power(
    curve: Annotated[Any, "PowerCurve | pd.DataFrame"],
    *,
    alpha: float | None = None,
    target: float | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw the power of a test over the strength of spatial dependence.

    Parameters
    ----------
    curve : PowerCurve, or DataFrame
        Index `rho` rising, column `power` (0 to 1); further columns are drawn as further lines with their names.
    alpha, target : float, optional
        Level of the test and power asked for, drawn as dashed lines; taken from a PowerCurve by default.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no column of powers from 0 to 1.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> axes = gp.plot_power(gp.moran_power(graph))
    >>> axes.get_ylabel()
    'Power'
    """
    alpha = getattr(curve, "alpha", None) if alpha is None else alpha
    target = getattr(curve, "target", None) if target is None else target
    frame = framed(curve, "curve", numbers=True)
    values = frame.to_numpy(dtype=float)
    if not values.size or not ((values >= -1e-9) & (values <= 1 + 1e-9)).all():
        raise MapError(message("there is no power to draw", where="curve", allowed="columns of values from 0 to 1"))
    word = translator(options.get("lang", "en"))
    sheet = get_preset(options.get("preset", "report"))
    size = sheet.text_pt
    lang = options.get("lang", "en")
    lines = fold_all(
        [text_metrics.clean(spoken(str(name), lang)) for name in frame.columns], size, 0.3 * sheet.width_mm
    )
    side = widest(lines, size) + 2.0 if len(lines) > 1 else 2.5
    levels = ((alpha, "alpha", word("significance level")), (target, "target", word("target power")))
    named = [f"{words} {format_number(level, lang, digits=2)}" for level, _, words in levels if level is not None]
    key = [Key(", ".join(named), shape="dashes")] if named else []
    if hasattr(curve, "curve"):
        # the chart rests on no data: it names its own facts
        told = word("n = {n}, spatial lag process, normal errors").format(n=curve.n)
        said = " \N{MIDDLE DOT} ".join(filter(None, [told, options.get("source")]))
        options = {**options, "source": OwnWords(said)}
    ax, preset, lang = plane_chart(
        options,
        word("Power of the test"),
        word("Power"),
        ratios=(0.5, 0.58),
        widest_number="0.0",
        right=side,
        key=key,
        data=[frame],
    )
    rho = frame.index.to_numpy(dtype=float)
    ax.set_ylim(0.0, 1.04)
    ax.set_xlim(rho.min(), rho.max())
    for level, name, _ in levels:
        if level is not None:
            ax.axhline(
                level, color=palettes.FAINT, linewidth=1.6 * preset.line_pt, linestyle=(0, (4, 3)), zorder=1.0, gid=name
            )
    shades = palettes.take((palettes.CLUSTER["Low-Low"], palettes.CLUSTER["High-High"], "#4ea39b"), len(frame.columns))
    for name, colour in zip(
        frame.columns, shades if len(frame.columns) > 1 else (palettes.CLUSTER["Low-Low"],), strict=True
    ):
        ax.plot(rho, frame[name], color=colour, linewidth=3.2 * preset.line_pt, zorder=3.0, gid=f"power-{name}")
    dress(ax, preset, lang, x=word("Strength of spatial dependence, ρ"), y=word("Power"))
    line_names(ax, frame, lines, shades, preset.text_pt)
    return ax


def line_names(
    ax: Axes, frame: pd.DataFrame, names: Sequence[Sequence[str]], shades: Sequence[str], size: float
) -> None:
    """Write the names of several lines at their right ends, pushed apart."""
    if len(frame.columns) < 2:
        return
    mm = canvas.millimetres(ax)
    wide, high = canvas.axes_size(ax)
    em = size * text_metrics.PT
    last = [(frame.index[-1], frame[name].iloc[-1]) for name in frame.columns]
    heights = mm.inverted().transform(ax.transData.transform(last))[:, 1]
    places = spread(heights, [(1.12 * len(lines) + 0.13) * em for lines in names], 0.0, high)
    words = [
        Word(
            wide + 0.8,
            y + ((len(lines) - 1) / 2 - i) * 1.12 * em - text_metrics.CAP * em / 2,
            line,
            size,
            colour=colour,
        )
        for y, lines, colour in zip(places, names, shades, strict=True)
        for i, line in enumerate(lines)
    ]
    canvas.add_words(ax, words, transform=mm, gid="line-names")
