"""Audit of one's own file: tables of a workbook or a delimited text, formulas proposed from their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, listed, message
from growthpoles.study.audit.ledger import Audit, audit_cells
from growthpoles.study.audit.printed_cells import FORMULA_COLUMNS, Sources, make_sources
from growthpoles.study.audit.printed_relations import Block, Column, Relation, source_blocks, sum_relations
from growthpoles.study.files.cell_grids import Grid, read_grids
from growthpoles.study.files.number_notation import detect_notation
from growthpoles.study.files.printed_labels import parse_year, year_inside
from growthpoles.study.files.printed_tables import cell_number, read_rows, require_columns
from growthpoles.study.files.problems import Problem
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.inputs.published import plain_text
from growthpoles.study.table_blocks import adds_up, cell_value, find_blocks, kind_of

PROPOSAL_COLUMNS = ("use", "kind", *FORMULA_COLUMNS, "holds")
#: A ratio is proposed when it holds in this share of the rows that print all three columns, and in five at least.
_HOLDS = 0.75
_FEWEST = 5
_DECIMALS = 9
_POWERS = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e-3, 0.1, 0.01, 1e-6)
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class AuditFile:
    """The tables of a file, ready to be audited.

    `names` says what each table is (sheet, year), `places` where a cell stands: (table, row, column) -> (sheet, row of
    the sheet or line of the file, column from 1); `totals` lists rows that add up and are not audited as regions.
    """

    path: Path
    sources: Sources
    names: Mapping[int, str]
    places: Mapping[tuple[int, int, str], Place]
    totals: tuple[str, ...] = ()
    left_out: tuple[str, ...] = field(default=())


def read_audit_file(path: Path) -> AuditFile:
    """Read every table of a file: one region a row, one column a quantity; years from headers or names of sheets.

    Raises
    ------
    DataError
        If the file cannot be read, or holds no table of numbers with names of regions.
    """
    frames: list[pd.DataFrame] = []
    years: dict[int, int] = {}
    names: dict[int, str] = {}
    places: dict[tuple[int, int, str], Place] = {}
    totals: list[str] = []
    left: list[str] = []
    for grid in read_grids(path):
        if not grid.visible:
            left.append(f"sheet {grid.sheet!r} is hidden")
            continue
        for cells, year, where, sums in _tables(grid, path):
            number = len(years) + 1
            while number in years:
                number += 1
            years[number] = year if year is not None else -number
            told = "" if year is None or str(year) in grid.sheet else str(year)
            names[number] = " ".join(filter(None, (grid.sheet, told))) or path.name
            frames.append(cells.assign(table=number))
            places |= {(number, row, column): place for (row, column), place in where.items()}
            totals += [f"table {number}: {line}" for line in sums]
    if not frames:
        problem = "no table with a column of names and columns of numbers"
        raise DataError(message(problem, where=str(path), allowed="one region a row, one quantity a column"))
    sources = make_sources(
        pd.concat(frames, ignore_index=True), pd.DataFrame(columns=list(FORMULA_COLUMNS)), years=years, decimal="."
    )
    return AuditFile(path, sources, names, places, tuple(totals), tuple(left))


Found = tuple[pd.DataFrame, int | None, dict[tuple[int, str], Place], list[str]]


def _tables(grid: Grid, path: Path) -> list[Found]:
    """Take the blocks of a sheet apart into tables by year."""
    sheet_year = year_inside(grid.sheet) if grid.sheet else None
    stated = parse_year(grid.sheet) if grid.sheet else None
    found: list[Found] = []
    for block in find_blocks(grid):
        width = max(len(row) for _, row in block.rows)
        kinds = {
            at: Counter(kind_of(row[at]) if at < len(row) else " " for _, row in block.rows) for at in range(width)
        }
        keys = [at for at in range(width) if kinds[at]["t"] > len(block.rows) / 2]
        numbers = [at for at in range(width) if kinds[at]["n"] >= max(3, len(block.rows) / 3)]
        if not keys or not numbers:
            continue
        key = keys[0]
        rows = [(line, row) for line, row in block.rows if key < len(row) and cell_text(row[key])]
        rows, sums = _without_totals(rows, key, numbers)
        texts = [
            (cell_text(row[at]), Problem("", str(path), sheet=grid.sheet, row=line))
            for line, row in rows
            for at in numbers
            if at < len(row) and isinstance(row[at], str) and any(sign.isdigit() for sign in cell_text(row[at]))
        ]
        notation, unclear = detect_notation(texts, delimiter=grid.delimiter or None)
        if unclear is not None:
            raise DataError(str(unclear))
        headers = _headers(grid, block.header, width)
        by_year: dict[int | None, list[tuple[int, str]]] = {}
        for at in numbers:
            hit = year_inside(headers[at])
            own = hit[0] if hit else stated.year if stated else sheet_year[0] if sheet_year else None
            by_year.setdefault(own, []).append((at, (hit[1] if hit else headers[at]) or headers[at]))
        for year, columns in by_year.items():
            records, where = [], {}
            for at, name in columns:
                printed = [plain_text(row[at], notation) if at < len(row) else "" for _, row in rows]
                native = [at < len(row) and not isinstance(row[at], str) for _, row in rows]
                for place, ((line, row), text) in enumerate(zip(rows, _padded(printed, native), strict=True), 1):
                    records.append({"row": place, "label": cell_text(row[key]), "column": name, "printed": text})
                    where[place, name] = (grid.sheet, line, at + 1)
            cells = pd.DataFrame(records)
            labels = cells.drop_duplicates("row")["label"]
            if labels.duplicated().any():
                problem = f"{labels[labels.duplicated()].iloc[0]!r} labels two rows"
                raise DataError(message(problem, where=f"{path} {grid.sheet}".strip(), allowed="one row per region"))
            if cells.duplicated(["row", "column"]).any():
                twice = cells[cells.duplicated(["row", "column"])]["column"].iloc[0]
                raise DataError(message(f"two columns are called {twice!r}", where=f"{path} {grid.sheet}".strip()))
            found.append((cells, year, where, sums))
    return found


def _headers(grid: Grid, header: tuple[int, ...], width: int) -> dict[int, str]:
    """Join the header rows above every column; a merged cell counts for all it covers."""
    lines = dict(grid.rows)
    found = {}
    for at in range(width):
        parts = []
        for line in header:
            row = lines.get(line, [])
            text = cell_text(row[at]) if at < len(row) else ""
            for top, left, bottom, right in grid.merged:
                if top <= line <= bottom and left <= at <= right and left < len(lines.get(top, [])):
                    text = cell_text(lines[top][left])
            if text and text not in parts:
                parts.append(text)
        found[at] = " ".join(parts) or f"column {at + 1}"
    return found


def _without_totals(
    rows: list[tuple[int, list[object]]], key: int, numbers: list[int]
) -> tuple[list[tuple[int, list[object]]], list[str]]:
    """Set the first and the last row apart where they are the sum of the others in two columns at least."""
    sums = []
    for at in (len(rows) - 1, 0):
        if len(rows) < 5:
            break
        line, row = rows[at]
        others = [other for place, (_, other) in enumerate(rows) if place != at]
        adding = [
            column
            for column in numbers
            if adds_up([_value(row, column)] * 2, [[_value(other, column)] * 2 for other in others])
        ]
        if len(adding) >= 2:
            name = cell_text(row[key])
            sums.append(f"row {line} ({name}) is the total of the others in {len(adding)} columns")
            rows = [entry for place, entry in enumerate(rows) if place != at]
    return rows, sums


def _value(row: list[object], at: int) -> float | None:
    return cell_value(row[at]) if at < len(row) else None


def _padded(texts: list[str], native: list[bool]) -> list[str]:
    """Write number cells of a workbook, which keep no trailing zeros, with as many decimals as their column has."""
    decimals = [len(text.partition(".")[2]) for text, number in zip(texts, native, strict=True) if number]
    most = min(max(decimals, default=0), _DECIMALS)
    padded = []
    for text, number in zip(texts, native, strict=True):
        try:
            padded.append(f"{float(text):.{most}f}" if number and text else text)
        except ValueError:
            padded.append(text)
    return padded


def propose_formulas(sources: Sources) -> pd.DataFrame:
    """Propose which columns are ratios or sums of others, from the numbers alone.

    Returns
    -------
    DataFrame
        use ("yes"), kind ("ratio" or "sum"), column, numerator (of a sum: its parts, joined by " + "), denominator,
        factor, holds (in how many of the rows that print all of them).

    Notes
    -----
    A ratio must hold within rounding, with a power of ten as factor, in three quarters of the rows and in five at
    least; its result is the column with the fewest digits. Of several formulas for one column the one that holds most
    often is kept, then the one whose other columns are no results themselves.
    """
    blocks = source_blocks(sources)
    found: dict[tuple[str, str, str, float], list[int]] = {}
    for block in blocks.values():
        for name, above, below, factor, held, known in _ratios(block):
            tally = found.setdefault((name, above, below, factor), [0, 0])
            tally[0] += held
            tally[1] += known
    # One formula for three columns: its result is the one with the fewest digits.
    digits = {
        name: min(_digits(block.columns[name]) for block in blocks.values() if name in block.columns)
        for key in found
        for name in key[:3]
    }
    for key in list(found):
        rivals = [other for other in found if set(other[:3]) == set(key[:3])]
        if key != min(rivals, key=lambda other: (digits[other[0]], rivals.index(other))):
            del found[key]
    best: dict[str, tuple[str, str, str, float]] = {}
    for key, (held, known) in sorted(found.items(), key=lambda entry: (-entry[1][0] / entry[1][1], -entry[1][1])):
        if held >= _HOLDS * known:
            best.setdefault(key[0], key)
    ratios = [Relation("ratio", 0, key[:3], key[3]) for key in best.values()]
    lines = [
        ("yes", "ratio", name, above, below, f"{factor:g}", "{} of {} rows".format(*found[name, above, below, factor]))
        for name, above, below, factor in best.values()
    ]
    seen = set()
    for relation in sum_relations(blocks, ratios):
        if relation.members not in seen:
            seen.add(relation.members)
            own = [other for other in sum_relations(blocks, ratios) if other.members == relation.members]
            rows = sum(len(blocks[other.table].rows) for other in own)
            bad = sum(int(other.wrong(blocks[other.table]).sum()) for other in own)
            total, *parts = relation.members
            lines.append(("yes", "sum", total, " + ".join(parts), "", "", f"{rows - bad} of {rows} rows"))
    return pd.DataFrame(lines, columns=list(PROPOSAL_COLUMNS))


def _ratios(block: Block) -> list[tuple[str, str, str, float, int, int]]:
    """Find result, numerator, denominator, factor, rows that hold, rows that could be checked."""
    sharp = {name: _digits(column) for name, column in block.columns.items()}
    names = [name for name, digits in sharp.items() if digits >= 2]
    logs = {}
    for name in names:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs[name] = np.log10(np.where(block.columns[name].value > 0, block.columns[name].value, np.nan))
    found = []
    for above, below in combinations(names, 2):
        for top, bottom in ((above, below), (below, above)):
            quotient = logs[top] - logs[bottom]
            for name in names:
                if name in (top, bottom) or sharp[name] > min(sharp[top], sharp[bottom]) + 1:
                    continue
                gap = logs[name] - quotient
                known = np.isfinite(gap)
                if known.sum() < _FEWEST:
                    continue
                middle = float(np.median(gap[known]))
                power = round(middle)
                if abs(middle - power) > 0.01 or np.ptp(logs[name][known]) < 0.02:
                    continue
                relation = Relation("ratio", block.table, (name, top, bottom), 10.0**power)
                held = known & ~relation.wrong(block)
                # Coarse figures fit much; the bounds must tell rows apart.
                low, _, high = relation.implied(block, name)
                column = block.columns[name]
                blur = np.median((high - low + column.high - column.low)[known] / np.abs(column.value[known]))
                if (
                    held.sum() >= max(_FEWEST, _HOLDS * known.sum())
                    and blur < 0.1 * float(np.std(logs[name][known])) * 5
                ):
                    found.append((name, top, bottom, 10.0**power, int(held.sum()), int(known.sum())))
    return found


def _digits(column: Column) -> float:
    """Median number of significant digits."""
    known = np.isfinite(column.value) & (column.value != 0)
    unit = np.maximum(column.high - column.low, 1e-12)[known]
    return float(np.median(np.log10(np.abs(column.value[known]) / unit))) if known.sum() >= _FEWEST else 0.0


def read_formulas(path: Path) -> pd.DataFrame:
    """Read confirmed formulas: the lines of a proposal whose `use` is yes.

    Raises
    ------
    DataError
        If a column is missing, or `use` is neither yes nor no.
    """
    rules = read_rows(path)
    require_columns(rules, PROPOSAL_COLUMNS[:-1], where=str(path))
    stray = rules[~rules["use"].str.strip().str.casefold().isin(["yes", "no"])]
    if not stray.empty:
        problem = f"use = {stray['use'].iloc[0]!r}"
        raise DataError(message(problem, where=f"{path}, line {stray.index[0]}", allowed="yes, no"))
    kinds = rules[~rules["kind"].isin(["ratio", "sum"])]
    if not kinds.empty:
        problem = f"kind = {kinds['kind'].iloc[0]!r}"
        raise DataError(message(problem, where=f"{path}, line {kinds.index[0]}", allowed="ratio, sum"))
    return rules[rules["use"].str.strip().str.casefold() == "yes"]


def audit_file(path: str | Path, formulas: pd.DataFrame | None = None) -> tuple[Audit, AuditFile, pd.DataFrame]:
    """Audit the tables of a file by formulas between their columns.

    Parameters
    ----------
    path : path
        Workbook, delimited text, or any other table file of the package.
    formulas : DataFrame, optional
        kind, column, numerator, denominator, factor, as :func:`propose_formulas` gives them; None takes its proposal.

    Returns
    -------
    audit : Audit
    file : AuditFile
    formulas : DataFrame
        Those that were used.

    Raises
    ------
    DataError
        If the file holds no table, or a formula names a column that no table has.
    """
    file = read_audit_file(Path(path))
    rules = propose_formulas(file.sources) if formulas is None else formulas
    known = set(file.sources.cells["column"])
    used = [
        name
        for rule in rules.to_dict("records")
        for name in (rule["column"], *str(rule["numerator"]).split(" + "), rule["denominator"])
        if name
    ]
    stray = [name for name in used if name not in known]
    if stray:
        raise DataError(message(f"formula: no column {stray[0]!r}", where=str(path), allowed=listed(sorted(known))))
    ratios = rules[rules["kind"] == "ratio"][list(FORMULA_COLUMNS)]
    ratios = ratios.assign(
        factor=[cell_number(str(text), decimal=".", where="formulas, column factor") for text in ratios["factor"]]
    )
    sums = [
        (rule["column"], *rule["numerator"].split(" + ")) for rule in rules.to_dict("records") if rule["kind"] == "sum"
    ]
    sources = file.sources
    years = dict(sources.years)
    bare = sources.cells.drop(columns=["half", "year"])
    return audit_cells(make_sources(bare, ratios, years=years, decimal="."), sums=sums), file, rules
