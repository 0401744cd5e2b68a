from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growthpoles.errors import SpatialError
from growthpoles.spatial.global_tests.geary import geary

METHODS = ["permutation", "normal", "randomisation", "saddlepoint", "exact"]


def make(values):
    return pd.Series(values, index=list("abcdefg"), dtype=float)


def test_columbus_as_printed_by_spdep(known):
    y, graph, _ = known("columbus")
    assert round(geary(y, graph, method="normal").statistic, 9) == 0.540528203


@pytest.mark.parametrize("name", ["columbus", "sids2", "stl"])
@pytest.mark.parametrize("transformation", ["r", "b"])
def test_equals_esda_to_1e_12(known, name, transformation):
    from esda.geary import Geary

    y, graph, _ = known(name)
    peer = Geary(y.to_numpy(), graph, transformation=transformation, permutations=0)
    normal = geary(y, graph, method="normal", transformation=transformation)
    relocated = geary(y, graph, method="randomisation", transformation=transformation)
    assert normal.statistic == pytest.approx(peer.C, rel=1e-12)
    assert normal.expected == relocated.expected == 1
    assert normal.variance == pytest.approx(peer.VC_norm, rel=1e-12)
    assert relocated.variance == pytest.approx(peer.VC_rand, rel=1e-12)
    assert normal.z_score == pytest.approx(peer.z_norm, rel=1e-11)
    assert relocated.z_score == pytest.approx(peer.z_rand, rel=1e-11)


@pytest.mark.parametrize("values", [[3, 1, 4, 1, 5, 9, 2], [0, 0, 1, 0, 1, 1, 0]])
def test_all_orders_of_seven_by_brute_force(seven, brute, values):
    graph, w = seven
    w = w / w.sum(axis=1, keepdims=True)
    y = make(values)

    def statistic(order):
        v = y.to_numpy()[order]
        return 6 / (2 * w.sum()) * np.sum(w * np.subtract.outer(v, v) ** 2) / np.sum((v - v.mean()) ** 2)

    greater, less, mean, variance = brute(statistic, 7)
    for alternative, p in (("greater", greater), ("less", less), ("two-sided", min(1, 2 * min(greater, less)))):
        result = geary(y, graph, alternative=alternative)
        assert result.p_value == pytest.approx(p, abs=1e-12)
    assert result.statistic == pytest.approx(statistic(np.arange(7)), rel=1e-12)
    assert (result.expected, result.variance) == pytest.approx((mean, variance), rel=1e-10)


def test_clustering_makes_c_small(lattice):
    y = pd.Series([float(i // 8) for i in range(64)], index=[f"a{i}" for i in range(64)])
    for method in METHODS:
        less = geary(y, lattice(8, 8), alternative="less", method=method, permutations=999)
        assert less.statistic < 0.2
        assert less.p_value <= 0.001
        assert geary(y, lattice(8, 8), alternative="greater", method=method, permutations=999).p_value > 0.99


@settings(max_examples=20, deadline=None)
@given(
    values=st.lists(st.integers(-50, 50), min_size=7, max_size=7).filter(lambda v: len(set(v)) > 1),
    shift=st.integers(-1000, 1000),
    factor=st.sampled_from([0.001, 3.0, 1e6, -7.0]),
    method=st.sampled_from(METHODS),
)
def test_shift_and_scale_change_nothing_and_alternatives_agree(seven, values, shift, factor, method):
    graph, _ = seven
    y = make(values)
    p = {a: geary(y, graph, method=method, alternative=a).p_value for a in ("greater", "less", "two-sided")}
    assert p["two-sided"] == pytest.approx(min(1, 2 * min(p["greater"], p["less"])), rel=1e-12)
    other = geary(y * factor + shift, graph, method=method)
    assert other.statistic == pytest.approx(geary(y, graph, method=method).statistic, rel=1e-7)
    assert other.p_value == pytest.approx(p["two-sided"], abs=1e-7)


def test_unknown_method_names_the_statistic(known):
    y, graph, _ = known("columbus")
    with pytest.raises(SpatialError, match="Geary's C: method='norm' is not known"):
        geary(y, graph, method="norm")
