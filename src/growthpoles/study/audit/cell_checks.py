"""Checks of the printed cells alone: root causes first, then what other checks find beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from growthpoles.study.audit.arithmetic import wrong_cells
from growthpoles.study.audit.column_orders import ColumnOrder, column_orders
from growthpoles.study.audit.duplicates import duplicate_findings, find_duplicates
from growthpoles.study.audit.findings import Fault, Finding, cause_fault, cause_findings, copy_findings
from growthpoles.study.audit.hidden_denominators import find_copies
from growthpoles.study.audit.printed_cells import Sources, replace_cells
from growthpoles.study.audit.printed_relations import (
    Block,
    Relation,
    given_sums,
    ratio_relations,
    source_blocks,
    sum_relations,
)
from growthpoles.study.audit.root_causes import Cause, Key, find_causes
from growthpoles.study.audit.row_order_findings import order_findings


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What the printed cells alone tell: findings, orders, causes, and the tables with every cause mended."""

    sources: Sources
    findings: list[Finding]
    orders: list[ColumnOrder]
    causes: list[Cause]
    blocks: Mapping[int, Block]
    mended: Sources
    relations: tuple[Relation, ...]

    @property
    def told(self) -> list[tuple[Fault, Cause]]:
        """Every cause with its fault."""
        return [(cause_fault(cause, self.blocks), cause) for cause in self.causes]


def find_all(
    sources: Sources, *, rng: np.random.Generator | int | None = None
) -> tuple[list[Finding], list[ColumnOrder]]:
    """Run every check of the printed cells; findings and the order of every column."""
    search = search_all(sources, rng=rng)
    return search.findings, search.orders


def search_all(
    sources: Sources,
    *,
    rng: np.random.Generator | int | None = None,
    judge: Callable[[Sources], int] | None = None,
    sums: Sequence[tuple[str, ...]] | None = None,
) -> Search:
    """Look for root causes first; what they explain is no finding of the other checks."""
    blocks = source_blocks(sources)
    relations = ratio_relations(blocks, sources.formulas)
    relations += sum_relations(blocks, relations) if sums is None else given_sums(blocks, sums)
    weigh = None if judge is None else lambda mended: judge(mend(sources, blocks, mended))
    causes, whole = find_causes(blocks, relations, decimal=sources.decimal, judge=weigh)
    wrong_order = {
        key for cause in causes for key in cause.first.keys if cause_fault(cause, blocks).kind == "ratio order"
    }
    in_order = mend(sources, blocks, whole, leave=wrong_order)
    copies = find_copies(sources)
    orders = column_orders(in_order, wrong_cells(in_order), copies, rng=rng)
    repeated, lost = duplicate_findings(sources, find_duplicates(sources), orders)
    explained = {
        (table, blocks[table].rows[int(i)], name)
        for cause in causes
        for reading in cause.readings
        for (table, name), at in reading.cells.items()
        for i in at
    }
    rest = [
        *copy_findings(sources, copies, orders),
        *repeated,
        *order_findings(sources, orders, lost),
    ]
    kept = [
        finding
        for finding in rest
        if 2 * sum((cell.table, cell.row, cell.column) in explained for cell in finding.cells) < len(finding.cells)
    ]
    found = [*cause_findings(sources, blocks, causes), *kept]
    return Search(sources, found, orders, causes, blocks, mend(sources, blocks, whole), tuple(relations))


def mend(
    sources: Sources, blocks: Mapping[int, Block], mended: Mapping[int, Block], *, leave: Collection[Key] = ()
) -> Sources:
    """Return the sources with the cells in which two states of the tables differ."""
    cells = {}
    for table, block in mended.items():
        for name, column in block.columns.items():
            before = blocks[table].columns[name]
            if column is not before and (table, name) not in leave:
                for i in np.flatnonzero(column.value != before.value):
                    if np.isfinite(column.value[i]):
                        # The right figure would have been printed as coarsely as its neighbours.
                        half = max(float(x.high[i] - x.low[i]) / 2 for x in (column, before))
                        cells[table, block.rows[i], name] = (float(column.value[i]), half)
    return replace_cells(sources, cells)
