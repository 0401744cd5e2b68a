"""Dispersion, inequality and polarisation between regions through time: Williamson, Atkinson, Theil, Gini.

Regions of a country are no sample: an interval by the jackknife answers "if they were one", and the range without one
region says who makes the number. What rounding in print can do is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, RatingError, message, unknown_option
from growthpoles.result_display import ResultDisplay
from growthpoles.specialisation.inequality import theil
from growthpoles.specialisation.matrix import align, check_series

Array = np.ndarray
Weighting = Literal["equal", "weights"]
LEAST = 8  # regions from which on there are intervals: with fewer they are as wide as the measure can reach
_ALL = 64  # regions up to which every candidate of a search is tried
_OVERLAPPING = 12  # regions with overlapping ranges of which every combination is tried
_SEARCH = 40  # steps of the golden section


class _Sample:
    """Values in ascending order along the last axis, with weights, and what the measures share."""

    def __init__(self, y: Array, p: Array) -> None:
        self.y, self.p = y, p / p.sum(axis=-1, keepdims=True)

    @cached_property
    def ratio(self) -> Array:
        """Values relative to their mean."""
        found: Array = self.y / (self.p * self.y).sum(axis=-1, keepdims=True)
        return found

    @cached_property
    def logs(self) -> Array:
        """Logarithms of the ratios; minus infinity where a value is zero."""
        with np.errstate(divide="ignore"):
            return np.log(self.ratio)

    @cached_property
    def heads(self) -> Array:
        return np.cumsum(self.p, axis=-1)

    @cached_property
    def gini(self) -> Array:
        return (self.p * self.ratio * (2 * self.heads - self.p)).sum(axis=-1) - 1

    @property
    def size(self) -> int:
        return self.y.shape[-1]

    def at_half(self) -> tuple[Array, Array, Array, Array]:
        """Return the weight up to the median, the ratios there and next, and the income up to there."""
        middle = np.argmax(self.heads >= 0.5 - 1e-12, axis=-1)[..., None]
        after = np.minimum(middle + 1, self.size - 1)
        income = np.cumsum(self.p * self.ratio, axis=-1)
        pairs = ((self.heads, middle), (self.ratio, middle), (self.ratio, after), (income, middle))
        reached, at, beyond, below = (np.take_along_axis(*pair, -1)[..., 0] for pair in pairs)
        return reached, at, beyond, below

    @property
    def extremes(self) -> tuple[Array, Array]:
        """Return the smallest and the largest value."""
        return self.y[..., 0], self.y[..., -1]

    def mean(self, terms: Array) -> Array:
        """Return the weighted mean of terms."""
        found: Array = (self.p * terms).sum(axis=-1)
        return found

    def plain(self, terms: Array) -> Array:
        """Return the plain mean of terms."""
        found: Array = terms.mean(axis=-1)
        return found


class _Without(_Sample):
    """The samples without each of the values: every mean is that of all values, less the own part."""

    @cached_property
    def gini(self) -> Array:
        above = self.p * self.ratio
        terms = above * (2 * self.heads - self.p)
        after = above[::-1].cumsum()[::-1] - above
        found: Array = (terms.sum() - terms - 2 * self.p * after) / (1 - self.p) ** 2 / self.mean(self.ratio) - 1
        return found

    @property
    def size(self) -> int:
        return self.y.shape[-1] - 1

    def mean(self, terms: Array) -> Array:
        own = self.p * terms
        found: Array = (own.sum() - own) / (1 - self.p)
        return found

    def plain(self, terms: Array) -> Array:
        found: Array = (terms.sum() - terms) / self.size
        return found

    def at_half(self) -> tuple[Array, Array, Array, Array]:
        own, others = np.arange(len(self.y)), 1 - self.p
        least = (0.5 - 1e-12) * others
        middle = np.searchsorted(self.heads, least)
        later = middle >= own
        middle = np.where(later, np.maximum(np.searchsorted(self.heads, least + self.p), own + 1), middle)
        last = np.where(own == self.size, self.size - 1, self.size)
        middle = np.minimum(middle, last)
        after = np.minimum(middle + 1 + (middle + 1 == own), last)
        above, centre = self.p * self.ratio, self.mean(self.ratio)
        reached = (self.heads[middle] - later * self.p) / others
        income = (np.cumsum(above)[middle] - later * above) / others / centre
        return reached, self.ratio[middle] / centre, self.ratio[after] / centre, income

    @property
    def extremes(self) -> tuple[Array, Array]:
        low, high = np.full(len(self.y), self.y[0]), np.full(len(self.y), self.y[-1])
        low[0], high[-1] = self.y[1], self.y[-2]
        return low, high


# The ratios below are to the mean of all values, which is not that of the values without one: hence each `centre`.
def _coefficient(s: _Sample) -> Array:
    centre = s.mean(s.ratio)
    return np.sqrt(np.maximum(s.mean((s.ratio - 1) ** 2) - (centre - 1) ** 2, 0.0)) / centre


def _from_plain_mean(s: _Sample) -> Array:
    centre, plain = s.mean(s.ratio), s.plain(s.ratio)
    spread = s.mean((s.ratio - 1) ** 2) - 2 * (plain - 1) * (centre - 1) + (plain - 1) ** 2
    return np.sqrt(np.maximum(spread, 0.0)) / centre


def _exact_zero(found: Array) -> Array:
    """Take what is left by rounding where all values are equal for zero, so that no ratio of years divides by it."""
    return np.where(np.abs(found) < 1e-13, 0.0, found)


def _gini(s: _Sample) -> Array:
    return np.maximum(_exact_zero(s.gini), 0.0)


def _theil_t(s: _Sample) -> Array:
    centre = s.mean(s.ratio)
    return np.maximum(s.mean(s.ratio * np.where(s.ratio > 0, s.logs, 0.0)) / centre - np.log(centre), 0.0)


def _theil_l(s: _Sample) -> Array:
    return np.maximum(np.log(s.mean(s.ratio)) - s.mean(s.logs), 0.0)


def _atkinson(epsilon: float) -> Callable[[_Sample], Array]:
    def index(s: _Sample) -> Array:
        if epsilon == 1:
            return -np.expm1(-_theil_l(s))
        return np.maximum(1 - s.mean(s.ratio ** (1 - epsilon)) ** (1 / (1 - epsilon)) / s.mean(s.ratio), 0.0)

    return index


def _deviation_of_logs(s: _Sample) -> Array:
    return np.sqrt(np.maximum(s.mean(s.logs**2) - s.mean(s.logs) ** 2, 0.0))


def _esteban_ray(alpha: float) -> Callable[[_Sample], Array]:
    def index(s: _Sample) -> Array:
        below = np.cumsum(s.p * s.ratio, axis=-1)
        distance = s.ratio * (2 * s.heads - 1) + 1 - 2 * below  # sum over j of p_j |y_i - y_j| / mean
        found: Array = (s.p ** (1 + alpha) * distance).sum(axis=-1)
        return found

    return index


def _wolfson(s: _Sample) -> Array:
    reached, at, beyond, income = s.at_half()
    median = np.where(np.abs(reached - 0.5) <= 1e-12, (at + beyond) / 2, at)
    half = income - (reached - 0.5) * at  # Lorenz curve at one half
    with np.errstate(divide="ignore", invalid="ignore"):
        return _exact_zero(2 * (2 * (0.5 - half) - s.gini) / median)


def _max_min(s: _Sample) -> Array:
    low, high = s.extremes
    found: Array = high / low
    return found


@dataclass(frozen=True, slots=True)
class _Measure:
    """A measure of dispersion.

    Attributes
    ----------
    of : callable
    weightings : which it has: "equal", "weights"
    positive : whether it needs values above zero
    convex : whether moving values apart always raises it, so that its range under rounding is known exactly
    smooth : whether the jackknife has a meaning for it: not for medians and extremes
    divided : whether the number of regions enters the measure itself, so that one without a region is no such measure
    most : the largest value there can be, where the region with the smallest weight, a share of all, has everything
    """

    of: Callable[[_Sample], Array]
    weightings: tuple[Weighting, ...] = ("equal", "weights")
    positive: bool = False
    convex: bool = True
    smooth: bool = True
    divided: bool = False
    most: Callable[[float], float] = lambda share: math.inf


def _all_in_one(share: float) -> float:
    return math.sqrt(1 / share - 1)


def _one(share: float) -> float:
    return 1.0


_MEASURES: Mapping[str, _Measure] = {
    "williamson": _Measure(_coefficient, ("weights",), most=_all_in_one),
    "williamson_plain_mean": _Measure(_from_plain_mean, ("weights",), convex=False),
    "cv": _Measure(_coefficient, ("equal",), most=_all_in_one),
    "cv_n1": _Measure(
        lambda s: _coefficient(s) * math.sqrt(s.size / (s.size - 1)), ("equal",), most=lambda share: share**-0.5
    ),
    "gini": _Measure(_gini, most=lambda share: 1 - share),
    "gini_normalised": _Measure(lambda s: _gini(s) * s.size / (s.size - 1), ("equal",), most=_one),
    "theil_t": _Measure(_theil_t, most=lambda share: -math.log(share)),
    "theil_l": _Measure(_theil_l, positive=True),
    "atkinson_0.5": _Measure(_atkinson(0.5), most=lambda share: 1 - share),
    "atkinson_1": _Measure(_atkinson(1.0), positive=True, most=_one),
    "atkinson_2": _Measure(_atkinson(2.0), positive=True, most=_one),
    "sd_log": _Measure(_deviation_of_logs, positive=True, convex=False),
    "max_min": _Measure(_max_min, ("equal",), positive=True, convex=False, smooth=False),
    "wolfson": _Measure(_wolfson, convex=False, smooth=False),
    "esteban_ray_1": _Measure(_esteban_ray(1.0), convex=False, smooth=False, divided=True),
    "esteban_ray_1.6": _Measure(_esteban_ray(1.6), convex=False, smooth=False, divided=True),
}
MEASURES: tuple[str, ...] = tuple(_MEASURES)


@dataclass(frozen=True, slots=True)
class RegionalInequality(ResultDisplay):
    """Inequality between regions by measure and year.

    Attributes
    ----------
    table : DataFrame
        By (measure, weighting, year): value; lower, upper (interval by the jackknife, "if the regions were a sample",
        within what the measure can reach; NaN below 8 regions);
        rounding_low, rounding_high (what the unrounded values could give; NaN where no rounding was stated, or the
        measure has no exact range); without_low, without_high (smallest and largest value without one region);
        region_most (whose leaving out moves it most; several that move it alike are joined, None where none moves it),
        without_most (value without it); n; left_out (regions without a value, or without weight).
    changes : DataFrame
        By (measure, weighting): first, last (years), before, after (over the regions that have both years), ratio,
        lower, upper (interval of the ratio, regions drawn in pairs of years), region_most, without_most (ratio without
        it), n.
    groups : DataFrame
        By (index, weighting, year): Theil's T and L: total, between, within, between_share. Empty without groups.
    lorenz : DataFrame
        By (year, heads): cumulative share of the values times weights, regions in ascending order; first and last year.
    level : float
        Of the intervals.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> product = pd.DataFrame({2010: [10, 12, 15, 40], 2020: [14, 16, 20, 70]}, index=list("abcd"))
    >>> print(gp.regional_inequality(product, measures=["gini"]).summary())
    Inequality between regions, 2010 to 2020 (4 regions in 2020).
    gini, regions alike: 0.3019 in 2010, 0.3583 in 2020; region d moves it most (0.08 without it).
    Intervals: none; they need eight regions and a smooth measure.
    Left out: no region.
    """

    table: pd.DataFrame
    changes: pd.DataFrame
    groups: pd.DataFrame
    lorenz: pd.DataFrame
    level: float

    @property
    def years(self) -> tuple[Any, ...]:
        """Years, in order."""
        return tuple(self.table.index.unique("year"))

    @property
    def measures(self) -> list[tuple[str, str]]:
        """Measures with their weighting."""
        return list(dict.fromkeys(zip(*map(self.table.index.get_level_values, (0, 1)), strict=True)))

    def to_frame(self) -> pd.DataFrame:
        """Return the table by (measure, weighting, year)."""
        return self.table.copy()

    def __repr__(self) -> str:
        return f"<RegionalInequality: {len(self.measures)} measures x {len(self.years)} years>"


def regional_inequality(
    values: pd.DataFrame | pd.Series,
    *,
    weights: pd.DataFrame | pd.Series | None = None,
    groups: pd.Series | None = None,
    rounding: pd.DataFrame | pd.Series | float | None = None,
    measures: Iterable[str] | None = None,
    level: float = 0.95,
) -> RegionalInequality:
    r"""Inequality between regions in every year, with intervals and the region that makes it.

    With shares :math:`p_i` (of the people, or 1/n), :math:`\mu = \sum p_i y_i` and :math:`r_i = y_i / \mu`:

    - williamson, cv: :math:`\sqrt{\sum p_i (r_i - 1)^2}` with the people, with 1/n; cv_n1: with n - 1;
      williamson_plain_mean: deviations from the plain mean of the regions (R's REAT by default: not Williamson's);
    - gini: :math:`\sum_{ij} p_i p_j |r_i - r_j| / 2`; gini_normalised: times n / (n - 1);
    - theil_t :math:`\sum p_i r_i \ln r_i`, theil_l :math:`-\sum p_i \ln r_i`; atkinson_e
      :math:`1 - (\sum p_i r_i^{1-e})^{1/(1-e)}`; sd_log: standard deviation of the logarithms; max_min;
    - esteban_ray_a: :math:`\sum_{ij} p_i^{1+a} p_j |r_i - r_j|`; wolfson:
      :math:`2 (2 (1/2 - L(1/2)) - G) \mu / m`, with the Lorenz curve L and the median m. The first depends on the
      division into regions: never compare it across divisions.

    Parameters
    ----------
    values : DataFrame or Series
        Regions x years, zero or more, such as product per head; NaN leaves a region out of its year, and is listed.
    weights : DataFrame or Series, optional
        Inhabitants, with the same regions (and years, if a frame). None: every region counts the same.
    groups : Series, optional
        A group for every region: Theil's indices are split into between and within.
    rounding : DataFrame, Series or float, optional
        Half a unit of the last printed digit: a value can lie that far to either side.
    measures : iterable of str, optional
        Some of the measures above; None takes all.
    level : float
        Of the intervals.

    Returns
    -------
    RegionalInequality

    Raises
    ------
    RatingError
        If a value is negative, the labels differ, fewer than three regions have values, or a year is all zeros.

    Notes
    -----
    Williamson (1965); Theil (1967); Atkinson (1970); Esteban and Ray (1994) with K = 1; Wolfson (1994). Intervals:
    jackknife (Tukey 1958) of the logarithm, corrected for bias, with Student's t. At the nominal 95 % they cover, for
    16 and 32 regions drawn from a lognormal law with standard deviation 0.4: CV 91-92 %, Gini 94-96 %, Theil and
    Atkinson 92-95 % (the percentile bootstrap: 71-81 %); ratios of two years 90-96 %. With standard deviation 0.8 the
    interval of the Gini covers 92-94 %, but that of the CV 76-80 %: no interval knows a tail that it has not seen.
    They end where the measure does (one region with everything), and there are none below 8 regions.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> product = pd.DataFrame({2010: [10, 12, 15, 40], 2020: [14, 16, 20, 70]}, index=list("abcd"))
    >>> people = pd.Series([5, 5, 3, 2], list("abcd"))
    >>> found = gp.regional_inequality(product, weights=people, measures=["williamson", "gini"])
    >>> found.table["value"].round(3).tolist()
    [0.302, 0.358, 0.255, 0.305, 0.62, 0.79]
    """
    chosen = list(MEASURES if measures is None else dict.fromkeys(measures))
    for name in chosen:
        if name not in _MEASURES:
            raise RatingError(unknown_option("measures", name, MEASURES))
    if not 0 < level < 1:
        raise RatingError(message(f"level={level} is no confidence level", allowed="between 0 and 1, such as 0.95"))
    frame = values.to_frame() if isinstance(values, pd.Series) else values
    if not isinstance(frame, pd.DataFrame) or frame.shape[1] == 0:
        raise RatingError(message(f"values is a {type(values).__name__}", allowed="a DataFrame of regions x years"))
    columns = [check_series(frame[year], name=f"values, {year}", missing="keep") for year in frame]
    heads = [_by_year(weights, year, frame.index, "weights") for year in frame]
    error = [_by_year(rounding, year, frame.index, "rounding") for year in frame]
    plan: list[tuple[str, Weighting]] = [
        (name, weighting)
        for name in chosen
        for weighting in _MEASURES[name].weightings
        if weighting == "equal" or weights is not None
    ]
    if not plan:
        raise RatingError(message(f"{chosen[0]} needs the inhabitants of the regions", allowed="weights="))
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    samples: dict[tuple[Any, str], _Year] = {}
    for year, y, w, half in zip(frame, columns, heads, error, strict=True):
        for weighting in dict.fromkeys(each for _, each in plan):
            samples[year, weighting] = _Year.of(y, w if weighting == "weights" else None, half, where=f"values, {year}")
    for name, weighting in plan:
        for year in frame:
            rows[name, weighting, year] = samples[year, weighting].row(_MEASURES[name], level)
    table = _frame(rows)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["measure", "weighting", "year"])
    table = table.sort_index(level=[0, 1], sort_remaining=False, kind="stable")
    first, last = frame.columns[0], frame.columns[-1]
    ends = [pd.Series(each, index=frame.index) for each in (columns[0], columns[-1])]
    changes = _changes(ends, [heads[0], heads[-1]], (first, last), plan, level) if first != last else pd.DataFrame()
    split = _by_groups(dict(zip(frame, columns, strict=True)), dict(zip(frame, heads, strict=True)), groups)
    lorenz = pd.concat([_lorenz(columns[at], heads[at], frame.columns[at]) for at in sorted({0, len(columns) - 1})])
    return RegionalInequality(table, changes, split, lorenz, level)


def _by_year(given: Any, year: Any, regions: pd.Index, name: str) -> pd.Series | None:
    if given is None:
        return None
    if isinstance(given, pd.DataFrame):
        if year not in given:
            raise RatingError(message(f"{name} has no year {year}", allowed="the same years as values"))
        given = given[year]
    if isinstance(given, int | float):
        given = pd.Series(float(given), index=regions)
    return align(check_series(given, name=f"{name}, {year}", missing="keep"), regions, name=name, what="region")


@dataclass(frozen=True, slots=True)
class _Year:
    """The regions of a year that have a value and weight, in ascending order, and the same without each of them."""

    regions: pd.Index
    left_out: tuple[Any, ...]
    half: Array | None
    whole: _Sample
    without: _Without

    @classmethod
    def of(cls, values: pd.Series, weights: pd.Series | None, half: pd.Series | None, *, where: str) -> _Year:
        kept = values.notna() if weights is None else values.notna() & weights.gt(0)
        found = values[kept].sort_values(kind="stable")
        if len(found) < 3:
            raise RatingError(message(f"{len(found)} regions have a value", where=where, allowed="three or more"))
        y = found.to_numpy()
        p = np.ones(len(y)) if weights is None else weights.reindex(found.index).to_numpy()
        if not (y * p).sum() > 0 or (y > 0).sum() < 2:
            raise RatingError(message("fewer than two values are above zero", where=where, allowed="two or more"))
        error = None if half is None else half.reindex(found.index).fillna(0.0).to_numpy()
        return cls(found.index, tuple(values.index[~kept]), error, _Sample(y, p), _Without(y, p))

    def apart(self, measure: _Measure) -> tuple[float, Array]:
        """Return the value of all regions, and those without each of them."""
        if measure.positive and self.whole.y[0] <= 0:
            return np.nan, np.full(len(self.regions), np.nan)
        if measure.divided:
            return float(measure.of(self.whole)), np.full(len(self.regions), np.nan)
        return float(measure.of(self.whole)), measure.of(self.without)

    def row(self, measure: _Measure, level: float) -> dict[str, Any]:
        value, without = self.apart(measure)
        lower, upper = self.interval(measure, value, without, level)
        low, high = self._rounding(measure) if not np.isnan(value) else (np.nan, np.nan)
        known = np.isfinite(without).all() and np.isfinite(value)
        most, at = _most(self.regions, without, value) if known else (None, 0)
        return {
            "value": value,
            "lower": lower,
            "upper": upper,
            "rounding_low": low,
            "rounding_high": high,
            "without_low": without.min() if known else np.nan,
            "without_high": without.max() if known else np.nan,
            "region_most": most,
            "without_most": without[at] if most is not None else np.nan,
            "n": len(self.regions),
            "left_out": " ".join(map(str, self.left_out)),
        }

    def interval(self, measure: _Measure, value: float, without: Array, level: float) -> tuple[float, float]:
        """Return the interval by the jackknife, within what the measure can reach."""
        if not measure.smooth or len(without) < LEAST:
            return np.nan, np.nan
        lower, upper = jackknife_t(value, without, level)
        return lower, float(np.minimum(upper, measure.most(float(self.whole.p.min()))))

    def _rounding(self, measure: _Measure) -> tuple[float, float]:
        """Smallest and largest value over all values that round to the printed ones, weights taken as they are.

        The measure rises where a value moves away from some threshold: the largest lies where all values above it
        are rounded down in print and all below it up, the smallest where all are drawn towards one threshold.
        The largest is a little too small where more than a dozen ranges overlap at the threshold.
        """
        if self.half is None or not measure.convex:
            return np.nan, np.nan
        y, p = self.whole.y, self.whole.p
        low, high = np.maximum(y - self.half, 0.0), y + self.half
        if measure.positive and (low <= 0).any():
            return np.nan, np.nan

        def of(values: Array) -> Array:
            order = np.argsort(values, axis=-1, kind="stable")
            shares = np.broadcast_to(p, values.shape)
            return measure.of(_Sample(np.take_along_axis(values, order, -1), np.take_along_axis(shares, order, -1)))

        places = np.arange(len(y))
        cut, largest = _best(len(y) + 1, lambda cuts: -of(np.where(places >= cuts[:, None], high, low)))
        # Values whose ranges overlap can go either way at the threshold, whatever their order.
        reach = np.maximum.accumulate(high)
        parts = np.concatenate([[0], np.cumsum(low[1:] >= reach[:-1])])
        near = np.flatnonzero(np.isin(parts, parts[[max(cut - 1, 0), min(cut, len(y) - 1)]]))
        if 1 < len(near) <= _OVERLAPPING:
            up = np.tile(places >= cut, (2 ** len(near), 1))
            up[:, near] = np.arange(2 ** len(near))[:, None] >> np.arange(len(near)) & 1
            largest = min(largest, float(-of(np.where(up, high, low)).max()))
        ends = np.unique(np.concatenate([low, high]))
        best, smallest = _best(len(ends), lambda at: of(np.clip(ends[at][:, None], low, high)))
        left, right = ends[max(best - 1, 0)], ends[min(best + 1, len(ends) - 1)]
        golden = (math.sqrt(5) - 1) / 2
        for _ in range(_SEARCH):
            inner = np.array([right - golden * (right - left), left + golden * (right - left)])
            first, second = of(np.clip(inner[:, None], low, high))
            left, right = (left, inner[1]) if first <= second else (inner[0], right)
        return min(smallest, float(of(np.clip((left + right) / 2, low, high)))), -largest


def _best(count: int, of: Callable[[Array], Array]) -> tuple[int, float]:
    """Return place and value of the minimum of a function of 0 ... count - 1 that falls and then rises."""
    step = max(1, math.isqrt(count) if count > _ALL else 1)
    coarse = np.arange(0, count, step)
    middle = int(coarse[np.argmin(of(coarse))])
    fine = np.arange(max(0, middle - step), min(count, middle + step + 1))
    found = of(fine)
    return int(fine[np.argmin(found)]), float(found.min())


def jackknife_t(value: float, without: Array, level: float, *, correct: bool = True) -> tuple[float, float]:
    """Interval of a positive statistic from its values without each region: Student's t of its logarithm.

    The logarithm is corrected for bias; that of a ratio of two years largely cancels, and it covers better as it is.
    """
    from scipy import special

    n = len(without)
    if not (value > 0 and (without > 0).all() and np.isfinite(without).all()):
        return np.nan, np.nan
    logs = np.log(without)
    centre = n * math.log(value) - (n - 1) * float(logs.mean()) if correct else math.log(value)
    error = math.sqrt((n - 1) / n * float(((logs - logs.mean()) ** 2).sum()))
    reach = float(special.stdtrit(n - 1, (1 + level) / 2)) * error
    return min(math.exp(centre - reach), value), max(math.exp(centre + reach), value)


def _changes(
    ends: list[pd.Series],
    heads: list[pd.Series | None],
    years: tuple[Any, Any],
    plan: list[tuple[str, Weighting]],
    level: float,
) -> pd.DataFrame:
    """Compare the first year with the last over the regions that have both; leave them out in pairs."""
    kept = ends[0].notna() & ends[1].notna()
    if heads[0] is not None and heads[1] is not None:
        kept &= heads[0].gt(0) & heads[1].gt(0)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    both = ends[0].index[kept]
    if len(both) < 3:
        return pd.DataFrame()
    for weighting in dict.fromkeys(each for _, each in plan):
        pair = [
            _Year.of(
                y[kept], w[kept] if w is not None and weighting == "weights" else None, None, where=f"values, {at}"
            )
            for y, w, at in zip(ends, heads, years, strict=True)
        ]
        for name in [name for name, each in plan if each == weighting]:
            (before, first), (after, last) = (each.apart(_MEASURES[name]) for each in pair)
            first, last = (
                pd.Series(w, e.regions).reindex(both).to_numpy() for w, e in zip((first, last), pair, strict=True)
            )
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio, ratios = float(np.divide(after, before)), last / first
            smooth = _MEASURES[name].smooth and len(both) >= LEAST
            lower, upper = jackknife_t(ratio, ratios, level, correct=False) if smooth else (np.nan, np.nan)
            known = bool(np.isfinite(ratios).all() and np.isfinite(ratio))
            most, at = _most(both, ratios, ratio) if known else (None, 0)
            rows[name, weighting] = {
                "first": years[0], "last": years[1], "before": before, "after": after, "ratio": ratio,
                "lower": lower, "upper": upper, "region_most": most,
                "without_most": ratios[at] if most is not None else np.nan, "n": len(both),
            }  # fmt: skip
    frame = _frame(rows)
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["measure", "weighting"])
    return frame.sort_index()


def _frame(rows: dict[Any, dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame in which joined regions stay joined: pandas would make them plain text."""
    most = [row["region_most"] for row in rows.values()]
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return frame.assign(region_most=pd.Series(most, index=frame.index, dtype=object))


def _most(regions: pd.Index, without: Array, value: float) -> tuple[Any, int]:
    """Return the region that moves a value most, several joined that move it alike, or None; and where it stands."""
    moved = np.abs(without - value)
    if moved.max() <= 1e-12 * abs(value):
        return None, 0
    alike = np.flatnonzero(np.isclose(moved, moved.max(), rtol=1e-9, atol=0))
    at = int(alike[0])
    return (regions[at] if len(alike) == 1 else Joined(map(str, regions[alike]), " ")), at


def _by_groups(
    columns: dict[Any, pd.Series], heads: dict[Any, pd.Series | None], groups: pd.Series | None
) -> pd.DataFrame:
    """Split Theil's indices of every year into between and within groups."""
    if groups is None:
        return pd.DataFrame()
    rows: dict[tuple[Any, ...], dict[str, float]] = {}
    for year, values in columns.items():
        for weighting, weight in {"equal": None, "weights": heads[year]}.items():
            if weighting == "weights" and weight is None:
                continue
            kept = values.notna() if weight is None else values.notna() & weight.gt(0)
            for index in ("T", "L"):
                if index == "L" and (values[kept] <= 0).any():
                    continue
                part = align(groups, values.index, name="groups", what="region")[kept]
                found = theil(values[kept], index=index, weights=None if weight is None else weight[kept], groups=part)
                own = found.to_frame().iloc[0]
                rows[index, weighting, year] = {
                    "total": found.statistic, "between": own["between"], "within": own["within"],
                    "between_share": own["between_share"],
                }  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["index", "weighting", "year"])
    return frame.sort_index(level=[0, 1], sort_remaining=False, kind="stable")


def _lorenz(values: pd.Series, weights: pd.Series | None, year: Any) -> pd.DataFrame:
    kept = values.notna() if weights is None else values.notna() & weights.gt(0)
    found = values[kept].sort_values(kind="stable")
    p = np.ones(len(found)) if weights is None else weights.reindex(found.index).to_numpy()
    heads, income = (np.concatenate([[0.0], np.cumsum(part) / part.sum()]) for part in (p, p * found.to_numpy()))
    keys = pd.MultiIndex.from_arrays([[year] * len(heads), heads], names=["year", "heads"])
    return pd.DataFrame({"share": income}, index=keys)
