"""GeoPackage of results (study.gpkg): map layers of all results per polygon, with their QGIS styles."""

from __future__ import annotations

import contextlib
import io
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, message
from growthpoles.file_writing import free_name
from growthpoles.language.phrases import clean_text
from growthpoles.ratings.classes import TEN_CLASSES, ClassScale, scale_of

if TYPE_CHECKING:
    import geopandas as gpd

    from growthpoles.report.results import Results


_VERSION = "3.22.0"
_LINE = "80,80,80,255"
_DATE = "1980-01-01T00:00:00.000Z"
_NAME = 60
_RESERVED = {"fid", "geom", "geometry"}
# QGIS looks for this table and takes the row of a layer that is marked as its default.
_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""


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


def geopackage_bytes(
    layers: Mapping[str, pd.DataFrame],
    regions: gpd.GeoDataFrame | None,
    *,
    styles: Mapping[str, Style] | None = None,
) -> bytes:
    """Return a GeoPackage with one layer per table, the boundaries joined to each by region.

    Parameters
    ----------
    layers : mapping
        Layer name -> frame indexed by region, one row each.
    regions : GeoDataFrame
        Boundaries; regions without a row in a table get a polygon without values.
    styles : mapping, optional
        Layer name -> style.

    Raises
    ------
    DataError
        If there are no boundaries, a table is not indexed by their regions, or there is no room for temporary files.
    """
    if regions is None:
        raise DataError(message("a GeoPackage needs boundaries", allowed="tables by region"))
    used: set[str] = set()
    named = {free_name(clean_text(key)[:_NAME] or "layer", used, sign="_"): (key, layers[key]) for key in layers}
    try:
        with tempfile.TemporaryDirectory(prefix="growthpoles-") as folder:
            path = Path(folder) / "layers.gpkg"
            with _fixed_date():
                for number, (name, (key, frame)) in enumerate(named.items()):
                    layer = _layer(frame, regions, where=key)
                    layer.to_file(path, driver="GPKG", layer=name, mode="w" if number == 0 else "a", engine="pyogrio")
            chosen = {name: styles[key] for name, (key, _) in named.items() if styles and key in styles}
            _finish(path, chosen)
            return path.read_bytes()
    except (OSError, RuntimeError, sqlite3.Error) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(message(f"the GeoPackage cannot be made ({error})", where="temporary folder")) from None


def need_pyarrow() -> None:
    """Refuse Parquet where the library for it is not installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise DataError(message("Parquet needs pyarrow", allowed="pip install growthpoles[parquet]")) from None


def geoparquet_bytes(frame: pd.DataFrame, regions: gpd.GeoDataFrame | None) -> bytes:
    """Return a GeoParquet file: a table indexed by region with the boundaries joined to it.

    Raises
    ------
    DataError
        If there are no boundaries, the table is not indexed by their regions, or pyarrow is not installed.
    """
    if regions is None:
        raise DataError(message("GeoParquet needs boundaries", allowed="tables by region"))
    need_pyarrow()
    out = io.BytesIO()
    _layer(frame, regions, where="GeoParquet").to_parquet(out, index=False)
    return out.getvalue()


def _layer(frame: pd.DataFrame, regions: gpd.GeoDataFrame, *, where: str) -> gpd.GeoDataFrame:
    import geopandas as gpd

    stray = [str(region) for region in frame.index if region not in regions.index]
    if stray or frame.index.has_duplicates:
        raise DataError(message(f"rows are not one per region ({', '.join(stray[:3])})", where=where))
    table = frame.reindex(regions.index)
    columns: dict[str, pd.Series] = {"region": pd.Series([clean_text(key) for key in regions.index], index=table.index)}
    taken = {"region", *_RESERVED}
    for name, position in zip(map(str, table.columns), range(table.shape[1]), strict=True):
        base = clean_text(name)[:_NAME] or "column"
        columns[free_name(base, taken, sign="_")] = _cells(table.iloc[:, position])
    layer = gpd.GeoDataFrame(pd.DataFrame(columns, index=table.index), geometry=regions.geometry, crs=regions.crs)
    return layer.reset_index(drop=True)


def _cells(column: pd.Series) -> pd.Series:
    """Return a column of whole numbers, floating-point numbers or text, as GeoPackages know them."""
    if pd.api.types.is_bool_dtype(column):
        return column.astype("boolean").astype("Int8")
    if pd.api.types.is_numeric_dtype(column) and not isinstance(column.dtype, pd.CategoricalDtype):
        if pd.api.types.is_integer_dtype(column):
            return column
        return pd.Series(column.to_numpy(dtype=float, na_value=np.nan), index=column.index)
    texts = [None if pd.isna(value) else clean_text(value) for value in column.astype(object)]
    return pd.Series(texts, index=column.index, dtype=object)


@contextlib.contextmanager
def _fixed_date() -> Iterator[None]:
    """Have GDAL write one fixed date, so that the same table gives the same bytes."""
    from pyogrio import get_gdal_config_option, set_gdal_config_options

    before = get_gdal_config_option("OGR_CURRENT_DATE")
    set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    try:
        yield
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _finish(path: Path, styles: Mapping[str, Style]) -> None:
    """Add the styles."""
    if not styles:
        return
    with contextlib.closing(sqlite3.connect(path)) as base, base:
        base.execute(_STYLES)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
            " VALUES (?, ?, ?, ?, ?)",
            ("layer_styles", "attributes", "layer_styles", "styles for QGIS", _DATE),
        )
        for name, style in styles.items():
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
                " VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL, ?)",
                (name, style.name, style.qml(), style.description, _DATE),
            )


#: Columns of a rating and its robustness that an index without limits leaves empty.
_CLASSES = ("rating_class", "robust_likeliest_class", "robust_p_likeliest", "robust_p_class")
_DASH = "\N{EN DASH}"


def layers(results: Results) -> tuple[dict[str, pd.DataFrame], dict[str, Style]]:
    """Return the layers by name, those that a reader wants first in front, and their styles."""
    names = results.regions[[column for column in results.regions if str(column).startswith(("name_", "short_"))]]
    frames: dict[str, pd.DataFrame] = {}
    styles: dict[str, Style] = {}

    def add(name: str, style: Style | None, *parts: pd.DataFrame) -> None:
        frames[name] = pd.concat([names, *(part.reindex(names.index) for part in parts)], axis=1)
        if style is not None:
            styles[name] = style

    editions = dict.fromkeys([results.edition, *(edition for edition, _ in results.ratings)])
    for edition in editions:
        for year in results.years:
            if (edition, year) not in results.ratings:
                continue
            local = results.local.get((edition, year))
            near = [] if local is None else [local.to_frame().add_prefix("moran_")]
            robust = results.stages.robustness.get(year) if edition == results.edition else None
            firm = [] if robust is None else [robust.to_frame().loc[:, "index_low":].add_prefix("robust_")]
            rating = results.ratings[edition, year]
            style = rating_style(edition, year, scale_of(rating) or TEN_CLASSES) if results.classed else None
            parts = [rating, results.indicators[edition, year], *near, *firm]
            if not results.classed:
                parts = [part.drop(columns=[name for name in _CLASSES if name in part]) for part in parts]
            add(f"rating_{edition}_{year}", style, *parts)
    for year, frame in results.published.items():
        if "ksi" in frame:
            status = frame.get("ksi_status", pd.Series(index=frame.index, dtype=object))
            classes = pd.DataFrame({"ksi_class": ksi_classes(frame["ksi"], status)}, index=frame.index)
            groups = results.stages.groups.get(year)
            more = [] if groups is None else [groups[["group"]].rename(columns={"group": "ksi_group"})]
            add(f"ksi_{year}", ksi_style(year), frame, classes, *more)
        elif "rating_class" in frame:
            add(f"published_{year}", rating_style("published", year), frame)
    for (edition, year), local in results.local.items():
        add(f"clusters_{edition}_{year}", cluster_style(edition, year, results.study.report.adjust), local.to_frame())
    if len(results.years) > 1:
        add(f"change_{results.years[0]}_{results.years[-1]}", None, pd.DataFrame({"change": results.change()}))
    for year, frame in results.stages.typology.items():
        add(f"typology_{year}", typology_style(year), frame)
    return frames, styles


def rating_style(edition: str, year: int, scale: ClassScale = TEN_CLASSES) -> Style:
    """Return the classes of a rating, best first."""
    from growthpoles.maps.sheet.legend import interval
    from growthpoles.maps.thematic.rating_map import rating_legend

    legend = rating_legend("en", scale)
    classes = tuple(
        (category.key, category.face, f"{category.label} ({interval(low, high)})")
        for category, low, high in zip(legend.ramp, legend.bounds[:-1], legend.bounds[1:], strict=True)
    )[::-1]
    other = (legend.swatches[0].face, legend.swatches[0].label)
    told = f"Class of the innovation rating, {year}, edition {edition}"
    return Style("rating class", "rating_class", classes, other, label="rating_class", description=told)


def ksi_classes(ksi: pd.Series, status: pd.Series) -> list[str | None]:
    """Sort shares into the classes of the map: "0-0.01", ..., "rounded zero", "no production"; None is no data."""
    from growthpoles.maps.thematic.rating_map import KSI_LIMITS

    found: list[str | None] = []
    for value, state in zip(ksi, status.reindex(ksi.index), strict=True):
        if state == "no production":
            found.append("no production")
        elif pd.isna(value):
            found.append(None)
        elif state == "rounded zero" or value == 0:
            found.append("rounded zero")
        else:
            at = sum(round(float(value), 9) >= limit for limit in KSI_LIMITS[1:-1])
            found.append(_ksi_name(at))
    return found


def _ksi_name(at: int) -> str:
    from growthpoles.maps.thematic.rating_map import KSI_LIMITS

    return f"{KSI_LIMITS[at]:g}{_DASH}{KSI_LIMITS[at + 1]:g}"


def ksi_style(year: int) -> Style:
    """Return the classes of shares, largest first, then the cases without one."""
    from growthpoles.maps.thematic.rating_map import ksi_legend

    legend = ksi_legend("en")
    ramp = tuple((_ksi_name(at), category.face, _ksi_name(at)) for at, category in enumerate(legend.ramp))[::-1]
    cases = {category.key: category for category in legend.swatches}
    kept = tuple((key, cases[key].face, cases[key].label) for key in ("rounded zero", "no production"))
    other = (cases["no data"].face, cases["no data"].label)
    told = f"Share of the region in the national output of the industry, {year}"
    return Style("KSI", "ksi_class", ramp + kept, other, label="ksi_class", description=told)


def cluster_style(edition: str, year: int, adjust: str) -> Style:
    """Return the seven outcomes of the local test."""
    from growthpoles.maps import palettes

    classes = tuple((label, colour, label) for label, colour in palettes.CLUSTER.items())
    told = f"Local Moran's I of the index, {year}, edition {edition}"
    told += ", adjusted for the number of regions" if adjust != "none" else ""
    return Style("clusters", "label", classes, (palettes.NO_DATA, "no data"), label="label", description=told)


def typology_style(year: int) -> Style:
    """Return the types of regions."""
    from growthpoles.maps import palettes
    from growthpoles.maps.thematic.class_change_map import GROWTH_POLES

    classes = tuple((kind, colour, kind) for kind, (colour, _) in GROWTH_POLES.items())
    classes += (("no data", palettes.NO_DATA, "no data"),)
    told = f"Types of regions by rating and share in the industry, {year}"
    return Style("types", "type", classes, (palettes.NO_DATA, "no data"), label="type", description=told)
