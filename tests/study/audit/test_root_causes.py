"""Root causes: faults planted at random are named, left open honestly, or beyond what the cells can tell."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted import FAULTS, METHODS, OPTIONS, WORDS, Cell, Shape, clean, invent, plant

from growthpoles.study.audit import audit_sources, run_audit
from growthpoles.study.audit.file_audit import audit_file
from growthpoles.study.audit.ledger import Audit
from samples import samples

#: Of which everything was computed: where growth scatters widely no cell tells, and the audit says so.
COMPUTED = {"computed_from_moved", "unit_slip_and_all", "exchanged_labels", "truncated_ratio"}
#: Within what growth allows, a copy is no copy.
BEYOND = {*COMPUTED, "copied_from_last_year", "exchanged_tables"}
#: Faults of the tables of inputs, which need no published index to be found.
IN_TABLES = (
    "swapped_primary", "rotated_primary", "rotated_ratio", "shifted_block", "denominator_of_other_year", "unit_slip",
    "scaled_ratio", "scaled_primary", "digits_in_a_primary", "exchanged_years", "wrong_sign", "swapped_ratio",
    "rotated_column", "pushed_down", "swapped_inputs", "copied_column", "other_denominator", "unit_slip_of_rows",
    "rounded_ratio", "inputs_of_other_year", "inverted_cell", "row_in_other_unit", "years_of_row", "digit_typo",
    "exchanged_inputs", "exchanged_with_ratio", "copied_slow", "column_twice",
)  # fmt: skip


def rng_of(kind: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(kind.encode()), seed])


def outcome(ledger: pd.DataFrame, cells: list[Cell]) -> tuple[bool, bool, int]:
    """Whether a fault names a wrong cell, whether one names none, and how many there are."""
    truth = set(cells)
    named = [
        bool(truth & set(zip(part["table"], part["row"], part["column"], strict=True)))
        for _, part in ledger.groupby("fault")
    ]
    return any(named), not all(named), len(named)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.long if at % 3 else ()) for at, kind in enumerate(IN_TABLES)]
)
def test_a_fault_of_the_tables_is_one_fault(kind: str, tmp_path: Path) -> None:
    study, cells = invent(rng_of(kind, 2), tmp_path, kind, n=9)
    named, wrong, faults = outcome(audit_sources(study.sources()), cells)
    assert named and not wrong and faults == 1


@pytest.mark.long
@pytest.mark.parametrize("kind", ["shifted_ratio", "swapped_index"])
def test_what_follows_from_a_fault_is_listed_under_it(kind: str, tmp_path: Path) -> None:
    study, cells = plant(rng_of(kind, 4), tmp_path, kind, n=12)
    found = run_audit(study)
    named, wrong, faults = outcome(found.ledger, cells)
    assert named and not wrong and faults == 1
    assert set(zip(found.ledger["table"], found.ledger["row"], found.ledger["column"], strict=True)) == set(cells)
    if kind == "shifted_ratio":
        assert (found.reproduction["explained_by"] == "mended cells").any() and len(found.consequences)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_clean_tables_with_gaps_give_nothing(seed: int, tmp_path: Path) -> None:
    study = clean(np.random.default_rng([5, seed]), tmp_path, n=15, gaps=True)
    assert audit_sources(study.sources()).empty


def test_a_study_with_gaps_is_audited_and_says_what_it_could_not_check(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(2), tmp_path, n=10)
    study.gaps |= {(1, 3, "emp"): "-", (2, 4, "waste"): "...", (3, 5, "index_2021"): "-", (3, 5, "class_2021"): ""}
    study.text[1, 6, "gdp"] = f"{study.columns[1, 'gdp'][5]:.1f}".replace(".", study.decimal) + " p"
    found = run_audit(study.write(tmp_path))
    assert found.ledger.empty
    told = " ".join(found.unchecked["told"])
    assert (
        "prod = 1000 * gdp / emp" in told and "no number in emp, rows 3" in told and "no index printed, rows 5" in told
    )


def test_an_index_halfway_between_two_printed_ones_follows(tmp_path: Path) -> None:
    """Percentiles of nine regions are eighths: printed to two digits they are rounded up or down."""
    study = clean(np.random.default_rng(3), tmp_path, n=9, method="percentile", gaps=True)
    found = run_audit(study.write(tmp_path))
    assert found.ledger.empty and (found.reproduction["deviation"].abs() > 0.005).any()


@pytest.mark.long
@pytest.mark.parametrize("method", ["min-max", "rank"])
def test_an_extreme_behind_a_gap_makes_no_index_wrong(method: str, tmp_path: Path) -> None:
    """The leader of a ratio is not printed: what rests on it follows with one figure in the gap, and is told so."""
    study = clean(np.random.default_rng(2), tmp_path, n=12, method=method)
    study.columns[1, "rd"][3] *= 6
    study.ratio(1, "rdi")
    study.compute()
    study.gaps |= {(1, 4, name): "..." for name in ("rd", "rdi")}
    found = run_audit(study.write(tmp_path))
    assert found.ledger.empty
    if method != "rank":
        assert "only with a figure that a gap may hide" in " ".join(found.unchecked["told"])
    study.columns[3, "index_2016"][7] += 5
    study.classes(2016)
    study.change()
    ledger = run_audit(study.write(tmp_path)).ledger
    assert set(ledger["fault"].str.contains("index of row 8, 2016")) == {True}


def test_a_column_without_another_year_is_said_to_be_blind(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(2), tmp_path, n=10)
    from growthpoles.study.audit.between_years import blind_columns
    from growthpoles.study.audit.causes.printed_relations import source_blocks

    blocks = source_blocks(study.sources())
    (check, rows, reason), *_ = blind_columns({1: blocks[1]}, {(1, "prod"), (1, "rdi"), (1, "fpc"), (1, "wst")})
    assert check.startswith("table 1: rows of gdp, emp, pop") and rows == 10 and "no other year" in reason


def test_a_tie_is_left_open_with_both_readings(tmp_path: Path) -> None:
    """One digit of employment, in a year that has no other: the ratio or its input, and nothing tells which."""
    study = clean(np.random.default_rng(11), tmp_path, n=12)
    study.columns[1, "emp"][4] += 6000
    cells = study.sources().cells
    sources = study.sources()
    from growthpoles.study.audit import make_sources

    alone = make_sources(
        cells.loc[cells["table"] == 1, ["table", "row", "label", "column", "printed"]],
        sources.formulas,
        years={1: 2016},
        decimal=study.decimal,  # type: ignore[arg-type]
        cut=study.cut,
    )
    ledger = audit_sources(alone)
    assert len(set(ledger["fault"])) == 1 and set(ledger["column"]) == {"prod", "emp"}
    assert ledger["cause"].str.startswith("one reading").all()


@pytest.mark.long
@pytest.mark.parametrize(
    "names", [("gdp", "emp"), ("pop", "urban", "rural"), ("rd", "firms"), ("gdp", "pop", "rural", "waste")]
)
def test_two_rows_swapped_in_several_columns_are_one_fault(names: tuple[str, ...], tmp_path: Path) -> None:
    study = clean(np.random.default_rng(11), tmp_path, n=16)
    for name in names:
        study.columns[1, name][[3, 9]] = study.columns[1, name][[9, 3]]
    ledger = audit_sources(study.sources())
    assert len(set(ledger["fault"])) == 1
    cells = set(zip(ledger["row"], ledger["column"], strict=True))
    assert cells == {(row, name) for row in (4, 10) for name in names}


def test_the_other_year_decides_which_side_is_wrong(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(11), tmp_path, n=12)
    study.columns[1, "emp"][4] *= 3
    ledger = audit_sources(study.sources())
    assert list(zip(ledger["table"], ledger["row"], ledger["column"], strict=True)) == [(1, 5, "emp")]


@pytest.mark.long
def test_a_column_moved_beside_a_gap_is_one_fault(tmp_path: Path) -> None:
    """The figure behind a gap may be that of any row, and what stands beside an unknown input may belong anywhere."""
    for name, gap in (("fpc", "pop"), ("fpc", "fpc"), ("emp", "prod")):
        study = clean(np.random.default_rng(12), tmp_path, n=12)
        study.columns[1, name] = np.roll(study.columns[1, name], 1)
        study.gaps[1, 5, gap] = "..."
        ledger = audit_sources(study.sources())
        assert len(set(ledger["fault"])) == 1 and set(ledger["column"]) == {name}
        assert ledger["cause"].str.contains("belongs to").all()


def test_a_region_exchanged_between_the_years_is_one_fault(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(12), tmp_path, n=10)
    for name in ("gdp", "emp"):
        one, two = study.columns[1, name][4], study.columns[2, name][4]
        study.columns[1, name][4], study.columns[2, name][4] = two, one
    ledger = audit_sources(study.sources())
    assert set(zip(ledger["table"], ledger["row"], strict=True)) == {(1, 5), (2, 5)}
    assert len(set(ledger["fault"])) <= 2 and ledger["cause"].str.contains("exchanged").all()


@pytest.mark.long
@pytest.mark.parametrize("option", ['limits = "pooled"', "limits = { base = 2016 }"])
def test_an_index_by_the_limits_of_all_years_follows(option: str, tmp_path: Path) -> None:
    study = clean(np.random.default_rng(3), tmp_path, n=9, method="min-max", shape=Shape(option=option, ranks=True))
    assert run_audit(study.write(tmp_path)).ledger.empty
    study.columns[3, "index_2021"][2] += 4
    study.classes(2021)
    study.change()
    ledger = run_audit(study.write(tmp_path)).ledger
    assert set(ledger["fault"].str.contains("index of row 3, 2021")) == {True}


@pytest.mark.long
def test_index_columns_of_two_years_exchanged_are_one_fault(tmp_path: Path) -> None:
    study, cells = invent(rng_of("index_years_exchanged", 1), tmp_path, "index_years_exchanged", n=9)
    found = run_audit(study.write(tmp_path))
    assert list(found.faults) == ["table 3: the columns index_2016, index_2021 are exchanged"]
    assert set(zip(found.ledger["table"], found.ledger["row"], found.ledger["column"], strict=True)) == set(cells)


@pytest.mark.parametrize("third", [pytest.param(False, marks=pytest.mark.long), True])
@pytest.mark.parametrize("published", [pytest.param(True, marks=pytest.mark.long), False])
def test_tables_of_two_years_exchanged_are_open_or_said_to_be_blind(
    published: bool, third: bool, tmp_path: Path
) -> None:
    """Index columns or tables: nothing tells; without an index only a third year does, and that is a remark."""
    shape = Shape(published=published, third=third)
    study, cells = invent(np.random.default_rng(4), tmp_path, "exchanged_tables", n=12, shape=shape)
    found = run_audit(study.write(tmp_path))
    assert any("the years of all columns exchanged" in told for told in found.unchecked["told"])
    assert found.remarks["told"].str.contains("turn back on the way to 20").any() == third
    if published:
        named, wrong, faults = outcome(found.ledger, cells)
        assert named and not wrong and faults == 1 and set(found.ledger["table"]) == {1, 2, 3}
        assert found.ledger["cause"].str.contains("one reading").all()
    else:
        assert found.ledger.empty


def test_one_order_by_two_names_and_a_flag_without_a_value_are_read(tmp_path: Path) -> None:
    """The study declares the order of its rows twice, and flags a figure whose value is left out."""
    study = clean(np.random.default_rng(3), tmp_path, n=8, shape=Shape(lang="ru"))
    study.flags[1, 2, "gdp"] = " p"
    found = run_audit(study.write(tmp_path))
    assert found.ledger.empty and not found.unchecked["reason"].str.contains("no number").any()


@pytest.mark.long
def test_gaps_of_ratios_are_computed_for_the_index(tmp_path: Path) -> None:
    """Index columns of two years exchanged where the leader's ratio is not printed, and its inputs are."""
    study = clean(np.random.default_rng(2), tmp_path, n=10, method="min-max")
    for table in (1, 2):
        study.gaps[table, 1 + int(study.columns[table, "rdi"].argmax()), "rdi"] = "..."
    assert run_audit(study.write(tmp_path)).ledger.empty
    one, two = "index_2016", "index_2021"
    study.columns[3, one], study.columns[3, two] = study.columns[3, two], study.columns[3, one]
    for year in (2016, 2021):
        study.classes(year)
    assert list(run_audit(study.write(tmp_path)).faults) == [
        "table 3: the columns index_2016, index_2021 are exchanged"
    ]


def test_a_denominator_of_another_year_beside_a_gap_is_one_fault(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(12), tmp_path, n=12)
    study.ratio(2, "prod", above=study.columns[1, "gdp"])
    study.gaps[1, 3, "gdp"] = "..."
    ledger = audit_sources(study.sources())
    assert set(ledger["fault"]) == {"table 2: prod was computed with the gdp of 2016, row by row"} and len(ledger) == 12


@pytest.mark.parametrize("gap", [False, True])
def test_a_wrong_share_is_one_cell(gap: bool, tmp_path: Path) -> None:
    study = clean(np.random.default_rng(12), tmp_path, n=12, shape=Shape(shares=True))
    assert audit_sources(study.sources()).empty
    study.columns[2, "share"][6] += 3
    if gap:
        study.gaps[2, 3, "pop"] = "..."
    ledger = audit_sources(study.sources())
    assert ledger[["table", "row", "column"]].to_numpy().tolist() == [[2, 7, "share"]]


def test_a_third_year_tells_in_which_rows_moved(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(25), tmp_path, n=14, shape=Shape(third=True))
    order = study.columns[2, "pop"].argsort()
    pair = [order[0], order[-1]]
    for name in ("pop", "urban", "rural", "firms"):
        study.columns[2, name][pair] = study.columns[2, name][pair[::-1]]
    study.ratio(2, "fpc")
    ledger = audit_sources(study.sources())
    assert len(set(ledger["fault"])) == 1 and set(ledger["table"]) == {2}
    assert not ledger["cause"].str.startswith("one reading").any()


def test_a_flag_in_a_row_that_moved_is_no_stop(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(12), tmp_path, n=10)
    study.columns[1, "gdp"] = np.roll(study.columns[1, "gdp"], 2)
    study.flags |= {(1, 2, "prod"): " r", (1, 3, "gdp"): " p", (1, 4, "emp"): "r"}
    assert set(audit_sources(study.sources())["column"]) == {"gdp"}
    study.columns[1, "gdp"] = np.roll(study.columns[1, "gdp"], -2)
    study.columns[1, "rural"][4] = 123456.0
    study.columns[1, "urban"][4] = study.columns[1, "pop"][4] - 123465.0
    study.flags[1, 5, "rural"] = " p"
    assert audit_sources(study.sources())["cause"].str.contains("digit transposition").any()


def test_a_total_tells_in_which_year_a_figure_is_off(tmp_path: Path) -> None:
    """A figure in another unit of which its ratios were computed: the other year and the total contradict it."""
    study = clean(np.random.default_rng(12), tmp_path, n=10, shape=Shape(total=True))
    study.columns[2, "pop"][3] *= 1000.0
    study.columns[2, "urban"][3] *= 1000.0
    study.columns[2, "rural"][3] *= 1000.0
    study.ratio(2, "fpc")
    study.compute()
    found = run_audit(study.write(tmp_path))
    assert len(found.faults) == 1
    assert set(zip(found.ledger["table"], found.ledger["row"], strict=True)) == {(2, 4)}


def rates(kinds: list[str], seeds: range, folder: Path) -> tuple[int, int, int, int]:
    studies = named = wrong = many = 0
    for kind in kinds:
        for seed in seeds:
            study, cells = plant(rng_of(kind, seed), folder / f"{kind}{seed}", kind, varied=True)
            if not cells:
                continue
            found = run_audit(study)
            hit, blamed, faults = outcome(found.ledger, cells)
            if not hit and not blamed and kind in BEYOND:
                told = " ".join(found.unchecked["check"])
                assert kind != "exchanged_tables" or "the years of all columns exchanged" in told, seed
                assert kind not in COMPUTED or any(column in told for _, _, column in cells), (kind, seed)
                continue
            said = found.ledger["cause"] + " " + found.ledger["fault"]
            told_so = said.str.contains(re.compile(WORDS.get(kind, "."))).any()
            studies, named, wrong, many = studies + 1, named + (hit and told_so), wrong + blamed, many + (faults > 1)
    return studies, named, wrong, many


@pytest.mark.slow
def test_three_hundred_studies_with_a_fault(tmp_path: Path) -> None:
    """Three years, languages, gaps beside the fault, totals, ranks, wide and long tables, without an index."""
    studies, named, wrong, many = rates(sorted(FAULTS), range(100, 107), tmp_path)
    assert studies >= 280
    assert named >= 0.95 * studies and wrong <= 0.01 * studies and many <= 0.05 * studies


@pytest.mark.slow
def test_a_thousand_clean_studies_give_no_fault(tmp_path: Path) -> None:
    for seed in range(1000):
        rng = np.random.default_rng([23, seed])
        shape = replace(Shape.drawn(rng), layout="cells", published=False)
        study = clean(rng, tmp_path, gaps=bool(seed % 2), shape=shape)
        ledger = audit_sources(study.sources())
        assert ledger.empty, (seed, ledger[["fault", "evidence"]].to_dict("records")[:2])


@pytest.mark.slow
def test_clean_studies_of_every_normalisation_give_no_fault(tmp_path: Path) -> None:
    """Every fifth with other limits, aggregation, weighting or treatment."""
    for seed in range(200):
        rng = np.random.default_rng([17, seed])
        method, shape = METHODS[seed // 2 % len(METHODS)], Shape.drawn(rng)
        if seed % 5 == 4:
            method = "min-max" if seed % 2 else "leader"
            shape = replace(shape, option=list(OPTIONS)[seed // 5 % len(OPTIONS)])
        study = clean(rng, tmp_path / str(seed), gaps=bool(seed % 2), method=method, shape=shape)
        assert run_audit(study.write(tmp_path / str(seed))).ledger.empty, seed


def test_an_input_wrong_in_many_rows_is_one_fault(tmp_path: Path) -> None:
    """Half of the rows in other prices: with several ratios the input is it, with one alone either may be."""
    study = clean(np.random.default_rng(12), tmp_path, n=12)
    study.columns[1, "gdp"][:6] = np.round(study.columns[1, "gdp"][:6] * 1.083, 1)
    ledger = audit_sources(study.sources())
    assert len(set(ledger["fault"])) == 1 and set(ledger["column"]) == {"gdp"} and len(ledger) == 6
    study = clean(np.random.default_rng(12), tmp_path, n=12)
    study.columns[1, "firms"][:7] = np.round(study.columns[1, "firms"][:7] * np.linspace(1.02, 1.06, 7))
    ledger = audit_sources(study.sources())
    assert len(set(ledger["fault"])) == 1 and set(ledger["column"]) >= {"firms", "fpc"}
    assert ledger["cause"].str.startswith("one reading").all()


def test_shares_exchanged_or_what_they_are_shares_of(tmp_path: Path) -> None:
    study = clean(np.random.default_rng(12), tmp_path, n=12, shape=Shape(shares=True))
    study.columns[2, "share"][[3, 8]] = study.columns[2, "share"][[8, 3]]
    ledger = audit_sources(study.sources())  # what was computed from the population, and its growth, hold it
    assert set(zip(ledger["row"], ledger["column"], strict=True)) == {(4, "share"), (9, "share")}
    assert set(ledger["fault"]) == {"table 2: share is exchanged between rows 4 and 9"}


def _shares_of_random_regions(rng: np.random.Generator) -> pd.DataFrame:
    """Draw jobs, wages that go along with them, shares of the jobs."""
    n, spread, digits = int(rng.integers(12, 60)), rng.uniform(0.5, 1.2), int(rng.integers(1, 3))
    jobs = np.round(1e5 * rng.lognormal(0, spread, n))
    table = pd.DataFrame({"region": [f"Area {chr(65 + i % 26)}{i}" for i in range(n)], "jobs": jobs})
    table["wages"] = np.round(jobs * rng.lognormal(1, 0.3, n), 1)
    table["share of jobs"] = np.round(100 * jobs / jobs.sum(), digits)
    return table


def _audited(table: pd.DataFrame, folder: Path) -> tuple[Audit, pd.DataFrame]:
    table.to_csv(folder / "t.csv", index=False)
    found, _, rules = audit_file(folder / "t.csv")
    return found, rules


@pytest.mark.parametrize("seed", samples(range(40), 6))
def test_shares_in_the_rows_of_others_are_found_however_many(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    table = _shares_of_random_regions(rng)
    n, share = len(table), table["share of jobs"].to_numpy()
    found, rules = _audited(table, tmp_path)
    assert found.ledger.empty
    if len(np.unique(share)) < 0.8 * n or "share" not in set(rules["kind"]):
        return  # printed too coarsely to tell rows apart
    part = [3, 4, int(rng.integers(5, n // 2 + 1)), n][seed % 4]
    first = int(rng.integers(0, n - part + 1))
    at = np.arange(first, first + part)
    order = np.roll(at, 1) if seed % 3 else rng.permutation(at)
    shifted = share.copy()
    shifted[at] = share[order]
    moved = np.flatnonzero(shifted != share)
    found, rules = _audited(table.assign(**{"share of jobs": shifted}), tmp_path)
    if rules.empty and (n < 18 or part == n) and np.allclose(share, share.round(1)):
        return  # one decimal, and no row or few that hold: columns that go along might look so
    assert rules["kind"].tolist() == ["share"]
    ledger = found.ledger[found.ledger["column"] == "share of jobs"]
    near = np.abs(shifted - share) <= np.ptp(share) / 200  # within what rounding leaves open
    assert set(moved[~near[moved]] + 1) <= set(ledger["row"]) <= set(at + 1)
    assert len(set(found.ledger["fault"])) <= max(1, len(at) // 3)


@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_wrong_shares_are_told_one_by_one_and_no_figure_is_blamed(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    table = _shares_of_random_regions(rng)
    if "share" not in set(_audited(table, tmp_path)[1]["kind"]):
        return
    at = rng.choice(len(table), int(rng.integers(1, 5)), replace=False)
    share = table["share of jobs"].to_numpy()
    wrong = share.copy()
    wrong[at] = np.round(wrong[at] * rng.uniform(1.3, 1.6, len(at)) + 0.2, 1)
    found, _ = _audited(table.assign(**{"share of jobs": wrong}), tmp_path)
    assert set(found.ledger["row"]) == set(at + 1)
    assert not any("jobs of row" in fault and "is not its share" not in fault for fault in found.faults)
    off = abs(wrong.sum() - 100)
    if len(at) == 1 and off > 1.6 * np.sqrt(len(table)) * (0.1 if np.allclose(share, share.round(1)) else 0.01):
        assert found.ledger["fault"].tolist() == [f"table 1: share of jobs of row {at[0] + 1} is not its share of jobs"]
