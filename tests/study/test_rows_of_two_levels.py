"""A region and a part of it that are spelled alike: that of the level of the map is taken, or both are asked."""

from __future__ import annotations

import ast
import random
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from read_both_ways import by_study, by_table
from shapely.geometry import box

import growthpoles as gp
from growthpoles.errors import DataError
from growthpoles.study.audit.file_audit import read_audit_file
from samples import samples

SYLLABLES = ("ba", "ko", "ri", "tu", "mel", "san", "do", "vi", "gar", "lo", "pe", "nu", "fa", "zi")


class Tables:
    """Provinces, their districts, some of which bear the name of the province, and figures of both."""

    def __init__(self, seed: int, *, book: bool = False) -> None:
        self.book = book
        self.rng = rng = random.Random(seed)
        names: set[str] = set()
        while len(names) < 120:
            names.add("".join(rng.choices(SYLLABLES, k=rng.randint(3, 4))).capitalize())
        free = sorted(names)
        rng.shuffle(free)
        self.parts = {free.pop(): sorted(free.pop() for _ in range(rng.randint(3, 6))) for _ in range(9)}
        for name in rng.sample(sorted(self.parts), 2):
            self.parts[name][rng.randrange(len(self.parts[name]))] = name
            self.parts[name].sort(key=str.casefold)
        self.twins = [name for name, parts in self.parts.items() if name in parts]

    def rows(self, *, rates: bool, above: bool = True, noise: bool = False) -> list[tuple[str, bool, list[float]]]:
        """Return name, whether it is a province, and figures of every row."""
        found: list[tuple[str, bool, list[float]]] = []
        for name, parts in self.parts.items():
            cells = [[self.rng.randint(1000, 90000) / (1000 if rates else 1) for _ in range(3)] for _ in parts]
            values = np.array(cells)
            whole = np.round(values.mean(axis=0), 3) if rates else values.sum(axis=0)
            if noise:
                whole = np.array([self.rng.randint(1000, 90000) / (1000 if rates else 1) for _ in range(3)])
            own = [(part, False, each) for part, each in zip(parts, cells, strict=True)]
            found += [(name, True, list(whole)), *own] if above else [*own, (name, True, list(whole))]
        return found

    def read(
        self,
        folder: Path,
        rows: list[tuple[str, bool, list[float]]],
        *,
        upper: bool,
        inset: bool = False,
        **options: object,
    ) -> pd.DataFrame:
        """Read the table with boundaries of one level."""
        names = list(self.parts) if upper else [part for parts in self.parts.values() for part in parts]
        shapes = [box(i, 0, i + 1, 1) for i in range(len(names))]
        layer = gpd.GeoDataFrame(
            {"code": [f"Q{i:02}" for i in range(len(names))], "name": names}, geometry=shapes, crs=4326
        )
        layer.to_file(folder / "map.gpkg")
        named = [("  " * (inset and not above) + name, cells) for name, above, cells in rows]
        lines = [";".join([name, *(f"{value:.10g}" for value in cells)]) for name, cells in named]
        (folder / "t.csv").write_text("\n".join(["Area;2019;2020;2021", *lines]) + "\n", encoding="utf-8")
        if self.book:
            cells = [[name, *values] for name, values in named]
            pd.DataFrame(cells, columns=["Area", "2019", "2020", "2021"]).to_excel(folder / "t.xlsx", index=False)
        file = folder / ("t.xlsx" if self.book else "t.csv")
        table = gp.read_table(file, boundaries=folder / "map.gpkg", key="code", decimal=".", **options)
        called = dict(zip(layer["code"], names, strict=True))
        wide = table.assign(region=table["region"].map(called)).pivot(index="region", columns="year", values="value")
        wide.attrs = table.attrs
        return wide


def check(table: pd.DataFrame, rows: list[tuple[str, bool, list[float]]], *, upper: bool) -> None:
    truth = {name: cells for name, above, cells in rows if above == upper}
    assert set(table.index) == set(truth)
    assert all(table.loc[name].tolist() == pytest.approx(cells) for name, cells in truth.items())


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("seed", samples(range(12), 2))
def test_sums_tell_the_level_of_rows_of_one_name(tmp_path: Path, seed: int, upper: bool) -> None:
    tables = Tables(seed)
    rows = tables.rows(rates=False, above=seed % 2 == 0)
    if seed % 3 == 0:
        rows.insert(0, ("Total", False, np.sum([cells for _, above, cells in rows if above], axis=0).tolist()))
    table = tables.read(tmp_path, rows, upper=upper)
    check(table, [row for row in rows if row[0] != "Total"], upper=upper)
    read = [by(tmp_path / "t.csv", tmp_path / "map.gpkg", key="code") for by in (by_study, by_table)]
    assert [*read[0].values()] == [*read[1].values()]


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("seed", samples(range(24), 3))
def test_sums_of_counts_tell_it_beside_a_ratio(tmp_path: Path, seed: int, upper: bool) -> None:
    """One column, or two, of quotients of the others add up nowhere, and hide nothing that those tell."""
    tables = Tables(seed, book=seed % 4 == 1)
    rows = tables.rows(rates=False, above=seed % 2 == 0)
    for _, _, cells in rows:
        cells[1] = round(cells[0] / cells[2] * 100, 1)
        cells[2] = cells[2] if seed % 3 else round(cells[2] / cells[0], 2)
    check(tables.read(tmp_path, rows, upper=upper, ignore=["*"] if upper else []), rows, upper=upper)


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("seed", samples(range(16), 2))
def test_indentation_tells_it_where_no_figure_does(tmp_path: Path, seed: int, upper: bool) -> None:
    tables = Tables(seed, book=seed % 2 == 1)
    rows = tables.rows(rates=True, noise=seed % 4 < 2)
    check(tables.read(tmp_path, rows, upper=upper, inset=True, ignore=["*"] if upper else []), rows, upper=upper)


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("seed", samples(range(12), 2))
@pytest.mark.parametrize("mixed", [True, False])
def test_rates_tell_it_only_where_nothing_else_fits(tmp_path: Path, seed: int, upper: bool, mixed: bool) -> None:
    """Parts in the order of the alphabet leave no doubt; in any other one, a row of the other level is never taken."""
    tables = Tables(seed)
    for parts in tables.parts.values() if mixed else ():
        tables.rng.shuffle(parts)
    rows = tables.rows(rates=True, above=seed % 2 == 0)
    try:
        table = tables.read(tmp_path, rows, upper=upper, ignore=["*"] if upper else [])
    except DataError as error:
        assert mixed and "duplicate region" in str(error)
        return
    check(table, rows, upper=upper)


@pytest.mark.parametrize("rates", [True, False])
@pytest.mark.parametrize("seed", samples(range(10), 1))
def test_noise_tells_nothing_and_the_remedy_works(tmp_path: Path, seed: int, rates: bool) -> None:
    tables = Tables(seed, book=rates)
    rows = tables.rows(rates=rates, noise=True)
    with pytest.raises(DataError, match="duplicate region") as caught:
        tables.read(tmp_path, rows, upper=True, ignore=["*"])
    ignored = ast.literal_eval(re.search(r"ignore=(\[.*?\])", str(caught.value))[1])
    assert len(ignored) == len(tables.twins)
    table = tables.read(tmp_path, rows, upper=True, ignore=[*ignored, "*"])
    check(table, rows, upper=True)
    told = [each for each in table.attrs["remarks"] if "listed in ignore" in each]
    assert all(any(row in each for each in told) for row in ignored) and not any(
        "nothing is ignored" in told for each in table.attrs["remarks"]
    )


@pytest.mark.parametrize("seed", samples(range(30), 4))
def test_of_two_rows_of_one_name_the_one_outside_the_order_is_offered(tmp_path: Path, seed: int) -> None:
    """Rates of a country and of its region of that name: the row at the head, or before the alphabet; else both."""
    rng = random.Random(seed)
    place = ("head", "sorted", "between")[seed % 3]
    name = "Panamá" if place != "sorted" else "Melsan"
    names = [each.capitalize() for each in dict.fromkeys("".join(rng.choices(SYLLABLES, k=3)) for _ in range(14))]
    # Behind the last one of a sorted table a row of its name would be in the order, too.
    ordered = sorted([*names[:7], "Zuro", name], key=str.casefold)
    names = [*rng.sample(names, 8), name] if place != "sorted" else ordered
    if place != "sorted":
        rng.shuffle(names)
        names = names if names[-1] != name else names[::-1]
    cells = {each: rng.uniform(20, 60) for each in names}
    if place == "head" and names[0] == name:
        names[:2] = names[1::-1]
    at = {"head": 0, "sorted": len(names), "between": names.index(name) + 1}[place]
    rows = [(each, cells[each]) for each in names]
    rows.insert(at, (name, 41.5 if place != "sorted" else 40.0))
    if place == "between" and rows[0][0] == name:
        rows.insert(0, ("Balo", 33.3))
        cells["Balo"], at = 33.3, at + 1
    layer = gpd.GeoDataFrame({"name": [*cells]}, geometry=[box(i, 0, i + 1, 1) for i in range(len(cells))], crs=4326)
    layer.to_file(tmp_path / "map.gpkg")
    (tmp_path / "t.csv").write_text("\n".join(["Area;Rate 2019", *(f"{a};{b:.1f}" for a, b in rows)]) + "\n")
    with pytest.raises(DataError, match="duplicate region") as caught:
        gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", decimal=".")
    offers = re.findall(r"ignore=(\[[^\]]*\])", str(caught.value))
    lines = [f"line {i}: {name}" for i, (each, _) in enumerate(rows, 2) if each == name]
    if place == "between":
        assert sorted(map(ast.literal_eval, offers)) == [[line] for line in lines] and str(caught.value).endswith("?")
        return
    assert [ast.literal_eval(each) for each in offers] == [[f"line {at + 2}: {name}"]]
    table = gp.read_table(
        tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", decimal=".", ignore=ast.literal_eval(offers[0])
    )
    assert table.set_index("region")["value"].to_dict() == pytest.approx({k: round(v, 1) for k, v in cells.items()})


WHOLES = ["Total {}", "TOTAL", "{}", "", "Ensemble", "Total", "Sous-total {}", "Итого", "{} - total", "Cəmi"]


def parted(seed: int, folder: Path, *, whole: str | None) -> tuple[Path, dict[str, int]]:
    """Write a table of regions, merged or repeated, beside their parts, with or without rows of all of a region."""
    rng = random.Random(seed)
    names = [each.capitalize() for each in dict.fromkeys("".join(rng.choices(SYLLABLES, k=4)) for _ in range(60))]
    regions = names[: rng.randint(4, 8)]
    sums, rows, at = dict.fromkeys(regions, 0), [], len(regions)
    again = rng.choice([0.0, 0.3, 1.0])  # how often a name is repeated in place of a blank
    for region in regions:
        parts = names[at : at + rng.randint(2 - (whole is None), 5)]
        at += len(parts)
        own = [(part, rng.randint(10, 9999)) for part in parts]
        sums[region] = sum(number for _, number in own)
        every = [] if whole is None else [(whole.format(region), sums[region])]
        own = [*every, *own] if seed % 2 else [*own, *every]
        named = [i == 0 or not part or rng.random() < again for i, (part, _) in enumerate(own)]
        rows += [(region if name else None, part, n) for name, (part, n) in zip(named, own, strict=True)]
    book = openpyxl.Workbook()
    sheet = book.active
    for line in [("Schools, 2021",), *[()] * rng.randint(0, 2), ("Région", "Département", "Schools"), *rows]:
        sheet.append(line)
    sheet.append(("Source: the office",))
    book.save(folder / "t.xlsx")
    layer = gpd.GeoDataFrame({"name": regions}, geometry=[box(i, 0, i + 1, 1) for i in range(len(regions))], crs=4326)
    layer.to_file(folder / "map.gpkg")
    return folder / "t.xlsx", sums


@pytest.mark.parametrize("seed", samples(range(20), 3))
@pytest.mark.parametrize("whole", WHOLES)
def test_of_parts_named_in_another_column_the_row_of_the_whole_is_taken(tmp_path: Path, seed: int, whole: str) -> None:
    file, sums = parted(seed, tmp_path, whole=whole)
    try:
        table = gp.read_table(file, boundaries=tmp_path / "map.gpkg", year=2021)
    except DataError as error:  # names of regions among those of parts: the regions may be any of the rows
        assert whole == "{}" and 'ignore=["*"] where all other rows are none' in str(error)
        table = gp.read_table(file, boundaries=tmp_path / "map.gpkg", year=2021, ignore=["*"])
        assert table.set_index("region")["value"].to_dict() == sums
        return
    assert table.set_index("region")["value"].to_dict() == sums
    told = ("names parts of a region", "an empty cell was taken for no region", "where every region has a code")
    assert sum(any(text in each for text in told) for each in table.attrs["remarks"]) == 1


@pytest.mark.parametrize("seed", samples(range(20), 3))
@pytest.mark.filterwarnings("ignore:The default engine")
def test_parts_alone_are_never_left_out_but_for_one(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file, sums = parted(seed, tmp_path, whole=None)
    with pytest.raises(DataError, match="'Département' names its parts") as caught:
        gp.read_table(file, boundaries=tmp_path / "map.gpkg", year=2021)
    assert "ignore" not in str(caught.value)
    monkeypatch.chdir(tmp_path)
    exec(str(caught.value).split("in Python: ")[1], {})
    table = gp.read_table("sums.csv", boundaries=tmp_path / "map.gpkg", year=2021)
    assert table.set_index("region")["value"].to_dict() == sums


@pytest.mark.parametrize("seed", samples(range(40), 6))
@pytest.mark.parametrize("whole", ["Total", "Gjithsej / Total", "Qarku", "", None])
@pytest.mark.parametrize("rates", [False, True])
def test_a_part_that_bears_the_name_of_its_region_is_not_the_whole(
    tmp_path: Path, seed: int, whole: str | None, rates: bool
) -> None:
    """All columns are filled, and seats are called as their regions are."""
    rng = random.Random(seed)
    names = sorted({"".join(rng.choices(SYLLABLES, k=4)).capitalize() for _ in range(60)})
    rng.shuffle(names)
    regions, places, rows, wholes = names[:9], iter(names[9:]), [], {}
    for region in regions:
        own = [(part, rng.randint(100, 9999)) for part in (region, *(next(places) for _ in range(rng.randint(2, 4))))]
        wholes[region] = sum(n for _, n in own) if not rates else round(sum(n for _, n in own) / len(own))
        rng.shuffle(own)
        every = [] if whole is None else [(whole, wholes[region])]
        rows += [(region, part, n / 100 if rates else n) for part, n in (every + own if seed % 2 else own + every)]
    file = tmp_path / "t.csv"
    file.write_text("\n".join(["Region;Town;Value", *(";".join(map(str, row)) for row in rows)]), encoding="utf-8")
    layer = gpd.GeoDataFrame({"name": regions}, geometry=[box(i, 0, i + 1, 1) for i in range(len(regions))], crs=4326)
    layer.to_file(tmp_path / "map.gpkg")
    if whole is None or (rates and whole == "Qarku"):
        with pytest.raises(DataError, match="'Town' names its parts"):
            gp.read_table(file, boundaries=tmp_path / "map.gpkg", year=2021)
        return
    table = gp.read_table(file, boundaries=tmp_path / "map.gpkg", year=2021)
    assert table.set_index("region")["value"].to_dict() == {
        name: value / 100 if rates else value for name, value in wholes.items()
    }


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_rows_are_not_to_be_added_up_where_sums_stand_among_them(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    regions, rows, held = [f"Balo{i}" for i in range(8)], [], rng.sample(range(8), rng.randint(0, 5))
    for i, region in enumerate(regions):
        own = [(f"Mir{i}{j}", rng.randint(100, 9999)) for j in range(rng.randint(2, 4))]
        rows += [(region, part, n) for part, n in own]
        rows += [(region, f"Qarku {i}", sum(n for _, n in own))] if i in held else []
    file = tmp_path / "t.csv"
    file.write_text("\n".join(["Region;Town;Value", *(";".join(map(str, row)) for row in rows)]), encoding="utf-8")
    layer = gpd.GeoDataFrame({"name": regions}, geometry=[box(i, 0, i + 1, 1) for i in range(8)], crs=4326)
    layer.to_file(tmp_path / "map.gpkg")
    with pytest.raises(DataError, match="'Town' names its parts") as caught:
        gp.read_table(file, boundaries=tmp_path / "map.gpkg", year=2021)
    assert ("in Python: " in str(caught.value)) == (not held)


@pytest.mark.parametrize("seed", samples(range(40), 6))
@pytest.mark.parametrize("columns", [1, 2])
def test_every_region_has_a_part_of_its_name(tmp_path: Path, seed: int, columns: int) -> None:
    """Regions above their parts, in one column or in two, as a census of municipalities called as their counties."""
    rng = random.Random(seed)
    names = sorted({"".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(80)})
    rng.shuffle(names)
    regions, places, rows, wholes = sorted(names[:9]), iter(names[9:]), [], {}
    for region in regions:
        parts = sorted([region, *(next(places) for _ in range(rng.randint(3, 5)))])
        own = [(part, rng.randint(1000, 90000), rng.randint(1000, 90000)) for part in parts]
        wholes[region] = sum(men for _, men, _ in own)
        rows += [(region, "", wholes[region], sum(women for _, _, women in own))]
        rows += [("", *each) for each in own]
    lines = [[first, *rest] if columns == 2 else [first or rest[0], *rest[1:]] for first, *rest in rows]
    head = ["Region", "Town", "Men", "Women"] if columns == 2 else ["Region/Town", "Men", "Women"]
    book = openpyxl.Workbook()
    for line in [["Residents, 2023"], head, *lines]:
        book.active.append(line)
    book.save(tmp_path / "t.xlsx")
    layer = gpd.GeoDataFrame({"name": regions}, geometry=[box(i, 0, i + 1, 1) for i in range(len(regions))], crs=4326)
    layer.to_file(tmp_path / "map.gpkg")
    try:
        table = gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "map.gpkg", year=2023)
    except DataError as error:
        assert columns == 1 and 'ignore=["*"] where all other rows are none' in str(error)
        table = gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "map.gpkg", year=2023, ignore=["*"])
    men = table[table["indicator"].str.endswith("Men") & ~table["indicator"].str.endswith("Women")]
    assert men.set_index("region")["value"].to_dict() == wholes


@pytest.mark.parametrize("kinds", [["Total", "Hombres", "Mujeres"], ["I", "II", "III"], ["0-14 años", "15 y más"]])
def test_what_every_region_has_is_no_part_of_it(tmp_path: Path, kinds: list[str]) -> None:
    names = [f"{first}{second}" for first in ("Bar", "Kel", "Mor") for second in ("dova", "lina")]
    rows = [f"{name};{kind};{10 * i + j}" for i, name in enumerate(names, 1) for j, kind in enumerate(kinds)]
    (tmp_path / "t.csv").write_text("\n".join(["Region;Group;Value", *rows]), encoding="utf-8")
    layer = gpd.GeoDataFrame({"name": names}, geometry=[box(i, 0, i + 1, 1) for i in range(len(names))], crs=4326)
    layer.to_file(tmp_path / "map.gpkg")
    table = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", year=2021)
    assert len(table) == len(rows) and table["indicator"].nunique() == len(kinds)


@pytest.mark.parametrize("seed", samples(range(12), 3))
def test_rows_with_codes_of_another_shape_are_told_in_one_note(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    regions = [f"Dep{chr(97 + at) * 3}" for at in range(int(rng.integers(5, 9)))]
    places = [box(at, 0, at + 1, 1) for at in range(len(regions))]
    gpd.GeoDataFrame({"name": regions}, geometry=places, crs=3857).to_file(tmp_path / "map.gpkg")
    rows: list[list[object]] = []
    for at, name in enumerate(regions):
        parts = rng.integers(100, 9000, int(rng.integers(2, 12)))
        rows.append([f"{at + 1:02}", name, int(parts.sum())])
        rows += [
            [f"{at + 1:02}{n + 1:02}", f"Muni{chr(98 + at)}{chr(97 + n)}", int(each)] for n, each in enumerate(parts)
        ]
    pd.DataFrame(rows, columns=["Code", "Place", "People"]).to_csv(tmp_path / "t.csv", index=False)
    told = gp.quick_look(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg").remarks
    below = [each for each in told if "taken for no region" in each]
    assert len(below) == 1 and below[0].count("Muni") >= min(20, len(rows) - len(regions))
    assert "where every region has a code" in below[0]


def layer_of(folder: Path, names: list[str]) -> Path:
    shapes = [box(i, 0, i + 1, 1) for i in range(len(names))]
    codes = [f"Q{i:02}" for i in range(len(names))]
    gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs=4326).to_file(folder / "map.gpkg")
    return folder / "map.gpkg"


@pytest.mark.parametrize("seed", samples(range(12), 2))
def test_regions_in_the_first_of_their_rows_are_not_the_parts_of_their_names(tmp_path: Path, seed: int) -> None:
    """Neither where all other rows are ignored: the sums of the parts are told instead, and right."""
    tables = Tables(seed)
    for name in tables.rng.sample(sorted(set(tables.parts) - set(tables.twins)), 6):  # most capitals are so called
        tables.parts[name] = sorted([*tables.parts[name][1:], name])
    names = [*tables.parts]
    lines, sums = ["Region,District,People 2020"], dict[str, int]()
    for name, parts in tables.parts.items():
        values = [tables.rng.randint(100, 9000) for _ in parts]
        sums[name] = sum(values)
        lines += [
            f"{'' if i else name},{part},{value}" for i, (part, value) in enumerate(zip(parts, values, strict=True))
        ]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    boundaries = layer_of(tmp_path, names)
    for ignore in ([], ["*"]):
        with pytest.raises(DataError, match="'District' names its parts") as error:
            gp.read_table(tmp_path / "t.csv", boundaries=boundaries, key="code", ignore=ignore)
        assert "ignore" not in str(error.value)
    code = str(error.value).partition("in Python: ")[2].replace("'t.csv'", repr(str(tmp_path / "t.csv")))
    exec(code.replace("'sums.csv'", repr(str(tmp_path / "sums.csv"))), {})
    told = gp.read_table(tmp_path / "sums.csv", boundaries=boundaries, key="code")
    assert dict(zip(names, told.sort_values("region")["value"], strict=True)) == sums
    # With boundaries of the districts the same table is read.
    (tmp_path / "lower").mkdir()
    lower = [part for parts in tables.parts.values() for part in parts]
    read = gp.read_table(tmp_path / "t.csv", boundaries=layer_of(tmp_path / "lower", lower), key="code")
    assert len(read) == len(lower)


@pytest.mark.parametrize("seed", samples(range(12), 2))
def test_most_regions_above_parts_of_their_names_are_told_by_sums(tmp_path: Path, seed: int) -> None:
    """On a map the regions are taken, and an audit takes their parts, each called by its row."""
    tables = Tables(seed)
    for name in tables.rng.sample(sorted(set(tables.parts) - set(tables.twins)), 3):
        tables.parts[name] = sorted([*tables.parts[name][1:], name])
    rows = tables.rows(rates=False)
    check(tables.read(tmp_path, rows, upper=True), rows, upper=True)
    audited = read_audit_file(tmp_path / "t.csv")
    twins = {name for name, parts in tables.parts.items() if name in parts}
    lines = {f"line {i}: {name}" for i, (name, above, _) in enumerate(rows, 2) if name in twins and not above}
    plain = {name for name, above, _ in rows if not above} - twins
    assert {*audited.sources.cells["label"]} == plain | lines
    assert any("label rows of two levels" in str(each) for each in audited.left_out)


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("seed", samples(range(12), 2))
def test_rows_left_over_may_be_parts_of_a_region(tmp_path: Path, seed: int, counted: bool) -> None:
    tables = Tables(seed)
    rng, names = tables.rng, [*tables.parts]
    more = [parts[0] for parts in tables.parts.values()][:2]
    rows = {name: [rng.randint(1000, 90000) for _ in range(3)] for name in rng.sample([*names, *more], len(names) + 2)}
    total = np.sum([rows[name] for name in (rows if counted else names)], axis=0).tolist()
    lines = [";".join([name, *map(str, cells)]) for name, cells in [*rows.items(), ("Total", total)]]
    (tmp_path / "t.csv").write_text("\n".join(["Area;2019;2020;2021", *lines]) + "\n", encoding="utf-8")
    table = gp.read_table(tmp_path / "t.csv", boundaries=layer_of(tmp_path, names), key="code")
    told = [note for note in table.attrs["remarks"] if any(name in note for name in more)]
    assert len(told) == 1 and ("the row of one of them is only a part of it" in told[0]) == counted
    assert counted or "whose row is without it" in told[0]


@pytest.mark.parametrize("seed", samples(range(12), 2))
def test_of_two_rows_of_about_one_name_either_is_the_region_by_what_is_said(tmp_path: Path, seed: int) -> None:
    tables = Tables(seed)
    names = [*tables.parts]
    twin = tables.rng.choice(names)
    rows = tables.rng.sample([*names, f"City of {twin}"], len(names) + 1)
    rows.remove(tables.rng.choice([name for name in names if name != twin]))
    lines = [f"{name};{i + 1}" for i, name in enumerate(rows)]
    (tmp_path / "t.csv").write_text("\n".join(["Area;2019", *lines]) + "\n", encoding="utf-8")
    boundaries = layer_of(tmp_path, names)

    def read(**options: object) -> dict[str, float]:
        table = gp.read_table(tmp_path / "t.csv", boundaries=boundaries, key="code", **options)
        return {names[int(code[1:])]: value for code, value in zip(table["region"], table["value"], strict=True)}

    with pytest.raises(DataError) as error:
        read()
    first, second = (ast.literal_eval(each) for each in re.findall(r"ignore=(\[.*?\])", str(error.value)))
    meant = ast.literal_eval(re.findall(r"aliases=(\{.*?\})", str(error.value))[-1])
    assert (first, second) == ([f"City of {twin}"], [twin])
    assert read(ignore=first)[twin] == rows.index(twin) + 1
    assert read(ignore=second, aliases=meant)[twin] == rows.index(f"City of {twin}") + 1
    with pytest.raises(DataError, match="are both") as error:
        read(aliases=meant)
    assert ast.literal_eval(re.findall(r"ignore=(\[.*?\])", str(error.value))[-1]) == second


@pytest.mark.parametrize("way", ["{1} {0}", "{0} {1}", "{0} ({1})", "{1} ({0})", "{0} - {1}"])
@pytest.mark.parametrize("theirs", [(0, 1), (0,), (1,)], ids=["both", "roman", "other"])
def test_names_in_two_scripts_in_one_cell_are_read(tmp_path: Path, way: str, theirs: tuple[int, ...]) -> None:
    tables = Tables(len(way) + len(theirs))
    alphabet = dict(zip("abdefgiklmnoprstuvz", "ກຂຄງຈສຊຍດຕຖທນບປຜຝພຟ", strict=True))
    names = [(name, "".join(alphabet[sign] for sign in name.lower())) for name in tables.parts]
    shapes = [box(i, 0, i + 1, 1) for i in range(len(names))]
    columns = {f"name{at}": [each[at] for each in names] for at in theirs}
    layer = gpd.GeoDataFrame({"code": [f"Q{i:02}" for i in range(len(names))], **columns}, geometry=shapes, crs=4326)
    layer.to_file(tmp_path / "map.gpkg")
    order = tables.rng.sample(range(len(names)), len(names))
    lines = [f"{way.format(*names[i])};{i + 1}" for i in order]
    (tmp_path / "t.csv").write_text("\n".join(["Area;2019", *lines, "Total;45"]) + "\n", encoding="utf-8")
    table = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", key="code")
    assert {int(code[1:]) + 1: value for code, value in zip(table["region"], table["value"], strict=True)} == {
        i + 1: i + 1 for i in order
    }


TOTALS_OF = ["Total {}", "Ensemble {}", "{} total", "Total de la région {}", "Итого по {}", "TOTAL: {}"]


@pytest.mark.parametrize("seed", samples(range(30), 2))
@pytest.mark.parametrize("form", TOTALS_OF)
def test_rows_of_totals_in_the_column_of_regions_are_the_regions(tmp_path: Path, seed: int, form: str) -> None:
    rng = random.Random(f"{seed} {form}")
    names = sorted({"".join(rng.choices(SYLLABLES, k=4)).capitalize() for _ in range(90)})
    rng.shuffle(names)
    regions, places, rates, filled = names[: rng.randint(6, 10)], iter(names[10:]), seed % 2, rng.random() < 0.5
    lone, lines, wholes = rng.choice([None, *regions]), list[list[object]](), dict[str, float]()
    for region in regions:
        own = [(next(places), rng.randint(100, 9999)) for _ in range(1 if region == lone else rng.randint(2, 5))]
        total = sum(n for _, n in own)
        wholes[region] = round(total / len(own)) / 100 if rates else total
        lines += [[region if filled or not i else None, part, n / 100 if rates else n]
                  for i, (part, n) in enumerate(own)]  # fmt: skip
        lines.append([form.format(region), None, wholes[region]])
    layer = layer_of(tmp_path, regions)

    def read(rows: list[list[object]]) -> pd.DataFrame:
        book = openpyxl.Workbook()
        for line in [["Schools, 2021"], ["Région", "Province", "Schools"], *rows]:
            book.active.append(line)
        book.save(tmp_path / "t.xlsx")
        return gp.read_table(tmp_path / "t.xlsx", boundaries=layer, key="code")

    table = read(lines)
    assert dict(zip(regions, table.sort_values("region")["value"], strict=True)) == wholes
    assert any("names parts of a region" in each for each in table.attrs["remarks"])
    total = next(line for line in lines if line[0] == form.format(lone or regions[0]))
    if lone:  # a lone part beside a total of another number is a doubt
        other = [[*line[:2], 1 + wholes[lone]] if line is total else line for line in lines]
        with pytest.raises(DataError, match=f"are both Q{regions.index(lone):02}"):
            read(other)
    few = {form.format(region) for region in rng.sample(regions, len(regions) // 2)}
    with pytest.raises(DataError, match="several rows of one region"):
        read([line for line in lines if line[1] or line[0] in few])
    with pytest.raises(DataError, match=r"several rows of one region|duplicate region"):  # all have another such row
        read([each for line in lines for each in ([line] if line[1] else [line, [line[0], None, 7]])])
