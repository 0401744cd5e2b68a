"""Data sets with values known from R (spdep 1.2-7, spatialreg 1.2-6, lmtest, own maximum likelihood) and spreg."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).parent / "known"


@pytest.fixture(scope="session")
def table() -> Callable:
    """Return a table of known/ and its graph, by name and key column."""
    from libpysal.graph import Graph

    def load(name: str, key: str, edges: str | None = None):
        links = pd.read_csv(FOLDER / f"{edges or name}_edges.csv")
        columns = links["focal"].to_numpy(), links["neighbor"].to_numpy(), links["weight"].to_numpy(dtype=float)
        return pd.read_csv(FOLDER / f"{name}.csv").set_index(key), Graph.from_arrays(*columns)

    return load


@pytest.fixture(scope="session")
def value() -> Callable:
    """Return a known value by its id."""
    known = pd.read_csv(FOLDER / "values.csv").set_index("id")["value"]
    return lambda ident: float(known[ident])


@pytest.fixture(scope="session")
def columbus(table: Callable):
    """Return crime, income and house value, and the graph of Columbus (n = 49)."""
    frame, graph = table("columbus", "id")
    return frame["CRIME"], frame[["INC", "HOVAL"]], graph


@pytest.fixture(scope="session")
def zealand(table: Callable):
    """Return log income, log density and the graph of New Zealand (n = 16)."""
    frame, graph = table("nz", "Name")
    return np.log(frame["Median_income"]), np.log(frame["Population"] / frame["Land_area"]).rename("density"), graph
