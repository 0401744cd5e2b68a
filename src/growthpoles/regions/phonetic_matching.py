"""Phonetic matching: names of another script, or an adjective made of a name, by how they sound in Latin letters.

It proposes regions, and never decides.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from anyascii import anyascii

from growthpoles.regions.name_matching import (
    ADJECTIVE,
    GENERIC,
    PLACES,
    NameIndex,
    core_words,
    loose_words,
    name_variants,
    opposed,
    script,
)

_ROMAN_PAIRS = {"ου": "ou", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "d", "γγ": "ng", "γκ": "g", "γξ": "nx", "ու": "u"}
_NO_LETTER = re.compile("[^a-z0-9]")
_PAIRED = re.compile("|".join(_ROMAN_PAIRS))
#: Spellings of one sound, of which systems of romanisation and languages take one or the other.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"), ("[kc]h", "h"), ("th", "t"), ("ck", "k"), ("c(?=[eiy])", "s"), ("[cq]", "k"),
        ("x", "ks"), ("w", "v"), ("[yj]", "i"), ("ou", "u"), ("gh", "g"), (r"(.)\1", r"\1"),
    )
)  # fmt: skip

_SOUNDS_LIKE = 0.8  # names of countries in six languages against three: over 95 % right, also where half have no match
#: Scripts that leave vowels out, or write them in ways of which each romanisation takes another one.
_OF_CONSONANTS = frozenset(["ARABIC", "HEBREW", "SYRIAC", "THAI", "KHMER"])
_VOWELS, _DOUBLED, _ARTICLE = re.compile("[aeiouvh]"), re.compile(r"(.)\1"), re.compile(r"^ال(?=\w{3})")
_LESS_SURE = 0.1  # is a likeness of consonants alone
_PAIRS = 400_000  # of names in two scripts, compared letter by letter
_BENT = 2  # letters in which the ends of a name and of what is made of it may differ


def sound(word: str) -> str:
    """Return how a loosened word sounds, in Latin letters, whatever script it is in."""
    told = _NO_LETTER.sub("", anyascii(_PAIRED.sub(lambda hit: _ROMAN_PAIRS[hit[0]], word)).lower())
    for pattern, one in _SOUNDS:
        told = pattern.sub(one, told)
    return told


def sounds_of(core: str, *, bent: bool = False) -> list[str]:
    """Return how the words of a name sound; if `bent`, also those from which it is made, as it is an adjective."""
    hit = ADJECTIVE.fullmatch(core) if bent else None
    stems = [core] if hit is None else [core, hit[1], re.sub(r"(?<=[кk])\w{1,3}$", "", core)]
    return [" ".join(map(sound, stem.split())) for stem in stems]


def named_after_city(core: str, city: str) -> bool:
    """Tell whether the name of a region is made of that of a city: "Московская", "Rīgas"."""
    heard = sounds_of(city)[0]
    for bent, stem in enumerate(sounds_of(core, bent=True)):
        same = next(
            (i for i, (a, b) in enumerate(zip(stem, heard, strict=False)) if a != b), min(len(stem), len(heard))
        )
        if stem == heard or (same > _BENT and max(len(stem), len(heard)) - same <= (_BENT if bent else 1)):
            return True
    return False


def sounding_alike(names: Mapping[str, str], left: Sequence[str], index: NameIndex) -> dict[str, str]:
    """Return the regions left over that sound like names in another script, each pair better than any other of both.

    It proposes and does not decide: "Νίγηρας" sounds like Nigeria too, where there is no Niger.

    Parameters
    ----------
    names : dict of name to key
        Names, as written, with what is read of them.
    left : sequence of str
        Codes of the regions.
    index : NameIndex
    """
    spelled = {name: [key, *name_variants(key)] for name, key in names.items() if any(map(str.isalpha, key))}
    found: dict[str, str] = {}
    for stems in (False, True):  # "Хатлонская область" is Khatlon where nothing sounds like the whole of it
        rest = {name: own for name, own in spelled.items() if name not in found and (not stems or _has_stems(own))}
        free = [code for code in left if code not in found.values()]
        found |= _best_pairs(rest, free, index, stems=stems)
    return found


def _best_pairs(
    spelled: Mapping[str, Sequence[str]], left: Sequence[str], index: NameIndex, *, stems: bool
) -> dict[str, str]:
    """Return pairs of a name and a region that sound alike, each better than any other of both."""
    best: dict[tuple[str, str], float] = {}
    for consonants in (False, True):
        mine = {name: _sounds(spellings, consonants=consonants, stems=stems) for name, spellings in spelled.items()}
        theirs = {code: _sounds(index.names[code], consonants=consonants, stems=stems) for code in left}
        for pair, score in _alike(mine, theirs, consonants=consonants).items():
            best[pair] = max(score - _LESS_SURE * consonants, best.get(pair, 0.0))
    if stems:
        best = {(name, code): score for (name, code), score in best.items()
                if not any(opposed(each, code, index) for each in spelled[name])}  # fmt: skip
    rivals: list[dict[str, list[float]]] = [{}, {}]
    for pair, score in best.items():
        for side, own in zip(rivals, pair, strict=True):
            side.setdefault(own, []).append(score)
    return {
        pair[0]: pair[1]
        for pair, score in best.items()
        if all(score == max(side[own]) and side[own].count(score) == 1 for side, own in zip(rivals, pair, strict=True))
    }


def _alike(
    mine: Mapping[str, Mapping[str, str]], theirs: Mapping[str, Mapping[str, str]], *, consonants: bool
) -> dict[tuple[str, str], float]:
    """Return how much alike names and regions sound, where they do, of two scripts; one of them writes no vowels."""
    scripts = {own for each in (mine, theirs) for sounds in each.values() for own in sounds.values()}
    if len(scripts) < 2 or (consonants and scripts.isdisjoint(_OF_CONSONANTS)):
        return {}
    many = sum(map(len, mine.values())) * sum(map(len, theirs.values())) > _PAIRS
    bearers: dict[str, list[str]] = {}
    for name, sounds in mine.items():
        for own in sounds:
            bearers.setdefault(own, []).append(name)
    best: dict[tuple[str, str], float] = {}
    for code, others in theirs.items():
        for other, of in others.items():
            matcher = difflib.SequenceMatcher(None, "", other, autojunk=False)
            for own in bearers if not many else bearers.keys() & {other}:
                matcher.set_seq1(own)
                near = matcher.real_quick_ratio() >= _SOUNDS_LIKE <= matcher.quick_ratio()
                score = matcher.ratio() if near else 0.0
                for name in bearers[own] if score >= _SOUNDS_LIKE else ():
                    pair = {mine[name][own], of}
                    if len(pair) == 2 and not (consonants and pair.isdisjoint(_OF_CONSONANTS)):
                        best[name, code] = max(score, best.get((name, code), 0.0))
    return best


def _has_stems(spellings: Sequence[str]) -> bool:
    """Tell whether a name is that of a city by its words, or an adjective."""
    parts = {word for each in spellings for word in loose_words(each)} - GENERIC
    return not parts.isdisjoint(PLACES) or any(map(ADJECTIVE.fullmatch, parts))


def _sounds(spellings: Iterable[str], *, consonants: bool, stems: bool) -> dict[str, str]:
    """Return how spellings of a name sound, or their consonants, each with the script it is in.

    Left out are words that say what it is; the others are sorted. With `stems`, also left out are words that say that
    it is a city, and an adjective sounds like the names from which it may be made, too.
    """
    found: dict[str, str] = {}
    for spelling in spellings:
        parts = loose_words(spelling)
        core = core_words(parts, GENERIC) or parts
        core = [_ARTICLE.sub("", word) for word in (stems and core_words(list(core), PLACES)) or core]
        spoken = [sounds_of(word, bent=stems) for word in core]
        heard = [
            " ".join(sorted(each[min(i, len(each) - 1)] for each in spoken))
            for i in range(max(map(len, spoken), default=0))
        ]
        if consonants:
            heard = ["".join(_DOUBLED.sub(r"\1", _VOWELS.sub("", word)) for word in each.split()) for each in heard]
        found |= dict.fromkeys((each for each in heard if len(each) > 2), script("".join(core)))
    return found
