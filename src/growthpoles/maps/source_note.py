"""Source note of a figure: year, edition, boundaries, source; the class of missing values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.sheet.legend import Category

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NO_DATA = "no data"
UNDECIDED = "undecided"


def source_parts(
    regions: gpd.GeoDataFrame | None,
    lang: str,
    *,
    year: object = None,
    edition: str | None = None,
    source: str | None = None,
) -> list[str]:
    """Return the parts of the line under a figure: year, edition, boundary vintage and sources.

    Parameters
    ----------
    regions
        `attrs` with "vintage" and "source" are used if there; None for charts.
    lang
        Language.
    year, edition, source
        What the data are; None leaves the part out.
    """
    word = translator(lang)
    parts = [str(year)] if year is not None else []
    if edition:
        parts.append(f"{word('edition')}: {word(edition)}")
    attrs = {} if regions is None else regions.attrs
    vintage, boundaries = attrs.get("vintage"), attrs.get("source")
    if vintage is not None or boundaries:
        parts.append(f"{word('boundaries')}: {', '.join(str(part) for part in (vintage, boundaries) if part)}")
    if source:
        parts.append(f"{word('source')}: {source}")
    return parts


def told(year: object, edition: str | None, *data: Any) -> tuple[Any, str | None]:
    """Return year and edition: those given, else those that all `data` agree on in their `attrs`.

    Tables of this package carry both (``attrs["year"]``, ``attrs["edition"]``), and pandas hands them on to columns
    and to most results of arithmetic. `year` 0 and `edition` "" stand for "none": nothing is looked up.
    """
    found: dict[str, Any] = {"year": year, "edition": edition}
    for key, value in found.items():
        if value is None:
            known = [getattr(part, "attrs", {}).get(key) for part in data]
            same = known and all(other == known[0] for other in known)
            found[key] = known[0] if same else None
    return found["year"] or None, None if not found["edition"] else str(found["edition"])


def span_of(years: tuple[object, object] | None, before: Any, after: Any) -> tuple[object, object] | None:
    """Return the two years given, else those of the tables' `attrs`; None unless both are known."""
    found = years or (getattr(before, "attrs", {}).get("year"), getattr(after, "attrs", {}).get("year"))
    return None if found[0] is None or found[1] is None or found[0] == found[1] else found


def dated(title: str, year: object) -> str:
    """Return a title with its year."""
    return title if year is None or not title else f"{title}, {year}"


def no_data(lang: str) -> Category:
    """Return the class of regions without a value."""
    word = translator(lang)
    return Category(NO_DATA, palettes.NO_DATA, word("no data"), word("n/d"))


def change_notes(lang: str, undecided: Sequence[object]) -> tuple[Category, ...]:
    """Return the classes of a change beside its ramp: no value, and the hatch where there are undecided regions."""
    hatch = Category(UNDECIDED, palettes.PAPER, translator(lang)("Move of class undecided"), hatch=True)
    return no_data(lang), *([hatch] if len(undecided) else [])


def column_of(data: Any, column: str, where: str) -> pd.Series:
    """Take a Series as it is, or a column of a frame.

    Raises
    ------
    MapError
        If the frame has no such column.
    """
    if not hasattr(data, "columns"):
        return data
    if column not in data.columns:
        raise MapError(message(f"no column {column!r}", where=where, allowed=", ".join(map(str, data.columns[:12]))))
    return data[column]
