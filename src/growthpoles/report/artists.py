"""Artists: every figure of the report and every single map, drawn from a view of a study or of a report's results."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthpoles import maps
from growthpoles.errors import MapError, RatingError, StudyError, message
from growthpoles.language.phrases import Words, shorten
from growthpoles.maps.presets import get_preset
from growthpoles.ratings.catalogue import Catalogue, default_catalogue
from growthpoles.ratings.limits import REGION, YEAR
from growthpoles.ratings.rate import classes_of
from growthpoles.ratings.through_time.rating_change import UNDECIDED
from growthpoles.report.chart_rows import shown_rows
from growthpoles.report.results import Results
from growthpoles.report.stages import permutations, readings_of, study_change
from growthpoles.report.wording import figure_title, indicator_names, region_names, yardstick_words
from growthpoles.spatial.alignment import with_data
from growthpoles.study.inputs import (
    edition_tables,
    editions,
    industry_names,
    load_published,
    study_catalogue,
    study_method,
    study_regions,
)
from growthpoles.study.inputs.published import PUBLISHED
from growthpoles.study.inputs.study_variables import variable_of
from growthpoles.study.study_spec import Study, spread_over

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph
    from matplotlib.axes import Axes

    from growthpoles.ratings.rating_options import Method
    from growthpoles.ratings.through_time.rating_change import RatingChange
    from growthpoles.spatial.local_tests import LocalResult

_MOST_PARTS = 8
_MOST_MARKED, _PANELS = 6, 12
_NAME, _LONG_NAME = 40, 80
_OFF_THE_SCALE = "values, change, clusters, hotspots, significance"


@dataclass(frozen=True, kw_only=True)
class View:
    """What a map shows of a study: one variable, edition and year, in one language; computed when it is asked for.

    `classes` are options of the map of values: limits, scheme, k, center, digits.
    """

    study: Study
    kind: str
    year: int
    lang: str
    edition: str
    variable: str | None = None
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
        from growthpoles.study.inputs import study_weights

        return study_weights(self.study, regions=self.regions)

    @property
    def tested(self) -> dict[str, Any]:
        """Name of what a local test tested, and under the map by what weights and adjustment."""
        words, report, source = Words(self.lang), self.study.report, self.study.sources(self.lang)
        told = " \N{MIDDLE DOT} ".join([source, words("weights", report.weights)])
        return {"variable": self.label or self.name, "source": told}

    @property
    def layout(self) -> dict[str, Any]:
        """The options of all maps that the study sets."""
        return self.study.report.map_options

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
        """Return the weights under the map; the caption says what was tested."""
        return {"source": super().tested["source"]}

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
        names = region_names(self.results, self.lang).map(lambda name: shorten(name, _NAME))
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


def undecided_in(found: RatingChange) -> tuple[object, ...]:
    """Return the regions whose class does not surely move as it seems to."""
    moves = found.frame.get("class_move")
    return () if moves is None else tuple(moves.index[moves == UNDECIDED])


def rating(view: View) -> Axes:
    """Map the classes of a year; an index without limits in natural classes."""
    if not view.classed():
        return _natural_classes(view)
    facts = {"variable": view.label, "year": view.year, **view.common, **view.layout}
    return maps.plot_rating(view.regions, view.rated(), column=view.code, **facts)


def _natural_classes(view: View) -> Axes:
    facts = {"variable": shorten(view.name, _LONG_NAME), "year": view.year, **view.common, **view.layout}
    return maps.plot_values(view.regions, view.values(), digits=2, **facts)


def values(view: View) -> Axes:
    """Map a variable in natural classes."""
    name = view.label or shorten(view.name, _LONG_NAME)
    options = {**view.classes, **view.common}
    return maps.plot_values(view.regions, view.values(), variable=name, year=view.year, **options, **view.layout)


def change(view: View) -> Axes:
    """Map the change of a variable over the period."""
    first, last = view.span
    moved = view.common_values(last) - view.common_values(first)
    return maps.plot_change(
        view.regions,
        moved,
        variable=view.label,
        undecided=view.undecided,
        **view.dated,
        **view.layout,
    )


def class_change(view: View) -> Axes:
    """Map the change of class over the period."""
    view.classed()
    before, after = (view.letters(year, compared=True) for year in view.span)
    return maps.plot_class_change(view.regions, before, after, undecided=view.undecided, **view.dated, **view.layout)


def ksi(view: View) -> Axes:
    """Map the shares in the industry."""
    return maps.plot_ksi(view.regions, view.published(), year=view.year, **view.common, **view.layout)


def neighbours(view: View) -> Axes:
    """Map the neighbour graph."""
    options = view.common
    del options["edition"]
    return maps.plot_neighbours(view.regions, view.graph, **options, **view.layout)


def clusters(view: View) -> Axes:
    """Map the outcome of the local Moran test."""
    return maps.plot_clusters(view.regions, view.local(), year=view.year, **view.common | view.tested, **view.layout)


def significance(view: View) -> Axes:
    """Map the p-values of the local Moran test."""
    return maps.plot_significance(
        view.regions, view.local(), year=view.year, **view.common | view.tested, **view.layout
    )


def hotspots(view: View) -> Axes:
    """Map the outcome of the local Getis-Ord test."""
    return maps.plot_hotspots(
        view.regions,
        view.local(star=True),
        year=view.year,
        **view.common | view.tested,
        **view.layout,
    )


def slope(view: ReportView) -> Axes:
    """Draw the index of the first and the last year, on one yardstick, as sloping lines."""
    before, after = (view.cut(view.common_values(year)) for year in view.span)
    return maps.plot_slope(before, after, names=view.names, **view.dated)


def _marked(view: ReportView, index: pd.DataFrame) -> list[Any]:
    """Return the poles that the study names, or else the three regions that lead in the last year."""
    poles = [pole for pole in view.study.growth_poles.poles if pole in index.index]
    last: Any = index[view.span[1]].dropna().sort_values(ascending=False, kind="stable")
    return poles[:_MOST_MARKED] or list(last.index[:3])


def index_paths(view: ReportView) -> Axes:
    """Draw the index of every region over all years, on one yardstick."""
    index = pd.DataFrame({year: view.common_values(year) for year in view.results.years})
    label = shorten(view.name, _LONG_NAME)
    return maps.plot_paths(index, marked=_marked(view, index), names=view.names, label=label, **_spanned(view))


def rank_paths(view: ReportView) -> Axes:
    """Draw the rank of every region in every year, on one yardstick."""
    index = pd.DataFrame({year: view.common_values(year) for year in view.results.years})
    ranks = pd.DataFrame({year: view.results.common(year)["rank"] for year in view.results.years}).astype(float)
    label = Words(view.lang)("column", "rank")
    marked = _marked(view, index)
    return maps.plot_paths(ranks, marked=marked, names=view.names, label=label, falling=True, **_spanned(view))


def _spanned(view: ReportView, *left_out: str) -> dict[str, Any]:
    """Return the options of a chart of all years; with a word more it does not name the yardstick."""
    options = view.dated if not left_out else view.common
    first, last = view.span
    return {name: value for name, value in options.items() if name != "years"} | {"year": f"{first}\u2013{last}"}


def moran_paths(view: ReportView) -> Axes:
    """Draw Moran's I of every year, on one yardstick, before the interval that relocation gives it."""
    words, found = Words(view.lang), view.results.stages.trend["moran_path"]
    path, told = found[["statistic"]].T, words("caption", "moran_band")
    band = found[["null_low", "null_high"]].set_axis(["low", "high"], axis=1)
    return maps.plot_paths(path, label=words.value("moran"), band=band, band_label=told, **_spanned(view))


def panel_years(results: Results) -> tuple[int, ...]:
    """Return the years of the small multiples: all, or twelve of many, the first and the last among them."""
    return spread_over(results.years, _PANELS)


def class_panels(view: ReportView) -> Axes:
    """Map the classes of many years side by side, on one yardstick."""
    shown = {str(year): view.results.common(year) for year in panel_years(view.results)}
    scale = study_method(view.study, view.catalogue).scale
    options = _spanned(view)
    figure = maps.plot_panel(
        view.regions,
        shown,
        maps.plot_rating,
        maps.rating_legend(view.lang, scale),
        columns=3 if len(shown) < 10 else 4,
        title=options.pop("title") or "",
        labels="none",
        insets="none",
        column=view.code,
        **options,
    )
    return figure.axes[0]


def transitions(view: ReportView) -> Axes:
    """Draw the moves between classes from year to year."""
    counts, scale = view.results.stages.trend["class_transitions"], view.results.scale
    counts = counts[[name for name in counts if name in counts.index]]
    names = {letter: scale.name(letter, view.lang) for letter in counts}
    return maps.plot_transitions(counts.rename(index=names, columns=names), **_spanned(view))


def change_parts(view: ReportView) -> Axes:
    """Draw own and leaders' part of the change by limits of each year."""
    words, found = Words(view.lang), view.results.stages.change
    assert found is not None  # the figure is not possible otherwise
    label = words("column", "change_per_year")
    return maps.plot_change_parts(view.cut(found.frame), names=view.names, label=label, **_spanned(view, ""))


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
    shown = view.cut(parts[parts.notna().any(axis=1)])
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


def edition_chart(view: ReportView) -> Axes:
    """Draw the index of every region in every edition."""
    words, frame = Words(view.lang), view.cut(edition_frame(view.results, view.year))
    labels = {str(edition): words.value(edition) for edition in frame}
    return maps.plot_dumbbell(frame, names=view.names, labels=labels, year=view.year, **view.common)


def robustness(view: ReportView) -> Axes:
    """Draw the interval of every region's rank."""
    frame = view.results.stages.robustness[view.year].to_frame()
    return maps.plot_rank_intervals(
        view.cut(frame[frame["rank"].notna()]), names=view.names, year=view.year, **view.common
    )


def membership(view: ReportView) -> Axes:
    """Draw the probability of every class."""
    result = view.results.stages.robustness[view.year]
    frame = result.class_probability().drop(columns="no class")
    scale = view.results.scale
    frame.columns = [scale.name(letter, view.lang) for letter in frame.columns]
    shown = frame.loc[result.to_frame().sort_values(by=["rank"], kind="stable").index]
    return maps.plot_membership(view.cut(shown[shown.sum(axis=1) > 0]), names=view.names, year=view.year, **view.common)


def moran(view: ReportView) -> Axes:
    """Draw the Moran scatter plot."""
    kept, graph, _ = with_data(view.results.rating(view.year)[view.code], view.graph)
    test = view.results.moran[view.edition, view.year, view.code]
    facts = view.common | view.tested
    facts["source"] = f"{facts['source']} \N{MIDDLE DOT} n = {test.n}"
    return maps.plot_moran(kept, graph, names=view.names, result=test, year=view.year, **facts)


def moran_bivariate(view: ReportView) -> Axes:
    """Draw the index of the first year against the neighbours' mean of the last one."""
    from growthpoles.spatial.global_tests.bivariate_moran import moran_bivariate as bivariate

    first, last = view.span
    values = [view.results.rating(year)[view.code] for year in view.span]
    kept, graph, _ = with_data(values[0].where(values[1].notna()), view.graph)
    later = values[1][kept.index]
    seed, drawn = view.study.study.seed, permutations(view.study, len(view.regions))
    test = bivariate(kept, later, graph, permutations=drawn, rng=seed)
    axes = {"variable": f"{view.name}, {first}", "neighbours": later, "beside": f"{view.name}, {last}"}
    return maps.plot_moran(kept, graph, names=view.names, result=test, **(view.common | axes))


def _pairs(view: ReportView) -> pd.DataFrame:
    """Return the pairs of which Moran's I is the sum, as a square table."""
    from growthpoles.spatial.poles.spatial_interaction import mutual_influence

    kept, graph, _ = with_data(view.results.rating(view.year)[view.code], view.graph)
    return mutual_influence(kept, graph, adjust="none", permutations=1).matrix()


def influence(view: ReportView) -> Axes:
    """Draw who pulls together with whom as a table."""
    return maps.plot_influence(_pairs(view), names=view.names, year=view.year, **view.common)


def influence_map(view: ReportView) -> Axes:
    """Map who pulls together with whom."""
    words = Words(view.lang)
    signs = words("text", "influence_together"), words("text", "influence_apart")
    options = view.common | {"variable": words("text", "influence")}
    return maps.plot_flows(view.regions, _pairs(view).fillna(0.0), signs=signs, year=view.year, **options)


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
    options = {**view.common, "source": Words(view.lang)("weights", view.study.report.weights)}  # no data are used
    return maps.plot_power(view.results.stages.verdict.power, **options)


def spread(view: ReportView) -> Axes:
    """Draw growth against the level of the neighbours, both less what the own level explains."""
    from growthpoles.spatial.poles.spillover_test import spread_test

    first, last = view.span
    before, after = (view.common_values(year) for year in view.span)
    poles = view.study.growth_poles.poles
    found = spread_test(before, after, view.graph, years=last - first, poles=poles, draws=1)
    return maps.plot_added_variable(found.added_variable, names=view.names, **_spanned(view))


def typology(view: ReportView) -> Axes:
    """Map the types of regions."""
    types = view.results.stages.typology[view.year]["type"]
    return maps.plot_typology(view.regions, types, year=view.year, **view.common, **view.layout)


_COLUMNS = 26  # industries that a table on one page has room for


def largest_industries(results: Results) -> tuple[Any, list[str]]:
    """Return the analysis of industries, and the largest industries."""
    found = results.stages.industries
    assert found is not None  # the figure is not possible otherwise
    totals = found.matrices[found.year].sum().sort_values(ascending=False, kind="stable")
    return found, [str(code) for code in found.matrices[found.year] if code in totals.index[:_COLUMNS]]


def _industry_labels(view: ReportView) -> dict[str, str]:
    return {code: shorten(name, _NAME) for code, name in industry_names(view.study, view.lang).items()}


def quotients(view: ReportView) -> Axes:
    """Draw the location quotients of the largest industries."""
    found, codes = largest_industries(view.results)
    lq, lower, upper = (
        view.cut(found.quotients[found.year][name].unstack()[codes]) for name in ("lq", "lower", "upper")
    )
    own = {"names": view.names, "labels": _industry_labels(view), "year": found.year, **view.common}
    return maps.plot_quotients(lq, lower=lower, upper=upper, **own)


def focus_industry(results: Results) -> str:
    """Return the industry that single figures show: the first in focus, or the most concentrated one."""
    found, spec = results.stages.industries, results.study.specialisation
    assert found is not None
    assert spec is not None
    known = [code for code in spec.focus if code in found.matrices[found.year]]
    return known[0] if known else str(found.industries[found.year]["krugman"].idxmax())


def focus(view: ReportView) -> Axes:
    """Draw the location quotient of one industry in every region, with its interval."""
    found, code = view.results.stages.industries, focus_industry(view.results)
    assert found is not None
    own: Any = view.cut(found.quotients[found.year].xs(code, level="industry"))
    name = _industry_labels(view).get(code, code)
    title = f"{Words(view.lang)('column', 'lq')}: {name}"
    return maps.plot_intervals(own, variable=title, names=view.names, year=found.year, **view.common)


def cluster_bubbles(view: ReportView) -> Axes:
    """Draw size, specialisation and growth of every industry in every region, clusters in colour."""
    found = view.results.stages.industries
    assert found is not None
    assert found.stars is not None
    own = {"names": view.names, "labels": _industry_labels(view), "year": found.year, **view.common}
    return maps.plot_cluster_bubbles(found.stars.to_frame(), **own)


def shift_share(view: ReportView) -> Axes:
    """Draw the change of every region by its parts."""
    found = view.results.stages.industries
    assert found is not None
    assert found.change is not None
    year = f"{min(found.matrices)}\u2013{found.year}"
    return maps.plot_shift_share(view.cut(found.change.by_region()), names=view.names, year=year, **view.common)


def complexity(view: ReportView) -> Axes:
    """Map the complexity of the regions."""
    found = view.results.stages.industries
    assert found is not None
    assert found.complexity is not None
    name = Words(view.lang)("figure", "complexity")
    shown = found.complexity.regions["eci"]
    return maps.plot_values(view.regions, shown, variable=name, digits=1, year=found.year, **view.common, **view.layout)


def density(view: ReportView) -> Axes:
    """Draw which industries are near to what a region has, the complex ones to the right."""
    from growthpoles.specialisation import relatedness_density, specialised

    found, codes = largest_industries(view.results)
    matrix = found.matrices[found.year]
    near, has = (each(matrix, missing="outside")[codes] for each in (relatedness_density, specialised))
    if found.complexity is not None:
        regions, industries = found.complexity.regions["eci"], found.complexity.industries["pci"]
        rows = regions.sort_values(ascending=False, kind="stable").index
        near = near.loc[rows[rows.isin(view.cut(near).index)]]
        near = near[[code for code in industries.sort_values(kind="stable").index if code in codes]]
    own = {"names": view.names, "labels": _industry_labels(view), "year": found.year, **view.common}
    return maps.plot_density(near, has, **own)


def first_unequal(results: Results, *, grouped: bool = False) -> tuple[Any, str]:
    """Return the inequality of the first indicator of several years, or of the first in groups, and its code."""
    found = results.stages.inequality
    assert found is not None  # the figure is not possible otherwise
    fit = {
        code: each for code, each in found.found.items() if (not each.groups.empty if grouped else len(each.years) > 1)
    }
    code = next(iter(fit))
    return fit[code], code


def _first_variable(view: ReportView, *, grouped: bool = False) -> tuple[Any, str]:
    found, code = first_unequal(view.results, grouped=grouped)
    return found, view.codes.get(code, code)


def inequality(view: ReportView) -> Axes:
    """Draw the inequality of the first indicator through time."""
    found, name = _first_variable(view)
    return maps.plot_inequality(found, variable=name, **view.common)


def theil(view: ReportView) -> Axes:
    """Draw Theil's index of the first indicator, between and within groups."""
    found, name = _first_variable(view, grouped=True)
    return maps.plot_theil(found, variable=name, **view.common)


def lorenz(view: ReportView) -> Axes:
    """Draw the Lorenz curves of the first indicator."""
    found, name = _first_variable(view)
    return maps.plot_lorenz(found, variable=name, **view.common)
