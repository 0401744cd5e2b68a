"""Local Moran's I: one variable, a pair, rates (empirical Bayes)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.randomness import PERMUTATIONS, generator
from growthpoles.spatial.alignment import (
    Connected,
    Prepared,
    Tested,
    Transformation,
    ascending,
    clean_values,
    design_matrix,
    prepare,
    same_regions,
)
from growthpoles.spatial.local_tests.local_result import (
    Centred,
    LocalResult,
    Options,
    centred,
    quadrant,
    row_sums,
    run,
    universe,
)
from growthpoles.spatial.local_tests.multiple_testing import ADJUST, BY_MEMBER, Adjust
from growthpoles.spatial.reference_distributions.exact_enumeration import enumeration_size
from growthpoles.spatial.reference_distributions.normal_errors import residual_basis, two_root_tails
from growthpoles.spatial.reference_distributions.score_sums import Alternative, Law, Method, Scores
from growthpoles.spatial.reference_distributions.shared_draws import FEW, draw_chunks

if TYPE_CHECKING:
    from scipy import sparse

    from growthpoles.graphs import Graph, W

_LEE_BUDGET = 20_000_000_000  # values dealt again; some minutes


def local_moran(
    y: pd.Series,
    graph: Graph | W,
    *,
    transformation: Transformation | None = "r",
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    method: Method = "auto",
    adjust: Adjust = ADJUST,
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
    regressors: pd.DataFrame | pd.Series | None = None,
) -> LocalResult:
    """Local Moran's I (Anselin 1995) with conditional permutation p-values.

    Parameters
    ----------
    y : pandas.Series
        One finite number per region, indexed by region; not all the same.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, without self-weights.
    transformation : {"r", "b"} or None, default "r"
        Row-standardised, binary, or the weights as they are.
    alternative : {"two-sided", "greater", "less"}
        "greater": like values side by side (high among high, low among low); "less": unlike values.
    permutations : int, default 99999
        Draws P for the regions whose law is not enumerated.
    method : {"auto", "exact", "permutation"}
        "auto" enumerates every region with at most 10^6 equally likely deals and draws for the others. Where the
        family asks for p-values (alpha / n under "bonferroni", "tarone" and "fdr-discrete") of which P draws would hold
        fewer than ten, it draws the tails of the regions with fewer than ten once more, tilted towards the tail, which
        gives p-values of any size with a standard error of some 2 to 5 %; "permutation" does not, and cannot find
        a p-value below 1 / (P + 1).
    adjust : {"none", "bonferroni", "fdr", "by", "tarone", "fdr-discrete", "max-t"}
        Adjustment over the family of regions that were tested; default "tarone". "none" suits one region that was
        named beforehand.
    alpha : float, default 0.05
        Level of the labels, between 0 and 1.
    rng : numpy.random.Generator or int, optional
        Generator or seed; None is the fixed seed, so that results repeat.
    regressors : pandas.DataFrame or pandas.Series, optional
        Test the residuals of the least-squares regression of y on these and a constant, rows matched by label. The law
        is then the exact one for independent normal errors (Tiefelsdorf 2002 has its saddlepoint approximation), since
        residuals cannot be dealt: they depend on each other. `permutations` has no use, "max-t" no meaning.

    Returns
    -------
    LocalResult
        `lag` is in the units of y, or that of the residuals. A region is labelled by its quadrant (its
        own and its neighbours' mean
        against the mean of all) when its adjusted p-value is at most alpha, "untestable" when even its
        smallest attainable p-value could not be: when the adjustment would not find it significant if every
        region had its smallest p-value at once
        (:func:`~growthpoles.spatial.local_tests.multiple_testing.adjust_p_values` says for each adjustment what
        that means).

    Raises
    ------
    SpatialError
        If labels, values, weights or options do not fit together, or y is constant.

    Notes
    -----
    I_i = (n - 1) z_i sum_j w_ij z_j / sum_k z_k^2 with z the deviations from the mean: the scaling of esda. Moran's
    I is n / ((n - 1) S0) times their sum, with S0 the sum of all weights: sum / (n - 1) when rows sum to one. The
    value of region i stays, the other n - 1 values are dealt over its neighbours, ties count in both tails.
    P-values are count / total when enumerated, (count + 1) / (P + 1) when drawn, and an unbiased estimate when drawn
    again; two-sided is min(1, 2
    min(greater, less)). Isolates take no part: they are not in n, the mean, the variance or the deals, and their
    p-value is NaN.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> result = gp.local_moran(gp.load_published(2014)["index"], graph, adjust="none")
    >>> result.label.value_counts().loc[["High-Low", "not significant", "untestable"]].to_dict()
    {'High-Low': 1, 'not significant': 13, 'untestable': 2}
    >>> result.label[result.label == "High-Low"].index.tolist()
    ['KZ-KAR']
    """
    options = Options(alternative, method, permutations, adjust, alpha, rng)
    if regressors is not None:
        return _residual_moran(y, graph, transformation, options, regressors)
    return _moran("local Moran", y, graph, transformation, options, (y,))


def _residual_moran(
    y: pd.Series,
    graph: Graph | W,
    transformation: Transformation | None,
    options: Options,
    regressors: pd.DataFrame | pd.Series,
) -> LocalResult:
    """Local Moran of least-squares residuals, with its exact law under normal errors."""
    if options.adjust == "max-t" or options.method == "permutation":
        problem = "residuals cannot be dealt over the regions: they depend on each other"
        raise SpatialError(message(problem, allowed='method="auto" and an adjust other than "max-t"'))
    part, data = universe(prepare(y, graph, transformation=transformation))
    ids = part.prepared.ids[part.rows]
    prepared = prepare(y, graph, transformation=transformation)
    linked = Connected(ids, data.w, part.rows, ())
    basis = residual_basis(design_matrix(regressors, prepared, linked))
    degrees = part.n - basis.shape[1]
    if degrees < 3:
        raise SpatialError(message(f"{basis.shape[1]} regressors for {part.n} regions", allowed=f"{part.n - 3}"))
    own = centred(data.y)
    e = own.z - basis @ (basis.T @ own.z)
    square = float(e @ e)
    if square <= (1e-10 * np.abs(own.z).max()) ** 2 * part.n:
        raise SpatialError(message("the regressors explain y without residuals", allowed="residuals that vary"))
    lag = data.w @ e
    ratio = e * lag / square
    # M u and M w of each region, M the projection on the residuals, u its unit vector, w its row of weights
    along = data.w @ basis
    size = np.sqrt(np.maximum(1 - (basis**2).sum(axis=1), 0.0))
    reach = np.sqrt(np.maximum(data.w.multiply(data.w) @ np.ones(part.n) - (along**2).sum(axis=1), 0.0))
    middle, half = -(basis * along).sum(axis=1) / 2, size * reach / 2
    above = two_root_tails(middle + half, middle - half, ratio, degrees)
    below = two_root_tails(half - middle, -half - middle, -ratio, degrees)
    variance = 2 * (degrees * 2 * (middle**2 + half**2) - 4 * middle**2) / (degrees**2 * (degrees + 2))
    ones, none = np.ones(part.n), np.zeros(part.n)
    scores = _scores(data, centred(e, name="residuals of y"), np.ones(part.n, dtype=np.int8))
    return run(
        "local Moran of residuals",
        part,
        scores,
        statistic=(part.n - 1) * ratio,
        lag=own.unit * lag,
        code=lambda _, rows: quadrant(e[rows], lag[rows]),
        options=options,
        tested=Tested(),
        law=Law(above, below, ones, none, none, np.ones(part.n, dtype=bool), 0),
        z_score=(ratio - 2 * middle / degrees) / np.sqrt(np.where(variance > 0, variance, np.nan)),
        null="the errors of the regression are independent and normal with one variance",
    )


def _moran(
    name: str,
    y: pd.Series,
    graph: Graph | W,
    transformation: Transformation | None,
    options: Options,
    given: tuple[pd.Series, ...],
) -> LocalResult:
    """Local Moran of values that are ready, made of those given."""
    part, data = universe(prepare(y, graph, transformation=_raw(transformation)))
    own = centred(data.y)
    z = own.z
    scores = _scores(data, own, _sign(own))
    lag, shift = _lag(data, scores.observed, own.mean, transformation)
    return run(
        name,
        part,
        scores,
        statistic=(part.n - 1) / (z @ z) * z * lag,
        lag=own.unit * lag + shift,
        code=lambda _, rows: quadrant(z[rows], lag[rows]),
        options=options,
        tested=Tested.of(name, *given, graph=part.prepared.graph, transformation=transformation),
    )


def local_moran_bivariate(
    x: pd.Series,
    y: pd.Series,
    graph: Graph | W,
    *,
    transformation: Transformation | None = "r",
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    method: Method = "auto",
    adjust: Adjust = ADJUST,
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LocalResult:
    """Local bivariate Moran: a region's x beside its neighbours' y (Anselin, Syabri and Smirnov 2002).

    Parameters
    ----------
    x, y : pandas.Series
        One finite number per region, over the same labels (in any order); neither constant.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, without self-weights.
    transformation, alternative, permutations, method, adjust, alpha, rng
        As in :func:`local_moran`.

    Returns
    -------
    LocalResult
        In the order of x; `lag` is that of y, in its units. The first half of a label is the region's x, the
        second its neighbours' y.

    Raises
    ------
    SpatialError
        If labels, values, weights or options do not fit together, or x or y is constant.

    Notes
    -----
    I_i = (n - 1) zx_i sum_j w_ij zy_j / sum_k zx_k^2 with zx and zy standardised, as in esda. The region keeps its
    own x and y; the y of the other n - 1 regions are dealt over its neighbours. The correlation of x and y within
    regions is neither tested nor held against the result.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> result = gp.local_moran_bivariate(before, after, graph, adjust="none")
    >>> result.label[result.label == "High-Low"].index.tolist()
    ['KZ-KAR']
    """
    options = Options(alternative, method, permutations, adjust, alpha, rng)
    y = same_regions(y, x, name="y", to="x")
    part, data = universe(prepare(x, graph, transformation=_raw(transformation), name="x"))
    own, around = centred(data.y, name="x"), centred(part.take(y.to_numpy(dtype=float)))
    zx = own.z
    scores = _scores(data, around, _sign(own), own_direction=False)
    lag, shift = _lag(data, scores.observed, around.mean, transformation)
    scale = (part.n - 1) / part.n / (zx.std() * around.z.std())
    return run(
        "local bivariate Moran",
        part,
        scores,
        statistic=scale * zx * lag,
        lag=around.unit * lag + shift,
        code=lambda _, rows: quadrant(zx[rows], lag[rows]),
        options=options,
        tested=Tested.of("local bivariate Moran", x, y, graph=part.prepared.graph, transformation=transformation),
    )


def local_lee(
    x: pd.Series,
    y: pd.Series,
    graph: Graph | W,
    *,
    star: bool = True,
    alternative: Alternative = "two-sided",
    permutations: int = 9_999,
    adjust: Adjust = ADJUST,
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LocalResult:
    """Local Lee's L: whether x and y, both averaged over a region's surroundings, go together (Lee 2001).

    Parameters
    ----------
    x, y : pandas.Series
        One finite number per region, over the same labels (in any order); neither constant.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, without self-weights.
    star : bool, default True
        Whether a region counts among its own surroundings, with weight 1 before row-standardising, as Lee has it.
    alternative : {"two-sided", "greater", "less"}
        "greater": the two means deviate in the same direction.
    permutations : int
        Draws. Where 9,999 or more of them hold fewer than ten as small as the family asks for, the regions with fewer
        than ten draws beyond the observed one are drawn again, so often that they do.
    adjust, alpha, rng
        As in :func:`local_moran`.

    Returns
    -------
    LocalResult
        Labels: surroundings high or low in x, then in y. `lag` is the mean of x around the region, in its units.

    Raises
    ------
    SpatialError
        As for :func:`local_moran_bivariate`.

    Notes
    -----
    L_i = (sum_j w_ij zx_j)(sum_j w_ij zy_j), z in standard deviations (divisor n), rows of w that sum to one; their
    mean is :func:`growthpoles.lee` of the same weights. Null hypothesis: the pairs of values of the other regions could
    stand around the region in any other order; pairs move together, so that the correlation of x and y within regions
    is kept.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> result = gp.local_lee(before, after, graph, adjust="none", permutations=999)
    >>> round(float(result.to_frame()["statistic"].mean()), 3)
    0.057
    """
    options = Options(alternative, "permutation", permutations, adjust, alpha, rng)
    if adjust == "max-t":
        raise SpatialError(message("adjust='max-t' for a product of two means", allowed="another adjustment"))
    y = same_regions(y, x, name="y", to="x")
    part, data = universe(prepare(x, graph, transformation=None, name="x"))
    own, other = centred(data.y, name="x"), centred(part.take(y.to_numpy(dtype=float)))
    order = ascending(data.ids)
    order = np.arange(part.n) if order is None else order
    values = np.column_stack([own.z / own.z.std(), other.z / other.z.std()])[order]
    w = data.w[order][:, order]
    w.sort_indices()  # a W lists neighbours in an order of its own, and draws are dealt along it
    total = row_sums(data)[order] + (1.0 if star else 0.0)
    means = (w @ values + star * values) / np.where(total > 0, total, 1.0)[:, None]
    observed = means[:, 0] * means[:, 1]
    source = generator(rng, error=SpatialError)
    every, back = np.arange(part.n), np.argsort(order)
    ge, le, first, second = _lee_counts(values, w, total, star, observed, every, permutations, source)
    floor, above, below, error = np.full(part.n, 1 / (permutations + 1)), *np.full((3, part.n), np.nan)
    sides = 2 if alternative == "two-sided" else 1
    level = alpha / part.n / sides if adjust in BY_MEMBER else 1.0
    if level * (permutations + 1) < FEW <= permutations / 999:
        far = np.flatnonzero(np.minimum(ge, le) < FEW)
        budget = _LEE_BUDGET // max(1, int(np.diff(w.indptr)[far].sum()))
        more = max(permutations, min(int(FEW / level), budget))
        floor[:] = [1 / enumeration_size(part.n - 1, min(int(k), 64), equal=False) for k in np.diff(w.indptr)]
        if more * level < 1:  # the budget does not go so far
            floor[far] = 1 / (more + 1)
        again = _lee_counts(values, w, total, star, observed, far, more, source)[:2]
        above[far], below[far] = (again + 1) / (more + 1)
        tail = np.fmin(above, below)
        error = np.sqrt(tail * (1 - tail) / more)
    whole, none = (ge.astype(np.int32), le.astype(np.int32)), np.zeros(part.n, dtype=bool)
    parts = (np.full(part.n, permutations, np.int32), floor[back], floor[back], none, permutations)
    drawn = (above[back], below[back], error[back]) if not np.isnan(error).all() else (None, None, None)
    law = Law(whole[0][back], whole[1][back], *parts, *drawn)
    first, second = first[back], second[back]
    expected = first / permutations
    variance = second / permutations - expected**2
    around = means[back]
    return run(
        "local Lee's L",
        part,
        _scores(data, own, np.ones(part.n, dtype=np.int8)),
        statistic=observed[back],
        lag=own.unit * around[:, 0] * own.z.std() + own.mean,
        code=lambda _, rows: quadrant(around[rows, 0], around[rows, 1]),
        options=options,
        tested=Tested(),
        law=law,
        z_score=(observed[back] - expected) / np.sqrt(np.where(variance > 0, variance, np.nan)),
        null="the pairs of values of the others could stand around it in any other order",
        again="permutation",
    )


def _lee_counts(
    values: np.ndarray,
    w: sparse.csr_array,
    total: np.ndarray,
    star: bool,
    observed: np.ndarray,
    rows: np.ndarray,
    permutations: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Count the products of two means that draws give around some regions.

    Returns
    -------
    numpy.ndarray
        At least the observed one, at most it, sum, sum of squares; shape (4, rows).
    """
    cardinality = np.diff(w.indptr)
    counts, margin = np.zeros((4, len(rows))), 1e-10 * float(np.abs(values).max()) ** 2
    m = int(cardinality[rows].max(initial=0)) + 1
    for draws in draw_chunks(len(values), m, permutations, max(2**20 // m, 64), rng):
        sums: dict[int, np.ndarray] = {}
        for place, i in enumerate(rows):
            at = slice(w.indptr[i], w.indptr[i + 1])
            weights, k = w.data[at], at.stop - at.start
            own = draws[:k] == i  # the region itself was dealt: the spare stands for it
            hit = np.flatnonzero(own.any(axis=0))
            if k and (weights == weights[0]).all():
                if k not in sums:
                    sums[k] = values[draws[:k]].sum(axis=0)
                around = weights[0] * sums[k]
                around[hit] += weights[0] * (values[draws[k, hit]] - values[i])
            else:
                dealt = np.where(own, draws[k], draws[:k])
                around = np.einsum("krv,k->rv", values[dealt], weights)
            around += star * values[i]
            drawn = around[:, 0] * around[:, 1] / (total[i] or 1.0) ** 2
            counts[:, place] += (
                np.count_nonzero(drawn >= observed[i] - margin),
                np.count_nonzero(drawn <= observed[i] + margin),
                drawn.sum(),
                drawn @ drawn,
            )
    return counts


def local_moran_rates(
    events: pd.Series,
    base: pd.Series,
    graph: Graph | W,
    *,
    transformation: Transformation | None = "r",
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    method: Method = "auto",
    adjust: Adjust = ADJUST,
    alpha: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LocalResult:
    """Local Moran of rates that were standardised for their unequal bases (Assuncao and Reis 1999).

    Parameters
    ----------
    events : pandas.Series
        Counts per region, >= 0, not all zero.
    base : pandas.Series
        Population at risk per region, > 0, over the same labels.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, without self-weights.
    transformation, alternative, permutations, method, adjust, alpha, rng
        As in :func:`local_moran`.

    Returns
    -------
    LocalResult
        `lag` is that of the standardised rates (:func:`empirical_bayes_rates`).

    Raises
    ------
    SpatialError
        If labels, values, weights or options do not fit together, or an event or base is out of range.

    Notes
    -----
    A rate of few has a large variance under equal risk, which breaks the exchangeability that permutation needs;
    the standardised rates have about equal variance. Isolates count in the overall rate, not in the test.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> table = gp.load_indicators(2014, edition="realigned")
    >>> patents = pd.Series(range(16), table.index)
    >>> result = gp.local_moran_rates(patents, table["employed"], graph, adjust="none")
    >>> result.label[result.label == "Low-Low"].index.tolist()
    ['KZ-KAR']
    """
    options = Options(alternative, method, permutations, adjust, alpha, rng)
    rates = empirical_bayes_rates(events, base)
    return _moran("local Moran of rates", rates, graph, transformation, options, (events, base))


def empirical_bayes_rates(events: pd.Series, base: pd.Series) -> pd.Series:
    """Standardise rates by the empirical Bayes mean and variance (Assuncao and Reis 1999).

    Parameters
    ----------
    events : pandas.Series
        Counts per region, >= 0, not all zero.
    base : pandas.Series
        Population at risk per region, > 0, over the same labels in any order.

    Returns
    -------
    pandas.Series
        Standardised rates, without unit, in the order of `events`.

    Raises
    ------
    SpatialError
        If labels differ or a value is out of range.

    Notes
    -----
    With r_i = e_i / b_i, b = sum e / sum b, s2 = sum b_i (r_i - b)^2 / sum b and a = s2 - b n / sum b:
    z_i = (r_i - b) / sqrt(a + b / b_i), where a variance below zero is replaced by b / b_i.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> patents, people = pd.Series([2, 40, 1], list("abc")), pd.Series([100, 1000, 10], list("abc"))
    >>> gp.empirical_bayes_rates(patents, people).round(2).to_dict()
    {'a': -1.0, 'b': 1.32, 'c': 0.99}
    """
    count = clean_values(events, name="events")
    base = same_regions(base, events, name="base", to="events")
    size = base.to_numpy(dtype=float)
    for name, wrong, allowed in (("events", count < 0, ">= 0"), ("base", size <= 0, "> 0")):
        if wrong.any():
            shown = ", ".join(map(str, events.index[wrong][:5]))
            raise SpatialError(message(f"value out of range for {shown}", where=name, allowed=allowed))
    if not count.any():
        raise SpatialError(message("no event in any region", where="events", allowed="at least one event"))
    rate, overall = count / size, count.sum() / size.sum()
    apart = rate - overall
    apart[np.abs(apart) <= 16 * np.finfo(float).eps * np.maximum(rate, overall)] = 0  # rounding is no difference
    spread = (size * apart**2).sum() / size.sum()
    variance = spread - overall * len(count) / size.sum() + overall / size
    variance = np.where(variance < 0, overall / size, variance)
    return pd.Series(apart / np.sqrt(variance), index=events.index, name="rate")


def _raw(transformation: Transformation | None) -> Transformation | None:
    """Leave row-standardising for later: the test does not need it, and a uniform graph stays as it is."""
    return None if transformation == "r" else transformation


def _scores(data: Prepared, around: Centred, direction: np.ndarray, *, own_direction: bool = True) -> Scores:
    """Scores of statistics that weigh deviations from the mean."""
    z = around.z
    return Scores(z[None], None, data.w, data.uniform, data.w @ z, direction, around.noise, own_direction)


def _lag(
    data: Prepared, raw: np.ndarray, mean: float, transformation: Transformation | None
) -> tuple[np.ndarray, np.ndarray | float]:
    """Spatial lag of the deviations, and what to add for the lag of the values themselves."""
    total = row_sums(data)
    return (raw / total, mean) if transformation == "r" else (raw, mean * total)


def _sign(own: Centred) -> np.ndarray:
    """Sign of the deviations, zero where they are rounding error."""
    return (own.z > own.noise).astype(np.int8) - (own.z < -own.noise).astype(np.int8)
