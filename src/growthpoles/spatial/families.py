"""Adjusting the p-values of a family of local tests.

Twenty maps of noise with sixteen regions each will show sixteen "significant" regions at 5 %. The
adjustments here control either the chance of any false finding (Bonferroni, Tarone, Westfall-Young) or the
expected share of false ones (Benjamini-Hochberg, Benjamini-Yekutieli, Gilbert). Tarone and Gilbert use what
permutation tests of small cases know beforehand: a region that could not be significant whatever its
neighbours' values is not part of the family.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from growthpoles.errors import SpatialError, message, unknown_option
from growthpoles.spatial.scores import Alternative, Scores

Adjust = Literal["none", "bonferroni", "fdr", "by", "tarone", "fdr-discrete", "max-t"]

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
        True where the smallest attainable p-value is within reach of `alpha` (Tarone and Gilbert: of alpha
        / size).
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
        Level that decides who is testable.
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
    Tarone's K is the smallest whole number with at most K members attaining alpha / K; these are tested at alpha /
    K, so their adjusted p-value is K p. It depends on alpha. The bound is strict when what a member can attain does
    not depend on the data (values without ties: 1 over the number of deals); with tied values it is approximate.
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
    adjusted, testable = np.full(len(p), np.nan), np.zeros(len(p), dtype=bool)
    members, reach = p[tested], attainable[tested]
    m = len(members)
    inside = reach <= alpha * (1 + 1e-12)
    if adjust in ("tarone", "fdr-discrete"):
        m = tarone_size(reach, alpha)
        inside = reach <= alpha / m * (1 + 1e-12)
        found = np.ones(len(members))
        found[inside] = np.minimum(1.0, m * members[inside]) if adjust == "tarone" else _step_up(members[inside])
        m = m if adjust == "tarone" else int(inside.sum())
    elif adjust == "bonferroni":
        found = np.minimum(1.0, m * members)
    elif adjust == "fdr":
        found = _step_up(members)
    elif adjust == "by":
        found = np.minimum(1.0, _step_up(members, float((1 / np.arange(1, m + 1)).sum())))
    else:
        found = members
    adjusted[tested], testable[tested] = found, inside
    return Family(adjusted, testable, m)


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

    Returns
    -------
    numpy.ndarray
        Shape (n,); NaN for regions without neighbours, 1 where the law is a single point.
    """
    n = scores.n
    standardise = _Standardised(scores, alternative)
    tested = np.flatnonzero(np.diff(scores.w.indptr) > 0)
    observed = standardise(np.arange(n)[:, None])[tested, 0]
    order = np.argsort(observed, kind="stable")
    limit = observed[order] - _TIE
    reached = np.zeros(len(tested), dtype=np.int64)
    step = max(_BLOCK_ENTRIES // n, 1)
    for start in range(0, permutations, step):
        size = min(step, permutations - start)
        maps = rng.permuted(np.tile(np.arange(n), (size, 1)), axis=1).T
        drawn = standardise(maps)[tested[order]]
        reached += np.count_nonzero(np.maximum.accumulate(drawn, axis=0) >= limit[:, None], axis=1)
    stepped = np.maximum.accumulate(((reached + 1) / (permutations + 1))[::-1])[::-1]
    adjusted = np.full(n, np.nan)
    adjusted[tested[order]] = np.where(np.isneginf(limit), 1.0, stepped)
    return adjusted


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
