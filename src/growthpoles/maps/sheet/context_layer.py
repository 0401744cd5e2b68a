"""Context layer: sea, lakes, rivers, coast, borders and names of the neighbours under a map; cities; locator map."""

from __future__ import annotations

import csv
import os
import zlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, listed, message
from growthpoles.file_reading import read_bytes, read_text, remembered
from growthpoles.geodesy import shortest_arc
from growthpoles.language.languages import LANGUAGES, SOURCE
from growthpoles.maps import palettes
from growthpoles.maps.map_options import City, Style
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.far_parts import transformer_of
from growthpoles.maps.sheet.map_geometry import Base, shape_paths
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array, Box, Word
from growthpoles.maps.sheet.space_layout import FreeSpace
from growthpoles.maps.typography import text_metrics
from growthpoles.shipped_data import geodata_path

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from matplotlib.transforms import Transform
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

#: As geodata/build/context.py writes them.
_MAGIC, _TILE, _LATTICE, _GRID = 8, 10.0, 8192, 0.25
_LAND, _LAKE, _BORDER, _DISPUTED, _RIVER, _STREAM = range(6)
_ACROSS, _ALONG = 36, 18
_NAMELESS = 255
#: The finer level is used where its tolerance is seen: below this many degrees to a tenth of a millimetre.
_FINE = 0.015
#: Tiles farther than this many degrees from the middle meridian may be torn apart by the projection: none is drawn.
_WIDEST = 160.0
_PROBES = 32
#: Metres between probes at most: half the width of a tile at the top of a map of the world.
_PROBED = 3e5
#: Context lines so near to the regions' own outline repeat it, a little beside it: millimetres.
_OWN = 0.6
_NODE = 2.0
#: Of a country's ground on the map, this much may be regions of the map itself.
_FOREIGN = 0.5
_LEAST_NODES = 6
#: So far from its place the name of a water may stand, on the sheet and on the ground, or it names another one.
_AWAY_MM, _AWAY_M = 25.0, 500_000.0
_Tile: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.int_], NDArray[np.int_], Array]
_FOUND: OrderedDict[Hashable, Context | None] = OrderedDict()
_NAMED: OrderedDict[Hashable, list[Word]] = OrderedDict()
_KEEP = 12
#: Half the room of a dot in millimetres.
_CITY = 0.8
#: Outside the regions there are capitals, and cities of this rank or better.
_LARGE = 1
#: Millimetres by which a city may lie off an outline that is generalised, and still be a city of that region.
_OFF = 1.5
#: A city without a Kazakh name has its Russian one, which is written in the same letters; else the English one.
_INSTEAD = "ru"
#: A locator shows so many times the span of the regions, in degrees, and at least the first of these where it holds so
#: much land, else the next. Beyond the largest it shows the world; regions over more longitudes than the last are most
#: of it.
_AROUND, _CONTINENTS, _DRY, _CONTINENT_MOST, _ROUND_GLOBE = 2.4, (50.0, 80.0, 110.0), 0.08, 120.0, 250.0
#: Square millimetres below which land, and a lake, is left out of it; millimetres across, and square millimetres, below
#: which its area gets a ring.
_SPECK, _LAKE_SEEN, _UNSEEN, _THIN = 0.02, 0.4, 1.5, 0.8


@dataclass(frozen=True, slots=True)
class Context:
    """Context of one map in its units: land and lakes, coast with borders, disputed borders, shores with rivers."""

    land: Path | None
    lakes: Path | None
    lines: Path | None
    disputed: Path | None
    rivers: Path | None


def context_of(base: Base, plan: Plan, *, rivers: bool) -> Context | None:
    """Return the context inside the frame of a map; None where it has no coordinate system, or reaches round the globe.

    Parameters
    ----------
    base, plan
        The regions and their arrangement.
    rivers
        Whether to take rivers as well.
    """
    if base.crs is None:
        return None
    scale, origin = plan.found.scale, np.asarray(plan.found.origin)
    frame = np.array([[plan.frame.x, plan.frame.y], [plan.frame.right, plan.frame.top]])
    low, high = (frame - origin) / scale
    key = base.key, *low.round(3).tolist(), *high.round(3).tolist(), rivers
    _world()  # counts as read where what was found in it is remembered
    if key not in _FOUND:
        _FOUND[key] = _context(base, base.crs, low, high, scale, rivers=rivers)
        while len(_FOUND) > _KEEP:
            _FOUND.popitem(last=False)
    _FOUND.move_to_end(key)
    return _FOUND[key]


def _degrees(crs: CRS, x: Array, y: Array) -> tuple[Array, Array]:
    """Return longitude and latitude of points of a map."""
    lon, lat = transformer_of(crs.to_wkt()).transform(x, y, direction="INVERSE")
    return np.asarray(lon), np.asarray(lat)


def _context(base: Base, crs: CRS, low: Array, high: Array, scale: float, *, rivers: bool) -> Context | None:
    probes = max(_PROBES, int((high - low).max() * base.metres / _PROBED) + 2)
    x, y = (grid.ravel() for grid in np.meshgrid(*(np.linspace(low[axis], high[axis], probes) for axis in (0, 1))))
    lon, lat = _degrees(crs, x, y)
    middle = float(_degrees(crs, *(low + high)[:, None] / 2)[0][0])
    if not (np.isfinite(lon).all() and np.isfinite(lat).all() and np.isfinite(middle)):
        return None
    level = 0 if 0.1 / scale * base.metres / 111_000.0 < _FINE else 1
    widest = 180.0 - _TILE / 2 if "+proj=eqearth" in crs.srs else _WIDEST  # a map of the world has its edge there
    parts = [part for _, part in _tiles(lon, lat, middle, level, widest)]
    if not parts:
        return Context(*[None] * 5)
    kinds, sizes = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    lattice = np.concatenate([part[2] for part in parts])
    degrees = np.concatenate([part[3] for part in parts])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    kind = np.repeat(kinds, sizes)
    if not rivers:
        keep = kind < _RIVER
        kinds, sizes = kinds[kinds < _RIVER], sizes[kinds < _RIVER]
        lattice, degrees, kind = lattice[keep], degrees[keep], kind[keep]
        starts = np.concatenate([[0], np.cumsum(sizes)])
    points = np.column_stack(transformer_of(crs.to_wkt()).transform(degrees[:, 0], degrees[:, 1]))
    # a line ends where it runs along the edge of a tile, or beside the outline of the regions
    begins = np.zeros(len(points), dtype=bool)
    begins[starts[:-1]] = True
    on_edge = (lattice[1:] == lattice[:-1]) & ((lattice[1:] == 0) | (lattice[1:] == _LATTICE))
    begins[1:] |= on_edge.any(axis=1)
    beside = _beside(base, points, low, high, _OWN / scale)
    begins[1:] |= beside[1:] & beside[:-1]

    def area(which: int) -> Path | None:
        return _path(points[kind == which], starts_of(which), close=True)

    def line(*which: int) -> Path | None:
        chosen = np.isin(kind, which)
        return _path(points[chosen], begins[chosen], close=False)

    def starts_of(which: int) -> NDArray[np.bool_]:
        first = np.zeros(len(points), dtype=bool)
        first[starts[:-1]] = True
        return first[kind == which]

    return Context(area(_LAND), area(_LAKE), line(_LAND, _BORDER), line(_DISPUTED), line(_LAKE, _RIVER, _STREAM))


def _tiles(lon: Array, lat: Array, middle: float, level: int, widest: float) -> list[tuple[int, _Tile]]:
    """Return the tiles that hold some points, with their numbers; none so far from the middle that it may be torn."""
    across = np.floor((lon + 180.0) / _TILE).astype(int) % _ACROSS
    along = np.floor((lat + 90.0) / _TILE).astype(int).clip(0, _ALONG - 1)
    wanted = np.unique(along * _ACROSS + across)
    off = (wanted % _ACROSS + 0.5) * _TILE - 180.0 - middle
    wanted = wanted[np.abs((off + 180.0) % 360.0 - 180.0) < widest]
    return [(number, part) for number in wanted.tolist() if (part := _tile(number, level)) is not None]


def _beside(base: Base, points: Array, low: Array, high: Array, near: float) -> NDArray[np.bool_]:
    """Tell which points lie beside the outline of the regions, or within them."""
    import shapely

    found = np.zeros(len(points), dtype=bool)
    inside = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    rings = [ring for ring in base.rings if len(ring) > 3]
    if len(inside) and rings:
        outline = shapely.MultiLineString([shapely.LineString(ring) for ring in rings])
        shapely.prepare(outline)
        found[inside] = shapely.dwithin(outline, shapely.points(points[inside]), near)
    return found


def _path(points: Array, begins: NDArray[np.bool_], *, close: bool) -> Path | None:
    """Return one path of rings or lines; None without points."""
    from matplotlib.path import Path

    if not len(points):
        return None
    codes = np.where(begins, Path.MOVETO, Path.LINETO).astype(Path.code_type)
    if close:
        codes[np.append(begins[1:], True)] = Path.CLOSEPOLY
    return Path(points, codes, readonly=True)


@remembered()
def _world() -> tuple[bytes, NDArray[np.uint32]]:
    """Return the shipped file and where its parts start."""
    content = read_bytes(geodata_path("context/world.bin"))
    count = 2 * _ACROSS * _ALONG + 2
    return content, np.frombuffer(content, "<u4", count, _MAGIC)


@remembered(256)
def _tile(number: int, level: int) -> _Tile | None:
    """Return kinds and sizes of the parts of a tile, and their vertices on its lattice and in degrees."""
    content, offsets = _world()
    place = level * _ACROSS * _ALONG + number
    start, end = int(offsets[place]), int(offsets[place + 1])
    if start == end:
        return None
    blob = zlib.decompress(content[start:end])
    count = int.from_bytes(blob[:2], "little")
    kinds = np.frombuffer(blob, "u1", count, 2)
    sizes = np.frombuffer(blob, "<u2", count, 2 + count).astype(int)
    planes = np.frombuffer(blob, "u1", offset=2 + 3 * count).reshape(4, -1)
    steps = planes.T.copy().view("<u2")
    lattice = np.cumsum(steps, axis=0, dtype=np.uint16).astype(int)
    corner = (number % _ACROSS * _TILE - 180.0, number // _ACROSS * _TILE - 90.0)
    return kinds, sizes, lattice, lattice * (_TILE / _LATTICE) + corner


@remembered()
def _country_grid() -> NDArray[np.uint8]:
    """Return the number of the country in every cell of the globe, from the south-west: 0 for water."""
    content, offsets = _world()
    cells = zlib.decompress(content[int(offsets[-2]) : int(offsets[-1])])
    return np.frombuffer(cells, "u1").reshape(round(180 / _GRID), round(360 / _GRID))


@remembered()
def _names(lang: str) -> tuple[list[str], list[tuple[float, float, str]]]:
    """Return names of the countries by their number, and the waters with their places."""
    rows = list(csv.DictReader(read_text(geodata_path("context/names.csv")).splitlines()))
    column = lang if rows and lang in rows[0] else "en"
    waters = [(float(row["lon"]), float(row["lat"]), row[column]) for row in rows if row["lon"]]
    return [row[column] for row in rows if not row["lon"]], waters


def draw_context(
    ax: Axes, found: Context, frame: Box, mm: Transform, gid: str, *, data: Transform | None = None, order: float = 0.0
) -> None:
    """Draw sea, land, lakes, rivers, coast and borders inside the frame, under all else; disputed borders dotted.

    `data` leads from map units to the display, by default that of the axes; layers stand a little above `order`.
    """
    from matplotlib.path import Path
    from matplotlib.transforms import Bbox, TransformedBbox

    step = 0.1 if order else 1.0
    corners = [(frame.x, frame.y), (frame.right, frame.y), (frame.right, frame.top), (frame.x, frame.top)]
    window = TransformedBbox(Bbox.from_extents(frame.x, frame.y, frame.right, frame.top), mm)
    sea = Path([*corners, corners[0]], closed=True)
    canvas.add_shapes(ax, [sea], face=palettes.SEA, order=order + 0.1 * step, gid=f"{gid}-sea", transform=mm)
    for name, areas, face in (("land", found.land, palettes.LAND), ("lakes", found.lakes, palettes.SEA)):
        if areas is not None:
            level = order + (0.2 if name == "land" else 0.3) * step
            layer = canvas.add_shapes(ax, [areas], face=face, order=level, gid=f"{gid}-{name}", transform=data)
            layer.set_clip_box(window)
    for name, lines, colour, width, dashes in (
        ("rivers", found.rivers, palettes.RIVER, 0.3, None),
        ("coast", found.lines, palettes.COAST, 0.4, None),
        ("disputed", found.disputed, palettes.COAST, 0.5, (1.0, 1.6)),
    ):
        if lines is not None:
            layer = canvas.add_shapes(
                ax, [lines], face="none", edge=colour, line_pt=width, order=order + 0.35 * step, gid=f"{gid}-{name}",
                transform=data,
            )  # fmt: skip
            layer.set_clip_box(window)
            if dashes:
                layer.set_linestyle([(0, dashes)])


def context_names(base: Base, plan: Plan, space: FreeSpace, style: Style) -> list[Word]:
    """Place the names of countries and waters where the whole name stands on what it names and on nothing else.

    Parameters
    ----------
    base, plan
        The regions and their arrangement.
    space
        What everything else leaves free; the names take their room of it.
    style
        Language and sizes.
    """
    key = base.key, plan, style.preset, style.lang, space.taken.tobytes()
    _country_grid(), _names(style.lang)  # count as read where the places are remembered
    if key not in _NAMED:
        _NAMED[key] = _place_names(base, plan, space, style)
        while len(_NAMED) > _KEEP:
            _NAMED.popitem(last=False)
    _NAMED.move_to_end(key)
    return _NAMED[key]


def _place_names(base: Base, plan: Plan, space: FreeSpace, style: Style) -> list[Word]:
    assert base.crs is not None
    scale, origin, body = plan.found.scale, np.asarray(plan.found.origin), space.body
    nx, ny = int(body.w / _NODE) + 1, int(body.h / _NODE) + 1
    x, y = body.x + _NODE * np.arange(nx), body.y + _NODE * np.arange(ny)
    places = (np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) - origin) / scale
    lon, lat = _degrees(base.crs, *places.T)
    grid = _country_grid()
    column = np.floor((lon + 180.0) / _GRID).astype(int) % grid.shape[1]
    row = np.floor((lat + 90.0) / _GRID).astype(int).clip(0, grid.shape[0] - 1)
    ground = grid[row, column].reshape(ny, nx)
    own = space.taken[
        np.minimum((_NODE * np.arange(ny)).astype(int), space.ny - 1)[:, None],
        np.minimum((_NODE * np.arange(nx)).astype(int), space.nx - 1)[None, :],
    ].astype(bool)
    countries, waters = _names(style.lang)
    most = min(_AWAY_MM, _AWAY_M / base.metres * scale)
    size = style.preset.small_pt
    words: list[Word] = []

    def node(distance: Array, most: int) -> NDArray[np.int_]:
        return np.clip(distance / _NODE, 0, most - 1).astype(int)

    def put(on: NDArray[np.bool_], name: str, colour: str, at: tuple[float, float] | None) -> None:
        """Set a name on its ground, as far inside as it can stand; one for a water near its place."""
        lines = _lines(name)
        wide = max(text_metrics.width(line, size) for line in lines)
        tall = text_metrics.height(len(lines), size) + text_metrics.DROP * size * text_metrics.PT
        left, bottom = space.spots(wide, tall, 1.2)
        within = np.ones(len(left), dtype=bool)
        for start, reach, spread, low in (
            (left, wide, on.any(axis=0), body.x),
            (bottom, tall, on.any(axis=1), body.y),
        ):
            first, last = np.flatnonzero(spread)[[0, -1]]
            within &= (start > low + (first - 1) * _NODE) & (start + reach < low + (last + 1) * _NODE)
        left, bottom = left[within], bottom[within]
        total = np.zeros((ny + 1, nx + 1), dtype=int)
        total[1:, 1:] = np.cumsum(np.cumsum(~on, axis=0), axis=1)
        best: tuple[float, float, float] | None = None
        for air in (6.0, 3.0, 0.0):
            i0, j0 = node(left - air - body.x, nx), node(bottom - air - body.y, ny)
            i1, j1 = node(left + wide + air - body.x + _NODE, nx), node(bottom + tall + air - body.y + _NODE, ny)
            clear = total[j1 + 1, i1 + 1] - total[j0, i1 + 1] - total[j1 + 1, i0] + total[j0, i0] == 0
            if clear.any():
                middle = at or (float(left[clear].mean() + wide / 2), float(bottom[clear].mean() + tall / 2))
                away = np.hypot(left + wide / 2 - middle[0], bottom + tall / 2 - middle[1])
                k = int(np.argmin(np.where(clear, away, np.inf)))
                best = float(away[k]), float(left[k]), float(bottom[k])
                break
        if best is None or (at is not None and best[0] > most):
            return
        _, x0, y0 = best
        base_line = y0 + tall - text_metrics.CAP * size * text_metrics.PT
        for line in lines:
            words.append(Word(x0 + wide / 2, base_line, line, size, colour=colour, align="center"))
            base_line -= text_metrics.LEADING * size * text_metrics.PT
        space.block(Box(x0, y0, wide, tall))

    for code, nodes in zip(*np.unique(ground, return_counts=True), strict=True):
        on = ground == code
        if code in (0, _NAMELESS) or nodes < _LEAST_NODES or (on & own).sum() > _FOREIGN * nodes:
            continue
        put(on, countries[code - 1].upper(), palettes.CONTEXT_NAME, None)
    window = plan.frame
    wet = ground == 0
    places = np.array([(water[0], water[1]) for water in waters])
    spots = np.column_stack(transformer_of(base.crs.to_wkt()).transform(*places.T)) * scale + origin
    for (x0, y0), (_, _, name) in zip(spots.tolist(), waters, strict=True):
        if wet.any() and window.x < x0 < window.right and window.y < y0 < window.top:
            count = len(words)
            for way in name.split("|"):
                if len(words) == count:
                    put(wet, way, palettes.WATER_NAME, (x0, y0))
    return words


def _lines(name: str) -> list[str]:
    """Break a name of several words in two lines."""
    return list(text_metrics.halves(name) or [name])


@dataclass(frozen=True, slots=True)
class CitySpot:
    """A city on the sheet: its place in millimetres, and the number of the region around it, -1 outside all."""

    city: City
    x: float
    y: float
    region: int

    @property
    def room(self) -> Box:
        """What the dot takes."""
        return Box(self.x - _CITY, self.y - _CITY, 2 * _CITY, 2 * _CITY)

    @property
    def ground(self) -> BaseGeometry:
        """The same as a polygon."""
        import shapely

        return shapely.box(self.x - _CITY, self.y - _CITY, self.x + _CITY, self.y + _CITY)


@remembered()
def _cities(lang: str) -> tuple[City, ...]:
    """Return the cities of the world, the most populous first."""
    rows = csv.DictReader(read_text(geodata_path("context/places.csv")).splitlines())
    return tuple(
        City(
            _written(row, (lang, SOURCE) if lang == SOURCE else (lang, _INSTEAD, SOURCE)),
            float(row["lon"]),
            float(row["lat"]),
            int(row["rank"]),
            row["capital"] == "yes",
            country=row["code"],
        )
        for row in rows
    )


def _written(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return the first name that a row has."""
    told = (row.get(column) for column in columns)
    return text_metrics.clean(next((name for name in told if isinstance(name, str) and name.strip()), ""))


def cities_of(given: Any, lang: str) -> tuple[City, ...]:
    """Return the cities that a map may show, by its option: none, those of the world, or a table.

    Raises
    ------
    MapError
        The table lacks a column, or a row a name, a place on the globe, or a rank that is a number.
    DataError
        It cannot be read.
    """
    if given is None or given is False:
        return ()
    if given is True:
        return _cities(lang)
    if isinstance(given, str | os.PathLike):
        rows, where = _rows(FilePath(given)), f"cities, {FilePath(given).name}"
    elif hasattr(given, "to_dict") and hasattr(given, "columns"):
        rows, where = given.to_dict("records"), "cities"
    else:
        allowed = "True, False, or a table with the columns name, lon, lat"
        raise MapError(message(f"{type(given).__name__} given", where="cities", allowed=allowed))
    return tuple(sorted((_own_city(row, lang, where) for row in rows), key=lambda city: city.rank))


def _rows(path: FilePath) -> list[Mapping[str, Any]]:
    """Read a table of places: cells parted by commas, semicolons or tabs, numbers with points or commas."""
    try:
        lines = read_text(path).splitlines()
    except UnicodeDecodeError:
        allowed = "the file saved as UTF-8, or a DataFrame"
        raise MapError(message("the table of places is not in UTF-8", where=path.name, allowed=allowed)) from None
    sign = max(",;\t", key=lines[0].count) if lines else ","
    rows = list(csv.DictReader(lines, delimiter=sign))
    return [
        row | {name: row[name].replace(",", ".") for name in ("lon", "lat", "rank") if row.get(name)} for row in rows
    ]


def _own_city(row: Mapping[str, Any], lang: str, where: str) -> City:
    """Read a row of a table of places."""
    name = _written(row, (f"name_{lang}", "name", *(f"name_{other}" for other in LANGUAGES)))
    if not name:
        problem = "a row has no name" if "name" in row else f"no column name among {listed(row, limit=8)}"
        raise MapError(message(problem, where=where, allowed="the columns name, lon, lat"))
    numbers = []
    for column, most in (("lon", 180.0), ("lat", 90.0), ("rank", np.inf)):
        value = row.get(column, "")
        try:
            number = float(value) if column != "rank" or value not in ("", None) else 0.0
        except (TypeError, ValueError):
            number = np.nan
        if not abs(number) <= most or (column == "rank" and not np.isfinite(number)):
            allowed = "degrees: lon -180 to 180, lat -90 to 90; rank a number"
            raise MapError(
                message(
                    "{column}: {value}", where=f"{where}, {name}", allowed=allowed, column=column, value=repr(value)
                )
            )
        numbers.append(number)
    capital = str(row.get("capital", "")).strip().lower() in ("true", "yes", "1", "1.0")
    return City(name, numbers[0], numbers[1], int(numbers[2]), capital, own=True)


def city_candidates(base: Base, plan: Plan, cities: Sequence[City]) -> list[CitySpot]:
    """Return the cities in the frame of a map, in the order in which they are chosen: capitals, then the most populous.

    Those of the regions go before those around them, of which there are large ones alone. A city of the world that lies
    a little off the outline of a region of its country is in that region.
    """
    import shapely

    if not cities or base.crs is None:
        return []
    scale, origin, frame = plan.found.scale, np.asarray(plan.found.origin), plan.frame
    lon, lat = (np.array([getattr(city, name) for city in cities]) for name in ("lon", "lat"))
    at_home = np.column_stack(transformer_of(base.crs.to_wkt()).transform(lon, lat))
    places = base.place(lon, lat)
    at = places * scale + origin
    fine = np.isfinite(at).all(axis=1)
    fine &= (at[:, 0] > frame.x + _CITY) & (at[:, 0] < frame.right - _CITY)
    fine &= (at[:, 1] > frame.y + _CITY) & (at[:, 1] < frame.top - _CITY)
    fine[fine] &= np.abs(_degrees(base.crs, *at_home[fine].T)[1] - lat[fine]) < 1e-3  # nor folded over the globe
    moved = (places != at_home).any(axis=1)
    for far in base.frames:  # what lies behind a frame is not in it
        left, bottom, right, top = far.bounds
        behind = (places[:, 0] > left) & (places[:, 0] < right) & (places[:, 1] > bottom) & (places[:, 1] < top)
        fine &= ~behind | moved
    region = np.full(len(cities), -1)
    chosen = np.flatnonzero(fine)
    tree = shapely.STRtree(base.geometries)
    found, owner = tree.query(shapely.points(places[chosen]), predicate="intersects")
    region[chosen[found]] = owner
    spots = [CitySpot(cities[i], float(at[i, 0]), float(at[i, 1]), int(region[i])) for i in chosen.tolist()]
    if cities[0].own:
        return spots
    off = chosen[region[chosen] < 0]
    near, owner = tree.query_nearest(shapely.points(places[off]), max_distance=_OFF / scale, all_matches=False)
    compatriots = _compatriots(base, spots)
    theirs = {cities[off[i]]: int(j) for i, j in zip(near.tolist(), owner.tolist(), strict=True)}
    spots = [
        replace(spot, region=theirs[spot.city])
        if spot.city in theirs and compatriots(spot, theirs[spot.city])
        else spot
        for spot in spots
    ]
    seen = [spot for spot in spots if spot.region >= 0 or spot.city.capital or spot.city.rank <= _LARGE]
    return sorted(seen, key=lambda spot: (spot.region < 0, not spot.city.capital))


def countries_of(spots: Sequence[CitySpot]) -> dict[int, str]:
    """Return the country of most cities in each region; "" where it is in dispute."""
    codes: dict[int, Counter[str]] = {}
    for spot in spots:
        if spot.region >= 0:
            codes.setdefault(spot.region, Counter())[spot.city.country] += 1
    return {region: found.most_common(1)[0][0] for region, found in codes.items()}


def _compatriots(base: Base, spots: Sequence[CitySpot]) -> Callable[[CitySpot, int], bool]:
    """Return what tells whether a city may be one of a region, by its country.

    That of a region is that of most cities in it. Of a region without any, and of cities whose country is in dispute,
    both stand on the ground of one country, as far as that is known.
    """
    import shapely

    homes, grid = countries_of(spots), _country_grid()

    def ground(lon: Any, lat: Any) -> int:
        row, column = np.floor((float(lat) + 90.0) / _GRID), np.floor((float(lon) + 180.0) / _GRID)
        return int(grid[int(row.clip(0, len(grid) - 1)), int(column) % grid.shape[1]])

    def ground_of(region: int) -> int:
        x, y = shapely.get_coordinates(shapely.point_on_surface(base.geometries[region])).T
        framed = any(shapely.box(*far.bounds).contains(shapely.Point(x, y)) for far in base.frames)
        lon, lat = _degrees(base.crs, x, y) if base.crs is not None and not framed else (x, y)
        return 0 if framed or not np.isfinite([lon, lat]).all() else ground(lon[0], lat[0])

    def same(spot: CitySpot, region: int) -> bool:
        home = homes.get(region)
        if home and spot.city.country:
            return home == spot.city.country
        here, there = ground(spot.city.lon, spot.city.lat), ground_of(region)
        return here == there or 0 in (here, there)

    return same


@dataclass(frozen=True, slots=True)
class Locator:
    """A small map of the surroundings in millimetres from its corner: sea, land, the study area, a ring around it."""

    w: float
    h: float
    sea: Path
    land: Path | None
    area: Path
    ring: Path | None


def locator_of(regions: gpd.GeoDataFrame, wide: float) -> Locator | None:
    """Return a locator map of that width; None without a coordinate system, or where the regions go round the globe.

    The surroundings are at least a continent, in Lambert's azimuthal equal-area projection about the regions, and more
    in an ocean; around those that are larger themselves stands the world, in the Equal Earth projection.
    """
    found = None
    for least in _CONTINENTS:
        found, dry = _locator(regions, wide, least)
        if dry >= _DRY:
            break
    return found


def _locator(regions: gpd.GeoDataFrame, wide: float, least: float) -> tuple[Locator | None, float]:
    """Return a locator map of the regions over so many degrees at least, and what share of it is land."""
    import shapely
    from matplotlib.path import Path
    from pyproj import CRS

    if regions.crs is None:
        return None, 1.0
    shapes = np.asarray(regions.geometry.array, dtype=object)
    bounds = shapely.total_bounds(shapes)
    fine = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / 400
    shapes = shapely.simplify(shapely.make_valid(shapes), fine)
    shapes = shapes[~shapely.is_empty(shapes)]
    lon, lat = _degrees(regions.crs, *shapely.get_coordinates(shapes).T)
    middle, width = shortest_arc(lon)
    south, north = float(lat.min()), float(lat.max())
    if width > _ROUND_GLOBE:
        return None, 1.0
    span = max(width * np.cos(np.deg2rad((south + north) / 2)), north - south)
    world = span * _AROUND > _CONTINENT_MOST or width > _CONTINENT_MOST
    lon_0 = round(middle / _TILE) * _TILE if world else middle
    if world:
        crs = CRS.from_proj4("+proj=eqearth +lon_0=0 +datum=WGS84 +units=m")
        edge = np.linspace(-90.0, 90.0, 61)
        rim = np.column_stack([np.repeat([-179.999999, 179.999999], 61), np.append(edge, edge[::-1])])
    else:
        crs = CRS.from_proj4(f"+proj=laea +lat_0={(south + north) / 2:.1f} +lon_0={lon_0:.1f} +datum=WGS84 +units=m")
        half = 111_000.0 * max(span * _AROUND, least) / 2
        rim = np.array([[-half, -0.75 * half], [half, -0.75 * half], [half, 0.75 * half], [-half, 0.75 * half]])
    forward = transformer_of(crs.to_wkt())

    def relative(lon: Array, about: float | Array) -> Array:
        """Return longitudes from the middle of a map of the world; the edge is not passed."""
        off = (np.asarray(about) - lon_0 + 180.0) % 360.0 - 180.0
        return np.clip(off + (lon - about + 180.0) % 360.0 - 180.0, -179.999999, 179.999999)

    def place(lon: Array, lat: Array, about: float | Array) -> Array:
        return np.column_stack(forward.transform(relative(lon, about) if world else lon, lat))

    if world:
        rim = np.column_stack(forward.transform(*rim.T))
    low, high = rim.min(axis=0), rim.max(axis=0)
    scale = wide / (high[0] - low[0])
    sea = shapely.Polygon((rim - low) * scale)
    x, y = (grid.ravel() for grid in np.meshgrid(*(np.linspace(low[i], high[i], 80) for i in (0, 1))))
    probes = [grid.ravel() for grid in np.meshgrid(np.arange(-175.0, 180.0, 10.0), np.arange(-85.0, 90.0, 10.0))]
    seen_lon, seen_lat = probes if world else _degrees(crs, x, y)
    grounds: dict[int, list[BaseGeometry]] = {_LAND: [], _LAKE: []}
    holes: list[BaseGeometry] = []
    speck = _SPECK / scale**2
    for number, (kinds, sizes, _, degrees) in _tiles(seen_lon, seen_lat, lon_0, 1, 181.0):
        centre = number % _ACROSS * _TILE - 180.0 + _TILE / 2
        points = place(degrees[:, 0], degrees[:, 1], centre)
        for kind, ring in zip(kinds.tolist(), np.split(points, np.cumsum(sizes)[:-1]), strict=True):
            if kind in grounds and len(ring) > 3:
                polygon = shapely.Polygon(ring)
                outer = shapely.is_ccw(polygon.exterior)
                if outer or polygon.area > speck:
                    (grounds[kind] if outer else holes).append(polygon)

    def on_sheet(parts: Sequence[BaseGeometry], tolerance: float) -> BaseGeometry:
        joined = shapely.union_all(shapely.make_valid(np.asarray(parts, dtype=object)))
        joined = shapely.transform(joined, lambda xy: (xy - low) * scale)
        return shapely.intersection(shapely.make_valid(shapely.simplify(joined, tolerance)), sea)

    def path(shape: BaseGeometry, smallest: float) -> Path | None:
        parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > smallest]
        return shape_paths(np.array([shapely.MultiPolygon(parts)], dtype=object))[0] if parts else None

    land = on_sheet(grounds[_LAND], 0.05)
    wet = [part for part in grounds[_LAKE] if part.area * scale**2 > _LAKE_SEEN]
    land = shapely.difference(land, on_sheet([*holes, *wet], 0.05))

    own_crs: CRS = regions.crs

    def of_area(xy: Array) -> Array:
        lon, lat = _degrees(own_crs, *xy.T)
        return (place(lon, lat, middle) - low) * scale

    area = shapely.union_all(shapely.make_valid(shapely.transform(shapes, of_area)))
    area = shapely.intersection(area, sea)
    left, bottom, right, top = area.bounds
    around: Path | None = None
    if max(right - left, top - bottom) < _UNSEEN or area.area < _THIN:
        around = Path.circle(
            ((left + right) / 2, (bottom + top) / 2), max(1.3, np.hypot(right - left, top - bottom) / 2)
        )
    outline = path(sea, 0.0)
    own = path(area, 0.0)
    if outline is None or own is None:
        return None, 1.0
    tall = float((high[1] - low[1]) * scale)
    return Locator(wide, tall, outline, path(land, _SPECK), own, around), float(land.area / sea.area)


def draw_locator(ax: Axes, found: Locator, spot: Box, preset: Preset, mm: Transform, gid: str) -> None:
    """Draw a locator map with its lower left corner at that of its place."""
    from matplotlib.transforms import Affine2D

    at = Affine2D().translate(spot.x, spot.y) + mm
    thin = 1.2 * preset.line_pt
    for name, path, face, edge, line in (
        ("sea", found.sea, palettes.SEA, "none", 0.0),
        ("land", found.land, palettes.LOCATOR_LAND, "none", 0.0),
        ("area", found.area, palettes.INK, palettes.INK, 0.2),
        ("ring", found.ring, "none", palettes.INK, 0.8),
        ("rim", found.sea, "none", palettes.SOFT, thin),
    ):
        if path is not None:
            layer = canvas.add_shapes(
                ax, [path], face=face, edge=edge, line_pt=line, order=6.0, gid=f"{gid}-locator-{name}", transform=at
            )
            layer.set_clip_on(False)
