"""Value map: choropleth of numbers in classes, change map, class limits (schemes)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, message, unknown_option
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number, format_p
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions
from growthpoles.maps.sheet.legend import Category, Legend
from growthpoles.maps.sheet.map_geometry import align
from growthpoles.maps.source_note import NO_DATA, change_notes, no_data, numbers_of
from growthpoles.maps.thematic.map_drawing import draw_map, map_style

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes


Array = NDArray[np.float64]
Scheme = Literal[
    "equal", "quantiles", "natural", "head_tail", "maximum_breaks", "std_mean", "box_plot", "percentiles", "pretty"
]
#: Scheme -> name of the classifier, and whether it takes a number of classes.
_CLASSIFIERS = {
    "equal": ("EqualInterval", True),
    "quantiles": ("Quantiles", True),
    "natural": ("FisherJenks", True),  # computed here: loading mapclassify takes longer than the map
    "head_tail": ("HeadTailBreaks", False),
    "maximum_breaks": ("MaximumBreaks", True),
    "std_mean": ("StdMean", False),
    "box_plot": ("BoxPlot", False),
    "percentiles": ("Percentiles", False),
    "pretty": ("PrettyBreaks", True),
}
_MOST = 20_000


def class_limits(values: Sequence[float] | Array, scheme: Scheme = "natural", *, k: int = 5) -> tuple[float, ...]:
    """Find the limits of classes.

    Parameters
    ----------
    values : array of float
        Data; NaN is left out.
    scheme : str
        "equal" width, equal count ("quantiles"), least squares ("natural", Fisher 1958), "head_tail", "maximum_breaks",
        "std_mean", "box_plot", "percentiles", "pretty": the classifiers of mapclassify.
    k : int
        Number of classes, 2 to 12; schemes that find their own number ignore it.

    Returns
    -------
    tuple of float
        Rising limits that hold all values; classes are closed below and open above, the last one closed, as
        :func:`growthpoles.plot_values` counts them. A limit lies about halfway between the values on its
        two sides, with the fewest decimals that part them; classes that would be empty are left out.

    Raises
    ------
    MapError
        The scheme is not known, there are fewer distinct values than classes, or natural classes are asked of more
        than 20,000 distinct values.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.class_limits([1, 2, 3, 10, 11, 12, 30], "natural", k=3)
    (1.0, 6.0, 21.0, 30.0)
    """
    if scheme not in _CLASSIFIERS:
        raise MapError(unknown_option("scheme", scheme, get_args(Scheme)))
    known = np.sort(np.asarray(values, dtype=float).ravel())
    known = known[~np.isnan(known)]
    distinct = np.unique(known)
    infinite = int(np.isinf(known).sum())
    if infinite:
        problem, allowed = "{n} infinite values", "finite values, or NaN for no data"
        raise MapError(message(problem, where="class_limits", allowed=allowed, n=infinite))
    if not 2 <= k <= 12 or len(distinct) < k:
        raise MapError(
            message(
                "{k} classes of {n} distinct values",
                where="class_limits",
                allowed="2 to 12 classes, each with a finite value",
                k=k,
                n=len(distinct),
            )
        )
    if scheme == "natural" and len(distinct) > _MOST:
        problem = f"{len(distinct)} distinct values"
        raise MapError(message(problem, where="class_limits", allowed=f"{_MOST} at most, or quantiles"))
    if scheme == "natural":
        edges = _natural_breaks(known, k)
        return _readable(distinct[0], distinct[edges], distinct[edges + 1], distinct[-1])
    import mapclassify

    name, counted = _CLASSIFIERS[scheme]
    classifier = getattr(mapclassify, name)
    with warnings.catch_warnings():
        # numba is faster for large data and not needed here; ties are dealt with below
        warnings.simplefilter("ignore", UserWarning)
        found = classifier(known, k=k) if counted else classifier(known)
    # mapclassify closes its classes above; what separates two classes is any number between their values.
    number = np.searchsorted(np.asarray(found.bins, dtype=float), distinct, side="left")
    edges = np.flatnonzero(np.diff(number))
    return _readable(distinct[0], distinct[edges], distinct[edges + 1], distinct[-1])


def _natural_breaks(known: Array, k: int) -> NDArray[np.int_]:
    """Return the last distinct value of every class but the highest, where squares around class means are least.

    Dynamic programming over the sorted distinct values (Fisher 1958); the best start of the last class never moves back
    as its end moves on, so only a few starts are tried for each.
    """
    values, counts = np.unique(known - known.mean(), return_counts=True)
    sums = [np.concatenate([[0.0], np.cumsum(counts * values**power)]) for power in (0, 1, 2)]
    n = len(values)

    def cost(start: NDArray[np.int_], end: int) -> Array:
        weight, first, second = (total[end] - total[start] for total in sums)
        return np.maximum(second - first**2 / weight, 0.0)

    ends = np.arange(1, n + 1)
    best = np.array([0.0, *(cost(np.zeros(1, dtype=int), end)[0] for end in ends.tolist())])
    starts = np.zeros((k, n + 1), dtype=int)
    for part in range(1, k):
        before, best = best, np.full(n + 1, np.inf)
        low = part
        for end in range(part + 1, n + 1):
            tried = np.arange(low, end)
            total = before[tried] + cost(tried, end)
            at = int(total.argmin())
            best[end], low = total[at], int(tried[at])
            starts[part, end] = low
    edges, end = [], n
    for part in range(k - 1, 0, -1):
        end = int(starts[part, end])
        edges.append(end - 1)
    return np.array(edges[::-1], dtype=int)


def _own_limits(values: Array) -> tuple[float, ...]:
    """Return five natural classes, or as many as there are distinct values."""
    distinct = np.unique(values[~np.isnan(values)])
    if not len(distinct):
        raise MapError(message("no region has a value", where="values", allowed="one number at least"))
    if len(distinct) == 1:
        unit = 10.0 ** np.floor(np.log10(abs(distinct[0]))) if distinct[0] else 1.0
        return float(distinct[0] - unit), float(distinct[0] + unit)
    return class_limits(values, "natural" if len(distinct) <= _MOST else "quantiles", k=min(5, len(distinct)))


def _readable(low: float, below: Array, above: Array, high: float) -> tuple[float, ...]:
    """Return limits between `below` and `above` with the fewest decimals that part them, the ends rounded outward."""
    for digits in range(-9, 16):
        unit = 10.0**-digits
        inner = np.round((below + above) / 2, digits)
        ends = (
            np.round(np.floor(low / unit) * unit, max(digits, 0)),
            np.round(np.ceil(high / unit) * unit, max(digits, 0)),
        )
        limits = np.concatenate([[ends[0]], inner, [ends[1]]])
        fine = ((inner > below) & (inner <= above)).all() and ends[0] <= low and ends[1] >= high
        # as fine as a tenth of the whole range, so that the ends do not stand far out
        if fine and (np.diff(limits) > 0).all() and unit <= (high - low) / 10:
            return tuple(float(limit) for limit in limits)
    inner = (below + above) / 2
    return tuple(float(limit) for limit in (low, *inner, high))


def rising(limits: Sequence[float] | Array) -> Array:
    """Check class limits.

    Raises
    ------
    MapError
        If they are fewer than two, not finite, or do not rise.
    """
    edges = np.asarray(limits, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise MapError(message(f"limits={list(limits)} do not rise", allowed="two or more finite rising numbers"))
    return edges


def bin_of(value: float, edges: Array, region: object) -> int:
    """Return the class of a value: closed below, open above; the top belongs to the last class.

    Raises
    ------
    MapError
        If the value is off the scale.
    """
    if not edges[0] - 1e-12 <= value <= edges[-1] + 1e-12:
        raise MapError(
            message(
                f"value {value:g} is off the scale",
                where=f"region {region!r}",
                allowed=f"{edges[0]:g} to {edges[-1]:g}",
            )
        )
    at = int(np.searchsorted(np.round(edges, 9), round(float(value), 9), side="right")) - 1
    return min(max(at, 0), len(edges) - 2)


def digits_of(edges: Sequence[float] | Array) -> int:
    """Return the digits that show all limits without rounding, six at most."""
    return next((d for d in range(6) if np.allclose(np.round(edges, d), edges, rtol=0, atol=1e-9)), 6)


def change_limits(values: Sequence[float] | Array) -> tuple[float, ...]:
    """Return seven limits, symmetric around zero, of 1, 2, 2.5 or 5 times a power of ten, that hold all values."""
    known = np.abs(np.asarray(values, dtype=float))
    known = known[np.isfinite(known)]
    reach = float(known.max()) / 3 if len(known) and known.max() > 0 else 1.0
    power = 10.0 ** np.floor(np.log10(reach))
    step = float(power * next(s for s in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0) if s * power >= reach * (1 - 1e-12)))
    return tuple(i * step for i in range(-3, 4))


def plot_change(
    regions: gpd.GeoDataFrame,
    change: pd.Series | pd.DataFrame | str,
    *,
    years: tuple[int, int] | None = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    column: str = "change",
    variable: str | None = None,
    limits: Sequence[float] | None = None,
    undecided: Sequence[object] = (),
    **options: Unpack[MapOptions],
) -> Axes:
    """Map the change of an index in points, on a scale centred on zero.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    change : Series, or DataFrame with `column`, or str
        Change in points, index = region; NaN is drawn as "no data". A name means that column of `regions`.
    years : (int, int), optional
        First and last year, for title and source line.
    variable : str, optional
        What changed, with the unit: for title and legend; by default the article's index in points.
    limits : sequence of float, optional
        Rising class limits with 0 among them; by default three equal classes on either side of zero.
    undecided : sequence of region codes
        Regions that are hatched, because their class does not surely move as it seems to; see `growthpoles.change`.
    edition : str, optional
        Named under the map.
    lang : str
        Language of words, names and numbers.
    ax : Axes, optional
        Axes to draw on; by default a new figure of the preset's width and of the height that the map needs.
    **options
        preset, labels, insets, legend, graticule, north_arrow, scale_bar, title, source: see
        :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, zero is not inside the limits, or a value lies outside them.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> axes = gp.plot_change(regions, after - before, years=(2010, 2014), edition="published")
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    values = align(regions, numbers_of(change, column, "change", regions), "change")
    edges = rising(change_limits(values.to_numpy()) if limits is None else limits)
    zero = int(np.argmin(np.abs(edges)))
    if abs(edges[zero]) > 1e-12 or zero in (0, len(edges) - 1):
        raise MapError(
            message(f"limits={edges.tolist()} are not on both sides of zero", allowed="limits such as -10, 0, 10")
        )
    word = translator(lang)
    below, above = palettes.DIVERGING[:3], palettes.DIVERGING[4:]
    colours = (*_arm(below, zero), *_arm(above[::-1], len(edges) - 1 - zero)[::-1])
    digits = digits_of(edges)
    key = Legend(
        word("Change of the index, points") if variable is None else word("Change: {name}").format(name=variable),
        tuple(Category(str(i), colour) for i, colour in enumerate(colours)),
        tuple(format_number(edge, lang, digits=digits, sign="+") for edge in edges),
        change_notes(lang, undecided),
    )
    classes, marks = _classed(values, edges, lang, digits=1 if np.abs(edges).max() < 1000 else 0, sign="+")
    title = "Change of the innovation index" if variable is None else "Change: {name}"
    span = 0 if years is None else f"{years[0]}\u2013{years[1]}"
    style = map_style(regions, options, lang, word(title).format(name=variable), span, edition, change)
    return draw_map(regions, classes, key, marks, style, ax=ax, gid="change", hatched=undecided)


def _arm(colours: Sequence[str], n: int) -> tuple[str, ...]:
    """Colours of one side of a diverging scale, the strongest first."""
    return tuple(colours[-n:]) if n <= len(colours) else palettes.take(colours, n)


def _classed(
    values: pd.Series, edges: Array, lang: str, *, digits: int | None, sign: Any = "-"
) -> tuple[list[str], list[str]]:
    """Classes and printed values of all regions."""
    classes, marks = [], []
    for region, value in values.items():
        missing = value != value
        classes.append(NO_DATA if missing else str(bin_of(value, edges, region)))
        marks.append(translator(lang)("n/d") if missing else _shown(value, lang, digits, sign))
    return classes, marks


def _shown(value: float, lang: str, digits: int | None, sign: Any) -> str:
    """Write a value, a p-value if there are no digits; a small positive one that would round to zero as "<0.001"."""
    if digits is None:
        return format_p(value, lang)
    if 0 < value < 0.5 * 10.0**-digits and sign == "-":
        return f"<{format_number(10.0**-digits, lang, digits=digits)}"
    return format_number(value, lang, digits=digits, sign=sign)


def plot_values(
    regions: gpd.GeoDataFrame,
    values: pd.Series | pd.DataFrame | str,
    *,
    limits: Sequence[float] | None = None,
    column: str = "index",
    variable: str = "",
    digits: int = 1,
    year: object = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    colours: Sequence[str] = palettes.SEQUENTIAL,
    gid: str = "values",
    **options: Unpack[MapOptions],
) -> Axes:
    """Map a column of numbers in classes with given limits.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    values : Series, or DataFrame with `column`, or str
        Numbers, index = region; NaN is drawn as "no data". A name means that column of `regions`.
    limits : sequence of float, optional
        Limits between the classes, rising; they hold all values. By default natural classes of these values: see
        :func:`growthpoles.class_limits`, which also makes limits that several maps can share.
    variable : str
        What the values are, with the unit: words over the legend and in the title.
    digits : int
        Digits of the values in the polygons.
    colours : sequence of str
        Ordered palette, lowest first.
    gid : str
        Name of the group of polygons in an SVG.
    year : int, optional
    edition : str, optional
        Named under the map; by default those in the data's `attrs`, "" for none.
    lang : str
        Language of words, names and numbers.
    ax : Axes, optional
        Axes to draw on; by default a new figure of the preset's width and of the height that the map needs.
    **options
        preset, labels, insets, legend, graticule, north_arrow, scale_bar, title, source: see
        :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, a column is missing, or a value lies outside the limits.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> area = regions.area / 1e9
    >>> axes = gp.plot_values(regions, area, variable="Area, thousand km²", digits=0)
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    if isinstance(values, str):
        variable = variable or values
    series = align(regions, numbers_of(values, column, "values", regions), "values")
    edges = rising(_own_limits(series.to_numpy(dtype=float)) if limits is None else limits)
    if isinstance(colours, str):
        allowed = 'a list of colours, lowest first: matplotlib.colormaps["viridis"](np.linspace(0, 1, 5)) is one'
        raise MapError(message(f"colours={colours!r} is one word", allowed=allowed))
    try:
        palettes.rgb(colours)
    except (ValueError, TypeError):
        raise MapError(
            message(f"colours={colours!r} are no colours", allowed='such as ["#ffffff", "#08306b"]')
        ) from None
    shown = Numbers(series, edges, digits, colours)
    return map_numbers(regions, shown, variable, year, edition, values, lang=lang, ax=ax, gid=gid, options=options)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values in the order of the regions, with their classes; some regions may stand apart from the numbers.

    Attributes
    ----------
    values, edges, digits, colours
        As in :func:`plot_values`; no digits mean p-values.
    apart
        Number of a region -> key of its class outside the numbers.
    cases
        Those classes, for the legend.
    title
        Default title, if it is more than the words over the legend.
    """

    values: pd.Series
    edges: Array
    digits: int | None
    colours: Sequence[str]
    apart: Mapping[int, str] = field(default_factory=dict)
    cases: tuple[Category, ...] = ()
    title: str = ""


def map_numbers(
    regions: gpd.GeoDataFrame,
    shown: Numbers,
    variable: str,
    year: object,
    edition: str | None,
    data: Any,
    *,
    lang: str,
    ax: Axes | None,
    gid: str,
    options: MapOptions,
) -> Axes:
    """Draw numbers in classes; options as in :func:`plot_values`, the data may name year and edition."""
    ramp = palettes.take(shown.colours, len(shown.edges) - 1)
    key = Legend(
        variable,
        tuple(Category(str(i), colour) for i, colour in enumerate(ramp)),
        tuple(format_number(edge, lang, digits=digits_of([edge])) for edge in shown.edges),
        (*shown.cases, no_data(lang)),
    )
    classes, marks = _classed(shown.values, shown.edges, lang, digits=shown.digits)
    mark_of = {case.key: case.mark for case in shown.cases}
    for i, case in shown.apart.items():
        classes[i], marks[i] = case, mark_of[case]
    style = map_style(regions, options, lang, shown.title or variable, year, edition, data)
    return draw_map(regions, classes, key, marks, style, ax=ax, gid=gid)
