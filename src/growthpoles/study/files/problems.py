"""Problems in a user's files, each with its place and remedy, listed at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from growthpoles.errors import Reason, message, plain, shown

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("file", "sheet", "row", "column", "problem", "remedy")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input.

    Attributes
    ----------
    problem : str
        What is wrong.
    file, sheet : str
        Where; empty where it does not apply.
    row : int or None
        Line of a text file or row of a sheet, as an editor or a spreadsheet counts it.
    column : str
        Name of the column, or key of study.toml.
    remedy : str
        What is allowed, or what to do.
    unit : {"line", "row"}
        What `row` counts.
    """

    problem: str
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    remedy: str = ""
    unit: str = "line"

    @property
    def place(self) -> str:
        """File, sheet, row and column in words."""
        parts = [
            self.file,
            f"sheet {shown(self.sheet)}" if self.sheet else "",
            f"{self.unit} {self.row}" if self.row is not None else "",
            f"column {plain(self.column)}" if self.column else "",
        ]
        return ", ".join(filter(None, parts))

    @property
    def told(self) -> Reason:
        """Line of an error message."""
        return message(self.problem, where=self.place or None, allowed=self.remedy or None)

    def __str__(self) -> str:
        """Return the line of an error message."""
        return str(self.told)


def summary(problems: Iterable[Problem]) -> Reason:
    """Return the message of the first problem, and how many others there are."""
    problems = list(problems)
    more = len(problems) - 1
    first = problems[0].told
    if not more:
        return first
    return Reason(first.template, first.places, f"{first} (and {more} more: growthpoles validate lists all)")


def problems_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """Return problems as a table with the columns file, sheet, row, column, problem, remedy."""
    import pandas as pd

    rows = [[getattr(problem, column) for column in COLUMNS] for problem in problems]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return frame.astype({"row": "Int64"})
