"""The result of a local test: frame, labels, interval, errors, repeatability."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from growthpoles.errors import SpatialError
from growthpoles.randomness import SEED
from growthpoles.spatial.local_tests import (
    local_geary,
    local_getis_ord,
    local_join_count,
    local_moran,
    local_moran_bivariate,
    local_moran_rates,
)
from growthpoles.spatial.local_tests.local_join_count import hypergeometric
from growthpoles.spatial.local_tests.local_result import QUADRANTS, STATES, monte_carlo_interval

COLUMNS = ["statistic", "lag", "cardinality", "p_value", "p_attainable", "p_adjusted", "label"]
N = 12
LABELS = [f"r{i:02}" for i in range(N)]


def ring(step: int = 2, isolate: bool = False) -> Graph:
    """Each region and the `step` next ones on either side."""
    focal, neighbor, weight = [], [], []
    for i in range(N):
        for j in sorted((i + s) % N for s in (*range(-step, 0), *range(1, step + 1))):
            focal.append(LABELS[i])
            neighbor.append(LABELS[j])
            weight.append(1.0)
    if isolate:
        focal, neighbor, weight = [*focal, "alone"], [*neighbor, "alone"], [*weight, 0.0]
    return Graph.from_arrays(focal, neighbor, weight)


def two_sides() -> pd.Series:
    """High on one half of the ring, low on the other, one high region among the low."""
    y = pd.Series([9.0, 8.5, 9.5, 10, 8.8, 9.1, 1, 2, 1.5, 9.9, 1.2, 0.5], index=LABELS, name="y")
    return y.rename_axis("region")


def test_frame_has_the_fixed_columns_and_the_regions():
    result = local_moran(two_sides(), ring())
    frame = result.to_frame()
    assert list(frame.columns[:7]) == COLUMNS
    assert list(frame.columns[7:]) == ["p_low", "p_high", "method", "z_score"]
    assert frame.index.equals(two_sides().index) and frame.index.name == "region"
    assert list(frame["label"].cat.categories) == [*QUADRANTS, *STATES]
    assert (frame[["p_low", "p_high"]].eq(frame["p_value"], axis=0)).all(axis=None)
    assert (frame["method"] == "exact").all()


def test_labels_say_what_stands_beside_what():
    y = two_sides()
    moran = local_moran(y, ring(), alpha=0.1, adjust="none").label
    assert moran["r02"] == "High-High" and moran["r11"] != "High-High"
    assert moran["r09"] == "High-Low"
    flipped = local_moran(-y, ring(), alpha=0.1, adjust="none").label
    assert flipped["r02"] == "Low-Low" and flipped["r09"] == "Low-High"
    getis = local_getis_ord(y, ring(), alpha=0.1, adjust="none").label
    assert getis["r02"] == "High-High" and getis["r09"] == "Low-Low"
    geary = local_geary(y, ring(), alpha=0.1, adjust="none").label
    assert geary["r02"] == "High-High" and geary["r09"] == "High-Low"
    assert local_geary(-y, ring(), alpha=0.1, adjust="none").label["r09"] == "Low-High"
    assert local_geary(-y, ring(), alpha=0.1, adjust="none").label["r02"] == "Low-Low"
    both = local_geary(pd.concat([y, y**2], axis=1), ring(), alpha=0.1, adjust="none")
    assert both.label["r02"] == "similar" and both.label["r09"] == "dissimilar"
    assert list(both.classes[:2]) == ["similar", "dissimilar"]
    pair = local_moran_bivariate(-y, y, ring(), alpha=0.1, adjust="none").label
    assert pair["r02"] == "Low-High" and pair["r09"] == "Low-Low"
    ones = local_join_count((y > 5).astype(int), ring(), alpha=0.3, alternative="greater", adjust="none").label
    assert ones["r02"] == "High-High" and ones["r08"] == "untestable"
    few = local_join_count((y > 5).astype(int), ring(), alpha=0.3, alternative="less").label
    assert few["r09"] == "High-Low"


@pytest.mark.parametrize(
    ("adjust", "alternative", "alpha", "untestable"),
    [
        ("none", "two-sided", 0.05, 0),
        ("none", "two-sided", 0.004, 4),  # corners: 2 / C(15, 3) = 0.0044
        ("bonferroni", "two-sided", 0.05, 4),  # 0.05 / 16 = 0.0031
        ("bonferroni", "greater", 0.05, 0),  # 1 / C(15, 3) = 0.0022
        ("tarone", "two-sided", 0.05, 4),
        ("fdr-discrete", "two-sided", 0.05, 4),
        ("fdr", "two-sided", 0.05, 0),
        ("by", "two-sided", 0.01, 4),
        ("max-t", "two-sided", 0.05, 0),
        ("max-t", "two-sided", 0.004, 4),
    ],
)
def test_untestable_regions_of_the_queen_lattice(lattice, adjust, alternative, alpha, untestable):
    graph = lattice(4, 4, rook=False)
    y = pd.Series(np.random.default_rng(0).permutation(16) ** 1.5, index=graph.unique_ids)
    result = local_moran(y, graph, adjust=adjust, alternative=alternative, alpha=alpha, permutations=999)
    corners = ["a0", "a3", "a12", "a15"] if untestable else []
    assert sorted(result.label.index[result.label == "untestable"]) == sorted(corners)


def test_too_few_permutations_make_everything_untestable(lattice):
    graph = lattice(4, 4)
    y = pd.Series(np.arange(16.0), index=graph.unique_ids)
    for how in ({"method": "permutation"}, {"adjust": "max-t"}):  # nothing below 1/10, or 2/10
        assert (local_moran(y, graph, permutations=9, **how).label == "untestable").all()


def test_repr_tells_what_was_done():
    text = repr(local_moran(two_sides(), ring(), adjust="fdr"))
    assert text.startswith("<local Moran: 12 regions, exact, two-sided, adjust=fdr, alpha=0.05: ")
    drawn = repr(local_moran(two_sides(), ring(), method="permutation", permutations=99))
    assert "permutation, 99 permutations" in drawn


def test_results_are_frozen():
    result = local_moran(two_sides(), ring())
    with pytest.raises(AttributeError):
        result.alpha = 0.5


def test_same_seed_same_result():
    y, how = two_sides(), {"method": "permutation", "permutations": 499}
    base = local_moran(y, ring(), **how)
    np.testing.assert_array_equal(base.p_value, local_moran(y, ring(), rng=SEED, **how).p_value)
    again = local_moran(y, ring(), rng=np.random.default_rng(SEED), **how)
    np.testing.assert_array_equal(base.p_value, again.p_value)
    assert (base.p_value != local_moran(y, ring(), rng=1, **how).p_value).any()


def test_global_state_is_not_touched():
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    local_moran(two_sides(), ring(), method="permutation", permutations=99, adjust="max-t")
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_scale_and_origin_do_not_matter():
    y = two_sides()
    for f in (local_moran, local_geary):
        np.testing.assert_array_equal(f(y, ring()).p_value, f(1e6 * y + 5e7, ring()).p_value)
    np.testing.assert_array_equal(local_getis_ord(y, ring()).p_value, local_getis_ord(1e-7 * y, ring()).p_value)


def test_rows_of_weights_may_have_any_scale():
    """The p-value depends on a row's proportions alone."""
    y, graph = two_sides(), ring()
    adjacency = graph.adjacency
    adjacency[:] = np.repeat(np.arange(1.0, N + 1), 4)
    scaled = Graph(adjacency, is_sorted=True)
    for f in (local_moran, local_geary, local_getis_ord):
        one, other = f(y, graph), f(y, scaled)
        np.testing.assert_allclose(one.p_value, other.p_value, atol=1e-14)
        np.testing.assert_allclose(one.statistic, other.statistic, rtol=1e-12)
    assert not np.allclose(
        local_moran(y, graph, transformation=None).statistic,
        local_moran(y, scaled, transformation=None).statistic,
    )


@pytest.mark.parametrize("adjust", ["none", "bonferroni", "fdr", "by", "tarone", "fdr-discrete", "max-t"])
@pytest.mark.parametrize("isolate", [False, True])
def test_every_adjustment_through_the_front_door(adjust, isolate):
    y = two_sides()
    if isolate:
        y = pd.concat([y, pd.Series({"alone": 4.0})])
    result = local_moran(y, ring(isolate=isolate), adjust=adjust, rng=3)
    frame = result.to_frame()
    tested = frame.drop("alone") if isolate else frame
    assert (tested["p_adjusted"] >= tested["p_value"] - 1e-15).all()
    assert result.n == 12
    significant = tested["label"].isin(QUADRANTS)
    assert (significant == ((tested["p_adjusted"] <= 0.05) & (tested["label"] != "untestable"))).all()
    if isolate:
        assert frame.loc["alone", "label"] == "isolate" and np.isnan(frame.loc["alone", "p_adjusted"])


def test_interval_is_clopper_pearson():
    p = np.array([1, 5, 50, 100]) / 100
    low, high = monte_carlo_interval(p, 99, two_sided=False, level=0.9)
    for i, count in enumerate((0, 4, 49, 99)):
        expected = stats.binomtest(count, 99).proportion_ci(0.9, method="exact")
        assert (low[i], high[i]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    doubled = monte_carlo_interval(2 * p[:2], 99, two_sided=True, level=0.9)
    np.testing.assert_allclose(doubled, (2 * low[:2], 2 * high[:2]))
    assert monte_carlo_interval(np.array([1.0]), 99, two_sided=True)[1] == 1.0
    assert np.isnan(monte_carlo_interval(np.array([np.nan]), 99, two_sided=False)).all()


@pytest.mark.parametrize(("others", "ones", "k"), [(15, 7, 3), (15, 7, 12), (40, 0, 5), (40, 40, 5), (2000, 900, 60)])
def test_hypergeometric_is_scipys(others, ones, k):
    least, probability = hypergeometric(others, ones, k)
    found = np.arange(least, least + len(probability))
    np.testing.assert_allclose(probability, stats.hypergeom(others, ones, k).pmf(found), rtol=1e-9, atol=1e-300)
    assert probability.sum() == pytest.approx(1, abs=1e-14)


def rings_values(**changes) -> pd.Series:
    y = two_sides()
    for label, value in changes.items():
        y[label] = value
    return y


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: local_moran(two_sides() * 0 + 3, ring()), "y: all values are the same; allowed: values that differ"),
        (lambda: local_moran(two_sides() * 0 + 0.1, ring()), "y: all values are the same"),
        (lambda: local_geary(pd.DataFrame({"a": two_sides(), "b": 1.0}), ring()), "b: all values are the same"),
        (lambda: local_geary(two_sides().to_frame()[[]], ring()), "y: DataFrame given; allowed: a Series or"),
        (lambda: local_geary([1, 2], ring()), "y: list given; allowed: a Series or a table"),
        (lambda: local_moran_bivariate(two_sides() * 0, two_sides(), ring()), "x: all values are the same"),
        (lambda: local_moran_bivariate(two_sides(), two_sides()[1:], ring()), "y: lacks regions of x: r00"),
        (lambda: local_join_count(rings_values(), ring()), "y: value other than 0 and 1 for r00, r01"),
        (lambda: local_join_count(two_sides() * 0, ring()), "y: all values are the same"),
        (lambda: local_join_count((two_sides() > 5), ring(), method="permutation"), "the law is known; allowed: auto"),
        (lambda: local_moran_rates(two_sides(), rings_values(r02=0.0), ring()), "base: value out of range for r02"),
        (lambda: local_moran_rates(rings_values(r01=-2.0), two_sides(), ring()), "events: value out of range for r01"),
        (lambda: local_moran_rates(two_sides() * 0, two_sides(), ring()), "events: no event in any region"),
        (lambda: local_moran(two_sides(), ring(), alternative="lesser"), "alternative='lesser' is not known; .*: less"),
        (lambda: local_moran(two_sides(), ring(), method="normal"), "method='normal' is not known; allowed: auto"),
        (lambda: local_moran(two_sides(), ring(), adjust="holm"), "adjust='holm' is not known; allowed: none"),
        (lambda: local_moran(two_sides(), ring(), permutations=0), "permutations=0; allowed: a whole number from 1"),
        (lambda: local_moran(two_sides(), ring(), permutations=9.5), "permutations=9.5; allowed: a whole number"),
        (lambda: local_moran(two_sides(), ring(), alpha=1.0), "alpha=1.0; allowed: a number between 0 and 1"),
        (lambda: local_moran(two_sides(), ring()).p_interval(0), "level=0; allowed: a number between 0 and 1"),
    ],
)
def test_refusals(call, text):
    with pytest.raises(SpatialError, match=text):
        call()


def test_graph_without_links():
    graph = Graph.from_arrays(LABELS, LABELS, np.zeros(N))
    with pytest.raises(SpatialError, match="graph: 0 regions have neighbours; allowed: at least 3"):
        local_moran(two_sides(), graph)


def test_g_of_the_only_region_with_a_value():
    y = pd.Series(0.0, index=LABELS)
    y["r04"] = 5.0
    frame = local_getis_ord(y, ring()).to_frame()
    assert np.isnan(frame.loc["r04", "statistic"])  # a share of nothing
    assert frame.loc["r04", "p_value"] == 1.0 and frame.loc["r04", "label"] == "untestable"
