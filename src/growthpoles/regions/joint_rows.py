"""Rows of more or of less than one region: of several together, with another one inside, without a part of it.

"Atlantique et Littoral" and "Atlantique (y compris Littoral)" are two regions, "Centre (sans Yaoundé)" a part of one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from growthpoles.errors import shown
from growthpoles.language.languages import alternatives
from growthpoles.regions.name_matching import (
    GENERIC,
    PLACES,
    NameIndex,
    by_cores,
    cores,
    loose_words,
    run_together,
    says_part,
)
from growthpoles.regions.row_levels import KeyMatch

_WORDED = re.compile(r"[^\W\d_]")
_HALF, _FEW_OPEN = 4, 100  # letters of a name that tell which it is; names of which so much is asked
_STEM = 3  # letters that forms of one word share, and in which they may differ
_BEFORE, _REST = alternatives("leaving_out"), alternatives("rests_of")
_BEHIND = rf"(?:\s*(?:{alternatives('left_out_before')})|(?:{alternatives('left_out_suffixes')}))"
#: In brackets, behind a comma or a dash, or a word alone; what is left out stands behind the word or before it.
_LEAVING_OUT = tuple(
    re.compile(pattern, flags=re.IGNORECASE)
    for pattern in (
        rf"(?P<whole>[^()\[\]（）]+?)\s*[(\[（]\s*(?:{_BEFORE})(?:(?<=[除含括])|(?<=[除含括]\s)|\b|(?<=\.))\s*(?P<part>[^()]+?)\s*[)\]）]",
        rf"(?P<whole>[^()\[\]（）]+?)\s*[(\[（]\s*(?P<part>[^()]+?){_BEHIND}\s*[)\]）]",
        rf"(?P<whole>.+?)(?:\s*[,;:]\s*|\s+[–—-]\s+|\s+)(?:{_BEFORE})(?:\s+|(?<=\.))(?P<part>\S.*)",
        rf"(?:{_REST})(?:\s+|\s*[’']\s*)(?P<whole>\S.*)",
        rf"(?P<whole>.+?)\s*(?:[(\[（]|[,;:]\s|\s[–—-]\s)\s*(?:{alternatives('rests')})\s*[)\]）]?",
    )
)  # fmt: skip
_HOLDING, _JOINING, _OF_WHICH = map(alternatives, ("including", "joining_words", "of_which"))
_HELD = rf"\s*(?:{alternatives('included_before')})"
_WHOLE = r"(?P<whole>[^()\[\]（）]+?)"
#: The same of what a row holds too; that a part is one of which says so in brackets alone.
_INCLUDING = tuple(
    re.compile(pattern, flags=re.IGNORECASE)
    for pattern in (
        rf"{_WHOLE}\s*[(\[（]\s*(?:{_HOLDING}|{_OF_WHICH}|{_JOINING})"
        r"(?:(?<=[含括及+&])|(?<=[含括及]\s)|\b|(?<=\.))\s*:?\s*(?P<part>[^()]+?)\s*[)\]）]",
        rf"{_WHOLE}\s*[(\[（]\s*(?P<part>[^()]+?){_HELD}\s*[)\]）]",
        rf"(?P<whole>.+?)(?:\s*[,;:]\s*|\s+[–—-]\s+|\s+)(?:{_HOLDING}|{_JOINING})(?:\s+|(?<=\.))(?P<part>\S.*)",
        rf"(?P<whole>.+?)(?:\s*[,;:]\s*|\s+[–—-]\s+)(?P<part>\S.*?){_HELD}",
    )
)  # fmt: skip
_AND = re.compile(r"\s*[/&+,;–]\s*|\s+(?:-|and|und|et|e|y|i|и|och|og|en|ja|ve|dan|va|și)\s+")


def what_is_left_out(name: str) -> tuple[str, str] | None:
    """Return the region of which a row says that it lacks a part, and that part, "" where it is not named."""
    for pattern in _LEAVING_OUT:
        if hit := pattern.fullmatch(name.strip()):
            return hit["whole"].strip(), (hit.groupdict().get("part") or "").strip()
    return None


@functools.lru_cache(maxsize=2**15)
def _spelled(name: str) -> tuple[list[str], str, frozenset[str]]:
    """Return the loose words of a name, all of them without blanks, and how they begin."""
    parts = loose_words(name)
    return parts, "".join(parts), frozenset(word[:_STEM] for word in parts)


def _other_regions(part: str, whole: str, index: NameIndex) -> list[set[str]]:
    """Return the other regions that each name in the remark on a row means, as "без Москвы" means Москва.

    Names bend; of kinds alone, regions of that kind are meant: "без автономных округов".
    """
    own = {*index.find(whole)}

    def of(text: str) -> set[str]:
        if exact := {*index.find(text)}:
            return exact - own
        mine, parts = cores(text)[0], loose_words(text)
        mine = mine - PLACES or mine
        kind = any(_akin(word, each) for word in parts for each in GENERIC)
        begin, joined = {word[:_STEM] for word in parts}, "".join(parts)

        def meant(spelling: str) -> bool:
            others, together, begun = _spelled(spelling)
            if begin.isdisjoint(begun) and together != joined:
                return False
            theirs = cores(spelling)[0]
            theirs = theirs - PLACES or theirs
            within = kind and all(any(_akin(word, each) for each in others) for word in parts)
            alike = len(mine) == len(theirs) and all(any(_akin(word, each) for each in theirs) for word in mine)
            return alike or within or together == joined

        others = {code: names for code, names in index.names.items() if {code} != own}
        return {c for c, names in others.items() if parts and any(map(meant, filter(_WORDED.search, names)))}

    if at_once := of(part):
        return [at_once]
    return [of(text) for text in _AND.split(part) if loose_words(text)]


def is_other_region(part: str, whole: str, index: NameIndex) -> bool:
    """Tell whether all that a row leaves out are regions themselves: "Moscow Oblast (without Moscow)" is the oblast."""
    return all(meant := _other_regions(part, whole, index)) and bool(meant)


def what_is_held_too(name: str, index: NameIndex) -> tuple[str, tuple[str, ...]] | None:
    """Return the region of which a row says that it holds other ones too, and these; None where it holds none.

    "Almaty region (including Kapshagai city)" is that region, where the city is none of its own.
    """
    for pattern in _INCLUDING:
        if (hit := pattern.fullmatch(name.strip())) and not says_part(name):
            meant = _other_regions(hit["part"], hit["whole"], index)
            # a word for any kind says nothing of others
            held = set[str]().union(*(each for each in meant if 2 * len(each) < max(len(index.names), 3)))
            if held and cores(name)[0] not in by_cores(index):
                return hit["whole"].strip(), tuple(code for code in index.names if code in held)
    return None


def _akin(word: str, other: str) -> bool:
    """Tell whether two words are forms of one: alike but for their ends."""
    same = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    return word == other or (same >= _STEM and max(len(word), len(other)) - same <= min(_STEM, same - 1))


def ask_of_lacking(match: KeyMatch, lacking: Mapping[str, tuple[str, str]], index: NameIndex) -> None:
    """Ask of rows that leave out a part of their region, and of the rows of such parts: none of them is the region.

    Where that part is a region itself, the rest is the region, and a row without that remark is both together.
    """
    codes = match.codes
    for name, (whole, part) in lacking.items():
        code = codes.get(name) or match.open.get(name)
        if code is None:
            continue
        beside = [row for row, of in codes.items() if of == code and row not in lacking]
        for held in (match.found, match.aliases, match.open):
            held.pop(name, None)
        if is_other_region(part, whole, index):
            match.aliases[name] = code, f"{part} is a region of its own"
            for row in beside:
                match.found.pop(row, None)
                match.aliases.pop(row, None)
                match.outside[row] = f"it holds {part} too, a region of its own, which {shown(name)} leaves out"
            continue
        if beside:
            match.outside[name] = f"it is a part of the region of {shown(beside[0])}"
            continue
        match.parts[name], match.lacking[name], match.open[name] = code, part, None
        wanted = {cores(text)[0] - PLACES or cores(text)[0] for text in _AND.split(part)} - {frozenset()}
        for row in [*match.open, *match.outside]:
            own = cores(row)[0]
            if row not in lacking and (own - PLACES or own) in wanted and codes.get(row, code) == code:
                match.outside.pop(row, None)
                match.open[row], match.parts[row] = None, code


def ask_of_holding(match: KeyMatch, holding: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
    """Ask of rows that hold another region too: the values are of all of them together."""
    codes, taken = match.codes, set[str]()
    for name, (whole, held) in holding.items():
        code = codes.get(name) or match.open.get(name) or match.heard.get(name)
        if code in held:
            continue
        beside = [row for row, of in codes.items() if of == code and row not in holding]
        for part in (match.found, match.aliases, match.open, match.outside, match.heard, match.parts, match.last):
            part.pop(name, None)
        if beside:
            match.outside[name] = f"it holds other regions, too, and {shown(whole)} has a row of its own"
            continue
        match.open[name] = None
        match.joint |= {name: (code, *held)} if code else {}
        taken.update(held)
    match.last = {name: code for name, code in match.last.items() if code not in taken}


def joint_regions(rows: Mapping[str, str], index: NameIndex) -> dict[str, tuple[str, ...]]:
    """Return the regions of names that are those of several, each by its own words, and of none by all of them."""
    split = {name: parts for name, key in rows.items() if len(parts := _AND.split(key)) > 1}
    named = by_cores(index) if split else {}
    found = {}
    for name, parts in split.items():
        codes = [named.get(cores(part)[0], set()) for part in parts]
        if all(len(each) == 1 for each in codes) and len(set.union(*codes)) == len(codes):
            found[name] = tuple(next(iter(each)) for each in codes)
    return {name: codes for name, codes in found.items() if cores(rows[name])[0] not in named}


def ask_of_joint_rows(match: KeyMatch, rest: Mapping[str, str], index: NameIndex) -> None:
    """Find rows that name several regions, each by its own words: the values are of all of them together.

    So may be those of a name that begins like one region without a row and ends like another: it was divided.
    """
    taken = {*match.codes.values()}
    free = [(run_together(each), code) for code, held in index.names.items() if code not in taken for each in held]
    free = free if len(match.open) <= _FEW_OPEN else []
    asked = {name: rest[name] for name in match.open if name in rest}
    match.joint |= joint_regions(asked, index)
    for name in asked:
        if name not in match.joint and len(both := _halves_of(run_together(rest[name]), free)) == 1:
            match.joint[name] = both.pop()
        match.open[name] = None if name in match.joint else match.open[name]


def _halves_of(name: str, free: Sequence[tuple[str, str]]) -> set[tuple[str, ...]]:
    """Return the pairs of regions without a row of which a name begins like the one and ends like the other."""
    found: set[tuple[str, ...]] = set()
    for at in range(_HALF, len(name) - _HALF + 1):
        heads, tails = ({code for each, code in free if each.startswith(half)} for half in (name[:at], name[at:]))
        found |= {(head, tail) for head in heads for tail in tails if head != tail}
    return found
