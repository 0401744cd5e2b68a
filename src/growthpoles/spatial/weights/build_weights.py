"""Build spatial weights: contiguity, distance bands, k nearest, Gabriel, kernels, as a libpysal Graph.

The builders of libpysal are wrapped, not rewritten: this module checks the layer and the options first, so
that a wrong coordinate system, a doubled label or an option of another kind ends in one clear line and not in
a graph that looks right.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from growthpoles.errors import SpatialError, listed, message, unknown_option
from growthpoles.language.number_format import format_count

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

WeightsKind = Literal[
    "queen",
    "rook",
    "knn",
    "distance_band",
    "inverse_distance",
    "kernel",
    "delaunay",
    "gabriel",
    "relative_neighborhood",
    "border_length",
]
KernelShape = Literal["triangular", "parabolic", "bisquare", "cosine", "gaussian", "exponential", "boxcar"]
Centre = Literal["centroid", "inside"]

CONTIGUITY = ("queen", "rook", "border_length")
_TRIANGULATIONS = ("delaunay", "gabriel", "relative_neighborhood")
_OPTIONS: dict[str, tuple[str, ...]] = {
    "knn": ("k", "centre"),
    "distance_band": ("threshold", "centre"),
    "inverse_distance": ("threshold", "power", "centre"),
    "kernel": ("bandwidth", "kernel", "centre"),
    **dict.fromkeys(_TRIANGULATIONS, ("centre",)),
    **dict.fromkeys(CONTIGUITY, ()),
}
_ALL_PAIRS_LIMIT = 5_000


def checked_geometry(regions: object, kind: str) -> gpd.GeoSeries:
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
        raise SpatialError(message("{n} region(s) have no neighbours", allowed="2 regions or more", n=len(geometry)))
    if not geometry.index.is_unique:
        doubled = geometry.index[geometry.index.duplicated()].unique()
        raise SpatialError(
            message(
                "regions occur more than once: {regions}",
                allowed="unique index labels",
                regions=listed(doubled, limit=8),
            )
        )
    empty = geometry.isna() | geometry.is_empty
    if empty.any():
        raise SpatialError(
            message("regions without geometry: {regions}", regions=listed(geometry.index[empty], limit=8))
        )
    crs = geometry.crs
    if kind not in ("queen", "rook") and crs is not None and crs.is_geographic:
        raise SpatialError(
            message(
                "kind={kind!r} measures distances, but the layer is in degrees ({crs})",
                allowed="a projected CRS: call regions.to_crs(...) first",
                kind=kind,
                crs=crs.name,
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
                "regions share one centre: {regions}; kind={kind!r} is not defined then",
                allowed="merge them, centre='inside', or kind='distance_band'",
                regions=listed(points.index[same], limit=8),
                kind=kind,
            )
        )


def nearest_distance(points: gpd.GeoSeries, k: int) -> float:
    """Return the largest distance from a centre to its k-th nearest other centre."""
    import shapely
    from scipy.spatial import KDTree

    coordinates = shapely.get_coordinates(points.to_numpy())
    distance, _ = KDTree(coordinates).query(coordinates, k=k + 1)
    largest = float(np.asarray(distance)[:, k].max())
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


def build_weights(
    regions: gpd.GeoDataFrame | gpd.GeoSeries,
    kind: WeightsKind = "queen",
    *,
    k: int | None = None,
    threshold: float | None = None,
    power: float | None = None,
    bandwidth: float | None = None,
    kernel: KernelShape | None = None,
    centre: Centre | None = None,
) -> Graph:
    """Build the graph of neighbouring regions.

    Parameters
    ----------
    regions : GeoDataFrame or GeoSeries, n rows
        Unique index labels (they become the ids of the graph, in this order) and no missing or empty
        geometry. Everything but ``queen`` and ``rook`` measures distances and refuses a geographic CRS; a
        layer without a CRS is taken to be planar.
    kind : str
        ===================== ====================================================== =======================
        kind                  neighbours                                             options (default)
        ===================== ====================================================== =======================
        queen                 share at least a point of the boundary                 none
        rook                  share a stretch of the boundary                        none
        border_length         as rook, weighted by the length of the shared boundary none
        knn                   the k nearest centres (not symmetric)                  k (4)
        distance_band         centres at most `threshold` apart                      threshold (see below)
        inverse_distance      weight d^-power up to `threshold`                      threshold, power (1)
        kernel                weight K(d / bandwidth), zero beyond the bandwidth     bandwidth, kernel
        delaunay              Delaunay triangulation of the centres                  none
        gabriel               no third centre inside the circle over the link        none
        relative_neighborhood no third centre nearer to both ends than the other end none
        ===================== ====================================================== =======================

        All kinds that use centres also take ``centre=``.
    k : int, 1 <= k < n
        Neighbours of every region.
    threshold : float > 0, units of the CRS
        Default of ``distance_band``: the smallest distance that leaves no region without a neighbour. Default
        of ``inverse_distance``: all pairs (up to 5,000 regions).
    power : float > 0
        Decay of ``inverse_distance``.
    bandwidth : float > 0, units of the CRS
        Default: just above the largest distance to a second nearest neighbour, as
        ``libpysal.weights.Kernel``.
    kernel : str
        Shape of K with K(0) = 1: triangular (default), parabolic (Epanechnikov), bisquare, cosine, gaussian,
        exponential, boxcar.
    centre : {"centroid", "inside"}
        What stands for a polygon when distances are measured: its centroid (default) or a point guaranteed to
        lie inside it.

    Returns
    -------
    libpysal.graph.Graph
        Untransformed weights; the tests standardise them as their statistic needs. No region is its own
        neighbour.

    Raises
    ------
    SpatialError
        Unknown kind, an option that the kind does not have or a value out of range, duplicate labels, missing
        geometry, a geographic CRS where distances matter, regions with the same centre where the kind is not
        defined then (``knn``, ``inverse_distance``, triangulations), overlapping polygons
        (``border_length``).

    Notes
    -----
    Contiguity compares shared vertices, which is exact on a valid coverage; where the layer is not one (a
    vertex that only one side has, a sliver), the geometries themselves are compared (DE-9IM). Overlapping
    polygons do not touch and are therefore no neighbours.

    References
    ----------
    Cliff & Ord (1981), *Spatial Processes*; Gabriel & Sokal (1969); Toussaint (1980).

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014), "knn", k=3)
    >>> sorted(graph["KZ-PAV"].index)
    ['KZ-AKM', 'KZ-AST', 'KZ-SEV']
    """
    if kind not in get_args(WeightsKind):
        raise SpatialError(unknown_option("kind", kind, get_args(WeightsKind)))
    given = {
        "k": k,
        "threshold": threshold,
        "power": power,
        "bandwidth": bandwidth,
        "kernel": kernel,
        "centre": centre,
    }
    for option, value in given.items():
        if value is not None and option not in _OPTIONS[kind]:
            allowed = ", ".join(_OPTIONS[kind]) or "no options"
            raise SpatialError(message(f"{option}= has no meaning for kind={kind!r}", allowed=allowed))
    geometry = checked_geometry(regions, kind)
    if kind in CONTIGUITY:
        return _contiguity(geometry, kind)
    points = _centres(geometry, "centroid" if centre is None else centre)
    return _from_points(points, kind, given)


def _contiguity(geometry: gpd.GeoSeries, kind: str) -> Graph:
    """Neighbours by shared boundary."""
    import shapely
    from libpysal.graph import Graph

    polygonal = geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    if not polygonal.all():
        raise SpatialError(
            message(
                "not polygons: {regions}",
                allowed="polygons for kind={kind!r}",
                regions=listed(geometry.index[~polygonal], limit=8),
                kind=kind,
            )
        )
    strict = not bool(shapely.coverage_is_valid(geometry.to_numpy()))
    by_perimeter = kind == "border_length"
    if by_perimeter and strict:
        overlapping = overlaps(geometry)
        if overlapping:
            raise SpatialError(
                message(
                    "polygons overlap: {regions}",
                    allowed="a planar coverage for kind='border_length'",
                    regions=listed(overlapping, limit=8),
                )
            )
    return Graph.build_contiguity(geometry, rook=kind != "queen", by_perimeter=by_perimeter, strict=strict)


def _centres(geometry: gpd.GeoSeries, centre: str) -> gpd.GeoSeries:
    """Return one point per region, under the same labels."""
    if centre not in get_args(Centre):
        raise SpatialError(unknown_option("centre", centre, get_args(Centre)))
    return geometry.centroid if centre == "centroid" else geometry.representative_point()


def _from_points(points: gpd.GeoSeries, kind: str, options: dict[str, Any]) -> Graph:
    """Neighbours by the distance between centres."""
    from libpysal.graph import Graph

    n = len(points)
    if kind == "knn":
        k = 4 if options["k"] is None else options["k"]
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k < n:
            raise SpatialError(
                message("k={k!r} with {n} regions", allowed="a whole number from 1 to {most}", k=k, n=n, most=n - 1)
            )
        refuse_coincident(points, kind)
        return Graph.build_knn(points, k=int(k))
    if kind in _TRIANGULATIONS:
        refuse_coincident(points, kind)
        return _triangulation(points, kind)
    if kind == "kernel":
        shape = "triangular" if options["kernel"] is None else options["kernel"]
        if shape not in get_args(KernelShape):
            raise SpatialError(unknown_option("kernel", shape, get_args(KernelShape)))
        bandwidth = positive("bandwidth", options["bandwidth"])
        if bandwidth is None:
            bandwidth = nearest_distance(points, min(2, n - 1)) * (1 + 1e-7)
        return Graph.build_distance_band(points, bandwidth, binary=False, kernel=shape, bandwidth=bandwidth, decay=True)
    threshold = positive("threshold", options["threshold"])
    if kind == "distance_band":
        if threshold is None:
            # the band must hold the pair that defines it in spite of rounding
            threshold = nearest_distance(points, 1) * (1 + 1e-12)
        return Graph.build_distance_band(points, threshold)
    refuse_coincident(points, kind)
    if threshold is None:
        if n > _ALL_PAIRS_LIMIT:
            problem = "all pairs of {n} regions are too many"
            raise SpatialError(message(problem, allowed="a threshold= in units of the CRS", n=format_count(n)))
        west, south, east, north = points.total_bounds
        threshold = float(np.hypot(east - west, north - south)) * (1 + 1e-12)
    return _inverse_distance(points, threshold, positive("power", options["power"]) or 1.0)


def _inverse_distance(points: gpd.GeoSeries, threshold: float, power: float) -> Graph:
    """Weights d^-power of the pairs up to a threshold; without the distance zero of a region to itself."""
    import shapely
    from libpysal.graph import Graph
    from scipy.spatial import KDTree

    coordinates = shapely.get_coordinates(points.to_numpy())
    one, other = KDTree(coordinates).query_pairs(threshold, output_type="ndarray").T
    distance = np.hypot(*(coordinates[one] - coordinates[other]).T)
    with np.errstate(over="ignore"):
        weight = distance**-power
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise SpatialError(
            message(
                "power={power} of distances from {low} to {high} is out of range",
                allowed="a smaller power",
                power=f"{power:g}",
                low=f"{distance.min():g}",
                high=f"{distance.max():g}",
            )
        )
    focal, neighbor = np.concatenate([one, other]), np.concatenate([other, one])
    lone = np.setdiff1d(np.arange(len(points)), focal)  # a Graph writes an isolate as a weight of zero on itself
    focal, neighbor = np.concatenate([focal, lone]), np.concatenate([neighbor, lone])
    weight = np.concatenate([weight, weight, np.zeros(len(lone))])
    order = np.lexsort((neighbor, focal))
    labels = points.index.to_numpy()
    return Graph.from_arrays(labels[focal[order]], labels[neighbor[order]], weight[order])


def _triangulation(points: gpd.GeoSeries, kind: str) -> Graph:
    """Delaunay triangulation of the centres or a subgraph of it."""
    from libpysal.graph import Graph
    from scipy.spatial import QhullError

    with warnings.catch_warnings():
        # libpysal recommends numba, which this package does without
        warnings.filterwarnings("ignore", message="The numba package", category=UserWarning)
        try:
            return Graph.build_triangulation(points, method=kind)
        except QhullError:
            problem, allowed = "the {n} centres span no triangle", "3 centres not on one line for kind={kind!r}"
            raise SpatialError(message(problem, allowed=allowed, n=len(points), kind=kind)) from None
