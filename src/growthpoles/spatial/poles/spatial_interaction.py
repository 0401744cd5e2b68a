"""Spatial interaction: market potential (Harris), accessibility (Hansen), who influences whom (z_i w_ij z_j)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, listed, message
from growthpoles.randomness import PERMUTATIONS, seed_sequence
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.alignment import clean_values, connected, prepare, same_labels, same_regions
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.local_tests.local_moran import local_moran
from growthpoles.spatial.local_tests.multiple_testing import Adjust
from growthpoles.spatial.weights.given_weights import distance_matrix

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W
    from growthpoles.spatial.global_tests.global_result import GlobalResult
    from growthpoles.spatial.local_tests import LocalResult

TOGETHER, APART = "together", "apart"


def market_potential(
    mass: pd.Series,
    distances: pd.DataFrame | pd.Series,
    *,
    power: float = 1.0,
    area: pd.Series | None = None,
    own: pd.Series | None = None,
) -> pd.DataFrame:
    """Sum the masses within reach of every region, each divided by a power of its distance (Harris 1954).

    Parameters
    ----------
    mass : Series
        Population, product or another amount of 0 or more by region.
    distances : DataFrame or Series
        As :func:`growthpoles.distance_weights` takes them: square or long, labels in any order, read from the region
        whose potential it is; both directions may differ.
    power : float >= 0
    area : Series, optional
        Areas by region, in the square of the unit of the distances: the region's own mass then counts at the distance
        ``2 / 3 sqrt(area / pi)``, the mean distance from the centre of a disc of that area.
    own : Series, optional
        Own distances by region instead, above 0.

    Returns
    -------
    DataFrame
        Index region: potential (`others` and `own`), others (without the region's own mass), own, own_distance (both
        NaN where neither `area` nor `own` is given; the potential is then that of the others), main_source (the region
        that gives most), main_share (its share of `others`).

    Raises
    ------
    SpatialError
        If labels differ, a mass is negative or missing, or a distance is not above 0.

    Notes
    -----
    ``P_i = sum_j M_j / d_ij^power``. How the own distance is chosen shapes the whole surface (Frost & Spence 1995), so
    that `own` and `others` stand apart. Growth is never regressed on a potential that holds the region's own mass.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> road = pd.DataFrame([[0, 100, 200], [100, 0, 50], [200, 50, 0]], list("abc"), list("abc"))
    >>> gp.market_potential(pd.Series({"a": 40, "b": 10, "c": 20}), road)["potential"].to_dict()
    {'a': 0.2, 'b': 0.8, 'c': 0.4}
    """
    if isinstance(power, bool) or not isinstance(power, int | float | np.number) or not 0 <= power < np.inf:
        raise SpatialError(message(f"power={power!r}", allowed="a finite number of 0 or more"))
    ids, masses, away = _masses(mass, distances)
    if area is not None and own is not None:
        raise SpatialError(message("area and own", where="potential", allowed="one of the two"))
    near = np.full(len(ids), np.nan)
    for name, given in (("area", area), ("own", own)):
        if given is not None:
            near = clean_values(same_regions(given, ids, name=name, to="the distances"), name=name)
            low = ids[near <= 0]
            if len(low):
                held = listed(low)
                raise SpatialError(message("no positive value for {regions}", where=name, allowed="> 0", regions=held))
            near = 2 / 3 * np.sqrt(near / np.pi) if name == "area" else near
    with np.errstate(over="ignore", divide="ignore", under="ignore"):
        return _reached(ids, masses, away**-power, near, near**-power, f"sum of mass / distance^{power:g}")


def accessibility(mass: pd.Series, distances: pd.DataFrame | pd.Series, *, scale: float) -> pd.DataFrame:
    """Sum the masses within reach of every region, each weighted by exp(-distance / scale) (Hansen 1959).

    Parameters
    ----------
    mass, distances
        As for :func:`growthpoles.market_potential`.
    scale : float > 0
        Distance over which a mass loses 63 % of its weight.

    Returns
    -------
    DataFrame
        As there; the region's own mass counts whole (own_distance 0), `others` leaves it out.

    Raises
    ------
    SpatialError
        As there, or if `scale` is not above 0.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> road = pd.DataFrame([[0, 100, 200], [100, 0, 50], [200, 50, 0]], list("abc"), list("abc"))
    >>> gp.accessibility(pd.Series({"a": 40, "b": 10, "c": 20}), road, scale=100)["potential"].round(2).to_dict()
    {'a': 46.39, 'b': 36.85, 'c': 31.48}
    """
    if isinstance(scale, bool) or not isinstance(scale, int | float | np.number) or not 0 < scale < np.inf:
        raise SpatialError(message(f"scale={scale!r}", allowed="a finite number above 0"))
    ids, masses, away = _masses(mass, distances)
    none = np.zeros(len(ids))
    return _reached(ids, masses, np.exp(-away / scale), none, none + 1.0, f"sum of mass exp(-distance / {scale:g})")


def _masses(
    mass: pd.Series, distances: pd.DataFrame | pd.Series
) -> tuple[pd.Index, NDArray[np.float64], NDArray[np.float64]]:
    """Return labels, masses and distances in the order of the masses."""
    labels, away = distance_matrix(distances)
    same_labels(mass, labels, name="mass", to="the distances")
    numbers = clean_values(mass, name="mass")
    if (numbers < 0).any():
        low = listed(mass.index[numbers < 0])
        raise SpatialError(message(f"negative for {low}", where="mass", allowed="amounts of 0 or more"))
    place = labels.get_indexer(mass.index)
    return mass.index, numbers, away[np.ix_(place, place)]


def _reached(
    ids: pd.Index,
    masses: NDArray[np.float64],
    weights: NDArray[np.float64],
    near: NDArray[np.float64],
    at_home: NDArray[np.float64],
    formula: str,
) -> pd.DataFrame:
    """Return the table of weighted masses."""
    np.fill_diagonal(weights, 0.0)
    parts = weights * masses
    others, own = parts.sum(axis=1), masses * at_home
    lost = (weights.max(axis=1) == 0) & (len(ids) > 1)
    if lost.any() or not np.isfinite(others).all() or not np.isfinite(own[~np.isnan(own)]).all():
        raise SpatialError(
            message("a weight leaves the range of numbers", where="potential", allowed="a lower power, a larger scale")
        )
    most = parts.argmax(axis=1)
    frame = pd.DataFrame(
        {
            "potential": others + np.where(np.isnan(own), 0.0, own),
            "others": others,
            "own": own,
            "own_distance": near,
            "main_source": np.where(others > 0, ids[most].to_numpy(dtype=object), ""),
            "main_share": parts.max(axis=1) / np.where(others > 0, others, np.nan),
        },
        index=ids,
    )
    frame.attrs["formula"] = formula
    return frame


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MutualInfluence(ResultDisplay):
    """Who pulls with whom: the parts of Moran's I by pair of regions; see :func:`growthpoles.mutual_influence`.

    Attributes
    ----------
    pairs : DataFrame
        One row per linked pair, index (of, from, to), largest |q| of each `of` first: z_from, z_to, weight, q, share
        (of the sum of |q|), sign ("together": both above or both below the mean; "apart"), distance where given.
        There is no p-value of a pair: given the one region the other's value is one of n - 1, so that p could not be
        below 1 / (n - 1).
    regions : DataFrame
        Index (of, region): z, given (row sum of q: the local Moran statistic), p_value and p_adjusted (exact local
        Moran; null: the values of the other regions could stand anywhere), received (column sum of q).
    whole : DataFrame
        Index `of`: Moran's I, expected, p_value (null: the values could as well stand in any other region), n.
    left_out : tuple of labels
        Regions without any link.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> found = gp.mutual_influence(gp.load_published(2014)["index"], graph, permutations=999)
    >>> round(float(found.matrix().loc["KZ-ALA", "KZ-ALM"]), 3)
    -2.798
    """

    pairs: pd.DataFrame
    regions: pd.DataFrame
    whole: pd.DataFrame
    left_out: tuple[object, ...]

    def matrix(self, of: object = None, *, mean: bool = False) -> pd.DataFrame:
        """Return q as a square table: row the region looked from, column its neighbour; NaN without a link.

        Parameters
        ----------
        of : label, optional
            Which variable or year; None is the last.
        mean : bool
            Whether to average both directions, as a map with one line per pair needs.
        """
        known = list(self.whole.index)
        chosen: Any = known[-1] if of is None else of
        if chosen not in known:
            raise SpatialError(message(f"{of!r} is not among the variables", allowed=listed(known)))
        ids = self.regions.loc[chosen].index
        square = self.pairs["q"].loc[chosen].unstack().reindex(index=ids, columns=ids)
        if mean:
            both = square.to_numpy()
            linked = ~(np.isnan(both) & np.isnan(both.T))
            halves = (np.nan_to_num(both) + np.nan_to_num(both.T)) / 2
            square = pd.DataFrame(np.where(linked, halves, np.nan), index=ids, columns=ids)
        return square

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table of pairs."""
        return self.pairs.copy()

    def __repr__(self) -> str:
        return f"MutualInfluence({len(self.pairs)} links of {len(self.regions)} regions)"


def mutual_influence(
    y: pd.Series | pd.DataFrame,
    graph: Graph | W,
    *,
    distances: pd.DataFrame | pd.Series | None = None,
    adjust: Adjust = "tarone",
    permutations: int = PERMUTATIONS,
    rng: Generator | int | None = None,
) -> MutualInfluence:
    """Split Moran's I into its pairs: which regions pull together with which, and which apart.

    Parameters
    ----------
    y : Series, or DataFrame of one column per year or variable
        Levels, growth or an index by region, no missing values.
    graph : libpysal.graph.Graph or libpysal.weights.W
        For roads or minutes :func:`growthpoles.distance_weights`; row-standardised here.
    distances : DataFrame or Series, optional
        Shown beside every pair, where given.
    adjust, permutations, rng
        As in :func:`growthpoles.local_moran` and :func:`growthpoles.moran`.

    Returns
    -------
    MutualInfluence

    Raises
    ------
    SpatialError
        If labels differ, a value is missing or does not vary.

    Notes
    -----
    ``q_ij = z_i w_ij z_j`` with z in standard deviations (divisor n) and rows of W that sum to one: the sum of all q
    over n is Moran's I, the sum of a row the region's local I. q_ij and q_ji differ, since the weights do. A pair that
    is "together" is alike, both high or both low; that is no proof of an influence of the one upon the other.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> found = gp.mutual_influence(gp.load_published(2014)["index"], graph, permutations=999)
    >>> found.whole[["moran", "n"]].round(3).to_dict("records")
    [{'moran': -0.227, 'n': 16}]
    """
    frame = y.to_frame(y.name if y.name is not None else "y") if isinstance(y, pd.Series) else y
    if not isinstance(frame, pd.DataFrame) or not len(frame.columns):
        raise SpatialError(message(f"y is a {type(y).__name__}", allowed="a Series, or a DataFrame with columns"))
    if not frame.columns.is_unique:
        raise SpatialError(message("columns of y repeat", allowed="one name per year or variable"))
    away = None if distances is None else distance_matrix(distances)
    if away is not None:
        same_labels(frame.iloc[:, 0], away[0], name="y", to="the distances")
    pairs, regions, whole = [], [], {}
    told: dict[Any, str] = {}
    drawn_for: dict[Any, int] = {}
    seeds = seed_sequence(rng).spawn(2 * len(frame.columns))
    left_out: tuple[object, ...] = ()
    for place, name in enumerate(frame.columns):
        part = connected(prepare(frame[name], graph, name=str(name)))
        left_out = part.isolates
        values = frame[name].loc[part.ids]
        drawn = [np.random.default_rng(seed) for seed in seeds[2 * place : 2 * place + 2]]
        test: GlobalResult = moran(frame[name], graph, permutations=permutations, rng=drawn[0])
        local: LocalResult = local_moran(frame[name], graph, adjust=adjust, permutations=permutations, rng=drawn[1])
        numbers = clean_values(values)
        z = numbers - numbers.mean()
        z = z / np.abs(z).max()
        z = z / z.std()
        w = part.w.tocoo()
        order = np.lexsort((w.col, w.row))
        row, column, weight = w.row[order], w.col[order], w.data[order]
        q = z[row] * weight * z[column]
        table = pd.DataFrame(
            {
                "z_from": z[row],
                "z_to": z[column],
                "weight": weight,
                "q": q,
                "share": np.abs(q) / (np.abs(q).sum() or np.nan),
                "sign": np.select([q > 0, q < 0], [TOGETHER, APART], ""),
            },
            index=pd.MultiIndex.from_arrays(
                [[name] * len(q), part.ids[row], part.ids[column]], names=["of", "from", "to"]
            ),
        )
        if away is not None:
            at = away[0].get_indexer(part.ids)
            table.insert(0, "distance", away[1][at[row], at[column]])
        pairs.append(table.iloc[np.argsort(-np.abs(q), kind="stable")])
        tests = local.to_frame().reindex(part.ids)
        sums = [np.bincount(side, q, minlength=part.n) for side in (row, column)]
        found = {"z": z, "given": sums[0], "p_value": tests["p_value"].to_numpy()}
        found |= {"p_adjusted": tests["p_adjusted"].to_numpy(), "received": sums[1]}
        index = pd.MultiIndex.from_arrays([[name] * part.n, part.ids], names=["of", "region"])
        regions.append(pd.DataFrame(found, index=index))
        told[name], drawn_for[name] = test.reference, test.permutations if test.method == "permutation" else 0
        whole[name] = {
            "moran": test.statistic,
            "expected": test.expected,
            "p_value": test.p_value,
            "p_low": test.p_interval[0],
            "p_high": test.p_interval[1],
            "n": part.n,
        }
    table = pd.DataFrame.from_dict(whole, orient="index").rename_axis("of").astype({"n": int})
    say_tests(table, test.null, told, draws=drawn_for)
    tested = say_tests(pd.concat(regions), local.null, local.method, draws=local.permutations or 0, adjust=adjust)
    return MutualInfluence(pd.concat(pairs), tested, table, left_out)
