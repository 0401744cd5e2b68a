"""Multiple testing: correction for a family, adjusted p-values (FDR, Tarone, Westfall-Young, Bonferroni).

Twenty maps of noise with sixteen regions each will show sixteen "significant" regions at 5 %. The
adjustments here control either the chance of any false finding (Bonferroni, Tarone, Westfall-Young) or the
expected share of false ones (Benjamini-Hochberg, Benjamini-Yekutieli, Gilbert). Tarone and Gilbert use what
permutation tests of small cases know beforehand: a region that could not be significant whatever its
neighbours' values is not part of the family.

One definition of *untestable* serves all of them: give every member its smallest attainable p-value at once; a
member that the adjustment does not find significant even then is untestable. None of the adjustments takes a
finding back when p-values fall, so what is ruled out in this best case is ruled out in every case. The converse is
not claimed: the members may be unable to reach their smallest p-values together, so that "testable" means "not
ruled out".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from growthpoles.errors import SpatialError, message, unknown_option
from growthpoles.spatial.reference_distributions.score_sums import Alternative, Scores

Adjust = Literal["none", "bonferroni", "fdr", "by", "tarone", "fdr-discrete", "max-t"]

ADJUST: Adjust = "tarone"  # where none is given: Python, command line, report
BY_MEMBER = ("bonferroni", "tarone", "fdr-discrete")  # ask each member, or some, for a p-value of alpha / family
MAX_T_PERMUTATIONS = 9_999
_TIE = 1e-9  # of a standardised statistic
_BLOCK_ENTRIES = 1 << 21


@dataclass(frozen=True, slots=True)
class Family:
    """Adjusted p-values, and which members could be significant at all.

    Attributes
    ----------
    p_adjusted : numpy.ndarray
        NaN where the p-value is NaN; 1 for a member that left the family.
    testable : numpy.ndarray
        False where even the smallest attainable p-value could not be significant (see the module), and where
        there is no p-value.
    size : int
        Number the Bonferroni-type bounds multiply by, or of members that a step-up procedure ranks.
    """

    p_adjusted: np.ndarray
    testable: np.ndarray
    size: int


def check_adjust(adjust: str) -> None:
    """Raise :class:`SpatialError` when the adjustment is not known."""
    if adjust not in get_args(Adjust):
        raise SpatialError(unknown_option("adjust", adjust, get_args(Adjust)))


def adjust_p_values(
    p: np.ndarray, adjust: Adjust, *, alpha: float = 0.05, attainable: np.ndarray | None = None
) -> Family:
    """Adjust a family of p-values.

    Parameters
    ----------
    p : numpy.ndarray
        P-values, shape (n,); NaN is not tested (an isolate) and not counted.
    adjust : {"none", "bonferroni", "fdr", "by", "tarone", "fdr-discrete"}
        "fdr" is Benjamini and Hochberg (1995), "by" Benjamini and Yekutieli (2001), "tarone" Tarone (1990),
        "fdr-discrete" Gilbert (2005): Benjamini-Hochberg on Tarone's family. "max-t" needs the permutations:
        see :func:`westfall_young`.
    alpha : float, default 0.05
        Level that decides who is untestable.
    attainable : numpy.ndarray, optional
        Smallest p-value each member could have had; None is 0. Must be given for "tarone" and "fdr-discrete".

    Returns
    -------
    Family

    Raises
    ------
    SpatialError
        On an unknown adjustment, a p-value outside [0, 1], or if `attainable` is needed and absent.

    Notes
    -----
    With a_i the smallest attainable p-value of member i among m, a member is untestable

    - "none": where a_i > alpha;
    - "bonferroni": where a_i > alpha / m;
    - "tarone": where a_i > alpha / K, with K the smallest whole number such that at most K members have a_i <= alpha
      / K. These are tested at alpha / K, so their adjusted p-value is K p. It depends on alpha. The bound is strict
      when what a member can attain does not depend on the data (values without ties: 1 over the number of deals);
      with tied values it is approximate;
    - "fdr": where its own Benjamini-Hochberg adjusted a_i > alpha. A step-up procedure tests no member at a level of
      its own: with r findings the level is r alpha / m, and it is highest when all are as small as they can be. (The
      lowest level, alpha / m, would rule out members that others' findings carry; alpha itself would keep members
      that nothing can carry.)
    - "by": likewise, with the factor 1 + 1/2 + ... + 1/m;
    - "fdr-discrete": as "tarone". The at most K members that are left all reach alpha / K, and the step-up over them
      finds all in the best case.
    """
    check_adjust(adjust)
    p = np.asarray(p, dtype=float)
    tested = ~np.isnan(p)
    if ((p[tested] < 0) | (p[tested] > 1)).any():
        raise SpatialError(message("p-value outside the range", allowed="0 to 1, NaN for not tested"))
    if adjust == "max-t":
        raise SpatialError(message("adjust='max-t' needs the permutations", allowed="westfall_young"))
    if attainable is None:
        if adjust in ("tarone", "fdr-discrete"):
            raise SpatialError(message(f"adjust={adjust!r} needs the smallest attainable p-values", where="attainable"))
        attainable = np.zeros(len(p))
    reach = attainable[tested]
    procedure, size = _procedure(adjust, reach, alpha)
    adjusted, testable = np.full(len(p), np.nan), np.zeros(len(p), dtype=bool)
    adjusted[tested], testable[tested] = procedure(p[tested]), significant(procedure(reach), alpha)
    return Family(adjusted, testable, size)


def significant(p: np.ndarray, alpha: float) -> np.ndarray:
    """Which p-values are at most alpha, rounding aside; a NaN is not."""
    return p <= alpha * (1 + 1e-12)


def _procedure(adjust: Adjust, reach: np.ndarray, alpha: float) -> tuple[Callable[[np.ndarray], np.ndarray], int]:
    """Return the adjustment as a function of the p-values of the members, and the size of the family."""
    m = len(reach)
    if adjust == "none":
        return lambda p: p.copy(), m
    if adjust == "bonferroni":
        return lambda p: np.minimum(1.0, m * p), m
    if adjust == "fdr":
        return _step_up, m
    if adjust == "by":
        factor = float((1 / np.arange(1, m + 1)).sum())
        return lambda p: _step_up(p, factor), m
    k = tarone_size(reach, alpha)
    inside = significant(k * reach, alpha)

    def within(p: np.ndarray) -> np.ndarray:
        found = np.ones(m)
        found[inside] = np.minimum(1.0, k * p[inside]) if adjust == "tarone" else _step_up(p[inside])
        return found

    return within, k if adjust == "tarone" else int(inside.sum())


def tarone_size(attainable: np.ndarray, alpha: float) -> int:
    """Return Tarone's K: the smallest K >= 1 such that at most K members can reach alpha / K."""
    k = np.arange(1, len(attainable) + 1)
    if not len(k):
        return 1
    able = np.searchsorted(np.sort(attainable), alpha / k * (1 + 1e-12), side="right")
    return int(k[np.flatnonzero(able <= k)[0]])  # at K = number of members the condition always holds


def _step_up(p: np.ndarray, factor: float = 1.0) -> np.ndarray:
    """Benjamini-Hochberg adjusted p-values, times a factor before they are made monotone."""
    m = len(p)
    if not m:
        return p.copy()
    order = np.argsort(p, kind="stable")
    stepped = np.minimum.accumulate((factor * m * p[order] / np.arange(1, m + 1))[::-1])[::-1]
    found = np.empty(m)
    found[order] = np.minimum(1.0, stepped)
    return found


def westfall_young(
    scores: Scores,
    *,
    alternative: Alternative = "two-sided",
    permutations: int = MAX_T_PERMUTATIONS,
    rng: np.random.Generator,
    order: np.ndarray | None = None,
) -> np.ndarray:
    """Step-down max-T adjusted p-values (Westfall and Young 1993) over joint permutations of all regions.

    Each permutation deals the values over the whole map, which keeps the dependence between neighbouring
    tests. In every map each region's T is standardised by its own conditional mean and variance (exact
    moments of sampling without replacement from the other n - 1 values), so that regions with few and with
    many neighbours compete on one scale.

    Parameters
    ----------
    scores : Scores
        Statistics of the family.
    alternative : {"two-sided", "greater", "less"}
        Two-sided takes the absolute value.
    permutations : int, default 9999
        Joint permutations.
    rng : numpy.random.Generator
    order : numpy.ndarray, optional
        Positions of the regions in the order in which they are numbered for the permutations.

    Returns
    -------
    numpy.ndarray
        Shape (n,); NaN for regions without neighbours, 1 where the law is a single point.

    Notes
    -----
    Stepping down, a region is compared with the largest T of the regions that were not found before it, in the best
    case with its own alone. The joint law therefore rules nobody out: a region is untestable where its own smallest
    attainable p-value exceeds alpha (the result never falls below the region's own p-value), or where 1 / (P + 1),
    the smallest share that P joint permutations can show, does.
    """
    n = scores.n
    standardise = _Standardised(scores, alternative)
    tested = np.flatnonzero(np.diff(scores.w.indptr) > 0)
    observed = standardise(np.arange(n)[:, None])[tested, 0]
    ranking = np.argsort(observed, kind="stable")
    limit = observed[ranking] - _TIE
    reached = np.zeros(len(tested), dtype=np.int64)
    step = max(_BLOCK_ENTRIES // n, 1)
    for start in range(0, permutations, step):
        size = min(step, permutations - start)
        maps = rng.permuted(np.tile(np.arange(n), (size, 1)), axis=1).T
        if order is not None:
            maps = order[maps[np.argsort(order)]]
        drawn = standardise(maps)[tested[ranking]]
        reached += np.count_nonzero(np.maximum.accumulate(drawn, axis=0) >= limit[:, None], axis=1)
    stepped = np.maximum.accumulate(((reached + 1) / (permutations + 1))[::-1])[::-1]
    adjusted = np.full(n, np.nan)
    adjusted[tested[ranking]] = np.where(np.isneginf(limit), 1.0, stepped)
    return adjusted


def standardised(scores: Scores) -> np.ndarray:
    """Return T less its conditional mean in conditional standard deviations, turned as the statistic; NaN if fixed."""
    z = _Standardised(scores, "greater")(np.arange(scores.n)[:, None])[:, 0]
    return np.where(np.isfinite(z), z, np.nan)


class _Standardised:
    """Standardised T of every region in any number of permuted maps."""

    def __init__(self, scores: Scores, alternative: Alternative) -> None:
        self._scores, self._alternative = scores, alternative
        w, n = scores.w, scores.n
        f = scores.features
        c = np.ones((1, n)) if scores.coefficients is None else scores.coefficients
        others = n - 1
        mean = (f.sum(axis=1, keepdims=True) - f) / others
        self._coefficients = c
        self._mean = (c * mean).sum(axis=0)
        product = f @ f.T
        second = (np.einsum("dn,de,en->n", c, product, c) - (c * f).sum(axis=0) ** 2) / others
        variance = second - self._mean**2
        self._variance = np.where(variance > 1e-14 * np.abs(second), variance, 0.0)
        self._total = w @ np.ones(n)
        squares = w.multiply(w) @ np.ones(n)
        spread = (squares - self._total**2 / others) * others / max(others - 1, 1)
        self._spread = np.where(spread > 1e-12 * squares, spread, 0.0)

    def __call__(self, maps: np.ndarray) -> np.ndarray:
        """T in the direction of the alternative, shape (n, maps); -inf where it cannot vary."""
        scores = self._scores
        total = np.zeros(maps.shape)
        for feature, coefficient in zip(scores.features, self._coefficients, strict=True):
            total += coefficient[maps] * (scores.w @ feature[maps])
        scale = np.sqrt(self._variance[maps] * self._spread[:, None])
        direction = scores.direction[maps] if scores.own_direction else scores.direction[:, None]
        moves = (scale > 0) & (direction != 0)
        t = np.full(maps.shape, -np.inf)
        np.divide(direction * (total - self._total[:, None] * self._mean[maps]), scale, out=t, where=moves)
        if self._alternative == "two-sided":
            return np.where(moves, np.abs(t), t)
        return t if self._alternative == "greater" else np.where(moves, -t, t)
