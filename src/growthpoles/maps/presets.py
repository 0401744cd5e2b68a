"""Presets of journals and publishers: figure sizes, font sizes, dots per inch, file formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

from growthpoles.errors import MapError, unknown_option
from growthpoles.maps.typography.typefaces import typeface_of

P = ParamSpec("P")
R = TypeVar("R")
FIGURE_KINDS = ("line", "combination", "halftone")


@dataclass(frozen=True, slots=True)
class Preset:
    """Physical size and typography of one kind of publication.

    Attributes
    ----------
    name
        Name of the preset.
    width_mm, max_height_mm
        Width of the figure and its largest height, in millimetres.
    text_pt, small_pt, title_pt
        Sizes of the running text, of the smallest text that is ever set, and of the title, in points.
    dpi
        Resolution of raster files.
    formats
        File formats that the publisher takes, preferred one first.
    line_pt
        Width of a region's border, in points.
    heading
        "title": a default title stands on the figure; "none": the caption says it.
    source_line
        "footer": edition and source stand under the figure; "none": the caption says it.
    lens_mm
        Radius of an enlarged inset, in millimetres.
    typeface
        "DejaVu Sans", "Arimo" (widths of Arial) or "Tinos" (widths of Times New Roman); one that
        :func:`growthpoles.typeface` has set goes first.
    kind
        What the publisher calls a figure of lines, shades and letters, which decides its `dpi`: "line", "combination"
        or "halftone".
    letters
        "outlines": the publisher's checker wants no fonts in EPS; "text": they are embedded.
    colours
        "grey": the preset's files are converted to greyscale.
    least_line_pt
        The thinnest line that the publisher prints, in points; thinner ones are drawn so.
    resolutions
        Dots per inch for the three kinds; None: `dpi` for all.
    """

    name: str
    width_mm: float
    max_height_mm: float
    text_pt: float
    small_pt: float
    title_pt: float
    dpi: int
    formats: tuple[str, ...]
    line_pt: float = 0.35
    heading: Literal["title", "none"] = "none"
    source_line: Literal["footer", "none"] = "none"
    lens_mm: float = 4.4
    typeface: str = "DejaVu Sans"
    kind: str = "combination"
    letters: Literal["text", "outlines"] = "text"
    colours: Literal["rgb", "grey"] = "rgb"
    least_line_pt: float = 0.1
    resolutions: tuple[int, int, int] | None = None


_ANY = ("pdf", "svg", "eps", "tiff", "png")
_PUBLISHED = ("eps", "pdf", "tiff", "jpeg")
_ARIAL: dict[str, Any] = {"typeface": "Arimo"}
_ELSEVIER: dict[str, Any] = {**_ARIAL, "resolutions": (1000, 500, 300)}
_SPRINGER: dict[str, Any] = {**_ARIAL, "resolutions": (1200, 600, 300), "least_line_pt": 0.3}
_NATURE: dict[str, Any] = {**_ARIAL, "resolutions": (1000, 300, 300)}
_SMALL: dict[str, Any] = {"lens_mm": 3.3}
_SHOWN: dict[str, Any] = {"heading": "title", "source_line": "footer"}

# fmt: off
PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("nature-single", 89.0, 170.0, 6.0, 5.0, 7.0, 300, _ANY, **_NATURE, lens_mm=3.2),
        Preset("nature-double", 183.0, 170.0, 6.5, 5.0, 7.0, 300, _ANY, **_NATURE),
        Preset("elsevier-single", 90.0, 240.0, 7.0, 6.0, 7.0, 500, _PUBLISHED, **_ELSEVIER, **_SMALL),
        Preset("elsevier-1.5", 140.0, 240.0, 7.0, 6.0, 7.0, 500, _PUBLISHED, **_ELSEVIER, lens_mm=3.9),
        Preset("elsevier-double", 190.0, 240.0, 7.0, 6.0, 7.0, 500, _PUBLISHED, **_ELSEVIER),
        Preset("plos", 190.5, 222.3, 8.0, 8.0, 9.0, 300, ("tiff", "eps"), **_ARIAL, lens_mm=4.8,
               resolutions=(600, 300, 300), letters="outlines"),
        Preset("springer-small", 84.0, 234.0, 8.0, 8.0, 9.0, 600, ("eps", "tiff"), **_SPRINGER, **_SMALL),
        Preset("springer-large", 174.0, 234.0, 8.0, 8.0, 9.0, 600, ("eps", "tiff"), **_SPRINGER),
        Preset("tandf", 170.0, 230.0, 8.0, 7.0, 9.0, 600, _PUBLISHED[:-1], **_SPRINGER),
        Preset("copernicus-single", 83.0, 220.0, 7.0, 6.0, 8.0, 300, (*_PUBLISHED, "png"), **_ARIAL, **_SMALL),
        Preset("copernicus-double", 170.0, 220.0, 7.0, 6.0, 8.0, 300, (*_PUBLISHED, "png"), **_ARIAL),
        Preset("mdpi", 170.0, 230.0, 8.0, 7.0, 9.0, 300, _PUBLISHED, **_ARIAL, resolutions=(1000, 300, 300)),
        Preset("rinc", 145.0, 215.0, 8.0, 7.0, 9.0, 300, ("tiff", "eps", "jpeg", "png"), typeface="Tinos",
               colours="grey", resolutions=(600, 300, 300), least_line_pt=0.25),
        Preset("report", 183.0, 240.0, 7.0, 5.5, 9.0, 300, ("png", *_ANY[:-1], "jpeg"), **_SHOWN),
        Preset("slide", 320.0, 180.0, 13.0, 11.0, 18.0, 150, ("png", "svg", "pdf", "tiff", "eps", "jpeg"), line_pt=0.6,
               **_SHOWN, lens_mm=8.0),
    )
}
# fmt: on


def get_preset(preset: str | Preset) -> Preset:
    """Return the preset of that name; a `Preset` is handed through.

    Parameters
    ----------
    preset : str or Preset
        A name, or a name and the kind of figure, which decides the resolution: "elsevier-double:line",
        "elsevier-double:combination" (lines, shades and letters), "elsevier-double:halftone".

    Raises
    ------
    MapError
        If the name or the kind is not known.
    """
    if isinstance(preset, Preset):
        return preset
    name, colon, kind = str(preset).partition(":")
    if name not in PRESETS:
        raise MapError(unknown_option("preset", preset, PRESETS))
    found = PRESETS[name]
    if not colon:
        return found
    if kind not in FIGURE_KINDS:
        raise MapError(unknown_option("kind of figure", kind, FIGURE_KINDS))
    dpi = (found.resolutions or (found.dpi,) * 3)[FIGURE_KINDS.index(kind)]
    return replace(found, name=str(preset), kind=kind, dpi=dpi)


def in_preset_typeface(draw: Callable[P, R]) -> Callable[P, R]:
    """Make a plot function set its figure in the typeface of its preset."""

    @wraps(draw)
    def drawn(*args: P.args, **options: P.kwargs) -> R:
        preset: Any = options.get("preset", "report")
        with typeface_of(get_preset(preset).typeface):
            return draw(*args, **options)

    return drawn
