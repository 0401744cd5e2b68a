"""Checks of a catalogue of indicators: each raises one line that names the row."""

from __future__ import annotations

import math

import pandas as pd

from growthpoles.errors import StudyError, message, nearest

KINDS = ("primary", "indicator", "aggregate")
REQUIRED = ("code", "kind", "parent")
COLUMNS = (
    *REQUIRED,
    "direction",
    "weight",
    "unit",
    "numerator",
    "denominator",
    "factor",
    "name_en",
    "name_ru",
    "name_kk",
)
RESERVED = ("rating_class", "rank", "region")


def checked(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return `frame` with typed columns, indexed by code, or raise `StudyError`."""
    absent = [column for column in REQUIRED if column not in frame.columns]
    if absent:
        raise StudyError(
            message(
                f"column {absent[0]!r} is missing",
                where=source,
                allowed=", ".join(COLUMNS),
                near=nearest(absent[0], frame.columns, n=1),
            )
        )
    rows = frame["row"].tolist() if "row" in frame else list(range(2, len(frame) + 2))
    table = pd.DataFrame(index=range(len(frame)))
    for column in COLUMNS:
        given = frame[column].tolist() if column in frame else [""] * len(frame)
        table[column] = pd.Series([_text(cell) for cell in given], dtype=object)
    for column in frame.columns:
        if column not in COLUMNS and column != "row":
            table[column] = frame[column].to_numpy()
    table["row"] = rows
    _check_codes(table, source)
    for column, fallback in (("direction", 1.0), ("weight", 1.0), ("factor", 1.0)):
        table[column] = [
            _number(cell, column, fallback, _place(source, row, code))
            for cell, row, code in zip(table[column], table["row"], table["code"], strict=True)
        ]
    table = table.set_index("code")
    for code in table.index:
        _check_row(table, str(code), source)
    _check_tree(table, source)
    _check_derivations(table, source)
    table["direction"] = table["direction"].astype(int)
    return table


def _text(cell: object) -> str:
    """Return a cell as stripped text; missing cells are empty."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return str(cell).strip()


def _place(source: str, row: object, code: object) -> str:
    """Name a row for a message."""
    return f"{source} row {row} ({code})" if code else f"{source} row {row}"


def _number(cell: str, column: str, fallback: float, where: str) -> float:
    """Parse a number; an empty cell means `fallback`."""
    if not cell:
        return fallback
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise StudyError(message(f"{column} {cell!r} is not a number", where=where, allowed="a number"))
    return value


def _check_codes(table: pd.DataFrame, source: str) -> None:
    """Refuse empty, doubled and reserved codes."""
    seen: dict[str, object] = {}
    for code, row in zip(table["code"], table["row"], strict=True):
        where = _place(source, row, code)
        if not code:
            raise StudyError(message("the code is empty", where=where))
        if code in seen:
            raise StudyError(message(f"code {code!r} is already in row {seen[code]}", where=where))
        if code in RESERVED or code.startswith("score_"):
            raise StudyError(message("this code is reserved for a column of the rating", where=where))
        seen[code] = row
    if not seen:
        raise StudyError(message("the catalogue has no rows", where=source))


def _check_row(table: pd.DataFrame, code: str, source: str) -> None:
    """Check kind, parent, direction, weight and factor of one row."""
    row = table.loc[code]
    where = _place(source, row["row"], code)
    kind, parent = row["kind"], row["parent"]
    if kind not in KINDS:
        near = nearest(kind, KINDS, n=1)
        raise StudyError(message(f"kind {kind!r} is not known", where=where, allowed=", ".join(KINDS), near=near))
    if row["direction"] not in (1, -1):
        raise StudyError(message(f"direction {row['direction']:g}", where=where, allowed="1 or -1"))
    if row["weight"] < 0:
        raise StudyError(message(f"weight {row['weight']:g} is below zero", where=where, allowed="0 or more"))
    if row["factor"] == 0:
        raise StudyError(message("factor 0 makes the indicator zero everywhere", where=where))
    if kind == "primary" and parent:
        raise StudyError(message("a primary column has no parent", where=where, allowed="an indicator or an aggregate"))
    if kind == "indicator" and not parent:
        raise StudyError(message("the indicator has no parent", where=where, allowed="the code of an aggregate"))
    if not parent:
        return
    if parent not in table.index:
        aggregates = table.index[table["kind"] == "aggregate"]
        raise StudyError(message(f"parent {parent!r} is unknown", where=where, near=nearest(parent, aggregates, n=1)))
    if table.loc[parent, "kind"] != "aggregate":
        raise StudyError(
            message(
                f"parent {parent!r} is of kind {table.loc[parent, 'kind']}",
                where=where,
                allowed="an aggregate",
            )
        )


def _check_tree(table: pd.DataFrame, source: str) -> None:
    """Refuse cycles, several roots, empty aggregates and aggregates whose weights are all zero."""
    aggregates = table.index[table["kind"] == "aggregate"]
    for code in aggregates:
        steps = [str(code)]
        while parent := str(table.loc[steps[-1], "parent"]):
            if parent in steps:
                loop = " -> ".join([*steps[steps.index(parent) :], parent])
                raise StudyError(
                    message(
                        f"the parents form a cycle: {loop}",
                        where=_place(source, table.loc[code, "row"], code),
                    )
                )
            steps.append(parent)
    roots = [str(code) for code in aggregates if not table.loc[code, "parent"]]
    if not roots:
        raise StudyError(message("no aggregate without a parent: the tree has no root", where=source))
    if len(roots) > 1:
        place = _place(source, table.loc[roots[1], "row"], roots[1])
        raise StudyError(message(f"a second root beside {roots[0]!r}", where=place, allowed="one root"))
    for code in aggregates:
        weights = table.loc[table["parent"] == code, "weight"]
        where = _place(source, table.loc[code, "row"], code)
        if weights.empty:
            raise StudyError(message("the aggregate has no children", where=where, allowed="at least one"))
        if weights.sum() <= 0:
            raise StudyError(message("the weights of its children are all zero", where=where))


def _check_derivations(table: pd.DataFrame, source: str) -> None:
    """Check numerators and denominators of derived indicators."""
    for code, row in table.iterrows():
        where = _place(source, row["row"], code)
        above, below = row["numerator"], row["denominator"]
        if bool(above) != bool(below):
            absent = "denominator" if above else "numerator"
            raise StudyError(message(f"the {absent} is missing", where=where, allowed="both or neither"))
        if not above:
            continue
        if row["kind"] != "indicator":
            raise StudyError(message(f"a row of kind {row['kind']} cannot be derived", where=where))
        for role, part in (("numerator", above), ("denominator", below)):
            primaries = table.index[table["kind"] == "primary"]
            if part not in primaries:
                raise StudyError(
                    message(
                        f"{role} {part!r} is not a primary column",
                        where=where,
                        near=nearest(part, primaries, n=1),
                    )
                )
