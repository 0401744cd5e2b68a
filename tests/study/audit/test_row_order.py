from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import DataError
from growthpoles.study.audit import align, check_arithmetic, column_orders, make_sources, read_sources
from growthpoles.study.audit.arithmetic import find_copies
from growthpoles.study.audit.column_orders import alignment_frame
from growthpoles.study.audit.row_order import alternatives, best_assignment, row_permutations

SIXTEEN = [f"r{at:02d}" for at in range(16)]
# Log standard deviations of employed, fixed assets and emissions in the article's Table 4.
SPREADS = np.array([0.47, 0.68, 0.85])


def planted(rng: np.random.Generator, columns: int, noise: float) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Two years of log-normal columns, the first in a random order of the rows."""
    first = np.exp(rng.normal(0, SPREADS[:columns], (16, columns)))
    second = first * np.exp(0.6 + rng.normal(0, noise, (16, columns)))
    order = rng.permutation(16)
    values = pd.DataFrame(first[order], index=range(1, 17))
    return values, pd.DataFrame(second, index=SIXTEEN), [SIXTEEN[at] for at in order]


def test_alternatives_are_the_constrained_second_best_solutions() -> None:
    rng = np.random.default_rng(2)
    for n in (2, 3, 6):
        for _ in range(10):
            cost = rng.random((n, n))
            best, total = best_assignment(cost)
            extra = alternatives(cost, best)
            for row in range(n):
                others = [sum(cost[i, p[i]] for i in range(n)) for p in permutations(range(n)) if p[row] != best[row]]
                assert extra[row] == pytest.approx(min(others) - total)


def test_few_rows_give_all_permutations_and_many_a_repeatable_sample() -> None:
    rows = np.array([2, 5, 7])
    every, exact = row_permutations(rows, draws=10, rng=np.random.default_rng(0))
    assert exact and {tuple(line) for line in every} == set(permutations((2, 5, 7))) and tuple(every[0]) == (2, 5, 7)
    many = np.arange(12)
    first, exact = row_permutations(many, draws=50, rng=np.random.default_rng(0))
    again, _ = row_permutations(many, draws=50, rng=np.random.default_rng(0))
    assert not exact and first.shape == (50, 12) and (first == again).all() and (np.sort(first, axis=1) == many).all()


def test_ranks_are_those_of_brute_force() -> None:
    rng = np.random.default_rng(4)
    regions = list("abcdefgh")
    x = np.exp(rng.normal(0, 1, 8))
    y = pd.Series(x * np.exp(rng.normal(0.5, 0.4, 8)), index=regions)
    values = pd.Series(x, index=range(1, 9))
    orders = {"one": list("abcdefgh"), "two": list("bcadefgh")}
    found = align(values, y, candidates=orders)
    growth = np.median([np.log(y[r] / x[at]) for at, r in enumerate(regions) if at > 2])
    sums = {}
    for p in permutations("abc"):
        order = [*p, *"defgh"]
        sums["".join(order)] = sum(abs(np.log(y[r] / x[at]) - growth) for at, r in enumerate(order))
    for name, order in orders.items():
        own = sums["".join(order)]
        assert found.candidates.loc[name, "deviation"] == pytest.approx(own)
        assert found.candidates.loc[name, "rank"] == 1 + sum(total < own - 1e-9 for total in sums.values())
    assert found.permutations == 6 and found.exact


def orders_of_the_article() -> pd.DataFrame:
    sources = read_sources()
    wrong = check_arithmetic(sources.cells, sources.formulas)
    return alignment_frame(column_orders(sources, wrong, find_copies(sources)))


def test_the_order_of_every_column_of_the_article() -> None:
    table = orders_of_the_article()
    verdicts = table.set_index(["table", "column"])["verdict"]
    moved, mixed = "yearbook", "mixed"
    expected = {
        2: {"grp": "article", "productivity": mixed, "employed": moved, "fixed_assets": moved, "asset_return": mixed,
            "emissions": moved, "eco_efficiency": mixed},
        3: {"rd": moved, "tech_innovation": "undecided", "employed": moved, "output": moved, "rd_per_employed": moved,
            "tech_innovation_per_employed": "undecided", "output_per_capita": moved, "population": moved},
        4: {"grp": moved, "productivity": "article", "employed": moved, "fixed_assets": moved,
            "asset_return": "article", "emissions": moved, "eco_efficiency": "article"},
        5: {"rd": "article", "tech_innovation": "article", "employed": "article", "output": "article",
            "rd_per_employed": "article", "tech_innovation_per_employed": "article",
            "output_per_capita": mixed, "population": moved},
    }  # fmt: skip
    for number, columns in expected.items():
        assert verdicts.loc[number].to_dict() == columns


@pytest.mark.parametrize(
    ("table", "column", "article", "yearbook"),
    [
        (2, "grp", 1, 2041),
        (2, "employed", 2869, 1),
        (2, "fixed_assets", 3277, 1),
        (2, "emissions", 4321, 7),
        (3, "rd", 4357, 101),
        (3, "output", 1933, 105),
        (3, "tech_innovation", 3361, 2881),
    ],
)
def test_ranks_among_5040_permutations(table: int, column: str, article: int, yearbook: int) -> None:
    """First, seventh, about 100th, 2,881st and 3,361st were counted independently of this code."""
    sources = read_sources()
    later = table + 2
    reference = pd.Series(sources.column(later, column).to_numpy(), index=sources.labels(later).to_numpy())
    found = align(sources.column(table, column), reference, candidates=sources.orders)
    assert found.permutations == 5040 and found.exact
    assert found.candidates["rank"].to_dict() == {"article": article, "yearbook": yearbook}


def test_without_candidates_employment_and_assets_together_give_the_yearbook_order() -> None:
    sources = read_sources()
    columns = ["employed", "fixed_assets"]
    values = pd.DataFrame({name: sources.column(2, name) for name in columns})
    reference = pd.DataFrame({name: sources.column(4, name).set_axis(sources.labels(4)) for name in columns})
    assert align(values, reference).order == sources.orders["yearbook"]


@pytest.mark.long
def test_a_derived_column_pins_any_planted_order_exactly() -> None:
    sources = read_sources()
    clean = sources.cells[(sources.cells["table"] == 2)].drop(columns=["year", "half"])
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(25):
        order = rng.permutation(16) + 1
        moved = clean.copy()
        for column in ("productivity", "eco_efficiency"):
            own = clean[clean["column"] == column].set_index("row")
            at = moved["column"] == column
            moved.loc[at, "printed"] = [own.loc[order[row - 1], "printed"] for row in moved.loc[at, "row"]]
        found = check_arithmetic(moved.drop(columns="value"), sources.formulas)
        got = {row: row for row in range(1, 17)} | dict(
            zip(
                found.loc[found["column"] == "productivity", "row"],
                found.loc[found["column"] == "productivity", "source_row"],
                strict=True,
            )
        )
        hits += [got[row] for row in range(1, 17)] == list(order)
    assert hits == 25


def test_a_planted_order_is_recovered_from_three_columns_of_two_years() -> None:
    """16 regions, the article's spreads; every value 5 % off the common growth (standard deviation)."""
    rng = np.random.default_rng(21)
    hits = wrong = 0
    for _ in range(100):
        values, reference, order = planted(rng, 3, noise=0.05)
        found = align(values, reference)
        hits += list(found.order) == order
        wrong += found.verdict != "undecided" and list(found.order) != order
    assert hits >= 95 and wrong <= 1


@pytest.mark.long
@pytest.mark.parametrize("noise", [0.02, 0.1])
def test_one_of_two_candidate_orders_is_recovered_from_one_column(noise: float) -> None:
    """Orders as far apart as the article's: seven rows in a cycle."""
    rng = np.random.default_rng(22)
    hits = wrong = 0
    for _ in range(100):
        values, reference, order = planted(rng, 1, noise)
        other = [*order[1:7], order[0], *order[7:]]
        found = align(values[0], reference[0], candidates={"other": other, "true": order})
        hits += found.verdict == "true"
        wrong += found.verdict == "other"
    assert hits >= 95 and wrong == 0


@pytest.mark.slow
def test_undecided_rather_than_a_guess_when_noise_makes_orders_comparable() -> None:
    rng = np.random.default_rng(23)
    verdicts = []
    for _ in range(200):
        values, reference, order = planted(rng, 1, noise=2.0)
        other = [*order[1:7], order[0], *order[7:]]
        verdicts.append(align(values[0], reference[0], candidates={"other": other, "true": order}).verdict)
    assert verdicts.count("other") <= 10 and verdicts.count("undecided") >= 160
    free = [align(*planted(rng, 1, noise=0.3)[:2]).verdict for _ in range(50)]
    assert free.count("undecided") == 50


@pytest.mark.long
def test_a_wrong_assignment_is_rarely_called_sure() -> None:
    rng = np.random.default_rng(24)
    decided = wrong = 0
    for noise in (0.01, 0.03, 0.06, 0.12):
        for _ in range(60):
            values, reference, order = planted(rng, 3, noise)
            found = align(values, reference)
            decided += found.verdict != "undecided"
            wrong += found.verdict != "undecided" and list(found.order) != order
    assert decided > 60 and wrong <= 0.05 * decided


def test_many_moving_rows_use_a_repeatable_sample() -> None:
    rng = np.random.default_rng(25)
    values, reference, order = planted(rng, 1, 0.05)
    candidates = {"true": order, "reversed": order[::-1]}
    first = align(values[0], reference[0], candidates=candidates, permutations=500)
    again = align(values[0], reference[0], candidates=candidates, permutations=500)
    assert not first.exact and first.permutations == 500 and first.verdict == "true"
    pd.testing.assert_frame_equal(first.candidates, again.candidates)


def test_bad_input_is_refused_in_words() -> None:
    values = pd.Series([1.0, 2.0, 3.0], index=[1, 2, 3])
    reference = pd.Series([1.0, 2.0, 3.0], index=list("abc"))
    with pytest.raises(DataError, match="missing, zero or negative"):
        align(values.replace(2.0, 0.0), reference)
    with pytest.raises(DataError, match="3 rows and 2 regions"):
        align(values, reference.iloc[:2])
    with pytest.raises(DataError, match="'a' stands twice"):
        align(values, reference.set_axis(list("aab")))
    with pytest.raises(DataError, match="1 candidate order"):
        align(values, reference, candidates={"one": list("abc")})
    with pytest.raises(DataError, match="not an order of the 3 regions"):
        align(values, reference, candidates={"one": list("abc"), "two": list("abd")})
    with pytest.raises(DataError, match="are the same"):
        align(values, reference, candidates={"one": list("abc"), "two": list("abc")})
    with pytest.raises(DataError, match="columns differ"):
        align(values.to_frame("x"), reference.to_frame("y"))


def test_the_result_lists_every_row() -> None:
    values = pd.Series([10.0, 2.0, 33.0], index=[1, 2, 3])
    reference = pd.Series([2.0, 10.0, 33.0], index=list("abc"))
    found = align(values, reference)
    assert found.to_frame()["region"].tolist() == ["b", "a", "c"] and found.verdict == "recovered"
    assert found.method == "assignment" and found.deviation == pytest.approx(0)


def test_labels_confirmed_by_another_table_win_over_the_later_year() -> None:
    """Two tables of the earlier year in different row orders agree by label: the later year is judged against them."""
    rng = np.random.default_rng(3)
    regions = [f"r{at}" for at in range(10)]
    a = dict(zip(regions, np.round(np.exp(rng.normal(5, 1, 10)), 2), strict=True))
    later = {region: round(value * 1.3, 2) for region, value in a.items()}
    rows = []
    shuffled = [regions[at] for at in (3, 4, 5, 6, 0, 1, 2, 7, 8, 9)]
    for table, labels, values in ((1, regions, a), (2, shuffled, a), (3, regions, later)):
        source = labels if table < 3 else shuffled  # table 3: values in another order than its labels
        for row, (label, owner) in enumerate(zip(labels, source, strict=True), start=1):
            rows.append(
                {
                    "table": table,
                    "row": row,
                    "label": label,
                    "column": "a",
                    "printed": str(values[owner]).replace(".", ","),
                }
            )
    formulas = pd.DataFrame(columns=["column", "numerator", "denominator", "factor"])
    sources = make_sources(pd.DataFrame(rows), formulas, years={1: 2010, 2: 2010, 3: 2014})
    table = alignment_frame(column_orders(sources, check_arithmetic(sources.cells, formulas), []))
    line = table[table["table"] == 3].iloc[0]
    assert (
        line["labels"] == "labels of table 1"
        and line["verdict"] == "labels of table 2"
        and line["reference"].startswith("table ")
    )
    assert table.loc[table["table"] == 1, "method"].item() == "exact: repeated by label"
