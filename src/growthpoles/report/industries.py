"""Industries, inequality and trends in the report: their tables, and their sections of the page."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthpoles.errors import parts_of
from growthpoles.language.phrases import DASH, missing
from growthpoles.maps.sheet.legend import interval
from growthpoles.ratings.through_time import trends
from growthpoles.report.page_blocks import Context, Picture, Section, Table, make_table
from growthpoles.report.wording import yardstick_words
from growthpoles.specialisation import ClusterStars
from growthpoles.specialisation.dispersion import LEAST
from growthpoles.specialisation.ksi import DEFAULT_LEADER, DEFAULT_MIDDLE
from growthpoles.study.industry_analysis import NEXT, Industries, Inequalities
from growthpoles.study.inputs import industry_names
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.report.results import Results

_STARS = 30
_MEASURES = {"equal": ("cv", "gini", "theil_t", "max_min"), "weights": ("williamson", "gini", "theil_t")}


def industry_tables(found: Industries, results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables of the report."""
    tables: dict[str, pd.DataFrame] = {}
    for year in found.matrices:
        tables[f"lq_{year}"] = found.quotients[year]
        tables[f"specialisation_regions_{year}"] = results.named(found.regions[year])
        tables[f"specialisation_industries_{year}"] = found.industries[year]
    if found.change is not None:
        tables["shift_share"] = found.change.to_frame()
    if found.factors is not None:
        tables["shift_share_factors"] = found.factors
    if found.stars is not None:
        tables["clusters"] = found.stars.to_frame()
    if found.complexity is not None:
        tables["complexity_regions"] = results.named(found.complexity.regions)
        tables["complexity_industries"] = found.complexity.industries.rename_axis("industry")
    if not found.relatedness.empty:
        tables["relatedness"] = found.relatedness.rename_axis("industry")
    if not found.next.empty:
        tables["next_specialisations"] = found.next
    tables["industries_missing"] = pd.DataFrame(
        [(year, *gap) for year, matrix in found.matrices.items() for gap in matrix.attrs["missing"]],
        columns=["year", "region", "industry", "reason"],
    ).set_index(["year", "region"])
    return tables


def inequality_tables(found: Inequalities, results: Results) -> dict[str, pd.DataFrame]:
    """Return inequality by variable, measure and year; its changes; Theil's parts; rank-size."""
    tables: dict[str, pd.DataFrame] = {}
    parts: dict[str, dict[str, pd.DataFrame]] = {"inequality": {}, "inequality_change": {}, "inequality_groups": {}}
    for code, each in found.found.items():
        parts["inequality"][code] = each.table
        parts["inequality_change"][code] = each.changes
        parts["inequality_groups"][code] = each.groups
    for name, frames in parts.items():
        kept = {code: frame for code, frame in frames.items() if not frame.empty}
        if kept:
            tables[name] = pd.concat(kept, names=["variable"])
    if not found.sizes.empty:
        tables["rank_size"] = found.sizes
    return tables


def no_industries(study: Study, ksi_years: tuple[int, ...]) -> str:
    """Say why a study has no analysis of industries; "" where it has."""
    return "" if study.specialisation else "the study has no table of industries"


def _named(ctx: Context) -> Callable[[object], str]:
    names = industry_names(ctx.results.study, ctx.words.lang)

    def name(code: object) -> str:
        return names.get(str(code), str(code))

    return name


def industries_section(ctx: Context) -> Section | None:
    """Show quotients, profiles, change, cluster stars, and likely next specialisations."""
    found, words = ctx.results.stages.industries, ctx.words
    if found is None:
        return None
    name, year = _named(ctx), found.year
    matrix = found.matrices[year]
    share, gaps = matrix.attrs["missing_share"], int(matrix.isna().to_numpy().sum())
    told = {
        "regions": len(matrix), "industries": matrix.shape[1], "year": year, "missing": gaps,
        "share": DASH if missing(share) else words.number(100 * share, 1),
    }  # fmt: skip
    sentences = [words("text", "industries_undisclosed" if missing(share) else "industries", **told)]
    regions = found.regions[year]
    columns = ["krugman_national", "krugman_rest_pooled", "krugman_rest_mean"]
    indices = [column for column in columns if column in regions]
    rows = [
        (
            ctx.region(region),
            _jobs(words, own["total"]),
            *(words.number(own[column], 3) for column in indices),
            words.number(own["equivalent_number"], 1),
            _strongest(found.quotients[year].xs(region, level="region"), name, words),
        )
        for region, own in regions.sort_values(by=["hhi"], ascending=False, kind="stable").to_dict("index").items()
    ]
    heads = ["region", "#total", *(f"#{column}" for column in indices), "#equivalent_number", "strongest"]
    blocks: list[Table | Picture] = [*ctx.figures("industries", "first")]
    note = words("text", "industries_profile")
    blocks.append(make_table(words, "industry_regions", heads, rows, note=note, year=year))
    rows = [
        (
            name(code),
            _jobs(words, own["total"]),
            words.number(own["krugman"], 3),
            words.number(own["gini"], 3),
            words.number(own["hhi"], 3),
            _strongest(found.quotients[year].xs(code, level="industry"), ctx.region, words),
        )
        for code, own in found.industries[year].sort_values(by=["krugman"], ascending=False).to_dict("index").items()
    ]
    blocks.append(
        make_table(words, "industry_profiles", "industry #total #krugman #gini #hhi strongest", rows, year=year)
    )
    if found.change is not None:
        blocks.append(_shift_share(ctx, found))
    if found.stars is not None:
        blocks.append(_stars(ctx, found.stars, name))
    if found.complexity is not None:
        index = found.complexity
        stable = DASH if missing(index.stability) else words.number(index.stability, 2)
        turned = DASH if missing(index.turned) else words.number(100 * index.turned, 0)
        sign = words.number(index.sign_correlation, 2)
        sentences.append(words("text", "complexity", stability=stable, turned=turned, sign=sign))
    if not found.next.empty:
        blocks += ctx.figures("industries", "last")
        blocks.append(_next(ctx, found, name))
    for part, why in found.left_out.items():
        heading = words.value(part)
        sentences.append(f"{heading[:1].upper()}{heading[1:]}: {ctx.wording.left_out(why)}.")
    return Section("industries", words("section", "industries"), tuple(sentences), tuple(blocks))


def _jobs(words: Any, value: float) -> str:
    return DASH if missing(value) else words.count(int(value)) if float(value).is_integer() else words.number(value, 1)


def _strongest(own: Any, name: Callable[[object], str], words: Any) -> str:
    """Name up to three places with the highest quotients, those whose interval lies above 1 where there is one."""
    sure = own[own["lower"] > 1] if own["lower"].notna().any() else own[own["lq"] > 1]
    first = sure.sort_values(by=["lq"], ascending=False, kind="stable").head(3)
    return "; ".join(f"{name(code)} {words.number(lq, 2)}" for code, lq in first["lq"].items()) or DASH


def _shift_share(ctx: Context, found: Industries) -> Table:
    words, change = ctx.words, found.change
    assert change is not None
    sums = change.by_region()
    heads = "region #start #end #change #national #mix #competitive"
    parts = [head.lstrip("#") for head in heads.split()[1:]]
    rows = [
        (ctx.region(region), *(_jobs(words, round(own[part], 1)) for part in parts))
        for region, own in sums.sort_values(by=["competitive"], ascending=False).to_dict("index").items()
    ]
    note = words("text", "shift_share")
    return make_table(words, "shift_share", heads, rows, note=note, first=min(found.matrices), last=found.year)


def _stars(ctx: Context, found: ClusterStars, name: Callable[[object], str]) -> Table:
    words = ctx.words
    frame = found.to_frame()
    shown = frame[frame["stars"] >= 2].head(_STARS)
    rows = [
        (
            ctx.region(region),
            name(code),
            _jobs(words, own["jobs"]),
            words.number(own["lq"], 2),
            words.number(own["lower"], 2),
            words.number(100 * own["growth"], 1),
            "\N{BLACK STAR}" * int(own["stars"]),
        )
        for (region, code), own in zip(shown.index, shown.to_dict("records"), strict=True)
    ]
    told = {
        "places": found.places, "regions": frame.index.get_level_values(0).nunique(),
        "least": words.number(found.least, 1), "floor": words.number(found.floor, 0),
        "rule": words.number(found.false_rule, 1), "stars": words.number(found.false_stars, 2),
    }  # fmt: skip
    kind = found.scheme if found.replications else "untested"
    note = words("text", f"stars_{kind}", **told)
    return make_table(words, "stars", "region industry #total #lq #lower #growth stars", rows, note=note)


def _next(ctx: Context, found: Industries, name: Callable[[object], str]) -> Table:
    words = ctx.words
    shown = found.next[found.next["place"].le(NEXT).fillna(False)]
    rows = [
        (
            ctx.region(region),
            name(code),
            words.number(own["lq"], 2),
            words.number(own["density"], 2),
            DASH if missing(own["lower"]) else f"{words.number(own['lower'], 2)}{DASH}{words.number(own['upper'], 2)}",
            words.signed(own["residual"], 2),
            words.number(own["pci"], 2),
            words.number(own["gain"], 2),
        )
        for (region, code), own in zip(shown.index, shown.to_dict("records"), strict=True)
    ]
    heads = "region industry #lq #density #interval_95 #residual #pci #gain"
    return make_table(words, "next", heads, rows, note=words("text", "next"), year=found.year)


def inequality_section(ctx: Context) -> Section | None:
    """Show inequality between regions in the first and the last year, and what changed."""
    found, words = ctx.results.stages.inequality, ctx.words
    if found is None:
        return None
    years = ctx.results.years
    rows, ends = [], list(dict.fromkeys((years[0], years[-1])))
    for code, each in found.found.items():
        for measure, weighting in each.measures:
            if measure not in _MEASURES[weighting]:
                continue
            # a year in which too few regions have a value has no row
            found_years: Any = each.table.loc[(measure, weighting)]
            own: Any = found_years.reindex(ends)
            last = own.iloc[-1]
            per = ctx.code(found.weights[code]) if weighting == "weights" else words.value("regions alike")
            compared = not each.changes.empty and (each.years[0], each.years[-1]) == (ends[0], ends[-1])
            change: Any = each.changes.loc[(measure, weighting)] if compared else None
            least = own["value"][own["value"] > 0].min()
            digits = 3 if not least < 0.01 else 4 if least >= 0.001 else 5  # two digits that say something
            rows.append(
                (
                    ctx.code(code),
                    words.value(measure),
                    per,
                    *(words.number(value, digits) for value in own["value"]),
                    _range(words, last["lower"], last["upper"], digits),
                    *([] if len(ends) == 1 else [DASH] * 2 if change is None else _ratio(words, change)),
                    DASH if missing(last["region_most"]) else ctx.list_regions(parts_of(last["region_most"])),
                    words.number(last["without_most"], digits),
                )
            )
    heads = [
        "variable", "@measure", "weighted_by", *(f"#={year}" for year in ends), "#interval_95",
        *(["#ratio", "#ratio_interval"] if len(ends) > 1 else []), "region_most", "#without_most",
    ]  # fmt: skip
    blocks: list[Table | Picture] = [*ctx.figures("inequality")]
    if rows:
        note = [words("text", "inequality_note", least=LEAST)]
        note += [words("text", "inequality_ratio")] if len(ends) > 1 else []
        note += [words("text", "inequality_max_min")] if any(row[1] == words.value("max_min") for row in rows) else []
        blocks.append(make_table(words, "inequality", heads, rows, note=" ".join(note)))
    groups = [
        (ctx.code(code), index, year, words.number(own["total"], 4), words.number(own["between"], 4),
         words.number(own["within"], 4), words.number(100 * own["between_share"], 1))
        for code, each in found.found.items()
        if not each.groups.empty
        for (index, weighting, year), own in zip(each.groups.index, each.groups.to_dict("records"), strict=True)
        if weighting == ("weights" if found.weights[code] else "equal") and year in (years[0], years[-1])
    ]  # fmt: skip
    if groups:
        columns = "variable theil #year #total #between #within #between_share"
        blocks.append(make_table(words, "inequality_groups", columns, groups))
    sentence = words("text", "inequality")
    return Section("inequality", words("section", "inequality"), (sentence,), tuple(blocks))


def _ratio(words: Any, change: Any) -> list[str]:
    return [words.number(change["ratio"], 2), _range(words, change["lower"], change["upper"], 2)]


def _range(words: Any, low: float, high: float, digits: int) -> str:
    return DASH if missing(low) or missing(high) else f"{words.number(low, digits)}{DASH}{words.number(high, digits)}"


def trend_section(ctx: Context) -> Section | None:
    """Show the path of every region through all years, and how much the ranks move from each to the next."""
    results, words = ctx.results, ctx.words
    if not (found := results.stages.trend):
        return None
    sentences = [words("text", "trend", limits=yardstick_words(results.study, words))]
    blocks: list[Table | Picture] = []
    paths = found["trend"].sort_values(by=["change"], ascending=False, kind="stable")
    tested = paths["p_value"].dropna()
    if len(tested):
        rows = [
            (
                ctx.region(region),
                words.number(own["n"], 0),
                words.signed(own["change"], ctx.digits),
                words.signed(own["slope"], 2),
                DASH
                if missing(own["slope_low"])
                else interval(*(words.number(own[f"slope_{end}"], 2) for end in ("low", "high"))),
                words.probability(own["p_value"]),
            )
            for region, own in paths.astype(object).to_dict("index").items()
        ]
        most = int(paths["n"].max())
        least = 2 / math.factorial(min(most, trends.EXACT))
        note = words("text", "trend_note", few=trends.LEAST) + " "
        if least > 0.05:
            note += words("text", "trend_blind", n=most, least=words.number(least, 3))
        else:
            note += words("text", "trend_many", n=len(tested), expected=words.number(0.05 * len(tested), 1))
        blocks.append(make_table(words, "trend", "region #years #change #slope #interval_95 #p_value", rows, note=note))
    else:
        sentences.append(words("text", "trend_few", few=trends.LEAST))
    moves = [
        (
            f"{own['year_from']}{DASH}{own['year_to']}",
            own["n"],
            words.number(own["tau"], 3),
            words.number(own["mean_move"], 1),
            words.number(own["largest_move"], 0),
            ctx.region(own["mover"]) if own["largest_move"] else DASH,
            own["overtakings"],
        )
        for own in found["rank_moves"].reset_index().astype(object).to_dict("records")
    ]
    heads = "years #n #kendall #mean_move #largest_move mover #overtakings"
    blocks.append(make_table(words, "rank_moves", heads, moves, note=words("text", "rank_moves")))
    if "class_mobility" in found:
        steps = found["class_mobility"].iloc[0].to_dict()
        told = {name: words.count(int(steps[name])) for name in ("steps", "stayed", "rose", "fell")}
        sentences.append(words("text", "class_moves", **told))
    return Section("trend", words("analysis", "trend"), tuple(sentences), tuple(blocks))


def specialisation_section(ctx: Context) -> Section | None:
    """Show the shares in the industry and the groups by them."""
    results, words = ctx.results, ctx.words
    if not results.stages.groups:
        return None
    years = list(results.stages.groups)
    heads = ["region"]
    for year in years:
        heads += [f"#={words('column', 'ksi')} {year}", f"={words('column', 'group')} {year}"]
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
    rule = words("text", "groups", leader=words.number(DEFAULT_LEADER, 1), middle=words.number(DEFAULT_MIDDLE, 2))
    blocks: list[Table | Picture] = [*ctx.figures("specialisation")]
    blocks.append(make_table(words, "groups", heads, rows, note=rule))
    return Section("specialisation", words("section", "specialisation"), (words("text", "ksi"),), tuple(blocks))
