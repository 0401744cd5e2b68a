"""Spread and backwash tests of leading regions between two years."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.random import Generator

from growthpoles.graphs import as_graph
from growthpoles.randomness import PERMUTATIONS, seed_sequence
from growthpoles.spatial.alignment import same_labels
from growthpoles.spatial.global_tests.bivariate_moran import moran_bivariate
from growthpoles.spatial.global_tests.global_result import Alternative, GlobalResult, Inference, check_alternative
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.poles.convergence import convergence
from growthpoles.spatial.poles.lisa_dynamics import joint_moves, lisa_moves, rank_mobility, spatial_tau

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

TESTS = (
    "level and neighbours' change",
    "change",
    "joint moves",
    "changed quadrant",
    "rank mobility",
    "spatial tau",
    "beta convergence",
    "beta residuals",
    "sigma convergence",
)


def spread_tests(
    before: pd.Series,
    after: pd.Series,
    graph: Graph | W,
    *,
    years: float,
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    rng: Generator | int | None = None,
) -> pd.DataFrame:
    """Run all tests of the change between two years.

    Parameters
    ----------
    before, after : Series
        Positive values of the two years over the labels of the graph; a region with NaN in either year is left out, and
        the tests run on the subgraph of the others.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights; row-standardised here.
    years : float
        Years between the two.
    alternative : {"two-sided", "greater", "less"}
        Of the first three tests: "greater" is spread, "less" backwash. The others are two-sided in any case.
    permutations : int
        Random relocations of each spatial test.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    DataFrame
        Index `test`, one row each:

        - level and neighbours' change: bivariate Moran's I of the first year's level with the neighbours' change (after
          minus before); the two values of a region are relocated together, so that what its own level does to its own
          change is kept and only their arrangement is tested (Lee 2004). Positive: around high regions others gain.
        - change: Moran's I of the change.
        - joint moves: share of regions that move in the Moran plane as their neighbours do.
        - changed quadrant: share of the regions with neighbours that do; descriptive, without a test.
        - rank mobility: Kendall's tau-b; descriptive.
        - spatial tau: concordance of ranks among neighbours; `expected` is that among all pairs.
        - beta convergence: slope of yearly log growth on the log of the first year, t test.
        - beta residuals: Moran's I of its residuals, exact.
        - sigma convergence: standard deviation of the logs, after / before; `expected` 1; test of Pitman and Morgan.

        Columns: statistic_name, statistic, expected, z_score, p_value, p_low, p_high, alternative, method,
        permutations, n, left_out.

    Raises
    ------
    SpatialError
        As the tests do: :func:`growthpoles.moran`, :func:`growthpoles.moran_bivariate`,
        :func:`growthpoles.convergence`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> gp.spread_tests(before, after, graph, years=4, permutations=99)["statistic"].round(2).head(4)
    test
    level and neighbours' change    0.01
    change                          0.19
    joint moves                     0.75
    changed quadrant                0.50
    Name: statistic, dtype: float64
    """
    check_alternative(alternative)
    before, after, part, left_out = _complete(before, after, graph)
    seeds = iter([np.random.default_rng(seed) for seed in seed_sequence(rng).spawn(4)])
    change = after - before
    closing = convergence(before, after, part, years=years)
    settings = {"alternative": alternative, "permutations": permutations}
    pair = moran_bivariate(before, change, part, relocate="pairs", rng=next(seeds), **settings)  # type: ignore[arg-type]
    alone = moran(change, part, rng=next(seeds), **settings)  # type: ignore[arg-type]
    joint = joint_moves(before, after, part, rng=next(seeds), **settings)  # type: ignore[arg-type]
    tau = spatial_tau(before, after, part, permutations=permutations, rng=next(seeds))
    moves = lisa_moves(before, after, part)
    moves = moves[moves["lag_before"].notna()]
    moved = float((moves["quadrant_before"] != moves["quadrant_after"]).mean())
    n, ratio = closing.n, closing.sigma_after / closing.sigma_before
    results = [
        replace(pair, name="Moran's I, bivariate"),
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
    frame.index = pd.Index(TESTS, name="test")
    frame = frame.assign(method=[result.reference for result in results], left_out=", ".join(map(str, left_out)))
    return frame.drop(columns=["isolates", "reference", "variance"])


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
    known = before.notna() & after.reindex(before.index).notna()
    kept = before.index[known]
    part = graph if known.all() else graph.subgraph(list(kept))
    return before[kept].astype(float), after[kept].astype(float), part, list(before.index[~known])
