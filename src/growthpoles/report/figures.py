"""The figures of the report: what is drawn, from which results, under which name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from growthpoles.file_writing import safe_name
from growthpoles.report import artists
from growthpoles.report.rated import index_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from growthpoles.report.results import Results


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
    "rating": Kind("every year", lambda r, year, lang: (artists.rating if r.classed else index_map)(r, year, lang)),
    "change": Kind("period", artists.change),
    "slope": Kind("period", artists.slope),
    "contributions": Kind("last year", artists.contributions, artists.adds_up),
    "editions": Kind(
        "last year", artists.editions, lambda r, year: 2 <= len(artists.edition_frame(r, year).columns) <= 3
    ),
    "robustness": Kind("last year", artists.robustness, lambda r, year: year in r.stages.robustness),
    "membership": Kind("last year", artists.membership, lambda r, year: r.classed and year in r.stages.robustness),
    "ksi": Kind("share years", artists.ksi),
    "neighbours": Kind("once", artists.neighbours, lambda r, year: r.graph is not None),
    "moran": Kind("every year", artists.moran, lambda r, year: (r.edition, year, r.root) in r.moran),
    "clusters": Kind("every year", artists.clusters, lambda r, year: (r.edition, year) in r.local),
    "specifications": Kind("once", artists.specifications, lambda r, year: r.stages.verdict is not None, "many"),
    "power": Kind("once", artists.power, lambda r, year: r.stages.verdict is not None),
    "typology": Kind("last share year", artists.typology, lambda r, year: year in r.stages.typology),
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
