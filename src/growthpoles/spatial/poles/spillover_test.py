"""Spread or backwash: growth regressed on the neighbours' level and on the weight of poles, parametric bootstrap.

Regions that lead grow by more money, and their neighbours often lead too: a test that sets a region's level beside its
neighbours' change in money finds "spread" where everybody grows by the same percentage. Growth here is logarithmic, the
region's own level is in, and so are autocorrelated errors, since growth that clusters for any other reason looks like
spread as well: ``g = a + b ln y0 + theta W ln y0 + Z c + u, u = lambda W u + e``. Levels are held fixed. The null
hypothesis theta = 0 is tested by the signed generalised least squares t, whose law comes from samples drawn from the
fit without theta. lambda is that of the restricted likelihood: at 16 regions the ordinary one is pulled far down by the
regressors, and its bootstrap rejects too often. Poles leave the regression by a dummy each: under the restricted
likelihood that is the law of the other regions in the whole map, where a shock to a pole still reaches its neighbours.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import RegionError, SpatialError, listed, message, nearest
from growthpoles.graphs import as_graph
from growthpoles.language.number_format import format_count, format_p
from growthpoles.randomness import seed_sequence
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.alignment import ascending, same_labels, weights_matrix
from growthpoles.spatial.global_tests.global_result import Alternative, check_alternative, choose, monte_carlo_p
from growthpoles.spatial.poles.growth_regression import LEVEL, log_growth
from growthpoles.spatial.regression.likelihood import Floats, fit
from growthpoles.spatial.regression.spatial_regression import Design, bootstrap_draws, bootstrap_t, make_design

if TYPE_CHECKING:
    from collections.abc import Callable

    from growthpoles.graphs import Graph, W

POLES, WITHOUT = "weight of poles", "weight of poles, without"
NEIGHBOURS, OUTSIDE, BESIDE, RELABELLED = (
    "neighbours' level", "neighbours' level, poles left out", "weight of poles", "poles relabelled",
)  # fmt: skip
NULLS = {  # whole sentences: they have translations
    NEIGHBOURS: (
        "growth does not depend on the neighbours' level, given the region's own level and autocorrelated growth"
    ),
    OUTSIDE: (
        "growth of the regions that are no poles does not depend on their neighbours' level, "
        "given the region's own level and autocorrelated growth"
    ),
    BESIDE: (
        "growth of the regions that are no poles does not depend on their weight of poles, "
        "given the region's own level and autocorrelated growth"
    ),
    RELABELLED: "any other regions could as well be the poles, given each region's own level",
}
_ALL = 20_000  # choices of poles, or fewer: all are visited
_FEW, _INFLATED = 12, 10.0


@dataclass(frozen=True, slots=True)
class SpreadTest(ResultDisplay):
    """Spread (positive) or backwash (negative) between two years.

    Attributes
    ----------
    table : DataFrame
        Index `test`; rows: neighbours' level; with poles also: neighbours' level, poles left out; weight of poles; the
        latter without each pole in turn; poles relabelled; with an earlier year, the same as "placebo: ...". Columns:
        term, estimate (growth a year per log point of the neighbours' level, or per unit of weight), standard_error,
        statistic (signed t), p_asymptotic (t law; exact if lambda = 0 and errors are normal), p_value, p_low, p_high
        (Monte Carlo interval), own_level (b), error_lambda (restricted likelihood), method, null, draws, n, left_out,
        reason (why each of them is).
    alternative : {"two-sided", "greater", "less"}
        "greater": spread, "less": backwash.
    n : int
        Regions of the first row.
    notes : tuple of str
        Warnings, and rows that could not be computed, with the reason.
    added_variable : DataFrame
        Index region: neighbours_level and growth, both less what the other regressors and lambda explain (the slope
        through them is the estimate of the first row); pole.
    residuals : Series
        Errors e of the first row's regression.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> graph = gp.build_weights(gp.study_regions(study))
    >>> before, after = (gp.load_indicators(year, study=study)["gdp_per_head"] for year in (1940, 2000))
    >>> print(gp.spread_test(before, after, graph, years=60, draws=999).summary())
    Growth of 32 regions on the level of their neighbours, both in logarithms, two-sided.
    Null hypothesis: growth does not depend on the neighbours' level, given the region's own level and autocorrelated
    growth.
    Where the neighbours' level is higher by one log point, growth differs by 0.002692 a year (standard error
    0.00242); positive is spread, negative backwash.
    Two-sided p = 0.288 (95% Monte Carlo interval 0.244 to 0.333); t law p = 0.275. Method: parametric bootstrap, 999
    draws.
    Own level -0.007961; autocorrelation of the errors 0.04036.
    Neither spread nor backwash is shown; that is no proof of their absence.
    Left out: no region.
    """

    table: pd.DataFrame
    alternative: Alternative
    n: int
    notes: tuple[str, ...]
    added_variable: pd.DataFrame = field(repr=False, compare=False)
    residuals: pd.Series = field(repr=False, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table

    @property
    def finding(self) -> str:
        """Return "spread" or "backwash" where the first row's p is at most 0.05, else "none"."""
        row = self.table.iloc[0]
        return "none" if not row["p_value"] <= 0.05 else "spread" if row["estimate"] > 0 else "backwash"

    def __repr__(self) -> str:
        own = self.table.dropna(subset="p_value")
        told = (f"{test} {row['estimate']:.4g} (p {format_p(row['p_value'], relation=True)})"
                for test, row in own.iterrows())  # fmt: skip
        return f"spread or backwash, {self.alternative}: {'; '.join(told)}; finding: {self.finding}; n = {self.n}"


def spread_test(
    before: pd.Series,
    after: pd.Series | None,
    graph: Graph | W,
    *,
    years: float = 1.0,
    growth: pd.Series | None = None,
    poles: Iterable[Hashable] = (),
    controls: pd.DataFrame | pd.Series | None = None,
    earlier: pd.Series | None = None,
    earlier_years: float | None = None,
    alternative: Alternative = "two-sided",
    draws: int | None = None,
    rng: Generator | int | None = None,
) -> SpreadTest:
    """Test whether regions grow faster (spread) or slower (backwash) beside high regions, or beside poles.

    Parameters
    ----------
    before, after : Series
        Positive values of the two years by region; growth a year is ``ln(after / before) / years``. A region without
        data is left out and listed, so is one without neighbours.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Row-standardised here.
    years : float
        Years between the two.
    growth : Series, optional
        Growth a year in logs, where it is known otherwise; `after` is None then.
    poles : iterable of labels, optional
        Poles, for the tests of their surroundings.
    controls : DataFrame or Series, optional
        Further regressors by region.
    earlier, earlier_years : Series and float, optional
        Values of a year before `before`, and the years between: the placebo. What rejects in the years before the poles
        could have worked is no work of theirs.
    alternative : {"two-sided", "greater", "less"}
        "greater" is spread, "less" backwash.
    draws : int, optional
        Samples of each parametric bootstrap; None is 9,999 up to 100 regions, 999 up to 1,000; above, it has to be
        given.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    SpreadTest

    Raises
    ------
    SpatialError
        If labels differ, a value is not positive, levels are equal, the neighbours' level follows from the own one, or
        too few regions are left.
    RegionError
        If a pole is unknown.

    Notes
    -----
    Size at a nominal 5 %, one-sided, measured on 16 to 49 regions with levels and growth autocorrelated up to 0.8: 3 to
    6 % for the neighbours' level, 4 to 6 % for the weight of poles. The test of relabelled poles is exact if the poles
    stand anywhere with equal probability; one pole among 16 regions cannot reach a p below 1/16. A spillover that is
    found is an association in space: what causes it, no test of a map says.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> result = gp.spread_test(before, after, graph, years=4, poles=["KZ-ALA", "KZ-AST"], draws=999)
    >>> result.table["p_value"].round(2).to_dict()
    {"neighbours' level": 0.02, "neighbours' level, poles left out": 0.17, 'weight of poles': 0.58, 'weight of poles,
    without KZ-ALA': 0.9, 'weight of poles, without KZ-AST': 0.51, 'poles relabelled': 0.65}
    """
    check_alternative(alternative)
    graph = as_graph(graph)
    ids = pd.Index(graph.unique_ids)
    level, rise = log_growth(before, after, ids, years=years, growth=growth)
    draws = bootstrap_draws(draws, len(ids)) or 999
    poles = known_poles(poles, ids)
    seeds = iter([np.random.default_rng(seed) for seed in seed_sequence(rng).spawn(12 + len(poles))])
    frame = pd.DataFrame({LEVEL: level})
    if controls is not None:
        extra = controls.to_frame() if isinstance(controls, pd.Series) else controls
        same_labels(pd.Series(0.0, index=extra.index), ids, name="controls", to="the graph")
        frame = frame.join(extra.reindex(ids))
    notes: list[str] = []
    settings: dict[str, Any] = {"alternative": alternative, "draws": draws}
    first = _design(rise, frame, graph)
    rows = {NEIGHBOURS: _row(first, NEIGHBOURS, next(seeds), **settings)}
    notes += _warnings(first)
    rows |= _pole_rows(rise, frame, graph, poles, seeds, notes, settings)
    if earlier is not None:
        if earlier_years is None:
            raise SpatialError(message("no earlier_years", where="placebo", allowed="years from earlier to before"))
        old, past = log_growth(earlier, before, ids, years=earlier_years)
        behind = frame.assign(**{LEVEL: old})
        again = {NEIGHBOURS: _row(_design(past, behind, graph), NEIGHBOURS, next(seeds), **settings)}
        again |= _pole_rows(past, behind, graph, poles, seeds, notes, settings, thrifty=True)
        rows |= {f"placebo: {name}": row for name, row in again.items()}
    table = pd.DataFrame(rows.values(), index=pd.Index(list(rows), name="test"))
    placebo = table.index.str.startswith("placebo: ")
    table["reason"] = _reasons(table["left_out"], frame.assign(growth=rise), graph, poles)
    if earlier is not None:
        past_frame = behind.assign(growth=past)
        table.loc[placebo, "reason"] = _reasons(table.loc[placebo, "left_out"], past_frame, graph, poles)
    drawn = table["draws"].where(~table["method"].str.startswith("exact"), 0)
    say_tests(table, dict(table["null"]), dict(table["method"]), draws=drawn.to_dict(), alternative=alternative)
    added, errors = _added_variable(first, poles)
    return SpreadTest(table, alternative, first.n, tuple(notes), added, errors)


def _reasons(out: pd.Series, frame: pd.DataFrame, graph: Graph, poles: Sequence[Hashable]) -> list[str]:
    """Say of every row why the regions that it leaves out are not in it."""
    bare = {str(code) for code in frame.index[frame.isna().any(axis=1)]}
    alone, chosen = {str(code) for code in graph.isolates}, {str(pole) for pole in poles}
    why = {
        name: "no data" if name in bare else "no neighbours" if name in alone
        else "a pole" if name in chosen else "no neighbours with data"
        for name in map(str, frame.index)
    }  # fmt: skip
    told = []
    for text in out:
        names = [name for name in filter(None, str(text).split(", ")) if name in why]
        kinds = dict.fromkeys(why[name] for name in names)
        told.append("; ".join(f"{kind}: {', '.join(n for n in names if why[n] == kind)}" for kind in kinds))
    return told


def known_poles(poles: Iterable[Hashable], ids: pd.Index) -> list[Hashable]:
    """Return the poles once each, in the order of their labels; refuse those that are no region."""
    poles = list(dict.fromkeys([poles] if isinstance(poles, str) else poles))
    unknown = [pole for pole in poles if pole not in ids]
    if unknown:
        near = [hit for pole in unknown for hit in nearest(pole, ids, n=1)]
        raise RegionError(message(f"unknown pole {listed(unknown)}", where="spread test", near=near))
    order = ascending(pd.Index(poles, tupleize_cols=False))  # random numbers are dealt out in the order of the labels
    return poles if order is None else [poles[place] for place in order]


def _design(rise: pd.Series, frame: pd.DataFrame, graph: Graph) -> Design:
    """Return the design with the neighbours' level last."""
    return make_design(rise, frame, graph, lagged=[LEVEL], where="spread test")


def _row(design: Design, name: str, rng: Generator, *, alternative: Alternative, draws: int) -> dict[str, object]:
    """Test the last column."""
    from scipy.special import stdtr

    n, k = design.x.shape
    found = fit(design.lag, design.y, design.x, "error", restricted=True, traces=False)
    estimate = float((design.back @ found.b)[-1]) * design.unit
    error = float(np.sqrt(found.covariance[k - 1, k - 1] * n / (n - k))) * design.back[-1, -1] * design.unit
    own = float((design.back @ found.b)[1]) * design.unit
    p, (low, high), _ = bootstrap_t(design, k - 1, "error", draws, rng, alternative)
    t = estimate / error
    return {
        "term": design.names[-1],
        "estimate": estimate,
        "standard_error": error,
        "statistic": t,
        "p_asymptotic": choose(alternative, float(stdtr(n - k, -t)), float(stdtr(n - k, t))),
        "p_value": p,
        "p_low": low,
        "p_high": high,
        "own_level": own,
        "error_lambda": found.rho,
        "method": f"parametric bootstrap, {format_count(draws)} draws",
        "null": NULLS[name],
        "draws": draws,
        "n": n,
        "left_out": ", ".join(map(str, design.left_out)),
    }


def _pole_rows(
    rise: pd.Series,
    frame: pd.DataFrame,
    graph: Graph,
    poles: list[Hashable],
    seeds: Any,
    notes: list[str],
    settings: dict[str, Any],
    *,
    thrifty: bool = False,
) -> dict[str, dict[str, object]]:
    """Return the tests of the poles' surroundings; what cannot be computed goes to the notes, with the reason."""
    rows: dict[str, dict[str, object]] = {}
    if not poles:
        return rows
    ids = frame.index
    w = weights_matrix(graph, ids)
    inside = make_design(rise, frame, graph, where="spread test").ids
    # a dummy takes a pole out of the regression, not out of the errors: its shock still reaches its neighbours
    shifts = pd.DataFrame({f"pole {pole}": (ids == pole).astype(float) for pole in poles if pole in inside}, index=ids)

    def attempt(label: str, name: str, make: Callable[[], Design]) -> None:
        rng = next(seeds)
        try:
            row = _row(make(), name, rng, **settings)
            out = dict.fromkeys([*map(str, poles), *filter(None, str(row["left_out"]).split(", "))])
            rows[label] = row | {"n": int(str(row["n"])) - shifts.shape[1], "left_out": ", ".join(out)}
        except SpatialError as error:
            notes.append(f"{label}: {error}")

    def beside(of: list[Hashable]) -> Design:
        weight = pd.Series(np.asarray(w @ ids.isin(of).astype(float)), index=ids)
        own = weight[inside.difference(poles)]
        if np.ptp(own) <= 1e-12:
            raise SpatialError(
                message("the weight of poles is constant", allowed="regions with and without poles beside")
            )
        return make_design(rise, pd.concat([frame, shifts, weight.rename(POLES)], axis=1), graph, where="spread test")

    if not thrifty:
        attempt(OUTSIDE, OUTSIDE, lambda: _design(rise, pd.concat([frame, shifts], axis=1), graph))
    attempt(BESIDE, BESIDE, lambda: beside(poles))
    if not thrifty and len(poles) > 1:
        for pole in poles:
            rest = [each for each in poles if each != pole]
            attempt(f"{WITHOUT} {pole}", BESIDE, lambda rest=rest: beside(rest))  # type: ignore[misc]
    rng = next(seeds)
    try:
        rows[RELABELLED] = _relabelled(rise, frame, graph, poles, rng, **settings)
    except SpatialError as error:
        notes.append(f"{RELABELLED}: {error}")
    return rows


def _relabelled(
    rise: pd.Series,
    frame: pd.DataFrame,
    graph: Graph,
    poles: list[Hashable],
    rng: Generator,
    *,
    alternative: Alternative,
    draws: int,
) -> dict[str, object]:
    """Compare the t of the weight of poles with that of every other choice of as many regions."""
    design = make_design(rise, frame, graph, where="spread test")
    ids, k, n = design.ids, len(poles), design.n
    here = [pole for pole in poles if pole in ids]
    if len(here) < k:
        lost = listed([pole for pole in poles if pole not in ids])
        raise SpatialError(message(f"no data or no neighbours for the pole {lost}", allowed="poles with both"))
    count = comb(n, k)
    chosen = (
        np.array(list(combinations(range(n), k)))
        if count <= _ALL
        else np.array([rng.choice(n, k, replace=False) for _ in range(draws)])
    )
    own, error = (float(part[0]) for part in _beside_t(design, np.flatnonzero(ids.isin(here))[None, :]))
    if np.isnan(own):
        raise SpatialError(message("the weight of poles is constant", allowed="regions with and without poles beside"))
    parts = np.array_split(chosen, max(1, chosen.shape[0] * n // 2**21))
    found = np.concatenate([_beside_t(design, part)[0] for part in parts])
    found = found[~np.isnan(found)]
    slack = 1e-9 * max(1.0, abs(own))
    above, below = int((found >= own - slack).sum()), int((found <= own + slack).sum())
    if count <= _ALL:
        p = choose(alternative, above / len(found), below / len(found))
        interval, method = (p, p), f"exact, all {format_count(len(found))} choices of poles"
    else:
        p, interval = monte_carlo_p(above, below, len(found), alternative)
        method = f"{format_count(len(found))} random choices of poles"
    return {
        "term": POLES,
        "estimate": own * error * design.unit,
        "standard_error": error * design.unit,
        "statistic": own,
        "p_value": p,
        "p_low": interval[0],
        "p_high": interval[1],
        "method": method,
        "null": NULLS[RELABELLED],
        "draws": len(found),
        "n": n - k,
        "left_out": ", ".join(map(str, [*poles, *design.left_out])),
    }


def _beside_t(design: Design, poles: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return of each choice of poles (rows) the least squares t of their weight among the others, and its s.e.

    NaN where the weight follows from the other regressors.
    """
    x, k = design.x, design.x.shape[1]
    y = design.y - design.y.mean()
    keep = np.ones((len(poles), design.n))
    np.put_along_axis(keep, poles, 0.0, axis=1)
    weight = keep * np.asarray(design.lag.w @ (1 - keep).T).T
    inner = np.linalg.inv(np.einsum("cn,ni,nj->cij", keep, x, x, optimize=True))
    sides = np.stack([weight @ x, (keep * y) @ x], axis=1)
    products = np.stack([weight * weight, weight * y, keep * y * y]).sum(axis=2)
    taken = np.einsum("cai,cij,cbj->abc", sides, inner, sides, optimize=True)
    size, cross, total = products[0] - taken[0, 0], products[1] - taken[0, 1], products[2] - taken[1, 1]
    size = np.where(size > 1e-10 * np.maximum(1.0, products[0]), size, np.nan)
    error = np.sqrt((total - cross**2 / size) / (design.n - poles.shape[1] - k - 1) / size)
    return cross / size / error, error


def _warnings(design: Design) -> list[str]:
    """Say where the data hardly tell own and neighbours' level apart, or are too few."""
    x, n = design.x, design.n
    base = np.linalg.qr(x[:, :-1])[0]
    rest = x[:, -1] - base @ (base.T @ x[:, -1])
    inflation = float(((x[:, -1] - x[:, -1].mean()) ** 2).sum() / (rest @ rest))
    notes = []
    if n < _FEW:
        notes.append(f"{n} regions: below {_FEW} only the strongest spillover can be found.")
    if inflation > _INFLATED:
        notes.append(
            f"Own and neighbours' level are nearly collinear (variance inflation {inflation:.0f}): read neither alone."
        )
    return notes


def _added_variable(design: Design, poles: Sequence[Hashable]) -> tuple[pd.DataFrame, pd.Series]:
    """Return what is left of growth and of the neighbours' level, filtered by lambda, and the errors of the fit."""
    found = fit(design.lag, design.y, design.x, "error", restricted=True, traces=False)
    y, x = (values - found.rho * design.lag(values) for values in (design.y, design.x))
    base = np.linalg.qr(x[:, :-1])[0]
    left = [values - base @ (base.T @ values) for values in (x[:, -1], y)]
    frame = pd.DataFrame(
        {"neighbours_level": left[0] / design.back[-1, -1], "growth": left[1] * design.unit}, index=design.ids
    )
    frame["pole"] = frame.index.isin(list(poles))
    return frame, pd.Series(found.residuals * design.unit, index=design.ids, name="residual")
