"""Totals: rows that sum up others are found, and chance gives none."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.regions.name_matching import NameIndex
from growthpoles.study.audit import audit_sources, make_sources
from growthpoles.study.audit.file_audit import audit_file, read_audit_file
from growthpoles.study.audit.printed_cells import TotalRow
from growthpoles.study.read_published import read_blocks, read_sheets
from growthpoles.study.table_totals import find_totals, missed_columns, named_totals, sums_of_rows
from samples import samples

Totals = dict[int, tuple[int, ...]]


def nested(
    rng: np.random.Generator, levels: int, columns: int, *, last: bool, lone: bool = False
) -> tuple[np.ndarray, Totals]:
    """Invent a table of so many levels, every figure rounded by itself, and what its totals sum up."""
    rows: list[np.ndarray] = []
    totals: Totals = {}
    base = rng.normal(8, 1.5, columns)

    def group(level: int) -> tuple[list[int], np.ndarray]:
        if level == 0:
            rows.append(np.exp(base + rng.normal(0, 0.7) + rng.normal(0, 0.4, columns)))
            return [len(rows) - 1], rows[-1]
        own = len(rows)
        rows.extend([] if last else [base])
        count = int(rng.integers(1 if lone and level < levels else 2, 6))
        inner = [group(level - 1 if level == 1 or rng.random() < 0.85 else 0) for _ in range(count)]
        own = len(rows) if last else own
        rows.extend([base] if last else [])
        rows[own] = np.sum([values for _, values in inner], axis=0)
        totals[own] = tuple(leaf for leaves, _ in inner for leaf in leaves)
        return list(totals[own]), rows[own]

    group(levels)
    return np.round(np.array(rows), 1), totals


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_subtotals_of_few_coarse_figures_are_found_within_a_total(
    seed: int, first: bool, above: bool, counts: bool
) -> None:
    """Thousands with a decimal, each rounded by itself, or counts: two years that go along with each other."""
    rng = np.random.default_rng([48, seed, counts])
    rows: list[tuple[np.ndarray, bool]] = []
    for _ in range(int(rng.integers(2, 8))):
        own = rng.lognormal(4, 0.8, (int(rng.integers(2, 10)), 1)) * rng.uniform([1, 0.97], [1, 1.03])
        own = np.round(own) if counts else own
        lone = rng.random() < 0.2
        parts = [(row, False) for row in (own[:1] if lone else own)]
        head = [] if lone else [(own.sum(axis=0), True)]
        rows += [*head, *parts] if above else [*parts, *head]
    total = [(sum((row for row, summed in rows if not summed), np.zeros(2)), True)]
    rows = [*total, *rows] if first else [*rows, *total]
    values = np.round([row for row, _ in rows], 0 if counts else 1)
    summed = {at for at, (_, is_sum) in enumerate(rows) if is_sum}
    names = [f"R{at}" for at in range(len(rows))]
    names[0 if first else -1] = "Total"
    found, _, _ = sums_of_rows(names, [0] * len(rows), values, np.full(values.shape, 0.5 if counts else 0.05))
    assert len(rows) < 8 or found.keys() == summed
    # A total that adds up in no way makes no subtotals of regions.
    values[0 if first else -1] = np.maximum(np.round(values[0 if first else -1] * rng.uniform(0.6, 1.4)), values.max(0))
    leaves = [at for at in range(len(rows)) if at not in summed or names[at] == "Total"]
    found, _, _ = sums_of_rows(
        [names[at] for at in leaves], [0] * len(leaves), values[leaves], np.full((len(leaves), 2), 0.5)
    )
    assert len(found) <= 1


@pytest.mark.long
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize("lone", [False, True])
def test_totals_of_any_nesting_are_found(levels: int, last: bool, lone: bool) -> None:
    for seed in range(12):
        table, totals = nested(np.random.default_rng(seed), levels, 3 + seed % 4, last=last, lone=lone)
        assert dict(find_totals(table, np.full(table.shape, 0.05))) == totals


def test_a_wrong_cell_and_a_gap_hide_no_total() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        table, totals = nested(rng, 2, 6, last=bool(seed % 2))
        i, j, k = int(rng.integers(len(table))), *rng.choice(6, 2, replace=False)
        table[i, j] *= 10
        table[int(rng.integers(len(table))), k] = np.nan
        # Ratios of its columns stand beside them.
        table = np.column_stack([table, np.round(100 * table[:, 0] / table[:, 1], 1)])
        assert dict(find_totals(table, np.full(table.shape, 0.05))) == totals


def test_subtotals_of_three_and_four_rows_under_a_grand_total() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        table = np.round(rng.lognormal(5, 0.6, (7, 3)))
        north, south = table[:3].sum(axis=0), table[3:].sum(axis=0)
        table = np.vstack([north + south, north, table[:3], south, table[3:]])
        found = find_totals(table, np.full(table.shape, 0.5))
        assert found == [(0, (2, 3, 4, 6, 7, 8, 9)), (1, (2, 3, 4)), (5, (6, 7, 8, 9))]


def test_a_wrong_row_of_nested_totals_is_one_fault(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    table = np.round(rng.lognormal(9, 0.6, (7, 4)))
    north, south = table[:3].sum(axis=0), table[3:].sum(axis=0)
    table = np.vstack([north + south, north, table[:3], south, table[3:]])
    table[7, 1] *= 10
    names = ["Country", "North", "Alba", "Borin", "Ceres", "South", "Dorne", "Elin", "Faro", "Gorm"]
    lines = [";".join([name, *(f"{value:.0f}" for value in row)]) for name, row in zip(names, table, strict=True)]
    path = tmp_path / "book.csv"
    path.write_text("\n".join(["region;gdp;jobs;people;firms", *lines]) + "\n", encoding="utf-8")
    found, file, _ = audit_file(path)
    assert len(file.totals) == 3
    assert found.ledger[["region", "column"]].to_numpy().tolist() == [["Elin", "jobs"]]


def test_columns_that_go_along_with_each_other_prove_nothing() -> None:
    rng = np.random.default_rng(4)
    for _ in range(60):
        size = rng.lognormal(3, 0.8, (int(rng.integers(5, 50)), 1))
        table = np.round(size * rng.lognormal(1, 1, 8), 1)
        assert find_totals(table, np.full(table.shape, 0.05)) == []


def test_subtotals_are_found() -> None:
    rng = np.random.default_rng(0)
    rows: list[np.ndarray] = []
    for size in (3, 5, 4):
        group = np.round(rng.lognormal(5, 1, (size, 4)), 1)
        rows += [np.round(group.sum(axis=0), 1), *group]
    table = np.array(rows)
    found = find_totals(table, np.full(table.shape, 0.05))
    assert found == [(0, (1, 2, 3)), (4, (5, 6, 7, 8, 9)), (10, (11, 12, 13, 14))]


def test_a_total_with_one_wrong_column_is_still_one() -> None:
    table = np.round(np.random.default_rng(1).lognormal(5, 1, (8, 4)), 1)
    table = np.vstack([table, np.round(table.sum(axis=0), 1) * np.array([1, 1, 1, 10])])
    assert find_totals(table, np.full(table.shape, 0.05)) == [(8, tuple(range(8)))]


def test_chance_gives_no_total() -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        table = np.round(rng.lognormal(3, 0.8, (int(rng.integers(5, 40)), int(rng.integers(2, 10)))), 0)
        assert find_totals(table, np.full(table.shape, 0.5)) == []


def totalled(change: dict[tuple[str, int], float]) -> pd.DataFrame:
    """The ledger of one year with a row of totals, some of its cells changed (row 0 is the total)."""
    rng = np.random.default_rng(4)
    men, women, doctors = (rng.integers(low, 9 * low, 9) for low in (60_000, 70_000, 300))
    figures = {"pop": men + women, "men": men, "women": women, "doctors": doctors}
    figures = {name: np.array([values.sum(), *values], dtype=float) for name, values in figures.items()}
    figures["rate"] = np.round(10000 * figures["doctors"] / figures["pop"], 1)
    for (name, row), value in change.items():
        figures[name][row] = value
    text = {
        name: [f"{v:.{name == 'rate':d}f}" if np.isfinite(v) else "..." for v in own] for name, own in figures.items()
    }
    lines = [
        {"table": 1, "row": row, "label": f"R{row}", "column": name, "printed": own[row]}
        for name, own in text.items()
        for row in range(1, 10)
    ]
    cells = {name: (own[0], float(figures[name][0]), 0.05 if name == "rate" else 0.5) for name, own in text.items()}
    total = TotalRow(1, 10, "Country", tuple(range(1, 10)), cells)
    rule = pd.DataFrame([("rate", "doctors", "pop", 10000.0)], columns=["column", "numerator", "denominator", "factor"])
    return audit_sources(make_sources(pd.DataFrame(lines), rule, years={1: 2020}, decimal=".", totals=[total]))


def test_ratios_and_sums_of_a_row_of_totals_are_held_against_it() -> None:
    assert totalled({}).empty
    ledger = totalled({("rate", 0): 155.5})
    assert list(ledger["fault"]) == ["table 1: rate of row 10 does not follow from its row"]
    # The ratio of the row says that the total is wrong, and none of its parts.
    ledger = totalled({("doctors", 0): 9999.0})
    assert list(zip(ledger["row"], ledger["column"], strict=True)) == [(10, "doctors")]
    assert not ledger["cause"].str.startswith("one reading").any()
    # A gap among the women: their total is told by men and all.
    ledger = totalled({("women", 0): 9e5, ("women", 4): np.nan})
    assert list(zip(ledger["row"], ledger["column"], strict=True)) == [(10, "women")]


@pytest.mark.parametrize("seed", samples([0, 4, 1, 2, 3, 5], 2))
@pytest.mark.parametrize("name", ["Total", "Всего", "Барлығы", "CẢ NƯỚC", "合計", "Türkiye", "Brasil"])
def test_a_row_that_says_total_is_one_right_or_wrong(seed: int, name: str, tmp_path: Path) -> None:
    """In decimals, where many sums meet within rounding, and where a figure of the total itself is wrong."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.uniform(9, 90, (8 + 7 * seed, 3)).round(seed % 2), columns=["R&D", "Patents", "Students"])
    sums = table.sum().round(1)
    if seed >= 3:
        sums["Patents"] += 0.2 * sums["Patents"]
    table.loc[len(table)] = sums
    table.insert(0, "Region", [*(f"Area {i}x" for i in range(len(table) - 1)), name])
    table.to_csv(tmp_path / "t.csv", index=False)
    found, own, _ = audit_file(tmp_path / "t.csv")
    assert len(own.totals) == 1 and len(found.sources.labels(1)) == len(table) - 1
    assert set(found.ledger["column"]) == ({"Patents"} if seed >= 3 else set())


def test_a_region_whose_name_holds_a_word_for_total_is_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.uniform(9, 90, (20, 3)).round(1), columns=["R&D", "Patents", "Students"])
    table.insert(0, "Region", ["Jumla", *(f"Area {i}x" for i in range(19))])
    table.to_csv(tmp_path / "t.csv", index=False)
    assert not audit_file(tmp_path / "t.csv")[1].totals


@pytest.mark.parametrize("columns", [4, 66, 300])
def test_a_total_of_many_columns_is_found(columns: int) -> None:
    values = np.random.default_rng(1).integers(100, 9000, (6, columns)).astype(float)
    values = np.vstack([values, values.sum(axis=0)])
    assert find_totals(values, np.full(values.shape, 0.5)) == [(6, tuple(range(6)))]


@pytest.mark.parametrize("name", ["Total", "Total Nacional", "TOTAL NACIONAL", "Всего", "España", "Total Melilla"])
@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_a_total_of_rates_is_no_region_by_its_name(tmp_path: Path, name: str, coded: bool, first: bool) -> None:
    rates = np.random.default_rng(4).uniform(5, 25, (9, 3)).round(1)
    regions = ["Albacete", "Burgos", "Cuenca", "Huelva", "León", "Lugo", "Soria", "Teruel", "Zamora"]
    rows = [[f"{i + 1:02d} {region}" if coded else region, *rates[i]] for i, region in enumerate(regions)]
    rows.insert(0 if first else 9, [name, *rates.mean(axis=0).round(1)])
    pd.DataFrame(rows, columns=["Provincia", "2019", "2020", "2021"]).to_csv(tmp_path / "t.csv", index=False)
    expected = name != "Total Melilla" or coded
    ((block,), _) = read_blocks(read_sheets(tmp_path / "t.csv"), None)
    assert list(block.match.outside) == [name] * expected
    file = read_audit_file(tmp_path / "t.csv")
    assert (name not in set(file.sources.cells["label"])) == expected
    assert any(f"{name} says that it is a total" in str(told) for told in file.left_out) == expected
    assert not file.sources.totals


def test_regions_whose_names_hold_the_words_of_totals_stay(tmp_path: Path) -> None:
    rates = np.random.default_rng(4).uniform(5, 25, (5, 2)).round(1)
    names = ["Federal District", "Acre", "Bahia", "Amazonas", "Ceará"]
    values = np.sort(rates, axis=0)
    assert named_totals(names, values, np.full(values.shape, 0.05), {}) == {}


@pytest.mark.parametrize("seed", samples(range(6), 2))
@pytest.mark.parametrize("years", [1, 4])
@pytest.mark.parametrize("name", ["Canada", "Total"])
@pytest.mark.parametrize("where", ["largest", "any", "total"])
def test_a_figure_off_by_a_power_of_ten_is_found_whatever_its_share(
    years: int, name: str, where: str, tmp_path: Path, seed: int
) -> None:
    """Years as the only headers: one quantity, whose years are held against each other and against the total."""
    path = tmp_path / "office.csv"
    rng = np.random.default_rng(seed)
    count, share = int(rng.integers(8, 30)), rng.uniform(0.2, 0.6)
    sizes = rng.lognormal(0, 0.8, count)
    sizes[0] = sizes[1:].sum() * share / (1 - share)
    values = sizes[:, None] * 1e6 / sizes.sum() * 1.03 ** np.arange(years) * rng.lognormal(0, 0.02, (count, years))
    values = np.round(rng.permutation(values), 1)
    row, year, power = int(rng.integers(count)), int(rng.integers(years)), int(rng.choice([-2, -1, 1, 2]))
    row = {"largest": int(values[:, 0].argmax()), "any": row, "total": count}[where]
    for planted in (False, True):
        table = np.vstack([values, values.sum(axis=0)])
        table[row, year] *= 10.0**power if planted else 1
        names = [*(f"{'BCDFGHKLMN'[at % 10]}{'aeiou'[at // 10]}ton" for at in range(count)), name]
        lines = [",".join([names[at], *(f"{value:.1f}" for value in table[at])]) for at in range(count + 1)]
        path.write_text("\n".join([",".join(["Region", *map(str, range(2015, 2015 + years))]), *lines]) + "\n")
        audit, _, _ = audit_file(path)
        found = set(zip(audit.ledger["table"], audit.ledger["row"], strict=True))
        assert ((year + 1, row + 1) in found) if planted else not found
        assert audit.ledger["finding"].nunique() == int(planted)


@pytest.mark.parametrize(("factor", "reason"), [
    (1, "it is the sum of other rows"), (10, "it is the sum of other rows, but does not add up in GDP 2019"),
])  # fmt: skip
def test_what_is_read_says_where_a_total_does_not_add_up(factor: int, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "office.csv"
    lines = ["Region,GDP 2018,GDP 2019"]
    lines += [f"Place {sign},{900 * at + 0.5},{1000 * at + 0.5}" for at, sign in enumerate("BCDEF", 1)]
    lines += [f"Place A,8000.5,{9000.5 * factor}", "Canada,21503.0,24003.0"]
    path.write_text("\n".join(lines) + "\n")
    (block,), _ = read_blocks(read_sheets(path), None)
    assert block.match.outside == {"Canada": reason}


@pytest.mark.parametrize("fault", [False, True])
def test_a_total_beside_regions_that_did_not_exist_is_checked(fault: bool, tmp_path: Path) -> None:
    """Provinces that were split off later have a dash in the years before, in which the total adds up without them."""
    path = tmp_path / "office.csv"
    for seed in range(8):
        rng = np.random.default_rng(seed)
        count, later = int(rng.integers(10, 40)), int(rng.integers(1, 4))
        values = np.round(
            rng.lognormal(8, 1, (count, 1)) * 1.02 ** np.arange(4) * rng.lognormal(0, 0.01, (count, 4)), 1
        )
        values[:later, :3] = np.nan
        total, year = np.nansum(values, axis=0), int(rng.integers(3))
        total[year] += fault * 900
        names = [f"{'BCDFGHKLMN'[at % 10]}{'aeio'[at // 10]}ton" for at in range(count)]
        rows = [
            [name, *("-" if np.isnan(value) else f"{value:.1f}" for value in row)]
            for name, row in zip((*names, "Total"), (*values, total), strict=True)
        ]
        path.write_text("\n".join(map(",".join, [["Region", "2020", "2021", "2022", "2023"], *rows])) + "\n")
        audit, _, _ = audit_file(path)
        assert audit.ledger["finding"].nunique() == int(fault)
        assert ((audit.ledger["table"] == year + 1) & (audit.ledger["row"] == count + 1)).any() == fault
        assert not [told for told in audit.unchecked["told"] if "the total of" in str(told)]


def test_a_total_beside_a_gap_that_may_be_anything_is_not_checked(tmp_path: Path) -> None:
    path = tmp_path / "office.csv"
    lines = ["Region,2020,2021", *(f"{sign}ata,{10 * at}.5,{11 * at}.5" for at, sign in enumerate("BCDFGH", 1))]
    path.write_text("\n".join([*lines, "Kata,-,70.0", "Total,300.0,304.0"]) + "\n")
    audit, _, _ = audit_file(path)
    assert audit.ledger.empty and any("the total of" in str(told) for told in audit.unchecked["told"])


@pytest.mark.parametrize("kind", ["zeros", "gaps", "huge", "tiny", "signs", "whole"])
@pytest.mark.parametrize("total", ["sum", "zero", "other"])
def test_no_numbers_warn_on_the_way_to_a_total(kind: str, total: str) -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        shape = int(rng.integers(4, 12)), int(rng.integers(1, 5))
        values = rng.integers(0, 50, shape).astype(float)
        values *= {"zeros": 0.0, "huge": 1e306, "tiny": 5e-324}.get(kind, 1.0)
        values[(rng.random(shape) < 0.5) & (kind == "gaps")] = np.nan
        values = rng.normal(size=shape) * 10.0 ** rng.integers(-300, 300, shape) if kind == "signs" else values
        with np.errstate(over="ignore", invalid="ignore"):
            values[-1] = {"sum": np.nansum(values[:-1], axis=0), "zero": 0.0, "other": values[-1]}[total]
        names = [*(f"r{i}" for i in range(len(values) - 1)), "Total"]
        halves = np.full(shape, rng.choice([0.0, 0.5]))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = dict(find_totals(values, halves))
            found |= named_totals(names, values, halves, found)
            for row, parts in found.items():
                missed_columns(values, halves, row, parts)


@pytest.mark.parametrize("seed", range(6))
def test_a_country_between_the_values_of_its_regions_is_a_total_of_rates(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    country = ["INDONESIA", "Österreich", "Polska", "Казахстан", "México", "Türkiye"][seed]
    names = [f"Area {''.join(rng.choice(list('bdfgklmnprst'), 5))}" for _ in range(int(rng.integers(5, 30)))]
    rates = rng.uniform(5, 60, (len(names), 3)).round(1)
    rows = [[name, *map(str, row)] for name, row in zip(names, rates, strict=True)]
    mean = [country, *map(str, rates.mean(axis=0).round(1))]
    rows.insert(len(rows) if seed % 2 else 0, mean)
    path = tmp_path / "t.csv"

    def written(cells: list[list[str]]) -> list[str]:
        path.write_text("\n".join(map(";".join, [["Region", "2020", "2021", "2022"], *cells])), encoding="utf-8")
        return gp.read_table(path)["region"].unique().tolist()

    assert written(rows) == names
    assert any(country in told and "total of rates" in told for told in gp.read_table(path).attrs["remarks"])
    kept = gp.read_table(path, aliases={country: country})
    assert country in set(kept["region"])
    # Beyond the values of the others it is no mean of them, and in the order of the alphabet it may be a region.
    assert country in written([[country, "99", "99", "99"] if row[0] == country else row for row in rows])
    # Nor is it where another country, or a total, stands beside it.
    assert country in written([*rows, ["Puerto Rico", *rows[1][1:]]])
    island = ["Åland Islands", "Réunion", "Puerto Rico"][seed % 3]  # which may be a region of a country
    assert island in written([[island, *row[1:]] if row[0] == country else row for row in rows])
    ordered = sorted([["Georgia", *mean[1:]], *(row for row in rows if row[0] != country)], key=lambda row: row[0])
    ordered = [row for row in ordered if row[0] >= "Georgia"] + [["Wyoming", "7", "8", "9"], ["Yukon", "6", "5", "44"]]
    assert "Georgia" in written([*ordered, ["Zoria", "3", "50", "60"], ["Zura", "90", "1", "1"]])


@pytest.mark.parametrize("width", [2, 3, 5])
def test_codes_of_one_width_with_leading_zeros_are_no_indicator(tmp_path: Path, width: int) -> None:
    rng = np.random.default_rng(width)
    codes = [f"{code:0{width}d}" for code in rng.choice(np.arange(1, 10**width), 12, replace=False)]
    codes[4] = f"{0:0{width - 1}d}7" if f"{0:0{width - 1}d}7" not in codes else codes[4]
    path = tmp_path / "t.csv"

    def found(cells: list[str]) -> list[str]:
        lines = [f"{cell};Place {chr(97 + i)};{i * 3 + 1},5" for i, cell in enumerate(cells)]
        path.write_text("\n".join(["DP;Region;Rate 2020 (%)", *lines]), encoding="utf-8")
        return gp.read_table(path)["indicator"].unique().tolist()

    assert found(codes) == ["Rate (%)"]
    assert "different codes" in " ".join(gp.read_table(path).attrs["remarks"])
    assert "DP" in found([*codes[:-1], codes[0]])  # one comes twice: these may be numbers
    assert "DP" in found([code.lstrip("0") for code in codes])


def test_names_that_stand_twice_make_no_total_of_another_row(tmp_path: Path) -> None:
    """What stands twice has no figures; a constant column beside a few small numbers is no sum of it."""
    rng = np.random.default_rng(3)
    names = [f"Place {sign}" for sign in "abcdefghijklmnopqrst"]
    names[3] = names[11] = "Place a"
    rows = [[name, "1", str(rng.integers(2, 9)), "0", f"{rng.random():.9f}"] for name in names]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(map(",".join, [["name", "p", "links", "least", "z"], *rows])) + "\n")
    (block,), _ = read_blocks(read_sheets(path), None)
    assert block.match.outside == {}


def test_a_total_in_the_digits_of_another_script_is_read(tmp_path: Path) -> None:
    digits = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
    values = [round(7.25 * at + 0.5 * at * at, 2) for at in range(1, 10)]
    rows = [(f"Place {at}", f"{value:.2f}".translate(digits)) for at, value in zip("abcdefghi", values, strict=True)]
    rows.append(("Total", f"{sum(values):.2f}".translate(digits)))
    (tmp_path / "t.csv").write_text("\n".join(map(";".join, [("Region", "GDP"), *rows])) + "\n", encoding="utf-8")
    audit, file, _ = audit_file(tmp_path / "t.csv")
    assert audit.ledger.empty and len(file.totals) == 1


@pytest.mark.parametrize("seed", samples(range(5), 2))
@pytest.mark.parametrize("thousands", [".", ",", " ", "'", "\u00a0"])
@pytest.mark.parametrize("fault", [False, True])
def test_a_total_is_read_in_the_notation_of_its_table(thousands: str, fault: bool, tmp_path: Path, seed: int) -> None:
    """ "556.822" below "22.289" is half a million, whatever sign stands between the thousands."""
    path = tmp_path / "office.csv"
    rng = np.random.default_rng(seed)
    values = rng.integers(1001, 900_000, (int(rng.integers(8, 20)), 2))
    table = np.vstack([values, values.sum(axis=0)])
    table[-1, 1] += fault * 1000
    names = [*(f"{'BCDFGHKLMN'[at % 10]}{'ao'[at // 10]}ton" for at in range(len(values))), "Total"]
    lines = [
        ";".join([name, *(f"{value:,}".replace(",", thousands) for value in row)])
        for name, row in zip(names, table, strict=True)
    ]
    path.write_text("\n".join(["Region;Output;People", *lines]) + "\n", encoding="utf-8")
    audit, file, _ = audit_file(path)
    assert audit.ledger["finding"].nunique() == int(fault)
    assert set(audit.ledger["column"]) == ({"People"} if fault else set())
    assert len(file.totals) == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_region_beside_its_parts_breaks_no_total(seed: int, tmp_path: Path) -> None:
    """Buenos Aires, "24 partidos" and "Resto", all with points between thousands: the total counts it once."""
    rng = np.random.default_rng(seed)
    count, parts = int(rng.integers(8, 25)), int(rng.integers(2, 5))
    values = rng.integers(100_000, 900_000, (count, 1)) * np.array([1.0, 0.49, 0.51])
    values = np.round(values)
    split = np.round(rng.dirichlet(np.ones(parts), 3).T * values[2])
    split[-1] += values[2] - split.sum(axis=0)
    names = [f"{'BCDFGHKLMN'[at % 10]}{'aei'[at // 10]}ton" for at in range(count)]
    inner = [(f"   Part {at}", row) for at, row in enumerate(split)]
    own = list(zip(names, values, strict=True))
    rows = [("Total", values.sum(axis=0)), *own[:3], *inner, *own[3:]]
    lines = [";".join([name, *(f"{figure:,.0f}".replace(",", ".") for figure in row)]) for name, row in rows]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["Region;People;Men;Women", *lines]) + "\n")
    (block,), _ = read_blocks(read_sheets(path), None)
    assert block.match.outside == dict.fromkeys(["Total", names[2]], "it is the sum of other rows")


@pytest.mark.parametrize("label", ["Unit", "Eenheid", "Ед. изм.", "Regions"])
@pytest.mark.parametrize("times", ["1000", "1 000", "x 1 000", "in 1000", "× 1000", "1,000,000"])
def test_a_row_that_says_thousands_is_no_region(label: str, times: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{sign}ata;{1700 + 31 * at};{at * 6},5" for at, sign in enumerate("BCDFGH", 1)]
    path.write_text("\n".join(["Region;Jobs;People", ";".join([label, times, times]), *rows]) + "\n", encoding="utf-8")
    (block,), _ = read_blocks(read_sheets(path), None)
    assert len(block.rows) == 6
    _, file, _ = audit_file(path)
    assert {row for _, row, _ in file.places} == set(range(1, 7))


@pytest.mark.parametrize("seed", samples(range(60), 6))
@pytest.mark.parametrize("last", [False, True])
def test_a_total_of_all_rows_is_one_beside_a_wrong_figure_and_a_rate(seed: int, last: bool) -> None:
    rng, n = np.random.default_rng([36, seed]), int(np.random.default_rng(seed).integers(8, 60))
    old = np.round(rng.lognormal(11, 0.8, n))
    new = np.round(old * np.exp(rng.normal(0.05, 0.07, n)))
    both = np.array([[*one, one.sum()] for one in (old, new)])
    table = np.column_stack([*both, both[1] - both[0], np.round(100 * (both[1] / both[0] - 1), 1)])
    table[int(rng.integers(0, n)), 1] *= 10
    table = table if last else np.roll(table, 1, axis=0)
    at = n if last else 0
    halves = np.broadcast_to([0.5, 0.5, 0.5, 0.05], table.shape)
    assert find_totals(table, halves) == [(at, tuple(i for i in range(n + 1) if i != at))]


@pytest.mark.parametrize("seed", samples(range(60), 6))
@pytest.mark.parametrize("last", [False, True])
def test_a_total_with_a_name_in_no_list_is_one_in_a_single_column(seed: int, last: bool, tmp_path: Path) -> None:
    rng = np.random.default_rng([51, seed])
    values = np.round(rng.lognormal(rng.uniform(8, 13), 0.8, int(rng.integers(4, 40))))
    names = ["".join(rng.choice(list("bdfgklmnprst"), 7)).title() for _ in values]
    rows = [f"{name};{value:.0f}" for name, value in zip(names, values, strict=True)]
    rows.insert(len(rows) if last else 0, f"Wqzhold;{values.sum():.0f}")
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["Region;2020", *rows]) + "\n", encoding="utf-8")
    assert sorted(gp.read_table(path)["region"]) == sorted(names)
    (total,) = audit_file(path)[1].totals
    assert "Wqzhold" in str(total)
    # One that misses the sum is a region.
    table = np.append(values, values.sum() + 2 * len(rows))[:, None]
    assert find_totals(table, np.full(table.shape, 0.5)) == []


@pytest.mark.parametrize("seed", samples(range(20), 4))
@pytest.mark.parametrize("form", ["{} Province", "Región {}", "{} область"])
def test_rows_of_rates_that_are_called_otherwise_are_told(form: str, seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng([58, seed])
    names = ["".join(rng.choice(list("bdfgklmnprst"), 7)).title() for _ in range(int(rng.integers(9, 30)))]
    wholes = [form.format(f"Abc{chr(97 + i)}") for i in range(3)]

    def told(called: list[str]) -> str:
        lines = [f"{name};{a:.1f};{b:.1f}" for name, (a, b) in zip(called, rng.uniform(5, 60, (99, 2)), strict=False)]
        (tmp_path / "t.csv").write_text("\n".join(["Area;2020;2021", *lines]) + "\n", encoding="utf-8")
        found = gp.read_table(tmp_path / "t.csv")
        assert set(found["region"]) == set(called)
        return " ".join(found.attrs["remarks"])

    order = [*wholes, *names]
    mixed = [order[i] for i in rng.permutation(len(order))]
    assert "called otherwise than the other rows" in (remarks := told(mixed))
    assert all(whole in remarks for whole in wholes)
    for plain in (names, [form.format(name) for name in names], [*wholes[:2], *names], [*wholes, *names[:4]]):
        assert "called otherwise" not in told(plain)


@pytest.mark.parametrize("seed", samples(range(40), 5))
@pytest.mark.parametrize("form", ["Total {}", "TOTAL {}", "Итого {}", "{} Total", "Ensemble {}"])
def test_means_of_groups_that_are_called_totals_alike_are_no_regions(form: str, seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng([57, seed])
    rows, names, first = [], [], bool(seed % 2)
    for group in range(int(rng.integers(3, 8))):
        rates = rng.uniform(5, 60, (int(rng.integers(2, 7)), 2)).round(1)
        own = [f"{''.join(rng.choice(list('bdfgklmnprst'), 6)).title()}" for _ in rates]
        mean = [(form.format(f"District {chr(65 + group)}"), *rates.mean(axis=0).round(1))]
        members = [(name, *rate) for name, rate in zip(own, rates, strict=True)]
        rows += [*mean, *members] if first else [*members, *mean]
        names += own
    path = tmp_path / "t.csv"
    lines = [f"{name};{a};{b}" for name, a, b in rows]
    path.write_text("\n".join(["Region;2020;2021", *lines]) + "\n", encoding="utf-8")
    assert set(gp.read_table(path)["region"]) == set(names)


WORDS = ["Jumla", "Razem", "Celkem", "Kokku", "Toplam", "Spolu", "Jami", "Skupaj", "Ensemble"]
SUBJECTS = ["Births", "Deaths", "Marriages", "Divorces", "Moves", "Jobs", "Firms"]


def in_sections(
    rng: np.random.Generator, kind: str, sizes: list[int], total: str
) -> tuple[list[str], np.ndarray, list[int]]:
    """Invent names, figures and the rows of totals: regions below one another, each section with a total of its own."""
    columns, names, rows, totals = int(rng.integers(1, 6)), [], [], []
    for section, size in enumerate(sizes):
        values = rng.lognormal(9, 0.8, (size, 1)) * rng.lognormal(0, 0.2, (size, columns))
        values = np.round(values) if kind != "rates" else rng.uniform(5, 60, (size, columns)).round(1)
        values = rng.poisson(5, values.shape) + 0.0 if kind == "counts" else values
        names += [f"{'BCDFGHKLMN'[at % 10]}{'aeiou'[at // 10]}{'dlnrst'[section]}ton" for at in range(size)]
        rows += [*values]
        if total:
            names.append(total.format(section + 1))
            rows.append(values.sum(axis=0) if kind == "amounts" else values.mean(axis=0).round(1))
            totals.append(len(rows) - 1)
    table = np.array(rows)
    return names, np.column_stack([table, 100 * table[:, 0] / (1 + table[::-1].sum(axis=1))]).round(1), totals


def written(path: Path, names: list[str], table: np.ndarray) -> Path:
    """Write a table as delimited text."""
    header = ";".join(["Region", *SUBJECTS[: table.shape[1]]])
    lines = [";".join([name, *(f"{value:.1f}" for value in row)]) for name, row in zip(names, table, strict=True)]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("seed", samples(range(120), 8))
@pytest.mark.parametrize("kind", ["amounts", "rates", "counts"])
def test_a_region_called_like_a_total_in_another_language_stays(kind: str, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng([7, seed])
    sizes = [int(size) for size in rng.integers(9, 14, int(rng.integers(1, 5)))]
    total = "Province {}" if kind == "amounts" and seed % 2 else ""
    names, table, totals = in_sections(rng, kind, sizes, total)
    inside = [at for at in range(3, len(names) - 4) if not {at - 1, at, at + 1} & {*totals}]
    name = WORDS[seed % len(WORDS)]
    names[int(rng.choice(inside))] = name
    path = written(tmp_path / "t.csv", names, table)
    (block,), _ = read_blocks(read_sheets(path), None)
    assert name not in block.match.outside
    assert [told.count(name) for told in map(str, block.doubts) if "would be a total" in told] == [1]
    file = read_audit_file(path)
    assert name in set(file.sources.cells["label"])
    assert sum(f"{name} would be a total" in str(told) for told in file.left_out) == 1
    assert len(file.sources.totals) == len(totals) * (table.shape[1] > 2 and bool(total)) or table.shape[1] <= 2


@pytest.mark.parametrize("seed", samples(range(60), 6))
@pytest.mark.parametrize("place", ["between", "first", "last", "wrong"])
def test_a_word_for_totals_in_any_language_is_one_where_it_adds_up(place: str, tmp_path: Path, seed: int) -> None:
    """Between regions where it is their sum, or says so in every language; first or last also where it is wrong."""
    rng = np.random.default_rng([8, seed])
    names, table, _ = in_sections(rng, "amounts", [int(rng.integers(5, 20)), int(rng.integers(5, 20))], "")
    name = "Total" if place == "wrong" else WORDS[seed % len(WORDS)]
    own, at = table, {"first": 0, "last": len(names)}.get(place, int(rng.integers(4, len(names) - 4)))
    own = table[:at] if place in ("between", "wrong") else table
    sums = own.sum(axis=0) * (1.0 if place == "between" else rng.uniform(0.8, 1.2))
    names.insert(at, name)
    path = written(tmp_path / "t.csv", names, np.insert(table, at, sums.round(1), axis=0))
    (block,), _ = read_blocks(read_sheets(path), None)
    assert [*block.match.outside] == [name]
    assert name not in set(read_audit_file(path).sources.cells["label"])


@pytest.mark.parametrize("seed", samples(range(40), 5))
def test_a_named_total_within_another_one_stands_for_its_parts(seed: int) -> None:
    """A subtotal that is wrong in every column, and the country adds up with it as it is printed."""
    rng = np.random.default_rng([9, seed])
    first, second = (np.round(rng.lognormal(9, 0.6, (int(rng.integers(3, 9)), 4))) for _ in range(2))
    wrong = np.round(first.sum(axis=0) * rng.uniform(1.05, 1.2, 4))
    table = np.vstack([wrong + second.sum(axis=0), second, wrong, first])
    at = 1 + len(second)
    names = [f"Place {chr(97 + i)}" for i in range(len(table))]
    names[0], names[at] = "Country", "Total of the towns"
    known = {0: tuple(range(1, at + 1))}
    found = known | named_totals(names, table, np.full(table.shape, 0.5), known)
    assert set(found) == {0, at} and not {0, at} & {part for parts in found.values() for part in parts}
    assert found[0] == tuple(i for i in range(1, len(table)) if i != at)


@pytest.mark.parametrize("seed", samples(range(40), 5))
@pytest.mark.parametrize("fault", [False, True])
def test_totals_of_sections_with_one_name_are_each_of_their_own(fault: bool, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng([10, seed])
    sizes = [int(size) for size in rng.integers(5, 12, int(rng.integers(2, 6)))]
    names, table, totals = in_sections(rng, "amounts", sizes, ["Total", "Всего", "Razem", "Jumla"][seed % 4])
    table = np.column_stack([table[:, :1], table[:, :1] * 7 + 3 * np.arange(len(table))[:, None] ** 2])
    for before, at in zip([-1, *totals], totals, strict=False):
        table[at] = table[before + 1 : at].sum(axis=0)
    wrong = totals[int(rng.integers(len(totals)))]
    table[wrong, 1] *= 1 + 9 * fault
    path = written(tmp_path / "t.csv", names, table)
    audit, file, _ = audit_file(path)
    assert [total.parts for total in file.sources.totals] == [
        tuple(i + 1 - k for i in range(before + 1, at))
        for k, (before, at) in enumerate(zip([-1, *totals], totals, strict=False))
    ]
    lines = {row for _, row, _ in (file.places[key] for key in zip(
        audit.ledger["table"], audit.ledger["row"], audit.ledger["column"], strict=True))}  # fmt: skip
    assert lines == ({wrong + 2} if fault else set())
    (block,), _ = read_blocks(read_sheets(path), None)
    assert [*block.match.outside] == [names[totals[0]]]


@pytest.mark.parametrize("seed", samples(range(20), 3))
@pytest.mark.parametrize("rates", [False, True])
def test_beside_boundaries_a_row_is_called_a_sum_where_it_is_one(rates: bool, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng([11, seed])
    names, table, _ = in_sections(rng, "rates" if rates else "amounts", [int(rng.integers(6, 20))], "")
    index = NameIndex.build({f"C{at:02d}": (name,) for at, name in enumerate(names)} | {"X": ("Unseen",)})
    whole = table.mean(axis=0).round(1) if rates else table.sum(axis=0)
    path = written(tmp_path / "t.csv", ["Total nacional", *names], np.vstack([whole, table]))
    (block,), _ = read_blocks(read_sheets(path), index)
    says = "it says that it is a total" if rates else "it is the sum of other rows"
    assert block.match.outside == {"Total nacional": says}


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("country", ["Guatemala", "Luxembourg", "Djibouti", "Panamá", "México", "San Marino", "Tunis"])
@pytest.mark.parametrize("seed", samples(range(6), 1))
def test_a_region_of_the_name_of_its_country_is_a_part_of_the_total(
    seed: int, country: str, last: bool, tmp_path: Path
) -> None:
    rng = np.random.default_rng([seed, len(country), last])
    names = [country, *(f"{'BCDFGHKLMN'[at]}{'aei'[at % 3]}ton" for at in range(int(rng.integers(5, 10))))]
    rng.shuffle(names[1:])
    figures = rng.integers(10_000, 900_000, len(names))
    wrong = seed % 2 == 1
    rows = list(zip(names, figures, strict=True))
    rows = [*rows, ("Total", figures.sum())] if last else [("Total", figures.sum()), *rows]
    if wrong:
        rows[3] = rows[3][0], rows[3][1] + 4321
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["Area,Population 2018", *(f"{name},{value}" for name, value in rows)]) + "\n")
    (block,), _ = read_blocks(read_sheets(path), None)
    assert list(block.match.outside) == ["Total"]
    audit, file, _ = audit_file(path)
    assert len(audit.ledger) == wrong and f"rows 1-{len(names)}" in str(file.totals[0])
