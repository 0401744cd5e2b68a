"""Audit of one's own file: tables of a workbook or a delimited text, formulas proposed from their numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Reason, listed, message, parted, quoted, remedy
from growthpoles.file_reading import encoding_alone
from growthpoles.regions.name_matching import says_total
from growthpoles.regions.row_levels import indents
from growthpoles.study.audit.causes.printed_relations import (
    told_nearly,
)
from growthpoles.study.audit.causes.totals import totals_told
from growthpoles.study.audit.formulas import ORDERED, propose_formulas
from growthpoles.study.audit.ledger import Audit, audit_cells
from growthpoles.study.audit.printed_cells import (
    FORMULA_COLUMNS,
    MOST_DECIMALS,
    Sources,
    TotalRow,
    half_of_cell,
    idle_zeros,
    make_sources,
    padded_texts,
    place_text,
    typed_number,
)
from growthpoles.study.audit.published_ranks import GROWTHS, is_ordinal, read_span
from growthpoles.study.column_names import dated_paths, head_of, marked_apart
from growthpoles.study.files.calendars import unread_years
from growthpoles.study.files.cell_grids import EncodingError, Grid, read_grids
from growthpoles.study.files.number_notation import Notation, cell_value, given_signs, settle_signs, signs_remedy
from growthpoles.study.files.printed_labels import (
    YEAR_WORDS,
    bare_name,
    dates_within_years,
    parse_year,
    without_span,
    year_inside,
    years_in,
)
from growthpoles.study.files.printed_subjects import main_title, names_no_subject, split_table_number
from growthpoles.study.files.printed_tables import cell_number, printed_resolution
from growthpoles.study.files.problems import FAR_YEARS, KEY_TAKEN, LUNAR_YEARS, Problem
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.guess_columns import is_identifier
from growthpoles.study.inputs.published import plain_text
from growthpoles.study.region_rows import set_below, without_rows
from growthpoles.study.table_blocks import Block as TableBlock
from growthpoles.study.table_blocks import find_blocks, kind_of, split_sections
from growthpoles.study.table_layout import read_block, series_of
from growthpoles.study.table_totals import repeated_parts, seeming_totals, sums_of_rows

_TWICE = "{place}: {names} label rows of two levels; those that are no sums are called by their rows"
_NAMED = 12  # rows that a remedy lists
_FRACTION = re.compile(r"-?\d+\.(\d+)")
_IDLE = re.compile(r"(?<=\d)\.0+(?!\d)")
#: Names of columns that number the rows; ranks are none of them here.
_NUMBERING = re.compile(
    r"s[./ ]?\s?n\.?o?\.?|sl\.? ?no\.?|sr\.? ?no\.?|no\.?|nr\.?|n|№.{0,6}|#|lp\.?|lfd\.? ?nr\.?|п/п|stt|"
)
_SINCE = re.compile(r"(%|percent|index|проц|индекс|пайыз).{0,12}\b(of|to|from|against|over|к|от)\s+((19|20)\d\d)\b")
_POWERS = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e-3, 0.1, 0.01, 1e-6)
_NO_SUM = (
    "{place}: {total} says that it is a total; it is no region, and its numbers, which are no sums, are not checked"
)
_PARTS = (
    "{place}: {names}: by their indentation parts of the rows above, which they do not add up to; they are no regions, "
    "and their numbers are not checked"
)
_PARTS_OF_EACH = (
    "{place}: {names}: rows of these names repeat beside the regions, whose parts they are; they are no regions, and "
    "their numbers are not checked"
)
_ENCODING = "the encoding: the bytes of the file do not tell it, {encoding} was taken"
_TABLE_NUMBER = "{text}, the number of a table or figure, was taken off the name of what it holds"
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class AuditFile:
    """The tables of a file, ready to be audited.

    `names` says what each table is (sheet, year), `places` where a cell stands: (table, row, column) -> (sheet, row of
    the sheet or line of the file, column from 1); `totals` lists rows that add up and are not audited as regions.
    """

    path: Path
    sources: Sources
    names: Mapping[int, str]
    places: Mapping[tuple[int, int, str], Place]
    totals: tuple[Reason, ...] = ()
    left_out: tuple[Reason, ...] = field(default=())


def read_audit_file(
    path: Path, *, encoding: str | None = None, ignore: Collection[str] = (), given: Notation | None = None
) -> AuditFile:
    """Read every table of a file: one region a row, one column a quantity; years from headers or names of sheets.

    Rows in `ignore` are no regions; signs of numbers are the given ones where they could be read in two ways.

    Raises
    ------
    DataError
        If the file cannot be read, or holds no table of numbers with names of regions.
    """
    frames: list[pd.DataFrame] = []
    years: dict[int, int] = {}
    names: dict[int, str] = {}
    places: dict[tuple[int, int, str], Place] = {}
    totals: list[TotalRow] = []
    left: list[Reason] = []
    together: dict[tuple[object, ...], tuple[int, set[str]]] = {}
    try:
        grids = read_grids(path, encoding=encoding)
    except EncodingError:
        used = encoding_alone(path) if encoding is None else None
        if used is None:
            raise
        grids = read_grids(path, encoding=used)
        left.append(Reason(_ENCODING, {"encoding": used}))
    grids, told_of = without_rows(grids, ignore, path)
    left += told_of
    for grid in grids:
        if not grid.visible:
            left.append(Reason("sheet {text} is hidden", {"text": repr(grid.sheet)}))
            continue
        if (unread := unread_years([row for _, row in grid.rows])) is not None:
            left.append(unread)
        for cells, year, where, sums in _tables(grid, path, left, unread, given, several=len(grids) > 1):
            # Sheets or sections of one quantity each, a column a year: those of one year are one table.
            name, *more = set(cells["column"])
            number, held = together.get((year, *cells["label"]), (0, set()))
            lone = not more and year is not None
            number = number if lone and number and name not in held else len(years) + 1
            if lone:
                together[year, *cells["label"]] = number, {name} | (held if number in years else set())
            years[number] = year if year is not None else -number
            told = "" if year is None or str(year) in grid.sheet else str(year)
            before = [names[number]] if number in names else []
            sheet = before[0].removesuffix(f" {told}") if before else grid.sheet
            sheet += f", {grid.sheet}" if before and grid.sheet not in sheet.split(", ") else ""
            names[number] = " ".join(filter(None, (sheet, told))) or path.name
            frames.append(cells.assign(table=number))
            places |= {(number, row, column): place for (row, column), place in where.items()}
            totals += [replace(total, table=number) for total in sums]
    if not frames:
        problem = str(next((each for each in left if each.template in (FAR_YEARS, LUNAR_YEARS)), ""))
        allowed = "common years in the headers, or headers without a year"
        if not problem:
            problem = "no table with a column of names and columns of numbers"
            allowed = "one region a row, one quantity a column"
        raise DataError(message(problem, where=str(path), allowed=allowed))
    sources = make_sources(
        pd.concat(frames, ignore_index=True),
        pd.DataFrame(columns=list(FORMULA_COLUMNS)),
        years=years,
        decimal=".",
        totals=totals,
    )
    return AuditFile(path, sources, names, places, tuple(totals_told(totals)), tuple(left))


_Rows = list[tuple[int, list[object]]]  # with their numbers
_Origin = dict[tuple[int, int], tuple[int, int]]  # line and column of the file
Found = tuple[pd.DataFrame, int | None, dict[tuple[int, str], Place], list[TotalRow]]


def _tables(
    grid: Grid, path: Path, left: list[Reason], unread: Reason | None, given: Notation | None, *, several: bool
) -> list[Found]:
    """Take the blocks of a sheet apart into tables by year; columns of figures that are not read go to `left`."""
    found: list[Found] = []
    for block, moved in [
        (part, moved) for whole in find_blocks(grid) for half, moved in [set_below(whole)] for part in _sections(half)
    ]:
        if repeated := repeated_parts(block):
            block.rows = [each for at, each in enumerate(block.rows) if at not in repeated]
            names_of = listed(dict.fromkeys(repeated.values()), limit=8, write=quoted)
            left.append(Reason(_PARTS_OF_EACH, {"place": f"{path.name} {grid.sheet}".strip(), "names": names_of}))
        width = max(len(row) for _, row in block.rows)
        kinds = {
            at: Counter(kind_of(row[at]) if at < len(row) else " " for _, row in block.rows) for at in range(width)
        }
        series = series_of(block)
        keys = [at for at in range(width) if kinds[at]["t"] > len(block.rows) / 2 and at not in series]
        ordinal = [at for at in keys if _ordinals(block, at)]
        keys = [at for at in keys if at not in ordinal] or keys
        numbers = [at for at in range(width) if kinds[at]["n"] >= max(3, len(block.rows) / 3)]
        codes = [cell_text(row[0]) for _, row in block.rows if row]
        # Words that repeat are classes; regions are then called by codes, which years are not.
        single = [at for at in keys if len({cell_text(row[at]) for _, row in block.rows}) == len(block.rows)]
        years = sum(parse_year(text) is not None for text in codes) > len(codes) / 2
        if not single and block.year_column is None and unread is not None:
            continue  # regions in several rows, which the years would tell apart
        coded = len(set(codes)) == len(codes) == len(block.rows) and not years and 0 not in series
        if not single and block.year_column is None and coded:
            keys, numbers = [0], [at for at in numbers if at]
        if unread is not None and block.year_column is None:
            numbers = [at for at in numbers if not YEAR_WORDS.fullmatch(" ".join(block.paths[at]).strip())]
        for at in [at for at in numbers if _identifies(block, at)]:
            numbers.remove(at)
            name = " ".join(block.paths[at]) or str(at + 1)
            left.append(Reason("column {column} identifies or numbers the rows, and is no quantity", {"column": name}))
        if not numbers:
            continue
        key, origin = keys[0] if keys else 0, moved
        rows = _named_rows(block, key, numbers)
        names = [cell_text(row[key]) for _, row in rows]
        times = Counter(names)
        twins = {name for name in times if times[name] > 1}
        if unfolded := not keys or bool(twins):  # regions by numbers, or in several rows each
            try:
                rows, dated, origin = _unfolded(block, f"{path} {grid.sheet}".strip())
                origin = {at: moved.get((line, column - 1), (line, column)) for at, (line, column) in origin.items()}
            except DataError:
                if not keys:
                    continue
                # A region and a part of it may share a name: then one of these rows is a sum.
                if 4 * len(twins) > len(times) or max(times.values()) > 2:
                    raise
                _, sums, _ = _split_totals(rows, numbers, key, _notation(rows, numbers, moved, grid, path, given))
                if twins.isdisjoint(cell_text(row[key]) for _, row, _ in sums):
                    raise
                unfolded = False
        if unfolded:
            key, numbers = 0, list(dated)
            left += [each for each in block.doubts if isinstance(each, Reason) and each.template == KEY_TAKEN]
        else:
            dated = _quantities(block, key, numbers, grid.sheet, left, several=several)
            for at, header in enumerate(block.paths):
                if at not in {key, *numbers, *dated} and _looks_numeric(block, at):
                    name = " ".join(header) or str(at + 1)
                    places = {"column": name, "count": kinds[at]["n"], "rows": len(block.rows)}
                    left.append(Reason("column {column} is not read: {count} of {rows} cells are numbers", places))

        def spot(line: int, at: int, origin: _Origin = origin) -> tuple[int, int]:
            return origin.get((line, at), (line, at + 1))

        notation = _notation(rows, numbers, origin, grid, path, given)
        rows, sums, inside = _split_totals(rows, numbers, key, notation)
        if twins and not unfolded:
            again = [(line, row) for line, row in rows if cell_text(row[key]) in twins]
            called = {line: f"{grid.unit} {spot(line, key)[0]}: {cell_text(row[key])}" for line, row in again}
            rows = [(line, [*row[:key], called.get(line, row[key]), *row[key + 1 :]]) for line, row in rows]
            places = {"place": f"{path.name} {grid.sheet}".strip(), "names": listed(sorted(twins), limit=8)}
            left.append(Reason(_TWICE, places))
        if inside:
            places = {"place": f"{path.name} {grid.sheet}".strip(), "names": listed(inside, limit=8, write=quoted)}
            left.append(Reason(_PARTS, places))
        at = block.key if origin and block.key is not None else key
        for line, row in [each[:2] for each in sums if not each[2]]:
            there = spot(line, key) if moved else (origin.get((line, numbers[0]), (line, 0))[0], at + 1)
            told = place_text(path.name, grid.sheet, *there)
            left.append(Reason(_NO_SUM, {"place": told, "total": cell_text(row[key])}))
        left += [told for told in seeming_totals([cell_text(row[key]) for _, row in rows], ()) if told not in left]
        sums = [each for each in sums if each[2]]
        figures = [row for _, row in rows] + [row for _, row, _ in sums]
        idle = {at for at in dated if idle_zeros([row[at] for row in figures if at < len(row)], notation)}

        def written(row: list[object], at: int, notation: Notation = notation, idle: Collection[int] = idle) -> str:
            text = plain_text(typed_number(row[at]), notation) if at < len(row) else ""
            return _IDLE.sub("", text, count=1) if at in idle else text

        by_year: dict[int | None, list[tuple[int, str]]] = {}
        stated = {year for _, year in dated.values() if year is not None}
        # Beside columns of one year those that name none are of that year too.
        only = next(iter(stated)) if len(stated) == 1 else None
        for at in sorted(dated):
            name, year = dated[at]
            year = year if year is not None else only
            # Beside columns of several years one without a year (an area, a rank) stands in the table of each.
            shared = year is None and not any(own == name for own, dated_to in dated.values() if dated_to is not None)
            for each in sorted(stated) if shared and stated else [year]:
                by_year.setdefault(each, []).append((at, name))
        for year, columns in by_year.items():
            records, where = [], {}
            for at, name in columns:
                printed = [written(row, at) for _, row in rows]
                native = [at < len(row) and not isinstance(row[at], str) for _, row in rows]
                for place, ((line, row), text) in enumerate(zip(rows, padded_texts(printed, native), strict=True), 1):
                    told = place_text(path.name, grid.sheet, *spot(line, at))
                    records.append(
                        {"row": place, "label": cell_text(row[key]), "column": name, "printed": text, "place": told}
                    )
                    where[place, name] = (grid.sheet, *spot(line, at))
            cells, totals = pd.DataFrame(records), []
            for extra, (line, row, parts) in enumerate(sums, 1):
                sums_by: dict[str, tuple[str, float, float]] = {}
                for at, name in columns:
                    value = cell_value(row[at], notation) if at < len(row) else None
                    if value is not None:
                        text = written(row, at)
                        # The marks of gaps are points, too.
                        fractions = (_FRACTION.match(t) for t in cells.loc[cells["column"] == name, "printed"])
                        decimals = max((len(hit[1]) for hit in fractions if hit is not None), default=0)
                        number = not isinstance(row[at], str)
                        text = f"{value:.{decimals}f}" if number and decimals <= MOST_DECIMALS else text
                        sums_by[name] = (text, value, printed_resolution(text, decimal=".") / 2)
                        where[len(rows) + extra, name] = (grid.sheet, *spot(line, at))
                totals.append(TotalRow(0, len(rows) + extra, cell_text(row[key]), parts, sums_by))
            if cells.duplicated(["row", "column"]).any():
                twice = cells[cells.duplicated(["row", "column"])]["column"].iloc[0]
                allowed = "another header for one of them, in the row that names the quantities"
                told = f"two columns are called {twice!r}"
                raise DataError(message(told, where=f"{path} {grid.sheet}".strip(), allowed=allowed))
            found.append((cells, year, where, totals))
    return found


def _named_rows(block: TableBlock, key: int, numbers: Collection[int]) -> list[tuple[int, list[object]]]:
    """Return the rows with a name; one without a code goes by its first words: "Total nacional" above the regions."""
    found = []
    for line, row in block.rows:
        name = cell_text(row[key]) if key < len(row) else ""
        words = next((text for at, cell in enumerate(row) if at not in numbers and (text := cell_text(cell))), "")
        if not name and any(at < len(row) and kind_of(row[at]) == "n" for at in numbers):
            row = [*row[:key], words, *row[key + 1 :]]
        if key < len(row) and cell_text(row[key]):
            found.append((line, row))
    return found


def _ordinals(block: TableBlock, at: int) -> bool:
    """Tell whether a column holds places: "1er", "2ème"; a total has none."""
    texts = [cell_text(row[at]) for _, row in block.rows if at < len(row)]
    return sum(map(is_ordinal, texts)) >= 0.8 * len(texts) and len({*texts}) >= 0.8 * len(texts)


def _identifies(block: TableBlock, at: int) -> bool:
    """Tell whether a column of whole numbers, each once, is a code of regions by its name, or counts the rows."""
    name = " ".join(block.paths[at]).strip()
    texts = [cell_text(row[at]).removesuffix(".0") for _, row in block.rows if at < len(row) and cell_text(row[at])]
    if not all(text.isdecimal() for text in texts) or len(set(texts)) < len(texts):
        return False
    counts = [int(text) for text in texts] == list(range(1, len(texts) + 1))
    return is_identifier(name, texts) or bool(counts and _NUMBERING.fullmatch(name.casefold()))


def _looks_numeric(block: TableBlock, at: int) -> bool:
    """Tell whether cells of a column hold digits that are no part of a code or of the name of a region."""
    cells = [text for _, row in block.rows if at < len(row) and (text := cell_text(row[at]))]
    digits = [text for text in cells if any(map(str.isdigit, text))]
    codes = len(set(cells)) == len(cells) and all(text[0].isalpha() or text.isdigit() for text in cells)
    return len(digits) >= 3 and 2 * len(digits) >= len(cells) and not codes


def _sections(block: TableBlock) -> list[TableBlock]:
    """Split a table in which the same regions stand below several headings."""
    for at in range(len(block.paths)):
        names = [block.text(row, at) for _, row in block.rows]
        if sum(kind_of(name) == "t" for name in names) > len(names) / 2:
            block.key = at if len(set(names)) < len(names) else None
            return split_sections(block)
    return [block]


def _quantities(
    block: TableBlock, key: int, numbers: Sequence[int], sheet: str, left: list[Reason], *, several: bool
) -> dict[int, tuple[str, int | None]]:
    """Return the quantity and year of every column: its header, the name of the sheet or a title tell them."""
    # Letters of classes stand beside the numbers and repeat; a single one is read as a mark.
    words = {
        at: [text for _, row in block.rows if at < len(row) and any(map(str.isalpha, text := cell_text(row[at])))]
        for at in range(len(block.paths))
        if at != key and at not in numbers
    }
    lines, block.paths = len(block.rows), dated_paths(block)
    classes = [at for at, own in words.items() if len(own) >= 0.8 * lines and 2 <= len(set(own)) <= lines / 2]
    named = {at: " ".join(block.paths[at]).strip().casefold() for at in words if at not in classes}
    classes += [at for at, name in named.items() if _ordinals(block, at) and not _NUMBERING.fullmatch(name)]
    stated, inside = (parse_year(sheet), year_inside(sheet)) if sheet else (None, None)
    titles = {hit[0] for title in block.titles if (hit := year_inside(title))}
    above = stated.year if stated else inside[0] if inside else titles.pop() if len(titles) == 1 else None
    dated: dict[int, tuple[str, int | None]] = {}
    days = dates_within_years((None, " ".join(block.paths[at])) for at in numbers)
    span = [label.year for path in block.paths for part in path if (label := parse_year(part))]
    over = [without_span(each, span) for each in block.titles]
    title = main_title(over, head_of(block, key))
    for at in [*numbers, *classes]:
        path = block.paths[at]
        if any(parse_year(part) for part in path):  # a word for years above a row of them names no quantity
            path = [part for part in path if not YEAR_WORDS.fullmatch(part.strip(" :"))]
        header = " ".join(path) or f"column {at + 1}"
        # "% of 2020" is no figure of 2020, it is growth since then.
        hit = None if _SINCE.search(header.casefold()) else _year_of(path) or year_inside(header, days=days)
        # Under a year alone stands what the sheet or the title is called.
        name = hit[1] if hit else header
        called = sheet if several and (not names_no_subject(sheet) or names_no_subject(title)) else ""
        name = name or block.title or called or title or ("value" if hit else header)
        number, name = split_table_number(name, title=name in (block.title, title))
        if number and (told := Reason(_TABLE_NUMBER, {"text": number})) not in left:
            left.append(told)
        dated[at] = name, hit[0] if hit else above
    marked = marked_apart({at: " ".join(block.paths[at]) for at in dated}, dated)
    return dated | {at: (name, dated[at][1]) for at, name in marked.items()}


def _year_of(path: Sequence[str]) -> tuple[int, str] | None:
    """Return the year that stands alone in one cell of a header, as a language may write it, and the other cells."""
    years = [label.year if (label := parse_year(part)) and label.kind == "year" else None for part in path]
    rest = " ".join(part for part, year in zip(path, years, strict=True) if year is None)
    found = {year for year in years if year is not None}
    return (found.pop(), rest.strip(" ,;:/|")) if len(found) == 1 and not years_in(rest) else None


def _unfolded(block: TableBlock, where: str) -> tuple[_Rows, dict[int, tuple[str, int | None]], _Origin]:
    """Put a long table (a row for each region and year, or quantity) on one row a region.

    Returns
    -------
    rows : list of (number, cells)
        The name of the region, then its figures.
    columns : dict
        Place of a figure -> quantity and year.
    origin : dict
        (number, place) -> line and column of the file.
    """
    read_block(block, None)
    found: dict[tuple[str, int], dict[tuple[str, int | None], tuple[int, int, object]]] = {}
    twice, sections = dict[str, str](), Counter[str]()
    for line, row in block.rows if block.key is not None else ():
        name = block.text(row, block.key or 0)
        when = block.text(row, block.year_column) if block.year_column is not None else ""
        label = parse_year(when) or block.year_of(when)
        kind = ", ".join(block.text(row, at) for at in block.indicator)
        for at, year in block.value_at.items() if name else ():
            quantity = kind if len(block.value_at) == 1 and kind else f"{kind} {block.labels[at]}".strip()
            quantity = quantity or next(iter(block.titles), f"column {at + 1}")
            key = quantity, year if year is not None else label.year if label else None
            if key in found.get((name, sections[name]), {}):
                if says_total(bare_name(name)):  # that of the next section
                    sections[name] += 1
                else:
                    twice.setdefault(f"{block.grid.unit} {line}: {name}", name)
            found.setdefault((name, sections[name]), {})[key] = line, at + 1, row[at] if at < len(row) else ""
    keys = list(dict.fromkeys(key for cells in found.values() for key in cells))
    if twice or not keys:
        names = listed(dict.fromkeys(twice.values()), limit=8, write=quoted)
        told = f"{names} {'labels two rows' if len(twice) == 1 else 'label several rows each'}"
        problem = told if twice else "no column of names"
        allowed = "one row per region, or columns of years and quantities that tell its rows apart"
        if 0 < len(twice) <= _NAMED:
            allowed = remedy(f"{allowed}; or {{ignore}}, or the other row of each", ignore=repr([*twice]))
        raise DataError(message(problem, where=where, allowed=allowed))
    rows: _Rows = []
    origin: _Origin = {}
    for number, ((name, _), cells) in enumerate(found.items(), 1):
        rows.append((number, [name, *(cells[key][2] if key in cells else "" for key in keys)]))
        origin |= {(number, at): cells[key][:2] for at, key in enumerate(keys, 1) if key in cells}
    return rows, dict(enumerate(keys, 1)), origin


def _notation(
    rows: _Rows, numbers: Sequence[int], origin: _Origin, grid: Grid, path: Path, given: Notation | None
) -> Notation:
    """Return the signs of the numbers of a table, those `given` where the cells leave them open."""
    texts = [
        (cell_text(row[at]), Problem("", str(path), sheet=grid.sheet, row=origin.get((line, at), (line, at + 1))[0]))
        for line, row in rows
        for at in numbers
        if at < len(row) and isinstance(row[at], str) and any(sign.isdigit() for sign in cell_text(row[at]))
    ]
    signs = settle_signs({"": texts}, (), (), grid.delimiter or None)
    if signs.unclear and given is None:
        raise DataError(message(parted(signs.unclear)[0], allowed=signs_remedy(signs.readings)))
    return given if signs.unclear and given is not None else signs.notation


def _split_totals(
    rows: _Rows, numbers: list[int], key: int, notation: Notation
) -> tuple[_Rows, list[tuple[int, list[object], tuple[int, ...]]], list[str]]:
    """Set apart the rows that sum up others, or say so, with the numbers of their parts among the rest, from 1.

    The last are the names of rows that are parts of others, which are set apart too.
    """
    cells = [[row[at] if at < len(row) else None for at in numbers] for _, row in rows]
    values = np.array([[cell_value(cell, notation) for cell in row] for row in cells], dtype=float)
    # A column of text has its zeros, but for those that all of its cells end in.
    zeros = {at for at in numbers if not idle_zeros([row[at] for _, row in rows if at < len(row)], notation)}
    halves = np.array([[half_of_cell(row, at, notation, zeros) for at in numbers] for _, row in rows], dtype=float)
    names = [bare_name(cell_text(row[key])) for _, row in rows]
    depths = indents(row[key] for _, row in rows)
    sums, _, inside = sums_of_rows(names, depths, values, halves) if len(rows) >= 4 else ({}, set(), {})
    rest = [at for at in range(len(rows)) if at not in sums and at not in inside]
    number = {at: place for place, at in enumerate(rest, 1)}
    totals = [(*rows[at], tuple(number[part] for part in parts)) for at, parts in sorted(sums.items())]
    return [rows[at] for at in rest], totals, [names[at] for at in sorted(inside)]


def audit_file(
    path: str | Path,
    formulas: pd.DataFrame | None = None,
    *,
    encoding: str | None = None,
    ignore: Collection[str] = (),
    decimal: str | None = None,
    thousands: str | None = None,
) -> tuple[Audit, AuditFile, pd.DataFrame]:
    """Audit the tables of a file by formulas between their columns.

    Parameters
    ----------
    path : path
        Workbook, delimited text, or any other table file of the package.
    formulas : DataFrame, optional
        kind, column, numerator, denominator, factor, as :func:`propose_formulas` gives them; None takes its proposal.
    encoding : str, optional
        Of delimited text, where its bytes do not tell.
    ignore : collection of str
        Rows that are no regions, by their names.
    decimal, thousands : str, optional
        Signs of its numbers, where they could be read in two ways.

    Returns
    -------
    audit : Audit
    file : AuditFile
    formulas : DataFrame
        Those that were used.

    Raises
    ------
    DataError
        If the file holds no table, or a formula names a column that no table has.
    """
    file = read_audit_file(Path(path), encoding=encoding, ignore=ignore, given=given_signs(decimal, thousands))
    rules = propose_formulas(file.sources) if formulas is None else formulas
    file = replace(file, left_out=(*file.left_out, *told_nearly(rules.attrs.get("nearly", ()))))
    known = set(file.sources.cells["column"])
    used = [
        name
        for rule in rules.to_dict("records")
        for name in (rule["column"], *str(rule["numerator"]).split(" + "), rule["denominator"])
        if name
    ]
    stray = [name for name in used if name not in known]
    if stray:
        raise DataError(
            message(f"formula: no column {stray[0]!r}", where=str(path), allowed=listed(sorted(known), write=quoted))
        )
    ratios = rules[rules["kind"] == "ratio"][list(FORMULA_COLUMNS)]
    ratios = ratios.assign(
        factor=[cell_number(str(text), decimal=".", where="formulas, column factor") for text in ratios["factor"]]
    )
    sums = [
        (rule["column"], *rule["numerator"].split(" + ")) for rule in rules.to_dict("records") if rule["kind"] == "sum"
    ]
    sources = file.sources
    years = dict(sources.years)
    bare = sources.cells.drop(columns=["half", "year"])
    used_cells = make_sources(bare, ratios, years=years, decimal=".", totals=sources.totals)
    ordered = [(rule["kind"], rule["column"], rule["numerator"]) for rule in rules.to_dict("records")]
    shares = [(rule["column"], rule["numerator"]) for rule in rules.to_dict("records") if rule["kind"] == "share"]
    ordered = [each for each in ordered if each[0] in ORDERED]
    growths = [
        (rule["kind"], rule["column"], rule["numerator"], *read_span(rule["factor"]))
        for rule in rules.to_dict("records")
        if rule["kind"] in GROWTHS
    ]
    return audit_cells(used_cells, sums=sums, ordered=ordered, shares=shares, growths=growths), file, rules
