"""A small hierarchy of three levels with a pillar that counts against the index, and data for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from growthpoles.ratings import Catalogue

DEEP = [
    ("top", "aggregate", "", 1, 1),
    ("good", "aggregate", "top", 1, 3),
    ("risk", "aggregate", "top", -1, 1),
    ("skills", "aggregate", "good", 1, 1),
    ("a", "indicator", "skills", 1, 1),
    ("b", "indicator", "skills", 1, 1),
    ("c", "indicator", "good", 1, 1),
    ("d", "indicator", "risk", 1, 1),
    ("e", "indicator", "risk", -1, 1),
]


@pytest.fixture
def deep() -> Catalogue:
    return Catalogue.from_frame(pd.DataFrame(DEEP, columns=["code", "kind", "parent", "direction", "weight"]))


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(rng.lognormal(size=(9, 5)), columns=list("abcde"), index=[f"r{i}" for i in range(9)])
    frame.attrs = {"year": 2014, "edition": "realigned"}
    return frame


@pytest.fixture
def panel() -> dict[int, pd.DataFrame]:
    """Four indicators of twelve regions in three years."""
    found = pd.read_csv(Path(__file__).parent / "references" / "panel.csv")
    return {int(str(year)): part.set_index("region")[list("abcd")] for year, part in found.groupby("year")}


@pytest.fixture
def flat() -> Callable[..., Catalogue]:
    """Return a maker of catalogues of one level, in which less of some indicators is better."""

    def made(codes: str = "abcd", less: str = "c") -> Catalogue:
        rows = [("top", "aggregate", "", 1, 1)] + [(c, "indicator", "top", -1 if c in less else 1, 1) for c in codes]
        return Catalogue.from_frame(pd.DataFrame(rows, columns=["code", "kind", "parent", "direction", "weight"]))

    return made
