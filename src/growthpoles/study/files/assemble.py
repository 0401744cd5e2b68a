"""Put an edition together: which printed column, read in which row order, belongs to which indicator.

The rules are data (`columns.csv` of the study), one line per column, so that a referee can read and change them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from growthpoles.errors import DataError, message, nearest
from growthpoles.study.files.printed_tables import (
    Decimal,
    parse_number,
    printed_column,
    read_cells,
    read_rows,
    require_columns,
)

ASSEMBLY_COLUMNS = ("edition", "year", "column", "table", "source", "order", "missing", "factor", "note")


def read_assembly(path: Path, *, orders: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Read the assembly rules.

    Parameters
    ----------
    path : Path
        CSV with edition, year, column (code in the result), table (number), source (printed column, or two of them as
        "numerator/denominator"), order (name of a row order), missing (";"-separated regions whose cell is not to be
        used), factor (multiplies a ratio), note (why).
    orders : mapping
        Name of an order -> region codes by row number.

    Returns
    -------
    DataFrame
        One row per edition, year and column; `missing` as tuples, `factor` as float, index = line of the file.
    """
    rules = read_rows(path)
    require_columns(rows := rules, ASSEMBLY_COLUMNS, where=str(path))
    for line, rule in rows.iterrows():
        where = f"{path}, line {line}, column "
        for name in ("year", "table"):
            if not re.fullmatch(r"\d{1,4}", rule[name], flags=re.ASCII):
                raise DataError(message(f"{rule[name]!r} is not a whole number", where=where + name))
        if rule["order"] not in orders:
            near = nearest(rule["order"], orders, n=1)
            raise DataError(
                message(
                    f"order {rule['order']!r} is not known", where=where + "order", allowed=", ".join(orders), near=near
                )
            )
        stray = [region for region in rule["missing"].split(";") if region and region not in orders[rule["order"]]]
        if stray:
            raise DataError(
                message(f"{', '.join(stray)} is not in the order {rule['order']!r}", where=where + "missing")
            )
    twice = rules.duplicated(["edition", "year", "column"])
    if twice.any():
        raise DataError(message("edition, year and column stand twice", where=f"{path}, line {rules.index[twice][0]}"))
    return rules.assign(
        year=rules["year"].astype(int),
        table=rules["table"].astype(int),
        missing=pd.Series([tuple(filter(None, text.split(";"))) for text in rules["missing"]], index=rules.index),
        factor=[
            parse_number(text, decimal=".", where=f"{path}, line {line}, column factor") if text else 1.0
            for line, text in rules["factor"].items()
        ],
    )


def table_path(folder: Path, number: int) -> Path:
    """Return the file of a transcribed table."""
    return folder / f"table{number}.csv"


def assemble(
    rules: pd.DataFrame, *, folder: Path, orders: Mapping[str, Sequence[str]], decimal: Decimal = ","
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """Read the columns of one edition and year from the transcribed tables.

    Parameters
    ----------
    rules : DataFrame
        The lines of :func:`read_assembly` for one edition and one year.
    folder : Path
        Folder with tableN.csv.
    orders : mapping
        Name of an order -> region codes by row number (row 1 first).
    decimal : {",", "."}
        Decimal sign of the printed cells.

    Returns
    -------
    table : DataFrame
        Index `region` in the order of the first rule's order, float columns; NaN where a rule sets a cell missing.
    absent : list of (region, column, reason)
    """
    cells = {number: read_cells(table_path(folder, number), decimal=decimal) for number in sorted(set(rules["table"]))}
    first = orders[rules["order"].iloc[0]]
    table = pd.DataFrame(index=pd.Index(first, name="region"))
    absent: list[tuple[str, str, str]] = []
    for rule in rules.to_dict("records"):
        path = table_path(folder, rule["table"])
        parts = [
            _column(cells[rule["table"]], source.strip(), orders[rule["order"]], path=path, decimal=decimal)
            for source in rule["source"].split("/")
        ]
        values = parts[0] if len(parts) == 1 else rule["factor"] * parts[0] / parts[1]
        values.loc[list(rule["missing"])] = float("nan")
        absent += [(region, rule["column"], rule["note"]) for region in rule["missing"]]
        table[rule["column"]] = values.reindex(table.index)
    return table, absent


def _column(cells: pd.DataFrame, column: str, order: Sequence[str], *, path: Path, decimal: Decimal) -> pd.Series:
    printed = printed_column(cells, column, where=str(path))
    if list(printed.index) != list(range(1, len(order) + 1)):
        raise DataError(
            message(f"column {column!r} has {len(printed)} rows", where=str(path), allowed=f"rows 1 to {len(order)}")
        )
    values = [
        parse_number(text, decimal=decimal, where=f"{path}, row {row}, column {column}")
        for row, text in printed.items()
    ]
    return pd.Series(values, index=pd.Index(order, name="region"))
