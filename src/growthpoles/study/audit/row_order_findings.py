"""Findings on row order: columns whose values belong to other regions than labelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, Reason
from growthpoles.study.audit.column_orders import ColumnOrder
from growthpoles.study.audit.findings import Cell, Correction, Fault, Finding, cell, fix_cells
from growthpoles.study.audit.printed_cells import Sources
from growthpoles.study.audit.readings import Reading
from growthpoles.study.audit.row_order import UNDECIDED

#: An order is a finding on its own below this p-value times the number of columns tested ...
FAMILY_ALPHA = 0.01
#: ... and only where the order of the labels does no better than this share of all permutations.
LABEL_SHARE = 0.05


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
