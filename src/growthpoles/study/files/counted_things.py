"""Counts: headings of numbers of enterprises, persons, projects or of rates, which bear no unit of money or weight."""

from __future__ import annotations

import re
from collections.abc import Iterable

from growthpoles.language.languages import alternatives
from growthpoles.study.files.printed_labels import one_of

_MONEY = re.compile(rf"[$€£¥₽₸₹₴₺₦₱₫₩]|(?<![^\W\d_])(?:{alternatives('currencies')})(?![^\W\d_])")
_OF_AMOUNTS = re.compile(one_of("units_of_amounts"), flags=re.IGNORECASE)
_WEIGHED = re.compile(one_of("units_of_weight_and_area"), flags=re.IGNORECASE)
_COUNTS = re.compile(alternatives("counts"), flags=re.IGNORECASE)
_QUANTITIES = re.compile(alternatives("counts_or_quantities"), flags=re.IGNORECASE)
_THINGS = re.compile(rf"(?:{alternatives('things_counted')})", flags=re.IGNORECASE)
_AMOUNTS = re.compile(one_of("amounts"), flags=re.IGNORECASE)
_RATES = re.compile(rf"(?:{alternatives('rates')})", flags=re.IGNORECASE)
_PER_CENT = re.compile(alternatives("no_amount_percentage"), flags=re.IGNORECASE)
_LEVELS = re.compile(r"[,;|:/]\s*|\s+[–—-]\s+|\s*[(\[（]|[)\]）]")


def is_amount(unit: str) -> bool:
    """Tell whether a unit is one of money, weight, area, volume or energy: no number of things is in it."""
    return bool(_MONEY.search(unit) or _OF_AMOUNTS.search(unit) or _WEIGHED.search(unit))


def counts_things(heading: str, unit: str = "") -> bool:
    """Tell whether a heading says that the numbers below it count things: "No. of firms", "Effectif", "саны".

    "Cantidad" does with a `unit` of money, and is an amount with one of weight.
    """
    parts = [part.strip() for part in _LEVELS.split(heading)]
    weighed = _WEIGHED.search(unit) is not None
    return any(_COUNTS.search(part) or (not weighed and _QUANTITIES.search(part)) for part in parts)


def bears_no_amount(heading: str, unit: str, beside: Iterable[str]) -> bool:
    """Tell whether a column is not in the `unit` of its table: an amount, and it counts things or is a percentage.

    Rates and bare things ("Enterprises") are not where what stands `beside` them bears it.
    """
    if not is_amount(unit):
        return False
    if counts_things(heading, unit) or _PER_CENT.search(heading):
        return True
    last = _LEVELS.split(heading.rstrip(" )]）"))[-1].strip()
    others = [text for text in beside if text != heading and not counts_things(text, unit)]
    if _RATES.fullmatch(last):
        return any(not _RATES.fullmatch(_LEVELS.split(text)[-1].strip()) for text in others)
    return _THINGS.fullmatch(last) is not None and any(map(_AMOUNTS.search, others))
