"""Industries of a study: its regions x industries table by year, totals checked, suppressed cells kept missing."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from growthpoles.errors import DataError, GrowthpolesError, Reason, StudyError, listed, message, nearest
from growthpoles.file_reading import remembered
from growthpoles.language.languages import SOURCE
from growthpoles.regions.join import add_up, check_regions
from growthpoles.regions.name_matching import says_part
from growthpoles.study.files.problems import summary
from growthpoles.study.files.table_files import cell_text, read_raw
from growthpoles.study.files.user_table import TableData, read_table, toml_text
from growthpoles.study.inputs.study_regions import (
    PART_WITHOUT_DATA,
    carried_to,
    match_study_regions,
    study_regions,
)
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Specialisation, Study, Table
from growthpoles.study.total_columns import total_columns, unit_of

NOT_DISCLOSED = "(not disclosed)"
_REMEDY = (
    'specialisation = { file = "jobs.csv", key = "region", year = 2020 } in study.toml, above its first [section]: '
    "regions x industries; header, rows and ignore too where titles or notes stand around the table, as growthpoles "
    "look shows them for a file"
)
_FEWEST = 4  # columns of counts without a total that may be industries


def industry_spec(study: Study) -> Specialisation:
    """Return what a study says about its industries, or raise."""
    if study.specialisation is None:
        problem = "the study has no table of industries"
        raise StudyError(message(problem, where=study.name, allowed=specialisation_offered(study)))
    return study.specialisation


def specialisation_offered(study: Study) -> str:
    """Say which line of study.toml gives it a table of industries: of its own tables one that can be read as such.

    It is read here as the line will read it; first those with a column that is the sum of the others.
    """
    offers: list[tuple[bool, str]] = []
    for table in study.tables:
        with suppress(GrowthpolesError, ValidationError):
            if offer := _as_industries(study, table):
                offers.append(offer)
    if not offers:
        return _REMEDY
    line = max(offers, key=lambda offer: offer[0])[1]
    return f"{line} in study.toml, above its first [section], where the columns of that table are industries"


def _as_industries(study: Study, table: Table) -> tuple[bool, str] | None:
    """Return whether a table of the study has a total of all its other columns, and the line that reads it so."""
    if table.vintage is not None or isinstance(table.indicator, tuple):
        return None
    foreign = {"columns", "indicator", "edition", "ksi", "no_production"}
    stated = table.model_dump(mode="json", exclude_defaults=True, exclude=foreign)
    stated = (
        {"file": table.file, "key": table.key} | stated | ({"industry": table.indicator} if table.indicator else {})
    )
    ways = [stated, {**stated, "columns": {each: each for each in table.columns}}]
    if table.year is None and table.year_column is None:  # the headers say it
        ways = [{**stated, "columns": table.model_dump(mode="json")["columns"]}]
    for way in ways:
        with_it = study.model_copy(update={"specialisation": Specialisation.model_validate(way)})
        data = industry_data(with_it)
        if data.problems or not data.by_year or (way is stated and not {*data.codes} <= {*table.columns}):
            continue  # the study leaves out a column
        frame = data.by_year[max(data.by_year)]
        sums = total_columns(frame).items()
        total = [name for name, each in sums if each.adds_up and len(each.parts) == frame.shape[1] - 1][:1]
        way |= {"total": total[0]} if total else {}
        matrix = load_industries(
            study=study.model_copy(update={"specialisation": Specialisation.model_validate(way)})
        ).to_numpy()
        counts = bool((np.isnan(matrix) | (matrix == np.round(matrix))).all())
        if matrix.shape[1] >= (2 if total else _FEWEST if counts else np.inf):
            return bool(total), f"specialisation = {_toml(way)}"
    return None


def _toml(value: Any) -> str:
    """Return a value as TOML writes it, on one line."""
    if isinstance(value, dict):
        keys = {key: key if re.fullmatch(r"[A-Za-z_]+", key) else toml_text(key) for key in value}
        return f"{{ {', '.join(f'{keys[key]} = {_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return toml_text(value) if isinstance(value, str) else str(value).lower()


def industry_data(study: Study) -> TableData:
    """Return what the table of industries says, problems included."""
    spec = industry_spec(study)
    return _read(study.resolve(spec.file), spec.table.model_dump_json(), study.years, tuple(study.boundaries.aliases))


@remembered(maxsize=4)
def _read(path: Path, description: str, years: tuple[int, ...], apart: tuple[str, ...]) -> TableData:
    """Read the table; what stands in it decides which industries there are."""
    spec = Table.model_validate_json(description)
    raw = read_raw(path, spec, key=spec.key)
    if spec.layout == "long":
        place = raw.columns.index(spec.indicator) if spec.indicator in raw.columns else None
        found = [] if place is None else [cell_text(row[place]) for _, row in raw.rows]
        codes = list(dict.fromkeys(name for name in found if name))
    elif spec.columns:
        codes = [str(code) for code in spec.columns.values() if isinstance(code, str)]
        codes += [target.code for target in spec.columns.values() if not isinstance(target, str | tuple)]
    else:
        own = {spec.key, spec.year_column}
        codes = [
            name for at, name in enumerate(raw.columns) if name not in own and _numeric(raw.rows, at, spec.missing)
        ]
    covered = spec.years or tuple(sorted({*years, *spec.covered(years)}))
    return read_table(path, spec, years=covered, codes=codes, apart=apart)


def _numeric(rows: list[tuple[int, list[object]]], at: int, marks: tuple[str, ...]) -> bool:
    """Tell a column of numbers, wrong ones among them, from one of names: something in it begins like a number."""
    texts = [cell_text(row[at]).strip() for _, row in rows]
    known = [text for text in texts if text and text not in marks]
    return not known or any(text.lstrip("-+\N{MINUS SIGN}")[:1].isdigit() for text in known)


def industry_years(study: Study) -> tuple[int, ...]:
    """Return the years that the table of industries has, none without a table."""
    return tuple(sorted(industry_data(study).by_year)) if study.specialisation else ()


def industry_list(study: Study) -> pd.DataFrame:
    """Return the list of industries of a study: index code; name_xx, parent, group, traded, where it has them."""
    spec = industry_spec(study)
    if spec.industries is None:
        return pd.DataFrame(index=pd.Index([], name="code", dtype=object))
    path = study.resolve(spec.industries)
    raw = read_raw(path, Table(file=path.name, year=2000), key="code")
    if raw.problems:
        raise StudyError(summary(raw.problems))
    cells = [[cell_text(cell) for cell in row] for _, row in raw.rows]
    frame = pd.DataFrame(cells, columns=list(raw.columns), dtype=object)
    if "code" not in frame:
        raise StudyError(
            message("missing column 'code'", where=str(path), allowed="code, name_en, parent, group, traded")
        )
    twice = frame["code"][frame["code"].duplicated()]
    if len(twice):
        raise StudyError(message(f"code {twice.iloc[0]!r} stands twice", where=str(path), allowed="each code once"))
    stray = [code for code in frame.get("traded", []) if code not in ("yes", "no", "")]
    if stray:
        raise StudyError(message(f"traded: {stray[0]!r}", where=str(path), allowed="yes or no"))
    return frame.set_index("code")


def industry_names(study: Study, lang: str = SOURCE) -> dict[str, str]:
    """Return the names of the industries in a language, or in English, where the study's list has them."""
    frame = industry_list(study)
    names: dict[str, str] = {}
    for column in (f"name_{SOURCE}", f"name_{lang}"):
        if column in frame:
            names |= {str(code): name for code, name in frame[column].items() if name}
    return names


def load_industries(year: int | None = None, *, study: Study | None = None) -> pd.DataFrame:
    """Load the regions x industries table of a study.

    Parameters
    ----------
    year : int, optional
        A year of the table; None is its last.
    study : Study, optional
        None is the built-in study, which has no such table.

    Returns
    -------
    DataFrame
        Regions of the study x industries, NaN where a cell is suppressed or missing. A total and aggregates of the list
        of industries are checked and left out. ``attrs``: year, years; missing (list of region, industry, reason);
        missing_share (of the total that is in missing cells, NaN where no total is known); totals (by region, or
        None), nation (by industry, or None), dropped (totals and aggregates left out).

    Raises
    ------
    StudyError
        If the study has no such table or year; the remedy is in the message.
    DataError
        On a bad cell, a total below the sum of its parts, or a total that the study does not name as one.
    RegionError
        If regions of the table and of the boundaries differ.

    Examples
    --------
    >>> import growthpoles as gp
    >>> jobs = gp.load_industries(study=gp.load_study("us-states"))
    >>> jobs.shape, jobs.attrs["year"], len(jobs.attrs["missing"])
    ((48, 22), 2025, 0)
    """
    study = study or load_study()
    spec = industry_spec(study)
    data = industry_data(study)
    if data.problems:
        raise DataError(summary(data.problems))
    years = industry_years(study)
    if not years:
        raise StudyError(message("no row of the study's years", where=spec.file, allowed=listed(study.years)))
    chosen = years[-1] if year is None else year
    if chosen not in years:
        raise StudyError(message(f"no industries for {chosen}", where=spec.file, allowed=listed(years)))
    where = f"{spec.file}, {chosen}"
    frame, nation = _without_nation(data.by_year[chosen], spec, where)
    names = list(frame.index)
    gaps: list[tuple[str, str, str]]
    valued = {at: set(each.index[each.notna().any(axis=1)]) for at, each in data.by_year.items()}
    carried_from, place = chosen or study.years[-1], str(data.raw.path)
    if (shares := carried_to(study, spec, names, carried_from, where=place, valued=valued)) is not None:
        frame = add_up(frame, shares, weighted_by={}, where=where)
        told = Reason(PART_WITHOUT_DATA, {})
        gaps = [(str(code), str(each), told) for each in frame for code in frame.index[frame[each].isna()]]
    else:
        codes = match_study_regions(study, names, where=str(data.raw.path))
        renamed = dict(zip(names, codes, strict=True))
        frame.index = pd.Index(codes, name="region")
        gaps = [(renamed[name], each, why) for name, each, why in data.absent.get(chosen, []) if name in renamed]
    expected = frame.index if study.boundaries.absent else study_regions(study).index
    check_regions(frame.index, expected, found_in=where, expected_in="the boundaries")
    frame = frame.reindex(expected)
    row, column = next(iter(np.argwhere(frame.to_numpy() < 0)), (None, None))
    if row is not None and column is not None:
        problem = f"{frame.to_numpy()[row, column]:g} is negative"
        place = f"{where}, {frame.index[row]}, {frame.columns[column]}"
        raise DataError(message(problem, where=place, allowed="zero or more"))
    frame, totals, national, dropped = _without_totals(frame, nation, spec, industry_list(study), where)
    gaps = [(region, code, reason) for region, code, reason in gaps if code in frame]
    whole = np.nan if totals is None else float(totals.sum())
    if totals is None and not gaps:
        whole = float(frame.to_numpy().sum())
    known = float(np.nansum(frame.to_numpy()))
    share = whole if np.isnan(whole) else max(0.0, 1 - known / whole) if whole else 0.0
    frame.attrs = {
        "year": chosen, "years": years, "missing": gaps, "missing_share": share,
        "totals": totals, "nation": national, "dropped": dropped,
    }  # fmt: skip
    return frame


def _without_nation(frame: pd.DataFrame, spec: Specialisation, where: str) -> tuple[pd.DataFrame, pd.Series | None]:
    """Take out the row of the nation, if the study names one."""
    if spec.nation is None:
        return frame.copy(), None
    if spec.nation not in frame.index:
        near = nearest(spec.nation, frame.index, n=1)
        raise StudyError(
            message(f"nation: no row {spec.nation!r}", where=where, allowed="a row of the table", near=near)
        )
    nation: Any = frame.loc[spec.nation]
    return frame.drop(index=spec.nation), nation


def _without_totals(
    frame: pd.DataFrame, nation: pd.Series | None, spec: Specialisation, known: pd.DataFrame, where: str
) -> tuple[pd.DataFrame, pd.Series | None, pd.Series | None, list[str]]:
    """Check totals and aggregates against the sum of their parts, and leave them out: one level of industries."""
    totals = None
    dropped = []
    if len(known):
        listing = {*known.index, *([spec.total] if spec.total else [])}
        stray = [code for code in frame if code not in listing]
        if stray:
            near = nearest(stray[0], known.index, n=1)
            problem = f"industry {stray[0]!r} is not in {spec.industries}"
            raise StudyError(message(problem, where=where, allowed="an industry of the list", near=near))
    if spec.total is not None:
        if spec.total not in frame:
            near = nearest(spec.total, frame.columns, n=1)
            allowed = "an industry of the table"
            raise StudyError(message(f"total: no industry {spec.total!r}", where=where, allowed=allowed, near=near))
        totals = frame[spec.total]
        dropped.append(spec.total)
    parents = known["parent"] if "parent" in known else pd.Series(dtype=object)
    for parent in [name for name in dict.fromkeys(parents) if name and name in frame and name != spec.total]:
        children = [code for code in parents.index[parents == parent] if code in frame]
        if children:
            _check_sum(frame[parent], frame[children], parent, where)
            dropped.append(str(parent))
    parts = frame.drop(columns=dropped)
    if parts.empty:
        raise DataError(message("no industry is left beside the totals", where=where, allowed="two industries or more"))
    if totals is not None:
        _check_sum(totals, parts, str(spec.total), where)
        totals = totals.where(totals.notna(), parts.sum(axis=1).where(parts.notna().all(axis=1)))
        if totals.isna().any():
            totals = None  # a total that is suppressed itself, over suppressed parts, says nothing
    _refuse_hidden_totals(parts, {*known.index, *(spec.columns or ())}, where)
    return parts, totals, None if nation is None else nation.reindex(parts.columns), dropped


def _check_sum(total: pd.Series, parts: pd.DataFrame, name: str, where: str) -> None:
    """Refuse a total that is less than its parts, or other than all of them, beyond what rounding can do."""
    unit = unit_of(pd.concat([total, parts], axis=1).to_numpy())
    room = (parts.notna().sum(axis=1) + 1) * unit / 2 + 1e-9 * total.abs()
    beyond = parts.sum(axis=1) - total
    wrong = beyond.index[(beyond > room).to_numpy()]
    if len(wrong):
        region = wrong[0]
        problem = f"{name} is {total[region]:g}, and the sum of its parts {parts.loc[region].sum():g}"
        raise DataError(message(problem, where=f"{where}, {region}", allowed="a total of its parts or more"))


def _refuse_hidden_totals(parts: pd.DataFrame, declared: Collection[str], where: str) -> None:
    """Refuse columns that are the sum of others, or say so and are not declared: the others would count twice."""
    for name, total in total_columns(parts).items():
        if not total.adds_up and name in declared:
            continue
        whole = len(total.parts) == parts.shape[1] - 1
        if total.adds_up and whole:
            problem = f"industry {name!r} is the sum of all others in every region"
        else:
            problem = f"industry {name!r}: {total.told}"
        allowed = f'total = "{name}" under [specialisation]'
        if says_part(name):
            allowed = "columns under [specialisation] with the industries alone, or with this one to count it too"
        elif not whole:
            allowed += ", or where it sums up some of them, a list of industries with its parent for every one"
        raise DataError(message(problem, where=where, allowed=allowed))


def with_undisclosed(matrix: pd.DataFrame) -> pd.DataFrame:
    """Add what the totals say is in suppressed cells as an industry of its own, so that shares are those of the total.

    Without totals, or where nothing is left, the matrix as it is.
    """
    totals = matrix.attrs.get("totals")
    if totals is None or not matrix.isna().to_numpy().any():
        return matrix
    rest = (totals - matrix.sum(axis=1)).clip(lower=0.0)
    found = matrix.assign(**{NOT_DISCLOSED: rest}) if rest.sum() > 0 else matrix
    found.attrs = dict(matrix.attrs)
    return found
