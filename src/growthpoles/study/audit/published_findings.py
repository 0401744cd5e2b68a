"""Findings on published figures: index, class and ratios that do not follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthpoles.file_reading import note
from growthpoles.study.audit.arithmetic import check_arithmetic
from growthpoles.study.audit.effects import SEVERITIES
from growthpoles.study.audit.findings import Cell, Fault
from growthpoles.study.audit.printed_cells import FORMULA_COLUMNS, read_table, records
from growthpoles.study.files.printed_tables import parse_number, read_rows, require_columns
from growthpoles.study.study_spec import PublishedColumn, Study

Entry = tuple[str, Fault, Cell, str, str]
_READINGS = ("row number", "label", "row number and label")


def index_entries(study: Study, reproduction: pd.DataFrame) -> list[Entry]:
    """Return (name, fault, cell, severity, evidence) for every published index or class that no reading gives."""
    entries: list[Entry] = []
    for key, part in reproduction.groupby("year", sort=True):
        year = int(str(key))
        ranks = part.set_index("region")["value"].rank(ascending=False, method="min")
        for line in records(part):
            if line["explained_by"] not in _READINGS:
                entries += _index(study, line, part, ranks, year)
            elif line["class_printed"] and line["class_of_printed"] not in ("", line["class_printed"]):
                entries.append(_class(study, line, year))
    return entries


def _index(study: Study, line: dict[str, Any], part: pd.DataFrame, ranks: pd.Series, year: int) -> list[Entry]:
    table, row, region = int(line["table"]), int(line["row"]), str(line["region"])
    by_row = float(line["by_row"])
    changed = part.set_index("region")["value"].astype(float)
    changed[region] = by_row
    rank = changed.rank(ascending=False, method="min")
    classes = line["class_by_row"] != line["class_of_printed"]
    severity = SEVERITIES[0] if classes else SEVERITIES[1] if rank[region] != ranks[region] else SEVERITIES[2]
    name, fault = f"t{table}-index-{year}-r{row:02d}", Fault("index", table=table, row=row, year=year)
    letter = f"class {line['class_by_row']}, " if line["class_by_row"] else ""
    evidence = (
        f"{by_row:.2f} by row number ({letter}"
        f"rank {rank[region]:.0f} instead of {ranks[region]:.0f}), "
        f"{float(line['by_label']):.2f} by label; {line['explained_by']}: {line['explanation']}"
    )
    cause = f"published figure: {line['explained_by']}"
    own = Cell(table, row, str(line["column"]), str(line["printed"]), by_row, cause, region)
    entries: list[Entry] = [(name, fault, own, severity, evidence)]
    source = study.published.rating_class
    if classes and source is not None:
        cell = _class_cell(source, line, year, f"{cause} (class {line['class_by_row']})")
        entries.append((name, fault, cell, severity, evidence))
    return entries


def _class_cell(source: PublishedColumn, line: dict[str, Any], year: int, cause: str) -> Cell:
    printed = str(line["class_cell"])
    return Cell(source.table, int(line["row"]), source.columns[year], printed, np.nan, cause, str(line["region"]))


def _class(study: Study, line: dict[str, Any], year: int) -> Entry:
    source = study.published.rating_class
    assert source is not None
    cell = _class_cell(source, line, year, f"published figure: class {line['class_of_printed']}")
    return (
        f"t{source.table}-class-{year}-r{cell.row:02d}",
        Fault("class", table=source.table, row=cell.row, year=year),
        cell,
        SEVERITIES[0],
        f"index {line['printed']} is class {line['class_of_printed']}",
    )


def published_formulas(study: Study) -> pd.DataFrame:
    """Return the formulas between published columns, as text: table, column, numerator, denominator, factor.

    They stand in formulas.csv beside study.toml; a study without that file has none.
    """
    path = study.resolve("formulas.csv")
    columns = ("table", *FORMULA_COLUMNS)
    if not note(path):
        return pd.DataFrame(columns=list(columns))
    rules = read_rows(path)
    require_columns(rules, columns, where=str(path))
    return rules


def formula_entries(study: Study) -> list[Entry]:
    """Check the formulas between published columns (:func:`published_formulas`)."""
    if study.cells is None:
        return []
    path, rules = study.resolve("formulas.csv"), published_formulas(study)
    entries: list[Entry] = []
    for table, part in rules.groupby("table", sort=True):
        factors = [
            parse_number(text, decimal=".", where=f"{path}, line {at}, column factor")
            for at, text in part["factor"].items()
        ]
        number = int(parse_number(str(table), decimal=".", where=f"{path}, column table"))
        cells = read_table(study, number)
        wrong = check_arithmetic(cells, part.assign(factor=factors), decimal=study.cells.decimal)
        for line in records(wrong):
            row = int(line["row"])
            cell = Cell(
                number,
                row,
                str(line["column"]),
                str(line["printed"]),
                float(line["expected"]),
                f"published figure: {line['cause'] or 'arithmetic'}",
                str(line["region"]),
            )
            evidence = f"its row gives {line['expected']:.2f} ({line['low']:.2f} to {line['high']:.2f})"
            fault = Fault("ratio", table=number, column=str(line["column"]), row=row)
            entries.append((f"t{number}-{line['column']}-r{row:02d}", fault, cell, SEVERITIES[2], evidence))
    return entries


def claim_entries(study: Study, claims: pd.DataFrame, taken: set[tuple[int, int, str]]) -> list[Entry]:
    """Return statements that fail on what was published (or, where that has no such figure, on the reproduced edition).

    `taken` lists (table, row, column) of cells that are findings already.
    """
    entries: list[Entry] = []
    rows: dict[int, dict[str, int]] = {}
    for name, part in claims.groupby("id", sort=False):
        decided = part[part["verdict"] != "cannot be checked"]
        if decided.empty:
            continue
        line = decided.iloc[0]
        if line["verdict"] != "fails" or line["edition"] not in ("published", "reproduced"):
            continue
        table = int(line["table"])
        if table not in rows:
            labels = read_table(study, table).drop_duplicates("row")
            rows[table] = dict(zip(labels["region"], labels["row"], strict=True))
        row = int(rows[table].get(str(line["region"]), 0))
        if (table, row, str(line["column"])) in taken and str(line["column"]) != "":
            continue
        cell = Cell(
            table,
            row,
            str(line["column"]),
            str(line["printed"]),
            np.nan,
            f"statement: {line['statement']}",
            str(line["region"]),
        )
        evidence = f'{line["location"]}: "{line["quote"]}"; {line["edition"]} edition gives {line["value"]}'
        fault = Fault("statement", statement=str(line["statement"]))
        entries.append((f"claim-{name}", fault, cell, SEVERITIES[3], evidence))
    return entries
