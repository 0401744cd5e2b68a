"""Score sums: scores of a local test, the law of their sums, p-values.

A local statistic here is a monotone function of T_i = sum_j w_ij c_i . f_j over the neighbours j of region
i: f is one feature (Moran, Getis-Ord: the value) or several (Geary: the squares and the values), c_i what
region i makes of them. :class:`Scores` states that much, :class:`Law` how the conditional law of T_i lies
around the observed T_i, and :func:`p_values` turns it into p-values of the statistic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from growthpoles.errors import SpatialError, message, unknown_option
from growthpoles.spatial.reference_distributions.shared_draws import Tails

Alternative = Literal["two-sided", "greater", "less"]
Method = Literal["auto", "exact", "permutation"]


@dataclass(frozen=True, slots=True)
class Scores:
    """What the deals are scored with; every array in one order of regions.

    The test does not depend on the scale of a row of weights: T may be taken with the weights of the graph
    where the statistic has row-standardised ones.

    Attributes
    ----------
    features : numpy.ndarray
        f, shape (d, n).
    coefficients : numpy.ndarray or None
        c, shape (d, n); None where d = 1 and every region takes the feature as it is.
    w : scipy.sparse.csr_array
        Weights, shape (n, n); a region whose row is empty is not tested.
    uniform : float or None
        The weight that all neighbours have; None when weights differ.
    observed : numpy.ndarray
        T with these weights, shape (n,).
    direction : numpy.ndarray
        Shape (n,), int: 1 where the statistic rises with T, -1 where it falls, 0 where it does not depend
        on T.
    noise : float
        Rounding error of one score: sums of k scores are tied when they differ by at most k times this.
    tolerance : numpy.ndarray or None
        Rounding error of the observed T, shape (n,), for scores of which some are much larger than those behind T
        (squares); None is `noise` times the row sum of the weights.
    own_direction : bool
        True when the direction comes from the value that is permuted (Moran), False when it is part of the
        design (bivariate Moran: the sign of x).
    """

    features: np.ndarray
    coefficients: np.ndarray | None
    w: sparse.csr_array
    uniform: float | None
    observed: np.ndarray
    direction: np.ndarray
    noise: float
    own_direction: bool = True
    tolerance: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Number of regions whose values are dealt."""
        return self.features.shape[1]

    def ties(self) -> np.ndarray:
        """Distance below which a deal ties with the observed T, shape (n,)."""
        return self.noise * (self.w @ np.ones(self.n)) if self.tolerance is None else self.tolerance


@dataclass(frozen=True, slots=True)
class Law:
    """Where the observed T lies in its conditional law, for each region.

    `ge` and `le` are counts out of `total` (deals enumerated, or permutations drawn); `top` and `bottom`
    the smallest attainable one-sided p-values; `exact` says which law was enumerated. Where a tail was drawn again
    (`shared_draws`), `above` and `below` hold its probability instead, `error` the standard error; NaN elsewhere, None
    where none was.
    """

    ge: np.ndarray
    le: np.ndarray
    total: np.ndarray
    top: np.ndarray
    bottom: np.ndarray
    exact: np.ndarray
    permutations: int
    above: np.ndarray | None = None
    below: np.ndarray | None = None
    error: np.ndarray | None = None

    @classmethod
    def empty(cls, n: int, permutations: int) -> Law:
        """Nothing counted yet, everything to be drawn, so that no p-value can be below 1 / (P + 1)."""
        counts = Tails.zero(n)
        floor = 1 / (permutations + 1)
        total = np.full(n, permutations, dtype=np.int32)
        none = np.zeros(n, dtype=bool)
        return cls(counts.ge, counts.le, total, np.full(n, floor), np.full(n, floor), none, permutations)


def check_options(alternative: str, method: str, permutations: int, alpha: float) -> None:
    """Raise :class:`SpatialError` on an option that no local test knows."""
    if alternative not in ("two-sided", "greater", "less"):
        raise SpatialError(unknown_option("alternative", alternative, ["two-sided", "greater", "less"]))
    if method not in ("auto", "exact", "permutation"):
        raise SpatialError(unknown_option("method", method, ["auto", "exact", "permutation"]))
    whole = isinstance(permutations, int | np.integer) and not isinstance(permutations, bool)
    if not whole or not 1 <= permutations <= 10**9:
        raise SpatialError(message(f"permutations={permutations!r}", allowed="a whole number from 1 to 10^9"))
    if not 0 < alpha < 1:
        raise SpatialError(message(f"alpha={alpha!r}", allowed="a number between 0 and 1"))


def p_values(law: Law, direction: np.ndarray, alternative: Alternative) -> tuple[np.ndarray, np.ndarray]:
    """Return p-values and the smallest attainable ones.

    Parameters
    ----------
    law : Law
    direction : numpy.ndarray
        As in :class:`Scores`; where it is 0 every deal ties with the observed one and both are 1.
    alternative : {"two-sided", "greater", "less"}
        Two-sided is min(1, 2 min(greater, less)).

    Returns
    -------
    tuple of numpy.ndarray
        p-values count / total for an enumerated law, (count + 1) / (P + 1) for a drawn one, and the estimated
        probability of a tail that was drawn again.
    """
    if alternative == "two-sided":  # the two tails only change places where the statistic falls with T
        count, best = np.minimum(law.ge, law.le), np.minimum(law.top, law.bottom)
        sides = 2
    else:
        above = (direction < 0) == (alternative == "less")
        count, best = np.where(above, law.ge, law.le), np.where(above, law.top, law.bottom)
        sides = 1
    if law.exact.any():
        extra = (~law.exact).astype(np.int32)
        p = sides * (count + extra) / (law.total + extra)
    else:
        count += 1
        count *= sides
        p = count / (law.permutations + 1)
    if law.above is not None and law.below is not None:
        tail = np.fmin(law.above, law.below) if alternative == "two-sided" else np.where(above, law.above, law.below)
        p = np.where(np.isnan(tail), p, sides * tail)
    best *= sides
    np.maximum(p, best, out=p, where=~law.exact)
    np.minimum(p, 1.0, out=p)
    np.minimum(best, 1.0, out=best)
    still = direction == 0
    if still.any():
        p[still], best[still] = 1.0, 1.0
    return p, best
