"""Change map, class change map and typology map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import MINUS, format_number, format_percent
from growthpoles.language.phrases import Words
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.sheet.legend import Category, Legend
from growthpoles.maps.sheet.map_geometry import align
from growthpoles.maps.source_note import (
    NO_DATA,
    UNDECIDED,
    between,
    change_notes,
    digits_of,
    numbers_of,
    series_of,
    span_of,
)
from growthpoles.maps.thematic.map_drawing import draw_map, map_style
from growthpoles.maps.thematic.rating_map import plot_categories
from growthpoles.maps.thematic.value_map import (
    Array,
    Numbers,
    Scheme,
    change_limits,
    digits_in_classes,
    equal_limits,
    map_numbers,
    own_limits,
    own_scale,
    places_of,
    pretty_limits,
    refuse_both,
    rising,
)
from growthpoles.ratings.classes import ClassScale, letters_of, scale_of

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

_REACH = 3
# Types of `growthpoles.spatial.poles.typology`: colour and code, if it is no letter of a language; strong colours
# for the regions that lead in something.
GROWTH_POLES = {
    "growth pole": ("#c63a34", ""),
    "innovative, not specialised": ("#77aadd", ""),
    "specialised, not innovative": ("#eedd88", ""),
    "periphery": ("#efefef", ""),
    "outside the industry": (palettes.NO_PRODUCTION, "\u2013"),
}

# Shares of the changes in one class, or in one on each side of zero, from which on natural classes are taken, and from
# which on these become more; fewest different changes.
_CROWDED, _PARTED, _FEWEST = {1: 2 / 3, 2: 0.85}, {1: 0.5, 2: 0.65}, 10


def limits_of_change(
    values: Sequence[float] | Array, k: int | None = None, scheme: Scheme | None = None
) -> tuple[float, ...]:
    """Return :func:`change_limits` where both signs occur; else classes of one sign, of round numbers without `k`.

    They begin at zero, but where all values are nearer to each other than to it. By a `scheme`, and by natural breaks
    where these classes are crowded, limits are those of sizes, the same on both sides of zero.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    size = np.abs(known)
    mixed = known.min(initial=0.0) < 0 < known.max(initial=0.0)
    even = change_limits(known, k) if mixed or not size.any() or not 2 <= (k or 5) <= 12 else ()
    if size.any() and (scheme not in (None, "equal") or (scheme is None and k is None and crowded(known)[0])):
        return _mirrored(known, scheme, k) if mixed else _from_zero(known, own_limits(size, scheme, k))
    if even:
        return even
    low, high = float(size.min()), float(size.max())
    start = low if 2 * low > high > low else 0.0
    return _from_zero(known, pretty_limits(start, high, 5) if k is None else equal_limits(start, high, k))


def _mirrored(known: Array, scheme: Scheme | None, k: int | None) -> tuple[float, ...]:
    """Return limits of sizes on both sides of zero, as far as the values of each; three to five without `k`."""
    edges: tuple[float, ...] = ()
    for half in (k // 2,) if k else (3, 4, 5):
        arm = (0.0, *own_limits(np.abs(known[known != 0]), scheme, max(half, 2))[1 if half > 1 else -1 :])
        falls, rises = (_to_end(arm, float(end)) for end in (-known.min(), known.max()))
        edges = (*(-limit for limit in falls[:0:-1]), *rises)
        if not _fullest(known, edges, _PARTED)[0]:
            break
    return edges


def _to_end(arm: Sequence[float], end: float) -> tuple[float, ...]:
    """Return the limits below the greatest size of one side, and that size, rounded up to two figures, as the last."""
    within = int(np.searchsorted(arm, end))
    digits = 1 - int(np.floor(np.log10(end)))
    last = float(np.round(np.ceil(np.round(end * 10.0**digits, 6)) / 10.0**digits, max(digits, 0)))
    return (*arm[:within], min([*arm[within : within + 1], last]))


def _from_zero(known: Array, limits: tuple[float, ...]) -> tuple[float, ...]:
    """Return limits of sizes for changes of one sign, from zero on but where all are nearer to each other."""
    low, high = float(np.abs(known).min()), float(np.abs(known).max())
    start = low if 2 * low > high > low else 0.0
    limits = (min(limits[0], start), *limits[1:-1], max(limits[-1], high))  # an end may be a value but for noise
    return limits if known.max() > 0 else tuple(-limit + 0.0 for limit in reversed(limits))


def crowded(values: Sequence[float] | Array) -> tuple[int, int]:
    """Return how many changes would be in one class of equal width, or one on either side of zero, and which of both.

    Both are 0 where these hold no more than a map can show: classes in which most changes lie tell them not apart.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    return (
        (0, 0) if len(np.unique(known)) < _FEWEST else _fullest(known, limits_of_change(known, None, "equal"), _CROWDED)
    )


def _fullest(known: Array, limits: Sequence[float], shares: Mapping[int, float]) -> tuple[int, int]:
    """Return how many changes are in one class, or in one on each side, if more than a share of all; else zeros."""
    places = places_of(known, np.array(limits), 0.0)
    fullest = [int(np.bincount(places[side], minlength=1).max()) for side in (known < 0, known > 0)]
    found = ((max(fullest), 1), (sum(fullest), 2))
    return next((each for each in found if each[0] > shares[each[1]] * len(known)), (0, 0))


@in_preset_typeface
def plot_change(
    regions: gpd.GeoDataFrame,
    change: pd.Series | pd.DataFrame | str,
    *,
    years: tuple[object, object] | None = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    column: str = "change",
    variable: str | None = None,
    limits: Sequence[float] | None = None,
    scheme: Scheme | None = None,
    k: int | None = None,
    undecided: Sequence[object] = (),
    **options: Unpack[MapOptions],
) -> Axes:
    """Map a change, on a scale centred on zero, or from zero where all values have one sign.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    change : Series, or DataFrame with `column`, or str
        Change in any unit, index = region; NaN is drawn as "no data". A name means that column of `regions`.
    years : (int, int), optional
        First and last year, for title and source line; text such as "2023/24" stays as it is.
    variable : str, optional
        What changed, with the unit: for title and legend; by default the name of the Series or column. One that is
        called "index", as in the published tables, is the innovation index in points. The difference of two
        percentages is one in "percentage points", which only the caller knows from a change in percent.
    limits : sequence of float, optional
        Rising class limits with 0 among them or all of them on one side of it; by default three equal classes on either
        side of zero, or about five where no value is below zero, or none above it, in all colours of that side; where
        two thirds of the regions would be in one of these, or nearly all in two, natural ones of the sizes, up to the
        greatest fall and rise, rounded. A value on a limit belongs to the class further from zero, so that a rise and
        a fall of one size are equally strong.
    scheme : str, optional
        How to find the limits of the sizes, "equal" for classes of one width in any case: see
        :func:`growthpoles.class_limits`.
    k : int, optional
        Number of classes, an even one where both signs occur: half of them on either side of zero.
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
        Labels disagree, zero is inside a class, or a value lies outside the limits.

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
    refuse_both(limits, "plot_change", scheme=scheme, k=k)
    edges = rising(limits_of_change(values.to_numpy(), k, scheme)) if limits is None else own_scale(limits, values)
    word = translator(lang)
    named = variable or str(change if isinstance(change, str) else getattr(change, "name", None) or "")
    if variable is None and named == "index":
        name, title = word("Change of the index, points"), word("Change of the innovation index")
    else:
        name = title = word("Change: {name}").format(name=named) if named not in ("", "change") else word("Change")
    span = 0 if years is None else between(*years)
    known = values[values.notna()].to_numpy()
    most = float(np.abs(edges).max())
    digits = 0 if most >= 1000 or not len(known) else min(max(1, 1 - int(np.floor(np.log10(most)))), digits_of(known))
    digits, ramp = digits_in_classes(known, edges, digits, 0.0), palettes.DIVERGING
    shown = Numbers(values, edges, digits, ramp, title=title, center=0.0, sign="+", hatched=undecided)
    return map_numbers(regions, shown, name, span, edition, change, lang=lang, ax=ax, gid="change", options=options)


@in_preset_typeface
def plot_class_change(
    regions: gpd.GeoDataFrame,
    before: pd.Series,
    after: pd.Series,
    *,
    years: tuple[int, int] | None = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    scale: ClassScale | None = None,
    undecided: Sequence[object] = (),
    **options: Unpack[MapOptions],
) -> Axes:
    """Map how many classes a region rose or fell, with both letters in its polygon.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    before, after : Series of str
        Letters, index = region; NaN in either is drawn as "no data".
    years : (int, int), optional
        First and last year, for title and source line; by default those in the letters' `attrs`.
    scale : ClassScale, optional
        Letters, best first; by default those of ordered categories, or else the article's ten.
    undecided : sequence of region codes
        Regions that are hatched in place of their move, because the class does not surely move as it seems to; see
        `growthpoles.change`.
    edition, lang, ax
        As for :func:`growthpoles.plot_rating`.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree or a letter is not on the scale.

    Examples
    --------
    >>> import growthpoles as gp
    >>> before, after = (gp.load_published(year)["rating_class"] for year in (2010, 2014))
    >>> axes = gp.plot_class_change(gp.load_regions(2014), before, after, years=(2010, 2014))
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    before, after = series_of(before, "before", regions), series_of(after, "after", regions)
    scale = scale or scale_of(before) or scale_of(after)
    letters = scale.letters if scale else letters_of(before, after)
    place = {letter: -i for i, letter in enumerate(letters)}
    pairs = zip(
        regions.index,
        align(regions, before.astype(object), "before"),
        align(regions, after.astype(object), "after"),
        strict=True,
    )
    word = translator(lang)
    classes, marks, unsure = [], [], set(undecided)
    for region, first, last in pairs:
        if first is None or last is None or first != first or last != last:
            classes.append(NO_DATA)
            marks.append(word("n/d"))
            continue
        for letter in (first, last):
            if letter not in place:
                raise MapError(
                    message(
                        f"class {letter!r} is not on the scale", where=f"region {region!r}", allowed=", ".join(letters)
                    )
                )
        if region in unsure:
            classes.append(UNDECIDED)
            marks.append("?")
            continue
        classes.append(str(max(-_REACH, min(_REACH, place[last] - place[first]))))
        told = [scale.name(letter, lang) if scale else str(letter) for letter in (first, last)]
        marks.append(told[0] if first == last else "\u2192".join(told))
    steps = range(-_REACH, _REACH + 1)
    signs = {step: f"{MINUS if step < 0 else '+' if step else ''}{abs(step)}" for step in steps}
    signs |= {-_REACH: f"\u2264{signs[-_REACH]}", _REACH: f"\u2265{signs[_REACH]}"}
    ramp = tuple(
        Category(str(step), colour, signs[step], signs[step])
        for step, colour in zip(steps, palettes.DIVERGING, strict=True)
    )
    pair = span_of(years, before, after)
    span = 0 if pair is None else f"{pair[0]}\u2013{pair[1]}"
    style = map_style(regions, options, lang, word("Change of class"), span, edition, before, after)
    legend = Legend(word("Change of class, steps"), ramp, (), change_notes(lang, undecided))
    return draw_map(regions, classes, legend, marks, style, ax=ax, gid="class-change", hatched=undecided)


@in_preset_typeface
def plot_typology(
    regions: gpd.GeoDataFrame,
    types: pd.Series,
    *,
    entries: Mapping[str, tuple[str, str, str]] | None = None,
    year: object = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map a typology of regions, such as growth poles by the evidence for them.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    types : Series of str
        Type of every region; NaN is drawn as "no data". An ordered Categorical gives the order of the legend.
    entries : mapping, optional
        Type -> (colour, words, code), in the legend's order; by default fixed ones for the types of
        :func:`growthpoles.typology`, for other types up to eight colours that colour-blind readers
        tell apart, the type's own name, and numbers as codes.
    year, edition, lang, ax
        As for :func:`growthpoles.plot_rating`.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, a type has no entry, or there are more than eight types without entries.

    Examples
    --------
    >>> import growthpoles as gp
    >>> published = gp.load_published(2014)
    >>> outside = published.index[published["ksi"].isna()]
    >>> kinds = gp.typology(published["index"], published["ksi"], no_production=outside)["type"]
    >>> axes = gp.plot_typology(gp.load_regions(2014), kinds)
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    types = series_of(types, "types", regions)
    known = {str(kind) for kind in types.dropna()}
    if entries is None and known <= {*GROWTH_POLES, NO_DATA}:
        word = translator(lang)
        letter = Words(lang).letter
        entries = {kind: (face, word(kind), letter(kind, mark)) for kind, (face, mark) in GROWTH_POLES.items()}
    if entries is None:
        kinds = [str(k) for k in (types.cat.categories if isinstance(types.dtype, pd.CategoricalDtype) else [])]
        kinds = kinds or [str(kind) for kind in pd.unique(types.dropna())]
        if len(kinds) > len(palettes.QUALITATIVE):
            raise MapError(
                message(
                    "{n} types",
                    where="types",
                    allowed="{most} at most, or own entries",
                    n=len(kinds),
                    most=len(palettes.QUALITATIVE),
                )
            )
        entries = {
            kind: (colour, translator(lang)(kind), str(i + 1))
            for i, (kind, colour) in enumerate(zip(kinds, palettes.QUALITATIVE, strict=False))
        }
    return plot_categories(
        regions,
        types.astype(object),
        entries,
        legend_title=_typed(types, lang),
        default_title=translator(lang)("Types of regions"),
        year=year,
        edition=edition,
        lang=lang,
        ax=ax,
        gid="typology",
        **options,
    )


def _typed(types: pd.Series, lang: str) -> str:
    """Return the words over the legend, with the thresholds of a typology where the types carry them."""
    index, ksi = (types.attrs.get(name) for name in ("index_threshold", "ksi_threshold"))
    if index is None or ksi is None:
        return translator(lang)("Type")
    told = translator(lang)("Type: innovative from {index} points, specialised from a share of {share}")
    return told.format(index=format_number(index, lang, digits=1), share=format_percent(ksi, lang))
