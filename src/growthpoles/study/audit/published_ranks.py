"""Published ranks and classes against their own index: places with ties, from either end; classes in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Reason
from growthpoles.study.audit.causes.printed_relations import Array, Mask
from growthpoles.study.audit.column_orders import listed
from growthpoles.study.audit.findings import SEVERITIES, Cell, Fault, Finding, one_reading, published_figure
from growthpoles.study.audit.printed_cells import Sources, printed_decimal, read_table
from growthpoles.study.files.printed_tables import Decimal, cell_number

if TYPE_CHECKING:
    from growthpoles.study.study_spec import Study

_RANGE = re.compile(r"(\d+)\s*[-\N{EN DASH}]\s*(\d+)")
#: A column is taken for ranks or classes of another where so many of its rows agree.
HOLDS = {"rank": 0.75, "class": 0.9}
_RARE = float(np.log(1e-4))
#: The same for a column whose name says what it is.
_NAMED = float(np.log(1e-2))
_CALLED = {
    "rank": re.compile(r"\brank|\bplace|position|место|ранг|орын|рейтинг"),
    "class": re.compile(r"\bclass|group|categor|zone|type|tier|класс|групп|катег|зона|тип|топ|санат|сынып"),
}
_INDEX = re.compile(r"\bindex|\bscore|\brating|индекс|балл|рейтинг|оценк|көрсеткіш")
_FEWEST = 5


def rank_value(text: str, decimal: Decimal) -> float:
    """Read a rank; "3-4" is a place shared by two."""
    shared = _RANGE.fullmatch(text.strip())
    if shared:
        return (int(shared[1]) + int(shared[2])) / 2
    try:
        return cell_number(text, decimal=decimal)
    except DataError:
        return float("nan")


def rank_misfits(index: Array, ranks: Array) -> tuple[Mask, Array]:
    """Return the rows whose rank is not that of the index, and the rank that would be (the first of a tie).

    The best place may be the greatest or the least value; ties may share the first, the last or the middle place, stand
    in any order, or be counted without leaving places out: whatever most rows agree with. NaN is not compared; a region
    without both may hold a place all the same.
    """
    best: tuple[Mask, Array] | None = None
    known = np.isfinite(index) & np.isfinite(ranks)
    # A region with a rank and without an index may stand anywhere.
    free = int((np.isfinite(ranks) & ~np.isfinite(index)).sum())
    hidden = int((~np.isfinite(ranks) & ~np.isfinite(index)).sum())
    for values in (-index, index):
        with np.errstate(invalid="ignore"):
            first = 1.0 + (values[None, :] < values[:, None]).sum(axis=1)
            last = (values[None, :] <= values[:, None]).sum(axis=1).astype(float)
        dense = pd.Series(values).rank(method="dense").to_numpy()
        for low, high in ((first, last + free), (dense, dense + free)):
            wrong = known & ((ranks < low) | (ranks > high))
            states = [(wrong, low)]
            for _ in range(hidden if wrong.any() else 0):
                # Its place is one that is not printed; where two follow each other, the first alone mends nothing.
                places = np.setdiff1d(np.arange(1.0, len(index) + 1), ranks[known])
                steps = [np.where(low >= place, 1.0, 0.0) for place in places] or [np.zeros(len(index))]
                trials = [known & ((ranks < low + step) | (ranks > high + step)) for step in steps]
                at = int(np.argmin([trial.sum() for trial in trials]))
                low, high = low + steps[at], high + steps[at]
                states.append((trials[at], low))
            wrong, low = min(states, key=lambda state: int(state[0].sum()))
            if best is None or wrong.sum() < best[0].sum():
                best = np.asarray(wrong), np.asarray(low, dtype=float)
    assert best is not None
    return best


def class_misfits(index: Array, classes: Sequence[str]) -> Mask:
    """Return the fewest rows without which the classes are intervals of the index, in whatever direction."""
    known = np.flatnonzero(np.isfinite(index) & np.array([bool(text) for text in classes]))
    letters = np.array([classes[int(i)] for i in known])
    best = np.ones(len(index), dtype=bool)
    levels = pd.Series(index[known]).groupby(letters).median().sort_values()
    place = np.array([list(levels.index).index(letter) for letter in letters], dtype=float)
    order = np.lexsort((place, index[known]))
    kept = _longest_run(place[order])
    best[:] = False
    best[known] = True
    best[known[order[kept]]] = False
    return best


def _longest_run(values: Array) -> list[int]:
    """Return the positions of a longest non-decreasing subsequence."""
    length, before = np.ones(len(values), dtype=int), np.full(len(values), -1)
    for i in range(len(values)):
        for j in range(i):
            if values[j] <= values[i] and length[j] + 1 > length[i]:
                length[i], before[i] = length[j] + 1, j
    at, found = int(length.argmax()) if len(values) else -1, []
    while at >= 0:
        found.append(at)
        at = int(before[at])
    return found[::-1]


def order_finding(
    kind: str,
    column: pd.DataFrame,
    by: pd.DataFrame,
    index: Array,
    *,
    table: int,
    year: int | None,
    decimal: Decimal,
    sure: bool,
) -> Finding | None:
    """Hold a column of ranks or classes against its index, `index` by row; None where all follow.

    `column` and `by` are the printed cells (row, region, column, printed) in one order of rows. Where nothing else says
    that the index is right (`sure`), either of the two may be wrong.
    """
    printed = [str(text) for text in column["printed"]]
    want = np.full(len(index), np.nan)
    if kind == "rank":
        ranks = np.array([rank_value(text, decimal) for text in printed])
        there = np.isfinite(ranks)
        wrong, want = rank_misfits(index, ranks)
        alone = _one_index(index, ranks) if wrong.sum() > 2 and not sure else None
        if alone is not None:
            wrong, want = np.arange(len(index)) == alone, np.full(len(index), np.nan)
    else:
        classes = [text.strip() if any(map(str.isalnum, text)) else "" for text in printed]
        there = np.array([bool(text) for text in classes])
        wrong = class_misfits(index, classes)
    at = [int(i) for i in np.flatnonzero(wrong)]
    if not at:
        return None
    name, other = str(column["column"].iloc[0]), str(by["column"].iloc[0])
    rows = [int(row) for row in column["row"]]
    if kind == "class":
        fault = Fault("class order", table=table, column=name, rows=listed([rows[i] for i in at]), denominator=other)
    elif len(at) == 1:
        fault = Fault("rank", table=table, column=name, row=rows[at[0]], denominator=other)
    else:
        fault = Fault("rank order", table=table, column=name, rows=listed([rows[i] for i in at]), denominator=other)
    misfit = "not the rank by {column}" if kind == "rank" else "not the class by {column}"
    text = published_figure(Reason(misfit, {"column": other}))
    text, regions = text if sure else one_reading(text), list(map(str, column["region"]))
    cells = [Cell(table, rows[i], name, printed[i], float(want[i]), text, regions[i]) for i in at]
    if not sure:
        out = one_reading(Reason("out of the order of {column}", {"column": name}))
        cells += [
            Cell(table, rows[i], other, str(by["printed"].iloc[i]), np.nan, out, str(by["region"].iloc[i]))
            for i in at
        ]  # fmt: skip
    compared = int((np.isfinite(index) & there).sum())
    evidence = Reason(
        "{count} of {all} rows of {column} follow {other}",
        {"count": compared - len(at), "all": compared, "column": name, "other": other},
    )
    return Finding(f"t{table}-{name}-{kind}", fault, tuple(cells), evidence, None, year)


def _one_index(index: Array, ranks: Array) -> int | None:
    """Return the one row whose index is out of place: without it all ranks are in order."""
    for i in range(len(index)):
        rest = np.arange(len(index)) != i
        places = pd.Series(ranks[rest]).rank(method="min").to_numpy()
        if not rank_misfits(index[rest], np.asarray(places, dtype=np.float64))[0].any():
            return i
    return None


def ranked_columns(cells: pd.DataFrame, decimal: Decimal) -> list[tuple[str, str, str, str]]:
    """Propose which columns of a table are ranks or classes of another: kind, column, by, how many rows agree."""
    from scipy.special import gammaln

    wide = cells.pivot(index="row", columns="column", values="printed")[list(dict.fromkeys(cells["column"]))]
    values = cells.pivot(index="row", columns="column", values="value")
    found = []
    for name in wide.columns:
        texts = [str(text).strip() for text in wide[name]]
        ranks = np.array([rank_value(text, decimal) for text in texts])
        known = ranks[np.isfinite(ranks)]
        likely = len(known) >= _FEWEST and (known >= 1).all() and known.max() <= 1.1 * len(texts)
        kind = "rank" if likely and len(np.unique(known)) >= 0.7 * len(known) and (known % 0.5 == 0).all() else ""
        words = [text for text in texts if text and not any(map(str.isdigit, text))]
        if not kind and len(words) >= 0.8 * len(texts) and 2 <= len(set(words)) <= len(texts) / 2:
            kind = "class"
        best: tuple[int, str, int] | None = None
        for other in wide.columns if kind else ():
            index = values[other].to_numpy(float)
            seen = int(np.isfinite(index).sum())
            if other == name or seen < _FEWEST or len(np.unique(index[np.isfinite(index)])) < 0.7 * seen:
                continue
            wrong = rank_misfits(index, ranks)[0] if kind == "rank" else class_misfits(index, texts)
            bad = int(wrong.sum())
            groups = np.ones(seen) if kind == "rank" else np.array(list(Counter(filter(None, texts)).values()))
            # Orders that agree by chance: all but the misfits, in either direction, with any column.
            chance = (
                gammaln(groups + 1).sum()
                - gammaln(seen + 1)
                + bad * np.log(seen * len(groups))
                + np.log(2 * len(wide.columns))
            )
            named = _CALLED[kind].search(str(name).casefold()) is not None
            holds = seen - bad >= HOLDS[kind] * seen and chance < (_NAMED if named else _RARE)
            # Of columns in one order the one that is called an index.
            called = _INDEX.search(str(other).casefold()) is not None
            if holds and (best is None or (bad, not called) < (best[0], _INDEX.search(best[1].casefold()) is None)):
                best = bad, str(other), seen
        if best is not None:
            found.append((kind, str(name), best[1], f"{best[2] - best[0]} of {best[2]} rows"))
    return found


def published_rank_findings(
    study: Study, index: dict[int, list[pd.Series]], *, classes: bool
) -> list[tuple[Finding, str]]:
    """Check the ranks that a study published, and with `classes` the classes that no limits of the study give.

    `index` is the published index by year and region, as printed and mended: what is right by one of them follows.
    """
    found = []
    parts: list[tuple[str, Any]] = [("rank", study.published.rank)] + (
        [("class", study.published.rating_class)] if classes else []
    )
    source = study.published.index
    for kind, part in parts:
        for year, name in part.columns.items() if part is not None and source is not None else ():
            if year not in index:
                continue
            cells = read_table(study, part.table)
            column = cells[cells["column"] == name].sort_values("row")
            assert source is not None
            by = column.assign(column=source.columns[year])
            by_index = [
                order_finding(
                    kind, column, by, own.reindex(column["region"]).to_numpy(float),
                    table=part.table, year=year, decimal=printed_decimal(study), sure=True,
                )
                for own in index[year]
            ]  # fmt: skip
            if all(finding is not None for finding in by_index):
                finding = min((each for each in by_index if each is not None), key=lambda each: len(each.cells))
                found.append((finding, SEVERITIES[1] if kind == "rank" else SEVERITIES[0]))
    return found


def file_order_findings(sources: Sources, rules: Sequence[tuple[str, str, str]]) -> list[Finding]:
    """Check ranks and classes of a file by confirmed rules: kind, column, by."""
    found = []
    for table in sources.tables:
        for kind, name, other in rules:
            if {name, other} <= set(sources.columns(table)):
                column, by = (sources.parts[table][each].reset_index().assign(column=each) for each in (name, other))
                index = by["value"].to_numpy(float)
                year = sources.year(table)
                finding = order_finding(
                    kind, column, by, index, table=table, year=year, decimal=sources.decimal, sure=False
                )
                if finding is not None:
                    found.append(finding)
    return found
