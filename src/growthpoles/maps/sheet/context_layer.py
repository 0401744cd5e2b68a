"""Context layer: sea, lakes, rivers, coast and borders of the neighbouring countries under a map, with their names."""

from __future__ import annotations

import csv
import zlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from growthpoles.file_reading import read_bytes, read_text, remembered
from growthpoles.maps import palettes
from growthpoles.maps.map_options import Style
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.far_parts import transformer_of
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Array, Box, Word
from growthpoles.maps.sheet.space_layout import FreeSpace
from growthpoles.maps.typography import text_metrics
from growthpoles.shipped_data import geodata_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from matplotlib.transforms import Transform
    from pyproj import CRS

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
_FOUND: OrderedDict[Hashable, Context | None] = OrderedDict()
_NAMED: OrderedDict[Hashable, list[Word]] = OrderedDict()
_KEEP = 12


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
    across = np.floor((lon + 180.0) / _TILE).astype(int) % _ACROSS
    along = np.floor((lat + 90.0) / _TILE).astype(int).clip(0, _ALONG - 1)
    level = 0 if 0.1 / scale * base.metres / 111_000.0 < _FINE else 1
    wanted = np.unique(along * _ACROSS + across)
    off = (wanted % _ACROSS + 0.5) * _TILE - 180.0 - middle
    widest = 180.0 - _TILE / 2 if "+proj=eqearth" in crs.srs else _WIDEST  # a map of the world has its edge there
    wanted = wanted[np.abs((off + 180.0) % 360.0 - 180.0) < widest]
    parts = [part for number in wanted.tolist() if (part := _tile(number, level)) is not None]
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
def _tile(number: int, level: int) -> tuple[NDArray[np.uint8], NDArray[np.int_], NDArray[np.int_], Array] | None:
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
