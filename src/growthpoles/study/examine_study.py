"""Examine (validate) a study: every problem of study.toml, boundaries, catalogue and tables in one list."""

from __future__ import annotations

import contextlib
import copy
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from growthpoles.errors import (
    GrowthpolesError,
    Joined,
    RatingError,
    Reason,
    StudyError,
    as_keys,
    listed,
    message,
    nearest,
    options_in,
    parted,
    plain,
    reworded,
    shown,
)
from growthpoles.file_reading import read_text
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.regions.boundaries import boundary_notes
from growthpoles.spatial.weights.build_weights import CONTIGUITY, pairs_by_geometry
from growthpoles.study.files.problems import Problem, problems_frame
from growthpoles.study.files.user_table import TableData, idle_told, toml_text
from growthpoles.study.inputs.indicators import (
    NO_ROW,
    absent_that_year,
    catalogue_frame,
    editions,
    input_account,
    load_indicators,
    region_index,
    study_table,
    unused_inputs,
)
from growthpoles.study.inputs.industry_table import industry_data, industry_years, load_industries
from growthpoles.study.inputs.published import load_published, published_years
from growthpoles.study.inputs.study_rating import method_problems, study_rating
from growthpoles.study.inputs.study_regions import (
    NO_BOUNDARIES,
    match_study_regions,
    nearest_region,
    study_regions,
    units_of,
)
from growthpoles.study.inputs.study_variables import study_weights
from growthpoles.study.load_study import file_problems, known_keys, read_toml, study_path
from growthpoles.study.study_spec import OUTSIDE, Column, Study

_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?")
# What an examination goes on with where study.toml says nothing.
_STAND_INS: dict[tuple[str, ...], Any] = {
    ("study", "name"): "study",
    ("study", "title"): {"en": "study"},
    ("study", "source"): {"en": "not stated"},
}
_MOST = 200
_BAD_NAMES = 50  # of a table that are told one by one


def study_problems(path: Path, *, outside: bool = False) -> tuple[Study | None, list[Problem]]:
    """Read a study.toml and list everything that is wrong with it.

    Parameters
    ----------
    path : Path
        The file.
    outside : bool
        Whether it may name files outside its folder.

    Returns
    -------
    study : Study or None
        Also where some keys are faulty, as long as the rest makes a study: its files can then be examined too.
    problems : list of Problem
        File, line and key of each.
    """
    try:
        content = read_toml(path)
        text = read_text(path)
    except StudyError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else None
        return None, [replace(_plain_problem(error, str(path)), row=line)]
    problems: list[Problem] = []
    if "path" in content:
        problems.append(Problem("not a known key", str(path), "", line_of(text, ("path",)), "path"))
        del content["path"]
    study = _lenient(path, text, content, problems, outside=outside)
    barred = False
    if study is not None:
        for key, problem in file_problems(study, outside=outside):
            said, remedy = parted(problem, file=key)
            row = line_of(text, tuple(re.findall(r"\w+", key)))
            problems.append(Problem(said, str(path), "", row, key, remedy))
            barred = barred or OUTSIDE in problem
    return (None if barred else study), problems  # nothing of a study that leads elsewhere is read


def _lenient(path: Path, text: str, content: dict[str, Any], problems: list[Problem], *, outside: bool) -> Study | None:
    """Validate, set faulty keys aside, and try again with the rest."""
    content = copy.deepcopy(content)
    set_aside: set[tuple[Any, ...]] = set()
    for _ in range(5):
        try:
            return Study.model_validate({**content, "path": path.resolve()}, context={"outside": outside})
        except ValidationError as error:
            faults = error.errors()[:_MOST]
        for fault in faults:
            where = tuple(fault["loc"])
            if where not in set_aside:
                problems.append(_described(fault, path, text))
            set_aside.add(where)
        if len(problems) >= _MOST:
            return None
        if not _mend(content, [tuple(fault["loc"]) for fault in faults]):
            return None
    return None


def _described(fault: Any, path: Path, text: str) -> Problem:
    where = tuple(fault["loc"])
    key = ".".join(str(part + 1) if isinstance(part, int) else plain(part) for part in where)
    cause = fault.get("ctx", {}).get("error")
    said, remedy = parted(cause.args[0] if isinstance(cause, ValueError) else fault["msg"])
    if fault["type"] == "extra_forbidden":
        known = known_keys(where[:-1])
        near = nearest(where[-1], known, n=1)
        said, remedy = "not a known key", ", ".join(known) + (f"; nearest: {near[0]}" if near else "")
    elif fault["type"] == "missing":
        examples = {
            "study.years": "years = [2014]",
            "study.name": 'name = "my-study"',
            "rating": '[rating] catalogue = "..."',
        }
        said, remedy = (
            "is missing",
            examples.get(key, 'add it, as the page "Your own study" of the documentation describes'),
        )
    return Problem(said, str(path), "", line_of(text, where), key, remedy)


def _mend(content: dict[str, Any], places: list[tuple[Any, ...]]) -> bool:
    """Take the faulty values out, or put a stand-in; tell whether anything changed."""
    changed = False
    # From the back, so that the numbers of list items stay right.
    for place in sorted(
        set(places), key=lambda each: [(isinstance(p, int), str(p).zfill(6)) for p in each], reverse=True
    ):
        if place in _STAND_INS and isinstance(content.setdefault("study", {}), dict):
            content["study"][place[1]] = _STAND_INS[place]
            changed = True
            continue
        if place == ("rating",) and _without_method(content):
            changed = True
            continue
        holder: Any = content
        for depth, part in enumerate(place):
            inside = (isinstance(holder, dict) and part in holder) or (
                isinstance(holder, list) and isinstance(part, int) and part < len(holder)
            )
            if not inside:
                break
            last = depth == len(place) - 1 or not isinstance(holder[part], dict | list)
            if last:
                del holder[part]
                changed = True
                break
            holder = holder[part]
    return changed


def _without_method(content: dict[str, Any]) -> bool:
    """Leave the catalogue alone in [rating], whose options do not fit together; tell whether there is one."""
    rating = content.get("rating")
    if not isinstance(rating, dict) or "catalogue" not in rating or len(rating) == 1:
        return False
    content["rating"] = {"catalogue": rating["catalogue"]}
    return True


def line_of(text: str, where: tuple[Any, ...]) -> int | None:
    """Return the line of study.toml on which a key stands, or that of its section, or None."""
    names = [str(part) for part in where if isinstance(part, str) and not part.isdigit()]
    count = next((int(part) for part in where if isinstance(part, int)), None)
    if count is None:
        count = next((int(part) - 1 for part in where if isinstance(part, str) and part.isdigit()), 0)
    section, best, seen = "", None, -1
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _HEADER.match(line):
            section = head[1].replace('"', "")
            seen += names[:1] == [section]
            if (
                names
                and section in {".".join(names[: depth + 1]) for depth in range(len(names))}
                and seen in (-1, count)
            ):
                best = number
            continue
        key = line.split("=", 1)[0].strip().strip('"')
        path = [*section.split("."), key] if section else [key]
        inside = names[: len(path)] == path and bool(key) and "=" in line
        if inside and (seen == count or names[0] != "tables"):
            return number
    return best


def catalogue_problems(path: Path) -> tuple[Catalogue | None, list[Problem]]:
    """Read a catalogue and list everything that is wrong with it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    catalogue : Catalogue or None
        None where there is a problem.
    problems : list of Problem
        One per row and fault. A fault of the tree as a whole (a cycle, two roots) ends the list: what stands behind it
        is not looked at before it is mended.
    """
    try:
        frame = catalogue_frame(path)
    except GrowthpolesError as error:
        return None, [_plain_problem(error, str(path))]
    problems: list[Problem] = []
    most = max(10, min(_MOST, 20_000 // max(1, len(frame))))  # the whole catalogue is read anew for each
    while len(problems) < most:
        try:
            catalogue = Catalogue.from_frame(frame, source=path.name)
        except GrowthpolesError as error:
            found = _placed(error.args[0], path)
        else:
            return (None if problems else catalogue), problems
        if found in problems:
            break
        problems.append(found)
        # The cell at fault is replaced by one that is not, and the catalogue is read again.
        if not _mend_catalogue(frame, found):
            break
    return None, problems


def _placed(told: Reason, path: Path) -> Problem:
    """Return a message of the catalogue as a problem with its place."""
    at = getattr(told.places["where"], "places", None)
    if at is None:
        return Problem(told.removeprefix(f"{path.name}: "), str(path))
    problem, remedy = parted(told, file=told.places["where"])
    return Problem(problem, str(path), "", int(at["row"]), at["column"], remedy)


def _mend_catalogue(frame: pd.DataFrame, problem: Problem) -> bool:
    """Change the cell that a problem is about into one that is allowed; False where that would hide other faults."""
    rows = frame.index[frame["row"] == problem.row]
    if not len(rows) or not problem.column:
        return False
    at, column = rows[0], problem.column
    if column == "code":
        frame.loc[at, "code"] = f"row_{problem.row}"
    elif column in ("numerator", "denominator"):
        frame.loc[at, [each for each in ("numerator", "denominator") if each in frame]] = ""
    elif column == "kind":
        frame.loc[at, "kind"] = "indicator" if frame.loc[at, "parent"] else "primary"
    elif column == "parent":
        roots = frame.loc[(frame["kind"] == "aggregate") & (frame["parent"] == ""), "code"]
        frame.loc[at, "parent"] = "" if frame.loc[at, "kind"] == "primary" or roots.empty else roots.iloc[0]
    else:
        frame.loc[at, column] = ""
    return True


def examine_study(path: str | Path | None = None, *, outside: bool = False) -> pd.DataFrame:
    """Check everything that a study names, and list all problems at once.

    Parameters
    ----------
    path : str or Path, optional
        A study.toml, its folder, or the name of a built-in study; None is the built-in Kazakhstan study.
    outside : bool
        Whether study.toml may name files outside its folder, as in :func:`load_study`.

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

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.examine_study("mexico-gdp").empty
    True
    """
    file = study_path(path)
    study, problems = study_problems(file, outside=outside)
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
    if codes is not None and study.specialisation is not None and _is_there(study, study.specialisation.file):
        problems += _industry_problems(study)
    frame = problems_frame(dict.fromkeys(problems))
    if catalogue is not None and not faulty:
        with contextlib.suppress(GrowthpolesError):  # it is among the problems already
            frame.attrs = {
                "account": input_account(study),
                "unused": unused_inputs(study),
                "notes": _notes(study, catalogue),
            }
    return frame


def _notes(study: Study, catalogue: Catalogue) -> list[str]:
    """Say what a valid study lacks: regions without a row, years without an indicator."""
    bare_study = study.boundaries.absent
    notes = [f"{NO_BOUNDARIES}; they are left out"] if bare_study else []
    if not bare_study:
        notes += [f"boundaries: {note}" for note in boundary_notes(study_regions(study))]
        notes += _links_by_geometry(study)
    notes += _unnamed(study, catalogue)
    read = [(f"tables[{n}]", study_table(study, n - 1, catalogue)) for n in range(1, len(study.tables) + 1)]
    if study.specialisation is not None:
        read.append(("specialisation", industry_data(study)))
    for key, data in read:
        notes += [f"{key}.{told}" for told in idle_told(data.idle, data.raw.path)]
    if (none := no_year_rated(study, catalogue)) is not None:
        notes.append(str(none))
    for year in study.years:
        table = load_indicators(year, study=study)
        absent = absent_that_year(table, catalogue)
        if absent:
            notes.append(f"{year}: no rating of this year, since its tables do not hold {listed(absent)}")
        bare: dict[str, set[str]] = {}
        for region, code, reason in table.attrs["missing"]:
            if code not in absent and getattr(reason, "template", "") == NO_ROW:
                bare.setdefault(str(reason), set()).add(region)
        notes += [f"{year}: {listed(sorted(regions))}: {reason}, hence no data" for reason, regions in bare.items()]
    return notes


def no_year_rated(study: Study, catalogue: Catalogue) -> Reason | None:
    """Say which years each indicator has, and what to do, where no year of a study has them all and none is filled."""
    absent = {year: absent_that_year(load_indicators(year, study=study), catalogue) for year in study.years}
    if study.rating.imputation is not None or not all(absent.values()):
        return None
    years = {code: [year for year in study.years if code not in absent[year]] for code in catalogue.indicators}
    held = Joined((f"{plain(code)} ({listed(own)})" for code, own in years.items()), by=", ")
    columns = [each for table in study.tables for each in table.columns.values() if isinstance(each, Column)]
    dated = {each.code for each in columns if each.year is not None}
    older = min(dated.intersection(years), key=lambda code: (years[code][-1:], code), default=None)
    example = f"{{ code = {toml_text(older or '')}, year = {study.years[-1]} }}"
    problem = "no year can be rated, since none has all indicators: {held}"
    fewer = Reason("catalogue.csv without the rows of indicators that a year lacks", {})
    other = (
        "{fewer}; or, where older figures may stand for a year, that year in the tables"
        if older is None
        else "{fewer}; or, where older figures may stand for a year, that year for their columns in [tables.columns] "
        "of study.toml, as in {example}, instead of a year = ... of their whole table"
    )
    return message(problem, allowed=other, held=held, fewer=fewer, example=example)


def _unnamed(study: Study, catalogue: Catalogue) -> list[str]:
    """Say which names a study does not have in a language that it names; another language's stand in for them."""
    notes = []
    for lang in study.study.languages:
        column = f"name_{lang}"
        lacking = [
            code
            for code in catalogue.codes
            if catalogue.name(code, lang) != code  # which has a name in some language
            and (column not in catalogue.frame or not catalogue.frame[column].get(code))
        ]
        told = [f"catalogue.csv, {listed(lacking)}"] if lacking else []
        named = () if study.boundaries.absent else [str(each) for each in study_regions(study).columns]
        if column not in named and any(each.startswith("name_") for each in named):
            told.append("boundaries, all regions")
        if told:
            notes.append(f"no names in {lang!r} (the next language stands in for them): {'; '.join(told)}")
    return notes


def _links_by_geometry(study: Study) -> list[str]:
    """Name the neighbours whose borders do not match in the boundary file, where the study asks for contiguity."""
    kind, given = study.report.weights, study.weights
    try:
        if kind in CONTIGUITY and not (given.add or given.cut):
            table: Any = pairs_by_geometry(study_regions(study), kind, given.tolerance)
        else:
            table = getattr(study_weights(study), "by_geometry", None)
    except GrowthpolesError as error:
        return [f"no neighbours: {error}"]
    if table is None or not len(table):
        return []
    pairs = [
        f"{plain(row.region_a)} and {plain(row.region_b)} ({row.kind}, {row.distance:.3g} apart)"
        for row in table.itertuples()
    ]
    return [f"neighbours whose borders do not match vertex by vertex, found by geometry: {listed(pairs, write=str)}"]


def _is_there(study: Study, name: str) -> bool:
    """Tell whether a file that the study names exists; where not, that is a problem of study.toml already."""
    try:
        return study.resolve(name).exists()
    except (OSError, ValueError, RuntimeError):  # a name that no file can have
        return False


def _regions(study: Study) -> tuple[set[str] | None, list[Problem]]:
    """Read the boundaries; return the region codes, or None and why."""
    if study.boundaries.absent:
        try:
            return set(region_index(study)), []
        except GrowthpolesError:  # a table at fault, which is looked at by itself
            return None, []
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
    text = read_text(study.path, errors="replace")
    for name, codes in {"poles": study.growth_poles.poles, **study.growth_poles.recommended}.items():
        for code in codes:
            if code not in known:
                key = f"growth_poles.{name}" if name == "poles" else f"growth_poles.recommended.{name}"
                row = line_of(text, tuple(key.split(".")))
                near = nearest_region(study, code)
                remedy = "a region code" + (f"; nearest: {near}" if near else "")
                problems.append(Problem(f"{shown(code)} is no region", str(study.path), "", row, key, remedy))
    return problems


def _method_problems(study: Study, catalogue: Catalogue, known: set[str] | None) -> list[Problem]:
    """Hold the method of [rating] against the catalogue and the regions."""
    found = method_problems(study, catalogue)
    reference = study.rating.reference
    if reference is not None and known is not None and reference not in known:
        told_so, near = f"{shown(reference)} is no region", filter(None, [nearest_region(study, reference)])
        found.append(("rating.reference", message(told_so, allowed="a region code", near=near)))
    text = read_text(study.path, errors="replace")
    problems = []
    for key, told in found:
        problem, remedy = parted(told)
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


def _industry_problems(study: Study) -> list[Problem]:
    """List the problems of the table of industries: of its cells, or of the first year that cannot be used."""
    assert study.specialisation is not None
    path = str(study.resolve(study.specialisation.file))
    try:
        if problems := industry_data(study).problems:
            return list(problems)
        for year in industry_years(study) or (None,):
            load_industries(year, study=study)
    except GrowthpolesError as error:
        return [_plain_problem(error, path)]
    return []


def _name_problems(study: Study, number: int, data: TableData) -> list[Problem]:
    """Match every name by itself, so that each gets its row; then look for regions that stand twice or not at all."""
    spec = study.tables[number]
    rows: dict[str, int] = {}
    for (_, name), row in data.rows.items():
        rows.setdefault(name, row)
    problems: list[Problem] = []
    codes: dict[str, str] = {}
    unknown: dict[str, str] = {}
    at = units_of(study) if study.boundaries.parent is not None and not spec.of_parents else study
    try:
        match_study_regions(at, [], vintage=spec.vintage)
    except GrowthpolesError as error:  # in the aliases, whatever name is looked up
        return [_plain_problem(error, str(study.path))]
    for looked_at, (name, row) in enumerate(rows.items()):
        if len(unknown) == _BAD_NAMES:
            more = f"and {len(rows) - looked_at} more names, which are looked at when these are mended"
            problems.append(data.raw.problem(more, row=row, column=spec.key, remedy="names of the boundaries"))
            break
        try:
            if spec.correspondence is not None:  # whose names are those of its own column `from`
                codes[name] = name
            else:
                codes[name] = match_study_regions(at, [name], vintage=spec.vintage)[0]
        except GrowthpolesError as error:
            unknown[name] = str(error).removeprefix("region names: ")
    told = []
    for name, text in unknown.items():
        last = len(unknown) == 1 and any(map(str.isalpha, name))
        near = nearest_region(at, name, vintage=spec.vintage, taken=set(codes.values()), last=last)
        alias = f"{toml_text(name)} = {toml_text(near or 'KEY')} in [boundaries.aliases]"
        alias += "" if near else " with the key of the region that it means"
        remedy = f"{alias}, or ignore = [{toml_text(name)}] where it is no region"
        told.append(data.raw.problem(text, row=rows[name], column=spec.key, remedy=remedy))
    problems = told + problems
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
                if rated and not absent_that_year(table, catalogue):
                    study_rating(study, table, catalogue)
            except GrowthpolesError as error:
                if isinstance(error, RatingError) and (options := options_in(error.args[0])):
                    error = RatingError(reworded(error.args[0], as_keys(options, " under [rating] of study.toml")))
                where = str(study.resolve(study.tables[tables[0]].file)) if len(tables) == 1 else str(file)
                found = _plain_problem(error, where)
                of_year = isinstance(error, RatingError) and str(year) not in found.problem
                problems.append(replace(found, problem=f"{year}: {found.problem}") if of_year else found)
    for year in published if not faulty else ():
        try:
            load_published(year, study=study)
        except GrowthpolesError as error:
            problems.append(_plain_problem(error, str(file)))
    return problems


def _plain_problem(error: GrowthpolesError, file: str) -> Problem:
    """Make a problem of an error, its place and remedy taken out of the message."""
    problem, remedy = parted(error.args[0], file=file)
    return Problem(problem, file, "", None, "", remedy)


def open_marks(path: Path) -> list[tuple[str, int, str]]:
    """Return file, line and text of every line of a study that still carries the CHECK or DECIDE of a proposal.

    Parameters
    ----------
    path : Path
        The study.toml; its catalogue.csv stands beside it.
    """
    found = []
    for file in (path, path.with_name("catalogue.csv")):
        lines = read_text(file, errors="replace").splitlines() if file.is_file() else []
        found += [
            (file.name, number, _shortened(" ".join(line.split()), hit))
            for number, line in enumerate(lines, start=1)
            if (hit := re.search(r"\b(CHECK|DECIDE)\b", line)) and "Proposed by growthpoles init" not in line
        ]
    return found


def _shortened(line: str, mark: re.Match[str]) -> str:
    """Return the start of a long line, and what it says from its mark on."""
    at = line.index(mark[0])
    told = line[at : at + 80]
    head = line[:at] if len(line) <= 100 else line[: max(20, 96 - len(told))]
    return f"{head}{'' if head == line[:at] else ' ... '}{told}"
