"""The part of the data that a global test can use: linked regions, values that vary, regressors that fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message, nearest
from growthpoles.spatial.alignment import Prepared, ascending

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MINIMUM = 4


@dataclass(frozen=True, slots=True)
class Connected:
    """Weights of the regions that have a link in either direction, and where they stand among all.

    Attributes
    ----------
    ids : pandas.Index
        Labels of the linked regions, ascending: random relocations start from this order, so that the order
        of the rows that were given never shows in a result.
    w : csr_array, shape (n, n)
        Their weights.
    places : array of int
        Their positions among the prepared regions.
    isolates : tuple of labels
        The regions left out.
    """

    ids: pd.Index
    w: csr_array
    places: NDArray[np.intp]
    isolates: tuple[object, ...]

    @property
    def n(self) -> int:
        """Linked regions."""
        return len(self.ids)


def connected(prepared: Prepared) -> Connected:
    """Leave out the regions that no link enters or leaves.

    A region without any link says nothing about autocorrelation, but would still count in n and in the mean;
    it is excluded from both. (esda keeps it in both, spdep in the mean.)
    """
    w = prepared.w
    entering = np.bincount(w.indices, minlength=prepared.n)
    keep = (np.asarray(prepared.cardinality) > 0) | (entering > 0)
    count = int(keep.sum())
    if count < MINIMUM:
        problem = f"{count} of {prepared.n} regions have neighbours"
        raise SpatialError(message(problem, allowed=f"at least {MINIMUM} regions with links"))
    places = np.flatnonzero(keep)
    ids = prepared.ids[places]
    order = ascending(ids)
    if order is not None:
        places, ids = places[order], ids[order]
    if not np.array_equal(places, np.arange(prepared.n)):
        w = w[places][:, places]
    return Connected(ids, w, places, tuple(prepared.ids[~keep]))


def deviations(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return values minus their mean, scaled to a sum of squares of one; refuse values that do not vary."""
    peak = float(np.abs(values).max())
    scaled = values / peak if peak > 0 else values
    z = scaled - scaled.mean()
    length = float(np.sqrt(z @ z))
    if length <= 1e-13 * np.sqrt(len(z)):
        raise SpatialError(message(f"{name} is constant over the {len(z)} linked regions", allowed="values that vary"))
    return z / length


def design_matrix(regressors: pd.DataFrame | pd.Series, prepared: Prepared, part: Connected) -> NDArray[np.float64]:
    """Return a constant and the regressors, rows aligned by label with the linked regions."""
    if not isinstance(regressors, pd.DataFrame | pd.Series):
        raise SpatialError(
            message(
                f"regressors is a {type(regressors).__name__}",
                allowed="a DataFrame or Series indexed by region",
            )
        )
    frame = regressors.to_frame() if isinstance(regressors, pd.Series) else regressors
    if not frame.index.is_unique:
        raise SpatialError(message("regressors have duplicate index labels", allowed="one row per region"))
    unmatched = [*prepared.ids.difference(frame.index), *frame.index.difference(prepared.ids)]
    if unmatched:
        raise SpatialError(
            message(
                f"regressors and y do not share their regions: {', '.join(map(str, unmatched[:8]))}",
                allowed="the same index labels",
                near=nearest(unmatched[0], prepared.ids, n=1),
            )
        )
    try:
        values = frame.loc[prepared.ids].to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise SpatialError(message("regressors are not numeric", allowed="columns of numbers")) from None
    bad = ~np.isfinite(values)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise SpatialError(
            message(
                "a missing or infinite regressor",
                where=f"row {prepared.ids[row]}, column {frame.columns[column]}",
                allowed="finite numbers",
            )
        )
    values = values[part.places]
    return np.column_stack([np.ones(part.n), values[:, np.abs(values).max(axis=0) > 0]])
