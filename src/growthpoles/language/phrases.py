"""Phrases of the texts in a language, names of choices, translated messages, clean text."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

import pandas as pd

from growthpoles.errors import in_number
from growthpoles.language.languages import SOURCE, check_language, language_file, translator
from growthpoles.language.number_format import DASH as DASH
from growthpoles.language.number_format import MINUS, NBSP, format_number, format_p, plural_form

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

RAISED = "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\n": " ", "\r": " ",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    MINUS: "$-$", NBSP: "~", "\N{INFINITY}": r"$\infty$",  # no signs of pdflatex's fonts
    "\u2192": r"$\rightarrow$", "\u2265": r"$\geq$", "\u2264": r"$\leq$", "\u00d7": r"$\times$", "\u00b1": r"$\pm$",
    "\u2248": r"$\approx$", "\u03c1": r"$\rho$", "\u03b1": r"$\alpha$", "\u03b2": r"$\beta$", "\u03bb": r"$\lambda$",
    "\u03c4": r"$\tau$", "\u03c3": r"$\sigma$", "\u03c7": r"$\chi$", "\u2713": r"$\surd$", "\u2605": r"$\star$",
    "\u00b7": r"$\cdot$", "\u2212": "$-$", "\u2011": "-", "\u202f": r"\,", "\u2009": r"\,", "\u200b": "",
    "\u2032": r"$'$", "\u20b8": "KZT", "\u2606": r"$\circ$",
    **{sign: f"$^{{{plain}}}$" for sign, plain in zip(RAISED, "-0123456789", strict=True)},
})  # fmt: skip


def clean_text(value: object) -> str:
    """Return text without control characters and marks that turn the reading direction."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))


def escape_tex(text: str) -> str:
    """Return text that TeX prints as it is, whatever it holds."""
    return text.translate(_TEX)


def missing(value: object) -> bool:
    """Tell whether a cell has no value."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


LONGEST = 120
_NEIGHBOURS = 50  # up to which "knn 4" is said in words
_BLANKS = re.compile(rf"[^\S{NBSP}]+")  # a fixed blank stays


@cache
def _read(lang: str) -> dict[str, dict[str, Any]]:
    texts: dict[str, dict[str, Any]] = tomllib.loads(language_file(lang, "report.toml").read_text(encoding="utf-8"))
    nearest = texts["value"]["knn_k"]
    texts["value"] |= {f"knn {k}": nearest.format(k=k) for k in range(1, _NEIGHBOURS + 1)}
    return texts


def phrase_keys(section: str, lang: str = "en") -> tuple[str, ...]:
    """Return the keys of a section of the texts."""
    return tuple(_read(lang)[section])


def shorten(text: object, longest: int = LONGEST) -> str:
    """Return a text without control signs, cut to a length that a page can bear: behind a word, if none is too long."""
    plain = _BLANKS.sub(" ", clean_text(text)).strip()
    if len(plain) <= longest:
        return plain
    words = plain[:longest].rpartition(" ")[0].rstrip(" ,;:-(")
    return (words if len(words) > longest // 2 else plain[: longest - 1]) + "\N{HORIZONTAL ELLIPSIS}"


def tie(text: str) -> str:
    """Keep "p = 0.05" on one line."""
    return re.sub(r" ([=<\u2265\u2264]) ", f"{NBSP}\\1{NBSP}", text)


def is_name(text: str) -> bool:
    """Tell whether a text is a name rather than a code: "Ontario", "ALBACETE", not "v41", "2021A000210", "ON"."""
    words = re.findall(r"[^\W\d_]+", text)
    coded = any(sign.isdigit() or sign in "._:/|" for sign in text)
    longer = [word for word in words if len(word) > 3 or not word.isascii()]
    return (
        any(not word.isupper() for word in longer)
        if coded
        else any(longer) or any(not word.isupper() for word in words)
    )


class _Phrases(Formatter):
    """Fills in phrases; a number can take its noun along: "{n:regions}" is "1 region" or "5 regions"."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def format_field(self, value: Any, noun: str) -> str:
        """Write a value, or a count with its noun in the plural that goes with it."""
        if not noun:
            return str(value)
        forms = _read(self.lang)["counted"][noun]
        form = forms.get(plural_form(int(value), self.lang), forms["other"])
        return str(form.format(n=format_number(value, self.lang, digits=0)))


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said in one language."""

    lang: str

    def __post_init__(self) -> None:
        check_language(self.lang)

    def __call__(self, section: str, key: str, **values: object) -> str:
        """Return a phrase with its values filled in."""
        return _Phrases(self.lang).format(_read(self.lang)[section][key], **values)

    @property
    def language(self) -> str:
        """Name of the language, in itself."""
        return str(_read(self.lang)["language"])

    def value(self, value: object) -> str:
        """Return a word of the data (an edition, a type, a test) in this language, or as it stands."""
        if missing(value):
            return DASH
        text = str(value)
        return str(_read(self.lang)["value"].get(text) or shorten(text))

    def letter(self, key: str, other: str = "") -> str:
        """Return the letter that stands for something on a map, or another mark where there is none."""
        return str(_read(self.lang)["letter"].get(key, other))

    def unit(self, code: str) -> str:
        """Return a unit of the catalogue as it is read aloud, or its code with blanks; a dash where there is none."""
        return str(_read(self.lang)["unit"].get(code) or shorten(code).replace("_", " ") or DASH)

    def message(self, template: str, **values: object) -> str:
        """Return an English template in this language, with its values filled in."""
        told = in_number(template, values) if self.lang == SOURCE else translator(self.lang)(template)
        return told.format(**values) if values else told

    def neighbours(self, kind: str, *, added: int = 0, cut: int = 0, **options: object) -> str:
        """Name a kind of weights and what it was built with: "4 nearest neighbours", "distance band (threshold=9)"."""
        told = str(_read(self.lang)["weights"].get(kind) or shorten(kind))
        if kind == "knn" and (k := int(str(options.pop("k", 4)))) != 4:
            told = self("caption", "nearest", k=self.count(k))
        if options.get("kernel", "triangular") != "triangular":  # which its name would be
            told = kind
        given = {name: f"{value:g}" if isinstance(value, float) else value for name, value in options.items()}
        parts = [f"{name}={value}" for name, value in given.items()]
        if added or cut:
            parts.append(self("caption", "by_hand", added=self.count(added), cut=self.count(cut)))
        return f"{told} ({', '.join(parts)})" if parts else told

    def sentence(self, text: str) -> str:
        """Return a whole sentence of a study's files in this language, or as it stands if there is no translation."""
        return translator(self.lang)(text) if text else text

    def number(self, value: object, digits: int = 2) -> str:
        """Write a number; a dash where there is none."""
        if missing(value) or not hasattr(value, "__float__"):
            return DASH
        number = float(value)
        if not math.isfinite(number):
            return DASH if math.isnan(number) else ("\N{INFINITY}" if number > 0 else "\N{MINUS SIGN}\N{INFINITY}")
        return format_number(number, self.lang, digits=digits)

    def signed(self, value: object, digits: int = 0) -> str:
        """Write a number with its sign; a dash where there is none."""
        return DASH if missing(value) else format_number(float(str(value)), self.lang, digits=digits, sign="+")

    def probability(self, value: object, *, relation: bool = False, least: float = 0.0) -> str:
        """Write a p-value; see :func:`growthpoles.language.number_format.format_p`."""
        return format_p(value, self.lang, relation=relation, least=least)  # type: ignore[arg-type]

    def count(self, value: int) -> str:
        """Write a whole number."""
        return self.number(value, 0)


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
    known = _read(check_language(lang))["value"]
    return str(known.get(code) or known.get(code.replace(" ", "_")) or code.replace("_", " "))
