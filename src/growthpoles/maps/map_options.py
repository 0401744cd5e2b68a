"""Map options: the options that every map shares, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from growthpoles.errors import MapError, message, unknown_option
from growthpoles.language.languages import translator
from growthpoles.maps.presets import Preset, get_preset


class MapOptions(TypedDict, total=False):
    """Keyword options of every map function, with their defaults.

    Attributes
    ----------
    preset : str or Preset
        Size and typography: "report" (default), "slide", or that of a publisher: "nature-single", "nature-double",
        "elsevier-single", "elsevier-1.5", "elsevier-double", "plos", "springer-small", "springer-large", "tandf",
        "copernicus-single", "copernicus-double", "mdpi", "rinc"; ":line" or ":halftone" after it changes the
        resolution.
    labels : "auto" | "codes" | "marks" | "none"
        Names (default): inside the regions where they fit, else beside the map with a line, else codes with a key
        of what they stand for; codes; classes only; nothing.
    insets, scale_bar : "auto" | "none"
        Whether to draw enlarged insets of small regions, and of crowded parts where some would else have neither name
        nor number; the scale bar.
    code_key : "auto" | "caption" | "none"
        The list of what codes and numbers stand for: on the page, or left to the caption, which is what happens where
        no page of the preset holds it. The axes tell it then: ``axes.key``, pairs of number and name with its value.
    legend : "auto" | "inside" | "below" | "none"
        The legend's place: in free space of the frame or under it, whichever leaves the larger map; or one of them.
    extent : "auto" | "all"
        Whether far parts (overseas regions, distant islands) move into frames beside the main body. Where one moves,
        the axes count in a projection of the main body's own, and in Equal Earth where regions projected for their
        areas reach round the globe: "all" keeps that of the regions, for layers laid over. ``axes.crs`` is the
        system; ``axes.projection`` names one chosen for the map where it bends lengths by more than 5 %.
    context : "auto" | "none" | "on" | "rivers"
        Sea, lakes, coast, borders and names of the neighbouring countries under the regions (Natural Earth, borders as
        they are in fact, those in dispute dotted): by default where the map has a frame and the preset is 120 mm wide
        or more; with "on" always, with "rivers" with rivers as well.
    cities : bool, DataFrame or path
        Cities as dots, capitals as rings, with their names where these fit: the most populous of Natural Earth and
        GeoNames (from 100,000 people on, the 30 largest of a country from 20,000) first, as many as the map has room
        for, none by default; ``axes.facts`` says why larger ones are left out. A table with the columns name, lon and
        lat shows places of its own, all of them; rank (0 is most important) and capital (True or False) are taken if
        there, and names in other languages from name_en, name_ru and name_kk. ``axes.cities`` are those on the map,
        ``axes.cities_outside`` the places of a table beyond its frame.
    locator : bool
        A small map of the surroundings, 18 to 24 mm wide, that shows where the regions lie: in free space, else under
        the map. ``axes.locator`` says where it stands, "left out" where it has no room; ``axes.facts`` are sentences on
        both for a caption.
    graticule : "ticks" | "lines" | "none"
        Frame with ticks along meridians and parallels, or with the lines themselves behind the regions.
    north_arrow : "none" | "auto"
        Arrow beside the scale bar, along the meridian through it: true north there, and only there.
    overlay : local result, DataFrame or Series, optional
        Significance or uncertainty over the colours: hatched are the regions that a local test (column `label`, or
        p-values below 0.05) does not find significant, or those that are True, with `overlay_label` saying what that
        means.
    overlay_label : str, optional
        Words for the hatch in the legend.
    title : str or None
        Text over the map; "" for none; by default what the preset asks for.
    source : str or None
        Source of the data, named under the map.
    """

    preset: str | Preset
    labels: Literal["auto", "codes", "marks", "none"]
    insets: Literal["auto", "none"]
    legend: Literal["auto", "inside", "below", "none"]
    code_key: Literal["auto", "caption", "none"]
    extent: Literal["auto", "all"]
    context: Literal["auto", "none", "on", "rivers"]
    cities: Any
    locator: bool
    graticule: Literal["ticks", "lines", "none"]
    north_arrow: Literal["none", "auto"]
    scale_bar: Literal["auto", "none"]
    overlay: Any
    overlay_label: str | None
    title: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class City:
    """A place with its name in the language of the map.

    Attributes
    ----------
    name
        What is written.
    lon, lat
        Degrees.
    rank
        0 is most important.
    capital
        Whether it gets a ring instead of a dot.
    own
        Whether it comes from the user, who is told where it finds no room.
    country
        Its code; "" where it is in dispute, or not known.
    """

    name: str
    lon: float
    lat: float
    rank: int
    capital: bool = False
    own: bool = False
    country: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """Options that every map shares.

    Attributes
    ----------
    preset
        Size and typography.
    lang
        Language of words and numbers.
    labels
        "auto": short names, codes where names do not fit; "codes"; "marks": classes only; "none".
    insets
        "auto", "none", or "numbers": crowded parts at a larger scale that show the numbers of regions, not the symbols.
    code_key, graticule, north_arrow, scale_bar
        Whether to draw them.
    legend
        "auto", "inside" the frame, "below" it, or "none".
    extent
        "auto": far parts move into frames; "all": nothing moves.
    context
        "none", "on", or "rivers".
    cities
        What may be shown, the most important first.
    locator
        Whether there is a small map of the surroundings.
    overlay
        What the hatch over the colours means, and the labels of the regions that carry it; None without one.
    title
        Text over the map, "" for none.
    source
        Parts of the line under the map; empty for none.
    """

    preset: Preset
    lang: str = "en"
    labels: str = "auto"
    insets: str = "auto"
    legend: str = "auto"
    code_key: str = "auto"
    extent: str = "auto"
    context: str = "none"
    cities: tuple[City, ...] = ()
    locator: bool = False
    graticule: str = "ticks"
    north_arrow: str = "none"
    scale_bar: str = "auto"
    overlay: tuple[str, frozenset[object]] | None = None
    title: str = ""
    source: tuple[str, ...] = ()


#: Width of a sheet, in millimetres, from which a map has a context by default.
_CONTEXT_FROM = 120.0
_MODES = {
    "labels": ("auto", "codes", "marks", "none"),
    "insets": ("auto", "none"),
    "legend": ("auto", "inside", "below", "none"),
    "code_key": ("auto", "caption", "none"),
    "extent": ("auto", "all"),
    "context": ("auto", "none", "on", "rivers"),
    "graticule": ("ticks", "lines", "none"),
    "north_arrow": ("none", "auto"),
    "scale_bar": ("auto", "none"),
}


def make_style(options: MapOptions, *, lang: str = "en", default_title: str = "", parts: Sequence[str] = ()) -> Style:
    """Check the options that maps share and fill in the preset's defaults.

    Parameters
    ----------
    options
        Keyword options of the map.
    lang
        Language.
    default_title
        Title for presets that print one.
    parts
        Parts of the line under the map, for presets that print it.

    Raises
    ------
    MapError
        If an option or its value is not known.
    """
    given = dict(options)
    known = MapOptions.__annotations__
    for name in given:
        if name not in known:
            raise MapError(unknown_option("option", name, known))
    preset = get_preset(options.get("preset", "report"))
    for name, allowed in _MODES.items():
        if given.get(name, allowed[0]) not in allowed:
            raise MapError(unknown_option(name, given[name], allowed))
    locator = given.get("locator") or False
    if not isinstance(locator, bool):
        raise MapError(message(f"{locator!r} given", where="locator", allowed="True or False"))
    translator(lang)
    title = options.get("title")
    if given.get("context", "auto") == "auto":
        framed = given.get("graticule", "ticks") != "none" and preset.width_mm >= _CONTEXT_FROM
        given["context"] = "on" if framed else "none"
    modes: dict[str, Any] = {name: str(given.get(name, allowed[0])) for name, allowed in _MODES.items()}
    return Style(
        preset,
        lang,
        locator=locator,
        title=(default_title if preset.heading == "title" else "") if title is None else title,
        source=tuple(part for part in parts if part) if preset.source_line == "footer" else (),
        **modes,
    )
