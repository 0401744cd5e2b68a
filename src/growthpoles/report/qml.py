"""Styles of layers in the language of QGIS: one colour per class, every class in the legend."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from growthpoles.language.phrases import clean_text

_VERSION = "3.22.0"
_LINE = "80,80,80,255"


@dataclass(frozen=True, slots=True)
class Style:
    """Polygons coloured by the classes of one column.

    Attributes
    ----------
    name : str
        Name of the style.
    column : str
        Column of the layer.
    classes : tuple of (value, colour, words)
        In the order of the legend; colours "#rrggbb". Classes that no region has keep their place.
    other : (colour, words)
        Everything else: missing values.
    label : str, optional
        Column printed in the polygons.
    description : str
        One sentence.
    """

    name: str
    column: str
    classes: tuple[tuple[str, str, str], ...]
    other: tuple[str, str]
    label: str | None = None
    description: str = ""

    def qml(self) -> str:
        """Return the style as QGIS stores it."""
        root = ET.Element(
            "qgis",
            version=_VERSION,
            styleCategories="Symbology|Labeling",
            labelsEnabled=str(int(self.label is not None)),
        )
        renderer = ET.SubElement(
            root,
            "renderer-v2",
            type="categorizedSymbol",
            attr=clean_text(self.column),
            symbollevels="0",
            forceraster="0",
            enableorderby="0",
        )
        categories = ET.SubElement(renderer, "categories")
        symbols = ET.SubElement(renderer, "symbols")
        entries = [*self.classes, ("", *self.other)]
        for number, (value, colour, words) in enumerate(entries):
            kind = "string" if number < len(self.classes) else "NULL"
            ET.SubElement(
                categories,
                "category",
                value=clean_text(value),
                symbol=str(number),
                label=clean_text(words),
                render="true",
                type=kind,
            )
            _symbol(symbols, str(number), colour)
        if self.label is not None:
            labeling = ET.SubElement(root, "labeling", type="simple")
            settings = ET.SubElement(labeling, "settings", calloutType="simple")
            style = ET.SubElement(
                settings,
                "text-style",
                fieldName=clean_text(self.label),
                isExpression="0",
                fontSize="8",
                fontSizeUnit="Point",
                textColor="30,30,30,255",
            )
            ET.SubElement(
                style,
                "text-buffer",
                bufferDraw="1",
                bufferSize="0.7",
                bufferSizeUnits="MM",
                bufferColor="255,255,255,255",
            )
            ET.SubElement(settings, "placement", placement="1", centroidInside="1")
        ET.SubElement(root, "layerGeometryType").text = "2"
        return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode")


def _symbol(parent: ET.Element, name: str, colour: str) -> None:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    symbol = ET.SubElement(parent, "symbol", type="fill", name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    options = {
        "color": f"{red},{green},{blue},255",
        "outline_color": _LINE,
        "outline_style": "solid",
        "outline_width": "0.15",
        "outline_width_unit": "MM",
        "joinstyle": "round",
        "style": "solid",
    }
    group = ET.SubElement(layer, "Option", type="Map")
    for key, value in options.items():
        ET.SubElement(group, "Option", name=key, type="QString", value=value)
        ET.SubElement(layer, "prop", k=key, v=value)  # older versions of QGIS read these
