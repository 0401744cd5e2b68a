"""Read published tables: every sheet and block of a file, one tidy table, and what did not enter it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from growthpoles.errors import listed, shown
from growthpoles.regions.name_matching import NameIndex
from growthpoles.study.files.cell_grids import EncodingError, Grid, read_grids
from growthpoles.study.files.printed_labels import bare_name, year_inside
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.table_blocks import Block, find_blocks, is_counting, kind_of
from growthpoles.study.table_layout import read_block, split_sections

ENCODINGS = ("utf-8", "cp1251", "cp1250", "cp1252", "gb18030", "cp932", "cp949", "big5", "cp1254", "cp1257", "cp1253", "cp866", "utf-16-le", "utf-16-be")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of a published table: its name, and its unit where the header has one."""

    name: str
    unit: str = ""


def place_of(block: Block) -> str:
    """Return file and sheet of a block."""
    return block.grid.path.name + (f", sheet {shown(block.grid.sheet)}" if block.grid.sheet else "")


def read_sheets(
    path: Path, *, sheet: str | None = None, encoding: str | None = None, names: NameIndex | None = None
) -> list[Grid]:
    """Read the sheets of a file; with `names`, text whose bytes do not tell its encoding in the one that fits them."""
    try:
        return read_grids(path, sheet=sheet, encoding=encoding)
    except EncodingError:
        if names is None or encoding is not None:
            raise
        found: dict[str, list[Grid]] = {}
        score: dict[str, int] = {}
        for name in ENCODINGS:
            try:
                found[name] = read_grids(path, sheet=sheet, encoding=name)
            except EncodingError:
                continue
            cells = {cell_text(cell) for grid in found[name] for _, row in grid.rows for cell in row}
            score[name] = sum(
                bool(names.find(bare_name(text))) for text in cells if not text.isascii() and len(text) < 200
            )
        best = max(score, key=lambda name: score[name], default=None)
        if best is None or not score[best]:
            raise
        return found[best]


def read_blocks(
    grids: Iterable[Grid], index: NameIndex | None, *, parents: Iterable[str] = (), year: int | None = None
) -> tuple[list[Block], list[str]]:
    """Find and read the tables of all visible sheets; say why a sheet or a table was left out."""
    blocks: list[Block] = []
    left_out: list[str] = []
    for grid in grids:
        at = grid.path.name + (f", sheet {shown(grid.sheet)}" if grid.sheet else "")
        if not grid.visible:
            left_out.append(f"{at}: hidden; it was left out")
            continue
        found = find_blocks(grid, lambda name: index is not None and bool(index.find(name)))
        left_out += _unread(grid, found, at)
        if not found:
            left_out.append(f"{at}: no rows of numbers below a header; it was left out")
        for block in found:
            read_block(block, index, parents, year)
            here = f"{at}, {grid.unit}s {block.first} to {block.last}" if len(found) > 1 else at
            if block.key is None:
                left_out.append(f"{here}: no column names regions; it was left out")
            elif not block.values:
                left_out.append(f"{here}: no column of numbers was found; it was left out")
            else:
                parts = split_sections(block)
                if len(parts) > 1:
                    for part in parts:
                        read_block(part, index, parents, year)
                blocks += [part for part in parts if part.key is not None and part.values]
    return blocks, left_out


def _unread(grid: Grid, blocks: Sequence[Block], at: str) -> list[str]:
    """List the rows that hold several numbers and are in no table."""
    read = {number for block in blocks for number in (*block.header, *(n for n, _ in block.rows))}
    rows = [
        number
        for number, row in grid.rows
        if number not in read and number not in grid.hidden and sum(kind_of(cell) == "n" for cell in row) > 1
        and not is_counting(row)
    ]  # fmt: skip
    if not blocks or not rows:
        return []
    return [f"{at}: {grid.unit}s {listed(rows, limit=8)} hold numbers and are in no table"]


def name_indicators(blocks: Sequence[Block]) -> tuple[list[Indicator], dict[tuple[int, int | str], int]]:
    """Name the indicators of all blocks: one name is one indicator, unless two tables hold it for the same year.

    Returns
    -------
    indicators : list of Indicator
    places : dict of (id of the block, column or text of the kind) to position in the list
    """
    names: dict[tuple[int, int | str], str] = {}
    units: dict[str, str] = {}
    held: dict[tuple[str, int], int] = {}
    for block in blocks:
        labels: dict[int | str, str] = {}
        if block.indicator:
            labels |= block.kinds
        else:
            labels |= {at: block.labels.get(at, "") for at in block.values}
        title = _title(block, blocks)
        labels = {place: label or title for place, label in labels.items()}
        years = block.years or [0]
        clash = any((label, year) in held for label in labels.values() for year in years)
        if clash:
            apart = (
                title
                if not any(title == label for label in labels.values())
                else block.grid.sheet or block.grid.path.stem
            )
            labels = {
                place: f"{apart}: {label}" if label != title else f"{apart}: {label}" for place, label in labels.items()
            }
            if any((label, year) in held for label in labels.values() for year in years):
                sheet = block.grid.sheet or f"{block.grid.unit} {block.first}"
                labels = {place: f"{sheet}: {label}" for place, label in labels.items()}
        for place, label in labels.items():
            names[id(block), place] = label
            for year in years:
                held[label, year] = id(block)
            plain = block.labels.get(place, "") if isinstance(place, int) else ""
            units.setdefault(label, block.units.get(plain, ""))
    order = list(dict.fromkeys(names.values()))
    return [Indicator(name, units.get(name, "")) for name in order], {
        at: order.index(name) for at, name in names.items()
    }


def _title(block: Block, blocks: Sequence[Block]) -> str:
    """Return what a table without names above its numbers is about: its title without the year, else its sheet."""
    if block.title:
        return block.title
    same = [each for each in blocks if each.grid is block.grid]
    titles = [text for text in block.titles if len(text) > 2]
    chosen = (titles[-1] if len(same) > 1 and block is not same[0] else titles[0]) if titles else ""
    if len(same) > 1 and titles:
        chosen = titles[-1]
    found = year_inside(chosen)
    plain = found[1] if found else chosen
    return re.sub(r"\s+", " ", plain).strip(" ,;:-")[:120] or block.grid.sheet or "value"
