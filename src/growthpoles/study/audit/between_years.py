"""Comparisons between years: a region or a column that repeats another year's, signs, powers of ten, rows that moved.

What is beside root causes is reported only where chance would give it less than once in ten thousand studies, if growth
has tails as heavy as a Student t with three degrees of freedom: beyond the others' largest deviation m one of x > m has
probability (m / x)^3 / n. What is merely unusual (growth) is a remark and no finding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, Number, Reason
from growthpoles.study.audit.arithmetic import significant_digits
from growthpoles.study.audit.causes.hypotheses import in_other_unit, twins
from growthpoles.study.audit.causes.printed_relations import (
    Array,
    Block,
    Relation,
    same_cells,
    stood_before,
)
from growthpoles.study.audit.column_orders import listed
from growthpoles.study.audit.findings import Cell, Fault, FaultKind, Finding, Sentence, decided, one_reading
from growthpoles.study.audit.printed_cells import TotalRow, sentence_frame

#: Chance findings that one table of a study may give.
RARE = float(np.log(1e-4))
RARER = float(np.log(1e-6))  # rows dealt anew: two that happen to grow apart fit each other's places now and then
#: Equal cells by which two rows are one, and of a column by which two columns are.
EQUAL_CELLS = 4
OPEN_YEAR = Reason("which year is right stays open", {})
FEWEST = 6
#: Chance findings of a lone negative cell that would fit with the other sign.
_ODD = float(np.log(1e-3))
_TAIL = 3.0
_LEAST = 2.0
_SEEN = 6.0
CLOSE = 3.0
_ALL = 0.95
NEAR_YEARS = 5  # over longer times regions grow apart by more than tables err (an oil field: Campeche)
_TEN = float(np.log(10.0))
_SPREAD, _HALF_TEN = 0.25, 0.7  # robust scatter of growth that is narrow; half a power of ten, less what grows
_CLEAR, _TURNED = 3.8, 3  # standard errors of the median of common growth that is clear; columns that tell of years
_SHORTER = 0.75  # part of the way from year to year that is left with two years exchanged
_LONE, _LONELY = 10.0, 8.0  # scales from both years that a lone cell is apart, and times what any other cell is
_LONG = 5  # digits of a number that is not often the same in two years


def typed_columns(block: Block, results: set[tuple[int, str]]) -> dict[str, Array]:
    """Columns that were typed in, with the cells that have three digits at least."""
    typed: dict[str, Array] = {}
    for name, column in block.columns.items():
        twice = any(same_cells(column, block.columns[other]) for other in typed)
        if (block.table, name) not in results and not twice:
            unit = np.maximum(column.high - column.low, 1e-300)
            typed[name] = np.where(np.abs(column.value) >= 99 * unit, column.value, np.nan)
    return typed


def cells_of(block: Block, name: str, at: Sequence[int], cause: Sentence, expected: float = np.nan) -> list[Cell]:
    """Describe cells of a column, by position."""
    column = block.columns[name]
    return [Cell(block.table, block.rows[i], name, column.printed[i], expected, cause, block.regions[i]) for i in at]


def repeated_rows(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    """Find a region whose figures are those of another year, in four typed columns at least that do not stand still."""
    typed = typed_columns(block, results)
    for other in blocks.values():
        if None in (block.year, other.year) or (other.year or 0) >= (block.year or 0):
            continue
        same: dict[int, list[str]] = {}
        for name in block.columns:
            for twin, at, share in _same_in_years(blocks, block, name):
                for i in map(int, at) if twin is other and share < 0.5 else ():
                    same.setdefault(i, []).append(name)
        for i, names in same.items():
            own = [name for name in names if name in typed and np.isfinite(typed[name][i])]
            if len(own) < EQUAL_CELLS:
                continue
            j = other.regions.index(block.regions[i])
            cells = [
                cell
                for side, at in ((block, i), (other, j))
                for name in names
                for cell in cells_of(side, name, [at], one_reading(repeated_row(len(own))))
            ]
            fault = Fault(
                "repeated in years", table=other.table, other_table=block.table, column=Joined(names, ", "),
                row=block.rows[i],
            )  # fmt: skip
            evidence = equal_columns(own, len(typed))
            name = f"t{other.table}-t{block.table}-r{block.rows[i]:02d}-same"
            yield Finding(name, fault, tuple(cells), evidence)


def repeated_row(count: int) -> Reason:
    """Say that a row repeats another in so many cells."""
    return Reason("duplicated row: {count} cells are the same", {"count": count})


def equal_columns(columns: Sequence[str], typed: int) -> Reason:
    """Say in which of the typed columns a row repeats another."""
    places = {"count": len(columns), "all": typed, "columns": Joined(columns, ", ")}
    return Reason("{count} of {all} typed columns are equal to the last digit: {columns}", places)


def repeated_cells(year: int | None, table: int) -> Reason:
    """Say which year's figures cells repeat; which of both is right is open."""
    places = {"year": year, "table": table}
    return one_reading(Reason("duplicated cells: the same as {year} (table {table})", places))


def _same_in_years(blocks: Mapping[int, Block], block: Block, name: str) -> Iterator[tuple[Block, Any, float]]:
    """Yield every earlier year's table, the rows in which a column is the same there, and the share of all rows."""
    column = block.columns[name]
    for other, place in twins(blocks, block.table, name):
        theirs = np.where(place < 0, np.nan, other.columns[name].value[place])
        known = np.isfinite(theirs) & np.isfinite(column.value)
        same = known & (theirs == column.value) & (column.value != 0)
        if known.sum() >= 3 and not same_cells(column, other.columns[name]):
            yield other, np.flatnonzero(same), float(same.sum() / known.sum())


def repeated_columns(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
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
                cells = [
                    *cells_of(block, name, list(map(int, at)), repeated_cells(other.year, other.table)),
                    *cells_of(other, name, theirs, repeated_cells(block.year, block.table)),
                ]
                evidence = Reason(
                    "equal to the last digit in {count} rows, while it moves between the other years",
                    {"count": len(at)},
                )
                fault = Fault("repeated column", table=block.table, column=name, year=other.year or 0)
                yield Finding(f"t{other.table}-t{block.table}-{name}-same", fault, tuple(cells), evidence)


def lone_signs(
    blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]], relations: Sequence[Relation]
) -> Iterator[Finding]:
    """Find the one negative cell of a column that fits the other year with the other sign, and adds up with nothing."""
    for name, column in block.columns.items():
        negative = np.flatnonzero(column.value < 0)
        known = np.isfinite(column.value).sum()
        if (block.table, name) in results or len(negative) != 1 or known < FEWEST + 2:
            continue
        i = int(negative[0])
        # A balance may fall below zero: what adds up with it says so.
        if any(
            relation.kind == "sum" and relation.table == block.table and name in relation.members
            and np.isfinite(relation.implied(block, name)[0][i]) and not relation.wrong(block)[i]
            for relation in relations
        ):  # fmt: skip
            continue
        for other, place in twins(blocks, block.table, name):
            theirs = np.where(place < 0, np.nan, other.columns[name].value[place])
            near = np.nanmin(other.columns[name].value) > 0 and abs(np.log(-column.value[i] / theirs[i])) < 1.0
            with np.errstate(divide="ignore", invalid="ignore"):
                change = column.value / theirs
            change -= np.nanmedian(change)
            if near and chance_of(change, np.array([i]), least=0.0) < _ODD:
                beside = {"year": other.year, "value": Number(f"{theirs[i]:.10g}")}
                only = Reason("sign: the only negative cell of its column", {})
                text = Joined([only, Reason("{year} has {value}", beside)])
                fault = Fault("sign", table=block.table, column=name, row=block.rows[i])
                cells = cells_of(block, name, [i], text, expected=-float(column.value[i]))
                evidence = Reason(
                    "all {count} others are positive, and so is every cell of table {table}",
                    {"count": int(known) - 1, "table": other.table},
                )
                yield Finding(f"t{block.table}-{name}-sign", fault, tuple(cells), evidence, None, block.year)
                break


def growth(block: Block, other: Block, place: Any, name: str) -> tuple[Array, float, float]:
    """Return the log growth from another table to this one by row, its middle and its robust scale."""
    theirs = np.where(place < 0, np.nan, other.columns[name].value[place.astype(int)])
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.log(block.columns[name].value / theirs)
    change[~np.isfinite(change)] = np.nan
    known = change[np.isfinite(change)]
    # A balance of both signs does not grow by factors.
    signed = max(int((block.columns[name].value < 0).sum()), int((theirs < 0).sum())) > 1
    if len(known) < FEWEST or signed:
        return change, np.nan, np.nan
    middle = float(np.median(known))
    scale = max(1.4826 * float(np.median(np.abs(known - middle))), 0.01)
    # The ninth tenth counts too: with many regions apart it is no scale of the rest.
    return change, middle, max(scale, float(np.quantile(np.abs(known - middle), 0.8)) / 1.28)


def chance_of(z: Array, at: Any, least: float = _LEAST, tail: float = _TAIL) -> float:
    """Log probability that the rows `at` deviate as much, by the tail that the largest of the others begins."""
    size = np.abs(z[np.isfinite(z)])
    rest = np.abs(np.delete(z, at))
    edge = max(float(np.nanmax(rest)) if np.isfinite(rest).any() else 0.0, least, 1e-3)
    return float((-tail * np.log(np.maximum(np.abs(z[at]) / edge, 1.0)) - np.log(len(size))).sum())


def magnitudes(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
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
            chance = chance_of(off / scale, np.array([i])) + np.log(len(change) * len(block.columns) / 3)
            if chance > RARE:
                continue
            j = int(place[i])
            home = _apart(block.columns[name].value, i), _apart(other.columns[name].value, j)
            sides = [(block, i, power), (other, j, -power)]
            if max(home) > 3.5 and min(home) < 2.5:
                sides = [sides[int(np.argmax(home))]]
            causes = [Reason("decimal shift or unit slip between years (x10^{power})", {"power": ten})
                      for _, _, ten in sides]  # fmt: skip
            causes = causes if len(sides) == 1 else [one_reading(cause) for cause in causes]
            cells = tuple(
                replace(cell, power=ten)
                for (side, at, ten), cause in zip(sides, causes, strict=True)
                for cell in cells_of(side, name, [at], cause, float(side.columns[name].value[at]) / 10.0**ten)
            )
            fault = Fault("magnitude", table=other.table, other_table=block.table, column=name, row=block.rows[i])
            away = {"low": Number(f"{home[0]:.1f}"), "high": Number(f"{home[1]:.1f}")}
            evidence = Joined([
                grows_unlike(change[i], middle, other.table, block.table),
                Reason("{low} and {high} spreads from the middle of the columns", away),
            ])  # fmt: skip
            yield Finding(f"t{other.table}-t{block.table}-{name}-magnitude", fault, cells, evidence)


def other_units(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    """Find a column that as a whole is a power of ten away from the other year's, where the other columns are not."""
    typed = [name for name in block.columns if (block.table, name) not in results]
    for other in blocks.values():
        if None in (block.year, other.year) or (other.year or 0) >= (block.year or 0):
            continue
        place = np.array(
            [{region: i for i, region in enumerate(other.regions)}.get(each, -1) for each in block.regions]
        )
        grown = {name: growth(block, other, place, name) for name in typed if name in other.columns}
        for name, (change, middle, scale) in grown.items():
            power = round(middle / _TEN) if np.isfinite(middle) else 0
            usual = [each[1] for key, each in grown.items() if key != name and np.isfinite(each[1])]
            # A hundredfold is no growth; tenfold is none where regions go along and no other column grows so.
            least = 2 if max(scale, _SPREAD) > _SPREAD or abs(np.median(usual or [9.0])) > np.log(2.0) else 1
            if abs(power) < least or abs(middle - power * _TEN) > _HALF_TEN:
                continue
            at = np.flatnonzero(np.isfinite(change))
            fault = Fault("unit", table=other.table, other_table=block.table, column=name, factor=f"{10.0**power:g}")
            cells = tuple(
                cell
                for side, rows, ten in ((block, at, power), (other, place[at], -power))
                for i in map(int, rows)
                for cell in cells_of(
                    side, name, [i], one_reading(in_other_unit(10.0**ten)),
                    float(side.columns[name].value[i]) / 10.0**ten,
                )
            )  # fmt: skip
            evidence = grows_unlike(middle, float(np.median(usual)) if usual else 0.0, other.table, block.table)
            yield Finding(f"t{other.table}-t{block.table}-{name}-unit", fault, cells, evidence)


def grows_unlike(change: float, others: float, first: int, second: int) -> Reason:
    """Say how a figure grows from one table to another, beside the others; both are logarithms."""
    return Reason(
        "x{ratio} from table {table} to {other_table}, where the others grow x{growth}",
        {
            "ratio": Number(f"{np.exp(change):.4g}"), "table": first, "other_table": second,
            "growth": Number(f"{np.exp(others):.3g}"),
        },
    )  # fmt: skip


def _apart(values: Array, i: int) -> float:
    """Distance of a cell from the middle of the others, in robust log standard deviations."""
    others = np.delete(values, i)
    logs = np.log(others[others > 0])
    if len(logs) < 3 or values[i] <= 0:
        return 0.0
    spread = max(1.4826 * float(np.median(np.abs(logs - np.median(logs)))), 1e-6)
    return abs(float(np.log(values[i]) - np.median(logs))) / spread


def years_beside(blocks: Mapping[int, Block], block: Block, name: str) -> tuple[Block, Block, Array, Array] | None:
    """Return two years that a column stands between, or beside, and its logarithms there, row by row."""
    near = sorted(
        (abs((other.year or 0) - (block.year or 0)), (other.year or 0) < (block.year or 0), other.table, place)
        for other, place in twins(blocks, block.table, name)
    ) if block.year and block.year > 0 else []  # fmt: skip
    near = [each for each in near if each[0] <= NEAR_YEARS]
    if len(near) < 2:
        return None
    first = near[0]
    second = next((each for each in near if each[1] != first[1]), near[1])
    logs = []
    for _, _, table, place in (first, second):
        value = np.where(place < 0, np.nan, blocks[table].columns[name].value[place])
        logs.append(np.log(np.where(value > 0, value, np.nan)))
    one, two = blocks[first[2]], blocks[second[2]]
    return one, two, logs[0], logs[1]


def lies_between(block: Block, one: Block, two: Block) -> bool:
    """Whether the year of a table lies between two others."""
    return ((one.year or 0) < (block.year or 0)) != ((two.year or 0) < (block.year or 0))


def spread_of(change: Array) -> tuple[float, float]:
    """Return the middle of growth and its robust scale, of which the outer tenths are part."""
    known = change[np.isfinite(change)]
    middle = float(np.median(known))
    away = np.abs(known - middle)
    return middle, max(1.4826 * float(np.median(away)), float(np.quantile(away, 0.8)) / 1.28, 1e-3)


def together(found: Iterable[Finding]) -> Iterator[Finding]:
    """Give the same rows of several columns and pairs of tables one fault: of regions, not of columns.

    Where one table differs from two others in them, it is the wrong one.
    """
    groups: dict[tuple[object, ...], list[Finding]] = {}
    each_of, pairs_of = list(found), dict[str, set[tuple[int, int]]]()
    for finding in each_of:
        pairs_of.setdefault(finding.fault.column, set()).add((finding.fault.table, finding.fault.other_table))
    for finding in each_of:
        # A whole column has gaps of its own.
        whole = finding.fault.kind == "unit"
        regions = frozenset(cell.region for cell in finding.cells)
        same: object = frozenset(pairs_of[finding.fault.column]) if whole else regions
        groups.setdefault((finding.fault.kind, same), []).append(finding)
    for group in groups.values():
        pairs = {(finding.fault.table, finding.fault.other_table) for finding in group}
        common = set.intersection(*map(set, pairs))
        names = Joined(dict.fromkeys(finding.fault.column for finding in group), ", ")
        if len(pairs) > 1 and len(common) == 1:
            (table,) = common
            own = [replace(each, cells=tuple(c for c in each.cells if c.table == table)) for each in group]
            rows = sorted({cell.row for finding in own for cell in finding.cells})
            kinds: dict[FaultKind, FaultKind] = {"magnitude": "decimal shifts", "unit": "decimal shifts"}
            fault = Fault(kinds.get(group[0].fault.kind, "moved rows"), table=table, column=names, rows=listed(rows))
            columns = {finding.fault.column: finding for finding in own}
            for finding in columns.values():
                yield replace(finding, fault=fault, cells=decided(finding.cells))
        else:
            yield from (replace(finding, fault=replace(group[0].fault, column=names)) for finding in group)


def growth_remarks(
    blocks: Mapping[int, Block], results: set[tuple[int, str]], told_of: Collection[tuple[int, int, str]] = ()
) -> pd.DataFrame:
    """List what stands still, and cells whose growth is six robust deviations and a factor of three off.

    `told_of` are the cells (table, row, column) of findings, which are not told of again.
    """
    lines = []
    for block in blocks.values():
        for name in block.columns:
            for other, at, share in () if (block.table, name) in results else _same_in_years(blocks, block, name):
                if share >= 0.5 and (other.year or 0) < (block.year or 0):
                    told = Reason(
                        "{column} is the same in tables {table} and {other_table} in {count} rows: "
                        "a quantity that stands still, or a copy",
                        {"column": name, "table": other.table, "other_table": block.table, "count": len(at)},
                    )
                    lines.append((block.table, block.rows[int(at[0])], name, told))
                elif (other.year or 0) < (block.year or 0):
                    for row in map(int, at):
                        long = significant_digits(block.columns[name].printed[row]) >= _LONG
                        if long and (block.table, block.rows[row], name) not in told_of:
                            told = Reason(
                                "{column} of {region} (row {row}) is the same in tables {table} and {other_table}: "
                                "chance, or a copy",
                                _where(other, block, name, row),
                            )
                            lines.append((block.table, block.rows[row], name, told))
            for other, place in twins(blocks, block.table, name):
                if (block.table, name) in results or (other.year or 0) > (block.year or 0):
                    continue
                change, middle, scale = growth(block, other, place, name)
                for i in np.flatnonzero(np.abs(change - middle) > max(6 * scale, np.log(3.0))):
                    pair = {(block.table, block.rows[int(i)], name), (other.table, other.rows[place[i]], name)}
                    if not pair.isdisjoint(told_of):
                        continue
                    grown = {"ratio": change[i], "growth": middle}
                    told = Reason(
                        "{column} of {region} (row {row}) goes x{ratio} from table {table} to {other_table}, "
                        "the others x{growth}",
                        _where(other, block, name, int(i))
                        | {place: Number(f"{np.exp(each):.3g}") for place, each in grown.items()},
                    )
                    lines.append((block.table, block.rows[int(i)], name, told))
    return sentence_frame(lines, ("table", "row", "column", "told"), ("told",))


def _place(block: Block, column: str, row: int) -> dict[str, Any]:
    return {"column": column, "region": block.regions[row], "row": block.rows[row], "table": block.table}


def _where(other: Block, block: Block, column: str, row: int) -> dict[str, Any]:
    return _place(block, column, row) | {"table": other.table, "other_table": block.table}


def blind_columns(blocks: Mapping[int, Block], results: set[tuple[int, str]]) -> list[tuple[Reason, int, Reason]]:
    """List columns in which rows exchanged before all else was computed would not be seen: check, rows, reason.

    Only the other year tells. Two rows are told apart where their difference is more than six times the scatter of
    growth; a column of which all pairs but one in twenty are told apart is not listed.
    """
    lines = []
    for block in blocks.values():
        lone = [
            name
            for name in block.columns
            if (block.table, name) not in results
            and next(twins(blocks, block.table, name), None) is None
            and not stood_before(blocks, block, (name,))
        ]
        if lone:
            check = Reason(
                "table {table}: rows of {columns} exchanged before all else was computed",
                {"table": block.table, "columns": Joined(lone, ", ")},
            )
            lines.append((check, len(block.rows), Reason("no other year to hold them against", {})))
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
                    check = Reason(
                        "tables {table} and {other_table}: rows of {column} exchanged before all else was computed",
                        {"table": other.table, "other_table": block.table, "column": name},
                    )
                    why = Reason(
                        "growth scatters so much that {share} % would be seen", {"share": Number(f"{100 * seen:.0f}")}
                    )
                    lines.append((check, len(logs), why))
    return lines


def _paired(blocks: Mapping[int, Block]) -> Iterator[tuple[Block, Block, Array, list[str]]]:
    """Yield tables of two years next to each other: earlier, later, places of the later's regions, columns of both."""
    years = sorted({block.year for block in blocks.values() if block.year is not None})
    before = dict(pairwise(years))
    for block in blocks.values():
        for other in blocks.values():
            names = [
                name
                for name, column in block.columns.items()
                if name in other.columns and not same_cells(column, other.columns[name])
            ]
            if names and other.year is not None and before.get(other.year, other.year) == block.year != other.year:
                place = {region: i for i, region in enumerate(other.regions)}
                yield other, block, np.array([place.get(region, -1) for region in block.regions]), names


def _clear_steps(blocks: Mapping[int, Block]) -> dict[tuple[str, int, int], float]:
    """Return the common growth of every column from one table to another; NaN where it is not clear."""
    steps = {}
    for block in blocks.values():
        for name in block.columns:
            for other, place in twins(blocks, block.table, name):
                change, middle, scale = growth(block, other, place, name)
                room = _CLEAR * scale / np.sqrt(max(int(np.isfinite(change).sum()), 1))
                steps[name, other.table, block.table] = middle if abs(middle) > room else np.nan
    return steps


def _middle_years(
    blocks: Mapping[int, Block],
    one: Block,
    two: Block,
    names: Sequence[str],
    steps: Mapping[tuple[str, int, int], float],
) -> tuple[set[str], dict[str, int]]:
    """Return the columns in which a third year tells that two years follow each other, and those that turn back.

    Of a table before or after both, the one of the nearer year lies between: by the common growth, where it is clear.
    """
    told, turned = set[str](), dict[str, int]()
    for name in names:
        for third in blocks.values():
            years = one.year or 0, two.year or 0
            if third.year is None or name not in third.columns or years[0] <= third.year <= years[1]:
                continue
            near, far = (one, two) if third.year < years[0] else (two, one)
            whole, first, rest = (
                steps.get((name, *pair), np.nan)
                for pair in ((third.table, far.table), (third.table, near.table), (near.table, far.table))
            )
            if first * rest > 0:
                told.add(name)
            elif first * rest < 0 and whole * first > 0:
                turned[name] = third.year
    return told - set(turned), {name: year for name, year in turned.items() if name not in told}


def turned_years(blocks: Mapping[int, Block], results: set[tuple[int, str]]) -> pd.DataFrame:
    """List tables whose figures turn back in every column that a third year tells of, three at least."""
    lines, steps = [], _clear_steps(blocks)
    for one, two, _, names in _paired(blocks):
        typed = [name for name in names if (two.table, name) not in results]
        told, turned = _middle_years(blocks, one, two, typed, steps)
        if not told and len(turned) >= _TURNED:
            sentence = Reason(
                "tables {table} and {other_table}: {columns} turn back on the way to {year}: the years exchanged, or "
                "one out of line",
                {
                    "table": one.table, "other_table": two.table, "columns": Joined(turned, ", "),
                    "year": min(turned.values()),
                },
            )  # fmt: skip
            lines.append((two.table, two.rows[0], next(iter(turned)), sentence))
    return sentence_frame(lines, ("table", "row", "column", "told"), ("told",))


def lone_turns(
    blocks: Mapping[int, Block], results: set[tuple[int, str]], told_of: Collection[tuple[int, int, str]]
) -> pd.DataFrame:
    """List the cell of a column that both neighbouring years are far from, and by far more than any other cell.

    What grows by chance goes on from there; only a wrong cell, or a rare year, goes there and back.
    """
    lines = []
    for name in dict.fromkeys(name for block in blocks.values() for name in block.columns):
        turns: list[tuple[float, float, float, Block, Block, Block, int]] = []
        for block in blocks.values():
            beside = None
            if name in block.columns and (block.table, name) not in results:
                beside = years_beside(blocks, block, name)
            if beside is None or not lies_between(block, *beside[:2]):
                continue
            one, two, first, second = beside
            with np.errstate(divide="ignore", invalid="ignore"):
                own = np.log(np.where(block.columns[name].value > 0, block.columns[name].value, np.nan))
            steps = own - first, own - second
            if np.isfinite(steps[0] + steps[1]).sum() < FEWEST:
                continue
            (m, s), (o, t) = map(spread_of, steps)
            back, on = steps[0] - m, steps[1] - o
            turn = np.where(back * on > 0, np.minimum(np.abs(back), np.abs(on)), 0.0)
            closes = np.abs(back - on) < 0.5 * turn
            for i in map(int, np.flatnonzero(np.isfinite(back) & np.isfinite(on))):
                z = turn[i] / max(s, t, 0.01) if closes[i] else 0.0
                turns.append((float(turn[i]), float(np.sign(back[i])), float(z), one, two, block, i))
        turns.sort(key=lambda each: -each[0])
        if len(turns) < 3 * FEWEST:
            continue
        size, sign, z, one, two, block, i = turns[0]
        again = (block.table, block.rows[i], name) in told_of
        # Growth beyond a factor of three is told of in any case.
        if not again and np.log(1.2) < size < np.log(3.0) and z > _LONE and size > _LONELY * turns[1][0]:
            ratios = {"ratio": Number(f"{np.exp(sign * size):.3g}"), "growth": Number(f"{np.exp(turns[1][0]):.3g}")}
            years = {"year": min(one.year or 0, two.year or 0), "other_year": max(one.year or 0, two.year or 0)}
            told = Reason(
                "{column} of {region} (row {row}) is x{ratio} in table {table} of what {year} and {other_year} have; "
                "no other cell is more than x{growth} off: one may be wrong",
                _place(block, name, i) | ratios | years,
            )
            lines.append((block.table, block.rows[i], name, told))
    return sentence_frame(lines, ("table", "row", "column", "told"), ("told",))


def exchanged_years(blocks: Mapping[int, Block], results: set[tuple[int, str]]) -> pd.DataFrame:
    """List two years of a column that turn back as printed and go on, by level and region by region, if exchanged."""
    pairs: dict[tuple[int, int], list[str]] = {}
    dated = sorted((each for each in blocks.values() if (each.year or 0) > 0), key=lambda each: each.year or 0)
    for name in dict.fromkeys(name for block in dated for name in block.columns):
        own = [block for block in dated if name in block.columns and (block.table, name) not in results]
        if len(own) < 4 or len({block.year for block in own}) < len(own):
            continue
        grown = {
            (a.table, b.table): np.log(np.where(both > 0, both, np.nan))
            for a, b in combinations(own, 2)
            for place in [np.array([{r: i for i, r in enumerate(a.regions)}.get(r, -1) for r in b.regions])]
            for both in [b.columns[name].value / np.where(place < 0, np.nan, a.columns[name].value[place])]
        }
        rows = min(int(np.isfinite(each).sum()) for each in grown.values())
        if rows < FEWEST:
            continue
        spread = {key: spread_of(each) for key, each in grown.items()}
        spread |= {(b, a): (-middle, scale) for (a, b), (middle, scale) in spread.items()}
        tables = [block.table for block in own]
        steps = [spread[pair] for pair in pairwise(tables)]
        best = 10.0 + 5.0 * np.sqrt(rows), (0, 0)
        for one, two in combinations(range(len(tables)), 2):
            order = [*tables]
            order[one], order[two] = order[two], order[one]
            new = [spread[pair] for pair in pairwise(order)]
            gain = rows * sum(float(np.log(old[1] / now[1])) for old, now in zip(steps, new, strict=True))
            way, shorter = (sum(abs(middle) for middle, _ in each) for each in (steps, new))
            if shorter < _SHORTER * way and gain > best[0]:
                best = gain, (tables[one], tables[two])
        if any(best[1]):
            pairs.setdefault(best[1], []).append(name)
    lines = [
        (two, blocks[two].rows[0], names[0], Reason(
            "tables {table} and {other_table}: {columns} turn back, and go on with the two exchanged: the years "
            "exchanged, or one out of line",
            {"table": one, "other_table": two, "columns": Joined(names, ", ")},
        ))
        for (one, two), names in pairs.items()
        if len(names) < _TURNED
    ]  # fmt: skip
    return sentence_frame(lines, ("table", "row", "column", "told"), ("told",))


def blind_years(
    blocks: Mapping[int, Block],
    relations: Sequence[Relation],
    totals: Sequence[TotalRow],
    rated: Collection[int],
    indicators: Collection[str] = (),
) -> list[tuple[Reason, int, Reason]]:
    """List tables that would look as they do with the years of all columns exchanged, or of single ones: no fault.

    An index that follows from the table of its year (`rated`) tells them and its `indicators` apart, and growth that a
    third year goes on with; a single column is told by what is computed from it, and by its total.
    """
    lines, steps = [], _clear_steps(blocks)
    for one, two, place, names in _paired(blocks):
        told, turned = _middle_years(blocks, one, two, names, steps)
        held = {name for relation in relations if relation.table in (one.table, two.table) for name in relation.members}
        held |= {name for total in totals if total.table in (one.table, two.table) for name in total.cells}
        held |= set(indicators) if set(rated) & {one.year, two.year} else set()
        alone = [name for name in names if name not in held | told]
        rows, where = int((place >= 0).sum()), {"table": one.table, "other_table": two.table}
        reason = Reason("nothing in the tables tells the years apart", {})
        if not set(rated) & {one.year, two.year} and (turned or len(told) < _TURNED) and len(names) > 1:
            check = Reason("tables {table} and {other_table}: the years of all columns exchanged", where)
            lines.append((check, rows, reason))
        if alone:
            places = {**where, "columns": Joined(alone, ", ")}
            check = Reason("tables {table} and {other_table}: the years of {columns} exchanged", places)
            lines.append((check, rows, reason))
    return lines
