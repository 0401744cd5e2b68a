"""The result that every local test returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.spatial.local_tests.multiple_testing import Adjust
from growthpoles.spatial.reference_distributions.score_sums import Alternative

QUADRANTS = ("High-High", "Low-Low", "High-Low", "Low-High")
LIKENESS = ("similar", "dissimilar")
STATES = ("not significant", "untestable", "isolate")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LocalResult:
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

    @property
    def method(self) -> str:
        """How the p-values were found: "exact", "permutation", or "mixed" when it differs between regions."""
        if self.permutations is None:
            return "exact"
        return "mixed" if self.exact.any() else "permutation"

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
        return np.where(self.exact, self.p_value, low), np.where(self.exact, self.p_value, high)

    def to_frame(self) -> pd.DataFrame:
        """Return a table indexed by region.

        Returns
        -------
        pandas.DataFrame
            Columns statistic, lag, cardinality, p_value, p_attainable, p_adjusted, label, and then p_low and
            p_high (95 % Monte Carlo interval of the p-value) and method ("exact" or "permutation").
        """
        low, high = self.p_interval()
        return pd.DataFrame(
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
                "method": np.where(self.exact, "exact", "permutation"),
            },
            index=self.ids,
        )

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
