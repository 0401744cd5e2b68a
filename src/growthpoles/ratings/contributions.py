"""Contributions of indicators to sub-indices and to the index; additive, or refused."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.aggregate import exponent_of, scale_of
from growthpoles.ratings.catalogue import Catalogue, catalogue_of
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.methods import METHODS, Aggregation


def contributions(rating: pd.DataFrame, catalogue: Catalogue | None = None, *, to: str | None = None) -> pd.DataFrame:
    """Split every region's index into the contributions of its indicators.

    Parameters
    ----------
    rating : DataFrame
        The result of `rate`, with its `attrs`.
    catalogue : Catalogue, optional
        The catalogue it was rated with; the built-in one by default.
    to : str, optional
        The aggregate to explain; the index by default.

    Returns
    -------
    DataFrame, regions x indicators
        Each row sums to the aggregate on the scale named in ``attrs["scale"]``: "points" for arithmetic means
        (the sum is the aggregate itself), "log points" for geometric ones (the sum is its logarithm),
        "reciprocal points" for harmonic ones (one over it), "powered points" for power means (it to the power
        p). Sum the columns of a pillar for the pillar's contribution. NaN where an indicator was left out,
        and in the whole row of a region without the aggregate.

    Raises
    ------
    RatingError
        The rating has lost its `attrs` or is of another catalogue, `to` is no aggregate, or the aggregate is not
        additive on any scale: a Copeland score, or means of different kinds on the levels under it, unless all that
        differ are arithmetic ones at the bottom (as in the Human Development Index).

    Notes
    -----
    The contribution of indicator i is ``W_i f(s_i)``, where s_i is its score, W_i the product of the weights
    on the path to the aggregate (scaled up where a sibling is missing) and f the scale of the mean. A pillar
    with direction -1 turns every s_i under it into ``2 c - s_i``, c being the centre of the scale. What an arithmetic
    pillar contributes to another mean, ``W f(P)``, is split by the shares ``w_i s_i / P`` of its parts.

    Examples
    --------
    >>> import growthpoles as gp
    >>> rating = gp.rate(gp.load_indicators(2014, edition="realigned"))
    >>> parts = gp.contributions(rating)
    >>> parts.loc["KZ-ALA"].sum().round(2).item(), rating.loc["KZ-ALA", "index"].round(2).item()
    (66.22, 66.22)
    """
    catalogue = catalogue_of(rating, catalogue)
    to = to or catalogue.root
    if to not in catalogue.aggregates:
        raise RatingError(message(f"{to!r} is no aggregate", near=nearest(to, catalogue.aggregates, n=1)))
    method, weights = rating.attrs["method"], rating.attrs["weights"]
    kind = _common_kind(to, catalogue, method["aggregation"])
    forward, _ = scale_of(exponent_of(kind, method["power"]))
    share: dict[str, Array] = {to: np.where(rating[to].isna(), np.nan, 1.0)}
    parts: dict[str, Array] = {}  # contributions of what is split by its arithmetic shares
    reflected = {to: False}
    for parent in reversed(catalogue.aggregates):
        if parent not in share and parent not in parts:
            continue
        children = catalogue.children(parent)
        known = np.column_stack([rating[_column(child, catalogue)].notna() for child in children])
        nominal = np.array([weights[parent][child] for child in children])
        mass = known * nominal
        with np.errstate(invalid="ignore"):
            mass = mass / mass.sum(axis=1, keepdims=True)
        for position, child in enumerate(children):
            weight = np.where(known[:, position], mass[:, position], np.nan)
            own = rating[_column(child, catalogue)].to_numpy(dtype=float)
            if parent in parts:
                whole = rating[parent].to_numpy(dtype=float)
                portion = np.where(whole == 0, weight, weight * own / np.where(whole == 0, 1.0, whole))
                parts[child] = parts[parent] * portion
            elif child in catalogue.aggregates and _kind(child, method["aggregation"]) != kind.name:
                parts[child] = share[parent] * np.where(weight == 0, 0.0, weight * forward(own))
            else:
                share[child] = share[parent] * weight
            turned = child in catalogue.aggregates and catalogue.direction(child) < 0
            reflected[child] = reflected[parent] != turned
    if kind.exponent != 1 and any(reflected.values()):
        raise RatingError(
            message("a pillar with direction -1 does not add up under the {kind} mean", where=to, kind=str(kind))
        )
    columns = {}
    for code in catalogue.indicators:
        if code in parts:
            columns[code] = parts[code]
        elif code in share:
            score = rating[f"score_{code}"].to_numpy(dtype=float)
            score = 2.0 * method["pivot"] - score if reflected[code] else score
            columns[code] = share[code] * np.where(share[code] == 0, 0.0, forward(score))
    result = pd.DataFrame(columns, index=rating.index)
    result.attrs = {"scale": kind.unit, "to": to, "aggregation": kind.name}
    return result


def effective_weights(rating: pd.DataFrame, catalogue: Catalogue) -> pd.Series:
    """Return the product of the nominal weights from every indicator up to the index."""
    weights = rating.attrs["weights"]
    result = {}
    for code in catalogue.indicators:
        path = catalogue.path(code)
        result[code] = float(np.prod([weights[up][low] for low, up in pairwise(path)]))
    return pd.Series(result, name="weight")


def _column(code: str, catalogue: Catalogue) -> str:
    """Return the column of a rating that holds the score of `code`."""
    return code if code in catalogue.aggregates else f"score_{code}"


def _kind(code: str, aggregation: str | dict[str, str]) -> str:
    """Return the name of the mean of one aggregate."""
    return aggregation if isinstance(aggregation, str) else aggregation.get(code, "arithmetic")


def _common_kind(to: str, catalogue: Catalogue, aggregation: str | dict[str, str]) -> Aggregation:
    """Return the one additive mean used at and under `to`, or raise."""
    below = [code for code in catalogue.aggregates if to in catalogue.path(code)]
    kinds = {code: _kind(code, aggregation) for code in below}
    means = {name: kind for name, kind in METHODS["aggregation"].items() if kind.additive}
    fit = {
        code: kinds[code] in ("arithmetic", kinds[to] if kinds.get(catalogue.parent(code)) == kinds[to] else "")
        for code in below
        if code != to
    }
    if not all(fit.values()) or kinds[to] not in means:
        listed = ", ".join(f"{code} {kind}" for code, kind in kinds.items())
        told = {"levels": listed, "means": ", ".join(means)}
        allowed = "one of {means} on all levels, or over arithmetic ones; or another level by to="
        raise RatingError(message("contributions do not add up: {levels}", where=to, allowed=allowed, **told))
    found: Aggregation = means[kinds[to]]
    return found
