"""Row order: values, tables, years and graphs shuffled independently; no result of any spatial function may move."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp

SIDE = 5
IDS = pd.Index([f"a{i:02}" for i in range(SIDE**2)])
RNG = np.random.default_rng(11)
PLACES = np.column_stack(np.divmod(np.arange(SIDE**2), SIDE)) + RNG.uniform(-0.2, 0.2, (SIDE**2, 2))
LEVEL = pd.Series(np.exp(RNG.normal(1, 0.4, SIDE**2)), IDS, name="level")
LATER = LEVEL * np.exp(pd.Series(RNG.normal(0.2, 0.2, SIDE**2), IDS))
EARLIER = LEVEL * np.exp(pd.Series(RNG.normal(-0.2, 0.2, SIDE**2), IDS))
COUNTS = pd.Series(RNG.integers(5, 50, SIDE**2), IDS, dtype=float)
GROUPS = pd.Series(RNG.choice(["x", "y", "z"], SIDE**2), IDS)
TABLE = pd.DataFrame(RNG.normal(size=(SIDE**2, 2)), IDS, ["u", "v"])
FAR = pd.DataFrame(np.sqrt(((PLACES[:, None] - PLACES) ** 2).sum(axis=2)), IDS, IDS)
YEARS = pd.DataFrame(np.exp(np.cumsum(RNG.normal(0, 0.3, (SIDE**2, 8)), axis=1)), IDS, range(2000, 2008))
LONG = pd.DataFrame(RNG.normal(size=(150, 2)), columns=["y", "x"]).assign(
    region=np.repeat(IDS, 6), year=np.tile(range(6), SIDE**2)
)
GAP = LEVEL.mask(LEVEL.index == "a07")
POLES = ["a03", "a17", "a24"]
LINKED = ["a07", "a08"]
FEW = {"permutations": 49}


def _calls():
    """Return name -> function of a shuffler `s` and a graph `g` for every function that takes labelled values."""
    local = {"geary": gp.local_geary, "getis_ord": gp.local_getis_ord, "losh": gp.local_losh, "moran": gp.local_moran}
    calls = {
        f"local_{name}": lambda s, g, f=f, **o: f(s(LEVEL), g, **o, **FEW) for name, f in local.items()
    }  # fmt: skip
    calls |= {f"{f.__name__}": lambda s, g, f=f: f(s(LEVEL), g, **FEW) for f in (gp.moran, gp.geary, gp.getis_ord)}
    pairs = (gp.moran_bivariate, gp.lee, gp.local_moran_bivariate, gp.local_lee)
    calls |= {f.__name__: lambda s, g, f=f: f(s(LEVEL), s(LATER), g, **FEW) for f in pairs}
    models = ("ols", "slx", "sar", "sem", "sdm", "sdem")
    calls |= {
        f"spatial_regression {model}": lambda s, g, m=model: gp.spatial_regression(
            s(LEVEL), s(TABLE), g, model=m, draws=19
        )
        for model in models
    }
    calls |= {
        f"panel {effects} {model}": lambda s, g, e=effects, m=model: gp.panel_regression(
            s(LONG), g, y="y", regressors=["x"], model=m, effects=e
        )
        for effects in ("two-way", "region")
        for model in ("ols", "sar", "sem", "sdm")
    }
    return calls | {
        "local_geary of two": lambda s, g: gp.local_geary(s(TABLE), g, **FEW),
        "local_getis_ord star": lambda s, g: gp.local_getis_ord(s(LEVEL), g, star=True, **FEW),
        "local_moran of drawn residuals": lambda s, g: gp.local_moran(
            gp.spatial_regression(s(LEVEL), s(TABLE), g, model="sem", draws=0).residuals, g, **FEW
        ),
        "local_moran max-t": lambda s, g: gp.local_moran(s(LEVEL), g, adjust="max-t", **FEW),
        "local_moran_rates": lambda s, g: gp.local_moran_rates(s(COUNTS), s(COUNTS * 3 + LEVEL), g, **FEW),
        "local_join_count": lambda s, g: gp.local_join_count(s((GROUPS == "x").astype(float)), g, **FEW),
        "join_count": lambda s, g: gp.join_count(s(GROUPS), g, **FEW),
        "moran exact": lambda s, g: gp.moran(s(LEVEL), g, method="exact"),
        "moran with a gap": lambda s, g: gp.moran(*gp.with_data(s(GAP), g)[:2], **FEW),
        "correlogram": lambda s, g: gp.correlogram(s(LEVEL), g, **FEW),
        "correlogram of bands": lambda s, g: gp.correlogram(s(LEVEL), distances=s(FAR, 1), bands=[1.5, 3], **FEW),
        "spread_test": lambda s, g: gp.spread_test(
            s(GAP),
            s(LATER),
            g,
            years=4,
            poles=s(POLES),
            controls=s(TABLE),
            earlier=s(EARLIER),
            earlier_years=3,
            draws=19,
        ),
        "spread_tests": lambda s, g: gp.spread_tests(s(LEVEL), s(LATER), g, years=4, poles=s(POLES), **FEW),
        "growth_regression": lambda s, g: gp.growth_regression(
            s(LEVEL), s(LATER), g, years=4, regressors=s(TABLE), draws=9
        ),
        "growth_panel": lambda s, g: gp.growth_panel(s(YEARS, 1), g, draws=9),
        "growth_rings": lambda s, g: gp.growth_rings(s(LATER), s(POLES), g, level=s(LEVEL), **FEW),
        "growth_rings of bands": lambda s, g: gp.growth_rings(
            s(LATER), s(POLES), distances=s(FAR, 1), bands=[0, 1, 2, 4], **FEW
        ),
        "convergence": lambda s, g: gp.convergence(s(LEVEL), s(LATER), g, years=3),
        "impacts": lambda s, g: gp.impacts(
            gp.spatial_regression(s(LEVEL), s(TABLE), g, model="sdm", draws=0), draws=49, samples=9
        ),
        "lisa_moves": lambda s, g: gp.lisa_moves(s(LEVEL), s(LATER), g),
        "lisa_transitions": lambda s, g: gp.lisa_transitions(gp.lisa_moves(s(LEVEL), s(LATER), g)),
        "rank_mobility": lambda s, g: gp.rank_mobility(s(LEVEL), s(LATER)),
        "rank_moves": lambda s, g: gp.rank_moves(s(YEARS, 1)),
        "spatial_tau": lambda s, g: gp.spatial_tau(s(LEVEL), s(LATER), g, **FEW),
        "markov": lambda s, g: gp.markov(s(YEARS, 1), k=3, **FEW),
        "markov pooled, spatial": lambda s, g: gp.markov(s(YEARS, 1), g, k=3, limits="pooled", **FEW),
        "lisa_markov": lambda s, g: gp.lisa_markov(s(YEARS, 1), g, **FEW),
        "mutual_influence": lambda s, g: gp.mutual_influence(s(LEVEL), g, distances=s(FAR, 1), **FEW),
        "market_potential": lambda s, g: gp.market_potential(s(LEVEL), s(FAR, 1), area=s(COUNTS)),
        "accessibility": lambda s, g: gp.accessibility(s(LEVEL), s(FAR, 1), scale=2.0),
        "distance_weights": lambda s, g: gp.moran(s(LEVEL), gp.distance_weights(s(FAR, 1), power=2), **FEW),
        "block_weights": lambda s, g: gp.moran(s(LEVEL), gp.block_weights(s(GROUPS)), **FEW),
        "higher_order_weights": lambda s, g: gp.moran(s(LEVEL), gp.higher_order_weights(g, 2), **FEW),
        "union, added and cut": lambda s, g: gp.moran(
            s(LEVEL), gp.union_weights(gp.change_links(g, add=[("a00", "a24")], cut=[tuple(LINKED)]), g), **FEW
        ),
        "moran_power": lambda s, g: gp.moran_power(g, rho=[0.5]),
    }


CALLS = _calls()


def given(x, columns=False):
    return x


def shuffler(seed):
    rng = np.random.default_rng(seed)

    def shuffled(x, columns=False):
        if isinstance(x, list):
            return [x[i] for i in rng.permutation(len(x))]
        x = x.iloc[rng.permutation(len(x))]
        return x.iloc[:, rng.permutation(x.shape[1])] if columns else x

    return shuffled


def links(order):
    from libpysal.graph import Graph

    steps = np.abs(PLACES.round()[:, None] - PLACES.round()).max(axis=2)
    near = (steps == 1) & (FAR.to_numpy() < 1.6)
    ends = [IDS[part] for part in np.nonzero(near)]
    adjacency = pd.Series(1.0, pd.MultiIndex.from_arrays(ends, names=["focal", "neighbor"]), name="weight")
    return Graph(adjacency.reindex(IDS[order], level="focal"))


def same(one, two, where):
    """Compare results part by part; rows of tables by label."""
    if isinstance(one, pd.DataFrame | pd.Series):
        assert set(one.index) == set(two.index), where
        if one.index.is_unique:
            two = two.reindex(one.index)
        if isinstance(one, pd.DataFrame):
            two = two[list(one.columns)]
            pd.testing.assert_frame_equal(one, two, rtol=1e-8, atol=1e-11, check_dtype=False, obj=where)
        else:
            pd.testing.assert_series_equal(one, two, rtol=1e-8, atol=1e-11, check_dtype=False, obj=where)
    elif isinstance(one, dict):
        assert set(one) == set(two), where
        for key in one:
            same(one[key], two[key], f"{where}[{key}]")
    elif is_dataclass(one):
        for each in fields(one):
            if each.repr and each.name not in ("design", "estimates", "plan"):
                same(getattr(one, each.name), getattr(two, each.name), f"{where}.{each.name}")
    elif isinstance(one, float | np.floating):
        assert one == pytest.approx(two, rel=1e-8, abs=1e-11, nan_ok=True), where
    elif isinstance(one, list | tuple):
        assert len(one) == len(two), where
        for i, (a, b) in enumerate(zip(one, two, strict=True)):
            same(a, b, f"{where}[{i}]")
    elif isinstance(one, str | int | type(None) | np.integer):
        assert one == two, where


CHEAP = ("moran exact", "local_moran", "lisa_markov", "convergence", "panel two-way sar", "mutual_influence")
FURTHER = ("local_getis_ord", "lisa_moves", "spatial_regression sdm", "correlogram", "growth_rings", "rank_moves")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in CHEAP else pytest.mark.long if name in FURTHER else pytest.mark.slow)
        for name in CALLS
    ],
)
def test_row_order_never_shows(name):
    expected = CALLS[name](given, links(np.arange(len(IDS))))
    for seed in range(2):
        order = np.random.default_rng(seed + 100).permutation(len(IDS))
        same(expected, CALLS[name](shuffler(seed), links(order)), name)
