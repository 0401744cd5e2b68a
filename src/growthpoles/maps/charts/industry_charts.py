"""Charts of industries and inequality: quotients, density, clusters, shift-share, inequality, Theil, Lorenz."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number
from growthpoles.language.phrases import spoken
from growthpoles.maps import palettes
from growthpoles.maps.charts.chart_axes import ChartOptions, Key, dress, plane_chart, row_chart, row_names
from growthpoles.maps.charts.heatmaps import heat_table
from growthpoles.maps.labels.point_labels import annotate_points
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.source_note import framed

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

_LINES = (palettes.CLUSTER["Low-Low"], palettes.ACCENT, "#4ea39b", "#8568b9", "#8c4a00")
#: Each line has dashes of its own: the colours are alike in grey.
_DASHES: tuple[tuple[float, ...] | None, ...] = (None, (5.0, 1.6), (1.3, 1.1), (6.0, 1.4, 1.3, 1.4), (2.6, 1.3))
_BAND = "#dfe6ee"
_FULL = 4.0  # location quotient, and its inverse, at which the colour is full


@in_preset_typeface
def plot_quotients(
    lq: pd.DataFrame,
    *,
    lower: pd.DataFrame | None = None,
    upper: pd.DataFrame | None = None,
    names: pd.Series | None = None,
    labels: Mapping[str, str] | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw location quotients as a table, alike regions and industries beside each other.

    Rows and columns are sorted by reciprocal averages (the first axis of a correspondence analysis).

    Parameters
    ----------
    lq : DataFrame
        Regions x industries; NaN is grey.
    lower, upper : DataFrame, optional
        Intervals: a cell whose interval holds 1 stays pale.
    names : Series of str, optional
        Names of the regions.
    labels : mapping, optional
        Industry -> its name.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no cell to draw.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"farms": [80, 20, 10], "chips": [10, 20, 85]}, index=["north", "east", "city"])
    >>> axes = gp.plot_quotients(gp.location_quotient(jobs))
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    lq = framed(lq, "lq", numbers=True)
    if lq.empty:
        raise MapError(message("there is no cell to draw", where="quotients"))
    lang, known = options.get("lang", "en"), labels or {}
    word = translator(lang)
    rows, columns = _reciprocal(lq.to_numpy(dtype=float))
    shown = lq.iloc[rows, columns]
    key = [Key(word("above the national share"), palettes.DIVERGING[-2]), Key(word("below it"), palettes.DIVERGING[1])]
    if lower is not None and upper is not None:
        unsure = (lower.reindex_like(shown) <= 1) & (upper.reindex_like(shown) >= 1)
        shown = shown.mask(unsure, -shown)  # quotients are never negative: the sign says pale
        if unsure.to_numpy().any():
            key.append(Key(word("pale: the 95% interval holds 1"), palettes.DIVERGING[3]))
    return heat_table(
        shown,
        row_names(shown.index, names),
        [known.get(str(column), str(column)) for column in shown],
        lambda v: palettes.NO_DATA if v != v else _diverging(v),
        lambda v: "\N{EN DASH}" if v != v else format_number(abs(v), lang, digits=1),
        word("Location quotients"),
        options,
        "quotients",
        key=key,
    )


def _diverging(quotient: float) -> str:
    """Colour of a quotient on a logarithmic scale; pale where it is 1, or negative (its interval holds 1)."""
    middle = len(palettes.DIVERGING) // 2
    if math.copysign(1.0, quotient) < 0 or quotient == 1:
        return palettes.DIVERGING[middle]
    reach = math.log(max(quotient, 1e-9)) / math.log(_FULL)
    steps = min(max(round(abs(reach) * middle), 1), middle)
    return palettes.DIVERGING[middle + (steps if reach > 0 else -steps)]


def _reciprocal(values: np.ndarray) -> tuple[list[int], list[int]]:
    """Orders of rows and columns by the first axis of a correspondence analysis; larger rows never decide it."""
    table = np.nan_to_num(values)
    table = table + 1e-12
    mass, other = table.sum(axis=1) / table.sum(), table.sum(axis=0) / table.sum()
    residual = (table / table.sum() - np.outer(mass, other)) / np.sqrt(np.outer(mass, other))
    left, _, right = np.linalg.svd(residual, full_matrices=False)
    first, second = left[:, 0] / np.sqrt(mass), right[0] / np.sqrt(other)
    sign = -1.0 if first[int(np.abs(first).argmax())] > 0 else 1.0  # one of two mirror images, always the same
    return list(np.argsort(sign * first, kind="stable")), list(np.argsort(sign * second, kind="stable"))


@in_preset_typeface
def plot_density(
    density: pd.DataFrame,
    specialised: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    labels: Mapping[str, str] | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw relatedness density where a region is not specialised: which industries are near to what it has.

    Parameters
    ----------
    density : DataFrame
        Regions x industries, in [0, 1], in the order wanted.
    specialised : DataFrame
        True where the region is specialised already: these cells are marked and carry no number.
    names : Series of str, optional
        Names of the regions.
    labels : mapping, optional
        Industry -> its name.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is no cell to draw.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"farms": [80, 70, 5], "food": [60, 50, 15], "chips": [10, 20, 85]}, index=list("abc"))
    >>> axes = gp.plot_density(gp.relatedness_density(jobs), gp.specialised(jobs))
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    lang, known = options.get("lang", "en"), labels or {}
    word = translator(lang)
    density = framed(density, "density", numbers=True)
    has = specialised.reindex_like(density).astype(bool)
    shown = density.mask(has, -1.0)
    most = float(np.nanmax(density.mask(has).to_numpy(dtype=float), initial=1e-9))
    shades = palettes.SEQUENTIAL

    def colour(value: float) -> str:
        if value != value:
            return palettes.NO_DATA
        if value < 0:
            return palettes.FAINT
        return shades[min(int(value / most * len(shades)), len(shades) - 1)]

    return heat_table(
        shown,
        row_names(shown.index, names),
        [known.get(str(column), str(column)) for column in shown],
        colour,
        lambda v: "" if v != v or v < 0 else format_number(v, lang, digits=2),
        word("Relatedness density"),
        options,
        "density",
        key=[Key(word("specialised already"), palettes.FAINT), Key(word("densest"), shades[-1])],
    )


@in_preset_typeface
def plot_intervals(
    frame: pd.DataFrame,
    *,
    variable: str | None = None,
    even: float | None = 1.0,
    names: pd.Series | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw a value of every region with its interval, largest first.

    Parameters
    ----------
    frame : DataFrame
        Index = region; columns value (or lq), lower, upper.
    variable : str, optional
        What it is, for the axis; "Location quotient" by default.
    even : float, optional
        Value drawn as a dashed line, such as the quotient of an even share; None for none.
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
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"farms": [80, 20, 10], "chips": [10, 20, 85]}, index=["north", "east", "city"])
    >>> quotients = gp.location_quotient(jobs, interval="poisson")
    >>> axes = gp.plot_intervals(quotients.xs("chips", level="industry"))
    >>> axes.get_xlabel()
    'Location quotient'
    """
    column = "value" if "value" in frame and "lq" not in frame else "lq"
    for name in (column, "lower", "upper"):
        if name not in frame:
            raise MapError(message(f"no column {name!r}", where="intervals", allowed="value or lq, lower, upper"))
    word = translator(options.get("lang", "en"))
    kept = frame[[column, "lower", "upper"]].astype(float).dropna(subset=[column])
    kept = kept.sort_values(by=[column], ascending=False, kind="stable")
    title = variable or word("Location quotient")
    key = [Key(word("value"), palettes.ACCENT, "dot")]
    if kept["lower"].notna().any():
        key.append(Key(word("95% interval"), "#c9d3df", "bar"))
    if even is not None:
        key.append(Key(word("national share"), shape="dashes"))
    ax, preset, lang = row_chart(row_names(kept.index, names), title, options, key=key, data=[frame])
    y = np.arange(len(kept))
    bar: dict[str, Any] = {"color": "#c9d3df", "linewidth": 9 * preset.line_pt, "zorder": 2.0, "gid": "intervals"}
    ax.hlines(y, kept["lower"], kept["upper"], **bar)
    ax.scatter(kept[column], y, s=0.3 * preset.text_pt**2, c=palettes.ACCENT, linewidths=0, zorder=4.0, gid="values")
    if even is not None:
        ax.axvline(even, color=palettes.SOFT, linewidth=1.6 * preset.line_pt, linestyle=(0, (4, 3)), zorder=1.0)
    ax.set_xlim(0.0, 1.04 * float(np.nanmax([*kept["upper"], *kept[column], even or 0.0])))
    dress(ax, preset, lang, x=title, spines=("bottom",))
    return ax


@in_preset_typeface
def plot_inequality(
    found: Annotated[Any, "RegionalInequality"],
    *,
    measures: Sequence[tuple[str, str]] | None = None,
    variable: str | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw inequality between regions through time, the first year as 100, with the range without any one region.

    Parameters
    ----------
    found : RegionalInequality
        Of two years or more; see :func:`growthpoles.regional_inequality`.
    measures : sequence of (measure, weighting), optional
        Up to five; by default Williamson's or the coefficient of variation, Gini's and Theil's T. The band is that of
        the first.
    variable : str, optional
        What is unequal, for the axis.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There is one year only, or a measure is not among those found.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> product = pd.DataFrame({2010: [10, 12, 15, 40], 2020: [14, 16, 20, 70]}, index=list("abcd"))
    >>> axes = gp.plot_inequality(gp.regional_inequality(product))
    >>> axes.get_ylabel().split()
    ['Inequality,', '2010', '=', '100']
    """
    known = found.measures
    weighted = any(weighting == "weights" for _, weighting in known)
    usual = [("williamson", "weights"), ("gini", "weights"), ("theil_t", "weights")]
    if not weighted:
        usual = [("cv", "equal"), ("gini", "equal"), ("theil_t", "equal")]
    chosen = list(measures or [each for each in usual if each in known] or known[:3])
    if len(found.years) < 2 or not set(chosen) <= set(known) or len(chosen) > len(_LINES):
        problem = f"{len(found.years)} years, measures {', '.join(name for name, _ in chosen)}"
        raise MapError(
            message(problem, where="inequality", allowed="two years or more, up to five of the measures found")
        )
    lang = options.get("lang", "en")
    word = translator(lang)
    years = np.asarray(found.years, dtype=float)
    told = [spoken(name, lang).strip() for name, _ in chosen]
    key = [*_line_keys(told), Key(f"{told[0]}: {word('without any one region')}", _BAND)]
    title = word("Inequality, {year} = 100").format(year=found.years[0])
    title = f"{variable}: {title[:1].lower()}{title[1:]}" if variable else title
    ax, preset, lang = plane_chart(
        options, word("Inequality between regions"), title, ratios=(0.5, 0.62), right=4.0, key=key
    )
    for (measure, weighting), colour, dashes in zip(chosen, _LINES, _DASHES, strict=False):
        own = found.table.loc[(measure, weighting)]
        scale = 100 / float(own["value"].iloc[0])
        if (measure, weighting) == chosen[0]:
            band: dict[str, Any] = {"color": _BAND, "linewidth": 0, "zorder": 1.0, "gid": "without-one"}
            ax.fill_between(years, scale * own["without_low"], scale * own["without_high"], **band)
        line: dict[str, Any] = {"color": colour, "linewidth": 3.2 * preset.line_pt, "zorder": 3.0}
        line["linestyle"] = (0, dashes) if dashes else "solid"
        ax.plot(years, scale * own["value"], gid=f"inequality-{measure}", **line)
    ax.axhline(100.0, color=palettes.FAINT, linewidth=1.4 * preset.line_pt, linestyle=(0, (4, 3)), zorder=0.5)
    ax.set_xlim(years.min(), years.max())
    dress(ax, preset, lang, y=title)
    ax.set_xticks(_years(found.years), [str(year) for year in _years(found.years)])
    return ax


def _line_keys(told: Sequence[str]) -> list[Key]:
    """Return the keys of lines, in the colours and dashes in which they are drawn."""
    return [
        Key(words, colour, "dashes", dashes, 3.2) for words, colour, dashes in zip(told, _LINES, _DASHES, strict=False)
    ]


def _years(years: Sequence[Any]) -> list[Any]:
    """Up to nine years for the axis, the first and the last among them."""
    step = math.ceil((len(years) - 1) / 8) if len(years) > 9 else 1
    shown = list(years[::-1][::step][::-1])
    return shown if shown[0] == years[0] else [years[0], *shown[1:]]


@in_preset_typeface
def plot_lorenz(
    found: Annotated[Any, "RegionalInequality"],
    *,
    variable: str | None = None,
    weighted_by: str | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw the Lorenz curves of the first and the last year.

    Parameters
    ----------
    found : RegionalInequality
        See :func:`growthpoles.regional_inequality`.
    variable : str, optional
        What is unequal, for the axis.
    weighted_by : str, optional
        What the regions are weighted by (people), for the axis; without weights the axis counts regions.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError, LanguageError
        An option of the chart is not allowed.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> product = pd.DataFrame({2010: [10, 12, 15, 40], 2020: [14, 16, 20, 70]}, index=list("abcd"))
    >>> axes = gp.plot_lorenz(gp.regional_inequality(product))
    >>> len(axes.lines)
    3
    """
    lang = options.get("lang", "en")
    word = translator(lang)
    years = list(found.lorenz.index.unique("year"))
    key = _line_keys([str(year) for year in years])
    key.append(Key(word("equality"), shape="dashes"))
    beside = word("Share of the total")
    ax, preset, lang = plane_chart(
        options, word("Lorenz curves"), beside, ratios=(0.5, 0.8), widest_number="0.0", key=key
    )
    ax.plot([0, 1], [0, 1], color=palettes.SOFT, linewidth=1.6 * preset.line_pt, linestyle=(0, (4, 3)), zorder=1.0)
    for year, colour, dashes in zip(years, _LINES, _DASHES, strict=False):
        own = found.lorenz.loc[year, "share"]
        line: dict[str, Any] = {"color": colour, "linewidth": 3.0 * preset.line_pt, "zorder": 3.0}
        ax.plot(own.index, own, linestyle=(0, dashes) if dashes else "solid", gid=f"lorenz-{year}", **line)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.0)
    below = word("Share of the regions, lowest values first")
    if "weights" in found.table.index.unique("weighting"):
        below = word("Share of the weights, lowest values first")
        if weighted_by is not None:
            below = word("Share of “{weights}”, lowest values first").format(weights=weighted_by)
    dress(ax, preset, lang, x=below if variable is None else f"{variable}: {below[:1].lower()}{below[1:]}", y=beside)
    return ax


_STAR = ("#bdbdbd", "#bdbdbd", "#c63a34", "#7b1f1b")
_NAMED_CELLS = 10


@in_preset_typeface
def plot_cluster_bubbles(
    table: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    labels: Mapping[str, str] | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw industries of regions as bubbles: location quotient, growth against the industry, size; clusters in colour.

    Colour and name are for cells with two stars or more, which are never of noise (`stars` of
    :func:`growthpoles.cluster_stars`); cells below the floor, and those that an even share explains, stay grey.

    Parameters
    ----------
    table : DataFrame
        `to_frame()` of :func:`growthpoles.cluster_stars` with a first year: index (region, industry); columns jobs, lq,
        growth, growth_industry, stars. Cells without a quotient or growth are left out and counted in the key.
    names : Series of str, optional
        Names of the regions.
    labels : mapping, optional
        Industry -> its name.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        A column is missing, or no cell has growth.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> before = pd.DataFrame({"farms": [800, 200], "chips": [100, 850]}, index=["north", "city"])
    >>> after = pd.DataFrame({"farms": [780, 190], "chips": [120, 990]}, index=["north", "city"])
    >>> axes = gp.plot_cluster_bubbles(gp.cluster_stars(after, start=before, replications=0).to_frame())
    >>> axes.get_xlabel()
    'Location quotient (logarithmic)'
    """
    needed = ("jobs", "lq", "growth", "growth_industry", "stars")
    for name in needed:
        if name not in table:
            raise MapError(message(f"no column {name!r}", where="clusters", allowed=", ".join(needed)))
    lang, known = options.get("lang", "en"), labels or {}
    word = translator(lang)
    apart = (100.0 * (table["growth"] - table["growth_industry"])).astype(float)
    cells = pd.DataFrame({"lq": table["lq"], "growth": apart, "jobs": table["jobs"], "stars": table["stars"]})
    there = cells[cells["jobs"] > 0]
    shown = there[np.isfinite(there["growth"]) & (there["lq"] > 0)].sort_values(by=["stars", "jobs"], kind="stable")
    if shown.empty:
        raise MapError(message("no cell has growth", where="clusters", allowed="the table of two years"))
    stars = shown["stars"].astype(int).clip(0, len(_STAR) - 1).to_numpy()
    key = [
        Key("\N{BLACK STAR}" * count, _STAR[count], "dot") for count in range(len(_STAR) - 1, 1, -1)
        if (stars == count).any()
    ] + [Key(word("fewer than two stars"), _STAR[0], "dot"), Key(word("area: size"), shape="none")]  # fmt: skip
    if absent := len(there) - len(shown):
        key.append(Key(f"{word('no growth known')}: {absent}", shape="none"))
    beside = word("Growth less that of the industry, percentage points")
    ax, preset, lang = plane_chart(
        options, word("Clusters: size, specialisation, growth"), beside, ratios=(0.62, 0.95), widest_number="\u2212000",
        right=4.0, key=key, data=[table],
    )  # fmt: skip
    x, y = np.log2(shown["lq"].to_numpy(dtype=float)), shown["growth"].to_numpy(dtype=float)
    area = (3.6 * preset.text_pt) ** 2 * (shown["jobs"] / shown["jobs"].max()).to_numpy(dtype=float)
    ax.axhline(0.0, color=palettes.FAINT, linewidth=1.4 * preset.line_pt, zorder=0.5)
    ax.axvline(0.0, color=palettes.SOFT, linewidth=1.6 * preset.line_pt, linestyle=(0, (4, 3)), zorder=1.0)
    ax.scatter(
        x, y, s=np.maximum(area, 3.0), c=[_STAR[count] for count in stars], alpha=1.0, edgecolors=palettes.PAPER,
        linewidths=1.2 * preset.line_pt, zorder=3.0, gid="cells",
    )  # fmt: skip
    # A few extreme cells of very many would flatten all others; of fewer than 200 none is beyond the frame.
    low, high = np.quantile(y, 0.005, method="lower"), np.quantile(y, 0.995, method="higher")
    inner = y[stars >= 2]
    low, high = min([low, *inner, 0.0]), max([high, *inner, 0.0])
    cut = int(((y < low) | (y > high)).sum())
    edge = 0.08 * ((high - low) or 1.0)
    ax.set_ylim(low - edge, high + edge)
    left, right = max(float(x.min()), -5.0), float(x.max())
    cut += int((x < left).sum())
    ax.set_xlim(left - 0.4, right + 0.4)
    below = word("Location quotient (logarithmic)")
    if cut:
        below = f"{below}; {word('cells beyond the frame')}: {cut}"
    dress(ax, preset, lang, x=below, y=beside)
    ticks = range(math.ceil(left - 0.4), math.floor(right + 0.4) + 1)
    ax.set_xticks(list(ticks), [format_number(2.0**tick, lang, digits=None) for tick in ticks])
    named = np.flatnonzero(stars >= 2)[::-1][:_NAMED_CELLS]
    if len(named):
        of = dict(zip(shown.index.unique(0), row_names(shown.index.unique(0), names), strict=True))
        told = [[f"{of[region]}: {known.get(str(code), str(code))}"] for region, code in shown.index[named]]
        annotate_points(
            ax, np.column_stack([x, y])[named], told, preset=preset, size=preset.small_pt, gid="cell-name",
        )  # fmt: skip
    return ax


_SHIFTS = (
    ("national", "national part", "#bdbdbd"),
    ("mix", "mix part", "#d9a441"),
    ("competitive", "competitive part", "#4ea39b"),
)


@in_preset_typeface
def plot_shift_share(parts: pd.DataFrame, *, names: pd.Series | None = None, **options: Unpack[ChartOptions]) -> Axes:
    """Draw the change of every region as bars: the nation's growth, the mix of industries, and the region's own part.

    Parameters
    ----------
    parts : DataFrame
        `by_region()` of :func:`growthpoles.shift_share`: index region; columns start, change, national, mix,
        competitive. Bars are in percent of the start; regions without a start are left out and counted in the key.
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
        A column is missing, or no region has a start.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> before = pd.DataFrame({"farms": [800, 200], "chips": [100, 850]}, index=["north", "city"])
    >>> after = pd.DataFrame({"farms": [780, 190], "chips": [120, 990]}, index=["north", "city"])
    >>> axes = gp.plot_shift_share(gp.shift_share(before, after).by_region())
    >>> axes.get_xlabel()
    'Change, percent of the first year'
    """
    needed = ["start", "change", *(name for name, _, _ in _SHIFTS)]
    for name in needed:
        if name not in parts:
            raise MapError(message(f"no column {name!r}", where="shift-share", allowed=", ".join(needed)))
    known = parts[needed].astype(float)
    known = known[(known["start"] > 0) & known.notna().all(axis=1)]
    if known.empty:
        raise MapError(message("no region has a start", where="shift-share", allowed="the table of two years"))
    shares = known.div(known["start"], axis=0) * 100.0
    shares = shares.sort_values(by=["change"], ascending=False, kind="stable")
    word = translator(options.get("lang", "en"))
    key = [Key(word(told), colour) for _, told, colour in _SHIFTS]
    key.append(Key(word("change"), palettes.INK, "dot"))
    if absent := len(parts) - len(known):
        key.append(Key(f"{word('no data')}: {absent}", shape="none"))
    title = word("Change by parts")
    ax, preset, lang = row_chart(row_names(shares.index, names), title, options, key=key, data=[parts])
    rows: Any = np.arange(len(shares))
    ends = {1.0: np.zeros(len(shares)), -1.0: np.zeros(len(shares))}  # of the bars right and left of zero so far
    for name, _, colour in _SHIFTS:
        long = shares[name].to_numpy()
        for way, end in ends.items():
            own = np.where(way * long > 0, long, 0.0)
            ax.barh(rows, own, left=end, height=0.62, color=colour, zorder=2.0)
            end += own
    ax.plot(shares["change"], rows, "o", color=palettes.INK, markersize=0.5 * preset.text_pt, zorder=4.0)
    ax.axvline(0.0, color=palettes.SOFT, linewidth=1.4 * preset.line_pt, zorder=3.0)
    dress(ax, preset, lang, x=word("Change, percent of the first year"), spines=("bottom",))
    ax.set_yticks([])
    return ax


@in_preset_typeface
def plot_theil(
    found: Annotated[Any, "RegionalInequality"],
    *,
    index: str = "T",
    variable: str | None = None,
    **options: Unpack[ChartOptions],
) -> Axes:
    """Draw Theil's index of every year as bars, split into inequality between and within groups of regions.

    Parameters
    ----------
    found : RegionalInequality
        With groups; see :func:`growthpoles.regional_inequality`. Weighted by heads where it is.
    index : {"T", "L"}
    variable : str, optional
        What is unequal, for the axis.
    **options
        lang, ax, preset, year, edition, title, source: see :class:`growthpoles.maps.charts.chart_axes.ChartOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        There are no groups.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> product = pd.DataFrame({2010: [10, 12, 15, 40], 2020: [14, 16, 20, 70]}, index=list("abcd"))
    >>> groups = pd.Series({"a": "north", "b": "north", "c": "south", "d": "south"})
    >>> axes = gp.plot_theil(gp.regional_inequality(product, groups=groups))
    >>> axes.get_ylabel()
    "Theil's index T"
    """
    table = found.groups
    if table.empty or index not in table.index.unique("index"):
        raise MapError(message(f"no decomposition of index {index}", where="Theil", allowed="groups=, and T or L"))
    weightings = table.index.unique("weighting")
    own: Any = table.loc[(index, "weights" if "weights" in weightings else "equal")]
    lang = options.get("lang", "en")
    word = translator(lang)
    key = [Key(word("between groups"), _LINES[0]), Key(word("within groups"), "#a9c3dc")]
    name = word("Theil's index {index}").format(index=index)
    title = f"{variable}: {name}" if variable else name
    ax, preset, lang = plane_chart(
        options, word("Inequality between and within groups"), title, ratios=(0.45, 0.62), right=4.0,
        widest_number="0.000", key=key,
    )  # fmt: skip
    years = [float(year) for year in own.index]
    gaps = np.diff(years)
    wide = 0.7 * (float(gaps.min()) if len(gaps) else 1.0)
    ax.bar(years, own["between"], width=wide, color=_LINES[0], zorder=2.0, gid="between")
    ax.bar(years, own["within"], bottom=own["between"], width=wide, color="#a9c3dc", zorder=2.0, gid="within")
    ax.set_ylim(0.0, 1.06 * max(float(own["total"].max()), 1e-12))
    ax.set_xlim(min(years) - wide, max(years) + wide)
    dress(ax, preset, lang, y=title)
    ax.set_xticks(_years(list(own.index)), [str(year) for year in _years(list(own.index))])
    return ax
