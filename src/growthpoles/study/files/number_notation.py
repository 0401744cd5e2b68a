"""Number notation of a table: decimal sign, grouping, delimiter; numbers as printed.

Decimal sign, where study.toml names none: the sign that some cell can only mean as a decimal one ("12,5",
"0.683", "1 234,56"). A sign that repeats within a cell in groups of three ("1,234,567"), or stands before the
decimal one ("1,234.5"), separates thousands. A table in which every sign could be either ("1,234" alone) is an
error, except that the point of a comma-separated file is decimal, and that a sign separates thousands where only so
the number is of the size of the others of its indicator. Without any sign the numbers are whole.

Delimiter, where study.toml names none: of comma, semicolon, tab and bar, the one that splits the header so that it
holds the column of the regions; if several do, the one that gives every line the same number of cells.
"""

from __future__ import annotations

import csv
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from growthpoles.errors import DataError, Option, Reason, message, shown
from growthpoles.study.files.printed_labels import MANY_CELLS, plain_signs, split_flag
from growthpoles.study.files.printed_tables import BLANKS, Decimal, number_fault, parse_plain
from growthpoles.study.files.problems import Problem

_MARK = re.compile(
    r"[^\w\s]{1,6}|[^\W\d]{1,3}|[\[(][^\[\]()\d]{1,14}[\])]"
    r"|n\.? ?/?[adosv]\.?[a-z]?\.?|k\.? ?a\.?|[a-zа-я][/.] ?[a-zа-я]\.?|нет данных|no data|#?n/a|nan|null|none|missing|"
    r"not available|\.{2,3} ?[a-z]{0,2}|[:.…] ?[a-z]{1,3}|conf(?:idential)?\.?|suppressed|[cxzsdnp]{1,2}\.|#[A-Z/0!?]+",
    flags=re.IGNORECASE,
)
#: Signs that stand for no data also where letters name something.
STRONG_MARK = re.compile(
    r"[^\w\s]{1,6}|[\[(][^\[\]()\d]{1,14}[\])]|#?n\.? ?/?[ad]\.?|np|nan|null|none|xx?|na|nd|[:.…] ?[a-z]{1,3}|c|s",
    re.IGNORECASE,
)
_DATED = re.compile(r"\s*(?:19|20)\d\d年\S")  # "2023年底"
_BELOW = re.compile(r"[<>≤≥] ?\d[\d., ]*")
DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_ONE_SIGN = re.compile(r"[+-]?(\d*)([.,])(\d+)", flags=re.ASCII)
_TO_SPACE = dict.fromkeys((sign for sign, new in BLANKS.items() if new is None), " ") | {0x2212: "-"}
_PLAIN = {sign: re.compile(rf"[+-]?[0-9]+(?:{re.escape(sign)}[0-9]+)?") for sign in (",", ".")}  # nothing to look into
_SPACED = re.compile(r"[+-]? ?\d{1,3}(?: \d{3})+(?![ \d])", flags=re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,'])\d{3})(?:\1\d{3})*(?:([.,])\d*)?", flags=re.ASCII)
_BETWEEN = {sign: re.compile(rf"[+-]?\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+", flags=re.ASCII) for sign in ",."}
_OTHER = {",": ".", ".": ","}
_LAKHS = re.compile(r"[+-]?\d{1,2}(?:(,)\d{2})+,\d{3}(?:(\.)\d*)?", flags=re.ASCII)  # 12,34,567.8

_LEADING_SIGN = re.compile(r"^([+-]?)([.,]\d)", flags=re.ASCII)  # ".097"


@dataclass(frozen=True, slots=True)
class Notation:
    """Signs of a table: decimal, and the one between thousands if there is any beside blanks."""

    decimal: Decimal = "."
    thousands: str | None = None

    def parse(self, text: str) -> float | None:
        """Return the number that a cell holds, or None."""
        if _PLAIN[self.decimal].fullmatch(text):
            return parse_plain(text, self.decimal)
        spaced = plain_signs(text).translate(_TO_SPACE)
        if " " in spaced and not _SPACED.match(spaced):
            return None  # "12 34" may be two numbers
        plain = spaced.translate(BLANKS)
        if self.thousands and self.thousands in plain:
            hit = _GROUPED.fullmatch(plain) or _LAKHS.fullmatch(plain)
            if hit is None or hit[1] != self.thousands or hit[2] not in (None, self.decimal):
                return None
            plain = plain.replace(self.thousands, "")
        return parse_plain(_LEADING_SIGN.sub(r"\g<1>0\g<2>", plain), self.decimal)

    def fault(self, text: str) -> tuple[str, str]:
        """Return what is wrong with a cell that is no number, and what is allowed."""
        remedy = f"digits with the decimal sign {self.decimal!r}, or an empty cell where there is no data"
        hit = _GROUPED.fullmatch(text.strip().translate(BLANKS))
        if hit and hit[1] not in (self.decimal, self.thousands):
            remedy += f", or thousands = {hit[1]!r} in study.toml"
        return number_fault(text, self.decimal), remedy


def is_mark(text: str) -> bool:
    """Tell whether a text may stand for "no data"."""
    return bool(_MARK.fullmatch(text) or _BELOW.fullmatch(text))


NOTATIONS = (Notation(".", ","), Notation(",", "."), Notation(".", "'"), Notation(",", "'"))


def is_number(cell: object) -> bool:
    """Tell whether a cell is a number in some notation, with a flag or without."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        return True
    return isinstance(cell, str) and _is_number_text(cell)


@functools.lru_cache(maxsize=MANY_CELLS)
def _is_number_text(cell: str) -> bool:
    if not any(sign.isdecimal() for sign in cell) or len(cell) > 60 or _DATED.match(cell):
        return False
    text = cell.strip()
    if text[:1] + text[-1:] == "()":
        text = text[1:-1]
    split = split_flag(text)
    return any(n.parse(each) is not None for each in (text, split[0] if split else "") if each for n in NOTATIONS)


def cell_value(cell: object, notation: Notation | None = None) -> float | None:
    """Return the number in a cell as its table is written, else in the first notation that reads it, or None."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if not isinstance(cell, str):
        return None
    text = split[0] if (split := split_flag(cell)) else cell
    tried = NOTATIONS if notation is None else (notation, *NOTATIONS)
    return next((v for n in tried if (v := n.parse(text)) is not None), None)


def detect_notation(
    cells: Iterable[tuple[str, Problem | Callable[[], Problem]]],
    *,
    decimal: Decimal | None = None,
    thousands: str | None = None,
    delimiter: str | None = None,
) -> tuple[Notation, Problem | None]:
    """Find the decimal sign of a table.

    Parameters
    ----------
    cells : iterable of (text, Problem)
        Text cells that should be numbers; the second says where the cell is, or is called to say so.
    decimal, thousands, delimiter : str, optional
        What is known already.

    Returns
    -------
    notation : Notation
    problem : Problem or None
        Set where the cells could be read in two ways.
    """
    if decimal is not None:
        return Notation(decimal, thousands), None
    decimals: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    unclear: dict[str, tuple[str, Problem | Callable[[], Problem]]] = {}
    for text, place in cells:
        plain = _bare(text)
        if hit := _ONE_SIGN.fullmatch(plain):
            if sign := _either(plain):
                unclear.setdefault(sign, (text, place))
            else:
                decimals[hit[2]] += 1
        elif hit := _GROUPED.fullmatch(plain) or _LAKHS.fullmatch(plain):
            if hit[2] and hit[2] != hit[1]:
                decimals[hit[2]] += 1
            groups[hit[1]] += 1
    if thousands is not None:
        groups = Counter({thousands: 1})
        unclear = {sign: at for sign, at in unclear.items() if sign != thousands}
    # Where both signs occur, the rarer one is refused cell by cell: no cell is ever read in two ways.
    if decimals:
        found = decimals.most_common(1)[0][0]
    elif grouping := next((sign for sign in groups if sign in ",."), None):
        found = _OTHER[grouping]
    elif set(unclear) <= {"."} and (delimiter == "," or not unclear):
        found = "."
    else:
        sign, (text, place) = next(iter(unclear.items()))
        problem = f"{shown(text)} can be read in two ways: {sign!r} between thousands or as decimal sign"
        ways = (f"decimal = {_OTHER[sign]!r} with thousands = {sign!r}", f"decimal = {sign!r}")
        told = ", or ".join(f"{way} ({number})" for way, number in zip(ways, _both(text, sign), strict=True))
        return Notation("," if sign == "," else "."), _at(place, problem, f"{told}, in study.toml")
    grouping = thousands or next((sign for sign, _ in groups.most_common() if sign != found), None)
    return Notation("," if found == "," else ".", grouping), None


def _bare(text: str) -> str:
    """Return the number of a cell without flag and blanks."""
    if _PLAIN["."].fullmatch(text) or _PLAIN[","].fullmatch(text):
        return text
    split = split_flag(text)
    return (split[0] if split else plain_signs(text)).translate(BLANKS)


def _either(plain: str) -> str:
    """Return the sign of a number that may be the decimal one or stand between thousands, else ""."""
    hit = _ONE_SIGN.fullmatch(plain)
    return hit[2] if hit and len(hit[3]) == 3 and 1 <= len(hit[1]) <= 3 and not hit[1].startswith("0") else ""


def _both(text: str, sign: str) -> tuple[str, str]:
    """Return the numbers that a cell holds with its sign between thousands, and as decimal sign."""
    plain = _bare(text)
    return plain.replace(sign, ""), plain.replace(sign, ".")


@dataclass(slots=True)
class Signs:
    """The signs of a table: what is taken, or both readings with the likelier first and why none is; what to tell."""

    notation: Notation
    readings: tuple[tuple[Notation, str], ...] = ()  # each with the example as it reads it
    unclear: str = ""
    notes: tuple[str, ...] = ()


def signs_asked(readings: Sequence[tuple[Notation, str]]) -> tuple[str, dict[str, str]]:
    """Return what a caller may give as a remedy: its template and its places."""
    ways, places = [], dict[str, str]()
    for at, (way, example) in enumerate(readings):
        sign = f'"{way.decimal}"'
        places[f"decimal{at}"] = Option("decimal", sign, f"decimal={sign}," if way.thousands else None)
        if way.thousands:
            places[f"thousands{at}"] = Option("thousands", f'"{way.thousands}"')
        told = f" ({example})" if example else ""
        ways.append(f"{{decimal{at}}}{f' {{thousands{at}}}' if way.thousands else ''}{told}")
    return ", or ".join(ways), places


def signs_remedy(readings: Sequence[tuple[Notation, str]]) -> Reason:
    """Return what a caller may give, as one text."""
    return Reason(*signs_asked(readings))


def given_signs(decimal: str | None, thousands: str | None, seen: str | None = None) -> Notation | None:
    """Return the signs that a caller gave; a comma or a point between thousands says the other one, too.

    Where no sign between thousands is given it is the one `seen` in the table, if that is another.
    """
    decimal = decimal or _OTHER.get(thousands or "")
    if decimal is None:
        return None
    return Notation("," if decimal == "," else ".", thousands or (seen if seen != decimal else None))


def settle_signs(
    columns: Mapping[str, Sequence[tuple[str, Problem]]],
    wider: Iterable[Iterable[str]],
    indicators: Iterable[tuple[str, Sequence[str | float]]],
    delimiter: str | None,
) -> Signs:
    """Find the signs of a table from its cells by columns, then from ever more cells, then by the size of numbers.

    Parameters
    ----------
    columns : mapping of name to list of (text, Problem)
        The cells of the regions.
    wider : iterable of iterables of text
        Cells that are printed as they are: those of totals, and of columns that are not read.
    indicators : iterable of (column, cells)
        Texts and typed numbers, those of each indicator together.
    delimiter : str or None
        Of a text file.
    """
    everything = [cell for cells in columns.values() for cell in cells]
    notation, unclear = first = detect_notation(everything, delimiter=delimiter)
    for more in wider:
        if unclear is not None:
            notation, unclear = detect_notation([(text, everything[0][1]) for text in more], delimiter=delimiter)
    notation, unclear = first if unclear is not None else (notation, None)
    separate = {}
    for name, cells in columns.items():
        own, trouble = detect_notation(cells, delimiter=delimiter)
        if trouble is None and any(re.search(r"\d[.,]\d", text) for text, _ in cells):
            separate[own.decimal] = name
    both = (Notation("."), ""), (Notation(","), "")
    if len(separate) > 1:
        a, b = separate.values()
        return Signs(notation, both, f"{shown(a)} and {shown(b)} have different decimal signs")
    sizes = [(name, *found) for name, cells in indicators if (found := _by_size(cells)) is not None]
    grouping = {sign: (name, text) for name, sign, text, thousands in sizes if thousands}
    if unclear is None:
        if notation.decimal in grouping:
            name, text = grouping[notation.decimal]
            told = (
                f"{notation.decimal!r} is a decimal sign in other cells, and stands between thousands in {shown(text)}"
            )
            return Signs(notation, both, f"{told}, by the size of the other numbers of {shown(name)}")
        other = _OTHER[notation.decimal]
        texts = [text for text, _ in everything if other in text] if notation.thousands is None else []
        if not texts or not all(_BETWEEN[other].fullmatch(plain_signs(text)) for text in texts):
            return Signs(notation)
        told = f"{shown(texts[0])}: {other!r} stands between thousands, as {notation.decimal!r} is decimal"
        return Signs(Notation(notation.decimal, other), notes=(told,))
    sign = notation.decimal
    text = next(text for text, _ in everything if _either(_bare(text)) == sign)
    whole, fraction = _both(text, sign)
    ways = (Notation("," if sign == "." else ".", sign), whole), (Notation(sign), fraction)
    if [*grouping] == [sign]:
        name, text = grouping[sign]
        told = f"{shown(text)}: {sign!r} stands between thousands, by the size of the other numbers of {shown(name)}"
        return Signs(ways[0][0], notes=(told,))
    fractions = any(own == sign and not thousands for _, own, _, thousands in sizes)
    return Signs(notation, ways[::-1] if fractions and not grouping else ways, unclear.told)


def _by_size(cells: Sequence[str | float]) -> tuple[str, str, bool] | None:
    """Return sign, example, and whether the sign stands between thousands, where only one reading is like the others.

    The others are at least three numbers without any sign: within ten times of one of them at either end.
    """
    texts = [(text, _bare(text)) for text in cells if isinstance(text, str)]
    others = [abs(float(cell)) for cell in cells if not isinstance(cell, str)]
    others += [abs(float(plain)) for _, plain in texts if re.fullmatch(r"[+-]?\d{1,15}", plain, flags=re.ASCII)]
    others = [number for number in others if number]
    odd = {sign: [text for text, plain in texts if _either(plain) == sign] for sign in ",."}
    if len(others) < 3 or all(odd.values()) or not any(odd.values()):
        return None
    sign = next(sign for sign in odd if odd[sign])
    low, high = min(others) / 10, max(others) * 10
    numbers = [[abs(float(number)) for number in _both(text, sign)] for text in odd[sign]]
    whole, fraction = (all(low <= each[way] <= high for each in numbers) for way in (0, 1))
    return (sign, odd[sign][0], whole) if whole != fraction else None


def _at(place: Problem | Callable[[], Problem], problem: str, remedy: str) -> Problem:
    place = place() if callable(place) else place
    return Problem(problem, place.file, place.sheet, place.row, place.column, remedy, place.unit)


_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def text_lines(text: str) -> Iterator[str]:
    """Yield lines with their ends, one at a time: a StringIO takes four bytes a sign, a list more."""
    return (hit.group() for hit in _LINE.finditer(text))


def split_lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of its last line, cells) for every record of delimited text; `csv.Error` on broken quotes."""
    reader = csv.reader(text_lines(_closed(text, delimiter)), delimiter=delimiter, strict=True)
    for row in reader:
        yield reader.line_num, row


def _closed(text: str, delimiter: str) -> str:
    """Return a text that cannot be split without the blanks between a closing quote and the next cell."""
    open_quote = re.compile(rf'"[ \u00a0]+(?={re.escape(delimiter)}|\r?\n|$)')
    if not open_quote.search(text):
        return text
    try:
        for _ in csv.reader(text_lines(text), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return open_quote.sub('"', text)
    return text


def likely_delimiter(text: str) -> str:
    """Return the sign that gives most lines one width; titles above and notes below do not count."""
    best, score = ",", 0.0
    lines = "".join(islice(text_lines(text), 400))
    for sign in ("\t", ";", "|", ","):
        try:
            widths = Counter(len(row) for _, row in split_lines(lines, sign) if any(cell.strip() for cell in row))
        except csv.Error:
            continue
        width, count = max(((w, n) for w, n in widths.items() if w > 1), key=lambda each: each[1], default=(1, 0))
        share = count / max(1, widths.total())
        if width > 1 and share > score + 0.15:
            best, score = sign, share
    return best


def detect_delimiter(text: str, *, key: str | None, header: int | None, where: str, settle: bool = False) -> str:
    """Find the sign between the cells of delimited text.

    Parameters
    ----------
    text : str
    key : str or None
        Column that the header must hold; None where it is not known yet.
    header : int or None
        Line of the header; None: the first line that is not empty.
    where : str
        File, for messages.
    settle : bool
        For a proposal that a person will check: of several signs take the one that makes the most cells.

    Raises
    ------
    DataError
        If no sign, or more than one, can be meant.
    """
    heads = {sign: _header(text, sign, header) for sign in DELIMITERS}
    split = [sign for sign, cells in heads.items() if len(cells) > 1]
    chosen = [sign for sign in split if key in heads[sign]] or split
    if len(chosen) > 1:
        chosen = [sign for sign in chosen if _even(text, sign, len(heads[sign]), header)] or chosen
    if len(chosen) == 1 or (chosen and settle):
        return max(chosen, key=lambda sign: len(heads[sign]))
    if not chosen:
        problem = "the header is not divided by a comma, a semicolon, a tab or a bar"
        allowed = 'two columns or more; delimiter = "...", or header = the number of the header line, in study.toml'
        raise DataError(message(problem, where=where, allowed=allowed))
    names = " and ".join(_NAMES[sign] for sign in chosen)
    problem = f"{names} can both separate the cells"
    raise DataError(message(problem, where=where, allowed='delimiter = "..." in study.toml'))


def _header(text: str, sign: str, header: int | None) -> Sequence[str]:
    try:
        for line, row in split_lines(text, sign):
            if line >= header if header is not None else any(cell.strip() for cell in row):
                return [cell.strip() for cell in row]
    except csv.Error:
        pass
    return []


def _even(text: str, sign: str, width: int, header: int | None) -> bool:
    try:
        return all(
            len(row) == width
            for line, row in split_lines(text, sign)
            if any(cell.strip() for cell in row) and (header is None or line >= header)
        )
    except csv.Error:
        return False
