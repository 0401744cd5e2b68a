"""File bounds: what a packed file, workbook or web page may unpack to, and what is refused before it is read."""

from __future__ import annotations

import functools
import re
from collections import Counter
from pathlib import Path

from growthpoles.errors import DataError, message
from growthpoles.study.files.printed_tables import out_of_range

MAX_CELLS = 5_000_000
MAX_UNPACKED = 400_000_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_LINE = 4_000_000  # bytes
_FREE, _RATIO = 20_000_000, 200  # what a small file may unpack to, and how many times itself a larger one
MEMORY = 1 << 28  # that a packed file may ask for
_MOST = {  # of a workbook; Excel knows at most 65,490 formats
    "cell formats": (b"xf", 70_000), "merged ranges": (b"mergeCell ", 100_000),
    "ranges of columns": (b"col ", 20_000), "blocks of text": (b"r>", 4_000_000),
}  # fmt: skip
_HEAD = 200
MOST_TABLES = 1000  # of a web page
MOST_SPANS = 500_000  # cells of a web page that its spans cover
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^<>]*?\s)?r="([A-Za-z]+)(\d+)"[^<>]*(?<!/)>')
_ROW = re.compile(rb'<(?:\w+:)?row\s(?:[^<>]*?\s)?r="(\d+)"')
_LONG_NUMBER = re.compile(  # of a worksheet, or of an .ods
    rb"""(?:<v>|office:value=["'])\s*([+-]?(?:[\d.]{16,}(?:[eE][+-]?\d+)?|[\d.]+[eE][+-]?\d{3,}))\s*(?:</v>|["'])"""
)
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d+)"')


def most_unpacked(content: bytes) -> int:
    """Return how many bytes a packed file may unpack to."""
    return min(MAX_UNPACKED, max(_FREE, _RATIO * len(content)))


def check_text(content: bytes, where: str) -> None:
    """Refuse delimited text of more lines or of longer ones than a table has, before it is decoded."""
    start, most = 0, MAX_CELLS // 2
    if max(content.count(b"\n"), content.count(b"\r")) > most:
        raise DataError(message(f"more than {most} lines", where=where))
    while len(content) - start > MAX_LINE:
        end = start + MAX_LINE
        found = max(content.rfind(b"\n", start, end), content.rfind(b"\r", start, end))
        if found < 0:
            raise DataError(message(f"a line of more than {MAX_LINE // 10**6} MB", where=where))
        start = found + 1


def check_part(name: str, part: bytes, where: str) -> None:
    """Refuse what would take memory without end, rows or cells that stand twice, and numbers that would be altered."""
    if b"<!DOCTYPE" in part[:2000]:
        raise DataError(message("the workbook declares entities, which no workbook needs", where=where))
    for what, (mark, most) in _MOST.items():
        if (count := part.count(b"<" + mark) + part.count(b":" + mark)) > most:
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
        _check_numbers(part, where)
        return
    if not name.startswith("xl/worksheets"):
        return
    numbers: list[tuple[bytes, bytes]] = [(b"", number) for number in _ROW.findall(part)]
    places: list[tuple[bytes, bytes]] = _CELL.findall(part)
    for what, found in (("row", numbers), ("cell", places)):
        if len(set(found)) < len(found):
            twice = Counter(found).most_common(1)[0][0]
            told = f"{what} {b''.join(twice).decode()} stands twice in {Path(name).name}: the workbook is damaged"
            raise DataError(message(told, where=where, allowed="the file saved anew in Excel"))
    rows = [int(number[:12]) for _, number in places]
    columns = {each: functools.reduce(lambda at, sign: 26 * at + sign - 64, each.upper()[:9], 0) for each, _ in places}
    span = max(columns.values(), default=0) - min(columns.values(), default=0) + 1
    highest = max(max(rows, default=0), max((int(number[:12]) for _, number in numbers), default=0))
    if highest > MAX_ROWS or max(columns.values(), default=0) > MAX_COLUMNS:
        raise DataError(message("a row or column number beyond those of Excel", where=where))
    if (max(rows, default=0) - min(rows, default=0) + 1) * span > 4 * MAX_CELLS:
        raise DataError(message(f"more than {MAX_CELLS} cells", where=where))
    _check_numbers(part, where)


def _check_numbers(part: bytes, where: str) -> None:
    """Refuse a sheet with a number that is altered when a computer takes it."""
    for text in _LONG_NUMBER.findall(part):
        try:
            value = float(text)
        except ValueError:  # no number
            continue
        if 1e-50 <= abs(value) < 2**53:  # most long numbers are fractions such as 0.30000000000000004
            continue
        if problem := out_of_range(text.decode(), value, "."):
            raise DataError(message(problem, where=where, allowed="a number that a computer holds exactly"))
