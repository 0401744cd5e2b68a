"""Artists: every figure of the report and every single map, drawn from a view of a study or of a report's results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles import maps
from growthpoles.errors import MapError, RatingError, StudyError, message
from growthpoles.language.phrases import Words, shorten
from growthpoles.maps.presets import get_preset
from growthpoles.ratings.catalogue import Catalogue, default_catalogue
from growthpoles.ratings.classes import classify
from growthpoles.ratings.rate import classes_of
from growthpoles.report.results import Results
from growthpoles.report.wording import figure_title, indicator_names, region_names
from growthpoles.spatial.alignment import with_data
from growthpoles.study.inputs import load_published, study_catalogue, study_method, study_regions
from growthpoles.study.inputs.study_variables import variable_of
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph
    from matplotlib.axes import Axes

    from growthpoles.spatial.local_tests import LocalResult

_MOST_PARTS = 8
_NAME, _LONG_NAME = 40, 80
_NATURAL = 3000  # distinct values up to which natural classes are found
_OFF_THE_SCALE = "values, change, clusters, hotspots, significance"


@dataclass(frozen=True, kw_only=True)
class View:
    """What a map shows of a study: one variable, edition and year, in one language; computed when it is asked for."""

    study: Study
    kind: str
    year: int
    lang: str
    edition: str
    variable: str | None = None

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
        """What the variable is called, with its unit; None for the article's index, which maps name by themselves."""
        catalogue, own = self.catalogue, default_catalogue()
        if self.code == catalogue.root and catalogue.name(self.code) == own.name(own.root):
            return None
        unit = catalogue.units([self.code]).get(self.code, "")
        return ", ".join([self.name, *([Words(self.lang).unit(unit)] if unit else [])])

    @property
    def name(self) -> str:
        """Name of the variable."""
        return self.catalogue.name(self.code, self.lang)

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
        from growthpoles.spatial.weights.build_weights import build_weights

        return build_weights(self.regions, self.study.report.weights)  # type: ignore[arg-type]

    @property
    def tested(self) -> dict[str, Any]:
        """Name of what a local test tested, and under the map by what weights and adjustment."""
        words, report, source = Words(self.lang), self.study.report, self.study.text("source", self.lang)
        how = [words("weights", report.weights), f"p: {words('adjusted', report.adjust)}"]
        return {"variable": self.label or self.name, "source": " \N{MIDDLE DOT} ".join([source, *how])}

    @property
    def common(self) -> dict[str, Any]:
        """The options that all figures share."""
        return {
            "lang": self.lang,
            "preset": self.study.report.preset,
            "source": self.study.text("source", self.lang),
            "edition": self.edition or None,
        }

    def values(self, year: int | None = None) -> pd.Series:
        """Return the variable by region, in the year of the view or another one."""
        return variable_of(self.study, self.code, year or self.year, self.edition).y

    def rated(self) -> pd.DataFrame:
        """Return values with their classes."""
        letters = self.letters(self.year)
        frame = pd.DataFrame({self.code: self.values(), "rating_class": letters})
        frame.attrs = {**letters.attrs, "root": self.code}
        return frame

    def letters(self, year: int) -> pd.Series:
        """Return the classes of a year on the scale of the rating."""
        method = study_method(self.study, self.catalogue)
        values, scale = self.values(year), method.scale
        if scale.of == "relative":
            return classes_of(values, method)
        low, high = values.min(), values.max()
        if not (pd.isna(low) or (low >= scale.bottom and high <= scale.top)):
            problem = f"{self.code!r} runs from {low:g} to {high:g}, and classes from {scale.bottom:g} to {scale.top:g}"
            raise MapError(message(problem, allowed=_OFF_THE_SCALE))
        return classify(values, scale)

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
        """Names of the regions, cut to what a chart has room for."""
        return region_names(self.results, self.lang).map(lambda name: shorten(name, _NAME))

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

    def letters(self, year: int) -> pd.Series:
        """Return the classes of a year."""
        return self.results.rating(year)["rating_class"]

    def classed(self) -> bool:
        """Tell whether the index has classes."""
        return self.results.classed

    def published(self) -> pd.DataFrame:
        """Return the published figures."""
        return self.results.published[self.year].reindex(self.regions.index)

    def local(self, *, star: bool = False) -> LocalResult:
        """Return the local test of the report, or the Getis-Ord one."""
        return super().local(star=True) if star else self.results.local[self.edition, self.year]


def rating(view: View) -> Axes:
    """Map the classes of a year; an index without limits in natural classes."""
    if not view.classed():
        return _natural_classes(view)
    facts = {"variable": view.label, "year": view.year, **view.common}
    return maps.plot_rating(view.regions, view.rated(), column=view.code, **facts)


def _natural_classes(view: View) -> Axes:
    from growthpoles.maps.thematic.value_map import class_limits

    shown = view.values()
    distinct = shown.nunique()
    scheme: Any = "natural" if distinct <= _NATURAL else "quantiles"
    limits = class_limits(shown.to_numpy(), scheme, k=max(2, min(5, distinct)))
    facts = {"variable": shorten(view.name, _LONG_NAME), "year": view.year, **view.common}
    return maps.plot_values(view.regions, shown, limits=limits, digits=2, **facts)


def values(view: View) -> Axes:
    """Map a variable in natural classes."""
    shown = view.values()
    digits = max(0, 2 - int(np.floor(np.log10(shown.abs().max() or 1.0))))
    name = view.label or shorten(view.name, _LONG_NAME)
    return maps.plot_values(view.regions, shown, variable=name, digits=digits, year=view.year, **view.common)


def change(view: View) -> Axes:
    """Map the change of a variable over the period."""
    first, last = view.span
    moved = view.values(last) - view.values(first)
    return maps.plot_change(view.regions, moved, years=view.span, variable=view.label, **view.common)


def class_change(view: View) -> Axes:
    """Map the change of class over the period."""
    view.classed()
    before, after = (view.letters(year) for year in view.span)
    return maps.plot_class_change(view.regions, before, after, years=view.span, **view.common)


def ksi(view: View) -> Axes:
    """Map the shares in the industry."""
    return maps.plot_ksi(view.regions, view.published(), year=view.year, **view.common)


def neighbours(view: View) -> Axes:
    """Map the neighbour graph."""
    options = view.common
    del options["edition"]
    return maps.plot_neighbours(view.regions, view.graph, **options)


def clusters(view: View) -> Axes:
    """Map the outcome of the local Moran test."""
    return maps.plot_clusters(view.regions, view.local(), year=view.year, **view.common | view.tested)


def significance(view: View) -> Axes:
    """Map the p-values of the local Moran test."""
    return maps.plot_significance(view.regions, view.local(), year=view.year, **view.common | view.tested)


def hotspots(view: View) -> Axes:
    """Map the outcome of the local Getis-Ord test."""
    return maps.plot_hotspots(view.regions, view.local(star=True), year=view.year, **view.common | view.tested)


def slope(view: ReportView) -> Axes:
    """Draw the index of the first and the last year as sloping lines."""
    before, after = (view.results.rating(year)[view.code] for year in view.span)
    return maps.plot_slope(before, after, names=view.names, years=view.span, **view.common)


def adds_up(results: Results, year: int) -> bool:
    """Tell whether the index is a sum of few enough contributions to be drawn."""
    from growthpoles.ratings.contributions import contributions

    try:
        parts = contributions(results.rating(year), results.catalogue)
    except RatingError:
        return False
    return parts.attrs["scale"] == "points" and parts.shape[1] <= _MOST_PARTS and not bool((parts < 0).any(axis=None))


def contributions(view: ReportView) -> Axes:
    """Draw what every indicator adds to the index."""
    from growthpoles.ratings.contributions import contributions as split

    parts = split(view.results.rating(view.year), view.results.catalogue)
    shown = parts[parts.notna().any(axis=1)]
    return maps.plot_contributions(shown, names=view.names, labels=view.codes, year=view.year, **view.common)


def edition_frame(results: Results, year: int) -> pd.DataFrame:
    """Return the index by edition: what was published, then every edition of the study."""
    columns: dict[str, pd.Series] = {}
    published = results.published.get(year)
    if published is not None and "index" in published:
        columns["published"] = published["index"].reindex(results.regions.index)
    for (edition, when), frame in results.ratings.items():
        if when == year and not any(frame[results.root].equals(other) for other in columns.values()):
            columns[edition] = frame[results.root].reindex(results.regions.index)
    return pd.DataFrame(columns, index=results.regions.index)


def editions(view: ReportView) -> Axes:
    """Draw the index of every region in every edition."""
    words, frame = Words(view.lang), edition_frame(view.results, view.year)
    labels = {str(edition): words.value(edition) for edition in frame}
    return maps.plot_dumbbell(frame, names=view.names, labels=labels, year=view.year, **view.common)


def robustness(view: ReportView) -> Axes:
    """Draw the interval of every region's rank."""
    frame = view.results.stages.robustness[view.year].to_frame()
    return maps.plot_rank_intervals(frame[frame["rank"].notna()], names=view.names, year=view.year, **view.common)


def membership(view: ReportView) -> Axes:
    """Draw the probability of every class."""
    result = view.results.stages.robustness[view.year]
    frame = result.class_probability().drop(columns="no class")
    scale = view.results.scale
    frame.columns = [scale.name(letter, view.lang) for letter in frame.columns]
    shown = frame.loc[result.to_frame().sort_values(by=["rank"], kind="stable").index]
    return maps.plot_membership(shown[shown.sum(axis=1) > 0], names=view.names, year=view.year, **view.common)


def moran(view: ReportView) -> Axes:
    """Draw the Moran scatter plot."""
    kept, graph, _ = with_data(view.results.rating(view.year)[view.code], view.graph)
    test = view.results.moran[view.edition, view.year, view.code]
    return maps.plot_moran(kept, graph, names=view.names, result=test, year=view.year, **view.common)


def specifications(view: ReportView) -> Axes:
    """Draw the specification curve."""
    assert view.results.stages.verdict is not None  # the figure is not possible otherwise
    words, curve = Words(view.lang), view.results.stages.verdict.curve
    table = curve.to_frame()
    known = ("edition", "year", "variable", "enclaves", "statistic_name", "weights")
    choices = [name for name in known if name in table]
    labels = {str(value): words.value(value) for name in choices for value in (name, *table[name].unique())}
    labels |= {code: name for code, name in view.codes.items() if code in labels}
    return maps.plot_specifications(curve, choices=choices, labels=labels, **view.common)


def power(view: ReportView) -> Axes:
    """Draw the power of Moran's I."""
    assert view.results.stages.verdict is not None  # the figure is not possible otherwise
    return maps.plot_power(view.results.stages.verdict.power, **view.common)


def typology(view: ReportView) -> Axes:
    """Map the types of regions."""
    types = view.results.stages.typology[view.year]["type"]
    return maps.plot_typology(view.regions, types, year=view.year, **view.common)
