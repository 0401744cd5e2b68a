"""Calendars of headers: years of the Buddhist, Iranian, Minguo and lunar Hijri ones, and years that are not read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from growthpoles.errors import Reason, listed
from growthpoles.study.files.printed_labels import DIGITS, NEAR_YEARS, YEAR_NOTE, YEAR_WORDS, parse_year, years_in
from growthpoles.study.files.problems import FAR_YEARS, LUNAR_YEARS

# A bare year ("112年") but for ages, spans and decades, in a sheet with signs that are written so in Taiwan alone.
_BARE_MINGUO = r"(?<![\d.])(1[0-4]\d|[6-9]\d)(?=\s*年(?![以未級期代間齡次前後來內之滿確存]))"
_TO_MINGUO = r"\s*[-–—~～〜至]\s*(?:民[國国])?\s*1[0-4]\d\s*年"
_IN_TAIWAN = r"\A(?=[\s\S]*[縣臺灣])"
_FIRST = 60  # rows whose words tell the language
#: The lunar Hijri calendar, whose year is shorter than a common one and falls on two of them.
_LUNAR = re.compile(
    r"(?<!Solar )\bHijri|\bA\.?H\.?(?!\w)|(?<!\d)1[34]\d\d ?H\b|هـ|هجري|هجری قمری|قمری", flags=re.IGNORECASE
)
_SOLAR = re.compile(r"شمسی|\bSH\b|Solar Hijri|Iranian year", flags=re.IGNORECASE)
# Words in the letters of Persian, and places that print the years of the Iranian calendar bare in English.
_PERSIAN = re.compile(r"[\u067e\u0686\u0698\u06af\u06a9\u06cc]")
_URDU = re.compile(r"[\u0679\u0688\u0691\u06ba\u06d2]")
_IN_IRAN = re.compile(r"\b(?:Iran|Tehran|Teheran|[EI]s?fahan|Mazandaran|Kabul|Kandahar|Herat)\b", flags=re.IGNORECASE)
_MINGUO_COLUMN = re.compile(r"(?:民國|統計|資料|調查|會計)?(?:年度|年份|年別|年)")


class _Era(NamedTuple):
    """A calendar whose years stand bare in headers where a title or a header names it.

    Attributes
    ----------
    prefix
        What stands before its years where these are not bare.
    named
        Sign of it in a text.
    first, last
        Years between which a bare number is one.
    within
        Its years in longer texts, which are written as common ones; None leaves these as they are.
    before
        The common year before its first one.
    parts
        Parts of a year, some of which are in the later of two common ones: texts with them are left.
    """

    prefix: str
    named: re.Pattern[str]
    first: int
    last: int
    within: re.Pattern[str] | None = None
    before: int = 0
    parts: re.Pattern[str] | None = None


class EraRead(NamedTuple):
    """An era whose years a sheet has, which were read as common ones; as text "112 = 2023", or the name of the era.

    Attributes
    ----------
    printed
        One of its years as it stands, or its name.
    common
        What was read for that year.
    before
        The common year before its first one, where its years are as long as common ones and stand without its name.
    """

    printed: str
    common: str = ""
    before: int | None = None

    @classmethod
    def of(cls, year: str, before: int) -> EraRead:
        """Return what is known by a year of the era."""
        return cls(year, str(int(year) + before), before)

    def __str__(self) -> str:
        """Return an example."""
        return f"{self.printed} = {self.common}" if self.common else self.printed


_BUDDHIST = _Era("พ.ศ. ", re.compile(r"พ\.? ?ศ|ปี|\bB\.?E\.?(?!\w)|Buddhist", flags=re.IGNORECASE), 2443, 2643)
_IRANIAN = _Era(
    "سال ",
    re.compile(r"سال|شمسی|\bSH\b|Solar Hijri|Iranian year", flags=re.IGNORECASE),
    1279,
    1479,
    within=re.compile(r"(?<![\d.,/])(?:سال\s*)?(1[34]\d\d)(?!\d|[.,]\d)"),
    before=621,
    parts=re.compile(
        "فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر|آبان|آذر|دی(?!\\w)|بهمن|اسفند|بهار|تابستان|پاییز|زمستان|ماه"
    ),
)
_MINGUO = _Era(
    "民國",
    re.compile(rf"民國|民国|Minguo|{_IN_TAIWAN}[\s\S]*?{_BARE_MINGUO}", flags=re.IGNORECASE),
    60,
    189,
    within=re.compile(
        rf"(?:中華)?民[國国]\s*(\d{{2,3}})(?=\s*年|{_TO_MINGUO})|(?<![\d.])(1[0-4]\d)(?=\s*年?{_TO_MINGUO})"
        rf"|{_BARE_MINGUO}"
    ),
    before=1911,
)
_HIJRI = _Era("هـ", _LUNAR, 1319, 1500)
_ERAS = (_BUDDHIST, _IRANIAN, _MINGUO, _HIJRI)
_OF_HIJRI = re.compile(r"(?<![\d.,])(1[34]\d\d) ?(?:A\.?H\.?(?!\w)|H\b|هـ?(?!\w)|هجري\w*)", flags=re.IGNORECASE)
_LUNAR_YEAR = re.compile(r"(?<![\d.,])1[34]\d\d(?!\d|[.,]\d)")
_FAR_YEAR = re.compile(r"(?<![\d.,])(?:1[0-8]\d\d|2[1-9]\d\d)(?!\d|[.,]\d)")
_BARE = re.compile(rf"(\d{{2,4}})(?:\.0)?\s?(年?)((?:[a-z]|{YEAR_NOTE})?)", flags=re.IGNORECASE)


def mark_eras(rows: Sequence[list[object]]) -> EraRead | None:
    """Name the era before bare years of a sheet, across or down, where a title or header names it; return it.

    Years of the lunar Hijri calendar become the common ones on which they fall ("1442هـ" is 2020/21), if not the same.
    """
    era = _era_named(str(cell) for row in rows[:12] for cell in row)
    era, found = era or (_IRANIAN if _prints_iranian(rows) else None), None
    texts = ((row, at, str(cell).translate(DIGITS)) for row in rows for at, cell in enumerate(row))
    told = [each for each in texts if _OF_HIJRI.search(each[2]) and not years_in(each[2])] if era is _HIJRI else []
    if told and _follow(_common(int(year)) for *_, text in told for year in _OF_HIJRI.findall(text)):
        for row, at, text in told:
            row[at] = _OF_HIJRI.sub(lambda hit: _common(int(hit[1])), text)
        row, at, text = min(told, key=lambda each: len(each[2]))
        found = EraRead(text, str(row[at]))
    if era is not None and era.within is not None:
        found = _in_common(rows, era, era.within)
    found = _minguo_down(rows) or found
    if era is None:
        return found
    counted = False  # whether numbers stand above, which may be as large as years
    for i, row in enumerate(rows[:12]):
        years = {at: text for at, cell in enumerate(row) if (text := _year_of_era(cell, era))}
        others = (str(cell) for at, cell in enumerate(row) if at not in years)
        numbers = [text for text in others if any(map(str.isdigit, text)) and not years_in(text)]
        once = len(set(years.values())) == len(years) and (
            era is not _HIJRI or (_follow(years.values()) and not counted)
        )
        counted |= sum(str(cell).translate(DIGITS).replace(".", "").isdecimal() for cell in row) > 1
        if len(years) > 1 and not numbers and once:
            found = EraRead(era.prefix.strip())
            for at, text in years.items():
                row[at] = text
        for at in [at for at, cell in enumerate(row) if isinstance(cell, str) and _era_named([cell])]:
            below = [cells for cells in rows[i + 1 :] if at < len(cells) and cells[at] != ""]
            years_below = [_year_of_era(cells[at], era) for cells in below]
            if len(below) > 2 and all(years_below) and (era is not _HIJRI or _follow(years_below)):
                found = EraRead(era.prefix.strip())
                for cells in below:
                    cells[at] = _year_of_era(cells[at], era)
    return found


def _prints_iranian(rows: Sequence[Sequence[object]]) -> bool:
    """Tell whether a sheet is in Persian, or of Iran or Afghanistan, whose years are those of the Iranian calendar."""
    text = " ".join(str(cell) for row in rows[:_FIRST] for cell in row if isinstance(cell, str))
    persian = len(_PERSIAN.findall(text)) > 1 and not _URDU.search(text)
    return persian or len({*map(str.casefold, _IN_IRAN.findall(text))}) > 1


def _in_common(rows: Sequence[list[object]], era: _Era, within: re.Pattern[str]) -> EraRead | None:
    """Write years of an era within titles and headers as the common ones in which they begin; return one of them."""
    found = None
    for row in rows[:12]:
        texts = {at: " ".join(str(cell).translate(DIGITS).split()) for at, cell in enumerate(row)}
        if sum(text.replace(".", "").isdecimal() and not _BARE.fullmatch(text) for text in texts.values()) > 1:
            break
        for at, text in texts.items():
            words = any(map(str.isalpha, text)) and parse_year(text) is None
            words = words and (era.parts is None or not era.parts.search(text))
            if words and (hits := list(within.finditer(text))):
                years = [next(filter(None, hit.groups())) for hit in hits]
                row[at] = within.sub(lambda hit: str(int(next(filter(None, hit.groups()))) + era.before), text)
                found = EraRead.of(years[0], era.before)
    return found


def _minguo_down(rows: Sequence[list[object]]) -> EraRead | None:
    """Write the years of the Minguo era in a column that is named for years as common ones; return one of them."""
    for i, row in enumerate(rows[:12]):
        for at in (
            at for at, cell in enumerate(row) if isinstance(cell, str) and _MINGUO_COLUMN.fullmatch(cell.strip())
        ):
            below = [cells for cells in rows[i + 1 :] if at < len(cells) and cells[at] != ""]
            years = [_plain(cells[at]) for cells in below]
            if (
                len(below) > 2
                and all(re.fullmatch(r"[89]\d|1[0-4]\d", year) for year in years)
                and max(map(len, years)) > 2
            ):
                row[at] = "年度"
                for cells, year in zip(below, years, strict=True):
                    cells[at] = str(int(year) + _MINGUO.before)
                return EraRead.of(years[0], _MINGUO.before)
    return None


def _era_named(texts: Iterable[str]) -> _Era | None:
    """Return the era that some of the texts name."""
    joined = "\n".join(texts).translate(DIGITS)
    if _LUNAR.search(joined) and not _SOLAR.search(joined):
        return _HIJRI
    return next((era for era in _ERAS if era.named.search(joined)), None)


def _common(lunar: int) -> str:
    """Return the common years on which one of the lunar Hijri calendar falls, by its arithmetic: "2020/21" for 1442."""
    starts = (227015 + 354 * (year - 1) + (3 + 11 * year) // 30 for year in (lunar, lunar + 1))
    first, last = (datetime.date.fromordinal(day - at).year for at, day in enumerate(starts))
    return f"{first}/{last % 100:02}" if last > first else str(first)


def _follow(labels: Iterable[str]) -> bool:
    """Tell whether common years of lunar ones lie near to each other, and no two begin in the same one."""
    years = sorted(int(text[:4]) for text in {*labels})
    return all(0 < b - a <= NEAR_YEARS for a, b in pairwise(years))


def _year_of_era(cell: object, era: _Era) -> str:
    """Return a bare year of an era with the name of it, as :func:`parse_year` reads it, or ""."""
    text = " ".join(str(cell).translate(DIGITS).split())
    hit = None if isinstance(cell, bool) else _BARE.fullmatch(text)
    if hit is None or not era.first <= int(hit[1]) <= era.last or (era.last < 1000 and not hit[2]):
        return ""
    return f"{_common(int(hit[1])) if era is _HIJRI else era.prefix + hit[1] + hit[2]}{hit[3]}"


def unread_years(rows: Sequence[Sequence[object]]) -> Reason | None:
    """Say which years of headers, or of a column named for years, are those of the lunar calendar or out of range."""
    joined = "\n".join(_plain(cell) for row in rows[:12] for cell in row)
    lunar = bool(_LUNAR.search(joined)) and not _SOLAR.search(joined)
    sign, found = (_LUNAR_YEAR if lunar else _FAR_YEAR), dict[str, None]()
    for i, row in enumerate(rows[:12]):
        texts = {at: text for at, cell in enumerate(row) if (text := _plain(cell))}
        years = {at: hits[-1] for at, text in texts.items() if (hits := sign.findall(text)) and not parse_year(text)}
        named = lunar and len(years) < 3 and any(_LUNAR.search(texts[at]) for at in years)
        if named or _across(texts, years, sign, rows[:i]):
            found |= dict.fromkeys(years.values())
        for at in [at for at, text in texts.items() if YEAR_WORDS.fullmatch(text) or (lunar and _LUNAR.search(text))]:
            below = [text for cells in rows[i + 1 :] if at < len(cells) and (text := _plain(cells[at]))]
            if len(below) > 2 and all(sign.fullmatch(text) for text in below):
                found |= dict.fromkeys(below)
    told = {"years": listed(sorted(found), limit=6)}
    return Reason(LUNAR_YEARS if lunar else FAR_YEARS, told) if found else None


def _across(
    texts: Mapping[int, str], years: Mapping[int, str], sign: re.Pattern[str], above: Sequence[Sequence[object]]
) -> bool:
    """Tell whether years of a row follow each other in words that are else the same, and no headers stand above."""
    others = [at for at, text in texts.items() if at not in years and text.replace(".", "").isdecimal()]
    steps = {b - a for a, b in pairwise(map(int, years.values()))}
    follow = bool(steps) and (0 < min(steps) <= max(steps) <= 50 or -50 <= min(steps) <= max(steps) < 0)
    if others or not follow or len({sign.sub("", texts[at]) for at in years}) == len(years):
        return False
    heads = [[_plain(cells[at]) if at < len(cells) else "" for at in years] for cells in above]
    return not any(len({*names} - {""}) == len(names) for names in heads)


def _plain(cell: object) -> str:
    """Return the text of a cell with common digits; a whole number without decimals."""
    return "" if isinstance(cell, bool) else " ".join(str(cell).translate(DIGITS).split()).removesuffix(".0")
