"""Table layout: key, years, indicators, totals and values of a published table, each with its evidence.

What is found is written into study.toml, key by key; reading a study afterwards guesses nothing.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from itertools import combinations

from growthpoles.errors import Reason, listed, quoted, shown
from growthpoles.regions.code_matching import best_rule
from growthpoles.regions.key_matching import match_keys
from growthpoles.regions.name_matching import NameIndex, says_total
from growthpoles.study import guess_columns as headers
from growthpoles.study.column_names import (
    dated_paths,
    head_of,
    holds_codes,
    holds_units,
    name_by_constants,
    name_columns_of,
    region_codes,
    regions_above,
)
from growthpoles.study.files.calendars import unread_years
from growthpoles.study.files.number_notation import is_mark, is_number
from growthpoles.study.files.printed_labels import (
    DIGITS,
    UNSTATED,
    YEAR_WORDS,
    bare_name,
    dates_within_years,
    doubtful_year,
    parse_period,
    parse_year,
    periods_in,
    printed_year,
    year_of_part,
    year_reader,
    years_in,
)
from growthpoles.study.files.printed_subjects import multipliers, spans_of_others
from growthpoles.study.files.problems import (
    COUNT_OF_ROWS,
    KEY_TAKEN,
    MAY_BE_CODES,
    NO_YEAR,
    OF_TWO_YEARS,
    ON_REQUEST,
    PART_OF_YEAR,
    RANKS,
)
from growthpoles.study.files.table_files import JOINT, cell_text
from growthpoles.study.marks_of_numbers import find_marks
from growthpoles.study.region_rows import (
    fill_key,
    joint_key,
    leave_rows_out,
    seeming_shares,
    settle_rows,
    spelled_otherwise,
    take_empty_rows,
    take_key,
)
from growthpoles.study.table_blocks import (
    Block,
    bare_number,
    counted_from,
    far_years,
    fill_down,
    hits_of,
    is_measured,
    kind_of,
    numbers_rows,
    parts_down,
    several_numbers,
    tell_parts_of_year,
    tells_rows_apart,
)

CATEGORIES = "codes of categories"
_COMPARED = 300  # regions of which the names in several columns are compared in any spelling,
_FIT = 0.9  # where of no column so many fit as they are written


def read_block(
    block: Block, index: NameIndex | None, parents: Iterable[str] = (), year: int | None = None,
    ignore: Container[str] = (), undated: bool = False,
) -> None:  # fmt: skip
    """Say what the rows and columns of a block seem to be; the names of `ignore` are no regions.

    With `undated`, its values are those that are read where they are asked for: ranks, and those without a year
    though others have one.
    """
    block.paths = dated_paths(block)
    kinds = {at: Counter(kind_of(row[at]) for _, row in block.rows if at < len(row)) for at in range(len(block.paths))}
    block.kinds_of = kinds
    block.within_years = dates_within_years((None, " ; ".join(path)) for path in block.paths) or any(
        parts_down(block, at) for at, n in kinds.items() if n["y"] > n["n"] + n["t"]
    )
    block.periods = periods_in(part for path in block.paths for part in path)
    dated = ((at, block.year_of(part)) for at in kinds for part in block.paths[at])
    header_years = {at: found.year for at, found in dated if found is not None}  # of several the lowest
    _find_year_column(block, kinds, header_years)
    block.series = series_of(block)
    numeric = [
        at for at, n in kinds.items()
        if at != block.year_column and n["n"] + n["y"] and n["n"] + n["y"] >= n["t"] and (n["n"] or at in header_years)
    ]  # fmt: skip
    _find_key(block, kinds, numeric, index)
    if block.key is None:
        return
    take_empty_rows(block, index)
    _find_values(block, [at for at in numeric if at != block.key], header_years, index)
    if undated:
        block.value_at = dict.fromkeys(block.undated)
        block.left_out = [each for each in block.left_out if each[0] not in {block.names[at] for at in block.undated}]
    other = leave_rows_out(block, index, ignore)
    _find_dimensions(block, kinds)
    if block.indicator:
        other += leave_rows_out(block, index, ())
    _find_years(block, year)
    settle_rows(block, index, parents, ignore, other)
    find_marks(block)
    name_columns_of(block)
    name_by_constants(block)
    tell_parts_of_year(block)
    block.doubts += seeming_shares(block)
    if block.several and not any(block.value_at.values()):
        heads = [[block.names[at] for at in places] for places in (block.value_at, block.indicator)]
        several, labels = (listed(each, limit=8, write=quoted) for each in heads)
        told = f"{several} hold numbers beside each label of {labels}: each is taken as an indicator"
        block.doubts.append(f"{told}; a code is none, and goes out of value = ...")


def _is_value(block: Block, at: int) -> bool:
    """Tell whether a column is named as the one of the values, as in "OBS_VALUE:Observation value" too."""
    return any(headers.VALUE.fullmatch(bare_name(part.partition(":")[0])) for part in block.paths[at])


def _find_year_column(block: Block, kinds: dict[int, Counter[str]], header_years: dict[int, int]) -> None:
    found = []
    for at, count in kinds.items():
        filled = sum(count.values()) - count[" "]
        texts = [block.text(row, at) for _, row in block.rows] if filled else []
        if all(map(parse_period, filter(None, texts))) and (periods := {} if header_years else periods_in(texts)):
            block.periods, count["y"] = periods, filled
        if at in header_years or not filled or count["y"] < 0.95 * filled:
            continue
        if not any(map(block.year_of, filter(None, texts))):
            continue
        named = bool(YEAR_WORDS.fullmatch(head_of(block, at)))
        sparse = count[" "] > 0
        several = len(set(filter(None, texts)))
        if named or (several < filled and (several > 1 or not header_years)):
            found.append((not named, sparse, at))
    if found and not (len(header_years) > 1 and found[0][0]):
        block.year_column = min(found)[2]


def _find_key(block: Block, kinds: dict[int, Counter[str]], numeric: list[int], index: NameIndex | None) -> None:
    """Take the column in which most regions are named; columns that disagree about a row are said."""
    if index is None:
        take_key(block, [at for at in kinds if at not in numeric or _labels(block, at)])
        return
    candidates: list[tuple[tuple[float, ...], int, dict[str, str]]] = []
    for at in kinds:
        if at == block.year_column:
            continue
        cells = [block.text(row, at) for _, row in block.rows]
        texts = [text for text in dict.fromkeys(cells) if text]
        if not texts or (at in numeric and any("." in text.removesuffix(".0") or len(text) > 14 for text in texts)):
            continue
        counted = texts == counted_from(1, texts) and len(texts) > 2
        pattern, width, found = best_rule(texts, lambda name: hits_of(index, name), list(index.names))
        units = len(set(found.values()))
        share = units / max(1, min(len(texts), len(index.names)))
        if at in numeric and (share < 0.7 or len(set(cells)) < 2):
            continue
        if units < 1 or share < 0.3:
            continue
        weight = float(units) if not counted else 0.5
        plain = (pattern, width) == (None, None)
        worded = [each for each in kinds if each not in (block.year_column, *numeric)]
        below = regions_above(block, at, worded, lambda name: hits_of(index, name))
        blanks = 0.0 if at in block.fill or below else float(cells.count(""))
        # Regions stand alone above their parts, in a column of their own: parts may be called as they are.
        words = [each for each in worded if each != at]
        above = not any(block.text(row, each) for _, row in block.rows if block.text(row, at) for each in words)
        first = 2.0 * bool(blanks and words and above and 2 * len(found) >= len(texts))
        unlike = -float(len(texts) - len(found))
        score = (weight, first + plain, -blanks, unlike, float(at not in numeric), -float(at))
        candidates.append((score, at, found))
    fitting = max((each[0][0] for each in candidates), default=0.0)
    worded = [at for at, each in kinds.items() if at not in numeric and 2 * each["t"] > each.total()]
    rivals = 1 < len(index.names) <= _COMPARED and len(worded) > 1 and fitting < _FIT * len(index.names)
    others = spelled_otherwise(block, kinds, numeric, index) if rivals or fitting < 0.5 * len(index.names) else []
    candidates += [each for each in others if fitting < 0.5 * len(index.names) or each[0][0] > fitting]
    most = int(max((each[0][0] for each in candidates), default=0.0))
    if index is not None and most < 0.8 * len(index.names) and (joint := joint_key(block, kinds, index, most)):
        candidates = [joint]
    if not candidates:
        return
    best = max(candidates, key=lambda each: each[0])
    block.key = best[1]
    wordy = [each for each in candidates if each[1] not in numeric and each[0][0] >= 0.9 * best[0][0]]
    overruled = None
    if best[1] in numeric or headers.are_codes([*best[2]]):
        # A number that happens to be a code, and codes of another list, are held against the names beside them.
        beside = [max(wordy, key=lambda each: each[0])] if best[1] in numeric and wordy else []
        beside += _names_of_codes(block, best[1], worded, index)
        for other in beside:
            told = [(block.text(row, best[1]), block.text(row, other[1])) for _, row in block.rows]
            pairs = {(best[2][a], other[2][b]) for a, b in told if a in best[2] and b in other[2]}
            if overruled is None and sum(a != b for a, b in pairs) > max(1, 0.05 * len(pairs)):
                block.key, overruled = other[1], best[1]
                candidates = [*(each for each in candidates if each[1] != other[1]), other]
    chosen = next(each for each in candidates if each[1] == block.key)
    named = [block.names[at] for at in sorted({each[1] for each in (*candidates, *others)} - {block.key, *numeric})]
    if others and named:
        block.doubts.append(Reason(KEY_TAKEN, {"column": shown(block.names[block.key]), "others": listed(named)}))
    for _, at, found in candidates:
        if at == block.key or (at in numeric and at != overruled):
            continue
        rows = [(number, block.text(row, block.key), block.text(row, at)) for number, row in block.rows]
        differ = [(n, a, b) for n, a, b in rows if a in chosen[2] and b in found and chosen[2][a] != found[b]]
        if differ and (at == overruled or headers.are_codes([*found]) or len(differ) < 0.5 * len(rows)):
            n, a, b = differ[0]
            block.doubts.append(
                f"{block.grid.unit} {n}: {shown(a)} in {shown(block.names[block.key])} and {shown(b)} in "
                f"{shown(block.names[at])} are two regions; the former was taken ({len(differ)} rows)"
            )
    fill_key(block)


def _names_of_codes(
    block: Block, at: int, worded: Iterable[int], index: NameIndex
) -> list[tuple[tuple[float, ...], int, dict[str, str]]]:
    """Return the columns in which each code has a name of its own, most of them those of regions, the best first."""
    found: list[tuple[tuple[float, ...], int, dict[str, str]]] = []
    for other in (each for each in worded if each not in (at, block.year_column)):
        pairs = {(block.text(row, at), block.text(row, other)) for _, row in block.rows}
        names = [name for code, name in pairs if code and name]
        if len({*names}) == len(names) == len({code for code, name in pairs if code and name}) > 2:
            many = len(names) > _COMPARED or len(index.names) > _COMPARED
            codes = best_rule(names, lambda name: hits_of(index, name), [*index.names])[2] if many else {}
            codes = codes if many else match_keys(names, index, bare_name=bare_name).codes
            if 2 * len({*codes.values()}) >= len(names):
                found.append(((float(len({*codes.values()})),), other, codes))
    return sorted(found, key=lambda each: each[0], reverse=True)


def _labels(block: Block, at: int) -> bool:
    """Tell whether whole numbers are those of regions or rows, by the name of the column."""
    return _identifies(block, at) or headers.names_places(head_of(block, at), strict=True)


def series_of(block: Block) -> set[int]:
    """Return the columns that number or name the series of a long table, or its rows."""
    texts = {}
    for at in range(len(block.paths)):
        column = [block.text(row, at) for _, row in block.rows]
        kinds = Counter(map(kind_of, column))
        once = len(set(column)) == len(column) and all(map(str.isdecimal, column))
        if once or kinds["t"] + kinds["m"] + kinds["y"] > kinds["n"] or (kinds["n"] and _labels(block, at)):
            texts[at] = column
    return headers.series_columns(texts, {at: head_of(block, at) for at in texts})


def _find_values(
    block: Block,
    numeric: list[int],
    header_years: dict[int, int],
    index: NameIndex | None,
) -> None:
    """Tell values from identifiers and attributes, and find the years in the header."""
    assert block.key is not None
    year_in = year_reader((" ; ".join(path) for path in block.paths), days=block.within_years)
    inside = {at: found for at in numeric if (found := year_in(" ; ".join(block.paths[at]))) is not None}
    pure = {at: year for at, year in header_years.items() if at in numeric and at != block.year_column}
    candidates = []
    parts = block.names[block.key].split(JOINT)
    for at in numeric:
        reason = _no_value(block, at, index) if block.names[at] not in parts else "a part of the key"
        if at in pure and block.year_column is None and reason != RANKS:
            reason = ""
        if reason:
            block.left_out.append((block.names[at], reason))
            block.undated += [at] if reason in ON_REQUEST and block.paths[at] else []
        else:
            candidates.append(at)
    block.undated = block.undated if block.year_column is None or not candidates else []
    if any(map(block.paths.__getitem__, candidates)):
        for at in [at for at in candidates if not block.paths[at]]:
            block.left_out.append((block.names[at], "no name above it"))
            candidates.remove(at)
    if block.year_column is not None:
        block.value_at = dict.fromkeys(candidates)
        return
    years = {at: pure[at] if at in pure else inside[at][0] for at in candidates if at in pure or at in inside}
    for at in spans_of_others(years, block.paths):
        block.left_out.append((block.names[at], OF_TWO_YEARS))
        block.undated.append(at)
        candidates.remove(at)
    dated = {at: years[at] for at in candidates if at in years}
    if not pure and (not dated or (len(set(dated.values())) == 1 and len(dated) < len(candidates))):
        block.value_at = dict.fromkeys(candidates)
        return
    for at in candidates:
        if at in dated:
            block.value_at[at] = dated[at]
        else:
            beside = "before the years" if pure and at < min(pure) else "beside the years"
            side = beside if pure else "though others have one"
            part = year_of_part(" ; ".join(block.paths[at]))
            block.left_out.append(
                (block.names[at], f"{NO_YEAR if part is None else f'{PART_OF_YEAR}, of {part}'}, {side}")
            )
            block.undated.append(at)


def _no_value(block: Block, at: int, index: NameIndex | None) -> str:
    """Return why a column of numbers is no indicator, "" if it may be one."""
    filled = [text for _, row in block.rows if (text := bare_number(block, row, at))]
    whole = all(re.fullmatch(r"-?\d+", text) for text in filled)
    before = block.key is not None and at < block.key
    beside = head_of(block, at) == "" or before
    if whole and before and not block.paths[at]:
        return "no name above it, and before those of the regions"
    if far_years(block, at):
        return "years, which are read from 1900 to 2100"
    ranked = " ".join(block.paths[at]) if at < len(block.paths) else ""
    if whole and headers.RANKS.fullmatch(ranked) and max(map(int, filled), default=0) < max(100, 3 * len(filled)):
        return RANKS
    if whole and beside and len(filled) > 3 and filled in (counted_from(1, filled), counted_from(0, filled)):
        return COUNT_OF_ROWS
    if whole and _identifies(block, at):
        return "an identifier, by its name"
    if whole and holds_codes(block, at):
        return "an identifier, different codes of one length with leading zeros"
    paired = {head_of(block, each).casefold() for each in block.kinds_of} >= {"x", "y"}
    if headers.COORDINATE.fullmatch(head_of(block, at)) or (paired and head_of(block, at).casefold() in ("x", "y")):
        return "a coordinate, by its name"
    if told := _attribute(block, at, index):
        return told
    if whole and headers.UNIT.fullmatch(head_of(block, at)) and multipliers(filled):
        return "a unit, by its name"
    if whole and headers.STATUS_NUMBER.fullmatch(head_of(block, at)) and len(set(filled)) <= 40:
        return "a remark on the values, by its name"
    if index is not None and block.key is not None and len(filled) > 2:
        own = 0
        for _, row in block.rows:
            hits = hits_of(index, block.text(row, block.key))
            names = {each.lstrip("0") for code in hits for each in index.names[code]}
            own += block.text(row, at).lstrip("0") in names
        if own > 0.6 * len(filled):
            return "a code of the regions"
    coded = region_codes(block, at) if whole and not _is_value(block, at) else ""
    if coded == MAY_BE_CODES:
        block.doubts.append(f"{shown(block.names[at])} holds {coded}, and is read as a value")
    return "" if coded == MAY_BE_CODES else coded


def _attribute(block: Block, at: int, index: NameIndex | None) -> str:
    """Return why a column of a table with its years down says something about a row and measures nothing, or ""."""
    if block.key is None or _is_value(block, at):
        return ""
    rows = [row for _, row in block.rows if index is None or hits_of(index, block.text(row, block.key))]
    if 2 * len(rows) < len(block.rows):  # codes that are known once zeros are put back or taken off
        rows = [row for _, row in block.rows]
    if headers.UNIT.fullmatch(head_of(block, at)) and not is_measured(block, at):
        return "a unit, by its name"
    cells = [bare_number(block, row, at) for row in rows]
    filled = list(filter(None, cells))
    if len(filled) < 4 or len(block.kinds_of) < 2:
        return ""
    whole = all(re.fullmatch(r"\d+", text) for text in filled)
    if whole and len(set(filled)) == 1:
        return f"always {shown(filled[0])}"
    valued = any(_is_value(block, other) for other, n in block.kinds_of.items() if n["n"])
    once = len({block.text(row, block.key) for row in rows}) == len(rows)
    numbered = whole and numbers_rows(list(map(int, filled)), once=once)
    if numbered and (valued or several_numbers(block, rows, at)):
        return "it numbers the rows"
    texts = [other for other, n in block.kinds_of.items() if n["t"] > n["n"] + n["y"] and other != at]
    bare = functools.cache(bare_name)  # a label with the mark of a footnote is the same label
    labels = {other: [bare(block.text(row, other)) for row in rows] for other in texts}
    for other, told in labels.items():
        groups = {pair for pair in zip(told, cells, strict=True) if pair[1]}
        several = len({text for text, _ in groups})
        alone = several == len(groups)  # every text has one number
        if whole and alone and several > 1 and 2 * several <= len(filled) and (other != block.key or valued):
            return f"the same for all rows of one {shown(block.names[other])}"
    if whole and (valued or several_numbers(block, rows, at)) and tells_rows_apart(block, rows, at, labels):
        return CATEGORIES
    if valued and whole and block.year_column is not None:
        dated = {(block.text(row, block.year_column), text) for row, text in zip(rows, cells, strict=True) if text}
        if 1 < len({year for year, _ in dated}) == len(dated) and 2 * len(dated) <= len(filled):
            return f"the same for all rows of one {shown(block.names[block.year_column])}"
    if valued and block.year_column is not None and labels:
        series = list(zip(*labels.values(), strict=True))
        pairs = {pair for pair in zip(series, cells, strict=True) if pair[1]}
        if 2 * len(pairs) <= len(filled) and len({a for a, _ in pairs}) == len(pairs) == len({b for _, b in pairs}):
            return "it identifies the series"
    return ""


def _identifies(block: Block, at: int) -> bool:
    """Tell whether whole numbers identify regions or rows: by the name of the column and by what it holds."""
    name = bare_name(head_of(block, at))
    key = block.key if block.key is not None else at
    found = {(block.text(row, key), text) for _, row in block.rows if (text := bare_number(block, row, at))}
    numbers = {number for _, number in found}
    if headers.is_identifier(name, numbers):
        return True
    if not headers.COUNTED.fullmatch(name) or not all(re.fullmatch(r"-?\d+", number) for number in numbers):
        return False
    values = sorted(map(int, numbers))
    # Ranks and serial numbers lie close to one another and start low; numbers of things do not.
    return bool(values) and values[0] <= 1 and values[-1] - values[0] < 1.5 * len(found)


def _find_dimensions(block: Block, kinds: dict[int, Counter[str]]) -> None:
    """Find the columns that, beside region and year, tell one row from another: the indicator of a long table."""
    assert block.key is not None
    aside = {block.key, block.year_column, *block.value_at}
    rest = [at for at in kinds if at not in aside and kinds[at].total() > kinds[at][" "] and not far_years(block, at)]
    rows = [row for _, row in block.rows if block.text(row, block.key)]
    names = [block.text(row, block.key) for row in rows]
    parts = [each for each, name in enumerate(names) if not says_total(bare_name(name))]  # a subtotal has a row a group
    years = [block.text(row, block.year_column) if block.year_column is not None else "" for row in rows]
    years = [str(found.year) if (found := block.year_of(text)) else text for text in years]  # of 2020/21 as of 2020
    base = list(zip(names, years, strict=True))
    if len(set(base)) == len(base):
        told_at = {at: [block.text(row, at) for row in rows] for at in rest if at not in block.series}
        lone = len(block.value_at) == 1 and (_is_value(block, *block.value_at) or not head_of(block, *block.value_at))
        lone |= all(len(block.paths[at]) == 1 and year is not None for at, year in block.value_at.items())
        own = headers.indicator_column(names, told_at, {at: head_of(block, at) for at in told_at}, lone=lone)
        block.indicator = _with_units(block, rows, () if own is None else (own,), kinds)
        _note_rest(block, [at for at in rest if at not in block.indicator])
        return
    dims = []
    for at in rest:
        if at not in (block.key, block.year_column) and kinds[at][" "] and kinds[at][" "] < kinds[at].total():
            fill_down(block, at)
        texts = [block.text(row, at) for row in rows]
        plain = [bare_number(block, row, at) for row in rows]
        if len(set(plain)) == len(rows) > 3 and all(map(str.isdecimal, plain)):
            continue  # it numbers the rows
        if at in block.series or not 1 < len(set(texts)) <= 400 or headers.STATUS_NUMBER.fullmatch(head_of(block, at)):
            continue
        if headers.says_of_region([names[each] for each in parts], [texts[each] for each in parts]):
            continue
        if _measures(block, rows, at, plain):
            continue
        by_year: dict[str, set[str]] = defaultdict(set)
        for label, text in zip(years, texts, strict=True):
            by_year[label].add(text)
        if block.year_column is not None and all(len(found) == 1 for found in by_year.values()):
            continue
        words = sum(len(text) for text in set(texts)) / len(set(texts))
        remark = bool(headers.STATUS.fullmatch(head_of(block, at)))
        digits = all(map(str.isdecimal, filter(None, plain)))  # a label comes before its code
        unit = bool(headers.UNIT.fullmatch(head_of(block, at))) or holds_units(block, at, {*texts} - {""})
        dims.append((remark, unit, digits, words < 5, at))
    codes = headers.codes_of_labels({each[-1]: [block.text(row, each[-1]) for row in rows] for each in dims})
    order = [each[-1] for each in sorted(dims, key=lambda each: (each[-1] in codes, each))]
    twice = len(base) - len(set(base))
    best: tuple[int, tuple[int, ...], list[tuple[str, ...]]] = (twice, (), list(base))
    for chosen in (each for size in range(1, min(4, len(order)) + 1) for each in combinations(order, size)):
        told = [(*pair, *(block.text(row, at) for at in chosen)) for pair, row in zip(base, rows, strict=True)]
        if best[0] and (left := len(told) - len(set(told))) < best[0] and 4 * left <= twice:
            best = left, chosen, told
    left, chosen, told = best
    if chosen:  # a few rows that stand twice make no wide table of a long one
        block.indicator = _with_units(block, rows, chosen, kinds)
    block.codes = {at: label for at, label in codes.items() if block.indicator == (label,)}
    repeats = {each[:2] for each, n in Counter(told).items() if n > 1}
    regions = {pair for pair in repeats if pair[0] in block.match.codes}
    if repeats and (regions or not block.match.found):
        name, label = min(repeats, key=lambda each: (says_total(bare_name(each[0])), each))
        why = "each the total of a section" if says_total(bare_name(name)) else "and no column tells them apart"
        block.doubts.append(f"{shown(name)} has several rows{f' for {label}' if label else ''}, {why}")
    _note_rest(block, [at for at in rest if at not in block.indicator])


def _measures(block: Block, rows: list[list[object]], at: int, numbers: Sequence[str]) -> bool:
    """Tell whether a column of numbers without a year measures what its rows name: regions share few of them.

    Codes of categories are those of every region, and whole ones may be missing in some.
    """
    if at not in block.undated or not all(map(is_number, filled := list(filter(None, numbers)))):
        return False
    decimal = any(re.search(r"\d[.,]\d", text.removesuffix(".0")) for text in filled)
    return not tells_rows_apart(block, rows, at, {}, share=0.9 if decimal else 0.5)


def _with_units(
    block: Block, rows: Sequence[Sequence[object]], chosen: Sequence[int], kinds: Iterable[int]
) -> tuple[int, ...]:
    """Add a column of units or multipliers that differ within an indicator: its numbers are not one indicator."""
    assert block.key is not None
    units = []
    for at in kinds:
        if at in chosen or at == block.key or at in block.value_at or not headers.UNIT.fullmatch(head_of(block, at)):
            continue
        texts = {block.text(row, at) for row in rows}
        pairs = {(block.text(row, block.key), block.text(row, at)) for row in rows}
        regional = len(pairs) == len(texts) == len({name for name, _ in pairs})
        if regional or is_measured(block, at):
            continue  # it names the regions, or measures them
        found: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for row in rows:
            found[tuple(block.text(row, each) for each in chosen)].add(block.text(row, at))
        if any(len(texts - {""}) > 1 for texts in found.values()):
            units.append(at)
    if units:
        told = listed([block.names[at] for at in units], write=quoted)
        block.doubts.append(f"{told} differ within an indicator, which is therefore taken apart by them")
    return tuple(sorted({*chosen, *units}))


def _note_rest(block: Block, rest: Sequence[int]) -> None:
    """List the columns that are neither region, year, indicator nor value; take the column of flags."""
    taken = {block.names[at] for at in block.indicator}
    block.left_out = [each for each in block.left_out if each[0] not in taken]
    for at in rest:
        if at in block.fill and at not in block.indicator:
            block.fill.remove(at)
        texts = {text for _, row in block.rows if (text := block.text(row, at))}
        flags = (
            headers.FLAGS.fullmatch(head_of(block, at)) and len(texts) <= 40 and max(map(len, texts), default=0) <= 12
        )
        if flags and block.flag_column is None and len(block.value_at) == 1:
            block.flag_column = at
            continue
        told = "it identifies the series" if at in block.series else "text"
        told = f"codes of {shown(block.names[block.codes[at]])}" if at in block.codes else told
        same = f"always {shown(next(iter(texts)))}" if len(texts) == 1 else told
        beside = at - 1 in block.value_at and {*block.paths[at]} < {*block.paths[at - 1]}
        if texts and beside and all(map(is_mark, texts)):
            same = f"{listed(sorted(texts), limit=5, write=shown)} beside numbers of {shown(block.names[at - 1])}"
        if block.names[at] not in {name for name, _ in block.left_out}:
            block.left_out.append((block.names[at], same))


def _find_years(block: Block, year: int | None) -> None:
    if block.year_column is not None:
        cells = (row[block.year_column] for _, row in block.rows if block.text(row, block.year_column))
        found = list(filter(None, (parse_year(cell) or block.year_of(cell_text(cell)) for cell in cells)))
        block.years = sorted({label.year for label in found})
    else:
        parts = [part for at in block.value_at for part in block.paths[at]]
        found = [label for part in parts if (label := block.year_of(part)) is not None]
        block.years = sorted({each for each in block.value_at.values() if each is not None})
    for kind, such in (("period", "periods such as 2010-2014"), ("fiscal", "years such as 2018-19")):
        if any(label.kind == kind for label in found):
            block.doubts.append(f"{such} go by the first one; a map says them as they are printed")
    if block.years:
        return
    heads = [" ".join(part for part in block.paths[at] if not doubtful_year(part)) for at in block.value_at]
    several = {hit for part in heads for hit in years_in(part)}
    said: list[tuple[int, str, str]] = []
    own_heading = [block.title] if parse_year(block.title) else []  # of blocks of years down a table
    places = ("sheet", [block.grid.sheet]), ("title", block.titles), ("name", [block.grid.path.stem])
    for what, texts in (("heading", own_heading), *places):
        plain = [text.replace("_", " ") for text in texts if text and not doubtful_year(text)]
        years = {hit for text in plain for hit in years_in(text)}
        spans = {told for text in plain for each in years if not re.search(r"\d\s", told := printed_year(text, each))}
        for span in filter(parse_period, spans):  # a survey of several years, unless its last one is said apart
            alone = [text.translate(DIGITS).replace(span, str(min(years_in(span)))) for text in plain]
            years = years.intersection(hit for text in alone for hit in years_in(text))
        years -= {year + 1 for year in years if any(span.endswith(str(year + 1)) for span in spans)}  # of fiscal years
        for own_year in years if len(years) == 1 else ():
            printed = (printed_year(text, own_year) for text in plain)
            said.append((own_year, what, next(filter(None, printed), "")))
    paths = {at: " ; ".join(block.paths[at]) for at in block.value_at}
    year_in = year_reader(paths.values(), days=block.within_years)
    inside = {at: hit[0] for at, path in paths.items() if not doubtful_year(path) and (hit := year_in(path))}
    only, bare = {*inside.values(), *(each[0] for each in said)}, [block.names[at] for at in paths if at not in inside]
    most = 2 * len(inside) >= len(paths)  # "Population (2015)" says nothing of the year of rates beside it
    if inside and bare and most and not block.indicator and len(only) == 1 and year in (None, UNSTATED, *only):
        block.years, block.value_at = list(only), dict.fromkeys(block.value_at, *only)
        told = f"the year of {listed(bare, write=quoted)}"
        block.doubts.append(f"{told}; {block.years[0]} was taken from the headers of the other columns")
        return
    if said and len(several) < 2 and year in (None, UNSTATED):
        own = {at: inside.get(at) or year_of_part(path) or said[0][0] for at, path in paths.items()}
        block.years, block.printed = sorted({*own.values()}), said[0][2]
        apart = block.years != [said[0][0]]  # a month with its year is of that year, whatever the title says
        block.value_at = dict(own) if apart else block.value_at
        if said[0][0] in block.years:
            rest = " where a heading says none" if apart else ""
            block.doubts.append(f"the year; {said[0][0]} was taken from the {said[0][1]}{rest}")
    elif year is not None:
        block.years = [year]
        if said and said[0][0] != year != UNSTATED:
            block.doubts.append(f"the year; {year} was given, though the {said[0][1]} says {said[0][0]}")
    elif len(several) > 1:
        block.doubts.append(f"the year; {listed(sorted(several))} stand in the headers of columns, in no form known")
    else:
        unread = unread_years([row for _, row in block.grid.rows])
        block.doubts.append(f"the year; {unread or 'it is not stated'}")
