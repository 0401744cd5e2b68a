"""Claims: statements of a source as data, checked on every edition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, StudyError, message
from growthpoles.file_reading import note
from growthpoles.study.audit.claim_expressions import Columns, UncheckableError, evaluate
from growthpoles.study.audit.readings import edition_table
from growthpoles.study.files.printed_tables import read_rows, require_columns
from growthpoles.study.inputs import editions as known_editions
from growthpoles.study.inputs import load_published, study_method, study_rating
from growthpoles.study.inputs.published import PUBLISHED
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

VERDICTS = ("holds", "fails", "cannot be checked")
CLAIM_COLUMNS = (
    "id", "location", "quote", "statement", "expression", "value", "editions", "table", "region", "column", "printed",
)  # fmt: skip


def read_claims(path: Path) -> pd.DataFrame:
    """Read statements.

    Parameters
    ----------
    path : Path
        CSV with id, location (where in the source), quote (its own words, short), statement (paraphrase),
        expression (see :func:`growthpoles.study.audit.claim_expressions.evaluate`; empty where nothing can be
        computed), value (expression of the figure to show; may be empty), editions (";"-separated; empty for all),
        table, region, column, printed (the cell or figure the statement is about).

    Raises
    ------
    DataError
        If the file or a column is missing, or an id stands twice.
    """
    rows = read_rows(path)
    require_columns(rows, CLAIM_COLUMNS, where=str(path))
    twice = rows["id"].duplicated()
    if twice.any():
        where = f"{path}, line {rows.index[twice][0]}"
        raise DataError(message(f"id {rows['id'][twice].iloc[0]!r} stands twice", where=where))
    return rows


def claims_path(study: Study) -> Path:
    """Where a study keeps its statements: claims.csv beside study.toml."""
    return study.resolve("claims.csv")


def check_claims(
    study: Study | None = None, *, path: Path | None = None, editions: Sequence[str] | None = None
) -> pd.DataFrame:
    """Check the statements of a source on every edition.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    path : Path, optional
        File of statements; None is claims.csv beside study.toml. A study without one gives no lines.
    editions : sequence of str, optional
        None is "published" (what the source printed) and every edition of the study.

    Returns
    -------
    DataFrame
        id, location, quote, statement, expression, edition, value (text), verdict ("holds", "fails", "cannot be
        checked"), reason (why it cannot), table, region, column, printed. One line per statement and edition it
        applies to.

    Raises
    ------
    DataError
        If the file is not valid or an expression is not allowed; the message names file and line.
    StudyError
        If an edition is not known.
    """
    study = study or load_study()
    path = path or claims_path(study)
    columns = [*CLAIM_COLUMNS[:5], "edition", "value", "verdict", "reason", *CLAIM_COLUMNS[7:]]
    if not note(path):
        return pd.DataFrame(columns=columns)
    claims = read_claims(path)
    known = (PUBLISHED, *known_editions(study))
    wanted = tuple(editions) if editions is not None else known
    stray = [name for name in wanted if name not in known]
    if stray:
        raise StudyError(message(f"edition {stray[0]!r} is not known", allowed=", ".join(known)))
    records = []
    for edition in wanted:
        lookup = edition_columns(study, edition)
        for line, claim in claims.iterrows():
            only = [name.strip() for name in claim["editions"].split(";") if name.strip()]
            if only and edition not in only:
                continue
            try:
                verdict, value, reason = _check(claim["expression"], claim["value"], lookup)
            except DataError as error:
                raise DataError(message(str(error), where=f"{path}, line {line}")) from None
            records.append(
                {**claim.to_dict(), "edition": edition, "value": value, "verdict": verdict, "reason": reason}
            )
    frame = pd.DataFrame(records, columns=columns)
    order = {name: at for at, name in enumerate(claims["id"])}
    return frame.sort_values("id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def _check(expression: str, value: str, columns: Columns) -> tuple[str, str, str]:
    """Return verdict, value as text and reason."""
    shown = ""
    if value:
        try:
            shown = _text(evaluate(value, columns))
        except UncheckableError as error:
            shown = f"({error})"
    if not expression:
        return VERDICTS[2], shown, "not a statement that figures can decide"
    try:
        outcome = evaluate(expression, columns)
    except UncheckableError as error:
        return VERDICTS[2], shown, str(error)
    if not isinstance(outcome, (bool, np.bool_)):
        raise DataError(message(f"{expression[:80]!r} gives {type(outcome).__name__}", allowed="true or false"))
    return VERDICTS[0] if outcome else VERDICTS[1], shown, ""


def _text(value: Any) -> str:
    """Write a value for a table."""
    if isinstance(value, frozenset):
        return " ".join(sorted(value)) or "none"
    if isinstance(value, pd.Series):
        return "; ".join(f"{region} {_text(part)}" for region, part in value.items())
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}" if abs(float(value)) < 1 else f"{value:.2f}"
    return str(value)


def edition_columns(study: Study, edition: str) -> Columns:
    """Return a function that looks up a column by name and year in one edition.

    "published" has what the source printed: index, rating_class, ksi, ksi_status. Other editions have their
    indicators and the rating that follows; KSI and its status were only ever printed and are the same in all.
    """
    cache: dict[int, pd.DataFrame] = {}

    def frame(year: int) -> pd.DataFrame:
        if year not in study.years:
            raise UncheckableError(f"no data for {year}")
        if year not in cache:
            try:
                printed = load_published(year, study=study)
            except StudyError:
                printed = pd.DataFrame()
            if edition == PUBLISHED:
                found = printed
            else:
                table = edition_table(study, year, edition)
                rating = study_rating(study, table)
                both = pd.concat(
                    [rating, table[[name for name in table.columns if name not in rating.columns]]], axis=1
                )
                found = both.join(printed[[name for name in printed.columns if name.startswith("ksi")]])
            if "rating_class" in found:
                letters = found["rating_class"].astype(object)
                step = {letter: float(at) for at, letter in enumerate(reversed(study_method(study).scale.letters))}
                found = found.assign(rating_class=letters, class_step=letters.map(step))
            cache[year] = found
        return cache[year]

    def column(name: str, year: int) -> pd.Series:
        table = frame(int(year))
        if name not in table.columns:
            raise UncheckableError(f"the {edition} edition has no {name}")
        return table[name]

    scale = study_method(study).scale
    if study.rating.classes is not None and scale.of == "index":
        column.scale = scale  # type: ignore[attr-defined]
    return column
