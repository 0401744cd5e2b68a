"""What study.toml may say about a boundary file and about a table: the parts that readers need."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Language = Literal["en", "ru", "kk"]
Year = Annotated[int, Field(ge=1900, le=2100)]
YEAR_MARK = "{year}"


class Part(BaseModel):
    """A part of study.toml: frozen, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Boundaries(Part):
    """Where the polygons come from: a shipped layer (`builtin`) or a file of one's own."""

    builtin: Literal["kz"] | None = None
    year: Year | None = None
    file: str | None = None
    layer: str | None = None
    key: str | None = None
    name: str | dict[Language, str] | None = None
    crs: str | None = None
    projection: str | None = None
    repair: Literal["refuse", "clean"] = "refuse"
    aliases: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_source(self) -> Boundaries:
        if (self.builtin is None) == (self.file is None):
            raise ValueError('give either builtin = "kz" or file = "..."')
        if self.builtin is not None and self.year is None:
            raise ValueError("a built-in layer needs year = ...")
        if self.file is not None and self.key is None:
            raise ValueError('a boundary file needs key = "..." (the column that identifies a region)')
        return self

    @property
    def name_columns(self) -> dict[str, str]:
        """Language -> column of the file that holds the names."""
        if self.name is None:
            return {}
        return (
            {"en": self.name}
            if isinstance(self.name, str)
            else {str(lang): column for lang, column in self.name.items()}
        )


class Column(Part):
    """What a column of a table is: a code of the catalogue, in one year."""

    code: str
    year: Year | None = None


class Table(Part):
    """A table of one's own: delimited text, Excel or Parquet; wide or long; for one year or for several."""

    file: str
    sheet: str | None = None
    header: Annotated[int, Field(ge=1)] | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: Literal[",", "."] | None = None
    thousands: Literal[",", ".", "'"] | None = None
    layout: Literal["wide", "long"] = "wide"
    key: str = "region"
    year: Year | None = None
    year_column: str | None = None
    years: tuple[Year, ...] | None = None
    indicator: str | None = None
    value: str | None = None
    columns: dict[str, str | tuple[str, ...] | Column] = {}
    missing: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    edition: str = "data"
    vintage: Year | None = None
    shares: str | None = None
    ksi: str | None = None
    no_production: tuple[str, ...] = ("-",)

    @field_validator("columns", mode="before")
    @classmethod
    def _clear_targets(cls, columns: object) -> object:
        if not isinstance(columns, dict):
            return columns  # pydantic says what it should be
        for header, target in columns.items():
            named = isinstance(target, Column) or (isinstance(target, dict) and isinstance(target.get("code"), str))
            several = isinstance(target, list | tuple) and target and all(isinstance(code, str) for code in target)
            if not (isinstance(target, str) or several or (named and set(dict(target)) <= {"code", "year"})):
                raise ValueError(
                    f'{str(header)[:40]!r}: give a code, several codes ["a", "b"], or {{ code = "a", year = 2010 }}'
                )
        return columns

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                if not codecs.lookup(name)._is_text_encoding:
                    raise LookupError
            except (LookupError, ValueError):
                raise ValueError(f"{name[:40]!r} is not a text encoding (for instance utf-8, utf-16, cp1251)") from None
        return name

    @field_validator("delimiter")
    @classmethod
    def _usable_delimiter(cls, sign: str | None) -> str | None:
        if sign is not None and (sign in "\"\r\n '" or sign.isalnum() or (sign != "\t" and not sign.isprintable())):
            raise ValueError(f"{sign!r} cannot separate cells")
        return sign

    @model_validator(mode="after")
    def _fits_together(self) -> Table:
        if self.thousands is not None and self.thousands == self.decimal:
            raise ValueError("thousands and decimal are the same sign")
        if self.layout == "long" and not (self.indicator and self.value):
            raise ValueError('layout = "long" needs indicator = "..." and value = "..." (its columns)')
        if self.layout == "wide" and (self.indicator or self.value):
            raise ValueError('indicator and value belong to layout = "long"')
        dated = [
            target.year is not None if isinstance(target, Column) else YEAR_MARK in header
            for header, target in self.columns.items()
        ]
        by_column = self.layout == "wide" and any(dated)
        ways = [self.year is not None, self.year_column is not None, by_column]
        if sum(ways) != 1:
            raise ValueError(
                'the year of the values: give one of year = ..., year_column = "...", or columns with a year '
                '("grp_{year}" = "grp", or "x" = { code = "grp", year = 2010 })'
            )
        if by_column and not all(dated):
            raise ValueError("columns: either all of them state a year, or none")
        if self.shares is not None and self.vintage is None:
            raise ValueError("shares needs vintage = ... (whose regions the table has)")
        return self

    def covered(self, study_years: tuple[int, ...]) -> tuple[int, ...]:
        """Return the years of the study that this table may hold."""
        if self.year is not None:
            return (self.year,)
        named = {target.year for target in self.columns.values() if isinstance(target, Column) and target.year}
        marked = any(YEAR_MARK in header for header in self.columns) or self.year_column is not None
        allowed = set(self.years or study_years) if marked else set()
        return tuple(year for year in study_years if year in allowed | named)
