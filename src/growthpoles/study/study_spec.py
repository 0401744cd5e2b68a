"""A study: everything that a run depends on, read from one TOML file and frozen.

The Kazakhstan case is such a file and takes no private path. See docs/studies.md for the format.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from growthpoles.study.rating_specs import Rating
from growthpoles.study.specs import Boundaries, Language, Part, Table, Year
from growthpoles.study.load_study import builtin_names, read_toml, study_path
from growthpoles.errors import StudyError, message, nearest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Boundaries", "Language", "Study", "Table", "builtin_studies", "load_study"]

Text = dict[Language, Annotated[str, Field(max_length=500)]]
_NAME = r"\w(?:[\w .-]{0,78}[\w-])?"  # becomes part of file names: no separators, no control characters
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))}


def is_study_name(name: str) -> bool:
    """Tell whether a study may have this name, which becomes part of file names on every system."""
    return bool(re.fullmatch(_NAME, name)) and name.split(".")[0].casefold() not in _DEVICES


class _Part(BaseModel):
    model_config = Part.model_config


class StudyHead(_Part):
    """What the study is called, which years it covers, and its defaults."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    years: Annotated[tuple[Year, ...], Field(min_length=1)]
    title: Text
    source: Text
    languages: tuple[Language, ...] = ("en",)
    edition: str = "data"
    seed: Annotated[int, Field(ge=0)] = 0

    @field_validator("name")
    @classmethod
    def _fit_for_files(cls, name: str) -> str:
        if not is_study_name(name):
            raise ValueError("letters, digits, blank, '_', '-' and '.' only (it becomes part of file names)")
        return name

    @field_validator("title", "source")
    @classmethod
    def _printable(cls, text: Text) -> Text:
        if any(unicodedata.category(sign) in ("Cc", "Cs") for words in text.values() for sign in words):
            raise ValueError("control characters cannot be printed")
        return text

    @field_validator("years")
    @classmethod
    def _ascending(cls, years: tuple[int, ...]) -> tuple[int, ...]:
        if list(years) != sorted(set(years)):
            raise ValueError("years must ascend and not repeat")
        return years


class Cells(_Part):
    """Tables transcribed cell by cell, and the file that assembles editions from their columns."""

    folder: str
    assembly: str
    decimal: Literal[",", "."] = ","
    orders: dict[str, tuple[str, ...]]


class PublishedColumn(_Part):
    """A figure that the source itself printed: the table, and its column for each year."""

    table: int
    columns: dict[Year, str]
    absent: str | None = None


class Published(_Part):
    """Figures that the source itself printed."""

    index: PublishedColumn | None = None
    rating_class: PublishedColumn | None = None
    ksi: PublishedColumn | None = None


class GrowthPoles(_Part):
    """The poles whose surroundings are tested, and lists of regions that somebody recommended, by name."""

    poles: tuple[str, ...] = ()
    recommended: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = {}

    @model_validator(mode="after")
    def _no_repetition(self) -> GrowthPoles:
        for name, regions in {"poles": self.poles, **self.recommended}.items():
            if len(set(regions)) < len(regions):
                raise ValueError(f"{name} names a region twice")
        return self


class Study(_Part):
    """A validated study; see :func:`load_study`."""

    path: Path
    study: StudyHead
    boundaries: Boundaries
    rating: Rating
    cells: Cells | None = None
    tables: tuple[Table, ...] = ()
    published: Published = Published()
    growth_poles: GrowthPoles = GrowthPoles()

    @model_validator(mode="after")
    def _vintages_are_known(self) -> Study:
        if self.boundaries.builtin is None and any(table.vintage is not None for table in self.tables):
            raise ValueError('tables: vintage is for boundaries with builtin = "kz"')
        return self

    @model_validator(mode="after")
    def _has_data(self) -> Study:
        if self.cells is None and not self.tables:
            raise ValueError("a study needs [[tables]] or [cells]")
        return self

    @property
    def name(self) -> str:
        """Short name, used in file names and captions."""
        return self.study.name

    @property
    def years(self) -> tuple[int, ...]:
        """Years with data, ascending."""
        return self.study.years

    def resolve(self, name: str) -> Path:
        """Return a file named in the study, relative to the folder of study.toml."""
        return (self.path.parent / name).resolve()

    def text(self, part: Literal["title", "source"], lang: str = "en") -> str:
        """Return the title or the source in a language, or in the first language that is there."""
        found: Text = getattr(self.study, part)
        return found.get(lang) or next(iter(found.values()), "")  # type: ignore[call-overload]

    def __repr__(self) -> str:
        """Name, years and file."""
        return f"Study({self.name!r}, years={list(self.years)}, path={str(self.path)!r})"


def _problem(error: Any) -> str:
    # tables are counted from 1, as a reader of the file does
    where = ".".join(str(part + 1 if isinstance(part, int) else part)[:60] for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{where} is not a known key"
    if error["type"] == "missing":
        return f"{where} is missing"
    text = error["msg"].removeprefix("Value error, ")
    return f"{where}: {text}" if where else text


def known_keys(where: tuple[Any, ...]) -> list[str]:
    """Return the keys that a part of study.toml may have."""
    model: Any = Study
    for part in where:
        if isinstance(part, str):
            inner = model.model_fields[part].annotation if part in getattr(model, "model_fields", {}) else None
            options = [inner, *getattr(inner, "__args__", ())]
            model = next((each for each in options if hasattr(each, "model_fields")), None)
    return [name for name in model.model_fields if name != "path"] if model is not None else []


def builtin_studies() -> pd.DataFrame:
    """Return the studies that ship with the package.

    Returns
    -------
    DataFrame
        Index `name`; title (English), years, source, licence.
    """
    import pandas as pd

    from growthpoles.shipped_data import read_registry

    rows = {}
    for name in builtin_names():
        study = load_study(name)
        licences = dict.fromkeys(
            entry.licence for file, entry in read_registry().items() if file.startswith(f"{name}/")
        )
        rows[name] = {
            "title": study.text("title"),
            "years": ", ".join(map(str, study.years)),
            "source": study.text("source"),
            "licence": "; ".join(licences),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def load_study(path: str | Path | None = None) -> Study:
    """Read and validate a study.

    Parameters
    ----------
    path : str or Path, optional
        A study.toml, the folder that holds one, or the name of a built-in study (see :func:`builtin_studies`); a
        folder of that name in the working directory comes first if it holds a study.toml. None is the built-in
        Kazakhstan study.

    Returns
    -------
    Study
        Frozen. Files it names are checked to exist.

    Raises
    ------
    StudyError
        If the file is missing, is not TOML, has an unknown or missing key, a value of the wrong kind, or names a file
        that does not exist; every problem is listed.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_study().years
    (2010, 2014)
    """
    path = study_path(path)
    content = read_toml(path)
    if "path" in content:
        raise StudyError(message("path is not a known key", where=str(path)))
    try:
        study = Study(path=path.resolve(), **content)
    except ValidationError as error:
        problems = [_problem(part) for part in error.errors()[:20]]
        near = [
            hit
            for part in error.errors()
            if part["type"] == "extra_forbidden"
            for hit in nearest(part["loc"][-1], known_keys(part["loc"][:-1]), n=1)
        ]
        raise StudyError(message("; ".join(problems), where=str(path), near=near)) from None
    problems = [problem for _, problem in file_problems(study)]
    if problems:
        raise StudyError(message("; ".join(problems), where=str(study.path)))
    return study


def file_problems(study: Study) -> list[tuple[str, str]]:
    """List what a valid study names and does not have: (key, problem) for files and years."""
    named = {"rating.catalogue": study.rating.catalogue}
    if study.boundaries.file:
        named["boundaries.file"] = study.boundaries.file
    if study.cells:
        named |= {"cells.folder": study.cells.folder, "cells.assembly": study.cells.assembly}
    problems = []
    for number, table in enumerate(study.tables, start=1):
        named[f"tables[{number}].file"] = table.file
        if table.shares is not None:
            named[f"tables[{number}].shares"] = table.shares
        if not set(table.covered(study.years)) & set(study.years):
            problem = f"year {table.year} is not one of the study" if table.year else "has no year of the study"
            problems.append(
                (f"tables[{number}]", f"tables[{number}]: {problem}; allowed: {', '.join(map(str, study.years))}")
            )
    for key, name in named.items():
        try:
            found = study.resolve(name)
            if found.exists():
                continue
            folder = found.parent
            near = nearest(found.name, (p.name for p in folder.iterdir()), n=1) if folder.is_dir() else []
        except (OSError, ValueError, RuntimeError):  # too long, a null character, a loop of links
            near = []
        hint = f"; nearest: {near[0]}" if near else ""
        problems.append((key, f"{key} = {name[:200]!r} does not exist{hint}"))
    return problems
