"""Regions x industries matrix, checked cell by cell.

Rows are regions, columns are industries, a cell is e_ij >= 0: what industry i has in region j (jobs, output,
firms). A cell that is NaN means "outside the industry, or not reported" and is never the same as a zero.
"""

from __future__ import annotations

import numbers
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from growthpoles.errors import Option, RatingError, message, nearest, remedy, unknown_option

Missing = Literal["refuse", "outside", "zero"]
By = Literal["region", "industry"]

MISSING: tuple[Missing, ...] = ("refuse", "outside", "zero")
BY: tuple[By, ...] = ("region", "industry")
_SHOWN = 5
_FEWEST_SHARES = 3  # regions whose numbers add up to 100, and columns that do so together, by no chance


def check_matrix(matrix: pd.DataFrame, *, missing: Missing = "refuse", name: str = "matrix") -> pd.DataFrame:
    """Check a regions x industries matrix and return it as a new frame of floats.

    Parameters
    ----------
    matrix : DataFrame
        Regions in the rows, industries in the columns, both with unique labels; cells e_ij >= 0 in any unit.
    missing : {"refuse", "outside", "zero"}
        What a NaN cell means. "refuse" raises. "outside" keeps it: the region has no part in that industry,
        and totals run over the cells that are present. "zero" reads it as nothing produced.
    name : str
        What the matrix is called in an error.

    Returns
    -------
    DataFrame
        Floats, in the order of the input; ``attrs["missing"]`` lists the (region, industry) cells that were
        NaN.

    Raises
    ------
    RatingError
        If this is no DataFrame, it is empty, a label is repeated or missing, or a cell is not a number,
        infinite, negative, or NaN under "refuse".
    """
    check_option("missing", missing, MISSING)
    if not isinstance(matrix, pd.DataFrame):
        raise RatingError(
            message(
                f"{name} is a {type(matrix).__name__}",
                allowed="a pandas DataFrame with regions in the rows and industries in the columns",
            )
        )
    if matrix.shape[0] == 0 or matrix.shape[1] == 0:
        raise RatingError(
            message(
                f"{name} is empty: {matrix.shape[0]} regions, {matrix.shape[1]} industries",
                allowed="at least one of each",
            )
        )
    check_labels(matrix.index, what="region", where=name)
    check_labels(matrix.columns, what="industry", where=name)
    values = np.column_stack([_numbers(matrix.iloc[:, i], name) for i in range(matrix.shape[1])])
    _refuse_cells(matrix, np.isinf(values), values, name, "is infinite", "a finite number, zero or more")
    _refuse_cells(matrix, values < 0, values, name, "is negative", "zero or more")
    absent = np.isnan(values)
    if missing == "refuse":
        _refuse_cells(
            matrix,
            absent,
            values,
            name,
            "is missing",
            remedy(
                "a number; or {outside} (no part in the industry) or {zero}",
                outside=Option("missing", '"outside"'),
                zero=Option("missing", '"zero"'),
            ),
        )
    result = pd.DataFrame(values, index=matrix.index, columns=matrix.columns)
    result.attrs["missing"] = [(matrix.index[row], matrix.columns[column]) for row, column in np.argwhere(absent)]
    return result.fillna(0.0) if missing == "zero" else result


def check_option(option: str, value: object, allowed: Sequence[str]) -> None:
    """Refuse a mode that is not one of its allowed values."""
    if value not in allowed:
        raise RatingError(unknown_option(option, value, allowed))


def check_labels(labels: pd.Index, *, what: str, where: str) -> None:
    """Refuse repeated and missing labels."""
    if labels.hasnans:
        raise RatingError(message(f"a label of a {what} is missing", where=where, allowed="one label each"))
    repeated = labels[labels.duplicated()].unique()
    if len(repeated):
        raise RatingError(
            message(f"{what} {_quoted(repeated)} occurs more than once", where=where, allowed="unique labels")
        )


def check_series(values: pd.Series, *, name: str, missing: Literal["refuse", "keep"] = "refuse") -> pd.Series:
    """Check a labelled column of numbers of zero or more; the errors name the label."""
    if not isinstance(values, pd.Series):
        raise RatingError(message(f"{name} is a {type(values).__name__}", allowed="a pandas Series with labels"))
    if len(values) == 0:
        raise RatingError(message(f"{name} is empty", allowed="at least one value"))
    check_labels(values.index, what="label", where=name)
    numeric = _numbers(values, name)
    rules: list[tuple[np.ndarray, str]] = [(np.isinf(numeric), "is infinite"), (numeric < 0, "is negative")]
    if missing == "refuse":
        rules.append((np.isnan(numeric), "is missing"))
    for bad, problem in rules:
        if bad.any():
            label = values.index[int(np.argmax(bad))]
            raise RatingError(
                message(f"the value of '{label}' {problem}", where=name, allowed="a finite number, zero or more")
            )
    return pd.Series(numeric, index=values.index, name=values.name)


def align(values: pd.Series, labels: pd.Index, *, name: str, what: str) -> pd.Series:
    """Put a checked column in the order of `labels`; the two sets of labels must be the same."""
    refuse_other_labels(values.index, labels, name=name, what=what)
    return values.reindex(labels)


def align_matrix(matrix: pd.DataFrame, like: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Put a checked matrix in the order of another one with the same regions and industries."""
    refuse_other_labels(matrix.index, like.index, name=name, what="region")
    refuse_other_labels(matrix.columns, like.columns, name=name, what="industry")
    return matrix.reindex(index=like.index, columns=like.columns)


def refuse_other_labels(found: pd.Index, wanted: pd.Index, *, name: str, what: str) -> None:
    """Refuse a set of labels that is not the one wanted, with the missing and the extra ones."""
    lacking = wanted.difference(found, sort=False)
    extra = found.difference(wanted, sort=False)
    if len(lacking) or len(extra):
        parts = []
        if len(lacking):
            parts.append(f"no {what} {_quoted(lacking)}")
        if len(extra):
            parts.append(f"unknown {what} {_quoted(extra)}")
        near = [hit for label in extra[:_SHOWN] for hit in nearest(label, lacking, n=1)]
        raise RatingError(message(", ".join(parts), where=name, allowed="the same labels on both sides", near=near))


def check_nation(nation: pd.Series, labels: pd.Index, *, name: str = "nation") -> pd.Series:
    """Check the totals of an outside nation by label (industry or region); all of them above zero."""
    totals = align(check_series(nation, name=name), labels, name=name, what="label")
    refuse_empty(totals, what="total of", index="a share in it")
    return totals


def told_shares(matrix: pd.DataFrame) -> list[str]:
    """Say where the numbers of every region, or of every industry, add up to 100 or 1 but for rounding."""
    known = matrix.dropna(how="all").dropna(how="all", axis="columns")
    numbers = known.to_numpy(dtype=float).ravel()
    cells = [repr(float(number)).partition(".")[2].rstrip("0") for number in numbers if number == number]
    half = 0.5 * 10.0 ** -max(map(len, cells), default=0)
    told = (
        "{} add up to {}: they are shares within it, so that each region weighs the same in the reference, of any size",
        "{} over all regions add up to {}: they are shares of the regions in it, and each industry weighs the same",
    )
    for way, who, each in zip(told, ("region", "industry"), (known.T, known), strict=True):
        sums, parts = each.sum().to_numpy(dtype=float), len(each)
        for whole in (100, 1):
            near = abs(sums - whole) <= min(half * parts, 0.015 * whole) + 1e-9
            if near.all() and len(sums) >= _FEWEST_SHARES <= parts and not (numbers < 0).any():
                return [way.format(f"the numbers of each {who}", whole)]
    return []


def look_up(label: Hashable, labels: pd.Index, *, what: str, where: str = "matrix") -> Any:
    """Return `label` if it is one of `labels`; otherwise refuse it with the nearest ones."""
    if label not in labels:
        near = nearest(label, labels)
        raise RatingError(message(f"no {what} '{label}'", where=where, allowed=_quoted(labels), near=near))
    return label


def refuse_empty(totals: pd.Series, *, what: str, index: str) -> None:
    """Refuse regions or industries whose total is zero, where `index` is not defined for them."""
    empty = totals.index[(totals == 0).to_numpy()]
    if len(empty):
        raise RatingError(
            message(
                f"{what} {_quoted(empty)} has nothing but zeros, so that {index} is not defined",
                where="matrix",
                allowed=f"a {what} with a total above zero; drop it, or write NaN where it is outside",
            )
        )


def listed(result: pd.Series | pd.DataFrame, matrix: pd.DataFrame) -> Any:
    """Copy the list of missing cells from a checked matrix to a result."""
    result.attrs = {"missing": list(matrix.attrs.get("missing", []))}
    return result


def _numbers(column: pd.Series, name: str) -> np.ndarray:
    """Return a column as floats; text, dates and truth values are refused, not converted."""
    kind = column.dtype
    types = pd.api.types
    if types.is_numeric_dtype(kind) and not types.is_bool_dtype(kind) and not types.is_complex_dtype(kind):
        return column.to_numpy(dtype=float, na_value=np.nan)
    result = np.full(len(column), np.nan)
    for row, value in enumerate(column):
        if pd.api.types.is_scalar(value) and pd.isna(value):
            continue
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (numbers.Real, Decimal)):
            raise RatingError(
                message(
                    f"{str(value)[:60]!r} is not a number",
                    where=f"{name}, '{column.index[row]}', '{column.name}'",
                    allowed="numbers of zero or more",
                )
            )
        result[row] = float(value)
    return result


def _refuse_cells(
    matrix: pd.DataFrame, bad: np.ndarray, values: np.ndarray, name: str, problem: str, allowed: str
) -> None:
    if not bad.any():
        return
    row, column = np.argwhere(bad)[0]
    count = int(bad.sum())
    more = f" (and {count - 1} more)" if count > 1 else ""
    shown = "the cell" if np.isnan(values[row, column]) else f"{values[row, column]:g}"
    raise RatingError(
        message(
            f"{shown} {problem}{more}",
            where=f"{name}, region '{matrix.index[row]}', industry '{matrix.columns[column]}'",
            allowed=allowed,
        )
    )


def _quoted(labels: Iterable[object]) -> str:
    """Write out the first labels of a list."""
    found = [f"'{label}'" for label in labels]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
