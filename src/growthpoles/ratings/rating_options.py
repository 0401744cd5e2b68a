"""Rating options in one place, checked; the catalogue compiled to a tree for computing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypedDict, get_args

import pandas as pd

from growthpoles.errors import RatingError, message, nearest, unknown_option
from growthpoles.ratings.aggregate import Aggregation, Zeros, check_options
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.classes import TEN_CLASSES, ClassScale
from growthpoles.ratings.normalise import BOUNDED, RATIOS, Normalisation
from growthpoles.ratings.treatment import Treatment
from growthpoles.ratings.weighting import Weighting


class RateOptions(TypedDict, total=False):
    """Keyword options of `rate`, shared by every function that rates."""

    normalisation: Normalisation
    aggregation: Aggregation | Mapping[str, Aggregation]
    weighting: Weighting | Mapping[str, Weighting]
    availability: float
    treatment: Treatment
    power: float | None
    zeros: Zeros
    goalposts: Mapping[str, tuple[float, float]] | None
    reference: Hashable | None
    region_weights: pd.Series | None
    scale: ClassScale


@dataclass(frozen=True, slots=True)
class Method:
    """Validated options of a rating; the fields are the keyword options of `rate`."""

    normalisation: Normalisation = "leader"
    aggregation: Aggregation | Mapping[str, Aggregation] = "arithmetic"
    weighting: Weighting | Mapping[str, Weighting] = "given"
    availability: float = 1.0
    treatment: Treatment = "none"
    power: float | None = None
    zeros: Zeros = "refuse"
    goalposts: Mapping[str, tuple[float, float]] | None = None
    reference: Hashable | None = None
    region_weights: pd.Series | None = field(default=None, compare=False)
    scale: ClassScale = TEN_CLASSES

    def __post_init__(self) -> None:
        if self.normalisation not in get_args(Normalisation):
            raise RatingError(unknown_option("normalisation", self.normalisation, get_args(Normalisation)))
        if self.treatment not in get_args(Treatment):
            raise RatingError(unknown_option("treatment", self.treatment, get_args(Treatment)))
        if self.treatment == "log" and self.normalisation in RATIOS:
            raise RatingError(
                message(
                    f"treatment='log' can give negative values, which {self.normalisation!r} does not take",
                    allowed=", ".join(n for n in get_args(Normalisation) if n not in RATIOS),
                )
            )
        for aggregation in _values(self.aggregation):
            check_options(aggregation, self.power, self.availability, self.zeros)
        for weighting in _values(self.weighting):
            if weighting not in get_args(Weighting):
                raise RatingError(unknown_option("weighting", weighting, get_args(Weighting)))

    def aggregation_of(self, code: str) -> Aggregation:
        """Return the aggregation of one aggregate; arithmetic where a mapping leaves it out."""
        return self.aggregation if isinstance(self.aggregation, str) else self.aggregation.get(code, "arithmetic")

    def weighting_of(self, code: str) -> Weighting:
        """Return the weighting of one aggregate; given where a mapping leaves it out."""
        return self.weighting if isinstance(self.weighting, str) else self.weighting.get(code, "given")

    def check_codes(self, catalogue: Catalogue) -> None:
        """Raise when a mapping of levels names a code that is no aggregate."""
        for option, given in (("aggregation", self.aggregation), ("weighting", self.weighting)):
            for code in () if isinstance(given, str) else given:
                if code not in catalogue.aggregates:
                    raise RatingError(
                        message(
                            f"{option} names {code!r}, which is no aggregate of {catalogue.source}",
                            allowed=", ".join(catalogue.aggregates),
                            near=nearest(code, catalogue.aggregates, n=1),
                        )
                    )

    def but(self, **changes: Any) -> Method:
        """Return a copy with some options changed, validated again."""
        return replace(self, **changes)

    def has_classes(self, root: str) -> bool:
        """Whether the index cannot leave 0 to 100, or the scale of classes is the user's own."""
        bounded = self.normalisation in BOUNDED or self.aggregation_of(root) == "copeland"
        return bounded or self.scale is not TEN_CLASSES

    def to_dict(self) -> dict[str, Any]:
        """Return the options as plain values, for records."""
        plain = {
            key: dict(value) if isinstance(value, Mapping) else value for key, value in asdict_shallow(self).items()
        }
        plain["scale"] = list(self.scale.letters)
        weights = self.region_weights
        plain["region_weights"] = None if weights is None else {str(k): float(v) for k, v in weights.items()}
        return plain


def asdict_shallow(method: Method) -> dict[str, Any]:
    """Return the fields of a method by name, without copying them."""
    return {name: getattr(method, name) for name in method.__dataclass_fields__}


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


def _values(option: str | Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of an option that may be given by level."""
    return (option,) if isinstance(option, str) else tuple(option.values())
