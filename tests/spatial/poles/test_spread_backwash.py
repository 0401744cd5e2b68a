"""The table of change: every row is what its name says, from the formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import SpatialError
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.poles.convergence import convergence
from growthpoles.spatial.poles.lisa_dynamics import lisa_moves, rank_mobility, spatial_tau
from growthpoles.spatial.poles.spread_backwash import TESTS, spread_tests


def two_years(n=16, seed=0):
    rng = np.random.default_rng(seed)
    index = pd.Index([f"a{i}" for i in range(n)], name="region")
    before = pd.Series(rng.gamma(4, 5, n) + 1, index)
    return before, before * rng.uniform(0.8, 1.8, n)


def test_rows(lattice):
    graph = lattice(4, 4)
    before, after = two_years()
    table = spread_tests(before, after.iloc[::-1], graph, years=4, permutations=999)
    assert tuple(table.index) == TESTS
    w = graph.transform("r").sparse.toarray()
    order = [list(graph.unique_ids).index(region) for region in before.index]
    w = w[np.ix_(order, order)]
    z = lambda v: ((v - v.mean()) / v.std(ddof=0)).to_numpy()  # noqa: E731
    change = after - before
    # the level of region i with the change of its neighbours j, by hand
    total = sum(z(before)[i] * w[i, j] * z(change)[j] for i in range(16) for j in range(16))
    first = table.loc["level and neighbours' change"]
    assert first["statistic"] == pytest.approx(total / 16, abs=1e-12)
    # relocating pairs keeps the correlation within regions, and the expectation shows it
    assert first["expected"] == pytest.approx(-np.corrcoef(before, change)[0, 1] / 15, abs=1e-12)
    assert table.loc["change", "statistic"] == pytest.approx(moran(change, graph, method="normal").statistic)
    moves = lisa_moves(before, after, graph)
    assert table.loc["joint moves", "statistic"] == pytest.approx((moves["dz"] * moves["dlag"] > 0).mean())
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
    assert tested["p_value"].between(0, 1).all()
    assert ((tested["p_low"] <= tested["p_value"] + 2e-3) & (tested["p_value"] <= tested["p_high"] + 2e-3)).all()


def test_pair_relocation_by_simulation(lattice):
    graph = lattice(4, 4)
    before, after = two_years(seed=3)
    w = graph.transform("r").sparse.toarray()
    order = [list(graph.unique_ids).index(region) for region in before.index]
    w = w[np.ix_(order, order)]
    level, change = before.to_numpy() - before.mean(), (after - before).to_numpy() - (after - before).mean()
    rng = np.random.default_rng(0)
    orders = np.array([rng.permutation(16) for _ in range(8000)])
    drawn = np.einsum("ri,ij,rj->r", level[orders], w, change[orders])
    own = level @ w @ change
    p = 2 * min((drawn >= own - 1e-9).mean(), (drawn <= own + 1e-9).mean())
    row = spread_tests(before, after, graph, years=4, permutations=19_999).loc["level and neighbours' change"]
    assert row["p_value"] == pytest.approx(p, abs=0.03)


def test_spread_and_backwash_are_told_apart(lattice):
    """A pole in the middle of a map lifts, or drains, the cells around it."""
    graph = lattice(7, 7)
    rng = np.random.default_rng(1)
    index = [f"a{i}" for i in range(49)]
    poles = [8, 11, 29, 33]
    level = pd.Series(10 + rng.normal(0, 0.3, 49), index)
    level.iloc[poles] += 15
    near = [p + step for p in poles for step in (-1, 1, -7, 7)]
    push = pd.Series(rng.normal(0, 0.3, 49), index)
    push.iloc[near] += 3
    lifted = spread_tests(level, level + push, graph, years=4, alternative="greater", permutations=999)
    drained = spread_tests(level, level - push, graph, years=4, alternative="less", permutations=999)
    row = "level and neighbours' change"
    assert lifted.loc[row, "statistic"] > 0 and lifted.loc[row, "p_value"] < 0.01
    assert drained.loc[row, "statistic"] < 0 and drained.loc[row, "p_value"] < 0.01


def test_gaps_are_left_out_of_values_and_graph(lattice):
    graph = lattice(4, 4)
    before, after = two_years()
    holed, late = before.mask(before.index == "a3"), after.mask(after.index == "a9")
    table = spread_tests(holed, late, graph, years=4, permutations=99)
    kept = [region for region in before.index if region not in ("a3", "a9")]
    part = graph.subgraph(kept)
    assert (table["left_out"] == "a3, a9").all()
    expected = spread_tests(before[kept], after[kept], part, years=4, permutations=99)
    pd.testing.assert_frame_equal(table.drop(columns="left_out"), expected.drop(columns="left_out"))


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
