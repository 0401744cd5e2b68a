"""A test on the part of the map that has data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.spatial.alignment import same_regions

if TYPE_CHECKING:
    from libpysal.graph import Graph


def with_data(values: pd.Series, graph: Graph) -> tuple[pd.Series, Graph, list[str]]:
    """Keep the regions that have a value, in the values and in the graph, and list the others.

    Parameters
    ----------
    values : Series
        By region; NaN is "no data".
    graph : libpysal.graph.Graph
        Over the same regions.

    Returns
    -------
    values : Series
        Without gaps.
    graph : libpysal.graph.Graph
        The subgraph that the regions with data induce: links to the others are gone, not redirected.
    absent : list of str
        The regions left out.

    Raises
    ------
    SpatialError
        If `values` is not a Series over the regions of the graph.
    """
    if not isinstance(values, pd.Series):
        raise SpatialError(message(f"{type(values).__name__} given", where="values", allowed="a pandas Series"))
    regions = pd.Series(0.0, index=values.index)
    same_regions(regions, pd.Index(graph.unique_ids), name="values", to="graph")
    absent = [str(region) for region in values.index[values.isna()]]
    kept = values.dropna()
    return kept, (graph.subgraph(list(kept.index)) if absent else graph), absent
