"""Weights from tables of distances in every shape and order; links by hand, groups, union, higher order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError


def links(graph):
    return graph.adjacency[graph.adjacency > 0].to_dict()


def roads(n=7, seed=0):
    """Distances that differ by direction; labels as text."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(10, 500, (n, n))
    np.fill_diagonal(values, 0)
    labels = [f"r{i}" for i in range(n)]
    return pd.DataFrame(values, labels, labels)


def shapes(table, rng):
    """The same distances in every shape that is taken."""
    n = len(table)
    yield table
    yield table.iloc[rng.permutation(n), rng.permutation(n)]
    yield table.mask(np.eye(n, dtype=bool))
    yield table.astype(object)
    cells = [(a, b, table.loc[a, b]) for a in table.index for b in table.columns if a != b]
    long = pd.DataFrame(cells, columns=["from", "to", "km"]).iloc[rng.permutation(len(cells))]
    yield long
    yield long.set_index(["from", "to"])["km"]


@pytest.mark.parametrize("power", [0, 1, 2.5])
@pytest.mark.parametrize("threshold", [None, 250.0])
def test_every_shape_and_order_gives_the_same_weights_and_keeps_directions(power, threshold):
    table = roads()
    expected = {
        (a, b): table.loc[a, b] ** -float(power)
        for a in table.index for b in table.columns if a != b and (threshold is None or table.loc[a, b] <= threshold)
    }  # fmt: skip
    for given in shapes(table, np.random.default_rng(1)):
        before = given.copy()
        graph = gp.distance_weights(given, power=power, threshold=threshold)
        assert links(graph) == pytest.approx(expected, rel=1e-12)
        assert set(graph.unique_ids) == set(table.index)
        assert given.equals(before)


def test_half_a_table_is_refused_or_mirrored():
    table = roads()
    both = (table + table.T) / 2
    half = both.where(np.triu(np.ones(both.shape, dtype=bool)))
    with pytest.raises(SpatialError, match=r"no distance: r1 to r0, .*symmetric=True"):
        gp.distance_weights(half)
    assert links(gp.distance_weights(half, symmetric=True)) == pytest.approx(links(gp.distance_weights(both)))
    assert len(links(gp.distance_weights(half, absent="cut"))) == 21
    with pytest.raises(SpatialError, match="another distance in the other direction: r0 to r1"):
        gp.distance_weights(table, symmetric=True)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t.mask(t == t.loc["r2", "r3"], 0.0), "not above 0 and finite: r2 to r3"),
        (lambda t: t.mask(t == t.loc["r2", "r3"], -4.0), "not above 0 and finite: r2 to r3"),
        (lambda t: t.mask(t == t.loc["r2", "r3"], np.inf), "not above 0 and finite: r2 to r3"),
        (lambda t: t.mask(t == t.loc["r2", "r3"]), "no distance: r2 to r3"),
        (lambda t: t.astype(object).mask(t == t.loc["r2", "r3"], "far"), "no number: r2 to r3"),
        (lambda t: t + np.eye(7), "region to itself: r0 to r0"),
        (lambda t: t.rename(columns={"r3": "r33"}), "other regions: r3, r33"),
        (lambda t: t.rename(index={"r3": "r2"}, columns={"r3": "r2"}), "stand twice: r2"),
        (lambda t: t.iloc[:5], "other regions: r5, r6"),
        (lambda t: t.to_numpy(), "ndarray given"),
        (lambda t: t.iloc[:0, :0], "no region"),
        (lambda t: t > 3, "values of type bool"),
        (lambda t: t * 1j, "values of type complex128"),
        (lambda t: t.apply(pd.to_timedelta, unit="min"), "values of type timedelta64"),
        (lambda t: t * 1e-100, "power=1 "),
    ],
)
def test_what_is_no_distance_is_named(spoil, words):
    power = 2 if words.startswith("power") else 1
    with pytest.raises(SpatialError) as caught:
        gp.distance_weights(spoil(roads()), power=power)
    assert words.split("=")[0] in str(caught.value) and "\n" not in str(caught.value)


def test_pairs_that_stand_twice_and_options():
    long = pd.DataFrame([("a", "b", 1.0), ("b", "a", 2.0), ("a", "b", 3.0)], columns=["from", "to", "km"])
    with pytest.raises(SpatialError, match="stand twice: a to b"):
        gp.distance_weights(long)
    for options, words in (
        ({"power": -1}, "power=-1"),
        ({"power": float("nan")}, "power=nan"),
        ({"threshold": 0}, "threshold=0"),
        ({"absent": "drop"}, "absent='drop'"),
    ):
        with pytest.raises(SpatialError, match=words):
            gp.distance_weights(long.iloc[:2], **options)


def test_links_by_hand():
    graph = gp.build_weights(gp.load_regions(2014))
    added = gp.change_links(graph, add=[("KZ-ALA", "KZ-AST")], weight=2.0, both=False)
    assert set(links(added)) - set(links(graph)) == {("KZ-ALA", "KZ-AST")}
    assert links(gp.change_links(added, cut=[("KZ-ALA", "KZ-AST")], both=False)) == links(graph)
    for call, words in (
        (lambda: gp.change_links(graph, add=[("KZ-ALA", "nowhere")]), "add: 'nowhere' is no region"),
        (lambda: gp.change_links(graph, add=[("KZ-ALA", "KZ-ALA")]), "with itself"),
        (lambda: gp.change_links(graph, cut=[("KZ-ALA", "KZ-AST")]), "are not linked"),
        (lambda: gp.change_links(graph, add=[("KZ-AKM", "KZ-AST")]), "are linked"),
        (lambda: gp.change_links(graph, add=["ab"]), "'ab' given; allowed: a pair of labels"),
        (lambda: gp.change_links(graph, add=[5]), "5 given; allowed: a pair"),
        (lambda: gp.change_links(graph, cut=None), "None given; allowed: a list of pairs"),
        (lambda: gp.change_links(graph, add=[(["KZ-ALA"], "KZ-AST")]), "list given; allowed: a label"),
    ):
        with pytest.raises(SpatialError, match=words):
            call()


def test_groups_union_and_higher_order_by_loops(lattice):
    rng = np.random.default_rng(2)
    groups = pd.Series(rng.integers(0, 4, 20), [f"r{i}" for i in range(20)])
    expected = {(a, b) for a in groups.index for b in groups.index if a != b and groups[a] == groups[b]}
    assert set(links(gp.block_weights(groups))) == expected
    rook, queen = lattice(5, 5), lattice(5, 5, rook=False)
    assert set(links(gp.union_weights(rook, gp.higher_order_weights(rook, 2)))) >= set(links(queen))
    place = {f"a{r * 5 + c}": (r, c) for r in range(5) for c in range(5)}
    for order in (1, 2, 3):
        steps = {(a, b): abs(place[a][0] - place[b][0]) + abs(place[a][1] - place[b][1]) for a in place for b in place}
        exact = {pair for pair, length in steps.items() if length == order}
        below = {pair for pair, length in steps.items() if 0 < length <= order}
        assert set(links(gp.higher_order_weights(rook, order))) == exact
        assert set(links(gp.higher_order_weights(rook, order, lower=True))) == below
    with pytest.raises(SpatialError, match="order=0"):
        gp.higher_order_weights(rook, 0)
    with pytest.raises(SpatialError, match="do not share their regions"):
        gp.union_weights(rook, lattice(4, 4))
    with pytest.raises(SpatialError, match="without a group"):
        gp.block_weights(groups.where(groups > 0))
