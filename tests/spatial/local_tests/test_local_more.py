"""Standardised z, G of negative values, residuals and LOSH beside esda, Imhof's integral and simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError
from growthpoles.spatial.reference_distributions.normal_errors import exact_tails, two_root_tails


@pytest.fixture(scope="module")
def sixteen():
    regions = gp.load_regions(2014)
    return gp.load_published(2014)["index"], gp.build_weights(regions), gp.load_published(2010)["index"]


def test_z_of_g_is_that_of_esda_and_of_moran_that_of_all_deals(sixteen):
    from itertools import combinations

    from esda import G_Local

    y, graph, _ = sixteen
    for star in (False, True):
        peer = G_Local(y.to_numpy(), graph, transform="B", star=1.0 if star else False, permutations=0)
        np.testing.assert_allclose(gp.local_getis_ord(y, graph, star=star).z_score, peer.Zs, rtol=1e-9)
    found = gp.local_moran(y, graph).to_frame()
    for region in ("KZ-PAV", "KZ-ATY"):
        others = y.drop(region) - y.mean()
        deals = np.array([np.mean(deal) for deal in combinations(others, len(graph[region]))])
        own = y[region] - y.mean()
        z = (own * (found.loc[region, "lag"] - y.mean()) - own * deals.mean()) / (abs(own) * deals.std())
        assert found.loc[region, "z_score"] == pytest.approx(z, rel=1e-9)


@pytest.mark.parametrize("star", [False, True])
def test_g_of_negative_values_has_the_z_and_p_of_shifted_ones(sixteen, star):
    y, graph, _ = sixteen
    plain, shifted = (gp.local_getis_ord(values, graph, star=star) for values in (y, y - 30))
    assert shifted.name.endswith("standardised")
    np.testing.assert_allclose(shifted.statistic, plain.z_score, atol=1e-9)
    np.testing.assert_allclose(shifted.p_value, plain.p_value, rtol=1e-12)


@pytest.mark.parametrize("degrees", [6, *(pytest.param(n, marks=pytest.mark.long) for n in (14, 60))])
@pytest.mark.parametrize(("high", "low"), [(0.9, -0.7), (0.5, -0.1), (0.2, -0.6)])
def test_law_of_two_roots_is_imhofs(degrees, high, low):
    roots = np.concatenate([[high, low], np.zeros(degrees - 2)])
    for value in (-0.95 * abs(low), -0.2 * abs(low), 0.02, 0.3 * high, 0.99 * high, 1.1 * high):
        found = two_root_tails(np.array([high]), np.array([low]), np.array([value]), degrees)[0]
        assert found == pytest.approx(exact_tails(roots, value)[0], rel=1e-6, abs=1e-12)


@pytest.mark.long
def test_residuals_have_uniform_p_values_under_the_model_and_esdas_statistic(lattice):
    from esda import Moran_Local

    graph = lattice(5, 5)
    labels = [f"a{i}" for i in range(25)]
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.normal(size=(25, 2)), labels, ["one", "two"])
    p = []
    for _ in range(40):
        y = pd.Series(3 + x["one"] + rng.normal(size=25), labels)
        found = gp.local_moran(y, graph, regressors=x, alternative="greater", adjust="none")
        p.append(found.p_value)
    assert np.mean(p) == pytest.approx(0.5, abs=0.03) and np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.02)
    design = np.column_stack([np.ones(25), x])
    e = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    peer = Moran_Local(e.loc[list(graph.unique_ids)].to_numpy(), graph.transform("r"), permutations=0)
    np.testing.assert_allclose(found.statistic, pd.Series(peer.Is, graph.unique_ids)[labels], rtol=1e-9)
    assert "independent and normal" in found.summary()
    with pytest.raises(SpatialError, match="residuals cannot be dealt"):
        gp.local_moran(y, graph, regressors=x, adjust="max-t")
    big = gp.local_moran(y, graph, regressors=x * 1e-3 + 1e9)  # a large constant in a regressor costs no finding
    np.testing.assert_allclose(big.p_value, gp.local_moran(y, graph, regressors=x).p_value, rtol=1e-3)


def test_losh_is_esdas(sixteen):
    from esda import LOSH

    y, graph, _ = sixteen
    weights = graph.transform("r").to_W()
    for power in (1, 2):
        peer = LOSH(weights, inference=None).fit(y.to_numpy(), a=power)
        np.testing.assert_allclose(gp.local_losh(y, graph, exponent=power).statistic, peer.Hi, rtol=1e-12)
    moved = gp.local_losh(y * 1e6 + 1e9, graph)
    np.testing.assert_allclose(moved.p_value, gp.local_losh(y, graph).p_value, rtol=1e-9)
    with pytest.raises(SpatialError, match="exponent=0"):
        gp.local_losh(y, graph, exponent=0)


def test_local_lee_averages_to_the_global_and_follows_the_enumerated_law(lattice):
    from itertools import permutations

    rng = np.random.default_rng(8)
    graph, labels = lattice(2, 4), [f"a{i}" for i in range(8)]
    x = pd.Series(rng.gamma(1, 1, 8), labels)
    y = pd.Series(x + rng.normal(size=8), labels)
    result = gp.local_lee(x, y.iloc[::-1], graph, star=False, adjust="none", permutations=4999)
    frame = result.to_frame()
    assert frame["statistic"].mean() == pytest.approx(gp.lee(x, y, graph, permutations=1).statistic)
    z = np.column_stack([(v - v.mean()) / v.std(ddof=0) for v in (x, y)])
    around = list(graph["a1"].index)
    others = [i for i in range(8) if i != 1]
    deals = np.array([np.prod(z[list(deal)].mean(axis=0)) for deal in permutations(others, len(around))])
    own = frame.loc["a1", "statistic"]
    p = min(1, 2 * min((deals >= own - 1e-9).mean(), (deals <= own + 1e-9).mean()))
    assert frame.loc["a1", "p_value"] == pytest.approx(p, abs=6 * np.sqrt(p / 4999))
    shuffled = gp.local_lee(x.iloc[[3, 1, 7, 0, 2, 6, 5, 4]], y, graph, star=False, adjust="none", permutations=4999)
    pd.testing.assert_frame_equal(shuffled.to_frame().loc[labels], frame)


def test_local_lee_draws_as_often_as_the_family_asks(lattice):
    graph, n = lattice(20, 20), 400
    w = graph.transform("r").sparse.toarray()
    rng = np.random.default_rng(1)
    ids = list(graph.unique_ids)
    x, y = (pd.Series(np.linalg.solve(np.eye(n) - 0.95 * w, rng.normal(size=n)), ids) for _ in range(2))
    result = gp.local_lee(x, y, graph, adjust="bonferroni")
    counts = result.label.value_counts()
    assert counts["untestable"] == 0 and counts[["High-High", "Low-Low", "High-Low", "Low-High"]].sum() > 3
    frame = result.to_frame()
    assert set(frame["method"]) == {"permutation"} and frame["p_value"].min() < 2 / 10_000
    assert (frame["p_low"] <= frame["p_value"]).all() and (frame["p_value"] <= frame["p_high"]).all()
    links = graph.adjacency.astype(float) * rng.uniform(1, 1 + 1e-12, len(graph.adjacency))  # dealt one by one
    near = gp.local_lee(x, y, type(graph)(links), adjust="none", permutations=499)
    plain = gp.local_lee(x, y, graph, adjust="none", permutations=499)
    np.testing.assert_allclose(near.p_value, plain.p_value, atol=1e-9)
