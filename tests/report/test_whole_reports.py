"""Over kinds of studies: every analysis stands on the page or is named as left out, and every remark is listed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from growthpoles.language.languages import LANGUAGES
from growthpoles.language.phrases import DASH, Words, phrase_keys
from growthpoles.maps.thematic.map_drawing import facts_of
from growthpoles.report.build_report import compute
from growthpoles.report.figures import figure_jobs
from growthpoles.report.page import Page, _terms, make_page
from growthpoles.report.page_blocks import Table
from growthpoles.report.sections import SECTIONS
from growthpoles.report.stages import STAGES
from growthpoles.report.tables.report_tables import report_tables
from growthpoles.report.tables.table_formats import markdown, tex
from growthpoles.study.load_study import load_study

PROVENANCE = {"growthpoles": {"version": "1"}, "python": "3", "libraries": {}, "inputs": {}}
#: Years, side of the square of regions, and what else is so of a study.
KINDS = {
    "one year": ((2020,), 3, ()),
    "one indicator": ((2010, 2020), 3, ("one",)),
    "one indicator, one year": ((2020,), 3, ("one",)),
    "three years": ((2010, 2015, 2020), 3, ()),
    "five years": ((2016, 2017, 2018, 2019, 2020), 3, ("remarks",)),
    "seven years": (tuple(range(2014, 2021)), 4, ("remarks",)),
    "no boundaries": ((2010, 2015, 2020), 3, ("unmapped", "remarks")),
    "two regions": ((2010, 2020), 2, ("remarks",)),
    "all alike": ((2010, 2020), 3, ("alike",)),
}
#: Where an analysis stands: sections, or tables by the beginning of their identifiers.
PLACES = {
    "audit": "audit", "groups": "groups", "industries": "industries", "convergence": "", "panel": "",
    "trend": "rank_moves",
}  # fmt: skip


def invent(folder: Path, study_maker: Callable[..., Path], kind: str) -> Path:
    """Write a study of a kind; remarks stand behind numbers, drawn at random."""
    years, side, more = KINDS[kind]
    path = study_maker(folder, years=years, side=side)
    text = path.read_text(encoding="utf-8").replace('languages = ["en"]', 'languages = ["en", "ru", "kk"]')
    if "one" in more:
        catalogue = path.parent / "catalogue.csv"
        own = pd.read_csv(catalogue, dtype=str, keep_default_na=False)
        own[own["code"].isin(["index", "growth"])].to_csv(catalogue, index=False)
    if "unmapped" in more:
        text = re.sub(r"(?ms)^\[boundaries\].*?(?=^\[)", "", text)
    rng = np.random.default_rng(list(KINDS).index(kind))
    for year in years:
        file = path.parent / f"table-{year}.csv"
        table = pd.read_csv(file, dtype=str)
        if "one" in more:
            table = table.drop(columns="patents")
        if "alike" in more:
            table.loc[:, table.columns[1:]] = "5"
        if "remarks" in more:
            for column in table.columns[1:]:
                marked = rng.random(len(table)) < 0.7
                table.loc[marked, column] += rng.choice([" p", " (e)", "*"], marked.sum())
        table.to_csv(file, index=False)
    text = text.replace('key = "code"\nedition', 'flags = ["p", "(e)", "*"]\nkey = "code"\nedition')
    path.write_text(text, encoding="utf-8")
    return path


def tables_of(page: Page) -> dict[str, Table]:
    return {table.ident.split("-")[0]: table for each in page.sections for table in each.tables}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_report_lacks_is_named(kind: str, tmp_path: Path, study_maker: Callable[..., Path], few: None) -> None:
    results = compute(load_study(invent(tmp_path / "study", study_maker, kind)))
    for lang in LANGUAGES:
        words, page = Words(lang), make_page(results, lang, {}, provenance=PROVENANCE)
        tables, told = tables_of(page), {each.ident: " ".join(each.sentences) for each in page.sections}
        rows = {row[0]: row[1] for row in tables["left_out"].rows} if "left_out" in tables else {}
        for stage in STAGES:
            named = [why for name, why in rows.items() if name.startswith(words("analysis", stage.name))]
            if stage.name in ("convergence", "panel"):
                there = words("analysis", stage.name) in told["left_out"]
            else:
                place = PLACES.get(stage.name, stage.name)
                there = place in told or any(ident.startswith(place) for ident in tables)
            assert there or (named and all(why not in ("", DASH) for why in named)), (kind, lang, stage.name)
            assert there == (stage.found(results.stages) is not None), (kind, lang, stage.name)
        if "spatial" not in told:
            assert any(name.startswith(words("analysis", "moran")) for name in rows)
    assert len(SECTIONS) == len({make.__name__ for make in SECTIONS})


@pytest.mark.parametrize("kind", [kind for kind, (*_, more) in KINDS.items() if "remarks" in more])
def test_every_remark_is_listed(kind: str, tmp_path: Path, study_maker: Callable[..., Path], few: None) -> None:
    path = invent(tmp_path / "study", study_maker, kind)
    printed = set()
    for year in KINDS[kind][0]:
        for row in pd.read_csv(path.parent / f"table-{year}.csv", dtype=str).to_dict("records"):
            for column in ("growth", "patents"):
                number, mark = re.fullmatch(r"([\d.]+)(.*)", row[column]).groups()  # type: ignore[union-attr]
                if mark:
                    printed.add((year, row["code"], column, float(number), mark.strip()))
    results = compute(load_study(path))
    written = report_tables(results)["remarks"].reset_index()
    listed = written[["year", "region", "column", "value", "remark"]].itertuples(index=False, name=None)
    assert set(listed) == printed and len(written) == len(printed)
    for lang in LANGUAGES:
        table = tables_of(make_page(results, lang, {}, provenance=PROVENANCE))["remarks"]
        whole = len(table.rows) == len(printed)
        assert whole or ("tables/remarks.csv" in table.note and str(len(printed)) in table.note)


def test_remarks_behind_printed_cells_are_listed(tmp_path: Path) -> None:
    from growthpoles.study.files.printed_tables import assemble, printed_flags

    rng = np.random.default_rng(3)
    marks = [str(rng.choice(["", " p", "*", " (r)"])) for _ in range(20)]
    rows = [f"1,{at + 1},R{at},x,{at}.5{mark},{at}.5" for at, mark in enumerate(marks)]
    (tmp_path / "table1.csv").write_text("\n".join(["table,row,label,column,printed,value", *rows]), encoding="utf-8")
    order = {"own": [f"R{at}" for at in range(20)]}
    rule = {"column": "x", "table": 1, "source": "x", "order": "own", "missing": ("R4",), "factor": 1.0, "note": "no"}
    rules = pd.DataFrame([rule])
    read, _ = assemble(rules, folder=tmp_path, orders=order, decimal=".")
    found = printed_flags(rules, folder=tmp_path, orders=order, decimal=".")
    assert found == [(f"R{at}", "x", mark.strip()) for at, mark in enumerate(marks) if mark and at != 4]
    assert all(read.loc[region, "x"] == int(region[1:]) + 0.5 for region, _, _ in found)


def test_a_caption_speaks_of_the_tests_of_its_year(tmp_path: Path, study_maker: Callable[..., Path], few: None) -> None:
    path = study_maker(tmp_path / "study", years=(2010, 2020), side=4)
    file = path.parent / "table-2020.csv"
    pd.read_csv(file).assign(growth=lambda own: own["growth"].where(own.index > 3)).to_csv(file, index=False)
    path.write_text(path.read_text("utf-8").replace("year = 2020\n", 'year = 2020\nmissing = [""]\n'), "utf-8")
    results = compute(load_study(path))
    jobs = {job.year: job for job in figure_jobs(results) if job.kind.name == "clusters"}
    assert set(jobs) == {2010, 2020}
    for year, job in jobs.items():
        own, other = (results.local["data", each].why_untestable() for each in (year, 4030 - year))
        told = " ".join(facts_of(job.figure("en")))
        assert own != other and own.reasons and f"p ≤ {own.level:.2g}" in told
        assert all(f"Untestable: {count}, " in told for count in own.reasons.values())


#: Headings of everyday words, which need no glossary.
PLAIN = re.findall(
    r"\w+",
    """source filled how meaning class_group region rank year variable number indicator unit parent reason cell
next_class points_needed strengths weaknesses widest_gap severity fault columns rows cells place table order labels
confidence statement holds fails unchecked group without_data isolates unused label choice choice_value pole test type
analysis esda numbers relative library version file sha256 change total industry start end growth stars measure
weighted_by ratio region_most without_most line marked remark years mean_move largest_move mover overtakings interval
median strongest lower limits ksi share_significant p_class class_move index_before index_after draws""",
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_heading_is_plain_or_in_the_glossary(lang: str) -> None:
    words = Words(lang)
    assert set(PLAIN) <= set(phrase_keys("column", lang))
    unexplained = [key for key in phrase_keys("column", lang) if not _terms(lang).search(words("column", key))]
    assert set(unexplained) <= set(PLAIN)
    forms = {key: re.compile(words("term_forms", key)) for key in phrase_keys("term", lang)}
    assert not [key for key, form in forms.items() if form.search("") or not words("glossary", key)]
    told = [words("caption", "weights", weights=""), *(words("value", key) for key in ("growth in ring",))]
    told += [words("value", "growth clusters, order"), words("table", "gradient", year=2010)]
    for key, text in zip(("row_standardised", "ring", "neighbour_order", "mantel"), told, strict=True):
        assert forms[key].search(text), (key, text)


@pytest.mark.parametrize("draws", [99, 199, 9_999])
def test_a_p_at_the_floor_of_its_draws_is_a_bound_in_a_table_to_read(draws: int) -> None:
    least = 2 / (draws + 1)
    rows = {"at": (least, "permutation"), "above": (2 * least, "permutation"), "exact": (least, "exact")}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["p_value", "method"]).rename_axis("row")
    whole = frame.assign(permutations=draws, alternative="two-sided")
    for table in (whole, frame.assign(p_attainable=least)):
        for text in (markdown(table), tex(table, title="p")):
            lines = {
                name: next(line for line in text.splitlines() if line.strip("| ").startswith(name)) for name in rows
            }
            bounds = {name for name, line in lines.items() if "≤" in line or r"\leq" in line}
            assert bounds == {"at"}, (draws, lines)
