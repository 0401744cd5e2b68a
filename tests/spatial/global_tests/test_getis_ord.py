from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import SpatialError
from growthpoles.spatial.global_tests.getis_ord import getis_ord


def make(values):
    return pd.Series(values, index=list("abcdefg"), dtype=float)


@pytest.mark.parametrize("name", ["columbus", "sids2", "stl"])
def test_equals_esda(known, name):
    from esda.getisord import G

    y, graph, _ = known(name)
    peer = G(y.to_numpy(), graph, permutations=0)
    result = getis_ord(y, graph, method="randomisation", alternative="greater" if peer.G > peer.EG else "less")
    assert result.statistic == pytest.approx(peer.G, rel=1e-12)
    assert result.expected == pytest.approx(peer.EG, rel=1e-12)
    # esda forms E[G^2] - E[G]^2 from raw powers: its own rounding is of the order 1e-11
    assert result.variance == pytest.approx(peer.VG, rel=1e-9)
    assert result.z_score == pytest.approx(peer.z_norm, rel=1e-9)
    assert result.p_value == pytest.approx(peer.p_norm, rel=1e-7, abs=1e-15)


@pytest.mark.parametrize(
    "values", [[3, 1, 4, 1, 5, 9, 2], [0, 0, 1, 0, 1, 1, 0], [1001, 1002, 1000, 1003, 1000, 1000, 1001]]
)
@pytest.mark.parametrize("transformation", ["b", "r"])
def test_all_orders_of_seven_by_brute_force(seven, brute, values, transformation):
    graph, w = seven
    w = (w > 0).astype(float) if transformation == "b" else w / w.sum(axis=1, keepdims=True)
    y = make(values)

    def statistic(order):
        v = y.to_numpy()[order]
        return v @ w @ v / (v.sum() ** 2 - v @ v)

    greater, less, mean, variance = brute(statistic, 7)
    for alternative, p in (("greater", greater), ("less", less), ("two-sided", min(1, 2 * min(greater, less)))):
        result = getis_ord(y, graph, alternative=alternative, transformation=transformation)
        assert result.p_value == pytest.approx(p, abs=1e-12)
    assert result.statistic == pytest.approx(statistic(np.arange(7)), rel=1e-12)
    assert result.expected == pytest.approx(mean, rel=1e-10)
    assert result.variance == pytest.approx(variance, rel=1e-5)


def test_scale_changes_nothing(known):
    y, graph, _ = known("stl")
    one, two = getis_ord(y, graph, permutations=999), getis_ord(y * 1e-9, graph, permutations=999)
    assert one.statistic == pytest.approx(two.statistic, rel=1e-12)
    assert one.p_value == two.p_value


def test_high_values_together_make_g_large(lattice):
    labels = [f"a{i}" for i in range(36)]
    y = pd.Series([10.0 if i in (0, 1, 6, 7) else 1.0 for i in range(36)], index=labels)
    assert getis_ord(y, lattice(6, 6), alternative="greater").p_value < 0.01


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1, 2, -3, 4, 5, 6, 7], "c has the negative value -3"),
        ([0, 0, 0, 4, 0, 0, 0], "fewer than two values are positive"),
        ([2, 2, 2, 2, 2, 2, 2], "y is constant"),
    ],
)
def test_values_without_a_g_are_refused(seven, values, text):
    with pytest.raises(SpatialError, match=text):
        getis_ord(make(values), seven[0])


def test_methods_without_a_law_for_g_are_refused(seven):
    with pytest.raises(SpatialError, match=r"Getis-Ord G: method='exact'.*permutation, randomisation"):
        getis_ord(make(range(7)), seven[0], method="exact")
    with pytest.raises(SpatialError, match="alternative"):
        getis_ord(make(range(7)), seven[0], alternative="both")
