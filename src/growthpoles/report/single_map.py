"""Single map of a study by name: `growthpoles map`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import MapError, StudyError, message, unknown_option
from growthpoles.language.phrases import Words
from growthpoles.ratings.catalogue import default_catalogue
from growthpoles.ratings.classes import classify
from growthpoles.study.inputs import (
    load_indicators,
    load_published,
    study_catalogue,
    study_method,
    study_rating,
    study_regions,
)
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
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
    lang : str
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
    label = _label(catalogue, name, lang)
    if kind in ("rating", "class-change") and edition != "published":
        _refuse_without_classes(study, catalogue, kind, name)
    if kind in ("change", "class-change"):
        first = study.years[0]
        if first >= year:
            raise StudyError(message(f"no year before {year}", where=study.name, allowed="a later --year"))
        if kind == "change":
            change = values(year) - values(first)
            return maps.plot_change(regions, change, years=(first, year), variable=label, **common)
        before, after = (_letters(values(when), name) for when in (first, year))
        return maps.plot_class_change(regions, before, after, years=(first, year), **common)
    shown = values(year)
    if kind == "rating":
        _letters(shown, name)
        return maps.plot_rating(regions, shown, year=year, variable=label, **common)
    if kind == "values":
        digits = max(0, 2 - int(np.floor(np.log10(shown.abs().max() or 1.0))))
        words = label or catalogue.name(name, lang)
        return maps.plot_values(regions, shown, variable=words, digits=digits, year=year, **common)
    from growthpoles.spatial.alignment import with_data
    from growthpoles.spatial.local_tests import local_getis_ord, local_moran

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
    told = [Words(lang).value(weights), *([] if adjust == "none" else [f"p: {adjust}"])]
    common["source"] = " \u00b7 ".join([common["source"], *told])
    tested = label or catalogue.name(name, lang)
    return artist(regions, frame, variable=tested, year=year, **common)


def _label(catalogue: Catalogue, name: str, lang: str) -> str | None:
    """Return what a variable is called, with its unit; None for the article's index, which maps name by themselves."""
    if name == catalogue.root and catalogue.name(name) == default_catalogue().name(default_catalogue().root):
        return None
    unit = catalogue.units([name]).get(name, "")
    return ", ".join([catalogue.name(name, lang), *([Words(lang).unit(unit)] if unit else [])])


def _letters(values: pd.Series, name: str) -> pd.Series:
    """Return the classes of values on the scale of the rating."""
    low, high = values.min(), values.max()
    if not (pd.isna(low) or (low >= 0 and high <= 100)):
        problem = f"{name!r} runs from {low:g} to {high:g}, and classes from 0 to 100"
        raise MapError(message(problem, allowed="values, change, clusters, hotspots, significance"))
    return classify(values)


def _refuse_without_classes(study: Study, catalogue: Catalogue, kind: str, name: str) -> None:
    """Raise where the study's method gives an aggregate no limits, and therefore no classes."""
    method = study_method(study, catalogue)
    if name in catalogue.aggregates and not method.has_classes(name):
        problem = f"{method.normalisation} scores have no limits, so that {name!r} has no classes"
        instead = "values" if kind == "rating" else "change"
        raise MapError(message(problem, where=kind, allowed=f"{instead}, or another normalisation in study.toml"))


def _graph(study: Study, weights: str) -> Graph:
    from growthpoles.spatial.weights.build_weights import build_weights

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
