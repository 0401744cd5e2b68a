"""Value map: choropleth of numbers in classes, class limits (schemes), around a centre too."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, Option, message, remedy, unknown_option
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number, round_half
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.sheet.legend import Category, Legend
from growthpoles.maps.sheet.map_geometry import align
from growthpoles.maps.source_note import NO_DATA, change_notes, digits_of, numbers_of, shown_value
from growthpoles.maps.thematic.map_drawing import Texts, draw_map, map_style

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
    "equal": ("", True),  # these are computed here: round numbers of equal width, and no library to load
    "quantiles": ("", True),
    "natural": ("", True),
    "head_tail": ("HeadTailBreaks", False),
    "maximum_breaks": ("MaximumBreaks", True),
    "std_mean": ("StdMean", False),
    "box_plot": ("BoxPlot", False),
    "percentiles": ("Percentiles", False),
    "pretty": ("", True),
}
_MOST = 20_000
AT_CENTER = "at the centre"


def class_limits(values: Sequence[float] | Array, scheme: Scheme = "natural", *, k: int = 5) -> tuple[float, ...]:
    """Find the limits of classes.

    Parameters
    ----------
    values : array of float
        Data; NaN is left out.
    scheme : str
        "equal" width; limits at multiples of 1, 2 or 5 times a power of ten ("pretty"); equal count ("quantiles");
        least squares ("natural", Fisher 1958); "head_tail", "maximum_breaks", "std_mean", "box_plot", "percentiles":
        the classifiers of mapclassify.
    k : int
        Number of classes, 2 to 12; "pretty" comes as near as it can, schemes that find their own number ignore it.

    Returns
    -------
    tuple of float
        Rising limits that hold all values; classes are closed below and open above, the last one closed, as
        :func:`growthpoles.plot_values` counts them without a centre. "equal" and "pretty" classes all have one width,
        the ends rounded outward, and may be empty. Otherwise a limit lies about halfway between the values on its two
        sides, with the fewest decimals that part them; classes that would be empty are left out.

    Raises
    ------
    MapError
        The scheme is not known, or there are fewer distinct values than classes.

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
    distinct = known[np.diff(known, prepend=-np.inf) != 0]
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
    low, high = float(distinct[0]), float(distinct[-1])
    if scheme in ("equal", "pretty"):
        limits = (equal_limits if scheme == "equal" else pretty_limits)(low, high, k)
    else:
        edges = _natural_breaks(known, k) if scheme == "natural" else _last_of_classes(known, distinct, scheme, k)
        limits = _readable(low, distinct[edges], distinct[edges + 1], high)
    return min(limits[0], low), *limits[1:-1], max(limits[-1], high)  # an end may be a value but for noise


def _last_of_classes(known: Array, distinct: Array, scheme: Scheme, k: int) -> NDArray[np.int_]:
    """Return the last distinct value of every class but the highest, by quantiles or a classifier of mapclassify."""
    if scheme == "quantiles":
        last = len(known) - 1
        at, part = np.divmod(last * np.arange(1, k + 1), k)  # whole numbers: a limit that is a value is that value
        bins = known[at] + (known[np.minimum(at + 1, last)] - known[at]) * (part / k)
    else:
        import mapclassify

        name, counted = _CLASSIFIERS[scheme]
        classifier = getattr(mapclassify, name)
        with warnings.catch_warnings():
            # numba is faster for large data and not needed here; ties are dealt with below
            warnings.simplefilter("ignore", UserWarning)
            bins = np.asarray((classifier(known, k=k) if counted else classifier(known)).bins, dtype=float)
    # mapclassify closes its classes above; what separates two classes is any number between their values.
    number = np.searchsorted(bins, distinct, side="left")
    return np.flatnonzero(np.diff(number))


def _outward(low: float, high: float, digits: int) -> tuple[float, float]:
    """Return ends rounded outward to so many digits; one that has them, but for noise, stays where it is."""
    unit, start, end = 10.0**-digits, round(float(low), digits) + 0.0, round(float(high), digits) + 0.0
    start = start if start - low <= 1e-9 * unit else round(start - unit, digits)
    return start, end if high - end <= 1e-9 * unit else round(end + unit, digits)


def equal_limits(low: float, high: float, k: int) -> tuple[float, ...]:
    """Return limits of `k` classes of one width, as short as they can be without reaching far over the ends."""
    power = int(np.floor(np.log10(high - low)))
    for digits in range(-power, 5 - power):
        unit = 10.0**-digits
        start = _outward(low, high, digits)[0]
        width = np.ceil((high - start) / k / unit - 1e-9) * unit
        if width > 0 and start + k * width - high + low - start <= 0.02 * (high - low):
            return tuple(float(round(start + i * width, max(digits, 0))) for i in range(k + 1))
    return tuple(np.linspace(low, high, k + 1).tolist())


def pretty_limits(low: float, high: float, k: int) -> tuple[float, ...]:
    """Return multiples of 1, 2 or 5 times a power of ten that hold all values, in about `k` classes."""
    power = int(np.floor(np.log10((high - low) / k)))
    steps = [(digit, power + shift) for shift in (-1, 0, 1) for digit in (1, 2, 5)]
    ends = {
        (digit, ten): (
            int(np.floor(low / (digit * 10.0**ten) + 1e-9)),
            int(np.ceil(high / (digit * 10.0**ten) - 1e-9)),
        )
        for digit, ten in steps
    }
    best = min(steps, key=lambda step: (abs(ends[step][1] - ends[step][0] - k), step[1], step[0]))
    first, last = ends[best]
    return tuple(float(round(i * best[0] * 10.0 ** best[1], max(-best[1], 0))) for i in range(first, last + 1))


def _natural_breaks(known: Array, k: int) -> NDArray[np.int_]:
    """Return the last distinct value of every class but the highest, where squares around class means are least.

    Dynamic programming over the sorted distinct values (Fisher 1958). The best start of the last class never moves back
    as its end moves on: ends are halved, all middles of a level at once, so that a class costs n log n.
    """
    values, counts = np.unique(known - known.mean(), return_counts=True)
    sums = [np.concatenate([[0.0], np.cumsum(counts * values**power)]) for power in (0, 1, 2)]
    n = len(values)

    def cost(start: NDArray[np.int_], end: NDArray[np.int_]) -> Array:
        weight, first, second = (total[end] - total[start] for total in sums)
        return np.maximum(second - first**2 / weight, 0.0)

    ends = np.arange(1, n + 1)
    best = np.concatenate([[0.0], cost(np.zeros(n, dtype=int), ends)])
    starts = np.zeros((k, n + 1), dtype=int)
    for part in range(1, k):
        before, best = best, np.full(n + 1, np.inf)
        # ends from first to last, whose best starts lie between low and high
        first, last, low, high = (np.array([each]) for each in (part + 1, n, part, n - 1))
        while len(first):
            middle = (first + last) // 2
            size = np.minimum(high, middle - 1) - low + 1
            begin = np.cumsum(size) - size
            tried = np.arange(size.sum()) - np.repeat(begin - low, size)
            total = before[tried] + cost(tried, np.repeat(middle, size))
            least = np.minimum.reduceat(total, begin)
            hits = np.flatnonzero(total == np.repeat(least, size))
            found = tried[hits[np.unique(np.searchsorted(begin, hits, side="right"), return_index=True)[1]]]
            best[middle], starts[part, middle] = least, found
            first, last = np.concatenate([first, middle + 1]), np.concatenate([middle - 1, last])
            low, high = np.concatenate([low, found]), np.concatenate([found, high])
            first, last, low, high = (each[first <= last] for each in (first, last, low, high))
    edges, end = [], n
    for part in range(k - 1, 0, -1):
        end = int(starts[part, end])
        edges.append(end - 1)
    return np.array(edges[::-1], dtype=int)


def own_limits(values: Array, scheme: Scheme | None = None, k: int | None = None) -> tuple[float, ...]:
    """Return class limits by a scheme: five natural classes by default, fewer where there are fewer values."""
    distinct = np.unique(values[~np.isnan(values)])
    if not len(distinct):
        raise MapError(message("no region has a value", where="values", allowed="one number at least"))
    if scheme is not None and scheme not in _CLASSIFIERS:
        raise MapError(unknown_option("scheme", scheme, get_args(Scheme)))
    if len(distinct) == 1:
        unit = 10.0 ** np.floor(np.log10(abs(distinct[0]))) if distinct[0] else 1.0
        return float(distinct[0] - unit), float(distinct[0] + unit)
    classes = 5 if k is None else k
    if 2 <= classes <= 12:
        classes = min(classes, len(distinct))
    return class_limits(values, scheme or ("natural" if len(distinct) <= _MOST else "quantiles"), k=classes)


def _readable(low: float, below: Array, above: Array, high: float) -> tuple[float, ...]:
    """Return limits between `below` and `above` with the fewest decimals that part them, the ends rounded outward."""
    for digits in range(-9, 16):
        unit = 10.0**-digits
        inner = np.round((below + above) / 2, digits)
        start, end = _outward(low, high, digits)
        limits = np.array([start, *inner, end])
        fine = ((inner > below) & (inner <= above)).all()
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


def own_scale(limits: Sequence[float] | Array, values: pd.Series) -> Array:
    """Check limits that somebody chose: they rise, and hold all values, or else wider ones are offered."""
    edges, numbers = rising(limits), values.to_numpy(dtype=float)
    noise = 1e-12 * float(np.abs(edges).max())
    known = numbers[np.isfinite(numbers)]
    off = np.flatnonzero((numbers < edges[0] - noise) | (numbers > edges[-1] + noise))
    if not len(off):
        return edges
    ends = _outward(known.min(), known.max(), digits_for(known))
    wider = [*ends[:1] * bool(ends[0] < edges[0] - noise), *edges, *ends[1:] * bool(ends[1] > edges[-1] + noise)]
    wide = remedy("{limits}, which holds all values", limits=_limits_option(wider))
    value, where = numbers[off[0]], f"region {values.index[off[0]]!r}"
    raise MapError(message(f"value {value:g} is off the scale", where=where, allowed=wide))


def refuse_both(limits: object, where: str, **others: object) -> None:
    """Refuse limits beside what finds them."""
    given = [name for name, value in others.items() if value is not None]
    if limits is not None and given:
        raise MapError(message(f"limits and {given[0]} are given", where=where, allowed="one of them"))


def _limits_option(limits: Sequence[float]) -> Option:
    """Return the option that sets limits, in figures that a reader pastes."""
    text = ",".join(f"{limit:.12g}" for limit in limits)
    return Option("limits", repr(text), f"limits=[{text}]")


def bin_of(value: float, edges: Array, region: object) -> int:
    """Return the class of a value: closed below, open above; the top belongs to the last class.

    Raises
    ------
    MapError
        If the value is off the scale.
    """
    noise = 1e-12 * float(np.abs(edges).max())
    if not edges[0] - noise <= value <= edges[-1] + noise:
        raise MapError(
            message(
                f"value {value:g} is off the scale",
                where=f"region {region!r}",
                allowed=f"{edges[0]:g} to {edges[-1]:g}",
            )
        )
    return int(places_of(np.array([value]), edges)[0])


def places_of(values: Array, edges: Array, center: float | None = None) -> NDArray[np.int_]:
    """Return the classes of values as :func:`bin_of`; below a centre they are closed above, so that both sides mirror.

    On both sides a value on a limit belongs to the class further from the centre. NaN falls into the last one.
    """
    noise = 1e-12 * float(np.abs(edges).max())
    places = np.searchsorted(edges - noise, values, side="right") - 1
    if center is not None:
        places = np.where(values < center, np.searchsorted(edges + noise, values, side="left") - 1, places)
    return places.clip(0, len(edges) - 2)


def digits_for(values: Array) -> int:
    """Return the digits of printed values: three figures of the largest, and none that no value has.

    Where they lie close together, as indices around 100 do, they are three of four times their spread.
    """
    known = values[np.isfinite(values)]
    if not len(known) or (known == np.round(known)).all():
        return 0
    size = min(np.abs(known).max(), 4 * np.ptp(known) or np.inf)
    return min(int(np.clip(2 - np.floor(np.log10(size)), 0, 9)), digits_of(known))


def digits_in_classes(values: Array, edges: Array, first: int, center: float | None = None) -> int:
    """Return `first` digits, or as many more as it takes that every value is printed within the limits of its class.

    A value of 105.5 below a limit of 105.8 is not "106". The digits that the values have are enough in any case, and
    what is printed as zero is told by :func:`growthpoles.maps.source_note.shown_value`.
    """
    known = values[np.isfinite(values)]
    own = places_of(known, edges, center)
    noise = 1e-9 * float(np.ptp(edges))

    def stay(digits: int) -> bool:
        printed = np.array([round_half(value, digits) for value in known])
        within = (edges[0] - noise <= printed) & (printed <= edges[-1] + noise)
        return bool((((places_of(printed, edges, center) == own) & within) | (printed == 0)).all())

    last = max(first, digits_of(known)) if len(known) else first
    return next(filter(stay, range(first, last)), last)


def change_limits(values: Sequence[float] | Array, k: int | None = None) -> tuple[float, ...]:
    """Return limits of `k` classes (6), symmetric around zero, of 1, 2, 2.5 or 5 times a power of ten, for all values.

    Raises
    ------
    MapError
        The number of classes is odd, or not 2 to 12.
    """
    half = (k or 6) // 2
    if k is not None and (k % 2 or not 2 <= k <= 12):
        even = str(min(max(k + k % 2, 2), 12))
        allowed = remedy(
            "as many on either side, 2 to 12 in all: {classes}", classes=Option("classes", even, f"k={even}")
        )
        raise MapError(message(f"{k} classes around a centre", allowed=allowed))
    known = np.abs(np.asarray(values, dtype=float))
    known = known[np.isfinite(known)]
    reach = float(known.max()) / half if len(known) and known.max() > 0 else 1.0
    power = 10.0 ** np.floor(np.log10(reach))
    step = float(power * next(s for s in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0) if s * power >= reach * (1 - 1e-12)))
    return tuple(i * step for i in range(-half, half + 1))


def centered_limits(values: Sequence[float] | Array, center: float, k: int | None = None) -> tuple[float, ...]:
    """Return :func:`change_limits` around a centre, in the figures that the map prints; no value changes its class.

    Without `k`, classes beyond all values are left out, but one on either side of the centre.
    """
    numbers = np.asarray(values, dtype=float)
    known, steps = numbers[np.isfinite(numbers)], np.array(change_limits(numbers - center, k))
    if k is None:
        step, low, high = steps[4], known.min(initial=center) - center, known.max(initial=center) - center
        steps = steps[(steps > min(low, -step / 2) - step) & (steps < max(high, step / 2) + step)]
    exact = center + steps
    for digits in range(max(digits_for(known), digits_of(steps)), 16):
        limits = np.round(exact, digits)
        held = limits[0] <= known.min(initial=np.inf) and limits[-1] >= known.max(initial=-np.inf)
        if held and (np.diff(limits) > 0).all():
            these, those = (places_of(known[known != center], each, center) for each in (exact, limits))
            if (these == those).all():
                return tuple(limits.tolist())
    return tuple(exact.tolist())


def automatic_limits(
    values: Array, scheme: Scheme | None, k: int | None, center: float | None
) -> tuple[tuple[float, ...], float | None]:
    """Return limits that nobody chose, and the centre: 0 where both signs occur and neither it nor a scheme is given.

    Classes around such a centre are natural on either side, as many on each as its share of the span or, if that is
    more, as half its share of the regions, one at least: a great gain does not leave all losses in one class.
    """
    if center is not None and scheme is None:
        return centered_limits(values, center, k), center
    low, high = (float(end(values[np.isfinite(values)], initial=0.0)) for end in (np.min, np.max))
    classes, noise = k or 6, 1e-12 * (high - low)
    if scheme is not None or not min(-low, high) > noise or not 2 <= classes <= 12:
        return own_limits(values, scheme, k), center
    arms = values[values < -noise], values[values > noise]
    least = [max(1, int(round_half(classes * len(arm) / sum(map(len, arms)) / 2, 0))) for arm in arms]
    first = min(max(int(round_half(-classes * low / (high - low), 0)), least[0]), classes - least[1])
    below, above = _arm_limits(arms[0], first), _arm_limits(arms[1], classes - first)
    return (*below[:-1], 0.0, *above[1:]), 0.0


def _arm_limits(values: Array, k: int) -> tuple[float, ...]:
    """Return natural limits of the values on one side of zero, of which the one next to it is not used."""
    if (k := min(k, len(np.unique(values)))) > 1:
        return own_limits(values, None, k)
    return _readable(values.min(initial=0.0), np.array([]), np.array([]), values.max(initial=0.0))


def _two_arms(colours: Sequence[str], edges: Array, center: float, values: Array) -> tuple[str, ...]:
    """Colours of a scale with one arm on each side of a centre that it has, the paler the nearer to it.

    Raises
    ------
    MapError
        The centre is no limit between two classes, in their figures where no value lies between them and it.
    """
    half = len(colours) // 2
    below, above = colours[:half], colours[: -half - 1 : -1]
    noise = 1e-12 * max(1.0, abs(center))
    if edges[0] >= center - noise:
        return palettes.take(above[::-1], len(edges) - 1)
    if edges[-1] <= center + noise:
        return palettes.take(below, len(edges) - 1)
    at = int(np.argmin(np.abs(edges - center)))
    near = abs(edges[at] - center) <= noise
    others = values[np.isfinite(values) & (values != center)]
    parted = ((places_of(others, edges, center) >= at) == (others > center)).all()
    rounded = round_half(center, digits_of(edges)) == edges[at] and parted
    if at in (0, len(edges) - 1) or not (near or rounded):
        where = "zero" if center == 0 else f"{center:g}"
        ends = min(edges[0], *others), max(edges[-1], *others)
        step = max(center - ends[0], ends[1] - center)
        inner = [edge for edge in edges[1:-1] if edge != center]
        limits = [ends[0], *inner, ends[1]] if ends[0] < center < ends[1] else [center - step, center + step]
        own = _limits_option(sorted({*map(float, limits), center}))
        allowed = remedy("{limits}, or others with the centre among them; no scheme", limits=own)
        problem = f"no limit between two classes is {where}: limits={edges.tolist()}"
        raise MapError(message(problem, allowed=allowed))
    arms = [_arm(colours, max(at, len(edges) - 1 - at)) for colours in (below, above)]  # steps as strong on both sides
    return (*arms[0][-at:], *arms[1][at + 1 - len(edges) :][::-1])


def _arm(colours: Sequence[str], n: int) -> tuple[str, ...]:
    """Colours of one side of a diverging scale, the strongest first."""
    return tuple(colours[-n:]) if n <= len(colours) else palettes.take(colours, n)


def _classed(
    values: pd.Series, edges: Array, lang: str, *, digits: int | None, sign: Any = "-", center: float | None = None
) -> tuple[list[str], Callable[[int], str]]:
    """Classes of all regions, of values on the scale, and what prints the value of one of them."""
    numbers = values.to_numpy(dtype=float)
    missing = np.isnan(numbers)
    keys = np.array([*map(str, range(len(edges) - 1)), NO_DATA], dtype=object)
    classes = keys[np.where(missing, len(edges) - 1, places_of(numbers, edges, center))].tolist()
    nothing = translator(lang)("n/d")
    return classes, lambda i: nothing if missing[i] else shown_value(float(numbers[i]), lang, digits, sign)


@in_preset_typeface
def plot_values(
    regions: gpd.GeoDataFrame,
    values: pd.Series | pd.DataFrame | str,
    *,
    limits: Sequence[float] | None = None,
    scheme: Scheme | None = None,
    k: int | None = None,
    center: float | None = None,
    column: str = "index",
    variable: str = "",
    digits: int | None = None,
    year: object = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    colours: Sequence[str] | None = None,
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
        Limits between the classes, rising; they hold all values. By default those of `scheme`. A value on a limit
        belongs to the class above it, but see `center`.
    scheme : str, optional
        How to find the limits, "natural" by default: see :func:`growthpoles.class_limits`, which also makes limits
        that several maps can share. Without it colours run apart from zero where values have both signs.
    k : int, optional
        Number of classes, five by default, six with both signs; fewer where there are fewer distinct values. With a
        `center` and no scheme six, or another even number.
    center : float, optional
        Value from which the colours run apart, such as 0, 1, 100 or a mean: the limits are then at even steps from
        it, as far as there are values, unless they are given, rounded as the map prints numbers where that moves no
        region to another class, and regions exactly at it are a class of their own. A value on a limit belongs to the
        class further from it.
    variable : str
        What the values are, with the unit: words over the legend and in the title.
    digits : int, optional
        Digits of the values in the polygons; by default three figures of the largest value, and no more than
        the values have.
    colours : sequence of str, optional
        Ordered palette, lowest first; with a `center` one arm and the other.
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
    numbers = series.to_numpy(dtype=float)
    refuse_both(limits, "plot_values", scheme=scheme, k=k)
    if limits is None:
        found, middle = automatic_limits(numbers, scheme, k, center)
        center = middle if colours is None else center
    edges = rising(found) if limits is None else own_scale(limits, series)
    if colours is None:
        colours = palettes.SEQUENTIAL if center is None else palettes.DIVERGING
    palettes.check_colours(colours)
    told = digits_in_classes(numbers, edges, digits_for(numbers), center) if digits is None else digits
    shown = Numbers(series, edges, told, colours, center=center)
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
    center
        Value from which the colours run apart; None for one direction.
    sign
        "+" writes a plus before positive numbers.
    hatched
        Labels of regions that are hatched over their colour.
    """

    values: pd.Series
    edges: Array
    digits: int | None
    colours: Sequence[str]
    apart: Mapping[int, str] = field(default_factory=dict)
    cases: tuple[Category, ...] = ()
    title: str = ""
    center: float | None = None
    sign: Literal["-", "+"] = "-"
    hatched: Sequence[object] = ()


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
    edges, center, sign, word = shown.edges, shown.center, shown.sign, translator(lang)
    numbers = np.asarray(shown.values, dtype=float)
    if center is None:
        ramp = palettes.take(shown.colours, len(edges) - 1)
    else:
        ramp = _two_arms(shown.colours, edges, center, numbers)
    classes, printed = _classed(shown.values, edges, lang, digits=shown.digits, sign=sign, center=center)
    cases, apart = list(shown.cases), dict(shown.apart)
    together = None if shown.digits is None else digits_of(edges)  # levels of p-values are written as they are known
    still = np.flatnonzero(numbers == center)
    if center is not None and len(still):
        exact = None if together is None else min(together, digits_of([center]))
        told = format_number(center, lang, digits=exact)
        label = word("no change") if shown.sign == "+" and center == 0 else word("exactly {value}").format(value=told)
        cases.insert(0, Category(AT_CENTER, shown.colours[len(shown.colours) // 2], label, told))
        apart |= dict.fromkeys(still.tolist(), AT_CENTER)
    mark_of = {case.key: case.mark for case in cases}
    for i, case in apart.items():
        classes[i] = case
    marks = Texts(len(classes), lambda i: mark_of[apart[i]] if i in apart else printed(i))
    key = Legend(
        variable,
        tuple(Category(str(i), colour) for i, colour in enumerate(ramp)),
        tuple(
            format_number(edge, lang, digits=digits_of([edge]) if together is None else together, sign=sign)
            for edge in edges
        ),
        (*cases, *change_notes(lang, shown.hatched)),
    )
    style = map_style(regions, options, lang, shown.title or variable, year, edition, data)
    return draw_map(regions, classes, key, marks, style, ax=ax, gid=gid, hatched=shown.hatched)
