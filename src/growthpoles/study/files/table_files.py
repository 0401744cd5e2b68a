"""Table files as study.toml describes them: header of one row or several, rows below; nothing interpreted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from growthpoles.errors import DataError, counted, listed, message, plain, quoted
from growthpoles.study.files.cell_grids import Grid, Row, filled_sheets, read_grids
from growthpoles.study.files.number_notation import detect_delimiter, is_number
from growthpoles.study.files.printed_labels import parse_year
from growthpoles.study.files.printed_subjects import is_unit
from growthpoles.study.files.problems import Problem
from growthpoles.study.study_spec import Table

_HEADINGS = 3  # rows of headings above regions that stand across


def _years_down(grid: Grid) -> tuple[int, dict[int, str]]:
    """Return the column of labels, and the rows that stand below a year of their own, again and again, with that year.

    So years divide a table whose regions stand across: "2022", its categories, "2023", the same categories.
    """
    filled = {n: [at for at, cell in enumerate(row) if cell != ""] for n, row in grid.rows}
    column = min((places[0] for places in filled.values() if len(places) > 2), default=0)
    blocks: dict[str, dict[int, str]] = {}
    for number, row in grid.rows:
        label = str(row[column] if column < len(row) else "").strip()
        if parse_year(row[column] if column < len(row) else "") is not None:
            year = label.removesuffix(".0")
            if blocks.get(year):
                return column, {}
            blocks[year] = {}
        elif blocks and label and len(filled[number]) > 2:
            blocks[next(reversed(blocks))][number] = label
    blocks = {year: rows for year, rows in blocks.items() if rows}
    held = [{*rows.values()} for rows in blocks.values()]
    again = len(held) > 1 and all(2 * len(each & held[0]) > max(len(each), len(held[0])) for each in held)
    return column, {number: year for year, rows in blocks.items() for number in rows} if again else {}


def _lowered(rows: list[list[object]]) -> list[list[object]]:
    """Set headings that stand higher than most, with an empty cell below, into the row of the lowest headings."""
    width = max(map(len, rows), default=0)
    lowest: dict[int, int] = {}
    for at in range(width):
        cells = [row[at] if at < len(row) else "" for row in rows]
        first = next((i for i, cell in enumerate(cells) if isinstance(cell, int | float)), 0)
        texts = [i for i, cell in enumerate(cells[:first]) if cell != ""]
        if texts:
            lowest[at] = texts[-1]
    if not lowest:
        return rows
    (own, times), *_ = Counter(lowest.values()).most_common()
    moved = [at for at, i in lowest.items() if own - _HEADINGS < i < own]
    if times <= len(moved):
        return rows
    found = [list(row) for row in rows]
    for at in moved:
        found[own] += [""] * (at + 1 - len(found[own]))
        found[own][at], found[lowest[at]][at] = found[lowest[at]][at], ""
    return found


def turned(grid: Grid) -> Grid:
    """Return a sheet with rows and columns exchanged: regions that stand across stand down then.

    Labels that stand below a year bear it then; a heading over two rows, beside others of one ("Minsk" beside "Regions"
    and their names), stands with the names.
    """
    width = max((len(row) for _, row in grid.rows), default=0)
    place = {number: at for at, (number, _) in enumerate(grid.rows)}
    column, dated = _years_down(grid)
    rows = [
        [*row[:column], f"{row[column]}, {dated[n]}", *row[column + 1 :]] if n in dated else row for n, row in grid.rows
    ]
    rows = _lowered(rows)
    cells: list[Row] = [(at + 1, [row[at] if at < len(row) else "" for row in rows]) for at in range(width)]
    within = [([place[n] for n in place if a <= n <= c], b, d) for a, b, c, d in grid.merged]
    merged = [(b + 1, min(inside), d + 1, max(inside)) for inside, b, d in within if inside]
    raised = {(at + 1, place[number]): text for (number, at), text in grid.raised.items() if number in place}
    percent = {(at + 1, place[number]) for number, at in grid.percent if number in place}
    return Grid(
        grid.path, grid.sheet, [each for each in cells if any(cell != "" for cell in each[1])], "column", merged,
        raised, percent, {at + 1 for at in grid.hidden_columns}, {place[n] for n in grid.hidden if n in place},
        grid.visible, True, grid.encoding, grid.delimiter, grid.era, grid.respelled,
        unseen=grid.unseen,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class RawTable:
    """A table as it stands in its file.

    Attributes
    ----------
    path : Path
    sheet : str
        Of a workbook; empty otherwise.
    columns : tuple of str
        The header, stripped; of several rows, their texts joined by " | ".
    rows : list of (number, cells)
        Rows below the header that are not empty, as many cells each as there are columns; text is as in the file, an
        empty cell is "".
    unit : {"line", "row"}
        What the numbers count.
    header : int
        Number of the last row of the header.
    above : tuple of int
        Numbers of the rows that stand above the header and hold something.
    misfits : tuple of int
        Numbers of the rows below that do not fit the header; they are not in `rows`.
    outside, hidden : tuple of int
        Numbers of the rows below that study.toml leaves out, and of those that the file hides.
    problems : tuple of Problem
        What is wrong with them, and with the header.
    encoding, delimiter : str
        Of delimited text, as stated or as found.
    raised : dict of (row, column) to text
        Superscripts behind the text of a cell.
    """

    path: Path
    sheet: str
    columns: tuple[str, ...]
    rows: list[Row]
    unit: str
    header: int = 1
    above: tuple[int, ...] = ()
    misfits: tuple[int, ...] = ()
    outside: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    raised: dict[tuple[int, int], str] = field(default_factory=dict)

    def problem(self, text: str, *, row: int | None = None, column: str = "", remedy: str = "") -> Problem:
        """Make a problem of a place in this table."""
        return Problem(text, str(self.path), self.sheet, row, column, remedy, self.unit)

    def __repr__(self) -> str:
        """Show file, sheet and size."""
        sheet = f", sheet {self.sheet!r}" if self.sheet else ""
        return f"RawTable({str(self.path)!r}{sheet}, {len(self.rows)} rows x {len(self.columns)} columns)"


JOINT = " + "  # between the names of columns that are a key together


def read_raw(
    path: Path, spec: Table, *, key: str | None = None, settle: bool = False, most_names: int | None = None
) -> RawTable:
    """Read a table without interpreting its cells.

    Parameters
    ----------
    path : Path
        Any file of :func:`growthpoles.study.files.cell_grids.read_grids`.
    spec : Table
        What study.toml says; `sheet`, `header`, `rows`, `fill`, `hidden`, `encoding`, `delimiter` are looked at here.
    key : str, optional
        Column that the header must hold, which helps to find the delimiter.
    settle : bool
        Whether to take the likeliest delimiter where several are possible.
    most_names : int, optional
        How many different names may stand in the column `key`.

    Returns
    -------
    RawTable

    Raises
    ------
    DataError
        If the file is missing, too large, damaged, of another kind, without header, or its header repeats a name.
    """
    first = spec.header[0] if isinstance(spec.header, tuple) else spec.header

    def find(text: str) -> str:
        return detect_delimiter(text, key=key, header=first, where=str(path), settle=settle)

    grids = read_grids(path, sheet=spec.sheet, encoding=spec.encoding, delimiter=spec.delimiter or find)
    if len(grids) > 1:
        filled = filled_sheets(grids)
        if len(filled) != 1:
            problem = f"{len(filled)} sheets hold something" if filled else "no visible sheet holds anything"
            allowed = f"sheet = one of {listed(filled, write=quoted)}" if filled else "a sheet with a header and rows"
            raise DataError(message(problem, where=str(path), allowed=allowed))
        grids = [grid for grid in grids if grid.sheet == filled[0]]
    if most_names is not None and not spec.transpose:
        _check_names(grids[0], first, key, most_names)
    return _table(turned(grids[0]) if spec.transpose else grids[0], spec)


def _check_names(grid: Grid, header: int | None, key: str | None, most: int) -> None:
    """Refuse a column of names that no boundaries have, before every cell is looked at."""
    if len(grid.rows) <= most:
        return
    heads = [row for number, row in grid.rows if header is None or number == header][:1]
    at = next((i for i, cell in enumerate(heads[0]) if cell_text(cell) == key), None) if heads else None
    names = {} if at is None else dict.fromkeys(row[at] for _, row in grid.rows if at < len(row))
    if len(names) > most:
        told = f"{len(names)} different names in column {plain(key)} ({listed(list(names)[1:], limit=3, write=quoted)})"
        raise DataError(message(told, where=str(grid.path), allowed=f"at most {most} for these boundaries"))


def too_many_names(grid: Grid, limit: int) -> tuple[int, str] | None:
    """Return how many names, and where, if a long sheet holds more than a country has regions and no other key."""
    if len(grid.rows) <= limit:
        return None
    most = 0, ""
    for at in range(min(12, max(len(row) for _, row in grid.rows))):
        cells = {row[at] for _, row in grid.rows if at < len(row)}
        wordy = sum(isinstance(cell, str) and not is_number(cell) for cell in list(cells)[:200])
        if wordy < min(100, 0.5 * len(cells)):
            continue
        if 1 < len(cells) <= limit:
            return None
        head = next((text for _, row in grid.rows if at < len(row) and (text := cell_text(row[at]))), "")
        most = max(most, (len(cells) - 1, head))
    return most if most[0] else None


def header_paths(grid: Grid, numbers: Sequence[int]) -> list[list[str]]:
    """Return the texts above every column, from the top: merged cells count for all columns that they cover.

    Where a header row has no merged cells, an empty cell above a filled one takes the text on its left; in the last row
    one below a year does, as a unit belongs to all years that it is not said of again.
    """
    rows = dict(grid.rows)
    width = max((len(row) for row in rows.values()), default=0)
    lines: list[list[str]] = []
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for top, left, bottom, right in grid.merged:
        within = [row for row in numbers if top <= row <= bottom]
        covered |= {(row, at): (top, left) for row in within for at in range(left, min(right + 1, width))}
    for number in numbers:
        row = [cell_text(cell) for cell in rows.get(number, [])] + [""] * width
        line = row[:width]
        for at in range(width):
            if (number, at) in covered:
                top, left = covered[number, at]
                source = rows.get(top, [])
                line[at] = cell_text(source[left]) if left < len(source) else ""
        lines.append(line)
    for i, number in enumerate(numbers):
        if any(top <= number <= bottom for top, _, bottom, right in grid.merged if right > _):
            continue
        if i == len(numbers) - 1:
            dated = [i > 0 and parse_year(head) is not None for head in lines[i - 1]]
            units = {text for text in lines[i] if is_unit(text)}
            units = units if any(len(text) > 1 for text in units) else set()  # "t" alone may be a mark
            for at in range(1, width):
                unit = lines[i][at - 1] if not lines[i][at] and dated[at] and dated[at - 1] else ""
                if unit in units or (unit and parse_year(f"{lines[i - 1][at - 1]} {unit}") is None):  # "r": one year's
                    lines[i][at] = unit
            continue
        below = [any(line[at] for line in lines[i + 1 :]) for at in range(width)]
        for at in range(1, width):
            if not lines[i][at] and below[at] and lines[i][at - 1] and not (lines[i + 1][at - 1] == "" and at == 1):
                lines[i][at] = lines[i][at - 1]
    return [list(dict.fromkeys(line[at] for line in lines if line[at])) for at in range(width)]


def _table(grid: Grid, spec: Table) -> RawTable:
    """Find the header, hold every row against it."""
    where = f"{grid.path}, sheet {grid.sheet!r}" if grid.sheet else str(grid.path)
    written = [(number, row) for number, row in grid.rows if any(cell_text(cell) for cell in row)]
    numbers = spec.header if isinstance(spec.header, tuple) else () if spec.header is None else (spec.header,)
    present = {number for number, _ in written}
    if not written:
        raise DataError(message("the table is empty", where=where, allowed="a header and rows below it"))
    if not numbers:
        numbers = (written[0][0],)
    gone = [number for number in numbers if number not in present]
    if gone:
        raise DataError(message(f"{grid.unit} {gone[0]}, where the header should be, is empty", where=where))
    paths = header_paths(grid, numbers)
    names = [" | ".join(path) for path in paths]
    first, last = spec.rows or (max(numbers) + 1, None)
    below = [(n, row) for n, row in written if n > max(numbers)]
    # A spreadsheet saves empty columns at the right; they go only when nothing stands in them.
    width = max((i + 1 for i, name in enumerate(names) if name), default=0)
    if grid.unit != "line" and (spec.columns or spec.layout == "long"):  # remarks beside the last column
        width = max([width, *(cells_filled(row) for n, row in below if first <= n <= (last or n))])
    names = [*names, *[""] * width][:width]
    repeated = sorted({name for name, count in Counter(names).items() if count > 1} - {""})
    if repeated and not isinstance(spec.header, tuple):
        problem = f"column names repeated: {listed(repeated, write=quoted)}"
        raise DataError(message(problem, where=f"{where}, {grid.unit} {numbers[-1]}", allowed="each once"))
    columns = tuple(unique_names(names))
    make: Callable[..., Problem] = RawTable(grid.path, grid.sheet, columns, [], grid.unit).problem
    problems: list[Problem] = []
    misfits: list[int] = []
    outside = [number for number, _ in below if number < first or (last is not None and number > last)]
    hidden = [number for number, _ in below if number in grid.hidden and number not in outside and not spec.hidden]
    rows: list[Row] = []
    loose = spec.rows is not None or grid.unit != "line"
    for position, row in below:
        if position in outside or position in hidden:
            continue
        if any(cell_text(cell) for cell in row[width:]) or (len(row) < width and not loose):
            problems.append(make(counted(len(row), "cells"), row=position, remedy=f"{width}, as in the header"))
            misfits.append(position)
            continue
        rows.append((position, [*row[:width], *[""] * (width - len(row))]))
    rows = _filled_down(rows, columns, spec.fill)
    parts = joint_columns(spec.key, columns)
    if parts:
        columns = (*columns, spec.key)
        rows = [(n, [*row, text]) for (n, row), text in zip(rows, joint_keys(rows, parts), strict=True)]
    named = bool(spec.columns) or spec.layout == "long"
    unnamed = [i for i, name in enumerate(names) if not name and any(cell_text(row[i]) for _, row in rows)]
    if not named:
        remedy = "a name"
        problems += [make(f"column {i + 1} has values and no name", row=max(numbers), remedy=remedy) for i in unnamed]
    above = tuple(number for number, _ in written if number <= max(numbers) and number not in numbers)
    return RawTable(
        grid.path, grid.sheet, columns, rows, grid.unit, max(numbers), above, tuple(misfits), tuple(outside),
        tuple(hidden), tuple(problems), grid.encoding, grid.delimiter, grid.raised,
    )  # fmt: skip


def cells_filled(row: Sequence[object]) -> int:
    """Return how many cells of a row there are up to the last that holds something."""
    return max((at + 1 for at, cell in enumerate(row) if cell_text(cell)), default=0)


def joint_columns(key: str, columns: Sequence[str]) -> list[int]:
    """Return the places of the columns that a key such as "STATE + COUNTY" joins; none for a column of its own."""
    parts = key.split(JOINT)
    return [columns.index(part) for part in parts] if key not in columns and set(parts) <= set(columns) else []


def carried_down(cells: Iterable[str]) -> list[str]:
    """Return texts, in place of empty ones that above them."""
    held, carried = "", []
    for text in cells:
        held = text or held
        carried.append(held)
    return carried


def joint_keys(rows: Sequence[Row], parts: Sequence[int]) -> list[str]:
    """Return codes written together, each part as wide as the widest of its column, or names divided by a comma."""
    texts = [[cell_text(row[at]) if at < len(row) else "" for at in parts] for _, row in rows]
    digits = all(text.isdecimal() for line in texts for text in line if text)
    widths = [max(map(len, column), default=0) for column in zip(*texts, strict=True)]
    return [
        ("" if digits else ", ").join(
            text.zfill(width) if digits else text for text, width in zip(line, widths, strict=True)
        )
        if all(line)
        else ""
        for line in texts
    ]


def unique_names(names: Sequence[str]) -> list[str]:
    """Name the nameless columns by their place, and number those of one name."""
    found: dict[str, None] = {}
    last: Counter[str] = Counter()
    for at, name in enumerate(names, start=1):
        plain = unique = name or f"column {at}"
        while unique in found:
            last[plain] += 1
            unique = f"{plain} ({last[plain] + 1})"
        found[unique] = None
    return list(found)


def _filled_down(rows: list[Row], columns: Sequence[str], names: Sequence[str]) -> list[Row]:
    """Repeat what stands in the first of several rows, in the columns that study.toml names."""
    places = [columns.index(name) for name in names if name in columns]
    held: dict[int, object] = {}
    for _, row in rows:
        for at in places:
            if cell_text(row[at]):
                held[at] = row[at]
            else:
                row[at] = held.get(at, "")
    return rows


def cell_text(cell: object) -> str:
    """Return a cell as a name: text stripped, in quotes or not, a whole number without its decimal point."""
    if isinstance(cell, str) and cell.isascii() and cell.isprintable() and " " not in cell and '"' not in cell:
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = " ".join(cell.split()) if isinstance(cell, str) else str(cell)
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    return re.sub(r" 00:00:00$", "", text) if not isinstance(cell, str) else text
