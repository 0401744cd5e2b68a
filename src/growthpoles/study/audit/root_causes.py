"""Root causes: the fewest faults of printed cells that, mended, leave every relation of the tables whole.

Hypotheses in order of parsimony: values in the rows of others, columns of two years exchanged, an input of the other
year, a common factor, digits cut off or rounded more coarsely, single cells. The one that mends most is taken, its
consequences are listed under it, and the search goes on with what remains. Where several cells explain the same, the
other year, the published index and the digits decide by odds; short of 100 to 1 the fault stays open, with every
reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from growthpoles.study.audit.arithmetic import decimal_shift, match_rows, significant_digits, transposed
from growthpoles.study.audit.printed_relations import (
    Array,
    Block,
    Bounds,
    Column,
    Mask,
    Relation,
    meets,
    stands_still,
)
from growthpoles.study.files.printed_tables import Decimal

Rows = npt.NDArray[np.intp]
Key = tuple[int, str]
Blocks = Mapping[int, Block]
#: Odds at which one of several readings is believed; below, the fault is left open.
SURE = float(np.log(100.0))
#: Greatest expected number of chance matches for rows that are said to be exchanged.
_CHANCE = 0.02
_KINDS = ("rows", "exchanged", "repeated", "other year", "factor", "digits", "cell")
_CAP = 9.0
#: So many standard errors the results of a ratio must lie low on average before their digits count as cut off.
_DRIFT = 5.5
_FREEDOM = 3
#: No region and no quantity grows or shrinks so much as a whole between two editions of a table (log).
_PLAUSIBLE = float(np.log(3.0))


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One way to mend a fault: new bounds of some cells of some columns, `cells` those that are wrong under it.

    `text` has a placeholder-free English reason for each cell; `source` the row whose value it is, by position.
    """

    kind: str
    cells: Mapping[Key, Rows]
    bounds: Mapping[Key, Bounds]
    texts: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    source: Mapping[int, int] = field(default_factory=dict)
    factor: float = float("nan")
    other_year: int = 0
    input: str = ""
    odds: float = 0.0
    whole: int = 0

    @property
    def keys(self) -> tuple[Key, ...]:
        """Table and column of the cells."""
        return tuple(self.cells)

    @property
    def size(self) -> int:
        """Number of cells that are wrong under it."""
        return sum(len(at) for at in self.cells.values())

    def apply(self, blocks: Blocks) -> dict[int, Block]:
        """Mend the tables."""
        mended = dict(blocks)
        for (table, name), bounds in self.bounds.items():
            mended[table] = mended[table].put(name, self.cells[table, name], bounds)
        return mended


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
            (reading, *_effect(reading, mended, relations, wrong)) for reading in _readings(mended, relations, wrong)
        ]
        best = max(tried, key=lambda entry: (entry[2], -_KINDS.index(entry[0].kind), len(entry[1])), default=None)
        if best is None or best[2] <= 0:
            # Nothing mends it without breaking something else: each such row stands as it is.
            at = next((r, int(i)) for r, mask in enumerate(wrong) for i in np.flatnonzero(mask))
            causes.append(_stray(mended, relations, at))
            settled.add(at)
            continue
        # A hypothesis on a whole column may miss a row by rounding; one on single cells may not.
        near = best[2] if best[0].kind in ("cell", "rows") else 0.9 * best[2]
        rivals = [
            reading
            for reading, gone, net in tried
            if reading.kind == best[0].kind and net >= near and len(gone & best[1]) >= 0.9 * len(best[1])
        ]
        cause = _decide(rivals, best[1], mended, relations, decimal, judge)
        causes.append(cause)
        mended = cause.first.apply(mended)
    return _merged(causes), mended


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
    gap = ((np.abs(column.value) - np.abs(middle)) / (2 * half))[known]
    spread = np.sqrt(1 / 12 + ((high - low) / (4 * half))[known] ** 2 / 3)
    away = float(gap.mean() / (np.sqrt((spread**2).sum()) / len(gap)))
    if away < -_DRIFT and -0.75 < gap.mean() < -0.25:
        at = np.flatnonzero(known)[gap < -0.5]
        key = (block.table, relation.members[0])
        text = "truncated: the digits are cut off, not rounded"
        bounds = {key: (low, middle, high)}
        reading = Reading("digits", {key: at}, bounds, {key: (text,) * len(at)}, odds=away)
        yield Cause((reading,), ((relation, tuple(map(int, at))),))


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


def _readings(blocks: Blocks, relations: Sequence[Relation], wrong: Sequence[Mask]) -> Iterator[Reading]:
    """Propose what may be wrong: for every relation that does not hold, every one of its members."""
    cells: dict[tuple[int, str, int], list[int]] = {}
    together: dict[tuple[int, tuple[int, ...]], list[Relation]] = {}
    for r, relation in enumerate(relations):
        rows = np.flatnonzero(wrong[r])
        if not len(rows):
            continue
        block = blocks[relation.table]
        if relation.kind == "ratio" and len(rows) > 1:
            together.setdefault((relation.table, tuple(map(int, rows))), []).append(relation)
        for name in relation.members:
            implied = relation.implied(block, name)
            for i in rows:
                cells.setdefault((relation.table, name, int(i)), []).append(r)
            if len(rows) > 1:
                yield from _moved(block, [(name, implied)], rows)
                yield from _exchanged(blocks, relations, relation, name, implied, rows)
                yield from _repeated(blocks, relation, name, implied, rows)
                yield from _factor(block, name, implied, rows)
                yield from _digits(block, relation, name, implied, rows)
        if relation.kind == "ratio" and len(rows) > 1:
            yield from _other_year(blocks, relation, rows)
    for (table, numbers), group in together.items():
        if len(group) > 1:
            results = [
                (relation.members[0], relation.implied(blocks[table], relation.members[0])) for relation in group
            ]
            yield from _moved(blocks[table], results, np.array(numbers, dtype=np.intp))
    for (table, name, at), concerned in cells.items():
        yield from _single(blocks[table], name, at, [relations[r] for r in concerned])


def _single(block: Block, name: str, i: int, relations: Sequence[Relation]) -> Iterator[Reading]:
    """Replace one cell by what all relations that fail there imply together, or, where they disagree, each alone."""
    implied = [tuple(float(part[i]) for part in relation.implied(block, name)) for relation in relations]
    low, high = max(part[0] for part in implied), min(part[2] for part in implied)
    proposals = [(low, implied[0][1] if len(implied) == 1 else (low + high) / 2, high)] if low <= high else implied
    key = (block.table, name)
    for least, middle, most in proposals:
        bounds = tuple(np.full(len(block.rows), value) for value in (least, middle, most))
        yield Reading("cell", {key: np.array([i])}, {key: (bounds[0], bounds[1], bounds[2])})


def _fits(column: Column, implied: Bounds) -> npt.NDArray[np.bool_]:
    """Tell whether what is printed in row j (column of the array) can stand in row i."""
    slack = 1e-11 * np.abs(column.value)
    low, _, high = implied
    return np.asarray(
        ((column.high + slack)[None, :] >= low[:, None]) & ((column.low - slack)[None, :] <= high[:, None])
    )


def _moved(block: Block, members: Sequence[tuple[str, Bounds]], rows: Rows) -> Iterator[Reading]:
    """Deal the printed values over the wrong rows so that all fit; several columns move together."""
    fits = np.logical_and.reduce([_fits(block.columns[name], implied) for name, implied in members])
    known = np.logical_and.reduce(
        [np.isfinite(implied[0]) & np.isfinite(block.columns[name].value) for name, implied in members]
    )
    own = fits[np.ix_(known, known)]
    n = len(own)
    rate = max((own.sum() - np.trace(own)) / max(n * (n - 1), 1), 1e-12)
    for place, origin, unique in _cycles(fits, rows, np.flatnonzero(known)):
        if np.log(np.arange(1, len(place) + 1) * rate).sum() > np.log(_CHANCE):
            continue
        told = "swapped rows" if unique else "swapped rows (in one of several ways)"
        # The value printed in row `origin` is that of row `place`.
        owner = {int(there): int(here) for here, there in zip(place, origin, strict=True)}
        texts = tuple(f"{told}: the value belongs to {block.regions[owner[int(i)]]}" for i in place)
        bounds = {}
        for name, _ in members:
            column = block.columns[name]
            low, middle, high = (part.copy() for part in (column.low, column.value, column.high))
            for array in (low, middle, high):
                array[place] = array[origin]
            bounds[block.table, name] = low, middle, high
        yield Reading("rows", dict.fromkeys(bounds, place), bounds, dict.fromkeys(bounds, texts), owner)


def _cycles(fits: npt.NDArray[np.bool_], rows: Rows, known: Rows) -> Iterator[tuple[Rows, Rows, bool]]:
    """Yield rows, the rows whose values they take, and whether in one way only: every cycle, and all together.

    Where the wrong rows alone do not close, rows that look right may have moved with them: the fewest that do.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    def groups(part: npt.NDArray[np.bool_]) -> list[Rows]:
        _, group = connected_components(csr_array(part.astype(float)), directed=True, connection="strong")
        return [at for at in (np.flatnonzero(group == number) for number in np.unique(group)) if len(at) > 1]

    part = fits[np.ix_(rows, rows)]
    found = groups(part)
    if len(found) > 1:
        found.append(np.sort(np.concatenate(found)))
    closed = 0
    for at in found:
        source, unique = match_rows(part[np.ix_(at, at)])
        if (source >= 0).all():
            closed = max(closed, len(at))
            yield rows[at], rows[at][source], unique
    if closed == len(rows):
        return
    wide = fits[np.ix_(known, known)]
    cost = np.where(wide, 1.0 + np.random.default_rng(0).random(wide.shape) * 1e-6, 1e6)
    np.fill_diagonal(cost, np.where(np.diag(wide), 0.0, 1e6))
    _, source = linear_sum_assignment(cost)
    real = wide[np.arange(len(source)), source]
    moved = groups(np.eye(len(source), dtype=bool)[source] & real[:, None])
    if moved:
        at = np.sort(np.concatenate(moved))
        if np.isin(known[at], rows).sum() >= max(2, len(at) / 2):
            yield known[at], known[source[at]], True


def twins(blocks: Blocks, table: int, name: str) -> Iterator[tuple[Block, Rows]]:
    """Yield tables of another year that print the column, with the position of every region of this one (-1: none)."""
    block = blocks[table]
    for other in blocks.values():
        if name in other.columns and other.year != block.year and None not in (other.year, block.year):
            place = {region: at for at, region in enumerate(other.regions)}
            yield other, np.array([place.get(region, -1) for region in block.regions], dtype=np.intp)


def _fits_other(name: str, implied: Bounds, other: Block, place: Rows) -> Mask:
    """Tell the rows where the other year's cell is what the relation of this year implies."""
    theirs = other.columns[name]
    low, high = (np.where(place < 0, np.nan, part[place]) for part in (theirs.low, theirs.high))
    slack = 1e-11 * np.abs(high)
    return np.asarray((high + slack >= implied[0]) & (low - slack <= implied[2]))


def _most(fit: Mask, rows: Rows, known: Mask) -> bool:
    """Whether a hypothesis on a column holds for nearly all its rows, and for nearly all wrong ones."""
    return len(rows) >= 3 and fit[rows].mean() >= 0.8 and fit[known].mean() >= 0.8


def _exchanged(
    blocks: Blocks, relations: Sequence[Relation], relation: Relation, name: str, implied: Bounds, rows: Rows
) -> Iterator[Reading]:
    """Try the columns of two years, exchanged."""
    block = blocks[relation.table]
    for other, place in twins(blocks, relation.table, name):
        theirs = [
            twin
            for twin in relations
            if (twin.table, twin.kind, twin.members) == (other.table, relation.kind, relation.members)
        ]
        if not theirs or other.table < relation.table or (place < 0).any():
            continue
        back = np.argsort(place)
        here = _fits_other(name, implied, other, place)
        there = _fits_other(name, theirs[0].implied(other, name), block, back)
        known = np.isfinite(implied[0])
        if _most(here, rows, known) and there[np.isfinite(theirs[0].implied(other, name)[0])].mean() >= 0.8:
            keys = (block.table, name), (other.table, name)
            ours, owns = block.columns[name], other.columns[name]
            bounds = {
                keys[0]: (owns.low[place], owns.value[place], owns.high[place]),
                keys[1]: (ours.low[back], ours.value[back], ours.high[back]),
            }
            texts = {
                key: tuple(f"the columns of the years are exchanged: the value belongs to {year}" for _ in block.rows)
                for key, year in zip(keys, (other.year, block.year), strict=True)
            }
            cells = {key: np.arange(len(block.rows)) for key in keys}
            yield Reading("exchanged", cells, bounds, texts, other_year=other.year or 0)


def _repeated(blocks: Blocks, relation: Relation, name: str, implied: Bounds, rows: Rows) -> Iterator[Reading]:
    """Try a column that is the other year's, copied, where the relations want another."""
    block = blocks[relation.table]
    column = block.columns[name]
    for other, place in twins(blocks, relation.table, name):
        same = (column.value == np.where(place < 0, np.nan, other.columns[name].value[place])) & (column.value != 0)
        at = rows[same[rows]]
        if len(at) >= 3 and len(at) >= 0.8 * len(rows):
            key = (block.table, name)
            text = f"duplicated cells: the same as {other.year} (table {other.table}), a copy of the other year"
            yield Reading("repeated", {key: at}, {key: implied}, {key: (text,) * len(at)}, other_year=other.year or 0)


def _other_year(blocks: Blocks, relation: Relation, rows: Rows) -> Iterator[Reading]:
    """Try a ratio that was computed from the numerator, the denominator or both of another year."""
    block = blocks[relation.table]
    ratio, *parts = relation.members
    implied = relation.implied(block, ratio)
    for other, place in twins(blocks, relation.table, parts[1]):
        for swap in ((False, True), (True, False), (True, True)):
            if (place < 0).any() or not set(np.array(parts)[list(swap)]) <= set(other.columns):
                continue
            mixed = {name: _taken(other, name, place) for name, use in zip(parts, swap, strict=True) if use}
            trial = replace(block, columns={**block.columns, **mixed})
            low, _, high = relation.implied(trial, ratio)
            fit = meets(block.columns[ratio], low, high)
            known = np.isfinite(low) & np.isfinite(implied[0])
            at = np.flatnonzero(fit & known) if _most(fit, rows, known) else rows[fit[rows]]
            if len(at) < 3:
                continue
            names = " and ".join(name for name, use in zip(parts, swap, strict=True) if use)
            role = {(False, True): "denominator", (True, False): "numerator", (True, True): "inputs"}[swap]
            key = (block.table, ratio)
            text = f"{role} of {other.year}: computed with {names} of table {other.table}"
            yield Reading(
                "other year", {key: at}, {key: implied}, {key: (text,) * len(at)},
                other_year=other.year or 0, input=names,
            )  # fmt: skip


def _taken(other: Block, name: str, place: Rows) -> Column:
    column = other.columns[name]
    return replace(column, value=column.value[place], low=column.low[place], high=column.high[place])


def _factor(block: Block, name: str, implied: Bounds, rows: Rows) -> Iterator[Reading]:
    """Try one factor for all cells of the column, or all but one in ten."""
    column = block.columns[name]
    low, middle, high = implied
    known = np.isfinite(low) & np.isfinite(column.value) & (low * high > 0) & (column.low * column.high > 0)
    if known.sum() < 4 or not known[rows].all() or len(rows) < max(3, 0.6 * known.sum()):
        return
    # What was rounded before it was multiplied is off by the factor times half a unit besides.
    half = (column.high - column.low) / 2 * abs(float(np.median(column.value[known] / middle[known])))
    corners = [a / b for a, b in product((column.low - half, column.high + half), (low, high))]
    least, most = np.minimum.reduce(corners)[known], np.maximum.reduce(corners)[known]
    # The factor that the most rows allow: a point of the line that most intervals cover.
    ends = np.concatenate([least, most])
    cover = [((least <= end * (1 + 1e-12)) & (most >= end * (1 - 1e-12))).sum() for end in ends]
    best = max(cover)
    if best < max(4, 0.9 * known.sum()):
        return
    inside = ends[np.array(cover) == best]
    factor = float(np.sqrt(abs(inside.min() * inside.max()))) * np.sign(inside.min())
    if not factor > 0 or abs(np.log(factor)) < 1e-9:
        return
    power = round(np.log10(factor))
    neat = power != 0 and inside.min() * (1 - 1e-6) <= 10.0**power <= inside.max() * (1 + 1e-6)
    factor = 10.0**power if neat else factor
    covered = np.zeros(len(column.value), dtype=bool)
    covered[np.flatnonzero(known)] = (least <= inside.max() * (1 + 1e-12)) & (most >= inside.min() * (1 - 1e-12))
    at = np.flatnonzero(covered)
    slip = "a unit slip of the whole column, decimal shift" if neat else "common factor of the whole column, scaled"
    key = (block.table, name)
    yield Reading("factor", {key: at}, {key: implied}, {key: (f"{slip} (x{factor:.6g})",) * len(at)}, factor=factor)


def _digits(block: Block, relation: Relation, name: str, implied: Bounds, rows: Rows) -> Iterator[Reading]:
    """Try digits that were cut off, or rounded to one place fewer than printed; the result of a relation only."""
    if name != relation.members[0] or relation.kind == "sum":
        return
    column = block.columns[name]
    low, _, high = implied
    known = np.isfinite(low) & np.isfinite(column.value)
    half = (column.high - column.low) / 2
    size = np.abs(column.value)
    near, far = np.minimum(np.abs(low), np.abs(high)), np.maximum(np.abs(low), np.abs(high))
    slack = 1e-9 * size
    cut = (far + slack >= size) & (near - slack < size + 2 * half)
    unit = 20 * half
    on_step = np.abs(size / unit - np.round(size / unit)) < 1e-6
    wide = (column.value + unit / 2 + slack >= low) & (column.value - unit / 2 - slack <= high)
    key = (block.table, name)
    for fit, text in (
        (cut, "truncated: the digits are cut off, not rounded"),
        (on_step & wide, "rounded more coarsely than printed: the last digit is 0 throughout"),
    ):
        if fit[known].all() and len(rows) >= 2 and known.sum() >= 5:
            yield Reading("digits", {key: rows}, {key: implied}, {key: (text,) * len(rows)})


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
            odds += sum(_growth(reading, key, blocks) for key in reading.keys if key not in results)
            odds += sum(_home(reading, key, blocks) for key in reading.keys)
            if before and judge is not None and set(reading.keys) & results:
                after = judge(reading.apply(blocks))
                odds += 7.0 if after <= before / 2 else 0.0
            if reading.kind == "cell":
                odds += _neat(reading, blocks, relations, decimal)
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


def _growth(reading: Reading, key: Key, blocks: Blocks) -> float:
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
            if len(rest) < 5 or not np.isfinite(new[at]).all():
                continue
            middle = float(np.median(rest))
            scale = max(1.4826 * float(np.median(np.abs(rest - middle))), 0.01)
            scale = max(scale, float(np.quantile(np.abs(rest - middle), 0.9)) / 1.64)
            old_fit = np.where(np.isfinite(old[at]), _log_tail((old[at] - middle) / scale), -2 * _CAP)
            gain = float(np.clip(_log_tail((new[at] - middle) / scale) - old_fit, -_CAP, _CAP).sum())
        best = gain if abs(gain) > abs(best) else best
    return best


def _neat(reading: Reading, blocks: Blocks, relations: Sequence[Relation], decimal: Decimal) -> float:
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
    if same and digits >= 4:
        return 5.0
    if digits >= 4 and (column.value == column.value[i]).sum() == 2:
        return 3.0
    return 0.0


def _stray(blocks: Blocks, relations: Sequence[Relation], at: tuple[int, int]) -> Cause:
    """Name a row whose relation fails and which nothing mends alone: every member is a reading."""
    relation, i = relations[at[0]], at[1]
    readings = [
        reading for name in relation.members for reading in _single(blocks[relation.table], name, i, [relation])
    ]
    return Cause(tuple(readings), ((relation, (i,)),))


def _merged(causes: Sequence[Cause]) -> list[Cause]:
    """Put causes together that are one: the same rows moved in several columns, one wrong input of several ratios."""
    groups: dict[object, list[Cause]] = {}
    for number, cause in enumerate(causes):
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
    return merged


def cell_text(reading: Reading, key: Key, at: int, block: Block, decimal: Decimal) -> str:
    """Say what is wrong with one cell under a reading."""
    if reading.texts:
        return reading.texts[key][at]
    i = int(reading.cells[key][at])
    column = block.columns[key[1]]
    low, _, high = (float(part[i]) for part in reading.bounds[key])
    half = float(column.high[i] - column.low[i]) / 2
    power = decimal_shift(float(column.value[i]), low - half, high + half)
    if power is not None:
        return f"decimal shift (x10^{power})"
    if low - half <= -float(column.value[i]) <= high + half:
        return "sign: it fits with the other sign"
    changed = transposed(column.printed[i], low - half, high + half, decimal=decimal)
    return "" if changed is None else f"digit transposition: {changed} fits"
