"""A column of groups of regions beside subtotals of each group names parents: it is no indicator."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.study.audit.file_audit import read_audit_file
from samples import samples

GROUPS = ("Coast", "Highlands", "North", "South", "Lake District", "Plains")
WORDS = ("Subtotal", "Total", "Итого", "Sub total", "Razem", "Zusammen")


def grouped(rng: random.Random) -> tuple[pd.DataFrame, dict[str, list[float]]]:
    """Rows of regions by groups, some of one region, each group with its subtotal; and the figures of the regions."""
    sizes = [1, *(rng.randint(2, 5) for _ in range(rng.randint(3, 5)))]
    rng.shuffle(sizes)
    word, every, rows, truth = rng.choice(WORDS), rng.random() < 0.4, [], {}
    for group, size in zip(rng.sample(GROUPS, len(sizes)), sizes, strict=True):
        own = []
        for _ in range(size):
            name = f"{rng.choice('BDFGKLMN')}{rng.choice('aeiou')}r{rng.choice('aeiou')}n {len(truth) + 1}"
            truth[name] = [rng.randint(1000, 90000), rng.randint(200, 9000)]
            own.append(truth[name])
            rows.append([group if every or not own[1:] else "", name, *own[-1]])
        rows.append([group if every else "", word, *map(sum, zip(*own, strict=True))])
    return pd.DataFrame(rows, columns=["Zone", "District", "Jobs", "Firms"]), truth


@pytest.mark.parametrize("seed", samples(range(40), 10))
def test_groups_beside_subtotals_are_no_indicators(tmp_path: Path, seed: int) -> None:
    frame, truth = grouped(random.Random(seed))
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = gp.read_table(tmp_path / "t.csv", year=2022)
    assert set(found["indicator"]) == {"Jobs", "Firms"}
    wide = found.pivot(index="region", columns="indicator", values="value")
    assert {name: [row["Jobs"], row["Firms"]] for name, row in wide.iterrows()} == truth
