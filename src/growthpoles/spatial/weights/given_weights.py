"""Weights as given: from a table of distances, by groups, links added or cut, union of graphs, higher order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, listed, message, nearest, plain, unknown_option
from growthpoles.graphs import among, as_graph
from growthpoles.spatial.weights.build_weights import decayed, graph_of, positive

if TYPE_CHECKING:
    import pandas as pd

    from growthpoles.graphs import Graph, W

Absent = Literal["refuse", "cut"]
_SHOWN = 5


def distance_weights(
    distances: pd.DataFrame | pd.Series,
    *,
    power: float = 1.0,
    threshold: float | None = None,
    symmetric: bool = False,
    absent: Absent = "refuse",
) -> Graph:
    """Build weights from a table of distances: by road, by rail, in minutes.

    Parameters
    ----------
    distances : DataFrame or Series
        Square: a row and a column for every region, labels in any order; the cell is the distance from the region of
        the row to that of the column. Long: a DataFrame whose first three columns are from, to and distance, or a
        Series with the index (from, to). Distances are finite and above 0; those of a region to itself are 0 or empty.
    power : float >= 0, default 1
        Decay: the weight is distance^-power. 0 gives every link the weight 1.
    threshold : float > 0, optional
        Largest distance of a link, itself included, in the unit of the table. Default: none.
    symmetric : bool, default False
        Whether a distance that stands in one direction only holds for both; two that differ are refused then. Without
        it both directions must be there, and may differ: the weights keep the difference.
    absent : {"refuse", "cut"}
        What an empty or absent distance means: an error, or no link (a table that lists near pairs only).

    Returns
    -------
    libpysal.graph.Graph
        Over the labels of the table, in the order in which they first stand in its rows; from the region of the row
        (focal) to that of the column (neighbor).

    Raises
    ------
    SpatialError
        If rows and columns name other regions, a label or pair stands twice, a distance is missing, zero, negative,
        infinite or no number, or a weight leaves the range of numbers.

    Notes
    -----
    w_ij = d_ij^-power for d_ij <= threshold. Tests standardise the rows as their statistic needs.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> minutes = pd.DataFrame([[0, 30, 90], [40, 0, 60], [90, 60, 0]], list("abc"), list("abc"))
    >>> graph = gp.distance_weights(minutes, threshold=60)
    >>> graph.adjacency.round(3).to_dict()
    {('a', 'b'): 0.033, ('b', 'a'): 0.025, ('b', 'c'): 0.017, ('c', 'b'): 0.017}
    """
    if isinstance(power, bool) or not isinstance(power, int | float | np.number) or not 0 <= power < np.inf:
        raise SpatialError(message(f"power={power!r}", allowed="a finite number of 0 or more"))
    threshold = positive("threshold", threshold)
    labels, numbers = distance_matrix(distances, symmetric=symmetric, absent=absent)
    own = np.eye(len(labels), dtype=bool)
    keep = ~own & ~np.isnan(numbers)
    if threshold is not None:
        keep &= numbers <= threshold * (1 + 1e-12)
    focal, neighbor = np.nonzero(keep)
    weight = decayed(numbers[keep], float(power)) if keep.any() else np.empty(0)
    return graph_of(focal, neighbor, weight, labels)


def distance_matrix(
    distances: pd.DataFrame | pd.Series, *, symmetric: bool = False, absent: Absent = "refuse"
) -> tuple[pd.Index, NDArray[np.float64]]:
    """Return labels and distances, shape (n, n), of a table as :func:`distance_weights` takes it; NaN is no link."""
    import pandas as pd

    if absent not in ("refuse", "cut"):
        raise SpatialError(unknown_option("absent", absent, ["refuse", "cut"]))
    if isinstance(distances, pd.DataFrame | pd.Series):
        for kind in [distances.dtype] if isinstance(distances, pd.Series) else distances.dtypes:
            if kind.kind in "bcmM":  # yes or no, complex, durations, dates
                raise SpatialError(message(f"values of type {kind}", where="distances", allowed="numbers"))
    square = _square(distances)
    labels = square.index
    if not len(labels):
        raise SpatialError(message("no region", where="distances", allowed="a table with regions"))
    numbers = square.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    _refuse(square, square.notna().to_numpy() & np.isnan(numbers), "no number", "numbers")
    own = np.eye(len(labels), dtype=bool)
    _refuse(square, own & ~(np.isnan(numbers) | (numbers == 0)), "distance of a region to itself", "0 or empty")
    if symmetric:
        back = numbers.T
        differ = ~np.isnan(numbers) & ~np.isnan(back) & (np.abs(numbers - back) > 1e-9 * np.abs(numbers))
        _refuse(square, differ & ~own, "another distance in the other direction", "symmetric=False")
        numbers = np.where(np.isnan(numbers), back, numbers)
    if absent == "refuse":
        remedy = "a distance for every ordered pair; symmetric=True if each pair stands once; absent='cut' for no link"
        _refuse(square, np.isnan(numbers) & ~own, "no distance", remedy)
    _refuse(square, ~own & ((numbers <= 0) | np.isinf(numbers)), "distance that is not above 0 and finite", "> 0")
    return labels, numbers


def _square(distances: Any) -> pd.DataFrame:
    """Return the table with rows and columns in one order; a long one unfolded."""
    import pandas as pd

    if isinstance(distances, pd.Series) and distances.index.nlevels == 2:
        long = distances.rename("distance").reset_index()
    elif isinstance(distances, pd.DataFrame):
        long = distances
    else:
        allowed = "a square DataFrame, a long one (from, to, distance), or a Series with the index (from, to)"
        raise SpatialError(message(f"{type(distances).__name__} given", where="distances", allowed=allowed))
    if isinstance(distances, pd.Series) or not distances.columns.isin(distances.index).all():
        if long.shape[1] != 3:
            _differ(distances.index, distances.columns)
        start, end, value = (long.iloc[:, i] for i in range(3))
        twice = long.duplicated(subset=list(long.columns[:2]))
        if twice.any():
            pairs = [f"{plain(a)} to {plain(b)}" for a, b in zip(start[twice], end[twice], strict=True)]
            raise SpatialError(
                message(f"pairs that stand twice: {listed(pairs, limit=_SHOWN, write=str)}", where="distances")
            )
        empty = start.isna() | end.isna()
        if empty.any():
            raise SpatialError(message(f"{int(empty.sum())} rows without from or to", where="distances"))
        labels = pd.Index(pd.unique(pd.concat([start, end], ignore_index=True)), name="region")
        square = pd.DataFrame(np.nan, index=labels, columns=labels, dtype=object)
        cells = square.to_numpy(dtype=object, copy=True)
        cells[labels.get_indexer(pd.Index(start)), labels.get_indexer(pd.Index(end))] = value.to_numpy(dtype=object)
        return pd.DataFrame(cells, index=labels, columns=labels)
    for name, index in (("rows", distances.index), ("columns", distances.columns)):
        if not index.is_unique:
            doubled = listed(index[index.duplicated()].unique(), limit=_SHOWN)
            raise SpatialError(
                message(f"{name} that stand twice: {doubled}", where="distances", allowed="unique labels")
            )
    if len(distances.index) != len(distances.columns):
        _differ(distances.index, distances.columns)
    return distances[list(distances.index)]


def _differ(rows: pd.Index, columns: pd.Index) -> None:
    """Refuse a table whose rows and columns name other regions."""
    apart = [*rows.difference(columns, sort=False), *columns.difference(rows, sort=False)]
    near = nearest(apart[0], [*rows, *columns], n=2)[1:]
    problem = f"rows and columns name other regions: {listed(apart, limit=_SHOWN)}"
    raise SpatialError(message(problem, where="distances", allowed="the same labels, in any order", near=near))


def _refuse(square: pd.DataFrame, wrong: np.ndarray, problem: str, allowed: str) -> None:
    if wrong.any():
        rows, columns = np.nonzero(wrong)
        pairs = [
            f"{plain(square.index[i])} to {plain(square.columns[j])}"
            for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
        raise SpatialError(
            message(f"{problem}: {listed(pairs, limit=_SHOWN, write=str)}", where="distances", allowed=allowed)
        )


def change_links(
    graph: Graph | W,
    *,
    add: Iterable[tuple[Hashable, Hashable]] = (),
    cut: Iterable[tuple[Hashable, Hashable]] = (),
    weight: float = 1.0,
    both: bool = True,
) -> Graph:
    """Add links by hand (a ferry, a bridge) and cut others (a closed border).

    Parameters
    ----------
    graph : libpysal.graph.Graph or libpysal.weights.W
    add, cut : iterable of (region, region)
        From the first to the second, and back if `both`.
    weight : float > 0, default 1
        Of the links that are added.
    both : bool, default True

    Returns
    -------
    libpysal.graph.Graph
        Untransformed, over the same regions in the same order.

    Raises
    ------
    SpatialError
        If a region is unknown or joined with itself, a link to be added is there, or one to be cut is not.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> len(gp.change_links(graph, add=[("KZ-ALA", "KZ-AST")], cut=[("KZ-AST", "KZ-AKM")])["KZ-AST"])
    1
    """
    graph, add, cut = as_graph(graph), _pairs(add, "add"), _pairs(cut, "cut")
    labels, focal, neighbor, weights = _links(graph)
    known = dict(zip(zip(focal.tolist(), neighbor.tolist(), strict=True), weights.tolist(), strict=True))
    for pairs, name in ((add, "add"), (cut, "cut")):
        for pair in pairs:
            places = [int(place) for place in labels.get_indexer(list(pair))]
            for region, place in zip(pair, places, strict=True):
                if place < 0:
                    near = nearest(region, labels, n=1)
                    raise SpatialError(message(f"{region!r} is no region of the graph", where=name, near=near))
            if places[0] == places[1]:
                raise SpatialError(message(f"{pair[0]!r} with itself", where=name, allowed="two regions"))
            ways = [(places[0], places[1]), (places[1], places[0])][: 2 if both else 1]
            if name == "add":
                if all(way in known for way in ways):
                    raise SpatialError(message(f"{pair[0]} and {pair[1]} are linked", where=name))
                known |= {way: positive("weight", weight) or 1.0 for way in ways if way not in known}
            else:
                if not any(way in known for way in ways):
                    raise SpatialError(message(f"{pair[0]} and {pair[1]} are not linked", where=name))
                known = {way: found for way, found in known.items() if way not in ways}
    ends = np.array(list(known), dtype=np.int64).reshape(-1, 2)
    changed = graph_of(ends[:, 0], ends[:, 1], np.array(list(known.values()), dtype=float), labels)
    if (built := getattr(graph, "built", None)) is not None:
        changed.built = {**built, "added": built.get("added", 0) + len(add), "cut": built.get("cut", 0) + len(cut)}
    if (again := getattr(graph, "among", None)) is not None:
        changed.among = partial(_changed_among, again, {"add": add, "cut": cut}, {"weight": weight, "both": both})
    return changed


def _changed_among(
    again: Callable[[list[Hashable]], Graph],
    changes: dict[str, list[tuple[Hashable, Hashable]]],
    options: dict[str, Any],
    ids: list[Hashable],
) -> Graph:
    """Build a graph anew among some regions, and change those links of theirs that are not so already."""
    graph, here = again(ids), set(ids)
    labels, focal, neighbor, _ = _links(graph)
    known = set(zip(labels[focal], labels[neighbor], strict=True))
    due: dict[str, list[tuple[Hashable, Hashable]]] = {}
    for name, pairs in changes.items():
        ends = [(pair, {pair, pair[::-1]} if options["both"] else {pair}) for pair in pairs if set(pair) <= here]
        due[name] = [pair for pair, ways in ends if (bool(ways - known) if name == "add" else bool(ways & known))]
    return change_links(graph, add=due["add"], cut=due["cut"], **options)


def _pairs(pairs: Any, name: str) -> list[tuple[Hashable, Hashable]]:
    """Return pairs of labels; refuse what is none."""
    given = list(pairs) if isinstance(pairs, Iterable) else [pairs]
    for pair in given:
        try:
            whole = not isinstance(pair, str) and len(pair) == len([hash(region) for region in pair]) == 2
        except TypeError:
            whole = False
        if not whole:
            raise SpatialError(message(f"{pair!r} is no pair", where=name, allowed="(region, region)"))
    return [tuple(pair) for pair in given]


def block_weights(groups: pd.Series) -> Graph:
    """Link all regions of the same group (a federal district, a macro-region).

    Parameters
    ----------
    groups : Series
        Group of each region, none missing.

    Returns
    -------
    libpysal.graph.Graph
        Binary.

    Raises
    ------
    SpatialError
        If a label repeats or a group is missing.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> gp.block_weights(pd.Series({"a": "west", "b": "east", "c": "west"})).adjacency.to_dict()
    {('a', 'c'): 1, ('b', 'b'): 0, ('c', 'a'): 1}
    """
    import pandas as pd

    if not isinstance(groups, pd.Series) or not groups.index.is_unique or groups.isna().any():
        problem = "no Series, a label that stands twice, or a region without a group"
        raise SpatialError(message(problem, where="groups", allowed="a Series with one group for each region"))
    codes, _ = pd.factorize(groups)
    order = np.argsort(codes, kind="stable")
    size = np.bincount(codes)
    start = np.cumsum(size) - size
    count = size[codes]
    focal = np.repeat(np.arange(len(codes)), count)
    within = np.arange(len(focal)) - np.repeat(np.cumsum(count) - count, count)
    neighbor = order[np.repeat(start[codes], count) + within]
    apart = focal != neighbor
    return graph_of(focal[apart], neighbor[apart], np.ones(int(apart.sum()), dtype=np.int8), groups.index)


def union_weights(*graphs: Graph | W) -> Graph:
    """Link what any of several graphs links.

    Parameters
    ----------
    *graphs : libpysal.graph.Graph or libpysal.weights.W
        Over the same regions, in any order.

    Returns
    -------
    libpysal.graph.Graph
        Binary, regions in the order of the first.

    Raises
    ------
    SpatialError
        If there is none, or regions differ.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> both = gp.union_weights(gp.build_weights(regions), gp.build_weights(regions, "knn", k=2))
    >>> gp.summarise_weights(both).pairs
    32
    """
    if not graphs:
        raise SpatialError(message("no graph given", where="union_weights", allowed="one or more"))
    parts = [_links(as_graph(graph)) for graph in graphs]
    labels = parts[0][0]
    keys = []
    for other, focal, neighbor, _ in parts:
        place = labels.get_indexer(other)
        if len(other) != len(labels) or (place < 0).any():
            apart = labels.symmetric_difference(other)
            problem = f"the graphs do not share their regions: {listed(apart, limit=_SHOWN)}"
            raise SpatialError(message(problem, where="union_weights", allowed="the same labels"))
        keys.append(place[focal] * np.int64(len(labels)) + place[neighbor])
    key = np.unique(np.concatenate(keys))
    union = graph_of(key // len(labels), key % len(labels), np.ones(len(key), dtype=np.int8), labels)
    if any(hasattr(graph, "among") for graph in graphs):
        union.among = partial(_union_among, graphs)
    return union


def _union_among(graphs: tuple[Graph | W, ...], ids: list[Hashable]) -> Graph:
    return union_weights(*(among(graph, ids) for graph in graphs))


def higher_order_weights(graph: Graph | W, order: int = 2, *, lower: bool = False) -> Graph:
    """Link regions whose shortest path over the graph has `order` links.

    Parameters
    ----------
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights do not count, directions do.
    order : int >= 1, default 2
    lower : bool, default False
        Whether to link those with a shorter path too.

    Returns
    -------
    libpysal.graph.Graph
        Binary.

    Raises
    ------
    SpatialError
        If `order` is not a whole number of 1 or more.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> [gp.summarise_weights(gp.higher_order_weights(graph, order)).pairs for order in (1, 2, 3)]
    [28, 47, 37]
    """
    from scipy.sparse import csr_array

    if isinstance(order, bool) or not isinstance(order, int | np.integer) or order < 1:
        raise SpatialError(message(f"order={order!r}", allowed="a whole number of 1 or more"))
    graph = as_graph(graph)
    labels, focal, neighbor, _ = _links(graph)
    n = len(labels)
    step = csr_array((np.ones(len(focal), dtype=bool), (focal, neighbor)), shape=(n, n))
    reached = csr_array((np.ones(n, dtype=bool), (np.arange(n), np.arange(n))), shape=(n, n))
    front = found = reached
    for _ in range(int(order)):
        front = (front @ step).astype(bool)
        front = (front > reached).tocsr()  # not reached before
        reached = (reached + front).astype(bool)
        found = (found + front).astype(bool) if lower else front
    one, other = found.nonzero()
    apart = one != other
    paths = graph_of(one[apart], other[apart], np.ones(int(apart.sum()), dtype=np.int8), labels)
    if hasattr(graph, "among"):
        paths.among = partial(_paths_among, graph, order, lower)
    return paths


def _paths_among(graph: Graph, order: int, lower: bool, ids: list[Hashable]) -> Graph:
    return higher_order_weights(among(graph, ids), order, lower=lower)


def _links(graph: Graph) -> tuple[Any, Any, Any, Any]:
    """Return labels, and positions and weights of the links with a weight."""
    from scipy.sparse import coo_array

    matrix = coo_array(graph.sparse)
    keep = (matrix.data != 0) & (matrix.row != matrix.col)
    return graph.unique_ids, matrix.row[keep].astype(np.int64), matrix.col[keep].astype(np.int64), matrix.data[keep]
