"""Class change map and typology map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Unpack

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
from growthpoles.maps.source_note import NO_DATA, UNDECIDED, change_notes, series_of, span_of
from growthpoles.maps.thematic.map_drawing import draw_map, map_style
from growthpoles.maps.thematic.rating_map import plot_categories
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
