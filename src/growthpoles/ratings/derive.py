"""Indicators computed from primary columns: factor * numerator / denominator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.indicator_checks import numeric_table

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue


def derive(table: pd.DataFrame, catalogue: Catalogue, *, recompute: bool = False) -> pd.DataFrame:
    """Add the derived indicators of `catalogue` to `table`.

    An indicator is ``factor * numerator / denominator``. A derived column that the table already has is kept
    as given, unless `recompute` is set: an edition may hold printed ratios that its primary columns contradict.

    Parameters
    ----------
    table : DataFrame, regions x columns
        Primary columns and indicators, named by code, in the units of the catalogue. NaN means "no data".
    catalogue : Catalogue
    recompute : bool
        Compute the ratios anew also where the table has them. To ask "what if" of a primary column, change it, then
        ``rate(derive(table, catalogue, recompute=True))``.

    Returns
    -------
    DataFrame
        The columns of `table` as floats, and the derived ones; a missing part makes the indicator missing.

    Raises
    ------
    RatingError
        A numerator or denominator is not in the table, or a denominator is zero; region and column are named.
    DataError
        The table has doubled labels, or a cell that is not a finite number.
    """
    values = numeric_table(table)
    added = {}
    for code in catalogue.derived:
        if code in values.columns and not recompute:
            continue
        numerator, denominator = (values[_present(part, code, values, catalogue)] for part in catalogue.parts(code))
        zero = values.index[(denominator == 0).to_numpy()]
        if len(zero):
            raise RatingError(
                message(
                    f"denominator {denominator.name!r} is zero in {', '.join(map(str, zero))}",
                    where=catalogue.where(code),
                    allowed="a value other than 0, or an empty cell for no data",
                )
            )
        added[code] = numerator / denominator * catalogue.factor(code)
    return values.assign(**added)


def indicator_values(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the indicators of `catalogue` in its order: columns of the table, or derived from it.

    Raises
    ------
    RatingError
        An indicator is neither in the table nor derivable, or has no value at all; the catalogue row is
        named.
    """
    derived = derive(table, catalogue)
    for code in catalogue.indicators:
        _present(code, code, derived, catalogue)
    values = derived[list(catalogue.indicators)]
    for code in values.columns[values.isna().all().to_numpy()]:
        raise RatingError(message(f"all values of column {code!r} are missing", where=catalogue.where(str(code))))
    return values


def _present(column: str, code: str, table: pd.DataFrame, catalogue: Catalogue) -> str:
    """Return `column` if the table has it, or raise with the catalogue row that needs it."""
    if column not in table.columns:
        near = nearest(column, table.columns, n=1)
        raise RatingError(message(f"the table has no column {column!r}", where=catalogue.where(code), near=near))
    return column
