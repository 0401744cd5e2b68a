"""Weighting: weights given, equal, or computed by entropy, CRITIC, PCA."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, unknown_option
from growthpoles.ratings.indicator_checks import Array, numeric_table

Weighting = Literal["given", "equal", "entropy", "critic", "pca"]


def data_weights(scores: pd.DataFrame, scheme: Weighting) -> pd.Series:
    """Compute the weights of the columns of `scores` from the scores themselves.

    Parameters
    ----------
    scores : DataFrame, regions x children
        Scores in which more is better. Regions with a missing score are left out of the computation.
    scheme : {"equal", "entropy", "critic", "pca"}
        See Notes.

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
    if scheme not in get_args(Weighting) or scheme == "given":
        raise RatingError(unknown_option("weighting", scheme, [s for s in get_args(Weighting) if s != "given"]))
    result = scheme_weights(values.to_numpy(), scheme, names=[str(column) for column in values.columns])
    return pd.Series(result, index=values.columns, name=scheme)


def scheme_weights(scores: Array, scheme: Weighting, *, names: list[str]) -> Array:
    """Return weights that sum to 1 for the columns of an array (regions, children); see `data_weights`."""
    count = scores.shape[1]
    if scheme == "equal" or count == 1:
        return np.full(count, 1.0 / count)
    complete = scores[~np.isnan(scores).any(axis=1)]
    if len(complete) < 3:
        raise RatingError(
            message(
                f"{len(complete)} regions have all of {', '.join(names)}",
                where=f"{scheme} weights",
                allowed="3 or more",
            )
        )
    spread = complete.max(axis=0) - complete.min(axis=0)
    if scheme == "entropy":
        raw = _entropy(complete, names)
    else:
        flat = [name for name, width in zip(names, spread, strict=True) if width <= 0]
        if flat:
            raise RatingError(message(f"constant score: {', '.join(flat)}", where=f"{scheme} weights"))
        correlation = np.corrcoef(complete, rowvar=False)
        if scheme == "pca":
            raw = np.linalg.eigh(correlation)[1][:, -1] ** 2
        else:
            raw = (complete / spread).std(axis=0, ddof=1) * (1.0 - correlation).sum(axis=1)
    if raw.sum() <= 1e-12:
        problem = "all scores are constant" if scheme == "entropy" else "all scores are perfectly correlated"
        raise RatingError(message(f"{problem}: {', '.join(names)}", where=f"{scheme} weights"))
    return raw / raw.sum()


def _entropy(scores: Array, names: list[str]) -> Array:
    """Return one minus the relative Shannon entropy of each column."""
    total = scores.sum(axis=0)
    for name, low, mass in zip(names, scores.min(axis=0), total, strict=True):
        if low < 0 or mass <= 0:
            problem = f"{name} has a negative score" if low < 0 else f"{name} is zero everywhere"
            raise RatingError(message(problem, where="entropy weights", allowed="scores of 0 or more, not all 0"))
    share = scores / total
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.where(share > 0, share * np.log(share), 0.0)
    return np.maximum(1.0 + surprise.sum(axis=0) / np.log(len(scores)), 0.0)
