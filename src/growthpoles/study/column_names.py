"""Column names: what the columns of a published table are called, in which units they are; codes of the regions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise, takewhile

from growthpoles.errors import listed, shown
from growthpoles.language.languages import alternatives
from growthpoles.regions.name_matching import name_keys, says_total
from growthpoles.study import guess_columns as headers
from growthpoles.study.files.number_notation import cell_value, is_number
from growthpoles.study.files.printed_labels import (
    DIGITS,
    UNSTATED,
    YEAR_WORDS,
    bare_name,
    one_of,
    parse_period,
    parse_year,
    unit_behind,
    without_link,
    without_span,
    year_inside,
    year_reader,
    years_ended,
    years_in,
)
from growthpoles.study.files.printed_subjects import (
    UNNAMED,
    has_own_unit,
    is_no_quantity,
    is_no_subject,
    is_remark,
    is_unit,
    main_title,
    names_no_subject,
    split_table_number,
    title_as_name,
    unit_of_line,
    unit_of_note,
    without_continued,
    without_two_units,
    without_units,
)
from growthpoles.study.files.problems import CODES_OF_REGIONS, MAY_BE_CODES
from growthpoles.study.files.table_files import carried_down, cell_text
from growthpoles.study.table_blocks import Block, bare_number, tell_table_number

_SUBJECTS = (
    headers.INDICATOR,
    *(re.compile(alternatives(each), flags=re.IGNORECASE) for each in ("subjects", "data_sets")),
)

_SURE_UNIT = re.compile(
    rf"[$€£¥₽₸₹₴₺]|{alternatives('no_amount_percentage')}|{one_of('multipliers')}", flags=re.IGNORECASE
)

_CLOSE = 3  # numbers for each region, within which codes lie
_MEASURES = re.compile(rf"[%‰$€£]|{alternatives('measures')}|{alternatives('industries')}", flags=re.IGNORECASE)


def head_of(block: Block, at: int) -> str:
    """Return the lowest cell of the header of a column, "" where it has none."""
    return block.paths[at][-1] if at < len(block.paths) and block.paths[at] else ""


_YEARS = r"(?:19|20)\d\d(?:\s?[-–—/]\s?(?:(?:19|20)\d\d|\d\d)(?!\d))?"
# "RGPH2-1992", "EDS-IV 2011", "EDSB-V 2017-2018", "ENIGH2018", "Census 2014", "RGPH3 (2002)".
_WAVE = re.compile(
    rf"(?<![^\W_])(?:(?P<name>[A-Z]{{2,9}}?)(?P<link>[\s-]?)(?P<wave>\d{{1,2}}|[IVX]{{1,5}})?|(?i:{alternatives('censuses')}))"
    rf"(?P<open>[\s:,_–—-]*[(\[]?)\s*(?P<year>{_YEARS})(?!\w)(?:(?<=\d)[)\]])?"
)
_SURVEYS = re.compile(alternatives("acronyms_of_surveys"))


def dated_paths(block: Block) -> list[list[str]]:
    """Return the headings without the waves of a survey beside their years ("RGPH3 (2002)"), with years that end there.

    A survey that lists know, or capitals whose number rises with the year; no two of one year, which tell it apart.
    """
    parts = dict.fromkeys(part for path in block.paths for part in path)
    hits = {part: hit for part in parts if (hit := _WAVE.search(part))}
    of = dict[str, tuple[str, int | str]]()
    for part, hit in hits.items():
        name, wave = hit["name"] or "", hit["wave"] or ""
        if wave and not (wave.isdecimal() or hit["link"] or _SURVEYS.fullmatch(name)):
            name, wave = name + wave, ""  # "GDPX 2019"
        of[part] = name, wave if wave.isdecimal() or not wave else _roman(wave)
    known = {part for part, (name, _) in of.items() if not name or _SURVEYS.fullmatch(name)}
    stems = {name for part, (name, wave) in of.items() if part not in known and wave != ""}
    for stem in stems:
        held = sorted({(hits[part]["year"], int(wave)) for part, (name, wave) in of.items() if name == stem and wave})
        if len(held) > 1 and all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(held)):
            known |= {part for part, (name, wave) in of.items() if name == stem and wave}
    own: dict[str, set[object]] = defaultdict(set)
    for part in parts:
        if part in known:
            own[hits[part]["year"][:4]].add(of[part])
        elif (year := parse_year(part)) is not None:
            own[str(year.year)].add("")
    bare = {part for part in known if of[part][1] != "" or block.titles}
    if len(own) < 2 or any(len(each) > 1 for each in own.values()):
        bare = set()
    without = {part: _WAVE.sub(_year_alone, part, count=1) for part in bare}
    if told := list(dict.fromkeys(re.split(r"\W*(?:19|20)\d\d", hits[part][0])[0] for part in bare)):
        note = f"{listed(sorted(told), limit=8, write=shown)}: waves of a survey, off the names beside their years"
        block.doubts += [note] * (note not in block.doubts)
    return years_ended([[without.get(part, part) for part in path] for path in block.paths], block.titles)


def _roman(text: str) -> str:
    values = [{"I": 1, "V": 5, "X": 10}[each] for each in text]
    return str(sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True)))


def _year_alone(hit: re.Match[str]) -> str:
    closed = hit[0][-1] in ")]"
    opened = hit["open"][-1:] in ("(", "[")
    return f"({hit['year']})" if opened and hit.start() else hit["year"] + ("" if opened or not closed else hit[0][-1])


def name_columns_of(block: Block) -> None:
    """Name the indicators: what stands above a column, without year, unit and the name of the key column."""
    assert block.key is not None
    own = set(block.paths[block.key])
    paths: dict[int, tuple[list[str], list[str]]] = {}
    behind = {at: next(filter(None, map(unit_behind, block.paths[at])), "") for at in block.value_at}
    apart_by_unit = len({*behind.values()} - {""}) > 1
    for at, year in block.value_at.items():
        path = [part for part in block.paths[at] if part not in own or len(block.paths[at]) == 1]
        pure = [i for i, part in enumerate(path) if block.year_of(part) is not None] if year is not None else []
        paths[at] = ([*map(without_link, path[: pure[-1]])], path[pure[-1] + 1 :]) if pure else (path, [])
        if pure and behind[at]:
            paths[at][0 if apart_by_unit else 1].append(behind[at])
    lasts = {path[-1] for path, _ in paths.values() if len(path) > 1}
    if len(lasts) == 1 and len(paths) > 1 and all(len(path) > 1 and not below for path, below in paths.values()):
        paths = {at: (path[:-1], path[-1:]) for at, (path, _) in paths.items()}  # one unit below all names
    above = Counter((block.value_at[at], *path) for at, (path, _) in paths.items())
    # What stands below a year is a unit; it tells columns of a year apart, and years that differ in it.
    tells = any(n > 1 for (year, *_), n in above.items() if year is not None)
    differ = {tuple(part for part in below if parse_year(f"2020 {part}") is None) for _, below in paths.values()}
    tells |= len(differ - {()}) > 1
    notes = _notes_below(block)
    noted, unnoted = heading_reader((part for path in block.paths for part in path), notes), note_reader(notes)

    def heading(part: str) -> str:
        return unnoted(noted(part))

    year_in = year_reader((part for path, _ in paths.values() for part in path), days=block.within_years)
    bare, below_of, off = dict[int, str](), dict[int, str](), dict[str, str]()
    for at, year in block.value_at.items():
        path, below = paths[at]
        path, unit = ([*path, *below], "") if tells else (path, ", ".join(below))
        if year is not None:
            path = [part for part in path if not YEAR_WORDS.fullmatch(part.strip(" :"))]
            path = [found[1] if (found := year_in(part)) is not None else part for part in path]
        for i, (number, rest) in enumerate(map(split_table_number, path)):
            if number:
                path = [*path[:i], rest, *path[i + 1 :]]
                tell_table_number(block, number)
        parts = [re.sub(r"\s*\[note[^\]]*\]", "", part) for part in path]
        off |= {part: end for part in parts if any(map(str.isalpha, end := part.removeprefix(heading(part)).strip()))}
        joined = (_read_on(each) for each in (parts, map(heading, parts)))
        label, bare[at] = (text.strip(" ,;:") for text in joined)
        block.labels[at] = heading(label) if label else ""
        below_of[at] = unit
    apart = Counter((block.value_at[at], label) for at, label in bare.items())
    if max(apart.values(), default=0) == 1:  # two columns may differ by the mark of a footnote only
        block.labels |= bare
    if told := [f"{mark!r} in {shown(part)}" for part, mark in off.items() if mark != part]:
        block.doubts.append(f"{listed(told, limit=8, write=str)}: taken for the mark of a note, and off the name")
    printed = {at: " | ".join(block.paths[at]) for at in block.value_at}
    block.labels |= marked_apart(printed, {at: (block.labels[at], year) for at, year in block.value_at.items()})
    block.units |= {block.labels[at]: unit for at, unit in below_of.items() if unit}
    marks: dict[str, list[str]] = defaultdict(list)
    for at, label in block.labels.items():
        heads = {n: row[at] for n, row in block.grid.rows if n in block.header and at < len(row)}
        marks[label] += [block.grid.raised.get((n, at), "") for n, cell in heads.items() if parse_year(cell) is None]
        undated = (part for part in block.paths[at] if block.year_of(part) is None)
        marks[label] += [part.removeprefix(heading(part)).strip() for part in undated]
    _unit_by_note(block, marks, notes)
    over = [list(filter(None, map(cell_text, row))) for n, row in block.aside if n < block.rows[0][0]]
    corner = [[head_of(block, block.key)]] if len(block.paths[block.key]) == 1 else []  # instead of a name of regions
    alone = (unit for texts in (*over, *corner) if len(texts) == 1 and (unit := unit_of_line(texts[0])))
    if unit := next(alone, ""):  # of all columns
        block.units = dict.fromkeys(block.labels.values(), unit) | block.units
    for at in block.value_at:
        cells = [(text, (n, at)) for n, row in block.regions if is_number(text := block.text(row, at))]
        if cells and all(text.endswith("%") or place in block.grid.percent for text, place in cells):
            block.units.setdefault(block.labels[at], "%")
    if any((n, at) in block.grid.percent for n, _ in block.regions for at in block.value_at):
        block.doubts.append("cells that are shown as percentages are read as they are shown (26.5 for 0.265)")
    if block.indicator:
        dated = {at: (year, block.labels.get(at, "")) for at, year in block.value_at.items()}
        alike = Counter(dated.values())
        for _, row in block.regions:
            parts = [block.text(row, at) for at in block.indicator]
            for at in block.value_at if block.several else [-1]:
                text = " | ".join([*parts, block.names[at]] if block.several else parts)
                headed = zip((block.names[each] for each in block.indicator), parts, strict=True)
                named = [f"{head} {part}" if part.isdecimal() else part for head, part in headed]
                named += [dated[at][1] if alike[dated[at]] == 1 else block.names[at]] if block.several else []
                block.kinds.setdefault(text, ", ".join(filter(None, named)))
        ends = {
            x: [part.removeprefix(unnoted(bare_name(part))).strip() for part in x.split(" | ")] for x in block.kinds
        }
        _unit_by_note(block, ends, notes)
        _unit_by_kind(block)
        _take_marks_off_kinds(block, heading, unnoted)


_LETTERS = re.compile(r"\([A-U]{1,2}\)")
_OF_STATE = {"(P)", "(R)", "(E)", "(F)"}  # provisional, revised, estimated, final
_LETTER = re.compile(r"[\[(]([^\W\d_])[\])](?=(?:\s*[\[(][^\[\]()]*[\])])*$)")
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхц", "αβγδεζηθικλμν", "A", "А", "Α")


def heading_reader(headings: Iterable[str], notes: Iterable[str] = ()) -> Callable[[str], str]:
    """Return :func:`bare_name` for the headings of one table, with the `notes` below it.

    A letter in brackets behind a heading is a mark where such letters follow each other from the first one, or a note
    begins with it, not in order to spell it out ("q) quintals"); else it may be short for a unit. Capitals are codes
    ("Manufacturing (C)") where they differ between columns.
    """
    texts = [" ".join(text.split()) for text in headings]
    letters = {hit for text in texts for hit in _LETTERS.findall(text)}
    coded = len(letters) > 1 and not letters <= _OF_STATE
    single = {hit for text in texts for hit in _LETTER.findall(text)}
    marks = {sign for each in _ALPHABETS for sign in takewhile(single.__contains__, each)}
    if sum(map(str.isupper, single)) > 1:  # codes, one of which is the first letter
        marks = {sign for sign in marks if not sign.isupper()}
    below = " \n ".join(notes)
    for sign in single - marks:
        said = re.findall(rf"(?<!\S)[\[(]?{sign}(?:[\])]|/(?=\s))\s*(\S)", below)
        marks |= {sign} if said and sign.casefold() not in {each.casefold() for each in said} else set()
    letter = re.compile(rf"\s*[\[(][{''.join(marks)}][\])](?=\s*(?:[\[(][^\[\]()]+[\])])?$)") if marks else None

    def read(name: str) -> str:
        text, bare = " ".join(name.split()), bare_name(name, heading=True)
        ends = [hit.end() for hit in _LETTERS.finditer(text) if text.startswith(bare)] if coded else []
        if ends and len(bare) < ends[-1]:
            return text[: ends[-1]]
        while letter and (shorter := bare_name(letter.sub("", bare), heading=True)) not in ("", bare):
            bare = shorter
        return bare

    return read


def _notes_below(block: Block) -> list[str]:
    return [cell_text(cell) for n, row in block.grid.rows if n > block.last for cell in row if isinstance(cell, str)]


# "(a) As of July", "1/ Without towns", "1. Of all": a note that begins with its mark.
_NOTED = re.compile(
    r"(?:(?<!\S)[(\[]\s?([^\W\d_]|[ivx]{1,4}|\d{1,2})\s?[)\]]|(?<!\S)([^\W\d_]|[ivx]{1,4}|\d{1,2})(?:\)|/(?=\s))"
    r"|^\s*([^\W\d_]|\d{1,2})/(?=[^\W\d_])|^\s*(\d{1,2})[.:](?=\s))[\s.:–—-]*(\w+|\S)",
    flags=re.MULTILINE,
)
_STATE = re.compile(alternatives("state_of_data"), flags=re.IGNORECASE)
_SURE_MARK = re.compile(  # nothing else ends so
    r"(?<=[^\s\d])\s*(?:[*†‡§]{1,4}|(?<![mм])[⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉ⁽⁾]{1,4})$|(?<=[^\W\d_])\s*\d{1,2}/$"
)


def note_reader(notes: Iterable[str]) -> Callable[[str], str]:
    """Return what takes off the end of a name, or from before the unit there, the marks with which `notes` begin.

    "Jobs (a)", "Jobs1/", "Jobs a/ (thousand)"; no letter that its note spells out, as "(q) quintals".
    """
    hits = [(next(filter(None, hit.groups()[:4])), hit[5]) for hit in _NOTED.finditer("\n".join(notes))]
    told = {s for s, word in hits if not word.casefold().startswith(s.casefold()) or s in "aа" or _STATE.fullmatch(s)}
    told -= {sign for sign, word in hits if sign in "aа" and is_unit(word)}
    signs = "|".join(sorted(map(re.escape, told), key=len, reverse=True))
    mark = re.compile(
        rf"(?:\s*(?:\((?:{signs})\)|\[(?:{signs})\])|(?<=\s)(?:{signs})/|(?<=[^\W\d_])(?=\d)(?:{signs})/"
        rf"|(?<=[^\W\d_])(?:{signs})/(?=\s*$))(?=\s*(?:[(\[][^()\[\]]+[)\]])?\s*$)"
    )

    def read(name: str) -> str:
        while told and (shorter := " ".join(mark.sub("", name).split()).rstrip(" ,;:")) not in ("", name):
            name = shorter
        return name

    return read


def _take_marks_off_kinds(block: Block, heading: Callable[[str], str], unnoted: Callable[[str], str]) -> None:
    """Take marks of notes off the indicators of a long table: those with a note, and those that are nothing else.

    Others go where the name stands without them, too: a mark makes no other indicator. No two go off that tell apart
    numbers of the same region and year.
    """
    plain = set(block.kinds.values())
    split = {text: text.split(" | ") for text in block.kinds}
    sure = {
        text: ", ".join(_SURE_MARK.sub("", unnoted(part)) or part for part in parts) for text, parts in split.items()
    }
    all_off = {text: ", ".join(map(heading, parts)) for text, parts in split.items()}
    held: dict[str, set[str]] = defaultdict(set)
    for text, label in sure.items():
        held[label].add(text)
    twice = set[str]()
    for label, texts in held.items():
        own = [
            tuple(block.text(row, at) for at in (block.key or 0, *([block.year_column] if block.year_column else [])))
            for _, row in block.regions
            if len(texts) > 1 and " | ".join(block.text(row, at) for at in block.indicator) in texts
        ]
        twice |= {label} if len({*own}) < len(own) else set()
    off = {
        text: label
        for text, label in sure.items()
        if label not in twice and block.kinds[text] == ", ".join(split[text])
    }
    told = [f"{shown(text)}" for text, label in off.items() if label != block.kinds[text]]
    block.kinds |= off | {text: label for text, label in all_off.items() if label in plain}
    if told:
        block.doubts.append(f"{listed(told, limit=8, write=str)}: the mark of a note at the end is off the name")


def _unit_by_note(block: Block, marks: Mapping[str, Iterable[str]], notes: Sequence[str]) -> None:
    """Take the units of names from the notes whose marks their headings bear: "(a) Per 1 000 live births"."""
    for name, own in marks.items():
        if unit := next(filter(None, (unit_of_note(mark, notes) for mark in own)), ""):
            block.units[name] = unit
            block.doubts.append(f"{shown(name)}: its unit is that of its note, {shown(unit)}")


def marked_apart(headers: Mapping[int, str], named: Mapping[int, tuple[str, int | None]]) -> dict[int, str]:
    """Return headers without their year but with their marks ("2020a", "2020b"), where names are alike."""
    same = Counter(named.values())
    marked = {
        at: " ".join(re.sub(rf"(?<!\d){year}(?!\d)", " ", headers[at]).split())
        for at, (name, year) in named.items()
        if same[name, year] > 1
    }
    return marked if len({(named[at][1], label) for at, label in marked.items()}) == len(marked) else {}


def _read_on(parts: Iterable[str]) -> str:
    """Join the rows of a heading: a word that leads on takes no comma ("December 2023 in % of", "November 2023")."""
    text = ""
    for part in filter(None, parts):
        on = without_link(text) != text and not text.endswith(("(", "[", ",", ";", ":"))
        text += f"{' ' if on or text.endswith(':') else ', ' if text else ''}{part}"
    return text


def holds_units(block: Block, at: int, texts: Collection[str]) -> bool:
    """Tell whether a column holds units: by its name, or since all its texts are such as are nothing else.

    "Persons" may be a sex, "RS" a region.
    """
    if headers.UNIT.fullmatch(head_of(block, at).removesuffix(" label")):
        return not all(map(str.isdecimal, texts))
    return bool(texts) and all(is_unit(text) and _SURE_UNIT.search(text) for text in texts)


def _unit_by_kind(block: Block) -> None:
    """Take the unit of each indicator of a long table from a column of units, and say so."""
    aside = {block.key, block.year_column, *block.value_at}
    held = {at: {block.text(row, at) for _, row in block.regions} - {""} for at in {*block.kinds_of} - aside}
    units = [at for at, texts in held.items() if holds_units(block, at, texts)]
    for at in sorted(units, key=lambda at: (at in block.indicator, all(map(is_unit, held[at])), at)):
        told: dict[str, set[str]] = defaultdict(set)
        for _, row in block.regions:
            told[" | ".join(block.text(row, each) for each in block.indicator)].add(block.text(row, at))
        found = {kind: text for kind, (text, *more) in told.items() if text and not more}
        block.units |= found
        if len(held[at]) > 1 and found and block.names[at] in dict(block.left_out):
            block.left_out = [each for each in block.left_out if each[0] != block.names[at]]
            texts = listed(sorted({*found.values()}), limit=6, write=shown)
            block.doubts.append(f"the units of the indicators, {texts}, were taken from {shown(block.names[at])}")


def _said_of_all(block: Block, texts: Mapping[int, str]) -> tuple[int, int]:
    """Return, of columns with one text each, that which says what all numbers are, and that of their unit, or -1."""
    heads = {at: head_of(block, at) for at in texts}
    ways = {at: [bool(each.fullmatch(head.strip())) for each in _SUBJECTS] for at, head in heads.items()}
    named = [at for at, way in ways.items() if any(way) and not names_no_subject(texts[at])]
    coded = {at: bool(headers.CODED.fullmatch(texts[at])) for at in heads}
    units = [at for at, text in texts.items() if holds_units(block, at, [text])]
    subject = min(named, key=lambda at: (coded[at], ways[at].index(True), -at), default=-1)

    def likely(at: int) -> tuple[bool | int, ...]:
        return at in named, not is_unit(texts[at]), coded[at], any(map(str.isdigit, texts[at])), at

    return subject, min(units, key=likely, default=-1)


def name_by_constants(block: Block) -> None:
    """Call numbers whose heading says nothing of them ("Value", a year) as a column says of all rows, with its unit."""
    aside = {block.key, block.year_column, *block.value_at, *block.indicator}
    held = ((at, {block.text(row, at) for _, row in block.regions} - {""}) for at in {*block.kinds_of} - aside)
    alone = {at: texts.pop() for at, texts in held if len(texts) == 1}
    subject, unit = _said_of_all(block, alone)
    block.subject = alone.get(subject, "")
    general = {label for label in block.labels.values() if not label or headers.VALUE.fullmatch(label)}
    if block.indicator:
        subject = block.indicator[0] if len(block.kinds) == len(block.indicator) == 1 else -1
    elif len(general) != 1 or block.subject in ("", *block.labels.values()) or (block.title and general == {""}):
        subject = -1
    else:
        label = general.pop()
        block.labels = {at: block.subject if own == label else own for at, own in block.labels.items()}
        block.units |= {block.subject: block.units.pop(label)} if label in block.units else {}
    names = block.kinds if block.indicator else [name for name in block.labels.values() if not has_own_unit(name)]
    block.units = (dict.fromkeys(names, alone[unit]) if unit >= 0 else {}) | block.units
    places = {"name": subject, "unit": unit if names else -1}.items()  # a name may say its unit itself
    texts = {at: (what, alone.get(at) or next(iter(block.kinds))) for what, at in places if at >= 0}
    block.left_out = [each for each in block.left_out if each[0] not in {block.names[at] for at in texts}]
    if texts:
        told = (f"the {what} {shown(text)} (column {shown(block.names[at])})" for at, (what, text) in texts.items())
        block.doubts.append(f"every row says the same of its number: {', '.join(told)}")


def partly_held(
    blocks: Sequence[Block], indicators: Sequence[str], places: Mapping[tuple[int, int | str], int]
) -> dict[str, list[int]]:
    """Return the indicators that are not in every year of the tables, with the years that they are in."""
    held: dict[str, set[int]] = {name: set() for name in indicators}
    for block in blocks:
        for (own, at), position in places.items():
            year = block.value_at.get(at) if own == id(block) and isinstance(at, int) else None
            if own == id(block):
                held[indicators[position]] |= {year} if year is not None else set(block.years)
    held = {name: years for name, years in held.items() if years != {UNSTATED}}  # of no year, which is told apart
    every: set[int] = set().union(*held.values())
    return {name: sorted(years) for name, years in held.items() if years < every}


def regions_above(block: Block, at: int, columns: Iterable[int], find: Callable[[str], list[str]]) -> bool:
    """Tell whether a column names each region once, in the first of its rows, and another one in each row a part.

    A part may be called as its region is, as no other is, and in some group it is not the first one.
    """
    cells = [block.text(row, at) for _, row in block.rows]
    words = [text for text in cells if text]
    if not 1 < len(words) == len({*words}) < len(cells) or not cells[0] or not all(map(find, words)):
        return False
    wholes = list(map(find, carried_down(cells)))
    for beside in ([block.text(row, each) for _, row in block.rows] for each in columns if each != at):
        own = [(find(text) == whole, cell) for text, whole, cell in zip(beside, wholes, cells, strict=True)]
        strange = any(find(text) for text, (same, _) in zip(beside, own, strict=True) if not same)
        if all(beside) and not strange and not all(same for same, cell in own if cell):
            return True
    return False


def holds_codes(block: Block, at: int) -> bool:
    """Tell whether a column holds codes: texts of digits, of one length, all different, some with a leading zero."""
    cells = [row[at] for _, row in block.rows if at < len(row) and cell_text(row[at])]
    texts = [cell_text(cell) for cell in cells if isinstance(cell, str)]
    alike = len(texts) > 2 and len(texts) == len(cells) == len(set(texts)) and len(set(map(len, texts))) == 1
    return alike and all(map(str.isdecimal, texts)) and any(text[0] == "0" and len(text) > 1 for text in texts)


def region_codes(block: Block, at: int) -> str:
    """Return why whole numbers are codes of the regions, or may be (:data:`MAY_BE_CODES`), "" if they are amounts.

    Notes
    -----
    Where regions have several rows, an amount changes and a code does not: each name has its own in all of them, and
    the codes begin alike, rise, lie close together, or have one length beside the names. Where each region has one
    row, codes of one length stand beside the names and rise along with names in the order of the alphabet, begin with
    the same digits, lie closer together than amounts, or rise in front of the names. What is called an amount is one.
    """
    head = " | ".join(block.paths[at])
    last = re.split(r"[,(\[]", head.rstrip(" )]"))
    dated = years_in(head) or any(map(block.part_of_year, block.paths[at]))
    if block.key is None or _MEASURES.search(head) or is_unit(last[-1]) or dated or at in block.undated:
        return ""
    rows = [(bare_name(block.text(row, block.key)), bare_number(block, row, at)) for _, row in block.rows]
    rows = [(name, code) for name, code in rows if name and code and not says_total(name)]
    if any(not code.isdecimal() for _, code in rows):
        return ""
    between = range(min(at, block.key) + 1, max(at, block.key))
    beside = not any(block.kinds_of[other]["n"] for other in between)
    # A country above or below the regions has a code of another kind.
    ways = (rows, *([each for each in rows if each[0] != end] for end in {rows[0][0], rows[-1][0]} if rows))
    told = [_codes_by_place(each, beside=beside, before=at < block.key) for each in ways]
    others = [other for other, n in block.kinds_of.items() if n["n"] > n["t"] and other not in (at, block.key)]
    best = next((each for each in (CODES_OF_REGIONS, MAY_BE_CODES) if each in told), "")
    if not others:
        return ""
    # Where another column rises, too, the rows may be in the order of their amounts.
    return MAY_BE_CODES if best and any(_rises(block, other) for other in others) else best


def _rises(block: Block, at: int) -> bool:
    """Tell whether the numbers of a column, but for totals and years, rise from row to row."""
    cells = [
        row[at] for _, row in block.rows if at < len(row) and not says_total(bare_name(block.text(row, block.key or 0)))
    ]
    values = [value for cell in cells if (value := cell_value(cell)) is not None]
    return len(values) > 3 and not all(map(parse_year, cells)) and all(a < b for a, b in pairwise(values))


def _codes_by_place(rows: Sequence[tuple[str, str]], *, beside: bool, before: bool) -> str:
    pairs = list(dict.fromkeys(rows))
    names, codes = ([pair[i] for pair in pairs] for i in (0, 1))
    lengths = {*map(len, codes)}
    if len(pairs) < 4 or len({*names}) < len(pairs) or len({*codes}) < len(pairs) or len(lengths) > 2:
        return ""
    numbers = list(map(int, codes))
    digits = min(lengths) if len(lengths) == 1 else 0
    ends = zip(min(codes), max(codes), strict=False) if digits else ()
    begun = len(list(takewhile(lambda pair: pair[0] == pair[1], ends)))
    rising = all(a < b for a, b in pairwise(numbers))
    close = max(numbers) - min(numbers) < _CLOSE * len(pairs)
    if 2 * len(pairs) <= len(rows):
        if rising or close or begun or (beside and digits > 1):
            return CODES_OF_REGIONS
        return MAY_BE_CODES if beside else ""
    if not beside or len(pairs) < len(rows) or len(pairs) < 5:
        return ""
    sorted_names = [name_keys(name).loose for name in names]
    along = rising and digits > 1 and len(pairs) > 5 and all(a < b for a, b in pairwise(sorted_names))
    alike = digits > 3 and (close or begun > 1 or (before and begun > 0 and len(pairs) > 5))
    if along or alike or (before and rising and (digits > 1 or close)):
        return CODES_OF_REGIONS
    return MAY_BE_CODES if (before and digits > 1) or (rising and digits > 3) else ""


def same_heads(block: Block, before: Block) -> bool:
    """Tell whether the same stands above the columns of numbers and labels, years however written, units or not."""

    def heads(each: Block) -> dict[int, set[object]]:
        columns = (*each.value_at, *each.indicator)
        years = {at: {year.year for part in each.paths[at] if (year := parse_year(part))} for at in columns}
        return {at: set(years[at] or each.paths[at]) for at in columns}

    mine, theirs = heads(block), heads(before)
    same = block.grid is before.grid and mine.keys() == theirs.keys()
    return same and all(mine[at] == theirs[at] or set() < mine[at] < theirs[at] for at in mine)


def continues(block: Block, before: Block) -> bool:
    """Tell whether a table goes on with other regions below the same header: on another page or sheet, or beside."""
    same = block.grid.path == before.grid.path and not block.indicator and not before.indicator
    shapes = [[(each.labels.get(at), year) for at, year in each.value_at.items()] for each in (block, before)]
    if same_heads(block, before):
        shapes = [[], []]
    mine, theirs = set(block.match.codes.values()), set(before.match.codes.values())
    return same and shapes[0] == shapes[1] and block.years == before.years and bool(mine) and not mine & theirs


def goes_on(block: Block, before: Block) -> bool:
    """Tell whether a table with its indicators down goes on below a repeated header: no row comes twice."""
    if not before.indicator or block.indicator != before.indicator or not same_heads(block, before):
        return False

    def told(each: Block) -> set[tuple[str, ...]]:
        at = [each.key or 0, *each.indicator, *([] if each.year_column is None else [each.year_column])]
        return {tuple(each.text(row, i) for i in at) for _, row in each.rows}

    return not told(block) & told(before)


def table_title(block: Block, blocks: Sequence[Block], *, section: bool = True, whole: bool = False) -> tuple[str, str]:
    """Return what a table without names above its numbers is about: its title without the year, else its sheet.

    The number of the table, which is taken off the title, stands before it. The title of a `section` goes first. Of a
    category below the title of several tables ("Males") the `whole` says that title, too.
    """
    if block.title and section and not parse_year(block.title):
        return split_table_number(block.title, title=True)
    same = [each for each in blocks if each.grid is block.grid]
    titles = [text for text in block.titles if len(text) > 2 and text != block.title]
    subjects = [text for text in without_units(titles) if not (is_no_subject(text) or is_remark(text))] or titles
    own = main_title(titles, head_of(block, block.key)) if block.key is not None else ""
    over = [text for text in subjects if not is_no_quantity(text)]
    category = subjects[-1] if whole and len(same) > 1 and over and subjects[-1] != over[-1] else ""
    chosen = over[-1] if category else "".join(subjects[-1:]) if len(same) > 1 else own
    marked = re.search(r"\w\s?[)\]/]", chosen) is not None
    unnoted = note_reader(_notes_below(block)) if marked else str
    number, chosen = split_table_number(without_two_units(unnoted(chosen)), title=True)
    if period := parse_period(block.printed):
        chosen = chosen.translate(DIGITS).replace(block.printed, f"{period[0]}")
    found = year_inside(chosen)
    plain = found[1].strip(" ,;:.-*†") if found else chosen
    if found and (before := plain.rpartition(" ")[0]) and YEAR_WORDS.fullmatch(plain[len(before) :].strip(" ()")):
        plain = before.rstrip(" ,;:.(–-")  # "Población. Año 2022"
    if found is None:
        alike = [each for each in blocks if {*each.titles} & {*block.titles}]  # a sheet a year, too
        years = {year for each in alike for year in (*each.years, *each.periods.values())}
        plain = without_span(chosen, years) or chosen
    sheet = "" if UNNAMED.fullmatch(block.grid.sheet) else without_continued(block.grid.sheet)
    plain = _SURE_MARK.sub("", unnoted(plain)) or plain
    plain = title_as_name(plain, numbered=bool(number)) or sheet or "value"
    return number, f"{plain}: {category}" if category else plain
