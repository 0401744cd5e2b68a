"""A specification curve: one question asked in every defensible way at once, with one p-value for the whole set.

Every specification is a statistic of relocated values. All specifications share the same relocations of the regions, so
that their dependence is kept: the share of them that looks significant by chance is known, not assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message, nearest
from growthpoles.spatial.global_tests.global_result import Alternative, check_alternative, check_permutations
from growthpoles.spatial.poles.specification_forms import Compiled, Specification, compile_specifications
from growthpoles.spatial.reference_distributions.joint_relocation import draw_orders, induced_order

__all__ = ["Specification", "SpecificationCurve", "specification_curve"]

WHOLE = ("all", "")
# effects are kept as float32: two closer than this are a tie
_TIE = 1e-6
_LIMIT = 200_000_000
_CHUNK_ROWS = 2048
_CHUNK_VALUES = 2**21
_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class SpecificationCurve:
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
    def overall(self) -> dict[str, float]:
        """The row of `groups` for the main set as a whole."""
        row = self.groups.xs(WHOLE)
        assert isinstance(row, pd.Series)
        return {str(name): float(value) for name, value in row.items()}

    def __repr__(self) -> str:
        whole = self.overall
        return (
            f"{whole['specifications']:.0f} specifications ({self.alternative}): median z {whole['median_z']:.2f} "
            f"(omnibus p = {whole['median_p']:.3f}), {whole['share_significant']:.0%} significant at {self.alpha:g} "
            f"(omnibus p = {whole['share_p']:.3f}), {whole['share_positive']:.0%} positive; "
            f"{self.permutations:,} relocations"
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
        None is seed 0. The result depends neither on the number of workers (``joblib.parallel_config``) nor on the
        order of rows in the values.

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
    standing in for those it lacks (see :mod:`growthpoles.spatial.reference_distributions.joint_relocation`): every specification is relocated
    uniformly, and what two of them share is kept as well as it can be. Observed and relocated effects are treated
    alike, the observed being one of permutations + 1: p-values are (count + 1) / (permutations + 1) with ties counted,
    exact for each specification, and exact for the whole where all of them cover the same regions.
    """
    check_alternative(alternative)
    permutations = check_permutations(permutations, len(specifications))
    if not any(spec.main for spec in specifications):
        raise SpatialError(message("no main specification", where="specification curve", allowed="one or more"))
    if permutations * len(specifications) > _LIMIT:
        problem = f"permutations={permutations:,} for {len(specifications):,} specifications"
        raise SpatialError(message(problem, allowed=f"at most {_LIMIT // len(specifications):,}"))
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
    rows = max(1, min(_CHUNK_ROWS, _CHUNK_VALUES // max(batch.margins.size for batch in compiled.batches)))
    chunks = draw_orders(len(compiled.standing), permutations, rng, rows=rows)
    blocks = list(Parallel()(delayed(_evaluate)(order, compiled, chosen) for order in chunks))
    effects = np.concatenate([block[0] for block in blocks], axis=1)
    medians = np.concatenate([block[1] for block in blocks], axis=1)
    p, significant, shares = _significance(effects, chosen, alternative, tail)
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
            "median_p": [_omnibus(row, alternative) for row in medians],
            "share_significant": shares[:, 0],
            "share_p": [_omnibus(row, "greater") for row in shares],
            "share_positive": [float((compiled.effect[columns] > 0).mean()) for columns in chosen],
        },
        index=pd.MultiIndex.from_tuples(list(members), names=["choice", "value"]),
    )
    return SpecificationCurve(
        table=table.sort_values("z", kind="stable", ignore_index=True),
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
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the effects of all specifications, shape (m, rows), and the median of each group, shape (groups, rows)."""
    effects = np.empty((len(compiled.n), len(order)), dtype=np.float32)
    induced: dict[bytes, NDArray[np.intp]] = {}
    for batch in compiled.batches:
        key = batch.places.tobytes()
        if key not in induced:
            induced[key] = induced_order(order, batch.places, compiled.standing)
        effects[batch.columns] = batch.effects(induced[key])
    medians = np.empty((len(chosen), len(order)))
    for group, columns in enumerate(chosen):
        # sorting whole rows is faster than np.median
        ordered = np.sort(np.ascontiguousarray(effects[columns].T), axis=1)
        half = len(columns) // 2
        medians[group] = (ordered[:, half].astype(float) + ordered[:, len(columns) - 1 - half]) / 2
    return effects, medians


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
