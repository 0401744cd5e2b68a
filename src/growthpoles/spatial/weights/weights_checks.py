"""What a layer must be before neighbours can be looked for in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from growthpoles.errors import SpatialError, message

if TYPE_CHECKING:
    import geopandas as gpd


def checked_geometry(regions: Any, kind: str) -> gpd.GeoSeries:
    """Return the geometry column after the checks that every kind shares."""
    import geopandas as gpd

    if not isinstance(regions, gpd.GeoDataFrame | gpd.GeoSeries):
        raise SpatialError(
            message(
                f"regions is a {type(regions).__name__}",
                allowed="a GeoDataFrame or GeoSeries indexed by region",
            )
        )
    geometry: gpd.GeoSeries = regions.geometry
    if len(geometry) < 2:
        raise SpatialError(message(f"{len(geometry)} region(s) have no neighbours", allowed="2 regions or more"))
    if not geometry.index.is_unique:
        doubled = geometry.index[geometry.index.duplicated()].unique()
        raise SpatialError(message(f"regions occur more than once: {some(doubled)}", allowed="unique index labels"))
    empty = geometry.isna() | geometry.is_empty
    if empty.any():
        raise SpatialError(message(f"regions without geometry: {some(geometry.index[empty])}"))
    crs = geometry.crs
    if kind not in ("queen", "rook") and crs is not None and crs.is_geographic:
        raise SpatialError(
            message(
                f"kind={kind!r} measures distances, but the layer is in degrees ({crs.name})",
                allowed="a projected CRS: call regions.to_crs(...) first",
            )
        )
    return geometry


def overlaps(geometry: gpd.GeoSeries) -> list[str]:
    """Name the pairs of polygons whose interiors meet."""
    import shapely

    shapes = geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes)
    first, second = first[first < second], second[first < second]
    meet = shapely.relate_pattern(shapes[first], shapes[second], "2********")
    labels = geometry.index
    return [f"{labels[i]}/{labels[j]}" for i, j in zip(first[meet], second[meet], strict=True)]


def refuse_coincident(points: gpd.GeoSeries, kind: str) -> None:
    """Refuse regions with the same centre, by name."""
    same = points.duplicated(keep=False)
    if same.any():
        raise SpatialError(
            message(
                f"regions share one centre: {some(points.index[same])}; kind={kind!r} is not defined then",
                allowed="merge them, centre='inside', or kind='distance_band'",
            )
        )


def nearest_distance(points: gpd.GeoSeries, k: int) -> float:
    """Return the largest distance from a centre to its k-th nearest other centre."""
    import shapely
    from scipy.spatial import KDTree

    coordinates = shapely.get_coordinates(points.to_numpy())
    distance, _ = KDTree(coordinates).query(coordinates, k=k + 1)
    largest = float(distance[:, k].max())
    if largest == 0.0:
        raise SpatialError(message("all regions share one centre", allowed="regions with a distance between them"))
    return largest


def positive(name: str, value: float | None) -> float | None:
    """Pass a positive finite number or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
        raise SpatialError(message(f"{name}={value!r}", allowed="a positive finite number"))
    return float(value)


def some(labels: Iterable[object], limit: int = 8) -> str:
    """Join up to `limit` labels and say how many more there are."""
    names = [str(label) for label in labels]
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + rest
