from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted import clean

from growthpoles.study.audit import make_sources, read_sources
from growthpoles.study.audit.cell_checks import search_all
from growthpoles.study.audit.duplicates import find_duplicates
from growthpoles.study.audit.printed_cells import Sources

NONE = pd.DataFrame(columns=["column", "numerator", "denominator", "factor"])


def two_years(first: list[str], second: list[str]) -> Sources:
    rows = [
        {"table": table, "row": row, "label": f"r{row}", "column": "a", "printed": text}
        for table, texts in ((1, first), (2, second))
        for row, text in enumerate(texts, start=1)
    ]
    return make_sources(pd.DataFrame(rows), NONE, years={1: 2010, 2: 2014})


LONG = ["812 345,6", "1 204 118,3", "655 871,9", "2 014 662,4", "431 207,8", "978 554,1", "1 377 190,2", "540 026,7"]
OTHER = ["901 442,2", "1 511 027,6", "700 218,4", "2 207 139,5", "476 300,9", "1 120 481,7", "1 602 355,3", "588 124,6"]


def test_long_numbers_that_differ_are_no_copies() -> None:
    assert find_duplicates(two_years(LONG, OTHER)).empty


def test_a_long_number_in_two_rows_is_a_copy() -> None:
    found = find_duplicates(two_years([*LONG[:6], LONG[2], LONG[7]], OTHER))
    assert found[["table", "row", "other_row", "kind"]].to_numpy().tolist() == [[1, 3, 7, "rows of one column"]]
    assert found["coincidences"].iloc[0] < 1e-5


def test_a_long_number_in_one_row_of_two_years_is_a_copy() -> None:
    found = find_duplicates(two_years(LONG, [*OTHER[:4], LONG[4], *OTHER[5:]]))
    assert found[["table", "row", "other_table", "other_row", "kind"]].to_numpy().tolist() == [
        [1, 5, 2, 5, "years of one row"]
    ]


def test_the_same_number_in_another_row_of_another_year_is_not_looked_at() -> None:
    assert find_duplicates(two_years(LONG, [*OTHER[:4], LONG[3], *OTHER[5:]])).empty


@pytest.mark.parametrize("text", ["1,2", "120", "3 000,0"])
def test_short_and_round_numbers_may_repeat(text: str) -> None:
    values = ["1,1", "3,7", "120", text, text, "900", "2 000,0", "5 000,0"]
    assert find_duplicates(two_years(values, OTHER)).empty


@pytest.mark.slow
def test_the_expected_number_of_coincidences_is_about_right() -> None:
    """Columns of 40 values with three digits repeat often; the rule must then expect it."""
    rng = np.random.default_rng(8)
    reported = repeated = 0
    for _ in range(60):
        values = [f"{value:.0f}" for value in 500 * np.exp(rng.normal(0, 0.5, 40))]
        sources = two_years(values, [f"{v:.0f}" for v in 500 * np.exp(rng.normal(0, 0.5, 40))])
        repeated += len(set(values)) < 40
        reported += len(find_duplicates(sources))
    assert repeated > 30 and reported == 0


def test_the_two_copies_of_the_article() -> None:
    found = find_duplicates(read_sources())
    assert found[["table", "row", "column", "printed", "other_table", "other_row"]].to_numpy().tolist() == [
        [2, 5, "grp", "1 048 779,0", 2, 7],
        [3, 5, "tech_innovation", "415,9", 5, 5],
    ]
    assert (found["coincidences"] < 1e-4).all()


def grown(rates: list[float], texts: list[str]) -> list[str]:
    return [
        f"{float(t.replace(' ', '').replace(',', '.')) * r:.1f}".replace(".", ",")
        for t, r in zip(texts, rates, strict=True)
    ]


def test_a_cell_that_stands_still_is_no_copy_where_some_grow_and_some_shrink() -> None:
    around = [0.98, 1.03, 1.01, 0.97, 1.0, 1.02, 1.04, 0.99]
    assert find_duplicates(two_years(LONG, grown(around, LONG))).empty
    growing = [1.18, 1.23, 1.21, 1.17, 1.0, 1.22, 1.24, 1.19]
    assert find_duplicates(two_years(LONG, grown(growing, LONG)))["row"].tolist() == [5]


def test_a_cell_that_adds_up_with_others_that_moved_is_a_remark(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(4), tmp_path, n=12)
    study.columns[2, "pop"][3] = study.columns[1, "pop"][3]
    study.columns[2, "rural"] = study.columns[2, "pop"] - study.columns[2, "urban"]
    study.ratio(2, "fpc")
    search = search_all(study.sources())
    assert not search.findings
    assert search.remarks["told"].str.contains("pop of Region 04 .row 4. is the same in tables 1 and 2").any()
