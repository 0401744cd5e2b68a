"""Spatial sections of the report's page: global and local tests, all specifications, growth poles, the cross-check."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from growthpoles.language.phrases import DASH, RAISED, Words, shorten
from growthpoles.report.page_blocks import (
    NAMED,
    Context,
    Picture,
    Section,
    Table,
    make_table,
    shown_years,
    whole,
)
from growthpoles.report.wording import (
    local_origin,
    origin_words,
    row_p,
    untestable_words,
    verdict_words,
    yardstick_words,
)
from growthpoles.spatial.local_tests.local_result import QUADRANTS, LocalResult

_RAISED = str.maketrans("-0123456789", RAISED)
_TESTED = "#n #statistic #expected #z_score #p_value"


def spatial_section(ctx: Context) -> Section | None:
    """Show the global and the local tests."""
    results, words = ctx.results, ctx.words
    if not results.moran:
        return None
    lone = any(test.isolates for test in results.moran.values())
    rows = [
        (
            words.value(edition),
            year,
            ctx.code(variable),
            test.n,
            words.number(test.statistic, 3),
            words.number(test.expected, 3),
            words.number(test.z_score, 2),
            words.probability(test.p_value, least=test.least),
            ", ".join(map(ctx.region, results.without_data[edition, year, variable])) or DASH,
            *([", ".join(map(ctx.region, test.isolates)) or DASH] if lone else []),
        )
        for (edition, year, variable), test in results.moran.items()
    ]
    heads = "edition #year variable #n #statistic #expected #z_score #p_value without_data"
    heads += " isolates" if lone else ""
    near = words("neighbours", results.study.report.weights)
    shown = (test for (_, year, _), test in results.moran.items() if year in results.detailed)
    sentences = [words("text", "spatial", neighbours=near, origin=origin_words(shown, words))]
    sentences += list(_neighbour_notes(ctx))
    blocks: list[Table | Picture] = [make_table(words, "moran", heads, rows)]
    blocks += ctx.figures("spatial")
    year = results.years[-1]
    if (results.edition, year) in results.local:
        blocks.append(_clusters(ctx, results.local[results.edition, year], year))
    if named := "; ".join(_significant(ctx, year)):
        sentences.append(words("text", "clusters_other", found=named) + " " + words("text", "local_null"))
    return Section("spatial", words("section", "spatial"), tuple(sentences), tuple(blocks))


def _significant(ctx: Context, shown: int) -> Iterator[str]:
    """Name the regions that local tests of years without a table find."""
    for (edition, year), test in ctx.results.local.items():
        labels = test.label.astype(str)
        for label in QUADRANTS if edition == ctx.results.edition and year != shown else ():
            if (labels == label).any():
                found = test.to_frame().assign(least=test.least * (1 + 1e-9)).loc[labels == label]
                named = [
                    f"{ctx.region(region)} (p {_adjusted(ctx.words, own, relation=True)})"
                    for region, own in found.iloc[:NAMED].astype(object).to_dict("index").items()
                ]
                more = [f"\N{HORIZONTAL ELLIPSIS} (+{len(found) - NAMED})"] if len(found) > NAMED else []
                yield f"{year}: {', '.join([*named, *more])}: {ctx.words.value(label)}"


def _neighbour_notes(ctx: Context) -> Iterator[str]:
    """Name the links made by hand, and those of borders that do not match."""
    words, given, graph = ctx.words, ctx.results.study.weights, ctx.results.graph
    if given.add or given.cut:
        yield words("text", "links_by_hand", added=ctx.pairs(given.add), cut=ctx.pairs(given.cut))
    if hasattr(graph, "among") and any(ctx.results.without_data.values()):
        yield words("text", "neighbours_with_data")
    if (table := getattr(graph, "by_geometry", None)) is not None and len(table):
        yield words("text", "borders_by_geometry", pairs=ctx.pairs(table[["region_a", "region_b"]].to_numpy().tolist()))


def _adjusted(words: Words, own: Mapping[Any, Any], *, relation: bool = False) -> str:
    """Write the adjusted p of a region: a bound where its p is the least that its draws can give."""
    least = own["p_adjusted"] if own["p_value"] <= own["least"] else 0.0
    return words.probability(own["p_adjusted"], relation=relation, least=least)


def _clusters(ctx: Context, local: LocalResult, year: int) -> Table:
    words, frame = ctx.words, local.to_frame().assign(least=local.least * (1 + 1e-9))
    rows = [
        (
            ctx.region(region),
            words.number(own["statistic"], 3),
            words.number(own["lag"], 1),
            whole(own["cardinality"]),
            words.probability(own["p_value"], least=own["least"]),
            _adjusted(words, own),
            words.value(own["label"]),
        )
        for region, own in frame.sort_values(by=["p_value"], kind="stable").astype(object).to_dict("index").items()
    ]
    heads = "region #statistic #lag #cardinality #p_value #p_adjusted label"
    tested = int(frame["p_value"].notna().sum())
    study = ctx.results.study
    told: dict[str, Any] = {"family": local.family, "n": tested, "alpha": words.number(local.alpha)}
    told["untestable"] = int((frame["label"] == "untestable").sum())
    adjusted = (
        words("family", study.report.adjust, **told)
        if study.report.adjust == "none" or set(frame["label"]) - {"untestable", "isolate"}
        else words("text", "clusters_untestable", n=tested, reason=" ".join(untestable_words(local, words)))
    )
    values = {"origin": local_origin(local, words), "expected": words.number(0.05 * tested, 1), "n": tested}
    note = words("text", "clusters", adjusted=adjusted, **values)
    return make_table(words, "clusters", heads, rows, note=note, year=year)


def verdict_section(ctx: Context) -> Section | None:
    """Show all specifications together, and what could have been found."""
    verdict, words = ctx.results.stages.verdict, ctx.words
    if verdict is None:
        return None
    groups = verdict.curve.groups
    kept = [value for choice, value in groups.index if choice == "enclaves"] == ["keep"]  # no enclaves, or never merged
    rows = [
        (
            words.value(choice),
            ctx.code(value) if value else "",
            int(own["specifications"]),
            words.number(own["median_z"], 2),
            words.probability(own["median_p"], least=verdict.curve.least[0]),
            words.number(100 * own["share_significant"], 1),
            words.probability(own["share_p"], least=verdict.curve.least[1]),
            words.number(100 * own["share_positive"], 1),
        )
        for choice, value, own in zip(
            *map(groups.index.get_level_values, (0, 1)), groups.to_dict("records"), strict=True
        )
        if choice != "weights" and not (kept and choice == "enclaves")
    ]
    heads = "@choice @choice_value #specifications #median_z #median_p #share_significant #share_p #share_positive"
    choices = words("text", "verdict_choices" if kept else "verdict_choices_enclaves")
    shown = words("text", "verdict", choices=choices, permutations=words.count(verdict.curve.permutations))
    power, table = verdict.power, verdict.to_frame()
    apart = table.loc[~table["main"].astype(bool), "statistic_name"].value_counts()
    notes = [words("text", "verdict_apart", statistic=words.value(name), n=int(n)) for name, n in apart.items()]
    blocks: list[Table | Picture] = [*ctx.figures("verdict", "first")]
    blocks.append(make_table(words, "verdict", heads, rows, note=" ".join(notes)))
    blocks += ctx.figures("verdict", "last")
    able = words("text", "power", n=power.n, alpha=words.number(power.alpha, 2))
    told = (*verdict_words(words, verdict), shown, able)
    return Section("verdict", words("section", "verdict"), told, tuple(blocks))


def poles_section(ctx: Context) -> Section | None:
    """Show the distance gradient, spread and backwash, and the types of regions."""
    stages, words, results = ctx.results.stages, ctx.words, ctx.results
    sentences: list[str] = []
    blocks: list[Table | Picture] = []
    if stages.gradient:
        poles = ", ".join(ctx.region(pole) for pole in results.study.growth_poles.poles)
        sentences.append(words("text", "gradient", poles=poles))
        for year in shown_years(results):
            frame = stages.gradient[year]
            columns, tested, note = _tested(words, frame)
            rows = [(ctx.names.get(str(pole)) or words.value(pole), *cells) for pole, cells in tested.items()]
            note = f"{note} {words('text', 'gradient_note')}"
            blocks.append(make_table(words, "gradient", f"pole {columns}", rows, note=note, year=year))
    span: dict[str, Any] = {"first": results.years[0], "last": results.years[-1]}
    if stages.spread is not None:
        sentences += _spread_sentences(ctx, stages.spread, span)
        columns, tested, note = _tested(words, stages.spread)
        nulls = stages.spread["null"].map(lambda null: words.sentence(null) or DASH)
        rows = [(_spread_name(ctx, str(test)), *cells, nulls[test]) for test, cells in tested.items()]
        blocks.append(make_table(words, "spread", f"@test {columns} null", rows, note=note, **span))
    blocks += ctx.figures("poles")
    for year, frame in stages.typology.items():
        limits = {
            "index": words.number(frame.attrs["index_threshold"], ctx.digits),
            "ksi": words.number(frame.attrs["ksi_threshold"], 3),
        }
        lists = [name for name in frame.columns if name in results.study.growth_poles.recommended]
        rows = [
            (
                ctx.region(region),
                words.number(own["index"], ctx.digits),
                words.number(own["ksi"], 3),
                words.value(own["type"]),
                *("\N{CHECK MARK}" if own[name] else "" for name in lists),
            )
            for region, own in frame.astype(object).sort_values(by=["type"], kind="stable").to_dict("index").items()
        ]
        heads = ["region", "#index", "#ksi", "type", *(f"={shorten(words.sentence(name), 40)}" for name in lists)]
        note = words("text", f"typology{ctx.kind}", **limits)
        blocks.append(make_table(words, "typology", heads, rows, note=note, year=year))
    if not blocks:
        return None
    title = words("section", "poles" if results.study.growth_poles.poles or stages.typology else "growth")
    return Section("poles", title, tuple(sentences), tuple(blocks))


def _spread_sentences(ctx: Context, table: pd.DataFrame, span: Mapping[str, int]) -> list[str]:
    """Say whether spread or backwash is shown, for readers without statistics, and what is around the poles."""
    words, rows = ctx.words, table.to_dict("index")
    finding, own = words("text", "spread_untested"), rows.get("neighbours' level")
    if own is not None:
        shown = "none" if own["p_value"] > 0.05 else "spread" if own["statistic"] > 0 else "backwash"
        effect = 100 * math.log(1.1) * float(str(own["statistic"]))
        tested: dict[str, Any] = {
            "p": row_p(words, own, relation=True),
            "n": int(str(own["n"])),
        }
        finding = words("text", f"spread_{shown}", effect=words.signed(effect, 2), **tested)
    poles = {"weight of poles", "poles relabelled"} <= rows.keys()
    only = words("text", f"spread_rows{'_none' if own is None else '_poles' if poles else ''}")
    told = {"index": ctx.code(ctx.results.root), "limits": yardstick_words(ctx.results.study, words)}
    sentences = [words("text", "spread", finding=finding, rows=only, **told, **span)]
    if poles:
        named = ", ".join(ctx.region(pole) for pole in ctx.results.study.growth_poles.poles)
        p, other = (row_p(words, rows[name], relation=True) for name in ("weight of poles", "poles relabelled"))
        sentences.append(words("text", "spread_poles", poles=named, p=p, other=other))
    return sentences


def _spread_name(ctx: Context, test: str) -> str:
    """Return the name of a test of change, a pole that it leaves out by its name."""
    from growthpoles.spatial.poles.spread_backwash import ORDER, RING

    for start in (ORDER, RING):
        if test.startswith(f"{start} "):
            return f"{ctx.words.value(start)}{test.removeprefix(start)}"
    stem, found, pole = test.partition(", without ")
    return f"{ctx.words.value(f'{stem}, without')} {ctx.region(pole)}" if found else ctx.words.value(test)


def _tested(words: Words, frame: pd.DataFrame) -> tuple[str, dict[Any, tuple[str, ...]], str]:
    """Return headings and cells of a table of tests, and a note: on the draws behind p, a column where they differ."""
    drawn = frame.attrs["draws"]
    counts = {drawn[test] for test in frame.index[frame["p_value"].notna()]}
    kind = "differ" if len(counts) > 1 else "same" if any(counts) else "none"
    heads = f"{_TESTED} #draws" if kind == "differ" else _TESTED
    cells = {
        test: (
            str(int(own["n"])),
            words.number(own["statistic"], 3),
            words.number(own["expected"], 3),
            words.number(own["z_score"], 2),
            row_p(words, own),
            *([words.count(drawn[test]) if drawn[test] else DASH] if kind == "differ" else []),
        )
        for test, own in frame.to_dict("index").items()
    }
    return heads, cells, words("text", f"draws_{kind}", draws=words.count(max(counts, default=0)))


def cross_check_section(ctx: Context) -> Section | None:
    """Show how far the numbers of esda are from those of the report, test by test."""
    frame, words = ctx.results.stages.cross_check, ctx.words
    if frame is None:
        return None
    bounds = [f"10{f'{math.log10(bound):.0f}'.translate(_RAISED)}" for bound in frame["relative"]]
    rows = [
        (words.value(own["test"]), words.value(own["edition"]), own["year"], ctx.code(own["variable"]), own["esda"],
         own["numbers"], bound)
        for own, bound in zip(frame.reset_index().to_dict("records"), bounds, strict=True)
    ]  # fmt: skip
    counts = {"checks": len(frame), "numbers": words.count(int(frame["numbers"].sum()))}
    worst = bounds[int(frame["relative"].argmax())]
    first = words("text", "cross_check", version=frame.attrs["version"], bound=worst, **counts)
    # the number of regions of the last test of the index; a year may have fewer
    sizes = [*(test.n for test in ctx.results.moran.values()), *(test.n for test in ctx.results.local.values())]
    told = [first, words("text", "cross_check_p", others=sizes[-1] - 1)]
    found = ctx.results.stages
    there = {"gradient": found.gradient or None, "spread": found.spread, "verdict": found.verdict}
    if named := [words("text", f"not_{name}") for name, each in there.items() if each is not None]:
        told.append(words("text", "cross_check_not", names="; ".join(named)))
    table = make_table(words, "cross_check", "@test edition #year variable esda #numbers #relative", rows)
    return Section("cross_check", words("section", "cross_check"), tuple(told), (table,))
