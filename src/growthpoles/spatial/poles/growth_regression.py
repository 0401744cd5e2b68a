"""Growth regression and growth panel: convergence with and without space, of two years and from year to year.

In a panel, growth regressed on the level before it is no regression on given numbers: the shock of a year is in the
levels of all later years. With fixed effects that biases the own level's coefficient by the order of 1 / T (Nickell
1981: over six steps a random walk "converges" by 45 % a step), and makes the t of the neighbours' level wider than the
normal law, the more so the more persistent levels are. The laws here are those of the estimates in paths that are drawn
from the fit without the tested coefficients, persistence being the value whose median estimate is the one observed
(Andrews 1993).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd
from numpy.random import Generator

from growthpoles.errors import GrowthpolesError, SpatialError, listed, message, plain, unknown_option
from growthpoles.graphs import among, as_graph
from growthpoles.language.number_format import format_count, format_p
from growthpoles.randomness import seed_sequence
from growthpoles.result_display import say_tests
from growthpoles.spatial.alignment import clean_table, clean_values, same_labels
from growthpoles.spatial.global_tests.global_result import monte_carlo_p
from growthpoles.spatial.poles.convergence import convergence
from growthpoles.spatial.regression.impacts import impacts
from growthpoles.spatial.regression.likelihood import Floats, Kind, Lag, Refits, refit_products
from growthpoles.spatial.regression.model_table import ModelTable, model_table
from growthpoles.spatial.regression.panel_regression import Effects, panel_regression
from growthpoles.spatial.regression.spatial_regression import (
    NULL,
    PROCESS,
    SMALL,
    Model,
    SpatialRegression,
    bootstrap_draws,
    put_drawn,
    spatial_regression,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    closing = convergence(before[ids], after[ids], among(graph, ids), years=years)
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


NEIGHBOURS = f"W {LEVEL}"
Whole = Literal["all", "complete"]
_SEARCH, _MOST = 199, 999
_LARGE = 5_000  # regions x steps above which fewer paths are drawn
_BLOCK = 200_000  # numbers refitted at a time: they stay in the cache


def growth_panel(
    y: pd.DataFrame,
    graph: Graph | W,
    *,
    model: Model = "sdem",
    effects: Effects = "two-way",
    regions: Whole = "all",
    draws: int | None = None,
    rng: Generator | int | None = None,
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
        As in :func:`growthpoles.panel_regression`. In "sdem" the coefficient of "W log level" says whether regions
        grow faster where their neighbours have risen (spread, above 0) or slower (backwash), given their own level and
        shocks that neighbours share. In "sdm" it does not: shared shocks alone make it -rho times the own level's
        coefficient.
    regions : {"all", "complete"}
        A region that lacks a year, for want of data or because it came or went with a change of the regions, stops the
        call with its name and years; or only regions that have all years enter, the others being in `left_out`.
    draws : int, optional
        Paths drawn for each p-value; None is 999 (199 above 5,000 regions x steps, none above 1,000 regions); 0 for
        none.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    SpatialRegression

    Raises
    ------
    SpatialError
        If a value is missing or not above 0, labels differ, or there are too few years.

    Notes
    -----
    Null hypotheses: of "W log level", that growth does not depend on the neighbours' level, given the own one, shared
    shocks and the effects; of "log level", that growth depends on no level. Their p-values come from paths of levels
    drawn under the null hypothesis (the latter's upper tail from the normal law, which holds where regions grow apart);
    that of the process by its likelihood ratio. p_asymptotic is the normal law's, which holds where levels keep little
    of the past.
    Size at a nominal 5 %, without spillover, of 16 or 49 regions and 6 to 40 steps, levels keeping 0.5 to all of the
    past, shocks shared up to 0.8: "W log level" 3 to 7 % (normal law 4 to 14 %), "log level" of random walks 2 to 5 %
    (normal law 100 %). With effects="region" a trend that all regions share was found as spread in 19 of 100 panels.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> wide = gp.study_years(study, "gdp_per_head")
    >>> fit = gp.growth_panel(wide, gp.study_weights(study))
    >>> fit.coefficients["estimate"].round(3).to_dict()
    {'log level': -0.073, 'W log level': 0.024, 'lambda': 0.01}
    """
    where = "growth panel"
    if not isinstance(y, pd.DataFrame) or len(y.columns) < 3:
        raise SpatialError(message("no table of regions x years", where=where, allowed="three years or more"))
    if regions not in get_args(Whole):
        raise SpatialError(unknown_option("regions", regions, get_args(Whole)))
    try:
        years = pd.Index(sorted(y.columns))
        gaps = np.diff(years.to_numpy(dtype=float))
        numbers = clean_table(y[years], where=where).astype(float)
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
            told = listed([f"{plain(region)} ({why})" for region, why in without.items()], limit=5, write=str)
            allowed = "regions that have all years: drop the others, bring the years to one set of regions, or "
            raise SpatialError(message(told, where=where, allowed=f'{allowed}regions="complete"'))
        left_out |= without
        numbers = numbers.drop(index=held)
        graph = among(graph, numbers.index)
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
    most = _MOST if growth.size <= _LARGE else _SEARCH
    draws = min(bootstrap_draws(None, len(found.design.ids)), most) if draws is None else bootstrap_draws(draws, 0)
    notes = list(found.notes)
    frame = found.coefficients
    if draws and found.design.lag.eigenvalues is not None:
        levels = logs.loc[found.design.ids].to_numpy().T
        frame, own = _bootstrap(found, levels - levels.mean(), gaps, draws, rng)
        drawn_own = bool(frame["draws"][LEVEL])  # not where regions grow apart
        law = "" if drawn_own else f"; that of the own level by the {frame['method'][LEVEL]}"
        notes.append(
            f"p-values of the levels from {draws} paths drawn under the null hypothesis{law}; own level without the "
            f"bias of {len(gaps)} steps (median): {own:.3g} in place of {float(frame['estimate'][LEVEL]):.3g}."
        )
    else:
        law = frame["method"][LEVEL]
        notes.append(f"p-values by the {law}, which rejects too often where levels keep much of the past.")
    if effects == "region":
        notes.append("Without year effects a trend that all regions share looks like spread: prefer two-way effects.")
    if model == "sdm":
        notes.append(f"Shocks that neighbours share move {NEIGHBOURS} of this model too; sdem tells them apart.")
    say_tests(frame, NULL, dict(frame["method"]), draws=dict(frame["draws"]))
    return replace(found, coefficients=frame, draws=draws, notes=tuple(notes), left_out=left_out | found.left_out)


def growth_panels(tables: Mapping[str, pd.DataFrame], graph: Graph | W) -> pd.DataFrame:
    """Return the coefficients of :func:`growth_panel` for several variables, or the reason why one has none.

    Index (variable, term); `left_out` names the regions without all years. Of large panels the first variable alone is
    fitted, because every p-value takes seconds.
    """
    frames: list[pd.DataFrame] = []
    for wide in tables.values():
        try:
            if frames and wide.size - len(wide) > _LARGE:
                problem = "{count} values: a report fits the index alone; gp.growth_panel fits any variable"
                raise SpatialError(message(problem, count=wide.size))
            fit = growth_panel(wide, graph, regions="complete")
        except GrowthpolesError as error:
            frames.append(pd.DataFrame({"reason": [str(error)]}, index=pd.Index([""], name="term")))
        else:
            rows = fit.coefficients[["estimate", "standard_error", "p_value"]].rename_axis("term")
            left = listed([f"{plain(region)} ({why})" for region, why in fit.left_out.items()], write=str)
            frames.append(rows.assign(n=fit.n, left_out=left, method=" ".join(fit.notes)))
    return pd.concat(frames, keys=list(tables), names=["variable", "term"])


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """How levels move, and what a panel of them is regressed on.

    Attributes
    ----------
    lag : Lag
        Of the panel.
    gaps : array, shape (T,)
        Years between the levels.
    kind : {"none", "lag", "error"}
    durbin, twice : bool
        Whether the neighbours' level is a regressor; whether there are year effects.
    count : int
        Independent rows.
    """

    lag: Lag
    gaps: Floats
    kind: Kind
    durbin: bool
    twice: bool
    count: int

    def refit(self, levels: Floats, *, neighbours: bool) -> Refits:
        """Fit every path of levels, shape (paths, T + 1, n)."""
        weights, step = self.lag.w.toarray(), max(1, _BLOCK // levels[0].size)
        parts = [
            self._products(levels[at : at + step], weights, neighbours=neighbours) for at in range(0, len(levels), step)
        ]
        return refit_products(self.lag, np.concatenate(parts), self.kind, count=self.count)

    def _products(self, levels: Floats, weights: Floats, *, neighbours: bool) -> Floats:
        before = levels[:, :-1]
        parts = [np.diff(levels, axis=1) / self.gaps[:, None], before]
        parts += [before @ weights.T] if neighbours else []
        within = [self._within(part) for part in parts]
        lags = [part @ weights.T for part in within]
        within += [part - part.mean(axis=2, keepdims=True) for part in lags] if self.twice else lags
        flat = np.stack(within, axis=1).reshape(len(levels), len(within), -1)
        return np.asarray(flat @ flat.transpose(0, 2, 1))

    def _within(self, values: Floats) -> Floats:
        values = values - values.mean(axis=1, keepdims=True)
        return values - values.mean(axis=2, keepdims=True) if self.twice else values

    def slowest(self, rho: float) -> float:
        """Return the coefficient of the own level below which paths would swing ever wider."""
        roots = np.ones(1)
        if self.kind == "lag" and self.lag.eigenvalues is not None:
            roots = np.abs(1 - rho * self.lag.eigenvalues)
            roots = np.delete(roots, np.abs(self.lag.eigenvalues - 1).argmin()) if self.twice else roots
        return float(-1.95 * roots.min() / self.gaps.max())

    def draw(self, own: float, rho: float, drift: Floats, draws: int, rng: Generator) -> Floats:
        """Draw paths of levels with shocks of variance 1, shape (draws, T + 1, n).

        Levels are at rest around the effects of their regions, as if that had gone on for 64 steps; beside that they
        are on their way to another rest, which begins with the growth `drift`.
        """
        n, gap = self.lag.n, float(self.gaps.mean())
        spread = np.eye(n) if self.kind == "none" else self.lag.inverse(rho)
        back = self._back(own, rho)
        power, start = np.eye(n) + gap * (back * np.eye(n) if back.ndim == 0 else back), gap**2 * spread @ spread.T
        for _ in range(6):
            start = start + power @ start @ power.T
            power = power @ power
        values, vectors = np.linalg.eigh((start + start.T) / 2)
        first = rng.standard_normal((draws, n)) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        shocks = rng.standard_normal((draws, len(self.gaps), n)) @ spread.T
        return self._walk(first, shocks + drift, back)

    def reach(self, own: float, rho: float, drift: Floats) -> Floats:
        """Return the levels to which a drift alone leads."""
        steady = np.broadcast_to(drift, (1, len(self.gaps), self.lag.n))
        return self._walk(np.zeros((1, self.lag.n)), steady, self._back(own, rho))

    def _back(self, own: float, rho: float) -> Floats:
        return np.asarray(own * self.lag.inverse(rho) if self.kind == "lag" else own)

    def _walk(self, first: Floats, pushes: Floats, back: Floats) -> Floats:
        levels = np.empty((len(first), len(self.gaps) + 1, self.lag.n))
        levels[:, 0] = first
        for step, years in enumerate(self.gaps):
            pull = levels[:, step] * back if back.ndim == 0 else levels[:, step] @ back.T
            levels[:, step + 1] = levels[:, step] + years * (pull + pushes[:, step])
        return levels

    def rise(self, levels: Floats) -> Floats:
        """Return each region's mean growth less that of all."""
        growth = (levels[:, -1] - levels[:, 0]) / self.gaps.sum()
        return growth - growth.mean(axis=1, keepdims=True)


def _bootstrap(
    found: SpatialRegression, levels: Floats, gaps: Floats, draws: int, rng: Generator | int | None
) -> tuple[pd.DataFrame, float]:
    """Return the coefficients with the p-values of drawn paths, and the median-unbiased coefficient of the own level.

    Parameters
    ----------
    found : SpatialRegression
    levels : array, shape (T + 1, n)
        Logarithms, in the order of the design.
    gaps : array, shape (T,)
    draws, rng
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr

    design, frame = found.design, found.coefficients.copy()
    paths = _Paths(design.lag, gaps, PROCESS[found.model], NEIGHBOURS in frame.index, design.lag.lost, design.count)
    lag = replace(design.lag, nodes=design.lag.nodes[::4], logdets=design.lag.logdets[::4])
    rough = replace(paths, lag=lag)  # rho hardly matters for the median
    search, first, second = seed_sequence(rng).spawn(3)
    null = paths.refit(levels[None], neighbours=False)
    rho, own, sigma = float(null.rho[0]), float(null.b[0, 0]), float(np.sqrt(null.sigma2[0]))
    rose = paths.rise(levels[None])[0] / sigma
    shared = 0.0 if paths.twice else float(levels[-1].mean() - levels[0].mean()) / gaps.sum() / sigma
    still = np.zeros(design.lag.n)

    def drift(level: float) -> Floats:
        """Return the growth that leads regions apart, less what chance alone would show."""
        chance = paths.rise(paths.draw(level, rho, still, _SEARCH, np.random.default_rng(search)))
        share = max(0.0, 1 - float((chance**2).sum(axis=1).mean() / (rose @ rose)))
        per = float(paths.rise(paths.reach(level, rho, rose))[0] @ rose / (rose @ rose))
        return np.asarray((share * rose + shared) / per)

    def apart(level: float) -> float:
        drawn = paths.draw(level, rho, drift(level), _SEARCH, np.random.default_rng(search))
        return float(np.median(rough.refit(drawn, neighbours=False).b[0])) - own

    low = paths.slowest(rho)
    level = (
        0.0 if apart(0.0) <= 0 else low if apart(low) >= 0 else float(brentq(apart, low, 0.0, xtol=0.01 / gaps.max()))
    )
    t = paths.refit(levels[None], neighbours=paths.durbin).t[:, 0]
    how = f"{format_count(draws)} paths drawn under the null hypothesis"
    if paths.durbin:
        drawn = paths.draw(level, rho, drift(level), draws, np.random.default_rng(first))
        law = paths.refit(drawn, neighbours=True).t[1]
        p, interval = monte_carlo_p(int((law >= t[1]).sum()), int((law <= t[1]).sum()), draws, "two-sided")
        put_drawn(frame, NEIGHBOURS, (p, *interval, how, draws))
    law = paths.refit(paths.draw(0.0, rho, still, draws, np.random.default_rng(second)), neighbours=paths.durbin).t[0]
    p, interval = monte_carlo_p(draws, int((law <= t[0]).sum()), draws, "less")
    above = float(ndtr(-t[0]))  # where regions grow apart for reasons of their own, the law is nearer to the normal one
    drawn_below = p <= above
    p, low, high = (min(1.0, 2 * min(each, above)) for each in (p, *interval))
    put_drawn(frame, LEVEL, (p, low, high, *((how, draws) if drawn_below else ("normal law, upper tail", 0))))
    return frame, level
