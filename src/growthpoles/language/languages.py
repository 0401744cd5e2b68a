"""THE list of languages; the check of `lang`; translation of messages.

A language is one line of `LANGUAGES` and one folder of `texts/`: `report.toml` (phrases) and `messages.po` with its
compiled `messages.mo` (translations of what is written in English in the code). Separators, percent signs and plural
rules are those of CLDR.
"""

from __future__ import annotations

import gettext as _gettext
import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from growthpoles.errors import LanguageError, unknown_option

TEXTS = Path(__file__).parent / "texts"
_OFFICE_WORDS = Path(__file__).with_name("office_words.toml")
SOURCE = "en"  # the language of the messages in the code


@dataclass(frozen=True, slots=True)
class Language:
    """What CLDR does not know of a language; its letters and vowels are lower case."""

    code: str
    alphabet: str
    vowels: str
    percent: str = ""  # in place of CLDR's pattern

    @property
    def english_name(self) -> str:
        """Name of the language, in English."""
        from babel import Locale

        return str(Locale.parse(self.code).english_name)


LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("en", "abcdefghijklmnopqrstuvwxyz", "aeiouy"),
        Language("ru", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "аеёиоуыэюя"),
        # a percent sign after a blank, as Kazakhstan's statistics print it
        Language("kk", "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя", "аәеёиоөуұүыіэюя", "{}\u00a0%"),
    )
}


@cache
def _office_words() -> dict[str, str]:
    return tomllib.loads(_OFFICE_WORDS.read_text(encoding="utf-8"))


def alternatives(name: str) -> str:
    """Return words of statistical offices (`office_words.toml`) as alternatives of a regular expression."""
    words = "|".join(line.strip("|") for line in _office_words()[name].splitlines() if line)
    return re.sub(r"\{([a-z_]+)\}", lambda of: f"(?:{alternatives(of[1])})", words)


def preferred(lang: str) -> tuple[str, ...]:
    """Return the languages in which a name is looked for: the one asked for, then the others."""
    return (check_language(lang), *(other for other in LANGUAGES if other != lang))


def check_language(lang: str) -> str:
    """Return `lang` if it is a known language.

    Raises
    ------
    LanguageError
        If it is not.
    """
    if not isinstance(lang, str) or lang not in LANGUAGES:
        raise LanguageError(unknown_option("lang", lang, LANGUAGES))
    return lang


_CYRILLIC = re.compile("[\u0400-\u052f]+")
#: Languages in Cyrillic letters of which CLDR holds enough words to tell them apart, and those that seldom go long
#: without a letter that Russian lacks.
_TOLD_APART = ("ru", "kk", "uk", "be", "bg", "sr", "mk", "ky", "mn", "tg", "tt", "uz_Cyrl")
_OWN_LETTERS = frozenset(("ky", "mn", "tg", "tt", "uz_Cyrl"))
_NOT_RUSSIAN = re.compile("ъ(?![еёюя])")
_SURELY, _RATHER = 6.0, 1.0  # log odds that must speak against what all letters are of: Russian, Kazakh
_TOGETHER, _FOREIGN = 5.0, 15.0  # log odds that the titles of one table lend to each, more where it is not listed


def languages_of(titles: Sequence[str]) -> list[str | None]:
    """Return the language of each title of a table, told by all of them together; None for one that is not of the list.

    Titles in Latin letters are English, unless a letter is not; nothing tells it of those that use no others. Cyrillic
    ones are held against the words of CLDR, three letters at a time: short ones have no letter of their own
    (Ukrainian "ВРП, млн.грн"), and Kazakh has all letters of Kyrgyz, Mongolian and Russian.
    """
    scores = [{} if not _CYRILLIC.search(title) else _likely(title.casefold()) for title in titles]
    joint: Counter[str] = Counter()
    for each in scores:
        joint.update(each)
    common = _best({code: float(score) for code, score in joint.items()}, " ".join(titles).casefold())
    found: list[str | None] = []
    for title, score in zip(titles, scores, strict=True):
        if score:
            lent = _TOGETHER if common in LANGUAGES else _FOREIGN  # "Население" is Bulgarian, too
            score = {code: value + lent * (code == common) for code, value in score.items()}
            told = _best(score, title.casefold(), common)
            found.append(told if told in LANGUAGES else None)
        else:
            plain = {sign for sign in title.casefold() if sign.isalpha()} <= set(LANGUAGES[SOURCE].alphabet)
            found.append(SOURCE if plain else None)
    return found


def _best(scores: dict[str, float], text: str, common: str | None = None) -> str | None:
    """Return the likeliest language; one of the list, whose alphabet has all letters, unless another is likelier."""
    letters = set("".join(_CYRILLIC.findall(text)))
    russian = letters <= set(LANGUAGES["ru"].alphabet)
    own = [code for code in scores if code in LANGUAGES and letters <= set(LANGUAGES[code].alphabet)]
    own = [code for code in own if code != "ru" or not _NOT_RUSSIAN.search(text)]
    barred = _OWN_LETTERS - {common} if russian else frozenset()
    others = [code for code in scores if code not in LANGUAGES and code not in barred]
    first = max(own, key=lambda code: scores[code], default=None)
    other = max(others, key=lambda code: scores[code], default=None)
    against = 0.0 if common else _SURELY if russian else _RATHER
    return first if first and (other is None or scores[other] <= scores[first] + against) else other


def _likely(text: str) -> dict[str, float]:
    """Return the log likelihood of the Cyrillic words of a text in every language."""
    found = {}
    for code, (threes, twos, letters) in _letters_of_languages().items():
        total = letters.total()
        found[code] = sum(
            math.log((threes[part] + 5 * (letters[part[2]] + 0.01) / total) / (twos[part[:2]] + 5))
            for word in _CYRILLIC.findall(text)
            for part in _threes(word)
        )
    return found


def _threes(word: str) -> list[str]:
    marked = f"^{word}$"
    return [marked[at : at + 3] for at in range(len(marked) - 2)]


@cache
def _letters_of_languages() -> dict[str, tuple[Counter[str], Counter[str], Counter[str]]]:
    """Count threes, pairs and single letters in the words that CLDR holds of each language."""
    from babel import Locale

    found = {}
    for code in _TOLD_APART:
        locale = Locale.parse(code)
        names = [locale.territories, locale.languages, locale.currencies, locale.scripts]
        names += [by["wide"] for forms in (locale.months, locale.days) for by in forms.values()]
        words = {word for part in names for name in part.values() for word in _CYRILLIC.findall(str(name).casefold())}
        threes = Counter(part for word in words for part in _threes(word))
        pairs: Counter[str] = Counter()
        for part, count in threes.items():
            pairs[part[:2]] += count
        found[code] = threes, pairs, Counter("".join(f"{word}$" for word in words))
    return found


def language_file(lang: str, name: str) -> Path:
    """Return a file of a language's folder."""
    return TEXTS / check_language(lang) / name


def translator(lang: str) -> Callable[[str], str]:
    """Return the function that turns an English message into `lang`.

    Raises
    ------
    LanguageError
        If `lang` is not a known language.
    """
    return _translator(check_language(lang))


@cache
def _translator(lang: str) -> Callable[[str], str]:
    if lang == SOURCE:
        return str
    return _gettext.GNUTranslations(BytesIO(language_file(lang, "messages.mo").read_bytes())).gettext
