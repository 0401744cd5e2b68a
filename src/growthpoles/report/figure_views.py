"""Views of figures: what a figure shows of a study, computed when it is asked for; the rows of crowded charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthpoles.errors import MapError, StudyError, message, remedy
from growthpoles.language.languages import translator
from growthpoles.language.phrases import Words, shorten
from growthpoles.maps.presets import get_preset
from growthpoles.maps.typography.text_metrics import PT
from growthpoles.ratings.catalogue import Catalogue, default_catalogue
from growthpoles.ratings.limits import REGION, YEAR
from growthpoles.ratings.rate import classes_of
from growthpoles.ratings.through_time.rating_change import UNDECIDED
from growthpoles.report.results import Results
from growthpoles.report.stages import readings_of, study_change
from growthpoles.report.wording import figure_title, indicator_names, region_names, yardstick_words
from growthpoles.spatial.alignment import with_data
from growthpoles.study.inputs import (
    edition_tables,
    editions,
    load_indicators,
    load_published,
    study_catalogue,
    study_method,
    study_regions,
)
from growthpoles.study.inputs.published import PUBLISHED
from growthpoles.study.inputs.study_variables import variable_of
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

    from growthpoles.ratings.rating_options import Method
    from growthpoles.ratings.through_time.rating_change import RatingChange
    from growthpoles.spatial.local_tests import LocalResult


_PITCH = 1.2  # of a row, in heights of its letters
_SHARE, _HEADED = 0.74, 0.55  # of the sheet that rows may take, in charts and in tables with headings over them


def _ranked(values: Any) -> pd.Index:
    """Return the regions that have a value, highest first."""
    return values.astype(float).dropna().sort_values(ascending=False, kind="stable").index


def _slope(results: Results, year: int) -> pd.Index:
    before, after = (results.common(each)[results.root] for each in (results.years[0], results.years[-1]))
    return _ranked(after.where(before.notna()))


def _parts(results: Results, year: int) -> pd.Index:
    assert results.stages.change is not None  # the figure is not possible otherwise
    return _ranked(results.stages.change.frame[["own", "leader"]].sum(axis=1, skipna=False))


def _index(results: Results, year: int) -> pd.Index:
    return _ranked(results.rating(year)[results.root])


def _ranks(results: Results, year: int) -> pd.Index:
    return _ranked(-results.stages.robustness[year].to_frame()["rank"].astype(float))


def _largest(results: Results, year: int) -> pd.Index:
    found: Any = results.stages.industries
    return _ranked(found.matrices[found.year].sum(axis=1, min_count=1))


#: Kind of figure -> order of the regions with data, whether headings stand over them, whether the last are shown too.
_ORDERS: Mapping[str, tuple[Callable[[Results, int], pd.Index], bool, bool]] = {
    "slope": (_slope, False, True),
    "change-parts": (_parts, False, True),
    "contributions": (_index, False, True),
    "editions": (_index, False, True),
    "robustness": (_ranks, False, True),
    "membership": (_ranks, True, True),
    "industry-quotients": (_largest, True, False),
    "industry-focus": (_largest, False, False),
    "industry-shift": (_largest, False, False),
    "next": (_largest, True, False),
}


def row_limit(preset: str, *, headed: bool = False) -> int:
    """Return how many named rows a chart of a preset surely has room for; tables have headings over the rows."""
    sheet = get_preset(preset)
    share = _HEADED if headed else _SHARE
    return max(int(share * sheet.max_height_mm / (_PITCH * sheet.small_pt * PT)), 2)


def shown_rows(results: Results, kind: str, year: int) -> pd.Index | None:
    """Return the regions that a chart shows, None where it has room for all: the first and the last, or the largest."""
    if kind not in _ORDERS:
        return None
    order, headed, both = _ORDERS[kind]
    most = row_limit(results.study.report.preset, headed=headed)
    if len(results.regions) <= most:
        return None
    found = order(results, year)
    if len(found) <= most:
        return found
    return found[: most // 2].append(found[-(most // 2) :]) if both else found[:most]


def rows_told(results: Results, words: Words, kind: str) -> str:
    """Say in a caption which regions a chart shows; "" where it shows all."""
    shown = shown_rows(results, kind, results.years[-1])
    if shown is None or len(shown) == len(results.regions):
        return ""
    order, _, both = _ORDERS[kind]
    told = {"count": len(shown), "n": len(order(results, results.years[-1]))}
    if told["count"] == told["n"]:
        return ""
    return words("caption", "ends" if both else "largest", **told, half=len(shown) // 2)


_NAME = 40
_OFF_THE_SCALE = "values, change, clusters, hotspots, significance"


def undecided_in(found: RatingChange) -> tuple[object, ...]:
    """Return the regions whose class does not surely move as it seems to."""
    moves = found.frame.get("class_move")
    return () if moves is None else tuple(moves.index[moves == UNDECIDED])


@dataclass(frozen=True, kw_only=True)
class View:
    """What a map shows of a study: one variable, edition and year, in one language; computed when it is asked for.

    `classes` are options of maps of numbers: limits, scheme, k, center, digits; `links` those of the neighbours.
    """

    study: Study
    kind: str
    year: int
    lang: str
    edition: str
    variable: str | None = None
    links: Mapping[str, Any] = field(default_factory=dict)
    classes: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def regions(self) -> gpd.GeoDataFrame:
        """Boundaries of the study."""
        return study_regions(self.study)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Catalogue of the study."""
        return study_catalogue(self.study)

    @property
    def code(self) -> str:
        """Code of the variable."""
        return self.variable or self.catalogue.root

    @property
    def label(self) -> str | None:
        """Name of the variable, for figures without a title that says it."""
        return self.quantity

    @property
    def quantity(self) -> str | None:
        """What the variable is called, with its unit; None for the article's index, which maps name by themselves."""
        catalogue, own = self.catalogue, default_catalogue()
        if self.code == catalogue.root and catalogue.name(self.code) == own.name(own.root):
            return None
        unit = catalogue.units([self.code]).get(self.code, "")
        return ", ".join([self.name, *([Words(self.lang).unit(unit)] if unit else [])])

    @property
    def name(self) -> str:
        """Name of the variable."""
        code = self.code.removeprefix("score_")
        if code == self.code or code not in self.catalogue.indicators:
            return self.catalogue.name(self.code, self.lang)
        return translator(self.lang)("score of: {name}").format(name=self.catalogue.name(code, self.lang))

    @property
    def span(self) -> tuple[int, int]:
        """First year of the study, and the year of the view."""
        first = self.study.years[0]
        if first >= self.year:
            raise StudyError(message(f"no year before {self.year}", where=self.study.name, allowed="a later --year"))
        return first, self.year

    @property
    def graph(self) -> Graph:
        """Neighbours, of the kind that the study's [report] names."""
        from growthpoles.study.inputs import study_weights

        return study_weights(self.study, regions=self.regions, **self.links)

    @property
    def tested(self) -> dict[str, Any]:
        """Name of what a local test tested."""
        return {"variable": self.label or self.name}

    @property
    def layout(self) -> dict[str, Any]:
        """The options of all maps that the study sets."""
        options = self.study.report.map_options
        if isinstance(own := options.get("cities"), str):
            options["cities"] = self.study.resolve(own)
        return options

    @property
    def common(self) -> dict[str, Any]:
        """The options that all figures share."""
        return {
            "lang": self.lang,
            "preset": self.study.report.preset,
            "source": self.study.sources(self.lang),
            "edition": self.edition or None,
        }

    def values(self, year: int | None = None) -> pd.Series:
        """Return the variable by region, in the year of the view or another one."""
        return variable_of(self.study, self.code, year or self.year, self.edition).y

    def common_values(self, year: int) -> pd.Series:
        """Return the variable on the yardstick by which years are compared."""
        return variable_of(self.study, self.code, year, self.edition, compared=True).y

    @property
    def yardstick(self) -> str:
        """Say by what limits years are compared; nothing where the values are no scores."""
        words = Words(self.lang)
        if self.edition == PUBLISHED:
            return words("yardstick", "published")
        scored = self.code in self.catalogue.aggregates or self.code.startswith("score_")
        return yardstick_words(self.study, words) if scored else ""

    @property
    def dated(self) -> dict[str, Any]:
        """The options that figures of a change share: the line under them names the yardstick."""
        told = [self.common["source"], *([self.yardstick] if self.yardstick else [])]
        return {**self.common, "years": self.span, "source": " \N{MIDDLE DOT} ".join(told)}

    @property
    def undecided(self) -> tuple[object, ...]:
        """Regions whose class does not surely move as it seems to, from the first year to that of the view."""
        if self.edition == PUBLISHED or self.code != self.catalogue.root:
            return ()
        names = readings_of(self.edition, editions(self.study))
        tables = {name: edition_tables(self.study, name) for name in names}
        return undecided_in(study_change(self.study, self.catalogue, tables, self.year))

    def filled(self) -> list[object]:
        """Return the regions of which a cell that the variable rests on was filled in the year."""
        if self.edition == PUBLISHED or self.study.rating.imputation is None:
            return []
        table = load_indicators(self.year, edition=self.edition, study=self.study)
        code = self.code.removeprefix("score_")
        within = {*(self.catalogue.parts(code) if code in self.catalogue.derived else (code,))} & {*table.columns}
        cells = table.attrs.get("imputed", ())
        return [cell[0] for cell in cells if not within or cell[1] in within]  # an aggregate rests on all of them

    @property
    def hatched(self) -> dict[str, Any]:
        """The options of a map that hatches regions with filled cells."""
        found = self.filled()
        marked = pd.Series(self.regions.index.isin(found), self.regions.index)
        return {"overlay": marked, "overlay_label": Words(self.lang)("caption", "hatched")} if found else {}

    def rated(self) -> pd.DataFrame:
        """Return values with their classes."""
        letters = self.letters(self.year)
        frame = pd.DataFrame({self.code: self.values(), "rating_class": letters})
        frame.attrs = {**letters.attrs, "root": self.code}
        return frame

    def letters(self, year: int, *, compared: bool = False) -> pd.Series:
        """Return the classes of a year on the scale of the rating."""
        rating, method = self.study.rating, study_method(self.study, self.catalogue)
        values, scale = self.common_values(year) if compared else self.values(year), method.scale
        limits = rating.change_limits if compared else rating.level_limits
        method = method.but(limits=limits if self.edition != PUBLISHED else "year")
        if scale.of == "relative":
            return self._relative(year, values, method, compared=compared)
        if self.code not in self.catalogue.aggregates and not self.code.startswith("score_"):
            # its numbers may lie between the limits of the classes by chance
            problem, allowed = f"{self.code!r} has no classes, which are those of scores", _OFF_THE_SCALE
            if self.code in self.catalogue.indicators:
                allowed = remedy(f"{_OFF_THE_SCALE}; or the classes of its scores, {{variable}}",
                                 variable=f'"score_{self.code}"')  # fmt: skip
            raise MapError(message(problem, allowed=allowed))
        low, high = values.min(), values.max()
        within = pd.isna(low) or (low >= scale.bottom and high <= scale.top)
        if not (within or (method.open_ended and self.code in self.catalogue.aggregates)):
            problem = f"{self.code!r} runs from {low:g} to {high:g}, and classes from {scale.bottom:g} to {scale.top:g}"
            raise MapError(message(problem, allowed=_OFF_THE_SCALE))
        return classes_of(values, method)

    def _relative(self, year: int, values: pd.Series, method: Method, *, compared: bool) -> pd.Series:
        """Return classes by the index in percent of its reference: that of the year, of all years or of a base year."""
        if method.limits == "year":
            return classes_of(values, method)
        known = {}
        for each in self.study.years:
            with suppress(StudyError):  # an edition need not cover every year
                known[each] = self.common_values(each) if compared else self.values(each)
        classes = classes_of(pd.concat(known, names=[YEAR, REGION]), method)
        found = classes.xs(year, level=YEAR)
        found.attrs = classes.attrs
        return found

    def classed(self) -> bool:
        """Tell whether there are classes; a single map of them is refused where there are none."""
        method = study_method(self.study, self.catalogue)
        if self.edition != "published" and self.code in self.catalogue.aggregates and not method.has_classes(self.code):
            problem = f"{method.normalisation} scores have no limits, so that {self.code!r} has no classes"
            instead = "values" if self.kind == "rating" else "change"
            allowed = f"{instead}, or another normalisation in study.toml"
            raise MapError(message(problem, where=self.kind, allowed=allowed))
        return True

    def published(self) -> pd.DataFrame:
        """Return the published figures, with the shares in the industry."""
        frame = load_published(self.year, study=self.study)
        if "ksi" not in frame:
            allowed = "a study with ksi"
            raise StudyError(message(f"no specialisation for {self.year}", where=self.study.name, allowed=allowed))
        return frame.reindex(self.regions.index)

    def local(self, *, star: bool = False) -> LocalResult:
        """Return the local Moran test of the variable, or the Getis-Ord one with the region itself."""
        from growthpoles.spatial.local_tests import local_getis_ord, local_moran

        report = self.study.report
        options: dict[str, Any] = {"adjust": report.adjust, "rng": self.study.study.seed}
        if report.permutations is not None:
            options["permutations"] = report.permutations
        kept, part, _ = with_data(self.values(), self.graph)
        return local_getis_ord(kept, part, star=True, **options) if star else local_moran(kept, part, **options)


@dataclass(frozen=True, kw_only=True)
class ReportView(View):
    """What a figure of the report shows: as `View`, from results that are there; `year` is 0 where it has none."""

    results: Results

    @property
    def regions(self) -> gpd.GeoDataFrame:
        """Boundaries of the study."""
        return self.results.regions

    @property
    def label(self) -> None:
        """Nothing: the title says it."""

    @property
    def span(self) -> tuple[int, int]:
        """First and last year."""
        return self.results.years[0], self.results.years[-1]

    @property
    def graph(self) -> Graph:
        """Neighbours of the report."""
        assert self.results.graph is not None  # the figure is not possible otherwise
        return self.results.graph

    @property
    def tested(self) -> dict[str, Any]:
        """Nothing: the caption says it."""
        return {}

    @property
    def common(self) -> dict[str, Any]:
        """The options that all figures share, with a title where the preset has one on the figure."""
        first, last = self.span
        title = figure_title(self.results, self.kind, self.lang, year=self.year, first=first, last=last)
        headed = get_preset(self.study.report.preset).heading == "title"
        return {**super().common, "title": title if headed else None}

    @property
    def names(self) -> pd.Series:
        """Names of the regions, cut to what a chart has room for; a star stands behind those with filled cells."""
        names = region_names(self.results, self.lang, _NAME)
        filled = [] if self.kind.startswith("industry") else self.results.filled(self.year)
        return names.where(~names.index.isin(filled), names + "*")

    def cut(self, frame: Any) -> Any:
        """Return the rows of a table, or values, that the chart has room for."""
        rows = shown_rows(self.results, self.kind, self.year)
        if rows is None:
            return frame
        kept = frame.reindex(rows)
        kept.attrs = frame.attrs
        return kept

    @property
    def codes(self) -> dict[str, str]:
        """Names of the catalogue's codes, cut likewise."""
        return {code: shorten(name, 3 * _NAME) for code, name in indicator_names(self.results, self.lang).items()}

    def values(self, year: int | None = None) -> pd.Series:
        """Return the index of a year."""
        return self.results.rating(year or self.year)[self.results.root].astype(float)

    def rated(self) -> pd.DataFrame:
        """Return the rating."""
        return self.results.rating(self.year)

    def common_values(self, year: int) -> pd.Series:
        """Return the index of a year on the yardstick by which years are compared."""
        return self.results.common(year)[self.results.root].astype(float)

    def filled(self) -> list[object]:
        """Return the regions with filled cells in the year."""
        return self.results.filled(self.year)

    @property
    def undecided(self) -> tuple[object, ...]:
        """Regions whose class does not surely move as it seems to, from the first year to the last."""
        found = self.results.stages.change
        return () if found is None else undecided_in(found)

    def letters(self, year: int, *, compared: bool = False) -> pd.Series:
        """Return the classes of a year."""
        return (self.results.common(year) if compared else self.results.rating(year))["rating_class"]

    def classed(self) -> bool:
        """Tell whether the index has classes."""
        return self.results.classed

    def published(self) -> pd.DataFrame:
        """Return the published figures."""
        return self.results.published[self.year].reindex(self.regions.index)

    def local(self, *, star: bool = False) -> LocalResult:
        """Return the local test of the report, or the Getis-Ord one."""
        return super().local(star=True) if star else self.results.local[self.edition, self.year]
