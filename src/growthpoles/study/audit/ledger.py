"""Audit ledger: runs the audit, everything it finds in one table; audit frames, the data of the audit's figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import GrowthpolesError, Joined, Number, Reason, StudyError, counted, message, nearest
from growthpoles.result_display import ResultDisplay
from growthpoles.study.audit.causes.printed_relations import source_blocks
from growthpoles.study.audit.cell_checks import find_all, search_all, told_once, with_growth
from growthpoles.study.audit.claims import check_claims, claim_entries
from growthpoles.study.audit.column_orders import alignment_frame, listed
from growthpoles.study.audit.findings import (
    EFFECT_COLUMNS,
    OF_ROWS,
    SEVERITIES,
    Entry,
    Fault,
    Finding,
    effect_summary,
    effects,
    is_open,
)
from growthpoles.study.audit.printed_cells import Sources, read_sources, sentence_frame
from growthpoles.study.audit.published_findings import (
    PublishedCauses,
    consequence_frame,
    published_causes,
    unchecked_frame,
)
from growthpoles.study.audit.published_ranks import Growth, file_order_findings, unchecked_ranks
from growthpoles.study.audit.readings import Order, base_order, edition_table
from growthpoles.study.audit.reproduction import REPRODUCTION_COLUMNS, computed_gaps, missed_index, reproduce
from growthpoles.study.inputs import editions as known_editions
from growthpoles.study.inputs import (
    load_indicators,
    load_published,
    study_catalogue,
    study_method,
    study_rating,
    study_ratings,
)
from growthpoles.study.inputs.indicators import assembled, assembly_rules, printed_cells
from growthpoles.study.inputs.published import PUBLISHED
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.ratings.rating_options import Method


LEDGER_COLUMNS = ("id", "table", "row", "column", "printed", "expected", "cause", "severity", "evidence")
EXTRA_COLUMNS = ("region", "finding", "fault")
#: What a finding corrected alone changes, in the two readings, in this order.
_CHANGES = {
    "label": "corrected alone it changes: tables read by label: {classes} classes, {ranks} ranks, up to {points} index "
    "points",
    "row": "tables joined by row number: {classes} classes, {ranks} ranks, up to {points} index points",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Audit(ResultDisplay):
    """Result of an audit, all parts as frames.

    Parameters
    ----------
    ledger : DataFrame
        One line per printed cell of a finding: id, table, row, column, printed, expected, cause, severity,
        evidence, region, finding, fault.
    alignment : DataFrame
        One line per column: the order of its rows and how sure it is.
    reproduction : DataFrame
        One line per published index: every reading.
    effects : DataFrame
        Index, class and rank of every region with every finding corrected alone.
    claims : DataFrame
        One line per statement and edition.
    sources : Sources
    faults : mapping
        Sentence in the ledger's column `fault` -> the fault as data.
    consequences : DataFrame
        One line per printed cell that follows from a fault, or contradicts the others because of it: fault, table,
        row, column, printed, relation.
    unchecked : DataFrame
        One line per check that could not be made in some rows: check, rows (how many), reason, told (in a sentence).
    remarks : DataFrame
        What is unusual and no fault: table, row, column, told (in a sentence).

    Examples
    --------
    >>> import growthpoles as gp
    >>> audit = gp.run_audit(gp.load_study("mexico-gdp"))
    >>> audit
    Audit(0 cells; faults: none)
    >>> audit.to_frame().empty
    True
    """

    ledger: pd.DataFrame
    alignment: pd.DataFrame
    reproduction: pd.DataFrame
    effects: pd.DataFrame
    claims: pd.DataFrame
    sources: Sources
    faults: Mapping[str, Fault] = field(default_factory=dict)
    consequences: pd.DataFrame = field(default_factory=pd.DataFrame)
    unchecked: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["check", "rows", "reason", "told"]))
    remarks: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["table", "row", "column", "told"]))

    def __repr__(self) -> str:
        """Return the counts by severity."""
        counts = summarise(self.ledger)["severity"].value_counts()
        told = ", ".join(f"{counts[name]} {name}" for name in SEVERITIES if name in counts)
        return f"Audit({counted(len(self.ledger), 'cells')}; faults: {told or 'none'})"

    def to_frame(self) -> pd.DataFrame:
        """Return the ledger."""
        return self.ledger.copy()

    def findings_table(self) -> pd.DataFrame:
        """Return the ledger, ready to write."""
        return self.ledger.copy()

    def claims_table(self) -> pd.DataFrame:
        """Return the statements with their verdicts, ready to write."""
        return self.claims.copy()

    def alignment_table(self) -> pd.DataFrame:
        """Return the order of every column, ready to write; probabilities and sums rounded to six digits."""
        frame = self.alignment.copy()
        for column in ("confidence", "p_value", "margin"):
            frame[column] = frame[column].astype(float).round(6)
        return frame


def audit(study: Study | None = None, *, rng: np.random.Generator | int | None = None) -> pd.DataFrame:
    """Audit a study from its printed cells.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    rng : Generator or int, optional
        For random permutations where rows are too many to go through all; None is the fixed seed.

    Returns
    -------
    DataFrame
        One line per printed cell of a finding: id, table, row, column, printed, expected (NaN where unknown),
        cause, severity ("changes a class", "changes a rank", "no effect on rank or class", "notice"), evidence,
        region (by the label), finding (cells of one column with one cause), fault (findings with one origin).
        Severity is that of the finding corrected alone, in the worse of two readings of the tables (by label, by
        row number). Empty for a clean study.

    Raises
    ------
    DataError, StudyError, RegionError
        On bad input.

    Examples
    --------
    >>> import growthpoles as gp
    >>> ledger = gp.audit()
    >>> ledger.loc[ledger["id"] == "t5-output_per_capita-r14", "printed"].item()
    '322 715,14'
    """
    return run_audit(study, rng=rng).ledger


def run_audit(study: Study | None = None, *, rng: np.random.Generator | int | None = None) -> Audit:
    """Audit a study and return all parts; see :func:`audit`.

    Parameters
    ----------
    study, rng
        As in :func:`audit`.

    Returns
    -------
    Audit
        The ledger, the order of every column, the published index recomputed, effects of the findings, statements.

    Raises
    ------
    DataError, StudyError, RegionError
        On bad input.

    Examples
    --------
    >>> import growthpoles as gp
    >>> audit = gp.run_audit()
    >>> print(audit.summary())
    Printed cells in doubt: 144; findings: 30; faults behind them: 18.
    Changes a class: 119.
    Changes a rank: 7.
    No effect on rank or class: 2.
    Notice: 16.
    Statements of the source checked, by edition: 157.
    """
    study = study or load_study()
    sources = read_sources(study)
    catalogue = study_catalogue(study)
    method = study_method(study, catalogue).but(limits=study.rating.level_limits)
    reproduction, fill = _reproduced(study, sources)
    claims = check_claims(study)
    judge = None
    if len(reproduction):
        judge = lambda mended: len(missed_index(study, fill(mended), catalogue, method))  # noqa: E731
    search = search_all(sources, rng=rng, judge=judge)
    entries, effect = _examine(sources, catalogue, base_order(sources, study), search.findings, method=method)
    published = published_causes(study, search, reproduction, catalogue, method, fill)
    taken = {(cell.table, cell.row, cell.column) for _, _, cell, _, _ in published.entries}
    # What the index tells of a figure is not told once more as what is odd about it.
    causes = {str(fault) for fault, _ in search.told}
    odd = {str(fault) for _, fault, cell, _, _ in entries if (cell.table, cell.row, cell.column) in taken} - causes
    entries = [entry for entry in entries if str(entry[1]) not in odd]
    told = [*published.entries, *claim_entries(study, claims, taken)]
    ledger = _entries_frame(entries)
    ledger = pd.concat([ledger, _entries_frame(told)], ignore_index=True) if told else ledger
    faults = {str(fault): fault for _, fault, *_ in (*entries, *told)}
    consequences = consequence_frame([*search.told, *published.told], search.blocks, published)
    return Audit(
        _sorted(ledger),
        alignment_frame(search.orders),
        published.reproduction,
        effect,
        claims,
        sources,
        faults,
        consequences,
        unchecked_frame(search.relations, search.blocks, published.reproduction, sources.totals, catalogue.indicators),
        search.remarks,
    )


def _reproduced(study: Study, sources: Sources) -> tuple[pd.DataFrame, Callable[[Sources], Sources]]:
    """Recompute the published index, with what the rows give for gaps of ratios unless fewer indices follow then."""
    reproduction = reproduce(study, sources=sources)
    filled = computed_gaps(sources) if len(reproduction) else sources
    if filled is sources:
        return reproduction, computed_gaps
    other = reproduce(study, sources=filled)

    def follow(frame: pd.DataFrame) -> int:
        return int((frame["deviation"].abs() <= frame[["tolerance_by_label", "tolerance_by_row"]].max(axis=1)).sum())

    better = follow(other) >= follow(reproduction)
    return (other, computed_gaps) if better else (reproduction, lambda same: same)


def audit_cells(
    sources: Sources,
    *,
    sums: Sequence[tuple[str, ...]] | None = None,
    ordered: Sequence[tuple[str, str, str]] = (),
    shares: Sequence[tuple[str, str]] | None = None,
    growths: Sequence[Growth] = (),
) -> Audit:
    """Audit printed cells that belong to no study: nothing is rated, so every severity is "notice".

    `sums` are the sums between columns, (total, part, part, ...), `shares` the columns that hold the shares of others,
    (column, of); None discovers them. `ordered` are columns of ranks or classes: (kind, column, what it orders),
    `growths` those of growth between two years.
    """
    search = search_all(sources, sums=sums, shares=shares, growths=growths)
    found = [*search.findings, *file_order_findings(search.mended, ordered)]
    found = with_growth(found, source_blocks(search.mended), growths, search.relations, sources.decimal)
    entries, effect = _examine(sources, None, base_order(sources), told_once(sources, found))
    nothing = PublishedCauses([], [], {}, pd.DataFrame())
    return Audit(
        _sorted(_entries_frame(entries)),
        alignment_frame(search.orders),
        pd.DataFrame(columns=list(REPRODUCTION_COLUMNS)),
        effect,
        pd.DataFrame(columns=["id"]),
        sources,
        {str(fault): fault for _, fault, *_ in entries},
        consequence_frame(search.told, search.blocks, nothing),
        unchecked_frame(
            search.relations,
            search.blocks,
            nothing.reproduction,
            sources.totals,
            further=unchecked_ranks(sources, ordered),
        ),
        search.remarks,
    )


def audit_sources(
    sources: Sources, *, catalogue: Catalogue | None = None, rng: np.random.Generator | int | None = None
) -> pd.DataFrame:
    """Audit printed cells that belong to no study file.

    Parameters
    ----------
    sources : Sources
        From :func:`growthpoles.study.audit.printed_cells.make_sources`.
    catalogue : Catalogue, optional
        How the index follows from the columns; without it no effect is computed and every severity is "notice".
    rng : Generator or int, optional
        As in :func:`audit`.

    Returns
    -------
    DataFrame
        As :func:`audit`.
    """
    entries, _ = _examine(sources, catalogue, base_order(sources), find_all(sources, rng=rng)[0])
    return _sorted(_entries_frame(entries))


def _examine(
    sources: Sources,
    catalogue: Catalogue | None,
    order: Order,
    found: Sequence[Finding],
    *,
    method: Method | None = None,
) -> tuple[list[Entry], pd.DataFrame]:
    none = pd.DataFrame(columns=list(EFFECT_COLUMNS))
    effect = none if catalogue is None else effects(sources, found, catalogue, order=order, method=method)
    summary = effect_summary(effect)
    entries: list[Entry] = []
    for finding in found:
        severity, told = _severity(finding, summary)
        evidence = Joined([finding.evidence, *told]) if told else finding.evidence
        entries += [(finding.name, finding.fault, cell, severity, evidence) for cell in finding.cells]
    return entries, effect


def _severity(finding: Finding, summary: pd.DataFrame) -> tuple[str, list[Reason]]:
    """Worst severity over the readings, and the effects in words."""
    if summary.empty or finding.name not in summary.index.get_level_values("finding"):
        return SEVERITIES[3], []
    own = summary.loc[finding.name]
    severity = min(own["severity"], key=SEVERITIES.index)
    return severity, [
        Reason(
            _CHANGES[str(reading)],
            {"classes": line["classes"], "ranks": line["ranks"], "points": Number(f"{line['largest']:.2f}")},
        )
        for reading, line in own.iterrows()
    ]


def _entries_frame(entries: Sequence[Entry]) -> pd.DataFrame:
    """One line per cell; ids number the cells of a finding by their row."""
    lines = []
    counts = Counter(name for name, *_ in entries)
    several = {name for name, count in counts.items() if count > 1}
    tables: dict[str, set[int]] = {}
    for name, _, cell, *_ in entries:
        tables.setdefault(name, set()).add(cell.table)
    for name, fault, cell, severity, evidence in entries:
        where = f"t{cell.table}-r{cell.row:02d}" if len(tables[name]) > 1 else f"r{cell.row:02d}"
        identity = f"{name}-{where}" if name in several and not name.endswith(f"-r{cell.row:02d}") else name
        if name in several and name.endswith(f"-r{cell.row:02d}"):
            identity = f"{name}-{cell.column}"
        lines.append((
            identity, cell.table, cell.row, cell.column, cell.printed, float(cell.expected), cell.cause, severity,
            evidence, cell.region, name, str(fault),
        ))  # fmt: skip
    return sentence_frame(lines, (*LEDGER_COLUMNS, *EXTRA_COLUMNS), ("cause", "evidence"))


def _sorted(ledger: pd.DataFrame) -> pd.DataFrame:
    """By table, statements last; order of discovery within a table."""
    statement = ledger["id"].astype(str).str.startswith("claim-")
    keyed = ledger.assign(_statement=statement).sort_values(["_statement", "table"], kind="stable")
    return keyed.drop(columns="_statement").reset_index(drop=True)


def summarise(ledger: pd.DataFrame) -> pd.DataFrame:
    """Condense a ledger to one line per fault, gravest first.

    Returns
    -------
    DataFrame
        severity, fault, columns (comma separated), rows, cells (their number), findings (their number).
    """
    records = []
    for fault, part in ledger.groupby("fault", sort=False):
        records.append(
            {
                "severity": min(part["severity"], key=SEVERITIES.index),
                "fault": fault,
                "columns": Joined(dict.fromkeys(part["column"]), ", "),
                "rows": listed(list(part["row"])),
                "cells": len(part),
                "findings": part["finding"].nunique(),
            }
        )
    names = ("severity", "fault", "columns", "rows", "cells", "findings")
    frame = sentence_frame([list(record.values()) for record in records], names, ("columns",))
    return frame.sort_values(
        "severity", key=lambda kinds: kinds.map(SEVERITIES.index), kind="stable", ignore_index=True
    )


def _rating(study: Study, year: int, edition: str) -> pd.DataFrame:
    """Index, class and rank of an edition, by region."""
    if edition == PUBLISHED:
        printed = load_published(year, study=study)
        if "index" not in printed.columns:
            raise StudyError(message(f"no index published for {year}", where=study.name))
        if "rating_class" not in printed.columns:  # a source may print an index alone
            printed = printed.assign(rating_class=None)
        return printed.assign(rank=printed["index"].rank(ascending=False, method="min").astype("Int64"))[
            ["index", "rating_class", "rank"]
        ]
    known = (PUBLISHED, *known_editions(study))
    if edition not in known:
        problem = f"edition {edition!r} is not known"
        raise StudyError(
            message(problem, where=study.name, allowed=", ".join(known), near=nearest(edition, known, n=1))
        )
    catalogue = study_catalogue(study)
    rating = study_rating(study, edition_table(study, year, edition), catalogue)
    return rating[[catalogue.root, "rating_class", "rank"]].set_axis(["index", "rating_class", "rank"], axis=1)


def dumbbell_frame(study: Study | None = None, *, first: str = PUBLISHED, second: str | None = None) -> pd.DataFrame:
    """Return index, class and rank of every region in two editions.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    first, second : str
        Editions; `second` None is the study's default.

    Returns
    -------
    DataFrame
        One line per year and region: year, region, first, second (index, 0-100), difference (second - first),
        class_first, class_second, rank_first, rank_second, changed (True if the class differs; False where either
        is missing). NaN where an edition has no index. `attrs`: first, second.

    Raises
    ------
    StudyError
        If an edition is not known or nothing is published.
    """
    study = study or load_study()
    second = second or study.study.edition
    frames = []
    for year in study.years:
        one, two = _rating(study, year, first), _rating(study, year, second)
        two = two.reindex(one.index)
        letters = one["rating_class"].astype(object), two["rating_class"].astype(object)
        frames.append(
            pd.DataFrame(
                {
                    "year": year,
                    "region": one.index,
                    "first": one["index"].to_numpy(float),
                    "second": two["index"].to_numpy(float),
                    "difference": (two["index"] - one["index"]).to_numpy(float),
                    "class_first": letters[0].to_numpy(),
                    "class_second": letters[1].to_numpy(),
                    "rank_first": one["rank"].to_numpy(),
                    "rank_second": two["rank"].to_numpy(),
                    "changed": ((letters[0] != letters[1]) & letters[0].notna() & letters[1].notna()).to_numpy(),
                }
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    frame.attrs = {"first": first, "second": second}
    return frame


def migration_frame(study: Study | None = None, *, editions: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the class of every region in every edition.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    editions : sequence of str, optional
        None is "published" and all editions of the study.

    Returns
    -------
    DataFrame
        One line per year, region and edition: year, region, edition, rating_class (None where there is no index),
        step (0 = worst class; NaN without one), from_published (steps above the first edition; NaN if either is
        missing).
    """
    study = study or load_study()
    names = tuple(editions) if editions is not None else (PUBLISHED, *known_editions(study))
    steps = {letter: float(at) for at, letter in enumerate(reversed(study_method(study).scale.letters))}
    frames = []
    for year in study.years:
        base: pd.Series | None = None
        for edition in names:
            letters = _rating(study, year, edition)["rating_class"].astype(object)
            step = letters.map(steps).astype(float)
            base = step if base is None else base
            frames.append(
                pd.DataFrame(
                    {
                        "year": year,
                        "region": letters.index,
                        "edition": edition,
                        "rating_class": pd.Series(
                            [None if pd.isna(letter) else letter for letter in letters], dtype=object
                        ),
                        "step": step.to_numpy(),
                        "from_published": (step - base.reindex(step.index)).to_numpy(),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def deviation_frame(result: Audit) -> pd.DataFrame:
    """Return every printed cell of the indicator tables with its deviation, in the layout of the tables.

    Parameters
    ----------
    result : Audit
        :func:`growthpoles.run_audit`.

    Returns
    -------
    DataFrame
        One line per cell: table, year, row, label, region, column, position (of the column, from 0), printed,
        expected, deviation (log10 of printed / expected: 0 = as expected, 1 = ten times too much; NaN where it is
        unknown what to expect), status ("clean" or "finding"), severity (empty for clean cells), id of the gravest
        finding (empty for clean cells).
    """
    sources = result.sources
    ledger = result.ledger[~result.ledger["id"].astype(str).str.startswith("claim-")]
    ledger = ledger.assign(_grave=ledger["severity"].map(SEVERITIES.index), _known=ledger["expected"].isna())
    worst = ledger.sort_values(["_grave", "_known"], kind="stable").drop_duplicates(["table", "row", "column"])
    cells = sources.cells[["table", "year", "row", "label", "region", "column", "printed", "value"]]
    cells = cells.assign(
        position=[
            sources.columns(table).index(column) for table, column in zip(cells["table"], cells["column"], strict=True)
        ]
    )
    joined = cells.merge(
        worst[["table", "row", "column", "expected", "severity", "id"]], on=["table", "row", "column"], how="left"
    )
    found = joined["id"].notna()
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.log10(joined["value"].to_numpy(float) / joined["expected"].to_numpy(float))
    joined = joined.assign(
        deviation=np.where(found, deviation, 0.0),
        status=np.where(found, "finding", "clean"),
        severity=joined["severity"].fillna(""),
        id=joined["id"].fillna(""),
    )
    columns = [
        "table",
        "year",
        "row",
        "label",
        "region",
        "column",
        "position",
        "printed",
        "expected",
        "deviation",
        "status",
        "severity",
        "id",
    ]
    return joined.sort_values(["table", "row", "position"], kind="stable")[columns].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """A printed cell of the ledger on which a number of an edition stands: where that is, and what it would be.

    `line` is the position in the ledger, `digits` the places that the cell prints.
    """

    line: int
    year: int
    region: str
    code: str
    value: float
    digits: int


def standing_cells(study: Study, edition: str, tables: Mapping[int, pd.DataFrame], audit: Audit) -> list[Standing]:
    """Find the printed cells of the ledger that an edition takes as they are, with what the audit expects there.

    Parameters
    ----------
    study : Study
    edition : str
    tables : mapping of year to DataFrame
        The indicators of the edition.
    audit : Audit
        Cells without an expected value are passed over.

    Returns
    -------
    list of Standing
    """
    if study.cells is None:
        return _standing_in_tables(study, tables, audit)
    sources, ledger, rules, found = audit.sources, audit.ledger, assembly_rules(study), []
    of_rows = [audit.faults[fault].kind in OF_ROWS for fault in ledger["fault"]]
    lines: dict[tuple[int, str], list[int]] = {}
    for at, (number, column, expected) in enumerate(
        zip(ledger["table"], ledger["column"], ledger["expected"], strict=True)
    ):
        if np.isfinite(expected):
            lines.setdefault((int(number), str(column)), []).append(at)
    for rule in rules[(rules["edition"] == edition) & rules["year"].isin(list(tables))].to_dict("records"):
        table, order, names = tables[rule["year"]], study.cells.orders[rule["order"]], rule["source"].split("/")
        for place, name in enumerate(map(str.strip, names)):
            for at in lines.get((rule["table"], name), ()):
                row = ledger["row"].iloc[at]
                parts = [sources.column(rule["table"], each.strip())[row] for each in names]
                region = order[list(sources.column(rule["table"], name).index).index(row)]
                if of_rows[at] and region != ledger["region"].iloc[at]:
                    continue
                old = table[rule["column"]].get(region, np.nan)
                if not np.isclose(old, parts[0] if len(parts) == 1 else rule["factor"] * parts[0] / parts[1]):
                    continue  # the edition has put it right itself, or left it out
                parts[place] = float(ledger["expected"].iloc[at])
                new = parts[0] if len(parts) == 1 else rule["factor"] * parts[0] / parts[1]
                half = float(sources.column(rule["table"], name, "half")[row])
                digits = max(0, round(-np.log10(2 * half))) if half > 0 else 2
                found.append(Standing(at, rule["year"], str(region), rule["column"], float(new), digits))
    return found


def _standing_in_tables(study: Study, tables: Mapping[int, pd.DataFrame], audit: Audit) -> list[Standing]:
    """Find the same in a study's own tables, whose rows bear the names of regions."""
    sources, found = audit.sources, []
    own = printed_cells(study)
    regions = {
        (line["year"], line[name]): line["region"] for line in own.to_dict("records") for name in ("label", "region")
    }
    for line, told in enumerate(audit.ledger.to_dict("records")):
        number, code, expected = int(told["table"]), str(told["column"]), float(told["expected"])
        year = sources.years[number]
        region = regions.get((year, told["region"]))
        if not np.isfinite(expected) or year not in tables or code not in tables[year] or region is None:
            continue
        column, half = (sources.column(number, code, kind)[told["row"]] for kind in ("value", "half"))
        if np.isclose(tables[year][code].get(region, np.nan), column):
            digits = max(0, round(-np.log10(2 * half))) if half > 0 else 2
            found.append(Standing(line, year, str(region), code, expected, digits))
    return found


def put_right(
    study: Study, edition: str, tables: Mapping[int, pd.DataFrame], cells: Collection[Standing]
) -> dict[int, pd.DataFrame]:
    """Return the indicators of an edition with cells put right, and what is computed from them."""
    catalogue, right = study_catalogue(study), {year: table.copy() for year, table in tables.items()}
    for each in cells:
        right[each.year].loc[each.region, each.code] = each.value
    for year in {each.year for each in cells}:
        held, _ = assembled(study, year, edition)
        computed = [code for code in catalogue.derived if code in right[year] and code not in held]
        attrs = right[year].attrs
        right[year] = catalogue.derive(right[year].drop(columns=computed))[list(tables[year])]
        right[year].attrs = attrs
    return right


MOST_GRADED = 50  # faults that are put right one by one: each is one more rating


def fault_effects(study: Study, audit: Audit, *, edition: str | None = None) -> pd.DataFrame:
    """Put every fault right alone, and say what that does to the ranks and classes of the regions of its cells.

    Of a fault that is open between several readings each reading stands for itself.

    Returns
    -------
    DataFrame
        Of each cell of the ledger on which the edition stands: table, column, region (code), year, printed, expected,
        digits (that it prints), rank_before, rank_after, class_before, class_after. ``attrs``: `left` (cells of the
        faults beyond the first 50, which are not computed) and `without` (cells of the ledger that are not among
        them: no index stands on them, or what should stand there is not known).
    """
    edition, rows, catalogue, ledger = edition or study.study.edition, [], study_catalogue(study), audit.ledger
    tables = {year: load_indicators(year, edition=edition, study=study) for year in study.years}
    together: dict[str, list[Standing]] = {}
    for each in standing_cells(study, edition, tables, audit):
        of = "finding" if is_open(ledger["cause"].iloc[each.line]) else "fault"
        together.setdefault(str(ledger[of].iloc[each.line]), []).append(each)
    before, groups = study_ratings(study, tables, catalogue) if together else {}, list(together.values())
    for cells in groups[:MOST_GRADED]:
        with suppress(GrowthpolesError):  # what the audit expects may be no value that the method takes
            after = study_ratings(study, put_right(study, edition, tables, cells), catalogue)
            for each in cells:
                own, both = ledger.iloc[each.line], (("before", before[each.year]), ("after", after[each.year]))
                row = {"table": own["table"], "column": own["column"], "region": each.region, "year": each.year}
                row |= {"printed": own["printed"], "expected": float(own["expected"]), "digits": each.digits}
                row |= {f"rank_{name}": frame["rank"].get(each.region) for name, frame in both}
                row |= {f"class_{name}": frame["rating_class"].get(each.region) for name, frame in both}
                rows.append(row)
    frame = pd.DataFrame(rows).astype({"rank_before": "Int64", "rank_after": "Int64"}) if rows else pd.DataFrame()
    left = len({each.line for cells in groups[MOST_GRADED:] for each in cells})
    known = len({each.line for cells in groups for each in cells})
    frame.attrs = {"left": left, "without": len(ledger) - known}
    return frame
