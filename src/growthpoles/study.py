"""A study: everything that a run depends on, read from one TOML file and frozen.

The Kazakhstan case is such a file and takes no private path. See docs/studies.md for the format.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from growthpoles.errors import StudyError, message, nearest

Language = Literal["en", "ru", "kk"]
Text = dict[Language, str]
Year = Annotated[int, Field(ge=1900, le=2100)]
BUILTIN = "kazakhstan-it"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class StudyHead(_Part):
    """What the study is called, which years it covers, and its defaults."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    years: Annotated[tuple[Year, ...], Field(min_length=1)]
    title: Text
    source: Text
    languages: tuple[Language, ...] = ("en",)
    edition: str = "data"
    seed: Annotated[int, Field(ge=0)] = 0

    @field_validator("years")
    @classmethod
    def _ascending(cls, years: tuple[int, ...]) -> tuple[int, ...]:
        if list(years) != sorted(set(years)):
            raise ValueError("years must ascend and not repeat")
        return years


class Boundaries(_Part):
    """Where the polygons come from: a shipped layer (`builtin`) or a file of one's own."""

    builtin: Literal["kz"] | None = None
    year: Year | None = None
    file: str | None = None
    layer: str | None = None
    key: str | None = None
    name: str | None = None
    crs: str | None = None
    repair: Literal["refuse", "clean"] = "refuse"

    @model_validator(mode="after")
    def _one_source(self) -> Boundaries:
        if (self.builtin is None) == (self.file is None):
            raise ValueError('give either builtin = "kz" or file = "..."')
        if self.builtin is not None and self.year is None:
            raise ValueError("a built-in layer needs year = ...")
        if self.file is not None and self.key is None:
            raise ValueError('a boundary file needs key = "..." (the column that identifies a region)')
        return self


class Rating(_Part):
    """The catalogue of indicators that drives the rating."""

    catalogue: str


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


class Table(_Part):
    """A table of one's own: one row per region, one column per indicator."""

    file: str
    year: Year
    key: str = "region"
    edition: str = "data"
    decimal: Literal[",", "."] = "."
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    missing: tuple[str, ...] = ()
    columns: dict[str, str] = {}
    ksi: str | None = None
    no_production: tuple[str, ...] = ("-",)


class Study(_Part):
    """A validated study; see :func:`load_study`."""

    path: Path
    study: StudyHead
    boundaries: Boundaries
    rating: Rating
    cells: Cells | None = None
    tables: tuple[Table, ...] = ()
    published: Published = Published()

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
        return found.get(lang) or next(iter(found.values()), "")  # type: ignore[call-overload, no-any-return]

    def __repr__(self) -> str:
        """Name, years and file."""
        return f"Study({self.name!r}, years={list(self.years)}, path={str(self.path)!r})"


def _problem(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{where} is not a known key"
    if error["type"] == "missing":
        return f"{where} is missing"
    text = error["msg"].removeprefix("Value error, ")
    return f"{where}: {text}" if where else text


def load_study(path: str | Path | None = None) -> Study:
    """Read and validate a study.

    Parameters
    ----------
    path : str or Path, optional
        A study.toml or the folder that holds one. None is the built-in Kazakhstan study.

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
    if path is None:
        from growthpoles.data.registry import geodata_path

        path = geodata_path(BUILTIN)
    path = Path(path)
    if path.is_dir():
        path = path / "study.toml"
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise StudyError(message("the study does not exist", where=str(path))) from None
    except OSError as error:
        raise StudyError(message(f"cannot be read ({error.strerror})", where=str(path))) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise StudyError(message(f"not valid TOML: {str(error)[:200]}", where=str(path))) from None
    if "path" in content:
        raise StudyError(message("path is not a known key", where=str(path)))
    try:
        study = Study(path=path.resolve(), **content)
    except ValidationError as error:
        problems = [_problem(part) for part in error.errors()[:20]]
        near = [
            hit
            for part in error.errors()
            if part["type"] == "extra_forbidden" and len(part["loc"]) == 1
            for hit in nearest(part["loc"][0], Study.model_fields, n=1)
        ]
        raise StudyError(message("; ".join(problems), where=str(path), near=near)) from None
    _check_files(study)
    return study


def _check_files(study: Study) -> None:
    named = {"rating.catalogue": study.rating.catalogue}
    if study.boundaries.file:
        named["boundaries.file"] = study.boundaries.file
    if study.cells:
        named |= {"cells.folder": study.cells.folder, "cells.assembly": study.cells.assembly}
    for number, table in enumerate(study.tables, start=1):
        named[f"tables[{number}].file"] = table.file
        if table.year not in study.years:
            allowed = ", ".join(map(str, study.years))
            raise StudyError(
                message(
                    f"year {table.year} is not one of the study",
                    where=f"{study.path}, tables[{number}]",
                    allowed=allowed,
                )
            )
    for key, name in named.items():
        if not study.resolve(name).exists():
            folder = study.resolve(name).parent
            near = nearest(Path(name).name, (p.name for p in folder.iterdir()), n=1) if folder.is_dir() else []
            raise StudyError(message(f"{key} = {name!r} does not exist", where=str(study.path), near=near))
