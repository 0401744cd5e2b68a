"""Mantel test of two measures of pairs of regions."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray
from scipy.sparse import csr_array

from growthpoles.randomness import PERMUTATIONS, seed_sequence
from growthpoles.spatial.global_tests.global_result import (
    Alternative,
    GlobalResult,
    Inference,
    check_alternative,
    check_permutations,
    choose,
    relocated,
    z_score,
)
from growthpoles.spatial.reference_distributions.global_permutation import (
    ENUMERATION_LIMIT,
    TIE,
    arrangements,
    enumerate_codes,
    run_chunks,
    tail_counts,
)
from growthpoles.spatial.reference_distributions.moments import (
    cross_product_moments,
    cross_product_skewness,
    dense_sums,
    matrix_sums,
    pearson_tails,
)

Floats = NDArray[np.float64]
# pairs looked up: about a second
_DEFAULT_LOOKUPS = 2.5e7
_ENUMERATED_LOOKUPS = 2e8
_LAW = 72  # there it rejects 4.6 to 5.4 % at 5 %, 0.7 to 1.1 % at 1 %, on either side (heavy tails too)


def pair_test(
    name: str,
    fixed: Floats,
    moved: Floats,
    profiles: Floats,
    *,
    alternative: Alternative,
    permutations: int | None,
    rng: Generator | int | None,
    isolates: tuple[object, ...] = (),
) -> GlobalResult:
    """Test ``sum over pairs i < j of fixed_ij * moved_ij`` under relocation of the regions behind `moved`.

    Parameters
    ----------
    name : str
        Of the statistic.
    fixed, moved : array, shape (n, n)
        Symmetric; the diagonal is not looked at. Pairs with a fixed weight of zero cost nothing.
    profiles : array, shape (n,) or (n, columns)
        What `moved` was computed from: regions with the same profile are interchangeable.
    alternative : {"two-sided", "greater", "less"}
    permutations : int, optional
        Random relocations: by default 99,999 or 9,999, the most that 25 million lookups of pairs allow (up to 71
        regions); with more pairs the Pearson type III law that has the exact mean, variance and skewness of all
        relocations, and `method` of the result is "randomisation". Where the distinct arrangements of the profiles
        number at most 10^6 (nine regions) all are visited instead, and `method` is "exact".
    rng : Generator, int or None
        None is the fixed seed.
    isolates : tuple of labels
        Regions that the caller left out.

    Returns
    -------
    GlobalResult
        `expected` and `variance` are exact (Mantel 1967).
    """
    check_alternative(alternative)
    n = len(fixed)
    halves = np.triu(fixed, k=1)
    pairs = int(np.count_nonzero(halves))
    law = permutations is None and n >= _LAW and pairs * 9_999 > _DEFAULT_LOOKUPS
    _, first, counts = np.unique(profiles, axis=0, return_index=True, return_counts=True)
    total = arrangements(counts)
    complete = total <= ENUMERATION_LIMIT and total * pairs <= _ENUMERATED_LOOKUPS
    if law and not complete:  # no lists of pairs: of thousands of regions they are larger than the matrices
        return _by_law(name, halves, moved, alternative, isolates)
    i, j = np.nonzero(halves)
    weights = fixed[i, j]
    if permutations is None:
        permutations = PERMUTATIONS if pairs * PERMUTATIONS <= _DEFAULT_LOOKUPS else 9_999
    permutations = check_permutations(permutations, n)
    statistic = float(moved[i, j] @ weights)
    margin = TIE * max(float(np.abs(weights).sum() * np.abs(moved).max()), np.finfo(float).tiny)
    halves = (halves + halves.T) / 2
    hollow = moved - np.diag(np.diag(moved))
    expected, variance = cross_product_moments(matrix_sums(csr_array(halves)), matrix_sums(csr_array(hollow)))
    if abs(expected) <= margin:  # rounding
        expected = 0.0
    if complete:
        by_code = hollow[np.ix_(first, first)]
        blocks = (by_code[block[:, i], block[:, j]] for block in enumerate_codes(counts))
        tallies = [tail_counts(values @ weights, statistic, margin) for values in blocks]
        greater, less = (sum(side) for side in zip(*tallies, strict=True))
        found = relocated(greater, less, total, alternative, complete=True)
    else:
        parts = run_chunks(
            _chunk, permutations, len(i), seed_sequence(rng), n, hollow, i, j, weights, statistic, margin
        )
        greater, less = (sum(side) for side in zip(*parts, strict=True))
        found = relocated(greater, less, permutations, alternative, complete=False, what="permutations")
    return found.result(name, statistic, (expected, variance), alternative=alternative, n=n, isolates=isolates)


def _by_law(
    name: str, upper: Floats, moved: Floats, alternative: Alternative, isolates: tuple[object, ...]
) -> GlobalResult:
    """Test by the moments of all relocations, from the upper triangle of the fixed matrix."""
    n = len(upper)
    halves = (upper + upper.T) / 2
    hollow = moved.astype(float)
    np.fill_diagonal(hollow, 0.0)
    statistic = float(np.vdot(halves, hollow))
    margin = TIE * max(float(np.abs(upper).sum()) * float(max(hollow.max(), -hollow.min())), np.finfo(float).tiny)
    expected, variance = cross_product_moments(dense_sums(halves), dense_sums(hollow))
    if abs(expected) <= margin:  # rounding
        expected = 0.0
    z = z_score(statistic, expected, variance)
    p = choose(alternative, *pearson_tails(z, cross_product_skewness(halves, hollow)))
    found = Inference.certain(
        p, "randomisation", "Pearson type III law, exact mean, variance and skewness under relocation"
    )
    return found.result(name, statistic, (expected, variance), alternative=alternative, n=n, isolates=isolates)


def _chunk(
    seed: SeedSequence,
    rows: int,
    n: int,
    moved: Floats,
    i: NDArray[np.intp],
    j: NDArray[np.intp],
    weights: Floats,
    statistic: float,
    margin: float,
) -> tuple[int, int]:
    """Count both tails over `rows` random relocations."""
    order = np.broadcast_to(np.arange(n), (rows, n)).copy()
    np.random.default_rng(seed).permuted(order, axis=1, out=order)
    return tail_counts(moved[order[:, i], order[:, j]] @ weights, statistic, margin)
