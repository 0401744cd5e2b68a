"""Trends over many years: Theil-Sen slope with the Mann-Kendall test; moves of ranks; Markov transitions of classes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.ratings.classes import DECIMALS
from growthpoles.ratings.indicator_checks import Array, numeric_table
from growthpoles.result_display import ResultDisplay, say_tests

#: Fewest years of a region for a slope and a test; with fewer there is the change alone.
LEAST = 4
#: Most years for which the exact distribution is counted; it is normal to every digit that is printed long before.
EXACT = 60


def trend(values: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Describe every region's path over the years: slope a year, its interval, and a test of any trend at all.

    Parameters
    ----------
    values : DataFrame, regions x years
        Columns are years. An index must have been scored by common limits (``rate(..., limits="pooled")``), or its path
        is partly that of the leaders. NaN means "no data": the year is left out for that region.
    confidence : float
        Level of the interval of the slope, above 0 and below 1.

    Returns
    -------
    DataFrame
        Index region: n (years with data); first_year, last_year, first, last, change; slope (units a year: the median
        over all pairs of years), slope_low, slope_high (missing where so few years reach no such confidence: 0.95 needs
        five); s (years that rose after an earlier one, minus those that
        fell), tau (s over the number of pairs of distinct values), p_value (two-sided), method. Slope and test need
        four years of data and are missing below, where change is all there is. `attrs`: null, method, draws (0),
        alternative, adjust ("none").

    Raises
    ------
    RatingError
        A column is no year, or there are fewer than two; `confidence` is out of range.

    Notes
    -----
    Null hypothesis: the values of a region could as well stand in any other order of its years; years are taken for
    independent, so that an index that moves slowly looks more certain than it is. The p-value is exact up to 60 years,
    with ties as they are (Kendall 1975); beyond, normal with the correction for continuity. The interval holds the
    slopes that this test would not reject (Sen 1968), so that without ties it leaves 0 out only where p is at most
    1 - confidence. No growth rate is computed: an index can be 0.

    References
    ----------
    Mann (1945); Kendall (1975); Theil (1950); Sen (1968).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> paths = {2010: [10.0, 50], 2012: [14, 49], 2014: [13, 52], 2016: [19, 47]}
    >>> index = pd.DataFrame(paths, index=["north", "south"])
    >>> gp.trend(index)[["slope", "s", "p_value", "method"]].round(3)
           slope  s  p_value method
    north  1.375  4    0.333  exact
    south -0.500 -2    0.750  exact
    """
    if not 0 < confidence < 1:
        raise RatingError(message(f"confidence={confidence}", allowed="above 0 and below 1"))
    frame = yearly(values)
    years = np.array(frame.columns, dtype=float)
    rows = []
    for x in frame.round(DECIMALS).to_numpy():
        known = np.flatnonzero(~np.isnan(x))
        n = len(known)
        ends = (
            (frame.columns[known[0]], frame.columns[known[-1]], x[known[0]], x[known[-1]])
            if n
            else (pd.NA,) * 2 + (np.nan,) * 2
        )
        found: tuple[object, ...] = (np.nan, np.nan, np.nan, pd.NA, np.nan, np.nan, "" if n else "no data")
        if n >= LEAST:
            low, high = _slope_limits(x[known], years[known], confidence)
            s, pairs, p = mann_kendall(x[known])
            how = "exact" if n <= EXACT else "normal"
            slope = float(np.median(_slopes(x[known], years[known])))
            found = (slope, low, high, s, s / pairs if pairs else np.nan, p, how)
        elif n:
            found = (*found[:-1], "change alone")
        rows.append((n, *ends, ends[3] - ends[2] if n > 1 else np.nan, *found))
    columns = [
        "n",
        "first_year",
        "last_year",
        "first",
        "last",
        "change",
        "slope",
        "slope_low",
        "slope_high",
        "s",
        "tau",
    ]
    table = pd.DataFrame(rows, index=frame.index, columns=[*columns, "p_value", "method"])
    return say_tests(
        table.astype(dict.fromkeys(("first_year", "last_year", "s"), "Int64")),
        "the values of a region could as well stand in any other order of its years",
        f"Mann-Kendall: exact up to {EXACT} years, beyond normal",
        draws=0,
    )


def yearly(values: pd.DataFrame) -> pd.DataFrame:
    """Return numbers by region and year, the years ascending, or raise."""
    frame = numeric_table(values)
    if len(frame.columns) < 2 or not all(isinstance(year, int | np.integer) for year in frame.columns):
        raise RatingError(
            message("columns are not years", where="regions x years", allowed="two whole numbers or more")
        )
    return frame[sorted(frame.columns)]


def _slopes(x: Array, years: Array) -> Array:
    """Return the slopes between all pairs of years, ascending."""
    above, below = np.triu_indices(len(x), 1)
    return np.sort((x[below] - x[above]) / (years[below] - years[above]))


def _slope_limits(x: Array, years: Array, confidence: float) -> tuple[float, float]:
    """Return Sen's interval by the exact law of S up to EXACT years; NaN where even the outermost slopes hold less.

    Less a slope between two of the pairs, a path has no ties: its law of S is that without them.
    """
    slopes = _slopes(x, years)
    if len(x) > EXACT:
        from scipy.stats import theilslopes

        found = theilslopes(x, years, alpha=confidence)
        return float(found.low_slope), float(found.high_slope)
    tail = np.cumsum(_inversions((1,) * len(x)))  # of at most 0, 1, 2... pairs in the other order
    rejected = int(np.searchsorted(tail, (1 - confidence) / 2 * (1 + 1e-12), side="right"))
    return (float(slopes[rejected - 1]), float(slopes[-rejected])) if rejected else (np.nan, np.nan)


def mann_kendall(x: Array) -> tuple[int, int, float]:
    """Return S of a series without gaps, its pairs of distinct values, and the two-sided p-value."""
    above, below = np.triu_indices(len(x), 1)
    s = int(np.sign(x[below] - x[above]).sum())
    ties = tuple(sorted(Counter(x.tolist()).values()))
    pairs = len(above) - sum(t * (t - 1) // 2 for t in ties)
    if not pairs:
        return 0, 0, 1.0
    if len(x) <= EXACT:
        chances = _inversions(ties)
        steps = np.abs(pairs - 2 * np.arange(len(chances)))
        return s, pairs, float(min(1.0, chances[steps >= abs(s)].sum()))
    from scipy.stats import norm

    n = len(x)
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    return s, pairs, float(2 * norm.sf(max(abs(s) - 1, 0) / np.sqrt(variance)))


@lru_cache(maxsize=512)
def _inversions(ties: tuple[int, ...]) -> Array:
    """Return the chances of 0, 1, 2... inversions of a shuffled multiset with these multiplicities.

    The generating function is the Gaussian multinomial: groups join one after another, and the inversions of k new
    members among m + k are those of a Gaussian binomial, counted by sums.
    """
    total, counts = 0, [1]
    for size in ties:
        total += size
        # product over i of (1 - q^(total - size + i)) / (1 - q^i), i = 1..size
        for i in range(1, size + 1):
            power = total - size + i
            counts = _times(counts, power)
            counts = _over(counts, i)
    whole = sum(counts)
    return np.array([count / whole for count in counts])


def _times(counts: list[int], power: int) -> list[int]:
    """Multiply a polynomial by 1 - q^power."""
    longer = counts + [0] * power
    return [each - (longer[at - power] if at >= power else 0) for at, each in enumerate(longer)]


def _over(counts: list[int], power: int) -> list[int]:
    """Divide a polynomial by 1 - q^power, without remainder."""
    result = list(counts)
    for at in range(power, len(result)):
        result[at] += result[at - power]
    return result[: len(result) - power]


def rank_moves(ranks: pd.DataFrame) -> pd.DataFrame:
    """Say how much the ranking moved from every year to the next, and from the first to the last.

    Parameters
    ----------
    ranks : DataFrame, regions x years
        1 = best; missing without a rank.

    Returns
    -------
    DataFrame
        Index (year_from, year_to), the last row from the first year to the last: n (regions ranked in both years), tau
        (Kendall's tau-b), mean_move (mean absolute change of rank, in places), largest_move, mover (who moved so far),
        overtakings (pairs of regions in another order). Descriptive, without a test.

    Raises
    ------
    RatingError
        A column is no year, or there are fewer than two.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> ranks = pd.DataFrame({2010: [1, 2, 3], 2014: [1, 3, 2]}, index=["north", "south", "west"])
    >>> gp.rank_moves(ranks)[["n", "tau", "mean_move", "overtakings"]].round(2)
                       n   tau  mean_move  overtakings
    year_from year_to
    2010      2014     3  0.33       0.67            1
    """
    from scipy.stats import kendalltau

    frame = yearly(ranks)
    spans = list(pairwise(frame.columns))
    spans += [(frame.columns[0], frame.columns[-1])] if len(spans) > 1 else []
    rows = {}
    for first, last in spans:
        both = frame[[first, last]].dropna()
        moved = (both[last] - both[first]).abs()
        orders = [np.sign(np.subtract.outer(both[year].to_numpy(), both[year].to_numpy())) for year in (first, last)]
        turned = int((orders[0] * orders[1] < 0).sum()) // 2
        tau = float(kendalltau(both[first], both[last]).statistic) if len(both) > 1 else np.nan
        most = moved.max() if len(both) else np.nan
        rows[first, last] = (len(both), tau, moved.mean(), most, moved.idxmax() if len(both) else "", turned)
    keys = pd.MultiIndex.from_tuples(rows, names=["year_from", "year_to"])
    names = ["n", "tau", "mean_move", "largest_move", "mover", "overtakings"]
    return pd.DataFrame(list(rows.values()), index=keys, columns=names)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClassTransitions(ResultDisplay):
    """Moves of classes from year to year; see `class_transitions`.

    Parameters
    ----------
    counts : DataFrame
        Classes left x classes entered, best first: how often.
    shorrocks : float
        Mobility ``(k - tr P) / (k - 1)`` over the k classes that were ever left: 0 nobody moves, 1 as if dealt anew.
    stays : Series by class
        Mean number of steps in a class before it is left, ``1 / (1 - p_ii)`` (Prais); infinite where nobody left.
    steps : int
        Moves from a year to the next that were counted, staying among them.
    years : tuple of int

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> classes = pd.DataFrame({2010: ["A", "B", "B"], 2011: ["A", "A", "B"], 2012: ["B", "A", "B"]})
    >>> print(gp.class_transitions(classes, letters=("A", "B")).summary())
    Moves of classes over 3 years, 6 steps counted: 4 stayed, 1 rose, 1 fell.
    Mobility (Shorrocks): 0.6667; 0 where nobody moves, 1 as if every class were dealt anew.
    Mean stay in steps (Prais): A 3, B 3.
    """

    counts: pd.DataFrame
    shorrocks: float
    stays: pd.Series
    steps: int
    years: tuple[int, ...]

    @property
    def moves(self) -> tuple[int, int, int]:
        """Steps in which a region stayed, rose and fell."""
        table = self.counts.to_numpy()
        return int(np.trace(table)), int(np.tril(table, -1).sum()), int(np.triu(table, 1).sum())

    def probabilities(self) -> pd.DataFrame:
        """Return the share of moves from each class (row) to each class (column); NaN where none started there."""
        total = self.counts.sum(axis=1)
        return self.counts.div(total.where(total > 0), axis=0)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the counts."""
        return self.counts.copy()

    def __repr__(self) -> str:
        return f"ClassTransitions({self.steps} steps over {len(self.years)} years, Shorrocks {self.shorrocks:.3g})"


def class_transitions(classes: pd.DataFrame, *, letters: tuple[str, ...] | None = None) -> ClassTransitions:
    """Count the moves of classes from every year to the next.

    Parameters
    ----------
    classes : DataFrame, regions x years
        Letters by common limits; missing without a class. A step is counted where both years have one.
    letters : tuple of str, optional
        All classes, best first; by default those of ordered categories, or else the article's ten.

    Returns
    -------
    ClassTransitions

    Raises
    ------
    RatingError
        A column is no year, there are fewer than two, a letter is unknown, or no step can be counted.

    Notes
    -----
    Counts and what follows from them describe the years at hand. Steps of different length (a study of 2000, 2005 and
    2007) count alike. With few regions a probability is a fraction of few moves: read the counts; no test is made.

    References
    ----------
    Prais (1955); Shorrocks (1978).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> classes = pd.DataFrame({2010: ["A", "B", "B"], 2011: ["A", "A", "B"]})
    >>> gp.class_transitions(classes, letters=("A", "B")).counts
       A  B
    A  1  0
    B  1  1
    """
    from growthpoles.ratings.classes import letters_of

    years = sorted(classes.columns)
    if len(years) < 2 or not all(isinstance(year, int | np.integer) for year in years):
        raise RatingError(
            message("columns are not years", where="regions x years", allowed="two whole numbers or more")
        )
    known = letters or letters_of(*(classes[year] for year in years))
    place = {letter: at for at, letter in enumerate(known)}
    table = np.zeros((len(known), len(known)), dtype=int)
    for first, last in pairwise(years):
        both = classes[[first, last]].astype(object).dropna()
        for before, after in both.itertuples(index=False):
            if before not in place or after not in place:
                odd = after if before in place else before
                raise RatingError(message(f"class {odd!r} is not on the scale", allowed=", ".join(known)))
            table[place[before], place[after]] += 1
    steps = int(table.sum())
    if not steps:
        raise RatingError(message("no region has a class in two years running", where="class_transitions"))
    total = table.sum(axis=1)
    left = total > 0
    stay = np.diag(table)[left] / total[left]
    k = len(stay)
    with np.errstate(divide="ignore"):
        stays = pd.Series(1.0 / (1.0 - stay), index=[each for each, any_ in zip(known, left, strict=True) if any_])
    counts = pd.DataFrame(table, index=list(known), columns=list(known))
    shorrocks = float((k - stay.sum()) / (k - 1)) if k > 1 else float("nan")
    return ClassTransitions(counts, shorrocks, stays.rename("stay"), steps, tuple(map(int, years)))
