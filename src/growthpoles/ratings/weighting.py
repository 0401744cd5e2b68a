"""Weighting: weights given, equal, computed by entropy, CRITIC, PCA, or by experts (points, AHP)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, RatingError, message, unknown_option
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


#: Mean consistency index of random pairwise comparisons by number of parts (Saaty 1980).
_RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)


def ahp_weights(comparisons: pd.DataFrame) -> tuple[pd.Series, float]:
    """Compute weights from pairwise comparisons (analytic hierarchy process).

    Parameters
    ----------
    comparisons : DataFrame, codes x codes
        How many times as important the row is as the column: 1/9 to 9 by custom; above 0, 1 on the diagonal, and the
        reciprocal on the other side of it.

    Returns
    -------
    weights : Series by code
        Sum to 1: the principal right eigenvector. They go into a catalogue by `Catalogue.with_weights`.
    ratio : float
        Consistency ratio: 0 where the comparisons do not contradict each other; from 0.1 they had better be made again.

    Raises
    ------
    RatingError
        Rows and columns differ, a comparison is not above 0 or not reciprocal, or there are more than ten parts.

    References
    ----------
    Saaty (1980).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> codes = ["wage", "patents", "roads"]
    >>> weights, ratio = gp.ahp_weights(pd.DataFrame([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]], codes, codes))
    >>> weights.round(3).to_dict(), round(ratio, 3)
    ({'wage': 0.637, 'patents': 0.258, 'roads': 0.105}, 0.033)
    """
    table = numeric_table(comparisons)
    x, n = table.to_numpy(), len(table)
    if list(table.index) != list(table.columns) or not 1 <= n < len(_RANDOM_INDEX):
        allowed = f"the same codes in rows and columns, at most {len(_RANDOM_INDEX) - 1}"
        raise RatingError(message("comparisons are not square", where="ahp_weights", allowed=allowed))
    if not ((x > 0).all() and np.allclose(x * x.T, 1.0, rtol=1e-3)):
        row, column = np.argwhere(~((x > 0) & np.isclose(x * x.T, 1.0, rtol=1e-3)))[0]
        problem = f"{table.index[row]} to {table.columns[column]} is not above 0, or not one over the other way round"
        raise RatingError(message(problem, where="ahp_weights", allowed="a and 1 / a"))
    values, vectors = np.linalg.eig(np.where(x >= 1, x, 1.0 / x.T))  # 1/3 is printed with fewer digits than 3
    top = int(values.real.argmax())
    weights = np.abs(vectors[:, top].real)
    spread = _RANDOM_INDEX[n]
    ratio = max((float(values[top].real) - n) / (n - 1) / spread, 0.0) if spread else 0.0
    return pd.Series(weights / weights.sum(), index=table.index, name="weight"), ratio


def expert_weights(points: pd.DataFrame) -> pd.DataFrame:
    """Average the points that experts gave (budget allocation).

    Parameters
    ----------
    points : DataFrame
        Columns expert, code, points: 0 or more, in any budget; each expert's points are scaled to sum to 1. A code that
        an expert leaves out has no points of theirs.

    Returns
    -------
    DataFrame by code
        weight (mean over the experts, sum to 1), sd (over the experts), low, high (least and greatest). The weights go
        into a catalogue by `Catalogue.with_weights`.

    Raises
    ------
    RatingError
        A column is missing, an expert names a code twice or gives no points, or points are negative or no number.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> rows = [("a", "wage", 60), ("a", "patents", 40), ("b", "wage", 2), ("b", "patents", 8)]
    >>> gp.expert_weights(pd.DataFrame(rows, columns=["expert", "code", "points"]))["weight"].round(6).to_dict()
    {'patents': 0.6, 'wage': 0.4}
    """
    absent = [name for name in ("expert", "code", "points") if name not in points]
    if absent:
        raise RatingError(message(f"no column {absent[0]!r}", where="expert_weights", allowed="expert, code, points"))
    twice = points[points.duplicated(["expert", "code"])]
    if len(twice):
        problem = f"{twice['expert'].iloc[0]} gives points to {twice['code'].iloc[0]} twice"
        raise RatingError(message(problem, where="expert_weights", allowed="one row for each"))
    table = numeric_table(points.pivot(index="expert", columns="code", values="points")).fillna(0.0)
    bad = table.index[(table < 0).any(axis=1) | (table.sum(axis=1) <= 0)]
    if len(bad):
        problem = f"{bad[0]} gives negative points, or none"
        raise RatingError(message(problem, where="expert_weights", allowed="0 or more, not all 0"))
    shares = table.div(table.sum(axis=1), axis=0)
    spread = shares.std(ddof=1) if len(shares) > 1 else shares.iloc[0] * np.nan
    return pd.DataFrame({"weight": shares.mean(), "sd": spread, "low": shares.min(), "high": shares.max()})


def scheme_weights(scores: Array, scheme: Weighting, *, names: list[str]) -> Array:
    """Return weights that sum to 1 for the columns of an array (regions, children); see `data_weights`."""
    assert scheme.weights is not None
    count = scores.shape[1]
    if count == 1:
        return np.ones(1)
    complete = scores[~np.isnan(scores).any(axis=1)]
    if len(complete) < scheme.least:
        problem, where, n = "{n} regions have all of {columns}", f"{scheme} weights", len(complete)
        told = {"columns": Joined(names, by=", "), "least": str(scheme.least)}
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
        raise RatingError(
            message("constant score: {columns}", where=f"{scheme} weights", columns=Joined(flat, by=", "))
        )
    return np.corrcoef(scores, rowvar=False)


def _told_apart(raw: Array, names: list[str], scheme: str, problem: str) -> Array:
    """Return the weights, or raise when nothing is left of them."""
    if raw.sum() <= 1e-12:
        raise RatingError(message(problem, where=f"{scheme} weights", columns=Joined(names, by=", ")))
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
