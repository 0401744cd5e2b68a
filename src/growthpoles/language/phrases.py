"""The words of the report in English, Russian and Kazakh, and numbers as each language writes them."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.errors import StudyError, unknown_option
from growthpoles.language.languages import LANGUAGES, NBSP, format_number, translator

if TYPE_CHECKING:
    pass

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def clean_text(value: object) -> str:
    """Return text without control characters and marks that turn the reading direction."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))


def missing(value: object) -> bool:
    """Tell whether a cell has no value."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


DASH = "\N{EN DASH}"
LONGEST = 120
_BLANKS = re.compile(rf"[^\S{NBSP}]+")  # a fixed blank stays
_FIGURE = re.compile(r"\d+\.\d+(?: ?%)?|\d+ ?%")  # a number that a language writes in its own way


@cache
def _read(lang: str) -> dict[str, dict[str, str]]:
    if lang not in LANGUAGES:
        raise StudyError(unknown_option("lang", lang, LANGUAGES))
    path = resources.files("growthpoles.language").joinpath("texts", f"{lang}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def phrase_keys(section: str, lang: str = "en") -> tuple[str, ...]:
    """Return the keys of a section of the texts."""
    return tuple(_read(lang)[section])


def shorten(text: object, longest: int = LONGEST) -> str:
    """Return a text without control signs, cut to a length that a page can bear."""
    plain = _BLANKS.sub(" ", clean_text(text)).strip()
    return plain if len(plain) <= longest else plain[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


def tie(text: str) -> str:
    """Keep "p = 0.05" on one line."""
    return re.sub(r" ([=\u2265\u2264]) ", "\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text)


def _own_figure(text: str) -> str:
    """Write a number of an English text with a decimal comma, and its percent sign after a fixed blank."""
    return text.replace(" ", "").replace(".", ",").replace("%", f"{NBSP}%")


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said in one language."""

    lang: str

    def __post_init__(self) -> None:
        _read(self.lang)

    def __call__(self, section: str, key: str, **values: object) -> str:
        """Return a phrase with its values filled in."""
        return _read(self.lang)[section][key].format(**values)

    @property
    def language(self) -> str:
        """Name of the language, in itself."""
        return str(_read(self.lang)["language"])

    def value(self, value: object) -> str:
        """Return a word of the data (an edition, a type, a test) in this language, or as it stands."""
        if missing(value):
            return DASH
        text = str(value)
        return _read(self.lang)["value"].get(text) or shorten(text)

    def unit(self, code: str) -> str:
        """Return a unit of the catalogue as it is read aloud, or its code with blanks; a dash where there is none."""
        return _read(self.lang)["unit"].get(code) or shorten(code).replace("_", " ") or DASH

    def message(self, template: str, **values: object) -> str:
        """Return an English template in this language, with its values filled in."""
        return translator(self.lang)(template).format(**values)

    def sentence(self, text: str) -> str:
        """Return a whole sentence of a study's files in this language, or as it stands if there is no translation.

        Decimals and percentages are looked up as {n1}, {n2}, ... so that one translation serves all numbers, and
        filled in as this language writes them.
        """
        if self.lang == "en" or not text:
            return text
        own: dict[str, str] = {}

        def take(figure: re.Match[str]) -> str:
            name = f"n{len(own) + 1}"
            own[name] = _own_figure(figure[0])
            return f"{{{name}}}"

        template = _FIGURE.sub(take, text)
        found = translator(self.lang)(template)
        return text if found == template else found.format(**own)

    def number(self, value: object, digits: int = 2) -> str:
        """Write a number; a dash where there is none."""
        if missing(value) or not hasattr(value, "__float__"):
            return DASH
        number = float(value)
        if not math.isfinite(number):
            return DASH if math.isnan(number) else ("\N{INFINITY}" if number > 0 else "\N{MINUS SIGN}\N{INFINITY}")
        return format_number(number, self.lang, digits=digits)

    def signed(self, value: object) -> str:
        """Write a whole number with its sign; a dash where there is none."""
        return DASH if missing(value) else format_number(float(str(value)), self.lang, digits=0, sign="+")

    def probability(self, value: object) -> str:
        """Write a p-value with the digits that matter."""
        if missing(value):
            return DASH
        number = float(value)  # type: ignore[arg-type]
        if number < 1e-4:
            return f"<\N{NARROW NO-BREAK SPACE}{self.number(1e-4, 4)}"
        return self.number(number, 4 if number < 0.01 else 3)

    def count(self, value: int) -> str:
        """Write a whole number."""
        return self.number(value, 0)


# Code -> message of the catalogues of translations.
_MESSAGES = {
    "statistic_name": "statistic",
    "enclaves": "city enclaves",
    "keep": "cities apart",
    "merge": "cities merged with the region around them",
    "moran": "Moran\u2019s I",
    "geary": "Geary\u2019s C",
    "getis_ord": "Getis\u2013Ord G",
    "ris": "Innovation susceptibility (RIS)",
    "ria": "Innovation activity (RIA)",
    "index": "Index",
    "distance_band": "distance band",
    "inverse_distance": "inverse distance",
    "relative_neighborhood": "relative neighbourhood",
    "delaunay": "Delaunay triangulation",
    "gabriel": "Gabriel graph",
    "border_length": "border length",
    "realigned_alt": "realigned, other reading",
}


def spoken(code: str, lang: str, labels: Mapping[str, str] | None = None) -> str:
    """Return the words for a code of a choice or of its value.

    Parameters
    ----------
    code
        As it stands in a table: "getis_ord", "knn 3", "realigned".
    lang
        Language.
    labels
        Words of the user, which go first; a label that only repeats the code does not count.
    """
    own = (labels or {}).get(code, code)
    if own != code:
        return own
    word = translator(lang)
    nearest = re.fullmatch(r"knn\W*(?:k\W*)?(\d+)", code)
    if nearest:
        return word("{k} nearest").format(k=nearest.group(1))
    return word(_MESSAGES[code]) if code in _MESSAGES else word(code).replace("_", " ")
