"""Published figures of a study: index, class, specialisation as printed."""

from __future__ import annotations

import pandas as pd

from growthpoles.errors import DataError, StudyError, message, nearest
from growthpoles.ratings.classes import CLASSES
from growthpoles.study.files.printed_tables import (
    MARKS,
    Decimal,
    cell_number,
    latin_class,
    parse_number,
    read_cells,
    table_path,
)
from growthpoles.study.inputs.indicators import sound_table, study_catalogue
from growthpoles.study.inputs.study_rating import study_method
from growthpoles.study.inputs.study_regions import match_study_regions
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import YEAR_MARK, PublishedColumn, Study

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
        raise StudyError(message(f"nothing published for {year}", where=study.name))
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
    if study.cells is None:
        raise StudyError(message("published columns need [cells]", where=str(study.path)))
    path = table_path(study.resolve(study.cells.folder), source.table)
    cells = read_cells(path, decimal=study.cells.decimal)
    wanted = source.columns[year]
    column = cells.loc[cells["column"] == wanted]
    if column.empty:
        near = nearest(wanted, list(dict.fromkeys(cells["column"])), n=1)
        raise DataError(message(f"no column {wanted!r}", where=str(path), near=near))
    codes = match_study_regions(study, list(column["label"]), where=str(path))
    return pd.Series(column["printed"].to_numpy(), index=pd.Index(codes, name="region"), dtype="object")
