"""Total rows: rows that are the sum of others, by what they add up to or say; two rows of a region; rows left over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import DataError, listed, message, plain, quoted, remedy, shown
from growthpoles.regions.key_matching import SUM
from growthpoles.regions.name_matching import NameIndex, is_country, is_dependency, says_only_total, says_total
from growthpoles.study.files.cell_grids import Grid
from growthpoles.study.files.number_notation import cell_value, detect_notation, is_number
from growthpoles.study.files.printed_labels import bare_name
from growthpoles.study.files.problems import Problem
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.table_blocks import Block, hits_of, is_counting, kind_of, labels_beside, same_heads

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: Log odds, row of the total, rows of its parts.
_Hit = tuple[float, int, tuple[int, ...]]
_MOST_SUMMED = 2000  # rows among which sums are looked for
_SUMMED = 60  # columns of figures that tell them
FEWEST_PARTS = 2
_FEWEST_SUMMED = 4  # parts whose mean is not within a factor of two of their sum
_COLUMNS = 2
#: Log odds of a total on its own, and of one within another.
_SURE, _LIKELY = float(np.log(1e6)), float(np.log(1e2))
_ANEW = 0.01
COUNTRY_MEAN = "a country between the values of the others, like a total of rates; an alias of itself keeps it"
_RARE = 0.02  # chance that a slip by a power of ten explains a total that is none
_CODED = re.compile(r"[(\[]?\d[\w.]*[)\]]?\W")
#: Sum of the log odds of several totals, none of them sure, that are believed together.
_TOGETHER = 1.5 * _SURE


@np.errstate(over="ignore", invalid="ignore")  # figures near the largest number: their sums meet nothing
def find_totals(values: Array, halves: Array) -> list[tuple[int, tuple[int, ...]]]:
    """Find rows that are the sum of rows next to them, above or below, in two columns at least; totals of totals too.

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
    a million to one, after all rows and columns that could have met: only the first or last can be that of all others.
    Subtotals and lone rows under a heading of their own need a hundred to one within a total that has it. A gap counts
    as nothing where the sum holds with it, and is unknown otherwise.
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
    # What is less than sure and in no total was chance, unless there is too much of it.
    while loose := [row for row in left if row in sums and (sums[row][1] < _SURE or len(sums[row][0]) < FEWEST_PARTS)]:
        several = [row for row in loose if len(sums[row][0]) >= FEWEST_PARTS]
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
    says nothing else, or only the name of a country, and lies between the others.
    """
    if len(known) == len(names):
        return {}
    said = [i for i, name in enumerate(names) if i not in known and says_total(name)]
    ends = [i for i in dict.fromkeys((0, len(names) - 1)) if i not in known and i not in said]
    countries = {i for i in ends if is_country(names[i]) and sum(map(is_country, names)) <= max(1, 0.2 * len(names))}
    totals = {*known, *said, *countries}
    rest = [i for i in range(len(names)) if i not in totals]
    found = {}
    for row in (*said, *sorted(countries)):
        before = [i for i in rest if max((t for t in totals if t < row), default=-1) < i < row]
        behind = [i for i in rest if row < i < min((t for t in totals if t > row), default=len(names))]
        fits: list[tuple[int, int, int, tuple[int, ...]]] = []
        for parts in (tuple(part) for part in (rest, before, behind) if len(part) >= FEWEST_PARTS):
            holds, near, slip = _meets(values, halves, row, parts)
            fits.append((int((holds | slip).sum()), int(near.sum()), len(parts), parts))
        best = max(fits, default=(0, 0, 0, ()))
        if best[0] or (row in said and best[1]):
            found[row] = best[3]
            if inner := _subtotal(values, halves, row, best[3]):
                found[row] = tuple(part for part in best[3] if part != inner[0])
                found[inner[0]] = inner[1]
        elif (row in said and _is_mean(names, values, row, rest)) or (
            row in countries
            and not (known or said)
            and sum(map(is_country, names)) == 1
            and not is_dependency(names[row])
            and len(rest) >= _FEWEST_SUMMED
            and _between(values, row, rest)
            and _apart(names, row)
        ):
            found[row] = ()
    return found


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
def _meets(values: Array, halves: Array, row: int, parts: Sequence[int]) -> tuple[Flags, Flags, Flags]:
    """Return in which columns a row is the sum of others, near it (factor of two), or the sum but for a slip."""
    at = list(parts)
    own, total = values[row], np.nansum(values[at], axis=0)
    holds, there, slack = sum_holds(values, halves, row, parts)
    near = there & (np.sign(total) == np.sign(own))
    near &= (np.abs(total) / 2 < np.abs(own)) & (np.abs(own) / 2 < np.abs(total))
    slip = there & ~holds & np.array([slips(*one) for one in zip(own, values[at].T, slack, strict=True)], dtype=bool)
    return holds, near, slip


def sum_holds(values: Array, halves: Array, row: int, parts: Sequence[int]) -> tuple[Flags, Flags, Array]:
    """Return in which columns a row is the sum of others, in which there is one to meet, and what rounding can do."""
    at = list(parts)
    own, total = values[row], np.nansum(values[at], axis=0)
    there = np.isfinite(own) & np.isfinite(values[at]).any(axis=0) & (own != 0)
    slack = np.nansum(halves[at], axis=0) + np.nan_to_num(halves[row]) + 1e-9 * np.abs(own)
    return there & (np.abs(own - total) <= slack), there, slack


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
    return row in (0, len(names) - 1) and says_only_total(names[row]) and _between(values, row, rest)


def _between(values: Array, row: int, rest: Sequence[int]) -> bool:
    """Tell whether a row lies between others in all columns, as a mean does."""
    said, below = values[row], values[list(rest)]
    known = np.isfinite(said) & np.isfinite(below).any(axis=0)
    inside = (np.nanmin(below[:, known], axis=0) <= said[known]) & (said[known] <= np.nanmax(below[:, known], axis=0))
    return bool(known.any() and inside.all())


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
            enough = np.flatnonzero(inside & (fits.sum(axis=1) >= _COLUMNS))
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


def totals_of(block: Block) -> dict[str, str]:
    """Return the rows that are totals by what they add up to or say: name and reason; of a long table, the regions."""
    assert block.key is not None
    says = SUM, "it says that it is a total"
    written = [block.text(row, block.key) for _, row in block.rows]
    names = list(dict.fromkeys(filter(None, written))) if len(set(written)) < len(written) else written
    if not 4 <= len(names) <= _MOST_SUMMED or not block.value_at:
        return {name: says[True] for name in names if written.count(name) > 1 and says_total(bare_name(name))}
    cells = _figures(block)
    headers = [" ".join(block.paths[at]) for at in block.value_at]
    if names is not written:
        cells, headers = _by_region(block, names, cells, headers)
    values = np.array(cells, dtype=float)
    places = [
        max((_decimals(v) for row in cells if (v := row[at]) is not None), default=0) for at in range(len(cells[0]))
    ]
    halves = np.broadcast_to(0.5 * 10.0 ** -np.array(places, dtype=float), values.shape)
    some = np.unique(np.linspace(0, values.shape[1] - 1, _SUMMED).astype(int))  # many years say the same
    sums = dict(find_totals(values[:, some], halves[:, some]))
    bare = list(map(bare_name, names))
    sums |= named_totals(bare, values, halves, sums)
    told = {}
    for row in sorted(sums):
        told[names[row]] = says[says_total(bare[row])]
        if not says_total(bare[row]) and not sums[row]:
            told[names[row]] = COUNTRY_MEAN
        if off := [headers[at] for at in missed_columns(values, halves, row, sums[row])]:
            told[names[row]] += f", but does not add up in {listed(off, write=quoted)}"
    return {name: reason for name, reason in told.items() if name}


def _figures(block: Block) -> list[list[float | None]]:
    """Return the figures of a block, read as they are written all together, or each alone where that does not tell."""
    cells = [[row[at] if at < len(row) else None for at in block.value_at] for _, row in block.rows]
    filled = (cell for row in cells for cell in row if isinstance(cell, str) and is_number(cell))
    texts = [(cell_text(cell), Problem("", "")) for cell in filled]
    notation, unclear = detect_notation(texts)
    return [[cell_value(cell, None if unclear else notation) for cell in row] for row in cells]


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


def seeming_totals(names: Sequence[str], totals: Container[str]) -> list[str]:
    """Tell of the few rows that would be totals by name, and were not taken for such."""
    found = [name for name in names if name not in totals]
    said = [name for name in found if says_total(bare_name(name))]
    told = [f"{listed(said, write=quoted)} would be a total by name, and is no sum of the others; listed in ignore "
            "it is left out"] if 0 < len(said) <= 0.1 * len(names) else []  # fmt: skip
    countries = [name for name in found if is_country(bare_name(name))]
    if len(countries) == 1 and len(names) > 2 and countries[0] in (names[0], names[-1]):
        told.append(f"{quoted(countries[0][:60])} is the name of a country, and no sum of the other rows: it is "
                    "counted as a region, unless ignore says that it is none")  # fmt: skip
    return told


def _decimals(value: float) -> int:
    """Count the decimals of a number as it is written."""
    return len(repr(value).partition(".")[2].rstrip("0"))


class Namesakes(NamedTuple):
    """Names in one table that are one region, and have rows for the same year: one of them at most is right."""

    code: str
    names: list[str]
    others: list[str]


def namesakes(block: Block) -> list[Namesakes]:
    """Return the rows of one region under several names; `others` are all but the one marked as most regions are."""
    codes: dict[str, str] = block.match.codes
    owners: dict[str, dict[str, None]] = {}
    at = [*block.indicator, *([] if block.year_column is None else [block.year_column])]
    first: dict[tuple[str, ...], str] = {}
    for _, row in block.rows:
        name = block.text(row, block.key or 0)
        if (code := codes.get(name)) is None:
            continue
        before = first.setdefault((code, *(block.text(row, i) for i in at)), name)
        if before != name:
            owners.setdefault(code, {}).update({before: None, name: None})
    marks = {name: (name.removeprefix(bare_name(name)), name.isupper()) for name in codes}
    usual = Counter(marks.values())
    told = []
    for code, names in owners.items():
        own = max(names, key=lambda name: usual[marks[name]])
        told.append(Namesakes(code, [*names], [name for name in names if name != own]))
    return told


def fits_none(name: str, parts: Mapping[str, str]) -> str:
    """Say that a row fits no region, and of which it may be a part."""
    told = f"{shown(name)} fits no region"
    return f"{told}, and may be a part of {plain(parts[name])}" if name in parts else told


def share_totals(blocks: Sequence[Block]) -> None:
    """Take a row that is open in one table, and the sum of others in another one of the file, for no region in both."""
    sums = {name for block in blocks for name, why in block.match.outside.items() if why.startswith(SUM)}
    for block in blocks:
        for name in [name for name in block.match.open if name in sums]:
            del block.match.open[name]
            block.match.outside[name] = f"{SUM} in another table"


def of_smaller_regions(block: Block) -> str:
    """Say that rows are left though every region has its own, and are more than the regions."""
    rows = block.match.open
    problem = f"{listed(rows, limit=3, write=shown)} fit no region, though each of the regions has a row"
    return f"{problem}: the table may be one of other, smaller regions, some of which bear the same names"


def refuse_smaller_regions(blocks: Iterable[Block], where: str) -> None:
    """Refuse a table of which more rows are left than there are regions, all of which have a row."""
    if crowded := [block for block in blocks if block.match.crowd]:
        allowed = remedy("boundaries of those regions, or {ignore} where all other rows are none", ignore='["*"]')
        raise DataError(message(of_smaller_regions(crowded[0]), where=where, allowed=allowed))


def largest_numbers(block: Block) -> dict[str, float]:
    """Return the largest number in the rows of every name."""
    largest: dict[str, float] = {}
    for (_, row), cells in zip(block.rows, _figures(block), strict=True):
        name = block.text(row, block.key or 0)
        largest[name] = max([largest.get(name, 0.0), *(abs(cell) for cell in cells if cell is not None)])
    return largest


def odd_rows(block: Block, index: NameIndex) -> dict[str, str]:
    """Return the names of rows whose code, in a column where every region has one of its own, is empty or unlike."""
    assert block.key is not None
    found: dict[str, str] = {}
    rows = [(block.text(row, block.key), row) for _, row in block.rows]
    known = [(name, row) for name, row in rows if hits_of(index, name)]
    regions = {name for name, _ in known}
    if not {name for name, _ in rows} - regions:
        return {}
    if 5 * sum(any(is_country(bare_name(text)) for text in labels_beside(block, row)) for _, row in known) < len(known):
        for name, row in rows:
            hits = [text for text in labels_beside(block, row) if is_country(bare_name(text))]
            if hits and name not in regions and not hits_of(index, hits[0]):
                found[name] = f"{hits[0]} beside it is the name of a country"
    for at in range(len(block.paths)):
        codes = {name: block.text(row, at) for name, row in known}
        if at == block.key or at in block.value_at or len(codes) < 4 or len(set(codes.values())) < len(codes):
            continue
        shapes = {re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "0", code)) for code in codes.values()}
        measured = all(is_number(code) and re.search(r"[.,]\d", code) for code in codes.values())
        if len(shapes) > 3 or "" in shapes or measured:
            continue
        for name, row in rows:
            code = block.text(row, at)
            if name not in (code, *regions) and re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "0", code)) not in shapes:
                found[name] = (
                    f"{shown(code) if code else 'nothing'} in {shown(block.names[at])}, where every region has a code"
                )
    return found


def unread_rows(grid: Grid, blocks: Sequence[Block], at: str) -> list[str]:
    """List the rows that hold several numbers and are in no table."""
    read = {number for block in blocks for number in (*block.header, *(n for n, _ in block.rows))}
    below = max((block.last for block in blocks), default=0)
    valued = {
        at
        for block in blocks
        for at in range(len(block.paths))
        if 2 * sum(kind_of(row[at]) in "ny" for _, row in block.rows if at < len(row)) > len(block.rows)
    }
    rows = [
        number
        for number, row in grid.rows
        if number not in read and number not in grid.hidden and not is_counting(row)
        and (sum(kind_of(cell) == "n" for cell in row) > 1 or (number > below and set() < _unnamed(row) <= valued))
    ]  # fmt: skip
    if not blocks or not rows:
        return []
    one = len(rows) == 1
    told = (
        f"{grid.unit} {rows[0]} holds numbers and is"
        if one
        else f"{grid.unit}s {listed(rows, limit=8)} hold numbers and are"
    )
    return [f"{at}: {told} in no table"]


def _unnamed(row: Sequence[object]) -> set[int]:
    """Return the filled columns of a row where all of them hold numbers, as of a total without a name."""
    filled = {at for at, cell in enumerate(row) if cell_text(cell)}
    return filled if all(is_number(row[at]) for at in filled) else set()


def continues(block: Block, before: Block) -> bool:
    """Tell whether a table goes on with other regions below the same header: on another page or sheet, or beside."""
    same = block.grid.path == before.grid.path and not block.indicator and not before.indicator
    shapes = [[(each.labels.get(at), year) for at, year in each.value_at.items()] for each in (block, before)]
    if same_heads(block, before):
        shapes = [[], []]
    mine, theirs = set(block.match.codes.values()), set(before.match.codes.values())
    return same and shapes[0] == shapes[1] and block.years == before.years and bool(mine) and not mine & theirs


def goes_on(block: Block, before: Block) -> bool:
    """Tell whether a table with its indicators down goes on below a repeated header: no row comes twice."""
    if not before.indicator or block.indicator != before.indicator or not same_heads(block, before):
        return False

    def told(each: Block) -> set[tuple[str, ...]]:
        at = [each.key or 0, *each.indicator, *([] if each.year_column is None else [each.year_column])]
        return {tuple(each.text(row, i) for i in at) for _, row in each.rows}

    return not told(block) & told(before)
