"""The tables of a study: read once per state of the file, their names matched, carried to the study's regions."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from growthpoles.errors import DataError, StudyError, message, plain
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.study.files.printed_tables import parse_number, read_rows, require_columns
from growthpoles.study.files.problems import summary
from growthpoles.study.files.table_data import TableData
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.files.user_table import read_table
from growthpoles.study.inputs.study_regions import Stamp, file_stamp, match_study_regions
from growthpoles.study.specs import Table
from growthpoles.study.study_spec import Study

Gaps = list[tuple[str, str, str]]


def study_table(study: Study, number: int, catalogue: Catalogue) -> TableData:
    """Return what the table `number` (0 is the first) of a study says, problems included."""
    spec = study.tables[number]
    path = study.resolve(spec.file)
    codes = (*catalogue.primaries, *catalogue.indicators)
    own = set(spec.covered(study.years))
    alone = not any(
        other is not spec and other.edition == spec.edition and own & set(other.covered(study.years))
        for other in study.tables
    )
    expected = tuple(code for code in codes if code not in catalogue.derived) if alone and not spec.columns else None
    return _read(path, file_stamp(path), spec.model_dump_json(), study.years, codes, expected)


@lru_cache(maxsize=16)
def _read(
    path: Path,
    stamp: Stamp,
    description: str,
    years: tuple[int, ...],
    codes: tuple[str, ...],
    expected: tuple[str, ...] | None,
) -> TableData:
    """Read a table; `stamp` only tells one state of the file from another."""
    return read_table(path, Table.model_validate_json(description), years=years, codes=codes, expected=expected)


def sound_table(study: Study, number: int, catalogue: Catalogue) -> TableData:
    """Return what a table says, or raise its first problem."""
    data = study_table(study, number, catalogue)
    if data.problems:
        raise DataError(summary(data.problems))
    return data


def table_values(study: Study, number: int, year: int, catalogue: Catalogue) -> tuple[pd.DataFrame, Gaps]:
    """Return the values of one year by region code, on the regions of the study, and the gaps among them."""
    spec = study.tables[number]
    data = sound_table(study, number, catalogue)
    if year not in data.by_year:
        if data.ksi:
            return pd.DataFrame(), []
        raise StudyError(message(f"no row of {year}", where=str(data.raw.path), allowed=f"rows of {year}"))
    frame = data.by_year[year].copy()
    names = list(frame.index)
    codes = match_study_regions(study, names, where=str(data.raw.path), vintage=spec.vintage)
    renamed = dict(zip(names, codes, strict=True))
    frame.index = pd.Index(codes, name="region")
    gaps = [(renamed[name], code, reason) for name, code, reason in data.absent.get(year, [])]
    return _carry(study, spec, frame, gaps, catalogue)


def _carry(
    study: Study, spec: Table, frame: pd.DataFrame, gaps: Gaps, catalogue: Catalogue
) -> tuple[pd.DataFrame, Gaps]:
    """Carry a table of another vintage over to the regions of the study."""
    from growthpoles.regions.kazakhstan.division_change import to_vintage

    year = study.boundaries.year
    if spec.vintage is None or year is None:
        return frame, gaps
    frame.attrs["missing"] = gaps
    weights = read_weights(study.resolve(spec.shares)) if spec.shares is not None else None
    carried = to_vintage(
        frame, from_vintage=spec.vintage, to_vintage=year, additive=catalogue.primaries, weights=weights
    )
    return carried, carried.attrs["missing"]


def printed_cells(study: Study) -> pd.DataFrame:
    """Return every cell of a study's own tables that is used, as written.

    Returns
    -------
    DataFrame
        One row per cell: table (1 is the first of study.toml), year, row (line or row of the file), label (region as
        written), region (code), column (code of the catalogue), header (column as written), printed (text), decimal
        (sign of that table).
    """
    from growthpoles.study.inputs.indicators import study_catalogue

    catalogue = study_catalogue(study)
    rows: list[tuple[object, ...]] = []
    for number, spec in enumerate(study.tables):
        data = sound_table(study, number, catalogue)
        names = list(dict.fromkeys(cell.name for cell in data.cells))
        codes = match_study_regions(study, names, where=str(data.raw.path), vintage=spec.vintage, duplicates="allow")
        code_of = dict(zip(names, codes, strict=True))
        rows += [
            (number + 1, cell.year, cell.row, cell.name, code_of[cell.name], cell.code or "ksi", cell.header,
             cell_text(cell.content), data.notation.decimal if isinstance(cell.content, str) else ".")
            for cell in data.cells
        ]  # fmt: skip
    columns = ["table", "year", "row", "label", "region", "column", "header", "printed", "decimal"]
    return pd.DataFrame(rows, columns=columns)


def read_weights(path: Path) -> dict[str, dict[str, float]]:
    """Read the shares of regions that split.

    Parameters
    ----------
    path : Path
        UTF-8 CSV with the columns from, to, share (decimal point): one line per successor of a region that splits.

    Returns
    -------
    dict of code to (dict of code to share)
        As :func:`to_vintage` takes it.
    """
    rows = read_rows(path)
    require_columns(rows, ("from", "to", "share"), where=str(path))
    weights: dict[str, dict[str, float]] = {}
    for line, row in rows.iterrows():
        shares = weights.setdefault(row["from"].strip(), {})
        part = row["to"].strip()
        if part in shares:
            raise DataError(message(f"{plain(part)} stands twice", where=f"{path}, line {line}, column to"))
        shares[part] = parse_number(row["share"], decimal=".", where=f"{path}, line {line}, column share")
    return weights

