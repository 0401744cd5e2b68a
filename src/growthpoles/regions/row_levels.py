"""Rows of a table: what is known of them, what they mean, and of which level they are: of regions, parts, several."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from growthpoles.regions.name_matching import (
    COMPASS,
    GENERIC,
    PLACES,
    NameIndex,
    by_cores,
    core_words,
    cores,
    loose_words,
    says_total,
)

OUTSIDE = "it stands outside the indentation of the regions"
OWN_ROWS = "every region has a row of its own"
LEFT_OVER = (
    f"it fits no region, and {OWN_ROWS}: it may be a group of regions, a region that the boundaries lack, or a part of "
    "one whose row is without it"
)
COUNTED = "a total counts it beside the regions: the boundaries lack it, or the row of one of them is only a part of it"
OF_ITS_NAME = f"it fits no region, and {OWN_ROWS}: it may be a part of that of its name, whose number then lacks it"
BUT_FOR_KIND = "the same words but for what it is"
LEVEL = "its level is that of the regions"
_AROUND = 2  # words before or behind a name that say of which level its row is
_COVERED = 0.6  # of the regions, so many have a row of that level
_APART = 0.18  # log of the ratio of rows by which one level is nearer to the number of regions
FEWEST_PARTS = 2
_MOST_PARTS = 400  # of a region, below it
#: Shares of the rows of a level that boundaries of that level, and of another one, name; log odds of no chance.
_MOSTLY, _HARDLY, _CERTAIN, _LIKELY = 0.6, 0.25, float(np.log(1e3)), float(np.log(1e2))
_INDENT = " .\u00a0\u3000\t\u00b7\u2022\u2013\u2014-"  # signs that set a name in: spaces, dots, dashes
_MOST_LEVELS, _FEW_COLUMNS, _MOST_STEPS = 4, 12, 60_000  # of a total; that tell them; to find them
_OWN_PARTS = 0.8  # of the names of parts, so many stand in one region alone
_CLOSE = 0.05  # part of itself by which a row may miss the sum of its parts and have a fault
_DASH = re.compile(r"(?<=\w\w)[-–—](?=\w\w)")
Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: The row behind, rows next level below, their sum in the first column, log odds, heads and their leaves, leaves.
_Reading = tuple[int, tuple[int, ...], float, Array, dict[int, tuple[int, ...]], tuple[int, ...]]
_Level = tuple[tuple[str, ...], bool, bool]  # words around the name, whether before it, whether all is in capitals


@dataclass(slots=True)
class KeyMatch:
    """What the names in a column of a table mean.

    Attributes
    ----------
    pattern, width : str or None, int or None
        How a code is taken out of the cell, and the zeros that are put back in front of it.
    found : dict of name to code
        Names, as written, that the regions bear themselves.
    aliases : dict of name to (code, reason)
        Other spellings, each the only one that fits a region, which has no other.
    outside : dict of name to reason
        Rows that are no regions.
    open : dict of name to code or None
        What could not be decided, and the region that is spelled most alike, or sounds so in another script.
    heard : dict of name to code
        Names that sound like a region in another script: proposals, none of them taken.
    parts : dict of name to code
        Rows that may be parts of a region, and not it: "Cork City" beside "Cork County"; those of small numbers first.
    last : dict of name to code
        The only name left and the only region left, which nothing else joins: no proposal.
    joint : dict of name to codes
        Rows of several regions together ("Tasman/Nelson"), or that may be of two ("Nawalparasi").
    lacking : dict of name to str
        Of the parts those that say what they leave out: "Yaoundé" of "Centre (sans Yaoundé)"; "" of "Rest of Centre".
    rivals : dict of name to codes
        Regions that are spelled just or about as much like a name, which may be any of them: two are "Tashkent".
    called : dict of code to name
        What a message calls the regions of `parts`, `joint` and `rivals`, and those told by their kinds.
    crowd : bool
        Whether rows are open though every region has its own, and are more than the regions: of smaller ones, maybe.
    rowless : list of str
        Regions without a row beside codes that fit none: the codes may be of another list.
    """

    pattern: str | None = None
    width: int | None = None
    found: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, tuple[str, str]] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    open: dict[str, str | None] = field(default_factory=dict)
    heard: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    joint: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)
    rivals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    crowd: bool = False
    rowless: list[str] = field(default_factory=list)

    @property
    def codes(self) -> dict[str, str]:
        """Name, as written, to code, aliases included."""
        return {**self.found, **{name: code for name, (code, _) in self.aliases.items()}}

    def ignore_rest(self) -> None:
        """Take all rows that are open, and spelled like no region, for none."""
        rest = [name for name, near in self.open.items() if near is None and any(map(str.isalnum, name))]
        self.open = {name: near for name, near in self.open.items() if name not in rest}
        self.outside |= dict.fromkeys(rest, "it fits no region, and ignore lists all that do not")
        self.crowd = False


@dataclass(frozen=True, slots=True)
class RowSigns:
    """What is known of the rows of a table beside their names.

    Attributes
    ----------
    sums, empty : collection of str
        Names of rows that are sums of other rows, and of rows without a number.
    inset : mapping of name to int
        Depth of indentation of a name.
    odd : mapping of name to reason
        Rows that differ from those of the regions in another column.
    largest : mapping of name to float
        Largest number of a row.
    """

    sums: Collection[str] = ()
    empty: Collection[str] = ()
    inset: Mapping[str, int] = field(default_factory=dict)
    odd: Mapping[str, str] = field(default_factory=dict)
    largest: Mapping[str, float] = field(default_factory=dict)

    def of(self, named: Mapping[str, str]) -> RowSigns:
        """Return what is known of some rows, or of all, under other names."""
        return RowSigns(
            sums={named[name] for name in self.sums if name in named},
            empty={named[name] for name in self.empty if name in named},
            inset={named[name]: depth for name, depth in self.inset.items() if name in named},
            odd={named[name]: why for name, why in self.odd.items() if name in named},
            largest={named[name]: number for name, number in self.largest.items() if name in named},
        )

    def of_other_level(self, rows: Collection[str]) -> set[str]:
        """Return rows of another level than most of `rows`: sums, where those are none, or set in otherwise."""
        told = set() if any(name in self.sums for name in rows) else {*self.sums}
        for depth, count in Counter(self.inset.get(name, 0) for name in rows).most_common(1):
            if count >= max(FEWEST_PARTS, _MOSTLY * len(rows)):
                told |= {name for name, own in self.inset.items() if own != depth}
        return told.difference(rows)


def level_of_regions(keyed: Mapping[str, str], index: NameIndex, signs: RowSigns) -> tuple[dict[str, str], set[str]]:
    """Tell which rows are those of the regions where the rows of two levels bear their names.

    "Dhaka Division" stands above "Dhaka", "DHAKA" above "Dhaka": that level is taken which has about as many rows as
    there are regions, unless its rows are the smaller ones ("Dhaka, urban").

    Returns
    -------
    level : dict of name to code
    like : set of str
        All rows of that level. Both are empty where there are no two levels, or both have about as many rows: then the
        regions are those that bear their names and no more.
    """
    spelled: dict[tuple[str, ...], set[str]] = {}
    for code, spellings in index.names.items():
        for spelling in spellings:
            spelled.setdefault(tuple(loose_words(spelling)), set()).add(code)
    own: dict[str, tuple[_Level, str]] = {}
    bearing: dict[_Level, set[str]] = {}
    rows = {name: key for name, key in keyed.items() if not says_total(name) and name not in signs.empty}
    for name, key in rows.items():
        parts = tuple(loose_words(key))
        for before in (True, False):
            for n in range(0 if before else 1, min(_AROUND + 1, len(parts))):
                around, bare = (parts[:n], parts[n:]) if before else (parts[-n:], parts[:-n])
                level = around, before, key.isupper()
                bearing.setdefault(level, set()).add(name)
                if name not in own and len(codes := spelled.get(bare, set())) == 1:
                    own[name] = level, next(iter(codes))
    held: dict[_Level, dict[str, list[str]]] = {}
    for name, (level, code) in own.items():
        held.setdefault(level, {}).setdefault(code, []).append(name)
    n = len(index.names)
    levels = {level: codes for level, codes in held.items() if len(codes) >= max(2, _COVERED * n)}
    if len(levels) < 2:
        return {}, set()
    # Without words around the name are all rows that have none of those of the other levels.
    worded = set[str]().union(*(bearing[level] for level in levels if level[0]))
    plain = [level for level in levels if not level[0]]
    members = {level: bearing[level] if level[0] or len(plain) > 1 else rows.keys() - worded for level in levels}
    far = {level: abs(math.log(max(len(held), 1) / n)) for level, held in members.items()}
    nearest_level, second = sorted(far, key=lambda level: far[level])[:2]
    taken = {code: names[0] for code, names in levels[nearest_level].items() if len(names) == 1}
    pairs = [(taken[code], name) for name, (level, code) in own.items() if level != nearest_level and code in taken]
    smaller = [row for row, other in pairs if signs.largest.get(row, 0.0) < signs.largest.get(other, 0.0)]
    if far[second] - far[nearest_level] < _APART or 2 * len(smaller) > len(pairs) or len(taken) < _COVERED * n:
        return {}, set()
    return {name: code for code, name in taken.items()}, set(members[nearest_level])


def names_parts(labels: Mapping[str, Sequence[Sequence[str]]]) -> bool:
    """Tell whether the labels beside the rows of each region name its parts, perhaps one of them all of it, or none.

    They are words, all different among the rows of a region that nothing else tells apart, and others in each region:
    ages and sexes are the same in all.
    """
    held = [each for own in labels.values() for each in own]
    named = [label for each in held for label in each if label]
    different = all(len({*each}) == len(each) for each in held)
    worded = all(any(map(str.isalpha, label)) for label in named)
    of_regions = {(name, label) for name, own in labels.items() for each in own for label in each if label}
    of_regions = {(name, label) for name, label in of_regions if not says_total(label)}
    own_ones = len({label for _, label in of_regions}) >= _OWN_PARTS * len(of_regions)
    return different and worded and own_ones and len(named) >= _MOSTLY * sum(map(len, held))


def of_several(name: str) -> bool:
    """Tell whether a name is that of a region of two places, by its kind and a dash: "Gəncə-Daşkəsən rayonu"."""
    kinds = GENERIC | COMPASS | PLACES
    pieces = [{*loose_words(piece)} for piece in _DASH.split(name)]
    return len(pieces) > 1 and all(each - kinds for each in pieces) and any(not GENERIC.isdisjoint(p) for p in pieces)


def ask_of_parts(match: KeyMatch, rest: Mapping[str, str], index: NameIndex, signs: RowSigns) -> None:
    """Find rows that may be parts of a region; one that is taken for it beside such a row is asked for, too.

    A row of another level than theirs, by its indentation or as a sum of others, is none.
    """
    cores: dict[str, set[frozenset[str]]] = {}
    for code in match.codes.values():
        cores[code] = {core_words(loose_words(name), GENERIC) for name in index.names[code]} - {frozenset()}
    whole = {each for held in cores.values() for each in held}
    apart = signs.of_other_level(match.codes)
    for name in [
        n
        for n in rest
        if n not in apart and (n in match.open or match.outside.get(n) in (OWN_ROWS, LEFT_OVER))
        if not (says_total(rest[n]) or of_several(rest[n]))
    ]:
        own = core_words(loose_words(rest[name]), GENERIC)
        above = (
            {code for code, held in cores.items() if any(each < own for each in held)} if own not in whole else set()
        )
        for code in above if len(above) == 1 else ():
            taken = [row for row, (of, why) in match.aliases.items() if of == code and why == BUT_FOR_KIND]
            if match.outside.get(name) == LEFT_OVER and name not in signs.sums:
                match.outside[name] = OF_ITS_NAME
            for row in [*taken, *([name] if taken or name in match.open else [])]:
                match.parts[row] = code
                match.open[row] = None
                match.outside.pop(row, None)
                match.aliases.pop(row, None)


def summed_regions(keyed: Mapping[str, str], index: NameIndex, signs: RowSigns) -> dict[str, str]:
    """Return code and name of regions whose rows are sums of others, where most are: their parts stand below them."""
    if len(signs.sums) <= _COVERED * len(index.names):
        return {}
    named, held = by_cores(index), dict[str, list[str]]()
    for name in (name for name in signs.sums if name in keyed):
        codes = named.get(cores(keyed[name])[0], set())
        for code in codes if len(codes) == 1 else ():
            held.setdefault(code, []).append(name)
    found = {code: names[0] for code, names in held.items() if len(names) == 1}
    return found if len(found) > _COVERED * len(index.names) else {}


def ask_of_lone_rows(match: KeyMatch, names: Sequence[str], signs: RowSigns, free: int) -> None:
    """Ask of rows outside the indentation that head no others, where as many regions at least have no row."""
    outside = [name for name, reason in match.outside.items() if reason == OUTSIDE]
    depth = {name: signs.inset.get(name, 0) for name in names}
    heads = {name for name, below in pairwise(names) if depth[below] > depth[name]}
    alone = set(outside) - heads if len(outside) > 1 or outside == [*names[:1]] else set(outside)
    if 0 < len(alone) <= free:
        # Of two such rows above others, either may be the head.
        for name in alone | {below for name, below in pairwise(names) if name in alone and below in outside}:
            del match.outside[name]
            match.open[name] = None


def levels_by_sums(
    names: Sequence[str], known: Sequence[bool], values: Array, halves: Array, twins: Sequence[tuple[int, int]]
) -> dict[int, tuple[int, bool]]:
    """Tell the levels of rows of one name by what the rows below or above them add up to."""
    n, single = len(names), {name for name, times in Counter(names).items() if times == 1}
    summing = _summing(values, halves) + _summing(values[::-1], halves[::-1])
    counts = 2 * summing >= summing.max(initial=0)  # beside them a column of rates adds up nowhere
    values, halves = values[:, counts], halves[:, counts]
    below, above = _sums_of_next(values, halves), _sums_of_next(values[::-1], halves[::-1])
    parts_of = {n - 1 - row: [n - 1 - part for part in parts] for row, parts in above.items()} | below
    low = [
        known[i]
        for i in {part for parts in parts_of.values() for part in parts}.difference(parts_of)
        if names[i] in single
    ]
    up = [known[i] for i in parts_of if names[i] in single]
    every = [known[i] for i in parts_of]  # where each region has a part of its name, no name is one of a region alone
    if len(low) < FEWEST_PARTS:
        return {}
    of_parts = np.mean(low) >= _MOSTLY and (not up or np.mean(up) <= _HARDLY)
    of_sums = np.mean(low) <= _HARDLY and bool(every) and np.mean(up or every) >= _MOSTLY
    told = {}
    for a, b in twins if of_parts or of_sums else ():
        over = [(row, part) for row, part in ((a, b), (b, a)) if part in parts_of.get(row, ())]
        if len(over) == 1:
            [(row, part)] = over
            told[row if of_parts else part] = (part if of_parts else row), bool(of_parts)
    return told


def sums_within_total(
    values: Array, halves: Array, spread: Array, total: int, *, enough: float
) -> dict[int, tuple[int, ...]]:
    """Find the rows that sum up those next to them where the first or last row is the sum of all, each counted once.

    A subtotal of few coarse figures may be chance; that the total adds up only without the rows that sum up others, and
    with them alone, tells both. Levels may lie within levels.

    Parameters
    ----------
    values, halves : array, rows x columns
        Numbers in printed order, and half units of their last digits.
    spread : array
        How freely each column moves beside those before it, 1 at most.
    total : int
        Position of the total, 0 or that of the last row.
    enough : float
        Log odds that all the sums are no chance, of which so much is asked.

    Returns
    -------
    dict of int to tuple of int
        Row -> rows of the deepest level that it sums up, the total among them; empty where none is told, or where two
        ways to read the rows are about as likely.
    """
    n = len(values)
    others = [i for i in range(n) if i != total]
    if not FEWEST_PARTS < len(others) <= _MOST_PARTS:
        return {}
    with np.errstate(invalid="ignore"):
        whole = (values >= 0).all(axis=0) & (values[total] > 0) & (values[others] <= values[total]).all(axis=0)
        times = np.nansum(values[others], axis=0) / np.where(whole, values[total], 1.0)
    columns = np.flatnonzero(whole & (times <= _MOST_LEVELS))
    # With all rows counted once, the total adds up by itself.
    if not len(columns) or (times[columns] <= 1.0).any():
        return {}
    columns = columns[np.unique(np.linspace(0, len(columns) - 1, _FEW_COLUMNS).astype(int))]
    readings: list[tuple[float, dict[int, tuple[int, ...]]]] = []
    steps = iter(range(_MOST_STEPS))
    # A fault in one column hides nothing that the others tell.
    for used in [columns, *(np.delete(columns, at) for at in range(len(columns)) if len(columns) > 1)]:
        for rows in ([total, *others], [total, *others[::-1]]):
            free = np.where(used == used[0], 1.0, spread[used])
            for odds, heads in _readings(values[np.ix_(rows, used)], halves[:, used].max(axis=0), free, steps):
                told = {rows[at]: tuple(sorted(rows[i] for i in leaves)) for at, leaves in heads.items()}
                odds -= 0.0 if used is columns else float(np.log(len(columns))) + _LIKELY
                readings += [(odds, told)] if len(told) > 1 else []
        if readings:
            break
    readings.sort(key=lambda each: -each[0])
    if not readings or readings[0][0] < enough:
        return {}
    best = readings[0][1]
    rivals = [odds for odds, told in readings[1:] if told.keys() != best.keys()]
    return best if not rivals or readings[0][0] - rivals[0] >= _LIKELY else {}


def _readings(
    values: Array, half: Array, free: Array, steps: Iterator[int]
) -> list[tuple[float, dict[int, tuple[int, ...]]]]:
    """Return the ways to read rows as levels below the first one, with their log odds: heads and their leaves.

    There are none where the steps come to their end before.
    """
    n = len(values)
    lead, near = values[:, 0].tolist(), half[0]
    # Ways to read the row and what stands below it: the row behind, log odds where sums are rounded, and where they
    # are of figures as printed, heads and their leaves, its own leaves.
    read: list[list[tuple[int, Array, dict[int, tuple[int, ...]], tuple[int, ...]]]] = [[] for _ in range(n)]
    for row in range(n - 1, -1, -1):
        ways = read[row]
        if row:
            ways.append((row + 1, np.zeros(2), {}, (row,)))
        size, top = values[row], lead[row] * (1 + 1e-9)
        stack: list[_Reading] = [(row + 1, (), 0.0, np.zeros(2), {}, ())]
        while stack:
            at, kids, run, odds, heads, leaves = stack.pop()
            if next(steps, None) is None:
                return []
            count = len(kids)
            if count and (row or at == n) and run >= lead[row] * (1 - 1e-9) - (count + 1) * near:
                gap = np.abs(values[list(kids)].sum(axis=0) - size)
                scale = 1e-9 * size + 1e-300
                rounded = np.sqrt((count + 1) / 3) * half + scale
                met = (gap <= np.minimum((count + 1) * half + scale, 4 * rounded)).all()
                exact = bool((gap <= half / 2 + scale).all())
                if met and (count >= FEWEST_PARTS or exact) and size.any():
                    deviation = np.stack([rounded, 0.8 * half + scale])
                    each = np.log(np.maximum(0.4 * size * free / deviation, 1e-9)) - (gap / deviation) ** 2 / 2
                    told = np.maximum(each, 0.0).sum(axis=1) * (count >= FEWEST_PARTS)
                    told -= np.log(2 * n * count if row else 4) + np.array([0.0, 0.0 if exact else np.inf])
                    ways.append((at, odds + told, heads | {row: leaves}, leaves))
            for behind, more, inner, below in read[at] if at < n else ():
                further = run + lead[at]
                if further <= top + (count + 2) * near:
                    nested = (odds + more, heads | inner) if inner else (odds, heads)
                    stack.append((behind, (*kids, at), further, *nested, leaves + below))
    return [(float(odds.max()), heads) for _, odds, heads, _ in read[0]]


def sum_holds(values: Array, halves: Array, row: int, parts: Sequence[int]) -> tuple[Flags, Flags, Array]:
    """Return in which columns a row is the sum of others, in which there is one to meet, and what rounding can do."""
    at = list(parts)
    own, total = values[row], np.nansum(values[at], axis=0)
    there = np.isfinite(own) & np.isfinite(values[at]).any(axis=0) & (own != 0)
    slack = np.nansum(halves[at], axis=0) + np.nan_to_num(halves[row]) + 1e-9 * np.abs(own)
    return there & (np.abs(own - total) <= slack), there, slack


def indents(cells: Iterable[object]) -> list[int]:
    """Return by how many spaces, dots or dashes the names in cells are set in."""
    texts = list(map(str, cells))
    return [len(text) - len(text.lstrip(_INDENT)) for text in texts]


def levels_by_indent(
    names: Sequence[str], depths: Sequence[int], values: Array, halves: Array
) -> tuple[dict[int, int], dict[int, tuple[int, ...]]]:
    """Tell parts of a row from rows that add up to it, by the indentation of their names.

    The rows set in below another one are all that it consists of, or only some ("of which"); nothing is told where no
    column adds up anywhere, as of rates. A lone row that equals the one above it is the same region, of the level in
    which others add up.

    Parameters
    ----------
    names, depths, values, halves
        Of every row the name, how far it is set in, numbers and half units of their last digits.

    Returns
    -------
    parts : dict of int to int
        Row -> the row of which it, perhaps with others, is a part.
    heads : dict of int to tuple of int
        Row -> rows of the deepest level that add up to it.
    """
    below = _rows_below(names, depths)
    if not below:
        return {}, {}
    inner = {kid for kids in below.values() for kid in kids}
    totals = [i for i, name in enumerate(names) if says_total(name) and i not in below]
    roots = [i for i in range(len(names)) if i not in inner and i not in totals]
    tests = [(row, kids) for row, kids in below.items() if len(kids) >= FEWEST_PARTS]
    tests += [(row, [i for i in roots if i != row]) for row in totals if len(roots) >= FEWEST_PARTS]
    odds = np.full(values.shape[1], -np.log(max(len(tests), 1)))
    for row, kids in tests:
        holds, _, slack = sum_holds(values, halves, row, kids)
        room = np.abs(values[row, holds]) / (2 * slack[holds])
        odds[holds] += np.log(np.maximum(room, 1.0))
    summed = odds >= _LIKELY
    if not summed.any():
        return {}, {}
    met, near = dict[int, float](), set[int]()
    for row, kids in below.items():
        holds, there, _ = sum_holds(values, halves, row, kids)
        known = summed & there & (holds | np.isfinite(values[kids]).all(axis=0))
        met[row] = float(holds[known].mean()) if known.any() else math.nan
        close = np.isclose(values[kids][:, known].sum(axis=0), values[row, known], rtol=_CLOSE)
        near |= {row} if known.any() and 2 * close.sum() > known.sum() and len(kids) >= FEWEST_PARTS else set()
    several: dict[int, list[bool]] = {}
    for row, kids in below.items():
        if len(kids) >= FEWEST_PARTS and not math.isnan(met[row]):
            several.setdefault(depths[kids[0]], []).append(met[row] > 1 / 2)
    level = {depth for depth, each in several.items() if 2 * sum(each) >= len(each)}

    def whole(row: int, kids: Sequence[int]) -> bool:
        of_level = depths[kids[0]] in level
        if len(kids) < FEWEST_PARTS:
            return of_level and met[row] > 1 / 2
        return met[row] > 1 / 2 or row in near or (of_level and math.isnan(met[row]))

    parts, heads = dict[int, int](), dict[int, tuple[int, ...]]()
    for row, kids in sorted(below.items()):
        if row in parts or not whole(row, kids):
            parts |= dict.fromkeys(kids, row)
    for row in sorted(below.keys() - parts.keys(), reverse=True):
        if whole(row, below[row]):
            heads[row] = tuple(leaf for kid in below[row] for leaf in heads.get(kid, (kid,)))
    return parts, heads


def _rows_below(names: Sequence[str], depths: Sequence[int]) -> dict[int, list[int]]:
    """Return the rows that stand next level below a row; none where heads follow their parts, or hold most rows."""
    outside = {i for i, name in enumerate(names) if says_total(name)}
    while True:
        below: dict[int, list[int]] = {}
        above: list[int] = []
        size = Counter[int]()
        rows = [i for i in range(len(names)) if i not in outside]
        if len({depths[i] for i in rows}) < 2 or depths[rows[0]] > min(depths[i] for i in rows):
            return {}
        for i in rows:
            while above and depths[above[-1]] >= depths[i]:
                above.pop()
            if above:
                below.setdefault(above[-1], []).append(i)
            size.update(above)
            above.append(i)
        if not (wide := {row for row, count in size.items() if count > _COVERED * len(rows)}):
            return below
        outside.add(min(wide))


def levels_by_depth(
    names: Sequence[str], known: Sequence[bool], depths: Sequence[int], twins: Sequence[tuple[int, int]]
) -> dict[int, tuple[int, bool]]:
    """Tell the levels of rows of one name by how far they are set in, as all rows of regions are and few others."""
    single = {name for name, times in Counter(names).items() if times == 1}
    rows = [i for i, name in enumerate(names) if name in single]
    own = {depths[i] for i in rows if known[i]}
    others = [depths[i] in own for i in rows if not known[i]]
    if len(own) != 1 or len(others) < FEWEST_PARTS or np.mean(others) > _HARDLY:
        return {}
    told: dict[int, tuple[int, bool]] = {}
    for pair in twins:
        taken = [row for row in pair if depths[row] in own]
        if len(taken) == 1:
            [out] = {*pair} - {*taken}
            told[out] = taken[0], depths[out] < depths[taken[0]]
    return told


def _summing(values: Array, halves: Array) -> NDArray[np.int_]:
    """Return, of each column, how many of its figures are the sums of those that follow next, and not by chance."""
    found = np.zeros(values.shape[1], dtype=int)
    for row in range(len(values) - FEWEST_PARTS):
        own, half = np.abs(values[row]), halves[row]
        below = values[row + 1 : row + 1 + _MOST_PARTS]
        count = np.arange(1, len(below) + 1)[:, None]
        holds = np.abs(np.nancumsum(below, axis=0) - values[row]) <= half * (count + 1) + 1e-9 * own
        holds[: FEWEST_PARTS - 1] = False
        tight = own >= np.exp(_CERTAIN) * 2 * half * (holds.argmax(axis=0) + 1)
        found += holds.any(axis=0) & tight & (own > 0)
    return found


def _sums_of_next(values: Array, halves: Array) -> dict[int, list[int]]:
    """Return the rows that are the sum of those that follow next, in every column and not by chance."""
    found = {}
    for row in range(len(values) - FEWEST_PARTS):
        at = np.isfinite(values[row]) & (values[row] != 0)
        own, half = values[row, at], halves[row, at]
        below = values[row + 1 : row + 1 + _MOST_PARTS, at]
        count = np.arange(1, len(below) + 1)[:, None]
        off = np.abs(np.nancumsum(below, axis=0) - own)
        holds = (off <= half * (count + 1) + 1e-9 * np.abs(own)).all(axis=1)
        holds[: FEWEST_PARTS - 1] = False
        if at.any() and holds.any():
            last = int(np.argmax(holds))
            room = np.where(off[last] <= half, 1, last + 2) * 2 * half * (last + 1)
            odds = dict(zip(own.tolist(), np.log(np.maximum(np.abs(own) / room, 1.0)).tolist(), strict=True))
            if sum(odds.values()) >= _CERTAIN:  # columns of one figure count once
                found[row] = list(range(row + 1, row + 2 + last))
    return found


def levels_by_rates(
    names: Sequence[str], known: Sequence[bool], values: Array, halves: Array, twins: Sequence[tuple[int, int]]
) -> dict[int, tuple[int, bool]]:
    """Tell the levels of rows of one name where all rows of one level lie between those of the other next to them."""
    n, pairs = len(names), {row for pair in twins for row in pair}
    told: dict[int, tuple[int, bool]] = {}
    doubted = set[int]()
    for of_sums, down in ((a, b) for a in (True, False) for b in (True, False)):
        order = list(range(n)) if down else list(range(n))[::-1]
        pair_of = [pair if down else pair[::-1] for pair in twins]
        rest = {i for i in order if i not in pairs and known[i] == of_sums}
        heads = rest.union(row for row, _ in pair_of)
        if len(rest) < FEWEST_PARTS or (odds := _between_parts(names, values, halves, order, heads)) is None:
            continue
        for row, part in pair_of:
            other = _between_parts(names, values, halves, order, heads - {row} | {part})
            out, taken = (part, row) if of_sums else (row, part)
            either = other is not None and other[1] >= odds[1]
            if odds[0] < _CERTAIN or either or taken in told or told.get(out, (taken,))[0] != taken:
                doubted |= {row, part}
            told[out] = taken, not of_sums
    return {out: each for out, each in told.items() if out not in doubted}


def _between_parts(
    names: Sequence[str], values: Array, halves: Array, order: Sequence[int], heads: Container[int]
) -> tuple[float, bool] | None:
    """Return the log odds that heads stand next to their parts by no chance, and whether the parts are sorted.

    Heads lie between their parts, and break the order of the names. None where one does not, or a row has no head.
    """
    parts: list[list[int]] = []
    for i in order:
        if i in heads:
            parts.append([i])
        elif not parts:
            return None
        else:
            parts[-1].append(i)
    spelled = [name.casefold() for name in names]
    odds, ordered, breaks = 0.0, 0.0, 0
    for row, *below in parts:
        if not below or np.isnan(values[[row, *below]]).any():
            return None
        rows, half = values[below], halves[row]
        if not ((rows.min(axis=0) - half <= values[row]) & (values[row] <= rows.max(axis=0) + half)).all():
            return None
        odds += float(np.log((len(below) + 1) / (len(below) - 1))) if len(below) > 1 else 0.0
        held = [spelled[i] for i in sorted(below)]
        ordered += float(np.log(np.arange(1, len(below) + 1)).sum()) if held == sorted(held) else -np.inf
        around = spelled[max(row - 1, 0) : row + 2]
        breaks += around != sorted(around)
    in_order = ordered >= _CERTAIN
    return odds + (ordered if in_order and 3 * breaks >= len(parts) else 0.0), in_order
