"""Ranks and classes against their index: ties, either direction, one wrong cell; growth of a year over any span."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from growthpoles.study.audit.file_audit import audit_file
from growthpoles.study.audit.formulas import read_formulas
from growthpoles.study.audit.published_ranks import class_misfits, order_finding, rank_misfits, rank_value
from samples import samples

INDEX = np.array([50.7, 77.0, 28.6, 76.9, 21.7, 45.4, 69.7, 44.6, 53.0, 21.7])


@pytest.mark.parametrize("method", ["min", "max", "average", "first", "dense"])
@pytest.mark.parametrize("ascending", [True, False])
def test_every_way_to_rank_is_right(method: str, ascending: bool) -> None:
    ranks = pd.Series(INDEX).rank(method=method, ascending=ascending).to_numpy()  # type: ignore[arg-type]
    assert not rank_misfits(INDEX, ranks)[0].any()


def test_exchanged_ranks_are_the_two_wrong_ones() -> None:
    ranks = pd.Series(-INDEX).rank(method="min").to_numpy().copy()
    ranks[[2, 6]] = ranks[[6, 2]]
    wrong, want = rank_misfits(INDEX, ranks)
    assert list(np.flatnonzero(wrong)) == [2, 6] and want[6] == 3


def test_a_shared_place_is_read() -> None:
    assert rank_value("9-10", ".") == 9.5 and np.isnan(rank_value("-", "."))


def test_one_class_out_of_order_is_the_one() -> None:
    letters = ["A" if value > 60 else "B" if value > 40 else "C" for value in INDEX]
    assert not class_misfits(INDEX, letters).any() and not class_misfits(-INDEX, letters).any()
    letters[2] = "A"
    assert list(np.flatnonzero(class_misfits(INDEX, letters))) == [2]


@pytest.mark.parametrize("kind", ["rank", "class"])
def test_rows_without_an_index_are_not_compared(kind: str) -> None:
    """A total at the end has neither index nor rank; the evidence counts what was compared."""
    printed = ["1", "2", "3", "4", "6", "5", "-"] if kind == "rank" else ["A", "A", "B", "B", "A", "C", "-"]
    index = np.array([90.0, 80, 70, 60, 50, 40, np.nan])
    column = pd.DataFrame({"row": range(1, 8), "region": list("abcdefg"), "column": "place", "printed": printed})
    found = order_finding(
        kind, column, column.assign(column="index"), index, table=1, year=None, decimal=".", sure=True
    )
    assert found is not None
    wrong = len(found.cells)
    assert found.evidence == f"{6 - wrong} of 6 rows of place follow index" and wrong == (2 if kind == "rank" else 1)


@pytest.mark.parametrize("places", [(1, 2), (2, 3, 4), (0, 9), (1, 5, 6)])
def test_places_behind_several_gaps_are_counted(places: tuple[int, ...]) -> None:
    index = INDEX + np.arange(10) / 100
    ranks = pd.Series(-index).rank(method="min").to_numpy().copy()
    for place in places:
        at = int(np.argsort(-INDEX)[place])
        index[at] = ranks[at] = np.nan
    assert not rank_misfits(index, ranks)[0].any()


def test_a_place_behind_a_gap_is_counted() -> None:
    """A region without index and rank holds the third place: those behind it are one further on."""
    index = INDEX.copy()
    ranks = pd.Series(-INDEX).rank(method="min").to_numpy().copy()
    at = int(np.argsort(-INDEX)[2])
    index[at] = ranks[at] = np.nan
    assert not rank_misfits(index, ranks)[0].any()
    ranks[[0, 1]] = ranks[[1, 0]]
    assert list(np.flatnonzero(rank_misfits(index, ranks)[0])) == [0, 1]


def _ranking(rng: np.random.Generator, count: int, *, name: str = "Rank") -> pd.DataFrame:
    index = np.round(rng.permutation(np.linspace(12, 95, count)) + rng.uniform(0, 0.3, count), 1)
    ranks = pd.Series(-index).rank(method="min").astype(int)
    return pd.DataFrame(
        {"Region": [f"Area {chr(65 + i)}" for i in range(count)], "Innovation index": index, name: ranks}
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", ["clean", "doubled and missing", "two exchanged", "tenfold", "alone", "longer"])
def test_ranks_are_checked_in_themselves_and_against_their_index(seed: int, kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    count = 10 + 3 * seed
    names = ["Rank", "Place", "Rang", "Puesto", "Место", "順位", "Xếp hạng", "Sıra"]
    table = _ranking(rng, count, name=names[seed])
    ranks = names[seed]
    one, two = (int(table[ranks].to_numpy().argsort()[i]) for i in ((1, -2), (-3, 1))[seed % 2])
    wrong: set[int] = set()
    if kind in ("doubled and missing", "alone"):
        table.loc[one, ranks] = table.loc[two, ranks]
        wrong = {one}
    elif kind == "two exchanged":
        table.loc[[one, two], ranks] = table.loc[[two, one], ranks].to_numpy()
        wrong = {one, two}
    elif kind == "tenfold":
        one = int(table["Innovation index"].rank().to_numpy().argsort()[count // 2])
        table.loc[one, "Innovation index"] = round(10 * float(table.loc[one, "Innovation index"]), 1)
        wrong = {one}
    elif kind == "longer":  # three regions of a longer list are not printed
        table = table.drop(index=[one, two]).reset_index(drop=True)
    if kind == "alone":
        table = table.drop(columns="Innovation index").assign(Population=rng.integers(10_000, 99_999, len(table)))
    path = tmp_path / "ranks.csv"
    table.to_csv(path, index=False)
    found, _, rules = audit_file(path)
    assert ranks in set(rules.loc[rules["kind"] == "rank", "column"])
    rows = set(found.ledger["row"])
    assert {i + 1 for i in wrong} <= rows and bool(rows) == bool(wrong)
    told = " ".join(map(str, found.unchecked["told"]))
    assert ("order" in told) == (kind == "alone")


def test_counts_are_no_ranks(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"Region": [f"Area {i}x" for i in range(20)], "Hospitals": rng.integers(1, 20, 20)})
    table.assign(GRP=rng.uniform(10, 90, 20).round(1)).to_csv(tmp_path / "counts.csv", index=False)
    found, _, rules = audit_file(tmp_path / "counts.csv")
    assert found.ledger.empty and rules.empty


RATES = {
    "annual growth": lambda ratio, years: 100 * (ratio ** (1 / years) - 1),
    "exponential growth": lambda ratio, years: 100 * np.log(ratio) / years,
    "simple annual growth": lambda ratio, years: 100 * (ratio - 1) / years,
}


def _censuses(rng: np.random.Generator, path: Path, faults: int, apart: float = 0.0) -> tuple[int, set[int]]:
    """Write people of two censuses and the growth of a year between; return the number of rows and the wrong ones.

    `apart` is how far (relative) the people are from those of which the growth is.
    """
    n, first, years = int(rng.integers(8, 141)), int(rng.integers(1990, 2015)), int(rng.integers(4, 20))
    kind, digits, last = str(rng.choice(list(RATES))), int(rng.integers(1, 3)), first + years
    away = [
        0.0,
        round(rng.uniform(-0.95, 0.95), 1),
        round(rng.uniform(-0.95, 0.95), 2),
        rng.integers(-350, 350) / 365.25,
    ]
    span = years + float(away[int(rng.integers(4))])
    before = np.round(rng.lognormal(11, 0.8, n))
    after = np.round(before * np.exp(rng.normal(rng.uniform(-1, 3), rng.uniform(0.8, 1.5), n) * span / 100))
    grown = np.round(RATES[kind](after / before * rng.lognormal(0, apart, n), span), digits)
    wrong = rng.choice(n, faults, replace=False)
    for at in wrong:
        how = int(rng.integers(3))
        grown[at] += round(rng.choice([-1, 1]) * rng.uniform(0.8, 3), digits) if how == 0 else 0.0
        after[at] *= 10 if how == 1 else 1
        before[at] = round(before[at] * rng.choice([0.7, 1.4])) if how == 2 else before[at]
    table = pd.DataFrame({"region": [f"Area {at}x" for at in range(n)], f"people {first}": before.astype(int)})
    table[f"people {last}"] = after.astype(int)
    table[f"mean annual growth {first}-{last}, %"] = [f"{rate:.{digits}f}" for rate in grown]
    table.to_csv(path, index=False)
    return n, {int(at) + 1 for at in wrong}


@pytest.mark.parametrize("seed", samples(range(200), 8))
def test_growth_of_a_year_over_any_span_has_its_faults_and_no_others(seed: int, tmp_path: Path) -> None:
    n, wrong = _censuses(np.random.default_rng([77, seed]), tmp_path / "t.csv", seed % 4)
    found, _, rules = audit_file(tmp_path / "t.csv")
    if rules.empty:  # so few rows with one decimal hold by chance, too
        assert n <= 10 and wrong and found.ledger.empty
        return
    assert {int(row) for row in found.ledger["row"]} == wrong
    rules.to_csv(tmp_path / "formulas.csv", index=False)
    again, _, _ = audit_file(tmp_path / "t.csv", read_formulas(tmp_path / "formulas.csv"))
    assert again.ledger.equals(found.ledger)
    over = rules["factor"].iloc[0].partition(" over ")[2]
    grown = [str(each) for each in found.ledger["evidence"] if "the growth of" in str(each)]
    assert all((f" over {over}, to rounding" in each) == bool(over) for each in grown)


@pytest.mark.parametrize("seed", samples(range(200), 8))
def test_growth_of_other_figures_accuses_nobody(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng([78, seed])
    _censuses(rng, tmp_path / "t.csv", 0, apart=float(rng.choice([0.003, 0.01, 0.03, 0.1])))
    assert audit_file(tmp_path / "t.csv")[0].ledger.empty


def _by_other_figures(rng: np.random.Generator, what: str) -> pd.DataFrame:
    """Draw a result beside figures that are close to those of which it was computed, which are not printed."""
    n, digits = int(rng.integers(8, 141)), int(rng.integers(0, 3))
    people = np.round(rng.lognormal(11, 0.8, n))
    area = np.round(people / rng.lognormal(3, 1, n), 1) + 1
    near = float(rng.choice([0.002, 0.01, 0.03]))
    index = np.round(rng.uniform(20, 90, n), 1)
    other = index + rng.normal(0, 100 * near, n)
    before = np.round(people * np.exp(rng.normal(-0.1, 0.07, n)))
    revised = np.where(rng.random(n) < 0.6, before, np.round(before * rng.lognormal(0, near, n)))
    births = np.round(people * rng.uniform(0.007, 0.02, n))
    lakes = np.where(rng.random(n) < rng.uniform(0.2, 0.8), 0, rng.beta(1, rng.choice([5, 20, 60]), n))
    columns = {
        "density of land": {"people": people, "area": area, "density": np.round(people / area / (1 - lakes), digits)},
        "density": {"people": people, "area": area,
                    "density": np.round(people / area * rng.lognormal(0, near, n), digits)},
        "births": {"people": people, "births": births,
                   "births per 1000": np.round(1000 * births / people * (1 + rng.normal(0.006, 0.006, n)), digits + 1)},
        "change": {"people 2010": before, "people 2016": people, "change 2010-2016, number": people - revised},
        "growth": {"people 2010": before, "people 2016": people,
                   "change 2010-2016, %": np.round(100 * (people / revised - 1), digits + 1)},
        "rank": {"index": index, "rank": pd.Series(-other).rank(method="first").astype(int)},
        "class": {"index": index, "class": np.array(list("ABCD"))[pd.qcut(-other, 4 if n > 12 else 3, labels=False)]},
    }[what]  # fmt: skip
    return pd.DataFrame({"region": [f"Area {at}x" for at in range(n)], **columns})


@pytest.mark.parametrize("what", ["density of land", "density", "births", "change", "growth", "rank", "class"])
@pytest.mark.parametrize("seed", samples(range(60), 2))
def test_a_formula_by_other_figures_accuses_nobody(seed: int, what: str, tmp_path: Path) -> None:
    _by_other_figures(np.random.default_rng([79, seed]), what).to_csv(tmp_path / "t.csv", index=False)
    found, _, rules = audit_file(tmp_path / "t.csv")
    if len(found.ledger):  # a few rows that differ from nearly all others are told
        ((held, n),) = {tuple(map(int, holds.split()[:3:2])) for holds in rules["holds"]}
        assert n - held <= max(3, 0.1 * n)
