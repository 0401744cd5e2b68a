"""A Russian or Kazakh page is Russian or Kazakh: faults, reasons, statements, orders, units, with a decimal comma."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import Joined, RatingError, Reason, message
from growthpoles.language.languages import translator
from growthpoles.language.phrases import Words
from growthpoles.ratings.catalogue import Catalogue, indicator_values
from growthpoles.report import audit_files, wording
from growthpoles.report.audit_files import audit_section, shown_claims, shown_faults
from growthpoles.report.manifest import Manifest
from growthpoles.report.page import Page, make_page
from growthpoles.report.results import Results, Stages
from growthpoles.report.sections import Context, data_section, left_out_section
from growthpoles.report.stages import missing_parts
from growthpoles.report.wording import Wording
from growthpoles.spatial.cross_check import counterparts
from growthpoles.study.audit import summarise
from growthpoles.study.audit.claims import claims_path, read_claims
from growthpoles.study.audit.findings import TEMPLATES, Fault, FaultKind
from growthpoles.study.audit.printed_cells import LABELS_ORDER
from growthpoles.study.files.user_table import MARKS
from growthpoles.study.inputs import load_indicators, study_catalogue
from growthpoles.study.inputs.indicators import PARTS_MISSING, assembly_rules
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import PublishedColumn, Study

OTHERS = ("ru", "kk")
STUDIES = ("kazakhstan-it", "kazakhstan-2024", "mexico-gdp")
# Acronyms, names of people, of files, options, esda and its classes; else two Latin letters or more are English.
ALLOWED = {"KSI", "RIS", "RIA", "Tarone", "power", "IT", "esda", *(peer["class"] for peer in counterparts().values())}
WORD = re.compile(r"(?<![A-Za-z_.])[A-Za-z][A-Za-z_]+")
BOTH, WITH_INPUT = Joined(("grp", "employed"), ", "), Joined(("grp", "output_per_capita"), ", ")
FAULTS = {
    "repeated in rows": Fault("repeated in rows", table=2, column="grp", row=5, other_row=7),
    "repeated in years": Fault("repeated in years", table=3, other_table=5, column="tech_innovation", row=5),
    "column order": Fault("column order", table=2, order="yearbook"),
    "undecided order": Fault("undecided order", table=3, column="tech_innovation"),
    "ratio order": Fault("ratio order", table=4),
    "exchanged rows": Fault("exchanged rows", table=4, column="grp", row=3, other_row=8),
    "moved rows": Fault("moved rows", table=4, column="grp", rows="3-5, 9"),
    "exchanged years": Fault("exchanged years", table=2, other_table=4, column=BOTH),
    "exchanged columns": Fault("exchanged columns", table=6, column=Joined(("index_2010", "index_2014"), ", ")),
    "exchanged figures": Fault("exchanged figures", table=2, column=BOTH, row=5),
    "exchanged cells": Fault("exchanged cells", table=2, other_table=4, column=BOTH, row=5),
    "repeated column": Fault("repeated column", table=4, column="grp", year=2010),
    "factor": Fault("factor", table=5, column="output_per_capita", factor="1000"),
    "unit": Fault("unit", table=2, other_table=4, column="grp", factor="1000"),
    "digits": Fault("digits", column="grp"),
    "contradiction": Fault("contradiction", table=5, column=WITH_INPUT, row=7),
    "contradictory columns": Fault("contradictory columns", table=5, column=WITH_INPUT, rows="1-4"),
    "repeated row": Fault("repeated row", table=2, row=5, other_row=7),
    "same columns": Fault("same columns", table=2, column=BOTH),
    "sign": Fault("sign", table=2, column="grp", row=5),
    "magnitude": Fault("magnitude", table=2, other_table=4, column="grp", row=5),
    "moved between years": Fault("moved between years", table=2, other_table=4, column="grp", rows="4-5, 9"),
    "exchanged between years": Fault(
        "exchanged between years",
        table=2,
        other_table=4,
        column=BOTH,
        rows="4, 9",
        year=2010,
        other_year=2014,
        region="Акмолинская",
        other_region="Павлодарская",
    ),
    "shares": Fault("shares", table=2, column=BOTH),
    "share": Fault("share", table=2, column="output_per_capita", row=3, denominator="grp"),
    "growth": Fault("growth", table=2, column="grp", row=3, denominator="population", year=2010),
    "sum": Fault("sum", table=2, column="grp", row=17),
    "total": Fault("total", table=2, column="grp", row=17),
    "rank": Fault("rank", table=6, column="rank_2014", row=3, denominator="index_2014"),
    "rank order": Fault("rank order", table=6, column="rank_2014", rows="3-5, 9", denominator="index_2014"),
    "rank numbers": Fault("rank numbers", table=6, column="rank_2014", rows="3, 9"),
    "class order": Fault("class order", table=6, column="class_2014", rows="3, 9", denominator="index_2014"),
    "ratio": Fault("ratio", table=6, column="ratio", row=14),
    "input": Fault("input", table=4, column="fixed_assets", row=3),
    "denominator": Fault("denominator", table=5, column="output_per_capita", denominator="population", year=2010),
    "other input": Fault("other input", table=5, column="output_per_capita", denominator="population", year=2010),
    "other column": Fault("other column", table=5, column="output_per_capita", denominator="employed"),
    "column": Fault("column", table=5, column="output_per_capita", rows="1-17"),
    "decimal shift": Fault("decimal shift", table=5, column="output_per_capita", row=14),
    "decimal shifts": Fault("decimal shifts", table=5, column="output_per_capita", rows="5, 9"),
    "index": Fault("index", table=6, row=14, year=2014),
    "class": Fault("class", table=6, row=1, year=2010),
    "indicator": Fault("indicator", table=2, column="grp", row=5),
    "method": Fault("method", table=6, column="index_2014", statement='normalisation = "min-max"'),
    "statement": Fault("statement", statement="The index of 2014 is 88.43 % of that of 2010"),
}


def english(texts: Iterable[str]) -> list[str]:
    """Return the texts with an English word in them, lines of study.toml apart."""
    return [text for text in texts if set(WORD.findall(re.sub(r'\w+ = "[^"]*"', "", text))) - ALLOWED]


def results_of(report: Manifest) -> Results:
    assert report.results is not None
    return report.results


@pytest.fixture(params=OTHERS)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def told(lang: str) -> Wording:
    study = load_study()
    ranks = PublishedColumn(table=6, columns={2010: "rank_2010", 2014: "rank_2014"})
    study = study.model_copy(update={"published": study.published.model_copy(update={"rank": ranks})})
    return Wording.of(study, lang, regions={"KZ-VOS": "ШҚО"})


# The catalogue


def test_every_template_is_translated(lang: str) -> None:
    titles = (audit_files.FAULTS_TITLE, audit_files.CLAIMS_TITLE, audit_files.CELLS_TITLE)
    assert not [text for text in (*TEMPLATES.values(), *titles, wording.NOT_ALLOWED) if translator(lang)(text) == text]


@pytest.mark.parametrize("name", STUDIES)
def test_every_sentence_of_a_shipped_study_is_translated(name: str, lang: str) -> None:
    study, words = load_study(name), Words(lang)
    texts: set[str] = set(study.growth_poles.recommended)
    if study.cells is not None:
        rules = assembly_rules(study)
        texts |= {*rules["note"][rules["missing"].map(len) > 0], *study.cells.orders}
        texts |= set(read_claims(claims_path(study))["statement"])
        assert len(texts) > 45
    assert not english(words.sentence(text) for text in texts)
    assert not [text for text in texts if re.search(r"\d\.\d", words.sentence(text))]


@pytest.mark.parametrize("name", STUDIES)
def test_every_unit_of_a_shipped_study_is_a_word(name: str) -> None:
    units = set(study_catalogue(load_study(name)).units().values())
    for lang in ("en", *OTHERS):
        read = {unit: Words(lang).unit(unit) for unit in units}
        assert not [unit for unit, text in read.items() if "kzt" in text or "_" in text]
        assert lang == "en" or not english(read.values())


def test_units_read_as_the_language_writes_them() -> None:
    code = "thousand_kzt_per_person"
    assert Words("en").unit(code) == "thousand tenge per person"
    assert Words("ru").unit(code) == "тыс. тенге на человека"
    assert Words("kk").unit(code) == "адам басына мың теңге"
    assert Words("kk").unit("euro_per_head") == "euro per head" and Words("ru").unit("") == "–"


# Faults


def test_there_is_a_sample_of_every_kind() -> None:
    assert {kind: fault.kind for kind, fault in FAULTS.items()} == {kind: kind for kind in get_args(FaultKind)}


@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_a_fault_of_every_kind_is_told_in_the_language(kind: FaultKind, told: Wording) -> None:
    fault = FAULTS[kind]
    sentence = told.fault(fault)
    assert not english([sentence]) and re.search("[а-я]{3}", sentence) and "{" not in sentence
    numbers: list[object] = [fault.table, fault.row, fault.other_row, fault.other_table, fault.year]
    numbers += re.findall(r"\d+", f"{fault.rows} {fault.factor}")
    assert all(re.search(rf"\b{number}\b", sentence) for number in numbers if number)
    assert Wording.of(load_study(), "en").fault(fault) == str(fault)


@pytest.mark.parametrize("lang", ["en", *OTHERS])
@pytest.mark.parametrize("length", [30, 90, 119, 300])
def test_a_long_name_of_a_column_is_shortened_and_its_sentence_whole(lang: str, length: int) -> None:
    long = ("Number of employees by branch and county " * 8)[:length].strip()
    told = Wording(Words(lang), {}, {}, {})
    for fault in FAULTS.values():
        short = told.fault(replace(fault, column="@", denominator=fault.denominator and "@"))
        sentence = told.fault(replace(fault, column=long, denominator=fault.denominator and long))
        parts = short.split("@")
        assert (
            sentence.startswith(parts[0]) and sentence.endswith(parts[-1]) and all(part in sentence for part in parts)
        )


def test_columns_are_called_by_name() -> None:
    russian, kazakh = (Wording.of(load_study(), lang) for lang in OTHERS)
    assert russian.fault(FAULTS["repeated in rows"]) == (
        "таблица 2: значение «Валовой региональный продукт» в строках 5 и 7 одно и то же"
    )
    assert kazakh.fault(FAULTS["decimal shift"]) == (
        "5-кесте: 14-жолдағы «Халықтың жан басына шаққандағы инновациялық өнім» мәнінде ондық үтір жылжып кеткен"
    )
    assert russian.list_columns(Joined(("index_2014", "class_2014", "ratio"), ", ")) == (
        "Индекс, 2014; Класс, 2014; Индекс, 2014 / Индекс, 2010"
    )
    assert russian.column("mine") == "mine"


def test_numbers_in_sentences_have_a_decimal_comma() -> None:
    text = "The index of 2014 is 88.43 % of that of 2010"
    assert Words("ru").sentence(text) == "Индекс 2014 года составляет 88,43\u00a0% индекса 2010 года"
    assert Words("kk").sentence(text) == "2014 жылғы индекс 2010 жылғы индекстің 88,43\u00a0%-ын құрайды"
    assert "0,683" in Words("kk").sentence("The KSI of Almaty city fell from 0.683 to 0.634")
    assert Words("en").sentence(text) == text
    for own in ("", "{n1} of my own", "My own 3.5 % {of} it", "2.5", text.replace("88", "87")):
        assert Words("ru").sentence(own) == own


def test_orders_are_named(told: Wording) -> None:
    labels = Reason(LABELS_ORDER, {"number": 3})
    told = replace(told, orders={labels: labels})
    names = ["article", "yearbook", "mixed", "undecided", "other", "labels of table 3"]
    read = [told.order(name) for name in names]
    assert not english(read) and len(set(read)) == len(names) and "3" in read[-1]
    assert told.order("") == "–" and told.order("my order") == "my order"
    assert Wording.of(load_study(), "en").order("labels of table 3") == "labels of table 3"


# Reasons


def test_reasons_of_missing_cells_are_told(told: Wording) -> None:
    study = load_study()
    absent = [reason for year in study.years for _, _, reason in load_indicators(year, study=study).attrs["missing"]]
    assert len(absent) >= 4
    marks = [
        Reason(MARKS[unit], {"mark": mark, "file": file, "row": row})
        for mark, file, unit, row in (("'...'", "a b.csv", "line", 12), ('"it\'s"', "own.xlsx", "row", 3))
    ]
    lacking = Reason(PARTS_MISSING, {"columns": ("grp",)})
    carried = [Reason("{region}: {reason}", {"region": "KZ-VOS", "reason": each}) for each in (lacking, marks[0])]
    read = [told.reason(text) for text in (*absent, *marks, *carried, Reason(PARTS_MISSING, {"columns": ("grp", "x")}))]
    names = {"csv", "xlsx", "own", "it"}  # of files, and what stands in the cell
    assert not [text for text in read if set(WORD.findall(text)) - names]
    assert "12" in told.reason(marks[0]) and "a b.csv" in told.reason(marks[0]) and "..." in told.reason(marks[0])
    assert told.reason(carried[0]).startswith("ШҚО: ") and told.reason("my own note") == "my own note"
    foreign = Reason("{region}: {reason}", {"region": "KZ-XXX", "reason": "my own note"})
    assert told.reason(foreign) == "KZ-XXX: my own note" and told.reason("grp missing") == "grp missing"
    english_page = Wording.of(study, "en", regions={"KZ-VOS": "East Kazakhstan"})
    assert english_page.reason(lacking) == "Gross regional product missing"
    assert english_page.reason(carried[0]) == "East Kazakhstan: Gross regional product missing"
    assert english_page.reason(foreign) == foreign and english_page.list_columns("grp") == "grp"


def test_the_reader_s_own_marks_are_recognised(tmp_path: Path, study_maker, lang: str) -> None:  # type: ignore[no-untyped-def]
    path = study_maker(tmp_path / "study")
    table = path.with_name("table-2020.csv")
    lines = table.read_text().splitlines()
    lines[3] = ",".join(["R2", "", lines[3].rsplit(",", 1)[1]])
    table.write_text("\n".join(lines) + "\n")
    path.write_text(path.read_text() + 'missing = [""]\n')
    study = load_study(path)
    ((_, _, reason),) = load_indicators(2020, study=study).attrs["missing"]
    assert Wording.of(study, "en").reason(reason) == reason
    assert not english(re.sub(r"table-2020\.csv", "", Wording.of(study, lang).reason(text)) for text in [reason])


TESTED = Reason(
    "{analysis} {edition} {year} {variable}",
    {"analysis": "moran", "edition": "realigned", "year": 2014, "variable": "index"},
)


def test_reasons_of_what_is_left_out_are_told(told: Wording) -> None:
    bare = Study.model_validate({
        **load_study("kazakhstan-2024").model_dump(), "growth_poles": {"poles": (), "recommended": {}}
    })  # fmt: skip
    reasons = set(missing_parts(bare, ()).values())
    assert len(reasons) == 6
    assert not english(re.sub(r"\(\[\w+\]\)", "", told.left_out(reason)) for reason in [*reasons, "no neighbours"])
    few = message("{n} regions", where="convergence", allowed="{least} or more", n=4, least=5)
    assert few == "convergence: 4 regions; allowed: 5 or more"
    assert not english([told.left_out(few)]) and "4" in told.left_out(few) and "5" in told.left_out(few)
    with pytest.raises(RatingError) as caught:
        indicator_values(pd.DataFrame({"x": [np.nan, np.nan]}), Catalogue.flat(["x"]))
    lacking = told.left_out(caught.value.args[0])
    assert "'x'" in lacking and not english([lacking.replace("[rating] imputation", "").replace("x", "")])
    error = message("one of {n} regions lies at 0", where="convergence", n=4)
    assert told.left_out(error).endswith(error) and not english([told.left_out(error).removesuffix(error)])
    assert Wording.of(load_study(), "en").left_out(error) == error
    assert not english([told.analysis(TESTED), told.analysis("verdict")])
    assert Wording.of(load_study(), "en").analysis(TESTED).endswith("realigned 2014 Innovation development index")


# The page


def page_texts(page: Page) -> Iterator[str]:
    """Yield everything that a page says outside its figures, but what it lists of files, libraries and boundaries."""
    yield from (name for name, _ in page.facts)
    for section in page.sections:
        yield section.title
        if section.ident == "reproduction":
            continue
        yield from section.sentences
        for block in section.blocks:
            yield block.caption
            if hasattr(block, "rows"):
                yield block.note
                yield from (column.head for column in block.columns)
                yield from (cell for row in block.rows for cell in row)


PROVENANCE = {"growthpoles": {"version": "1"}, "python": "3", "libraries": {}, "inputs": {}}


def test_the_built_in_page_is_in_one_language(report: Manifest, lang: str) -> None:
    texts = list(page_texts(make_page(results_of(report), lang, {}, provenance=PROVENANCE)))
    assert len(texts) > 800
    assert not english(texts)
    assert not [text for text in texts if re.search(r"(?<![\d.])\d+\.\d+(?!\.?\d)", text)]  # but for versions
    assert any("18,2\u00a0%" in text for text in texts)


def test_the_english_page_shows_what_is_recorded(report: Manifest) -> None:
    results = results_of(report)
    audit = results.stages.audit
    assert audit is not None
    texts = set(page_texts(make_page(results, "en", {}, provenance=PROVENANCE)))
    faults = summarise(audit.ledger)
    assert {*faults["fault"], *faults["columns"], "yearbook", "mixed", "Gross regional product missing"} <= texts


def test_an_audit_without_faults_is_in_one_language(report: Manifest, lang: str) -> None:
    results = results_of(report)
    audit = results.stages.audit
    assert audit is not None
    clean = replace(audit, ledger=audit.ledger.iloc[:0], claims=audit.claims.iloc[:0], faults={})
    nothing = replace(results, stages=replace(results.stages, audit=clean))
    section = audit_section(Context.of(nothing, lang, {}))
    assert section is not None and len(section.blocks) == 2
    assert not english(section.sentences) and all(" 0" in text for text in section.sentences)
    assert section.blocks[0].rows == ()  # type: ignore[union-attr]


def test_sections_of_gaps_are_in_one_language(report: Manifest, lang: str) -> None:
    left_out = {TESTED: "no neighbours", "audit": "the study has one year"}
    results = replace(results_of(report), stages=Stages(left_out=left_out))
    ctx = Context.of(results, lang, {})
    for section in (left_out_section(ctx), data_section(ctx)):
        cells = [cell for block in section.blocks for row in getattr(block, "rows", ()) for cell in row]
        assert cells and not english([*section.sentences, *cells])


# The terminal


def test_the_terminal_shows_the_same(report: Manifest, lang: str) -> None:
    results = results_of(report)
    audit, study = results.stages.audit, results.study
    assert audit is not None
    for shown in (shown_faults, shown_claims):
        frame, title = shown(audit, study, lang=lang)
        cells = [str(cell) for cell in frame.reset_index().to_numpy().ravel() if not pd.isna(cell)]
        head = [str(name) for name in frame.reset_index().columns]
        assert not english([*cells, *head, title.removeprefix(study.name)])
        assert not [cell for cell in cells if re.search(r"\d\.\d", cell)]
    faults, title = shown_faults(audit, study)
    summary = summarise(audit.ledger).set_index("severity")[["fault", "rows", "cells"]]
    pd.testing.assert_frame_equal(faults, summary)
    assert title == f"kazakhstan-it: faults: {len(summary)}, cells: {len(audit.ledger)}"
    claims, _ = shown_claims(audit, study)
    assert claims.index.name == "statement" and "published" in claims and np.isin(claims["published"], ["holds"]).any()
