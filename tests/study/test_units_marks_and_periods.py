"""Titles of two units, marks of notes on names, numbers of titles, numbers in other letters, periods of years."""

from __future__ import annotations

import random
import shlex
from pathlib import Path

import pytest
from test_subjects_and_headers import STEMS, book, layer

import growthpoles as gp
from growthpoles.study.file_variable import FileOptions, read_files
from growthpoles.study.files.printed_labels import parse_period, periods_in
from growthpoles.study.files.printed_subjects import split_table_number, units_of_two, without_two_units
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


#: A mark as it stands behind a name, and the notes of it: its own first.
MARKS = [
    (" (a)", ["(a) Areas of 2011.", "a/ Areas of 2011.", "a) Areas of 2011"]), ("(a)", ["(a) Data of registers."]),
    (" (1)", ["(1) Without towns.", "1/ Without towns.", "1. Without towns"]), ("(2)", ["(2) Without towns."]),
    ("1/", ["1/ Incluye zonas.", "1/Incluye zonas.", "(1) Incluye zonas."]), (" 2/", ["2/ Incluye zonas."]),
    (" a/", ["a/ Incluye zonas.", "a/Incluye zonas."]), ("b/", ["b/ Incluye zonas."]), (" [a]", ["[a] По переписи."]),
    (" [1]", ["[1] По переписи."]), ("*", ["* По переписи."]), ("¹", ["¹ По переписи."]),
    (" (а)", ["(а) По переписи."]),
]  # fmt: skip
NAMES = ["Population", "Área sembrada", "Оборот торговли", "Live births", "Salario medio"]


@pytest.mark.parametrize("seed", samples(range(78), 13))
def test_marks_of_notes_go_off_names_and_titles_and_numbers_stay(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    mark, notes = MARKS[seed % len(MARKS)]
    marked, other = rng.sample(NAMES, 2)
    names = rng.sample(STEMS, 9)
    note = [[rng.choice(notes)]]
    values = {
        (name, each, year): rng.randint(100, 9000)
        for name in names
        for each in (marked, other)
        for year in (2019, 2020)
    }
    long = [["Region", "Indicator", "Year", "Value"]]
    long += [[n, each + mark * (each == marked), year, value] for (n, each, year), value in values.items()]
    wide = [
        ["Region", marked + mark, other],
        *([n, *(values[n, each, 2020] for each in (marked, other))] for n in names),
    ]
    years = [
        [marked + mark],
        ["Region", 2019, 2020],
        *([n, values[n, marked, 2019], values[n, marked, 2020]] for n in names),
    ]
    for rows, given in ((long, None), (wide, 2020), (years, None)):
        read = gp.read_table(book(tmp_path / "t.xlsx", [*rows, [], *note]), year=given)
        assert {*read["indicator"]} <= {marked, other} and marked in {*read["indicator"]}
        found = {
            (n, i, y): v
            for n, i, y, v in zip(read["region"], read["indicator"], read["year"], read["value"], strict=True)
        }
        assert found == {at: values[at] for at in found} and len(found) == len(read)


def test_a_mark_without_a_note_and_one_that_tells_numbers_apart_stay(tmp_path: Path) -> None:
    def named(kinds: list[str], *notes: str, year: int | None = None) -> list[str]:
        held = [(n, each, y) for n in STEMS[:8] for each in kinds for y in (2019, 2020)]
        rows = [["Region", "Indicator", "Year", "Value"], *([*each, 7 + at] for at, each in enumerate(held))]
        read = gp.read_table(book(tmp_path / "t.xlsx", [*rows, [], *([note] for note in notes)]), year=year)
        return sorted({*read["indicator"]})

    assert named(["Jobs (a)", "Births"]) == ["Births", "Jobs (a)"]
    assert named(["Jobs (a)", "Jobs (b)"], "(a) Of men.", "(b) Of women.") == ["Jobs (a)", "Jobs (b)"]
    assert named(["Beans (q)", "Maize (q)"], "(q) quintals") == ["Beans (q)", "Maize (q)"]
    assert named(["Speed (km)", "Births"], "At 30 km/h or more.") == ["Births", "Speed (km)"]
    assert named(["Area, km²", "Births"], "2 Of land.") == ["Area, km²", "Births"]


SUBJECTS = ["Average wage by region", "Средняя заработная плата", "Población por departamento", "GDP by region"]
SUBJECTS += ["عدد السكان حسب المحافظة", "平均工資", "Ausfuhren nach Regionen", "Ввод жилых домов"]
COUNTED = [
    "million people",
    "Million people",
    "Mio. EUR",
    "US$ million",
    "%",
    "Percent of all",
    "тыс. человек",
    "GHz coverage",
]
COUNTED += ["MW", "Tonnes per ha", "Jahre", "Litre bottles", "万人", "births per woman", "km"]


@pytest.mark.parametrize("seed", samples(range(200), 40))
def test_the_number_of_a_title_goes_and_a_quantity_stays(seed: int) -> None:
    rng = random.Random(seed)
    parts = [str(rng.randint(1, 19)), str(rng.randint(1, 99)), *([str(rng.randint(1, 9))] * rng.randint(0, 1))]
    number = rng.choice(["", "A", "B."]) + ".".join(parts)
    sign = rng.choice(["", "", ".", ":", " -"])
    subject = rng.choice(SUBJECTS)
    if (number[0].isalpha() and (len(parts) > 2 or sign)) or (len(parts) > 2 and sign in (":", " -")):
        number, sign = ".".join(parts[:2]), ""
    assert split_table_number(f"{number}{sign} {subject}", title=True) == (number, subject)
    quantity = f"{rng.randint(1, 19)}.{rng.randint(1, 9)} {rng.choice(COUNTED)}"
    assert split_table_number(quantity, title=True) == ("", quantity)
    table, mark = rng.choice(["表1", "表 2-1", "第1表", "圖3"]), rng.choice(["、", "．", "：", " ", "\u3000", "，"])
    assert split_table_number(f"{table}{mark}各縣市人口") == (table, "各縣市人口")


@pytest.mark.parametrize("seed", samples(range(60), 12))
def test_a_sign_before_parentheses_is_that_of_the_number_in_them(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    sign, form = (
        rng.choice("$€£₽%"),
        rng.choice(["{s} ({n})", "{s}({n})", "({s}{n})", "({n}) {s}", "({n}{s})", "({n})"]),
    )
    behind = form.index("{n}") < form.find("{s}")
    if sign == "%" or (sign in "€₽") > behind:
        form = rng.choice(["({n}) {s}", "({n}{s})"])
    values = [rng.choice((1, -1)) * rng.randint(10, 30_000) / 10 for _ in STEMS]
    values[rng.randrange(len(values))] = -16.9
    plain = (
        rng.choice(["{n}", "{s} {n}" if form.index("{n}") > form.find("{s}") else "{n} {s}"])
        if sign != "%"
        else "{n}{s}"
    )
    texts = [(form if value < 0 else plain).format(s=sign, n=f"{abs(value):,}") for value in values]
    path = book(tmp_path / "t.xlsx", [["Region", "Balance"], *map(list, zip(STEMS, texts, strict=True))])
    assert list(gp.read_table(path, year=2020)["value"]) == values
    assert any("parentheses were taken to be negative" in str(line) for line in quick_look(path).remarks)


def native(text: object, zero: str) -> str:
    """Write digits of another script."""
    return str(text).translate({ord("0") + i: chr(ord(zero) + i) for i in range(10)})


@pytest.mark.parametrize("seed", samples(range(60), 12))
def test_a_slash_between_digits_of_persian_and_arabic_is_a_decimal_sign(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    zero, digits = rng.choice("۰٠"), rng.randint(1, 2)
    values = [round(rng.uniform(0, 40), digits) for _ in STEMS]
    values[0] = 8.2
    values[1] = 0.4
    texts: list[object] = [native(f"{value:.{digits}f}".replace(".", "/"), zero) for value in values]
    for at in rng.sample(range(2, len(STEMS)), rng.randint(0, 4)):
        texts[at], values[at] = rng.choice([(native(7, zero), 7), (7.5, 7.5), ("-", None)])
    rows = [[name, text, 100 + i] for i, (name, text) in enumerate(zip(STEMS, texts, strict=True))]
    path = book(tmp_path / "t.xlsx", [["Region", "نرخ", "Jobs"], *rows])
    read = gp.read_table(path, year=2020)
    found = read[read["indicator"] == "نرخ"]
    assert list(found["value"].dropna()) == [value for value in values if value is not None]
    assert any("and the like is a decimal sign" in str(line) for line in quick_look(path).remarks)


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("تاریخ", [f"{8 + i % 3}/{i % 9}" for i in range(12)]),
        ("دوره", [f"14{i:02d}/14{i + 1:02d}" for i in range(12)]),
        ("روز", [f"{i + 1}/{10 + i % 3}" for i in range(12)]),
        ("سهم", [f"{1 + i % 2}/{3 + i % 4}" for i in range(12)]),
    ],
)
def test_dates_years_and_fractions_with_a_slash_are_no_decimals(head: str, cells: list[str], tmp_path: Path) -> None:
    rows = [[name, native(cell, "۰"), 100 + i] for i, (name, cell) in enumerate(zip(STEMS, cells, strict=True))]
    path = book(tmp_path / "t.xlsx", [["Region", head, "Jobs"], *rows])
    assert not any("decimal sign" in str(line) for line in quick_look(path).remarks)


@pytest.mark.parametrize("place", ["below", "right", "corner", "above years", "below years"])
@pytest.mark.parametrize("unit", ["Рублей", "рублей", "Тыс. рублей", "Человек", "Pesos"])
def test_a_line_of_a_unit_is_that_of_the_numbers_wherever_it_stands(place: str, unit: str, tmp_path: Path) -> None:
    title, head = ["Средняя зарплата"], ["Region", 2019, 2020]
    numbers = [[name, 100 + 7 * i, 120 + 5 * i] for i, name in enumerate(STEMS)]
    rows: dict[str, list[list[object]]] = {
        "below": [title, [unit], head], "right": [title, ["", "", unit], head], "corner": [title, [unit, *head[1:]]],
        "above years": [title, ["Region", unit, ""], ["", *head[1:]]], "below years": [title, head, ["", unit, unit]],
    }  # fmt: skip
    read = gp.read_table(book(tmp_path / "t.xlsx", rows[place] + numbers, ("B2:C2",) if place == "above years" else ()))
    assert {*read["indicator"]} == {*title} and read.attrs["units"] == {title[0]: unit}


@pytest.mark.parametrize("seed", samples(range(20), 5))
def test_a_row_of_the_mean_of_all_is_no_region(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    word = rng.choice(
        ["總平均", "总平均", "總 平 均", "全體平均", "平均數", "전체평균", "총평균", "全國總平均", "Gesamtmittel"]
    )
    values = [rng.randint(1000, 9000) for _ in STEMS]
    rows = [[word, round(sum(values) / len(values))], *map(list, zip(STEMS, values, strict=True))]
    read = gp.read_table(book(tmp_path / "t.xlsx", [["Region", "Wage"], *rows]), year=2020)
    assert list(read["region"]) == STEMS


@pytest.mark.parametrize("seed", samples(range(24), 6))
def test_the_note_of_a_change_left_out_says_how_it_is_asked_for(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    head = rng.choice([["Change 2018/2019"], ["Change 2018-2020"], ["Variación %"], ["2020/2019, %"], ["Прирост"]])
    head = rng.choice([head, ["Change", rng.choice(["%", "per cent"])]])
    values = [rng.randint(-90, 90) / 10 for _ in STEMS]
    heads = [["Region", 2018, 2019, 2020, head[0]], *([["", *["thousand"] * 3, head[1]]] if head[1:] else [])]
    rows = [[name, *(rng.randint(100, 900) for _ in range(3)), each] for name, each in zip(STEMS, values, strict=True)]
    path = book(tmp_path / "t.xlsx", [["Population"], *heads, *rows])
    regions = layer(tmp_path, STEMS)
    data = read_files(regions, FileOptions(table=path), variable="Population")
    told = next(note for note in data.notes if "map takes it by --variable" in note)
    asked = shlex.split(told.rpartition("--variable ")[2])[0]
    taken = read_files(regions, FileOptions(table=path), variable=asked)
    assert list(taken.values(asked)) == values and not any("left out" in note for note in taken.notes)


@pytest.mark.parametrize("seed", samples(range(60), 12))
def test_periods_of_years_are_a_series_and_bear_their_labels(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    length, first, n = rng.choice([3, 4, 5, 9]), rng.randint(1970, 1999), rng.randint(2, 3)
    apart = length + rng.randint(0, 1)  # 2005-2010 and 2010-2015, or 2010-2014 and 2015-2019
    sign, word = rng.choice(["-", "–", "/", " - "]), rng.choice(["", "", " гг."])
    spans = [(first + i * apart, first + i * apart + length) for i in range(n)]
    short = all(a // 100 == b // 100 and b % 100 > 12 for a, b in spans) and rng.random() < 0.5
    labels = [f"{a}{sign}{b % 100 if short else b}{word}" for a, b in spans]
    values = {(name, label): rng.randint(100, 900) for name in STEMS for label in labels}
    if rng.random() < 0.5:
        title = rng.choice(["Migration balance", f"Migration balance, {spans[0][0]}-{spans[-1][1]}"])
        rows = [[title], ["Region", *labels], *([name, *(values[name, each] for each in labels)] for name in STEMS)]
    else:
        head = rng.choice(["Period", "Период", "Years"])
        rows = [["Region", head, "Migration balance"], *([*at, value] for at, value in values.items())]
    path = book(tmp_path / "t.xlsx", rows)
    read = gp.read_table(path)
    of_year = dict(zip([a for a, _ in spans], labels, strict=True))
    assert {*read["indicator"]} == {"Migration balance"}
    found = {(r, of_year[y]): v for r, y, v in zip(read["region"], read["year"], read["value"], strict=True)}
    assert found == values
    assert read.attrs["printed"]["Migration balance"] == of_year
    regions = layer(tmp_path, STEMS)
    asked = rng.choice(labels)
    for variable in (asked, f"Migration balance {asked}", None):
        data = read_files(regions, FileOptions(table=path), variable=variable)
        label = asked if variable else labels[-1]
        assert list(data.values(variable)) == [values[name, label] for name in STEMS]
        assert data.table.attrs["printed"]["Migration balance"] == label


def test_what_is_no_series_of_periods_stays_as_it_is(tmp_path: Path) -> None:
    assert (
        parse_period("2014-15")
        is parse_period("2014/15")
        is parse_period("2010-12")
        is parse_period("1998-1999")
        is None
    )
    assert parse_period("2010–14") == parse_period("2010/2014 гг.") == (2010, 2014)
    assert not periods_in(["2000-2015", "2000-2010", "2010-2020"]) and not periods_in(["2010-2014"])
    assert not periods_in(["2010-2014", "2015-2019", "2020"])
    rows = [[name, 5 + i, 9 + i, 30 - i] for i, name in enumerate(STEMS)]
    path = book(tmp_path / "t.xlsx", [["Rates"], ["Region", 2018, 2019, "2010-2014"], *rows])
    assert {*gp.read_table(path)["year"]} == {2018, 2019}
    assert any("--variable" in str(line) and "2010-2014" in str(line) for line in quick_look(path).remarks)
