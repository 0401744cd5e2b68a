"""Printed cells of a study, ready to be checked: value, half unit of the last digit, region, year."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Reason, StudyError, message
from growthpoles.file_reading import note
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.study.files.number_notation import Notation
from growthpoles.study.files.printed_tables import (
    Decimal,
    cell_number,
    printed_resolution,
    read_cells,
    read_rows,
    require_columns,
)
from growthpoles.study.inputs.published import plain_text
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import PublishedColumn, Study, Table

LABELS_ORDER = "labels of table {number}"
MOST_DECIMALS = 9
_SIGNIFICANT = 12
_ENDING = re.compile(r"\d+(\.\d+)?")
_TOTAL = ("column", "printed", "value", "half")
FORMULA_COLUMNS = ("column", "numerator", "denominator", "factor")


def prepare_cells(cells: pd.DataFrame, *, decimal: Decimal = ",") -> pd.DataFrame:
    """Check cells and add what the audit needs.

    Parameters
    ----------
    cells : DataFrame
        One row per printed cell: table, row, label, column, printed; optionally value, region (default: the label),
        year, place (where it stands in a file: cells of one place are one cell).
    decimal : {",", "."}
        Decimal sign of the printed strings.

    Returns
    -------
    DataFrame
        The same cells with `value` (NaN where the cell is not a number), `half` (half a unit of the last printed
        digit) and `region`.

    Raises
    ------
    DataError
        If a column is missing or a cell stands twice.
    """
    require_columns(cells, ("table", "row", "label", "column", "printed"), where="cells")
    twice = cells.duplicated(["table", "row", "column"])
    if twice.any():
        cell = cells[twice].iloc[0]
        where = f"cells, table {cell['table']}"
        raise DataError(message(f"row {cell['row']}, column {cell['column']!r} stands twice", where=where))
    cells = cells.reset_index(drop=True)
    if "value" not in cells:
        cells = cells.assign(value=[_number(text, decimal) for text in cells["printed"]])
    if "region" not in cells:
        cells = cells.assign(region=cells["label"])
    half = [printed_resolution(text, decimal=decimal) / 2 for text in cells["printed"]]
    return cells.assign(value=cells["value"].astype(float), half=half)


def _number(text: str, decimal: Decimal) -> float:
    try:
        return cell_number(text, decimal=decimal)
    except DataError:
        return float("nan")


def sentence_frame(lines: Sequence[Sequence[Any]], columns: Sequence[str], sentences: Collection[str]) -> pd.DataFrame:
    """Return lines as a frame in which sentences keep what they are made of: pandas would make them plain text."""
    frame = pd.DataFrame(lines, columns=list(columns))
    told = {
        name: pd.Series([line[at] for line in lines], dtype=object)
        for at, name in enumerate(columns)
        if name in sentences
    }
    return frame.assign(**told)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as dicts with text keys."""
    return [{str(key): value for key, value in line.items()} for line in frame.to_dict("records")]


def catalogue_formulas(catalogue: Catalogue) -> pd.DataFrame:
    """Return the formulas that a catalogue states: column = factor * numerator / denominator."""
    frame = catalogue.to_frame()
    derived = frame[(frame["numerator"] != "") & (frame["denominator"] != "")]
    return derived.rename_axis("column").reset_index()[list(FORMULA_COLUMNS)]


@dataclass(frozen=True, slots=True, eq=False)
class TotalRow:
    """A row that sums up others: its number and label, the numbers of its parts, and its cells by column.

    `cells` holds what is printed, its value and half a unit of its last digit.
    """

    table: int
    row: int
    label: str
    parts: tuple[int, ...]
    cells: Mapping[str, tuple[str, float, float]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sources:
    """Everything that was printed, and what is known about it.

    Parameters
    ----------
    cells : DataFrame
        :func:`prepare_cells` with a `year`.
    formulas : DataFrame
        column, numerator, denominator, factor.
    orders : mapping
        Candidate orders of the rows: name -> regions by row (row 1 first).
    decimal : {",", "."}
        Decimal sign of the printed strings.
    years : mapping
        Table number -> year.
    parts : mapping
        Table number -> column -> its cells by row number; every column of a table has all its rows.
    cut : tuple of str
        Columns whose last digit was cut off, not rounded, as the study declares.
    totals : tuple of TotalRow
        Rows that sum up others; their cells are not among `cells`.
    """

    cells: pd.DataFrame
    formulas: pd.DataFrame
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decimal: Decimal = ","
    years: Mapping[int, int] = field(default_factory=dict)
    parts: Mapping[int, Mapping[str, pd.DataFrame]] = field(default_factory=dict)
    cut: tuple[str, ...] = ()
    totals: tuple[TotalRow, ...] = ()
    _rules: tuple[tuple[str, str, str, float], ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Take the formulas out of their frame once."""
        lines = zip(*(self.formulas[name] for name in FORMULA_COLUMNS), strict=True)
        rules = tuple((str(name), str(above), str(below), float(factor)) for name, above, below, factor in lines)
        object.__setattr__(self, "_rules", rules)

    def __repr__(self) -> str:
        """Tables and cells."""
        return f"Sources(tables={self.tables}, cells={len(self.cells)}, orders={list(self.orders)})"

    @property
    def tables(self) -> list[int]:
        """Table numbers, ascending."""
        return list(self.parts)

    def columns(self, table: int) -> list[str]:
        """Columns of a table in printed order."""
        return list(self.parts[table])

    def year(self, table: int) -> int:
        """Year of a table."""
        return self.years[table]

    def column(self, table: int, column: str, what: str = "value") -> pd.Series:
        """Return one column by row number: its `value`, `half`, `printed`, `label` or `region`."""
        return self.parts[table][column][what]

    def labels(self, table: int) -> pd.Series:
        """Regions by row number, as the labels of the table say."""
        return next(iter(self.parts[table].values()))["region"]

    def formula(self, column: str) -> tuple[str, str, float] | None:
        """Numerator, denominator and factor of a ratio; None for a column that is none."""
        for name, above, below, factor in self._rules:
            if name == column:
                return above, below, factor
        return None

    def ratios_of(self, table: int, column: str) -> list[str]:
        """Ratios in a table with a column above or below the line."""
        return [name for name, *parts, _ in self._rules if column in parts and name in self.parts[table]]

    def order_name(self, order: Sequence[str]) -> str:
        """Name of an order of regions; "other" if it is none of the candidates."""
        found = tuple(order)
        return next((name for name, regions in self.orders.items() if tuple(regions) == found), "other")


def make_sources(
    cells: pd.DataFrame,
    formulas: pd.DataFrame,
    *,
    years: Mapping[int, int],
    orders: Mapping[str, Sequence[str]] | None = None,
    decimal: Decimal = ",",
    cut: Sequence[str] = (),
    totals: Sequence[TotalRow] = (),
) -> Sources:
    """Put cells and formulas together; label orders of the tables join the candidate orders.

    Parameters
    ----------
    cells : DataFrame
        table, row, label, column, printed; optionally value and region.
    formulas : DataFrame
        column, numerator, denominator, factor.
    years : mapping
        Table number -> year. Tables that are not named are left out.
    orders : mapping, optional
        Declared orders of the rows: name -> regions by row.
    decimal : {",", "."}
        Decimal sign of the printed strings.
    cut : sequence of str
        Columns whose digits were cut off instead of rounded.
    totals : sequence of TotalRow
        Rows that sum up others.

    Raises
    ------
    DataError
        If columns are missing, a cell or a label stands twice, or no table is left.
    """
    require_columns(formulas, FORMULA_COLUMNS, where="formulas")
    cells = prepare_cells(cells, decimal=decimal)
    cells = cells[cells["table"].isin(list(years))]
    if cells.empty:
        raise DataError(message("no table with a year", where="audit", allowed="at least one table"))
    cells = cells.assign(year=cells["table"].map(dict(years))).reset_index(drop=True)
    # What is cut off is up to a whole unit away from what is printed.
    cells["half"] = cells["half"].where(~cells["column"].isin(list(cut)), 2 * cells["half"])
    named: dict[str, tuple[str, ...]] = {}
    for name, regions in (orders or {}).items():  # one order by two names is one candidate
        if tuple(regions) not in named.values():
            named[name] = tuple(regions)
    parts: dict[int, dict[str, pd.DataFrame]] = {}
    for number, part in cells.groupby("table", sort=True):
        table = int(str(number))
        parts[table] = {
            str(name): own.set_index("row").sort_index() for name, own in part.groupby("column", sort=False)
        }
        order = _row_labels(table, parts[table])
        if order not in named.values():
            named[Reason(LABELS_ORDER, {"number": table})] = order
    used = {table: int(years[table]) for table in parts}
    kept = tuple(total for total in totals if total.table in used)
    return Sources(cells, formulas.reset_index(drop=True), named, decimal, used, parts, tuple(cut), kept)


def replace_cells(sources: Sources, cells: Mapping[tuple[int, int, str], tuple[float, float]]) -> Sources:
    """Return the sources with other values and half units in some cells: (table, row, column) -> (value, half)."""
    if not cells:
        return sources
    frame, parts = sources.cells.copy(), {table: dict(columns) for table, columns in sources.parts.items()}
    place = {key: at for at, key in enumerate(zip(frame["table"], frame["row"], frame["column"], strict=True))}
    at = [place[key] for key in cells]
    value, half = (np.array(part, dtype=float) for part in zip(*cells.values(), strict=True))
    for name, new in (("value", value), ("half", half)):
        frame.iloc[at, list(frame.columns).index(name)] = new
    texts = [f"{number:.12g}".replace(".", sources.decimal) for number in value]
    frame.iloc[at, list(frame.columns).index("printed")] = texts
    for table, column in {(table, column) for table, _, column in cells}:
        own = frame[(frame["table"] == table) & (frame["column"] == column)]
        parts[table][column] = own.set_index("row").sort_index()
    return replace(sources, cells=frame, parts=parts)


def _row_labels(table: int, columns: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Check that all columns of a table have the same rows, each with a label of its own; return the labels."""
    first_name, first = next(iter(columns.items()))
    for name, own in columns.items():
        if not own["region"].equals(first["region"]):
            problem = f"columns {first_name!r} and {name!r} have different rows or labels"
            raise DataError(message(problem, where=f"table {table}", allowed="a complete table"))
    twice = first["region"][first["region"].duplicated()]
    if not twice.empty:
        raise DataError(message(f"{twice.iloc[0]!r} labels two rows", where=f"table {table}"))
    return tuple(map(str, first["region"]))


def read_sources(study: Study | None = None) -> Sources:
    """Read every table of indicators of a study as printed cells.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.

    Raises
    ------
    DataError, StudyError, RegionError
        On a bad cell, rule or label.
    """
    from growthpoles.study.inputs import study_catalogue

    study = study or load_study()
    formulas = catalogue_formulas(study_catalogue(study))
    frames: list[pd.DataFrame] = []
    years: dict[int, int] = {}
    orders: Mapping[str, Sequence[str]] = {}
    decimal: Decimal = ","
    cut: tuple[str, ...] = ()
    totals: list[TotalRow] = []
    if study.cells is not None:
        cut = study.cells.cut
        years = assembly_years(study)
        orders, decimal = study.cells.orders, study.cells.decimal
        frames += [read_table(study, number) for number in sorted(years)]
        totals = [total for number in sorted(years) for total in _total_rows(study, number)]
    else:
        decimal = "."
        # Numbers of published tables are the user's own; the others are counted around them.
        published = {part.table for part in _printed_results(study)}
        for spec in study.tables:
            for year, cells in _own_cells(study, spec).items():
                number = next(n for n in count(len(years) + 1) if n not in {*years, *published})
                years[number] = year
                frames.append(cells.assign(table=number))
    return make_sources(
        pd.concat(frames, ignore_index=True),
        formulas,
        years=years,
        orders=orders,
        decimal=decimal,
        cut=cut,
        totals=totals,
    )


def _total_rows(study: Study, number: int) -> list[TotalRow]:
    """Read the rows of a transcribed table that [cells] calls totals."""
    from growthpoles.study.files.printed_tables import table_path

    assert study.cells is not None
    path, labels = table_path(study.resolve(study.cells.folder), number), study.cells.totals
    cells = prepare_cells(read_cells(path, decimal=study.cells.decimal), decimal=study.cells.decimal)
    regions = sorted({int(row) for row in cells.loc[~cells["label"].isin(list(labels)), "row"]})
    return [
        TotalRow(
            number, int(part["row"].iloc[0]), str(label), _part_rows(labels[str(label)], regions, f"totals, {label}"),
            {str(c): (str(p), float(v), float(h)) for c, p, v, h in zip(*(part[name] for name in _TOTAL), strict=True)},
        )
        for label, part in cells[cells["label"].isin(list(labels))].groupby("label", sort=False)
    ]  # fmt: skip


def _part_rows(text: str, rows: Sequence[int], where: str) -> tuple[int, ...]:
    """Read "1-16" or "2, 5-7" as numbers of rows; "all" is every row of a region."""
    if text.strip() in ("", "all"):
        return tuple(rows)
    found: list[int] = []
    for part in text.split(","):
        first, _, last = (each.strip() for each in part.partition("-"))
        if not first.isdecimal() or not (last or first).isdecimal():
            raise StudyError(
                message(f"{text!r} are no rows", where=f"[cells] {where}", allowed='"1-16", "2, 5-7", "all"')
            )
        found += range(int(first), int(last or first) + 1)
    stray = [row for row in found if row not in rows]
    if stray:
        raise StudyError(message(f"no region in row {stray[0]}", where=f"[cells] {where}", allowed=f"1 to {max(rows)}"))
    return tuple(dict.fromkeys(found))


def read_table(study: Study, number: int) -> pd.DataFrame:
    """Read one transcribed table of a study, with the region of every label."""
    from growthpoles.study.files.printed_tables import table_path

    if study.cells is None:
        return _published_of_tables(study, number)
    cells = read_cells(
        table_path(study.resolve(study.cells.folder), number), decimal=study.cells.decimal, totals=study.cells.totals
    )
    labels = list(dict.fromkeys(cells["label"]))
    return cells.assign(region=cells["label"].map(dict(zip(labels, match_labels(study, labels), strict=True))))


def _printed_results(study: Study) -> list[PublishedColumn]:
    published = study.published
    return [part for part in (published.index, published.rating_class, published.rank) if part is not None]


def _published_of_tables(study: Study, number: int) -> pd.DataFrame:
    """Read the published columns of a study of [[tables]]: index, class and what formulas.csv names."""
    from growthpoles.study.inputs.published import own_columns

    named = _printed_results(study)
    sources = [part for part in named if part.table == number]
    if not sources:
        known = ", ".join(str(part.table) for part in named) or "none: study.toml has no [published]"
        raise StudyError(message(f"formulas.csv: table {number} is not published", where=study.name, allowed=known))
    wanted = [name for part in sources for name in part.columns.values()]
    rules = published_formulas(study)
    for rule in rules[rules["table"] == str(number)].to_dict("records"):
        wanted += [rule["column"], rule["numerator"], rule["denominator"]]
    cells = own_columns(study, sources[0], list(dict.fromkeys(wanted)))
    labels = match_labels(study, list(cells["label"]))
    return cells.assign(region=labels, value=[_number(text, ".") for text in cells["printed"]])


def published_formulas(study: Study) -> pd.DataFrame:
    """Return the formulas between published columns, as text: table, column, numerator, denominator, factor.

    They stand in formulas.csv beside study.toml; a study without that file has none.
    """
    path = study.resolve("formulas.csv")
    columns = ("table", *FORMULA_COLUMNS)
    if not note(path):
        return pd.DataFrame(columns=list(columns))
    rules = read_rows(path)
    require_columns(rules, columns, where=str(path))
    return rules


def printed_decimal(study: Study) -> Decimal:
    """Return the decimal sign of the cells that the audit reads: that of [cells]; tables of one's own get a point."""
    return study.cells.decimal if study.cells is not None else "."


def assembly_years(study: Study) -> dict[int, int]:
    """Return the year of every table of indicators: the one for which most of its printed columns are used."""
    from growthpoles.study.inputs.indicators import assembly_rules

    assert study.cells is not None
    rules = assembly_rules(study)
    plain = rules[~rules["source"].str.contains("/")]
    return {int(str(table)): int(part["year"].mode().iloc[0]) for table, part in plain.groupby("table")}


def match_labels(study: Study, labels: Sequence[str], *, vintage: int | None = None) -> list[str]:
    """Return the region code of every label; a study with boundaries of its own keeps its labels."""
    if study.boundaries.builtin is not None:
        from growthpoles.regions.kazakhstan.region_names import match_regions

        assert study.boundaries.year is not None
        return [str(code) for code in match_regions(list(labels), vintage=vintage or study.boundaries.year)]
    return [str(label) for label in labels]


def place_text(file: str, sheet: str, row: int, column: int) -> str:
    """Say where a cell stands in a file: rows and columns as a spreadsheet counts them, with letters for columns."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{f'{file} {sheet}'.strip()}!{letters}{row}"


def _own_cells(study: Study, spec: Table) -> dict[int, pd.DataFrame]:
    """Take a table of a user's own study apart into cells, by year; numbers are written with a decimal point.

    Rows are counted from the first region of a year, as they are in transcribed tables.
    """
    from growthpoles.study.files.user_table import read_table as read_own
    from growthpoles.study.inputs import study_catalogue
    from growthpoles.study.inputs.published import plain_text

    path = study.resolve(spec.file)
    data = read_own(path, spec, years=study.years, codes=study_catalogue(study).codes)
    if data.problems:
        raise DataError(data.problems[0].told)
    records: dict[int, list[dict[str, object]]] = {}
    places: dict[int, dict[str, int]] = {}
    for cell in data.cells:
        if cell.code:
            names = places.setdefault(cell.year, {})
            row = names.setdefault(cell.name, len(names) + 1)
            printed = plain_text(cell.content, data.notation)
            place = place_text(spec.file, data.raw.sheet, cell.row, cell.column + 1)
            line = {"row": row, "label": cell.name, "column": cell.code, "printed": printed, "place": place}
            records.setdefault(cell.year, []).append(line)
    frames = {year: pd.DataFrame(lines) for year, lines in sorted(records.items())}
    for year, frame in frames.items():
        labels = list(dict.fromkeys(frame["label"]))
        codes = dict(zip(labels, match_labels(study, labels, vintage=spec.vintage), strict=True))
        frames[year] = frame.assign(region=frame["label"].map(codes))
    return frames


def typed_number(content: object) -> object:
    """Return a number without what binary arithmetic adds to it: a workbook keeps 8.69 as 8.690000000000001."""
    return float(f"{content:.{_SIGNIFICANT}g}") if isinstance(content, float) else content


def half_of_cell(row: list[object], at: int, notation: Notation, zeros: Collection[int]) -> float:
    """Half a unit of the last digit of a cell; a workbook keeps no trailing zeros, so that it may be less.

    `zeros` are the columns in which text ends in a zero that counts.
    """
    content = typed_number(row[at]) if at < len(row) else None
    text = repr(float(content)) if isinstance(content, int | float) else plain_text(content, notation).strip()
    mark = max(text.rfind("."), text.rfind(","))
    counts = mark >= 0 and (text[mark + 1 :] != "0" or (at in zeros and isinstance(content, str)))
    decimals = sum(sign.isdigit() for sign in text[mark + 1 :]) if counts else 0
    return 0.5 * 10.0 ** -min(decimals, MOST_DECIMALS)


def idle_zeros(cells: Sequence[object], notation: Notation) -> bool:
    """Tell whether every number of a column of text ends in the same zeros: pandas writes 7832.0 beside a gap."""
    texts = [plain_text(cell, notation) if isinstance(cell, str) else "0" for cell in cells]
    ends = {hit[1] for text in texts if (hit := _ENDING.search(text)) is not None}
    return len(ends) == 1 and not (ends.pop() or "1").strip(".0")


def padded_texts(texts: list[str], native: list[bool]) -> list[str]:
    """Write number cells of a workbook, which keep no trailing zeros, with as many decimals as their column has."""
    decimals = [len(text.partition(".")[2]) for text, number in zip(texts, native, strict=True) if number]
    most = min(max(decimals, default=0), MOST_DECIMALS)
    padded = []
    for text, number in zip(texts, native, strict=True):
        try:
            padded.append(f"{float(text):.{most}f}" if number and text else text)
        except ValueError:
            padded.append(text)
    return padded
