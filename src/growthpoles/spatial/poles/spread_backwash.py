"""Change between two years in one table: spread and backwash, clusters of growth, convergence."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator

from growthpoles.errors import GrowthpolesError, SpatialError, listed
from growthpoles.graphs import among, as_graph
from growthpoles.randomness import seed_sequence
from growthpoles.result_display import say_tests
from growthpoles.spatial.alignment import clean_values, same_labels
from growthpoles.spatial.global_tests.correlogram import correlogram
from growthpoles.spatial.global_tests.global_result import (
    Alternative,
    GlobalResult,
    Inference,
    check_alternative,
    check_permutations,
)
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.poles.convergence import convergence
from growthpoles.spatial.poles.distance_gradient import growth_rings
from growthpoles.spatial.poles.lisa_dynamics import joint_moves, lisa_moves, rank_mobility, spatial_tau
from growthpoles.spatial.poles.spillover_test import NEIGHBOURS, known_poles, spread_test
from growthpoles.spatial.regression.spatial_regression import bootstrap_draws

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

ORDER, RING = "growth clusters, order", "growth in ring"  # rows with a number each
_MANY = 200
CLUSTERS, MOVES = "growth clusters", "growth clusters, joint moves"
# test -> its null hypothesis; "" for what is no test. Before them come the rows of SpreadTest.
GROWTH_NULLS = {
    CLUSTERS: "log growth could as well stand in any other region",
    MOVES: "the moves of a region could as well stand in any other region",
    "changed quadrant": "",
    "rank mobility": "",
    "spatial tau": "the pair of ranks of a region could as well stand in any other region",
    "beta convergence": "growth does not depend on the first year's level",
    "beta residuals": "the errors of beta convergence are independent and normal with one variance",
    "sigma convergence": "the logs have the same variance in both years",
}


def spread_tests(
    before: pd.Series,
    after: pd.Series,
    graph: Graph | W,
    *,
    years: float,
    poles: Iterable[Hashable] = (),
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    rng: Generator | int | None = None,
) -> pd.DataFrame:
    """Run all tests of the change between two years: spread or backwash, clusters of growth, convergence.

    Parameters
    ----------
    before, after : Series
        Positive values of the two years over the labels of the graph; a region with NaN in either year is left out, and
        the tests run among the others, as :func:`growthpoles.with_data` has it.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights; row-standardised here.
    years : float
        Years between the two.
    poles : iterable of labels, optional
        Poles, for the tests of their surroundings.
    alternative : {"two-sided", "greater", "less"}
        Of the tests of spread ("greater") and backwash ("less"), of neighbours' level, weight of poles and relabelled
        poles. All others are two-sided in any case.
    permutations : int, optional
        Random relocations of each spatial test, by default 99,999 up to 2,000 regions (the tau of joint ranks has fewer
        where links are many); of the parametric bootstrap at most 9,999 samples (999 above 100
        regions).
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    DataFrame
        Index `test`, one row each:

        - neighbours' level, and with `poles` the rows of their surroundings: the only tests of spread and backwash,
          see :func:`growthpoles.spread_test`. `statistic` is the coefficient, `z_score` its signed t.
        - growth clusters: Moran's I of log growth. Regions that grow alike lie side by side: no sign of spread.
        - growth clusters, joint moves: share of regions whose log moves in the Moran plane as their neighbours' do.
        - changed quadrant: share of the regions with neighbours that do; descriptive, without a test.
        - rank mobility: Kendall's tau-b; descriptive.
        - spatial tau: concordance of ranks among neighbours; `expected` is that among all pairs.
        - beta convergence: slope of yearly log growth on the log of the first year, t test.
        - beta residuals: Moran's I of its residuals, exact.
        - sigma convergence: standard deviation of the logs, after / before; `expected` 1; test of Pitman and Morgan.
        - growth clusters, order 1, 2, ...: Moran's I of log growth by order of neighbours, p adjusted over the orders
          (:func:`growthpoles.correlogram`); with `poles` growth in ring 1, 2, ... around them, given the own level, p
          of all rings at once (:func:`growthpoles.growth_rings`). Above 200 regions at most 9,999 relocations.

        Columns: statistic_name, statistic, expected, z_score, p_value, p_low, p_high, alternative, method,
        permutations, n, left_out, null (the null hypothesis). `attrs["notes"]`: warnings, and rows that could not be
        computed, with the reason.

    Raises
    ------
    SpatialError
        As the tests do: :func:`growthpoles.moran`, :func:`growthpoles.spread_test`,
        :func:`growthpoles.convergence`.
    RegionError
        If a pole is unknown.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> gp.spread_tests(before, after, graph, years=4, permutations=99)["statistic"].round(2).head(4)
    test
    neighbours' level              -0.22
    growth clusters                 0.04
    growth clusters, joint moves    0.69
    changed quadrant                0.50
    Name: statistic, dtype: float64
    """
    check_alternative(alternative)
    graph = as_graph(graph)
    poles = known_poles(poles, pd.Index(graph.unique_ids))
    before, after, part, left_out = _complete(before, after, graph)
    seeds = iter([np.random.default_rng(seed) for seed in seed_sequence(rng).spawn(4)])
    closing = convergence(before, after, part, years=years)
    logs = np.log(before), np.log(after)
    growth = (logs[1] - logs[0]) / years
    drawn = check_permutations(permutations, len(before))
    draws = min(bootstrap_draws(None, len(before)) or 999, drawn)
    first, last = (values.reindex(graph.unique_ids) for values in (before, after))
    settings: dict[str, Any] = {"years": years, "poles": poles, "alternative": alternative, "draws": draws}
    try:
        spread = spread_test(first, last, graph, rng=next(seeds), **settings)
        own, notes = spread.table, list(spread.notes)
    except SpatialError as error:  # the other tests can do with less
        own, notes = pd.DataFrame(), [f"{NEIGHBOURS}: {error}"]
    alone = moran(growth, part, permutations=drawn, rng=next(seeds))
    joint = joint_moves(*logs, part, permutations=drawn, rng=next(seeds))
    tau = spatial_tau(before, after, part, permutations=permutations, rng=next(seeds))
    moves = lisa_moves(*logs, part)
    moves = moves[moves["lag_before"].notna()]
    moved = float((moves["quadrant_before"] != moves["quadrant_after"]).mean())
    n, ratio = closing.n, closing.sigma_after / closing.sigma_before
    results = [
        alone,
        joint,
        _plain("share of regions", moved, len(moves)),
        _plain("Kendall's tau-b", rank_mobility(before, after), n),
        tau,
        _plain("slope", closing.beta, n, 0.0, closing.p_value, closing.beta / closing.standard_error, "t test"),
        replace(closing.residual_moran, name="Moran's I of residuals"),
        _plain("ratio of sigma", ratio, n, 1.0, closing.sigma_p_value, words="Pitman-Morgan test"),
    ]
    frame = pd.concat([result.to_frame() for result in results]).reset_index()
    frame.index = pd.Index(list(GROWTH_NULLS), name="test")
    frame = frame.assign(
        method=[result.reference for result in results],
        left_out=[", ".join(map(str, [*left_out, *result.isolates])) for result in results],
        null=list(GROWTH_NULLS.values()),
    ).drop(columns=["isolates", "reference", "variance"])
    if len(own):
        own = own.rename(columns={"estimate": "statistic", "statistic": "z_score", "draws": "permutations"})
        own = own.assign(statistic_name="coefficient", expected=0.0, alternative=alternative)
        frame = pd.concat([own[frame.columns], frame])
    further = _reach_rows(growth, logs[0], part, poles, left_out, notes, permutations=drawn, rng=rng)
    frame = pd.concat([frame, *further]).rename_axis("test")
    if alone.isolates:
        notes.append(f"without neighbours, and so in no test of neighbours: {listed(alone.isolates)}")
    behind = frame["permutations"].where(frame["method"].map(_drawn), 0).fillna(0).astype(int)
    told = {str(name): str(null) for name, null in frame["null"].items() if null}
    sides, how = dict(frame["alternative"]), dict(frame["method"])
    adjust = f"{ORDER} ...: Holm; {RING} ...: of the farthest of all rings"
    return say_tests(frame, told, how, draws=behind.to_dict(), alternative=sides, adjust=adjust, notes=notes)


def _drawn(method: object) -> bool:
    return any(word in str(method) for word in ("permutation", "bootstrap", "random ", "relocations"))


def _reach_rows(
    growth: pd.Series,
    level: pd.Series,
    graph: Graph,
    poles: Iterable[Hashable],
    absent: Sequence[object],
    notes: list[str],
    *,
    permutations: int,
    rng: Generator | int | None,
) -> list[pd.DataFrame]:
    """Return rows of the correlogram of growth, and of growth by ring around the poles given the own level."""
    tables = []
    draws = permutations if len(growth) <= _MANY else min(permutations, 9_999)
    words: dict[str, Any] = {"alternative": "two-sided", "p_low": np.nan, "p_high": np.nan}
    try:
        orders = correlogram(growth, graph, permutations=draws, rng=rng).dropna(subset=["p_value"])
        own = orders.drop(columns=["pairs", "variance", "p_value"]).rename(columns={"p_adjusted": "p_value"})
        null = "log growth could as well stand in any other region; p adjusted over the orders (Holm)"
        own = own.assign(statistic_name="Moran's I", null=null, **words)
        own["permutations"] = pd.Series(orders.attrs["permutations"])
        own.index = [f"{ORDER} {order:g}" for order in orders.index]
        tables.append(own.assign(left_out=", ".join(map(str, absent))))
    except GrowthpolesError as error:  # the other tests can do with less
        notes.append(f"{ORDER} 1, ...: {error}")
    known = [pole for pole in poles if pole in growth.index]
    if not known:
        return tables
    draws = min(draws, 9_999)
    try:
        rings = growth_rings(growth, known, graph, level=level, permutations=draws, rng=rng)
        own = rings[rings["p_value"].notna()].rename(columns={"mean": "statistic"})
        own = own[["n", "statistic", "expected", "z_score", "p_value"]]
        null = "the values could as well stand at any other distance from the poles; p of all rings at once"
        drawn = rings.attrs["draws"]
        method = f"{drawn} relocations of growth given the own level"
        own = own.assign(statistic_name="mean", method=method, null=null, permutations=drawn, **words)
        own.index = [f"{RING} {ring:g}" for ring in own.index]
        tables.append(own.assign(left_out=", ".join(map(str, dict.fromkeys([*rings.attrs["left_out"], *absent])))))
    except GrowthpolesError as error:
        notes.append(f"{RING} 1, ...: {error}")
    return tables


def _plain(
    name: str,
    statistic: float,
    n: int,
    expected: float = float("nan"),
    p: float = float("nan"),
    z: float = float("nan"),
    words: str = "descriptive",
) -> GlobalResult:
    """Return a figure that is no relocation test in the form of one."""
    found = Inference.certain(p, "normal", words)
    return found.result(name, statistic, (expected, float("nan")), z_score=z, alternative="two-sided", n=n)


def _complete(
    before: pd.Series, after: pd.Series, graph: Graph | W
) -> tuple[pd.Series, pd.Series, Graph, list[object]]:
    """Keep the regions with data in both years, in the values and in the graph; list the others."""
    graph = as_graph(graph)
    ids = pd.Index(graph.unique_ids)
    for name, values in (("before", before), ("after", after)):
        same_labels(values, ids, name=name, to="the graph")
        clean_values(values.fillna(1.0), name=name)
    known = before.notna() & after.reindex(before.index).notna()
    kept = before.index[known]
    part = among(graph, kept)
    return before[kept].astype(float), after[kept].astype(float), part, list(before.index[~known])
