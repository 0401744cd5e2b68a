"""Local Geary's c, of one variable or of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.randomness import PERMUTATIONS
from growthpoles.spatial.alignment import Tested, clean_values, prepare, unit_of
from growthpoles.spatial.local_tests.local_result import (
    LIKENESS,
    QUADRANTS,
    STATES,
    LocalResult,
    Options,
    centred,
    row_sums,
    run,
    universe,
)
from growthpoles.spatial.local_tests.multiple_testing import ADJUST, Adjust
from growthpoles.spatial.reference_distributions.score_sums import Alternative, Law, Method, Scores
from growthpoles.spatial.reference_distributions.shared_draws import RELATIVE

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W


def local_geary(
    y: pd.Series | pd.DataFrame,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    method: Method = "auto",
    adjust: Adjust = ADJUST,
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LocalResult:
    """Local Geary's c (Anselin 1995; several variables: Anselin 2019) with conditional permutation p-values.

    Parameters
    ----------
    y : pandas.Series or pandas.DataFrame
        Finite numbers indexed by region; a table gives the multivariate statistic over its columns. No
        constant.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, without self-weights; they are row-standardised.
    alternative : {"two-sided", "greater", "less"}
        Of the statistic: "less" is likeness between neighbours, "greater" unlikeness.
    permutations, method, adjust, alpha, rng
        As in :func:`growthpoles.local_moran`.

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

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> result = gp.local_geary(gp.load_published(2014)["index"], graph)
    >>> result.to_frame().loc["KZ-PAV", ["statistic", "p_value"]].astype(float).round(3).to_dict()
    {'statistic': 0.17, 'p_value': 0.179}
    """
    options = Options(alternative, method, permutations, adjust, alpha, rng)
    table = y.to_frame() if isinstance(y, pd.Series) else y
    if not isinstance(table, pd.DataFrame) or not table.shape[1]:
        raise SpatialError(message(f"{type(y).__name__} given", where="y", allowed="a Series or a table with columns"))
    names = [str(column) if isinstance(y, pd.DataFrame) else "y" for column in table.columns]
    part, data = universe(prepare(table.iloc[:, 0], graph, transformation=None, name=names[0]))
    z, u, rounding = _standardised(table, names, part.rows)
    variables = len(z)
    squares = (u**2).sum(axis=0)
    total = row_sums(data)
    lag = (data.w @ z.T).T / total
    apart = (data.w @ squares) / total - 2 * (u * ((data.w @ u.T).T / total)).sum(axis=0)
    distance = np.maximum(apart + squares, 0.0)
    # A deal that ties with the observed one has terms no larger than the observed distance.
    ties = RELATIVE * (squares + distance) + 4 * rounding * (np.sqrt(distance) + rounding)
    scores = Scores(
        features=np.vstack([squares, u]),
        coefficients=np.vstack([np.ones(part.n), -2 * u]),
        w=data.w,
        uniform=data.uniform,
        observed=apart * total,
        direction=np.ones(part.n, dtype=np.int8),
        noise=rounding,
        tolerance=8 * ties * total,
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
        statistic=distance / variables,
        lag=unit_of(data.y) * (data.w @ (data.y / unit_of(data.y)) / total) if single else lag.mean(axis=0),
        code=code,
        classes=(QUADRANTS if single else LIKENESS) + STATES,
        options=options,
        tested=Tested.of("local Geary", y, graph=part.prepared.graph, transformation="r"),
    )


def _standardised(table: pd.DataFrame, names: list[str], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Standardise the columns for the regions that take part, from the mean and from a middle value.

    Distances do not depend on the origin. From a middle value those between ordinary regions keep their digits beside
    one region that is a million times as large; from the mean, which that region pulls away, they do not. The third
    item is the rounding error of one standardised value. Arrays have the shape (variables, n).
    """
    z, u, rounding = [], [], 0.0
    for i, name in enumerate(names):
        values = clean_values(table.iloc[:, i], name=name)[rows]
        column = centred(values, name=name)
        scale = column.z.std()
        middle = np.partition(values, len(values) // 2)[len(values) // 2]
        z.append(column.z / scale)
        u.append((values / column.unit - middle / column.unit) / scale)
        rounding += float(4 * np.finfo(float).eps * np.abs(values).max() / column.unit / scale)
    return np.array(z), np.array(u), rounding
