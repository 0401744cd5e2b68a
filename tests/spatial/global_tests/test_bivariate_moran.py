from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import SpatialError
from growthpoles.spatial.global_tests.bivariate_moran import lee, moran_bivariate
from growthpoles.spatial.global_tests.moran import moran

X = [3, 1, 4, 1, 5, 9, 2]
Y = [2, 7, 1, 8, 2, 8, 1]


def make(values):
    return pd.Series(values, index=list("abcdefg"), dtype=float)


def standardised(v):
    return (v - v.mean()) / np.sqrt(np.sum((v - v.mean()) ** 2))


def moran_xy(w, x, y):
    return len(x) / w.sum() * standardised(x) @ w @ standardised(y)


def lee_xy(w, x, y):
    return len(x) / np.sum(w.sum(axis=1) ** 2) * (w @ standardised(x)) @ (w @ standardised(y))


@pytest.mark.long
@pytest.mark.parametrize(("function", "formula"), [(moran_bivariate, moran_xy), (lee, lee_xy)])
@pytest.mark.parametrize(
    ("relocate", "transformation"),
    [
        ("y", None),
        ("pairs", "r"),
        *(pytest.param(*each, marks=pytest.mark.slow) for each in (("y", "r"), ("pairs", None))),
    ],
)
def test_all_orders_of_seven_by_brute_force(seven, brute, function, formula, relocate, transformation):
    graph, w = seven
    w = w / w.sum(axis=1, keepdims=True) if transformation == "r" else w
    x, y = make(X), make(Y)

    def statistic(order):
        first = x.to_numpy() if relocate == "y" else x.to_numpy()[order]
        return formula(w, first, y.to_numpy()[order])

    greater, less, mean, variance = brute(statistic, 7)
    for alternative, p in (("greater", greater), ("less", less), ("two-sided", min(1, 2 * min(greater, less)))):
        result = function(x, y, graph, alternative=alternative, transformation=transformation, relocate=relocate)
        assert result.p_value == pytest.approx(p, abs=1e-12)
    assert result.statistic == pytest.approx(statistic(np.arange(7)), rel=1e-12)
    assert result.expected == pytest.approx(mean, rel=1e-10, abs=1e-14)
    assert result.variance == pytest.approx(variance, rel=1e-10)
    assert result.z_score == pytest.approx((result.statistic - mean) / variance**0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("sids2", "SIDR79", "SIDR74"), ("stl", "HR8488", "HR8893"), ("columbus", "INC", "CRIME")],
)
def test_equals_esda(known, name, first, second):
    from esda.lee import Spatial_Pearson
    from esda.moran import Moran_BV

    _, graph, frame = known(name)
    x, y = frame[first], frame[second]
    assert moran_bivariate(x, y, graph, method="randomisation").statistic == pytest.approx(
        Moran_BV(x.to_numpy(), y.to_numpy(), graph, permutations=0).I, rel=1e-11
    )
    peer = Spatial_Pearson(graph.transform("r").sparse.tocsr(), permutations=0)
    peer.fit(x.to_numpy()[:, None], y.to_numpy()[:, None])
    assert lee(x, y, graph, method="randomisation").statistic == pytest.approx(peer.association_[0, 1], rel=1e-11)


def test_a_variable_with_itself_is_morans_i(seven):
    graph, _ = seven
    both = moran_bivariate(make(X), make(X), graph, relocate="pairs")
    one = moran(make(X), graph)
    assert (both.statistic, both.expected, both.variance, both.p_value) == pytest.approx(
        (one.statistic, one.expected, one.variance, one.p_value), rel=1e-10
    )


def test_lee_is_symmetric_in_its_variables(seven):
    graph, _ = seven
    one, two = lee(make(X), make(Y), graph), lee(make(Y), make(X), graph)
    assert (one.statistic, one.variance, one.p_value) == pytest.approx((two.statistic, two.variance, two.p_value))


@pytest.mark.parametrize("function", [moran_bivariate, lee])
@pytest.mark.parametrize("relocate", ["y", "pairs"])
def test_sampled_p_agrees_with_the_normal_law_on_a_large_graph(lattice, function, relocate):
    rng = np.random.default_rng(11)
    labels = [f"a{i}" for i in range(225)]
    x = pd.Series(rng.normal(size=225), index=labels)
    y = 0.5 * x + rng.normal(size=225)
    graph = lattice(15, 15)
    drawn = function(x, y, graph, permutations=9_999, relocate=relocate, alternative="greater")
    normal = function(x, y, graph, method="randomisation", relocate=relocate, alternative="greater")
    assert drawn.p_value == pytest.approx(normal.p_value, abs=0.03)
    assert drawn.p_interval[0] < drawn.p_value < drawn.p_interval[1]
    assert relocate.removesuffix("s") in drawn.reference


def test_rows_are_matched_by_label(seven):
    graph, _ = seven
    one = moran_bivariate(make(X), make(Y), graph)
    two = moran_bivariate(make(X), make(Y).iloc[::-1], graph)
    assert one.statistic == pytest.approx(two.statistic, rel=1e-12)
    assert one.p_value == two.p_value


def test_bad_input_is_refused(seven):
    graph, _ = seven
    cases = [
        ((make(X), make(Y).rename({"c": "z"})), {}, "not in y: c"),
        ((make(X), make([1] * 7)), {}, "y is constant"),
        ((make([1] * 7), make(Y)), {}, "x is constant"),
        ((make(X), make(Y)), {"relocate": "both"}, "relocate='both'"),
        ((make(X), make(Y)), {"method": "normal"}, "method='normal'"),
        ((make(X), make(Y)), {"alternative": "up"}, "alternative='up'"),
    ]
    for values, options, text in cases:
        for function in (moran_bivariate, lee):
            with pytest.raises(SpatialError, match=text):
                function(*values, graph, **options)
