"""THE list of languages; the check of `lang`; translation of messages.

A language is one line of `LANGUAGES` and one folder of `texts/`: `report.toml` (phrases) and `messages.po` with its
compiled `messages.mo` (translations of what is written in English in the code). Separators, percent signs and plural
rules are those of CLDR.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from growthpoles.errors import LanguageError, unknown_option

TEXTS = Path(__file__).parent / "texts"
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
