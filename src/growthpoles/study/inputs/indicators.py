"""The indicators of a study by year and edition."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from growthpoles.errors import (
    DataError,
    GrowthpolesError,
    Joined,
    Reason,
    StudyError,
    listed,
    message,
    nearest,
    plain,
    unknown_option,
)
from growthpoles.file_reading import remembered
from growthpoles.ratings.catalogue import Catalogue, derive
from growthpoles.ratings.treatment import impute
from growthpoles.regions.join import add_up, check_regions
from growthpoles.result_display import SharedDict, SharedList
from growthpoles.study.files.printed_tables import (
    Decimal,
    assemble,
    parse_number,
    printed_flags,
    read_assembly,
    read_cells,
    read_rows,
    require_columns,
    table_path,
)
from growthpoles.study.files.problems import summary
from growthpoles.study.files.table_files import cell_text, read_raw
from growthpoles.study.files.user_table import TableData, read_table
from growthpoles.study.inputs.study_regions import (
    PART_WITHOUT_DATA,
    Enclaves,
    carried_to,
    match_study_regions,
    read_weights,
    study_regions,
)
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study, Table

Gaps = list[tuple[str, str, str]]
Orders = tuple[tuple[str, tuple[str, ...]], ...]  # name of an order -> region codes by row number
PARTS_MISSING = "{columns} missing"
NO_ROW = "no row in {file}"
NOT_THAT_YEAR = "not in the tables of {year}"
_NAMES, _NAMES_EACH = 10_000, 100  # names in a table of a study, and for every region
_COLUMNS = ["file", "sheet", "row", "column", "content", "reason"]


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
    most = None
    if not study.boundaries.absent:
        with suppress(GrowthpolesError):  # of the boundaries, which is told where they are asked for
            most = _NAMES + _NAMES_EACH * len(region_index(study))
    several = of_several_sheets(study, spec.file)
    return _read(path, spec.model_dump_json(), study.years, codes, expected, most, several,
                 tuple(study.boundaries.aliases))  # fmt: skip


def of_several_sheets(study: Study, file: str) -> bool:
    """Tell whether a study reads more than one sheet of a file."""
    return len({spec.sheet for spec in study.tables if spec.file == file}) > 1


@remembered(maxsize=16)
def _read(
    path: Path,
    description: str,
    years: tuple[int, ...],
    codes: tuple[str, ...],
    expected: tuple[str, ...] | None,
    most: int | None,
    several: bool,
    apart: tuple[str, ...],
) -> TableData:
    """Read a table."""
    spec = Table.model_validate_json(description)
    return read_table(
        path, spec, years=years, codes=codes, expected=expected, most_names=most, tell_sheet=several,
        apart=apart,
    )  # fmt: skip


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
        allowed = f"rows of {year}, or years = {[*data.by_year]} in its [[tables]] of study.toml"
        raise StudyError(message(f"no row of {year}", where=str(data.raw.path), allowed=allowed))
    frame = data.by_year[year].copy()
    names = list(frame.index)
    shares = carried_to(
        study, spec, names, year, where=str(data.raw.path), valued=_valued(study, spec.correspondence, catalogue)
    )
    if shares is not None:
        if stray := [code for code in spec.weighted_by if code not in catalogue.indicators]:
            problem, allowed = f"weighted_by: {plain(stray[0])} is no indicator", listed(catalogue.indicators)
            raise StudyError(
                message(problem, where=spec.file, allowed=allowed, near=nearest(stray[0], catalogue.indicators))
            )
        rates = [code for code in frame.columns if code not in (*catalogue.primaries, *spec.weighted_by)]
        if rates:
            allowed = "kind = primary for totals, ratios derived from them, or weighted_by = { ... } of the table"
            raise StudyError(
                message(f"{listed(rates)} cannot be added up over regions", where=spec.file, allowed=allowed)
            )
        frame = add_up(frame, shares, weighted_by=spec.weighted_by, where=spec.file)
        told = Reason(PART_WITHOUT_DATA, {})
        return frame, [(str(code), str(column), told) for column in frame for code in frame.index[frame[column].isna()]]
    codes = match_study_regions(study, names, where=str(data.raw.path), vintage=spec.vintage)
    renamed = dict(zip(names, codes, strict=True))
    frame.index = pd.Index(codes, name="region")
    gaps = [(renamed[name], code, reason) for name, code, reason in data.absent.get(year, [])]
    return _carry(study, spec, frame, gaps, catalogue)


def _valued(study: Study, correspondence: str | None, catalogue: Catalogue) -> dict[int, set[str]] | None:
    """Return the names with numbers, by year, in all tables that one correspondence carries over."""
    if correspondence is None:
        return None
    held: dict[int, set[str]] = {}
    for number, spec in enumerate(study.tables):
        if spec.correspondence == correspondence:
            for year, frame in study_table(study, number, catalogue).by_year.items():
                held.setdefault(year, set()).update(map(str, frame.index[frame.notna().any(axis=1)]))
    return held


def region_index(study: Study) -> pd.Index:
    """Return the regions of a study: of its boundaries or, without any, the names in its tables in their order."""
    if not study.boundaries.absent:
        return study_regions(study).index
    catalogue = study_catalogue(study)
    codes: dict[str, None] = {}
    if study.cells is not None:
        codes |= dict.fromkeys(map(str, next(iter(study.cells.orders.values()), ())))
    for number, spec in enumerate(study.tables):
        for year in spec.covered(study.years):
            if year in study_table(study, number, catalogue).by_year:
                codes |= dict.fromkeys(map(str, table_values(study, number, year, catalogue)[0].index))
    return pd.Index(codes, name="region", dtype=object)


def _carry(
    study: Study, spec: Table, frame: pd.DataFrame, gaps: Gaps, catalogue: Catalogue
) -> tuple[pd.DataFrame, Gaps]:
    """Carry a table of another vintage over to the regions of the study."""
    from growthpoles.regions.kazakhstan.divisions import to_vintage

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
    catalogue = study_catalogue(study)
    rows: list[tuple[object, ...]] = []
    for number, spec in enumerate(study.tables):
        data = sound_table(study, number, catalogue)
        code_of: dict[tuple[int, str], str] = {}
        for year in dict.fromkeys(cell.year for cell in data.cells):
            names = list(dict.fromkeys(cell.name for cell in data.cells if cell.year == year))
            code_of |= {
                (year, name): " + ".join(codes) for name, codes in _regions_of(study, spec, names, year).items()
            }
        rows += [
            (number + 1, cell.year, cell.row, cell.name, code_of[cell.year, cell.name], cell.code or "ksi", cell.header,
             cell_text(cell.content), data.notation.decimal if isinstance(cell.content, str) else ".")
            for cell in data.cells
        ]  # fmt: skip
    columns = ["table", "year", "row", "label", "region", "column", "header", "printed", "decimal"]
    return pd.DataFrame(rows, columns=columns)


def study_catalogue(study: Study | None = None) -> Catalogue:
    """Return the catalogue of indicators of a study.

    Encoding and delimiter are found as for any table, so a catalogue may come out of a spreadsheet.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.

    Returns
    -------
    Catalogue

    Raises
    ------
    StudyError
        If the file cannot be read or a row is not valid; file, row and column are named.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.study_catalogue(gp.load_study("mexico-gdp"))
    Catalogue('catalogue.csv': 1 indicators)
      + index (weight 1)
        + gdp_per_head (weight 1)
    """
    study = study or load_study()
    given = study.rating.weights
    return _read_catalogue(study.resolve(study.rating.catalogue), None if given is None else study.resolve(given))


@remembered(maxsize=8)
def _read_catalogue(path: Path, weights: Path | None) -> Catalogue:
    frame = catalogue_frame(path)
    if weights is None:
        return Catalogue.from_frame(frame, source=path.name)
    rows = read_rows(weights)
    require_columns(rows, ("code", "weight"), where=str(weights))
    given: dict[str, float] = {}
    for line, row in rows.iterrows():
        code, where = row["code"].strip(), f"{weights}, line {line}, column weight"
        if code in given:
            raise StudyError(message(f"{plain(code)} stands twice", where=where, allowed="one row for each"))
        given[code] = parse_number(row["weight"], decimal=".", where=where)
    below = [str(code) for code in frame.loc[frame["parent"].str.strip() != "", "code"]]
    if odd := [*(code for code in given if code not in below), *(code for code in below if code not in given)]:
        problem, near = f"no weight for {listed(odd[:1])}", nearest(odd[0], below, n=1)
        if odd[0] in given:
            problem = f"{listed(odd[:1])} is no indicator or aggregate below another"
        raise StudyError(
            message(problem, where=str(weights), allowed=f"one row for each of {listed(below)}", near=near)
        )
    frame["weight"] = frame["code"].map({code: repr(weight) for code, weight in given.items()}).fillna(frame["weight"])
    return Catalogue.from_frame(frame, source=path.name)


def catalogue_frame(path: Path) -> pd.DataFrame:
    """Return the cells of a catalogue as text, with the column `row` (line of the file)."""
    try:
        raw = read_raw(path, Table(file=path.name, year=2000), key="code")
    except DataError as error:
        raise StudyError(error.args[0]) from None
    if raw.problems:
        raise StudyError(summary(raw.problems))
    cells = [[cell_text(cell) for cell in row] for _, row in raw.rows]
    frame = pd.DataFrame(cells, columns=list(raw.columns), dtype=object)
    return frame.drop(columns="row", errors="ignore").assign(row=[number for number, _ in raw.rows])


def editions(study: Study | None = None) -> tuple[str, ...]:
    """Return the editions of a study's indicators, in the order of its files.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.

    Returns
    -------
    tuple of str
        Names that `load_indicators` takes as ``edition=``.

    Raises
    ------
    StudyError
        An argument is of another type.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.editions()
    ('reproduced', 'realigned', 'realigned_alt')
    """
    study = study or load_study()
    names = [table.edition for table in study.tables]
    if study.cells is not None:
        names += list(assembly_rules(study)["edition"])
    return tuple(dict.fromkeys(names))


def assembly_rules(study: Study) -> pd.DataFrame:
    """Return the rules that put the editions of a study together from transcribed cells."""
    assert study.cells is not None
    return _rules(study.resolve(study.cells.assembly), tuple(study.cells.orders.items())).copy(deep=False)


@remembered(maxsize=8)
def _rules(path: Path, orders: Orders) -> pd.DataFrame:
    return read_assembly(path, orders=dict(orders))


def assembled(study: Study, year: int, edition: str) -> tuple[pd.DataFrame, Gaps]:
    """Return what the transcribed cells of a study give for an edition and a year, and its gaps; empty for none."""
    if study.cells is None:
        return pd.DataFrame(), []
    cells = study.cells
    paths = study.resolve(cells.assembly), study.resolve(cells.folder)
    table, absent = _assembled(
        *paths, tuple(cells.orders.items()), cells.decimal, cells.missing, tuple(cells.totals), year, edition
    )
    return table.copy(deep=False), list(absent)


@remembered(maxsize=64)
def _assembled(
    rules_path: Path,
    folder: Path,
    orders: Orders,
    decimal: Decimal,
    missing: tuple[str, ...],
    totals: tuple[str, ...],
    year: int,
    edition: str,
) -> tuple[pd.DataFrame, Gaps]:
    rules = _rules(rules_path, orders)
    rules = rules[(rules["year"] == year) & (rules["edition"] == edition)]
    if rules.empty:
        return pd.DataFrame(), []
    return assemble(rules, folder=folder, orders=dict(orders), decimal=decimal, missing=missing, totals=totals)


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
        data". `attrs`: year, edition, enclaves, units (code -> unit), missing (list of region, column, reason), account
        (list of file, rows read, rows used, rows not used; see `growthpoles.study.inputs.unused_inputs` for these);
        where the study fills gaps, imputed (list of region, column, value, how).

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
    >>> table.loc["KZ-ALA", "productivity"].round(2).item(), table.attrs["units"]["productivity"]
    (10665.77, 'thousand_kzt_per_person')
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
    load = _with_gaps if study.rating.imputation is None else _filled
    return load(study, year, edition, enclaves)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A study, told apart from others by its contents."""

    content: str
    study: Study = field(compare=False)


@remembered(maxsize=8)
def _filled_years(
    asked: _Asked, edition: str, enclaves: Enclaves
) -> tuple[dict[int, pd.DataFrame], dict[int, pd.DataFrame], pd.DataFrame]:
    """Return all years of an edition as they are, what is filled of them, and the list of filled cells."""
    study, catalogue = asked.study, study_catalogue(asked.study)
    how = study.rating.imputation
    assert how is not None
    tables = {}
    for year in study.years:
        with suppress(StudyError):  # another edition need not cover every year
            tables[year] = _with_gaps(study, year, edition, enclaves)
    needed = catalogue.columns_needed()
    plain = {year: table[[code for code in needed if code in table]] for year, table in tables.items()}
    found, report = impute(plain, how.method, limit=how.limit, values=how.values)
    return tables, found, report


def _filled(study: Study, year: int, edition: str, enclaves: Enclaves) -> pd.DataFrame:
    """Fill the gaps of primary columns and plain indicators, then derive the others; list what was filled."""
    catalogue = study_catalogue(study)
    tables, found, report = _filled_years(_Asked(study.model_dump_json(), study), edition, enclaves)
    table = (
        tables[year] if year in tables else _with_gaps(study, year, edition, enclaves)
    )  # which says why there is none
    report = report[report["year"] == year]
    filled = table.copy()
    filled[found[year].columns] = found[year]
    renewed = derive(filled.drop(columns=[code for code in catalogue.derived if code in filled]), catalogue)
    for code in catalogue.derived:
        if code in filled:
            filled[code] = filled[code].fillna(renewed[code])
    still = [gap for gap in table.attrs["missing"] if gap[1] not in filled or pd.isna(filled.loc[gap[0], gap[1]])]
    listed = list(report.drop(columns="year").itertuples(index=False, name=None))
    filled.attrs = {**table.attrs, "missing": still, "imputed": listed}
    return filled


def _with_gaps(study: Study, year: int, edition: str, enclaves: Enclaves) -> pd.DataFrame:
    """Read a table as it is, a copy of one's own for every caller."""
    table = _read_with_gaps(_Asked(study.model_dump_json(), study), year, edition, enclaves).copy()
    table.attrs = {name: copy(value) for name, value in table.attrs.items()}  # those of a read table are shared
    return table


@remembered(maxsize=16)
def _read_with_gaps(asked: _Asked, year: int, edition: str, enclaves: Enclaves) -> pd.DataFrame:
    study, catalogue = asked.study, study_catalogue(asked.study)
    table, absent, account = _primary(study, year, edition, catalogue)
    if enclaves == "merge":
        table, absent = _merge(study, table, absent, catalogue, edition)
    table = derive(table, catalogue)
    gaps = {(region, column) for region, column, _ in absent}
    for code in catalogue.derived:
        for region in table.index[table[code].isna()]:
            if (region, code) not in gaps:
                parts = tuple(part for part in catalogue.parts(code) if pd.isna(table.loc[region, part]))
                absent.append((region, code, Reason(PARTS_MISSING, {"columns": parts})))
    table.attrs = {
        "year": year,
        "edition": edition,
        "enclaves": enclaves,
        "units": SharedDict((code, unit) for code, unit in catalogue.units().items() if code in table),
        "missing": SharedList(absent),
        "flags": _flags(study, year, edition, catalogue),
        "account": SharedList(account),
    }
    return table


def _primary(
    study: Study, year: int, edition: str, catalogue: Catalogue
) -> tuple[pd.DataFrame, Gaps, list[tuple[str, int, int, int]]]:
    """Put the columns of all files of an edition and year side by side."""
    frames: list[tuple[str, pd.DataFrame]] = []  # by file; transcribed tables have none
    absent: Gaps = []
    account: list[tuple[str, int, int, int]] = []
    frame, gaps = assembled(study, year, edition)
    if not frame.empty:
        frames.append(("", frame))
        absent += gaps
    for number, spec in enumerate(study.tables):
        if spec.edition == edition and year in spec.covered(study.years):
            frame, gaps = table_values(study, number, year, catalogue)
            if not frame.columns.empty:
                frames.append((spec.file, frame))
            absent += gaps
            data = study_table(study, number, catalogue)
            account.append((spec.file, data.rows_read, data.rows_used, data.rows_read - data.rows_used))
    if not frames:
        held = {each for spec in study.tables if spec.edition == edition for each in spec.covered(study.years)} - {year}
        allowed = "a table with that year, or in study.toml {line}" if held else None
        line = f"years = {sorted(held)}"
        problem = "edition {edition!r} has no data for {year}"
        raise StudyError(message(problem, where=study.name, allowed=allowed, edition=edition, year=year, line=line))
    expected = region_index(study)
    if expected.empty:
        expected = frames[0][1].index  # transcribed tables alone
    frames = _continued(frames, f"{study.name}, {year}")
    for file, frame in frames:
        # A region without a row in a table of one's own is "no data"; printed tables are complete.
        lacking = [code for code in expected if code not in frame.index] if file else []
        found_in = [*frame.index, *lacking]
        where = f"{file}, {year}" if file else f"the data of {year} ({edition})"
        check_regions(found_in, expected, found_in=where, expected_in="the boundaries")
        absent += [(code, column, Reason(NO_ROW, {"file": file})) for code in lacking for column in frame.columns]
    table = pd.concat([frame.reindex(expected) for _, frame in frames], axis=1)
    for code in _codes_of(study, edition, catalogue):
        if code not in table.columns:
            frames_of = Reason(NOT_THAT_YEAR, {"year": year})
            table[code] = float("nan")
            absent += [(region, code, frames_of) for region in expected]
    return table, absent, account


def _continued(frames: list[tuple[str, pd.DataFrame]], where: str) -> list[tuple[str, pd.DataFrame]]:
    """Put together tables that hold one column for different regions: pages, sheets and halves of one table."""
    whole: list[tuple[str, pd.DataFrame]] = []
    for told, frame in frames:
        shared = next((i for i, (_, other) in enumerate(whole) if set(other.columns) & set(frame.columns)), None)
        if shared is None:
            whole.append((told, frame))
            continue
        name, other = whole[shared]
        both = other.index.intersection(frame.index)
        if len(both) or set(other.columns) != set(frame.columns):
            column = next(each for each in frame.columns if each in other.columns)
            row = f", both with a row of {both[0]}" if len(both) else ""
            allowed = "one table for a region, column and year"
            raise StudyError(message(f"column {column!r} comes from two tables{row}", where=where, allowed=allowed))
        whole[shared] = name, pd.concat([other, frame[other.columns]])
    return whole


def _flags(study: Study, year: int, edition: str, catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """Return the remarks that the tables print beside numbers: (region, column, flag)."""
    found: list[tuple[str, str, str]] = []
    if study.cells is not None:
        rules = assembly_rules(study)
        rules = rules[(rules["year"] == year) & (rules["edition"] == edition)]
        found += printed_flags(
            rules,
            folder=study.resolve(study.cells.folder),
            orders=study.cells.orders,
            decimal=study.cells.decimal,
            totals=study.cells.totals,
        )
    for number, spec in enumerate(study.tables):
        if spec.edition == edition and year in spec.covered(study.years):
            data = study_table(study, number, catalogue)
            flags = data.flags.get(year, [])
            names = list(dict.fromkeys(name for name, _, _ in flags))
            codes = _regions_of(study, spec, names, year)
            found += [(code, column, flag) for name, column, flag in flags for code in codes[name]]
    return found


def _regions_of(study: Study, spec: Table, names: Sequence[str], year: int) -> dict[str, list[str]]:
    """Return the regions that rows of a table stand for, or are added up to."""
    where = str(study.resolve(spec.file))
    valued = _valued(study, spec.correspondence, study_catalogue(study))
    if (shares := carried_to(study, spec, names, year, where=where, valued=valued)) is not None:
        return {name: [to for to, share in shares[name].items() if share] for name in names}
    codes = match_study_regions(study, names, where=where, vintage=spec.vintage, duplicates="allow")
    return {name: [code] for name, code in zip(names, codes, strict=True)}


def _codes_of(study: Study, edition: str, catalogue: Catalogue) -> list[str]:
    """Return the codes that the tables of an edition hold in some year."""
    codes: dict[str, None] = {}
    for number, spec in enumerate(study.tables):
        if spec.edition == edition and spec.vintage is None:
            codes |= dict.fromkeys(study_table(study, number, catalogue).codes)
    return list(codes)


def absent_that_year(table: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """Return the indicators that no table of this year holds, though those of other years do."""
    gone = {code for _, code, reason in table.attrs["missing"] if getattr(reason, "template", "") == NOT_THAT_YEAR}
    return [code for code in catalogue.indicators if code in gone]


def _merge(
    study: Study, table: pd.DataFrame, absent: Gaps, catalogue: Catalogue, edition: str
) -> tuple[pd.DataFrame, Gaps]:
    """Add the totals of a city enclave to those of its host; a gap in one part is a gap of the whole."""
    from growthpoles.regions.enclaves import find_enclaves

    hosts = find_enclaves(study_regions(study))
    ratios = [code for code in table.columns if code not in catalogue.primaries]
    if ratios and hosts:
        problem, allowed = (
            "edition {edition!r} holds printed ratios ({columns}), which do not add up over regions",
            "an edition with primary columns only",
        )
        if not set(ratios) & set(catalogue.derived):
            problem = (
                "edition {edition!r} holds columns ({columns}) of which nothing says that they add up over regions"
            )
            allowed = "kind primary in the catalogue for totals, and ratios computed from them"
        told = {"allowed": allowed, "edition": edition, "columns": Joined(ratios, by=", ")}
        raise DataError(message(problem, where="enclaves='merge'", **told))
    keys = pd.Index([hosts.get(region, region) for region in table.index], name="region")
    holes = table.isna().groupby(keys, sort=False).any()
    merged = table.groupby(keys, sort=False).sum(min_count=1).mask(holes)
    moved = [(hosts.get(region, region), column, reason) for region, column, reason in absent]
    return merged.reindex(table.index[~table.index.isin(list(hosts))]), moved


def input_account(study: Study | None = None) -> pd.DataFrame:
    """Count the rows of every file of a study.

    Returns
    -------
    DataFrame
        Index `file`; read, used, unused (rows; of transcribed tables: printed cells), with read = used + unused. The
        unused ones are listed by :func:`unused_inputs`.
    """
    study = study or load_study()
    catalogue = study_catalogue(study)
    rows: list[tuple[str, int, int]] = []
    for number, spec in enumerate(study.tables):
        data = study_table(study, number, catalogue)
        rows.append((spec.file, data.rows_read, data.rows_used))
    rows += [(each.raw.path.name, each.rows_read, each.rows_used) for each in _industries(study)]
    for name, cells, used in _transcribed(study):
        rows.append((name, len(cells), int(cells["column"].isin(used).sum())))
    frame = pd.DataFrame(rows, columns=["file", "read", "used"]).set_index("file")
    return frame.assign(unused=frame["read"] - frame["used"])


def unused_inputs(study: Study | None = None) -> pd.DataFrame:
    """List what was read and not used: rows, whole columns, and why.

    Returns
    -------
    DataFrame
        Columns file, sheet, row (missing for a whole column), column, content (region or indicator as written), reason.
        Every unused row of :func:`input_account` is here.
    """
    study = study or load_study()
    catalogue = study_catalogue(study)
    rows: list[tuple[object, ...]] = []
    for number, spec in enumerate(study.tables):
        data = study_table(study, number, catalogue)
        rows += [(spec.file, each.sheet, each.row, each.column, each.content, each.reason) for each in data.unused]
    for data in _industries(study):
        name = data.raw.path.name
        rows += [(name, each.sheet, each.row, each.column, each.content, each.reason) for each in data.unused]
    for name, cells, used in _transcribed(study):
        for cell in cells[~cells["column"].isin(used)].to_dict("records"):
            rows.append((name, "", cell["row"], cell["column"], cell["printed"], "no edition is made of this column"))
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"row": "Int64"})


def _industries(study: Study) -> list[TableData]:
    from growthpoles.study.inputs.industry_table import industry_data

    return [industry_data(study)] if study.specialisation else []


def _transcribed(study: Study) -> list[tuple[str, pd.DataFrame, set[str]]]:
    """Return (file, its cells, columns that some edition or published figure takes) for transcribed tables."""
    if study.cells is None:
        return []
    rules = assembly_rules(study)
    used: dict[int, set[str]] = {}
    for rule in rules.to_dict("records"):
        used.setdefault(rule["table"], set()).update(part.strip() for part in rule["source"].split("/"))
    for name in ("index", "rating_class", "rank", "ksi"):
        part = getattr(study.published, name)
        if part is not None:
            used.setdefault(part.table, set()).update(part.columns.values())
    folder = study.resolve(study.cells.folder)
    return [
        (table_path(folder, number).name, read_cells(table_path(folder, number), decimal=study.cells.decimal), columns)
        for number, columns in sorted(used.items())
    ]
