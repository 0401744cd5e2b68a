"""Checks of printed cells alone: root causes first; then repeats, totals, shares, comparisons of years."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, Number, Reason
from growthpoles.study.audit.arithmetic import find_copies, significant_digits, wrong_cells
from growthpoles.study.audit.between_years import (
    EQUAL_CELLS,
    FEWEST,
    cells_of,
    equal_columns,
    exchanged_years,
    growth_remarks,
    lone_signs,
    lone_turns,
    magnitudes,
    other_units,
    repeated_columns,
    repeated_row,
    repeated_rows,
    together,
    turned_years,
    typed_columns,
)
from growthpoles.study.audit.causes.hypotheses import Key, moved, same_columns, shifted, swapped_with, twins
from growthpoles.study.audit.causes.printed_relations import (
    Block,
    Bounds,
    Mask,
    Relation,
    given_sums,
    meets,
    ratio_relations,
    source_blocks,
    sum_relations,
)
from growthpoles.study.audit.causes.printed_shares import share_relations
from growthpoles.study.audit.causes.root_causes import SURE, Cause, find_causes, wrong_input
from growthpoles.study.audit.causes.totals import decided_by_totals, slip_of, total_findings
from growthpoles.study.audit.column_orders import ColumnOrder, column_orders, listed
from growthpoles.study.audit.duplicates import duplicate_findings, find_duplicates
from growthpoles.study.audit.findings import (
    Cell,
    Fault,
    FaultKind,
    Finding,
    Sentence,
    cause_fault,
    cause_findings,
    copy_findings,
    decided,
    is_open,
    one_reading,
    undecided_between,
)
from growthpoles.study.audit.printed_cells import Sources, replace_cells
from growthpoles.study.audit.published_ranks import Growth, figure_bounds, growth_bounds, growth_ends, may_be_growth
from growthpoles.study.audit.row_order_findings import moved_rows, order_findings, rows_out_of_line
from growthpoles.study.files.printed_tables import Decimal, cell_number

#: Faults of two years of which a total may tell which is wrong.
_OF_TWO = ("repeated in years", "unit")
_MOVED_ROWS = 3  # of growth, from which on they are dealt anew together
_MOST_OPEN = 200  # rows of growth that do not hold, among which exchanged ones are looked for


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
    remarks: pd.DataFrame

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
    shares: Sequence[tuple[str, str]] | None = None,
    growths: Sequence[Growth] = (),
) -> Search:
    """Look for root causes first; what they explain is no finding of the other checks."""
    blocks = source_blocks(sources)
    relations = ratio_relations(blocks, sources.formulas)
    results = {(relation.table, relation.members[0]) for relation in relations}
    relations += sum_relations(blocks, relations) if sums is None else given_sums(blocks, sums)
    relations += share_relations(blocks, shares, results)
    weigh = None if judge is None else lambda mended: judge(mend(sources, blocks, mended))
    causes, whole = find_causes(blocks, relations, decimal=sources.decimal, judge=weigh)
    if sources.totals or growths:
        causes = decided_by_totals(causes, blocks, sources.totals, results) if sources.totals else causes
        causes = _decided_by_growth(causes, blocks, growths)
        whole = dict(blocks)
        for cause in causes:
            whole = cause.first.apply(whole)
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
    alone = table_findings(whole, results, relations)
    copied = {
        (cell.table, cell.column)
        for finding in alone
        if finding.fault.kind in ("repeated row", "shares", "repeated in years")
        for cell in finding.cells
    }
    totals = total_findings(sources.totals, blocks, whole, relations, results, sources.decimal)
    once = {(cell.table, cell.row, cell.column) for finding in alone for cell in finding.cells}
    # Shares that are copies do not add up either.
    columns_at = {
        (cell.table, cell.column)
        for finding in (*alone, *repeated)
        if finding.fault.kind in ("repeated row", "repeated in years", "repeated column")
        for cell in finding.cells
    }
    alone = [
        finding
        for finding in alone
        if finding.fault.kind != "shares" or (finding.fault.table, finding.fault.column) not in columns_at
    ]
    alone, totals = _one_slip(*_one_year(alone, totals))
    rest = [
        *alone,
        # A row that is a copy of another breaks the totals of its columns, a wrong share that of shares.
        *(finding for finding in totals if (finding.fault.table, finding.fault.column) not in copied),
        *copy_findings(sources, copies, orders),
        # A row, a column or an order that is found as a whole is not told cell by cell again.
        *(
            f
            for f in repeated
            if not all((cell.table, cell.row, cell.column) in once for cell in f.cells)
            and not _adds_up(f, blocks, relations)
        ),
        *order_findings(sources, orders, lost),
    ]
    kept = [
        finding
        for finding in rest
        if 2 * sum((cell.table, cell.row, cell.column) in explained for cell in finding.cells) < len(finding.cells)
    ]
    found = [*cause_findings(sources, blocks, causes), *kept]
    told_of = {(cell.table, cell.row, cell.column) for finding in found for cell in finding.cells}
    mended, remarks = mend(sources, blocks, whole), growth_remarks(whole, results, told_of)
    beside = [turned_years(whole, results), lone_turns(whole, results, told_of), exchanged_years(whole, results)]
    remarks = pd.concat([remarks, *beside], ignore_index=True)
    return Search(sources, found, orders, causes, blocks, mended, tuple(relations), remarks)


def _decided_by_growth(causes: Sequence[Cause], blocks: Mapping[int, Block], growths: Sequence[Growth]) -> list[Cause]:
    """Keep of the readings of a fault those with which growth in percent holds, where it fails with the others."""
    found = []
    for cause in causes:
        whole = dict(blocks)
        for other in causes if cause.open else ():
            whole = other.first.apply(whole) if other is not cause else whole
        failing = [
            sum(int(bad.sum()) for *_, bad in _growth_rows(reading.apply(whole), growths))
            for reading in (cause.readings if cause.open and growths else ())
        ]
        readings = [each for each, own in zip(cause.readings, failing, strict=False) if own == min(failing)]
        found.append(replace(cause, readings=tuple(readings or cause.readings)))
    return found


def _growth_rows(
    blocks: Mapping[int, Block], rules: Iterable[Growth]
) -> Iterator[tuple[Growth, Block, Bounds, Mask, Mask]]:
    """Yield every rule with each table that it holds for: its bounds, the rows that are known, and those that fail."""
    for rule, block in product(rules, blocks.values()):
        _, name, _, _, last, _ = rule
        fits = name in block.columns and may_be_growth(blocks, block, name, last)
        bounds = growth_bounds(blocks, block, rule) if fits else None
        if bounds is not None:
            known = np.isfinite(bounds[0]) & np.isfinite(block.columns[name].value)
            yield rule, block, bounds, known, known & ~meets(block.columns[name], bounds[0], bounds[2])


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
                    # The right figure would have been printed as coarsely as its neighbours; one that is lost is a gap.
                    half = max(float(x.high[i] - x.low[i]) / 2 for x in (column, before))
                    if np.isfinite(column.value[i]) or np.isfinite(before.value[i]):
                        cells[table, block.rows[i], name] = (float(column.value[i]), half)
    return replace_cells(sources, cells)


def _adds_up(finding: Finding, blocks: Mapping[int, Block], relations: Sequence[Relation]) -> bool:
    """Whether a cell that repeats another year's adds up with cells that do not, in both: then it is no copy."""
    if finding.fault.kind != "repeated in years":
        return False
    (one, i), (two, j) = [
        (block, block.rows.index(cell.row)) for cell in finding.cells for block in [blocks[cell.table]]
    ]
    name = finding.cells[0].column
    sums: dict[tuple[str, ...], list[bool]] = {
        relation.members: [] for relation in relations if relation.kind == "sum" and name in relation.members
    }
    for relation in relations:
        if relation.members in sums and relation.table in (one.table, two.table):
            block, at = (one, i) if relation.table == one.table else (two, j)
            low = relation.implied(block, relation.members[0])[0]
            sums[relation.members].append(bool(np.isfinite(low[at])) and not relation.wrong(block)[at])
    return any(
        len(holds) == 2
        and all(holds)
        and any(one.columns[other].value[i] != two.columns[other].value[j] for other in set(members) - {name})
        for members, holds in sums.items()
    )


def table_findings(
    blocks: Mapping[int, Block],
    results: set[tuple[int, str]],
    relations: Sequence[Relation] = (),
) -> list[Finding]:
    """Run the checks; `results` are columns that a formula gives, which repeat what their inputs do.

    A cell that adds up by one of the `relations` has the right sign.
    """
    found: list[Finding] = []
    for block in blocks.values():
        found += [*_equal_rows(block, results), *_equal_columns(block), *lone_signs(blocks, block, results, relations)]
        found += [*repeated_columns(blocks, block, results), *_shares(blocks, block, results)]
    years = [(blocks, block, results) for block in blocks.values()]
    found += together(finding for each in years for finding in magnitudes(*each))
    found += together(finding for each in years for finding in other_units(*each))
    found += [finding for block in blocks.values() for finding in repeated_rows(blocks, block, results)]
    by_third = [finding for each in years for finding in rows_out_of_line(*each)]
    cells = {(cell.table, cell.row, cell.column) for finding in by_third for cell in finding.cells}
    for finding in together(finding for each in years for finding in moved_rows(*each)):
        # A third year tells of the same rows more than two do.
        if not any((cell.table, cell.row, cell.column) in cells for cell in finding.cells):
            found.append(finding)
    return found + by_third


def _equal_rows(block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    typed = typed_columns(block, results)
    if len(typed) < EQUAL_CELLS:
        return
    values = np.column_stack(list(typed.values()))
    for i in range(len(values) - 1):
        same = values[i + 1 :] == values[i]
        for j in np.flatnonzero(same.sum(axis=1) >= EQUAL_CELLS) + i + 1:
            names = [name for name, equal in zip(typed, values[i] == values[j], strict=True) if equal]
            cells = [cell for name in names for cell in cells_of(block, name, [i, int(j)], repeated_row(len(names)))]
            rows = block.rows[i], block.rows[int(j)]
            fault = Fault("repeated row", table=block.table, row=rows[0], other_row=rows[1])
            evidence = equal_columns(names, len(typed))
            yield Finding(
                f"t{block.table}-rows-{rows[0]}-{rows[1]}-same", fault, tuple(cells), evidence, None, block.year
            )


def _equal_columns(block: Block) -> Iterator[Finding]:
    typed = typed_columns(block, set())
    names = list(typed)
    for at, first in enumerate(names):
        for second in names[at + 1 :]:
            known = np.isfinite(typed[first]) & np.isfinite(typed[second])
            same = known & (typed[first] == typed[second])
            if same.sum() >= FEWEST and same.sum() >= 0.9 * known.sum():
                rows = [int(i) for i in np.flatnonzero(same)]
                fault = Fault("same columns", table=block.table, column=Joined([first, second], ", "))
                text = same_columns(first, second)
                cells = [cell for name in (first, second) for cell in cells_of(block, name, rows, text)]
                evidence = Reason(
                    "equal to the last digit in {count} of {all} rows",
                    {"count": int(same.sum()), "all": int(known.sum())},
                )
                yield Finding(f"t{block.table}-{first}-{second}-same", fault, tuple(cells), evidence, None, block.year)


def _one_year(alone: list[Finding], totals: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Let totals tell in which of two years a repeated row or a column in another unit is wrong: they break in one."""
    found = []
    for finding in alone:
        fault, columns = finding.fault, {cell.column for cell in finding.cells}
        whole = fault.kind == "decimal shifts" and len(finding.cells) >= FEWEST
        broken = [each for each in totals if each.fault.column in columns] if whole or fault.kind in _OF_TWO else []
        broken = [each for each in broken if not whole or each.fault.table == fault.table]
        tables = {each.fault.table for each in broken} & {fault.table, fault.other_table}
        if len(tables) == 1 and not whole:
            (table,) = tables
            cells = decided(cell for cell in finding.cells if cell.table == table)
            if fault.kind == "unit":
                rows = listed(sorted({cell.row for cell in cells}))
                fault = Fault("decimal shifts", table=table, column=fault.column, rows=rows)
            finding = replace(finding, fault=fault, cells=cells)
        totals = [each for each in totals if each not in broken]
        found.append(finding)
    return found, totals


def _one_slip(alone: list[Finding], totals: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Make figures of one row that are off by one power of ten against a year and a total, or several totals, one.

    The total tells which year is wrong.
    """
    slips: dict[tuple[int, str, int], list[Finding]] = {}
    for finding in (*alone, *totals):
        if finding.fault.kind in ("magnitude", "decimal shifts", "total"):
            for key in filter(None, map(_slip_of, finding.cells)):
                slips.setdefault(key, []).append(finding)
    for key, group in slips.items():
        kinds = [finding.fault.kind for finding in group]
        if kinds.count("total") < (2 if set(kinds) == {"total"} else 1):
            continue
        names = list(dict.fromkeys(cell.column for each in group for cell in each.cells if _slip_of(cell) == key))
        row = next(cell.row for cell in group[0].cells if _slip_of(cell) == key)
        fault = Fault("decimal shifts", table=key[0], column=Joined(names, ", "), rows=str(row))
        told: set[str] = set()
        for finding in group:
            cells = [cell for cell in finding.cells if _slip_of(cell) == key and cell.column not in told]
            told.update(cell.column for cell in cells)
            new = [replace(finding, fault=fault, cells=decided(cells))] if cells else []
            alone, totals = (
                [each for old in part for each in (new if old is finding else [old])] for part in (alone, totals)
            )
    return alone, totals


def _slip_of(cell: Cell) -> tuple[int, str, int] | None:
    """Return table, region and power of a cell that is said to be off by a power of ten."""
    return (cell.table, cell.region, cell.power) if cell.power else None


def _shares(
    blocks: Mapping[int, Block],
    block: Block,
    results: set[tuple[int, str]],
) -> Iterator[Finding]:
    """Find shares that do not sum to 100 (or 1), as they do elsewhere.

    Any column may sum to 100 in a year: it counts as shares where chance would give that less than once in a thousand.
    """
    for name, column in block.columns.items():
        whole_column = np.isfinite(column.value).all() and (column.value >= 0).all()
        if (block.table, name) in results or np.isfinite(column.value).sum() < FEWEST:
            continue
        fault = Fault("shares", table=block.table, column=name)
        identity = f"t{block.table}-{name}-shares"
        total, slack = float(column.value.sum()), float((column.high - column.low).sum() / 2)
        for whole in (100.0, 1.0) if whole_column else ():
            if not slack < abs(total - whole) <= 0.2 * whole:
                continue
            chance, others = 1.0, list[Reason]()
            for other, _ in twins(blocks, block.table, name):
                theirs = other.columns[name]
                # Roundings are independent: their sum is far from the sum of their bounds.
                room = 2.0 * float(np.sqrt(((theirs.high - theirs.low) ** 2).sum() / 3))
                if np.isfinite(theirs.value).all() and abs(float(theirs.value.sum()) - whole) <= room:
                    chance *= min(1.0, 2 * room / whole)
                    there = {"table": other.table, "value": Number(f"{theirs.value.sum():.10g}")}
                    others.append(Reason("table {table} adds up to {value}", there))
            if others and chance < 1e-3:
                ends = {"value": Number(f"{total:.10g}"), "whole": Number(f"{whole:g}")}
                text = one_reading(Reason("sum: the shares add up to {value}, not {whole}", ends))
                evidence = Joined([Reason("rounding allows {value}", {"value": Number(f"{slack:.3g}")}), *others])
                at = _likely(blocks, block, name, total - whole)
                cells = [
                    cell
                    for i in at
                    for cell in cells_of(block, name, [i], text, expected=float(column.value[i]) + whole - total)
                ]
                yield Finding(identity, fault, tuple(cells), evidence, None, block.year)


def _likely(blocks: Mapping[int, Block], block: Block, name: str, excess: float) -> list[int]:
    """Return the rows of which one may be too great by so much, by their growth; all where no other year tells."""
    column, odds = block.columns[name].value, np.zeros(len(block.rows))
    for other, place in twins(blocks, block.table, name):
        theirs = np.where(place < 0, np.nan, other.columns[name].value[place])
        with np.errstate(divide="ignore", invalid="ignore"):
            old, new = np.log(column / theirs), np.log((column - excess) / theirs)
        middle = np.nanmedian(old)
        scale = max(1.4826 * float(np.nanmedian(np.abs(old - middle))), 0.01)
        gain = np.log1p((old - middle) ** 2 / scale**2 / 3) - np.log1p((new - middle) ** 2 / scale**2 / 3)
        odds += 2 * np.where(np.isfinite(gain), gain, np.where(column - excess < 0, -np.inf, 0.0))
    return [int(i) for i in np.flatnonzero(odds >= odds.max() - SURE)]


def told_once(sources: Sources, found: Sequence[Finding]) -> list[Finding]:
    """Drop what is found once more in a column without a year, which stands in the tables of several."""
    tables: dict[tuple[str, ...], int] = {}
    first: dict[tuple[int, str], int] = {}
    for table in sources.tables:
        for name, column in sources.parts[table].items():
            if "place" in column:
                first[table, name] = tables.setdefault((name, *column["place"]), table)
    told, kept = dict[frozenset[tuple[int, int, str]], tuple[int, ...]](), list[Finding]()
    for finding in found:
        cells = frozenset((first.get((c.table, c.column), c.table), c.row, c.column) for c in finding.cells)
        own = tuple(c.table for c in finding.cells)
        if told.setdefault(cells, own) == own:
            kept.append(finding)
    return kept


@dataclass(frozen=True, slots=True)
class _Step:
    """One cell of growth: its rule and place, the places of both figures, and what they give."""

    kind: str
    block: Block
    name: str
    i: int
    years: float
    ends: tuple[tuple[Block, int], ...]
    bounds: tuple[float, float, float]
    wrong: bool

    def wanted(self, of: str, end: int) -> tuple[float, float]:
        """Return the least and greatest figure of one year that the growth and the other figure allow."""
        grown, (other, j) = self.block.columns[self.name], self.ends[1 - end]
        cells = (grown, self.i), (other.columns[of], j)
        change, figure = ((column.low[[at]], column.high[[at]]) for column, at in cells)
        low, high = figure_bounds(self.kind, self.years, change, figure, later=bool(end))
        return float(low[0]), float(high[0])


def _figure(
    block: Block, name: str, i: int, low: float, high: float, decimal: Decimal, other: Sentence
) -> tuple[float, Sentence, bool, int]:
    """Return what should stand in a cell, between low and high, why, whether that is a slip of digits, its power."""
    column, half = block.columns[name], float(block.columns[name].high[i] - block.columns[name].low[i]) / 2
    value, want = float(column.value[i]), (low + high) / 2
    told, power = slip_of(column.printed[i], value, want, (high - low) / 2 + half, decimal, half)
    if told is None:
        return want, other, False, 0
    figure = value / 10.0**power if power else cell_number(str(told.places["text"]), decimal=decimal)
    return figure, told, True, power


def with_growth(
    found: Sequence[Finding],
    blocks: Mapping[int, Block],
    rules: Sequence[Growth],
    relations: Sequence[Relation],
    decimal: Decimal,
) -> list[Finding]:
    """Add the findings of growth: of two years, of a total and its rows, it tells which is off by a power of ten."""
    others = [
        finding
        for finding in found
        if finding.fault.kind != "magnitude"
        and not (finding.fault.kind == "total" and any(is_open(cell.cause) for cell in finding.cells))
    ]
    grown = _growth_findings(blocks, rules, others, relations, decimal)
    slips = {(c.table, c.row, c.column) for own in grown if own.fault.kind == "decimal shift" for c in own.cells}
    kept = [
        each for each in found if each in others or slips.isdisjoint((c.table, c.row, c.column) for c in each.cells)
    ]
    return [*kept, *_growth_findings(blocks, rules, kept, relations, decimal)]


def _growth_findings(
    blocks: Mapping[int, Block],
    rules: Iterable[Growth],
    found: Sequence[Finding],
    relations: Sequence[Relation],
    decimal: Decimal,
) -> list[Finding]:
    """Report cells of growth that are not that of the figures of both years.

    The growth or one of its figures is wrong: figures exchanged between two rows, or a lone slip of digits, decide;
    else that is open.
    """
    groups: dict[tuple[str, str], list[_Step]] = {}
    evidence: dict[tuple[int, str], Reason] = {}
    findings: list[Finding] = []
    for (kind, name, of, first, last, years), block, bounds, known, bad in _growth_rows(blocks, rules):
        ends = growth_ends(blocks, block, of, first, last)
        assert ends is not None  # its bounds are those of both years
        told = {"column": of, "year": first, "other_year": last, "count": int(known.sum() - bad.sum())}
        template = "{count} other rows are the growth of {column} from {year} to {other_year}, to rounding"
        if years != last - first:
            told["years"] = Number(f"{years:g}")
            template = (
                "{count} other rows are the growth of {column} from {year} to {other_year} over {years} years, to "
                "rounding"
            )
        evidence[block.table, name] = Reason(template, told)
        if (dealt := _moved_growth(block, name, bounds, bad)) is not None:
            findings.append(replace(dealt, evidence=evidence[block.table, name]))
            bad[[block.rows.index(cell.row) for cell in dealt.cells]] = False
        for i in map(int, np.flatnonzero(known)):
            low, middle, high = (float(part[i]) for part in bounds)
            places = tuple((table, at[i]) for table, at in ends)
            step = _Step(kind, block, name, i, years, places, (low, middle, high), bool(bad[i]))
            groups.setdefault((of, block.regions[i]), []).append(step)
    named = {(c.table, c.row, c.column): c.expected for finding in found for c in finding.cells}
    open_groups: list[tuple[str, list[_Step], dict[tuple[int, int], tuple[float, float]]]] = []
    for (of, _), steps in groups.items():
        wrong = [step for step in steps if step.wrong]
        inputs: dict[tuple[int, int], tuple[float, float]] = {}
        for table, j in dict.fromkeys((table.table, j) for step in wrong for table, j in step.ends):
            both = [(step, end, *step.ends[end]) for step in steps for end in (0, 1)]
            own = [(step, end) for step, end, other, at in both if (other.table, at) == (table, j)]
            ranges = [step.wanted(of, end) for step, end in own]
            for relation in relations:
                if relation.table == table and of in relation.members:
                    given = relation.implied(blocks[table], of)
                    ranges += [(float(given[0][j]), float(given[2][j]))] if np.isfinite(given[0][j]) else []
            half = float(blocks[table].columns[of].high[j] - blocks[table].columns[of].low[j]) / 2
            least, most = max(low for low, _ in ranges), min(high for _, high in ranges)
            if sum(step.wrong for step, _ in own) == len(wrong) and least <= most + 2 * half:
                inputs[table, j] = min(least, most), max(least, most)
        # What is found of a figure already breaks its growth, too.
        again = [
            not np.isfinite(want) or low - abs(low) * 1e-2 <= want <= high + abs(high) * 1e-2
            for (table, j), (low, high) in inputs.items()
            if (want := named.get((table, blocks[table].rows[j], of))) is not None
        ]
        if wrong and not any(again):
            open_groups.append((of, wrong, inputs))
    pairs: list[tuple[int, int, tuple[int, str]]] = []
    for (a, (of, one, mine)), (b, (other, two, theirs)) in combinations(enumerate(open_groups), 2):
        if of != other or len(open_groups) > _MOST_OPEN:
            continue
        for table, j in mine:
            for third, k in theirs:
                column = blocks[table].columns[of]
                if table == third and all(
                    column.low[x] <= high and column.high[x] >= low
                    for x, (low, high) in ((k, mine[table, j]), (j, theirs[table, k]))
                ):
                    pairs.append((a, b, (table, of)))
        if len(one) == len(two) == 1 and (one[0].block, one[0].name) == (two[0].block, two[0].name):
            grown = one[0].block.columns[one[0].name]
            if all(
                grown.low[x.i] <= y.bounds[2] and grown.high[x.i] >= y.bounds[0]
                for x, y in ((one[0], two[0]), (two[0], one[0]))
            ):
                pairs.append((a, b, (one[0].block.table, one[0].name)))
    done = set[int]()
    for a, b, (table, name) in pairs:
        if sum(a in pair[:2] or b in pair[:2] for pair in pairs) != 1:
            continue
        (of, one, mine), (_, two, theirs) = open_groups[a], open_groups[b]
        block = blocks[table]
        at = [next(j for t, j in own if t == table) for own in (mine, theirs)] if name == of else [one[0].i, two[0].i]
        rows = sorted(block.rows[i] for i in at)
        fault = Fault("exchanged rows", table=table, column=name, row=rows[0], other_row=rows[1])
        cells = tuple(
            cell
            for i, j in (at, at[::-1])
            for cell in cells_of(block, name, [i], swapped_with(block.regions[j]), float(block.columns[name].value[j]))
        )
        told_by = evidence[one[0].block.table, one[0].name]
        findings.append(Finding(f"t{table}-{name}-rows-r{rows[0]:02d}-r{rows[1]:02d}", fault, cells, told_by))
        done |= {a, b}
    for number, (of, wrong, inputs) in enumerate(open_groups):
        if number not in done:
            findings += _growth_readings(blocks, of, wrong, inputs, evidence, decimal)
    return findings


def _moved_growth(block: Block, name: str, bounds: Bounds, bad: Mask) -> Finding | None:
    """Find growth that stands in the rows of other regions: dealt anew, most of what fails holds."""
    rows = np.flatnonzero(bad)
    if len(rows) < _MOVED_ROWS:
        return None
    ways = [*moved(block, [(name, bounds)], rows), *shifted(block, name, bounds, rows)]
    ways = [each for each in ways if each.size >= max(_MOVED_ROWS, 0.6 * len(rows))]
    if not ways:
        return None
    best = max(ways, key=lambda each: (len(np.intersect1d(each.cells[block.table, name], rows)), -each.size))
    at = [int(i) for i in best.cells[block.table, name]]
    texts = dict(zip(at, best.texts[block.table, name], strict=True))
    cells = [cell for i in at for cell in cells_of(block, name, [i], texts[i], float(bounds[1][i]))]
    fault = Fault("moved rows", table=block.table, column=name, rows=listed([block.rows[i] for i in at]))
    return Finding(f"t{block.table}-{name}-rows", fault, tuple(cells), texts[at[0]])


def _growth_readings(
    blocks: Mapping[int, Block],
    of: str,
    wrong: Sequence[_Step],
    inputs: Mapping[tuple[int, int], tuple[float, float]],
    evidence: Mapping[tuple[int, str], Reason],
    decimal: Decimal,
) -> list[Finding]:
    """Turn growth of one region that does not hold into a finding of what explains it, or of all that may."""
    names = list(dict.fromkeys(step.name for step in wrong))
    readings: list[tuple[Block, str, int, float, Sentence, bool, int]] = []
    for (table, j), (low, high) in inputs.items():
        told = _figure(blocks[table], of, j, low, high, decimal, wrong_input(names))
        readings.append((blocks[table], of, j, *told))
    if len(wrong) == 1 or not readings:
        for step in wrong:
            low, _, high = step.bounds
            text = evidence[step.block.table, step.name].places
            year = {key: text[key] for key in ("column", "year", "other_year", "years") if key in text}
            not_grown = Reason(
                "not the growth of {column} from {year} to {other_year} over {years} years"
                if "years" in year
                else "not the growth of {column} from {year} to {other_year}",
                year,
            )
            want, why, digits, power = _figure(step.block, step.name, step.i, low, high, decimal, not_grown)
            want = want if digits else step.bounds[1]
            digits &= significant_digits(step.block.columns[step.name].printed[step.i]) > 2
            readings.append((step.block, step.name, step.i, want, why, digits, power))
    slips = [each for each in readings if each[5]]
    alone = slips if len(slips) == 1 else readings if len(readings) == 1 and len(wrong) > 1 else []
    found, step = [], wrong[0]
    for block, name, i, want, why, _, power in alone:
        kind: FaultKind = "decimal shift" if power else "input" if name == of else "growth"
        first = int(evidence[step.block.table, step.name].places["year"])
        fault = Fault(kind, block.table, name, block.rows[i])
        fault = replace(fault, year=first, denominator=of) if kind == "growth" else fault
        told_by = evidence[step.block.table, step.name]
        cells = tuple(cells_of(block, name, [i], why, want))
        found.append(Finding(f"t{block.table}-{name}-growth-r{block.rows[i]:02d}", fault, cells, told_by))
    if alone:
        return found
    for step in wrong if not inputs else wrong[:1]:
        own = [each for each in readings if inputs or each[:3] == (step.block, step.name, step.i)]
        told_by = evidence[step.block.table, step.name]
        row = step.block.rows[step.i]
        fault = Fault("growth", step.block.table, step.name, row, int(told_by.places["year"]), denominator=of)
        cells = tuple(
            cell
            for block, name, i, want, why, *_ in own[::-1]
            for cell in cells_of(block, name, [i], one_reading(why), want)
        )
        either = [undecided_between([[each[1]] for each in own[::-1]])] if len(own) > 1 else []
        because = Joined([told_by, *either])
        found.append(Finding(f"t{step.block.table}-{step.name}-growth-r{row:02d}", fault, cells, because))
    return found
