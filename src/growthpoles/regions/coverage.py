"""Coverage of a boundary layer: overlaps, gaps, borders that share their vertices.

Contiguity compares vertices, so a layer whose borders only look shared loses neighbours without a word. The
functions here find such borders pair by pair, refuse the layer or mend it, and say which pairs they touched.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from growthpoles.errors import DataError, listed, message, plain, quoted, remedy, unknown_option
from growthpoles.geodesy import FILLED, areas_within

if TYPE_CHECKING:
    from collections.abc import Collection

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_RELATIVE_TOLERANCE = 1e-4  # of the size of a region: 40 m for an oblast of Kazakhstan
_RELATIVE_NOISE = 1e-6  # of the size of a region: distances below it are rounding
_LISTED = 8  # pairs that a message names


def mend(shape: BaseGeometry) -> tuple[BaseGeometry | None, float]:
    """Return a valid polygon for one that crosses itself, None if nothing is left, and the relative change of its area.

    A part that lies within another is a hole in it: files whose rings do not tell holes from islands write them so.
    The area before is that which its rings enclose with their sign, so that a bow-tie of two equal halves has none.
    """
    parts = shapely.get_parts(shape)
    areas, valid = shapely.area(parts), shapely.make_valid(parts, method="structure", keep_collapsed=False)
    mended, before = shapely.MultiPolygon(), 0.0
    order = np.argsort(-shapely.area(valid), kind="stable")
    for at, i in enumerate(order.tolist()):
        if shapely.equals(valid[order[:at]], valid[i]).any():  # a part that is written twice
            before += areas[i]
            continue
        hole = shapely.covers(mended, valid[i])
        mended = shapely.difference(mended, valid[i]) if hole else shapely.union(mended, valid[i])
        before += -areas[i] if hole else areas[i]
    if shapely.is_empty(mended) or shapely.get_type_id(mended) not in (3, 6):
        return None, float("nan")
    return mended, float(shapely.area(mended) / abs(before) - 1) if before else float("inf")


def neighbor_pairs(regions: GeoDataFrame) -> set[tuple[str, str]]:
    """Return the pairs of regions that share at least one vertex (queen contiguity), each in index order.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index of unique region codes.
    """
    points, owners = shapely.get_coordinates(regions.geometry.to_numpy(), return_index=True)
    vertices = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "owner": owners}).drop_duplicates()
    shared = vertices[vertices.duplicated(["x", "y"], keep=False)]
    met = shared.merge(shared, on=["x", "y"])
    met = met.loc[met["owner_x"] < met["owner_y"], ["owner_x", "owner_y"]].drop_duplicates()
    return {(regions.index[a], regions.index[b]) for a, b in met.itertuples(index=False)}


def coverage_faults(regions: GeoDataFrame, *, tolerance: float | None = None) -> pd.DataFrame:
    """List the pairs of regions whose common border is not the same line in both.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons, index of unique region codes.
    tolerance : float, optional
        Widest gap that still counts as a fault, in units of the layer. Default: 1e-4 of the square root of
        the mean area of a region (40 m for the oblasts of Kazakhstan).

    Returns
    -------
    pandas.DataFrame
        Columns `region_a`, `region_b`, `kind` ("overlap"; "gap"; "vertices": the lines agree, their vertices
        do not) and `length` of the faulty border in units of the layer. Empty for a coverage.
    """
    shapes = regions.geometry.to_numpy()
    size = math.sqrt(float(np.mean(shapely.area(shapes)))) if len(shapes) else 0.0
    width = _checked_tolerance(tolerance, size)
    noise = _RELATIVE_NOISE * size
    edges = shapely.coverage_invalid_edges(shapes, gap_width=width)
    bad = np.flatnonzero(~(shapely.is_missing(edges) | shapely.is_empty(edges)))
    # A region drawn over the middle of another leaves that other's edges in order, so all are looked at.
    left, right = shapely.STRtree(shapes).query(shapes[bad], predicate="dwithin", distance=width)
    found = {(min(i, j), max(i, j)) for i, j in zip(bad[left].tolist(), right.tolist(), strict=True) if i != j}
    rows = []
    for a, b in sorted(found):
        # What is wrong between the two alone, less what only looks wrong while the others are left out.
        alone = shapely.coverage_invalid_edges(shapes[[a, b]], gap_width=width)
        faulty = shapely.intersection(alone, edges[[a, b]])
        length = float(shapely.length(faulty).sum())
        if length > noise:
            kind = _kind(shapes[a], shapes[b], faulty, length, noise)
            rows.append((regions.index[a], regions.index[b], kind, length))
    return pd.DataFrame(rows, columns=["region_a", "region_b", "kind", "length"])


def check_coverage(
    regions: GeoDataFrame,
    *,
    repair: Literal["refuse", "clean"] = "refuse",
    tolerance: float | None = None,
) -> GeoDataFrame:
    """Return the layer when it is a coverage; refuse or mend it otherwise, and name the pairs at fault.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons, index of unique region codes.
    repair : {"refuse", "clean"}
        "clean" gives both sides of a border the same vertices, closes gaps up to `tolerance` and gives an
        overlap to the smaller region (``shapely.coverage_clean``), which cuts a city out of its region.
        Vertices within `tolerance` are snapped only if that is not enough; the default one is widened up to
        sixteenfold where gaps are left.
    tolerance : float, optional
        As in :func:`coverage_faults`.

    Returns
    -------
    GeoDataFrame
        A copy; ``attrs["coverage"]`` is a dict with `repair`, `touched` (pairs of regions, empty when nothing
        was wrong), `pairs_gained` (queen neighbours that the repair restored) and `area_change` (largest
        relative change of a region's area).

    Raises
    ------
    DataError
        If the layer holds something other than polygons, is not a coverage and `repair` is "refuse", loses a
        region in the repair, or still has faults afterwards.
    """
    if repair not in ("refuse", "clean"):
        raise DataError(unknown_option("repair", repair, ["refuse", "clean"]))
    where = str(regions.attrs.get("source", "boundaries"))
    shapes = regions.geometry.to_numpy()
    flat = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    if not flat.all():
        named = ", ".join(map(str, regions.index[~flat][:_LISTED]))
        raise DataError(message(f"no polygon for {named}", where=where, allowed="a polygon per region"))
    faults = coverage_faults(regions, tolerance=tolerance)
    result = regions.copy()
    report: dict[str, Any] = {"repair": repair, "touched": [], "pairs_gained": [], "area_change": 0.0}
    if len(faults):
        if repair == "refuse":
            problem = f"not a coverage, the borders of {_listed(faults)} do not match"
            allowed = remedy("shared borders, or {repair}", repair='"clean"')
            raise DataError(message(problem, where=where, allowed=allowed))
        result = _cleaned(regions, tolerance, where)
        change = np.abs(shapely.area(result.geometry.to_numpy()) / shapely.area(shapes) - 1)
        report["touched"] = list(zip(faults["region_a"], faults["region_b"], strict=True))
        report["pairs_gained"] = sorted(neighbor_pairs(result) - neighbor_pairs(regions))
        report["area_change"] = float(change.max())
    result.attrs = {**regions.attrs, "coverage": report}
    return result


def of_one_level(regions: GeoDataFrame, held: Collection[str]) -> tuple[GeoDataFrame, list[str]]:
    """Leave out regions that others of the layer fill, as of a country beside its provinces; say which.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons, index of unique region codes.
    held : collection of str
        Those that have a row. Of a region and the ones that fill it these are kept; the smaller ones where both have.

    Returns
    -------
    tuple of GeoDataFrame, list of str
        The regions left, and sentences.

    Raises
    ------
    DataError
        Where two regions that have a row are one and the same polygon.
    """
    shapes = regions.geometry.to_numpy()
    areas, has = shapely.area(shapes), regions.index.isin(list(held))
    wholes, below = dict[int, None](), dict[int, None]()
    for j, (parts, _, filled) in areas_within(shapes).items():
        if not filled:
            continue  # a city within its region
        twin = max(parts, key=areas.item)
        if has[j] and has[twin] and areas[twin] >= FILLED * areas[j]:
            problem = f"{plain(regions.index[twin])} and {plain(regions.index[j])} have one and the same polygon"
            allowed = remedy("one region for each polygon, or {ignore}", ignore=quoted(regions.index[j]))
            raise DataError(message(problem, where=regions.attrs.get("source"), allowed=allowed))
        if has[j] and not has[parts].any():
            below |= dict.fromkeys(parts)
        else:
            wholes[j] = None
    below = {i: None for i in below if i not in wholes}
    told = "left out{row}, as other regions of the layer fill the polygon"
    kinds = {
        told.format(row=" with the row"): [j for j in wholes if has[j]],
        told.format(row=""): [j for j in wholes if not has[j]],
        "left out, as they have no row and lie in the polygons of regions that have one": list(below),
    }
    notes = [f"{listed(regions.index[left])}: {why}" for why, left in kinds.items() if left]
    return regions[~np.isin(np.arange(len(regions)), [*wholes, *below])], notes


_WIDER = (2, 4, 8, 16)  # times the default tolerance, for gaps that it leaves open


def _cleaned(regions: GeoDataFrame, tolerance: float | None, where: str) -> GeoDataFrame:
    """Mend the layer and make sure that every region survived and no fault is left."""
    shapes = regions.geometry.to_numpy()
    width = _checked_tolerance(tolerance, math.sqrt(float(np.mean(shapely.area(shapes)))))
    # Snapping moves vertices everywhere, so it comes second: for gaps that are open towards the outside.
    steps = [(width, -1.0), (width, width), *((n * width, n * width) for n in _WIDER if tolerance is None)]
    for gap, snapping in steps:
        with np.errstate(all="ignore"):  # coordinates that overflow are looked for below
            mended = shapely.coverage_clean(  # type: ignore[attr-defined]  # newer than the stubs
                shapes, gap_width=gap, snapping_distance=snapping, merge_strategy="min_area"
            )
        lost = regions.index[shapely.is_empty(mended) | shapely.is_missing(mended)]
        if len(lost):
            problem = f"the repair leaves nothing of {', '.join(map(str, lost[:_LISTED]))}"
            allowed = "regions that are wider than the tolerance and do not repeat each other"
            raise DataError(message(problem, where=where, allowed=allowed))
        result = regions.set_geometry(type(regions.geometry)(mended, index=regions.index, crs=regions.crs))
        left = coverage_faults(result, tolerance=tolerance)
        if not len(left):
            return result
    problem = f"the borders of {_listed(left)} do not match even after the repair"
    raise DataError(message(problem, where=where, allowed="a larger tolerance, or a mended file"))


def _kind(first: BaseGeometry, second: BaseGeometry, faulty: NDArray[np.object_], length: float, noise: float) -> str:
    """Classify the faulty border of two regions."""
    if shapely.area(shapely.intersection(first, second)) > noise * length:
        return "overlap"
    on_other = shapely.intersection(faulty, shapely.buffer(faulty[::-1], 2 * noise))
    # Edges are marked whole, so a short common stretch of a long edge counts; two sides of a gap only cross.
    return "vertices" if (shapely.length(on_other) > 0.05 * shapely.length(faulty)).any() else "gap"


def _checked_tolerance(tolerance: float | None, size: float) -> float:
    """Return the tolerance in units of the layer."""
    if tolerance is None:
        return _RELATIVE_TOLERANCE * size
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float | np.number):
        raise DataError(message(f"tolerance={tolerance!r} is not a number", allowed="a distance, 0 or more"))
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise DataError(message(f"tolerance={tolerance} is no distance", allowed="a finite number, 0 or more"))
    return float(tolerance)


def _listed(faults: pd.DataFrame) -> str:
    """Name the faulty pairs with their kind, the longest borders first."""
    ranked = faults.sort_values("length", ascending=False, kind="stable").head(_LISTED)
    named = [f"{a} and {b} ({kind})" for a, b, kind, _ in ranked.itertuples(index=False)]
    more = len(faults) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
