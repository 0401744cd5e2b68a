"""Charts of inference: the reference distribution, the power curve, all specifications together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.maps import canvas, palettes, text
from growthpoles.maps.chart_base import ChartOptions, chart_for, dress
from growthpoles.maps.facts import column_of
from growthpoles.maps.i18n import format_number, translator
from growthpoles.maps.marks import Word
from growthpoles.maps.presets import get_preset
from growthpoles.maps.spread import spread

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes


def plot_reference(
    reference: Sequence[float] | np.ndarray[Any, Any],
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
        lang, ax, preset, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no distribution, or the observed value is not finite.
    """
    values = np.asarray(reference, dtype=float).ravel()
    if not np.isfinite(values).all() or len(np.unique(values)) < 2 or not np.isfinite(observed):
        raise MapError(
            message("there is no distribution to draw", where="reference", allowed="two distinct finite values")
        )
    word = translator(options.get("lang", "en"))
    ax, preset, lang = chart_for(options, word("Reference distribution"), ratio=0.5)
    low, high = min(values.min(), observed), max(values.max(), observed)
    counts, edges = np.histogram(values, bins=np.linspace(low, high, bins + 1))
    share = counts / counts.sum()
    tail = np.abs(edges[:-1] + np.diff(edges) / 2 - values.mean()) >= abs(observed - values.mean())
    for chosen, face in ((~tail, "#d4d4d4"), (tail, palettes.CLUSTER["High-Low"])):
        ax.bar(edges[:-1][chosen], share[chosen], np.diff(edges)[chosen], align="edge", color=face, linewidth=0)
    ax.set_ylim(0.0, 1.22 * share.max())
    ax.set_xlim(low - 0.04 * (high - low), high + 0.04 * (high - low))
    ax.axvline(observed, color=palettes.ACCENT, linewidth=3.0 * preset.line_pt, zorder=3.0, gid="observed")
    if expected is not None:
        ax.axvline(expected, color=palettes.SOFT, linewidth=1.8 * preset.line_pt, linestyle=(0, (4, 3)), gid="expected")
    dress(ax, preset, lang, x=statistic or word("Statistic"), y=word("Share of relocations"))
    line = f"{word('observed')} {format_number(observed, lang, digits=3)}"
    if p_value is not None:
        line += f", p = {format_number(p_value, lang, digits=3 if p_value >= 0.001 else 4)}"
    _beside(ax, observed, line, preset.text_pt)
    return ax


def _beside(ax: Axes, x: float, line: str, size: float) -> None:
    """Write a line beside a vertical one, on the side with more room."""
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    spot = mm.inverted().transform(ax.transData.transform([(x, ax.get_ylim()[0])]))[0][0]
    right = spot < wide / 2
    shift = 0.4 * size * text.PT
    word = Word(
        spot + (shift if right else -shift),
        high - text.CAP * size * text.PT - 0.5,
        line,
        size,
        colour=palettes.ACCENT,
        align="left" if right else "right",
        halo=palettes.PAPER,
    )
    canvas.add_words(ax, [word], transform=mm, gid="observed-text")


def plot_power(
    curve: Any,
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
        lang, ax, preset, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no column of powers from 0 to 1.
    """
    alpha = getattr(curve, "alpha", None) if alpha is None else alpha
    target = getattr(curve, "target", None) if target is None else target
    frame = curve.to_frame() if hasattr(curve, "curve") else curve
    values = frame.to_numpy(dtype=float)
    if not values.size or not ((values >= -1e-9) & (values <= 1 + 1e-9)).all():
        raise MapError(message("there is no power to draw", where="curve", allowed="columns of values from 0 to 1"))
    word = translator(options.get("lang", "en"))
    size = get_preset(options.get("preset", "report")).text_pt
    side = max(text.width(text.clean(name), size) for name in frame.columns) + 2.0 if frame.shape[1] > 1 else 2.5
    ax, preset, lang = chart_for(options, word("Power of the test"), ratio=0.5, right=side)
    rho = frame.index.to_numpy(dtype=float)
    ax.set_ylim(0.0, 1.04)
    ax.set_xlim(rho.min(), rho.max())
    for level, name in ((alpha, "alpha"), (target, "target")):
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
    _line_names(ax, frame, shades, preset.text_pt)
    return ax


def _line_names(ax: Axes, frame: pd.DataFrame, shades: Sequence[str], size: float) -> None:
    """Write the names of several lines at their right ends, pushed apart."""
    if len(frame.columns) < 2:
        return
    mm = canvas.millimetres(ax)
    wide, high = canvas.axes_size(ax)
    last = [(frame.index[-1], frame[name].iloc[-1]) for name in frame.columns]
    heights = mm.inverted().transform(ax.transData.transform(last))[:, 1]
    drop = text.CAP * size * text.PT / 2
    words = [
        Word(wide + 0.8, y - drop, text.clean(name), size, colour=colour)
        for y, name, colour in zip(
            spread(heights, 1.25 * size * text.PT, 0.0, high), frame.columns, shades, strict=True
        )
    ]
    canvas.add_words(ax, words, transform=mm, gid="line-names")


_OUTCOMES = ("n", "statistic", "z", "p_value", "significant", "main")


def plot_specifications(
    curve: Any,
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
        Columns of choices to show; by default all with more than one value.
    labels : mapping, optional
        Choice or value -> its words.
    **options
        lang, ax, preset, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

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
    """
    frame = curve.to_frame() if hasattr(curve, "table") else curve
    values = column_of(frame, effect, "curve")
    if not len(frame):
        raise MapError(message("there is no specification to draw", where="curve"))
    frame = frame.iloc[np.argsort(values.to_numpy(dtype=float), kind="stable")]
    kept = list(choices or [c for c in frame.columns if c not in _OUTCOMES and len(frame[c].unique()) > 1])
    rows = [(c, value) for c in kept for value in sorted(map(str, frame[c].unique()))]
    word = translator(options.get("lang", "en"))
    size = 0.0
    shown = {name: (labels or {}).get(name, name) for pair in rows for name in pair}
    size = get_preset(options.get("preset", "report")).small_pt
    line = 1.35 * size * text.PT
    deep = (len(rows) + 0.9 * len(kept)) * line + 2.0 if rows else 0.0
    wide = max([text.width(text.clean(name), size, bold=True) for name in shown.values()] + [8.0])
    ax, preset, lang = chart_for(
        options, word("All specifications"), height_mm=deep + 45.0, left=max(wide + 2.0, 12.0), bottom=1.0
    )
    share = min(0.8, deep / canvas.axes_size(ax)[1])
    spot = ax.get_position()
    ax.set_position((spot.x0, spot.y0 + share * spot.height, spot.width, (1 - share) * spot.height))
    lower = ax.inset_axes((0.0, -share / (1 - share), 1.0, share / (1 - share))) if rows else None
    place = np.arange(len(frame))
    marked = frame["significant"].to_numpy(dtype=bool) if "significant" in frame.columns else np.zeros(len(frame), bool)
    main = frame["main"].to_numpy(dtype=bool) if "main" in frame.columns else np.ones(len(frame), bool)
    colours = np.where(marked, palettes.ACCENT, palettes.SOFT)
    colours = np.where(main, colours, np.where(marked, palettes.CLUSTER["High-Low"], palettes.FAINT))
    dots = min(0.2 * preset.text_pt**2, 900.0 / len(frame) + 1.0)
    effects = frame[effect].to_numpy(dtype=float)
    ax.axhline(0.0, color=palettes.FAINT, linewidth=1.4 * preset.line_pt, zorder=1.0)
    ax.scatter(place, effects, s=dots, c=colours.tolist(), linewidths=0, zorder=3.0, gid="specifications")
    ax.set_xlim(-0.02 * len(frame) - 0.5, 1.02 * len(frame) - 0.5)
    dress(ax, preset, lang, y=word("Effect, z") if effect == "z" else effect, spines=("left",))
    ax.set_xticks([])
    if lower is not None:
        _choice_rows(lower, frame, kept, rows, shown, colours, dots, preset)
        lower.set_xlim(ax.get_xlim())
    return ax


def _choice_rows(
    ax: Axes,
    frame: pd.DataFrame,
    kept: Sequence[str],
    rows: Sequence[tuple[str, str]],
    shown: Mapping[str, str],
    colours: np.ndarray[Any, Any],
    dots: float,
    preset: Any,
) -> None:
    """Draw one row of marks per value of a choice."""
    ax.set_axis_off()
    level = 0.0
    words = []
    high = len(rows) + 0.9 * len(kept)
    ax.set_ylim(-high, 0.3)
    mm = canvas.millimetres(ax)
    unit = canvas.axes_size(ax)[1] / (high + 0.3)
    size = preset.small_pt
    for choice in kept:
        level -= 0.9
        words.append(Word(-1.2, (level + high) * unit, text.clean(shown[choice]), size, bold=True, align="right"))
        for value in [v for c, v in rows if c == choice]:
            level -= 1.0
            at = np.flatnonzero(frame[choice].astype(str).to_numpy() == value)
            middle = level + 0.35
            ax.scatter(
                at, np.full(len(at), middle), s=dots, c=colours[at].tolist(), marker="|", linewidths=2 * preset.line_pt
            )
            words.append(Word(-1.2, (level + high) * unit, text.clean(shown[value]), size, align="right"))
    canvas.add_words(ax, words, transform=mm, gid="choices")
