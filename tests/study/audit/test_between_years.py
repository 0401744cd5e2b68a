"""Comparisons between years: whole columns in another unit, rows of another year, signs of balances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted import PRIMARIES, RATIOS, Shape, clean

from growthpoles.study.audit import audit_sources, make_sources, run_audit


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
