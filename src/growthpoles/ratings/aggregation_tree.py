"""Aggregation tree: from indicator scores up the catalogue to the index, for one rating or many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.ratings.aggregate import combine
from growthpoles.ratings.classes import DECIMALS
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.limits import sample, years_of
from growthpoles.ratings.normalise import aligned_region_weights, limits_array, normalise_array
from growthpoles.ratings.rating_options import Method, Node, Tree
from growthpoles.ratings.treatment import treat
from growthpoles.ratings.weighting import scheme_weights


def climb(
    scores: Mapping[str, Array],
    tree: Tree,
    method: Method,
    *,
    regions: pd.Index | None = None,
    weights: Mapping[str, Array] | None = None,
    floor: float | None = None,
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Aggregate indicator scores, every child before its parent.

    Parameters
    ----------
    scores : mapping of indicator to array (..., regions)
    tree, method : compiled catalogue and options
    regions : labels for messages
    weights : mapping of aggregate to array (..., children), optional
        Weights to use; by the scheme of `method` without it (then scores must be one table).
    floor : float, optional
        Lowest score that enters a geometric, harmonic or power mean; lower ones are raised to it.

    Returns
    -------
    values : dict of every indicator and aggregate to its array
    used : dict of every aggregate to the weights used
    """
    values: dict[str, Array] = dict(scores)
    used: dict[str, Array] = {}
    for node in tree.nodes:
        children = entering(node, values, method, set(tree.indicators))
        kind = method.aggregation_of(node.code)
        if floor is not None and not kind.takes_zeros:
            children = [np.maximum(child, floor) for child in children]
        used[node.code] = _weights(node, children, method, regions) if weights is None else weights[node.code]
        values[node.code] = combine(
            children,
            used[node.code],
            kind,
            power=method.power,
            availability=method.availability,
            zeros=method.zeros,
            names=node.children,
            regions=regions,
        )
    return values, used


def score_table(values: pd.DataFrame, tree: Tree, method: Method) -> pd.DataFrame:
    """Treat and normalise the indicators of a table by the options of `method`."""
    return pd.DataFrame(_scores(values, tree, method), index=values.index, columns=list(tree.indicators))


def _scores(values: pd.DataFrame, tree: Tree, method: Method) -> Array:
    treated = values if method.treatment.treat is None else treat(values, method.treatment)[0]
    return scores_of(treated.to_numpy(), values.index, tree, method)


def scores_of(values: Array, regions: pd.Index, tree: Tree, method: Method) -> Array:
    """Normalise the indicators in an array (..., regions, indicators) by the options of `method`."""
    sign = np.array(tree.directions, dtype=float)
    return normalise_array(values, method.normalisation, sign, **_normalising(regions, tree, method))


def limits_of(values: Array, regions: pd.Index, tree: Tree, method: Method) -> tuple[Array, Array]:
    """Return the limits, low and high, by which `scores_of` scores the indicators."""
    sign = np.array(tree.directions, dtype=float)
    return limits_array(values, method.normalisation, sign, **_normalising(regions, tree, method))


def _normalising(regions: pd.Index, tree: Tree, method: Method) -> dict[str, Any]:
    return {
        "columns": tree.indicators,
        "regions": regions,
        "goalposts": method.goalposts,
        "reference": method.reference,
        "region_weights": aligned_region_weights(method.region_weights, regions),
        "limits": method.limits,
    }


def index_of(values: pd.DataFrame, tree: Tree, method: Method) -> Array:
    """Return the index alone, without the checks and labels of a rating."""
    scores = _scores(values, tree, method)
    arrays = {code: scores[:, position] for position, code in enumerate(tree.indicators)}
    return climb(arrays, tree, method, regions=values.index)[0][tree.nodes[-1].code]


def entering(node: Node, values: Mapping[str, Array], method: Method, indicators: set[str]) -> list[Array]:
    """Return the children of a node as they enter it: a pillar with direction -1 is reflected.

    The reflection of a score s about the centre c of its scale is 2 c - s (100 - s on a scale of 0 to 100).
    """
    children = []
    for child, reflected in zip(node.children, node.reflected, strict=True):
        if reflected and child not in indicators:
            children.append(2.0 * method.pivot_of(child) - values[child])
        else:
            children.append(values[child])
    return children


def _weights(node: Node, children: list[Array], method: Method, regions: pd.Index | None) -> Array:
    """Return the weights of one node by its scheme, from the regions and years that set the limits."""
    scheme = method.weighting_of(node.code)
    if scheme.weights is None:
        return np.array(node.weights)
    years = None if regions is None else years_of(regions)
    scores = np.column_stack(children)
    scores = scores if years is None else sample(scores, years, method.limits)
    return scheme_weights(scores, scheme, names=list(node.children))


def ranks(index: Array) -> Array:
    """Rank along the last axis: 1 = highest, ties share the lowest rank, NaN gets 0.

    Values are compared after rounding to nine decimals.
    """
    rounded = -np.round(index, DECIMALS)
    order = np.argsort(rounded, axis=-1)
    ordered = np.take_along_axis(rounded, order, axis=-1)
    place = np.arange(1, index.shape[-1] + 1, dtype=np.int32)
    starts = np.ones(ordered.shape, dtype=bool)
    starts[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    result = np.empty(index.shape, dtype=np.int32)
    np.put_along_axis(result, order, np.maximum.accumulate(np.where(starts, place, 0), axis=-1), axis=-1)
    return np.where(np.isnan(index), 0, result).astype(np.int32, copy=False)
