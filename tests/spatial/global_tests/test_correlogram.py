"""Correlogram against spdep, by order and by distance; Holm over its rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

import growthpoles as gp
from growthpoles.errors import SpatialError

KNOWN = "tests/spatial/regression/known"


@pytest.fixture
def eire(request):
    folder = request.config.rootpath / KNOWN
    links = pd.read_csv(folder / "eire_edges.csv")
    graph = Graph.from_arrays(links["focal"].to_numpy(), links["neighbor"].to_numpy(), np.ones(len(links)))
    known = pd.read_csv(folder / "values.csv").set_index("id")["value"]
    return pd.read_csv(folder / "eire.csv").set_index("id")["OWNCONS"], graph, known


def test_eire(eire):
    y, graph, known = eire
    rows = gp.correlogram(y.iloc[::-1], graph, method="randomisation")
    assert rows["statistic"].tolist() == pytest.approx(known[["S077", "S078", "S079"]].tolist(), rel=1e-9)
    assert rows.loc[2, "variance"] == pytest.approx(known["S080"], rel=1e-9)
    ranked = rows.sort_values("p_value")
    assert ranked["p_adjusted"].iloc[0] == pytest.approx(3 * ranked["p_value"].iloc[0])


def test_orders_of_kazakhstan():
    graph = gp.build_weights(gp.load_regions(2014))
    rows = gp.correlogram(gp.load_published(2014)["index"], graph, orders=5, permutations=99)
    assert rows["pairs"].tolist() == [28, 47, 37, 8, 0] and rows.loc[5, ["statistic", "p_value"]].isna().all()


def test_bands_of_a_road_table():
    labels = list("abcdefg")
    rng = np.random.default_rng(0)
    road = pd.DataFrame(rng.uniform(1, 10, (7, 7)), labels, labels)
    y = pd.Series(rng.normal(size=7), labels)
    rows = gp.correlogram(y, distances=road.iloc[::-1, ::-1], bands=(0, 4, 11), method="normal")
    near = ((road.to_numpy() <= 4) & ~np.eye(7, dtype=bool)).astype(float)
    near /= np.where(near.sum(axis=1) > 0, near.sum(axis=1), 1)[:, None]
    z = (y - y.mean()).to_numpy()
    assert rows.loc[4.0, "n"] == 7
    assert rows.loc[4.0, "statistic"] == pytest.approx(7 / near.sum() * (z @ near @ z) / (z @ z))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"orders": 0}, "orders=0; allowed: a whole number from 1"),
        ({"graph": None}, "graph and distances; allowed: one of the two"),
        ({"graph": None, "distances": pd.DataFrame(np.ones((3, 3)))}, "bands=None; allowed: two or more rising edges"),
    ],
)
def test_errors(eire, change, words):
    with pytest.raises(SpatialError, match=words):
        gp.correlogram(**{"y": eire[0], "graph": eire[1]} | change)


@pytest.mark.slow
@pytest.mark.parametrize(("side", "maps"), [(4, 600), (7, 400), (20, 100)])
def test_size_over_all_orders(lattice, side, maps):
    """Values without any place: an order adjusted for all of them is found in at most 5 % of maps."""
    graph, rng = lattice(side, side), np.random.default_rng(side)
    labels = [f"a{i}" for i in range(side**2)]
    found = [
        gp.correlogram(pd.Series(rng.gamma(2.0, size=side**2), labels), graph, permutations=199, rng=turn)
        for turn in range(maps)
    ]
    for column in ("p_value", "p_adjusted"):
        least = np.array([table[column].iloc[0] if column == "p_value" else table[column].min() for table in found])
        assert (least <= 0.05).mean() <= 0.05 + 3 * (0.05 * 0.95 / maps) ** 0.5
