"""Faults as data: every kind is found where it was planted, and its sentence is the one that the ledger records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from growthpoles.study.audit import Audit, make_sources, reproduce
from growthpoles.study.audit.findings import TEMPLATES, Fault, FaultKind
from growthpoles.study.audit.ledger import find_all
from growthpoles.study.audit.printed_cells import Sources
from growthpoles.study.audit.published_findings import index_entries, published_formulas
from growthpoles.study.study_spec import Study

Edit = Callable[[pd.DataFrame], pd.DataFrame]
KNOWN = {
    "repeated in rows", "repeated in years", "column order", "undecided order", "ratio order", "ratio", "denominator",
    "decimal shift", "index", "statement",
}  # fmt: skip


def test_every_kind_has_a_template_with_fields_for_its_places() -> None:
    assert set(TEMPLATES) == set(get_args(FaultKind))
    names = {field.name for field in fields(Fault)} - {"kind"}
    assert all(set(re.findall(r"\{(\w+)\}", text)) <= names for text in TEMPLATES.values())
    assert len(set(TEMPLATES.values())) == len(TEMPLATES)


def test_the_article_s_faults_are_those_of_its_ledger(article: Audit) -> None:
    assert {fault.kind for fault in article.faults.values()} == KNOWN
    assert set(article.faults) == set(article.ledger["fault"])
    assert all(str(fault) == sentence for sentence, fault in article.faults.items())
    assert article.faults["table 2: grp is the same in rows 5 and 7"] == Fault(
        "repeated in rows", table=2, column="grp", row=5, other_row=7
    )
    # A field that the sentence does not name is empty: otherwise two faults could share one sentence.
    for fault in article.faults.values():
        used = set(re.findall(r"\{(\w+)\}", fault.template))
        assert not any(value for name, value in fault.places.items() if name not in used), fault


def test_a_wrong_input_is_a_fault_of_its_own(make_clean: Callable[[np.random.Generator, int], Sources]) -> None:
    sources = make_clean(np.random.default_rng(2001), 20)
    cells = sources.cells[["table", "row", "label", "column", "printed"]].copy()
    here = (cells["table"] == 4) & (cells["column"] == "grp") & (cells["row"] == 3)
    text = cells.loc[here, "printed"].item()
    cells.loc[here, "printed"] = ("9" if text[0] != "9" else "1") + text[1:]
    found, _ = find_all(make_sources(cells, sources.formulas, years=dict(sources.years)))
    assert Fault("input", table=4, column="grp", row=3) in {finding.fault for finding in found}


def test_a_wrong_class_is_a_fault_of_its_own(edited_study: Callable[[Mapping[int, Edit]], Study]) -> None:
    def edit(cells: pd.DataFrame) -> pd.DataFrame:
        wrong = (cells["column"] == "class_2010") & (cells["row"] == 1)
        return cells.assign(printed=cells["printed"].mask(wrong, "В"))

    study = edited_study({6: edit})
    faults = [entry[1] for entry in index_entries(study, reproduce(study))]
    assert Fault("class", table=6, row=1, year=2010) in faults


def test_a_study_without_formulas_has_an_empty_table_of_them(
    edited_study: Callable[[Mapping[int, Edit]], Study],
) -> None:
    study = edited_study({})
    assert published_formulas(study)["column"].tolist() == ["ratio"]
    study.resolve("formulas.csv").unlink()
    assert published_formulas(study).empty and "numerator" in published_formulas(study)


@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_a_sentence_holds_every_value(kind: FaultKind) -> None:
    fault = Fault(
        kind, table=91, column="c92", row=93, year=1994, order="o95", denominator="d96", other_row=97, other_table=98,
        statement="s99",
    )  # fmt: skip
    used = re.findall(r"\{(\w+)\}", fault.template)
    assert used and all(str(fault.places[name]) in str(fault) for name in used)
