"""The conditional permutation test of a local statistic: which regions are enumerated, which are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from growthpoles.errors import SpatialError, message
from growthpoles.spatial.reference_distributions import exact_enumeration as exact
from growthpoles.spatial.reference_distributions.linear_law import linear_tails
from growthpoles.spatial.reference_distributions.score_sums import PERMUTATIONS as PERMUTATIONS
from growthpoles.spatial.reference_distributions.score_sums import Law, Method, Scores
from growthpoles.spatial.reference_distributions.shared_draws import Groups, Tails, groups, sum_tails

_ENUMERATION_BUDGET = 2_000_000_000  # sums over all regions whose scores are their own; some ten seconds
_OWN_SCORES = 1 << 22  # scores of regions' own held at once


def conditional_tails(
    scores: Scores,
    *,
    method: Method,
    permutations: int,
    rng: np.random.Generator,
    order: np.ndarray | None = None,
) -> Law:
    """Place each region's observed T in its conditional permutation law.

    Parameters
    ----------
    scores : Scores
    method : {"auto", "exact", "permutation"}
        "auto" enumerates where the deals number at most 10^6 (for scores of a region's own, also at most 2
        * 10^9 over all regions) and draws elsewhere.
    permutations : int
        Draws for the regions that are not enumerated.
    rng : numpy.random.Generator
    order : numpy.ndarray, optional
        Positions of the regions in the order in which they are numbered for the draws.

    Returns
    -------
    Law

    Raises
    ------
    SpatialError
        If method is "exact" and some region has too many deals.
    """
    n = scores.n
    plan = _plan(scores, method)
    law = Law.empty(n, permutations)
    for k, rows, same in plan.listed + plan.own_listed:
        law.exact[rows] = True
        law.total[rows] = exact.enumeration_size(n - 1, k, equal=same)
    counts = Tails(law.ge, law.le, law.top, law.bottom)
    observed = scores.observed if plan.first is None else scores.observed / plan.first
    values, noise = scores.features[0], scores.noise
    if plan.listed:
        by_count = [(k, rows) for k, rows, _ in plan.listed]
        exact.shared_subset_tails(values, by_count, observed, noise, into=counts)
        exact.attainable_top(values, by_count, law.top, noise=noise)
        exact.attainable_top(-values, by_count, law.bottom, noise=noise)
    if plan.drawn:
        sum_tails(values, plan.drawn, observed, noise, permutations=permutations, rng=rng, into=counts, order=order)
        floor = 1 / (permutations + 1)
        exact.attainable_top(values, plan.drawn, law.top, noise=noise, floor=floor)
        exact.attainable_top(-values, plan.drawn, law.bottom, noise=noise, floor=floor)
    if plan.own_listed or plan.own_drawn.any():
        ties = scores.ties()
        for k, rows, same in plan.own_listed:
            _enumerate_own(law, scores, ties, k, rows, same=same)
        if plan.own_drawn.any():
            _draw_own(law, scores, ties, plan.own_drawn, permutations, rng, order)
    return law


@dataclass(frozen=True, slots=True)
class _Plan:
    """Who is enumerated and who is drawn.

    `listed` and `drawn` have one score for all and equal weights, `own_listed` and `own_drawn` scores or
    weights of their own; listed ones as (neighbour count, regions, equal weights). `first` is the weight
    that plain sums are multiplied by in `Scores.observed`, None for 1.
    """

    listed: list[tuple[int, np.ndarray, bool]]
    drawn: Groups
    own_listed: list[tuple[int, np.ndarray, bool]]
    own_drawn: np.ndarray
    first: float | np.ndarray | None


def _plan(scores: Scores, method: Method) -> _Plan:
    """Decide for each neighbour count, with equal and with unequal weights, how its law is found."""
    n = scores.n
    cardinality = np.diff(scores.w.indptr)
    first: float | np.ndarray | None
    if scores.uniform is None:
        equal, first = _equal_rows(scores.w, cardinality)
        every = bool(equal.all())
    else:
        equal, first, every = np.empty(0, dtype=bool), None if scores.uniform == 1 else scores.uniform, True
    plan = _Plan([], [], [], np.zeros(n, dtype=bool), first)
    spent = 0
    for k, members in groups(cardinality):
        for same in (True, False):
            rows = members if every and same else members[:0] if every else members[equal[members] == same]
            if not len(rows):
                continue
            shared = same and scores.coefficients is None
            possible = method != "permutation" and exact.is_enumerable(n - 1, k, equal=same)
            if not possible and method == "exact":
                raise SpatialError(_too_many(k, n, same))
            if possible and not shared:
                cost = len(rows) * exact.enumeration_size(n - 1, k, equal=same)
                possible = method == "exact" or spent + cost <= _ENUMERATION_BUDGET
                spent += cost if possible else 0
            if possible:
                (plan.listed if shared else plan.own_listed).append((k, rows, same))
            elif shared:
                plan.drawn.append((k, rows))
            else:
                plan.own_drawn[rows] = True
    return plan


def _too_many(k: int, n: int, same: bool) -> str:
    """Message when the exact law is asked for and is too large."""
    kind = "equally" if same else "unequally"
    return message(
        f"method='exact' would enumerate more than {exact.ENUMERATION_LIMIT:,} deals "
        f"for a region with {k} {kind} weighted neighbours among {n} regions",
        allowed="auto, permutation",
    )


def _enumerate_own(law: Law, scores: Scores, ties: np.ndarray, k: int, rows: np.ndarray, *, same: bool) -> None:
    """Fill the law of regions with k neighbours whose scores or weights are their own."""
    w, n = scores.w, scores.n
    coefficients = np.ones((1, n)) if scores.coefficients is None else scores.coefficients
    step = max(_OWN_SCORES // n, 1)
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        # Scores of the other regions: the matrix without the column of the region itself.
        others = np.arange(n - 1)[None, :] + (np.arange(n - 1)[None, :] >= block[:, None])
        own = np.take_along_axis(coefficients[:, block].T @ scores.features, others, axis=1)
        weights = w.data[w.indptr[block][:, None] + np.arange(k)]
        observed = scores.observed[block]
        if same:
            unit = weights[:, 0]
            tails = exact.subset_tails(own, k, observed / unit, ties[block] / unit)
        else:
            tails = exact.arrangement_tails(own, weights, observed, ties[block])
        law.ge[block], law.le[block] = tails.ge, tails.le
        law.top[block], law.bottom[block] = tails.top / law.total[block], tails.bottom / law.total[block]


def _draw_own(
    law: Law,
    scores: Scores,
    ties: np.ndarray,
    drawn: np.ndarray,
    permutations: int,
    rng: np.random.Generator,
    order: np.ndarray | None,
) -> None:
    """Draw the law of the regions marked, whose scores or weights are their own."""
    w, n = scores.w, scores.n
    cardinality = np.diff(w.indptr)
    weights = w.data
    if scores.uniform is None:  # the law does not know which neighbour has which weight; nor do the draws
        weights = weights[np.lexsort((weights, np.repeat(np.arange(n), cardinality)))]
    indptr = np.concatenate([[0], np.cumsum(np.where(drawn, cardinality, 0))])
    coefficients = np.ones((1, n)) if scores.coefficients is None else scores.coefficients
    tails = linear_tails(
        scores.features,
        coefficients,
        weights[np.repeat(drawn, cardinality)],
        indptr,
        scores.observed,
        ties,
        permutations=permutations,
        rng=rng,
        order=order,
    )
    law.ge[drawn], law.le[drawn] = tails.ge[drawn], tails.le[drawn]
    law.top[drawn] = (tails.top[drawn] + 1) / (permutations + 1)
    law.bottom[drawn] = (tails.bottom[drawn] + 1) / (permutations + 1)


def _equal_rows(w: sparse.csr_array, cardinality: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows have equal weights, and the first weight of each row (1 where a row is empty)."""
    n = len(cardinality)
    first = np.ones(n)
    tested = cardinality > 0
    first[tested] = w.data[w.indptr[:-1][tested]]
    spread = np.repeat(first, cardinality)
    differs = np.abs(w.data - spread) > 1e-12 * spread
    equal = np.ones(n, dtype=bool)
    if differs.any():
        equal[np.repeat(np.arange(n), cardinality)[differs]] = False
    return equal, first
