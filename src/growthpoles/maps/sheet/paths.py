"""Polygons and polylines as matplotlib paths, straight from their coordinate arrays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, message

if TYPE_CHECKING:
    from matplotlib.path import Path

Array = NDArray[np.float64]


def shape_paths(geometries: NDArray[Any]) -> list[Path]:
    """Turn polygons into matplotlib paths, one per geometry, straight from their coordinate arrays.

    Raises
    ------
    MapError
        If a geometry is not a polygon.
    """
    from matplotlib.path import Path

    points, codes, starts = _shape_arrays(geometries)
    return [Path(points[a:b], codes[a:b], readonly=True) for a, b in pairwise(starts.tolist())]


def line_path(lines: Sequence[Array]) -> Path | None:
    """Join polylines into one path, which is drawn much faster than many; None without lines."""
    from matplotlib.path import Path

    if not len(lines):
        return None
    codes = np.full(sum(map(len, lines)), Path.LINETO, dtype=Path.code_type)
    codes[np.cumsum([0, *map(len, lines[:-1])])] = Path.MOVETO
    path = Path(np.concatenate(lines), codes)
    path.should_simplify = True
    path.simplify_threshold = 1 / 9  # of a pixel; matplotlib's own, whatever the user's settings say
    return path


def class_paths(geometries: NDArray[Any], faces: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Turn many polygons into one path per colour; returns paths and colours.

    Raises
    ------
    MapError
        If a geometry is not a polygon.
    """
    from matplotlib.path import Path

    points, codes, starts = _shape_arrays(geometries)
    colours, place = np.unique(np.asarray(faces), return_inverse=True)
    owner = np.repeat(place, np.diff(starts))
    return [Path(points[owner == i], codes[owner == i], readonly=True) for i in range(len(colours))], colours.tolist()


def _shape_arrays(geometries: NDArray[Any]) -> tuple[Array, NDArray[Any], NDArray[Any]]:
    """Return vertices, path codes, and where each geometry starts among them."""
    import shapely
    from matplotlib.path import Path

    kinds = np.unique(shapely.get_type_id(geometries))
    if not set(kinds.tolist()) <= {3, 6}:
        raise MapError(message("a map of areas cannot be drawn from points or lines", allowed="Polygon, MultiPolygon"))
    kind, points, offsets = shapely.to_ragged_array(geometries, include_z=False)
    rings = np.asarray(offsets[0])
    if kind == shapely.GeometryType.MULTIPOLYGON:
        starts = rings[np.asarray(offsets[1])[np.asarray(offsets[2])]]
    else:
        starts = rings[np.asarray(offsets[1])]
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    codes[rings[:-1]] = Path.MOVETO
    codes[rings[1:] - 1] = Path.CLOSEPOLY
    return points, codes, starts
