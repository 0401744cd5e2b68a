"""Region codes: columns of whole numbers that tell the regions, by what their cells say, and are no amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from growthpoles.language.languages import alternatives
from growthpoles.regions.name_matching import name_keys, says_total
from growthpoles.study.files.number_notation import cell_value
from growthpoles.study.files.printed_labels import bare_name, parse_year, years_in
from growthpoles.study.files.printed_subjects import is_unit
from growthpoles.study.files.problems import CODES_OF_REGIONS, MAY_BE_CODES
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.table_blocks import Block, bare_number

_CLOSE = 3  # numbers for each region, within which codes lie
_MEASURES = re.compile(rf"[%‰$€£]|{alternatives('measures')}|{alternatives('industries')}", flags=re.IGNORECASE)


def holds_codes(block: Block, at: int) -> bool:
    """Tell whether a column holds codes: texts of digits, of one length, all different, some with a leading zero."""
    cells = [row[at] for _, row in block.rows if at < len(row) and cell_text(row[at])]
    texts = [cell_text(cell) for cell in cells if isinstance(cell, str)]
    alike = len(texts) > 2 and len(texts) == len(cells) == len(set(texts)) and len(set(map(len, texts))) == 1
    return alike and all(map(str.isdecimal, texts)) and any(text[0] == "0" and len(text) > 1 for text in texts)


def region_codes(block: Block, at: int) -> str:
    """Return why whole numbers are codes of the regions, or may be (:data:`MAY_BE_CODES`), "" if they are amounts.

    Notes
    -----
    Where regions have several rows, an amount changes and a code does not: each name has its own in all of them, and
    the codes begin alike, rise, lie close together, or have one length beside the names. Where each region has one
    row, codes of one length stand beside the names and rise along with names in the order of the alphabet, begin with
    the same digits, lie closer together than amounts, or rise in front of the names. What is called an amount is one.
    """
    head = " | ".join(block.paths[at])
    last = re.split(r"[,(\[]", head.rstrip(" )]"))
    dated = years_in(head) or any(map(block.part_of_year, block.paths[at]))
    if block.key is None or _MEASURES.search(head) or is_unit(last[-1]) or dated or at in block.undated:
        return ""
    rows = [(bare_name(block.text(row, block.key)), bare_number(block, row, at)) for _, row in block.rows]
    rows = [(name, code) for name, code in rows if name and code and not says_total(name)]
    if any(not code.isdecimal() for _, code in rows):
        return ""
    between = range(min(at, block.key) + 1, max(at, block.key))
    beside = not any(block.kinds_of[other]["n"] for other in between)
    # A country above or below the regions has a code of another kind.
    ways = (rows, *([each for each in rows if each[0] != end] for end in {rows[0][0], rows[-1][0]} if rows))
    told = [_codes_by_place(each, beside=beside, before=at < block.key) for each in ways]
    others = [other for other, n in block.kinds_of.items() if n["n"] > n["t"] and other not in (at, block.key)]
    best = next((each for each in (CODES_OF_REGIONS, MAY_BE_CODES) if each in told), "")
    if not others:
        return ""
    # Where another column rises, too, the rows may be in the order of their amounts.
    return MAY_BE_CODES if best and any(_rises(block, other) for other in others) else best


def _rises(block: Block, at: int) -> bool:
    """Tell whether the numbers of a column, but for totals and years, rise from row to row."""
    cells = [
        row[at] for _, row in block.rows if at < len(row) and not says_total(bare_name(block.text(row, block.key or 0)))
    ]
    values = [value for cell in cells if (value := cell_value(cell)) is not None]
    return len(values) > 3 and not all(map(parse_year, cells)) and all(a < b for a, b in pairwise(values))


def _codes_by_place(rows: Sequence[tuple[str, str]], *, beside: bool, before: bool) -> str:
    pairs = list(dict.fromkeys(rows))
    names, codes = ([pair[i] for pair in pairs] for i in (0, 1))
    lengths = {*map(len, codes)}
    if len(pairs) < 4 or len({*names}) < len(pairs) or len({*codes}) < len(pairs) or len(lengths) > 2:
        return ""
    numbers = list(map(int, codes))
    digits = min(lengths) if len(lengths) == 1 else 0
    ends = zip(min(codes), max(codes), strict=False) if digits else ()
    begun = len(list(takewhile(lambda pair: pair[0] == pair[1], ends)))
    rising = all(a < b for a, b in pairwise(numbers))
    close = max(numbers) - min(numbers) < _CLOSE * len(pairs)
    if 2 * len(pairs) <= len(rows):
        if rising or close or begun or (beside and digits > 1):
            return CODES_OF_REGIONS
        return MAY_BE_CODES if beside else ""
    if not beside or len(pairs) < len(rows) or len(pairs) < 5:
        return ""
    sorted_names = [name_keys(name).loose for name in names]
    along = rising and digits > 1 and len(pairs) > 5 and all(a < b for a, b in pairwise(sorted_names))
    alike = digits > 3 and (close or begun > 1 or (before and begun > 0 and len(pairs) > 5))
    if along or alike or (before and rising and (digits > 1 or close)):
        return CODES_OF_REGIONS
    return MAY_BE_CODES if (before and digits > 1) or (rising and digits > 3) else ""
