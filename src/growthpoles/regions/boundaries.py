"""Boundaries: the shipped vintages by year, and a user's own layer with the checks that it needs."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, cast

import numpy as np

from growthpoles.errors import DataError, RegionError, message, nearest, plain, unknown_option
from growthpoles.file_reading import note_layer, remembered
from growthpoles.regions.enclaves import find_enclaves, merge_enclaves
from growthpoles.regions.kazakhstan.region_names import read_regions_table, vintage_of
from growthpoles.shipped_data import geodata_path, read_registry

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from growthpoles.regions.projection import CRSLike

_CRS_NAME = "Albers equal-area, parallels 43°N and 53°N, centre 48°N 67°E (WGS84)"
_LISTED = 8  # rows that a message names
_REASON = 120  # characters of GDAL's own words, which can quote whole SQL statements
_POLYGONS = (3, 6)  # shapely's type ids of Polygon and MultiPolygon
_COLLECTION = 7


def load_regions(year: SupportsIndex, *, enclaves: Literal["keep", "merge"] = "keep") -> GeoDataFrame:
    """Return the regions of Kazakhstan as they were at the end of a year.

    Parameters
    ----------
    year : int
        Before 2018: 16 regions; 2018-2021: 17; from 2022: 20. See
        :func:`growthpoles.regions.kazakhstan.region_names.vintage_of`.
    enclaves : {"keep", "merge"}
        "merge" joins Astana to Akmola, Almaty city to its oblast and, from 2018, Shymkent to Turkistan. The
        hosts keep their names; ``attrs["enclaves"]`` says who was joined to whom.

    Returns
    -------
    GeoDataFrame
        Index `region` (ISO 3166-2 letters), columns `name_*`, `short_*` by language, `iso_numeric`, `kind`
        ("region" or "city") and `geometry` in the equal-area analysis CRS, metres. ``attrs``: vintage,
        source, crs_name.

    Raises
    ------
    RegionError
        If the year is outside the range that the vintages cover.
    DataError
        If a shipped file is damaged, or `enclaves` is not known.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> len(regions), len(gp.load_regions(2024)), regions.loc["KZ-PAV", "name_en"]
    (16, 20, 'Pavlodar Region')
    """
    if enclaves not in ("keep", "merge"):
        raise DataError(unknown_option("enclaves", enclaves, ["keep", "merge"]))
    regions = _vintage(vintage_of(year))
    result = merge_enclaves(regions, find_enclaves(regions)) if enclaves == "merge" else regions.copy()
    result.attrs = dict(result.attrs)
    return result


def read_boundaries(
    path: str | Path,
    *,
    key: str,
    layer: str | None = None,
    crs: CRSLike | None = None,
    encoding: str | None = None,
    dissolve: bool = False,
    only: Sequence[str] = (),
    drop: Sequence[str] = (),
) -> GeoDataFrame:
    """Read polygons of regions from any file that GDAL reads, and check them.

    Parameters
    ----------
    path : path
        GeoPackage, GeoJSON, Shapefile, FlatGeobuf or another vector format of GDAL; GeoParquet (needs pyarrow).
    key : str
        Column with the region codes; it becomes the index `region`, as text.
    layer : str, optional
        Layer name; needed when the file holds several layers.
    crs : optional
        Coordinate system of a file that states none, in any form that pyproj reads. A file that states
        another one is an error: nothing is reprojected here.
    encoding : str, optional
        Of the texts of a Shapefile that does not state it. None takes UTF-8 or Russian cp1251 where the texts are
        plainly that (``attrs["encoding"]`` says so), else what GDAL takes.
    dissolve : bool
        Whether a region may stand in several rows, whose polygons are then united.
    only, drop : sequence of str
        Keys of the regions to take, or to leave out; ``attrs["left_out"]`` names those left out.

    Returns
    -------
    GeoDataFrame
        Index `region` in file order, the other columns as read, valid two-dimensional polygons in `geometry`.
        ``attrs``: `source` (file name), `layer`, `repairs` (a list of dicts with `region`, `reason` and
        `area_change` (relative) for every geometry that had to be made valid).

    Raises
    ------
    DataError
        If the file, the layer or the column is not there, the file is damaged, a key is empty or repeated, a
        geometry is missing, empty, not a polygon, not finite or cannot be made valid, or the CRS contradicts
        the file.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> states = gp.read_boundaries(study.resolve("states.shp"), key="CODE", crs="EPSG:4326")
    >>> len(states), states.index[0]
    (32, 'MX02')
    """
    path = Path(path)
    where = str(path)
    frame, layer = read_layer(path, layer, encoding=encoding)
    used = frame.attrs.get("encoding", encoding)
    codes = _keys(frame, key, where, repeated=dissolve)
    frame = frame.drop(columns=key).set_index(codes)
    frame, left_out = _chosen(frame, only, drop, where)
    frame = _polygons_only(_with_crs(frame, crs, where))
    if dissolve:
        frame = _dissolved(frame)
    _check_shapes(frame, where)
    frame, repairs = _made_valid(frame, where)
    frame.attrs = {"source": path.name, "layer": layer, "repairs": repairs}
    frame.attrs |= {name: value for name, value in (("encoding", used), ("left_out", left_out)) if value}
    return frame


def _chosen(
    frame: GeoDataFrame, only: Sequence[str], drop: Sequence[str], where: str
) -> tuple[GeoDataFrame, list[str]]:
    """Keep the regions asked for; a key that is not there is an error."""
    known = set(frame.index)
    stray = [code for code in (*only, *drop) if code not in known]
    if stray:
        named = ", ".join(map(plain, stray[:_LISTED]))
        raise DataError(message(f"only/drop: {named} is no region", where=where, near=nearest(stray[0], known, n=1)))
    keep = (frame.index.isin(list(only)) if only else np.full(len(frame), True)) & ~frame.index.isin(list(drop))
    if not keep.any():
        raise DataError(message("only/drop leave no region", where=where))
    return frame[keep], list(dict.fromkeys(frame.index[~keep]))


def _polygons_only(frame: GeoDataFrame) -> GeoDataFrame:
    """Take the polygons out of collections, whose lines and points are no area."""
    import shapely

    shapes = frame.geometry.to_numpy().copy()
    for i in np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION).tolist():
        parts = [part for part in shapely.get_parts(shapes[i]) if shapely.get_type_id(part) in _POLYGONS]
        if parts:
            shapes[i] = shapely.union_all(parts)
    return frame.set_geometry(type(frame.geometry)(shapes, index=frame.index, crs=frame.crs))


def _dissolved(frame: GeoDataFrame) -> GeoDataFrame:
    """Unite the rows of one region; a column that differs among them keeps all its texts."""

    def one(column: pd.Series) -> object:
        texts = list(dict.fromkeys(column.dropna()))
        return texts[0] if len(texts) == 1 else " / ".join(map(str, texts)) if texts else None

    columns = [column for column in frame.columns if column != frame.geometry.name]
    groups = frame.groupby(level=0, sort=False)
    shapes = groups[str(frame.geometry.name)].agg(lambda parts: parts.union_all())
    result = frame[~frame.index.duplicated()].copy()
    for column in columns:
        result[column] = groups[str(column)].agg(one)
    return result.set_geometry(type(frame.geometry)(shapes.reindex(result.index), crs=frame.crs))


@remembered()
def _vintage(vintage: int) -> GeoDataFrame:
    """Read one shipped vintage; callers hand out copies."""
    name = f"boundaries/kz-{vintage}.gpkg"
    entry = read_registry()[name]
    layer = read_boundaries(geodata_path(name), key="region").to_crs(cast(str, entry.analysis_crs))
    rows = read_regions_table()
    begun = rows["vintage_from"].astype(int) <= vintage
    lasting = rows["vintage_to"].replace("", "9999").astype(int) >= vintage
    named = rows[begun & lasting].set_index("code")
    differ = sorted(set(layer.index) ^ set(named.index)) + sorted(named.index[named.index.duplicated()])
    if differ:
        problem = f"{', '.join(differ)}: not exactly one row for the {vintage} boundaries"
        raise RegionError(message(problem, where="regions.csv"))
    shown = [*named.filter(regex="^(name|short)_"), "iso_numeric", "kind"]
    result = layer[["geometry"]].join(named[shown])[[*shown, "geometry"]]
    # a credit short enough for the foot of a map; the registry has the whole source
    credit = re.split(r" \(|;|, from", entry.source)[0]
    result.attrs = {"vintage": vintage, "source": credit, "crs_name": _CRS_NAME}
    return result


def layer_names(path: Path) -> list[str]:
    """Return the layers of a file that hold shapes; none where GDAL cannot say."""
    import pyogrio

    try:
        return [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
    except Exception:  # read_layer says what is wrong
        return []


def read_layer(path: Path, layer: str | None = None, *, encoding: str | None = None) -> tuple[GeoDataFrame, str]:
    """Read one layer as it is; every way in which GDAL can fail ends in a DataError that names the file.

    Returns
    -------
    frame, layer : GeoDataFrame and str
        With at least one feature; the name of the layer, found where none was given and the file has just one.
    """
    import pyogrio

    if not path.exists():
        there = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(message("no such file", where=str(path), near=nearest(path.name, there)))
    note_layer(path)
    if path.suffix.lower() in (".parquet", ".geoparquet"):
        return _read_geoparquet(path, layer)
    if encoding is not None:
        try:  # GDAL does not know every name that Python knows
            encoding = {"iso8859-1": "latin1"}.get(codecs.lookup(encoding).name, encoding)
        except LookupError:
            allowed = "for instance utf-8, cp1251, cp1252, latin1"
            raise DataError(message(f"encoding={encoding!r} is not known", where=str(path), allowed=allowed)) from None
    try:
        layers = [name for name, geometry in pyogrio.list_layers(path) if geometry is not None]
        if layer is None and len(layers) != 1:
            problem = f"{len(layers)} layers with geometry where one is needed"
            allowed = f"layer= one of {', '.join(layers[:_LISTED])}" if layers else "a layer of polygons"
            raise DataError(message(problem, where=str(path), allowed=allowed))
        if layer is not None and layer not in layers:
            near = nearest(layer, layers, n=1)
            listed = ", ".join(layers[:_LISTED])
            raise DataError(message(f"no layer {layer}", where=str(path), allowed=listed, near=near))
        name = layer or layers[0]
        try:
            frame = pyogrio.read_dataframe(path, layer=name, encoding=encoding)
        except UnicodeDecodeError:
            if encoding is not None or path.suffix.lower() != ".shp":
                raise
            frame = pyogrio.read_dataframe(path, layer=name, encoding="latin1")
        guess = None if encoding is not None else _text_encoding(path, frame)
        if guess is not None:
            frame = pyogrio.read_dataframe(path, layer=name, encoding=guess)
            frame.attrs["encoding"] = guess
        announced = pyogrio.read_info(path, layer=name)["features"]
    except DataError:
        raise
    except Exception as error:  # damage makes GDAL, pyogrio and shapely raise almost anything
        problem = f"the file cannot be read as a vector layer, it may be damaged ({str(error)[:_REASON]})"
        raise DataError(message(problem, where=str(path))) from error
    if announced >= 0 and announced != len(frame):
        problem = f"the file is damaged: {len(frame)} of {announced} features could be read"
        raise DataError(message(problem, where=str(path)))
    if not len(frame):
        raise DataError(message(f"layer {name} is empty", where=str(path)))
    return frame, name


def _text_encoding(path: Path, frame: GeoDataFrame) -> str | None:
    """Return the encoding of a Shapefile that states none and was read as Latin-1, where its texts are plain."""
    if path.suffix.lower() != ".shp" or any(path.with_suffix(end).exists() for end in (".cpg", ".CPG")):
        return None
    table = frame.drop(columns=frame.geometry.name)
    texts = {str(cell) for column in table.columns if table[column].dtype.kind in "OUT" for cell in table[column]}
    texts = {text for text in texts if not text.isascii()}
    try:
        raw = [text.encode("latin-1") for text in texts]
    except UnicodeEncodeError:  # GDAL knew the encoding by the file's own mark
        return None
    if raw and all(_is_utf8(each) for each in raw):
        return "utf-8"
    words = [word for each in raw for word in re.findall(r"[^\W\d_]+", each.decode("cp1251", "replace"))]
    words = [word for word in words if not word.isascii()]
    russian = re.compile(r"[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")
    return "cp1251" if words and all(russian.fullmatch(word) for word in words) else None


def _is_utf8(content: bytes) -> bool:
    """Tell whether bytes are UTF-8, apart from a letter that the width of the column cut off."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start > 0
    return True


def _read_geoparquet(path: Path, layer: str | None) -> tuple[GeoDataFrame, str]:
    """Read a GeoParquet file, which has one layer without a name."""
    import geopandas as gpd

    where = str(path)
    if layer is not None:
        raise DataError(message("a GeoParquet file has no layers", where=where, allowed="no layer="))
    try:
        frame = gpd.read_parquet(path)
    except ImportError:
        allowed = "pip install 'growthpoles[parquet]'"
        raise DataError(message("reading GeoParquet needs pyarrow", where=where, allowed=allowed)) from None
    except Exception as error:  # a damaged file makes pyarrow and shapely raise almost anything
        problem = f"the file cannot be read as GeoParquet, it may be damaged ({str(error)[:_REASON]})"
        raise DataError(message(problem, where=where)) from error
    if not len(frame):
        raise DataError(message("the file is empty", where=where))
    return frame.reset_index(drop=frame.index.name is None), path.stem


def _keys(frame: GeoDataFrame, key: str, where: str, *, repeated: bool = False) -> pd.Index:
    """Return the key column as an index of clean text; empty and repeated keys are errors."""
    import pandas as pd

    columns = [column for column in frame.columns if column != frame.geometry.name]
    if key not in columns:
        listed = ", ".join(map(plain, columns[:_LISTED]))
        near = nearest(key, columns, n=1)
        raise DataError(message(f"no column {key}", where=where, allowed=listed or "none", near=near))
    values = frame[key]
    whole = pd.api.types.is_float_dtype(values) and values.dropna().mod(1).eq(0).all()
    text = (values.astype("Int64") if whole else values).astype("string").str.strip()
    empty = np.flatnonzero(text.isna() | text.eq(""))
    if len(empty):
        rows = ", ".join(str(row + 1) for row in empty[:_LISTED])
        raise DataError(message(f"column {key} is empty in feature {rows}", where=where))
    twice = sorted(set(text[text.duplicated()]))
    if twice and not repeated:
        listed = ", ".join(map(plain, twice[:_LISTED]))
        allowed = "one feature per region; dissolve = true unites several"
        raise DataError(message(f"column {key} repeats {listed}", where=where, allowed=allowed))
    return pd.Index(text.astype(object), name="region")


def _with_crs(frame: GeoDataFrame, crs: CRSLike | None, where: str) -> GeoDataFrame:
    """Set the CRS of a file that states none; refuse one that contradicts the file."""
    if crs is None:
        return frame
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        wanted = CRS.from_user_input(crs)
    except CRSError as error:
        allowed = 'what pyproj reads, e.g. "EPSG:4326"'
        raise DataError(message(f"crs={crs!r} is not known", where=where, allowed=allowed)) from error
    if frame.crs is None:
        return frame.set_crs(wanted)
    if not frame.crs.equals(wanted, ignore_axis_order=True):
        problem = f"the file states {frame.crs.name}, crs= says {wanted.name}"
        raise DataError(message(problem, where=where, allowed="no crs=, then to_crs() after reading"))
    return frame


def _check_shapes(frame: GeoDataFrame, where: str) -> None:
    """Refuse geometry that no repair can turn into a region."""
    import shapely

    shapes = frame.geometry.to_numpy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    infinite = np.isin(np.arange(len(shapes)), owner[~np.isfinite(points).all(axis=1)])
    faults = {
        "no geometry": missing,
        "no polygon": ~missing & ~np.isin(shapely.get_type_id(shapes), _POLYGONS),
        "a coordinate that is not a finite number": infinite,
    }
    if frame.crs is not None and frame.crs.is_geographic:
        outside = (np.abs(points) > (360.0, 90.0 + 1e-9)).any(axis=1)
        faults["a coordinate that is no longitude or latitude"] = np.isin(np.arange(len(shapes)), owner[outside])
    for problem, at in faults.items():
        if at.any():
            named = ", ".join(map(plain, frame.index[at][:_LISTED]))
            raise DataError(message(f"{problem} for {named}", where=where, allowed="a polygon per region"))


def _made_valid(frame: GeoDataFrame, where: str) -> tuple[GeoDataFrame, list[dict[str, Any]]]:
    """Repair self-crossing rings and list what was touched."""
    import shapely

    shapes = shapely.force_2d(frame.geometry.to_numpy())
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    repairs = []
    for i in bad.tolist():
        code, before = frame.index[i], abs(shapely.area(shapes[i]))
        reason = shapely.is_valid_reason(shapes[i])
        mended = shapely.make_valid(shapes[i], method="structure", keep_collapsed=False)
        if shapely.is_empty(mended) or shapely.get_type_id(mended) not in _POLYGONS:
            raise DataError(message(f"the polygon of {plain(code)} cannot be repaired ({reason})", where=where))
        shapes[i] = mended
        change = float(shapely.area(mended) / before - 1) if before else float("inf")
        repairs.append({"region": code, "reason": reason, "area_change": change})
    return frame.set_geometry(type(frame.geometry)(shapes, index=frame.index, crs=frame.crs)), repairs
