"""Industries and inequality of a study: profiles, shift-share, cluster stars, complexity, what comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import (
    DataError,
    GrowthpolesError,
    RatingError,
    StudyError,
    listed,
    message,
    parted,
    plain,
    quoted,
    unknown_option,
)
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
from growthpoles.specialisation.matrix import told_shares
from growthpoles.study.file_variable import FileData
from growthpoles.study.files.printed_subjects import bear_sections
from growthpoles.study.inputs import industry_years, load_industries, study_catalogue
from growthpoles.study.inputs.industry_table import NOT_DISCLOSED, industry_spec, with_undisclosed
from growthpoles.study.study_spec import Study
from growthpoles.study.total_columns import INDUSTRY, measures_beside, no_amount, total_columns

_REPLICATIONS = 200
_CELLS = 2_000  # regions x industries up to which complexity and next specialisations are resampled
NEXT = 3  # likely next specialisations of a region that are shown
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
            places = getattr(error.args[0], "places", {})  # what `force` and the like would allow, no study can say
            left_out[part] = places["problem"] if places.get("where") == part else error.args[0]
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


def _counted(profiles: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its totals as whole numbers where they are counts."""
    total = profiles["total"]
    whole = bool((total == total.round()).all()) and bool((total.abs() < 2.0**53).all())
    return profiles.assign(total=total.astype("int64")) if whole else profiles


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
        raise StudyError(unknown_option("show", name, (*ONE, "ksi")))
    if year is not None and name not in ONE[:3]:
        problem = f"{name} of one year, where it is of the last year or the whole period"
        raise StudyError(message(problem, where=study.name, allowed=f"a year for {', '.join(ONE[:3])}"))
    matrix = load_industries(year, study=study)
    at = matrix.attrs["year"]
    gaps, share = matrix.attrs["missing"], matrix.attrs["missing_share"]
    told = [
        f"suppressed or missing cells: {len(gaps)}" + (f", {100 * share:.1f} % of the total" if share == share else "")
    ]
    if name in ONE[:3]:
        makers: dict[str, Callable[[], pd.DataFrame]] = {
            "regions": lambda: region_profiles(matrix).sort_values("hhi", ascending=False, kind="stable"),
            "industries": lambda: _counted(industry_profiles(matrix)),
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
        shown = found.next[found.next["place"].le(NEXT).fillna(False)]
        if found.next.attrs.get("left_out"):
            told.append(f"no complexity: {found.next.attrs['left_out']}")
        return shown, f"{found.year}: likely next specialisations", told
    if name == "complexity":
        assert found.complexity is not None
        told += found.complexity.summary().split("\n")
        ranked = found.complexity.regions.sort_values("eci", ascending=False, kind="stable")
        return ranked, f"{found.year}: economic complexity", told
    return found.relatedness.rename_axis("industry"), f"{found.year}: relatedness", told


OF_FILES = ("regions", "industries", "lq", "complexity", "relatedness")


def of_matrix(matrix: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return one table of `OF_FILES` about regions by industries, NaN being no part in one, and what is to be told."""
    if name == "regions":
        quotients = location_quotient(matrix, missing="outside")
        frame = pd.DataFrame(
            {
                "krugman": krugman_specialisation(matrix, reference="national", missing="outside"),
                "hhi": hhi(matrix, by="region", missing="outside"),
                "leading": quotients.dropna(how="all").idxmax(axis=1),
                "quotient": quotients.max(axis=1),
            }
        ).rename_axis("region")
        told = ["krugman: distance from the industries of all regions together"]
        return frame.sort_values("krugman", ascending=False, kind="stable", na_position="last"), told
    if name == "industries":
        return _counted(industry_profiles(matrix)), []
    if name == "lq":
        bare = matrix.copy()
        bare.attrs = {"nation": None, "totals": None}
        return quotient_table(bare, False).drop(columns=["lower", "upper"]), []
    if name == "complexity":
        try:
            found = complexity(matrix, missing="outside", replications=0)
        except RatingError as error:  # what it allows, no command can say
            raise RatingError(message(f"no complexity: {parted(error.args[0])[0]}")) from error
        return found.regions.sort_values("eci", ascending=False, kind="stable"), found.summary().split("\n")
    return relatedness(matrix, missing="outside").rename_axis("industry"), []


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


def study_inequality(study: Study, tables: Mapping[int, pd.DataFrame]) -> Inequalities:
    """Measure the inequality of the raw indicators, never of the index, weighted where the study says by what.

    Parameters
    ----------
    study : Study
    tables : mapping of year to DataFrame
        As :func:`growthpoles.load_indicators` returns them.
    """
    catalogue = study_catalogue(study)
    spec = study.inequality
    known = (*catalogue.indicators, *(code for code in catalogue.primaries if code not in catalogue.indicators))
    for code in (*(spec.variables or ()), *([spec.population] if spec.population else []), *(spec.resolution or ())):
        if code not in known:
            raise StudyError(unknown_option("inequality", code, known))
    groups = _groups(spec.groups, next(iter(tables.values())).index)
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
            half = _half_units(code, catalogue, tables, years, spec.resolution or {})
            found[code] = regional_inequality(frame, weights=heads, groups=groups, rounding=half)
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
    if code in catalogue.derived:
        return str(catalogue.parts(code)[1])
    return population or ""


def _half_units(
    code: str, catalogue: Any, tables: Mapping[int, pd.DataFrame], years: list[int], resolution: Mapping[str, float]
) -> pd.DataFrame | float | None:
    """Return how far a printed value may lie from the true one; of a ratio from how its parts are printed."""
    if code in resolution:
        return resolution[code] / 2
    if code not in catalogue.derived or not (parts := catalogue.parts(code)) or not {*parts} & {*resolution}:
        return None
    half = [resolution.get(part, 0.0) / 2 for part in parts]
    found = {}
    for year in years:
        above, below = (tables[year][part] for part in parts)
        if (below.abs() <= half[1]).any():
            raise RatingError(message(f"{parts[1]} is within rounding of zero", allowed="a larger denominator"))
        # the farther end: a smaller denominator moves a ratio more than a larger one
        moved = (above.abs() + half[0]) / (below.abs() - half[1]) - (above / below).abs()
        found[year] = moved * abs(catalogue.factor(code))
    return pd.DataFrame(found)


def _groups(stated: Mapping[str, tuple[str, ...]] | None, index: pd.Index) -> pd.Series | None:
    if stated is None:
        return None
    own = {region: name for name, regions in stated.items() for region in regions}
    stray = [region for region in own if region not in index]
    lacking = [region for region in index if region not in own]
    if stray or lacking:
        problem = f"{stray[0]} is no region" if stray else f"{lacking[0]} is in no group"
        raise StudyError(message(problem, where="inequality.groups", allowed="every region in one group"))
    return pd.Series(own).reindex(index)


def _turned(table: pd.DataFrame) -> str:
    """Say where the rows of a matrix look like industries and its columns do not: it may lie the other way round."""

    def share(labels: Any) -> float:
        texts = [str(label) for label in labels]
        return sum(bool(INDUSTRY.search(text)) for text in texts) / max(1, len(texts))

    down, across = share(table.index), share(table.columns)
    if across >= 0.1 or not (down >= 0.3 or (bear_sections(table.index) and not bear_sections(table.columns))):
        return ""
    return (
        f"the rows may be the industries, and the columns the regions ({listed(list(table.index)[:3])}): each row was "
        "taken for a region; a boundary file before --table with this table turns it by the names of the regions"
    )


_PERCENTAGES = "all columns are percentages"


def industries_of(data: FileData, named: list[str] | None) -> list[str]:
    """Return the columns of a matrix that are industries: those that are named, or all but totals and no amounts.

    Of several measures side by side, "Trade, Firms" and "Trade, Jobs", one is named: its columns are the industries.
    What is left out, or is odd about what was named, is told in the notes of `data`.
    """
    table, units = data.table, data.table.attrs.get("units", {})
    beside = measures_beside(
        [name for name in map(str, table) if not no_amount(name, units.get(name, ""), table[name])]
    )
    if named and len(named) == 1 and named[0] in beside and named[0] not in table:
        table, named = table[beside[named[0]]], None
    if named:
        chosen = list(dict.fromkeys(str(data.values(name).name) for name in named))
        for name, total in total_columns(table[chosen]).items():
            data.notes.append(f"column {plain(name)} is counted as an industry since it was named, but {total.told}")
        amounts = [name for name in map(str, table) if not no_amount(name, units.get(name, ""), table[name])]
        if others := [name for name in amounts if name not in {*chosen, *total_columns(table[amounts])}]:
            told = f"the whole economy is the {len(chosen)} industries named: {listed(others, limit=8)} enter no share"
            data.notes.append(f"{told}; --industry for these, too, or none at all, measures against the whole table")
        data.notes += told_shares(table[chosen])
        return chosen
    if data.regions is None and (told := _turned(table)):
        data.notes.append(told)
    columns = [str(name) for name in table]
    why = {name: what for name in columns if (what := no_amount(name, units.get(name, ""), table[name]))}
    if set(why.values()) == {"a percentage"} and len(why) == len(columns):
        why = {}
        data.notes.append(f"{_PERCENTAGES}: every region counts alike, whatever its size")
    out = {name: f"{what}, not an amount" for name, what in why.items()}
    if table is data.table and beside:
        problem = f"the same columns stand side by side for each of {listed(beside, limit=8, write=quoted)}"
        allowed = "the industries of one of them, " + " or ".join(f'--industry "{each}"' for each in beside)
        allowed += ", or, where all are parts of one whole, --industry for every column"
        raise DataError(message(problem, where=data.source, allowed=allowed))
    for name, total in total_columns(table.drop(columns=list(out))).items():
        if not total.certain:
            allowed = "--industry for every column that is an industry"
            raise DataError(message(f"column {plain(name)}: {total.told}", where=data.source, allowed=allowed))
        out[name] = total.told
    alike: dict[str, list[str]] = {}
    for name, told in out.items():
        alike.setdefault(told, []).append(name)
    for told, (name, *more) in alike.items():
        left = f"taken for no industr{'ies' if more else 'y'}, and {'are' if more else 'is'} left out ({told})"
        few = listed([name, *more], limit=8)
        data.notes.append(f"{len(more) + 1} columns were {left}: {few}" if more else f"column {few} was {left}")
    kept = [name for name in columns if name not in out]
    data.tell_years(kept)
    if not any(note.startswith(_PERCENTAGES) for note in data.notes):
        data.notes += told_shares(table[kept])
    return kept
