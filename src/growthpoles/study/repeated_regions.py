"""Repeated regions: those with several rows, of several names or of parts, which nothing tells apart; their refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from growthpoles.errors import DataError, Option, listed, message, plain, remedy, shown
from growthpoles.regions.joint_rows import what_is_left_out
from growthpoles.regions.name_matching import PLACES, cores, says_total, says_total_of
from growthpoles.regions.row_levels import (
    names_parts,
)
from growthpoles.study.files.printed_labels import bare_name
from growthpoles.study.files.problems import parts_told, sums_line
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.table_blocks import (
    Block,
)
from growthpoles.study.table_totals import (
    outside_order,
    sums_within,
)

_FEW = 2  # numbers that tell nothing
_NAMED = 12  # regions that one message lists
_PARTS_ALLOWED = (
    "boundaries of the parts, or one row for each region: counts add up, rates and means have another table"
)
_ADDED_UP = "; parts of one region are added up by a study (key correspondence of its [[tables]])"


def rows_of_one_name(block: Block) -> dict[str, list[list[int]]]:
    """Return the rows, by their places, that nothing tells from others of their name, and whose figures differ."""
    beside = [at for at in (block.key, block.year_column, *block.indicator) if at is not None]
    held, told = dict[tuple[str, ...], list[int]](), dict[str, list[list[int]]]()
    for i, (_, row) in enumerate(block.rows):
        held.setdefault(tuple(block.text(row, at) for at in beside), []).append(i)
    for (name, *_), rows in held.items():
        if name and len({tuple(block.text(block.rows[i][1], at) for at in block.value_at) for i in rows}) > 1:
            told.setdefault(name, []).append(rows)
    return told


def texts_in(block: Block, rows: Iterable[int], at: int) -> list[str]:
    """Return the texts of a column in the rows at some places."""
    return [block.text(block.rows[i][1], at) for i in rows]


def parts_of_regions(block: Block) -> tuple[int, list[list[int]]]:
    """Return the column that names the parts of regions in whose rows these are repeated or stand merged, and the rows.

    No year or indicator tells the rows of one region apart there, and many regions are repeated: no code is mistyped.
    """
    repeated = {name: [each for each in held if len(each) > 1] for name, held in rows_of_one_name(block).items()}
    rows = [each for held in repeated.values() for each in held]
    names = {name for _, row in block.rows if (name := block.text(row, block.key or 0)) and not says_total(name)}
    if block.indicator or 4 * sum(map(bool, repeated.values())) < max(len(names), 4 * _FEW):
        return 0, []
    taken = {block.key, block.year_column, block.flag_column, *block.value_at, *block.undated}
    for at in (at for at in range(len(block.paths)) if at not in taken):
        if names_parts({name: [texts_in(block, each, at) for each in held] for name, held in repeated.items()}):
            return at, rows
    return 0, []


def totals_of_regions(block: Block, ignore: Container[str], is_region: Callable[[str], bool]) -> dict[str, str]:
    """Return the rows such as "Total X" and the region X beside whose parts they stand, where most regions have one.

    Rows of X that name no part, or several of such a name for a year, leave it open which one is the region's.
    """
    at, repeated = parts_of_regions(block)
    rows, totals = dict[str, list[int]](), dict[str, list[int]]()
    for i, (_, row) in enumerate(block.rows) if repeated else ():
        if name := block.text(row, block.key or 0):
            (totals if says_total(name) and not is_region(name) else rows).setdefault(name, []).append(i)
    told = dict[str, str]()
    for region in (region for region, held in rows.items() if all(texts_in(block, held, at))):
        names = [name for name in totals if name not in ignore and says_total_of(name, region)]
        years = [texts_in(block, totals[name], block.year_column or 0) for name in names]
        if len(names) == 1 and len(years[0]) == (1 if block.year_column is None else len({*years[0]})):
            told |= {names[0]: "" if names[0] in told else region}
    parted = {name for held in repeated for name in texts_in(block, held[:1], block.key or 0)}
    enough = 4 * len(parted.intersection(told.values())) >= 3 * len(parted)
    return {name: region for name, region in told.items() if region and enough}


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


def rests_taken(block: Block, aliases: Container[str]) -> list[str]:
    """Say which rows stand for a region, as an alias says, though they name a part that they leave out."""
    told = {name: code for name, code in block.match.codes.items() if name in aliases and what_is_left_out(name)}
    stand = "stands for all of the region, as aliases say, though it leaves out a part"
    return [f"{shown(name)} ({plain(code)}) {stand}" for name, code in told.items()]


def of_smaller_regions(block: Block) -> str:
    """Say that rows are left though every region has its own, and are more than the regions."""
    problem = f"{listed(block.match.open, limit=3, write=shown)} fit no region, though each of the regions has a row"
    return f"{problem}: the table may be one of other, smaller regions, some of which bear the same names"


def refuse_smaller_regions(blocks: Iterable[Block], where: str) -> None:
    """Refuse a table of which more rows are left than there are regions, all of which have a row."""
    if crowded := [block for block in blocks if block.match.crowd]:
        allowed = remedy("boundaries of those regions, or {ignore} where all other rows are none", ignore='["*"]')
        raise DataError(message(of_smaller_regions(crowded[0]), where=where, allowed=allowed))


def line_of_sums(block: Block) -> str:
    """Return a line of Python that adds up the rows of each region and year, "" where that counts totals twice."""
    if any(says_total(part) for kind in block.kinds for part in kind.split(" | ")):
        return ""
    keys = [block.names[at] for at in (block.key, block.year_column) if at is not None]
    heads = {n: row for n, row in block.grid.rows if n in block.header}
    of_file = block.notation.decimal, block.notation.thousands or "", block.grid.encoding
    usual = (("decimal", "."), ("thousands", ""), ("encoding", "utf-8"))
    signs = {name: own for (name, each), own in zip(usual, of_file, strict=True) if own and own != each}
    return sums_line(block.grid.path, block.grid.sheet, keys, heads, signs)


def refuse_repeats(blocks: Sequence[Block], where: str, *, named: bool, aliases: Container[str] = ()) -> None:
    """Refuse regions of several names or rows that nothing tells apart, and say how the row that is not meant goes.

    If `named`, every name is a region of its own. Of names that are one region by `aliases`, these are doubted.
    """
    twins = [] if named else [each for block in blocks for each in namesakes(block)]
    told = [f"{' and '.join(map(shown, each))} are {'both' if len(each) == 2 else 'all'} {plain(code)}"
            for code, each, _ in twins]  # fmt: skip
    asked = [name for each in twins for name in each.names if name in aliases]
    ignored = [name for each in twins for name in each.others if {*each.names}.isdisjoint(asked)]
    instead, text = list[str](), "{ignore}, or another row of each that is no region"
    options = {"aliases": Option("aliases", repr(dict.fromkeys(asked, "KEY")))}
    if asked:
        text = f"{{aliases}} for what is another region{', and {ignore}' if ignored else ''}"
        words = {word for name in asked for word in cores(name)[0] - PLACES}  # another name is that of the region
        akin = [name for each in twins if {*each.names} & {*asked} for name in each.names if words & cores(name)[0]]
        kept = [name for name in akin if name not in asked]
        text += f", or {{other}} where the row in aliases alone is the region{_ADDED_UP}" if kept else _ADDED_UP
        options["other"] = Option("ignore", repr(kept))
    for block in blocks if not told else ():
        regions = {block.text(row, block.key or 0) for _, row in block.regions}
        at, parts = parts_of_regions(block)
        parts = [rows for rows in parts if not regions.isdisjoint(texts_in(block, rows, block.key or 0))]
        if parts:
            added = any(says_total(cell_text(row[at])) for _, row in block.rows if at < len(row))
            sums = "" if added or any(sums_within(block, parts)) else line_of_sums(block)
            count = len({name for rows in parts for name in texts_in(block, rows, block.key or 0)})
            problem = parts_told(block.names[at], texts_in(block, parts[0], at), count)
            raise DataError(message(problem, where=where, allowed=_PARTS_ALLOWED + (sums and f"; of counts, {sums}")))
        for name, held in rows_of_one_name(block).items() if not block.indicator else ():
            for rows in held if name in regions else ():
                lines = [block.rows[i][0] for i in rows]
                told.append(f"duplicate region {shown(name)} ({block.grid.unit}s {listed(lines, limit=8)})")
                apart = outside_order(block, rows) if len(rows) == 2 else None
                out, other = (lines[1:], lines[:-1]) if apart is None else ([block.rows[apart][0]], [])
                ignored += (f"{block.grid.unit} {line}: {name}" for line in out)
                instead += (f"{block.grid.unit} {line}: {name}" for line in other)
                text = "one row per region and year: {ignore}, or the other row of each where they are of two levels"
    options["ignore"] = Option("ignore", repr(ignored))
    if instead and len(instead) == len(ignored):
        text = "one row per region and year: {ignore}, or {other}: which of the rows is that of the region?"
        options["other"] = Option("ignore", repr(instead))
    if told:
        more = [f"and {len(told) - _NAMED} more"] if len(told) > _NAMED else []
        raise DataError(message("; ".join([*told[:_NAMED], *more]), where=where, allowed=remedy(text, **options)))
