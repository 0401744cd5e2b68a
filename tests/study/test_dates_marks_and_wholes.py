"""Full dates that are parts of a year, marks at years, and rows that say "the whole country" in their own words."""

from __future__ import annotations

import csv
import datetime
import random
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import box

import growthpoles as gp
from growthpoles.regions.name_matching import says_whole
from growthpoles.study.audit.file_audit import read_audit_file
from samples import samples

AREAS = ("Nor", "Sud", "Wes", "Mid", "Hil")
Day = datetime.date
WRITTEN: dict[str, Callable[[Day], str]] = {
    "iso": Day.isoformat,
    "with time": lambda day: f"{day} 00:00:00",
    "dots": lambda day: f"{day:%d.%m.%Y}",
    "slashes": lambda day: f"{day.day}/{day:%m/%Y}",
    "American": lambda day: f"{day.month}/{day.day}/{day.year}",
    "words": lambda day: f"{day.day} {day:%B %Y}",
    "short": lambda day: f"{day:%d-%b-%Y}",
    "year first": lambda day: f"{day:%Y/%m/%d}",
}


def dates(rng: random.Random, *, yearly: bool) -> list[Day]:
    """Return dates that rise: one a year; or months, quarters or days, at their begin or end."""
    first = rng.randint(2005, 2020)
    if yearly:
        month, day = rng.choice([(1, 1), (12, 31), (6, 30)])
        return [Day(first + i, month, day) for i in range(rng.randint(2, 5))]
    step = rng.choice(["MS", "ME", "QS", "QE", "D"])
    return [each.date() for each in pd.date_range(f"{first}-03-01", periods=rng.randint(4, 12), freq=step)]


def written(folder: Path, heads: list[object], values: dict[str, list[int]], kind: str, down: bool) -> Path:
    rows: list[list[object]] = [["Region", *heads], *([name, *own] for name, own in values.items())]
    if down:
        long = [[name, head, own[i]] for i, head in enumerate(heads) for name, own in values.items()]
        rows = [["Region", "Date", "Jobs"], *long]
    if kind == "csv":
        (folder / "t.csv").write_text("\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8")
    elif kind == "ods":
        pd.DataFrame(rows).to_excel(folder / "t.ods", header=False, index=False)
    else:
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in rows:
            book.active.append(row)
        book.save(folder / "t.xlsx")
    return folder / f"t.{kind}"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize("seed", samples(range(40), 6))
def test_dates_are_parts_of_a_year_unless_each_year_has_one(tmp_path: Path, seed: int, kind: str) -> None:
    rng = random.Random(seed)
    yearly, down = rng.random() < 0.4, rng.random() < 0.5
    days = dates(rng, yearly=yearly)
    form = rng.choice(list(WRITTEN))
    native = kind != "csv" and rng.random() < 0.5
    heads = list(days) if native else [WRITTEN[form](day) for day in days]
    values = {name: [rng.randint(10, 999) for _ in days] for name in AREAS}
    found = gp.read_table(written(tmp_path, [*heads], values, kind, down), year=2000)
    parts = [text for text in found.attrs["remarks"] if "are parts of a year" in text]
    own = found.pivot_table(index="region", columns=["year"] if yearly else ["indicator"], values="value", sort=False)
    assert own.loc[list(AREAS)].to_numpy().tolist() == [*values.values()], (form, days)
    if yearly:
        assert not parts and list(own) == [day.year for day in days] and len(found["indicator"].unique()) == 1
    else:
        assert len(parts) == 1 and set(found["year"]) <= {2000, *(day.year for day in days)}
        told = [WRITTEN["iso"](day) if native else WRITTEN[form](day) for day in days]
        assert [name.removeprefix("Jobs: ") for name in own] == told


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("down", [True, False])
def test_a_date_a_year_is_its_year_in_every_form(tmp_path: Path, form: str, down: bool) -> None:
    heads = [WRITTEN[form](Day(year, 12, 31)) for year in (2019, 2020, 2021)]
    path = written(tmp_path, [*heads], {name: [i, i + 3, i + 7] for i, name in enumerate(AREAS)}, "csv", down)
    found = gp.read_table(path)
    assert set(found["year"]) == {2019, 2020, 2021} and not found.attrs["remarks"]


@pytest.mark.parametrize("down", [True, False])
def test_day_and_month_that_could_change_places_are_told(tmp_path: Path, down: bool) -> None:
    for heads, open_order in ((["1/02/2023", "1/03/2023"], True), (["31/01/2023", "1/02/2023"], False)):
        path = written(tmp_path, [*heads], {name: [i + 3, i + 9] for i, name in enumerate(AREAS)}, "csv", down)
        assert ("nothing tells" in str(gp.read_table(path, year=2000).attrs["remarks"])) is open_order


def test_two_indicators_at_days_of_their_own_keep_their_years(tmp_path: Path) -> None:
    heads = [f"{name} {day}.{year}" for year in (2021, 2022) for name, day in (("People", "01.01"), ("Jobs", "30.06"))]
    path = written(tmp_path, [*heads], {name: [i, i + 2, i + 5, i + 9] for i, name in enumerate(AREAS)}, "csv", False)
    found = gp.read_table(path)
    assert set(found["year"]) == {2021, 2022} and not any("parts of" in text for text in found.attrs["remarks"])


MARKS = ("(p)", "p", " r", "*", " (provisional)", "ᵖ", " (e)", " prov.", "/p", ", revised", " (предв.)", " (flash)")


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("down", [True, False])
def test_a_mark_at_a_year_is_a_remark_on_all_its_numbers(tmp_path: Path, mark: str, down: bool) -> None:
    heads = ["2021", "2022", f"2023{mark}"]
    path = written(tmp_path, [*heads], {name: [i + 1, i + 7, i * 3] for i, name in enumerate(AREAS)}, "csv", down)
    found = gp.read_table(path)
    assert found["year"].drop_duplicates().tolist() == [2021, 2022, 2023] and len(found["indicator"].unique()) == 1
    assert set(found.loc[found["year"] == 2023, "flag"]) == {mark.strip(" ,/")}
    assert set(found.loc[found["year"] != 2023, "flag"]) == {""}
    assert sum("remark on every number" in text for text in found.attrs["remarks"]) == 1


def test_a_letter_behind_all_years_is_their_word(tmp_path: Path) -> None:
    path = written(tmp_path, ["2021 r.", "2022 r."], {name: [i, 3 * i] for i, name in enumerate(AREAS)}, "csv", False)
    found = gp.read_table(path)
    assert set(found["flag"]) == {""} and not found.attrs["remarks"]


WHOLES = """
Ensemble du pays|Ensemble du territoire|Moyenne nationale|Total général|Tout le pays|Promedio nacional|Media Nacional
Landesdurchschnitt|Republika – ukupno|Whole country|All regions|Đất nước|Жалпы ел бойынша|National average
В среднем по стране|В целом по республике|Koko maa|Średnia krajowa|Országos átlag|Todo o país|Μέσος όρος χώρας
Türkiye geneli|Bình quân cả nước|Purata kebangsaan|Усього по країні|Republika boʻyicha jami|Durchschnitt Deutschland
Kingdom|The Kingdom|Whole Kingdom|Kingdom average|Republic|The Republic|Country|Nation|All governorates|Reino|Республика
"""
REGIONS = """
Central|Nacional|Centre|Capital|Distrito Nacional|National Capital Region|Land Brandenburg|Mittelland|Media|Orta
Grand Est|Todos Santos|Northern Territory|Kraj Vysočina|Hòa Bình|Quảng Bình|Trung Bộ|Gia Lai|Totana|General Santos
Media Luna|Mean|Trung Quốc|Orta Asya
"""


def names(text: str) -> list[str]:
    return text.strip().replace("\n", "|").split("|")


@pytest.mark.parametrize("name", names(WHOLES))
def test_a_row_of_rates_of_the_whole_country_is_no_region(tmp_path: Path, name: str) -> None:
    rng = random.Random(name)
    rates = {area: [round(rng.uniform(3, 20), 1) for _ in range(3)] for area in AREAS}
    whole = {name: [round(sum(column) / len(AREAS), 1) for column in zip(*rates.values(), strict=True)]}
    rows = whole | rates if rng.random() < 0.5 else rates | whole
    path = written(tmp_path, ["2020", "2021", "2022"], rows, "csv", False)  # type: ignore[arg-type]
    found = gp.read_table(path)
    assert list(found["region"].unique()) == list(AREAS)
    assert sum(name in text for text in found.attrs["remarks"]) == 1


@pytest.mark.parametrize("name", names(REGIONS))
def test_the_name_of_a_region_says_no_whole(name: str) -> None:
    assert not says_whole(name)


def test_a_region_of_the_boundaries_wins_over_what_its_name_says(tmp_path: Path) -> None:
    own = [*AREAS, "Media Nacional"]
    shapes = [box(i * 1e4, 0, i * 1e4 + 1e4, 1e4) for i in range(len(own))]
    gpd.GeoDataFrame({"name": own}, geometry=shapes, crs=3857).to_file(tmp_path / "b.gpkg")
    rows = {name: [10 + 3 * i] for i, name in enumerate(own)} | {"Moyenne nationale": [14]}
    path = written(tmp_path, ["2020"], rows, "csv", False)
    found = gp.read_table(path, boundaries=tmp_path / "b.gpkg", key="name")
    assert list(found["region"]) == own
    assert [text for text in found.attrs["remarks"] if "Moyenne nationale" in text and "ignored" in text]


def test_a_row_that_is_no_mean_stays_and_is_told_alike(tmp_path: Path) -> None:
    rows = {name: [10 + i, 11 + 2 * i] for i, name in enumerate(AREAS)} | {"Ensemble du pays": [5, 4]}
    path = written(tmp_path, ["2020", "2021"], rows, "csv", False)
    found = gp.read_table(path)
    assert "Ensemble du pays" in set(found["region"])
    told = [text for text in found.attrs["remarks"] if "Ensemble" in text]
    assert len(told) == 1 and "counted as a region" in told[0]
    assert any(text in told[0] for text in map(str, read_audit_file(path).left_out))


@pytest.mark.parametrize("name", ["Nacional", "Đất nước", "Country", "Kingdom"])
def test_a_word_for_the_country_among_the_regions_is_kept_and_told(tmp_path: Path, name: str) -> None:
    rows = {area: [10 + 7 * i, 31 - 5 * i] for i, area in enumerate(AREAS)}
    rows = {**dict(list(rows.items())[:2]), name: [19, 20], **dict(list(rows.items())[2:])}
    found = gp.read_table(written(tmp_path, ["2020", "2021"], rows, "csv", False))
    assert name in set(found["region"]) and sum(name in text for text in found.attrs["remarks"]) == 1


SPANS: dict[str, Callable[[int], str]] = {
    "slash": lambda year: f"{year}/{(year + 1) % 100:02d}",
    "dash": lambda year: f"{year}-{(year + 1) % 100:02d}",
    "en dash": lambda year: f"{year}–{(year + 1) % 100:02d}",
    "whole": lambda year: f"{year}-{year + 1}",
    "fiscal": lambda year: f"FY{year}",
    "fiscal span": lambda year: f"FY {year}-{(year + 1) % 100:02d}",
}
ENDED: dict[str, Callable[[str, int], str]] = {
    "short": lambda month, year: f"Year ended {month[:3]}-{year % 100:02d}",
    "plain": lambda month, year: f"Year ended {month} {year}",
    "behind": lambda month, year: f"{year} (year ended {month})",
    "to": lambda month, year: f"Year to {month} {year}",
    "months": lambda month, year: f"12 months to {month[:3]} {year}",
    "day": lambda month, year: f"Year ending 28 {month} {year}",
    "Spanish": lambda month, year: f"Año terminado en {'mayo' if month < 'K' else 'marzo'} de {year}",
    "Russian": lambda month, year: f"12 месяцев по {'май' if month < 'K' else 'март'} {year}",
}
MONTHS = ("January", "March", "June", "September", "December")


@pytest.mark.parametrize("form", SPANS)
@pytest.mark.parametrize("seed", samples(range(12), 1))
def test_years_of_no_calendar_stay_as_they_are_printed(tmp_path: Path, form: str, seed: int) -> None:
    rng = random.Random(f"{seed} {form}")
    years = range(first := rng.randint(2003, 2018), first + rng.randint(2, 4))
    heads, mark = [SPANS[form](year) for year in years], rng.choice(["", " (p)"])
    written_as = [*heads[:-1], heads[-1] + mark]
    before = rng.choice(["", "", "Jobs "])
    values = {name: [rng.randint(10, 999) for _ in years] for name in AREAS}
    down = not before and rng.random() < 0.5
    found = gp.read_table(written(tmp_path, [before + head for head in written_as], values, "csv", down))
    assert found["year"].drop_duplicates().tolist() == [*years]
    (told,) = found.attrs["printed"].values()
    assert told == dict(zip(years, heads, strict=True))


@pytest.mark.parametrize("form", ENDED)
@pytest.mark.parametrize("seed", samples(range(12), 1))
def test_years_that_end_in_one_month_are_years_and_those_of_several_are_none(
    tmp_path: Path, form: str, seed: int
) -> None:
    rng = random.Random(f"{seed} {form}")
    years, month = range(first := rng.randint(2003, 2018), first + rng.randint(2, 4)), rng.choice(MONTHS)
    heads = [ENDED[form](month, year) for year in years]
    values = {name: [rng.randint(10, 999) for _ in years] for name in AREAS}
    down = rng.random() < 0.5
    found = gp.read_table(written(tmp_path, [*heads], values, "csv", down))
    own = found.pivot_table(index="region", columns="year", values="value")
    assert own.loc[list(AREAS)].to_numpy().tolist() == [*values.values()]
    assert list(own) == [*years] and not any("parts of a year" in text for text in found.attrs["remarks"])
    (told,) = found.attrs["printed"].values()
    assert [*told.values()] == heads
    mixed = [ENDED["plain"](MONTHS[i % 2], years[0] + i // 2) for i in range(4)]
    values = {name: [rng.randint(10, 999) for _ in mixed] for name in AREAS}
    parts = gp.read_table(written(tmp_path, [*mixed], values, "csv", down), year=2000)
    assert any("parts of a year" in text for text in parts.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_months_below_a_title_of_years_that_end_in_them_are_years(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    years, month = range(first := rng.randint(2003, 2018), first + rng.randint(2, 4)), rng.choice(MONTHS)
    values = {name: [rng.randint(10, 999) for _ in years] for name in AREAS}
    heads = [f"{month[:3]}-{year % 100:02d}" for year in years]
    title = rng.choice(["Jobs, year ended", f"Jobs, year ended {month}", "Jobs (12 months to)"])
    text = written(tmp_path, [*heads], values, "csv", False).read_text(encoding="utf-8")
    (tmp_path / "titled.csv").write_text(f"{title}\n\n{text}", encoding="utf-8")
    found = gp.read_table(tmp_path / "titled.csv")
    assert found["year"].drop_duplicates().tolist() == [*years] and len(found["indicator"].unique()) == 1


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_a_month_is_of_its_own_year_and_not_of_that_of_the_title(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    last = rng.randint(2003, 2030)
    pairs = [("March", last - 1), ("December", last - 1), ("March", last)]
    heads = [*(f"{month[:3]}-{year % 100:02d}" for month, year in pairs), "Annual change (pp)"]
    values = {name: [rng.randint(10, 999) for _ in heads] for name in AREAS}
    text = written(tmp_path, [*heads], values, "csv", False).read_text(encoding="utf-8")
    (tmp_path / "titled.csv").write_text(f"Unemployment, quarter to March {last}\n\n{text}", encoding="utf-8")
    found = gp.read_table(tmp_path / "titled.csv")
    own = found.groupby("indicator", sort=False)["year"].unique()
    assert {name: list(each) for name, each in own.items()} == {
        **{f"Unemployment: {head}": [year] for head, (_, year) in zip(heads, pairs, strict=False)},
        f"Unemployment: {heads[-1]}": [last],
    }


@pytest.mark.parametrize("form", SPANS)
def test_a_title_hands_its_year_on_as_it_is_printed(tmp_path: Path, form: str) -> None:
    text = written(tmp_path, ["Jobs"], {name: [7 * i] for i, name in enumerate(AREAS)}, "csv", False).read_text()
    (tmp_path / "titled.csv").write_text(f"Labour force, {SPANS[form](2016)}\n\n{text}")
    found = gp.read_table(tmp_path / "titled.csv")
    assert set(found["year"]) == {2016} and found.attrs["printed"] == {"Jobs": {2016: SPANS[form](2016)}}


@pytest.mark.parametrize("seed", samples(range(30), 6))
def test_seasons_of_two_years_are_a_series_beside_those_of_one(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    first, n = rng.randint(2005, 2018), rng.randint(2, 4)
    long, short = rng.choice([("Maha", "Yala"), ("Winter crops", "Summer crops"), ("Rabi", "Kharif"), ("Wet", "Dry")])
    spans = [f"{at}{rng.choice('/-')}{at + 1}" for at in range(first, first + n)]
    behind = rng.random() < 0.5
    heads = [text for at, span in enumerate(spans) for text in (f"{span} {long}", f"{first + at + 1} {short}")]
    heads += [f"{first} {short}"] if rng.random() < 0.5 else []
    heads = [f"{text.split(' ', 1)[1]} {text.split(' ', 1)[0]}" for text in heads] if behind else heads
    rows = [[name, *(rng.randint(2200, 90_000) for _ in heads)] for name in ("North", "South", "East", "West", "Mid")]
    lines = [["Area", *heads], *rows]
    (tmp_path / "t.csv").write_text("\n".join(";".join(map(str, row)) for row in lines), encoding="utf-8")
    read = gp.read_table(tmp_path / "t.csv")
    assert set(read["indicator"]) == {long, short}
    assert set(read.loc[read["indicator"] == long, "year"]) == {*range(first, first + n)}
    change = [["Area", *(f"{at}" for at in range(first, first + n + 1)), *(f"Change {span}" for span in spans)]]
    change += [[row[0], *(rng.randint(2200, 90_000) for _ in change[0][1:])] for row in rows]
    (tmp_path / "c.csv").write_text("\n".join(";".join(map(str, row)) for row in change), encoding="utf-8")
    read = gp.read_table(tmp_path / "c.csv")
    assert set(read["year"]) == {*range(first, first + n + 1)} and len({*read["indicator"]}) == 1


NIL_NOTES = [
    "{} : nil",
    "({}) no occurrence",
    "{} nichts vorhanden (genau Null)",
    "Знак «{}» - явление отсутствует".removeprefix("Знак "),
    "… данных нет; {} явление отсутствует",
    "{} Không có hiện tượng phát sinh",
    '"{}" zjawisko nie wystąpiło',
    "{} nema pojave",
    "{} = magnitude zero",
    ".. not available, {} nil or negligible",
    "{} Néant",
    "{} 該当なし",
    "{} : Donnée nulle",
    "{} = Nihil/ Nil",
]
OTHER_NOTES = [
    "{} : no data",
    "{} nil or not available",
    "({}) données non disponibles",
    "«{}» нет данных",
    "Deaths of people {}none of them abroad",
    "{} nilometer",
    "{} : nul ou négligeable",
]
NIL_WORDS = ["Nihil", "nil", "néant", "Zero", "Donnée nulle", "résultat rigoureusement nul", "valeurs nulles"]


@pytest.mark.parametrize("seed", samples(range(60), 10))
def test_a_dash_is_zero_where_a_note_in_two_languages_says_so(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    first, second = rng.sample(NIL_WORDS, 2)
    lead, slash = rng.choice(["- = ", "- : ", "-  ", "- "]), rng.choice(["/", "/ ", " / "])
    other = rng.choice(["not available", "n.a.", "gegevens ontbreken", "donnée manquante"])
    cells = [str(rng.randint(3, 400)) for _ in range(7)] + ["-"]
    for note, zero in (
        (f"{lead}{first}{slash}{second}", True),
        (f"{lead}{first}", True),
        (f"{lead}{first}{slash}{other}", False),
        (f"{lead}{first}{slash}{second}{slash}{other}", False),
        (f"{lead}{other}{slash}{first}", False),
    ):
        lines = [
            ["Fires"],
            ["Region", "2021"],
            *([f"Area {'abcdefgh'[at]}x", cells[at]] for at in range(8)),
            [],
            [note],
        ]
        with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
        last = gp.read_table(tmp_path / "t.csv")["value"].iloc[-1]
        assert last == 0 if zero else np.isnan(last), note


@pytest.mark.parametrize("seed", samples(range(48), 6))
@pytest.mark.parametrize("dash", ["-", "–"])
def test_a_dash_is_zero_where_a_note_says_so_and_no_data_else(seed: int, dash: str, tmp_path: Path) -> None:
    rng = np.random.default_rng([53, seed])
    values = rng.integers(3, 400, int(rng.integers(5, 20))).astype(float)
    nil = set(rng.choice(len(values), 2, replace=False).tolist())
    rows = [[f"Area {chr(97 + at)}x", dash if at in nil else f"{value:.0f}"] for at, value in enumerate(values)]
    path = tmp_path / "t.csv"

    def read(*notes: str) -> pd.DataFrame:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["Fires"], ["Region", "2021"], *rows, [], *([note] for note in notes)])
        return gp.read_table(path)

    note = NIL_NOTES[seed % len(NIL_NOTES)].format("-–"[seed % 2])
    found = read(note, "Source: survey")
    expected = [0.0 if at in nil else value for at, value in enumerate(values)]
    assert found["value"].tolist() == expected
    assert any("read as zero, as a note says" in remark for remark in found.attrs["remarks"])
    other = OTHER_NOTES[seed % len(OTHER_NOTES)].format(dash)
    found = read(other, "Source: survey")
    assert set(np.flatnonzero(found["value"].isna())) == nil
    # Two dashes that notes tell apart are what each of them says.
    another = "–" if dash == "-" else "-"
    assert read(f"{dash} nil", f"{another} no data")["value"].tolist() == expected
    assert set(np.flatnonzero(read(f"{another} nil", f"{dash} no data")["value"].isna())) == nil


@pytest.mark.parametrize("seed", samples(range(24), 4))
@pytest.mark.parametrize("merged", [True, False])
def test_a_heading_over_two_rows_beside_regions_under_a_common_one_is_a_region(
    seed: int, merged: bool, tmp_path: Path
) -> None:
    """Regions across: "Country" and "City" over both rows of the header, the others below "Regions"."""
    rng = np.random.default_rng([55, seed])
    names = ["Alba", "Borin", "Ceres", "Dorne", "Elin"][: int(rng.integers(3, 6))]
    alone = int(rng.integers(0, 2))  # the city stands before or behind the others
    order = [*(["City"] if alone else []), *names, *([] if alone else ["City"])]
    kinds = ["Farming", "Building", "Trade", "Transport"]
    values = rng.integers(20, 900, (len(kinds), len(order)))
    at = 3 + alone  # the first of the regions
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Jobs by industry, 2023"])
    upper = ["", "Country", *("City" if name == "City" else "Regions" if name == names[0] else "" for name in order)]
    sheet.append([cell or None for cell in upper])
    sheet.append([None, None, *(None if name == "City" else name for name in order)])
    for kind, row in zip(kinds, values.tolist(), strict=True):
        sheet.append([kind, sum(row), *row])
    if merged:
        sheet.merge_cells(start_row=2, end_row=2, start_column=at, end_column=at + len(names) - 1)
        for column in (1, 2, 3 if alone else 3 + len(names)):
            sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    book.save(tmp_path / "t.xlsx")
    shapes = [box(i, 0, i + 1, 1) for i in range(len(order))]
    layer = gpd.GeoDataFrame({"id": order, "geometry": shapes}, crs=4326)
    layer.to_file(tmp_path / "own.gpkg")
    found = gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "own.gpkg", key="id")
    wide = found.pivot_table(index="indicator", columns="region", values="value").loc[kinds, order]
    assert (wide.to_numpy() == values).all()
