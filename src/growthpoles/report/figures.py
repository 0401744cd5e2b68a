"""Registry of figure kinds: artist, section, caption, alt text, map command; jobs, captions, single maps.

A new kind is one entry of `KINDS` and its artist; where its title has no phrase ([figure] of the texts), its name
stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from growthpoles.errors import MapError, StudyError, unknown_option
from growthpoles.file_writing import safe_name
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_percent
from growthpoles.language.phrases import Words, shorten
from growthpoles.maps.captions import Caption
from growthpoles.maps.presets import get_preset
from growthpoles.ratings.through_time.rating_change import SURE, UNDECIDED
from growthpoles.report import alt_texts, artists, stages
from growthpoles.report.figure_views import ReportView, View, rows_told
from growthpoles.report.results import Results
from growthpoles.report.wording import (
    counted_words,
    drawn,
    figure_title,
    indicator_names,
    origin_words,
    permuted,
    region_names,
    shared,
    unranked_words,
    weight_spread,
    yardstick_words,
)
from growthpoles.study.inputs import industry_names
from growthpoles.study.study_spec import Study, detailed_years

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Level of the intervals of ranks.
_LEVEL = 0.9


def _influenced(results: Results, words: Words) -> str:
    return words("caption", "influence")


def _nothing(results: Results, words: Words) -> str:
    return ""


def _permuted_twice(results: Results, words: Words) -> str:
    return words("caption", "permutation", origin=origin_words([artists.bivariate(results)[0]], words))


def _replicated(results: Results, words: Words) -> str:
    found = results.stages.robustness[results.years[-1]]
    counted = counted_words(words, int(found.on_scale.sum()), found.replications)
    return " ".join([words("caption", "replications", counted=counted), *_weighted(results, words)])


def _intervals(results: Results, words: Words) -> str:
    told = {"share": format_percent(_LEVEL, words.lang), "replications": words.count(stages.REPLICATIONS)}
    return " ".join([words("caption", "intervals", **told), *_weighted(results, words)])


def _weighted(results: Results, words: Words) -> list[str]:
    """Say how far the weights of the replications are drawn apart, where there are any, and who is not shown."""
    spread = weight_spread(results, words)
    told = [words("caption", "drawn_weights", spread=spread)] if spread else []
    return told + unranked_words(results, words)


def _variable(results: Results, words: Words) -> str:
    name = indicator_names(results, words.lang)[results.root]
    return words("caption", "variable", variable=name)


def _power_text(results: Results, words: Words) -> str:
    assert results.stages.verdict is not None
    told = translator(words.lang)("n = {n}, spatial lag process, normal errors")
    return told.format(n=results.stages.verdict.power.n) + "."


def _dated(results: Results, words: Words) -> str:
    told = yardstick_words(results.study, words)
    return f"{told[:1].upper()}{told[1:]}."


def _parted(results: Results, words: Words) -> str:
    return words("caption", "parted")


def _compared(results: Results, words: Words) -> str:
    sentences = [_dated(results, words)]
    found = results.stages.change
    if found is not None and UNDECIDED in set(found.frame.get("class_move", ())):
        share = format_percent(SURE, words.lang)
        counted = counted_words(words, found.counted, found.replications)
        sentences.append(words("caption", "undecided", share=share, counted=counted))
    return " ".join(sentences)


def _paneled(results: Results, words: Words) -> str:
    shown = artists.panel_years(results)
    if len(shown) == len(results.years):
        return _dated(results, words)
    listed = ", ".join(map(str, shown))
    return f"{_dated(results, words)} " + words("caption", "some_years", years=listed, count=len(results.years))


def _cut(kind: str, *further: Callable[[Results, Words], str]) -> Callable[[Results, Words], str]:
    """Say which regions a chart shows, where it has no room for all, after what else its caption says."""

    def text(results: Results, words: Words) -> str:
        return " ".join(filter(None, (*(each(results, words) for each in further), rows_told(results, words, kind))))

    return text


def _most_industries(results: Results, words: Words) -> str:
    found, codes = artists.largest_industries(results)
    n = found.matrices[found.year].shape[1]
    return words("caption", "industries", count=len(codes), n=n) if len(codes) < n else ""


def _in_focus(results: Results, words: Words) -> str:
    code = artists.focus_industry(results)
    return words("caption", "industry", name=industry_names(results.study, words.lang).get(code, code))


def _by_complexity(results: Results, words: Words) -> str:
    found = results.stages.industries
    return "" if found is None or found.complexity is None else words("caption", "density")


def _long(results: Results) -> bool:
    return len(results.years) > 2


def _tested(results: Results, year: int) -> bool:
    return (results.edition, year) in results.local


def _found(stage: str) -> Callable[[Results, int], bool]:
    def possible(results: Results, year: int) -> bool:
        found = getattr(results.stages, stage)
        return year in found if isinstance(found, dict) else found is not None

    return possible


def _industries(results: Results, year: int) -> bool:
    return results.stages.industries is not None


def _unequal(results: Results, year: int) -> bool:
    found = results.stages.inequality
    return found is not None and any(artists.spans(each, results) for each in found.found.values())


def _starred(results: Results, year: int) -> bool:
    found = results.stages.industries
    return found is not None and found.stars is not None and len(found.matrices) > 1


def _stars(results: Results, words: Words) -> str:
    assert results.stages.industries is not None
    stars = results.stages.industries.stars
    assert stars is not None
    return words("caption", "stars", n=int((stars.table["stars"] >= 2).sum()), floor=words.number(stars.floor, 0))


def _grouped_theil(results: Results, year: int) -> bool:
    found = results.stages.inequality
    return found is not None and any(
        "T" in each.groups.index.unique("index") for each in found.found.values() if not each.groups.empty
    )


def _spread_tested(results: Results, year: int) -> bool:
    return results.stages.spread is not None and "neighbours' level" in results.stages.spread.index


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of figure.

    Attributes
    ----------
    name : str
        In names of files, of commands, and in [report] of study.toml.
    when : str
        "every year", "last year", "share years", "last share year", "period" (first to last year) or "once".
    artist : callable
        View -> Axes; the view's year is 0 where the kind has none. An artist of a kind with a command draws from any
        :class:`growthpoles.report.figure_views.View`, others from that of a report.
    section : str
        Section of the page that shows it; "" for none.
    possible : callable
        (results, year) -> whether the results hold what it shows.
    standard : bool
        Whether a report has it that names no figures.
    place : str
        "last": behind the other figures of its section.
    marks : str
        "few": outlines on the page; "many": pixels, which are smaller then.
    edition : str
        Whose data it shows: "own" (the report's edition), "published", or "" (none, or several).
    on_boundaries, on_data, weights : bool
        Whether its caption names the boundaries, and the weights.
    p_method, text : callable
        (results, words) -> how its p-values come about, and what else its caption says; "" for nothing.
    alt : callable
        (results, year, words) -> what it shows, for somebody who does not see it.
    command : tuple of str, optional
        Options that change the single map ("variable", "permutations" ...); None: `growthpoles map` does not draw it.
    """

    name: str
    when: str
    artist: Callable[[Any], Axes]
    section: str
    possible: Callable[[Results, int], bool] = lambda results, year: True
    standard: bool = True
    place: Literal["first", "last"] = "first"
    marks: Literal["few", "many"] = "few"
    edition: Literal["own", "published", ""] = "own"
    on_boundaries: bool = False
    on_data: bool = True
    weights: bool = False
    p_method: Callable[[Results, Words], str] = _nothing
    text: Callable[[Results, Words], str] = _nothing
    alt: Callable[[Results, int, Words], str] = alt_texts.chart
    command: tuple[str, ...] | None = None

    def edition_of(self, own: str) -> str:
        """Return the edition that it shows of a study or report with an edition of its own."""
        return own if self.edition == "own" else self.edition


_MAP: Any = {"on_boundaries": True, "command": ("variable",)}
_GRAPH: Any = {"section": "spatial", "on_boundaries": True, "weights": True}
_LINKS = ("weights", "k", "threshold", "power")
_TESTS = ("variable", *_LINKS, "adjust", "permutations")
_LOCAL: Any = {**_GRAPH, "possible": _tested, "p_method": drawn, "command": _TESTS, "text": _variable}
_RANKS: Any = {"section": "robustness", "alt": alt_texts.ranked}
# fmt: off
_KINDS = (
    Kind("rating", "every year", artists.rating, "rating", alt=alt_texts.rating, **_MAP),
    Kind("values", "every year", artists.values, "rating", standard=False, alt=alt_texts.values,
         **{**_MAP, "command": ("variable", "limits", "scheme", "classes", "center", "digits")}),
    Kind("change", "period", artists.change, "rating", text=_compared, alt=alt_texts.change,
         **{**_MAP, "command": ("variable", "limits", "scheme", "classes")}),
    Kind("class-change", "period", artists.class_change, "rating", lambda r, year: r.classed, standard=False,
         text=_compared, alt=alt_texts.class_change, **_MAP),
    Kind("change-parts", "period", artists.change_parts, "rating",
         lambda r, year: r.stages.change is not None and "own" in r.stages.change.frame,
         text=_cut("change-parts", _parted), alt=alt_texts.parts),
    Kind("class-panels", "period", artists.class_panels, "rating", lambda r, year: _long(r) and r.classed,
         text=_paneled, on_boundaries=True,
         alt=lambda r, year, words: alt_texts.period(r, words, r.change(), len(r.regions))),
    Kind("index-paths", "period", artists.index_paths, "rating", lambda r, year: _long(r), text=_dated,
         alt=alt_texts.paths),
    Kind("rank-paths", "period", artists.rank_paths, "rating", lambda r, year: _long(r), text=_dated,
         alt=alt_texts.ranked),
    Kind("transitions", "period", artists.transitions, "rating",
         lambda r, year: "class_transitions" in r.stages.trend, text=_dated),
    Kind("slope", "period", artists.slope, "rating", text=_cut("slope", _dated),
         alt=lambda r, year, words: alt_texts.period(r, words, r.change())),
    Kind("contributions", "last year", artists.contributions, "rating", artists.adds_up, place="last",
         text=_cut("contributions"), alt=alt_texts.ranked),
    Kind("editions", "last year", artists.edition_chart, "rating",
         lambda r, year: 2 <= len(artists.edition_frame(r, year).columns) <= 3, edition="",
         text=_cut("editions"), alt=alt_texts.ranked),
    Kind("robustness", "last year", artists.robustness, possible=_found("robustness"),
         text=_cut("robustness", _intervals), **_RANKS),
    Kind("membership", "last year", artists.membership,
         possible=lambda r, year: r.classed and year in r.stages.robustness,
         text=_cut("membership", _replicated), **_RANKS),
    Kind("ksi", "share years", artists.ksi, "specialisation", edition="published", on_boundaries=True,
         alt=alt_texts.ksi, command=()),
    Kind("industry-quotients", "once", artists.quotients, "industries", _industries, marks="many", edition="",
         text=_cut("industry-quotients", _most_industries)),
    Kind("industry-focus", "once", artists.focus, "industries", _industries, edition="",
         text=_cut("industry-focus", _in_focus)),
    Kind("industry-map", "once", artists.focus_map, "industries", _industries, edition="", on_boundaries=True,
         text=_in_focus),
    Kind("industry-clusters", "once", artists.cluster_bubbles, "industries", _starred, marks="many", edition="",
         text=_stars),
    Kind("industry-shift", "once", artists.shift_share, "industries",
         lambda r, year: r.stages.industries is not None and r.stages.industries.change is not None, edition="",
         text=_cut("industry-shift")),
    Kind("complexity", "once", artists.complexity, "industries",
         lambda r, year: r.stages.industries is not None and r.stages.industries.complexity is not None,
         place="last", edition="", on_boundaries=True),
    Kind("next", "once", artists.density, "industries",
         lambda r, year: r.stages.industries is not None and not r.stages.industries.next.empty,
         marks="many", place="last", edition="",
         text=_cut("next", _by_complexity, _most_industries)),
    Kind("inequality", "period", artists.inequality, "inequality", _unequal, alt=alt_texts.inequality),
    Kind("theil", "once", artists.theil, "inequality", _grouped_theil),
    Kind("lorenz", "period", artists.lorenz, "inequality", _unequal, alt=alt_texts.inequality),
    Kind("neighbours", "once", artists.neighbours, possible=lambda r, year: r.graph is not None, edition="",
         command=_LINKS, alt=alt_texts.graph, **_GRAPH),
    Kind("moran", "every year", artists.moran, possible=lambda r, year: (r.edition, year, r.root) in r.moran,
         p_method=permuted, alt=alt_texts.moran, text=_variable, **_GRAPH),
    Kind("moran-bivariate", "period", artists.moran_bivariate, standard=False, p_method=_permuted_twice,
         possible=lambda r, year: all((r.edition, each, r.root) in r.moran for each in (r.years[0], r.years[-1])),
         alt=alt_texts.chart, **_GRAPH),
    Kind("influence", "every year", artists.influence, standard=False, text=_influenced, alt=alt_texts.influence,
         possible=lambda r, year: (r.edition, year, r.root) in r.moran, **_GRAPH),
    Kind("influence-map", "every year", artists.influence_map, standard=False, text=_influenced,
         alt=alt_texts.influence, possible=lambda r, year: (r.edition, year, r.root) in r.moran, **_GRAPH),
    Kind("moran-paths", "period", artists.moran_paths, text=_dated,
         possible=lambda r, year: _long(r) and len(r.stages.trend.get("moran_path", ())) > 1, **_GRAPH),
    Kind("clusters", "every year", artists.clusters, alt=alt_texts.clusters, **_LOCAL),
    Kind("hotspots", "every year", artists.hotspots, standard=False, alt=alt_texts.legend, **_LOCAL),
    Kind("significance", "every year", artists.significance, standard=False, alt=alt_texts.significance, **_LOCAL),
    Kind("specifications", "once", artists.specifications, "verdict", _found("verdict"), marks="many", edition="",
         p_method=shared, alt=alt_texts.curve),
    Kind("power", "once", artists.power, "verdict", _found("verdict"), place="last", edition="", alt=alt_texts.power,
         weights=True, text=_power_text, on_data=False),
    Kind("spread", "period", artists.spread, "poles", _spread_tested, standard=False, weights=True,
         text=_dated),
    Kind("typology", "last share year", artists.typology, "poles", _found("typology"), on_boundaries=True,
         alt=alt_texts.typology),
)
# fmt: on
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}


def map_kinds(option: str | None = None) -> tuple[str, ...]:
    """Return the kinds that `growthpoles map` draws: all, or those that an option changes."""
    return tuple(
        name for name, kind in KINDS.items() if kind.command is not None and (option is None or option in kind.command)
    )


@dataclass(frozen=True, slots=True)
class FigureJob:
    """A figure to draw.

    Attributes
    ----------
    name : str
        File name without ending.
    kind : Kind
    results : Results
    parameters : dict
        year, or first and last, or nothing; kept in the metadata of the file.
    """

    name: str
    kind: Kind
    results: Results
    parameters: dict[str, int]

    @property
    def edition(self) -> str:
        """Edition of the data shown."""
        return self.kind.edition_of(self.results.edition)

    @property
    def year(self) -> int:
        """Year of the figure, or 0."""
        return self.parameters.get("year", 0)

    def figure(self, lang: str) -> Figure:
        """Draw the figure in a language."""
        facts: Any = {"study": self.results.study, "kind": self.kind.name, "year": self.year, "edition": self.edition}
        found: Any = self.kind.artist(ReportView(lang=lang, results=self.results, **facts)).get_figure(root=True)
        return found


def figure_plan(study: Study, ksi_years: tuple[int, ...]) -> list[tuple[Kind, int]]:
    """Return kind and year of every figure that the report of a study can have, in order; 0 where there is no year.

    Raises
    ------
    StudyError
        If [report] names a kind that there is not.
    """
    years, asked = study.years, study.report.figures
    for name in asked or ():
        if name not in KINDS:
            raise StudyError(unknown_option("figure", name, KINDS))
    spans = {
        "every year": detailed_years(years),
        "last year": years[-1:],
        "share years": ksi_years,
        "last share year": ksi_years[-1:],
        "period": (0,) if len(years) > 1 else (),
        "once": (0,),
    }
    kinds = [kind for name, kind in KINDS.items() if (kind.standard if asked is None else name in asked)]
    return [(kind, year) for kind in kinds for year in spans[kind.when]]


def figure_jobs(results: Results) -> Iterator[FigureJob]:
    """Yield the figures that the results allow, in the order of `figure_plan`."""
    ksi_years = tuple(year for year, frame in results.published.items() if "ksi" in frame)
    for kind, year in figure_plan(results.study, ksi_years):
        if not kind.possible(results, year):
            continue
        parameters = {"year": year} if year else {}
        if kind.when == "period":
            parameters = {"first": results.years[0], "last": results.years[-1]}
        file = safe_name("_".join(map(str, [kind.name, *parameters.values()])))
        yield FigureJob(file, kind, results, parameters)


def make_caption(results: Results, job: FigureJob, lang: str) -> Caption:
    """Put together title, facts and alternative text of a figure."""
    words, kind, report = Words(lang), job.kind, results.study.report
    title = figure_title(results, kind.name, lang, **job.parameters)
    results = results.of_year(job.year)
    return Caption(
        name=job.name,
        file=f"figures/{job.name}.png",
        title=title,
        text=" ".join(filter(None, [kind.text(results, words), _filled(results, job, words)])),
        alt=f"{title.rstrip('.')}. {kind.alt(results, job.year, words)}",
        edition=words.value(job.edition) if job.edition else "",
        vintage=_boundaries(results) if kind.on_boundaries else "",
        weights=words("caption", "weights", weights=words("weights", report.weights)) if kind.weights else "",
        p_method=kind.p_method(results, words),
        source=shorten(results.study.sources(lang), 400) if kind.on_data else "",
        width_mm=get_preset(report.preset).width_mm,
    )


def _filled(results: Results, job: FigureJob, words: Words) -> str:
    """Name the regions with filled cells under a figure of the index."""
    found = results.filled(job.year) if job.kind.edition == "own" else []
    names = region_names(results, words.lang).to_dict()
    return words("caption", "filled", names=alt_texts.first_names([names[region] for region in found])) if found else ""


def _boundaries(results: Results) -> str:
    attrs = results.regions.attrs
    return shorten(", ".join(str(attrs[key]) for key in ("vintage", "source") if attrs.get(key)), 400)


def draw_map(
    study: Study,
    kind: str = "rating",
    *,
    year: int | None = None,
    edition: str | None = None,
    variable: str | None = None,
    lang: str = "en",
    preset: str | None = None,
    weights: str | None = None,
    adjust: str | None = None,
    permutations: int | None = None,
    links: Mapping[str, Any] = MappingProxyType({}),
    cities: bool | None = None,
    locator: bool | None = None,
    **classes: Any,
) -> Axes:
    """Draw one map of a study.

    Parameters
    ----------
    study : Study
    kind : str
        A kind of figure that has a map command, see :func:`growthpoles.report.figures.map_kinds`: "values" maps a
        sub-index or an indicator in natural classes; "clusters", "hotspots", "significance" and "neighbours" are
        spatial tests and their graph.
    year : int, optional
        A year of the study; None is the last. Changes run from the first year to it.
    edition : str, optional
        None is the study's default; "ksi" always shows the published figures.
    variable : str, optional
        A code of the catalogue; None is the index.
    lang : str
    preset : str, optional
        Size and typography, see :data:`growthpoles.maps.PRESETS`; None here and below: as the study's [report] says.
    weights : str, optional
        Kind of graph of the spatial tests.
    adjust : str, optional
        Correction for the family of local tests.
    permutations : int, optional
        Relocations of the local tests, where p is not exact.
    links : mapping
        Options of the graph, as :func:`growthpoles.study_weights` takes them: k, threshold, power.
    cities, locator : bool, optional
        Whether to show cities, and a small map of the surroundings.
    **classes
        Of the map of values: limits, scheme, k, center, digits, as :func:`growthpoles.plot_values` takes them; of the
        map of a change: limits, scheme, k.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    GrowthpolesError
        On an unknown kind, variable, year or edition, or if the study lacks what the map needs.
    """
    if kind not in map_kinds():
        raise MapError(unknown_option("kind", kind, map_kinds()))
    study = study.with_report(
        preset=preset, weights=weights, adjust=adjust, permutations=permutations, cities=cities, locator=locator
    )
    drawn, shown = KINDS[kind], study.years[-1] if year is None else year
    own = drawn.edition_of(edition or study.study.edition)
    view = View(
        study=study, kind=kind, year=shown, lang=lang, edition=own, variable=variable, links=links, classes=classes
    )
    return drawn.artist(view)
