"""Growth regression: conditional convergence with and without space; log growth of two years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.random import Generator

from growthpoles.errors import SpatialError, listed, message
from growthpoles.graphs import as_graph
from growthpoles.language.number_format import format_p
from growthpoles.randomness import seed_sequence
from growthpoles.spatial.alignment import clean_values, same_labels
from growthpoles.spatial.poles.convergence import convergence
from growthpoles.spatial.regression.impacts import impacts
from growthpoles.spatial.regression.model_table import ModelTable, model_table
from growthpoles.spatial.regression.spatial_regression import SMALL, Model, spatial_regression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from growthpoles.graphs import Graph, W

LEVEL = "log level"


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
