"""Rating options in one place, checked; the catalogue compiled to a tree for computing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypedDict, Unpack

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.aggregate import check_options
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.classes import TEN_CLASSES, ClassScale
from growthpoles.ratings.indicator_methods import FULL, IndicatorMethod
from growthpoles.ratings.limits import Goalposts, Limits, checked, goalposts_of
from growthpoles.ratings.methods import METHODS, Aggregation, Choice, Normalisation, Treatment, Weighting, Zeros, find


class RateOptions(TypedDict, total=False):
    """Keyword options of `rate`, shared by every function that rates."""

    normalisation: Choice
    aggregation: Choice | Mapping[str, Choice]
    weighting: Choice | Mapping[str, Choice]
    availability: float
    treatment: Choice
    power: float | None
    zeros: Zeros
    goalposts: Goalposts | None
    reference: Hashable | None
    region_weights: pd.Series | None
    scale: ClassScale
    limits: Limits
    score_range: tuple[float, float] | None
    share_bounds: tuple[float, float] | None
    relative_to: Hashable | None


@dataclass(frozen=True, slots=True)
class Method:
    """Validated options of a rating: the keyword options of `rate`, methods looked up in the registry."""

    normalisation: Normalisation = METHODS["normalisation"]["leader"]
    aggregation: Aggregation | Mapping[str, Aggregation] = METHODS["aggregation"]["arithmetic"]
    weighting: Weighting | Mapping[str, Weighting] = METHODS["weighting"]["given"]
    availability: float = 1.0
    treatment: Treatment = METHODS["treatment"]["none"]
    power: float | None = None
    zeros: Zeros = "refuse"
    goalposts: Mapping[str, tuple[float, float]] | None = None
    reference: Hashable | None = None
    region_weights: pd.Series | None = field(default=None, compare=False)
    scale: ClassScale = TEN_CLASSES
    limits: Limits = "year"
    score_range: tuple[float, float] | None = None
    share_bounds: tuple[float, float] | None = None
    relative_to: Hashable | None = None
    #: By indicator, what its catalogue says; empty where that says nothing. See `of`.
    own: Mapping[str, IndicatorMethod] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in (Normalisation, Aggregation, Weighting, Treatment):
            option = kind.__name__.lower()
            given: Any = getattr(self, option)
            if isinstance(given, Mapping) and kind in (Aggregation, Weighting):
                object.__setattr__(self, option, {code: find(kind, each) for code, each in given.items()})
            else:
                object.__setattr__(self, option, find(kind, given))
        object.__setattr__(self, "limits", checked(self.limits))
        object.__setattr__(self, "goalposts", goalposts_of(self.goalposts))
        kinds = (self.normalisation, *(each.normalisation for each in self.own.values() if each.normalisation))
        if self.goalposts is not None and not any(kind.takes_goalposts for kind in kinds):
            problem = f"goalposts have no meaning under {self.normalisation.name!r}, whose scores have no limits"
            known = [name for name, each in METHODS["normalisation"].items() if each.takes_goalposts]
            raise RatingError(message(problem, allowed=", ".join(known)))
        if self.treatment.negatives and self.normalisation.ratio_scale:
            problem = f"treatment={self.treatment.name!r} can give negative values"
            problem += f", which {self.normalisation.name!r} does not take"
            allowed = [name for name, each in METHODS["normalisation"].items() if not each.ratio_scale]
            raise RatingError(message(problem, allowed=", ".join(allowed)))
        for aggregation in levels_of(self.aggregation):
            check_options(aggregation, self.power, self.availability, self.zeros, self.share_bounds)
        if self.score_range is not None and not (
            len(self.score_range) == 2 and -np.inf < self.score_range[0] < self.score_range[1] < np.inf
        ):
            raise RatingError(message(f"score_range={self.score_range!r}", allowed="(worst, best), worst < best"))

    def aggregation_of(self, code: str) -> Aggregation:
        """Return the aggregation of one aggregate; arithmetic where a mapping leaves it out."""
        chosen = self.aggregation
        return chosen.get(code, METHODS["aggregation"]["arithmetic"]) if isinstance(chosen, Mapping) else chosen

    def weighting_of(self, code: str) -> Weighting:
        """Return the weighting of one aggregate; given where a mapping leaves it out."""
        chosen = self.weighting
        return chosen.get(code, METHODS["weighting"]["given"]) if isinstance(chosen, Mapping) else chosen

    def pivot_of(self, code: str) -> float:
        """Return the centre about which the score of a pillar is reflected, or raise where there is none."""
        kind: Aggregation | Normalisation = self.aggregation_of(code)
        pivot = kind.pivot
        if pivot is None and kind.bounded == "as scores":
            kind, pivot = self.normalisation, self.centre
        if pivot is None:
            problem = f"its direction is -1, and {kind.name!r} has no centre to reflect its score about"
            allowed = f"{type(kind).__name__}(..., pivot=...) in place of a bare function"
            raise RatingError(message(problem, where=f"pillar {code}", allowed=allowed))
        return pivot

    def check_codes(self, catalogue: Catalogue) -> None:
        """Raise when a mapping of levels names a code that is no aggregate."""
        for option, given in (("aggregation", self.aggregation), ("weighting", self.weighting)):
            for code in given if isinstance(given, Mapping) else ():
                if code not in catalogue.aggregates:
                    problem = f"{option} names {code!r}, which is no aggregate of {catalogue.source}"
                    known = catalogue.aggregates
                    raise RatingError(message(problem, allowed=", ".join(known), near=nearest(code, known, n=1)))

    def of(self, catalogue: Catalogue) -> Method:
        """Return the method with what a catalogue says of single indicators, checked against the catalogue.

        Raises
        ------
        RatingError
            A mapping of levels names a code that is no aggregate, or methods do not go together.
        """
        self.check_codes(catalogue)
        if not catalogue.methods and not self.own and self.score_range is None:
            return self
        own = dict(catalogue.methods or dict.fromkeys(catalogue.indicators, IndicatorMethod()))
        for code, each in self.own.items():  # goalposts that another normalisation has dropped stay dropped
            if each.goalposts is None and code in own and replace(own[code], goalposts=None) == each:
                own[code] = each
        method = self.but(own=own)
        method.check(catalogue)
        return method

    def check(self, catalogue: Catalogue) -> None:
        """Raise where levels are no aggregates of the catalogue, or the methods of indicators do not go together.

        Goalposts belong to a normalisation that takes two of them, and are given for all or none of the indicators
        that share it; a range of scores belongs to one that has limits; all scores are measured in one unit.
        """
        self.check_codes(catalogue)
        units: dict[str, str] = {}
        given = self.goalposts or {}
        some = {self.normalisation_of(code) for code in given if code in self.own}
        for code, own in self.own.items():
            kind = self.normalisation_of(code)
            if own.goalposts is not None and (kind.ratio_scale or not kind.takes_goalposts):
                allowed = "goalposts in the column normalisation, or no low and high"
                problem = f"low and high have no meaning under {kind.name!r}"
                raise RatingError(message(problem, where=catalogue.where(code), allowed=allowed))
            needed = "goalposts" in kind.needs or (kind in some and kind.takes_goalposts)
            if needed and own.goalposts is None and code not in given:
                allowed = "low and high in the catalogue, or goalposts = ..."
                raise RatingError(message(f"no goalposts for {code!r}", where=catalogue.where(code), allowed=allowed))
            if self.score_range_of(code) != FULL and not kind.bounded:
                problem = f"a range of scores has no meaning under {kind.name!r}, which has no limits"
                allowed = ", ".join(name for name, each in METHODS["normalisation"].items() if each.bounded)
                raise RatingError(message(problem, where=catalogue.where(code), allowed=allowed))
            treatment = self.treatment if own.treatment is None else own.treatment
            if treatment.negatives and (kind.ratio_scale or own.goalposts is not None or code in given):
                problem = f"treatment {treatment.name!r} leaves the unit of the values, which {kind.name!r} needs"
                raise RatingError(
                    message(problem, where=catalogue.where(code), allowed="another treatment, or a transform")
                )
            units.setdefault(kind.unit, code)
        if len(units) > 1:
            told = "; ".join(f"{code} in {unit}" for unit, code in units.items())
            raise RatingError(message(f"scores of different units do not combine: {told}", allowed="one unit for all"))

    def normalisation_of(self, code: str) -> Normalisation:
        """Return the normalisation of an indicator: its own, or that of the study."""
        own = self.own.get(code)
        return self.normalisation if own is None or own.normalisation is None else own.normalisation

    def score_range_of(self, code: str) -> tuple[float, float]:
        """Return the worst and the best score of an indicator under a bounded normalisation."""
        own = self.own.get(code)
        if own is not None and own.score_range is not None:
            return own.score_range
        return self.score_range or FULL

    @property
    def treats(self) -> bool:
        """Whether any indicator is treated for outliers."""
        own = [self.treatment if each.treatment is None else each.treatment for each in self.own.values()]
        return any(each.treat is not None for each in own or [self.treatment])

    @property
    def _kinds(self) -> tuple[Normalisation, ...]:
        """Normalisations that are used."""
        return tuple(dict.fromkeys(self.normalisation_of(code) for code in self.own)) or (self.normalisation,)

    @property
    def centre(self) -> float | None:
        """Centre of the scores, about which a pillar is reflected; None where there is none, or several."""
        codes = list(self.own) or [""]
        found = {
            sum(self.score_range_of(code)) / 2
            if self.normalisation_of(code).bounded
            else self.normalisation_of(code).pivot
            for code in codes
        }
        return found.pop() if len(found) == 1 else None

    def but(self, **changes: Any) -> Method:
        """Return a copy with some options changed, validated again."""
        return replace(self, **changes)

    @property
    def open_ended(self) -> bool:
        """Whether scores of a bounded normalisation can leave 0 to 100: its limits are of a base year, or given."""
        for code in list(self.own) or [""]:
            kind, own = self.normalisation_of(code), self.own.get(code)
            given = self.goalposts is not None and (own is None or code in self.goalposts)
            given = given or (own is not None and own.goalposts is not None)
            if kind.bounded and "goalposts" not in kind.needs and (given or not isinstance(self.limits, str)):
                return True
        return False

    def vary(self, normalisation: Normalisation, **changes: Any) -> Method:
        """Return a copy with another normalisation where an indicator has none of its own.

        Limits that were given for this one do not apply to the other.
        """
        if normalisation == self.normalisation or "goalposts" in normalisation.needs:
            return self.but(normalisation=normalisation, **changes)
        own = {
            code: each if each.normalisation is not None else replace(each, goalposts=None)
            for code, each in self.own.items()
        }
        kept = {code: pair for code, pair in (self.goalposts or {}).items() if (o := own.get(code)) and o.normalisation}
        return self.but(normalisation=normalisation, goalposts=kept or None, own=own, **changes)

    @property
    def relative(self) -> bool:
        """Whether there is a relative index: it is asked for, or classes are by it."""
        return self.relative_to is not None or self.scale.of == "relative"

    def has_classes(self, root: str) -> bool:
        """Whether the index is one of 0 to 100, or the scale of classes is the user's own."""
        ranges = {self.score_range_of(code) for code in list(self.own) or [""]}
        return (self.unbounded(root) is None and ranges == {FULL}) or self.scale != TEN_CLASSES

    def unbounded(self, root: str) -> Normalisation | Aggregation | None:
        """Return the method by which an aggregate can leave 0 to 100; None if it cannot."""
        top = self.aggregation_of(root)
        if top.bounded == "always":
            return None
        loose: list[Any] = [kind for kind in (top, *levels_of(self.aggregation)) if kind.bounded == "never"]
        loose += [kind for kind in self._kinds if not kind.bounded]
        return loose[0] if loose else None

    def to_dict(self) -> dict[str, Any]:
        """Return the options as plain values, for records."""
        plain: dict[str, Any] = {}
        for key in self.__dataclass_fields__:
            value = getattr(self, key)
            plain[key] = names_of(value) if key in METHODS else dict(value) if isinstance(value, Mapping) else value
        plain["pivot"] = self.centre
        for key in ("score_range", "share_bounds", "relative_to", "own"):
            if not plain[key]:
                del plain[key]
            elif key == "own":
                plain[key] = {code: str(self.normalisation_of(code)) for code in self.own}
        plain["scale"] = list(self.scale.letters)
        weights = self.region_weights
        plain["region_weights"] = None if weights is None else {str(k): float(v) for k, v in weights.items()}
        return plain


def method_of(**options: Unpack[RateOptions]) -> Method:
    """Return keyword options of `rate`, validated."""
    given: dict[str, Any] = {**options}
    return Method(**given)


def names_of(option: object) -> Any:
    """Return the name of a method, or the names by level."""
    return {code: str(each) for code, each in option.items()} if isinstance(option, Mapping) else str(option)


@dataclass(frozen=True, slots=True)
class Node:
    """An aggregate: its children, whether each is reflected on entering it, and their nominal weights."""

    code: str
    children: tuple[str, ...]
    reflected: tuple[bool, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A catalogue compiled for computing: aggregates with every child before its parent, the root last."""

    indicators: tuple[str, ...]
    directions: tuple[int, ...]
    nodes: tuple[Node, ...]

    @property
    def aggregates(self) -> tuple[str, ...]:
        """Codes of the aggregates, the root last."""
        return tuple(node.code for node in self.nodes)


@lru_cache(maxsize=64)
def compiled(catalogue: Catalogue) -> Tree:
    """Compile a catalogue, once for each."""
    nodes = []
    aggregates = catalogue.aggregates
    for code in aggregates:
        children = catalogue.children(code)
        nodes.append(
            Node(
                code,
                children,
                tuple(child in aggregates and catalogue.direction(child) < 0 for child in children),
                tuple(float(weight) for weight in catalogue.weights(code)),
            )
        )
    directions = tuple(catalogue.direction(code) for code in catalogue.indicators)
    return Tree(catalogue.indicators, directions, tuple(nodes))


def levels_of(option: object) -> tuple[Any, ...]:
    """Return the values of an option that may be given by level."""
    return tuple(option.values()) if isinstance(option, Mapping) else (option,)
