"""Table files: CSV, Excel, Parquet, encodings; cells with their places, nothing interpreted."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from growthpoles import file_reading
from growthpoles.errors import DataError, listed, message, nearest
from growthpoles.study.files.number_notation import detect_delimiter, split_lines
from growthpoles.study.files.problems import Problem
from growthpoles.study.study_spec import Table

MAX_BYTES = 200_000_000
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_WORD = re.compile(r"[^\W\d_]+")
_RUSSIAN = re.compile(r"[А-ЯЁа-яё]+")
_CASED = re.compile(r"[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")
_SIGNS = set("\u00a0№«»„“”‘’–—…°§±·•€")
_REMEDY = 'encoding = "..." in study.toml (for instance "cp1251", "cp1252", "utf-16-le"), or the file saved as UTF-8'
MAX_CELLS = 5_000_000
EXCEL = (".xlsx", ".xlsm")
PARQUET = (".parquet", ".pq")
_OLD = (".xls", ".xlsb", ".ods", ".numbers", ".dta", ".sav", ".dbf", ".feather", ".zip", ".gz")
Row = tuple[int, list[object]]  # number in the file, cells
MAX_UNPACKED = 400_000_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Read a file whole, or say why that is impossible."""
    try:
        if path.stat().st_size > limit:
            raise DataError(message(f"the file is larger than {limit // 10**6} MB", where=str(path)))
        return file_reading.read_bytes(path)
    except FileNotFoundError:
        raise DataError(message("the file does not exist", where=str(path))) from None
    except IsADirectoryError:
        raise DataError(message("is a folder, not a file", where=str(path))) from None
    except DataError:  # a damaged shipped file
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(message(f"cannot be read ({reason})", where=str(path))) from None


def decode(content: bytes, *, encoding: str | None = None, where: str) -> tuple[str, str]:
    """Decode a text file.

    Parameters
    ----------
    content : bytes
    encoding : str, optional
        As study.toml states it; None applies the rule in the module's text.
    where : str
        File, for messages.

    Returns
    -------
    text, encoding : str
        Without byte order mark.

    Raises
    ------
    DataError
        If the bytes are not text in that encoding, or no encoding is plain.
    """
    chosen = encoding or next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(chosen)
    except (UnicodeError, ValueError) as error:
        start = getattr(error, "start", 0)
        if encoding is None and chosen == "utf-8" and b"\0" not in content and (russian := _cp1251(content)):
            return russian, "cp1251"
        named = f"byte {start} is not {chosen.removesuffix('-sig').upper()}"
        if encoding is None and chosen == "utf-8":
            named += ", and the text is not plainly Russian in cp1251"
        raise DataError(message(named, where=where, allowed=_REMEDY)) from None
    text = text.removeprefix("\ufeff")
    if "\0" in text or 10 * len(_CONTROLS.findall(text)) > len(text):
        problem = "the file holds null or control characters: not a text table, or UTF-16 without its mark"
        raise DataError(message(problem, where=where, allowed=_REMEDY))
    return text, chosen


def _cp1251(content: bytes) -> str | None:
    """Return the text if it reads as Russian in cp1251: whole words in one alphabet and in a sensible case.

    KOI8-R would come out with its cases swapped, Latin accents as Cyrillic letters inside Latin words, DOS text as
    letters that Russian lacks; each of these is refused.
    """
    try:
        text = content.decode("cp1251")
    except UnicodeDecodeError:
        return None
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    others = {sign for sign in text if ord(sign) > 127 and not sign.isalpha()}
    if not words or others - _SIGNS:
        return None
    return text if all(_RUSSIAN.fullmatch(word) and _CASED.fullmatch(word) for word in words) else None


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
