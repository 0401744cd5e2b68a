"""A small hierarchy of three levels with a pillar that counts against the index, and data for it."""

from __future__ import annotations

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
