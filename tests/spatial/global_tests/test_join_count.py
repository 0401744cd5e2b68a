from __future__ import annotations

import math
from itertools import combinations

import joblib
import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import SpatialError
from growthpoles.spatial.global_tests.join_count import join_count
from growthpoles.spatial.reference_distributions import global_permutation


def labelled(values):
    return pd.Series(values, index=[f"a{i}" for i in range(len(values))])


@pytest.fixture(scope="module")
def halves(lattice):
    return labelled(["white"] * 8 + ["black"] * 8), lattice(4, 4)


def test_half_a_lattice_by_hand(halves):
    result = join_count(*halves)
    assert result.classes == ("black", "white")
    assert result.counts == (8, 8)
    assert result["black", "black"].statistic == 10
    assert result["white", "black"].statistic == result["black", "white"].statistic == 4
    assert result["white", "white"].statistic == 10
    assert result.different.statistic == 4


def test_every_assignment_of_the_lattice_by_brute_force(halves, lattice):
    y, graph = halves
    w = lattice(4, 4).transform("b").sparse.toarray()
    order = [list(graph.unique_ids).index(label) for label in y.index]
    w = w[np.ix_(order, order)]
    black = np.zeros((math.comb(16, 8), 16))
    for row, chosen in enumerate(combinations(range(16), 8)):
        black[row, list(chosen)] = 1
    bb = np.einsum("ij,jk,ik->i", black, w, black) / 2
    bw = np.einsum("ij,jk,ik->i", black, w, 1 - black)
    result = {a: join_count(y, graph, alternative=a) for a in ("greater", "less", "two-sided")}
    for pair, values, seen in ((("black", "black"), bb, 10), (("black", "white"), bw, 4)):
        greater, less = np.mean(values >= seen), np.mean(values <= seen)
        assert result["greater"][pair].p_value == pytest.approx(greater, abs=1e-12)
        assert result["less"][pair].p_value == pytest.approx(less, abs=1e-12)
        assert result["two-sided"][pair].p_value == pytest.approx(min(1, 2 * min(greater, less)), abs=1e-12)
        assert result["less"][pair].expected == pytest.approx(values.mean(), rel=1e-12)
        assert result["less"][pair].variance == pytest.approx(values.var(), rel=1e-12)
    assert result["less"].different.p_value == result["less"]["black", "white"].p_value
    assert {r.method for r in result["less"].joins} == {"exact"}
    assert {r.permutations for r in result["less"].joins} == {12_870}


@pytest.mark.parametrize("black", range(1, 16))
def test_any_split_of_sixteen_regions_is_enumerated(lattice, black):
    result = join_count(labelled([1] * black + [0] * (16 - black)), lattice(4, 4))
    assert result.different.permutations == math.comb(16, black)
    assert result.different.method == "exact"


def test_three_classes_by_brute_force(seven, brute):
    graph, w = seven
    w = (w > 0).astype(float)
    y = pd.Series(pd.Categorical(list("ccabbac"), categories=list("cbaz")), index=list("abcdefg"))
    result = join_count(y, graph)
    assert result.classes == ("c", "b", "a")
    letters = y.to_numpy()
    for first, second in [("c", "c"), ("c", "b"), ("c", "a"), ("b", "b"), ("b", "a"), ("a", "a")]:

        def statistic(order, first=first, second=second):
            one, two = letters[order] == first, letters[order] == second
            count = (one @ w @ two + two @ w @ one) / 2
            return count / 2 if first == second else count

        greater, less, mean, variance = brute(statistic, 7)
        found = result[first, second]
        assert found.statistic == statistic(np.arange(7))
        assert found.p_value == pytest.approx(min(1, 2 * min(greater, less)), abs=1e-12)
        assert (found.expected, found.variance) == pytest.approx((mean, variance), rel=1e-10)
        assert found.name == f"{first} - {second}"

    def unlike(order):
        return np.sum(w * (letters[order][:, None] != letters[order][None, :])) / 2

    greater, less, mean, variance = brute(unlike, 7)
    assert result.different.p_value == pytest.approx(min(1, 2 * min(greater, less)), abs=1e-12)
    assert (result.different.expected, result.different.variance) == pytest.approx((mean, variance), rel=1e-10)


@pytest.mark.parametrize("name", ["columbus", "sids2", "stl"])
def test_equals_esda(known, name):
    from esda.join_counts import Join_Counts

    y, graph, _ = known(name)
    high = y > y.median()
    peer = Join_Counts(high.to_numpy().astype(float), graph, permutations=0)
    result = join_count(high, graph, method="randomisation")
    assert result[True, True].statistic == peer.bb
    assert result[False, False].statistic == peer.ww
    assert result[False, True].statistic == peer.bw


def test_permutation_that_visits_every_assignment_is_exact(halves):
    asked, default = join_count(*halves, method="permutation"), join_count(*halves)
    assert asked == default
    assert asked.different.method == "exact" and asked.different.reference == "all 12\N{NO-BREAK SPACE}870 assignments"


def test_random_assignments_agree_with_enumeration(halves, monkeypatch):
    exact = join_count(*halves).to_frame()["p_value"]
    monkeypatch.setattr(global_permutation, "ENUMERATION_LIMIT", 1)
    drawn = join_count(*halves, permutations=50_000)
    assert {r.method for r in drawn.joins} == {"permutation"}
    frame = drawn.to_frame()
    assert ((frame["p_low"] <= exact) & (exact <= frame["p_high"])).all()
    with joblib.parallel_config(backend="threading", n_jobs=2):
        assert join_count(*halves, permutations=50_000) == drawn
    with pytest.raises(SpatialError, match=r"too many assignments of 16 regions to classes of 8, 8"):
        join_count(*halves, method="exact")


def test_ten_classes_on_sixteen_regions(lattice):
    y = labelled(list("aabbccddeeffgghi"))
    result = join_count(y, lattice(4, 4), permutations=2_000)
    assert len(result.joins) == 45
    assert sum(r.statistic for r in result.joins) == 24
    assert result.different.statistic == 24 - sum(result[c, c].statistic for c in "abcdefghi")
    assert len(result.to_frame()) == 46


def test_normal_p_values_use_the_z_score(halves):
    from scipy.stats import norm

    joins = join_count(*halves, method="randomisation", alternative="greater")["black", "black"]
    assert joins.p_value == pytest.approx(norm.sf(joins.z_score), rel=1e-12)
    assert (joins.permutations, joins.p_interval) == (0, (joins.p_value, joins.p_value))


def test_result_prints_and_tabulates(halves):
    result = join_count(*halves)
    frame = result.to_frame()
    assert frame.index.tolist() == ["black - black", "black - white", "white - white", "different"]
    assert frame["statistic"].tolist() == [10, 4, 10, 4]
    assert "black - white: 4 (expected 12.8, p = " in repr(result)
    assert "all 12\N{NO-BREAK SPACE}870 assignments" in repr(result)
    for pair in (("black", "grey"), "bw", ("black",), 3):
        with pytest.raises(SpatialError, match=r"no pair of classes.*'black', 'white'"):
            result[pair]


def test_mixed_labels_keep_a_stable_order(lattice):
    result = join_count(labelled(["x", 1, "x", 2, 1, "x", "x", 1, 2]), lattice(3, 3))
    assert result.classes == (1, 2, "x")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["a", "b", None, "a", "b", "a", "b", "a", "b"], "without a class: a2"),
        (["a"] * 9, r"1 class\(es\); allowed: 2 to 20 classes"),
    ],
)
def test_bad_classes_are_refused(lattice, values, text):
    with pytest.raises(SpatialError, match=text):
        join_count(labelled(values), lattice(3, 3))


def test_other_bad_input_is_refused(lattice, halves):
    with pytest.raises(SpatialError, match="25 class"):
        join_count(labelled(range(25)), lattice(5, 5))
    with pytest.raises(SpatialError, match="y is a list"):
        join_count(["a", "b"], lattice(3, 3))
    with pytest.raises(SpatialError, match="join counts: method='normal'"):
        join_count(*halves, method="normal")
    with pytest.raises(SpatialError, match="alternative"):
        join_count(*halves, alternative="more")


def test_one_class_among_the_linked_regions_is_refused(lattice):
    from libpysal.graph import Graph

    alone = lattice(3, 3).adjacency.copy()
    alone.loc[("far", "far")] = 0.0
    y = pd.concat([labelled(["a"] * 9), pd.Series({"far": "b"})])
    with pytest.raises(SpatialError, match="all 9 linked regions are of class 'a'"):
        join_count(y, Graph(alone, is_sorted=False))
