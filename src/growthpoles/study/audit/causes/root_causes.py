"""Root causes: the fewest faults of printed cells that, mended, leave every relation of the tables whole.

Of all hypotheses the one that mends most is taken, the simplest of several; its consequences are listed under it, and
the search goes on with what remains. Where several cells explain the same, the other year, the published index and the
digits decide by odds; short of 100 to 1 the fault stays open, with every reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from growthpoles.errors import Joined, Reason
from growthpoles.study.audit.arithmetic import decimal_shift, significant_digits, transposed
from growthpoles.study.audit.causes.hypotheses import (
    CUT_OFF,
    KINDS,
    Blocks,
    Key,
    Reading,
    mean_drift,
    readings,
    shifted_by,
    single,
    twins,
)
from growthpoles.study.audit.causes.printed_relations import Array, Block, Mask, Relation, stands_still
from growthpoles.study.files.printed_tables import Decimal

#: Odds at which one of several readings is believed; below, the fault is left open.
SURE = float(np.log(100.0))
_CAP = 9.0
#: Log odds against every further column whose rows are swapped.
_COLUMN = 2.0
#: So many standard errors the results of a ratio must lie low on average before their digits count as cut off.
_DRIFT = 5.5
_FREEDOM = 3
#: Cells of so many digits are not the same by chance.
_TOLD_APART = 4
#: From so many rows on, and half of a column, single wrong ratios are one wrong column.
_WHOLE, _FEW = 5, 0.2
#: Share of rows in which another relation holds a column that one calls wrong.
_HELD = 0.8
#: No region and no quantity grows or shrinks so much as a whole between two editions of a table (log).
_PLAUSIBLE = float(np.log(3.0))


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """A fault with its readings, the likeliest first; one reading means that it is decided.

    `symptoms` are the relations that hold once it is mended, with the rows.
    """

    readings: tuple[Reading, ...]
    symptoms: tuple[tuple[Relation, tuple[int, ...]], ...]
    chance: float = 0.0

    @property
    def first(self) -> Reading:
        """The likeliest reading."""
        return self.readings[0]

    @property
    def open(self) -> bool:
        """Whether it is left open which side is wrong."""
        return len(self.readings) > 1


Judge = Callable[[dict[int, Block]], int]


def find_causes(
    blocks: Blocks,
    relations: Sequence[Relation],
    *,
    decimal: Decimal = ".",
    judge: Judge | None = None,
) -> tuple[list[Cause], dict[int, Block]]:
    """Explain all wrong rows of all relations by as few faults as possible.

    Parameters
    ----------
    blocks : mapping
        Tables by number.
    relations : sequence of Relation
    decimal : {",", "."}
        Decimal sign of the printed cells.
    judge : callable, optional
        Number of published figures that do not follow from tables so mended; evidence between readings.

    Returns
    -------
    causes : list of Cause
    mended : dict
        The tables with the likeliest reading of every cause mended.
    """
    mended: dict[int, Block] = dict(blocks)
    causes: list[Cause] = []
    settled: set[tuple[int, int]] = set()
    # Digits cut off throughout a column explain the few cells in which it shows.
    for relation in relations:
        for cause in _drift(mended[relation.table], relation):
            causes.append(cause)
            mended = cause.first.apply(mended)
    # What holds in print followed from what was printed, right or wrong: it is never a fault of its own.
    in_print = [relation.wrong(blocks[relation.table]) for relation in relations]
    for _ in range(4 * sum(len(block.rows) for block in blocks.values()) + 4):
        wrong = _wrong(mended, relations, in_print, settled)
        if not any(mask.any() for mask in wrong):
            break
        tried = [
            (reading, *_effect(reading, mended, relations, wrong)) for reading in readings(mended, relations, wrong)
        ]
        best = max(tried, key=lambda entry: (entry[2], -KINDS.index(entry[0].kind), len(entry[1])), default=None)
        if best is None or best[2] <= 0:
            # Nothing mends it without breaking something else: each such row stands as it is.
            at = next((r, int(i)) for r, mask in enumerate(wrong) for i in np.flatnonzero(mask))
            causes.append(_stray(mended, relations, at))
            settled.add(at)
            continue
        if (column := _from_elsewhere(mended, relations, wrong, best[2])) is not None:
            causes.append(column)
            mended = column.first.apply(mended)
            continue
        # A hypothesis on a whole column may miss a row by rounding; one on single cells may not.
        near = best[2] if best[0].kind in ("cell", "rows") else 0.9 * best[2]
        rivals = [
            reading
            for reading, gone, net in tried
            if (reading.kind == best[0].kind or (best[0].kind, reading.kind) == ("exchanged", "other year"))
            and net >= near
            and len(gone & best[1]) >= 0.9 * len(best[1])
            # Of two readings of the same columns the one that explains less is none.
            and (net == best[2] or reading.keys != best[0].keys)
        ]
        cause = _decide(rivals, best[1], mended, relations, decimal, judge)
        causes.append(cause)
        mended = cause.first.apply(mended)
    merged = _merged(causes, blocks, relations)
    if any(cause.first.kind in ("column", "unit") for cause in merged):
        mended = dict(blocks)
        for cause in merged:
            mended = cause.first.apply(mended)
    return merged, mended


def _from_elsewhere(
    blocks: Blocks, relations: Sequence[Relation], wrong: Sequence[Mask], explained: int
) -> Cause | None:
    """Take a column of which most rows follow from nothing as one fault, where the best hypothesis explains few."""
    for r, relation in enumerate(relations):
        if relation.kind not in ("ratio", "index"):
            continue
        alone = wrong[r].copy()
        for other, mask in zip(relations, wrong, strict=True):
            if other is not relation and other.table == relation.table and set(other.members) & set(relation.members):
                alone &= ~mask
        rows = np.flatnonzero(alone)
        if len(rows) >= max(_WHOLE, len(alone) / 2) and explained < max(1.5, _FEW * len(rows)):
            return _column_cause(blocks, relation, [int(i) for i in rows], relations)
    return None


def _column_cause(blocks: Blocks, relation: Relation, rows: Sequence[int], relations: Sequence[Relation]) -> Cause:
    """Name a column of which most rows follow from nothing; open where an input that nothing else holds may be it."""
    at = np.array(rows)
    text = Reason("computed from other figures than those of its rows", {})
    readings = []
    for name in relation.members:
        key = relation.table, name
        block = blocks[key[0]]
        bounds = {key: relation.implied(block, name)}
        held = any(
            other.table == key[0] and name in other.members
            and (np.isfinite(other.implied(block, name)[0]) & ~other.wrong(block))[at].mean() >= _HELD
            for other in relations
            if other is not relation and other.members != relation.members
        )  # fmt: skip
        texts = {key: (text if name == relation.members[0] else wrong_input(relation.members[:1]),) * len(rows)}
        one = Reading("column", {key: at}, bounds, texts)
        if name == relation.members[0] or not (held or relation.kind == "index"):
            odds = growth_odds(one, key, blocks) if name != relation.members[0] else 0.0
            readings.append(replace(one, odds=odds))
    readings.sort(key=lambda each: -round(each.odds, 6))
    kept = tuple(each for each in readings if readings[0].odds - each.odds < SURE)
    return Cause(kept, ((relation, tuple(rows)),))


def _drift(block: Block, relation: Relation) -> Iterator[Cause]:
    """Find digits cut off where inputs are too coarse to show it cell by cell: all results lie low by half a unit."""
    if relation.kind != "ratio":
        return
    column = block.columns[relation.members[0]]
    low, middle, high = relation.implied(block, relation.members[0])
    half = (column.high - column.low) / 2
    known = np.isfinite(low) & np.isfinite(column.value) & (half > 0)
    size, near = np.abs(column.value), np.minimum(np.abs(low), np.abs(high))
    far = np.maximum(np.abs(low), np.abs(high))
    # Cells that digits cut off do not explain are faults of their own.
    known &= ~relation.wrong(block) | ((far >= size) & (near < size + 2 * half))
    if known.sum() < 8 or (column.high - column.value)[known].max() > 1.5 * half[known].max():
        return
    mean, away = mean_drift(column, (low, middle, high), known)
    if away < -_DRIFT and -0.75 < mean < -0.25:
        gap = ((np.abs(column.value) - np.abs(middle)) / (2 * half))[known]
        at = np.flatnonzero(known)[gap < -0.5]
        key = (block.table, relation.members[0])
        bounds = {key: (low, middle, high)}
        reading = Reading("digits", {key: at}, bounds, {key: (CUT_OFF,) * len(at)}, odds=away)
        yield Cause((reading,), ((relation, tuple(map(int, at))),))


def coarse_ratios(blocks: Blocks, relations: Sequence[Relation]) -> list[tuple[Reason, int, Reason]]:
    """List the ratios of which cut digits would be seen neither in a cell nor on average: check, rows, reason."""
    lines = []
    for relation in relations:
        if relation.kind == "ratio" and not relation.whole:
            block = blocks[relation.table]
            column = block.columns[relation.members[0]]
            low, _, high = relation.implied(block, relation.members[0])
            half = (column.high - column.low) / 2
            known = np.isfinite(low) & np.isfinite(column.value) & (half > 0)
            room = ((high - low) / (2 * half))[known]
            spread = np.sqrt(1 / 12 + (room / 2) ** 2 / 3)
            # Half a unit low, on average, in so many standard errors; and a cell shows it where its inputs are finer.
            if known.any() and 0.5 * len(room) / np.sqrt((spread**2).sum()) < _DRIFT and (room > 0.5).mean() > 0.9:
                check = Reason(
                    "table {table}: whether the digits of {column} are rounded or cut off",
                    {"table": relation.table, "column": relation.members[0]},
                )
                lines.append((check, int(known.sum()), Reason("its inputs are printed too coarsely", {})))
    return lines


def _wrong(
    blocks: Blocks, relations: Sequence[Relation], in_print: Sequence[Mask], settled: set[tuple[int, int]]
) -> list[Mask]:
    masks = [relation.wrong(blocks[relation.table]) & mask for relation, mask in zip(relations, in_print, strict=True)]
    for r, i in settled:
        masks[r][i] = False
    return masks


def _effect(
    reading: Reading, blocks: Blocks, relations: Sequence[Relation], wrong: Sequence[Mask]
) -> tuple[frozenset[tuple[int, int]], int]:
    """Return the (relation, row) that a reading mends, and their number less those that it breaks.

    A ratio that holds with the printed input and not with the mended one was computed from the wrong figure: it
    follows. That counts against the reading only where another ratio was computed from the right one.
    """
    mended = reading.apply(blocks)
    gone: list[tuple[int, int]] = []
    broken = follows = 0
    for r, relation in enumerate(relations):
        if any((relation.table, name) in reading.cells for name in relation.members):
            now = relation.wrong(mended[relation.table])
            gone += [(r, int(i)) for i in np.flatnonzero(wrong[r] & ~now)]
            new = int((now & ~wrong[r]).sum())
            result = (relation.table, relation.members[0]) in reading.cells
            if relation.kind == "ratio" and not result:
                follows += new
            else:
                broken += new
    if any(relations[r].kind == "ratio" for r, _ in gone):
        broken += follows
    return frozenset(gone), len(gone) - broken


def _decide(
    rivals: Sequence[Reading],
    gone: frozenset[tuple[int, int]],
    blocks: Blocks,
    relations: Sequence[Relation],
    decimal: Decimal,
    judge: Judge | None,
) -> Cause:
    """Weigh readings that explain the same, and keep those that the evidence does not exclude."""
    by_key: dict[tuple[Key, ...], Reading] = {}
    for rival in rivals:
        known = by_key.get(rival.keys)
        if known is None or rival.size < known.size:
            by_key[rival.keys] = rival
    symptoms = tuple(
        (relation, tuple(i for s, i in sorted(gone) if s == r))
        for r, relation in enumerate(relations)
        if any(s == r for s, _ in gone)
    )
    left = {keys: _left(reading, blocks, relations) for keys, reading in by_key.items() if reading.kind == "cell"}
    # A cell that another relation still calls wrong would need a second fault.
    by_key = {keys: reading for keys, reading in by_key.items() if left.get(keys, 0) == min(left.values(), default=0)}
    results = {(relation.table, relation.members[0]) for relation in relations if relation.kind == "ratio"}
    before = judge(dict(blocks)) if judge is not None and len(by_key) > 1 else 0
    weighed = []
    for reading in by_key.values():
        odds = 0.0
        if len(by_key) > 1:
            odds = -1.0 * any(
                relation.kind == "ratio"
                and relation.wrong(reading.apply(blocks)[relation.table]).sum()
                > relation.wrong(blocks[relation.table]).sum()
                for relation in relations
            )
            odds += sum(growth_odds(reading, key, blocks) for key in reading.keys if key not in results)
            # A share and its figure say the same of the size of a region.
            of_shares = all(relation.whole for relation, _ in symptoms)
            odds += sum(_home(reading, key, blocks) for key in reading.keys) if not of_shares else 0.0
            if before and judge is not None and set(reading.keys) & results:
                after = judge(reading.apply(blocks))
                odds += 7.0 if after <= before / 2 else 0.0
            if reading.kind == "rows":
                # Two lines of all that was typed, or of what was computed, are exchanged at one go.
                tables = {table for table, _ in reading.keys}
                typed = {(r.table, name) for r in relations if r.table in tables for name in r.members} - results
                pure = set(reading.keys) <= results or set(reading.keys) == typed
                odds -= _COLUMN * (min(len(reading.keys), 2) if pure else len(reading.keys))
            if reading.kind == "cell":
                odds += slip_odds(reading, blocks, relations, decimal)
                odds += sum(_whole_odds(reading, relation, blocks) for relation, _ in symptoms if relation.whole)
        weighed.append(replace(reading, odds=odds))
    # The result of a relation first where nothing tells.
    firsts = {(relation.table, relation.members[0]) for relation, _ in symptoms}
    weighed.sort(key=lambda reading: (-round(reading.odds, 6), reading.keys[0] not in firsts))
    kept = [reading for reading in weighed if weighed[0].odds - reading.odds < SURE]
    slight = [reading for reading in kept if _last_digits(reading, symptoms, blocks)]
    return Cause(tuple(slight or kept), symptoms)


def _left(reading: Reading, blocks: Blocks, relations: Sequence[Relation]) -> int:
    """Count the relations of a mended cell that still do not hold in its row, though they did not in print."""
    ((table, name), at), *_ = reading.cells.items()
    block = reading.apply(blocks)[table]
    return sum(
        bool((relation.wrong(block) & relation.wrong(blocks[table]))[at[0]])
        for relation in relations
        if relation.table == table and name in relation.members
    )


def _last_digits(reading: Reading, symptoms: Sequence[tuple[Relation, tuple[int, ...]]], blocks: Blocks) -> bool:
    """Whether a reading is a ratio off by at most two units of its last digit that is not a trailing zero.

    It was then computed from other digits of its inputs or rounded in another way; no input is called wrong for it.
    """
    (relation, rows), *more = symptoms
    key = (relation.table, relation.members[0])
    if more or len(rows) > 1 or relation.kind != "ratio" or reading.keys != (key,):
        return False
    column, i = blocks[key[0]].columns[key[1]], rows[0]
    digits = "".join(sign for sign in column.printed[i] if sign.isdigit())
    unit = 2 * float(column.high[i] - column.value[i]) * 10.0 ** (len(digits) - len(digits.rstrip("0")))
    gap = abs(float(reading.bounds[key][1][i] - column.value[i]))
    return gap <= 2 * unit and gap < 1e-4 * abs(float(column.value[i]))


def _home(reading: Reading, key: Key, blocks: Blocks) -> float:
    """Return the log odds that the other rows of its own column give, where no other year prints it."""
    table, name = key
    if next(twins(blocks, table, name), None) is not None:
        return 0.0
    column, at = blocks[table].columns[name].value, reading.cells[key]
    new = reading.bounds[key][1][at]
    rest = np.delete(column, at)
    if reading.kind != "cell" or (rest > 0).sum() < 4 or not (np.all(new > 0) and np.all(column[at] > 0)):
        return 0.0
    logs = np.log(rest[rest > 0])
    middle, scale = float(np.median(logs)), max(float(np.std(logs)), 0.05)
    gain = _log_tail((np.log(new) - middle) / scale) - _log_tail((np.log(column[at]) - middle) / scale)
    return float(np.clip(gain, -_CAP, _CAP).sum())


def _log_tail(z: Array) -> Array:
    """Log density of a Student t at z, less that at its middle."""
    return -(_FREEDOM + 1) / 2 * np.log1p(z * z / _FREEDOM)


def growth_odds(reading: Reading, key: Key, blocks: Blocks) -> float:
    """Return the log odds that the growth of the other rows gives to the mended over the printed cells."""
    table, name = key
    block, at = blocks[table], reading.cells[key]
    best = 0.0
    for other, place in twins(blocks, table, name):
        theirs = np.where(place < 0, np.nan, other.columns[name].value[place])
        with np.errstate(divide="ignore", invalid="ignore"):
            old = np.log(block.columns[name].value / theirs)
            new = np.log(reading.bounds[key][1] / theirs)
        if reading.kind == "factor":
            shift = [abs(float(np.nanmedian(part[at]))) for part in (old, new)]
            wild = [part > _PLAUSIBLE for part in shift]
            gain = 2 * SURE * (wild[0] - wild[1]) if abs(np.log(reading.factor)) > 1.5 else 0.0
        else:
            rest = np.delete(old, at)
            rest = rest[np.isfinite(rest)]
            if not np.isfinite(new[at]).all():
                continue
            if len(rest) < 5 and len(at) >= _WHOLE and reading.kind in ("rows", "shifted"):
                # No row stayed: the regions grow more alike in one of both orders.
                spread = [max(float(np.nanmedian(np.abs(g[at] - np.nanmedian(g[at])))), 0.01) for g in (old, new)]
                gain = float(len(at) * np.log(spread[0] / spread[1]))
                best = gain if abs(gain) > abs(best) else best
                continue
            if len(rest) < 5:
                continue
            middle = float(np.median(rest))
            scale = max(1.4826 * float(np.median(np.abs(rest - middle))), 0.01)
            scale = max(scale, float(np.quantile(np.abs(rest - middle), 0.9)) / 1.64)
            old_fit = np.where(np.isfinite(old[at]), _log_tail((old[at] - middle) / scale), -2 * _CAP)
            gain = float(np.clip(_log_tail((new[at] - middle) / scale) - old_fit, -_CAP, _CAP).sum())
        best = gain if abs(gain) > abs(best) else best
    return best


def _whole_odds(reading: Reading, relation: Relation, blocks: Blocks) -> float:
    """Return the log odds of a wrong share: with it, and not with the mended one, the shares miss their whole."""
    key = relation.table, relation.members[0]
    if reading.keys not in ((key,), ((key[0], relation.members[1]),)):
        return 0.0
    column, (i,) = blocks[key[0]].columns[key[1]], reading.cells[reading.keys[0]]
    # Roundings are independent: their sum is far from the sum of their bounds.
    room = 2.0 * float(np.sqrt(((column.high - column.low) ** 2).sum() / 3))
    gaps = relation.implied(blocks[key[0]], key[1])[1] - column.value
    off, wrong = float(column.value.sum()) - relation.whole, relation.wrong(blocks[key[0]])
    # With this one mended alone, or with all but this one.
    ends = [(off, off + gaps[i]), (off + gaps[wrong].sum() - gaps[i], off + gaps[wrong].sum())]
    told = [abs(before) > room for before, after in ends if (abs(before) <= room) != (abs(after) <= room)]
    if not np.isfinite(off) or not told:
        return 0.0
    return 2 * SURE * (1 if told[0] == (reading.keys == (key,)) else -1)


def slip_odds(reading: Reading, blocks: Blocks, relations: Sequence[Relation], decimal: Decimal) -> float:
    """Return the log odds of a simple slip in a single cell: digits exchanged, a copy of another cell."""
    (key,) = reading.keys
    table, name = key
    i = int(reading.cells[key][0])
    column = blocks[table].columns[name]
    text = column.printed[i]
    low, _, high = (float(part[i]) for part in reading.bounds[key])
    exact = any(relation.kind == "sum" and name in relation.members for relation in relations)
    digits = significant_digits(text)
    if digits < 3:
        return 0.0
    half = float(column.high[i] - column.low[i]) / 2
    if transposed(text, low - half, high + half, decimal=decimal) is not None:
        return 1.5 if exact else 4.0
    same = sum(
        int(other.columns[name].value[place[i]] == column.value[i])
        for other, place in twins(blocks, table, name)
        if place[i] >= 0 and not stands_still((other.columns[name].value[place] == column.value)[place >= 0])
    )
    if same and digits >= _TOLD_APART:
        return 5.0
    if digits >= _TOLD_APART and (column.value == column.value[i]).sum() == 2:
        return 3.0
    return 0.0


def _stray(blocks: Blocks, relations: Sequence[Relation], at: tuple[int, int]) -> Cause:
    """Name a row whose relation fails and which nothing mends alone: every member is a reading."""
    relation, i = relations[at[0]], at[1]
    readings = [reading for name in relation.members for reading in single(blocks[relation.table], name, i, [relation])]
    return Cause(tuple(readings), ((relation, (i,)),))


def _merged(causes: Sequence[Cause], blocks: Blocks, relations: Sequence[Relation]) -> list[Cause]:
    """Put causes together that are one: the same rows moved in several columns, one wrong input of several ratios."""
    groups: dict[object, list[Cause]] = {}
    for number, cause in enumerate(_unit_slips(causes, blocks)):
        first = cause.first
        key: object = number
        if not cause.open:
            table = first.keys[0][0]
            if first.kind == "rows":
                key = ("rows", table, tuple(sorted(first.source.items())))
            elif first.kind == "other year":
                key = ("other year", table, first.input, first.other_year)
            elif first.kind == "digits":
                key = ("digits", first.keys[0][1], next(iter(first.texts.values()))[0])
        groups.setdefault(key, []).append(cause)
    merged = []
    for group in groups.values():
        first = group[0].first
        if len(group) > 1:
            first = replace(
                first,
                cells={k: v for cause in group for k, v in cause.first.cells.items()},
                bounds={k: v for cause in group for k, v in cause.first.bounds.items()},
                texts={k: v for cause in group for k, v in cause.first.texts.items()},
            )
        merged.append(Cause((first, *group[0].readings[1:]), tuple(s for cause in group for s in cause.symptoms)))
    return _whole_columns(merged, blocks, relations)


def _unit_slips(causes: Sequence[Cause], blocks: Blocks) -> list[Cause]:
    """Put together cells of one column that are off by one power of ten: which side is wrong, they decide together."""
    groups: dict[tuple[Key, int], dict[int, Reading]] = {}
    for number, cause in enumerate(causes):
        for reading in cause.readings if cause.first.kind == "cell" else ():
            (key,) = reading.keys
            column, i = blocks[key[0]].columns[key[1]], int(reading.cells[key][0])
            low, _, high = (float(part[i]) for part in reading.bounds[key])
            half = float(column.high[i] - column.low[i]) / 2
            power = decimal_shift(float(column.value[i]), low - half, high + half, half)
            if power is not None:
                groups.setdefault((key, power), {})[number] = reading
    found, taken = dict(enumerate(causes)), set[int]()
    for group in sorted(groups.values(), key=len, reverse=True):
        if len(group) < 2 or not taken.isdisjoint(group):
            continue
        # What is decided in one cell is decided in all: its rivals are not in every cell.
        sides = [(key, power, own) for (key, power), own in groups.items() if set(own) == set(group)]
        slips = [_slip(key, power, list(own.values())) for key, power, own in sides]
        slips.sort(key=lambda slip: -round(slip.odds, 6))
        kept = tuple(slip for slip in slips if slips[0].odds - slip.odds < SURE)
        symptoms: dict[Relation, tuple[int, ...]] = {}
        for number in group:
            for relation, rows in found.pop(number).symptoms:
                symptoms[relation] = (*symptoms.get(relation, ()), *rows)
        found[min(group)] = Cause(kept, tuple(symptoms.items()))
        taken.update(group)
    return [found[number] for number in sorted(found)]


def _slip(key: Key, power: int, cells: Sequence[Reading]) -> Reading:
    at = np.array(sorted(int(each.cells[key][0]) for each in cells))
    bounds = tuple(part.copy() for part in cells[0].bounds[key])
    for each in cells:
        for part, own in zip(bounds, each.bounds[key], strict=True):
            part[each.cells[key]] = own[each.cells[key]]
    return Reading(
        "unit", {key: at}, {key: (bounds[0], bounds[1], bounds[2])}, {key: (shifted_by(power),) * len(at)},
        odds=sum(each.odds for each in cells),
    )  # fmt: skip


def _whole_columns(causes: Sequence[Cause], blocks: Blocks, relations: Sequence[Relation]) -> list[Cause]:
    """Put together what is wrong cell by cell in most rows of a ratio: it was computed from other figures."""
    by_ratio: dict[Key, list[Cause]] = {}
    for cause in causes:
        relation, *more = {relation for relation, _ in cause.symptoms}
        if cause.first.kind == "cell" and relation.kind in ("ratio", "index") and not more:
            by_ratio.setdefault((relation.table, relation.members[0]), []).append(cause)
    found = list(causes)
    for key, group in by_ratio.items():
        relation = group[0].symptoms[0][0]
        rows = sorted(i for cause in group for _, own in cause.symptoms for i in own)
        if len(rows) < max(_WHOLE, len(blocks[key[0]].rows) / 2):
            continue
        # Rows that fit each other by chance are no swap in a column of which nothing fits.
        by_chance = [cause for cause in causes if cause.first.kind == "rows" and cause.first.keys == (key,)]
        group += [cause for cause in by_chance if {each for each, _ in cause.symptoms} == {relation}]
        rows = sorted({i for cause in group for _, own in cause.symptoms for i in own})
        found = [cause for cause in found if cause not in group]
        found.append(_column_cause(blocks, relation, rows, relations))
    return _whole_inputs(found, blocks)


def _whole_inputs(causes: Sequence[Cause], blocks: Blocks) -> list[Cause]:
    """Put together an input that is wrong cell by cell in many rows: figures of another source, or of other prices."""
    by_input: dict[Key, list[Cause]] = {}
    for cause in causes:
        key = cause.first.keys[0]
        results = [relation for relation, _ in cause.symptoms if relation.members[0] == key[1]]
        if cause.first.kind == "cell" and not cause.open and all(relation.kind == "sum" for relation in results):
            by_input.setdefault(key, []).append(cause)
    found = list(causes)
    for key, group in by_input.items():
        if len(group) >= max(_WHOLE, len(blocks[key[0]].rows) / 3):
            at = np.array(sorted(int(cause.first.cells[key][0]) for cause in group))
            parts = [part.copy() for part in group[0].first.bounds[key]]
            symptoms: dict[Relation, tuple[int, ...]] = {}
            for cause in group:
                for part, own in zip(parts, cause.first.bounds[key], strict=True):
                    part[cause.first.cells[key]] = own[cause.first.cells[key]]
                for relation, rows in cause.symptoms:
                    symptoms[relation] = (*symptoms.get(relation, ()), *rows)
            texts = {key: (wrong_input([relation.members[0] for relation in symptoms]),) * len(at)}
            reading = Reading("column", {key: at}, {key: (parts[0], parts[1], parts[2])}, texts)
            found = [cause for cause in found if cause not in group]
            found.append(Cause((reading,), tuple(symptoms.items())))
    return found


def wrong_input(columns: Sequence[str]) -> Reason:
    """Say of which ratios a cell is a wrong input."""
    return Reason("wrong input of {columns}", {"columns": Joined(columns, ", ")})


def exchanged_digits(text: str) -> Reason:
    """Say which figure would be right, two digits of which are exchanged in print."""
    return Reason("digit transposition: {text} fits", {"text": text})


def repeated_cell(table: int, row: int) -> Reason:
    """Say where another table has the same figure."""
    return Reason("duplicated cell: the same as table {table}, row {row}", {"table": table, "row": row})


def cell_text(reading: Reading, key: Key, at: int, blocks: Blocks, decimal: Decimal) -> Reason | None:
    """Say what is wrong with one cell under a reading; None where nothing neat is."""
    if reading.texts:
        return reading.texts[key][at]
    i = int(reading.cells[key][at])
    column = blocks[key[0]].columns[key[1]]
    low, _, high = (float(part[i]) for part in reading.bounds[key])
    half = float(column.high[i] - column.low[i]) / 2
    power = decimal_shift(float(column.value[i]), low - half, high + half, half)
    if power is not None:
        return shifted_by(power)
    if low - half <= -float(column.value[i]) <= high + half:
        return Reason("sign: it fits with the other sign", {})
    changed = transposed(column.printed[i], low - half, high + half, decimal=decimal)
    if changed is not None:
        return exchanged_digits(changed)
    if significant_digits(column.printed[i]) >= _TOLD_APART:
        for other, place in twins(blocks, *key):
            same = other.columns[key[1]].value[place] == column.value
            if place[i] >= 0 and same[i] and not stands_still(same[place >= 0]):
                return repeated_cell(other.table, other.rows[int(place[i])])
    return None
