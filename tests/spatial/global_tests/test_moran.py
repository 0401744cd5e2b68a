from __future__ import annotations

import math

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from growthpoles.errors import SpatialError
from growthpoles.language.number_format import format_count
from growthpoles.randomness import SEED
from growthpoles.regions.boundaries import load_regions
from growthpoles.spatial.global_tests import global_result
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.reference_distributions import global_permutation
from growthpoles.spatial.weights.build_weights import build_weights

METHODS = ["permutation", "normal", "randomisation", "saddlepoint", "exact"]


def make(labels, values):
    return pd.Series(values, index=list(labels), dtype=float)


def dense_moran(w, y):
    z = y - y.mean()
    return len(y) / w.sum() * (z @ w @ z) / (z @ z)


@pytest.mark.parametrize(
    ("name", "statistic", "p_normal"),
    [("stl", 0.24365582621771659, 0.00027147862770937614), ("sids2", 0.24772519320480135, 0.00011583)],
)
def test_values_of_the_esda_documentation(known, name, statistic, p_normal):
    y, graph, _ = known(name)
    result = moran(y, graph, method="normal")
    assert result.statistic == pytest.approx(statistic, rel=1e-12)
    assert result.p_value == pytest.approx(p_normal, rel=5e-5 if name == "sids2" else 1e-10)


def test_columbus_as_printed_by_spdep(known):
    y, graph, frame = known("columbus")
    result = moran(y, graph, method="randomisation")
    assert round(result.statistic, 9) == 0.500188557
    assert round(result.variance, 8) == 0.00868929
    assert round(moran(y, build_weights(frame, "rook"), method="normal").statistic, 9) == 0.523670213


@pytest.mark.parametrize("name", ["columbus", "sids2", "stl"])
@pytest.mark.parametrize("transformation", ["r", "b"])
def test_equals_esda_to_1e_12(known, name, transformation):
    from esda.moran import Moran

    y, graph, _ = known(name)
    peer = Moran(y.to_numpy(), graph, transformation=transformation, permutations=0)
    normal = moran(y, graph, method="normal", transformation=transformation)
    relocated = moran(y, graph, method="randomisation", transformation=transformation)
    assert normal.statistic == pytest.approx(peer.I, rel=1e-12)
    assert normal.expected == relocated.expected == pytest.approx(peer.EI, rel=1e-12)
    assert normal.variance == pytest.approx(peer.VI_norm, rel=1e-12)
    assert relocated.variance == pytest.approx(peer.VI_rand, rel=1e-12)
    assert normal.z_score == pytest.approx(peer.z_norm, rel=1e-12)
    assert relocated.p_value == pytest.approx(peer.p_rand, rel=1e-10)


def test_kazakhstan_equals_esda_to_1e_12():
    from esda.moran import Moran

    regions = load_regions(2014)
    y = pd.Series(np.random.default_rng(2).lognormal(size=16), index=regions.index)
    graph = build_weights(regions)
    peer = Moran(y.to_numpy(), graph, permutations=0)
    normal, relocated = moran(y, graph, method="normal"), moran(y, graph, method="randomisation")
    assert [normal.statistic, normal.expected, normal.variance, relocated.variance] == pytest.approx(
        [peer.I, peer.EI, peer.VI_norm, peer.VI_rand], rel=1e-12
    )


def test_lattice_variances(lattice):
    y = make([f"a{i}" for i in range(9)], range(1, 10))
    for method, variance in (("randomisation", 0.0596875), ("normal", 0.053125)):
        result = moran(y, lattice(3, 3), method=method, transformation="b")
        assert result.variance == pytest.approx(variance, rel=1e-14)


@pytest.mark.parametrize("values", [[3, 1, 4, 1, 5, 9, 2], [0, 0, 1, 0, 1, 1, 0], [1, 2, 3, 4, 5, 6, 7]])
@pytest.mark.parametrize("transformation", ["r", None])
def test_all_orders_of_seven_by_brute_force(seven, brute, values, transformation):
    graph, w = seven
    w = w / w.sum(axis=1, keepdims=True) if transformation == "r" else w
    y = make("abcdefg", values)
    greater, less, mean, variance = brute(lambda order: dense_moran(w, y.to_numpy()[order]), 7)
    for alternative, p in (("greater", greater), ("less", less), ("two-sided", min(1, 2 * min(greater, less)))):
        result = moran(y, graph, alternative=alternative, transformation=transformation)
        assert result.p_value == pytest.approx(p, abs=1e-12)
        assert result.p_interval == (result.p_value, result.p_value)
    assert (result.expected, result.variance) == pytest.approx((mean, variance), rel=1e-10)
    arrangements = math.factorial(7) // math.prod(math.factorial(c) for c in y.value_counts())
    assert (result.permutations, result.method) == (arrangements, "exact")
    assert result.reference == f"all {format_count(arrangements)} arrangements"


def test_exact_says_under_which_null_hypothesis(lattice):
    """No Monte Carlo error and no approximation: "exact"; the reference tells relocation from normal errors."""
    y, few = (
        make([f"a{i}" for i in range(16)], np.arange(16) ** 1.5),
        make([f"a{i}" for i in range(16)], [1] * 6 + [0] * 10),
    )
    graph = lattice(4, 4)
    found = {
        "all 8008 arrangements": moran(few, graph),
        "normal errors (Tiefelsdorf and Boots)": moran(y, graph, method="exact"),
        "normal errors (saddlepoint approximation, 0.57% below the exact p)": moran(y, graph, method="saddlepoint"),
        "99 random permutations": moran(y, graph, permutations=99),
    }
    assert [result.reference for result in found.values()] == list(found)
    assert [result.method for result in found.values()] == ["exact", "exact", "saddlepoint", "permutation"]
    assert [result.permutations for result in found.values()] == [8008, 0, 0, 99]
    low, high = found["99 random permutations"].p_interval
    assert low < high


def test_a_yes_no_variable_on_sixteen_regions_is_enumerated(lattice):
    y = make([f"a{i}" for i in range(16)], [1] * 6 + [0] * 10)
    assert moran(y, lattice(4, 4)).permutations == math.comb(16, 6)


def test_random_draws_agree_with_enumeration(seven, monkeypatch):
    graph, _ = seven
    y = make("abcdefg", [3, 1, 4, 1, 5, 9, 2])
    exact = {a: moran(y, graph, alternative=a).p_value for a in ("greater", "less", "two-sided")}
    monkeypatch.setattr(global_permutation, "ENUMERATION_LIMIT", 1)
    for alternative, p in exact.items():
        result = moran(y, graph, alternative=alternative, permutations=99_999)
        low, high = result.p_interval
        assert low <= p <= high
        assert low < result.p_value < high
        assert high - low < 0.02
        assert (result.permutations, result.reference) == (99_999, "99\N{NO-BREAK SPACE}999 random permutations")


def test_smallest_monte_carlo_p_is_one_in_draws_plus_one(lattice):
    y = make([f"a{i}" for i in range(100)], [i // 10 for i in range(100)])
    result = moran(y, lattice(10, 10), alternative="greater", permutations=99)
    assert result.p_value == 1 / 100
    assert result.p_interval == pytest.approx((0.0, 1 - 0.025 ** (1 / 99)), rel=1e-12)


def test_results_repeat_and_do_not_depend_on_workers_or_chunks(lattice):
    y = make([f"a{i}" for i in range(64)], np.random.default_rng(5).normal(size=64))
    graph = lattice(8, 8)
    first = moran(y, graph, permutations=20_000)
    assert first == moran(y, graph, permutations=20_000) == moran(y, graph, permutations=20_000, rng=SEED)
    assert first.p_value != moran(y, graph, permutations=20_000, rng=1).p_value
    with joblib.parallel_config(backend="threading", n_jobs=3):
        assert moran(y, graph, permutations=20_000) == first
    generator = np.random.default_rng(9)
    one, two = (moran(y, graph, permutations=5_000, rng=generator).p_value for _ in range(2))
    assert one != two
    assert one == moran(y, graph, permutations=5_000, rng=np.random.default_rng(9)).p_value


@pytest.mark.slow
def test_results_do_not_depend_on_worker_processes(lattice):
    y = make([f"a{i}" for i in range(64)], np.random.default_rng(5).normal(size=64))
    alone = moran(y, lattice(8, 8), permutations=50_000)
    with joblib.parallel_config(backend="loky", n_jobs=2):
        assert moran(y, lattice(8, 8), permutations=50_000) == alone


def test_default_draws_shrink_with_n():
    assert [global_result.check_permutations(None, n) for n in (16, 2_000, 2_001, 20_000, 250_000)] == [
        99_999, 99_999, 9_999, 9_999, 999
    ]  # fmt: skip


def test_sparse_and_dense_layouts_agree(lattice, monkeypatch):
    y = make([f"a{i}" for i in range(100)], np.random.default_rng(5).normal(size=100))
    dense = moran(y, lattice(10, 10), permutations=5_000)
    monkeypatch.setattr(global_permutation, "_DENSE_LIMIT", 10)
    assert moran(y, lattice(10, 10), permutations=5_000) == dense


@pytest.mark.parametrize("method", METHODS)
def test_rows_are_matched_by_label(known, method):
    y, graph, _ = known("columbus")
    shuffled = y.sample(frac=1, random_state=3)
    before = shuffled.copy()
    assert moran(y, graph, method=method, permutations=499) == moran(shuffled, graph, method=method, permutations=499)
    assert shuffled.equals(before)


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.integers(-50, 50), min_size=7, max_size=7).filter(lambda v: len(set(v)) > 1),
    shift=st.integers(-1000, 1000),
    factor=st.sampled_from([0.001, 0.5, 3.0, 1e6, -1.0, -7.0]),
    method=st.sampled_from(METHODS),
    order=st.permutations(range(7)),
)
def test_shift_scale_and_order_change_nothing_and_alternatives_agree(seven, values, shift, factor, method, order):
    graph, _ = seven
    y = make("abcdefg", values)
    results = {a: moran(y, graph, method=method, alternative=a) for a in ("greater", "less", "two-sided")}
    p = {a: result.p_value for a, result in results.items()}
    assert p["two-sided"] == pytest.approx(min(1, 2 * min(p["greater"], p["less"])), rel=1e-12)
    assert all(0 <= value <= 1 for value in p.values())
    if method == "permutation":
        assert p["greater"] + p["less"] >= 1
    other = moran((y * factor + shift).iloc[list(order)], graph, method=method)
    assert other.statistic == pytest.approx(results["two-sided"].statistic, abs=1e-9)
    assert other.p_value == pytest.approx(p["two-sided"], abs=1e-7)


def test_isolates_leave_y_the_mean_and_n(known):
    from libpysal.graph import Graph

    y, graph, _ = known("columbus")
    alone = graph.adjacency.copy()
    alone.loc[(1000, 1000)] = 0.0
    larger = pd.concat([y, pd.Series({1000: 1e6})])
    result = moran(larger, Graph(alone, is_sorted=False), method="exact")
    plain = moran(y, graph, method="exact")
    assert (result.n, result.isolates) == (49, (1000,))
    assert result.statistic == pytest.approx(plain.statistic, rel=1e-12)
    assert result.p_value == pytest.approx(plain.p_value, rel=1e-9)
    assert "isolates left out: 1" in repr(result)


def test_residuals_of_a_regression(known):
    y, graph, frame = known("columbus")
    x = frame[["INC", "HOVAL"]]
    design = np.column_stack([np.ones(49), x])
    e = y.to_numpy() - design @ np.linalg.lstsq(design, y.to_numpy(), rcond=None)[0]
    w = graph.transform("r").sparse.toarray()
    results = {m: moran(y, graph, method=m, regressors=x.iloc[::-1]) for m in ("normal", "saddlepoint", "exact")}
    for result in results.values():
        assert result.statistic == pytest.approx(49 / w.sum() * (e @ w @ e) / (e @ e), rel=1e-10)
    # the textbook moments (Cliff & Ord 1981, 8.2), written out
    m = np.eye(49) - design @ np.linalg.inv(design.T @ design) @ design.T
    mw, degrees, scale = m @ w, 46, 49 / w.sum()
    mean = scale * np.trace(mw) / degrees
    square = np.trace(mw @ m @ w.T) + np.trace(mw @ mw) + np.trace(mw) ** 2
    variance = scale**2 * square / (degrees * (degrees + 2)) - mean**2
    assert results["normal"].expected == pytest.approx(mean, rel=1e-10)
    assert results["normal"].variance == pytest.approx(variance, rel=1e-10)
    assert results["saddlepoint"].p_value == pytest.approx(results["exact"].p_value, rel=0.01)
    assert moran(y, graph, regressors=x).method == "exact"


def test_a_constant_regressor_changes_nothing(known):
    y, graph, _ = known("columbus")
    one = pd.Series(1.0, index=y.index)
    for method in ("normal", "exact", "saddlepoint"):
        with_constant = moran(y, graph, method=method, regressors=one)
        plain = moran(y, graph, method=method)
        assert with_constant.p_value == pytest.approx(plain.p_value, rel=1e-9)
        assert with_constant.variance == pytest.approx(plain.variance, rel=1e-9)
    doubled = pd.DataFrame({"a": y.index.to_numpy(), "b": 2.0 * y.index.to_numpy(), "zero": 0.0}, index=y.index)
    single = doubled[["a"]]
    assert moran(y, graph, regressors=doubled).p_value == pytest.approx(
        moran(y, graph, regressors=single).p_value, rel=1e-9
    )


def test_a_complete_graph_decides_nothing():
    from libpysal.graph import Graph

    labels = np.array(list("abcdef"))
    i, j = np.nonzero(1 - np.eye(6))
    graph = Graph.from_arrays(labels[i], labels[j], np.ones(len(i)))
    for method in METHODS:
        result = moran(make(labels, [5, 2, 8, 1, 0, 3]), graph, method=method)
        assert result.statistic == pytest.approx(-1 / 5)
        assert (result.p_value, result.variance) == (1.0, 0.0)
        assert math.isnan(result.z_score)


def test_result_prints_and_tabulates(known):
    y, graph, _ = known("columbus")
    result = moran(y, graph, permutations=999)
    assert repr(result).startswith("Moran's I = 0.5002 (expected -0.02083")
    frame = result.to_frame()
    assert frame.index.tolist() == ["Moran's I"]
    assert frame.loc["Moran's I", ["p_low", "p_high"]].tolist() == list(result.p_interval)
    assert {
        "statistic",
        "expected",
        "variance",
        "z_score",
        "p_value",
        "alternative",
        "method",
        "permutations",
        "n",
    } <= set(frame.columns)
    with pytest.raises(AttributeError):
        result.p_value = 0.0


def test_normal_p_values_are_those_of_the_normal_law(known):
    y, graph, _ = known("columbus")
    result = moran(y, graph, method="normal", alternative="less")
    assert result.p_value == pytest.approx(norm.cdf(result.z_score), rel=1e-12)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"alternative": "bigger"}, "alternative='bigger' is not known; allowed: two-sided, greater, less"),
        ({"method": "saddle"}, "nearest: saddlepoint"),
        ({"permutations": 0}, "permutations=0"),
        ({"permutations": 99.0}, "whole number"),
        ({"permutations": True}, "whole number"),
        ({"rng": -1}, "rng=-1"),
        ({"rng": "seed"}, "rng='seed'"),
        ({"transformation": "x"}, "transformation"),
    ],
)
def test_bad_options_are_one_clear_line(known, options, text):
    y, graph, _ = known("columbus")
    with pytest.raises(SpatialError) as caught:
        moran(y, graph, **options)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bad_values_are_named(known):
    y, graph, _ = known("columbus")
    cases = [
        (y.where(y.index != 3), "3"),
        (y.drop(5), "5"),
        (y * 0 + 0.1, "y is constant"),
        (pd.Series(1e9 + 0 * y), "y is constant"),
    ]
    for values, text in cases:
        with pytest.raises(SpatialError, match=text):
            moran(values, graph)


def test_too_few_links_are_refused():
    from libpysal.graph import Graph

    labels = list("abcde")
    none = Graph.from_arrays(np.array(labels), np.array(labels), np.zeros(5))
    with pytest.raises(SpatialError, match="0 of 5 regions have neighbours"):
        moran(make(labels, range(5)), none)
    pair = Graph.from_arrays(np.array(list("abcde")), np.array(list("bacde")), np.array([1.0, 1, 0, 0, 0]))
    with pytest.raises(SpatialError, match="2 of 5 regions have neighbours; allowed: at least 4"):
        moran(make(labels, range(5)), pair)


def test_bad_regressors_are_refused(known):
    y, graph, frame = known("columbus")
    x = frame[["INC", "HOVAL"]]
    cases = [
        ({"regressors": x.to_numpy()}, "regressors is a ndarray"),
        ({"regressors": x.drop(index=7)}, "do not share their regions: 7"),
        ({"regressors": pd.concat([x, x.iloc[:1]])}, "duplicate"),
        ({"regressors": x.mask(x.index.to_numpy()[:, None] == np.array([4, 4]))}, "row 4, column INC: a missing"),
        ({"regressors": x.astype(str) + "m"}, "not numeric"),
        ({"regressors": y}, "without residuals"),
        ({"regressors": pd.DataFrame(np.random.default_rng(0).normal(size=(49, 47)), index=y.index)}, "at most 46"),
        ({"regressors": x, "method": "permutation"}, "allowed: exact, saddlepoint, normal"),
    ]
    for options, text in cases:
        with pytest.raises(SpatialError, match=text):
            moran(y, graph, **options)


def test_eigenvalues_of_many_regions_are_refused(lattice, monkeypatch):
    from growthpoles.spatial.reference_distributions import normal_errors

    monkeypatch.setattr(normal_errors, "EIGENVALUE_LIMIT", 8)
    with pytest.raises(SpatialError, match="out of reach"):
        moran(make([f"a{i}" for i in range(9)], range(9)), lattice(3, 3), method="exact")


def test_labels_that_do_not_compare_are_matched_all_the_same(lattice):
    graph = lattice(3, 4)
    labels = [f"a{i}" if i % 2 else i for i in range(12)]
    rename = dict(zip([f"a{i}" for i in range(12)], labels, strict=True))
    from libpysal.graph import Graph

    pairs = graph.adjacency.index
    mixed = Graph.from_arrays(
        np.array([rename[i] for i, _ in pairs], dtype=object),
        np.array([rename[j] for _, j in pairs], dtype=object),
        graph.adjacency.to_numpy(),
    )
    y = pd.Series(np.random.default_rng(0).normal(size=12), index=labels)
    one = moran(y, mixed, permutations=999)
    assert one == moran(y.iloc[::-1], mixed, permutations=999)
    plain = moran(y.set_axis([f"a{i}" for i in range(12)]), graph, method="exact")
    assert one.statistic == pytest.approx(plain.statistic, rel=1e-12)
