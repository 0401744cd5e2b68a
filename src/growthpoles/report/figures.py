"""Registry of figure kinds: artist, caption, alt text of every figure of the report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from growthpoles import maps
from growthpoles.errors import RatingError
from growthpoles.file_writing import safe_name
from growthpoles.language.phrases import DASH, Words, shorten
from growthpoles.maps.captions import Caption, captions_qmd, captions_tex
from growthpoles.report.results import Results
from growthpoles.report.stages import CURVE_RELOCATIONS, DRAWS, PERMUTATIONS, REPLICATIONS
from growthpoles.report.table_formats import csv_bytes
from growthpoles.report.wording import figure_title, index_map, indicator_names, region_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
    from growthpoles.spatial.alignment import with_data

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


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of figure.

    Attributes
    ----------
    when : str
        "every year", "last year", "share years", "last share year", "period" (first to last year) or "once".
    draw : callable
        (results, year, language) -> Axes; the year is 0 where the kind has none.
    possible : callable
        (results, year) -> whether the results hold what it shows.
    marks : str
        "few": outlines on the page; "many": pixels, which are smaller then.
    """

    when: str
    draw: Callable[[Results, int, str], Axes]
    possible: Callable[[Results, int], bool] = lambda results, year: True
    marks: Literal["few", "many"] = "few"


KINDS: Mapping[str, Kind] = {
    "rating": Kind("every year", lambda r, year, lang: (rating if r.classed else index_map)(r, year, lang)),
    "change": Kind("period", change),
    "slope": Kind("period", slope),
    "contributions": Kind("last year", contributions, adds_up),
    "editions": Kind("last year", editions, lambda r, year: 2 <= len(edition_frame(r, year).columns) <= 3),
    "robustness": Kind("last year", robustness, lambda r, year: year in r.stages.robustness),
    "membership": Kind("last year", membership, lambda r, year: r.classed and year in r.stages.robustness),
    "ksi": Kind("share years", ksi),
    "neighbours": Kind("once", neighbours, lambda r, year: r.graph is not None),
    "moran": Kind("every year", moran, lambda r, year: (r.edition, year, r.root) in r.moran),
    "clusters": Kind("every year", clusters, lambda r, year: (r.edition, year) in r.local),
    "specifications": Kind("once", specifications, lambda r, year: r.stages.verdict is not None, "many"),
    "power": Kind("once", power, lambda r, year: r.stages.verdict is not None),
    "typology": Kind("last share year", typology, lambda r, year: year in r.stages.typology),
}


@dataclass(frozen=True, slots=True)
class FigureJob:
    """A figure to draw.

    Attributes
    ----------
    name : str
        File name without ending.
    kind : str
        Key of `KINDS`.
    edition : str
        Edition of the data shown.
    draw : callable
        Language -> Axes of a new figure.
    parameters : dict
        year, or first and last, or nothing; kept in the metadata of the file.
    marks : str
        As in `Kind`.
    """

    name: str
    kind: str
    edition: str
    draw: Callable[[str], Axes]
    parameters: dict[str, Any] = field(default_factory=dict)
    marks: Literal["few", "many"] = "few"

    def figure(self, lang: str) -> Figure:
        """Draw the figure in a language."""
        found: Any = self.draw(lang).get_figure(root=True)
        return found


def figure_plan(years: tuple[int, ...], ksi_years: tuple[int, ...]) -> list[tuple[str, int]]:
    """Return kind and year of every figure that a study can have, in order; 0 where a kind has no year."""
    spans = {
        "every year": years,
        "last year": years[-1:],
        "share years": ksi_years,
        "last share year": ksi_years[-1:],
        "period": (0,) if len(years) > 1 else (),
        "once": (0,),
    }
    return [(name, year) for name, kind in KINDS.items() for year in spans[kind.when]]


def figure_jobs(results: Results) -> Iterator[FigureJob]:
    """Yield the figures that the results allow, in the order of `figure_plan`."""
    ksi_years = tuple(year for year, frame in results.published.items() if "ksi" in frame)
    for name, year in figure_plan(results.years, ksi_years):
        kind = KINDS[name]
        if not kind.possible(results, year):
            continue
        parameters: dict[str, Any] = {}
        if kind.when == "period":
            parameters = {"first": results.years[0], "last": results.years[-1]}
        elif year:
            parameters = {"year": year}
        edition = {"ksi": "published", "specifications": "", "power": "", "neighbours": "", "editions": ""}
        file = safe_name("_".join(map(str, [name, *parameters.values()])))
        yield FigureJob(
            file, name, edition.get(name, results.edition), _bound(kind, results, year), parameters, kind.marks
        )


def _bound(kind: Kind, results: Results, year: int) -> Callable[[str], Axes]:
    return lambda lang: kind.draw(results, year, lang)


_NAMED = 8
_MAPS = {"rating", "ksi", "clusters", "typology"}
_ON_BOUNDARIES = {*_MAPS, "change", "neighbours", "moran"}


def make_caption(results: Results, job: FigureJob, lang: str) -> Caption:
    """Put together title, facts and alternative text of a figure."""
    words = Words(lang)
    title = figure_title(results, job.kind, lang, **job.parameters)
    methods = {
        "moran": ("permutation", PERMUTATIONS),
        "clusters": ("conditional", DRAWS),
        "specifications": ("relocations", CURVE_RELOCATIONS),
    }
    p_method, text = "", ""
    if job.kind in methods:
        key, draws = methods[job.kind]
        p_method = words("caption", key, permutations=words.count(draws))
    elif job.kind in ("robustness", "membership"):
        text = words("caption", "replications", replications=words.count(REPLICATIONS)) + "."
    return Caption(
        name=job.name,
        file=f"figures/{job.name}.png",
        title=title,
        text=text,
        alt=_alt(results, job, words, title),
        year="",
        edition=words.value(job.edition) if job.edition else "",
        vintage=_boundaries(results) if job.kind in _ON_BOUNDARIES else "",
        weights=words("caption", "weights") if job.kind in ("moran", "clusters", "neighbours") else "",
        p_method=p_method,
        source=shorten(results.study.text("source", lang), 400),
    )


def _boundaries(results: Results) -> str:
    attrs = results.regions.attrs
    return shorten(", ".join(str(attrs[key]) for key in ("vintage", "source") if attrs.get(key)), 400)


def _alt(results: Results, job: FigureJob, words: Words, title: str) -> str:
    """Say what a figure shows to somebody who cannot see it."""
    names, year = region_names(results, words.lang).to_dict(), job.parameters.get("year")
    total = len(results.regions)
    if job.kind == "moran":
        test = results.moran[results.edition, int(year or 0), results.root]
        body = words(
            "alt",
            "moran",
            n=test.n,
            statistic=words.number(test.statistic, 3),
            p=words.probability(test.p_value, relation=True),
        )
    elif job.kind == "change":
        change = results.change().dropna().sort_values(kind="stable")
        ends = [
            f"{names[region]} ({words.number(value, 1 if results.classed else 2)})" for region, value in change.items()
        ]
        body = words("alt", "change", n=total, rise=ends[-1] if ends else DASH, fall=ends[0] if ends else DASH)
    elif job.kind == "rating" and not results.classed:
        index = results.rating(int(year or 0))[results.root].dropna().sort_values(kind="stable")
        ends = [f"{names[region]} ({words.number(value, 2)})" for region, value in index.items()]
        body = words("alt", "values", n=total, highest=ends[-1] if ends else DASH, lowest=ends[0] if ends else DASH)
    elif job.kind not in _MAPS:
        body = words("alt", "chart", n=total)
    else:
        groups = _classes(results, job, words)
        listed = [
            words("alt", "group", label=label, names=_listed([names[region] for region in members]))
            for label, members in groups.items()
            if members
        ]
        body = words("alt", "map", n=total, groups="; ".join(listed))
    return f"{title.rstrip('.')}. {body}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(shorten(name, 40) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown}, \N{HORIZONTAL ELLIPSIS} (+{len(names) - _NAMED})"


def _classes(results: Results, job: FigureJob, words: Words) -> dict[str, list[object]]:
    """Return the regions by what a map shows, best first."""
    year = int(job.parameters["year"])
    if job.kind == "rating":
        column = results.rating(year)["rating_class"]
        order = list(reversed(column.cat.categories))
    elif job.kind == "clusters":
        column = results.local[results.edition, year].to_frame()["label"]
        order = list(dict.fromkeys(column.astype(str)))
    elif job.kind == "typology":
        column = results.stages.typology[year]["type"]
        order = list(column.cat.categories)
    else:
        shares = results.published[year]["ksi"].reindex(results.regions.index)
        ranked = shares.sort_values(ascending=False, kind="stable")
        found: dict[str, list[object]] = {
            words.number(share, 3): list(ranked.index[ranked == share]) for share in ranked.dropna().unique()[:_NAMED]
        }
        return {**found, words.value("no production"): list(ranked.index[ranked.isna()])}
    known = column.reindex(results.regions.index).astype(object)
    groups = {words.value(label): list(known.index[known == label]) for label in order}
    return {**groups, words("page", "no_data"): list(known.index[known.isna()])}


def caption_files(captions: Mapping[str, Sequence[Caption]], *, lang: str) -> dict[str, bytes]:
    """Return the captions as files: CSV and JSON in all languages, TeX and Quarto in one.

    Parameters
    ----------
    captions : mapping of language to captions
    lang : str
        Language of figures.tex and figures.qmd.
    """
    records = [
        {"lang": code, **asdict(caption), "caption": caption.sentence(code)}
        for code, each in captions.items()
        for caption in each
    ]
    blob = json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    texts = {
        "captions.json": blob,
        "figures.tex": captions_tex(captions[lang], lang),
        "figures.qmd": captions_qmd(captions[lang], lang),
    }
    encoded = {name: text.encode("utf-8", errors="replace") for name, text in texts.items()}
    return {"captions.csv": csv_bytes(pd.DataFrame(records)), **encoded}
