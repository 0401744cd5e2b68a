"""Columns that follow from others in another way than sums: published ranks, classes, growth of a quantity."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, product
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Reason
from growthpoles.language.languages import alternatives
from growthpoles.study.audit.arithmetic import SLACK
from growthpoles.study.audit.causes.printed_relations import Array, Block, Bounds, Column, Mask, far_off, meets
from growthpoles.study.audit.column_orders import listed
from growthpoles.study.audit.findings import SEVERITIES, Cell, Fault, Finding, one_reading, published_figure
from growthpoles.study.audit.printed_cells import Sources, printed_decimal, read_table
from growthpoles.study.files.printed_tables import Decimal, cell_number

if TYPE_CHECKING:
    from growthpoles.study.study_spec import Study

_ORDINAL = re.compile(rf"(\d{{1,4}})[ -]?(?:{alternatives('ordinal_endings')})", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*[-\N{EN DASH}]\s*(\d+)")
#: A column is taken for ranks or classes of another where so many of its rows agree.
HOLDS = {"rank": 0.75, "class": 0.9}
_RARE = float(np.log(1e-4))
#: The same for a column whose name says what it is.
_NAMED = float(np.log(1e-2))
_CALLED = {
    "rank": re.compile(alternatives("called_rank")),
    "class": re.compile(alternatives("called_class")),
}
_INDEX = re.compile(alternatives("called_rating"))
_FEWEST = 5
#: Ranks and classes by another index: how many places away (of all rows) rows out of order stand, and so many of them.
_PLACES, _NEARLY = 0.05, 0.03


def is_ordinal(text: str) -> bool:
    """Tell whether a text is a place in words of a language: "1er", "2nd", "3.", "4-е", "5º"."""
    return _ORDINAL.fullmatch(text.strip()) is not None


def rank_value(text: str, decimal: Decimal) -> float:
    """Read a rank, also "1er" and "2nd"; "3-4" is a place shared by two."""
    shared = _RANGE.fullmatch(text.strip())
    if shared:
        return (int(shared[1]) + int(shared[2])) / 2
    if ordinal := _ORDINAL.fullmatch(text.strip()):
        return float(ordinal[1])
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


def out_of_order(index: Array, ranks: Array) -> Mask:
    """Return the fewest rows without which the ranks are in the order of the index, in whatever direction.

    Ranks may leave places out (of regions that are not printed), and equal ones stand beside different values.
    """
    known = np.flatnonzero(np.isfinite(index) & np.isfinite(ranks))
    best = np.zeros(len(index), dtype=bool)
    best[known] = True
    for values in (-index, index):
        order = known[np.lexsort((ranks[known], values[known]))]
        out = np.zeros(len(index), dtype=bool)
        out[known] = True
        out[order[_longest_run(ranks[order])]] = False
        best = out if out.sum() < best.sum() else best
    return best


def _ties(ranks: Array) -> tuple[Mask, Array]:
    """Return the places of known ranks that no way to count ties gives, and the numbers up to the last that are free.

    Rows without a rank may hold places that are left out.
    """
    known = np.isfinite(ranks)
    own = ranks[known]
    hidden = int((~known).sum())
    held, counts = np.unique(own, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)[:-1]])
    wrong: Mask = np.ones(len(own), dtype=bool)
    for place in (before + 1, before + counts, before + (counts + 1) / 2, np.arange(1, len(held) + 1)):
        late = held - place
        off = (late < 0) | (late > hidden) | (np.diff(late, prepend=0.0) < 0)
        if not off.any():
            wrong[:] = False
            break
    last = min(len(ranks), int(held.max())) if len(held) else 0
    free = np.setdiff1d(np.arange(1.0, last + 1), own)
    result = np.zeros(len(ranks), dtype=bool)
    result[known] = wrong
    return result, free


def number_misfits(ranks: Array) -> tuple[dict[int, Reason], tuple[int, ...], bool]:
    """Hold ranks against each other: rows with what is wrong, the places that nobody holds, whether it is sure.

    A place held twice is a tie where the next ones are left out, or all are counted without leaving any out. Ranks
    that stand once and leave places out may be those of a longer list, of which some rows are not printed: not sure.
    """
    wrong, free = _ties(ranks)
    if not wrong.any():
        return {}, (), True
    n, found = len(ranks), dict[int, Reason]()
    for i in np.flatnonzero(np.isfinite(ranks)):
        same = int((ranks == ranks[i]).sum())
        # As it would stand with the places behind or before it left out for it.
        tie = any(
            set(np.arange(ranks[i] + low, ranks[i] + low + same)) - {ranks[i]} <= set(free) for low in (0, 1 - same)
        )
        if not 1 <= ranks[i] <= n:
            found[int(i)] = Reason("rank {value} is not one of 1 to {count}", {"value": f"{ranks[i]:g}", "count": n})
        elif same > 1 and not tie and ranks[i] % 1 == 0:
            found[int(i)] = Reason("rank {value} stands {count} times", {"value": f"{ranks[i]:g}", "count": same})
    top = float(np.nanmax(ranks))
    once = len(np.unique(ranks[np.isfinite(ranks)])) == np.isfinite(ranks).sum()
    missing = top - np.isfinite(ranks).sum()
    return found, tuple(map(int, free)), bool(found) and not (once and missing <= 0.5 * n)


def number_finding(column: pd.DataFrame, *, table: int, year: int | None, decimal: Decimal) -> Finding | None:
    """Hold a column of ranks against itself: doubled without a tie, beyond the number of rows; None where it holds."""
    ranks = np.array([rank_value(str(text), decimal) for text in column["printed"]])
    found, free, sure = number_misfits(ranks)
    if not found or not sure:
        return None
    name, rows = str(column["column"].iloc[0]), [int(row) for row in column["row"]]
    want = float(free[0]) if len(free) == 1 else np.nan
    cells = tuple(
        Cell(table, rows[i], name, str(column["printed"].iloc[i]), want, one_reading(why) if len(found) > 1 else why,
             str(column["region"].iloc[i]))
        for i, why in found.items()
    )  # fmt: skip
    evidence = (
        Reason("no row has rank {value}", {"value": ", ".join(map(str, free))})
        if free
        else Reason("{count} rows have a rank", {"count": int(np.isfinite(ranks).sum())})
    )
    fault = Fault("rank numbers", table=table, column=name, rows=listed([rows[i] for i in found]))
    return Finding(f"t{table}-{name}-numbers", fault, cells, evidence, None, year)


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
        # A few figures of the index out of place move the places of all between; ranks in order miss none.
        few = out_of_order(index, ranks)
        longer = not few.any() and len(np.unique(ranks[there])) == there.sum()
        places: Array = np.asarray(pd.Series(np.where(few, np.nan, ranks)).rank(method="min"), dtype=np.float64)
        alone = 0 < 2 * few.sum() < wrong.sum() and not rank_misfits(index[~few], places[~few])[0].any()
        if not sure and (longer or alone):
            wrong, want = few, np.full(len(index), np.nan)
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


def _nearly_in_order(index: Array, places: Array, out: Mask) -> bool:
    """Tell whether rows out of order stand but a few places away: these are the ranks or classes by another index."""
    known = np.flatnonzero(np.isfinite(index) & np.isfinite(places))
    own, kept = known[out[known]], known[~out[known]]
    turned = np.sign(index[own, None] - index[kept]) * np.sign(places[own, None] - places[kept])
    rising = np.corrcoef(index[kept], places[kept])[0, 1] > 0 if len(kept) > 1 else True
    passed = (turned < 0 if rising else turned > 0).sum(axis=1)
    return bool((passed <= max(2.0, _PLACES * len(known))).sum() > max(2.0, _NEARLY * len(known)))


def looks_ranked(name: str, ranks: Array) -> bool:
    """Tell whether a column holds ranks: nearly all of 1 to n once, or most where its name says so."""
    known = ranks[np.isfinite(ranks)]
    if len(known) < _FEWEST or not (known % 0.5 == 0).all() or (known < 0).any():
        return False
    inside = known[(known >= 1) & (known <= 1.1 * len(ranks))]
    named = _CALLED["rank"].search(name.casefold()) is not None
    once = len(np.unique(inside)) / len(known)
    return once >= 0.7 if named else len(inside) == len(known) and once >= 0.7


def _chance(kind: str, seen: int, bad: int, texts: Sequence[str], columns: int) -> float:
    """Return the log of how often orders agree by chance: all but `bad` rows, in either direction, with any column."""
    from scipy.special import gammaln

    if kind == "rank":  # permutations of which all but `bad` stand in order
        ways = 2 * (gammaln(seen + 1) - gammaln(bad + 1) - gammaln(seen - bad + 1)) + gammaln(bad + 1)
        return float(ways - gammaln(seen + 1) + np.log(2 * columns))
    groups = np.array(list(Counter(filter(None, texts)).values()))
    ways = gammaln(groups + 1).sum() - gammaln(seen + 1) + bad * np.log(seen * len(groups))
    return float(ways + np.log(2 * columns))


def ranked_columns(cells: pd.DataFrame, decimal: Decimal) -> list[tuple[str, str, str, str, int]]:
    """Propose which columns of a table are ranks or classes of another: kind, column, by, how it holds, misfits.

    Ranks of which no column is in the order have none (""): they can be held against each other.
    """
    wide = cells.pivot(index="row", columns="column", values="printed")[list(dict.fromkeys(cells["column"]))]
    values = cells.pivot(index="row", columns="column", values="value")
    found = []
    for name in wide.columns:
        texts = [str(text).strip() for text in wide[name]]
        ranks = np.array([rank_value(text, decimal) for text in texts])
        kind = "rank" if looks_ranked(str(name), ranks) else ""
        words = [text for text in texts if text and not any(map(str.isdigit, text))]
        if not kind and len(words) >= 0.8 * len(texts) and 2 <= len(set(words)) <= len(texts) / 2:
            kind = "class"
        named = bool(kind) and _CALLED[kind].search(str(name).casefold()) is not None
        best: tuple[int, str, int] | None = None
        for other in wide.columns if kind else ():
            index = values[other].to_numpy(float)
            seen = int(np.isfinite(index).sum())
            if other == name or seen < _FEWEST or len(np.unique(index[np.isfinite(index)])) < 0.7 * seen:
                continue
            out = out_of_order(index, ranks) if kind == "rank" else class_misfits(index, texts)
            bad = int(out.sum())
            chance = _chance(kind, seen, bad, texts, len(wide.columns))
            holds = seen - bad >= HOLDS[kind] * seen and chance < (_NAMED if named else _RARE)
            if holds and bad:
                levels = pd.Series(index[~out]).groupby(np.array(texts)[~out]).median()
                holds = not _nearly_in_order(
                    index, ranks if kind == "rank" else pd.Series(texts).map(levels).to_numpy(float), out
                )
            # Of columns in one order the one that is called an index.
            called = _INDEX.search(str(other).casefold()) is not None
            if holds and (best is None or (bad, not called) < (best[0], _INDEX.search(best[1].casefold()) is None)):
                best = bad, str(other), seen
        if best is not None:
            found.append((kind, str(name), best[1], f"{best[2] - best[0]} of {best[2]} rows", best[0]))
        elif kind == "rank":
            known, wrong = int(np.isfinite(ranks).sum()), len(number_misfits(ranks)[0])
            found.append((kind, str(name), "", f"counts 1 to n, {known - wrong} of {known}; by no column", wrong))
    return found


def unchecked_ranks(sources: Sources, rules: Sequence[tuple[str, str, str]]) -> list[tuple[Reason, int, Reason]]:
    """List ranks of which no column is in the order, and those that leave places out: check, rows, reason."""
    lines, told = [], set[tuple[str, ...]]()
    for table in sources.tables:
        for kind, name, other in rules:
            if kind == "rank" and name in sources.columns(table):
                texts = sources.parts[table][name]["printed"]
                ranks = np.array([rank_value(str(text), sources.decimal) for text in texts])
                found, free, sure = number_misfits(ranks)
                if "place" in sources.parts[table][name]:
                    place = tuple(sources.parts[table][name]["place"])
                    if place in told:
                        continue
                    told.add(place)
                check = Reason("table {table}: the ranks {column}", {"table": table, "column": name})
                known = int(np.isfinite(ranks).sum())
                if not other:
                    lines.append((check, known, Reason("no column of the table is in their order", {})))
                if found and not sure:
                    places = {"value": ", ".join(map(str, free)), "count": len(ranks)}
                    why = "no row has rank {value}: a rank is wrong, or these are ranks among more than {count} regions"
                    lines.append((check, known, Reason(why, places)))
    return lines


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
    """Check ranks and classes of a file by confirmed rules: kind, column, by ("": ranks against each other alone)."""
    found = []
    for kind, name, other in rules:
        by_place: dict[tuple[str, ...], list[tuple[bool, int, Finding | None]]] = {}
        for table in sources.tables:
            if name not in sources.columns(table):
                continue
            finding = None
            if other in sources.columns(table):
                column, by = (sources.parts[table][each].reset_index().assign(column=each) for each in (name, other))
                index = by["value"].to_numpy(float)
                year = sources.year(table)
                finding = order_finding(
                    kind, column, by, index, table=table, year=year, decimal=sources.decimal, sure=False
                )
            if finding is None and kind == "rank":
                column = sources.parts[table][name].reset_index().assign(column=name)
                finding = number_finding(column, table=table, year=sources.year(table), decimal=sources.decimal)
            # A column without a year stands beside those of every year, and is the rank by one of them.
            frame = sources.parts[table][name]
            place = tuple(frame["place"]) if "place" in frame else (str(table),)
            wrong = len(finding.cells) if finding is not None else 0
            by_place.setdefault(place, []).append((other not in sources.columns(table), wrong, finding))
        best = (min(own, key=lambda each: each[:2])[2] for own in by_place.values())
        found += [finding for finding in best if finding is not None]
    return found


#: Columns that hold the growth of another between two years, in percent or in its own unit: from both figures and the
#: years between. All rise with the later figure and fall with the earlier one.
GROWTHS: Mapping[str, Callable[[Array, Array, float], Array]] = {
    "growth": lambda before, after, years: 100.0 * (after / before - 1.0),
    "annual growth": lambda before, after, years: 100.0 * ((after / before) ** (1.0 / years) - 1.0),
    "exponential growth": lambda before, after, years: 100.0 * np.log(after / before) / years,
    "simple annual growth": lambda before, after, years: 100.0 * (after / before - 1.0) / years,
    "difference": lambda before, after, years: after - before,
    "index": lambda before, after, years: 100.0 * after / before,
}
#: Of those of a year: the years between from how many times the figure is, and the growth.
_YEARLY: Mapping[str, Callable[[Array, Array], Array]] = {
    "annual growth": lambda ratio, rate: np.log(ratio) / np.log1p(rate / 100.0),
    "exponential growth": lambda ratio, rate: 100.0 * np.log(ratio) / rate,
    "simple annual growth": lambda ratio, rate: 100.0 * (ratio - 1.0) / rate,
}
#: How many times the figure is, from growth and years.
_TIMES: Mapping[str, Callable[[Array, float], Array]] = {
    "growth": lambda rate, years: 1.0 + rate / 100.0,
    "annual growth": lambda rate, years: np.maximum(1.0 + rate / 100.0, 0.0) ** years,
    "exponential growth": lambda rate, years: np.exp(years * rate / 100.0),
    "simple annual growth": lambda rate, years: 1.0 + years * rate / 100.0,
    "index": lambda rate, years: rate / 100.0,
}
#: Kind, column, what grew, first and last year, the years between, which are no whole number between two censuses.
Growth = tuple[str, str, str, int, int, float]
#: How a file of formulas writes the years of growth.
SPAN = re.compile(r"((?:19|20)\d\d) to ((?:19|20)\d\d)(?: over (\d{1,3}(?:\.\d{1,6})?) years)?")
_SPAN_AWAY, _SPAN_DIGITS = 1.0, 6  # years from the difference of the printed ones; decimals of what is estimated
_SPAN_CHOICE = 2.0  # an estimated span is one of a hundred (log10)
_GROWTH_ROWS, _GROWTH_CHANCE = 5, 6.0  # chance would give a growth that is proposed once in so many files (log10)
_DEALT, _NEAR = 0.9, 0.05  # rows that hold in the order of their size; how near others come there, in spreads


def span_text(rule: Growth) -> str:
    """Write the years of growth as a file of formulas has them; :data:`SPAN` reads them."""
    *_, first, last, years = rule
    return f"{first} to {last}" + (f" over {years:.9g} years" if years != last - first else "")


def read_span(text: str) -> tuple[int, int, float]:
    """Read the years of growth, and those between; their difference where it is not told."""
    first, last, years = SPAN.fullmatch(text).groups()  # type: ignore[union-attr]
    return int(first), int(last), float(years or int(last) - int(first))


def common_span(kind: str, column: Column, ratio: tuple[Array, Array], known: Mask, years: float) -> float:
    """Return the years over which growth holds in most rows: the given ones where none are better, else the roundest.

    `ratio` bounds how many times the figure is. A row holds in one interval of years: growth of a year is nearer to
    zero the longer they are.
    """
    (less, more), (low, high) = (part[known] for part in ratio), (part[known] for part in (column.low, column.high))
    least, most = np.full(len(low), years - _SPAN_AWAY), np.full(len(low), years + _SPAN_AWAY)
    with np.errstate(divide="ignore", invalid="ignore"):
        for times, rate, sign in ((less, high, 1.0), (more, low, -1.0)):
            turn, rises, falls = _YEARLY[kind](times, rate), sign * (times - 1.0) > 0, sign * rate < 0
            most = np.where(~rises & falls, np.fmin(most, turn), most)
            least = np.where(rises & ~falls, np.fmax(least, turn), least)
            most = np.where(rises & (falls | (rate == 0)), -np.inf, most)
    starts, ends = (np.sort(part[least <= most]) for part in (least, most))
    if not len(starts):
        return years
    # In how many rows it holds at each of these; the given years come first.
    points = np.append(years, starts)
    slack = 1e-9 * points
    held = np.searchsorted(starts, points + slack, "right") - np.searchsorted(ends, points - slack, "left")
    if held[0] >= held.max():
        return years
    best = points[held == held.max()]
    start = float(best[np.argmin(np.abs(best - years))])
    end = float(ends[ends >= start * (1.0 - 1e-9)][0])
    rounded = [round((start + end) / 2.0, digits) for digits in range(_SPAN_DIGITS + 1)]
    return next((each for each in rounded if start <= each <= end), rounded[-1])


def growth_ends(
    blocks: Mapping[int, Block], block: Block, of: str, first: int, last: int
) -> list[tuple[Block, list[int]]] | None:
    """Return the tables of both years with the places of the regions; None where one has not the figures of all."""
    ends = []
    for year in (first, last):
        dated = (other for other in blocks.values() if other.year == year and of in other.columns)
        table = next((other for other in dated if set(block.regions) <= set(other.regions)), None)
        if table is None:
            return None
        ends.append((table, [table.regions.index(region) for region in block.regions]))
    return ends


def growth_bounds(blocks: Mapping[int, Block], block: Block, rule: Growth) -> Bounds | None:
    """Return low, middle, high of growth as the figures of both years have it; NaN where that is open.

    None where no table of one of the years has the figures of all regions.
    """
    kind, _, of, first, last, years = rule
    found = growth_ends(blocks, block, of, first, last)
    if found is None:
        return None
    columns = [(table.columns[of], at) for table, at in found]
    ends = [[part[at] for part in (column.low, column.value, column.high)] for column, at in columns]
    (low, middle, high), (lower, value, higher) = ends
    sure = (low > 0) & (lower >= 0) | (kind == "difference")
    pairs = (high, lower), (middle, value), (low, higher)
    with np.errstate(divide="ignore", invalid="ignore"):
        least, best, most = (np.where(sure, GROWTHS[kind](*pair, years), np.nan) for pair in pairs)
    # Binary arithmetic leaves more of large figures in their difference than its own size tells.
    slack = SLACK * (np.abs(middle) + np.abs(value)) if kind == "difference" else np.zeros(len(best))
    return least - slack, best, most + slack


def figure_bounds(
    kind: str, years: float, grown: tuple[Array, Array], other: tuple[Array, Array], *, later: bool
) -> tuple[Array, Array]:
    """Return the least and greatest figure of one year that growth and the other figure allow; NaN where open."""
    (low, high), (least, most) = grown, other
    if kind == "difference":
        return (least + low, most + high) if later else (least - high, most - low)
    less, more = (np.maximum(_TIMES[kind](each, years), 0.0) for each in grown)
    if later:
        return least * less, most * more
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(less > 0, least / more, np.nan), np.where(less > 0, most / less, np.nan)


def _faulty(blocks: Mapping[int, Block], block: Block, rule: Growth, bounds: Bounds, known: Mask) -> bool:
    """Tell whether the rows in which growth does not hold are faults of it, or of the figures of one year."""
    kind, name, of, first, last, years = rule
    grown = block.columns[name]
    if far_off(grown, bounds, known):
        return True
    found = growth_ends(blocks, block, of, first, last)
    assert found is not None  # its bounds are those of both years
    for later in (False, True):
        (own, at), (other, there) = found[::-1] if later else found
        figure, beside = own.columns[of], other.columns[of]
        low, high = figure_bounds(
            kind, years, (grown.low, grown.high), (beside.low[there], beside.high[there]), later=later
        )
        told = known & np.isfinite(low) & np.isfinite(high)
        figure = Column(figure.value[at], figure.low[at], figure.high[at], ())
        if far_off(figure, (low, (low + high) / 2, high), told, by_size=True):
            return True
    return False


def may_be_growth(blocks: Mapping[int, Block], block: Block, name: str, last: int) -> bool:
    """Tell whether a table may hold growth up to a year; a column of several tables is that up to the year of each."""
    alone = sum(name in other.columns for other in blocks.values()) == 1
    return alone or not block.year or block.year < 0 or block.year == last


def growth_columns(blocks: Mapping[int, Block]) -> list[tuple[Growth, int, int, bool]]:
    """Find columns that are the growth of another between two years, with the rows that hold and those checked.

    Last whether nearly all rows hold, and the others are faults; a quarter is named at least.
    """
    years: dict[str, list[int]] = {}
    for block in blocks.values():
        for name in block.columns if block.year and block.year > 0 else ():
            years[name] = sorted({*years.get(name, ()), block.year or 0})
    spans = [(of, *span) for of, dated in years.items() for span in combinations(dated, 2)]
    # Of one year the growth of a year is growth, or hardly more.
    ways = [(kind, *span) for span in spans for kind in GROWTHS if kind not in _YEARLY or span[2] - span[1] > 1]
    trials = np.log10(float(max(len(ways) * sum(len(block.columns) for block in blocks.values()), 1)))
    found: dict[tuple[str, int], tuple[bool, float, Growth, int, int]] = {}
    for (kind, of, first, last), block in product(ways, blocks.values()):
        columns = [name for name in block.columns if name != of and may_be_growth(blocks, block, name, last)]
        whole = float(last - first)
        times = growth_bounds(blocks, block, ("index", "", of, first, last, whole)) if columns else None
        for name in columns if times is not None else ():
            assert times is not None
            column, rule = block.columns[name], (kind, name, of, first, last, whole)
            if kind in _YEARLY:
                known = np.isfinite(times[0]) & np.isfinite(column.value)
                between = common_span(kind, column, (times[0] / 100.0, times[2] / 100.0), known, whole)
                rule = (*rule[:5], between)
            bounds = growth_bounds(blocks, block, rule)
            assert bounds is not None  # as above
            low, _, high = bounds
            known = np.isfinite(low) & np.isfinite(column.value)
            held = known & meets(column, low, high)
            n, k = int(known.sum()), int(held.sum())
            if k < max(_GROWTH_ROWS, n / 4):
                whole_bounds = bounds if rule[5] == whole else growth_bounds(blocks, block, (*rule[:5], whole))
                assert whole_bounds is not None
                if n >= _GROWTH_ROWS and (rare := _dealt(column, whole_bounds, known) + trials) < -_GROWTH_CHANCE:
                    new = False, rare, (*rule[:5], whole), k, n
                    found[name, block.table] = min(found.get((name, block.table), new), new)
                continue
            # Coarse figures fit much: the bounds must tell rows apart, and chance must not.
            blur = float(np.median((high - low + column.high - column.low)[known]))
            scatter = float(np.std(column.value[held]))
            if kind == "difference":  # a few large regions change by more than all others
                scatter = min(scatter, float(np.subtract(*np.quantile(column.value[held], [0.75, 0.25]))))
            rate = min(blur / (3.5 * scatter), 1.0) if scatter else 1.0
            chance = float(np.log10(float(comb(n, k))) + k * np.log10(rate) + trials)
            chance += _SPAN_CHOICE * (rule[5] != whole)
            if chance < -_GROWTH_CHANCE and blur < 0.5 * scatter:
                new = not _faulty(blocks, block, rule, bounds, known), chance, rule, k, n
                found[name, block.table] = min(found.get((name, block.table), new), new)
    tally: dict[tuple[Growth, bool], list[int]] = {}
    for short, _, rule, k, n in found.values():
        own = tally.setdefault((rule, not short), [0, 0])
        own[:] = own[0] + k, own[1] + n
    return [(rule, k, n, enough) for (rule, enough), (k, n) in tally.items()]


def _dealt(column: Column, bounds: Bounds, known: Mask) -> float:
    """Return the chance (log10) that growth holds in the order of its size, as with moved rows; 0 where it does not."""
    low, middle, high = bounds
    own, theirs = (np.flatnonzero(known)[np.argsort(part[known], kind="stable")] for part in (column.value, middle))
    held = (column.high[own] >= low[theirs]) & (column.low[own] <= high[theirs])
    n, k = len(own), int(held.sum())
    blur = float(np.median((high - low + column.high - column.low)[known]))
    rate = min(blur / max(_NEAR * float(np.std(column.value[known])), 1e-12), 1.0)
    return float(np.log10(float(comb(n, k))) + k * np.log10(rate)) if k >= _DEALT * n else 0.0
