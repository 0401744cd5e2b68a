"""What a figure says about its data: year, edition, boundaries, source; and the class of missing values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from growthpoles.errors import MapError, message
from growthpoles.maps import palettes
from growthpoles.maps.i18n import translator
from growthpoles.maps.legend import Category

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NO_DATA = "no data"


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


def dated(title: str, year: object) -> str:
    """Return a title with its year."""
    return title if year is None or not title else f"{title}, {year}"


def no_data(lang: str) -> Category:
    """Return the class of regions without a value."""
    word = translator(lang)
    return Category(NO_DATA, palettes.NO_DATA, word("no data"), word("n/d"))


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
