"""Rings around poles: known means, their law under relocation, the envelope of all rings at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import RegionError, SpatialError

KNOWN = "tests/spatial/regression/known"


@pytest.fixture
def zealand(request):
    frame = pd.read_csv(request.config.rootpath / KNOWN / "nz.csv").set_index("Name")
    xy = frame[["x", "y"]].to_numpy() / 1000
    apart = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    return frame["Median_income"].astype(float), pd.DataFrame(apart, frame.index, frame.index)


def test_rings_around_auckland(zealand, request):
    known = pd.read_csv(request.config.rootpath / KNOWN / "values.csv").set_index("id")["value"]
    income, apart = zealand
    settings = {"distances": apart, "bands": (0, 250, 500, np.inf), "permutations": 999}
    rings = gp.growth_rings(income, ["Auckland"], **settings)
    assert rings["mean"].tolist() == pytest.approx(known[["S096", "S097", "S098"]].tolist(), rel=1e-9)
    assert rings["sd"].iloc[0] == pytest.approx(known["S099"], rel=1e-9)
    assert rings["n"].sum() == 15 and rings.attrs["left_out"] == ["Auckland"]
    shuffled = gp.growth_rings(income.sample(frac=1, random_state=1), ["Auckland"], **settings)
    pd.testing.assert_frame_equal(rings.drop(columns="regions"), shuffled.drop(columns="regions"))


def test_envelope_and_p_by_simulation(lattice):
    graph = lattice(4, 4)
    y = pd.Series(np.random.default_rng(0).normal(size=16), [f"a{i}" for i in range(16)])
    rings = gp.growth_rings(y, ["a0"], graph, permutations=4_999)
    others = y.drop("a0").to_numpy()
    steps = np.array([i // 4 + i % 4 for i in range(1, 16)])
    mixed = np.random.default_rng(1).permuted(np.tile(others, (3000, 1)), axis=1)
    z = [(mixed[:, steps == k].mean(axis=1) - others.mean()) / rings["sd"][k] for k in range(1, 7)]
    drawn = np.abs(z).max(axis=0)
    reach = np.quantile(drawn, 0.95)
    assert ((rings["high"] - rings["expected"]) / rings["sd"]).to_numpy() == pytest.approx(reach, abs=0.12)
    p = np.array([(drawn >= abs(z)).mean() for z in rings["z_score"]])
    assert rings["p_value"].to_numpy() == pytest.approx(p, abs=0.04)
    assert [len(names.split(", ")) for names in rings["regions"]] == rings["n"].tolist() == [2, 3, 4, 3, 2, 1]


def test_own_level_is_taken_out_and_gaps_are_named(lattice):
    graph = lattice(4, 4)
    level = pd.Series(np.random.default_rng(0).normal(size=16), [f"a{i}" for i in range(16)])
    rings = gp.growth_rings(
        (2 - 3 * level).mask(level.index == "a9"), ["a0", "a15"], graph, level=level, permutations=99
    )
    assert rings["mean"].abs().max() < 1e-12 and rings.attrs["left_out"] == ["a0", "a15", "a9"]


def test_empty_rings_are_shown(zealand):
    income, apart = zealand
    rings = gp.growth_rings(income, ["Auckland"], distances=apart, bands=(0, 1, 500, 600), permutations=99)
    assert rings["n"].iloc[0] == 0 and np.isnan(rings["mean"].iloc[0]) and np.isnan(rings["p_value"].iloc[0])
    assert len(rings.attrs["left_out"]) == 16 - rings["n"].sum()  # the farthest are named as well


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"poles": []}, RegionError, "no pole given"),
        ({"poles": ["Aukland"]}, RegionError, "unknown pole Aukland; nearest: Auckland"),
        ({"bands": (0, 500, 250)}, SpatialError, "allowed: rising edges from 0"),
        ({"distances": None}, SpatialError, "graph and distances; allowed: one of the two"),
        ({"permutations": 0}, SpatialError, "permutations=0"),
    ],
)
def test_errors(zealand, change, error, words):
    given = {"y": zealand[0], "poles": ["Auckland"], "distances": zealand[1], "bands": (0, 250, 500)} | change
    with pytest.raises(error, match=words):
        gp.growth_rings(**given)


def test_a_distance_of_zero_is_refused(zealand):
    income, apart = zealand
    apart.loc["Otago", "Auckland"] = 0.0
    with pytest.raises(SpatialError, match="no positive distance from Otago"):
        gp.growth_rings(income, ["Auckland"], distances=apart, bands=(0, 250, 500))


@pytest.mark.slow
@pytest.mark.parametrize(("side", "maps"), [(4, 600), (7, 400), (20, 150)])
def test_size_of_all_rings_at_once(lattice, side, maps):
    """Growth without any place: one ring or more beyond the envelope in 5 % of maps."""
    graph, rng = lattice(side, side), np.random.default_rng(side)
    labels = [f"a{i}" for i in range(side**2)]
    wrong = sum(
        gp.growth_rings(
            pd.Series(rng.gamma(2.0, size=side**2), labels), labels[:2], graph, permutations=199, rng=turn
        )["p_value"].min() <= 0.05
        for turn in range(maps)
    )  # fmt: skip
    assert wrong / maps <= 0.05 + 3 * (0.05 * 0.95 / maps) ** 0.5
