"""Weights summary: links, cardinalities, components, isolates of a graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.graphs import as_graph
from growthpoles.result_display import ResultDisplay

if TYPE_CHECKING:
    import pandas as pd

    from growthpoles.graphs import Graph, W


@dataclass(frozen=True, slots=True)
class WeightsSummary(ResultDisplay):
    """Summary of a graph of neighbours.

    Attributes
    ----------
    n : int
        Regions.
    links : int
        Directed links: ordered pairs (focal, neighbor) with a weight other than zero.
    pairs : int
        Unordered pairs of regions with a link in at least one direction.
    mean_cardinality, min_cardinality, max_cardinality : float, int, int
        Neighbours per region.
    cardinalities : tuple of (neighbours, regions)
        Histogram, ascending.
    components : tuple of int
        Regions in every connected component (direction ignored), largest first.
    isolates : tuple of labels
        Regions without any neighbour.
    symmetric : bool
        Whether every link has its return link. About structure, not weight: row-standardised contiguity is
        symmetric here.
    pct_nonzero : float
        Links as a percentage of n squared.
    by_geometry : tuple of (kind, pairs)
        Of contiguity, pairs that shared vertices alone would not give, by what their borders do ("gap", "overlap",
        "vertices"); the attribute `by_geometry` of the graph names them.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> print(gp.summarise_weights(graph).summary())
    16 regions; pairs of neighbours: 28 (directed links: 56, 21.9% of all possible).
    Neighbours of a region: 1 to 9, 3.5 on average.
    All links have their return link.
    All regions are connected.
    Without neighbours: no region.
    """

    n: int
    links: int
    pairs: int
    mean_cardinality: float
    min_cardinality: int
    max_cardinality: int
    cardinalities: tuple[tuple[int, int], ...]
    components: tuple[int, ...]
    isolates: tuple[object, ...]
    symmetric: bool
    pct_nonzero: float
    by_geometry: tuple[tuple[str, int], ...] = field(default=(), compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per property, with a column ``value`` that prints well."""
        import pandas as pd

        rows: dict[str, object] = {
            "regions": self.n,
            "links": self.links,
            "pairs": self.pairs,
            "mean cardinality": self.mean_cardinality,
            "smallest cardinality": self.min_cardinality,
            "largest cardinality": self.max_cardinality,
            "components": len(self.components),
            "largest component": self.components[0],
            "isolates": ", ".join(map(str, self.isolates)) or "none",
            "symmetric": self.symmetric,
            "share of non-zero weights, %": self.pct_nonzero,
            "pairs found by geometry": ", ".join(f"{kind} {pairs}" for kind, pairs in self.by_geometry) or "none",
        }
        frame = pd.DataFrame({"value": pd.Series(rows, dtype=object)})
        return frame.rename_axis("property")

    def histogram(self) -> pd.Series:
        """Return the number of regions by number of neighbours."""
        import pandas as pd

        index = pd.Index([size for size, _ in self.cardinalities], name="cardinality")
        return pd.Series([count for _, count in self.cardinalities], index=index, name="regions")

    def __repr__(self) -> str:
        parts = "1 component" if len(self.components) == 1 else f"{len(self.components)} components"
        shape = "symmetric" if self.symmetric else "not symmetric"
        lone = f"isolates: {len(self.isolates)}" if self.isolates else "no isolates"
        histogram = ", ".join(f"{size}: {count}" for size, count in self.cardinalities)
        found = "".join(f", by geometry ({kind}): {pairs}" for kind, pairs in self.by_geometry)
        return (
            f"WeightsSummary({self.n} regions, {self.links} links, {self.pairs} pairs, {parts}, {lone}, "
            f"{shape}{found}, mean {self.mean_cardinality:.3g} neighbours; regions by neighbours {{{histogram}}})"
        )


def summarise_weights(graph: Graph | W) -> WeightsSummary:
    """Summarise a graph of neighbours.

    Parameters
    ----------
    graph : libpysal.graph.Graph or libpysal.weights.W
        Any transformation. Weights of zero and links of a region to itself do not count.

    Returns
    -------
    WeightsSummary

    Raises
    ------
    SpatialError
        If `graph` is neither.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> summary = gp.summarise_weights(graph)
    >>> summary.pairs, summary.mean_cardinality, summary.isolates
    (28, 3.5, ())
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = as_graph(graph)
    table = getattr(graph, "by_geometry", None)
    kinds = {} if table is None else table["kind"].value_counts()
    ids = graph.unique_ids
    n = len(ids)
    weights = coo_array(graph.sparse)
    keep = (weights.data != 0) & (weights.row != weights.col)
    row, column = weights.row[keep], weights.col[keep]
    ones = np.ones(len(row), dtype=np.int64)
    links = coo_array((ones, (row, column)), shape=(n, n)).tocsr()
    either = links + links.T
    pairs = int(either.nnz // 2)
    cardinality = np.bincount(row, minlength=n)
    sizes, counts = np.unique(cardinality, return_counts=True)
    _, member = connected_components(links, directed=False)
    components = np.sort(np.bincount(member))[::-1]
    lone = np.asarray(either.sum(axis=1)).ravel() == 0
    return WeightsSummary(
        n=n,
        links=len(row),
        pairs=pairs,
        mean_cardinality=len(row) / n,
        min_cardinality=int(cardinality.min()),
        max_cardinality=int(cardinality.max()),
        cardinalities=tuple((int(size), int(count)) for size, count in zip(sizes, counts, strict=True)),
        components=tuple(int(size) for size in components),
        isolates=tuple(ids[lone]),
        symmetric=len(row) == 2 * pairs,
        pct_nonzero=100.0 * len(row) / n**2,
        by_geometry=tuple(sorted((str(kind), int(found)) for kind, found in kinds.items())),
    )
