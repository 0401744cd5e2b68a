"""Rating specification: what [rating] of study.toml may say, and what all parts of study.toml are made of."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from growthpoles.errors import message, nearest
from growthpoles.file_reading import read_text
from growthpoles.language.languages import check_language
from growthpoles.ratings.methods import METHODS, Zeros

Language = Annotated[str, AfterValidator(check_language)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Text = dict[Language, Annotated[str, Field(max_length=500)]]
SHOWN = 40  # signs of a wrong value that a message shows
_BY_NAME = {**METHODS, "zeros": dict.fromkeys(get_args(Zeros))}
_STEEPEST = 50.0  # beyond it a power mean is the best or the worst score, and leaves the range of numbers
_MOST_CLASSES = 12  # that colours tell apart
_NO_CLASS = ("no data", "no class")


class Part(BaseModel):
    """A part of study.toml: frozen, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class ClassGroup(Part):
    """Neighbouring classes under one name, with what it means."""

    name: Annotated[str, Field(min_length=1, max_length=SHOWN)]
    letters: Annotated[tuple[str, ...], Field(min_length=1)]
    meanings: Text = {}


class Classes(Part):
    """Classes of one's own, in the order of their limits; see :meth:`growthpoles.ClassScale.rising`."""

    letters: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=SHOWN)], ...], Field(min_length=2)]
    limits: Annotated[tuple[float, ...], Field(min_length=1)]
    of: str = "index"
    names: dict[Language, tuple[str, ...]] = {}
    meanings: dict[Language, tuple[str, ...]] = {}
    groups: tuple[ClassGroup, ...] = ()

    @field_validator("of", mode="before")
    @classmethod
    def _known_word(cls, value: object) -> str:
        return known_word(value, ("index", "relative"))

    @field_validator("letters")
    @classmethod
    def _apart(cls, letters: tuple[str, ...]) -> tuple[str, ...]:
        if len(letters) > _MOST_CLASSES:
            raise ValueError(message(f"{len(letters)} classes", allowed=f"2 to {_MOST_CLASSES}"))
        words = [letter for letter in letters if letter in _NO_CLASS or letter != letter.strip()]
        words += [letter for letter in letters if letters.count(letter) > 1]
        if words:
            allowed = f"different words without blanks at their ends, not {', '.join(_NO_CLASS)}"
            raise ValueError(message(quoted(words[0]), allowed=allowed))
        return letters

    @model_validator(mode="after")
    def _fits_together(self) -> Classes:
        count = len(self.letters)
        if not count - 1 <= len(self.limits) <= count + 1:
            allowed = f"{count - 1} between the classes, {count} lower ones, or {count + 1} with both ends"
            raise ValueError(message(f"{len(self.limits)} limits for {count} classes", where="limits", allowed=allowed))
        rising = sorted(set(self.limits))
        if list(self.limits) not in (rising, rising[::-1]) or not all(map(math.isfinite, rising)):
            allowed = "numbers that rise, or fall, as the letters beside them do"
            raise ValueError(message(quoted(list(self.limits)), where="limits", allowed=allowed))
        if len(rising) > 1 and list(self.limits) == rising and _alphabetic(self.letters):
            problem = f"{self.letters[0]!r} would be the worst class: letters stand in the order of the limits"
            raise ValueError(message(problem, where="letters", allowed="limits that fall, or letters from the worst"))
        for option in ("names", "meanings"):
            for lang, words in getattr(self, option).items():
                if len(words) != count or not all(words):
                    raise ValueError(
                        message(f"{len(words)} words", where=f"{option}.{lang}", allowed=f"{count}, none empty")
                    )
        held = [letter for group in self.groups for letter in group.letters]
        if self.groups and held not in (list(self.letters), list(self.letters)[::-1]):
            allowed = "neighbouring classes, each in one group, in the order of letters"
            raise ValueError(message(quoted(held), where="groups", allowed=allowed))
        return self

    def scale(self, ends: tuple[float, float]) -> Any:
        """Return the scale; `ends` are the lowest and highest value of the index."""
        from growthpoles.ratings.classes import ClassGroup as Group
        from growthpoles.ratings.classes import ClassScale

        groups = [Group(each.name, each.letters, dict(each.meanings)) for each in self.groups]
        scale = ClassScale.rising(
            self.letters, self.limits, ends=ends, of=self.of, names=self.names, meanings=self.meanings
        )
        if groups and groups[0].letters[0] != scale.letters[0]:
            groups = [Group(each.name, each.letters[::-1], each.meanings) for each in groups[::-1]]
        return replace(scale, groups=tuple(groups))


def _alphabetic(letters: tuple[str, ...]) -> bool:
    """Whether these are school marks, A before B, that rise from the first: nearly always a slip."""
    firsts = [letter[0] for letter in letters]
    return all(re.fullmatch(r"[A-F][+-]*", letter) for letter in letters) and firsts == sorted(firsts) != firsts[::-1]


class Imputation(Part):
    """How gaps are filled, if at all; see :func:`growthpoles.impute`."""

    method: Literal["mean", "median", "linear", "nearest", "value"]
    limit: Annotated[int, Field(ge=1)] | None = None
    values: dict[str, float] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Imputation:
        for option, users in (("values", ("value",)), ("limit", ("nearest", "linear"))):
            given = getattr(self, option) is not None
            if given and self.method not in users:
                raise ValueError(message(f"{option} has no meaning here", allowed=f"with method {' or '.join(users)}"))
            if not given and self.method == users[0]:
                raise ValueError(f'method "{self.method}" needs {option} = ...')
        return self


class Rating(Part):
    """The catalogue of indicators that drives the rating, and the options of :func:`growthpoles.rate`."""

    catalogue: str
    normalisation: str = "leader"
    aggregation: str | dict[str, str] = "arithmetic"
    weighting: str | dict[str, str] = "given"
    availability: float = 1.0
    treatment: str = "none"
    power: float | None = None
    zeros: str = "refuse"
    goalposts: dict[str, tuple[float, float]] | None = None
    reference: str | None = None
    limits: Literal["pooled", "year"] | dict[Literal["base"], Year] | None = None
    score_range: tuple[float, float] | None = None
    share_bounds: tuple[float, float] | None = None
    relative_to: str | None = None
    classes: Classes | None = None
    imputation: Imputation | None = None
    concentration: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    weights: str | None = None
    sources: dict[str, Annotated[str, Field(min_length=1, max_length=200)]] = Field(default_factory=dict)

    @field_validator("limits", mode="before")
    @classmethod
    def _yardstick(cls, value: object) -> object:
        base = isinstance(value, dict) and set(value) == {"base"} and _is_number(value["base"])
        if not (value in (None, "pooled", "year") or base):
            raise ValueError(message(quoted(value), allowed='"pooled", "year" or { base = a year of the study }'))
        return value

    @field_validator("score_range", "share_bounds", mode="before")
    @classmethod
    def _pair(cls, value: object, info: Any) -> object:
        ends = (0.0, 1.0) if info.field_name == "share_bounds" else (-math.inf, math.inf)
        pair = isinstance(value, list | tuple) and len(value) == 2 and all(_is_number(each) for each in value)
        low, high = map(float, cast(Any, value)) if pair else (0.0, 0.0)
        if value is not None and not ends[0] <= low < high <= ends[1]:
            within = ", shares from 0 to 1" if info.field_name == "share_bounds" else ""
            raise ValueError(message(quoted(value), allowed=f"[low, high], two numbers with low < high{within}"))
        return value

    @field_validator("normalisation", "treatment", "zeros", mode="before")
    @classmethod
    def _known_word(cls, value: object, info: Any) -> object:
        return known_word(value, _BY_NAME[info.field_name])

    @field_validator("aggregation", "weighting", mode="before")
    @classmethod
    def _known_words(cls, value: object, info: Any) -> object:
        known = _BY_NAME[info.field_name]
        if not isinstance(value, dict):
            return known_word(value, known, more=", or a table of aggregate = word")
        return {str(code): known_word(word, known, where=str(code)[:SHOWN]) for code, word in value.items()}

    @field_validator("availability", mode="before")
    @classmethod
    def _share(cls, value: object) -> object:
        if not (_is_number(value) and 0 < float(str(value)) <= 1):
            raise ValueError(message(quoted(value), allowed="a number above 0, at most 1"))
        return value

    @field_validator("power", mode="before")
    @classmethod
    def _exponent(cls, value: object) -> object:
        if value is not None and not (_is_number(value) and 0 < abs(float(str(value))) <= _STEEPEST):
            allowed = f"a number from {-_STEEPEST:g} to {_STEEPEST:g} other than 0 (0 is 'geometric')"
            raise ValueError(message(quoted(value), allowed=allowed))
        return value

    @field_validator("goalposts", mode="before")
    @classmethod
    def _rising(cls, value: object) -> object:
        if value is None:
            return value
        if not isinstance(value, dict) or not value:
            raise ValueError(message(quoted(value), allowed="a table of indicator = [low, high]"))
        for code, pair in value.items():
            pairs = isinstance(pair, list | tuple) and len(pair) == 2 and all(map(_is_number_or_nan, pair))
            if not pairs or (all(map(math.isfinite, pair)) and float(pair[0]) >= float(pair[1])):
                allowed = "[low, high], two numbers with low < high"
                raise ValueError(message(f"{str(code)[:SHOWN]} = {quoted(pair)}", allowed=allowed))
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Rating:
        """Refuse a method that lacks something, and options that would change nothing."""
        means = {self.aggregation} if isinstance(self.aggregation, str) else set(self.aggregation.values())
        for option, kind, chosen in (
            ("power", "aggregation", means),
            ("share_bounds", "aggregation", means),
            ("reference", "normalisation", {self.normalisation}),
        ):
            users = [name for name, method in METHODS[kind].items() if option in method.needs]
            given = getattr(self, option) is not None
            if not given and (using := chosen.intersection(users)):
                raise ValueError(f'{kind} "{min(using)}" needs {option} = ...')
            if given and not chosen.intersection(users):
                listed = " or ".join(f'"{name}"' for name in users)
                raise ValueError(message(f"{option} has no meaning here", allowed=f"with {kind} {listed}"))
        own = METHODS["normalisation"][self.normalisation]
        if isinstance(self.limits, dict) and not own.takes_goalposts:
            problem = f'limits of a base year have no meaning with normalisation "{own}"'
            raise ValueError(message(problem, allowed='"pooled" or "year"'))
        if self.limits is not None and self.goalposts is not None:
            raise ValueError(message("limits beside goalposts, which are the limits", allowed="one of the two"))
        if self.weights is not None and self.weighting != "given":
            raise ValueError(message("weights has no meaning here", allowed='with weighting "given"'))
        strict = [name for name, mean in METHODS["aggregation"].items() if not mean.takes_zeros]
        if self.zeros != "refuse" and not means.intersection(strict):
            listed = " or ".join(", ".join(strict).rsplit(", ", 1))
            raise ValueError(message("zeros has no meaning here", allowed=f"with a {listed} mean"))
        return self

    @property
    def options(self) -> dict[str, Any]:
        """The keyword options of :func:`growthpoles.rate`, but for the limits where there are several years.

        The scale of classes is among them where the study has one of its own.
        """
        left = ("catalogue", "limits", "classes", "imputation", "concentration", "weights", "sources")
        options = {name: getattr(self, name) for name in type(self).model_fields if name not in left}
        return options if self.classes is None else {**options, "scale": self.classes.scale(self._ends)}

    @property
    def level_limits(self) -> Any:
        """Limits by which a year is rated: those of the year itself where the study says nothing."""
        return self.limits or "year"

    @property
    def change_limits(self) -> Any:
        """Limits by which years are compared: those of all years together where the study says nothing."""
        return self.limits or "pooled"

    @property
    def record(self) -> dict[str, Any]:
        """The same as plain values, for records."""
        plain = {name: value for name, value in self.options.items() if name != "scale"}
        return plain if self.classes is None else {**plain, "classes": self.classes.model_dump(mode="json")}

    @property
    def _ends(self) -> tuple[float, float]:
        """Lowest and highest value of the index, where the methods say so."""
        means = {self.aggregation} if isinstance(self.aggregation, str) else set(self.aggregation.values())
        kinds = [METHODS["normalisation"][self.normalisation].bounded]
        kinds += [METHODS["aggregation"][mean].bounded != "never" for mean in means]
        bounded = all(kinds) and (self.classes is None or self.classes.of == "index")
        return (self.score_range or (0.0, 100.0)) if bounded else (-math.inf, math.inf)


def known_word(value: object, known: Iterable[str], *, where: str = "", more: str = "") -> str:
    """Return one of the known words, or raise."""
    if isinstance(value, str) and value in known:
        return value
    problem = f"{quoted(value)} is not known"
    near = nearest(value, known, n=1)
    raise ValueError(message(f"{where} = {problem}" if where else problem, allowed=", ".join(known) + more, near=near))


def quoted(value: object) -> str:
    """Show a wrong value, shortened."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}\N{HORIZONTAL ELLIPSIS}"


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number of thousands of digits
        return False


def _is_number_or_nan(value: object) -> bool:
    return _is_number(value) or (isinstance(value, float) and math.isnan(value))


def read_goalposts(path: Path) -> dict[str, tuple[float, float]]:
    """Read given limits from a table with the columns indicator, low and high, such as limits.csv of a report."""
    rows = list(csv.DictReader(read_text(path).splitlines()))
    if not rows or not {"indicator", "low", "high"} <= set(rows[0]):
        raise ValueError(message(f"{path.name} has no columns indicator, low, high", where="rating.goalposts"))
    pairs: dict[str, tuple[float, float]] = {}
    for row in rows:
        try:
            low, high = (float(row[end]) if row[end] else math.nan for end in ("low", "high"))
        except ValueError:
            where = f"rating.goalposts, {path.name}, indicator {row['indicator']}"
            raise ValueError(message(f"{row['low']!r}, {row['high']!r}", where=where, allowed="numbers")) from None
        pairs[row["indicator"]] = low, high
    return pairs
