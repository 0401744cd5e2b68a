"""Registry of report stages: the analyses of a report, run where the study has what they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import GrowthpolesError, RatingError, StudyError, unknown_option
from growthpoles.language.phrases import Words
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.classes import TEN_CLASSES
from growthpoles.ratings.contributions import contributions
from growthpoles.report.results import Results, Stages
from growthpoles.report.wording import no_classes
from growthpoles.spatial.alignment import with_data
from growthpoles.spatial.global_tests.global_result import GlobalResult
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.local_tests import LocalResult, local_moran
from growthpoles.spatial.local_tests.multiple_testing import Adjust
from growthpoles.spatial.weights.build_weights import build_weights
from growthpoles.study.inputs import (
    editions,
    input_account,
    load_indicators,
    load_published,
    published_years,
    study_catalogue,
    study_method,
    study_rating,
    study_regions,
    unused_inputs,
)
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from libpysal.graph import Graph

    from growthpoles.ratings.normalise import Normalisation
    from growthpoles.ratings.robustness import Robustness
    from growthpoles.study.audit import Audit
    from growthpoles.study.verdict import Verdict


COLUMNS = (
    "region", "index", "rank", "rating_class", "next_class", "points_needed", "strengths", "weaknesses",
    "widest_gap", "gap",
)  # fmt: skip


def strengths(rating: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Condense a rating to one line per region.

    Parameters
    ----------
    rating : DataFrame
        As :func:`growthpoles.rate` returns it, additive.
    catalogue : Catalogue
        The one it was rated with.

    Returns
    -------
    DataFrame
        Index region, by rank; regions without an index are left out: index, rank, rating_class; next_class and
        points_needed (index points to it; missing at the top); strengths and weaknesses (codes of indicators with a
        score above or below the median of all regions, farthest first, separated by blanks); widest_gap (the
        indicator that separates the region most from the leader) and gap (its index points; missing where the means
        are not arithmetic, so that no number of points belongs to an indicator).
    """
    codes = list(catalogue.indicators)
    split = contributions(rating, catalogue)
    # harmonic means and negative powers add up on a scale on which more is worse
    power = rating.attrs["method"]["power"] or 1.0
    falling = split.attrs["scale"] == "reciprocal points" or (split.attrs["scale"] == "powered points" and power < 0)
    parts = (-1 if falling else 1) * split[codes]
    on_points = split.attrs["scale"] == "points"
    scores = rating[[f"score_{code}" for code in codes]].set_axis(codes, axis=1)
    apart = (scores - scores.median()).round(9)
    ranked = rating[rating["rank"].notna()].sort_values(by=["rank"], kind="stable")
    rows = []
    for region, own in ranked.to_dict("index").items():
        distance: Any = apart.loc[[region]].iloc[0].dropna().sort_values(kind="stable")
        gaps: Any = (parts.loc[ranked.index[0]] - parts.loc[[region]].iloc[0]).dropna()
        letter = own["rating_class"]
        above = TEN_CLASSES.above(str(letter)) if not pd.isna(letter) else None
        widest = str(gaps.idxmax()) if len(gaps) and float(gaps.max()) > 0 else None
        index = float(own[catalogue.root])
        rows.append(
            (
                region,
                index,
                int(own["rank"]),
                None if pd.isna(letter) else str(letter),
                above[0] if above else None,
                above[1] - index if above else np.nan,
                " ".join(distance.index[distance > 0][::-1]),
                " ".join(distance.index[distance < 0]),
                widest,
                float(gaps[widest]) if widest and on_points else np.nan,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).set_index("region")


REPLICATIONS = 5_000
RELOCATIONS = 9_999
CURVE_RELOCATIONS = 1_999
_OTHERS: tuple[Normalisation, ...] = ("min-max", "leader", "rank")  # what the study's own scores are varied with

STAGES = (
    "change",
    "robustness",
    "strengths",
    "audit",
    "groups",
    "verdict",
    "gradient",
    "spread",
    "typology",
)


def missing_parts(study: Study, ksi_years: tuple[int, ...]) -> dict[str, str]:
    """Return the stages that a study has no data for, with the reason."""
    found: dict[str, str] = {}
    if len(study.years) < 2:
        found["change"] = found["spread"] = "the study has one year"
    if study.cells is None:
        found["audit"] = "the study has no printed tables ([cells]) to check"
    if not ksi_years:
        found["groups"] = "the study has no shares in an industry"
        found["typology"] = "the study has no shares in an industry"
    if not study.growth_poles.poles:
        found["gradient"] = "the study names no poles ([growth_poles])"
    return found


def run_stages(results: Results, *, tell: Callable[[str], None]) -> Stages:
    """Run every stage; `results` holds everything but the stages.

    An error of the data (too few regions, values that do not vary) leaves out one stage, never the report.
    """
    left_out = dict(results.stages.left_out)
    ksi_years = tuple(year for year, frame in results.published.items() if "ksi" in frame)
    absent = missing_parts(results.study, ksi_years)
    if results.graph is None:
        absent |= dict.fromkeys(("verdict", "spread"), left_out.get("moran", "no neighbours"))
    work: Mapping[str, Callable[[], Any]] = {
        "change": lambda: None,
        "robustness": lambda: {year: _robustness(results, year) for year in results.years},
        "strengths": lambda: {year: strengths(results.rating(year), results.catalogue) for year in results.years},
        "audit": lambda: _audit(results),
        "groups": lambda: {year: _groups(results, year) for year in ksi_years},
        "verdict": lambda: _verdict(results),
        "gradient": lambda: {year: _gradient(results, year) for year in results.years},
        "spread": lambda: _spread(results),
        "typology": lambda: {year: _typology(results, year) for year in ksi_years},
    }
    found: dict[str, Any] = {}
    for name in STAGES:
        tell(name)
        if name in absent:
            left_out[name] = absent[name]
            continue
        try:
            found[name] = work[name]()
        except GrowthpolesError as error:
            left_out[name] = error.args[0]
    found.pop("change", None)
    return Stages(**found, left_out=left_out)


def _readings(results: Results, year: int) -> dict[str, pd.DataFrame]:
    """Return the edition of the report and its other readings: editions named after it, such as "realigned_alt"."""
    own = results.edition
    return {own: results.indicators[own, year]} | {
        name: table
        for (name, when), table in results.indicators.items()
        if when == year and name != own and (name.startswith(f"{own}_") or own.startswith(f"{name}_"))
    }


def _robustness(results: Results, year: int) -> Robustness:
    from growthpoles.ratings.robustness import robustness

    drop = "one" if len(results.catalogue.indicators) > 1 else "none"
    tables = _readings(results, year)
    return robustness(
        tables,
        results.catalogue,
        drop=drop,  # type: ignore[arg-type]
        normalisations=_normalisations(results, tables),
        replications=REPLICATIONS,
        rng=results.study.study.seed,
        **results.study.rating.options,
    )


def _normalisations(results: Results, tables: Mapping[str, pd.DataFrame]) -> tuple[Normalisation, ...]:
    """Return the study's own way to score, and another on the same scale that the data allow, if there is one."""
    from growthpoles.ratings.rate import rate_with

    method = study_method(results.study, results.catalogue)
    own = method.normalisation
    for other in _OTHERS if method.has_classes(results.root) else ():
        if other != own:
            with suppress(RatingError):
                for table in tables.values():
                    rate_with(table, results.catalogue, method.but(normalisation=other))
                return own, other
    return (own,)


def _audit(results: Results) -> Audit:
    from growthpoles.study.audit import run_audit

    return run_audit(results.study, rng=results.study.study.seed)


def _groups(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.specialisation import ksi_groups

    frame = results.published[year]
    groups = ksi_groups(frame["ksi"], frame.get("ksi_status"))
    found = pd.DataFrame({"ksi": frame["ksi"], "group": groups}).reindex(results.regions.index)
    found.attrs = dict(groups.attrs)
    return found


def _verdict(results: Results) -> Verdict:
    from growthpoles.study.verdict import verdict

    return verdict(results.study, permutations=CURVE_RELOCATIONS)


def _gradient(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.spatial.poles.distance_gradient import distance_gradient

    poles = results.study.growth_poles.poles
    values = results.rating(year)[results.root]
    return distance_gradient(values, results.regions, poles, permutations=RELOCATIONS, rng=results.study.study.seed)


def _spread(results: Results) -> pd.DataFrame:
    from growthpoles.spatial.poles.spread_backwash import spread_tests

    first, last = results.years[0], results.years[-1]
    before, after = (results.rating(year)[results.root] for year in (first, last))
    assert results.graph is not None  # left out otherwise
    return spread_tests(
        before,
        after,
        results.graph,
        years=last - first,
        permutations=RELOCATIONS,
        rng=results.study.study.seed,
    )


def _typology(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.spatial.poles.typology import typology

    frame = results.published[year].reindex(results.regions.index)
    outside = frame.index[frame["ksi_status"] == "no production"] if "ksi_status" in frame else ()
    rating = results.rating(year)[results.root].reindex(results.regions.index)
    recommended = results.study.growth_poles.recommended
    return typology(rating, frame["ksi"], no_production=outside, recommended=recommended)


Progress = Callable[[str], None]


PERMUTATIONS = 99_999  # of the global tests


ADJUST: Adjust = "tarone"  # of the local tests, for the number of regions


DRAWS = 99_999  # of the local tests, for regions that are not enumerated


def report_edition(study: Study, edition: str | None) -> str:
    """Return the edition that maps show: the one asked for, or the study's default.

    Raises
    ------
    StudyError
        If the study has no such edition.
    """
    known = editions(study)
    chosen = edition or study.study.edition
    if chosen not in known:
        raise StudyError(unknown_option("edition", chosen, known))
    return chosen


def compute(study: Study, *, edition: str | None = None, progress: Progress | None = None) -> Results:
    """Run the analysis of a study.

    Parameters
    ----------
    study : Study
    edition : str, optional
        The edition that maps show; tables hold all of them. None is the study's default.
    progress : callable, optional
        Called with the name of each step before it starts.

    Returns
    -------
    Results

    Raises
    ------
    GrowthpolesError
        On bad input. An analysis that the study's data do not allow is left out instead, and named with its reason.
    """
    tell = progress or (lambda step: None)
    edition = report_edition(study, edition)
    tell("boundaries")
    regions = study_regions(study)
    catalogue = study_catalogue(study)
    indicators: dict[tuple[str, int], pd.DataFrame] = {}
    ratings: dict[tuple[str, int], pd.DataFrame] = {}
    for name in editions(study):
        tell(f"rating, {name}")
        for year in study.years:
            try:
                table = load_indicators(year, edition=name, study=study)
            except StudyError:
                if name == edition:
                    raise
                continue  # another edition need not cover every year
            indicators[name, year] = table
            ratings[name, year] = study_rating(study, table, catalogue)
            ratings[name, year].attrs["root"] = catalogue.root
    published = {year: load_published(year, study=study) for year in published_years(study)}
    left_out: dict[str, str] = {}
    if not study_method(study, catalogue).has_classes(catalogue.root):
        left_out["classes"] = no_classes(study, Words("en"))
    graph: Graph | None = None
    try:
        graph = build_weights(regions, "queen")
    except GrowthpolesError as error:
        left_out["moran"] = error.args[0]
    tests: dict[tuple[str, int, str], GlobalResult] = {}
    gaps: dict[tuple[str, int, str], list[str]] = {}
    local: dict[tuple[str, int], LocalResult] = {}
    seed = study.study.seed
    for (name, year, variable), values in _variables(ratings, published, catalogue.root, regions.index).items():
        tell(f"spatial tests, {name} {year}")
        if graph is None:
            continue
        kept, part, absent = with_data(values, graph)
        try:
            tests[name, year, variable] = moran(kept, part, permutations=PERMUTATIONS, rng=seed)
            gaps[name, year, variable] = absent
            if variable == catalogue.root and name in (edition, "published"):
                local[name, year] = local_moran(kept, part, permutations=DRAWS, adjust=ADJUST, rng=seed)
        except GrowthpolesError as error:
            left_out[f"moran {name} {year} {variable}"] = error.args[0]
    account, unused = input_account(study), unused_inputs(study)
    core = (
        study,
        edition,
        catalogue,
        regions,
        graph,
        indicators,
        ratings,
        published,
        tests,
        gaps,
        local,
        account,
        unused,
    )
    stages = run_stages(Results(*core, Stages(left_out=left_out)), tell=tell)
    return Results(*core, stages)


def _variables(
    ratings: dict[tuple[str, int], pd.DataFrame], published: dict[int, pd.DataFrame], root: str, index: pd.Index
) -> dict[tuple[str, int, str], pd.Series]:
    """Return the variables of the spatial tests: every computed index, and what the source itself published."""
    computed = {(name, year, root): frame[root] for (name, year), frame in ratings.items()}
    printed = {
        ("published", year, root if column == "index" else column): frame[column].reindex(index)
        for year, frame in published.items()
        for column in ("index", "ksi")
        if column in frame
    }
    return {**computed, **printed}
