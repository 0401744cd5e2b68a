"""Row order in which a column agrees with the same column of another year.

A quantity of a region changes little from one year to another compared with how much regions differ. Under the true
order of the rows the log ratios of two years therefore scatter least. Two modes: candidate orders are compared with
each other and with every permutation of the rows in which they differ; without candidates the order is recovered as
an optimal assignment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations as all_permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from growthpoles.errors import DataError, message
from growthpoles.randomness import generator as random_generator

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

#: Up to this many rows all permutations are gone through (8! = 40,320); beyond, a random sample.
EXACT_ROWS = 8
UNDECIDED = "undecided"
_ROUNDS = 8


def best_assignment(cost: Array) -> tuple[Rows, float]:
    """Return the column of every row at the least total cost, and that cost."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    return np.asarray(columns, dtype=np.intp), float(cost[rows, columns].sum())


def alternatives(cost: Array, best: Rows) -> Array:
    """Return, for every row, how much the total cost grows if the row must leave its best column.

    The least of them is the margin over the second-best assignment. Removing one edge of a least-cost assignment
    and closing the gap is a shortest path in the exchange graph, so all rows are solved by one all-pairs
    shortest-path search instead of n new assignments.
    """
    n = len(best)
    if n < 2:
        return np.full(n, np.inf)
    own = cost[np.arange(n), best]
    # Exchange graph: row i takes the column of row j, which costs c[i, best[j]] - c[i, best[i]].
    step = cost[:, best] - own[:, None]
    np.fill_diagonal(step, np.inf)
    distance = step.copy()
    for middle in range(n):
        np.minimum(distance, distance[:, [middle]] + distance[[middle], :], out=distance)
    # The cheapest cycle through row i; rounding must not make it negative.
    return np.maximum(np.diag(distance), 0.0)


def row_permutations(rows: Rows, *, draws: int, rng: np.random.Generator) -> tuple[Rows, bool]:
    """Return permutations of `rows`, one per line, the identity first: all if there are few, else `draws` random ones.

    The second value says whether they are all.
    """
    k = len(rows)
    if k <= EXACT_ROWS:
        found = np.array(list(all_permutations(range(k))), dtype=np.intp).reshape(math.factorial(k), k)
        return rows[found], True
    found = np.tile(np.arange(k), (draws, 1))
    found = rng.permuted(found, axis=1)
    found[0] = np.arange(k)
    return rows[found], False


def sums_over(deviation: Array, rows: Rows, orders: Rows) -> Array:
    """Return the total deviation of `rows` put on the columns of every line of `orders`; other rows do not count."""
    return deviation[rows[None, :], orders].sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The order of the rows of a column, and how sure it is.

    Parameters
    ----------
    verdict : str
        Name of the order ("recovered" without candidates), or "undecided".
    best : str
        Name of the order with the least deviation, decided or not.
    order : tuple of str
        Regions by row under the best order.
    method : {"candidates", "assignment"}
    deviation : float
        Sum of absolute log deviations from the common growth under the best order (in units of each column's
        scatter where several columns move together).
    margin : float
        How much larger the sum is for the next order.
    scale : float
        Mean absolute log deviation under the best order.
    confidence : float
        Probability of the best order among those compared, if deviations are Laplace distributed and all orders
        equally likely beforehand.
    p_value : float
        Share of the permutations whose sum is no larger than that of the best candidate; NaN in assignment mode.
    permutations, exact
        How many were gone through, and whether these are all.
    candidates : DataFrame
        By name: deviation, rank among the permutations, share, confidence.
    rows : DataFrame
        By row number: region, deviation (log, signed), alternative (how much the sum grows if the row must go
        elsewhere; assignment mode).
    """

    verdict: str
    best: str
    order: tuple[str, ...]
    method: str
    deviation: float
    margin: float
    scale: float
    confidence: float
    p_value: float
    permutations: int
    exact: bool
    candidates: pd.DataFrame
    rows: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the assignment row by row."""
        return self.rows.copy()


def align(
    values: pd.Series | pd.DataFrame,
    reference: pd.Series | pd.DataFrame,
    *,
    candidates: Mapping[str, Sequence[str]] | None = None,
    permutations: int = 9_999,
    alpha: float = 0.05,
    confidence: float = 0.95,
    rng: np.random.Generator | int | None = None,
) -> Alignment:
    """Find the order of the rows of a column from the same column of another year.

    Parameters
    ----------
    values : Series or DataFrame, positive
        Printed values by row number; several columns that are known to have moved together as a frame.
    reference : Series or DataFrame, positive
        The same column(s) by region. As many regions as rows.
    candidates : mapping, optional
        Name -> regions by row. Two or more are compared; None recovers the order without any candidate.
    permutations : int
        Random permutations where the rows in which the candidates differ are too many (above 8) to go through all.
    alpha : float in (0, 1)
        The best candidate must be among this share of permutations (divided by the number of candidates) to be
        accepted.
    confidence : float in (0.5, 1)
        Least probability of the accepted order against the other ones; below, the verdict is "undecided".
    rng : Generator or int, optional
        Only used for random permutations; None is the fixed seed.

    Returns
    -------
    Alignment

    Raises
    ------
    DataError
        If values are not positive and finite, lengths or columns differ, or a candidate is not an order of the regions.

    Notes
    -----
    With g the common growth (median log ratio; in candidate mode over the rows in which all candidates agree, if
    there are three or more), S(order) = sum |log reference(region) - log value(row) - g|. Deviations are taken as
    Laplace with scale S / n, so that two orders are exp((S2 - S1) / scale) to 1. The assignment mode minimises S with
    scipy's linear_sum_assignment, renewing g until it stays; its confidence counts every cheapest way to move each
    row elsewhere.
    """
    x, y, regions = _logs(values, reference)
    if candidates is None:
        return _recover(x, y, regions, values.index, confidence)
    named = {name: _positions(name, order, regions) for name, order in candidates.items()}
    if len(named) < 2:
        raise DataError(message(f"{len(named)} candidate order", where="align", allowed="two or more, or None"))
    return _compare(
        x,
        y,
        regions,
        values.index,
        named,
        permutations,
        alpha,
        confidence,
        random_generator(rng),
    )


def _logs(values: pd.Series | pd.DataFrame, reference: pd.Series | pd.DataFrame) -> tuple[Array, Array, pd.Index]:
    """Return logs of both sides as rows x columns."""
    left = values.to_frame() if isinstance(values, pd.Series) else values
    right = reference.to_frame() if isinstance(reference, pd.Series) else reference
    if isinstance(values, pd.DataFrame) and isinstance(reference, pd.DataFrame):
        if set(left.columns) != set(right.columns):
            raise DataError(message("columns differ", where="align", allowed="the same columns on both sides"))
        right = right[list(left.columns)]
    if left.shape != right.shape or len(left) < 2:
        problem = f"{len(left)} rows and {len(right)} regions"
        raise DataError(
            message(problem, where="align", allowed="as many rows as regions, two at least, and the same columns")
        )
    if not right.index.is_unique:
        raise DataError(message(f"{right.index[right.index.duplicated()][0]!r} stands twice", where="align"))
    x, y = left.to_numpy(float), right.to_numpy(float)
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (x > 0).all() and (y > 0).all()):
        raise DataError(message("a value is missing, zero or negative", where="align", allowed="positive numbers"))
    return np.log(x), np.log(y), right.index


def _positions(name: str, order: Sequence[str], regions: pd.Index) -> Rows:
    found = regions.get_indexer(pd.Index(list(order)))
    if len(found) != len(regions) or (found < 0).any() or len(set(found)) != len(found):
        raise DataError(message(f"candidate {name!r} is not an order of the {len(regions)} regions", where="align"))
    return np.asarray(found, dtype=np.intp)


def _compare(
    x: Array,
    y: Array,
    regions: pd.Index,
    rows: pd.Index,
    named: dict[str, Rows],
    draws: int,
    alpha: float,
    least: float,
    rng: np.random.Generator,
) -> Alignment:
    """Compare candidate orders with each other and with all permutations of the rows in which they differ."""
    n = len(x)
    stack = np.array(list(named.values()))
    moving = np.flatnonzero((stack != stack[0]).any(axis=0))
    if len(moving) == 0:
        raise DataError(message("the candidate orders are the same", where="align"))
    common = np.setdiff1d(np.arange(n), moving)
    deviation = np.zeros((n, n))
    for column in range(x.shape[1]):
        gap = y[None, :, column] - x[:, None, column]
        growth = _growth(gap, stack, common)
        part = np.abs(gap - growth)
        # Columns that move together count in units of their own scatter.
        unit = min(part[np.arange(n), order].mean() for order in stack) if x.shape[1] > 1 else 1.0
        deviation += part / max(unit, 1e-12)
    fixed = float(deviation[common, stack[0][common]].sum())
    orders, exact = row_permutations(stack[0][moving], draws=draws, rng=rng)
    totals = fixed + sums_over(deviation, moving, orders)
    sums = {name: float(deviation[np.arange(n), order].sum()) for name, order in named.items()}
    best, second = sorted(sums, key=lambda name: sums[name])[:2]
    scale = max(sums[best] / n, 1e-12)
    weights = {name: float(np.exp((sums[best] - total) / scale)) for name, total in sums.items()}
    slack = 1e-9 * max(1.0, sums[best])
    frame = pd.DataFrame(
        {
            "deviation": sums,
            "rank": {name: int((totals < total - slack).sum()) + 1 for name, total in sums.items()},
            "share": {name: float((totals <= total + slack).mean()) for name, total in sums.items()},
            "confidence": {name: weight / sum(weights.values()) for name, weight in weights.items()},
        }
    ).rename_axis("order")
    p_value = max(float(frame["share"][best]), 1 / len(totals))
    sure = float(frame["confidence"][best])
    decided = sure >= least and p_value * len(named) <= alpha
    order = named[best]
    signed = np.array([float(y[c, 0] - x[r, 0]) for r, c in enumerate(order)])
    signed -= _growth(y[None, :, 0] - x[:, None, 0], stack, common)
    listed = pd.DataFrame({"region": regions[order], "deviation": signed, "alternative": np.nan}, index=rows)
    return Alignment(
        best if decided else UNDECIDED, best, tuple(map(str, regions[order])), "candidates", sums[best],
        sums[second] - sums[best], scale, sure, p_value, len(totals), exact, frame, listed,
    )  # fmt: skip


def _growth(gap: Array, stack: npt.NDArray[np.intp], common: Rows) -> float:
    """Return the median log ratio over the rows that all candidates agree on, or over all rows if these are few."""
    if len(common) >= 3:
        return float(np.median(gap[common, stack[0][common]]))
    return float(np.median([gap[np.arange(len(gap)), order] for order in stack]))


def _recover(x: Array, y: Array, regions: pd.Index, rows: pd.Index, least: float) -> Alignment:
    """Recover the order as an optimal assignment, renewing growth and scatter of every column until they stay."""
    n, k = x.shape
    gaps = [y[None, :, column] - x[:, None, column] for column in range(k)]
    growth = [float(np.median(y[:, column]) - np.median(x[:, column])) for column in range(k)]
    unit = np.ones(k)
    best, total = np.arange(n), np.inf
    for _ in range(_ROUNDS):
        cost = sum((np.abs(gap - g) / u for gap, g, u in zip(gaps, growth, unit, strict=True)), np.zeros((n, n)))
        found, total = best_assignment(cost)
        own = [gap[np.arange(n), found] for gap in gaps]
        growth = [float(np.median(part)) for part in own]
        if k > 1:
            unit = np.array([max(float(np.abs(part - g).mean()), 1e-9) for part, g in zip(own, growth, strict=True)])
        if np.array_equal(found, best):
            break
        best = found
    extra = alternatives(cost, best)
    # Each observation costs one degree of freedom for the growth; a perfect fit still has rounding.
    scale = max(total / max(n * k - k, 1), 1e-12) if k == 1 else 1.0
    others = float(np.exp(-np.minimum(extra / scale, 700)).sum())
    sure = 1 / (1 + others)
    signed = gaps[0][np.arange(n), best] - growth[0]
    listed = pd.DataFrame({"region": regions[best], "deviation": signed, "alternative": extra}, index=rows)
    frame = pd.DataFrame(
        {"deviation": [total], "rank": [1], "share": [np.nan], "confidence": [sure]},
        index=pd.Index(["recovered"], name="order"),
    )
    return Alignment(
        "recovered" if sure >= least else UNDECIDED, "recovered", tuple(map(str, regions[best])), "assignment", total,
        float(extra.min()), scale, sure, float("nan"), 0, False, frame, listed,
    )  # fmt: skip
