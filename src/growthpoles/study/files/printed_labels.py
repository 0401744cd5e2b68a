"""Printed labels: years ("2014 г.", "31.12.2014", "2018-19"), flags behind numbers, footnote marks on names."""

from __future__ import annotations

import datetime
import functools
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from growthpoles.language.languages import alternatives

MANY_CELLS = 2**14  # texts whose reading is kept: a cell is asked about many times before its table is understood
NEAR_YEARS = 10  # years by which a header repeats one above it: 2005 to 2009 below 2000 to 2004
UNSTATED = 1900  # the year of a table that says none, where that is allowed
_UP = "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵖʳ⁽⁾"
_SIGNS = "*†‡§¶#°^~!"
# Words that say how sure the numbers of a year are, and name no indicator.
_STATE = f"(?:{alternatives('state_of_data')})"
# Behind a unit of length a raised 2 or 3 is its power and no mark: "hab/km²", "m³".
_LENGTHS = """
km hm dm cm mm m mi ft yd км дм см мм м фут χλμ χμ μ კმ მ կմ մ كم م กม กม. ม ม. ק״מ מ״ר
"""
_POWER = "|".join(rf"(?<=(?<![^\W\d_]){re.escape(unit)})" for unit in _LENGTHS.split())
_OF_LENGTH = re.compile(rf"(?:{_POWER})\Z", flags=re.IGNORECASE)
_RAISED = rf"(?!(?i:{_POWER})[²³])"
_NOTE = (
    rf"(?>\s*(?:{_RAISED}[{_UP}{re.escape(_SIGNS)}+]++|\[[^\[\]]{{1,12}}\]|\(\d{{1,2}}\)|\d{{1,2}}\)"
    rf"|(?:(?<=\s)|(?<=[^\W\d_]))\d{{1,2}}/|\((?:[^\W\d_]{{1,2}}|{_STATE}\.?)\)|,?\s{_STATE}\.?(?!\w)))"
)
_MEASURE = (
    rf"(?:{alternatives('units_of_measure')}|{alternatives('multipliers')}|{alternatives('unit_links')}"
    rf"|(?-i:{alternatives('currencies')}))(?!\w)\.?"
)
# Brackets behind the name of an indicator, or its year, that hold a unit and no mark: "[zł]", "[1000 EUR]", "(ha)".
_NO_UNIT = rf"(?:{_STATE}\.?|(?:notes?|nb|fn|ref|uwag\w*|przypis\w*|прим\w*|сн\w*)\b[^\[\]]*)\]"
_UNIT = (
    rf"(?!\[{_NO_UNIT})\[(?:[%‰$€£¥₽₸₹₴₺]|(?:\d{{3,}}\s|[^\W\d_]\s)?[^\W\d_]{{2,}})[^\[\]\d]*[23]?\]"
    rf"|\((?:(?:{alternatives('unit_before')})\s+)?(?:[%‰$€£¥₽₸₹₴₺]|(?![^\W\d_]\)){_MEASURE}(?:\s{_MEASURE}){{0,3}})\)"
    r"|\((?:zł|kč|ft|kr|dh|da|dt|rm|rp|rs|bs|kz|kn|gs|kg|mg|mt|kt|ha|km|cm|mm|kw|mw|gw|pp|tl|jd|kd|bd|sr|qr|zk|га|км|кг|мм|тг|кт|пп|t|т)\)"
)
# What is a mark behind a heading, too, whose letters in brackets may be short for a unit: "(qq)", "[t]".
_NOTE_OF_HEADING = (
    rf"(?>\s*(?:{_RAISED}[{_UP}{re.escape(_SIGNS)}+]++|\[(?:(?i:{_NO_UNIT})|[\d\s,;–-]{{1,6}}\]|[{_UP}{re.escape(_SIGNS)}]+\])"
    rf"|\(\d{{1,2}}\)|\d{{1,2}}\)|(?:(?<=\s)|(?<=[^\W\d_]))\d{{1,2}}/|\((?i:{_STATE})\.?\)|,?\s{_STATE}\.?(?!\w)))"
)
# Behind a year a mark also stands after a slash or a dash, or right at it: "2021/P", "2021-p", "2021prov.", "2021/1".
YEAR_NOTE = (
    rf"(?>(?<=\d\d\d\d)/[1-9](?![\w/.-])|\s[a-z]/(?!\w)|\s(?:{_STATE}\.?/|\({_STATE}\.?/\))(?!\w)|{_NOTE}|(?:(?<=\d)|\s?/\s?){_STATE}\.?/?(?![\w-])"
    rf"|\s?[_–—-]\s?{_STATE}\.?(?=\s*(?:$|[()\[\],;:|])))"
)
_YEAR = r"((?:19|20)\d\d)"
_YEAR_WORD = rf"(?:{alternatives('year_said')})"
_PLAIN_YEAR = re.compile(
    rf"(?:F\.?Y\.?|Y|X|YR|anul|за|в|in|'|{_YEAR_WORD}|(?:{_STATE}[.:]?\s+)+)?\s*{_YEAR}(?:\.0?)?"
    rf"(?:JJ00|-?A1|[ \u00a0]*(?:г\.?г?\.?|[-–]?(?:{_YEAR_WORD}\.?|[жйyў]\.?)|[-–]c[iıuü][ \u00a0]il\w*|[mgрწթ]\."
    rf"|[ \u00a0]*م(?:يلادي[ةه]?)?))?:?"
    rf"(?:[ \u00a0]*(?:[a-z\d]{{1,2}}/|(?<![A-Za-z])[A-Za-z]{{1,2}}(?![^\W\d_])|\([^()]{{1,14}}\)|{YEAR_NOTE}))*+",
    flags=re.IGNORECASE,
)
_FISCAL = re.compile(
    rf"(?:F\.?Y\.?\s*)?{_YEAR}\s*[/–—-]\s*((?:19|20)?\d\d)(?:\s*\([^()]{{1,14}}\)|{YEAR_NOTE})*", flags=re.IGNORECASE
)
_FISCAL_INSIDE = re.compile(
    rf"(?<![^\W_])(?:F\.?Y\.?\s*)?(?<![\d.,]){_YEAR}\s*[/–—-]\s*((?:19|20)?\d\d)(?![\d./–-]*\d)"
    rf"|(?<![^\W_])F\.?Y\.?\s*{_YEAR}(?![\d./–-]*\d)", re.IGNORECASE
)  # fmt: skip
_DAY_FIRST = re.compile(
    rf"(?:(?:на|stav k|stan na|stand|am)\s+)?(\d{{1,2}})[./-]\s?(\d{{1,2}})[./-]\s?{_YEAR}(?:\s*[гrр]\.?)?"
    rf"{YEAR_NOTE}*",
    flags=re.IGNORECASE,
)
_YEAR_FIRST = re.compile(rf"{_YEAR}[./-](\d{{1,2}})[./-](\d{{1,2}})(?:[ T]00:00(?::00)?)?{YEAR_NOTE}*")
_MONTHS = rf"(?:{alternatives('months')})\b\.?"
PARTS_OF_YEAR = re.compile(
    rf"\b(?:q\s?[1-4]|[1-4]\s?[qt](?![^\W\d_])|[1-4]\.?\s*(?:-?[йa-zº]{{1,3}}\.?\s+)?"
    rf"(?:quarter|квартал|кв\.|quartal|trim|kvart|kw\b|cet\b|ceturk|ketv|negyed|čtvrt|štvrť|nelj|çeyr|тоқс)\w*"
    rf"|(?:i{{1,3}}v?|iv)\.?\s+(?:квартал|кв\.|trim|quart|kwart|kw\b|cet\b|ceturk|ketv|kvart|negyed|тоқс)\w*"
    rf"|(?:19|20)\d\d[-. /]?(?:[mqthkc]|kv|ii?)\d|[hst][1-4]\b|[qt][-–][1-4]\b|half\b|полугоди"
    rf"|(?<![\d./-])(?:0?[1-9]|1[0-2])[/.-](?=(?:19|20)\d\d\b)|(?<!\d)(?:19|20)\d\d[/.-](?:0[1-9]|1[0-2])(?![\d./-])"
    rf"|(?:19|20)\d\d\s?(?:년\s?\d|年\s?\d{{1,2}}\s?月|年第)|quarter\b|{_MONTHS})",
    flags=re.IGNORECASE,
)
_PART_ALONE = re.compile(
    r"(?:\d{4}[-_ ]?)?(?:m(?:onth)?|месяц|mes|mois|monat|ай)[-_ .]?(?:0?[1-9]|1[0-2])|(?:1[0-2]|[1-9])月", re.I
)
# "31.12.2014", "2014-12-31", "1 January 2014", "April 1, 2014": a day of a year stands for it.
_DAYS = re.compile(
    rf"\b\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?(?=(?:19|20)\d\d\b)|(?<=\d\d\d\d)-\d\d-\d\d\b|\b\d\d?\.?\s?(?-i:[IVX]{{1,4}})\.?\s(?=(?:19|20)\d\d\b)"
    rf"|\b\d{{1,2}}(?:er|º)?\.?[\s/-]+(?:de\s+)?{_MONTHS}(?:\s+de)?[\s/-]+(?=(?:19|20)\d\d\b)|\b{_MONTHS}\s+\d{{1,2}},?\s+(?=(?:19|20)\d\d\b)",
    flags=re.IGNORECASE,
)
# "as of July 1", "на 1 января": the day of every year on which something is counted.
_DAY_ALONE = re.compile(
    rf"\b(?:1|30|31)(?:er|º|\.)?\s+(?:de\s+)?{_MONTHS}(?!\s*\d)|\b{_MONTHS}\s+(?:1|30|31)(?:st)?\b(?![.,]?\d)",
    flags=re.IGNORECASE,
)
# "Year ended Mar-22", "12 months to Dec 2022", "2022 (year ended March)": a year that ends in a month, and no month.
_ENDED_WORDS = rf"(?<![^\W\d_])(?:{alternatives('years_ended')})(?![^\W_])\.?[\s:,]*"
_OF_YEAR = rf"(?:\s+\d{{1,2}}(?:st|nd|rd|th)?(?!\d))?(?:,|\s+de)?[\s'’/–-]*(?:{_YEAR}|(\d\d))(?![\d.,]?\d)"
_IN_MONTH = rf"(?:\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?[\s/-]*(?:de\s+)?)?({_MONTHS})"
_ENDED = re.compile(
    rf"{_ENDED_WORDS}{_IN_MONTH}{_OF_YEAR}|(?<!\d){_YEAR}[\s,:–-]*[(\[]?{_ENDED_WORDS}{_IN_MONTH}[)\]]?"
    rf"|(?<!\w)({_MONTHS})\s+years?\s+{_YEAR}(?!\d)", re.IGNORECASE
)  # fmt: skip
_ENDED_ALONE = re.compile(rf"(?:for\s+)?(?:the\s+)?(?:{_ENDED.pattern}){YEAR_NOTE}*", flags=re.IGNORECASE)
_MONTH_ALONE = re.compile(rf"({_MONTHS}){_OF_YEAR}{YEAR_NOTE}*", flags=re.IGNORECASE)
_SAYS_ENDED = re.compile(rf"{_ENDED_WORDS}(?:{_IN_MONTH})?", flags=re.IGNORECASE)
# "Mar-23", "4T23": a part of a year with the last two digits of the year.
_SHORT_YEAR = re.compile(
    rf"(?<!\w)(?:{_MONTHS}\s?['’/–-]|(?:q\s?[1-4]|[1-4]\s?[qt])[\s'’/–-]?)\s?(\d\d)(?![\d.,/–-]?\d)", re.IGNORECASE
)
_DAY_IN_WORDS = re.compile(
    rf"(?:(?:на|az?|am|au|al?|à|stav k|stan na|as of|as at|по состоянию на)\s+)?"
    rf"(?:\d{{1,2}}(?:er|st|nd|rd|th|-?е|º)?\.?[\s/-]+(?:de\s+)?"
    rf"{_MONTHS}(?:\s+de|,)?[\s/-]+{_YEAR}|{_MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}|{_YEAR}\.?\s+{_MONTHS}\s+\d{{1,2}}\.?"
    rf"|{_YEAR}[ –-]?{_YEAR_WORD}\.?,?\s+\d{{1,2}}[ –-]\s?{_MONTHS})"
    rf"(?:\s*(?:г\.?|р\.?|r\.?|[–-]?{_YEAR_WORD}))?{YEAR_NOTE}*",
    flags=re.IGNORECASE,
)
# Dates in a longer text, each with its year; "31-Mar-2014" is one, too.
_DATE = re.compile(
    rf"(?<![\d.])(?:{_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}(?:[ T]\d\d:\d\d(?::\d\d)?)?"
    rf"|(?:(\d{{1,2}})[/-]\s?(\d{{1,2}})[/-]|\d{{1,2}}\.\s?\d{{1,2}}\.)\s?{_YEAR}"
    rf"|\d{{1,2}}(?:er|st|nd|rd|th|-?е|º)?\.?[\s/-]+(?:de\s+)?{_MONTHS}(?:\s+de|,)?[\s/-]+{_YEAR}"
    rf"|(?<!\w){_MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}|{_YEAR}\.?\s+{_MONTHS}\s+\d{{1,2}})"
    rf"(?!\d)(?:{YEAR_NOTE})*",
    flags=re.IGNORECASE,
)
_ERA = re.compile(
    rf"(令和|平成|昭和|民國|民国|(?:พ\.?ศ\.?|b\.?e\.?|سال)\s*)(\d{{1,4}}|元)\s*年?度?[a-z]?{YEAR_NOTE}*",
    flags=re.IGNORECASE,
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911, "سال": 621}  # the year before the first
_ERA_INSIDE = re.compile(r"(令和|平成|昭和|民國|民国)\s*(\d{1,3}|元)(?=\s*年)")  # in a longer text
_OF_DATA = r"(?:\s+(?:of the data|of data|d[oe]s dados|de los datos|des données|dei dati|danych|dat|údajů))?"
_REFERENCE = alternatives("reference_period")
YEAR_WORDS = re.compile(
    rf"(?:{_REFERENCE}){_OF_DATA}|(?:reference[ _])?"
    rf"(?:{alternatives('year_columns')})s?",
    flags=re.IGNORECASE,
)
# "1445 AH (2023)", "2023 / 1445H": the source itself says the common year.
_AH, _AD = r"1[34]\d\d ?(?:A\.?H\.?|H|هـ?)?", rf"{_YEAR}(?:[/–-]\d\d(?:\d\d)?)? ?(?:AD|CE|G|م)?"
_BOTH = re.compile(rf"{_AH} ?[(/|–-] ?{_AD}\)?|{_AD} ?[(/|–-] ?{_AH}\)?")
_SPAN_OR_MONTH = re.compile(rf"(?<!\d){_YEAR}\s?[/–-]\s?(\d\d)(?![\d./–-])")
_CODE = re.compile(r"\b[A-EG-SU-WZ](?:19|20)\d\d_\w*\d")  # "S1901_C01_001E" of the Census Bureau holds no year
_TWICE = re.compile(rf"(.*?{_YEAR[1:-1]}(?!\d)[^\d/|]*?)\s*[/|\s]\s*([^\d/|]*{_YEAR[1:-1]}(?!\d).*)")
_INSIDE = re.compile(rf"(?<![\d.,]){_YEAR}(?:\s*[/–—-]\s*((?:19|20)?\d\d)(?!\d))?(?![\d]|[.,]\d)")
# The year whose prices are meant, that an index is 100 in or that a classification is of is no year of the figures.
_EDITION = rf"(?:{alternatives('editions')})\b\.?"


def one_of(name: str) -> str:
    """Return an expression for whole words of a list of :func:`growthpoles.language.languages.alternatives`."""
    return rf"(?<![^\W\d_])(?:{alternatives(name)})(?![^\W\d_])"


_PRICE, _CONSTANT, _LINK, _SAID = map(one_of, ("prices", "constant", "year_links", "year_said"))
# An example -> what it is found by, in the order in which they are tried.
_BASE_YEARS = {
    "constant 2015": rf"\b(?:constant|chained)\s+\(?{_YEAR}(?!\d)",
    "at 2015 market prices": rf"\b(?:at|in)\s+{_YEAR}(?:\s+(?:constant|market|basic|average))*\s+prices?\b",
    "GDP (2015 prices)": rf"[(,]\s*{_YEAR}\s+prices\b",
    "constant prices of 2015": rf"{_CONSTANT}\s+(?:\w+\s+)?{_PRICE}(?:\s+(?:{_LINK}|{_SAID}\.?))*[\s(]+{_YEAR}(?!\d)",
    "prices of 2015": rf"(?<!\bde )(?<!\bof )(?<!\bdos )(?<!\bdes )(?<!\bder ){_PRICE}(?:\s+{_SAID})*"
    rf"\s+(?:{_LINK}|{_CONSTANT})(?:\s*(?:{_LINK}|{_CONSTANT}|{_SAID}))*[\s(]+{_YEAR}(?!\d)",
    "в ценах 2015": rf"(?<![^\W\d_])[ву]\s+(?:\w+[иы]х\s+)?ц[еі]нах\s+{_YEAR}(?!\d)",
    "2015 fiyatlarıyla": rf"(?<!\d){_YEAR}(?:[.-]|e[nr]\b|\s?ж\.)?\s*(?:{_SAID}\s*)?(?:{_CONSTANT}\s+)?"
    rf"(?!pri[cx]|preç|precio|prezz|цен|цін){_PRICE}",
    "2015年価格": rf"(?<!\d){_YEAR}\s*[年년]\s*\w{{0,5}}?(?:价|價|価|가격|基準|基准|基期|기준)",
    "2015=100": rf"(?<!\d){_YEAR}\s*(?:{_SAID}|г\.?|р\.|年|년)?\s*[=≡:]\s*1(?:00|0{{3}})?(?!\d)",
    "100=2015": rf"=\s*{_YEAR}(?!\d)",
    "miles de pesos de 2015": rf"(?<![^\W\d_])(?:{alternatives('multipliers')}|miles)\.?\s+(?:of|de|di|von)\s+"
    rf"(?:\w+\s+){{1,2}}(?:of|de|del|di|von)\s+{_YEAR}(?!\d)",
    "in 2015 US dollars": rf"(?<![^\W\d_])(?:of|in)\s+{_YEAR}\s+(?:constant\s+)?(?:US\s+|international\s+)?"
    r"(?:dollars|euros?|pounds|pesos|USD|EUR|GBP|prices)\b",
    "Base: 2015": rf"{one_of('bases')}(?:[\s:]+(?:{_SAID}|{_LINK}))*[\s:(=–-]{{1,3}}{_YEAR}(?!\d)",
    "NUTS 2015": rf"(?<!\w)(?:{alternatives('classifications')})"
    rf"(?:\s?-?\s?[0-3]\s*\(|(?:[\s,.-]*{_EDITION}[\s-]*\d?(?:\.\d)?,?)?[\s:(–—-]*)(?<!\d){_YEAR}(?!\d)",
    "Gebietsstand 1.1.2015": rf"{one_of('divisions')}\s+(?:{_LINK}\s+|au\s+)?(?:\d\d?\.\s?\d\d?\.\s?)?\(?{_YEAR}(?!\d)",
    "2015 boundaries": rf"(?<!\d){_YEAR}\s+(?:boundaries|geography|classification|edition|vintage|nomenclature)\b",
}
_BASE_YEAR = re.compile("|".join(_BASE_YEARS.values()), flags=re.IGNORECASE)
# "December 2023 in % of December 2022": the latter is that of a base, too.
_COMPARED = re.compile(
    rf"(?<![\d.,]){_YEAR}(?!\d)\D{{0,40}}?(?:{alternatives('no_amount_percentage')})\D{{0,40}}?{_YEAR}(?![\d]|[.,]\d)",
    flags=re.IGNORECASE,
)
# What stands before the year, and the time of it, where the only year is the one compared with.
_AGAINST_YEARS = {
    "Variación respecto a 2021": rf"(?<![^\W\d_])(?:{alternatives('compared_links')})\s+",
    "В % к 2021": rf"(?:%|(?<![^\W\d_])(?:{alternatives('percentages')}|раза?х?|times)(?!\w))\s*"
    rf"(?:{alternatives('percentage_links')})\s+",
    "Change since December 2021": rf"(?<![^\W\d_])(?:{alternatives('changes')})(?!\w)[^\d,;:|]{{0,30}}?\s"
    rf"(?:{alternatives('growth_links')})\s+",
}
_TIME = "|".join(map(alternatives, ("time_of_comparison", "months", "year_said", "before_years")))
_AGAINST = re.compile(
    rf"(?:{'|'.join(_AGAINST_YEARS.values())})(?:(?:{_TIME})[\s,–-]+){{0,6}}\(?{_YEAR}(?!\d)", flags=re.IGNORECASE
)
_HIDDEN = {ord(str(i)): 0xE000 + i for i in range(10)}  # signs of private use, which no label holds
_SHOWN = {to: at for at, to in _HIDDEN.items()}
# In a longer text words that may also begin a name ("2021 Final consumption", "Vitamin E 2021") are marks only where
# they stand alone: right at the year, in brackets, behind a comma or a colon, or at an end.
_AS_NAME = r"(?:final|advance|avance|[a-z]{1,2})(?![^\W_])(?![./])"
_ENDS = r"\s*(?:$|[()\[\],;:|*])"
_WITH_STATE = re.compile(
    rf"(?:(?<!\w)(?:(?!{_AS_NAME})|(?<![^\s,;:(\[|]\s)(?<![^\s,;:(\[|])){_STATE}[.:]?\s+)?{_INSIDE.pattern}"
    rf"(?:\s*г\.|\s+год(?:а|у|ы|ов|ах)?\b)?(?:(?<=\d)(?!s)[^\W\d_](?![\w&/]))?"
    rf"(?:(?!\s*(?:{_UNIT}))(?!,?\s{_AS_NAME}(?!{_ENDS})){YEAR_NOTE})*",
    flags=re.IGNORECASE,
)
_BRACKET = re.compile(
    rf"(?:(?<=\d\d\d\d)|(?<=\d[/–-]\d\d))[ \u00a0]*(?!{_UNIT})(\([^()]{{1,14}}\))", flags=re.IGNORECASE
)
# "2025. gadā", "2025. gada sākumā": the dot of an ordinal goes, and the word for the year where no other follows it.
_ORDINAL = re.compile(
    rf"(?<=(?<!\d)(?:19|20)\d\d)(?:\s?[年년](?!代)[度底末初中]?"
    rf"|\s?م(?:يلادي[ةه]?)?(?!\w)|[–-](?:{_YEAR_WORD}|[жйy]|c[iıuü][ \u00a0]il\w*)(?!\w)\.?"
    rf"|(?:\.\s+{_YEAR_WORD}|\s+(?:met(?:ais?|ų|us)|[yй]il\w*|йил\w*|оны))(?!\w)\.?"
    r"(?=\s*(?:$|[()\[\],;:|–—-]))|\.(?=\s+(?-i:[a-zа-яё])))",
    flags=re.IGNORECASE,
)
_WORD_FOR_YEAR = re.compile(r"\s*(?:г\.?г?\.?|год(?:а|у|ы|ов|ах)?|[年년م])(?!\w)", flags=re.IGNORECASE)
_LEADING_TO = re.compile(
    rf"(?:[\s,;:(\[–—-]+(?:{alternatives('before_years')}|(?-i:[вукkvwuizi])))+(?:\s+(?:{_YEAR_WORD}))?\.?$",
    flags=re.IGNORECASE,
)
# Behind a year from which the words that lead to it go: nothing, a sign, or a word by which the title goes on.
_GOES_ON = re.compile(rf"(?:$|[()\[\],;:]|(?:{alternatives('title_goes_on')})(?!\w))", flags=re.IGNORECASE)
_WITH_WORD = re.compile(rf"{_YEAR}\s*(?:г\.|год)", flags=re.IGNORECASE)
# The year of the World Bank once more; "January to December", which is all of it.
_YR = re.compile(
    rf"\s*\[YR(?:19|20)\d\d\]|[\s(,]*(?<!\w)(?:{alternatives('first_months')})\.?\s?[–—/-]\s?"
    rf"(?:{alternatives('last_months')})(?!\w)[\s.),]*(?=\W*$|\(\w{{1,2}}\)$|(?:19|20)\d\d)",
    flags=re.IGNORECASE,
)
_LEADING = re.compile(r"^[\s.\-–—•·:>]+(?=\w)")
_END = 200  # signs at the end of a name among which marks are looked for
_DOTS = r"\s*+(?<![:.])[:.]{2,}+"
_TRAILING = re.compile(rf"(?:{_NOTE}|{_DOTS})+$")
_TRAILING_OF_HEADING = re.compile(rf"(?:{_NOTE_OF_HEADING}|{_DOTS})+$")
_BEFORE_UNIT = re.compile(
    rf"\s*(?:{_RAISED}[{_UP}{re.escape(_SIGNS)}+]++|\d{{1,2}}\))(?=\s*(?:\[[^\[\]]+\]|\([^()]+\))$)"
)

# A letter behind a number that may multiply it is no flag: "5 m" may be five millions.
_MULTIPLES = {"k", "m", "mn", "mm", "bn", "tn", "т", "м", "kg", "km", "ha", "тг", "pt", "pp", "pc", "ml", "cm", "st"}
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2009\u202f\u2007\u2002\u2003\u3000"), " ")
_LOOKALIKES = {
    **_BLANKS,
    **dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "’‘ʼ′`´"), "'"),
    **{ord(zero) + i: str(i) for zero in "０٠۰०০੦૦୦௦౦೦൦๐໐༠၀០" for i in range(10)},  # digits of other scripts
    **{
        ord("．"): ".",
        ord("，"): ",",
        ord("٫"): ".",
        ord("٬"): "\u00a0",
        ord("％"): "%",
        ord("٪"): "%",
        ord("△"): "-",
        ord("▲"): "-",
    },
}
DIGITS = {**_BLANKS, **{at: sign for at, sign in _LOOKALIKES.items() if sign.isdigit()}}
_DASH_BEFORE = re.compile(r"^[–—](?=[\d.,])")  # as minus stands in many languages
_HAS_DIGIT = re.compile(r"[\d元]")
_NUMBER = r"[+-]? ?(?:\d(?:[\d.,' ]*\d)?|[.,]\d+)(?:[eE][+-]?\d{1,3}(?![^\W\d_]))?"
_MARK = (
    rf"(?:[{_UP}]++|[{re.escape(_SIGNS)}]++|\[[^\[\]]{{1,12}}\]|\([^\W\d_]{{1,3}}\)|\(\d{{1,2}}\)"
    r"|(?:(?<= )\d{1,2}[)/])|(?<= )[^\W\d_]/|[^\W\d_]{1,2}(?![^\W_]))"
)
_BEHIND = re.compile(rf"({_NUMBER})( ?{_MARK}(?: ?{_MARK})*)")
_BEFORE = re.compile(rf"(\([^\W\d_]{{1,3}}\)|\[[^\[\]\d]{{1,12}}\]|[*†‡§¶#~^]+|[^\W\d_]{{1,2}} ) ?({_NUMBER})")


class YearLabel(NamedTuple):
    """A year as printed, and how it was: "year", "date", "ended" (in a month) or "fiscal" (its first year is taken)."""

    year: int
    kind: str


def parse_year(cell: object) -> YearLabel | None:
    """Return the year that a cell says and nothing else, or None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, datetime.date):
        return YearLabel(cell.year, "date")
    if isinstance(cell, int | float):
        whole = float(cell)
        return YearLabel(int(whole), "year") if whole.is_integer() and 1900 <= whole <= 2100 else None
    return _year_in(cell) if isinstance(cell, str) else None


# "2010-2014", "2010–14", "2010/14 гг.": no fiscal year, which ends in the next one, and no month.
_PERIOD = re.compile(
    rf"(?:FY\s?)?{_YEAR}\s?[/–—-]\s?((?:19|20)?\d\d)(?:\s*(?:г\.?г?\.?|{_YEAR_WORD}))?(?:\s*\([^()]{{1,14}}\)|{YEAR_NOTE})*",
    flags=re.IGNORECASE,
)
_LONGEST_PERIOD = 20


def parse_period(text: str) -> tuple[int, int] | None:
    """Return the first and the last year of a period of several years that a label says and nothing else, or None."""
    hit = _PERIOD.fullmatch(" ".join(text.translate(DIGITS).split()))
    if hit is None or (len(hit[2]) < 3 and int(hit[2]) < 13):
        return None
    first, last = int(hit[1]), int(hit[2]) if len(hit[2]) > 2 else int(hit[1]) // 100 * 100 + int(hit[2])
    return (first, last) if 1 < last - first < _LONGEST_PERIOD else None


def periods_in(labels: Iterable[str]) -> dict[int, int]:
    """Return the periods among labels, first year -> last year, where they are a series: of one length, none a year."""
    labels = dict.fromkeys(labels)
    found = {period for text in labels if (period := parse_period(text))}
    lengths = {last - first for first, last in found}
    alike = (
        len(found) > 1
        and not any(map(parse_year, labels))
        and max(lengths) - min(lengths) < 2
        and len({first for first, _ in found}) == len(found)
    )
    return dict(sorted(found)) if alike else {}


def year_steps(row: Sequence[object], head: Sequence[object], value_at: Iterable[int]) -> tuple[list[int], int] | None:
    """Return by how much years of a row differ from those of a header above them, and how many there are."""
    pairs = [(parse_year(row[at]), parse_year(head[at])) for at in value_at if at < min(len(row), len(head))]
    steps = [own.year - above.year for own, above in pairs if own is not None and above is not None]
    return (sorted(set(steps)), len(steps)) if steps else None


def follow_each_other(cells: Sequence[object]) -> bool:
    """Tell whether more than two years follow each other in one step."""
    years = [label.year for cell in cells if (label := parse_year(cell)) is not None]
    steps = {b - a for a, b in pairwise(years)}
    return len(years) > 2 and len(steps) == 1 and 0 < abs(steps.pop()) <= NEAR_YEARS


# "2021 p)", "2021*)": the bracket that closes a mark, and that none opened.
_HALF_OPEN = re.compile(
    rf"((?:19|20)\d\d)\s?({_STATE}\.?|[{_UP}{re.escape(_SIGNS)}]{{1,2}}|[a-z]{{1,2}}|\d{{1,2}})\)", flags=re.IGNORECASE
)


def _opened(text: str) -> str:
    """Open the brackets that only close behind the mark of a year."""
    if text.count("(") >= text.count(")"):
        return text
    held = _HALF_OPEN.search(text)
    if held is None:
        return text
    before = text[: held.start()]
    if before.count("(") > before.count(")") and not text.startswith(")", held.end()):
        return text
    mark = f" ({held[2]})" if held[2][0].isalnum() else held[2]
    return f"{text[: held.start()]}{held[1]}{mark}{text[held.end() :]}"


@functools.lru_cache(maxsize=MANY_CELLS)
def _year_in(cell: str) -> YearLabel | None:
    text = _opened(_YR.sub("", " ".join(cell.translate(DIGITS).split()).strip("\"'")))
    if len(text) <= 60 and (hit := _ENDED_ALONE.fullmatch(text)):
        return YearLabel(_ended(hit)[1], "ended")
    if len(text) > 40 or not _HAS_DIGIT.search(text):
        return None
    if hit := _FISCAL.fullmatch(text):
        first, second = int(hit[1]), int(hit[2])
        ends = first + 1 if second > 100 else (first + 1) % 100
        return YearLabel(first, "fiscal") if second == ends else None
    if hit := _DAY_FIRST.fullmatch(text):
        return YearLabel(int(hit[3]), "date") if int(hit[1]) <= 31 and int(hit[2]) <= 31 else None
    if hit := _YEAR_FIRST.fullmatch(text):
        return YearLabel(int(hit[1]), "date")
    if hit := _DAY_IN_WORDS.fullmatch(text):
        return YearLabel(int(next(filter(None, hit.groups()))), "date")
    if hit := _BOTH.fullmatch(text):
        return YearLabel(int(hit[1] or hit[2]), "year")
    if hit := _ERA.fullmatch(text):
        count = 1 if hit[2] == "元" else int(hit[2])
        year = count + _ERAS.get(hit[1].strip(), -543)
        return YearLabel(year, "year") if 1900 <= year <= 2100 else None
    if (hit := _PLAIN_YEAR.fullmatch(text)) and not PARTS_OF_YEAR.search(text):
        return YearLabel(int(hit[1]), "year")
    if twice := _TWICE.fullmatch(text):  # in two languages
        both = set(map(_year_in, twice.groups()))
        return both.pop() if len(both) == 1 else None
    return None


def _month(name: str) -> str:
    return name.casefold()[: 4 if name.casefold().startswith("jui") else 3]  # "juin" and "juillet" share three letters


def _ended(hit: re.Match[str]) -> tuple[str, int]:
    """Return the month in which a year ends, by its first letters, and that year."""
    found = list(filter(None, hit.groups()))
    month, year = next(text for text in found if not text.isdecimal()), int(next(filter(str.isdecimal, found)))
    return _month(month), year if year > 99 else year + (2000 if year < 70 else 1900)


def years_ended(paths: Sequence[Sequence[str]], titles: Iterable[str]) -> list[list[str]]:
    """Return headings in which bare months ("Mar-22"), one a year, end a year, as a title or another heading says."""
    parts = dict.fromkeys(part for path in paths for part in path)
    said = [hit for text in (*titles, *parts) for hit in _SAYS_ENDED.finditer(text)]
    months = {part: _ended(hit) for part in parts if (hit := _MONTH_ALONE.fullmatch(part.translate(DIGITS).strip()))}
    named = {month for month, _ in months.values()} | {_month(hit[1]) for hit in said if hit[1]}
    if not said or len(named) != 1 or len({year for _, year in months.values()}) < len(months):
        return [*map(list, paths)]
    kept = ([part for part in path if not _SAYS_ENDED.fullmatch(part)] for path in paths)
    return [[f"year ended {part}" if part in months else part for part in path] for path in kept]


def part_of_year(text: str) -> str:
    """Return the month, quarter or half-year that a label names ("M01", "2021M03", "March", "Q2 2021"), or ""."""
    plain = _DAY_ALONE.sub("", _DAYS.sub("", _ENDED.sub(" ", _YR.sub("", text.translate(DIGITS).strip()))))
    hit = _PART_ALONE.fullmatch(plain) or PARTS_OF_YEAR.search(plain)
    return hit[0].strip() if hit else ""


def year_of_part(text: str) -> int | None:
    """Return the year of a label that names a month or a quarter with its year ("Mar-23", "2021M03"), or None."""
    plain = text.translate(DIGITS)
    found = {2000 + int(hit[1]) for hit in _SHORT_YEAR.finditer(plain)} or set(years_in(plain))
    return found.pop() if len(found) == 1 and part_of_year(text) else None


@functools.lru_cache(maxsize=MANY_CELLS)
def printed_year(text: str, year: int) -> str:
    """Return how a text prints a year that is none of the calendar ("2023/24", "2016-18", "1402"), or ""."""
    for part in text.split(" | "):
        plain = " ".join(part.translate(DIGITS).split())
        if (period := parse_period(plain)) and period[0] == year:
            return plain
        if (era := _ERA.fullmatch(plain)) and len(era[2]) > 3 and parse_year(plain) == (year, "year"):
            return era[2]
        if (ended := _ENDED_ALONE.fullmatch(plain)) and _ended(ended)[1] == year:
            return _ENDED.search(plain)[0]  # type: ignore[index]
        for hit in _FISCAL_INSIDE.finditer(_base_hidden(plain)):
            follows = not hit[3] and int(hit[2]) % 100 == (year + 1) % 100
            if int(hit[1] or hit[3]) == year and (hit[3] or follows or parse_period(hit[0])):
                return hit[0]
    return ""


def unit_behind(text: str) -> str:
    """Return the unit in brackets that stands behind a year alone ("2019 [zł]"), or ""."""
    found = year_inside(text)
    unit = found[1].strip("[]()") if found and re.fullmatch(_UNIT, found[1], flags=re.IGNORECASE) else ""
    return re.sub(rf"^(?:{alternatives('unit_before')})\s+(?=\S)", "", unit, flags=re.IGNORECASE)


def two_years(text: str) -> bool:
    """Tell whether a label names two years that follow each other ("2018-19", "Change 2018/2019")."""
    return any(hit[2] for hit in _INSIDE.finditer(_base_hidden(text.translate(DIGITS))))


def dates_within_years(labels: Iterable[tuple[object, str]]) -> bool:
    """Tell whether full dates are months or days, as something has several of one year; one a year stands for it.

    `labels` are of what a label tells a part of, and the label: what it says beside its dates counts as well.
    """
    held: dict[tuple[object, str, int], set[tuple[str, ...]]] = defaultdict(set)
    months: dict[tuple[object, str], set[str]] = defaultdict(set)  # in which years end
    for what, text in labels:
        plain = text.translate(DIGITS)
        if ended := _ENDED.search(plain):
            months[what, _ENDED.sub("", plain)].add(_ended(ended)[0])
            continue
        hits = list(_DATE.finditer(plain))
        years = {int(year) for hit in hits for year in hit.groups() if year and len(year) == 4}
        if len(years) == 1:
            rest = "".join(sign for sign in _DATE.sub("", plain).casefold() if sign.isalnum())
            held[what, rest, years.pop()].add(tuple(hit[0] for hit in hits))
    return any(len(dates) > 1 for dates in held.values()) or any(len(ends) > 1 for ends in months.values())


def dates_of(text: str) -> list[str]:
    """Return the full dates in a text, and the years that end in a month, as they are printed."""
    plain = text.translate(DIGITS)
    return [hit[0].strip() for hit in (*_ENDED.finditer(plain), *_DATE.finditer(_ENDED.sub(" ", plain)))]


def open_order(dates: Iterable[str]) -> bool:
    """Tell whether day and month of some dates could change places: between slashes, and no number above 12."""
    pairs = {(int(hit[2]), int(hit[3])) for text in dates for hit in _DATE.finditer(text.translate(DIGITS)) if hit[2]}
    return any(a != b for a, b in pairs) and all(max(pair) <= 12 for pair in pairs)


def year_reader(texts: Iterable[str], *, days: bool = False) -> Callable[[str], tuple[int, str] | None]:
    """Return :func:`year_inside` for the headers of one table, which together tell "2010/11" from a month.

    They are spans of a year where all are of years that follow each other, two at least or one that ends in no month.
    With `days`, their dates are parts of a year.
    """
    spans = {(int(hit[1]), int(hit[2])) for text in texts for hit in _SPAN_OR_MONTH.finditer(text.translate(DIGITS))}
    follow = all((first + 1) % 100 == second for first, second in spans)
    spanned = follow and (len(spans) > 1 or any(end > 12 for _, end in spans))
    return functools.partial(year_inside, spans=spanned, days=days)


def year_inside(text: str, *, spans: bool = False, days: bool = False) -> tuple[int, str] | None:
    """Return the one year that stands in a longer text, and the text without it; None for none or several.

    A year of prices ("at 2018 prices", "2015=100") is none, and stays in the text. With `spans`, "2010/11" is no month,
    and with `days` a date is one, or a day.
    """
    if days and any(sign.search(text.translate(DIGITS)) for sign in (_DATE, _ENDED)):
        return None
    plain = _without_days(text)
    hits = list(_INSIDE.finditer(plain))
    years = {int(hit[1]) for hit in hits}
    parts = _DAY_ALONE.sub("", _SPAN_OR_MONTH.sub(r"\1" if spans else r"\g<0>", _ENDED.sub(" ", plain)))
    if len(years) != 1 or _CODE.search(text) or PARTS_OF_YEAR.search(parts):
        return None
    for hit in hits:
        if hit[2] and int(hit[2]) % 100 != (int(hit[1]) + 1) % 100:
            return None
    before, *_, after = _WITH_STATE.sub(" \0 ", _ORDINAL.sub("", plain)).partition("\0")
    alone = not (left := _LEADING_TO.sub("", f" {before.rstrip()}").rstrip(" ,;:([–—-"))
    dated = any(sign.search(text.translate(DIGITS)) for sign in (_DAYS, _WITH_WORD))
    if before.strip() and alone and after.strip():  # "As of 1 January 2024 population"
        before, after = "", after.strip()[:1].upper() + after.strip()[1:] if before.strip()[0].isupper() else after
    elif left and (dated or _GOES_ON.match(after.lstrip())):
        if (opened := re.search(r"[(\[]", before.rstrip()[len(left) - 1 :])) is None:
            before = left.lstrip()
        elif after.lstrip()[:1] in (")", "]"):  # "(at the end of 2022)"
            before, after = left.lstrip(), after.lstrip()[1:]
        else:  # "(in 2022, thousand)"
            before, after = f"{left.lstrip()} {opened[0]}", after.lstrip(" ,;:")
    rest = re.sub(r"\s+\.(?=\s)", ",", f"{before} {after}".replace("\0", " "))
    rest = re.sub(r"\(\s*\)|（[\s，、]*）|\[\s*\]", " ", re.sub(r"([(\[])\s+|(（)[\s，、]+", r"\1\2", rest))
    rest = re.sub(r"([;|/,])\s*(?=[;|/,])", "", " ".join(rest.split()))
    rest = re.sub(r"\s+(?=[,;:])|[\s,;:]+(?=[)\]])", "", rest).strip(" ,;:/|–—-_.+")
    return years.pop(), without_link(rest.translate(_SHOWN))


def without_link(text: str) -> str:
    """Take the words that led to a year off the end of a text: "Births in", "Población al", "Население на начало"."""
    return _LEADING_TO.sub("", text).rstrip(" ,;:([–—-") or text


def _without_days(text: str) -> str:
    plain = text.translate(DIGITS).replace("_", " ")
    plain = _ENDED.sub(lambda hit: f"{hit[0][:-2]}{_ended(hit)[1]}" if hit[3] else hit[0], plain)
    return _base_hidden(_opened(_DAYS.sub("", _YR.sub("", _eras_common(plain)))))


def _eras_common(text: str) -> str:
    """Return a text whose years of an era that it names itself ("令和2年") are common ones."""
    return _ERA_INSIDE.sub(lambda hit: str(_ERAS[hit[1]] + (1 if hit[2] == "元" else int(hit[2]))), text)


def marks_of_years(texts: Iterable[str]) -> dict[str, str]:
    """Return what is marked at the year in some labels: label -> "(p)", "*", "prov.".

    A letter behind all of several years is no mark but a word for them: Polish "2022 r.", "2023 r.".
    """
    found: dict[str, str] = {}
    dated = 0
    for text in dict.fromkeys(texts):
        plain = " ".join(_without_days(text).split())
        marks = []
        for hit in _WITH_STATE.finditer(plain):
            year = _INSIDE.search(hit[0])
            assert year is not None
            behind = _WORD_FOR_YEAR.sub("", hit[0][year.end() :], count=1).strip(" ,:;/_–—-\u00a0")
            marks += [mark for mark in (hit[0][: year.start()].strip(" :"), behind) if mark]
        if not marks and parse_year(text) is not None and (bracket := _BRACKET.search(plain)):
            marks = [bracket[1]]
        dated += _INSIDE.search(plain) is not None
        if marks:
            found[text] = " ".join(dict.fromkeys(marks)).translate(_SHOWN)
    words = len(found) == dated > 1 and {mark.strip(".") for mark in found.values()} == {"r"}
    return {} if words else found


#: "Population 2015-2020", "Años 2019 a 2022", "(2010 und 2022)".
_AND = r"[-–—/,،;&]|to|till|until|and|a|al|y|e|und|bis|et|à|au|do|i|do|по|до|и|та|و|إلى|الى|[~～〜至]|から|부터"
_LISTED = rf"(?:FY\s?)?{_YEAR}(?:[/–-](?:19|20)?\d\d(?!\d))?(?:\s?[年년][度底末]?)?"
_YEAR_BETWEEN = _LISTED.replace(_YEAR, _YEAR[1:-1])
_SPAN = re.compile(
    rf"[\s,،;:.(\[–—-]*(?:\b(?:{YEAR_WORDS.pattern})\s+|\b(?:from|de|von|du|с|in|en|в|за|на)\s+)?(?<![\d.,])\(?"
    rf"{_LISTED}(?:\s*[,،;/]\s*{_YEAR_BETWEEN}(?=\D))*"
    rf"(?:\s*,?\s*(?:{_AND})\s*){_LISTED}(?![\d]|[.,]\d)[)\]]?"
    r"(?:\s*(?:г\.?г?\.?|годы|годах|years?|жж?\.?|census(?:es)?|seasons?|перепис\w+|censos|recensements)(?!\w))?",
    flags=re.IGNORECASE,
)


def without_span(text: str, years: Collection[int]) -> str:
    """Return a title without the span of years that the table has: its first and its last one are among `years`."""
    hits = [hit for hit in _SPAN.finditer(_base_hidden(text)) if int(hit[1]) < int(hit[2])]
    hits = [hit for hit in hits if not (hit[0].strip()[0] in ",،;:" and text[hit.end() :].lstrip()[:1].isalpha())]
    for hit in reversed([hit for hit in hits if {int(hit[1]), int(hit[2])} <= {*years}]):
        text = f"{without_link(text[: hit.start()].rstrip())} {text[hit.end() :]}"
        text = re.sub(r"\s+(?=[,;:.)\]])", "", " ".join(text.split())).strip(" ,،;:/|–—-")
    return text


def _base_hidden(text: str) -> str:
    """Return a text whose years of prices and of indices are no digits; ``translate(_SHOWN)`` brings them back."""
    text = _BASE_YEAR.sub(lambda hit: hit[0].translate(_HIDDEN), text)
    text = _COMPARED.sub(lambda hit: f"{hit[0][:4]}{hit[0][4:].translate(_HIDDEN)}", text)
    if len(re.findall(rf"(?<!\d){_YEAR}(?!\d)", text)) == 1:
        text = _AGAINST.sub(lambda hit: hit[0].translate(_HIDDEN), text)
    return text


# A text about prices or an index, whose year is theirs unless that is said apart; one of when it was published.
_ABOUT_PRICES = re.compile(
    rf"pri[cx]|preis|preci|цен|бағ|ceny|cen |base|=\s*100|baz|{_PRICE}.*{_CONSTANT}|{_CONSTANT}\s.*{_PRICE}",
    flags=re.IGNORECASE,
)
_PUBLISHED = re.compile(r"updated|release|citation|©|copyright|access", flags=re.IGNORECASE)
# "(NUTS - 2013)", "(EUR 2015)": behind letters that are short for something, no survey, it may be the year of that.
_OF_FIGURES = rf"FY|AD|CE|G\b|(?:{alternatives('acronyms_of_surveys')})\b"
_OF_ACRONYM = re.compile(rf"[(\[,;]\s*(?!{_OF_FIGURES})[^\W\d_]{{2,6}}(?:\s?\d)?\s*[–—-]?\s*{_YEAR}\s*(?=[)\],;])")


def doubtful_year(text: str) -> bool:
    """Tell whether a year in a title or a header may be that of prices, a base, a classification or an edition."""
    plain = _base_hidden(text)
    short = any(hit[0].strip("([,; ")[:2].isupper() for hit in _OF_ACRONYM.finditer(plain)) and not text.isupper()
    of_prices = plain == text and _ABOUT_PRICES.search(text) is not None
    return short or of_prices or _PUBLISHED.search(text) is not None


def years_in(text: str) -> list[int]:
    """Return the years that stand in a text, but for those of prices."""
    label = parse_year(text)
    plain = _base_hidden(_eras_common(text))
    return [label.year] if label else [int(hit) for hit in re.findall(rf"(?<!\d){_YEAR}(?!\d)", plain)]


@functools.lru_cache(maxsize=MANY_CELLS)
def split_flag(text: str, *, multiples: bool = False) -> tuple[str, str] | None:
    """Split "12.5 p", "1 200(p)", "3,1*" or "p 12.5" into the number and its flag; None where that is not plain.

    What may multiply the number ("5 M") is a flag only for `multiples`, where something else tells. A raised digit that
    was written as a plain one ("12.51)") cannot be told from the number, and is not split.
    """
    plain = plain_signs(text)
    if hit := _BEHIND.fullmatch(plain):
        flag = hit[2].strip()
        return None if flag.casefold() in _MULTIPLES and not multiples else (hit[1].strip(), flag)
    if hit := _BEFORE.fullmatch(plain):
        flag = hit[1].strip()
        return None if flag.casefold() in _MULTIPLES and not multiples else (hit[2].strip(), flag)
    return None


@functools.lru_cache(maxsize=MANY_CELLS)
def plain_signs(text: str) -> str:
    """Return a number as text with the usual blanks, minus, apostrophes and digits, without unit signs."""
    plain = _DASH_BEFORE.sub("-", text.translate(_LOOKALIKES).strip().strip('"').strip())
    return re.sub(r"^([+-]?) ?[$€£¥₽₸₹₴₺] ?|(?<=\d) ?[%‰€₽₸$£]$", r"\1", plain)


def power_behind(text: str, raised: str) -> str:
    """Return the sign of a raised 2 or 3 behind a unit of length ("km" and "2"), or ""."""
    return {"2": "²", "3": "³"}.get(raised.strip(), "") if _OF_LENGTH.search(text) else ""


def bare_name(name: str, *, heading: bool = False) -> str:
    """Return a name without leading dots and without marks of footnotes behind it; a `heading` keeps its unit.

    Of a heading a mark between the name and its unit goes, too: "GDP* [m EUR]".
    """
    text = _LEADING.sub("", " ".join(name.split()))
    if heading and re.search(r"(?<![\w.,])\d{1,3}\+$", text):
        return text  # "65+", "aged 5+": an age
    end = (_TRAILING_OF_HEADING if heading else _TRAILING).sub("", text[-_END:])
    bare = (text[:-_END] + (_BEFORE_UNIT.sub("", end) if heading else end)).strip()
    return bare if bare and bare.count("(") <= bare.count(")") else text  # "(as of July 1)" has no mark behind it
