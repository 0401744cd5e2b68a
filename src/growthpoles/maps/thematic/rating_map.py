"""Rating map: choropleth of letter ratings, of named classes and of KSI, with the kinds of missing value told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, Unpack

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.sheet.legend import Category, Legend
from growthpoles.maps.sheet.map_geometry import align
from growthpoles.maps.source_note import NO_DATA, column_of, digits_of, no_data, numbers_of, series_of
from growthpoles.maps.thematic.map_drawing import draw_map, map_style
from growthpoles.maps.thematic.value_map import Array, bin_of, rising
from growthpoles.ratings.classes import TEN_CLASSES, ClassScale, classify, letters_of, scale_of

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes


KSI_LIMITS = (0.0, 0.01, 0.05, 0.1, 0.25, 1.0)
KSI_STATUS = ("value", "rounded zero", "no production")


def ksi_legend(lang: str = "en", limits: Sequence[float] = KSI_LIMITS, *, industry: str | None = None) -> Legend:
    """Return the legend of the specialisation index: classes of values, then the three cases without one.

    Parameters
    ----------
    lang
        Language.
    limits
        Limits between the classes, rising; a zero is never in the first class, it is "rounded to zero".
    industry
        Name of the industry in that language, for the words over the legend.
    """
    word = translator(lang)
    colours = palettes.take(palettes.SEQUENTIAL, len(limits) - 1)
    ramp = tuple(Category(str(i), colour) for i, colour in enumerate(colours))
    bounds = tuple(format_number(limit, lang, digits=digits_of(limits)) for limit in limits)
    swatches = (
        Category("rounded zero", palettes.ROUNDED_ZERO, word("rounded to zero"), "0"),
        Category("no production", palettes.NO_PRODUCTION, word("no production"), "\u2013"),
        no_data(lang),
    )
    return Legend(_named(word("KSI: share of the country's output"), industry), ramp, bounds, swatches)


def _named(words: str, industry: str | None) -> str:
    """Add the name of the industry."""
    return f"{words}, {industry}" if industry else words


@in_preset_typeface
def plot_ksi(
    regions: gpd.GeoDataFrame,
    published: pd.DataFrame,
    *,
    year: int | None = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    column: str = "ksi",
    limits: Sequence[float] = KSI_LIMITS,
    industry: str | None = None,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map the specialisation index KSI: the share of every region in the country's output of an industry.

    "No production", "rounded to zero" and "no data" are classes of their own; the polygons carry the value,
    0, a dash or n/d, as the table prints them, so that they are told apart without colour.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    published : DataFrame
        Index = region; `column` (0 to 1) and `ksi_status` ("value", "rounded zero", "no production"); where the
        status is missing, a value counts, if there is one.
    column : str
        Name of the column of values.
    limits : sequence of float
        Limits between the classes, rising.
    industry : str, optional
        Name of the industry in the language of the map, for title and legend.
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
        Labels disagree, a column is missing, a status is not known, or a value lies outside the limits.

    Examples
    --------
    >>> import growthpoles as gp
    >>> axes = gp.plot_ksi(gp.load_regions(2014), gp.load_published(2014), industry="IT services")
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    values = align(regions, numbers_of(published, column, "published", regions), "published")
    status: Sequence[object] = [None] * len(values)
    if "ksi_status" in published.columns:
        status = align(regions, published["ksi_status"].astype(object), "published").tolist()
    edges = rising(limits)
    cases = [_ksi_case(*row, edges, lang) for row in zip(regions.index, values.tolist(), status, strict=True)]
    title = _named(translator(lang)("Specialisation (KSI)"), industry)
    style = map_style(regions, options, lang, title, year, edition, published)
    classes, marks = [case[0] for case in cases], [case[1] for case in cases]
    return draw_map(regions, classes, ksi_legend(lang, limits, industry=industry), marks, style, ax=ax, gid="ksi")


def _ksi_case(region: object, value: float, status: Any, edges: Array, lang: str) -> tuple[str, str]:
    """Class and printed text of one region."""
    known = status is not None and status == status
    if known and status not in KSI_STATUS:
        raise MapError(
            message(f"status {status!r} is not known", where=f"region {region!r}", allowed=", ".join(KSI_STATUS))
        )
    if known and status == "no production":
        return "no production", "\u2013"
    if (known and status == "rounded zero") or value == 0:
        return "rounded zero", "0"
    if value != value:
        return NO_DATA, translator(lang)("n/d")
    return str(bin_of(value, edges, region)), format_number(value, lang, digits=3)


def rating_legend(lang: str = "en", scale: ClassScale = TEN_CLASSES, *, title: str | None = None) -> Legend:
    """Return the legend of a letter rating: every class with its limits, the worst first, and "no data".

    Parameters
    ----------
    lang
        Language.
    scale
        Letters and limits.
    title
        Words over the legend; the default names the index.
    """
    bounds = tuple(f"{limit:g}" if isfinite(limit) else "" for limit in (*scale.limits[::-1], scale.top))
    word = translator(lang)
    if scale.of == "relative":
        title = word("Class and relative index, %")
    names = [scale.name(letter, lang) for letter in scale.letters]
    return _legend(scale.letters, names, bounds, word("Class and index, points") if title is None else title, lang)


def _legend(letters: Sequence[str], names: Sequence[str], bounds: tuple[str, ...], title: str, lang: str) -> Legend:
    colours = palettes.rating_colours(len(letters))
    parts = zip(letters[::-1], colours, names[::-1], strict=True)
    ramp = (Category(key, colour, name, name) for key, colour, name in parts)
    return Legend(title, tuple(ramp), bounds, (no_data(lang),))


@in_preset_typeface
def plot_rating(
    regions: gpd.GeoDataFrame,
    rating: pd.DataFrame | pd.Series,
    *,
    year: int | None = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    column: str = "index",
    variable: str | None = None,
    scale: ClassScale | None = None,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map the classes of a rating: those that it has, or else those of its index.

    All classes of the scale stand in the legend with their limits, so that colours mean the same on every map.
    Each polygon carries the name (or the code) of its region and its letter.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    rating : DataFrame or Series
        Index = region; `rating_class`, or `column` (index points) where there are no classes or `scale` is given. NaN
        is drawn as "no data".
    year : int, optional
    edition : str, optional
        Named under the map; by default those in the data's `attrs`, "" for none.
    lang : str
        Language of words, names and numbers.
    ax : Axes, optional
        Axes to draw on; by default a new figure of the preset's width and of the height that the map needs.
    column : str
        Column with index values: "index", or a sub-index such as "ris" or "ria".
    variable : str, optional
        Name of what is rated, for title and legend; by default the article's for its rating, else that of the column
        or Series, else "Rating".
    scale : ClassScale, optional
        Letters and limits to class `column` by; by default those that the rating carries, or else the article's ten.
    **options
        preset, labels, insets, legend, graticule, north_arrow, scale_bar, title, source: see
        :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes
        ``axes.unnamed``: labels of the regions that bear neither their name nor a code that a list explains.

    Raises
    ------
    MapError
        Labels of rating and regions disagree, a column is missing, or an option is not known.
    RatingError
        A value is off the scale.

    Examples
    --------
    >>> import growthpoles as gp
    >>> axes = gp.plot_rating(gp.load_regions(2014), gp.load_published(2014), lang="kk", preset="nature-double")
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    if not hasattr(rating, "columns"):
        rating = series_of(rating, "rating", regions)
    title = variable or _title(rating, column, edition, lang)
    letters, chosen = _classes(rating, column, scale)
    known = align(regions, letters.astype(object), "rating")
    classes = [NO_DATA if value is None or value != value else str(value) for value in known]
    word = translator(lang)
    style = map_style(regions, options, lang, title, year, edition, rating)
    name = chosen.name if isinstance(chosen, ClassScale) else lambda letter, lang: letter
    marks = [word("n/d") if value == NO_DATA else name(value, lang) for value in classes]
    heading = None if column == "index" and variable is None else f"{word('Class and points')}"
    legend = (
        _legend(chosen, chosen, (), "", lang)
        if isinstance(chosen, tuple)
        else rating_legend(lang, chosen, title=heading)
    )
    return draw_map(regions, classes, legend, marks, style, ax=ax, gid="rating")


def _classes(
    rating: pd.DataFrame | pd.Series, column: str, scale: ClassScale | None
) -> tuple[pd.Series, ClassScale | tuple[str, ...]]:
    """Return the classes to draw, and their scale; letters alone, best first, where the limits are not known."""
    columns = getattr(rating, "columns", ())
    held: Any = rating if getattr(rating, "dtype", "") == "category" else None
    own = scale is None and column in ("index", rating.attrs.get("root"))
    if "rating_class" in columns and (own or column not in columns):
        held = rating["rating_class"]
    known = scale or scale_of(rating)
    if held is None or (column in columns and held.isna().all()):
        known = known or TEN_CLASSES
        return classify(column_of(rating, column, "rating"), known), known
    letters = scale.letters if scale else letters_of(held)
    stray = [str(letter) for letter in held.dropna().unique() if letter not in letters]
    if stray:
        allowed = f"{', '.join(letters)}, or ordered categories of one's own"
        raise MapError(message(f"class {stray[0]!r} is not on the scale", where="rating", allowed=allowed))
    known = next((each for each in (known, TEN_CLASSES) if each and each.letters == letters), None)
    return held, known or letters


def _title(rating: pd.DataFrame | pd.Series, column: str, edition: str | None, lang: str) -> str:
    """Title of a rating: that of the article's, by its column, else the name of the figures."""
    word = translator(lang)
    known = (edition or rating.attrs.get("edition") or "data") != "data"
    if known or {"ris", "ria"} <= set(getattr(rating, "columns", ())):
        parts = {"ris": word("Innovation susceptibility (RIS)"), "ria": word("Innovation activity (RIA)")}
        return parts.get(column, word("Rating of innovative development"))
    name = getattr(rating, "name", None) or (column if column != "index" else None)
    return str(name) if isinstance(name, str) and name not in ("index", "rating_class") else word("Rating")


@in_preset_typeface
def plot_categories(
    regions: gpd.GeoDataFrame,
    classes: pd.Series | str,
    entries: Mapping[str, tuple[str, str, str] | Category] | None = None,
    *,
    legend_title: str = "",
    default_title: str = "",
    year: object = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    gid: str = "categories",
    counted: bool = False,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map named classes without an order.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    classes : Series of str, or str
        Class of every region; NaN is drawn as "no data". A name means that column of `regions`.
    entries : mapping, optional
        Class -> (colour "#rrggbb", words in the legend, code printed in the polygons), in the legend's order;
        classes that no region has keep their place. "no data" stands there only if some region needs it. By default the
        classes by their own names in colours of the package, up to eight, in the order in which they appear or that of
        their categories.
    legend_title, default_title, gid
        Words over the legend; title that presets with titles use; identifier in vector files.
    counted : bool
        Whether the legend says how many regions each class has.
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
        ``axes.unnamed``: labels of the regions that bear neither their name nor a code that a list explains.

    Raises
    ------
    MapError
        Labels disagree, a class has no legend entry, or there are more classes than colours.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> axes = gp.plot_categories(regions, "kind")
    >>> entries = {"city": ("#d95f02", "city", "C"), "region": ("#cccccc", "region", "R")}
    >>> axes = gp.plot_categories(regions, regions["kind"], entries, legend_title="Kind")
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    import pandas as pd

    if isinstance(classes, str):
        legend_title = legend_title or classes
    classes = series_of(classes, "classes", regions)
    values = align(regions, classes.astype(object), "classes")
    keys = [NO_DATA if pd.isna(value) else str(value) for value in values]
    if entries is None:
        entries = _own_entries(getattr(classes.dtype, "categories", keys))
    for key, entry in entries.items():
        if not isinstance(entry, Category) and (len(entry) != 3 or not re.fullmatch("#[0-9a-fA-F]{6}", entry[0])):
            allowed = 'colour, words in the legend, code, such as ("#d95f02", "city", "C"); or no entries'
            raise MapError(message(f"{entry!r} given", where=f"entries[{key!r}]", allowed=allowed))
    listed = [
        entry if isinstance(entry, Category) else Category(str(key), *entry, case=key == NO_DATA)
        for key, entry in entries.items()
    ]
    if all(each.key != NO_DATA for each in listed):
        listed.append(no_data(lang))
    mark_of = {entry.key: entry.mark for entry in listed}
    legend = Legend(legend_title, swatches=tuple(listed), counted=counted)
    style = map_style(regions, options, lang, default_title, year, edition, classes)
    marks = [mark_of.get(key, "") for key in keys]
    return draw_map(regions, keys, legend, marks, style, ax=ax, gid=gid)


def _own_entries(classes: Iterable[object]) -> dict[str, tuple[str, str, str]]:
    """Return entries of classes by their own names, each once."""
    found = [key for key in dict.fromkeys(map(str, classes)) if key != NO_DATA]
    most = len(palettes.QUALITATIVE)
    if len(found) > most:
        allowed = f"{most} at most, or colours of your own in entries; numbers have a map of their own: gp.plot_values"
        problem = f"{len(found)} classes cannot be told apart by colour"
        raise MapError(message(problem, where="plot_categories", allowed=allowed))
    return {key: (colour, key, "") for key, colour in zip(found, palettes.QUALITATIVE, strict=False)}
