"""The sections of the report in one language: what is said, from which results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from growthpoles.language.languages import format_number
from growthpoles.language.phrases import DASH, Words, missing, shorten
from growthpoles.report.page_blocks import Picture, Section, Table, make_table
from growthpoles.report.rated import method_sentences, normalisation_words
from growthpoles.report.results import Results
from growthpoles.report.stages import REPLICATIONS
from growthpoles.report.wording import Wording, indicator_names, region_names

_CELLS = 60
_MATRIX = 12
_YEARS = 3


@dataclass(frozen=True, slots=True)
class Context:
    """Results, words and names of one language."""

    results: Results
    words: Words
    names: Mapping[str, str]
    codes: Mapping[str, str]
    pictures: Mapping[str, Picture]
    wording: Wording

    @classmethod
    def of(cls, results: Results, lang: str, pictures: Mapping[str, Picture]) -> Context:
        """Collect the names in a language."""
        names = {str(region): name for region, name in region_names(results, lang).items()}
        wording = Wording.of(results.study, lang, catalogue=results.catalogue, regions=names)
        return cls(results, Words(lang), names, indicator_names(results, lang), pictures, wording)

    @property
    def digits(self) -> int:
        """Digits of the index: points of a scale to 100, or of one without limits."""
        return 1 if self.results.classed else 2

    def region(self, code: object) -> str:
        """Return the name of a region."""
        return self.names.get(str(code), shorten(code))

    def regions(self, codes: str) -> str:
        """Return the names of regions whose codes stand in one text."""
        return ", ".join(self.region(code) for code in codes.replace(",", " ").split()) or DASH

    def code(self, code: object) -> str:
        """Return the name of an indicator or aggregate."""
        return DASH if missing(code) else self.codes.get(str(code)) or self.words.value(code)

    def list_codes(self, codes: str) -> str:
        """Return the names of indicators whose codes stand in one text."""
        return "; ".join(self.code(code) for code in codes.split()) or DASH

    def figures(self, *kinds: str) -> tuple[Picture, ...]:
        """Return the figures of some kinds, in order."""
        return tuple(picture for kind in kinds for name, picture in self.pictures.items() if name.startswith(kind))


def shown_years(results: Results) -> tuple[int, ...]:
    """Return the years that the summary shows: all, or the first and the last of many; the tables hold all."""
    return results.years if len(results.years) <= _YEARS else (results.years[0], results.years[-1])


def summary_section(ctx: Context) -> Section:
    """Say the main results: who leads, what the tests say, what the audit found."""
    results, words = ctx.results, ctx.words
    sentences = []
    for year in shown_years(results):
        rating = results.rating(year)
        top = rating[rating["rank"].notna()].sort_values(by=["rank"], kind="stable")
        if len(top) > 1:
            values = top[results.root].to_numpy()
            sentences.append(
                words(
                    "text",
                    "leader" if results.classed else "leader_unclassed",
                    name=ctx.region(top.index[0]),
                    second=ctx.region(top.index[1]),
                    year=year,
                    index=words.number(values[0], ctx.digits),
                    gap=words.number(values[0] - values[1], ctx.digits),
                    letter=words.value(top["rating_class"].astype(object).iloc[0]),
                )
            )
    last = results.moran.get((results.edition, results.years[-1], results.root))
    if last is not None:
        sentences.append(
            words(
                "text",
                "moran",
                year=results.years[-1],
                statistic=words.number(last.statistic, 3),
                expected=words.number(last.expected, 3),
                p=words.probability(last.p_value),
                n=last.n,
            )
        )
    if results.stages.verdict is not None:
        sentences += list(results.stages.verdict.sentences[words.lang])
    if results.stages.audit is not None:
        from growthpoles.study.audit import summarise

        faults = summarise(results.stages.audit.ledger)
        grave = int((faults["severity"] == "changes a class").sum())
        cells = len(results.stages.audit.ledger)
        sentences.append(words("text", "audit", cells=cells, faults=len(faults), grave=grave))
    return Section("summary", words("section", "summary"), tuple(sentences), (_summary_table(ctx),))


def _summary_table(ctx: Context) -> Table:
    results, words = ctx.results, ctx.words
    last = results.rating(results.years[-1])
    columns = [("region", "text")]
    for year in shown_years(results):
        columns += [
            (f"={words('column', 'index')} {year}", "number"),
            *([(f"={words('column', 'rating_class')} {year}", "text")] if results.classed else []),
            (f"={words('column', 'rank')} {year}", "number"),
        ]
    rows = []
    for region in last.sort_values(by=["rank"], kind="stable").index:
        row = [ctx.region(region)]
        for year in shown_years(results):
            own = results.rating(year)
            rank = own.loc[region, "rank"]
            row += [
                words.number(own.loc[region, results.root], ctx.digits),
                *([words.value(own["rating_class"].astype(object)[region])] if results.classed else []),
                DASH if missing(rank) else f"{int(str(rank)):d}",
            ]
        rows.append(row)
    return make_table(words, "summary", columns, rows)


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
    catalogue = results.catalogue
    parts = {"indicators": len(catalogue.indicators), "aggregates": len(catalogue.aggregates)}
    stated = results.study.rating.weighting == "given"
    sentences.append(words("text", "indicators" if stated else "indicators_weighted", **parts))
    units = catalogue.units()
    indicators = [
        (number, ctx.code(code), ctx.code(catalogue.parent(code)), words.unit(units.get(code, "")))
        for number, code in enumerate(catalogue.indicators, start=1)
    ]
    heads = [("number", "number"), ("indicator", "text"), ("parent", "text"), ("unit", "text")]
    blocks = [make_table(words, "indicators", heads, indicators)]
    absent = [
        (year, ctx.region(region), ctx.code(column), ctx.wording.reason(reason))
        for (edition, year), frame in results.indicators.items()
        for region, column, reason in frame.attrs["missing"]
        if edition == results.edition
    ]
    sentences.append(words("text", "missing", cells=len(absent)) if absent else words("text", "complete"))
    if absent:
        heads = [("year", "number"), ("region", "text"), ("cell", "text"), ("reason", "text")]
        blocks.append(make_table(words, "missing", heads, absent[:_CELLS]))
    return Section("data", words("section", "data"), tuple(sentences), tuple(blocks))


def rating_section(ctx: Context) -> Section:
    """Show the maps of the rating, its change, and why regions stand where they stand."""
    results, words = ctx.results, ctx.words
    kind = "" if results.classed else "_unclassed"
    sentences = [*method_sentences(results, words), words("text", f"rating{kind}")]
    if len(results.years) > 1:
        sentences.append(words("text", f"change{kind}", first=results.years[0], last=results.years[-1]))
    blocks: list[Table | Picture] = [*ctx.figures("rating", "change", "slope", "editions", "contributions")]
    year = results.years[-1]
    if year in results.stages.strengths:
        blocks.append(_strengths(ctx, year))
    return Section("rating", words("section", "rating"), tuple(sentences), tuple(blocks))


def _strengths(ctx: Context, year: int) -> Table:
    """Set the score of every indicator beside the median, or name the strong and weak ones where they are many."""
    results, words = ctx.results, ctx.words
    codes = list(results.catalogue.indicators)
    scores = results.rating(year)[[f"score_{code}" for code in codes]].set_axis(codes, axis=1)
    apart = scores - scores.median()
    few = len(codes) <= _MATRIX
    rows = []
    for region, own in results.stages.strengths[year].to_dict("index").items():
        signs = [_signed(ctx, apart.loc[str(region), code]) for code in codes]
        named = [ctx.list_codes(" ".join(own[key].split()[:3])) for key in ("strengths", "weaknesses")]
        row = [ctx.region(region)]
        if results.classed:
            row += [words.value(own["rating_class"]), words.value(own["next_class"])]
            row.append(words.number(own["points_needed"], 1))
        rows.append([*row, *(signs if few else named), ctx.code(own["widest_gap"])])
    heads = [("region", "text")]
    if results.classed:
        heads += [("rating_class", "text"), ("next_class", "text"), ("points_needed", "number")]
    heads += (
        [(f"={place}", "number") for place in range(1, len(codes) + 1)]
        if few
        else [
            ("strengths", "text"),
            ("weaknesses", "text"),
        ]
    )
    kind = "" if results.classed else "_unclassed"
    note = words("text", f"deviations{kind}", last=len(codes)) if few else words("text", "strengths")
    return make_table(words, f"strengths{kind}", [*heads, ("widest_gap", "text")], rows, note=note, year=year)


def _signed(ctx: Context, value: object) -> str:
    """Write a deviation of scores with its sign: whole points, or with digits where the scores have no limits."""
    if ctx.results.classed or missing(value):
        return ctx.words.signed(value)
    return format_number(float(str(value)), ctx.words.lang, digits=ctx.digits, sign="+")


def robustness_section(ctx: Context) -> Section | None:
    """Show how far ranks and classes move under other choices."""
    results, words = ctx.results, ctx.words
    if not results.stages.robustness:
        return None
    blocks: list[Table | Picture] = [*ctx.figures("robustness", "membership")]
    readings: tuple[str, ...] = ()
    for year in shown_years(results):
        result = results.stages.robustness[year]
        readings = result.labels[0]
        frame = result.to_frame().sort_values(by=["rank"], kind="stable")
        rows = [
            (
                ctx.region(region),
                whole(own["rank"]),
                _span(own["rank_low"], own["rank_high"]),
                whole(own["rank_median"]),
                *(_class_cells(words, own) if results.classed else ()),
            )
            for region, own in frame.astype(object).to_dict("index").items()
        ]
        heads = [("region", "text"), ("rank", "number"), ("interval", "number"), ("median", "number")]
        if results.classed:
            heads += [("rating_class", "text"), ("p_class", "number"), ("likeliest_class", "text")]
        title = "robustness" if results.classed else "robustness_unclassed"
        blocks.append(make_table(words, title, heads, rows, year=year))
    named = "; ".join(words.value(name) for name in readings)
    scores = normalisation_words(results, words)
    sentence = words("text", "robustness", replications=words.count(REPLICATIONS), scores=scores, readings=named)
    return Section("robustness", words("section", "robustness"), (sentence,), tuple(blocks))


def _class_cells(words: Words, own: Mapping[Any, Any]) -> tuple[str, str, str]:
    return words.value(own["rating_class"]), words.number(own["p_class"], 2), words.value(own["likeliest_class"])


def _span(low: object, high: object) -> str:
    return DASH if missing(low) or missing(high) else f"{whole(low)}{DASH}{whole(high)}"


def whole(value: object) -> str:
    """Write a whole number; a dash where there is none."""
    return DASH if missing(value) else f"{int(str(value)):d}"


def specialisation_section(ctx: Context) -> Section | None:
    """Show the shares in the industry and the groups by them."""
    results, words = ctx.results, ctx.words
    if not results.stages.groups:
        return None
    years = list(results.stages.groups)
    heads = [("region", "text")]
    for year in years:
        heads += [(f"={words('column', 'ksi')} {year}", "number"), (f"={words('column', 'group')} {year}", "text")]
    order = results.stages.groups[years[-1]].sort_values(by=["ksi"], ascending=False, kind="stable").index
    frames = [results.stages.groups[year].astype(object) for year in years]
    rows = [
        [
            ctx.region(region),
            *(
                cell
                for frame in frames
                for cell in (words.number(frame.loc[region, "ksi"], 3), words.value(frame.loc[region, "group"]))
            ),
        ]
        for region in order
    ]
    from growthpoles.specialisation.groups import DEFAULT_LEADER, DEFAULT_MIDDLE

    rule = words("text", "groups", leader=words.number(DEFAULT_LEADER, 1), middle=words.number(DEFAULT_MIDDLE, 2))
    table = make_table(words, "groups", heads, rows, note=rule)
    sentence = words("text", "ksi")
    return Section("specialisation", words("section", "specialisation"), (sentence,), (*ctx.figures("ksi"), table))
