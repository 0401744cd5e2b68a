"""Guess columns: what the columns of a table or boundary file seem to be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growthpoles.errors import DataError, GrowthpolesError, listed, message, nearest, shown
from growthpoles.regions.name_matching import NameIndex
from growthpoles.study.files.number_notation import Notation, detect_notation
from growthpoles.study.files.table_files import RawTable, cell_text

if TYPE_CHECKING:
    import geopandas as gpd

Find = Callable[[str], str | None]  # name -> code of the region that it means, or None

_YEAR_HEADERS = {"year", "years", "год", "годы", "жыл", "year_", "anno", "ano", "jahr", "an", "period"}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TOTALS = re.compile(
    r"total|whole|country|republic|national|итого|всего|республик|казахстан$|страна|барлығы|жиыны|source|источник|note|примечан"
)
_MOST_MARKS = 4  # different texts that may stand for "no data" in one column
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі"
_ROMAN = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya a g q n o u u h i"
_LATIN = dict(zip(_CYRILLIC, _ROMAN.replace("-", "").split(" "), strict=True))
_RESERVED = {"index", "rating_class", "rank", "region"}
_CODE = re.compile(r"[A-Za-z0-9]{1,6}(?:[-._][A-Za-z0-9]{1,8})*")


@dataclass(slots=True)
class TableGuess:
    """What a table seems to hold; `None` and empty where that could not be told."""

    raw: RawTable
    key: str | None = None
    matched: dict[str, str] = field(default_factory=dict)  # name -> code
    unmatched: list[str] = field(default_factory=list)
    year_column: str | None = None
    years: list[int] = field(default_factory=list)
    indicator: str | None = None  # long layout
    value: str | None = None
    columns: dict[str, str] = field(default_factory=dict)  # header or indicator -> code
    missing: list[str] = field(default_factory=list)
    notation: Notation = field(default_factory=Notation)
    unclear: str = ""
    left_out: list[str] = field(default_factory=list)


def texts(raw: RawTable, column: str) -> list[str]:
    """Return a column as text."""
    at = raw.columns.index(column)
    return [cell_text(row[at]) for _, row in raw.rows]


def guess_table(raw: RawTable, find: Find) -> TableGuess:
    """Look at the cells of a table and say what its columns seem to be."""
    guess = TableGuess(raw)
    _find_key(guess, find)
    _find_year(guess)
    _find_long(guess)
    _find_indicators(guess)
    return guess


def _find_key(guess: TableGuess, find: Find) -> None:
    """Take the column in which most regions are named."""
    best: dict[str, str] = {}
    for column in guess.raw.columns:
        names = dict.fromkeys(filter(None, texts(guess.raw, column)))
        found = {name: code for name in list(names)[:2000] if (code := find(name)) is not None}
        if len(set(found.values())) > len(set(best.values())):
            best, guess.key = found, column
    if guess.key is not None:
        guess.matched = best
        guess.unmatched = [n for n in dict.fromkeys(filter(None, texts(guess.raw, guess.key))) if n not in best]


def _find_year(guess: TableGuess) -> None:
    for column in guess.raw.columns:
        cells = [cell for cell in texts(guess.raw, column) if cell]
        whole = bool(cells) and all(re.fullmatch(r"(19|20)\d\d", cell) for cell in cells)
        if column != guess.key and whole and (column.casefold() in _YEAR_HEADERS or len(set(cells)) < len(cells)):
            guess.year_column = column
            guess.years = sorted({int(cell) for cell in cells})
            return
    found = {column: _YEAR.findall(column) for column in guess.raw.columns if column != guess.key}
    guess.years = sorted({int(hits[0]) for hits in found.values() if len(hits) == 1})


def _find_long(guess: TableGuess) -> None:
    """Find (region, indicator, value) where every region stands in several rows of a year."""
    if guess.key is None:
        return
    names = texts(guess.raw, guess.key)
    years = texts(guess.raw, guess.year_column) if guess.year_column else [""] * len(names)
    if len(set(zip(names, years, strict=True))) == len(names):
        return
    rest = [column for column in guess.raw.columns if column not in (guess.key, guess.year_column)]
    numeric = [column for column in rest if _is_numeric(guess, column)]
    for column in rest:
        kinds = texts(guess.raw, column)
        unique = len(set(zip(names, years, kinds, strict=True))) == len(names)
        if column not in numeric and unique and 1 < len(set(kinds)) <= 200 and len(numeric) == 1:
            guess.indicator, guess.value = column, numeric[0]


def _is_numeric(guess: TableGuess, column: str) -> bool:
    """Tell whether most cells are numbers in some notation, and the others a few marks."""
    cells = texts(guess.raw, column)
    filled = [cell for cell in cells if cell]
    numbers = [cell for cell in filled if _any_number(cell)]
    marks = set(filled) - set(numbers)
    return bool(numbers) and 2 * len(numbers) >= len(filled) and len(marks) <= _MOST_MARKS


def _any_number(text: str) -> bool:
    signs = [Notation(".", ","), Notation(",", "."), Notation(".", "'")]
    return any(notation.parse(text) is not None for notation in signs)


def _find_indicators(guess: TableGuess) -> None:
    raw = guess.raw
    aside = (guess.key, guess.year_column, guess.indicator)
    numeric = [column for column in raw.columns if column not in aside and _is_numeric(guess, column)]
    guess.left_out = [column for column in raw.columns if column not in (*aside, *numeric)]
    if guess.indicator is not None:
        named = list(dict.fromkeys(texts(raw, guess.indicator)))
    elif guess.year_column is None and guess.years:
        dated = [column for column in numeric if len(_YEAR.findall(column)) == 1]
        named = list(dict.fromkeys(_YEAR.sub("{year}", column) for column in dated))
        complete = [each for each in named if all(each.replace("{year}", str(y)) in numeric for y in guess.years)]
        guess.left_out += [column for column in numeric if _YEAR.sub("{year}", column) not in complete]
        named = complete
    else:
        named = numeric
    guess.columns = dict(zip(named, codes_for(named), strict=True))
    at = [raw.columns.index(column) for column in numeric]
    cells = [(number, i, row[i]) for number, row in raw.rows for i in at]
    marks = Counter(cell_text(cell) for _, _, cell in cells if isinstance(cell, str) and not _any_number(cell))
    guess.missing = sorted(marks)
    places = ((cell, raw.problem("", row=n, column=raw.columns[i])) for n, i, cell in cells if isinstance(cell, str))
    guess.notation, unclear = detect_notation(places, delimiter=raw.delimiter or None)
    guess.unclear = str(unclear) if unclear is not None else ""


def codes_for(headers: Iterable[str]) -> list[str]:
    """Make a code of every header: Latin letters, digits and underscores, each once."""
    codes: list[str] = []
    for header in headers:
        latin = "".join(_LATIN.get(sign, sign) for sign in header.replace("{year}", "").casefold())
        code = re.sub(r"[^a-z0-9]+", "_", latin, flags=re.ASCII).strip("_")[:40].strip("_")
        code = f"x_{code}" if not code or code[0].isdigit() or code in _RESERVED or code.startswith("score_") else code
        start, number = code.rstrip("_"), 2
        code = start
        while code in codes:
            code, number = f"{start}_{number}", number + 1
        codes.append(code)
    return codes


def looks_like_total(name: str) -> bool:
    """Tell whether a row seems to be a sum or a remark, by the words that such rows use."""
    return bool(_TOTALS.search(name.casefold()))


def year_in_name(text: str) -> int | None:
    """Return the one year that a file or sheet is named after."""
    found = set(_YEAR.findall(text))
    return int(found.pop()) if len(found) == 1 else None


def describe(guess: TableGuess) -> str:
    """Say in a few words what was seen, for a comment."""
    kind = "long" if guess.indicator else "wide"
    read = f", {guess.raw.encoding}, cells divided by {shown(guess.raw.delimiter)}" if guess.raw.delimiter else ""
    return f"{len(guess.raw.rows)} rows, {len(guess.raw.columns)} columns, {kind}{read}"


@dataclass(slots=True)
class LayerGuess:
    """A boundary file, or a vintage of Kazakhstan's regions, and the names in it."""

    path: Path | None
    layer: str | None = None
    key: str = ""
    name: str | None = None
    crs: str | None = None  # to be declared, since the file states none
    vintage: int | None = None
    codes: list[str] = field(default_factory=list)
    index: NameIndex | None = None
    repair: bool = False
    notes: list[str] = field(default_factory=list)  # what could not be decided

    def find(self, name: str) -> str | None:
        """Return the code of the one region that a name means, or None."""
        if self.index is not None:
            hits = self.index.find(name)
            return hits[0] if len(hits) == 1 else None
        from growthpoles.regions.kazakhstan.region_names import match_regions

        assert self.vintage is not None
        try:
            return str(match_regions([name], vintage=self.vintage).iloc[0])
        except GrowthpolesError:
            return None

    def nearest(self, name: str) -> str | None:
        """Return the code whose name is spelled most like a name, or None."""
        if self.index is not None:
            owners = {spelling: code for code, names in self.index.names.items() for spelling in names}
            hits = nearest(name, owners, n=1)
            return owners[hits[0]] if hits else None
        return None


def guess_layer(path: Path, *, key: str | None = None) -> LayerGuess:
    """Look at a boundary file.

    Raises
    ------
    DataError
        If it cannot be read, the key is not one of its columns, or no column could be a key.
    """
    from growthpoles.regions.boundaries import read_layer

    frame, layer = read_layer(path)
    guess = LayerGuess(path, layer)
    table = frame.drop(columns=frame.geometry.name)
    # Text before numbers: a number that happens to be unique is rarely a code.
    unique = sorted(
        (str(column) for column in table.columns if _is_key(table[column])),
        key=lambda column: table[column].dtype.kind in "if",
    )
    wordy = [column for column in unique if table[column].dtype.kind not in "if"]
    if key is not None and key not in table.columns:
        near = nearest(key, table.columns, n=1)
        raise DataError(message(f"no column {key[:60]!r}", where=str(path), allowed=listed(table.columns), near=near))
    if key is None and not unique:
        allowed = "a column that is filled and different in every feature"
        raise DataError(message("no column can identify the regions", where=str(path), allowed=allowed))
    short = [column for column in unique if _is_code(table[column])]
    guess.key = key or (short or unique)[0]
    others = [column for column in wordy or unique if column != guess.key]
    if key is None and others:
        guess.notes.append(f"the key of the regions: {guess.key!r} was taken; {listed(others)} would serve as well")
    wordy = [column for column in wordy if column != guess.key and not _is_code(table[column])]
    guess.name = wordy[0] if wordy else None
    if len(wordy) > 1:
        guess.notes.append(f"the names of the regions: {guess.name!r} was taken; {listed(wordy)} could serve as well")
    _look_at_shapes(guess, path, frame)
    texts = {
        str(column): table[column].astype("string") for column in table.columns if table[column].dtype.kind in "OUT"
    }
    keys = _text(table[guess.key])
    guess.codes = keys
    guess.index = NameIndex.build(
        {
            code: [code, *(str(each.iloc[i]) for each in texts.values() if each.notna().iloc[i])]
            for i, code in enumerate(keys)
        }
    )
    return guess


def _look_at_shapes(guess: LayerGuess, path: Path, frame: gpd.GeoDataFrame) -> None:
    """Check what the study would check: coordinate system and shared borders."""
    from growthpoles.regions.boundaries import read_boundaries
    from growthpoles.regions.coverage import check_coverage

    regions = read_boundaries(path, key=guess.key, layer=guess.layer)
    if frame.crs is None:
        west, south, east, north = frame.total_bounds
        if west >= -180 and east <= 360 and south >= -90 and north <= 90:
            guess.crs = "EPSG:4326"
            guess.notes.append("the coordinate system: the file states none; its numbers look like degrees (EPSG:4326)")
        else:
            guess.crs = ""
            guess.notes.append("the coordinate system: the file states none, and its numbers are no degrees")
    try:
        check_coverage(regions)
    except GrowthpolesError as error:
        guess.repair = True
        guess.notes.append(f"the borders: {error}")


def guess_vintage(columns: Iterable[Iterable[str]]) -> LayerGuess | None:
    """Return the vintage of Kazakhstan's regions that a column of names fits best, or None."""
    from growthpoles.regions.kazakhstan.divisions import VINTAGES, region_names

    best, score = None, 0.0
    guesses = [LayerGuess(None, vintage=each, codes=list(region_names(each).index)) for each in VINTAGES]
    for column in columns:
        names = list(dict.fromkeys(filter(None, column)))[:300]
        found = [{name: code for name in names if (code := guess.find(name)) is not None} for guess in guesses]
        known = len(set().union(*found))  # names of some vintage; those of another one count against a vintage
        for guess, codes in zip(guesses, found, strict=True):
            share = len(set(codes.values())) / max(len(guess.codes), known)
            if share > score:
                best, score = guess, share
    return best if score >= 0.8 else None


def _text(column: Any) -> list[str]:
    whole = column.dtype.kind == "f" and column.dropna().mod(1).eq(0).all()
    return [str(cell).strip() for cell in (column.astype("Int64") if whole else column)]


def _is_key(column: Any) -> bool:
    if column.dtype.kind == "f" and not column.dropna().mod(1).eq(0).all():
        return False
    if column.isna().any() or column.dtype.kind not in "OUTif":
        return False
    cells = _text(column)
    return len(set(cells)) == len(cells) and all(0 < len(cell) <= 200 for cell in cells)


def _is_code(column: Any) -> bool:
    cells = _text(column)
    alike = len({len(cell) for cell in cells}) <= 2
    return alike and all(_CODE.fullmatch(cell) for cell in cells)
