"""Build spatial weights: contiguity, distance bands, k nearest, Gabriel, kernels, as a libpysal Graph.

This module checks the layer and the options, so that a wrong coordinate system, a doubled label or an option of
another kind ends in one clear line and not in a graph that looks right; `contiguity` and `proximity` find the pairs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from growthpoles.errors import SpatialError, listed, message, plain, unknown_option
from growthpoles.language.number_format import format_count
from growthpoles.spatial.alignment import ascending
from growthpoles.spatial.weights import proximity
from growthpoles.spatial.weights.contiguity import Contiguity, contiguity

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

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
    **dict.fromkeys(CONTIGUITY, ("tolerance",)),
}
#: A kind of weights with the number of neighbours in its name: "knn4", "k_7".
_WITH_NUMBER = re.compile(r"(?:knn|k)[ _=-]?(\d{1,6})", flags=re.IGNORECASE)
_ALL_PAIRS_LIMIT = 5_000
_REMEMBERED = 100_000  # vertices of a layer whose contacts are remembered
_SCALE, _AXES = 1.05, 1.25  # largest error of lengths on average and in one direction that a CRS may have
_SAMPLE = 1_000
_REACH, _STEPS = 72.0, 200  # degrees from its centre that a plane holds; steps towards the centre of a layer


def number_in(kind: object) -> int | None:
    """Return the number of neighbours that is written as a part of the kind ("knn4"), or None."""
    hit = _WITH_NUMBER.fullmatch(kind) if isinstance(kind, str) else None
    return int(hit[1]) if hit else None


def options_of(kind: str) -> tuple[str, ...] | None:
    """Return the options of a kind of weights, None where it is not known."""
    return _OPTIONS.get(kind)


def kinds_with(option: str) -> list[str]:
    """Return the kinds of weights that have an option."""
    return [kind for kind, options in _OPTIONS.items() if option in options]


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
                allowed=FLAT if (flat := flat_crs(geometry)) else ROUND,
                kind=kind,
                crs=crs.name,
                projection=flat,
            )
        )
    return geometry


FLAT = 'regions.to_crs("{projection}") or another CRS that keeps distances'
ROUND = "distance_weights of a table of distances along the globe: no plane keeps those of a layer as wide as this"


def flat_crs(geometry: gpd.GeoSeries) -> str:
    """Return a PROJ string of a projection of this layer that :func:`check_scale` takes; "" where it is too wide.

    Lambert's azimuthal projection stretches no length by more than 1 / cos(c / 2) at c from its centre.
    """
    import shapely
    from pyproj.exceptions import ProjError

    try:
        xy = shapely.get_coordinates((geometry.to_crs("OGC:CRS84") if geometry.crs else geometry).to_numpy())
    except (ProjError, RuntimeError, ValueError):
        return ""
    lon, lat = np.radians(xy[np.isfinite(xy).all(axis=1)]).T
    if not len(lon) or np.abs(lat).max() > np.pi / 2 + 1e-9:
        return ""
    places = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    middle = places.mean(axis=0)
    for step in range(1, _STEPS):  # towards the centre of the smallest ball around them (Badoiu and Clarkson 2003)
        middle += (places[np.argmax(((places - middle) ** 2).sum(axis=1))] - middle) / (step + 1)
    length = float(np.linalg.norm(middle))
    if length < 1e-9 or float((places @ middle).min()) / length < np.cos(np.radians(_REACH)):
        return ""
    lon_0, lat_0 = np.degrees([np.arctan2(middle[1], middle[0]), np.arcsin(middle[2] / length)])
    return f"+proj=laea +lat_0={lat_0:.2f} +lon_0={lon_0:.2f} +datum=WGS84 +units=m"


def check_scale(geometry: gpd.GeoSeries, what: str) -> None:
    """Refuse a CRS whose lengths are not those on the ground, such as Web Mercator away from the equator."""
    from pyproj import Proj
    from pyproj.exceptions import ProjError

    crs = geometry.crs
    if crs is None or not crs.is_projected:
        return
    centres = geometry.representative_point()
    step = np.unique(np.linspace(0, len(centres) - 1, min(len(centres), _SAMPLE)).astype(int))
    by_x, by_y = (
        centres.iloc[np.argsort(centres.x.to_numpy())[step]],
        centres.iloc[np.argsort(centres.y.to_numpy())[step]],
    )
    try:
        degrees = [part.to_crs(crs.geodetic_crs) for part in (by_x, by_y)]
        lon, lat = (np.concatenate([getattr(part, axis).to_numpy() for part in degrees]) for axis in "xy")
        factors = Proj(crs).get_factors(lon, lat)
        scale, longest = np.sqrt(np.asarray(factors.areal_scale)), np.asarray(factors.tissot_semimajor)
    except (ProjError, RuntimeError, ValueError, AttributeError):  # a CRS of no place on the earth
        return
    scale, longest = scale[np.isfinite(scale)], longest[np.isfinite(longest)]
    if len(scale) and (scale.max() > _SCALE or scale.min() < 1 / _SCALE or longest.max() > _AXES):
        low, high = (min(scale.min(), 1.0), max(scale.max(), longest.max()))
        raise SpatialError(
            message(
                "the units of {crs} are not metres on the ground here: {low} to {high} times",
                where=f"regions, {what}",
                allowed=FLAT if (flat := flat_crs(geometry)) else ROUND,
                crs=crs.name,
                projection=flat,
                low=f"{low:.2f}",
                high=f"{high:.2f}",
            )
        )


def refuse_coincident(points: gpd.GeoSeries | pd.DataFrame, kind: str) -> None:
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


def nearest_distance(xy: NDArray[np.float64], k: int) -> float:
    """Return the largest distance from a centre to its k-th nearest other centre."""
    from scipy.spatial import KDTree

    distance, _ = KDTree(xy).query(xy, k=k + 1)
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


def graph_of(focal: Any, neighbor: Any, weight: Any, labels: pd.Index) -> Graph:
    """Return the Graph of directed links between positions, without a second factorisation of the labels."""
    import pandas as pd
    from libpysal.graph import Graph
    from scipy.sparse import coo_array

    n = len(labels)
    weight, focal, neighbor = np.asarray(weight), np.asarray(focal, np.int32), np.asarray(neighbor, np.int32)
    lone = np.flatnonzero(np.bincount(focal, minlength=n) == 0).astype(
        np.int32
    )  # a Graph writes an isolate as a weight of zero on itself
    focal, neighbor = np.concatenate([focal, lone]), np.concatenate([neighbor, lone])
    weight = np.concatenate([weight, np.zeros(len(lone), weight.dtype)])
    # a matrix puts the links in order by counting, which is faster than sorting them
    matrix = coo_array((weight, (focal, neighbor)), shape=(n, n)).tocsr()
    del focal, neighbor, weight
    rows = np.repeat(np.arange(n, dtype=np.int32), np.diff(matrix.indptr))
    levels: Any = [labels, labels]
    codes: Any = [rows, matrix.indices]
    index = pd.MultiIndex(levels=levels, codes=codes, names=["focal", "neighbor"])
    return Graph(pd.Series(matrix.data, index=index, name="weight"), is_sorted=True)


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
    tolerance: float | None = None,
) -> Graph:
    """Build the graph of neighbouring regions.

    Parameters
    ----------
    regions : GeoDataFrame or GeoSeries, n rows
        Unique index labels (they become the ids of the graph, in this order) and no missing or empty
        geometry. Everything but ``queen`` and ``rook`` measures distances and refuses a geographic CRS, and a
        projected one whose lengths are off by more than 5 % on average, or 25 % in one direction, at some region
        (Web Mercator beyond 18 degrees); a layer without a CRS is taken to be planar.
    kind : str
        ===================== ====================================================== =======================
        kind                  neighbours                                             options (default)
        ===================== ====================================================== =======================
        queen                 share at least a point of the boundary, or overlap     tolerance
        rook                  share a stretch of the boundary, or overlap            tolerance
        border_length         as rook, weighted by the length of the shared boundary tolerance
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
    tolerance : float >= 0, units of the CRS
        Distance up to which two borders that do not match count as one. Default: 0.01 of the layer's median edge (the
        straight piece between two vertices). 0 leaves rounding alone.

    Returns
    -------
    libpysal.graph.Graph
        Untransformed weights; the tests standardise them as their statistic needs. No region is its own
        neighbour. A graph of contiguity names the pairs that shared vertices (``rook``: edges) alone would not give, in
        its attribute `by_geometry`: a table of region_a, region_b, kind ("gap", "overlap", "vertices": the lines agree,
        their vertices do not) and distance; ``attrs["tolerance"]`` of it is the tolerance.
        :func:`growthpoles.summarise_weights` counts them. A graph of any other kind is built anew among the regions
        with data, in :func:`growthpoles.with_data` and wherever regions without data are left out. Kind and options
        are in the attribute `built`, by which maps of tests name the neighbours.

    Raises
    ------
    SpatialError
        Unknown kind, an option that the kind does not have or a value out of range, duplicate labels, missing
        geometry, a geographic CRS where distances matter, regions with the same centre where the kind is not
        defined then (``knn``, ``inverse_distance``, triangulations), overlapping polygons
        (``border_length``).

    Notes
    -----
    Contiguity compares shared vertices and edges, and by geometry only the edges that no two regions share
    (:func:`growthpoles.spatial.weights.contiguity.contiguity`). Regions that overlap are neighbours.

    *Ties.* Of several regions at the k-th distance, ``knn`` takes those whose label comes first. A third centre on the
    circle, or as far from one end as the other end is, cuts no link of ``gabriel`` and ``relative_neighborhood``: a
    square has both its diagonals. Where a Delaunay triangulation is not unique, the one of the centres in the order of
    their labels is taken. No kind depends on the order of rows. Distances that differ by less than 1e-9 are equal.

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
        if (asked := number_in(kind)) is not None:
            raise SpatialError(unknown_option("kind", kind, [f"kind='knn' with k={asked}"]))
        raise SpatialError(unknown_option("kind", kind, get_args(WeightsKind)))
    given = {
        "k": k,
        "threshold": threshold,
        "power": power,
        "bandwidth": bandwidth,
        "kernel": kernel,
        "centre": centre,
        "tolerance": tolerance,
    }
    for option, value in given.items():
        if value is not None and option not in _OPTIONS[kind]:
            allowed = ", ".join(_OPTIONS[kind]) or "no options"
            raise SpatialError(message(f"{option}= has no meaning for kind={kind!r}", allowed=allowed))
    geometry = checked_geometry(regions, kind)
    if kind not in ("queen", "rook"):
        check_scale(geometry, f"kind={kind!r}")
    if kind in CONTIGUITY:
        found, table, weight = _contiguity(geometry, kind, tolerance)
        graph = graph_of(found.focal, found.neighbor, weight, geometry.index)
        graph.by_geometry, graph.built = table, _built(kind, given)
        return graph
    import pandas as pd

    points = _centres(geometry, "centroid" if centre is None else centre)
    return _from_points(pd.DataFrame({"x": points.x, "y": points.y}), kind, given)


def pairs_by_geometry(regions: gpd.GeoDataFrame, kind: str, tolerance: float | None = None) -> pd.DataFrame:
    """Return `by_geometry` of the contiguity graph of a layer, in half the time: libpysal is not loaded."""
    geometry = checked_geometry(regions, kind)
    if kind == "border_length":
        check_scale(geometry, f"kind={kind!r}")
    return _contiguity(geometry, kind, tolerance)[1]


def _contiguity(
    geometry: gpd.GeoSeries, kind: str, tolerance: float | None
) -> tuple[Contiguity, pd.DataFrame, NDArray[Any]]:
    """Return neighbours by shared boundary, the pairs whose borders do not match, and weights."""
    import shapely

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
    if tolerance is not None and tolerance != 0:
        tolerance = positive("tolerance", tolerance)
    shapes = geometry.to_numpy()
    try:
        found = _contacts(shapes, kind != "queen", tolerance)
    except shapely.GEOSException:
        broken = geometry.index[~shapely.is_valid(shapes)]
        raise SpatialError(
            message(f"polygons are not valid: {listed(broken, limit=8)}", allowed="regions.make_valid()")
        ) from None
    table = found.table(geometry.index)
    table.attrs["tolerance"] = found.tolerance
    weight: NDArray[Any] = np.ones(len(found.focal), dtype=np.int8)
    if kind == "border_length":
        over = found.kind == 1
        first, second = shapes[found.first[over]], shapes[found.second[over]]
        deep = shapely.area(shapely.intersection(first, second)) > found.tolerance * np.minimum(
            shapely.length(first), shapely.length(second)
        )
        if deep.any():
            pairs = [f"{plain(a)}/{plain(b)}" for a, b in table.loc[over, ["region_a", "region_b"]].to_numpy()[deep]]
            raise SpatialError(
                message(
                    "polygons overlap: {regions}",
                    allowed="a planar coverage for kind='border_length'",
                    regions=listed(pairs, limit=8, write=str),
                )
            )
        weight = found.length
    return found, table, weight


def _contacts(shapes: NDArray[np.object_], rook: bool, tolerance: float | None) -> Contiguity:
    """Compare the borders of a layer; those of a layer of usual size once for the same polygons."""
    import shapely

    if int(shapely.get_num_coordinates(shapes).sum()) > _REMEMBERED:
        return contiguity(shapes, rook=rook, tolerance=tolerance)
    content = hashlib.blake2b(str(len(shapes)).encode())
    for part in shapely.to_wkb(shapes, output_dimension=2):
        content.update(part)
    return _known_contacts(_Shapes(content.digest(), shapes), rook, tolerance)


@dataclass(frozen=True, slots=True)
class _Shapes:
    digest: bytes
    shapes: NDArray[np.object_] = field(compare=False)


@lru_cache(maxsize=8)
def _known_contacts(layer: _Shapes, rook: bool, tolerance: float | None) -> Contiguity:
    return contiguity(layer.shapes, rook=rook, tolerance=tolerance)


def _centres(geometry: gpd.GeoSeries, centre: str) -> gpd.GeoSeries:
    """Return one point per region, under the same labels."""
    if centre not in get_args(Centre):
        raise SpatialError(unknown_option("centre", centre, get_args(Centre)))
    return geometry.centroid if centre == "centroid" else geometry.representative_point()


def _among(points: pd.DataFrame, kind: str, options: dict[str, Any], ids: list[Hashable]) -> Graph:
    return _from_points(points.loc[ids], kind, options)


def _from_points(points: pd.DataFrame, kind: str, options: dict[str, Any]) -> Graph:
    """Neighbours by the distance between centres; the graph can be built anew among some of them."""
    graph = _by_centres(points, kind, options)
    graph.among, graph.built = partial(_among, points, kind, options), _built(kind, options)
    return graph


def _built(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return what a caption says of a graph: its kind, the options that were given, and the k of nearest neighbours."""
    options = {"k": 4, **_given(options)} if kind == "knn" else _given(options)
    return {"kind": kind, **options}


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _by_centres(points: pd.DataFrame, kind: str, options: dict[str, Any]) -> Graph:
    n = len(points)
    labels = points.index
    order = ascending(labels)
    order = np.arange(n) if order is None else order
    xy = points.to_numpy()[order]
    if kind not in ("kernel", "distance_band"):
        refuse_coincident(points, kind)
    if kind == "knn":
        k = 4 if options["k"] is None else options["k"]
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k < n:
            raise SpatialError(
                message("k={k!r} with {n} regions", allowed="a whole number from 1 to {most}", k=k, n=n, most=n - 1)
            )
        focal, neighbor = proximity.nearest(xy, int(k))
        return graph_of(order[focal], order[neighbor], np.ones(len(focal), dtype=np.int8), labels)
    if kind in _TRIANGULATIONS:
        one, other = _triangulation(xy, kind)
        weight: NDArray[Any] = np.ones(len(one), dtype=np.int8)
    else:
        one, other, weight = _by_distance(xy, kind, options)
    order = order.astype(np.int32)  # of all pairs there are millions
    one, other = order[one], order[other]
    both = np.concatenate([one, other]), np.concatenate([other, one])
    del one, other
    return graph_of(*both, np.concatenate([weight, weight]), labels)


def _by_distance(xy: NDArray[np.float64], kind: str, options: dict[str, Any]) -> proximity.Pairs:
    """Pairs of a band, of inverse distance or of a kernel, each once, with their weight."""
    n = len(xy)
    if kind == "kernel":
        shape = "triangular" if options["kernel"] is None else options["kernel"]
        if shape not in get_args(KernelShape):
            raise SpatialError(unknown_option("kernel", shape, get_args(KernelShape)))
        bandwidth = positive("bandwidth", options["bandwidth"])
        if bandwidth is None:
            bandwidth = nearest_distance(xy, min(2, n - 1)) * (1 + 1e-7)
        one, other, distance = proximity.within(xy, bandwidth)
        weight = proximity.KERNELS[shape](distance / bandwidth)
        keep = weight > 0
        return one[keep], other[keep], weight[keep]
    threshold = positive("threshold", options["threshold"])
    if kind == "distance_band":
        if threshold is None:
            # the band must hold the pair that defines it in spite of rounding
            threshold = nearest_distance(xy, 1) * (1 + 1e-12)
        one, other, _ = proximity.within(xy, threshold)
        return one, other, np.ones(len(one), dtype=np.int8)
    if threshold is None:
        if n > _ALL_PAIRS_LIMIT:
            problem = "all pairs of {n} regions are too many"
            raise SpatialError(message(problem, allowed="a threshold= in units of the CRS", n=format_count(n)))
        one, other = np.triu_indices(n, 1)
        return one, other, decayed(np.hypot(*(xy[one] - xy[other]).T), positive("power", options["power"]) or 1.0)
    one, other, distance = proximity.within(xy, threshold)
    return one, other, decayed(distance, positive("power", options["power"]) or 1.0)


def decayed(distance: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Return distances to a negative power, refused where they leave the range of numbers."""
    with np.errstate(over="ignore"):
        weight = distance**-power
    if not (np.isfinite(weight) & (weight > 1e-150) & (weight < 1e150)).all():
        raise SpatialError(
            message(
                "power={power} of distances from {low} to {high} is out of range",
                allowed="a smaller power",
                power=f"{power:g}",
                low=f"{distance.min():g}",
                high=f"{distance.max():g}",
            )
        )
    return weight


def _triangulation(xy: NDArray[np.float64], kind: str) -> tuple[Any, Any]:
    """Delaunay triangulation of the centres or a subgraph of it."""
    from scipy.spatial import QhullError

    try:
        if kind == "gabriel":
            return proximity.gabriel(xy)
        if kind == "relative_neighborhood":
            return proximity.relative_neighborhood(xy)
        one, other, _ = proximity.delaunay(xy)
    except QhullError:
        problem, allowed = "the {n} centres span no triangle", "3 centres not on one line for kind={kind!r}"
        raise SpatialError(message(problem, allowed=allowed, n=len(xy), kind=kind)) from None
    return one, other
