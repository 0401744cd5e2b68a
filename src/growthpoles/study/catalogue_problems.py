"""All problems of a catalogue at once; reading one stops at the first."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from growthpoles.errors import GrowthpolesError
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.study.files.problems import Problem
from growthpoles.study.inputs.indicators import catalogue_frame

_PLACE = re.compile(r"^(?P<file>.*?) row (?P<row>\d+)(?: \((?P<code>.*?)\))?: (?P<rest>.*)$", flags=re.DOTALL)
_COLUMN = re.compile(r"\b(?:direction|weight|factor|kind|numerator|denominator|parent|code)\b")
_MOST = 200


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
        return None, [Problem(str(error).removeprefix(f"{path}: "), str(path))]
    problems: list[Problem] = []
    while len(problems) < _MOST:
        try:
            catalogue = Catalogue.from_frame(frame, source=path.name)
        except GrowthpolesError as error:
            found = _placed(str(error), path)
        else:
            return (None if problems else catalogue), problems
        if found in problems:
            break
        problems.append(found)
        # The cell at fault is replaced by one that is not, and the catalogue is read again.
        if not _mend(frame, found):
            break
    return None, problems


def _placed(text: str, path: Path) -> Problem:
    """Take the place out of a message of the catalogue."""
    hit = _PLACE.match(text)
    if hit is None:
        return Problem(text.removeprefix(f"{path.name}: "), str(path))
    problem, _, remedy = hit["rest"].partition("; allowed: ")
    column = first[0] if (first := _COLUMN.search(problem)) else ""
    return Problem(problem, str(path), "", int(hit["row"]), column, remedy)


def _mend(frame: pd.DataFrame, problem: Problem) -> bool:
    """Change the cell that a problem is about into one that is allowed; False where that would hide other faults."""
    rows = frame.index[frame["row"] == problem.row]
    if not len(rows) or not problem.column or "children" in problem.problem or "cycle" in problem.problem:
        return False
    at, column = rows[0], problem.column
    if column == "code":
        frame.loc[at, "code"] = f"row_{problem.row}"
    elif column in ("numerator", "denominator") or "derived" in problem.problem:
        frame.loc[at, [each for each in ("numerator", "denominator") if each in frame]] = ""
    elif column == "kind":
        frame.loc[at, "kind"] = "indicator" if frame.loc[at, "parent"] else "primary"
    elif column == "parent":
        roots = frame.loc[(frame["kind"] == "aggregate") & (frame["parent"] == ""), "code"]
        frame.loc[at, "parent"] = "" if frame.loc[at, "kind"] == "primary" or roots.empty else roots.iloc[0]
    else:
        frame.loc[at, column] = ""
    return True
