"""Computing of the results of a report: ratings, spatial tests and stages of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pandas as pd

from growthpoles.errors import GrowthpolesError, RatingError, Reason, StudyError, message, unknown_option
from growthpoles.language.phrases import Words
from growthpoles.ratings.catalogue import Catalogue, indicator_values
from growthpoles.report.results import Results, Stages
from growthpoles.report.stages import Progress, draws, permutations, run_stages
from growthpoles.report.wording import no_classes
from growthpoles.spatial.alignment import with_data
from growthpoles.spatial.global_tests.global_result import GlobalResult
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.local_tests import LocalResult, local_moran
from growthpoles.spatial.local_tests.multiple_testing import Adjust
from growthpoles.study.inputs import (
    NO_BOUNDARIES,
    editions,
    input_account,
    load_indicators,
    load_published,
    published_years,
    region_index,
    study_catalogue,
    study_method,
    study_ratings,
    study_regions,
    study_weights,
    unused_inputs,
)
from growthpoles.study.study_spec import Study, detailed_years

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph


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


def bare_regions(study: Study) -> gpd.GeoDataFrame:
    """Return the regions of a study without boundaries, whose geometry is missing."""
    import geopandas as gpd

    index = region_index(study)
    return gpd.GeoDataFrame({"geometry": [None] * len(index)}, index=index, geometry="geometry", crs="EPSG:4326")


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
    regions = bare_regions(study) if study.boundaries.absent else study_regions(study)
    catalogue = study_catalogue(study)
    left_out: dict[str, str] = {}
    study, read = _ratable(study, edition, catalogue, left_out)
    indicators: dict[tuple[str, int], pd.DataFrame] = {}
    ratings: dict[tuple[str, int], pd.DataFrame] = {}
    compared: dict[tuple[str, int], pd.DataFrame] = {}
    for name in editions(study):
        tell(f"rating, {name}")
        for year in study.years:
            try:
                own = read.get(year) if name == edition else None
                table = load_indicators(year, edition=name, study=study) if own is None else own
            except StudyError:
                if name == edition:
                    raise
                continue  # another edition need not cover every year
            if name == edition or not _lacking(table, name, year, catalogue, left_out):
                indicators[name, year] = table
        tables = {year: table for (other, year), table in indicators.items() if other == name}
        for held, common in ((ratings, False), (compared, True)):
            found = study_ratings(study, tables, catalogue, compared=common)
            held |= {(name, year): rating for year, rating in found.items()}
    published = {year: load_published(year, study=study) for year in published_years(study)}
    if not study_method(study, catalogue).has_classes(catalogue.root):
        left_out["classes"] = no_classes(study, Words("en"))
    graph: Graph | None = None
    try:
        if study.boundaries.absent:
            raise StudyError(message(NO_BOUNDARIES))
        graph = study_weights(study, regions=regions)
    except GrowthpolesError as error:
        left_out["moran"] = error.args[0]
    tests: dict[tuple[str, int, str], GlobalResult] = {}
    gaps: dict[tuple[str, int, str], list[str]] = {}
    local: dict[tuple[str, int], LocalResult] = {}
    seed, adjust = study.study.seed, cast("Adjust", study.report.adjust)
    for (name, year, variable), values in _variables(ratings, published, catalogue.root, regions.index).items():
        tell(f"spatial tests, {name} {year}")
        if graph is None:
            continue
        kept, part, absent = with_data(values, graph)
        try:
            drawn = permutations(study, len(regions), detailed=year in detailed_years(study.years))
            tests[name, year, variable] = moran(kept, part, permutations=drawn, rng=seed)
            gaps[name, year, variable] = absent
            if variable == catalogue.root and name in (edition, "published") and year in detailed_years(study.years):
                local[name, year] = local_moran(kept, part, permutations=draws(study), adjust=adjust, rng=seed)
        except GrowthpolesError as error:
            places = {"analysis": "moran", "edition": name, "year": year, "variable": variable}
            left_out[Reason("{analysis} {edition} {year} {variable}", places)] = error.args[0]
    account, unused = input_account(study), unused_inputs(study)
    core = (study, edition, catalogue, regions, graph, indicators, ratings, compared, published, tests, gaps, local)
    stages = run_stages(Results(*core, account, unused, Stages(left_out=left_out)), tell=tell)
    return Results(*core, account, unused, stages)


def _ratable(
    study: Study, edition: str, catalogue: Catalogue, left_out: dict[str, str]
) -> tuple[Study, dict[int, pd.DataFrame]]:
    """Return the study without years that lack a whole indicator, which are named; with them all if every one does.

    Beside it stand the tables, where they are those of the study that is returned.
    """
    short: dict[str, str] = {}
    tables = {year: load_indicators(year, edition=edition, study=study) for year in study.years}
    kept = tuple(year for year, table in tables.items() if not _lacking(table, edition, year, catalogue, short))
    if not short or not kept:
        return study, tables
    left_out.update(short)
    return study.model_copy(update={"study": study.study.model_copy(update={"years": kept})}), {}


def _lacking(table: pd.DataFrame, edition: str, year: int, catalogue: Catalogue, left_out: dict[str, str]) -> bool:
    """Tell whether a table lacks a whole indicator, and say so."""
    try:
        indicator_values(table, catalogue)
    except RatingError as error:
        left_out[Reason("{analysis} {edition} {year}", {"analysis": "rating", "edition": edition, "year": year})] = (
            error.args[0]
        )
        return True
    return False


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
