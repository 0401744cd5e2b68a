"""KSI map: the specialisation index, with the kinds of missing value told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.sheet.legend import Category, Legend
from growthpoles.maps.sheet.map_geometry import align
from growthpoles.maps.source_note import NO_DATA, no_data, numbers_of
from growthpoles.maps.thematic.map_drawing import draw_map, map_style
from growthpoles.maps.thematic.value_map import Array, bin_of, digits_of, rising

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
