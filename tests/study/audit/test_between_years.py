"""Comparisons between years: whole columns in another unit, rows of another year, signs of balances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted import PRIMARIES, RATIOS, Shape, clean

from growthpoles.study.audit import audit_sources, make_sources, run_audit
from growthpoles.study.audit.column_orders import listed
from growthpoles.study.audit.file_audit import audit_file
from growthpoles.study.audit.ledger import Audit
from samples import samples


@pytest.mark.parametrize("third", [False, True])
def test_a_column_in_another_unit_with_all_that_was_computed_is_one_fault(third: bool, tmp_path: Path) -> None:
    study = clean(np.random.default_rng(21), tmp_path, n=11, shape=Shape(third=third))
    study.columns[2, "firms"] *= 1000.0
    study.ratio(2, "fpc")
    ledger = audit_sources(study.sources())
    assert len(set(ledger["fault"])) == 1 and set(ledger["column"]) == {"firms"}
    assert set(ledger["table"]) == ({2} if third else {1, 2})
    assert ledger["cause"].str.startswith("one reading").all() != third


@pytest.mark.long
def test_totals_tell_in_which_year_a_column_is_in_another_unit(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(22), tmp_path, n=11, shape=Shape(total=True))
    study.columns[2, "firms"] *= 1000.0
    study.ratio(2, "fpc")
    study.compute()
    found = run_audit(study.write(tmp_path))
    assert len(found.faults) == 1
    assert set(zip(found.ledger["table"], found.ledger["column"], strict=True)) == {(2, "firms")}


@pytest.mark.long
@pytest.mark.parametrize("total", [False, True])
def test_a_row_of_another_year_is_one_fault(total: bool, tmp_path: Path) -> None:
    study = clean(np.random.default_rng(23), tmp_path, n=11, shape=Shape(total=total))
    for name in (*PRIMARIES, *RATIOS):
        study.columns[2, name][4] = study.columns[1, name][4]
    study.compute()
    found = run_audit(study.write(tmp_path))
    assert len(found.faults) == 1 and set(found.ledger["row"]) == {5}
    assert set(found.ledger["table"]) == ({2} if total else {1, 2})


@pytest.mark.filterwarnings("error")
def test_cells_of_zero_in_two_years_are_no_warning(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(24), tmp_path, n=11)
    for table in (1, 2):
        study.columns[table, "firms"][[2, 5]] = 0.0
        study.ratio(table, "fpc")
    assert not audit_sources(study.sources())["cause"].str.startswith("one reading").any()


def balances(rng: np.random.Generator, n: int, *, wrong: bool, parts: bool) -> pd.DataFrame:
    """Two years of births, deaths and what is between them: below zero in one region of the second year."""
    lines = []
    first = rng.integers(300, 2500, n)
    for table in (1, 2):
        deaths = rng.integers(3000, 9000, n)
        natural = first.copy() if table == 1 or wrong else rng.integers(300, 2500, n)
        if table == 2:
            natural[3] *= -1
        columns = {"births": deaths + (abs(natural) if wrong else natural), "deaths": deaths, "natural": natural}
        lines += [
            {"table": table, "row": i + 1, "label": f"R{i}", "column": name, "printed": str(values[i])}
            for name, values in columns.items()
            for i in range(n if parts or name == "natural" else 0)
        ]
    return pd.DataFrame(lines)


@pytest.mark.parametrize("parts", [True, False])
def test_a_balance_may_be_negative_in_one_region(parts: bool) -> None:
    nothing = pd.DataFrame(columns=["column", "numerator", "denominator", "factor"])
    for seed in range(2):
        cells = balances(np.random.default_rng(seed), 14, wrong=False, parts=parts)
        assert audit_sources(make_sources(cells, nothing, years={1: 2016, 2: 2021}, decimal=".")).empty
    cells = balances(np.random.default_rng(1), 14, wrong=True, parts=parts)
    ledger = audit_sources(make_sources(cells, nothing, years={1: 2016, 2: 2021}, decimal="."))
    assert set(zip(ledger["table"], ledger["row"], ledger["column"], strict=True)) >= {(2, 4, "natural")}


def test_a_method_that_refuses_negative_figures_is_no_stop(tmp_path: Path) -> None:
    """The study rates by leaders from its inputs, of which one has a wrong sign."""
    study = clean(np.random.default_rng(24), tmp_path, n=9, method="leader", shape=Shape(layout="wide"))
    study.columns[1, "gdp"][2] *= -1
    found = run_audit(study.write(tmp_path))
    assert list(zip(found.ledger["row"], found.ledger["column"], strict=True)) == [(3, "gdp")]
    assert found.ledger["cause"].str.contains("sign").all()


def _years_of_one_quantity(rng: np.random.Generator) -> pd.DataFrame:
    """Draw a quantity in four years and more, whose growth has heavy tails."""
    rows, count = int(rng.integers(14, 50)), int(rng.integers(4, 9))
    scale = rng.uniform(0.005, 0.02)
    steps = rng.uniform(0.02, 0.08, count)[:, None] + scale * np.clip(rng.standard_t(3, (count, rows)), -6, 6)
    figures = np.round(np.exp(rng.normal(9, rng.uniform(0.4, 1), rows) + np.cumsum(steps, axis=0)))
    table = pd.DataFrame(figures.T, columns=[f"output {2012 + at}" for at in range(count)])
    table.insert(0, "region", [f"Area {at}x" for at in range(rows)])
    return table


def _audited(table: pd.DataFrame, folder: Path) -> Audit:
    table.to_csv(folder / "t.csv", index=False)
    return audit_file(folder / "t.csv")[0]


def _unusual(found: Audit) -> pd.DataFrame:
    """Return the remarks but for figures that stand still, which are drawn now and then."""
    return found.remarks[~found.remarks["told"].astype(str).str.contains(" is the same in ")]


@pytest.mark.parametrize("seed", samples(range(40), 6))
def test_rows_of_one_year_in_the_places_of_others_are_told_by_the_other_years(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    table = _years_of_one_quantity(rng)
    clean = _audited(table, tmp_path)
    assert clean.ledger.empty and _unusual(clean).empty
    rows, year = len(table), int(rng.integers(0, table.shape[1] - 1))
    count = [6, rows // 2, rows][seed % 3]
    at = np.arange(count) + int(rng.integers(0, rows - count + 1))
    name = f"output {2012 + year}"
    own = table[name].to_numpy()
    table.loc[at, name] = [np.roll(own[at], 1), np.roll(own[at], -1), own[at][::-1]][seed // 3 % 3]
    found = _audited(table, tmp_path)
    far = int((np.abs(np.log(table[name].to_numpy() / own)) > 0.3).sum())
    if found.ledger.empty:
        assert far < 6 or count == 6  # few rows that differ by more than they grow
        return
    (fault,) = set(found.ledger["fault"])
    assert fault.startswith(f"table {year + 1}: output stands in the rows of other regions in rows ")
    assert set(found.ledger["row"]) <= set(range(at[0], at[-1] + 3)) and 2 * len(found.ledger) >= far


@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_a_lone_cell_far_from_both_years_beside_it_is_a_remark(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    table = _years_of_one_quantity(rng)
    row, year = int(rng.integers(0, len(table))), int(rng.integers(1, table.shape[1] - 2))
    table.loc[row, f"output {2012 + year}"] = round(table.loc[row, f"output {2012 + year}"] * [0.45, 2.2][seed % 2])
    found = _audited(table, tmp_path)
    assert found.ledger.empty
    remarks = _unusual(found)
    assert list(zip(remarks["table"], remarks["row"], strict=True)) == [(year + 1, row + 1)]
    assert " of what " in str(remarks["told"].iloc[0])


@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_two_years_exchanged_in_a_row_of_years_are_a_remark(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    table = _years_of_one_quantity(rng)
    years = table.shape[1] - 1
    if years < 6 or len(table) < 24:
        return  # too few to tell the order of years from
    first = int(rng.integers(1, years - 4))
    one, two = f"output {2012 + first}", f"output {2012 + first + 3}"
    table[[one, two]] = table[[two, one]].to_numpy()
    told = [str(each) for each in _audited(table, tmp_path).remarks["told"]]
    assert [each for each in told if f"tables {first + 1} and {first + 4}: output turn back" in each]


def _two_years(rng: np.random.Generator, years: tuple[int, int]) -> pd.DataFrame:
    """Draw people, men, women and jobs of two years; all grow much alike, with heavy tails."""
    rows = int(rng.integers(16, 60))
    people = np.exp(rng.normal(12, 1, rows))
    men = rng.normal(0.49, 0.01, rows)
    table = pd.DataFrame({"region": [f"Area {at}x" for at in range(rows)]})
    for year in years:
        jobs = people * rng.normal(0.4, 0.01, rows)
        for name, each in {"people": people, "men": people * men, "women": people * (1 - men), "jobs": jobs}.items():
            table[f"{name} {year}"] = np.round(each)
        people = people * np.exp(0.1 + rng.uniform(0.01, 0.05) * np.clip(rng.standard_t(3, rows), -8, 8))
        men = men + rng.normal(0, 0.003, rows)
    return table


@pytest.mark.parametrize("years", [(2010, 2022), (2019, 2022)])
@pytest.mark.parametrize("seed", samples(range(60), 4))
def test_two_rows_exchanged_in_several_columns_of_one_of_two_years_are_one_fault(
    seed: int, years: tuple[int, int], tmp_path: Path
) -> None:
    rng = np.random.default_rng(seed)
    table = _two_years(rng, years)
    assert _audited(table, tmp_path).ledger.empty
    order = np.argsort(table[f"people {years[0]}"].to_numpy())
    one, two = sorted(map(int, rng.choice([order[:4], order[-4:]], 2, axis=1)[:, 0]))
    names = ["people", "men", "women", "jobs"][: 3 + seed % 2]
    columns = [f"{name} {years[seed // 2 % 2]}" for name in names]
    table.loc[[one, two], columns] = table.loc[[two, one], columns].to_numpy()
    found = _audited(table, tmp_path)
    (fault,) = set(found.ledger["fault"])
    told = f"{', '.join(names)} of Area {one}x and Area {two}x are exchanged in {years[0]} or in {years[1]}, rows "
    assert fault == f"tables 1 and 2: {told}{listed([one + 1, two + 1])}" and _unusual(found).empty
