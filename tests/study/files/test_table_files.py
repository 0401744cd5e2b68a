"""The same small table in every dress that a user's file may wear; every fault with its place and remedy."""

import codecs
import datetime
import itertools
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from growthpoles.errors import DataError
from growthpoles.study.files.cell_grids import decode
from growthpoles.study.files.problems import Problem
from growthpoles.study.files.table_files import read_raw
from growthpoles.study.files.user_table import TableData, read_table
from growthpoles.study.study_spec import Table
from samples import samples

# Typed by hand: two regions, one total with blanks between thousands, one ratio with a decimal sign.
EXPECTED = {"Алматы": (1048779.5, 0.25), "Шымкент": (943.0, 12.5)}
CODES = ("grp", "rate")
NBSP, THIN = "\u00a0", "\u202f"


def dressed(delimiter: str, decimal: str, blank: str, line: str) -> str:
    rows = [
        ["регион", "grp", "rate"],
        ["Алматы", f"1{blank}048{blank}779{decimal}5", f"0{decimal}25"],
        ["Шымкент", "943", f"12{decimal}5"],
    ]
    quote = '"' if delimiter == decimal else ""
    return line.join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows) + line


def read(path: Path, *, years: tuple[int, ...] = (2020,), codes: tuple[str, ...] = CODES, **keys: object) -> TableData:
    spec = Table.model_validate({"file": path.name, "key": "регион", **keys})
    return read_table(path, spec, years=years, codes=codes)


def values(data: TableData, year: int = 2020) -> dict[str, tuple[float, ...]]:
    assert not data.problems, data.problems[0]
    return {
        str(name): tuple(row) for name, row in zip(data.by_year[year].index, data.by_year[year].to_numpy(), strict=True)
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "utf-32"])
def test_every_dress_of_text_gives_the_same_numbers(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    dresses = list(itertools.product(",;\t|", ",.", ["", " ", NBSP, THIN], ["\n", "\r\n", "\r"]))
    for delimiter, decimal, blank, line in dresses:
        if blank == THIN and encoding == "cp1251":
            continue  # cp1251 has no such blank
        path.write_bytes(dressed(delimiter, decimal, blank, line).encode(encoding))
        assert values(read(path, year=2020)) == EXPECTED, (delimiter, decimal, blank, line)


def test_what_is_stated_is_not_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(dressed(";", ",", "", "\n").encode("koi8-r"))
    assert values(read(path, year=2020, encoding="koi8-r", delimiter=";", decimal=",")) == EXPECTED
    path.write_bytes(dressed(";", ",", "", "\n").encode("utf-16-le"))
    assert values(read(path, year=2020, encoding="utf-16-le")) == EXPECTED
    path.write_text("регион;grp;rate\nАлматы;1,234;1\n", encoding="utf-8")
    assert values(read(path, year=2020, decimal=",")) == {"Алматы": (1.234, 1.0)}
    assert values(read(path, year=2020, decimal=".", thousands=",")) == {"Алматы": (1234.0, 1.0)}
    assert values(read(path, year=2020, thousands=",")) == {"Алматы": (1234.0, 1.0)}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1,234,567", "1"), (1234567.0, 1.0)),  # a sign that repeats in threes separates thousands
        (("1,234.5", "1"), (1234.5, 1.0)),  # and so does one before the decimal sign
        (("1.234,5", "1"), (1234.5, 1.0)),
        (("1,234,567", "8,910"), (1234567.0, 8910.0)),  # which settles the cell that could be either
        (("12,5", "1,234"), (12.5, 1.234)),
        (("0.683", "1.234"), (0.683, 1.234)),  # no group of thousands begins with 0
        (("1234.567", "1"), (1234.567, 1.0)),  # nor has four digits
        (("1'234'567", "0.5"), (1234567.0, 0.5)),
        (("\u22125", "+7"), (-5.0, 7.0)),
        (("1e3", "2.5E-1"), (1000.0, 0.25)),
    ],
)
def test_decimal_sign_by_the_stated_rule(tmp_path: Path, cells: tuple[str, str], expected: tuple[float, float]) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"регион;grp;rate\nАлматы;{cells[0]};{cells[1]}\n", encoding="utf-8")
    assert values(read(path, year=2020)) == {"Алматы": expected}


@pytest.mark.parametrize("sign", [",", "."])
def test_a_sign_that_could_be_either_is_an_error(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"регион;grp;rate\nАлматы;1{sign}234;1\n", encoding="utf-8")
    (problem,) = read(path, year=2020).problems
    assert (problem.row, problem.column) == (2, "grp")
    assert "can be read in two ways" in problem.problem and "thousands" in problem.remedy


def test_the_point_of_a_comma_separated_file_is_decimal(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("регион,grp,rate\nАлматы,1.234,1\n", encoding="utf-8")
    assert values(read(path, year=2020)) == {"Алматы": (1.234, 1.0)}


def test_both_signs_as_decimal_ones_are_never_both_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("регион;grp;rate\nАлматы;12,5;1.25\nШымкент;7,5;2\n", encoding="utf-8")
    (problem,) = read(path, year=2020).problems
    assert (problem.row, problem.column) == (2, "rate") and "wrong decimal sign '.'" in problem.problem


@pytest.mark.parametrize("cell", ["12 34", "1 2", "1234 567", "1 04 779", "1  048"])
def test_blanks_separate_thousands_and_nothing_else(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"регион;grp;rate\nАлматы;{cell};1\n", encoding="utf-8")
    (problem,) = read(path, year=2020).problems
    assert "is not a number" in problem.problem


def test_two_possible_delimiters(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("регион;grp, mln;rate\nАлматы;1,5;2\n", encoding="utf-8")
    data = read(path, year=2020, columns={"grp, mln": "grp", "rate": "rate"})  # only ";" makes a column "регион"
    assert values(data) == {"Алматы": (1.5, 2.0)}
    path.write_text("a;b,c\n1;2,3\n", encoding="utf-8")
    with pytest.raises(DataError, match=r'comma and semicolon can both separate.*delimiter = "\.\.\."'):
        read_raw(path, Table(file="t.csv", year=2020))
    assert read_raw(path, Table(file="t.csv", year=2020, delimiter=",")).columns == ("a;b", "c")


@pytest.mark.parametrize(
    ("content", "words", "offered"),
    [
        ("Алматы".encode("koi8-r"), "not UTF-8, and the text does not tell its encoding", "koi8-r"),
        ("Алматы".encode("cp866"), "does not tell its encoding", "cp866"),
        ("São Paulo, Łódź".encode("cp1250", "replace"), "does not tell its encoding", "cp1250"),
        ("Épernay;Noël".encode("cp1252"), "does not tell its encoding", "cp1252"),
        ("Almaty".encode("utf-16-le"), "null or control characters", "utf-16-le"),
        ("Алматы".encode("utf-16-be"), "null or control characters", "utf-16-be"),
        (codecs.BOM_UTF16_LE + b"a", "byte 2 is not UTF-16", ""),
        ("東京都;大阪府".encode("cp932"), "does not tell its encoding", "cp932"),
    ],
)
def test_other_encodings_are_asked_for(content: bytes, words: str, offered: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        decode(content, where="t.csv")
    assert f'allowed: encoding="{offered}' in str(caught.value) and "saved as UTF-8" in str(caught.value)


def test_encoding_found() -> None:
    russian = "Акмолинская обл.; ВРП, млн. тенге; № 1 — «итог»"
    for encoding, name in (("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1251", "cp1251")):
        assert decode(russian.encode(encoding), where="") == (russian, name)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


HEAD: list[object] = ["регион", "grp", "rate"]


def test_excel_with_numbers_text_title_and_remarks(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Table 1. Product"],
        [],
        [*HEAD, None, None],
        ["Алматы", f"1{NBSP}048{NBSP}779,5", 0.25],
        ["Шымкент", 943, "12,5"],
        [],
        ["Итого", 1049722.5, None],
        ["Source: the office"],
    ]
    path = workbook(tmp_path / "t.xlsx", Data=rows, Empty=[])
    data = read(path, year=2020, header=3, ignore=["итого", "source*"])
    assert values(data) == EXPECTED
    assert [(each.row, each.content, each.reason) for each in data.unused if each.row] == [
        (1, "", "above the header"),
        (7, "Итого", "listed in ignore"),
        (8, "Source: the office", "listed in ignore"),
    ]
    assert (data.rows_read, data.rows_used) == (5, 2)


def test_excel_cells_that_are_no_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [HEAD, ["A", None, True], ["B", datetime.date(2020, 1, 1), "#N/A"], ["C", "=1+1", 1e400]]
    path = workbook(tmp_path / "t.xlsx", Data=rows)
    problems = read(path, year=2020).problems
    assert [(p.sheet, p.row, p.column) for p in problems][:5] == [
        ("Data", 2, "grp"),
        ("Data", 2, "rate"),
        ("Data", 3, "grp"),
        ("Data", 3, "rate"),
        ("Data", 4, "grp"),
    ]
    words = ["the cell is empty", "is a bool", "is a date", "'#N/A' is not a number", "was never computed"]
    assert all(word in problem.problem for word, problem in zip(words, problems, strict=False))
    assert 'missing = [""]' in problems[0].remedy
    assert str(problems[0]).startswith(f"{path}, sheet 'Data', row 2, column grp: the cell is empty; allowed: ")


def test_which_sheet(tmp_path: Path) -> None:
    rows: list[list[object]] = [HEAD, ["Алматы", 1048779.5, 0.25], ["Шымкент", 943, 12.5]]
    path = workbook(tmp_path / "t.xlsx", Data=rows, Notes=[["a remark"]])
    with pytest.raises(DataError, match="2 sheets hold something; allowed: sheet = one of Data, Notes"):
        read(path, year=2020)
    with pytest.raises(DataError, match=r"no sheet 'Date'.*nearest: Data"):
        read(path, year=2020, sheet="Date")
    assert values(read(path, year=2020, sheet="Data")) == EXPECTED
    book = openpyxl.load_workbook(path)
    book["Notes"].sheet_state = "hidden"
    book.save(path)
    assert values(read(path, year=2020)) == EXPECTED


def test_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"grp": [1048779.5, 943.0], "rate": [0.25, 12.5]}, index=pd.Index(EXPECTED, name="регион"))
    frame.to_parquet(tmp_path / "t.parquet")
    assert values(read(tmp_path / "t.parquet", year=2020)) == EXPECTED
    frame.assign(grp=[None, 1.0]).to_parquet(tmp_path / "t.parquet")
    data = read(tmp_path / "t.parquet", year=2020, missing=[""])
    assert data.absent[2020] == [("Алматы", "grp", "'' in t.parquet, row 1")]
    (tmp_path / "t.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(DataError, match="not a Parquet table"):
        read(tmp_path / "t.parquet", year=2020)


def write(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


WIDE = "регион,grp_2010,grp_2014,other\nA,1,2,9\nB,3,4,9\n"
LONG = "регион,year,what,value\nA,2010,grp,1\nB,2010,grp,3\nA,2014,grp,2\nB,2014,grp,4\nA,2012,grp,7\nA,2014,x,8\n"
BY_ROW = "регион,year,grp\nA,2010,1\nB,2010,3\nA,2014,2\nB,2014,4\nA,2012,7\n"


@pytest.mark.parametrize(
    ("text", "keys", "used", "unused"),
    [
        (WIDE, {"columns": {"grp_{year}": "grp"}}, 2, []),
        (
            WIDE,
            {"columns": {"grp_2010": {"code": "grp", "year": 2010}, "grp_2014": {"code": "grp", "year": 2014}}},
            2,
            [],
        ),
        (LONG, {"layout": "long", "year_column": "year", "indicator": "what", "value": "value"}, 4, [6, 7]),
        (
            LONG,
            {"layout": "long", "year_column": "year", "indicator": "what", "value": "value", "columns": {"grp": "grp"}},
            4,
            [6, 7],
        ),
        (BY_ROW, {"year_column": "year", "columns": {"grp": "grp"}}, 4, [6]),
    ],
    ids=["pattern", "mapping", "long", "long mapped", "year column"],
)
def test_years_in_columns_or_in_rows(
    tmp_path: Path, text: str, keys: dict[str, object], used: int, unused: list[int]
) -> None:
    data = read(write(tmp_path, text), years=(2010, 2014), codes=("grp",), **keys)
    assert values(data, 2010) == {"A": (1.0,), "B": (3.0,)}
    assert values(data, 2014) == {"A": (2.0,), "B": (4.0,)}
    assert sorted(each.row for each in data.unused if each.row) == unused
    assert (data.rows_read, data.rows_used) == (used + len(unused), used)


def test_a_column_may_be_two_codes(tmp_path: Path) -> None:
    data = read(write(tmp_path, "регион,p\nA,5\n"), codes=("a", "b"), year=2020, columns={"p": ["a", "b"]})
    assert values(data) == {"A": (5.0, 5.0)}


def test_long_table_without_a_row_is_a_listed_gap(tmp_path: Path) -> None:
    text = "регион,year,what,value\nA,2010,grp,1\nB,2010,grp,3\nA,2010,rate,2\n"
    data = read(
        write(tmp_path, text), years=(2010,), layout="long", year_column="year", indicator="what", value="value"
    )
    assert data.absent[2010] == [("B", "rate", "no row in t.csv")]


def test_all_faults_are_listed_each_with_its_place(tmp_path: Path) -> None:
    text = "регион,grp,rate\nA,1,x\nA,2,3\n,4,5\nC,n/a,\nD,1\nTotal,1,1\n"
    data = read(write(tmp_path, text), year=2020, missing=["n/a"], ignore=["total"])
    assert [(p.row, p.column, p.problem) for p in data.problems] == [
        (6, "", "2 cells"),
        (3, "регион", "duplicate region 'A' (first on line 2)"),
        (4, "регион", "the region is empty"),
        (2, "rate", "'x' is not a number"),
        (5, "rate", "the cell is empty"),
    ]
    assert all(p.remedy and p.file.endswith("t.csv") for p in data.problems)
    assert data.rows_read == 6 == data.rows_used + len([each for each in data.unused if each.row])


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"key": "region"}, "missing column 'region'"),
        ({"columns": {"grpp": "grp"}}, "missing column 'grpp'.*nearest: grp"),
        ({"columns": {"grp": "gpr"}}, "'gpr' is not in the catalogue.*nearest: grp"),
        ({"columns": {"grp": "grp", "rate": "grp"}}, "two columns are read as 'grp'"),
        ({"sheet": "x"}, "sheet is for workbooks"),
        ({"header": 9, "delimiter": ","}, "line 9, where the header should be, is empty"),
    ],
)
def test_descriptions_that_do_not_fit_the_file(tmp_path: Path, keys: dict[str, object], words: str) -> None:
    path = write(tmp_path, "регион,grp,rate\nA,1,2\n")
    with pytest.raises((DataError, AssertionError), match=words):
        values(read(path, year=2020, **keys))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.sav", b"", r"\.sav files are not read; allowed: CSV"),
        ("t.csv", b"PK\x03\x04rest", "not a text table, though its name says so"),
        ("t.csv", b"", "the header is not divided|empty"),
        ("t.csv", b"a;b;a\n1;2;3\n", "column names repeated: a"),
        ("t.csv", b'a;b\n"1;2\n', "not a delimited table"),
        ("t.xlsx", b"no zip", "not an Excel workbook"),
        ("t.csv", b"a;\xd1\x8f\n1;2", ""),
    ],
)
def test_damaged_files(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    if not words:
        assert read_raw(tmp_path / name, Table(file=name, year=2020)).columns == ("a", "я")
        return
    with pytest.raises(DataError, match=words):
        read_raw(tmp_path / name, Table(file=name, year=2020))


def test_empty_columns_of_a_spreadsheet_go_only_when_empty(tmp_path: Path) -> None:
    assert read_raw(write(tmp_path, "a,b,,\n1,2,,\n"), Table(file="t", year=2020)).columns == ("a", "b")
    raw = read_raw(write(tmp_path, "a,b,,\n1,2,,3\n"), Table(file="t", year=2020))
    assert [problem.problem for problem in raw.problems] == ["4 cells"]


NASTY = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "../x",
    "\u202egro.exe",
    "x" * 10_000,
    "a\x07b",
    "\\input{x}",
]


@pytest.mark.parametrize("name", NASTY)
def test_names_are_data_and_messages_stay_one_short_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "t.xlsx"
    frame = pd.DataFrame({"регион": [name, "B"], "grp": [1.0, 2.0], "rate": [1.0, 1.0]})
    (tmp_path / "t.csv").write_text(frame.to_csv(index=False), encoding="utf-8")
    assert list(read(tmp_path / "t.csv", year=2020).by_year[2020].index) == [name, "B"]
    if "\x07" not in name:
        frame.to_excel(path, index=False)
        assert list(read(path, year=2020).by_year[2020].index) == [name, "B"]
    frame.assign(регион=name).to_csv(tmp_path / "t.csv", index=False)
    (problem,) = read(tmp_path / "t.csv", year=2020).problems
    line = str(Problem(problem.problem, "t.csv", "", problem.row, name, problem.remedy))
    assert line.isprintable() and len(line) < 300


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "the year of the values"),
        ({"year": 2020, "year_column": "y"}, "the year of the values"),
        ({"year": 2020, "layout": "long"}, "needs indicator"),
        ({"year": 2020, "value": "v"}, "belong to layout"),
        ({"columns": {"a{year}": "a", "b": "b"}}, "either all of them state a year"),
        ({"year": 2020, "decimal": ",", "thousands": ","}, "same sign"),
        ({"year": 2020, "encoding": "klingon"}, "not a text encoding"),
        ({"year": 2020, "encoding": "base64"}, "not a text encoding"),
        ({"year": 2020, "delimiter": "x"}, "cannot separate cells"),
        ({"year": 2020, "shares": "s.csv"}, "shares needs vintage"),
        ({"year": 2020, "columns": {"a": 5}}, "give a code, several codes"),
        ({"year": 2020, "columns": {"a": {"code": "x", "yeer": 2010}}}, "give a code"),
    ],
)
def test_descriptions_that_contradict_themselves(keys: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Table.model_validate({"file": "t.csv", **keys})


@pytest.mark.parametrize(
    "unit", ["DH", "Dh", "RM", "Rp", "Rs", "DT", "DA", "Bs", "kr", "milliers", "Ribu Rupiah", "FCFA"]
)
@pytest.mark.parametrize("behind", ["", "*", " *", "¹", " 2022", " 2022*"])
def test_a_unit_in_brackets_is_no_mark_of_a_footnote(unit: str, behind: str) -> None:
    from growthpoles.study.files.printed_labels import bare_name

    kept = bare_name(f"PIB par habitant ({unit}){behind}", heading=True)
    assert kept == f"PIB par habitant ({unit})" + (" 2022" if "2022" in behind else "")
    assert bare_name("PIB par habitant (p)", heading=True) == "PIB par habitant"


@pytest.mark.parametrize("unit", ["m", "km", "cm", "mi", "ft", "hab/km", "км", "м", "чел./км", "χλμ", "กม."])
@pytest.mark.parametrize("power", "²³")
def test_the_power_of_a_length_is_no_mark(tmp_path: Path, unit: str, power: str) -> None:
    from growthpoles.study.files.printed_labels import bare_name

    name = f"Area, {unit}{power}"
    for heading in (True, False):
        for mark in ("", "¹", "*", " ²"):
            assert bare_name(name + mark, heading=heading) == name
        assert bare_name(f"Area {power}", heading=heading) == "Area"
        assert bare_name(f"Programm{power}", heading=heading) == "Programm"  # ends like a unit
    assert bare_name(f"Area {unit}{power} (thousand)", heading=True) == f"Area {unit}{power} (thousand)"
    assert bare_name(f"Area{power} (thousand)", heading=True) == "Area (thousand)"

    from openpyxl import Workbook
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    from growthpoles.study.files.cell_grids import read_grids

    up = InlineFont(vertAlign="superscript")
    book = Workbook()
    assert book.active is not None
    digit = {"²": "2", "³": "3"}[power]
    for head in (f"Area, {unit}", "Population"):
        book.active.append([CellRichText(head, TextBlock(up, digit)), "x"])
    book.save(tmp_path / "raised.xlsx")
    (grid,) = read_grids(tmp_path / "raised.xlsx")
    assert [row[0] for _, row in grid.rows] == [name, "Population"]
    assert [*grid.raised.values()] == [digit]


@pytest.mark.parametrize(
    "name",
    [
        "GDP at {} prices", "GDP in {} constant prices", "At Constant {} Prices", "GDP (constant {} US$)",
        "GDP in prices of {}", "GDP, chained ({}) dollars", "Index ({}=100)", "PIB a precios de {}",
        "PIB a precios constantes de {}", "PIB en prix de {}", "BIP zu Preisen von {}", "ВРП в ценах {} года",
        "ВРП (в постоянных ценах {} г.)", "ЖӨӨ {} жылғы бағамен", "ЖӨӨ {} жылғы тұрақты бағамен",
    ],
)  # fmt: skip
@pytest.mark.parametrize("base", [1995, 2015, 2022])
def test_a_year_of_prices_is_no_year_of_the_figures(name: str, base: int) -> None:
    from growthpoles.study.files.printed_labels import year_inside, years_in

    held = name.format(base)
    assert year_inside(held) is None and years_in(held) == []
    for year in (2021, 2022):
        assert year_inside(f"{held}, {year}") == (year, held) and years_in(f"{year}: {held}") == [year]
    assert year_inside(f"Prices and incomes {base}") == (base, "Prices and incomes")


# fmt: off
OF_SOMETHING_ELSE = """
En miles de bolivianos de {}
Millones de pesos de {}
In millions of {} dollars
KDNK mengikut Negeri pada Harga Malar {}
Keluaran Dalam Negeri Kasar, harga tetap {}
PDRB atas dasar harga konstan {}
PDRB atas dasar harga konstan tahun {}
Bruttó hazai termék, {}. évi áron
Bruttó hazai termék {}. évi változatlan áron
Produto interno bruto a preços constantes de {}
PIB, dados encadeados em volume, ano de referência={}
Produto interno bruto, preços de {}
Pato la Kaunti kwa bei za {}
Bruttoprodukt etter fylke, faste {}-priser
Bruttonationalprodukt, fasta priser {}
BNP i faste priser {}
PIB régional aux prix de {}
PIB en volume, aux prix de l'année {}
Bruttoinlandsprodukt in Preisen von {}
BIP, konstante Preise {}
PIB a precios constantes de {}
PIB, precios constantes, base {}
PKB w cenach stałych {}
PKB (ceny stałe {})
HDP ve stálých cenách roku {}
HDP v stálych cenách roku {}
BDP u stalnim cijenama {}
BDP v stalnih cenah leta {}
БДП у сталним ценама, {} = 100
Валовой региональный продукт в ценах {} года
ВРП в постоянных ценах {} года
ВРП у постійних цінах {} року
БВП по цени от {} г.
GCP at {} constant prices
GDP by state ({} prices)
GDP by State at Constant {} Prices
BKT vuoden {} hinnoin
SKP {}. aasta hindades
IKP {}. gada cenās
IKP salīdzināmās cenās {}
BVP {} metų kainomis
BVP palyginamosiomis kainomis {}
PIB în prețuri constante {}
PIB la prețurile anului {}
ΑΕΠ σε σταθερές τιμές {}
ΑΕΠ σε τιμές του {}
GSYH, {} fiyatlarıyla
GSYH, sabit fiyatlarla ({})
ÜDM, {} qiymətləri ilə
YAIM, {} yil narxlarida
ЖӨӨ {} жылғы бағамен
GRDP theo giá so sánh {}
GRDP theo giá so sánh năm {}
按{}年不变价格计算
実質GDP（{}年価格）
지역내총생산, {}년 불변가격
الناتج المحلي بالأسعار الثابتة لعام {}
ผลิตภัณฑ์ภาค ราคาคงที่ ปี {}
BBP in prijzen van {}
PBB në çmime konstante {}
PIB a preus constants de {}
Emprego por atividade (CAE Rev. 3, {})
Rendimento por Localização geográfica (NUTS - {})
Rendimento por Localização geográfica (NUTS {})
Taxa por Local de residência (NUTS-{}); Anual
Population according to NUTS {}
Employment by NACE Rev. 2 ({})
Employment (NACE Rev. 2, {})
Employment, ISIC Rev. 4 {}
Beschäftigte nach Wirtschaftszweigen (WZ {})
Indice des prix (base {} = 100)
Index ({} = 100)
Index {}=100
Индекс, {} г. = 100
Volume index, base year {}
Basisjahr {}
Index, base: {}
tahun asas {}
mwaka wa msingi wa {}
Population (LAU {})
Bevölkerung (Gebietsstand {})
Population, {} boundaries
ГДП (ОКВЭД {})
""".strip().split("\n")
OF_THE_FIGURES = """
Population {}
Population by region, {}
Precio medio {}
Average prices, {}
Prices and incomes {}
Consumer prices in {}
Preise {}
GDP at current prices, {}
KDNK pada harga semasa {}
PIB a preços correntes {}
PIB a precios corrientes {}
Índice de precios de {}
Lakónépesség a {}. évi népszámlálás szerint
Befolkning {} efter region
Bevölkerung {} nach Ländern
Население на 1 января {} года
Численность населения за {} год
Population by NUTS 2 regions, {}
Population by NUTS, {}
Bruttó hazai termék, {}
A népesség {}. évi adatai
Database {}
Số dân năm {}
Idadi ya watu {}
Jumlah penduduk tahun {}
Befolkning {}, alle fylker
人口 {}年
Cenzus {}
Census {}
Средние цены на жилье, {}
Ceny mieszkań {}
Ціни {}
Kişi sayısı {}
Bei den Betrieben Beschäftigte {}
ano de referência: {}
Harga Sewa {}
Population ({})
GDP ({}, million)
GDP, m EUR, {}
Unemployment rate {} (%)
""".strip().split("\n")
# fmt: on


@pytest.mark.parametrize("name", samples(OF_SOMETHING_ELSE, 12))
def test_a_year_of_prices_a_base_or_a_classification_is_none_in_any_language(name: str) -> None:
    from growthpoles.study.files.printed_labels import doubtful_year, years_in

    for base in (1995, 2015):
        held = name.format(base)
        assert years_in(held) == []
        for year in (2021, 2022):
            assert years_in(f"{held}, {year}") == years_in(f"{year}: {held}") == [year]
            assert not doubtful_year(f"{held}, {year}")


@pytest.mark.parametrize("name", samples(OF_THE_FIGURES, 12))
def test_a_year_beside_other_words_is_that_of_the_figures(name: str) -> None:
    from growthpoles.study.files.printed_labels import years_in

    for year in (1995, 2015):
        assert years_in(name.format(year)) == [year]


@pytest.mark.parametrize("year", [2007, 2021])
def test_a_year_behind_an_acronym_is_that_of_the_figures_where_it_is_a_survey(year: int) -> None:
    from growthpoles.study.files.printed_labels import doubtful_year

    for survey in ("RGPH", "DHS", "SLDHS", "MICS", "ENES", "PHC", "LFS", "EICV", "CENSO"):
        assert not doubtful_year(f"Population par district ({survey} {year})")
        assert not doubtful_year(f"Taux d'activité, {survey} {year}")
    for other in ("EUR", "PPP", "GBP"):
        assert doubtful_year(f"Produit par district ({other} {year})")


AGAINST = """
В % к {} г.
В % к январю-декабрю {}г.
(в % к декабрю {} года)
Темп роста к {} году, %
Прирост к {} году
в разах к {} г.
Изменение по сравнению с {} годом
Variación respecto a {} (%)
Variation par rapport à {}
Veränderung gegenüber {}
% of {}
Change from {} (%)
Growth on {} (%)
Change since {}
Increase over December {}
"""
NOT_AGAINST = """
Population of {}
Poor, % of population {}
в % к итогу {}
Темп роста {} г.
Crecimiento de {}
Variación acumulada a diciembre de {}
Change in {}
Прирост населения за {} год
Share of GDP (%), {}
"""


@pytest.mark.parametrize("year", [2005, 2021])
def test_a_year_with_which_figures_are_compared_is_none(year: int) -> None:
    from growthpoles.study.files.printed_labels import years_in

    for text in AGAINST.strip().splitlines():
        assert years_in(text.format(year)) == [], text
    for text in NOT_AGAINST.strip().splitlines():
        assert years_in(text.format(year)) == [year], text


@pytest.mark.parametrize("text", samples(AGAINST.strip().splitlines(), 3))
def test_a_growth_column_has_the_year_of_the_others_or_none(text: str, tmp_path: Path) -> None:
    import growthpoles as gp

    path, head = tmp_path / "t.csv", text.format(2021).replace(",", "")
    rows = [f"Area {i}x;{1000 + 7 * i}.5;{1100 + 5 * i}.5;{101 + i}.5" for i in range(8)]
    for heads, years in (("2021;2022", {2021, 2022}), ("Output 2022;Sales 2022", {2022})):
        path.write_text("\n".join(["Output by area", f"Area;{heads};{head}", *rows]), encoding="utf-8")
        table = gp.read_table(path)
        growth = table[table["value"] < 200]
        assert {*table["year"]} == years
        assert {*growth["year"]} == (set() if len(years) > 1 else {2022}), (text, growth)
