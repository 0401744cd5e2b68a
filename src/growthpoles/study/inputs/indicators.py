"""The indicators of a study by year and edition."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from growthpoles.errors import DataError, StudyError, message, unknown_option
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.derive import derive
from growthpoles.regions.join import check_regions
from growthpoles.study.files.assemble import assemble, read_assembly
from growthpoles.study.files.problems import summary
from growthpoles.study.files.table_files import cell_text, read_raw
from growthpoles.study.inputs.study_regions import Enclaves, Stamp, file_stamp, study_regions
from growthpoles.study.inputs.tables import Gaps, study_table, table_values
from growthpoles.study.load_study import load_study
from growthpoles.study.specs import Table
from growthpoles.study.study_spec import Study


def study_catalogue(study: Study | None = None) -> Catalogue:
    """Return the catalogue of indicators of a study.

    Encoding and delimiter are found as for any table, so a catalogue may come out of a spreadsheet.

    Raises
    ------
    StudyError
        If the file cannot be read or a row is not valid; file, row and column are named.
    """
    study = study or load_study()
    path = study.resolve(study.rating.catalogue)
    return _read_catalogue(path, file_stamp(path))


@lru_cache(maxsize=8)
def _read_catalogue(path: Path, stamp: Stamp) -> Catalogue:
    return Catalogue.from_frame(catalogue_frame(path), source=path.name)


def catalogue_frame(path: Path) -> pd.DataFrame:
    """Return the cells of a catalogue as text, with the column `row` (line of the file)."""
    try:
        raw = read_raw(path, Table(file=path.name, year=2000), key="code")
    except DataError as error:
        raise StudyError(str(error)) from None
    if raw.problems:
        raise StudyError(summary(raw.problems))
    cells = [[cell_text(cell) for cell in row] for _, row in raw.rows]
    frame = pd.DataFrame(cells, columns=list(raw.columns), dtype=object)
    return frame.drop(columns="row", errors="ignore").assign(row=[number for number, _ in raw.rows])


def editions(study: Study | None = None) -> tuple[str, ...]:
    """Return the editions of a study's indicators, in the order of its files."""
    study = study or load_study()
    names = [table.edition for table in study.tables]
    if study.cells is not None:
        names += list(assembly_rules(study)["edition"])
    return tuple(dict.fromkeys(names))


def assembly_rules(study: Study) -> pd.DataFrame:
    """Return the rules that put the editions of a study together from transcribed cells."""
    assert study.cells is not None
    return read_assembly(study.resolve(study.cells.assembly), orders=study.cells.orders)


def load_indicators(
    year: int, *, edition: str | None = None, study: Study | None = None, enclaves: Enclaves = "keep"
) -> pd.DataFrame:
    """Load the indicators of one year.

    Parameters
    ----------
    year : int
        A year of the study.
    edition : str, optional
        Which reading of the source. The built-in study has "reproduced" (printed ratios joined by row number, as
        the article did), "realigned" (primary columns put back on their regions, ratios recomputed) and
        "realigned_alt" (the other reading of the one column whose order its numbers do not decide). None is the
        study's default.
    study : Study, optional
        None is the built-in study.
    enclaves : {"keep", "merge"}
        "merge" adds the primary columns of a city enclave to those of the region around it and recomputes the ratios.

    Returns
    -------
    DataFrame
        Index `region`; one float column per code of the catalogue that has data, primary and derived. NaN is "no
        data". `attrs`: year, edition, units (code -> unit), missing (list of region, column, reason), account (list
        of file, rows read, rows used, rows not used; see `growthpoles.study.inputs.unused_inputs` for these).

    Raises
    ------
    StudyError
        If the study has no such year or edition.
    DataError
        On a bad cell (file, row, column), or if enclaves are to be merged in an edition that holds printed ratios.
    RegionError
        If regions of the table and of the boundaries differ.

    Examples
    --------
    >>> import growthpoles as gp
    >>> table = gp.load_indicators(2014, edition="realigned")
    >>> round(table.loc["KZ-ALA", "productivity"], 2)
    10665.77
    """
    study = study or load_study()
    edition = edition or study.study.edition
    if year not in study.years:
        allowed = ", ".join(map(str, study.years))
        raise StudyError(message(f"year {year} is not in the study", where=study.name, allowed=allowed))
    known = editions(study)
    if edition not in known:
        if edition == "published":
            problem = "the published figures are results, not indicators"
            raise StudyError(message(problem, where=study.name, allowed=f"load_published, or {', '.join(known)}"))
        raise StudyError(unknown_option("edition", edition, known))
    catalogue = study_catalogue(study)
    table, absent, account = _primary(study, year, edition, catalogue)
    if enclaves == "merge":
        table, absent = _merge(study, table, absent, catalogue, edition)
    table = derive(table, catalogue)
    gaps = {(region, column) for region, column, _ in absent}
    for code in catalogue.derived:
        for region in table.index[table[code].isna()]:
            if (region, code) not in gaps:
                parts = [part for part in catalogue.parts(code) if pd.isna(table.loc[region, part])]
                absent.append((region, code, f"{' and '.join(parts)} missing"))
    table.attrs = {
        "year": year,
        "edition": edition,
        "units": {code: unit for code, unit in catalogue.units().items() if code in table},
        "missing": absent,
        "account": account,
    }
    return table


def _primary(
    study: Study, year: int, edition: str, catalogue: Catalogue
) -> tuple[pd.DataFrame, Gaps, list[tuple[str, int, int, int]]]:
    """Put the columns of all files of an edition and year side by side."""
    frames: list[tuple[str, pd.DataFrame]] = []
    absent: Gaps = []
    account: list[tuple[str, int, int, int]] = []
    if study.cells is not None:
        rules = assembly_rules(study)
        rules = rules[(rules["year"] == year) & (rules["edition"] == edition)]
        if not rules.empty:
            folder = study.resolve(study.cells.folder)
            frame, gaps = assemble(rules, folder=folder, orders=study.cells.orders, decimal=study.cells.decimal)
            frames.append((f"the data of {year} ({edition})", frame))
            absent += gaps
    for number, spec in enumerate(study.tables):
        if spec.edition == edition and year in spec.covered(study.years):
            frame, gaps = table_values(study, number, year, catalogue)
            if not frame.columns.empty:
                frames.append((f"{spec.file}, {year}", frame))
            absent += gaps
            data = study_table(study, number, catalogue)
            account.append((spec.file, data.rows_read, data.rows_used, data.rows_read - data.rows_used))
    if not frames:
        raise StudyError(message(f"edition {edition!r} has no data for {year}", where=study.name))
    expected = study_regions(study).index
    for where, frame in frames:
        check_regions(frame.index, expected, found_in=where, expected_in="the boundaries")
    table = pd.concat([frame.reindex(expected) for _, frame in frames], axis=1)
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise StudyError(message(f"column {twice[0]!r} comes from two tables", where=f"{study.name}, {year}"))
    return table, absent, account


def _merge(
    study: Study, table: pd.DataFrame, absent: Gaps, catalogue: Catalogue, edition: str
) -> tuple[pd.DataFrame, Gaps]:
    """Add the totals of a city enclave to those of its host; a gap in one part is a gap of the whole."""
    from growthpoles.regions.enclaves import find_enclaves

    hosts = find_enclaves(study_regions(study))
    ratios = [code for code in table.columns if code not in catalogue.primaries]
    if ratios and hosts:
        problem = f"edition {edition!r} holds printed ratios ({', '.join(ratios)}), which do not add up over regions"
        raise DataError(message(problem, where="enclaves='merge'", allowed="an edition with primary columns only"))
    keys = pd.Index([hosts.get(region, region) for region in table.index], name="region")
    holes = table.isna().groupby(keys, sort=False).any()
    merged = table.groupby(keys, sort=False).sum(min_count=1).mask(holes)
    moved = [(hosts.get(region, region), column, reason) for region, column, reason in absent]
    return merged.reindex(table.index[~table.index.isin(list(hosts))]), moved
