"""File bounds: what a packed file, workbook or web page may unpack to, and what is refused before it is read."""

from __future__ import annotations

import contextlib
import functools
import re
from collections import Counter
from pathlib import Path

from growthpoles.errors import DataError, message
from growthpoles.study.files.printed_tables import out_of_range

MAX_CELLS = 5_000_000
MAX_UNPACKED = 400_000_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_FREE, _RATIO = 20_000_000, 200  # what a small file may unpack to, and how many times itself a larger one
MEMORY = 1 << 28  # that a packed file may ask for
_MOST = {  # of a workbook; Excel knows at most 65,490 formats
    "cell formats": (b"<xf", 70_000), "merged ranges": (b"mergeCell ", 100_000),
    "ranges of columns": (b"<col ", 20_000), "blocks of text": (b"<r>", 2_000_000),
}  # fmt: skip
_HEAD = 200
MOST_SPANS = 500_000  # cells of a web page that its spans cover
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,7})(\d{1,12})"[^>]*(?<!/)>')
_ROW = re.compile(rb'<(?:\w+:)?row\s(?:[^>]*?\s)?r="(\d+)"')
_LONG_NUMBER = re.compile(rb"<v>\s*(-?[\d.]{16,}(?:[eE][+-]?\d+)?|-?[\d.]+[eE][+-]?\d{3,})\s*</v>")
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d+)"')


def most_unpacked(content: bytes) -> int:
    """Return how many bytes a packed file may unpack to."""
    return min(MAX_UNPACKED, max(_FREE, _RATIO * len(content)))


def check_part(name: str, part: bytes, where: str) -> None:
    """Refuse what would take memory without end, rows or cells that stand twice, and numbers that would be altered."""
    if b"<!DOCTYPE" in part[:2000]:
        raise DataError(message("the workbook declares entities, which no workbook needs", where=where))
    for what, (mark, most) in _MOST.items():
        if (count := part.count(mark)) > most:
            raise DataError(message(f"{count} {what}", where=where, allowed=f"at most {most}"))
    if name == "content.xml":  # of an .ods: filled cells that are repeated are cells all the same
        size = 0
        for row in part.split(b"table:table-row")[1:]:
            if b"office:value" in row or b"<text:p" in row:
                times = [int(each) for each in _REPEATED.findall(row[:_HEAD].partition(b">")[0])]
                cells = [int(each) for each in _REPEATED.findall(row) if int(each) < MAX_COLUMNS // 2]
                wide = [cell for cell in row.split(b"<table:table-cell")[1:] if b"office:value" in cell]
                cells += [int(each) for cell in wide for each in _REPEATED.findall(cell)]
                size += max(times, default=1) * max(len(wide), sum(cells))
        if size > MAX_CELLS:
            raise DataError(message(f"more than {MAX_CELLS} cells", where=where))
        return
    if not name.startswith("xl/worksheets"):
        return
    numbers = _ROW.findall(part)
    cells = _CELL.findall(part)
    for what, found in (("row", [(number,) for number in numbers]), ("cell", cells)):
        if len(set(found)) < len(found):
            twice = Counter(found).most_common(1)[0][0]
            told = f"{what} {b''.join(twice).decode()} stands twice in {Path(name).name}: the workbook is damaged"
            raise DataError(message(told, where=where, allowed="the file saved anew in Excel"))
    rows = [int(number) for _, number in cells]
    columns = {column: functools.reduce(lambda at, sign: 26 * at + sign - 64, column, 0) for column, _ in cells}
    wide = max(columns.values(), default=0) - min(columns.values(), default=0) + 1
    if max(rows, default=0) > MAX_ROWS or max(columns.values(), default=0) > MAX_COLUMNS:
        raise DataError(message("a row or column number beyond those of Excel", where=where))
    if (max(rows, default=0) - min(rows, default=0) + 1) * wide > 4 * MAX_CELLS:
        raise DataError(message(f"more than {MAX_CELLS} cells", where=where))
    for text in _LONG_NUMBER.findall(part)[:_HEAD]:
        written = text.decode()
        with contextlib.suppress(ValueError):
            if problem := out_of_range(written, float(written), "."):
                raise DataError(message(problem, where=where, allowed="a number that a computer holds exactly"))
