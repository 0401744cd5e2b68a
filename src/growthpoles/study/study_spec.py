"""A study: everything that a run depends on, read from one TOML file and frozen.

The Kazakhstan case is such a file and takes no private path. See docs/studies.md for the format.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from growthpoles.study.rating_specs import Rating
from growthpoles.study.specs import Boundaries, Language, Part, Table, Year

if TYPE_CHECKING:
    pass


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










