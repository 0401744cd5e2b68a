"""All problems of a study.toml at once, and the study that is left when its faulty keys are set aside."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from growthpoles.errors import StudyError, nearest, plain
from growthpoles.study.files.problems import Problem
from growthpoles.study.load_study import file_problems, known_keys, read_toml
from growthpoles.study.study_spec import Study

_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?")
# What an examination goes on with where study.toml says nothing.
_STAND_INS: dict[tuple[str, ...], Any] = {
    ("study", "name"): "study",
    ("study", "title"): {"en": "study"},
    ("study", "source"): {"en": "not stated"},
}


def study_problems(path: Path) -> tuple[Study | None, list[Problem]]:
    """Read a study.toml and list everything that is wrong with it.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    study : Study or None
        Also where some keys are faulty, as long as the rest makes a study: its files can then be examined too.
    problems : list of Problem
        File, line and key of each.
    """
    try:
        content = read_toml(path)
        text = path.read_text(encoding="utf-8-sig")
    except StudyError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else None
        return None, [Problem(str(error).removeprefix(f"{path}: "), str(path), "", line)]
    problems: list[Problem] = []
    if "path" in content:
        problems.append(Problem("not a known key", str(path), "", line_of(text, ("path",)), "path"))
        del content["path"]
    study = _lenient(path, text, content, problems)
    if study is not None:
        for key, problem in file_problems(study):
            said, _, remedy = problem.partition("; ")
            row = line_of(text, tuple(re.findall(r"\w+", key)))
            problems.append(Problem(said.removeprefix(f"{key}: "), str(path), "", row, key, remedy))
    return study, problems


def _lenient(path: Path, text: str, content: dict[str, Any], problems: list[Problem]) -> Study | None:
    """Validate, set faulty keys aside, and try again with the rest."""
    content = copy.deepcopy(content)
    set_aside: set[tuple[Any, ...]] = set()
    for _ in range(5):
        try:
            return Study(path=path.resolve(), **content)
        except ValidationError as error:
            faults = error.errors()
        for fault in faults:
            where = tuple(fault["loc"])
            if where not in set_aside:
                problems.append(_described(fault, path, text))
            set_aside.add(where)
        if not _mend(content, [tuple(fault["loc"]) for fault in faults]):
            return None
    return None


def _described(fault: Any, path: Path, text: str) -> Problem:
    where = tuple(fault["loc"])
    key = ".".join(str(part + 1) if isinstance(part, int) else plain(part) for part in where)
    said, _, remedy = fault["msg"].removeprefix("Value error, ").partition("; allowed: ")
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
        said, remedy = "is missing", examples.get(key, "add it, as docs/studies.md describes")
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
