"""What became of every row: rows read are rows used and rows listed as not used."""

from __future__ import annotations

import pandas as pd

from growthpoles.study.files.assemble import table_path
from growthpoles.study.files.printed_tables import read_cells
from growthpoles.study.inputs.indicators import assembly_rules, study_catalogue
from growthpoles.study.inputs.tables import study_table
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

_COLUMNS = ["file", "sheet", "row", "column", "content", "reason"]


def input_account(study: Study | None = None) -> pd.DataFrame:
    """Count the rows of every file of a study.

    Returns
    -------
    DataFrame
        Index `file`; read, used, unused (rows; of transcribed tables: printed cells), with read = used + unused. The
        unused ones are listed by :func:`unused_inputs`.
    """
    study = study or load_study()
    catalogue = study_catalogue(study)
    rows: list[tuple[str, int, int]] = []
    for number, spec in enumerate(study.tables):
        data = study_table(study, number, catalogue)
        rows.append((spec.file, data.rows_read, data.rows_used))
    for name, cells, used in _transcribed(study):
        rows.append((name, len(cells), int(cells["column"].isin(used).sum())))
    frame = pd.DataFrame(rows, columns=["file", "read", "used"]).set_index("file")
    return frame.assign(unused=frame["read"] - frame["used"])


def unused_inputs(study: Study | None = None) -> pd.DataFrame:
    """List what was read and not used: rows, whole columns, and why.

    Returns
    -------
    DataFrame
        Columns file, sheet, row (missing for a whole column), column, content (region or indicator as written), reason.
        Every unused row of :func:`input_account` is here.
    """
    study = study or load_study()
    catalogue = study_catalogue(study)
    rows: list[tuple[object, ...]] = []
    for number, spec in enumerate(study.tables):
        data = study_table(study, number, catalogue)
        rows += [(spec.file, each.sheet, each.row, each.column, each.content, each.reason) for each in data.unused]
    for name, cells, used in _transcribed(study):
        for cell in cells[~cells["column"].isin(used)].to_dict("records"):
            rows.append((name, "", cell["row"], cell["column"], cell["printed"], "no edition is made of this column"))
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"row": "Int64"})


def _transcribed(study: Study) -> list[tuple[str, pd.DataFrame, set[str]]]:
    """Return (file, its cells, columns that some edition or published figure takes) for transcribed tables."""
    if study.cells is None:
        return []
    rules = assembly_rules(study)
    used: dict[int, set[str]] = {}
    for rule in rules.to_dict("records"):
        used.setdefault(rule["table"], set()).update(part.strip() for part in rule["source"].split("/"))
    for name in ("index", "rating_class", "ksi"):
        part = getattr(study.published, name)
        if part is not None:
            used.setdefault(part.table, set()).update(part.columns.values())
    folder = study.resolve(study.cells.folder)
    return [
        (table_path(folder, number).name, read_cells(table_path(folder, number), decimal=study.cells.decimal), columns)
        for number, columns in sorted(used.items())
    ]
