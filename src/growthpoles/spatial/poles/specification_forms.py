"""Statistics of many specifications in the form in which many relocations are evaluated at once.

Moran's I, Geary's C and Getis-Ord G of values y = mean + spread * z (z: mean 0, length 1) are all sums of three terms
in z: ``z'Wz``, ``sum_i m_i z_i^2`` and ``m'z`` with m the row and column sums of W. The terms depend on values and
weights only, so the specifications that share them are evaluated together, and the standardised effect of each is a
combination of the three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message, unknown_option
from growthpoles.spatial.alignment import Transformation, clean_values, prepare
from growthpoles.spatial.connected import Connected, connected, deviations
from growthpoles.spatial.reference_distributions.joint_relocation import standing
from growthpoles.spatial.reference_distributions.moments import (
    WeightSums,
    geary_randomisation,
    getis_ord_randomisation,
    kurtosis,
    moran_randomisation,
    weight_sums,
)

if TYPE_CHECKING:
    from libpysal.graph import Graph

Floats = NDArray[np.float64]
Statistic = Literal["moran", "geary", "getis_ord"]
STATISTICS: tuple[Statistic, ...] = ("moran", "geary", "getis_ord")
_DENSE_LIMIT = 200
# relocations in one product of small matrices: few enough that the product does not wake the threads of the BLAS
_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Specification:
    """One way of asking: what was measured, between whom, by which statistic.

    Attributes
    ----------
    labels : mapping
        The choices that were made (edition, year, variable, weights, ...), for the table.
    y : Series
        Values by region, no missing values.
    graph : libpysal.graph.Graph
        Weights over the same regions. Regions without any link are left out, as in :func:`growthpoles.moran`.
    statistic : {"moran", "geary", "getis_ord"}
        Effects are oriented so that larger means that similar (for Getis-Ord: high) values lie together: Geary's C
        enters with its sign reversed. Getis-Ord needs values that are not negative.
    main : bool
        Whether it counts in the set as a whole; others are evaluated beside it.
    transformation : {"r", "b"} or None
        Of the weights: row-standardised, binary, as they are.
    """

    labels: dict[str, object]
    y: pd.Series
    graph: Graph
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
    weights : list of G matrices, shape (n, n); or one array of all, shape (G n, n), for few regions
    margins : array, shape (G, n)
        Row and column sums of each.
    graph : array, shape (m,)
        Which of the G matrices each specification uses.
    factors : array, shape (4, m)
        Effect = f0 z'Wz + f1 sum m_i z_i^2 + f2 m'z + f3.
    columns : array, shape (m,)
        Positions of the specifications among all.
    """

    places: NDArray[np.intp]
    z: Floats
    weights: Any
    margins: Floats
    graph: NDArray[np.intp]
    factors: Floats
    columns: NDArray[np.intp]

    def effects(self, order: NDArray[np.integer]) -> Floats:
        """Return the standardised effects of relocated values, shape (m, rows).

        Parameters
        ----------
        order : array, shape (rows, n)
            Which of the n values every region gets.
        """
        rows = len(order)
        if isinstance(self.weights, np.ndarray):
            filled = order[np.minimum(np.arange(-(-rows // _BLOCK) * _BLOCK), rows - 1)]
            z = self.z[np.ascontiguousarray(filled.reshape(-1, _BLOCK, len(self.z)).transpose(0, 2, 1))]
            products = (self.weights @ z).reshape(len(z), -1, *z.shape[1:])
            terms = [np.einsum("bgir,bir->bgr", products, z), self.margins @ (z * z), self.margins @ z]
            terms = [term.transpose(1, 0, 2).reshape(len(self.margins), -1)[:, :rows] for term in terms]
        else:
            z = self.z[np.ascontiguousarray(order.T)]
            quadratic = np.array([np.einsum("ir,ir->r", w @ z, z) for w in self.weights])
            terms = [quadratic, self.margins @ (z * z), self.margins @ z]
        effects = np.broadcast_to(self.factors[3][:, None], (len(self.graph), rows)).copy()
        for factor, term in zip(self.factors, terms, strict=False):
            used = np.flatnonzero(factor)
            effects[used] += factor[used, None] * term[self.graph[used]]
        return effects


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


@dataclass(slots=True)
class _Draft:
    """A batch while its specifications are collected."""

    ids: pd.Index
    values: Floats
    weights: list[Any] = field(default_factory=list)
    graph: list[int] = field(default_factory=list)
    factors: list[tuple[float, ...]] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)


def compile_specifications(specifications: Sequence[Specification]) -> Compiled:
    """Group specifications by values, and write each as a combination of the three terms.

    Raises
    ------
    SpatialError
        If a specification cannot be tested; the message names its choices.
    """
    drafts: dict[tuple[Any, ...], _Draft] = {}
    parts: dict[tuple[Any, ...], tuple[Connected, WeightSums]] = {}
    counts, statistics = [], []
    for column, spec in enumerate(specifications):
        if spec.statistic not in STATISTICS:
            raise SpatialError(unknown_option("statistic", spec.statistic, STATISTICS))
        try:
            shape = (id(spec.graph), spec.transformation, tuple(spec.y.index))
            if shape not in parts:
                part = connected(prepare(spec.y, spec.graph, transformation=spec.transformation))
                parts[shape] = part, weight_sums(part.w)
            part, sums = parts[shape]
            values = clean_values(spec.y)[part.places]
            draft = drafts.setdefault((tuple(part.ids), values.tobytes()), _Draft(part.ids, values))
            known = next((at for at, w in enumerate(draft.weights) if w is part.w), None)
            if known is None:
                known = len(draft.weights)
                draft.weights.append(part.w)
            factors, statistic = _factors(spec.statistic, values, part.w, sums)
        except SpatialError as error:
            raise SpatialError(message(str(error), where=_name(spec))) from None
        draft.graph.append(known)
        draft.factors.append(factors)
        draft.columns.append(column)
        counts.append(part.n)
        statistics.append(statistic)
    regions = sorted({region for draft in drafts.values() for region in draft.ids}, key=str)
    place = {region: at for at, region in enumerate(regions)}
    batches = [_batch(draft, place) for draft in drafts.values()]
    effect = np.empty(len(specifications))
    for batch in batches:
        effect[batch.columns] = batch.effects(np.arange(len(batch.z))[None, :])[:, 0]
    order = standing(len(regions), ((batch.places, batch.z) for batch in batches))
    return Compiled(batches, order, np.array(counts), np.array(statistics), effect)


def _batch(draft: _Draft, place: dict[Any, int]) -> Batch:
    margins = [np.asarray(w.sum(axis=0)).ravel() + np.asarray(w.sum(axis=1)).ravel() for w in draft.weights]
    dense = len(draft.ids) <= _DENSE_LIMIT
    return Batch(
        places=np.array([place[region] for region in draft.ids]),
        z=deviations(draft.values, "y"),
        weights=np.vstack([w.toarray() for w in draft.weights]) if dense else draft.weights,
        margins=np.array(margins),
        graph=np.array(draft.graph),
        factors=np.array(draft.factors).T,
        columns=np.array(draft.columns),
    )


def _factors(statistic: Statistic, values: Floats, w: Any, sums: WeightSums) -> tuple[tuple[float, ...], float]:
    """Return the four factors of the oriented standardised effect, and the statistic itself."""
    z = deviations(values, "y")
    quadratic = float(z @ (w @ z))
    n, sign = len(z), 1.0
    if statistic == "moran":
        expected, variance = moran_randomisation(sums, kurtosis(z))
        terms = (n / sums.s0, 0.0, 0.0, 0.0)
        observed = terms[0] * quadratic
    elif statistic == "geary":
        # C = (n - 1) / (2 S0) * (sum_i (row_i + column_i) z_i^2 - 2 z'Wz)
        expected, variance = geary_randomisation(sums, kurtosis(z))
        scale, sign = (n - 1) / sums.s0, -1.0
        margins = np.asarray(w.sum(axis=0)).ravel() + np.asarray(w.sum(axis=1)).ravel()
        terms = (-scale, scale / 2, 0.0, 0.0)
        observed = scale * (float(margins @ (z * z)) / 2 - quadratic)
    else:
        if (values < 0).any():
            problem = f"negative value {values.min():g}"
            raise SpatialError(message(problem, allowed="values of 0 and above for Getis-Ord G"))
        if np.count_nonzero(values) < 2:
            raise SpatialError(message("fewer than two values are positive", allowed="two or more for Getis-Ord G"))
        # y = mean + length z: y'Wy = length^2 z'Wz + mean length (row + column)'z + mean^2 S0
        y = values / values.max()
        expected, variance = getis_ord_randomisation(sums, y)
        mean, length = float(y.mean()), float(np.linalg.norm(y - y.mean()))
        pairs = float(y.sum() ** 2 - y @ y)
        terms = (length**2 / pairs, 0.0, mean * length / pairs, mean**2 * sums.s0 / pairs)
        observed = float(y @ (w @ y)) / pairs
    if variance <= 0:
        raise SpatialError(message("the statistic cannot vary", allowed="values and weights that vary"))
    scale = sign / variance**0.5
    return (scale * terms[0], scale * terms[1], scale * terms[2], scale * (terms[3] - expected)), observed


def _name(spec: Specification) -> str:
    return ", ".join(f"{name} {value}" for name, value in spec.labels.items()) or "specification"
