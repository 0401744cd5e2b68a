"""The result of a join count test: one global result per pair of classes."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.spatial.global_tests.global_result import GlobalResult


@dataclass(frozen=True, slots=True)
class JoinCountResult:
    """Join counts of every pair of classes, and of all joins between different classes.

    Attributes
    ----------
    classes : tuple
        Labels of the classes, ascending (of a Categorical: in its order).
    counts : tuple of int
        Linked regions per class.
    joins : tuple of GlobalResult
        One per pair of classes (a, b) with a before or equal to b, row by row.
    different : GlobalResult
        Joins between regions of different classes.
    """

    classes: tuple[object, ...]
    counts: tuple[int, ...]
    joins: tuple[GlobalResult, ...]
    different: GlobalResult

    def __getitem__(self, pair: tuple[object, object]) -> GlobalResult:
        """Return the result of one pair of classes, in either order."""
        pairs = class_pairs(len(self.classes))
        try:
            first, second = pair
            low, high = sorted((self.classes.index(first), self.classes.index(second)))
            return self.joins[pairs.index((low, high))]
        except (ValueError, TypeError):
            allowed = f"two of {', '.join(map(repr, self.classes))}"
            raise SpatialError(message(f"no pair of classes {pair!r}", allowed=allowed)) from None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per pair of classes, the joins between different classes last."""
        return pd.concat([row.to_frame() for row in (*self.joins, self.different)]).rename_axis("joins")

    def __repr__(self) -> str:
        sizes = ", ".join(f"{label}: {count}" for label, count in zip(self.classes, self.counts, strict=True))
        lines = [
            f"  {row.name}: {row.statistic:g} (expected {row.expected:.4g}, p = {row.p_value:.4g})"
            for row in (*self.joins, self.different)
        ]
        head = f"Join counts of {len(self.classes)} classes ({sizes}), {self.different.alternative}"
        return "\n".join([f"{head}; {self.different.reference}", *lines])


def class_pairs(k: int) -> list[tuple[int, int]]:
    """Return the pairs of class codes in the order of the results."""
    return [(a, b) for a in range(k) for b in range(a, k)]
