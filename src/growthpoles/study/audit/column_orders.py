"""Column orders: the row order of every column of a study, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, Number, Reason
from growthpoles.language.number_format import format_count
from growthpoles.randomness import generator as random_generator
from growthpoles.study.audit.arithmetic import HiddenCopy, hidden_formulas, implied_denominator
from growthpoles.study.audit.printed_cells import Sources, sentence_frame
from growthpoles.study.audit.row_order import UNDECIDED, Alignment, align

MIXED = "mixed"
_IMPLIED = Reason("implied, not printed", {})
COLUMN_ORDER_COLUMNS = (
    "table", "column", "year", "labels", "verdict", "method", "reference", "confidence", "p_value", "permutations",
    "ranks", "deviations", "margin", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ColumnOrder:
    """Verdict on one column: `order` is regions by row number (empty if mixed or undecided).

    `elsewhere` says that a ratio fits the inputs of other rows.
    """

    table: int
    column: str
    year: int
    labels: str
    verdict: str
    method: str
    reference: str
    order: tuple[str, ...]
    evidence: str
    alignment: Alignment | None = None
    printed: bool = True
    confidence: float = float("nan")
    elsewhere: bool = False

    @property
    def decided(self) -> bool:
        """Whether an order was found."""
        return bool(self.order)

    def to_dict(self) -> dict[str, Any]:
        """One line of the table of alignments."""
        tested = self.alignment
        ranks = deviations = ""
        if tested is not None:
            ranks = "; ".join(f"{name} {rank}" for name, rank in tested.candidates["rank"].items())
            deviations = "; ".join(f"{name} {total:.2f}" for name, total in tested.candidates["deviation"].items())
        return {
            "table": self.table,
            "column": self.column,
            "year": self.year,
            "labels": self.labels,
            "verdict": self.verdict,
            "method": self.method,
            "reference": self.reference,
            "confidence": self.confidence,
            "p_value": tested.p_value if tested is not None else np.nan,
            "permutations": tested.permutations if tested is not None else 0,
            "ranks": ranks,
            "deviations": deviations,
            "margin": tested.margin if tested is not None else np.nan,
            "evidence": self.evidence,
        }


def alignment_frame(orders: list[ColumnOrder]) -> pd.DataFrame:
    """Return one line per column: order of the labels, verdict, how it was reached, how sure it is."""
    lines = [[order.to_dict()[name] for name in COLUMN_ORDER_COLUMNS] for order in orders]
    return sentence_frame(lines, COLUMN_ORDER_COLUMNS, ("labels", "verdict", "reference", "evidence"))


def listed(rows: list[int]) -> str:
    """Write row numbers with ranges: 5, 7-11, 14."""
    parts: list[str] = []
    rows = sorted(set(rows))
    start = 0
    for at in range(1, len(rows) + 1):
        if at == len(rows) or rows[at] != rows[at - 1] + 1:
            parts.append(str(rows[start]) if at - start == 1 else f"{rows[start]}-{rows[at - 1]}")
            start = at
    return ", ".join(parts)


def column_orders(
    sources: Sources,
    arithmetic: pd.DataFrame,
    copies: Sequence[HiddenCopy],
    *,
    rng: np.random.Generator | int | None = None,
) -> list[ColumnOrder]:
    """Decide the order of every column.

    Parameters
    ----------
    sources : Sources
    arithmetic : DataFrame
        :func:`growthpoles.study.audit.arithmetic.check_arithmetic` of the same cells.
    copies : list of HiddenCopy
        :func:`growthpoles.study.audit.arithmetic.find_copies`.
    rng : Generator or int, optional
        For random permutations where all are too many; None is the fixed seed.

    Returns
    -------
    list of ColumnOrder
        Every printed column, and every unprinted denominator that is implied, by table in printed order.

    Notes
    -----
    1. A column whose cells another table of the same year repeats region by region, under another order of the rows,
       confirms the labels of both tables.
    2. A column is compared with the same column of another year (:func:`growthpoles.study.audit.row_order.align`),
       whose labels are taken as they stand: a year with confirmed labels if there is one, else the latest.
    3. An implied denominator is compared with the printed quantity that follows it most closely where the candidate
       orders agree.
    4. A ratio has the order of its inputs, row by row or as its exact fit to their rows says; "mixed" if numerator
       and denominator are in different orders.
    """
    generator = random_generator(rng)
    confirmed = confirmed_labels(sources)
    found: dict[tuple[int, str], ColumnOrder] = {}
    keys = [(table, column) for table in sources.tables for column in sources.columns(table)]
    rules = {key: sources.formula(key[1]) for key in keys}
    for (table, column), rule in rules.items():
        if rule is None:
            found[(table, column)] = _primary(sources, table, column, confirmed, generator)
    for table in sources.tables:
        for formula in hidden_formulas(sources, table):
            name = str(formula["denominator"])
            found[(table, name)] = _implied(sources, table, formula, confirmed, copies, found, generator)
    for (table, column), rule in rules.items():
        if rule is not None:
            found[(table, column)] = _derived(sources, table, column, rule[:2], arithmetic, found)
    keys += [key for key in found if key not in keys]
    return [found[key] for key in sorted(keys, key=lambda key: key[0])]


def confirmed_labels(sources: Sources) -> dict[int, Reason]:
    """Return tables whose labels another confirms: a column of the same year, another row order, equal by region."""
    found: dict[int, Reason] = {}
    for column in dict.fromkeys(sources.cells["column"]):
        tables = [table for table in sources.tables if column in sources.columns(table)]
        for first in tables:
            for second in tables:
                same_year = sources.year(first) == sources.year(second)
                if first == second or not same_year or _label_order(sources, first) == _label_order(sources, second):
                    continue
                left = sources.column(first, column).set_axis(sources.labels(first))
                right = sources.column(second, column).set_axis(sources.labels(second))
                if set(left.index) == set(right.index) and (left == right.reindex(left.index)).all():
                    by_row = int((left.to_numpy() == right.to_numpy()).sum())
                    if by_row < len(left):
                        found[first] = Reason(
                            "{column} repeats table {table} in {count} of {all} regions by label, {rows} by row "
                            "number",
                            {
                                "column": column, "table": second, "count": len(left), "all": len(left),
                                "rows": by_row,
                            },
                        )  # fmt: skip
    return found


def _label_order(sources: Sources, table: int) -> tuple[str, ...]:
    return tuple(sources.labels(table))


def _candidates(sources: Sources, regions: set[str]) -> dict[str, tuple[str, ...]]:
    return {name: order for name, order in sources.orders.items() if set(order) == regions}


def _by_label(sources: Sources, table: int, column: str) -> pd.Series:
    return sources.column(table, column).set_axis(sources.labels(table).to_numpy())


def _test(values: pd.Series, reference: pd.Series, sources: Sources, rng: np.random.Generator) -> Alignment | None:
    """Compare with the candidate orders; None where there are fewer than two or a value cannot be compared."""
    candidates = _candidates(sources, set(map(str, reference.index)))
    usable = all((part.notna() & (part > 0)).all() for part in (values, reference))
    if len(candidates) < 2 or not usable or len(values) != len(reference):
        return None
    return align(values, reference, candidates=candidates, rng=rng)


def _primary(
    sources: Sources, table: int, column: str, confirmed: Mapping[int, Reason], rng: np.random.Generator
) -> ColumnOrder:
    """Decide a column that follows from no other."""
    year, order = sources.year(table), _label_order(sources, table)
    base = ColumnOrder(
        table, column, year, sources.order_name(order), sources.order_name(order), "labels", "", order, ""
    )
    others = [t for t in sources.tables if column in sources.columns(t) and sources.year(t) != year]
    reference = _reference(sources, table, others, confirmed)
    if reference is None:
        tests = [
            _test(sources.column(other, column), _by_label(sources, table, column), sources, rng) for other in others
        ]
        support = next((test for test in tests if test is not None), None)
        if table in confirmed:
            base = replace(base, method="labels (confirmed for the table)", evidence=confirmed[table])
            if column == confirmed[table].places["column"]:
                base = replace(base, method="exact: repeated by label", confidence=1.0)
        if support is not None and others:
            sure = base.confidence
            named = Reason("agrees with table {table} under neither order clearly", {"table": others[0]})
            if support.verdict != UNDECIDED:
                places = {"table": others[0], "order": support.verdict}
                named = Reason("agrees with table {table} under order {order}", places)
                sure = max(support.confidence, 0.0 if np.isnan(sure) else sure)
            evidence = Joined(filter(None, [base.evidence, named]))
            base = replace(base, evidence=evidence, reference=_table(others[0]), confidence=sure)
        return base
    test = _test(sources.column(table, column), _by_label(sources, reference, column), sources, rng)
    if test is None:
        return base
    return _from_test(base, test, _by_labels_of(reference, column))


def _table(number: int) -> Reason:
    return Reason("table {number}", {"number": number})


def _by_labels_of(table: int, column: str) -> Reason:
    return Reason("table {table}, {column}, by label", {"table": table, "column": column})


def _from_test(base: ColumnOrder, test: Alignment, reference: str) -> ColumnOrder:
    ranks = [
        Reason("{order} {rank}", {"order": name, "rank": format_count(int(rank))})
        for name, rank in test.candidates["rank"].items()
    ]
    places = {"count": format_count(test.permutations), "ranks": Joined(ranks, ", ")}
    evidence = Joined([
        Reason("rank among all {count} permutations: {ranks}", places)
        if test.exact
        else Reason("rank among random {count} permutations: {ranks}", places),
        Reason("confidence {value}", {"value": Number(f"{test.confidence:.4f}")}),
    ])  # fmt: skip
    verdict, order = test.verdict, test.order if test.verdict != UNDECIDED else ()
    return replace(
        base,
        verdict=verdict,
        method="continuity",
        reference=reference,
        order=order,
        evidence=evidence,
        alignment=test,
        confidence=test.confidence,
    )


def _reference(sources: Sources, table: int, others: list[int], confirmed: Mapping[int, Reason]) -> int | None:
    """Table whose labels are taken as they stand when `table` is judged; None if `table` itself is such a one."""
    if not others:
        return None

    def trust(number: int) -> tuple[bool, int]:
        return number in confirmed, sources.year(number)

    best = max(others, key=trust)
    return best if trust(best) > trust(table) else None


def _implied(
    sources: Sources,
    table: int,
    formula: dict[str, Any],
    confirmed: Mapping[int, Reason],
    copies: Sequence[HiddenCopy],
    found: dict[tuple[int, str], ColumnOrder],
    rng: np.random.Generator,
) -> ColumnOrder:
    """Decide an unprinted denominator: equal to another table's row by row, or close to the quantity it follows."""
    name, year, order = str(formula["denominator"]), sources.year(table), _label_order(sources, table)
    label = sources.order_name(order)
    base = ColumnOrder(table, name, year, label, label, "labels", "", order, _IMPLIED, printed=False)
    for copy in copies:
        earlier = found.get((copy.earlier, name))
        if copy.later == table and copy.column == formula["column"] and earlier is not None:
            evidence = Reason(
                "equals that of table {table} row by row in {count} of {all} rows",
                {"table": copy.earlier, "count": len(copy.rows), "all": len(copy.frame)},
            )
            return replace(
                base,
                verdict=earlier.verdict,
                method="exact: repeated by row",
                reference=_table(copy.earlier),
                order=earlier.order,
                evidence=evidence,
                confidence=earlier.confidence,
            )
    values = implied_denominator(sources, table, formula)["value"]
    tests: list[tuple[float, str, Alignment]] = []
    for other in sources.tables:
        if _reference(sources, table, [other], confirmed) is None or sources.year(other) == year:
            continue
        for column in sources.columns(other):
            if sources.formula(column) is None:
                test = _test(values, _by_label(sources, other, column), sources, rng)
                if test is not None:
                    tests.append((_agreed_scatter(test, sources), _by_labels_of(other, column), test))
    if not tests:
        return base
    scatter, reference, test = min(tests, key=lambda entry: entry[0])
    found_order = _from_test(base, test, reference)
    return replace(
        found_order,
        method="continuity (proxy)",
        evidence=Joined(
            [_IMPLIED, found_order.evidence, Reason("scatter {value}", {"value": Number(f"{scatter:.2f}")})]
        ),
    )


def _agreed_scatter(test: Alignment, sources: Sources) -> float:
    """Mean absolute deviation over the rows in which all candidates agree; it favours no candidate."""
    orders = list(_candidates(sources, set(test.order)).values())
    agreed = [at for at in range(len(test.order)) if len({order[at] for order in orders}) == 1]
    part = test.rows["deviation"].abs().to_numpy()
    return float(part[agreed].mean()) if len(agreed) >= 3 else float(part.mean())


def _derived(
    sources: Sources,
    table: int,
    column: str,
    inputs: tuple[str, str],
    arithmetic: pd.DataFrame,
    found: dict[tuple[int, str], ColumnOrder],
) -> ColumnOrder:
    """Give a ratio the order of its inputs, moved as its exact fit to their rows says."""
    label_order = _label_order(sources, table)
    base = ColumnOrder(
        table, column, sources.year(table), sources.order_name(label_order), UNDECIDED, "labels", "", (), ""
    )
    parts = [found[(table, name)] for name in inputs if (table, name) in found]
    if len(parts) < 2:
        return replace(base, verdict=base.labels, order=label_order)
    reference = Joined(
        [Reason("{column} ({order})", {"column": part.column, "order": part.verdict}) for part in parts], " and "
    )
    moved = arithmetic[
        (arithmetic["table"] == table)
        & (arithmetic["column"] == column)
        & (arithmetic["cause"] == "swapped rows")
        & arithmetic["unique"].astype(bool)
    ]
    numbers = list(sources.labels(table).index)
    source = dict(zip(numbers, numbers, strict=True)) | dict(zip(moved["row"], moved["source_row"], strict=True))
    fit = (
        Reason("fits the inputs of other rows in rows {rows}", {"rows": listed(list(moved["row"]))})
        if len(moved)
        else Reason("fits its inputs row by row", {})
    )
    # A ratio is as sure as the less sure of its inputs.
    sure = float(np.min([part.confidence for part in parts]))
    base = replace(base, method="exact: fits its inputs", reference=reference, evidence=fit, confidence=sure)
    base = replace(base, elsewhere=bool(len(moved)))
    undecided = [part.column for part in parts if part.verdict == UNDECIDED]
    if undecided:
        told = Reason("{columns} undecided", {"columns": Joined(undecided, " and ")})
        return replace(base, evidence=Joined([fit, told]))
    if parts[0].order != parts[1].order:
        return replace(base, verdict=MIXED, evidence=Joined([fit, Reason("its inputs are in different orders", {})]))
    by_row = dict(zip(numbers, parts[0].order, strict=True))
    order = tuple(by_row[source[row]] for row in numbers)
    return replace(base, verdict=sources.order_name(order), order=order)
