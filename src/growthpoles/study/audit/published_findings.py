"""Findings on published figures: index, class and ratios that do not follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, Number, Reason, parts_of
from growthpoles.study.audit.arithmetic import check_arithmetic, in_words
from growthpoles.study.audit.between_years import blind_columns, blind_years
from growthpoles.study.audit.causes.hypotheses import Reading as CauseReading
from growthpoles.study.audit.causes.hypotheses import of_year
from growthpoles.study.audit.causes.printed_relations import (
    Block,
    Bounds,
    Relation,
    make_block,
    ratio_relations,
    source_blocks,
)
from growthpoles.study.audit.causes.root_causes import Cause, cell_text, coarse_ratios, find_causes
from growthpoles.study.audit.causes.totals import no_number, unchecked_totals
from growthpoles.study.audit.cell_checks import Search, mend
from growthpoles.study.audit.column_orders import listed
from growthpoles.study.audit.findings import (
    ARITHMETIC,
    SEVERITIES,
    Cell,
    Entry,
    Fault,
    cause_fault,
    explains,
    one_reading,
    published_figure,
)
from growthpoles.study.audit.indicator_cells import (
    class_odds,
    indicator_causes,
    indicator_entries,
    method_entries,
    other_methods,
)
from growthpoles.study.audit.printed_cells import (
    Sources,
    TotalRow,
    prepare_cells,
    printed_decimal,
    published_formulas,
    read_table,
    records,
    replace_cells,
    sentence_frame,
)
from growthpoles.study.audit.published_ranks import published_rank_findings
from growthpoles.study.audit.reproduction import (
    KNOWN,
    KNOWN_SHIFT,
    fill_gaps,
    gaps_of,
    index_targets,
    missed_index,
    reproduce,
)
from growthpoles.study.files.printed_tables import parse_number
from growthpoles.study.inputs import study_catalogue, study_method
from growthpoles.study.study_spec import PublishedColumn, Study

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.ratings.rating_options import Method

#: Up to so many faults the index is recomputed with each mended alone, and with all but each.
MOST_STATES = 6
_SEVERAL = 2
#: A figure put in a gap is known as well as the published indices tell it, not to its last digit.
ROOM = 2.0
FOLLOWS = "mended cells"
#: Kinds of causes that are wrong columns, from so many rows on.
_WHOLE, _MANY = ("repeated", "other year", "other column", "factor", "digits", "column"), 3
BEHIND, OPEN = "a figure behind a gap", "not checked"
_NOT_CHECKED = "not checked in {count} rows: {check} ({reason})"
#: Why an index is not checked: without one, without an indicator, and where a gap may hide what it rests on.
_UNCHECKED = (
    "no index printed, rows {rows}",
    "an indicator has no number, rows {rows}",
    "a gap may hide the extreme of a column, rows {rows}",
    "only with a figure that a gap may hide, rows {rows}",
)
_READINGS = ("row number", "label", "row number and label", FOLLOWS, BEHIND, OPEN)


@dataclass(frozen=True, slots=True, eq=False)
class PublishedCauses:
    """Faults of published figures: their entries, the causes behind them, and which index follows from what."""

    entries: list[Entry]
    told: list[tuple[Fault, Cause]]
    blocks: Mapping[int, Block]
    reproduction: pd.DataFrame


def published_causes(
    study: Study,
    search: Search,
    reproduction: pd.DataFrame,
    catalogue: Catalogue,
    method: Method,
    fill: Callable[[Sources], Sources] = lambda sources: sources,
) -> PublishedCauses:
    """Find the fewest faults of index, class and the ratios between published columns.

    An index is a fault only where it follows neither from the tables as printed nor with any of the faults found in
    them mended: what was computed from a wrong cell, or from the right one, is no fault of its own. `fill` puts into
    gaps what the rows that `reproduction` is based on have there.
    """
    printed = fill(search.sources)
    states, best = [printed], printed
    missed: set[tuple[int, str]] = set()
    targets = {}
    if len(reproduction):
        # A region with a gap has no index to hold the printed one against.
        rated = reproduction["value"].notna() & reproduction["by_row"].notna()
        lost = rated & ~reproduction["explained_by"].isin(_READINGS)
        missed = set(zip(reproduction.loc[lost, "year"], reproduction.loc[lost, "region"], strict=True))
        missed -= _computed_alone(search.sources, printed, missed)
        counts = [len(missed)]
        for mended in map(fill, _mended(search)) if missed else ():
            own = missed_index(study, mended, catalogue, method)
            states.append(mended)
            counts.append(len(own))
            missed &= own
        best = states[int(np.argmin(counts))]
        behind: set[tuple[int, str]] = set()
        if missed and (filled := fill_gaps(study, best, catalogue, method)) is not None:
            # What no gap may hide stays a fault, held against the tables with the gap filled.
            still = missed_index(study, filled, catalogue, method, room=ROOM)
            behind, missed, best = missed - still, missed & still, filled
            states.append(filled)
            counts.append(len(still))
        targets = index_targets(study, best, catalogue, method) if missed else {}
        if len(counts) > 1:
            known = reproduce(study, sources=best) if best is not printed and missed else reproduction
            reproduction = _followed(reproduction, known, missed, behind)
    blocks = published_blocks(study)
    years = set(reproduction["year"]) if len(reproduction) else set()
    relations = _published_relations(study, blocks, targets, missed, years)
    causes, whole = find_causes(blocks, relations, decimal=printed_decimal(study))
    if missed:
        # What is a whole exchange of figures is one, whatever a gap may hide.
        dealt = {
            name
            for cause in causes
            for _, name in cause.first.keys
            if cause.first.kind in ("rows", "exchanged") and not cause.open
        }
        sure = {year for year, name in (study.published.index.columns if study.published.index else {}).items()
                if name in dealt}  # fmt: skip
        kept, reproduction = _unclear(printed, catalogue, method, reproduction, missed, sure)
        if kept != missed:
            missed = kept
            relations = _published_relations(study, blocks, targets, missed, years)
            causes, whole = find_causes(blocks, relations, decimal=printed_decimal(study))
    entries: list[Entry] = []
    told: list[tuple[Fault, Cause]] = []
    if missed and (methods := other_methods(study, best, missed, catalogue, method)):
        entries, told = method_entries(study, methods, blocks, missed)
        missed = {key for key in missed if key[0] not in methods}
        relations = _published_relations(study, blocks, targets, missed, years)
        causes, whole = find_causes(blocks, relations, decimal=printed_decimal(study))
        reproduction = _followed(reproduction, reproduction, missed, set())
    if missed and not set(blocks) & set(search.blocks):
        weak, own_blocks = _weak(study, causes, blocks), source_blocks(best)
        known = reproduction[reproduction["explained_by"] == KNOWN_SHIFT]
        weak -= set(zip(known["year"], known["region"], strict=True))
        cells, explained, best = indicator_causes(
            study, best, own_blocks, search.relations, missed, weak, _places(blocks, missed),
            class_odds(study, reproduction), catalogue, method,
        )  # fmt: skip
        if cells:
            more = indicator_entries(study, cells, {**own_blocks, **blocks})
            entries, told = [*entries, *more[0]], [*told, *more[1]]
            missed -= explained
            targets = index_targets(study, best, catalogue, method)
            relations = _published_relations(study, blocks, targets, missed, years)
            causes, whole = find_causes(blocks, relations, decimal=printed_decimal(study))
            reproduction = _followed(reproduction, reproduction, missed, set())
    tables = source_blocks(best)
    causes = [_or_tables(study, cause, tables, catalogue) for cause in causes]
    # Totals that are those of the other year's rows tell that it is the tables.
    exchanged = [each.fault for each in search.findings if each.fault.kind == "exchanged years"]
    several = [fault for fault in exchanged if len(parts_of(fault.column)) > 1]
    for cause in [each for each in causes if each.open and each.first.kind == "exchanged"] if several else ():
        causes.remove(cause)
        told.append((several[0], Cause(cause.readings[1:], cause.symptoms)))
    found, others = _told(study, causes, {**tables, **blocks}, whole, reproduction)
    return PublishedCauses([*entries, *found], [*told, *others], blocks, reproduction)


def _or_tables(study: Study, cause: Cause, tables: Mapping[int, Block], catalogue: Catalogue) -> Cause:
    """Leave open whether index columns of two years are exchanged or the tables that they were computed from.

    A change from one year to the other that was computed from the right columns tells.
    """
    first = cause.first
    if first.kind != "exchanged" or cause.open or {relation.kind for relation, _ in cause.symptoms} != {"index"}:
        return cause
    names = study.published.index.columns.items() if study.published.index is not None else ()
    years = {year for year, name in names if name in {name for _, name in first.keys}}
    keys = [
        (block, name)
        for block in tables.values()
        for name in catalogue.indicators
        if block.year in years and name in block.columns and block.table != first.keys[0][0]
    ]
    if not keys or len(years) != 2 or len({name for _, name in keys}) * 2 != len(keys):
        return cause
    cells, texts = {}, {}
    bounds: dict[tuple[int, str], Bounds] = {}
    for block, name in keys:
        column, key = block.columns[name], (block.table, name)
        cells[key] = np.flatnonzero(np.isfinite(column.value))
        (other,) = years - {block.year}
        theirs = next(pd.Series(each.columns[name].value, list(each.regions)) for each, own in keys
                      if each.year == other and own == name)  # fmt: skip
        value = np.asarray(theirs.reindex(list(block.regions)), dtype=float)
        bounds[key] = value, value, value
        texts[key] = (of_year(other),) * len(cells[key])
    return Cause((first, CauseReading("exchanged", cells, bounds, texts)), cause.symptoms)


def _weak(study: Study, causes: Sequence[Cause], blocks: Mapping[int, Block]) -> set[tuple[int, str]]:
    """Return (year, region) of the indices that only single cells, or the column as a whole, explain."""
    years = {column: year for year, column in (study.published.index.columns if study.published.index else {}).items()}
    return {
        (years[name], blocks[table].regions[int(i)])
        for cause in causes
        if cause.first.kind in ("cell", "column", "factor", "unit")
        for reading in cause.readings
        for (table, name), at in reading.cells.items()
        if name in years
        for i in at
    }


def _places(
    blocks: Mapping[int, Block], missed: Collection[tuple[int, str]]
) -> dict[tuple[int, str], tuple[Block, int]]:
    return {
        (year, region): (block, block.regions.index(region))
        for year, region in missed
        for block in blocks.values()
        if region in block.regions
    }


def _mended(search: Search) -> Iterator[Sources]:
    """Yield the tables with all faults mended, with each alone, and with all but each."""
    sources, causes = search.sources, list(search.causes)
    if causes:
        yield search.mended
        if unknown := _unknown(search):
            yield replace_cells(search.mended, unknown)
    if 1 < len(causes) <= MOST_STATES:
        for cause in causes:
            yield _state(search, [cause])
            yield _state(search, [other for other in causes if other is not cause])
    for cause in causes[:MOST_STATES]:
        for reading in cause.readings[1:]:
            mended = reading.apply(search.blocks)
            yield mend(sources, search.blocks, mended)


def _unknown(search: Search) -> dict[tuple[int, int, str], tuple[float, float]]:
    """Cells of columns that are wrong as a whole of which a gap hides what they should be: nothing is known of them."""
    cells: dict[tuple[int, int, str], tuple[float, float]] = {}
    for cause in search.causes:
        for relation, rows in cause.symptoms:
            table, name = relation.table, relation.members[0]
            if cause.first.kind in _WHOLE and (table, name) in cause.first.cells and len(rows) >= _MANY:
                block = search.blocks[table]
                open_rows = ~np.isfinite(relation.implied(block, name)[0]) & np.isfinite(block.columns[name].value)
                cells |= {(table, block.rows[int(i)], name): (np.nan, np.nan) for i in np.flatnonzero(open_rows)}
    return cells


def _state(search: Search, causes: Sequence[Cause]) -> Sources:
    mended: Mapping[int, Block] = search.blocks
    for cause in causes:
        mended = cause.first.apply(mended)
    return mend(search.sources, search.blocks, mended)


def _computed_alone(sources: Sources, filled: Sources, missed: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Return the missed indices of years in which all of them rest on a figure of their own row that is not printed."""
    gaps = sources.cells["value"].isna() & filled.cells["value"].notna()
    own = set(zip(sources.cells.loc[gaps, "year"], sources.cells.loc[gaps, "region"], strict=True))
    return {key for key in missed if {other for other in missed if other[0] == key[0]} <= own}


def _unclear(
    sources: Sources,
    catalogue: Catalogue,
    method: Method,
    reproduction: pd.DataFrame,
    missed: set[tuple[int, str]],
    sure: Collection[int],
) -> tuple[set[tuple[int, str]], pd.DataFrame]:
    """Leave open the indices of a year in which most follow from nothing and a gap may hide the extreme of a column."""
    told = reproduction.copy()
    for year, part in reproduction[~reproduction["year"].isin(list(sure))].groupby("year"):
        rated = part["value"].notna() & part["by_row"].notna()
        lost = rated & part["region"].isin([region for own, region in missed if own == year])
        if lost.sum() > (1 - KNOWN) * rated.sum() and gaps_of(sources, catalogue, int(str(year)), method):
            told.loc[part.index[lost], "explained_by"] = OPEN
            told.loc[part.index[lost], "explanation"] = Reason("a gap may hide an extreme", {})
            missed = {key for key in missed if key[0] != year}
    return missed, told


def _followed(
    reproduction: pd.DataFrame, known: pd.DataFrame, missed: set[tuple[int, str]], behind: set[tuple[int, str]]
) -> pd.DataFrame:
    """Say which indices follow once the faults of the tables are mended; take the others from the best state."""
    keys = list(zip(reproduction["year"], reproduction["region"], strict=True))
    follows = [
        key not in missed and explained not in _READINGS and bool(rated)
        for key, explained, rated in zip(
            keys, reproduction["explained_by"], reproduction[["value", "by_row"]].notna().all(axis=1), strict=True
        )
    ]
    told = reproduction.copy()
    if known is not reproduction:
        still = [key in missed for key in keys]
        told.loc[still] = known.loc[still]
    told.loc[follows, "explained_by"] = FOLLOWS
    told.loc[follows, "explanation"] = Reason("follows once the faults of the tables are mended", {})
    told.loc[[key in behind for key in keys], ["explained_by", "explanation"]] = BEHIND, ""
    return told


def published_blocks(study: Study) -> dict[int, Block]:
    """Return the tables of published figures: index and what formulas.csv names."""
    numbers = {int(parse_number(str(table), decimal=".")) for table in published_formulas(study)["table"]}
    if study.published.index is not None:
        numbers.add(study.published.index.table)
    blocks = {}
    for number in sorted(numbers):
        cells = prepare_cells(read_table(study, number), decimal=printed_decimal(study))
        if cells["value"].notna().any():
            blocks[number] = make_block(
                cells, table=number, year=None, cut=study.cells.cut if study.cells is not None else ()
            )
    return blocks


def _published_relations(
    study: Study,
    blocks: Mapping[int, Block],
    targets: Mapping[int, tuple[pd.Series, list[tuple[pd.Series, pd.Series]]]],
    missed: set[tuple[int, str]],
    checked: Collection[int],
) -> list[Relation]:
    relations = []
    published: Any = study.published.index
    for year, name in published.columns.items() if published is not None else ():
        block = blocks[published.table]
        if name not in block.columns:
            continue
        column = block.columns[name]
        lost = np.array([(year, region) in missed for region in block.regions])
        half = (column.high - column.low) / 2
        # Rows that follow keep what is printed: they are right as they stand.
        bounds = [(column.low, column.value, column.high)] if year in checked else []
        if lost.any():
            bounds = []
            printed, readings = targets[year]
            # The reading that most indices follow goes first: rows are dealt and figures expected by it.
            for middle, slack in sorted(readings, key=lambda each: -int(((printed - each[0]).abs() <= each[1]).sum())):
                value = middle.reindex(list(block.regions)).to_numpy(float)
                reach = np.maximum(slack.reindex(list(block.regions)).to_numpy(float) - half, 0.0)
                # A row that cannot be rated has no index to hold its own against: any may stand there.
                follows = ~lost & np.isfinite(value)
                value, reach = np.where(follows, column.value, value), np.where(follows, half, reach)
                bounds.append((value - reach, value, value + reach))
        if bounds:
            relations.append(Relation("index", published.table, (name,), targets=tuple(bounds)))
    formulas = published_formulas(study)
    for table, block in blocks.items():
        own = formulas[formulas["table"].map(lambda text: int(parse_number(str(text), decimal="."))) == table]
        relations += ratio_relations({table: block}, own.assign(factor=_factors(study, own)))
    return relations


def _told(
    study: Study,
    causes: Sequence[Cause],
    blocks: Mapping[int, Block],
    whole: Mapping[int, Block],
    reproduction: pd.DataFrame,
) -> tuple[list[Entry], list[tuple[Fault, Cause]]]:
    """Turn causes into entries; single indices, classes and ratios are told with all that is known of their row."""
    entries: list[Entry] = []
    told: list[tuple[Fault, Cause]] = []
    index_columns = set(study.published.index.columns.values()) if study.published.index is not None else set()
    changes = {
        line: entry for entry in formula_entries(study) for line in [(entry[2].table, entry[2].row, entry[2].column)]
    }
    years = {column: year for year, column in (study.published.index.columns if study.published.index else {}).items()}
    alone: set[tuple[int, int]] = set()
    for cause in causes:
        first = cause.first
        ((table, name), at), *_ = first.cells.items()
        row = blocks[table].rows[int(at[0])]
        if first.kind == "cell" and not cause.open and name in index_columns:
            alone.add((years[name], row))
            told.append((Fault("index", table=table, row=row, year=years[name]), cause))
        elif first.kind == "cell" and not cause.open and (table, row, name) in changes:
            entries.append(changes[table, row, name])
            told.append((changes[table, row, name][1], cause))
        else:
            fault = cause_fault(cause, blocks)
            told.append((fault, cause))
            grave = SEVERITIES[1] if name in index_columns else SEVERITIES[2]
            for reading in cause.readings:
                for key in reading.keys:
                    entries += _cells_of(study, cause, reading, key, fault, blocks, grave)
    kept = [by in _READINGS or (year, row) in alone for by, year, row in
            zip(reproduction["explained_by"], reproduction["year"], reproduction["row"], strict=True)]  # fmt: skip
    own = reproduction.loc[np.array(kept, dtype=bool)]
    # A class that is that of the mended index was taken from it.
    right: dict[tuple[int, int], float] = {}
    for year, name in ((year, name) for name, year in years.items()):
        block = whole.get(study.published.index.table) if study.published.index is not None else None
        if block is not None and name in block.columns:
            right |= {(year, row): value for row, value in zip(block.rows, block.columns[name].value, strict=True)}
    found = index_entries(study, own, right)
    table = study.published.index.table if study.published.index is not None else -1
    index = {
        year: [
            pd.Series(block.columns[name].value, index=list(block.regions)) for block in (blocks[table], whole[table])
        ]
        for name, year in years.items()
        if table in whole and name in whole[table].columns
    }
    method = study_method(study).but(limits=study.rating.level_limits)
    limits = method.has_classes(study_catalogue(study).root)
    for finding, severity in published_rank_findings(study, index, classes=not limits):
        entries += [(finding.name, finding.fault, own, severity, finding.evidence) for own in finding.cells]
    return [*found, *entries], told


def _cells_of(
    study: Study,
    cause: Cause,
    reading: CauseReading,
    key: tuple[int, str],
    fault: Fault,
    blocks: Mapping[int, Block],
    severity: str,
) -> list[Entry]:
    table, name = key
    block, at = blocks[table], reading.cells[key]
    entries: list[Entry] = []
    for place, i in enumerate(map(int, at)):
        text = cell_text(reading, key, place, blocks, printed_decimal(study)) or ARITHMETIC
        own = Cell(
            table, block.rows[i], name, block.columns[name].printed[i], float(reading.bounds[key][1][i]),
            published_figure(one_reading(text) if cause.open else text), block.regions[i],
        )  # fmt: skip
        entries.append((f"t{table}-{name}-{reading.kind.split()[0]}", fault, own, severity, explains(cause)))
    return entries


def consequence_frame(
    told: Sequence[tuple[Fault, Cause]], blocks: Mapping[int, Block], published: PublishedCauses
) -> pd.DataFrame:
    """List the printed cells that a cause explains: those that contradict it, and those computed from it."""
    lines = []
    for fault, cause in told:
        own = {
            (table, int(i), name)
            for reading in cause.readings
            for (table, name), at in reading.cells.items()
            for i in at
        }
        for relation, rows in cause.symptoms:
            name = relation.members[0]
            block = published.blocks[relation.table] if relation.table in published.blocks else blocks[relation.table]
            lines += [
                (str(fault), relation.table, block.rows[i], name, block.columns[name].printed[i], relation.told)
                for i in rows
                if (relation.table, i, name) not in own
            ]
    if len(published.reproduction):
        follows = published.reproduction[published.reproduction["explained_by"] == FOLLOWS]
        lines += [
            ("", int(line["table"]), int(line["row"]), str(line["column"]), str(line["printed"]), line["explanation"])
            for line in records(follows)
        ]
    columns = ("fault", "table", "row", "column", "printed", "relation")
    return sentence_frame(lines, columns, ("relation",))


def unchecked_frame(
    relations: Sequence[Relation],
    blocks: Mapping[int, Block],
    reproduction: pd.DataFrame,
    totals: Sequence[TotalRow] = (),
    indicators: Collection[str] = (),
    further: Sequence[tuple[Reason, int, Reason | Joined]] = (),
) -> pd.DataFrame:
    """Count the rows in which a check could not be made, and say why; `further` lines are told first."""
    lines: list[tuple[Reason, int, Reason | Joined]] = [*further]
    for relation in relations:
        block = blocks[relation.table]
        gaps = {
            name: [
                row for row, value in zip(block.rows, block.columns[name].value, strict=True) if not np.isfinite(value)
            ]
            for name in relation.members
        }
        rows = sorted({row for own in gaps.values() for row in own})
        if rows:
            named = Joined([no_number(name, own) for name, own in gaps.items() if own])
            check = Reason("table {table}: {relation}", {"table": relation.table, "relation": relation.told})
            lines.append((check, len(rows), named))
    ratios = (relation for relation in relations if relation.kind == "ratio" and not relation.whole)
    results = {(relation.table, relation.members[0]) for relation in ratios}
    lines += unchecked_totals(totals, blocks, results)
    if len(reproduction):
        for year, part in reproduction.groupby("year"):
            for why, lost in enumerate((
                part["value"].isna(),
                part["value"].notna() & part["by_row"].isna(),
                part["explained_by"] == OPEN,
                part["explained_by"] == BEHIND,
            )):  # fmt: skip
                if lost.any():
                    rows = [int(row) for row in part.loc[lost, "row"]]
                    check = Reason("index {year}", {"year": year})
                    lines.append((check, len(rows), Reason(_UNCHECKED[why], {"rows": listed(rows)})))
    lines += coarse_ratios(blocks, relations)
    lines += blind_columns(blocks, results)
    rated = {
        int(str(year))
        for year, part in (reproduction.groupby("year") if len(reproduction) else ())
        if part["explained_by"].isin(_READINGS[:4]).mean() > KNOWN
    }
    lines += blind_years(blocks, relations, totals, rated, indicators)
    told = [
        (check, rows, reason, Reason(_NOT_CHECKED, {"count": rows, "check": check, "reason": reason}))
        for check, rows, reason in lines
    ]
    return sentence_frame(told, ("check", "rows", "reason", "told"), ("check", "reason", "told"))


def index_entries(
    study: Study, reproduction: pd.DataFrame, right: Mapping[tuple[int, int], float] | None = None
) -> list[Entry]:
    """Return (name, fault, cell, severity, evidence) for every published index or class that no reading gives.

    `right` gives the index by (year, row) with all faults mended: a class that is that of it is right.
    """
    from growthpoles.ratings.rate import classes_of

    classed = study_method(study).but(limits=study.rating.level_limits)
    entries: list[Entry] = []
    published = study.published.index
    for key, part in reproduction.groupby("year", sort=True):
        year = int(str(key))
        ranks = part.set_index("region")["value"].rank(ascending=False, method="min")
        wrong: list[Entry] = []
        for line in records(part):
            if line["explained_by"] not in _READINGS:
                entries += _index(study, line, part, ranks, year)
            elif (
                line["class_printed"]
                and np.isfinite(line["value"])
                and line["class_of_printed"] not in ("", line["class_printed"])
            ):
                value = pd.Series([(right or {}).get((year, int(line["row"])), np.nan)])
                if value.isna().item() or str(classes_of(value, classed).item()) != line["class_printed"]:
                    wrong.append(_class(study, line, year))
        entries += _together(wrong, published)
    return entries


def _together(wrong: Sequence[Entry], index: PublishedColumn | None) -> list[Entry]:
    """Make several wrong classes of one year one fault, as ranks are."""
    if len(wrong) < _SEVERAL or index is None:
        return list(wrong)
    cells = [cell for _, _, cell, _, _ in wrong]
    fault = Fault(
        "class order", table=cells[0].table, column=cells[0].column, rows=listed([cell.row for cell in cells]),
        denominator=index.columns[wrong[0][1].year],
    )  # fmt: skip
    return [(name, fault, *rest) for name, _, *rest in wrong]  # type: ignore[misc]


def _index(study: Study, line: dict[str, Any], part: pd.DataFrame, ranks: pd.Series, year: int) -> list[Entry]:
    table, row, region = int(line["table"]), int(line["row"]), str(line["region"])
    # What is expected is what the reading gives that most rows of the year follow.
    fits = {
        name: int(((part[name] - part["value"]).abs() <= part[f"tolerance_{name}"]).sum())
        for name in ("by_row", "by_label")
    }
    by_row = float(line["by_row" if fits["by_row"] >= fits["by_label"] else "by_label"])
    changed = part.set_index("region")["value"].astype(float)
    changed[region] = by_row
    rank = changed.rank(ascending=False, method="min")
    classes = line["class_by_row"] != line["class_of_printed"]
    severity = SEVERITIES[0] if classes else SEVERITIES[1] if rank[region] != ranks[region] else SEVERITIES[2]
    name, fault = f"t{table}-index-{year}-r{row:02d}", Fault("index", table=table, row=row, year=year)
    places = {
        "value": Number(f"{float(line['by_row']):.2f}"), "rank": f"{rank[region]:.0f}",
        "before": f"{ranks[region]:.0f}", "low": Number(f"{float(line['by_label']):.2f}"),
    }  # fmt: skip
    evidence = Joined([
        Reason(
            "{value} by row number (class {text}, rank {rank} instead of {before}), {low} by label",
            {**places, "text": line["class_by_row"]},
        )
        if line["class_by_row"]
        else Reason("{value} by row number (rank {rank} instead of {before}), {low} by label", places),
        Joined([line["explained_by"], line["explanation"]], ": "),
    ])  # fmt: skip
    cause = published_figure(line["explained_by"])
    own = Cell(table, row, str(line["column"]), str(line["printed"]), by_row, cause, region)
    entries: list[Entry] = [(name, fault, own, severity, evidence)]
    source = study.published.rating_class
    # A class that is right beside a wrong index was taken from the right one.
    if classes and source is not None and line["class_printed"] != line["class_by_row"]:
        told = Reason("{cause} (class {text})", {"cause": line["explained_by"], "text": line["class_by_row"]})
        cell = _class_cell(source, line, year, published_figure(told))
        entries.append((name, fault, cell, severity, evidence))
    return entries


def _class_cell(source: PublishedColumn, line: dict[str, Any], year: int, cause: Reason) -> Cell:
    printed = str(line["class_cell"])
    return Cell(source.table, int(line["row"]), source.columns[year], printed, np.nan, cause, str(line["region"]))


def _class(study: Study, line: dict[str, Any], year: int) -> Entry:
    source = study.published.rating_class
    assert source is not None
    text = {"text": line["class_of_printed"]}
    cell = _class_cell(source, line, year, published_figure(Reason("class {text}", text)))
    return (
        f"t{source.table}-class-{year}-r{cell.row:02d}",
        Fault("class", table=source.table, row=cell.row, year=year),
        cell,
        SEVERITIES[0],
        Reason("index {value} is class {text}", {"value": Number(line["printed"]), **text}),
    )


def _factors(study: Study, rules: pd.DataFrame) -> list[float]:
    path = study.resolve("formulas.csv")
    return [
        parse_number(text, decimal=".", where=f"{path}, line {at}, column factor")
        for at, text in rules["factor"].items()
    ]


def formula_entries(study: Study) -> list[Entry]:
    """Check the formulas between published columns (:func:`published_formulas`)."""
    path, rules = study.resolve("formulas.csv"), published_formulas(study)
    entries: list[Entry] = []
    for table, part in rules.groupby("table", sort=True):
        number = int(parse_number(str(table), decimal=".", where=f"{path}, column table"))
        cells = read_table(study, number)
        wrong = check_arithmetic(cells, part.assign(factor=_factors(study, part)), decimal=printed_decimal(study))
        for line in records(wrong):
            row = int(line["row"])
            cell = Cell(
                number,
                row,
                str(line["column"]),
                str(line["printed"]),
                float(line["expected"]),
                published_figure(in_words(line["cause"])),
                str(line["region"]),
            )
            places = {end: Number(f"{line[name]:.2f}")
                      for end, name in (("value", "expected"), ("low", "low"), ("high", "high"))}  # fmt: skip
            evidence = Reason("its row gives {value} ({low} to {high})", places)
            fault = Fault("ratio", table=number, column=str(line["column"]), row=row)
            entries.append((f"t{number}-{line['column']}-r{row:02d}", fault, cell, SEVERITIES[2], evidence))
    return entries
