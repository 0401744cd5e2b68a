"""Growth regression: conditional convergence with and without space; log growth of two years."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd
from numpy.random import Generator

from growthpoles.errors import GrowthpolesError, SpatialError, listed, message, unknown_option
from growthpoles.graphs import as_graph
from growthpoles.language.number_format import format_p
from growthpoles.randomness import seed_sequence
from growthpoles.spatial.alignment import clean_values, same_labels
from growthpoles.spatial.poles.convergence import convergence
from growthpoles.spatial.regression.impacts import impacts
from growthpoles.spatial.regression.model_table import ModelTable, model_table
from growthpoles.spatial.regression.panel_regression import Effects, panel_regression
from growthpoles.spatial.regression.spatial_regression import SMALL, Model, SpatialRegression, spatial_regression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from growthpoles.graphs import Graph, W

LEVEL = "log level"
Whole = Literal["all", "complete"]


def growth_regression(
    before: pd.Series,
    after: pd.Series,
    graph: Graph | W,
    *,
    years: float,
    regressors: pd.DataFrame | pd.Series | None = None,
    models: Sequence[Model] = ("ols", "slx", "sar", "sem", "sdm"),
    draws: int | None = None,
    rng: Generator | int | None = None,
) -> ModelTable:
    """Regress growth on the first year's level with and without space: conditional convergence, models side by side.

    Parameters
    ----------
    before, after : Series
        Positive values of the two years by region; growth a year is ``ln(after / before) / years``.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Row-standardised here.
    years : float
    regressors : DataFrame or Series, optional
        Further regressors by region.
    models : sequence of model names
        See :func:`growthpoles.spatial_regression`.
    draws, rng
        As there.

    Returns
    -------
    ModelTable
        With rows for the speed of convergence ``-ln(1 + b years) / years`` and the half-life ``ln 2 / speed``: of b in
        ols and sem, of the direct impact of the level elsewhere, where b alone is no speed.

    Raises
    ------
    SpatialError
        As :func:`growthpoles.convergence` and :func:`growthpoles.spatial_regression`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> graph = gp.build_weights(gp.study_regions(study))
    >>> before, after = (gp.load_indicators(year, study=study)["gdp_per_head"] for year in (1940, 2000))
    >>> table = gp.growth_regression(before, after, graph, years=60, models=["ols", "sem"], draws=0)
    >>> table.extra.round(4).loc["speed of convergence"].to_dict()
    {'OLS': 0.0095, 'SEM': 0.009}
    """
    graph = as_graph(graph)
    level, growth = log_growth(before, after, pd.Index(graph.unique_ids), years=years)
    frame = level.to_frame()
    if regressors is not None:
        extra = regressors.to_frame() if isinstance(regressors, pd.Series) else regressors
        frame = frame.join(extra.reindex(frame.index))
    seeds = seed_sequence(rng).spawn(len(models))
    fits = [
        spatial_regression(
            growth.rename("growth a year"), frame, graph, model=model, draws=draws, rng=np.random.default_rng(seed)
        )
        for model, seed in zip(models, seeds, strict=True)
    ]
    table = model_table(fits)
    speeds, halves = [], []
    for fit in fits:
        own = float(impacts(fit, draws=0, samples=0).table["estimate"].loc[(LEVEL, "direct")])
        kept = 1 + own * years
        speeds.append(float(-np.log(kept) / years) if kept > 0 else float("nan"))
        halves.append(float(np.log(2) / speeds[-1]) if speeds[-1] > 0 else float("nan"))
    rows = pd.DataFrame([speeds, halves], index=["speed of convergence", "half-life, years"], columns=table.heads())
    ids = fits[0].design.ids
    closing = convergence(before[ids], after[ids], graph.subgraph(list(ids)), years=years)
    notes = [
        "Speed from the direct impact of the level; in SAR and SDM the coefficient alone is no speed.",
        "An error in the first year's level makes its coefficient negative (Galton): read it beside the dispersion of "
        f"the logarithms, {closing.sigma_before:.3g} before and {closing.sigma_after:.3g} after (p "
        f"{format_p(closing.sigma_p_value, relation=True)}, Pitman and Morgan).",
    ]
    if fits[0].n < SMALL:
        notes.append(f"{fits[0].n} regions: no stars; quote p-values and intervals, not verdicts.")
    return ModelTable(table.fits, tuple(notes), rows)


def growth_panel(
    y: pd.DataFrame,
    graph: Graph | W,
    *,
    model: Model = "sdm",
    effects: Effects = "two-way",
    regions: Whole = "all",
) -> SpatialRegression:
    """Regress growth from year to year on the level before it, with fixed effects of regions and years.

    Parameters
    ----------
    y : DataFrame, regions x years
        Positive values; of a study :func:`growthpoles.study_years` gives them. Growth between two years is divided by
        the years between them.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Row-standardised here.
    model, effects
        As in :func:`growthpoles.panel_regression`. In "sdm" the coefficient of "W log level" says whether regions grow
        faster where their neighbours have risen (spread, above 0) or slower (backwash), given their own level.
    regions : {"all", "complete"}
        A region that lacks a year, for want of data or because it came or went with a change of the regions, stops the
        call with its name and years; or only regions that have all years enter, the others being in `left_out`.

    Returns
    -------
    SpatialRegression

    Raises
    ------
    SpatialError
        If a value is missing or not above 0, labels differ, or there are too few years.

    Notes
    -----
    Null hypothesis of every row: the coefficient is 0, given the others and the effects; t and normal law. With few
    years the own level's coefficient is biased downwards by the order of 1 / T (Nickell 1981), which the result says.
    Of 16 regions without spillover, levels persistent by 0.8, the neighbours' level is found at 5 % in 5.8 % of 120
    panels of 6 steps and in 9.2 % of 120 of 17 (standard errors 2.1 and 2.6).

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> wide = gp.study_years(study, "gdp_per_head")
    >>> fit = gp.growth_panel(wide, gp.study_weights(study))
    >>> fit.coefficients["estimate"].round(3).to_dict()
    {'log level': -0.073, 'W log level': 0.023, 'rho': -0.001}
    """
    where = "growth panel"
    if not isinstance(y, pd.DataFrame) or len(y.columns) < 3:
        raise SpatialError(message("no table of regions x years", where=where, allowed="three years or more"))
    if regions not in get_args(Whole):
        raise SpatialError(unknown_option("regions", regions, get_args(Whole)))
    try:
        years = pd.Index(sorted(y.columns))
        gaps = np.diff(years.to_numpy(dtype=float))
        numbers = y[years].astype(float)
    except (TypeError, ValueError):
        raise SpatialError(message("years or cells that are no numbers", where=where, allowed="numbers")) from None
    if not (y.index.is_unique and (gaps > 0).all()):
        raise SpatialError(message("a region or a year stands twice", where=where, allowed="one row and column each"))
    same_labels(numbers.iloc[:, 0], pd.Index(as_graph(graph).unique_ids), name="y", to="the graph")
    lacking = numbers.isna()
    left_out: dict[object, str] = {}
    if lacking.to_numpy().any():
        held = lacking.index[lacking.any(axis=1)]
        without = {region: f"no value in {listed(years[lacking.loc[region]], limit=3)}" for region in held}
        if regions == "all":
            told = listed([f"{region} ({why})" for region, why in without.items()], limit=5)
            allowed = "regions that have all years: drop the others, bring the years to one set of regions, or "
            raise SpatialError(message(told, where=where, allowed=f'{allowed}regions="complete"'))
        left_out |= without
        numbers = numbers.drop(index=held)
        graph = as_graph(graph).subgraph(list(numbers.index))
    low = numbers.index[(numbers <= 0).any(axis=1)]
    if len(low):
        named = listed(low, limit=5)
        raise SpatialError(message("no positive value for {regions}", where=where, allowed="> 0", regions=named))
    logs = numbers.transform(np.log)
    growth = logs.diff(axis=1).iloc[:, 1:].div(gaps, axis=1)
    level = logs.iloc[:, :-1].set_axis(growth.columns, axis=1)
    long = pd.DataFrame(
        {
            "region": np.repeat(logs.index.to_numpy(), len(growth.columns)),
            "year": np.tile(growth.columns.to_numpy(), len(logs)),
            "growth": growth.to_numpy().ravel(),
            LEVEL: level.to_numpy().ravel(),
        }
    )
    found = panel_regression(long, graph, y="growth", regressors=[LEVEL], model=model, effects=effects)
    return replace(found, left_out=left_out | found.left_out)


def growth_panels(tables: Mapping[str, pd.DataFrame], graph: Graph | W) -> pd.DataFrame:
    """Return the coefficients of :func:`growth_panel` for several variables, or the reason why one has none.

    Index (variable, term); `left_out` names the regions without all years.
    """
    frames = []
    for wide in tables.values():
        try:
            fit = growth_panel(wide, graph, regions="complete")
        except GrowthpolesError as error:
            frames.append(pd.DataFrame({"reason": [str(error)]}, index=pd.Index([""], name="term")))
        else:
            rows = fit.coefficients[["estimate", "standard_error", "p_value"]].rename_axis("term")
            left = listed([f"{region} ({why})" for region, why in fit.left_out.items()]) if fit.left_out else ""
            frames.append(rows.assign(n=fit.n, left_out=left, method=" ".join(fit.notes)))
    return pd.concat(frames, keys=list(tables), names=["variable", "term"])


def log_growth(
    before: pd.Series, after: pd.Series | None, ids: pd.Index, *, years: float, growth: pd.Series | None = None
) -> tuple[pd.Series, pd.Series]:
    """Return log level and log growth a year by region, NaN where a value is missing.

    Parameters
    ----------
    before, after : Series
        Positive values over the labels `ids`.
    ids : Index
    years : float
    growth : Series, optional
        Growth a year, instead of `after`.
    """
    where = "growth"
    if (after is None) == (growth is None):
        raise SpatialError(message("after and growth", where=where, allowed="one of the two"))
    if not 0 < years < np.inf:
        raise SpatialError(message(f"years={years!r}", where=where, allowed="a positive number"))
    logs = []
    for name, values in (("before", before), ("after", after)):
        if values is None:
            continue
        same_labels(values, ids, name=name, to="the graph")
        numbers = pd.Series(clean_values(values.fillna(1.0), name=name), index=values.index).where(values.notna())
        low = numbers.index[numbers <= 0]
        if len(low):
            allowed = "values above 0, or growth= with values of your own"
            raise SpatialError(message(f"no positive value for {listed(low, limit=5)}", where=name, allowed=allowed))
        logs.append(pd.Series(np.log(numbers.reindex(ids).to_numpy()), index=ids))
    if growth is None:
        return logs[0].rename(LEVEL), (logs[1] - logs[0]) / years
    same_labels(growth, ids, name="growth", to="the graph")
    return logs[0].rename(LEVEL), growth.reindex(ids).astype(float)
