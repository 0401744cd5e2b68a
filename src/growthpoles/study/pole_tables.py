"""Growth-pole tables of a study: gradient, spread, typology, power."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import pandas as pd
from numpy.random import Generator

from growthpoles.errors import SpatialError, StudyError, message
from growthpoles.spatial.global_tests.global_result import Alternative
from growthpoles.spatial.global_tests.moran_power import GRID, moran_power
from growthpoles.spatial.poles.distance_gradient import distance_gradient
from growthpoles.spatial.poles.spread_backwash import spread_tests
from growthpoles.spatial.poles.typology import typology
from growthpoles.study.inputs import limits_name, load_published, study_catalogue, study_weights
from growthpoles.study.inputs.published import PUBLISHED
from growthpoles.study.inputs.study_variables import Variable, study_variables, variable_of
from growthpoles.study.study_spec import Study

Kind = tuple[str, dict[str, Any]]
QUEEN: Kind = ("queen", {})


def gradient_table(
    study: Study,
    *,
    poles: Sequence[str] | None = None,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    rng: Generator | int | None = None,
) -> pd.DataFrame:
    """Test in every edition and year whether the index changes with distance to the poles.

    Parameters
    ----------
    study : Study
    poles : sequence of region codes, optional
        None is ``poles`` of ``[growth_poles]`` in the study.
    alternative, permutations
        As in :func:`growthpoles.distance_gradient`; permutations by default as [report] of the study says.
    rng : Generator, int or None
        None is the seed of the study.

    Returns
    -------
    DataFrame
        Index (edition, year, pole), the columns of :func:`growthpoles.distance_gradient`.

    Raises
    ------
    StudyError
        If neither the study nor the call names a pole.

    Examples
    --------
    >>> import growthpoles as gp
    >>> table = gp.gradient_table(gp.load_study("mexico-gdp"), poles=["MX09"], permutations=99)
    >>> table.xs("nearest", level="pole")["statistic"].round(2).head(3)
    edition  year
    data     1940    0.49
             1950    0.57
             1960    0.51
    Name: statistic, dtype: float64
    """
    poles = list(study.growth_poles.poles if poles is None else poles)
    if not poles:
        where = f"{study.name}, [growth_poles]"
        raise StudyError(message("no pole is named", where=where, allowed="poles = [region codes]"))
    tables = {}
    for variable in _indices(study):
        rows = distance_gradient(
            variable.y,
            variable.regions,
            poles,
            alternative=alternative,
            permutations=study.report.permutations if permutations is None else permutations,
            rng=study.study.seed if rng is None else rng,
        )
        tables[variable.edition, variable.year] = rows
    return pd.concat(tables, names=["edition", "year"])


def spread_table(
    study: Study,
    *,
    weights: Kind = QUEEN,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    rng: Generator | int | None = None,
) -> pd.DataFrame:
    """Test in every edition what happened around leading regions between the first year of the study and the last.

    Parameters
    ----------
    study : Study
    weights : (kind, options)
        See :func:`growthpoles.build_weights`.
    alternative, permutations
        As in :func:`growthpoles.spread_tests`; permutations by default as [report] of the study says.
    rng : Generator, int or None
        None is the seed of the study.

    Returns
    -------
    DataFrame
        Index (edition, test), the columns of :func:`growthpoles.spread_tests`, and `limits`: whose limits scored the
        index, by default those of all years together ("pooled"); the published index was scored by its source.

    Raises
    ------
    StudyError
        If the study has a single year, or no edition covers the first year and the last.

    Examples
    --------
    >>> import growthpoles as gp
    >>> table = gp.spread_table(gp.load_study("mexico-gdp"), permutations=99)
    >>> table.loc[("data", "rank mobility"), "statistic"].round(2).item()
    0.58
    """
    first, last = study.years[0], study.years[-1]
    by_edition: dict[str, dict[int, Variable]] = {}
    for variable in _indices(study, compared=True):
        by_edition.setdefault(variable.edition, {})[variable.year] = variable
    pairs = {name: years for name, years in by_edition.items() if first != last and {first, last} <= set(years)}
    if not pairs:
        where = f"{study.name}, years {', '.join(map(str, study.years))}"
        raise StudyError(message("no edition has two years", where=where, allowed="a study of two years or more"))
    kind, options = weights
    graph = study_weights(study, kind=kind, regions=next(iter(pairs.values()))[first].regions, **options)
    tables = {
        name: spread_tests(
            years[first].y,
            years[last].y,
            graph,
            years=last - first,
            poles=study.growth_poles.poles,
            alternative=alternative,
            permutations=study.report.permutations if permutations is None else permutations,
            rng=study.study.seed if rng is None else rng,
        )
        for name, years in pairs.items()
    }
    found = pd.concat(tables, names=["edition"])
    told = {name: PUBLISHED if name == PUBLISHED else limits_name(study) for name in tables}
    return found.assign(limits=found.index.get_level_values("edition").map(told))


def typology_table(study: Study) -> pd.DataFrame:
    """Sort the regions by index and printed specialisation in every edition and year, recommended zones beside.

    Parameters
    ----------
    study : Study
        With a printed KSI; the lists are ``recommended`` of ``[growth_poles]``.

    Returns
    -------
    DataFrame
        Index (edition, year, region), the columns of :func:`growthpoles.typology`, index_threshold, ksi_threshold.

    Raises
    ------
    StudyError
        If the study has no KSI.

    Examples
    --------
    >>> import growthpoles as gp
    >>> table = gp.typology_table(gp.load_study())
    >>> table.loc[("published", 2014, "KZ-ALA"), "type"]
    'growth pole'
    """
    tables = {}
    for variable in _indices(study):
        try:
            printed = load_published(variable.year, study=study)
        except StudyError:
            continue
        if "ksi" not in printed:
            continue
        printed = printed.reindex(variable.regions.index)
        table = typology(
            variable.y,
            printed["ksi"],
            no_production=printed.index[printed["ksi_status"] == "no production"],
            recommended=study.growth_poles.recommended,
        )
        limits = {name: table.attrs[name] for name in ("index_threshold", "ksi_threshold")}
        table = table.assign(**limits)
        table.attrs = {}
        tables[variable.edition, variable.year] = table
    if not tables:
        allowed = "[published.ksi], or ksi = ... in [[tables]]"
        raise StudyError(message("no specialisation index", where=study.name, allowed=allowed))
    return pd.concat(tables, names=["edition", "year", "region"])


def power_table(study: Study, *, weights: Kind = QUEEN, alpha: float = 0.05, target: float = 0.8) -> pd.DataFrame:
    """Compute the power of Moran's I on the graph of a study, one- and two-sided.

    Parameters
    ----------
    study : Study
    weights : (kind, options)
        See :func:`growthpoles.build_weights`.
    alpha, target
        As in :func:`growthpoles.moran_power`.

    Returns
    -------
    DataFrame
        Index `rho`; a column with the power for each alternative. `attrs`: n, alpha, target and, for each alternative,
        the smallest positive and negative rho that are found with that power.

    Raises
    ------
    SpatialError
        As for :func:`growthpoles.build_weights` and :func:`growthpoles.moran_power`.
    StudyError
        An argument is of another type.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.power_table(gp.load_study("mexico-gdp")).loc[[0.0, 0.6]].round(2)
         two-sided  greater  less
    rho
    0.0       0.05     0.05  0.05
    0.6       0.76     0.83  0.00
    """
    kind, options = weights
    graph = study_weights(study, kind=kind, **options)
    curves = {
        name: moran_power(graph, rho=GRID, alternative=name, alpha=alpha, target=target)
        for name in get_args(Alternative)
    }
    frame = pd.DataFrame({name: curve.curve["power"] for name, curve in curves.items()})
    smallest = {name: (curve.smallest_positive, curve.smallest_negative) for name, curve in curves.items()}
    frame.attrs = {"n": curves["two-sided"].n, "alpha": alpha, "target": target, "smallest": smallest}
    return frame


def study_years(study: Study, variable: str | None = None, *, edition: str | None = None) -> pd.DataFrame:
    """Return one variable of a study in all its years, for panels, Markov chains and growth regressions.

    Parameters
    ----------
    study : Study
    variable : str, optional
        A code of the catalogue; None is the index, on the yardstick by which years are compared.
    edition : str, optional
        None is the study's own.

    Returns
    -------
    DataFrame
        Regions x years in the order of the boundaries, NaN where there are no data.

    Raises
    ------
    StudyError
        If the variable or edition is not known.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.study_years(gp.load_study("mexico-gdp"), "gdp_per_head").shape
    (32, 7)
    """
    columns = {
        year: variable_of(study, variable, year, edition, compared=edition != PUBLISHED).y for year in study.years
    }
    return pd.DataFrame(columns)


def _indices(study: Study, *, compared: bool = False) -> list[Variable]:
    """Return the final index of every edition and year, the printed one first."""
    root = study_catalogue(study).root
    found = [
        variable for variable in study_variables(study, [], merge=False, compared=compared) if variable.name == root
    ]
    if not found:
        raise SpatialError(message(f"no edition has {root!r}", where=study.name))
    return found
