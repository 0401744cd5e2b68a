"""Read one sheet of an Excel workbook as plain cells."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

from growthpoles.errors import DataError, listed, message, nearest
from growthpoles.study.files.decode import read_bytes

MAX_UNPACKED = 400_000_000
MAX_CELLS = 5_000_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384


def read_sheet(path: Path, sheet: str | None) -> tuple[str, list[tuple[int, list[object]]]]:
    """Read the cells of a sheet.

    Parameters
    ----------
    path : Path
        .xlsx or .xlsm
    sheet : str, optional
        Its name; needed where more than one visible sheet holds something.

    Returns
    -------
    name : str
    rows : list of (number, cells)
        Numbers as Excel counts; numbers are float or int, an empty cell is "", a formula counts as the value that was
        last computed. A formula that was never computed is the text of the formula, so that it is not taken for an
        empty cell.

    Raises
    ------
    DataError
        If the file is missing, damaged or no workbook, too large unpacked, or the sheet is not plain.
    """
    content = read_bytes(path)
    where = str(path)
    _check_size(content, where)
    try:
        book = _open(content, values=True)
        found = {each.title: each for each in book.worksheets}
    except Exception as error:  # openpyxl raises almost anything on a damaged file
        raise DataError(message(f"not an Excel workbook ({_reason(error)})", where=where, allowed=".xlsx")) from None
    if sheet is not None and sheet not in found:
        near = nearest(sheet, found, n=1)
        raise DataError(message(f"no sheet {sheet[:60]!r}", where=where, allowed=listed(found), near=near))
    try:
        if sheet is None:
            filled = _filled(found)
            if len(filled) != 1:
                problem = f"{len(filled)} sheets hold something" if filled else "no visible sheet holds anything"
                allowed = f"sheet = one of {listed(filled)}" if filled else "a sheet with a header and rows"
                raise DataError(message(problem, where=where, allowed=allowed))
            sheet = filled[0]
        rows: list[tuple[int, list[object]]] = []
        size = 0
        for number, cells in _rows(found[sheet]):
            size += len(cells)
            if size > MAX_CELLS:
                raise DataError(message(f"more than {MAX_CELLS} cells", where=where))
            rows.append((number, cells))
        return sheet, _with_formulas(content, sheet, rows)
    except DataError:
        raise
    except Exception as error:
        raise DataError(message(f"the workbook is damaged ({_reason(error)})", where=where)) from None


def sheet_names(path: Path) -> list[str]:
    """Return the visible sheets of a workbook that hold something."""
    content = read_bytes(path)
    _check_size(content, str(path))
    try:
        found = {each.title: each for each in _open(content, values=True).worksheets}
        return _filled(found)
    except Exception as error:
        problem = f"not an Excel workbook ({_reason(error)})"
        raise DataError(message(problem, where=str(path), allowed=".xlsx")) from None


def _filled(sheets: dict[str, Any]) -> list[str]:
    visible = {name: each for name, each in sheets.items() if each.sheet_state == "visible"}
    return [name for name, each in visible.items() if next(_rows(each), None) is not None]


def _open(content: bytes, *, values: bool) -> Any:
    from openpyxl import load_workbook

    with warnings.catch_warnings():  # about parts of the file that are not read anyway
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)


def _rows(sheet: Any) -> Any:
    """Yield the rows that hold something; the size that a sheet states is not believed."""
    sheet.reset_dimensions()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MAX_ROWS or len(row) > MAX_COLUMNS:  # openpyxl fills up to whatever a damaged file says
                raise ValueError("a row or column number beyond those of Excel")
            if any(cell is not None and cell != "" for cell in row):
                yield number, ["" if cell is None else cell for cell in row]


def _with_formulas(content: bytes, sheet: str, rows: list[tuple[int, list[object]]]) -> list[tuple[int, list[object]]]:
    """Put the formula where no computed value was saved; such files come from programs, not from Excel."""
    if b"xl/" not in content or not any("" in cells for _, cells in rows):
        return rows
    formulas = dict(_rows(_open(content, values=False)[sheet]))
    for number, cells in rows:
        for column, cell in enumerate(cells):
            there = formulas.get(number, [])
            if cell == "" and column < len(there) and isinstance(there[column], str) and there[column].startswith("="):
                cells[column] = there[column]
    return rows


def _check_size(content: bytes, where: str) -> None:
    """Refuse what is no zip archive, and one that would unpack to more than fits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except Exception as error:
        raise DataError(message(f"not an Excel workbook ({_reason(error)})", where=where, allowed=".xlsx")) from None
    if size > MAX_UNPACKED:
        raise DataError(message(f"the workbook unpacks to more than {MAX_UNPACKED // 10**6} MB", where=where))


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:80]!r}"
