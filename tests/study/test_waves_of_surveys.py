"""The waves of a survey or census beside years ("RGPH3 (2002)") are no names of different quantities."""

from __future__ import annotations

import random
from pathlib import Path

import openpyxl
import pytest

import growthpoles as gp
from samples import samples

#: Headings of columns of three years of one survey.
WAVES = [
    ("RGPH2-1992", "RGPH3-2002", "RGPH4-2013"), ("RGPH3 (2002)", "RGPH4 (2013)", "RGPH5 (2024)"),
    ("EDS-III 2006", "EDS-IV 2011", "EDSB-V 2017"), ("EPHPM 2017", "EPHPM 2018", "EPHPM 2019"),
    ("ENIGH2016", "ENIGH2018", "ENIGH2020"), ("MICS4 2010", "MICS5 2014", "MICS6 2019"),
    ("Census 1994", "Census 2004", "Census 2014"), ("ZQPH1 2002", "ZQPH2 2012", "ZQPH3 2022"),
    ("Перепись 1999", "Перепись 2009", "Перепись 2021"), ("RGPH3 2002", "2008", "RGPH4 2013"),
]  # fmt: skip
#: Headings of which each names a quantity.
QUANTITIES = [
    ("GDP 2019", "IDH 2019", "PIB 2019"), ("DHS 2014", "MICS 2014", "Census 2014"), ("M1 2020", "M2 2020", "M3 2020"),
    ("PM10 2019", "PM25 2019", "NOX 2019"),
]  # fmt: skip


def book(path: Path, title: str, heads: list[str], below: list[str], seed: int) -> Path:
    """Write a table of regions under headings, each over the same columns."""
    rng, workbook = random.Random(seed), openpyxl.Workbook()
    workbook.active.append([title])
    workbook.active.append(["Region", *(text for head in heads for text in [head, *[None] * (len(below) - 1)])])
    workbook.active.append([None, *below * len(heads)])
    for name in ["Alba", "Boro", "Cima", "Doru", "Esta", "Fola", "Gari", "Hima"]:
        workbook.active.append([name, *(rng.randint(500, 9000) for _ in range(len(heads) * len(below)))])
    workbook.save(path)
    return path


@pytest.mark.parametrize("seed", samples(range(60), 10))
def test_waves_of_one_survey_are_years_of_one_quantity(seed: int, tmp_path: Path) -> None:
    heads = list(WAVES[seed % len(WAVES)])
    below = random.Random(seed).choice([["Households", "Persons"], ["Effectif", "Superficie"], ["Births", "Deaths"]])
    read = gp.read_table(book(tmp_path / "t.xlsx", "Households by region", heads, below, seed))
    years = {int("".join(filter(str.isdigit, head[-5:]))) for head in heads}
    assert {*read["year"]} == years and read["indicator"].nunique() == 2, heads
    assert all(len(held) == 24 for _, held in read.groupby("indicator"))
    assert any("waves of a survey" in str(line) for line in read.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(20), 8))
def test_acronyms_of_quantities_stay(seed: int, tmp_path: Path) -> None:
    heads = list(QUANTITIES[seed % len(QUANTITIES)])
    read = gp.read_table(book(tmp_path / "t.xlsx", "Regions compared", heads, ["Men", "Women"], seed))
    assert read["indicator"].nunique() == 6 and not any("waves" in str(line) for line in read.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(60), 10))
def test_a_survey_of_several_years_is_printed_as_its_title_prints_it(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    first = rng.randint(2013, 2019)
    last = first + rng.randint(2, 4)
    span = f"{first}{rng.choice('-/–')}{rng.choice([last, last % 100])}"
    title = rng.choice(["Literacy by region, {}", "Literacy by region, DHS {}", "Literacy by region ({})"])
    heads = rng.choice([["Rate", "Men"], ["Rate", "Women", "Men"]])
    file = book(tmp_path / "t.xlsx", title.format(span), [""], heads, seed)
    read = gp.read_table(file)
    assert {*read["year"]} == {first} and list(read.attrs["printed"].values()) == [{first: span}] * len(heads)
    assert not any(str(year) in name for name in read["indicator"] for year in (span, first, last))
    # A month is no year, and of two years that are told apart neither is taken.
    read = gp.read_table(book(tmp_path / "m.xlsx", title.format(f"{first}-{rng.randint(10, 12)}"), [""], heads, seed))
    assert not read.attrs["printed"]
    with pytest.raises(ValueError, match="year"):
        gp.read_table(book(tmp_path / "b.xlsx", f"{title.format(span)}, and {last}", [""], heads, seed))
