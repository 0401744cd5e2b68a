"""Findings on row order: columns, or rows of one year, whose values belong to other regions than labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, Number, Reason
from growthpoles.study.audit.between_years import (
    CLOSE,
    FEWEST,
    NEAR_YEARS,
    OPEN_YEAR,
    RARER,
    cells_of,
    chance_of,
    growth,
    lies_between,
    spread_of,
    years_beside,
)
from growthpoles.study.audit.causes.hypotheses import moved_to, twins
from growthpoles.study.audit.causes.printed_relations import Block
from growthpoles.study.audit.column_orders import ColumnOrder, listed
from growthpoles.study.audit.findings import Cell, Correction, Fault, Finding, cell, fix_cells, one_reading
from growthpoles.study.audit.printed_cells import Sources
from growthpoles.study.audit.readings import Reading
from growthpoles.study.audit.row_order import UNDECIDED

#: An order is a finding on its own below this p-value times the number of columns tested ...
FAMILY_ALPHA = 0.01
#: ... and only where the order of the labels does no better than this share of all permutations.
LABEL_SHARE = 0.05
_ANY = 5.0  # log odds against rows in any order beside those in a block
#: Columns often grow alike: growth that two of them show is given heavier tails; log chance that each of them may have.
_HEAVY, _BESIDE = 1.5, float(np.log(3e-4))
_ENDS = 4  # rows out of line at which a block of moved rows may begin or end


def order_findings(sources: Sources, orders: list[ColumnOrder], lost: set[tuple[int, str, str]]) -> list[Finding]:
    """Turn columns whose rows belong to other regions than their labels into findings.

    A column counts when it is decided against its labels and either beyond doubt (p below 0.01 over the number of
    columns tested, while the labels do no better than the best 5 % of permutations) or in a table where another
    column is, in the same order. Ratios of such columns follow. `lost` lists (table, column, region) of inputs that
    cannot be used.
    """
    tested = [order for order in orders if order.alignment is not None]
    strong = {(o.table, o.verdict) for o in tested if o.printed and _beyond_doubt(o, len(tested))}
    by_key = {(order.table, order.column): order for order in orders}
    found = []
    for order in orders:
        if not order.printed:
            continue
        inputs = _parts(sources, order, by_key)
        moved_inputs = [part for part in inputs if _moved(part, strong)]
        if inputs:
            if moved_inputs and not order.elsewhere:
                found.append(_follows(sources, order, inputs, moved_inputs, lost))
        elif _moved(order, strong):
            found.append(_moved_column(sources, order))
        elif order.verdict == UNDECIDED and any(table == order.table for table, _ in strong):
            alternative = next(verdict for table, verdict in strong if table == order.table)
            found.append(_undecided(sources, order, alternative))
    return found


def _beyond_doubt(order: ColumnOrder, tests: int) -> bool:
    """Whether a column stands in another order than its labels, beyond doubt on its own."""
    test = order.alignment
    if test is None or not order.decided or order.verdict == order.labels or order.labels not in test.candidates.index:
        return False
    return test.p_value * tests <= FAMILY_ALPHA and float(test.candidates["share"][order.labels]) > LABEL_SHARE


def _moved(order: ColumnOrder, strong: set[tuple[int, str]]) -> bool:
    """Whether an input column counts as moved (printed or implied); a column of an anchored year never is."""
    return order.decided and order.verdict != order.labels and (order.table, order.verdict) in strong


def _parts(sources: Sources, order: ColumnOrder, by_key: dict[tuple[int, str], ColumnOrder]) -> list[ColumnOrder]:
    rule = sources.formula(order.column)
    return [by_key[order.table, name] for name in rule[:2] if (order.table, name) in by_key] if rule else []


def _moved_column(sources: Sources, order: ColumnOrder) -> Finding:
    values = sources.column(order.table, order.column)
    by_region = dict(zip(order.order, values.to_numpy(float), strict=True))
    cells = _elsewhere(
        sources, order, order.order, by_region,
        lambda _, region: Reason("row order: the value belongs to {region}", {"region": region}),
    )  # fmt: skip
    return Finding(
        f"t{order.table}-{order.column}-order",
        Fault("column order", table=order.table, order=order.verdict),
        cells,
        _against(order),
        _reorder(order.table, order.column, order.order),
        order.year,
    )


def _against(order: ColumnOrder) -> Reason:
    return Reason("against {reference}: {evidence}", {"reference": order.reference, "evidence": order.evidence})


def _elsewhere(
    sources: Sources,
    order: ColumnOrder,
    regions: Sequence[str],
    expected: Mapping[str, float],
    cause: Callable[[str, str], Reason],
) -> tuple[Cell, ...]:
    """Cells of a column whose label is not the region that an order puts into their row."""
    return tuple(
        cell(
            sources,
            order.table,
            int(str(row)),
            order.column,
            expected=expected.get(label, np.nan),
            cause=cause(str(label), region),
        )
        for (row, label), region in zip(sources.labels(order.table).items(), regions, strict=True)
        if label != region
    )


def _reorder(table: int, column: str, order: tuple[str, ...]) -> Correction:
    """Put a column in another order and recompute the ratios of its table that use it, where its value changed."""

    def correct(reading: Reading) -> Reading:
        before = reading.column(table, column)
        fixed = reading.with_order(table, column, order)
        after = fixed.column(table, column).reindex(before.index)
        changed = [str(region) for region in before.index[(before != after).to_numpy()]]
        for name in reading.sources.ratios_of(table, column):
            moved = fixed.ratio(table, name)
            if moved is None:
                # The denominator is not printed: with its numerator the ratio moves as it stands.
                moved = Reading(reading.name, reading.sources, {**reading.orders, table: order}).column(table, name)
            fixed = fixed.with_cells(table, name, {region: float(moved[region]) for region in changed})
        return fixed

    return correct


def _follows(
    sources: Sources,
    order: ColumnOrder,
    inputs: list[ColumnOrder],
    moved: list[ColumnOrder],
    lost: set[tuple[int, str, str]],
) -> Finding:
    """Describe a ratio of moved inputs: another region's, or a mixture of two."""
    labels = sources.labels(order.table)
    rule = sources.formulas[sources.formulas["column"] == order.column].iloc[0]
    expected: dict[str, float] = {}
    if len(inputs) == 2 and all(part.decided for part in inputs):
        if all(part.printed for part in inputs):
            parts = [
                pd.Series(sources.column(part.table, part.column).to_numpy(float), index=pd.Index(part.order))
                for part in inputs
            ]
            ratio = float(rule["factor"]) * parts[0] / parts[1].reindex(parts[0].index)
        else:
            values = sources.column(order.table, order.column).to_numpy(float)
            ratio = pd.Series(values, index=pd.Index(order.order or inputs[0].order))
        for region, value in ratio.items():
            gone = any((part.table, part.column, str(region)) in lost for part in inputs)
            expected[str(region)] = np.nan if gone else float(value)
    cells = []
    for at, (row, label) in enumerate(labels.items()):
        owners = [part.order[at] if part.decided else None for part in inputs]
        if all(owner == label for owner in owners):
            continue
        if all(owner == owners[0] for owner in owners):
            cause = Reason("follows: the value belongs to {region}", {"region": owners[0]})
        else:
            above, below = (
                Reason("{column} in an undecided order", {"column": part.column})
                if owner is None
                else Reason("{column} of {region}", {"column": part.column, "region": owner})
                for part, owner in zip(inputs, owners, strict=True)
            )
            cause = Reason("follows: {above} over {below}", {"above": above, "below": below})
        if None in owners and all(part.order[at] == label for part in inputs if part.decided):
            continue
        cells.append(
            cell(
                sources,
                order.table,
                int(str(row)),
                order.column,
                expected=expected.get(str(label), np.nan),
                cause=cause,
            )
        )
    values_now = {region: value for region, value in expected.items() if region in {c.region for c in cells}}
    return Finding(
        f"t{order.table}-{order.column}-follows",
        Fault("column order", table=order.table, order=moved[0].verdict),
        tuple(cells),
        Reason("computed row by row from {reference}", {"reference": order.reference}),
        fix_cells(order.table, order.column, values_now) if values_now else None,
        order.year,
        notice=not values_now,
    )


def _undecided(sources: Sources, order: ColumnOrder, alternative: str) -> Finding:
    """Describe a column of a moved table whose own numbers do not decide."""
    other = sources.orders[alternative]
    cells = _elsewhere(
        sources, order, other, {},
        lambda label, region: Reason(
            "row order undecided: {region} or {other_region}", {"region": label, "other_region": region}
        ),
    )  # fmt: skip
    return Finding(
        f"t{order.table}-{order.column}-undecided",
        Fault("undecided order", table=order.table, column=order.column),
        cells,
        Joined(
            [_against(order), Reason("other columns of the table are in the {order} order", {"order": alternative})]
        ),
        _reorder(order.table, order.column, tuple(other)),
        order.year,
        notice=True,
    )


def moved_rows(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    """Find rows whose growth is out of all bounds, and in place when they are dealt anew: moved in one of two years.

    Over many years regions grow apart by more than tables err: there a column tells of moved rows only beside another
    in which they moved alike.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.special import gammaln

    alike: dict[tuple[int, ...], list[tuple[bool, bool]]] = {}
    growths: dict[int, dict[str, tuple[Any, Any]]] = {}  # table -> column -> growth of rows, of all rows to all
    for name in block.columns:
        for other, place in twins(blocks, block.table, name):
            if (block.table, name) in results or (other.year or 0) > (block.year or 0):
                continue
            change, middle, scale = growth(block, other, place, name)
            if not np.isfinite(scale) or (place < 0).any():
                continue
            z = (change - middle) / scale
            n = int(np.isfinite(z).sum())
            with np.errstate(divide="ignore", invalid="ignore"):
                ours, theirs = np.log(block.columns[name].value), np.log(other.columns[name].value[place])
                every = np.abs((ours[None, :] - theirs[:, None] - middle) / scale)  # of two zeros: nothing
            rate = float((every[~np.eye(len(z), dtype=bool)] < CLOSE).mean())
            at = np.flatnonzero(np.abs(z) > 4)
            every = np.where(np.isfinite(every), every, np.inf)
            growths.setdefault(other.table, {})[name] = np.abs(z), every
            every = np.minimum(every, 4 * CLOSE)
            source, fits = at, np.zeros(len(at), dtype=bool)
            while 2 <= len(at) <= n / 2 and not fits.all():
                _, order = linear_sum_assignment(every[np.ix_(at, at)])
                source = at[order]
                fits = every[at, source] <= CLOSE
                at = at[fits]  # the others grew
            if not fits.all() or len(at) < 2:
                continue
            k = len(at)
            ways = gammaln(n + 1) - gammaln(n - k + 1) + k * np.log(max(rate, 1e-12))
            ways += np.log(len(block.columns))
            near = not (block.year and other.year and block.year - other.year > NEAR_YEARS)
            alone = near and chance_of(z, at) + ways < RARER
            beside = chance_of(z, at, tail=_HEAVY) + ways < _BESIDE
            alike.setdefault((other.table, *map(int, at), *map(int, source)), []).append((alone, beside))
    for (table, *moved), columns in alike.items():
        if not any(alone for alone, _ in columns) and sum(beside for _, beside in columns) < 2:
            continue
        rows, sources = np.array(moved).reshape(2, -1)
        owner = dict(zip(sources.tolist(), rows.tolist(), strict=True))
        for name, (z, every) in growths[table].items():
            dealt = every[rows, sources]
            if (z[rows] > 4).all() and (dealt < np.maximum(CLOSE, z[rows] / 3)).all():
                yield _between_years(block, blocks[table], owner, name, z[rows].max(), dealt.max())


def _between_years(
    block: Block, other: Block, owner: Mapping[int, int], name: str, most: float, worst: float
) -> Finding:
    """Describe rows of a column that moved between two years; `owner` says whose figures stand in a row."""
    at = sorted(owner)
    home = {region: i for i, region in enumerate(other.regions)}
    cells = []
    for side, back in ((other, {v: u for u, v in owner.items()}), (block, owner)):
        for i in at:
            row = home[block.regions[i]] if side is other else i
            cells += cells_of(side, name, [row], one_reading(moved_to(block.regions[back[i]])))
    rows = listed([block.rows[i] for i in at])
    fault = Fault("moved between years", table=other.table, other_table=block.table, column=name, rows=rows)
    if len(at) == 2:
        one, two = (block.regions[i] for i in at)
        first, last = other.year or 0, block.year or 0
        fault = replace(
            fault, kind="exchanged between years", region=one, other_region=two, year=first, other_year=last
        )
    told = {"value": Number(f"{most:.0f}"), "count": len(at), "low": Number(f"{worst:.1f}")}
    evidence = Joined([
        Reason(
            "growth up to {value} spreads from the common one in {count} rows, within {low} when they are dealt anew",
            told,
        ),
        OPEN_YEAR,
    ])  # fmt: skip
    return Finding(f"t{other.table}-t{block.table}-{name}-moved", fault, tuple(cells), evidence)


def rows_out_of_line(blocks: Mapping[int, Block], block: Block, results: set[tuple[int, str]]) -> Iterator[Finding]:
    """Find rows of a year that are out of line where two other years agree, and in line when they are dealt anew.

    A block that stands one or two rows on, or upside down, may be the whole column; any other order needs figures that
    are far enough apart.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.special import gammaln

    for name in block.columns:
        beside = years_beside(blocks, block, name) if (block.table, name) not in results else None
        if beside is None:
            continue
        one, two, first, second = beside
        with np.errstate(divide="ignore", invalid="ignore"):
            own = np.log(np.where(block.columns[name].value > 0, block.columns[name].value, np.nan))
        expected = (first + second) / 2 if lies_between(block, one, two) else first
        rows = np.flatnonzero(np.isfinite(own) & np.isfinite(first) & np.isfinite(second))
        n = len(rows)
        if n < FEWEST or n < 0.8 * len(own):
            continue
        scale = max(spread_of((second - first)[rows])[1], 0.01)
        own, expected = own[rows], expected[rows]
        off = own - expected
        z = (off - np.median(off)) / scale
        # Where the two other years disagree they are no witnesses.
        apart = (second - first)[rows] - np.median((second - first)[rows])
        at = np.flatnonzero((np.abs(z) > 4) & (np.abs(apart) < 4 * scale))
        if len(at) < 3:
            continue
        every = np.abs(own[None, :] - expected[:, None] - np.median(off)) / scale
        rate = max(float((every[~np.eye(n, dtype=bool)] < CLOSE).mean()), 1e-12)
        ways: list[tuple[Any, Any, float]] = []  # places, those whose figures are theirs, how many such ways (log)
        # A row or two at the ends may be out of line by growth, or in line by chance.
        starts = {int(i) - by for i in at[:_ENDS] for by in range(3) if i >= by}
        ends = {int(i) + by for i in at[-_ENDS:] for by in range(3) if i + by < n}
        for start, end in product(sorted(starts), sorted(ends)):
            if end - start < 2:
                continue
            part = np.arange(start, end + 1)
            orders = [(part, order) for order in (*(np.roll(part, by) for by in (1, -1, 2, -2)), part[::-1])]
            # Without a wrap: one was typed twice, and one is lost.
            orders += [(part - by, part) for by in (1, -1, 2, -2) if start - by >= 0 and end - by < n]
            ways += [(places, order, float(np.log(9.0 * n * n))) for places, order in orders]
        _, source = linear_sum_assignment(every[np.ix_(at, at)])
        ways.append((at, at[source], float(gammaln(n + 1) - gammaln(n - len(at) + 1)) + _ANY))
        best: tuple[float, Any, Any] | None = None
        for places, order, many in ways:
            dealt = own.copy()
            dealt[order] = np.nan
            dealt[places] = own[order]
            new = dealt - expected
            after = np.abs((new - np.nanmedian(new)) / scale)
            moved = places != order
            k, fit = int(moved.sum()), int((after[places[moved]] < CLOSE).sum())
            odd = np.intersect1d(at, np.union1d(places[moved], order[moved]))
            worst = float(np.nanmax(after[places]))
            if fit < 0.9 * k or len(odd) < max(3, 0.4 * k, 0.6 * len(at)) or worst > np.abs(z).max() / 2:
                continue
            chance = many + np.log(float(comb(k, fit))) + fit * np.log(rate) + chance_of(z, odd)
            left = round(float(np.square(np.minimum(np.nan_to_num(after, nan=1.5 * CLOSE), 6.0)).sum()), 6)
            if chance + np.log(len(block.columns)) < RARER and (best is None or left < best[0]):
                best = left, places[moved], order[moved]
        if best is None:
            continue
        # The figure that belongs to a place is printed in another one: that cell is told.
        owner = {int(rows[there]): int(rows[here]) for here, there in zip(best[1], best[2], strict=True)}
        cells = [
            each for i, of in sorted(owner.items()) for each in cells_of(block, name, [i], moved_to(block.regions[of]))
        ]
        fault = Fault("moved rows", table=block.table, column=name, rows=listed([block.rows[i] for i in sorted(owner)]))
        evidence = Reason(
            "up to {value} spreads from what {year} and {other_year} have, and in line when {count} rows are dealt "
            "anew",
            {"value": Number(f"{np.abs(z).max():.0f}"), "year": one.year, "other_year": two.year, "count": len(owner)},
        )
        yield Finding(f"t{block.table}-{name}-moved", fault, tuple(cells), evidence, None, block.year)
