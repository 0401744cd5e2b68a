"""Hidden denominators: what a ratio and its numerator imply, compared between tables.

"Output per inhabitant" implies a population. If two tables of different years imply the same one row by row, to the
last printed digit, the later ratio was divided by the earlier year's figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from growthpoles.study.audit.arithmetic import SLACK, decimal_shift, quotient_bounds
from growthpoles.study.audit.printed_cells import Sources, records

#: Two years of a quantity are taken to differ by less than this (relative) only by chance: no region's population or
#: employment stands still to the third digit. The chance of an agreement is the width of both roundings over it.
GROWTH_SPREAD = 0.02
#: Agreements are called a copy when chance would give as many with less than this probability.
COPY_CHANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class HiddenCopy:
    """Two tables that imply the same denominator row by row.

    `later` and `earlier` are table numbers, `rows` the rows that agree, `chance` the probability of as many
    agreements; `frame` has one line per row: printed ratio, implied denominator of both tables, expected ratio with
    the earlier one, ratio, power.
    """

    column: str
    denominator: str
    later: int
    earlier: int
    rows: tuple[int, ...]
    chance: float
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the comparison row by row."""
        return self.frame.copy()


def implied_denominator(sources: Sources, table: int, formula: pd.Series | dict[str, Any]) -> pd.DataFrame:
    """Return value, low and high of an unprinted denominator by row: ``factor * numerator / ratio``."""
    ratio, above = str(formula["column"]), str(formula["numerator"])
    factor = float(formula["factor"])
    v, h = sources.column(table, ratio), sources.column(table, ratio, "half")
    n, nh = sources.column(table, above), sources.column(table, above, "half")
    low, high = quotient_bounds(n.to_numpy(), nh.to_numpy(), v.to_numpy(), h.to_numpy(), factor)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(v == 0, np.nan, factor * n.to_numpy() / v.to_numpy())
    return pd.DataFrame({"value": value, "low": low, "high": high}, index=v.index)


def hidden_formulas(sources: Sources, table: int) -> list[dict[str, Any]]:
    """Formulas whose ratio and numerator a table prints but whose denominator it does not."""
    columns = set(sources.columns(table))
    return [
        formula
        for formula in records(sources.formulas)
        if {formula["column"], formula["numerator"]} <= columns and formula["denominator"] not in columns
    ]


@lru_cache(maxsize=2)
def find_copies(sources: Sources) -> tuple[HiddenCopy, ...]:
    """Find ratios that were divided by the denominator of another year; once for the same sources.

    Returns
    -------
    tuple of HiddenCopy
        Empty on clean tables. A copy needs agreement to rounding in most rows, with a probability below 1e-9 that
        two different years agree so often (two years of one region are within rounding of each other with
        probability width / 2 %).
    """
    found = []
    entries = [(table, formula) for table in sources.tables for formula in hidden_formulas(sources, table)]
    for (first, formula), (second, other) in combinations(entries, 2):
        if formula["column"] != other["column"] or sources.year(first) == sources.year(second):
            continue
        earlier, later = sorted((first, second), key=sources.year)
        copy = _compare(sources, earlier, later, formula)
        if copy is not None:
            found.append(copy)
    return tuple(found)


def _compare(sources: Sources, earlier: int, later: int, formula: dict[str, Any]) -> HiddenCopy | None:
    old = implied_denominator(sources, earlier, formula)
    new = implied_denominator(sources, later, formula)
    rows = old.index.intersection(new.index)
    old, new = old.loc[rows], new.loc[rows]
    low = np.maximum(old["low"], new["low"])
    high = np.minimum(old["high"], new["high"])
    agree = np.asarray(low <= high * (1 + SLACK)) & old["value"].notna().to_numpy()
    width = ((old["high"] - old["low"]) + (new["high"] - new["low"])) / old["value"].abs()
    chance = _at_least(np.minimum(1.0, width.to_numpy() / GROWTH_SPREAD), agree)
    if 2 * agree.sum() <= len(rows) or chance > COPY_CHANCE:
        return None
    frame = _rows(sources, later, formula, old, new, agree)
    denominator = str(formula["denominator"])
    return HiddenCopy(str(formula["column"]), denominator, later, earlier, tuple(map(int, rows[agree])), chance, frame)


def _at_least(chances: npt.NDArray[np.float64], agree: npt.NDArray[np.bool_]) -> float:
    """Bound the probability that these rows agree by chance: their product times the ways to choose as many rows."""
    from scipy.special import gammaln

    n, k = len(agree), int(agree.sum())
    choices = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    hits = np.clip(chances[agree], 1e-300, 1.0)
    return float(np.exp(min(0.0, choices + np.log(hits).sum())))


def _rows(
    sources: Sources,
    table: int,
    formula: dict[str, Any],
    old: pd.DataFrame,
    new: pd.DataFrame,
    agree: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """Describe every row: what the ratio would be with the earlier denominator, and how far the printed one is off."""
    column, above = str(formula["column"]), str(formula["numerator"])
    factor = float(formula["factor"])
    value = sources.column(table, column).loc[old.index]
    half = sources.column(table, column, "half").loc[old.index]
    expected = factor * sources.column(table, above).loc[old.index] / old["value"]
    frame = pd.DataFrame(
        {
            "printed": sources.column(table, column, "printed").loc[old.index],
            "value": value,
            "earlier": old["value"],
            "later": new["value"],
            "expected": expected,
            "ratio": value / expected,
            "agrees": agree,
        }
    )
    frame["power"] = [
        0 if same or not np.isfinite(middle) else decimal_shift(number, middle - unit, middle + unit) or 0
        for number, middle, unit, same in zip(value, expected, half, agree, strict=True)
    ]
    return frame
