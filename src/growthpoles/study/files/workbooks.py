"""Workbooks: the cells of their sheets, and what stands in no cell: raised figures, hidden rows, formats.

A number that is shown as a percentage is read as it is shown: 26.5 where the cell holds 0.265 and shows 26.5%. So is a
text that the format of its cell sets in: with spaces before it.
"""

from __future__ import annotations

import functools
import html
import io
import math
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from growthpoles.errors import DataError, message
from growthpoles.regions.row_levels import indents
from growthpoles.study.files.binary_workbooks import WorkbookError, read_sheets, read_sheets_apart
from growthpoles.study.files.file_bounds import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, check_part, most_unpacked
from growthpoles.study.files.printed_labels import power_behind

Row = tuple[int, list[Any]]
_FORMULA = re.compile(rb"<f[ />](?:(?!</c>|<f[ />]).)*?(?:</f>|/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>", flags=re.DOTALL)
_OWN_FORMAT = re.compile(rb'<(?:\w+:)?numFmt\s(?=[^<>]*numFmtId="(\d+)")(?=[^<>]*formatCode="([^"]*)")')
_WANTED = re.compile(
    r"xl/(?:worksheets/[^/]+\.xml|(?:sharedStrings|styles|workbook)\.xml|_rels/workbook\.xml\.rels|workbook\.bin)|content\.xml"
)
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b(.*?)</(?:\w+:)?cellXfs>", flags=re.DOTALL)
_FORMAT = re.compile(rb"<(?:\w+:)?xf\b[^<>]*?(?:/>|>.*?</(?:\w+:)?xf>)", flags=re.DOTALL)
_PART_NAMED = re.compile(rb"<(?:\w+:)?(sheet|Relationship)\s([^<>]*)>")
_ATTRIBUTE = re.compile(rb'(?<![\w:])(?:\w+:)?(name|[iI]d|Target)="([^"]*)"')
_LABELS = b"A-H"  # columns in which names of rows stand
_ODS_PART = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^<>]*)>")
_ODS_ATTRIBUTE = re.compile(rb'\b(?:table|office):(name|value-type|number-(?:columns|rows)-repeated)="([^"]*)"')


@dataclass
class Sheet:
    """A sheet of a workbook; its parts are those of a :class:`growthpoles.study.files.cell_grids.Grid`."""

    sheet: str
    rows: list[Row]
    merged: list[tuple[int, int, int, int]]
    visible: bool
    raised: dict[tuple[int, int], str] = field(default_factory=dict)
    percent: set[tuple[int, int]] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unseen: bool = False


def read_workbook(content: bytes, sheet: str | None, where: str) -> list[Sheet]:
    """Read the sheets of a workbook, or the one asked for if it has it.

    What calamine cannot see of an .xlsx is read by openpyxl, where there is such; no formats are read of .xls.

    Raises
    ------
    DataError
        If the workbook is damaged or larger than is read.
    """
    parts = _parts(content, where) if content.startswith(b"PK") else None
    read = read_sheets_apart if parts is None or any(name.endswith(".bin") for name in parts) else read_sheets
    try:
        found = read(content, sheet=sheet, rows=MAX_ROWS, columns=MAX_COLUMNS, cells=MAX_CELLS)
    except WorkbookError as error:
        raise DataError(message(str(error), where=where, allowed="a sound .xlsx, .xls or .ods")) from None
    except BaseException as error:  # calamine may panic on a damaged file, which is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        reason = f"{type(error).__name__}: {str(error)[:80]!r}"
        raise DataError(message(f"not an Excel workbook ({reason})", where=where, allowed=".xlsx")) from None
    sheets = []
    for name, visible, cells, merged in found:
        rows: list[Row] = [each for each in enumerate(cells, start=1) if any(cell != "" for cell in each[1])]
        sheets.append(Sheet(name, rows, merged, visible, unseen=read is read_sheets_apart))
    if parts and _needs_openpyxl(parts):
        _look_closer(content, sheets, where)
    if parts and (depths := _depths(parts.get("xl/styles.xml", b""))):
        _set_in(parts, depths, sheets)
    if parts and "content.xml" in parts:
        _percentages(parts["content.xml"], sheets)
    return sheets


def _parts(content: bytes, where: str) -> dict[str, bytes]:
    """Return the sheets and strings of an .xlsx as XML; refuse what unpacks to more than fits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            most = most_unpacked(content)
            if sum(part.file_size for part in infos) > most:
                raise DataError(message(f"the workbook unpacks to more than {most // 10**6} MB", where=where))
            parts = {part.filename: archive.read(part) for part in infos if _WANTED.fullmatch(part.filename)}
        for name, part in parts.items():
            if not name.endswith(".bin"):
                check_part(name, part, where)
        return parts
    except DataError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error)[:80]!r}"
        raise DataError(message(f"not an Excel workbook ({reason})", where=where, allowed=".xlsx")) from None


def _needs_openpyxl(parts: dict[str, bytes]) -> bool:
    return any(
        b'vertAlign val="superscript"' in part
        or (name == "xl/styles.xml" and _has_percentages(part))
        or (name.startswith("xl/worksheets") and (b"hidden=" in part or b't="e"' in part or _FORMULA.search(part)))
        for name, part in parts.items()
    )


def _look_closer(content: bytes, sheets: list[Sheet], where: str) -> None:
    """Add superscripts, hidden rows and columns, percentages, cells in error, and formulas that were never computed."""
    from openpyxl import load_workbook
    from openpyxl.cell.rich_text import CellRichText, TextBlock

    try:
        with warnings.catch_warnings():  # about parts of the file that are not read anyway
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), rich_text=True, keep_links=False)
    except Exception as error:  # openpyxl raises almost anything on a damaged file
        reason = f"{type(error).__name__}: {str(error)[:80]!r}"
        raise DataError(message(f"the workbook is damaged ({reason})", where=where)) from None
    for grid in sheets:
        if grid.sheet not in book.sheetnames:
            continue
        page = book[grid.sheet]
        if not hasattr(page, "row_dimensions"):
            continue
        grid.hidden = {number for number, row in page.row_dimensions.items() if row.hidden}
        grid.hidden_columns = {
            at - 1
            for each in page.column_dimensions.values()
            if each.hidden and each.min
            for at in range(each.min, min(each.max, MAX_COLUMNS) + 1)
        }
        there = dict(grid.rows)
        for line in page.iter_rows():
            for cell in line:
                number, column, value = cell.row, cell.column - 1, cell.value
                row = there.get(number)
                if value is None:
                    continue
                if row is not None and column < len(row) and _is_percentage(cell.number_format):
                    _show_percentage(grid, number, row, column)
                if isinstance(value, CellRichText) and row is not None:
                    runs = [
                        (str(run), isinstance(run, TextBlock) and getattr(run.font, "vertAlign", "") == "superscript")
                        for run in value
                    ]  # fmt: skip
                    base, raised = "", ""
                    for text, up in runs:
                        power = power_behind(base, text) if up else ""
                        base += power if up else text
                        raised += text if up and not power else ""
                    if any(up for _, up in runs) and base.strip():
                        row[column] = base
                        if raised.strip():
                            grid.raised[number, column] = raised.strip()
                    continue
                value = getattr(value, "text", None) or value  # of an array formula
                if (cell.data_type == "e" or (isinstance(value, str) and cell.data_type == "f")) and (
                    row is None or column >= len(row) or row[column] == ""
                ):
                    if row is None:
                        row = there[number] = []
                        grid.rows.append((number, row))
                    row += [""] * (column + 1 - len(row))
                    row[column] = str(value) if str(value).startswith(("=", "#")) else f"={value}"
        grid.rows.sort(key=lambda each: each[0])


def _has_percentages(styles: bytes) -> bool:
    """Tell whether a format of cells (not the named styles, of which every workbook has some) is one of percentages."""
    own = {found[1] for found in _OWN_FORMAT.finditer(styles) if _is_percentage(html.unescape(found[2].decode()))}
    of_cells = styles.partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]
    return any(code in (b"9", b"10") or code in own for code in re.findall(rb'\bnumFmtId="(\d+)"', of_cells))


@functools.lru_cache(maxsize=2**12)
def _is_percentage(format_code: str) -> bool:
    """Tell whether a format shows a hundred times the number: "%" that is no quoted sign."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", format_code)


def _show_percentage(sheet: Sheet, number: int, row: list[Any], column: int) -> None:
    value = row[column]
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        row[column] = float(Decimal(repr(value)) * 100)
        sheet.percent.add((number, column))


def _depths(styles: bytes) -> dict[bytes, int]:
    """Return by how many steps formats of cells set a text in, by their number; those that set none in are left out."""
    formats = _FORMATS.search(styles)
    if formats is None or b"indent=" not in formats[1]:
        return {}
    found = (re.search(rb'\bindent="(\d{1,3})"', each) for each in _FORMAT.findall(formats[1]))
    return {b"%d" % at: int(hit[1]) for at, hit in enumerate(found) if hit is not None and int(hit[1])}


def _set_in(parts: dict[str, bytes], depths: dict[bytes, int], sheets: Iterable[Sheet]) -> None:
    """Set texts of the first columns in by spaces, as their formats do, where none of a column has signs for that."""
    told = [(kind, {key.lower(): value for key, value in _ATTRIBUTE.findall(text)})
            for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
            for kind, text in _PART_NAMED.findall(parts.get(name, b""))]  # fmt: skip
    files = {each.get(b"id"): each.get(b"target", b"").decode() for kind, each in told if kind == b"Relationship"}
    named = {html.unescape(each[b"name"].decode()): files.get(each.get(b"id"), "")
             for kind, each in told if kind == b"sheet" and b"name" in each}  # fmt: skip
    cell = re.compile(rb'<(?:\w+:)?c r="([%s])(\d+)"[^<>]*? s="(%s)"' % (_LABELS, b"|".join(depths)))
    for sheet in sheets:
        part = parts.get(f"xl/{named.get(sheet.sheet, '').removeprefix('/xl/')}", b"")
        rows, columns = dict(sheet.rows), defaultdict[int, dict[int, int]](dict)
        for letter, number, style in cell.findall(part):
            columns[ord(letter) - ord("A")][int(number)] = depths[style]
        for at, own in columns.items():
            texts = {n: row[at] for n, row in rows.items() if at < len(row) and isinstance(row[at], str) and row[at]}
            if not any(indents(texts.values())):
                for number in own.keys() & texts.keys():
                    rows[number][at] = "  " * own[number] + texts[number]


def _percentages(content: bytes, sheets: Iterable[Sheet]) -> None:
    """Find the percentages of an .ods, of which a row or a cell may stand for several."""
    there = {sheet.sheet: (sheet, dict(sheet.rows)) for sheet in sheets}
    sheet, rows, number, column, times = None, dict[int, list[Any]](), 0, 0, 1
    for kind, told in _ODS_PART.findall(content) if b'value-type="percentage"' in content else ():
        attributes = dict(_ODS_ATTRIBUTE.findall(told))
        if kind == b"table":
            sheet, rows = there.get(html.unescape(attributes.get(b"name", b"").decode()), (None, {}))
            number, times = 1, 0
        elif kind == b"table-row":
            number, column, times = number + times, 0, int(attributes.get(b"number-rows-repeated", 1))
        else:
            several = int(attributes.get(b"number-columns-repeated", 1))
            if attributes.get(b"value-type") == b"percentage" and sheet is not None:
                for at, row in ((at, rows[at]) for at in range(number, number + times) if at in rows):
                    for each in range(column, min(column + several, len(row))):
                        _show_percentage(sheet, at, row, each)
            column += several
