"""Totals: rows that sum up other rows of their table, the columns in which they do not, and what they decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from growthpoles.study.audit.arithmetic import decimal_shift, transposed
from growthpoles.study.audit.causes.printed_relations import Array, Block, Relation
from growthpoles.study.audit.causes.root_causes import Cause
from growthpoles.study.audit.findings import Cell, Fault, Finding
from growthpoles.study.audit.printed_cells import TotalRow
from growthpoles.study.files.printed_tables import Decimal

Blocks = Mapping[int, Block]
_FEWEST = 2
_COLUMNS = 2
_RARE = float(np.log(1e-6))


@dataclass(frozen=True, slots=True)
class _Sum:
    """A total beside the sum of its parts: what it lacks, and what rounding allows."""

    total: TotalRow
    name: str
    at: tuple[int, ...]
    value: float
    half: float
    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def holds(self) -> bool:
        slack = 1e-9 * abs(self.value)
        return self.value + self.half + slack >= self.low and self.value - self.half - slack <= self.high


def find_totals(values: Array, halves: Array) -> list[tuple[int, tuple[int, ...]]]:
    """Find rows that are the sum of rows next to them, above or below, in two columns at least; totals of totals too.

    Parameters
    ----------
    values, halves : array, rows x columns
        Numbers of the table in printed order, NaN where there is none, and half units of their last digits.

    Returns
    -------
    list of (row, parts)
        Positions; the parts are rows that sum up nothing themselves.

    Notes
    -----
    Parts and total agree to (n + 1) half units in two columns at least, and chance would give as many agreements in
    less than one of a million tables: an agreement in a column has the chance of the width of its roundings over its
    size. A total of subtotals is one of their parts.
    """
    found: dict[int, tuple[int, ...]] = {}
    left = list(range(len(values)))
    while True:
        hits = list(_sums_in(values[left], halves[left]))
        sums = {row for row, _ in hits}
        # What sums up no sums goes first.
        hit = next((hit for hit in hits if sums.isdisjoint(hit[1])), next(iter(hits), None))
        if hit is None:
            return [(row, parts) for row, parts in sorted(found.items())]
        row, parts = left[hit[0]], tuple(left[at] for at in hit[1])
        inner = [part for at in parts for part in found.get(at, (at,))]
        found[row] = tuple(dict.fromkeys(inner))
        # A subtotal stands for its parts: they are out of the way of the totals above it.
        left = [at for at in left if at not in parts]


def _sums_in(values: Array, halves: Array) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (total, parts): the fewest parts first, so that subtotals come before what sums them up."""
    n = len(values)
    known = np.where(np.isfinite(values), values, 0.0)
    gone = np.vstack([np.zeros(values.shape[1]), np.cumsum(~np.isfinite(values), axis=0)])
    sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(known, axis=0)])
    room = np.vstack([np.zeros(values.shape[1]), np.cumsum(np.where(np.isfinite(halves), halves, 0.0), axis=0)])
    for count in range(_FEWEST, n):
        start = np.arange(n - count + 1)
        stop = start + count
        total, slack = sums[stop] - sums[start], room[stop] - room[start]
        for row, inside in ((start - 1, start > 0), (stop, stop < n)):
            own, half = values[row % n], halves[row % n]
            whole = (gone[stop] == gone[start]) & np.isfinite(own) & inside[:, None]
            fits = whole & (np.abs(total - own) <= slack + half + 1e-9 * np.abs(own))
            # Some sum of some rows meets another row in any table: how many would by chance, among so many ways?
            with np.errstate(divide="ignore", invalid="ignore"):
                chance = np.where(fits, np.minimum(np.log(2 * (slack + half) / np.abs(own)), 0.0), 0.0).sum(axis=1)
            chance += 2 * np.log(n) + fits.sum(axis=1) * np.log(values.shape[1])
            enough = (fits.sum(axis=1) >= _COLUMNS) & (chance < _RARE)
            for at in np.flatnonzero(enough):
                yield int(row[at]), tuple(range(start[at], stop[at]))


def _sums(totals: Sequence[TotalRow], blocks: Blocks) -> Iterator[_Sum]:
    for total in totals:
        block = blocks[total.table]
        at = tuple(block.rows.index(row) for row in total.parts)
        for name, (_, value, half) in total.cells.items():
            column = block.columns.get(name)
            if column is not None and np.isfinite(value) and np.isfinite(column.value[list(at)]).all():
                low, high = (float(part[list(at)].sum()) for part in (column.low, column.high))
                yield _Sum(total, name, at, value, half, low, high)


def _additive(sums: Sequence[_Sum], printed: Sequence[_Sum], results: set[tuple[int, str]]) -> set[str]:
    """Return the columns that are summed up: no ratios; the sum holds somewhere, or comes near where a mean cannot."""
    ratios = {name for _, name in results}
    held = {each.name for each in (*sums, *printed) if each.holds}
    near = {
        each.name
        for each in sums
        if len(each.at) >= 4 and each.low > 0 and each.value > 0 and 0.5 < each.value / each.middle < 2
    }
    return (held | near) - ratios


def decided_by_totals(
    causes: Sequence[Cause], blocks: Blocks, totals: Sequence[TotalRow], results: set[tuple[int, str]]
) -> list[Cause]:
    """Close causes that are open where a total tells: a reading that breaks one, or leaves one broken, is out."""
    printed = list(_sums(totals, blocks))
    summed = _additive(printed, printed, results)
    decided = []
    for cause in causes:
        if not cause.open:
            decided.append(cause)
            continue
        others: Blocks = blocks
        for other in causes:
            if other is not cause:
                others = other.first.apply(others)
        scores = [_broken(reading.apply(others), totals, summed) for reading in cause.readings]
        kept = tuple(reading for reading, score in zip(cause.readings, scores, strict=True) if score == min(scores))
        decided.append(replace(cause, readings=kept))
    return decided


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

    The total is wrong where no row can be: each stands in a ratio or a sum that holds. Otherwise all that a slip of
    the digits explains are named, and which of them is wrong stays open.
    """
    printed = {(each.total.table, each.total.row, each.name): each for each in _sums(totals, blocks)}
    sums = list(_sums(totals, whole))
    summed = _additive(sums, list(printed.values()), results)
    found = []
    for each in sums:
        key = each.total.table, each.total.row, each.name
        if each.name in summed and not each.holds and not printed[key].holds:
            found.append(_finding(each, whole, relations, decimal))
    return found


def _finding(each: _Sum, blocks: Blocks, relations: Sequence[Relation], decimal: Decimal) -> Finding:
    total, name = each.total, each.name
    block, column = blocks[total.table], blocks[total.table].columns[name]
    slack = (each.high - each.low) / 2 + each.half
    rows, loose = [], False
    for i in each.at:
        want = float(column.value[i]) + each.value - each.middle
        if _breaks(relations, block, name, i, want, slack):
            continue
        loose = True
        told = _slip(column.printed[i], float(column.value[i]), want, slack, decimal)
        if told:
            rows.append((i, want, told))
    text = f"total: the rows add up to {each.middle:.10g}"
    slip = _slip(total.cells[name][0], each.value, each.middle, slack, decimal)
    text += f"; {slip}" if slip else ""
    lead = "one reading: " if loose else ""
    cells = [Cell(total.table, total.row, name, total.cells[name][0], each.middle, f"{lead}{text}", total.label)]
    cells += [
        Cell(
            total.table, block.rows[i], name, column.printed[i], want,
            f"one reading: {told}, does not add up to {total.label}", block.regions[i],
        )
        for i, want, told in rows
    ]  # fmt: skip
    evidence = f"{total.cells[name][0]} printed, rounding allows {each.low - each.half:.10g} to "
    evidence += f"{each.high + each.half:.10g}"
    evidence += "; the total or one of its rows is wrong" if loose else "; every row holds in a ratio or a sum"
    fault = Fault("total", table=total.table, column=name, row=total.row)
    return Finding(f"t{total.table}-{name}-r{total.row:02d}", fault, tuple(cells), evidence, None, block.year)


def _breaks(relations: Sequence[Relation], block: Block, name: str, i: int, want: float, slack: float) -> bool:
    """Whether a cell of a row cannot be what the total wants: something that holds in its row would not."""
    for relation in relations:
        if relation.table == block.table and name in relation.members and not relation.wrong(block)[i]:
            low, _, high = relation.implied(block, name)
            if np.isfinite(low[i]) and not low[i] - slack <= want <= high[i] + slack:
                return True
    return False


def _slip(text: str, value: float, want: float, slack: float, decimal: Decimal) -> str:
    """Name a slip of the digits that turns what is wanted into what is printed."""
    power = decimal_shift(value, want - slack, want + slack)
    if power is not None and abs(value / 10.0**power - want) <= slack + abs(value) * 1e-9:
        return f"decimal shift (x10^{power})"
    changed = transposed(text, want - slack, want + slack, decimal=decimal)
    return "" if changed is None else f"digit transposition: {changed} fits"
