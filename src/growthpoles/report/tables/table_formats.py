"""Table formats: CSV, JSON, Markdown, TeX, Excel, Parquet.

Text from a user's file is data in every one of them: it is escaped, never interpreted. Tables for people (terminal,
Markdown, TeX) write numbers as the language does (:mod:`growthpoles.language.number_format`), those for machines raw.
"""

from __future__ import annotations

import gc
import io
import json
import math
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, message, unknown_option
from growthpoles.file_writing import free_name, marked
from growthpoles.language.languages import SOURCE
from growthpoles.language.number_format import DASH, NBSP, P_COLUMN, format_cell, format_p, row_least
from growthpoles.language.phrases import Words, clean_text, missing, phrase_keys

if TYPE_CHECKING:
    import geopandas as gpd
    from openpyxl import Workbook


Format = Literal["csv", "json", "md", "tex", "xlsx", "parquet", "geoparquet", "gpkg"]
FORMATS: tuple[str, ...] = get_args(Format)
NOTED = ("md", "tex")  # formats with room for a note below the table

# A spreadsheet takes a cell that starts so for a formula; a minus before a number, or alone, is none.
_FORMULA = re.compile(r"^[=+@\t\r\n\uff1d\uff0b\uff0d\uff20]|^-(?!(?:\d[\d\s.,]*)?$)")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CELL = 32_767
_SHEET = 31
_WIDEST = 60
_SAMPLE = 100
_NOISE = 1e-12


def serialise(
    frame: pd.DataFrame,
    kind: str,
    *,
    title: str = "table",
    regions: gpd.GeoDataFrame | None = None,
    lang: str = SOURCE,
    note: str = "",
    names: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Return a table as the bytes of a file; the same table gives the same bytes.

    Parameters
    ----------
    frame : DataFrame
        Any index; index levels become the first columns.
    kind : {"csv", "json", "md", "tex", "xlsx", "parquet", "geoparquet", "gpkg"}
    title : str
        Caption (TeX) and sheet or layer name (Excel, GeoPackage).
    regions : GeoDataFrame, optional
        Boundaries, for "gpkg" and "geoparquet" only; the frame must be indexed by region.
    lang : str
        Language of the numbers, for "md" and "tex" only.
    note : str
        Text below the table, for "md" and "tex" only.
    names : mapping of column to heading
        For "md" and "tex" only; others keep the names of columns, which programs know.

    Raises
    ------
    DataError
        If the format is unknown or does not suit the table.
    """
    from growthpoles.report.tables.geopackage import geopackage_bytes, geoparquet_bytes

    makers: dict[str, Callable[[], bytes]] = {
        "csv": lambda: csv_bytes(frame),
        "json": lambda: json_bytes(frame),
        "md": lambda: markdown(frame, lang=lang, note=note, names=names).encode("utf-8"),
        "tex": lambda: tex(frame, title=title, lang=lang, note=note, names=names).encode("utf-8"),
        "xlsx": lambda: workbook_bytes({title: frame}),
        "parquet": lambda: _parquet(frame),
        "gpkg": lambda: geopackage_bytes({title: frame}, regions),
        "geoparquet": lambda: geoparquet_bytes(frame, regions),
    }
    if kind not in makers:
        raise DataError(unknown_option("format", kind, FORMATS))
    return makers[kind]()


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its index as columns, unless the index is an unnamed count."""
    counted = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    table = frame if counted else frame.reset_index()
    return table.rename(columns=str)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return UTF-8 CSV: ten significant digits, empty cells for missing values, Unix line ends.

    Text that a spreadsheet would take for a formula gets an apostrophe in front. A file with letters beyond ASCII
    begins with a byte order mark, without which Excel shows them as mojibake.
    """
    table = flat(frame).copy()
    for column in table.columns:
        if not pd.api.types.is_numeric_dtype(table[column]):
            cells = [None if missing(value) else _guarded(value) for value in table[column]]
            table[column] = pd.Series(cells, index=table.index, dtype=object)
    table.columns = [_guarded(column) for column in table.columns]
    text: str = table.to_csv(index=False, float_format="%.10g", lineterminator="\n")
    return marked(text)


def _guarded(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = clean_text(value)
    return f"'{text}" if _FORMULA.match(text) else text


def plain(value: object) -> Any:
    """Return a value that JSON and Excel know: None, bool, int, float or str."""
    if missing(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.10g}") if math.isfinite(value) else str(value)
    return clean_text(value)


def json_bytes(frame: pd.DataFrame) -> bytes:
    """Return a list of records as UTF-8 JSON; null for missing values."""
    table = flat(frame)
    records = [
        {str(name): plain(value) for name, value in zip(table.columns, row, strict=True)}
        for row in table.itertuples(index=False, name=None)
    ]
    return (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


#: Columns whose cells are words of the data, which a language has.
_WORDS = frozenset({"label", "edition", "test", "statistic_name"})
#: Columns that count: whole also where a region without data has made them decimal numbers.
_COUNTS = frozenset({"cardinality", "n", "rank", "rank_low", "rank_median", "rank_high", "pairs", "permutations"})


def shown(value: object, digits: int, column: str = "", lang: str = SOURCE, least: float = 0.0) -> str:
    """Return a value as a person writes it: fixed digits, a p-value never as 0, a dash for missing."""
    known = plain(value)
    if known is None:
        return DASH
    if isinstance(known, bool) or not isinstance(value, int | float | np.number):
        return str(known)
    if isinstance(value, float) and P_COLUMN.fullmatch(column):
        return format_p(value, lang, digits=digits, least=least if column == "p_value" else 0.0)
    counted = isinstance(known, int) or (column in _COUNTS and float(known).is_integer())
    if isinstance(known, float) and not counted:
        return format_cell(known, lang, digits=digits)
    return Words(lang).number(value, 0 if counted else digits)


def without_noise(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with 0 for the rounding of arithmetic: below 1e-12 of the largest of its column, and of 1.

    A column may hold numbers in several units, so that what is small beside others is not noise for that alone; where
    all are small, or a number stands alone, nothing tells noise from a number. Variances are squares: 1e-24 of them.
    """
    kept = table.copy()
    for at, (name, column) in enumerate(table.items()):
        if pd.api.types.is_float_dtype(column) and len(column) and not P_COLUMN.fullmatch(str(name)):
            size = column.abs()
            largest = size[size < math.inf].max()
            bound = _NOISE ** (2 if name == "variance" else 1) * min(1.0, largest)
            kept.isetitem(at, column.mask(size < bound, 0.0).array)
    return kept


def _said(value: object, digits: int, column: str, lang: str, least: float) -> str:
    """Return a value as `shown` does, a word of the data in the language."""
    if lang != SOURCE and isinstance(value, str) and column in _WORDS:
        return clean_text(Words(lang).value(value))
    return shown(value, digits, column, lang, least)


def _cells(frame: pd.DataFrame, table: pd.DataFrame, digits: int, lang: str) -> list[list[str]]:
    """Return the cells of a flattened frame as a person writes them; labels of rows are names, also where numeric."""
    labels = table.shape[1] - frame.shape[1]
    return [
        [clean_text(value) if at < labels and not missing(value) else _said(value, digits, name, lang, least)
         for at, (name, value) in enumerate(zip(table.columns, row, strict=True))]
        for row in without_noise(table).itertuples(index=False, name=None)
        for least in [row_least(dict(zip(table.columns, row, strict=True)))]
    ]  # fmt: skip


def _head(column: str, lang: str) -> str:
    """Return the heading of a column in a language; in English, and without a word for it, its name."""
    words = Words(lang)
    return words("column", column) if lang != SOURCE and column in phrase_keys("column", lang) else column


def markdown(
    frame: pd.DataFrame,
    *,
    digits: int = 3,
    lang: str = SOURCE,
    note: str = "",
    names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a pipe table; numbers right-aligned, a dash for missing values."""
    table = flat(frame)
    numeric = [pd.api.types.is_numeric_dtype(table[column]) for column in table.columns]

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    def escape(text: str) -> str:
        return re.sub(r"([\\|`*_<>\[\]])", r"\\\1", re.sub(rf"[^\S{NBSP}]+", " ", text).strip())

    heads = [clean_text(names.get(column, "")) or _head(clean_text(column), lang) for column in table.columns]
    rows = [line(list(map(escape, heads)))]
    rows.append(line(["---:" if right else "---" for right in numeric]))
    rows += [line(list(map(escape, row))) for row in _cells(frame, table, digits, lang)]
    rows += ["", escape(note)] if note else []
    return "\n".join(rows) + "\n"


def tex(
    frame: pd.DataFrame,
    *,
    title: str,
    digits: int = 3,
    lang: str = SOURCE,
    note: str = "",
    names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return `table` environments with booktabs rules, within the text width; a minus is `$-$`, as pdflatex needs."""
    from growthpoles.report.tables.paper_tables import from_frame, tex

    table = flat(frame)
    made = from_frame(table, _cells(frame, table, digits, lang), title=title, lang=lang, names=names)
    return tex(replace(made, note=clean_text(note)), lang)


def _parquet(frame: pd.DataFrame) -> bytes:
    from growthpoles.report.tables.geopackage import need_pyarrow

    need_pyarrow()
    out = io.BytesIO()
    table = flat(frame).copy()
    for column in [name for name in table.columns if table[name].dtype == object]:
        cells = [None if missing(value) else str(value) for value in table[column]]
        table[column] = pd.Series(cells, index=table.index, dtype=object)
    table.to_parquet(out, index=False)
    return out.getvalue()


def workbook_bytes(tables: Mapping[str, pd.DataFrame], *, notes: pd.DataFrame | None = None) -> bytes:
    """Return an Excel workbook, one sheet per table; text cells are text, never formulas.

    Parameters
    ----------
    tables : mapping
        Sheet name -> frame. Names are cut to Excel's 31 characters and made unique.
    notes : DataFrame, optional
        A first sheet "notes" (what the columns mean, units, source).

    Raises
    ------
    DataError
        If there is no room for temporary files.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    for sheet in list(book.worksheets):
        book.remove(sheet)
    bold, bodies = Font(bold=True), {}
    for name, frame in zip(sheet_names(["notes", *tables]), [notes, *tables.values()], strict=True):
        if frame is None:
            continue
        table = flat(frame)
        sheet = book.create_sheet(name)
        letters = [get_column_letter(place) for place in range(1, table.shape[1] + 1)]
        for place, column in enumerate(table.columns, start=1):
            cell = sheet.cell(1, place)
            put_text(cell, column)
            cell.font = bold
        bodies[f"xl/worksheets/sheet{len(book.worksheets)}.xml"] = _sheet_rows(table, letters)
        sheet.freeze_panes = "B2"
        for letter, column in zip(letters, table.columns, strict=True):
            widest = max([len(str(column)), *(len(shown(value, 2)) for value in table[column].iloc[:_SAMPLE])])
            sheet.column_dimensions[letter].width = min(max(8, widest + 2), _WIDEST)
    return fixed_workbook(book, bodies)


def _sheet_rows(table: pd.DataFrame, letters: list[str]) -> tuple[str, str]:
    """Return the rows below the heading as openpyxl writes them, at a tenth of its time, and the last cell."""
    columns = []
    for letter, (_, column) in zip(letters, table.items(), strict=True):
        cells = []
        for number, value in enumerate(column.tolist() if column.dtype != object else column, start=2):
            known = plain(value)
            if known is None:
                cells.append("")
            elif not isinstance(known, str):
                kind = "b" if isinstance(known, bool) else "n"
                cells.append(f'<c r="{letter}{number}" t="{kind}"><v>{known:.16g}</v></c>')
            elif known:
                kept = ' xml:space="preserve"' if known[:_CELL].strip() not in ("", known[:_CELL]) else ""
                text = escape(known[:_CELL])
                cells.append(f'<c r="{letter}{number}" t="inlineStr"><is><t{kept}>{text}</t></is></c>')
            else:
                cells.append(f'<c r="{letter}{number}" t="inlineStr" />')
        columns.append(cells)
    rows = (f'<row r="{number}">{"".join(row)}</row>' for number, row in enumerate(zip(*columns, strict=True), start=2))
    return "".join(rows), f"{letters[-1]}{len(table) + 1}" if letters else "A1"


def put_text(cell: Any, value: object) -> None:
    """Put a value into a cell of a workbook; text is never a formula."""
    if isinstance(value, str):
        # openpyxl takes "=..." for a formula unless the type is set after the value
        cell.value, cell.data_type = value[:_CELL], "s"
    else:
        cell.value = value


def fixed_workbook(book: Workbook, bodies: Mapping[str, tuple[str, str]] = MappingProxyType({})) -> bytes:
    """Return the bytes of a workbook, the same for the same content.

    `bodies` are rows to stand below the headings, and the last cell, by the member that has the sheet.
    """
    import datetime as dt

    book.properties.created = book.properties.modified = dt.datetime(*_EPOCH)
    book.properties.creator = "growthpoles"
    return _fixed_times(_saved(book), bodies)


def _saved(book: Workbook) -> bytes:
    """Return the file; openpyxl collects sheets in temporary files, for which there may be no room."""
    raw, problem = io.BytesIO(), ""
    told = sys.unraisablehook
    sys.unraisablehook = lambda _: None  # its writers complain once more when they are thrown away
    try:
        try:
            book.save(raw)
        except OSError as error:
            problem = error.strerror or type(error).__name__
        if problem:
            gc.collect()
    finally:
        sys.unraisablehook = told
    if problem:
        where = tempfile.gettempdir()
        raise DataError(message(f"the workbook's temporary files cannot be written ({problem})", where=where))
    return raw.getvalue()


def sheet_names(names: list[str]) -> list[str]:
    """Return names that Excel takes: without its reserved signs, 31 characters at most, none twice."""
    used: set[str] = set()
    found = []
    for name in names:
        base = re.sub(r"[\[\]:*?/\\']", " ", clean_text(name)).strip()[:_SHEET] or "table"
        if base.casefold() == "history":  # reserved by Excel
            base = "history table"
        found.append(free_name(base, used, sign=" ", most=_SHEET))
    return found


def _fixed_times(archive: bytes, bodies: Mapping[str, tuple[str, str]]) -> bytes:
    """Rewrite a zip with one fixed time on every member and in the workbook's properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"1980-01-01T00:00:00Z", content)
            if name in bodies:
                rows, last = bodies[name]
                content = re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="A1:{last}"'.encode(), content, count=1)
                content = content.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system = 3  # the same on every system
            target.writestr(member, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
