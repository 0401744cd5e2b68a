"""The result of a robustness analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.indicator_checks import Array

#: Regions whose quantiles are taken together: bounds the memory of a copy.
BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Robustness:
    """Replications of a rating and what follows from them.

    Parameters
    ----------
    nominal : DataFrame
        The rating that the replications vary.
    index : array (replications, regions)
        NaN where a region had no index.
    ranks : array (replications, regions)
        1 = best, ties share the lowest rank, 0 where a region had no index.
    class_counts : array (regions, letters + 1)
        Replications in each class, best first; the last column counts those without a class.
    choices : array (replications, 4)
        Positions of edition, normalisation, aggregation and dropped indicator (-1 = none) in `labels`.
    labels : tuple of four tuples
    letters : tuple of str
    """

    nominal: pd.DataFrame
    index: Array
    ranks: Array
    class_counts: Array
    choices: Array
    labels: tuple[tuple[str, ...], ...]
    letters: tuple[str, ...]

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.index.shape[0])

    def rank_interval(self, level: float = 0.9) -> pd.DataFrame:
        """Return the median and the central `level` interval of every region's rank.

        Returns
        -------
        DataFrame
            rank_low, rank_median, rank_high: ranks that occurred (inverse of the empirical distribution
            function), over the replications in which the region was ranked; missing when there are none.
        """
        tails = _tails(level)
        values = _quantiles(np.where(self.ranks > 0, self.ranks, np.nan), tails, "inverted_cdf")
        frame = pd.DataFrame(values, index=self.nominal.index, columns=["rank_low", "rank_median", "rank_high"])
        return frame.astype("Int64")

    def index_interval(self, level: float = 0.9) -> pd.DataFrame:
        """Return the median and the central `level` interval of every region's index, in index points."""
        values = _quantiles(self.index, _tails(level), "linear")
        return pd.DataFrame(values, index=self.nominal.index, columns=["index_low", "index_median", "index_high"])

    def class_probability(self) -> pd.DataFrame:
        """Return the share of replications in which each region was in each class.

        Returns
        -------
        DataFrame, regions x letters
            Best class first, then "no class": the share without one, because the region had no index or its
            scale has no classes. Rows sum to 1.
        """
        shares = self.class_counts / self.replications
        return pd.DataFrame(shares, index=self.nominal.index, columns=[*self.letters, "no class"])

    def outranks(self, regions: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the probability that one region (row) ranks strictly above another (column).

        Parameters
        ----------
        regions : sequence of labels, optional
            All by default: memory and time grow with the square of their number.

        Returns
        -------
        DataFrame
            p(A, B) + p(B, A) + p(tie) = 1 over the replications in which both are ranked; NaN where there are
            none, and on the diagonal.

        Raises
        ------
        RatingError
            A region is unknown.
        """
        labels = self.nominal.index if regions is None else pd.Index(regions)
        for label in labels:
            if label not in self.nominal.index:
                raise RatingError(message(f"unknown region {label!r}", near=nearest(label, self.nominal.index, n=1)))
        ranks = self.ranks[:, self.nominal.index.get_indexer(labels)]
        result = np.full((len(labels), len(labels)), np.nan)
        for row in range(len(labels)):
            both = (ranks[:, [row]] > 0) & (ranks > 0)
            above = (ranks[:, [row]] < ranks) & both
            with np.errstate(invalid="ignore"):
                result[row] = above.sum(axis=0) / both.sum(axis=0)
        np.fill_diagonal(result, np.nan)
        return pd.DataFrame(result, index=labels, columns=labels.rename(None))

    def rank_shift(self) -> pd.Series:
        """Return, by replication, the mean absolute difference of ranks from the nominal ones.

        Over the regions ranked in both; the R_S of Saisana, Saltelli and Tarantola (2005).
        """
        base = self.nominal["rank"].to_numpy(dtype=float, na_value=np.nan)
        both = (self.ranks > 0) & ~np.isnan(base)
        distance = np.where(both, np.abs(self.ranks - np.nan_to_num(base)), 0.0)
        return pd.Series(distance.sum(axis=1) / both.sum(axis=1), name="rank_shift")

    def choices_frame(self) -> pd.DataFrame:
        """Return the choices of every replication: edition, normalisation, aggregation, dropped."""
        names = ("edition", "normalisation", "aggregation", "dropped")
        columns = {
            name: pd.Categorical([labels[code] for code in self.choices[:, place]], categories=list(labels))
            for place, (name, labels) in enumerate(zip(names, self.labels, strict=True))
        }
        return pd.DataFrame(columns)

    def to_frame(self, level: float = 0.9) -> pd.DataFrame:
        """Return one row per region: nominal result, intervals, and the probability of its own class.

        Returns
        -------
        DataFrame
            index, rank, rating_class (nominal); index_low, index_median, index_high; rank_low, rank_median,
            rank_high; p_class (probability of the nominal class), likeliest_class, p_likeliest.
        """
        root = str(self.nominal.attrs["root"])
        probability = self.class_probability()
        frame = self.nominal[[root, "rank", "rating_class"]].rename(columns={root: "index"})
        frame = frame.join(self.index_interval(level)).join(self.rank_interval(level))
        nominal = frame["rating_class"].cat.codes.to_numpy()
        best_first = np.where(nominal < 0, 0, len(self.letters) - 1 - nominal)
        own = probability.to_numpy()[np.arange(len(frame)), best_first]
        frame["p_class"] = np.where(nominal < 0, np.nan, own)
        frame["likeliest_class"] = probability.idxmax(axis=1)
        frame["p_likeliest"] = probability.max(axis=1)
        return frame

    def __repr__(self) -> str:
        """Say how many replications there are, what they vary and how far ranks move."""
        varied = [
            f"{len(labels)} {name}"
            for name, labels in zip(("editions", "normalisations", "aggregations"), self.labels, strict=False)
            if len(labels) > 1
        ]
        text = f"Robustness({self.replications} replications of {self.index.shape[1]} regions"
        text += f"; {', '.join(varied)}" if varied else ""
        return f"{text}; mean rank shift {float(self.rank_shift().mean()):.2f})"


def _tails(level: float) -> tuple[float, float, float]:
    """Return the lower tail, the median and the upper tail of a central interval."""
    if not 0 < level < 1:
        raise RatingError(message(f"level={level}", allowed="above 0 and below 1"))
    return (1 - level) / 2, 0.5, (1 + level) / 2


def _quantiles(values: Array, tails: tuple[float, ...], method: str) -> Array:
    """Return quantiles over replications, shape (regions, tails), ignoring NaN."""
    result = np.full((values.shape[1], len(tails)), np.nan)
    for start in range(0, values.shape[1], BLOCK):
        block = values[:, start : start + BLOCK]
        known = ~np.isnan(block)
        full, some = known.all(axis=0), known.any(axis=0)
        if full.any():
            found = np.quantile(block[:, full], tails, axis=0, method=method)  # type: ignore[call-overload]
            result[start + np.flatnonzero(full)] = found.T
        for column in np.flatnonzero(some & ~full):
            part = block[known[:, column], column]
            result[start + column] = np.quantile(part, tails, method=method)  # type: ignore[call-overload]
    return result
