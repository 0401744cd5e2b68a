"""LISA dynamics: moves in the Moran plane, rank mobility, spatial tau."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message
from growthpoles.language.number_format import format_count
from growthpoles.randomness import PERMUTATIONS, seed_sequence
from growthpoles.spatial.alignment import connected, deviations, prepare, same_regions
from growthpoles.spatial.global_tests.global_result import (
    Alternative,
    GlobalResult,
    Inference,
    check_alternative,
    check_permutations,
    monte_carlo_p,
)
from growthpoles.spatial.global_tests.mantel import pair_test
from growthpoles.spatial.local_tests.local_result import QUADRANTS
from growthpoles.spatial.reference_distributions.global_permutation import TIE, run_chunks

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

ISOLATE = "isolate"
# sectors of the Moran plane, counter-clockwise from "own value up, neighbours unchanged"
DIRECTIONS = ("both up", "neighbours up, own down", "both down", "own up, neighbours down")
NO_MOVE = "no move"


def lisa_moves(before: pd.Series, after: pd.Series, graph: Graph | W) -> pd.DataFrame:
    """Follow every region through the Moran scatter plot from one year to another.

    Parameters
    ----------
    before, after : Series
        Values of the two years over the same labels, no missing values.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights; row-standardised here.

    Returns
    -------
    DataFrame
        Index region: z_before, lag_before, z_after, lag_after (deviation from the mean of the regions with links, and
        its mean over the neighbours, in standard deviations of each year), quadrant_before, quadrant_after ("isolate"
        where there is no neighbour; a value at the mean counts as high), dz, dlag, length, angle (degrees
        counter-clockwise from "own value up, neighbours unchanged"), direction (see `DIRECTIONS`; a sector holds its
        lower bound). Without a neighbour lag, angle and the like are NaN and the direction is "isolate"; without a
        move the angle is NaN and the direction "no move".

    Raises
    ------
    SpatialError
        If labels differ, a value is missing, or all values of a year are equal.

    Notes
    -----
    Rey, Murray & Anselin (2011), directional local indicators of spatial association.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> gp.lisa_moves(before, after, graph).loc["KZ-PAV", ["quadrant_before", "quadrant_after"]].to_dict()
    {'quadrant_before': 'High-Low', 'quadrant_after': 'Low-Low'}
    """
    after = same_regions(after, before, name="after", to="before")
    frame = pd.DataFrame(index=before.index)
    for when, values in (("before", before), ("after", after)):
        data = prepare(values, graph, name=when)
        linked = data.y[connected(data).places]
        deviations(linked, when)  # refuses values that do not vary
        unit = float(np.abs(linked).max())  # squares of large or small units leave the range of numbers
        z = (data.y / unit - (linked / unit).mean()) / (linked / unit).std()
        lag = np.where(data.isolates, np.nan, data.w @ z)
        frame[f"z_{when}"], frame[f"lag_{when}"] = z, lag
        frame[f"quadrant_{when}"] = quadrants(z, lag)
    dz, dlag = frame["z_after"] - frame["z_before"], frame["lag_after"] - frame["lag_before"]
    length = np.hypot(dz, dlag)
    still = length <= 1e-12
    angle = pd.Series(np.degrees(np.arctan2(dlag, dz)) % 360, index=frame.index).mask(still)
    sector = (angle.fillna(0) // 90).astype(int) % 4
    direction = pd.Series(np.array(DIRECTIONS, dtype=object)[sector], index=frame.index)
    direction = direction.mask(still, NO_MOVE).mask(frame["lag_before"].isna(), ISOLATE)
    return frame.assign(dz=dz, dlag=dlag, length=length, angle=angle, direction=direction)


def quadrants(z: NDArray[np.float64], lag: NDArray[np.float64]) -> NDArray[np.object_]:
    """Name the quadrant of each point of a Moran scatter plot; no lag is "isolate"."""
    own, around = (np.where(values >= 0, "High", "Low") for values in (z, lag))
    names = np.array([f"{one}-{other}" for one, other in zip(own, around, strict=True)], dtype=object)
    names[np.isnan(lag)] = ISOLATE
    return names


def lisa_transitions(moves: pd.DataFrame) -> pd.DataFrame:
    """Count the regions by quadrant before (rows) and after (columns), all four quadrants always present.

    Isolates have no quadrant and are not counted.

    Parameters
    ----------
    moves : DataFrame
        From :func:`growthpoles.lisa_moves`; of its columns, quadrant_before and quadrant_after.

    Returns
    -------
    DataFrame
        Four by four numbers of regions; their sum is the number of regions with neighbours.

    Raises
    ------
    SpatialError
        If a column is absent.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> gp.lisa_transitions(gp.lisa_moves(before, after, graph))
    quadrant_after   High-High  Low-Low  High-Low  Low-High
    quadrant_before
    High-High                0        1         0         1
    Low-Low                  0        1         2         0
    High-Low                 0        1         4         0
    Low-High                 1        2         0         3
    """
    if absent := [name for name in ("quadrant_before", "quadrant_after") if name not in moves.columns]:
        raise SpatialError(
            message(f"no column {', '.join(absent)}", where="moves", allowed="what gp.lisa_moves returns")
        )
    counts = pd.crosstab(moves["quadrant_before"], moves["quadrant_after"])
    return counts.reindex(index=list(QUADRANTS), columns=list(QUADRANTS), fill_value=0)


def joint_moves(
    before: pd.Series,
    after: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS,
    rng: Generator | int | None = None,
) -> GlobalResult:
    """Test whether regions move in the same direction as their neighbours more or less often than by chance.

    Parameters
    ----------
    before, after, graph
        As in :func:`lisa_moves`.
    alternative : {"two-sided", "greater", "less"}
        "greater": regions rise and fall with their neighbours; "less": against them. Either may have any cause.
    permutations : int
        Random relocations; a region's values of both years move together.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    GlobalResult
        `statistic` is the share of regions with neighbours whose own standardised value and that of their neighbours
        changed in the same direction; `expected` and `variance` are those of the relocations drawn.
    """
    check_alternative(alternative)
    permutations = check_permutations(permutations, len(before))
    moves = lisa_moves(before, after, graph)
    part = connected(prepare(before, graph, name="before"))
    change = moves.loc[part.ids, "dz"].to_numpy()
    if np.abs(change).max() <= 1e-12:
        raise SpatialError(message("no region moved", where="joint moves", allowed="values that change"))
    focal = np.flatnonzero(np.diff(part.w.indptr))
    weights = part.w[focal]
    observed = float(_joint(change[None, :], weights, focal)[0])
    parts = run_chunks(_joint_chunk, permutations, part.n, seed_sequence(rng), change, weights, focal, observed)
    greater, less, total, squares = (sum(side) for side in zip(*parts, strict=True))
    expected = total / permutations
    variance = squares / permutations - expected**2
    p, interval = monte_carlo_p(greater, less, permutations, alternative)
    found = Inference(p, interval, "permutation", permutations, f"{format_count(permutations)} random permutations")
    moments = expected, variance
    return found.result("joint moves", observed, moments, alternative=alternative, n=part.n, isolates=part.isolates)


def _joint(change: NDArray[np.float64], weights: Any, focal: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return, for every row of changes, the share of regions that changed as their neighbours did."""
    around = (weights @ change.T).T
    return ((change[:, focal] * around) > 1e-14).mean(axis=1)


def _joint_chunk(
    seed: SeedSequence, rows: int, change: NDArray[np.float64], weights: Any, focal: NDArray[np.intp], observed: float
) -> tuple[int, int, float, float]:
    """Count both tails, and sum the shares and their squares, over `rows` random relocations."""
    drawn = np.broadcast_to(change, (rows, len(change))).copy()
    np.random.default_rng(seed).permuted(drawn, axis=1, out=drawn)
    found = _joint(drawn, weights, focal)
    high, low = np.count_nonzero(found >= observed - TIE), np.count_nonzero(found <= observed + TIE)
    return int(high), int(low), float(found.sum()), float(found @ found)


def rank_mobility(before: pd.Series, after: pd.Series) -> float:
    """Return Kendall's tau-b between the rankings of two years: 1 no region overtook another, -1 all did.

    Parameters
    ----------
    before, after : Series
        Values of the two years over the same labels, in any unit; no missing values.

    Returns
    -------
    float
        From -1 to 1; pairs that are tied in one year count in the denominator of that year only.

    Raises
    ------
    SpatialError
        If labels differ, a value is missing, or all values of a year are equal.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> before, after = pd.Series([1.0, 2, 3], list("abc")), pd.Series([2.0, 1, 3], list("abc"))
    >>> round(gp.rank_mobility(before, after), 2)
    0.33
    """
    from scipy.stats import kendalltau

    first = same_regions(before, before, name="before", to="before").to_numpy(float)
    second = same_regions(after, before, name="after", to="before").to_numpy(float)
    for values, name in ((first, "before"), (second, "after")):
        deviations(values, name)  # refuses values that do not vary
    return float(kendalltau(first, second).statistic)


def spatial_tau(
    before: pd.Series,
    after: pd.Series,
    graph: Graph | W,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    rng: Generator | int | None = None,
) -> GlobalResult:
    """Test whether neighbours exchange ranks more or less often than regions elsewhere.

    Parameters
    ----------
    before, after : Series
        Values of the two years, no missing values.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Two regions are neighbours where either direction has a weight.
    alternative : {"two-sided", "greater", "less"}
        "greater": neighbours keep their mutual order more often than pairs relocated at random.
    permutations : int, optional
        Random relocations; a region's values of both years move together. By default as many as about a second allows
        (99,999 for 16 regions); all of them where they are few enough (up to nine regions).
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    GlobalResult
        `statistic`: (concordant - discordant) / pairs among neighbouring pairs, -1 to 1; `expected`: the same over all
        pairs of regions with links; `variance`: exact under relocation.

    Raises
    ------
    SpatialError
        If labels differ, a value is missing, or fewer than four regions have links.

    Notes
    -----
    Rey (2004); Rey (2016), space-time patterns of rank concordance. Ties count as neither, so that `expected` is
    Kendall's tau-a.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> round(gp.spatial_tau(before, after, graph, permutations=99).statistic, 2)
    0.36
    """
    after = same_regions(after, before, name="after", to="before")
    data = prepare(before, graph, transformation="b", name="before")
    part = connected(data)
    first, second = data.y[part.places], after.to_numpy(float)[part.places]
    links = (part.w + part.w.T).toarray() > 0
    concord = np.sign(first[:, None] - first[None, :]) * np.sign(second[:, None] - second[None, :])
    return pair_test(
        "spatial tau",
        links / np.triu(links, 1).sum(),
        concord,
        np.column_stack([first, second]),
        alternative=alternative,
        permutations=permutations,
        rng=rng,
        isolates=part.isolates,
    )
