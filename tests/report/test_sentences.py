"""Sentences of the page hold for studies that nobody wrote them for: invented ones, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from growthpoles.language.languages import LANGUAGES, SOURCE
from growthpoles.language.number_format import format_percent
from growthpoles.language.phrases import DASH, Words
from growthpoles.maps.thematic.map_drawing import told_of
from growthpoles.report.build_report import compute
from growthpoles.report.figures import FigureJob, figure_jobs, make_caption
from growthpoles.report.page import Page, make_page
from growthpoles.report.page_blocks import Section, Table
from growthpoles.report.results import Results
from growthpoles.study.load_study import load_study

PROVENANCE = {"growthpoles": {"version": "1"}, "python": "3", "libraries": {}, "inputs": {}}
ISLAND, GONE, STRAY = "R8", "R4", "Whole country"
YEARS = {"up": (2010, 2020), "down": (2010, 2014, 2020), "mixed": (2012, 2016, 2020), "gaps": (2010, 2020)}
Said = tuple[Results, dict[str, Page]]


def invent(folder: Path, study_maker: Callable[..., Path], kind: str) -> Results:
    """Invent a study of a grid of squares, and compute its report.

    One square is an island, one has no data in the last year, the borders of two do not match, a row is no region; all
    rise, all fall, or some; "mixed" has poles; of "gaps", two regions alone have patents in the last year.
    """
    years, side = YEARS[kind], 3 if kind in ("up", "gaps") else 4
    path = study_maker(folder / kind, years=years, side=side)
    regions = gpd.read_file(path.parent / "regions.gpkg")
    squares = regions.geometry.to_numpy().copy()
    island = regions.index[regions["code"] == ISLAND][0]
    squares[island] = shapely.affinity.translate(squares[island], 900_000, 0)
    squares[0] = shapely.affinity.scale(squares[0], 1 - 1e-5, 1 - 1e-5)
    regions.set_geometry(gpd.GeoSeries(squares, crs=regions.crs)).to_file(path.parent / "regions.gpkg")
    rng = np.random.default_rng(list(YEARS).index(kind))
    level = pd.DataFrame(rng.uniform(20, 60, (side * side, 2)), columns=["growth", "patents"])
    step = {"up": (1.1, 1.4), "down": (0.6, 0.9), "mixed": (0.7, 1.4), "gaps": (0.8, 1.3)}[kind]
    for year in years:
        file = path.parent / f"table-{year}.csv"
        table = pd.read_csv(file)
        table[["growth", "patents"]] = level.round(2)
        if year == years[-1]:
            table.loc[table["code"] == GONE, ["growth", "patents"]] = np.nan
            if kind == "gaps":
                table.loc[2:, "patents"] = np.nan
        table.loc[len(table)] = {"code": STRAY, "growth": 1.0, "patents": 1.0}
        table.to_csv(file, index=False, na_rep="n/a")
        level *= rng.uniform(*step, level.shape)
    text = path.read_text(encoding="utf-8").replace('languages = ["en"]', 'languages = ["en", "ru", "kk"]')
    text = text.replace('name = "name"\n', 'name = "name"\nrepair = "clean"\n')
    text = re.sub(r'(?m)^key = "code"\nedition', f'missing = ["n/a"]\nignore = ["{STRAY}"]\n\\g<0>', text)
    path.write_text(text + ('\n[growth_poles]\npoles = ["R0", "R5"]\n' if kind == "mixed" else ""), encoding="utf-8")
    return compute(load_study(path))


@pytest.fixture(scope="module", params=YEARS)
def said(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    study_maker: Callable[..., Path],
    fewer: Callable[[pytest.MonkeyPatch], None],
) -> Said:
    """A computed report and its pages."""
    with pytest.MonkeyPatch.context() as patch:
        fewer(patch)
        results = invent(tmp_path_factory.mktemp("sentences"), study_maker, request.param)
        return results, {lang: make_page(results, lang, {}, provenance=PROVENANCE) for lang in LANGUAGES}


def section_of(page: Page, ident: str) -> Section | None:
    return next((each for each in page.sections if each.ident == ident), None)


def table_of(page: Page, ident: str) -> Table | None:
    """Return the last table of the page whose identifier begins so."""
    tables = [table for each in page.sections for table in each.tables if table.ident.split("-")[0] == ident]
    return tables[-1] if tables else None


def rows_of(table: Table) -> list[dict[str, str]]:
    return [dict(zip([each.head for each in table.columns], row, strict=True)) for row in table.rows]


def test_values_of_inequality_stand_under_their_year(said: Said) -> None:
    results, pages = said
    found = results.stages.inequality
    assert found is not None
    ends = (results.years[0], results.years[-1])
    for lang, page in pages.items():
        words, table = Words(lang), table_of(page, "inequality")
        assert table is not None
        rows = {(row[words("column", "variable")], row[words("column", "measure")]): row for row in rows_of(table)}
        for code, each in found.found.items():
            for measure, _ in each.measures:
                name = results.catalogue.names(lang).get(code) or code
                row = rows.get((name, words.value(measure)))
                for year in ends if row is not None else ():
                    known = each.table["value"].get((measure, "equal", year))
                    assert row is not None and row[str(year)] == words.number(known, 3)
                if row is not None and ends[-1] not in each.years:
                    assert set(list(row.values())[4:]) == {DASH}


def test_what_has_no_index_has_no_place_and_no_chance(said: Said) -> None:
    results, pages = said
    last = results.rating(results.years[-1])
    for lang, page in pages.items():
        robust = table_of(page, "robustness")
        assert robust is not None
        unranked = set(results.regions.loc[last["rank"].isna(), "name_en"])
        assert unranked
        for row in robust.rows:
            assert (set(row[1:4]) == {DASH}) == (row[0] in unranked)
        change = table_of(page, "change")
        assert change is not None
        gone = set(results.regions.loc[results.change().isna(), "name_en"])
        heads = [Words(lang)("column", name) for name in ("p_up", "p_same", "p_down")]
        for own in rows_of(change):
            assert ({own[head] for head in heads} == {DASH}) == (own[Words(lang)("column", "region")] in gone)


def test_shares_name_the_replications_that_they_are_of(said: Said) -> None:
    results, pages = said
    found, robust = results.stages.change, results.stages.robustness[results.years[-1]]
    assert found is not None and 0 < found.counted < found.replications
    assert found.counted == robust.on_scale.sum()  # the same draws
    for lang, page in pages.items():
        table = table_of(page, "change")
        assert table is not None and str(found.counted) in table.note
        for job in jobs_of(results, "membership", "change"):
            caption = make_caption(results, job, lang)
            shares = "undecided" in set(found.frame["class_move"]) or job.kind.name == "membership"
            assert (str(found.counted) in caption.text) == shares


def jobs_of(results: Results, *names: str) -> list[FigureJob]:
    return [job for job in figure_jobs(results) if job.kind.name in names]


def test_nobody_falls_where_all_rise(said: Said) -> None:
    results, _ = said
    found = results.stages.change
    assert found is not None
    changes: dict[str, Any] = {name: results.change() for name in ("change", "slope", "index-paths", "class-panels")}
    changes["change-parts"] = found.frame["own"] + found.frame["leader"]
    for lang in LANGUAGES:
        words = Words(lang)
        names = results.regions["name_en"]
        for job in jobs_of(results, *changes):
            moved, alt = changes[job.kind.name].dropna(), make_caption(results, job, lang).alt
            kind = "both" if moved.max() > 0 > moved.min() else "up" if moved.max() > 0 else "down"
            high, low = (f"{names[end]} ({words.number(moved[end], 1)})" for end in (moved.idxmax(), moved.idxmin()))
            assert alt.endswith(words("alt", f"moves_{kind}", high=high, low=low))
            shown = len(moved) if job.kind.name in ("slope", "change-parts") else len(names)
            assert str(shown) in re.findall(r"\d+", alt)


def test_every_panel_tells_its_own_year(said: Said) -> None:
    results, _ = said
    for job in jobs_of(results, "class-panels"):
        told = told_of(job.figure("en"))
        assert len(told) == len(results.years)
        for year, texts in zip(results.years, told.values(), strict=True):
            letters = results.common(year)["rating_class"].reindex(results.regions.index)
            for text, letter in zip(texts, letters, strict=True):
                assert text.endswith(f": {'no data' if pd.isna(letter) else letter}")


def test_the_numbers_of_tests_are_the_studys_own(said: Said) -> None:
    results, pages = said
    for lang, page in pages.items():
        words = Words(lang)
        check, verdict = section_of(page, "cross_check"), results.stages.verdict
        if check is not None:
            sizes = {test.n for test in results.moran.values()} | {test.n for test in results.local.values()}
            told = re.search(r"= 1/(\d+)", check.sentences[1])
            assert told is not None and int(told[1]) + 1 in sizes
        if verdict is not None and verdict.conclusion == "unsupported":
            power, lead = verdict.power, " ".join(page.lead.sentences)
            assert format_percent(power.target, lang) in lead and str(power.n) in lead
            reached = power.smallest_positive
            assert np.isnan(reached) or f"ρ = {words.number(reached)}" in lead
        for (_, year), local in results.local.items():
            table = table_of(page, "clusters")
            if table is None or year != results.years[-1]:
                continue
            labels = local.to_frame()["label"]
            if set(labels) - {"untestable", "isolate"}:
                untestable = int((labels == "untestable").sum())
                assert f"K = {local.family}" in table.note and f"({untestable})" in table.note


def test_every_specification_is_counted_or_said_not_to_be(said: Said) -> None:
    results, pages = said
    verdict = results.stages.verdict
    if verdict is None:
        assert results.stages.left_out["verdict"]
        return
    frame = verdict.to_frame()
    apart = int((~frame["main"].astype(bool)).sum())
    for lang, page in pages.items():
        words, table, left_out = Words(lang), table_of(page, "verdict"), section_of(page, "left_out")
        assert table is not None and left_out is not None
        assert words.value("getis_ord") in table.note and str(apart) in table.note
        rows = rows_of(table)
        assert int(rows[0][words("column", "specifications")]) + apart == len(frame)
        assert words.value("keep") not in {row[words("column", "choice_value")] for row in rows}
        shown = " ".join(cell for block in left_out.tables for row in block.rows for cell in row)
        for line in verdict.left_out:
            kind = getattr(line.places.get("what"), "places", {}).get("weights")
            assert kind is None or words.value(kind) in shown


def test_tests_of_growth_name_their_null_hypotheses(said: Said) -> None:
    results, pages = said
    spread = results.stages.spread
    if spread is None:
        assert results.stages.left_out["spread"]
        return
    for lang, page in pages.items():
        words, table, section = Words(lang), table_of(page, "spread"), section_of(page, "poles")
        assert table is not None and section is not None
        text = next(each for each in section.sentences if results.catalogue.name(results.root, lang) in each)
        assert (words("text", "spread_rows_poles") in text) == bool(results.study.growth_poles.poles)
        for row, own in zip(rows_of(table), spread.to_dict("records"), strict=True):
            shown = row[words("column", "null")]
            assert (shown == DASH) == (not own["null"]) and (shown == DASH or row[words("column", "p_value")] != DASH)
            assert lang == SOURCE or shown == DASH or shown != own["null"]


def test_what_was_not_used_or_was_mended_is_named(said: Said) -> None:
    results, pages = said
    touched = results.regions.attrs["coverage"]["touched"]
    names = results.regions["name_en"].to_dict()
    assert touched
    for lang, page in pages.items():
        data, table, moran = section_of(page, "data"), table_of(page, "unused"), table_of(page, "moran")
        assert data is not None and table is not None
        assert any(STRAY in cell for row in table.rows for cell in row)
        text = " ".join(data.sentences)
        assert all(f"{names[a]} \N{EN DASH} {names[b]}" in text for a, b in touched)
        if moran is not None:
            head = Words(lang)("column", "isolates")
            for row, test in zip(rows_of(moran), results.moran.values(), strict=True):
                assert row[head] == ", ".join(names[code] for code in test.isolates)
                assert ISLAND in test.isolates
