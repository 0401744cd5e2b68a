"""Distance gradient: the fall of a variable with distance from the poles; rings around poles with their envelope.

A pole is high by choice: it was picked because it leads. It is therefore left out of the test of its own
surroundings, and only the other regions are relocated.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import RegionError, SpatialError, listed, message, nearest
from growthpoles.language.number_format import format_count
from growthpoles.randomness import PERMUTATIONS, generator, seed_sequence
from growthpoles.result_display import say_tests
from growthpoles.spatial.alignment import ascending, clean_values, same_labels, same_regions, unit_of, weights_matrix
from growthpoles.spatial.global_tests.global_result import (
    CONFIDENCE,
    NULL,
    Alternative,
    GlobalResult,
    check_alternative,
    check_permutations,
)
from growthpoles.spatial.global_tests.mantel import pair_test
from growthpoles.spatial.global_tests.quadratic_ratio import relocation_test
from growthpoles.spatial.reference_distributions.global_permutation import Form
from growthpoles.spatial.weights.build_weights import FLAT, ROUND, check_scale, flat_crs

if TYPE_CHECKING:
    import geopandas as gpd

    from growthpoles.graphs import Graph, W

NEAREST, PAIRS = "nearest", "all pairs"
_LEAST = 5
_LAW_FROM, _MANY = 72, 200


def distances_km(regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the distances between the centroids of regions, in kilometres.

    Parameters
    ----------
    regions : GeoDataFrame
        Indexed by region, in a projected CRS; a layer without a CRS is taken to be planar, in metres.

    Returns
    -------
    DataFrame
        Shape (n, n), symmetric, zero diagonal.

    Raises
    ------
    SpatialError
        If the CRS is geographic or its lengths are not those on the ground (see :func:`growthpoles.build_weights`), a
        label repeats, or a region has no geometry.
    """
    from scipy.spatial.distance import cdist

    if regions.crs is not None and regions.crs.is_geographic:
        problem, flat = "distances need a projected CRS, the layer has {crs}", flat_crs(regions.geometry)
        allowed = FLAT if flat else ROUND
        told = {"crs": regions.crs.name, "projection": flat}
        raise SpatialError(message(problem, where="regions", allowed=allowed, **told))
    if not regions.index.is_unique:
        twice = regions.index[regions.index.duplicated()][0]
        raise SpatialError(message(f"region {twice} stands twice", where="regions", allowed="unique labels"))
    bare = regions.geometry.isna() | regions.geometry.is_empty
    if bare.any():
        raise SpatialError(message("no geometry for {regions}", where="regions", regions=regions.index[bare][0]))
    check_scale(regions.geometry, "distances")
    centres = regions.geometry.centroid
    xy = np.column_stack([centres.x, centres.y])
    unit = 1.0 if regions.crs is None else regions.crs.axis_info[0].unit_conversion_factor
    distance = cdist(xy, xy) * unit / 1000.0
    return pd.DataFrame(distance, index=regions.index, columns=regions.index)


def distance_gradient(
    y: pd.Series,
    regions: gpd.GeoDataFrame,
    poles: Iterable[Hashable],
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    rng: Generator | int | None = None,
) -> pd.DataFrame:
    """Test whether a variable changes with distance to the nearest pole and to each pole, and between any regions.

    Parameters
    ----------
    y : Series
        Values by region; NaN means "no data": such regions are left out and listed.
    regions : GeoDataFrame
        Boundaries in a projected CRS, the same labels as `y`.
    poles : iterable of labels
        The poles. In the test of one pole that pole is left out, in the other tests all poles are.
    alternative : {"two-sided", "greater", "less"}
        Of the gradient: "less" is the growth-pole idea, the index falls with distance (a negative rank correlation).
        Mantel's test is turned with it: its r is then positive, regions that lie further apart differ more.
    permutations : int, optional
        Random relocations of the values over the regions of the test; all of them where they are few enough. None:
        99,999 (9,999 for more than 200 regions), and for the test between any regions as :func:`growthpoles.mantel`,
        which goes by a law above 71 regions; column `method` says which.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    DataFrame
        One row per test, index `pole` ("nearest", every pole, "all pairs"): test ("Spearman's rho" with the distance to
        the pole, or "Mantel's r"), statistic, expected, variance, z_score, p_value, p_low, p_high, alternative, method,
        permutations, n, reference, left_out (poles and regions without data).

    Raises
    ------
    RegionError
        If a pole is unknown.
    SpatialError
        If no pole is given, labels differ, fewer than five regions remain, or their values or distances are all equal.

    Notes
    -----
    The p-values hold if the values could stand anywhere. Values that are autocorrelated for any other reason look
    like a gradient more often than `alpha`: read them beside Moran's I.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> index = gp.load_published(2014)["index"]
    >>> gradient = gp.distance_gradient(index, regions, ["KZ-ALA", "KZ-AST"], permutations=999)
    >>> gradient.loc["nearest", ["test", "n"]].to_dict()
    {'test': "Spearman's rho", 'n': 14}
    """
    check_alternative(alternative)
    distance = distances_km(regions)
    known = _known(y, distance.index)
    poles = list(dict.fromkeys(poles))
    if not poles:
        raise SpatialError(message("no pole given", where="gradient", allowed="one region or more"))
    unknown = [pole for pole in poles if pole not in distance.index]
    if unknown:
        near = [hit for pole in unknown for hit in nearest(pole, distance.index, n=1)]
        raise RegionError(message(f"unknown pole {', '.join(map(str, unknown))}", where="gradient", near=near))
    opposite: dict[Alternative, Alternative] = {"two-sided": "two-sided", "greater": "less", "less": "greater"}
    seeds = [np.random.default_rng(part) for part in seed_sequence(rng).spawn(len(poles) + 2)]
    draws = PERMUTATIONS if permutations is None and len(known) <= _MANY else permutations or 9_999
    between = draws if permutations is None and len(known) < _LAW_FROM else permutations
    rows = {}
    for seed, (label, targets) in zip(seeds, [(NEAREST, poles), *((pole, [pole]) for pole in poles)], strict=False):
        kept = known.drop(index=targets, errors="ignore")
        away = distance.loc[kept.index, targets].min(axis=1)
        result = spearman(kept, away, alternative=alternative, permutations=draws, rng=seed)
        rows[label] = (result, targets)
    others = known.drop(index=poles, errors="ignore")
    result = _mantel(others, distance, opposite[alternative], permutations=between, rng=seeds[-1])
    rows[PAIRS] = (result, poles)
    gaps = [region for region in distance.index if region not in known.index]
    frames = []
    for result, out in rows.values():
        row = result.to_frame().drop(columns="isolates").reset_index(names="test")
        frames.append(row.assign(left_out=", ".join(map(str, dict.fromkeys([*out, *gaps])))))
    frame = pd.concat(frames).set_index(pd.Index(list(rows), name="pole"))
    drawn = frame["permutations"].where(frame["method"] == "permutation", 0)
    how, sides = dict(frame["reference"]), dict(frame["alternative"])
    return say_tests(frame, NULL, how, draws=drawn.to_dict(), alternative=sides)


def spearman(
    x: pd.Series,
    y: pd.Series,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    rng: Generator | int | None = None,
) -> GlobalResult:
    """Correlate two variables by rank, with a permutation p-value.

    Parameters
    ----------
    x, y : Series
        Finite values over the same labels (any order), five or more.
    alternative, permutations, rng
        As in :func:`distance_gradient`.

    Returns
    -------
    GlobalResult
        `statistic` is the product-moment correlation of mean ranks (Spearman 1904); under relocation its mean is 0
        and its variance 1/(n - 1), with and without ties.

    Raises
    ------
    SpatialError
        If labels differ, a value is not finite, or a variable does not vary.
    """
    check_alternative(alternative)
    permutations = check_permutations(permutations, len(x))
    if len(x) < _LEAST:
        few: dict[str, Any] = {"n": len(x), "least": _LEAST}
        raise SpatialError(message("{n} regions are left", where="rank correlation", allowed="{least} or more", **few))
    order = _by_label(x.index)
    n = len(x)
    ranks: list[Any] = [
        same_regions(series, order, name=name, to="x").rank().to_numpy(dtype=np.float64) - (n + 1) / 2
        for name, series in (("x", x), ("y", y))
    ]
    norm = np.float64(np.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1])))
    if norm == 0:
        raise SpatialError(message("all values are equal", where="rank correlation", allowed="variables that vary"))
    statistic = float(ranks[0] @ ranks[1] / norm)
    found = relocation_test(
        Form(None, ranks[1] / norm), ranks[0], draws=permutations, rng=rng, scale=1.0, alternative=alternative
    )
    return found.result("Spearman's rho", statistic, (0.0, 1.0 / (n - 1)), alternative=alternative, n=n)


def mantel(
    y: pd.Series,
    regions: gpd.GeoDataFrame,
    *,
    alternative: Alternative = "greater",
    permutations: int | None = None,
    rng: Generator | int | None = None,
) -> GlobalResult:
    """Test whether regions that lie further apart differ more (Mantel 1967).

    Parameters
    ----------
    y : Series
        Values by region; regions with NaN are left out and named in `isolates`.
    regions : GeoDataFrame
        Boundaries in a projected CRS.
    alternative : {"greater", "two-sided", "less"}
        "greater": near regions resemble each other.
    permutations : int, optional
        Random relocations of the values; by default as many as about a second allows (99,999 for 16 regions), and
        above 71 regions the Pearson type III law with the exact mean, variance and skewness of all relocations. All of
        them are visited where they are few enough (up to nine regions).
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    GlobalResult
        `statistic` is the product-moment correlation between |y_i - y_j| and the distance d_ij over all pairs;
        `expected` is 0 and `variance` exact under relocation.

    Raises
    ------
    SpatialError
        If labels differ, fewer than five regions have data, or all values or all distances are equal.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> result = gp.mantel(gp.load_published(2014)["index"], regions, permutations=999)
    >>> round(result.statistic, 3), result.n
    (-0.001, 16)
    """
    distance = distances_km(regions)
    known = _known(y, distance.index)
    absent = tuple(region for region in distance.index if region not in known.index)
    return _mantel(known, distance, alternative, permutations=permutations, rng=rng, isolates=absent)


def _mantel(known: pd.Series, distance: pd.DataFrame, alternative: Alternative, **settings: Any) -> GlobalResult:
    """Test the regions with values among those with distances."""
    n = len(known)
    if n < _LEAST:
        few: dict[str, Any] = {"n": n, "least": _LEAST}
        raise SpatialError(message("{n} regions with data", where="Mantel", allowed="{least} or more", **few))
    numbers = known.to_numpy()
    numbers = numbers / unit_of(numbers)
    apart = np.abs(numbers[:, None] - numbers[None, :])
    away = distance.loc[known.index, known.index].to_numpy(copy=True)
    (middle, *_), norms = zip(*(_mean_and_norm(values) for values in (away, apart)), strict=True)
    away -= middle
    if norms[0] <= 1e-12 * distance.to_numpy().max() or norms[1] == 0:
        raise SpatialError(message("all values or all distances are equal", where="Mantel", allowed="both vary"))
    return pair_test(
        "Mantel's r",
        np.divide(away, norms[0], out=away),
        np.divide(apart, norms[1], out=apart),
        numbers,
        alternative=alternative,
        **settings,
    )


def _mean_and_norm(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean over all pairs, and the root of the sum of squares about it."""
    pairs = values[np.triu_indices(len(values), 1)]
    middle = float(pairs.mean())
    pairs -= middle
    return middle, float(np.sqrt(pairs @ pairs))


def _known(y: pd.Series, ids: pd.Index) -> pd.Series:
    """Return the values that are there, in the order of the labels; refuse other labels and infinities."""
    same_labels(y, ids, name="y", to="the boundaries")
    y = y.reindex(_by_label(ids)).dropna()
    return pd.Series(clean_values(y), index=y.index)


def _by_label(ids: pd.Index) -> pd.Index:
    """Order labels: relocations start from this order, so that the order of the rows never shows in a result."""
    return ids[np.argsort(ids.astype(str), kind="stable")]


def growth_rings(
    y: pd.Series,
    poles: Iterable[Hashable],
    graph: Graph | W | None = None,
    *,
    distances: pd.DataFrame | None = None,
    bands: Sequence[float] | None = None,
    level: pd.Series | None = None,
    permutations: int = 9_999,
    rng: Generator | int | None = None,
) -> pd.DataFrame:
    """Average growth, or anything else, in rings around poles, and say which ring stands out.

    Parameters
    ----------
    y : Series
        Growth by region; a region with NaN is left out and listed.
    poles : iterable of labels
        They are left out of all means.
    graph : libpysal.graph.Graph or libpysal.weights.W, optional
        Rings are then orders of neighbours of the nearest pole.
    distances : DataFrame, optional
        Square table by region instead of a graph: kilometres, road kilometres, minutes; read from region (row) to pole.
    bands : sequence of float, optional
        Rising edges of the rings, in the unit of the distances; infinity may be the last.
    level : Series, optional
        The region's own level (its logarithm): what it explains of growth, by least squares over the regions that are
        no poles, is taken out first.
    permutations : int
        Random relocations of the values over the regions that are no poles.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    DataFrame
        Index `ring` (order, or upper edge): n, mean, expected and sd (exact, under relocation), low and high (95 %
        envelope that holds all rings at once), z_score, p_value (of all rings at once: the share of relocations whose
        farthest ring is as far out), regions. Empty rings are shown as such. `attrs`: left_out, null, method, draws,
        alternative, adjust, notes (regions that no ring holds).

    Raises
    ------
    SpatialError
        If labels differ, neither or both of graph and distances are given, or fewer than five regions remain.
    RegionError
        If a pole is unknown.

    Notes
    -----
    sd of a mean of k of m values is ``sqrt(S2 / k (m - k) / (m - 1))``, S2 their variance with divisor m. Growth that
    is autocorrelated for any other reason shows rings more often than 5 %; with `level` the residuals are relocated,
    which is approximate.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> index = gp.load_published(2014)["index"]
    >>> gp.growth_rings(index, ["KZ-ALA", "KZ-AST"], graph, permutations=999)[["n", "mean", "low", "high"]].round(1)
          n  mean   low  high
    ring
    1.0   2  23.8  18.8  38.3
    2.0   6  28.3  24.0  33.2
    3.0   3  27.1  20.9  36.2
    4.0   3  33.7  20.9  36.2
    """
    clean_values(y.fillna(0.0) if isinstance(y, pd.Series) else y)
    ids, poles = y.index, list(dict.fromkeys([poles] if isinstance(poles, str) else poles))
    where = "rings"
    if (graph is None) == (distances is None):
        raise SpatialError(message("graph and distances", where=where, allowed="one of the two"))
    unknown = [pole for pole in poles if pole not in ids]
    if unknown or not poles:
        problem = f"unknown pole {listed(unknown)}" if unknown else "no pole given"
        near = [hit for pole in unknown for hit in nearest(pole, ids, n=1)]
        raise RegionError(message(problem, where=where, near=near))
    away, edges = _orders(graph, ids, poles) if graph is not None else _distances(distances, ids, poles, bands)
    known = y.notna()
    if level is not None:
        same_labels(level, ids, name="level", to="y")
        known &= level.reindex(ids).notna()
    kept = ids[known & ~ids.isin(poles)]
    order = ascending(kept)
    kept = kept if order is None else kept[order]
    if len(kept) < _LEAST:
        raise SpatialError(message(f"{len(kept)} regions beside the poles", where=where, allowed=f"{_LEAST} or more"))
    values = clean_values(y[kept])
    unit = float(np.abs(values).max()) or 1.0
    values = values / unit
    if level is not None:
        x = np.column_stack([np.ones(len(kept)), clean_values(level[kept], name="level")])
        values = values - x @ np.linalg.lstsq(x, values, rcond=None)[0]
        values = np.where(np.ptp(values) <= 1e-12, 0.0, values)  # y follows from the level: the rest is rounding
    place = np.searchsorted(edges, away[kept].to_numpy())
    inside = np.arange(len(edges))[:, None] == place
    counts = inside.sum(axis=1)
    m, mean, variance = len(kept), float(values.mean()) if level is None else 0.0, float(values.var())
    with np.errstate(divide="ignore", invalid="ignore"):
        means = inside @ values / counts
        sd = np.sqrt(variance / counts * (m - counts) / (m - 1))
    usable = (counts > 0) & (sd > 0)
    z = np.where(usable, (means - mean) / np.where(usable, sd, 1.0), np.nan)
    draws = check_permutations(permutations, m)
    far = _farthest(values - mean, inside[usable] / (counts[usable] * sd[usable])[:, None], draws, rng)
    reach = float(np.quantile(far, CONFIDENCE, method="higher")) if usable.any() else float("nan")
    frame = pd.DataFrame(
        {
            "n": counts,
            "mean": means * unit,
            "expected": mean * unit,
            "sd": sd * unit,
            "low": (mean - reach * sd) * unit,
            "high": (mean + reach * sd) * unit,
            "z_score": z,
            "p_value": [(1 + int((far >= abs(own) - 1e-9).sum())) / (draws + 1) if own == own else own for own in z],
            "regions": [", ".join(map(str, kept[row])) for row in inside],
        },
        index=pd.Index(edges, name="ring"),
    )
    beyond = kept[place == len(edges)]
    return say_tests(
        frame,
        "the values could as well stand at any other distance from the poles",
        f"{format_count(draws)} random relocations",
        draws=draws,
        adjust="p_value: of the farthest of all rings",
        notes=[f"out of reach of every pole, in no ring: {listed(beyond)}"] if len(beyond) else [],
        left_out=[*poles, *ids[~known & ~ids.isin(poles)], *beyond],
    )


def _farthest(
    z: NDArray[np.float64], rows: NDArray[np.float64], draws: int, rng: Generator | int | None
) -> NDArray[np.float64]:
    """Return how far out the farthest ring of each relocation is."""
    source = generator(rng, error=SpatialError)
    drawn = np.broadcast_to(z, (draws, len(z))).copy()
    source.permuted(drawn, axis=1, out=drawn)
    return np.abs(drawn @ rows.T).max(axis=1, initial=0.0)


def _orders(graph: Graph | W, ids: pd.Index, poles: list[Hashable]) -> tuple[pd.Series, NDArray[np.float64]]:
    """Return the steps from every region to its nearest pole, and the orders that occur."""
    from scipy.sparse.csgraph import shortest_path

    w = weights_matrix(graph, ids, transformation="b")
    steps = shortest_path(w, unweighted=True)[:, ids.isin(poles)].min(axis=1)
    return pd.Series(steps, index=ids), np.arange(1.0, steps[np.isfinite(steps)].max() + 1)


def _distances(
    distances: pd.DataFrame | None, ids: pd.Index, poles: list[Hashable], bands: Sequence[float] | None
) -> tuple[pd.Series, NDArray[np.float64]]:
    """Return the distance of every region to its nearest pole, and the upper edges of the rings."""
    edges = np.array([] if bands is None else list(bands), dtype=float)
    if len(edges) < 2 or edges[0] != 0 or not (np.diff(edges) > 0).all():
        raise SpatialError(message(f"bands={bands!r}", where="rings", allowed="rising edges from 0, as (0, 250, 500)"))
    if not isinstance(distances, pd.DataFrame):
        given = f"{type(distances).__name__} given"
        raise SpatialError(message(given, where="distances", allowed="a square DataFrame"))
    for labels in (distances.index, distances.columns):
        same_labels(pd.Series(0.0, index=labels), ids, name="distances", to="y")
    away = distances.loc[ids, poles].astype(float)
    bad = ~(away.drop(index=poles) > 0)
    if bad.to_numpy().any():
        region = bad.index[bad.any(axis=1)][0]
        raise SpatialError(message(f"no positive distance from {region}", where="distances", allowed="numbers above 0"))
    return away.min(axis=1), edges[1:]
