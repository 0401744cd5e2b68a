"""Cells that repeat another cell digit by digit more exactly than chance allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from growthpoles.study.audit.printed_cells import Sources

#: A repetition is reported when fewer than this many as exact ones are expected among all comparisons of its column.
EXPECTED_COINCIDENCES = 1e-4
_DEGREES = 4
DUPLICATE_COLUMNS = ("table", "row", "column", "printed", "other_table", "other_row", "kind", "coincidences")


def find_duplicates(sources: Sources, *, limit: float = EXPECTED_COINCIDENCES) -> pd.DataFrame:
    """Find copied cells: equal numbers in a column, or in the same row of two years.

    Two cells agree by chance with probability ``unit * density``: the unit of the last digit that is not a trailing
    zero times the density of the column's other values at that number (a Student t with 4 degrees of freedom on the
    logarithms, median and spread from the data; trailing zeros count by how common they are in the column). Times
    the number of comparisons this is the number of coincidences to expect; a repetition is reported when that is
    below `limit`.

    Parameters
    ----------
    sources : Sources
    limit : float
        Greatest number of expected coincidences, for all comparisons of one column.

    Returns
    -------
    DataFrame
        One line per pair: table, row, column, printed, other_table, other_row, kind ("rows of one column" or "years
        of one row"), coincidences. Ratios are left out where they follow from cells that are printed: only what was
        typed in can be copied.
    """
    derived = _derived(sources)
    records = [
        record
        for column, left, right, kind in _comparisons(sources)
        if (int(left["table"].iloc[0]), column) not in derived
        for record in _pairs(column, left, right, kind, limit)
    ]
    return pd.DataFrame(records, columns=list(DUPLICATE_COLUMNS))


def _derived(sources: Sources) -> set[tuple[int, str]]:
    """Columns that are the result of a formula."""
    named = set(sources.formulas["column"])
    return {(table, column) for table in sources.tables for column in sources.columns(table) if column in named}


def _comparisons(sources: Sources) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame, str]]:
    """Yield columns with themselves and with another year's; a column printed twice for one year counts once."""
    seen: dict[tuple[str, int], pd.DataFrame] = {}
    for (table, column), part in sources.cells.groupby(["table", "column"], sort=True):
        year = sources.year(int(str(table)))
        cells = part[part["value"].notna()].sort_values("row")
        if (str(column), year) in seen or cells.empty:
            continue
        yield str(column), cells, cells, "rows of one column"
        for (name, other_year), other in seen.items():
            if name == column and other_year != year:
                yield str(column), other, cells, "years of one row"
        seen[(str(column), year)] = cells


def _pairs(
    column: str, left: pd.DataFrame, right: pd.DataFrame, kind: str, limit: float
) -> Iterator[dict[str, object]]:
    lv, rv = left["value"].to_numpy(float), right["value"].to_numpy(float)
    equal = (lv[:, None] == rv[None, :]) & (lv[:, None] != 0)
    if kind == "rows of one column":
        equal = np.triu(equal, k=1)
        comparisons = len(lv) * (len(lv) - 1) / 2
    else:
        rows = left["row"].to_numpy()[:, None] == right["row"].to_numpy()[None, :]
        regions = left["region"].to_numpy()[:, None] == right["region"].to_numpy()[None, :]
        equal &= rows | regions
        comparisons = float((rows | regions).sum())
    for i, j in np.argwhere(equal):
        others = np.delete(rv, j) if kind != "rows of one column" else np.delete(lv, [i, j])
        chance = _chance(lv[i], 2 * max(left["half"].iloc[i], right["half"].iloc[j]), others)
        if chance * comparisons < limit:
            yield {
                "table": int(left["table"].iloc[i]),
                "row": int(left["row"].iloc[i]),
                "column": column,
                "printed": left["printed"].iloc[i],
                "other_table": int(right["table"].iloc[j]),
                "other_row": int(right["row"].iloc[j]),
                "kind": kind,
                "coincidences": chance * comparisons,
            }


def _chance(value: float, unit: float, others: npt.NDArray[np.float64]) -> float:
    """Probability that another cell of the column shows the same digits."""
    from scipy.special import gammaln

    positive = np.log(np.abs(others[others != 0]))
    if len(positive) < 3:
        return 1.0
    centre = float(np.median(positive))
    spread = max(float(np.median(np.abs(positive - centre))) * 1.4826, float(positive.std()), 1e-6)
    z = (np.log(abs(value)) - centre) / spread
    constant = gammaln((_DEGREES + 1) / 2) - gammaln(_DEGREES / 2) - 0.5 * np.log(_DEGREES * np.pi)
    density = float(np.exp(constant - (_DEGREES + 1) / 2 * np.log1p(z * z / _DEGREES))) / (spread * abs(value))
    steps = unit * 10.0 ** np.arange(0, 12)
    whole = [_on_lattice(value, step) for step in steps]
    zeros = whole.index(False) - 1 if False in whole else len(whole) - 1
    # How often do the others end in as many zeros? At least as often as chance has it.
    rounded = np.mean([_on_lattice(other, steps[zeros]) for other in others])
    share = max(float(rounded), 10.0**-zeros, 1 / (len(others) + 1))
    return min(1.0, steps[zeros] * density * share)


def _on_lattice(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-6
