"""The inputs of a study as frames: boundaries, indicators by year and edition, published figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from growthpoles.data.assemble import assemble, read_assembly, table_path
from growthpoles.data.join import check_regions
from growthpoles.data.tables import latin_class, parse_number, read_cells, read_wide
from growthpoles.errors import DataError, StudyError, message, nearest, unknown_option
from growthpoles.ratings.catalogue import Catalogue, read_catalogue
from growthpoles.ratings.derive import derive
from growthpoles.study import PublishedColumn, Study, Table, load_study

if TYPE_CHECKING:
    import geopandas as gpd

Enclaves = Literal["keep", "merge"]


def study_catalogue(study: Study | None = None) -> Catalogue:
    """Return the catalogue of indicators of a study."""
    study = study or load_study()
    return read_catalogue(study.resolve(study.rating.catalogue))


def study_regions(study: Study | None = None, *, enclaves: Enclaves = "keep") -> gpd.GeoDataFrame:
    """Return the boundaries of a study in a projected CRS that suits areas and distances.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    enclaves : {"keep", "merge"}
        "merge" unites every city that lies wholly inside one other region with that region.

    Returns
    -------
    GeoDataFrame
        Indexed by region; name_en, name_ru, name_kk and short forms where known.
    """
    from growthpoles.data import boundaries
    from growthpoles.data.coverage import check_coverage
    from growthpoles.data.enclaves import find_enclaves, merge_enclaves
    from growthpoles.data.projection import to_analysis_crs

    study = study or load_study()
    source = study.boundaries
    if source.builtin is not None:
        assert source.year is not None  # the study's own validation
        return boundaries.load_regions(source.year, enclaves=enclaves)
    assert source.file is not None and source.key is not None
    regions = boundaries.read_boundaries(study.resolve(source.file), key=source.key, layer=source.layer)
    regions = check_coverage(regions, repair=source.repair)
    regions = to_analysis_crs(regions, crs=source.crs)
    if source.name is not None:
        if source.name not in regions:
            near = nearest(source.name, regions.columns, n=1)
            raise DataError(
                message(f"missing column {source.name!r}", where=str(study.resolve(source.file)), near=near)
            )
        regions["name_en"] = regions["short_en"] = regions[source.name].astype(str)
    if enclaves == "merge":
        regions = merge_enclaves(regions, find_enclaves(regions))
    return regions


def editions(study: Study | None = None) -> tuple[str, ...]:
    """Return the editions of a study's indicators, in the order of its files."""
    study = study or load_study()
    names = [table.edition for table in study.tables]
    if study.cells is not None:
        names += list(_assembly(study)["edition"])
    return tuple(dict.fromkeys(names))


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
        data". `attrs`: year, edition, units (code -> unit), missing (list of region, column, reason).

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
        raise StudyError(
            message(f"year {year} is not in the study", where=study.name, allowed=", ".join(map(str, study.years)))
        )
    known = editions(study)
    if edition not in known:
        raise StudyError(unknown_option("edition", edition, known))
    catalogue = study_catalogue(study)
    table, absent = _primary(study, year, edition)
    given = [code for code in table.columns if code in catalogue.derived]
    if enclaves == "merge":
        if given:
            raise DataError(
                message(
                    f"edition {edition!r} holds printed ratios ({', '.join(given)}), which do not add up over regions",
                    where="enclaves='merge'",
                    allowed="an edition with primary columns only",
                )
            )
        table, absent = _merge(study, table, absent)
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
    }
    return table


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
    """
    from growthpoles.ratings.classes import CLASSES

    study = study or load_study()
    published = study.published
    columns: dict[str, pd.Series] = {}
    if published.index is not None and year in published.index.columns:
        columns["index"] = _printed(study, published.index, year).map(
            lambda cell: parse_number(cell, decimal=_decimal(study))
        )
    if published.rating_class is not None and year in published.rating_class.columns:
        letters = _printed(study, published.rating_class, year).map(latin_class)
        stray = letters[~letters.isin(CLASSES)]
        if not stray.empty:
            raise DataError(
                message(f"class {stray.iloc[0]!r} of {stray.index[0]} is not known", allowed=", ".join(CLASSES))
            )
        columns["rating_class"] = letters.astype(pd.CategoricalDtype(list(reversed(CLASSES)), ordered=True))
    if published.ksi is not None and year in published.ksi.columns:
        cells = _printed(study, published.ksi, year)
        columns["ksi"], columns["ksi_status"] = _ksi(cells, {published.ksi.absent}, decimal=_decimal(study))
    for table in study.tables:
        if table.year == year and table.ksi is not None:
            columns["ksi"], columns["ksi_status"] = _own_ksi(study, table)
    if not columns:
        raise StudyError(message(f"nothing published for {year}", where=study.name))
    frame = pd.DataFrame(columns)
    frame.index.name = "region"
    frame.attrs = {"year": year, "edition": "published"}
    return frame


def _ksi(cells: pd.Series, absent: set[str | None], *, decimal: Literal[",", "."]) -> tuple[pd.Series, pd.Series]:
    outside = cells.isin([mark for mark in absent if mark is not None])
    values = pd.Series(float("nan"), index=cells.index)
    for region, cell in cells[~outside].items():
        values[region] = parse_number(cell, decimal=decimal, where=f"{region}, ksi")
    status = pd.Series("value", index=cells.index).mask(outside, "no production").mask(values == 0, "rounded zero")
    return values, status


def _own_ksi(study: Study, table: Table) -> tuple[pd.Series, pd.Series]:
    from growthpoles.data.tables import read_rows, require_columns

    path = study.resolve(table.file)
    rows = read_rows(path, delimiter=table.delimiter)
    assert table.ksi is not None
    require_columns(rows, [table.key, table.ksi], where=str(path))
    cells = pd.Series(
        rows[table.ksi].map(str.strip).to_numpy(), index=_codes(study, rows[table.key].map(str.strip), path)
    )
    return _ksi(cells, set(table.no_production), decimal=table.decimal)


def _decimal(study: Study) -> Literal[",", "."]:
    return study.cells.decimal if study.cells is not None else "."


def _printed(study: Study, source: PublishedColumn, year: int) -> pd.Series:
    if study.cells is None:
        raise StudyError(message("published columns need [cells]", where=str(study.path)))
    path = table_path(study.resolve(study.cells.folder), source.table)
    cells = read_cells(path, decimal=study.cells.decimal)
    column = cells.loc[cells["column"] == source.columns[year]]
    if column.empty:
        known = list(dict.fromkeys(cells["column"]))
        raise DataError(
            message(
                f"no column {source.columns[year]!r}", where=str(path), near=nearest(source.columns[year], known, n=1)
            )
        )
    return pd.Series(column["printed"].to_numpy(), index=_codes(study, column["label"], path), dtype="object")


def _codes(study: Study, names: pd.Series, path: object) -> pd.Index:
    """Region codes for the names in a table: built-in spellings, or the keys and names of the study's own layer."""
    from growthpoles.data.regions import match_names, match_regions
    from growthpoles.errors import RegionError

    try:
        if study.boundaries.builtin is not None:
            assert study.boundaries.year is not None
            codes = match_regions(list(names), vintage=study.boundaries.year)
        else:
            regions = study_regions(study)
            spellings = {
                code: [str(code), *{str(name) for name in row if isinstance(name, str)}]
                for code, row in zip(
                    regions.index, regions.drop(columns="geometry").itertuples(index=False), strict=True
                )
            }
            codes = match_names(list(names), spellings)
    except RegionError as error:
        raise RegionError(f"{path}: {error}") from None
    return pd.Index(codes.to_numpy(), name="region")


def _assembly(study: Study) -> pd.DataFrame:
    assert study.cells is not None
    return read_assembly(study.resolve(study.cells.assembly), orders=study.cells.orders)


def _primary(study: Study, year: int, edition: str) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    frames: list[pd.DataFrame] = []
    absent: list[tuple[str, str, str]] = []
    if study.cells is not None:
        rules = _assembly(study)
        rules = rules[(rules["year"] == year) & (rules["edition"] == edition)]
        if not rules.empty:
            folder = study.resolve(study.cells.folder)
            frame, gaps = assemble(rules, folder=folder, orders=study.cells.orders, decimal=study.cells.decimal)
            frames.append(frame)
            absent += gaps
    for table in study.tables:
        if table.year == year and table.edition == edition:
            frame, gaps = _wide(study, table)
            frames.append(frame)
            absent += gaps
    if not frames:
        raise StudyError(message(f"edition {edition!r} has no data for {year}", where=study.name))
    expected = study_regions(study).index
    for frame in frames:
        check_regions(frame.index, expected, found_in=f"the data of {year} ({edition})", expected_in="the boundaries")
    table = pd.concat([frame.reindex(expected) for frame in frames], axis=1)
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise StudyError(message(f"column {twice[0]!r} comes from two tables", where=f"{study.name}, {year}"))
    return table, absent


def _wide(study: Study, table: Table) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    catalogue = study_catalogue(study)
    path = study.resolve(table.file)
    known = [*catalogue.primaries, *catalogue.indicators]
    columns = table.columns or {code: code for code in known if code not in catalogue.derived}
    stray = [code for code in columns.values() if code not in known]
    if stray:
        near = nearest(stray[0], known, n=1)
        raise StudyError(
            message(f"columns: {', '.join(map(repr, stray))} not in the catalogue", where=str(study.path), near=near)
        )
    frame, absent = read_wide(
        path, key=table.key, columns=columns, decimal=table.decimal, delimiter=table.delimiter, missing=table.missing
    )
    codes = _codes(study, frame.index.to_series(), path)
    renamed = dict(zip(frame.index, codes, strict=True))
    frame.index = codes
    return frame, [(renamed[region], code, reason) for region, code, reason in absent]


def _merge(
    study: Study, table: pd.DataFrame, absent: list[tuple[str, str, str]]
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    from growthpoles.data.enclaves import find_enclaves

    hosts = find_enclaves(study_regions(study))
    keys = pd.Index([hosts.get(region, region) for region in table.index], name="region")
    merged = table.groupby(keys, sort=False).sum(min_count=1)
    holes = table.isna().groupby(keys, sort=False).any()
    merged = merged.mask(holes)
    moved = [(hosts.get(region, region), column, reason) for region, column, reason in absent]
    return merged.reindex(table.index[~table.index.isin(list(hosts))]), moved
