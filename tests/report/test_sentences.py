"""Sentences of the page hold for studies that nobody wrote them for: invented ones, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import comb
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from growthpoles.language.languages import LANGUAGES, SOURCE, translator
from growthpoles.language.number_format import format_percent
from growthpoles.language.phrases import DASH, Words, phrase_keys
from growthpoles.maps.thematic.map_drawing import told_of
from growthpoles.report.build_report import compute
from growthpoles.report.draw_figures import Outlines
from growthpoles.report.figures import FigureJob, figure_jobs, make_caption
from growthpoles.report.page import Page, make_page, render_html
from growthpoles.report.page_blocks import Section, Table
from growthpoles.report.results import Results
from growthpoles.study.audit.findings import is_open
from growthpoles.study.load_study import load_study
from samples import samples

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
    text += "# DECIDE: whether the growth counts\n"
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


def test_points_that_a_class_lacks_are_never_nothing(said: Said) -> None:
    results, _ = said
    frame = results.stages.strengths[results.years[-1]]
    short = frame.index[frame["points_needed"].notna()]
    if not len(short) or not results.classed:
        pytest.skip("no region below the best class")
    before, needed = frame["points_needed"].copy(), [0.02, 0.0003, 0.049, 0.06, 3.21]
    try:
        frame.loc[short, "points_needed"] = np.resize(needed, len(short))
        table = table_of(make_page(results, "en", {}, provenance=PROVENANCE), "strengths")
    finally:
        frame["points_needed"] = before
    assert table is not None
    at = [each.head for each in table.columns].index(Words("en")("column", "points_needed"))
    shown = [row[at] for row, lacks in zip(table.rows, before.notna(), strict=True) if lacks]
    assert shown == np.resize(["0.02", "0.0003", "0.05", "0.06", "3.2"], len(short)).tolist()


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
            reached = power.smallest_positive
            rises = power.curve["power"][power.curve.index > 0]
            best = format_percent(power.target if reached == reached else rises.max(), lang)
            assert best in lead and str(power.n) in lead
            assert np.isnan(reached) or f"ρ = {words.number(reached)}" in lead
        for (_, year), local in results.local.items():
            table = table_of(page, "clusters")
            if table is None or year != results.years[-1]:
                continue
            labels = local.to_frame()["label"]
            if set(labels) - {"untestable", "isolate"}:
                untestable = int((labels == "untestable").sum())
                assert f"K = {local.family}" in table.note and f"({untestable})" in table.note


def test_where_p_values_come_from_is_what_the_tests_say(said: Said) -> None:
    results, pages = said
    shown = [test for (_, year, _), test in results.moran.items() if year in results.detailed]
    assert {test.method for test in shown} <= {"exact", "permutation"}
    for lang, page in pages.items():
        words, section, table = Words(lang), section_of(page, "spatial"), table_of(page, "clusters")
        assert section is not None
        for method in ("exact", "permutation"):
            for count in {test.permutations for test in results.moran.values()}:
                told = words("origin", method, permutations=words.count(count))
                there = any(test.method == method and test.permutations == count for test in shown)
                assert (told in section.sentences[0]) == there
        local = results.local.get((results.edition, results.years[-1]))
        assert (local is None) == (table is None)
        if local is None or table is None:
            continue
        told = words("origin", f"local_{local.method}", permutations=words.count(local.permutations or 0))
        assert (told in table.note) or set(local.label.astype(str)) <= {"untestable", "isolate"}


@pytest.mark.parametrize(("side", "permutations"), [(3, 999), (4, 999), (9, 9), (12, 9)])
def test_why_a_region_is_untestable_is_computed(side: int, permutations: int) -> None:
    import growthpoles as gp
    from growthpoles.report.wording import untestable_words

    squares = [shapely.box(x, y, x + 1, y + 1) for x in range(side) for y in range(side)]
    regions = gpd.GeoDataFrame(geometry=squares, index=[f"R{at}" for at in range(side * side)], crs="EPSG:3035")
    graph = gp.build_weights(regions)
    values = pd.Series(np.random.default_rng(side).normal(size=side * side), index=regions.index)
    test = gp.local_moran(values, graph, permutations=permutations, adjust="bonferroni", rng=1)
    level, shown = test.alpha / test.n, test.to_frame()
    lost = shown[shown["label"] == "untestable"]
    reachable = min(2 / comb(test.n - 1, k) for k in range(1, test.n - 1)) <= level
    kinds = {"regions"} if not reachable else {
        "draws" if row == "permutation" else "neighbours" for row in lost["method"]
    }  # fmt: skip
    for lang in LANGUAGES:
        told = untestable_words(test, Words(lang))
        starts = {kind: Words(lang)("untestable", kind, n="@", level="@", least="@", draws="@") for kind in
                  ("regions", "draws", "neighbours")}  # fmt: skip
        found = {kind for kind, text in starts.items() for each in told
                 if re.fullmatch(re.escape(text).replace("@", ".+"), each)}  # fmt: skip
        assert found == (kinds if len(lost) else set())


def test_one_small_p_and_an_omnibus_that_disagrees_are_joined(said: Said) -> None:
    results, pages = said
    last, verdict = results.moran.get((results.edition, results.years[-1], results.root)), results.stages.verdict
    apart = last is not None and verdict is not None
    apart = apart and (last.p_value <= verdict.curve.alpha) == (verdict.conclusion == "unsupported")
    for lang, page in pages.items():
        count = 0 if verdict is None else int(verdict.curve.overall["specifications"])
        summary = section_of(page, "summary")
        assert summary is not None
        assert (Words(lang)("text", "one_of", n=count) in summary.sentences) == apart


def test_a_share_beside_the_rule_shows_on_which_side_it_is() -> None:
    from growthpoles.report.wording import share_moved

    rng = np.random.default_rng(4)
    for lang in LANGUAGES:
        for share in [0.898, 0.8996, 0.9, 0.904, *rng.uniform(0.85, 0.95, 200).round(4)]:
            told = float(share_moved(Words(lang), share).replace(",", "."))
            assert (told >= 0.9) == (share >= 0.9)


def test_what_is_the_index_alone_is_no_aggregate_and_one_year_has_no_ratio(said: Said) -> None:
    results, pages = said
    for lang, page in pages.items():
        words, table, data = Words(lang), table_of(page, "inequality"), section_of(page, "data")
        assert data is not None and len(results.catalogue.aggregates) == 1
        key = "indicators_flat" if results.study.rating.weighting == "given" else "indicators_weighted_flat"
        assert words("text", key, indicators=len(results.catalogue.indicators)) in data.sentences
        if table is not None:
            heads = {each.head for each in table.columns}
            assert (words("column", "ratio") in heads) == (len(results.years) > 1)
            assert not any(re.fullmatch(r"0[.,]0+", cell) for row in table.rows for cell in row[3:5])


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


def test_tables_of_tests_say_how_many_draws_are_behind_p(said: Said) -> None:
    results, pages = said
    frames = {f"gradient-{year}": frame for year, frame in results.stages.gradient.items()}
    frames |= {} if results.stages.spread is None else {"spread": results.stages.spread}
    for lang, page in pages.items():
        words = Words(lang)
        for table in (block for section in page.sections for block in section.tables):
            own = frames.get(table.ident) if table.ident in frames else frames.get(table.ident.partition("-")[0])
            if own is None:
                continue
            drawn = [own.attrs["draws"][test] for test in own.index]
            behind = {count for count, p in zip(drawn, own["p_value"], strict=True) if p == p}
            shown = [row.get(words("column", "draws")) for row in rows_of(table)]
            if len(behind) > 1:
                assert shown == [words.count(count) if count else DASH for count in drawn]
                assert words("text", "draws_differ") in table.note
            else:
                told = "draws_same" if max(behind) else "draws_none"
                assert words("text", told, draws=words.count(max(behind))) in table.note and set(shown) == {None}


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
        gained = results.regions.attrs["coverage"]["pairs_gained"]
        pairs = ", ".join(f"{names[a]} \N{EN DASH} {names[b]}" for a, b in gained)
        phrase = "pairs_gained" if gained else "pairs_none"
        assert Words(lang)("text", phrase, n=len(gained), pairs=pairs) in data.sentences
        if moran is not None:
            head = Words(lang)("column", "isolates")
            for row, test in zip(rows_of(moran), results.moran.values(), strict=True):
                assert row[head] == ", ".join(names[code] for code in test.isolates)
                assert ISLAND in test.isolates


def saying(page: Page) -> Iterator[tuple[str, str]]:
    """Yield what a page says, with the section that says it."""
    for each in (page.lead, *page.sections):
        yield from ((each.ident, sentence) for sentence in each.sentences)
        for table in each.tables:
            yield each.ident, f"{table.caption} {table.note}"


def test_no_table_is_empty_and_no_span_is_of_one(said: Said) -> None:
    _, pages = said
    for page in pages.values():
        assert all(table.rows for each in page.sections for table in each.tables)
        assert not any(re.search(r"\b1(?: to |\N{EN DASH})1\b", text) for _, text in saying(page))


def test_a_p_stands_beside_its_null_hypothesis(said: Said) -> None:
    results, pages = said
    for lang, page in pages.items():
        null = re.compile(Words(lang)("term_forms", "null"))
        verdict = results.stages.verdict.sentences[lang] if results.stages.verdict is not None else ()
        for ident, text in saying(page):
            if text in verdict and re.search(r"\bp [=<]", text):  # which stands by itself elsewhere, too
                assert (ident, Words(lang)("text", "omnibus_null")) in saying(page)
            elif re.search(r"\bp [=<]", text):
                assert null.search(text), text
        heads = {table.ident.split("-")[0]: table for each in page.sections for table in each.tables}
        for name in {"moran", "clusters", "verdict", "gradient"} & heads.keys():
            assert null.search(heads[name].caption)
        for job in figure_jobs(results):
            caption = make_caption(results, job, lang)
            assert not caption.p_method or null.search(caption.p_method), job.name
            assert not re.search(r"\bp [=<] ?\d", caption.alt) or null.search(caption.alt), job.name


def test_the_glossary_holds_the_words_of_the_page_and_no_others(said: Said) -> None:
    results, pages = said
    for lang, page in pages.items():
        html = render_html([page], outlines=Outlines(), version="1").decode()
        told = {key for key, _, _ in page.glossary}
        links = set(re.findall(rf'href="#{lang}-term-([a-z_]+)"', html))
        assert links == told == set(re.findall(rf'id="{lang}-term-([a-z_]+)"', html))
        rows = {"joint_moves", "changed_quadrant", "rank_mobility", "spatial_tau", "beta", "sigma"}
        assert rows <= set(phrase_keys("term")) and (rows <= told) == (results.stages.spread is not None)
        assert ("pole" in told) <= bool(results.study.growth_poles.poles)
        assert not {"ksi", "location_quotient"} & told  # of which these studies have none
        assert ("omnibus" in told) == (results.stages.verdict is not None)


def test_ranks_outside_their_interval_are_named(said: Said) -> None:
    results, pages = said
    names = results.regions["name_en"]
    outside = {}
    for year in results.years:
        frame = results.stages.robustness[year].to_frame()
        low, high = (frame["rank"] < frame["rank_low"]), (frame["rank"] > frame["rank_high"])
        outside[year] = list(names[(low | high).fillna(False).reindex(names.index).astype(bool)])
    for lang, page in pages.items():
        section = section_of(page, "robustness")
        assert section is not None
        text = " ".join(section.sentences)
        listed = "; ".join(f"{', '.join(found)} ({year})" for year, found in outside.items() if found)
        assert (Words(lang)("text", "robustness_outside", names=listed) in text) == bool(listed)
        spread = np.sqrt(0.25 / (2 * results.study.rating.concentration + 1))  # of two alike
        assert Words(lang).number(spread) in text and Words(lang).number(spread) in " ".join(page.lead.sentences)
        for job in jobs_of(results, "robustness", "membership"):
            assert Words(lang).number(spread) in make_caption(results, job, lang).text


def test_the_yardstick_of_the_first_table_is_told_where_another_measures_change(said: Said) -> None:
    _, pages = said
    for lang, page in pages.items():
        summary, change = table_of(page, "summary"), table_of(page, "change")
        limits = Words(lang)("yardstick", "pooled")
        assert summary is not None and limits in summary.note and change is not None and limits in change.note


def test_open_places_of_a_proposal_are_listed(said: Said) -> None:
    results, pages = said
    lines = results.study.path.read_text(encoding="utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, start=1) if "DECIDE" in line]
    assert marked
    for page in pages.values():
        table = table_of(page, "marks")
        assert table is not None and [row[1] for row in table.rows] == [str(number) for number in marked]


def test_the_axis_of_lorenz_curves_says_what_it_counts(said: Said) -> None:
    results, _ = said
    for lang in LANGUAGES:
        word = translator(lang)
        for job in jobs_of(results, "lorenz"):  # nothing weighs the regions of these studies
            told = word("Share of the regions, lowest values first")
            assert job.figure(lang).axes[0].get_xlabel().endswith(told[1:])


@pytest.mark.parametrize(("years", "seed"), [((2020,), 1), ((2010, 2020), 2)])
def test_one_indicator_has_no_weights(
    years: tuple[int, ...], seed: int, tmp_path: Path, study_maker: Callable[..., Path], rated_only: None
) -> None:
    path = study_maker(tmp_path, years=years)
    catalogue = path.parent / "catalogue.csv"
    lines = [line for line in catalogue.read_text().splitlines() if not line.startswith("patents")]
    catalogue.write_text("\n".join(lines) + "\n")
    rng = np.random.default_rng(seed)
    for year in years:
        file = path.parent / f"table-{year}.csv"
        table = pd.read_csv(file).drop(columns="patents")
        table["growth"] = rng.choice([1.0, 2.0, 3.0], len(table))  # several lead
        table.to_csv(file, index=False)
    results = compute(load_study(path))
    first = results.regions["name_en"][results.rating(2020)["rank"] == 1]
    assert len(first) > 1
    for lang in LANGUAGES:
        page, words = make_page(results, lang, {}, provenance=PROVENANCE), Words(lang)
        assert words("answer", "single") in page.lead.sentences
        assert first.iloc[0] in page.lead.sentences[0] and first.iloc[1] in page.lead.sentences[0]
        weights = words("text", "robustness_weights", spread="").partition("(")[0].strip()
        assert not any(weights in text for _, text in saying(page))
        strengths, change = table_of(page, "strengths"), table_of(page, "change")
        assert strengths is not None and words("column", "widest_gap") not in {each.head for each in strengths.columns}
        assert change is None or words("text", "drawn_omitted") not in change.note
        assert not any(job for job in figure_jobs(results) if words("caption", "drawn_weights", spread="") in
                       make_caption(results, job, lang).text)  # fmt: skip


@pytest.mark.parametrize("seed", samples(range(6), 2))
def test_who_leads_by_a_misprint_is_said_to(seed: int, tmp_path: Path, rated_only: None) -> None:
    """A cell ten times too large or small, printed as indicator or computed from: the sentences name it."""
    from planted import RATIOS, clean

    rng = np.random.default_rng(seed)
    invented = clean(rng, tmp_path, n=9, method="leader")
    right = compute(derived(invented.write(tmp_path), computed=seed % 2 == 1))
    column = str(rng.choice(["firms", "rd"] if seed % 2 else ["fpc", "rdi"]))
    cells, row = invented.columns[2, column], int(rng.integers(0, 9))
    true = cells[row]
    cells[row] = invented.rounded(column, 30 * cells.max() if column in RATIOS else 10 * true)
    if column in RATIOS:
        invented.compute()
    results = compute(derived(invented.write(tmp_path), computed=seed % 2 == 1))
    year, root = 2021, results.root
    frames = [each.rating(year).sort_values("rank") for each in (right, results)]
    same = frames[0].index[0] == frames[1].index[0] and round(frames[0][root].iloc[0], 1) == round(
        frames[1][root].iloc[0], 1
    )
    for lang in LANGUAGES:
        words = Words(lang)
        clean_page, page = (make_page(each, lang, {}, provenance=PROVENANCE) for each in (right, results))
        assert not any(re.search(r"\b[Mm]aps show|На картах|Карталарда", text) for _, text in saying(page))
        doubt = words("answer", "doubted", said="")
        assert doubt not in clean_page.lead.sentences[0]
        assert (doubt in page.lead.sentences[0]) != same
        if not same:
            told = page.lead.sentences[1]
            assert words("text", "leader_put_right", cells="", sentence="").split("(")[0] in told
            assert f"{frames[0].index[0]}" in told.rpartition("): " if ")" in told else " ")[2]
            assert words.number(frames[0][root].iloc[0], 1) in told
            assert invented.printed(2, row + 1, column) in told


def test_a_leader_who_hangs_on_an_open_contradiction_is_said_to(tmp_path: Path, rated_only: None) -> None:
    from planted import clean

    found = 0
    for seed in range(4):
        invented = clean(np.random.default_rng(seed), tmp_path / str(seed), n=9, method="leader")
        cells, at = invented.columns[2, "firms"], int(np.argsort(invented.columns[2, "fpc"])[-2])
        cells[at] = round(1.9 * cells[at])  # all others fall behind
        results = compute(derived(invented.write(tmp_path / str(seed)), computed=True))
        audit = results.stages.audit
        assert audit is not None
        kind = "leader_open" if audit.ledger["cause"].map(is_open).any() else "leader_put_right"
        found += kind == "leader_open"
        for lang in LANGUAGES:
            page, words = make_page(results, lang, {}, provenance=PROVENANCE), Words(lang)
            assert words("answer", "doubted", said="") in page.lead.sentences[0]
            start = words("text", kind, cells="", sentence="").split("(")[0]
            assert start in page.lead.sentences[1] and invented.printed(2, at + 1, "firms") in page.lead.sentences[1]
    assert found


@pytest.mark.parametrize(("seed", "factor"), [(0, 10), (1, 0.1), (2, 10), (3, 1)])
def test_a_cell_that_the_check_doubts_is_named_where_it_moves_a_rank(
    seed: int, factor: float, tmp_path: Path, study_maker: Callable[..., Path], rated_only: None
) -> None:
    """A table of the user's own, of which one cell is ten times too large or small."""
    path = study_maker(tmp_path, years=(2010, 2014, 2020), side=4)
    rng = np.random.default_rng(seed)
    level = pd.DataFrame(rng.uniform(20, 99, (16, 2)), columns=["growth", "patents"])
    for year in (2010, 2014, 2020):
        file = path.parent / f"table-{year}.csv"
        table = pd.read_csv(file)
        level *= rng.uniform(1.04, 1.06, level.shape)
        table[["growth", "patents"]] = level.round(2)
        if year == 2014:
            table.loc[5, "growth"] = round(factor * table.loc[5, "growth"], 2)
        table.to_csv(file, index=False)
    results = compute(load_study(path))
    name = str(results.regions["name_en"].iloc[5])
    for lang in LANGUAGES:
        page, words = make_page(results, lang, {}, provenance=PROVENANCE), Words(lang)
        start = words("answer", "moved_cell", cells="@", region="", year="", before="", after="", n="").split("@")[0]
        told = [each for each in page.lead.sentences if each.startswith(start)]
        leads = words("text", "leader_put_right", cells="@", sentence="").split("@")[0]
        told += [each for each in page.lead.sentences if each.startswith(leads)]
        assert bool(told) == (factor != 1)
        assert (section_of(page, "audit") is None) == (factor == 1)
        if told:
            assert name in told[0] and "table-2014.csv!" in told[0]


def derived(study: Any, *, computed: bool) -> Any:
    """Have a study compute its ratios, where they are not to be read."""
    from planted import RATIOS

    if computed:
        rules = study.path.with_name("columns.csv")
        lines = [line for line in rules.read_text().splitlines() if line.split(",")[2] not in RATIOS]
        rules.write_text("\n".join(lines) + "\n")
    return load_study(study.path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_an_audit_calls_regions_by_name(lang: str, tmp_path: Path) -> None:
    from planted import clean

    from growthpoles.report.audit_files import write_audit
    from growthpoles.study.audit import run_audit

    invented = clean(np.random.default_rng(3), tmp_path, n=8, method="leader")
    invented.columns[2, "fpc"][2] *= 10
    path = invented.write(tmp_path).path
    squares = [shapely.box(9_000 * at, 0, 9_000 * (at + 1), 9_000) for at in range(8)]
    names = [f"Land {at}" for at in range(8)]
    layer = gpd.GeoDataFrame({"code": invented.labels, "name": names}, geometry=squares, crs="EPSG:3035")
    layer.to_file(tmp_path / "regions.gpkg")
    text = path.read_text(encoding="utf-8")
    head = '[boundaries]\nfile = "regions.gpkg"\nkey = "code"\nname = "name"\n[rating]\n'
    path.write_text(text.replace("[rating]\n", head, 1), encoding="utf-8")
    study = load_study(path)
    write_audit(run_audit(study, rng=1), study, out=tmp_path / "audit", lang=lang)
    html = (tmp_path / "audit" / "audit.html").read_text(encoding="utf-8")
    assert all(name in html for name in names) and not any(f">{label}<" in html for label in invented.labels)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_name_is_taken_from_another_language_before_a_code(
    lang: str, study_maker: Callable[..., Path], tmp_path: Path
) -> None:
    from growthpoles.study.inputs import study_catalogue, study_regions
    from growthpoles.study.inputs.study_regions import written_names

    study = load_study(study_maker(tmp_path))
    catalogue, regions = study_catalogue(study), study_regions(study)
    assert catalogue.names(lang) == catalogue.names("en")
    assert not set(written_names(regions, lang)) & set(regions.index)


@pytest.mark.parametrize("weights", ["knn", "queen"])
def test_nearest_neighbours_of_a_test_are_told_to_be_among_regions_with_data(weights: str, rated_only: None) -> None:
    from growthpoles.report.page_blocks import Context
    from growthpoles.report.sections import spatial_section

    results = compute(load_study().with_report(weights=weights, permutations=99))
    held = {key: test.tested.graph.cardinalities for key, test in results.moran.items() if test.tested}  # type: ignore[union-attr]
    short = {key for key, absent in results.without_data.items() if absent}
    assert short and set(held) == set(results.moran)
    assert all((each == 4).all() for each in held.values()) == (weights == "knn")
    for lang in ("en", "ru", "kk"):
        section = spatial_section(Context.of(results, lang, {}))
        assert section is not None
        assert (Words(lang)("text", "neighbours_with_data") in section.sentences) == (weights == "knn")
