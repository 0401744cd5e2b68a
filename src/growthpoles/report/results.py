"""Compute everything that the report shows, before a single file is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.errors import GrowthpolesError, StudyError, unknown_option
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
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.report.rated import no_classes
from growthpoles.report.stages import Stages, run_stages
from growthpoles.language.phrases import Words
from growthpoles.spatial.local_tests.multiple_testing import Adjust
from growthpoles.spatial.global_tests.global_result import GlobalResult
from growthpoles.spatial.local_tests import LocalResult, local_moran
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.subset import with_data
from growthpoles.spatial.weights.build_weights import build_weights
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

Progress = Callable[[str], None]
PERMUTATIONS = 99_999  # of the global tests
ADJUST: Adjust = "tarone"  # of the local tests, for the number of regions
DRAWS = 99_999  # of the local tests, for regions that are not enumerated


@dataclass(frozen=True, slots=True, repr=False)
class Results:
    """All frames of a run; keys are (edition, year), year, or (edition, year, variable).

    `graph` is None, and `moran` and `local` are empty, where the boundaries allow no spatial test; `stages` holds the
    further analyses, and says which of them were left out and why. `account` and `unused` say what became of the rows
    of every input (:func:`growthpoles.study.inputs.input_account`).
    """

    study: Study
    edition: str
    catalogue: Catalogue
    regions: gpd.GeoDataFrame
    graph: Graph | None
    indicators: dict[tuple[str, int], pd.DataFrame]
    ratings: dict[tuple[str, int], pd.DataFrame]
    published: dict[int, pd.DataFrame]
    moran: dict[tuple[str, int, str], GlobalResult]
    without_data: dict[tuple[str, int, str], list[str]]
    local: dict[tuple[str, int], LocalResult]
    account: pd.DataFrame
    unused: pd.DataFrame
    stages: Stages

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the study."""
        return self.study.years

    @property
    def root(self) -> str:
        """Code of the final index."""
        return self.catalogue.root

    @property
    def classed(self) -> bool:
        """Whether the index has classes; it has none where the study's method sets it no limits."""
        return study_method(self.study, self.catalogue).has_classes(self.root)

    def rating(self, year: int) -> pd.DataFrame:
        """Return the rating of a year in the edition of the report."""
        return self.ratings[self.edition, year]

    def change(self) -> pd.Series:
        """Return the change of the index from the first year to the last, in points; NaN where a year has no data."""
        first, last = self.years[0], self.years[-1]
        return (self.rating(last)[self.root] - self.rating(first)[self.root]).rename("change")

    def __repr__(self) -> str:
        """Study, edition, years."""
        return f"Results({self.study.name!r}, edition={self.edition!r}, years={list(self.years)})"


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
        left_out["moran"] = str(error)
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
            left_out[f"moran {name} {year} {variable}"] = str(error)
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
