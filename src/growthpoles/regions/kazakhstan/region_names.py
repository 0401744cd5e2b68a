"""Region names of Kazakhstan, in any spelling and three languages, matched to codes.

The table itself, vintages and successors are in :mod:`growthpoles.regions.kazakhstan.divisions` and matching for
any country in :mod:`growthpoles.regions.name_matching`; their public names can be imported from here as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import SupportsIndex

import pandas as pd

from growthpoles.file_reading import remembered
from growthpoles.regions.kazakhstan.divisions import (
    PLACES,
    VINTAGES,
    predecessors,
    read_regions_table,
    region_names,
    regions_of,
    successors,
    vintage_of,
)
from growthpoles.regions.name_matching import Duplicates, NameIndex, NameKeys, loosen, match_names, show, words

__all__ = [
    "VINTAGES",
    "match_names",
    "match_regions",
    "predecessors",
    "read_regions_table",
    "region_names",
    "successors",
    "vintage_of",
]

_KINDS = {
    "region": "область обл облысы облыс регион region reg oblast obl province prov oblysy oblys oblisi",
    "city": "город гор г каласы кала к city gorod qalasy qala g q",
    "": "of the",
}
_QUALIFIERS = {word: kind for kind, listed in _KINDS.items() for word in listed.split()}


def match_regions(
    names: Iterable[object],
    *,
    vintage: SupportsIndex,
    where: str | None = None,
    duplicates: Duplicates = "raise",
) -> pd.Series:
    """Map names of Kazakhstan's regions, in any spelling, to their codes.

    English, Russian and Kazakh names, official codes (ISO 3166-2, HASC, KATO), abbreviations and former names
    are known. Case, ё/е, punctuation, hyphens and spaces do not matter, nor do accents and the extra Kazakh
    letters. A word for the kind ("область", "oblast", "г.", "қаласы", "city", ...) may be present or absent;
    where present it must fit: "г. Павлодар" is a city and not Pavlodar Region. Nothing is guessed: plain
    "Almaty" or "Алматы" is refused, because sources use it for the city and for the region alike; "г. Алматы"
    and "Алматинская" are clear.

    Parameters
    ----------
    names : iterable of str
        Names, in order.
    vintage : int
        A year; the names must be regions of its vintage (see :func:`vintage_of`).
    where : str, optional
        File or table, for the error message.
    duplicates : {"raise", "allow"}
        Whether two names may mean the same region.

    Returns
    -------
    pandas.Series
        Codes, named `region`, indexed by the names as given, in the same order.

    Raises
    ------
    RegionError
        One error that lists every unknown, ambiguous, missing and duplicate name, with the nearest valid
        names or with what the name means elsewhere (a region of another vintage, a city, a former region, the
        country).

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.match_regions(["Восточно-Казахстанская", "г. Алматы", "almaty OBLAST"], vintage=2014).tolist()
    ['KZ-VOS', 'KZ-ALA', 'KZ-ALM']
    """
    year = vintage_of(vintage)
    index = vintage_index(year)
    return match_names(
        names, index, where=where, duplicates=duplicates, explain=lambda name: _explain(name, year, index)
    )


@lru_cache(maxsize=4096)
def _region_keys(name: str) -> NameKeys:
    """Keys of a name with its qualifier ("область", "city", ...) moved to the end: ``"алматы|city"``."""
    exact = words(name)
    loose = [loosen(word) for word in exact]
    kinds = [_QUALIFIERS.get(word) for word in loose]
    start, stop = 0, len(kinds)
    while start < stop and kinds[start] is not None:
        start += 1
    while stop > start and kinds[stop - 1] is not None:
        stop -= 1
    found = {kind for kind in kinds[:start] + kinds[stop:] if kind}
    if start == stop or len(found) > 1:  # nothing but qualifiers, or both kinds at once: not a region's name
        start, stop, found = 0, len(kinds), set()
    ending = "".join(f"|{kind}" for kind in found)
    return NameKeys("".join(exact[start:stop]) + ending, "".join(loose[start:stop]) + ending)


def _qualified(index: NameIndex, kinds: dict[str, str]) -> NameIndex:
    """Let every name without a qualifier also be found with the qualifier of its kind."""
    for code, names in index.names.items():
        for keys in map(_region_keys, names):
            if "|" not in keys.exact and kinds[code]:
                index.add(code, NameKeys(f"{keys.exact}|{kinds[code]}", f"{keys.loose}|{kinds[code]}"))
    return index


@remembered()
def vintage_index(vintage: int) -> NameIndex:
    """All names of the regions of one vintage."""
    rows = regions_of(vintage)
    index = NameIndex.build({code: row.names for code, row in rows.items()}, key=_region_keys)
    return _qualified(index, {code: row.kind for code, row in rows.items()})


@lru_cache(maxsize=1)
def _place_index() -> NameIndex:
    """Places that are no region of any vintage, by what they are."""
    index = NameIndex.build({what: names for what, (_, names) in PLACES.items()}, what="place", key=_region_keys)
    return _qualified(index, {what: kind for what, (kind, _) in PLACES.items()})


def _explain(name: str, year: int, index: NameIndex) -> str | None:
    """Say what an unknown name means elsewhere: in another vintage, as a place, or of the other kind."""
    for vintage in VINTAGES:
        for code in vintage_index(vintage).find(name):
            row = regions_of(vintage)[code]
            walk = predecessors if year < vintage else successors
            others = [regions_of(year)[each].title for each in walk(code, from_vintage=vintage, to_vintage=year)]
            if year < vintage:
                return f"is {row.names[0]}, exists from {row.first} (before that part of {' and '.join(others)})"
            return f"is {row.names[0]}, existed until {row.last} (since then {' and '.join(others)})"
    if place := _place_index().find(name):
        return place[0]
    core, _, kind = _region_keys(name).loose.partition("|")
    if kind and (hits := index.loose.get(core)):
        clear = [f"{show(index.clear_name(code, like=name))} ({code})" for code in hits]
        return f"is no {kind} of the {year} vintage, but there is {' or '.join(clear)}"
    return None
