"""Tables as one Excel workbook: a sheet each, text as text, the same bytes for the same tables."""

from __future__ import annotations

import gc
import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.errors import DataError, message
from growthpoles.language.phrases import clean_text
from growthpoles.report.table_formats import flat, plain, shown

if TYPE_CHECKING:
    from openpyxl import Workbook

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CELL = 32_767
_SHEET = 31
_WIDEST = 60
_SAMPLE = 100


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
    import datetime as dt

    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    for sheet in list(book.worksheets):
        book.remove(sheet)
    bold = Font(bold=True)
    for name, frame in zip(sheet_names(["notes", *tables]), [notes, *tables.values()], strict=True):
        if frame is None:
            continue
        table = flat(frame)
        sheet = book.create_sheet(name)
        for number, row in enumerate([tuple(table.columns), *table.itertuples(index=False, name=None)], start=1):
            for place, value in enumerate(row, start=1):
                known = plain(value)
                cell = sheet.cell(number, place)
                if isinstance(known, str):
                    # openpyxl takes "=..." for a formula unless the type is set after the value
                    cell.value, cell.data_type = known[:_CELL], "s"
                else:
                    cell.value = known
                if number == 1:
                    cell.font = bold
        sheet.freeze_panes = "B2"
        for place, column in enumerate(table.columns, start=1):
            widest = max([len(str(column)), *(len(shown(value, 2)) for value in table[column].iloc[:_SAMPLE])])
            sheet.column_dimensions[get_column_letter(place)].width = min(max(8, widest + 2), _WIDEST)
    book.properties.created = book.properties.modified = dt.datetime(*_EPOCH)
    book.properties.creator = "growthpoles"
    return _fixed_times(_saved(book))


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
        candidate, count = base, 1
        while candidate.casefold() in used:
            count += 1
            candidate = f"{base[: _SHEET - 1 - len(str(count))]} {count}"
        used.add(candidate.casefold())
        found.append(candidate)
    return found


def _fixed_times(archive: bytes) -> bytes:
    """Rewrite a zip with one fixed time on every member and in the workbook's properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"1980-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system = 3  # the same on every system
            target.writestr(member, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
