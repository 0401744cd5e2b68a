"""Specification curve: one question asked in every defensible way, with one p-value for the set.

Every specification is a statistic of relocated values. All specifications share the same relocations of the regions, so
that their dependence is kept: the share of them that looks significant by chance is known, not assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message, nearest, unknown_option
from growthpoles.language.number_format import format_count, format_p, format_percent, least_p
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.alignment import Connected, Transformation, clean_values, connected, deviations, prepare
from growthpoles.spatial.global_tests.global_result import NULL, Alternative, check_alternative, check_permutations
from growthpoles.spatial.reference_distributions.global_permutation import draw_orders, induced_order, standing
from growthpoles.spatial.reference_distributions.moments import (
    WeightSums,
    geary_randomisation,
    getis_ord_randomisation,
    kurtosis,
    moran_randomisation,
    weight_sums,
)

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W


Floats = NDArray[np.float64]
Statistic = Literal["moran", "geary", "getis_ord"]
STATISTICS: tuple[Statistic, ...] = ("moran", "geary", "getis_ord")
_DENSE_LIMIT = 200
# relocations in one product of small matrices: few enough that the product does not wake the threads of the BLAS
_BLOCK = 64
WHOLE = ("all", "")
# effects are kept as float32: two closer than this are a tie
_TIE = 1e-6
_LIMIT = 200_000_000
_CHUNK_ROWS = 2048
_CHUNK_VALUES = 2**21
_COLUMNS = 64
# share of linked pairs from which on a product with all pairs is faster, up to so many regions
_FILLED, _FULL_LIMIT = 0.03, 5_000


@dataclass(frozen=True, slots=True)
class Specification:
    """One way of asking: what was measured, between whom, by which statistic.

    Attributes
    ----------
    labels : mapping
        The choices that were made (edition, year, variable, weights, ...), for the table.
    y : Series
        Values by region, no missing values.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same regions. Regions without any link are left out, as in :func:`growthpoles.moran`.
    statistic : {"moran", "geary", "getis_ord"}
        Effects are oriented so that larger means that similar (for Getis-Ord: high) values lie together: Geary's C
        enters with its sign reversed. Getis-Ord needs values that are not negative.
    main : bool
        Whether it counts in the set as a whole; others are evaluated beside it.
    transformation : {"r", "b"} or None
        Of the weights: row-standardised, binary, as they are.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> index = gp.load_published(2014)["index"]
    >>> gp.Specification({"weights": "queen"}, index, gp.build_weights(regions), "moran").labels
    {'weights': 'queen'}
    """

    labels: dict[str, object]
    y: pd.Series
    graph: Graph | W
    statistic: Statistic
    main: bool = True
    transformation: Transformation | None = "r"


@dataclass(frozen=True, slots=True)
class Batch:
    """Specifications with the same values over the same regions.

    Attributes
    ----------
    places : array, shape (n,)
        Positions of the regions among all regions.
    z : array, shape (n,)
        Values with mean 0 and length 1.
    weights : one array of all matrices, shape (G n, n), for few regions; or a list of G halves, see :func:`_half`
    margins : array, shape (G, n)
        Row and column sums of each.
    graph : array, shape (m,)
        Which of the G matrices each specification uses.
    factors : array, shape (4, m)
        Effect = f0 z'Wz + f1 sum m_i z_i^2 + f2 m'z + f3.
    columns : array, shape (m,)
        Positions of the specifications among all.
    values : array, shape (n,)
        As given.
    scale : array, shape (2, m)
        Variance under relocation as a + b kurtosis; NaN for Getis-Ord, of which it is no such line.
    own : array, shape (regions,)
        Position of each region among `places`; of one that is not there, that of its donor, the nearest in standing.
    """

    places: NDArray[np.intp]
    z: Floats
    weights: Any
    margins: Floats
    graph: NDArray[np.intp]
    factors: Floats
    columns: NDArray[np.intp]
    values: Floats
    scale: Floats
    own: NDArray[np.intp]

    def effects(self, order: NDArray[np.integer]) -> Floats:
        """Return the standardised effects of relocated values, shape (m, rows).

        Parameters
        ----------
        order : array, shape (rows, n)
            Which of the n values every region gets.
        """
        return self._effects(self.z[order])

    def completed(self, order: NDArray[np.integer]) -> Floats:
        """Return the effects where whole records move, regions without a value having that of a donor; (m, rows).

        Parameters
        ----------
        order : array, shape (rows, regions)
            Which region's record every region gets.
        """
        y = self.values[self.own[order[:, self.places]]] / (np.abs(self.values).max() or 1.0)
        z = y - y.mean(axis=1, keepdims=True)
        length = np.sqrt((z * z).sum(axis=1, keepdims=True))
        z = np.divide(z, length, out=np.zeros_like(z), where=length > 1e-13 * len(self.z) ** 0.5)
        n = len(self.z)
        then, now = n * (z**4).sum(axis=1), n * float((self.z**4).sum())  # kurtosis
        before = (self.scale[0] + self.scale[1] * now)[:, None]
        after = self.scale[0][:, None] + np.outer(self.scale[1], then)
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = np.sqrt(before / after)
        return self._effects(z) * np.where(after > 0, factor, 0.0)

    def _effects(self, values: Floats) -> Floats:
        """Return the effects of rows of values with mean 0 and length 1."""
        rows = len(values)
        if isinstance(self.weights, np.ndarray):
            filled = values[np.minimum(np.arange(-(-rows // _BLOCK) * _BLOCK), rows - 1)]
            z = np.ascontiguousarray(filled.reshape(-1, _BLOCK, len(self.z)).transpose(0, 2, 1))
            products = (self.weights @ z).reshape(len(z), -1, *z.shape[1:])
            terms = [np.einsum("bgir,bir->bgr", products, z), self.margins @ (z * z), self.margins @ z]
            terms = [term.transpose(1, 0, 2).reshape(len(self.margins), -1)[:, :rows] for term in terms]
        else:
            z = np.ascontiguousarray(values.T)
            quadratic = np.array([_quadratic(half, values, z) for half in self.weights])
            terms = [quadratic, self.margins @ (z * z), self.margins @ z]
        effects = np.broadcast_to(self.factors[3][:, None], (len(self.graph), rows)).copy()
        for factor, term in zip(self.factors, terms, strict=False):
            used = np.flatnonzero(factor)
            effects[used] += factor[used, None] * term[self.graph[used]]
        return effects


def _half(w: Any) -> Any:
    """Return the upper triangle of W + W', as an array where many pairs are linked."""
    from scipy.sparse import triu

    n = w.shape[0]
    if n <= _FULL_LIMIT and w.nnz > _FILLED * n * n:
        full = w.toarray()
        return np.triu(full + full.T, k=1)
    half = triu(w + w.T, k=1, format="csr")
    return half.toarray() if n <= _FULL_LIMIT and half.nnz > _FILLED * n * n / 2 else half


def _quadratic(half: Any, rows: Floats, columns: Floats) -> Floats:
    """Return z'Wz of values, given as rows and as columns."""
    if not isinstance(half, np.ndarray):
        return np.einsum("ir,ir->r", half @ columns, columns)
    from scipy.linalg.blas import dtrmm

    product = dtrmm(1.0, half.T, rows.T, lower=1, trans_a=1)  # columns in Fortran's order are rows here: no copies
    return np.einsum("ri,ri->r", product.T, rows)


@dataclass(frozen=True, slots=True)
class Compiled:
    """All specifications, ready to be relocated.

    Attributes
    ----------
    batches : list of Batch
    standing : array, shape (regions,)
        Of the regions that occur in any of them, in the order of their labels.
    n : array, shape (m,)
        Regions of each specification that have links.
    statistic, effect : array, shape (m,)
        Observed statistic, and its deviation from the mean under relocation in standard deviations, oriented.
    """

    batches: list[Batch]
    standing: NDArray[np.intp]
    n: NDArray[np.int64]
    statistic: Floats
    effect: Floats


@dataclass(frozen=True, slots=True)
class _Linked:
    """Linked regions, and of their weights what is relocated: W of few regions, of many a half, see :func:`_half`."""

    ids: pd.Index
    places: NDArray[np.intp]
    matrix: Any
    margins: Floats
    sums: WeightSums


def _linked(part: Connected) -> _Linked:
    w = part.w
    margins: Floats = np.asarray(w.sum(axis=0), dtype=float).ravel() + np.asarray(w.sum(axis=1), dtype=float).ravel()
    return _Linked(part.ids, part.places, w if part.n <= _DENSE_LIMIT else _half(w), margins, weight_sums(w))


@dataclass(slots=True)
class _Draft:
    """A batch while its specifications are collected."""

    ids: pd.Index
    values: Floats
    linked: list[_Linked] = field(default_factory=list)
    graph: list[int] = field(default_factory=list)
    factors: list[tuple[float, ...]] = field(default_factory=list)
    scale: list[tuple[float, float]] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)


def compile_specifications(specifications: Sequence[Specification]) -> Compiled:
    """Group specifications by values, and write each as a combination of the three terms.

    Raises
    ------
    SpatialError
        If a specification cannot be tested; the message names its choices.
    """
    drafts: dict[tuple[Any, ...], _Draft] = {}
    parts: dict[tuple[Any, ...], _Linked] = {}
    indices: dict[int, tuple[Any, ...]] = {}
    counts, statistics = [], []
    for column, spec in enumerate(specifications):
        if spec.statistic not in STATISTICS:
            raise SpatialError(unknown_option("statistic", spec.statistic, STATISTICS))
        try:
            if id(spec.y) not in indices:
                clean_values(spec.y)
                indices[id(spec.y)] = tuple(spec.y.index)
            shape = (id(spec.graph), spec.transformation, indices[id(spec.y)])
            if shape not in parts:
                parts[shape] = _linked(connected(prepare(spec.y, spec.graph, transformation=spec.transformation)))
            part = parts[shape]
            values = clean_values(spec.y)[part.places]
            draft = drafts.setdefault((tuple(part.ids), values.tobytes()), _Draft(part.ids, values))
            known = next((at for at, other in enumerate(draft.linked) if other is part), None)
            if known is None:
                known = len(draft.linked)
                draft.linked.append(part)
            factors, statistic = _factors(spec.statistic, values, part)
        except SpatialError as error:
            raise SpatialError(message(error.args[0], where=_name(spec))) from None
        draft.graph.append(known)
        draft.factors.append(factors)
        draft.scale.append(_scale(spec.statistic, part.sums))
        draft.columns.append(column)
        counts.append(len(part.ids))
        statistics.append(statistic)
    regions = sorted({region for draft in drafts.values() for region in draft.ids}, key=str)
    place = {region: at for at, region in enumerate(regions)}
    where = [np.array([place[region] for region in draft.ids]) for draft in drafts.values()]
    order = standing(len(regions), [(at, draft.values) for at, draft in zip(where, drafts.values(), strict=True)])  # noqa: PD011
    batches = [_batch(draft, at, order) for draft, at in zip(drafts.values(), where, strict=True)]
    effect = np.empty(len(specifications))
    for batch in batches:
        effect[batch.columns] = batch.effects(np.arange(len(batch.z))[None, :])[:, 0]
    return Compiled(batches, order, np.array(counts), np.array(statistics), effect)


def _batch(draft: _Draft, places: NDArray[np.intp], order: NDArray[np.intp]) -> Batch:
    # between two that stand equally near, the one that stands lower
    by_standing = np.argsort(order[places])
    ranks = order[places][by_standing]
    above = np.searchsorted(ranks, order).clip(0, len(ranks) - 1)
    below = (above - 1).clip(0)
    nearest_place = np.where(order - ranks[below] <= np.abs(ranks[above] - order), below, above)
    own = by_standing[np.where(ranks[above] == order, above, nearest_place)]
    matrices = [part.matrix for part in draft.linked]
    return Batch(
        places=places,
        z=deviations(draft.values, "y"),
        weights=np.vstack([w.toarray() for w in matrices]) if len(draft.ids) <= _DENSE_LIMIT else matrices,
        margins=np.array([part.margins for part in draft.linked]),
        graph=np.array(draft.graph),
        factors=np.array(draft.factors).T,
        columns=np.array(draft.columns),
        values=draft.values,
        scale=np.array(draft.scale).T,
        own=own,
    )


def _scale(statistic: Statistic, sums: WeightSums) -> tuple[float, float]:
    """Return a and b of the variance under relocation, a + b kurtosis."""
    if statistic == "getis_ord":
        return np.nan, np.nan
    law = moran_randomisation if statistic == "moran" else geary_randomisation
    at = [law(sums, kurtosis)[1] for kurtosis in (1.0, 2.0)]
    return 2 * at[0] - at[1], at[1] - at[0]


def _factors(statistic: Statistic, values: Floats, part: _Linked) -> tuple[tuple[float, ...], float]:
    """Return the four factors of the oriented standardised effect, and the statistic itself."""
    z, sums = deviations(values, "y"), part.sums
    quadratic = float(z @ (part.matrix @ z))
    n, sign = len(z), 1.0
    if statistic == "moran":
        expected, variance = moran_randomisation(sums, kurtosis(z))
        terms = (n / sums.s0, 0.0, 0.0, 0.0)
        observed = terms[0] * quadratic
    elif statistic == "geary":
        # C = (n - 1) / (2 S0) * (sum_i (row_i + column_i) z_i^2 - 2 z'Wz)
        expected, variance = geary_randomisation(sums, kurtosis(z))
        scale, sign = (n - 1) / sums.s0, -1.0
        terms = (-scale, scale / 2, 0.0, 0.0)
        observed = scale * (float(part.margins @ (z * z)) / 2 - quadratic)
    else:
        if (values < 0).any():
            told: dict[str, Any] = {"value": float(f"{values.min():g}")}
            raise SpatialError(
                message("negative value {value}", allowed="values of 0 and above for Getis-Ord G", **told)
            )
        if np.count_nonzero(values) < 2:
            raise SpatialError(message("fewer than two values are positive", allowed="two or more for Getis-Ord G"))
        # y = mean + length z: y'Wy = length^2 z'Wz + mean length (row + column)'z + mean^2 S0
        y = values / values.max()
        expected, variance = getis_ord_randomisation(sums, y)
        mean, length = float(y.mean()), float(np.linalg.norm(y - y.mean()))
        pairs = float(y.sum() ** 2 - y @ y)
        terms = (length**2 / pairs, 0.0, mean * length / pairs, mean**2 * sums.s0 / pairs)
        observed = float(y @ (part.matrix @ y)) / pairs
    if variance <= 0:
        raise SpatialError(message("the statistic cannot vary", allowed="values and weights that vary"))
    scale = sign / variance**0.5
    return (scale * terms[0], scale * terms[1], scale * terms[2], scale * (terms[3] - expected)), observed


def _name(spec: Specification) -> str:
    return ", ".join(f"{name} {value}" for name, value in spec.labels.items()) or "specification"


@dataclass(frozen=True, slots=True)
class SpecificationCurve(ResultDisplay):
    """The outcome of all specifications together.

    Attributes
    ----------
    table : DataFrame
        One row per specification, sorted by effect: its choices, n, statistic, z (deviation from the mean under
        relocation in standard deviations, larger where similar values lie together), p_value (by the alternative),
        significant, main.
    groups : DataFrame
        The main set as a whole, index ("all", ""), and the part of it with each value of the choices asked for, index
        (choice, value); a value that no main specification has stands for all of its own. Columns: specifications,
        median_z (median effect), median_null (its median over the relocations), median_p (omnibus: how often
        relocations give a median effect as extreme, by the alternative), share_significant (at `alpha`, 0-1), share_p
        (omnibus: how often relocations give a share as large), share_positive (effect above 0). The p-values of the
        parts are not adjusted for their number.
    alternative, alpha, permutations
        As used.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> ways = [
    ...     gp.Specification({"year": year}, gp.load_published(year)["index"], graph, "moran") for year in (2010, 2014)
    ... ]
    >>> print(gp.specification_curve(ways, permutations=99).summary())
    Specifications taken together: 2, greater.
    Null hypothesis: the values of a region could as well stand in any other region, in all specifications at once.
    Median effect: -1.175 standard deviations, -0.004434 under the null hypothesis; p = 0.900.
    Significant one by one at 0.05: 0%; p = 1.000 for a share as large.
    Positive effects: 0%.
    Method: 99 random relocations, shared by all specifications.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    alternative: Alternative
    alpha: float
    permutations: int

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table of specifications."""
        return self.table.copy()

    @property
    def least(self) -> tuple[float, float]:
        """Smallest p-values of the median effect and of the share that the relocations can give."""
        return least_p(self.permutations, self.alternative), least_p(self.permutations, "greater")

    @property
    def overall(self) -> dict[str, float]:
        """The row of `groups` for the main set as a whole."""
        row = self.groups.xs(WHOLE)
        assert isinstance(row, pd.Series)
        return {str(name): float(value) for name, value in row.items()}

    def __repr__(self) -> str:
        whole = self.overall
        p, share_p = (
            format_p(whole[name], relation=True, least=least)
            for name, least in zip(("median_p", "share_p"), self.least, strict=True)
        )
        shares = (whole["share_significant"], whole["share_positive"])
        significant, positive = (format_percent(round(share, 2)) for share in shares)
        return (
            f"{whole['specifications']:.0f} specifications ({self.alternative}): median z {whole['median_z']:.2f} "
            f"(omnibus p {p}), {significant} significant at {self.alpha:g} "
            f"(omnibus p {share_p}), {positive} positive; "
            f"{format_count(self.permutations)} relocations"
        )


def specification_curve(
    specifications: Sequence[Specification],
    *,
    alternative: Alternative = "greater",
    permutations: int = 9_999,
    alpha: float = 0.05,
    by: Sequence[str] = (),
    rng: Generator | int | None = None,
) -> SpecificationCurve:
    """Evaluate all specifications over the same relocations of the regions.

    Parameters
    ----------
    specifications : sequence of Specification
        They may cover different subsets of the regions (missing data, merged enclaves).
    alternative : {"greater", "two-sided", "less"}
        "greater": similar values cluster.
    permutations : int
        Relocations, shared by all specifications; at most 2 * 10^8 / specifications, which is a gigabyte.
    alpha : float
        Level, 0 to 1; not below the smallest p-value that the relocations can give.
    by : sequence of str
        Choices (keys of `labels`) whose values are summarised one by one as well.
    rng : Generator, int or None
        None is the fixed seed. The result depends neither on the number of workers (``joblib.parallel_config``) nor on
        the order of rows in the values.

    Returns
    -------
    SpecificationCurve

    Raises
    ------
    SpatialError
        If there is no main specification, one cannot be tested (its choices are named), or an option is out of range.

    Notes
    -----
    Simonsohn, Simmons & Nelson (2020), specification curve analysis: the median effect, and the share of significant
    specifications, are compared with those of the same set after relocation of the values, which breaks every tie
    between value and place but keeps all values, all weights, and what the specifications share.

    A relocation is one random permutation of all regions. A specification with fewer regions follows it, other regions
    standing in for those it lacks (see :mod:`growthpoles.spatial.reference_distributions.global_permutation`): every
    specification is relocated uniformly. Observed and relocated effects are treated alike, the observed being one of
    permutations + 1: p-values are (count + 1) / (permutations + 1) with ties counted, exact for each specification.

    The median and the share significant are exact where all specifications cover the same regions. Where they do not,
    they are judged in two ways and the larger p-value stands: with the relocations above, and with whole records moved,
    gaps staying where they are (what specifications share is kept; a region without a value brings that of the region
    with the nearest mean rank that has one). Either alone rejects too often: of 16 regions without any pattern, five
    years with up to ten gaps each, 7.1 % and 5.6 % of 904 maps at 5 %, 13.1 % and 12.2 % at 10 %; the larger of the two
    4.8 % and 11.1 % (standard errors 0.7 and 1.0).

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> index = gp.load_published(2014)["index"]
    >>> ways = [
    ...     gp.Specification({"weights": kind}, index, gp.build_weights(regions, kind), "moran")
    ...     for kind in ("queen", "gabriel")
    ... ]
    >>> gp.specification_curve(ways, permutations=99).to_frame()[["weights", "n", "z"]].round(2)
       weights   n     z
    0  gabriel  16 -1.67
    1    queen  16 -1.01
    """
    check_alternative(alternative)
    permutations = check_permutations(permutations, len(specifications))
    if not any(spec.main for spec in specifications):
        raise SpatialError(message("no main specification", where="specification curve", allowed="one or more"))
    if permutations * len(specifications) > _LIMIT:
        problem, count = "permutations={permutations} for {count} specifications", len(specifications)
        counts = {"permutations": permutations, "count": count, "most": _LIMIT // count}
        told: dict[str, Any] = {name: format_count(each) for name, each in counts.items()}
        raise SpatialError(message(problem, allowed="at most {most}", **told))
    if not 0 < alpha < 1:
        raise SpatialError(message(f"alpha={alpha!r}", allowed="a number between 0 and 1"))
    tail = alpha / 2 if alternative == "two-sided" else alpha
    if tail * (permutations + 1) < 1 - 1e-9:
        enough = int(np.ceil(1 / tail - 1e-9)) - 1
        raise SpatialError(message(f"alpha={alpha!r} is out of reach", allowed=f"permutations={enough} or more"))
    members = _members(specifications, by)
    compiled = compile_specifications(specifications)
    from joblib import Parallel, delayed

    chosen = list(members.values())
    # the products of all small matrices are made at once, those of large ones one by one
    widest = max(
        batch.margins.size if isinstance(batch.weights, np.ndarray) else len(batch.z) for batch in compiled.batches
    )
    rows = max(1, min(_CHUNK_ROWS, _CHUNK_VALUES // widest))
    chunks = draw_orders(len(compiled.standing), permutations, rng, rows=rows)
    blocks = list(Parallel()(delayed(_evaluate)(order, compiled, chosen) for order in chunks))
    effects = np.concatenate([block[0] for block in blocks], axis=1)
    medians = np.concatenate([block[1] for block in blocks], axis=1)
    p, significant, shares = _significance(effects, chosen, alternative, tail)
    median_p = [_omnibus(row, alternative) for row in medians]
    share_p = [_omnibus(row, "greater") for row in shares]
    if blocks[0][2] is not None:  # regions differ: the set is judged by whole records too, and by the milder verdict
        together = np.concatenate([block[2] for block in blocks if block[2] is not None], axis=1)
        shares = _significance(together, chosen, alternative, tail)[2]
        share_p = [max(one, _omnibus(row, "greater")) for one, row in zip(share_p, shares, strict=True)]
        records = np.concatenate([block[3] for block in blocks if block[3] is not None], axis=1)
        median_p = [max(one, _omnibus(row, alternative)) for one, row in zip(median_p, records, strict=True)]
        medians = records
    table = pd.DataFrame([spec.labels for spec in specifications]).assign(
        n=compiled.n,
        statistic=compiled.statistic,
        z=compiled.effect,
        p_value=p,
        significant=significant,
        main=[spec.main for spec in specifications],
    )
    groups = pd.DataFrame(
        {
            "specifications": [len(columns) for columns in chosen],
            "median_z": medians[:, 0],
            "median_null": np.median(medians, axis=1),
            "median_p": median_p,
            "share_significant": shares[:, 0],
            "share_p": share_p,
            "share_positive": [float((compiled.effect[columns] > 0).mean()) for columns in chosen],
        },
        index=pd.MultiIndex.from_tuples(list(members), names=["choice", "value"]),
    )
    table = table.sort_values("z", kind="stable", ignore_index=True)
    for frame, adjust in ((table, "none"), (groups, "all specifications of a row at once")):
        say_tests(frame, NULL, f"{format_count(permutations)} random relocations, shared", draws=permutations,
                  alternative=alternative, adjust=adjust)  # fmt: skip
    return SpecificationCurve(
        table=table,
        groups=groups,
        alternative=alternative,
        alpha=alpha,
        permutations=permutations,
    )


def _members(specifications: Sequence[Specification], by: Sequence[str]) -> dict[tuple[str, str], NDArray[np.intp]]:
    """Return the positions of the specifications of each group."""
    main = np.array([spec.main for spec in specifications])
    members = {WHOLE: np.flatnonzero(main)}
    for choice in by:
        known = list(dict.fromkeys(name for spec in specifications for name in spec.labels))
        if choice not in known:
            near = nearest(choice, known, n=1)
            raise SpatialError(message(f"by={choice!r} is not a choice", allowed=", ".join(known), near=near))
        labels = np.array([str(spec.labels.get(choice, "")) for spec in specifications])
        for value in dict.fromkeys(labels):
            own = labels == value
            members[choice, str(value)] = np.flatnonzero(own & main if (own & main).any() else own)
    return members


def _evaluate(
    order: NDArray[np.intp], compiled: Compiled, chosen: Sequence[NDArray[np.intp]]
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float32] | None, NDArray[np.float64] | None]:
    """Return the effects of all specifications, shape (m, rows), and the median of each group, shape (groups, rows).

    Where specifications lack regions, the third and fourth item have them with whole records moved; Getis-Ord, which
    enters no set, as in the first.
    """
    effects = np.empty((len(compiled.n), len(order)), dtype=np.float32)
    gaps = any(len(batch.places) < order.shape[1] for batch in compiled.batches)
    together = effects.copy() if gaps else None
    induced: dict[bytes, NDArray[np.intp]] = {}
    for batch in compiled.batches:
        key = batch.places.tobytes()
        if key not in induced:
            induced[key] = induced_order(order, batch.places, compiled.standing)
        effects[batch.columns] = batch.effects(induced[key])
        if together is not None:
            together[batch.columns] = effects[batch.columns]
            if len(batch.places) < order.shape[1]:
                line = np.isfinite(batch.scale[0])
                together[batch.columns[line]] = batch.completed(order)[line]
    return effects, _medians(effects, chosen), together, None if together is None else _medians(together, chosen)


def _medians(effects: NDArray[np.float32], chosen: Sequence[NDArray[np.intp]]) -> NDArray[np.float64]:
    """Return the median of each group in every column."""
    medians = np.empty((len(chosen), effects.shape[1]))
    for group, columns in enumerate(chosen):
        # sorting whole rows is faster than np.median
        ordered = np.sort(np.ascontiguousarray(effects[columns].T), axis=1)
        half = len(columns) // 2
        medians[group] = (ordered[:, half].astype(float) + ordered[:, len(columns) - 1 - half]) / 2
    return medians


def _significance(
    effects: NDArray[np.float32], chosen: Sequence[NDArray[np.intp]], alternative: Alternative, tail: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Return p-values and significance of the observed effects (column 0), and every column's share significant."""
    count, rows = effects.shape
    # an effect is significant where at most `allowed` relocations lie as far out, itself included
    allowed = min(int(np.floor(tail * rows + 1e-9)), rows - 1)
    member = np.zeros((len(chosen), count), dtype=np.float32)
    for group, columns in enumerate(chosen):
        member[group, columns] = 1
    p, significant = np.empty(count), np.empty(count, dtype=bool)
    totals = np.zeros((len(chosen), rows), dtype=np.float32)
    for start in range(0, count, _COLUMNS):
        part = slice(start, start + _COLUMNS)
        block = effects[part]
        own = block[:, :1]
        above, below = (block >= own - _TIE).sum(axis=1) / rows, (block <= own + _TIE).sum(axis=1) / rows
        # the first rank that is too common, counted from either end
        ordered = np.sort(block, axis=1)
        high = block > ordered[:, [rows - 1 - allowed]] + _TIE
        low = block < ordered[:, [allowed]] - _TIE
        p[part], found = {
            "greater": (above, high),
            "less": (below, low),
            "two-sided": (np.minimum(1, 2 * np.minimum(above, below)), high | low),
        }[alternative]
        significant[part] = found[:, 0]
        totals += member[:, part] @ found.astype(np.float32)
    return p, significant, totals / member.sum(axis=1, dtype=float)[:, None]


def _omnibus(values: NDArray[np.float64], alternative: Alternative) -> float:
    """Return the p-value of the first value among all of them, itself included."""
    greater, less = float((values >= values[0] - _TIE).mean()), float((values <= values[0] + _TIE).mean())
    return {"greater": greater, "less": less, "two-sided": min(1.0, 2 * min(greater, less))}[alternative]
