"""Presets of journals and publishers: figure sizes, font sizes, dots per inch, file formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from growthpoles.errors import MapError, unknown_option


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


_VECTOR = ("pdf", "svg", "eps", "tiff", "png")

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("nature-single", 89.0, 170.0, 6.0, 5.0, 7.0, 300, _VECTOR, lens_mm=3.2),
        Preset("nature-double", 183.0, 170.0, 6.5, 5.0, 7.0, 300, _VECTOR),
        Preset("elsevier-single", 90.0, 240.0, 7.0, 6.0, 7.0, 300, _VECTOR, lens_mm=3.3),
        Preset("elsevier-1.5", 140.0, 240.0, 7.0, 6.0, 7.0, 300, _VECTOR, lens_mm=3.9),
        Preset("elsevier-double", 190.0, 240.0, 7.0, 6.0, 7.0, 300, _VECTOR),
        Preset("plos", 190.5, 222.3, 8.0, 8.0, 9.0, 300, ("tiff", "eps"), lens_mm=4.8),
        Preset(
            "report",
            183.0,
            240.0,
            7.0,
            5.5,
            9.0,
            300,
            ("png", *_VECTOR[:-1]),
            heading="title",
            source_line="footer",
        ),
        Preset(
            "slide",
            320.0,
            180.0,
            13.0,
            11.0,
            18.0,
            150,
            ("png", "svg", "pdf", "tiff", "eps"),
            line_pt=0.6,
            heading="title",
            source_line="footer",
            lens_mm=8.0,
        ),
    )
}


def get_preset(preset: str | Preset) -> Preset:
    """Return the preset of that name; a `Preset` is handed through.

    Raises
    ------
    MapError
        If the name is not known.
    """
    if isinstance(preset, Preset):
        return preset
    try:
        return PRESETS[preset]
    except KeyError:
        raise MapError(unknown_option("preset", preset, PRESETS)) from None
