"""Conditional permutation test of a local statistic: which regions are enumerated, which drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from growthpoles.errors import SpatialError, message
from growthpoles.language.number_format import format_count
from growthpoles.spatial.reference_distributions import exact_enumeration, shared_draws
from growthpoles.spatial.reference_distributions.score_sums import Law, Method, Scores
from growthpoles.spatial.reference_distributions.shared_draws import (
    CHUNK_ENTRIES,
    RELATIVE,
    Groups,
    Tails,
    draw_chunks,
    groups,
    sum_tails,
)

_BLOCK_ENTRIES = 1 << 18  # statistics held at once: 2 MiB, so that they stay in cache
_ENUMERATION_BUDGET = 2_000_000_000  # sums over all regions whose scores are their own; some ten seconds
_OWN_SCORES = 1 << 22  # scores of regions' own held at once
_TILTED_BUDGET = 20_000_000_000  # scores and draws looked at for tails of regions' own; some minutes


def conditional_tails(
    scores: Scores,
    *,
    method: Method,
    permutations: int,
    rng: np.random.Generator,
    order: np.ndarray | None = None,
    level: float | None = None,
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
    level : float, optional
        One-sided probability that the family asks for. Where 9,999 draws or more hold fewer than ten of it, "auto"
        draws each tail with fewer than ten again, tilted towards it (:mod:`shared_draws
        <growthpoles.spatial.reference_distributions.shared_draws>`), except where a region with weights or scores of
        its own neighbours more than a quarter of all.

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
    again = (
        method == "auto" and level is not None and level * (permutations + 1) < shared_draws.FEW <= permutations / 999
    )
    law = Law.empty(n, permutations)
    for k, rows, same in plan.listed + plan.own_listed:
        law.exact[rows] = True
        law.total[rows] = exact_enumeration.enumeration_size(n - 1, k, equal=same)
    counts = Tails(law.ge, law.le, law.top, law.bottom)
    observed = scores.observed if plan.first is None else scores.observed / plan.first
    values, noise = scores.features[0], scores.noise
    if plan.listed:
        by_count = [(k, rows) for k, rows, _ in plan.listed]
        exact_enumeration.shared_subset_tails(values, by_count, observed, noise, into=counts)
        exact_enumeration.attainable_top(values, by_count, law.top, noise=noise)
        exact_enumeration.attainable_top(-values, by_count, law.bottom, noise=noise)
    if plan.drawn:
        sum_tails(values, plan.drawn, observed, noise, permutations=permutations, rng=rng, into=counts, order=order)
        floor = 0.0 if again else 1 / (permutations + 1)
        exact_enumeration.attainable_top(values, plan.drawn, law.top, noise=noise, floor=floor)
        exact_enumeration.attainable_top(-values, plan.drawn, law.bottom, noise=noise, floor=floor)
    if plan.own_listed or plan.own_drawn.any():
        ties = scores.ties()
        for k, rows, same in plan.own_listed:
            _enumerate_own(law, scores, ties, k, rows, same=same)
        if plan.own_drawn.any():
            _draw_own(law, scores, ties, plan.own_drawn, permutations, rng, order)
    return _with_far_tails(law, scores, plan, rng, order) if again and not law.exact.all() else law


def _with_far_tails(law: Law, scores: Scores, plan: _Plan, rng: np.random.Generator, order: np.ndarray | None) -> Law:
    """Draw the tails again that hold few of the draws."""
    n, own = scores.n, rng.spawn(1)[0]  # the stream of other draws stays as it is
    order = np.arange(n) if order is None else order
    place = np.argsort(order)
    far = [(count < shared_draws.FEW) & ~law.exact for count in (law.ge, law.le)]
    tails, error = np.full((2, n), np.nan), np.full(n, np.nan)
    sums, values = scores.w[order][:, order], scores.features[0][order]
    sums.data = np.ones(len(sums.data))
    for sign, asked, tail in zip((1.0, -1.0), far, tails, strict=True):
        wanted = [(k, np.sort(place[rows[asked[rows]]])) for k, rows in plan.drawn if asked[rows].any()]
        found, spread = shared_draws.shared_tails(sign * values, wanted, sums, scores.noise, own)
        tail[order] = found
        error[order] = np.fmax(error[order], spread)
    cardinality = np.diff(scores.w.indptr)
    eligible = plan.own_drawn & (4 * cardinality <= n)
    if eligible.any():
        _tilt_own(law, scores, eligible, far, tails, error, own, place)
    return replace(law, above=tails[0], below=tails[1], error=error)


def _tilt_own(
    law: Law,
    scores: Scores,
    eligible: np.ndarray,
    far: list[np.ndarray],
    tails: np.ndarray,
    error: np.ndarray,
    rng: np.random.Generator,
    place: np.ndarray,
) -> None:
    """Draw the tails again of regions whose scores or weights are their own, as far as the budget goes."""
    w, n, ties = scores.w, scores.n, scores.ties()
    cardinality = np.diff(w.indptr)
    equal = np.ones(n, dtype=bool) if scores.uniform is not None else _equal_rows(w, cardinality)[0]
    for count in np.unique(cardinality[eligible]):
        for same in (True, False):
            rows = eligible & (cardinality == count) & (equal == same)
            size = exact_enumeration.enumeration_size(n - 1, min(int(count), 64), equal=same)
            law.top[rows] = law.bottom[rows] = 1 / size
    coefficients = np.ones((1, n)) if scores.coefficients is None else scores.coefficients
    spent = 0
    rows = np.flatnonzero(eligible & (far[0] | far[1]))
    for region in rows[np.argsort(place[rows])]:
        at = slice(w.indptr[region], w.indptr[region + 1])
        spent += (at.stop - at.start) * (20 * n + 10 * shared_draws.OWN)
        if spent > _TILTED_BUDGET:
            law.top[region] = law.bottom[region] = 1 / (law.permutations + 1)
            continue
        score = coefficients[:, region] @ scores.features
        dealt = np.lexsort((score[w.indices[at]], w.data[at]))  # the order of columns leaves no trace
        others = np.delete(score, region)[np.argsort(np.delete(place, region))]
        for sign, asked, tail in zip((1.0, -1.0), far, tails, strict=True):
            if asked[region]:
                neighbours = sign * score[w.indices[at]][dealt]
                tail[region], error[region] = shared_draws.own_tail(
                    sign * others, w.data[at][dealt], neighbours, float(ties[region]), rng
                )


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
            possible = method != "permutation" and exact_enumeration.is_enumerable(n - 1, k, equal=same)
            if not possible and method == "exact":
                raise SpatialError(_too_many(k, n, same))
            if possible and not shared:
                cost = len(rows) * exact_enumeration.enumeration_size(n - 1, k, equal=same)
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
        f"method='exact' would enumerate more than {format_count(exact_enumeration.ENUMERATION_LIMIT)} deals "
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
            tails = exact_enumeration.subset_tails(own, k, observed / unit, ties[block] / unit)
        else:
            tails = exact_enumeration.arrangement_tails(own, weights, observed, ties[block])
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


def linear_tails(
    features: np.ndarray,
    coefficients: np.ndarray,
    weights: np.ndarray,
    indptr: np.ndarray,
    observed: np.ndarray,
    tolerance: np.ndarray,
    *,
    permutations: int,
    rng: np.random.Generator,
    order: np.ndarray | None = None,
) -> Tails:
    """Count reference statistics of the form sum_j w_ij c_i . f_j on either side of the observed ones.

    Parameters
    ----------
    features : numpy.ndarray
        f, shape (d, n).
    coefficients : numpy.ndarray
        c, shape (d, n).
    weights, indptr : numpy.ndarray
        Weights of all rows one after the other, and where each row starts, as in CSR; shapes (nnz,), (n +
        1,). An empty row leaves its region out (its counts are zero).
    observed, tolerance : numpy.ndarray
        Observed statistic, and the distance below which two are tied, shape (n,).
    permutations : int
        Draws P in all.
    rng : numpy.random.Generator
    order : numpy.ndarray, optional
        Positions of the regions in the order in which they are numbered for the draws.

    Returns
    -------
    Tails
    """
    d, n = features.shape
    cardinality = np.diff(indptr)
    m = int(cardinality.max()) + 1
    totals = Tails.zero(n)
    extremes = np.full(n, -np.inf), np.full(n, np.inf)
    most = min(max(CHUNK_ENTRIES // (m * d), 64), 8192)
    by_count = groups(cardinality)
    for draws in draw_chunks(n, m, permutations, most, rng, order):
        drawn = features[:, draws].transpose(1, 0, 2)  # place, feature, draw
        summed = np.cumsum(drawn, axis=0)
        dealt = _dealt_to_themselves(draws, cardinality)
        for k, rows in by_count:
            design = np.ascontiguousarray(drawn[:k]).reshape(k * d, -1)
            step = max(_BLOCK_ENTRIES // draws.shape[1], 1)
            for start in range(0, len(rows), step):
                block = rows[start : start + step]
                w = weights[indptr[block][:, None] + np.arange(k)]
                c = coefficients[:, block].T
                if (w == w[:, :1]).all():
                    reference = _combine(w[:, :1] * c, summed[k - 1])
                else:
                    reference = _combine((w[:, :, None] * c[:, None, :]).reshape(len(block), k * d), design)
                _swap_spares(reference, block, k, w, c, features, draws, dealt)
                _tally(totals, extremes, block, reference, observed, tolerance)
    return totals


def _dealt_to_themselves(draws: np.ndarray, cardinality: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entries of the draws where a region is among its own neighbours: region (ascending), place, draw."""
    place, draw = np.nonzero(cardinality[draws] > np.arange(len(draws))[:, None])
    region = draws[place, draw]
    order = np.argsort(region, kind="stable")
    return region[order], place[order], draw[order]


def _swap_spares(
    reference: np.ndarray,
    block: np.ndarray,
    k: int,
    w: np.ndarray,
    c: np.ndarray,
    features: np.ndarray,
    draws: np.ndarray,
    dealt: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Put the spare where a region of the block was dealt to itself; `reference` is changed in place."""
    region, place, draw = dealt
    first, last = np.searchsorted(region, block), np.searchsorted(region, block, side="right")
    length = last - first
    row = np.repeat(np.arange(len(block)), length)
    entry = np.arange(len(row)) + np.repeat(first - np.cumsum(length) + length, length)
    where, column = place[entry], draw[entry]
    change = features[:, draws[k, column]] - features[:, block[row]]
    reference[row, column] += w[row, where] * (c[row] * change.T).sum(axis=1)


def _tally(
    totals: Tails,
    extremes: tuple[np.ndarray, np.ndarray],
    block: np.ndarray,
    reference: np.ndarray,
    observed: np.ndarray,
    tolerance: np.ndarray,
) -> None:
    """Add one block's counts, with how often its largest and smallest statistic occurred so far."""
    within, seen = tolerance[block], observed[block]
    totals.ge[block] += _count(reference >= (seen - within)[:, None])
    totals.le[block] += _count(reference <= (seen + within)[:, None])
    for best, count, found, sign in (
        (extremes[0], totals.top, reference.max(axis=1), 1),
        (extremes[1], totals.bottom, reference.min(axis=1), -1),
    ):
        ahead = sign * (found - best[block])
        slack = within + RELATIVE * np.abs(found - seen) if sign > 0 else within  # as in `exact._tails`
        for row in np.flatnonzero(ahead >= -slack):  # after the first draws few rows see a new extreme
            region = block[row]
            best[region] = found[row] if ahead[row] > 0 else best[region]
            ties = np.count_nonzero(sign * (best[region] - reference[row]) <= slack[row])
            count[region] = ties if ahead[row] > slack[row] else count[region] + ties


def _combine(coefficients: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Matrix product; with few terms adding them up beats the library, which would start threads for it."""
    if len(design) > 3:
        return coefficients @ design
    found = np.multiply.outer(coefficients[:, 0], design[0])
    for j in range(1, len(design)):
        found += np.multiply.outer(coefficients[:, j], design[j])
    return found


def _count(hits: np.ndarray) -> np.ndarray:
    """Count the hits in each row; row by row it is several times faster than along an axis."""
    return np.fromiter((np.count_nonzero(row) for row in hits), dtype=np.int32, count=len(hits))
