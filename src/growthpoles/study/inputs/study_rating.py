"""Study rating: the rating of a study by the method that its [rating] names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress

import pandas as pd

from growthpoles.errors import RatingError, StudyError, listed, message, nearest, shown
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.methods import METHODS
from growthpoles.ratings.rate import rate_with, rate_years
from growthpoles.ratings.rating_options import Method
from growthpoles.study.inputs.indicators import load_indicators, study_catalogue
from growthpoles.study.inputs.study_regions import Enclaves
from growthpoles.study.study_spec import Study


def study_method(study: Study, catalogue: Catalogue | None = None) -> Method:
    """Return the options by which a study is rated.

    Parameters
    ----------
    study : Study
    catalogue : Catalogue, optional
        The one of the study, if it is read already.

    Raises
    ------
    StudyError
        If the options do not fit together, or name a code that the catalogue does not have; all problems are listed.
    """
    catalogue = catalogue or study_catalogue(study)
    problems = method_problems(study, catalogue)
    if problems:
        told = "; ".join(f"{key}: {problem}" for key, problem in problems)
        raise StudyError(message(told, where=str(study.path)))
    method = Method(**study.rating.options).of(catalogue)
    if study.rating.classes is None or method.unbounded(catalogue.root) is None:
        return method
    # an indicator scored in a way of its own opens an index that the method of the others would close
    return method.but(scale=study.rating.classes.scale((-math.inf, math.inf)))


def study_rating(study: Study, table: pd.DataFrame, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """Rate a table of a study by the study's own method.

    Parameters
    ----------
    study : Study
    table : DataFrame, regions x columns
        As :func:`growthpoles.load_indicators` returns it.
    catalogue : Catalogue, optional
        The one of the study, if it is read already.

    Returns
    -------
    DataFrame
        As :func:`growthpoles.rate` with ``**study.rating.options``; by limits of all years, or of a base year, where
        [rating] says so.

    Raises
    ------
    StudyError
        As :func:`study_method`.
    RatingError, DataError
        If the data do not suit the method.
    """
    catalogue = catalogue or study_catalogue(study)
    attrs = table.attrs
    if study.rating.level_limits == "year" or not {"edition", "year"} <= attrs.keys():
        return rate_with(table, catalogue, study_method(study, catalogue))
    tables = edition_tables(study, attrs["edition"], enclaves=attrs.get("enclaves", "keep")) | {attrs["year"]: table}
    return study_ratings(study, tables, catalogue)[attrs["year"]]


def study_ratings(
    study: Study, tables: Mapping[int, pd.DataFrame], catalogue: Catalogue | None = None, *, compared: bool = False
) -> dict[int, pd.DataFrame]:
    """Rate the tables of an edition, by year, by the study's own method.

    Parameters
    ----------
    study : Study
    tables : mapping of year to DataFrame
        All years of the edition.
    catalogue : Catalogue, optional
        The one of the study, if it is read already.
    compared : bool
        By the limits by which years are compared (``limits`` of [rating]; those of all years where it says nothing),
        instead of those by which a year is rated.

    Raises
    ------
    StudyError, RatingError, DataError
        As :func:`study_rating`.
    """
    catalogue = catalogue or study_catalogue(study)
    limits = study.rating.change_limits if compared else study.rating.level_limits
    return rate_years(tables, catalogue, study_method(study, catalogue).but(limits=limits))


def limits_name(study: Study) -> str:
    """Name the limits by which years are compared, for tables: "pooled", "year", "base 2010", or "given"."""
    limits = study.rating.change_limits
    if study.rating.goalposts is not None:
        return "given"
    return limits if isinstance(limits, str) else f"base {limits['base']}"


def edition_tables(study: Study, edition: str, *, enclaves: Enclaves = "keep") -> dict[int, pd.DataFrame]:
    """Return the indicators of an edition in every year that it covers."""
    tables = {}
    for year in study.years:
        with suppress(StudyError):  # an edition need not cover every year
            tables[year] = load_indicators(year, edition=edition, study=study, enclaves=enclaves)
    return tables


def method_problems(study: Study, catalogue: Catalogue) -> list[tuple[str, str]]:
    """List what a catalogue says against the method of a study: (key of study.toml, problem)."""
    rating = study.rating
    problems: list[tuple[str, str]] = []
    for option, codes, known, kind in (
        ("aggregation", rating.aggregation, catalogue.aggregates, "aggregate"),
        ("weighting", rating.weighting, catalogue.aggregates, "aggregate"),
        ("goalposts", rating.goalposts or {}, catalogue.indicators, "indicator"),
        ("sources", rating.sources, (*catalogue.indicators, *catalogue.primaries), "indicator"),
    ):
        for code in () if isinstance(codes, str) else codes:
            if code not in known:
                problem = f"{shown(code)} is no {kind} of {catalogue.source}"
                near = nearest(code, known, n=1)
                problems.append((f"rating.{option}", message(problem, allowed=listed(known), near=near)))
    kinds = {code: each.normalisation for code, each in catalogue.methods.items()}
    posts = {code for code, each in catalogue.methods.items() if each.goalposts} | set(rating.goalposts or {})
    own = METHODS["normalisation"][rating.normalisation]
    needy = [code for code in catalogue.indicators if "goalposts" in (kinds.get(code) or own).needs]
    if absent := [code for code in needy if code not in posts]:
        allowed = "[low, high] for each, or low and high in the catalogue"
        problems.append(("rating.goalposts", message(f"none for {listed(absent)}", allowed=allowed)))
    elif rating.goalposts and not any((kind or own).takes_goalposts for kind in [own, *kinds.values()]):
        users = " or ".join(f'"{name}"' for name, each in METHODS["normalisation"].items() if each.takes_goalposts)
        problem = message("goalposts has no meaning here", allowed=f"with normalisation {users}")
        problems.append(("rating.goalposts", problem))
    if problems:
        return problems
    try:
        Method(**rating.options).of(catalogue)
    except RatingError as error:
        problems.append(("rating", error.args[0]))
    return problems
