"""Weighting: weights given, equal, or computed by entropy, CRITIC, PCA."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, unknown_option
from growthpoles.ratings.indicator_checks import Array, numeric_table
from growthpoles.ratings.methods import METHODS, Choice, Weighting, computes, find


def data_weights(scores: pd.DataFrame, scheme: Choice) -> pd.Series:
    """Compute the weights of the columns of `scores` from the scores themselves.

    Parameters
    ----------
    scores : DataFrame, regions x children
        Scores in which more is better. Regions with a missing score are left out of the computation.
    scheme : {"equal", "entropy", "critic", "pca"}, or callable
        See Notes. A callable ``f(scores)`` of one's own, or a `growthpoles.ratings.Weighting` that holds one, takes an
        array (regions, children) without gaps and returns weights of 0 or more; only their ratios matter.

    Returns
    -------
    Series
        Weights that sum to 1, indexed by column.

    Raises
    ------
    RatingError
        The scheme is unknown, fewer than three regions have all scores, a score is negative (entropy), a
        column is constant (critic, pca), or all columns are constant (entropy).

    Notes
    -----
    entropy
        With p_ij = s_ij / sum_i s_ij and e_j = -sum_i p_ij ln p_ij / ln n (0 ln 0 = 0), the weight is
        proportional to 1 - e_j: columns that tell regions apart weigh more (Shannon 1948; Zeleny 1982).
    critic
        Proportional to sd_j sum_k (1 - r_jk), the sd taken after min-max scaling, r Pearson's correlation
        (Diakoulaki, Mavrotas and Papayannakis 1995).
    pca
        Squared loadings of the first principal component of the correlation matrix (OECD and JRC 2008, step
        6, without rotation).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"wage": [100.0, 80, 90], "patents": [100.0, 5, 20]})
    >>> gp.data_weights(scores, "entropy").round(2).to_dict()
    {'wage': 0.01, 'patents': 0.99}
    """
    values = numeric_table(scores)
    chosen = find(Weighting, scheme)
    if chosen.weights is None:
        known = [name for name, method in METHODS["weighting"].items() if method.weights is not None]
        raise RatingError(unknown_option("weighting", chosen.name, known))
    result = scheme_weights(values.to_numpy(), chosen, names=[str(column) for column in values.columns])
    return pd.Series(result, index=values.columns, name=chosen.name)


def scheme_weights(scores: Array, scheme: Weighting, *, names: list[str]) -> Array:
    """Return weights that sum to 1 for the columns of an array (regions, children); see `data_weights`."""
    assert scheme.weights is not None
    count = scores.shape[1]
    if count == 1:
        return np.ones(1)
    complete = scores[~np.isnan(scores).any(axis=1)]
    if len(complete) < scheme.least:
        problem, where, n = "{n} regions have all of {columns}", f"{scheme} weights", len(complete)
        told = {"columns": ", ".join(names), "least": str(scheme.least)}
        raise RatingError(message(problem, where=where, allowed="{least} or more", n=n, **told))
    raw = np.asarray(scheme.weights(complete, **({"names": names} if "names" in scheme.needs else {})), dtype=float)
    if raw.shape != (count,) or not (np.isfinite(raw).all() and (raw >= 0).all() and raw.sum() > 0):
        problem = f"{scheme.name!r} does not give {count} weights"
        raise RatingError(message(problem, where="weighting", allowed="0 or more, not all 0"))
    return raw / raw.sum()


@computes(Weighting, "equal")
def _equal(scores: Array) -> Array:
    """Return equal weights."""
    return np.ones(scores.shape[1])


@computes(Weighting, "critic")
def _critic(scores: Array, names: list[str]) -> Array:
    """Return the spread of each column times its contrast with the others."""
    correlation = _correlation(scores, names, "critic")
    spread = scores.max(axis=0) - scores.min(axis=0)
    raw = (scores / spread).std(axis=0, ddof=1) * (1.0 - correlation).sum(axis=1)
    return _told_apart(raw, names, "critic", "all scores are perfectly correlated: {columns}")


@computes(Weighting, "pca")
def _pca(scores: Array, names: list[str]) -> Array:
    """Return the squared loadings of the first principal component."""
    return np.asarray(np.linalg.eigh(_correlation(scores, names, "pca"))[1][:, -1] ** 2)


def _correlation(scores: Array, names: list[str], scheme: str) -> Array:
    """Return the correlation matrix, or raise on a constant column."""
    flat = [name for name, width in zip(names, np.ptp(scores, axis=0), strict=True) if width <= 0]
    if flat:
        raise RatingError(message("constant score: {columns}", where=f"{scheme} weights", columns=", ".join(flat)))
    return np.corrcoef(scores, rowvar=False)


def _told_apart(raw: Array, names: list[str], scheme: str, problem: str) -> Array:
    """Return the weights, or raise when nothing is left of them."""
    if raw.sum() <= 1e-12:
        raise RatingError(message(problem, where=f"{scheme} weights", columns=", ".join(names)))
    return raw


@computes(Weighting, "entropy")
def _entropy(scores: Array, names: list[str]) -> Array:
    """Return one minus the relative Shannon entropy of each column."""
    total = scores.sum(axis=0)
    for name, low, mass in zip(names, scores.min(axis=0), total, strict=True):
        if low < 0 or mass <= 0:
            problem = "{columns} has a negative score" if low < 0 else "{columns} is zero everywhere"
            allowed = "scores of 0 or more, not all 0"
            raise RatingError(message(problem, where="entropy weights", allowed=allowed, columns=name))
    share = scores / total
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.where(share > 0, share * np.log(share), 0.0)
    raw = np.maximum(1.0 + surprise.sum(axis=0) / np.log(len(scores)), 0.0)
    return _told_apart(raw, names, "entropy", "all scores are constant: {columns}")
