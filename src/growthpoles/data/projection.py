"""An equal-area projection for any study area, so that areas and distances mean something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from growthpoles.errors import DataError, message

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


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

    degrees = regions.to_crs("EPSG:4326") if not regions.crs.is_geographic else regions
    lon, lat = shapely.get_coordinates(degrees.geometry.to_numpy()).T
    turn = np.sort(np.mod(lon, 360.0))
    gaps = np.diff(np.append(turn, turn[0] + 360.0))
    widest = int(gaps.argmax())
    start, width = turn[(widest + 1) % len(turn)], 360.0 - gaps[widest]
    lon_0 = (start + width / 2 + 180.0) % 360.0 - 180.0
    south, north = float(lat.min()), float(lat.max())
    middle = (south + north) / 2
    common = f"+lon_0={lon_0:.3f} +datum=WGS84 +units=m +no_defs"
    if min(abs(south), abs(north)) < 5 or south * north < 0 or max(abs(south), abs(north)) > 80 or width > 180:
        return f"+proj=laea +lat_0={middle:.3f} {common}"
    inset = (north - south) / 6
    return f"+proj=aea +lat_1={south + inset:.3f} +lat_2={north - inset:.3f} +lat_0={middle:.3f} {common}"


def to_analysis_crs(regions: GeoDataFrame, *, crs: Any = None) -> GeoDataFrame:
    """Project regions for areas, distances and maps.

    Parameters
    ----------
    regions : GeoDataFrame
    crs : optional
        A projected CRS of one's own. None keeps a projected CRS that the file has, and otherwise takes
        :func:`equal_area_crs`.

    Raises
    ------
    DataError
        If the regions have no CRS, or `crs` is unknown or not projected.
    """
    if regions.crs is None:
        raise DataError(message("the boundaries have no CRS", allowed="a file that states its coordinate system"))
    if crs is None:
        chosen = regions.crs.to_wkt() if regions.crs.is_projected else equal_area_crs(regions)
    else:
        from pyproj import CRS
        from pyproj.exceptions import CRSError

        try:
            known = CRS.from_user_input(crs)
        except CRSError:
            raise DataError(
                message(f"crs {str(crs)[:60]!r} is not known", allowed="an EPSG code or a PROJ string")
            ) from None
        if not known.is_projected:
            raise DataError(message(f"crs {str(crs)[:60]!r} is not projected", allowed="a CRS in metres"))
        chosen = known.to_wkt()
    projected = regions.to_crs(chosen)
    if not np.isfinite(projected.total_bounds).all():
        raise DataError(message("the boundaries do not fit the projection", where=str(crs or chosen)[:80]))
    projected.attrs = dict(regions.attrs)
    return projected
