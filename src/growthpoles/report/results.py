"""Results of a report and of its stages as dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.ratings.catalogue import Catalogue
from growthpoles.spatial.global_tests.global_result import GlobalResult
from growthpoles.spatial.local_tests import LocalResult
from growthpoles.study.inputs import (
    study_method,
)
from growthpoles.study.study_spec import Study, detailed_years

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

    from growthpoles.ratings.classes import ClassScale
    from growthpoles.ratings.robustness import Robustness
    from growthpoles.ratings.through_time.rating_change import RatingChange
    from growthpoles.study.audit import Audit
    from growthpoles.study.industry_analysis import Industries, Inequalities
    from growthpoles.study.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Stages:
    """What the further analyses found; empty or None where they were left out.

    Every field but the last is a stage of :data:`growthpoles.report.stages.STAGES`.

    Attributes
    ----------
    change : RatingChange or None
        From the first year to the last.
    trend : dict of name to DataFrame
        Tables of a study of three years or more, see :func:`growthpoles.report.stages.trend_tables`.
    robustness : dict of year to Robustness
    strengths : dict of year to DataFrame
        See :func:`growthpoles.report.stages.strengths`.
    audit : Audit or None
    groups : dict of year to DataFrame
        ksi and group ("leader", "middle", "outsider", "no production").
    verdict : Verdict or None
    gradient : dict of year to DataFrame
    spread : DataFrame or None
    convergence : DataFrame or None
        Beta and sigma of the index and of every indicator, from the first year to the last.
    panel : DataFrame or None
        Growth from year to year on level and neighbours' level, effects of regions and years.
    typology : dict of year to DataFrame
    industries : Industries or None
        See :mod:`growthpoles.study.industry_analysis`.
    inequality : Inequalities or None
    cross_check : DataFrame or None
        One row per test: how far esda's numbers are from its.
    left_out : dict
        Stage, or test -> why it is not in the report.
    """

    change: RatingChange | None = None
    trend: dict[str, pd.DataFrame] = field(default_factory=dict)
    robustness: dict[int, Robustness] = field(default_factory=dict)
    strengths: dict[int, pd.DataFrame] = field(default_factory=dict)
    audit: Audit | None = None
    groups: dict[int, pd.DataFrame] = field(default_factory=dict)
    verdict: Verdict | None = None
    gradient: dict[int, pd.DataFrame] = field(default_factory=dict)
    spread: pd.DataFrame | None = None
    convergence: pd.DataFrame | None = None
    panel: pd.DataFrame | None = None
    typology: dict[int, pd.DataFrame] = field(default_factory=dict)
    industries: Industries | None = None
    inequality: Inequalities | None = None
    cross_check: pd.DataFrame | None = None
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Results:
    """All frames of a run; keys are (edition, year), year, or (edition, year, variable).

    `ratings` are by the limits of [rating] for a year, `compared` by those for comparing years (of all years together,
    unless the study says otherwise): every change is taken from them. `graph` is None, and `moran` and `local` are
    empty, where the boundaries allow no spatial test; `stages` holds the further analyses, and says which of them were
    left out and why. `account` and `unused` say what became of the rows of every input
    (:func:`growthpoles.study.inputs.input_account`).
    """

    study: Study
    edition: str
    catalogue: Catalogue
    regions: gpd.GeoDataFrame
    graph: Graph | None
    indicators: dict[tuple[str, int], pd.DataFrame]
    ratings: dict[tuple[str, int], pd.DataFrame]
    compared: dict[tuple[str, int], pd.DataFrame]
    published: dict[int, pd.DataFrame]
    moran: dict[tuple[str, int, str], GlobalResult]
    without_data: dict[tuple[str, int, str], list[str]]
    local: dict[tuple[str, int], LocalResult]
    account: pd.DataFrame
    unused: pd.DataFrame
    stages: Stages
    classed: bool = field(init=False)  # whether the index has classes: not where the study's method sets it no limits
    scale: ClassScale = field(init=False)  # classes of the index

    def __post_init__(self) -> None:
        method = study_method(self.study, self.catalogue)  # once: pages ask for every region
        object.__setattr__(self, "classed", method.has_classes(self.root))
        object.__setattr__(self, "scale", method.scale)

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the study."""
        return self.study.years

    @property
    def detailed(self) -> tuple[int, ...]:
        """Years with maps, local tests and robustness of their own."""
        return detailed_years(self.years)

    @property
    def root(self) -> str:
        """Code of the final index."""
        return self.catalogue.root

    def rating(self, year: int) -> pd.DataFrame:
        """Return the rating of a year in the edition of the report."""
        return self.ratings[self.edition, year]

    def common(self, year: int) -> pd.DataFrame:
        """Return the rating of a year in the edition of the report by the limits by which years are compared."""
        return self.compared[self.edition, year]

    def of_year(self, year: int) -> Results:
        """Return the results with the tests of one year alone, for what is said of that year; 0 keeps them all."""
        if not year:
            return self
        local = {key: test for key, test in self.local.items() if key[1] == year}
        return replace(self, local=local, moran={key: test for key, test in self.moran.items() if key[1] == year})

    def filled(self, year: int = 0) -> list[object]:
        """Return the regions with cells that were filled in a year, or in any with 0, in the edition of the report."""
        cells = [
            cell[0]
            for when in ([year] if year else self.years)
            for cell in self.indicators[self.edition, when].attrs.get("imputed", ())
        ]
        return list(dict.fromkeys(cells))

    def remarks(self) -> pd.DataFrame:
        """Return every value with a remark in its table ("12.5 p"): edition, year, region, column, value, remark."""
        rows = [
            (edition, year, region, column or "ksi", values.get(region, float("nan")), remark)
            for (edition, year), frame in self.indicators.items()
            for region, column, remark in frame.attrs["flags"]
            for values in [frame[column] if column else self.published[year]["ksi"]]
        ]
        columns = ["edition", "year", "region", "column", "value", "remark"]
        return pd.DataFrame(rows, columns=columns).set_index(["edition", "year", "region"])

    def change(self) -> pd.Series:
        """Return the change of the index from the first year to the last, in points; NaN where a year has no data."""
        first, last = self.years[0], self.years[-1]
        return (self.common(last)[self.root] - self.common(first)[self.root]).rename("change")

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Put the English names of the regions in front."""
        if "name_en" not in self.regions or "name_en" in frame:
            return frame
        named = frame.copy()
        named.insert(0, "name_en", self.regions["name_en"].reindex(frame.index))
        return named

    def __repr__(self) -> str:
        """Study, edition, years."""
        return f"Results({self.study.name!r}, edition={self.edition!r}, years={list(self.years)})"
