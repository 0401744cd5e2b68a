"""Indicator table checks that every rating function makes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from growthpoles.errors import DataError, message

#: Numbers, positions or truth values; shapes are in the docstrings.
Array = npt.NDArray[Any]


def _check_table(table: object) -> None:
    """Refuse what is no table of regions by indicators, or of several years of them with the index (year, region)."""
    if not isinstance(table, pd.DataFrame):
        allowed = "a DataFrame, one row per region and one column per indicator"
        raise DataError(message(f"{type(table).__name__} given", where="table", allowed=allowed))
    if isinstance(table.index, pd.MultiIndex) and list(table.index.names) != ["year", "region"]:
        levels = ", ".join(str(name) for name in table.index.names)
        allowed = f"one row per region; of a panel one year at a time: table.xs(2020, level={table.index.names[-1]!r})"
        raise DataError(message(f"rows of several levels ({levels})", where="table", allowed=allowed))


def numeric_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` as floats, or raise `DataError` on doubled labels, text or infinite cells.

    An empty table is refused too. NaN passes: it means "no data".
    """
    _check_table(table)
    if table.empty:
        raise DataError(message("the table has no rows or no columns"))
    for labels, what in ((table.index, "region"), (table.columns, "column")):
        if any(labels.get_level_values(level).hasnans for level in range(labels.nlevels)):
            raise DataError(message(f"a {what} label is missing"))
        if not labels.is_unique:
            doubled = ", ".join(map(str, labels[labels.duplicated()].unique()))
            raise DataError(message(f"doubled {what} labels: {doubled}", allowed="each label once"))
    if all(dtype == np.float64 for dtype in table.dtypes) and not np.isinf(table.to_numpy()).any():
        return table.copy()
    numbers = {column: _numeric(table[column], str(column)) for column in table.columns}
    return pd.DataFrame(numbers, index=table.index, columns=table.columns)


def _numeric(column: pd.Series, name: str) -> pd.Series:
    """Return one column as floats, or name the first cell that is not a number."""
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    text = column.notna() & numbers.isna()
    infinite = np.isinf(numbers)
    if text.any() or infinite.any():
        region = column.index[(text | infinite).to_numpy()][0]
        problem, where = f"{str(column[region])!r} is not a finite number", f"region {region}, column {name}"
        raise DataError(message(problem, where=where, allowed="a number, or an empty cell for no data"))
    return numbers
