"""Signs of numbers that could be read in two ways: both readings are offered, and the size of others may tell."""

from __future__ import annotations

import random
import re
from pathlib import Path

import openpyxl
import pytest

import growthpoles as gp
from growthpoles.errors import DataError
from growthpoles.study.propose_study import propose_study

SWAP = str.maketrans(",.", ".,")


def _grouped(number: int, sign: str) -> str:
    text = f"{number:,}"
    return text if sign == "," else text.translate(SWAP)


@pytest.mark.parametrize("sign", [",", "."])
@pytest.mark.parametrize("seed", range(4))
def test_both_readings_can_be_pasted_the_likelier_first(tmp_path: Path, sign: str, seed: int) -> None:
    rng = random.Random(seed)
    names = list(gp.load_regions(2022)["name_en"])
    numbers = [rng.randrange(1000, 10 ** rng.randint(4, 6)) for _ in names]
    path = tmp_path / "jobs.csv"
    lines = [f"{name};{_grouped(number, sign)}" for name, number in zip(names, numbers, strict=True)]
    path.write_text("\n".join(["region;Jobs 2021", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="two ways") as refused:
        gp.read_table(path)
    assert str(refused.value).count("jobs.csv") == 1
    ways = [hit[0] for hit in re.finditer(r'decimal="."(?:, thousands=".")?', str(refused.value).split("allowed: ")[1])]
    assert len(ways) == 2
    for way, factor in zip(ways, (1, 1000), strict=True):
        given = dict(re.findall(r'(\w+)="(.)"', way))
        table = gp.read_table(path, **given)
        assert table["value"].tolist() == [number / factor for number in numbers]
        assert not any("two ways" in text or "decimal sign" in text for text in table.attrs["remarks"])
    assert gp.read_table(path, thousands=sign)["value"].tolist() == numbers

    proposal = propose_study(tmp_path / "s", table=path)
    proposal.write()
    text = (tmp_path / "s" / "study.toml").read_text(encoding="utf-8")
    assert text.index(f'# thousands = "{sign}"') < text.index(f'# decimal = "{sign}"')


def _book(path: Path, cells: list[object]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Area", "Income 2021", "Rate 2021"])
    for i, cell in enumerate(cells):
        book.active.append([f"Area {chr(65 + i)}", cell, 5.5 + i])
    book.save(path)
    return path


@pytest.mark.parametrize("sign", [",", "."])
@pytest.mark.parametrize("seed", range(6))
def test_a_flagged_cell_is_read_as_the_numbers_around_it(tmp_path: Path, sign: str, seed: int) -> None:
    rng = random.Random(seed)
    numbers = [rng.randrange(11_000, 95_000) for _ in range(12)]
    odd = set(rng.sample(range(12), rng.randint(1, 6)))
    cells: list[object] = [f"{_grouped(n, sign)} p" if i in odd else n for i, n in enumerate(numbers)]
    table = gp.read_table(_book(tmp_path / "t.xlsx", cells))
    assert table.loc[table["indicator"] == "Income", "value"].tolist() == numbers
    assert any("stands between thousands, by the size" in text for text in table.attrs["remarks"])


@pytest.mark.parametrize(
    ("others", "first"),
    [
        ([3.2, 5.25, 7.0, 9.5], 'decimal=","'),  # only the fraction is like them
        ([3, 50, 700, 9000], 'decimal="."'),  # both are
        ([20_000, 30_000], 'decimal="."'),  # too few
        ([0, 0, 0, 0], 'decimal="."'),
    ],
)
def test_where_sizes_do_not_tell_it_is_asked(tmp_path: Path, others: list[float], first: str) -> None:
    path = _book(tmp_path / "t.xlsx", ["4,125 p", *others])
    with pytest.raises(DataError, match=f"two ways.*allowed: {first}"):
        gp.read_table(path)


def test_a_decimal_sign_of_other_cells_does_not_override_the_size_of_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Area", "Income 2021", "Rate 2021"], ["A", "22,310 p", 5], ["B", 21_000, "12,5 p"], ["C", 23_500, 8]):
        book.active.append(row)
    for i in range(4):
        book.active.append([f"D{i}", 20_000 + i, 7])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match="decimal sign in other cells, and stands between thousands in '22,310'"):
        gp.read_table(tmp_path / "t.xlsx")
    asked = gp.read_table(tmp_path / "t.xlsx", decimal=",")
    assert asked.loc[asked["region"] == "A", "value"].tolist() == [22.31, 5.0]


def test_another_indicator_of_a_long_table_says_nothing_of_the_size(tmp_path: Path) -> None:
    rows = [f"{area};2021;People;{40_000 + i}\n{area};2021;Births per woman;1,{640 + i}"
            for i, area in enumerate(["North", "South", "East", "West", "Centre"])]  # fmt: skip
    (tmp_path / "t.csv").write_text("\n".join(["area;year;indicator;value", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="two ways"):
        gp.read_table(tmp_path / "t.csv")
