"""Catalogue of indicators: the table that drives a rating, its checks, derived indicators.

Every row is a *primary* column of the indicator table, an *indicator* (taken from the table, or derived as
``factor * numerator / denominator``), or an *aggregate* (a node of the tree; the root has no parent). Any
depth of hierarchy is allowed. Errors name the row as a spreadsheet counts it: the header is row 1.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from growthpoles.errors import RatingError, Reason, StudyError, message, nearest
from growthpoles.file_reading import read_text, remembered
from growthpoles.language.languages import LANGUAGES, preferred
from growthpoles.ratings.indicator_checks import numeric_table
from growthpoles.ratings.indicator_methods import METHOD_COLUMNS, IndicatorMethod, indicator_method
from growthpoles.result_display import ResultDisplay

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
    *METHOD_COLUMNS,
    *(f"name_{lang}" for lang in LANGUAGES),
)
RESERVED = ("rating_class", "rank", "region")


_MOST_ROWS, _MOST_COLUMNS, _DEEPEST = 2000, 100, 20


def checked(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return `frame` with typed columns, indexed by code, or raise `StudyError`."""
    absent = [column for column in REQUIRED if column not in frame.columns]
    if absent:
        problem, near = f"column {absent[0]!r} is missing", nearest(absent[0], frame.columns, n=1)
        raise StudyError(message(problem, where=source, allowed=", ".join(COLUMNS), near=near))
    for count, most, what in ((len(frame), _MOST_ROWS, "rows"), (len(frame.columns), _MOST_COLUMNS, "columns")):
        if count > most:
            raise StudyError(message(f"{count} {what} in a catalogue", where=source, allowed=f"at most {most}"))
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
            _number(cell, column, fallback, _place(source, row, code, column))
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


def _place(source: str, row: object, code: object, column: str = "") -> Reason:
    """Name a row for a message, which keeps its number and, for who asks, the column."""
    return Reason("{source} row {row} ({code})" if code else "{source} row {row}",
                  {"source": source, "row": row, "code": code, "column": column})  # fmt: skip


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
        where = _place(source, row, code, "code")
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
    where = partial(_place, source, row["row"], code)
    kind, parent = row["kind"], row["parent"]
    if kind not in KINDS:
        near = nearest(kind, KINDS, n=1)
        raise StudyError(
            message(f"kind {kind!r} is not known", where=where("kind"), allowed=", ".join(KINDS), near=near)
        )
    if row["direction"] not in (1, -1):
        raise StudyError(message(f"direction {row['direction']:g}", where=where("direction"), allowed="1 or -1"))
    if row["weight"] < 0:
        raise StudyError(message(f"weight {row['weight']:g} is below zero", where=where("weight"), allowed="0 or more"))
    if row["factor"] == 0:
        raise StudyError(message("factor 0 makes the indicator zero everywhere", where=where("factor")))
    given = {column: str(row[column]) for column in METHOD_COLUMNS}
    if kind != "indicator" and any(given.values()):
        named = next(column for column, cell in given.items() if cell)
        raise StudyError(message(f"a row of kind {kind} has no {named}", where=where(named), allowed="an indicator"))
    try:
        indicator_method(given)
    except RatingError as error:
        raise StudyError(message(error.args[0], where=where())) from None
    if kind == "primary" and parent:
        raise StudyError(
            message(
                "a primary column has no parent", where=where("parent"), allowed="parent left empty, or kind indicator"
            )
        )
    if kind == "indicator" and not parent:
        raise StudyError(
            message("the indicator has no parent", where=where("parent"), allowed="the code of an aggregate")
        )
    if not parent:
        return
    if parent not in table.index:
        aggregates = table.index[table["kind"] == "aggregate"]
        raise StudyError(
            message(f"parent {parent!r} is unknown", where=where("parent"), near=nearest(parent, aggregates, n=1))
        )
    if table.loc[parent, "kind"] != "aggregate":
        raise StudyError(
            message(
                f"parent {parent!r} is of kind {table.loc[parent, 'kind']}",
                where=where("parent"),
                allowed="an aggregate",
            )
        )


def _check_tree(table: pd.DataFrame, source: str) -> None:
    """Refuse cycles, several roots, empty aggregates and aggregates whose weights are all zero."""
    aggregates = table.index[table["kind"] == "aggregate"]
    parents = dict(zip(map(str, table.index), map(str, table["parent"]), strict=True))
    for code in aggregates:
        steps = [str(code)]
        while parent := parents[steps[-1]]:
            if len(steps) > _DEEPEST and parent not in steps:
                place = _place(source, table.loc[code, "row"], code)
                allowed = f"at most {_DEEPEST} aggregates above each other"
                raise StudyError(message("the aggregates are nested too deep", where=place, allowed=allowed))
            if parent in steps:
                loop = " -> ".join([*steps[steps.index(parent) :], parent])
                raise StudyError(
                    message(f"the parents form a cycle: {loop}", where=_place(source, table.loc[code, "row"], code))
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
        where = partial(_place, source, row["row"], code)
        above, below = row["numerator"], row["denominator"]
        if bool(above) != bool(below):
            absent = "denominator" if above else "numerator"
            raise StudyError(message(f"the {absent} is missing", where=where(absent), allowed="both or neither"))
        if not above:
            continue
        if row["kind"] != "indicator":
            raise StudyError(message(f"a row of kind {row['kind']} cannot be derived", where=where("numerator")))
        for role, part in (("numerator", above), ("denominator", below)):
            primaries = table.index[table["kind"] == "primary"]
            if part not in primaries:
                raise StudyError(
                    message(
                        f"{role} {part!r} is not a primary column",
                        where=where(role),
                        near=nearest(part, primaries, n=1),
                    )
                )


@dataclass(frozen=True, eq=False, repr=False)
class Catalogue(ResultDisplay):
    """A validated catalogue of indicators; build one with `read_catalogue` or `Catalogue.from_frame`.

    Parameters
    ----------
    frame : DataFrame
        Indexed by `code`, with the columns of ``catalogue.csv`` and `row`, the row number for messages.
    source : str
        Name of the file or object, for messages.

    Examples
    --------
    >>> import growthpoles as gp
    >>> catalogue = gp.Catalogue.flat({"wage": 2, "unemployment": 1}, direction={"unemployment": -1})
    >>> catalogue
    Catalogue('catalogue': 2 indicators)
      + index (weight 1)
        + wage (weight 2)
        - unemployment (weight 1)
    >>> catalogue.weights("index").round(2).to_dict()
    {'wage': 0.67, 'unemployment': 0.33}
    """

    frame: pd.DataFrame
    source: str = "catalogue"

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, source: str = "catalogue") -> Catalogue:
        """Validate `frame` (columns as in ``catalogue.csv``) and wrap it.

        Only `code`, `kind` and `parent` are required. An empty direction or weight means 1, an empty factor
        1.

        Raises
        ------
        StudyError
            A column or code is missing or doubled, a kind, direction, weight or factor is not allowed, a
            parent is unknown, the tree has a cycle, no root or several, or an aggregate has no children.
        """
        return cls(checked(frame, source), source)

    @classmethod
    def flat(
        cls,
        indicators: Mapping[str, float] | list[str],
        *,
        direction: Mapping[str, int] | None = None,
        root: str = "index",
    ) -> Catalogue:
        """Build a catalogue of one level: `indicators` (names, or names with weights) under `root`."""
        weights = dict(indicators) if isinstance(indicators, Mapping) else dict.fromkeys(indicators, 1.0)
        rows: list[dict[str, object]] = [{"code": root, "kind": "aggregate", "parent": ""}]
        for code, weight in weights.items():
            sign = (direction or {}).get(code, 1)
            rows.append({"code": code, "kind": "indicator", "parent": root, "weight": weight, "direction": sign})
        return cls.from_frame(pd.DataFrame(rows))

    @cached_property
    def root(self) -> str:
        """The code of the aggregate without a parent: the final index."""
        return next(code for code in self._of("aggregate") if not self._cell(code, "parent"))

    @cached_property
    def indicators(self) -> tuple[str, ...]:
        """Codes of the indicators, in the order of the catalogue."""
        return tuple(self._of("indicator"))

    @cached_property
    def primaries(self) -> tuple[str, ...]:
        """Codes of the primary columns, in the order of the catalogue."""
        return tuple(self._of("primary"))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """All codes, in the order of the catalogue."""
        return tuple(self._rows)

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """Codes of the indicators that are computed from two primary columns."""
        return tuple(code for code in self.indicators if self._cell(code, "numerator"))

    def parts(self, code: str) -> tuple[str, ...]:
        """Return numerator and denominator of a derived indicator; nothing for any other code."""
        row = self._rows[self._known(code)]
        return (str(row["numerator"]), str(row["denominator"])) if row["numerator"] else ()

    def factor(self, code: str) -> float:
        """Return the factor of a derived indicator."""
        return float(self._cell(self._known(code), "factor"))

    def columns_needed(self) -> tuple[str, ...]:
        """Return the columns a table must have: plain indicators, and the parts of derived ones."""
        return tuple(dict.fromkeys(column for code in self.indicators for column in self.parts(code) or (code,)))

    def derive(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return `table` with its derived indicators; see `growthpoles.ratings.catalogue.derive`."""
        return derive(table, self)

    @cached_property
    def aggregates(self) -> tuple[str, ...]:
        """Codes of the aggregates, every child before its parent; the root is last."""
        return tuple(self._upwards(self.root))

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly under the aggregate `code`, in the order of the catalogue."""
        return tuple(child for child, row in self._rows.items() if row["parent"] == code)

    def parent(self, code: str) -> str:
        """Code of the aggregate above `code`; an empty string for the root."""
        return str(self._cell(self._known(code), "parent"))

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from `code` up to the root, both included."""
        steps = [self._known(code)]
        while above := str(self._cell(steps[-1], "parent")):
            steps.append(above)
        return tuple(steps)

    def weights(self, code: str) -> pd.Series:
        """Nominal weights of the children of `code`, scaled to sum to 1."""
        raw = self.frame["weight"].loc[list(self.children(code))].astype(float)
        return raw / raw.sum()

    def direction(self, code: str) -> int:
        """+1 when more of `code` is better for its parent, -1 when less is."""
        return int(self._cell(self._known(code), "direction"))

    def name(self, code: str, language: str = "en") -> str:
        """Name of `code` in `language`, else in another one; the code itself when the catalogue gives none."""
        columns = (f"name_{lang}" for lang in preferred(language))
        named = (self._cell(self._known(code), column) for column in columns if column in self.frame)
        return str(next(filter(None, named), code))

    def names(self, language: str = "en") -> dict[str, str]:
        """Names of all codes in `language`."""
        return {code: self.name(code, language) for code in self._rows}

    def units(self, columns: Iterable[str] | None = None) -> dict[str, str]:
        """Units as written in the catalogue: of all codes, or of those of `columns` that it knows."""
        wanted = self.codes if columns is None else [code for code in columns if code in self.frame.index]
        return {code: str(self._cell(code, "unit")) for code in wanted}

    def where(self, code: str) -> str:
        """Place of `code` for messages: file, row number (the header is row 1) and code."""
        return f"{self.source} row {self._cell(code, 'row')} ({code})"

    def with_weights(self, weights: Mapping[str, float]) -> Catalogue:
        """Return a catalogue in which the codes of `weights` carry those nominal weights.

        Raises
        ------
        StudyError
            A code is unknown, or a weight is negative, not finite, or leaves an aggregate without any weight.
        """
        frame = self.frame.reset_index()
        for code, weight in weights.items():
            frame.loc[frame["code"] == self._known(code), "weight"] = weight
        return Catalogue.from_frame(frame, source=self.source)

    def without(self, code: str) -> Catalogue:
        """Return a catalogue without the indicator or aggregate `code` (and all that is under it).

        Aggregates that are left without children go too.

        Raises
        ------
        StudyError
            The code is unknown, or it is the root or all that the root holds.
        """
        gone = {self._known(code)}
        if code == self.root:
            raise StudyError(message("the root cannot be dropped", where=self.where(code)))
        for child in reversed(self.aggregates):
            if child in gone:
                gone.update(self.children(child))
        for aggregate in self.aggregates:
            if set(self.children(aggregate)) <= gone:
                gone.add(aggregate)
        if self.root in gone:
            raise StudyError(message("it is all that the index holds", where=self.where(code)))
        frame = self.frame.reset_index()
        return Catalogue.from_frame(frame[~frame["code"].isin(gone)], source=self.source)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the validated table, indexed by `code`."""
        return self.frame.copy()

    def __repr__(self) -> str:
        """Show the tree, one code a line, with direction and weight."""
        head = f"Catalogue({self.source!r}: {len(self.indicators)} indicators)"
        return "\n".join([head, *self._drawn(self.root, 1)])

    def _drawn(self, code: str, depth: int) -> Iterator[str]:
        """Yield the lines of the tree under `code`."""
        sign = "+" if self.direction(code) > 0 else "-"
        yield f"{'  ' * depth}{sign} {code} (weight {self._cell(code, 'weight'):g})"
        for child in self.children(code):
            yield from self._drawn(child, depth + 1)

    @cached_property
    def methods(self) -> dict[str, IndicatorMethod]:
        """Methods of single indicators by code; empty where the catalogue leaves all to the study."""
        own = {code: {column: self._cell(code, column) for column in METHOD_COLUMNS} for code in self.indicators}
        some = any(any(cells.values()) for cells in own.values())
        return {code: indicator_method(cells) for code, cells in own.items()} if some else {}

    @cached_property
    def _rows(self) -> dict[str, dict[Any, Any]]:
        """The rows by code: asked for often, and a frame is slow to ask for one cell."""
        return {str(code): row for code, row in self.frame.to_dict("index").items()}

    def _cell(self, code: str, column: str) -> Any:
        """Return one cell."""
        return self._rows[code][column]

    def _of(self, kind: str) -> list[str]:
        """List the codes of one kind."""
        return [code for code, row in self._rows.items() if row["kind"] == kind]

    def _upwards(self, code: str) -> Iterator[str]:
        """Yield the aggregates under `code`, children first, and `code` itself."""
        for child in self.children(code):
            if self._cell(child, "kind") == "aggregate":
                yield from self._upwards(child)
        yield code

    def _known(self, code: str) -> str:
        """Return `code` when the catalogue has it, or raise with the nearest one."""
        if code not in self._rows:
            near = nearest(code, self.frame.index, n=1)
            raise StudyError(message(f"code {code!r} is not in the catalogue", where=self.source, near=near))
        return code


def read_catalogue(path: str | Path) -> Catalogue:
    """Read and validate a catalogue of indicators.

    Parameters
    ----------
    path : path to a UTF-8 CSV file
        Columns ``code, kind, parent, direction, weight, unit, numerator, denominator, factor`` and
        ``name_en`` and the like, one a language; `kind` is ``primary``, ``indicator`` or ``aggregate``. Only the
        first three are required.

    Returns
    -------
    Catalogue

    Raises
    ------
    StudyError
        The file cannot be read or a row is not valid; the message names the row, the header being row 1.
    RatingError
        An argument is of another type.

    Examples
    --------
    >>> import growthpoles as gp
    >>> catalogue = gp.read_catalogue(gp.load_study("mexico-gdp").resolve("catalogue.csv"))
    >>> catalogue
    Catalogue('catalogue.csv': 1 indicators)
      + index (weight 1)
        + gdp_per_head (weight 1)
    """
    path = Path(path)
    try:
        text = io.StringIO(read_text(path))
        frame = pd.read_csv(text, dtype=str, keep_default_na=False, skip_blank_lines=False)
    except FileNotFoundError:
        raise StudyError(message("there is no such catalogue", where=str(path))) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise StudyError(message(f"not a UTF-8 CSV table: {error}", where=path.name)) from None
    frame["row"] = range(2, len(frame) + 2)
    return Catalogue.from_frame(frame[(frame.drop(columns="row") != "").any(axis=1)], source=path.name)


@remembered()
def default_catalogue() -> Catalogue:
    """Return the catalogue of the built-in study: six indicators, two sub-indices, one index."""
    from growthpoles.shipped_data import geodata_path

    return read_catalogue(geodata_path("kazakhstan-it/catalogue.csv"))


def catalogue_of(rating: pd.DataFrame, catalogue: Catalogue | None) -> Catalogue:
    """Return the catalogue that a rating was made with, as given or the built-in one; raise `RatingError` if not it."""
    catalogue = default_catalogue() if catalogue is None else catalogue
    if not {"method", "weights"} <= rating.attrs.keys():
        raise RatingError(message("the rating has lost its attrs", allowed="the result of rate() itself"))
    wanted = (*catalogue.aggregates, *(f"score_{code}" for code in catalogue.indicators))
    if absent := [name for name in wanted if name not in rating]:
        problem = f"the rating has no column {absent[0]!r}, so that it is not of {catalogue.source}"
        raise RatingError(message(problem, allowed="catalogue=..., the one that it was made with"))
    return catalogue


def catalogue_for(table: pd.DataFrame, catalogue: Catalogue | None) -> Catalogue:
    """Return the catalogue given, or the built-in one for a table of its study; one's own table needs one's own.

    Raises
    ------
    RatingError
        None is given for a table that is not of the built-in study; the message says how to get one.
    """
    if catalogue is not None:
        return catalogue
    known, held = default_catalogue(), set(table.columns)
    needed = [
        code in held or f"score_{code}" in held or (len(parts := known.parts(code)) == 2 and set(parts) <= held)
        for code in known.indicators
    ]
    if 2 * sum(needed) > len(needed):  # one lacking column is named with its row
        return known
    numbers = [str(column) for column in table.select_dtypes("number").columns]
    shown = numbers if 0 < len(numbers) <= 3 else [*(numbers[:3] or ["column"]), "..."]
    code = f"gp.Catalogue.flat({shown})".replace("'", '"')
    problem, allowed = (
        "no catalogue is given for this table",
        f'catalogue={code}, or gp.read_catalogue("catalogue.csv")',
    )
    raise RatingError(message(problem, where="catalogue", allowed=allowed))


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
        The columns that the catalogue names as floats, the others as they are, and the derived ones; a missing part
        makes the indicator missing.

    Raises
    ------
    RatingError
        A numerator or denominator is not in the table, or a denominator is zero; region and column are named.
    DataError
        The table has doubled labels, or a cell that is not a finite number.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("kazakhstan-2024")
    >>> table = gp.load_indicators(2024, study=study)[["population", "area"]]
    >>> gp.derive(table, gp.study_catalogue(study)).columns.tolist()
    ['population', 'area', 'density']
    """
    values = named_values(table, catalogue)
    added = {}
    for code in catalogue.derived:
        if code in values.columns and not recompute:
            continue
        numerator, denominator = (values[_present(part, code, values, catalogue)] for part in catalogue.parts(code))
        zero = values.index[(denominator == 0).to_numpy()]
        if len(zero):
            problem = f"denominator {denominator.name!r} is zero in {', '.join(map(str, zero))}"
            allowed = "a value other than 0, or an empty cell for no data"
            raise RatingError(message(problem, where=catalogue.where(code), allowed=allowed))
        added[code] = numerator / denominator * catalogue.factor(code)
    return values.assign(**added)


def named_values(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return `table` with the columns that the catalogue names as floats; others, text too, are left as they are."""
    named = table.columns.isin(catalogue.codes)
    if not named.any():
        return table
    if named.all():
        return numeric_table(table)
    return pd.concat([numeric_table(table.loc[:, named]), table.loc[:, ~named]], axis=1)


def indicator_values(table: pd.DataFrame, catalogue: Catalogue, *, empty: bool = False) -> pd.DataFrame:
    """Return the indicators of `catalogue` in its order: columns of the table, or derived from it.

    With `empty`, an indicator may be without any value.

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
    for code in values.columns[values.isna().all().to_numpy()] if not empty else ():
        allowed = (
            "a value in some region; else leave out the year, fill the column ([rating] imputation), or drop its row"
        )
        problem = "all values of column {column!r} are missing"
        raise RatingError(message(problem, where=catalogue.where(str(code)), allowed=allowed, column=code))
    return values


def _present(column: str, code: str, table: pd.DataFrame, catalogue: Catalogue) -> str:
    """Return `column` if the table has it, or raise with the catalogue row that needs it."""
    if column not in table.columns:
        near = nearest(column, table.columns, n=1)
        raise RatingError(message(f"the table has no column {column!r}", where=catalogue.where(code), near=near))
    return column
