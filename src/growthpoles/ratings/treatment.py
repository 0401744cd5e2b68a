"""Treatment of outliers before normalisation: winsorise, log, Box-Cox; always reported."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.ratings.indicator_checks import Array, numeric_table
from growthpoles.ratings.methods import Choice, Treatment, computes, find

REPORT = ["column", "skewness", "kurtosis", "treatment", "regions", "skewness_after", "kurtosis_after", "within_limits"]


def treat(
    table: pd.DataFrame,
    treatment: Choice = "none",
    *,
    skewness: float = 2.0,
    kurtosis: float = 3.5,
    points: int = 5,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Treat the columns whose skewness and kurtosis are both beyond the limits.

    Parameters
    ----------
    table : DataFrame, regions x indicators
        NaN means "no data" and stays.
    treatment : {"none", "winsorise", "log", "winsorise-log", "box-cox"}, or callable
        "none" changes nothing and only reports. "winsorise" sets the most extreme value, on the side of the
        skew, to its neighbour, until the column is within the limits or `points` values are set.
        "log" is ``ln(x - min + 0.01 (max - min))``: for positive skew only; its values can be negative.
        "winsorise-log" winsorises, or takes that logarithm of the column as it was where winsorising is not enough.
        "box-cox" is ``(x^l - 1) / l``, l by maximum likelihood; the report names it. It needs values above 0.
        A callable ``f(x)`` of one's own, or a `growthpoles.ratings.Treatment` that holds one, takes the values of such
        a column, NaN where there is no data, and returns new ones.
    skewness, kurtosis : float
        Limits: a column is treated when |skewness| and excess kurtosis both exceed them.
    points : int
        Most values that winsorising may set in one column.

    Returns
    -------
    treated : DataFrame
    report : DataFrame
        A row for every column beyond the limits: skewness and kurtosis before and after, the treatment, the
        regions whose values were set, and whether the column is within the limits now.

    Raises
    ------
    RatingError
        The treatment is unknown, or a limit is not positive.
    DataError
        The table has doubled labels, or a cell that is not a finite number.

    Notes
    -----
    Skewness and excess kurtosis are the sample versions G1 and G2 (Joanes and Gill 1998); they need four
    values and some variation, without which a column is left alone. Limits, winsorising and the shift of the
    logarithm follow the COIN Tool (Becker et al. 2019; JRC).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"patents": [1.0, 2, 3, 4, 5, 6, 7, 500]})
    >>> treated, report = gp.treat(table, "winsorise")
    >>> treated["patents"].max().item()
    7.0
    """
    chosen = find(Treatment, treatment)
    if skewness <= 0 or kurtosis <= 0 or points < 1:
        raise RatingError(message("limits of treatment", allowed="skewness > 0, kurtosis > 0, points >= 1"))
    values = numeric_table(table)
    treated = values.copy()
    rows: list[dict[str, object]] = []
    for column in values.columns:
        x = values[column].to_numpy()
        before = shape(x)
        if not _beyond(before, skewness, kurtosis):
            continue
        touched: list[str] = []
        done = "none"
        y = x
        if chosen.skew == "positive" and before[0] <= 0:
            done = "none: the skew is negative"
        elif chosen.treat is not None:
            limits = {"skewness": skewness, "kurtosis": kurtosis, "points": points}
            found = chosen.treat(x.copy(), **{name: limits[name] for name in chosen.needs})
            y, moved, *told = found if isinstance(found, tuple) else (found, [])
            y = np.asarray(y, dtype=float)
            if y.shape != x.shape or (np.isfinite(y) == np.isnan(x)).any():
                problem = f"{chosen.name!r} does not give a finite value for every value"
                raise RatingError(message(problem, where=f"column {column}"))
            touched = [str(values.index[place]) for place in moved]
            done = " ".join([chosen.name, *map(str, told)])
        after = shape(y)
        treated[column] = y
        rows.append(
            {
                "column": str(column),
                "skewness": before[0],
                "kurtosis": before[1],
                "treatment": done,
                "regions": touched,
                "skewness_after": after[0],
                "kurtosis_after": after[1],
                "within_limits": not _beyond(after, skewness, kurtosis),
            }
        )
    return treated, pd.DataFrame(rows, columns=REPORT)


def shape(x: Array) -> tuple[float, float]:
    """Return sample skewness G1 and excess kurtosis G2; NaN for fewer than four values or no variation."""
    x = x[~np.isnan(x)]
    n = len(x)
    if n < 4 or np.ptp(x) == 0:
        return float("nan"), float("nan")
    centred = x - x.mean()
    variance = (centred**2).mean()
    g1 = (centred**3).mean() / variance**1.5
    g2 = (centred**4).mean() / variance**2 - 3.0
    skew = g1 * np.sqrt(n * (n - 1)) / (n - 2)
    excess = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6.0)
    return float(skew), float(excess)


def _beyond(figures: tuple[float, float], skewness: float, kurtosis: float) -> bool:
    """Whether both figures exceed their limits; NaN never does."""
    return abs(figures[0]) > skewness and figures[1] > kurtosis


@computes(Treatment, "log")
def _log(x: Array) -> Array:
    """Return logarithms of what is above the least value, shifted by a hundredth of the range."""
    low, high = np.nanmin(x), np.nanmax(x)
    return np.asarray(np.log(x - low + 0.01 * (high - low)))


@computes(Treatment, "winsorise-log")
def _winsorise_log(x: Array, skewness: float, kurtosis: float, points: int) -> tuple[Array, list[int], str]:
    """Set extreme values to their neighbour, or take logarithms of all where that is not enough."""
    y, moved = _winsorise(x, skewness, kurtosis, points)
    if not _beyond(figures := shape(y), skewness, kurtosis) or figures[0] <= 0:
        return y, moved, "(winsorised)"
    return _log(x), [], "(logarithm)"


@computes(Treatment, "box-cox")
def _box_cox(x: Array) -> tuple[Array, list[int], str]:
    """Transform by the power of maximum likelihood."""
    from scipy.stats import boxcox

    known = ~np.isnan(x)
    if (x[known] <= 0).any():
        raise RatingError(message("a value of zero or less", where="treatment box-cox", allowed="above 0"))
    y = x.copy()
    y[known], power = boxcox(x[known])
    return y, [], f"(lambda {power:.4g})"


@computes(Treatment, "winsorise")
def _winsorise(x: Array, skewness: float, kurtosis: float, points: int) -> tuple[Array, list[int]]:
    """Set extreme values to their neighbour until within limits; return values and places set, in order."""
    y = x.copy()
    moved: list[int] = []
    while _beyond(figures := shape(y), skewness, kurtosis):
        high = figures[0] > 0
        edge = np.nanmax(y) if high else np.nanmin(y)
        at_edge = np.flatnonzero(y == edge)
        if len(set(moved) | set(at_edge.tolist())) > points:
            break
        inner = y[(y < edge) if high else (y > edge)]
        y[at_edge] = inner.max() if high else inner.min()
        moved += [int(place) for place in at_edge if place not in moved]
    return y, moved
