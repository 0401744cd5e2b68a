"""Coverage of the bootstrap intervals of Sobol indices where the decomposition is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.ratings import Catalogue, sobol

STEP = {"a": 4.0, "b": 2.0, "c": 4.0}


def known(both_rounded):
    """Two editions between fixed goalposts: the index is a sum of the edition's effect and of rounding errors.

    Rounding in both editions adds up; rounding in the second alone makes an interaction. Returns editions, steps, and
    by choice the first-order and the total share of every region.
    """
    drawn = np.random.default_rng(0)
    one = pd.DataFrame(drawn.uniform(20, 80, (8, 3)), index=[f"r{i}" for i in range(8)], columns=list(STEP))
    two = one + drawn.normal(0, 1, one.shape)
    noise = sum(step**2 for step in STEP.values()) / 12 / 9
    edition = ((two - one).mean(axis=1) / 2) ** 2
    if both_rounded:
        total = edition + noise
        shares = {"edition": (edition / total, edition / total), "noise": (noise / total, noise / total)}
        return {"x": one, "y": two}, {"x": STEP, "y": STEP}, shares
    total = edition + noise / 2
    shares = {
        "edition": (edition / total, (edition + noise / 4) / total),
        "noise": (noise / 4 / total, noise / 2 / total),
    }
    return {"x": one, "y": two}, {"y": STEP}, shares


@pytest.mark.slow
@pytest.mark.parametrize("both_rounded", [True, False])
@pytest.mark.parametrize(("samples", "seeds"), [(128, 120), (1024, 40)])
def test_intervals_cover_the_known_decomposition(both_rounded, samples, seeds):
    tables, steps, shares = known(both_rounded)
    inside: dict[str, list] = {"edition first": [], "edition total": [], "noise first": [], "noise total": []}
    for seed in range(seeds):
        found = sobol(
            tables, Catalogue.flat(list(STEP)), output="index", weights="fixed", normalisation="goalposts",
            goalposts=dict.fromkeys(STEP, (0.0, 100.0)), resolution=steps, samples=samples, rng=seed,
        )  # fmt: skip
        for choice, truth in shares.items():
            rows = found[found["choice"] == choice].set_index("region")
            for which, true in zip(("first", "total"), truth, strict=True):
                inside[f"{choice} {which}"] += ((rows[which] - true).abs() <= rows[f"{which}_conf"]).tolist()
    coverage = {name: float(np.mean(hits)) for name, hits in inside.items()}
    print(f"\ncoverage of nominal 95 % intervals, {samples} samples: {coverage}")
    # eight regions share the draws, so that the cases are fewer trials; quasi-random draws are better than bootstrapped
    # ones for the edition's total share
    assert min(coverage.values()) >= 0.90 and sorted(coverage.values())[-2] <= 0.99
    assert 0.90 <= np.mean(list(coverage.values())) <= 0.99


def test_every_base_point_has_rounding_errors_of_its_own():
    """The variance of the index over the runs is that of the rounding, at a few samples already."""
    tables, _, _ = known(True)
    found = sobol(
        tables["x"], Catalogue.flat(list(STEP)), output="index", weights="fixed", normalisation="goalposts",
        goalposts=dict.fromkeys(STEP, (0.0, 100.0)), resolution=STEP, samples=512,
    )  # fmt: skip
    assert found.attrs["coverage"].startswith("nominal 95 %; 93 to 99.3 %")
    assert found["variance"].to_numpy() == pytest.approx(36 / 12 / 9, rel=0.15)
