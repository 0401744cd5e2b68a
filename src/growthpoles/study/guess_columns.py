"""Guess columns: key, names, encoding, coordinate system of boundaries; regions and series of a long table; codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from growthpoles.errors import DataError, GrowthpolesError, listed, message, nearest, quoted, unshortened
from growthpoles.file_reading import likely_encodings
from growthpoles.language.languages import alternatives
from growthpoles.language.number_format import format_percent_up
from growthpoles.language.phrases import is_name
from growthpoles.regions.code_matching import counts
from growthpoles.regions.layer_files import region_names as names_of_layer
from growthpoles.regions.name_matching import NameIndex, is_country, name_keys, words
from growthpoles.study.files.cell_grids import EncodingError
from growthpoles.study.files.printed_labels import parse_year
from growthpoles.study.files.printed_subjects import UNIT_WORD

if TYPE_CHECKING:
    import geopandas as gpd

_SLIGHT = 1e-3  # share of its area that a region may gain or lose where shared borders are mended without asking
#: Heads of columns of names that a region bears beside its own.
_SECOND = re.compile(
    r"alt(?:$|[^a-z]|ernat|name)|alias|also|other|former|old(?:$|[^a-z])|var(?:$|_?name|iant)", flags=re.IGNORECASE
)
_OTHER_NAMES = frozenset("|;")  # divide the names that a region bears beside its own
_OWN = 0.6  # of a column of names, more than this share differ; else they are groups of regions
_SAME = 0.9  # of two columns, more than this share name the same regions
_LONG = 200  # characters of a name
_NAMED = re.compile(r"nam|nom|naz|gen$|имя|наим|назв|ат[аы]у|名")
# Of the seat or the parent of a region: "HQ", "capital_name".
_SEAT = re.compile(rf"(?<![^\W_])(?:{alternatives('seats')})(?:[ _-]?(?:name|nom)\w*)?(?![^\W_])", flags=re.IGNORECASE)
IDENTIFIERS = ("fid", "ogc_fid", "objectid", "id", "gid")  # what drivers and programs call the numbers of features
_CODE = re.compile(r"[A-Za-z0-9]{1,6}(?:[-._][A-Za-z0-9]{1,8})*")
# Names of identifiers; those of _CODES and COUNTED also stand above numbers of things, and must be codes of one length
# or count the regions.
_ID = re.compile(
    r"(?:.*[ _./-])?(?:id|fid|oid|objectid|codes?(?! of\b)|kod[uyae]?|код[аыу]?|код\w*[ _]\w+|código|codigo|cód|clave"
    r"|п/п|fips|geofips|geoid|ubigeo|zip|plz|postcode|postal[ _]code|postleitzahl|cep|ags|teryt|окато|октмо|като"
    r"|почтовый индекс|nuts[ _-]?\d|iso[ _-]?\d\w*)\.?(?:[ _](?!of\b).{0,12})?"
    r"|cve(?:_\w+|ent|mun|geo|loc|agee)?|nuts[ _-]?(?:id|code|region)s?|iso(?:[ _-]?\w{1,3})?|.*(?:fips|_id|[a-z]code)",
    flags=re.IGNORECASE,
)
_PLACED = rf"(?:{alternatives('abbreviated_places')}|\w*(?:{alternatives('places')})\w*)"
_CODE_OF = re.compile(  # of words apart; "cod" alone may be a fish
    rf"(?:.* )?(?:{alternatives('code_words')})(?: (?:de|del|da|do|du|des|of|the|la|el))* {_PLACED}"
    rf"|{_PLACED} (?:{alternatives('code_words')})|(?:.* )?(?!cod$)(?:{alternatives('code_words')})"
    rf"|(?:{alternatives('code_systems')})(?: (?:{alternatives('code_words')}))?",
    flags=re.IGNORECASE,
)
_CAMEL_ID = re.compile(r"(?:.*[a-z])?(?:Id|ID)|.*[a-z](?:Code|Key)")
_CODES = re.compile(r"cod|postal|индекс|ars|istat|insee|siren|lau\d?|nuts", flags=re.IGNORECASE)
COORDINATE = re.compile(r"(.*_)?(lat|lon|lng|(lat|long)itude?|intptl(at|on)|[xy]_?coord\w*|coord\w*)", re.IGNORECASE)
COUNTED = re.compile(
    r"(?:region |row )?(?:no|nr|№|num|nummer|number|numéro|número|nro|lp|index|row|s\.? ?no|sr\.? ?no|sl\.? ?no"
    r"|lfd\.? ?nr)\.?|#|n|№.{0,6}|rank|ranking|ранг|место|orden|id",
    flags=re.IGNORECASE,
)
RANKS = re.compile(rf".*(?:{alternatives('ranks')}).*", flags=re.IGNORECASE)
# Remarks on the values: of text by any of the words, of numbers only where the whole name says so.
STATUS = re.compile(
    r".*(?:status|flag|footnote|foot[ _]note|\bnotes?\b|remark|symbol|qualit|_q$|\bcomments?\b|\bsource|confiden"
    r"|obs_?conf|decimals|unit_?mult|unit multiplier|примечан|сноск|conf_status|quelle|fuente|última).*",
    flags=re.IGNORECASE,
)
STATUS_NUMBER = re.compile(
    r"(?:(?:obs|value|data|cell|estimate)[ _])?(?:status|flag|foot[ _]?note|note|remark|symbol|comment|source|decimal"
    r"|conf_status|сноск[аи]|примечани[ея])s?(?:[ _]?(?:id|code|codes|no|number|numbers|seqid|flags?))?"
    r"|unit[ _]?mult(?:iplier)?",
    flags=re.IGNORECASE,
)
FLAGS = re.compile(r".*(?:status|flag|footnote|symbol|qualit|_q$|remark|conf).*", flags=re.IGNORECASE)
VALUE = re.compile(rf"(?:{alternatives('values')})", flags=re.IGNORECASE)
#: A column of a long table that says what its numbers are.
INDICATOR = re.compile(
    rf"(?!{UNIT_WORD.pattern}$)(?:.*[ _])?(?:{alternatives('indicators')})(?:[ _](?:name|label|title))?",
    flags=re.IGNORECASE,
)
#: Columns that say in every row what the whole table is about, the likeliest first.
#: A header with a word for units; the other words for them may mean regions, and count where they stand alone.
UNIT = re.compile(
    r"(?!.*(?:territ|admin|geo|region|spatial|local|муниц|террит|админ)).*"
    rf"(?:{alternatives('units_within')}).*"
    rf"|{UNIT_WORD.pattern}",
    flags=re.IGNORECASE,
)
# Columns of offices that name regions, by a code or a name (SDMX, Eurostat, OECD, UN, Statistics Canada and others).
_PLACE = re.compile(
    r"geo(?:$|[^\w].*|[ _-]?(?:id|name|label|code|area\w*|graphy.*|fips|uid))|dguid"
    r"|.*geograph\w*(?:[ _-]?(?:name|code))?|ref[ _]?area.*|location|loc|counterpart[ _]?area|economy|m49.*"
    r"|area(?: ?code)?(?: \(m49\))?"
    r"|iso[ _-]?[a-z]*3.*",
    flags=re.IGNORECASE,
)
_PLACES = re.compile(
    rf"(?<![^\W_])(?:{alternatives('places')})|{alternatives('places_within_words')}", flags=re.IGNORECASE
)
_SERIES = re.compile(
    r"vector|coordinate|urn|idbank|(?:time[ _]?)?series(?:[ _]?(?:id|code|key|name))?|код ряда", flags=re.IGNORECASE
)
_FULL = 0.3  # of what the labels of a series could give together, so much is there
_LABELS = 5  # columns that tell series apart
_LONE, _MISTYPED = 0.8, 0.05  # shares of texts beside one region, of regions beside two: `says_of_region`
_ENCODINGS = (
    "utf-8", "cp1251", "cp1250", "cp1252", "gb18030", "cp932", "cp949", "cp1254", "cp1257", "cp1253", "cp866", "big5",
    "koi8-r", "cp874", "cp1255", "cp1256", "cp1258", "utf-16-le", "utf-16-be",
)  # fmt: skip


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
    repair: Literal["", "check", "decide"] = ""  # "check": shared borders are mended, and areas stay
    encoding: str | None = None  # of a Shapefile that states none
    dissolve: bool = False
    drop: list[str] = field(default_factory=list)  # without a polygon
    parents: set[str] = field(default_factory=set)  # names of groups of regions
    notes: list[str] = field(default_factory=list)  # what could not be decided

    @property
    def names(self) -> NameIndex:
        """The regions with all their names; of a vintage, an index that knows every spelling."""
        return self.index if self.index is not None else _Vintage(self)  # type: ignore[return-value]

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


class _Vintage:
    """Kazakhstan's regions as an index of names."""

    def __init__(self, guess: LayerGuess) -> None:
        from growthpoles.regions.kazakhstan.divisions import region_names

        assert guess.vintage is not None
        table = region_names(guess.vintage)
        self.names = {code: [code, *map(str, row)] for code, row in zip(table.index, table.to_numpy(), strict=True)}
        self.guess = guess
        self.known: dict[str, list[str]] = {}
        self.asked: set[str] = set()

    def find(self, name: str) -> list[str]:
        if name not in self.known:
            code = self.guess.find(name)
            self.known[name] = [] if code is None else [code]
        return self.known[name]


def guess_layer(
    path: Path,
    *,
    key: str | None = None,
    texts: Iterable[str] = (),
    layer: str | None = None,
    crs: str | None = None,
    dissolve: bool | None = None,
    shapes: bool = True,
) -> LayerGuess:
    """Look at a boundary file.

    Parameters
    ----------
    path : Path
    key : str, optional
        Column that identifies a region; None takes the one whose values stand in the tables.
    layer, crs : str, optional
        Layer of the file, and coordinate system of one that states none; None looks for them.
    texts : iterable of str
        Texts of the tables, by which key, layer and encoding are told.
    dissolve : bool, optional
        Whether the rows of one region are united; None unites them.
    shapes : bool
        Whether polygons, borders and coordinate system are looked at, or names alone.

    Raises
    ------
    DataError
        If it cannot be read, the key is none of its columns, or none could be one.
    """
    from growthpoles.regions.boundaries import read_layer
    from growthpoles.regions.layer_files import PLACED

    texts = list(texts)
    known = {name_keys(text).loose for text in texts} - {""}
    frame, layer, notes = best_layer(path, texts) if layer is None else (*read_layer(path, layer), [])
    if "placed" in frame.attrs:
        notes = [*notes, PLACED]
    guess = LayerGuess(path, layer, crs=crs, notes=notes)
    frame, guess.encoding = _best_encoding(path, layer, frame, known)
    if guess.encoding:
        guess.notes.append(f"the encoding of the boundaries: the file states none; {guess.encoding} was taken")
    table = frame.drop(columns=frame.geometry.name)
    best, others = choose_key(table, known)
    key = key and unshortened(key, table.columns)
    if key is not None and key not in table.columns:
        near = nearest(key, table.columns, n=1, words=True)
        allowed = listed(table.columns, write=quoted)
        raise DataError(message(f"no column {key[:60]!r}", where=str(path), allowed=allowed, near=map(quoted, near)))
    if key is None and best is None:
        allowed = "a column that is filled and different in every feature"
        raise DataError(message("no column can identify the regions", where=str(path), allowed=allowed))
    guess.key, guess.dissolve = key or str(best), bool(dissolve)
    if key is None and others:
        other = listed(others, write=quoted)
        guess.notes.append(f"the key of the regions: {guess.key!r} was taken; {other} would serve as well")
    names = name_columns(table, guess.key, known)
    names = names if names[:1] != [guess.key] else []  # its key calls a region then
    guess.name, names = next(iter(names), None), [column for column in names if column != guess.key]
    if len(names) > 1:
        other = listed(names[1:], write=quoted)
        guess.notes.append(f"the names of the regions: {guess.name!r} was taken; {other} could serve as well")
    keys = _text(table[guess.key])
    _settle_features(guess, frame, keys, dissolve)
    if shapes:
        told = table[[guess.key, *names]].astype("string").fillna("").map(lambda text: name_keys(text).loose in known)
        _look_at_shapes(guess, path, frame, {code for code, row in zip(keys, told.any(axis=1), strict=True) if row})
    empty = table[guess.key].isna().to_numpy()
    if empty.any():
        at = listed([i for i, each in enumerate(empty, 1) if each], limit=8)
        guess.notes.append(f"column {guess.key!r} of the boundaries is empty in feature {at}, which is no region by it")
    first = {code: i for i, code in reversed(list(enumerate(keys))) if code not in guess.drop and not empty[i]}
    rows = table.iloc[sorted(first.values())].drop(columns=[guess.key, *_of_parts(table, guess.key)])
    rows.index = [keys[i] for i in sorted(first.values())]
    guess.codes = list(rows.index)
    spellings, guess.parents = names_of_layer(rows)
    guess.index = NameIndex.build(spellings)
    return guess


def best_layer(path: Path, texts: Iterable[str]) -> tuple[gpd.GeoDataFrame, str, list[str]]:
    """Read the layer of a file, of several the one whose texts stand in the tables."""
    from growthpoles.regions.boundaries import layer_names, read_layer

    known = {name_keys(text).loose for text in texts} - {""}
    names = layer_names(path)
    if len(names) < 2:
        return *read_layer(path), []
    read = {name: read_layer(path, name)[0] for name in names[:20]}
    borne = {name: len(known & {name_keys(text).loose for text in _texts_of(frame)}) for name, frame in read.items()}
    best = max(borne, key=lambda name: borne[name])
    if not borne[best] or list(borne.values()).count(borne[best]) > 1:
        return *read_layer(path), []  # says which layers there are
    others = listed([name for name in names if name != best], write=quoted)
    return read[best], best, [f"the layer: {best!r} was taken, whose names stand in the tables; others: {others}"]


def _texts_of(frame: gpd.GeoDataFrame) -> Iterator[str]:
    for column in frame.columns:
        if column != frame.geometry.name and frame[column].dtype.kind in "OUTiu":
            yield from frame[column].dropna().astype(str)


def _best_encoding(
    path: Path, layer: str, frame: gpd.GeoDataFrame, known: set[str]
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Read a Shapefile that states no encoding in the one in which most of its names stand in the tables."""
    from growthpoles.regions.boundaries import read_layer
    from growthpoles.regions.layer_files import states_encoding

    texts = [text for text in _texts_of(frame) if not text.isascii()]
    if states_encoding(path) or not texts:
        return frame, None
    if "encoding" in frame.attrs:
        return frame, str(frame.attrs["encoding"])
    try:
        likely = likely_encodings(b"\n".join(text.encode("latin1") for text in texts))
    except UnicodeEncodeError:  # GDAL knew the encoding by the file's own mark
        likely = []
    best = fitting_encoding(
        lambda name: [text.encode("latin1").decode(name) for text in texts],
        ["latin1", *likely],
        lambda text: name_keys(text).loose in known,
    )
    if best is None:  # no name is known
        best = likely[0] if likely and likely[0] != "cp1252" else "latin1"
    return (frame if best == "latin1" else read_layer(path, layer, encoding=best)[0]), best


def fitting_encoding(
    read: Callable[[str], Iterable[str]],
    likely: Iterable[str],
    fits: Callable[[str], bool],
    names: Iterable[str] = (),
) -> str | None:
    """Return the encoding in which most texts fit, or else hold words of names; the likeliest of several.

    None where nothing fits; texts of ASCII are the same in all of them. `read` returns the texts in an encoding.
    """
    told: dict[str, list[str]] = {}
    for name in dict.fromkeys((*likely, *_ENCODINGS)):
        with suppress(UnicodeError, EncodingError):
            told[name] = [text for text in read(name) if not text.isascii() and len(text) < _LONG]
    score = {name: sum(map(fits, own)) for name, own in told.items()}
    if not any(score.values()):
        known = {word for each in names for word in words(each) if not word.isascii()}
        score = {name: sum(word in known for text in own for word in words(text)) for name, own in told.items()}
    best = max(score, key=lambda name: score[name], default=None)
    return best if best is not None and score[best] else None


def _settle_features(guess: LayerGuess, frame: gpd.GeoDataFrame, keys: Sequence[str], dissolve: bool | None) -> None:
    """Find features without a polygon, and regions in several rows."""
    import shapely

    shapes = frame.geometry.to_numpy()
    bare = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    filled = {code for code, none in zip(keys, bare, strict=True) if not none}
    guess.drop = list(dict.fromkeys(code for code, none in zip(keys, bare, strict=True) if none and code not in filled))
    if guess.drop:
        guess.notes.append(f"{listed(guess.drop)}: no polygon in the boundaries; left out (drop)")
    if len(set(keys)) == len(keys):
        return
    twice = sorted({code for code in keys if list(keys).count(code) > 1}) if len(keys) < 20_000 else ["several"]
    guess.dissolve = dissolve is not False
    guess.notes.append(f"{listed(twice)}: several rows of the boundaries; their polygons are united (dissolve)")


def _look_at_shapes(guess: LayerGuess, path: Path, frame: gpd.GeoDataFrame, held: set[str]) -> None:
    """Check what the study would check: one level of regions, those with rows, coordinate system and shared borders."""
    from growthpoles.regions.boundaries import altered_areas, read_boundaries
    from growthpoles.regions.coverage import check_coverage, of_one_level

    regions = read_boundaries(
        path, key=guess.key, layer=guess.layer, encoding=guess.encoding, dissolve=guess.dissolve, drop=guess.drop,
        repair="clean", crs=guess.crs,
    )  # fmt: skip
    altered = altered_areas(regions)
    if altered:
        guess.repair = "decide"
        guess.notes.append(f'polygons that cross themselves, which repair = "clean" would mend: {listed(altered)}')
    if regions.crs is None:
        west, south, east, north = frame.total_bounds
        if west >= -180 and east <= 360 and south >= -90 and north <= 90:
            guess.crs = "EPSG:4326"
            guess.notes.append("the coordinate system: the file states none; its numbers look like degrees (EPSG:4326)")
        else:
            guess.crs = ""
            guess.notes.append("the coordinate system: the file states none, and its numbers are no degrees")
    faults: str | None = None
    try:
        every = regions.index
        regions, left_out = of_one_level(regions, held)
        guess.drop += every.difference(regions.index, sort=False).tolist()
        guess.notes += [f"{each} (drop)" for each in left_out]
        check_coverage(regions)
    except GrowthpolesError as error:
        faults = str(error)
    if faults is None:
        return
    guess.repair = guess.repair or "decide"
    try:
        mended = check_coverage(regions, repair="clean").attrs["coverage"]
    except GrowthpolesError as error:
        guess.notes.append(f"the borders: {error}")
        return
    told = f"areas change by at most {format_percent_up(mended['area_change'])}, {len(mended['pairs_gained'])} pairs of"
    same = mended["area_change"] <= _SLIGHT and not altered
    guess.repair = "check" if same else "decide"
    written = "is written" if same else "would mend them, and is yours to decide"
    guess.notes.append(f'the borders: {faults}; repair = "clean" {written}: {told} neighbours are gained')


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


def choose_key(table: Any, known: Collection[str] = (), *, spared: str | None = None) -> tuple[str | None, list[str]]:
    """Return the column of a boundary file that identifies its regions, None for none, and others that could.

    Codes of which most stand in the tables (`known`, as :func:`name_keys` loosens them) go first, then codes that are
    text, other texts, and numbers, since one that happens to be unique is rarely a code; what numbers the features
    goes last, of texts the seats of regions. The column `spared` is something else.
    """
    could = [str(column) for column in table.columns if str(column) != spared and not COORDINATE.fullmatch(str(column))]
    unique = [column for column in could if _is_key(table[column])]
    codes = [column for column in unique if _is_code(table[column])]
    texts = [column for column in unique if table[column].dtype.kind not in "if"]
    texts.sort(key=lambda column: _SEAT.search(column) is not None)
    keys = list(dict.fromkeys([*(c for c in codes if c in texts), *texts, *codes, *unique]))
    counted = [c for c in keys if c.casefold() in IDENTIFIERS and (c not in texts or counts(_text(table[c])))]
    keys = [column for column in keys if column not in counted] or counted
    borne = {c: len({name_keys(text).loose for text in _text(table[c])}.intersection(known)) for c in unique if known}
    if not any(borne.get(c) for c in keys) and any(2 * borne.get(c, 0) > len(table) for c in counted):
        keys = list(dict.fromkeys([*counted, *keys]))  # of all columns these alone stand in the tables
    digits = [c for c in keys if c in codes and any(map(str.isdecimal, "".join(_text(table[c]))))]
    coded = [c for c in digits if 2 * borne.get(c, 0) > len(table)]
    key = next(iter([*coded, *keys]), None)
    others = [column for column in keys if column != key]
    return key, [column for column in others if column in texts] or others


def name_columns(table: Any, key: str | None, known: Collection[str] = ()) -> list[str]:
    """Return the columns of a boundary file that hold names of the regions, the best first.

    Those in which most texts stand in the tables (`known`, as :func:`name_keys` loosens them) come first, then those
    that hold no list of other names ("A|B") and are not called other ones ("alt-name"), those where every region has
    a name of its own, those that are called names, and the order of the file. Columns of
    numbers and of codes are none; nor are those in which most names repeat, which are groups of regions, those of
    seats, and lists of other names ("A|B"). The key, where it is one of them, is preceded only by columns without more
    gaps that are called names, write its names in another way (it is often in capitals or without its accents), or
    stand in the tables more than it does.
    """
    ranks: dict[str, tuple[Any, ...]] = {}
    rows = table if key is None or key not in table else table.drop_duplicates(key)
    parts = [] if key is None or key not in table else _of_parts(table, key)
    for column in map(str, table.columns):
        cells = rows[column]
        if column not in table.columns or cells.dtype.kind not in "OUT" or cells.isna().all():
            continue
        if column in parts or (column != key and _SEAT.search(column)):
            continue
        texts = [text for text in _text(cells.dropna()) if text]
        distinct, words = len(set(texts)), sum(map(_is_worded, texts))
        if 2 * words <= len(texts) or 2 * len(texts) < len(rows) or distinct <= _OWN * len(texts):
            continue
        if column != key and 10 * sum(not _OTHER_NAMES.isdisjoint(text) for text in texts) > len(texts):
            continue
        code = _is_code(cells.dropna())
        if max(map(len, texts)) > _LONG or are_codes(texts):
            continue
        whole = distinct == len(rows)
        borne = len(set(known) & {name_keys(text).loose for text in texts}) if known else 0
        second = bool(_SECOND.match(column)) or any("|" in text for text in texts)
        ranks[column] = (-borne, second, not whole, code, not _NAMED.search(column.casefold()))
    names = sorted(ranks, key=lambda column: ranks[column])
    if key not in ranks:
        return names
    loose = {each: rows[each].map(lambda text: name_keys(str(text)).loose) for each in names}
    rank = ranks[key]

    def precedes(column: str) -> bool:
        borne, *quality = ranks[column]
        if column == key or quality > [*rank[1:]]:
            return False
        return not quality[-1] or borne < rank[0] or (loose[key] == loose[column]).mean() > _SAME

    first = [column for column in names if precedes(column)]
    return [*first, key, *(column for column in names if column != key and column not in first)]


def _of_parts(table: Any, key: str) -> list[str]:
    """Return the columns that differ within a region of several rows: they are about its parts, not about it."""
    within = table[table[key].duplicated(keep=False)]
    return [str(column) for column in table.columns if (within.groupby(key)[column].nunique() > 1).any()]


def _is_worded(text: str) -> bool:
    """Tell whether a word of letters alone stands in a text, as in a name; an identifier has none."""
    return any(word.isalpha() and (len(word) > 1 or not word.isascii()) for word in re.findall(r"[^\W_]+", text))


def _is_key(column: Any) -> bool:
    if column.dtype.kind == "f" and not column.dropna().mod(1).eq(0).all():
        return False
    if column.isna().any() or column.dtype.kind not in "OUTif":
        return False
    cells = _text(column)
    return len(set(cells)) == len(cells) and all(0 < len(cell) <= 200 for cell in cells)


def are_codes(texts: Sequence[str]) -> bool:
    """Tell whether texts are codes or addresses in any script: of one length but for numbers, and few with a word."""

    def named(text: str) -> bool:
        words, small = re.findall(r"[^\W\d_]+", text), any(map(str.isdecimal, text)) and text.islower()
        cased = [word for word in words if word.upper() != word.lower()]
        own = (len(word) > 2 and (word[1:].islower() or (len(word) > 3 and " " in text)) for word in cased)
        return "://" not in text and not small and (len(cased) < len(words) or any(own))

    alike = min(len({*map(len, texts)}), len({len(re.sub(r"\d+", "0", text)) for text in texts})) <= 2
    return 2 * sum(map(named, texts)) <= len(texts) and (alike or all("://" in text for text in texts))


def _is_code(column: Any) -> bool:
    cells = _text(column)
    alike = len({len(cell) for cell in cells}) <= 2
    return alike and all(_CODE.fullmatch(cell) for cell in cells)


def is_identifier(name: str, texts: Collection[str]) -> bool:
    """Tell whether a column of whole numbers identifies regions or rows by its name, and by its texts where need be."""
    apart = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[^\W\dA-ZА-Я_])(?=[A-ZА-Я])", "_", name)).strip()
    if _ID.fullmatch(name) or _CAMEL_ID.fullmatch(name) or _CODE_OF.fullmatch(apart):
        return True
    lengths = set(map(len, texts))
    coded = _CODES.fullmatch(name) is not None and len(lengths) <= 2 and max(lengths, default=0) > 3
    return coded and len(set(texts)) == len(texts) and all(map(str.isdecimal, texts))


def names_places(header: str, *, strict: bool = False) -> bool:
    """Tell whether a column is called as one of regions; `strict` where its numbers could measure them, as "Area"."""
    found = _PLACE.fullmatch(header.strip())
    if strict:
        return found is not None and not header.casefold().startswith("area")
    return found is not None or _PLACES.search(header) is not None


def goes_on_below(texts: Sequence[str], above: Sequence[str], *, labels: Iterable[int], values: Sequence[int]) -> bool:
    """Tell whether a row of years or signs of units below a header goes on with it, though it has a label, too.

    The label says what the rows are ("Negeri", below it "State"), or the same years repeat below several headings.
    """
    if all(re.fullmatch(r"[%‰€$£¥₽₸₹₴₺]+", texts[at]) for at in values):
        return True
    years = [(at, label.year) for at in values if (label := parse_year(texts[at])) is not None]
    if len(years) < len(values):
        return False
    if any(re.fullmatch(r"[^\W\d_]+(?:\s?/\s?[^\W\d_]+)?", texts[at]) and names_places(texts[at]) for at in labels):
        return True
    groups: dict[str, list[int]] = {}
    head = ""
    for at, year in years:
        head = (above[at] if at < len(above) else "") or head
        groups.setdefault(head, []).append(year)
    nested = pairwise(sorted(map(set, groups.values()), key=len))
    rising = all(each == sorted(set(each)) for each in groups.values())
    return len(groups) > 1 and rising and not any(map(parse_year, groups)) and all(a <= b for a, b in nested)


CODED = re.compile(r"(?=\S*[\d_]|[^a-zа-яё]*$)[\w.:/-]+")


def indicator_column(
    names: Sequence[str], texts: Mapping[int, Sequence[str]], heads: Mapping[int, str], *, lone: bool
) -> int | None:
    """Return the column called one of indicators that tells rows of a region apart; where `lone`, it may not."""
    called = {at: column for at, column in texts.items() if INDICATOR.fullmatch(heads[at].strip())}
    for at, column in called.items():
        if len(set(zip(names, column, strict=True))) > len(set(names)):
            return at
    alike = {at: column[0] for at, column in (called or texts).items() if column[0] and len(set(column)) == 1}
    same = [at for at in alike if called or not heads[at]] if lone else []
    return min(same, key=lambda at: (bool(CODED.fullmatch(alike[at])), at), default=None)


def codes_of_labels(texts: Mapping[int, Sequence[str]]) -> dict[int, int]:
    """Return columns of codes, each with a column of labels beside which every code stands once ("CIA02C1")."""
    coded = {at for at, column in texts.items() if all(map(CODED.fullmatch, filter(None, column)))}
    found: dict[int, int] = {}
    for at in coded:
        for other in texts.keys() - coded:
            pairs = set(zip(texts[at], texts[other], strict=True))
            if len(pairs) == len(set(texts[at])) == len(set(texts[other])):
                found[at] = min(other, found.get(at, other))
    return found


def says_of_region(names: Sequence[str], texts: Sequence[str]) -> bool:
    """Tell whether texts say something about the region of a row, also where a few rows bear the name of another one.

    An indicator stands at several regions, and several at a region.
    """
    texts_of, regions_of = map(Counter, zip(*set(zip(names, texts, strict=True)), strict=True))
    odd = [n for n in texts_of.values() if n > 1]
    mistyped = len(odd) <= max(1, _MISTYPED * len(texts_of)) and max(odd, default=0) <= 2 and len(texts_of) >= 10
    lone = [*regions_of.values()].count(1) > _LONE * len(regions_of) and len(texts_of) > 1
    return not odd or mistyped or lone


def series_columns(texts: Mapping[int, Sequence[str]], heads: Mapping[int, str]) -> set[int]:
    """Return the columns that number or name the series of a long table, or its rows: one for each region and category.

    Parameters
    ----------
    texts : mapping
        Column -> texts of its cells, of all columns that are labels (years too) and no numbers of things.
    heads : mapping
        Column -> what it is called.

    Notes
    -----
    Each text of such a column stands beside one text of several other columns, and these together beside it alone, as
    they cross each other. It is written as a code, called one of series, or repeats what it stands beside.
    """
    codes = {at: _numbered(column) for at, column in texts.items()}
    counts = {at: int(code.max(initial=-1)) + 1 for at, code in codes.items()}
    found: set[int] = set()
    for at, code in codes.items():
        if counts[at] < 4 or names_places(heads[at]):
            continue
        first = np.unique(code, return_index=True)[1]
        beside: dict[int, Any] = {}
        for other, own in codes.items():
            if other == at or not 2 <= counts[other] <= counts[at] / 2 or _distinct(code, own) > counts[at]:
                continue
            part = own[first]
            if np.median(np.bincount(part)) >= 2 and not any(
                counts[each] == counts[other] == _distinct(part, twin) for each, twin in beside.items()
            ):
                beside[other] = part
        called = bool(_SERIES.fullmatch(heads[at].strip()))
        few = [o for o in beside if counts[at] >= _FULL * counts[o]]
        for size in range(2, _LABELS + 1):
            for chosen in combinations(few, size):
                most = prod(counts[each] for each in chosen)
                if most < counts[at] or (not called and counts[at] < _FULL * most) or at in found:
                    continue
                if _distinct(*(beside[each] for each in chosen)) == counts[at] and (
                    called or _written_for(texts, at, chosen, first.tolist())
                ):
                    found.add(at)
    return found


def region_column(
    texts: Mapping[int, Sequence[str]], heads: Mapping[int, str], years: Sequence[str] = ()
) -> tuple[int, list[int]]:
    """Return the column that names the regions where no boundaries tell, and others that could serve as well.

    A column that is called as one of regions goes before those that cross it, which are categories. Then the one with
    most different texts is taken; of names and codes of the same regions, in each year, the names.
    """
    codes = {at: _numbered(column) for at, column in texts.items()}
    counts = {at: len(set(filter(None, column))) for at, column in texts.items()}
    places = {at for at, column in texts.items() if counts[at] > 1 and (names_places(heads[at]) or _countries(column))}
    left = [at for at in texts if at in places or not any(_crosses(codes[at], codes[place]) for place in places)]
    worded = {at: 2 * sum(map(is_name, found)) > len(found) for at in left if (found := set(filter(None, texts[at])))}
    best = max(left, key=lambda at: (counts[at], worded.get(at, False), at in places, -at))
    dated = _numbered(years or [""] * len(texts[best]))
    same = [
        at
        for at in left
        if at != best and counts[at] > 1
        and _distinct(dated, codes[at]) == _distinct(dated, codes[best]) == _distinct(dated, codes[at], codes[best])
    ]  # fmt: skip
    key = max([best, *same], key=lambda at: (worded.get(at, False), at in places, -at))
    others = [at for at in sorted({best, *same} - {key}) if "" not in texts[at]]
    if key not in places:
        others += [at for at in left if 2 * counts[at] > counts[key] and _crosses(codes[at], codes[key])]
    return key, others


def _numbered(texts: Sequence[str]) -> Any:
    """Return a number for each text of a column, the same for the same text."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int64)


def _distinct(*codes: Any) -> int:
    """Count the different rows of columns that are numbered."""
    key = codes[0]
    for code in codes[1:]:
        key = np.unique(key * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1]
    return len(np.unique(key))


def _crosses(code: Any, other: Any) -> bool:
    """Tell whether most texts of a column stand beside several of another one."""
    width = int(other.max(initial=0)) + 1
    beside = np.bincount(np.unique(code * width + other) // width)
    return 2 * int((beside > 1).sum()) > len(beside)


def _countries(texts: Sequence[str]) -> bool:
    """Tell whether most texts of a column are names of countries."""
    found = list(dict.fromkeys(filter(None, texts)))[:300]
    return len(found) > 2 and 2 * sum(map(is_country, found)) > len(found)


def _written_for(texts: Mapping[int, Sequence[str]], at: int, chosen: Sequence[int], rows: Sequence[int]) -> bool:
    """Tell whether a column is written in codes, or repeats what stands in one of those that it is made of."""
    own = [texts[at][row].casefold() for row in rows]
    if 2 * sum(is_name(texts[at][row]) for row in rows) < len(own):
        return True
    for each in chosen:
        part = [texts[each][row].casefold() for row in rows]
        if sum(len(a) > 2 and a in b for a, b in zip(part, own, strict=True)) >= 0.8 * len(own):
            return True
    return False
