"""Code matching: keys in cells of a column, also in longer cells, without zeros, or by the ends of codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from growthpoles.regions.name_matching import GENERIC, PLACES, core_words, loose_words, says_total

if TYPE_CHECKING:
    from growthpoles.regions.name_matching import NameIndex

#: A code before a name, apart from it or joined to it; what takes the name alone.
CODE_BEFORE = (
    re.compile(r"\(?[A-Z]{0,3}\d[\w.-]*\)?[.:]?\s+\D.*"),
    re.compile(r"[A-Z]{0,3}\d[A-Z\d.]*\s*[_:;|/–—-]\s*\D.*"),
)
BEHIND_CODE = (r"\(?\w[\w.-]*\)?[.:]?\s+(?:[-–—:]\s*)?(.+)", r"[^\W_]+\s*[_:;|/–—-]\s*(.+)")
_ROMAN, _OTHER = "A-Za-z\u00c0-\u024f", r"[^\W\d_A-Za-z\u00c0-\u024f]"  # letters
#: What takes one of two names, in Latin letters and in others: "ຜົ້ງສາລີ Phongsaly", "Phongsaly (ຜົ້ງສາລີ)".
_OF_TWO_SCRIPTS = (
    rf"{_OTHER}[^{_ROMAN}]*?[\s(]+([{_ROMAN}](?:(?!{_OTHER}).)*?)\)?",
    rf"([{_ROMAN}](?:(?!{_OTHER}).)*?)[\s(]+{_OTHER}[^{_ROMAN}]*",
    rf"({_OTHER}[^{_ROMAN}]*?)[\s(]+[{_ROMAN}](?:(?!{_OTHER}).)*",
    rf"[{_ROMAN}](?:(?!{_OTHER}).)*?[\s(]+({_OTHER}[^{_ROMAN}]*?)\)?",
)
_BEGUN = re.compile(r"([^\W\d_]{1,4}[-_./ ]?)([\w-]+)")
_ENDED = 0.7  # of codes in a table, so many are the endings of codes


def key_of(name: str, pattern: str | None, width: int | None) -> str:
    """Return the key in a cell: what `pattern` takes out of it, with zeros in front up to `width`."""
    hit = re.fullmatch(pattern, name) if pattern is not None and len(name) <= 300 else None
    if hit and hit[1]:
        name = hit[1].strip()
    return name.zfill(width) if width is not None and name.isdecimal() else name


def _is_in_two_scripts(name: str) -> bool:
    """Tell whether a cell holds two names, in Latin letters and in others, and not one and the word for its kind."""
    patterns = () if name.isascii() else _OF_TWO_SCRIPTS
    parts = [hit[1] for each in patterns if (hit := re.fullmatch(each, name[:300]))]
    return len(parts) > 1 and all(core_words(loose_words(part), GENERIC | PLACES) for part in parts)


def best_rule(
    names: Iterable[str], find: Callable[[str], list[str]], codes: Sequence[str]
) -> tuple[str | None, int | None, dict[str, str]]:
    """Return the pattern and width under which most regions are found, the plain reading first, and what is found."""
    names = [name for name in dict.fromkeys(names) if name]
    rules: list[tuple[str | None, int | None]] = [(None, None)]
    widths = Counter(len(code) for code in codes if code.isdecimal())
    digits = [name for name in names if name.isdecimal()]
    if digits and 2 * len(digits) >= len(names):
        longest = max(map(len, digits))
        rules += [(None, width) for width in widths if any(len(name) < width for name in digits)]
        if any(name.startswith("0") for name in digits):
            rules.append(("0*(.+)", None))
        # Codes of several levels, filled with zeros on the right: 0200000 is 02.
        rules += [(rf"(\d{{{width}}})0+", None) for width in widths if 0 < width < longest]
        rules += [(rf"0*(\d{{1,{width}}}?)0+", None) for width in {max(widths, default=0)} if 0 < width < longest]
    if 2 * sum(bool(re.fullmatch(r"\d+\.0", name)) for name in names) >= len(names) > 0:
        rules.append((r"(\d+)\.0", None))
        rules += [(r"(\d+)\.0", width) for width in widths]
    headed, joined = ([name for name in names if pattern.fullmatch(name)] for pattern in CODE_BEFORE)
    if 2 * len(joined) >= len(names):
        rules += [(r"([^\W_]+)\s*[_:;|/–—-].+", None), (r"0*([^\W_]+)\s*[_:;|/–—-].+", None)]
        rules.append((BEHIND_CODE[1], None))
    if 2 * sum(map(_is_in_two_scripts, names)) >= len(names):
        rules += [(each, None) for each in _OF_TWO_SCRIPTS]
    if 2 * len(headed) >= len(names):
        rules += [(r"\(?(\w[\w.-]*?)\)?[.:]?\s.+", None), (r"\(?0*(\w[\w.-]*?)\)?[.:]?\s.+", None)]
        rules.append((BEHIND_CODE[0], None))
    tailed = [name for name in names if re.fullmatch(r".*\S\s*[\[(<][A-Z]{0,3}\d*[A-Z\d]+[\])>]", name)]
    if 2 * len(tailed) >= len(names):
        rules += [(r".*[\[(<](\w+)[\])>]", None), (r"(.*\S)\s*[\[(<]\w+[\])>]", None)]
    numbered = [name for name in names if re.fullmatch(r"\D+[-_]\d+", name)]
    if 2 * len(numbered) >= len(names):  # "Adana-1"
        rules += [(r"(\D+)[-_]\d+", None), (r"\D+[-_](\d+)", None)]
    best: tuple[str | None, int | None, dict[str, str]] = (None, None, {})
    most = 0
    for pattern, width in rules:
        found = {name: hits[0] for name in names if len(hits := find(key_of(name, pattern, width))) == 1}
        distinct = len(set(found.values()))
        # Two names that become one under a rule speak against it.
        if (pattern, width) != (None, None) and distinct < len(found):
            continue
        if distinct > most:
            most, best = distinct, (pattern, width, found)
    return best


def code_endings(names: Sequence[str], index: NameIndex) -> dict[str, str]:
    """Return the codes whose endings most names are, one to one, behind what all codes begin with: 11 for LK-11.

    Of numbers the zeros in front say nothing, on either side: 1 is DO-01, and 01 is KH-1.
    """
    ends: dict[str, dict[str, str]] = {}
    for code, spellings in index.names.items():
        for hit in filter(None, map(_BEGUN.fullmatch, spellings)):
            if any(map(str.isdigit, hit[2])):
                ends.setdefault(hit[1], {})[hit[2]] = code
    whole = {len(index.names)}
    for own in (each for each in ends.values() if {len(each), len({*each.values()})} == whole):
        found = {name: own[name] for name in names if name in own}
        bare = {end.lstrip("0"): code for end, code in own.items() if end.isdecimal()}
        written = {name: name.lstrip("0") for name in names if name.isdecimal()}
        surely = bool(found) or not counts(names)
        if surely and len(bare) == len(own) and len({*written.values()}) == len(written):
            found |= {name: bare[end] for name, end in written.items() if end in bare}
        # Where numbers fit no region, and regions have no number, they may be of another list, in another order.
        one_list = len({*found.values()}) == len(own) or all(name in found or says_total(name) for name in names)
        if one_list and len(found) >= max(3, _ENDED * len(names)) and max(map(len, found)) > 1:  # "1" may count rows
            return found
    return {}


def counts(texts: Sequence[str]) -> bool:
    """Tell whether texts number the rows they stand in, from 0 or 1 on."""
    return list(texts) in ([str(i) for i in range(1, len(texts) + 1)], [str(i) for i in range(len(texts))])
