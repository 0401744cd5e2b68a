"""The data of a user's table: the cells that are used, the numbers in them, what is unused and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal as Exact

import numpy as np
import pandas as pd

from growthpoles.errors import shown
from growthpoles.study.files.number_notation import Notation, detect_notation
from growthpoles.study.files.problems import Problem
from growthpoles.study.files.table_files import RawTable, cell_text
from growthpoles.study.specs import Table

_MOST = 500  # problems of one table that are kept


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
    ksi : dict of year to DataFrame
        Columns ksi (float) and ksi_status.
    unused : list of Unused
    problems : list of Problem
        Empty for a table without fault.
    rows_read, rows_used : int
        Rows that hold something, the header apart, and those of them that a value was taken from; the others are
        in `unused`, one by one.
    """

    raw: RawTable
    notation: Notation = field(default_factory=Notation)
    cells: list[Cell] = field(default_factory=list)
    by_year: dict[int, pd.DataFrame] = field(default_factory=dict)
    rows: dict[tuple[int, str], int] = field(default_factory=dict)
    absent: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    ksi: dict[int, pd.DataFrame] = field(default_factory=dict)
    unused: list[Unused] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows_read: int = 0
    rows_used: int = 0

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
    outside = {mark.strip() for mark in spec.no_production}
    texts = (
        (cell.content, data.raw.problem("", row=cell.row, column=cell.header))
        for cell in data.cells
        if isinstance(cell.content, str) and cell.content.strip() not in (outside if not cell.code else marks)
    )
    data.notation, unclear = detect_notation(
        texts, decimal=spec.decimal, thousands=spec.thousands, delimiter=data.raw.delimiter or None
    )
    if unclear is not None:
        data.problems.append(unclear)
        return
    found: dict[int, dict[str, dict[str, float]]] = {}
    ksi: dict[int, dict[str, tuple[float, str]]] = {}
    for cell in data.cells:
        text = cell_text(cell.content)
        if not cell.code and text in outside:
            ksi.setdefault(cell.year, {})[cell.name] = (float("nan"), "no production")
            continue
        column = found.setdefault(cell.year, {}).setdefault(cell.code, {}) if cell.code else {}
        if cell.code and text in marks:
            reason = f"{shown(text)} in {data.raw.path.name}, {data.raw.unit} {cell.row}"
            data.absent.setdefault(cell.year, []).append((cell.name, cell.code, reason))
            column[cell.name] = float("nan")
            continue
        value = _number(data, cell)
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


def _number(data: TableData, cell: Cell) -> float:
    """Return the number in a cell; note a problem and return NaN where there is none."""
    content = cell.content
    if isinstance(content, str):
        value = data.notation.parse(content)
        if value is not None:
            return value
        problem, remedy = data.notation.fault(content)
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
            return value
        problem, remedy = f"{shown(str(content))} is not a finite number", "a number"
    else:
        problem, remedy = f"{shown(str(content))} is a {type(content).__name__}, not a number", "a number"
    data.fault(problem, row=cell.row, column=cell.header, remedy=remedy)
    return float("nan")
