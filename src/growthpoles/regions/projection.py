"""Projection: an equal-area projection for any study area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from growthpoles.errors import DataError, Option, Reason, message, remedy
from growthpoles.geodesy import along_edges, cut_round, shortest_arc

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pyproj import CRS

    CRSLike = CRS | str | int | tuple[str, str] | dict[str, object]  # what CRS.from_user_input reads

_WORLD = "+proj=eqearth +lon_0=0 +datum=WGS84 +units=m +no_defs"
AREA_TOLERANCE = 0.05  # share by which the area scale of a file's own projection may vary between regions


def equal_area_crs(regions: GeoDataFrame) -> str:
    """Return a PROJ string of an equal-area projection centred on the regions.

    Parameters
    ----------
    regions : GeoDataFrame
        With a CRS.

    Returns
    -------
    str
        Albers' conic with standard parallels one sixth of the height inside the area (Snyder 1987, p. 99) where it
        lies on one side of the equator and keeps clear of equator and poles; Lambert's azimuthal projection otherwise.

    Notes
    -----
    The central meridian is the middle of the shortest arc that holds every vertex, so an area across the
    antimeridian is not torn apart.
    """
    import shapely

    crs = _stated_crs(regions)
    degrees = regions if crs.is_geographic else _project(regions, "EPSG:4326", where=str(crs.name), areas=False)
    lon, lat = shapely.get_coordinates(degrees.geometry.to_numpy()).T
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise DataError(message("the boundaries do not fit their own CRS", where=str(crs.name)[:80]))
    lon_0, width = shortest_arc(lon)
    south, north = float(lat.min()), float(lat.max())
    middle = (south + north) / 2
    common = f"+lon_0={lon_0:.3f} +datum=WGS84 +units=m +no_defs"
    if min(abs(south), abs(north)) < 5 or south * north < 0 or max(abs(south), abs(north)) > 80 or width > 180:
        return f"+proj=laea +lat_0={middle:.3f} {common}"
    inset = (north - south) / 6
    return f"+proj=aea +lat_1={south + inset:.3f} +lat_2={north - inset:.3f} +lat_0={middle:.3f} {common}"


def to_analysis_crs(regions: GeoDataFrame, *, crs: CRSLike | None = None) -> GeoDataFrame:
    """Project regions for areas, distances and maps.

    Parameters
    ----------
    regions : GeoDataFrame
    crs : optional
        A projected CRS of one's own. None keeps the projected CRS of the file where it counts in metres and its
        area scale varies by at most 5 % between the regions (Web Mercator does not qualify), and takes
        :func:`equal_area_crs` otherwise; Equal Earth, cut along a meridian, where a region holds the point opposite to
        the centre, which has no place in an azimuthal plane.

    Returns
    -------
    GeoDataFrame
        ``attrs["projection"]`` says which case it was: "stated", "as in the file" or "equal-area"; ``attrs["cut"]``
        along which meridian a world was cut.

    Raises
    ------
    DataError
        If the regions have no CRS, `crs` is unknown or not projected, or the regions do not fit it.
    """
    _stated_crs(regions)
    if crs is not None:
        projected, how = _project(regions, _known_crs(crs).to_wkt(), where=str(crs)), "stated"
    else:
        own = equal_area_crs(regions)
        if (world := _cut_world(regions, own)) is not None:
            regions, own = world, _WORLD
        projected, how = _project(regions, own, where=own), "equal-area"
        if _keeps_areas(regions, projected):
            projected, how = regions.copy(), "as in the file"
    projected.attrs = {**regions.attrs, "projection": how}
    return projected


def _cut_world(regions: GeoDataFrame, crs: str) -> GeoDataFrame | None:
    """Return regions in degrees, cut at the antimeridian, if one holds the point opposite to the centre of `crs`.

    A polygon around that point is turned inside out: a cell of a grid once counted a hundred times its area.
    """
    import shapely
    from pyproj import CRS

    if not crs.startswith("+proj=laea"):
        return None
    degrees = _project(regions, "OGC:CRS84", where=crs, areas=False)
    shapes = degrees.geometry.to_numpy()
    operation: Any = CRS(crs).coordinate_operation
    lat, lon = (float(each.value) for each in operation.params[:2])
    opposite = shapely.points([(lon + turn, -lat) for turn in (-540.0, -180.0, 180.0, 540.0)])
    if not shapely.intersects(shapes[:, None], opposite).any():
        return None
    cut = degrees.set_geometry(cut_round(shapes, 0.0), crs=degrees.crs)
    cut.attrs = {**regions.attrs, "cut": 180.0}
    return cut


def crs_wanted(regions: GeoDataFrame, more: str = "", **options: Option) -> Reason:
    """Say what mends boundaries without a coordinate system, by their numbers; what else does stands in `more`."""
    import shapely

    points = shapely.get_coordinates(regions.geometry.to_numpy())
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points) or in_degrees(points):
        return remedy("{crs}, or whichever it is" + more, crs='"EPSG:4326"', **options)
    told = f"the number of the system, which whoever made the file can tell ({extent(points)} are no degrees)"
    return remedy(f"{told}: {{crs}}{more}", crs='"EPSG:..."', **options)


def in_degrees(points: NDArray[np.float64]) -> bool:
    """Tell whether coordinates can be longitudes and latitudes."""
    return not (np.abs(points) > (360.0, 90.0 + 1e-9)).any()


def extent(points: NDArray[np.float64]) -> str:
    """Say from where to where coordinates run."""
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return f"{west:.6g} to {east:.6g}, {south:.6g} to {north:.6g}"


def _stated_crs(regions: GeoDataFrame) -> CRS:
    if regions.crs is None:
        raise DataError(message("the boundaries have no CRS", allowed=crs_wanted(regions, ", where they are read")))
    return regions.crs


def _project(regions: GeoDataFrame, crs: str, *, where: str, areas: bool = True) -> GeoDataFrame:
    import geopandas as gpd
    from pyproj.exceptions import ProjError

    try:
        if areas:
            from pyproj import Transformer

            to = Transformer.from_crs(_stated_crs(regions), crs, always_xy=True)
            shapes = along_edges(
                regions.geometry.to_numpy(), lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1]))
            )
            regions = regions.set_geometry(gpd.GeoSeries(shapes, regions.index, crs=regions.crs))
        projected = regions.to_crs(crs)
    except (ProjError, RuntimeError, ValueError) as error:
        problem = f"the boundaries do not fit the projection ({str(error)[:80]})"
        raise DataError(message(problem, where=where[:80])) from None
    if areas and (not np.isfinite(projected.total_bounds).all() or not (projected.area > 0).all()):
        raise DataError(message("the boundaries do not fit the projection", where=where[:80]))
    return projected


def _keeps_areas(regions: GeoDataFrame, equal_area: GeoDataFrame) -> bool:
    """Tell whether the CRS of the file is projected, in metres, and true to the proportions of areas."""
    crs = _stated_crs(regions)
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        return False
    scale = regions.area / equal_area.area
    return bool(scale.max() / scale.min() - 1 <= AREA_TOLERANCE and 0.5 < scale.median() < 2)


def _known_crs(crs: CRSLike) -> CRS:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        problem = f"projection {str(crs)[:60]!r} is not known"
        raise DataError(message(problem, allowed="an EPSG code or a PROJ string")) from None
    if not known.is_projected:
        problem = f"projection {str(crs)[:60]!r} is not projected"
        raise DataError(message(problem, allowed="a CRS in metres"))
    return known
