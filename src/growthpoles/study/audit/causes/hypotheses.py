"""Hypotheses on wrong cells: every way to mend printed cells that makes some relation of the tables hold.

In order of parsimony: values in the rows of others, columns of two years exchanged, an input of another year or of
another column, a common factor, digits cut off or rounded more coarsely, single cells; `root_causes` decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

from growthpoles.errors import Joined, Number, Reason
from growthpoles.study.audit.arithmetic import match_rows
from growthpoles.study.audit.causes.printed_relations import (
    Block,
    Bounds,
    Column,
    Mask,
    Relation,
    meets,
    same_cells,
    same_tables,
    stands_still,
)

Rows = npt.NDArray[np.intp]
Key = tuple[int, str]
Blocks = Mapping[int, Block]
#: Kinds of readings, the simplest first.
KINDS = (
    "rows",
    "shifted",
    "exchanged",
    "across",
    "repeated",
    "other year",
    "other column",
    "factor",
    "digits",
    "cell",
    "column",
)
OF_OTHER_YEAR = {
    "denominator": "denominator of {year}: computed with {columns} of table {table}",
    "numerator": "numerator of {year}: computed with {columns} of table {table}",
    "inputs": "inputs of {year}: computed with {columns} of table {table}",
}
OF_OTHER_COLUMN = (
    "another numerator: computed with {column} in place of {other}",
    "another denominator: computed with {column} in place of {other}",
)
CUT_OFF = Reason("truncated: the digits are cut off, not rounded", {})
_COARSE = Reason("rounded more coarsely than printed: the last digit is 0 throughout", {})
#: Greatest expected number of chance matches for rows that are said to be exchanged.
_CHANCE = 0.02
#: Most rows of which each two may be swapped, ways to swap columns that are followed, columns tried in all ways.
_PAIRED, _WAYS, _FEW_MEMBERS = 8, 256, 6
#: Standard errors that results lie low by where one row alone shows cut digits.
_LONE = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One way to mend a fault: new bounds of some cells of some columns, `cells` those that are wrong under it.

    `texts` has a reason for each cell; `source` the row whose value it is, by position, `unique` whether in one way
    only; `part` what of a ratio is another year's.
    """

    kind: str
    cells: Mapping[Key, Rows]
    bounds: Mapping[Key, Bounds]
    texts: Mapping[Key, tuple[Reason, ...]] = field(default_factory=dict)
    source: Mapping[int, int] = field(default_factory=dict)
    unique: bool = True
    part: str = ""
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
        """Mend the tables; a column without a year stands in those of several, and is mended in all."""
        mended = dict(blocks)
        for (table, name), bounds in self.bounds.items():
            for at in [table, *same_tables(blocks, table, name)]:
                mended[at] = mended[at].put(name, self.cells[table, name], bounds)
        return mended


def readings(blocks: Blocks, relations: Sequence[Relation], wrong: Sequence[Mask]) -> Iterator[Reading]:
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
            if len(rows) > 1 and relation.kind == "index":
                yield from _other_index(block, relations, relation, rows)
            yield from _digits(block, relation, name, implied, rows)
            if len(rows) > 1:
                yield from moved(block, [(name, implied)], rows)
                yield from shifted(block, name, implied, rows)
                yield from _exchanged(blocks, relations, relation, name, implied, rows)
                yield from _repeated(blocks, relation, name, implied, rows)
                yield from _same_column(block, name, implied, rows)
                yield from _factor(block, name, implied, rows)
        if relation.kind == "ratio" and not relation.whole and len(rows) > 1:
            yield from _other_year(blocks, relation, rows)
            yield from _other_column(blocks, relation, rows)
    for (table, numbers), group in together.items():
        if len(group) > 1:
            results = [
                (relation.members[0], relation.implied(blocks[table], relation.members[0])) for relation in group
            ]
            for reading in moved(blocks[table], results, np.array(numbers, dtype=np.intp)):
                yield reading
                # Ratios in the rows of others look as all that they were computed from does, moved the other way.
                inputs = {name for relation in group for name in relation.members} - {name for name, _ in results}
                for total in (each for each in relations if each.table == table and each.kind == "sum"):
                    inputs |= set(total.members) if inputs & set(total.members) else set()
                place = np.array(list(reading.source.values()), dtype=np.intp)
                origin = np.array(list(reading.source), dtype=np.intp)
                order = np.argsort(origin)
                names = [name for name in blocks[table].columns if name in inputs]
                yield _dealt(blocks[table], names, origin[order], place[order])
    for table, block in blocks.items():
        own = [
            (relation, mask)
            for relation, mask in zip(relations, wrong, strict=True)
            if relation.table == table and relation.kind != "index"
        ]
        yield from _swapped(block, own) if own else ()
    yield from _exchanged_cells(blocks, relations, wrong)
    yield from _exchanged_tables(blocks, relations, wrong)
    for (table, name, at), concerned in cells.items():
        yield from single(blocks[table], name, at, [relations[r] for r in concerned])


def single(block: Block, name: str, i: int, relations: Sequence[Relation]) -> Iterator[Reading]:
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


def moved(block: Block, members: Sequence[tuple[str, Bounds]], rows: Rows) -> Iterator[Reading]:
    """Deal the printed values over the wrong rows so that all fit; several columns move together."""
    fits = np.logical_and.reduce([_fits(block.columns[name], implied) for name, implied in members])
    both = [np.isfinite(implied[0]) & np.isfinite(block.columns[name].value) for name, implied in members]
    known = np.logical_and.reduce(both)
    own = fits[np.ix_(known, known)]
    n = len(own)
    rate = max((own.sum() - np.trace(own)) / max(n * (n - 1), 1), 1e-12)
    # Beside a gap: what is printed may be that of a row that cannot be checked, and a lost figure may fit anywhere.
    there = np.logical_and.reduce([np.isfinite(block.columns[name].value) for name, _ in members])
    checked = np.logical_and.reduce([np.isfinite(implied[0]) for _, implied in members])
    usable = np.flatnonzero(there | checked)
    for place, origin, unique in _cycles(fits, rows, usable, open_rows=~checked, lost=~there):
        sure = int((checked[place] & there[origin]).sum())
        if sure < 2 or np.log(np.arange(1, sure + 1) * rate).sum() > np.log(_CHANCE):
            continue
        yield _dealt(block, [name for name, _ in members], place, origin, unique=unique)


def shifted(block: Block, name: str, implied: Bounds, rows: Rows) -> Iterator[Reading]:
    """Try values that stand one or two rows too low or too high; one was typed twice, and one is lost."""
    known = np.isfinite(implied[0]) & np.isfinite(block.columns[name].value)
    fits = _fits(block.columns[name], implied) & known[:, None] & known[None, :]
    n = int(known.sum())
    rate = max((fits.sum() - np.trace(fits)) / max(n * (n - 1), 1), 1e-12)
    for step in (1, -1, 2, -2):
        at = rows[(rows - step >= 0) & (rows - step < len(known))]
        beside = at[~known[at - step]]
        at = at[fits[at - step, at]]
        if len(at) < 3 or len(at) * np.log(rate) + np.log(4.0 * n) > np.log(_CHANCE):
            continue
        # What belongs to a row that cannot be checked moved along with its neighbours.
        at = np.union1d(at, beside[np.isin(beside - 1, at) | np.isin(beside + 1, at)])
        key = (block.table, name)
        texts = tuple(moved_to(block.regions[int(i) - step]) for i in at)
        yield Reading("shifted", {key: at}, {key: implied}, {key: texts})


def moved_to(region: str) -> Reason:
    """Say whose value stands in a row among others that moved."""
    return Reason("swapped rows, moved: the value belongs to {region}", {"region": region})


def swapped_with(region: str, *, unique: bool = True) -> Reason:
    """Say whose value stands in a row that is swapped with others."""
    if unique:
        return Reason("swapped rows: the value belongs to {region}", {"region": region})
    return Reason("swapped rows (in one of several ways): the value belongs to {region}", {"region": region})


def shifted_by(power: int) -> Reason:
    """Say by which power of ten a cell is off."""
    return Reason("decimal shift (x10^{power})", {"power": power})


def _dealt(block: Block, names: Sequence[str], place: Rows, origin: Rows, *, unique: bool = True) -> Reading:
    """Give the rows of `place` the values that are printed in those of `origin`."""
    # The value printed in row `origin` is that of row `place`.
    owner = {int(there): int(here) for here, there in zip(place, origin, strict=True)}
    texts = tuple(swapped_with(block.regions[owner[int(i)]], unique=unique) for i in place)
    bounds = {}
    for name in names:
        column = block.columns[name]
        low, middle, high = (part.copy() for part in (column.low, column.value, column.high))
        for array in (low, middle, high):
            array[place] = array[origin]
        bounds[block.table, name] = low, middle, high
    return Reading("rows", dict.fromkeys(bounds, place), bounds, dict.fromkeys(bounds, texts), owner, unique)


def _swapped(block: Block, relations: Sequence[tuple[Relation, Mask]]) -> Iterator[Reading]:
    """Try two rows swapped in several columns: the fewest with which all relations of the two rows hold, and the rest.

    Where some columns of related ones are swapped, the others are beside them as if they were: two readings.
    """
    rows = np.flatnonzero(np.logical_or.reduce([mask for _, mask in relations]))
    for i, j in combinations(map(int, rows), 2) if len(rows) <= _PAIRED else ():
        broken = [relation for relation, mask in relations if mask[i] and mask[j]]
        # Beside a pair that is swapped: what is wrong in one of its rows and cannot be checked in the other.
        broken += [
            relation
            for relation, mask in (relations if broken else ())
            if mask[i] != mask[j] and not _known(relation, block, [i, j]).all()
        ]
        sure, beside = set(broken[: sum(mask[i] and mask[j] for _, mask in relations)]), list[list[set[str]]]()
        mains = list[list[set[str]]]()
        at = np.array([i, j])
        while broken:
            group, names = [broken[0]], set(broken[0].members)
            # What shares no column is swapped for itself.
            while more := [each for each, _ in relations if each not in group and names & set(each.members)]:
                group += more
                names.update(name for each in more for name in each.members)
            broken = [each for each in broken if each not in group]
            sets = _choices(block, group, (i, j))
            ways = [*sets[:1], *[other for other in sets if not other & sets[0]][:1]]
            (mains if sure & set(group) else beside).append(ways)
            for chosen in ways if sure & set(group) else ():
                yield _dealt(block, [name for name in block.columns if name in chosen], at, at[::-1])
        for way in (0, 1) if any(beside) else ():
            chosen = set().union(*(ways[way] for ways in (*mains, *beside) if len(ways) > way))
            yield _dealt(block, [name for name in block.columns if name in chosen], at, at[::-1])


def _choices(block: Block, group: Sequence[Relation], pair: tuple[int, int]) -> list[set[str]]:
    """Return the sets of columns that, swapped between two rows, let all relations of the rows hold; fewest first."""
    ways: list[dict[str, bool]] = [{}]
    for relation in group:
        sides = _sides(len(relation.members))
        fine = [dict(zip(relation.members, s, strict=True)) for s in sides if _holds(relation, block, pair, s)]
        pairs = [(known, way) for known in ways for way in fine]
        ways = [known | way for known, way in pairs if all(known.get(name, way[name]) == way[name] for name in way)]
        ways = ways[:_WAYS]
    return sorted(({name for name in way if way[name]} for way in ways), key=len)


def _sides(members: int) -> Iterator[tuple[bool, ...]]:
    """Yield which of some columns are swapped; of many, none, one or two, or all but so many."""
    yield from product((False, True), repeat=members) if members <= _FEW_MEMBERS else ()
    for count, rest in product(range(3), (False, True)) if members > _FEW_MEMBERS else ():
        yield from (tuple((at in s) != rest for at in range(members)) for s in combinations(range(members), count))


def _holds(relation: Relation, block: Block, pair: tuple[int, int], way: Sequence[bool]) -> bool:
    """Whether a relation holds in two rows with some of its columns swapped."""
    columns, before = dict[str, Column](), _known(relation, block, list(pair))
    for name, swap in zip(relation.members, way, strict=True):
        column, at = block.columns[name], list(pair[::-1] if swap else pair)
        columns[name] = replace(column, value=column.value[at], low=column.low[at], high=column.high[at])
        if swap and column.value[pair[0]] == column.value[pair[1]]:
            return False
    after = replace(block, columns=columns)
    return not relation.wrong(after).any() and bool(before.sum() <= _known(relation, after, [0, 1]).sum())


def _known(relation: Relation, block: Block, rows: Sequence[int]) -> Mask:
    """Whether a relation can be checked in some rows."""
    own = relation.members[0]
    return np.isfinite(relation.implied(block, own)[0][rows]) & np.isfinite(block.columns[own].value[rows])


def _cycles(
    fits: npt.NDArray[np.bool_], rows: Rows, known: Rows, *, open_rows: Mask, lost: Mask
) -> Iterator[tuple[Rows, Rows, bool]]:
    """Yield rows, the rows whose values they take, and whether in one way only: every cycle, and all together.

    Where the wrong rows alone do not close, rows that look right may have moved with them: the fewest that do. Rows
    that cannot be checked (`open_rows`) take any value, and `lost` values fit any row, where nothing else does.
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
    free = (open_rows[:, None] | lost[None, :])[np.ix_(known, known)]
    wide = fits[np.ix_(known, known)] | free
    cost = np.where(wide, 1.0 + 2.0 * free + np.random.default_rng(0).random(wide.shape) * 1e-6, 1e6)
    np.fill_diagonal(cost, np.where(np.diag(wide), 0.0, 1e6))
    _, source = linear_sum_assignment(cost)
    real = wide[np.arange(len(source)), source]
    moved = groups(np.eye(len(source), dtype=bool)[source] & real[:, None])
    if moved:
        at = np.sort(np.concatenate(moved))
        if np.isin(known[at], rows).sum() >= max(2, len(at) / 2):
            yield known[at], known[source[at]], True


def twins(blocks: Blocks, table: int, name: str) -> Iterator[tuple[Block, Rows]]:
    """Yield tables of another year that print the column, with the position of every region of this one (-1: none).

    A column without a year, which stands in the tables of all, is none of another year.
    """
    block, alike = blocks[table], same_tables(blocks, table, name)
    for at, other in blocks.items():
        dated = other.year != block.year and None not in (other.year, block.year)
        if name in other.columns and dated and at not in alike:
            place = {region: i for i, region in enumerate(other.regions)}
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
            yield _years_exchanged(block, other, [name], place)


def of_year(year: int | None) -> Reason:
    """Say whose column it is, of two years."""
    return Reason("the columns of the years are exchanged: the value belongs to {year}", {"year": year})


def figure_of_year(year: int | None) -> Reason:
    """Say whose figure it is, of two years."""
    return Reason("the figures of the years are exchanged: the value belongs to {year}", {"year": year})


def _years_exchanged(block: Block, other: Block, names: Sequence[str], place: Rows) -> Reading:
    """Exchange columns between the tables of two years that print the same regions."""
    back = np.argsort(place)
    cells, bounds, texts = {}, {}, {}
    for mine, theirs, at in ((block, other, place), (other, block, back)):
        for name in names:
            key, new = (mine.table, name), theirs.columns[name]
            cells[key] = np.arange(len(mine.rows))
            bounds[key] = new.low[at], new.value[at], new.high[at]
            texts[key] = (of_year(theirs.year),) * len(at)
    return Reading("exchanged", cells, bounds, texts, other_year=other.year or 0)


def _exchanged_tables(blocks: Blocks, relations: Sequence[Relation], wrong: Sequence[Mask]) -> Iterator[Reading]:
    """Try all results, or all that they were computed from, exchanged between two years: both mend the same.

    So do a result and one input exchanged, and the result computed with the other input of the other year in both.
    """
    broken: dict[int, dict[tuple[str, ...], tuple[Relation, Rows]]] = {}
    for relation, mask in zip(relations, wrong, strict=True):
        if relation.kind == "ratio" and not relation.whole and mask.sum() >= max(3, len(mask) / 2):
            broken.setdefault(relation.table, {})[relation.members] = relation, np.flatnonzero(mask)
    for table, other in combinations(sorted(broken), 2):
        both = [members for members in broken[table] if members in broken[other]]
        place = {region: at for at, region in enumerate(blocks[other].regions)}
        rows = np.array([place.get(region, -1) for region in blocks[table].regions], dtype=np.intp)
        if blocks[table].year in (None, blocks[other].year) or set(rows) != set(place.values()):
            continue
        for members in both:
            ones, twos = (
                {each.input: each for each in _other_year(blocks, *broken[t][members])} for t in (table, other)
            )
            for name in (name for name in members[1:] if name in ones and name in twos):
                beside = [each for each in members if each != name]
                yield _years_exchanged(blocks[table], blocks[other], beside, rows)
                one, two = ones[name], twos[name]
                yield replace(
                    one,
                    cells={**one.cells, **two.cells},
                    bounds={**one.bounds, **two.bounds},
                    texts={**one.texts, **two.texts},
                )
        results = {members[0] for members in both}
        inputs = {name for members in both for name in members[1:]} - results
        for total in (each for each in relations if each.kind == "sum" and each.table == table):
            inputs |= set(total.members) if inputs & set(total.members) else set()
        for names in (results, inputs) if len(both) > 1 else ():
            known = [name for name in blocks[table].columns if name in names and name in blocks[other].columns]
            yield _years_exchanged(blocks[table], blocks[other], known, rows)


def _exchanged_cells(blocks: Blocks, relations: Sequence[Relation], wrong: Sequence[Mask]) -> Iterator[Reading]:
    """Try the figures of one region exchanged between two years: of one column, of all typed, or of all computed."""
    broken: dict[int, dict[int, list[Relation]]] = {}
    for relation, mask in zip(relations, wrong, strict=True):
        for at in map(int, np.flatnonzero(mask)) if relation.kind != "index" else ():
            broken.setdefault(relation.table, {}).setdefault(at, []).append(relation)
    for table, rows in broken.items():
        results = {
            relation.members[0] for relation in relations if relation.table == table and relation.kind == "ratio"
        }
        for other in blocks.values():
            if other.table <= table or other.table not in broken or None in (blocks[table].year, other.year):
                continue
            place = {region: at for at, region in enumerate(other.regions)}
            both = [name for name in blocks[table].columns if name in other.columns]
            for i, own in rows.items():
                j = place.get(blocks[table].regions[i], -1)
                if j not in broken[other.table]:
                    continue
                near = {name for relation in own for name in relation.members} & set(both)
                # What is in no relation is as it was printed.
                held = {name for relation in relations if relation.table == table for name in relation.members}
                sets = [{name} for name in near]
                sets += [held & set(both) - results, set(both) & results] if len(own) > 1 else []
                for names in sets:
                    if names:
                        yield _across(blocks[table], other, [name for name in both if name in names], i, j)


def _across(block: Block, other: Block, names: Sequence[str], i: int, j: int) -> Reading:
    """Exchange the figures of one region between two tables."""
    cells, bounds, texts = {}, {}, {}
    for mine, theirs, at, there in ((block, other, i, j), (other, block, j, i)):
        for name in names:
            key, (new, old) = (mine.table, name), (theirs.columns[name], mine.columns[name])
            if new.value[there] == old.value[at]:
                continue
            parts = [part.copy() for part in (old.low, old.value, old.high)]
            for part, source in zip(parts, (new.low, new.value, new.high), strict=True):
                part[at] = source[there]
            cells[key], bounds[key] = np.array([at]), (parts[0], parts[1], parts[2])
            texts[key] = (figure_of_year(theirs.year),)
    return Reading("across", cells, bounds, texts, other_year=other.year or 0)


def _other_index(block: Block, relations: Sequence[Relation], relation: Relation, rows: Rows) -> Iterator[Reading]:
    """Try the index columns of two years, printed in one table, exchanged."""
    mine = block.columns[relation.members[0]]
    for other in relations:
        if other.kind != "index" or other.table != relation.table or other.members <= relation.members:
            continue
        theirs = block.columns[other.members[0]]
        here, there = (
            np.logical_or.reduce([meets(column, low, high) for low, _, high in each.targets])
            for column, each in ((theirs, relation), (mine, other))
        )
        known = np.isfinite(mine.value) & np.isfinite(theirs.value)
        if _most(here, rows, known) and there[known].mean() >= 0.8:
            at = np.flatnonzero(known & (mine.value != theirs.value))
            keys = (block.table, relation.members[0]), (block.table, other.members[0])
            bounds = {key: (each.low, each.value, each.high) for key, each in zip(keys, (theirs, mine), strict=True)}
            texts = {
                key: (Reason("the columns are exchanged: the value belongs to {column}", {"column": name}),) * len(at)
                for key, name in zip(keys, (other.members[0], relation.members[0]), strict=True)
            }
            yield Reading("exchanged", dict.fromkeys(keys, at), bounds, texts)


def _repeated(blocks: Blocks, relation: Relation, name: str, implied: Bounds, rows: Rows) -> Iterator[Reading]:
    """Try a column that is the other year's, copied, where the relations want another."""
    block = blocks[relation.table]
    column = block.columns[name]
    for other, place in twins(blocks, relation.table, name):
        same = (column.value == np.where(place < 0, np.nan, other.columns[name].value[place])) & (column.value != 0)
        at = rows[same[rows]]
        # What repeats where the relation holds as well, or in a third year, stands still.
        fine = np.setdiff1d(np.flatnonzero(np.isfinite(implied[0])), rows)
        more = (
            np.where(q < 0, np.nan, third.columns[name].value[q])
            for third, q in twins(blocks, block.table, name)
            if third is not other
        )
        still = stands_still(same[fine]) or any(stands_still(values == column.value) for values in more)
        unknown = rows[(place[rows] < 0) | ~np.isfinite(other.columns[name].value[place[rows]])]
        if len(at) >= 3 and len(at) + len(unknown) >= 0.8 * len(rows) and not still:
            at = np.union1d(at, unknown)
            key = (block.table, name)
            text = Reason(
                "duplicated cells: the same as {year} (table {table}), a copy of the other year",
                {"year": other.year, "table": other.table},
            )
            yield Reading("repeated", {key: at}, {key: implied}, {key: (text,) * len(at)}, other_year=other.year or 0)


def same_columns(column: str, other: str) -> Reason:
    """Say that a column repeats another one of its table."""
    return Reason("duplicated column: {column} and {other} are the same", {"column": column, "other": other})


def _same_column(block: Block, name: str, implied: Bounds, rows: Rows) -> Iterator[Reading]:
    """Try a column that is another one of its table, copied, where the relations want other figures."""
    column = block.columns[name]
    for other, theirs in block.columns.items():
        same = (column.value == theirs.value) & (column.value != 0)
        known = np.isfinite(column.value) & np.isfinite(theirs.value)
        repeats = len(rows) >= 3 and same[rows].mean() >= 0.8 and same[known].mean() >= 0.8
        if other != name and repeats and not same_cells(column, theirs):
            key = (block.table, name)
            text = same_columns(name, other)
            yield Reading("repeated", {key: rows}, {key: implied}, {key: (text,) * len(rows)}, input=other)


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
            # Where the other year has a gap, a wrong row cannot be held against it.
            unknown = np.isin(np.arange(len(low)), rows) & ~np.isfinite(low)
            most = _most(fit | unknown, rows, known)
            at = np.flatnonzero((fit & known) | unknown) if most else rows[fit[rows]]
            if fit[at].sum() < 3:
                continue
            names = Joined([name for name, use in zip(parts, swap, strict=True) if use], " and ")
            part = "inputs" if all(swap) else "numerator" if swap[0] else "denominator"
            key = (block.table, ratio)
            text = Reason(OF_OTHER_YEAR[part], {"year": other.year, "columns": names, "table": other.table})
            yield Reading(
                "other year", {key: at}, {key: implied}, {key: (text,) * len(at)},
                part=part, other_year=other.year or 0, input=names,
            )  # fmt: skip


def _other_column(blocks: Blocks, relation: Relation, rows: Rows) -> Iterator[Reading]:
    """Try a ratio that was computed from another column of its table, above or below the line."""
    block = blocks[relation.table]
    ratio, *parts = relation.members
    implied = relation.implied(block, ratio)
    for place, part in enumerate(parts):
        for name, column in block.columns.items():
            if name in relation.members:
                continue
            trial = replace(block, columns={**block.columns, part: column})
            low, _, high = relation.implied(trial, ratio)
            fit = meets(block.columns[ratio], low, high)
            known = np.isfinite(low) & np.isfinite(implied[0])
            unknown = np.isin(np.arange(len(low)), rows) & ~np.isfinite(low)
            if not _most(fit | unknown, rows, known) or fit[rows].sum() < 3:
                continue
            at, key = np.flatnonzero((fit & known) | unknown), (block.table, ratio)
            text = Reason(OF_OTHER_COLUMN[place], {"column": name, "other": part})
            yield Reading("other column", {key: at}, {key: implied}, {key: (text,) * len(at)}, input=name)


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
    # A row that cannot be checked is in the unit of its column.
    unknown = ~np.isfinite(low) & np.isfinite(column.value)
    parts = zip((low, middle, high), (column.low, column.value, column.high), strict=True)
    implied = tuple(np.where(unknown, own / factor, part) for part, own in parts)  # type: ignore[assignment]
    at = np.flatnonzero(covered | unknown)
    told = (
        in_other_unit(factor)
        if neat
        else Reason("common factor of the whole column, scaled (x{factor})", {"factor": Number(f"{factor:.6g}")})
    )
    key = (block.table, name)
    yield Reading("factor", {key: at}, {key: implied}, {key: (told,) * len(at)}, factor=factor)


def in_other_unit(factor: float) -> Reason:
    """Say that a column is a power of ten away from what it should be."""
    told = {"factor": Number(f"{factor:.6g}")}
    return Reason("a unit slip of the whole column, decimal shift (x{factor})", told)


def mean_drift(column: Column, implied: Bounds, known: Mask) -> tuple[float, float]:
    """Return how far results lie below what their inputs give, on average: in last digits, and in standard errors."""
    if not known.any():
        return np.nan, np.nan
    low, middle, high = implied
    half = (column.high - column.low) / 2
    gap = ((np.abs(column.value) - np.abs(middle))[known]) / (2 * half[known])
    spread = np.sqrt(1 / 12 + ((high - low)[known] / (4 * half[known])) ** 2 / 3)
    return float(gap.mean()), float(gap.mean() / (np.sqrt((spread**2).sum()) / len(gap)))


def _digits(block: Block, relation: Relation, name: str, implied: Bounds, rows: Rows) -> Iterator[Reading]:
    """Try digits that were cut off, or rounded to one place fewer than printed; the result of a relation only."""
    if name != relation.members[0] or relation.kind == "sum":
        return
    column = block.columns[name]
    low, middle, high = implied
    known = np.isfinite(low) & np.isfinite(column.value)
    half = (column.high - column.low) / 2
    size = np.abs(column.value)
    near, far = np.minimum(np.abs(low), np.abs(high)), np.maximum(np.abs(low), np.abs(high))
    slack = 1e-9 * size
    cut = (far + slack >= size) & (near - slack < size + 2 * half)
    drift = mean_drift(column, (low, middle, high), known & (half > 0))
    unit = 20 * half
    on_step = np.abs(size / unit - np.round(size / unit)) < 1e-4
    # What was rounded to the printed digits first, and then again, is off by half of each unit.
    wide = (column.value + unit / 2 + half + slack >= low) & (column.value - unit / 2 - half - slack <= high)
    key = (block.table, name)
    for fit, text in ((cut, CUT_OFF), (on_step & wide, _COARSE)):
        # One row alone is a slip of its own unless the others lie low on average, as cut digits make them.
        lone = fit is cut and relation.kind == "ratio" and -0.75 < drift[0] < -0.25 and drift[1] < -_LONE
        if fit[known].all() and (len(rows) >= 2 or lone) and known.sum() >= 5:
            yield Reading("digits", {key: rows}, {key: implied}, {key: (text,) * len(rows)})
