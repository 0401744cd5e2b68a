"""Boundaries: the shipped vintages by year, and a user's own layer with the checks that it needs."""

from __future__ import annotations

import codecs
import functools
import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, cast

import numpy as np

from growthpoles.errors import DataError, RegionError, listed, message, nearest, plain, quoted, remedy, unknown_option
from growthpoles.file_reading import check_parquet, no_such_file, note_layer, remembered
from growthpoles.regions.enclaves import find_enclaves, merge_enclaves
from growthpoles.regions.kazakhstan.region_names import read_regions_table, vintage_of
from growthpoles.regions.layer_files import (
    MAX_COORDINATES,
    MAX_FEATURES,
    MAX_FIELDS,
    MAX_LAYER,
    PIXELS,
    POLYGONS,
    assumed_degrees,
    check_layer_file,
    latin_encoding,
    placed,
    text_encoding,
    without_drawing,
)
from growthpoles.regions.projection import extent, in_degrees
from growthpoles.shipped_data import geodata_path, read_registry

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from growthpoles.regions.projection import CRSLike

_CRS_NAME = "Albers equal-area, parallels 43°N and 53°N, centre 48°N 67°E (WGS84)"
_LISTED = 8  # rows that a message names
_REASON = 120  # characters of GDAL's own words, which can quote whole SQL statements
_TOLD_ALONE = 4  # mended regions that have a line each
_SAME_AREA = 1e-9  # share of a region's area that is rounding
_FARTHEST = 1e8  # metres; more than twice around the Earth
_LOCAL = 3.0  # degrees; the area of a coordinate system of a city or a county
_COLLECTION = 7
#: Boundaries that need not say the encoding of their texts.
MUTE = (".shp", ".zip")


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
    key: str | None,
    name: str | None = None,
    layer: str | None = None,
    crs: CRS | str | int | tuple[str, str] | dict[str, object] | None = None,
    encoding: str | None = None,
    dissolve: bool | None = None,
    only: Sequence[str] = (),
    drop: Sequence[str] = (),
    repair: Literal["refuse", "clean"] = "refuse",
) -> GeoDataFrame:
    """Read polygons of regions from a boundary file, and check them.

    Parameters
    ----------
    path : path
        GeoPackage, GeoJSON, TopoJSON, Shapefile (also zipped), FlatGeobuf, file geodatabase or GeoParquet (needs
        pyarrow). No other format is opened, nothing is fetched, and no reference to another file is followed.
    key : str or None
        Column with the region codes; it becomes the index `region`, as text. None numbers the regions from 1 in the
        order of the file, which has no such column.
    name : str, optional
        Column with the names of the regions, by which maps call them; it becomes the column `name`. None leaves the
        columns as they are: maps then take a column `name`, or the keys where there is none.
    layer : str, optional
        Layer name; needed when the file holds several layers.
    crs : optional
        Coordinate system of a file that states none, in any form that pyproj reads. A file that states
        another one is an error: nothing is reprojected here. "none" is a plane of unknown units. None takes a TopoJSON
        to count in degrees, as a GeoJSON does, where all its coordinates can be such (``attrs["placed"]`` says so).
    encoding : str, optional
        Of the texts of a Shapefile that does not state it. None takes UTF-8 or Russian cp1251 where the texts are
        plainly that (``attrs["encoding"]`` says so), else what GDAL takes.
    dissolve : bool, optional
        Whether a region may stand in several rows, whose polygons are then united. None unites them where the rows show
        that they are one region: the same text in every other column, and polygons that do not overlap.
    only, drop : sequence of str
        Keys of the regions to take, or to leave out; ``attrs["left_out"]`` names those left out.
    repair : {"refuse", "clean"}
        What happens to a ring that crosses itself where mending it changes the area: a bow-tie may be a square whose
        corners were swapped, and nobody knows. What changes no area is mended either way.

    Returns
    -------
    GeoDataFrame
        Index `region` in file order, the other columns as read, valid two-dimensional polygons in `geometry`.
        ``attrs``: `source` (file name), `layer`, `repairs` (a list of dicts with `region`, `reason` and
        `area_change` (relative) for every geometry that had to be made valid); where there are such, `encoding` (a
        guess), `told` (what GDAL warned of), `left_out`, `dissolved` and `collections` (regions united from several
        rows, or taken out of a geometry collection).
        :func:`growthpoles.regions.boundaries.boundary_notes` says it in sentences.

    Raises
    ------
    DataError
        If the file, the layer or the column is not there, the file is damaged, a key is empty or repeated,
        `dissolve` without a key, a geometry is missing, empty, not a polygon, not finite or cannot be made valid, the
        coordinates cannot be those of the CRS, or the CRS contradicts the file.
    RegionError
        An argument is of another type.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> states = gp.read_boundaries(study.resolve("states.shp"), key="CODE", crs="EPSG:4326")
    >>> len(states), states.index[0]
    (32, 'MX02')
    """
    if repair not in ("refuse", "clean"):
        raise DataError(unknown_option("repair", repair, ["refuse", "clean"]))
    if key is None and dissolve:
        allowed = remedy("{key}: the column whose equal values are one region", key="...")
        raise DataError(message("dissolve=True without a key: nothing says which rows are one region", allowed=allowed))
    import pandas as pd

    path = Path(path)
    where = str(path)
    frame, layer = read_layer(path, layer, encoding=encoding)
    found: dict[str, object] = {
        "encoding": frame.attrs.get("encoding") or (None if encoding else latin_encoding(path, frame))
    }
    found |= {each: frame.attrs.get(each) for each in ("told", "placed", "drawing")}
    if key is None:
        frame = frame.set_index(pd.Index([str(row + 1) for row in range(len(frame))], dtype=object, name="region"))
    else:
        codes = _keys(frame, key, where)
        frame = frame.drop(columns=key).set_index(codes)
    frame, found["left_out"] = _chosen(frame, only, drop, where)
    frame = _with_crs(frame, crs, where)
    found |= {each: frame.attrs.get(each) or found.get(each) for each in ("overruled", "placed")}
    frame, found["collections"] = _polygons_only(frame)
    _check_coordinates(frame, where)
    frame, repairs = _made_valid(frame, where, repair)
    frame, found["dissolved"] = (frame, {}) if key is None else _dissolved(frame, key, dissolve, where)
    _check_shapes(frame, where)
    frame.attrs = {"source": path.name, "layer": layer, "repairs": repairs}
    frame.attrs |= {name: value for name, value in found.items() if value}
    return frame if name is None else with_names(frame, name, key)


def with_names(regions: GeoDataFrame, column: str, key: str | None = None) -> GeoDataFrame:
    """Return the regions with the texts of a column, or of their key, as `name`; the key stands for a missing one.

    ``attrs``: `unnamed` and `namesakes`, where there are such; `named`, the column that maps take in any language.
    """
    columns = [
        *([key] if key is not None else []),
        *(each for each in regions.columns if each != regions.geometry.name),
    ]
    if column not in columns:
        where, near = regions.attrs.get("source"), nearest(column, columns, n=1, words=True)
        allowed = listed(columns, write=quoted)
        raise DataError(message(f"no column {plain(column)}", where=where, allowed=allowed, near=map(quoted, near)))
    names = regions.index.to_series() if column == key else regions[column]
    texts = names.astype("string").str.strip()
    texts = texts.mask(texts.eq(""))
    twice = texts[texts.duplicated(keep=False)].value_counts(sort=False)
    found = {"unnamed": list(regions.index[texts.isna()]), "namesakes": [f"{text} ({n})" for text, n in twice.items()]}
    regions = regions.assign(name=texts.fillna(regions.index.to_series()).astype(object))
    regions.attrs |= {"named": ["name"]} | {kind: told for kind, told in found.items() if told}
    return regions


def altered_areas(regions: GeoDataFrame) -> list[str]:
    """Name the regions whose area changed when their polygon was mended, and by how much."""
    repairs = [each for each in regions.attrs.get("repairs", ()) if abs(each["area_change"]) > _SAME_AREA]
    return [f"{plain(each['region'])} (area {_change(each['area_change'])} %)" for each in repairs]


def boundary_notes(regions: GeoDataFrame) -> list[str]:
    """Say what :func:`read_boundaries` found out, took, left out or mended."""
    attrs = regions.attrs
    notes = []
    if "encoding" in attrs:
        told = "the file does not state the encoding of its texts; {} was taken (the option encoding says another)"
        notes.append(told.format(attrs["encoding"]))
    if "placed" in attrs:
        notes.append(attrs["placed"])
    if "overruled" in attrs:
        told = f"the file states {attrs['overruled']}, which puts them where no region is; taken for a plane, as asked"
        notes.append(told)
    notes += [f"GDAL, which reads the file, says: {each}" for each in attrs.get("told", ())]
    for name, told in (
        ("left_out", "left out by only or drop"),
        ("drawing", "lines or points that no column calls, no regions; left out"),
        ("dissolved", "several rows united"),
        ("collections", "the polygons of a collection taken, its lines and points left out"),
        ("unnamed", "without a name; the key stands for it"),
        ("namesakes", "a name of several regions; each is called so"),
    ):
        if attrs.get(name):
            notes.append(f"{listed(attrs[name])}: {told}")
    repairs = sorted(attrs.get("repairs", ()), key=lambda each: -abs(each["area_change"]))
    if len(repairs) > _TOLD_ALONE:
        first, named = repairs[0], listed([each["region"] for each in repairs], limit=_TOLD_ALONE)
        most = _change(abs(first["area_change"])).lstrip("+")
        notes.append(f"{len(repairs)} regions mended, areas change by at most {most} %: {named} "
                     f"({plain(first['region'])}: {_plainly(first['reason'])})")  # fmt: skip
    for each in repairs if len(repairs) <= _TOLD_ALONE else ():
        notes.append(
            f"{plain(each['region'])}: mended, {_plainly(each['reason'])}; area {_change(each['area_change'])} %"
        )
    if united := attrs.get("united"):
        told = f"{united['units']} units united to {len(regions)} regions by column {united['column']}; areas add up"
        notes.append(f"{told} (largest difference {united['area_difference']:.1g} of a region)")
        if united["dropped"]:
            notes.append(f"columns that differ within the united regions, left out: {listed(united['dropped'])}")
    if "cut" in attrs:
        notes.append(f"a world, cut along the meridian {attrs['cut']:g}°: regions on its two sides are no neighbours")
    touched = (attrs.get("coverage") or {}).get("touched", [])
    if touched:
        notes.append(f"borders mended between {listed((f'{plain(a)} and {plain(b)}' for a, b in touched), write=str)}")
    return notes


def _change(share: float) -> str:
    """Write a relative change in percent, without what is rounding."""
    return f"{100 * share if abs(share) > _SAME_AREA else 0:+.3g}"


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


def _polygons_only(frame: GeoDataFrame) -> tuple[GeoDataFrame, list[str]]:
    """Take the polygons out of collections, whose lines and points are no area."""
    import shapely

    shapes = frame.geometry.to_numpy().copy()
    taken = []
    for i in np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION).tolist():
        parts: list[Any] = _polygons_in(shapes[i])
        if parts:
            shapes[i] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
            taken.append(frame.index[i])
    return _with_shapes(frame, shapes), list(dict.fromkeys(taken))


def _polygons_in(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return the single polygons of a geometry, however deep they lie in collections."""
    import shapely

    kind = shapely.get_type_id(shape)
    if kind == POLYGONS[0]:
        return [shape]
    inner: Sequence[BaseGeometry] = list(shapely.get_parts(shape)) if kind in (POLYGONS[1], _COLLECTION) else ()
    return [part for each in inner for part in _polygons_in(each)]


def _with_shapes(frame: GeoDataFrame, shapes: NDArray[np.object_]) -> GeoDataFrame:
    return frame.set_geometry(type(frame.geometry)(shapes, index=frame.index, crs=frame.crs))


def _dissolved(frame: GeoDataFrame, key: str, dissolve: bool | None, where: str) -> tuple[GeoDataFrame, dict[str, int]]:
    """Unite the rows of one region, on request or where they show that they are one; count the rows of each."""
    import shapely

    counts = frame.index.value_counts(sort=False)
    twice = {str(code): int(n) for code, n in counts.items() if n > 1}
    if not twice:
        return frame, {}
    texts = [name for name in frame.columns if name != frame.geometry.name and frame[name].dtype.kind in "OUT"]
    groups = frame[frame.index.isin(list(twice))].groupby(level=0, sort=False)
    if not dissolve:
        unlike = []
        for code, rows in groups:
            same = bool(texts) and all(len(set(rows[name].fillna(""))) == 1 for name in texts)
            if same and dissolve is not False:
                parts = [shape for shape in rows.geometry if shape is not None and not shape.is_empty]
                parted = abs(sum(shapely.area(parts)) - shapely.area(shapely.union_all(parts)))
                same = bool(parted <= _SAME_AREA * sum(shapely.area(parts)))
            if not same or dissolve is False:
                unlike.append(str(code))
        if unlike:
            own = [name for name in texts if frame[name].notna().all() and frame[name].is_unique]
            way, other = "one feature per region; {dissolve} unites several", {}
            if own:
                way, other = (
                    "{key}, of which every feature has its own; {dissolve} unites several",
                    {"key": repr(str(own[0]))},
                )
            allowed = remedy(way, dissolve="True", **other)
            raise DataError(
                message(f"column {key} repeats {listed(unlike, limit=_LISTED)}", where=where, allowed=allowed)
            )

    def one(column: pd.Series) -> object:
        found = list(dict.fromkeys(column.dropna()))
        return found[0] if len(found) == 1 else " / ".join(map(str, found)) if found else None

    result = frame[~frame.index.duplicated()].copy()
    for column in [name for name in frame.columns if name != frame.geometry.name]:
        told = groups[column].agg(one)
        mixed = told.map(lambda cell: isinstance(cell, str)).any() and result[column].dtype.kind not in "OUT"
        result[column] = result[column].astype(object) if mixed else result[column]
        result.loc[told.index, column] = told
    shapes = result.geometry.to_numpy().copy()
    place = {code: i for i, code in enumerate(result.index)}
    for code, rows in groups:
        shapes[place[code]] = shapely.union_all(rows.geometry.to_numpy())
    return _with_shapes(result, shapes), twice


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
        check_layer_file(path)
        with warnings.catch_warnings(action="ignore"):
            return [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
    except Exception:  # read_layer says what is wrong
        return []


def _heeding_gdal(
    read: Callable[..., tuple[GeoDataFrame, str]],
) -> Callable[..., tuple[GeoDataFrame, str]]:
    """Keep what GDAL warns of as ``attrs["told"]``, each once: it is a note on the file, not a warning of Python."""

    @functools.wraps(read)
    def call(*args: Any, **kwargs: Any) -> tuple[GeoDataFrame, str]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            frame, name = read(*args, **kwargs)
        if caught:
            frame.attrs["told"] = list(dict.fromkeys(plain(str(each.message)[:_REASON]) for each in caught))
        return frame, name

    return call


@_heeding_gdal
def read_layer(path: Path, layer: str | None = None, *, encoding: str | None = None) -> tuple[GeoDataFrame, str]:
    """Read one layer as it is; every way in which GDAL can fail ends in a DataError that names the file.

    Returns
    -------
    frame, layer : GeoDataFrame and str
        With at least one feature; the name of the layer, found where none was given and the file has just one.
    """
    import pyogrio

    if not path.exists():
        raise DataError(no_such_file(path))
    check_layer_file(path)
    note_layer(path)
    if path.suffix.lower() in (".parquet", ".geoparquet"):
        return _read_geoparquet(path, layer)
    if encoding is not None:
        try:  # GDAL does not know every name that Python knows
            official = codecs.lookup(encoding).name
            encoding = {"iso8859-1": "latin1"}.get(official, encoding)
        except LookupError:
            allowed = "for instance utf-8, cp1251, cp1252, latin1"
            raise DataError(message(f"encoding={encoding!r} is not known", where=str(path), allowed=allowed)) from None
        if path.suffix.lower() not in MUTE and official != "utf-8":
            problem, allowed = (
                "a file of this kind has its texts in UTF-8, or says itself",
                remedy("no {encoding}", encoding=""),
            )
            raise DataError(message(problem, where=str(path), allowed=allowed))
    try:
        layers = [name for name, geometry in pyogrio.list_layers(path) if geometry is not None]
        if layer is None and len(layers) != 1:
            problem = f"{len(layers)} layers with geometry where one is needed"
            own = remedy("{layer}", layer=f"one of {', '.join(layers[:_LISTED])}")
            allowed = own if layers else "a layer of polygons"
            raise DataError(message(problem, where=str(path), allowed=allowed))
        if layer is not None and layer not in layers:
            near = nearest(layer, layers, n=1, words=True)
            raise DataError(
                message(
                    f"no layer {layer}", where=str(path), allowed=listed(layers, write=quoted), near=map(quoted, near)
                )
            )
        name = layer or layers[0]
        found = pyogrio.read_info(path, layer=name)
        if found["features"] > MAX_FEATURES or len(found["fields"]) > MAX_FIELDS:
            most = f"{MAX_FEATURES} features" if found["features"] > MAX_FEATURES else f"{MAX_FIELDS} columns"
            raise DataError(message(f"more than {most}", where=str(path)))
        try:
            frame = pyogrio.read_dataframe(path, layer=name, encoding=encoding)
        except UnicodeDecodeError:
            if encoding is not None:
                problem = f"the texts of the boundaries are not in {encoding}"
                allowed = remedy("{encoding} or another one, or none to have it found", encoding='"utf-8"')
                raise DataError(message(problem, where=str(path), allowed=allowed)) from None
            if path.suffix.lower() != ".shp":
                raise
            frame = pyogrio.read_dataframe(path, layer=name, encoding="latin1")
        guess = None if encoding is not None else text_encoding(path, frame)
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
    if twice := list(frame.columns[frame.columns.duplicated()]):
        raise DataError(message(f"column names repeated: {listed(twice)}", where=str(path), allowed="each once"))
    return placed(path, without_drawing(frame)), name


def _read_geoparquet(path: Path, layer: str | None) -> tuple[GeoDataFrame, str]:
    """Read a GeoParquet file, which has one layer, called as the file."""
    import geopandas as gpd
    import pandas as pd

    where = str(path)
    if layer not in (None, path.stem):
        raise DataError(message("a GeoParquet file has no layers", where=where, allowed=remedy("no {layer}", layer="")))
    try:
        check_parquet(path, cells=MAX_COORDINATES, size=MAX_LAYER, where=where)
        frame = gpd.read_parquet(path)
        for texts in (pd.Series(frame[name]) for name in frame if pd.api.types.is_string_dtype(frame[name])):
            texts.to_numpy(dtype=object)  # what is no text fails here, not wherever it is used first
    except DataError:
        raise
    except ImportError:
        allowed = "pip install 'growthpoles[parquet]'"
        raise DataError(message("reading GeoParquet needs pyarrow", where=where, allowed=allowed)) from None
    except Exception as error:  # a damaged file makes pyarrow and shapely raise almost anything
        problem = f"the file cannot be read as GeoParquet, it may be damaged ({str(error)[:_REASON]})"
        raise DataError(message(problem, where=where)) from error
    if not len(frame):
        raise DataError(message("the file is empty", where=where))
    return frame.reset_index(drop=frame.index.name is None), path.stem


def _keys(frame: GeoDataFrame, key: str, where: str) -> pd.Index:
    """Return the key column as an index of clean text; an empty key is an error."""
    import pandas as pd

    columns = [column for column in frame.columns if column != frame.geometry.name]
    if key not in columns:
        allowed = listed(columns, limit=_LISTED, write=quoted) or "none"
        near = map(quoted, nearest(key, columns, n=1, words=True))
        raise DataError(message(f"no column {plain(key)}", where=where, allowed=allowed, near=near))
    values = frame[key]
    whole = pd.api.types.is_float_dtype(values) and values.dropna().mod(1).eq(0).all()
    text = (values.astype("Int64") if whole else values).astype("string").str.strip()
    empty = np.flatnonzero(text.isna() | text.eq(""))
    if len(empty):
        rows = ", ".join(str(row + 1) for row in empty[:_LISTED])
        others = [name for name in columns if name != key and frame[name].notna().all() and frame[name].is_unique]
        allowed = f"{{key}}{', '.join(['', *map(str, others[1:_LISTED])])}" if others else "a name in every feature"
        own = {"key": repr(str(others[0]))} if others else {}
        told = remedy(f"{allowed}, or the feature left out of the file", **own)
        raise DataError(message(f"column {key} is empty in feature {rows}", where=where, allowed=told))
    return pd.Index(text.astype(object), name="region")


def _with_crs(frame: GeoDataFrame, crs: CRSLike | None, where: str) -> GeoDataFrame:
    """Set the CRS of a file that states none; refuse one that contradicts the file."""
    if crs is None:
        return assumed_degrees(where, frame)
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    # a GeoJSON that states no system is taken to count in degrees
    stated = frame.crs
    impossible = stated is not None and stated.is_geographic and not in_degrees(frame.total_bounds.reshape(2, 2))
    if isinstance(crs, str) and crs.strip().casefold() == "none":
        if stated is not None and stated.is_projected and _pixels(frame):
            frame.attrs["overruled"] = stated.name
            impossible = True
        return frame.set_crs(None, allow_override=True) if impossible else frame  # type: ignore[call-overload]
    try:
        wanted = CRS.from_user_input(crs)
    except CRSError as error:
        allowed = 'what pyproj reads, e.g. "EPSG:4326"'
        raise DataError(message(f"crs={crs!r} is not known", where=where, allowed=allowed)) from error
    if frame.crs is None:
        return frame.set_crs(wanted)
    if impossible:
        return frame.set_crs(wanted, allow_override=True)
    if not frame.crs.equals(wanted, ignore_axis_order=True):
        problem = f"the file states {frame.crs.name}, and {wanted.name} is asked for"
        raise DataError(message(problem, where=where, allowed=remedy("that of the file: no {crs}", crs="")))
    return frame


def _check_coordinates(frame: GeoDataFrame, where: str) -> None:
    """Refuse coordinates that no place on Earth has in the coordinate system of the layer."""
    import shapely

    shapes, crs = frame.geometry.to_numpy(), frame.crs
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.isfinite(points).all(axis=1)
    size = np.abs(points)
    metre = crs.axis_info[0].unit_conversion_factor if crs is not None and crs.is_projected and crs.axis_info else 1.0
    faults = {
        "a coordinate that is not a finite number": ~finite,
        "a coordinate that is no longitude or latitude": finite & (size > (360.0, 90.0 + 1e-9)).any(axis=1)
        if crs is not None and crs.is_geographic
        else np.zeros(len(points), dtype=bool),
        "a coordinate farther away than the Earth is wide": finite & (size * metre > _FARTHEST).any(axis=1),
    }
    for problem, at in faults.items():
        if at.any():
            named = listed(dict.fromkeys(frame.index[owner[at]]), limit=_LISTED)
            allowed: str = "a polygon per region"
            if finite.all() and crs is not None and crs.is_geographic:
                told = f"degrees; these run from {extent(points)}"
                allowed = remedy(told + ": {crs} says which system they are in", crs='"EPSG:..."')
            raise DataError(message(f"{problem} for {named}", where=where, allowed=allowed))
    if crs is None or not crs.is_projected or not len(points):
        return
    if (size <= (360.0, 90.0)).all():
        told = (
            f"the coordinates look like degrees ({extent(points)}), {crs.name} counts in {crs.axis_info[0].unit_name}"
        )
        allowed = remedy(
            "that of the coordinates, such as EPSG:4326: {crs} where the file states none; QGIS (Assign Projection) "
            "or ogr2ogr -a_srs where it states a wrong one",
            crs="",
        )
        raise DataError(message(told, where=where, allowed=allowed))
    if _pixels(frame):
        told = f"the coordinates look like pixels ({extent(points)}), {crs.name} puts them where no region is"
        text = "georeferenced polygons, such as the TopoJSON of the same map, or {crs} for a drawing without a place"
        raise DataError(message(told, where=where, allowed=remedy(text, crs='"none"')))


def _pixels(frame: GeoDataFrame) -> bool:
    """Tell whether coordinates are small as those of a picture, and not of a small area in a system of its own."""
    import shapely

    points = shapely.get_coordinates(frame.geometry.to_numpy())
    small = bool(len(points) and (np.abs(points) <= PIXELS).all())
    return small and not (np.abs(points) <= (360.0, 90.0)).all() and not _is_local(cast("CRS", frame.crs), points)


def _is_local(crs: CRS, points: NDArray[np.float64]) -> bool:
    """Tell whether the origin of a coordinate system lies among regions: it is one's own, or of a small area."""
    area = crs.area_of_use
    if area is None:
        return True
    if area.east - area.west > _LOCAL or area.north - area.south > _LOCAL:
        return False
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        lon, lat = to_degrees.transform(*points.mean(axis=0))
    except ProjError:  # a system of its own, that nobody can place
        return True
    return bool(area.west <= lon <= area.east and area.south <= lat <= area.north)


def _check_shapes(frame: GeoDataFrame, where: str) -> None:
    """Refuse geometry that no repair can turn into a region."""
    import shapely

    shapes = frame.geometry.to_numpy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    odd = ~missing & ~np.isin(shapely.get_type_id(shapes), POLYGONS)
    for problem, at in {"no geometry": missing, "no polygon": odd}.items():
        if at.any():
            named = listed(frame.index[at], limit=_LISTED)
            left = repr([str(code) for code in frame.index[at]][:_LISTED])
            allowed = remedy("a polygon per region, or {drop} for a region without one", drop=left)
            raise DataError(message(f"{problem} for {named}", where=where, allowed=allowed))


def _made_valid(
    frame: GeoDataFrame, where: str, repair: Literal["refuse", "clean"]
) -> tuple[GeoDataFrame, list[dict[str, Any]]]:
    """Repair self-crossing rings and list what was touched; refuse what would change the area, unless asked for."""
    import shapely

    from growthpoles.regions.coverage import mend

    shapes = shapely.force_2d(frame.geometry.to_numpy())
    areal = np.isin(shapely.get_type_id(shapes), POLYGONS)
    bad = np.flatnonzero(areal & ~shapely.is_valid(shapes))
    repairs: list[dict[str, Any]] = []
    for i in bad.tolist():
        code, reason = frame.index[i], shapely.is_valid_reason(shapes[i])
        mended, change = mend(shapes[i])
        if mended is None:
            raise DataError(message(f"the polygon of {plain(code)} cannot be repaired ({reason})", where=where))
        shapes[i] = mended
        repairs.append({"region": code, "reason": reason, "area_change": change})
    altered = [each for each in repairs if abs(each["area_change"]) > _SAME_AREA]
    if altered and repair == "refuse":
        told, first = listed((each["region"] for each in altered), limit=_LISTED), altered[0]
        allowed = remedy("polygons that do not cross themselves, or {repair}", repair='"clean"')
        amount = f"by {_change(first['area_change'])} %, {_plainly(first['reason'])}"
        problem = f"mending the polygon of {told} would change its area ({plain(first['region'])}: {amount})"
        raise DataError(message(problem, where=where, allowed=allowed))
    return _with_shapes(frame, shapes), repairs


_REASONS = {
    "Too few points in geometry component": "as a part of it is no area",
    "Self-intersection": "as it crosses itself",
    "Ring Self-intersection": "as it touches itself",
    "Nested shells": "as a part lies within another and is read as a hole in it",
}


def _plainly(reason: str) -> str:
    """Say why a polygon is not valid and where: GEOS writes ``Self-intersection[19.75 54.43]``."""
    kind, _, place = reason.partition("[")
    at = " ".join(f"{float(number):.7g}" for number in place.rstrip("]").split())
    return f"{_REASONS.get(kind, kind)}{at and f' at {at}'}"
