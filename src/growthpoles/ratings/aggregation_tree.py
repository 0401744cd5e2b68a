"""Aggregation tree: from indicator scores up the catalogue to the index, relative index; one rating or many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.aggregate import combine
from growthpoles.ratings.classes import DECIMALS
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.indicator_methods import FULL, IndicatorMethod, transformed
from growthpoles.ratings.limits import sample, years_of
from growthpoles.ratings.methods import Normalisation, Treatment
from growthpoles.ratings.normalise import aligned_region_weights, limits_array, normalise_array
from growthpoles.ratings.rating_options import Method, Node, Tree
from growthpoles.ratings.treatment import treat
from growthpoles.ratings.weighting import scheme_weights

_MEANS = ("mean", "weighted-mean")


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
            share_bounds=method.share_bounds,
            names=node.children,
            regions=regions,
        )
    return values, used


def score_table(values: pd.DataFrame, tree: Tree, method: Method) -> pd.DataFrame:
    """Transform, treat and normalise the indicators of a table by the options of `method`."""
    return pd.DataFrame(_scores(values, tree, method), index=values.index, columns=list(tree.indicators))


def _scores(values: pd.DataFrame, tree: Tree, method: Method) -> Array:
    # the report of the treatment takes longer than the rest
    ready = prepared(values, method)[0].to_numpy() if method.treats else transformed_values(values, method)
    return scores_of(ready, values.index, tree, method)


class _Part(NamedTuple):
    """Indicators that share a normalisation, and whether their limits are given."""

    kind: Normalisation
    places: list[int]
    codes: list[str]
    sign: Array
    goalposts: Mapping[str, tuple[float, float]] | None


def _parts(tree: Tree, method: Method) -> list[_Part]:
    """Return the indicators by normalisation; the sign of one with a falling transform is turned."""
    sign = np.array(tree.directions, dtype=float)
    if not method.own:
        every = list(range(len(tree.indicators)))
        return [_Part(method.normalisation, every, list(tree.indicators), sign, method.goalposts)]
    posts = {code: posts_of(method, code) for code in tree.indicators}
    groups: dict[tuple[Normalisation, bool], list[int]] = {}
    for place, code in enumerate(tree.indicators):
        groups.setdefault((method.normalisation_of(code), posts[code] is not None), []).append(place)
        sign[place] *= -1.0 if (own := method.own.get(code)) is not None and own.falling else 1.0
    found = []
    for (kind, _), places in groups.items():
        codes = [tree.indicators[place] for place in places]
        given = {code: pair for code in codes if (pair := posts[code]) is not None}
        found.append(_Part(kind, places, codes, sign[places], given or None))
    return found


def _assembled(values: Array, tree: Tree, method: Method, score: Callable[[_Part, Array], Array]) -> Array:
    """Score the prepared indicators part by part, then set each to its range."""
    parts = _parts(tree, method)
    if len(parts) == 1:
        result = score(parts[0], values)
    else:
        result = np.empty_like(values)
        for part in parts:
            result[..., part.places] = score(part, values[..., part.places])
    ranges = [method.score_range_of(code) for code in tree.indicators]
    if any(ends != FULL for ends in ranges):
        low, high = np.array(ranges).T
        result = low + (high - low) * result / 100.0
    return result


def scores_of(values: Array, regions: pd.Index, tree: Tree, method: Method) -> Array:
    """Normalise the prepared indicators in an array (..., regions, indicators) by the options of `method`."""
    options = _normalising(regions, method)

    def score(part: _Part, x: Array) -> Array:
        return normalise_array(x, part.kind, part.sign, columns=part.codes, goalposts=part.goalposts, **options)

    return _assembled(values, tree, method, score)


def limits_of(values: Array, regions: pd.Index, tree: Tree, method: Method) -> tuple[Array, Array]:
    """Return the limits, low and high, by which `scores_of` scores the indicators; NaN where scores have none."""
    options = _normalising(regions, method)
    low, high = np.full((2, *values.shape[:-2], values.shape[-1]), np.nan)
    for part in _parts(tree, method):
        if part.kind.limits is not None:
            x, at = values[..., part.places], (..., part.places)
            options |= {"columns": part.codes, "goalposts": part.goalposts}
            low[at], high[at] = limits_array(x, part.kind, part.sign, **options)
    return low, high


def scores_by(values: Array, limits: tuple[Array, Array], tree: Tree, method: Method) -> Array:
    """Score the prepared indicators by limits that `limits_of` found, in these values or in others."""

    def score(part: _Part, x: Array) -> Array:
        assert part.kind.scores is not None
        return np.asarray(part.kind.scores(x, part.sign, limits=tuple(each[..., part.places] for each in limits)))

    return _assembled(values, tree, method, score)


def _normalising(regions: pd.Index, method: Method) -> dict[str, Any]:
    return {
        "regions": regions,
        "reference": method.reference,
        "region_weights": aligned_region_weights(method.region_weights, regions),
        "limits": method.limits,
    }


def transformed_array(values: Array, regions: pd.Index, columns: Sequence[str], method: Method) -> Array:
    """Transform the indicators in an array (..., regions, indicators)."""
    if not any(own.transform.apply for own in method.own.values()):
        return values
    parts = []
    for place, code in enumerate(columns):
        own = method.own[code]
        parts.append(transformed(values[..., place], own.transform, own.argument, column=code, regions=regions))
    return np.stack(parts, axis=-1)


def transformed_values(values: pd.DataFrame, method: Method) -> Array:
    """Transform the indicators of a table."""
    return transformed_array(values.to_numpy(), values.index, list(values.columns), method)


def prepared(values: pd.DataFrame, method: Method) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Transform and treat the indicators of a table; return them and the report of the treatment."""
    if not method.own:
        return treat(values, method.treatment)
    frame = pd.DataFrame(transformed_values(values, method), index=values.index, columns=values.columns)
    alike: dict[tuple[Treatment, int], list[str]] = {}
    for code in frame.columns:
        own = method.own[code]
        alike.setdefault((own.treatment or method.treatment, own.points), []).append(code)
    reports = []
    for (treatment, points), codes in alike.items():
        frame[codes], told = treat(frame[codes], treatment, points=points)
        reports.append(told)
    some = [report for report in reports if len(report)]
    if not some:
        return frame, reports[0]
    place = {code: at for at, code in enumerate(frame.columns)}
    report = pd.concat(some).sort_values(by="column", key=lambda codes: codes.map(place), ignore_index=True)
    return frame, report


def posts_of(method: Method, code: str) -> tuple[float, float] | None:
    """Return the goalposts of an indicator as they are used, transformed; those of the option go first."""
    own = method.own.get(code) or IndicatorMethod()
    return own.posts((method.goalposts or {}).get(code), code)


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


def relative_index(index: Array, regions: pd.Index, method: Method) -> Array:
    """Return 100 index / reference for an array (..., regions); NaN where either is missing.

    The reference is that of the rows whose values set the limits: of several years all of them, or a base year.

    Raises
    ------
    RatingError
        The reference is no region of the table, has no index, or is zero or less.
    """
    shares = reference_shares(regions, method)
    known = ~np.isnan(index) & (shares > 0)
    mass = np.where(known, shares, 0.0)
    with np.errstate(invalid="ignore"):
        level = (np.nan_to_num(index) * mass).sum(axis=-1, keepdims=True) / mass.sum(axis=-1, keepdims=True)
    if (level <= 0).any():
        problem = "the index of the reference is zero or less: nothing is in percent of it"
        raise RatingError(message(problem, where="relative_to", allowed="scores above zero, or classes of the index"))
    return np.asarray(100.0 * index / level)


def reference_shares(regions: pd.Index, method: Method) -> Array:
    """Return by how much the index of every region counts in the reference; they sum to 1."""
    to = "mean" if method.relative_to is None else method.relative_to
    labels, years = regions.get_level_values(-1), years_of(regions)
    if to == "mean":
        shares = np.ones(len(regions))
    elif to == "weighted-mean":
        weights = aligned_region_weights(method.region_weights, regions)
        if weights is None:
            allowed = "region_weights=..."
            raise RatingError(message("weighted-mean without weights", where="relative_to", allowed=allowed))
        shares = weights
    else:
        shares = (labels == to).astype(float)
    if not shares.any():
        near, allowed = nearest(to, labels, n=1), f"a region of the table, {' or '.join(_MEANS)}"
        raise RatingError(message(f"unknown reference {to!r}", where="relative_to", allowed=allowed, near=near))
    if years is not None and not isinstance(method.limits, str):
        shares = np.where(years == method.limits["base"], shares, 0.0)
    return np.asarray(shares / shares.sum())
