"""Large units and constants: regressors, values and weights of any size count or are refused, never dropped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import GrowthpolesError, SpatialError


@pytest.fixture(scope="module")
def data():
    regions = gp.load_regions(2014)
    rng = np.random.default_rng(2)
    x = pd.Series(rng.normal(size=16), regions.index)
    return 2 * x + pd.Series(rng.normal(size=16), regions.index), x, gp.build_weights(regions)


@pytest.mark.parametrize("change", [
    lambda x: x * 1e13, lambda x: x * 1e154, lambda x: x * 1e300, lambda x: x * 1e-200, lambda x: x + 1e6,
    lambda x: x * 1e-6 + 1e4, lambda x: x * 1e5 + 1e13,
])  # fmt: skip
def test_units_and_constants_of_a_regressor_change_nothing(data, change):
    y, x, graph = data
    plain = gp.moran(y, graph, regressors=x)
    with np.errstate(all="raise"):
        moved = gp.moran(y, graph, regressors=change(x))
    assert moved.statistic == pytest.approx(plain.statistic, rel=1e-4)
    assert (
        abs(gp.moran(y, graph, method="exact").statistic - plain.statistic) > 0.05
    )  # it would show if it were dropped


@pytest.mark.parametrize("constant", [1e6, 1e12, 1e15])
def test_values_beside_a_large_constant_vary_for_every_test(data, constant):
    _, _, graph = data
    y = pd.Series(np.arange(16.0) ** 2, graph.unique_ids)
    for test in (gp.moran, gp.geary, gp.local_moran):
        moved, plain = test(y + constant, graph), test(y, graph)
        np.testing.assert_allclose(moved.statistic, plain.statistic, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_weights_out_of_range_are_one_clear_line(data, size):
    from libpysal.graph import Graph

    y, _, graph = data
    huge = Graph(graph.adjacency.astype(float) * size)
    for test in (gp.moran, gp.geary, gp.getis_ord, gp.local_moran, gp.local_geary):
        with pytest.raises(SpatialError, match=r"graph: weights from .* leave the range of numbers"):
            test(y - y.min(), huge)


def test_other_inputs_are_explained(data):
    y, _, graph = data
    assert gp.moran_power(graph, rho=0.5).curve.index.tolist() == [0.5]
    numbers = pd.Series(range(16), range(16), dtype=float)
    ring = gp.block_weights(pd.Series(0, [str(i) for i in range(16)]))
    for call, words in (
        (lambda: gp.moran_power(graph, rho="half"), "rho: 'half' given"),
        (lambda: gp.join_count((y > 0).astype(float).replace(0.0, np.inf), graph), "infinite values"),
        (lambda: gp.moran(numbers, ring), "0' is str and 0 is int"),
        (lambda: gp.build_weights(gp.load_regions(2014), "inverse_distance", power=50), "power=50 .*a smaller power"),
    ):
        with pytest.raises(GrowthpolesError, match=words) as caught:
            call()
        assert "\n" not in str(caught.value)
