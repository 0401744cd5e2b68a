"""Numbers of things, percentages and rates bear no unit of money or weight that stands above their table."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import openpyxl
import pytest

import growthpoles as gp
from growthpoles.study.files.counted_things import bears_no_amount, counts_things, is_amount
from growthpoles.study.propose_study import quick_look
from samples import samples

NAMES = ["Alba", "Boro", "Cima", "Doru", "Esta", "Fola", "Gari", "Hima", "Ilva", "Jora"]
#: A title, headings that count, those of amounts, one of a percentage or rate, units of amounts, and of things.
OFFICES = [
    ("Investment by region", ["No. of Ent.", "Number of enterprises", "Nos. of firms", "Headcount: Number of staff"],
     ["Approved amount", "Value"], ["Growth rate", "Share of total", "Per cent"],
     ["US$ in million", "Thousand tonnes", "Kyats in Million", "m EUR", "sq. km"], ["thousand persons"]),
    ("Entreprises par région", ["Nombre d'entreprises", "Effectif employé", "Nbre de projets", "Effectifs"],
     ["Chiffre d'affaires", "Montant"], ["Taux de croissance", "Pourcentage"],
     ["en millions de FCFA", "en milliers de tonnes"], ["en milliers de personnes"]),
    ("Empresas por región", ["Número de empresas", "N.º de empresas", "Nro. de proyectos"],
     ["Ventas", "Monto"], ["Tasa de crecimiento", "Porcentaje"],
     ["Millones de lempiras", "en miles de dólares", "Miles de hectáreas"], ["Miles de personas"]),
    ("Unternehmen nach Ländern", ["Anzahl Betriebe", "Zahl der Betriebe", "Anzahl"], ["Umsatz", "Wert"],
     ["Exportquote", "Prozent"], ["Mio. EUR", "in 1000 Euro", "Tausend Tonnen"], ["Tausend Personen"]),
    ("Предприятия по областям", ["Количество предприятий", "Число работников", "Численность занятых"],
     ["Оборот", "Выручка"], ["Темп роста", "В процентах"],
     ["млн. руб.", "тыс. долларов США", "млн. тенге"], ["тыс. человек"]),
    ("Өңірлер бойынша", ["Кәсіпорындар саны", "Қызметкерлер саны"], ["Айналым", "Құны"], ["Пайызбен"],
     ["млн. теңге", "мың тонна"], ["мың адам"]),
    ("地域別事業所", ["事業所数", "従業者数", "件数"], ["売上", "金額"], ["構成比"], ["百万円"], ["千人"]),
]  # fmt: skip


def book(path: Path, rows: list[list[object]]) -> Path:
    """Write a workbook of one sheet."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


@pytest.mark.parametrize("seed", samples(range(112), 14))
def test_a_unit_of_amounts_goes_to_amounts_alone(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    title, counts, amounts, rates, units, of_things = OFFICES[seed % len(OFFICES)]
    count, amount, rate, unit = map(rng.choice, (counts, amounts, rates, units))
    heads = rng.sample([count, amount, rate], 3)
    names = rng.sample(NAMES, 8)
    rows = [[name, *(rng.randint(5, 9000) for _ in heads)] for name in names]
    line = rng.choice([f"({unit})", unit])
    file = book(tmp_path / "t.xlsx", [[title], [line], ["Region", *heads], *rows])
    read = gp.read_table(file, year=2020)
    said = {name.rpartition(": ")[2]: read.attrs["units"].get(name, "") for name in read["indicator"].unique()}
    bare = unit.removeprefix("en ").removeprefix("in ")
    assert [said.get(each, "") for each in (count, rate)] == ["", ""] and bare in said[amount], said

    alone = [["Region", *counts[:2]], *([name, rng.randint(5, 90), rng.randint(5, 90)] for name in names)]
    for each, told in ((unit, False), (rng.choice(of_things), True)):
        file = book(tmp_path / "c.xlsx", [[title], [f"({each})"], *alone])
        found = gp.read_table(file, year=2020).attrs["units"].values()
        assert any(each.removeprefix("en ") in one for one in found) == told, (found, each)
        if not told:
            assert any("said above the table" in str(line) and each in str(line) for line in quick_look(file).remarks)


def test_a_unit_within_a_title_is_no_part_of_the_name_of_a_count(tmp_path: Path) -> None:
    rows = [[name, 7 + 5 * i % 11, 900 + 31 * i] for i, name in enumerate(NAMES[:7])]
    for title, head in product(["Loans by region (US$ million)", "Loans by region, m EUR"], ["Number", "No. of loans"]):
        read = gp.read_table(book(tmp_path / "t.xlsx", [[title], ["Region", head, "Amount"], *rows]), year=2020)
        named = [each for each in read["indicator"].unique() if each.endswith(head)]
        assert len(named) == 1 and "million" not in named[0] and "EUR" not in named[0]
        assert read.attrs["units"].get(named[0], "") == "" and read.attrs["units"]["Amount"] in title


def test_what_may_be_in_money_stays_in_it() -> None:
    sectors = ["Enterprises", "Households", "Government"]
    assert not any(bears_no_amount(each, "m EUR", sectors) for each in sectors)
    assert bears_no_amount("Enterprises", "US$ million", ["Enterprises", "Approved Amount"])
    for head in ("Amount", "Turnover", "Change in stocks", "Standard error", "Exports", "Numbered loans",
                 "Нефть", "Cuota", "Non-residents", "Nordic trade", "Northern sales"):  # fmt: skip
        assert not bears_no_amount(head, "m EUR", [head, "Sales"]), head
    assert not bears_no_amount("Cantidad", "toneladas", ["Valor"]) and bears_no_amount("Cantidad", "US$", ["Valor"])
    assert not bears_no_amount("Wage rate, men", "EUR", ["Wage rate, men", "Wage rate, women"])
    assert not any(
        map(is_amount, ["thousand persons", "тыс. человек", "in thousands", "千人", "households", "per 1000"])
    )
    assert not any(
        map(counts_things, ["Economic output", "Anteil", "指数", "Norte", "Nombramientos", "Numerical value"])
    )


@pytest.mark.parametrize("seed", samples(range(40), 8))
def test_a_unit_in_brackets_behind_a_title_goes_to_all_but_rates_and_counts(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    unit = rng.choice(["tonnes", "'000 tonnes", "x 1000", "K'000", "thousand heads", "m EUR"])
    heads = rng.sample(["Coffee", "Cocoa", "Copra", "Palm oil"], 3)
    other = rng.choice(["Growth rate", "Per cent", "Share of total"])
    for own, expected in ((heads, dict.fromkeys(heads, unit)), ([*heads, "Area (ha)"], None), ([*heads, other], 0)):
        rows = [[name, *(rng.randint(5, 900) for _ in own)] for name in NAMES]
        file = book(tmp_path / "t.xlsx", [[f"Production by region, 2019 ({unit})"], ["Region", *own], *rows])
        units = gp.read_table(file).attrs["units"]
        assert units == expected if expected else unit not in {units.get(own[-1]), units.get("Area (ha)")}, units
