"""The table of change: every row is what its name says, from the formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import SpatialError
from growthpoles.spatial.global_tests.bivariate_moran import moran_bivariate
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.poles.convergence import convergence
from growthpoles.spatial.poles.lisa_dynamics import lisa_moves, rank_mobility, spatial_tau
from growthpoles.spatial.poles.spillover_test import NEIGHBOURS, spread_test
from growthpoles.spatial.poles.spread_backwash import GROWTH_NULLS, ORDER, RING, spread_tests

TESTS = (NEIGHBOURS, *GROWTH_NULLS)


def two_years(n=16, seed=0):
    rng = np.random.default_rng(seed)
    index = pd.Index([f"a{i}" for i in range(n)], name="region")
    before = pd.Series(rng.gamma(4, 5, n) + 1, index)
    return before, before * rng.uniform(0.8, 1.8, n)


def test_rows(lattice):
    graph = lattice(4, 4)
    before, after = two_years()
    table = spread_tests(before, after.iloc[::-1], graph, years=4, permutations=499)
    assert tuple(table.index[: len(TESTS)]) == TESTS
    assert list(table.index[len(TESTS) :]) == [f"{ORDER} {k}" for k in (1, 2, 3)]
    logs = np.log(before), np.log(after)
    growth = (logs[1] - logs[0]) / 4
    own = spread_test(before, after, graph, years=4, draws=99).table.iloc[0]
    first = table.loc["neighbours' level"]
    assert [first["statistic"], first["z_score"], first["expected"]] == [own["estimate"], own["statistic"], 0.0]
    assert table.loc["growth clusters", "statistic"] == pytest.approx(moran(growth, graph, method="normal").statistic)
    moves = lisa_moves(*logs, graph)
    assert table.loc["growth clusters, joint moves", "statistic"] == pytest.approx(
        (moves["dz"] * moves["dlag"] > 0).mean()
    )
    changed = (moves["quadrant_before"] != moves["quadrant_after"]).mean()
    assert table.loc["changed quadrant", "statistic"] == pytest.approx(changed)
    assert table.loc["rank mobility", "statistic"] == pytest.approx(rank_mobility(before, after))
    assert table.loc["spatial tau", "statistic"] == pytest.approx(
        spatial_tau(before, after, graph, permutations=9).statistic
    )
    closing = convergence(before, after, graph, years=4)
    assert table.loc["beta convergence", ["statistic", "p_value"]].tolist() == [closing.beta, closing.p_value]
    assert table.loc["beta residuals", "p_value"] == closing.residual_moran.p_value
    assert table.loc["sigma convergence", "statistic"] == closing.sigma_after / closing.sigma_before
    assert table.loc[["changed quadrant", "rank mobility"], "p_value"].isna().all()
    tested = table.drop(["changed quadrant", "rank mobility"])
    assert tested["p_value"].between(0, 1).all() and (tested["null"] != "").all()
    drawn = tested.dropna(subset=["p_low", "p_high"])  # by order of neighbours there is one envelope for all orders
    assert set(tested.index) - set(drawn.index) == {f"{ORDER} {k}" for k in (1, 2, 3)}
    assert ((drawn["p_low"] <= drawn["p_value"] + 2e-3) & (drawn["p_value"] <= drawn["p_high"] + 2e-3)).all()


def test_equal_growth_everywhere_is_no_spread(lattice):
    """Levels that cluster, and everybody grows by about the same percentage: money rises most beside the rich."""
    graph = lattice(7, 7)
    index = pd.Index([f"a{i}" for i in range(49)])
    w = graph.transform("r").sparse.toarray()
    order = pd.Index(graph.unique_ids).get_indexer(index)
    w = w[np.ix_(order, order)]
    found = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        before = pd.Series(np.exp(np.linalg.solve(np.eye(49) - 0.9 * w, rng.normal(0, 0.4, 49))), index)
        after = before * np.exp(0.4 + rng.normal(0, 0.02, 49))
        in_money = moran_bivariate(before, after - before, graph, relocate="pairs", permutations=999).p_value
        found.append((in_money, spread_test(before, after, graph, draws=199).table["p_value"].iloc[0]))
    rejected = (np.array(found) < 0.05).sum(axis=0)
    assert rejected[0] == 4 and rejected[1] <= 1, found


def test_rows_of_poles(lattice):
    before, after = two_years()
    table = spread_tests(before, after, lattice(4, 4), years=4, poles=["a5", "a10"], permutations=99)
    assert list(table.index[:6]) == [
        "neighbours' level", "neighbours' level, poles left out", "weight of poles",
        "weight of poles, without a10", "weight of poles, without a5", "poles relabelled",
    ]  # fmt: skip
    assert (table["left_out"].iloc[1:6] == "a10, a5").all() and (table["n"].iloc[1:6] == 14).all()
    assert list(table.index[6 : 5 + len(TESTS)]) == list(TESTS[1:])
    assert list(table.index[-3:]) == [f"{RING} {k}" for k in (1, 2, 3)]


def test_five_regions_keep_the_tests_that_five_allow(lattice):
    before, after = two_years(6)
    table = spread_tests(before, after, lattice(2, 3), years=4, permutations=99)
    assert list(table.index[: len(TESTS) - 1]) == list(TESTS[1:])
    assert "neighbours' level: " in table.attrs["notes"][0] and "at least 8 regions" in table.attrs["notes"][0]


@pytest.mark.parametrize(("sides", "exact"), [((2, 3), {1: 720, 2: 720, 3: 24}), ((4, 4), {})])
def test_rows_count_what_was_done(lattice, sides, exact):
    before, after = two_years(sides[0] * sides[1])
    table = spread_tests(before, after, lattice(*sides), years=4, permutations=999)
    orders = table[table.index.str.startswith(ORDER)]
    assert set(orders["method"]) == ({"exact"} if exact else {"permutation"})
    counts = [exact.get(order, 999) for order in range(1, len(orders) + 1)]
    assert list(orders["permutations"]) == counts  # at order 3 of 2 x 3 regions only the four corners have neighbours
    assert {table.attrs["draws"][order] for order in orders.index} == {0 if exact else 999}


def test_gaps_are_left_out_of_values_and_graph(lattice):
    graph = lattice(4, 4)
    before, after = two_years()
    holed, late = before.mask(before.index == "a3"), after.mask(after.index == "a9")
    table = spread_tests(holed, late, graph, years=4, permutations=99)
    kept = [region for region in before.index if region not in ("a3", "a9")]
    part = graph.subgraph(kept)
    assert (table["left_out"] == "a3, a9").all()
    expected = spread_tests(before[kept], after[kept], part, years=4, permutations=99)
    pd.testing.assert_frame_equal(table.drop(columns="left_out"), expected.drop(columns="left_out"), rtol=1e-9)


def test_does_not_depend_on_row_order(lattice):
    before, after = two_years()
    one = spread_tests(before, after, lattice(4, 4), years=4, permutations=99, rng=3)
    two = spread_tests(before.iloc[::-1], after, lattice(4, 4), years=4, permutations=99, rng=3)
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"before": [1.0]}, "before: list given"),
        ({"after": pd.Series(1.0, [f"a{i}" for i in range(15)])}, "lacks regions of the graph: a15"),
        ({"alternative": "up"}, "alternative='up' is not known"),
        ({"permutations": 0}, "permutations=0"),
        ({"years": -1}, "years=-1"),
    ],
)
def test_errors(lattice, change, words):
    before, after = two_years()
    arguments = {"before": before, "after": after, "graph": lattice(4, 4), "years": 4, "permutations": 99} | change
    with pytest.raises(SpatialError, match=words):
        spread_tests(**arguments)
