"""Layer files: which are opened at all, in which encoding, names of their regions; no address in them, no bomb.

The format is told by the content, not by the name, so that nothing but the drivers named here ever sees a file.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import re
import sqlite3
import stat
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growthpoles.errors import DataError, listed, message, plain, remedy
from growthpoles.file_reading import cyrillic_text, likely_encodings
from growthpoles.regions.code_matching import counts
from growthpoles.regions.name_matching import name_variants

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

MAX_LAYER = 500_000_000
MAX_FEATURES = 1_000_000
MAX_FIELDS = 4000
MAX_COORDINATES = 50_000_000
_KINDS = "GeoPackage, Shapefile, GeoJSON, TopoJSON, FlatGeobuf, GeoParquet or a file geodatabase"
_REMEDY = f"{_KINDS}; ogr2ogr -f GPKG regions.gpkg FILE makes one of another format"
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qpj", ".qmd", ".xml", ".txt", ".md", ".pdf")
_CRS = re.compile(rb'"(?:c|\\u0063)(?:r|\\u0072)(?:s|\\u0073)"\s*:\s*\{')
_NAME = re.compile(rb'"((?:[^"\\]|\\.)*+)"\s*+:')
_NAMES = 1_000_000  # that are looked at
_NAMED = re.compile(
    r"(?:urn:ogc:def:crs:|EPSG:|OGC:|ESRI:|IAU|CRS:?\d+|https?://www\.opengis\.net/def/crs/)[\w:./-]*", re.IGNORECASE
)
_CODED = re.compile(r"code|kod|код|cod|cve|nr|id|fips|iso|nuts|ags|num|no$|gid|key", flags=re.IGNORECASE)
_TABLES = ("rtree", "fts3", "fts4", "fts5")
_RATIO = 200
_CRS_TEXT = 20_000
POLYGONS = (3, 6)  # shapely's type ids of Polygon and MultiPolygon
_DRAWN = (0, 1, 2, 4, 5)  # and those of lines and points
PIXELS = 20_000.0  # the widest picture that somebody may have traced
_NO_STEP = ("jsonmarginX", "jsonmarginY", "xoffset", "yoffset", "xpan", "ypan", "rotation")


def check_layer_file(path: Path) -> None:
    """Refuse a boundary file of another format, one that leads elsewhere, and one that takes more than fits.

    Raises
    ------
    DataError
        If it is a device or a pipe, larger than 500 MB, of a format that is not on the list, a GeoJSON whose coordinate
        system is an address, a GeoPackage of views or foreign tables, or an archive that holds anything else than one
        Shapefile.
    """
    where = str(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            if not (path / "a00000001.gdbtable").is_file():
                raise DataError(message("a folder, and no file geodatabase", where=where, allowed=_REMEDY))
            parts = [each for each in path.iterdir() if not each.is_file()]
            if parts:
                raise DataError(message(f"{plain(parts[0].name)} is no file", where=where))
            return
        if not stat.S_ISREG(found.st_mode):
            raise DataError(message("a device or a pipe, not a file", where=where, allowed=_KINDS))
        if path.suffix.lower() == ".shp":
            parts = [path.with_suffix(end) for end in (".shx", ".dbf") if path.with_suffix(end).exists()]
            if any(not each.is_file() for each in parts):
                raise DataError(message("a part of it is no file", where=where))
            size = found.st_size + sum(each.stat().st_size for each in parts)
        else:
            size = found.st_size
        if size > MAX_LAYER:
            raise DataError(message(f"the layer is larger than {MAX_LAYER // 10**6} MB", where=where))
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise DataError(message(f"cannot be read ({error.strerror})", where=where)) from None
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"SQLite format 3\0"):
        _check_geopackage(path)
    elif text.startswith(b"{"):
        _check_json(path)
    elif start.startswith(b"PK\x03\x04"):
        _check_archive(path)
    elif not (
        start.startswith(b"fgb\x03fgb")
        or (start.startswith(b"\0\0\x27\x0a") and path.suffix.lower() == ".shp")
        or (start.startswith(b"PAR1") and path.suffix.lower() in (".parquet", ".geoparquet"))
    ):
        raise DataError(
            message("the file cannot be read as a vector layer, it may be damaged or of a format that is not opened",
                    where=where, allowed=_REMEDY)
        )  # fmt: skip


def _check_geopackage(path: Path) -> None:
    """Refuse tables that are made of other files, and views and computed columns, which may have no end."""
    where = str(path)
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as base:
            kinds = {name: (kind, sql or "") for kind, name, sql in
                     base.execute("SELECT type, name, sql FROM sqlite_master LIMIT 100000")}  # fmt: skip
            layers = {name for (name,) in base.execute("SELECT table_name FROM gpkg_contents LIMIT 100000")}
            computed = base.execute(
                "SELECT table_name, name FROM gpkg_contents, pragma_table_xinfo(table_name) WHERE hidden > 1"
            ).fetchone()
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        told = f"the file cannot be read as a GeoPackage, it may be damaged ({str(error)[:100]})"
        raise DataError(message(told, where=where)) from None
    if computed:
        told = f"column {plain(computed[1])} of layer {plain(computed[0])} is computed when it is read"
        raise DataError(message(told, where=where, allowed="columns that hold their values"))
    for name, (kind, sql) in kinds.items():
        made = re.search(r"virtual\s+table.*?using\s+[\"\'`\[]?(\w+)", str(sql), flags=re.IGNORECASE | re.DOTALL)
        foreign = made is not None and made[1].casefold() not in _TABLES
        if foreign or (kind == "view" and name in layers) or re.search(r"load_extension|ogr_\w*layer", str(sql), re.I):
            told = f"layer {plain(name)} is not a table of its own ({kind}{' of ' + plain(made[1]) if made else ''})"
            raise DataError(message(told, where=where, allowed="tables, not views or references to other files"))


def _check_json(path: Path) -> None:
    """Refuse a coordinate system that is an address or a file: GDAL would fetch it; and columns without end."""
    content = path.read_bytes()
    names: set[bytes] = set()
    for hit in itertools.islice(_NAME.finditer(content), _NAMES):
        names.add(hit[1])
        if len(names) > MAX_FIELDS:
            raise DataError(message(f"more than {MAX_FIELDS} columns", where=str(path)))
    for hit in _CRS.finditer(content):
        try:
            text = content[hit.end() - 1 : hit.end() + _CRS_TEXT].decode("utf-8", "replace")
            stated: Any = json.JSONDecoder().raw_decode(text)[0]
        except (ValueError, RecursionError):
            stated = {"type": "damaged"}
        properties = stated.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        name, code = properties.get("name"), properties.get("code")
        good = (
            (str(stated.get("type")).casefold() == "name" and isinstance(name, str) and _NAMED.fullmatch(name.strip()))
            or (str(stated.get("type")).casefold() == "epsg" and str(code).isdigit())
            or not stated.get("type")
        )
        links = [key for key in properties if key.casefold() in ("href", "url", "link")]
        if not good or links:
            told = properties.get("href") or name or stated.get("type")
            problem = f"its coordinate system is not a code but {plain(told)}"
            allowed = "a GeoJSON without crs, or with the name of an EPSG code; nothing is fetched"
            raise DataError(message(problem, where=str(path), allowed=allowed))


def without_drawing(frame: GeoDataFrame) -> GeoDataFrame:
    """Return a layer without lines and points that are no regions: frames of insets and the like.

    They are those that lack a value in every column that calls the polygons by a value of each.
    ``attrs["drawing"]`` names them by their place among the features, from 1.
    """
    import numpy as np
    import shapely

    kinds = shapely.get_type_id(frame.geometry.to_numpy())
    drawn, regions = np.isin(kinds, _DRAWN), frame[np.isin(kinds, POLYGONS)]
    columns = [name for name in frame.columns if name != frame.geometry.name]
    calling = [name for name in columns if regions[name].notna().all() and regions[name].astype(str).is_unique]
    drawn &= frame[calling].isna().all(axis=1).to_numpy()
    if not calling or len(regions) < 2 or not drawn.any():
        return frame
    attrs = {**frame.attrs, "drawing": [f"feature {at + 1}" for at in np.flatnonzero(drawn)]}
    frame = frame[~drawn].reset_index(drop=True)
    frame.attrs = attrs
    return frame


_TOPOLOGY = re.compile(rb'"type"\s*:\s*"Topology"')
ASSUMED = "a TopoJSON counts in degrees of WGS 84 (EPSG:4326) where it states no other; the option crs says another"
PLACED = "the boundaries are drawn in pixels; their own hc-transform says where the regions are"


def placed(path: Path, frame: GeoDataFrame) -> GeoDataFrame:
    """Return a GeoJSON of Highcharts in pixels with its regions where they are: its own hc-transform is undone.

    A polygon in the hitZone of a transform is moved by that one, as an inset, any other by "default". Without such a
    transform, or with coordinates that are no pixels, the layer stays as it is. ``attrs["placed"]`` tells of it.
    """
    import numpy as np
    import shapely
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    if path.suffix.lower() not in (".json", ".geojson") or (steps := _pixel_steps(path.read_bytes())) is None:
        return frame
    bounds = np.abs(frame.total_bounds)
    if not (bounds <= PIXELS).all() or (bounds <= (360.0, 90.0) * 2).all():
        return frame
    try:
        systems = {name: CRS(step["crs"]) for name, step in steps.items()}
        zones = {name: shapely.from_geojson(json.dumps(step["hitZone"])) for name, step in steps.items()
                 if isinstance(step.get("hitZone"), dict)}  # fmt: skip
    except (CRSError, shapely.errors.ShapelyError):
        return frame

    def moved(part: BaseGeometry) -> BaseGeometry:
        middle = part.representative_point()
        name = next((name for name, zone in zones.items() if zone.covers(middle)), "default")
        part = shapely.transform(part, lambda xy: _from_pixels(xy, steps[name]))
        if systems[name] == systems["default"]:
            return part
        to = Transformer.from_crs(systems[name], systems["default"], always_xy=True)
        return shapely.transform(part, lambda xy: np.column_stack(to.transform(*xy.T)))

    shapes: list[BaseGeometry] = []
    for shape in frame.geometry:
        parts = [moved(part) for part in shapely.get_parts(shape) if not part.is_empty]
        polygons = all(part.geom_type == "Polygon" for part in parts)
        whole: Any = shapely.MultiPolygon if polygons else shapely.GeometryCollection
        shapes.append(shape if not parts else parts[0] if len(parts) == 1 else whole(parts))
    frame = frame.set_geometry(type(frame.geometry)(shapes, index=frame.index, crs=systems["default"]))
    frame.attrs["placed"] = PLACED
    return frame


def assumed_degrees(path: str, frame: GeoDataFrame) -> GeoDataFrame:
    """Return a TopoJSON that states no coordinate system as one of degrees, where its coordinates plainly are such.

    Its positions are those of a GeoJSON, which counts in degrees of WGS 84. Many are projected to pixels all the same:
    these reach beyond the degrees there are; whole numbers alone are the cells of a grid. ``attrs["placed"]`` says it.
    """
    import numpy as np
    import shapely

    if frame.crs is not None or Path(path).suffix.lower() not in (".json", ".topojson", ".geojson"):
        return frame
    points = shapely.get_coordinates(frame.geometry.to_numpy())
    plainly = len(points) and (np.abs(points) <= (180.0, 90.0)).all() and (points != points.round()).any()
    content = Path(path).read_bytes() if plainly else b""
    try:
        if not _TOPOLOGY.search(content) or "crs" in json.loads(content):
            return frame
    except (ValueError, RecursionError):
        return frame
    frame = frame.set_crs("EPSG:4326")
    frame.attrs["placed"] = ASSUMED
    return frame


def _pixel_steps(content: bytes) -> dict[str, dict[str, Any]] | None:
    """Return the transforms of an hc-transform, None where there are none that can be undone."""
    start = content.find(b'"hc-transform"')
    if start < 0:
        return None
    try:
        text = content[start + 14 : start + _CRS_TEXT].decode("utf-8", "replace").lstrip(" \t\r\n:")
        stated: Any = json.JSONDecoder().raw_decode(text)[0]
        steps = {name: {**dict.fromkeys(_NO_STEP, 0.0), "scale": 1.0, "jsonres": 1.0, **step}
                 for name, step in stated.items()}  # fmt: skip
        named = [str(step["crs"]) for step in steps.values()]
        if any(not each.startswith("+proj=") or "grids" in each or "init" in each for each in named):
            return None  # a file or an address
        sizes = [float(step[size]) for step in steps.values() for size in ("scale", "jsonres", *_NO_STEP)]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    usable = "default" in steps and all(map(math.isfinite, sizes)) and all(
        step["scale"] and step["jsonres"] for step in steps.values())  # fmt: skip
    return steps if usable else None


def _from_pixels(points: NDArray[np.float64], step: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return points of a picture in the units of its coordinate system."""
    import numpy as np

    x = ((points[:, 0] - step["jsonmarginX"]) / step["jsonres"] - step["xpan"]) / step["scale"] + step["xoffset"]
    y = ((points[:, 1] - step["jsonmarginY"]) / step["jsonres"] + step["ypan"]) / step["scale"] + step["yoffset"]
    cos, sin = math.cos(step["rotation"]), math.sin(step["rotation"])
    found: NDArray[np.float64] = np.column_stack([x * cos - y * sin, x * sin + y * cos])
    return found


def _check_archive(path: Path) -> None:
    """Refuse an archive that is not just one Shapefile, or that unpacks to more than fits."""
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [part for part in archive.infolist() if not part.is_dir() and "__MACOSX" not in part.filename]
    except (OSError, zipfile.BadZipFile, ValueError, LookupError, NotImplementedError) as error:  # damaged fields too
        raise DataError(message(f"not an archive ({str(error)[:80]})", where=where)) from None
    stray = [part.filename for part in parts if not part.filename.casefold().endswith(_PARTS)]
    shapes = [part for part in parts if part.filename.casefold().endswith(".shp")]
    if stray or len(shapes) != 1:
        told = f"the archive holds {plain(stray[0])}" if stray else f"the archive holds {len(shapes)} Shapefiles"
        raise DataError(message(told, where=where, allowed="one Shapefile and its parts"))
    size = sum(part.file_size for part in parts)
    if size > min(MAX_LAYER, max(20_000_000, _RATIO * os.path.getsize(path))):  # noqa: PTH202
        raise DataError(message(f"the archive unpacks to {size // 10**6} MB", where=where))


def text_encoding(path: Path, frame: GeoDataFrame) -> str | None:
    """Return the encoding of a Shapefile that states none and was read as Latin-1, where its texts are plain."""
    raw = _undeclared(path, frame)
    if raw and all(_is_utf8(each) for each in raw):
        return "utf-8"
    return "cp1251" if raw and cyrillic_text(b"\n".join(raw)) else None


def states_encoding(path: Path) -> bool:
    """Tell whether a boundary file says the encoding of its texts: a Shapefile does in its .cpg, others always do."""
    return path.suffix.lower() != ".shp" or any(path.with_suffix(end).exists() for end in (".cpg", ".CPG"))


def _undeclared(path: Path, frame: GeoDataFrame) -> list[bytes]:
    """Return the texts with other than ASCII letters of a Shapefile that states no encoding, as they stand."""
    if states_encoding(path):
        return []
    table = frame.drop(columns=frame.geometry.name)
    texts = {str(cell) for column in table.columns if table[column].dtype.kind in "OUT" for cell in table[column]}
    try:
        return [text.encode("latin-1") for text in sorted(texts) if not text.isascii()]
    except UnicodeEncodeError:  # GDAL knew the encoding by the file's own mark
        return []


def latin_encoding(path: Path, frame: GeoDataFrame) -> str | None:
    """Return "latin1" for texts of an unknown encoding that look like words in it; refuse to print garbled ones.

    Words in Latin letters are mostly ASCII, and no sign of money or superscript stands within them.
    """
    raw = _undeclared(path, frame)
    words = [word for each in raw for word in each.decode("latin-1").split() if not word.isascii()]
    if not words:
        return None
    signs = [sign for word in words for sign in word if sign.isalpha() or not sign.isascii()]
    strange = [word for word in words if re.search(r"\w[\x80-\x9f¡-©«-¹»-¿×÷]|[\x80-\x9f¡-©«-¹»-¿×÷]\w", word)]
    if strange or sum(not sign.isascii() for sign in signs) > 0.6 * len(signs):
        garbled = listed(strange or words, limit=3)
        problem = f"the file does not state the encoding of its texts; in Latin-1 they read {garbled}"
        likely = [name for name in likely_encodings(b"\n".join(raw)) if name != "cp1252"] or ["cp1252", "cp1250"]
        others = "".join(f", {name}" for name in likely[1:])
        told = f"{{encoding}}{others} or whichever it is"
        allowed = remedy(told, encoding=f'"{likely[0]}"')
        raise DataError(message(problem, where=str(path), allowed=allowed))
    return "latin1"


def _is_utf8(content: bytes) -> bool:
    """Tell whether bytes are UTF-8, apart from a letter that the width of the column cut off."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start > 0
    return True


def region_names(table: pd.DataFrame) -> tuple[dict[str, list[str]], set[str]]:
    """Return every name of every region in a boundary file, and the names that several regions share: their groups.

    Parameters
    ----------
    table : DataFrame
        Columns of the boundary file, indexed by code. Text counts, and whole numbers in a column named as a code. Of a
        column in which most values repeat, none is a name; joined to a name that repeats ("Clay, Alabama") it is part
        of one.
    """
    names: dict[str, list[str]] = {str(code): [str(code)] for code in table.index}
    parents: dict[str, list[str]] = {}
    own: dict[str, list[str]] = {}
    for column in table.columns:
        cells = table[column]
        kind = cells.dtype.kind
        whole = kind in "iu" or (kind == "f" and cells.notna().any() and cells.dropna().mod(1).eq(0).all())
        if kind not in "OUT" and not whole:
            continue
        texts = [
            "" if cell is None or cell != cell else str(int(cell)) if whole else str(cell).strip() for cell in cells
        ]
        filled = [text for text in texts if text]
        distinct = len(set(filled))
        if whole and (distinct < len(texts) or not _CODED.search(str(column)) or counts(texts)):
            continue
        if len(table) >= 4 and distinct <= 0.6 * len(filled):
            parents[str(column)] = texts
            continue
        own[str(column)] = texts
        for code, text in zip(names, texts, strict=True):
            if isinstance(text, str) and text:
                names[code] += name_variants(text) if not whole else [text]
    groups = {str(text) for texts in parents.values() for text in texts if text}
    for texts in own.values():
        if len(set(texts)) == len(texts):
            continue
        for above in parents.values():
            for code, text, parent in zip(names, texts, above, strict=True):
                if text and parent:
                    names[code] += [f"{text}, {parent}", f"{parent}, {text}"]
    return {code: list(dict.fromkeys(each)) for code, each in names.items()}, groups
