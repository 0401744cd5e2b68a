"""Relations between printed columns: ratios, sums, published index; what each implies for any cell that it holds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from growthpoles.errors import Reason
from growthpoles.study.audit.arithmetic import SLACK
from growthpoles.study.audit.printed_cells import Sources, TotalRow, records

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Bounds = tuple[Array, Array, Array]
#: A sum is taken for one when it holds in all rows of its table but this many.
ODD_ROWS = 2
_MOST_PARTS = 4
#: Columns next to a total that it may sum up, if they are more; how far (part of itself) it is from what it does not.
_LONGEST, _APART = 40, 0.2
_FEWEST_ROWS = 5
#: A ratio is proposed when it holds in this share of the rows that print all three columns, and in five at least; in
#: half of them where chance would give that less than once in so many files (log10). A ratio or sum nearly holds then,
#: where it does in a quarter.
_HOLDS, _HALF, _NEARLY, _CHANCE = 0.75, 0.5, 0.25, 6.0
#: Digits that a column is worth which goes along with all others, and one that adds up in a total.
_ALONG, _ADDS = 6.0, 3.0
#: A ratio may have so many digits more than an input of it.
_SHARPER = 2.5
#: Where most rows hold, the others are faults if so few of all fail, or three; if so many, where they are off to both
#: sides. How far off, in roundings, a row is that misses by little, and the part of all rows that may; the part of
#: failing rows that hold when they are dealt anew, if they are so far off (in spreads).
_FEW, _MANY, _NEAR_MISS, _NEAR_ROWS, _DEALT, _GROSS, _BLUR = 0.1, 0.25, 2.0, 0.03, 0.6, 0.3, 0.05
#: Significant digits of columns among which ratios are looked for: tens of thousands of unemployed are known to two.
_COARSEST = 1.0
#: Words of a header that tell a ratio.
_RATIO = re.compile(
    r"%|/|\bper\b|share|rate\b|ratio|intensity|density|productiv|yield|average|capita|"
    r"\b(?:por|par) habitant|\b(?:pro|je) (?:kopf|einwohner)|\bna (?:mieszka|obyvate|osob)|kişi başı|"
    r"\b(?:taux|tasa|taxa|tasso|quote|stopa|stopień|oranı|anteil|anteile|dichte|densidad|densité|densità|gęstość|promedio|moyen)|"
    r"доля|удельн|плотн|производит|средн|на душу|на 1|коэфф|үлес|тығызд|жан басын|шаққанда|өнімділ|орташа"
)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One printed column: values by row of its table, the least and greatest they may stand for, and their text.

    `places` says where its cells stand in a file, where that is known: cells of one place are one cell.
    """

    value: Array
    low: Array
    high: Array
    printed: tuple[str, ...]
    places: tuple[str, ...] = ()

    def put(self, at: npt.NDArray[np.intp], bounds: Bounds) -> Column:
        """Return the column with some cells replaced by (low, middle, high)."""
        low, value, high = self.low.copy(), self.value.copy(), self.high.copy()
        low[at], value[at], high[at] = (part[at] for part in bounds)
        return replace(self, low=low, value=value, high=high)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The number columns of one printed table; `year` is None where the table holds several."""

    table: int
    year: int | None
    rows: tuple[int, ...]
    regions: tuple[str, ...]
    columns: Mapping[str, Column]

    def put(self, name: str, at: npt.NDArray[np.intp], bounds: Bounds) -> Block:
        """Return the table with some cells of one column replaced."""
        return replace(self, columns={**self.columns, name: self.columns[name].put(at, bounds)})


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """What must hold in every row of a table.

    `kind` "ratio": members (ratio, numerator, denominator), ratio = factor * numerator / denominator; of shares
    (share, of), share = factor * of, where they add up to `whole`; "sum": members (total, part, part, ...); "index":
    one member, whose `targets` are what each reading of the tables gives.
    """

    kind: str
    table: int
    members: tuple[str, ...]
    factor: float = 1.0
    targets: tuple[Bounds, ...] = field(default=())
    whole: float = 0.0

    def __str__(self) -> str:
        """Say it as a formula."""
        result, *parts = self.members
        if self.kind == "sum":
            return f"{result} = {' + '.join(parts)}"
        if self.whole:
            return f"{result} = {self.whole:g} * {parts[0]} / Σ {parts[0]}"
        return f"{result} = {self.factor:g} * {' / '.join(parts)}" if parts else str(self.told)

    @property
    def told(self) -> str:
        """What it says, for a sentence: a formula stands in every language as it is."""
        return str(self) if self.kind != "index" else Reason("{column} by the method", {"column": self.members[0]})

    def implied(self, block: Block, member: str) -> Bounds:
        """Return low, middle, high of a member as the other members have it; NaN where that is open."""
        if self.kind == "index":
            return self.targets[0]
        columns = [block.columns[name] for name in self.members]
        place = self.members.index(member)
        if self.kind == "sum":
            total, *parts = columns
            others = [part for at, part in enumerate(parts, 1) if at != place]
            low, value, high = (sum(getattr(part, name) for part in others) for name in ("low", "value", "high"))
            if place:
                low, value, high = total.low - high, total.value - value, total.high - low
            return _slack(low, value, high)
        if self.whole:
            by, other = (1 / self.factor, columns[0]) if place else (self.factor, columns[1])
            return _slack(by * other.low, by * other.value, by * other.high)
        ratio, above, below = columns
        if place == 0:
            return _quotient(above, below, self.factor)
        if place == 1:
            corners = [getattr(ratio, a) * getattr(below, b) / self.factor for a in _ENDS for b in _ENDS]
            return _slack(
                np.minimum.reduce(corners), ratio.value * below.value / self.factor, np.maximum.reduce(corners)
            )
        return _quotient(above, ratio, self.factor)

    def wrong(self, block: Block) -> Mask:
        """Tell the rows in which it cannot hold, whatever the printed cells were rounded from."""
        own = block.columns[self.members[0]]
        bad = np.ones(len(own.value), dtype=bool)
        for low, _, high in self.targets or (self.implied(block, self.members[0]),):
            bad &= ~meets(own, low, high) & np.isfinite(low)
        return bad & np.isfinite(own.value)


_ENDS = ("low", "high")


def _slack(low: Array, value: Array, high: Array) -> Bounds:
    slack = SLACK * np.maximum(np.abs(low), np.abs(high))
    return low - slack, value, high + slack


def _quotient(above: Column, below: Column, factor: float) -> Bounds:
    """Bounds of factor * above / below; NaN where the denominator may be zero."""
    sure = below.low * below.high > 0
    ends = [np.where(sure, getattr(below, name), np.nan) for name in _ENDS]
    corners = [factor * getattr(above, name) / end for name in _ENDS for end in ends]
    middle = factor * above.value / np.where(sure, below.value, np.nan)
    return _slack(np.minimum.reduce(corners), middle, np.maximum.reduce(corners))


def meets(column: Column, low: Array, high: Array) -> Mask:
    """Tell where a printed cell can stand for something between low and high."""
    slack = SLACK * np.abs(column.value)
    return np.asarray((column.high + slack >= low) & (column.low - slack <= high))


def far_off(column: Column, bounds: Bounds, known: Mask, *, by_size: bool = False, both: bool = False) -> bool:
    """Tell whether the rows in which a formula does not hold are faults of rows, or the formula is another one.

    With other years between, other people or another area, many rows miss what rounding allows by little: by less than
    the rounding of most rows would hide, `by_size` of the figure. Faults of rows are far off, and few, more where they
    are off to `both` sides, or the figures of other rows: of those one or two on, or dealt in the order of size.
    """
    at = np.flatnonzero(known)
    low, middle, high = (part[at] for part in bounds)
    value, least, most = column.value[at], column.low[at], column.high[at]
    slack = SLACK * np.abs(value)

    def gaps(order: npt.NDArray[np.intp]) -> Array:
        return np.maximum(low[order] - most, least - high[order]) - slack

    rows, n = np.arange(len(at)), len(at)
    size = np.maximum(np.abs(middle), SLACK) if by_size else np.ones(n)
    scatter = float(np.std(np.log(np.maximum(np.abs(value), SLACK)) if by_size else value))
    gap, blur = gaps(rows) / size, float(np.median((high - low + most - least) / size))
    out = gap > 0
    failing = np.flatnonzero(out)
    ways = [(gaps(np.roll(rows, by)) <= 0) & out for by in (1, -1, 2, -2)]
    if len(failing) and np.median(gap[out]) > _GROSS * scatter and blur < _BLUR * scatter:
        dealt = rows.copy()
        dealt[failing[np.argsort(value[failing], kind="stable")]] = failing[np.argsort(middle[failing], kind="stable")]
        ways.append((gaps(dealt) <= 0) & out)
    moved = max(ways, key=lambda each: int(each.sum()))
    left = out & ~moved if moved.sum() >= _DEALT * out.sum() else out
    near = left & (gap <= _NEAR_MISS * blur)
    # Other people or another area are more, or less, in all rows.
    above = int((value > middle)[left].sum())
    few = _MANY if both and _MANY * left.sum() <= above <= (1 - _MANY) * left.sum() else _FEW
    return bool(near.sum() <= _NEAR_ROWS * n and left.sum() <= max(ODD_ROWS + 1, few * n))


def same_cells(first: Column, second: Column) -> bool:
    """Whether two columns are one column of a file, declared twice."""
    return bool(first.places) and first.places == second.places


def same_tables(blocks: Mapping[int, Block], table: int, name: str) -> list[int]:
    """Return the other tables in which a column of one stands too: it has no year."""
    own = blocks[table].columns.get(name)
    there = ((at, block.columns[name]) for at, block in blocks.items() if at != table and name in block.columns)
    return [at for at, column in there if own is not None and same_cells(own, column)]


def stood_before(blocks: Mapping[int, Block], block: Block, names: Sequence[str]) -> bool:
    """Whether an earlier table holds the same cells of all these columns: those without a year stand in each."""
    return any(
        all(name in other.columns and same_cells(other.columns[name], block.columns[name]) for name in names)
        for other in blocks.values()
        if other.table < block.table
    )


def of_one_year(relations: Sequence[Relation], blocks: Mapping[int, Block]) -> list[Relation]:
    """Keep of relations with one and the same result, which has no year, that of the year in which it holds best."""
    kept: list[Relation] = []
    for new in relations:
        own = blocks[new.table].columns[new.members[0]]
        for at, known in enumerate(kept):
            same = (known.kind, known.members) == (new.kind, new.members)
            if same and same_cells(blocks[known.table].columns[new.members[0]], own):
                if new.wrong(blocks[new.table]).sum() < known.wrong(blocks[known.table]).sum():
                    kept[at] = new
                break
        else:
            kept.append(new)
    return kept


def stands_still(equal: Mask) -> bool:
    """Whether a quantity stands still between two years, as an area does: no single cell of it is a copy."""
    return len(equal) >= 3 and float(equal.mean()) >= 0.5


def make_block(cells: pd.DataFrame, *, table: int, year: int | None, cut: Sequence[str] = ()) -> Block:
    """Take the number columns of one table; `cut` names columns whose digits were cut off, not rounded.

    `cells` needs row, region, column, printed, value, half.
    """
    rows, first = np.unique(cells["row"].to_numpy(int), return_index=True)
    place = np.searchsorted(rows, cells["row"].to_numpy(int))
    values, halves = (cells[name].to_numpy(float) for name in ("value", "half"))
    texts = {name: cells[name].fillna("").astype(str).tolist() for name in ("printed", "place") if name in cells}
    codes, names = pd.factorize(cells["column"])
    columns = {}
    for code, name in enumerate(map(str, names)):
        at = np.flatnonzero(codes == code)
        value, half = (np.full(len(rows), np.nan) for _ in range(2))
        value[place[at]], half[place[at]] = values[at], halves[at]
        if np.isfinite(value).any():
            # What is cut off towards zero was farther from it.
            inner = 0.0 * half if name in cut else half
            low = value - np.where(value < 0, half, inner)
            high = value + np.where(value < 0, inner, half)
            told = {key: [""] * len(rows) for key in texts}
            for key, own in texts.items():
                for i in at:
                    told[key][place[i]] = own[i]
            columns[name] = Column(value, low, high, tuple(told["printed"]), tuple(told.get("place", ())))
    regions = cells["region"].iloc[first].astype(str)
    return Block(table, year, tuple(map(int, rows)), tuple(regions), columns)


def source_blocks(sources: Sources) -> dict[int, Block]:
    """Return every table of indicators as a block."""
    return {
        table: make_block(
            sources.cells[sources.cells["table"] == table], table=table, year=sources.year(table), cut=sources.cut
        )
        for table in sources.tables
    }


def ratio_relations(blocks: Mapping[int, Block], formulas: pd.DataFrame) -> list[Relation]:
    """Return the ratios of every table that prints all three columns; of two factors the one that holds more often."""
    found: dict[tuple[int, tuple[str, ...]], Relation] = {}
    for rule in records(formulas):
        members = rule["column"], rule["numerator"], rule["denominator"]
        for table, block in blocks.items():
            if set(members) <= set(block.columns):
                new = Relation("ratio", table, members, float(rule["factor"]))
                known = found.setdefault((table, members), new)
                if new.wrong(block).sum() < known.wrong(block).sum():
                    found[table, members] = new
    return of_one_year(list(found.values()), blocks)


def held_in_totals(key: tuple[str, str, str, float], totals: Sequence[TotalRow]) -> int:
    """Count the rows of totals in which a ratio holds."""
    name, above, below, factor = key
    rows = [total.cells for total in totals if {name, above, below} <= set(total.cells)]
    wide = [0.01 * abs(cells[name][1]) + 2 * cells[name][2] for cells in rows]
    return sum(
        bool(cells[below][1]) and abs(factor * cells[above][1] / cells[below][1] - cells[name][1]) <= room
        for cells, room in zip(rows, wide, strict=True)
    )


def looks_typed(name: str, blocks: Mapping[int, Block], totals: Sequence[TotalRow]) -> float:
    """Return how much a column looks like a quantity that was typed in, and not like a ratio, in digits."""
    scores = []
    for block in (block for block in blocks.values() if name in block.columns):
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = {key: np.log(column.value) for key, column in block.columns.items()}
        along = []
        for other in (logs[key] for key in logs if key != name):
            both = np.isfinite(other) & np.isfinite(logs[name])
            if both.sum() >= _FEWEST_ROWS and min(np.ptp(other[both]), np.ptp(logs[name][both])) > 0:
                along.append(max(float(np.corrcoef(other[both], logs[name][both])[0, 1]), 0.0))
        score = _digits(block.columns[name]) + _ALONG * float(np.mean(along) if along else 0.0)
        for total in totals:
            if total.table == block.table and name in total.cells and len(total.parts) > 1:
                column, (_, value, half) = block.columns[name], total.cells[name]
                at = [block.rows.index(row) for row in total.parts]
                adds = column.low[at].sum() - half <= value <= column.high[at].sum() + half
                score += _ADDS if adds else -_ADDS
        scores.append(score)
    return min(scores) - _ADDS * (_RATIO.search(name.casefold()) is not None)


def found_ratios(block: Block) -> list[tuple[str, str, str, float, int, int, bool]]:
    """Find result, numerator, denominator, factor, rows that hold, rows that could be checked, and whether enough hold.

    Where not, those that hold are a quarter at least, and more than chance would give.
    """
    sharp = {name: _digits(column) for name, column in block.columns.items()}
    names = [name for name, digits in sharp.items() if digits >= _COARSEST]
    room = {name: np.inf if _RATIO.search(name.casefold()) else _SHARPER for name in names}
    logs = {}
    for name in names:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs[name] = np.log10(np.where(block.columns[name].value > 0, block.columns[name].value, np.nan))
    found = []
    for above, below in combinations(names, 2):
        for top, bottom in ((above, below), (below, above)):
            quotient = logs[top] - logs[bottom]
            for name in names:
                if name in (top, bottom) or sharp[name] > min(sharp[top], sharp[bottom]) + room[name]:
                    continue
                gap = logs[name] - quotient
                known = np.isfinite(gap)
                if known.sum() < _FEWEST_ROWS:
                    continue
                middle = float(np.median(gap[known]))
                power = round(middle)
                if abs(middle - power) > 0.01 or np.ptp(logs[name][known]) < 0.02:
                    continue
                relation = Relation("ratio", block.table, (name, top, bottom), 10.0**power)
                held = known & ~relation.wrong(block)
                # Coarse figures fit much; the bounds must tell rows apart.
                low, _, high = relation.implied(block, name)
                column = block.columns[name]
                blur = np.median((high - low + column.high - column.low)[known] / np.abs(column.value[known]))
                scatter = float(np.std(logs[name][known]))
                rate = min(blur / np.log(10.0) / (3.5 * scatter), 1.0)
                k, n = int(held.sum()), int(known.sum())
                rare = np.log10(float(comb(n, k))) + k * np.log10(rate) + 3 * np.log10(len(names)) < -_CHANCE
                enough = (k >= _HOLDS * n or (k >= _HALF * n and rare)) and any(
                    far_off(block.columns[each], relation.implied(block, each), known, by_size=True, both=True)
                    for each in relation.members
                )
                if k >= _FEWEST_ROWS and (enough or (k >= _NEARLY * n and rare)) and blur < 0.5 * scatter:
                    found.append((name, top, bottom, 10.0**power, k, n, bool(enough)))
    return found


def _digits(column: Column) -> float:
    """Median number of significant digits."""
    known = np.isfinite(column.value) & (column.value != 0)
    unit = np.maximum(column.high - column.low, 1e-12)[known]
    return float(np.median(np.log10(np.abs(column.value[known]) / unit))) if known.sum() >= _FEWEST_ROWS else 0.0


def given_sums(blocks: Mapping[int, Block], sums: Sequence[tuple[str, ...]]) -> list[Relation]:
    """Return stated sums, (total, part, part, ...), in every table that prints all their columns."""
    stated = [
        Relation("sum", table, tuple(members))
        for members in sums
        for table, block in blocks.items()
        if set(members) <= set(block.columns)
    ]
    return of_one_year(stated, blocks)


def sum_relations(blocks: Mapping[int, Block], taken: Sequence[Relation] = ()) -> list[Relation]:
    """Discover columns that are the sum of two to four others, or of more next to it, in all rows but at most two.

    A total may be added up in several ways that share no part: of men and women, and of town and country. Sums of more
    parts count where none of fewer shares one with them, and they do not follow from the others. Columns that a ratio
    gives are left out. A sum found in one table is looked for in the others too, where half of the rows are enough.
    """
    results = {relation.members[0] for relation in taken if relation.kind == "ratio"}
    found: dict[tuple[str, ...], None] = {}
    for block in blocks.values():
        for ways in sums_of(block, results):
            while ways:
                # A column that is typed twice adds up in two ways, and in one of them in the other tables.
                fewest = [members for members in ways if len(members) == len(ways[0])]
                best = max(fewest, key=lambda members: _tables_of(members, blocks)) if len(fewest) > 1 else ways[0]
                found.setdefault(best)
                ways = [members for members in ways if set(members[1:]).isdisjoint(best[1:])]
    found = {members: None for members in found if not _follows(members, found)}
    relations = []
    for members in found:
        for table, block in blocks.items():
            if set(members) <= set(block.columns):
                relation = Relation("sum", table, members)
                known = np.isfinite(relation.implied(block, members[0])[0])
                if relation.wrong(block).sum() * 2 < known.sum():
                    relations.append(relation)
    return of_one_year(relations, blocks)


def _tables_of(members: tuple[str, ...], blocks: Mapping[int, Block]) -> int:
    """Count the tables in which a sum holds."""
    return sum(
        set(members) <= set(block.columns) and _convincing(Relation("sum", table, members), block)
        for table, block in blocks.items()
    )


def _follows(members: tuple[str, ...], found: Collection[tuple[str, ...]]) -> bool:
    """Tell whether a sum is another one of that total, with parts of which each stands for its own parts."""
    parts = set(members[1:])
    for other in (each for each in found if each[0] == members[0] and each != members):
        split = []
        for part in other[1:]:
            within = (set(each[1:]) for each in found if each[0] == part and parts.issuperset(each[1:]))
            split.append({part} if part in parts else next(within, set()))
        if all(split) and set().union(*split) == parts:
            return True
    return False


def sums_of(block: Block, results: set[str]) -> list[list[tuple[str, ...]]]:
    """Return the sums of a table, for each total all of them, those of the fewest parts first."""
    sums = (
        [members for way in ways for members in way if _convincing(Relation("sum", block.table, members), block)]
        for ways in _close_sums(block, results, np.median)
    )
    return [ways for ways in sums if ways]


def nearly_sums(blocks: Mapping[int, Block], taken: Sequence[Relation]) -> list[tuple[tuple[str, ...], int, int]]:
    """Return sums that hold in a quarter of the rows at least, more than by chance, with the rows that do and all.

    Of each total the one of the fewest parts that chance would give least.
    """
    results, tally = {relation.members[0] for relation in taken}, dict[tuple[str, ...], list[int]]()
    for block in blocks.values():
        for ways in _close_sums(block, results, _lower_quarter):
            for members in ways:
                found = [(*hit, each) for each in members if (hit := _rare(Relation("sum", block.table, each), block))]
                if found:
                    _, held, known, best = min(found)
                    own = tally.setdefault(best, [0, 0])
                    own[:] = own[0] + held, own[1] + known
                    break
    return [(members, held, known) for members, (held, known) in tally.items()]


def _rare(relation: Relation, block: Block) -> tuple[float, int, int] | None:
    """Return how rarely (log10) chance gives the rows in which a sum holds, with those rows and all; None if it may.

    A row may hold by chance as often as totals of other rows do, or as gaps that are as wide as in the others.
    """
    total = block.columns[relation.members[0]]
    low, middle, high = relation.implied(block, relation.members[0])
    known = np.isfinite(low) & np.isfinite(total.value)
    held = known & ~relation.wrong(block)
    k, n = int(held.sum()), int(known.sum())
    if k < max(_FEWEST_ROWS, _NEARLY * n) or not _telling(relation, block, (high - low)[known], known):
        return None
    least, most, (under, over) = low[known], high[known], (total.low[known], total.high[known])
    others = [(over >= np.roll(least, by)) & (under <= np.roll(most, by)) for by in range(1, n)]
    width, size = most - least + over - under, np.abs(total.value[known])
    gap = np.abs(total.value - middle)[known & ~held]
    wide = np.median(gap / np.maximum(np.abs(total.value[known & ~held]), 1e-12)) if len(gap) else 1.0
    rate = max(float(np.mean(others)), float(np.mean(np.minimum(width / np.maximum(2 * wide * size, 1e-12), 1.0))))
    names = len(block.columns)
    tried = np.log10(float(names * comb(names, len(relation.members) - 1)))
    chance = float(np.log10(float(comb(n, k))) + k * np.log10(max(rate, 1e-9)) + tried)
    return (chance, k, n) if chance < -_CHANCE else None


def _lower_quarter(gap: Array) -> float:
    return float(np.partition(gap, len(gap) // 4)[len(gap) // 4])


def _close_sums(
    block: Block, results: set[str], middle: Callable[[Array], float]
) -> Iterator[Iterator[list[tuple[str, ...]]]]:
    """Yield for every column, by number of parts, the sums that come close to it in half or a quarter of the rows.

    That is a quick look at plain values before the bounds; most combinations end here.
    """
    names = [
        name
        for name, column in block.columns.items()
        if name not in results and np.isfinite(column.value).sum() >= _FEWEST_ROWS and (column.value != 0).sum() > 1
    ]
    values = {name: np.nan_to_num(block.columns[name].value) for name in names}
    signed = {name for name in names if (values[name] < 0).any()}

    def close(total: str) -> Iterator[list[tuple[str, ...]]]:
        size = np.abs(values[total])
        room = 1e-3 * np.median(size) + 1e-9
        rest = [name for name in names if name != total]
        parts = [name for name in rest if (np.abs(values[name]) <= size * 1.02 + 1e-12).mean() > 0.8]
        for count in range(2, _MOST_PARTS + 1):
            ways = list(combinations(parts, count)) if len(parts) ** count < 60_000 else []
            if count == 2:  # beside a balance the other part may be the greater
                ways += [(a, b) for a, b in combinations(rest, 2) if {a, b} & signed and not {a, b} <= set(parts)]
            gaps = ((way, np.abs(sum(values[name] for name in way) - values[total])) for way in ways)
            yield [(total, *way) for way, gap in gaps if middle(gap) <= room]
        ways = [way for run in _runs(names, total) for way in _within_run(block, run, values, total, room, middle)]
        yield [(total, *way) for way in ways if len(way) > _MOST_PARTS]

    for total in names:
        yield close(total)


def _runs(names: Sequence[str], total: str) -> Iterator[Sequence[str]]:
    """Yield the columns next to one, on either side, of which it may be the total; the longest first."""
    at = names.index(total)
    for count in range(min(len(names) - 1, _LONGEST), _MOST_PARTS, -1):
        yield from ([names[at - count : at]] if at >= count else [])
        yield from ([names[at + 1 : at + 1 + count]] if at + count < len(names) else [])


def _within_run(
    block: Block,
    run: Sequence[str],
    values: Mapping[str, Array],
    total: str,
    room: float,
    middle: Callable[[Array], float],
) -> Iterator[tuple[str, ...]]:
    """Yield a run of columns that adds up to a total, or all of it but one or two: what is within another of them."""
    gap = sum(values[name] for name in run) - values[total]
    halves = sum(float(np.nanmedian(block.columns[name].high - block.columns[name].low)) / 2 for name in run)
    room = max(room, halves / 2)
    if middle(np.abs(gap)) <= room:
        yield tuple(run)
    for count in (1, 2) if np.median(gap) > 0 else ():
        for without in combinations(run, count):
            if middle(np.abs(gap - sum(values[name] for name in without))) <= room:
                yield tuple(name for name in run if name not in without)


def _convincing(relation: Relation, block: Block) -> bool:
    low, middle, high = relation.implied(block, relation.members[0])
    known = np.isfinite(low) & np.isfinite(block.columns[relation.members[0]].value)
    bad = relation.wrong(block) & known
    if known.sum() < _FEWEST_ROWS or bad.sum() > min(ODD_ROWS, known.sum() // 3):
        return False
    if len(relation.members) > _MOST_PARTS + 1:
        # Columns next to each other: small ones are there by their place, and the total tells.
        size = np.abs(middle[known & ~bad])
        rate = np.minimum((high - low)[known & ~bad] / np.maximum(_APART * size, 1e-12), 1.0)
        return bool(np.log10(np.maximum(rate, 1e-9)).sum() < -_CHANCE and np.median(rate) < 0.5)
    return _telling(relation, block, (high - low)[known], known)


def _telling(relation: Relation, block: Block, width: Array, known: Mask) -> bool:
    """Tell whether every row says something: bounds are narrow beside each part, which is not there by chance."""
    telling = [np.median(np.abs(block.columns[name].value[known])) > 20 * np.median(width) for name in relation.members]
    return all(telling)


#: Formulas that hold more often than by chance, and too seldom to be checked; of which so many are told.
_NEARLY_TOLD = {
    "ratio": "{name} is {above} / {below} in {held} of {known} rows, which chance would not give; it was not checked; "
    "allowed: --formulas FILE with the line {line}",
    "sum": "{name} is the sum {above} in {held} of {known} rows, which chance would not give; it was not checked; "
    "allowed: --formulas FILE with the line {line}",
    "growth": "{name} is the growth of {above} in {held} of {known} rows, which chance would not give; it was not "
    "checked; allowed: --formulas FILE with the line {line}",
}
_MORE_NEARLY = (
    "{count} other formulas hold in part of the rows, which chance would not give, and were not checked; allowed: "
    "--out FOLDER, whose formulas.csv lists them all with use = no"
)
_MOST_NEARLY = 5


def told_nearly(lines: Sequence[Sequence[str]]) -> Iterator[Reason]:
    """Name the first of the formulas that nearly hold, each with its line for a file, and count the others."""
    for _, kind, name, above, below, factor, holds in lines[:_MOST_NEARLY]:
        held, known = map(int, re.findall(r"\d+", holds))
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(["yes", kind, name, above, below, factor, ""])
        said = {"name": name, "above": above, "below": below, "held": held, "known": known, "line": text.getvalue()}
        yield Reason(_NEARLY_TOLD[kind if kind in _NEARLY_TOLD else "growth"], said)
    if len(lines) > _MOST_NEARLY:
        yield Reason(_MORE_NEARLY, {"count": len(lines) - _MOST_NEARLY})
