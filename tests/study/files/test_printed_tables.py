"""The transcribed tables against a second, independent transcription, their sums and their own printed ratios."""

import math
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from growthpoles.errors import DataError
from growthpoles.shipped_data import geodata_path
from growthpoles.study.files.printed_tables import (
    latin_class,
    parse_number,
    printed_resolution,
    read_cells,
    read_rows,
)

TABLES = range(1, 8)
SECOND = Path(__file__).parent / "second_transcription"


def cells(number: int) -> pd.DataFrame:
    return read_cells(geodata_path("tables", f"table{number}.csv"))


def column(number: int, name: str) -> pd.Series:
    found = cells(number).query("column == @name").set_index("row")
    return found["value"]


@pytest.mark.parametrize("number", TABLES)
def test_two_independent_transcriptions_agree(number: int) -> None:
    first = read_rows(geodata_path("tables", f"table{number}.csv")).set_index(["row", "column"])
    second = read_rows(SECOND / f"table{number}.csv").set_index(["row", "column"]).query("column != 'group'")
    assert set(first.index) == set(second.index)
    assert (first["printed"] == second["printed"].reindex(first.index)).all()
    if number > 1:
        assert (first["label"] == second["label"].reindex(first.index)).all()


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_column_sums_equal_those_of_the_second_transcription(number: int) -> None:
    second = read_rows(SECOND / f"table{number}.csv")
    exact = second["printed"].map(lambda cell: Decimal(cell.replace(" ", "").replace(",", ".")))
    for name, total in exact.groupby(second["column"]).sum().items():
        assert math.isclose(column(number, str(name)).sum(), float(total), rel_tol=1e-12)


@pytest.mark.parametrize("number", TABLES)
def test_sixteen_rows_and_no_gap(number: int) -> None:
    rows = cells(number)
    counts = rows.groupby("column")["row"].agg(list)
    expected = list(range(1, 11 if number == 1 else 17))
    assert all(found == expected for found in counts)


def within(derived: pd.Series, numerator: pd.Series, denominator: pd.Series, factor: float, half: float) -> pd.Series:
    return (derived - factor * numerator / denominator).abs() <= half


def test_every_printed_ratio_to_employment() -> None:
    """One cell is a fault of the print: 139 824,7 / 726 100 is 192 569,48 and not 192 568,00."""
    off = [
        (number, name, row)
        for number in (3, 5)
        for name in ("rd", "tech_innovation")
        for row, holds in within(
            column(number, f"{name}_per_employed"), column(number, name), column(number, "employed"), 1e6, 0.0051
        ).items()
        if not holds
    ]
    assert off == [(3, "tech_innovation", 14)]
    assert column(3, "tech_innovation_per_employed")[14] == 192568.00


def test_every_printed_ratio_of_2010() -> None:
    grp = column(2, "grp")
    assert within(column(2, "productivity"), grp, column(2, "employed"), 1e3, 0.0051).all()
    assert within(column(2, "asset_return"), grp, column(2, "fixed_assets"), 1.0, 0.0051).all()
    assert within(column(2, "eco_efficiency"), grp, column(2, "emissions"), 1.0, 0.051).all()


def test_every_printed_ratio_of_2014_in_the_order_that_the_audit_states() -> None:
    """Primary columns are in yearbook order, derived ones in article order."""
    yearbook_row = {5: 14, 7: 5, 8: 7, 9: 8, 10: 9, 11: 10, 14: 11}
    rows = [yearbook_row.get(row, row) for row in range(1, 17)]
    grp = column(4, "grp").loc[rows].to_numpy()
    for name, divisor, factor, half in (
        ("productivity", "employed", 1e3, 0.0051),
        ("asset_return", "fixed_assets", 1.0, 0.0051),
        ("eco_efficiency", "emissions", 1.0, 0.051),
    ):
        quotient = factor * grp / column(4, divisor).loc[rows].to_numpy()
        assert (abs(column(4, name).to_numpy() - quotient) <= half).all(), name


def test_population_implied_by_the_two_years_agrees_in_fifteen_rows() -> None:
    implied = {n: column(n, "output") / column(n, "output_per_capita") * 1e6 for n in (3, 5)}
    agree = (implied[3] / implied[5] - 1).abs() < 2e-3
    assert list(agree.index[~agree]) == [14]
    assert implied[3][14] / implied[5][14] == pytest.approx(10, rel=1e-3)


def test_printed_growth_of_the_index() -> None:
    """Fifteen printed 2014/2010 ratios follow from the printed indices; row 14 does not (88.43 against 86.66)."""
    off = (column(6, "ratio") - 100 * column(6, "index_2014") / column(6, "index_2010")).abs()
    rounding = 100 * 0.006 * (1 / column(6, "index_2010") + column(6, "index_2014") / column(6, "index_2010") ** 2)
    assert list(off.index[off > rounding + 0.006]) == [14]


def test_ksi_sums() -> None:
    assert column(7, "ksi_2010").sum() == pytest.approx(1.000, abs=1e-9)
    assert column(7, "ksi_2014").sum() == pytest.approx(0.999, abs=1e-9)


def test_dash_zero_and_rounded_zero_stay_apart() -> None:
    printed = cells(7).query("column == 'ksi_2010'").set_index("row")["printed"]
    assert (printed[4], printed[8], printed[6]) == ("-", "0", "0,000")


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1 048 779,0", ",", 1048779.0),
        ("1 048 779,0", ",", 1048779.0),
        ("413300", ",", 413300.0),
        ("0,000", ",", 0.0),
        ("-3.5", ".", -3.5),
        (" 12,5 ", ",", 12.5),
    ],
)
def test_numbers_as_printed(text: str, decimal: str, value: float) -> None:
    assert parse_number(text, decimal=decimal) == value


@pytest.mark.parametrize(
    ("text", "decimal", "words"),
    [
        ("12.5", ",", "wrong decimal sign '.'"),
        ("12,5", ".", "wrong decimal sign ','"),
        ("-", ",", "not a number"),
        ("", ",", "empty"),
        ("1.234,5", ",", "not a number"),
        ("nan", ".", "not a number"),
        ("1e999", ".", "too large"),
        ("١٢", ".", "not a number"),
        ("x" * 10_000, ".", "not a number"),
    ],
)
def test_bad_numbers_say_where_and_what_is_allowed(text: str, decimal: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        parse_number(text, decimal=decimal, where="f.csv, line 3, column x")
    line = str(caught.value)
    assert line.startswith("f.csv, line 3, column x: ")
    assert "decimal sign" in line and "\n" not in line and len(line) < 250


def test_resolution_is_the_unit_of_the_last_printed_digit() -> None:
    assert [printed_resolution(text) for text in ("1 417,77", "413300", "0,000")] == [0.01, 1.0, 0.001]


def test_class_letters_of_either_alphabet() -> None:
    assert [latin_class(text) for text in ("С++", "C++", "В+", " А ")] == ["C++", "C++", "B+", "A"]


def write(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("a,a\n1,2\n", "repeated"),
        ("a,\n1,2\n", "repeated or empty"),
        ("a,b\n1\n", "line 2: 1 cell; allowed: 2"),
        ('a,b\n"1,2\n', "not a delimited table"),
    ],
)
def test_damaged_tables(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_rows(write(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_rows(tmp_path / "none.csv")
    with pytest.raises(DataError, match="folder"):
        read_rows(tmp_path)
    (tmp_path / "b.csv").write_bytes(b"a,b\n\xff,1\n")
    with pytest.raises(DataError, match="byte 4 is not UTF-8"):
        read_rows(tmp_path / "b.csv")


def test_a_mistyped_value_is_found(tmp_path: Path) -> None:
    head = "table,row,label,column,printed,value\n"
    with pytest.raises(DataError, match=r"line 2, column value: '12.4' is not what is printed, '12,5'"):
        read_cells(write(tmp_path, head + '9,1,A,x,"12,5",12.4\n'))
    with pytest.raises(DataError, match="line 3: row 1, column 'x' stands twice"):
        read_cells(write(tmp_path, head + '9,1,A,x,"12,5",12.5\n9,1,A,x,"12,5",12.5\n'))
    with pytest.raises(DataError, match="missing column 'printed'"):
        read_cells(write(tmp_path, "table,row,label,column,value\n"))
