"""Location quotients: plain, standardised, log, symmetric, odds ratios; intervals for counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from scipy import optimize, special

from growthpoles.errors import RatingError, message
from growthpoles.randomness import generator as random_generator
from growthpoles.specialisation.matrix import Missing, check_matrix, check_nation, check_option, listed, refuse_empty

Kind = Literal["plain", "log", "symmetric", "standardised", "standardised_log", "odds_ratio"]
Interval = Literal["poisson", "hypergeometric", "bootstrap"]

KINDS: tuple[Kind, ...] = ("plain", "log", "symmetric", "standardised", "standardised_log", "odds_ratio")
INTERVALS: tuple[Interval, ...] = ("poisson", "hypergeometric", "bootstrap")
_BOOTSTRAP_CELLS = 2_000_000  # cells drawn at a time, so that scratch memory stays near 100 MB


def location_quotient(
    matrix: pd.DataFrame,
    *,
    kind: Kind = "plain",
    interval: Interval | None = None,
    level: float = 0.95,
    replications: int = 1999,
    nation: pd.Series | None = None,
    missing: Missing = "refuse",
    rng: np.random.Generator | int | None = None,
) -> pd.DataFrame:
    r"""Location quotient of every industry in every region.

    .. math:: LQ_{ij} = \frac{e_{ij} / e_{.j}}{e_{i.} / e_{..}}

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0; whole numbers where an interval is asked for.
    kind : {"plain", "log", "symmetric", "standardised", "standardised_log", "odds_ratio"}
        "plain": LQ, from 0, 1 is the national share. "log": ln LQ, 0 is the national share; refused where
        an LQ is zero. "symmetric": (LQ - 1) / (LQ + 1), in [-1, 1]. "standardised": z-score of the LQ over
        the regions of its industry (standard deviation with n - 1); above 1.65 a region is one of the 5 %
        most specialised if the LQs are normal. "standardised_log": the same of ln LQ, for LQs that are
        log-normal. "odds_ratio": odds of the industry in the region over those in all other regions; infinite where
        one of the two margins lies in the cell.
    interval : {"poisson", "hypergeometric", "bootstrap"}, optional
        A confidence interval for counts; not with a standardised kind. "poisson": exact interval of Garwood
        for e_ij, divided by e_.j e_i. / e_.. taken as known. "hypergeometric": exact conditional interval
        (Fisher, Cornfield) of the odds ratio given all four totals, expressed as the LQ that these totals
        imply; the only one of an odds ratio, and then as it is. "bootstrap": percentiles of multinomial resamples of
        all units over all cells; a resample in which a region or an industry is empty is left out of its quotients.
    level : float
        Confidence level, in (0, 1).
    replications : int
        Of the bootstrap; it needs 8 bytes x replications x cells of memory.
    nation : Series, optional
        e_i. of a nation that the matrix does not add up to (some regions of it, or another country), by industry; it
        is taken as known, so that only the interval "poisson" goes with it. None: the sum of the regions.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused (default); "outside": LQ is NaN there and all totals run over the cells present;
        "zero".
    rng : numpy.random.Generator, int or None
        Of the bootstrap; None is the fixed seed, so that results repeat.

    Returns
    -------
    DataFrame
        Without an interval regions x industries. With one, a long frame indexed by (region, industry) with
        columns value, lower, upper. ``attrs["missing"]`` lists the cells that were NaN.

    Raises
    ------
    RatingError
        If the matrix is not valid, a region or an industry is all zeros, a cell is no whole number under an
        interval, or an industry has the same LQ everywhere under "standardised".

    Notes
    -----
    Florence (1939); Isard (1960). Symmetric: Dalum, Laursen and Villumsen (1998). Standardised: O'Donoghue
    and Gleave (2004). Intervals: Garwood (1936); Cornfield (1956), Fisher (1935); Efron (1979), for location
    quotients Tian (2013). Totals include the cell itself, so that the Poisson interval is slightly too wide
    for a region that holds much of the nation.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.location_quotient(jobs).round(2)
           farms  mines  software
    north   2.18    0.4      0.26
    east    0.55    2.4      0.52
    city    0.27    0.2      2.22
    """
    check_option("kind", kind, KINDS)
    checked = check_matrix(matrix, missing=missing)
    refuse_empty(checked.sum(axis=1, min_count=1), what="region", index="its location quotient")
    refuse_empty(checked.sum(axis=0, min_count=1), what="industry", index="its location quotient")
    outside = None if nation is None else check_nation(nation, checked.columns)
    if interval is not None:
        check_option("interval", interval, INTERVALS)
    if kind == "odds_ratio" and (outside is not None or interval not in (None, "hypergeometric")):
        what = "nation=" if outside is not None else f"interval='{interval}'"
        raise RatingError(
            message(f"{what} is not defined for kind='{kind}'", allowed="interval='hypergeometric', or interval=None")
        )
    value = _odds_ratios(checked) if kind == "odds_ratio" else _as_kind(quotients(checked, outside), kind)
    if interval is None:
        return listed(value, checked)
    if kind.startswith("standardised"):
        raise RatingError(
            message(
                f"interval= is not defined for kind='{kind}'",
                allowed="plain, log, symmetric, or interval=None",
            )
        )
    if outside is not None and interval != "poisson":
        raise RatingError(message(f"interval='{interval}' draws the nation too", allowed="'poisson' with nation="))
    check_counts(checked)
    _check_level(level)
    if kind == "odds_ratio":
        bounds = _odds_bounds(checked.to_numpy(), level)
    else:
        bounds = _bounds(checked, interval, level, replications, rng, outside)
    with np.errstate(divide="ignore"):  # a bound of zero is minus infinity on the log scale
        low, high = (_transform(bound, kind) for bound in bounds)
    keys = pd.MultiIndex.from_product([checked.index, checked.columns], names=[checked.index.name, "industry"])
    long = pd.DataFrame({"value": value.to_numpy().ravel(), "lower": low.ravel(), "upper": high.ravel()}, index=keys)
    return listed(long, checked)


def quotients(checked: pd.DataFrame, nation: pd.Series | None = None) -> pd.DataFrame:
    """Return plain location quotients of a checked matrix; NaN cells, and those of what is empty, are NaN."""
    values, expected = checked.to_numpy(), _expected(checked, nation)
    found = np.divide(values, expected, out=np.full(values.shape, np.nan), where=expected > 0)
    return pd.DataFrame(found, index=checked.index, columns=checked.columns)


def _expected(checked: pd.DataFrame, nation: pd.Series | None = None) -> np.ndarray:
    """Return e_.j e_i. / e_..: what every cell would hold if all regions had the national structure."""
    values = checked.to_numpy()
    rows = np.nansum(values, axis=1)
    columns = np.nansum(values, axis=0) if nation is None else nation.to_numpy()
    return np.where(np.isnan(values), np.nan, np.outer(rows, columns) / columns.sum())


def _odds_ratios(checked: pd.DataFrame) -> pd.DataFrame:
    """Return e_ij (rest of both) / (rest of the region x rest of the industry) of every cell."""
    cell, rows, columns = checked.to_numpy(), *(np.nansum(checked, axis=axis, keepdims=True) for axis in (1, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = cell * (rows.sum() - rows - columns + cell) / ((rows - cell) * (columns - cell))
    return pd.DataFrame(found, index=checked.index, columns=checked.columns)


def _as_kind(plain: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    if kind in ("log", "standardised_log"):
        zero = np.argwhere(plain.to_numpy() == 0)
        if len(zero):
            row, column = zero[0]
            raise RatingError(
                message(
                    f"the quotient is zero and has no logarithm ({len(zero)} such cells)",
                    where=f"matrix, region '{plain.index[row]}', industry '{plain.columns[column]}'",
                    allowed="kind='symmetric' takes zeros",
                )
            )
    if not kind.startswith("standardised"):
        return pd.DataFrame(_transform(plain.to_numpy(), kind), index=plain.index, columns=plain.columns)
    base = pd.DataFrame(np.log(plain)) if kind == "standardised_log" else plain
    spread = base.std(axis=0, ddof=1)
    scale = base.abs().max(axis=0).clip(lower=1.0)
    flat = base.columns[~(spread > 1e-12 * scale).to_numpy()]
    if len(flat):
        raise RatingError(
            message(
                f"industry '{flat[0]}' has the same quotient in every region, or is in one region only",
                where="matrix",
                allowed=f"kind='{kind}' needs two regions with different ones",
            )
        )
    return (base - base.mean(axis=0)) / spread


def _transform(values: np.ndarray, kind: Kind) -> np.ndarray:
    if kind == "log":
        return np.log(values)
    if kind == "symmetric":
        return np.where(np.isinf(values), 1.0, (values - 1) / (values + 1))
    return values


def check_counts(checked: pd.DataFrame) -> None:
    """Refuse a cell that is no whole number."""
    values = checked.to_numpy()
    broken = np.argwhere(~np.isnan(values) & (values != np.round(values)))
    if len(broken):
        row, column = broken[0]
        raise RatingError(
            message(
                f"{values[row, column]:g} is no count, and an interval is for counts",
                where=f"matrix, region '{checked.index[row]}', industry '{checked.columns[column]}'",
                allowed="whole numbers (jobs, firms), or interval=None",
            )
        )


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise RatingError(message(f"level={level} is no confidence level", allowed="between 0 and 1, such as 0.95"))


def _bounds(
    checked: pd.DataFrame,
    interval: Interval,
    level: float,
    replications: int,
    rng: np.random.Generator | int | None,
    nation: pd.Series | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds of the plain quotients, shape of the matrix."""
    values = checked.to_numpy()
    expected = _expected(checked, nation)
    if interval == "poisson":
        lower, upper = poisson(values, level)
        return lower / expected, upper / expected
    if interval == "hypergeometric":
        return hypergeometric(values, level)
    if replications < 1:
        raise RatingError(message(f"replications={replications} is too few", allowed="1 or more, such as 1999"))
    return bootstrap(values, level, replications, rng)


def poisson(counts: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact central interval of a Poisson mean (Garwood 1936); NaN stays NaN."""
    tail = (1 - level) / 2
    lower = np.where(counts == 0, 0.0, special.gammaincinv(np.maximum(counts, 1), tail))
    upper = special.gammaincinv(counts + 1, 1 - tail)
    return np.where(np.isnan(counts), np.nan, lower), upper


def hypergeometric(counts: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of every location quotient from the exact conditional interval of its odds ratio."""
    rows, columns = np.nansum(counts, axis=1), np.nansum(counts, axis=0)
    total = float(np.nansum(counts))
    bounds = _odds_bounds(counts, level)
    for row, column in np.argwhere(~np.isnan(counts)):
        in_region, in_industry = float(rows[row]), float(columns[column])
        scale = total / (in_region * in_industry)
        for bound in bounds:
            bound[row, column] = scale * fitted_count(bound[row, column], in_region, in_industry, total)
    return bounds


def _odds_bounds(counts: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact conditional interval of the odds ratio of every cell; NaN stays NaN."""
    rows, columns = np.nansum(counts, axis=1), np.nansum(counts, axis=0)
    total = float(np.nansum(counts))
    lower, upper = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    for row, column in np.argwhere(~np.isnan(counts)):
        margins = float(rows[row]), float(columns[column])
        lower[row, column], upper[row, column] = odds_ratio_interval(counts[row, column], *margins, total, level)
    return lower, upper


def odds_ratio_interval(
    count: float, in_region: float, in_industry: float, total: float, level: float
) -> tuple[float, float]:
    """Exact central interval of the odds ratio of a 2 x 2 table, given its margins.

    The bounds are where the tail of Fisher's non-central hypergeometric distribution is (1 - level) / 2
    (Fisher 1935, Cornfield 1956). R's fisher.test ends its search at a tolerance of 1.2e-4: its bounds differ from
    these in the fifth or sixth digit.
    """
    first, last = max(0.0, in_region + in_industry - total), min(in_region, in_industry)
    cells = np.array([count, in_region - count, in_industry - count, total - in_region - in_industry + count])
    tail = (1 - level) / 2
    spread = math.sqrt(float(np.sum(1 / (cells + 0.5))))  # of the log odds ratio, for a first guess
    guess = float(np.log(cells + 0.5) @ [1, -1, -1, 1])
    reach = abs(float(special.ndtri(tail))) * spread
    support, weights = _log_weights(count, cells, first, last, tail)
    at = int(count - support[0])
    offsets = support - count

    def excess(log_odds: float, part: slice) -> float:
        logs = weights + log_odds * offsets
        mass = np.exp(logs - logs.max())
        return math.log(max(float(mass[part].sum() / mass.sum()), 1e-300) / tail)

    lower, upper = 0.0, math.inf
    if count > first:
        lower = math.exp(_root(lambda t: excess(t, slice(at, None)), guess - reach, spread))
    if count < last:
        upper = math.exp(_root(lambda t: -excess(t, slice(None, at + 1)), guess + reach, spread))
    return lower, upper


def fitted_count(odds: float, in_region: float, in_industry: float, total: float) -> float:
    """Count that gives a 2 x 2 table with these margins the odds ratio `odds` (Cornfield 1956)."""
    if odds == 0:
        return max(0.0, in_region + in_industry - total)
    if math.isinf(odds):
        return min(in_region, in_industry)
    linear = total - in_region - in_industry + odds * (in_region + in_industry)
    product = odds * in_region * in_industry
    return 2 * product / (linear + math.sqrt(linear * linear + 4 * (1 - odds) * product))


def bootstrap(
    counts: np.ndarray, level: float, replications: int, rng: np.random.Generator | int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Percentiles of the quotients in multinomial resamples; cells that are NaN or never defined are NaN."""
    try:
        generator = random_generator(rng)
    except (TypeError, ValueError) as error:
        raise RatingError(message(f"rng={rng!r} is not known", allowed="a Generator, a seed, or None")) from error
    filled = np.nan_to_num(counts)
    total = int(filled.sum())
    draws = np.empty((replications, *counts.shape))
    step = max(1, _BOOTSTRAP_CELLS // counts.size)
    for start in range(0, replications, step):
        size = min(step, replications - start)
        drawn = generator.multinomial(total, filled.ravel() / total, size=size).reshape(size, *counts.shape)
        expected = drawn.sum(axis=2, keepdims=True) * (drawn.sum(axis=1, keepdims=True) / total)
        part = draws[start : start + size]
        part.fill(np.nan)
        np.divide(drawn, expected, out=part, where=expected > 0)
    tail = (1 - level) / 2
    draws[:, np.isnan(counts)] = 0.0  # spares a warning about empty slices; replaced below
    quantile = np.nanquantile if np.isnan(draws).any() else np.quantile  # the first is far slower
    lower, upper = quantile(draws, [tail, 1 - tail], axis=0, overwrite_input=True)
    absent = np.isnan(counts)
    return np.where(absent, np.nan, lower), np.where(absent, np.nan, upper)


def _log_weights(
    count: float, cells: np.ndarray, first: float, last: float, tail: float
) -> tuple[np.ndarray, np.ndarray]:
    """Support around the count and the log weights of the central distribution there, zero at the count.

    At a bound the distribution is centred one quantile from the count; eight more standard deviations and a
    margin for small counts hold all of its mass that a double can see.
    """
    spread = 1 / math.sqrt(float(np.sum(1 / (cells + 1))))
    reach = math.ceil(60 + (9 + 1.3 * abs(float(special.ndtri(tail)))) * spread)
    support = np.arange(max(first, count - reach), min(last, count + reach) + 1)
    below = support[:-1] - count  # as steps from the count: the cells of the table move by one each
    with np.errstate(divide="ignore"):
        ratio = np.log((cells[1] - below) / (cells[0] + below + 1)) + np.log(
            (cells[2] - below) / (cells[3] + below + 1)
        )
    weights = np.concatenate([[0.0], np.cumsum(ratio)])
    return support, weights - weights[int(count - support[0])]


def _root(increasing: Callable[[float], float], guess: float, step: float) -> float:
    """Root of an increasing function near a guess."""
    low, high = guess - 0.1 * step, guess + 0.1 * step
    while increasing(low) > 0:
        low -= step
        step *= 2
    while increasing(high) < 0:
        high += step
        step *= 2
    return float(optimize.brentq(increasing, low, high, xtol=1e-12, rtol=1e-12))
