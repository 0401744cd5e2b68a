"""Printed tables: transcribed cell by cell, editions assembled.

A decimal sign is resolved here, once, and nowhere else. Nothing is guessed: a cell that is not a number in the stated
notation is an error that names the file, the row and the column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Reason, counted, listed, message, nearest, quoted
from growthpoles.file_reading import no_such_file, read_text, remembered
from growthpoles.study.files.printed_labels import split_flag

Decimal = Literal[",", "."]

CELL_COLUMNS = ("table", "row", "label", "column", "printed", "value")
# Blanks between thousands go (plain, no-break, thin, narrow no-break, figure); a typographic minus becomes a plain one.
BLANKS: dict[int, str | None] = {**dict.fromkeys(map(ord, " \u00a0\u2009\u202f\u2007")), 0x2212: "-"}
_NUMBER = {
    sign: re.compile(rf"[+-]?\d+(?:{re.escape(sign)}\d*)?(?:[eE][+-]?\d{{1,3}})?", flags=re.ASCII)
    for sign in (",", ".")
}
#: Cells that say "no number" wherever they stand; a study adds its own by ``[cells] missing``.
MARK_REASON = "{mark} in {file}, row {row}"
MARKS = frozenset({"", "-", "–", "—", "..", "...", "…"})
# Homoglyphs that Russian sources print for the Latin letters of a class.
_CYRILLIC_CLASS = str.maketrans("АВС", "ABC")
ASSEMBLY_COLUMNS = ("edition", "year", "column", "table", "source", "order", "missing", "factor", "note")

_LARGEST, _SMALLEST = 1e50, 1e-50  # whose fourth powers, and sums of them, stay numbers
_EXACT = 2.0**53


def parse_number(text: str, *, decimal: Decimal = ",", where: str | None = None) -> float:
    """Read one printed number.

    Parameters
    ----------
    text : str
        The cell; blanks (also no-break and thin ones) separate thousands.
    decimal : {",", "."}
        The decimal sign of the source. The other sign in a cell is refused, not reinterpreted.
    where : str, optional
        File, row and column, for the message.

    Returns
    -------
    float
        Finite.

    Raises
    ------
    DataError
        If the cell is empty, not a number, or uses the other decimal sign.
    """
    value = parse_plain(text.strip().translate(BLANKS), decimal)
    if value is not None:
        return value
    problem = number_fault(text, decimal)
    raise DataError(message(problem, where=where, allowed=f"digits with the decimal sign {decimal!r}"))


def parse_plain(plain: str, decimal: Decimal) -> float | None:
    """Return the number in a cell without blanks, or None where it is not a finite one."""
    if not _NUMBER[decimal].fullmatch(plain):
        return None
    value = float(plain.replace(decimal, "."))
    return value if np.isfinite(value) else None


def out_of_range(text: str, value: float, decimal: Decimal) -> str | None:
    """Say why a number, as it is written, cannot be computed with as it stands; None where it can."""
    size = abs(value)
    if size > _LARGEST:
        return f"{_show(text)} is too large to be computed with"
    if size < _SMALLEST and any(sign in "123456789" for sign in re.split("[eE]", text)[0]):
        return f"{_show(text)} is too small to be computed with"
    if size < _EXACT:
        return None
    whole = re.split("[eE]", text.strip())
    sign = re.escape(decimal)
    exact = f"{re.sub(rf'[^0-9{sign}]', '', whole[0]).replace(decimal, '.')}e{whole[1] if len(whole) > 1 else 0}"
    try:
        return None if Fraction(exact) == Fraction(size) else f"{_show(text)} has more digits than a number can hold"
    except ValueError:
        return None


def cell_number(text: str, *, decimal: Decimal = ",", where: str | None = None) -> float:
    """Read one printed number that may carry a flag: "12,5 p", "1 200*"; as :func:`parse_number` otherwise."""
    value = parse_plain(text.strip().translate(BLANKS), decimal)
    flagged = split_flag(text) if value is None else None
    return parse_number(flagged[0] if flagged else text, decimal=decimal, where=where) if value is None else value


def number_fault(text: str, decimal: Decimal) -> str:
    """Say why a cell is not a number."""
    plain = text.strip().translate(BLANKS)
    other = "." if decimal == "," else ","
    if re.fullmatch(rf"[+-]?\d+{re.escape(other)}\d+", plain, flags=re.ASCII):
        return f"{_show(text)} has the wrong decimal sign {other!r}"
    if _NUMBER[decimal].fullmatch(plain) and parse_plain(plain, decimal) is None:
        return f"{_show(text)} is too large to be computed with"
    return f"{_show(text)} is not a number" if plain else "the cell is empty"


def printed_resolution(text: str, *, decimal: Decimal = ",") -> float:
    """Return the unit of the last printed digit: 0.01 for "1 417,77", 1 for "413300"; a flag behind it is none."""
    _, _, digits = text.partition(decimal)
    digits = digits.strip()
    return float(10.0 ** -(len(digits) if digits.isdigit() else len(re.match(r"\d*", digits)[0])))  # type: ignore[index]


def latin_class(letter: str) -> str:
    """Return a class as Latin letters, whichever alphabet it was printed in."""
    return letter.strip().translate(_CYRILLIC_CLASS)


def _show(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def table_text(path: Path) -> str:
    """Read a UTF-8 text file (with or without byte order mark) or say which file is not one."""
    try:
        return read_text(path)
    except FileNotFoundError:
        raise DataError(no_such_file(path)) from None
    except IsADirectoryError:
        raise DataError(message("is a folder, not a file", where=str(path))) from None
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        raise DataError(message(problem, where=str(path), allowed="a UTF-8 text file")) from None
    except OSError as error:
        raise DataError(message(f"cannot be read ({error.strerror})", where=str(path))) from None


def read_rows(path: Path, *, delimiter: str = ",") -> pd.DataFrame:
    """Read a delimited text file as strings; the index holds the line numbers of the file.

    Raises
    ------
    DataError
        If the file is missing, not UTF-8, empty, has a repeated or empty column name, or a line whose number of cells
        differs from the header's.
    """
    reader = csv.reader(io.StringIO(table_text(path), newline=""), delimiter=delimiter, strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    header: list[str] | None = None
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if header is None:
                header = [cell.strip() for cell in row]
                continue
            if len(row) != len(header):
                problem = counted(len(row), "cells")
                raise DataError(
                    message(
                        problem, where=f"{path}, line {reader.line_num}", allowed=f"{len(header)}, as in the header"
                    )
                )
            lines.append(reader.line_num)
            rows.append(row)
    except csv.Error as error:
        raise DataError(message(f"not a delimited table ({error})", where=f"{path}, line {reader.line_num}")) from None
    if header is None:
        raise DataError(message("the file is empty", where=str(path), allowed="a header line and rows"))
    repeated = sorted({name for name in header if header.count(name) > 1} | ({""} & set(header)))
    if repeated:
        raise DataError(message(f"column names repeated or empty: {repeated}", where=f"{path}, line 1"))
    return pd.DataFrame(rows, columns=pd.Index(header), index=pd.Index(lines, name="line"), dtype="object")


def require_columns(frame: pd.DataFrame, columns: Iterable[str], *, where: str) -> None:
    """Raise one DataError that lists every missing column with the nearest present one."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        near = [quoted(hit) for column in missing for hit in nearest(column, frame.columns, n=1, words=True)]
        allowed = f"a table that has it (found: {listed(frame.columns, write=quoted)})"
        problem = f"missing column {', '.join(map(repr, missing))}"
        raise DataError(message(problem, where=where, allowed=allowed, near=near))


def read_cells(path: Path, *, decimal: Decimal = ",", totals: Collection[str] = ()) -> pd.DataFrame:
    """Read a table that was transcribed cell by cell.

    Parameters
    ----------
    path : Path
        CSV with the columns table, row, label, column, printed, value: one line per printed cell; `value` is the
        printed string read as a number with a decimal point, empty where it is not one ("-" or a letter). A flag
        behind a number ("12,5 p") is kept in `printed` and is no part of the value.
    decimal : {",", "."}
        Decimal sign of the printed strings.
    totals : collection of str
        Labels of rows that sum up others; they are left out.

    Returns
    -------
    DataFrame
        One row per cell: table (int), row (int), label, column, printed (str), value (float; NaN where not a number).
        "-", "0" and "0,000" stay apart in `printed`.

    Raises
    ------
    DataError
        If a column is missing, a cell stands twice, or `value` is not what `printed` says.
    """
    cells = _checked_cells(path, decimal)
    return cells[~cells["label"].isin(list(totals))].reset_index(drop=True) if totals else cells.copy(deep=False)


@remembered(maxsize=32)
def _checked_cells(path: Path, decimal: Decimal) -> pd.DataFrame:
    """Read and check a table, once for each state of its file."""
    rows = read_rows(path)
    require_columns(rows, CELL_COLUMNS, where=str(path))
    values = np.full(len(rows), np.nan)
    numbers: dict[str, list[int]] = {"table": [], "row": []}
    for position, (line, record) in enumerate(zip(rows.index, rows.to_dict("records"), strict=True)):
        for name, found in numbers.items():
            if not re.fullmatch(r"\d{1,6}", record[name], flags=re.ASCII):
                where = f"{path}, line {line}, column {name}"
                raise DataError(message(f"{_show(record[name])} is not a whole number", where=where))
            found.append(int(record[name]))
        if record["value"]:
            where = f"{path}, line {line}, column "
            values[position] = parse_number(record["value"], decimal=".", where=where + "value")
            if cell_number(record["printed"], decimal=decimal, where=where + "printed") != values[position]:
                problem = f"{_show(record['value'])} is not what is printed, {_show(record['printed'])}"
                raise DataError(message(problem, where=where + "value"))
        elif record["printed"].strip():
            # A number whose value was left out is a number all the same, with a flag behind it too.
            number = parse_plain(record["printed"].strip().translate(BLANKS), decimal)
            if number is None and (flagged := split_flag(record["printed"])):
                number = parse_plain(flagged[0].strip().translate(BLANKS), decimal)
            values[position] = np.nan if number is None else number
    cells = rows.reset_index(drop=True).assign(**numbers, value=values)[list(CELL_COLUMNS)]
    twice = cells.duplicated(["table", "row", "column"])
    if twice.any():
        line, cell = rows.index[twice][0], cells[twice].iloc[0]
        where = f"{path}, line {line}"
        raise DataError(message(f"row {cell['row']}, column {cell['column']!r} stands twice", where=where))
    return cells


def printed_column(cells: pd.DataFrame, column: str, *, where: str) -> pd.Series:
    """Return the printed strings of one column, indexed by row number."""
    found = cells.loc[cells["column"] == column].set_index("row")["printed"]
    if found.empty:
        known = list(dict.fromkeys(cells["column"]))
        near = map(quoted, nearest(column, known, n=1, words=True))
        raise DataError(message(f"no column {column!r}", where=where, allowed=listed(known, write=quoted), near=near))
    return found


def read_assembly(path: Path, *, orders: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Read the assembly rules.

    Parameters
    ----------
    path : Path
        CSV with edition, year, column (code in the result), table (number), source (printed column, or two of them as
        "numerator/denominator"), order (name of a row order), missing (";"-separated regions whose cell is not to be
        used), factor (multiplies a ratio), note (why).
    orders : mapping
        Name of an order -> region codes by row number.

    Returns
    -------
    DataFrame
        One row per edition, year and column; `missing` as tuples, `factor` as float, index = line of the file.
    """
    rules = read_rows(path)
    require_columns(rows := rules, ASSEMBLY_COLUMNS, where=str(path))
    for line, rule in rows.iterrows():
        where = f"{path}, line {line}, column "
        for name in ("year", "table"):
            if not re.fullmatch(r"\d{1,4}", rule[name], flags=re.ASCII):
                raise DataError(message(f"{rule[name]!r} is not a whole number", where=where + name))
        if rule["order"] not in orders:
            near = nearest(rule["order"], orders, n=1)
            raise DataError(
                message(
                    f"order {rule['order']!r} is not known", where=where + "order", allowed=", ".join(orders), near=near
                )
            )
        stray = [region for region in rule["missing"].split(";") if region and region not in orders[rule["order"]]]
        if stray:
            raise DataError(
                message(f"{', '.join(stray)} is not in the order {rule['order']!r}", where=where + "missing")
            )
    twice = rules.duplicated(["edition", "year", "column"])
    if twice.any():
        raise DataError(message("edition, year and column stand twice", where=f"{path}, line {rules.index[twice][0]}"))
    return rules.assign(
        year=rules["year"].astype(int),
        table=rules["table"].astype(int),
        missing=pd.Series([tuple(filter(None, text.split(";"))) for text in rules["missing"]], index=rules.index),
        factor=[
            parse_number(text, decimal=".", where=f"{path}, line {line}, column factor") if text else 1.0
            for line, text in rules["factor"].items()
        ],
    )


def table_path(folder: Path, number: int) -> Path:
    """Return the file of a transcribed table."""
    return folder / f"table{number}.csv"


def assemble(
    rules: pd.DataFrame,
    *,
    folder: Path,
    orders: Mapping[str, Sequence[str]],
    decimal: Decimal = ",",
    missing: Collection[str] = (),
    totals: Collection[str] = (),
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """Read the columns of one edition and year from the transcribed tables.

    Parameters
    ----------
    rules : DataFrame
        The lines of :func:`read_assembly` for one edition and one year.
    folder : Path
        Folder with tableN.csv.
    orders : mapping
        Name of an order -> region codes by row number (row 1 first).
    decimal : {",", "."}
        Decimal sign of the printed cells.
    missing : collection of str
        Cells that mean "no number", besides "-", "..." and empty ones.
    totals : collection of str
        Labels of rows that sum up others.

    Returns
    -------
    table : DataFrame
        Index `region` in the order of the first rule's order, float columns; NaN where a rule sets a cell missing.
    absent : list of (region, column, reason)
    """
    first = orders[rules["order"].iloc[0]]
    table = pd.DataFrame(index=pd.Index(first, name="region"))
    absent: list[tuple[str, str, str]] = []
    marks = MARKS | set(missing)
    for rule, path, columns in _printed(rules, folder=folder, decimal=decimal, totals=totals):
        parts = []
        for column, printed in columns:
            values, gaps = _column(
                printed, column, orders[rule["order"]], path=path, decimal=decimal, marks=marks, skip=rule["missing"]
            )
            parts.append(values)
            absent += [(region, rule["column"], reason) for region, reason in gaps]
        values = parts[0] if len(parts) == 1 else rule["factor"] * parts[0] / parts[1]
        values.loc[list(rule["missing"])] = float("nan")
        absent += [(region, rule["column"], rule["note"]) for region in rule["missing"]]
        table[rule["column"]] = values.reindex(table.index)
    return table, absent


def printed_flags(
    rules: pd.DataFrame,
    *,
    folder: Path,
    orders: Mapping[str, Sequence[str]],
    decimal: Decimal = ",",
    totals: Collection[str] = (),
) -> list[tuple[str, str, str]]:
    """Return what stands behind the numbers that :func:`assemble` reads: (region, column, flag)."""
    found: list[tuple[str, str, str]] = []
    for rule, _, columns in _printed(rules, folder=folder, decimal=decimal, totals=totals):
        for _, printed in columns:
            for text, region in zip(printed, orders[rule["order"]], strict=True):
                plain = parse_plain(text.strip().translate(BLANKS), decimal) is not None
                flagged = None if plain or region in rule["missing"] else split_flag(text)
                if flagged and parse_plain(flagged[0].strip().translate(BLANKS), decimal) is not None:
                    found.append((region, rule["column"], flagged[1]))
    return found


def _printed(
    rules: pd.DataFrame, *, folder: Path, decimal: Decimal, totals: Collection[str]
) -> Iterator[tuple[dict[Hashable, Any], Path, list[tuple[str, pd.Series]]]]:
    """Go through rules: each with the file of its table, and the printed columns that it reads with their names."""
    paths = {number: table_path(folder, number) for number in sorted(set(rules["table"]))}
    cells = {number: read_cells(path, decimal=decimal, totals=totals) for number, path in paths.items()}
    for rule in rules.to_dict("records"):
        path = paths[rule["table"]]
        names = [source.strip() for source in rule["source"].split("/")]
        yield rule, path, [(name, printed_column(cells[rule["table"]], name, where=str(path))) for name in names]


def _column(
    printed: pd.Series,
    column: str,
    order: Sequence[str],
    *,
    path: Path,
    decimal: Decimal,
    marks: Collection[str],
    skip: Collection[str],
) -> tuple[pd.Series, list[tuple[str, Reason]]]:
    """Return a printed column by region, and why a region has none; the cells of `skip` are not looked at."""
    if list(printed.index) != list(range(1, len(order) + 1)):
        raise DataError(
            message(f"column {column!r} has {len(printed)} rows", where=str(path), allowed=f"rows 1 to {len(order)}")
        )
    values = np.full(len(order), np.nan)
    gaps: list[tuple[str, Reason]] = []
    for at, ((row, text), region) in enumerate(zip(printed.items(), order, strict=True)):
        mark = text.strip()
        if mark in marks:
            if region not in skip:
                gaps.append((region, Reason(MARK_REASON, {"mark": _show(mark), "file": path.name, "row": row})))
        elif region not in skip:
            values[at] = _known(text, marks, decimal=decimal, where=f"{path}, row {row}, column {column}")
    return pd.Series(values, index=pd.Index(order, name="region")), gaps


def _known(text: str, marks: Collection[str], *, decimal: Decimal, where: str) -> float:
    """Read a number, or say how a mark that means "no number" is declared."""
    try:
        return cell_number(text, decimal=decimal)
    except DataError:
        if any(sign.isdigit() for sign in text):
            cell_number(text, decimal=decimal, where=where)
        allowed = f"a number with the decimal sign {decimal!r}, or {', '.join(sorted(map(repr, marks)))}"
        declare = f"[cells] missing = [{_show(text.strip())}] if it means no data"
        raise DataError(message(number_fault(text, decimal), where=where, allowed=f"{allowed}; {declare}")) from None
