"""What a table is about stands in the names of its numbers; headers across, over several columns and of codes."""

from __future__ import annotations

import json
import random
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from read_both_ways import by_study
from shapely.geometry import box

import growthpoles as gp
from growthpoles.errors import DataError
from growthpoles.study.audit.file_audit import read_audit_file
from growthpoles.study.file_variable import FileOptions, read_files
from growthpoles.study.files.printed_subjects import is_no_quantity, is_unit, without_continued
from growthpoles.study.propose_study import quick_look
from samples import samples

STEMS = ["Bartana", "Corvona", "Dalmera", "Feltova", "Gorlina", "Hesmara", "Jontela", "Kelvora", "Lamtina", "Morzela"]
STEMS += ["Nestova", "Pelgara"]


def layer(folder: Path, names: list[str]) -> Path:
    """Write squares with codes and names."""
    shapes = [box(i % 4, 45 + i // 4, i % 4 + 1, 46 + i // 4) for i in range(len(names))]
    codes = [f"R{i:02d}" for i in range(1, len(names) + 1)]
    gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs=4326).to_file(folder / "regions.gpkg")
    return folder / "regions.gpkg"


def text(path: Path, rows: list[list[object]], *, encoding: str = "utf-8", sign: str = ",") -> Path:
    """Write delimited text."""
    path.write_text("\n".join(sign.join(map(str, row)) for row in rows) + "\n", encoding=encoding)
    return path


#: What programs of tables call a sheet before anybody does.
UNNAMED = [
    "Hoja1", "Sheet1", "Sheet 1", "Лист1", "Лист 2", "Tabelle1", "Feuil1", "Feuille1", "Foglio1", "Planilha1", "Folha1",
    "Arkusz1", "List1", "Hárok1", "Munkalap1", "Munka1", "Blad1", "Ark1", "Taul1", "Taulukko1", "Φύλλο1", "Sayfa1",
    "Foaie1", "Аркуш1", "Leht1", "Lapa1", "Kalkylblad1", "工作表1", "シート1", "시트1", "Trang tính1",
    "ورقة1", "גיליון1", "Sheet1 (2)", "Data", "Данные",
]  # fmt: skip


@pytest.mark.parametrize("seed", samples(range(20), 6))
def test_a_sheet_that_nobody_named_and_a_period_are_no_subjects(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    sheet = rng.choice(UNNAMED)
    title = rng.choice(["Average monthly wage", "Оборот розничной торговли", "Población de los municipios", "صادرات"])
    numbers = [[f"Region {i}", *(rng.randint(1000, 9000) for _ in range(3))] for i in range(9)]

    def named(*above: list[object], year: int | None = None) -> list[str]:
        path = book(tmp_path / "t.xlsx", [*above, *numbers], sheet=sheet)
        return list(dict.fromkeys(gp.read_table(path, year=year)["indicator"]))

    years: list[object] = ["Region", 2020, 2021, 2022]
    assert named(years) == ["value"]
    assert named([title], years) == [title]
    census = rng.choice(["Año censal", "Census year", "Год переписи", "Zensusjahr", "Népszámlálás éve", "普查年"])
    assert named([title], ["Region", census], [None, *years[1:]]) == [title]
    periods = rng.choice([["I–III", "I–VI", "I–XII"], ["X", "XI", "XII"], ["I-III", "I-VI", "I-IX"]])
    assert named([title], ["Region", *periods], year=2020) == [f"{title}: {period}" for period in periods]
    mixed = [*periods[1:], "Households"]
    assert named([title], ["Region", *mixed], year=2020) == [
        *(f"{title}: {each}" for each in periods[1:]),
        "Households",
    ]


@pytest.mark.parametrize("seed", samples(range(6), 2))
def test_totals_of_sections_are_told_as_such(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    total = rng.choice(["Total", "Итого", "Insgesamt", "Ogółem", "Всього"])
    rows: list[list[object]] = [["Region", "Men", "Women"]]
    for section in range(rng.randint(2, 4)):
        own = [[rng.randint(10, 900), rng.randint(10, 900)] for _ in range(rng.randint(3, 6))]
        rows += [[f"{'ABCD'[section]}{i}x", *each] for i, each in enumerate(own)]
        rows.append([total, *(sum(column) for column in zip(*own, strict=True))])
    told = " ".join(str(line) for line in quick_look(book(tmp_path / "t.xlsx", rows)).remarks)
    assert f"'{total}' has several rows, each the total of a section" in told and "tells them apart" not in told
    rows[rng.choice([1, 2])][0] = rows[3][0]  # a region that stands twice comes first
    told = " ".join(str(line) for line in quick_look(book(tmp_path / "t.xlsx", rows)).remarks)
    assert f"'{rows[3][0]}' has several rows, and no column tells them apart" in told


def book(path: Path, rows: list[list[object]], merged: tuple[str, ...] = (), sheet: str = "Sheet1") -> Path:
    """Write a workbook of one sheet."""
    file = openpyxl.Workbook()
    page = file.active
    page.title = sheet
    for row in rows:
        page.append([None if cell == "" else cell for cell in row])
    for span in merged:
        page.merge_cells(span)
    file.save(path)
    return path


SPELLINGS = {
    "{} Region": ["{}", "{} region", "{} REGION", "{}*"],
    "{} apskritis": ["{}", "{} apskr.", "{} apskritis"],
    "Provincia de {}": ["{}", "Prov. de {}", "Provincia {}"],
}


@pytest.mark.parametrize("form", SPELLINGS)
@pytest.mark.parametrize("seed", samples(range(5), 1))
def test_regions_across_are_found_as_regions_down(tmp_path: Path, form: str, seed: int) -> None:
    rng = random.Random(f"{form}{seed}")
    stems = rng.sample(STEMS, rng.randint(5, 12))
    boundaries = layer(tmp_path, [form.format(stem) for stem in stems])
    spelled = [rng.choice(SPELLINGS[form]).format(stem) for stem in stems]
    years = [2019, 2020, 2021]
    values = {name: [rng.randint(2200, 90_000) for _ in years] for name in spelled}
    down = [["Area", *years], *([name, *values[name]] for name in spelled)]
    across = [["Year", *spelled], *([year, *(values[name][i] for name in spelled)] for i, year in enumerate(years))]
    got = {}
    for way, rows in {"down": down, "across": across}.items():
        got[way] = gp.read_table(text(tmp_path / f"{way}.csv", rows), boundaries=boundaries, key="code")
    columns = ["region", "year", "value"]
    sorted_ = [frame[columns].sort_values(columns, ignore_index=True) for frame in got.values()]
    pd.testing.assert_frame_equal(*sorted_)
    told = [{note.partition(": ")[2] for note in frame.attrs["remarks"]} for frame in got.values()]
    assert {note for note in told[1] if "transpose" not in note} == told[0]


@pytest.mark.parametrize("seed", samples(range(6), 2))
def test_a_name_across_that_fits_no_region_is_asked_for_as_one_down(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    stems = rng.sample(STEMS, 8)
    boundaries = layer(tmp_path, [f"{stem} Region" for stem in stems])
    spelled = [*stems[1:], f"{stems[0][:-3]}/{stems[1]}"]
    across = [["", *spelled], *([year, *(rng.randint(2200, 9000) for _ in spelled)] for year in (2020, 2021))]
    down = [list(row) for row in zip(*across, strict=True)]
    told = []
    for way, rows in {"down": down, "across": across}.items():
        with pytest.raises(DataError, match="fits no region") as raised:
            gp.read_table(text(tmp_path / f"{way}.csv", rows), boundaries=boundaries, key="code")
        told.append(str(raised.value).partition(": ")[2])
    assert told[0] == told[1]


@pytest.mark.parametrize("form", ["{}Q1", "{}-03", "{}M04", "Jan {}"])
def test_dates_are_offered_as_no_names_of_regions(tmp_path: Path, form: str) -> None:
    boundaries = layer(tmp_path, STEMS[:6])
    rows = [["", "Alpha", "Beta", "Gamma"], *([form.format(year), 5.5, 6.5, 7.5] for year in range(2015, 2022))]
    with pytest.raises(DataError) as raised:
        gp.read_table(text(tmp_path / "t.csv", rows), boundaries=boundaries, key="code")
    assert "aliases={" not in str(raised.value)


@pytest.mark.parametrize("seed", samples(range(12), 4))
def test_a_unit_below_years_is_that_of_all_up_to_the_next(tmp_path: Path, seed: int) -> None:
    """Whether the unit is merged over its years or stands in the first cell alone, one table is read."""
    rng = random.Random(seed)
    boundaries = layer(tmp_path, STEMS[:8])
    units = rng.sample(["$(million)", "Percentage change", "Share (%)", "Per head, $", "t/ha", "kg"], rng.randint(2, 3))
    years = [2019, 2020, 2021, 2022]
    spans = [sorted(rng.sample(years, rng.randint(2, 4))) for _ in units]
    heads: list[list[object]] = [["Region"], [""]]
    merged = []
    for unit, own in zip(units, spans, strict=True):
        letters = [openpyxl.utils.get_column_letter(len(heads[0]) + 1 + i) for i in (0, len(own) - 1)]
        merged.append(f"{letters[0]}5:{letters[1]}5")
        heads[0] += [f"{year}{rng.choice(['', 'R', 'P'])}" for year in own]
        heads[1] += [unit, *[""] * (len(own) - 1)]
    rows = [[stem, *(round(rng.uniform(1, 99), 1) for _ in heads[0][1:])] for stem in STEMS[:8]]
    above: list[list[object]] = [["Table 1"], ["Regional product"], [""]]
    frames = [
        gp.read_table(book(tmp_path / f"{i}.xlsx", [*above, *heads, *rows], spans_), boundaries=boundaries, key="code")
        for i, spans_ in enumerate([(), tuple(merged)])
    ]
    pd.testing.assert_frame_equal(*frames)
    told = {(name, year) for name, year in zip(frames[0]["indicator"], frames[0]["year"], strict=True)}
    want = {(unit, year) for unit, own in zip(units, spans, strict=True) for year in own}
    assert {(name.removeprefix("Regional product: "), year) for name, year in told} == want
    audited = read_audit_file(tmp_path / "0.xlsx")
    assert set(audited.sources.cells["column"]) <= {*units, *(f"{unit} {year}" for unit, year in want)} or audited.names


def test_a_mark_below_a_year_is_of_that_year_alone(tmp_path: Path) -> None:
    heads: list[list[object]] = [["Region", 2019, 2020, 2021], ["", "r", "", "p"]]
    rows = [[stem, *(100 + i + 7 * n for i in range(3))] for n, stem in enumerate(STEMS[:6])]
    got = gp.read_table(book(tmp_path / "t.xlsx", [["Jobs"], *heads, *rows]))
    assert sorted(set(got["year"])) == [2019, 2020, 2021] and len(got) == 18


@pytest.mark.parametrize("seed", samples(range(8), 3))
def test_codes_that_tell_rows_apart_are_categories(tmp_path: Path, seed: int) -> None:
    """SDMX: sexes and ages are numbers, beside a column called one of values."""
    rng = random.Random(seed)
    boundaries = layer(tmp_path, STEMS[:7])
    sexes = rng.choice([[1, 2, 3], [0, 1, 2], [1, 2], [9, 1, 2]])
    ages = rng.choice([["TOTAL"], [10, 20], ["Y15T24", "Y25T64"]])
    rows: list[list[object]] = []
    truth = {}
    for year in (2018, 2022):
        for age in ages:
            for sex in sexes:
                for i in range(7):
                    truth[f"R{i + 1:02d}", year, str(sex), str(age)] = value = rng.randint(5000, 90_000)
                    rows.append(["X:POP(1.0)", year, age, sex, f"R{i + 1:02d}", value, ""])
    rng.shuffle(rows)
    heads = ["DATAFLOW", "TIME_PERIOD", "AGE", "SEX", "AREA", "OBS_VALUE", "OBS_STATUS"]
    got = gp.read_table(text(tmp_path / "t.csv", [heads, *rows]), boundaries=boundaries, key="code")
    kinds = {name: {(r, y): v for r, y, v in zip(part["region"], part["year"], part["value"], strict=True)}
             for name, part in got.groupby("indicator")}  # fmt: skip
    wanted = [
        {(r, y): v for (r, y, s, a), v in truth.items() if (s, a) == (str(sex), str(age))}
        for sex in sexes
        for age in ages
    ]
    assert len(kinds) == len(wanted) and all(each in wanted for each in kinds.values())
    assert not any("tells them apart" in note for note in got.attrs["remarks"])
    assert all("SEX" in name for name in kinds)


def test_a_count_beside_other_values_is_no_category(tmp_path: Path) -> None:
    """Rows that words tell apart leave numbers what they are."""
    rng = random.Random(4)
    rows = [
        [stem, year, sex, rng.randint(1, 2), rng.randint(1000, 9000)]
        for stem in STEMS[:6]
        for year in (2020, 2021)
        for sex in ("Men", "Women")
    ]
    boundaries = layer(tmp_path, STEMS[:6])
    got = gp.read_table(
        text(tmp_path / "t.csv", [["Region", "Year", "Sex", "Hospitals", "Jobs"], *rows]), boundaries=boundaries
    )
    assert sorted(set(got["indicator"])) == [f"{s}, {n}" for s in ("Men", "Women") for n in ("Hospitals", "Jobs")]


@pytest.mark.parametrize("seed", samples(range(8), 3))
def test_tables_side_by_side_are_audited_as_one(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    names, kinds = STEMS[: rng.choice([8, 9, 12])], ["Area (km²)", "People"]
    numbers = {name: [rng.randint(100, 9000), rng.randint(2200, 9000)] for name in names}
    head = ["Region", *kinds]
    whole: list[list[object]] = [["Regions in 2023"], head, *([name, *numbers[name]] for name in names)]
    half = -(-len(names) // 2)
    beside: list[list[object]] = [["Regions in 2023"], [*head, "", *head]]
    for i in range(half):
        right = names[half + i] if half + i < len(names) else ""
        beside.append([names[i], *numbers[names[i]], "", right, *(numbers[right] if right else ["", ""])])
    one, two = (read_audit_file(book(tmp_path / f"{i}.xlsx", rows)) for i, rows in enumerate([whole, beside]))
    cells = [each.sources.cells[["row", "label", "column", "printed"]] for each in (one, two)]
    pd.testing.assert_frame_equal(*cells)
    assert [each.template for each in two.left_out] == [each.template for each in one.left_out]
    page = openpyxl.load_workbook(tmp_path / "1.xlsx").active
    of_row = two.sources.cells.set_index(["row", "column"])["label"]
    for row, column in of_row.index:
        _, line, at = two.places[1, row, column]
        assert page.cell(line, at).value == numbers[of_row[row, column]][kinds.index(column)]


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["San José", "Río Negro", "Paysandú", "Tacuarembó"], "cp1252"),
        (["Alytaus", "Šiaulių", "Klaipėdos", "Panevėžio"], "cp1257"),
    ],
)
def test_an_audit_reads_a_text_whose_bytes_do_not_tell_as_a_look_does(tmp_path, names, encoding):
    rows = [["Área", "2021", "2022"], *([name, 3100 + 7 * i, 3300 + 9 * i] for i, name in enumerate(names))]
    rows[0][0] = "Región" if encoding == "cp1252" else "Sritis"
    path = text(tmp_path / "t.csv", rows, encoding=encoding, sign=";")
    audited = read_audit_file(path)
    assert list(dict.fromkeys(audited.sources.cells["label"])) == names
    assert [each.places["encoding"] for each in audited.left_out if "encoding" in each.places] == [encoding]
    assert any(f"{encoding} was taken" in note for note in gp.quick_look(path).remarks)
    assert not [each for each in read_audit_file(path, encoding=encoding).left_out if "encoding" in each.places]


CATEGORIES = [
    ["Males", "Females", "Both sexes"],
    ["Vyrai", "Moterys", "Vyrai ir moterys"],
    ["Hombres", "Mujeres", "Total"],
    ["Мужчины", "Женщины", "Всего"],
    ["15-24", "25-64", "65+"],
    ["I", "II", "III", "IV"],
    ["Q1", "Q2", "Q3"],
    ["tūkst.", "procentai"],
    ["$(million)", "Percent"],
    ["Urban", "Rural", "Total"],
    ["город", "село", "всего"],
    ["Вкупно", "Мажи", "Жени"],
    ["Машко", "Женско", "Вкупно"],
    ["Meshkuj", "Femra", "Gjithsej"],
    ["Укупно", "Мушкарци", "Жене"],
    ["ذكور", "إناث", "الجملة"],
    ["الذكور", "الإناث", "الإجمالي"],
    ["男", "女", "総数"],
    ["Erkek", "Kadın", "Toplam"],
    ["ذكور Male", "إناث Female", "جملة Total"],
    ["Мужчины Men", "Женщины Women", "Итого Total"],
    ["Men / Hommes", "Women / Femmes", "Total / Ensemble"],
    ["Total males", "Total females", "Overall"],
]
SUBJECTS = ["Unemployment rate", "Nedarbo lygis", "Ocupados por departamento", "Жителей на конец года"]


@pytest.mark.parametrize("seed", samples(range(92), 23))
@pytest.mark.parametrize("where", ["column", "title", "sheet", "section"])
def test_a_category_bears_the_subject_of_its_table(tmp_path: Path, where: str, seed: int) -> None:
    rng = random.Random(f"{where}{seed}")
    kinds, subject = CATEGORIES[seed % len(CATEGORIES)], rng.choice(SUBJECTS)
    stems = STEMS[: rng.randint(6, 12)]
    boundaries = layer(tmp_path, stems)
    years = [2021, 2022]
    truth = {(name, year, kind): rng.randint(2200, 9000) for name in stems for year in years for kind in kinds}
    title: list[list[object]] = [["Table 3"], [subject]]
    if where == "column":
        rows = [
            [subject, name, kind, year, truth[name, year, kind]] for year in years for kind in kinds for name in stems
        ]
        path = text(tmp_path / "t.csv", [["Indicator", "Region", "Group", "Year", "Value"], *rows], sign=";")
    elif where == "section":
        rows = [["Region", *map(str, years)]]
        for kind in kinds:
            rows += [[kind], *([name, *(truth[name, year, kind] for year in years)] for name in stems)]
        path = book(tmp_path / "t.xlsx", [*title, *rows])
    else:
        heads = [["Region", *(str(y) for y in years for _ in kinds)], ["", *kinds, *kinds]]
        rows = [[name, *(truth[name, year, kind] for year in years for kind in kinds)] for name in stems]
        above, sheet = (title, "Sheet1") if where == "title" else ([], subject)
        path = book(tmp_path / "t.xlsx", [*above, *heads, *rows], sheet=sheet)
    got = gp.read_table(path, boundaries=boundaries, key="code")
    assert set(got["indicator"]) == {f"{subject}: {kind}" for kind in kinds}
    codes = {name: f"R{i + 1:02d}" for i, name in enumerate(stems)}
    asked, kind = FileOptions(table=path, key="code"), rng.choice(kinds)
    for variable, year in ((kind, 2022), (f"{kind} 2021", 2021), (f"{subject}: {kind} 2021", 2021)):
        column = read_files(boundaries, asked, variable=variable).values(variable)
        assert column.name == f"{subject}: {kind}"
        assert column.to_dict() == {codes[name]: truth[name, year, kind] for name in stems}


def test_a_unit_alone_goes_to_the_unit(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Table 2"],
        ["Wages by region"],
        ["Region", "EUR"],
        *([s, 900 + 7 * i] for i, s in enumerate(STEMS)),
    ]
    got = gp.read_table(book(tmp_path / "t.xlsx", rows), year=2020)
    assert set(got["indicator"]) == {"Wages by region"} and got.attrs["units"] == {"Wages by region": "EUR"}


@pytest.mark.parametrize(("unit", "at"), [("$", 1), ("mln. EUR", 1), ("tūkst.", 2), ("Percent", 3)])
def test_a_unit_alone_in_a_row_below_the_header_is_that_of_all_columns(tmp_path: Path, unit: str, at: int) -> None:
    heads: list[list[object]] = [
        ["Region", "2021", "2022", "2023"],
        ["", *(unit if i == at else "" for i in (1, 2, 3))],
    ]
    rows = [[stem, *(900 + i + 7 * n for n in range(3))] for i, stem in enumerate(STEMS)]
    got = gp.read_table(book(tmp_path / "t.xlsx", [["Wages by region"], [""], *heads, *rows]))
    assert got.attrs["units"] == {"Wages by region": unit} and len(got) == 3 * len(STEMS)


@pytest.mark.parametrize("word", ["Laikotarpis", "Year", "Período", "Период", "Jahr"])
def test_a_word_for_years_over_them_is_no_subject(tmp_path: Path, word: str) -> None:
    heads: list[list[object]] = [["Region", word, "", ""], ["", "2021", "2022", "2023"]]
    rows = [[stem, *(900 + i + 7 * n for n in range(3))] for i, stem in enumerate(STEMS)]
    got = gp.read_table(book(tmp_path / "t.xlsx", [["Wages by region"], [""], *heads, *rows]))
    assert set(got["indicator"]) == {"Wages by region"}


def test_industries_and_subjects_keep_their_names(tmp_path: Path) -> None:
    kinds = ["A", "B-E", "I", "M", "T", "Total", "Trade"]
    rng = random.Random(5)
    rows = [[stem, *(rng.randint(2200, 9000) for _ in kinds)] for stem in STEMS]
    got = gp.read_table(book(tmp_path / "t.xlsx", [["Jobs by industry, 2020"], ["Region", *kinds], *rows]))
    assert list(dict.fromkeys(got["indicator"])) == kinds


@pytest.mark.parametrize("kinds", [*CATEGORIES, ["в том числе, городское", "в том числе, сельское", "Всего"]])
def test_categories_say_no_quantity(kinds: list[str]) -> None:
    assert all(map(is_no_quantity, kinds)) and is_no_quantity(", ".join(kinds[:2]))


def test_what_was_measured_says_one() -> None:
    said = (
        "Population|Households|Inhabitants|Total population|Unemployment rate|Men in prison|GDP (mln. EUR)|Area (km²)"
        "|Nedarbo lygis, %|I. Agriculture|Median age|Average age|10|A1|IN|DE|Cases|Wages, EUR|Births|Население"
    )
    assert [name for name in said.split("|") if is_no_quantity(name)] == []
    assert [name for name in ("M", "T", "per", "in", "2020", "") if is_unit(name)] == []


@pytest.mark.parametrize("end", ["2022", "Year 2022", "Año 2022", "Jahr 2022", "2022 год", "rok 2022", "metai 2022"])
@pytest.mark.parametrize("sign", [". ", ", ", " - ", " (", " "])
def test_the_word_for_the_year_goes_off_a_title_with_it(end: str, sign: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    title = f"Homes by district{sign}{end}{')' if '(' in sign else ''}"
    path.write_text(f'"{title}"\n\nRegion,Total,Men\nA,1.5,2\nB,2.5,3\nC,3,4\n', encoding="utf-8")
    read = gp.read_table(path)
    assert set(read["indicator"]) == {"Homes by district: Total", "Homes by district: Men"} and set(read["year"]) == {
        2022
    }


CONTINUED = [
    "(Continuación Cuadro {n})",
    "(continued)",
    "Table {n} (cont.)",
    "Fortsetzung",
    "продолжение",
    "suite",
    "cd.",
]
CONTINUED += ["nadaljevanje", "Tabela {n} (ciąg dalszy)", "Продолжение таблицы {n}", "表{n} 续表"]


def numbers_of(dice: random.Random, names: list[str], columns: int) -> dict[str, list[float]]:
    """Return different numbers with a decimal for every region and column."""
    return {name: [dice.randint(1001, 90000) / 100 for _ in range(columns)] for name in names}


@pytest.mark.parametrize("heading", CONTINUED)
@pytest.mark.parametrize("seed", samples(range(8), 1))
def test_a_table_that_is_continued_below_its_header_is_one(tmp_path: Path, heading: str, seed: int) -> None:
    dice = random.Random(f"{heading}{seed}")
    names = dice.sample(STEMS, 12)
    cells = numbers_of(dice, names, 2)
    rows: list[list[object]] = [["Table 4. Beds and doctors by area, 2022", "", ""], ["", "", ""]]
    edges = sorted(dice.sample(range(3, 10), dice.choice([1, 2])))
    merged = ["A1:C1"]
    for start, end in zip([0, *edges], [*edges, 12], strict=True):
        if start:
            rows += [["", "", ""]] * dice.randint(0, 1) + [[heading.format(n=4), "", ""]]
            merged += [f"A{len(rows)}:C{len(rows)}"] if seed % 2 else []
        rows += [["Area", "Beds", "Doctors"], *([name, *cells[name]] for name in names[start:end])]
    rows.append(["Total", *(round(sum(cells[name][at] for name in names), 2) for at in (0, 1))])
    path = book(tmp_path / "beds.xlsx", rows, tuple(merged))
    for boundaries in (None, layer(tmp_path, names)):
        table = gp.read_table(path, boundaries=boundaries, key=boundaries and "code")
        assert {*table["year"]} == {2022} and {*table["indicator"]} == {"Beds", "Doctors"}
        assert len(table) == 24
        codes = names if boundaries is None else [f"R{i:02d}" for i in range(1, 13)]
        found = table.pivot_table(index="region", columns="indicator", values="value").loc[codes]
        assert found.to_numpy().tolist() == [cells[name] for name in names]
        assert not any("no row" in text for text in table.attrs["remarks"])
    assert len(read_audit_file(path).names) == 1


def test_a_heading_of_another_year_or_table_is_none_of_a_page(tmp_path: Path) -> None:
    names = STEMS[:8]
    for heading in ("Table 5. Beds by area, 2022", "Beds by area, 2021", "Table 5 (continued)"):
        rows: list[list[object]] = [["Table 4. Beds by area, 2022", ""], ["Area", "Beds"]]
        rows += [[name, 10.5 + at] for at, name in enumerate(names[:4])]
        rows += [[heading, ""], ["Area", "Beds"], *([name, 20.5 + at] for at, name in enumerate(names[4:]))]
        path = book(tmp_path / "beds.xlsx", rows)
        assert len(read_audit_file(path).names) == 2, heading


GROUPS = [
    ("Men", "Women"),
    ("Moški", "Ženske"),
    ("Urban areas", "Rural areas", "Both"),
    ("Private sector", "Public sector"),
]


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("seed", samples(range(8), 1))
def test_tables_below_headings_of_their_own_have_the_year_of_all_and_their_names(
    tmp_path: Path, groups: tuple[str, ...], seed: int
) -> None:
    dice = random.Random(f"{groups}{seed}")
    names = dice.sample(STEMS, 9)
    cells = {group: numbers_of(dice, names, 2) for group in groups}
    rows: list[list[object]] = [["Persons in employment by area, 2023", "", ""], ["", "", ""]]
    for group in groups:
        rows += [[group, "", ""], ["Area", "Employees", "Self-employed"], *([n, *cells[group][n]] for n in names)]
        rows += [["", "", ""]] * dice.randint(0, 2)
    path, boundaries = book(tmp_path / "work.xlsx", rows), layer(tmp_path, names)
    table = gp.read_table(path, boundaries=boundaries, key="code")
    assert {*table["year"]} == {2023}
    for group in groups:
        for at, label in enumerate(["Employees", "Self-employed"]):
            own = table[table["indicator"] == f"{group}: {label}"]
            assert own["value"].tolist() == [cells[group][name][at] for name in names]
    files = read_files(boundaries, FileOptions(table=path, key="code"))
    told = ", ".join(f"{group}: Employees" for group in groups)
    with pytest.raises(DataError, match=f"Employees stands in several tables .*allowed: {told}"):
        files.values("Employees")


def test_a_table_without_a_year_is_named_apart_from_one_on_its_sheet(tmp_path: Path) -> None:
    names = STEMS[:6]
    rows: list[list[object]] = [["Employed persons, 2023", ""], ["Area", "Households"]]
    rows += [[name, 10.5 + at] for at, name in enumerate(names)]
    rows += [["", ""], ["Table 7. Unemployed persons", ""], ["Area", "Households"]]
    rows += [[name, 20.5 + at] for at, name in enumerate(names)]
    path, boundaries = book(tmp_path / "work.xlsx", rows), layer(tmp_path, names)
    options = FileOptions(table=path, key="code")
    allowed = "allowed: Employed persons: Households, Unemployed persons: Households"
    with pytest.raises(DataError, match=f"Households stands in several tables .*{allowed}"):
        read_files(boundaries, options).values("Households")
    for at, name in ((10.5, "Employed persons: Households"), (20.5, "Unemployed persons: Households")):
        assert read_files(boundaries, options).values(name).tolist() == [at + i for i in range(6)]


@pytest.mark.parametrize("labels", [["Total", "Men", "Women"], ["Area sown", "Yield"], ["Rooms"]])
@pytest.mark.parametrize("seed", samples(range(6), 1))
def test_tables_of_the_same_columns_all_bear_their_titles(tmp_path: Path, labels: list[str], seed: int) -> None:
    dice = random.Random(f"{labels}{seed}")
    names = dice.sample(STEMS, 8)
    said = dice.sample(["Población ocupada", "Población desocupada", "Wheat", "Barley", "Hotels"], dice.choice([2, 3]))
    dated = dice.choice(["{}. Año 2023", "{}, 2023", "{} (2023)", "{}: year 2023"])
    file = openpyxl.Workbook()
    file.remove(file.active)
    for number, subject in enumerate(said, start=1):
        page = file.create_sheet(f"C{number}")
        page.append([f"Table {number}. {dated.format(subject)}"])
        page.append(["Area", *labels])
        for name, cells in numbers_of(dice, names, len(labels)).items():
            page.append([name, *cells])
    file.save(tmp_path / "two.xlsx")
    table = gp.read_table(tmp_path / "two.xlsx", boundaries=layer(tmp_path, names), key="code")
    assert {*table["indicator"]} == {f"{subject}: {label}" for subject in said for label in labels}


@pytest.mark.parametrize("by", ["by {}, {}", "po: {}, {}", "nach {} und {}", "efter {} och {}", ""])
@pytest.mark.parametrize("seed", samples(range(6), 1))
def test_the_label_of_a_data_set_is_its_title(tmp_path: Path, by: str, seed: int) -> None:
    dice = random.Random(f"{by}{seed}")
    names = dice.sample(STEMS, 8)
    subject = dice.choice(["GDP per head (EUR)", "Bruto domači proizvod", "Unemployment rate, %"])
    label = f"{subject} {by.format('Area', 'Year')}".strip()
    values = [round(dice.uniform(10, 900), 1) for _ in range(16)]

    def axis(texts: list[str]) -> dict[str, object]:
        codes = [str(at) for at, _ in enumerate(texts)]
        return {"index": codes, "label": dict(zip(codes, texts, strict=True))}

    data = {"class": "dataset", "version": "2.0", "label": label, "id": ["AREA", "TIME"], "size": [8, 2]}
    data["dimension"] = {
        "AREA": {"label": "Area", "category": axis(names)},
        "TIME": {"label": "Year", "category": axis(["2022", "2023"])},
    }
    path = tmp_path / "data.json"
    path.write_text(json.dumps(data | {"value": values}), encoding="utf-8")
    boundaries = layer(tmp_path, names)
    table = gp.read_table(path, boundaries=boundaries, key="code")
    assert {*table["indicator"]} == {subject} and table["value"].tolist() == values
    asked = read_files(boundaries, FileOptions(table=path, key="code", year=2023)).values("value")
    assert asked.tolist() == values[1::2]


MEASURED = ["тыс. чел.", "(thousand persons)", "Unit: million EUR", "En millions de dirhams", "(単位:千人)", "мян. хүн"]
MEASURED += [
    "mlrd. so‘m",
    "Tys. osób",
    "Einheit: Mio. EUR",
    "ألف نسمة",
    "nghìn người",
    "Bin kişi",
    "млн. лв.",
    "Per cent",
    "%",
]


@pytest.mark.parametrize("seed", samples(range(90), 12))
def test_a_unit_above_a_table_is_that_of_its_numbers(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    unit = rng.choice(MEASURED)
    said = unit.strip("()").rpartition(":")[2].strip()
    wide = rng.random() < 0.5  # years across, or columns of several things, one of which has a unit of its own
    head = ["Region", 2021, 2022, 2023] if wide else ["Region", "Homes", "Area (km²)", "Share, %"]
    place = rng.choice(("first", "last", "beside"))
    title, lines = [f"Output by district{'' if wide else ', 2022'}", "", "", ""], [["", "", "", ""]]
    if place == "beside":
        title[3] = unit
    else:
        lines = [[unit, "", "", ""] if place == "first" else ["", "", "", unit]]
    rows = [[name, *(round(rng.uniform(5, 90), 1) for _ in range(3))] for name in STEMS]
    read = gp.read_table(book(tmp_path / "t.xlsx", [title, *lines, head, *rows]))
    assert set(read["indicator"]) == ({"Output by district"} if wide else set(map(str, head[1:])))
    assert read.attrs["units"] == {"Output by district" if wide else "Homes": said}
    two = [*lines, [rng.choice(["(zł)", "km²"]), "", "", ""]]
    assert not gp.read_table(book(tmp_path / "two.xlsx", [title, *two, head, *rows])).attrs["units"]


PARTED = ["{y}C{i}", "{y}Q{i}", "{y} KV{i}", "{i}. cet. {y}", "{y} S{i}", "{y} {w}", "{w} {y}"]


@pytest.mark.parametrize("seed", samples(range(70), 10))
def test_columns_of_one_year_beside_a_label_are_each_read(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    shape, words = rng.choice(PARTED), ["Male", "Female", "Plan"]
    years, kinds = rng.choice([(2022,), (2022, 2023)] if "w" in shape else [(2022,)]), ["Gross", "Net"]
    heads = [shape.format(y=year, i=i + 1, w=words[i]) for year in years for i in range(3)]
    sums = dict.fromkeys(((kind, head) for kind in kinds for head in heads), 0)
    rows: list[list[object]] = []
    for name in STEMS:
        for kind in kinds:
            numbers = [rng.randint(1000, 9000) for _ in heads]
            rows.append([name, kind, *numbers])
            for head, number in zip(heads, numbers, strict=True):
                sums[kind, head] += number
    path = text(tmp_path / "t.csv", [["Region", "Kind", *heads], *rows])
    border = layer(tmp_path, STEMS)
    read = gp.read_table(path, boundaries=border, key="code", year=None if "w" in shape else 2022)
    found = read.groupby(["indicator", "year"], sort=False)["value"].sum()
    assert sorted(found) == sorted(sums.values())
    for (kind, head), number in sums.items():
        name = f"{kind}, {head.replace(str(years[0]), '').replace(str(years[-1]), '').strip()}" if "w" in shape else ""
        year = next(year for year in years if str(year) in head)
        assert found[name or f"{kind}, {head}", year] == number
    held = by_study(path, border, **({} if "w" in shape else {"year": 2022}))
    loaded = [sum(value for (_, at), value in cells.items() if at == year) for cells in held.values() for year in years]
    assert sorted(filter(None, loaded)) == sorted(sums.values())


@pytest.mark.parametrize("seed", samples(range(40), 8))
def test_a_row_of_a_note_and_a_unit_between_title_and_header_heads_no_column(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    unit, note = rng.choice(MEASURED), rng.choice(["(Provisional)", "(Estimates)", "Preliminary", "Base prices: old"])
    nested = rng.random() < 0.5
    years, kinds = rng.sample(range(2010, 2024), 3), ["Total", "Male", "Female"] if nested else [""]
    across = [cell for year in sorted(years) for cell in (year, *[""] * (len(kinds) - 1))]
    heads = [["District", *across], *([["", *kinds * 3]] if nested else [])]
    beside = ["", *[""] * len(across)]
    beside[0], beside[rng.choice([len(across), 1 + len(across) // 2])] = note, unit
    rows = [[name, *(round(rng.uniform(5, 90), 1) for _ in across)] for name in STEMS]
    merged = tuple(f"{a}3:{b}3" for a, b in (("B", "D"), ("E", "G"), ("H", "J"))) if nested else ()
    file = book(tmp_path / "t.xlsx", [["Output by district"], beside, *heads, *rows], merged)
    read = gp.read_table(file)
    names = {f"Output by district: {kind}" for kind in kinds} if nested else {"Output by district"}
    assert set(read["indicator"]) == names and sorted(set(read["year"])) == sorted(years)
    assert read.attrs["units"] == dict.fromkeys(names, unit.strip("()").rpartition(":")[2].strip())


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_numbers_of_things_that_rise_beside_a_total_number_no_rows(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    names, columns = rng.sample(STEMS, rng.randint(4, 8)), rng.sample(["NP", "NO", "Nr", "ID1", "Firms"], 3)
    held = {column: sorted(rng.sample(range(1_000_000, 9_000_000), len(names))) for column in columns}
    total = [sum(numbers) for numbers in zip(*held.values(), strict=True)]
    rows = [list(row) for row in zip(names, *held.values(), total, strict=True)]
    read = gp.read_table(text(tmp_path / "t.csv", [["Sector", *columns, "Total"], *rows]), year=2020)
    assert set(read["indicator"]) == {*columns, "Total"}
    counted = [["Sector", "NP", "Total"], *([row[0], i, row[-1]] for i, row in enumerate(rows, 7))]
    assert set(gp.read_table(text(tmp_path / "c.csv", counted), year=2020)["indicator"]) == {"Total"}


@pytest.mark.parametrize("seed", samples(range(30), 5))
def test_blocks_of_years_down_a_table_whose_regions_stand_across(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    names, years = rng.sample(STEMS, rng.randint(5, 12)), sorted(rng.sample(range(2005, 2024), rng.randint(2, 3)))
    kinds = rng.sample(["Not poor", "Poor", "  Extremely poor", "No answer"], rng.randint(2, 4))
    numbers = {(year, kind): [rng.randint(2200, 90_000) for _ in names] for year in years for kind in kinds}
    rows = []
    for year in years:
        rows += [[year, *[""] * len(names)], *([kind, *numbers[year, kind]] for kind in kinds)]
    title = f"Poverty by region, {years[0]} {rng.choice('-–')} {years[-1]}"
    head = rng.choice([[["Level", *names]], [["Level", "Regions", *names[1:]], ["", *names]]])
    file = book(tmp_path / "t.xlsx", [[title], [], *head, *rows])
    read = gp.read_table(file, boundaries=layer(tmp_path, names), key="name")
    got = {(r.year, r.indicator, r.region): r.value for r in read.itertuples()}
    wanted = {(at, kind.strip(), name) for (at, kind) in numbers for name in names}
    assert {(at, name.rpartition(": ")[2], region) for at, name, region in got} == wanted
    for (year, kind), values in numbers.items():
        own = [value for (at, name, _), value in got.items() if at == year and name.endswith(kind.strip())]
        assert sorted(own) == sorted(values)
    alone = gp.read_table(file)  # without boundaries its rows are the categories, each block with its own year
    assert sorted(set(alone["year"])) == years
    for year in years:
        own = [value for kind in kinds for value in numbers[year, kind]]
        assert sorted(alone.loc[alone["year"] == year, "value"]) == sorted(own)


@pytest.mark.parametrize("seed", samples(range(24), 6))
def test_a_title_gives_its_year_with_the_word_and_is_cut_at_no_open_bracket(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    year, (subject, word) = (
        rng.randint(2001, 2024),
        rng.choice(
            [("Iedzīvotāju skaits", "gadā"), ("Rahvaarv", "aastal"), ("Stanje", "godine"), ("Népesség", "évben")]
        ),
    )
    rows = [["Region", ""], *([name, rng.randint(2200, 9000)] for name in STEMS)]
    read = gp.read_table(
        book(tmp_path / "t.xlsx", [[f"{subject} {year}. {word}", ""], [], ["Region", "Value"], *rows[1:]])
    )
    assert set(read["indicator"]) == {subject} and set(read["year"]) == {year}
    words = " ".join(rng.choice(STEMS) for _ in range(rng.randint(11, 13)))
    long = f"Jobs by {words} (by the division of the country into regions and municipalities and towns)"
    read = gp.read_table(book(tmp_path / "l.xlsx", [[long, ""], [], ["Region", "Value"], *rows[1:]]), year=2020)
    name = read["indicator"].iloc[0]
    assert long.startswith(name) and name.count("(") == name.count(")") and name.rpartition(" ")[2] in long.split(" ")
    kinds = ["Male", "Female"]
    lines: list[list[object]] = []
    for kind in kinds:
        lines += [
            [f"Table 5 ({kind}): Rates by district{rng.choice(['', f', {kind}'])}", ""],
            ["District", year],
            *rows[1:],
        ]
        lines += [["", ""]]
    read = gp.read_table(book(tmp_path / "s.xlsx", lines))
    assert set(read["indicator"]) == {f"Rates by district, {kind}" for kind in kinds}


LETTERHEADS = (
    ["REPÚBLICA DE HONDURAS", "SECRETARÍA DE FINANZAS"],
    ["BANCO CENTRAL DE HONDURAS", "Subgerencia de Estudios Económicos"],
    ["SECRETARÍA DE SALUD", "Unidad de Gestión de la Información"],
    ["KINGDOM OF CAMBODIA", "Nation Religion King", "Ministry of Agriculture, Forestry and Fisheries"],
    ["STATISTICAL COMMITTEE OF THE REPUBLIC OF ARMENIA"],
    ["Ministry of Economy of the Republic of Armenia", "Agriculture Department"],
    ["Observatorio Nacional de la Violencia"],
    ["РЕСПУБЛИКА БЕЛАРУСЬ", "Национальный статистический комитет"],
    ["République du Cameroun", "Paix - Travail - Patrie", "Institut national de la statistique"],
    ["Central Bank", "Any words of an office that nobody knows"],
    [],
)
TITLES = (
    ("Province", "Harvested area of rice by province", "(Figures in thousand hectares)", "thousand hectares"),
    ("Departamento", "Remesas familiares por departamento", "(En millones de Lempiras)", "millones de Lempiras"),
    ("Région", "Production de cacao par région", "(en milliers de tonnes)", "milliers de tonnes"),
    ("Область", "Оборот торговли по областям", "(в млн. рублей)", "млн. рублей"),
    ("Marz", "Average wages by marzes", "", ""),
)


@pytest.mark.parametrize("seed", samples(range(60), 6))
def test_the_title_of_a_table_stands_below_its_letterhead(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    head, (key, title, below, unit) = LETTERHEADS[seed % len(LETTERHEADS)], rng.choice(TITLES)
    number = rng.choice([[], [["Table 3"]], None])
    printed = f"Table 3. {title}" if number is None else title
    dated = printed + rng.choice(["", ", 2021-2022"])
    above = [*([line] for line in head), *(number or []), [dated], *([[below]] if below else []), []]
    figures = [[name, rng.randint(200, 9000), rng.randint(200, 9000)] for name in STEMS]
    path = book(tmp_path / "t.xlsx", [*above, [key, "2021", "2022"], *figures, ["Source: the office"]])
    found = gp.read_table(path)
    assert found["indicator"].unique().tolist() == [title]
    assert found.attrs["units"] == ({title: unit} if unit else {})


MULTIPLIED = (
    *("Milionë lekë/ Million ALL", "Mijë lekë", "(Million BAM)", "Mln. denari", "во милиони денари", "UGX billion"),
    *("Shs. Billion", "Ushs '000", "Million Riyals / مليون ريال", "الف طن", "në milionë lekë", "In thousand quintals"),
)


@pytest.mark.parametrize("seed", samples(range(48), 12))
def test_a_unit_of_any_currency_stands_alone_or_beside_a_title(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    unit, years = MULTIPLIED[seed % len(MULTIPLIED)], [2019, 2020, 2021]
    above, place = [["Output by district", "", "", ""], ["", "", "", ""]], rng.randrange(4)
    above[place == 0 or rng.randrange(2)][place] = unit
    rows = [[name, *(rng.randint(200, 90000) for _ in years)] for name in STEMS]
    file = book(tmp_path / "t.xlsx", [*above, ["District", *years], *rows])
    read = gp.read_table(file)
    assert read.attrs["units"] == {"Output by district": unit.strip("()")} and len(read) == 3 * len(STEMS)


def test_a_title_that_ends_in_a_multiple_is_no_unit() -> None:
    titles = "Population, thousand|GDP million ALL|ALL|All persons|Thousand Islands: output by year|Millionaires|Milano"
    assert [title for title in titles.split("|") if is_unit(title)] == []


@pytest.mark.parametrize("seed", samples(range(24), 6))
def test_numbers_of_tables_at_both_ends_of_a_row_head_nothing(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    number = rng.choice([f"({rng.randint(1, 9)}/{rng.randint(1, 20)})", f"({rng.randint(1, 40)})", "4-12", "7"])
    first, last = rng.sample([f"جدول {number}", f"Table {number}", f"Табела {number}", f"جدول رقم {number}"], 2)
    kinds = ["Male", "Female"] if rng.random() < 0.5 else ["2019", "2020"]
    above = [["Homes by district"], [first, *[""] * len(kinds), last]]
    rows = [[f"X{name}", *(rng.randint(200, 90000) for _ in kinds), name] for name in STEMS]
    file = book(tmp_path / "t.xlsx", [*above, ["المحافظة", *kinds, "Governorate"], *rows])
    read = gp.read_table(file, year=None if "2019" in kinds else 2021)
    held = {"Homes by district"} if "2019" in kinds else {f"Homes by district: {kind}" for kind in kinds}
    assert set(read["indicator"]) == held
    assert not any("جدول" in each or "Table" in each for each in read.attrs["remarks"])


QUARTERS = (
    *("T-{}", "Q{}", "Q-{}", "{} кв.", "{} тоқсан", "Tr. {}", "Tremujori {}", "الربع {}", "тримесечје {}", "Kv. {}"),
    *("{} quarter", "Trimestre {}", "Quarter {}"),
)


@pytest.mark.parametrize(
    "form", [*QUARTERS, "First quarter|Second quarter", "الربع الأول|الربع الثاني", "Первый квартал|Второй квартал"]
)
@pytest.mark.parametrize("seed", samples(range(4), 1))
def test_quarters_bear_the_subject_of_their_table(form: str, seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    count = rng.randint(2, 4)
    numbers = rng.choice(["1234", ["I", "II", "III", "IV"]]) if "-" not in form and form != "Q{}" else "1234"
    parts = form.split("|") if "|" in form else [form.format(number) for number in numbers[:count]]
    heads = [["District", "2022", *[""] * (len(parts) - 1), "2023", *[""] * (len(parts) - 1)], ["", *parts, *parts]]
    rows = [[name, *(rng.randint(200, 90000) for _ in range(2 * len(parts)))] for name in STEMS]
    read = gp.read_table(book(tmp_path / "t.xlsx", [["Registered jobseekers by district"], *heads, *rows]))
    assert set(read["indicator"]) == {f"Registered jobseekers by district: {part}" for part in parts}
    assert set(read["year"]) == {2022, 2023} and len(read) == 2 * len(parts) * len(STEMS)


OWN = (
    "GDP per capita (Kwacha)",
    "Average wage, JD",
    "На душу населения, долларов США",
    "Area (km²)",
    "Share, %",
    "Wages (SAR)",
)
SAID = ("(Million Kwacha)", "(in thousands)", "(млн. долларов США)", "млн. долларов США", "Million JD", "(Mln. SAR)")


@pytest.mark.parametrize("seed", samples(range(36), 9))
def test_the_unit_of_a_table_is_not_that_of_a_column_with_one_of_its_own(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    own, said = rng.choice(OWN), SAID[seed % len(SAID)]
    heads = rng.sample(["Exports", "Imports", own], 3)
    rows = [[name, *(rng.randint(200, 90000) for _ in heads)] for name in STEMS]
    file = book(tmp_path / "t.xlsx", [["Trade of districts, 2021"], [said], ["District", *heads], *rows])
    told = said.strip("()").removeprefix("in ")
    assert gp.read_table(file).attrs["units"] == {"Exports": told, "Imports": told}


@pytest.mark.parametrize("line", [
    "на начало года, тыс. человек", "в сомах", "центнеров с гектара", "at current prices, K' Million", "JD",
    "на 1000 населения", "at the end of the year, persons", "в процентах", "in million JD",
])  # fmt: skip
@pytest.mark.parametrize("wide", [True, False])
def test_a_line_in_brackets_under_the_title_is_not_lost(line: str, wide: bool, tmp_path: Path) -> None:
    rng = random.Random(line)
    heads = ["2019", "2020"] if wide else ["Homes", "Roads"]
    rows = [[name, *(rng.randint(200, 90000) for _ in heads)] for name in STEMS]
    title = ["Homes of districts" if wide else "Homes and roads of districts, 2021"]
    read = gp.read_table(book(tmp_path / "t.xlsx", [title, [f"({line})"], [], ["District", *heads], *rows]))
    names = {"Homes of districts"} if wide else {"Homes", "Roads"}
    assert read.attrs["units"] == dict.fromkeys(names, line.removeprefix("in ")) and set(read["indicator"]) == names


@pytest.mark.parametrize("line", ["excluding towns", "Método de Línea de Pobreza", "По данным переписи населения"])
def test_a_line_in_brackets_without_a_word_of_a_unit_is_none_and_told(line: str, tmp_path: Path) -> None:
    rows = [[name, 200 + 7 * i, 300 + 9 * i] for i, name in enumerate(STEMS)]
    heads = ["District", "Homes", "Roads"]
    read = gp.read_table(book(tmp_path / "t.xlsx", [["Homes of districts, 2021"], [f"({line})"], heads, *rows]))
    assert not any(line in unit for unit in read.attrs["units"].values())
    assert any(line in str(told) and "said above the table" in str(told) for told in read.attrs["remarks"])


@pytest.mark.parametrize("line", ["(Provisional)", "(revised data)", "(2021)", "(continued)"])
def test_what_tells_how_sure_numbers_are_is_no_unit(line: str, tmp_path: Path) -> None:
    rows = [[name, 200 + 7 * i, 300 + 9 * i] for i, name in enumerate(STEMS)]
    read = gp.read_table(
        book(tmp_path / "t.xlsx", [["Homes of districts"], [line], ["District", "2019", "2020"], *rows])
    )
    assert read.attrs["units"] == {}


@pytest.mark.parametrize(
    "listed", ["1990, 2000 and 2010", "1990, 2000 & 2010", "1990, 2000, 2010", "1990/2000/2010", "1990 – 2010"]
)
@pytest.mark.parametrize(
    "form",
    [
        "Homes of districts, Zambia {} Censuses",
        "Homes of districts, {}",
        "Homes of districts {}",
        "Homes of districts ({})",
    ],
)
def test_the_years_of_a_title_go_however_many_are_listed(listed: str, form: str, tmp_path: Path) -> None:
    rows = [[name, 200 + 7 * i, 300 + 9 * i, 40 + i] for i, name in enumerate(STEMS)]
    file = book(tmp_path / "t.xlsx", [[form.format(listed)], ["District", "1990", "2000", "2010"], *rows])
    name = "Homes of districts, Zambia" if "Zambia" in form else "Homes of districts"
    assert set(gp.read_table(file)["indicator"]) == {name}


def invented(rng: random.Random) -> str:
    """Make a word that no list holds."""
    return "".join(rng.choice(["ba", "vor", "len", "zim", "tu", "gar", "wip", "pel"]) for _ in range(4)).capitalize()


OF_PEOPLE = [kinds for kinds in CATEGORIES if not {*kinds} & {"I", "Q1", "tūkst.", "Percent", "65+"}]
OF_ALL = ["Total", "Всего", "всего", "Вкупно", "Gjithsej", "Укупно", "الجملة", "الإجمالي", "総数", "Toplam", "Overall"]
OF_ALL += ["جملة Total", "Итого Total", "Total / Ensemble"]
QUANTITIES = ["Households", "Number of dwellings", "Area (km²)", "GDP", "Unemployment rate"]


@pytest.mark.parametrize("seed", samples(range(120), 20))
def test_all_or_none_of_categories_bear_the_subject(tmp_path: Path, seed: int) -> None:
    """A word that no list knows beside those that are known is one of them; a quantity is none."""
    rng = random.Random(seed)
    kinds, subject = list(OF_PEOPLE[seed % len(OF_PEOPLE)]), rng.choice(SUBJECTS[:3])
    for at in rng.sample(range(3), rng.randint(0, 2)):
        kinds[at] = invented(rng)
    told = not ({*kinds} & {*OF_PEOPLE[seed % len(OF_PEOPLE)]} - {*OF_ALL})  # nothing but a total
    rng.shuffle(kinds)
    quantity = rng.choice(["", rng.choice(QUANTITIES)])
    layout = rng.choice(["flat", "years above", "years beside", "long", "two lines"])
    heads = [*kinds, *([quantity] if quantity and layout == "flat" else [])]
    upper = [f"Group {invented(rng)}" for _ in range(rng.randint(1, 3))]
    if layout == "two lines":
        upper.append(rng.choice(["Total", "All persons", "Вкупно", "الجملة Total"]) if rng.random() < 0.7 else "")
        upper = [text for text in upper if text]
        heads = [f"{over}, {kind}" for over in upper for kind in kinds]
    years = [2021, 2022] if layout != "flat" and layout != "two lines" else [2022]
    n = len(heads) * len(years)
    numbers = [[name, *(rng.randint(2200, 90_000) for _ in range(n))] for name in STEMS]
    title: list[list[object]] = [[f"{subject}, 2022" if len(years) == 1 else subject], [""]]
    if layout == "long":
        rows = [["Region", "Year", "Kind", "Value"]]
        cells = [(year, kind) for year in years for kind in heads]
        rows += [[name, *cell, value] for name, *own in numbers for cell, value in zip(cells, own, strict=True)]
    elif layout == "two lines":
        over = [text if at == 0 else "" for text in upper for at in range(len(kinds))]
        rows = [["Region", *over], ["", *kinds * len(upper)], *numbers]
    elif layout == "years above":
        rows = [["Region", *(year if at == 0 else "" for year in years for at in range(len(heads)))],
                ["", *heads * len(years)], *numbers]  # fmt: skip
    else:
        rows = [["Region", *(f"{year} {kind}" if layout != "flat" else kind for year in years for kind in heads)]]
        rows += numbers
    merged = ()
    if layout == "two lines" and len(kinds) > 1:
        columns = "BCDEFGHIJKLM"
        merged = tuple(f"{columns[i * len(kinds)]}3:{columns[(i + 1) * len(kinds) - 1]}3" for i in range(len(upper)))
    got = gp.read_table(book(tmp_path / "t.xlsx", [*title, *rows], merged=merged))
    names = list(dict.fromkeys(got["indicator"]))
    bear = {name for name in names if name.startswith(f"{subject}: ")}
    if layout == "two lines" and not (upper[-1].startswith(("Total", "All", "Вк", "ال"))):
        assert not bear  # groups without a total may be what was measured
    elif told:
        assert bear in (set(), {*names})
    else:
        assert bear == {f"{subject}: {kind}" for kind in heads if kind != quantity}, (layout, heads, names)
        assert {*names} - bear == ({quantity} if quantity in heads else set())


@pytest.mark.parametrize("total", ["Total", "Вкупно", "الجملة", "Gjithsej", "Укупно", "総数", "Overall total"])
@pytest.mark.parametrize("seed", samples(range(6), 1))
def test_industries_with_their_total_keep_their_names(tmp_path: Path, total: str, seed: int) -> None:
    rng = random.Random(f"{total}{seed}")
    kinds = list(dict.fromkeys(invented(rng) for _ in range(rng.randint(3, 8))))
    kinds.insert(rng.choice([0, len(kinds)]), total)
    rows = [[name, *(rng.randint(2200, 90_000) for _ in kinds)] for name in STEMS]
    got = gp.read_table(book(tmp_path / "t.xlsx", [["Employed by activity, 2020"], ["Region", *kinds], *rows]))
    assert list(dict.fromkeys(got["indicator"])) == kinds


@pytest.mark.parametrize("seed", samples(range(40), 8))
def test_a_survey_or_its_rounds_bear_the_subject_of_their_table(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    survey = "".join(rng.sample("BCDHJKLMNQSUX", rng.randint(3, 5)))
    rounds = rng.choice([["", "", ""], [" I", " II", " III"], ["4", "5", "6"]])
    years = [2011, 2016, 2022]
    form = rng.choice(["{0}{1} {2}", "{2} {0}{1}"])
    heads = [form.format(survey, part, year) for part, year in zip(rounds, years, strict=True)]
    rows = [[name, *(rng.randint(10, 900) / 10 for _ in years)] for name in STEMS]
    subject = rng.choice(["Children who are stunted by region (%)", "Доля бедных по регионам, %"])
    got = gp.read_table(book(tmp_path / "t.xlsx", [[subject], ["Region", *heads], *rows]))
    named = survey.endswith("DHS")  # as lists know surveys
    taken_off = (named or all(rounds)) and heads[0].startswith(survey)  # before their years
    assert {*got["indicator"]} == ({subject} if taken_off else {f"{subject}: {survey}{part}" for part in rounds})
    plain = ["GDP", "Wages", "ВВП"][seed % 3]
    heads = [form.format(plain, "", year) for year in years]
    got = gp.read_table(book(tmp_path / "p.xlsx", [[subject], ["Region", *heads], *rows]))
    assert {*got["indicator"]} == {plain}


UNITS = ["%", "Percent", "тыс. человек", "million EUR", "مليون ريال", "UGX", "ha", "Persons", "денари", "USD"]
SURE = UNITS[:5]
UNIT_HEADS = ["Unit", "Units", "Единица измерения", "Мерна единица", "الوحدة", "Njësia", "Birim", "Мерки", "Mat"]


def dimension(texts: list[str]) -> dict[str, object]:
    """Return the categories of a dimension of JSON-stat, with codes of their own."""
    codes = [f"c{at}" for at in range(len(texts))]
    return {"index": codes, "label": dict(zip(codes, texts, strict=True))}


@pytest.mark.parametrize("seed", samples(range(60), 12))
@pytest.mark.parametrize("layout", ["table", "data set"])
def test_a_column_or_a_dimension_of_units_gives_them(tmp_path: Path, layout: str, seed: int) -> None:
    rng = random.Random(f"{layout}{seed}")
    head = rng.choice(UNIT_HEADS)
    names = ["Poverty headcount", "Mean consumption", "Jobs"][: rng.randint(1, 3) if layout == "table" else 1]
    known = head not in ("Мерки", "Mat")  # the others are told by what they hold
    units = dict(zip(names, rng.sample(UNITS if known else SURE, len(names)), strict=True))
    keys = [(region, year, name) for region in STEMS for year in (2016, 2019) for name in names]
    truth = {key: rng.randint(100, 9000) / 10 for key in keys}
    if layout == "data set":
        axes = {"Region": STEMS, "Year": ["2016", "2019"], "Indicator": names, head: [*units.values()]}
        data = {"class": "dataset", "version": "2.0", "label": names[0], "id": list(axes), "value": [*truth.values()]}
        data["size"] = [*map(len, axes.values())]
        data["dimension"] = {axis: {"label": axis, "category": dimension(texts)} for axis, texts in axes.items()}
        (path := tmp_path / "t.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    else:
        columns = ["Region", "Year", "Indicator", head, "Value"]
        rng.shuffle(columns)
        cells = [dict(zip(columns, columns, strict=True))]
        for (region, year, name), value in truth.items():
            cells.append({"Region": region, "Year": year, "Indicator": name, head: units[name], "Value": value})
        path = text(tmp_path / "t.csv", [[each[at] for at in columns] for each in cells], sign=";")
    got = gp.read_table(path, boundaries=layer(tmp_path, STEMS), key="code")
    assert {*got["indicator"]} == {*names} and got.attrs["units"] == units
    told = " ".join(map(str, quick_look(path).remarks))
    assert all(f"'{unit}'" in told for unit in units.values()), told
    assert f"{head} (text)" not in told and f"{head} label" not in told.partition("the columns")[2]


@pytest.mark.parametrize("head", ["Sex", "Gjinia", "Type", "UF", "State"])
@pytest.mark.parametrize("constant", ["Persons", "RS", "Total"])
def test_a_constant_that_may_be_a_sex_or_a_region_is_no_unit(tmp_path: Path, head: str, constant: str) -> None:
    rows = [[constant, name, year, 10 + 7 * i + year] for i, name in enumerate(STEMS) for year in (2020, 2021)]
    got = gp.read_table(text(tmp_path / "t.csv", [[head, "District", "Year", "Literacy"], *rows]))
    assert got.attrs["units"] == {}


@pytest.mark.parametrize("seed", samples(range(40), 8))
def test_numbers_of_figures_go_off_titles_as_those_of_tables(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    word = rng.choice(["Table", "Figure", "Fig.", "Chart", "Graph", "Map", "Рис.", "Слика", "شكل", "Gráfico", "図"])
    number = f"{word} {rng.randint(1, 30)}.{rng.randint(1, 9)}"
    subject = rng.choice(["Incidence of poverty by district", "Доля бедных по районам", "Plani po regijama"])
    rows = [["District", 2019, 2020], *([name, rng.randint(10, 99), rng.randint(10, 99)] for name in STEMS)]
    title: list[list[object]] = [[f"{number}{rng.choice([':', '.', ' –', ''])} {subject}"]]
    if rng.random() < 0.3:
        title = [[number], [subject]]
    got = gp.read_table(book(tmp_path / "t.xlsx", [*title, *rows]))
    assert {*got["indicator"]} == {subject}


#: Headers of columns without a year, and how many decimals their numbers have.
BESIDE_YEARS = [("Annual growth rate", 1), ("Percent change", 0), ("Density", 2), ("Area, km²", 0)]


@pytest.mark.parametrize("seed", samples(range(60), 8))
def test_rates_beside_years_tell_no_indicators_apart(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    names, years = dice.sample(STEMS, dice.randint(6, 12)), sorted(dice.sample(range(2000, 2025), 2))
    label, decimals = dice.choice(BESIDE_YEARS)
    parts = dice.choice([["Rural", "Urban"], ["Men", "Women"], ["Under 15", "15 and over"]])
    kinds = dice.choice([["Total", "Male", "Female"], ["Total"]])
    indent = dice.choice(["", "  "])
    numbers = {(name, part): [dice.randint(20_000, 90_000) for _ in kinds * 2] for name in names for part in parts}
    rows: list[list[object]] = []
    for name in names:
        sums = [sum(cells) for cells in zip(*(numbers[name, part] for part in parts), strict=True)]
        for own, cells in ((name, sums), *((indent + part, numbers[name, part]) for part in parts)):
            rows.append([own, *cells, round(dice.uniform(0.2, 6) * (1 if decimals else 100), decimals or None)])
        numbers[name, ""] = sums
    above = ["Province", *(year if kind == kinds[0] else "" for year in years for kind in kinds), label]
    heads = [above, ["", *kinds * 2, ""]] if len(kinds) > 1 else [above]
    file = book(tmp_path / "t.xlsx", [["Population by province"], *heads, *rows])
    read = gp.read_table(file, boundaries=layer(tmp_path, names), key="name")
    got = {(r.region, r.year, r.indicator.rpartition(": ")[2]): r.value for r in read.itertuples()}
    assert len(got) == len(read) and {*read["indicator"]} == (
        {f"Population by province: {kind}" for kind in kinds} if len(kinds) > 1 else {"Population by province"}
    )
    at = [(year, kind if len(kinds) > 1 else "Population by province") for year in years for kind in kinds]
    assert got == {(name, *place): numbers[name, ""][i] for name in names for i, place in enumerate(at)}
    assert label.split(",")[0] in "".join(read.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_codes_beside_years_tell_indicators_apart(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    names = dice.sample(STEMS, dice.randint(5, 12))
    codes = dice.sample(["1.1", "1.2", "1.3", "2.1", "2.2", "3.1"], dice.randint(2, 5))
    rows = [[name, code, *(dice.randint(2000, 90_000) / 7 for _ in range(2))] for name in names for code in codes]
    file = text(tmp_path / "t.csv", [["Region", "Section", 2021, 2022], *rows])
    read = gp.read_table(file, boundaries=layer(tmp_path, names), key="name")
    assert {*read["indicator"]} == {*codes} and len(read) == 2 * len(rows)


#: Headings below which the regions of a table come again, measured another way or of others.
AGAIN = ["В процентах к итогу", "in % of total", "Per capita, EUR", "Percentage distribution", "Structure, %", "(%)"]
AGAIN += ["Темпы роста", "на душу населения", "Répartition en %", "Struktur in Prozent", "Жан басына", "构成比"]
OTHERS = ["Rural area", "Foreign-owned firms"]


@pytest.mark.parametrize("heading", [*AGAIN, *OTHERS])
@pytest.mark.parametrize("seed", samples(range(12), 1))
def test_regions_that_come_again_below_a_heading_are_a_table_of_their_own(
    heading: str, seed: int, tmp_path: Path
) -> None:
    dice = random.Random(f"{heading}{seed}")
    names, years = dice.sample(STEMS, dice.randint(5, 12)), list(range(2020, 2020 + dice.randint(2, 4)))
    unit, indent = dice.choice(["(mln. som)", "(in current prices, mln. som)", "million EUR"]), dice.choice(["", "  "])
    second = dice.choice([names, dice.sample(names, len(names))])
    first, again = ({name: [dice.randint(100, 90_000) / 10 for _ in years] for name in names} for _ in range(2))
    total, below = ([round(sum(cells), 1) for cells in zip(*own.values(), strict=True)] for own in (first, again))
    gap: list[list[object]] = [[""] * (1 + len(years))] * dice.randint(0, 1)
    rows: list[list[object]] = [["Gross product by region"], [unit], [], ["", *years]]
    rows += [["Total", *total]] * (whole := dice.random() < 0.5) + [[indent + name, *first[name]] for name in names]
    rows += gap + [[heading]] + [["Total", *below]] * whole
    rows += [[name, *again[name]] for name in second]
    file, boundaries = book(tmp_path / "t.xlsx", rows), layer(tmp_path, names)
    subject = "Gross product by region"
    for options in ({}, {"boundaries": boundaries, "key": "name"}):
        read = gp.read_table(file, **options)
        held = {each: own.set_index(["region", "year"])["value"] for each, own in read.groupby("indicator")}
        assert len(held) == 2 and subject in held
        for name, own in held.items():
            truth = first if name == subject else again
            assert {**own} == {(n, y): truth[n][i] for n in names for i, y in enumerate(years)}
        other = next(name for name in held if name != subject)
        assert heading.strip("()") in other
        units = read.attrs["units"]
        assert units[subject] == unit.strip("()") and (heading in OTHERS or units.get(other) != units[subject])
    files = read_files(boundaries, FileOptions(table=file, key="name", year=years[-1]))
    for name, truth in ((heading, again), (subject, first)):
        assert files.values(name).tolist() == [truth[each][-1] for each in names]
    audited = read_audit_file(file)
    assert len(audited.names) in (len(years), 2 * len(years))


def test_rows_of_groups_below_headings_that_are_alike_are_no_tables_of_their_own(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Population by region"], ["", 2021, 2022]]
    for i, name in enumerate(STEMS[:4]):
        rows += [
            [name, 300 + i, 400 + i],
            ["of which:"],
            *([f"{age}–{age + 9}", age + 1, age] for age in range(0, 70, 10)),
        ]
    file = book(tmp_path / "t.xlsx", rows)
    assert len(gp.quick_look(file).tables) == 1


SHORT_UNITS = [
    "qq",
    "mz",
    "lb",
    "ac",
    "TM",
    "kW",
    "q",
    "t",
    "n",
    "ц",
    "шт",
    "тн",
    "га",
    "м",
    "تن",
    "кг",
    "人",
    "円",
    "ਟਨ",
    "zq",
    "жү",
]
SURE_MARKS = [
    "(1)",
    " 1)",
    "*",
    "²",
    " (p)",
    " (r)",
    " (e)",
    " [P]",
    " (prov.)",
    " [note 2]",
    " 1/",
    " (a)",
    "(a)(b)",
    " [a]",
]


@pytest.mark.parametrize("seed", samples(range(80), 10))
def test_a_short_unit_in_brackets_stays_and_a_mark_beside_it_goes(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    unit, other, mark = *rng.sample(SHORT_UNITS, 2), rng.choice(SURE_MARKS)
    opened, closed = rng.choice(["()", "()", "[]"])
    own, beside = f"Output {opened}{unit}{closed}", f"Output {opened}{other}{closed}"
    place = rng.choice(["none", "behind", "alone"])
    heads = [f"{own}{mark}" if place == "behind" else own, beside, f"Homes{mark}" if place == "alone" else "Homes"]
    rows = [[name, *(rng.randint(2200, 9000) for _ in heads)] for name in STEMS]
    dated = rng.random() < 0.5
    top = ["Region", 2021, "", "", 2022, "", ""] if dated else ["Region", *heads]
    below = [["", *heads, *heads]] if dated else []
    rows = [[*row, *row[1:]] if dated else row for row in rows]
    read = gp.read_table(book(tmp_path / "t.xlsx", [["Works of 2021" if not dated else "Works"], top, *below, *rows]))
    assert set(read["indicator"]) == {own, beside, "Homes"}
    lettered = mark.strip(" ([")[:1].isalpha() and "note" not in mark and place != "none"
    assert any("taken for the mark of a note" in each for each in read.attrs["remarks"]) == lettered


@pytest.mark.parametrize(
    ("note", "goes"),
    [
        ("(x) Without towns", True),
        ("x) From 2020 on", True),
        ("x/ of towns", True),
        ("(x) xuintals", False),
        ("", False),
        ("Yield in x/ha", False),
        ("1) of towns", False),
    ],
)
@pytest.mark.parametrize("letter", ["q", "k", "ц", "ш"])
def test_a_letter_in_brackets_is_a_mark_where_a_note_says_so(
    tmp_path: Path, note: str, goes: bool, letter: str
) -> None:
    heads = ["Region", f"Grain ({letter})", "Milk"]
    rows = [[name, 2200 + 7 * i, 400 + 9 * i] for i, name in enumerate(STEMS)]
    foot = [[""], [note.replace("x", letter)]] if note else []
    read = gp.read_table(book(tmp_path / "t.xlsx", [["Harvest of 2021"], heads, *rows, *foot]))
    assert set(read["indicator"]) == {"Grain" if goes else f"Grain ({letter})", "Milk"}


RATED = [
    "на 1000 человек населения",
    "per 100 000 live births",
    "число умерших детей в возрасте до 1 года на 1000 родившихся живыми",
    "декабрь 2023 г. в процентах к декабрю 2022 г.",
    "deaths of children under one year of age per 1,000 live births in the year",
    "2023 in per cent of 2022",
    "за 10 000 душ",
]
TITLED = [
    "Естественный прирост, убыль (–) населения",
    "Change (+/–) of people",
    "Rates (all causes) of deaths",
    "Natural growth",
]


@pytest.mark.parametrize("seed", samples(range(28), 8))
def test_the_measure_below_a_title_is_the_unit_whatever_brackets_that_has(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    line, title, wide = RATED[seed % len(RATED)], rng.choice(TITLED), rng.random() < 0.5
    heads = [2021, 2022] if wide else ["All goods", "Services"]
    rows = [[name, *(rng.randint(2200, 9000) / 100 for _ in heads)] for name in STEMS]
    path = book(tmp_path / "t.xlsx", [[title if wide else f"{title}, 2023"], [f"({line})"], ["Region", *heads], *rows])
    read = gp.read_table(path)
    names = {title} if wide else {"All goods", "Services"}
    assert set(read["indicator"]) == names and read.attrs["units"] == dict.fromkeys(names, line)
    assert set(read["year"]) == ({2021, 2022} if wide else {2023})
    assert f"({line})" in " ".join(map(str, quick_look(path).lines))


def test_prices_are_no_unit_of_percentages_and_a_line_that_enters_nothing_is_told(tmp_path: Path) -> None:
    heads = ["Region", "Millions of roubles", "Per cent of total"]
    rows = [[name, 2200 + 7 * i, 4 + i] for i, name in enumerate(STEMS)]
    read = gp.read_table(book(tmp_path / "t.xlsx", [["Output in 2021"], ["(at current prices)"], heads, *rows]))
    assert "(at current prices)" not in "".join(read.attrs["units"].values())
    assert any("'(at current prices)': said above the table" in each for each in read.attrs["remarks"])


@pytest.mark.parametrize(
    ("over", "below", "joined"),
    [
        ("Декабрь 2023 г. в % к", ["ноябрю 2023 г.", "декабрю 2022 г."], "{} {}"),
        ("December 2023 in % of", ["November 2023", "December 2022"], "{} {}"),
        ("Employed in", ["farming", "trade"], "{} {}"),
        ("Employed", ["in farming", "in trade"], "{}, {}"),
    ],
)
def test_a_heading_that_leads_on_is_read_on_without_a_comma(
    tmp_path: Path, over: str, below: list[str], joined: str
) -> None:
    rows = [[name, 90 + i, 80 + 2 * i] for i, name in enumerate(STEMS)]
    path = book(
        tmp_path / "t.xlsx", [["Wages of regions in 2023"], ["Region", over, ""], ["", *below], *rows], ("B2:C2",)
    )
    read = gp.read_table(path)
    own = [name.removeprefix("Wages of regions: ") for name in dict.fromkeys(read["indicator"])]
    assert own == [joined.format(over, each) for each in below] and set(read["year"]) == {2023}


@pytest.mark.parametrize(
    "label",
    [
        "в % к предыдущему году",
        "в процентах к итогу",
        "на душу населения, рублей",
        "у тым ліку, гарадское",
        "per cent of total",
        "у % да папярэдняга года",
        "в том числе: сельское",
        "% of the previous year",
        "en % del año anterior",
        "of which: women",
        "у тому числі, міське",
        "в % к итогу",
        "of which, in farming",
    ],
)
def test_a_label_that_says_only_how_or_of_which_bears_the_title(tmp_path: Path, label: str) -> None:
    rows = [[name, 2200 + 7 * i, 4.5 + i] for i, name in enumerate(STEMS)]
    read = gp.read_table(book(tmp_path / "t.xlsx", [["Output of plants, 2021"], ["Region", "Sales", label], *rows]))
    assert set(read["indicator"]) == {"Sales", f"Output of plants: {label.replace(': ', ', ')}"} or set(
        read["indicator"]
    ) == {"Sales", f"Output of plants: {label}"}


#: The first part of a title, by language, and how a part of its table below says that it goes on.
PARTS_BELOW = {
    "Ventas por provincias": ["(continuación)", "(conclusión)", "Continuación", "(fin)", "(continúa)"],
    "Ventes par région": ["(suite)", "(suite et fin)", "suite", "(fin)"],
    "Sales by province": ["(continued)", "(cont.)", "continued", "(concluded)", "(cont'd)", "(continued from page 3)"],
    "Продажи по областям": ["(продолжение)", "(окончание)", "продолжение", "(продолжение таблицы 8)"],
    "Umsatz nach Kreisen": ["(Fortsetzung)", "Forts.", "(Schluss)", "Fortsetzung"],
    "Vendas por província": ["(continuação)", "(conclusão)", "conclusão"],
    "Sprzedaż według regionów": ["(cd.)", "(dok.)", "(ciąg dalszy)"],
}
NUMBERED = ["{}", "8.3 - {}", "8.3 – {}", "8.3. {}", "Table 8.3: {}", "Tabla 8. {}", "Tableau 8 : {}", "Tabelle 8: {}"]


@pytest.mark.parametrize("seed", samples(range(60), 8))
def test_a_part_of_a_table_below_bears_the_title_and_the_unit_of_the_first(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    title, names = rng.choice([*PARTS_BELOW]), rng.sample(STEMS, rng.randint(5, 9))
    first, parts = rng.randint(2005, 2015), rng.choice([2, 2, 3])
    years = [range(first + 4 * i, first + 4 * i + rng.randint(2, 4)) for i in range(parts)]
    truth = {(name, year): rng.randint(2200, 90000) / 10 for name in names for own in years for year in own}
    form, unit = rng.choice(NUMBERED), rng.choice(["", " (MP)", " (Millones de pesos)", "\n(Millones de pesos)"])
    dated = rng.choice(["", ", {0}-{1}"])
    sheets: list[list[list[object]]] = [[]]
    for i, own in enumerate(years):
        word = rng.choice(PARTS_BELOW[title])
        told = rng.choice(["{title} {word}", "{title} {word}", "{word}", "{number} {word}"])
        if not word.startswith("("):
            told = rng.choice(["{title}. {word}", "{title} – {word}", "{word}"])
        above = form.format(title) + dated.format(own[0], own[-1])
        said = told.format(title=above, word=word, number=form.partition("{}")[0].strip(" :.–-"))
        lines = (f"{form.format(title)}{unit.partition(chr(10))[0]}{dated.format(own[0], own[-1])}", unit)
        head = [[lines[0]], *([[unit.strip()]] if unit[:1] == "\n" else [])] if i == 0 else [[said.strip()]]
        if i and rng.random() < 0.3:
            sheets.append([])
        sheets[-1] += [[""], *head] if sheets[-1] else head
        sheets[-1] += [["Area", *own], *([name, *(truth[name, year] for year in own)] for name in names)]
    file = openpyxl.Workbook()
    for at, rows in enumerate(sheets):
        page = file.active if at == 0 else file.create_sheet()
        for row in rows:
            page.append([None if cell == "" else cell for cell in row])
    file.save(tmp_path / "sales.xlsx")
    for boundaries in (None, layer(tmp_path, names)):
        table = gp.read_table(tmp_path / "sales.xlsx", boundaries=boundaries, key=boundaries and "name")
        whole = title + (unit if unit[:1] == " " else "")
        assert {*table["indicator"]} == {whole}
        assert table.attrs["units"] == ({whole: "Millones de pesos"} if unit[:1] == "\n" else {})
        assert table.set_index(["region", "year"])["value"].to_dict() == truth
        assert table.attrs["partly"] == {} and any(
            "goes on with a table above" in text for text in table.attrs["remarks"]
        )


def test_what_says_on_is_no_subject_that_says_so() -> None:
    kept = ["Participation in continued education", "Recorded music (CD)", "Recorded music, CD", "Conclusión de obras"]
    kept += ["Hotels (suites)", "Population 2022 (final)", "Население (край)", "Dust (fine)"]
    assert [without_continued(title) for title in kept] == kept
    assert without_continued("Fortsetzung Tabelle 3: Umsatz") == "Tabelle 3: Umsatz"
    assert {without_continued(text) for text in ("Continuación Cuadro 4", "表2-1 续表", "Продолжение таблицы 3")} == {
        ""
    }


def test_a_part_of_another_table_keeps_its_own_title_and_unit(tmp_path: Path) -> None:
    names = STEMS[:6]
    for heading, name in (("Visitors (continued)", "Visitors"), ("Sales (in %) (continued)", "Sales (in %)")):
        rows: list[list[object]] = [["Sales (MP)"], ["Area", 2016, 2017], *([name, 10.5, 20.5] for name in names)]
        rows += [[""], [heading], ["Area", 2018, 2019], *([name, 30.5, 40.5] for name in names)]
        table = gp.read_table(book(tmp_path / "t.xlsx", rows))
        assert {*table.loc[table["year"] > 2017, "indicator"]} == {name}
        assert {*table.loc[table["year"] < 2018, "indicator"]} == {"Sales (MP)"} and not table.attrs["units"]


@pytest.mark.parametrize("seed", samples(range(30), 5))
def test_a_note_below_regions_across_is_no_title_and_a_price_no_unit(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    titles = ["Average price of millet by region (in FCFA)", "Prix moyen du mil par région (en FCFA/kg)"]
    titles += ["Precio medio del maíz (en pesos)", "Rainfall by region (in mm)", "Цены на хлеб по областям (в рублях)"]
    title, names = rng.choice(titles), rng.sample(STEMS, rng.randint(5, 9))
    note = rng.choice(
        ["Source : CSA", "Fuente: ONEI", "Источник: Росстат", "* Provisional data", "Quelle: Destatis", "CSA"]
    )
    rows: list[list[object]] = [[rng.choice(["{}", "Tableau 8 : {}", "8.1 - {}"]).format(title)]]
    rows += [[""]] * rng.randint(0, 1) + [["Year", *names]]
    rows += [[year, *(rng.randint(1000, 9000) / 10 for _ in names)] for year in range(2015, 2021)]
    rows += [[""]] * rng.randint(0, 1) + [[note]] * rng.randint(1, 2)
    path, boundaries = book(tmp_path / "t.xlsx", rows), layer(tmp_path, names)
    table = gp.read_table(path, boundaries=boundaries, key="name")
    assert len(table) == 6 * len(names) and len({*table["indicator"]}) == 1
    assert {*table["indicator"]} in ({title}, {title.partition(" (")[0]})  # the unit may go to the unit
    assert not any(note in text or title in text for text in table.attrs["units"].values())


@pytest.mark.parametrize("seed", samples(range(30), 5))
def test_a_note_that_says_a_unit_overrules_that_of_the_title(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    mark, note = rng.choice([("(a)", "(a) {}"), ("(a)", "(a) {}."), ("1/", "1/ {}"), ("*", "* {}"), ("(1)", "(1) {}.")])
    unit = rng.choice(
        ["Por 1 000 nacidos vivos", "Per 100,000 women", "на 1000 родившихся живыми", "pour 1 000 naissances"]
    )
    names = rng.sample(STEMS, rng.randint(5, 9))
    heads = [
        "Natalidad",
        f"Mortalidad infantil{' ' if mark[0].isdigit() else rng.choice(['', ' '])}{mark}",
        "Nupcialidad",
    ]
    above: list[list[object]] = [["Tasas por provincias, 2022"], ["", "", "", "Por 1 000 habitantes"], ["Area", *heads]]
    rows = [[name, *(rng.randint(11, 99) / 10 for _ in heads)] for name in names]
    for text, said in ((note.format(unit), unit), (note.format("Includes deaths of 1 000 persons abroad"), None)):
        table = gp.read_table(book(tmp_path / "t.xlsx", [*above, *rows, [""], [text]]))
        units = dict.fromkeys(["Natalidad", "Mortalidad infantil", "Nupcialidad"], "Por 1 000 habitantes")
        assert table.attrs["units"] == units | ({"Mortalidad infantil": said} if said else {})
        assert any("its unit is that of its note" in each for each in table.attrs["remarks"]) == bool(said)
    down = [[row[0], head, *row[at : at + 1]] for row in rows for at, head in enumerate(heads, start=1)]
    long = book(tmp_path / "t.xlsx", [["Area", "Indicator", 2022], *down, [""], [note.format(unit)]])
    units = gp.read_table(long).attrs["units"]
    assert [(name[:19], told) for name, told in units.items()] == [("Mortalidad infantil", unit)]


@pytest.mark.parametrize("seed", samples(range(30), 5))
def test_a_unit_in_brackets_behind_a_year_is_the_unit_and_a_mark_a_remark(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    unit = rng.choice(["%", "‰", "en %", "ha", "tys.", "mln EUR", "in %", "persons", "тыс. человек", "kg"])
    years, names = rng.sample(range(2005, 2024), rng.randint(1, 4)), rng.sample(STEMS, 6)
    rows = [[name, *(rng.randint(11, 99) / 10 for _ in years)] for name in names]
    for bracket, mark in ((unit, ""), ("p", "(p)"), ("prel.", "(prel.)")):
        heads: list[list[object]] = [["Poverty rate"], [""], ["Area", *(f"{year} ({bracket})" for year in years)]]
        table = gp.read_table(book(tmp_path / "t.xlsx", [*heads, *rows]))
        assert {*table["indicator"]} == {"Poverty rate"} and {*table["year"]} == {*years}
        assert table.attrs["units"] == ({} if mark else {"Poverty rate": unit.removeprefix("en ").removeprefix("in ")})
        assert {*table["flag"]} == {mark}
