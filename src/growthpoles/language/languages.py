"""Words and numbers on figures in English, Russian and Kazakh."""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from io import BytesIO
from typing import Literal

from growthpoles.errors import MapError, unknown_option

Language = Literal["en", "ru", "kk"]
LANGUAGES: tuple[str, ...] = ("en", "ru", "kk")
MINUS = "\u2212"
NBSP = "\u00a0"


@lru_cache(maxsize=8)
def translator(lang: str) -> Callable[[str], str]:
    """Return the function that turns an English message into `lang`.

    Raises
    ------
    MapError
        If `lang` is not "en", "ru" or "kk".
    """
    if lang not in LANGUAGES:
        raise MapError(unknown_option("lang", lang, LANGUAGES))
    if lang == "en":
        return str
    catalogue = resources.files("growthpoles.language").joinpath("locale", lang, "LC_MESSAGES", "growthpoles.mo")
    return _gettext.GNUTranslations(BytesIO(catalogue.read_bytes())).gettext


def format_number(value: float, lang: str = "en", *, digits: int = 2, sign: Literal["-", "+"] = "-") -> str:
    """Write a number with the language's decimal sign, thin groups and a true minus.

    Parameters
    ----------
    value
        Number to write; NaN gives an empty string.
    lang
        "en" (decimal point), "ru" or "kk" (decimal comma).
    digits
        Digits after the decimal sign.
    sign
        "+" writes a plus before positive numbers.
    """
    if value != value:
        return ""
    rounded = round(float(value), digits) + 0.0
    text = f"{abs(rounded):,.{digits}f}"
    if abs(rounded) < 10_000:
        text = text.replace(",", "")
    text = text.replace(",", NBSP)
    if lang != "en":
        text = text.replace(".", ",")
    if rounded < 0:
        return MINUS + text
    return "+" + text if sign == "+" and rounded > 0 else text
