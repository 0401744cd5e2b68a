"""Rounding noise: a printed value lies within half a unit of its last digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.catalogue import Catalogue, indicator_values, named_values
from growthpoles.ratings.indicator_checks import Array, numeric_table

Resolution = Mapping[str, float] | pd.Series | pd.DataFrame


@dataclass(frozen=True, slots=True)
class Printed:
    """The indicators of one table and how they follow from columns that were printed with rounding.

    Parameters
    ----------
    name : the edition
    exact : indicators as they are, shape (regions, indicators)
    raw, step : columns with their printed resolution (0 = exact), shape (regions, columns)
    recipes : by indicator, (numerator, denominator, factor); denominator -1 for a column taken as it is
    """

    name: str
    exact: Array
    raw: Array
    step: Array
    recipes: tuple[tuple[int, int, float], ...]

    @property
    def noisy(self) -> bool:
        """Whether any cell has a resolution above zero."""
        return bool((self.step > 0).any())

    @property
    def columns(self) -> int:
        """Number of columns that noise is drawn for."""
        return self.raw.shape[1]

    def values(self, noise: Array | None = None) -> Array:
        """Return the indicators, exact or with rounding errors of shape (R, regions, at least `columns`).

        A value that is not negative in print stays so.
        """
        if noise is None:
            return self.exact
        drawn = noise[..., : self.columns] * self.step
        drawn += self.raw
        np.maximum(drawn, np.where(self.raw >= 0, 0.0, -np.inf), out=drawn, where=~np.isnan(self.raw))
        if self.recipes == tuple((place, -1, 1.0) for place in range(self.columns)):
            return drawn
        parts = [
            drawn[..., above] if below < 0 else drawn[..., above] / drawn[..., below] * factor
            for above, below, factor in self.recipes
        ]
        return np.stack(parts, axis=-1)


def printed(
    table: pd.DataFrame, catalogue: Catalogue, resolution: Resolution | None = None, *, name: str = "table"
) -> Printed:
    """Prepare a table for replication.

    Parameters
    ----------
    table : DataFrame, regions x columns
        As for `rate`.
    catalogue : Catalogue
    resolution : mapping or Series by column, or DataFrame by region and column, optional
        The unit of the last printed digit, in the unit of the column: 0.1 for a column printed as 585965.4.
        The columns may be indicators or the primary columns that indicators derive from; those left out are
        exact.
    name : str
        The edition, for messages.

    Returns
    -------
    Printed

    Raises
    ------
    RatingError
        A resolution is negative or names an unknown column; a derived indicator of the table contradicts the
        primary columns whose resolution is given; a denominator is within rounding of zero.
    """
    indicators = indicator_values(table, catalogue)
    source = named_values(table, catalogue).combine_first(indicators).reindex(index=indicators.index)
    step = _steps(resolution, source, name)
    used: list[str] = []
    recipes: list[tuple[int, int, float]] = []
    for code in catalogue.indicators:
        parts = catalogue.parts(code)
        if code not in step.columns and any(part in step.columns for part in parts):
            _check_ratio(source, indicators, code, catalogue, name)
            _check_denominator(source, step, parts[1], name)
            recipes.append((_place(parts[0], used), _place(parts[1], used), catalogue.factor(code)))
        else:
            recipes.append((_place(code, used), -1, 1.0))
    raw = pd.DataFrame({code: indicators[code] if code in indicators else source[code] for code in used})
    steps = step.reindex(columns=used).fillna(0.0)
    return Printed(name, indicators.to_numpy(), raw.to_numpy(), steps.to_numpy(), tuple(recipes))


def printed_resolution(cells: pd.DataFrame, *, decimal: Literal[",", "."] = ",") -> pd.Series:
    """Read the resolution of every column off its printed cells.

    Parameters
    ----------
    cells : DataFrame of str, regions x columns
        Numbers as printed; spaces between digits are allowed. Cells without a digit ("-", empty) do not count.
    decimal : {",", "."}
        The decimal mark.

    Returns
    -------
    Series by column
        The unit of the finest digit that the column uses anywhere: 0.1 for "72,9" and "73", 100 for "413300" and
        "478500" (a column whose every number ends in 00 was rounded to hundreds).

    Raises
    ------
    RatingError
        A cell is not a number, or a column has none.
    """
    found = {}
    for column in cells.columns:
        digits = [str(cell).replace(" ", "").replace("\u00a0", "").strip() for cell in cells[column].dropna()]
        digits = [text for text in digits if any(letter.isdigit() for letter in text)]
        for text in digits:
            if not text.lstrip("-+").replace(decimal, "", 1).isdecimal():
                raise RatingError(message(f"{text!r} is not a number", where=f"column {column}"))
        if not digits:
            raise RatingError(message("no printed number", where=f"column {column}"))
        decimals = max(len(text.partition(decimal)[2]) for text in digits)
        whole = [text.partition(decimal)[0].lstrip("-+").lstrip("0") for text in digits]
        zeros = min((len(text) - len(text.rstrip("0")) for text in whole if text), default=0)
        found[column] = 10.0**-decimals if decimals else 10.0**zeros
    return pd.Series(found, name="resolution")


def _place(column: str, used: list[str]) -> int:
    """Return the position of `column` in `used`, appending it if it is new."""
    if column not in used:
        used.append(column)
    return used.index(column)


def _steps(resolution: Resolution | None, source: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the resolutions as a table of the regions and the columns that have one."""
    if resolution is None:
        return pd.DataFrame(index=source.index)
    if not isinstance(resolution, pd.DataFrame):
        given = dict(resolution.items())
        resolution = pd.DataFrame({column: float(value) for column, value in given.items()}, index=source.index)
    for column in resolution.columns:
        if column not in source.columns:
            near = nearest(column, source.columns, n=1)
            raise RatingError(message(f"resolution of an unknown column {column!r}", where=name, near=near))
    step = numeric_table(resolution).reindex(index=source.index) if resolution.shape[1] else resolution
    bad = step.columns[((step < 0) | step.isna()).any().to_numpy()]
    if len(bad):
        problem = f"a resolution of {bad[0]!r} is negative or missing"
        raise RatingError(message(problem, where=name, allowed="0 or more"))
    return step


def _check_ratio(source: pd.DataFrame, indicators: pd.DataFrame, code: str, catalogue: Catalogue, name: str) -> None:
    """Refuse noise on primary columns from which the table's own indicator does not follow."""
    above, below = catalogue.parts(code)
    for part in (above, below):
        if part not in source.columns:
            raise RatingError(message(f"the table has no column {part!r}", where=f"{name}, {catalogue.where(code)}"))
    ratio = source[above] / source[below] * catalogue.factor(code)
    if not np.allclose(ratio, indicators[code], rtol=1e-9, equal_nan=True):
        problem = f"{code} is not {above} / {below} in this table: their rounding says nothing"
        raise RatingError(message(problem, where=name, allowed=f"a resolution of {code} itself"))


def _check_denominator(source: pd.DataFrame, step: pd.DataFrame, column: str, name: str) -> None:
    """Refuse a denominator that may be zero behind its printed value."""
    if column not in step.columns:
        return
    close = (source[column].abs() <= step[column] / 2).to_numpy()
    if close.any():
        region = source.index[close][0]
        problem = f"{column} of {region} is within rounding of zero"
        raise RatingError(message(problem, where=name, allowed="a larger denominator"))
