"""The specification curve: all specifications together, and which choices each of them made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.maps import canvas, palettes, text
from growthpoles.maps.chart_base import ChartOptions, chart_for, dress
from growthpoles.maps.facts import column_of
from growthpoles.maps.i18n import translator
from growthpoles.maps.keys import Key, key_above, key_height
from growthpoles.maps.marks import Word
from growthpoles.maps.presets import get_preset
from growthpoles.maps.spoken import spoken

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

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
        Choice or value -> its words; those of :mod:`growthpoles.maps.spoken` by default.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.chart_base.ChartOptions`.

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
    shown = {name: spoken(name, options.get("lang", "en"), labels) for pair in rows for name in pair}
    base = get_preset(options.get("preset", "report"))
    size, key = base.small_pt, _key(frame, word)
    line = 1.35 * size * text.PT
    deep = (len(rows) + 0.9 * len(kept)) * line + 2.0 if rows else 0.0
    wide = max([text.width(text.clean(name), size, bold=True) for name in shown.values()] + [8.0])
    ax, preset, lang = chart_for(
        options,
        word("All specifications"),
        height_mm=deep + 45.0,
        left=max(wide + 2.0, 12.0),
        bottom=1.0,
        top=2.5 + key_height(key, base, base.width_mm - wide - 4.5),
        data=[frame],
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
    key_above(ax, key, preset)
    if lower is not None:
        _choice_rows(lower, frame, kept, rows, shown, colours, dots, preset)
        lower.set_xlim(ax.get_xlim())
    return ax


def _key(frame: pd.DataFrame, word: Callable[[str], str]) -> list[Key]:
    """Say what the colours of the specifications mean."""
    if "significant" not in frame.columns:
        return []
    key = [
        Key(word("significant"), palettes.ACCENT, "dot"),
        Key(word("not significant"), palettes.SOFT, "dot"),
    ]
    if "main" in frame.columns and not frame["main"].all():
        outside = word("outside the main set")
        key.append(Key(f"{word('significant')}, {outside}", palettes.CLUSTER["High-Low"], "dot"))
        key.append(Key(f"{word('not significant')}, {outside}", palettes.FAINT, "dot"))
    return key


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
