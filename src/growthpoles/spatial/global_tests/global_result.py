"""Results of global tests and of join counts, and their p-values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message, unknown_option
from growthpoles.language.number_format import format_count, format_p, least_p
from growthpoles.randomness import PERMUTATIONS
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.reference_distributions.score_sums import Alternative as Alternative

if TYPE_CHECKING:
    from growthpoles.spatial.alignment import Tested


Method = Literal["exact", "permutation", "moments", "normal", "randomisation", "saddlepoint"]

CONFIDENCE = 0.95
NULL = "every value could as well stand in any other region"
# words of the name or the reference of a test -> its null hypothesis
NULLS = {
    "spatial tau": "the pair of values of a region could as well stand in any other region",
    "assignments": "the classes could be dealt over the regions in any way that keeps their sizes",
    "normal errors": "the values, or the errors of their regression, are independent and normal with one variance",
    "pairs relocated": "the pair of values of a region could as well stand in any other region",
    "x fixed": "the values of y could as well stand in any other region, whatever x is there",
}


@dataclass(frozen=True, slots=True)
class GlobalResult(ResultDisplay):
    """Result of one global test.

    Attributes
    ----------
    name : str
        Statistic, for example "Moran's I".
    statistic, expected, variance, z_score : float
        Observed value; mean and variance under the null hypothesis of the p-value (relocation or normal
        errors, see `reference`); (statistic - expected) / sqrt(variance), NaN where the statistic cannot vary.
    p_value : float
        Two-sided: ``min(1, 2 min(greater, less))``; ties count in both tails.
    p_interval : tuple of float
        95 % Clopper-Pearson interval of the Monte Carlo p-value; (p, p) where nothing was sampled.
    alternative : {"two-sided", "greater", "less"}
        ``greater`` means a larger statistic, whatever that says about clustering.
    method : {"exact", "permutation", "moments", "normal", "randomisation", "saddlepoint"}
        How the p-value was found; under which null hypothesis is said by `reference`. ``exact``: without
        sampling and without approximation, either because all arrangements of the values were visited (also
        where ``permutation`` was asked for and they are few) or from the law of the statistic for normal
        errors. ``permutation``: from random arrangements, with a Monte Carlo error. The others are
        approximations.
    permutations : int
        Arrangements of the values that were looked at; 0 where none was.
    n : int
        Regions in the test, isolates excluded.
    isolates : tuple of labels
        Regions left out because nothing links them.
    reference : str
        The reference distribution in words: "all 12,870 arrangements" is exact for relocation, "normal errors
        (Tiefelsdorf and Boots)" exact for normal errors.
    tested : Tested or None
        References to the values and the graph, for :func:`growthpoles.cross_check`; not compared, not pickled.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> print(gp.moran(gp.load_published(2014)["index"], graph, method="exact").summary())
    Moran's I of 16 regions is -0.2266; the null hypothesis expects -0.06667 (z = -0.9019).
    Null hypothesis: the values, or the errors of their regression, are independent and normal with one variance.
    Two-sided p = 0.376.
    Method: exact, normal errors (Tiefelsdorf and Boots).
    Left out: no region.
    """

    name: str
    statistic: float
    expected: float
    variance: float
    z_score: float
    p_value: float
    p_interval: tuple[float, float]
    alternative: Alternative
    method: Method
    permutations: int
    n: int
    isolates: tuple[object, ...] = ()
    reference: str = ""
    tested: Tested | None = field(default=None, repr=False, compare=False)

    @property
    def least(self) -> float:
        """Smallest p-value that the draws can give; 0 where nothing was drawn."""
        return least_p(self.permutations if self.method == "permutation" else 0, self.alternative)

    @property
    def null(self) -> str:
        """Null hypothesis of the p-value in words."""
        told = f"{self.name} {self.reference}"
        return next((null for words, null in NULLS.items() if words in told), NULL)

    def to_frame(self) -> pd.DataFrame:
        """Return one row, indexed by the name of the statistic; the interval as ``p_low`` and ``p_high``.

        Its `attrs` name null, method, draws, alternative and adjust.
        """
        row: dict[str, object] = {}
        for column in fields(self):
            value = getattr(self, column.name)
            if column.name == "p_interval":
                row["p_low"], row["p_high"] = value
            elif column.name == "isolates":
                row["isolates"] = ", ".join(map(str, value))
            elif column.name not in ("name", "tested"):
                row[column.name] = value
        frame = pd.DataFrame(row, index=pd.Index([self.name], name="statistic_name"))
        draws = self.permutations if self.method == "permutation" else 0
        return say_tests(frame, self.null, self.reference or self.method, draws=draws, alternative=self.alternative)

    def __repr__(self) -> str:
        low, high = self.p_interval
        spread = f" [{format_p(low, digits=4)}, {format_p(high, digits=4)}]" if low < high else ""
        lone = f", isolates left out: {len(self.isolates)}" if self.isolates else ""
        return (
            f"{self.name} = {self.statistic:.4g} (expected {self.expected:.4g}, z = {self.z_score:.3g}), "
            f"p {format_p(self.p_value, digits=4, relation=True, least=self.least)}{spread} {self.alternative}; "
            f"{self.reference or self.method}, n = {self.n}{lone}"
        )


def check_alternative(alternative: str) -> None:
    """Refuse an unknown alternative."""
    if alternative not in get_args(Alternative):
        raise SpatialError(unknown_option("alternative", alternative, get_args(Alternative)))


def check_method(method: str, allowed: tuple[str, ...], statistic: str) -> None:
    """Refuse a method that the statistic does not have."""
    if method not in allowed:
        raise SpatialError(f"{statistic}: {unknown_option('method', method, allowed)}")


def check_permutations(permutations: int | None, n: int) -> int:
    """Return the number of random permutations, by default as many as 2 * 10^8 relocated values allow."""
    if permutations is None:
        return next((draws for draws in (PERMUTATIONS, 9_999) if n * draws <= 2e8), 999)
    if (
        isinstance(permutations, bool)
        or not isinstance(permutations, int | np.integer)
        or not 1 <= permutations <= 10**9
    ):
        raise SpatialError(message(f"permutations={permutations!r}", allowed="a whole number from 1 to 10^9"))
    return int(permutations)


@dataclass(frozen=True, slots=True)
class Inference:
    """What a reference distribution says about a statistic; the fields are those of :class:`GlobalResult`."""

    p_value: float
    p_interval: tuple[float, float]
    method: Method
    permutations: int
    reference: str

    @classmethod
    def certain(cls, p: float, method: Method, reference: str, *, permutations: int = 0) -> Inference:
        """P-value without a Monte Carlo error."""
        return cls(p, (p, p), method, permutations, reference)

    def result(self, name: str, statistic: float, moments: tuple[float, float], **others: Any) -> GlobalResult:
        """Return the result of a test; `moments` are mean and variance, `others` further fields of it."""
        found = {field: getattr(self, field) for field in self.__slots__} | others
        return GlobalResult(name, statistic, *moments, **{"z_score": z_score(statistic, *moments)} | found)


def relocated(
    greater: int, less: int, draws: int, alternative: Alternative, *, complete: bool, what: str = "arrangements"
) -> Inference:
    """Return the inference from counts of arrangements: exact where all of them were visited (`complete`)."""
    if complete:
        p = choose(alternative, greater / draws, less / draws)
        return Inference.certain(p, "exact", f"all {format_count(draws)} {what}", permutations=draws)
    p, interval = monte_carlo_p(greater, less, draws, alternative)
    return Inference(p, interval, "permutation", draws, f"{format_count(draws)} random {what}")


def choose(alternative: Alternative, greater: float, less: float) -> float:
    """Combine the probabilities of the two tails, each with its ties, into the p-value asked for."""
    if alternative == "greater":
        return min(1.0, greater)
    if alternative == "less":
        return min(1.0, less)
    return min(1.0, 2.0 * min(greater, less))


def z_score(statistic: float, expected: float, variance: float) -> float:
    """Return the standardised statistic, NaN where the statistic cannot vary."""
    return (statistic - expected) / variance**0.5 if variance > 0 else float("nan")


def normal_p(z: float, alternative: Alternative) -> float:
    """Return the p-value of a standardised statistic under the normal law; 1 where it cannot vary."""
    from scipy.special import ndtr

    if np.isnan(z):
        return 1.0
    return choose(alternative, float(ndtr(-z)), float(ndtr(z)))


def monte_carlo_p(greater: int, less: int, draws: int, alternative: Alternative) -> tuple[float, tuple[float, float]]:
    """Return (count + 1) / (draws + 1) and the Clopper-Pearson interval of the probability that it estimates.

    Parameters
    ----------
    greater, less : int
        Draws at least as large and at most as large as the observed statistic.
    draws : int
        Random permutations.
    alternative : str
        The two-sided interval is that of the smaller tail, doubled and cut at 1.

    References
    ----------
    Clopper & Pearson (1934); Phipson & Smyth (2010) for the added one.
    """
    from scipy.special import betaincinv

    p = choose(alternative, (greater + 1) / (draws + 1), (less + 1) / (draws + 1))
    count = {"greater": greater, "less": less, "two-sided": min(greater, less)}[alternative]
    outside = (1 - CONFIDENCE) / 2
    low = float(betaincinv(count, draws - count + 1, outside)) if count else 0.0
    high = float(betaincinv(count + 1, draws - count, 1 - outside)) if count < draws else 1.0
    if alternative == "two-sided":
        low, high = min(1.0, 2 * low), min(1.0, 2 * high)
    return p, (low, high)


@dataclass(frozen=True, slots=True)
class JoinCountResult(ResultDisplay):
    """Join counts of every pair of classes, and of all joins between different classes.

    Attributes
    ----------
    classes : tuple
        Labels of the classes, ascending (of a Categorical: in its order).
    counts : tuple of int
        Linked regions per class.
    joins : tuple of GlobalResult
        One per pair of classes (a, b) with a before or equal to b, row by row.
    different : GlobalResult
        Joins between regions of different classes.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> print(gp.join_count(gp.load_published(2014)["index"] > 30, graph).summary())
    Joins between neighbouring regions, by class, two-sided; 16 regions.
    Null hypothesis: the classes could be dealt over the regions in any way that keeps their sizes.
    Regions by class: False 8, True 8.
    Joins False - False: 6, 6.533 expected, p = 1.000.
    Joins False - True: 15, 14.93 expected, p = 1.000.
    Joins True - True: 7, 6.533 expected, p = 0.946.
    Joins different: 15, 14.93 expected, p = 1.000.
    Method: exact, all 12 870 assignments.
    Left out: no region.
    """

    classes: tuple[object, ...]
    counts: tuple[int, ...]
    joins: tuple[GlobalResult, ...]
    different: GlobalResult

    def __getitem__(self, pair: tuple[object, object]) -> GlobalResult:
        """Return the result of one pair of classes, in either order."""
        pairs = class_pairs(len(self.classes))
        try:
            first, second = pair
            low, high = sorted((self.classes.index(first), self.classes.index(second)))
            return self.joins[pairs.index((low, high))]
        except (ValueError, TypeError):
            allowed = f"two of {', '.join(map(repr, self.classes))}"
            raise SpatialError(message(f"no pair of classes {pair!r}", allowed=allowed)) from None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per pair of classes, the joins between different classes last."""
        return pd.concat([row.to_frame() for row in (*self.joins, self.different)]).rename_axis("joins")

    def __repr__(self) -> str:
        sizes = ", ".join(f"{label}: {count}" for label, count in zip(self.classes, self.counts, strict=True))
        lines = [
            f"  {row.name}: {row.statistic:g} (expected {row.expected:.4g}, "
            f"p {format_p(row.p_value, digits=4, relation=True)})"
            for row in (*self.joins, self.different)
        ]
        head = f"Join counts of {len(self.classes)} classes ({sizes}), {self.different.alternative}"
        return "\n".join([f"{head}; {self.different.reference}", *lines])


def class_pairs(k: int) -> list[tuple[int, int]]:
    """Return the pairs of class codes in the order of the results."""
    return [(a, b) for a in range(k) for b in range(a, k)]
