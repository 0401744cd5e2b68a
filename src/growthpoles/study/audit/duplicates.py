"""Findings on repeated cells, and which of the two is more likely the copy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthpoles.study.audit.column_order import ColumnOrder
from growthpoles.study.audit.faults import Fault
from growthpoles.study.audit.findings import Finding, cell
from growthpoles.study.audit.printed_cells import Sources, records
from growthpoles.study.audit.readings import Reading

#: Odds above which one of two equal cells is called the copy.
ODDS = 3.0


def duplicate_findings(
    sources: Sources, pairs: pd.DataFrame, orders: list[ColumnOrder]
) -> tuple[list[Finding], set[tuple[int, str, str]]]:
    """Turn repeated cells into findings.

    Within a column the copy is the cell that departs more from the common growth to or from the other year (odds
    above 3 to 1, on the Laplace scale of that comparison). Between years of one row it is the cell that is less at
    home among the others of its column; such a pair is flagged and not corrected.

    Returns
    -------
    findings : list of Finding
    lost : set of (table, column, region)
        Cells that are likely copies within a column: their region's own value is unknown.
    """
    by_key = {(order.table, order.column): order for order in orders}
    found: list[Finding] = []
    lost: set[tuple[int, str, str]] = set()
    for pair in records(pairs):
        order = by_key.get((int(pair["table"]), str(pair["column"])))
        if pair["kind"] == "rows of one column":
            finding, gone = _within(sources, pair, order)
            lost |= gone
        else:
            finding = _between(sources, pair)
        found.append(finding)
    return found, lost


def _within(
    sources: Sources, pair: dict[str, Any], order: ColumnOrder | None
) -> tuple[Finding, set[tuple[int, str, str]]]:
    table, column = int(pair["table"]), str(pair["column"])
    rows = (int(pair["row"]), int(pair["other_row"]))
    labels = sources.labels(table)
    regions = dict(zip(labels.index, order.order if order is not None and order.decided else labels, strict=True))
    evidence = f"{float(pair['coincidences']):.0e} coincidences as exact expected among the cells of the column"
    copy: int | None = None
    test = order.alignment if order is not None else None
    if test is not None and order is not None and order.decided:
        deviation = test.rows["deviation"]
        gaps = {row: abs(float(deviation[row])) for row in rows}
        worse = max(rows, key=lambda row: gaps[row])
        odds = float(np.exp((gaps[worse] - min(gaps.values())) / test.scale))
        told = "; ".join(
            f"{regions[row]} departs from the common growth by a factor of {np.exp(gaps[row]):.2f}" for row in rows
        )
        evidence += f"; {told}: odds {odds:.1f} to 1 that {regions[worse]} is the copy"
        copy = worse if odds >= ODDS else None
    cells = tuple(
        cell(
            sources,
            table,
            row,
            column,
            expected=np.nan,
            cause=f"duplicated cell: the same as row {other}" + (", likely the copy" if row == copy else ""),
        )
        for row, other in (rows, rows[::-1])
    )
    fault = Fault("repeated in rows", table=table, column=column, row=rows[0], other_row=rows[1])
    name = f"t{table}-{column}-repeat"
    if copy is None:
        return Finding(name, fault, cells, evidence, None, sources.year(table), notice=True), set()
    gone = str(regions[copy])
    return (
        Finding(
            name, fault, cells, evidence, lambda reading: _without(reading, table, column, gone), sources.year(table)
        ),
        {(table, column, gone)},
    )


def _without(reading: Reading, table: int, column: str, region: str) -> Reading:
    """Take one input away, and the ratios of its table that use it."""
    formulas = reading.sources.formulas
    fixed = reading.with_cells(table, column, {region: np.nan})
    for name in formulas.loc[(formulas["numerator"] == column) | (formulas["denominator"] == column), "column"]:
        if name in reading.sources.columns(table):
            fixed = fixed.with_cells(table, str(name), {region: np.nan})
    return fixed


def _between(sources: Sources, pair: dict[str, Any]) -> Finding:
    column = str(pair["column"])
    places = [
        (int(pair["table"]), int(pair["row"])),
        (int(pair["other_table"]), int(pair["other_row"])),
    ]
    distance = [_distance(sources, table, row, column) for table, row in places]
    worse = int(np.argmax(distance))
    told = " and ".join(
        f"{gap:.1f} spreads from the middle of table {table}" for gap, (table, _) in zip(distance, places, strict=True)
    )
    evidence = (
        f"{float(pair['coincidences']):.0e} coincidences as exact expected in this row of two years; "
        f"on the log scale it lies {told}: more likely the copy is in table {places[worse][0]}; flagged, not corrected"
    )
    cells = tuple(
        cell(
            sources,
            table,
            row,
            column,
            expected=np.nan,
            cause=f"duplicated cell: the same as table {other[0]}, row {other[1]}",
        )
        for (table, row), other in zip(places, places[::-1], strict=True)
    )
    fault = Fault("repeated in years", table=places[0][0], other_table=places[1][0], column=column, row=places[1][1])
    return Finding(f"t{places[0][0]}-t{places[1][0]}-{column}-repeat", fault, cells, evidence, None, None, notice=True)


def _distance(sources: Sources, table: int, row: int, column: str) -> float:
    """Return how far a value is from the median of the others of its column, in robust log standard deviations."""
    values = sources.column(table, column)
    others = np.log(values.drop(row)[values.drop(row) > 0])
    spread = max(1.4826 * float((others - others.median()).abs().median()), 1e-6)
    return abs(float(np.log(values[row])) - float(others.median())) / spread
