"""Examine a study: every problem of study.toml, boundaries, catalogue and tables in one list."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pandas as pd

from growthpoles.errors import GrowthpolesError, message, nearest, shown
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.study.catalogue_problems import catalogue_problems
from growthpoles.study.files.problems import Problem, problems_frame
from growthpoles.study.files.table_data import TableData
from growthpoles.study.inputs.account import input_account, unused_inputs
from growthpoles.study.inputs.indicators import editions, load_indicators
from growthpoles.study.inputs.published import load_published, published_years
from growthpoles.study.inputs.study_rating import method_problems, study_rating
from growthpoles.study.inputs.study_regions import match_study_regions, study_regions
from growthpoles.study.inputs.tables import study_table
from growthpoles.study.load_study import study_path
from growthpoles.study.study_problems import line_of, study_problems
from growthpoles.study.study_spec import Study


def examine_study(path: str | Path | None = None) -> pd.DataFrame:
    """Check everything that a study names, and list all problems at once.

    Parameters
    ----------
    path : str or Path, optional
        A study.toml, its folder, or the name of a built-in study; None is the built-in Kazakhstan study.

    Returns
    -------
    DataFrame
        One row per problem: file, sheet, row (line or row of the file; missing where it does not apply), column (or
        key of study.toml), problem, remedy. Empty for a study that can be run. ``attrs``: `account` (rows read, used,
        unused by file) and `unused` (what was not used, and why), as frames, where the tables could be read.

    Raises
    ------
    StudyError
        If there is no such study. Everything else is a row of the result.
    """
    file = study_path(path)
    study, problems = study_problems(file)
    if study is None:
        return problems_frame(problems)
    codes, found = _regions(study)
    problems += found
    if codes is not None:
        problems += _pole_problems(study, codes)
    catalogue: Catalogue | None = None
    if _is_there(study, study.rating.catalogue):
        catalogue, found = catalogue_problems(study.resolve(study.rating.catalogue))
        problems += found
    faulty: set[int] = set()
    if catalogue is not None:
        unfit = _method_problems(study, catalogue, codes)
        problems += unfit
        for number, spec in enumerate(study.tables):
            if not _is_there(study, spec.file):
                faulty.add(number)
                continue
            found = _table_problems(study, number, catalogue, match=codes is not None)
            problems += found
            if found:
                faulty.add(number)
        if codes is not None:
            problems += _result_problems(study, catalogue, faulty, file, rated=not unfit)
    frame = problems_frame(dict.fromkeys(problems))
    if catalogue is not None and not faulty:
        with contextlib.suppress(GrowthpolesError):  # it is among the problems already
            frame.attrs = {"account": input_account(study), "unused": unused_inputs(study)}
    return frame


def _is_there(study: Study, name: str) -> bool:
    """Tell whether a file that the study names exists; where not, that is a problem of study.toml already."""
    try:
        return study.resolve(name).exists()
    except (OSError, ValueError, RuntimeError):  # a name that no file can have
        return False


def _regions(study: Study) -> tuple[set[str] | None, list[Problem]]:
    """Read the boundaries; return the region codes, or None and why."""
    name = study.boundaries.file
    if name is not None and not _is_there(study, name):
        return None, []
    try:
        return set(study_regions(study).index), []
    except GrowthpolesError as error:
        return None, [_plain_problem(error, str(study.resolve(name)) if name else "")]


def _pole_problems(study: Study, known: set[str]) -> list[Problem]:
    """Look for the regions that [growth_poles] names."""
    problems = []
    text = study.path.read_text(encoding="utf-8-sig", errors="replace")
    for name, codes in {"poles": study.growth_poles.poles, **study.growth_poles.recommended}.items():
        for code in codes:
            if code not in known:
                key = f"growth_poles.{name}" if name == "poles" else f"growth_poles.recommended.{name}"
                row = line_of(text, tuple(key.split(".")))
                near = "".join(f"; nearest: {hit}" for hit in nearest(code, known, n=1))
                remedy = f"a region code{near}"
                problems.append(Problem(f"{shown(code)} is no region", str(study.path), "", row, key, remedy))
    return problems


def _method_problems(study: Study, catalogue: Catalogue, known: set[str] | None) -> list[Problem]:
    """Hold the method of [rating] against the catalogue and the regions."""
    found = method_problems(study, catalogue)
    reference = study.rating.reference
    if reference is not None and known is not None and reference not in known:
        near = nearest(reference, known, n=1)
        found.append(
            ("rating.reference", message(f"{shown(reference)} is no region", allowed="a region code", near=near))
        )
    text = study.path.read_text(encoding="utf-8-sig", errors="replace")
    problems = []
    for key, told in found:
        problem, _, remedy = told.partition("; allowed: ")
        problems.append(Problem(problem, str(study.path), "", line_of(text, tuple(key.split("."))), key, remedy))
    return problems


def _table_problems(study: Study, number: int, catalogue: Catalogue, *, match: bool) -> list[Problem]:
    """List the problems of one table: of its cells, and of its names."""
    path = study.resolve(study.tables[number].file)
    try:
        data = study_table(study, number, catalogue)
    except GrowthpolesError as error:
        return [_plain_problem(error, str(path))]
    problems = list(data.problems)
    if match:
        problems += _name_problems(study, number, data)
    return problems


def _name_problems(study: Study, number: int, data: TableData) -> list[Problem]:
    """Match every name by itself, so that each gets its row; then look for regions that stand twice or not at all."""
    spec = study.tables[number]
    rows: dict[str, int] = {}
    for (_, name), row in data.rows.items():
        rows.setdefault(name, row)
    problems: list[Problem] = []
    codes: dict[str, str] = {}
    for name, row in rows.items():
        try:
            codes[name] = match_study_regions(study, [name], vintage=spec.vintage)[0]
        except GrowthpolesError as error:
            text = str(error).removeprefix("region names: ")
            remedy = "a name of a region, boundaries.aliases for another spelling, or ignore for a row that is none"
            problems.append(data.raw.problem(text, row=row, column=spec.key, remedy=remedy))
    owners: dict[tuple[int, str], str] = {}
    for (year, name), row in data.rows.items():
        if name in codes:
            first = owners.setdefault((year, codes[name]), name)
            if first != name:
                problem = f"{shown(name)} and {shown(first)} both mean {codes[name]}"
                problems.append(
                    data.raw.problem(problem, row=row, column=spec.key, remedy="one row per region and year")
                )
    return list(dict.fromkeys(problems))


def _result_problems(study: Study, catalogue: Catalogue, faulty: set[int], file: Path, *, rated: bool) -> list[Problem]:
    """Load and (where `rated`) rate every edition and year whose tables are sound; load what was published."""
    problems: list[Problem] = []
    try:
        known = editions(study)
        published = published_years(study)
    except GrowthpolesError as error:
        return [_plain_problem(error, str(file))]
    if study.study.edition not in known:
        allowed = ", ".join(known)
        problems.append(
            Problem(f"{study.study.edition!r} is no edition", str(file), "", None, "study.edition", allowed)
        )
    for edition in known:
        for year in study.years:
            tables = [i for i, t in enumerate(study.tables) if t.edition == edition and year in t.covered(study.years)]
            if faulty & set(tables) or (edition != study.study.edition and not tables and study.cells is None):
                continue
            try:
                table = load_indicators(year, edition=edition, study=study)
                if rated:
                    study_rating(study, table, catalogue)
            except GrowthpolesError as error:
                where = str(study.resolve(study.tables[tables[0]].file)) if len(tables) == 1 else str(file)
                problems.append(_plain_problem(error, where))
    for year in published if not faulty else ():
        try:
            load_published(year, study=study)
        except GrowthpolesError as error:
            problems.append(_plain_problem(error, str(file)))
    return problems


def _plain_problem(error: GrowthpolesError, file: str) -> Problem:
    """Make a problem of an error, its place and remedy taken out of the message."""
    text = str(error)
    head, _, remedy = text.partition("; allowed: ")
    if file and head.startswith(file):
        head = head.removeprefix(file).lstrip(":, ")
    return Problem(head, file, "", None, "", remedy)
