"""Study specification: what study.toml may say, as frozen models.

The Kazakhstan case is such a file and takes no private path. See docs/studies.md for the format.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import unicodedata
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from growthpoles.errors import DataError, Option, Reason, StudyError, message, parted
from growthpoles.file_reading import absolute
from growthpoles.file_writing import RESERVED
from growthpoles.language.languages import SOURCE, check_language
from growthpoles.randomness import SEED
from growthpoles.result_display import ResultDisplay
from growthpoles.shipped_data import geodata_path
from growthpoles.study.rating_spec import SHOWN, Language, Part, Rating, Text, Year, known_word, quoted, read_goalposts

OUTSIDE = "leads out of the study's folder, and what somebody else's study names there is not read"
YEAR_MARK = "{year}"
_REPEATS = 8  # of a pattern for keys
DISTANCES = "distances"  # kind of weights: from the table that [weights] names
#: Years up to which each is shown in detail; what follows regions through time always holds all.
EACH = 7
_NAME = r"\w(?:[\w .-]{0,78}[\w-])?"  # becomes part of file names: no separators, no control characters
# Option of [report] -> section of the texts that says each choice: what has no phrase cannot be reported.
_PHRASES = {"figures": "figure", "weights": "weights", "adjust": "adjusted", "preset": "preset"}
_FIGURE_KINDS = ("line", "combination", "halftone")  # as growthpoles.maps.presets knows them


def _may_run_away(parsed: Any, *, inside: bool = False) -> bool:
    """Tell whether a pattern can take time without end: it repeats what repeats or branches, or repeats too often."""
    repeats = 0
    for kind, content in parsed:
        name, below = str(kind), inside
        if name in ("MAX_REPEAT", "MIN_REPEAT") and content[1] > 1:
            if inside:
                return True
            repeats, below = repeats + 1, True
        if (name == "BRANCH" and inside) or repeats > _REPEATS:
            return True
        inner = [content[2]] if "REPEAT" in name else [content[-1]] if name == "SUBPATTERN" else []
        inner += list(content[1]) if name == "BRANCH" else [content[1]] if name in ("ASSERT", "ASSERT_NOT") else []
        if any(_may_run_away(each, inside=below) for each in inner):
            return True
    return False


class Boundaries(Part):
    """Where the polygons come from: a shipped layer (`builtin`) or a file of one's own."""

    builtin: Literal["kz"] | None = None
    year: Year | None = None
    file: str | None = None
    layer: str | None = None
    key: str | None = None
    name: str | dict[Language, str] | None = None
    crs: str | None = None
    encoding: str | None = None
    dissolve: bool | None = None
    parent: str | None = None
    only: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    projection: str | None = None
    repair: Literal["refuse", "clean"] = "refuse"
    match: tuple[str, ...] = ()
    aliases: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source(self) -> Boundaries:
        if self.builtin is not None and self.file is not None:
            raise ValueError('give either builtin = "kz" or file = "..."')
        if self.absent and (stray := sorted(self.model_fields_set - {"aliases"})):
            raise ValueError(f'{stray[0]} needs builtin = "kz" or file = "..."')
        if self.builtin is not None and self.year is None:
            raise ValueError("a built-in layer needs year = ...")
        if self.builtin is not None and self.parent is not None:
            raise ValueError("parent is for a file of one's own")
        if self.file is not None and self.key is None:
            raise ValueError('a boundary file needs key = "..." (the column that identifies a region)')
        return self

    @property
    def absent(self) -> bool:
        """Whether the study has no boundaries: its regions are then the names in its tables."""
        return self.builtin is None and self.file is None

    @property
    def name_columns(self) -> dict[str, str]:
        """Language -> column of the file that holds the names."""
        return {SOURCE: self.name} if isinstance(self.name, str) else dict(self.name or {})


class Column(Part):
    """What a column of a table is: a code of the catalogue, in one year."""

    code: str
    year: Year | None = None


#: The row with the names of columns, or several.
Header = Annotated[int, Field(ge=1)] | Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] | None


class Table(Part):
    """A table of one's own: delimited text, Excel or Parquet; wide or long; for one year or for several."""

    file: str
    sheet: str | None = None
    transpose: bool = False
    header: Header = None
    rows: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] | None = None
    fill: tuple[str, ...] = ()
    hidden: bool = False
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: Literal[",", "."] | None = None
    thousands: Literal[",", ".", "'"] | None = None
    layout: Literal["wide", "long"] = "wide"
    key: str = "region"
    key_pattern: str | None = None
    key_width: Annotated[int, Field(ge=1, le=40)] | None = None
    year: Year | None = None
    year_column: str | None = None
    years: tuple[Year, ...] | None = None
    indicator: str | tuple[str, ...] | None = None
    value: str | tuple[str, ...] | None = None
    value_years: dict[str, Year] = Field(default_factory=dict)
    flag_column: str | None = None
    columns: dict[str, str | tuple[str, ...] | Column] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    parentheses: Literal["negative", "flag"] | None = None
    ignore: tuple[str, ...] = ()
    edition: str = "data"
    vintage: Year | None = None
    shares: str | None = None
    correspondence: str | None = None
    of_parents: bool = False
    weighted_by: dict[str, str] = Field(default_factory=dict)
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

    @field_validator("key_pattern")
    @classmethod
    def _one_group(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                raise ValueError(f"{pattern[:40]!r} is no regular expression ({error})") from None
            if _may_run_away(re._parser.parse(pattern)):  # type: ignore[attr-defined]
                raise ValueError(f"{pattern[:40]!r}: a repetition or a choice inside a repetition may never end")
            if groups != 1 or len(pattern) > 200:
                raise ValueError(f'{pattern[:40]!r}: one pair of parentheses around the key, for instance "(\\d+) .*"')
        return pattern

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
        if self.layout == "long" and not (self.indicator and bool(self.value) != bool(self.value_years)):
            raise ValueError('layout = "long" needs indicator = "..." and value = "..." (its columns)')
        if self.layout == "wide" and (self.indicator or self.value or self.value_years):
            raise ValueError('indicator and value belong to layout = "long"')
        dated = [
            target.year is not None if isinstance(target, Column) else YEAR_MARK in header
            for header, target in self.columns.items()
        ]
        by_column = (self.layout == "wide" and any(dated)) or bool(self.value_years)
        ways = [self.year is not None, self.year_column is not None, by_column]
        if sum(ways) > 1:
            own = [f"year = {self.year}"] * ways[0] + [f'year_column = "{self.year_column}"'] * ways[1]
            rest = f"the columns state their years, too: delete {own[0]}" if by_column else "delete one of them"
            raise ValueError(f"the year of the values is given more than once, by {' and '.join(own)}; {rest}")
        if not any(ways):
            raise ValueError(
                'the year of the values: give one of year = ..., year_column = "...", or columns with a year '
                '("grp_{year}" = "grp", or "x" = { code = "grp", year = 2010 })'
            )
        if by_column and not self.value_years and not all(dated):
            raise ValueError("columns: either all of them state a year, or none")
        if self.correspondence is not None and self.vintage is not None:
            raise ValueError("give either vintage or correspondence")
        if self.shares is not None and self.vintage is None:
            raise ValueError("shares needs vintage = ... (whose regions the table has)")
        return self

    @property
    def several(self) -> bool:
        """Whether several columns hold numbers of one row and year: what they are is told as "text | column"."""
        years = self.value_years.values()
        return (isinstance(self.value, tuple) and len(self.value) > 1) or len({*years}) < len(years)

    def covered(self, study_years: tuple[int, ...]) -> tuple[int, ...]:
        """Return the years of the study that this table may hold."""
        if self.year is not None:
            return (self.year,)
        named = {target.year for target in self.columns.values() if isinstance(target, Column) and target.year}
        named |= set(self.value_years.values())
        marked = any(YEAR_MARK in header for header in self.columns) or self.year_column is not None
        allowed = set(self.years or study_years) if marked else set()
        return tuple(year for year in study_years if year in allowed | named)


class Specialisation(Table):
    """A regions x industries table of one's own: jobs, output or firms, read as any other table is."""

    industry: str | None = None
    measure: Literal["employment", "output", "firms"] = "employment"
    counts: bool | None = None
    industries: str | None = None
    total: str | None = None
    nation: str | None = None
    focus: tuple[str, ...] = ()
    floor: Annotated[float, Field(ge=0)] = 100
    top: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _industry_is_the_indicator(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        foreign = [
            key for key in ("indicator", "edition", "ksi", "no_production", "vintage", "shares") if key in content
        ]
        if foreign:
            instead = "industry" if foreign[0] == "indicator" else "a table under [[tables]]"
            raise ValueError(message(f"{foreign[0]} has no meaning here", allowed=instead))
        if content.get("layout") == "long" and not (content.get("industry") and content.get("value")):
            raise ValueError('layout = "long" needs industry = "..." and value = "..." (its columns)')
        return {**content, "indicator": content["industry"]} if content.get("industry") else content

    @property
    def table(self) -> Table:
        """How the file is read."""
        return Table.model_validate(self.model_dump(include=set(Table.model_fields)))

    @property
    def counted(self) -> bool:
        """Whether its cells are counts, for which there are intervals: not amounts of output, unless so stated."""
        return self.measure != "output" if self.counts is None else self.counts


class Inequality(Part):
    """What the report measures the inequality between regions of; None: every indicator."""

    variables: tuple[str, ...] | None = None
    population: str | None = None
    groups: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] | None = None
    resolution: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] | None = None

    @model_validator(mode="after")
    def _each_region_once(self) -> Inequality:
        named = [region for regions in (self.groups or {}).values() for region in regions]
        if twice := [region for region in named if named.count(region) > 1]:
            raise ValueError(f"groups: {twice[0][:SHOWN]} is in two groups")
        return self


def leads_outside(what: str) -> Reason:
    """Say that a file of a study lies outside its folder, and what allows it."""
    allowed = (
        "a copy of the file in that folder, or, for a study.toml of your own, --outside (in Python outside=True), "
        "which lets it name any file of yours"
    )
    return message(f"{what} {OUTSIDE}", allowed=allowed)


def may_read(study: Path, path: Path) -> bool:
    """Tell whether a study may read a file: one that lies below its folder, or one that it was proposed from.

    What a shipped study names may be anywhere among the shipped files.
    """
    shipped, real = geodata_path().resolve(), path.resolve()
    folder = study.resolve().parent
    if real.is_relative_to(shipped if folder.is_relative_to(shipped) else folder):
        return True
    try:
        return str(real) in allowance(study).read_text(encoding="utf-8").split("\0")
    except (OSError, UnicodeError, DataError):
        return False


def allowance(study: Path) -> Path:
    """Return the file of this user's own that says which files outside its folder a study was proposed from."""
    home = os.environ.get("XDG_STATE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    try:
        base = Path(home) if home else Path("~/.local/state").expanduser()
    except RuntimeError:
        raise DataError(message("this user has no home folder", where="XDG_STATE_HOME")) from None
    mark = hashlib.sha256(str(study.resolve()).encode(errors="surrogateescape")).hexdigest()[:32]
    return base / "growthpoles" / "proposed" / mark


def is_study_name(name: str) -> bool:
    """Tell whether a study may have this name, which becomes part of file names on every system."""
    return bool(re.fullmatch(_NAME, name)) and name.split(".")[0].casefold() not in RESERVED


def spread_over(years: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Return at most that many years at even distances, the first and the last among them."""
    count = min(len(years), most)
    return tuple(years[round(place * (len(years) - 1) / max(count - 1, 1))] for place in range(count))


def detailed_years(years: tuple[int, ...]) -> tuple[int, ...]:
    """Return the years shown in detail: all, or seven of many at even distances, the first and the last among them."""
    return spread_over(years, EACH)


class StudyHead(Part):
    """What the study is called, which years it covers, and its defaults."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    years: Annotated[tuple[Year, ...], Field(min_length=1)]
    title: Text
    source: Text
    languages: tuple[Language, ...] = (SOURCE,)
    edition: str = "data"
    seed: Annotated[int, Field(ge=0)] = SEED

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


class Cells(Part):
    """Tables transcribed cell by cell, and the file that assembles editions from their columns.

    `missing` are marks of cells without a number ("-", "..."), `cut` columns whose digits were cut off, not rounded;
    `totals` are labels of rows that sum up others, with the numbers of these ("1-16"; "all": every row but totals).
    """

    folder: str
    assembly: str
    decimal: Literal[",", "."] = ","
    orders: dict[str, tuple[str, ...]]
    missing: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    totals: dict[str, str] = Field(default_factory=dict)


class PublishedColumn(Part):
    """A figure that the source itself printed: the table, and its column for each year.

    Beside [[tables]] the table is a `file` with regions in the column `key`, `sheet` and `header` as in [[tables]];
    `table` is then a number to call it by.
    """

    table: int
    columns: dict[Year, str]
    absent: str | None = None
    file: str | None = None
    key: str = "region"
    sheet: str | None = None
    header: Header = None


class Published(Part):
    """Figures that the source itself printed."""

    index: PublishedColumn | None = None
    rating_class: PublishedColumn | None = None
    rank: PublishedColumn | None = None
    ksi: PublishedColumn | None = None


class GrowthPoles(Part):
    """The poles whose surroundings are tested, and lists of regions that somebody recommended, by name."""

    poles: tuple[str, ...] = ()
    recommended: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _no_repetition(self) -> GrowthPoles:
        for name, regions in {"poles": self.poles, **self.recommended}.items():
            if len(set(regions)) < len(regions):
                raise ValueError(f"{name} names a region twice")
        return self


class Weights(Part):
    """Neighbours as the study has them: a table of distances, links added or cut by hand, a tolerance of borders."""

    distances: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: Literal[",", "."] | None = None
    power: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    threshold: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    symmetric: bool = False
    absent: Literal["refuse", "cut"] = "refuse"
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    add: tuple[tuple[str, str], ...] = ()
    cut: tuple[tuple[str, str], ...] = ()


def four_nearest(weights: object) -> str:
    """Say what stands for a kind of weights with a number of neighbours in it ("knn4") where no k is taken; or ""."""
    from growthpoles.spatial.weights.build_weights import number_in

    if (asked := number_in(weights)) is None:
        return ""
    more = f"; in stats and map: --weights knn --k {asked}" if asked != _NEAREST else ""
    return f"knn (the {_NEAREST} nearest){more}"


_NEAREST = 4  # neighbours that "knn" takes where nothing else is said


class Report(Part):
    """What the report shows, how it tests, and how its figures look."""

    figures: tuple[str, ...] | None = None
    weights: str = "queen"
    adjust: str = "tarone"
    permutations: Annotated[int, Field(ge=1)] | None = None
    typeface: Annotated[str, Field(min_length=1)] | None = None
    preset: str = "report"
    insets: Literal["auto", "none"] = "auto"
    legend: Literal["auto", "inside", "below", "none"] = "auto"
    extent: Literal["auto", "all"] = "auto"
    context: Literal["auto", "none", "on", "rivers"] = "auto"
    cities: bool | Annotated[str, Field(min_length=1)] = False
    locator: bool = False

    @property
    def map_options(self) -> dict[str, Any]:
        """How the maps are laid out, as far as it is not the default."""
        given = {name: getattr(self, name) for name in ("insets", "legend", "extent", "context", "cities", "locator")}
        return {name: value for name, value in given.items() if value not in ("auto", False)}

    @field_validator("figures", "weights", "adjust", "preset", mode="before")
    @classmethod
    def _known(cls, value: object, info: Any) -> object:
        from growthpoles.language.phrases import phrase_keys  # only where an option is given

        known = phrase_keys(_PHRASES[info.field_name])
        if info.field_name == "preset" and isinstance(value, str) and ":" in value:
            name, _, kind = value.partition(":")
            return f"{known_word(name, known)}:{known_word(kind, _FIGURE_KINDS)}"
        if info.field_name == "weights" and value not in known and (rather := four_nearest(value)):
            raise ValueError(message(f"{quoted(value)} is not known", allowed=rather))
        if info.field_name != "figures":
            return known_word(value, known)
        if not isinstance(value, list | tuple | None):
            raise ValueError(message(quoted(value), allowed="a list of kinds of figures"))
        return None if value is None else tuple(dict.fromkeys(known_word(kind, known) for kind in value))


class Study(Part, ResultDisplay):
    """A validated study; see :func:`load_study`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> study.years
    (1940, 1950, 1960, 1970, 1980, 1990, 2000)
    >>> print(study.summary().splitlines()[0])
    Product per head of the Mexican states, 1940–2000 (mexico-gdp).
    """

    path: Path
    study: StudyHead
    boundaries: Boundaries = Boundaries()
    rating: Rating
    cells: Cells | None = None
    tables: tuple[Table, ...] = ()
    published: Published = Published()
    growth_poles: GrowthPoles = GrowthPoles()
    weights: Weights = Weights()
    specialisation: Specialisation | None = None
    inequality: Inequality = Inequality()
    report: Report = Report()

    @model_validator(mode="before")
    @classmethod
    def _limits_of_a_file(cls, content: Any, info: ValidationInfo) -> Any:
        rating = content.get("rating") if isinstance(content, dict) else None
        if isinstance(rating, dict) and isinstance(name := rating.get("goalposts"), str):
            try:
                path = absolute(Path(content["path"]).parent / name)
                if not ((info.context or {}).get("outside") or may_read(Path(content["path"]), path)):
                    raise ValueError(leads_outside(f"rating.goalposts = {name[:200]!r}"))
                pairs = read_goalposts(path)
            except (OSError, UnicodeDecodeError):
                raise ValueError(f"rating.goalposts = {name[:200]!r} does not exist") from None
            content = {**content, "rating": {**rating, "goalposts": pairs}}
        return content

    @model_validator(mode="after")
    def _base_year_is_one_of_the_study(self) -> Study:
        limits = self.rating.limits
        if isinstance(limits, dict) and limits["base"] not in self.years:
            allowed = ", ".join(map(str, self.years))
            raise ValueError(message(f"rating.limits: no year {limits['base']}", allowed=allowed))
        return self

    @model_validator(mode="after")
    def _vintages_are_known(self) -> Study:
        for table in (*self.tables, *([self.specialisation] if self.specialisation else [])):
            carried = table.correspondence is not None or (self.boundaries.parent is not None and not table.of_parents)
            if table.weighted_by and not carried:
                raise ValueError(
                    f"weighted_by of {table.file} needs rows that are added up, by parent or correspondence"
                )
            if table.of_parents and self.boundaries.parent is None:
                raise ValueError(f'of_parents of {table.file} needs parent = "..." under [boundaries]')
        if self.boundaries.builtin is None and any(table.vintage is not None for table in self.tables):
            raise ValueError('tables: vintage is for boundaries with builtin = "kz"')
        return self

    @model_validator(mode="after")
    def _has_data(self) -> Study:
        if self.cells is None and not self.tables:
            raise ValueError("a study needs [[tables]] or [cells]")
        return self

    @model_validator(mode="after")
    def _has_distances(self) -> Study:
        if self.report.weights == DISTANCES and self.weights.distances is None:
            raise ValueError('report.weights = "distances" needs [weights] distances = "..." (a table)')
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
        return absolute(self.path.parent / name)

    def text(self, part: Literal["title", "source"], lang: str = SOURCE) -> str:
        """Return the title or the source in a language, or in the first language that is there."""
        found: Text = getattr(self.study, part)
        return found.get(check_language(lang)) or next(iter(found.values()), "")

    def sources(self, lang: str = SOURCE) -> str:
        """Return the source, and those of single indicators where the study names them."""
        own = dict.fromkeys(self.rating.sources.values())
        return " \N{MIDDLE DOT} ".join(filter(None, [self.text("source", lang), *own]))

    def with_report(self, **options: object) -> Study:
        """Return the study with other options of [report]; None leaves one as it is."""
        given = {name: value for name, value in options.items() if value is not None}
        try:
            report = Report.model_validate({**self.report.model_dump(), **given})
        except ValidationError as error:
            fault: Any = error.errors()[0]
            cause = fault.get("ctx", {}).get("error")
            said, remedy = parted(cause.args[0] if isinstance(cause, ValueError) else fault["msg"])
            name, given_one = str(fault["loc"][0]), fault["input"]
            entry = f"{name}: {said.removesuffix(' is not known')}" if isinstance(given_one, list) else None
            option = Option(name, repr(given_one), entry)
            told = "{option} is not known" if remedy else "{option}: {said}"
            raise StudyError(message(Reason(told, {"option": option, "said": said}), allowed=remedy or None)) from None
        return self.model_copy(update={"report": report})

    def __repr__(self) -> str:
        """Name, years and file."""
        return f"Study({self.name!r}, years={list(self.years)}, path={str(self.path)!r})"
