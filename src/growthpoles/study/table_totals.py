"""Totals of a table: rows that are the sum of others, by what they add up to or say; parts of others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import Reason, listed, quoted
from growthpoles.language.languages import alternatives
from growthpoles.regions.key_matching import PART, SUM
from growthpoles.regions.name_matching import (
    GENERIC,
    borne_by_region,
    is_country,
    is_country_word,
    is_dependency,
    is_state,
    is_total_anywhere,
    loose_words,
    says_only_total,
    says_part,
    says_total,
    says_whole,
)
from growthpoles.regions.row_levels import (
    FEWEST_PARTS,
    Flags,
    indents,
    levels_by_indent,
    sum_holds,
    sums_within_total,
)
from growthpoles.study.files.number_notation import cell_value, detect_notation, is_number
from growthpoles.study.files.printed_labels import bare_name
from growthpoles.study.files.problems import Problem
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.table_blocks import Block

Array = NDArray[np.float64]
#: Log odds, row of the total, rows of its parts.
_Hit = tuple[float, int, tuple[int, ...]]
MOST_SUMMED = 2000  # rows among which sums are looked for
_SUMMED = 60  # columns of figures that tell them
_FEWEST_SUMMED = 4  # parts whose mean is not within a factor of two of their sum
_COLUMNS = 2
_ALIKE = 3  # rows with one word for totals
CLOSE = 0.1  # part of itself by which what says that it is a total may miss the sum and be one
#: Log odds of a total on its own, and of one within another.
_SURE, _LIKELY = float(np.log(1e6)), float(np.log(1e2))
_SAID = float(np.log(20))  # of subtotals within a row that says that it is a total, and adds up without them alone
_ANEW = 0.01
COUNTRY_MEAN = "a country between the values of the others, like a total of rates; an alias of itself keeps it"
_COUNTED = (
    "{names} would be a total or a mean by name, and neither its numbers nor its place show one: it is counted as a "
    "region"
)
_ANOTHER_KIND = (
    "{names}: called otherwise than the other rows, of which they may be wholes: each is counted as a region"
)
_A_COUNTRY = "{name} is the name of a country, and no sum of the other rows: it is counted as a region"
_MIDDLE = 0.25  # of the regions lie on either side of a mean with a name that may be that of a region
_RARE = 0.02  # chance that a slip by a power of ten explains a total that is none
_INITIALS = re.compile(alternatives("country_initials"))
_SHORT = 7  # signs of a name that is but initials
_CODED = re.compile(r"[(\[]?\d[\w.]*[)\]]?\W")
#: Sum of the log odds of several totals, none of them sure, that are believed together.
_TOGETHER = 1.5 * _SURE


@np.errstate(over="ignore", invalid="ignore")  # figures near the largest number: their sums meet nothing
def find_totals(values: Array, halves: Array) -> list[tuple[int, tuple[int, ...]]]:
    """Find rows that are the sum of rows next to them, above or below; totals of totals too.

    Parameters
    ----------
    values, halves : array, rows x columns
        Numbers of the table in printed order, NaN where there is none, and half units of their last digits.

    Returns
    -------
    list of (row, parts)
        Positions; the parts are rows that sum up nothing themselves.

    Notes
    -----
    A sum that a total meets within rounding is so much likelier for a total than by chance as its rounding is narrow
    beside its size; less for a column that goes along with another, nothing for its multiple. A total on its own needs
    a million to one in two columns, after all rows and columns that could have met. Only the first or last can be that
    of all others: it needs a hundred to one, in one column too. Subtotals and lone rows under a heading of their own
    need as much within a total that has it. A gap counts as nothing where the sum holds with it, and is unknown
    otherwise.
    """
    values, halves, spread = values.copy(), halves.copy(), _spread(values)
    sums: dict[int, tuple[tuple[int, ...], float]] = {}
    left = np.flatnonzero(np.isfinite(values).any(axis=1)).tolist()
    above = 0

    def found() -> list[_Hit]:
        # A lone row and its heading are the same: the heading stands where the other totals do.
        hits = _sums_in(values, halves, spread, left, sums)
        hits = [hit for hit in hits if len(hit[2]) > 1 or (hit[1] < hit[2][0]) == (above >= 0)]
        return hits or _sums_inside(values, halves, spread, left, sums)

    while hits := found():
        # The sure ones first, so that chance takes no row from them.
        hits = [hit for hit in hits if hit[0] >= _SURE and len(hit[2]) > 1] or hits
        hits.sort(key=lambda hit: (-round(hit[0], 6), (hit[1] < hit[2][0]) != (above >= 0)))
        rows = {row for _, row, _ in hits}
        # What sums up no sums goes first.
        free = [hit for hit in hits if rows.isdisjoint(hit[2])] or hits[:1]
        taken: set[int] = set()
        for score, row, parts in free:
            if taken.isdisjoint((row, *parts)):
                taken.update((row, *parts))
                sums[row] = parts, score
                # A gap in a subtotal is what its parts add up to, for the totals above it.
                for part in (halves, values):
                    part[row] = np.where(np.isfinite(values[row]), part[row], part[list(parts)].sum(axis=0))
                above += 1 if row < parts[0] else -1
        # A subtotal stands for its parts: they are out of the way of the totals above it.
        gone = {part for parts, _ in sums.values() for part in parts}
        left = [row for row in left if row not in gone]
    # What is less than sure and in no total was chance, unless there is too much of it, or it sums up all others.
    while loose := [row for row in left if row in sums and (sums[row][1] < _SURE or len(sums[row][0]) < FEWEST_PARTS)]:
        several = [row for row in loose if len(sums[row][0]) >= FEWEST_PARTS]
        if several == left and len(sums[left[0]][0]) >= _FEWEST_SUMMED:
            break
        if len(several) == len(loose) and sum(sums[row][1] for row in several) >= _TOGETHER:
            break
        for row in [row for row in loose if row not in several] or loose:
            left += sums.pop(row)[0]

    def leaves(row: int) -> tuple[int, ...]:
        return tuple(leaf for part in sums[row][0] for leaf in leaves(part)) if row in sums else (row,)

    return [(row, leaves(row)) for row in sorted(sums)]


def named_totals(
    names: Sequence[str], values: Array, halves: Array, known: Mapping[int, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """Find rows that say that they are a total, right or wrong, and countries that are one: row, rows of its parts.

    With them come the known totals that have one of them among their parts, now with the parts of that one instead.

    Parameters
    ----------
    names, values, halves
        As :func:`find_totals` takes them, with the name of every row, without marks of footnotes.
    known : mapping
        What that function found.

    Notes
    -----
    A total sums up all other rows, or those next to it up to another total. One that says so comes near that sum in
    some column, within a factor of two; the first or last row with the name of a country meets it in one. Either may
    miss it by a slip of one figure by a power of ten, or of its own. Rates have a
    total that is no sum, whose parts are none: the one row without a code that says so, or the first or last row that
    says nothing else, or only the name of a country, and lies between the others; in the middle half of them
    where a region may bear that name. A word for totals may be a name in another language: one between the regions
    that need not be a total is one where it meets the sum, and none where a known total counts it beside its parts.
    What is no total by this is a region, a country too, and a part of the totals that then add up. Three rows that
    begin or end with the same word for totals ("Total North") are totals in any case: means of rates.
    """
    said = [i for i, name in enumerate(names) if i not in known and says_total(name)]
    found = _named(names, values, halves, known, said)
    lost = [i for i in _countries(names, {*known, *said}) if i not in found] if found.keys() & {*said} else []
    if regions := [i for i in (*said, *lost) if i not in found]:
        found = _named(names, values, halves, known, [i for i in said if i in found], regions)
    found |= dict.fromkeys(_called_alike(names) - {*known, *found}, ())
    inside = {row: parts for row, parts in known.items() if not found.keys().isdisjoint(parts)}
    return found | {
        row: tuple(leaf for part in parts for leaf in found.get(part, (part,))) for row, parts in inside.items()
    }


def _called_alike(names: Sequence[str]) -> set[int]:
    """Return the rows whose names begin or end with the same word for totals, if there are three of them."""
    rows: dict[tuple[int, str], set[int]] = {}
    for row, name in enumerate(names):
        words = name.casefold().split()
        for at in (0, -1) if len(words) > 1 else ():
            if says_only_total(words[at]):
                rows.setdefault((at, words[at]), set()).add(row)
    return {row for each in rows.values() if len(each) >= _ALIKE for row in each}


def _countries(names: Sequence[str], others: Container[int]) -> set[int]:
    """Return the first and the last row, but for others, that bear the name of a country as few rows do."""
    few = len(called := _bear_countries(names)) <= max(1, 0.2 * len(names))
    return {i for i in (0, len(names) - 1) if few and i not in others and i in called}


def _bear_countries(names: Sequence[str]) -> list[int]:
    """Return the rows that bear the name of a country, or its initials where no other name is one of capitals alone."""
    halves = [[half.strip() for half in name.split("/")] for name in names]
    short = [i for i, each in enumerate(halves) if all(half.isupper() and len(half) < _SHORT for half in each)]
    initials = short if len(short) == 1 and all(map(_INITIALS.fullmatch, halves[short[0]])) else []
    return [i for i, name in enumerate(names) if i in initials or is_country(name)]


def _named(
    names: Sequence[str],
    values: Array,
    halves: Array,
    known: Mapping[int, tuple[int, ...]],
    said: Sequence[int],
    regions: Sequence[int] = (),
) -> dict[int, tuple[int, ...]]:
    """Find which of the rows that say so, and of the countries first and last, are totals; `regions` only say so."""
    if len(known) == len(names):
        return {}
    countries = _countries(names, {*known, *said, *regions})
    totals = {*known, *said, *countries}
    rest = [i for i in range(len(names)) if i not in totals and i not in regions]
    # With the regions that are called like totals, and without them.
    more = sorted({*rest, *(i for i in regions if not says_part(names[i]))})
    ways = [(rest, totals | {*regions}), (more, totals)][: 1 + bool(regions)]
    found = {}
    for row in (*said, *sorted(countries)):
        unsure = not ({row - 1, row + 1} & {-1, len(names), *totals} or is_total_anywhere(names[row]))
        # What a known total counts beside the row is no part of it.
        beside = {part for parts in known.values() if row in parts for part in parts}
        fits: list[tuple[int, int, int, tuple[int, ...]]] = []
        lone = _lone_part(values, row, {-1, len(names), *known, *said}) if len(said) > 1 and not beside else ()
        if lone:  # a group of one region has its subtotal, too
            found[row] = lone
            continue
        for own, edges in ways:
            before = [i for i in own if max((t for t in edges if t < row), default=-1) < i < row]
            behind = [i for i in own if row < i < min((t for t in edges if t > row), default=len(names))]
            several = [tuple(part) for part in (own, before, behind) if len(part) >= FEWEST_PARTS]
            for parts in [each for each in several if beside.isdisjoint(each)]:
                holds, near, slip = _meets(values, halves, row, parts, surely=unsure)
                fits.append((int((holds | slip).sum()), int(near.sum()), len(parts), parts))
        best = max(fits, default=(0, 0, 0, ()))
        if best[0] or (row in said and best[1]):
            found[row] = best[3]
            inner = _subtotal(values, halves, row, best[3])
            if inner and not any(inner[0] in parts for parts in known.values()):
                found[row] = tuple(part for part in best[3] if part != inner[0])
                found[inner[0]] = inner[1]
        elif (row in said and not beside and _is_mean(names, values, row, rest)) or (
            row in countries
            and not (known or said)
            and _lone_country(names, row)
            and not is_dependency(names[row])
            and len(rest) >= _FEWEST_SUMMED
            and lies_between(values, row, rest, beyond=_MIDDLE * borne_by_region(names[row]))
            and (_apart(names, row) or (_is_whole(names[row]) and not borne_by_region(names[row])))
        ):
            found[row] = ()
    return found


def _lone_part(values: Array, row: int, edges: Container[int]) -> tuple[int, ...]:
    """Return the one row between a total and the next one above or below it, where all its figures are the same."""
    for part, edge in ((row - 1, row - 2), (row + 1, row + 2)):
        alone = row in edges and edge in edges and part not in edges
        if alone and np.isfinite(values[row]).any() and np.array_equal(values[row], values[part], equal_nan=True):
            return (part,)
    return ()


def _subtotal(values: Array, halves: Array, row: int, parts: Sequence[int]) -> tuple[int, tuple[int, ...]] | None:
    """Return the row that sums up those below it, where a total adds up without them: it and its parts."""
    missed = missed_columns(values, halves, row, parts)
    if not missed:
        return None
    at = list(parts)
    own, room = values[:, missed], halves[at][:, missed].sum(axis=0) + halves[row, missed]
    sums = np.vstack([np.zeros(len(missed)), np.cumsum(own[at], axis=0)])
    excess = sums[-1] - own[row]
    for first, head in enumerate(at[:-FEWEST_PARTS], 1):
        if (np.abs(own[head] - excess) <= room).all():
            runs = sums[first + FEWEST_PARTS :] - sums[first]
            if (fits := np.flatnonzero((np.abs(runs - own[head]) <= room).all(axis=1))).size:
                return head, tuple(at[first : first + FEWEST_PARTS + int(fits[0])])
    return None


@np.errstate(over="ignore", invalid="ignore")
def _meets(
    values: Array, halves: Array, row: int, parts: Sequence[int], *, surely: bool = False
) -> tuple[Flags, Flags, Flags]:
    """Return in which columns a row is the sum of others, near it (factor of two), or the sum but for a slip.

    Surely: in one column where rounding explains little, or to the digit in all; and nearer to it, in most columns.
    """
    at = list(parts)
    own, total = values[row], np.nansum(values[at], axis=0)
    holds, there, slack = sum_holds(values, halves, row, parts)
    near = there & (np.sign(total) == np.sign(own))
    near &= (np.abs(total) / 2 < np.abs(own)) & (np.abs(own) / 2 < np.abs(total))
    slip = there & ~holds & np.array([slips(*one) for one in zip(own, values[at].T, slack, strict=True)], dtype=bool)
    if surely:
        # The more columns meet the sum, the less each of them has to tell.
        tight = slack * len(own) <= _RARE / 4 * max(holds.sum(), 1) * np.abs(own)
        exact = np.abs(own - total) <= 1e-9 * np.abs(own)
        holds &= tight | bool((exact | ~there).all())
        slip &= 12 * slack * len(own) * len(at) <= _RARE * np.abs(own)  # six powers, of each figure, in every column
        near &= np.abs(own - total) <= CLOSE * np.abs(total)
        near &= 2 * near.sum() > (there.sum() if len(parts) >= _FEWEST_SUMMED else np.inf)
    return holds, near, slip


def missed_columns(values: Array, halves: Array, row: int, parts: Sequence[int]) -> list[int]:
    """Return the columns that a total sums up by their size, but not by their digits; a mean is far from the sum."""
    if len(parts) < _FEWEST_SUMMED or np.isnan(values[list(parts)]).any():
        return []
    holds, near, slip = _meets(values, halves, row, parts)
    return np.flatnonzero(~holds & (near | slip)).tolist()


def slips(total: float, parts: Array, slack: float) -> bool:
    """Tell whether one figure, a part or the total, is off by a power of ten: all else adds up, and not by chance."""
    powers = 10.0 ** np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    room = slack * (1 + powers / len(parts))  # a figure that lost its last digits is known to fewer
    whole = np.nansum(parts)
    chance = len(powers) * room / max(abs(whole), abs(total), 1e-300)
    one = (np.abs(whole - parts[:, None] * (1 - powers) - total) <= room).any(axis=0) & (chance * len(parts) < _RARE)
    return bool((one | ((np.abs(whole - total * powers) <= room) & (chance < _RARE))).any())


def _is_mean(names: Sequence[str], values: Array, row: int, rest: Sequence[int]) -> bool:
    """Tell whether a row that says that it is a total is one of rates: by its name beside those of the regions."""
    if not rest:
        return False
    coded = sum(_CODED.match(names[i]) is not None for i in rest)
    if len(rest) > 2 and coded >= 0.9 * len(rest) and not _CODED.match(names[row]):
        return True
    placed = row in (0, len(names) - 1) or says_whole(names[row])
    return placed and says_only_total(names[row]) and lies_between(values, row, rest)


@np.errstate(over="ignore", invalid="ignore")
def lies_between(values: Array, row: int, rest: Sequence[int], *, beyond: float = 0.0) -> bool:
    """Tell whether a row lies between others in all columns, as a mean does, with a share of them on either side."""
    said, below = values[row], values[list(rest)]
    known = np.isfinite(said) & np.isfinite(below).any(axis=0)
    if not known.any():
        return False
    low, high = np.nanquantile(below[:, known], [beyond, 1.0 - beyond], axis=0)
    return bool(((low <= said[known]) & (said[known] <= high)).all())


def _is_whole(name: str) -> bool:
    """Tell whether a name is that of a country which no region bears: "Nacional", "República de Panamá"."""
    return is_country_word(name) or is_state(name)


def _lone_country(names: Sequence[str], row: int) -> bool:
    """Tell whether no other row bears the name of a country, or this one alone is out of the order of the alphabet.

    Regions bear such names, too: "Georgia" of the United States. "República de Panamá" is no province beside "Panamá".
    """
    others = [name.casefold() for i, name in enumerate(names) if i != row]
    within = others == sorted(others) and sorted([*others, names[row].casefold()]) != [n.casefold() for n in names]
    return len(_bear_countries(names)) == 1 or _is_whole(names[row]) or within


def _apart(names: Sequence[str], row: int) -> bool:
    """Tell whether a row is without the code of the others, or not in their place of the alphabet."""
    plain = [name.casefold() for name in names]
    others = plain[:row] + plain[row + 1 :]
    coded = sum(_CODED.match(name) is not None for name in others) >= 0.9 * len(others)
    return (coded and not _CODED.match(names[row])) or plain != sorted(plain) or others != sorted(others)


def _sums_inside(
    values: Array, halves: Array, spread: Array, left: Sequence[int], sums: Mapping[int, tuple[tuple[int, ...], float]]
) -> list[_Hit]:
    """Find parts of totals that sum up rows left beside the total: a level between them that showed too late."""
    above = {part: row for row, (parts, _) in sums.items() for part in parts}
    for row, (parts, _) in sums.items() if len(left) > 1 else ():
        root = row
        while root in above:
            root = above[root]
        inside = sorted({*left, *parts} - {root})
        hits = [
            hit
            for hit in _sums_in(values, halves, spread, inside, sums)
            if hit[1] in parts and set(left).issuperset(hit[2])
        ]
        if hits:
            return [max(hits)]
    return []


def _spread(values: Array) -> Array:
    """Return how freely each column moves beside those before it: the least spread of their log ratios, 1 at most."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.abs(np.unique(values, axis=0)))
    spread = np.ones(values.shape[1])
    for j in range(1, values.shape[1]):
        for k in range(j):
            both = np.isfinite(logs[:, j]) & np.isfinite(logs[:, k])
            ratio = logs[both, j] - logs[both, k]
            if len(ratio) > 2:
                spread[j] = min(spread[j], 1.5 * float(np.median(np.abs(ratio - np.median(ratio)))))
    return spread


def _log_ways(width: int) -> Array:
    """Return the logs of how often m of k columns can be chosen, times k where one that does not fit is among them."""
    k, m = np.ogrid[: width + 1, : width + 1]
    factorials = np.append(0.0, np.cumsum(np.log(np.arange(1, width + 1))))
    chosen = factorials[k] - factorials[m] - factorials[np.maximum(k - m, 0)]
    return np.where(m <= k, chosen + np.log(np.where(m < k, np.maximum(k, 1), 1)), 0.0)


def _sums_in(values: Array, halves: Array, spread: Array, left: Sequence[int], sums: Container[int]) -> list[_Hit]:
    """Return (log odds, total, parts): rows next to each other of those left; what sums up some sums up no others."""
    found = []
    values, halves = values[list(left)], np.nan_to_num(halves[list(left)])
    n, width = values.shape
    runs = [
        np.vstack([np.zeros(width), np.cumsum(part, axis=0)])
        for part in (np.nan_to_num(values), ~np.isfinite(values), halves, halves**2 / 3)
    ]
    ways = _log_ways(width)
    for count in range(1, n):
        start = np.arange(n - count + 1)
        total, gaps, slack, noise = (run[start + count] - run[start] for run in runs)
        for row, inside in ((start - 1, start > 0), (start + count, start + count < n)):
            own, half = values[row % n], halves[row % n]
            gap, size = np.abs(total - own), np.abs(own)
            deviation = np.sqrt(noise + half**2 / 3 + (1e-9 * size) ** 2) + 1e-300
            fits = np.isfinite(own) & (gap <= np.minimum(slack + half + 1e-9 * size, 4 * deviation))
            fewest = 1 if count == n - 1 >= _FEWEST_SUMMED else _COLUMNS
            enough = np.flatnonzero(inside & (fits.sum(axis=1) >= fewest))
            if not len(enough):
                continue
            fit, gap, size, deviation = fits[enough], gap[enough], size[enough], deviation[enough]
            odds = np.log(np.maximum(0.4 * size * spread / deviation, 1e-9)) - (gap / deviation) ** 2 / 2
            known = (fit | (np.isfinite(own[enough]) & (gaps[enough] == 0))).sum(axis=1)
            score = np.where(fit, np.maximum(odds, 0.0), 0.0).sum(axis=1)
            score -= ways[known, fit.sum(axis=1)] + np.log(2 * (2 if count == n - 1 else n * count))
            # A lone row and its heading are the same but for quotients, which the heading may round anew.
            near = (fit | (gap <= _ANEW * size)).sum(axis=1)
            for at in np.flatnonzero((score >= _LIKELY) & ((count > 1) | (near >= known))):
                first = enough[at]
                if left[row[first]] not in sums:
                    found.append((float(score[at]), left[row[first]], tuple(left[first : first + count])))
    return found


def figures_by_name(block: Block) -> tuple[list[str], list[list[float | None]], list[str]]:
    """Return the names of the rows of a block, of a long table each once, with their figures; and the headers."""
    assert block.key is not None
    written = [block.text(row, block.key) for _, row in block.rows]
    twice = [name for name, count in Counter(written).items() if count > 1]
    # Only totals, each of its section, stand several times: rows of their own.
    names = (
        written if all(says_total(bare_name(name)) for name in twice) else list(dict.fromkeys(filter(None, written)))
    )
    cells, headers = figures(block), [" ".join(block.paths[at]) for at in block.value_at]
    return names, *((cells, headers) if names is written else _by_region(block, names, cells, headers))


def totals_of(block: Block) -> dict[str, str]:
    """Return the rows that are totals by what they add up to or say: name and reason; of a long table, the regions."""
    assert block.key is not None
    says = "it says that it is a total"
    written = [block.text(row, block.key) for _, row in block.rows]
    count = len({*written} - {""}) if len({*written}) < len(written) else len(written)
    if not 4 <= count <= MOST_SUMMED or not block.value_at:
        return {name: says for name in written if written.count(name) > 1 and says_total(bare_name(name))}
    names, cells, headers = figures_by_name(block)
    values, halves = with_halves(cells)
    bare, raw = list(map(bare_name, names)), {block.text(row, block.key): row[block.key] for _, row in block.rows}
    sums, known, parts = sums_of_rows(bare, indents(raw[name] for name in names), values, halves)
    told = {names[row]: PART for row in parts}
    for row in sorted(sums):
        adds_up = bool(sums[row]) and (row in known or sum_holds(values, halves, row, sums[row])[0].any())
        told[names[row]] = SUM if adds_up else says if says_total(bare[row]) else SUM if sums[row] else COUNTRY_MEAN
        if off := [headers[at] for at in missed_columns(values, halves, row, sums[row])]:
            told[names[row]] += f", but does not add up in {listed(off, write=quoted)}"
    return {name: reason for name, reason in told.items() if name}


def repeated_parts(block: Block) -> dict[int, str]:
    """Return the rows, by their places, that are parts of regions by names that repeat beside most: "urban", "rural".

    The regions have one row each, with numbers. Of a region with two rows none is a part, nor where another column
    tells the rows of one name apart.
    """
    texts = [[block.text(row, at) for _, row in block.rows] for at in range(max(len(row) for _, row in block.rows))]
    words = [
        at for at, column in enumerate(texts) if 2 * sum(any(map(str.isalpha, each)) for each in column) > len(column)
    ]
    if len(words) != 1:
        return {}
    names = list(map(bare_name, texts.pop(words[0])))
    often = Counter(names)
    heads = [at for at, name in enumerate(names) if often[name] == 1]
    parts = {at: name for at, name in enumerate(names) if often[name] > 1}
    runs = [names[one + 1 : two] for one, two in pairwise([-1, *heads, len(names)])]
    held = sum(map(bool, runs))
    if (
        held < max(FEWEST_PARTS, 0.5 * len(heads))
        or any(map(says_total, parts.values()))
        or (runs[0] and runs[-1])
        or any(len({*run}) < len(run) for run in runs)
    ):
        return {}
    numbered = all(any(any(map(str.isdigit, column[at])) for column in texts) for at in heads)
    return parts if numbered and all(2 * often[name] > held for name in parts.values()) else {}


def sums_of_rows(
    names: Sequence[str], depths: Sequence[int], values: Array, halves: Array
) -> tuple[dict[int, tuple[int, ...]], set[int], dict[int, int]]:
    """Find rows that are totals, by their numbers, names and indentation.

    Returns
    -------
    sums : dict
        Row -> rows of its parts, as :func:`named_totals` returns them.
    known : set
        Those of them that add up.
    parts : dict
        Row -> that of which it is a part, "of which": it is in no sum.
    """
    parts, heads = levels_by_indent(names, depths, values, halves)
    rest = [i for i in range(len(names)) if i not in parts]
    place = {row: at for at, row in enumerate(rest)}
    below = {place[row]: tuple(place[part] for part in leaves) for row, leaves in heads.items()}
    names, values, halves = [names[i] for i in rest], values[rest], halves[rest]
    some = np.unique(np.linspace(0, values.shape[1] - 1, _SUMMED).astype(int))  # many years say the same
    sums = dict(find_totals(values[:, some], halves[:, some]))
    sums = {row: tuple(dict.fromkeys(leaf for part in own for leaf in below.get(part, (part,))))
            for row, own in sums.items()} | below  # fmt: skip
    sums |= _within_total(names, values[:, some], halves[:, some], sums)
    known = {rest[row] for row in sums}
    sums |= named_totals(names, values, halves, sums)
    return {rest[row]: tuple(rest[part] for part in own) for row, own in sums.items()}, known, parts


def _within_total(
    names: Sequence[str], values: Array, halves: Array, known: Mapping[int, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """Find subtotals that are likely only together, where the first or last row sums up all others without them."""
    inside = {part for parts in known.values() for part in parts}
    left = [i for i in range(len(names)) if i not in inside and np.isfinite(values[i]).any()]
    for total in {left[0], left[-1]} - known.keys() if len(left) > FEWEST_PARTS else ():
        enough = _SAID if says_total(names[total]) or is_country(names[total]) else _SURE
        own, half = values[left], halves[left]
        found = sums_within_total(own, half, _spread(own), left.index(total), enough=enough)
        if found and known.keys().isdisjoint(left[row] for row in found):
            return {
                left[row]: tuple(leaf for part in parts for leaf in known.get(left[part], (left[part],)))
                for row, parts in found.items()
            }
    return {}


def with_halves(cells: Sequence[Sequence[float | None]]) -> tuple[Array, Array]:
    """Return figures, and half a unit of the last digit of their columns."""
    values = np.array(cells, dtype=float)
    places = [
        max((_decimals(v) for row in cells if (v := row[at]) is not None), default=0) for at in range(len(cells[0]))
    ]
    return values, np.broadcast_to(0.5 * 10.0 ** -np.array(places, dtype=float), values.shape)


def figures(block: Block) -> list[list[float | None]]:
    """Return the figures of a block, read as they are written all together, or each alone where that does not tell."""
    cells = [[row[at] if at < len(row) else None for at in block.value_at] for _, row in block.rows]
    filled = (cell for row in cells for cell in row if isinstance(cell, str) and is_number(cell))
    texts = [(cell_text(cell), Problem("", "")) for cell in filled]
    notation, unclear = detect_notation(texts)
    return [[cell_value(cell, None if unclear else notation) for cell in row] for row in cells]


def wholes_of_parts(block: Block, groups: Sequence[Sequence[int]], at: int) -> list[int | None]:
    """Return, for the rows of each region, the one of all of it among those of parts that column `at` names, or None.

    A word for totals tells it, or no label, or that it is the sum of the others; of one that words and sums tell
    otherwise nothing is sure. A part may bear the name of its region: there, and without a word, sums alone tell,
    where most regions have one.
    """
    summed = sums_within(block, groups)
    mostly = 4 * sum(len(each) == 1 for each in summed) >= 3 * len(groups)
    found: list[int | None] = []
    for rows, sums in zip(groups, summed, strict=True):
        own = {*loose_words(block.text(block.rows[rows[0]][1], block.key or 0))}
        labels = [block.text(block.rows[row][1], at) for row in rows]
        rests = [" ".join(word for word in loose_words(label) if word not in own) for label in labels]
        said = [
            row
            for row, label, rest in zip(rows, labels, rests, strict=True)
            if not label or (rest and says_only_total(rest))
        ]
        told = [row for row in said if row in sums] if said and sums else said or (sums if mostly else [])
        found.append(told[0] if len(told) == 1 else None)
    return found


def sums_within(block: Block, groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return, of the rows of each region, those whose figures are the sums of at least two others."""
    cells = figures(block)
    return [[row for row in rows if _is_sum_of(row, rows, cells)] for rows in groups]


def _is_sum_of(row: int, rows: Sequence[int], cells: Sequence[Sequence[float | None]]) -> bool:
    """Tell whether figures of a row, as they are rounded, are the sums of those of at least two others."""
    for own, *others in zip(cells[row], *(cells[each] for each in rows if each != row), strict=True):
        given = [each for each in others if each]
        if own is not None and len(given) > 1:
            step = 10.0 ** -max(len(repr(each).partition(".")[2].removesuffix("0")) for each in (own, *given))
            if own > max(given) and abs(own - sum(given)) <= step * (1e-6 + (len(given) + 1) / 2 * (step < 1)):
                return True
    return False


def _by_region(
    block: Block, names: Sequence[str], figures: Sequence[list[float | None]], headers: Sequence[str]
) -> tuple[list[list[float | None]], list[str]]:
    """Return the figures of a long table, a row for each region, and their headers; what stands twice is none."""
    assert block.key is not None
    beside = [at for at in (block.year_column, *block.indicator) if at is not None]
    found: dict[tuple[str, ...], dict[str, list[float | None]]] = {}
    for (_, row), cells in zip(block.rows, figures, strict=True):
        of_kind = found.setdefault(tuple(block.text(row, at) for at in beside), {})
        name = block.text(row, block.key)
        of_kind[name] = [None] * len(cells) if name in of_kind else cells
    gap: list[float | None] = [None] * len(block.value_at)
    rows = [[value for of_kind in found.values() for value in of_kind.get(name, gap)] for name in names]
    return rows, [", ".join(filter(None, (*kind, header))) for kind in found for header in headers]


def seeming_totals(names: Sequence[str], totals: Container[str], block: Block | None = None) -> list[Reason]:
    """Tell of the few rows that would be totals by name, and were not taken for such.

    One that bears the name of a country and may as well be a region is told only where figures show a mean.
    """
    found = [name for name in names if name not in totals]
    said = [name for name in found if says_total(bare_name(name))]
    told = (
        [Reason(_COUNTED, {"names": listed(said, write=quoted)})] if 0 < len(said) <= max(1, 0.1 * len(names)) else []
    )
    if wholes := _of_another_kind(found):
        told.append(Reason(_ANOTHER_KIND, {"names": listed(wholes, limit=8, write=quoted)}))
    countries = [name for name in found if is_country(bare_name(name))]
    few = 0 < len(countries) <= max(1, 0.2 * len(names))
    # A word for the country that regions bear, too, is that of one between the others: "Union" is a county.
    whole = [each for each in countries if is_country_word(bare_name(each)) and not borne_by_region(bare_name(each))]
    countries = [each for each in countries if each in (names[0], names[-1], *whole)]
    if few and len(countries) == 1 and len(names) > 2:
        word = is_country_word(bare_name(countries[0])) and _apart(names, names.index(countries[0]))
        if borne_by_region(bare_name(countries[0])) and not word:
            if block is None:
                return told
            at, cells, _ = figures_by_name(block)
            rest = [i for i, name in enumerate(at) if name in found and name != countries[0]]
            if not (rest and lies_between(np.array(cells, dtype=float), at.index(countries[0]), rest)):
                return told  # no mean of theirs
        told.append(Reason(_A_COUNTRY, {"name": quoted(countries[0][:60])}))
    return told


def _of_another_kind(names: Sequence[str]) -> list[str]:
    """Return the few rows whose names say that they are provinces or the like, where those of the others do not.

    There are three of one kind at least, and twice as many others.
    """
    kinds = {name: GENERIC.intersection(loose_words(bare_name(name))) for name in names}
    several = [
        kind for kind, count in Counter(kind for own in kinds.values() for kind in own).items() if count >= _ALIKE
    ]
    found = [name for name, own in kinds.items() if not own.isdisjoint(several)]
    others = [name for name, own in kinds.items() if not own]
    return found if len(others) >= 2 * len(found) and len(others) + len(found) > 0.9 * len(kinds) else []


def _decimals(value: float) -> int:
    """Count the decimals of a number as it is written."""
    return len(repr(value).partition(".")[2].rstrip("0"))


def outside_order(block: Block, rows: Sequence[int]) -> int | None:
    """Return the one of several rows of one name that is outside the order of the others, as that of the whole is.

    The others are in the order of the alphabet; or it is the first or last one, bears the name of a country and is not
    the least: a mean or a sum.
    """
    names = [bare_name(block.text(row, block.key or 0)).casefold() for _, row in block.rows]
    left = {i: names[:i] + names[i + 1 :] for i in rows}
    alone = [i for i in rows if left[i] == sorted(left[i])]
    if not alone and is_country(names[rows[0]]):
        values = np.array(figures(block), dtype=float)
        ends = [i for i in rows if i in (0, len(names) - 1)]
        alone = [i for i in ends if (values[i] > np.fmin.reduce(np.delete(values, i, axis=0), axis=0)).all()]
        alone = alone if len(ends) == 1 else []
    return alone[0] if len(alone) == 1 else None
