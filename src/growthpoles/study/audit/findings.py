"""Findings and faults: cells concerned, cause, correction; their effects on index, class and rank, and so severity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, Number, Reason
from growthpoles.study.audit.arithmetic import HiddenCopy
from growthpoles.study.audit.causes.hypotheses import Reading as CauseReading
from growthpoles.study.audit.causes.hypotheses import shifted_by
from growthpoles.study.audit.causes.printed_relations import Block
from growthpoles.study.audit.causes.root_causes import Cause, cell_text, wrong_input
from growthpoles.study.audit.column_orders import ColumnOrder, listed
from growthpoles.study.audit.printed_cells import Sources
from growthpoles.study.audit.readings import Order, Reading, ReadingName, can_rate, make_reading, rated_values, rows_of
from growthpoles.study.files.printed_tables import Decimal

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.ratings.rating_options import Method


FaultKind = Literal[
    "repeated in rows",
    "repeated in years",
    "column order",
    "undecided order",
    "ratio order",
    "exchanged rows",
    "moved rows",
    "exchanged years",
    "exchanged columns",
    "exchanged figures",
    "exchanged cells",
    "repeated column",
    "factor",
    "digits",
    "contradiction",
    "contradictory columns",
    "repeated row",
    "same columns",
    "sign",
    "magnitude",
    "unit",
    "moved between years",
    "exchanged between years",
    "shares",
    "share",
    "growth",
    "sum",
    "total",
    "rank",
    "rank order",
    "rank numbers",
    "class order",
    "ratio",
    "input",
    "indicator",
    "denominator",
    "other input",
    "other column",
    "column",
    "decimal shift",
    "decimal shifts",
    "index",
    "class",
    "method",
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
        "exchanged rows": "table {table}: {column} is exchanged between rows {row} and {other_row}",
        "moved rows": "table {table}: {column} stands in the rows of other regions in rows {rows}",
        "exchanged years": "tables {table} and {other_table}: the columns {column} are exchanged",
        "exchanged columns": "table {table}: the columns {column} are exchanged",
        "exchanged figures": "table {table}: the figures of {column} are exchanged in row {row}",
        "exchanged cells": "tables {table} and {other_table}: {column} of one region are exchanged, row {row}",
        "repeated column": "table {table}: {column} repeats the column of {year}",
        "factor": "table {table}: {column} is {factor} times what its formula gives, in all rows",
        "digits": "{column}: the last digits are cut off or rounded more coarsely than printed",
        "contradiction": "table {table}: {column} contradict each other in row {row}; which is wrong is open",
        "contradictory columns": "table {table}: {column} contradict each other in rows {rows}; which is wrong is open",
        "repeated row": "table {table}: rows {row} and {other_row} are the same",
        "same columns": "table {table}: the columns {column} are the same",
        "sign": "table {table}: {column} of row {row} has the wrong sign",
        "magnitude": "tables {table} and {other_table}: {column} of row {row} differs by a power of ten",
        "unit": "tables {table} and {other_table}: {column} is in another unit in one, x{factor} in all rows",
        "moved between years": "tables {table} and {other_table}: {column} moved to other rows in one, rows {rows}",
        "exchanged between years": (
            "tables {table} and {other_table}: {column} of {region} and {other_region} are exchanged in {year} or in "
            "{other_year}, rows {rows}"
        ),
        "shares": "table {table}: the shares {column} do not add up to the whole",
        "share": "table {table}: {column} of row {row} is not its share of {denominator}",
        "growth": "table {table}: {column} of row {row} is not the growth of {denominator} since {year}",
        "sum": "table {table}: {column} of row {row} does not add up",
        "total": "table {table}: the rows do not add up to the total of {column}, row {row}",
        "rank": "table {table}: {column} of row {row} is not the rank by {denominator}",
        "rank order": "table {table}: {column} is not the rank by {denominator} in rows {rows}",
        "rank numbers": "table {table}: {column} is no order of places, rows {rows}",
        "class order": "table {table}: {column} is out of the order of {denominator} in rows {rows}",
        "ratio": "table {table}: {column} of row {row} does not follow from its row",
        "input": "table {table}: {column} of row {row} contradicts what was computed from it",
        "indicator": "table {table}: {column} of row {row} is not the figure that the index follows from",
        "denominator": "table {table}: {column} was divided by the {denominator} of {year}, row by row",
        "other input": "table {table}: {column} was computed with the {denominator} of {year}, row by row",
        "other column": "table {table}: {column} was computed with {denominator}, row by row",
        "column": "table {table}: {column} follows from no figures of its own rows (rows {rows})",
        "decimal shift": "table {table}: {column} of row {row} is off by a power of ten",
        "decimal shifts": "table {table}: {column} is off by a power of ten in rows {rows}",
        "index": "table {table}: the index of row {row}, {year}, follows from no reading of the tables",
        "class": "table {table}: the class of row {row}, {year}, is not that of its index",
        "method": "table {table}: {column} was computed by another method than the study says: {statement}",
        "statement": "text: {statement}",
    }
)
#: Faults whose expected values hang on which region a row is: an edition with another order of the rows has none there.
OF_ROWS: tuple[FaultKind, ...] = (
    "column order",
    "undecided order",
    "ratio order",
    "exchanged rows",
    "moved rows",
    "moved between years",
    "exchanged between years",
)
Correction = Callable[[Reading], Reading]
#: A reason, or several joined.
Sentence = Reason | Joined


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the printed tables: what several findings may go back to.

    Only the fields that the template of its kind names are filled; `table`, `row` and the like are numbers as printed,
    `column` and `denominator` codes of columns (several are joined), `region` a region, `order` the name of a row
    order, `statement` a sentence of the study.
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
    rows: str = ""
    factor: str = ""
    region: str = ""
    other_region: str = ""
    other_year: int = 0

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
    """One printed cell of a finding; `power` of ten by which it is said to be off, beside a total or another year."""

    table: int
    row: int
    column: str
    printed: str
    expected: float
    cause: Sentence
    region: str
    power: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One finding: `fault` groups those with one origin, `correct` returns a reading without it (None: cannot)."""

    name: str
    fault: Fault
    cells: tuple[Cell, ...]
    evidence: Sentence
    correct: Correction | None = None
    year: int | None = None
    notice: bool = False


#: Name of a finding, its fault, one cell, severity, evidence.
Entry = tuple[str, Fault, Cell, str, Sentence]
ONE_READING = "one reading: {cause}"


def one_reading(cause: Sentence) -> Reason:
    """Say that a cause is one of several."""
    return Reason(ONE_READING, {"cause": cause})


def published_figure(cause: Sentence) -> Reason:
    """Say that a cause is that of a published figure."""
    return Reason("published figure: {cause}", {"cause": cause})


def is_open(cause: str) -> bool:
    """Tell whether a cause is one of several."""
    if not isinstance(cause, Reason):
        return False
    return cause.template == ONE_READING or is_open(cause.places.get("cause", ""))


def decided(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return cells with their causes as what is wrong, and no longer as one of several readings."""
    return tuple(
        replace(each, cause=each.cause.places["cause"])
        if isinstance(each.cause, Reason) and each.cause.template == ONE_READING
        else each
        for each in cells
    )


def cell(sources: Sources, table: int, row: int, column: str, *, expected: float, cause: Sentence) -> Cell:
    """Describe a printed cell of the sources."""
    printed = str(sources.column(table, column, "printed")[row])
    return Cell(table, int(row), column, printed, expected, cause, str(sources.labels(table)[row]))


def cause_findings(sources: Sources, blocks: Mapping[int, Block], causes: Sequence[Cause]) -> list[Finding]:
    """Turn root causes into findings: one per column with one reason; those of one cause share its fault."""
    found = []
    for cause in causes:
        fault = cause_fault(cause, blocks)
        found += [
            _of_column(sources, blocks, cause, reading, key, fault)
            for reading in cause.readings
            for key in reading.keys
        ]
    return found


def cause_fault(cause: Cause, blocks: Mapping[int, Block]) -> Fault:
    """Name a cause as a fault: its kind, where it is, and in which rows."""
    first = cause.first
    table = first.keys[0][0]
    columns = Joined(dict.fromkeys(name for reading in cause.readings for _, name in reading.keys), ", ")
    at = first.cells[first.keys[0]]
    rows = [blocks[table].rows[int(i)] for i in at]
    results = {(relation.table, relation.members[0]) for relation, _ in cause.symptoms if relation.kind == "ratio"}
    relation_kind = cause.symptoms[0][0].kind if cause.symptoms else ""
    if cause.open:
        if first.kind in ("cell", "across"):
            return Fault("contradiction", table=table, column=columns, row=rows[0])
        return Fault("contradictory columns", table=table, column=columns, rows=listed(rows))
    if first.kind == "rows":
        if len(rows) == 2:
            return Fault("exchanged rows", table=table, column=columns, row=min(rows), other_row=max(rows))
        if set(first.keys) <= results and not any(relation.whole for relation, _ in cause.symptoms):
            return Fault("ratio order", table=table)
        return Fault("moved rows", table=table, column=columns, rows=listed(rows))
    if first.kind == "shifted":
        return Fault("moved rows", table=table, column=columns, rows=listed(rows))
    if first.kind == "unit":
        return Fault("decimal shifts", table=table, column=columns, rows=listed(rows))
    if first.kind == "across":
        return Fault("exchanged cells", table=table, other_table=first.keys[-1][0], column=columns, row=rows[0])
    if first.kind == "exchanged" and relation_kind == "index":
        return Fault("exchanged columns", table=table, column=columns)
    if first.kind == "exchanged":
        return Fault("exchanged years", table=table, other_table=first.keys[-1][0], column=columns)
    if first.kind == "repeated" and first.input:
        return Fault("same columns", table=table, column=Joined([*columns.parts, first.input], ", "))
    if first.kind == "repeated":
        return Fault("repeated column", table=table, column=columns, year=first.other_year)
    if first.kind == "other year":
        told: FaultKind = "denominator" if first.part == "denominator" else "other input"
        return Fault(told, table=table, column=columns, denominator=first.input, year=first.other_year)
    if first.kind == "column":
        return Fault("column", table=table, column=columns, rows=listed(rows))
    if first.kind == "other column":
        return Fault("other column", table=table, column=columns, denominator=first.input)
    if first.kind == "factor":
        return Fault("factor", table=table, column=columns, factor=f"{first.factor:.6g}")
    if first.kind == "digits":
        return Fault("digits", column=columns)
    relation = cause.symptoms[0][0]
    if relation.whole and first.keys[0] == (table, relation.members[0]):
        share, of = relation.members
        return Fault("share", table=table, column=share, row=rows[0], denominator=of)
    if first.keys[0] in results or relation.kind == "index":
        return Fault("ratio", table=table, column=first.keys[0][1], row=rows[0])
    kinds = {relation.kind for relation, _ in cause.symptoms}
    return Fault("input" if "ratio" in kinds else "sum", table=table, column=columns, row=rows[0])


def _of_column(
    sources: Sources,
    blocks: Mapping[int, Block],
    cause: Cause,
    reading: CauseReading,
    key: tuple[int, str],
    fault: Fault,
) -> Finding:
    table, name = key
    block, at = blocks[table], reading.cells[key]
    column, (low, middle, high) = block.columns[name], reading.bounds[key]
    result = [r for r, _ in cause.symptoms if r.kind == "ratio" and (r.table, r.members[0]) == key]
    told = [_told(reading, key, place, blocks, cause, sources.decimal) for place in range(len(at))]
    want = result[0].implied(block, name)[1] if reading.kind == "rows" and result else middle
    if cause.open:
        told = [one_reading(text) for text in told]
    cells = tuple(
        Cell(table, block.rows[i], name, column.printed[i], float(want[i]), text, block.regions[i])
        for i, text in zip(map(int, at), told, strict=True)
    )
    ratios = column.value[at] / want[at]
    i = int(at[0])
    if reading.kind == "rows":
        least, most = (Number(f"{end:.2f}") for end in (np.nanmin(ratios), np.nanmax(ratios)))
        evidence = [
            Reason(_FIT[bool(result), reading.unique], {"count": len(at)}),
            Reason("printed / own row's inputs = {low} to {high}", {"low": least, "high": most}),
        ]
    elif reading.kind != "cell":
        evidence = [explains(cause)]
    elif result:
        evidence = [
            Reason("its row's inputs give {value} ({low} to {high})", _bounds(low[i], middle[i], high[i])),
            Reason("printed / expected = {ratio}", {"ratio": Number(f"{ratios[0]:.6g}")}),
        ]
    else:
        evidence = [implies(relations_of(cause), name, low[i], middle[i], high[i])]
    if cause.open:
        evidence.append(undecided_between([name for _, name in other.keys] for other in cause.readings))
    regions = {str(block.regions[int(i)]): float((middle if reading.kind == "rows" else want)[int(i)]) for i in at}
    suffix = "rows" if reading.kind == "rows" else f"r{block.rows[i]:02d}" if len(at) == 1 else reading.kind.split()[0]
    return Finding(
        f"t{table}-{name}-{suffix}",
        fault,
        cells,
        Joined(evidence),
        fix_cells(table, name, regions) if block.year is not None else None,
        block.year,
    )


def _told(
    reading: CauseReading, key: tuple[int, str], place: int, blocks: Mapping[int, Block], cause: Cause, decimal: Decimal
) -> Sentence:
    """Say what is wrong with one cell, and what follows from it."""
    text = cell_text(reading, key, place, blocks, decimal)
    if text is not None and reading.texts:
        return text
    ratios = [r.members[0] for r, _ in cause.symptoms if r.kind == "ratio" and r.members[0] != key[1]]
    sums = [r.told for r, _ in cause.symptoms if r.kind == "sum"]
    parts = [wrong_input(ratios)] if ratios else []
    parts += [adds_up_to_other(Joined(sums))] if sums else []
    shares = [r for r, _ in cause.symptoms if r.whole and (r.table, r.members[0]) == key]
    plain = Reason("sum: not the share of {column}", {"column": shares[0].members[1]}) if shares else ARITHMETIC
    return Joined([*parts, *([text] if text else [])] or [plain])


def adds_up_to_other(relation: str) -> Reason:
    """Say what a cell breaks."""
    return Reason("does not add up: {relation}", {"relation": relation})


def relations_of(cause: Cause) -> Joined:
    """List the relations that a cause explains."""
    return Joined(dict.fromkeys(relation.told for relation, _ in cause.symptoms))


def explained(count: int, relation: str) -> Reason:
    """Say how many cells a cause explains, and which relations hold then."""
    return Reason("explains {count} cells: {relation}", {"count": count, "relation": relation})


def explains(cause: Cause) -> Reason:
    """Say what a cause explains."""
    return explained(sum(len(rows) for _, rows in cause.symptoms), relations_of(cause))


def _bounds(low: float, value: float, high: float) -> dict[str, Number]:
    ends = {"low": low, "value": value, "high": high}
    return {name: Number(f"{end:.10g}") for name, end in ends.items()}


def implies(relation: str, column: str, low: float, middle: float, high: float) -> Reason:
    """Say what relations give for a cell."""
    places = {"relation": relation, "column": column, **_bounds(low, middle, high)}
    return Reason("{relation} give {column} {value} ({low} to {high})", places)


def undecided_between(readings: Iterable[Sequence[str]]) -> Reason:
    """Say which columns may be wrong: those of one reading, which are wrong together."""
    names = Joined(dict.fromkeys(Joined(dict.fromkeys(columns), " + ") for columns in readings), " or ")
    return Reason("either of {columns} explains it, and nothing in the tables decides", {"columns": names})


#: By whether results fit inputs of other rows, and whether in one way only.
_FIT = {
    (True, True): "{count} cells fit the inputs of another row to rounding, one to one and in one way only",
    (True, False): "{count} cells fit the inputs of another row to rounding, one to one and in several ways",
    (False, True): "{count} cells fit the figures of another row to rounding, one to one and in one way only",
    (False, False): "{count} cells fit the figures of another row to rounding, one to one and in several ways",
}
_DIVISOR = "it is the greatest value of its column, so every other region's score is divided by it"
ARITHMETIC = Reason("arithmetic", {})


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
            cause, value = Reason("denominator of {year}", {"year": old}), np.nan
            owner = denominator.order[list(labels.index).index(row)] if expected and denominator is not None else region
            if owner != region:
                # The later year's own denominator is not known: the earlier one of the right region is the best.
                cause = Reason("denominator of {year}, of {region}", {"year": old, "region": owner})
                value = expected.get(region, np.nan)
            cells.append(cell(sources, copy.later, row, copy.column, expected=value, cause=cause))
        evidence = Reason(
            "the {column} implied by table {table} equals that of table {other_table} row by row, to rounding, "
            "in {count} of {all} rows (chance {value})",
            {
                "column": copy.denominator, "table": copy.later, "other_table": copy.earlier, "count": len(copy.rows),
                "all": len(copy.frame), "value": Number(f"{copy.chance:.0e}"),
            },
        )  # fmt: skip
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
    cause = shifted_by(power) if power else ARITHMETIC
    would = {"column": copy.denominator, "table": copy.earlier, "value": Number(f"{line['expected']:.10g}")}
    ratio = Number(f"{line['ratio']:.6g}")
    evidence = [Reason("with the {column} of its row in table {table} it would be {value}", would)]
    if power:
        rest = Number(f"{100 * (line['ratio'] / 10.0**power - 1):.2g}")
        places = {"ratio": ratio, "power": power, "share": rest}
        evidence.append(
            Reason("printed / that = {ratio}, a factor of 10^{power} with a remainder of {share} %", places)
        )
    else:
        evidence.append(Reason("printed / that = {ratio}", {"ratio": ratio}))
    column = sources.column(copy.later, copy.column)
    if value == column.max():
        evidence.append(Reason(_DIVISOR, {}))
    return Finding(
        f"t{copy.later}-{copy.column}-r{row:02d}",
        Fault("decimal shift" if power else "ratio", table=copy.later, column=copy.column, row=row),
        (cell(sources, copy.later, row, copy.column, expected=expected, cause=cause),),
        Joined(evidence),
        fix_cells(copy.later, copy.column, {region: expected}),
        sources.year(copy.later),
    )


EFFECT_COLUMNS = (
    "finding", "reading", "year", "region", "index_before", "index_after",
    "class_before", "class_after", "rank_before", "rank_after",
)  # fmt: skip
SEVERITIES = ("changes a class", "changes a rank", "no effect on rank or class", "notice")


def effects(
    sources: Sources,
    findings: Sequence[Finding],
    catalogue: Catalogue,
    *,
    order: Order | None = None,
    method: Method | None = None,
) -> pd.DataFrame:
    """Correct every finding alone, all other cells as printed, and rate again.

    Parameters
    ----------
    sources : Sources
    findings : sequence of Finding
        Those without a correction are left out.
    catalogue : Catalogue
    order : tuple of str, optional
        Regions by row for the reading by row number; None takes the labels of the first table.
    method : Method, optional
        How the index is computed; None is the article's method.

    Returns
    -------
    DataFrame
        finding, reading ("label": tables read by their own labels; "row": joined by row number, as the published
        index was), year, region, index, class and rank before and after the correction. A missing index has no
        class and no rank. Empty for years that do not print every indicator.
    """
    from growthpoles.ratings.rating_options import Method

    method = (method or Method()).of(catalogue)
    frames = []
    names: tuple[ReadingName, ...] = ("label", "row")
    orders = [make_reading(sources, name, order=order).orders for name in names]
    for name in names if orders[0] != orders[1] else names[:1]:
        reading = make_reading(sources, name, order=order)
        before: dict[int, pd.DataFrame] = {}
        for finding in findings:
            year = finding.year
            if finding.correct is None or year is None or not can_rate(sources, catalogue, year):
                continue
            if year not in before:
                before[year] = _rated(reading, year, catalogue, method)
            after = _rated(_corrected(finding, reading), year, catalogue, method)
            frames.append(_beside(finding.name, name, year, before[year], after))
    if not frames:
        return pd.DataFrame(columns=list(EFFECT_COLUMNS))
    if orders[0] == orders[1]:
        frames += [frame.assign(reading="row") for frame in frames]
    return pd.concat(frames, ignore_index=True)[list(EFFECT_COLUMNS)]


def _rated(reading: Reading, year: int, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Return index, class and rank by region, without the rest of a rating."""
    from growthpoles.ratings.aggregation_tree import index_of, ranks
    from growthpoles.ratings.rate import classes_of
    from growthpoles.ratings.rating_options import compiled

    values = rated_values(reading, year, catalogue, method)
    index = rows_of(year, pd.Series(index_of(values, compiled(catalogue), method), index=values.index))
    letters = classes_of(index, method).astype(object) if method.has_classes(catalogue.root) else np.nan
    place = ranks(index.to_numpy())
    rank = pd.Series(place, index=index.index).where(place > 0).astype("Int64")
    return pd.DataFrame({"index": index, "class": letters, "rank": rank})


def _corrected(finding: Finding, reading: Reading) -> Reading:
    assert finding.correct is not None
    return finding.correct(reading)


def _beside(finding: str, reading: str, year: int, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    after = after.reindex(before.index)
    return pd.DataFrame(
        {
            "finding": finding,
            "reading": reading,
            "year": year,
            "region": before.index,
            "index_before": before["index"].to_numpy(),
            "index_after": after["index"].to_numpy(),
            "class_before": before["class"].to_numpy(),
            "class_after": after["class"].to_numpy(),
            "rank_before": before["rank"].to_numpy(),
            "rank_after": after["rank"].to_numpy(),
        }
    )


def effect_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Count, for every finding and reading, the regions whose class, rank and index change.

    Returns
    -------
    DataFrame
        Index (finding, reading): classes, ranks, largest (greatest absolute change of an index), severity.
    """
    if table.empty:
        return pd.DataFrame(columns=["classes", "ranks", "largest", "severity"])
    marked = table.assign(
        classes=table["class_before"].astype(object).fillna("") != table["class_after"].astype(object).fillna(""),
        ranks=table["rank_before"].fillna(0) != table["rank_after"].fillna(0),
        largest=(table["index_after"] - table["index_before"]).abs(),
    )
    grouped = marked.groupby(["finding", "reading"], sort=False)
    summary = grouped.agg(classes=("classes", "sum"), ranks=("ranks", "sum"), largest=("largest", "max"))
    severity = [
        SEVERITIES[0] if classes else SEVERITIES[1] if ranks else SEVERITIES[2]
        for classes, ranks in zip(summary["classes"], summary["ranks"], strict=True)
    ]
    return summary.assign(severity=severity)
