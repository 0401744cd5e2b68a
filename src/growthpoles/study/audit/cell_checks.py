"""Checks of printed cells alone: root causes first; then repeats, signs, magnitudes, rows moved between years, shares.

What is beside root causes is reported only where chance would give it less than once in ten thousand studies, if growth
has tails as heavy as a Student t with three degrees of freedom: beyond the others' largest deviation m one of x > m has
probability (m / x)^3 / n. What is merely unusual (growth) is a remark and no finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.study.audit.arithmetic import significant_digits, wrong_cells
from growthpoles.study.audit.causes.hypotheses import Key, twins
from growthpoles.study.audit.causes.printed_relations import (
    ODD_ROWS,
    Array,
    Block,
    Relation,
    given_sums,
    ratio_relations,
    same_cells,
    source_blocks,
    sum_relations,
)
from growthpoles.study.audit.causes.root_causes import SURE, Cause, find_causes
from growthpoles.study.audit.causes.totals import decided_by_totals, total_findings
from growthpoles.study.audit.column_orders import ColumnOrder, column_orders, listed
from growthpoles.study.audit.duplicates import duplicate_findings, find_duplicates
from growthpoles.study.audit.findings import Cell, Fault, FaultKind, Finding, cause_fault, cause_findings, copy_findings
from growthpoles.study.audit.hidden_denominators import find_copies
from growthpoles.study.audit.printed_cells import Sources, replace_cells
from growthpoles.study.audit.row_order_findings import order_findings

#: Chance findings that one table of a study may give.
RARE = float(np.log(1e-4))
#: Equal cells by which two rows are one, and of a column by which two columns are.
EQUAL_CELLS = 4
_FEWEST = 6
_TAIL = 3.0
_LEAST = 2.0
_SEEN = 6.0
_CLOSE = 3.0
_ALL = 0.95
_NEAR_YEARS = 5  # over longer times regions grow apart by more than tables err (an oil field: Campeche)
_TEN = float(np.log(10.0))
_LONG = 5  # digits of a number that is not often the same in two years


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
) -> Search:
    """Look for root causes first; what they explain is no finding of the other checks."""
    blocks = source_blocks(sources)
    relations = ratio_relations(blocks, sources.formulas)
    relations += sum_relations(blocks, relations) if sums is None else given_sums(blocks, sums)
    weigh = None if judge is None else lambda mended: judge(mend(sources, blocks, mended))
    causes, whole = find_causes(blocks, relations, decimal=sources.decimal, judge=weigh)
    results = {(relation.table, relation.members[0]) for relation in relations if relation.kind == "ratio"}
    if sources.totals:
        causes = decided_by_totals(causes, blocks, sources.totals, results)
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
    alone = table_findings(whole, results, shares)
    copied = {
        (cell.table, cell.column)
        for finding in alone
        if finding.fault.kind in ("repeated row", "shares")
        for cell in finding.cells
    }
    totals = total_findings(sources.totals, blocks, whole, relations, results, sources.decimal)
    alone, totals = _one_slip(alone, totals)
    once = {(cell.table, cell.row, cell.column) for finding in alone for cell in finding.cells}
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
    return Search(sources, found, orders, causes, blocks, mended, tuple(relations), remarks)


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
    blocks: Mapping[int, Block], results: set[tuple[int, str]], given: Sequence[tuple[str, str]] | None = None
) -> list[Finding]:
    """Run the checks; `results` are columns that a formula gives, which repeat what their inputs do.

    `given` are columns that hold the shares of others (column, of); None finds them.
    """
    found: list[Finding] = []
    for block in blocks.values():
        found += [*_equal_rows(block, results), *_equal_columns(block), *_signs(blocks, block, results)]
        found += [*_repeated_years(blocks, block, results), *_shares(blocks, block, results, given)]
    years = [(blocks, block, results) for block in blocks.values()]
    found += _together(finding for each in years for finding in _magnitudes(*each))
    shares = [finding for finding in found if finding.fault.kind == "shares"]
    for finding in _together(finding for each in years for finding in _moved_between_years(*each)):
        # Shares that stayed where they were tell in which year the rows moved.
        rows = {(cell.table, cell.region) for cell in finding.cells}
        told = [share for share in shares if {(cell.table, cell.region) for cell in share.cells} <= rows]
        found = [each for each in found if each not in told]
        if told and finding.fault.kind == "moved between years":
            table, column = told[0].fault.table, finding.fault.column
            own = [cell for cell in finding.cells if cell.table == table]
            fault = Fault("moved rows", table=table, column=column, rows=listed([cell.row for cell in own]))
            cells = tuple(replace(cell, cause=cell.cause.removeprefix("one reading: ")) for cell in own)
            finding = replace(finding, fault=fault, cells=cells)
        found.append(finding)
    return found


def _typed(block: Block, results: set[tuple[int, str]]) -> dict[str, Array]:
    """Columns that were typed in, with the cells that have three digits at least."""
    typed: dict[str, Array] = {}
    for name, column in block.columns.items():
        twice = any(same_cells(column, block.columns[other]) for other in typed)
        if (block.table, name) not in results and not twice:
            unit = np.maximum(column.high - column.low, 1e-300)
            typed[name] = np.where(np.abs(column.value) >= 99 * unit, column.value, np.nan)
    return typed


def _cells(block: Block, name: str, at: Sequence[int], cause: str, expected: float = np.nan) -> list[Cell]:
    column = block.columns[name]
    return [Cell(block.table, block.rows[i], name, column.printed[i], expected, cause, block.regions[i]) for i in at]


def _equal_rows(block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    typed = _typed(block, results)
    if len(typed) < EQUAL_CELLS:
        return
    values = np.column_stack(list(typed.values()))
    for i in range(len(values) - 1):
        same = values[i + 1 :] == values[i]
        for j in np.flatnonzero(same.sum(axis=1) >= EQUAL_CELLS) + i + 1:
            names = [name for name, equal in zip(typed, values[i] == values[j], strict=True) if equal]
            cells = [
                cell
                for name in names
                for cell in _cells(block, name, [i, int(j)], f"duplicated row: {len(names)} cells are the same")
            ]
            rows = block.rows[i], block.rows[int(j)]
            fault = Fault("repeated row", table=block.table, row=rows[0], other_row=rows[1])
            evidence = f"{len(names)} of {len(typed)} typed columns are equal to the last digit: {', '.join(names)}"
            yield Finding(
                f"t{block.table}-rows-{rows[0]}-{rows[1]}-same", fault, tuple(cells), evidence, None, block.year
            )


def _equal_columns(block: Block) -> Iterator[Finding]:
    typed = _typed(block, set())
    names = list(typed)
    for at, first in enumerate(names):
        for second in names[at + 1 :]:
            known = np.isfinite(typed[first]) & np.isfinite(typed[second])
            same = known & (typed[first] == typed[second])
            if same.sum() >= _FEWEST and same.sum() >= 0.9 * known.sum():
                rows = [int(i) for i in np.flatnonzero(same)]
                fault = Fault("same columns", table=block.table, column=f"{first}, {second}")
                text = f"duplicated column: {first} and {second} are the same"
                cells = [cell for name in (first, second) for cell in _cells(block, name, rows, text)]
                evidence = f"equal to the last digit in {same.sum()} of {known.sum()} rows"
                yield Finding(f"t{block.table}-{first}-{second}-same", fault, tuple(cells), evidence, None, block.year)


def _same_in_years(blocks: Mapping[int, Block], block: Block, name: str) -> Iterator[tuple[Block, Any, float]]:
    """Yield every earlier year's table, the rows in which a column is the same there, and the share of all rows."""
    column = block.columns[name]
    for other, place in twins(blocks, block.table, name):
        theirs = np.where(place < 0, np.nan, other.columns[name].value[place])
        known = np.isfinite(theirs) & np.isfinite(column.value)
        same = known & (theirs == column.value) & (column.value != 0)
        if known.sum() >= 3 and not same_cells(column, other.columns[name]):
            yield other, np.flatnonzero(same), float(same.sum() / known.sum())


def _repeated_years(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    """Find a column that is another year's where it moves between the other years; what stands still is a remark."""
    for name in block.columns:
        if (block.table, name) in results:
            continue
        shares = {other.table: (other, at, share) for other, at, share in _same_in_years(blocks, block, name)}
        moves = any(share < 0.2 for _, _, share in shares.values())
        for other, at, share in shares.values():
            if share >= 0.5 and moves and len(at) >= EQUAL_CELLS and (other.year or 0) < (block.year or 0):
                place = {region: i for i, region in enumerate(other.regions)}
                theirs = [place[block.regions[int(i)]] for i in at]
                text = "one reading: duplicated cells: the same as {} (table {})"
                cells = [
                    *_cells(block, name, list(map(int, at)), text.format(other.year, other.table)),
                    *_cells(other, name, theirs, text.format(block.year, block.table)),
                ]
                evidence = f"equal to the last digit in {len(at)} rows, while it moves between the other years"
                fault = Fault("repeated column", table=block.table, column=name, year=other.year or 0)
                yield Finding(f"t{other.table}-t{block.table}-{name}-same", fault, tuple(cells), evidence)


def _signs(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    for name, column in block.columns.items():
        negative = np.flatnonzero(column.value < 0)
        known = np.isfinite(column.value).sum()
        if (block.table, name) in results or len(negative) != 1 or known < _FEWEST + 2:
            continue
        i = int(negative[0])
        for other, place in twins(blocks, block.table, name):
            theirs = other.columns[name].value
            if place[i] >= 0 and np.nanmin(theirs) > 0 and abs(np.log(-column.value[i] / theirs[place[i]])) < 1.0:
                text = f"sign: the only negative cell of its column; {other.year} has {theirs[place[i]]:.10g}"
                fault = Fault("sign", table=block.table, column=name, row=block.rows[i])
                cells = _cells(block, name, [i], text, expected=-float(column.value[i]))
                evidence = f"all {known - 1} others are positive, and so is every cell of table {other.table}"
                yield Finding(f"t{block.table}-{name}-sign", fault, tuple(cells), evidence, None, block.year)
                break


def growth(block: Block, other: Block, place: Any, name: str) -> tuple[Array, float, float]:
    """Return the log growth from another table to this one by row, its middle and its robust scale."""
    theirs = np.where(place < 0, np.nan, other.columns[name].value[place.astype(int)])
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.log(block.columns[name].value / theirs)
    change[~np.isfinite(change)] = np.nan
    known = change[np.isfinite(change)]
    if len(known) < _FEWEST:
        return change, np.nan, np.nan
    middle = float(np.median(known))
    scale = max(1.4826 * float(np.median(np.abs(known - middle))), 0.01)
    # The ninth tenth counts too: with many regions apart it is no scale of the rest.
    return change, middle, max(scale, float(np.quantile(np.abs(known - middle), 0.8)) / 1.28)


def _chance(z: Array, at: Any) -> float:
    """Log probability that the rows `at` deviate as much, by the tail that the largest of the others begins."""
    size = np.abs(z[np.isfinite(z)])
    rest = np.abs(np.delete(z, at))
    edge = max(float(np.nanmax(rest)) if np.isfinite(rest).any() else 0.0, _LEAST)
    return float((-_TAIL * np.log(np.maximum(np.abs(z[at]) / edge, 1.0)) - np.log(len(size))).sum())


def _magnitudes(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    """Find a single cell off by a power of ten between two years, where nothing else grows so."""
    for name in block.columns:
        for other, place in twins(blocks, block.table, name):
            if (block.table, name) in results or (other.year or 0) > (block.year or 0):
                continue
            change, middle, scale = growth(block, other, place, name)
            if not np.isfinite(scale):
                continue
            off = change - middle
            i = int(np.nanargmax(np.abs(off)))
            power = round(off[i] / _TEN)
            if not 1 <= abs(power) <= 6 or abs(off[i] - power * _TEN) > max(0.35, 2 * scale):
                continue
            # Any row and any column; the window about a power of ten takes a third of the line.
            chance = _chance(off / scale, np.array([i])) + np.log(len(change) * len(block.columns) / 3)
            if chance > RARE:
                continue
            j = int(place[i])
            home = _apart(block.columns[name].value, i), _apart(other.columns[name].value, j)
            sides = [(block, i, power), (other, j, -power)]
            if max(home) > 3.5 and min(home) < 2.5:
                sides = [sides[int(np.argmax(home))]]
            lead = "" if len(sides) == 1 else "one reading: "
            cells = tuple(
                cell
                for side, at, ten in sides
                for cell in _cells(
                    side, name, [at], f"{lead}decimal shift or unit slip between years (x10^{ten})",
                    float(side.columns[name].value[at]) / 10.0**ten,
                )
            )  # fmt: skip
            fault = Fault("magnitude", table=other.table, other_table=block.table, column=name, row=block.rows[i])
            evidence = (
                f"x{np.exp(change[i]):.4g} from table {other.table} to {block.table}, where the others grow "
                f"x{np.exp(middle):.3g}; {home[0]:.1f} and {home[1]:.1f} spreads from the middle of the columns"
            )
            yield Finding(f"t{other.table}-t{block.table}-{name}-magnitude", fault, cells, evidence)


def _apart(values: Array, i: int) -> float:
    """Distance of a cell from the middle of the others, in robust log standard deviations."""
    others = np.delete(values, i)
    logs = np.log(others[others > 0])
    if len(logs) < 3 or values[i] <= 0:
        return 0.0
    spread = max(1.4826 * float(np.median(np.abs(logs - np.median(logs)))), 1e-6)
    return abs(float(np.log(values[i]) - np.median(logs))) / spread


def _moved_between_years(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    """Find rows whose growth is out of all bounds, and in place when they are dealt anew: moved in one of two years."""
    from scipy.optimize import linear_sum_assignment
    from scipy.special import gammaln

    for name in block.columns:
        for other, place in twins(blocks, block.table, name):
            if (block.table, name) in results or (other.year or 0) > (block.year or 0):
                continue
            if block.year and other.year and block.year - other.year > _NEAR_YEARS:
                continue
            change, middle, scale = growth(block, other, place, name)
            if not np.isfinite(scale) or (place < 0).any():
                continue
            z = (change - middle) / scale
            n = int(np.isfinite(z).sum())
            with np.errstate(divide="ignore", invalid="ignore"):
                ours, theirs = np.log(block.columns[name].value), np.log(other.columns[name].value[place])
            every = np.abs((ours[None, :] - theirs[:, None] - middle) / scale)
            rate = float((every[~np.eye(len(z), dtype=bool)] < _CLOSE).mean())
            at = np.flatnonzero(np.abs(z) > 4)
            if not 2 <= len(at) <= n / 2:
                continue
            cost = np.where(np.isfinite(every[np.ix_(at, at)]), every[np.ix_(at, at)], 1e6)
            np.fill_diagonal(cost, 1e6)
            _, source = linear_sum_assignment(cost)
            if cost[np.arange(len(at)), source].max() > _CLOSE:
                continue
            k = len(at)
            ways = gammaln(n + 1) - gammaln(n - k + 1) + k * np.log(max(rate, 1e-12))
            if _chance(z, at) + ways + np.log(len(block.columns)) > RARE:
                continue
            owner = {int(at[s]): int(i) for i, s in zip(at, source, strict=True)}
            cells = []
            for side, rows in ((other, place), (block, np.arange(len(z)))):
                back = {v: u for u, v in owner.items()} if side is other else owner
                cells += [
                    cell
                    for i in map(int, at)
                    for cell in _cells(
                        side, name, [int(rows[i])],
                        f"one reading: swapped rows, moved: the value belongs to {block.regions[back[i]]}",
                    )
                ]  # fmt: skip
            numbers = [block.rows[int(i)] for i in at]
            fault = Fault(
                "moved between years", table=other.table, other_table=block.table, column=name, rows=listed(numbers)
            )
            evidence = (
                f"growth up to {np.abs(z[at]).max():.0f} spreads from the common one in {k} rows, within "
                f"{cost[np.arange(k), source].max():.1f} when they are dealt anew; which year is right stays open"
            )
            yield Finding(f"t{other.table}-t{block.table}-{name}-moved", fault, tuple(cells), evidence)


def _together(found: Iterable[Finding]) -> Iterator[Finding]:
    """Give the same rows of several columns and pairs of tables one fault: of regions, not of columns.

    Where one table differs from two others in them, it is the wrong one.
    """
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in found:
        regions = frozenset(cell.region for cell in finding.cells)
        groups.setdefault((finding.fault.kind, regions), []).append(finding)
    for group in groups.values():
        pairs = {(finding.fault.table, finding.fault.other_table) for finding in group}
        common = set.intersection(*map(set, pairs))
        names = ", ".join(dict.fromkeys(finding.fault.column for finding in group))
        if len(pairs) > 1 and len(common) == 1:
            (table,) = common
            own = [replace(each, cells=tuple(c for c in each.cells if c.table == table)) for each in group]
            rows = sorted({cell.row for finding in own for cell in finding.cells})
            kind: FaultKind = "decimal shifts" if group[0].fault.kind == "magnitude" else "moved rows"
            fault = Fault(kind, table=table, column=names, rows=listed(rows))
            columns = {finding.fault.column: finding for finding in own}
            for finding in columns.values():
                cells = tuple(replace(cell, cause=cell.cause.removeprefix("one reading: ")) for cell in finding.cells)
                yield replace(finding, fault=fault, cells=cells)
        else:
            yield from (replace(finding, fault=replace(group[0].fault, column=names)) for finding in group)


def _one_slip(alone: list[Finding], totals: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Make figures of one row that are off by one power of ten against a year and a total, or several totals, one.

    The total tells which year is wrong.
    """
    slips: dict[tuple[int, str, str], list[Finding]] = {}
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
        fault = Fault("decimal shifts", table=key[0], column=", ".join(names), rows=str(row))
        told: set[str] = set()
        for finding in group:
            cells = [cell for cell in finding.cells if _slip_of(cell) == key and cell.column not in told]
            told.update(cell.column for cell in cells)
            cells = [replace(cell, cause=cell.cause.removeprefix("one reading: ")) for cell in cells]
            new = [replace(finding, fault=fault, cells=tuple(cells))] if cells else []
            alone, totals = (
                [each for old in part for each in (new if old is finding else [old])] for part in (alone, totals)
            )
    return alone, totals


def _slip_of(cell: Cell) -> tuple[int, str, str] | None:
    """Return table, region and power of a cell that is said to be off by a power of ten."""
    hit = re.search(r"decimal shift.*\(x10\^(-?\d+)\)", cell.cause)
    return (cell.table, cell.region, hit[1]) if hit is not None else None


def _shares(
    blocks: Mapping[int, Block],
    block: Block,
    results: set[tuple[int, str]],
    given: Sequence[tuple[str, str]] | None,
) -> Iterator[Finding]:
    """Find shares that are not those of the column they are shares of, or that do not sum to 100 (or 1) as elsewhere.

    Any column may sum to 100 in a year: it counts as shares where chance would give that less than once in a thousand.
    """
    for name, column in block.columns.items():
        whole_column = np.isfinite(column.value).all() and (column.value >= 0).all()
        if (block.table, name) in results or np.isfinite(column.value).sum() < _FEWEST:
            continue
        fault = Fault("shares", table=block.table, column=name)
        identity = f"t{block.table}-{name}-shares"
        of_all = None if given is None else [of for shares, of in given if shares == name]
        if (found := shares_of(block, name, of_all)) is not None:
            of, _, middle, at = found
            text = f"sum: not the share of {of}"
            cells = [cell for i in map(int, at) for cell in _cells(block, name, [i], text, expected=float(middle[i]))]
            evidence = f"{np.isfinite(column.value).sum() - len(at)} other rows are shares of {of}, to rounding"
            if cells:
                yield Finding(identity, fault, tuple(cells), evidence, None, block.year)
            continue
        total, slack = float(column.value.sum()), float((column.high - column.low).sum() / 2)
        for whole in (100.0, 1.0) if whole_column else ():
            if not slack < abs(total - whole) <= 0.2 * whole:
                continue
            chance, others = 1.0, []
            for other, _ in twins(blocks, block.table, name):
                theirs = other.columns[name]
                # Roundings are independent: their sum is far from the sum of their bounds.
                room = 2.0 * float(np.sqrt(((theirs.high - theirs.low) ** 2).sum() / 3))
                if np.isfinite(theirs.value).all() and abs(float(theirs.value.sum()) - whole) <= room:
                    chance *= min(1.0, 2 * room / whole)
                    others.append(f"table {other.table} adds up to {theirs.value.sum():.10g}")
            if others and chance < 1e-3:
                lead = "one reading: "
                text = f"{lead}sum: the shares add up to {total:.10g}, not {whole:g}"
                evidence = f"rounding allows {slack:.3g}; {'; '.join(others)}"
                at = _likely(blocks, block, name, total - whole)
                cells = [
                    cell
                    for i in at
                    for cell in _cells(block, name, [i], text, expected=float(column.value[i]) + whole - total)
                ]
                yield Finding(identity, fault, tuple(cells), evidence, None, block.year)


def shares_of(block: Block, name: str, among: Sequence[str] | None = None) -> tuple[str, float, Array, Any] | None:
    """Return the column of which a column holds the shares, the whole, these shares, and the rows that differ.

    At most two rows may differ. The sum that the shares refer to is the one that most rows allow: a gap may hide a
    part of it. `among` are the columns that are tried.
    """
    column = block.columns[name]
    total = float(np.nansum(column.value))
    whole = next((each for each in (100.0, 1.0) if 0.8 * each < total < 1.2 * each), 0.0)
    for of in block.columns if among is None else among:
        base = block.columns.get(of)
        if base is None or of == name or not whole or not np.nansum(base.value) > 0:
            continue
        known = np.isfinite(column.value) & np.isfinite(base.value) & (column.low > 0) & (base.low > 0)
        telling = known & (column.value > 20 * (column.high - column.low))
        if telling.sum() < _FEWEST:
            continue
        # What a row says the sum is: an interval; a point of the line that most of them cover.
        least, most = (whole * base.low / column.high)[known], (whole * base.high / column.low)[known]
        ends = np.concatenate([least, most])
        cover = [((least <= end * (1 + 1e-12)) & (most >= end * (1 - 1e-12))).sum() for end in ends]
        if max(cover) < max(known.sum() - ODD_ROWS, _FEWEST, 0.75 * known.sum()):
            continue
        inside = ends[np.array(cover) == max(cover)]
        sum_of = float(np.sqrt(inside.min() * inside.max()))
        if not 0.5 < sum_of / float(np.nansum(base.value)) < 2:
            continue
        middle = whole * base.value / sum_of
        out = ~((least <= sum_of * (1 + 1e-12)) & (most >= sum_of * (1 - 1e-12)))
        # Columns that merely go along with each other would scatter in all rows as in the odd ones.
        away = np.abs(np.log(least * most) / 2 - np.log(sum_of))
        if out.any():
            rate = min(1.0, float(np.median(np.log(most / least))) / (2.5 * float(away[out].min())))
            n, k = len(out), int(out.sum())
            if np.log(n * comb(n, k)) + (n - k) * np.log(rate) > RARE - np.log(100.0):
                continue
        return of, whole, middle, np.flatnonzero(known)[out]
    return None


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


def growth_remarks(
    blocks: Mapping[int, Block], results: set[tuple[int, str]], told_of: Collection[tuple[int, int, str]] = ()
) -> pd.DataFrame:
    """List what stands still, and cells whose growth is six robust deviations and a factor of three off.

    `told_of` are the cells (table, row, column) of findings: of a long number that is the same in two years no more.
    """
    lines = []
    for block in blocks.values():
        for name in block.columns:
            for other, at, share in () if (block.table, name) in results else _same_in_years(blocks, block, name):
                if share >= 0.5 and (other.year or 0) < (block.year or 0):
                    told = (
                        f"{name} is the same in tables {other.table} and {block.table} in {len(at)} rows: "
                        "a quantity that stands still, or a copy"
                    )
                    lines.append((block.table, block.rows[int(at[0])], name, told))
                elif (other.year or 0) < (block.year or 0) and len(at) < EQUAL_CELLS:
                    for row in map(int, at):
                        long = significant_digits(block.columns[name].printed[row]) >= _LONG
                        if long and (block.table, block.rows[row], name) not in told_of:
                            told = (
                                f"{name} of {block.regions[row]} (row {block.rows[row]}) is the same in tables "
                                f"{other.table} and {block.table}: chance, or a copy"
                            )
                            lines.append((block.table, block.rows[row], name, told))
            for other, place in twins(blocks, block.table, name):
                if (block.table, name) in results or (other.year or 0) > (block.year or 0):
                    continue
                change, middle, scale = growth(block, other, place, name)
                for i in np.flatnonzero(np.abs(change - middle) > max(6 * scale, np.log(3.0))):
                    told = (
                        f"{name} of {block.regions[int(i)]} (row {block.rows[int(i)]}) goes x{np.exp(change[i]):.3g} "
                        f"from table {other.table} to {block.table}, the others x{np.exp(middle):.3g}"
                    )
                    lines.append((block.table, block.rows[int(i)], name, told))
    return pd.DataFrame(lines, columns=["table", "row", "column", "told"])


def blind_columns(blocks: Mapping[int, Block], results: set[tuple[int, str]]) -> list[tuple[str, int, str]]:
    """List columns in which rows exchanged before all else was computed would not be seen: check, rows, reason.

    Only the other year tells. Two rows are told apart where their difference is more than six times the scatter of
    growth; a column of which all pairs but one in twenty are told apart is not listed.
    """
    lines = []
    for block in blocks.values():
        lone = [
            name
            for name in block.columns
            if (block.table, name) not in results and next(twins(blocks, block.table, name), None) is None
        ]
        if lone:
            check = f"table {block.table}: rows of {', '.join(lone)} exchanged before all else was computed"
            lines.append((check, len(block.rows), "no other year to hold them against"))
        for name, column in block.columns.items():
            for other, place in twins(blocks, block.table, name):
                if (block.table, name) in results or (other.year or 0) > (block.year or 0):
                    continue
                scale = growth(block, other, place, name)[2]
                with np.errstate(invalid="ignore"):
                    logs = np.log(np.where(column.value > 0, column.value, np.nan))
                gaps = np.abs(logs[:, None] - logs[None, :])[np.triu_indices(len(logs), 1)]
                gaps = gaps[np.isfinite(gaps)]
                if np.isfinite(scale) and len(gaps) and (seen := float((gaps > _SEEN * scale).mean())) < _ALL:
                    check = (
                        f"tables {other.table} and {block.table}: rows of {name} exchanged before all else was computed"
                    )
                    lines.append((check, len(logs), f"growth scatters so much that {100 * seen:.0f} % would be seen"))
    return lines
