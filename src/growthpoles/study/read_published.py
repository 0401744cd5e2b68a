"""Read published tables: every sheet and block of a file, one tidy table, and what did not enter it."""

from __future__ import annotations

import copy
import glob
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from growthpoles.errors import DataError, counted, listed, message, parted, plain, remedy, shown
from growthpoles.errors import quoted as in_list
from growthpoles.file_reading import likely_encodings, read_bytes
from growthpoles.regions.key_matching import CITY_BESIDE, match_keys
from growthpoles.regions.name_matching import NameIndex, cores, name_keys
from growthpoles.study.column_names import continues, goes_on, partly_held, table_title
from growthpoles.study.files import problems as causes
from growthpoles.study.files.calendars import unread_years
from growthpoles.study.files.cell_grids import EncodingError, Grid, read_grids
from growthpoles.study.files.counted_things import counts_things
from growthpoles.study.files.number_notation import given_signs, is_number, signs_asked
from growthpoles.study.files.printed_labels import (
    UNSTATED,
    bare_name,
    parse_year,
    printed_year,
)
from growthpoles.study.files.printed_subjects import (
    CATEGORY,
    is_unit,
    lines_left,
    marks_told,
    names_no_subject,
    says_measure,
    split_amount,
    titles_of_continued,
    told_apart,
    unit_of_line,
    unit_said,
    without_dates,
    without_subject,
)
from growthpoles.study.files.problems import Names, left_out_for, nothing_found, partly_told, summary
from growthpoles.study.files.table_files import cell_text, too_many_names, turned
from growthpoles.study.files.user_table import idle_told, remark, toml_list
from growthpoles.study.files.user_table import read_table as read_as_described
from growthpoles.study.files.user_table import toml_text as quoted
from growthpoles.study.guess_columns import UNIT, VALUE, LayerGuess, fitting_encoding, guess_layer
from growthpoles.study.region_rows import fits_none, key_in, regions_across, share_totals, stray_codes, unread_rows
from growthpoles.study.repeated_regions import (
    line_of_sums,
    namesakes,
    of_smaller_regions,
    refuse_repeats,
    refuse_smaller_regions,
    rests_taken,
)
from growthpoles.study.study_spec import Table
from growthpoles.study.table_blocks import (
    Block,
    find_blocks,
    lines_of,
    split_halves,
    split_sections,
    tell_table_number,
)
from growthpoles.study.table_layout import read_block

MOST_NAMES = 20_000  # different names of regions in a table; the most that a country has are municipalities
_NAMED = 12  # names of rows that one message lists
_WITH_CODE = re.compile(r"(\D*[^\W\d]\)?)\s*[-<\[(]\s*(\w+)[>\])]?")  # "Burgenland <AT11>", "Adana-1"
Sign = Literal[",", ".", "'"]
Codes = dict[tuple[int, int | str], str]  # (id of a block, its column or the text of a kind) -> code


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of a published table: its name, and its unit where the header has one."""

    name: str
    unit: str = ""


def place_of(block: Block) -> str:
    """Return file and sheet of a block."""
    return block.grid.path.name + (f", sheet {shown(block.grid.sheet)}" if block.grid.sheet else "")


def read_sheets(
    path: Path, *, sheet: str | None = None, encoding: str | None = None, names: NameIndex | None = None,
    delimiter: str | None = None,
) -> list[Grid]:  # fmt: skip
    """Read the sheets of a file; with `names`, text whose bytes do not tell its encoding in the one that fits them."""
    try:
        return read_grids(path, sheet=sheet, encoding=encoding, delimiter=delimiter)
    except EncodingError:
        if names is None or encoding is not None:
            raise
        found: dict[str, list[Grid]] = {}

        def cells(name: str) -> set[str]:
            found[name] = read_grids(path, sheet=sheet, encoding=name, delimiter=delimiter)
            return {cell_text(cell) for grid in found[name] for _, row in grid.rows for cell in row}

        spelled = (name for own in names.names.values() for name in own)
        likely = likely_encodings(read_bytes(path))
        best = fitting_encoding(cells, likely, lambda text: _names_region(names, text), spelled)
        if best is None:
            raise
        return found[best]


def texts_of(grids: Iterable[Grid]) -> set[str]:
    """Return what stands in the first columns, of very long sheets in every so-manieth row: for guesses by names."""
    rows = (row for grid in grids for _, row in grid.rows[:: len(grid.rows) // MOST_NAMES + 1])
    return {text for row in rows for cell in row[:12] if (text := cell_text(cell))}


def read_blocks(
    grids: Iterable[Grid], index: NameIndex | None, *, parents: Iterable[str] = (), year: int | None = None,
    ignore: Collection[str] = (), undated: bool = False,
) -> tuple[list[Block], list[str]]:  # fmt: skip
    """Find and read the tables of all visible sheets; say why a sheet or a table was left out."""
    blocks: list[Block] = []
    left_out: list[str] = []
    for grid in grids:
        at = grid.path.name + (f", sheet {shown(grid.sheet)}" if grid.sheet else "")
        if not grid.visible:
            left_out.append(left_out_for(at, causes.HIDDEN))
            continue
        if told := too_many_names(grid, MOST_NAMES):
            left_out.append(left_out_for(at, causes.TOO_MANY, names=told[0], column=shown(told[1]), most=MOST_NAMES))
            continue
        alone = [grid.title] if grid.title else []
        if index is not None and regions_across(grid, index):
            filled = [list(filter(None, map(cell_text, row))) for _, row in grid.rows]
            last = max(at for at, texts in enumerate(filled) if len(texts) > 1)  # notes stand below
            lone = [texts[0] for texts in filled[: min(last, 20)] if len(texts) == 1]  # titles, also of the year
            alone += [text for text in lone if not parse_year(text) or len(list(filter(parse_year, lone))) == 1]
            grid = turned(grid)
        found = find_blocks(grid, lambda name: index is not None and _names_region(index, name))
        left_out += unread_rows(grid, found, at)
        if not found:
            unread = unread_years([row for _, row in grid.rows])
            why, places = (unread.template, unread.places) if unread else (causes.NO_ROWS, {})
            left_out.append(left_out_for(at, why, **places))
        for block in [half for each in found for half in split_halves(each)]:
            block.titles, taken = titles_of_continued([*alone, *block.titles], (each.titles for each in blocks[::-1]))
            block.doubts += [f"{shown(text)}: {causes.GOES_ON[above]}" for text, above in taken.items()]
            read_block(block, index, parents, year, ignore, undated)
            if grid.turned:
                block.doubts.append("regions stand across; rows and columns were exchanged (transpose = true)")
            here = f"{at}, {grid.unit}s {block.first} to {block.last}" if len(found) > 1 else at
            if block.key is None:
                column, words = block.wordy()
                near = match_keys(words, index).open if words and index else {}
                names = Names(listed(words, limit=4, write=in_list), near)
                other = left_out_for(here, causes.OTHER_NAMES, column=plain(column), names=names)
                left_out.append(other if words and index else left_out_for(here, causes.NO_KEY))
            elif not block.value_at and (ranks := [name for name, why in block.left_out if why == causes.RANKS]):
                left_out.append(left_out_for(here, causes.ONLY_RANKS, column=in_list(ranks[0])))
            elif not block.value_at:
                left_out.append(left_out_for(here, causes.NO_NUMBERS))
            elif not _numbered(block, (row for _, row in block.regions)) and block.match.found:
                others = dict.fromkeys(block.text(row, block.key) for _, row in block.rows if _numbered(block, [row]))
                left_out.append(left_out_for(here, causes.BESIDE, names=Names(listed(others, write=in_list), others)))
            else:
                parts = split_sections(block)
                if len(parts) > 1:
                    for part in parts:
                        read_block(part, index, parents, year, ignore, undated)
                blocks += [part for part in parts if part.key is not None and part.value_at]
    share_totals(blocks)
    return blocks, left_out


def _numbered(block: Block, rows: Iterable[Sequence[object]]) -> bool:
    """Tell whether some of the rows hold a number in a column of values."""
    return any(is_number(row[at]) for row in rows for at in block.value_at if at < len(row))


def _names_region(index: NameIndex, text: str) -> bool:
    """Tell whether a cell names a region, also with its code in front."""
    head, _, tail = text.partition(" ")
    parts = [bare_name(text), *((head, tail) if tail and head[-1:].isdecimal() else ())]
    parts += hit.groups() if (hit := _WITH_CODE.fullmatch(text)) else ()
    return any(index.find(each) for each in parts)


def name_indicators(blocks: Sequence[Block]) -> tuple[list[Indicator], dict[tuple[int, int | str], int]]:
    """Name the indicators of all blocks: one name is one indicator, unless two tables hold it for the same year.

    Returns
    -------
    indicators : list of Indicator
    places : dict of (id of the block, column or text of the kind) to position in the list
    """
    names: dict[tuple[int, int | str], str] = {}
    units: dict[str, str] = {}
    own: list[tuple[Block, dict[int | str, str]]] = []
    again: list[tuple[Block, Block]] = []
    for position, block in enumerate(blocks):
        if (before := next((each for each in blocks[:position] if continues(block, each)), None)) is not None:
            again.append((block, before))
            continue
        labels: dict[int | str, str] = {}
        if block.indicator:
            above = [each for each in blocks[:position] if goes_on(block, each)][-1:]
            again += ((block, each) for each in above)
            gone_on = {kind for each in above for kind in each.kinds}
            labels |= {kind: name for kind, name in block.kinds.items() if kind not in gone_on}
        else:
            labels |= {at: block.labels.get(at, "") for at in block.value_at}
        title = table_title(block, blocks, whole=True)[1]
        nameless = len(labels) == 1 and bool(block.titles) and not names_no_subject(title)
        nameless = nameless and VALUE.fullmatch(next(iter(labels.values()))) is not None
        labels = {place: title if nameless else label or title for place, label in labels.items()}
        own.append((block, labels | _with_subject(block, blocks, labels)))
    sheets = [(block, block.grid.sheet) for block, _ in own]
    ways = [(table_title(block, blocks)[1], sheet or block.grid.path.stem,
             f"{sheet or block.grid.unit} {block.first}") for block, sheet in sheets]  # fmt: skip
    beside = {id(each.grid): {year for b in blocks if b.grid is each.grid for year in b.years} for each in blocks}
    years = [beside[id(b.grid)] if b.years == [UNSTATED] else b.years or [0] for b, _ in own]  # not known to be another
    apart = told_apart([(labels.values(), at) for (_, labels), at in zip(own, years, strict=True)], ways)
    for (block, labels), renamed in zip(own, apart, strict=True):
        number, title = table_title(block, blocks)
        labels = {place: renamed.get(label, label) for place, label in labels.items()}
        heads = {*labels.values(), *block.labels.values()}
        if number and any(title in label for label in labels.values()):
            tell_table_number(block, number)
        for place, label in labels.items():
            names[id(block), place] = label
            plain = block.labels.get(place, "") if isinstance(place, int) else place
            said = unit_said(block.titles, plain or label, heads)
            units.setdefault(label, block.units.get(plain) or ("" if f"{said})" in label else said))
        if left := lines_left(block.titles, [*labels.values(), *map(units.__getitem__, labels.values())]):
            told = f"{listed(left, write=shown)}: said above the table, and in no name or unit of its numbers"
            block.doubts += [told] * (told not in block.doubts)
    for block, before in again:
        same = {kind: kind for kind in block.kinds if kind in before.kinds}
        pairs = same if block.indicator else dict(zip(block.value_at, before.value_at, strict=True))
        names |= {(id(block), mine): names[id(before), theirs] for mine, theirs in pairs.items()}
    order = list(dict.fromkeys(names.values()))
    return [Indicator(name, units.get(name, "")) for name in order], {
        at: order.index(name) for at, name in names.items()
    }


def _with_subject(block: Block, blocks: Sequence[Block], labels: Mapping[int | str, str]) -> dict[int | str, str]:
    """Name what is called after a category, a part of a year or a unit alone by the subject of its table, too."""
    heads = [block.paths[at][-1] if block.paths[at] else "" for at in block.indicator]
    lone = len(block.value_at) == 1 or any(block.value_at.values())
    measured = bool(block.title) and says_measure(block.title)
    bare = without_subject(labels) | {at: text for at, text in labels.items() if measured and text == block.title}
    if heads and lone and all(CATEGORY.fullmatch(head) or UNIT.fullmatch(head) for head in heads):
        bare = dict(labels)
    own = {block.labels.get(at, "") for at in block.value_at} if heads and lone else set()
    said = [
        block.subject,
        *(own if len(own) == 1 else ()),
        table_title(block, blocks, section=False)[1],
        block.grid.sheet,
    ]
    subject = next((text for text in said if not names_no_subject(text) and not VALUE.fullmatch(text)), "")
    if not (subject := without_dates(subject)):
        return {}
    if measured and is_unit(subject.rpartition(", ")[2]):
        subject = subject.rpartition(", ")[0] or subject  # the unit of the numbers above its heading
    alone = len(labels) == 1 or (len({*labels.values()}) == 1 and not block.title)
    if len(labels) == len(bare) and alone and (unit := unit_of_line(next(iter(bare.values())))):
        block.units |= {block.labels.get(at, "") if isinstance(at, int) else at: unit for at in bare}
        return dict.fromkeys(bare, subject)
    over = {at: split_amount(subject)[0] if counts_things(text) else subject for at, text in bare.items()}
    return {at: text if text == subject else f"{over[at]}: {text}" for at, text in bare.items()}


def shorter_names(blocks: Sequence[Block], names: Codes) -> dict[Any, Any]:
    """Say what else one is called (codes, lines of headings), or several (`shared`), and the titles that it is not."""
    codes, titles, sums, told = dict[str, str](), dict[str, str](), dict[str, str](), defaultdict[str, list[str]](list)
    for block in blocks:
        if len(block.kinds) > 1 and len(block.value_at) == 1:
            headed = block.names[next(iter(block.value_at))]
            told[headed] += [names[id(block), kind] for kind in block.kinds if (id(block), kind) in names]
            sums[headed] = line_of_sums(block)
        for coded, named in block.codes.items():
            codes |= {block.text(row, coded): names[id(block), block.text(row, named)] for _, row in block.regions}
        if len(block.kinds) == 1:
            codes |= {block.names[at]: names[id(block), next(iter(block.kinds))] for at in block.value_at}
        for place, name in ((place, name) for (own, place), name in names.items() if own == id(block)):
            lines = {place} if isinstance(place, str) else {*lines_of(block, place)}
            label = block.labels.get(place, "") if isinstance(place, int) else block.kinds.get(place, "")
            title = table_title(block, blocks)[1]
            titles[name] = title if block.titles or block.title else ""
            lines |= {f"{over}: {label}" for over in (titles[name], block.grid.sheet) if over and label}
            last = re.sub(": .*: ", ": ", name)  # "Total: Males" is its panel and last line
            lines |= {label or block.title or title, last}
            for short in lines - {"", name}:
                told[short] += [name] if name not in told[short] else []
    codes |= {short: held[0] for short, held in told.items() if len(held) == 1}
    titles = {name: text for name, text in titles.items() if text not in name and not names_no_subject(text)}
    shared = {short: held for short, held in told.items() if short not in codes}
    return {"codes": codes, "shared": shared, "titles": titles, "sums": sums}


def refuse_placeholders(aliases: Mapping[str, str], grids: Sequence[Grid], guess: LayerGuess, where: str) -> None:
    """Refuse aliases whose key was left to be filled in, and say which keys have no row."""
    if any(given.strip().upper() == causes.PLACEHOLDER and not guess.names.find(given) for given in aliases.values()):
        blocks, _ = read_blocks(copy.deepcopy(grids), guess.names, parents=guess.parents)
        taken = {code for block in blocks for code in block.match.codes.values()}.union(aliases.values())
        left = [code for code in guess.codes if code not in taken]
        allowed = f"one of the keys left over: {listed(left)}" if left else "ignore: every region has a row of its own"
        raise DataError(message("aliases: KEY stands for a key to be filled in", where=where, allowed=allowed))


def table_lines(block: Block, codes: Codes, study_years: list[int], relative: Callable[[Path], str]) -> list[str]:
    """Return the [[tables]] of study.toml that reads a block; what was found in it is marked CHECK or DECIDE."""
    grid, lines = block.grid, ["[[tables]]", f"file = {quoted(relative(block.grid.path))}"]
    assert block.key is not None
    if grid.sheet:
        lines.append(f"sheet = {quoted(grid.sheet)}")
    if grid.turned:
        lines.append("transpose = true             # CHECK: regions stand across; rows and columns are exchanged")
    numbers = [number for number, _ in grid.rows]
    below = [number for number in numbers if number > block.last]
    plain = len(block.header) == 1 and len(set(map(tuple, block.paths))) == len(block.paths)
    if not plain:
        lines.append(f"header = {list(block.header)}        # CHECK: the rows with the names of the columns")
    elif block.header[0] != numbers[0]:
        lines.append(f"header = {block.header[0]}             # CHECK: the row with the names of the columns")
    ragged = grid.unit == "line" and any(len(row) < len(block.paths) for n, row in grid.rows if n >= block.first)
    if not plain or below or ragged or block.first != block.header[-1] + 1:
        lines.append(f"rows = [{block.first}, {block.last}]      # CHECK: the first and the last row of the table")
    if grid.encoding and grid.encoding not in ("utf-8", "utf-8-sig"):
        lines.append(f"encoding = {quoted(grid.encoding)}          # CHECK: the file does not state it")
    if grid.delimiter:
        lines.append(f"delimiter = {quoted(grid.delimiter)}")
    if block.unclear:
        lines.append(f"# DECIDE: {remark(parted(block.unclear)[0])}; the # off one reading")
    for way, example in block.readings if block.unclear else [(block.notation, "")]:
        off, told = ("# ", f"        # {example}" if example else "") if block.unclear else ("", "")
        lines.append(f"{off}decimal = {quoted(way.decimal)}{told}")
        lines += [f"{off}thousands = {quoted(way.thousands)}"] if way.thousands is not None else []
    lines.append(f"key = {quoted(block.names[block.key])}            # CHECK: the column that names the regions")
    if block.match.pattern is not None:
        lines.append(
            f"key_pattern = {quoted(block.match.pattern)}     # CHECK: the part of it that is the code or name"
        )
    if block.match.width is not None:
        lines.append(f"key_width = {block.match.width}              # CHECK: codes have lost their leading zeros")
    if block.fill:
        lines.append(
            f"fill = {toml_list(block.names[at] for at in block.fill)}     # CHECK: an empty cell means the one above"
        )
    dated = any(year is not None for year in block.value_at.values())
    if block.year_column is not None:
        lines.append(f"year_column = {quoted(block.names[block.year_column])}")
        lines += [f"years = {block.years}"] if {*study_years} - {*block.years} else []
    elif not dated:
        lines.append(f"year = {block.years[0]}" if block.years else "# year = 2020               # DECIDE")
    columns = {
        block.names[at]: (codes[id(block), at], year) for at, year in block.value_at.items() if (id(block), at) in codes
    }
    if block.indicator:
        names = [block.names[at] for at in block.indicator]
        lines += ['layout = "long"', f"indicator = {quoted(names[0]) if len(names) == 1 else toml_list(names)}"]
        if not dated:
            held = [block.names[at] for at in block.value_at]
            lines.append(f"value = {quoted(held[0]) if len(held) == 1 else toml_list(held)}")
        columns = {kind: (codes[id(block), kind], None) for kind in block.kinds}
    if block.flag_column is not None:
        lines.append(f"flag_column = {quoted(block.names[block.flag_column])}")
    if block.missing:
        lines.append(f'missing = {toml_list(block.missing)}            # CHECK: taken to mean "no data"')
    if block.zero:
        lines.append(f"zero = {toml_list(block.zero)}            # CHECK: as a note says")
    if block.flags:
        lines.append(f"flags = {toml_list(block.flags)}            # CHECK: remarks on numbers, kept beside them")
    if block.parentheses:
        lines.append(f'parentheses = "{block.parentheses}"    # CHECK: negative, (1.5) is -1.5; flag, it is 1.5')
    borne = {block.text(row, block.key) for _, row in block.rows}
    within = [row for number, row in block.aside if block.first <= number <= block.last]
    heads = [
        text
        for row in within
        if (text := block.text(row, block.key)) not in borne
        and (text or any(block.text(row, at) for at in block.value_at))
    ]
    stray = [*stray_codes(block), *(name for name, code in block.match.open.items() if code is None)]
    stray = [name for name in dict.fromkeys(stray) if name not in block.match.outside]
    ignored = list(map(glob.escape, dict.fromkeys([*block.match.outside, *heads])))
    ignored += block.apart
    twins = [name for each in namesakes(block) for name in each.others]
    if stray or twins:  # line by line, so that those can be taken that are no regions
        told = f"{remark(listed(stray or twins))} fit{'s' if len(stray) == 1 else ''} no region: # off where it is none"
        if not stray:
            told = f"{remark(listed(twins))} beside another row of the same region: # off where it is no region"
        more = ', else "name" = "key" in [boundaries.aliases]' if set(stray) - set(stray_codes(block)) else ""
        lines.append(f"ignore = [            # DECIDE: {told}{more}")
        lines += [f"    {quoted(name)}," for name in ignored]
        lines += [f"    # {quoted(name)}," for name in map(glob.escape, (*stray, *twins)) if name not in ignored]
        lines.append("]")
    elif ignored:
        lines.append(f"ignore = {toml_list(ignored)}            # CHECK: rows that are no regions")
    if block.indicator and dated:
        lines.append("[tables.value_years]            # column of the file = its year")
        lines += [f"{quoted(block.names[at])} = {year}" for at, year in block.value_at.items()]
    lines += ["[tables.columns]           # column of the file = code in catalogue.csv"]
    return lines + _columns(columns, study_years)


def _columns(columns: dict[str, tuple[str, int | None]], years: list[int]) -> list[str]:
    """Return the lines of [tables.columns], with {year} where all years of the study are written alike."""
    short: dict[str, str] = {}
    for header, (_, year) in columns.items():
        mark = header.replace(str(year), "{year}") if year is not None and header.count(str(year)) == 1 else header
        short[header] = mark
    told: dict[str, set[str]] = {}
    for header, (code, _) in columns.items():
        told.setdefault(short[header], set()).add(code)
    marked = {mark for mark in told if "{year}" in mark}
    whole = marked == set(told) and all(
        len(codes) == 1 and all(mark.replace("{year}", str(year)) in columns for year in years)
        for mark, codes in told.items()
    )
    if whole and marked:
        return [f"{quoted(mark)} = {quoted(next(iter(codes)))}" for mark, codes in told.items()]
    return [
        f"{quoted(header)} = {quoted(code)}"
        if year is None
        else f"{quoted(header)} = {{ code = {quoted(code)}, year = {year} }}"
        for header, (code, year) in columns.items()
    ]


def doubts_of(block: Block, codes: Sequence[str], blocks: Sequence[Block] = ()) -> list[str]:
    """Say what is uncertain about a table."""
    at, match, marks = place_of(block), block.match, [repr(mark) if mark else "an empty cell" for mark in block.missing]
    doubts = [f"{at}: {text}" for text in block.doubts]
    if block.unclear:
        doubts.append(f"{at}: the decimal sign ({block.unclear})")
    if match.crowd:
        doubts.append(f"{at}: {of_smaller_regions(block)}; ignore says which rows are no regions")
    elif match.open:
        fit = "fits" if len(match.open) == 1 else "fit"
        doubts.append(
            f"{at}: {listed(match.open, write=in_list)} {fit} no region; aliases say which, or ignore that it is none"
        )
    for code, names, _ in namesakes(block):
        told = f"{' and '.join(map(in_list, names))} are {'both' if len(names) == 2 else 'all'} {plain(code)}"
        doubts.append(f"{at}: {told}; ignore says which is no region")
    for held, told in ((match.outside, "taken for no region, and is ignored"), (block.apart, "left out")):
        for why in dict.fromkeys(held.values()):
            names = [name or "an empty cell" for name, each in held.items() if each == why]
            doubts.append(f"{at}: {listed(names, write=in_list)} was {told} ({why})")
    assert block.key is not None
    inside = [(n, row) for n, row in block.aside if block.first <= n <= block.last]
    if unnamed := [n for n, row in inside if not block.text(row, block.key) and any(map(is_number, row))]:
        doubts.append(
            f"{at}: no name of a region in {block.grid.unit} {listed(unnamed, limit=8)}, whose numbers are left out"
        )
    if within := [" ".join(filter(None, map(cell_text, row))) for n, row in inside if n not in unnamed]:
        doubts.append(f"{at}: {listed(within)}: rows without a number, taken for headings or remarks")
    if match.aliases:
        beside = {name: code for name, (code, why) in match.aliases.items() if why == CITY_BESIDE}
        named = {code: name if code in name else f"{name} ({code})" for code, name in match.called.items()}
        twins = (f"{plain(name)} = {plain(named[code])}, {CITY_BESIDE}" for name, code in beside.items())
        others = (f"{plain(k)} = {plain(v)}" for k, (v, why) in match.aliases.items() if why != CITY_BESIDE)
        doubts.append(f"{at}: other spellings: {listed([*twins, *others], write=str)}")
    if match.width is not None:
        doubts.append(f"{at}: codes have lost their leading zeros, which are put back ({match.width} digits)")
    have = {code for each in blocks if each is block or continues(each, block) for code in each.match.codes.values()}
    if lacking := [code for code in codes if code not in have]:
        doubts.append(causes.NoRowFor(lacking, at))
    if block.missing:
        doubts.append(f'{at}: {listed(marks)} was taken to mean "no data"')
        if zero := [mark for mark in block.missing if mark in ("-", "–", "—", "−")]:
            told = f"{listed(map(repr, zero))} is zero at some offices: in a study, zero = {toml_list(zero)}"
            doubts.append(f"{at}: {told}")
    if block.flags:
        doubts.append(f"{at}: {listed(map(repr, block.flags))} beside numbers is kept as a remark on them")
    down = [] if block.year_column is None else [block.text(row, block.year_column) for _, row in block.rows]
    heads = [*map(block.names.__getitem__, block.value_at), *down]
    doubts += (f"{at}: {text}" for text in marks_told(heads, block.titles))
    if block.grid.hidden or block.grid.hidden_columns:
        rows = sorted(block.grid.hidden)
        told = f"{counted(len(rows), 'rows')} ({listed(rows, limit=8)}), "
        told += counted(len(block.grid.hidden_columns), "columns")
        doubts.append(f"{at}: hidden in the file and left out: {told}")
    if block.left_out:
        doubts.append(causes.ColumnsLeftOut(at, block.left_out))
    return doubts


def read_table(
    path: str | Path,
    *,
    boundaries: str | Path | None = None,
    key: str | None = None,
    layer: str | None = None,
    sheet: str | None = None,
    year: int | None = None,
    encoding: str | None = None,
    decimal: Literal[",", "."] | None = None,
    thousands: Literal[",", ".", "'"] | None = None,
    aliases: Mapping[str, str] | None = None,
    ignore: Iterable[str] = (),
    ranks: bool = False,
) -> pd.DataFrame:
    r"""Read a table as an office published it into one row per region, year and indicator.

    Parameters
    ----------
    path : path
        Workbook (.xlsx, .xls, .ods), delimited text in any encoding or packed, HTML, JSON-stat or Parquet.
    boundaries : path, optional
        Boundary file, by which regions are told from totals; None takes every name as written.
    key, layer : str, optional
        Column of the boundaries that identifies a region, and the layer, where there are several.
    sheet : str, optional
        Sheet of a workbook; None reads every visible one that holds a table.
    year : int, optional
        Year of a table that says none.
    encoding : str, optional
        Of delimited text, where its bytes do not tell.
    decimal, thousands : str, optional
        Signs of its numbers, where they could be read in two ways.
    aliases : mapping of name to key, optional
        Spellings that fit no region.
    ignore : iterable of str
        Names of rows that are no regions, beside those that show it ("line 3: North" for one row of a name, "row 3:
        North" in a workbook); "*" for all that fit no region, where more of them are left than there are regions,
        which is refused otherwise.
    ranks : bool
        Whether ranks, or numbers like codes, are read where a table has no other numbers.

    Returns
    -------
    DataFrame
        Columns region (key of the boundaries, or name), year, indicator, value (NaN: no data), flag (what is printed
        beside the number and at its year). ``attrs``: `units` by indicator, `remarks` (what was taken, left out or
        could not be told), `partly` (indicators that are not in every year, with theirs), `printed` (by indicator, how
        a year is printed that is none of the calendar: "2023/24", whose number is 2023, or "FY2024"), `codes` (of a
        column of its own, or shorter names of the table itself, with the indicators that they are), `not_read` (rows
        and columns without a value in the result, and why).

    Raises
    ------
    DataError, StudyError
        If the file cannot be read, an argument is of another type, or something in it cannot be decided: names that
        fit no region, the decimal sign, the year, two values for one place. All of it is listed.

    Examples
    --------
    >>> import growthpoles as gp
    >>> text = "Population, thousand\n\nArea;2020;2021 (p)\nNorth;1 204,5;1 210,0 e\nSouth;..;980,2\n"
    >>> _ = open("pop.csv", "w").write(text)
    >>> print(gp.read_table("pop.csv").to_string())
      region  year             indicator   value   flag
    0  North  2020  Population, thousand  1204.5
    1  North  2021  Population, thousand  1210.0  e (p)
    2  South  2020  Population, thousand     NaN
    3  South  2021  Population, thousand   980.2    (p)
    """
    path = Path(path)
    known, skipped = dict(aliases or {}), set(ignore)
    codes, blocks, remarks = look_at(path, boundaries, key, layer, sheet=sheet, year=year, encoding=encoding,
                                     known=known, ignore=skipped)  # fmt: skip
    if not blocks and ranks:
        codes, blocks, remarks = look_at(path, boundaries, key, layer, sheet=sheet, year=year, encoding=encoding,
                                         known=known, ignore=skipped, undated=True)  # fmt: skip
        heads = listed([each.names[at] for each in blocks for at in each.value_at], write=in_list)
        remarks += [f"{heads}: ranks or codes, which are read as there are no other numbers"]
    if not blocks:
        raise DataError(nothing_found([path], remarks, codes[:3], aliases=True))
    borne = {each.text(row, each.key or 0) for each in blocks for _, row in each.rows + each.aside}
    borne |= {row for each in blocks for row in each.apart}
    alike = {*map(name_keys, borne if {*known} - borne else ())}
    by_words = {(word, code) for each in blocks for n, (code, _) in each.match.aliases.items() for word in cores(n)[0]}
    alike |= {name_keys(key_in(each, row)) for each in blocks for row in each.match.found if each.match.pattern}
    idle = (name for name in {*known} - borne if by_words.isdisjoint((word, known[name]) for word in cores(name)[0]))
    remarks += [
        *idle_told(sorted(skipped - borne - {"*"}), path),
        *idle_told(sorted(name for name in idle if name_keys(name) not in alike), path, "aliases"),
    ]
    indicators, places = name_indicators(blocks)
    names = {place: indicators[at].name for place, at in places.items()}
    for block in blocks:  # what the caller says is no doubt
        if block.unclear and (given := given_signs(decimal, thousands)) is not None:
            block.notation, block.unclear = given, ""
        block.match.aliases |= {name: (known[name], "as asked") for name in block.match.open if name in known}
        block.match.open = {name: near for name, near in block.match.open.items() if name not in known}
        for name in [name for name in block.match.outside if name in known and name not in skipped]:
            block.match.outside.pop(name)
            block.match.aliases[name] = known[name], "as asked"
        block.doubts += rests_taken(block, known)
    refuse_smaller_regions(blocks, str(path))
    stray = {name: hit for block in blocks for name, hit in block.match.open.items()}
    undated = [f"the year of {place_of(block)} is not stated" for block in blocks if not block.years]
    unclear = [parted(block.unclear, file=str(path))[0] for block in blocks if block.unclear]
    problems = [*(fits_none(name, blocks) for name in stray), *undated, *unclear]
    if problems:
        of_names, own = causes.names_remedy(stray, [each.match for each in blocks], whole=boundaries is not None)
        own |= {"year": "YEAR"}
        of_signs, signs = signs_asked(next((block.readings for block in blocks if block.unclear), ()))
        of_years = "{year}, by which its values are kept (a map of a file joins a table without years as it is)"
        causes_of = {of_names: stray, of_years: undated, of_signs: unclear}
        text = "; ".join(way for way, cause in causes_of.items() if cause)
        allowed = remedy(text, **{name: value for name, value in (own | signs).items() if f"{{{name}}}" in text})
        more = [f"and {len(problems) - _NAMED} more"] if len(problems) > _NAMED else []
        raise DataError(message("; ".join([*problems[:_NAMED], *more]), where=str(path), allowed=allowed))
    rows: list[tuple[str, int, str, float, str]] = []
    unread: list[tuple[str, int | None, str, str, str]] = []
    printed: dict[str, dict[int, str]] = {}
    refuse_repeats(blocks, str(path), named=boundaries is None, aliases=known)
    for block in blocks:
        numbers, unused, spans = values_of(block, names, codes, known, decimal, thousands)
        rows += numbers
        unread += unused
        for (of, code), label in spans.items():
            printed.setdefault(code, {}).setdefault(of, label)
    table = pd.DataFrame(rows, columns=["region", "year", "indicator", "value", "flag"])
    if len(twice := table[table.duplicated(["region", "year", "indicator"])]):
        first = twice.iloc[0]
        when = "" if first["year"] == UNSTATED else f" for {first['year']}"
        problem = f"{first['region']} has two values of {shown(first['indicator'])}{when}"
        raise DataError(message(problem, where=str(path), allowed="one value for a region, year and indicator"))
    order = {name: i for i, name in enumerate(dict.fromkeys(table["region"]))}
    table = table.sort_values("region", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    partly = partly_held(blocks, [each.name for each in indicators], places)
    table.attrs = {
        "units": {each.name: each.unit for each in indicators if each.unit},
        "remarks": [
            *remarks,
            *(text for block in blocks for text in doubts_of(block, codes, blocks)),
            *partly_told(partly),
        ],
        "partly": partly,
        "printed": printed,
        "eras": {era.before for each in blocks if (era := each.grid.era) is not None and era.before is not None},
        **shorter_names(blocks, names),
        "not_read": pd.DataFrame(unread, columns=["sheet", "row", "column", "content", "reason"]),
    }
    return table


def values_of(
    block: Block, names: Codes, codes: Sequence[str], known: dict[str, str],
    decimal: Sign | None, thousands: Sign | None,
) -> tuple[
    list[tuple[str, int, str, float, str]], list[tuple[str, int | None, str, str, str]], dict[tuple[int, str], str]
]:  # fmt: skip
    """Return the numbers of a block by region, year and indicator, with flags; the cells not read; printed years."""
    rows, path = [], block.grid.path
    spec = Table.model_validate(tomllib.loads("\n".join(table_lines(block, names, block.years, str)))["tables"][0])
    if (given := given_signs(decimal, thousands, spec.thousands)) is not None:
        spec = spec.model_copy(update={"decimal": given.decimal, "thousands": given.thousands})
    data = read_as_described(path, spec, years=block.years, codes=list(dict.fromkeys(names.values())), apart=known)
    if data.problems:
        raise DataError(summary(data.problems, lister=""))
    found = {key_in(block, name): code for name, code in block.match.codes.items()}
    code_of = {bare_name(name): code for name, code in found.items()} | found | known
    for at, frame in data.by_year.items():
        flags = {(name, code): flag for name, code, flag in data.flags.get(at, [])}
        regions = {name: code_of.get(name, code_of.get(bare_name(name), name)) for name in map(str, frame.index)}
        if lost := {*regions.values()}.difference(codes or regions.values()):
            raise DataError(message(f"{listed(sorted(lost), write=shown)} fits no region", where=str(path)))
        for name, values in zip(frame.index, frame.to_numpy(), strict=True):
            for code, value in zip(frame.columns, values, strict=True):
                flag = flags.get((str(name), str(code)), "")
                rows.append((regions[str(name)], at, str(code), float(value), flag))
    unused = [(each.sheet, each.row, each.column, each.content, each.reason) for each in data.unused]
    of_title = {(at, code): block.printed for _, at, code, *_ in rows if printed_year(block.printed, at)}
    return rows, unused, of_title | data.printed


def look_at(
    path: Path, boundaries: str | Path | None, key: str | None, layer: str | None, *, sheet: str | None,
    year: int | None, encoding: str | None, known: dict[str, str], ignore: Collection[str] = (), undated: bool = False,
) -> tuple[list[str], list[Block], list[str]]:  # fmt: skip
    """Read a file; `known` aliases get their keys; return the codes of the regions, its tables, and remarks.

    With `undated`, the values of its tables are those whose headers say no year though others do.
    """
    if boundaries is None:
        grids = read_sheets(path, sheet=sheet, encoding=encoding)
        return [], *read_blocks(grids, None, year=year, ignore=ignore, undated=undated)
    told: list[str] = []
    try:
        grids = read_sheets(path, sheet=sheet, encoding=encoding)
    except EncodingError:
        names = guess_layer(Path(boundaries), key=key, layer=layer, shapes=False).names
        grids = read_sheets(path, sheet=sheet, names=names)
        told.append(causes.encoding_told(path.name, grids[-1].encoding))
    guess = guess_layer(Path(boundaries), key=key, texts=texts_of(grids), layer=layer, shapes=False)
    refuse_placeholders(known, grids, guess, str(path))
    known.update(guess.names.take_aliases(known, str(path)))
    blocks, left = read_blocks(grids, guess.names, parents=guess.parents, year=year, ignore=ignore, undated=undated)
    return guess.codes, blocks, [*guess.notes, *told, *left]
