"""Key matching: codes and names of a table against all columns of a boundary file together; totals.

What a name means is decided by all names at once: a spelling that could be two regions is decided when one of them
has a row of its own, and a row that fits no region is a total only where something shows it: it adds up, bears the
name of a country or of a group of regions, has a code of another shape, stands outside the indentation, or no region
is left that could bear it. What nothing shows is asked.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from growthpoles.errors import shown
from growthpoles.language.languages import alternatives
from growthpoles.regions.code_matching import BEHIND_CODE, CODE_BEFORE, best_rule, code_endings, key_of
from growthpoles.regions.joint_rows import (
    ask_of_holding,
    ask_of_joint_rows,
    ask_of_lacking,
    joint_regions,
    what_is_held_too,
    what_is_left_out,
)
from growthpoles.regions.name_matching import (
    ARTICLES,
    CITY,
    CITY_REGION,
    COMPASS,
    EAST_ASIAN,
    EAST_ASIAN_SUFFIX,
    EITHER,
    GENERIC,
    PLACES,
    REGION,
    WHOLE,
    NameIndex,
    borne_by_region,
    city_or_region,
    continents,
    core_words,
    cores,
    is_country,
    letter_for_letter,
    likeness,
    loose_words,
    name_keys,
    name_variants,
    near_codes,
    opposed,
    run_together,
    same_direction,
    says_total,
    turned_name,
)
from growthpoles.regions.phonetic_matching import named_after_city, sounding_alike, sounds_of
from growthpoles.regions.row_levels import (
    BUT_FOR_KIND,
    LEFT_OVER,
    LEVEL,
    OUTSIDE,
    OWN_ROWS,
    KeyMatch,
    RowSigns,
    ask_of_lone_rows,
    ask_of_parts,
    level_of_regions,
    of_several,
    summed_regions,
)

_CODE = re.compile(r"[A-Za-z]{0,4}[-_.]?\d[\w.-]*|[A-Z0-9]{2,6}")
_WORD = re.compile(r"[^\W\d_][^\W\d_A-ZА-Я]{3}")  # in a column of codes: what it is, only a person can tell
_FORMERLY = re.compile(rf"\(\s*(?:{alternatives('formerly')})[\s:-]+([^()]+?)\s*\)\s*$", flags=re.IGNORECASE)
_IN_BRACKETS = re.compile(r"([^()]*)\(([^()]+)\)([^()]*)")
_DRAWN_TOGETHER = re.compile(r"[^\W\d_]{2,3}")
_LONGEST = 200  # names that are compared word by word with the regions left over
_RATHER = 0.5  # the last name and the last region are proposed to be one if so much alike
_NEARLY = 0.8  # as alike are the names of a country and of a region that bears its name
_NEARER = 0.1  # more alike than another name that claims the same region
_SEARCHES = 2000  # names for which something alike is looked for
_MOST_FIT = 0.4  # of the names fit as they are written
_MOST_SAY = 0.6  # of the rows, so many say what kind of place they are, and of the boundaries so many do not
_FEW = 3  # regions of which a name may be any
SUM = "it is the sum of other rows"
PART = "it is a part of the row above it, by its indentation"
CITY_BESIDE = "city and region of one name, told apart by their kinds"
_BARE = -1  # a name that says no kind, which is the other one beside what says its own
_BESIDE = {CITY: REGION, CITY_REGION: REGION, REGION: CITY}
_HEARD = 0.8  # as alike sound two names of one place
_BOTH_SCRIPTS = 3  # names that are the same letter for letter in Cyrillic and Latin, for any to be taken


def match_keys(
    names: Sequence[str],
    index: NameIndex,
    *,
    signs: RowSigns | None = None,
    parents: Iterable[str] = (),
    bare_name: Callable[[str], str] = str,
) -> KeyMatch:
    """Decide what the names in a column mean, all together.

    Parameters
    ----------
    names : sequence of str
        Distinct names, as written.
    index : NameIndex
        The regions with all their names.
    signs : RowSigns, optional
        What is known of the rows beside their names.
    parents : iterable of str
        Names that several regions share in the boundary file: their groups.
    bare_name : callable
        Takes the marks of footnotes off a name. A mark stays where a region bears it.
    """
    signs = signs or RowSigns()
    bare = {name: name if index.find(name) else bare_name(name) for name in names}
    told = {name: what_is_left_out(text) for name, text in bare.items() if not index.find(text)}
    lacking = {name: both for name, both in told.items() if both}
    rest = {name: text for name, text in bare.items() if name not in lacking and not index.find(text)}
    holding = {name: both for name, text in rest.items() if (both := what_is_held_too(text, index))}
    bare |= {name: whole for name, (whole, _) in (lacking | holding).items()}
    while True:
        match = _match_bare(list(dict.fromkeys(bare.values())), index, signs.of(bare), parents)
        # A mark through which the rule does not reach a code stays, since the rule is for the cell as it is written.
        rule = match.pattern, match.width
        marked = {n: b for n, b in bare.items() if n != b and n not in lacking | holding}
        kept = {n: n for n, b in marked.items() if bare_name(key_of(n, *rule)) != key_of(b, *rule)}
        if not kept:
            break
        bare |= kept
    for part in (getattr(match, each.name) for each in fields(match)):
        if isinstance(part, dict):  # by bare names
            own = {name: part[b] for name, b in bare.items() if b in part}
            part.clear()
            part.update(own)
    ask_of_lacking(match, lacking, index)
    ask_of_holding(match, holding)
    match.parts = dict(sorted(match.parts.items(), key=lambda part: signs.largest.get(part[0], 0.0)))
    meant = {code for codes in (*match.joint.values(), *match.rivals.values()) for code in codes}
    meant |= {code for code, why in match.aliases.values() if why == CITY_BESIDE}.union(match.parts.values())
    match.called = {code: index.label(code) for code in meant}
    return match


class _Pair(NamedTuple):
    """A city and the region of its name; `plain` where their names say which is which, and no word that may be both."""

    city: str
    region: str
    plain: bool


def _usual(spelled: Mapping[str, Iterable[str]]) -> int:
    """Return what a word for either ("prefecture") means among these: a region where most bear one, and else a city."""
    either = sum(any(city_or_region(name)[1] == EITHER for name in names) for names in spelled.values())
    return REGION if 2 * either > len(spelled) else CITY


def _cities_and_regions(spelled: Mapping[str, Iterable[str]]) -> dict[str, _Pair | None]:
    """Return the city and the region that share a name, by its words, where these two alone do and say which is which.

    Beside "Minsk city" a bare "Minsk" is the region, and beside "Minsk Region" it is the city. A prefecture is what
    :func:`_usual` says, which is not plain. None where each of two is called both.
    """
    kinds: dict[str, dict[str, set[int]]] = {}
    for own, names in spelled.items():
        for core, kind in filter(lambda told: any(map(str.isalpha, told[0].split())), map(city_or_region, names)):
            kinds.setdefault(core, {}).setdefault(own, set()).update([] if kind is None else [kind])
    lone = {core: next(iter(held.items())) for core, held in kinds.items() if len(held) == 1}
    begun: dict[str, list[str]] = {}
    for core in (core for core, (_, said) in lone.items() if REGION not in said):
        begun.setdefault(core[0], []).append(core)
    for core, (own, said) in ((core, each) for core, each in lone.items() if REGION in each[1]):
        cities = [each for each in begun.get(core[0], ()) if lone[each][0] != own and named_after_city(core, each)]
        if len(cities) == 1:
            kinds[cities[0]][own] = said
    found: dict[str, _Pair | None] = {}
    usual = _usual(spelled)
    for core, held in kinds.items():
        told = {own: said for own, said in held.items() if said or len(held) == 2}
        against = [REGION in said and len(said) > 1 for said in told.values()]
        if against == [True, True]:
            found[core] = None
        if len(told) != 2 or any(against):
            continue
        (first, one), (second, other) = ((own, min(said, default=_BARE)) for own, said in told.items())
        plain = {one, other} != {EITHER, _BARE}
        if not plain:
            one, other = (usual if kind == EITHER else kind for kind in (one, other))
        one, other = (_BESIDE.get(of, _BARE) if kind == _BARE else kind for kind, of in ((one, other), (other, one)))
        if _BARE not in (one, other) and one != other:
            found[core] = _Pair(*((first, second) if one < other else (second, first)), plain)
    return found


@dataclass(slots=True)
class _ByKind:
    """Regions of rows by what they are: `sure`, or `meant` and asked; `lost` rows; the `other` of each pair."""

    sure: dict[str, str] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    other: dict[str, str] = field(default_factory=dict)
    cities: set[str] = field(default_factory=set)

    def instead(self, name: str, code: str, left: Sequence[str]) -> str | None:
        """Return what to propose where a region is spelled alike: the one of a pair that is meant, None of both."""
        if code not in self.other and self.meant.get(name, code):
            return code
        meant = self.meant.get(name, code)
        told = name in self.meant or self.other.get(code) not in left
        return meant if told and meant in left else None


def _sounding(core: str, bent: bool, pairs: Mapping[str, _Pair]) -> _Pair | None:
    """Return the city and region whose name sounds most like another one, where one alone does."""
    score = dict.fromkeys(pairs.values(), 0.0)
    for own, pair in pairs.items():
        for heard in sounds_of(core, bent=bent):
            ratio = difflib.SequenceMatcher(None, heard, sounds_of(own)[0], autojunk=False).ratio()
            score[pair] = max(score[pair], ratio)
    best = [pair for pair, ratio in score.items() if ratio == max(_HEARD, *score.values())]
    return best[0] if len(best) == 1 else None


def _told_by_kind(keyed: Mapping[str, str], index: NameIndex, signs: RowSigns, found: Mapping[str, str]) -> _ByKind:
    """Match rows to a city and a region of one name crosswise, whatever name of the two a bare one is in either.

    It is sure where a table has rows of both, spelled so, and both sides tell plainly which is which, or an equal name
    does and nothing contradicts it. One of them alone, or in another script, is to be asked. A bare name beside both is
    neither.
    """
    told = _ByKind()
    given = {
        code: [each for each in names if name_keys(each).exact not in index.asked]
        for code, names in index.names.items()
    }
    spoken = _cities_and_regions(given)
    turned = {(pair.region, pair.city, pair.plain) for pair in spoken.values() if pair}
    pairs = {core: pair for core, pair in spoken.items()
             if pair and (*pair[:2], True) not in turned and (pair.plain or pair not in turned)}  # fmt: skip
    if not spoken:
        return told
    told.cities.update(pair.city for pair in pairs.values())
    told.other.update(both for pair in pairs.values() for both in (pair[:2], pair[1::-1]))
    rows = {n: key for n, key in keyed.items() if n not in signs.sums and n not in signs.empty and not says_total(key)}
    spelled = {name: [key] for name, key in rows.items()}
    both, usual = {core: pair for core, pair in _cities_and_regions(spelled).items() if pair}, _usual(spelled)
    within = {name for pair in both.values() for name in pair[:2]}
    groups: list[tuple[str, tuple[str | None, str | None]]] = [(core, pair[:2]) for core, pair in both.items()]
    for name, key in rows.items():
        core, kind = city_or_region(key)
        if spoken.get(core, pairs) is None and name_keys(key).exact not in index.asked:
            told.lost.add(name)
            told.meant[name] = ""
        elif name not in within and kind is not None:
            groups.append((core, (None, name) if (usual if kind == EITHER else kind) == REGION else (name, None)))
        elif name not in within and core in both and core in pairs:
            told.lost.add(name)
    for core, names in groups:
        pair = pairs.get(core) or (_sounding(core, names[0] is None, pairs) if {*names} - {None} - {*found} else None)
        meant = {name: code for name, code in zip(names, pair[:2] if pair else (), strict=False) if name is not None}
        asked = {name for name in meant if name in found and name_keys(keyed[name]).exact in index.asked}
        if any(found[name] != meant[name] for name in asked):
            continue  # as aliases say
        if None in names or core not in pairs or pair is None:
            told.meant.update(meant)
            continue
        named = {name: found[name] for name in meant if found.get(name) in pair[:2]}
        plain = (pair.plain, both[core].plain)
        if asked or all(plain) or ((any(plain) or named) and named.items() <= meant.items()):
            told.sure.update(meant)
        elif len({*named.values()}) < 2:  # of an equal name kinds say that it is the other one, or there is none
            told.lost.update(named)
            told.meant.update(meant if not named else dict.fromkeys(meant, ""))
    return told


def _match_bare(
    names: Sequence[str], index: NameIndex, signs: RowSigns, parents: Iterable[str], behind: str | None = None
) -> KeyMatch:
    """Match names without marks of footnotes; `behind` takes the name behind a code, in whatever spelling it is."""
    match = KeyMatch(pattern=behind)
    if behind is None:
        codes = [*index.names]
        if any(name.isdecimal() and index.find(name) for name in names):  # "10" is a number of HN10, and 1 is "01"
            codes += [each for held in index.names.values() for each in held if each.isdecimal()]
        match.pattern, match.width, match.found = best_rule(names, index.find, codes)
        ways = [way for way, code in zip(BEHIND_CODE, CODE_BEFORE, strict=True)
                 if 2 * sum(map(bool, map(code.fullmatch, names))) >= len(names)]  # fmt: skip
        if ways and match.pattern != ways[0] and len(match.found) < _MOST_FIT * min(len(names), len(index.names)):
            bare = _match_bare(names, index, signs, parents, ways[0])
            if len({*(bare.codes | bare.heard).values()}) > max(1, len({*match.found.values()})):
                return bare
    else:
        keys = {name: index.find(key_of(name, behind, None)) for name in names}
        match.found = {name: hits[0] for name, hits in keys.items() if len(hits) == 1}
    # What is written just as an alias says is that region, whatever is taken off the other names.
    own = {name: hits[0] for name in names if name not in match.found and len(hits := index.find(name)) == 1}
    match.found |= {name: code for name, code in own.items() if code not in set(match.found.values())}
    if not match.found:
        match.aliases = {name: (code, "the end of its code") for name, code in code_endings(names, index).items()}
    keyed = {name: key_of(name, match.pattern, match.width) for name in names}
    level, like = level_of_regions(keyed, index, signs)
    summed = {} if level else summed_regions(keyed, index, signs)
    if level:
        match.found = {name: code for name, code in level.items() if match.found.get(name) == code}
        match.aliases = {name: (code, LEVEL) for name, code in level.items() if name not in match.found}
        first = next(iter(level))
        other = f"its row is of another level than those of the regions, such as {shown(first)}"
        match.outside |= {name: other for name in names if name not in like}
    elif summed:  # "CONCEPCIÓN" is the sum of "Concepción" and others, as most regions are of such rows
        parts = [name for name, code in match.found.items() if summed.get(code, name) != name]
        match.outside |= dict.fromkeys(parts, "its row is part of another one of that name")
        match.found = {name: code for name, code in match.found.items() if name not in match.outside}
        match.aliases = {name: (code, BUT_FOR_KIND) for code, name in summed.items() if name not in match.found}
    else:
        rows: dict[str, list[str]] = {}
        for name, code in match.found.items():
            rows.setdefault(code, []).append(name)
        # "DHAKA" is the sum of "Dhaka" and others.
        above = {n for each in rows.values() if set(each) - set(signs.sums) for n in each if n in signs.sums}
        match.outside |= dict.fromkeys((n for n in match.found if n in above and len(rows[match.found[n]]) > 1), SUM)
        match.found = {name: code for name, code in match.found.items() if name not in match.outside}
    kinds = _ByKind() if level or summed else _told_by_kind(keyed, index, signs, match.found)
    match.found = {
        n: code for n, code in match.found.items() if kinds.sure.get(n, code) == code and n not in kinds.lost
    }
    match.aliases |= {n: (code, CITY_BESIDE) for n, code in kinds.sure.items() if n not in match.found}
    taken = set(match.codes.values())
    rest = {name: keyed[name] for name in names if name not in match.found and name not in match.outside}
    left = [code for code in index.names if code not in taken]
    joint = {
        n: codes for n, codes in joint_regions(rest, index).items() if not (n in signs.sums or taken.issuperset(codes))
    }
    _spellings(match, {n: key for n, key in rest.items() if n not in joint}, left, index, keyed, signs, kinds.meant)
    _by_former_names(match, rest, index)
    groups = {run_together(parent) for parent in parents}
    summed_names = {run_together(key) for name, key in rest.items() if name in signs.sums}  # "AZUA" above "Azua"
    whole = any(name in signs.sums or says_total(key) for name, key in rest.items())
    shapes = {_shape(keyed[name]) for name in match.found}
    coded = bool(match.found) and all(_CODE.fullmatch(keyed[name]) for name in match.found)
    # names of countries in fifty languages are read only where a row is left
    sample = list(match.found)[:50] if len(rest) > len(match.aliases) else []
    of_countries = sum(map(is_country, sample)) > 0.2 * len(sample)
    depths = Counter(signs.inset.get(name, 0) for name in match.found)
    left = [code for code in left if code not in set(match.codes.values())]
    # Codes are of one list; names of another level, too, may be those of regions.
    many = not (level or coded) and len(rest) - len(match.aliases) > len(index.names)
    unmatched = {name: key for name, key in rest.items() if name not in match.aliases}
    match.heard = same_direction(unmatched, left, index) | sounding_alike(unmatched, left, index)
    match.heard = {name: near for name, code in match.heard.items() if (near := kinds.instead(name, code, left))}
    unheard = rest.keys() - match.aliases.keys() - match.heard.keys()
    match.heard |= {name: code for name, code in kinds.meant.items() if name in unheard and code in left}
    # Where regions are named so, "Western North" may be one.
    spelled = (loose_words(spelling) for spellings in index.names.values() for spelling in spellings)
    by_direction = any(parts and COMPASS.issuperset(parts) for parts in spelled)
    beyond: list[str] = []
    for searched, (name, key) in enumerate(rest.items()):
        if name in match.aliases:
            continue
        if name in joint:
            match.open[name] = None
            continue
        nearby = near_codes(key, left, index) if searched < _SEARCHES and name not in match.heard else []
        near = match.heard.get(name) or (kinds.instead(name, nearby[0], left) if len(nearby) == 1 else None)
        if len(nearby) == 1 and near is None:
            nearby = [code for code in (nearby[0], kinds.other.get(nearby[0])) if code in left]
        match.rivals |= {name: tuple(nearby)} if 1 < len(nearby) <= _FEW else {}
        depth = signs.inset.get(name, 0)
        out = depths.total() > 2 and (depth < min(depths) or (depth == 0 and depths[0] <= 0.1 * depths.total()))
        prefixed = (
            [code for code in index.names if code.startswith(key) and code != key] if searched < _SEARCHES else []
        )
        if _marked(key, match.found, match.found):
            match.open[name] = match.found[_base(key, match.found)]
            continue
        again = _same_words(key, match.codes, index) if name not in kinds.meant else None
        if again and name not in signs.sums and not says_total(name):
            match.aliases[name] = again, "the same words"  # a second row of that region, which is refused
            continue
        if not any(sign.isalnum() for sign in key):
            match.open[name] = None  # a sign that may mean the name above
            continue
        if not left and not many:
            group = name in signs.sums or says_total(name) or is_country(key) or name in signs.odd
            group |= all(word in COMPASS or word in GENERIC for word in loose_words(key))
            reason = OWN_ROWS if group or name in signs.empty else LEFT_OVER
        elif name in like and not (says_total(name) or is_country(key)):
            match.open[name] = near
            continue
        elif name in signs.sums:
            reason = SUM
        elif run_together(key) not in groups and len(hits := index.find(key)) > 1 and {*hits} <= {*left}:
            match.open[name], match.rivals[name] = None, tuple(hits)
            continue
        elif len(index.find(key)) > 1 or run_together(key) in (groups if name in signs.sums else groups - summed_names):
            reason = "it names several regions of the boundaries"
        elif says_total(name):
            reason = "it says that it is a total"
        elif name in signs.empty:
            reason = "it holds no number"
        elif coded and len(prefixed) > 1 and len(key) >= 2:
            reason = f"codes of regions begin with it ({prefixed[0]})"
        elif coded and len(shapes) <= 3 and _shape(key) not in shapes and near is None and not _WORD.search(key):
            reason = "its code has another shape than those of the regions"
        elif near is None and not of_countries and is_country(key):
            reason = "it is the name of a country"
        elif (
            not (of_countries or (near and (whole or borne_by_region(key) or _namesakes(key, near, index))))
            and is_country(key)
            and (out or name in (names[0], names[-1]))
        ):
            reason = "it is the name of a country, first or last or outside the indentation"
        elif near is None and run_together(key) in continents():
            reason = "it is the name of a continent or of a part of one"
        elif name in signs.odd and (near is None or "a country" in signs.odd[name]):
            reason = signs.odd[name]
        elif near is None and not by_direction and all(word in COMPASS or word in GENERIC for word in loose_words(key)):
            known = any(word in COMPASS for word in loose_words(key))
            reason = (
                "it names a direction and no region" if known else "it says what kind of place it is, and not which"
            )
        elif near is None and out:
            reason = OUTSIDE
        elif not left and of_countries and is_country(key):
            reason = OWN_ROWS  # a table of the world, and boundaries of a part of it
        elif not left:
            beyond.append(name)
            continue
        else:
            match.open[name] = near
            continue
        match.outside[name] = reason
    match.crowd = len(beyond) > len(index.names) and not (summed and not left)
    if match.crowd:
        match.open |= dict.fromkeys(beyond)
    why = OWN_ROWS if len(beyond) <= len(index.names) else f"{OWN_ROWS}, most of which are sums of such rows"
    match.outside |= dict.fromkeys(beyond if not match.crowd else (), why)
    unpaired = {name: key for name, key in rest.items() if name not in kinds.meant}
    ask_of_parts(match, {name: key for name, key in unpaired.items() if name not in joint}, index, signs)
    ask_of_lone_rows(match, names, signs, len(left) - len({*match.open.values()} - {None}))
    # A guess that two names share is none, unless one of them is plainly nearer.
    for shared in [code for code, n in Counter(match.open.values()).items() if n > 1 and code in left]:
        alike = {name: likeness(rest[name], shared, index) for name, code in match.open.items() if code == shared}
        best, second = sorted(alike.values())[:-3:-1]
        plainest = best >= WHOLE and best - second >= _NEARER
        match.open.update({name: None for name, ratio in alike.items() if not (plainest and ratio == best)})
    _no_doubtful_guess(match, rest, left, index)
    ask_of_joint_rows(match, unpaired, index)
    free = [code for code in left if code not in match.open.values()]
    lost = [name for name, near in match.open.items() if near is None and any(map(str.isalpha, name))]
    lost = [name for name in lost if name not in match.joint]
    if len(free) == len(lost) == 1 and _has_name(free[0], index) and not opposed(keyed[lost[0]], free[0], index):
        near_enough = lost[0] in rest and likeness(rest[lost[0]], free[0], index) >= _RATHER
        match.open[lost[0]] = free[0] if near_enough else None
        match.last |= {} if near_enough else {lost[0]: free[0]}
    _ask_of_bare(match, keyed, index, kinds)
    match.rowless = free if coded and any(_CODE.fullmatch(keyed[name]) for name in match.open) else []
    return match


def _ask_of_bare(match: KeyMatch, keyed: Mapping[str, str], index: NameIndex, kinds: _ByKind) -> None:
    """Ask of a bare name, without a row of the other one of a pair, if it is not what the other rows make of it.

    Where most rows say that they are regions, a lone "Minsk" is the city, and beside bare ones it is the region.
    """
    taken = match.codes
    said = [city_or_region(key)[1] for name, key in keyed.items() if taken.get(name) not in kinds.other]
    for name, code in taken.items() if kinds.other and 2 * len(keyed) >= len(index.names) else ():
        other = kinds.other.get(code, code)
        asked = name_keys(keyed[name]).exact in index.asked
        likely = (code in kinds.cities) == (2 * said.count(REGION) >= len(said))
        if not (likely or asked or other in taken.values() or city_or_region(keyed[name])[1] is not None):
            match.found.pop(name, None)
            match.aliases.pop(name, None)
            match.open[name], match.rivals[name] = None, (code, other)


def _has_name(code: str, index: NameIndex) -> bool:
    """Tell whether a region has a name, and no codes alone: a rock in the sea is no governorate."""
    return any(len(word) > 2 and word.isalpha() for name in index.names[code] for word in loose_words(name))


def _by_former_names(match: KeyMatch, rest: Mapping[str, str], index: NameIndex) -> None:
    """Match a name by the former one in its brackets ("Bankui (ex Boucle du Mouhoun)"), which no other row bears."""
    told = {name: hit for name, key in rest.items() if (hit := _FORMERLY.search(key))}
    held = {name: index.find(hit[1]) for name, hit in told.items() if not index.find(hit.string[: hit.start()])}
    claims = Counter(hits[0] for hits in held.values() if len(hits) == 1)
    taken = {*match.codes.values()}
    for name, hits in held.items():
        if name not in match.codes and len(hits) == 1 == claims[hits[0]] and hits[0] not in taken:
            match.aliases[name] = hits[0], "its former name"


def _no_doubtful_guess(match: KeyMatch, rest: Mapping[str, str], left: Sequence[str], index: NameIndex) -> None:
    """Take back guesses by one name within the other where rows and regions are not as many: a region was divided.

    "Brong Ahafo" is not "Ahafo" where there are "Bono" and "Bono East", too; "Limerick City" may be Limerick, and
    "Autonomous Region South Caribbean Coast" is the South Caribbean Coast.
    """
    lost = [name for name in match.open if any(map(str.isalpha, name))]
    for name in [name for name in lost if match.open[name] and of_several(rest.get(name, ""))]:
        held = index.names.get(match.open[name] or "", ())  # "A-B economic region" is not A
        match.open[name] = match.open[name] if any(len(cores(each)[0]) > 1 for each in held) else None
    if len(lost) == len(left):
        return
    parts = {name: cores(rest[name])[0] for name in lost if name in rest}
    for name, own in parts.items():
        for spelling in index.names.get(match.open[name] or "", ()):
            other = cores(spelling)[0]
            rivals = [each for each in parts.values() if other < each]
            told = len(own & other) > 2 and len(rivals) == 1  # more than two words of the one in the other
            told |= own in _bracketed(spelling) or other in _bracketed(rest[name])
            within = other and own != other and (own < other or other < own) and not told
            if within and ((own ^ other) - PLACES or len(rivals) > 1):
                match.open[name] = None
                break


def _bracketed(name: str) -> list[frozenset[str]]:
    """Return the words of both names of a region that bears one in brackets: "Northern (Oro) Province"."""
    hit = _IN_BRACKETS.fullmatch(name)
    return [cores(f"{hit[1]} {hit[3]}")[0], cores(hit[2])[0]] if hit else []


def _base(key: str, keys: Iterable[str]) -> str:
    """Return the longest of the other keys that a key is but for a mark or two letters apart; "" if there is none."""
    short = [
        other
        for other in keys
        if len(other) > 1
        and other != key
        and other in key
        and re.fullmatch(rf"(?:\W*\w{{0,2}}\W+)?{re.escape(other)}(?:\W+\w{{0,2}}\W*)?", key)
    ]
    return max(short, key=len, default="")


def _marked(key: str, keys: Iterable[str], found: Mapping[str, str]) -> bool:
    """Tell whether a key is that of a region with a mark behind it ("02019 e"), which makes it no total."""
    if key.isalpha() or key.isdecimal():
        return False
    return _base(key, keys) in found


def _spellings(
    match: KeyMatch, rest: Mapping[str, str], left: Sequence[str], index: NameIndex, keyed: Mapping[str, str],
    signs: RowSigns, meant: Mapping[str, str],
) -> None:  # fmt: skip
    """Match other spellings to the regions left over, where name and region have no other choice, but what is `meant`.

    They are the same words in another order, beside words that say what a region is, without an article, or shortened.
    A row of another level than those of the regions has the second choice: "Lääne-Eesti" beside "Lääne".
    """
    if not rest or not left or len(left) > 20 * _LONGEST:
        return
    names = [name for name in rest if name.strip()][:_LONGEST]
    common = Counter(word for key in keyed.values() for word in set(loose_words(key)))
    generic = GENERIC | {word for word, n in common.items() if n >= 3 and n >= 0.25 * len(keyed)}
    spoken = Counter(word for code in index.names for word in {w for n in index.names[code] for w in loose_words(n)})
    generic |= {word for word, n in spoken.items() if n >= 3 and n >= 0.25 * len(index.names)}
    generic -= COMPASS - GENERIC  # "England" is not "East of England"
    levels: list[tuple[str, Callable[[list[str], list[str]], bool]]] = [
        ("the same words", lambda a, b: sorted(a) == sorted(b)),
        (BUT_FOR_KIND, lambda a, b: core_words(a, generic) == core_words(b, generic) != frozenset()),
        ("the same words but for an article", lambda a, b: core_words(a, ARTICLES) == core_words(b, ARTICLES) != set()),
        ("shortened words", _shortened),
        ("fewer signs", _fewer_signs),
    ]  # fmt: skip
    # Of a table that says of every region what it is, and boundaries that do not, a city is the region of its name.
    kinds = generic | PLACES
    said = sum(not kinds.isdisjoint(loose_words(key)) for key in keyed.values())
    bare = {code for code in index.names if all(kinds.isdisjoint(loose_words(name)) for name in index.names[code])}
    if said >= _MOST_SAY * len(keyed) and len(bare) >= _MOST_SAY * len(index.names):
        named = Counter(core_words(loose_words(key), kinds) for key in keyed.values())
        levels.append((BUT_FOR_KIND, lambda a, b: named[core := core_words(a, kinds)] == 1 and core == {*b} != set()))
    cities = _lone_cities(keyed, [name for name in rest if not says_total(rest[name])], left, index, kinds)
    levels.append((BUT_FOR_KIND, lambda a, b: core_words(a, kinds) == {*b} and {*b} in cities))
    spellings = {code: [loose_words(name) for name in index.names[code]] for code in left}
    parts = {name: [each for variant in name_variants(rest[name]) if (each := loose_words(variant))] for name in names}
    for mine, theirs in ((parts, spellings), (spellings, parts)):
        latin = {
            key: [read for each in held if (read := letter_for_letter(each)) != each] for key, held in mine.items()
        }
        known = {tuple(sorted(each)) for held in theirs.values() for each in held}
        # One name may read alike in two scripts by chance.
        if sum(any(tuple(sorted(each)) in known for each in held) for held in latin.values()) >= _BOTH_SCRIPTS:
            mine |= {key: [*mine[key], *held] for key, held in latin.items()}
    changed = True
    while changed:
        changed = False
        for reason, alike in levels:
            free = [code for code in left if code not in {each for each, _ in match.aliases.values()}]
            wanted = [name for name in names if name not in match.aliases and parts[name]]
            fits = {
                name: [
                    code
                    for code in free
                    if meant.get(name, code) == code
                    and any(alike(mine, each) for mine in parts[name] for each in spellings[code])
                ]
                for name in wanted
            }
            claims = Counter(code for codes in fits.values() for code in codes)
            taken = [*match.codes, *(name for name, codes in fits.items() if len(codes) == 1 == claims[codes[0]])]
            apart = signs.of_other_level(taken)
            first = Counter(code for name, codes in fits.items() if name not in apart for code in codes)
            for name, codes in fits.items():
                if len(codes) == 1 and (claims if name in apart else first)[codes[0]] == 1:
                    match.aliases[name] = codes[0], reason
                    changed = True
            if changed:
                break


def _lone_cities(
    keyed: Mapping[str, str], rest: Sequence[str], left: Sequence[str], index: NameIndex, kinds: frozenset[str]
) -> set[frozenset[str]]:
    """Return the bare names of regions left over that one row alone bears, and no other region: of "Yerevan c.".

    None where rows are fewer than the regions left over: "Limerick City" alone may be a part of Limerick.
    """
    rows = Counter(core_words(loose_words(key), kinds) for key in keyed.values())
    regions = Counter(
        core for names in index.names.values() for core in {core_words(loose_words(name), kinds) for name in names}
    )
    bare = {frozenset(loose_words(name)) for code in left for name in index.names[code]} - {frozenset()}
    return {core for core in bare if rows[core] == regions[core] == 1 and len(rest) >= len(left)}


def _same_words(key: str, codes: Mapping[str, str], index: NameIndex) -> str | None:
    """Return the one region, taken already, whose name has the same words in another order or language."""
    both = [part for part in re.split(r"\s*[/|]\s*", key) if len(part) > 2]
    wanted = {tuple(sorted(loose_words(each))) for part in {key, *both} for each in (part, turned_name(part))} - {()}
    taken = set(codes.values())
    hits = {code for code in taken for name in index.names[code] if tuple(sorted(loose_words(name))) in wanted}
    return next(iter(hits)) if len(hits) == 1 else None


def _shortened(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether a name is another one with shorter words ("Алматы қ." for "Алматы қаласы"), one word left whole."""
    if len(short) != len(long) or list(short) == list(long):
        return False
    pairs = list(zip(short, long, strict=True))
    return all(map(_shorter_word, short, long)) and any(a == b and len(a) > 2 for a, b in pairs)


def _shorter_word(one: str, other: str) -> bool:
    """Tell whether a word is another one cut off, or drawn together to its ends ("St" for "Saint", "Sankt", "Sint")."""
    few, many = sorted((one, other), key=len)
    return many.startswith(few) or bool(_DRAWN_TOGETHER.fullmatch(few) and few[0] == many[0] and many.endswith(few[1:]))


def _fewer_signs(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether some signs of a Chinese, Japanese or Korean name, the first one too, make the other ("충북").

    What kind of region it is says nothing: 전북특별자치도 is 전라북도.
    """
    few, many = (EAST_ASIAN_SUFFIX.sub("", "".join(parts)) for parts in (short, long))
    rest = iter(many)
    signs = EAST_ASIAN.fullmatch(few) and EAST_ASIAN.fullmatch(many)
    return bool(signs) and 2 <= len(few) < len(many) and few[0] == many[0] and all(sign in rest for sign in few)


def _shape(code: str) -> str:
    return re.sub(r"[A-Za-z]", "A", re.sub(r"\d", "0", code))


def _namesakes(country: str, code: str, index: NameIndex) -> bool:
    """Tell whether a region bears the name of a country, or nearly ("Tunis", "Kuwait City"), and is no part of it."""
    core, text = cores(country)
    spelled = [cores(spelling) for spelling in index.names[code]]
    return any(
        (core <= other and other - core <= PLACES)
        or difflib.SequenceMatcher(None, theirs, text, autojunk=False).ratio() >= _NEARLY
        for other, theirs in spelled
    )
