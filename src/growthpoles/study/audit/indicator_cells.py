"""Indicator cells that only the published index holds, without a formula or beside a gap: which of the two is wrong.

An index that does not follow is no proof against it where its row has such cells. One extreme cell by which nearly all
indices of a year follow, or cells dealt anew over rows of which the indices follow then, are wrong themselves; a single
index and the cells of its row are weighed by odds, as in root causes, and left open short of 100 to 1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, RatingError, Reason
from growthpoles.study.audit.arithmetic import decimal_shift, match_rows
from growthpoles.study.audit.causes.hypotheses import Reading as CauseReading
from growthpoles.study.audit.causes.hypotheses import swapped_with
from growthpoles.study.audit.causes.printed_relations import Array, Block, Relation
from growthpoles.study.audit.causes.root_causes import SURE, Cause, cell_text, growth_odds, slip_odds
from growthpoles.study.audit.findings import (
    ARITHMETIC,
    SEVERITIES,
    Cell,
    Entry,
    Fault,
    cause_fault,
    explained,
    explains,
    one_reading,
    published_figure,
    undecided_between,
)
from growthpoles.study.audit.printed_cells import Sources, printed_decimal, read_table, records, replace_cells
from growthpoles.study.audit.published_ranks import rank_value
from growthpoles.study.audit.readings import Reading, base_order, make_reading, rated_values, row_of, rows_of
from growthpoles.study.audit.reproduction import filled_table, index_of_rows, index_targets, rated_with
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.ratings.rating_options import Method

#: Fewest indices of a year that do not follow before one cell is looked for behind all, and the share it must explain.
_FEW, _MOST = 3, 0.8
#: Most rows over which cells are dealt anew or that are looked at one by one.
_ROWS = 12
_CHANCE = 0.1
_SLIP, _WAYS = 4.0, 6
#: Options of [rating] that are tried for an index that does not follow, and the share of a year that must follow.
_METHODS = (
    *(("normalisation", name) for name in ("leader", "min-max", "z-score", "rank", "percentile", "mean")),
    *(("aggregation", name) for name in ("arithmetic", "geometric", "harmonic")),
    ("weighting", "equal"),
)
_NEARLY = 0.9
#: Figures that are tried for a cell before the nearest are halved, and how often.
_STEPS, _HALVINGS = 41, 20
#: Log odds of an index whose class or rank is that of the index expected in its place, and of one that has its own.
_AGREES, _OWN = 5.0, -1.0
#: How far an index may be off, over what rounding allows; how near it is beyond any doubt.
_ROOM, _CLOSE = 2.0, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class _Year:
    """Published indices of a year, what rounding allows, the table they follow from, and its cells that are open."""

    year: int
    own: pd.Series
    slack: pd.Series
    table: pd.DataFrame
    catalogue: Catalogue
    method: Method
    #: Region and code -> table and position of the row.
    cells: Mapping[tuple[str, str], tuple[int, int]]

    def key(self, region: str) -> Any:
        return row_of(self.year, region, self.table.index)

    def gap(self, table: pd.DataFrame) -> pd.Series:
        """Return how far every index is from the published one, over what rounding allows; NaN without one."""
        try:
            index = index_of_rows(table, self.catalogue, self.method)
        except RatingError:
            return pd.Series(np.nan, index=self.own.index)
        return (rows_of(self.year, index).reindex(self.own.index) - self.own).abs() / self.slack

    def of(self, region: str, changes: Sequence[tuple[str, float]]) -> Array:
        """Return the index of a region with each change in the whole table."""
        return rated_with(self.key(region), self.table, list(changes), self.catalogue, self.method)


def indicator_causes(
    study: Study,
    sources: Sources,
    blocks: Mapping[int, Block],
    relations: Sequence[Relation],
    missed: Collection[tuple[int, str]],
    weak: Collection[tuple[int, str]],
    printed: Mapping[tuple[int, str], tuple[Block, int]],
    by_class: Mapping[tuple[int, str], float],
    catalogue: Catalogue,
    method: Method,
) -> tuple[list[Cause], set[tuple[int, str]], Sources]:
    """Explain indices that do not follow by cells that nothing else holds.

    Parameters
    ----------
    study, sources, catalogue, method
        The tables with all other faults mended.
    blocks, relations
        The same tables as blocks, and what holds between their columns.
    missed, weak : collection of (year, region)
        Indices that do not follow, and those of them that nothing but their own cell explains.
    printed : mapping
        Year and column of the index -> its table as a block, for every (year, region): block and position.
    by_class : mapping
        (year, region) -> log odds for the index being wrong that its class and rank give.

    Returns
    -------
    causes : list of Cause
    explained : set of (year, region)
    mended : Sources
        With the likeliest reading of every decided cause.
    """
    causes: list[Cause] = []
    explained: set[tuple[int, str]] = set()
    cells: dict[tuple[int, int, str], tuple[float, float]] = {}
    published = study.published.index
    assert published is not None
    reading = make_reading(sources, "row", order=base_order(sources, study))
    if reading.orders != make_reading(sources, "label").orders:
        return [], set(), sources  # which cell belongs to which index is open itself
    for year, (own, targets) in index_targets(study, sources, catalogue, method).items():
        lost = [region for each, region in missed if each == year]
        found = _Year(
            year, own, targets[0][1], rated_values(reading, year, catalogue, method), catalogue, method,
            _open_cells(sources, reading, year, catalogue, blocks, relations),
        )  # fmt: skip
        if not lost or not found.cells:
            continue
        column = published.columns[year]
        index = Relation("index", published.table, (column,))

        def symptoms(regions: Sequence[str], year: int = year, index: Relation = index) -> Any:
            return ((index, tuple(printed[year, region][1] for region in regions)),)

        if (whole := _extreme(found, lost)) is not None:
            region, code, value, follow = whole
            one = _cell_reading(blocks, found.cells[region, code], code, value, value * 1e-4)
            causes.append(Cause((one,), symptoms([each for each in lost if each in follow])))
            explained |= {(year, each) for each in lost}
            cells |= _mended(blocks, one)
            continue
        left = [region for each, region in weak if each == year]
        if 2 <= len(left) <= _ROWS and (dealt := _dealt(found, left)) is not None:
            code, source = dealt
            many = _rows_reading(blocks, found, code, left, source)
            causes.append(Cause((many,), symptoms(left)))
            explained |= {(year, each) for each in left}
            cells |= _mended(blocks, many)
            continue
        for region in left[:_ROWS]:
            readings = [
                _cell_reading(blocks, found.cells[region, code], code, value, reach)
                for code, value, reach in _solutions(found, region)
            ]
            if not readings:
                continue
            block, at = printed[year, region]
            expected = float(own[region] + _signed(found, region))
            bounds = tuple(np.full(len(block.rows), expected + part * found.slack[region]) for part in (-1, 0, 1))
            key = block.table, column
            mine = CauseReading("cell", {key: np.array([at])}, {key: (bounds[0], bounds[1], bounds[2])})
            both = {**blocks, block.table: block}
            weighed = [
                replace(each, odds=_odds(each, both, relations, study, by_class.get((year, region), 0.0), mine))
                for each in (mine, *readings)
            ]
            weighed.sort(key=lambda each: -round(each.odds, 6))  # the index first where nothing tells
            kept = tuple(each for each in weighed if weighed[0].odds - each.odds < SURE)
            if kept[0].keys == (key,) and len(kept) == 1:
                continue
            causes.append(Cause(kept, symptoms([region])))
            explained.add((year, region))
            if len(kept) == 1:
                cells |= _mended(blocks, kept[0])
    return causes, explained, replace_cells(sources, cells)


def other_methods(
    study: Study, sources: Sources, missed: Collection[tuple[int, str]], catalogue: Catalogue, method: Method
) -> dict[int, str]:
    """Name by year the method by which nearly all indices follow, where most do not by that of the study.

    One option of [rating] is changed at a time: the normalisation, the aggregation, the weighting.
    """
    reading = make_reading(sources, "row", order=base_order(sources, study))
    found = {}
    for year, (own, targets) in index_targets(study, sources, catalogue, method).items():
        known = own.notna() & targets[0][0].notna()
        lost = sum(each == year for each, _ in missed)
        if lost < _FEW or 2 * lost < known.sum():
            continue
        table = rated_values(reading, year, catalogue, method)
        for key, value in _METHODS:
            with suppress(RatingError, ValueError):
                zeros = {"zeros": "zero"} if value == "geometric" else {}
                other = method.but(**{key: value}, **zeros)
                index = rows_of(year, index_of_rows(table, catalogue, other)).reindex(own.index)
                if ((index - own).abs() <= _ROOM * targets[0][1])[known].mean() >= _NEARLY:
                    found[year] = f'{key} = "{value}"'
                    break
    return found


def _open_cells(
    sources: Sources,
    reading: Reading,
    year: int,
    catalogue: Catalogue,
    blocks: Mapping[int, Block],
    relations: Sequence[Relation],
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the indicators of a year that no relation holds, by region and code."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for code in catalogue.indicators:
        table = next((t for t in sources.tables if sources.year(t) == year and code in blocks[t].columns), None)
        if table is None:
            continue
        block = blocks[table]
        held = np.zeros(len(block.rows), dtype=bool)
        for relation in relations:
            if relation.table == table and code in relation.members:
                held |= np.isfinite(relation.implied(block, code)[0]) & ~relation.wrong(block)
        for i in np.flatnonzero(~held & np.isfinite(block.columns[code].value)):
            found[reading.orders[table][int(i)], code] = table, int(i)
    return found


def _extreme(found: _Year, lost: Sequence[str]) -> tuple[str, str, float, set[str]] | None:
    """Find the one extreme cell with another figure in which nearly all indices follow: region, code, figure, which."""
    now = found.gap(found.table)
    known = int(now.notna().sum())
    best: tuple[str, str, float, set[str]] | None = None
    for code in found.table.columns if len(lost) >= _FEW else ():
        column = rows_of(found.year, found.table[code])
        for region in map(str, {column.idxmax(), column.idxmin()}):
            if (region, str(code)) not in found.cells:
                continue
            trial = found.table.copy()
            trial.loc[found.key(region), code] = np.nan

            def away(table: pd.DataFrame) -> float:
                # A few that do not follow for reasons of their own count for no more than that.
                gap = found.gap(table)
                return float(np.minimum(gap, 50.0).sum()) + 50.0 * float(gap.isna().sum())

            without = replace(found, table=trial, cells={(region, str(code)): found.cells[region, str(code)]})
            filled, inner = trial, next(_solutions(without, region), None)
            # Without it the others follow already: its own index says what it is. Or it is an extreme itself.
            if inner is not None:
                filled.loc[found.key(region), code] = inner[1]
            if inner is None or (found.gap(filled) <= _ROOM).sum() < _MOST * known:
                trial.loc[found.key(region), code] = np.nan
                filled = filled_table(trial, [(found.key(region), str(code))], found.method, away)
            value = float(filled.loc[found.key(region), code])
            follow = found.gap(filled) <= _ROOM
            names = set(map(str, follow.index[follow]))
            enough = len(names) >= max(_MOST * known, known - 2 * max(1, known // 20)) and region in names
            if np.isfinite(value) and enough and (best is None or len(names) > len(best[3])):
                best = region, str(code), value, names
    return best


def _dealt(found: _Year, rows: Sequence[str]) -> tuple[str, list[int]] | None:
    """Deal the cells of one column anew over rows so that their indices follow: code, and where each takes its own."""
    hits = []
    for code in map(str, found.table.columns):
        if any((region, code) not in found.cells for region in rows):
            continue
        column = rows_of(found.year, found.table[code]).astype(float)
        # Of two rows there is one way; one cell alone would take an extreme of the column away with it.
        source, unique = np.array([1, 0]), True
        if len(rows) > 2:
            fits = np.array([
                np.abs(found.of(region, [(code, float(column[other])) for other in rows]) - found.own[region])
                <= _ROOM * found.slack[region]
                for region in rows
            ])  # fmt: skip
            np.fill_diagonal(fits, val=False)
            source, unique = match_rows(fits)
        if (source < 0).any() or not unique:
            continue
        trial = found.table.copy()
        for region, at in zip(rows, source, strict=True):
            trial.loc[found.key(region), code] = float(column[rows[int(at)]])
        if not (found.gap(trial)[list(rows)] <= _ROOM).all():
            continue
        # How often would any figure of the column do as well?
        rate = 1.0
        for region in rows:
            away = np.abs(found.of(region, [(code, float(each)) for each in column.dropna()]) - found.own[region])
            room = max(float(found.gap(trial)[region]), _CLOSE) * found.slack[region]
            rate *= max(float(np.mean(away <= room)), 1 / len(away))
        chance = rate * float(np.prod(np.arange(1, len(rows) + 1)))
        if chance < _CHANCE:
            hits.append((chance, code, [int(at) for at in source]))
    return min(hits)[1:] if hits else None


def _signed(found: _Year, region: str) -> float:
    index = rows_of(found.year, index_of_rows(found.table, found.catalogue, found.method))
    return float(index[region] - found.own[region])


def _solutions(found: _Year, region: str) -> Iterator[tuple[str, float, float]]:
    """Yield code, figure and reach of every open cell of a row with which its index would follow."""
    target, room = float(found.own[region]), _ROOM * float(found.slack[region])
    for code in map(str, found.table.columns):
        if (region, code) not in found.cells:
            continue
        column = rows_of(found.year, found.table[code]).astype(float).dropna()
        low, high = float(column.min()), float(column.max())
        steps = (
            np.geomspace(low / 20, high * 20, _STEPS)
            if low > 0
            else np.linspace(2 * low - high, 2 * high - low, _STEPS)
        )
        gap = found.of(region, [(code, float(each)) for each in steps]) - target
        ends = [at for at in range(_STEPS - 1) if gap[at] * gap[at + 1] <= 0]
        for at in ends[:1]:
            a, b = float(steps[at]), float(steps[at + 1])
            sign = gap[at]
            for _ in range(_HALVINGS):
                middle = (a + b) / 2
                (now,) = found.of(region, [(code, middle)]) - target
                a, b = (middle, b) if now * sign > 0 else (a, middle)
            value = (a + b) / 2
            slope = abs(float(gap[at + 1] - gap[at]) / float(steps[at + 1] - steps[at]))
            trial = found.table.copy()
            trial.loc[found.key(region), code] = value
            before, after = found.gap(found.table) <= _ROOM, found.gap(trial) <= _ROOM
            # The others follow as before: the cell is no extreme on which they rest.
            if after[region] and not (before & ~after).any():
                yield code, value, room / max(slope, 1e-300)


def _cell_reading(
    blocks: Mapping[int, Block], place: tuple[int, int], code: str, value: float, reach: float
) -> CauseReading:
    table, i = place
    bounds = tuple(np.full(len(blocks[table].rows), each) for each in (value - reach, value, value + reach))
    key = table, code
    return CauseReading("cell", {key: np.array([i])}, {key: (bounds[0], bounds[1], bounds[2])})


def _rows_reading(
    blocks: Mapping[int, Block], found: _Year, code: str, rows: Sequence[str], source: Sequence[int]
) -> CauseReading:
    places = [found.cells[region, code] for region in rows]
    table = places[0][0]
    block, column = blocks[table], blocks[table].columns[code]
    at = np.array([i for _, i in places])
    low, middle, high = (part.copy() for part in (column.low, column.value, column.high))
    for part, own in ((low, column.low), (middle, column.value), (high, column.high)):
        part[at] = own[at[list(source)]]
    owner = {int(at[there]): int(at[here]) for here, there in enumerate(source)}
    texts = tuple(swapped_with(block.regions[owner[int(i)]]) for i in at)
    key = table, code
    return CauseReading("rows", {key: at}, {key: (low, middle, high)}, {key: texts}, owner)


def _mended(blocks: Mapping[int, Block], reading: CauseReading) -> dict[tuple[int, int, str], tuple[float, float]]:
    cells = {}
    for (table, name), at in reading.cells.items():
        column = blocks[table].columns[name]
        for i in map(int, at):
            half = float(column.high[i] - column.low[i]) / 2
            cells[table, blocks[table].rows[i], name] = float(reading.bounds[table, name][1][i]), half
    return cells


def _odds(
    reading: CauseReading,
    blocks: Mapping[int, Block],
    relations: Sequence[Relation],
    study: Study,
    classes: float,
    index: CauseReading,
) -> float:
    (key,) = reading.keys
    column, i = blocks[key[0]].columns[key[1]], int(reading.cells[key][0])
    low, _, high = (float(part[i]) for part in reading.bounds[key])
    half = float(column.high[i] - column.low[i]) / 2
    slip = slip_odds(reading, blocks, relations, printed_decimal(study))
    slip += _SLIP * (decimal_shift(float(column.value[i]), low - half, high + half, half) is not None)
    # A slip says as much as what the index allows is narrow: there are some six of each kind.
    spread = float(np.nanstd(column.value))
    slip = min(slip, max(0.0, float(np.log(max(spread, 1e-300) / (_WAYS * (high - low + 2 * half))))))
    return slip + (classes if reading is index else growth_odds(reading, key, blocks))


def method_entries(
    study: Study, methods: Mapping[int, str], blocks: Mapping[int, Block], missed: Collection[tuple[int, str]]
) -> tuple[list[Entry], list[tuple[Fault, Cause]]]:
    """Turn years whose index was computed by another method into entries."""
    published = study.published.index
    assert published is not None
    entries: list[Entry] = []
    block = blocks[published.table]
    for year, way in methods.items():
        name = published.columns[year]
        fault = Fault("method", table=published.table, column=name, statement=way)
        count = len([key for key in missed if key[0] == year])
        evidence = explained(count, Relation("index", published.table, (name,)).told)
        text = published_figure(Reason("another method: {text}", {"text": way}))
        for i, region in enumerate(block.regions):
            if (year, region) in missed:
                own = Cell(
                    published.table, block.rows[i], name, block.columns[name].printed[i], np.nan, text, region
                )  # fmt: skip
                entries.append((f"t{published.table}-{name}-method", fault, own, SEVERITIES[0], evidence))
    return entries, []


def class_odds(study: Study, reproduction: pd.DataFrame) -> dict[tuple[int, str], float]:
    """Return by (year, region) the log odds for a wrong index: its class and rank are those of the one expected."""
    odds: dict[tuple[int, str], float] = {}
    for key, part in reproduction.groupby("year"):
        year, index = int(str(key)), part.set_index("region")["value"].astype(float)
        ranks = _printed_ranks(study, year)
        for line in records(part):
            region, expected = str(line["region"]), float(line["by_row"])
            told = 0.0
            if line["class_printed"] and line["class_by_row"] != line["class_of_printed"]:
                told += _AGREES if line["class_printed"] == line["class_by_row"] else _OWN
            rest = index.drop(region)
            now, then = (int((rest > value).sum()) + 1 for value in (index[region], expected))
            if region in ranks and now != then:
                told += _AGREES if ranks[region] == then else _OWN
            odds[year, region] = told
    return odds


def _printed_ranks(study: Study, year: int) -> dict[str, float]:
    source = study.published.rank
    if source is None or year not in source.columns:
        return {}
    cells = read_table(study, source.table)
    own = cells[cells["column"] == source.columns[year]]
    values = [rank_value(str(text), printed_decimal(study)) for text in own["printed"]]
    return dict(zip(map(str, own["region"]), values, strict=True))


def indicator_entries(
    study: Study, causes: Sequence[Cause], blocks: Mapping[int, Block]
) -> tuple[list[Entry], list[tuple[Fault, Cause]]]:
    """Turn causes of indicators that the index tells into entries."""
    entries: list[Entry] = []
    told = []
    published = {*(study.published.index.columns.values() if study.published.index else ())}
    for cause in causes:
        fault = cause_fault(cause, blocks)
        if not cause.open and cause.first.kind == "cell":
            fault = Fault("indicator", table=fault.table, column=fault.column, row=fault.row)
        told.append((fault, cause))
        names = [[name for _, name in reading.keys] for reading in cause.readings]
        for reading in cause.readings:
            for table, name in reading.keys:
                block = blocks[table]
                for place, i in enumerate(map(int, reading.cells[table, name])):
                    text = cell_text(reading, (table, name), place, blocks, printed_decimal(study)) or ARITHMETIC
                    text = published_figure(text) if name in published else text
                    want = float(reading.bounds[table, name][1][i])
                    own = Cell(
                        table, block.rows[i], name, block.columns[name].printed[i], want,
                        one_reading(text) if cause.open else text, block.regions[i],
                    )  # fmt: skip
                    evidence = Joined([explains(cause), *([undecided_between(names)] if cause.open else [])])
                    entries.append((f"t{table}-{name}-r{block.rows[i]:02d}", fault, own, SEVERITIES[1], evidence))
    return entries, told
