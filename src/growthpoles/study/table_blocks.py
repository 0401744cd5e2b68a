"""Table blocks: header rows, titles, notes and rows of numbers on a sheet of a published table (Excel, csv)."""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from growthpoles.errors import listed, shown
from growthpoles.regions.name_matching import NameIndex
from growthpoles.regions.row_levels import KeyMatch
from growthpoles.study.files.cell_grids import Grid
from growthpoles.study.files.number_notation import STRONG_MARK, Notation, is_mark, is_number
from growthpoles.study.files.printed_labels import (
    MANY_CELLS,
    NEAR_YEARS,
    YEAR_WORDS,
    YearLabel,
    bare_name,
    dates_of,
    dates_within_years,
    follow_each_other,
    open_order,
    parse_period,
    parse_year,
    part_of_year,
    plain_signs,
    split_flag,
    year_inside,
    year_steps,
)
from growthpoles.study.files.printed_subjects import (
    NO_SUBJECT,
    TIMES,
    gives_units,
    heads_nothing,
    multipliers,
    of_other_table,
    says_continued,
    says_measure,
    unit_of_line,
    without_units,
)
from growthpoles.study.files.table_files import cell_text, cells_filled, header_paths, unique_names
from growthpoles.study.guess_columns import goes_on_below, names_places

_MOST_HEADER, MOST_ACROSS = 5, 2000  # rows of headers, and of a table whose regions stand across
_SENTINEL = re.compile(r"-(?:9{2,}|([1-9])\1{5,})")  # -9999, -666666666: a number that stands for no data


@dataclass(slots=True)
class Block:
    """One table on a sheet and what its rows and columns seem to be; empty where that could not be told."""

    grid: Grid
    header: tuple[int, ...]
    first: int
    last: int
    titles: list[str] = field(default_factory=list)
    paths: list[list[str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[object]]] = field(default_factory=list)  # with a number or a mark in them
    aside: list[tuple[int, list[object]]] = field(default_factory=list)  # labels between them: headings of sections
    key: int | None = None
    match: KeyMatch = field(default_factory=KeyMatch)
    totals: dict[str, str] = field(default_factory=dict)  # rows of "Total X" -> X, whose parts stand beside them
    apart: dict[str, str] = field(default_factory=dict)  # single rows left out, as ignore names them: reason
    year_column: int | None = None
    years: list[int] = field(default_factory=list)
    printed: str = ""  # how a title or a sheet prints the year that was taken from it, if as none of the calendar
    indicator: tuple[int, ...] = ()
    value_at: dict[int, int | None] = field(default_factory=dict)  # column -> the year in its header
    labels: dict[int, str] = field(default_factory=dict)  # column -> name of the indicator
    kinds: dict[str, str] = field(default_factory=dict)  # long: text of the indicator columns -> name
    units: dict[str, str] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)  # column of codes -> that of the indicators, their labels
    flag_column: int | None = None
    series: set[int] = field(default_factory=set)  # columns that identify the series or the rows of a long table
    fill: list[int] = field(default_factory=list)
    where: dict[int, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    zero: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    parentheses: str = ""  # what numbers in them are
    notation: Notation = field(default_factory=Notation)
    unclear: str = ""
    readings: tuple[tuple[Notation, str], ...] = ()  # where the signs are unclear, the likelier first
    left_out: list[tuple[str, str]] = field(default_factory=list)
    undated: list[int] = field(default_factory=list)  # columns left out unless asked for: no year, ranks
    doubts: list[str] = field(default_factory=list)
    title: str = ""
    subject: str = ""  # what a column beside the indicator says of all rows
    kinds_of: dict[int, Counter[str]] = field(default_factory=dict)  # column -> how many cells of which kind
    within_years: bool = False  # whether its dates are months or days: several of a year
    periods: dict[int, int] = field(default_factory=dict)  # where they stand for years: first year -> last year

    def text(self, row: Sequence[object], at: int) -> str:
        """Return a cell as text, "" beyond the end of the row."""
        return cell_text(row[at]) if at < len(row) else ""

    def year_of(self, label: str) -> YearLabel | None:
        """Return the year that a label says and nothing else; that of a date only where each year has one."""
        year = parse_year(label)
        if self.periods and (period := parse_period(label)):
            return YearLabel(period[0], "period")
        return None if year is not None and year.kind in ("date", "ended") and self.within_years else year

    def part_of_year(self, label: str) -> str:
        """Return the month, quarter or day that a label names, or ""."""
        dated = self.within_years and dates_of(label)
        return " – ".join(dated) if dated else part_of_year(label)

    @property
    def several(self) -> bool:
        """Whether several columns hold numbers of one year, or of one row and year, beside each label of a kind."""
        return bool(self.indicator) and len({*self.value_at.values()}) < len(self.value_at)

    @property
    def regions(self) -> list[tuple[int, list[object]]]:
        """The rows that name a region, as far as is known."""
        if self.key is None:
            return []
        outside = {*self.match.outside, ""}
        return [(n, row) for n, row in self.rows if self.text(row, self.key) not in outside]

    def wordy(self) -> tuple[str, list[str]]:
        """Return the column with the most different words, and the words: they may name regions elsewhere."""
        found = [
            (self.names[at], list(dict.fromkeys(text for _, row in self.rows if (text := self.text(row, at)))))
            for at in range(len(self.paths))
            if at != self.year_column and self.kinds_of[at]["t"] + self.kinds_of[at]["m"] > len(self.rows) / 2
        ]
        found = [each for each in found if not all(map(part_of_year, each[1]))]  # dates are no names
        return max(found, key=lambda each: len(each[1]), default=("", []))


def kind_of(cell: object) -> str:
    """Return " " (empty), "y" (year), "n" (number), "m" (mark) or "t" (text)."""
    return _kind_of_text(cell) if isinstance(cell, str) else _kind(cell)


def _kind(cell: object) -> str:
    if cell_text(cell) == "":
        return " "
    if parse_year(cell) is not None:
        return "y"
    if is_number(cell):
        if isinstance(cell, str) and TIMES.fullmatch(cell.strip()):
            return "t"
        split = split_flag(cell) if isinstance(cell, str) else None
        dated = split is not None and isinstance(cell, str) and cell.strip().endswith(split[0]) and parse_year(split[0])
        return "t" if dated else "n"  # "x 2020" is a name with its year
    return "m" if is_mark(cell_text(cell)) else "t"


_kind_of_text = functools.lru_cache(maxsize=MANY_CELLS)(_kind)


def find_blocks(grid: Grid, is_region: Callable[[str], bool] = lambda name: False) -> list[Block]:
    """Find the tables on a sheet: rows of numbers below header rows that hold none; a row of a region is no header."""
    rows = [(number, row) for number, row in grid.rows if number not in grid.hidden]
    rows = [
        (number, ["" if at in grid.hidden_columns else cell for at, cell in enumerate(row)]) for number, row in rows
    ]
    kinds = ["".join(map(kind_of, row)) for _, row in rows]
    kinds = [
        kind.replace("n", "t") if gives_units(list(map(cell_text, row)), kind, rows[i - 1][1] if i else ()) else kind
        for i, ((_, row), kind) in enumerate(zip(rows, kinds, strict=True))
    ]
    blocks: list[Block] = []
    start = 0

    def counts(i: int) -> bool:
        """Tell whether a row numbers the columns, and is not that of a region with the code 1."""
        first, following = (cell_text((row or [""])[0]) for _, row in (rows[i], rows[min(i + 1, len(rows) - 1)]))
        return is_counting(rows[i][1]) and not (first.isdecimal() and following.isdecimal())

    while start < len(rows):
        top = next((i for i in range(start, len(rows)) if _is_data(kinds[i]) and not counts(i)), None)
        if top is None:
            break
        header, titles = _header_above(grid, rows, kinds, start, top, is_region)
        below_header = [
            i for i in range(start, top) if header and rows[i][0] > max(header) and len(kinds[i].replace(" ", "")) > 1
        ]
        top = min([top, *(i for i in below_header if not counts(i))])
        last = top
        own: set[int] = set()
        numeric = Counter(
            at for i in range(top, min(top + 200, len(rows))) for at, k in enumerate(kinds[i]) if k == "n"
        )
        dated = {
            at
            for kind, (number, _) in zip(kinds, rows, strict=True)
            if number in header
            for at, k in enumerate(kind)
            if k == "y"
        }
        value_at = {*numeric, *dated}
        stop = len(rows)
        known = functools.cache(functools.partial(_labels_of_rows, rows, kinds, top, value_at))
        for i in range(top + 1, len(rows)):
            if _is_data(kinds[i]) or _is_marked(rows[i][1], kinds[i], value_at):
                last = i
                continue
            here = {at for at in value_at if at < len(kinds[i])}
            labels = [cell_text(cell) for at, cell in enumerate(rows[i][1]) if at not in here and cell_text(cell)]
            filled = {at for at in here if at > 0 and kinds[i][at] != " "}
            if filled and all(kinds[i][at] in "ym" for at in filled) and any(map(is_region, labels)):
                last = i  # numbers that look like years
                own.add(i)
                continue
            years = {at for at, kind in enumerate(kinds[last]) if kind == "y" and at not in value_at}
            texts = [{at for at, k in enumerate(kinds[each]) if k in "tm"} - value_at for each in (i, last)]
            alike = "t" not in kinds[i] or texts[0] == texts[1]
            if filled and years and all(kinds[i][at : at + 1] == "y" for at in years) and alike:
                last = i  # a number that looks like a year beside a year, or below a name that is merged down
                own.add(i)
                continue
            if not filled and rows[i][0] == rows[last][0] + 1 and labels and is_region(labels[0]):
                last = i  # a region without a number, also the last one
                own.add(i)
                continue
            if filled and _as_before(rows, kinds, i, last, header, value_at, known):
                last = i  # a number that looks like a year, in a row like those around it
                own.add(i)
                continue
            named = [at for at in here if kinds[i][at] in "yt"]
            none = not any(kinds[i][at] == "n" for at in here)
            follows = any(_is_data(kinds[j]) for j in range(i + 1, min(i + 6, len(rows))))
            region = sum(map(is_region, labels)) == 1
            if named and none and follows and not region and len(kinds[i].replace(" ", "")) >= 2 and header:
                after = next(j for j in range(i + 1, min(i + 6, len(rows))) if _is_data(kinds[j]))
                if _header_above(grid, rows, kinds, last + 1, after, is_region)[0]:
                    stop = last + 1
                    break
        if header:
            inside = rows[top : last + 1]
            block = Block(grid, tuple(header), rows[top][0], rows[last][0], titles)
            columns = {
                at for i in range(top, last + 1) if _is_data(kinds[i]) for at, k in enumerate(kinds[i]) if k == "n"
            }
            for i, (number, row) in enumerate(inside, start=top):
                marked = (
                    any(k in "nm" and at in columns and at > 0 for at, k in enumerate(kinds[i])) and "t" in kinds[i]
                )
                if _is_data(kinds[i]) or marked or i in below_header or i in own or _is_marked(row, kinds[i], columns):
                    block.rows.append((number, row))
                else:
                    block.aside.append((number, row))
            first_label = _labels_just_above(rows, top, header)
            block.aside = first_label + block.aside
            block.first = min([block.first, *(number for number, _ in first_label)])
            block.paths = header_paths(grid, block.header)
            width = max((i + 1 for i, path in enumerate(block.paths) if path), default=0)
            if grid.unit != "line":
                width = max([width, *(cells_filled(row) for _, row in block.rows)])
            block.paths = [*block.paths, *([] for _ in range(width))][:width]
            block.names = unique_names([" | ".join(path) for path in block.paths])
            if not (blocks and _repeats(block, blocks[-1], rows, is_region)):
                above = blocks[-1].titles if blocks and blocks[-1].paths == block.paths else []
                if titles and not of_other_table(titles, above):
                    block.titles = [*above[:-1], *titles]  # one title over several tables, each with its heading
                blocks.append(block)
        start = stop if stop < len(rows) else len(rows)
        if not header:
            start = last + 1
    era = f"its years are those of another era ({grid.era}), and were read as common ones"
    for block in blocks:
        block.doubts += [*grid.respelled, *([era] if grid.era else [])]
    return blocks


def _as_before(
    rows: list[tuple[int, list[object]]], kinds: list[str], i: int, last: int, header: Sequence[int],
    value_at: set[int], known: Callable[[], set[tuple[int, str]]],
) -> bool:  # fmt: skip
    """Tell whether years stand in a row of the table above: no header says such years, or its label is one of rows."""
    row, cells = rows[i][1], [at for at in sorted(value_at) if at < len(kinds[i]) and kinds[i][at] != " "]
    years = [label.year for at in cells if (label := parse_year(row[at])) is not None]
    labels = [at for at, kind in enumerate(kinds[i]) if kind in "tmn" and at not in value_at]
    beyond = any(kind == "y" for kind in kinds[i][max(value_at) + 1 :])
    if not years or not labels or beyond or any(kinds[i][at] not in "ym" for at in cells):
        return False
    heads = [above for number, above in rows[:i] if number in header]
    dated = [steps for above in heads if (steps := year_steps(row, above, value_at)) is not None]
    goes_on = any(len(own) == 1 and abs(own[0]) <= NEAR_YEARS for own, n in dated if n > 1)
    if goes_on and len(years) > 2:
        return False
    if any((at, cell_text(row[at])) in known() for at in labels):
        return True
    texts = {cell_text(cell) for above in heads for cell in above}
    words = [cell_text(row[at]) for at in labels]
    if goes_on or any(text in texts or names_places(text, strict=True) for text in words):
        return False
    above, below = (0 <= j < len(rows) and abs(rows[j][0] - rows[i][0]) == 1 for j in (last, i + 1))
    below = below and _is_data(kinds[i + 1])
    notes = (text.endswith(":") or NO_SUBJECT.match(text) or YEAR_WORDS.fullmatch(text) for text in words)
    if len(cells) == 1 < len(value_at) and any(notes):
        return False  # a year that heads a section, or stands in a note
    said = [label.year for head in heads for at in cells if at < len(head) and (label := parse_year(head[at]))]
    near = not said or all(min(said) - NEAR_YEARS <= year <= max(said) + NEAR_YEARS for year in years)
    return above or (below and not (near and years == sorted(set(years))))


def _labels_of_rows(
    rows: list[tuple[int, list[object]]], kinds: list[str], top: int, value_at: Set[int]
) -> set[tuple[int, str]]:
    """Return the labels of the rows of numbers, each with its column."""
    data = ((rows[i][1], kinds[i]) for i in range(top, len(rows)) if _is_data(kinds[i]))
    return {
        (at, cell_text(row[at])) for row, kind in data for at, k in enumerate(kind) if k in "tmy" and at not in value_at
    }


def _repeats(
    block: Block, before: Block, rows: list[tuple[int, list[object]]], is_region: Callable[[str], bool]
) -> bool:
    """Add a table to the one above it where the header is repeated between them, as on every printed page.

    Above the repeated header may stand a heading, if more regions follow or it says that the table is continued.
    """
    between = [(number, row) for number, row in rows if before.last < number < block.first and number not in
               {n for n, _ in block.aside}]  # fmt: skip
    held = {tuple(map(cell_text, row)) for number, row in rows if number in before.header}
    over = [row for _, row in between if tuple(map(cell_text, row)) not in held]
    if block.paths != before.paths or not len(block.header) == len(before.header) == len(between) - len(over):
        return False
    headings = [" ".join(filter(None, map(cell_text, row))) for row in over]
    if headings:
        inside = [row for _, row in before.rows + block.rows]
        named = sorted({at for row in inside for at, cell in enumerate(row) if kind_of(cell) == "t"})
        own, others = ([tuple(each.text(row, at) for at in named) for _, row in each.rows] for each in (block, before))
        regions = 2 * sum(any(map(is_region, texts)) for texts in own) >= len(own)
        again = bool(set(own) & set(others)) or "n" in {kind_of(cell) for row in over for cell in row}
        if again or of_other_table(headings, before.titles) or not (regions or any(map(says_continued, headings))):
            return False
    before.rows += block.rows
    before.aside += between + block.aside
    before.last = block.last
    return True


def _is_data(kinds: str) -> bool:
    return "n" in kinds and len(kinds.replace(" ", "")) >= 2


def _is_marked(row: Sequence[object], kinds: str, value_at: Iterable[int]) -> bool:
    """Tell whether a row holds only marks where others hold numbers, beside a name or a year."""
    places = {at for at in value_at if 0 < at < len(kinds)}
    marks = [at for at in places if kinds[at] == "m" and STRONG_MARK.fullmatch(cell_text(row[at]))]
    beside = any(kind in "ty" for at, kind in enumerate(kinds) if at not in places) or kinds[:1] == "m"
    return bool(marks) and beside and all(kinds[at] in "m " for at in places)


def is_counting(row: Sequence[object]) -> bool:
    """Tell whether a row only numbers the columns (1, 2, 3 ...)."""
    kinds = "".join(map(kind_of, row))
    numbers = [cell_text(cell) for cell, kind in zip(row, kinds, strict=True) if kind == "n"]
    counted = [str(i) for i in range(1, len(numbers) + 1)], [str(i) for i in range(2, len(numbers) + 2)]
    others = [cell_text(cell) for cell, kind in zip(row, kinds, strict=True) if kind not in "n "]
    letters = len(others) <= 1 and all(len(text) == 1 for text in others)
    return len(numbers) >= 3 and numbers in counted and letters


def _labels_just_above(
    rows: list[tuple[int, list[object]]], top: int, header: Sequence[int]
) -> list[tuple[int, list[object]]]:
    found = []
    for i in range(top - 1, -1, -1):
        number = rows[i][0]
        if number <= max(header) or is_counting(rows[i][1]):
            break
        found.append(rows[i])
    return found[::-1]


def _header_above(
    grid: Grid, rows: list[tuple[int, list[object]]], kinds: list[str], start: int, top: int,
    is_region: Callable[[str], bool], *, aside: bool = True,
) -> tuple[list[int], list[str]]:  # fmt: skip
    """Return the numbers of the header rows above the first row of numbers, and the titles above them.

    Rows of years that bear a label of the rows below are left `aside`, as long as another header is found.
    """
    below_it = [kinds[i] for i in range(top, min(top + 30, len(rows))) if _is_data(kinds[i])]
    numbers = Counter(at for each in below_it for at, kind in enumerate(each) if kind == "n")
    first_value = min((at for at, n in numbers.items() if at > 0 and n > 0.3 * len(below_it)), default=0)
    width = max((len(row) for _, row in rows), default=0)
    header: list[int] = []
    i, edge = top - 1, rows[top][0]
    skipped = 0
    below = _labels_of(kinds, top, first_value)
    known = _labels_of_rows(rows[: top + MOST_ACROSS], kinds, top, numbers.keys()) if aside else set()
    while i >= start and (len(header) < _MOST_HEADER or _like_row(kinds[i + 1], first_value)):
        number, row = rows[i]
        of_row = _like_row(kinds[i], first_value) and any(
            (at, cell_text(row[at])) in known for at in range(first_value)
        )
        of_row = of_row and not follow_each_other(row[first_value:])
        if is_counting(row) or of_row or any(is_region(cell_text(cell)) for cell in row[: max(1, first_value)]):
            edge = number
            i -= 1
            continue
        edge, before = number, edge
        if header and before - number > 1:  # an empty row
            between = [top_ for top_, _, bottom, _ in grid.merged if top_ <= number and bottom >= header[0]]
            if not between:
                break
        spans = [(a, b, c, d) for a, b, c, d in grid.merged if a <= number <= c]
        filled = {at for at, k in enumerate(kinds[i]) if k != " "}
        covered = set(filled)
        for a, b, _, d in spans:
            if b == 0 and d >= width - 1 and d > 0 and a == number:
                covered = set()  # a title over the whole width
                filled = set()
                break
            if (a == number and b in filled) or a < number:
                covered |= set(range(b, d + 1))
        over = {at for at in covered if at >= first_value}
        if not filled and not header and skipped < 3 and kinds[i].strip():
            skipped += 1  # a heading over the whole width, between header and numbers
            i -= 1
            continue
        if "n" in kinds[i] or not filled:
            break
        texts = [list(map(cell_text, each)) for each in (row, rows[i + 1][1])]
        if header and covered == filled and heads_nothing(texts[0], texts[1], first_value):
            break
        single = len(covered) == 1 and width > 2
        unit = single and any(map(unit_of_line, texts[0]))
        if single and (unit or covered != {first_value} or not header):
            if header or skipped >= 3 or (min(covered) > first_value and not unit):
                break
            skipped += 1
            i -= 1
            continue
        if single and header and not any(kinds[j].count("y") for j in range(i + 1, top)):
            break
        if not over:
            if header:
                break
            skipped += 1
            i -= 1
            continue
        header.insert(0, number)
        i -= 1
    header = _without_rows(rows, kinds, header, first_value, below)[-_MOST_HEADER:]
    if not header:
        return _header_above(grid, rows, kinds, start, top, is_region, aside=False) if aside and known else ([], [])
    titles: list[str] = []
    for _, row in (each for each in rows[start:top] if each[0] < header[0]):
        words = dict.fromkeys(filter(None, map(cell_text, row)))
        units = [text for text in words if unit_of_line(text)]  # it may stand beside the title
        titles += filter(None, [" ".join(text for text in words if text not in units), *units])
    return header, titles


def _labels_of(kinds: list[str], row: int, first_value: int) -> set[int]:
    return {at for at, kind in enumerate(kinds[row][:first_value]) if kind in "tmny"}


def _like_row(kinds: str, first_value: int) -> bool:
    """Tell whether only years and marks stand where numbers do below, beside a label."""
    return (
        re.search("[tmny]", kinds[:first_value]) is not None
        and re.fullmatch("[ m]*y[ my]*", kinds[first_value:]) is not None
    )


def _without_rows(
    rows: list[tuple[int, list[object]]], kinds: list[str], header: list[int], first_value: int, labels: set[int]
) -> list[int]:
    """Take rows of marks and of numbers like years from the foot of the header: they are rows of regions."""
    place = {number: i for i, (number, _) in enumerate(rows)}
    while len(header) > 1:
        i, *above = (place[number] for number in reversed(header))
        row, heads = rows[i][1], [rows[each][1] for each in above]
        cells = [at for at, kind in enumerate(kinds[i]) if at >= first_value and kind != " "]
        years = [label.year for at in cells if (label := parse_year(row[at])) is not None]
        own = labels & _labels_of(kinds, i, first_value)
        named = {at for at in own for head in heads if at < len(head) and cell_text(head[at])}
        again = any(row[at : at + 1] == head[at : at + 1] for at in named for head in heads)
        strong = all(kinds[i][at] == "y" or STRONG_MARK.fullmatch(cell_text(row[at])) for at in cells)
        if not (cells and own) or again or not strong or any(kinds[i][at] not in "my" for at in cells):
            break
        over = [cell_text(head) for head in heads[0][first_value:]]
        apart = len(set(years)) > 1 and len({*over} - {""}) == len(over) == len(cells)
        dated = [steps for head in heads if (steps := year_steps(row, head, cells)) is not None]
        rising = len(years) > 1 and years == sorted(set(years)) and not apart
        if dated:
            rising = any(n > 1 and len(steps) == 1 and abs(steps[0]) <= NEAR_YEARS for steps, n in dated)
        elif not apart and named != (own if years else labels):
            break
        texts = [[cell_text(cell) for cell in each] for each in (row, heads[0])]
        if rising or goes_on_below(*texts, labels=own, values=cells):
            break
        header = header[:-1]
    return header


def split_sections(block: Block) -> list[Block]:
    """Split a block in which the same regions stand again below a heading; above the first one there may be none."""
    key = block.key or 0
    names = {n: bare_name(block.text(row, key)) for n, row in block.rows}
    known = {*names.values()} - {""}  # a row of a region without numbers heads nothing
    bare = [
        (n, row) for n, row in block.aside if block.key is not None and bare_name(block.text(row, key)) not in known
    ]
    lines = {n: text for n, row in bare if (text := " ".join(filter(None, map(cell_text, row))))}
    starts, edges = [0], sorted(lines)
    for number, end in zip(edges, [*edges, block.last + 1][1:], strict=True):
        before = {name for n, name in names.items() if starts[-1] < n < number}
        after = [name for n, name in names.items() if number < n < end]
        if before and 2 * sum(map(before.__contains__, after)) > len(after):
            starts.append(number)
    parts, repeated = list[Block](), Counter(lines.values())
    for start, end in zip(starts, [*starts[1:], block.last + 1], strict=True) if starts[1:] else ():
        rows = [(n, row) for n, row in block.rows if start < n < end]
        above = [text for n, text in lines.items() if (parts[-1].last if parts else 0) < n < rows[0][0]]
        own = [text for text in above if repeated[text] == 1]
        inside = [(n, row) for n, row in block.aside if rows[0][0] < n < end and (n < rows[-1][0] or n not in lines)]
        if not own and (parts or any(repeated[lines.get(n, "")] == 1 for n, _ in inside)):
            return [block]
        titles = without_units(block.titles) if any(map(says_measure, own)) else block.titles
        spot = block.grid, block.header, rows[0][0], rows[-1][0]
        part = Block(*spot, [*titles, *own], block.paths, block.names, rows)
        own = [text for text in without_units(own) if text[0].isalpha()] or own  # below the mark of a note
        part.title, part.aside = own[-1] if own else "", inside
        part.apart = {n: why for n, why in block.apart.items() if start < int(re.findall(r"\d+", n)[0]) < end}
        parts.append(part)
    held = [{names[n] for n, _ in part.rows} for part in parts]
    same = len(parts) > 1 and all(len(each & held[0]) >= 0.6 * max(len(each), len(held[0])) for each in held)
    return parts if same else [block]


def split_halves(block: Block) -> list[Block]:
    """Split a block whose regions go on in columns to the right, below the same header."""
    texts = {at: [block.text(row, at) for _, row in block.rows] for at in range(len(block.paths)) if block.paths[at]}
    named = [at for at, cells in texts.items() if sum(kind_of(text) == "t" for text in cells) > 0.5 * len(cells)]
    for first in named:
        edges = [at for at in named if block.paths[at] == block.paths[first]]
        held = [set(texts[at]) - {""} for at in edges]
        apart = len(edges) > 1 and sum(map(len, held)) == len(set().union(*held))
        # the same columns follow every time
        follow = [
            [path for path in block.paths[at + 1 : end] if path]
            for at, end in zip(edges, [*edges[1:], len(block.paths)], strict=True)
        ]
        if not apart or not follow[0] or any(each != follow[0] for each in follow):
            continue
        halves = []
        for at, end in zip(edges, [*edges[1:], len(block.paths)], strict=True):
            inside = range(at, end)
            rows = [(n, [c if i in inside else "" for i, c in enumerate(row)]) for n, row in block.rows]
            rows = [(n, row) for n, row in rows if any(map(cell_text, row))]
            paths = [path if i in inside else [] for i, path in enumerate(block.paths)]
            halves.append(
                Block(block.grid, block.header, rows[0][0], rows[-1][0], block.titles, paths, block.names, rows)
            )
        halves[0].aside = block.aside
        return halves
    return [block]


def bare_number(block: Block, row: Sequence[object], at: int) -> str:
    """Return a cell without the flag behind its number, and "" for a mark of no data: what an identifier would be."""
    text = block.text(row, at)
    if is_mark(text):
        return ""
    split = split_flag(text) if text and not text.isdecimal() else None
    text = split[0] if split else plain_signs(text)
    return text[:-1] if text[:-1].isdecimal() and text[-1] == "." else text  # "1." counts, too


def far_years(block: Block, at: int) -> bool:
    """Tell whether a column named for years holds whole numbers of four digits that are read as none."""
    filled = [text for _, row in block.rows if (text := bare_number(block, row, at).removesuffix(".0"))]
    named = at != block.year_column and bool(YEAR_WORDS.fullmatch(block.paths[at][-1] if block.paths[at] else ""))
    return named and bool(filled) and all(re.fullmatch(r"\d{4}", text) for text in filled)


def is_measured(block: Block, at: int) -> bool:
    """Tell whether a column holds numbers, some flagged or missing: "economic units" are counted, and no units."""
    kinds = block.kinds_of[at]
    numbers = {text for _, row in block.rows if is_number(text := block.text(row, at))}
    return kinds["n"] + kinds["y"] > kinds["t"] and not multipliers(numbers)


def several_numbers(block: Block, rows: Sequence[Sequence[object]], at: int) -> bool:
    """Tell whether regions have several rows, and another column of numbers may hold the values."""
    key = block.key if block.key is not None else at
    others = [other for other, n in block.kinds_of.items() if n["n"] > n["t"] and other not in (at, key)]
    names = {block.text(row, key) for row in rows}
    return 2 * len(names) <= len(rows) and any(
        len({bare_number(block, row, each) for row in rows}) > 4 for each in others
    )


def numbers_rows(numbers: Sequence[int], *, once: bool) -> bool:
    """Tell whether no number comes twice and they rise, or lie nearer to one another than numbers of things do.

    Where each region has one row (`once`) they count on: a table may be sorted by numbers of things.
    """
    span = max(numbers, default=0) - min(numbers, default=0)
    rising = list(numbers) == sorted(numbers) and not (once and span >= len(numbers))
    return 3 < len(numbers) == len(set(numbers)) and (rising or 50 * span < max(numbers))


def tells_rows_apart(
    block: Block, rows: list[list[object]], at: int, labels: Mapping[int, Sequence[str]], share: float = 0.9
) -> bool:
    """Tell whether rows that are alike in region, year and words have the same few numbers each, as codes of sexes."""
    dated = [] if block.year_column is None else [[block.text(row, block.year_column) for row in rows]]
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row, *told in zip(rows, *labels.values(), *dated, strict=True):
        groups[block.text(row, block.key or 0), *told].append(block.text(row, at))
    held = [len(set(codes)) for codes in groups.values()]
    several = len({code for codes in groups.values() for code in codes})
    return 1 < several <= 100 and len(held) > 1 and sum(held) >= share * several * len(held)


def parts_down(block: Block, at: int) -> bool:
    """Tell whether a column holds several dates of a year beside the same words; those of single rows tell nothing."""
    wordy = [other for other, n in block.kinds_of.items() if other != at and n["t"] > n["n"] + n["y"]]
    texts = {other: [block.text(row, other) for _, row in block.rows] for other in wordy}
    beside = [column for column in texts.values() if 2 * len(set(column)) <= len(column)]
    who = list(zip(*beside, strict=True)) or [()] * len(block.rows)
    return dates_within_years((name, block.text(row, at)) for name, (_, row) in zip(who, block.rows, strict=True))


def tell_parts_of_year(block: Block) -> None:
    """Say where indicators are told apart by months or quarters: they are numbers of parts of a year."""
    names = [name for at in block.value_at for name in block.paths[at]] if not block.indicator else []
    names += [part for text in block.kinds for part in text.split(" | ")]
    parts = [name for name in dict.fromkeys(names) if block.year_of(name) is None and block.part_of_year(name)]
    if len(parts) > 1:
        order = (
            "; day and month stay as they are printed, since nothing tells which is which" if open_order(parts) else ""
        )
        block.doubts.append(
            f"{listed(parts, limit=8)} are parts of a year (months, quarters, days): each is taken as an indicator of "
            "its own, and nothing is summed or averaged; for numbers of a year give a table with one number a year"
            + order
        )


def lines_of(block: Block, at: int) -> list[str]:
    """Return the rows and the lines of the heading of a column, each without its year: often one for a language."""
    cells = [row[at] for n, row in block.grid.rows if n in block.header and at < len(row)]
    lines = [line for cell in cells if isinstance(cell, str) for line in map(cell_text, cell.splitlines())]
    lines = [line for line in (*block.paths[at], *lines) if block.year_of(line) is None]
    bare = [found[1] if (found := year_inside(line)) is not None else line for line in lines]
    return [*lines, *bare, *(bare_name(line, heading=True) for line in bare)]


def tell_table_number(block: Block, number: str) -> None:
    """Say that the number of a table was taken off the name of what it holds."""
    if (told := f"{shown(number)}, the number of the table or figure, was taken off the name") not in block.doubts:
        block.doubts.append(told)


def fill_down(block: Block, at: int, but: Collection[int] = (), *, surely: bool = False) -> bool:
    """Repeat the first text of a group of rows, `but` for some; tell whether that is how the column is written.

    It is where cells are merged, groups are of one size, or `surely`.
    """
    texts = [block.text(row, at) for _, row in block.rows]
    blank = texts.count("")
    if not blank or not texts[0] or blank == len(texts):
        return False
    merged = any(a < c and b <= at <= d and a >= block.first - 1 for a, b, c, d in block.grid.merged)
    sizes: Counter[int] = Counter()
    size = 0
    for text in texts:
        if text and size:
            sizes[size] += 1
        size = 1 if text else size + 1
    sizes[size] += 1
    even = sizes.most_common(1)[0]
    if not (merged or surely) and (even[0] < 2 or even[1] < 0.7 * sizes.total() or even[0] == len(texts)):
        return False
    held: object = ""
    for number, row in block.rows:
        if at < len(row) and cell_text(row[at]):
            held = row[at]
        elif at < len(row) and number not in but:
            row[at] = held
    block.fill.append(at)
    return True


def counted_from(first: int, texts: Sequence[str]) -> list[str]:
    """Return whole numbers from the first on, as many as there are texts, as text."""
    return [str(number) for number in range(first, first + len(texts))]


def hits_of(index: NameIndex, name: str) -> list[str]:
    """Return the regions that a name means, also with the mark of a footnote behind it."""
    return index.find(name) or index.find(bare_name(name))


def labels_beside(block: Block, row: Sequence[object]) -> list[str]:
    """Return the words that stand in a row beside key and values, also short ones ("Mat", "Has"), but no marks."""
    aside = {block.key, block.year_column, *block.value_at, *block.indicator}
    texts = [block.text(row, at) for at in range(len(block.paths)) if at not in aside]
    return [text for text in texts if kind_of(text) == "t" or (len(text) > 2 and text.isalpha())]


def sentinels(block: Block) -> list[str]:
    """Return numbers such as -9999 that are the only negative ones of their columns, and no single -99."""
    found: Counter[str] = Counter()
    for at in block.value_at:
        below = [text for _, row in block.regions if (text := block.text(row, at)).startswith("-") and is_number(text)]
        if all(map(_SENTINEL.fullmatch, below)):
            found.update(below)
    return [text for text, n in found.items() if n > 1 or len(text) > 4]
