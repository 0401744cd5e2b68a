"""Groups of regions: in a column beside subtotals they name parents; rows of their rates, and a country's, are told."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

import growthpoles as gp
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


STATES = (
    ("Ўзбекистон Республикаси", "Вилоят"), ("República de Guatemala", "Depto"), ("República de Panamá", "Prov."),
    ("Nacional", "Depto"), ("Republiken Finland", "Län"), ("Республика Молдова", "Район"), ("País", "Depto"),
)  # fmt: skip
LEVELS = (("Región {}", "{}"), ("{}-Eesti", "{} maakond"), ("Zone {}", "{} District"))


def rates(rng: random.Random, sizes: list[int], columns: int) -> tuple[list[list[list[float]]], list[list[float]]]:
    """Rates of the regions of each group, and the means of the groups."""
    groups = [[[round(rng.uniform(5, 60), 1) for _ in range(columns)] for _ in range(size)] for size in sizes]
    return groups, [[round(sum(own) / len(own), 2) for own in zip(*group, strict=True)] for group in groups]


@pytest.mark.parametrize("seed", samples(range(40), 10))
def test_rates_of_a_country_and_of_groups_are_told(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    state, _ = rng.choice(STATES)
    group, region = rng.choice(LEVELS)
    sizes = [rng.randint(2, 5) for _ in range(rng.randint(4, 7))]
    groups, means = rates(rng, sizes, rng.randint(1, 3))
    rows, heads, regions = [], [], []
    for number, (own, mean) in enumerate(zip(groups, means, strict=True)):
        heads.append(group.format("ABCDEFGH"[number] * 2))
        rows.append([heads[-1], *mean])
        for each in own:
            regions.append(region.format(f"{rng.choice('BDFGKLMN')}or{rng.choice('aeiou')}n{len(regions)}x"))
            rows.append([regions[-1], *each])
    whole = [round(sum(own) / len(own), 2) for own in zip(*(each for own in groups for each in own), strict=True)]
    rows = [[state, *whole], *rows]
    if rng.random() < 0.3:  # a region that bears the name of its country
        rows[2][0] = "Guatemala"
        regions[0] = "Guatemala"
    pd.DataFrame(rows, columns=["Territorio", *(f"Rate {i}" for i in range(len(whole)))]).to_csv(
        tmp_path / "t.csv", index=False
    )
    found = gp.read_table(tmp_path / "t.csv", year=2022)
    assert set(found["region"]) == {*regions, *heads}
    if "Guatemala" not in regions or group != "{}-Eesti":
        told = [each for each in found.attrs["remarks"] if "may be totals of the rows below" in each]
        assert told and all(head in told[0] for head in heads)
    plain = gp.read_table(tmp_path / "t.csv", year=2022, ignore=heads)
    assert set(plain["region"]) == set(regions)


@pytest.mark.parametrize("seed", samples(range(60), 12))
def test_kinds_of_regions_in_their_names_make_no_groups(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    names = [
        f"{rng.choice('BDFGKLMN')}or{rng.choice('aeiou')}n{i}x {rng.choice(('city', 'Oblast'))}" for i in range(16)
    ]
    columns = rng.randint(2, 3)
    frame = pd.DataFrame([[name, *(round(rng.uniform(5, 60), 1) for _ in range(columns))] for name in names])
    frame.columns = ["Region", *(f"Rate {i}" for i in range(columns))]
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = gp.read_table(tmp_path / "t.csv", year=2022)
    assert set(found["region"]) == set(names)
    assert not any("may be totals" in each for each in found.attrs["remarks"])
