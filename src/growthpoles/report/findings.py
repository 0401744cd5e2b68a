"""The sections that judge: audit, verdict, poles and their surroundings; what was left out; how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthpoles.language.phrases import Words, shorten
from growthpoles.report.page_blocks import Picture, Section, Table, make_table
from growthpoles.report.rated import no_classes
from growthpoles.report.sections import Context, shown_years
from growthpoles.report.stages import CURVE_RELOCATIONS

_OUTCOMES = ("holds", "fails", "cannot be checked")
_HASH = 16
_ABREAST = 3


def audit_section(ctx: Context) -> Section | None:
    """Show the faults of the printed tables, the order of their rows, and the source's statements."""
    audit, words = ctx.results.stages.audit, ctx.words
    if audit is None:
        return None
    from growthpoles.study.audit import summarise

    faults = summarise(audit.ledger)
    grave = int((faults["severity"] == "changes a class").sum())
    sentences = [words("text", "audit", cells=len(audit.ledger), faults=len(faults), grave=grave)]
    rows = [
        (
            words.value(own["severity"]),
            ctx.wording.fault(audit.faults[own["fault"]]),
            ctx.wording.list_columns(own["columns"]),
            shorten(own["rows"]),
            own["cells"],
        )
        for own in faults.to_dict("records")
    ]
    heads = [
        ("severity", "text"),
        ("fault", "text"),
        ("columns", "text"),
        ("rows", "text"),
        ("cells", "number"),
    ]
    blocks: list[Table | Picture] = [make_table(words, "faults", heads, rows)]
    blocks.append(_orders(ctx, audit.alignment_table().to_dict("records")))
    claims = audit.claims
    if len(claims):
        counted = pd.crosstab(claims["edition"], claims["verdict"]).reindex(claims["edition"].unique())
        lines = [
            (words.value(edition), *(int(own.get(name, 0)) for name in _OUTCOMES))
            for edition, own in counted.to_dict("index").items()
        ]
        columns = [("edition", "text"), ("holds", "number"), ("fails", "number"), ("unchecked", "number")]
        blocks.append(make_table(words, "claims_by_edition", columns, lines, note=words("text", "audit_claims")))
        blocks.append(_claims(ctx, claims))
    return Section("audit", words("section", "audit"), tuple(sentences), tuple(blocks))


def _orders(ctx: Context, records: list[dict[Any, Any]]) -> Table:
    words = ctx.words
    rows = [
        (
            own["table"],
            ctx.code(own["column"]),
            ctx.wording.order(own["labels"]),
            ctx.wording.order(own["verdict"]),
            words.number(own["confidence"], 3),
        )
        for own in records
    ]
    heads = [
        ("table", "number"),
        ("cell", "text"),
        ("labels", "text"),
        ("order", "text"),
        ("confidence", "number"),
    ]
    return make_table(words, "orders", heads, rows, note=words("text", "audit_orders"))


def _claims(ctx: Context, claims: pd.DataFrame) -> Table:
    """Set the outcomes of every statement that fails in some edition side by side."""
    words = ctx.words
    editions = list(dict.fromkeys(claims["edition"]))
    failing = set(claims.loc[claims["verdict"] == "fails", "id"])
    several = claims.groupby("statement")["id"].nunique()
    rows = []
    for name, part in claims.groupby("id", sort=False):
        if name in failing:
            outcomes = dict(zip(part["edition"], part["verdict"], strict=True))
            statement, region = part["statement"].iloc[0], part["region"].iloc[0]
            told = words.sentence(statement)
            if region and several[statement] > 1:
                told = f"{ctx.region(region)}: {told}"
            rows.append((shorten(told, 240), *(words.value(outcomes.get(edition)) for edition in editions)))
    heads = [("statement", "text"), *((f"={words.value(name)}", "text") for name in editions)]
    return make_table(words, "claims", heads, rows)


def verdict_section(ctx: Context) -> Section | None:
    """Show all specifications together, and what could have been found."""
    verdict, words = ctx.results.stages.verdict, ctx.words
    if verdict is None:
        return None
    groups = verdict.curve.groups
    rows = [
        (
            words.value(choice),
            ctx.code(value) if value else "",
            int(own["specifications"]),
            words.number(own["median_z"], 2),
            words.probability(own["median_p"]),
            words.number(100 * own["share_significant"], 1),
            words.probability(own["share_p"]),
            words.number(100 * own["share_positive"], 1),
        )
        for choice, value, own in zip(
            *map(groups.index.get_level_values, (0, 1)), groups.to_dict("records"), strict=True
        )
        if choice != "weights"
    ]
    heads = [("choice", "text"), ("choice_value", "text"), ("specifications", "number"), ("median_z", "number")]
    heads += [("median_p", "number"), ("share_significant", "number"), ("share_p", "number")]
    heads += [("share_positive", "number")]
    shown = words("text", "verdict", permutations=words.count(CURVE_RELOCATIONS))
    power = verdict.power
    blocks: list[Table | Picture] = [*ctx.figures("specifications")]
    blocks.append(make_table(words, "verdict", heads, rows))
    blocks += ctx.figures("power")
    able = words("text", "power", n=power.n, alpha=words.number(power.alpha, 2))
    return Section("verdict", words("section", "verdict"), (*verdict.sentences[words.lang], shown, able), tuple(blocks))


def poles_section(ctx: Context) -> Section | None:
    """Show the distance gradient, spread and backwash, and the types of regions."""
    stages, words, results = ctx.results.stages, ctx.words, ctx.results
    sentences: list[str] = []
    blocks: list[Table | Picture] = []
    tested = [
        ("n", "number"),
        ("statistic", "number"),
        ("expected", "number"),
        ("z_score", "number"),
        ("p_value", "number"),
    ]
    if stages.gradient:
        poles = ", ".join(ctx.region(pole) for pole in results.study.growth_poles.poles)
        sentences.append(words("text", "gradient", poles=poles))
        for year in shown_years(results):
            frame = stages.gradient[year]
            rows = [
                (ctx.names.get(str(pole)) or words.value(pole), *_tested(words, own))
                for pole, own in frame.to_dict("index").items()
            ]
            blocks.append(make_table(words, "gradient", [("pole", "text"), *tested], rows, year=year))
    span = {"first": results.years[0], "last": results.years[-1]}
    if stages.spread is not None:
        sentences.append(words("text", "spread", **span))
        rows = [(words.value(test), *_tested(words, own)) for test, own in stages.spread.to_dict("index").items()]
        first, last = span["first"], span["last"]
        blocks.append(make_table(words, "spread", [("test", "text"), *tested], rows, first=first, last=last))
    blocks += ctx.figures("typology")
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
        heads = [("region", "text"), ("index", "number"), ("ksi", "number"), ("type", "text")]
        heads += [(f"={shorten(words.sentence(name), 40)}", "text") for name in lists]
        note = words("text", "typology" if results.classed else "typology_unclassed", **limits)
        blocks.append(make_table(words, "typology", heads, rows, note=note, year=year))
    if not blocks:
        return None
    return Section("poles", words("section", "poles"), tuple(sentences), tuple(blocks))


def _tested(words: Words, own: Mapping[Any, Any]) -> tuple[str, ...]:
    return (
        str(int(own["n"])),
        words.number(own["statistic"], 3),
        words.number(own["expected"], 3),
        words.number(own["z_score"], 2),
        words.probability(own["p_value"]),
    )


def left_out_section(ctx: Context) -> Section:
    """Name what is not in the report, with the reason."""
    words, left_out = ctx.words, ctx.results.stages.left_out
    title = words("section", "left_out")
    if not left_out:
        return Section("left_out", title, (words("text", "nothing_left_out"),))
    own = {"classes": shorten(no_classes(ctx.results.study, words), 300)}
    rows = [
        (ctx.wording.analysis(name), own.get(name) or ctx.wording.left_out(reason)) for name, reason in left_out.items()
    ]
    table = make_table(words, "left_out", [("analysis", "text"), ("reason", "text")], rows)
    return Section("left_out", title, (words("text", "left_out"),), (table,))


def reproduction_section(ctx: Context, provenance: Mapping[str, Any]) -> Section:
    """Name seed, versions and inputs."""
    words = ctx.words
    libraries = [
        ("growthpoles", provenance["growthpoles"]["version"]),
        ("Python", provenance["python"]),
        *provenance["libraries"].items(),
    ]
    inputs = [(shorten(name), str(digest)[:_HASH]) for name, digest in provenance["inputs"].items()]
    blocks = (
        make_table(words, "inputs", [("file", "text"), ("sha256", "text")], inputs),
        make_table(words, "libraries", [("library", "text"), ("version", "text")] * _ABREAST, _abreast(libraries)),
    )
    return Section("reproduction", words("section", "reproduction"), (words("text", "reproduction"),), blocks)


def _abreast(pairs: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Set a long list of pairs in several columns, read downwards."""
    long = -(-len(pairs) // _ABREAST)
    padded = pairs + [("", "")] * (long * _ABREAST - len(pairs))
    return [tuple(cell for at in range(_ABREAST) for cell in padded[row + at * long]) for row in range(long)]
