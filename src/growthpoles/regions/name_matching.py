"""Name matching for any country: region names to codes, forgiving about spelling, never guessing.

A name is compared by two keys. The *exact* key ignores case, ё/е, spaces, hyphens, punctuation, invisible
characters and the Unicode form. The *loose* key also ignores accents and the extra Kazakh letters, and
repairs words that mix Latin and Cyrillic letters of the same shape. It is consulted only where the exact one
finds nothing. How a name of another script sounds in Latin letters proposes a region, and never decides.

What a name says by itself is told here too: that it is a total, a part of something, a country, a kind of region.
"""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Literal, NamedTuple

import pandas as pd

from growthpoles.errors import DataError, RegionError, message, nearest, unknown_option
from growthpoles.language.languages import LANGUAGES, alternatives

WHOLE = 0.75  # of two regions as near by their own words, one is near that is as much alike in all
_AS_NEAR = 0.07  # as alike are two names by whom neither is plainly meant
_LONGEST = 200  # characters; longer input is not a name, and normalising it would only cost time
_SHOWN = 60  # characters of a name that an error message repeats
_NEAREST_FOR = 20  # the nearest names are looked up for the first so many unknown names: the search is slow

# Deleted, not turned into a space: apostrophes, soft hyphen, zero-width and direction marks.
_INVISIBLE = re.compile(
    "['’‘‛`´′‵＇ꞌ\u02b9-\u02cf\u02ee\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_MARKS = re.compile("[\u0300-\u036f]")
_WORDED = re.compile(r"[^\W\d_]{3,}")  # no code, of which another column may have the same one
# Vowel signs of Indian and Southeast Asian scripts are letters of a word; points of Arabic and Hebrew may be left out.
_SIGNS_OF_VOWELS = "".join(
    sign for sign in map(chr, range(0x7A6, 0x1900)) if unicodedata.category(sign) in ("Mn", "Mc")
)
_POINTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670]")
_SEPARATORS = re.compile(rf"(?:(?![{_SIGNS_OF_VOWELS}])[\W_])+")
_TO_CYRILLIC = str.maketrans("abcehikmoptxy", "авсенікмортху")
_TO_LATIN = str.maketrans("авсенікмортху", "abcehikmoptxy")
_LATIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}  # marks are no accents
_LETTERS = str.maketrans(
    {"ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и"}
    | _LATIN
    | dict(zip("يىئكأإآةؤ臺", "یییکاااهو台", strict=True))
    | {"ـ": ""}
)
#: Serbian and Montenegrin are written in both scripts; other languages romanise in other ways.
_LETTER_FOR_LETTER = str.maketrans(
    {
        letter: latin
        for letters, latins in (
            ("абвгдђежзијклљмнњопрст", "a b v g d đ e ž z i j k l lj m n nj o p r s t"),
            ("ћуфхцчџш", "ć u f h c č dž š"),
        )
        for letter, latin in zip(letters, latins.split(), strict=True)
    }
)


class NameKeys(NamedTuple):
    """The two keys of a name: `exact` and `loose` (see the module's text)."""

    exact: str
    loose: str


Key = Callable[[str], NameKeys]
Duplicates = Literal["raise", "allow"]


def words(name: str) -> list[str]:
    """Split `name` into its words, folded for case, ё/е, punctuation and Unicode form."""
    if name.isascii():
        return _SEPARATORS.sub(" ", name.replace("'", "").replace("`", "").lower()).split()
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)).casefold()
    text = _POINTS.sub("", unicodedata.normalize("NFC", text)).replace("ё", "е")
    return _SEPARATORS.sub(" ", text).split()


def loosen(word: str) -> str:
    """Fold one word further: look-alikes of the other alphabet, accents, Kazakh letters."""
    if word.isascii():
        return word
    latin = {letter for letter in word if "a" <= letter <= "z"}
    cyrillic = {letter for letter in word if "\u0400" <= letter <= "\u052f"}
    if latin and cyrillic:
        if all(ord(letter) in _TO_CYRILLIC for letter in latin):
            word = word.translate(_TO_CYRILLIC)
        elif all(ord(letter) in _TO_LATIN for letter in cyrillic):
            word = word.translate(_TO_LATIN)
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", word.translate(_LETTERS)))
    return unicodedata.normalize("NFC", bare)  # the syllables of Korean, which are no marks


def letter_for_letter(parts: Iterable[str]) -> list[str]:
    """Return loosened words with Cyrillic letters as the Latin ones by which Serbian writes them, one for one."""
    return [loosen(part.translate(_LETTER_FOR_LETTER)) for part in parts]


@functools.lru_cache(maxsize=2**15)
def name_keys(name: str) -> NameKeys:
    """Return the keys by which :func:`match_names` compares `name`.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    NameKeys
        `exact` and `loose`; both are empty where the text holds no letter and no digit.
    """
    parts = words(name)
    return NameKeys("".join(parts), "".join(map(loosen, parts)))


def show(value: object) -> str:
    """Quote a value for an error message: shortened, control characters escaped; else its type."""
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
    plain = value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**_SHOWN)
    return repr(value) if plain else f"a value of type {type(value).__name__}"


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Names of all candidates by their keys; build it with :meth:`build`, ask it with :meth:`find`."""

    names: dict[str, list[str]]
    exact: dict[str, list[str]]
    loose: dict[str, list[str]]
    key: Key
    asked: set[str] = field(default_factory=set)  # names that aliases give, by their exact keys

    @classmethod
    def build(cls, candidates: Mapping[str, Iterable[str]], *, what: str = "region", key: Key = name_keys) -> NameIndex:
        """Index `candidates` (code -> names); the code itself is always one of its names."""
        index = cls({}, {}, {}, key)
        for code, given in candidates.items():
            names = [given] if isinstance(given, str) else list(given)
            if not isinstance(code, str) or not all(isinstance(name, str) for name in names):
                raise RegionError(f"candidate {what} {show(code)}: codes and names must be text")
            index.names[code] = list(dict.fromkeys(filter(str.strip, [*names, code])))
            for name in index.names[code]:
                index.add(code, key(name))
        if not index.names:
            raise RegionError(f"there is no candidate {what} to match against")
        return index

    def add(self, code: str, keys: NameKeys) -> None:
        """Let `keys` mean `code`, beside what they mean already."""
        for table, value in ((self.exact, keys.exact), (self.loose, keys.loose)):
            hits = table.setdefault(value, [])
            if value and code not in hits:
                hits.append(code)

    def find(self, name: str) -> list[str]:
        """Return the codes that `name` can mean: none, one, or several where it is ambiguous.

        Where regions go by their names, the one that goes by it is meant, and no other that is called so elsewhere.
        """
        if len(name) > _LONGEST:
            return []
        keys = self.key(name)
        hits = self.exact.get(keys.exact) or self.loose.get(keys.loose, [])
        own = [code for code in hits if self.key(code).exact == keys.exact] if len(hits) > 1 else []
        return own if len(own) == 1 and _WORDED.fullmatch(keys.exact) else hits

    def take_aliases(self, aliases: Mapping[str, str], where: str) -> dict[str, str]:
        """Let names mean the keys that are given, or the regions that are named, and nothing else.

        Returns
        -------
        dict
            The names with their keys.

        Raises
        ------
        DataError
            If what is given is neither a key nor the name of one region.
        """
        found = {}
        for name, given in aliases.items():
            hits = [given] if given in self.names else self.find(given)
            if len(hits) != 1:
                near = [self._with_key(code) for each in self.nearest(given) for code in self.find(each)]
                problem, allowed = f"aliases: {show(given)} is no region", "a key of the boundaries or the name of one"
                raise DataError(message(problem, where=where, allowed=allowed, near=near))
            keys = self.key(name)
            found[name] = hits[0]
            self.exact[keys.exact] = [hits[0]]
            self.asked.add(name_keys(name).exact)
            self.names[hits[0]].append(name)
        return found

    def _with_key(self, code: str) -> str:
        """Return the first name of a region with its key, where they differ."""
        name = next((name for name in self.names[code] if name != code), code)
        return name if name == code else f"{name} ({code})"

    def label(self, code: str) -> str:
        """Return a name of a region as a message says it, no code: with its key where another one bears that name."""
        names = [name for name in self.names[code] if name != code]
        words = [each for each in names if not (each.isupper() or any(map(str.isdigit, each)))]
        spelled = [each for each in words if _WORDED.search(each) or not each.isascii()] or names or [code]
        name = next((each for each in spelled if self.find(each) == [code]), spelled[0])
        return name if self.find(name) == [code] else self._with_key(code)

    def clear_name(self, code: str, *, like: str) -> str:
        """Return a name of `code` that is not ambiguous, in the script of `like` where there is one."""
        clear = [name for name in self.names[code] if self.find(name) == [code]]
        return next((name for name in clear if script(name) == script(like)), clear[0] if clear else code)

    def nearest(self, name: str, *, n: int = 3) -> list[str]:
        """Return up to `n` names spelled most like `name`, each of another code, best first."""
        owner = {name: code for code, names in reversed(self.names.items()) for name in reversed(names)}
        found: dict[str, str] = {}
        for hit in nearest(name, owner, n=4 * n):
            codes = self.find(hit)
            if len(codes) == 1:
                found.setdefault(codes[0], hit)
        return list(found.values())[:n]


def script(text: str) -> str:
    """Name the alphabet that most letters of `text` belong to."""
    scripts = [unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha()]
    return max(scripts, key=scripts.count, default="")


def match_names(
    names: Iterable[object],
    candidates: Mapping[str, Iterable[str]] | NameIndex,
    *,
    what: str = "region",
    where: str | None = None,
    duplicates: Duplicates = "raise",
    explain: Callable[[str], str | None] | None = None,
) -> pd.Series:
    """Map names in any spelling to the codes of `candidates`, or refuse all that cannot be mapped at once.

    Parameters
    ----------
    names : iterable of str
        Names as found in a table, in order. One string is refused: it would be read letter by letter.
    candidates : mapping of code to names, or NameIndex
        Every accepted name of every code. A code is always a name of itself; blank names are left out. A
        :class:`NameIndex` may be built once and used many times, also with a `key` of its own.
    what : str
        What is matched, in the singular, for the error message.
    where : str, optional
        File or table that the names come from, put in front of the error message.
    duplicates : {"raise", "allow"}
        Whether two items may map to the same code.
    explain : callable, optional
        Called with an unknown name; may return a reason that the message gives in place of the nearest names.

    Returns
    -------
    pandas.Series
        Codes, named `what`, indexed by the names as given, in the same order.

    Raises
    ------
    RegionError
        One error for all names that are unknown, ambiguous, missing (None, NaN, empty), not text, or
        duplicates; the first unknown names come with the nearest valid ones.
    """
    if duplicates not in ("raise", "allow"):
        raise RegionError(unknown_option("duplicates", duplicates, ("raise", "allow")))
    if isinstance(names, str | bytes | pd.DataFrame) or not isinstance(names, Iterable):
        problem = f"{what} names must be a list or a column of text, not {show(names)}"
        raise RegionError(message(problem, where=where))
    index = candidates if isinstance(candidates, NameIndex) else NameIndex.build(candidates, what=what)
    given = list(names)
    found = [index.find(name) if isinstance(name, str) else [] for name in given]
    problems = _problems(given, found, index, explain)
    if duplicates == "raise":
        problems += _duplicates(given, found)
    if problems:
        head = f"{len(problems)} problems with {what} names" if len(problems) > 1 else f"{what} names"
        raise RegionError(message(f"{head}: {'; '.join(problems)}", where=where))
    return pd.Series([hits[0] for hits in found], index=pd.Index(given, dtype=object), name=what, dtype=str)


def _missing(value: object) -> bool:
    """Tell whether a cell that is not text is a missing one: None, NA, NaT or NaN."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, Real) and value != value)


def _problems(
    given: list[object], found: list[list[str]], index: NameIndex, explain: Callable[[str], str | None] | None
) -> list[str]:
    """Describe every name that has no code or several, each spelling once."""
    problems: dict[str, None] = {}
    seen: set[str] = set()
    searches = 0
    for item, (name, hits) in enumerate(zip(given, found, strict=True), start=1):
        if len(hits) == 1:
            continue
        if not isinstance(name, str):
            kind = "is missing" if _missing(name) else "is not text"
            problems[f"item {item} {kind} ({show(name)})"] = None
            continue
        if name in seen:
            continue
        seen.add(name)
        if hits:
            options = " or ".join(f"{show(index.clear_name(code, like=name))} ({code})" for code in hits)
            problems[f"{show(name)} is ambiguous, write {options}"] = None
        elif not name.strip():
            problems[f"item {item} is empty"] = None
        elif len(name) > _LONGEST:
            problems[f"{show(name)} is too long ({len(name)} characters) to be a name"] = None
        elif explain is not None and (reason := explain(name)):
            problems[f"{show(name)} {reason}"] = None
        else:
            near = index.nearest(name) if searches < _NEAREST_FOR else []
            searches += 1
            problems[f"{show(name)} is unknown" + (f" (nearest: {', '.join(near)})" if near else "")] = None
    return list(problems)


def _duplicates(given: list[object], found: list[list[str]]) -> list[str]:
    """Describe every code that more than one item maps to."""
    owners: dict[str, list[str]] = {}
    for name, hits in zip(given, found, strict=True):
        if len(hits) == 1:
            owners.setdefault(hits[0], []).append(show(name))
    return [f"{', '.join(names[:5])} all mean {code}" for code, names in owners.items() if len(names) > 1]


_TOTAL = re.compile(alternatives("totals"), flags=re.IGNORECASE)
_TOTAL_ANYWHERE = re.compile(alternatives("totals_anywhere"), flags=re.IGNORECASE)

_OF_WHICH = rf"(?:{alternatives('of_which')})(?!\w)"
# At the head of a name, or of what a comma, colon or dash divides from the names above it.
_PART = re.compile(rf"(?:^|[,;:|/–—]|\s-)\s*{_OF_WHICH}|^\s*(?:其中|うち|内)", flags=re.IGNORECASE)
_MENTIONS_PART = re.compile(rf"\b{_OF_WHICH}", flags=re.IGNORECASE)


def word_list(name: str) -> frozenset[str]:
    """Return the words of a list in the form in which names are compared by word."""
    return frozenset(loosen(word.casefold()) for word in alternatives(name).split("|"))


_VOWEL = "(?=[haeiouyœæàâäáéèêëíìîïóòôöúùûü])"
# Articles and prepositions that lose their vowel before another one, also where the apostrophe is left out behind "de".
_ELIDED = re.compile(
    rf"(?<!\w)(?:d|l|(?:de|a|ne|da|su|co)ll)\s?['’‘‛`´′ʼ＇]\s?{_VOWEL}|(?<!\w)(?:de l|dell)\s{_VOWEL}",
    flags=re.IGNORECASE,
)
CONNECTING = word_list("connecting_words")
ARTICLES = word_list("articles")  # before a name
_OF_ALL, _OF_COUNTRY, _ALONE = map(word_list, ("words_of_all", "words_of_country", "whole_alone"))
# Words that say what a region is, not which; "city" is none of them, since it tells a city from the region around it.
GENERIC = word_list("kinds_of_regions")
COMPASS = word_list("directions")
_TOWARD = {
    "N": "toward_north", "S": "toward_south", "E": "toward_east", "W": "toward_west", "C": "toward_centre",
    "F": "far_off",
}  # fmt: skip
_DIRECTION = re.compile("|".join(f"(?P<{at}>{loosen(alternatives(name).casefold())})" for at, name in _TOWARD.items()))
_CITIES, _EITHER = word_list("kinds_of_places"), word_list("kinds_of_either")
PLACES = _CITIES | word_list("kinds_of_parts")
ADJECTIVE = re.compile(rf"(\w{{2,}}?)(?:{alternatives('adjective_endings')})")
_BORNE_BY_REGIONS, _STATES = map(word_list, ("countries_and_regions", "kinds_of_states"))


def loose_words(name: str) -> list[str]:
    """Return the loose words of a name without those that connect others: "Est" of "de l'Est"."""
    text = _ELIDED.sub(" ", name.replace("&", " and "))
    return [word for word in map(loosen, words(text)) if word not in CONNECTING]


def run_together(name: str) -> str:
    """Return the loose words of a name without blanks."""
    return "".join(loose_words(name))


_COUNTRY_ALONE = frozenset(map(run_together, alternatives("country_alone").split("|")))


def is_country_word(name: str) -> bool:
    """Tell whether a name means a country without naming it: "Nacional", "Đất nước"."""
    return run_together(name) in _COUNTRY_ALONE


#: Codes (ISO 3166-1) of territories that the statistics of a country may list among its regions.
_LISTED_AS_REGIONS = re.compile(
    "AS|AW|AX|BL|BQ|CC|CW|CX|FO|GF|GG|GI|GL|GP|GU|HK|IM|JE|MF|MO|MP|MQ|NC|NF|PF|PM|PR|RE|SJ|SX|TF|VI|WF|YT"
)


def is_dependency(name: str) -> bool:
    """Tell whether a name is that of a territory which may be a region of a country: Åland, Puerto Rico, Réunion."""
    return run_together(name) in _territories()[1]


def is_state(name: str) -> bool:
    """Tell whether a name is that of a country with the word for its kind: "República de Panamá" is no province."""
    return not _STATES.isdisjoint(loose_words(name)) and is_country(name)


def borne_by_region(country: str) -> bool:
    """Tell whether a region of a country bears its name: Tunis, Panamá."""
    return " ".join(loose_words(country)) in _BORNE_BY_REGIONS


@functools.lru_cache(maxsize=1)
def _territories() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of all territories in some fifty languages, and those of dependencies."""
    from babel import Locale

    tongues = re.findall(
        r"\S+",
        "en ru kk uk uz uz_Cyrl ky tr az az_Cyrl de fr es it pt nl pl cs sk hu ro bg sr hr sl sq mk "
        "el fi sv nb da is et lv lt ar fa he hi bn th vi id ms zh ja ko ka hy mn tg tk",
    )
    pairs = [
        (code, run_together(name))
        for tongue in tongues
        for code, name in Locale.parse(tongue).territories.items()
        if not code.isdecimal()
    ]
    return frozenset(name for _, name in pairs), frozenset(
        name for code, name in pairs if _LISTED_AS_REGIONS.fullmatch(code)
    )


@functools.lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    more = (
        "Republic of Kazakhstan", "Республика Казахстан", "Қазақстан Республикасы", "Российская Федерация",
        "Russian Federation", "Česká republika", "Czech Republic", "Slovenská republika", "Estados Unidos Mexicanos",
        "Republic of Uzbekistan", "Республика Узбекистан", "Кыргызская Республика", "Республика Беларусь",
        "United States of America", "Great Britain", "England", "England and Wales", "European Union", "EU", "World",
        "Euro area",
    )  # fmt: skip
    return _territories()[0] | continents() | {run_together(name) for name in more} | _COUNTRY_ALONE


@functools.lru_cache(maxsize=1)
def continents() -> frozenset[str]:
    """Return the names of continents and their parts in the languages of the package and five others."""
    from babel import Locale

    tongues = (*LANGUAGES, "fr", "de", "es", "pt", "it")
    names = (pair for tongue in tongues for pair in Locale.parse(tongue).territories.items())
    return frozenset(run_together(name) for code, name in names if code.isdecimal())


def says_total(name: str) -> bool:
    """Tell whether a name says that it is a total or a part of one: "Total", "Всего", "CẢ NƯỚC"."""
    return _TOTAL.search(name) is not None or says_whole(name)


def is_total_anywhere(name: str) -> bool:
    """Tell whether a name holds a word for totals that is no name in any language: "Total", and not "Jumla"."""
    return _TOTAL_ANYWHERE.search(name) is not None


@functools.lru_cache(maxsize=2**14)
def says_whole(name: str) -> bool:
    """Tell whether all words of a name say together that it is the whole country or its mean: "Moyenne nationale".

    One of them says all or a mean, the others of what, which may be the name of a country: "Media de España".
    """
    parts = loose_words(name)
    of_all = [word for word in parts if word in _OF_ALL]
    if run_together(name) in _ALONE or not of_all or len(parts) < 2:
        return run_together(name) in _ALONE
    rest = " ".join(word for word in parts if word not in _OF_ALL and word not in _OF_COUNTRY)
    return (not rest or is_country(rest)) and run_together(name) not in _territories()[0]  # "Trung Quốc" is China


def says_part(name: str) -> bool:
    """Tell whether a name, or its last part, says that it is a part of what stands before it: "of which: exports"."""
    return _PART.search(name) is not None


def says_sum(name: str) -> bool:
    """Tell whether a name says that it is a total, and not only what part of one: "Total", no "Trade (of which X)"."""
    return says_total(_MENTIONS_PART.sub(" ", name))


def says_only_total(name: str) -> bool:
    """Tell whether a name says that it is a total and nothing else but a country: "Total", "TOTAL NACIONAL"."""
    rest = loose_words(_TOTAL.sub(" ", name))
    return says_whole(name) or (says_total(name) and (_OF_COUNTRY.issuperset(rest) or is_country(" ".join(rest))))


def says_total_of(name: str, region: str) -> bool:
    """Tell whether a name says that it is the total of a region, whatever its case: "Total de la région X"."""
    own, parts = ([hit[1] if (hit := ADJECTIVE.fullmatch(word)) else word for word in held]
                  for held in (cores(region)[0], loose_words(name)))  # fmt: skip
    rest = [word for word in parts if word not in own and word not in GENERIC]
    return bool(own) and {*own} <= {*parts} and says_total(name) and says_only_total(" ".join(rest))


def is_country(name: str) -> bool:
    """Tell whether a name is that of a country or continent, in one of some fifty languages, or in several of them."""
    if "/" in name and len(parts := name.split("/")) <= 3 and all(map(str.strip, parts)):
        return all(map(is_country, parts))
    plain, core = run_together(name), "".join(w for w in loose_words(name) if w not in GENERIC and w not in _STATES)
    # codes of digits are no names: fifty languages need not be read for them; "Union County" is no union
    named = [each for each in (plain, core) if len(each) > 1 and not each.isdecimal()]
    return plain in _COUNTRY_ALONE or any(each in _countries() and each not in _COUNTRY_ALONE for each in named)


EAST_ASIAN = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]+")  # Chinese, Japanese and Korean names, without blanks in them
EAST_ASIAN_SUFFIX = re.compile(
    r"(?<=..)(?:特别行政区|(?:..?族)?自治[区區州县縣]|[省市縣県府都道县區区]|특별자치[시도]|특별시|광역시|[도시군구])$"
)
_NUMERAL = re.compile(r"[ivx]+|\d+|[ivx]+ ?[a-c]")
_IS_CODE = re.compile(r"(?=.*[-_.\d])[A-Z]{2,3}[-_.]?[A-Z0-9]{1,3}(?:[-_.][A-Z0-9]{1,3})?")  # ISO 3166-2, HASC, NUTS


def core_words(parts: Sequence[str], generic: Collection[str]) -> frozenset[str]:
    """Return the words of a name that say which region it is: all but those that say what it is."""
    if EAST_ASIAN.fullmatch("".join(parts)):
        return frozenset([EAST_ASIAN_SUFFIX.sub("", "".join(parts))])
    return frozenset(word for word in parts if word not in generic)


def _directed(name: str) -> tuple[str, ...]:
    """Return the words of a name with letters for directions, in whatever language these are; none without one."""
    found, told = list[str](), False
    for word in core_words(loose_words(name), GENERIC - COMPASS):
        at, letters = 0, ""
        while at < len(word) and (hit := _DIRECTION.match(word, at)):
            at, letters = hit.end(), letters + str(hit.lastgroup)
        whole = bool(letters) and at == len(word)
        found += letters if whole else [word]
        told |= whole
    return tuple(sorted(found)) if told else ()


def same_direction(names: Mapping[str, str], left: Sequence[str], index: NameIndex) -> dict[str, str]:
    """Return the regions left over that have the words of a name but for the language of a direction in it.

    "Est" is East, "Extrême-Nord" is Far North, "Kivu du Sud" is South Kivu, where no other name and region are. It
    proposes and does not decide.
    """
    mine = {name: told for name, key in names.items() if (told := _directed(key))}
    theirs = {code: {_directed(each) for each in index.names[code]} - {()} for code in left} if mine else {}
    found = {name: [code for code, told in theirs.items() if own in told] for name, own in mine.items()}
    times = Counter(code for codes in found.values() for code in codes)
    return {name: codes[0] for name, codes in found.items() if len(codes) == 1 == times[codes[0]]}


def turned_name(name: str) -> str:
    """Return "La Rioja" for "Rioja, La", and any other name as it is."""
    return re.sub(r"([^,]+),\s*([^,]{1,25})", r"\2 \1", name) if name.count(",") == 1 else name


def name_variants(name: str) -> list[str]:
    """Return a name and other readings: both of "Bern / Berne", "La Rioja" for "Rioja, La", "Iran" of "Iran (X)"."""
    found = [name]
    parts = [part.strip() for part in re.split(r"\s*/\s*|\s+[-–—]\s+|\s*[|;]\s*", name) if len(part.strip()) > 2]
    found += parts if len(parts) > 1 else []
    if hit := re.fullmatch(r"([^()]+)\(([^()]+)\)\s*", name):
        found += [hit[1].strip(), f"{hit[2].strip()} {hit[1].strip()}"]
        if all(word in GENERIC or _NUMERAL.fullmatch(word) for word in loose_words(hit[1])):
            found.append(hit[2].strip())  # "Region III (Central Luzon)"
    found += [turned_name(each) for each in found]
    return list(dict.fromkeys(filter(None, found)))


def nearest_code(name: str, left: Sequence[str], index: NameIndex) -> str | None:
    """Return the region left over that is spelled most like a name, but for words that say what it is.

    None where none is near, or two are as near: see :func:`near_codes`.
    """
    found = near_codes(name, left, index)
    return found[0] if len(found) == 1 else None


def near_codes(name: str, left: Sequence[str], index: NameIndex) -> list[str]:
    """Return the regions left over that are spelled most like a name, about equally so where they are several."""
    core, text = cores(name)
    if not text:
        return []
    found: dict[str, float] = {}
    most = 0.0
    matcher = difflib.SequenceMatcher(None, "", text, autojunk=False)  # which keeps what it knows of its second text
    begun = {word[:4] for word in core if len(word) > 3}
    coded = _IS_CODE.fullmatch(name) is not None
    for code in left[:4000]:
        if opposed(name, code, index):
            continue
        for spelling in index.names[code]:
            other, theirs = cores(spelling)
            # "SD" and "IQ-AR" are codes, and no spellings of "Sud" and "Thi-Qar"
            if not theirs or (len(theirs) < 3 and theirs.isalpha()) or (_IS_CODE.fullmatch(spelling) and not coded):
                continue
            score = 0.9 if core <= other or other <= core else 0.0
            if score == 0 and not begun.isdisjoint(word[:4] for word in other if len(word) > 3):
                score = 0.65
            matcher.set_seq1(theirs)
            if matcher.real_quick_ratio() > max(score, 0.6) and matcher.quick_ratio() > max(score, 0.6):
                score = max(score, matcher.ratio())
            if score >= most - _AS_NEAR:
                found[code] = max(found.get(code, 0.0), score)
                most = max(most, score)
    found = {code: score for code, score in found.items() if score >= most - _AS_NEAR}
    if most < 0.62 or len(found) < 2:
        return [*found] if most >= 0.62 else []
    # Of those as near, what they are tells: "Almaty region" and "Almaty city".
    ratios = sorted(((likeness(name, code, index), found[code], code) for code in found), reverse=True)
    (first, most_so, code), (second, _, _) = ratios[:2]
    plainest = first >= WHOLE and first > second and most_so == most
    return [code] if plainest and (first - second > _AS_NEAR or [*found.values()].count(most) > 1) else [*found]


def likeness(name: str, code: str, index: NameIndex) -> float:
    """Return how much alike a name and the nearest one of a region are, all words taken."""
    whole = difflib.SequenceMatcher(None, "", " ".join(loose_words(name)), autojunk=False)
    ratios = []
    for spelling in index.names[code]:
        whole.set_seq1(" ".join(loose_words(spelling)))
        ratios.append(whole.ratio())
    return max(ratios)


#: How much of a region the words of a name make it: a city, the region of one, a word for either, a region.
CITY, CITY_REGION, EITHER, REGION = range(4)
_CONTRARY = {CITY: REGION, REGION: CITY}


@functools.lru_cache(maxsize=2**15)
def city_or_region(name: str) -> tuple[str, int | None]:
    """Return the words of a name that say which place it is, and what the others make it, or an ending; else None."""
    parts = {*loose_words(name)}
    core = " ".join(sorted(parts - GENERIC - _CITIES))
    region, either = bool(parts & (GENERIC - _EITHER)), not _EITHER.isdisjoint(parts)
    if not parts.isdisjoint(_CITIES - _EITHER):
        return core, CITY_REGION if region or either else CITY
    region = region or (len(parts) == 1 and ADJECTIVE.fullmatch(core) is not None)
    return core, EITHER if either else REGION if region else None


def opposed(name: str, code: str, index: NameIndex) -> bool:
    """Tell whether a name is that of a city, and the names of a region all say that it is none, or the reverse."""
    own = city_or_region(name)[1]
    return own in _CONTRARY and {city_or_region(each)[1] for each in index.names[code]} - {None} == {_CONTRARY[own]}


@functools.lru_cache(maxsize=2**15)
def cores(name: str) -> tuple[frozenset[str], str]:
    """Return the words of a name but for those that say what it is, all of them if there are no others, and as text."""
    parts = loose_words(name)
    core = core_words(parts, GENERIC) or frozenset(parts)
    return core, " ".join(sorted(core))


def by_cores(index: NameIndex) -> dict[frozenset[str], set[str]]:
    """Return the regions by the words of their names that do not say what they are."""
    named: dict[frozenset[str], set[str]] = {}
    for code, spellings in index.names.items():
        for spelling in spellings:
            named.setdefault(cores(spelling)[0], set()).add(code)
    return named
