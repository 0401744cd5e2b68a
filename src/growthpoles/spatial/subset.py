"""A test on the part of the map that has data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

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
    """
    absent = [str(region) for region in values.index[values.isna()]]
    kept = values.dropna()
    return kept, (graph.subgraph(list(kept.index)) if absent else graph), absent
