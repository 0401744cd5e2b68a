"""Indicators that no formula holds: the index is not blamed for them, nor they for the index, where nothing tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.ratings.catalogue import read_catalogue
from growthpoles.study.audit import Audit, run_audit

CATALOGUE = """code,kind,parent,direction,weight,unit,numerator,denominator,factor,name_en
index,aggregate,,1,1,points,,,,Index
wage,indicator,index,1,2,u,,,,Wage
life,indicator,index,1,1,u,,,,Life expectancy
jobless,indicator,index,-1,1,u,,,,Unemployment
"""
DIGITS = {"wage": 0, "life": 2, "jobless": 1}
Figures = dict[int, pd.DataFrame]


def audited(folder: Path, change: Callable[[Figures, Figures], None], *, method: str = "leader") -> Audit:
    """Audit two years of three indicators and their index; `change` alters (indicators, results) after it is made."""
    rng = np.random.default_rng(8)
    n, names = 14, [f"Region {at:02d}" for at in range(14)]
    wage, life, jobless = np.exp(rng.normal(6.4, 0.25, n)), 70 + rng.normal(0, 2.5, n), np.exp(rng.normal(1.7, 0.3, n))
    (folder / "catalogue.csv").write_text(CATALOGUE)
    (folder / "study.toml").write_text(
        '[study]\nname = "plain"\nyears = [2016, 2021]\ntitle = { en = "P" }\nsource = { en = "P" }\nedition = "data"\n'
        f'[rating]\ncatalogue = "catalogue.csv"\nnormalisation = "{method}"\n'
        + "".join(f'[[tables]]\nfile = "d{year}.csv"\nkey = "name"\nyear = {year}\n' for year in (2016, 2021))
        + '[published.index]\ntable = 9\nfile = "results.csv"\nkey = "name"\n'
        'columns = { 2016 = "index_2016", 2021 = "index_2021" }\n'
    )
    figures: Figures = {}
    for year, growth in ((2016, 1.0), (2021, 1.3)):
        noise = np.exp(rng.normal(0, 0.03, (3, n))) if year == 2021 else np.ones((3, n))
        values = {"wage": growth * wage * noise[0], "life": life * noise[1] ** 0.1, "jobless": jobless * noise[2]}
        figures[year] = pd.DataFrame({name: np.round(own, DIGITS[name]) for name, own in values.items()}, index=names)

    def write() -> None:
        for year, frame in figures.items():
            text = pd.DataFrame({c: [f"{v:.{DIGITS[c]}f}" for v in frame[c]] for c in frame}, index=frame.index)
            text.rename_axis("name").to_csv(folder / f"d{year}.csv")

    write()
    pd.DataFrame({"name": names, "index_2016": "1.00", "index_2021": "1.00"}).to_csv(
        folder / "results.csv", index=False
    )
    study = gp.load_study(folder / "study.toml")
    catalogue = read_catalogue(folder / "catalogue.csv")
    results = {year: gp.rate(own, catalogue=catalogue, normalisation=method) for year, own in figures.items()}
    printed = {year: pd.DataFrame({"index": own["index"].round(2)}) for year, own in results.items()}
    change(figures, printed)
    write()
    table = pd.DataFrame(
        {f"index_{year}": [f"{v:.2f}" for v in own["index"]] for year, own in printed.items()}, index=names
    )
    table.rename_axis("name").to_csv(folder / "results.csv")
    return run_audit(study)


def cells(found: Audit) -> set[tuple[int, int, str]]:
    return set(zip(found.ledger["table"], found.ledger["row"], found.ledger["column"], strict=True))


@pytest.mark.long
@pytest.mark.parametrize("method", ["leader", "min-max"])
def test_a_greatest_value_that_is_wrong_is_found_behind_all_indices(method: str, tmp_path: Path) -> None:
    def change(figures: Figures, printed: Figures) -> None:
        figures[2016].loc["Region 05", "wage"] *= 10

    found = audited(tmp_path, change, method=method)
    assert cells(found) == {(1, 6, "wage")} and len(found.faults) == 1


@pytest.mark.long
def test_two_rows_exchanged_in_an_indicator(tmp_path: Path) -> None:
    def change(figures: Figures, printed: Figures) -> None:
        column = figures[2021]["life"].to_numpy(copy=True)
        column[[3, 9]] = column[[9, 3]]
        figures[2021]["life"] = column

    found = audited(tmp_path, change)
    assert cells(found) == {(2, 4, "life"), (2, 10, "life")}
    assert list(found.faults) == ["table 2: life is exchanged between rows 4 and 10"]


@pytest.mark.long
def test_growth_tells_that_an_indicator_is_wrong_and_not_its_index(tmp_path: Path) -> None:
    def change(figures: Figures, printed: Figures) -> None:
        figures[2021].loc["Region 07", "life"] -= 19.0

    assert cells(audited(tmp_path, change)) == {(2, 8, "life")}


def test_an_index_and_its_indicators_are_left_open_where_nothing_tells(tmp_path: Path) -> None:
    def change(figures: Figures, printed: Figures) -> None:
        printed[2021].loc["Region 07", "index"] -= 1.0

    found = audited(tmp_path, change)
    assert len(found.faults) == 1 and (9, 8, "index_2021") in cells(found)
    assert found.ledger["cause"].str.startswith("one reading").all() and {row for _, row, _ in cells(found)} == {8}


@pytest.mark.long
def test_an_index_by_another_method_is_named(tmp_path: Path) -> None:
    def change(figures: Figures, printed: Figures) -> None:
        catalogue = read_catalogue(tmp_path / "catalogue.csv")
        printed[2016]["index"] = gp.rate(figures[2016], catalogue=catalogue, normalisation="min-max")["index"]

    found = audited(tmp_path, change)
    assert list(found.faults) == [
        'table 9: index_2016 was computed by another method than the study says: normalisation = "min-max"'
    ]
