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


WHOLE_STATES = (
    "Union", "UNION", "The Union", "Federation", "Federación", "Fédération", "Союз", "Федерация", "Kingdom of Lesotho",
    "Commonwealth", "State", "Statewide", "Território nacional", "Territoire national", "Bénin", "Republic of Benin",
    "Republic of the Union of Myanmar", "Bundesgebiet", "Riket", "República Mexicana", "Rzeczpospolita Polska",
    "Islamic Republic of Iran", "Российская Федерация", "Country", "Република Србија",
)  # fmt: skip


@pytest.mark.parametrize("seed", samples(range(100), 25))
def test_the_whole_of_a_state_is_no_region_among_rates(tmp_path: Path, seed: int) -> None:
    """Also where a region is called as a country is, or as it sounds elsewhere: Donga, Georgia."""
    rng = random.Random(seed)
    state = WHOLE_STATES[seed % len(WHOLE_STATES)]
    names = {
        f"{rng.choice('BDFGKLM')}{rng.choice('aeiou')}r{rng.choice('aeiou')}ng{rng.choice('aeiou')}" for _ in range(20)
    }
    regions = sorted({*names, *(rng.choice((["Donga"], ["Georgia"], ["Mon"], [])))})
    values = {name: round(rng.uniform(20, 60), 1) for name in regions}
    last = round(sum(values.values()) / len(values), 1)
    lines = [f"{name};{value}" for name, value in values.items()]
    lines.insert(0 if rng.random() < 0.3 else len(lines), f"{state};{last}")
    (tmp_path / "t.csv").write_text("\n".join(["Region;Rate (%)", *lines]) + "\n", encoding="utf-8")
    found = gp.read_table(tmp_path / "t.csv", year=2022)
    told = [each for each in found.attrs["remarks"] if state in each]
    if {*found["region"]} == {*regions, state}:  # a region may be called so, where the order of the alphabet allows it
        assert any("is the name of a country" in each for each in told)
        assert sorted([*regions, state], key=str.casefold) == [*regions, state]
        return
    assert {*found["region"]} == {*regions} and any("taken for no region" in each for each in told)


@pytest.mark.parametrize("seed", samples(range(30), 6))
def test_a_county_that_is_called_union_is_a_region(tmp_path: Path, seed: int) -> None:
    """It stands in the order of the others, or the boundaries bear its name; an end out of order is told at least."""
    rng = random.Random(seed)
    word = rng.choice(("Union", "Unión", "Commonwealth", "Federation"))
    names = {
        f"{rng.choice('BDFGKLMXZ')}{rng.choice('aeiou')}r{rng.choice('aeiou')}n{rng.choice('aeiou')}" for _ in range(15)
    }
    rows = sorted({*names, "Adom", "Zuro", word if seed % 2 else f"{word} County"})
    (tmp_path / "t.csv").write_text(
        "\n".join(["County;Rate (%)", *(f"{n};{rng.uniform(20, 60):.1f}" for n in rows)]) + "\n"
    )
    found = gp.read_table(tmp_path / "t.csv", year=2022)
    assert set(found["region"]) == set(rows)
    assert not any(word in each for each in found.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_rows_set_in_below_a_sum_are_no_parts_of_the_row_before(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    lines = []
    for name in ("Kayin", "Bago", "Magway", "Shan", "Yangon"):
        parts = [[rng.randint(500, 9000) for _ in range(4)] for _ in range(3)]
        own = [list(map(sum, zip(*parts, strict=True))), *parts] if name in ("Bago", "Shan") else parts[:1]
        called = [name, *(f"  {name} {side}" for side in ("Ern", "Nrn", "Srn"))]
        lines += [f"{each};{';'.join(map(str, v))}" for each, v in zip(called, own, strict=False)]
    (tmp_path / "t.csv").write_text("\n".join(["Region;2017;2018;2019;2020", *lines]) + "\n")
    found = gp.read_table(tmp_path / "t.csv")
    assert {"Kayin", "Bago Ern", "Shan Srn"} <= {*found["region"]} and "Bago" not in {*found["region"]}
    assert not any("rows set in below" in each for each in found.attrs["remarks"]), found.attrs["remarks"]
