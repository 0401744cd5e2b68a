"""Join counts, global: which classes of regions lie side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message
from growthpoles.randomness import seed_sequence
from growthpoles.spatial.alignment import Tested, Transformation, connected, prepare
from growthpoles.spatial.global_tests.global_result import (
    Alternative,
    Inference,
    JoinCountResult,
    check_alternative,
    check_method,
    check_permutations,
    class_pairs,
    normal_p,
    relocated,
    z_score,
)
from growthpoles.spatial.reference_distributions import global_permutation
from growthpoles.spatial.reference_distributions.moments import (
    Moments,
    PairSums,
    cross_product_moments,
    matrix_sums,
    product_sums,
)

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

JoinMethod = Literal["exact", "permutation", "randomisation"]
_MOST_CLASSES = 20
Floats = NDArray[np.float64]
Codes = NDArray[np.integer]


def join_count(
    y: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    method: JoinMethod | None = None,
    rng: Generator | int | None = None,
    transformation: Transformation | None = "b",
) -> JoinCountResult:
    """Count the joins within and between classes of regions and test every count.

    ``J_rs = sum over links between class r and class s of w_ij / 2``: with binary symmetric weights the
    number of neighbouring pairs. For two classes these are the BB, BW and WW counts.

    Parameters
    ----------
    y : Series, shape (n,)
        Class of every region: bool, text, numbers or Categorical, 2 to 20 classes, none missing; index the
        regions.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Any transformation. Regions without any link are left out.
    alternative : {"two-sided", "greater", "less"}
        About each count: ``greater``, more such joins than by chance.
    permutations, rng
        As for :func:`growthpoles.moran`.
    method : str, optional
        - ``exact``: every assignment of the classes to the regions, given their sizes (n! / prod n_r!).
          Default where these number at most 10^6; for two classes on 16 regions there are at most C(16, 8) =
          12,870.
        - ``permutation``: random assignments; the default otherwise. Few assignments are all visited here,
          too, and `method` of the result is then ``exact``.
        - ``randomisation``: z-test with the exact moments for sampling without replacement.
    transformation : {"b", "r", None}
        Binary weights by default.

    Returns
    -------
    JoinCountResult
        ``result["a", "b"]`` is the :class:`GlobalResult` of one pair, ``result.different`` that of all unlike
        joins, ``to_frame()`` the table.

    Raises
    ------
    SpatialError
        Labels that do not match, missing classes, fewer than two or more than 20 classes, too few regions
        with links, unknown options, ``exact`` where the assignments are too many.

    References
    ----------
    Cliff & Ord (1981), *Spatial Processes*, 1.3-1.4.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> leading = gp.load_published(2014)["index"] > 30
    >>> result = gp.join_count(leading, graph)
    >>> result[True, True].statistic, result[True, True].method
    (7.0, 'exact')
    """
    check_alternative(alternative)
    if method is not None:
        check_method(method, get_args(JoinMethod), "join counts")
    labels, numbers = _classes(y)
    prepared = prepare(pd.Series(numbers, index=y.index), graph, transformation=transformation, name="y")
    part = connected(prepared)
    used, places = np.unique(prepared.y[part.places].astype(np.int64), return_inverse=True)
    codes: Codes = places.ravel()
    sizes = np.bincount(codes)
    if len(used) < 2:
        raise SpatialError(
            message(f"all {part.n} linked regions are of class {labels[used[0]]!r}", allowed="2 classes or more")
        )
    feasible = global_permutation.can_enumerate(sizes)
    if method is None:
        method = "exact" if feasible else "permutation"
    if method == "exact" and not feasible:
        raise SpatialError(
            message(
                f"too many assignments of {part.n} regions to classes of {', '.join(map(str, sizes))}",
                allowed="method='permutation' or 'randomisation'",
            )
        )
    weights = ((part.w + part.w.T) / 2).tocsr()
    layout = global_permutation.quadratic_form(weights, pairs=True).quadratic
    observed = _counts(codes[None, :], layout, len(sizes))[0]
    null = _moments(codes, weights, sizes)
    scores = [z_score(float(value), *moments) for value, moments in zip(observed, null, strict=True)]
    if method == "randomisation":
        words = "normal approximation, moments under random assignments"
        found = [Inference.certain(normal_p(z, alternative), method, words) for z in scores]
    else:
        draws = check_permutations(permutations, part.n)
        margin = global_permutation.TIE * float(weights.sum())
        found = _relocated(codes, layout, observed, margin, feasible, alternative, draws, rng)
    names = [f"{labels[used[a]]} - {labels[used[b]]}" for a, b in class_pairs(len(sizes))] + ["different"]
    tested = Tested.of("join counts", y, graph=prepared.graph, transformation=transformation)
    linked = {"n": part.n, "isolates": part.isolates, "tested": tested}
    results = [
        found[place].result(name, float(observed[place]), null[place], alternative=alternative, **linked)
        for place, name in enumerate(names)
    ]
    return JoinCountResult(
        classes=tuple(labels[place] for place in used),
        counts=tuple(int(size) for size in sizes),
        joins=tuple(results[:-1]),
        different=results[-1],
    )


def _classes(y: pd.Series) -> tuple[list[object], NDArray[np.float64]]:
    """Return the class labels in order and the code of every region, as floats that `prepare` accepts."""
    if not isinstance(y, pd.Series):
        raise SpatialError(message(f"y is a {type(y).__name__}", allowed="a Series of classes indexed by region"))
    if y.dtype.kind == "c":
        raise SpatialError(message(f"dtype {y.dtype}", where="y", allowed="classes, as text or numbers"))
    if y.isna().any():
        missing = ", ".join(str(label) for label in y.index[y.isna()][:8])
        raise SpatialError(message(f"regions without a class: {missing}", allowed="a class for every region"))
    numbers = pd.to_numeric(y.astype(object), errors="coerce").to_numpy(dtype=float)
    if np.isinf(numbers).any():
        infinite = ", ".join(str(label) for label in y.index[np.isinf(numbers)][:8])
        raise SpatialError(message(f"infinite values: {infinite}", where="y", allowed="a class for every region"))
    if isinstance(y.dtype, pd.CategoricalDtype):
        known = y.cat.remove_unused_categories().cat
        codes, labels = known.codes.to_numpy(), list(known.categories)
    else:
        codes, unique = pd.factorize(y)
        try:
            labels = sorted(unique)
        except TypeError:
            labels = sorted(unique, key=lambda label: (type(label).__name__, str(label)))
        rank = {label: place for place, label in enumerate(labels)}
        codes = np.array([rank[label] for label in unique], dtype=np.int64)[codes]
    if not 2 <= len(labels) <= _MOST_CLASSES:
        raise SpatialError(message(f"{len(labels)} class(es)", where="y", allowed=f"2 to {_MOST_CLASSES} classes"))
    return labels, codes.astype(float)


def _counts(block: Codes, weights: Any, k: int) -> Floats:
    """Return all join counts of every row of codes, shape (rows, pairs + 1); the unlike joins come last."""
    members = [np.ascontiguousarray((block == code).T, dtype=float) for code in range(k)]
    columns = []
    unlike = np.zeros(len(block))
    for a in range(k):
        lagged = weights.T @ members[a]
        for b in range(a, k):
            joins = np.einsum("ij,ij->j", lagged, members[b])
            if a == b:
                joins /= 2
            else:
                unlike += joins
            columns.append(joins)
    return np.column_stack([*columns, unlike])


def _moments(codes: Codes, weights: Any, sizes: Codes) -> list[Moments]:
    """Return mean and variance of every count over all assignments."""
    q = matrix_sums(weights)
    member = [(codes == code).astype(float) for code in range(len(sizes))]
    null = []
    for a, b in class_pairs(len(sizes)):
        mean, variance = cross_product_moments(q, product_sums(member[a], member[b]))
        null.append((mean / 2, variance / 4) if a == b else (mean, variance))
    n, pairs = len(codes), float(len(codes) ** 2 - sizes @ sizes)
    unlike = PairSums(n=n, total=pairs, squares=pairs, row_squares=float(sizes @ (n - sizes) ** 2))
    mean, variance = cross_product_moments(q, unlike)
    return [*null, (mean / 2, variance / 4)]


def _relocated(
    codes: Codes,
    weights: Any,
    observed: Floats,
    margin: float,
    complete: bool,
    alternative: Alternative,
    draws: int,
    rng: Generator | int | None,
) -> list[Inference]:
    """Place every count among all assignments, or among random ones."""
    k = int(codes.max()) + 1
    if complete:
        sizes = np.bincount(codes)
        tails = _sum(_tails(block, weights, k, observed, margin) for block in global_permutation.enumerate_codes(sizes))
        draws = global_permutation.arrangements(sizes)
    else:
        root = seed_sequence(rng)
        tails = _sum(
            global_permutation.run_chunks(_draw_chunk, draws, len(codes) * k, root, codes, weights, k, observed, margin)
        )
    return [
        relocated(high, low, draws, alternative, complete=complete, what="assignments") for high, low in tails.tolist()
    ]


def _sum(tails: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Add the tail counts of all blocks."""
    return np.sum(list(tails), axis=0)


def _tails(block: Codes, weights: Any, k: int, observed: Floats, margin: float) -> NDArray[np.int64]:
    """Count the rows at least and at most the observed for every statistic, shape (pairs + 1, 2)."""
    values = _counts(block, weights, k)
    return np.column_stack([(values >= observed - margin).sum(axis=0), (values <= observed + margin).sum(axis=0)])


def _draw_chunk(
    seed: SeedSequence, rows: int, codes: Codes, weights: Any, k: int, observed: Floats, margin: float
) -> NDArray[np.int64]:
    """Count both tails of every statistic over `rows` random assignments."""
    block = np.broadcast_to(codes, (rows, len(codes))).copy()
    np.random.default_rng(seed).permuted(block, axis=1, out=block)
    return _tails(block, weights, k, observed, margin)
