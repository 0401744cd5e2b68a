"""Duplicates: repeated cells, and which of the two is more likely the copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from growthpoles.errors import Joined, Number, Reason
from growthpoles.study.audit.between_years import OPEN_YEAR, repeated_cells
from growthpoles.study.audit.causes.printed_relations import stands_still
from growthpoles.study.audit.causes.root_causes import repeated_cell
from growthpoles.study.audit.column_orders import ColumnOrder
from growthpoles.study.audit.findings import Fault, Finding, cell
from growthpoles.study.audit.printed_cells import Sources, records
from growthpoles.study.audit.readings import Reading

#: Odds above which one of two equal cells is called the copy.
ODDS = 3.0
#: A repetition is reported when fewer than this many as exact ones are expected among all comparisons of its column.
EXPECTED_COINCIDENCES = 1e-4
#: The same among the cells of one column, of which a study has many more pairs; and between years, by growth.
_IN_COLUMN, _BY_GROWTH = 0.5, 5.0
_DEGREES = 4
#: So many equal cells of two years are one copy and no single ones.
_BLOCK = 2
#: Sets of cells that stand still together that a column, or a row, may be expected to have by chance.
_JOINT = 1e-6
_ROW = 3
DUPLICATE_COLUMNS = ("table", "row", "column", "printed", "other_table", "other_row", "kind", "coincidences")


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
    kept: list[dict[str, Any]] = []
    for (kind, column, table, other), group in pairs.groupby(["kind", "column", "table", "other_table"], sort=False):
        if str(kind) == "years of one row" and len(group) >= _BLOCK:
            found.append(_copied_block(sources, str(column), int(str(table)), int(str(other)), records(group)))
        else:
            kept += records(group)
    for pair in kept:
        order = by_key.get((int(pair["table"]), str(pair["column"])))
        if pair["kind"] == "rows of one column":
            finding, gone = _within(sources, pair, order)
            lost |= gone
        else:
            finding = _between(sources, pair)
        found.append(finding)
    return _of_rows(found), lost


def _of_rows(found: list[Finding]) -> list[Finding]:
    """Give copies of the same rows in several columns of two years one fault."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in found:
        cells = frozenset((cell.table, cell.row) for cell in finding.cells)
        groups.setdefault((finding.fault.kind, cells), []).append(finding)
    told = []
    for (kind, _), group in groups.items():
        names = Joined([finding.fault.column for finding in group], ", ")
        several = len(group) > 1 and kind != "repeated in rows"
        told += [replace(each, fault=replace(group[0].fault, column=names)) if several else each for each in group]
    return told


def _within(
    sources: Sources, pair: dict[str, Any], order: ColumnOrder | None
) -> tuple[Finding, set[tuple[int, str, str]]]:
    table, column = int(pair["table"]), str(pair["column"])
    rows = (int(pair["row"]), int(pair["other_row"]))
    labels = sources.labels(table)
    regions = dict(zip(labels.index, order.order if order is not None and order.decided else labels, strict=True))
    expected = {"value": Number(f"{float(pair['coincidences']):.0e}")}
    told = [Reason("{value} coincidences as exact expected among the cells of the column", expected)]
    copy: int | None = None
    test = order.alignment if order is not None else None
    if test is not None and order is not None and order.decided:
        deviation = test.rows["deviation"]
        gaps = {row: abs(float(deviation[row])) for row in rows}
        worse = max(rows, key=lambda row: gaps[row])
        odds = float(np.exp((gaps[worse] - min(gaps.values())) / test.scale))
        one, two = (
            {"region": str(regions[row]), "factor": Number(f"{np.exp(gaps[row]):.2f}")} for row in rows
        )  # fmt: skip
        told += [
            Reason("{region} departs from the common growth by a factor of {factor}", one),
            Reason(
                "{region} departs from the common growth by a factor of {factor}: odds {odds} to 1 that "
                "{other_region} is the copy",
                {**two, "odds": Number(f"{odds:.1f}"), "other_region": str(regions[worse])},
            ),
        ]
        copy = worse if odds >= ODDS else None
    cells = tuple(
        cell(
            sources,
            table,
            row,
            column,
            expected=np.nan,
            cause=Reason(
                "duplicated cell: the same as row {row}, likely the copy"
                if row == copy
                else "duplicated cell: the same as row {row}",
                {"row": other},
            ),
        )
        for row, other in (rows, rows[::-1])
    )
    evidence = Joined(told)
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
    fixed = reading.with_cells(table, column, {region: np.nan})
    for name in reading.sources.ratios_of(table, column):
        fixed = fixed.with_cells(table, name, {region: np.nan})
    return fixed


def _between(sources: Sources, pair: dict[str, Any]) -> Finding:
    column = str(pair["column"])
    places = [
        (int(pair["table"]), int(pair["row"])),
        (int(pair["other_table"]), int(pair["other_row"])),
    ]
    distance = [_distance(sources, table, row, column) for table, row in places]
    worse = int(np.argmax(distance))
    low, high = (Number(f"{gap:.1f}") for gap in distance)
    expected = {"value": Number(f"{float(pair['coincidences']):.0e}")}
    evidence = Joined([
        Reason("{value} coincidences as exact expected in this row of two years", expected),
        Reason(
            "on the log scale it lies {low} spreads from the middle of table {table} and {high} spreads from the "
            "middle of table {other_table}: more likely the copy is in table {worse}",
            {
                "low": low, "table": places[0][0], "high": high, "other_table": places[1][0],
                "worse": places[worse][0],
            },
        ),
        Reason("flagged, not corrected", {}),
    ])  # fmt: skip
    cells = tuple(
        cell(
            sources,
            table,
            row,
            column,
            expected=np.nan,
            cause=repeated_cell(*other),
        )
        for (table, row), other in zip(places, places[::-1], strict=True)
    )
    fault = Fault("repeated in years", table=places[0][0], other_table=places[1][0], column=column, row=places[1][1])
    return Finding(f"t{places[0][0]}-t{places[1][0]}-{column}-repeat", fault, cells, evidence, None, None, notice=True)


def _copied_block(sources: Sources, column: str, table: int, other: int, pairs: Sequence[dict[str, Any]]) -> Finding:
    """Describe many equal cells of two years as one copy, of which either may be right."""
    cells = [
        cell(
            sources, here, int(pair[row]), column, expected=np.nan,
            cause=repeated_cells(sources.year(there), there),
        )
        for here, there, row in ((table, other, "row"), (other, table, "other_row"))
        for pair in pairs
    ]  # fmt: skip
    evidence = Joined([Reason("equal to the last digit in {count} rows", {"count": len(pairs)}), OPEN_YEAR])
    fault = Fault("repeated column", table=other, column=column, year=sources.year(table))
    return Finding(f"t{table}-t{other}-{column}-repeat", fault, tuple(cells), evidence, None, None, notice=True)


def _distance(sources: Sources, table: int, row: int, column: str) -> float:
    """Return how far a value is from the median of the others of its column, in robust log standard deviations."""
    values = sources.column(table, column)
    others = np.log(values.drop(row)[values.drop(row) > 0])
    spread = max(1.4826 * float((others - others.median()).abs().median()), 1e-6)
    return abs(float(np.log(values[row])) - float(others.median())) / spread


def find_duplicates(sources: Sources, *, limit: float = EXPECTED_COINCIDENCES) -> pd.DataFrame:
    """Find copied cells: equal numbers in a column, or in the same row of two years.

    Two cells agree by chance with probability ``unit * density``: the unit of the last digit that is not a trailing
    zero times the density of the column's other values at that number (a Student t with 4 degrees of freedom on the
    logarithms, median and spread from the data; trailing zeros count by how common they are in the column). Times
    the number of comparisons this is the number of coincidences to expect; a repetition is reported when that is
    below `limit`. Where the years go along with each other, the density is that of the growth of the other rows, and
    only a row that stands still while all others move one way is one: where some grow and some shrink, a few stand
    still by chance. Several rows of a column, or columns of a row, that stand still together are held against the
    chance of all of them.

    Parameters
    ----------
    sources : Sources
    limit : float
        Greatest number of expected coincidences between two years of one column whose growth tells nothing; half of it
        within a column, five times it by growth. In 1,000 clean studies that is 0.2 coincidences reported.

    Returns
    -------
    DataFrame
        One line per pair: table, row, column, printed, other_table, other_row, kind ("rows of one column" or "years
        of one row"), coincidences. Ratios are left out where they follow from cells that are printed: only what was
        typed in can be copied.
    """
    derived = _derived(sources)
    lines = [
        line
        for column, left, right, kind in _comparisons(sources)
        if (int(left["table"].iloc[0]), column) not in derived
        for line in _pairs(column, left, right, kind, limit)
    ]
    groups: dict[tuple[object, ...], list[_Pair]] = {}
    for line in lines:
        at = line.record
        if line.region:
            groups.setdefault((at["table"], at["other_table"], at["column"]), []).append(line)
            groups.setdefault((at["table"], at["other_table"], 0, line.region), []).append(line)
    joint: dict[int, float] = {}
    for group in groups.values():
        of_row = len({line.record["column"] for line in group}) > 1
        # Of columns that add up, the last follows from the others.
        chances = sorted(line.chance for line in group)[int(of_row) :]
        if len(group) < (_ROW if of_row else _BLOCK):
            continue
        expected = float(np.exp(sum(map(np.log, chances)))) * comb(
            int(group[0].comparisons), 1 if of_row else len(group)
        )
        if expected < _JOINT:
            joint |= {id(line): expected for line in group}
    return pd.DataFrame(
        [
            {**line.record, "coincidences": joint.get(id(line), line.record["coincidences"])}
            for line in lines
            if line.lone or id(line) in joint
        ],
        columns=list(DUPLICATE_COLUMNS),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Two equal cells: whether they are a copy by themselves, the chance of it, and their region where it is one."""

    record: dict[str, object]
    lone: bool
    chance: float
    comparisons: float
    region: str


def _derived(sources: Sources) -> set[tuple[int, str]]:
    """Columns that are the result of a formula."""
    named = set(sources.formulas["column"])
    return {(table, column) for table in sources.tables for column in sources.columns(table) if column in named}


def _comparisons(sources: Sources) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame, str]]:
    """Yield columns with themselves and with another year's; a column printed twice for one year counts once."""
    seen: dict[tuple[str, int], pd.DataFrame] = {}
    for (table, column), part in sources.cells.groupby(["table", "column"], sort=True):
        year = sources.year(int(str(table)))
        cells = part[part["value"].notna()].sort_values("row")
        if (str(column), year) in seen or cells.empty:
            continue
        yield str(column), cells, cells, "rows of one column"
        for (name, other_year), other in seen.items():
            if name == column and other_year != year and not _one_column(other, cells):
                yield str(column), other, cells, "years of one row"
        seen[(str(column), year)] = cells


def _one_column(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    """Whether two columns are one column of a file, declared for two years."""
    return "place" in first and bool((first["place"].notna()).all()) and list(first["place"]) == list(second["place"])


def _pairs(column: str, left: pd.DataFrame, right: pd.DataFrame, kind: str, limit: float) -> Iterator[_Pair]:
    lv, rv = left["value"].to_numpy(float), right["value"].to_numpy(float)
    equal = (lv[:, None] == rv[None, :]) & (lv[:, None] != 0)
    if kind == "rows of one column":
        equal = np.triu(equal, k=1)
        comparisons = len(lv) * (len(lv) - 1) / 2
    else:
        rows = left["row"].to_numpy()[:, None] == right["row"].to_numpy()[None, :]
        regions = left["region"].to_numpy()[:, None] == right["region"].to_numpy()[None, :]
        if stands_still(equal[regions]):
            return
        equal &= rows | regions
        comparisons = float((rows | regions).sum())
    still = (
        np.array([], dtype=np.intp) if kind == "rows of one column" else np.flatnonzero((equal & regions).any(axis=1))
    )
    for i, j in np.argwhere(equal):
        region = ""
        unit = 2 * max(left["half"].iloc[i], right["half"].iloc[j])
        if kind == "rows of one column":
            chance, most = _chance(lv[i], unit, np.delete(lv, [i, j])), _IN_COLUMN * limit
        else:
            chance, most = _chance(lv[i], unit, np.delete(rv, j)), limit
            here, there = (rv[regions.argmax(axis=1)], lv) if regions[i, j] else (rv[:0], lv[:0])
            region = str(left["region"].iloc[i]) if regions[i, j] else ""
            by_growth = _chance_of_growth(here, there, regions.any(axis=1), int(i), unit, still)
            if by_growth is not None:
                chance, one_way = by_growth
                most = _BY_GROWTH * limit if one_way else 0.0
        record = {
            "table": int(left["table"].iloc[i]),
            "row": int(left["row"].iloc[i]),
            "column": column,
            "printed": left["printed"].iloc[i],
            "other_table": int(right["table"].iloc[j]),
            "other_row": int(right["row"].iloc[j]),
            "kind": kind,
            "coincidences": chance * comparisons,
        }
        yield _Pair(record, chance * comparisons < most, chance, comparisons, region)


def _chance(value: float, unit: float, others: npt.NDArray[np.float64]) -> float:
    """Probability that another cell of the column shows the same digits."""
    from scipy.special import gammaln

    positive = np.log(np.abs(others[others != 0]))
    if len(positive) < 3:
        return 1.0
    centre = float(np.median(positive))
    spread = max(float(np.median(np.abs(positive - centre))) * 1.4826, float(positive.std()), 1e-6)
    z = (np.log(abs(value)) - centre) / spread
    constant = gammaln((_DEGREES + 1) / 2) - gammaln(_DEGREES / 2) - 0.5 * np.log(_DEGREES * np.pi)
    density = float(np.exp(constant - (_DEGREES + 1) / 2 * np.log1p(z * z / _DEGREES))) / (spread * abs(value))
    return min(1.0, _step(value, unit, others) * density)


def _step(value: float, unit: float, others: npt.NDArray[np.float64]) -> float:
    """Width of the numbers that would be printed as this one: more than a unit where it ends in zeros."""
    steps = unit * 10.0 ** np.arange(0, 12)
    whole = _on_lattice(value, steps)
    zeros = int(np.argmin(whole)) - 1 if not whole.all() else len(whole) - 1
    # How often do the others end in as many zeros? At least as often as chance has it.
    rounded = _on_lattice(others, steps[zeros]).mean()
    return float(steps[zeros]) * max(float(rounded), 10.0**-zeros, 1 / (len(others) + 1))


def _chance_of_growth(
    values: npt.NDArray[np.float64],
    before: npt.NDArray[np.float64],
    known: npt.NDArray[np.bool_],
    i: int,
    unit: float,
    still: npt.NDArray[np.intp],
) -> tuple[float, bool] | None:
    """Probability that row i stands still to the last digit, and whether all others move one way.

    `still` are the rows that stand still; None where growth says nothing.
    """
    usable = np.flatnonzero(known & (values * before > 0)) if len(values) else np.array([], dtype=np.intp)
    usable = np.setdiff1d(usable, [i, *still])
    if len(usable) < 5:
        return None
    logs = np.log(np.abs(before[usable]))
    growth = np.log(values[usable] / before[usable])
    middle = float(np.median(growth))
    away = np.abs(growth - middle)
    scale = max(1.4826 * float(np.median(away)), float(np.quantile(away, 0.8)) / 1.28, 0.01)
    if scale >= max(1.4826 * float(np.median(np.abs(logs - np.median(logs)))), float(logs.std())):
        return None
    step = _step(float(before[i]), unit, before[usable])
    density = 6 * np.sqrt(3) / np.pi / (3 + (middle / scale) ** 2) ** 2  # Student t, three degrees of freedom
    one_way = bool((growth > 0).all() or (growth < 0).all())
    return min(1.0, step / abs(float(before[i])) * density / scale), one_way


def _on_lattice(value: npt.ArrayLike, step: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    times = np.divide(value, step)
    return np.asarray(np.abs(times - np.rint(times)) < 1e-6)
