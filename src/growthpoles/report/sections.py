"""Sections of the report's page in one language."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from growthpoles.language.number_format import format_percent
from growthpoles.language.phrases import DASH, Words, missing, shorten
from growthpoles.maps.sheet.legend import interval
from growthpoles.ratings.classes import TEN_CLASSES
from growthpoles.ratings.robustness import Robustness
from growthpoles.ratings.through_time.rating_change import RatingChange
from growthpoles.report.audit_files import (
    audit_section,
    audit_sentence,
    grave_faults,
    leading,
    leading_put_right,
    moved_put_right,
)
from growthpoles.report.industries import (
    industries_section,
    inequality_section,
    specialisation_section,
    trend_section,
)
from growthpoles.report.page_blocks import (
    NAMED,
    Context,
    Picture,
    Section,
    Table,
    make_table,
    mended_sentences,
    remark_rows,
    shown_years,
    unused_rows,
    whole,
)
from growthpoles.report.spatial_sections import cross_check_section, poles_section, spatial_section, verdict_section
from growthpoles.report.wording import (
    best_power,
    counted_words,
    drawn_choices,
    method_sentences,
    no_classes,
    origin_words,
    share_moved,
    single,
    varied_words,
    verdict_words,
    weight_spread,
    yardstick_words,
)
from growthpoles.study.examine_study import open_marks

if TYPE_CHECKING:
    from growthpoles.study.verdict import Verdict

_MATRIX = 12
_HASH = 16
_ABREAST = 3
_FILED = ("convergence", "panel")  # analyses that have files of tables and no section
_FIRM = 2.0  # places that a rank may move over in the middle 90% and count as firm


def summary_section(ctx: Context) -> Section:
    """Say the main results: who leads, what the tests say, what the audit found."""
    results, words = ctx.results, ctx.words
    sentences = []
    for year in shown_years(results):
        if sentence := leading(ctx, results.rating(year), year)[1]:
            sentences += [sentence, *leading_put_right(ctx, year)]
    last = results.moran.get((results.edition, results.years[-1], results.root))
    if last is not None:
        sentences.append(
            words(
                "text",
                "moran",
                year=results.years[-1],
                statistic=words.number(last.statistic, 3),
                expected=words.number(last.expected, 3),
                p=words.probability(last.p_value, relation=True, least=last.least),
                n=last.n,
            )
        )
    if (verdict := results.stages.verdict) is not None:
        small = last is not None and last.p_value <= verdict.curve.alpha
        if last is not None and small == (verdict.conclusion == "unsupported"):
            sentences.append(words("text", "one_of", n=int(verdict.curve.overall["specifications"])))
        sentences += verdict_words(words, verdict)
    if results.stages.audit is not None:
        sentences.append(audit_sentence(words, results.stages.audit))
    return Section("summary", words("section", "summary"), tuple(sentences), (_summary_table(ctx),))


def lead_section(ctx: Context) -> Section:
    """Answer on the first screen: one sentence, one map, and what to make of them."""
    results, words, stages = ctx.results, ctx.words, ctx.results.stages
    year, said = results.years[-1], []
    doubts = leading_put_right(ctx, year, short=True)
    if told := leading(ctx, results.rating(year), year)[0]:
        said.append(words("answer", "doubted", said=told) if doubts else told)
    outcome = None if stages.verdict is None else stages.verdict.conclusion
    if outcome is not None:
        found_out, asked = words("verdict", outcome), results.years
        if len(asked) > 1:  # all of them were asked, not the last alone
            found_out = words("answer", "over_years", first=asked[0], last=asked[-1], outcome=found_out)
        said.append(found_out)
    answer = words("answer", "joined", parts="; ".join(said)) if said else words("answer", "nothing")
    made = list(doubts)
    if (found := stages.robustness.get(year)) is None:
        made += [words("answer", "single")] if told and single(results.catalogue) else []
    else:
        frame = found.to_frame()
        width = float((frame["rank_high"] - frame["rank_low"]).median())
        if math.isfinite(width):
            kind = "firm_still" if width == 0 else "firm" if width <= _FIRM else "loose"
            spread = weight_spread(results, words) or words.count(0)
            made.append(words("answer", kind, places=words.count(round(width)), spread=spread))
    if stages.verdict is not None:
        made.append(_caveat(words, stages.verdict, stages.verdict.conclusion))
    if stages.audit is not None and (grave := grave_faults(stages.audit)):
        made.append(words("answer", "audit", grave=grave))
    elif not doubts:
        made += moved_put_right(ctx)
    pictures = [each for each in ctx.pictures.values() if each.ident == _lead_picture(ctx)]
    return Section("lead", words("section", "lead"), (answer, *made), tuple(pictures))


def _caveat(words: Words, verdict: Verdict, outcome: str) -> str:
    """Say what to make of the verdict: what could have been found, where nothing was."""
    power = verdict.power
    blind = outcome == "unsupported" and math.isnan(power.smallest_positive)
    told = {"target": format_percent(power.target, words.lang), "best": best_power(power, words, positive=True)}
    key = f"{outcome}_blind" if blind else outcome
    return words("answer", key, n=power.n, rho=words.number(power.smallest_positive), **told)


def _lead_picture(ctx: Context) -> str:
    """Return the figure of the first screen: the map of the rating in the last year, or what is nearest to it."""
    wanted = (f"{kind}_{ctx.results.years[-1]}" for kind in ("rating", "values"))
    drawn = [name for name in (*wanted, *ctx.pictures) if name in ctx.pictures]
    return drawn[0] if drawn else ""


def _summary_table(ctx: Context) -> Table:
    results, words = ctx.results, ctx.words
    last = results.rating(results.years[-1])
    columns = ["region"]
    for year in shown_years(results):
        columns += [
            f"#={words('column', 'index')} {year}",
            *([f"={words('column', 'rating_class')} {year}"] if results.classed else []),
            f"#={words('column', 'rank')} {year}",
        ]
    order = last.sort_values(by=["rank"], kind="stable").index
    cells: list[list[str]] = [[ctx.region(region) for region in order]]
    for year in shown_years(results):
        own = results.rating(year).loc[order]
        cells.append([words.number(each, ctx.digits) for each in own[results.root]])
        if results.classed:
            cells.append([ctx.letter(each) for each in own["rating_class"].astype(object)])
        cells.append([DASH if missing(rank) else f"{int(str(rank)):d}" for rank in own["rank"].astype(object)])
    rows = list(zip(*cells, strict=True))
    note, rating = "", results.study.rating
    if len(results.years) > 1 and rating.level_limits == "year" != rating.change_limits and rating.goalposts is None:
        note = words("text", "summary_limits", limits=yardstick_words(results.study, words))
    return make_table(words, "summary", columns, rows, caption=words("table", f"summary{ctx.kind}"), note=note)


def data_section(ctx: Context) -> Section:
    """Say what was read: editions, indicators, missing cells."""
    results, words = ctx.results, ctx.words
    editions = list(dict.fromkeys(edition for edition, _ in results.ratings))
    shown = words.value(results.edition)
    if len(editions) > 1:
        named = "; ".join(words.value(name) for name in editions)
        sentences = [words("text", "editions", count=len(editions), names=named, edition=shown)]
    else:
        sentences = [words("text", "one_edition", edition=shown)]
    if results.published:
        sentences.append(words("text", "published", edition=words.value("published")))
    catalogue = results.catalogue
    parts = {"indicators": len(catalogue.indicators), "aggregates": len(catalogue.aggregates)}
    stated = results.study.rating.weighting == "given"
    if single(catalogue):
        sentences.append(words("text", "indicators_one"))
    else:
        flat = "_flat" if len(catalogue.aggregates) == 1 else ""  # the index alone
        sentences.append(words("text", f"indicators{'' if stated else '_weighted'}{flat}", **parts))
    units = catalogue.units()
    told = results.study.rating.sources
    indicators = [
        (number, ctx.code(code), ctx.code(catalogue.parent(code)), words.unit(units.get(code, "")))
        + ((shorten(told.get(code, DASH)),) if told else ())
        for number, code in enumerate(catalogue.indicators, start=1)
    ]
    heads = "#number indicator parent unit" + (" source" if told else "")
    blocks = [make_table(words, "indicators", heads, indicators)]
    absent = [
        (year, ctx.region(region), ctx.code(column), ctx.wording.reason(reason))
        for (edition, year), frame in results.indicators.items()
        for region, column, reason in frame.attrs["missing"]
        if edition == results.edition
    ]
    sentences.append(words("text", f"missing{ctx.mapped}", cells=len(absent)) if absent else words("text", "complete"))
    filled = [
        (year, ctx.region(region), ctx.code(column), words.number(value, 2), ctx.wording.reason(how))
        for (edition, year), frame in results.indicators.items()
        for region, column, value, how in frame.attrs.get("imputed", ())
        if edition == results.edition
    ]
    if filled:
        count = len({row[1] for row in filled})
        sentences.append(words("text", "imputed", cells=len(filled), n=count))
        blocks.append(make_table(words, "imputed", "#year region cell #filled how", filled, file="imputed"))
    if absent:
        blocks.append(make_table(words, "missing", "#year region cell reason", absent, file="missing"))
    if remarks := remark_rows(ctx):
        sentences.append(words("text", "remarks", cells=len(remarks), n=len({row[1] for row in remarks})))
        blocks.append(make_table(words, "remarks", "#year region cell #choice_value remark", remarks, file="remarks"))
    if unused := unused_rows(ctx):
        sentences.append(words("text", "unused"))
        blocks.append(make_table(words, "unused", "file unused #rows reason", unused, file="inputs_unused"))
    sentences += mended_sentences(ctx)
    if marks := open_marks(results.study.path):
        sentences.append(words("text", "marks", count=len(marks)))
        blocks.append(make_table(words, "marks", "file #line marked", marks))
    return Section("data", words("section", "data"), tuple(sentences), tuple(blocks))


def rating_section(ctx: Context) -> Section:
    """Show the maps of the rating, its change, and why regions stand where they stand."""
    results, words = ctx.results, ctx.words
    sentences = [*method_sentences(results, words), words("text", f"rating{ctx.kind}{ctx.mapped}")]
    if len(results.detailed) < len(results.years):
        named = ", ".join(map(str, results.detailed))
        fewer = origin_words((t for key, t in results.moran.items() if key[1] not in results.detailed), words)
        sentences.append(words("text", f"detailed{ctx.mapped}", count=len(results.years), years=named, origin=fewer))
    if len(results.years) > 1:
        sentences.append(words("text", f"change{ctx.kind}", first=results.years[0], last=results.years[-1]))
        sentences.append(words("text", "compared", limits=yardstick_words(results.study, words)))
    blocks: list[Table | Picture] = [*ctx.figures("rating")]
    scale = results.scale
    if results.classed and (scale != TEN_CLASSES or scale.meanings or scale.groups):
        blocks.append(_classes(ctx))
    if results.stages.change is not None:
        blocks.append(_changes(ctx, results.stages.change))
    year = results.years[-1]
    if year in results.stages.strengths:
        blocks.append(_strengths(ctx, year))
    return Section("rating", words("section", "rating"), tuple(sentences), tuple(blocks))


def _changes(ctx: Context, found: RatingChange) -> Table:
    """Set the change by common limits beside that by limits of each year, its parts, and how sure the class moves."""
    words, digits = ctx.words, ctx.digits
    frame = found.frame.astype(object).sort_values(by=["change"], ascending=False, kind="stable")
    heads = "index_before index_after change change_per_year own leader p_up p_same p_down class_move"
    shown = [name for name in heads.split() if name in frame and (ctx.results.classed or "p_" not in name)]
    rows = [
        [ctx.region(region), *(_change_cell(words, name, own[name], digits) for name in shown)]
        for region, own in frame.to_dict("index").items()
    ]
    columns = ["region", *(name if name == "class_move" else f"#{name}" for name in shown)]
    first, last = found.years
    drawn = drawn_choices(ctx.results, words, scores=found.counted < found.replications)
    note = words("text", "change_limits", limits=yardstick_words(ctx.results.study, words)) + " "
    counted = counted_words(words, found.counted, found.replications)
    note += words("text", "change_parts", counted=counted, choices=drawn)
    return make_table(words, "change", columns, rows, note=note, first=first, last=last)


def _change_cell(words: Words, name: str, value: object, digits: int) -> str:
    if name == "class_move":
        return words.value(value)
    if name.startswith("p_"):
        return share_moved(words, value)
    return words.number(value, digits) if name.startswith("index") else words.signed(value, digits)


def _classes(ctx: Context) -> Table:
    """Set the classes with their limits, and what they and their groups mean, where the study says it."""
    words, scale = ctx.words, ctx.results.scale
    heads = ["rating_class", "limits"]
    rows = []
    for own in scale.to_frame(words.lang).to_dict("records"):
        ends = [f"{own[key]:g}" if math.isfinite(own[key]) else "" for key in ("lower", "upper")]
        row = [ctx.letter(own["rating_class"]), interval(*ends)]
        if "meaning" in own:
            row.append(shorten(own["meaning"], 200))
        if "group" in own:
            row.append(shorten(f"{own['group']}: {own['group_meaning']}".rstrip(": "), 200))
        rows.append(row)
    heads += [head for key, head in (("meaning", "meaning"), ("group", "class_group")) if key in own]
    return make_table(words, "classes" if scale.of == "index" else "classes_relative", heads, rows)


def _strengths(ctx: Context, year: int) -> Table:
    """Set the score of every indicator beside the median, or name the strong and weak ones where they are many."""
    results, words = ctx.results, ctx.words
    codes = list(results.catalogue.indicators)
    scores = results.rating(year)[[f"score_{code}" for code in codes]].set_axis(codes, axis=1)
    apart = (scores - scores.median()).rename(index=str).to_dict("index")
    few, digits = len(codes) <= _MATRIX, 0 if results.classed else ctx.digits
    rows = []
    for region, own in results.stages.strengths[year].to_dict("index").items():
        signs = [words.signed(apart[str(region)][code], digits) for code in codes]
        named = [ctx.list_codes(" ".join(own[key].split()[:3])) for key in ("strengths", "weaknesses")]
        row = [ctx.region(region)]
        if results.classed:
            row += [ctx.letter(own["rating_class"]), ctx.letter(own["next_class"])]
            needed = own["points_needed"]  # however little, it is not nothing
            row.append(words.number(needed, max(1, math.ceil(-math.log10(needed))) if needed > 0 else 1))
        rows.append([*row, *(signs if few else named), ctx.code(own["widest_gap"])])
    heads = ["region", *(["rating_class", "next_class", "#points_needed"] if results.classed else [])]
    heads += [f"#={place}" for place in range(1, len(codes) + 1)] if few else ["strengths", "weaknesses"]
    note = words("text", f"deviations{ctx.kind}", last=len(codes)) if few else words("text", "strengths")
    if single(results.catalogue):  # which has the widest gap is no question
        note, rows = words("text", f"deviations_one{ctx.kind}"), [row[:-1] for row in rows]
    else:
        heads.append("widest_gap")
    return make_table(words, f"strengths{ctx.kind}", heads, rows, note=note, year=year)


def robustness_section(ctx: Context) -> Section | None:
    """Show how far ranks and classes move under other choices."""
    results, words = ctx.results, ctx.words
    if not results.stages.robustness:
        return None
    blocks: list[Table | Picture] = [*ctx.figures("robustness")]
    for year in shown_years(results):
        result = results.stages.robustness[year]
        frame = result.to_frame().sort_values(by=["rank"], kind="stable")
        rows = [
            (
                ctx.region(region),
                whole(own["rank"]),
                _span(own["rank_low"], own["rank_high"]),
                whole(own["rank_median"]),
                *(_class_cells(ctx, own) if results.classed else ()),
            )
            for region, own in frame.astype(object).to_dict("index").items()
        ]
        heads = "region #rank #interval #median"
        heads += " rating_class #p_class likeliest_class" if results.classed else ""
        blocks.append(make_table(words, f"robustness{ctx.kind}", heads, rows, year=year))
    told = varied_words(results, words)
    outside = [
        f"{ctx.list_regions(frame.index[out.fillna(False).astype(bool)], NAMED)} ({year})"
        for year in shown_years(results)
        if len(frame := results.stages.robustness[year].to_frame())
        and (out := (frame["rank"] < frame["rank_low"]) | (frame["rank"] > frame["rank_high"])).any()
    ]
    if outside:
        told.append(words("text", "robustness_outside", names="; ".join(outside)))
    if others := _ranked_sometimes(result):
        told.append(words("text", "robustness_others", names=ctx.list_regions(others, NAMED)))
    if results.classed and not result.on_scale.all():
        told.append(words("text", "robustness_classes", n=words.count(int(result.on_scale.sum()))))
    return Section("robustness", words("section", "robustness"), tuple(told), tuple(blocks))


def _ranked_sometimes(result: Robustness) -> list[str]:
    """Return the regions without a rank of their own that have one in some draws."""
    bare = result.to_frame()["rank"].isna().to_numpy() & (result.ranks > 0).any(axis=0)
    return [str(region) for region in result.nominal.index[bare]]


def _class_cells(ctx: Context, own: Mapping[Any, Any]) -> tuple[str, str, str]:
    likeliest = own["likeliest_class"]
    told = ctx.words.value(likeliest) if likeliest == "no class" else ctx.letter(likeliest)
    return ctx.letter(own["rating_class"]), ctx.words.number(own["p_class"], 2), told


def _span(low: object, high: object) -> str:
    return DASH if missing(low) or missing(high) else f"{whole(low)}{DASH}{whole(high)}"


def left_out_section(ctx: Context) -> Section:
    """Name what is not in the report, with the reason."""
    words, left_out = ctx.words, ctx.results.stages.left_out
    title = words("section", "left_out")
    specifications = ctx.wording.specifications(ctx.results.stages.verdict)
    there = [name for name in _FILED if getattr(ctx.results.stages, name) is not None]
    names = "; ".join(words("analysis", name) for name in there)
    filed = [words("text", "filed", names=names)] if there else []
    if not (left_out or specifications):
        return Section("left_out", title, (words("text", "nothing_left_out"), *filed))
    own = {"classes": shorten(no_classes(ctx.results.study, words), 300)}
    rows = [
        (ctx.wording.analysis(name), own.get(name) or ctx.wording.left_out(reason)) for name, reason in left_out.items()
    ]
    rows += specifications
    table = make_table(words, "left_out", "analysis reason", rows)
    return Section("left_out", title, (words("text", "left_out"), *filed), (table,))


def reproduction_section(ctx: Context) -> Section:
    """Name seed, versions and inputs."""
    words, provenance = ctx.words, ctx.provenance
    libraries = [
        ("growthpoles", provenance["growthpoles"]["version"]),
        ("Python", provenance["python"]),
        *provenance["libraries"].items(),
    ]
    read = {name: digest for name, digest in provenance["inputs"].items() if digest and not name.endswith("*")}
    inputs = [(shorten(name), digest[:_HASH]) for name, digest in read.items()]
    blocks = (
        make_table(words, "inputs", "file sha256", inputs),
        make_table(words, "libraries", ["library", "version"] * _ABREAST, _abreast(libraries)),
    )
    seed = words("text", "seed", seed=str(ctx.results.study.study.seed))
    return Section("reproduction", words("section", "reproduction"), (words("text", "reproduction"), seed), blocks)


def _abreast(pairs: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Set a long list of pairs in several columns, read downwards."""
    long = -(-len(pairs) // _ABREAST)
    padded = pairs + [("", "")] * (long * _ABREAST - len(pairs))
    return [tuple(cell for at in range(_ABREAST) for cell in padded[row + at * long]) for row in range(long)]


SECTIONS: tuple[Callable[[Context], Section | None], ...] = (
    summary_section,
    data_section,
    rating_section,
    trend_section,
    robustness_section,
    audit_section,
    specialisation_section,
    industries_section,
    inequality_section,
    spatial_section,
    verdict_section,
    poles_section,
    cross_check_section,
    left_out_section,
    reproduction_section,
)
