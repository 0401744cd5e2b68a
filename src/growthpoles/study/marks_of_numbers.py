"""Marks of numbers: signs of missing values and of zero, flags, parentheses and the notation of numbers in a table."""

from __future__ import annotations

import re
from collections import defaultdict

from growthpoles.errors import listed, quoted, shown
from growthpoles.language.languages import alternatives
from growthpoles.study.files.number_notation import NOTATIONS, cell_value, is_mark, is_number, settle_signs
from growthpoles.study.files.printed_labels import (
    plain_signs,
    split_flag,
)
from growthpoles.study.files.problems import (
    Problem,
)
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.table_blocks import (
    Block,
    sentinels,
)

_EXPLAINED = re.compile(r"[\"'«“„‘(\[\s]*([-–—−])")
_NIL_WORDS, _OR = rf"(?:{alternatives('nil')})(?!\w)", r"\s*(?:/|(?:or|и|или|oder|ou|o|ili|lub)\s)\s*"
#: Dashes that a note explains to be nil, in one language or several, at its start or behind another sign.
_NIL = re.compile(
    r"(?:^|[;:,.(\[…*]|\s{2})\s*[\"'«“„‘(\[]?([-–—−])[\"'»”“’)\]]?\s*[:=–-]?\s*"
    r"(?:(?:means?|denotes?|indicates?|signifies|stands for|означает|bedeutet|significa|znači|表示)\s+)?(?:the |a )?"
    rf"{_NIL_WORDS}(?:{_OR}{_NIL_WORDS})*(?!{_OR}(?!negl|less|insig|round|ничт|мал))",
    flags=re.IGNORECASE,
)
_PARENTHESES, _FEW_CASES = (
    re.compile(rf"(?<!\w)(?:{alternatives(words)})", flags=re.IGNORECASE) for words in ("parentheses", "few_cases")
)
_SENTENCES = re.compile(r"(?<=[.;。])\s+")
_ALIKE = 5  # numbers of one size, for a letter beside another of theirs to multiply none


def _says_few_cases(block: Block) -> bool:
    """Tell whether a sentence around the table says that numbers in parentheses rest on few cases, as surveys print."""
    texts = (cell_text(cell) for _, row in block.grid.rows for cell in row if isinstance(cell, str) and len(cell) > 10)
    return any(
        _PARENTHESES.search(part) and _FEW_CASES.search(part) for text in texts for part in _SENTENCES.split(text)
    )


def _nil_marks(block: Block) -> dict[str, str]:
    """Return the dashes that a note around the table explains to be zero, and the notes."""
    around = (row for number, row in block.grid.rows if not block.first <= number <= block.last)
    notes = [" ".join(filter(None, map(cell_text, row))) for row in around]
    said = {hit[1]: note for note in notes for hit in _NIL.finditer(note)}
    # A note may print another dash than the cells, unless several are explained.
    explained = {hit[1] for note in notes if (hit := _EXPLAINED.match(note))} | {*said}
    return said if len(explained) > 1 else {dash: note for note in said.values() for dash in "-–—−"}


def find_marks(block: Block) -> None:
    """Find decimal sign, marks of missing values and flags, among the rows of regions."""
    texts: dict[str, None] = {}
    flags: dict[str, None] = {}
    places: dict[int, list[tuple[str, Problem]]] = defaultdict(list)
    alike: dict[tuple[str, ...], list[str | float]] = defaultdict(list)  # cells by column and indicator
    scaled: dict[int, list[tuple[str, str, Problem]]] = defaultdict(list)  # with a letter that may multiply
    negative, bracketed, path = False, False, str(block.grid.path)
    texts |= dict.fromkeys(sentinels(block))
    for number, row in block.regions:
        for at in block.value_at:
            cell = row[at] if at < len(row) else ""
            text = cell_text(cell)
            own = alike[block.names[at], *(block.text(row, each) for each in block.indicator)]
            if not isinstance(cell, str) or (text and is_number(cell) and not is_mark(text)):
                if isinstance(cell, str):
                    split = split_flag(cell)
                    number_part = split[0] if split else cell
                    if any(n.parse(cell) is not None for n in NOTATIONS):
                        number_part = cell
                    elif split:
                        flags[split[1]] = None
                    bracketed |= text[:1] + text[-1:] == "()"
                    negative |= plain_signs(cell).startswith("-") and text not in texts
                    place = Problem("", path, block.grid.sheet, number, block.names[at], "", block.grid.unit)
                    places[at].append((number_part.strip("()"), place))
                    own.append(number_part.strip("()"))
                elif isinstance(cell, int | float) and not isinstance(cell, bool):
                    own.append(cell)
                    negative |= cell < 0 and text not in texts
                continue
            if text == "" or is_mark(text):
                texts[text] = None
            elif isinstance(cell, str) and (split := split_flag(cell, multiples=True)) is not None:
                place = Problem("", path, block.grid.sheet, number, block.names[at], "", block.grid.unit)
                scaled[at].append((*split, place))
    for at, cells in scaled.items():
        beside = (cell for (name, *_), own in alike.items() if name == block.names[at] for cell in own)
        sizes = [abs(value) for cell in beside if (value := cell_value(cell))]
        given = [abs(cell_value(part) or 0.0) for part, _, _ in cells]
        if (
            max(_ALIKE, 2 * len(cells)) <= len(sizes)
            and min(sizes) / 10 <= min(given)
            and max(given) <= 10 * max(sizes)
        ):
            flags |= dict.fromkeys(flag for _, flag, _ in cells)
            places[at] += [(part, place) for part, _, place in cells]
            told = listed(sorted({flag for _, flag, _ in cells}), write=repr)
            head = shown(block.names[at])
            block.doubts.append(f"{told} beside numbers of {head} multiplies none: they are of the size of the others")
    nil = _nil_marks(block) if any(dash in texts for dash in "-–—−") else {}
    block.zero = [mark for mark in sorted(texts) if mark in nil]
    block.missing = [mark for mark in sorted(texts) if mark not in nil]
    if block.zero:
        told = listed(dict.fromkeys(nil[mark][:80] for mark in block.zero), write=quoted)
        block.doubts.append(f"{listed(map(repr, block.zero), write=str)} was read as zero, as a note says: {told}")
    block.flags = sorted(flags)
    few = bracketed and _says_few_cases(block)
    block.parentheses = "flag" if few else "negative" if bracketed and not negative else ""
    if bracketed:
        what = {
            "flag": "rest on few cases, as a note says: they are read as they stand",
            "negative": "were taken to be negative",
            "": "stand beside numbers with a minus: DECIDE",
        }[block.parentheses]
        block.doubts.append(f"numbers in parentheses {what}")
    # Totals and notes are printed as the regions are, and so are the columns that are not read.
    wider = (
        [
            cell
            for _, row in block.rows
            for at, cell in enumerate(row)
            if at in columns and isinstance(cell, str) and is_number(cell)
        ]
        for columns in (block.value_at, range(len(block.paths)))
    )
    named = {block.names[at]: cells for at, cells in places.items()}
    indicators = [(name, cells) for (name, *_), cells in alike.items()]
    found = settle_signs(named, wider, indicators, block.grid.delimiter or None)
    block.notation, block.unclear, block.readings = found.notation, found.unclear, found.readings
    block.doubts += found.notes
