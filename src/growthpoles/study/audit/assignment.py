"""Assignments of rows to regions: the best one, how much worse the next one is, ranks among permutations."""

from __future__ import annotations

import math
from itertools import permutations as all_permutations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

#: Up to this many rows all permutations are gone through (8! = 40,320); beyond, a random sample.
EXACT_ROWS = 8


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
