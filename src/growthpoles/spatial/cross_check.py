"""Cross-check with esda: statistics and analytical moments of a result recomputed by the other library."""

from __future__ import annotations

import tomllib
import warnings
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.language.number_format import format_count
from growthpoles.result_display import ResultDisplay
from growthpoles.spatial.alignment import Tested
from growthpoles.spatial.global_tests.global_result import GlobalResult, JoinCountResult
from growthpoles.spatial.local_tests.local_result import LocalResult

if TYPE_CHECKING:
    from growthpoles.graphs import Graph

QUANTITIES = ("statistic", "expected", "variance")
P_VALUES = (
    "p-values are not compared: esda's fold the larger tail over, count ties above but not below, and are neither one- "
    "nor two-sided, so that among n regions one with a single neighbour can get 1 / (P + 1) where the exact value is "
    "1 / (n - 1); those of this package are exact, or count ties in both tails"
)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CrossCheck(ResultDisplay):
    """A result beside what esda computes from the same values and graph.

    Attributes
    ----------
    name : str
        The statistic.
    counterpart, version : str
        Class of esda, and version of esda.
    table : DataFrame
        One row per number: quantity ("statistic", "expected", "variance"), ours, esda, difference (ours - esda);
        index: the region, or the name of the statistic.
    relative : float
        Largest difference in units of the quantity: of the larger of the two numbers, for a statistic and its mean at
        least the standard deviation, for local statistics the largest of all regions.
    tolerance : float
        Largest relative difference that counts as agreement.
    scaling : str
        Scaling of the statistic, and the factor by which esda's number was multiplied.
    unchecked : tuple of str
        What esda has nothing to compare with, or is not given.
    p_values : str
        Why p-values are not compared.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> check = gp.cross_check(gp.geary(regions.area / 1e9, gp.build_weights(regions), method="normal"))
    >>> check.counterpart, check.agrees
    ('Geary', True)
    """

    name: str
    counterpart: str
    version: str
    table: pd.DataFrame
    relative: float
    tolerance: float
    scaling: str
    unchecked: tuple[str, ...]
    p_values: str = P_VALUES

    @property
    def largest(self) -> float:
        """Largest absolute difference; infinite where only one side has a number."""
        return float(self.table["difference"].abs().fillna(np.inf).max())

    @property
    def agrees(self) -> bool:
        """Whether no number differs by more than the tolerance."""
        return self.relative <= self.tolerance

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    def __repr__(self) -> str:
        verb = "agree" if self.agrees else "DO NOT AGREE"
        head = f"{self.name} and esda.{self.counterpart} {self.version} {verb} within {self.tolerance:g}"
        numbers = f"{format_count(len(self.table))} numbers"
        apart = f"largest difference {self.largest:.2g}, relative {self.relative:.2g}, in {numbers}"
        return "; ".join([f"{head}: {apart}", *(f"not checked: {line}" for line in (*self.unchecked, "p-values"))])


def cross_check(result: GlobalResult | JoinCountResult | LocalResult, *, tolerance: float = 1e-9) -> CrossCheck:
    """Recompute a result with esda and say how far the two are apart.

    Parameters
    ----------
    result : GlobalResult, JoinCountResult or LocalResult
        As a test of this package returned it: it refers to its values and graph. A result from a pickle does not.
    tolerance : float, default 1e-9
        Relative difference up to which the two agree.

    Returns
    -------
    CrossCheck

    Raises
    ------
    SpatialError
        If esda has no such statistic, refuses the data, or the result no longer has its values.

    Notes
    -----
    Regions without a link are left out on both sides, as everywhere in this package (esda alone would keep them in n
    and in the mean). No permutation is drawn, and numpy's global random state is not touched.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> check = gp.cross_check(gp.moran(regions.area / 1e9, gp.build_weights(regions), method="randomisation"))
    >>> check.agrees, list(check.to_frame()["quantity"])
    (True, ['statistic', 'expected', 'variance'])
    """
    if not isinstance(result, GlobalResult | JoinCountResult | LocalResult):
        problem, allowed = f"{type(result).__name__} given", "the result of a global or local test"
        raise SpatialError(message(problem, where="cross_check", allowed=allowed))
    rows: tuple[Any, ...] = (*result.joins, result.different) if isinstance(result, JoinCountResult) else (result,)
    tested, name = rows[0].tested, "join counts" if len(rows) > 1 else rows[0].name
    if tested is None:
        known = "Moran, Geary, Getis-Ord, join counts, Lee"
        raise SpatialError(message(f"esda has no counterpart of {name}", where="cross_check", allowed=known))
    if tested.graph is None:
        problem = f"this {name} was read from a pickle, which leaves out values and graph"
        raise SpatialError(message(problem, where="cross_check", allowed="a result as the test returned it"))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        import esda

        try:
            part, peer, found = _recompute(tested)
        except (ValueError, TypeError, ArithmeticError, LookupError) as error:
            raise SpatialError(message(f"esda cannot recompute {name}: {error}", where="cross_check")) from None
    if isinstance(result, LocalResult):
        ours = pd.Series(result.statistic, index=result.ids).reindex(part)
        table = pd.DataFrame({"quantity": "statistic", "ours": ours, "esda": found["statistic"]}).dropna(subset="ours")
        scale = np.full(len(table), np.abs(table["ours"]).max())
    else:
        numbers = [
            (row.name, quantity, getattr(row, quantity), value, 0.0 if quantity == "variance" else row.variance)
            for row in rows
            for quantity, value in found.get(row.name, found).items()
        ]
        table = pd.DataFrame(numbers, columns=["test", "quantity", "ours", "esda", "scale"]).set_index("test")
        table["scale"] = np.sqrt(table["scale"].clip(lower=0))
        scale = table[["ours", "esda", "scale"]].abs().max(axis=1).to_numpy()
        table = table.drop(columns="scale")
    table["difference"] = table["ours"] - table["esda"]
    apart = table["difference"].abs().fillna(np.inf).to_numpy()
    relative = np.divide(apart, scale, out=np.where(apart > 0, np.inf, 0.0), where=scale > 0)
    alone = tested.graph.n - (len(table) if isinstance(result, LocalResult) else len(part))
    lone = f"regions without a link or a statistic, on neither side: {alone}" if alone else ""
    scaling, unchecked = f"{peer['scaling']}; factor {peer.get('factor', '1')}", (peer.get("lacks"), lone)
    worst = float(relative.max())
    return CrossCheck(
        name, peer["class"], esda.__version__, table, worst, tolerance, scaling, tuple(filter(None, unchecked))
    )


@cache
def counterparts() -> dict[str, dict[str, Any]]:
    """Return what esda has for every statistic: class, attributes, scaling, what it lacks."""
    return tomllib.loads(Path(__file__).with_name("esda.toml").read_text(encoding="utf-8"))


def _linked(tested: Tested) -> tuple[pd.Index, Graph]:
    """Return the regions with a link in either direction, and their graph over 0, 1, ... as libpysal transforms it.

    esda returns some local statistics in the order of sorted labels, whatever the order of the graph: numbers have one.
    """
    from libpysal.graph import Graph
    from scipy.sparse import coo_array

    assert tested.graph is not None  # refused before
    pairs = tested.graph.adjacency
    focal, neighbor = (pairs.index.get_level_values(end)[pairs.to_numpy() != 0] for end in ("focal", "neighbor"))
    ids = tested.graph.unique_ids
    ids = ids[ids.isin(focal) | ids.isin(neighbor)]
    places = ids.get_indexer(focal), ids.get_indexer(neighbor)
    matrix = coo_array((pairs[pairs != 0].to_numpy(dtype=float), places), shape=(len(ids), len(ids)))
    graph = Graph.from_sparse(matrix)
    if tested.test.endswith("*"):  # the region is its own neighbour with weight 1
        graph = graph.assign_self_weight(1)
    transformation = tested.options["transformation"]
    return ids, graph if transformation is None else graph.transform(transformation)


def _recompute(tested: Tested) -> tuple[pd.Index, dict[str, Any], dict[str, Any]]:
    """Return the regions, the counterpart, and its numbers by quantity (of join counts: by name and quantity)."""
    import esda
    from esda.smoothing import assuncao_rate
    from libpysal.graph import Graph

    ids, graph = _linked(tested)
    test, variables = tested.test, tested.variables
    if test == "local Moran of rates":
        events, base = variables
        rates = assuncao_rate(events.to_numpy(dtype=float), base.reindex(events.index).to_numpy(dtype=float))
        variables = (pd.Series(rates, index=events.index),)
    given = [part.reindex(ids) for part in variables]
    if test == "join counts":
        if not graph.adjacency.isin((0, 1)).all():
            raise ValueError("it counts links and does not weigh them")
        return ids, counterparts()[test], _joins(given[0], Graph(graph.adjacency, "B", is_sorted=True))
    arrays: list[Any] = [part.to_numpy(dtype=float) for part in given]
    if test == "Moran's I" and len(arrays) == 2:
        y, regressors = arrays[0], np.column_stack([np.ones(len(ids)), arrays[1]])
        test, arrays = "Moran's I of residuals", [y - regressors @ np.linalg.lstsq(regressors, y)[0]]
    elif arrays[0].ndim == 2:
        test, arrays = "local Geary of several variables", [list(arrays[0].T)]
    peer = counterparts()[test]
    # a class that would transform the weights once more takes them as they are when they say that it was done
    weights: Any = Graph(graph.adjacency, peer.get("weights", "R"), is_sorted=True)
    options: dict[str, Any] = {"permutations": 0}
    if test == "Lee's L":
        weights, arrays = weights.sparse.tocsr(), [values[:, None] for values in arrays]
    elif peer["class"] == "G_Local":
        options |= {"transform": "b", "star": test.endswith("*")}
    elif peer["class"] == "Geary" and len(graph.isolates):  # it miscounts the weights of such a Graph
        weights, options["transformation"] = weights.to_W(), "o"
    call = getattr(esda, peer["class"])
    if "fit" in peer:
        done = call(weights, **options).fit(*arrays, **(options if test == "local join count" else {}))
    else:
        done = call(*arrays, weights, **options)
    null = {"normal": "norm", "randomisation": "rand"}.get(tested.options.get("null", ""))
    found = {key: getattr(done, peer[key].format(null=null)) for key in QUANTITIES if key in peer}
    if test == "Lee's L":
        found["statistic"] = found["statistic"][0, 1]
    elif "factor" in peer:
        found["statistic"] *= len(ids) / graph.adjacency.sum()
    elif np.ndim(found["statistic"]) and len(found["statistic"]) < len(ids):  # regions that only others link
        whole = np.full(len(ids), np.nan)
        whole[graph.cardinalities.to_numpy() > 0] = found["statistic"]
        found["statistic"] = whole
    return ids, peer, found


def _joins(y: pd.Series, graph: Graph) -> dict[str, Any]:
    """Return the joins of every pair of classes, in either order of their names, and those of unlike classes."""
    from esda import Join_Counts

    def count(member: pd.Series) -> Join_Counts:
        return Join_Counts(member.to_numpy(dtype=float), graph, permutations=0)

    labels = list(pd.unique(y))
    one = {label: count(y == label) for label in labels}
    found = {f"{label} - {label}": peer.bb for label, peer in one.items()}
    for a, b in permutations(labels, 2):
        found[f"{a} - {b}"] = one[a].bw if len(labels) == 2 else count(y.isin([a, b])).bb - one[a].bb - one[b].bb
    found["different"] = sum(peer.bw for peer in one.values()) / 2
    return {name: {"statistic": number} for name, number in found.items()}
