"""Tidy files: columns that say one thing in every row name the numbers; dates of digits alone; seasons; titles."""

from __future__ import annotations

import calendar
import random
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import box

import growthpoles as gp
from growthpoles.study.file_variable import FileOptions, read_files
from samples import samples

STEMS = ["Bartana", "Corvona", "Dalmera", "Feltova", "Gorlina", "Hesmara", "Jontela", "Kelvora", "Lamtina", "Morzela"]


def layer(folder: Path, names: list[str]) -> Path:
    """Write squares with codes and names."""
    shapes = [box(i % 4, 45 + i // 4, i % 4 + 1, 46 + i // 4) for i in range(len(names))]
    codes = [f"R{i:02d}" for i in range(1, len(names) + 1)]
    gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs=4326).to_file(folder / "regions.gpkg")
    return folder / "regions.gpkg"


def written(path: Path, rows: list[list[object]]) -> Path:
    """Write a table as its ending says."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        path.write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")
    return path


#: Heads of offices: what says the subject, the years, the regions, the numbers, the units.
HEADS = [
    ("Indicatori", "Ani", "Raioane", "Valoare", "Unitatea de măsură"),
    ("Indicator", "Year", "Region", "Value", "Unit"),
    ("Indikator", "Jahr", "Kreis", "Wert", "Einheit"),
    ("indicator", "TIME_PERIOD", "geo", "OBS_VALUE", "unit"),
    ("Показатель", "Год", "Регион", "Значение", "Единица измерения"),
    ("Наименование показателя", "Год", "Область", "значение", "Ед. изм."),
    ("Topic", "Year", "District", "value", "Unit of measure"),
    ("Product", "Year", "Province", "VALUE", "Units"),
    ("Wskaźnik", "Rok", "Województwo", "Wartość", "Jednotka"),
    ("Показник", "Рік", "Область", "Значення", "Одиниця"),
    ("Gösterge", "Yıl", "İlçe", "Değer", "Birim"),
    ("Tema", "Año", "Departamento", "Valor", "Unidad"),
    ("Treguesi indicator", "Year", "Region", "Vlera", "Unit"),
]
SUBJECTS = ["Populatia cu resedinta obisnuita", "Births", "Уровень безработицы", "Unemployment rate", "Paddy harvested"]
UNITS = ["persons", "tonnes", "Percentage", "тыс. чел."]
#: Columns that say in every row nothing of what the numbers are.
SILENT = {
    "Source": "National Office",
    "Country": "Moldova",
    "Edition": "Second revision",
    "Frequency": "Annual",
    "freq": "A",
    "Источник": "Бюро",
    "Publisher": "Ministry of Plan",
    "Note": "final",
    "Last update": "2024-05-01",
}


@pytest.mark.parametrize("seed", samples(range(60), 10))
def test_a_column_that_says_one_thing_names_the_numbers(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    what, when, where, value, units = rng.choice(HEADS)
    subject, unit = rng.choice(SUBJECTS), rng.choice(UNITS)
    names, years = STEMS[: rng.randint(5, 10)], list(range(2020, 2020 + rng.randint(1, 3)))
    silent = rng.sample(sorted(SILENT), rng.randint(0, 3))
    about, measured = rng.random() < 0.8, rng.random() < 0.7
    wide = rng.random() < 0.3
    heads = [*([what] if about else []), *([units] if measured else []), *silent]
    rng.shuffle(heads)
    said = {what: subject, units: unit, **SILENT}
    truth = {(year, name): rng.randint(2200, 9000) + 0.5 for year in years for name in names}
    beside: list[object] = [said[head] for head in heads]
    if wide:
        rows = [[*heads, where, *years], *([*beside, n, *(truth[y, n] for y in years)] for n in names)]
    else:
        rows = [[*heads, where, when, value], *([*beside, n, y, truth[y, n]] for y in years for n in names)]
    path = written(tmp_path / f"t.{rng.choice(['csv', 'xlsx'])}", rows)
    boundaries = layer(tmp_path, names)
    read = gp.read_table(path, boundaries=boundaries, key="code")
    got = {(r.year, names[int(r.region[1:]) - 1]): r.value for r in read.itertuples()}
    assert got == truth
    assert set(read["indicator"]) == {subject if about else "value" if wide else value}
    assert set(read.attrs["units"].values()) == ({unit} if measured else set())
    told = "\n".join(map(str, read.attrs["remarks"]))
    same = [line for line in told.split("\n") if "every row says the same" in line]
    assert [subject in line for line in same] == [about] * (about or measured)
    assert [unit in line for line in same] == [measured] * (about or measured)
    assert all(f"always '{SILENT[head]}'" in told for head in silent if head != "Note" or "always" in told)
    if about and not wide:
        asked = read_files(boundaries, FileOptions(table=path, key="code"), variable=value).values(value)
        assert asked.name == subject


DATE_HEADS = [
    "date",
    "Month",
    "Дата",
    "Datum",
    "REF_DATE",
    "fecha",
    "Tarehe",
    "месяц",
    "Period",
    "日期",
    "reference month",
]


@pytest.mark.parametrize("seed", samples(range(60), 10))
def test_digits_of_a_date_are_read_as_one_with_signs(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    names, month = STEMS[: rng.randint(4, 10)], rng.random() < 0.5
    step = rng.choice(["months", "years", *(["days"] if not month else [])])
    first, times = rng.randint(2001, 2020), rng.randint(3, 6)
    parts = {
        "months": [(first, at + 1, rng.choice([1, 28])) for at in range(times)],
        "years": [(first + at, 3, 31) for at in range(times)],
        "days": [(first, 2, at + 3) for at in range(times)],
    }[step]
    head = rng.choice(DATE_HEADS)
    truth = [(name, part, rng.randint(2200, 9000) + 0.5) for part in parts for name in names]

    def table(sign: str) -> list[list[object]]:
        texts = [[f"{year}{sign}{at:02d}", *([] if month else [f"{day:02d}"])] for _, (year, at, day), _ in truth]
        joined = [sign.join(text) for text in texts]
        dates = [int(text) if not sign and kind == "xlsx" and seed % 2 else text for text in joined]
        if across:
            held = {name: [value for own, _, value in truth if own == name] for name in names}
            return [["Region", *dates[:: len(names)]], *([name, *values] for name, values in held.items())]
        rows = [[name, date, value] for (name, _, value), date in zip(truth, dates, strict=True)]
        return [["Region", head, "Cases"], *rows]

    boundaries, kind, across = layer(tmp_path, names), rng.choice(["csv", "xlsx"]), rng.random() < 0.3
    plain = gp.read_table(written(tmp_path / f"p.{kind}", table("-")), boundaries=boundaries, key="code", year=2000)
    digits = gp.read_table(written(tmp_path / f"p.{kind}", table("")), boundaries=boundaries, key="code", year=2000)
    assert digits.to_dict("list") == plain.to_dict("list")
    assert any("are dates" in str(note) for note in digits.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(40), 8))
def test_codes_and_amounts_that_look_like_dates_stay_as_they_are(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    names = STEMS[: rng.randint(5, 10)]
    months = [year * 100 + at for year in range(1990, 2024) for at in range(1, 13)]
    days = [at * 100 + rng.randint(1, calendar.monthrange(at // 100, at % 100)[1]) for at in months]
    numbers = rng.sample(rng.choice([months, days]), len(names))
    head = rng.choice(["Income", "Turnover, EUR", "Население", "Obyvatelstvo", "Export"])
    other = rng.choice(["Jobs", "Date of nothing"])
    if other != "Jobs":  # a cell that is no date
        head, numbers[rng.randrange(len(numbers))] = "Date", 20231345 if numbers[0] > 10**6 else 202313
    rows: list[list[object]] = [["Region", head], *map(list, zip(names, numbers, strict=True))]
    path = written(tmp_path / f"t.{rng.choice(['csv', 'xlsx'])}", rows)
    read = gp.read_table(path, boundaries=layer(tmp_path, names), key="code", year=2000)
    assert read["value"].tolist() == numbers and not any("are dates" in str(note) for note in read.attrs["remarks"])


SEASONS = [("Maha", "Yala"), ("Kharif", "Rabi"), ("Winter", "Spring"), ("Q1", "Q3"), ("I semestre", "II semestre")]


@pytest.mark.parametrize("seed", samples(range(60), 10))
def test_the_latest_year_of_a_season_is_taken_and_told(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    names, seasons = STEMS[: rng.randint(5, 10)], rng.choice(SEASONS)
    years = list(range(2018, 2018 + rng.randint(2, 4)))
    crossing = rng.random() < 0.6 and seasons[0] not in ("Q1", "I semestre")
    label = {(year, at): f"{year - 1}/{year}" if crossing and not at else f"{year}" for year in years for at in (0, 1)}
    truth = {(year, at, name): rng.randint(20, 90) + 0.5 for year in years for at in (0, 1) for name in names}
    form = rng.choice(["down", "behind", "before", "two rows"])
    order = [(year, at) for year in years for at in (0, 1)]
    if form == "down":
        heads: list[list[object]] = [["District", "Year", "Season", "Yield"]]
        rows = [[name, label[each], seasons[each[1]], truth[*each, name]] for each in order for name in names]
    else:
        write = {"behind": "{y} {s}", "before": "{s} {y}", "two rows": "{y}"}[form]
        heads = [["District", *(write.format(y=label[each], s=seasons[each[1]]) for each in order)]]
        heads += [["", *(seasons[at] for _, at in order)]] if form == "two rows" else []
        rows = [[name, *(truth[*each, name] for each in order)] for name in names]
    path = written(tmp_path / f"t.{rng.choice(['csv', 'xlsx'])}", [*heads, *rows])
    boundaries, asked = layer(tmp_path, names), rng.choice([0, 1])
    data = read_files(boundaries, FileOptions(table=path, key="name"), variable=seasons[asked])
    assert data.values(seasons[asked]).to_dict() == {name: truth[years[-1], asked, name] for name in names}
    assert any(label[years[-1], asked] in note for note in data.notes)
    year = rng.choice(years)
    given = FileOptions(table=path, key="name", year=year)
    data = read_files(boundaries, given, variable=seasons[1])
    assert data.values(seasons[1]).to_dict() == {name: truth[year, 1, name] for name in names}


#: Titles in languages of which no word is known, and what they are called then.
TITLES = {
    "Jedwali 1: Idadi ya watu kwa mkoa, {y}": "Idadi ya watu kwa mkoa",
    "Umubare w'abaturage {y}": "Umubare w'abaturage",
    "የሕዝብ ብዛት በክልል {y}": "የሕዝብ ብዛት በክልል",
    "Tirada dadka ee gobolka": "Tirada dadka ee gobolka",
    "Ithebula 2. Inani labantu": "Inani labantu",
    "Nüfus bıçara {y}": "Nüfus bıçara",
}
HEADERS = [
    [["Mkoa", "Wanaume", "Wanawake"]],
    [["", "Wanaume", "Wanawake"]],
    [["Mkoa", "Jinsia", ""], ["", "Wanaume", "Wanawake"]],
    [["Mkoa", "Wanaume", "Wanawake", "Maelezo"]],
    [["Gobol", "Thamani"]],
]


@pytest.mark.parametrize("seed", samples(range(80), 10))
def test_a_lone_cell_above_a_header_is_a_title_in_any_language(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    title, heads = rng.choice(sorted(TITLES)), rng.choice(HEADERS)
    names, width = STEMS[: rng.randint(3, 10)], len(heads[0])
    columns = [head for head in heads[-1][1:3] if head]
    truth = {name: [rng.randint(20, 900) + 0.5 for _ in columns] for name in names}
    rows = [[name, *truth[name], *(["x"] if width == 4 else [])] for name in names]
    line: list[object] = [title.format(y=2021)]
    kind = rng.choice(["csv", "xlsx"])
    above = [line + [""] * rng.choice([0, width - 1]), *([[""]] if rng.random() < 0.3 else [])]
    path = written(tmp_path / f"t.{kind}", [*above, *heads, *rows])
    boundaries = layer(tmp_path, names) if rng.random() < 0.5 else None
    read = gp.read_table(path, boundaries=boundaries, year=None if "{y}" in title else 2021)
    assert read["value"].tolist() == [value for own in truth.values() for value in own]
    assert set(read["year"]) == {2021}
    called = list(dict.fromkeys(read["indicator"]))
    if columns == ["Thamani"]:
        assert called == [TITLES[title]]
    else:
        assert all(column in name for column, name in zip(columns, called, strict=True))
