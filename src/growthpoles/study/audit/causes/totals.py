"""Totals: rows that sum up other rows of their table, the columns in which they do not, and what they decide."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import Joined, Number, Reason
from growthpoles.study.audit.arithmetic import decimal_shift, significant_digits, transposed
from growthpoles.study.audit.between_years import grows_unlike, growth
from growthpoles.study.audit.causes.hypotheses import figure_of_year, of_year, shifted_by, twins
from growthpoles.study.audit.causes.printed_relations import Block, Column, Relation
from growthpoles.study.audit.causes.root_causes import Cause, exchanged_digits, repeated_cell
from growthpoles.study.audit.column_orders import listed
from growthpoles.study.audit.findings import (
    ARITHMETIC,
    Cell,
    Fault,
    FaultKind,
    Finding,
    Sentence,
    adds_up_to_other,
    decided,
    explained,
    implies,
    one_reading,
    undecided_between,
)
from growthpoles.study.audit.printed_cells import TotalRow
from growthpoles.study.files.printed_tables import Decimal
from growthpoles.study.table_totals import slips

Blocks = Mapping[int, Block]
_RARE = 0.02
_PERCENT = re.compile(r"[%٪]|per ?cent|pct|prozent|por ciento|pour ?cent|проц|відсот|пайыз|yüzde", re.IGNORECASE)
#: Robust deviations of growth that are odd, and that are usual.
_ODD, _USUAL = 4.0, 2.0
_TOLD_APART = 4  # digits of cells that are not the same by chance

_ONE = "table {table}: row {row} ({total}) is the total of rows {rows}"
_IN_ALL = "tables {tables}: row {row} ({total}) is the total of rows {rows}"
_MANY = "table {table}: {count} rows are totals of others: {totals}"
_MANY_IN_ALL = "tables {tables}: {count} rows are totals of others: {totals}"
_EACH = 3  # totals that are told one by one


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """A total beside the sum of its parts: what it lacks, and what rounding allows."""

    total: TotalRow
    name: str
    at: tuple[int, ...]
    value: float
    half: float
    low: float
    high: float
    parts: NDArray[np.float64]

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def holds(self) -> bool:
        slack = 1e-9 * abs(self.value)
        return self.value + self.half + slack >= self.low and self.value - self.half - slack <= self.high


def _sums(totals: Sequence[TotalRow], blocks: Blocks) -> Iterator[_Sum]:
    told = [(total, name, *_parts(total, blocks[total.table], name)) for total in totals for name in total.cells]
    nothing = _empty(told, blocks)
    for total, name, at, gaps in told:
        each = _sum(total, blocks[total.table], name, at)
        if each is not None and not gaps.keys() - nothing.get(name, set()):
            yield each


def _sum(total: TotalRow, block: Block, name: str, at: tuple[int, ...]) -> _Sum | None:
    _, value, half = total.cells[name]
    if not at or not np.isfinite(value):
        return None
    column = block.columns[name]
    low, high = (float(part[list(at)].sum()) for part in (column.low, column.high))
    return _Sum(total, name, at, value, half, low, high, column.value[list(at)])


def _parts(total: TotalRow, block: Block, name: str) -> tuple[tuple[int, ...], dict[str, int]]:
    """Return the places of a total's rows that have a number in a column, and region and row of those without."""
    if name not in block.columns:
        return (), {}
    at, known = [block.rows.index(row) for row in total.parts], np.isfinite(block.columns[name].value)
    return tuple(i for i in at if known[i]), {block.regions[i]: block.rows[i] for i in at if not known[i]}


def _empty(
    told: Sequence[tuple[TotalRow, str, tuple[int, ...], dict[str, int]]], blocks: Blocks
) -> dict[str, set[str]]:
    """Return for every column the regions whose gaps are nothing: a total is the sum of the others to its last digit.

    A province before it was split off is in the figures of another one: totals of all years add up without it.
    """
    empty: dict[str, set[str]] = {}
    for total, name, at, gaps in told:
        each = _sum(total, blocks[total.table], name, at) if gaps and len(at) > 1 else None
        # Coarse figures, as of shares, leave room for a row of the usual size: they tell nothing of the gap.
        if each is not None and each.holds and each.high - each.low + 2 * each.half < np.median(np.abs(each.parts)):
            empty.setdefault(name, set()).update(gaps)
    return empty


def unchecked_totals(
    totals: Sequence[TotalRow], blocks: Blocks, results: Container[tuple[int, str]]
) -> list[tuple[Reason, int, Reason]]:
    """List the totals of which a row has no number, but for ratios, which no rows add up to: check, rows, reason.

    A ratio is the result of a formula, or in percent and between the others, as that of a whole is.
    """
    lines, checked = [], {_key(each) for each in _sums(totals, blocks)}
    for total in totals:
        for name in total.cells:
            at, gaps = _parts(total, blocks[total.table], name)
            known = [blocks[total.table].columns[name].value[i] for i in at]
            if known and _PERCENT.search(name) and min(known) <= total.cells[name][1] <= max(known):
                continue
            if gaps and (total.table, total.row, name) not in checked and (total.table, name) not in results:
                places = {"table": total.table, "column": name, "row": total.row}
                check = Reason("table {table}: the total of {column}, row {row}", places)
                lines.append((check, len(gaps), no_number(name, list(gaps.values()))))
    return lines


def totals_told(totals: Sequence[TotalRow]) -> Iterator[Reason]:
    """Say once for all tables that have the same rows which rows are totals of which; many of them in one sentence."""
    tables: dict[tuple[int, str, tuple[int, ...]], list[int]] = {}
    for total in totals:
        tables.setdefault((total.row, total.label, total.parts), []).append(total.table)
    alike: dict[tuple[int, ...], list[tuple[int, str, str]]] = {}
    for (at, name, summed), held in tables.items():
        alike.setdefault(tuple(held), []).append((at, name, listed(list(summed))))
    for where, rows in alike.items():
        places = {"table": where[0]} if len(where) == 1 else {"tables": listed(list(where))}
        if len(rows) > _EACH:
            told = Joined([f"{row} ({label}): {parts}" for row, label, parts in rows])
            yield Reason(_MANY if len(where) == 1 else _MANY_IN_ALL, {**places, "count": len(rows), "totals": told})
            continue
        for row, label, parts in rows:
            yield Reason(_ONE if len(where) == 1 else _IN_ALL, {**places, "row": row, "total": label, "rows": parts})


def no_number(column: str, rows: list[int]) -> Reason:
    """Say in which rows of a column there is no number."""
    return Reason("no number in {column}, rows {rows}", {"column": column, "rows": listed(rows)})


def _additive(sums: Sequence[_Sum], printed: Sequence[_Sum], results: set[tuple[int, str]]) -> set[str]:
    """Return the columns that are summed up: no ratios; the sum holds somewhere, or comes near where a mean cannot.

    Near is within a factor of two, or but for a power of ten in one figure.
    """
    ratios = {name for _, name in results}
    # A row under a heading of its own is repeated in it, whatever its column holds.
    held = {each.name for each in (*sums, *printed) if each.holds and len(each.at) > 1}
    near = {
        each.name
        for each in sums
        if len(each.at) >= 4 and each.low > 0 and each.value > 0 and 0.5 < each.value / each.middle < 2
    }
    off = {each.name for each in printed if slips(each.value, each.parts, (each.high - each.low) / 2 + each.half)}
    return (held | near | off) - ratios


def decided_by_totals(
    causes: Sequence[Cause], blocks: Blocks, totals: Sequence[TotalRow], results: set[tuple[int, str]]
) -> list[Cause]:
    """Close causes that are open where a total tells: a reading that breaks one, or leaves one broken, is out."""
    printed = list(_sums(totals, blocks))
    summed = _additive(printed, printed, results)
    told = []
    for cause in causes:
        if not cause.open:
            told.append(cause)
            continue
        others: Blocks = blocks
        for other in causes:
            if other is not cause:
                others = other.first.apply(others)
        scores = [_broken(reading.apply(others), totals, summed) for reading in cause.readings]
        kept = tuple(reading for reading, score in zip(cause.readings, scores, strict=True) if score == min(scores))
        told.append(replace(cause, readings=kept))
    return told


def _broken(blocks: Blocks, totals: Sequence[TotalRow], summed: set[str]) -> int:
    return sum(not each.holds for each in _sums(totals, blocks) if each.name in summed)


def total_findings(
    totals: Sequence[TotalRow],
    blocks: Blocks,
    whole: Blocks,
    relations: Sequence[Relation],
    results: set[tuple[int, str]],
    decimal: Decimal,
) -> list[Finding]:
    """Find totals that their rows do not add up to, with every cause mended; totals taken from print are right.

    It stays open whether the total or a row is wrong, also where every row holds in a ratio, which may have been
    computed from the wrong figure; a slip of the digits that explains it decides.
    """
    printed = {(each.total.table, each.total.row, each.name): each for each in _sums(totals, blocks)}
    sums = list(_sums(totals, whole))
    summed = _additive(sums, list(printed.values()), results)
    broken = [
        each
        for each in sums
        if each.name in summed and not each.holds and not printed[each.total.table, each.total.row, each.name].holds
    ]
    swapped = [*_exchanged(broken, whole), *_exchanged_in_row(broken, whole)]
    gone = {
        (table, name) for finding in swapped for cell in finding.cells for table, name in [(cell.table, cell.column)]
    }
    broken = [each for each in broken if (each.total.table, each.name) not in gone]
    found = [
        _finding(each, whole, relations, decimal, row=any(_within(each, outer) for outer in broken))
        for each in broken
        if not any(_within(inner, each) for inner in broken)
    ]
    held = {(each.total.table, each.total.row, each.name) for each in sums if each.holds}
    taken = {_key(each): each for each in sums if not each.holds and printed[_key(each)].holds}
    return [*_own_relations(found, held, taken, broken, totals, blocks, relations), *swapped, *found]


def _key(each: _Sum) -> tuple[int, int, str]:
    return each.total.table, each.total.row, each.name


def _exchanged(broken: Sequence[_Sum], blocks: Blocks) -> Iterator[Finding]:
    """Find columns of two years of which each adds up to the totals of the other."""
    pairs: dict[tuple[int, int, str], list[bool]] = {}
    for one in broken:
        for two in broken:
            first, second = one.total.table, two.total.table
            if first < second and (one.name, one.total.label) == (two.name, two.total.label):
                fits = [a.low - b.half <= b.value <= a.high + b.half for a, b in ((one, two), (two, one))]
                pairs.setdefault((first, second, one.name), []).append(all(fits))
    together: dict[tuple[int, int], list[str]] = {}
    for (first, second, name), fits in pairs.items():
        if all(fits):
            together.setdefault((first, second), []).append(name)
    for (first, second), names in together.items():
        # Several columns: the tables, or their rows of totals.
        several = len(names) > 1
        fault = Fault("exchanged years", table=first, other_table=second, column=Joined(names, ", "))
        for name in names:
            cells = [
                Cell(
                    table,
                    row,
                    name,
                    printed,
                    np.nan,
                    one_reading(told(blocks[other].year)) if several else told(blocks[other].year),
                    region,
                )
                for table, other in ((first, second), (second, first))
                for told, lines in (
                    (
                        of_year,
                        zip(
                            blocks[table].rows, blocks[table].columns[name].printed, blocks[table].regions, strict=True
                        ),
                    ),
                    (
                        figure_of_year,
                        [
                            (each.total.row, each.total.cells[name][0], each.total.label)
                            for each in broken
                            if several and (each.total.table, each.name) == (table, name)
                        ],
                    ),
                )
                for row, printed, region in lines
            ]
            count = len(pairs[first, second, name])
            evidence = explained(count, Reason("the rows of each add up to the total of the other", {}))
            yield Finding(f"t{first}-t{second}-{name}-exchanged", fault, tuple(cells), evidence)


def _exchanged_in_row(broken: Sequence[_Sum], blocks: Blocks) -> Iterator[Finding]:
    """Find two columns that lack, or have too much, of one total row the difference of their figures in one row."""
    for one, two in combinations(broken, 2):
        if (one.total.table, one.total.row, one.at) != (two.total.table, two.total.row, two.at):
            continue
        slack = sum((each.high - each.low) / 2 + each.half for each in (one, two))
        over, under = one.middle - one.value, two.middle - two.value
        apart = one.parts - two.parts
        room = 2 * slack / max(float(np.ptp(apart)), 1e-300)
        fits = np.flatnonzero(np.abs(apart - over) <= slack)
        # Figures that fit one row alone, of columns that are off by the same: no chance where the rows differ by more.
        if abs(over + under) > slack or len(fits) != 1 or room * len(apart) > _RARE:
            continue
        i, block, names = one.at[fits[0]], blocks[one.total.table], (one.name, two.name)
        row, region = block.rows[i], block.regions[i]
        fault = Fault("exchanged figures", table=block.table, column=Joined(names, ", "), row=row)
        why = Reason("the rows of both add up to their totals with these two exchanged", {})
        for name, other in (names, names[::-1]):
            want, text = float(block.columns[other].value[i]), Reason("the figure of {column}", {"column": other})
            cell = Cell(block.table, row, name, block.columns[name].printed[i], want, text, region)
            yield Finding(f"t{block.table}-{name}-r{row:02d}-exchanged", fault, (cell,), why, None, block.year)


def _own_relations(
    found: list[Finding], held: set[tuple[int, int, str]], taken: Mapping[tuple[int, int, str], _Sum],
    broken: Sequence[_Sum], totals: Sequence[TotalRow], blocks: Blocks, relations: Sequence[Relation],
) -> list[Finding]:  # fmt: skip
    """Hold the ratios and sums of total rows against their rows; what tells that a total is wrong closes its finding.

    `held` are the totals that their rows add up to, `taken` those of wrong figures: they follow. A mean of the
    rows is no quotient of their totals, and no fault.
    """
    sums = {(each.total.table, each.total.row, each.name): each for each in broken}
    wrong = []
    for total in totals:
        open_cells: list[tuple[Relation, list[str]]] = []
        block, place = blocks[total.table], (total.table, total.row)
        row = Block(total.table, block.year, (total.row,), (total.label,), {
            name: Column(np.array([value]), np.array([value - half]), np.array([value + half]), (text,))
            for name, (text, value, half) in total.cells.items() if np.isfinite(value)
        })  # fmt: skip
        for relation in relations:
            # Shares add up as what they are shares of does.
            if relation.table != total.table or relation.whole or not set(relation.members) <= set(row.columns):
                continue
            own = row.columns[relation.members[0]]
            half = (own.high - own.low) / 2 * (2 if relation.kind == "ratio" else 1)  # digits may be cut off
            trial = row.put(relation.members[0], np.array([0]), (own.value - half, own.value, own.value + half))
            if not relation.wrong(trial)[0] or _mean(block, total, relation.members[0]):
                continue
            suspects = {(*place, name) for name in relation.members if (*place, name) in sums}
            for key in suspects:
                ends = (np.array([part]) for part in (sums[key].low, sums[key].middle, sums[key].high))
                trial = trial.put(key[2], np.array([0]), tuple(ends))  # type: ignore[arg-type]
            if suspects and not relation.wrong(trial)[0]:
                # The printed total is not what its row was computed from: the rows are right.
                found[:] = [
                    _closed(finding)
                    if (finding.fault.table, finding.fault.row, finding.fault.column) in suspects
                    else finding
                    for finding in found
                ]
            elif not suspects:
                for name in relation.members:
                    if (own_sum := taken.get((*place, name))) is not None:
                        ends = (np.array([part]) for part in (own_sum.low, own_sum.middle, own_sum.high))
                        trial = trial.put(name, np.array([0]), tuple(ends))  # type: ignore[arg-type]
                if not relation.wrong(trial)[0]:
                    continue
                open_cells.append((relation, [name for name in relation.members if (*place, name) not in held]))
        # One cell in which several do not hold is one fault.
        common = set.intersection(*(set(names) for _, names in open_cells)) if open_cells else set()
        for relation, names in open_cells[:1] if common else open_cells:
            names = [name for name in names if name in common] or names
            wrong += [_off(relation, row, total, names)] if names else []
    return wrong


def _mean(block: Block, total: TotalRow, name: str) -> bool:
    at = [block.rows.index(i) for i in total.parts]
    _, value, half = total.cells[name]
    return abs(float(np.nanmean(block.columns[name].value[at])) - value) <= 2 * half


def _closed(finding: Finding) -> Finding:
    """Call the total wrong, and none of its rows."""
    cells = tuple(cell for cell in finding.cells if cell.row == finding.fault.row)
    return replace(finding, cells=decided(cells))


def _off(relation: Relation, row: Block, total: TotalRow, names: Sequence[str]) -> Finding:
    """Describe a row of totals in which a relation does not hold; `names` are the cells that may be wrong."""
    cells = []
    for name in names:
        low, middle, high = (float(part[0]) for part in relation.implied(row, name))
        text = ARITHMETIC if relation.kind == "ratio" else adds_up_to_other(relation.told)
        text = one_reading(text) if len(names) > 1 else text
        cells.append(Cell(total.table, total.row, name, total.cells[name][0], middle, text, total.label))
        evidence: Sentence = implies(relation.told, name, low, middle, high)
    if len(names) > 1:
        evidence = Joined([evidence, undecided_between([name] for name in names)])
        fault = Fault("contradiction", table=total.table, column=Joined(names, ", "), row=total.row)
    else:
        kind: FaultKind = "ratio" if names[0] == relation.members[0] and relation.kind == "ratio" else "total"
        fault = Fault(kind, table=total.table, column=names[0], row=total.row)
    return Finding(f"t{total.table}-{names[0]}-r{total.row:02d}", fault, tuple(cells), evidence, None, row.year)


def _within(inner: _Sum, outer: _Sum) -> bool:
    """Whether two totals, one inside the other, are off by the same: one row of both is wrong, and no total."""
    gap = (inner.value - inner.middle) - (outer.value - outer.middle)
    room = sum((each.high - each.low) / 2 + each.half for each in (inner, outer))
    same = (inner.total.table, inner.name) == (outer.total.table, outer.name)
    return same and set(inner.at) < set(outer.at) and abs(gap) <= room


def _finding(each: _Sum, blocks: Blocks, relations: Sequence[Relation], decimal: Decimal, *, row: bool) -> Finding:
    total, name = each.total, each.name
    block, column = blocks[total.table], blocks[total.table].columns[name]
    slack = (each.high - each.low) / 2 + each.half
    rows = []
    for i in each.at:
        want = float(column.value[i]) + each.value - each.middle
        half = float(column.high[i] - column.low[i]) / 2
        told, power = slip_of(column.printed[i], float(column.value[i]), want, slack, decimal, half)
        # What holds in its row may have been computed from the wrong figure: a power of ten is told all the same.
        if told and (power or not _breaks(relations, block, name, i, want, slack)):
            rows.append((i, want, told, power))
    unlike = _unlike(each, blocks, {i for i, *_ in rows})
    text: Sentence = Reason("total: the rows add up to {value}", {"value": Number(f"{each.middle:.10g}")})
    slip, off = slip_of(total.cells[name][0], each.value, each.middle, slack, decimal)
    text = Joined([text, slip]) if slip else text
    shifted = [line for line in rows if line[3]]
    # Digits that fit one cell alone, and all of them, are no chance where few cells could have been the one.
    alone = len(shifted) == 1 and not slip and _by_chance(each, column, slack) < _RARE
    sure = (slip and not rows) or alone
    cells = [Cell(total.table, total.row, name, total.cells[name][0], each.middle, text, total.label, off)]
    if alone:
        rows, cells = shifted, []
    if row and rows:
        cells = []
    cells += [
        Cell(
            total.table, block.rows[i], name, column.printed[i], want,
            Reason("{cause}, does not add up to {total}", {"cause": told, "total": total.label}),
            block.regions[i], power,
        )
        for i, want, told, power in rows
    ]  # fmt: skip
    cells += [
        Cell(
            total.table, block.rows[i], name, column.printed[i], want,
            Joined([adds_up_to_other(total.label), told]), block.regions[i],
        )
        for i, want, told in (() if sure else unlike)
    ]  # fmt: skip
    ends = {"low": Number(f"{each.low - each.half:.10g}"), "high": Number(f"{each.high + each.half:.10g}")}
    places = {"text": total.cells[name][0], **ends}
    evidence: Sentence = Reason("{text} printed, rounding allows {low} to {high}", places)
    if not sure:
        cells = [replace(own, cause=one_reading(own.cause)) for own in cells]
        evidence = Joined([evidence, Reason("the total or one of its rows is wrong", {})])
    fault = Fault("total", table=total.table, column=name, row=total.row)
    return Finding(f"t{total.table}-{name}-r{total.row:02d}", fault, tuple(cells), evidence, None, block.year)


def _unlike(each: _Sum, blocks: Blocks, known: set[int]) -> list[tuple[int, float, Reason]]:
    """Return rows that grow unlike the others, or not at all, and as the total wants like them: row, figure, reason."""
    block, found = blocks[each.total.table], dict[int, tuple[int, float, Reason]]()
    for other, place in twins(blocks, block.table, each.name):
        change, middle, scale = growth(block, other, place, each.name)
        for i in set(each.at) - known if np.isfinite(scale) else ():
            want = float(block.columns[each.name].value[i]) + each.value - each.middle
            theirs = float(other.columns[each.name].value[place[i]]) if place[i] >= 0 else np.nan
            if not (np.isfinite(change[i]) and want * theirs > 0):
                continue
            now, then = abs(change[i] - middle) / scale, abs(np.log(want / theirs) - middle) / scale
            same = theirs == block.columns[each.name].value[i]
            if same and then < _USUAL and significant_digits(block.columns[each.name].printed[i]) >= _TOLD_APART:
                found[i] = i, want, repeated_cell(other.table, other.rows[place[i]])
            elif now > _ODD and then < _USUAL:
                found[i] = i, want, grows_unlike(change[i], middle, other.table, block.table)
    return list(found.values())


def _by_chance(each: _Sum, column: Column, slack: float) -> float:
    """Return how many parts a power of ten would bring in line with their total by chance."""
    found, values = 0.0, column.value[list(each.at)]
    half = float(np.median((column.high - column.low)[list(each.at)])) / 2
    for power in (-3, -2, -1, 1, 2, 3):
        size = abs((each.middle - each.value) / (1 - 10.0**-power))
        with np.errstate(divide="ignore"):
            near = (np.abs(np.log(np.abs(values) / size)) < 0.5).sum() if size > 0 else 0
        # Beside the one that fits, which is always near.
        room = 2 * (slack + half / 10.0**power) / abs(1 - 10.0**-power)
        found += max(near - 1, 0) * room / max(size, 1e-300)
    return found


def _breaks(relations: Sequence[Relation], block: Block, name: str, i: int, want: float, slack: float) -> bool:
    """Whether a cell of a row cannot be what the total wants: something that holds in its row would not."""
    for relation in relations:
        if relation.table == block.table and name in relation.members and not relation.wrong(block)[i]:
            low, _, high = relation.implied(block, name)
            if np.isfinite(low[i]) and not low[i] - slack <= want <= high[i] + slack:
                return True
    return False


def slip_of(
    text: str, value: float, want: float, slack: float, decimal: Decimal, half: float = 0.0
) -> tuple[Reason | None, int]:
    """Name a slip of the digits that turns what is wanted into what is printed, to `half` a unit of its last digit.

    Returns its name, None without one, and the power of ten by which the figure is off.
    """
    power = decimal_shift(value, want - slack, want + slack, half)
    if power is not None and abs(value / 10.0**power - want) <= slack + half / 10.0**power + abs(value) * 1e-9:
        return shifted_by(power), power
    changed = transposed(text, want - slack, want + slack, decimal=decimal)
    return (None if changed is None else exchanged_digits(changed)), 0
