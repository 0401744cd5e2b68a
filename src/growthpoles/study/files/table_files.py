"""Read a user's table as it stands: delimited text, Excel or Parquet; cells with their places, nothing interpreted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from growthpoles.errors import DataError, listed, message
from growthpoles.study.files.decode import decode, read_bytes
from growthpoles.study.files.number_notation import detect_delimiter, split_lines
from growthpoles.study.files.problems import Problem
from growthpoles.study.specs import Table

MAX_CELLS = 5_000_000
EXCEL = (".xlsx", ".xlsm")
PARQUET = (".parquet", ".pq")
_OLD = (".xls", ".xlsb", ".ods", ".numbers", ".dta", ".sav", ".dbf", ".feather", ".zip", ".gz")

Row = tuple[int, list[object]]  # number in the file, cells


@dataclass(frozen=True, slots=True, repr=False)
class RawTable:
    """A table as it stands in its file.

    Attributes
    ----------
    path : Path
    sheet : str
        Of a workbook; empty otherwise.
    columns : tuple of str
        The header, stripped.
    rows : list of (number, cells)
        Rows below the header that are not empty, as many cells each as there are columns; text is as in the file, an
        empty cell is "".
    unit : {"line", "row"}
        What the numbers count.
    header : int
        Number of the header.
    above : tuple of int
        Numbers of the rows that stand above the header and hold something.
    misfits : tuple of int
        Numbers of the rows below that do not fit the header; they are not in `rows`.
    problems : tuple of Problem
        What is wrong with them, and with the header.
    encoding, delimiter : str
        Of delimited text, as stated or as found.
    """

    path: Path
    sheet: str
    columns: tuple[str, ...]
    rows: list[Row]
    unit: str
    header: int = 1
    above: tuple[int, ...] = ()
    misfits: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    encoding: str = ""
    delimiter: str = ""

    def problem(self, text: str, *, row: int | None = None, column: str = "", remedy: str = "") -> Problem:
        """Make a problem of a place in this table."""
        return Problem(text, str(self.path), self.sheet, row, column, remedy, self.unit)

    def __repr__(self) -> str:
        """Show file, sheet and size."""
        sheet = f", sheet {self.sheet!r}" if self.sheet else ""
        return f"RawTable({str(self.path)!r}{sheet}, {len(self.rows)} rows x {len(self.columns)} columns)"


def read_raw(path: Path, spec: Table, *, key: str | None = None, settle: bool = False) -> RawTable:
    """Read a table without interpreting its cells.

    Parameters
    ----------
    path : Path
        CSV, TSV or other delimited text; .xlsx, .xlsm; .parquet (needs pyarrow).
    spec : Table
        What study.toml says; `sheet`, `header`, `encoding` and `delimiter` are looked at here.
    key : str, optional
        Column that the header must hold, which helps to find the delimiter.
    settle : bool
        Whether the likeliest delimiter will do where several are possible, as in a proposal.

    Returns
    -------
    RawTable

    Raises
    ------
    DataError
        If the file is missing, too large, damaged, of another kind, without header, or its header repeats a name.
    """
    suffix = path.suffix.lower()
    if suffix in _OLD:
        raise DataError(message(f"{suffix} files are not read", where=str(path), allowed="CSV, TSV, .xlsx or .parquet"))
    if spec.sheet is not None and suffix not in EXCEL:
        raise DataError(message("sheet is for .xlsx files", where=str(path)))
    if suffix in EXCEL:
        from growthpoles.study.files.excel import read_sheet

        sheet, cells = read_sheet(path, spec.sheet)
        return _table(path, sheet, "row", cells, spec.header, pad=True)
    if suffix in PARQUET:
        names, found = _read_parquet(path)
        return _table(path, "", "row", [(0, list(names)), *found], None, pad=False)
    content = read_bytes(path)
    if content.startswith((b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0")):
        raise DataError(
            message("not a text table, though its name says so", where=str(path), allowed="the right ending")
        )
    text, encoding = decode(content, encoding=spec.encoding, where=str(path))
    delimiter = spec.delimiter or detect_delimiter(text, key=key, header=spec.header, where=str(path), settle=settle)
    lines: list[Row] = []
    size = 0
    try:
        for number, row in split_lines(text, delimiter):
            size += len(row)
            if size > MAX_CELLS:
                raise DataError(message(f"more than {MAX_CELLS} cells", where=str(path)))
            lines.append((number, list(row)))
    except csv.Error as error:
        number = lines[-1][0] + 1 if lines else 1
        raise DataError(message(f"not a delimited table ({error})", where=f"{path}, line {number}")) from None
    return _table(path, "", "line", lines, spec.header, pad=False, encoding=encoding, delimiter=delimiter)


def _table(
    path: Path, sheet: str, unit: str, cells: list[Row], header: int | None, *, pad: bool,
    encoding: str = "", delimiter: str = "",
) -> RawTable:  # fmt: skip
    """Find the header, hold every row against it."""
    where = f"{path}, sheet {sheet!r}" if sheet else str(path)
    filled = [(number, row) for number, row in cells if any(_text(cell) for cell in row)]
    at = next((i for i, (number, _) in enumerate(filled) if header is None or number >= header), None)
    if at is None:
        raise DataError(message("the table is empty", where=where, allowed="a header and rows below it"))
    if header is not None and filled[at][0] != header:
        raise DataError(message(f"{unit} {header}, where the header should be, is empty", where=where))
    number, head = filled[at]
    names = [_text(cell) for cell in head]
    below = filled[at + 1 :]
    # A spreadsheet saves empty columns at the right; they go only when nothing stands in them.
    width = max((i + 1 for i, name in enumerate(names) if name), default=0)
    repeated = sorted({name for name in names[:width] if names[:width].count(name) > 1} - {""})
    if repeated:
        raise DataError(
            message(
                f"column names repeated: {listed(repeated)}", where=f"{where}, {unit} {number}", allowed="each once"
            )
        )
    columns = tuple(name or f"column {i}" for i, name in enumerate(names[:width], start=1))
    make: Callable[..., Problem] = RawTable(path, sheet, columns, [], unit).problem
    problems: list[Problem] = []
    misfits: list[int] = []
    rows: list[Row] = []
    for position, row in below:
        if any(_text(cell) for cell in row[width:]) or (len(row) < width and not pad):
            problems.append(make(f"{len(row)} cells", row=position, remedy=f"{width}, as in the header"))
            misfits.append(position)
            continue
        rows.append((position, [*row[:width], *[""] * (width - len(row))]))
    unnamed = [i for i, name in enumerate(names[:width]) if not name and any(_text(row[i]) for _, row in rows)]
    problems += [make(f"column {i + 1} has values and no name", row=number, remedy="a name") for i in unnamed]
    above = tuple(position for position, _ in filled[:at])
    return RawTable(
        path, sheet, columns, rows, unit, number, above, tuple(misfits), tuple(problems), encoding, delimiter
    )


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else str(cell)


def cell_text(cell: object) -> str:
    """Return a cell as a name: text stripped, a whole number without its decimal point."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return _text(cell)


def _read_parquet(path: Path) -> tuple[list[str], list[Row]]:
    """Read a Parquet table; missing values become empty cells."""
    content = read_bytes(path)
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise DataError(
            message("reading Parquet needs pyarrow", where=str(path), allowed="pip install 'growthpoles[parquet]'")
        ) from None
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        size = file.metadata.num_rows * max(1, file.metadata.num_columns)
        table = file.read() if size <= MAX_CELLS else None
    except Exception as error:  # a damaged file makes pyarrow raise almost anything
        raise DataError(message(f"not a Parquet table ({str(error)[:80]})", where=str(path))) from None
    if table is None:
        raise DataError(message(f"more than {MAX_CELLS} cells", where=str(path)))
    try:
        columns = [column.to_pylist() for column in table.columns]
    except Exception as error:  # for instance text that is not UTF-8
        raise DataError(message(f"cells cannot be read ({str(error)[:80]})", where=str(path))) from None
    cells = [["" if cell is None or cell != cell else cell for cell in column] for column in columns]
    return [str(name) for name in table.column_names], [
        (number, list(row)) for number, row in enumerate(zip(*cells, strict=True), start=1)
    ]
