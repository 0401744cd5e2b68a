"""How each figure of the report is drawn: results, a year and a language in, Axes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from growthpoles import maps
from growthpoles.errors import RatingError
from growthpoles.language.phrases import Words, shorten
from growthpoles.report.wording import figure_title, indicator_names, region_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthpoles.report.results import Results

_MOST_PARTS = 8
_NAME = 40


def _common(results: Results, lang: str, *, year: int = 0, edition: str | None = None) -> dict[str, Any]:
    """Return the options that all figures share."""
    facts = {"lang": lang, "source": results.study.text("source", lang)}
    dated = {"year": year} if year else {}
    return {**facts, **dated, "edition": results.edition if edition is None else edition or None}


def _titled(results: Results, kind: str, lang: str, **options: Any) -> dict[str, Any]:
    """Return the options of a figure: as `_common`, with its title."""
    years = {"year": options.get("year"), "first": results.years[0], "last": results.years[-1]}
    return {**_common(results, lang, **options), "title": figure_title(results, kind, lang, **years)}


def _names(results: Results, lang: str) -> pd.Series:
    """Return the names of the regions, cut to what a chart has room for."""
    return region_names(results, lang).map(lambda name: shorten(name, _NAME))


def _codes(results: Results, lang: str) -> dict[str, str]:
    return {code: shorten(name, 3 * _NAME) for code, name in indicator_names(results, lang).items()}


def rating(results: Results, year: int, lang: str) -> Axes:
    """Map the classes of a year."""
    return maps.plot_rating(
        results.regions, results.rating(year), column=results.root, **_titled(results, "rating", lang, year=year)
    )


def change(results: Results, year: int, lang: str) -> Axes:
    """Map the change of the index over the period."""
    span = (results.years[0], results.years[-1])
    return maps.plot_change(results.regions, results.change(), years=span, **_titled(results, "change", lang))


def slope(results: Results, year: int, lang: str) -> Axes:
    """Draw the index of the first and the last year as sloping lines."""
    span = (results.years[0], results.years[-1])
    before, after = (results.rating(when)[results.root] for when in span)
    return maps.plot_slope(before, after, names=_names(results, lang), years=span, **_titled(results, "slope", lang))


def adds_up(results: Results, year: int) -> bool:
    """Tell whether the index is a sum of few enough contributions to be drawn."""
    from growthpoles.ratings.contributions import contributions

    try:
        parts = contributions(results.rating(year), results.catalogue)
    except RatingError:
        return False
    return parts.attrs["scale"] == "points" and parts.shape[1] <= _MOST_PARTS and not bool((parts < 0).any(axis=None))


def contributions(results: Results, year: int, lang: str) -> Axes:
    """Draw what every indicator adds to the index."""
    from growthpoles.ratings.contributions import contributions as split

    parts = split(results.rating(year), results.catalogue)
    return maps.plot_contributions(
        parts[parts.notna().any(axis=1)],
        names=_names(results, lang),
        labels=_codes(results, lang),
        **_titled(results, "contributions", lang, year=year),
    )


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


def editions(results: Results, year: int, lang: str) -> Axes:
    """Draw the index of every region in every edition."""
    words, frame = Words(lang), edition_frame(results, year)
    return maps.plot_dumbbell(
        frame,
        names=_names(results, lang),
        labels={edition: words.value(edition) for edition in frame},
        **_titled(results, "editions", lang, year=year, edition=""),
    )


def robustness(results: Results, year: int, lang: str) -> Axes:
    """Draw the interval of every region's rank."""
    frame = results.stages.robustness[year].to_frame()
    ranked = frame[frame["rank"].notna()]
    return maps.plot_rank_intervals(
        ranked, names=_names(results, lang), **_titled(results, "robustness", lang, year=year)
    )


def membership(results: Results, year: int, lang: str) -> Axes:
    """Draw the probability of every class."""
    result = results.stages.robustness[year]
    frame = result.class_probability().drop(columns="no class")
    order = result.to_frame().sort_values(by=["rank"], kind="stable").index
    shown = frame.loc[order]
    return maps.plot_membership(
        shown[shown.sum(axis=1) > 0],
        names=_names(results, lang),
        **_titled(results, "membership", lang, year=year),
    )


def ksi(results: Results, year: int, lang: str) -> Axes:
    """Map the shares in the industry."""
    published = results.published[year].reindex(results.regions.index)
    return maps.plot_ksi(results.regions, published, **_titled(results, "ksi", lang, year=year, edition="published"))


def neighbours(results: Results, year: int, lang: str) -> Axes:
    """Map the neighbour graph."""
    options = _titled(results, "neighbours", lang, edition="")
    options.pop("edition")
    assert results.graph is not None  # the figure is not possible otherwise
    return maps.plot_neighbours(results.regions, results.graph, **options)


def moran(results: Results, year: int, lang: str) -> Axes:
    """Draw the Moran scatter plot."""
    from growthpoles.spatial.subset import with_data

    assert results.graph is not None  # the figure is not possible otherwise
    values, graph, _ = with_data(results.rating(year)[results.root], results.graph)
    test = results.moran[results.edition, year, results.root]
    return maps.plot_moran(
        values, graph, names=_names(results, lang), result=test, **_titled(results, "moran", lang, year=year)
    )


def clusters(results: Results, year: int, lang: str) -> Axes:
    """Map the outcome of the local test."""
    local = results.local[results.edition, year]
    return maps.plot_clusters(results.regions, local, **_titled(results, "clusters", lang, year=year))


def specifications(results: Results, year: int, lang: str) -> Axes:
    """Draw the specification curve."""
    assert results.stages.verdict is not None  # the figure is not possible otherwise
    words, curve = Words(lang), results.stages.verdict.curve
    table = curve.to_frame()
    choices = [
        name for name in ("edition", "year", "variable", "enclaves", "statistic_name", "weights") if name in table
    ]
    labels = {str(value): words.value(value) for name in choices for value in (name, *table[name].unique())}
    labels |= {code: name for code, name in _codes(results, lang).items() if code in labels}
    return maps.plot_specifications(
        curve, choices=choices, labels=labels, **_titled(results, "specifications", lang, edition="")
    )


def power(results: Results, year: int, lang: str) -> Axes:
    """Draw the power of Moran's I."""
    assert results.stages.verdict is not None  # the figure is not possible otherwise
    return maps.plot_power(results.stages.verdict.power, **_titled(results, "power", lang, edition=""))


def typology(results: Results, year: int, lang: str) -> Axes:
    """Map the types of regions."""
    types = results.stages.typology[year]["type"]
    return maps.plot_typology(results.regions, types, **_titled(results, "typology", lang, year=year))
