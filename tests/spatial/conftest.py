"""Classic data with published results, small graphs, and brute force."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pandas as pd
import pytest


def _known(name: str):
    import geopandas as gpd
    import libpysal
    from libpysal.graph import Graph

    path = libpysal.examples.get_path
    if name == "columbus":
        frame = gpd.read_file(path("columbus.shp"))
        return frame["CRIME"], Graph.build_contiguity(frame, rook=False), frame
    weights = libpysal.io.open(path(f"{name}.gal")).read()
    if name == "stl":
        values = libpysal.io.open(path("stl_hom.txt"))
        frame = pd.DataFrame({c: values.by_col(c) for c in ("HR8893", "HR8488")}, index=weights.id_order)
        return frame["HR8893"], Graph.from_W(weights), frame
    frame = pd.DataFrame(gpd.read_file(path("sids2.shp")).drop(columns="geometry")).set_index(
        pd.Index(weights.id_order)
    )
    return frame["SIDR74"], Graph.from_W(weights), frame


@pytest.fixture(scope="session")
def known() -> Callable:
    """Return values, graph and table of columbus (queen), sids2 or stl, by name."""
    cache = {}

    def load(name: str):
        if name not in cache:
            cache[name] = _known(name)
        return cache[name]

    return load


@pytest.fixture(scope="session")
def lattice() -> Callable:
    """Return the contiguity graph of a lattice with labels a0, a1, ..."""

    def build(rows: int, columns: int, *, rook: bool = True):
        from libpysal.graph import Graph

        cells = [(r, c) for r in range(rows) for c in range(columns)]
        focal, neighbor = [], []
        for r, c in cells:
            for i, j in cells:
                near = abs(r - i) + abs(c - j) == 1 if rook else max(abs(r - i), abs(c - j)) == 1
                if near:
                    focal.append(f"a{r * columns + c}")
                    neighbor.append(f"a{i * columns + j}")
        return Graph.from_arrays(np.array(focal), np.array(neighbor), np.ones(len(focal)))

    return build


@pytest.fixture(scope="session")
def seven():
    """Return an asymmetric graph of seven regions with uneven weights, and its dense matrix in label order."""
    from libpysal.graph import Graph

    w = np.zeros((7, 7))
    for i, j, weight in [
        (0, 1, 1.0), (1, 0, 2.0), (1, 2, 1.0), (2, 1, 0.5), (2, 3, 1.0), (3, 2, 1.0), (3, 4, 3.0),
        (4, 3, 1.0), (4, 5, 1.0), (5, 4, 1.0), (5, 6, 0.25), (6, 5, 1.0), (6, 0, 1.0), (0, 6, 1.0), (2, 5, 1.0),
    ]:  # fmt: skip
        w[i, j] = weight
    focal, neighbor = np.nonzero(w)
    labels = np.array(list("abcdefg"))
    return Graph.from_arrays(labels[focal], labels[neighbor], w[focal, neighbor]), w


@pytest.fixture(scope="session")
def brute() -> Callable:
    """Return p(greater) and p(less), mean and variance of a statistic over all n! orders of its rows."""

    def enumerate_all(statistic: Callable[[np.ndarray], float], n: int):
        observed = statistic(np.arange(n))
        values = np.array([statistic(np.array(order)) for order in permutations(range(n))])
        slack = 1e-10 * max(1.0, float(np.abs(values).max()))
        return (
            float(np.mean(values >= observed - slack)),
            float(np.mean(values <= observed + slack)),
            float(values.mean()),
            float(values.var()),
        )

    return enumerate_all
