"""Titles of two units, marks of notes on names, numbers of titles, numbers in other letters, periods of years."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from test_subjects_and_headers import STEMS, book

import growthpoles as gp
from growthpoles.study.files.printed_subjects import units_of_two, without_two_units
from growthpoles.study.propose_study import quick_look
from samples import samples

#: Amounts and percentages as a title says both: what it is about, the units, the headings of an amount and of a share.
TWO_UNITS = [
    ("Exportaciones por departamento", "en", "millones de dólares", "y", "porcentajes", "Valor", "Participación"),
    ("Exportaciones por departamento", "en", "millones de dólares", "y", "porcentaje", "Monto", "Porcentaje"),
    ("Численность безработных по областям", "", "тыс. чел.", ",", "в процентах", "Численность", "Удельный вес"),
    ("Оборот торговли по областям", "в", "млн. руб.", "и", "в процентах", "Всего", "Доля"),
    ("Exports by region", "", "number", "and", "per cent", "Exports", "Share"),
    ("Exports by region", "", "US$ million", "and", "%", "Value", "% of total"),
    ("Exports by region", "in", "million EUR", ",", "percent", "Exports", "Structure"),
    ("Ausfuhren nach Regionen", "in", "Mio. EUR", "und", "Prozent", "Ausfuhren", "Anteil"),
    ("Exportations par région", "en", "milliers", "et", "pourcentage", "Exportations", "Part"),
    ("Exportações por região", "em", "milhões de reais", "e", "percentagem", "Valor", "Proporção"),
    ("Eksport według województw", "w", "tys. zł", "i", "%", "Eksport", "Udział"),
]  # fmt: skip


@pytest.mark.parametrize("seed", samples(range(60), 12))
def test_of_two_units_of_a_title_each_column_bears_its_own(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    about, lead, amount, sign, share, *heads = TWO_UNITS[seed % len(TWO_UNITS)]
    both = " ".join(filter(None, (lead, amount))) + (", " if sign == "," else f" {sign} ") + share
    above = rng.choice(([f"{about} ({both})"], [f"{about}, {both}"], [about, f"({both})"], [about, both]))
    names = rng.sample(STEMS, 9)
    shares = [rng.randint(10, 300) / 10 for _ in names]
    rows = [[name, rng.randint(500, 9000), part] for name, part in zip(names, shares, strict=True)]
    order = rng.choice((1, -1))
    table = [["Region", *heads[::order]], *([row[0], *row[1:][::order]] for row in rows)]
    read = gp.read_table(book(tmp_path / "t.xlsx", [[line] for line in above] + table), year=2020)
    units = read.attrs["units"]
    told = {name: units.get(name, "") for name in read["indicator"].unique()}
    for name, unit in told.items():
        values = sorted(read.loc[read["indicator"] == name, "value"])
        if values == sorted(shares):
            assert share in (unit, name.rpartition(": ")[2]) or "%" in name or share.casefold() == heads[1].casefold()
            assert amount not in f"{name} {unit}"
        else:
            assert unit == amount and share not in name
    assert len(told) == 2

    years = [["Region", 2019, 2020], *([row[0], row[1], row[1] + 5] for row in rows)]
    path = book(tmp_path / "y.xlsx", [[line] for line in above] + years)
    read = gp.read_table(path)
    assert {*read["indicator"]} == {about} and not read.attrs["units"].get(about)
    assert any("said above the table, and in no name" in str(line) for line in quick_look(path).remarks)


def test_one_unit_of_several_words_is_not_two() -> None:
    for text in ("in thousands, EUR", "TZS million, current prices", "% of GDP", "mln. EUR of 2015", "years and months",
                 "per 1000 inhabitants", "тыс. и млн.", "men and women", "persons, both sexes"):  # fmt: skip
        assert units_of_two(text) is None, text
    assert units_of_two("hectáreas y toneladas") == ("", "")
    assert without_two_units("Superficie y producción de trigo (ha y t)") == "Superficie y producción de trigo"
    title = "Population, men and women (thousand)"
    assert without_two_units(title) == title
