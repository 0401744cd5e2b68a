"""Columns of codes of regions in long and wide tables: never values; amounts of as many digits always are."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.study.guess_columns import is_identifier
from samples import samples

NAMES = (
    "Ardenel", "Belvar", "Corvino", "Drostein", "Elmarra", "Fjordal", "Gravina", "Holmenau", "Istrena", "Jorvika",
    "Kestrava", "Lumbier", "Morwenna", "Nordhaven", "Ostrana",
)  # fmt: skip
SYSTEMS = ("SOATO", "СОАТО", "MHOBT", "EHAK", "EHAK kood", "MKOOD", "ATVK", "KATOTTG", "KOATUU", "EKATTE", "UBIGEO")
OF_REGIONS = (
    "Cod. depto", "cod_dpto", "COD_DEPTO", "CodDepto", "Depto_cod", "código de departamento", "IBGE code", "KSH kód",
    "Código del municipio", "codProvincia", "Cod_Mun", "行政コード", "Mã tỉnh", "TERYT", "SIRUTA", "PSGC",
    "kod_województwa",
)  # fmt: skip
UNKNOWN = ("Zuordnung", "Num_depto", "Cod", "Xyz", "Reg", "Ključ")
AMOUNTS = ("Exits", "Turnout", "Herds", "Flats", "Machines", "Jobs", "Población", "Занятые", "Nets", "GRP")


@pytest.mark.parametrize("name", [*SYSTEMS, *OF_REGIONS])
def test_names_of_codes(name: str) -> None:
    assert is_identifier(name, ["12", "7", "7031"])


@pytest.mark.parametrize("name", ["Cod", "Cod landings", "Number of departments", "Nuts", "Dane", "Codes of"])
def test_names_of_amounts(name: str) -> None:
    assert not is_identifier(name, ["12", "7", "7031"])


def codes(rng: random.Random, n: int) -> list[str]:
    """Codes as lists of regions have them, in the order of the regions."""
    kind = rng.randrange(4)
    if kind == 0:  # a country, then the regions in any order
        start = rng.randint(11, 18) if rng.random() < 0.5 else rng.randint(21, 98)
        return [f"{start}{at:02}" for at in rng.sample(range(1, 40), n)]
    if kind == 1:  # along the alphabet, with gaps
        return list(map(str, sorted(rng.sample(range(10, 99), n))))
    if kind == 2:
        return [f"{at:04}" for at in sorted(rng.sample(range(37, 999), n))]
    start = rng.randint(2100, 89000)
    return [str(start + step) for step in rng.sample(range(2 * n), n)]


def written(folder: Path, frame: pd.DataFrame, rng: random.Random) -> Path:
    if rng.random() < 0.5:
        frame.to_csv(path := folder / "t.csv", index=False)
        return path
    head = next(column for column in frame if column not in ("Hudud", "Year", "Output", "Debts"))
    frame.assign(**{head: frame[head].astype(int)}).to_excel(path := folder / "t.xlsx", index=False)
    return path


@pytest.mark.parametrize("seed", samples(range(60), 12))
def test_codes_are_no_values(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    n = rng.randint(8, len(NAMES))
    names, coded = sorted(rng.sample(NAMES, n)), codes(rng, n)
    head = rng.choice((*SYSTEMS, *OF_REGIONS, *UNKNOWN))
    regions = pd.DataFrame({head: coded, "Hudud": names})
    if long := rng.random() < 0.5:
        years = pd.DataFrame({"Year": [2021, 2022, 2023][: rng.randint(2, 3)]})
        frame = regions.merge(years, how="cross")
        frame["Output"] = [round(rng.uniform(10, 900), 1) for _ in frame.index]
        frame = frame.sort_values(["Year", "Hudud"] if rng.random() < 0.5 else ["Hudud", "Year"])
    else:
        frame = regions.assign(**{each: [round(rng.uniform(1, 99), 1) for _ in names] for each in ("Output", "Debts")})
        if rng.random() < 0.3:
            frame = frame[["Hudud", head, "Output", "Debts"]]
    found = gp.read_table(written(tmp_path, frame, rng), year=None if long else 2022)
    assert set(found["indicator"]) == {"Output"} | (set() if long else {"Debts"}), (head, coded)
    assert set(found["region"]) == set(names)
    assert any(head in remark and "left out" in remark for remark in found.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(120), 24))
def test_amounts_are_values(tmp_path: Path, seed: int) -> None:
    """Whole numbers of one length, all different, sorted or not, are values under plain headings beside the names."""
    rng = random.Random(seed)
    n = rng.randint(6, len(NAMES))
    names, digits = rng.sample(NAMES, n), rng.randint(2, 6)
    heads = rng.sample(AMOUNTS, 2)
    amounts = rng.sample(range(10 ** (digits - 1), 10**digits), n)
    frame = pd.DataFrame({"Region": names, heads[0]: amounts, heads[1]: [rng.uniform(1, 99) for _ in names]})
    order = rng.choice([["Region"], [heads[0]], [heads[1]]])
    frame = frame.sort_values(order, ascending=order == ["Region"] or rng.random() < 0.3)
    if long := rng.random() < 0.3:
        frame = frame.merge(pd.DataFrame({"Year": [2021, 2022]}), how="cross")
        frame[heads[0]] += [rng.randint(0, 9) for _ in frame.index]
    elif rng.random() < 0.2:  # in front of the names, in no order
        frame = frame[[heads[0], "Region", heads[1]]].sort_values("Region")
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = gp.read_table(tmp_path / "t.csv", year=None if long else 2022)
    assert set(found["indicator"]) == set(heads), (frame, found.attrs["remarks"])
    assert len(found) == 2 * len(frame)


def test_what_may_be_codes_is_told(tmp_path: Path) -> None:
    rng = random.Random(3)
    frame = pd.DataFrame({"Xyz": rng.sample(range(1000, 9999), 9), "Region": NAMES[:9], "Output": range(9)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = gp.read_table(tmp_path / "t.csv", year=2022)
    assert set(found["indicator"]) == {"Xyz", "Output"}
    assert any("'Xyz'" in each or "Xyz holds" in each for each in found.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(30), 5))
def test_columns_that_rise_together_are_amounts(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    names, columns = sorted(NAMES[: rng.randint(6, len(NAMES))]), rng.randint(2, 4)
    heads = [f"Xyz{at}" for at in range(columns)]
    low = rng.choice([11, 137, 2100])
    rise = {head: sorted(rng.sample(range(low, 4 * low), len(names))) for head in heads}
    frame = pd.DataFrame({"Region": names} | rise)
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = gp.read_table(tmp_path / "t.csv", year=2022)
    assert set(found["indicator"]) == set(heads), found.attrs["remarks"]
