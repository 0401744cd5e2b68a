"""Methods of single indicators: transform, treatment, normalisation, goalposts and range of scores, per catalogue row.

The order is fixed: transform, treat, normalise. Goalposts are given in the unit of the table and transformed too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.methods import METHODS, Normalisation, Transform, Treatment, computes, find

#: Columns of a catalogue that say how one indicator is rated; an empty cell is the method of the study.
METHOD_COLUMNS = ("transform", "treatment", "normalisation", "low", "high", "scale")
FULL = (0.0, 100.0)
_POINTS = 5
_NUMBER = r"-?\d+(?:\.\d*)?"
_RANGE = re.compile(rf"\[?\s*({_NUMBER})\s*(?:-|\u2013|:|\.\.|;|,|\s)\s*({_NUMBER})\s*\]?")

#: By transform, what turns it round, so that limits can be told in the unit of the table.
_BACK: dict[str, Callable[[Array, Any], Array]] = {
    "log": lambda y, _: np.exp(y),
    "log1p": lambda y, _: np.expm1(y),
    "sqrt": lambda y, _: y**2,
    "power": lambda y, power: y ** (1.0 / power),
    "inverse": lambda y, _: 1.0 / y,
    "logit": lambda y, _: 1.0 / (1.0 + np.exp(-y)),
}


@dataclass(frozen=True, slots=True)
class IndicatorMethod:
    """What a catalogue says of one indicator; None is the method of the study.

    Parameters
    ----------
    transform, argument : applied before anything else, with the number of "power:0.5"
    treatment, points : of outliers, with the number of "winsorise:3"
    normalisation : of this indicator
    goalposts : (low, high), in the unit of the table
    score_range : (worst, best) score of a bounded normalisation
    """

    transform: Transform = METHODS["transform"]["none"]
    argument: float | None = None
    treatment: Treatment | None = None
    points: int = _POINTS
    normalisation: Normalisation | None = None
    goalposts: tuple[float, float] | None = None
    score_range: tuple[float, float] | None = None

    @property
    def falling(self) -> bool:
        """Whether the transform turns the order of values round, so that the direction turns too."""
        return self.transform.name == "inverse" or (self.transform.name == "power" and (self.argument or 0) < 0)

    def posts(self, goalposts: tuple[float, float] | None, column: str) -> tuple[float, float] | None:
        """Return goalposts, those given or its own, after the transform, the lower first."""
        given = self.goalposts if goalposts is None else goalposts
        if given is None:
            return None
        pair = np.array(given, dtype=float)
        low, high = transformed(pair, self.transform, self.argument, column=column, regions=["low", "high"])
        return (float(high), float(low)) if self.falling else (float(low), float(high))

    def untransformed(self, low: float, high: float) -> tuple[float, float]:
        """Return limits of transformed values in the unit of the table; NaN where that has no such value."""
        if self.transform.apply is None:
            return low, high
        back: Any = _BACK.get(self.transform.name, lambda y, _: y * np.nan)
        pair = np.array([high, low] if self.falling else [low, high])
        with np.errstate(all="ignore"):
            ends: Array = back(pair, self.argument)
            again = _applied(ends, self.transform, self.argument)
        ends = np.where(np.isclose(again, pair, rtol=1e-9, atol=1e-12) & np.isfinite(ends), ends, np.nan)
        return float(ends[0]), float(ends[1])


def indicator_method(cells: Mapping[str, str]) -> IndicatorMethod:
    """Read the method of one indicator from the cells of its row.

    Raises
    ------
    RatingError
        A name is not known, a number is lacking or not allowed, or low and high are not both given and in order.
    """
    transform, argument = _named(Transform, cells["transform"] or "none")
    if transform.argument != (argument is not None) or argument == 0:
        allowed = "power:0.5, a number other than 0" if transform.argument else f"{transform.name} without a number"
        raise RatingError(message(f"transform {cells['transform']!r}", allowed=allowed))
    treatment, points = _named(Treatment, cells["treatment"]) if cells["treatment"] else (None, None)
    if points is not None and not (treatment is not None and "points" in treatment.needs and points >= 1):
        allowed = 'winsorise:3, the most values to set, or a word without a number: "none", "log", "box-cox"'
        raise RatingError(message(f"treatment {cells['treatment']!r}", allowed=allowed))
    normalisation = find(Normalisation, cells["normalisation"]) if cells["normalisation"] else None
    goalposts = None
    if cells["low"] or cells["high"]:
        low, high = (_number(cells[name], name) for name in ("low", "high"))
        if not low < high:
            raise RatingError(message(f"low {low:g} and high {high:g}", allowed="low < high, in the unit of the table"))
        goalposts = (low, high)
    score_range = None
    if cells["scale"]:
        ends = _RANGE.fullmatch(cells["scale"].strip())
        score_range = (float(ends[1]), float(ends[2])) if ends else (0.0, 0.0)
        if score_range[0] >= score_range[1]:
            problem = f"scale {cells['scale']!r}"
            raise RatingError(message(problem, allowed="worst and best score, such as 0-1, 1-100 or 70-130"))
    own = IndicatorMethod(transform, argument, treatment, int(points or _POINTS), normalisation, goalposts, score_range)
    own.posts(None, "low and high")
    return own


def _named(kind: type[Any], text: str) -> tuple[Any, float | None]:
    """Look up "name" or "name:number"."""
    name, colon, number = text.partition(":")
    return find(kind, name.strip()), _number(number.strip(), text) if colon else None


def _number(text: str, what: str) -> float:
    """Return a number, or raise."""
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise RatingError(message(f"{what} {text!r} is not a number", allowed="a number"))
    return value


def transformed(
    x: Array, transform: Transform, argument: float | None, *, column: str, regions: pd.Index | Sequence[object]
) -> Array:
    """Transform an array (..., regions) of one indicator, or raise where a value is outside the domain."""
    if transform.apply is None:
        return x
    with np.errstate(all="ignore"):
        result = _applied(x, transform, argument)
    bad = ~np.isnan(x) & ~np.isfinite(result)
    if bad.any():
        rows = np.flatnonzero(bad.reshape(-1, bad.shape[-1]).any(axis=0))
        listed = ", ".join(str(regions[row]) for row in rows[:8])
        problem = f"transform {transform.name!r} does not take a value of {listed}"
        raise RatingError(message(problem, where=f"column {column}", allowed=transform.takes))
    return result


def _applied(x: Array, transform: Transform, argument: float | None) -> Array:
    compute: Any = transform.apply if argument is None else partial(cast(Any, transform.apply), number=argument)
    return np.asarray(compute(x), dtype=float)


@computes(Transform, "log")
def _log(x: Array) -> Array:
    """Return natural logarithms."""
    return np.asarray(np.log(x))


@computes(Transform, "log1p")
def _log1p(x: Array) -> Array:
    """Return natural logarithms of 1 + x."""
    return np.asarray(np.log1p(x))


@computes(Transform, "sqrt")
def _sqrt(x: Array) -> Array:
    """Return square roots."""
    return np.asarray(np.sqrt(x))


@computes(Transform, "power")
def _power(x: Array, number: float) -> Array:
    """Return x to a power; of values that are not negative alone, since others would not keep their order."""
    return np.where(x < 0, np.nan, np.abs(x) ** number)


@computes(Transform, "inverse")
def _inverse(x: Array) -> Array:
    """Return 1 / x."""
    return np.where(x > 0, 1.0 / x, np.nan)


@computes(Transform, "logit")
def _logit(x: Array) -> Array:
    """Return the logarithm of the odds."""
    return np.asarray(np.log(x / (1.0 - x)))
