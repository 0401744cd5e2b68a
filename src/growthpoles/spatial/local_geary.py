"""Local Geary's c, of one variable or of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.spatial.align import clean_values, prepare
from growthpoles.spatial.families import Adjust
from growthpoles.spatial.local_common import Options, centred, row_sums, run, universe
from growthpoles.spatial.results import LIKENESS, QUADRANTS, STATES, LocalResult
from growthpoles.spatial.scores import PERMUTATIONS, Alternative, Law, Method, Scores

if TYPE_CHECKING:
    from libpysal.graph import Graph


def local_geary(
    y: pd.Series | pd.DataFrame,
    graph: Graph,
    *,
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    method: Method = "auto",
    adjust: Adjust = "none",
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LocalResult:
    """Local Geary's c (Anselin 1995; several variables: Anselin 2019) with conditional permutation p-values.

    Parameters
    ----------
    y : pandas.Series or pandas.DataFrame
        Finite numbers indexed by region; a table gives the multivariate statistic over its columns. No
        constant.
    graph : libpysal.graph.Graph
        Weights over the same labels, without self-weights; they are row-standardised.
    alternative : {"two-sided", "greater", "less"}
        Of the statistic: "less" is likeness between neighbours, "greater" unlikeness.
    permutations, method, adjust, alpha, rng
        As in :func:`~growthpoles.spatial.local_moran.local_moran`.

    Returns
    -------
    LocalResult
        One variable: a significant region that is like its neighbours is "High-High" or "Low-Low", by
        whether it and they together are above the mean; one that is unlike them is "High-Low" or
        "Low-High", by which of the two is higher. Several variables: "similar" or "dissimilar". `lag` is
        the neighbours' mean in the units of y; of several variables, the average of their standardised
        lags.

    Raises
    ------
    SpatialError
        If labels, values, weights or options do not fit together, or a column is constant.

    Notes
    -----
    c_i = sum_j w_ij (z_i - z_j)^2 with z standardised (population standard deviation); several variables: the mean
    of their c_i, with whole rows of the table dealt. Isolates take no part. The scores (z_i - z_j)^2 differ between
    regions, so drawn laws cost O(n P): some 5 s per 10^9 pairs of region and draw.
    """
    options = Options(alternative, method, permutations, adjust, alpha, rng)
    table = y.to_frame() if isinstance(y, pd.Series) else y
    if not isinstance(table, pd.DataFrame) or not table.shape[1]:
        raise SpatialError(message(f"{type(y).__name__} given", where="y", allowed="a Series or a table with columns"))
    names = [str(column) if isinstance(y, pd.DataFrame) else "y" for column in table.columns]
    part, data = universe(prepare(table.iloc[:, 0], graph, transformation=None, name=names[0]))
    z, noise = _standardised(table, names, part.rows)
    variables = len(z)
    squares = (z**2).sum(axis=0)
    total = row_sums(data)
    lag = (data.w @ z.T).T / total
    apart = (data.w @ squares) / total - 2 * (z * lag).sum(axis=0)
    scores = Scores(
        features=np.vstack([squares, z]),
        coefficients=np.vstack([np.ones(part.n), -2 * z]),
        w=data.w,
        uniform=data.uniform,
        observed=apart * total,
        direction=np.ones(part.n, dtype=np.int8),
        noise=noise,
    )
    single = isinstance(y, pd.Series)

    def code(law: Law, rows: np.ndarray) -> np.ndarray:
        alike = law.le[rows] < law.ge[rows]  # few deals are as close together as the region and its neighbours
        if not single:
            return np.where(alike, 0, 1)
        own, around = z[0][rows], lag[0][rows]
        return np.where(alike, np.where(own + around > 0, 0, 1), np.where(own > around, 2, 3))

    return run(
        "local Geary" if single else f"local Geary of {variables} variables",
        part,
        scores,
        statistic=np.maximum(apart + squares, 0.0) / variables,
        lag=data.w @ data.y / total if single else lag.mean(axis=0),
        code=code,
        classes=(QUADRANTS if single else LIKENESS) + STATES,
        options=options,
    )


def _standardised(table: pd.DataFrame, names: list[str], rows: np.ndarray) -> tuple[np.ndarray, float]:
    """Standardised columns, shape (variables, n), of the regions that take part; rounding error of a score."""
    z, rounding = [], 0.0
    for i, name in enumerate(names):
        deviations, noise = centred(clean_values(table.iloc[:, i], name=name)[rows], name=name)
        scale = deviations.std()
        z.append(deviations / scale)
        rounding += 8 * noise / scale * np.abs(z[-1]).max()
    return np.array(z), rounding
