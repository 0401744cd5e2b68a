from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
import growthpoles.study.audit as package
from growthpoles.errors import DataError
from growthpoles.study.audit import (
    Audit,
    audit,
    audit_sources,
    check_claims,
    make_sources,
    reproduce,
    summarise,
)
from growthpoles.study.audit.arithmetic import find_copies
from growthpoles.study.audit.claims import claim_entries
from growthpoles.study.audit.findings import SEVERITIES, effect_summary
from growthpoles.study.audit.ledger import LEDGER_COLUMNS, find_all
from growthpoles.study.audit.printed_cells import Sources, read_sources
from growthpoles.study.audit.published_findings import formula_entries, index_entries
from growthpoles.study.files.printed_tables import read_cells, table_path
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

Edit = Callable[[pd.DataFrame], pd.DataFrame]
Build = Callable[[Mapping[int, Edit]], Study]

ARTICLE = [
    *("AKM", "AKT", "ALM", "ATY", "VOS", "ZHA", "ZAP", "KAR"),
    *("KUS", "KZY", "MAN", "PAV", "SEV", "YUZ", "AST", "ALA"),
]
YEARBOOK = [
    *("AKM", "AKT", "ALM", "ATY", "ZAP", "ZHA", "KAR", "KUS"),
    *("KZY", "MAN", "YUZ", "PAV", "SEV", "VOS", "AST", "ALA"),
]
MOVED = {5, 7, 8, 9, 10, 11, 14}


def names(ledger: pd.DataFrame) -> set[str]:
    return set(ledger["finding"])


def number(text: str) -> float:
    return float(text.replace(" ", "").replace(",", "."))


def get(cells: pd.DataFrame, column: str) -> pd.Series:
    return cells[cells["column"] == column].set_index("row")["printed"]


def put(cells: pd.DataFrame, column: str, values: Mapping[int, str]) -> pd.DataFrame:
    cells = cells.copy()
    for row, text in values.items():
        cells.loc[(cells["column"] == column) & (cells["row"] == row), "printed"] = text
    return cells


def shuffle(cells: pd.DataFrame, column: str, have: list[str], want: list[str]) -> pd.DataFrame:
    """Bring a column that stands in the order `have` into the order `want`."""
    own = get(cells, column)
    return put(cells, column, {row: own[have.index(want[row - 1]) + 1] for row in own.index})


def recompute(cells: pd.DataFrame, column: str, above: str, below: str, factor: float, digits: int) -> pd.DataFrame:
    top, bottom = get(cells, above).map(number), get(cells, below).map(number)
    return put(
        cells, column, {row: f"{factor * top[row] / bottom[row]:.{digits}f}".replace(".", ",") for row in top.index}
    )


def found_in(study: Study) -> set[str]:
    """Findings in the tables of indicators; without effects, published figures and statements."""
    return {finding.name for finding in find_all(read_sources(study))[0]}


# The numbered faults, found from the printed cells


def test_every_known_fault_is_found(article: Audit) -> None:
    found = names(article.ledger)
    assert {"t4-productivity-rows", "t4-asset_return-rows", "t4-eco_efficiency-rows"} <= found  # 1
    assert {"t5-output_per_capita-denominator", "t5-output_per_capita-r14"} <= found  # 2
    assert {
        "t2-employed-order",
        "t2-fixed_assets-order",
        "t2-emissions-order",
        "t3-employed-order",
        "t3-rd-order",
        "t3-output-order",
    } <= found  # 3
    assert "t3-tech_innovation-undecided" in found
    assert "t2-grp-order" not in found
    assert "t2-grp-repeat" in found  # 4
    assert "t3-t5-tech_innovation-repeat" in found  # 5
    assert {"t6-index-2014-r14", "t6-ratio-r14"} <= found  # 6
    assert {"claim-almaty-share", "claim-middle-group-2014", "claim-zones-agree"} <= found  # 7


def test_every_line_names_table_row_column_and_what_is_printed_there(article: Audit) -> None:
    ledger = article.ledger
    assert list(ledger.columns[: len(LEDGER_COLUMNS)]) == list(LEDGER_COLUMNS)
    assert ledger["id"].is_unique and ledger["severity"].isin(SEVERITIES).all() and (ledger["evidence"] != "").all()
    assert not ledger[["table", "row", "column", "printed", "cause"]].isna().any(axis=None)
    study = load_study()
    assert study.cells is not None
    for table, part in ledger.groupby("table"):
        cells = read_cells(table_path(study.resolve(study.cells.folder), int(table)))
        printed = cells.set_index(["row", "column"])["printed"]
        for line in part.to_dict("records"):
            known = printed[(line["row"], line["column"])]
            # A statement may quote a rounded figure of the running text instead of the cell.
            assert line["printed"] == known or (line["id"].startswith("claim-") and line["printed"].endswith("%"))


def test_only_the_seven_rows_are_out_of_order(article: Audit) -> None:
    ledger = article.ledger
    by_order = ledger[ledger["finding"].str.endswith(("-rows", "-order", "-follows", "-undecided"))]
    assert set(by_order["row"]) == MOVED and set(by_order["table"]) == {2, 3, 4}


def test_expected_values_are_those_of_the_realigned_edition(article: Audit) -> None:
    from growthpoles.study.audit.readings import edition_table

    year = {2: 2010, 3: 2010, 4: 2014, 5: 2014}
    tables = {y: edition_table(load_study(), y, "realigned") for y in (2010, 2014)}
    ledger = article.ledger[article.ledger["table"].isin(year) & article.ledger["expected"].notna()]
    ledger = ledger[ledger["finding"].str.endswith(("-rows", "-order", "-follows", "-denominator"))]
    assert len(ledger) > 90
    for line in ledger.to_dict("records"):
        value = tables[year[line["table"]]].loc[line["region"], line["column"]]
        # Ratios of the 2010 activity table are moved as printed, with two decimals.
        assert line["expected"] == pytest.approx(value, rel=2e-5), line["id"]


def test_the_likely_copy_is_east_kazakhstan(article: Audit) -> None:
    pair = article.ledger[article.ledger["finding"] == "t2-grp-repeat"]
    assert pair["row"].tolist() == [5, 7] and set(pair["printed"]) == {"1 048 779,0"}
    assert pair["cause"].str.contains("likely the copy").tolist() == [True, False]


def test_the_shifted_cell(article: Audit) -> None:
    line = article.ledger.set_index("id").loc["t5-output_per_capita-r14"]
    assert line["printed"] == "322 715,14" and line["expected"] == pytest.approx(32271.514)
    assert line["cause"] == "decimal shift (x10^1)" and line["severity"] == "changes a class"


def test_the_implied_population_is_repeated_in_fifteen_rows() -> None:
    (copy,) = find_copies(read_sources())
    assert (copy.later, copy.earlier, copy.rows) == (5, 3, tuple(row for row in range(1, 17) if row != 14))
    assert copy.chance < 1e-20 and copy.to_frame().loc[14, "power"] == 1


def test_severity_is_that_of_the_effect_alone(article: Audit) -> None:
    summary = effect_summary(article.effects)
    ledger = article.ledger.drop_duplicates("finding").set_index("finding")
    for finding, part in summary.groupby(level="finding"):
        worst = SEVERITIES[0] if part["classes"].any() else SEVERITIES[1] if part["ranks"].any() else SEVERITIES[2]
        assert ledger.loc[finding, "severity"] == worst
    assert set(article.effects["reading"]) == {"label", "row"}
    assert (article.effects.groupby(["finding", "reading"]).size() == 16).all()


def test_the_block_of_table_4_matters_by_label_but_not_by_row_number(article: Audit) -> None:
    summary = effect_summary(article.effects)
    for column in ("productivity", "asset_return", "eco_efficiency"):
        assert summary.loc[(f"t4-{column}-rows", "row"), "largest"] == 0
        assert summary.loc[(f"t4-{column}-rows", "label"), "classes"] > 0


def test_correcting_the_shift_alone_gives_the_effect_by_hand(article: Audit) -> None:
    """Kostanay: its score of innovative output is measured against 193 341.71 instead; a sixth of that is index."""
    effect = article.effects.query(
        "finding == 't5-output_per_capita-r14' and reading == 'row' and region == 'KZ-KUS'"
    ).iloc[0]
    by_hand = 100 * (83647.65 / 193341.71 - 83647.65 / 322715.14) / 6
    assert effect["index_after"] - effect["index_before"] == pytest.approx(by_hand)


def test_the_summary_is_short_and_gravest_first(article: Audit) -> None:
    table = summarise(article.ledger)
    assert len(table) < 25 and table["cells"].sum() == len(article.ledger)
    order = [SEVERITIES.index(name) for name in table["severity"]]
    assert order == sorted(order)
    assert "5, 7-11, 14" in set(table["rows"])
    assert "changes a class" in repr(article) and "sources" not in repr(article)


def test_tables_to_write(article: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert article.findings_table().equals(article.to_frame())
    assert len(article.alignment_table()) == 30 and len(article.claims_table()) > 100
    monkeypatch.setattr("growthpoles.study.audit.ledger.run_audit", lambda study, *, rng: article)
    assert inspect.unwrap(gp.audit) is audit and audit(load_study()).equals(article.ledger)


@pytest.mark.slow
def test_the_seed_decides_nothing_where_all_orders_are_tried(article: Audit) -> None:
    assert audit(load_study(), rng=0).equals(article.ledger)


# Removing a fault makes its finding vanish


def test_fault_1_vanishes(edited_study: Build) -> None:
    def fix(cells: pd.DataFrame) -> pd.DataFrame:
        for column in ("productivity", "asset_return", "eco_efficiency"):
            cells = shuffle(cells, column, ARTICLE, YEARBOOK)
        return cells

    found = found_in(edited_study({4: fix}))
    assert not any(name.startswith("t4-") for name in found)
    assert "t2-employed-order" in found and "t5-output_per_capita-r14" in found


@pytest.mark.long
def test_fault_2_vanishes_with_a_population_of_its_own(edited_study: Build) -> None:
    def fix(cells: pd.DataFrame) -> pd.DataFrame:
        rng = np.random.default_rng(1)
        output, ratio = get(cells, "output").map(number), get(cells, "output_per_capita").map(number)
        people = 1e6 * output / ratio * np.exp(rng.normal(0.06, 0.02, 16))
        people[14] /= 0.1
        return put(
            cells,
            "output_per_capita",
            {row: f"{1e6 * output[row] / people[row]:.2f}".replace(".", ",") for row in output.index},
        )

    found = found_in(edited_study({5: fix}))
    assert not any(name.startswith("t5-output_per_capita") for name in found)


@pytest.mark.long
@pytest.mark.parametrize(("text", "left"), [("32 298,81", False), ("32 271,51", True)])
def test_fault_2_the_shift_vanishes(edited_study: Build, text: str, left: bool) -> None:
    """Moving the decimal sign back leaves 0.085 %, which is a finding of its own; the exact value leaves none."""
    found = {
        finding.name: finding
        for finding in find_all(
            read_sources(edited_study({5: lambda cells: put(cells, "output_per_capita", {14: text})}))
        )[0]
    }
    assert ("t5-output_per_capita-r14" in found) == left
    if left:
        assert [item.cause for item in found["t5-output_per_capita-r14"].cells] == ["arithmetic"]
    assert "t5-output_per_capita-denominator" in found


def fix_table_2(cells: pd.DataFrame) -> pd.DataFrame:
    for column in ("employed", "fixed_assets", "emissions"):
        cells = shuffle(cells, column, YEARBOOK, ARTICLE)
    cells = recompute(cells, "productivity", "grp", "employed", 1000, 2)
    cells = recompute(cells, "asset_return", "grp", "fixed_assets", 1, 2)
    return recompute(cells, "eco_efficiency", "grp", "emissions", 1, 1)


def fix_table_3(cells: pd.DataFrame) -> pd.DataFrame:
    for column in dict.fromkeys(cells["column"]):
        cells = shuffle(cells, column, YEARBOOK, ARTICLE)
    return cells


@pytest.mark.long
def test_fault_3_vanishes(edited_study: Build) -> None:
    found = found_in(edited_study({2: fix_table_2, 3: fix_table_3}))
    assert not any(name.endswith(("-order", "-follows", "-undecided")) for name in found)
    assert "t4-productivity-rows" in found and "t2-grp-repeat" in found


@pytest.mark.long
def test_fault_3_of_one_column_vanishes(edited_study: Build) -> None:
    def fix(cells: pd.DataFrame) -> pd.DataFrame:
        return recompute(shuffle(cells, "employed", YEARBOOK, ARTICLE), "productivity", "grp", "employed", 1000, 2)

    found = found_in(edited_study({2: fix}))
    assert not {"t2-employed-order", "t2-productivity-follows"} & found


@pytest.mark.long
def test_fault_4_vanishes(edited_study: Build) -> None:
    def fix(cells: pd.DataFrame) -> pd.DataFrame:
        cells = put(cells, "grp", {5: "1 226 512,3"})
        cells = recompute(cells, "productivity", "grp", "employed", 1000, 2)
        cells = recompute(cells, "asset_return", "grp", "fixed_assets", 1, 2)
        return recompute(cells, "eco_efficiency", "grp", "emissions", 1, 1)

    found = found_in(edited_study({2: fix}))
    assert "t2-grp-repeat" not in found and "t2-employed-order" in found


@pytest.mark.long
def test_fault_5_vanishes(edited_study: Build) -> None:
    def fix(cells: pd.DataFrame) -> pd.DataFrame:
        return recompute(
            put(cells, "tech_innovation", {5: "4 315,90"}),
            "tech_innovation_per_employed",
            "tech_innovation",
            "employed",
            1e6,
            2,
        )

    found = found_in(edited_study({5: fix}))
    assert "t3-t5-tech_innovation-repeat" not in found and "t5-output_per_capita-r14" in found


@pytest.mark.long
def test_fault_6_vanishes(edited_study: Build, article: Audit) -> None:
    def fix(cells: pd.DataFrame) -> pd.DataFrame:
        return put(put(put(cells, "index_2014", {14: "45,27"}), "class_2014", {14: "B"}), "ratio", {14: "129,57"})

    study = edited_study({6: fix})
    assert [entry[0] for entry in index_entries(load_study(), article.reproduction)] == ["t6-index-2014-r14"] * 2
    assert index_entries(study, reproduce(study)) == [] and formula_entries(study) == []


def test_fault_6_of_the_ratio_alone_vanishes(edited_study: Build) -> None:
    study = edited_study({6: lambda cells: put(cells, "ratio", {14: "86,66"})})
    assert [entry[0] for entry in formula_entries(load_study())] == ["t6-ratio-r14"]
    assert formula_entries(study) == []


@pytest.mark.long
def test_fault_7_vanishes(edited_study: Build) -> None:
    study = edited_study({7: lambda cells: put(cells, "ksi_2014", {7: "0,030"})})
    path = study.resolve("claims.csv")
    text = path.read_text(encoding="utf-8")
    assert "18.2, 0.05" in text
    path.write_text(text.replace("18.2, 0.05", "12.77, 0.05"), encoding="utf-8")
    found = {entry[0] for entry in claim_entries(study, check_claims(study), set())}
    assert "claim-middle-group-2014" not in found and "claim-almaty-share" not in found
    assert {"claim-middle-group-2010", "claim-zones-agree"} <= found


@pytest.mark.long
def test_a_class_that_is_not_that_of_its_index_is_found(edited_study: Build) -> None:
    study = edited_study({6: lambda cells: put(cells, "class_2010", {1: "В"})})
    name, _, cell, severity, _ = index_entries(study, reproduce(study))[0]
    assert (
        name == "t6-class-2010-r01"
        and cell.printed == "В"
        and severity == "changes a class"
        and "class C" in cell.cause
    )


# Clean tables


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 6))])
def test_clean_studies_give_nothing(seed: int, make_clean: Callable[[np.random.Generator, int], Sources]) -> None:
    rng = np.random.default_rng(1000 + seed)
    sources = make_clean(rng, int(rng.integers(5, 60)))
    assert audit_sources(sources).empty


@pytest.mark.slow
def test_two_hundred_clean_studies_of_5_to_200_regions_give_nothing(
    make_clean: Callable[[np.random.Generator, int], Sources],
) -> None:
    rng = np.random.default_rng(7)
    for _ in range(200):
        n = int(np.exp(rng.uniform(np.log(5), np.log(200.9))))
        ledger = audit_sources(make_clean(rng, n))
        assert ledger.empty, (n, ledger["id"].tolist(), ledger["evidence"].iloc[0])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_faults_planted_in_clean_studies_are_found(
    seed: int, make_clean: Callable[[np.random.Generator, int], Sources]
) -> None:
    rng = np.random.default_rng(2000 + seed)
    sources = make_clean(rng, 20)
    cells = sources.cells[["table", "row", "label", "column", "printed"]]
    text = cells.loc[
        (cells["table"] == 4) & (cells["column"] == "productivity") & (cells["row"] == 3), "printed"
    ].item()
    broken = cells.copy()
    broken.loc[(broken["table"] == 4) & (broken["column"] == "productivity") & (broken["row"] == 3), "printed"] = (
        text.replace(",", "") + ",0"
    )
    ledger = audit_sources(make_sources(broken, sources.formulas, years=dict(sources.years)))
    assert ledger["id"].tolist() == ["t4-productivity-r03"] and ledger["cause"].item() == "decimal shift (x10^2)"


def test_the_audit_repeats_itself_and_changes_nothing(
    make_clean: Callable[[np.random.Generator, int], Sources],
) -> None:
    sources = make_clean(np.random.default_rng(5), 30)
    before = sources.cells.copy(deep=True)
    audit_sources(sources)
    pd.testing.assert_frame_equal(sources.cells, before)


def test_incomplete_or_ambiguous_tables_are_refused(make_clean: Callable[[np.random.Generator, int], Sources]) -> None:
    sources = make_clean(np.random.default_rng(5), 6)
    cells = sources.cells[["table", "row", "label", "column", "printed"]]
    with pytest.raises(DataError, match="different rows"):
        make_sources(cells.drop(cells.index[3]), sources.formulas, years={2: 2010})
    with pytest.raises(DataError, match="labels two rows"):
        make_sources(cells.assign(label="same"), sources.formulas, years={2: 2010})
    with pytest.raises(DataError, match="no table with a year"):
        make_sources(cells, sources.formulas, years={9: 2010})


def test_the_package_says_what_it_offers() -> None:
    assert set(package.__all__) <= set(dir(package))
