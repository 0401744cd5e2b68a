"""What study.toml may say about the rating: the catalogue, and the method where it is not the article's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pydantic import field_validator, model_validator

from growthpoles.errors import message, nearest
from growthpoles.study.specs import Part

# The words of `growthpoles.ratings`, which this stage does not import; a test holds them equal.
NORMALISATIONS = ("leader", "min-max", "z-score", "rank", "percentile", "goalposts", "reference", "mean")
AGGREGATIONS = ("arithmetic", "geometric", "harmonic", "power", "copeland")
WEIGHTINGS = ("given", "equal", "entropy", "critic", "pca")
TREATMENTS = ("none", "winsorise", "log")
ZEROS = ("refuse", "zero")
_BY_NAME = {
    "normalisation": NORMALISATIONS,
    "aggregation": AGGREGATIONS,
    "weighting": WEIGHTINGS,
    "treatment": TREATMENTS,
    "zeros": ZEROS,
}
_STEEPEST = 50.0  # beyond it a power mean is the best or the worst score, and leaves the range of numbers
_SHOWN = 40


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

    @field_validator("normalisation", "treatment", "zeros", mode="before")
    @classmethod
    def _known_word(cls, value: object, info: Any) -> object:
        return _word(value, _BY_NAME[info.field_name])

    @field_validator("aggregation", "weighting", mode="before")
    @classmethod
    def _known_words(cls, value: object, info: Any) -> object:
        known = _BY_NAME[info.field_name]
        if not isinstance(value, dict):
            return _word(value, known, more=", or a table of aggregate = word")
        return {str(code): _word(word, known, where=str(code)[:_SHOWN]) for code, word in value.items()}

    @field_validator("availability", mode="before")
    @classmethod
    def _share(cls, value: object) -> object:
        if not (_is_number(value) and 0 < float(str(value)) <= 1):
            raise ValueError(message(_quoted(value), allowed="a number above 0, at most 1"))
        return value

    @field_validator("power", mode="before")
    @classmethod
    def _exponent(cls, value: object) -> object:
        if value is not None and not (_is_number(value) and 0 < abs(float(str(value))) <= _STEEPEST):
            allowed = f"a number from {-_STEEPEST:g} to {_STEEPEST:g} other than 0 (0 is 'geometric')"
            raise ValueError(message(_quoted(value), allowed=allowed))
        return value

    @field_validator("goalposts", mode="before")
    @classmethod
    def _rising(cls, value: object) -> object:
        if value is None:
            return value
        if not isinstance(value, dict) or not value:
            raise ValueError(message(_quoted(value), allowed="a table of indicator = [low, high]"))
        for code, pair in value.items():
            pairs = isinstance(pair, list | tuple) and len(pair) == 2 and all(_is_number(each) for each in pair)
            if not (pairs and float(pair[0]) < float(pair[1])):
                allowed = "[low, high], two numbers with low < high"
                raise ValueError(message(f"{str(code)[:_SHOWN]} = {_quoted(pair)}", allowed=allowed))
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Rating:
        """Refuse a method that lacks something, and options that would change nothing."""
        means = {self.aggregation} if isinstance(self.aggregation, str) else set(self.aggregation.values())
        for option, given, used, user in (
            ("power", self.power is not None, "power" in means, 'aggregation "power"'),
            ("goalposts", self.goalposts is not None, self.normalisation == "goalposts", 'normalisation "goalposts"'),
            ("reference", self.reference is not None, self.normalisation == "reference", 'normalisation "reference"'),
        ):
            if used and not given:
                raise ValueError(f"{user} needs {option} = ...")
            if given and not used:
                raise ValueError(message(f"{option} has no meaning here", allowed=f"with {user}"))
        if self.zeros != "refuse" and not means & {"geometric", "harmonic", "power"}:
            raise ValueError(message("zeros has no meaning here", allowed="with a geometric, harmonic or power mean"))
        return self

    @property
    def options(self) -> dict[str, Any]:
        """The keyword options of :func:`growthpoles.rate`."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "catalogue"}


def _word(value: object, known: Sequence[str], *, where: str = "", more: str = "") -> str:
    """Return one of the known words, or raise."""
    if isinstance(value, str) and value in known:
        return value
    problem = f"{_quoted(value)} is not known"
    near = nearest(value, known, n=1)
    raise ValueError(message(f"{where} = {problem}" if where else problem, allowed=", ".join(known) + more, near=near))


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\N{HORIZONTAL ELLIPSIS}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
