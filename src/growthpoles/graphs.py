"""Spatial weights as given: the one check of `graph`, a W taken wherever a Graph is; what is kept of matrices."""

from __future__ import annotations

import functools
from collections.abc import Callable
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
