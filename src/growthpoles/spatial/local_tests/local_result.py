"""Local test result, options, run and labels, shared by all local tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.language.number_format import least_p
from growthpoles.randomness import generator
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.alignment import Prepared, Tested, ascending, joined, unit_of
from growthpoles.spatial.local_tests.multiple_testing import (
    BY_MEMBER,
    MAX_T_PERMUTATIONS,
    Adjust,
    Family,
    adjust_p_values,
    check_adjust,
    significant,
    standardised,
    tarone_size,
    westfall_young,
)
from growthpoles.spatial.reference_distributions.conditional_permutation import conditional_tails
from growthpoles.spatial.reference_distributions.score_sums import (
    Alternative,
    Law,
    Method,
    Scores,
    check_options,
    p_values,
)
from growthpoles.spatial.reference_distributions.shared_draws import RELATIVE

QUADRANTS = ("High-High", "Low-Low", "High-Low", "Low-High")
LIKENESS = ("similar", "dissimilar")
STATES = ("not significant", "untestable", "isolate")
NULL = "the values of the others could stand around it in any other order"


@dataclass(frozen=True, slots=True)
class Untestable:
    """Why regions are untestable.

    Attributes
    ----------
    reasons : mapping of str to int
        Reason -> number of regions, those that there are: "regions" (too few were tested), "draws" (too few
        permutations), "neighbours" (too few neighbours, or too few regions that are none), "zeros" (join counts only: a
        region that is 0 has no join).
    level : float
        What p would have to reach under the adjustment.
    least : float
        Least p that so many regions allow with any number of neighbours.
    """

    reasons: Mapping[str, int]
    level: float
    least: float


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LocalResult(ResultDisplay):
    """Local spatial statistic of every region with its conditional permutation p-value.

    Attributes
    ----------
    name : str
        The statistic.
    ids : pandas.Index
        Region labels, in the order of the values that were given.
    statistic, lag : numpy.ndarray
        Local statistic, and weighted mean (or sum) of the neighbours' values in the units of the values;
        NaN for isolates.
    cardinality : numpy.ndarray
        Number of neighbours.
    p_value, p_attainable, p_adjusted : numpy.ndarray
        P-value, the smallest p-value that the region could have had, and the p-value adjusted for the
        family; NaN for isolates.
    codes : numpy.ndarray
        Position of each region's label in `classes`; "untestable" is a region whose smallest attainable p-value
        could not be significant under this adjustment and alpha.
    classes : tuple of str
        All labels that the statistic knows, present or not.
    exact : numpy.ndarray
        True where the p-value is from the full enumerated law.
    alternative, adjust : str
    alpha : float
        Level that the labels were given at.
    permutations : int or None
        Draws behind the p-values that are not exact; None when all are exact.
    family : int
        Size of the family after the adjustment's own rule (see `families`).
    n : int
        Regions that were tested, isolates not counted.
    z_score : numpy.ndarray
        T, which the statistic rises or falls with, less its conditional mean, in conditional standard deviations, with
        the sign of the statistic; exact moments of the deals. NaN for isolates and where the statistic cannot vary.
    null : str
        Null hypothesis of each region in words.
    error : numpy.ndarray or None
        Standard error of the p-values whose tail was drawn again, because the family asks for smaller
        ones than `permutations` plain draws can show; NaN for all others, None where there is none.
    tested : Tested or None
        References to the values and the graph, for :func:`growthpoles.cross_check`; not pickled.
    again : str
        How those tails were drawn: "tilted" (importance sampling), or "permutation" (more plain draws).
    joint : int
        Joint permutations behind the p-values that adjust="max-t" gives; 0 for others.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> print(gp.local_moran(gp.load_published(2014)["index"], graph, adjust="fdr").summary())
    Local Moran, 16 regions tested, two-sided.
    Null hypothesis of each region: the values of the others could stand around it in any other order.
    Labels: 14 not significant, 2 untestable.
    No region is significant at 0.05; the smallest adjusted p = 0.499.
    Method: exact; p-values adjusted by fdr over 16 tests.
    Left out, without neighbours: no region.
    """

    name: str
    ids: pd.Index
    statistic: np.ndarray
    lag: np.ndarray
    cardinality: np.ndarray
    p_value: np.ndarray
    p_attainable: np.ndarray
    p_adjusted: np.ndarray
    codes: np.ndarray
    classes: tuple[str, ...]
    exact: np.ndarray
    alternative: Alternative
    adjust: Adjust
    alpha: float
    permutations: int | None
    family: int
    n: int
    z_score: np.ndarray
    null: str = NULL
    error: np.ndarray | None = None
    tested: Tested | None = None
    again: str = "tilted"
    joint: int = 0

    @property
    def method(self) -> str:
        """How the p-values were found: "exact", "permutation", or "mixed" when it differs between regions."""
        if self.permutations is None:
            return "exact"
        return "mixed" if self.exact.any() else "permutation"

    @property
    def least(self) -> np.ndarray:
        """Smallest p-value that the draws of each region can give; 0 where nothing was drawn."""
        tilted = np.zeros(len(self.ids), dtype=bool) if self.error is None else ~np.isnan(self.error)
        return np.where(self.exact | tilted, 0.0, least_p(self.permutations or 0, self.alternative))

    @property
    def label(self) -> pd.Series:
        """Label of each region, an unordered categorical with all classes, indexed by region."""
        values = pd.Categorical.from_codes(self.codes.astype(np.int64), categories=pd.Index(self.classes))
        return pd.Series(values, index=self.ids, name="label")

    def p_interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return the Monte Carlo interval of the p-values (Clopper-Pearson); exact ones have no width."""
        if not 0 < level < 1:
            raise SpatialError(message(f"level={level!r}", allowed="a number between 0 and 1"))
        if self.permutations is None:
            return self.p_value.copy(), self.p_value.copy()
        low, high = monte_carlo_interval(
            self.p_value, self.permutations, two_sided=self.alternative == "two-sided", level=level
        )
        low, high = np.where(self.exact, self.p_value, low), np.where(self.exact, self.p_value, high)
        if self.error is None:
            return low, high
        from scipy.special import ndtri

        tilted, apart = ~np.isnan(self.error), ndtri((1 + level) / 2) * self.error
        bounds = (np.maximum(self.p_value - apart, 0.0), low), (np.minimum(self.p_value + apart, 1.0), high)
        low, high = (np.where(tilted, bound, plain) for bound, plain in bounds)
        return low, high

    def why_untestable(self) -> Untestable:
        """Return the reasons why regions are untestable, with the number of regions of each.

        Returns
        -------
        Untestable
            With `reasons`, `level` and `least`.

        Examples
        --------
        >>> import growthpoles as gp
        >>> graph = gp.build_weights(gp.load_regions(2014))
        >>> result = gp.local_moran(gp.load_published(2014)["index"], graph, adjust="fdr")
        >>> result.why_untestable().reasons
        {'neighbours': 2}
        """
        sides = 2 if self.alternative == "two-sided" else 1
        least = min(1.0, sides / math.comb(self.n - 1, (self.n - 1) // 2))
        known = self.p_attainable[~np.isnan(self.p_attainable)]
        shared = {"tarone": self.family, "fdr-discrete": tarone_size(known, self.alpha), "bonferroni": self.n}
        level = self.alpha / shared.get(self.adjust, 1)
        untestable = (self.label == "untestable").to_numpy()
        zeros = untestable & (self.name == "local join count") & (self.statistic == 0) & (self.p_attainable >= 1)
        rest = untestable & ~zeros
        if least > level * (1 + 1e-12):
            parts = {"zeros": zeros, "regions": rest}
        else:
            parts = {"zeros": zeros, "draws": rest & ~self.exact, "neighbours": rest & self.exact}
        return Untestable({kind: int(some.sum()) for kind, some in parts.items() if some.any()}, level, least)

    def to_frame(self) -> pd.DataFrame:
        """Return a table indexed by region.

        Returns
        -------
        pandas.DataFrame
            Columns statistic, lag, cardinality, p_value, p_attainable, p_adjusted, label, and then p_low and
            p_high (95 % Monte Carlo interval of the p-value), method ("exact", "permutation", or "tilted": see `error`)
            and z_score. `attrs`: null, method, draws, alternative, adjust, alpha, family, joint, n.
        """
        method = np.where(self.exact, "exact", "permutation")
        if self.error is not None:
            method = np.where(np.isnan(self.error), method, self.again)
        low, high = self.p_interval()
        frame = pd.DataFrame(
            {
                "statistic": self.statistic,
                "lag": self.lag,
                "cardinality": self.cardinality,
                "p_value": self.p_value,
                "p_attainable": self.p_attainable,
                "p_adjusted": self.p_adjusted,
                "label": self.label,
                "p_low": low,
                "p_high": high,
                "method": method,
                "z_score": self.z_score,
            },
            index=self.ids,
        )
        facts: dict[str, Any] = {"alpha": self.alpha, "family": self.family, "joint": self.joint, "n": self.n}
        sides: dict[str, Any] = {"alternative": self.alternative, "adjust": self.adjust}
        return say_tests(frame, self.null, self.method, draws=self.permutations or 0, **sides, **facts)

    def __repr__(self) -> str:
        counts = np.bincount(self.codes, minlength=len(self.classes))
        found = ", ".join(f"{c} {name}" for c, name in zip(counts, self.classes, strict=True) if c)
        how = self.method if self.permutations is None else f"{self.method}, {self.permutations} permutations"
        return (
            f"<{self.name}: {self.n} regions, {how}, {self.alternative}, adjust={self.adjust}, "
            f"alpha={self.alpha:g}: {found}>"
        )


def monte_carlo_interval(
    p: np.ndarray, permutations: int, *, two_sided: bool, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Clopper-Pearson interval of the p-value that more and more permutations would approach.

    Parameters
    ----------
    p : numpy.ndarray
        Permutation p-values (count + 1) / (P + 1), or min(1, 2 (count + 1) / (P + 1)); NaN stays NaN.
    permutations : int
        P.
    two_sided : bool
        Which of the two.
    level : float, default 0.95

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper end.
    """
    from scipy.special import betaincinv

    distinct, back = np.unique(p, return_inverse=True)
    factor = 2 if two_sided else 1
    count = np.clip(np.round(distinct / factor * (permutations + 1)) - 1, 0, permutations)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(count > 0, betaincinv(np.maximum(count, 1), permutations - count + 1, tail), 0.0)
        rest = permutations - count
        high = np.where(rest > 0, betaincinv(count + 1, np.maximum(rest, 1), 1 - tail), 1.0)
    low, high = np.where(np.isnan(distinct), np.nan, low), np.where(np.isnan(distinct), np.nan, high)
    low, high = np.minimum(factor * low, 1.0), np.minimum(factor * high, 1.0)
    if two_sided:
        high = np.where(distinct >= 1, 1.0, high)
    return low[back], high[back]


@dataclass(frozen=True, slots=True)
class Options:
    """Options that all local tests share, checked once."""

    alternative: Alternative
    method: Method
    permutations: int
    adjust: Adjust
    alpha: float
    rng: np.random.Generator | int | None

    def __post_init__(self) -> None:
        check_options(self.alternative, self.method, self.permutations, self.alpha)
        check_adjust(self.adjust)


@dataclass(frozen=True, slots=True)
class Universe:
    """The part of the data that takes part: values and weights without isolates."""

    rows: np.ndarray
    prepared: Prepared

    @property
    def n(self) -> int:
        """Number of regions that take part."""
        return len(self.rows)

    def take(self, values: np.ndarray) -> np.ndarray:
        """Values of the regions that take part, regions on the last axis."""
        return values if self.n == self.prepared.n else values[..., self.rows]


def universe(prepared: Prepared) -> tuple[Universe, Prepared]:
    """Leave the isolates out: what takes part, and the data restricted to it."""
    rows = joined(prepared)
    part = Universe(rows, prepared)
    if len(rows) < 3:
        raise SpatialError(
            message(
                "{n} regions have neighbours",
                where="graph",
                allowed="at least 3 regions joined by weights",
                n=len(rows),
            )
        )
    if len(rows) == prepared.n:
        return part, prepared
    return part, Prepared(
        ids=prepared.ids[rows],
        y=prepared.y[rows],
        w=prepared.w[rows][:, rows],
        cardinality=prepared.cardinality[rows],
        isolates=prepared.isolates[rows],
        uniform=prepared.uniform,
    )


@dataclass(frozen=True, slots=True)
class Centred:
    """Values as mean + unit * z, with the rounding error (`noise`) of one z.

    `unit` is a power of two, so that nothing is lost: squares of z neither overflow nor vanish whatever the units
    of the values, and no digit of a result depends on them.
    """

    z: np.ndarray
    mean: float
    unit: float
    noise: float


def centred(y: np.ndarray, *, name: str = "y") -> Centred:
    """Deviations from the mean; a constant is refused."""
    unit = unit_of(y)
    scaled = y / unit
    mean = float(scaled.mean())
    z = scaled - mean
    reach = max(z.max(), -z.min())
    rounding = 4 * np.finfo(float).eps * max(scaled.max(), -scaled.min())
    if reach <= rounding:
        raise SpatialError(message("all values are the same", where=name, allowed="values that differ"))
    return Centred(z, mean * unit, unit, float(rounding + RELATIVE * reach))


def row_sums(data: Prepared) -> np.ndarray:
    """Sum of each row of weights, 1 where a row is empty."""
    total = data.cardinality * data.uniform if data.uniform is not None else data.w @ np.ones(data.n)
    return np.where(data.isolates, 1.0, total) if data.isolates.any() else total


def quadrant(own: np.ndarray, lag: np.ndarray) -> np.ndarray:
    """Code in :data:`QUADRANTS` of each region: above or not above the mean, itself and its neighbours."""
    high, around = own > 0, lag > 0
    return np.where(high, np.where(around, 0, 2), np.where(around, 3, 1)).astype(np.int8)


def run(
    name: str,
    part: Universe,
    scores: Scores,
    *,
    statistic: np.ndarray,
    lag: np.ndarray,
    code: Callable[[Law, np.ndarray], np.ndarray],
    options: Options,
    tested: Tested,
    classes: tuple[str, ...] = QUADRANTS + STATES,
    law: Law | None = None,
    z_score: np.ndarray | None = None,
    null: str = NULL,
    again: str = "tilted",
) -> LocalResult:
    """Test, adjust and label; the arrays given cover the regions that take part.

    `code(law, rows)` gives the class of significant regions; `law` is given when it is known in closed
    form, `z_score` when it is not that of the deals.
    """
    rng = generator(options.rng, error=SpatialError)
    order = ascending(part.prepared.ids[part.rows] if part.n < part.prepared.n else part.prepared.ids)
    if law is None:
        sides = 2 if options.alternative == "two-sided" else 1
        level = options.alpha / part.n / sides if options.adjust in BY_MEMBER else None
        law = conditional_tails(
            scores, method=options.method, permutations=options.permutations, rng=rng, order=order, level=level
        )
    p, attainable = p_values(law, scores.direction, options.alternative)
    linked = np.diff(scores.w.indptr) > 0
    every = bool(linked.all())
    if not every:
        p[~linked], attainable[~linked] = np.nan, np.nan
    joint = min(options.permutations, MAX_T_PERMUTATIONS) if options.adjust == "max-t" else 0
    family = _family(p, attainable, scores, options, joint, rng, order)
    first = len(classes) - len(STATES)
    codes = np.full(part.n, first, dtype=np.int8)
    found = np.flatnonzero(significant(family.p_adjusted, options.alpha))
    codes[found] = code(law, found)
    codes[~family.testable] = first + 1
    codes[~linked] = first + 2
    drawn = ~law.exact if every else linked & ~law.exact
    prepared = part.prepared

    def spread(values: np.ndarray) -> np.ndarray:
        if part.n == prepared.n and every:
            return values
        whole = np.full(prepared.n, np.nan)
        whole[part.rows[linked]] = values[linked]
        return whole

    exact = ~drawn
    if part.n != prepared.n:
        part_codes, codes = codes, np.full(prepared.n, first + 2, dtype=np.int8)
        codes[part.rows] = part_codes
        exact = np.ones(prepared.n, dtype=bool)
        exact[part.rows] = ~drawn
    return LocalResult(
        name=name,
        ids=prepared.ids,
        statistic=spread(statistic),
        lag=spread(lag),
        cardinality=prepared.cardinality,
        p_value=spread(p),
        p_attainable=spread(attainable),
        p_adjusted=spread(family.p_adjusted),
        codes=codes,
        classes=classes,
        exact=exact,
        alternative=options.alternative,
        adjust=options.adjust,
        alpha=options.alpha,
        permutations=options.permutations if drawn.any() else None,
        family=family.size,
        n=int(linked.sum()),
        z_score=spread(standardised(scores) if z_score is None else z_score),
        null=null,
        error=None if law.error is None else spread(_error_of(law, scores.direction, options.alternative)),
        tested=tested,
        again=again,
        joint=joint,
    )


def _error_of(law: Law, direction: np.ndarray, alternative: Alternative) -> np.ndarray:
    """Return the standard error of the p-values, NaN where the tail that decides was not drawn again."""
    assert law.above is not None and law.below is not None and law.error is not None
    if alternative == "two-sided":
        return np.where(np.isnan(np.fmin(law.above, law.below)), np.nan, 2 * law.error)
    above = (direction < 0) == (alternative == "less")
    return np.where(np.isnan(np.where(above, law.above, law.below)), np.nan, law.error)


def _family(
    p: np.ndarray,
    attainable: np.ndarray,
    scores: Scores,
    options: Options,
    joint: int,
    rng: np.random.Generator,
    order: np.ndarray | None,
) -> Family:
    """Adjust the p-values; max-T never falls below the region's own p-value."""
    if options.adjust not in ("none", "max-t"):
        return adjust_p_values(p, options.adjust, alpha=options.alpha, attainable=attainable)
    size = int(np.count_nonzero(p >= 0))
    if options.adjust == "none":
        return Family(p, significant(attainable, options.alpha), size)
    adjusted = westfall_young(scores, alternative=options.alternative, permutations=joint, rng=rng, order=order)
    best = np.maximum(attainable, 1 / (joint + 1))
    return Family(np.fmax(adjusted, p), significant(best, options.alpha), size)
