"""Published figures of a study: index, class, specialisation as printed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from growthpoles.errors import DataError, StudyError, listed, message, nearest, quoted
from growthpoles.ratings.classes import CLASSES
from growthpoles.study.files.number_notation import Notation, detect_notation
from growthpoles.study.files.printed_labels import plain_signs
from growthpoles.study.files.printed_tables import (
    BLANKS,
    MARKS,
    Decimal,
    cell_number,
    latin_class,
    parse_number,
    read_cells,
    table_path,
)
from growthpoles.study.files.table_files import cell_text, read_raw
from growthpoles.study.inputs.indicators import sound_table, study_catalogue
from growthpoles.study.inputs.study_rating import study_method
from growthpoles.study.inputs.study_regions import match_study_regions
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import YEAR_MARK, PublishedColumn, Study, Table

PUBLISHED = "published"  # the edition of these figures, beside those that are computed


def load_published(year: int, *, study: Study | None = None) -> pd.DataFrame:
    """Load what the source itself printed for a year.

    Parameters
    ----------
    year : int
        A year of the study.
    study : Study, optional
        None is the built-in study (Tables 6 and 7 of the article).

    Returns
    -------
    DataFrame
        Index `region`; index (0-100), rating_class (Latin letters, ordered categories), ksi (share of the national
        output of the industry, 0-1) and ksi_status: "value", "rounded zero" (printed 0 or 0,000; ksi is 0.0) or "no
        production" (printed "-": outside the industry; ksi is NaN). A study without such a table lacks the columns.

    Raises
    ------
    StudyError
        If the study has published nothing for the year.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_published(2014).loc["KZ-ALA", ["index", "rating_class", "ksi"]].to_dict()
    {'index': 65.69, 'rating_class': 'B++', 'ksi': 0.634}
    """
    study = study or load_study()
    published = study.published
    columns: dict[str, pd.Series] = {}
    if published.index is not None and year in published.index.columns:
        cells = _printed(study, published.index, year)
        marks = _marks(study)
        columns["index"] = cells.map(
            lambda cell: float("nan") if cell.strip() in marks else cell_number(cell, decimal=_decimal(study))
        ).astype(float)
    if published.rating_class is not None and year in published.rating_class.columns:
        cells = _printed(study, published.rating_class, year)
        known = study_method(study).scale.letters if study.rating.classes else CLASSES
        letters = cells.map(lambda cell: cell if cell in known else latin_class(cell))
        letters = letters.mask(cells.str.strip().isin(_marks(study)))
        stray = letters[letters.notna() & ~letters.isin(known)]
        if not stray.empty:
            problem = f"class {stray.iloc[0]!r} of {stray.index[0]} is not known"
            raise DataError(message(problem, allowed=", ".join(known)))
        columns["rating_class"] = letters.astype(pd.CategoricalDtype(list(reversed(known)), ordered=True))
    if published.ksi is not None and year in published.ksi.columns:
        cells = _printed(study, published.ksi, year)
        columns["ksi"], columns["ksi_status"] = _ksi(cells, published.ksi.absent, decimal=_decimal(study))
    for number, table in enumerate(study.tables):
        if table.ksi is not None and year in table.covered(study.years):
            data = sound_table(study, number, study_catalogue(study))
            if year in data.ksi:
                own = data.ksi[year]
                codes = match_study_regions(study, list(own.index), where=str(data.raw.path))
                own = own.set_axis(pd.Index(codes, name="region"))
                columns["ksi"], columns["ksi_status"] = own["ksi"], own["ksi_status"]
    if not columns:
        years = published_years(study)
        allowed = listed(years) if years else "a study with figures of its source: [published.index] in study.toml"
        raise StudyError(message(f"nothing published for {year}", where=study.name, allowed=allowed))
    frame = pd.DataFrame(columns)
    frame.index.name = "region"
    frame.attrs = {"year": year, "edition": "published"}
    return frame


def published_years(study: Study) -> dict[int, list[str]]:
    """Return what the source itself published: year of the study -> columns of `load_published`."""
    found: dict[int, list[str]] = {}
    for name in ("index", "rating_class", "ksi"):
        part = getattr(study.published, name)
        for year in part.columns if part is not None else ():
            found.setdefault(year, []).append(name)
    for table in study.tables:
        if table.ksi is not None:
            years = table.covered(study.years) if YEAR_MARK in table.ksi or table.year is None else (table.year,)
            for year in years:
                found.setdefault(year, []).append("ksi")
    return {year: found[year] for year in study.years if year in found}


def _ksi(cells: pd.Series, absent: str | None, *, decimal: Decimal) -> tuple[pd.Series, pd.Series]:
    outside = cells.eq(absent) if absent is not None else cells.isna()
    values = pd.Series(float("nan"), index=cells.index)
    for region, cell in cells[~outside].items():
        values[str(region)] = parse_number(cell, decimal=decimal, where=f"{region}, ksi")
    status = pd.Series("value", index=cells.index).mask(outside, "no production").mask(values == 0, "rounded zero")
    return values, status


def _marks(study: Study) -> frozenset[str]:
    """Cells that mean "no figure"."""
    return MARKS | set(study.cells.missing if study.cells is not None else ())


def _decimal(study: Study) -> Decimal:
    return study.cells.decimal if study.cells is not None else "."


def _printed(study: Study, source: PublishedColumn, year: int) -> pd.Series:
    wanted = source.columns[year]
    if study.cells is None:
        cells = own_columns(study, source, [wanted])
        return pd.Series(cells["printed"].to_numpy(), index=pd.Index(cells["region"], name="region"), dtype="object")
    path = table_path(study.resolve(study.cells.folder), source.table)
    cells = read_cells(path, decimal=study.cells.decimal, totals=study.cells.totals)
    column = cells.loc[cells["column"] == wanted]
    if column.empty:
        near = nearest(wanted, list(dict.fromkeys(cells["column"])), n=1)
        raise DataError(message(f"no column {wanted!r}", where=str(path), near=near))
    codes = match_study_regions(study, list(column["label"]), where=str(path))
    return pd.Series(column["printed"].to_numpy(), index=pd.Index(codes, name="region"), dtype="object")


def own_columns(study: Study, source: PublishedColumn, wanted: Sequence[str]) -> pd.DataFrame:
    """Read columns as printed from the `file` of a published figure, by the names in its header.

    Returns
    -------
    DataFrame
        table, row (1 is the first row below the header), label, column, printed (decimal point, no grouping), region.

    Raises
    ------
    StudyError, DataError
        If no file is named, or it has no such column.
    """
    if source.file is None:
        raise StudyError(message("published figures need [cells], or file = ...", where=str(study.path)))
    spec = Table(file=source.file, key=source.key, year=study.years[0], sheet=source.sheet, header=source.header)
    raw = read_raw(study.resolve(source.file), spec)
    if raw.problems:
        raise DataError(raw.problems[0].told)
    for name in (source.key, *wanted):
        if name not in raw.columns:
            near = map(quoted, nearest(name, list(raw.columns), n=1, words=True))
            allowed = (
                f"{listed(raw.columns, limit=12, write=quoted)}, or header = the row with the names of the columns"
            )
            raise DataError(message(f"no column {name!r}", where=str(raw.path), allowed=allowed, near=near))
    at = raw.columns.index(source.key)
    rows = [row for _, row in raw.rows if cell_text(row[at])]
    places = [raw.columns.index(name) for name in wanted]
    texts = ((cell_text(row[place]), raw.problem("")) for row in rows for place in places)
    notation, unclear = detect_notation(
        ((text, place) for text, place in texts if any(sign.isdigit() for sign in text)),
        delimiter=raw.delimiter or None,
    )
    if unclear is not None:
        raise DataError(unclear.told)
    codes = match_study_regions(study, [cell_text(row[at]) for row in rows], where=str(raw.path))
    records = [
        (source.table, number, cell_text(row[at]), name, plain_text(row[place], notation), code)
        for number, (row, code) in enumerate(zip(rows, codes, strict=True), 1)
        for name, place in zip(wanted, places, strict=True)
    ]
    return pd.DataFrame(records, columns=["table", "row", "label", "column", "printed", "region"])


def plain_text(content: object, notation: Notation) -> str:
    """Write a cell with a decimal point, without grouping and signs of units; text that is no number stays."""
    text = cell_text(content)
    text = (plain_signs(text) if notation.parse(text) is not None else text).translate(BLANKS)
    return text.replace(notation.thousands or "\0", "").replace(notation.decimal, ".")
