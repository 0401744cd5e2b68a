"""Enclaves: cities inside one region, and merging them into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import shapely

from growthpoles.errors import RegionError, message, nearest

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from shapely.geometry.base import BaseGeometry


def find_enclaves(regions: GeoDataFrame) -> dict[str, str]:
    """Return the enclaves of a layer: region -> the one region that surrounds it.

    Parameters
    ----------
    regions : GeoDataFrame
        A coverage, index of unique region codes. If there is a column `kind`, only rows with the value "city"
        can be enclaves.

    Returns
    -------
    dict of str to str
        In the order of the index. A region is an enclave when it has exactly one neighbour and lies within
        that neighbour's outer ring, so a region on the edge of the country with a single neighbour is none.
    """
    shapes = regions.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    neighbors: dict[int, list[int]] = {i: [] for i in range(len(shapes))}
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        if i != j:
            neighbors[i].append(j)
    cities = regions["kind"].eq("city").to_numpy() if "kind" in regions.columns else [True] * len(shapes)
    enclaves = {}
    for i, around in neighbors.items():
        if cities[i] and len(around) == 1 and shapely.within(shapes[i], _filled(shapes[around[0]])):
            enclaves[str(regions.index[i])] = str(regions.index[around[0]])
    return enclaves


def merge_enclaves(regions: GeoDataFrame, mapping: Mapping[str, str]) -> GeoDataFrame:
    """Join every enclave to its host region and drop the enclave's row.

    Parameters
    ----------
    regions : GeoDataFrame
        A coverage, index of unique region codes.
    mapping : mapping of str to str
        Enclave -> host, e.g. from :func:`find_enclaves`. Empty: a copy is returned.

    Returns
    -------
    GeoDataFrame
        The hosts with their own attributes and the united geometry; ``attrs["enclaves"]`` is the mapping.

    Raises
    ------
    RegionError
        If a code is not in the layer, or a host is an enclave itself.
    """
    for code in (*mapping.keys(), *mapping.values()):
        if code not in regions.index:
            near = nearest(code, regions.index)
            raise RegionError(message(f"enclave or host {code} is not in the layer", near=near))
    chained = sorted(set(mapping) & set(mapping.values()))
    if chained:
        problem = f"{', '.join(chained)} is both an enclave and a host"
        raise RegionError(message(problem, allowed="hosts that stay in the layer"))
    result = regions.drop(index=list(mapping))
    geometry = result.geometry.copy()
    for host in dict.fromkeys(mapping.values()):
        members = [host, *(enclave for enclave, target in mapping.items() if target == host)]
        geometry[host] = shapely.coverage_union_all(regions.loc[members].geometry.to_numpy())
    result = result.set_geometry(geometry)
    result.attrs = {**regions.attrs, "enclaves": dict(mapping)}
    return result


def _filled(shape: BaseGeometry) -> BaseGeometry:
    """Return a polygon or multipolygon without its holes."""
    rings = shapely.get_exterior_ring(shapely.get_parts(shape))
    return shapely.union_all(shapely.polygons(rings))
