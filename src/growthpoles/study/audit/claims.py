"""Claims: statements of a source as data, checked on every edition by claim expressions.

An expression is parsed with :mod:`ast` and walked; nothing is handed to Python's own evaluator, there are no
attributes, no subscripts, no names other than the functions below, and lengths and depths are bounded.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Joined, RatingError, Reason, StudyError, message, nearest
from growthpoles.file_reading import note
from growthpoles.study.audit.findings import SEVERITIES, Cell, Entry, Fault
from growthpoles.study.audit.printed_cells import read_table
from growthpoles.study.audit.readings import edition_table
from growthpoles.study.files.printed_tables import read_rows, require_columns
from growthpoles.study.inputs import editions as known_editions
from growthpoles.study.inputs import load_published, study_method, study_rating
from growthpoles.study.inputs.published import PUBLISHED
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.ratings.classes import ClassScale


MAX_LENGTH = 1_000
MAX_NODES = 200
_NUMBERS = (int, float, np.integer, np.floating)

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
Columns = Callable[[str, int], pd.Series]


class UncheckableError(ValueError):
    """The edition lacks what the statement is about."""


def evaluate(expression: str, columns: Columns) -> Any:
    """Evaluate an expression.

    Parameters
    ----------
    expression : str
        For instance ``count(where(zone(col("rating_class", 2014)) == "A")) == 0``.
    columns : callable
        (name, year) -> Series by region; raises :class:`UncheckableError` for what an edition does not have.

    Returns
    -------
    bool, number, str, frozenset or Series

    Raises
    ------
    UncheckableError
        If a column or a value that the statement needs is missing.
    DataError
        If the expression is too long, not valid, or uses anything that is not allowed.

    Notes
    -----
    Functions: ``col(name, year)``; ``at(series, region)``; ``where(condition)`` the set of regions; ``count(set)``;
    ``total(series)``; ``share(series, region)`` in %; ``largest(series)`` the region, ``second(series)`` the value;
    ``top(series, k)`` the set of regions; ``present(series)`` without missing ones, ``absent(series)`` the set of
    them; ``pick(series, set)``; ``least(series)``, ``greatest(series)``; ``zone(series)`` first letter of the class;
    ``letter(series)`` class of an index; ``among(series, set)``; ``near(a, b, tolerance)``; ``round(x, digits)``.
    Operators: + - * / & | (sets, conditions), comparisons, and, or, not, braces for sets.
    """
    if len(expression) > MAX_LENGTH:
        raise DataError(message(f"the expression has {len(expression)} characters", allowed=f"up to {MAX_LENGTH}"))
    try:
        with warnings.catch_warnings(action="error"):  # "1if", which Python reads and warns of, is refused
            tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError(message(f"not an expression: {expression[:80]!r} ({type(error).__name__})")) from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise DataError(message("the expression is too involved", allowed=f"up to {MAX_NODES} parts"))
    try:
        return _Walker(columns).visit(tree.body)
    except (AttributeError, TypeError, ZeroDivisionError, OverflowError, RecursionError) as error:
        raise DataError(message(f"{expression[:80]!r} cannot be computed: {error}")) from None


class _Walker:
    """Walks an expression; every kind of node that is not listed here is refused."""

    def __init__(self, columns: Columns) -> None:
        self.functions: Mapping[str, Callable[..., Any]] = {
            **_FUNCTIONS,
            "letter": partial(_letter, scale=getattr(columns, "scale", None)),
            "col": columns,
        }

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
            return node.value
        if isinstance(node, ast.Set):
            return frozenset(self._text(part) for part in node.elts)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.BoolOp):
            values = [_truth(self.visit(part)) for part in node.values]  # noqa: PD011
            return all(values) if isinstance(node.op, ast.And) else any(values)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise DataError(message(f"{type(node).__name__} is not allowed in an expression"))

    def _text(self, node: ast.AST) -> str:
        value = self.visit(node)
        if not isinstance(value, str):
            raise DataError(message(f"a set holds {value!r}", allowed="texts"))
        return value

    def _unary(self, node: ast.UnaryOp) -> Any:
        value = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return not _truth(value)
        if isinstance(node.op, ast.USub) and isinstance(value, (*_NUMBERS, pd.Series)):
            return -value
        raise DataError(message(f"{type(node.op).__name__} is not allowed in an expression"))

    def _binary(self, node: ast.BinOp) -> Any:
        action = _BINARY.get(type(node.op))
        if action is None:
            raise DataError(message(f"{type(node.op).__name__} is not allowed in an expression"))
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(left, str) or isinstance(right, str):
            raise DataError(message("arithmetic with a text", allowed="numbers, series and sets"))
        return action(left, right)

    def _compare(self, node: ast.Compare) -> Any:
        left = self.visit(node.left)
        result: Any = True
        for op, part in zip(node.ops, node.comparators, strict=True):
            action = _COMPARE.get(type(op))
            if action is None:
                raise DataError(message(f"{type(op).__name__} is not allowed in an expression"))
            right = self.visit(part)
            for side in (left, right):
                if isinstance(side, pd.Series):
                    complete(side)
            outcome = action(left, right)
            result = outcome if result is True else result & outcome
            left = right
        return result

    def _call(self, node: ast.Call) -> Any:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise DataError(message("only plain function calls are allowed", allowed=", ".join(sorted(self.functions))))
        function = self.functions.get(node.func.id)
        if function is None:
            near = nearest(node.func.id, self.functions, n=1)
            raise DataError(
                message(f"no function {node.func.id!r}", allowed=", ".join(sorted(self.functions)), near=near)
            )
        return function(*[self.visit(part) for part in node.args])


def _truth(value: Any) -> bool:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise DataError(message(f"{type(value).__name__} is neither true nor false", allowed="comparisons"))


def complete(series: pd.Series) -> pd.Series:
    """Return the series, or raise where a region has no value."""
    gone = series.index[series.isna()]
    if len(gone):
        raise UncheckableError(f"{', '.join(map(str, gone))} has no {series.name or 'value'}")
    return series


def _at(series: pd.Series, region: str) -> Any:
    if region not in series.index:
        raise DataError(message(f"no region {region!r}", near=nearest(region, series.index, n=1)))
    value = series.array[series.index.get_loc(region)]
    return complete(series[[region]]).iloc[0] if pd.isna(value) else value


def _where(condition: pd.Series) -> frozenset[str]:
    return frozenset(map(str, condition.index[condition.astype(bool)]))


def _top(series: pd.Series, k: int) -> frozenset[str]:
    return frozenset(map(str, complete(series).sort_values(ascending=False, kind="stable").index[: int(k)]))


def _share(series: pd.Series, region: str) -> float:
    total = float(complete(series).sum())
    if abs(total) <= 1e-9 * float(series.abs().max()):  # standard scores, for instance
        raise UncheckableError(f"{series.name or 'the values'} add up to zero, so that there are no shares")
    return 100 * float(_at(series, region)) / total


def _letter(series: pd.Series, scale: ClassScale | None = None) -> pd.Series:
    from growthpoles.ratings.classes import classify

    try:
        return classify(series, scale).astype(object)
    except RatingError as error:  # an index without limits has no classes
        raise UncheckableError(str(error)) from None


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "at": _at,
    "where": _where,
    "count": lambda items: len(items),
    "total": lambda series: float(complete(series).sum()),
    "share": _share,
    "largest": lambda series: str(complete(series).idxmax()),
    "second": lambda series: float(complete(series).nlargest(2).iloc[1]),
    "top": _top,
    "present": lambda series: series.dropna(),
    "absent": lambda series: frozenset(map(str, series.index[series.isna()])),
    "pick": lambda series, regions: series[[label for label in series.index if label in regions]],
    "least": lambda series: float(complete(series).min()),
    "greatest": lambda series: float(complete(series).max()),
    "zone": lambda series: complete(series).astype(str).str[0],
    "letter": _letter,
    "among": lambda series, values: complete(series).isin(values),
    "near": lambda a, b, tolerance: bool(abs(a - b) <= tolerance),
    "round": lambda value, digits: round(float(value), int(digits)),
}


VERDICTS = ("holds", "fails", "cannot be checked")
#: What an edition says of a statement.
_GIVES = {"published": "published edition gives {text}", "reproduced": "reproduced edition gives {text}"}
CLAIM_COLUMNS = (
    "id", "location", "quote", "statement", "expression", "value", "editions", "table", "region", "column", "printed",
)  # fmt: skip


def read_claims(path: Path) -> pd.DataFrame:
    """Read statements.

    Parameters
    ----------
    path : Path
        CSV with id, location (where in the source), quote (its own words, short), statement (paraphrase),
        expression (see :func:`growthpoles.study.audit.claims.evaluate`; empty where nothing can be
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
        if line["verdict"] != "fails" or line["edition"] not in _GIVES:
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
            Reason("statement: {statement}", {"statement": str(line["statement"])}),
            str(line["region"]),
        )
        gives = Reason(_GIVES[line["edition"]], {"text": line["value"]})
        evidence = Joined([f'{line["location"]}: "{line["quote"]}"', gives])
        fault = Fault("statement", statement=str(line["statement"]))
        entries.append((f"claim-{name}", fault, cell, SEVERITIES[3], evidence))
    return entries
