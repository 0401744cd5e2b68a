"""Coherence of an index: correlations, Cronbach's alpha, effective against nominal weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.ratings.catalogue import Catalogue, catalogue_of
from growthpoles.ratings.indicator_checks import Array
from growthpoles.result_display import ResultDisplay

#: Fewest regions with both scores for a correlation to be reported.
FEWEST = 3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Coherence(ResultDisplay):
    """Statistical coherence of a rating; see `coherence`.

    Parameters
    ----------
    correlations : DataFrame
        first, second, relation ("within <pillar>" or "across"), pearson, spearman, n.
    alpha : Series by aggregate
        Cronbach's alpha of its children; NaN for a single child.
    weights : DataFrame by child
        parent, nominal, correlation (with the parent), effective, ratio (effective / nominal).
    flags : DataFrame
        flag, codes, value, limit, meaning.

    Examples
    --------
    >>> import growthpoles as gp
    >>> coherence = gp.coherence(gp.rate(gp.load_indicators(2014, edition="realigned")))
    >>> print(coherence.summary())
    Do the indicators of a rating belong together, and do they weigh what they are meant to?
    Cronbach's alpha: ris 0.2236, ria -0.1108, index 0.5697.
    Opposed: productivity, asset_return (-0.516, limit -0.4).
    Weak: asset_return in ris (0.2673, limit 0.3).
    Inconsistent: ris (0.2236, limit 0.7).
    Inconsistent: ria (-0.1108, limit 0.7).
    Inconsistent: index (0.5697, limit 0.7).
    """

    correlations: pd.DataFrame
    alpha: pd.Series
    weights: pd.DataFrame
    flags: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the effective and nominal weights."""
        return self.weights.copy()

    def __repr__(self) -> str:
        """Show alpha by aggregate and the flags."""
        lines = [f"Coherence({len(self.flags)} flags)"]
        lines += [f"  alpha {code}: {value:.2f}" for code, value in self.alpha.items()]
        lines += [f"  {row['flag']}: {row['codes']} ({row['value']:.2f})" for _, row in self.flags.iterrows()]
        return "\n".join(lines)


def coherence(
    rating: pd.DataFrame,
    catalogue: Catalogue | None = None,
    *,
    redundant: float = 0.92,
    opposed: float = -0.4,
    weak: float = 0.3,
    reliable: float = 0.7,
) -> Coherence:
    """Examine whether the indicators of a rating belong together and weigh what they are meant to.

    Parameters
    ----------
    rating : DataFrame
        The result of `rate`, with its `attrs`.
    catalogue : Catalogue, optional
        The catalogue it was rated with; the built-in one by default.
    redundant : float
        Pearson correlation at and above which two indicators of one pillar count as the same information.
    opposed : float
        Correlation at and below which two indicators of one pillar pull against each other.
    weak : float
        Correlation of a child with its parent under which the parent does not reflect it.
    reliable : float
        Cronbach's alpha under which a pillar is not internally consistent.

    Returns
    -------
    Coherence

    Raises
    ------
    RatingError
        The rating has lost its `attrs` or is of another catalogue, or fewer than three regions have an index.

    Notes
    -----
    Correlations use all regions that have both scores. Alpha is ``k / (k - 1) (1 - sum var(s_i) / var(sum
    s_i))`` over regions with all k children, on the scores as they enter the pillar's mean (Cronbach 1951).
    The effective weight of a child is its squared Pearson correlation with the parent, scaled to sum to 1
    among siblings: the linear form of the correlation ratio by which Paruolo, Saisana and Saltelli (2013) and
    Becker et al. (2017) measure importance. Its non-linear form needs many more regions than a country has.
    The limits are those of the COIN Tool (Becker et al. 2019).

    Examples
    --------
    >>> import growthpoles as gp
    >>> rating = gp.rate(gp.load_indicators(2014, edition="realigned"))
    >>> gp.coherence(rating).alpha.round(2).to_dict()
    {'ris': 0.22, 'ria': -0.11, 'index': 0.57}
    """
    catalogue = catalogue_of(rating, catalogue)
    if rating[catalogue.root].notna().sum() < FEWEST:
        raise RatingError(message("fewer than 3 regions have an index", allowed="3 or more"))
    correlations = _correlations(rating, catalogue)
    alpha = pd.Series(
        {code: _alpha(_children(rating, catalogue, code).to_numpy()) for code in catalogue.aggregates}, name="alpha"
    )
    importance = _importance(rating, catalogue, rating.attrs["weights"])
    flags = _flags(correlations, alpha, importance, redundant, opposed, weak, reliable)
    return Coherence(correlations, alpha, importance, flags)


def _children(rating: pd.DataFrame, catalogue: Catalogue, code: str) -> pd.DataFrame:
    """Return the scores of the children of an aggregate, turned so that more is better for it."""
    columns = {}
    for child in catalogue.children(code):
        pillar = child in catalogue.aggregates
        scores = rating[child] if pillar else rating[f"score_{child}"]
        columns[child] = scores * (catalogue.direction(child) if pillar else 1)
    return pd.DataFrame(columns, index=rating.index)


def _correlations(rating: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Correlate the scores of all pairs of indicators."""
    rows = []
    scores = {code: rating[f"score_{code}"].to_numpy(dtype=float) for code in catalogue.indicators}
    ranks = {code: _ranks(values) for code, values in scores.items()}
    parents = {code: catalogue.parent(code) for code in catalogue.indicators}
    for first, second in combinations(catalogue.indicators, 2):
        parent = parents[first]
        relation = f"within {parent}" if parent == parents[second] else "across"
        codes = first, second
        both = ~np.isnan(scores[first] + scores[second])
        x, y = (scores[code][both] for code in codes)
        ranked = (ranks[code] if both.all() else _ranks(scores[code][both]) for code in codes)
        rows.append((first, second, relation, _pearson(x, y), _pearson(*ranked), int(both.sum())))
    return pd.DataFrame(rows, columns=["first", "second", "relation", "pearson", "spearman", "n"])


def _ranks(values: Array) -> Array:
    """Return ranks from 1, the mean of equal ones."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True, equal_nan=False)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places])


def _pearson(x: Array, y: Array) -> float:
    """Return Pearson's correlation; NaN for fewer than three pairs or a constant side."""
    if len(x) < FEWEST or x.min() == x.max() or y.min() == y.max():
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    x, y = x / abs(x).max(), y / abs(y).max()  # squares stay within the range of numbers
    return min(1.0, max(-1.0, float(x @ y / math.sqrt((x @ x) * (y @ y)))))


def _alpha(scores: Array) -> float:
    """Return Cronbach's alpha over the complete rows; NaN where it is not defined."""
    complete = scores[~np.isnan(scores).any(axis=1)]
    count = complete.shape[1]
    if count < 2 or len(complete) < 2:
        return float("nan")
    total = complete.sum(axis=1).var(ddof=1)
    if total <= 0:
        return float("nan")
    return float(count / (count - 1) * (1.0 - complete.var(axis=0, ddof=1).sum() / total))


def _importance(rating: pd.DataFrame, catalogue: Catalogue, weights: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Compare the nominal weight of every child with its effective weight in the parent."""
    rows = []
    for code in catalogue.aggregates:
        children = _children(rating, catalogue, code)
        found = {}
        for child in children.columns:
            pair = np.column_stack([children[child], rating[code]])
            pair = pair[~np.isnan(pair).any(axis=1)]
            found[str(child)] = _pearson(pair[:, 0], pair[:, 1])
        total = float(np.nansum([value**2 for value in found.values()]))
        for child, value in found.items():
            nominal = weights[code][child]
            effective = value**2 / total if total > 0 else float("nan")
            ratio = effective / nominal if nominal > 0 else float("nan")
            rows.append((child, code, nominal, value, effective, ratio))
    frame = pd.DataFrame(rows, columns=["code", "parent", "nominal", "correlation", "effective", "ratio"])
    return frame.set_index("code")


def _flags(
    correlations: pd.DataFrame,
    alpha: pd.Series,
    importance: pd.DataFrame,
    redundant: float,
    opposed: float,
    weak: float,
    reliable: float,
) -> pd.DataFrame:
    """List what is beyond the limits."""
    rows: list[tuple[str, str, float, float, str]] = []
    for _, row in correlations[correlations["relation"] != "across"].iterrows():
        value, codes = float(row["pearson"]), f"{row['first']}, {row['second']}"
        if value >= redundant:
            rows.append(("redundant", codes, value, redundant, "the two say almost the same"))
        if value <= opposed:
            rows.append(("opposed", codes, value, opposed, "what raises one lowers the other"))
    for code, row in importance.iterrows():
        value = float(row["correlation"])
        if value < weak:
            rows.append(("weak", f"{code} in {row['parent']}", value, weak, "the parent does not reflect it"))
    for code, value in alpha.items():
        if value < reliable:
            rows.append(("inconsistent", str(code), float(value), reliable, "its children measure different things"))
    return pd.DataFrame(rows, columns=["flag", "codes", "value", "limit", "meaning"])
