"""Single map of a study by name: `growthpoles map`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from growthpoles.errors import MapError, unknown_option
from growthpoles.report import figures
from growthpoles.report.artists import View
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    GrowthpolesError
        On an unknown kind, variable, year or edition, or if the study lacks what the map needs.
    """
    if kind not in figures.map_kinds():
        raise MapError(unknown_option("kind", kind, figures.map_kinds()))
    study = study.with_report(preset=preset, weights=weights, adjust=adjust)
    drawn = figures.KINDS[kind]
    return drawn.artist(
        View(
            study=study,
            kind=kind,
            year=study.years[-1] if year is None else year,
            lang=lang,
            edition=drawn.edition_of(edition or study.study.edition),
            variable=variable,
        )
    )
