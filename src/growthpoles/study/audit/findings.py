"""Findings and faults: cells concerned, cause, correction, severity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd

from growthpoles.study.audit.column_orders import ColumnOrder
from growthpoles.study.audit.hidden_denominators import HiddenCopy
from growthpoles.study.audit.printed_cells import Sources, records
from growthpoles.study.audit.readings import Reading

FaultKind = Literal[
    "repeated in rows",
    "repeated in years",
    "column order",
    "undecided order",
    "ratio order",
    "ratio",
    "input",
    "denominator",
    "decimal shift",
    "index",
    "class",
    "statement",
]

#: Sentence of every kind; its placeholders are fields of :class:`Fault`.
TEMPLATES: Mapping[FaultKind, str] = MappingProxyType(
    {
        "repeated in rows": "table {table}: {column} is the same in rows {row} and {other_row}",
        "repeated in years": "tables {table} and {other_table}: {column} is the same in row {row} of both years",
        "column order": "table {table}: columns stand in the {order} order, the labels do not",
        "undecided order": "table {table}: the row order of {column} is undecided",
        "ratio order": "table {table}: ratios stand in another row order than labels and inputs",
        "ratio": "table {table}: {column} of row {row} does not follow from its row",
        "input": "table {table}: {column} of row {row} contradicts the ratios of its row",
        "denominator": "table {table}: {column} was divided by the {denominator} of {year}, row by row",
        "decimal shift": "table {table}: {column} of row {row} is off by a power of ten",
        "index": "table {table}: the index of row {row}, {year}, follows from no reading of the tables",
        "class": "table {table}: the class of row {row}, {year}, is not that of its index",
        "statement": "text: {statement}",
    }
)
Correction = Callable[[Reading], Reading]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the printed tables: what several findings may go back to.

    Only the fields that the template of its kind names are filled; `table`, `row` and the like are numbers as printed,
    `column` and `denominator` codes of columns, `order` the name of a row order, `statement` a sentence of the study.
    """

    kind: FaultKind
    table: int = 0
    column: str = ""
    row: int = 0
    year: int = 0
    order: str = ""
    denominator: str = ""
    other_row: int = 0
    other_table: int = 0
    statement: str = ""

    @property
    def template(self) -> str:
        """English sentence with placeholders."""
        return TEMPLATES[self.kind]

    @property
    def places(self) -> dict[str, Any]:
        """Every field but the kind, by the name of its placeholder."""
        return {name: value for name, value in asdict(self).items() if name != "kind"}

    def __str__(self) -> str:
        """English sentence."""
        return self.template.format(**self.places)


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell of a finding."""

    table: int
    row: int
    column: str
    printed: str
    expected: float
    cause: str
    region: str


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One finding: `fault` groups those with one origin, `correct` returns a reading without it (None: cannot)."""

    name: str
    fault: Fault
    cells: tuple[Cell, ...]
    evidence: str
    correct: Correction | None = None
    year: int | None = None
    notice: bool = False
    affects: tuple[int, ...] = field(default=())


def cell(sources: Sources, table: int, row: int, column: str, *, expected: float, cause: str) -> Cell:
    """Describe a printed cell of the sources."""
    printed = str(sources.column(table, column, "printed")[row])
    return Cell(table, int(row), column, printed, expected, cause, str(sources.labels(table)[row]))


def arithmetic_findings(sources: Sources, wrong: pd.DataFrame) -> list[Finding]:
    """Turn wrong derived cells into findings: one per column whose rows are exchanged, one per cell otherwise."""
    found = []
    for (table, column), part in wrong.groupby(["table", "column"], sort=False):
        swapped = part[(part["cause"] == "swapped rows") & part["unique"].astype(bool)]
        if len(swapped):
            found.append(_swap(sources, int(str(table)), str(column), swapped))
        for line in records(part.drop(swapped.index)):
            if line["cause"] != "wrong input":
                found.append(_single(sources, line))
    inputs = wrong[wrong["cause"] == "wrong input"]
    for (table, row), part in inputs.groupby(["table", "row"]):
        found.append(_input(sources, int(str(table)), int(str(row)), part))
    return found


def _swap(sources: Sources, table: int, column: str, part: pd.DataFrame) -> Finding:
    cells = tuple(
        cell(
            sources,
            table,
            line["row"],
            column,
            expected=line["expected"],
            cause=f"swapped rows: the value belongs to {line['source_region']}",
        )
        for line in records(part)
    )
    # The printed value of a row belongs to the region that labels its source row.
    moved = {line["source_region"]: float(line["value"]) for line in records(part)}
    evidence = (
        f"{len(part)} cells fit the inputs of another row to rounding, one to one and in one way only; "
        f"printed / own row's inputs = {part['ratio'].min():.2f} to {part['ratio'].max():.2f}"
    )
    return Finding(
        f"t{table}-{column}-rows",
        Fault("ratio order", table=table),
        cells,
        evidence,
        lambda reading: reading.with_cells(table, column, moved),
        sources.year(table),
    )


def _single(sources: Sources, line: dict[str, Any]) -> Finding:
    table, row, column = int(line["table"]), int(line["row"]), str(line["column"])
    value, expected, power = float(line["value"]), float(line["expected"]), int(line["power"])
    cause = str(line["cause"]) or "arithmetic"
    if cause == "decimal shift":
        cause = f"decimal shift (x10^{power})"
    elif line["source_region"]:
        cause = f"{cause}: the value belongs to {line['source_region']} (row {line['source_row']})"
    detail = f"; {line['detail']}" if line["detail"] else ""
    low, high = float(line["low"]), float(line["high"])
    evidence = (
        f"its row's inputs give {expected:.10g} ({low:.10g} to {high:.10g}); "
        f"printed / expected = {value / expected:.6g}{detail}"
    )
    region = str(line["region"])
    return Finding(
        f"t{table}-{column}-r{row:02d}",
        Fault("ratio", table=table, column=column, row=row),
        (cell(sources, table, row, column, expected=expected, cause=cause),),
        evidence,
        lambda reading: reading.with_cells(table, column, {region: expected}),
        sources.year(table),
    )


def _input(sources: Sources, table: int, row: int, part: pd.DataFrame) -> Finding:
    detail = str(part["detail"].iloc[0])
    name = detail.split(" ", 1)[0]
    expected = float(detail.split("agree on ", 1)[1].split(":", 1)[0])
    region = str(sources.labels(table)[row])
    ratios = ", ".join(part["column"])
    return Finding(
        f"t{table}-{name}-r{row:02d}",
        Fault("input", table=table, column=name, row=row),
        (cell(sources, table, row, name, expected=expected, cause=f"wrong input of {ratios}"),),
        detail,
        lambda reading: reading.with_cells(table, name, {region: expected}),
        sources.year(table),
    )


def copy_findings(sources: Sources, copies: Sequence[HiddenCopy], orders: list[ColumnOrder]) -> list[Finding]:
    """Turn ratios with the denominator of another year into findings, and single cells that leave the pattern."""
    by_key = {(order.table, order.column): order for order in orders}
    found = []
    for copy in copies:
        denominator = by_key.get((copy.later, copy.denominator))
        rule = sources.formula(copy.column)
        assert rule is not None  # its denominator is implied by it
        numerator, _, factor = rule
        above = by_key.get((copy.later, numerator))
        expected: dict[str, float] = {}
        if denominator is not None and above is not None and denominator.decided and above.decided:
            below = pd.Series(copy.frame["earlier"].to_numpy(float), index=pd.Index(denominator.order))
            top = pd.Series(sources.column(copy.later, numerator).to_numpy(float), index=pd.Index(above.order))
            if denominator.order != above.order:
                expected = {
                    str(region): float(value) for region, value in (factor * top / below.reindex(top.index)).items()
                }
        labels = sources.labels(copy.later)
        year, old = sources.year(copy.later), sources.year(copy.earlier)
        power = {
            str(region): int(k) for region, k in zip(labels.loc[copy.frame.index], copy.frame["power"], strict=True)
        }
        moved = {region: value * 10.0 ** power[region] for region, value in expected.items() if region in power}
        cells = []
        for row in copy.frame.index:
            region = str(labels[row])
            cause, value = f"denominator of {old}", np.nan
            owner = denominator.order[list(labels.index).index(row)] if expected and denominator is not None else region
            if owner != region:
                # The later year's own denominator is not known: the earlier one of the right region is the best.
                cause, value = f"{cause}, of {owner}", expected.get(region, np.nan)
            cells.append(cell(sources, copy.later, row, copy.column, expected=value, cause=cause))
        evidence = (
            f"the {copy.denominator} implied by table {copy.later} equals that of table {copy.earlier} row by row, "
            f"to rounding, in {len(copy.rows)} of {len(copy.frame)} rows (chance {copy.chance:.0e})"
        )
        found.append(
            Finding(
                f"t{copy.later}-{copy.column}-denominator",
                Fault("denominator", table=copy.later, column=copy.column, denominator=copy.denominator, year=old),
                tuple(cells),
                evidence,
                fix_cells(copy.later, copy.column, moved) if moved else None,
                year,
                notice=not moved,
            )
        )
        found += [_shifted(sources, copy, int(row)) for row in copy.frame.index[~copy.frame["agrees"]]]
    return found


def fix_cells(table: int, column: str, values: dict[str, float]) -> Correction:
    """Return the correction that replaces single values of a column."""
    return lambda reading: reading.with_cells(table, column, values)


def _shifted(sources: Sources, copy: HiddenCopy, row: int) -> Finding:
    line: dict[str, Any] = {str(name): copy.frame[name][row] for name in copy.frame.columns}
    power, value, region = int(line["power"]), float(line["value"]), str(sources.labels(copy.later)[row])
    expected = value / 10.0**power if power else float(line["expected"])
    cause = f"decimal shift (x10^{power})" if power else "arithmetic"
    evidence = (
        f"with the {copy.denominator} of its row in table {copy.earlier} it would be {line['expected']:.10g}; "
        f"printed / that = {line['ratio']:.6g}"
    )
    if power:
        evidence += f", a factor of 10^{power} with a remainder of {100 * (line['ratio'] / 10.0**power - 1):.2g} %"
    column = sources.column(copy.later, copy.column)
    if value == column.max():
        evidence += "; it is the greatest value of its column, so every other region's score is divided by it"
    return Finding(
        f"t{copy.later}-{copy.column}-r{row:02d}",
        Fault("decimal shift" if power else "ratio", table=copy.later, column=copy.column, row=row),
        (cell(sources, copy.later, row, copy.column, expected=expected, cause=cause),),
        evidence,
        fix_cells(copy.later, copy.column, {region: expected}),
        sources.year(copy.later),
    )
