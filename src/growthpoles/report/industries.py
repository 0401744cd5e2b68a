"""Industries and inequality in the report: their analyses, tables, and sections of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, GrowthpolesError, RatingError, StudyError, message, unknown_option
from growthpoles.language.phrases import DASH, missing
from growthpoles.report.page_blocks import Context, Picture, Section, Table, make_table
from growthpoles.specialisation import (
    ClusterStars,
    Complexity,
    RegionalInequality,
    ShiftShare,
    cluster_stars,
    complexity,
    entropy,
    equivalent_number,
    gini_concentration,
    gini_specialisation,
    hhi,
    hoover_localisation,
    krugman_concentration,
    krugman_specialisation,
    next_specialisations,
    rank_size,
    regional_inequality,
    relatedness,
    shift_share,
    shift_share_factors,
)
from growthpoles.specialisation.location_quotient import location_quotient
from growthpoles.study.inputs.industry_table import (
    NOT_DISCLOSED,
    industry_names,
    industry_spec,
    industry_years,
    load_industries,
    with_undisclosed,
)
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.report.results import Results

_REPLICATIONS = 200
_CELLS = 2_000  # regions x industries up to which complexity and next specialisations are resampled
_NEXT = 3  # likely next specialisations of a region that the page shows
_STARS = 30
_MEASURES = {"equal": ("cv", "gini", "theil_t", "max_min"), "weights": ("williamson", "gini", "theil_t")}
_SIZES = ["exponent", "standard_error", "lower", "upper", "primacy", "share_first", "share_four", "hhi_normalised",
          "entropy_normalised", "n", "n_positive"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Industries:
    """What the table of industries of a study says.

    Attributes
    ----------
    matrices : dict of year to DataFrame
        See :func:`growthpoles.load_industries`.
    quotients : dict of year to DataFrame
        By (region, industry): value, share, lq, lower, upper.
    regions, industries : dict of year to DataFrame
        Profiles: indices of specialisation and diversity; of concentration.
    change : ShiftShare or None
        First year to the last; None of one year.
    factors : DataFrame or None
    stars : ClusterStars or None
    complexity : Complexity or None
    relatedness, next : DataFrame
    left_out : dict
        Part -> why it is not there.
    """

    matrices: dict[int, pd.DataFrame]
    quotients: dict[int, pd.DataFrame]
    regions: dict[int, pd.DataFrame]
    industries: dict[int, pd.DataFrame]
    change: ShiftShare | None
    factors: pd.DataFrame | None
    stars: ClusterStars | None
    complexity: Complexity | None
    relatedness: pd.DataFrame
    next: pd.DataFrame
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """Last year of the table."""
        return max(self.matrices)


def study_industries(study: Study) -> Industries:
    """Analyse the table of industries of a study; what its data do not allow is left out, with the reason."""
    spec, seed = industry_spec(study), study.study.seed
    matrices = {year: load_industries(year, study=study) for year in industry_years(study)}
    if not matrices:
        load_industries(study=study)  # says what is wrong
    first, last = min(matrices), max(matrices)
    now, before = matrices[last], matrices[first] if first != last else None
    left_out: dict[str, str] = {}

    def attempt(part: str, run: Callable[[], Any]) -> Any:
        try:
            return run()
        except GrowthpolesError as error:
            left_out[part] = error.args[0]
            return None

    counted = spec.counted and all(_whole(matrix) for matrix in matrices.values())
    if spec.counted and not counted:
        left_out["intervals"] = "the table holds fractions, and an interval is for counts"
    options: dict[str, Any] = {"missing": "outside", "counts": counted, "rng": seed}
    change = factors = None
    if before is not None:
        nation = _pair(before, now)
        change = attempt("shift_share", lambda: shift_share(before, now, nation=nation, missing="outside"))
        factors = attempt("shift_share", lambda: shift_share_factors(before, now, nation=nation, missing="outside"))
    resampled = {**options, "replications": _REPLICATIONS if now.size <= _CELLS else 0}
    index = attempt("complexity", lambda: complexity(now, **resampled))
    near = attempt("relatedness", lambda: relatedness(now, missing="outside"))
    following = attempt("next", lambda: next_specialisations(now, start=before, **resampled))
    stars = attempt("clusters", lambda: cluster_stars(now, start=before, floor=spec.floor, top=spec.top, **options))
    return Industries(
        matrices,
        {year: quotient_table(matrix, counted) for year, matrix in matrices.items()},
        {year: region_profiles(matrix) for year, matrix in matrices.items()},
        {year: industry_profiles(matrix) for year, matrix in matrices.items()},
        change,
        factors,
        stars,
        index,
        pd.DataFrame() if near is None else near,
        pd.DataFrame() if following is None else following,
        left_out,
    )


def _whole(matrix: pd.DataFrame) -> bool:
    values = matrix.to_numpy()
    return bool((np.isnan(values) | (values == np.round(values))).all())


def _pair(before: pd.DataFrame, now: pd.DataFrame) -> tuple[pd.Series, pd.Series] | None:
    """Return the nation of both years, where the study states it for both and every industry."""
    found = [matrix.attrs["nation"] for matrix in (before, now)]
    return (found[0], found[1]) if all(each is not None and each.notna().all() for each in found) else None


def quotient_table(matrix: pd.DataFrame, counted: bool) -> pd.DataFrame:
    """Return value, share and location quotient of every cell, with the exact Poisson interval of counts."""
    whole = with_undisclosed(matrix)
    nation = matrix.attrs["nation"]
    if nation is not None and (nation.isna().any() or (nation <= 0).any()):
        nation = None
    if nation is not None and NOT_DISCLOSED in whole:
        nation = nation.reindex(whole.columns).fillna(whole[NOT_DISCLOSED].sum())
    found = location_quotient(whole, interval="poisson", nation=nation, missing="outside") if counted else None
    plain = location_quotient(whole, nation=nation, missing="outside")
    keys = pd.MultiIndex.from_product([matrix.index, matrix.columns], names=["region", "industry"])
    share = whole.div(whole.sum(axis=1), axis=0)[matrix.columns]
    table = pd.DataFrame(
        {"value": matrix.to_numpy().ravel(), "share": share.to_numpy().ravel(),
         "lq": plain[matrix.columns].to_numpy().ravel()}, index=keys,
    )  # fmt: skip
    bounds = pd.DataFrame(index=keys, columns=["lower", "upper"], dtype=float) if found is None else found.reindex(keys)
    return table.assign(lower=bounds["lower"], upper=bounds["upper"])


def region_profiles(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return indices of specialisation of every region, over the industries that it has a number for."""
    nation = matrix.attrs["nation"]
    columns: dict[str, Any] = {"total": matrix.sum(axis=1, min_count=1)}
    own = matrix.loc[:, matrix.sum(axis=0) > 0]
    for reference in ("national", "rest_pooled", "rest_mean"):
        with suppress(RatingError):
            columns[f"krugman_{reference}"] = krugman_specialisation(own, reference=reference, missing="outside")
    if nation is not None and nation.notna().all() and (nation > 0).all():
        outside = krugman_specialisation(own, reference=nation[own.columns], missing="outside")
        columns["krugman_national"] = outside
    columns["hhi"] = hhi(own, by="region", missing="outside")
    columns["equivalent_number"] = equivalent_number(own, by="region", missing="outside")
    columns["entropy"] = entropy(own, by="region", missing="outside")
    columns["gini"] = gini_specialisation(own, missing="outside")
    columns["missing"] = matrix.isna().sum(axis=1)
    return pd.DataFrame(columns)


def industry_profiles(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return indices of concentration of every industry, over the regions that have a number for it."""
    own = matrix.loc[:, matrix.sum(axis=0) > 0]
    columns: dict[str, Any] = {
        "total": matrix.sum(axis=0, min_count=1),
        "krugman": krugman_concentration(own, reference="national", missing="outside"),
        "hhi": hhi(own, by="industry", missing="outside"),
        "equivalent_number": equivalent_number(own, by="industry", missing="outside"),
        "gini": gini_concentration(own, missing="outside"),
        "hoover": hoover_localisation(own, missing="outside"),
        "missing": matrix.isna().sum(axis=0),
    }
    return pd.DataFrame(columns).reindex(matrix.columns).rename_axis("industry")


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


ONE = ("regions", "industries", "lq", "shift_share", "clusters", "next", "complexity", "relatedness")


def one_table(study: Study, name: str, year: int | None = None) -> tuple[pd.DataFrame, str, list[str]]:
    """Return one table about a study's industries, its title, and what must be known to read it.

    Parameters
    ----------
    study : Study
    name : str
        One of `ONE`.
    year : int, optional
        Of the first three; None is the last. The others are of the last year, or of the whole period.
    """
    if name not in ONE:
        raise StudyError(unknown_option("table", name, (*ONE, "ksi")))
    matrix = load_industries(year, study=study)
    at = matrix.attrs["year"]
    gaps, share = matrix.attrs["missing"], matrix.attrs["missing_share"]
    told = [
        f"suppressed or missing cells: {len(gaps)}" + (f", {100 * share:.1f} % of the total" if share == share else "")
    ]
    if name in ONE[:3]:
        makers: dict[str, Callable[[], pd.DataFrame]] = {
            "regions": lambda: region_profiles(matrix).sort_values("hhi", ascending=False, kind="stable"),
            "industries": lambda: industry_profiles(matrix),
            "lq": lambda: quotient_table(matrix, industry_spec(study).counted and _whole(matrix)),
        }
        return makers[name](), f"{at}: {name}", told
    found = study_industries(study)
    if name in found.left_out:
        raise StudyError(message(f"no {name}", where=study.name, allowed=found.left_out[name]))
    if name == "shift_share":
        if found.change is None:
            allowed = "a table of two years"
            raise StudyError(message("shift-share needs two years", where=study.name, allowed=allowed))
        years = f"{min(found.matrices)} to {found.year}"
        return found.change.by_region(), f"{years}: shift-share", told
    if name == "clusters":
        assert found.stars is not None
        table = found.stars.to_frame()
        told += found.stars.summary().split("\n")[1:]
        return table[table["stars"] >= 1], f"{found.year}: cluster stars", told
    if name == "next":
        shown = found.next[found.next["place"].le(_NEXT).fillna(False)]
        if found.next.attrs.get("left_out"):
            told.append(f"no complexity: {found.next.attrs['left_out']}")
        return shown, f"{found.year}: likely next specialisations", told
    if name == "complexity":
        assert found.complexity is not None
        told += found.complexity.summary().split("\n")
        ranked = found.complexity.regions.sort_values("eci", ascending=False, kind="stable")
        return ranked, f"{found.year}: economic complexity", told
    return found.relatedness.rename_axis("industry"), f"{found.year}: relatedness", told


@dataclass(frozen=True, slots=True)
class Inequalities:
    """Inequality between regions by indicator, and the distribution of its sizes.

    Attributes
    ----------
    found : dict of code to RegionalInequality
    weights : dict of code to (code of the weights, or "")
    sizes : DataFrame
        By (variable, year): rank-size rule and primacy of what adds up over regions.
    left_out : dict
        Code -> why it has no inequality.
    """

    found: dict[str, RegionalInequality]
    weights: dict[str, str]
    sizes: pd.DataFrame
    left_out: dict[str, str]


def study_inequality(results: Results) -> Inequalities:
    """Measure the inequality of the raw indicators, never of the index, weighted where the study says by what."""
    study, catalogue = results.study, results.catalogue
    spec = study.inequality
    known = (*catalogue.indicators, *(code for code in catalogue.primaries if code not in catalogue.indicators))
    for code in (*(spec.variables or ()), *([spec.population] if spec.population else [])):
        if code not in known:
            raise StudyError(unknown_option("inequality", code, known))
    groups = _groups(spec.groups, results)
    tables = {year: results.indicators[results.edition, year] for year in results.years}
    found: dict[str, RegionalInequality] = {}
    weights: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for code in spec.variables or catalogue.indicators:
        years = [year for year, table in tables.items() if code in table and table[code].notna().sum() >= 3]
        if not years:
            left_out[code] = "fewer than three regions have a value"
            continue
        frame = pd.DataFrame({year: tables[year][code] for year in years})
        own = _weights_of(code, catalogue, spec.population)
        heads = None
        if own and all(own in tables[year] for year in years):
            heads = pd.DataFrame({year: tables[year][own] for year in years})
        try:
            found[code] = regional_inequality(frame, weights=heads, groups=groups)
            weights[code] = own if heads is not None else ""
        except RatingError as error:
            left_out[code] = error.args[0]
    sizes: dict[tuple[str, int], pd.Series] = {}
    for code in catalogue.primaries:
        for year, table in tables.items():
            if code in table and table[code].notna().all():
                with suppress(RatingError):
                    sizes[code, year] = rank_size(table[code])[_SIZES]
    frame = pd.DataFrame(sizes).T if sizes else pd.DataFrame()
    if not found and frame.empty:
        raise DataError("; ".join(dict.fromkeys(left_out.values())) or "the study has no indicator")
    return Inequalities(found, weights, frame.rename_axis(["variable", "year"]) if sizes else frame, left_out)


def _weights_of(code: str, catalogue: Any, population: str | None) -> str:
    """Return what an indicator is per: its denominator, or the population that the study names."""
    parts = catalogue.parts(code) if code in catalogue.derived else ()
    return str(parts[1]) if len(parts) > 1 else population or ""


def _groups(stated: Mapping[str, tuple[str, ...]] | None, results: Results) -> pd.Series | None:
    if stated is None:
        return None
    index = results.regions.index
    own = {region: name for name, regions in stated.items() for region in regions}
    stray = [region for region in own if region not in index]
    lacking = [region for region in index if region not in own]
    if stray or lacking:
        problem = f"{stray[0]} is no region" if stray else f"{lacking[0]} is in no group"
        raise StudyError(message(problem, where="inequality.groups", allowed="every region in one group"))
    return pd.Series(own).reindex(index)


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
    return "" if study.specialisation else "the study has no table of industries ([specialisation])"


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
    sentences = [words("text", "industries", **told)]
    regions = found.regions[year]
    indices = [column for column in regions if column.startswith("krugman_")]
    rows = [
        (
            ctx.region(region),
            _jobs(words, own["total"]),
            *(words.number(own[column], 3) for column in indices),
            words.number(own["equivalent_number"], 1),
            _strongest(found.quotients[year].loc[region], name, words),
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
    sentences += [f"{words('analysis', part)}: {ctx.wording.left_out(why)}." for part, why in found.left_out.items()]
    return Section("industries", words("section", "industries"), tuple(sentences), tuple(blocks))


def _jobs(words: Any, value: float) -> str:
    return DASH if missing(value) else words.count(int(value)) if float(value).is_integer() else words.number(value, 1)


def _strongest(own: pd.DataFrame, name: Callable[[object], str], words: Any) -> str:
    """Name up to three places with the highest quotients, those whose interval lies above 1 where there is one."""
    sure = own[own["lower"] > 1] if own["lower"].notna().any() else own[own["lq"] > 1]
    first = sure.sort_values(by=["lq"], ascending=False, kind="stable").head(3)
    return "; ".join(f"{name(code)} {words.number(lq, 2)}" for code, lq in first["lq"].items()) or DASH


def _shift_share(ctx: Context, found: Industries) -> Table:
    words, change = ctx.words, found.change
    assert change is not None
    sums = change.by_region()
    rows = [
        (ctx.region(region), *(_jobs(words, round(own[part], 1)) for part in ("start", "end", "change", *change.parts)))
        for region, own in sums.sort_values(by=["competitive"], ascending=False).to_dict("index").items()
    ]
    heads = ["region", *(f"#{part}" for part in ("start", "end", "change", *change.parts))]
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
    kind = f"stars_{found.scheme}" if found.replications else "stars_untested"
    note = words("text", kind, **told)
    return make_table(words, "stars", "region industry #total #lq #lower #growth stars", rows, note=note)


def _next(ctx: Context, found: Industries, name: Callable[[object], str]) -> Table:
    words = ctx.words
    shown = found.next[found.next["place"].le(_NEXT).fillna(False)]
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
    rows = []
    for code, each in found.found.items():
        for measure, weighting in each.measures:
            if measure not in _MEASURES[weighting]:
                continue
            own = each.table.loc[(measure, weighting)]
            first, last = own.iloc[0], own.iloc[-1]
            per = ctx.code(found.weights[code]) if weighting == "weights" else words.value("regions alike")
            change = each.changes.loc[(measure, weighting)] if not each.changes.empty else None
            rows.append(
                (
                    ctx.code(code),
                    words.value(measure),
                    per,
                    words.number(first["value"], 3) if len(own) > 1 else DASH,
                    words.number(last["value"], 3),
                    _range(words, last["lower"], last["upper"], 3),
                    DASH if change is None else words.number(change["ratio"], 2),
                    DASH if change is None else _range(words, change["lower"], change["upper"], 2),
                    DASH if missing(last["region_most"]) else ctx.region(last["region_most"]),
                    words.number(last["without_most"], 3),
                )
            )
    years = ctx.results.years
    heads = [
        "variable", "measure", "weighted_by", f"#={years[0]}", f"#={years[-1]}", "#interval_95", "#ratio",
        "#ratio_interval", "region_most", "#without_most",
    ]  # fmt: skip
    blocks: list[Table | Picture] = [*ctx.figures("inequality")]
    if rows:
        blocks.append(make_table(words, "inequality", heads, rows, note=words("text", "inequality_note")))
    groups = [
        (ctx.code(code), index, year, words.number(own["total"], 4), words.number(own["between"], 4),
         words.number(own["within"], 4), words.number(100 * own["between_share"], 1))
        for code, each in found.found.items()
        if not each.groups.empty
        for (index, weighting, year), own in zip(each.groups.index, each.groups.to_dict("records"), strict=True)
        if weighting == ("weights" if found.weights[code] else "equal") and year in (years[0], years[-1])
    ]  # fmt: skip
    if groups:
        heads = "variable theil #year #total #between #within #between_share"
        blocks.append(make_table(words, "inequality_groups", heads, groups))
    sentence = words("text", "inequality")
    return Section("inequality", words("section", "inequality"), (sentence,), tuple(blocks))


def _range(words: Any, low: float, high: float, digits: int) -> str:
    return DASH if missing(low) or missing(high) else f"{words.number(low, digits)}{DASH}{words.number(high, digits)}"
