"""Rating options in one place, checked; the catalogue compiled to a tree for computing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypedDict, Unpack

import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.aggregate import check_options
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.classes import TEN_CLASSES, ClassScale
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
        if self.goalposts is not None and not self.normalisation.takes_goalposts:
            problem = f"goalposts have no meaning under {self.normalisation.name!r}, whose scores have no limits"
            known = [name for name, each in METHODS["normalisation"].items() if each.takes_goalposts]
            raise RatingError(message(problem, allowed=", ".join(known)))
        if self.treatment.negatives and self.normalisation.ratio_scale:
            problem = f"treatment={self.treatment.name!r} can give negative values"
            problem += f", which {self.normalisation.name!r} does not take"
            allowed = [name for name, each in METHODS["normalisation"].items() if not each.ratio_scale]
            raise RatingError(message(problem, allowed=", ".join(allowed)))
        for aggregation in levels_of(self.aggregation):
            check_options(aggregation, self.power, self.availability, self.zeros)

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
        if kind.pivot is None and kind.bounded == "as scores":
            kind = self.normalisation
        if kind.pivot is None:
            problem = f"its direction is -1, and {kind.name!r} has no centre to reflect its score about"
            allowed = f"{type(kind).__name__}(..., pivot=...) in place of a bare function"
            raise RatingError(message(problem, where=f"pillar {code}", allowed=allowed))
        return kind.pivot

    def check_codes(self, catalogue: Catalogue) -> None:
        """Raise when a mapping of levels names a code that is no aggregate."""
        for option, given in (("aggregation", self.aggregation), ("weighting", self.weighting)):
            for code in given if isinstance(given, Mapping) else ():
                if code not in catalogue.aggregates:
                    problem = f"{option} names {code!r}, which is no aggregate of {catalogue.source}"
                    known = catalogue.aggregates
                    raise RatingError(message(problem, allowed=", ".join(known), near=nearest(code, known, n=1)))

    def but(self, **changes: Any) -> Method:
        """Return a copy with some options changed, validated again."""
        return replace(self, **changes)

    @property
    def open_ended(self) -> bool:
        """Whether scores of a bounded normalisation can leave 0 to 100: its limits are of a base year, or given."""
        fixed = self.goalposts is not None and "goalposts" not in self.normalisation.needs
        return self.normalisation.bounded and (fixed or not isinstance(self.limits, str))

    def vary(self, normalisation: Normalisation, **changes: Any) -> Method:
        """Return a copy with another normalisation, to which the given limits of this one do not apply."""
        kept = normalisation == self.normalisation or "goalposts" in normalisation.needs
        return self.but(normalisation=normalisation, goalposts=self.goalposts if kept else None, **changes)

    def has_classes(self, root: str) -> bool:
        """Whether the index cannot leave 0 to 100, or the scale of classes is the user's own."""
        return self.unbounded(root) is None or self.scale != TEN_CLASSES

    def unbounded(self, root: str) -> Normalisation | Aggregation | None:
        """Return the method by which an aggregate can leave 0 to 100; None if it cannot."""
        top = self.aggregation_of(root)
        if top.bounded == "always":
            return None
        loose = [kind for kind in (top, *levels_of(self.aggregation)) if kind.bounded == "never"]
        return loose[0] if loose else None if self.normalisation.bounded else self.normalisation

    def to_dict(self) -> dict[str, Any]:
        """Return the options as plain values, for records."""
        plain: dict[str, Any] = {}
        for key in self.__dataclass_fields__:
            value = getattr(self, key)
            plain[key] = names_of(value) if key in METHODS else dict(value) if isinstance(value, Mapping) else value
        plain["pivot"] = self.normalisation.pivot
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
