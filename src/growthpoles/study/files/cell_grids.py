"""Cell grids: any table file as sheets of cells: xlsx, xls, ods, HTML, csv, gz, JSON-stat, Parquet, Eurostat TSV.

Nothing is interpreted here but what the file itself marks: merged ranges, hidden rows, columns and sheets, and
superscripts of rich text, which are split off ("108132.4" with a raised 2 is not 108132.42).
"""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import json
import lzma
import re
import zipfile
import zlib
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

from growthpoles import file_reading
from growthpoles.errors import DataError, listed, message, nearest, quoted, remedy, shown, unshortened
from growthpoles.language.languages import alternatives
from growthpoles.study.files.calendars import EraRead, mark_eras
from growthpoles.study.files.file_bounds import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_UNPACKED,
    MEMORY,
    MOST_SPANS,
    MOST_TABLES,
    check_text,
    most_unpacked,
)
from growthpoles.study.files.number_notation import cell_value, is_mark, is_number, likely_delimiter, split_lines
from growthpoles.study.files.printed_tables import out_of_range
from growthpoles.study.files.workbooks import read_workbook

Row = tuple[int, list[object]]  # number in the file, cells
MAX_BYTES = 200_000_000
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SAMPLE = 1_000_000
BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
PARQUET = (".parquet", ".pq", ".geoparquet")
PACKED: dict[str, Callable[[Any], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_OLD = (
    ".zst", ".lz4", ".br", ".numbers", ".dta", ".sav", ".dbf", ".feather", ".rds", ".sas7bdat", ".pdf", ".doc", ".docx",
    ".7z", ".rar",
)  # fmt: skip
NO_TABLE = "a boundary file, and no table"
_WITH_POLYGONS = "growthpoles map draws its columns; init, look and map --table take it beside a table"
_KINDS = "CSV, TSV, .xlsx, .xls, .ods, .parquet, JSON-stat, HTML, or one of them packed as .gz, .bz2, .xz or .zip"
_TAG = re.compile(  # of a web page only what makes tables is parsed; the rest can take time without end
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<(/?(?:table|tr|td|th|sup|br)\b[^<>]*>)"
    r"|<[/a-z!?][^<>]*(?:>|(?=<)|\Z)",
    flags=re.IGNORECASE | re.DOTALL,
)
_YEAR = re.compile(r"((?:19|20)\d\d)[1-9]?")
_DIGITS_OF_DATE = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?")
_SAYS_DATE = re.compile(rf"(?<![^\W_])(?:{alternatives('date_columns')})(?![^\W_])", flags=re.IGNORECASE)
_FEWEST_DATES = 3  # cells, for all of them to be dates by no chance
_LONGEST_NUMBER = 40
_AROUND = ")%‰$€£¥₽₸₹₴₺٪"
_INSIDE = r"\(\s*(\d[\d.,' \u00a0\u202f]*)\s*\)"
_SIGN_OUTSIDE = re.compile(rf"([{_AROUND[3:-1]}])\s*{_INSIDE}|{_INSIDE}\s*([{_AROUND[1:]}])")  # "$ (16.9)", "(16.9) €"
_SLASHED = re.compile(r"[-−]?(?:[۰-۹]+(?:[٬،,][۰-۹]{3})*/[۰-۹]+|[٠-٩]+(?:[٬،,][٠-٩]{3})*/[٠-٩]+) ?[%٪]?")
_COMPOSITE = re.compile(r"[^\\\t]+\\[A-Za-z_]+\s*")
_PART_END = re.compile(r"\s;(?:\s+|$)")  # of a heading such as "> Victoria ;  Employed ;  Persons ;"


class EncodingError(DataError):
    """The bytes of a text do not tell its encoding."""


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Read a file whole, or say why that is impossible."""
    try:
        if path.stat().st_size > limit:
            raise DataError(message(f"the file is larger than {limit // 10**6} MB", where=str(path)))
        return file_reading.read_bytes(path, limit=limit)
    except FileNotFoundError:
        raise DataError(file_reading.no_such_file(path)) from None
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
    except LookupError:  # a web page may state anything
        told = f"{shown(chosen)} is not a text encoding"
        raise EncodingError(message(told, where=where, allowed=_remedy(content))) from None
    except (UnicodeError, ValueError) as error:
        start = getattr(error, "start", 0)
        if (
            encoding is None
            and chosen == "utf-8"
            and b"\0" not in content
            and (cyrillic := file_reading.cyrillic_text(content))
        ):
            return cyrillic, "cp1251"
        named = f"byte {start} is not {chosen.removesuffix('-sig').upper()}"
        if encoding is None and chosen == "utf-8":
            named += ", and the text does not tell its encoding"
        raise EncodingError(message(named, where=where, allowed=_remedy(content))) from None
    text = text.removeprefix("\ufeff")
    if "\0" in text or 10 * len(_CONTROLS.findall(text, 0, _SAMPLE)) > min(len(text), _SAMPLE):
        problem = "the file holds null or control characters: not a text table, or UTF-16 without its mark"
        raise EncodingError(message(problem, where=where, allowed=_remedy(content)))
    return text, chosen


def _remedy(content: bytes) -> str:
    """Name the encodings in which the bytes read as words, or that the file may be saved anew."""
    first, *others = [*file_reading.likely_encodings(content), ""]
    told = f"{{encoding}}{f' (or {listed(others[:-1])})' if others[:-1] else ''}, or the file saved as UTF-8"
    return remedy(told, encoding=f'"{first}"') if first else "a file of text, saved as UTF-8"


@dataclass(slots=True)
class Grid:
    """A sheet of cells as it stands in its file; text is kept as written, an empty cell is "".

    Attributes
    ----------
    rows : list of (number, cells)
        Every row that holds something; numbers count from 1, as an editor or a spreadsheet does.
    unit : {"line", "row"}
        What the numbers count.
    merged : list of (first row, first column, last row, last column)
        Rows by number, columns from 0.
    raised : dict of (row, column) to text
        Superscripts that stood behind the text of a cell.
    percent : set of (row, column)
        Numbers that the workbook shows as percentages; they are read as they are shown.
    turned : bool
        Whether rows and columns were exchanged; `unit` is "column" then.
    hidden, hidden_columns : set of int
        Rows by number, columns from 0.
    unseen : bool
        Whether the file may have formats of cells that are not read (.xls, .xlsb).
    respelled : list of str
        What is read in another form than it is written in: dates without signs, a slash as decimal sign.
    era : EraRead, optional
        Of its years, where they stand bare and are not of the common one.
    title : str
        What the file says beside its cells that they are about.
    """

    path: Path
    sheet: str
    rows: list[Row]
    unit: str = "line"
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    raised: dict[tuple[int, int], str] = field(default_factory=dict)
    percent: set[tuple[int, int]] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    visible: bool = True
    turned: bool = False
    encoding: str = ""
    delimiter: str = ""
    era: EraRead | None = None
    respelled: list[str] = field(default_factory=list)
    title: str = ""
    unseen: bool = False


def _mark_years(grid: Grid) -> Grid:
    """Set apart the raised digit that was written as a plain one behind a year of a header: 2019, 2020, 20212."""
    for _, row in grid.rows[:20]:
        texts = [str(cell).removesuffix(".0") for cell in row]
        for at in range(2, len(texts)):
            before = [int(text[:4]) if _YEAR.fullmatch(text) else 0 for text in texts[at - 2 : at + 1]]
            plain = all(text.isdecimal() and len(text) in (4, 5) for text in filter(None, texts[1:]))
            if plain and len(texts[at]) == 5 and before[0] and before[0] + 1 == before[1] == before[2] - 1:
                row[at] = f"{texts[at][:4]} {texts[at][4]})"
    grid.era = mark_eras([row for _, row in grid.rows])
    if dates := _mark_dates(grid):
        told = listed(dates, limit=4, write=quoted)
        grid.respelled.append(f"the digits of {told} are dates, as 20230301 is 2023-03-01")
    _respell_numbers(grid)
    return grid


def _respell_numbers(grid: Grid) -> None:
    """Set the sign of a currency into the parentheses beside it, and a decimal sign for a slash of Persian.

    A slash is one down a column of numbers where no date and not only fractions can be meant: "۸/۲" is 8.2 where "۰/۴",
    "۹" or 9.1 is one of them. Years ("۱۴۰۰/۱۴۰۱") stay, and columns that are named for dates.
    """
    slashed: dict[int, list[tuple[int, str]]] = {}
    for i, (_, row) in enumerate(grid.rows):
        for at, cell in enumerate(row):
            if not isinstance(cell, str) or len(cell) > _LONGEST_NUMBER:
                continue
            if cell.rstrip()[-1:] in _AROUND and (hit := _SIGN_OUTSIDE.fullmatch(cell.strip())):
                row[at] = f"({hit[1]}{hit[2]})" if hit[1] else f"({hit[3]}{hit[4]})"
            elif "/" in cell and _SLASHED.fullmatch(cell.strip()):
                slashed.setdefault(at, []).append((i, cell.strip()))
    for at, held in slashed.items():
        rows, heads = grid.rows[held[0][0] : held[-1][0] + 1], grid.rows[: held[0][0]]
        cells = [row[at] for _, row in rows if at < len(row) and row[at] != ""]
        others = [cell for cell in cells if not (isinstance(cell, str) and _SLASHED.fullmatch(cell.strip()))]
        numbers = [cell for cell in others if is_number(cell)]
        words = [cell for cell in others if not (is_number(cell) or is_mark(str(cell).strip()))]
        pairs = [re.findall(r"\d+", re.sub("[٬،,]", "", text)) for _, text in held]
        parts = [(int(whole), int(rest)) for whole, rest in pairs]
        years = all(1300 <= whole < 1500 for whole, _ in parts)
        days = all(0 < a < 32 and 0 < b < 32 and min(a, b) < 13 for a, b in parts) and any(len(b) > 1 for _, b in pairs)
        decimal = bool(numbers) or (not days and any(not a or not b or a > b for a, b in parts))
        dated = any(_SAYS_DATE.search(str(row[at])) for _, row in heads if at < len(row))
        if years or words or dated or not decimal or len(held) + len(numbers) < _FEWEST_DATES:
            continue
        for i, text in held:
            grid.rows[i][1][at] = text.replace("/", "٫")
        value = cell_value(held[0][1].replace("/", "٫"))
        grid.respelled.append(f"the slash of {shown(held[0][1])} and the like is a decimal sign, so it is {value}")


def _mark_dates(grid: Grid) -> list[str]:
    """Set signs into dates that are written as digits alone: all cells down a column, or several across a header.

    Codes and amounts may look so, too: the header names a day or a month, or, of days, each stands in as many rows.
    Those across follow each other, with nothing above them, no other number beside and no date below. What is returned
    are the headers of the columns, or those across.
    """
    found: list[str] = []
    for i, (_, row) in enumerate(grid.rows[:20]):
        dated = {at: text for at, cell in enumerate(row) if (text := _dated(cell))}
        across = [*dated.values()]
        follow = across in (sorted({*across}), sorted({*across}, reverse=True)) and len({*map(len, across)}) == 1
        beside = [str(cell) for at, cell in enumerate(row) if at not in dated]
        near = [each[at] for _, each in (*grid.rows[:i], *grid.rows[i + 1 : i + 2]) for at in dated if at < len(each)]
        if follow and len(across) >= _FEWEST_DATES and 0 not in dated and not any(map(str.isdecimal, beside)):
            if all(map(_dated, near)) or any(cell != "" for _, each in grid.rows[:i] for cell in each[min(dated) :]):
                continue
            found += [str(row[at]) for at in dated]
            for at, text in dated.items():
                row[at] = text
    middle = grid.rows[len(grid.rows) // 2][1] if grid.rows else []
    for at in [at for at, cell in enumerate(middle) if _dated(cell)]:
        cells = [(row, str(row[at]).strip()) for _, row in grid.rows if at < len(row) and row[at] != ""]
        first = next(i for i, (row, _) in enumerate(cells) if _dated(row[at]))
        head = cells[first - 1][1] if first else ""
        below = [(row, _dated(row[at])) for row, text in cells[first:] if text != head]
        days = Counter(text for _, text in below)
        if "" in days or len({*map(len, days)}) != 1 or len(below) < _FEWEST_DATES:
            continue
        again = len(days) > 1 and min(days.values()) == max(days.values()) > 1 and len(below[0][1]) == len("2023-03-01")
        if _SAYS_DATE.search(head) or again:
            found.append(head)
            for row, text in below:
                row[at] = text
    return found


def _dated(cell: object) -> str:
    """Return a day or a month of digits alone with signs between its parts, or ""."""
    whole = isinstance(cell, int | float) and not isinstance(cell, bool)
    text = str(cell).strip().removesuffix(".0") if whole or isinstance(cell, str) else ""
    hit = _DIGITS_OF_DATE.fullmatch(text)
    if hit is None or (hit[3] and int(hit[3]) > monthrange(int(hit[1]), int(hit[2]))[1]):
        return ""
    return "-".join(filter(None, hit.groups()))


def read_grids(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | Callable[[str], str] | None = None,
) -> list[Grid]:
    """Read every sheet of a table file, or the one asked for; `delimiter` may look for it in the text.

    Raises
    ------
    DataError
        If the file is missing, too large, damaged or of another kind, or has no such sheet.
    """
    content = read_bytes(path)
    signs = (b"SQLite format 3\0", b"\0\0\x27\x0a", b"fgb\x03")  # GeoPackage, Shapefile, FlatGeobuf
    if content.startswith(signs) or path.suffix.lower() in (".kml", ".gml"):
        raise DataError(message(NO_TABLE, where=str(path), allowed=_WITH_POLYGONS))
    where, suffixes = str(path), [suffix.lower() for suffix in path.suffixes]
    suffix = suffixes[-1] if suffixes else ""
    if suffix in _OLD:
        raise DataError(message(f"{suffix} files are not read", where=where, allowed=_KINDS))
    if suffix in PACKED or suffix == ".zip":
        content, suffix = _unpacked(content, suffix, suffixes, where)
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<div")) or (
        suffix in (".htm", ".html", ".xls") and b"<table" in content[:20_000].lower()
    ):
        grids = _html(content, path, encoding)
    elif suffix in BOOKS or (content.startswith(b"\xd0\xcf\x11\xe0") and suffix not in (".csv", ".tsv", ".txt")):
        if content and not content.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"\t\x08", b"\t\x02", b"\t\x04")):
            if suffix == ".xls":  # delimited text that a web page calls .xls
                return [_mark_years(_text_grid(content, path, encoding, delimiter))]
            raise DataError(message("not an Excel workbook", where=where, allowed=".xlsx, .xls or .ods"))
        grids = [Grid(path, unit="row", **vars(each)) for each in read_workbook(content, sheet, where)]
    elif suffix in PARQUET:
        names, rows = _parquet(content, where)
        grids = [Grid(path, "", [(0, list(names)), *rows], "row")]
    elif start.startswith((b"{", b"[")) and suffix in (".json", ".geojson", ".topojson", ".px", ""):
        grids = _json(content, path, encoding)
    else:
        if content.startswith((b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0")):
            problem = "not a text table, though its name says so"
            raise DataError(message(problem, where=where, allowed="the right ending"))
        grids = [_text_grid(content, path, encoding, delimiter)]
    grids = [_split_series(_mark_years(grid)) for grid in grids]
    if sheet is None:
        return grids
    sheet = unshortened(sheet, [grid.sheet for grid in grids])
    named = [grid for grid in grids if grid.sheet == sheet]
    if not named and suffix not in BOOKS and len(grids) == 1 and not grids[0].sheet:
        raise DataError(message("sheet is for workbooks", where=where))
    if not named:
        found = [grid.sheet for grid in grids]
        near = map(quoted, nearest(sheet, found, n=1, words=True))
        allowed = listed(found, write=quoted)
        raise DataError(message(f"no sheet {shown(sheet)}", where=where, allowed=allowed, near=near))
    return named


def _unpacked(content: bytes, suffix: str, suffixes: list[str], where: str) -> tuple[bytes, str]:
    """Return the one file inside a packed one, and its ending."""
    try:
        most = most_unpacked(content)
        if suffix != ".zip":
            if suffix == ".xz":  # its header says how much memory it wants
                lzma.LZMADecompressor(memlimit=MEMORY).decompress(content, 1)
            with PACKED[suffix](io.BytesIO(content)) as file:
                found = file.read(most + 1)
            inner = suffixes[-2] if len(suffixes) > 1 else ""
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = [part for part in archive.infolist() if not part.is_dir() and "__MACOSX" not in part.filename]
                if len(parts) != 1:
                    names = listed([part.filename for part in parts], limit=5)
                    raise DataError(message(f"holds {len(parts)} files ({names})", where=where, allowed="one table"))
                if parts[0].file_size > most:
                    raise DataError(message(f"unpacks to more than {most // 10**6} MB", where=where))
                found, inner = archive.read(parts[0]), Path(parts[0].filename).suffix.lower()
    except DataError:
        raise
    except (
        OSError, EOFError, ValueError, LookupError, RuntimeError, zipfile.BadZipFile, lzma.LZMAError, zlib.error
    ) as error:  # fmt: skip
        raise DataError(message(f"cannot be unpacked ({str(error)[:80]})", where=where)) from None
    if len(found) > most:
        raise DataError(message(f"unpacks to more than {most // 10**6} MB", where=where))
    return found, inner


def _text_grid(content: bytes, path: Path, encoding: str | None, delimiter: str | Callable[[str], str] | None) -> Grid:
    check_text(content, str(path))
    text, used = decode(content, encoding=encoding, where=str(path))
    sign = delimiter(text) if callable(delimiter) else delimiter or likely_delimiter(text)
    if text.count(sign) > 4 * MAX_CELLS:  # soon; not those within quotes, which are few
        raise DataError(message(f"more than {MAX_CELLS} cells", where=str(path)))
    rows: list[Row] = []
    size = 0
    try:
        for number, row in split_lines(text, sign):
            size += len(row)
            if len(row) > MAX_COLUMNS:
                told = f"{len(row)} cells in one line"
                raise DataError(message(told, where=f"{path}, line {number}", allowed=f"at most {MAX_COLUMNS}"))
            if size > MAX_CELLS:
                raise DataError(message(f"more than {MAX_CELLS} cells", where=str(path)))
            if "".join(row).strip():
                rows.append((number, list(row)))
    except csv.Error as error:
        number = rows[-1][0] + 1 if rows else 1
        raise DataError(message(f"not a delimited table ({error})", where=f"{path}, line {number}")) from None
    return split_composite(Grid(path, "", rows, encoding=used, delimiter=sign))


def split_composite(grid: Grid) -> Grid:
    r"""Split the first column of a Eurostat TSV ("freq,unit,geo\TIME_PERIOD") into its dimensions."""
    if not grid.rows or grid.delimiter != "\t":
        return grid
    head = str(grid.rows[0][1][0])
    if not _COMPOSITE.fullmatch(head):
        return grid
    names = head.split("\\")[0].split(",")
    rows: list[Row] = [(grid.rows[0][0], [*names, *(str(cell).strip() for cell in grid.rows[0][1][1:])])]
    for number, row in grid.rows[1:]:
        parts = str(row[0]).split(",")
        rows.append((number, [*parts, *[""] * (len(names) - len(parts)), *row[1:]]))
    grid.rows = rows
    return grid


def _split_series(grid: Grid) -> Grid:
    """Split a row of headings whose parts end in ";" into a row for each part; the whole has a part less: "Total"."""
    for at, (number, row) in enumerate(grid.rows[:20]):
        heads = [str(cell).strip() for cell in row[1:]]
        if sum(map(bool, heads)) < 3 or not all(_PART_END.search(head) for head in heads if head):
            continue
        parts = [[part.strip(" >") for part in _PART_END.split(head) if part.strip()] for head in heads]
        most = max(map(len, parts))
        whole = [["Total"] * (most - len(own)) + own if own else [""] * most for own in parts]
        grid.rows[at : at + 1] = [(number, [row[0], *level]) for level in zip(*whole, strict=True)]
        break
    return grid


def _parquet(content: bytes, where: str) -> tuple[list[str], list[Row]]:
    """Read a Parquet table; missing values become empty cells."""
    try:
        import pyarrow.parquet as pq
    except ImportError:
        allowed = "pip install 'growthpoles[parquet]'"
        raise DataError(message("reading Parquet needs pyarrow", where=where, allowed=allowed)) from None
    try:
        texts = file_reading.check_parquet(io.BytesIO(content), cells=MAX_CELLS, size=MAX_UNPACKED, where=where)
        table = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts).read()
        if b"geo" in (table.schema.metadata or {}):
            raise DataError(message(NO_TABLE, where=where, allowed=_WITH_POLYGONS))
    except DataError:
        raise
    except Exception as error:  # a damaged file makes pyarrow raise almost anything
        raise DataError(message(f"not a Parquet table ({str(error)[:80]})", where=where)) from None
    try:
        columns = [[cell for chunk in column.chunks for cell in _parquet_cells(chunk)] for column in table.columns]
    except Exception as error:  # for instance text that is not UTF-8
        raise DataError(message(f"cells cannot be read ({str(error)[:80]})", where=where)) from None
    cells = [["" if cell is None or cell != cell else cell for cell in column] for column in columns]
    return [str(name) for name in table.column_names], [
        (number, list(row)) for number, row in enumerate(zip(*cells, strict=True), start=1)
    ]


def _parquet_cells(chunk: Any) -> list[object]:
    """Return the cells of a column; those of a dictionary share their texts."""
    if not hasattr(chunk, "dictionary"):
        return list(chunk.to_pylist())
    words = chunk.dictionary.to_pylist()
    return [None if at is None else words[at] for at in chunk.indices.to_pylist()]


def _json(content: bytes, path: Path, encoding: str | None) -> list[Grid]:
    """Read JSON-stat (versions 1 and 2, also collections), or a list of records, as a long table."""
    text, used = decode(content, encoding=encoding, where=str(path))
    try:
        data = json.loads(text, parse_float=_json_number)
    except (ValueError, RecursionError) as error:
        raise DataError(message(f"not JSON ({str(error)[:80]})", where=str(path))) from None
    if isinstance(data, dict) and data.get("class") == "collection":
        items = data.get("link", {}).get("item", [])
        sets = {str(i): item for i, item in enumerate(items) if isinstance(item, dict) and "value" in item}
    elif isinstance(data, dict) and "value" in data and "dimension" in data:
        sets = {"": data}
    elif isinstance(data, dict):
        sets = {str(name): each for name, each in data.items() if isinstance(each, dict) and "dimension" in each}
    else:
        sets = {}
    if sets:
        try:
            named = {str(each.get("label") or name) if len(sets) > 1 else "": each for name, each in sets.items()}
            return [
                Grid(path, name, _jsonstat(each), "row", encoding=used, title=_label_of(each))
                for name, each in named.items()
            ]
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise DataError(message(f"damaged JSON-stat ({str(error)[:80]})", where=str(path))) from None
    lists = data if isinstance(data, list) and all(isinstance(row, list) for row in data) else []
    if len({len(row) for row in lists}) == 1 and not any(
        isinstance(cell, list | dict) for row in lists for cell in row
    ):
        cells = [[_json_cell(cell) for cell in row] for row in lists]  # of the Census Bureau
        return [Grid(path, "", list(enumerate(cells, start=1)), "row", encoding=used)]
    if isinstance(data, dict) and data.get("type") in ("Topology", "FeatureCollection"):
        raise DataError(message(NO_TABLE, where=str(path), allowed=_WITH_POLYGONS))
    if isinstance(data, list | dict):
        data = max(_record_lists(data), key=len, default=data)
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        names = list(dict.fromkeys(str(name) for row in data for name in row))
        if len(names) > MAX_COLUMNS or len(names) * len(data) > MAX_CELLS:
            told = f"{len(names)} different names in {len(data)} records"
            raise DataError(message(told, where=str(path), allowed=f"{MAX_COLUMNS} names, {MAX_CELLS} cells"))
        cells = [[_json_cell(row.get(name)) for name in names] for row in data]
        return [Grid(path, "", [(1, list(names)), *enumerate(cells, start=2)], "row", encoding=used)]
    raise DataError(message("JSON of an unknown kind", where=str(path), allowed="JSON-stat, or a list of records"))


def _record_lists(data: object, depth: int = 0) -> list[list[dict[str, object]]]:
    """Return the lists of records inside the wrapping of an answer, what is nested in a record one level up."""
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        inner = [each for row in data for each in row.values() if isinstance(each, list)] if len(data) < 9 else []
        return [list(map(_flat, data)), *_record_lists(inner, depth + 1)]
    if depth > 5 or not isinstance(data, list | dict):
        return []
    parts = data.values() if isinstance(data, dict) else data
    return [found for part in parts for found in _record_lists(part, depth + 1)]


def _flat(record: dict[str, object]) -> dict[str, object]:
    pairs = [
        (f"{name}.{part}", inner)
        for name, each in record.items()
        for part, inner in (each.items() if isinstance(each, dict) else [("", each)])
    ]
    return {name.removesuffix("."): each for name, each in pairs}


def _json_number(text: str) -> float | str:
    """Return a number, or its text where the number would not be what is written."""
    value = float(text)
    return text if out_of_range(text, value, ".") else value


def _json_cell(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)


def _label_of(data: dict[str, Any]) -> str:
    """Return what a data set is about: its label without the dimensions at its end ("by region, year")."""
    label, dimension = " ".join(str(data.get("label") or "").split()), data["dimension"]
    ids = list(data.get("id") or dimension["id"])
    names = {name for each in ids for name in (str(each), str(dimension[each].get("label") or each))}
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    tail = rf"[ ,;:–—-]{{1,3}}(?:\w{{1,5}}[ :]{{1,2}})?(?:(?:{either})(?: ?[,;] ?| \w{{1,3}} |$))+$"
    return re.sub(tail, "", label, flags=re.IGNORECASE) or label


def _jsonstat(data: dict[str, Any]) -> list[Row]:
    dimension = data["dimension"]
    ids = list(data.get("id") or dimension["id"])
    sizes = list(data.get("size") or dimension["size"])
    header: list[object] = []
    axes: list[list[list[str]]] = []
    size = 1
    for name, length in zip(ids, sizes, strict=True):
        category = dimension[name]["category"]
        labels = category.get("label") or {}
        index = category.get("index") or list(labels)
        codes = sorted(index, key=lambda code: index[code]) if isinstance(index, dict) else list(index)
        if len(codes) != length:
            raise ValueError(f"dimension {name} has {len(codes)} of {length} categories")
        header += [name, f"{name} label"] if labels else [name]
        axes.append([[code, str(labels.get(code, code))] if labels else [code] for code in codes])
        size *= length
    if size > MAX_CELLS:
        raise ValueError("too many cells")
    values, status = data["value"], data.get("status") or {}

    def at(store: Any, i: int) -> object:
        if isinstance(store, str):
            return store
        found = store.get(str(i)) if isinstance(store, dict) else store[i] if i < len(store) else None
        return "" if found is None else found

    rows: list[Row] = [(0, [*header, "value", "status"])]
    for i, parts in enumerate(product(*axes)):
        value, mark = at(values, i), at(status, i)
        if value != "" or mark != "":
            rows.append((i + 1, [*(text for part in parts for text in part), value, mark]))
    return rows


class _Tables(HTMLParser):
    """Collect the cells of HTML tables; text inside <sup> is kept apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[tuple[str, str, int, int]]]] = []
        self.open: list[int] = []
        self.cell: list[Any] | None = None
        self.up = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self.open.append(len(self.tables) - 1)
        elif tag == "tr" and self.open:
            self.close_cell()
            self.tables[self.open[-1]].append([])
        elif tag in ("td", "th") and self.open:
            self.close_cell()
            span = {name: min(int(value), 1000) for name, value in attrs if value and value.strip().isdecimal()}
            self.cell = ["", "", span.get("rowspan", 1), span.get("colspan", 1)]
        elif tag == "sup":
            self.up = True
        elif tag == "br" and self.cell is not None:
            self.cell[0] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self.close_cell()
        if tag == "table" and self.open:
            self.open.pop()
        if tag == "sup":
            self.up = False

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell[1 if self.up else 0] += data

    def close_cell(self) -> None:
        if self.cell is not None and self.open:
            table = self.tables[self.open[-1]]
            if not table:
                table.append([])
            table[-1].append(tuple(self.cell))
        self.cell = None


def _html(content: bytes, path: Path, encoding: str | None) -> list[Grid]:
    """Read the tables of a web page, also one that is called .xls."""
    if encoding is None and (
        stated := re.search(rb"charset\s*=\s*[\"']?([\w-]+)", content[:4000], flags=re.IGNORECASE)
    ):
        encoding = stated[1].decode("ascii", "replace")
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = None
    text, used = decode(content, encoding=encoding, where=str(path))
    if (count := text.casefold().count("<table")) > MOST_TABLES:
        raise DataError(message(f"{count} tables in one page", where=str(path), allowed=f"at most {MOST_TABLES}"))
    parser = _Tables()
    parser.feed(_TAG.sub(lambda hit: f"<{hit[2]}" if hit[2] else "", text))
    parser.close()
    parser.close_cell()
    grids: list[Grid] = []
    covered = 0
    for table in parser.tables:
        grid = Grid(path, f"table {len(grids) + 1}", [], "row", encoding=used)
        taken: dict[tuple[int, int], bool] = {}
        for number, cells in enumerate(table, start=1):
            row: list[object] = []
            column = 0
            for base, up, tall, wide in cells:
                while (number, column) in taken:
                    column += 1
                row += [""] * (column + 1 - len(row))
                words = " ".join(base.split())
                row[column] = base.replace("\n", " ").replace("\r", " ").rstrip() if words else up.strip()
                if up.strip() and words:
                    grid.raised[number, column] = up.strip()
                covered += tall * wide - 1
                if covered > MOST_SPANS:
                    told = f"spans that cover more than {MOST_SPANS} cells"
                    raise DataError(message(told, where=str(path)))
                for down, right in product(range(tall), range(wide)):
                    taken[number + down, column + right] = True
                if tall > 1 or wide > 1:
                    grid.merged.append((number, column, number + tall - 1, column + wide - 1))
                column += wide
                if len(taken) > MAX_CELLS:
                    raise DataError(message(f"more than {MAX_CELLS} cells", where=str(path)))
            if any(cell != "" for cell in row):
                grid.rows.append((number, row))
        if len(grid.rows) > 1:
            grids.append(grid)
    if not grids:
        raise DataError(message("the page holds no table", where=str(path), allowed=_KINDS))
    if len(grids) == 1:
        grids[0].sheet = ""
    return grids


def filled_sheets(grids: Iterable[Grid]) -> list[str]:
    """Return the names of the visible sheets that hold something."""
    return [grid.sheet for grid in grids if grid.visible and grid.rows]
