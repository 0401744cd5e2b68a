"""The specification curve against the tests it is made of, naive loops, and its own null hypothesis."""

from __future__ import annotations

from itertools import permutations

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from growthpoles.errors import SpatialError
from growthpoles.randomness import SEED
from growthpoles.spatial.global_tests.geary import geary
from growthpoles.spatial.global_tests.getis_ord import getis_ord
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.poles import specification_curve as specification_forms
from growthpoles.spatial.poles import specification_curve as specifications
from growthpoles.spatial.poles.specification_curve import (
    STATISTICS,
    WHOLE,
    Specification,
    compile_specifications,
    specification_curve,
)
from growthpoles.spatial.reference_distributions.global_permutation import draw_orders, induced_order, standing

TEST = {"moran": moran, "geary": geary, "getis_ord": getis_ord}


def values(n, seed=0, labels=None):
    return pd.Series(np.random.default_rng(seed).gamma(2, 3, n), labels or [f"a{i}" for i in range(n)])


def knn(n, k, seed=0):
    """Return a graph that is not symmetric: k nearest of random points."""
    from libpysal.graph import Graph

    xy = np.random.default_rng(seed).uniform(size=(n, 2))
    order = np.linalg.norm(xy[:, None] - xy, axis=2).argsort(axis=1)[:, 1 : k + 1]
    labels = np.array([f"a{i}" for i in range(n)])
    return Graph.from_arrays(np.repeat(labels, k), labels[order.ravel()], np.ones(n * k))


def crossed(ys, graphs, statistics=STATISTICS, **options):
    return [
        Specification({"y": a, "graph": b, "test": statistic}, y, graph, statistic, **options)
        for a, y in ys.items()
        for b, graph in graphs.items()
        for statistic in statistics
    ]


def naive(statistic, y, w):
    z = y - y.mean()
    if statistic == "moran":
        return len(y) / w.sum() * (z @ w @ z) / (z @ z)
    if statistic == "geary":
        return (len(y) - 1) / (2 * w.sum()) * (w * (y[:, None] - y) ** 2).sum() / (z @ z)
    return (y @ w @ y) / (np.outer(y, y).sum() - y @ y)


@pytest.fixture(scope="module")
def sixteen(lattice):
    """Return twelve specifications over 16 regions, and the same over 13 of them."""
    graphs = {"rook": lattice(4, 4), "knn": knn(16, 3)}
    ys = {"one": values(16), "two": values(16, 1)}
    return crossed(ys, graphs)


@pytest.fixture(scope="module")
def uneven(sixteen):
    """Return the twelve specifications and six more that lack three regions."""
    kept = [f"a{i}" for i in range(16) if i not in (2, 7, 11)]
    part = {"rook": sixteen[0].graph.subgraph(kept), "knn": knn(16, 5).subgraph(kept)}
    return [*sixteen, *crossed({"three": sixteen[0].y[kept]}, part)]


@pytest.mark.parametrize("transformation", ["r", "b", None])
def test_statistics_and_effects_are_those_of_the_global_tests(sixteen, seven, transformation):
    seven_values = values(7, 4, list("abcdefg"))
    specs = [
        Specification(spec.labels, spec.y, spec.graph, spec.statistic, transformation=transformation)
        for spec in [*sixteen, *crossed({"seven": seven_values}, {"seven": seven[0]})]
    ]
    compiled = compile_specifications(specs)
    for spec, n, statistic, effect in zip(specs, compiled.n, compiled.statistic, compiled.effect, strict=True):
        options = {"method": "randomisation", "transformation": transformation}
        expected = TEST[spec.statistic](spec.y, spec.graph, **options)
        sign = -1 if spec.statistic == "geary" else 1
        assert n == expected.n
        assert statistic == pytest.approx(expected.statistic, abs=1e-10)
        assert effect == pytest.approx(sign * expected.z_score, abs=1e-10)


def test_isolates_are_left_out_as_in_moran(lattice):
    graph = lattice(4, 4).subgraph([f"a{i}" for i in (0, 1, 2, 3, 4, 5, 10)])
    y = values(16)[list(graph.unique_ids)]
    compiled = compile_specifications(crossed({"y": y}, {"g": graph}))
    expected = moran(y, graph, method="randomisation")
    assert expected.isolates == ("a10",)
    assert compiled.n.tolist() == [6] * 3
    assert compiled.effect[0] == pytest.approx(expected.z_score, abs=1e-10)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_p_values_are_those_of_the_enumerated_tests(seven, alternative):
    y = values(7, 3, list("abcdefg"))
    specs = crossed({"y": y}, {"seven": seven[0]})
    curve = specification_curve(specs, alternative=alternative, permutations=19_999)
    for test, p in zip(curve.table["test"], curve.table["p_value"], strict=True):
        side = {"greater": "less", "less": "greater"}.get(alternative, alternative) if test == "geary" else alternative
        exact = TEST[test](y, seven[0], alternative=side, **({"transformation": "r"}))
        assert exact.reference.startswith("all ")
        assert p == pytest.approx(exact.p_value, abs=4 * np.sqrt(exact.p_value / 20_000) + 1e-4)


def test_omnibus_by_loops(uneven):
    """Relocate with loops, let regions stand in by hand, rank and count: the same table to the last digit.

    Without its three regions the lattice has an isolate besides, whose value is not dealt either.
    """
    draws = 99
    curve = specification_curve(uneven, alternative="two-sided", permutations=draws, alpha=0.1, by=["y", "test"], rng=5)
    orders = np.concatenate(list(draw_orders(16, draws, 5, rows=7)))
    assert orders.shape == (100, 16) and (orders[0] == np.arange(16)).all()
    names = sorted(f"a{i}" for i in range(16))
    # every set of values counts once in the mean rank: two of all regions, one of the twelve with links
    sets = [uneven[0].y, uneven[6].y, uneven[12].y.drop("a3"), uneven[15].y]
    ranks = pd.concat([(y.rank() - 0.5) / len(y) for y in sets], axis=1).mean(axis=1)
    rank = {region: (round(ranks[region], 12), names.index(region)) for region in names}
    effects = np.empty((100, len(uneven)))
    for column, spec in enumerate(uneven):
        null = TEST[spec.statistic](spec.y, spec.graph, method="randomisation", transformation="r")
        own = {region: value for region, value in spec.y.items() if region not in null.isolates}
        ids = list(own)
        position = [list(spec.graph.unique_ids).index(region) for region in ids]
        w = spec.graph.transform("r").sparse.toarray()[np.ix_(position, position)]
        for row, order in enumerate(orders):
            comes = {names[at]: names[order[at]] for at in range(16)}
            holes = sorted((region for region in ids if comes[region] not in own), key=lambda r: rank[comes[r]])
            spare = sorted((comes[r] for r in names if r not in own and comes[r] in own), key=rank.get)
            comes |= dict(zip(holes, spare, strict=True))
            moved = [own[comes[region]] for region in ids]
            effect = (naive(spec.statistic, np.array(moved), w) - null.expected) / null.variance**0.5
            effects[row, column] = -effect if spec.statistic == "geary" else effect
    greater = (effects[None] >= effects[:, None] - 1e-6).mean(axis=1)
    less = (effects[None] <= effects[:, None] + 1e-6).mean(axis=1)
    p = np.minimum(1, 2 * np.minimum(greater, less))
    table = curve.table.sort_values(["y", "graph", "test"], ignore_index=True)
    expected = pd.DataFrame([spec.labels for spec in uneven]).assign(z=effects[0], p=p[0])
    expected = expected.sort_values(["y", "graph", "test"], ignore_index=True)
    np.testing.assert_allclose(table["z"], expected["z"], atol=1e-10)
    np.testing.assert_allclose(table["p_value"], expected["p"], atol=1e-12)
    assert (table["significant"] == (table["p_value"] <= 0.1)).all()
    for (choice, value), row in curve.groups.iterrows():
        chosen = [i for i, spec in enumerate(uneven) if choice == "all" or spec.labels[choice] == value]
        medians, shares = np.median(effects[:, chosen], axis=1), (p[:, chosen] <= 0.1 + 1e-12).mean(axis=1)
        above, below = (medians >= medians[0] - 1e-6).mean(), (medians <= medians[0] + 1e-6).mean()
        assert row["specifications"] == len(chosen)
        assert row["median_z"] == pytest.approx(medians[0], abs=1e-6)
        if any(len(uneven[i].y) < 16 or uneven[i].graph.n < 16 or len(uneven[i].graph.isolates) for i in chosen):
            continue  # whole records move: see test_whole_records_move
        assert row["median_null"] == pytest.approx(np.median(medians), abs=1e-6)
        assert row["median_p"] == pytest.approx(min(1, 2 * min(above, below)), abs=1e-12)
        assert row["share_significant"] == pytest.approx(shares[0], abs=1e-7)
        assert row["share_p"] == pytest.approx((shares >= shares[0] - 1e-6).mean(), abs=1e-12)
        assert row["share_positive"] == pytest.approx((effects[0, chosen] > 0).mean())


def test_induced_order_is_uniform_and_close():
    """Over all 720 permutations of six regions each of the 24 orders of four comes up 30 times."""
    every = np.array(list(permutations(range(6))))
    places, likeness = np.array([0, 2, 3, 5]), np.array([3, 0, 5, 1, 4, 2])
    found = induced_order(every, places, likeness)
    orders, counts = np.unique(found, axis=0, return_counts=True)
    assert len(orders) == 24 and (counts == 30).all()
    # where the permutation brings a region that is there, it is followed
    brought = places[found]
    there = np.isin(every[:, places], places)
    assert (brought[there] == every[:, places][there]).all()
    assert (induced_order(np.arange(6)[None], np.array([4, 1]), likeness)[0] == [0, 1]).all()


def test_regions_stand_in_for_those_of_like_standing():
    """Places 0 and 1 would get the missing regions 4 and 5; regions 0 and 1 went to places that do not count."""
    order = np.array([[4, 5, 2, 3, 0, 1]])
    places = np.arange(4)
    assert induced_order(order, places, np.array([0, 5, 2, 3, 1, 4]))[0].tolist() == [0, 1, 2, 3]
    assert induced_order(order, places, np.array([5, 0, 2, 3, 1, 4]))[0].tolist() == [1, 0, 2, 3]


def test_standing_is_the_order_of_mean_ranks():
    first, second = (np.arange(4), np.array([1.0, 3, 2, 2])), (np.array([0, 3]), np.array([5.0, 1]))
    # mean ranks: 0: (1/8 + 3/4) / 2, 1: 7/8, 2: 1/2, 3: (1/2 + 1/4) / 2
    assert standing(4, [first, second]).tolist() == [1, 3, 2, 0]


def test_main_set_and_what_stands_beside(sixteen):
    specs = [
        Specification(spec.labels, spec.y, spec.graph, spec.statistic, main=spec.statistic != "getis_ord")
        for spec in sixteen
    ]
    curve = specification_curve(specs, permutations=199, by=["test", "y"])
    assert curve.overall["specifications"] == 8 and len(curve.table) == 12
    assert curve.groups.loc[("test", "getis_ord"), "specifications"] == 4
    assert curve.groups.loc[("y", "one"), "specifications"] == 4
    only = specification_curve([spec for spec in specs if spec.main], permutations=199)
    pd.testing.assert_series_equal(only.groups.loc[WHOLE], curve.groups.loc[WHOLE])
    assert "8 specifications" in repr(curve)


@pytest.mark.parametrize("backend", ["sequential", "threading", "loky"])
def test_result_does_not_depend_on_workers(uneven, backend):
    options = {"permutations": 999, "alternative": "two-sided", "by": ["y"], "rng": 1}
    alone = specification_curve(uneven, **options)
    with joblib.parallel_config(backend=backend, n_jobs=2):
        together = specification_curve(uneven, **options)
    pd.testing.assert_frame_equal(alone.table, together.table, check_exact=True)
    pd.testing.assert_frame_equal(alone.groups, together.groups, check_exact=True)


def test_result_does_not_depend_on_chunks_or_layout(uneven, monkeypatch):
    options = {"permutations": 499, "by": ["y"], "rng": 1}
    plain = specification_curve(uneven, **options)
    monkeypatch.setattr(specifications, "_CHUNK_ROWS", 37)
    monkeypatch.setattr(specifications, "_COLUMNS", 5)
    pd.testing.assert_frame_equal(plain.groups, specification_curve(uneven, **options).groups, check_exact=True)
    monkeypatch.setattr(specification_forms, "_DENSE_LIMIT", 3)  # the paths of maps with many regions
    for filled in (2.0, 0.0, 0.3):  # few links, many, and both kinds of graphs
        monkeypatch.setattr(specification_forms, "_FILLED", filled)
        large = specification_curve(uneven, **options)
        pd.testing.assert_frame_equal(plain.groups, large.groups, rtol=1e-6)
        pd.testing.assert_frame_equal(plain.table, large.table, rtol=1e-9)


def test_result_does_not_depend_on_row_order(uneven):
    shuffled = [
        Specification(spec.labels, spec.y.sample(frac=1, random_state=at), spec.graph, spec.statistic)
        for at, spec in enumerate(uneven)
    ]
    one, two = (specification_curve(specs, permutations=199) for specs in (uneven, shuffled))
    pd.testing.assert_frame_equal(one.table, two.table, rtol=1e-9)
    pd.testing.assert_frame_equal(one.groups, two.groups, rtol=1e-6)


def test_seeds(uneven):
    run = lambda rng: specification_curve(uneven, permutations=99, rng=rng).table["p_value"]  # noqa: E731
    assert run(None).equals(run(SEED)) and run(3).equals(run(3)) and not run(3).equals(run(4))
    assert run(np.random.default_rng(3)).equals(run(np.random.default_rng(3)))


def test_clustered_and_alternating_maps(lattice):
    rows, columns = np.divmod(np.arange(36), 6)
    graphs = {"rook": lattice(6, 6)}
    labels = [f"a{i}" for i in range(36)]
    noise = np.random.default_rng(0).uniform(0, 0.1, 36)
    for name, y, sign in (("slope", rows + columns, 1), ("board", (rows + columns) % 2, -1)):
        curve = specification_curve(
            crossed({name: pd.Series(y + noise, labels)}, graphs), permutations=999, alternative="two-sided"
        )
        assert np.sign(curve.overall["median_z"]) == sign
        assert curve.overall["median_p"] == 0.002 and curve.overall["share_significant"] >= 2 / 3


def rejections(make, draws, permutations=99, alpha=0.1):
    medians = shares = 0
    for seed in range(draws):
        curve = specification_curve(
            make(seed), alternative="two-sided", permutations=permutations, alpha=alpha, rng=seed
        )
        medians += curve.overall["median_p"] <= alpha
        shares += curve.overall["share_p"] <= alpha
    return medians, shares


@pytest.mark.long
def test_omnibus_keeps_its_level(lattice):
    """Two correlated variables, two graphs, two statistics, values without any place: rejected in 10 % of cases."""
    graphs = {"rook": lattice(4, 4), "knn": knn(16, 3)}

    def make(seed):
        rng = np.random.default_rng([9, seed])
        common = rng.gamma(2, 1, 16)
        ys = {name: pd.Series(common + rng.gamma(2, 0.5, 16), [f"a{i}" for i in range(16)]) for name in "ab"}
        return crossed(ys, graphs, ("moran", "geary"))

    medians, shares = rejections(make, 120)
    assert binom.ppf(5e-4, 120, 0.1) <= medians <= binom.ppf(1 - 5e-4, 120, 0.1)
    assert shares <= binom.ppf(1 - 5e-4, 120, 0.1)  # ties between shares make this one conservative


@pytest.mark.slow
@pytest.mark.parametrize("missing", [0, 1, 5])
def test_omnibus_keeps_its_level_where_regions_are_missing(lattice, missing):
    """As above, in large, with regions missing from the second variable: exact with none, at most nominal with some."""
    whole = lattice(4, 4)
    labels = [f"a{i}" for i in range(16)]
    kept = labels[missing:]
    part = whole.subgraph(kept)

    def make(seed):
        rng = np.random.default_rng([missing, seed])
        common = rng.gamma(1, 1, 16)
        first, second = (pd.Series(common + rng.gamma(1, 0.3, 16), labels) for _ in range(2))
        return [
            *crossed({"a": first}, {"rook": whole, "knn": knn(16, 3)}, ("moran", "geary")),
            *crossed({"b": second[kept]}, {"rook": part}, ("moran", "geary")),
        ]

    medians, shares = rejections(make, 2000)
    assert binom.ppf(0.005, 2000, 0.07 if missing else 0.1) <= medians <= binom.ppf(0.995, 2000, 0.1)
    assert shares <= binom.ppf(0.995, 2000, 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("most", [7, 12])
def test_omnibus_keeps_its_level_with_unequal_gaps(lattice, most):
    """Five years of persistent values, each with gaps of its own; where one reference alone rejects in 13 of 100."""
    whole, labels = lattice(4, 4), np.array([f"a{i}" for i in range(16)])

    def make(seed):
        rng = np.random.default_rng([17, most, seed])
        own, found = rng.normal(size=16) * 0.95, []
        while not found:
            for year in range(5):
                y = pd.Series(np.exp(own + rng.normal(size=16) * 0.3), labels)
                y = y.drop(index=rng.choice(labels, int(rng.integers(most + 1)), replace=False))
                graph = whole.subgraph(list(y.index))
                links = graph.sparse.toarray() > 0
                if (links.any(axis=0) | links.any(axis=1)).sum() >= 5:
                    found += crossed({str(year): y}, {"rook": graph}, ("moran", "geary"))
        return found

    medians, shares = rejections(make, 800)
    assert medians <= binom.ppf(0.995, 800, 0.1) and shares <= binom.ppf(0.995, 800, 0.1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"specifications": []}, "no main specification"),
        ({"alternative": "up"}, "alternative='up' is not known"),
        ({"permutations": 0}, "permutations=0"),
        ({"permutations": 10**9}, "permutations=1.000.000.000 for 12 specifications; allowed: at most 16.666.666"),
        ({"permutations": 9}, "alpha=0.05 is out of reach; allowed: permutations=19 or more"),
        ({"permutations": 19, "alternative": "two-sided"}, "allowed: permutations=39 or more"),
        ({"alpha": 1}, "alpha=1; allowed: a number between 0 and 1"),
        ({"by": ["grap"]}, "by='grap' is not a choice; allowed: y, graph, test; nearest: graph"),
        ({"rng": "x"}, "rng='x'"),
    ],
)
def test_errors(sixteen, change, words):
    with pytest.raises(SpatialError, match=words):
        specification_curve(**({"specifications": sixteen, "permutations": 99} | change))


@pytest.mark.parametrize(
    ("y", "statistic", "words"),
    [
        (values(16) * 0 + 2, "moran", "y one: y is constant"),
        (values(16) - 5, "getis_ord", "y one: negative value .*; allowed: values of 0 and above for Getis-Ord G"),
        (pd.Series([1.0] + [0] * 15, [f"a{i}" for i in range(16)]), "getis_ord", "fewer than two values are positive"),
        (values(16).mask(values(16) > 9), "moran", "y one: y: no finite value"),
        (values(15), "moran", "a15"),
        (values(16), "morans", "statistic='morans' is not known; allowed: moran, geary, getis_ord; nearest: moran"),
    ],
)
def test_a_specification_that_cannot_be_tested_is_named(lattice, y, statistic, words):
    spec = Specification({"y": "one"}, y, lattice(4, 4), statistic)
    with pytest.raises(SpatialError, match=words) as caught:
        specification_curve([spec], permutations=99)
    assert "\n" not in str(caught.value)


def test_a_statistic_that_cannot_vary(seven):
    from libpysal.graph import Graph

    labels = np.array(list("abcdefg"))
    focal, neighbor = np.nonzero(1 - np.eye(7))
    complete = Graph.from_arrays(labels[focal], labels[neighbor], np.ones(42))
    spec = Specification({"graph": "complete"}, values(7, 0, list("abcdefg")), complete, "moran")
    with pytest.raises(SpatialError, match="graph complete: the statistic cannot vary"):
        specification_curve([spec], permutations=99)


def test_standing_counts_pairs() -> None:
    """By counting pairs, ties and gaps among them."""
    rng = np.random.default_rng(4)
    variables = [(np.sort(rng.choice(30, n, replace=False)), rng.integers(0, 9, n).astype(float)) for n in (30, 12, 20)]
    total, count = np.zeros(30), np.zeros(30)
    for places, values in variables:
        pairs = values[None, :] - values[:, None]
        total[places] += ((pairs < 0).sum(axis=1) + (pairs == 0).sum(axis=1) / 2) / len(values)
        count[places] += 1
    order = np.argsort(np.argsort(np.round(total / count, 12), kind="stable"))
    assert (standing(30, variables) == order).all()
