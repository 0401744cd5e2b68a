"""Artists: every figure of the report and every single map, drawn from a view of a study or of a report's results."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthpoles import maps
from growthpoles.errors import RatingError
from growthpoles.language.languages import translator
from growthpoles.language.phrases import Words, shorten
from growthpoles.maps.thematic.map_panel import TooHighError
from growthpoles.report.figure_views import ReportView, View
from growthpoles.report.results import Results
from growthpoles.report.stages import permutations
from growthpoles.spatial.alignment import with_data
from growthpoles.study.inputs import (
    industry_names,
    study_method,
)
from growthpoles.study.study_spec import spread_over

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from matplotlib.axes import Axes

    from growthpoles.spatial.global_tests.global_result import GlobalResult
    from growthpoles.specialisation import RegionalInequality


_MOST_PARTS = 8
_MOST_MARKED, _PANELS = 6, 12
_NAME, _LONG_NAME = 40, 80


def rating(view: View) -> Axes:
    """Map the classes of a year; an index without limits in natural classes."""
    if not view.classed():
        return _natural_classes(view)
    facts = {"variable": view.label, "year": view.year, **view.common, **view.layout, **view.hatched}
    return maps.plot_rating(view.regions, view.rated(), column=view.code, **facts)


def _natural_classes(view: View) -> Axes:
    facts = {
        "variable": shorten(view.name, _LONG_NAME),
        "year": view.year,
        **view.common,
        **view.layout,
        **view.hatched,
    }
    return maps.plot_values(view.regions, view.values(), digits=2, scheme="natural", **facts)


def values(view: View) -> Axes:
    """Map a variable in natural classes; scores run one way, also below zero."""
    name = view.label or shorten(view.name, _LONG_NAME)
    measured = view.code in set(view.catalogue.codes) - set(view.catalogue.aggregates)
    one_way = {} if measured or {"limits", "center"} & view.classes.keys() else {"scheme": "natural"}
    options = {**one_way, **view.classes, **view.common, **view.hatched}
    return maps.plot_values(view.regions, view.values(), variable=name, year=view.year, **options, **view.layout)


def change(view: View) -> Axes:
    """Map the change of a variable over the period."""
    first, last = view.span
    moved = view.common_values(last) - view.common_values(first)
    return maps.plot_change(
        view.regions,
        moved.rename("index" if view.label is None else view.label),
        variable=view.label,
        undecided=view.undecided,
        **view.classes,
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
    return maps.plot_slope(before, after, names=view.names, variable=view.label, **view.dated)


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
    draw = partial(
        maps.plot_panel,
        view.regions,
        shown,
        maps.plot_rating,
        maps.rating_legend(view.lang, scale),
        title=options.pop("title") or "",
        labels="none",
        insets="none",
        column=view.code,
        **options,
    )
    try:
        figure = draw(columns=3 if len(shown) < 10 else 4)
    except TooHighError:  # as many columns as it takes
        figure = draw()
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
    """Tell whether the index is a sum of several contributions, few enough to be drawn."""
    from growthpoles.ratings.contributions import contributions

    if len(results.catalogue.indicators) == 1:
        return False
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
    summed = view.quantity and shorten(view.quantity, _LONG_NAME)
    facts: Any = {"variable": summed, "year": view.year, **view.common}
    return maps.plot_contributions(shown, names=view.names, labels=view.codes, **facts)


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
    axis = translator(view.lang)("Index, points")
    return maps.plot_dumbbell(frame, names=view.names, labels=labels, variable=axis, year=view.year, **view.common)


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
    ranks = result.to_frame()["rank"].astype(float).dropna()
    shown = frame.loc[ranks.sort_values(kind="stable").index]
    return maps.plot_membership(view.cut(shown[shown.sum(axis=1) > 0]), names=view.names, year=view.year, **view.common)


def moran(view: ReportView) -> Axes:
    """Draw the Moran scatter plot."""
    kept, graph, _ = with_data(view.results.rating(view.year)[view.code], view.graph)
    test = view.results.moran[view.edition, view.year, view.code]
    facts = view.common | view.tested
    weights = Words(view.lang)("weights", view.study.report.weights)
    facts["source"] = " \N{MIDDLE DOT} ".join([facts["source"], weights, f"n = {test.n}"])
    return maps.plot_moran(kept, graph, names=view.names, result=test, variable=view.name, year=view.year, **facts)


def bivariate(results: Results) -> tuple[GlobalResult, pd.Series, pd.Series, Graph]:
    """Test the index of the first year beside the neighbours' mean of the last one."""
    from growthpoles.spatial.global_tests.bivariate_moran import moran_bivariate as test

    before, after = (results.rating(results.years[end])[results.root] for end in (0, -1))
    assert results.graph is not None  # the figure is not possible otherwise
    kept, graph, _ = with_data(before.where(after.notna()), results.graph)
    later, drawn = after[kept.index], permutations(results.study, len(results.regions))
    return test(kept, later, graph, permutations=drawn, rng=results.study.study.seed), kept, later, graph


def moran_bivariate(view: ReportView) -> Axes:
    """Draw the index of the first year against the neighbours' mean of the last one."""
    first, last = view.span
    test, kept, later, graph = bivariate(view.results)
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


def focus_map(view: ReportView) -> Axes:
    """Map the location quotient of one industry, hatched where its interval does not tell it from an even share."""
    found, code, words = view.results.stages.industries, focus_industry(view.results), Words(view.lang)
    assert found is not None
    own: Any = found.quotients[found.year].xs(code, level="industry").reindex(view.regions.index)
    unsure = (own["lower"] <= 1) & (own["upper"] >= 1)
    hatch = {"overlay": unsure, "overlay_label": words("caption", "even_share")} if unsure.any() else {}
    name = f"{words('column', 'lq')}: {_industry_labels(view).get(code, code)}"
    limits = [0.0, 0.5, 0.8, 1.0, 1.25, 2.0, float(max(3, int(own["lq"].max()) + 1))]  # alike as ratios around 1
    options = {"variable": name, "limits": limits, "center": 1.0, "year": found.year, **hatch, **view.common}
    return maps.plot_values(view.regions, own["lq"], **options, **view.layout)


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
    facts = {"variable": name, "digits": 1, "scheme": "natural", "year": found.year, **view.common, **view.layout}
    return maps.plot_values(view.regions, shown, **facts)


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
    """Return the inequality of the first indicator of both ends of the study, or of the first in groups; its code."""
    found = results.stages.inequality
    assert found is not None  # the figure is not possible otherwise
    fit = [code for code, each in found.found.items() if (not each.groups.empty if grouped else spans(each, results))]
    return found.found[fit[0]], fit[0]


def spans(found: RegionalInequality, results: Results) -> bool:
    """Tell whether an inequality has the first and the last of several years of a study."""
    return len(results.years) > 1 and {results.years[0], results.years[-1]} <= {*found.years}


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
    found, code = first_unequal(view.results)
    assert view.results.stages.inequality is not None  # the figure is not possible otherwise
    people = view.results.stages.inequality.weights[code]
    name, heads = view.codes.get(code, code), view.codes.get(people, people)
    return maps.plot_lorenz(found, variable=name, weighted_by=heads or None, **view.common)
