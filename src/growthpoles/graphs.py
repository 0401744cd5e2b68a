"""Spatial weights as given: the one check of `graph`, a W taken wherever a Graph is; some of its regions; matrices."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from growthpoles.errors import GrowthpolesError, SpatialError, message

if TYPE_CHECKING:
    from libpysal.graph import Graph as Graph
    from libpysal.weights import W as W

_T = TypeVar("_T")

# what makes a Graph of other things that hold weights, by a part of the name of their type
_MAKERS = {
    "dict": "Graph.from_dicts(neighbors)",
    "DataFrame": "Graph.from_adjacency(frame)",
    "Series": "Graph(series)",
    "WSP": "its to_W()",
    "DiGraph": "Graph.from_adjacency(networkx.to_pandas_edgelist(net))",
    "_array": "Graph.from_sparse(matrix, ids=labels)",
    "_matrix": "Graph.from_sparse(matrix, ids=labels)",
}


def as_graph(graph: Graph | W, *, error: type[GrowthpolesError] = SpatialError) -> Graph:
    """Return spatial weights as a Graph: the one given, or a W with the same labels, weights and transformation.

    Raises
    ------
    GrowthpolesError
        `error`, if it is neither; the message says what makes a Graph of it.
    """
    from libpysal.graph import Graph
    from libpysal.weights import W

    if isinstance(graph, Graph):
        return graph
    if isinstance(graph, W):
        return Graph(Graph.from_W(graph).adjacency, str(graph.transform), is_sorted=True)
    kind = type(graph)
    name = "networkx.DiGraph" if kind.__module__.startswith("networkx") else kind.__name__
    makers = [maker for part, maker in _MAKERS.items() if part in name][:1]
    raise error(
        message(
            f"{kind.__name__} given",
            where="graph",
            allowed="a libpysal.graph.Graph (build_weights makes one) or a libpysal.weights.W",
            near=makers,
        )
    )


def among(graph: Graph | W, ids: Iterable[Hashable]) -> Graph:
    """Return the neighbours among some of the regions.

    Who is nearest depends on who is there: a graph with the attribute `among` (of labels), as
    :func:`growthpoles.build_weights` gives it to kinds by distance, is built anew. Of any other, such as one by shared
    borders, the links between these regions stay. Where such a graph had as many neighbours for every region, and has
    not any more, it was one of nearest neighbours that nobody can build anew: a warning says so.
    """
    graph, ids = as_graph(graph), list(ids)
    if len(ids) == graph.n:
        return graph
    again, built = getattr(graph, "among", None), getattr(graph, "built", None)
    part: Graph = graph.subgraph(ids) if again is None else again(ids)
    if built is not None:
        part.built = built
    if again is not None:
        return part
    before, after = graph.cardinalities, part.cardinalities
    k = int(before.min())
    if k == before.max() and k > 0 and after.min() < k and graph.asymmetry(intrinsic=False).size:
        problem = "{count} of {n} regions are left with fewer than {k} neighbours, which every region of the graph has"
        allowed = "build_weights over the regions with data, or its own graph as it is"
        told = message(problem, where="graph", allowed=allowed, count=int((after < k).sum()), n=len(ids), k=k)
        warnings.warn(UserWarning(told), stacklevel=3)
    return part


def kept_by_content(most: int) -> Callable[[Callable[[Any], _T]], Callable[[Any], _T]]:
    """Keep what a function finds of the latest sparse matrices, told apart by what they hold."""

    def wrap(function: Callable[[Any], _T]) -> Callable[[Any], _T]:
        kept: dict[bytes, _T] = {}

        @functools.wraps(function)
        def call(matrix: Any) -> _T:
            import hashlib

            import numpy as np

            content = hashlib.blake2b(repr(matrix.shape).encode())
            for part in (matrix.indptr, matrix.indices, matrix.data):
                content.update(f"{part.dtype}".encode())
                content.update(np.ascontiguousarray(part).data)
            key = content.digest()
            kept[key] = found = kept.pop(key) if key in kept else function(matrix)
            while len(kept) > most:
                kept.pop(next(iter(kept)), None)
            return found

        call.cache_clear = kept.clear  # type: ignore[attr-defined]
        return call

    return wrap
