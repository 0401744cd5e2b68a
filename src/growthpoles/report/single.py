"""One map of a study by name: what the command line draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from growthpoles.errors import MapError, StudyError, message, unknown_option
from growthpoles.inputs import (
    load_indicators,
    load_published,
    study_catalogue,
    study_method,
    study_rating,
    study_regions,
)
from growthpoles.ratings.classes import classify
from growthpoles.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from matplotlib.axes import Axes

    from growthpoles.ratings.catalogue import Catalogue

KINDS = (
    "rating",
    "values",
    "ksi",
    "change",
    "class-change",
    "clusters",
    "hotspots",
    "significance",
    "neighbours",
)


def draw_map(
    study: Study,
    kind: str = "rating",
    *,
    year: int | None = None,
    edition: str | None = None,
    variable: str | None = None,
    lang: str = "en",
    preset: str = "report",
    weights: str = "queen",
    adjust: str = "none",
) -> Axes:
    """Draw one map of a study.

    Parameters
    ----------
    study : Study
    kind : {"rating", "values", "ksi", "change", "class-change", "clusters", "hotspots", "significance", "neighbours"}
        "values" maps a sub-index or an indicator in natural classes; the last four are spatial tests and their graph.
    year : int, optional
        A year of the study; None is the last. Changes run from the first year to it.
    edition : str, optional
        None is the study's default; "ksi" always shows the published figures.
    variable : str, optional
        A code of the catalogue; None is the index.
    lang : {"en", "ru", "kk"}
    preset : str
        Size and typography, see :data:`growthpoles.maps.PRESETS`.
    weights : str
        Kind of graph of the spatial tests.
    adjust : str
        Correction for the family of local tests.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    GrowthpolesError
        On an unknown kind, variable, year or edition, or if the study lacks what the map needs.
    """
    if kind not in KINDS:
        raise MapError(unknown_option("kind", kind, KINDS))
    from growthpoles import maps

    regions = study_regions(study)
    year = study.years[-1] if year is None else year
    edition = edition or study.study.edition
    common: dict[str, Any] = {"lang": lang, "preset": preset, "source": study.text("source", lang)}
    if kind == "neighbours":
        return maps.plot_neighbours(regions, _graph(study, weights), **common)
    if kind == "ksi":
        published = load_published(year, study=study)
        if "ksi" not in published:
            raise StudyError(message(f"no specialisation for {year}", where=study.name, allowed="a study with ksi"))
        return maps.plot_ksi(regions, published.reindex(regions.index), year=year, **common)
    catalogue = study_catalogue(study)
    name = variable or catalogue.root

    def values(when: int) -> pd.Series:
        return _values(study, when, edition, name).reindex(regions.index)

    common["edition"] = edition
    if kind in ("rating", "class-change") and edition != "published":
        _refuse_without_classes(study, catalogue, kind, name)
    if kind in ("change", "class-change"):
        first = study.years[0]
        if first >= year:
            raise StudyError(message(f"no year before {year}", where=study.name, allowed="a later --year"))
        if kind == "change":
            return maps.plot_change(regions, values(year) - values(first), years=(first, year), **common)
        before, after = (classify(values(when)) for when in (first, year))
        return maps.plot_class_change(regions, before, after, years=(first, year), **common)
    shown = values(year)
    title = catalogue.name(name, lang) if name != catalogue.root else None  # type: ignore[arg-type]
    if kind == "rating":
        return maps.plot_rating(regions, shown, year=year, variable=title, **common)
    if kind == "values":
        from growthpoles.maps.schemes import class_limits

        limits = class_limits(shown.to_numpy(dtype=float))
        return maps.plot_values(
            regions, shown, limits=limits, variable=title or catalogue.name(name), year=year, **common
        )
    from growthpoles.spatial.local_tests import local_getis_ord, local_moran
    from growthpoles.spatial.subset import with_data

    kept, part, _ = with_data(shown, _graph(study, weights))
    options: dict[str, Any] = {"adjust": adjust, "rng": study.study.seed}
    test = (
        local_getis_ord(kept, part, star=True, **options) if kind == "hotspots" else local_moran(kept, part, **options)
    )
    frame = test.to_frame().reindex(regions.index)
    artist: Callable[..., Axes] = {
        "clusters": maps.plot_clusters,
        "hotspots": maps.plot_hotspots,
        "significance": maps.plot_significance,
    }[kind]
    return artist(regions, frame, year=year, **common)


def _refuse_without_classes(study: Study, catalogue: Catalogue, kind: str, name: str) -> None:
    """Raise where the study's method gives an aggregate no limits, and therefore no classes."""
    method = study_method(study, catalogue)
    if name in catalogue.aggregates and not method.has_classes(name):
        problem = f"{method.normalisation} scores have no limits, so that {name!r} has no classes"
        instead = "values" if kind == "rating" else "change"
        raise MapError(message(problem, where=kind, allowed=f"{instead}, or another normalisation in study.toml"))


def _graph(study: Study, weights: str) -> Graph:
    from growthpoles.spatial.weights import build_weights

    return build_weights(study_regions(study), weights)  # type: ignore[arg-type]


def _values(study: Study, year: int, edition: str, name: str) -> pd.Series:
    if edition == "published":
        frame = load_published(year, study=study)
    else:
        table = load_indicators(year, edition=edition, study=study)
        rating = study_rating(study, table)
        frame = rating.join(table[[code for code in table if code not in rating]])
    numeric = [str(column) for column in frame.select_dtypes("number").columns]
    if name not in numeric:
        raise StudyError(unknown_option("variable", name, numeric))
    return frame[name].astype(float)
