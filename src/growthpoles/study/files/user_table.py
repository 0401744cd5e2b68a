"""User table: which row and column is which region, year and indicator; what was not used, and why."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal as Exact
from fnmatch import fnmatchcase
from functools import partial
from glob import escape
from pathlib import Path

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Reason, listed, message, nearest, quoted, shown
from growthpoles.study.files.number_notation import Notation, detect_notation
from growthpoles.study.files.printed_labels import (
    bare_name,
    marks_of_years,
    parse_period,
    parse_year,
    printed_year,
    split_flag,
)
from growthpoles.study.files.printed_tables import Decimal, out_of_range
from growthpoles.study.files.problems import Problem
from growthpoles.study.files.table_files import RawTable, cell_text, read_raw
from growthpoles.study.study_spec import YEAR_MARK, Column, Table

MARKS = {
    "line": "{mark} in {file}, line {row}",
    "row": "{mark} in {file}, row {row}",
    "column": "{mark} in {file}, column {row}",
}
_SHEET_MARKS = {
    "row": "{mark} in {file}, sheet {sheet}, row {row}",
    "column": "{mark} in {file}, sheet {sheet}, column {row}",
}
_SHORT = 80  # what is named whole in a remedy
_WILD = 1000  # patterns with a star
_LONGEST = 300  # characters of a name that a pattern is held against
_MOST = 500  # problems of one table that are kept
Use = tuple[str, str, int | None]  # header, code, year where the column states it


@dataclass(frozen=True, slots=True)
class Unused:
    """A row or column of a table that no result is made of; see `Problem` for the places."""

    file: str
    sheet: str
    row: int | None
    column: str
    content: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is used: its row, year, region as written, column as written, code, content."""

    row: int
    year: int
    name: str
    header: str
    code: str
    content: object
    column: int = -1


@dataclass(slots=True, repr=False)
class TableData:
    """What a table says.

    Attributes
    ----------
    raw : RawTable
    notation : Notation
        Decimal sign, as stated or as found.
    cells : list of Cell
        Every cell that is used, as written.
    by_year : dict of year to DataFrame
        Index `region` (names as written), float columns by code; NaN where the cell was a missing mark.
    rows : dict of (year, name) to int
        First row of a region, for messages.
    absent : dict of year to list of (name, code, reason)
    flags : dict of year to list of (name, code, flag)
        What stood behind a number ("12.5 p"), raised or not, or in the column of flags.
    ksi : dict of year to DataFrame
        Columns ksi (float) and ksi_status.
    unused : list of Unused
    problems : list of Problem
        Empty for a table without fault.
    spelled : dict of name to name
        Names with the mark of a footnote, to the same ones without.
    codes : list of str
        Codes of its columns in some year.
    rows_read, rows_used : int
        Rows that hold something, the header apart, and those of them that a value was taken from; the others are
        in `unused`, one by one.
    idle : list of str
        What `ignore` names and no row of the table bears.
    year_cells : dict
        Row -> its year, as written.
    printed : dict of (year, code) to str
        Years that are printed as no single calendar year: "2023/24".
    tell_sheet : bool
        Whether places name the sheet, too: the study reads others of this file.
    """

    raw: RawTable
    notation: Notation = field(default_factory=Notation)
    cells: list[Cell] = field(default_factory=list)
    by_year: dict[int, pd.DataFrame] = field(default_factory=dict)
    rows: dict[tuple[int, str], int] = field(default_factory=dict)
    absent: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    flags: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    ksi: dict[int, pd.DataFrame] = field(default_factory=dict)
    unused: list[Unused] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    spelled: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    rows_read: int = 0
    rows_used: int = 0
    idle: list[str] = field(default_factory=list)
    year_cells: dict[int, str] = field(default_factory=dict)
    printed: dict[tuple[int, str], str] = field(default_factory=dict)
    tell_sheet: bool = False

    def drop(self, reason: str, *, row: int | None = None, column: str = "", content: object = "") -> None:
        """Note that a row or column is not used."""
        text = cell_text(content)
        self.unused.append(Unused(str(self.raw.path), self.raw.sheet, row, column, text, reason))

    def fault(self, problem: str, *, row: int | None = None, column: str = "", remedy: str = "") -> None:
        """Note a problem."""
        if len(self.problems) < _MOST:
            self.problems.append(self.raw.problem(problem, row=row, column=column, remedy=remedy))

    def __repr__(self) -> str:
        """File, years, rows."""
        used = f"{self.rows_used} of {self.rows_read} rows"
        return f"TableData({str(self.raw.path)!r}, years={sorted(self.by_year)}, {used})"


def parse_cells(data: TableData, spec: Table) -> None:
    """Turn cells into numbers, with one notation for the whole table."""
    marks = {mark.strip() for mark in spec.missing}
    zeros = {mark.strip() for mark in spec.zero}
    _check_percent(data, marks | zeros)
    outside = {mark.strip() for mark in spec.no_production}
    texts = (
        (cell.content, partial(data.raw.problem, "", row=cell.row, column=cell.header))
        for cell in data.cells
        if isinstance(cell.content, str) and cell.content.strip() not in (outside if not cell.code else marks | zeros)
    )
    data.notation, unclear = detect_notation(
        texts, decimal=spec.decimal, thousands=spec.thousands, delimiter=data.raw.delimiter or None
    )
    if unclear is not None:
        data.problems.append(unclear)
        return
    data.codes = list(dict.fromkeys(cell.code for cell in data.cells if cell.code))
    year_marks = marks_of_years(dict.fromkeys([*data.year_cells.values(), *(cell.header for cell in data.cells)]))
    heads = {
        (cell.year, cell.code, text) for cell in data.cells for text in (data.year_cells.get(cell.row, ""), cell.header)
    }
    data.printed = {(year, code): label for year, code, text in sorted(heads) if (label := printed_year(text, year))}
    found: dict[int, dict[str, dict[str, float]]] = {}
    ksi: dict[int, dict[str, tuple[float, str]]] = {}
    for cell in data.cells:
        text = cell_text(cell.content)
        if not cell.code and text in outside:
            ksi.setdefault(cell.year, {})[cell.name] = (float("nan"), "no production")
            continue
        column = found.setdefault(cell.year, {}).setdefault(cell.code, {}) if cell.code else {}
        if cell.code and text in marks:
            place = {"mark": shown(text), "file": data.raw.path.name, "row": cell.row}
            marks_of = _SHEET_MARKS if data.tell_sheet and data.raw.unit in _SHEET_MARKS else MARKS
            place |= {"sheet": shown(data.raw.sheet)} if marks_of is _SHEET_MARKS else {}
            reason = Reason(marks_of[data.raw.unit], place)
            data.absent.setdefault(cell.year, []).append((cell.name, cell.code, reason))
            column[cell.name] = float("nan")
            continue
        value, flag = (0.0, text) if cell.code and text in zeros else _number(data, cell, spec)
        of_year = (year_marks.get(text, "") for text in (data.year_cells.get(cell.row, ""), cell.header))
        flag = " ".join(filter(None, (flag, data.raw.raised.get((cell.row, cell.column), ""), *of_year)))
        if flag:
            data.flags.setdefault(cell.year, []).append((cell.name, cell.code, flag))
        column[cell.name] = value
        if not cell.code:
            status = "rounded zero" if value == 0 else "value"
            ksi.setdefault(cell.year, {})[cell.name] = (value, status)
    for year, columns in found.items():
        names = [name for at, name in data.rows if at == year]
        index = pd.Index(names, name="region", dtype=object)
        series = {code: pd.Series(each, dtype=float).reindex(index) for code, each in columns.items()}
        data.by_year[year] = pd.DataFrame(series, index=index)
        for code, each in columns.items():
            for name in names:
                if name not in each:
                    data.absent.setdefault(year, []).append((name, code, f"no row in {data.raw.path.name}"))
    for year, rows in ksi.items():
        data.ksi[year] = pd.DataFrame.from_dict(rows, orient="index", columns=["ksi", "ksi_status"])


def _check_percent(data: TableData, marks: set[str]) -> None:
    """Refuse a column in which only some of the numbers carry a percent sign."""
    if not any(isinstance(cell.content, str) and "%" in cell.content for cell in data.cells):
        return
    signed: dict[str, dict[bool, Cell]] = {}
    for cell in data.cells:
        text = cell_text(cell.content)
        if text and text not in marks and any(sign.isdecimal() for sign in text):
            signed.setdefault(cell.header, {}).setdefault("%" in text, cell)
    for header, kinds in signed.items():
        if len(kinds) == 2:
            problem = (
                f"{shown(cell_text(kinds[True].content))} has a percent sign, other numbers of the column have none"
            )
            data.fault(problem, row=kinds[True].row, column=header, remedy="the same unit in every cell")


def _number(data: TableData, cell: Cell, spec: Table) -> tuple[float, str]:
    """Return the number in a cell and its flag; note a problem and return NaN where there is none."""
    content = cell.content
    if isinstance(content, str):
        value = data.notation.parse(content)
        if value is not None:
            return _in_range(data, cell, content, value), ""
        problem, remedy = data.notation.fault(content)
        inner = content.strip()[1:-1].strip() if content.strip()[:1] + content.strip()[-1:] == "()" else ""
        split = split_flag(content, multiples=True)
        if inner and (value := data.notation.parse(inner)) is not None:
            if spec.parentheses == "negative":
                return -_in_range(data, cell, inner, value), ""
            if spec.parentheses == "flag":
                return _in_range(data, cell, inner, value), "( )"
            remedy = f"-{inner} in the file, or {inner} if it is a number of few cases; in study.toml parentheses = "
            remedy += '"negative" or "flag" says so of all'
        elif split is not None and (value := data.notation.parse(split[0])) is not None:
            if split[1] in spec.flags:
                return _in_range(data, cell, split[0], value), split[1]
            problem = f"{shown(content.strip())} has a mark behind or before the number"
            remedy = f"flags = [{toml_text(split[1])}] in study.toml, if {split[1]} is a remark on the number"
        if not content.strip():
            remedy += ', or missing = [""] in study.toml'
        elif content.startswith("="):
            problem, remedy = f"the formula {shown(content)} was never computed", "the file opened and saved in Excel"
    elif isinstance(content, int | float | Exact | np.number) and not isinstance(content, bool):
        try:
            value = float(content)
        except (OverflowError, ValueError):
            value = float("inf")
        if np.isfinite(value):
            return _in_range(data, cell, str(content), value, decimal="."), ""
        problem, remedy = f"{shown(str(content))} is not a finite number", "a number"
    else:
        problem, remedy = f"{shown(str(content))} is a {type(content).__name__}, not a number", "a number"
    data.fault(problem, row=cell.row, column=cell.header, remedy=remedy)
    return float("nan"), ""


def _in_range(data: TableData, cell: Cell, text: str, value: float, *, decimal: Decimal | None = None) -> float:
    """Return a number that can be computed with as it stands; else note a problem and return NaN."""
    problem = out_of_range(text, value, decimal or data.notation.decimal)
    if problem is None:
        return value
    data.fault(problem, row=cell.row, column=cell.header, remedy="1e-50 to 1e50, whole numbers up to 2^53 or exact")
    return float("nan")


def idle_told(idle: Sequence[str], path: Path, option: str = "ignore") -> list[str]:
    """Say which names of `ignore` or `aliases` no row of a table bears."""
    fits, done = "fits" if len(idle) == 1 else "fit", "ignored" if option == "ignore" else "renamed"
    names = listed(idle, limit=8, write=quoted)
    return [f"{option}: {names} {fits} no row of {path.name}, and nothing is {done} by it"] if idle else []


def toml_text(text: str) -> str:
    """Return a TOML string."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(safe, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_list(items: Iterable[str]) -> str:
    """Return a TOML list of strings."""
    return f"[{', '.join(map(toml_text, items))}]"


def remark(text: str, most: int = 200) -> str:
    """Return text for a comment: one line, printable."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:most]


def read_table(
    path: Path,
    spec: Table,
    *,
    years: Sequence[int],
    codes: Iterable[str],
    expected: Iterable[str] | None = None,
    most_names: int | None = None,
    tell_sheet: bool = False,
    apart: Collection[str] = (),
) -> TableData:
    """Read a table as study.toml describes it.

    Parameters
    ----------
    path : Path
    spec : Table
    years : sequence of int
        Years of the study; rows of other years are listed as unused.
    codes : iterable of str
        Codes of the catalogue.
    expected : iterable of str, optional
        Codes that must each be a column where `spec.columns` is empty; None takes those of `codes` that are there.
    most_names : int, optional
        How many different names may stand in the column of the regions.
    tell_sheet : bool
        Whether the reasons of gaps name the sheet.
    apart : collection of str
        Names that mean what aliases say, and are not taken together with those that differ in a mark alone.

    Returns
    -------
    TableData
        With every problem of the table; its values are complete only if there is none.

    Raises
    ------
    DataError
        If the file cannot be read at all.
    """
    raw = read_raw(path, spec, key=spec.key, most_names=most_names)
    data = TableData(raw, problems=list(raw.problems), tell_sheet=tell_sheet)
    data.rows_read = len(raw.rows) + len(raw.above) + len(raw.misfits) + len(raw.outside) + len(raw.hidden)
    for number in raw.above:
        data.drop("above the header", row=number)
    for number in raw.misfits:
        data.drop("does not fit the header", row=number)
    for number in raw.outside:
        data.drop("outside the rows that study.toml names", row=number)
    for number in raw.hidden:
        data.drop("the file hides this row", row=number)
    named = [
        spec.key,
        spec.year_column,
        *_indicators(spec),
        *_values(spec),
        *spec.fill,
        spec.flag_column,
    ]
    lacking = [name for name in named if name is not None and name not in raw.columns]
    if lacking:
        _missing_columns(data, lacking)
        return data
    data.spelled = _one_spelling(raw, spec, apart)
    if spec.layout == "long":
        _long(data, spec, years, list(codes))
    else:
        _wide(data, spec, years, list(codes), None if expected is None else list(expected))
    _unused_columns(data, spec, years)
    parse_cells(data, spec)
    return data


def _indicators(spec: Table) -> tuple[str, ...]:
    """Return the columns whose texts together are the indicator of a long table."""
    return (spec.indicator,) if isinstance(spec.indicator, str) else spec.indicator or ()


def _values(spec: Table) -> tuple[str, ...]:
    """Return the columns that hold the numbers of a long table."""
    return (spec.value,) if isinstance(spec.value, str) else spec.value or tuple(spec.value_years)


def key_text(spec: Table, cell: object) -> str:
    """Return the name of a region in a cell, as `key_pattern` and `key_width` make it."""
    name = cell_text(cell)
    hit = re.fullmatch(spec.key_pattern, name) if spec.key_pattern is not None and len(name) <= _LONGEST else None
    if hit and hit[1]:
        name = hit[1].strip()
    return name.zfill(spec.key_width) if spec.key_width is not None and name.isdecimal() else name


def _one_spelling(raw: RawTable, spec: Table, apart: Collection[str]) -> dict[str, str]:
    """Return the name without marks of footnotes for one that stands in the table with them and without."""
    at = raw.columns.index(spec.key)
    ignored = _ignored(spec.ignore, raw, at)
    written = {text for n, row in raw.rows if not ignored(n, text := cell_text(row[at])) and text not in apart}
    names = {key_text(spec, text) for text in written}.difference(apart)
    bare = {name: bare_name(name) for name in names}
    shared = Counter(bare.values())
    return {name: short for name, short in bare.items() if name != short and (short in names or shared[short] > 1)}


def _missing_columns(data: TableData, lacking: Sequence[str]) -> None:
    for name in lacking:
        near = "".join(f"; nearest: {quoted(hit)}" for hit in nearest(name, data.raw.columns, n=1, words=True))
        remedy = f"a table that has it (found: {listed(data.raw.columns, write=quoted)}){near}"
        data.fault(f"missing column {shown(name)}", remedy=remedy)


def _uses(
    data: TableData, spec: Table, years: Sequence[int], codes: list[str], expected: list[str] | None
) -> list[Use]:
    """Return (header, code, year or None) for every column to be read."""
    targets: dict[str, str | tuple[str, ...] | Column] = dict(spec.columns)
    if not targets:
        wanted = expected if expected is not None else [code for code in codes if code in data.raw.columns]
        targets = {code: code for code in wanted}
    uses: list[Use] = []
    for header, target in targets.items():
        for code in _codes(target):
            if isinstance(target, Column):
                uses.append((header, code, target.year))
            elif YEAR_MARK in header:
                uses += [(header.replace(YEAR_MARK, str(year)), code, year) for year in spec.covered(tuple(years))]
            else:
                uses.append((header, code, None))
    _missing_columns(data, list(dict.fromkeys(header for header, _, _ in uses if header not in data.raw.columns)))
    _unknown_codes(data, [code for _, code, _ in uses], codes)
    taken = [(code, year) for _, code, year in uses]
    for code, _ in dict.fromkeys(pair for pair in taken if taken.count(pair) > 1):
        data.fault(f"two columns are read as {shown(code)}", remedy="each code once a year")
    return [use for use in uses if use[0] in data.raw.columns and use[1] in codes]


def _codes(target: str | tuple[str, ...] | Column) -> tuple[str, ...]:
    """Return the codes that a column is read as."""
    if isinstance(target, Column):
        return (target.code,)
    return (target,) if isinstance(target, str) else target


def _unknown_codes(data: TableData, used: Iterable[str], codes: list[str]) -> None:
    for code in dict.fromkeys(used):
        if code not in codes:
            near = "".join(f"; nearest: {hit}" for hit in nearest(code, codes, n=1))
            data.fault(
                f"columns: {shown(code)} is not in the catalogue",
                remedy=f"a code of the catalogue, or the column left out of [tables.columns]{near}",
            )


def _ignored(patterns: Iterable[str], raw: RawTable, at: int) -> Callable[[int, str], bool]:
    """Return what tells whether a row is listed in `ignore`, by its name as written or by its number and name.

    Capitals count where they tell rows.
    """
    written = {cell_text(row[at]) for _, row in raw.rows}
    spelled = Counter(text.casefold() for text in written)
    listed_so = {pattern.strip() for pattern in patterns}
    lines = listed_so & {line_text(raw, number, row[at]) for number, row in raw.rows}
    listed_so -= lines
    exact = {text for text in written if spelled[text.casefold()] > 1 and listed_so & {text, escape(text)}}
    patterns = {pattern.casefold() for pattern in listed_so - exact - set(map(escape, exact))}
    wild = [pattern for pattern in patterns if any(sign in pattern for sign in "*?[")]
    if len(wild) > _WILD:
        raise DataError(message(f"{len(wild)} patterns in ignore", where=str(raw.path), allowed=f"at most {_WILD}"))

    def ignored(number: int, text: str) -> bool:
        folded = text.casefold()
        return (
            f"{raw.unit} {number}: {text}" in lines
            or text in exact
            or folded in patterns
            or any(fnmatchcase(folded, each) for each in wild)
        )

    return ignored


def line_text(raw: RawTable, number: int, cell: object) -> str:
    """Return how `ignore` names one row: by its number and what stands in it."""
    return f"{raw.unit} {number}: {cell_text(cell)}"


def _ignoring(raw: RawTable, number: int, cell: object) -> str:
    """Say how one row is left out; names of any length are data, and a message stays one short line."""
    text = line_text(raw, number, cell)
    return f"ignore = [{toml_text(text)}] of the table" if len(text) <= _SHORT else f"{raw.unit} {number} deleted"


def _regions(data: TableData, spec: Table, used: Sequence[str]) -> Iterator[tuple[int, list[object], str]]:
    """Yield the rows of regions; note the others."""
    at = data.raw.columns.index(spec.key)
    positions = [data.raw.columns.index(header) for header in used]
    ignored = _ignored(spec.ignore, data.raw, at)
    borne = {cell_text(row[at]).casefold() for _, row in data.raw.rows}
    borne |= {line_text(data.raw, number, row[at]).casefold() for number, row in data.raw.rows}
    named = [(each, each.strip().casefold()) for each in spec.ignore]
    data.idle = [each for each, name in named if name not in borne and not any(fnmatchcase(x, name) for x in borne)]
    for number, row in data.raw.rows:
        name, written = key_text(spec, row[at]), cell_text(row[at])
        name = data.spelled.get(name, name)
        if not name and all(cell_text(row[i]) == "" for i in positions):
            data.drop("no region and no value", row=number)
        elif ignored(number, written):
            data.drop("listed in ignore", row=number, content=written)
        elif not name:
            data.fault("the region is empty", row=number, column=spec.key, remedy="a name of a region")
            data.drop("the region is empty", row=number)
        else:
            yield number, row, name


def _year(data: TableData, spec: Table, years: Sequence[int], number: int, row: list[object]) -> int | None:
    """Return the year of a row, None where it is no year of the study."""
    if spec.year is not None or spec.year_column is None:
        return spec.year
    cell = row[data.raw.columns.index(spec.year_column)]
    text, label = cell_text(cell), parse_year(cell)
    own = label.year if label else (parse_period(text) or (0,))[0]
    data.year_cells[number] = text
    if not 1900 <= own <= 2100:
        data.fault(f"{shown(text)} is not a year", row=number, column=spec.year_column, remedy="1900 to 2100")
        data.drop("not a year", row=number, content=text)
        return None
    if own not in (spec.years or years) or own not in years:
        data.drop(Reason("year {year} is not asked for", {"year": text}), row=number, content=text)
        return None
    return own


def _wide(data: TableData, spec: Table, years: Sequence[int], codes: list[str], expected: list[str] | None) -> None:
    uses = _uses(data, spec, years, codes, expected)
    ksi = _ksi_columns(data, spec, years)
    place = {header: i for i, header in enumerate(data.raw.columns)}
    columns = [*uses, *ksi]
    written: dict[int, str] = {}
    kept: dict[int, list[object]] = {}

    def texts(number: int) -> list[str]:
        return [cell_text(kept[number][place[header]]) for header, _, _ in columns]

    for number, row, name in _regions(data, spec, [header for header, _, _ in uses]):
        own = _year(data, spec, years, number, row)
        if own is None and spec.year_column is not None:
            continue
        stated = [own if own is not None else year for *_, year in columns]
        present = {year for year in (*stated, own) if year is not None}
        cell = written[number] = cell_text(row[place[spec.key]])
        first = min((data.rows.setdefault((year, name), number) for year in present), default=number)
        kept[number] = row
        if first != number and written[first] == cell and texts(first) == texts(number) and any(texts(number)):
            # A county that is a region of the level above, too.
            data.drop("another row of the region has the same numbers", row=number, content=name)
            continue
        if first != number:
            problem = f"duplicate region {shown(name)} (first on {data.raw.unit} {first})"
            remedy = f": {_ignoring(data.raw, number, cell)}, or {data.raw.unit} {first}, if that is of another level"
            if written[first] != cell:
                problem = f"{shown(written[first])} ({data.raw.unit} {first}) and {shown(cell)} are both {shown(name)}"
                remedy = f"; ignore = [{toml_text(escape(cell))}] of the table, where that is none"
            data.fault(problem, row=number, column=spec.key, remedy=f"one row per region and year{remedy}")
            data.drop("duplicate region", row=number, content=name)
            continue
        data.rows_used += 1
        for (header, code, _), year in zip(columns, stated, strict=True):
            if year is not None:
                data.cells.append(Cell(number, year, name, header, code, row[place[header]], place[header]))


def _ksi_columns(data: TableData, spec: Table, years: Sequence[int]) -> list[Use]:
    """Return the columns of the specialisation index, under the code ""."""
    if spec.ksi is None:
        return []
    marked = YEAR_MARK in spec.ksi
    covered = spec.covered(tuple(years)) if marked else (None,)
    columns = [(spec.ksi.replace(YEAR_MARK, str(year)), "", year) for year in covered]
    _missing_columns(data, [header for header, _, _ in columns if header not in data.raw.columns])
    return [use for use in columns if use[0] in data.raw.columns]


def _long(data: TableData, spec: Table, years: Sequence[int], codes: list[str]) -> None:
    targets = {name: _codes(each) for name, each in spec.columns.items()}
    _unknown_codes(data, [code for each in targets.values() for code in each], codes)
    targets = targets or {code: (code,) for code in codes}
    place = {header: i for i, header in enumerate(data.raw.columns)}
    indicators, key = [place[name] for name in _indicators(spec)], place[spec.key]
    values = list(_values(spec))
    seen: dict[tuple[int, str, str], int] = {}
    for number, row, name in _regions(data, spec, values):
        kind = " | ".join(cell_text(row[at]) for at in indicators)
        used = False
        for header in values:
            written = f"{kind} | {header}" if spec.several else kind
            wanted = [code for code in targets.get(written, ()) if code in codes]
            if not wanted:
                why = Reason("indicator {name} is not asked for", {"name": shown(written)})
                data.drop(why, row=number, content=written)
                continue
            year = spec.value_years[header] if spec.value_years else _year(data, spec, years, number, row)
            if year is None or (spec.value_years and year not in years):
                continue
            first = seen.setdefault((year, name, wanted[0]), number)
            if first != number:
                before = f"first on {data.raw.unit} {first}"
                problem = f"{shown(name)} has a second value of {shown(written)} for {year} ({before})"
                only = _ignoring(data.raw, number, row[key])
                data.fault(problem, row=number, remedy=f"one row per region, year and indicator: {only}, if it is none")
                data.drop("second value", row=number, content=name)
                break
            used = True
            data.rows.setdefault((year, name), number)
            at = place[header]
            data.cells += [Cell(number, year, name, header, code, row[at], at) for code in wanted]
            flag = cell_text(row[place[spec.flag_column]]) if spec.flag_column is not None else ""
            if flag:
                data.flags.setdefault(year, []).extend((name, code, flag) for code in wanted)
        data.rows_used += used
        if not used and spec.value_years and (kind in targets or spec.several):
            data.drop("no year of the study", row=number, content=name)


def _unused_columns(data: TableData, spec: Table, years: Sequence[int]) -> None:
    used = {cell.header for cell in data.cells} | {spec.key, spec.year_column, spec.flag_column}
    used |= {*_indicators(spec), *_values(spec)}
    used |= {header for header, _, _ in _ksi_columns(TableData(data.raw), spec, years)}
    for header in data.raw.columns:
        if header not in used:
            data.drop("column is not asked for", column=header)
