"""Number formats: numbers, percentages, p-values, plurals, as CLDR writes them in a language.

House style, in every language: a true minus; groups of three only from 10,000 on ("1234", "12 345"), apart by a fixed
blank; a p-value is never printed as 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Any, Literal, SupportsFloat

from growthpoles.language.languages import LANGUAGES, SOURCE, check_language

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
_PLACES = 5  # zeros at most after the decimal sign of a small number; it is written by its power of ten beyond
GROUPED = 10_000  # the least number that is written in groups
P_COLUMN = re.compile(r"(\w+_)?p(_value|_adjusted|_attainable|_low|_high)?")  # columns of p-values
_LONG = Context(prec=400)  # digits enough for every float
LEAST_P = 1e-4  # the least p-value that is written as a number


@cache
def _signs(lang: str) -> tuple[str, str]:
    """Return decimal sign and percent pattern of a language."""
    if lang == SOURCE:  # as Python writes them; saves a figure in English the time to load Babel
        return ".", "{}%"
    from babel import Locale
    from babel.numbers import get_decimal_symbol

    locale = Locale.parse(lang)
    pattern = LANGUAGES[lang].percent or re.sub("[#,0.]+", "{}", locale.percent_formats[None].pattern)
    return get_decimal_symbol(locale), pattern


def round_half(value: float, digits: int) -> float:
    """Round as offices of statistics do: half away from zero, by the digits that the number is printed with.

    >>> round_half(2.5, 0), round_half(-0.125, 2), round_half(2.675, 2)
    (3.0, -0.13, 2.68)
    """
    if not math.isfinite(value):
        return float(value)
    return float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _LONG))


def format_number(value: float, lang: str = SOURCE, *, digits: int | None = 2, sign: Literal["-", "+"] = "-") -> str:
    """Write a number.

    Parameters
    ----------
    value
        Number to write; NaN gives an empty string.
    lang
        Language.
    digits
        Digits after the decimal sign; None as few as the number has.
    sign
        "+" writes a plus before positive numbers.
    """
    decimal, _ = _signs(check_language(lang))
    if value != value:
        return ""
    rounded = float(value) if digits is None else round_half(value, digits)
    text = f"{abs(rounded):,.{'10g' if digits is None else f'{digits}f'}}"
    if abs(rounded) < GROUPED:
        text = text.replace(",", "")
    text = text.replace(",", NBSP).replace(".", decimal)
    if rounded < 0:
        return MINUS + text
    return "+" + text if sign == "+" and rounded > 0 else text


def format_cell(value: float, lang: str = SOURCE, *, digits: int) -> str:
    """Write a finite number of a table: one that would round to 0 with two significant digits, never as 0.

    >>> format_cell(0.00012, digits=3), format_cell(-3.4e-9, digits=3), format_cell(0.0, digits=3)
    ('0.00012', '−3.4e−9', '0.000')
    """
    if value == 0 or round_half(value, digits) != 0:
        return format_number(value, lang, digits=digits)
    mantissa, power = f"{value:.1e}".split("e")
    if int(power) >= -_PLACES:
        return format_number(value, lang, digits=1 - int(power))
    return f"{format_number(float(mantissa), lang, digits=1)}e{MINUS}{-int(power)}"


def format_count(count: int, lang: str = SOURCE) -> str:
    """Write a whole number."""
    return format_number(count, lang, digits=0)


def format_percent(share: float, lang: str = SOURCE) -> str:
    """Write a share of 1 as a percentage with at most one decimal."""
    return _signs(check_language(lang))[1].format(format_number(round_half(100 * share, 1), lang, digits=None))


def format_percent_up(share: float, lang: str = SOURCE) -> str:
    """Write a share of 1 as a percentage that it does not exceed: two digits, four decimals at most."""
    percent = 100 * share
    if percent < 1e-9:  # left by rounding
        percent = 0.0
    else:
        digits = min(4, 1 - math.floor(math.log10(percent)))
        percent = round(math.ceil(percent * 10.0**digits - 1e-6) / 10.0**digits, 6)
    return _signs(check_language(lang))[1].format(format_number(percent, lang, digits=None))


def format_p(
    p: SupportsFloat | None, lang: str = SOURCE, *, digits: int = 3, relation: bool = False, least: float = 0.0
) -> str:
    """Write a p-value with the digits that matter: "0.037", "0.0042", "< 0.0001"; a dash where there is none.

    Parameters
    ----------
    p
        Probability.
    lang
        Language.
    digits
        Digits from 0.01 on; below there are four at least.
    relation
        Write "= 0.037", so that the text can stand after "p".
    least
        The smallest p-value that the draws behind it can give: it is written "≤ 0.0020", since the true one may be
        smaller.
    """
    try:
        number = float(p)  # type: ignore[arg-type]
    except TypeError:  # None, pandas.NA
        number = float("nan")
    if number != number:
        return DASH
    if number < LEAST_P:
        return f"< {format_number(LEAST_P, lang, digits=4)}"
    text = format_number(number, lang, digits=max(4, digits) if number < 0.01 else digits)
    if number <= least * (1 + 1e-9) and number < 1:
        return f"\N{LESS-THAN OR EQUAL TO} {text}"
    return f"= {text}" if relation else text


def least_p(draws: float, alternative: str = "two-sided") -> float:
    """Return the smallest p-value that so many draws can give; 0 where none was drawn."""
    return (2.0 if alternative == "two-sided" else 1.0) / (draws + 1) if draws > 0 else 0.0


def row_least(row: Mapping[Any, Any]) -> float:
    """Return the least p-value that the draws of a row of tests can give; 0 where it was not drawn, or is not said."""
    if not any(word in str(row.get("method", "")) for word in ("permutation", "bootstrap", "random choices")):
        return 0.0
    if "permutations" in row and "alternative" in row:
        draws = float(str(row["permutations"]))
        return least_p(draws, str(row["alternative"])) if draws == draws else 0.0
    least = float(str(row.get("p_attainable", 0.0)))  # of a local test, which has a row for every region
    return least if least == least else 0.0


@cache
def plural_form(count: int, lang: str = SOURCE) -> str:
    """Return CLDR's name of the plural that goes with a number: "one", "few", "many", "other"."""
    from babel import Locale

    return str(Locale.parse(check_language(lang)).plural_form(count))
