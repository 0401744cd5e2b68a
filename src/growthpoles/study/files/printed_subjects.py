"""Subjects: whether a title, a label or a sheet says what was measured, or only by whom, when, of whom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import accumulate, groupby, zip_longest
from operator import itemgetter
from typing import TypeVar
from unicodedata import normalize

from growthpoles.errors import listed, shown
from growthpoles.language.languages import alternatives
from growthpoles.regions.name_matching import is_country, says_only_total, says_total, script
from growthpoles.study.files.counted_things import bears_no_amount, counts_things, is_amount
from growthpoles.study.files.printed_labels import (
    PARTS_OF_YEAR,
    YEAR_WORDS,
    marks_of_years,
    one_of,
    parse_year,
    two_years,
    year_inside,
    years_in,
)

_T = TypeVar("_T", bound=Hashable)
#: A title that names an office or a division of one, or says when the table was updated, not what it holds.
NO_SUBJECT = re.compile(
    rf"(?:[^\W\d_]{{2,8}}\s*[-–—:,]\s*)?(?:{alternatives('no_subject')})|(?:{alternatives('sources')})\s*[:：]",
    flags=re.IGNORECASE,
)
# "21.1.2.2.", "1.4.", "7.4 -", "I.1", "3-1.", "PA001:" and no date ("31.12.21"); a heading may begin with the code of
# an industry.
_NUMBER_ALONE = re.compile(
    r"\s*(?:(?!(?:3[01]|0)\.)\d\d?(?:\.\d{1,3}){1,3}[a-z]?\s*[–—:-](?=\s)|(?!\d\d?\.\d\d?\.\d\d\.?\s)\d{1,3}(?:\.\d{1,3}){2,4}\.?|(?!3[01]\.)\d\d?\.\d\d?\.|[IVX]{1,5}\.\d{1,2}\.?|\d\d?-\d{1,3}[.–-]|[A-Z]{2,5}\d{2,6}:)\s+(?=[^\W\d_])"
)
TABLE = f"(?:{alternatives('tables')})"
_NUMBER_OF = (
    r"(?!(?:19|20)\d\d(?!\d))(?:[A-Z]{1,2}[.-]?)?\d{1,4}(?:[.–-]\d{1,3}){0,4}[a-z]?(?![^\W_])|[IVXLC]{1,6}(?!\w)"
    r"|[A-Z](?=\s*[.:–—]|\s-\s)"
)
_IN_BRACKETS = r"[(\[]\s*\d{1,3}(?:\s?[/.–-]\s?\d{1,3}){0,3}\s*[)\]]|\d{1,3}(?:/\d{1,3})+(?!\w)"
# "Table 2.1:", "Figure (4/2)", "Tabelle 2-1 –", "Tab. nr 3.", "1-кесте.", "2.1. táblázat", "表2-1", "第1表".
TABLE_NUMBER = re.compile(
    rf"\s*(?:(?i:{TABLE})(?![^\W\d_])\.?\s*(?i:n[or]?[.°º]*|№|#|رقم)?\s*(?:{_IN_BRACKETS}|{_NUMBER_OF})(?:\s\(\d{{1,3}}\))?|\d{{1,3}}(?:[.–-]\d{{1,3}}){{0,4}}[.–-]?\s?(?i:{TABLE})(?!\w)"
    r"|第?\s?\d{1,3}(?:[-–.]\d{1,3})*\s?[表図圖图]|附?[表표図圖图]\s?\d{1,3}(?:[-–.]\d{1,3})*)(?:\s*[.:)、，．：–—|-]+)?\s*"
)
_TABLES = re.compile(rf"(?:(?:{TABLE_NUMBER.pattern})(?:[/,;]\s*(?=\S))?)+")  # in two languages, within an annex
_STATISTICS = f"(?:{alternatives('statistics')})"
_OFFICE = re.compile(rf"{one_of('offices')}|{alternatives('offices_within_words')}", flags=re.IGNORECASE)
_NAMED_FOR_STATISTICS = re.compile(
    rf"{_STATISTICS}\w* (?:(?:of|the|für|de|del|i|in) )*(?-i:[^\W\d_a-zа-я])\w*(?: [^\W\d_]+)?"
    r"|(?-i:[^\W\d_a-zа-я])\w* statistik|hagstofa \w+|tilastokeskus",
    flags=re.IGNORECASE,
)
_ACRONYMS = re.compile(alternatives("acronyms_of_offices"), flags=re.IGNORECASE)


def split_table_number(text: str, *, title: bool = False) -> tuple[str, str]:
    """Split the number of a table or figure from its title ("Table 2.1: Jobs"): as printed, or "", and the rest.

    Of a `title` also a number alone of several parts ("21.1.2.2. Population") and a code ("PA001: Wages"). A title that
    is nothing else, and a year behind the word, are left as they are.
    """
    hit = _TABLES.match(text) or (_NUMBER_ALONE.match(text) or _two_parts(text) if title else None)
    rest = text[hit.end() :] if hit else ""
    rest = re.sub(rf"(?<=\s[/|–—-])\s*{TABLE_NUMBER.pattern}(?=[^\W\d_])", " ", rest)  # in a second language
    number = text[: hit.end()].strip(" .:–—-|/,;、，．：\u3000") if hit and any(map(str.isalpha, rest)) else ""
    return (number if number.count("(") == number.count(")") else number.strip(" .:)"), rest) if number else ("", text)


# "2.4 Average wage", and no "2.4 million people", "3.5 GHz", "2.4 US$ million", "4.1 Jahre".
_TWO_PARTS = re.compile(r"\s*(?:[A-Z]\.?)?(?!(?:3[01]|0)\.)\d\d?\.\d\d?[a-z]?\s+([^\W\d_]+)")


def _two_parts(text: str) -> re.Match[str] | None:
    """Match a number of two parts with nothing between it and a title, which begins with no unit nor small letter."""
    hit = _TWO_PARTS.match(text)
    words = text[hit.start(1) :] if hit else ""
    first = hit[1] if hit else ""
    short = len(first) < 3 and first.lower() != first.upper()
    short |= not (first[1:].islower() or first == first.upper())
    counted = (_MEASURE, _MULTIPLIED, _CURRENCY, re.compile(one_of("year_said"), re.IGNORECASE), _PER_CENT)
    if not first or short or first[0].islower() or any(each.match(words) for each in counted):
        return None
    return re.match(rf".{{{hit.start(1)}}}", text)  # type: ignore[union-attr]


def is_no_subject(text: str) -> bool:
    """Tell whether a line above a table says no more than who published it and when, or the number of the table."""
    plain = " ".join(text.split()).strip(" .:")
    bare = re.fullmatch(r"[A-Z]{0,3}[-. ]?\d[\d./-]*|[IVX]{1,5}", plain) or _TABLES.fullmatch(plain)
    if bare or NO_SUBJECT.match(plain) or _ACRONYMS.fullmatch(plain):
        return True
    if re.search(r"\d|[:;|]", plain) or len(plain.split()) > 12:
        return False
    office = _OFFICE.search(plain) is not None
    counts = re.search(_STATISTICS, plain, flags=re.IGNORECASE) is not None
    return (office and (counts or plain.isupper())) or _NAMED_FOR_STATISTICS.fullmatch(plain) is not None


def _made_of(words: str, more: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:(?:{words})(?!\w)\W*|{more}\W*)+", flags=re.IGNORECASE)


_GROUP = re.compile(alternatives("categories"), flags=re.IGNORECASE)
_PEOPLE = _made_of(f"{alternatives('groups_of_people')}|{alternatives('totals')}", r"/")  # "Total males", "Hommes Men"
_OF_WHICH = re.compile(rf"(?:{alternatives('of_which')})(?!\w)\W*", flags=re.IGNORECASE)
_AGES = _made_of(alternatives("ages"), r"(?<!\d)\d{1,3}(?!\d)")
_QUARTER = _made_of(alternatives("quarters"), r"(?<!\w)(?:[IVX]{1,4}|[1-4])(?!\w)|(?<!\w)[^\W\d_]\.")
_KIND_OF_NUMBER = re.compile(rf"(?:{alternatives('kinds_of_numbers')})\.?(?:\W*%|\W*\(.*\))?", flags=re.IGNORECASE)
_SIGN = r"[%‰$€£¥₽₸₹₴₺]"
_MEASURED_IN = _made_of(
    f"{alternatives('units_of_measure')}|{alternatives('unit_links')}", rf"{_SIGN}|(?<!\w)\d+(?!\w)"
)
_MEASURE = re.compile(rf"{one_of('units_of_measure')}|{_SIGN}", flags=re.IGNORECASE)
# "в % к предыдущему году", "per cent of the total", "на душу населения".
_HOW = ("how_measured", "units_of_measure", "unit_links", "changes", "kinds_of_numbers", "months", "year_said")
_HOW_MEASURED = _made_of("|".join(map(alternatives, _HOW)), rf"{_SIGN}|(?<!\w)\d+(?!\w)")
_COMPARES = re.compile(one_of("how_measured"), flags=re.IGNORECASE)
# Words that no list knows beside one that multiplies them: "Million lekë", "Mln. denari", "UGX billion".
_WORDS = rf"(?:(?:{alternatives('unit_links')})\s+)?(?:[^\W\d_]+[.'’]?\s*){{0,2}}"
_THOUSANDS = re.compile(r"1(?:[\s.,']?000){1,3}s?")
_MULTIPLIED = re.compile(
    rf"(?:(?:{alternatives('unit_links')})\s+)?(?:(?-i:{alternatives('currencies')})\s+)?(?:{alternatives('multipliers')}|{_THOUSANDS.pattern})(?!\w)\.?\s*{_WORDS}",
    flags=re.IGNORECASE,
)
#: "x 1 000", "in 1000": what the numbers of a column are multiplied by.
TIMES = re.compile(r"(?:[x×*х]\s?|(?:in|en|em|w|v|в|à|per)\s)1(?:[\s.,']?000){1,3}", re.IGNORECASE)
#: A label that names units and nothing else.
UNIT_WORD = re.compile(rf"(?:{alternatives('units')})\W*", flags=re.IGNORECASE)
#: What a column of sexes or ages is called.
CATEGORY = re.compile(rf"(?:{alternatives('category_columns')})(?:[ _].*)?", flags=re.IGNORECASE)
#: What a sheet is called before anybody names it: "Sheet1", "Hoja 1 (2)".
UNNAMED = re.compile(rf"\W*(?:{alternatives('sheets')})(?:\W*\d+)*\W*", flags=re.IGNORECASE)
_NUMBERED = re.compile(rf"{TABLE}\W*\d*", flags=re.IGNORECASE)


_MEASURED = re.compile(alternatives("measures"), flags=re.IGNORECASE)
_REMARK = _made_of(alternatives("state_of_data"), r"data")


def is_remark(text: str) -> bool:
    """Tell whether a line says in brackets, or at all, how sure numbers are, and no unit: "(Provisional)"."""
    return _REMARK.fullmatch(text) is not None or (text[:1] in "([" and text[-1:] in ")]" and not unit_of_line(text))


def is_unit(text: str) -> bool:
    """Tell whether a label is a unit and nothing else: "tūkst.", "$(million)", "%"."""
    if _MEASURE.search(text) is not None and _MEASURED_IN.fullmatch(text) is not None:
        return True
    languages = re.split(r"\s*[/|]\s*", text.strip(" ()[]"))
    return all(_MULTIPLIED.fullmatch(part) is not None or (part != text and is_unit(part)) for part in languages)


_CURRENCY = re.compile(alternatives("currencies"))
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_QUALIFIES, _MEASURES = 60, 160  # letters of a line that says something of numbers, and of one that says their measure
# "in": of what stands before it; a multiple beside another is of the same unit.
_AMBIGUOUS = re.compile(
    rf"[,;/+]|\s(?:en|a|e)\s|^\W*(?:{alternatives('multipliers')})\.?\W*$|{one_of('year_said')}",
    flags=re.IGNORECASE,
)
# "на 1000 родившихся живыми", "per 100 000": of so many a rate is one.
_RATE = re.compile(r"(?<![\d.,])(?:100|10{0,2}[\s.,'’]?000|1[\s.,'’]?000[\s.,'’]?000)(?![\d]|[.,]\d)")
_OF_SO_MANY = re.compile(
    rf"(?:(?:{alternatives('kinds_of_numbers')})\s+)?(?:{alternatives('rate_links')})\s+(?:\w+\s+)?{_RATE.pattern}",
    flags=re.IGNORECASE,
)
_RATE_OF = re.compile(rf"{_OF_SO_MANY.pattern}\s+\D{{3,50}}", flags=re.IGNORECASE)
# Russian "в процентах", Polish "w złotych": the word does not stand without the preposition; "в млн. руб." does.
_IN_CASE = re.compile(r"[вуvwu]\s+[^\W\d_]{5,}(?!\w|\.)", flags=re.IGNORECASE)
_STEM = 5  # letters by which a title names the heading of its regions: "Marz", "by marzes"
_DATED = ("before_years", "year_said", "months")
_WHEN = _made_of("|".join(map(alternatives, _DATED)), r"\d+")
# "At constant 2015 prices", and no "Average price of millet", which is measured.
_KIND_OF_PRICES = _made_of(
    "|".join(map(alternatives, ("prices", "constant", "kinds_of_prices", "year_links", *_DATED))), r"\d+"
)
_NO_UNIT = re.compile(rf"{one_of('prices')}|^(?!.*{_SIGN}){_WHEN.pattern}$", flags=re.IGNORECASE)
#: "(Cifras en millones de Lempiras)": what stands behind "in" within brackets, whatever the currency is called.
_IN_UNIT = re.compile(
    rf"[(\[（［]\s*(?:{alternatives('figures')})?\s*(?:{alternatives('unit_before')})\s+([^()\[\]]{{2,60}}?)\s*[)\]）］]",
    flags=re.IGNORECASE,
)
_AFTER_UNIT = re.compile(  # also in two languages: "ຫົວໜ່ວຍ (Unit): 1,000 heads"
    rf"{UNIT_WORD.pattern}\s*(?:{UNIT_WORD.pattern})?[:：=–—-]\s*(\S.{{0,60}})", flags=re.IGNORECASE
)


def main_title(titles: Sequence[str], of: str) -> str:
    """Return the line that says what a table is about, of those above it: below the letterhead, above unit and notes.

    A number of a table tells it most, then the word `of` the heading of its regions ("by province"), then a year; of
    lines that are alike the first.
    """
    kept = [text for text in titles if len(text) > 2 and not is_remark(text) and not unit_of_line(text)]
    named = [text for text in kept if not (is_no_subject(text) or is_country(text) or parse_year(text))] or kept
    stem = "".join(filter(str.isalpha, of.casefold()))[:_STEM]

    def signs(text: str) -> tuple[bool, bool, bool]:
        before = titles[max(titles.index(text) - 1, 0)]
        numbered = bool(split_table_number(text, title=True)[0]) or _NUMBERED.fullmatch(before.strip()) is not None
        words = re.findall(r"[^\W\d_]+", text.casefold())
        regional = len(stem) > 2 and any(word.startswith(stem) for word in words)
        return numbered, regional, bool(years_in(text))

    return max(named, key=signs, default="")


def has_own_unit(label: str) -> bool:
    """Tell whether the label of numbers says their unit: "Area (km²)", "% of all", "Wages, JD"."""
    own = _own_part(label)
    short = re.search(r"[(\[][^\W\d_]{2}\.?[)\]]$", label)  # "(qq)", "(mz)": headings bear no marks any more
    measured = any(map(is_unit, [own, *re.findall(r"[(\[]([^()\[\]]+)[)\]]", label)]))
    return bool(short or measured or re.search(_SIGN, label) or (own != label and _CURRENCY.fullmatch(own)))


def _says_unit_behind(label: str) -> bool:
    own = _own_part(label)
    return own != label and is_unit(own) and not _SHARE.search(own)


def _own_part(label: str) -> str:
    """Return what stands in the brackets that end a label, or behind its last comma or the bracket that stays open."""
    closed = label.rstrip()[-1:] in ("", ")", "]") or label.count("(") > label.count(")")
    return re.split(r"[,(\[]" if closed else r",", label.rstrip(" )]"))[-1].strip()


def out_of_brackets(text: str) -> str:
    """Return a line without the brackets around all of it."""
    return re.sub(r"^[(\[（［]\s*(.*?)\s*[)\]）］]$", r"\1", text.strip())


_AND = re.compile(rf"(?:\s*[,;/+&]\s*|\s+)(?:{alternatives('and_words')})\s+|\s*[,;/+&]\s*", flags=re.IGNORECASE)
_BEFORE_A_UNIT = re.compile(rf"(?:{alternatives('unit_before')})\s+", flags=re.IGNORECASE)
_PER_CENT = re.compile(rf"%|{one_of('percentages')}", flags=re.IGNORECASE)
_SHARE = re.compile(rf"%|{one_of('percentages')}|{one_of('shares')}", flags=re.IGNORECASE)


def units_of_two(text: str) -> tuple[str, str] | None:
    """Return the unit of amounts and that of percentages of a text that says both, and nothing else, or None.

    "тыс. чел., в процентах", "number and per cent". Where several amounts are said, as in "ha and t", theirs is "".
    """
    parts = [part.strip() for part in _AND.split(out_of_brackets(text))]
    bare = [_BEFORE_A_UNIT.sub("", part, count=1) for part in parts]
    shares = [part for part, unit in zip(parts, bare, strict=True) if _PER_CENT.search(unit) and _is_share(unit)]
    amounts = [part for part, unit in zip(parts, bare, strict=True) if part not in shares and is_unit(unit)]
    several = len(amounts) > 1 and not shares and not any(map(_AMBIGUOUS.search, [text, *amounts]))
    if len(parts) > len(amounts) + len(shares) or len(shares) > 1 or not amounts or not (shares or several):
        return None
    amount = next((unit for part, unit in zip(parts, bare, strict=True) if [part] == amounts), "")
    return (amounts[0] if _IN_CASE.match(amounts[0]) else amount) if amount else "", "".join(shares)


def _is_share(unit: str) -> bool:
    return is_unit(unit) or _PER_CENT.fullmatch(unit) is not None or _HOW_MEASURED.fullmatch(unit) is not None


_SAID_IN_TITLE = re.compile(r"\s*[(\[（]([^()\[\]（）]+)[)\]）]|\s*(?:,|\s[–—-])\s+(.+)$")


def split_amount(title: str) -> tuple[str, str]:
    """Split a unit of money, weight or area from a title, which numbers of things do not bear: "Loans (m EUR)"."""
    for hit in _SAID_IN_TITLE.finditer(title):
        unit = unit_of_line(f"({hit[1] or hit[2]})") if hit.start() else ""
        if unit and is_amount(unit) and not units_of_two(unit):
            return " ".join(f"{title[: hit.start()]} {title[hit.end() :]}".split()), unit
    return title, ""


_ENDS_IN_BRACKETS = re.compile(r"[(\[（]\s*([^()\[\]（）]+?)\s*[)\]）]\W*$")
# "(K'000)", "(x 1000)", "(Rp 1,000)": thousands, of a currency or of what the title names.
_OF_THOUSANDS = re.compile(r"(?:[^\W\d_]{1,3}|[$€£¥₽₸₹₴₺₦₱])[.\s]*['’‘`]\s?000s?|[x×]\s?1[\s.,]?0{3}(?:[\s.,]?0{3})*")


def in_brackets(title: str) -> str:
    """Return the unit in brackets at the end of a title that all numbers below bear: "Exports, 2019 ('000 tonnes)"."""
    said = hit[1] if (hit := _ENDS_IN_BRACKETS.search(title)) and hit.start() else ""
    if not said or units_of_two(said) or _SHARE.search(said):
        return ""
    return said if _OF_THOUSANDS.fullmatch(said) else unit_of_line(f"({said})")


def _of_title(title: str) -> tuple[str, str]:
    """Split two units from a title: "Exports (in m EUR and per cent)", "Exports, number and per cent"; else all, ""."""
    for hit in _SAID_IN_TITLE.finditer(title):
        if hit.start() and units_of_two(said := hit[1] or hit[2]) is not None:
            return " ".join(f"{title[: hit.start()]} {title[hit.end() :]}".split()), said
        if hit[2] and (rest := _of_title(hit[2]))[1]:
            return title[: hit.start(2)] + rest[0], rest[1]
    return title, ""


def without_two_units(title: str) -> str:
    """Return a title without the units of amounts and percentages that it says both, which no number bears both."""
    return _of_title(title)[0]


def unit_of_line(text: str) -> str:
    """Return the unit that a line says and nothing else, or "": "(тыс. чел.)", "Unit: m EUR", "in thousands, EUR"."""
    bare = out_of_brackets(text)
    hit = _IN_UNIT.fullmatch(text.strip())
    rest = "" if hit is None or _NO_UNIT.search(hit[1].partition(",")[0]) else hit[1]  # "(in current prices, EUR)"
    if hit and _MEASURE.search(rest) and not years_in(rest):
        return out_of_brackets(hit[0]) if _IN_CASE.match(bare) else hit[1]
    if after := _AFTER_UNIT.fullmatch(bare):
        return after[1]
    parts = [part.strip(" )") for part in re.split(r",\s*|\s*\(", bare)]  # "TZS million, current prices"
    others = [part for part in parts if not is_unit(part)]
    of_prices = _NO_UNIT.search if bare != text.strip() or others != parts[:1] else _KIND_OF_PRICES.fullmatch
    measured = is_unit(bare) or (len(others) + 1 == len(parts) and all(map(of_prices, others)))
    return bare if measured or _RATE_OF.fullmatch(bare) or units_of_two(bare) else ""


def unit_of_note(mark: str, notes: Iterable[str]) -> str:
    """Return the unit that the note of a mark says and nothing else, or "": "(a) Per 1 000 live births."."""
    sign = re.escape(normalize("NFKC", mark).strip("()[]/. "))
    for note in notes if sign else ():
        if hit := re.match(rf"[(\[]?\s*{sign}\s*(?![^\W_])[)\]/.:=–—-]*\s*(.+)", normalize("NFKC", note)):
            said = hit[1].strip(" .")
            if _OF_SO_MANY.match(said) and len(said) <= _QUALIFIES:
                return said
            if unit := unit_of_line(f"({said})"):
                return unit
    return ""


def unit_said(titles: Iterable[str], label: str = "", beside: Collection[str] = ()) -> str:
    """Return the unit that lines above a table say of all its numbers, if it is one, or what stands alone in brackets.

    The latter below another line, as "(at current prices)", where it measures. It is "" where the label of the numbers
    says another unit, or the same in its own words. Of two units, of amounts and of percentages, a share bears the
    latter, and what stands `beside` one the former. Numbers of things bear no unit of amounts.
    """
    if has_own_unit(label):
        return ""
    titles = list(titles)
    said = {*filter(None, (unit_of_line(text) or _of_title(text)[1] for text in titles))} or {
        bare for text in titles[1:] if _qualifies(bare := out_of_brackets(text), text)
    }
    counted = any(map(counts_things, (label, *beside)))
    if not said and counted:
        said = {*filter(None, (split_amount(text)[1] for text in titles))}
    elif not said and len({*beside}) > 1 and not any(map(_says_unit_behind, beside)):
        other = bears_no_amount(label, "t", beside) or says_measure(label) or is_amount(label)
        said = set() if other else {*filter(None, map(in_brackets, titles))}
    found = next(iter(said)) if len(said) == 1 else ""
    if (both := units_of_two(found)) is not None:
        if _SHARE.search(label):
            return both[1]
        return both[0] if any(map(_SHARE.search, beside)) and not _OTHER_MEASURE.search(label) else ""
    if bears_no_amount(label, found, beside):
        return ""
    own, words = _own_part(label), {*_LONG_WORD.findall(found.casefold())}
    own_words = {*_LONG_WORD.findall(own.casefold())} if own != label else set()
    again = own_words and (own_words <= words or words <= own_words)
    of_prices = _NO_UNIT.search(found) and not _MEASURE.search(found)  # no amount, beside "in % of the total"
    return "" if again or (of_prices and _PARTS.search(label)) else found


def lines_left(titles: Sequence[str], said: Iterable[str]) -> list[str]:
    """Return the lines in brackets, of units or rates, below a title that no name or unit of its numbers says."""
    words, found = " ".join(said).casefold(), list[str]()
    for at, text in enumerate(titles):
        if (both := units_of_two(two := _of_title(text)[1] or text)) and not any(map(_SHARE.search, said)):
            within = any(each and each.casefold() in words for each in both)
            found += [] if within else [two]
        if both or not at:
            continue
        bare, unit = out_of_brackets(text), unit_of_line(text)
        within = any(each and each.casefold() in words for each in (bare, unit))
        rate = len(bare) <= _QUALIFIES and _RATE.search(bare)
        if (unit or rate or text[:1] in "([") and not (within or says_continued(text) or parse_year(bare)):
            found.append(text)
    return found


def _qualifies(bare: str, text: str) -> bool:
    """Tell whether a line in brackets says something of all numbers, and not how sure or of which year they are."""
    measures = says_measure(bare) or _RATE.search(bare) is not None
    measures |= is_amount(bare) or (_NO_UNIT.search(bare) is not None and not years_in(text))
    known = not measures or _REMARK.fullmatch(text) or is_no_subject(bare) or says_continued(bare)
    return bare != text.strip() and any(map(str.isalpha, bare)) and len(bare) <= _MEASURES and not known


def without_units(titles: Iterable[str]) -> list[str]:
    """Return the lines above a table that say no unit."""
    return [text for text in titles if not unit_of_line(text)]


_PARTS = re.compile(alternatives("no_amount_percentage"), flags=re.IGNORECASE)
_OTHER_MEASURE = re.compile("|".join(map(one_of, ("other_measures", "kinds_of_numbers", "changes"))), re.IGNORECASE)


def says_measure(heading: str) -> bool:
    """Tell whether a heading says how the numbers below it are measured: "in % of total", "Structure", "per capita"."""
    return (_MEASURE.search(heading) or _OTHER_MEASURE.search(heading)) is not None


def gives_units(texts: Sequence[str], kinds: str, above: Sequence[object]) -> bool:
    """Tell whether a row says that the numbers below it are in thousands: "Unit; 1 000; 1 000".

    Its label is a word for units, or that of the header above it in other letters; `kinds` has "n" for a number.
    """
    figures = [text for text, kind in zip(texts, kinds, strict=True) if kind == "n"]
    labels = [text for text, kind in zip(texts, kinds, strict=True) if kind == "t"]
    if not figures or len(labels) != 1 or not all(map(_THOUSANDS.fullmatch, figures)):
        return False
    head = str(above[0]).strip().casefold() if above else ""
    again = len(head) > 3 and labels[0].casefold().startswith(head) and len(figures) > 1
    return again or UNIT_WORD.fullmatch(labels[0]) is not None


def multipliers(texts: Iterable[str]) -> bool:
    """Tell whether numbers may be powers of ten: exponents, or 1, 1000 and so on."""
    found = set(texts)
    return len(found) <= 4 and all(re.fullmatch(r"1?0*|[2-9]|1[0-2]", text) for text in found)


def heads_nothing(texts: Sequence[str], below: Sequence[str], first_value: int) -> bool:
    """Tell whether a row above a header says unit, number or, in two languages, year of a table, and heads nothing."""
    heads = [text for text in texts[first_value:] if text]
    said = [text for text in heads if not (is_remark(text) or TABLE_NUMBER.fullmatch(text))]
    labels = [at for at, text in enumerate(texts[:first_value]) if text]
    own = bool(labels) and all(below[at : at + 1] not in ([], [""]) for at in labels)
    years = {year for at in labels for year in years_in(texts[at])}
    told = (unit_of_line(text) or (len(years) == 1 and {*years_in(text)} == years) for text in said)
    return own and len(heads) < 3 and len(said) < 2 and all(told)


_LEVELS = re.compile(r"[,;|:]\s*|\s+[/–—-]\s+")


def is_no_quantity(text: str) -> bool:
    """Tell whether a label says of whom, when or in which unit something was measured, but not what.

    It is made of sexes, ages, places, totals, units, parts of a year or words for a period.
    """

    def bare(part: str) -> bool:
        plain = part.strip(" .:")
        if (at := max(plain.rfind("("), plain.rfind("["))) > 0 and is_unit(plain[at + 1 :].rstrip("])")):
            plain = plain[:at].strip(" .:")
        if not plain or unit_of_line(part) or _says_how(plain) or _OF_WHICH.fullmatch(plain):
            return True
        if any(each.fullmatch(plain) for each in (_GROUP, _PEOPLE, YEAR_WORDS)):
            return True
        if says_only_total(plain) or plain.isdecimal():
            return not plain.isdecimal()
        if _AGES.fullmatch(plain) and any(map(str.isdigit, plain)):
            return True
        if not any(map(str.isalpha, _QUARTER.sub("", PARTS_OF_YEAR.sub(" ", plain)))):
            return True
        return len(said := _by_alphabet(plain)) > 1 and all(map(bare, said))

    return all(map(bare, _LEVELS.split(text)))


def _says_how(text: str) -> bool:
    """Tell whether a label says how something is measured and not what: "in % of the previous year"."""
    if any(map(says_only_total, _LEVELS.split(text))):  # "All persons, Total"
        return False
    return says_measure(text) and _COMPARES.search(text) is not None and _HOW_MEASURED.fullmatch(text) is not None


def _by_alphabet(text: str) -> list[str]:
    """Divide a label where its alphabet changes, as one in two languages does: "ذكور Male"."""
    words = text.split()
    kinds: Iterable[str] = accumulate([script(word) for word in words], lambda before, own: own or before)
    runs = groupby(zip(kinds, words, strict=True), key=itemgetter(0))
    return [" ".join(word for _, word in run) for _, run in runs]


# A survey and its round: "UDHS", "UNHS VII", "MICS6". Measures that are called by their initials are none.
_SURVEY = re.compile(r"([A-Z]{3,6})[\s-]*(?:\d{1,2}|[IVX]{1,5})?")


def without_subject(labels: Mapping[_T, str]) -> dict[_T, str]:
    """Return the labels that say only with the title of their table what was measured.

    They are sexes, ages, places, parts of a year and units; beside sexes and the like also totals, and words that no
    list knows where a third of those on their level are known ("Вкупно", "Мажи", "X"), or where a total stands beside
    them ("Saudi, Male", "Total, Male"). Industries with their total are none, nor what is a quantity ("Households").
    """

    def whole(part: str) -> bool:
        return any(says_only_total(text) or _GROUP.fullmatch(text) for text in _by_alphabet(part))

    def grouped(part: str) -> bool:
        aged = _AGES.fullmatch(part) is not None and any(map(str.isdigit, part))
        return aged or (not whole(part) and any(map(_PEOPLE.fullmatch, _by_alphabet(part))))

    surveys = [hit[1] for text in labels.values() if (hit := _SURVEY.fullmatch(text)) and not _MEASURED.search(hit[1])]
    bare = {at: text for at, text in labels.items() if is_no_quantity(text)}
    if len(surveys) == len(labels) > 1 == len({*surveys}) or len(bare) == len(labels):
        return dict(labels)
    split = {at: _LEVELS.split(text) for at, text in labels.items()}
    columns = zip_longest(*split.values(), fillvalue="")
    levels = [
        {text for text in level if is_no_quantity(text) or not _MEASURED.search(text)} - {""} for level in columns
    ]
    known = [any(map(grouped, level)) and 3 * sum(map(is_no_quantity, level)) >= len(level) for level in levels]
    parts = [own or (any(known) and any(map(whole, level))) for own, level in zip(known, levels, strict=True)]

    def of_one(texts: Sequence[str]) -> bool:
        told = zip(parts, texts, strict=False)
        return any(known) and all(is_no_quantity(text) or (own and not _MEASURED.search(text)) for own, text in told)

    # Among industries a total is told by its name, and "I" is one of them.
    alone = {
        at for at, text in bare.items() if is_unit(text) or _says_how(text) or not (says_total(text) or len(text) == 1)
    }
    return {at: text for at, text in labels.items() if at in alone or _OF_WHICH.match(text) or of_one(split[at])}


def needs_title(text: str, beside: Iterable[str]) -> bool:
    """Tell whether a label says only with the title of its table what was measured: it is a kind of number or a part.

    "Public" is a part where a total or a category stands among the columns `beside` it.
    """
    return _KIND_OF_NUMBER.fullmatch(text.strip()) is not None or any(
        is_no_quantity(each) or says_only_total(each) for each in beside
    )


def names_no_subject(text: str) -> bool:
    """Tell whether a title or the name of a sheet says nothing of what its numbers are."""
    if not text or UNNAMED.fullmatch(text) or _NUMBERED.fullmatch(text.strip()):
        return True
    return is_no_subject(text) or is_no_quantity(text)


_LONGEST = 120


def title_as_name(text: str, *, numbered: bool) -> str:
    """Return as many whole words of a title as make a name, without a bracket that would stay open.

    What stands in brackets behind the number of the table goes behind it: "Table 5 (Male): Rates by district".
    """
    text = re.sub(r"\s+", " ", text).strip(" ,;:-")
    text = re.sub(r"(?<=[^\W\d_])\s*\d{1,2}/$", "", text)  # the mark of a note
    if text.count("(") < text.count(")"):
        text = re.sub(r"(?<=[^\W\d_])\s+\d{1,2}\)$", "", text)  # the mark of a note
    if numbered and (hit := re.match(r"\(([^()]+)\)\s*:\s*(?=\S)", text)):
        text = text[hit.end() :] + ("" if hit[1].casefold() in text[hit.end() :].casefold() else f", {hit[1]}")
    if len(text) <= _LONGEST:
        return text
    text = text[: _LONGEST + 1].rpartition(" ")[0] or text[:_LONGEST]
    while (at := max(text.rfind("("), text.rfind("["))) > max(text.rfind(")"), text.rfind("]"), 0):
        text = text[:at]
    return text.rstrip(" ,;:–—-")


_FOUR_DIGITS = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def without_dates(text: str) -> str:
    """Take the parts of a title that date it ("quarter to March 2030") off it, unless nothing else is left."""
    parts = re.split(r"(?<=[,;:])\s+", text)
    kept = [part for part in parts if not (PARTS_OF_YEAR.search(part) and _FOUR_DIGITS.search(part))]
    return " ".join(kept).strip(" ,;:") or text


def yearless(name: str) -> str:
    """Return a name of a column without the year that stands in it."""
    return re.sub(rf"[\s-]*{_FOUR_DIGITS.pattern}[\s-]*", "", name)


_CHANGE = re.compile(one_of("changes"), flags=re.IGNORECASE)


def spans_of_others(years: Mapping[int, int], paths: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns of two years ("Change 2018/2019") both of which have columns of their own.

    Where one of a name does not, or several bear a name of their own ("2021/2022 Maha"), they are a series of its own,
    but for changes.
    """

    def name(at: int) -> str:
        return " ".join(found[1] if (found := year_inside(part, spans=True)) else part for part in paths[at]).strip()

    spans = {at: name(at) for at in years if any(map(two_years, paths[at]))}
    single = {year: name(at) for at, year in years.items() if at not in spans}
    covered = [at for at in spans if {years[at], years[at] + 1} <= single.keys()]
    apart = {label for at, label in spans.items() if at not in covered}
    apart |= {label for label, n in Counter(spans.values()).items() if n > 1} - {*single.values()}
    return [at for at in covered if spans[at] not in apart or _CHANGE.search(spans[at])]


def marks_told(labels: Iterable[str], titles: Iterable[str]) -> list[str]:
    """Say what is marked at the years of columns and rows, and at that of a title."""
    kept, above = (
        listed((f"{mark!r} in {shown(text)}" for text, mark in marks_of_years(each).items()), limit=8)
        for each in (labels, titles)
    )
    told = [f"{kept}: kept as a remark on every number of that year"] if kept else []
    return [*told, f"{above}: marks the year of a title, and is kept beside no number"] if above else told


_CONTINUED = re.compile(one_of("continued"), flags=re.IGNORECASE)
_GOES_ON = f"(?:{alternatives('continued')}|{alternatives('ends_of_tables')})(?!\\w)"
_CONTINUES = f"(?:{alternatives('continued')})(?!\\w)"
# What says with nothing but numbers, pages and tables that a table goes on: "continued from page 3", "fin".
_PLACE = rf"(?:{alternatives('beside_continued')}|{alternatives('tables')})(?!\w)|\d+(?:[.–-]\d+)*|[^\w()\[\]]"
_SAYS_NO_MORE = rf"(?![A-Z]{{2,3}}[)\]])(?i:(?:{_PLACE})*+(?<!\w){_GOES_ON}(?:{_GOES_ON}|{_PLACE})*+)"
_WORDS_OF_IT = re.compile(rf"\s*[(\[（]{_SAYS_NO_MORE}[)\]）]\s*(?=$|\W)")
_ALL_OF_IT = re.compile(
    rf"{_CONTINUES}(?:{_PLACE})*+|(?:{TABLE_NUMBER.pattern}){_CONTINUES}\W*|{_GOES_ON}", flags=re.IGNORECASE
)
_ENDS_WITH_IT = re.compile(rf"\s*[.,:;–—-]\s*{_CONTINUES}[\s.:]*$", flags=re.IGNORECASE)
_BEGINS_WITH_IT = re.compile(rf"{_CONTINUES}(?:\s*[:.–—-]\s*|\s+(?={TABLE}\W))(?=\w)", flags=re.IGNORECASE)
_SHORT = 4  # letters of a word that says it beside a title only with its dot: "cd." and no "CD"


def without_continued(title: str) -> str:
    """Return a title without the words that say that its table goes on: "Sales (continued)", "Noch: Tabelle 3"."""
    if _CONTINUED.search(title) is None and not title.rstrip(" .").endswith((")", "]", "）")):
        return title
    if _ALL_OF_IT.fullmatch(title.strip(" ()[]（）")):
        return ""
    rest = _BEGINS_WITH_IT.sub("", _WORDS_OF_IT.sub(" ", title).strip(), count=1)
    end = _ENDS_WITH_IT.search(rest)
    if end and (end[0].endswith(".") or sum(map(str.isalpha, end[0])) > _SHORT):
        rest = rest[: end.start()]
    return " ".join(rest.split()) if rest != title.strip() else title


_BRACKETS = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]")


def titles_of_continued(titles: Sequence[str], earlier: Iterable[Sequence[str]]) -> tuple[list[str], dict[str, bool]]:
    """Return the titles of a table that says to go on, as the one that it goes on with bears them.

    `earlier` are the titles of the tables before it, the nearest first. Its own number, year and unit are kept; what is
    told are the lines that say it, and whether such a table was found.
    """
    bare = {text: without_continued(text) for text in titles}
    said = [text for text in titles if bare[text] != text]
    rests = [bare[text] for text in said if bare[text] and not is_no_subject(bare[text])]
    if not said:
        return list(titles), {}

    def subject(text: str) -> str:
        plain = _FOUR_DIGITS.sub("", _BRACKETS.sub("", split_table_number(text, title=True)[1]))
        return "".join(filter(str.isalnum, plain.casefold()))

    for above in map(list, earlier):
        line = next((text for text in above if rests and subject(text) == subject(rests[0])), "")
        if not line if rests else not above or of_other_table(titles, above):
            continue
        own, units = [bare[text] for text in titles if text not in said], [text for text in above if unit_of_line(text)]
        units = [] if any(map(unit_of_line, own)) else [text for text in units if text not in own]
        if not rests:
            kept = [text for text in above if not unit_of_line(text)]
            return [*kept, *units, *(text for text in own if text not in above)], dict.fromkeys(said, True)
        held, years = [_BRACKETS.findall(text) for text in (rests[0], line)], [*map(years_in, (rests[0], line))]
        if {*held[0]} - {*held[1]}:
            line = rests[0]  # with its own unit
        elif len(years[0]) == 1 and years[0] != years[1]:
            line = rests[0] + "".join(text for text in held[1] if text not in held[0] and not years_in(text))
        kept = [line if bare[text] == rests[0] else bare[text] for text in titles]
        return [*filter(None, kept), *units], dict.fromkeys(said, True)
    return [*filter(None, map(bare.__getitem__, titles))], dict.fromkeys(said, False)


def says_continued(heading: str) -> bool:
    """Tell whether a heading says that a table of the page before goes on: "(continued)", "Table 3, cont."."""
    return _CONTINUED.search(heading) is not None


def of_other_table(headings: Iterable[str], titles: Iterable[str]) -> bool:
    """Tell whether headings name a number of a table, or a year, that the titles of another table do not."""

    def said(texts: Iterable[str]) -> set[str]:
        numbers = (hit[0] for text in texts if (hit := TABLE_NUMBER.match(text)))
        return {part for number in numbers for part in re.findall(r"\d+(?:[.–-]\d+)*[a-z]?|\b[IVXLC]+\b", number)}

    headings, titles = list(headings), list(titles)
    years, over = ({year for text in texts for year in years_in(text)} for texts in (headings, titles))
    return bool(said(headings) - said(titles) or years - over)


def told_apart(
    tables: Sequence[tuple[Collection[str], Collection[int]]], ways: Sequence[tuple[str, ...]]
) -> list[dict[str, str]]:
    """Name what several tables hold for the same year by the title of each, else by its sheet, else by its place.

    `tables` are their labels and years, `ways` what may stand before the labels of each; the last one always tells.
    """
    found: list[dict[str, str]] = [{} for _ in tables]
    for label in dict.fromkeys(label for labels, _ in tables for label in labels):
        holders = [at for at, (labels, _) in enumerate(tables) if label in labels]
        years = [set(tables[at][1]) for at in holders]
        if len(set().union(*years)) == sum(map(len, years)):
            continue
        for said in zip(*(ways[at] for at in holders), strict=True):
            held = {(text, year) for text, own in zip(said, years, strict=True) for year in own}
            if len(held) == sum(map(len, years)) and not any(map(label.startswith, said)):
                break
        for at, text in zip(holders, said, strict=True):
            found[at][label] = f"{text}: {label}"
    return found


_CODE = r"(?:[A-U](?:\s?[-–+,&/]\s?[A-U])*|\d{2}(?:\s?[-–]\s?\d{2})?)"  # of NACE or ISIC: a section, divisions
_SECTION = re.compile(rf"[\[(]?({_CODE})(?:[\])]?[.:]?(?:\s|$)|[\])]?[.:])|.*[\[(]({_CODE})[\])]$")
_CODED = 0.8  # of industries, so many bear their code; "not stated" has none


def bear_sections(labels: Iterable[object]) -> bool:
    """Tell whether labels bear sections or divisions of industries, before or behind their names."""
    texts = [str(label) for label in labels]
    found = [hit[1] or hit[2] for text in texts if (hit := _SECTION.match(text))]
    lettered = [code for code in found if not code.isdecimal()]  # "31 Østfold" has a code, too
    return len(found) >= max(3, _CODED * len(texts)) and len({*lettered}) > len(found) / 2
