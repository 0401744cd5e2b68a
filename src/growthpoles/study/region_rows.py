"""Region rows: which rows of a table are regions, which are not; what is told of those left over or named twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np

from growthpoles.errors import DataError, Reason, listed, message, plain, quoted, shown
from growthpoles.language.languages import alternatives
from growthpoles.regions.code_matching import code_endings, counts, key_of
from growthpoles.regions.key_matching import PART, SUM, match_keys
from growthpoles.regions.name_matching import NameIndex, is_country, loose_words, says_total
from growthpoles.regions.row_levels import (
    COUNTED,
    LEFT_OVER,
    KeyMatch,
    RowSigns,
    indents,
    levels_by_depth,
    levels_by_rates,
    levels_by_sums,
    sum_holds,
)
from growthpoles.study.files.cell_grids import Grid
from growthpoles.study.files.number_notation import is_number
from growthpoles.study.files.printed_labels import bare_name, years_in
from growthpoles.study.files.problems import KEY_TAKEN
from growthpoles.study.files.table_files import JOINT, carried_down, cell_text, joint_keys
from growthpoles.study.guess_columns import region_column
from growthpoles.study.repeated_regions import parts_of_regions, rows_of_one_name, totals_of_regions
from growthpoles.study.table_blocks import (
    MOST_ACROSS,
    Block,
    counted_from,
    fill_down,
    hits_of,
    is_counting,
    kind_of,
    labels_beside,
    split_halves,
)
from growthpoles.study.table_totals import (
    MOST_SUMMED,
    figures,
    figures_by_name,
    lies_between,
    seeming_totals,
    totals_of,
    wholes_of_parts,
    with_halves,
)

_AS_SHARE = 1.5
_PERCENT = re.compile(rf"(?!.*‰)(?:.*(?:{alternatives('no_amount_percentage')}))", flags=re.IGNORECASE)
_FEW = 2  # numbers that tell nothing
_IGNORED = "{text} was taken for no region, and is ignored (listed in ignore)"
_NOT_FOUND = "ignore: {text} fits no row of {file}, and nothing is ignored by it"
_HEADINGS = "{names} may be totals of the rows below them, between whose values they lie: each is counted as a region"
_NAMED = 12  # regions that one message lists


def leave_rows_out(block: Block, index: NameIndex | None, ignore: Container[str]) -> list[tuple[int, list[object]]]:
    """Leave out the rows that `ignore` names by their number, and, of two of one name, that of the other level.

    Those of another level are returned, called by their number: sums of rows may hold them.
    """

    def called(each: tuple[int, list[object]]) -> str:
        return f"{block.grid.unit} {each[0]}: {block.text(each[1], block.key or 0)}"

    if ignore:
        block.apart |= {name: "listed in ignore" for name in map(called, block.rows) if name in ignore}
        block.rows = [each for each in block.rows if called(each) not in block.apart]
    at, repeated = parts_of_regions(block)
    told = f"{shown(block.names[at])} names parts of a region, which has a row of its own beside them"
    for rows, whole in zip(repeated, wholes_of_parts(block, repeated, at), strict=True):
        block.apart |= {called(block.rows[i]): told for i in rows if whole not in (None, i)}
    if index is not None and not block.totals:
        block.totals = totals_of_regions(block, ignore, lambda name: bool(hits_of(index, name)))
        names = [block.text(row, block.key or 0) for _, row in block.rows]
        of_name, count = dict(zip(names, figures(block) if block.totals else (), strict=False)), Counter(names)
        for total, region in block.totals.items():
            # A lone part of other figures is a doubt.
            if count[region] > 1 or of_name[region] == of_name[total]:
                own = (each for each, name in zip(block.rows, names, strict=True) if name == region)
                block.apart |= dict.fromkeys(map(called, own), told)
    block.rows = [each for each in block.rows if called(each) not in block.apart]
    levels = {}
    if index is not None and block.value_at:
        levels = rows_of_other_level(block, lambda name: len(hits_of(index, name)) == 1)
    for at, (taken, part) in levels.items():
        is_a = "that of a larger region" if part else "that of a part of the region"
        told = f"it is {is_a}, whose row of that name is {block.grid.unit} {block.rows[taken][0]}"
        block.apart[called(block.rows[at])] = told
    other = [(n, [*row]) for n, row in (block.rows[at] for at in levels)]
    block.rows = [each for each in block.rows if called(each) not in block.apart]
    for each in other:
        each[1][block.key or 0] = called(each)
    return other


def rows_of_other_level(block: Block, is_region: Callable[[str], bool]) -> dict[int, tuple[int, bool]]:
    """Find the rows of the other level where a region and a part of it are spelled alike, as far as that is certain.

    Of two such rows, one is the sum of those below it, the other among them (or above), or set in otherwise; of rates,
    it lies between them, as all do. The boundaries name most rows of its level and few of the other, or the reverse.

    Returns
    -------
    dict of int to (int, bool)
        Place of the row, that of the region, and whether the region is the part.
    """
    alike, names = rows_of_one_name(block), [block.text(row, block.key or 0) for _, row in block.rows]
    if 4 * len(alike) > len({*names}) or not any(map(is_region, alike)):
        return {}  # a long table, whose rows other columns tell apart
    known = dict[str, bool]()
    beside = [at for at in (block.year_column, *block.indicator) if at is not None]
    told: dict[int, tuple[int, bool]] = {}
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, (_, row) in enumerate(block.rows):
        if names[i] and not says_total(bare_name(names[i])):
            groups.setdefault(tuple(block.text(row, at) for at in beside), []).append(i)
            known.setdefault(names[i], is_region(names[i]))
    cells = figures(block)
    for rows in (each for each in groups.values() if len(each) <= MOST_SUMMED):
        own = [names[i] for i in rows]
        place = {row: at for at, row in enumerate(rows)}
        twins = [(place[a], place[b]) for name in alike if known.get(name)
                 for a, *more in alike[name] if a in place for b in more if len(more) == 1]  # fmt: skip
        if twins and 4 * len(twins) <= len(own):
            values, halves = with_halves([cells[i] for i in rows])
            hits, depths = [known[n] for n in own], indents(block.rows[i][1][block.key or 0] for i in rows)
            levels = levels_by_sums(own, hits, values, halves, twins) or levels_by_depth(own, hits, depths, twins)
            levels = levels or levels_by_rates(own, hits, values, halves, twins)
            told |= {rows[out]: (rows[taken], part) for out, (taken, part) in levels.items()}
    return told


def without_rows(grids: Sequence[Grid], ignore: Collection[str], path: Path) -> tuple[list[Grid], list[Reason]]:
    """Take rows off sheets that are no regions, by their first cell or word, or with their number, and say so."""
    if "*" in ignore:
        problem = "ignore: '*' means all rows that fit no region of boundaries, of which an audit knows none"
        raise DataError(message(problem, where=str(path), allowed="the rows by their names"))
    left, borne = [], set[str]()
    for grid in grids:
        rows = []
        for number, row in grid.rows:
            texts = [text for text in map(cell_text, row) if text]
            own = {*texts[:1], *[text for text in texts if kind_of(text) == "t"][:1]}
            names = (own | {f"{grid.unit} {number}: {name}" for name in own}).intersection(ignore)
            borne |= names
            rows += [] if names else [(number, row)]
        left.append(replace(grid, rows=rows))
    told = {name: _IGNORED if name in borne else _NOT_FOUND for name in dict.fromkeys(ignore)}
    return left, [Reason(why, {"text": quoted(name), "file": path.name}) for name, why in told.items()]


def set_below(block: Block) -> tuple[Block, dict[tuple[int, int], tuple[int, int]]]:
    """Put regions that go on in columns to the right below one another, and say of which line and column a cell is."""
    halves = split_halves(block)
    if len(halves) == 1:
        return block, {}
    rows: list[tuple[int, list[object]]] = []
    origin: dict[tuple[int, int], tuple[int, int]] = {}
    for half in halves:
        columns = [at for at, path in enumerate(half.paths) if path]
        for line, row in half.rows:
            rows.append((len(rows) + 1, [row[at] if at < len(row) else "" for at in columns]))
            origin |= {(len(rows), place): (line, at + 1) for place, at in enumerate(columns)}
    paths = [path for path in halves[0].paths if path]
    names = [" | ".join(path) for path in paths]
    return Block(block.grid, block.header, 1, len(rows), block.titles, paths, names, rows), origin


def settle_rows(
    block: Block, index: NameIndex | None, parents: Iterable[str], ignore: Container[str],
    other: Sequence[tuple[int, list[object]]] = (),
) -> None:  # fmt: skip
    """Match all names together, and find the rows that are no regions, of which some `other` ones are left out.

    Rows of the totals of regions are matched as their regions are called.
    """
    key, rows = block.key or 0, block.rows
    names = [block.text(row, key) for _, row in rows]
    block.rows = [(n, [*row[:key], block.totals[name], *row[key + 1 :]] if name in block.totals else row)
                  for name, (n, row) in zip(names, rows, strict=True)]  # fmt: skip
    _settle_named(block, index, parents, ignore, other)
    block.rows = rows
    for name, region in block.totals.items():
        if code := block.match.codes.get(region):
            block.match.aliases[name] = code, "it is the total of its parts"
        for part in (block.match.found, block.match.aliases, block.match.outside, block.match.open):
            if region in part and part is not block.match.found and part is not block.match.aliases:
                part[name] = part[region]  # type: ignore[assignment]
            if region not in names:
                part.pop(region, None)


def _settle_named(
    block: Block, index: NameIndex | None, parents: Iterable[str], ignore: Container[str],
    other: Sequence[tuple[int, list[object]]] = (),
) -> None:  # fmt: skip
    """Match all names together, and find the rows that are no regions, of which some `other` ones are left out."""
    assert block.key is not None
    written = [block.text(row, block.key) for _, row in block.rows]
    ignored = {name: "listed in ignore" for name in written if name and name in ignore}
    names = [name for name in dict.fromkeys(written) if name and name not in ignored]
    spelled = {name: bare for name in names if (bare := bare_name(name)) != name and bare in set(names)}
    names = [name for name in names if name not in spelled]
    raw = {cell_text(row[block.key]): str(row[block.key]) for _, row in block.rows if block.key < len(row)}
    inset = dict(zip(raw, indents(raw.values()), strict=True))
    if index is None:
        block.match = KeyMatch(outside=(out := totals_of(block) | ignored), found={n: n for n in names if n not in out})
        left = [name for name in names if name not in out]
        told = [*seeming_totals(names, out, block), *_means_below(left, block)]
        block.doubts += (f"{each}, unless ignore says that it is none" for each in told)
        # A row that was told to be the sum of those set in below is no doubt.
        if heads := [a for a, b in pairwise(names) if inset[b] > inset[a] and not {a, b} & {*out}]:
            kept = "rows set in below may be parts, and nothing adds up to tell it: each is counted as a region"
            block.doubts.append(f"{listed(heads, limit=5, write=quoted)}: {kept}, unless ignore says that it is none")
        return
    empty = set(names) - {
        block.text(row, block.key)
        for _, row in block.rows
        if any(at < len(row) and is_number(row[at]) for at in block.value_at)
    }
    totals = totals_of(replace(block, rows=sorted([*block.rows, *other], key=lambda each: each[0])))
    signs = RowSigns(
        {name for name, why in totals.items() if why.startswith(SUM)}.intersection(names),
        empty,
        inset,
        odd_rows(block, index),
        largest_numbers(block),
    )
    block.match = match_keys(names, index, signs=signs, parents=parents, bare_name=bare_name)
    if parts := {name: PART for name in names if totals.get(name) == PART}:
        # The boundaries may be those of the parts: then more regions have a row with them.
        wholes = [name for name in names if name not in parts]
        without = match_keys(
            wholes, index, signs=signs.of({name: name for name in wholes}), parents=parents, bare_name=bare_name
        )
        if len({*without.codes.values()}) >= len({*block.match.codes.values()}):
            block.match = without
            block.match.outside |= parts
    _take_names_beside(block, index)
    _tell_counted_beside(block, [name for name in totals if totals[name] == SUM])
    for name, bare in spelled.items():
        for part in (block.match.found, block.match.aliases, block.match.outside, block.match.open):
            if bare in part:
                part[name] = part[bare]  # type: ignore[assignment]
    block.match.outside |= ignored
    if "*" in ignore:
        block.match.ignore_rest()
    labels = [labels_beside(block, row) for _, row in block.rows]
    beside = [texts for texts, name in zip(labels, written, strict=True) if not name]
    blank = [number for (number, _), name in zip(block.rows, written, strict=True) if not name]
    # A part may be called as its region is, where regions have rows of their own, with no part beside them.
    own = set() if any(labels[i] for i, name in enumerate(written) if name) else {*block.match.codes.values()}
    if blank and all(beside) and all(own.issuperset(hits_of(index, text)) for texts in beside for text in texts):
        block.match.outside[""] = f"{listed([texts[0] for texts in beside], limit=5)} beside it"
    elif blank:
        block.doubts.append(f"{block.grid.unit} {listed(blank, limit=5)}: numbers without a name of a region")


def _tell_counted_beside(block: Block, totals: Iterable[str]) -> None:
    """Say of rows left over that they are counted in a total beside the regions: none of them holds their numbers."""
    left = [name for name, why in block.match.outside.items() if why == LEFT_OVER]
    names, cells, _ = figures_by_name(block) if left else ([], [], [])
    held = [[at for at, name in enumerate(names) if name in each] for each in (block.match.codes, left)]
    for total in [name for name in totals if left and name in block.match.outside]:
        at, figures_of = names.index(total), with_halves(cells)
        alone, beside = (sum_holds(*figures_of, at, rows) for rows in (held[0], held[0] + held[1]))
        if beside[1].any() and (beside[0] | ~beside[1]).all() and not alone[0].any():
            block.match.outside |= dict.fromkeys(left, COUNTED)


def _take_names_beside(block: Block, index: NameIndex) -> None:
    """Take rows whose name fits no region for the one without a row that another column names, as it does in others."""
    match, key = block.match, block.key or 0
    for at in range(len(block.paths)) if match.open else ():
        if at in (key, block.year_column) or at in block.value_at or at in block.indicator:
            continue
        held: dict[str, set[str]] = {}
        for _, row in block.rows:
            held.setdefault(block.text(row, key), set()).update(hits_of(index, block.text(row, at))[:2])
        own = [held.get(name, set()) == {code} for name, code in match.codes.items() if held.get(name)]
        free = {code for code in index.names if code not in set(match.codes.values())}
        taken = {name: code for name in match.open for code in held.get(name, set()) & free if len(held[name]) == 1}
        if own and all(own) and len(set(taken.values())) == len(taken):
            match.aliases |= {name: (code, f"as {block.names[at]} says") for name, code in taken.items()}
            match.open = {name: near for name, near in match.open.items() if name not in taken}
            match.parts = {name: code for name, code in match.parts.items() if name not in taken}


def _means_below(found: Collection[str], block: Block) -> list[Reason]:
    """Tell of rows that stand above the others in groups and lie between those of their group, as rates do.

    A word of their names, or one that they lack, tells them from the others: "Región II" above departments.
    """
    if not block.value_at:
        return []
    at, cells, _ = figures_by_name(block)
    values = np.array(cells, dtype=float)
    rows = [row for row, name in enumerate(at) if name in found]
    worded = [frozenset(loose_words(bare_name(at[row]))) for row in rows]
    for word, n in Counter(each for held in worded for each in held).items():
        heads = [i for i, held in enumerate(worded) if (word in held) == (2 * n < len(rows))]
        if heads[:1] != [0]:
            continue
        groups = [rows[head:end] for head, end in zip(heads, [*heads[1:], len(rows)], strict=True)]
        several = sum(len(group) > 2 for group in groups) > 2
        if several and all(group[1:] and lies_between(values, group[0], group[1:]) for group in groups):
            names = listed([at[group[0]] for group in groups], limit=_NAMED, write=quoted)
            return [Reason(_HEADINGS, {"names": names})]
    return []


def fits_none(name: str, blocks: Iterable[Block]) -> str:
    """Say that a row fits no region, of which it may be a part, and which it may be, alone or together."""
    match = next(block.match for block in blocks if name in block.match.open)
    told = f"{shown(name)} fits no region"
    if name in match.joint:
        return f"{told}, and may be {listed([match.called[code] for code in match.joint[name]], limit=8)} together"
    if name in match.lacking:
        part = f"without {shown(match.lacking[name])}" if match.lacking[name] else "the rest"
        return f"{shown(name)} is a part of {plain(match.called[match.parts[name]])}, {part}"
    if name in match.parts:
        return f"{told}, and may be a part of {plain(match.called[match.parts[name]])}"
    if name in match.rivals and match.open[name] is None:
        return f"{told}, and may be {' or '.join(plain(match.called[code]) for code in match.rivals[name][:8])}"
    return told


def share_totals(blocks: Sequence[Block]) -> None:
    """Take a row that is open in one table, and the sum of others in another one of the file, for no region in both."""
    sums = {name for block in blocks for name, why in block.match.outside.items() if why.startswith(SUM)}
    for block in blocks:
        for name in [name for name in block.match.open if name in sums]:
            del block.match.open[name]
            block.match.outside[name] = f"{SUM} in another table"


def seeming_shares(block: Block) -> list[str]:
    """Tell of percentages that are hardly above 1, and of what a workbook may show as such in formats not seen."""
    words = (*block.labels.values(), *block.kinds.values(), *block.units.values())
    if not block.grid.unseen and not any(map(_PERCENT.search, words)):
        return []
    held: dict[str, list[float]] = {}
    signed: set[str] = set()
    for (number, row), cells in zip(block.rows, figures(block), strict=True):
        kind = " | ".join(block.text(row, at) for at in block.indicator)
        for at, cell in zip(block.value_at, cells, strict=True):
            name = block.kinds.get(kind, block.kinds.get(f"{kind} | {block.names[at]}", block.labels.get(at, "")))
            held.setdefault(name, []).extend([] if cell is None else [cell])
            signed |= {name} if (number, at) in block.grid.percent or "%" in block.text(row, at) else set()
    small = {
        name: min(values) >= 0 and max(values) <= 1 for name, values in held.items() if name not in signed
        and len(values) > _FEW and max(map(abs, values)) <= _AS_SHARE and any(v != round(v) for v in values)
    }  # fmt: skip
    said = [name for name in small if _PERCENT.search(f"{name} {block.units.get(name, '')}")]
    hidden = "the formats of cells are not seen in .xls and .xlsb; saved as .xlsx, percentages are read as shown"
    told = []
    if said:
        why = f"no number of a percentage is above {_AS_SHARE}; read as stored, and shares of 1 may be meant"
        told.append(f"{listed(said, limit=5, write=shown)}: {why}{f' ({hidden})' if block.grid.unseen else ''}")
    if block.grid.unseen and (others := [name for name in small if small[name] and name not in said]):
        told.append(f"{listed(others, limit=5, write=shown)}: numbers from 0 to 1 are read as stored ({hidden})")
    return told


def largest_numbers(block: Block) -> dict[str, float]:
    """Return the largest number in the rows of every name."""
    largest: dict[str, float] = {}
    for (_, row), cells in zip(block.rows, figures(block), strict=True):
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
        unlike: dict[bool, dict[str, str]] = {True: {}, False: {}}  # with a code, and without one
        for name, row in rows:
            code = block.text(row, at)
            if name not in (code, *regions) and re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "0", code)) not in shapes:
                unlike[bool(code)][name] = code
        for names in unlike.values():
            borne = listed([*names.values()], limit=3, write=shown) if any(names.values()) else "nothing"
            found |= dict.fromkeys(names, f"{borne} in {shown(block.names[at])}, where every region has a code")
    return found


def key_in(block: Block, name: str) -> str:
    """Return a name of a region as it is read out of its cell."""
    return key_of(name, block.match.pattern, block.match.width)


def stray_codes(block: Block) -> list[str]:
    """Return the codes of digits that fit no region: of those none is spelled like another."""
    return [name for name in block.match.open if key_in(block, name).isdecimal() and name not in block.match.outside]


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


def spelled_otherwise(
    block: Block, kinds: dict[int, Counter[str]], numeric: list[int], index: NameIndex
) -> list[tuple[tuple[float, ...], int, dict[str, str]]]:
    """Return the columns in which most regions are named in spellings or scripts that the boundaries lack."""
    found: list[tuple[tuple[float, ...], int, dict[str, str]]] = []
    for at in kinds:
        cells = [block.text(row, at) for _, row in block.rows]
        texts = [text for text in dict.fromkeys(cells) if text]
        if at == block.year_column or len(texts) < 2 or len(texts) > 3000:
            continue
        numbering = counts(cells) and any(n["t"] > len(cells) / 2 for n in kinds.values())  # of rows named beside it
        if at in numeric and (numbering or any(map(years_in, block.paths[at])) or not code_endings(texts, index)):
            continue
        codes = (match := match_keys(texts, index, bare_name=bare_name)).codes | match.heard
        units, sure = len({*codes.values()}.union(*match.joint.values())), len(set(match.codes.values()))
        if units >= 0.4 * min(len(texts), len(index.names)) and units > 1:
            half, told = (units + sure) / 2, sure / (len(index.names) + 1)  # proposed by sound alone it counts half
            blanks, unlike = -float(cells.count("")), -float(len(texts) - units)
            found.append(((half, told, blanks, unlike, 1.0, -float(at)), at, codes))
    return found


def take_key(block: Block, labels: Iterable[int]) -> None:
    """Take the column that names the regions where no boundaries tell, and say which others could serve."""
    cells = {at: [block.text(row, at) for _, row in block.rows] for at in labels}
    texts = {}
    for at, column in cells.items():
        found = list(filter(None, dict.fromkeys(column)))
        parts = sum(map(bool, map(block.part_of_year, found)))
        counted = len(found) > 2 and found == counted_from(1, found)
        if found and at != block.year_column and at not in block.series and not counted and 2 * parts <= len(found):
            texts[at] = column
    if texts:
        years = [] if block.year_column is None else [block.text(row, block.year_column) for _, row in block.rows]
        block.key, others = region_column(texts, {at: (block.paths[at] or [""])[-1] for at in texts}, years)
        if others:
            told = {"column": shown(block.names[block.key]), "others": listed([block.names[at] for at in others])}
            block.doubts.append(Reason(KEY_TAKEN, told))
        fill_key(block)


def fill_key(block: Block) -> None:
    """Fill the columns of regions and of years, whose empty cells mean the one above.

    A region's do where all rows without it name a part, and so do those that they follow: a row of the whole does not.
    """
    if block.year_column is not None:
        fill_down(block, block.year_column)
    if block.key is None:
        return
    bare = {i for i, (_, row) in enumerate(block.rows) if not block.text(row, block.key)}
    heads = {i - 1 for i in bare} - bare - {-1}
    wholes = carried_down(block.text(row, block.key) for _, row in block.rows)
    named = Counter(block.text(row, block.key) for i, (_, row) in enumerate(block.rows) if i not in bare)
    surely, of_all = False, set[int]()
    for at in set(range(len(block.paths))) - {block.key, block.year_column, *block.value_at, *block.undated}:
        texts = {i: block.text(block.rows[i][1], at) for i in bare | heads}
        first = max(named.values(), default=0) > 1 or all(texts[i] for i in heads)
        words = [text for text in texts.values() if text]
        own = {i for i, text in texts.items() if text == wholes[i]}  # a part called as its region, not always the first
        apart = all(text not in named or i in own for i, text in texts.items()) and not heads <= own
        apart = apart and not any(any(map(str.isdigit, text)) for text in words)
        if heads and first and apart and all(map(texts.get, bare)):
            totals = [block.rows[i][0] for i in bare if says_total(bare_name(texts[i]))]
            surely, of_all = True, of_all | set(totals if len(totals) == 1 else ())
    fill_down(block, block.key, of_all, surely=surely)


def take_empty_rows(block: Block, index: NameIndex | None) -> None:
    """Count rows that name a region and hold no number among the rows; cut off first and last ones without a name."""
    assert block.key is not None
    known = {block.text(row, block.key) for _, row in block.rows}
    for number, row in list(block.aside):
        name = block.text(row, block.key)
        if name and (name in known or (index is not None and len(hits_of(index, name)) == 1)):
            alone = sum(cell_text(cell) != "" for cell in row) == 1
            if not (alone and name in known):
                block.aside.remove((number, row))
                block.rows.append((number, row))
    block.rows.sort(key=lambda each: each[0])
    for end in (0, -1):
        while len(block.rows) > 2 and not block.text(block.rows[end][1], block.key):
            number, row = block.rows.pop(end)
            text = " ".join(filter(None, map(cell_text, row)))
            block.doubts.append(
                f"{block.grid.unit} {number} ({text[:60]}) names no region and is outside the rows taken"
            )
            block.first, block.last = (block.rows[0][0], block.last) if end == 0 else (block.first, block.rows[-1][0])


def joint_key(
    block: Block, kinds: dict[int, Counter[str]], index: NameIndex, most: int
) -> tuple[tuple[float, ...], int, dict[str, str]] | None:
    """Return two columns that name more regions together than any alone ("STATE", "COUNTY"), as one more column."""
    columns = [at for at in kinds if at != block.year_column and kinds[at][" "] < 0.5 * kinds[at].total()][:8]
    sample = block.rows[:: max(1, len(block.rows) // 60)]
    best: tuple[int, tuple[int, int], dict[str, str]] = (max(1, most), (0, 0), {})
    for pair in permutations(columns, 2):
        if sum(bool(hits_of(index, text)) for text in joint_keys(sample, pair) if text) < 0.4 * len(sample):
            continue
        texts = joint_keys(block.rows, pair)
        found = {text: hits[0] for text in dict.fromkeys(texts) if text and len(hits := hits_of(index, text)) == 1}
        if len(set(found.values())) > 1.2 * best[0]:
            best = len(set(found.values())), pair, found
    units, pair, found = best
    if not found:
        return None
    at = len(block.paths)
    for (_, row), text in zip(block.rows, joint_keys(block.rows, pair), strict=True):
        row += [*[""] * (at - len(row)), text]
    block.names.append(JOINT.join(block.names[each] for each in pair))
    block.paths.append([block.names[-1]])
    block.doubts.append(f"{listed([block.names[each] for each in pair])} name a region together")
    return (float(units),), at, found


def regions_across(grid: Grid, index: NameIndex) -> bool:
    """Tell whether half of the regions or more stand in one row, in any spelling, and no column names as many."""
    if len(grid.rows) > MOST_ACROSS:
        return False

    def named(cells: Iterable[object]) -> int:
        return len({hits[0] for cell in cells if isinstance(cell, str) and len(hits := hits_of(index, cell)) == 1})

    def spelled(cells: Iterable[object]) -> int:
        texts = [text for text in dict.fromkeys(map(cell_text, cells)) if kind_of(text) == "t"]
        if not fewest <= len(texts) <= MOST_ACROSS:
            return 0
        match = match_keys(texts, index, bare_name=bare_name)
        return len({*match.codes.values(), *match.heard.values()})

    rows = [row for _, row in grid.rows[:20]]
    columns = [[row[at] for _, row in grid.rows if at < len(row)] for at in range(8)]
    fewest = max(2, -(-len(index.names) // 2))
    for count in (named, spelled):  # names as the boundaries bear them tell at once
        most = max(map(count, rows), default=0)
        if most >= fewest or count is spelled:
            return most >= fewest and all(count(column) < most for column in columns)
    return False
