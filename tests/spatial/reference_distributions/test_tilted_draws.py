"""Tilted draws beside the enumerated law: tails from 10^-3 to one deal in a million, whatever the values."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import growthpoles as gp
from growthpoles.spatial.reference_distributions import shared_draws

N, K = 40, 4
RNG = np.random.default_rng(0)
VALUES = {
    "normal": RNG.normal(size=N),
    "skewed": np.exp(1.5 * RNG.normal(size=N)),
    "Cauchy": RNG.standard_cauchy(N),
    "yes or no": (RNG.random(N) < 0.3).astype(float),
    "one outlier": np.append(RNG.normal(size=N - 1), 1000.0),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("share", [*(pytest.param(p, marks=pytest.mark.long) for p in (1e-3, 1e-4)), 2e-5])
def test_estimate_is_the_enumerated_probability(kind, share):
    values, region = VALUES[kind], 7
    members = np.array(list(combinations([i for i in range(N) if i != region], K)))
    sums = values[members].sum(axis=1)
    order = np.argsort(-sums, kind="stable")
    chosen = members[order[int(share * len(sums))]]
    exact = np.mean(sums >= values[chosen].sum() - 1e-9)
    links = np.zeros((N, N))
    links[region, chosen] = 1
    rng = np.random.default_rng(1)
    shared, error = shared_draws.shared_tails(values, [(K, np.array([region]))], csr_array(links), 1e-10, rng)
    assert np.isnan(np.delete(shared, region)).all()
    assert shared[region] == pytest.approx(exact, abs=4 * error[region] + 1e-12) and error[region] < 0.2 * exact
    own, spread = shared_draws.own_tail(np.delete(values, region), np.ones(K), values[chosen], 1e-9, rng)
    assert own == pytest.approx(exact, abs=4 * spread + 1e-12) and spread < 0.6 * exact


def test_unequal_weights():
    values, weights = RNG.normal(size=30), np.array([0.1, 0.2, 0.7])
    deals = np.array(list(permutations(range(30), 3)))
    sums = values[deals] @ weights
    for share in (1e-3, 1e-4):
        deal = deals[np.argsort(-sums)[int(share * len(sums))]]
        exact = np.mean(sums >= values[deal] @ weights - 1e-12)
        found, error = shared_draws.own_tail(values, weights, values[deal], 1e-12, np.random.default_rng(3))
        assert found == pytest.approx(exact, abs=4 * error)


def clustered(lattice_rows=16):
    import geopandas as gpd
    import shapely

    k = lattice_rows
    boxes = [shapely.box(c, r, c + 1, r + 1) for r in range(k) for c in range(k)]
    layer = gpd.GeoDataFrame(geometry=boxes, index=[f"r{i:04d}" for i in range(k * k)])
    centre = layer.geometry.centroid
    noise = np.random.default_rng(5).normal(size=k * k)
    return layer, pd.Series(np.sin(centre.x / 3) + np.cos(centre.y / 3) + 0.1 * noise, layer.index)


@pytest.mark.long
def test_a_family_of_hundreds_finds_clusters_with_every_adjustment():
    layer, y = clustered()
    graph = gp.build_weights(layer)
    draws = {"permutations": 9_999, "rng": 1}
    plain = gp.local_moran(y, graph, method="permutation", adjust="bonferroni", **draws)
    assert (plain.label == "untestable").all()
    for adjust in ("bonferroni", "tarone"):
        found = gp.local_moran(y, graph, adjust=adjust, **draws)
        frame = found.to_frame()
        assert (frame["label"] != "untestable").all()
        assert (frame["label"].isin(["High-High", "Low-Low"])).sum() >= 10
        tilted = frame["method"] == "tilted"
        assert tilted.any() and (frame.loc[tilted, "p_value"] < 3e-3).all()
        assert (frame["p_low"] <= frame["p_value"]).all() and (frame["p_value"] <= frame["p_high"]).all()
        assert (frame["p_attainable"] <= frame["p_value"]).all()
        # the far tail continues what the draws say
        near = tilted & (plain.p_value > 6e-4)
        assert np.allclose(frame.loc[near, "p_value"], plain.p_value[near], rtol=1.5)
    shuffled = y.iloc[np.random.default_rng(2).permutation(len(y))]
    again = gp.local_moran(shuffled, graph, adjust="tarone", **draws).to_frame().loc[y.index]
    np.testing.assert_allclose(again["p_value"], frame["p_value"], rtol=1e-9)


@pytest.mark.slow
def test_noise_has_no_findings_and_weights_of_their_own_are_drawn_again_too():
    layer, y = clustered()
    graph = gp.build_weights(layer, "inverse_distance", threshold=1.5)
    found = gp.local_moran(y, graph, permutations=9_999)
    assert (found.to_frame()["method"] == "tilted").any() and (found.label != "untestable").all()
    assert found.label.isin(["High-High", "Low-Low"]).any()
    graph = gp.build_weights(layer)
    noise = pd.Series(np.random.default_rng(8).normal(size=len(y)), y.index)
    assert (gp.local_moran(noise, graph, permutations=9_999).label == "not significant").all()
