"""Rows set in by dots, spaces or dashes: counties of larger regions, and parts of counties ("of which")."""

from __future__ import annotations

import random
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from openpyxl.styles import Alignment
from shapely.geometry import box

import growthpoles as gp
from growthpoles.regions.key_matching import PART, SUM
from growthpoles.study.audit.file_audit import audit_file
from growthpoles.study.files.cell_grids import read_grids as read_sheets
from growthpoles.study.read_published import read_blocks
from samples import samples

SYLLABLES = ("ba", "ko", "ri", "tu", "mel", "san", "do", "vi", "gar", "lo", "pe", "nu", "fa", "zi")
MARKS = ("..", "  ", ".", "- ", "– ", "\N{NO-BREAK SPACE}", "    ")


class Office:
    """A table of an office: total, larger regions, their counties (often only one), cities within counties."""

    def __init__(self, seed: int, *, larger: bool, columns: int | None = None) -> None:
        rng = self.rng = random.Random(seed)
        names: set[str] = set()
        while len(names) < 60:
            names.add("".join(rng.choices(SYLLABLES, k=rng.randint(3, 4))).capitalize())
        free = sorted(names)
        rng.shuffle(free)
        self.mark, self.columns = rng.choice(MARKS), columns or rng.randint(1, 4)
        self.scale = rng.choice([1, 10])
        self.rows: list[tuple[str, int, str, list[int]]] = []  # name, level, kind, figures
        sizes = [1, *(rng.randint(1, 5) for _ in range(rng.randint(2, 4))), 3, 4] if larger else [1] * 12
        rng.shuffle(sizes)
        for size in sizes:
            below: list[tuple[str, int, str, list[int]]] = []
            held = []
            for _ in range(size):
                own = [rng.randint(3_000, 900_000) for _ in range(self.columns)]
                held.append(own)
                name = free.pop()
                below.append((f"{name} maakond", int(larger), "county", own))
                if rng.random() < 0.3:
                    parts = rng.randint(1, 3)
                    for i in range(parts):
                        city = [int(value * rng.uniform(0.1, 0.8 / parts)) for value in own]
                        called = f"{name} linn" if i == 0 and rng.random() < 0.5 else f"{free.pop()} linn"
                        below.append((called, int(larger) + 1, "part", city))
            if larger:
                self.rows.append((f"{free.pop()}-Eesti", 0, "upper", [sum(each) for each in zip(*held, strict=True)]))
            self.rows += below
        whole = [
            sum(each) for each in zip(*(cells for _, _, kind, cells in self.rows if kind == "county"), strict=True)
        ]
        self.rows.insert(0 if rng.random() < 0.7 else len(self.rows), ("Total", 0, "upper", whole))

    def of(self, kind: str) -> list[str]:
        return [name for name, _, own, _ in self.rows if own == kind]

    def write(self, path: Path) -> None:
        years = [f"Population {2019 + at}" for at in range(self.columns)]
        cells = [
            [self.mark * level + name, *(value / self.scale for value in own)] for name, level, _, own in self.rows
        ]
        pd.DataFrame(cells, columns=["Area", *years]).to_excel(path, index=False)

    def set_in_by_format(self, path: Path, *, numbers: bool) -> None:
        """Write the names as they are, set in by the format of their cells alone; so may numbers be, of no meaning."""
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            pd.DataFrame({"note": ["see Data"]}).to_excel(book, sheet_name="Notes", index=False)
            cells = [[name, *(value / self.scale for value in own)] for name, _, _, own in self.rows]
            years = [f"Population {2019 + at}" for at in range(self.columns)]
            pd.DataFrame(cells, columns=["Area", *years]).to_excel(book, sheet_name="Data & more", index=False)
            page = book.sheets["Data & more"]
            for number, (_, level, _, _) in enumerate(self.rows, start=2):
                page.cell(number, 1).alignment = Alignment(indent=level, horizontal="left")
                for at in range(self.columns if numbers else 0):
                    page.cell(number, at + 2).alignment = Alignment(indent=at % 3, horizontal="right")


@pytest.mark.parametrize("larger", [True, False])
@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_a_format_sets_names_in_as_spaces_do(seed: int, larger: bool, tmp_path: Path) -> None:
    office = Office(seed, larger=larger)
    office.set_in_by_format(tmp_path / "f.xlsx", numbers=seed % 2 == 1)
    grid = read_sheets(tmp_path / "f.xlsx", sheet="Data & more")[0]
    assert grid.rows[0][1][0] == "Area"
    cells = [row[0] for _, row in grid.rows[1:]]
    assert cells == ["  " * level + name for name, level, _, _ in office.rows]
    (block,), _ = read_blocks([grid], None)
    told = {name.strip(): why for name, why in block.match.outside.items()}
    assert told == dict.fromkeys(office.of("upper"), SUM) | dict.fromkeys(office.of("part"), PART)
    assert not len(audit_file(tmp_path / "f.xlsx")[0].ledger)
    office.write(tmp_path / "s.xlsx")  # one whose names have signs of their own keeps them
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    for number in range(2, len(office.rows) + 2):
        book.worksheets[0].cell(number, 1).alignment = Alignment(indent=number % 4)
    before = read_sheets(tmp_path / "s.xlsx")[0].rows
    book.save(tmp_path / "s.xlsx")
    assert read_sheets(tmp_path / "s.xlsx")[0].rows == before or not any(level for _, level, _, _ in office.rows)


@pytest.mark.parametrize("larger", [True, False])
@pytest.mark.parametrize("seed", samples(range(60), 6))
def test_parts_are_no_regions_and_break_no_total(seed: int, larger: bool, tmp_path: Path) -> None:
    office = Office(seed, larger=larger)
    office.write(tmp_path / "t.xlsx")
    (block,), _ = read_blocks(read_sheets(tmp_path / "t.xlsx"), None)
    told = {name.lstrip(" .-–\N{NO-BREAK SPACE}"): why for name, why in block.match.outside.items()}
    assert told == dict.fromkeys(office.of("upper"), SUM) | dict.fromkeys(office.of("part"), PART)
    audit, file, _ = audit_file(tmp_path / "t.xlsx")
    assert not len(audit.ledger), audit.ledger[["fault", "place"]].to_string()
    assert any(name in str(told) for name in office.of("part")[:1] for told in file.left_out) == bool(office.of("part"))


@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_a_wrong_figure_of_a_county_is_found_beside_parts(seed: int, tmp_path: Path) -> None:
    office = Office(seed, larger=True, columns=4)
    counties = [own for _, _, kind, own in office.rows if kind == "county"]
    wrong = max(counties, key=lambda own: own[2])
    wrong[2] += 1000 * office.scale
    office.write(tmp_path / "t.xlsx")
    audit, _, _ = audit_file(tmp_path / "t.xlsx")
    assert set(audit.ledger["table"]) == {3}
    (block,), _ = read_blocks(read_sheets(tmp_path / "t.xlsx"), None)
    assert {*office.of("county")} == {block.text(row, 0).lstrip(" .-–\N{NO-BREAK SPACE}") for _, row in block.regions}


@pytest.mark.parametrize("larger", [True, False])
@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_a_city_within_a_county_of_its_name_is_not_that_county(seed: int, larger: bool, tmp_path: Path) -> None:
    office = Office(seed, larger=larger)
    office.write(tmp_path / "t.xlsx")
    counties = office.of("county")
    named = [name.removesuffix(" maakond") + ("" if seed % 2 else "maa") for name in counties]
    shapes = [box(i, 0, i + 1, 1) for i in range(len(counties))]
    layer = gpd.GeoDataFrame(
        {"code": [f"EE-{10 + i}" for i in range(len(named))], "name": named}, geometry=shapes, crs=4326
    )
    layer.to_file(tmp_path / "map.gpkg")
    aliases = {} if seed % 2 else dict(zip(counties, layer["code"], strict=True))
    aliases = {office.mark * int(larger) + name: code for name, code in aliases.items()}
    table = gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "map.gpkg", key="code", aliases=aliases)
    first = table[table["year"] == 2019].set_index("region")["value"]
    truth = {code: own[0] / office.scale for code, own in
             zip(layer["code"], [own for _, _, kind, own in office.rows if kind == "county"], strict=True)}  # fmt: skip
    assert first.to_dict() == pytest.approx(truth)


@pytest.mark.parametrize("seed", samples(range(12), 2))
def test_rates_of_several_levels_are_told(seed: int, tmp_path: Path) -> None:
    """No sum tells which rows are parts."""
    office = Office(seed, larger=True, columns=2)
    for _, _, _, own in office.rows:
        own[:] = [office.rng.randint(1000, 9000) for _ in own]
    office.write(tmp_path / "t.xlsx")
    (block,), _ = read_blocks(read_sheets(tmp_path / "t.xlsx"), None)
    assert sum("rows set in below may be parts" in str(told) for told in block.doubts) == 1
    assert not {PART, SUM}.intersection(block.match.outside.values())


@pytest.mark.parametrize("rates", [True, False])
@pytest.mark.parametrize("seed", samples(range(20), 2))
def test_a_larger_region_of_the_stem_of_a_county_takes_no_name_from_it(seed: int, rates: bool, tmp_path: Path) -> None:
    """ "Lääne-Eesti" above "..Lääne maakond", where the boundaries say "Läänemaa" or another spelling."""
    office = Office(seed, larger=True, columns=2)
    rows = office.rows
    for at, (_, level, kind, own) in enumerate(rows):
        if kind == "upper" and at + 1 < len(rows) and rows[at + 1][2] == "county":
            rows[at] = f"{rows[at + 1][0].removesuffix(' maakond')}-Eesti", level, kind, own
        if rates:
            own[:] = [office.rng.randint(1000, 9000) for _ in own]
    office.write(tmp_path / "t.xlsx")
    counties = [(name.removesuffix(" maakond"), own) for name, _, kind, own in rows if kind == "county"]
    layer = gpd.GeoDataFrame(
        {"code": [f"EE-{10 + at}" for at in range(len(counties))], "name": [name for name, _ in counties]},
        geometry=[box(i, 0, i + 1, 1) for i in range(len(counties))],
        crs=4326,
    )
    layer.to_file(tmp_path / "map.gpkg")
    ignore = ["*"] if rates else []  # asked for where more rows are left than there are regions
    table = gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "map.gpkg", key="code", ignore=ignore)
    first = table[table["year"] == 2019].set_index("region")["value"].to_dict()
    values = [own[0] / office.scale for _, own in counties]
    assert first == pytest.approx(dict(zip(layer["code"], values, strict=True)))
