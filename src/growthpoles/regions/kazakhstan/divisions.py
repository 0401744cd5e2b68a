"""Territorial divisions of Kazakhstan by year: codes, names in three languages; data carried from one to another.

A vintage is a territorial division: 2014 (16 regions, 1999-2017), 2018 (17, 2018-2021) and 2022 (20, since
2022). A year belongs to the vintage that is valid at its end. Codes are the letters that ISO 3166-2 used
until November 2022; ISO has none for Abai, Jetisu and Ulytau, theirs are ours (`iso_letters_official` = no).
`iso_numeric` is today's code of a region that still exists by that name, though its territory may have
shrunk; it is empty for South Kazakhstan, since KZ-61 is Turkistan without Shymkent.
"""

from __future__ import annotations

import io
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, SupportsIndex

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Reason, RegionError, listed, message, nearest, unknown_option
from growthpoles.file_reading import read_text, remembered
from growthpoles.language.languages import SOURCE, check_language
from growthpoles.regions.join import check_regions
from growthpoles.regions.name_matching import show
from growthpoles.shipped_data import geodata_path

Weights = Mapping[str, Mapping[str, float]]

VINTAGES = (2014, 2018, 2022)
_FIRST_YEAR, _LAST_YEAR = 1999, 2099  # 1999: Kokshetau went to Akmola, the last change before 2018
_TOLERANCE = 1e-9  # by which the shares of a region may miss 1
_OF_PART = "{region}: {reason}"


@dataclass(frozen=True, slots=True)
class Region:
    """One row of regions.csv: a region over a span of years without a change of territory."""

    code: str
    first: int
    last: int
    kind: str
    names: tuple[str, ...]
    successors: tuple[str, ...]

    def exists(self, year: int) -> bool:
        """Tell whether the region has this territory at the end of `year`."""
        return self.first <= year <= self.last

    @property
    def title(self) -> str:
        """English name and code, for messages."""
        return f"{self.names[0]} ({self.code})"


@remembered()
def _table() -> pd.DataFrame:
    """Read regions.csv."""
    text = io.StringIO(read_text(geodata_path("regions.csv")))
    return pd.read_csv(text, dtype=str, keep_default_na=False)


@remembered()
def _rows() -> tuple[Region, ...]:
    """All rows of regions.csv as records."""
    named = [*_table().filter(regex="^(name|short)_"), "iso_numeric"]
    return tuple(
        Region(
            code=row["code"],
            first=int(row["vintage_from"]),
            last=int(row["vintage_to"] or _LAST_YEAR),
            kind=row["kind"],
            names=tuple(filter(None, [*(row[column] for column in named), *row["aliases"].split(";")])),
            successors=tuple(filter(None, row["successors"].split(";"))),
        )
        for row in _table().to_dict("records")
    )


@remembered()
def regions_of(vintage: int) -> dict[str, Region]:
    """Return the regions of a vintage by code, in the order of the table."""
    return {row.code: row for row in _rows() if row.exists(vintage)}


def read_regions_table() -> pd.DataFrame:
    """Return every row of regions.csv as typed: all cells are text, an empty cell is ``""``.

    Returns
    -------
    pandas.DataFrame
        One row per code and span of years without a change of territory. `vintage_from` and `vintage_to` are
        years (empty: still valid), `aliases` and `successors` are separated by ``;``. A copy: change it
        freely.
    """
    return _table().copy()


def vintage_of(year: SupportsIndex) -> int:
    """Return the vintage (2014, 2018 or 2022) whose regions are valid at the end of `year`.

    Parameters
    ----------
    year : int
        1999 to 2099. The 16 regions of the 2014 vintage exist since 1999.

    Raises
    ------
    RegionError
        If `year` is not a whole number or outside the range.
    """
    allowed = f"a year {_FIRST_YEAR}-{_LAST_YEAR}, e.g. {', '.join(map(str, VINTAGES))}"
    try:
        number = None if isinstance(year, bool) else operator.index(year)
    except TypeError:
        number = None
    if number is None or not _FIRST_YEAR <= number <= _LAST_YEAR:
        raise RegionError(message(f"vintage={show(year)} is not known", allowed=allowed))
    return max(vintage for vintage in VINTAGES if vintage <= max(number, VINTAGES[0]))


def region_names(
    vintage: SupportsIndex,
    *,
    lang: str = "en",
    form: Literal["full", "short"] = "full",
) -> pd.Series:
    """Return the names of all regions of a vintage.

    Parameters
    ----------
    vintage : int
        A year; see :func:`vintage_of`.
    lang : str
        Language; English where the table has no names in it.
    form : {"full", "short"}
        "Восточно-Казахстанская область" or, for labels, "Восточно-Казахстанская". Short names tell Almaty the
        city from Almaty the region, and :func:`match_regions` understands every one of them.

    Returns
    -------
    pandas.Series
        Names, indexed by `region` in the order of the table: the 16 regions as the article lists them, then
        the new ones.

    Raises
    ------
    RegionError
        If `vintage` or `form` is not known.
    LanguageError
        If `lang` is not known.
    """
    check_language(lang)
    if form not in ("full", "short"):
        raise RegionError(unknown_option("form", form, ("full", "short")))
    year = vintage_of(vintage)
    kind = "name" if form == "full" else "short"
    column = f"{kind}_{lang}" if f"{kind}_{lang}" in _table() else f"{kind}_{SOURCE}"
    valid = [row.exists(year) for row in _rows()]
    return _table().loc[valid].set_index("code")[column].rename_axis("region")


def successors(code: str, *, from_vintage: SupportsIndex, to_vintage: SupportsIndex) -> list[str]:
    """Return the regions of a later vintage that together cover a region of an earlier one.

    Parameters
    ----------
    code : str
        Region code, valid in `from_vintage`.
    from_vintage, to_vintage : int
        Years, the second not in an earlier vintage than the first.

    Returns
    -------
    list of str
        Codes; `[code]` where nothing changed.

    Raises
    ------
    RegionError
        If the code is not valid in `from_vintage`, or the vintages run backwards (see :func:`predecessors`).
    """
    start, end = vintage_of(from_vintage), vintage_of(to_vintage)
    if end < start:
        raise RegionError(f"to_vintage={end} lies before from_vintage={start}: ask predecessors()")
    current = [_known(code, start)]
    for here, there in pairwise(VINTAGES):
        if start <= here and there <= end:
            rows = [regions_of(here)[each] for each in current]
            steps = [[row.code] if row.exists(there) else list(row.successors) for row in rows]
            current = list(dict.fromkeys(step for each in steps for step in each))
    return current


def predecessors(code: str, *, from_vintage: SupportsIndex, to_vintage: SupportsIndex) -> list[str]:
    """Return the regions of an earlier vintage that a region of a later one was part of.

    Parameters
    ----------
    code : str
        Region code, valid in `from_vintage`.
    from_vintage, to_vintage : int
        Years, the second not in a later vintage than the first.

    Returns
    -------
    list of str
        Codes of all regions of `to_vintage` that have `code` among their :func:`successors`.

    Raises
    ------
    RegionError
        If the code is not valid in `from_vintage`, or the vintages run forwards.
    """
    start, end = vintage_of(from_vintage), vintage_of(to_vintage)
    if end > start:
        raise RegionError(f"to_vintage={end} lies after from_vintage={start}: ask successors()")
    _known(code, start)
    return [each for each in regions_of(end) if code in successors(each, from_vintage=end, to_vintage=start)]


def _known(code: object, vintage: int) -> str:
    """Return `code` if it is valid in `vintage`."""
    codes = regions_of(vintage)
    if not isinstance(code, str) or code not in codes:
        near = nearest(code, codes, n=3)
        raise RegionError(message(f"{show(code)} is not a region code of the {vintage} vintage", near=near))
    return code


def to_vintage(
    table: pd.DataFrame,
    *,
    from_vintage: SupportsIndex,
    to_vintage: SupportsIndex,
    additive: Iterable[str] | None = None,
    weights: Weights | None = None,
) -> pd.DataFrame:
    """Carry a table of Kazakhstan's regions over to the regions of another vintage.

    Parameters
    ----------
    table : DataFrame
        Indexed by the codes of all regions of `from_vintage`; float columns.
    from_vintage, to_vintage : int
        Years; see :func:`growthpoles.regions.kazakhstan.divisions.vintage_of`. Towards an earlier vintage
        regions merge; towards a later one they split.
    additive : iterable of str, optional
        Columns that are totals, so that the value of a union is the sum. None: all columns. Any other column is kept
        where no region changes, and refused where one does: recompute a ratio from its parts after the change.
    weights : mapping of code to (mapping of code to share), optional
        For every region that splits, the share that each of its successors gets of every total; shares sum to 1.

    Returns
    -------
    DataFrame
        Index `region` in the order of `to_vintage`. A region is NaN where a region it is made of is NaN. ``attrs`` as
        those of `table`, with `vintage`, `changes` (list of (from, to, share), only where regions changed) and
        `missing` carried over, if there is one.

    Raises
    ------
    RegionError
        If the index is not that of `from_vintage`, a region splits and `weights` is silent, or the shares do not fit.
    DataError
        If a column that is not additive would have to change.

    Notes
    -----
    ``value_t = sum over f of share_ft * value_f``, with share 1 where f lies wholly in t. Equal shares say that the
    total is spread like whatever the shares were taken from (population, for instance), which is an assumption.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"population": 1.0}, index=gp.load_regions(2022).index)
    >>> merged = gp.to_vintage(table, from_vintage=2022, to_vintage=2018)
    >>> merged.loc[["KZ-VOS", "KZ-AKM"], "population"].tolist()
    [2.0, 1.0]
    """
    start, end = vintage_of(from_vintage), vintage_of(to_vintage)
    sources, targets = region_names(start).index, region_names(end).index
    check_regions(table.index, sources, found_in="the table", expected_in=f"the {start} vintage")
    shares = _shares(sources, start=start, end=end, weights=weights)
    matrix = pd.DataFrame(0.0, index=targets, columns=sources)
    for source, target, share in shares:
        matrix.loc[target, source] = share
    changed = [(source, target) for source, target, share in shares if share != 1 or (matrix.loc[target] > 0).sum() > 1]
    touched = {target for _, target in changed}
    totals = set(table.columns if additive is None else additive)
    ratios = [column for column in table.columns if column not in totals]
    if ratios and changed:
        problem = f"{listed(ratios)} does not add up over {listed(dict.fromkeys(source for source, _ in changed))}"
        allowed = "columns named in additive=, and ratios recomputed from them"
        raise DataError(message(problem, where=f"{start} to {end}", allowed=allowed))
    values = table.reindex(sources).to_numpy(dtype=float)
    used = matrix.to_numpy()
    summed = np.array([[_dot(row, values[:, j]) for j in range(values.shape[1])] for row in used]).reshape(
        len(targets), -1
    )
    result = pd.DataFrame(summed, index=pd.Index(targets, name="region"), columns=table.columns)
    result.attrs = {**table.attrs, "vintage": end}
    result.attrs["changes"] = [(s, t, share) for s, t, share in shares if t in touched]
    if "missing" in table.attrs:
        result.attrs["missing"] = _carried(table.attrs["missing"], shares)
    return result


def _dot(shares: np.ndarray, values: np.ndarray) -> float:
    """Weighted sum over the parts of a region; NaN if one of them is, and nothing of the others."""
    parts = shares > 0
    return float(shares[parts] @ values[parts])


def _shares(sources: Iterable[str], *, start: int, end: int, weights: Weights | None) -> list[tuple[str, str, float]]:
    """Return (from, to, share), in the order of `sources`."""
    weights = weights or {}
    if end >= start:
        parts = {code: successors(code, from_vintage=start, to_vintage=end) for code in sources}
    else:
        parts = {code: predecessors(code, from_vintage=start, to_vintage=end) for code in sources}
    split = {code: into for code, into in parts.items() if len(into) > 1}
    stray = [code for code in weights if code not in split]
    if stray:
        raise RegionError(
            message(f"weights for {listed(stray)}", where=f"{start} to {end}", allowed=listed(split) or "no weights")
        )
    lacking = [f"{code} into {' and '.join(into)}" for code, into in split.items() if code not in weights]
    if lacking:
        problem = f"regions split: {'; '.join(lacking)}"
        allowed = "weights= with the share of each part (a total does not say how it was spread)"
        raise RegionError(message(problem, where=f"{start} to {end}", allowed=allowed))
    for code, into in split.items():
        _check_weights(code, into, weights[code])
    return [
        (code, part, float(weights[code][part]) if code in split else 1.0)
        for code, into in parts.items()
        for part in into
    ]


def _check_weights(code: str, into: list[str], given: Mapping[str, float]) -> None:
    check_regions(given, into, found_in=f"the weights of {code}", expected_in=f"the successors of {code}")
    numbers = np.array([given[part] for part in into], dtype=float)
    if not np.isfinite(numbers).all() or (numbers < 0).any() or abs(numbers.sum() - 1) > _TOLERANCE:
        shown = ", ".join(f"{part} {number:g}" for part, number in zip(into, numbers, strict=True))
        raise RegionError(message(f"the weights of {code} are {shown}", allowed="shares from 0 to 1 that sum to 1"))


def _carried(
    missing: Iterable[tuple[str, str, str]], shares: list[tuple[str, str, float]]
) -> list[tuple[str, str, str]]:
    """Name the regions that a gap ends up in."""
    into: dict[str, list[str]] = {}
    for source, target, share in shares:
        if share > 0:
            into.setdefault(source, []).append(target)
    return [
        (target, column, reason if into[region] == [region] else Reason(_OF_PART, {"region": region, "reason": reason}))
        for region, column, reason in missing
        for target in into.get(region, [])
    ]


_CITIES = {
    "Abai Region (until 2022 in East Kazakhstan Region)": "Семей, Semey, Семипалатинск, Semipalatinsk",
    "East Kazakhstan Region": "Усть-Каменогорск, Ust-Kamenogorsk, Өскемен, Oskemen",
    "Jetisu Region (until 2022 of Almaty Region)": (
        "Талдыкорган, Талды-Курган, Талдықорған, Taldykorgan, Taldyqorghan, Taldy-Kurgan"
    ),
    "Almaty Region (since 2022)": "Конаев, Қонаев, Qonaev, Konaev, Капчагай, Қапшағай, Kapchagay, Kapshagay",
    "Ulytau Region (until 2022 in Karaganda Region)": (
        "Жезказган, Джезказган, Жезқазған, Zhezkazgan, Jezkazgan, Dzhezkazgan"
    ),
    "Zhambyl Region": "Тараз, Taraz",
    "West Kazakhstan Region": "Уральск, Орал, Uralsk, Oral",
    "Mangystau Region": "Актау, Ақтау, Aktau, Aqtau, г. Шевченко",
    "North Kazakhstan Region": "Петропавловск, Петропавл, Petropavlovsk, Petropavl",
    "Akmola Region": "Кокшетау, Көкшетау, Kokshetau, Кокчетав, Kokchetav",
}
_FORMER = {
    "East Kazakhstan Region in 1997": "Семипалатинская, Semipalatinsk oblast, Semipalatinskaya",
    "Almaty Region in 1997": "Талдыкорганская, Талды-Курганская, Taldykorgan oblast, Taldy-Kurgan oblast",
    "Karaganda Region in 1997": "Жезказганская, Джезказганская, Zhezkazgan oblast, Dzhezkazgan oblast",
    "its neighbours in 1997": "Тургайская, Торгайская, Тургай, Торгай, Turgay, Turgai, Torgay, Torgai",
    "North Kazakhstan Region in 1997": "Кокчетавская, Кокшетауская, Kokchetav oblast, Kokshetau oblast",
}
_BAIKONUR = (
    "Байконур, Байконыр, Байқоңыр, Baikonur, Baykonur, Bayqonyr, Baikonyr, Ленинск, Leninsk, KZ-BAY, KZ-KAB, KZ.BY"
)
_COUNTRY = (
    "Казахстан, Қазақстан, Kazakhstan, Qazaqstan, Республика Казахстан, Қазақстан Республикасы, "
    "Republic of Kazakhstan, РК, ҚР, KZ, KAZ"
)

PLACES: dict[str, tuple[str, list[str]]] = {
    **{f"is a city, not a region: the seat of {seat}": ("city", n.split(", ")) for seat, n in _CITIES.items()},
    **{f"is a former region, merged into {into}": ("region", n.split(", ")) for into, n in _FORMER.items()},
    "is a city leased to Russia, in statistics part of Kyzylorda Region": ("city", _BAIKONUR.split(", ")),
    "is the whole country, not a region": ("", _COUNTRY.split(", ")),
}
"""What a place is (the end of a sentence that starts with its name) -> its kind and names."""
