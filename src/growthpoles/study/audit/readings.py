"""Readings of printed tables: which row stands for which region, and the rating that follows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError
from growthpoles.study.audit.printed_cells import Sources, read_table
from growthpoles.study.inputs.indicators import assembled, load_indicators, study_catalogue

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.ratings.rating_options import Method
    from growthpoles.study.study_spec import Study

ReadingName = Literal["label", "row"]
Order = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A way to put regions to rows: by each table's own labels, or by row number against one order.

    `moved` puts single columns in an order of their own, `cells` replaces single values; both serve to correct one
    fault alone.
    """

    name: str
    sources: Sources
    orders: Mapping[int, Order]
    moved: Mapping[tuple[int, str], Order] = field(default_factory=dict)
    cells: Mapping[tuple[int, str], Mapping[str, float]] = field(default_factory=dict)
    _rated: dict[tuple[int | None, int], pd.DataFrame] = field(default_factory=dict, init=False, repr=False)

    def column(self, table: int, column: str) -> pd.Series:
        """Return a printed column by region, with corrections."""
        order = self.moved.get((table, column), self.orders[table])
        series = pd.Series(self.sources.column(table, column).to_numpy(float), index=_labels(order))
        for region, value in self.cells.get((table, column), {}).items():
            series[region] = value
        return series

    def half(self, table: int, column: str) -> pd.Series:
        """Return the half unit of the last printed digit by region."""
        order = self.moved.get((table, column), self.orders[table])
        return pd.Series(self.sources.column(table, column, "half").to_numpy(float), index=_labels(order))

    def with_order(self, table: int, column: str, order: Order) -> Reading:
        """Return the reading with one column in another order."""
        return replace(self, moved={**self.moved, (table, column): order})

    def with_cells(self, table: int, column: str, values: Mapping[str, float]) -> Reading:
        """Return the reading with single values of one column replaced."""
        known = dict(self.cells.get((table, column), {}))
        return replace(self, cells={**self.cells, (table, column): {**known, **values}})

    def indicators(self, year: int, catalogue: Catalogue) -> pd.DataFrame:
        """Return the indicators of a year: printed where they are printed, else derived from this reading's columns."""
        found: dict[str, int] = {}
        tables = [table for table in self.sources.tables if self.sources.year(table) == year]
        for code in (*catalogue.indicators, *catalogue.primaries):
            for table in tables:
                if code in self.sources.columns(table):
                    found.setdefault(code, table)
        columns = {code: self.column(table, code) for code, table in found.items()}
        first = next(iter(columns.values())).index if columns else None
        if all(column.index is first for column in columns.values()):
            values = np.column_stack([column.to_numpy() for column in columns.values()]) if columns else None
            table_frame = pd.DataFrame(values, index=first, columns=list(columns))
        else:
            table_frame = pd.DataFrame(columns)
        table_frame.index.name = "region"
        table_frame.attrs = {"year": year, "edition": f"by {self.name}"}
        return table_frame

    def ratio(self, table: int, column: str) -> pd.Series | None:
        """Recompute a ratio of a table from this reading's inputs; None where an input is not printed in the table."""
        rule = self.sources.formula(column)
        if rule is None or not set(rule[:2]) <= set(self.sources.columns(table)):
            return None
        numerator, denominator = (self.column(table, name) for name in rule[:2])
        return rule[2] * numerator / denominator.reindex(numerator.index).replace(0, np.nan)


@lru_cache(maxsize=64)
def _labels(order: Order) -> pd.Index:
    """Return an order as an index, the same object for the same order: pandas aligns these at once."""
    return pd.Index(order, name="region")


def base_order(sources: Sources, study: Study | None = None) -> Order:
    """Return the order for joining by row number: labels of the published index, else those of the first table."""
    if study is not None and study.published.index is not None:
        return printed_order(read_table(study, study.published.index.table))
    return tuple(sources.labels(sources.tables[0]))


def printed_order(cells: pd.DataFrame) -> Order:
    """Return the regions of a printed table by row."""
    return tuple(cells.drop_duplicates("row").sort_values("row")["region"])


def make_reading(sources: Sources, name: ReadingName, *, order: Order | None = None) -> Reading:
    """Return the reading by label, or by row number against `order` (None: the labels of the first table)."""
    if name == "label":
        return Reading(name, sources, {table: tuple(sources.labels(table)) for table in sources.tables})
    order = order or base_order(sources)
    return Reading(name, sources, {table: order[: len(sources.labels(table))] for table in sources.tables})


def unrounded(reading: Reading, wrong: pd.DataFrame) -> Reading:
    """Return the reading with printed ratios replaced by what their inputs give before rounding.

    `wrong` is the result of :func:`growthpoles.study.audit.arithmetic.check_arithmetic`: a ratio that fits the inputs
    of another row is recomputed from those, one that fits none stays as printed.
    """
    sources = reading.sources
    parts = dict(iter(wrong.groupby(["table", "column"]))) if len(wrong) else {}
    for table in sources.tables:
        for column in sources.columns(table):
            rule = sources.formula(column)
            if rule is None or not set(rule[:2]) <= set(sources.columns(table)):
                continue
            above, below = (sources.column(table, name) for name in rule[:2])
            exact = rule[2] * above / below.replace(0, np.nan)
            source, lost = {}, set()
            if (own := parts.get((table, column))) is not None:
                moved = own[(own["cause"] == "swapped rows") & own["unique"].astype(bool)]
                source = dict(zip(moved["row"], moved["source_row"], strict=True))
                lost = set(own["row"]) - set(source)
            values = {
                str(region): float(exact[source.get(row, row)])
                for row, region in zip(exact.index, reading.orders[table], strict=True)
                if row not in lost and np.isfinite(exact[source.get(row, row)])
            }
            reading = reading.with_cells(table, column, values)
    return reading


def can_rate(sources: Sources, catalogue: Catalogue, year: int) -> bool:
    """Tell whether a year prints every indicator of the rating."""
    printed = {column for table in sources.tables if sources.year(table) == year for column in sources.columns(table)}
    return all(
        code in printed or (code in catalogue.derived and set(catalogue.parts(code)) <= printed)
        for code in catalogue.indicators
    )


def rated_values(reading: Reading, year: int, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Return the indicators by which a year is rated: its own, or those of all years where these set the limits.

    Those of all years are stacked, with the index (year, region). They are computed once and not to be changed.
    """
    key = year if method.limits == "year" else None, id(catalogue)
    if key not in reading._rated:
        reading._rated[key] = accepted(_rated_values(reading, key[0], catalogue), catalogue, method)
    return reading._rated[key]


def _rated_values(reading: Reading, year: int | None, catalogue: Catalogue) -> pd.DataFrame:
    from growthpoles.ratings.catalogue import indicator_values

    if year is not None:
        return indicator_values(reading.indicators(year, catalogue), catalogue)
    years = dict.fromkeys(reading.sources.years.values())
    return stacked(
        {each: reading.indicators(each, catalogue) for each in years if can_rate(reading.sources, catalogue, each)},
        catalogue,
    )


def stacked(tables: Mapping[int, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Return the indicators of several years under each other."""
    from growthpoles.ratings.rate import stacked_values

    return stacked_values(tables, catalogue)


def accepted(values: pd.DataFrame, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Take cells that the method refuses, such as those of a wrong sign, for gaps; any other refusal is left to it."""
    from growthpoles.ratings.aggregation_tree import index_of
    from growthpoles.ratings.rating_options import compiled

    numbers = values.to_numpy(float)
    for refused in (None, numbers < 0, numbers <= 0) if (numbers <= 0).any() else ():
        with suppress(RatingError):
            trial = values if refused is None else values.mask(refused)
            index_of(trial, compiled(catalogue), method)
            return trial
    return values


def rows_of(year: int, values: pd.Series) -> pd.Series:
    """Return the rows of a year, by region, of what may be stacked by years."""
    return values.xs(year) if isinstance(values.index, pd.MultiIndex) else values


def row_of(year: int, region: object, index: pd.Index) -> Any:
    """Return the key of a region's row in what may be stacked by years."""
    return (year, region) if isinstance(index, pd.MultiIndex) else region


def edition_table(study: Study, year: int, edition: str) -> pd.DataFrame:
    """Return the indicators of an edition; transcribed tables are put together without reading boundaries."""
    table, _ = assembled(study, year, edition)
    if table.empty:
        return load_indicators(year, edition=edition, study=study)
    derived = study_catalogue(study).derive(table)
    derived.attrs = {"year": year, "edition": edition}
    return derived
