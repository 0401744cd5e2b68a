"""Source note of a figure: year, edition, boundaries, source; the class of missing values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, listed, message, nearest, plain, shown
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number, format_p, round_half
from growthpoles.maps import palettes
from growthpoles.maps.sheet.legend import Category

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NO_DATA = "no data"
UNDECIDED = "undecided"


class OwnWords(str):
    """What a test says of itself at the place of a source, which it is none."""


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
        parts.append(source if isinstance(source, OwnWords) else f"{word('source')}: {source}")
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


def between(first: object, last: object) -> str:
    """Return two years as a span: "2010–2014", and "2021/22 – 2023/24" where they are no plain numbers."""
    dash = "\N{EN DASH}"
    return f"{first}{dash if f'{first}{last}'.isdecimal() else f' {dash} '}{last}"


def dated(title: str, year: object) -> str:
    """Return a title with its year, once: one that names other years, too ("2019 to 2022"), does not say it.

    Digits may be those of any script.
    """
    own, plain = re.escape(str(year)), re.sub(r"\d", lambda digit: str(int(digit.group())), title)
    said = re.search(rf"(?<!\d){own}(?!\d)", plain) and not re.search(
        r"(?<!\d)(?:19|20)\d\d(?!\d)", re.sub(rf"(?<!\d){own}(?!\d)", "", plain)
    )
    return title if said or year is None or not title else f"{title}, {year}"


def no_data(lang: str) -> Category:
    """Return the class of regions without a value, which a map lists only where it has some."""
    word = translator(lang)
    return Category(NO_DATA, palettes.NO_DATA, word("no data"), word("n/d"), case=True)


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
    if not hasattr(data, "columns") and not hasattr(data, "index") and hasattr(data, "to_frame"):
        data = data.to_frame()  # a result of this package
    if not hasattr(data, "columns"):
        return labelled(data, where)
    if column not in data.columns:
        near = nearest(column, data.columns, n=1)
        raise MapError(message(f"no column {column!r}", where=where, allowed=listed(data.columns, limit=12), near=near))
    return data[column]


def framed(data: Any, where: str, *, numbers: bool = False) -> pd.DataFrame:
    """Return a frame as it is, or that of a result; say what is wanted of other things, with `numbers` of text too."""
    import pandas as pd

    found = data.to_frame() if hasattr(data, "to_frame") and not isinstance(data, pd.Series) else data
    if isinstance(found, pd.DataFrame):
        odd = [name for name in found.columns if numbers and not _numeric(found[name])]
        if odd:
            raise MapError(message("no numbers in {columns}", where=where, allowed="numbers", columns=listed(odd)))
        return found
    raise MapError(
        message(f"{type(data).__name__} given", where=where, allowed="a DataFrame, or a result that has one")
    )


def _numeric(column: pd.Series | pd.DataFrame) -> bool:
    """Tell whether all cells can be read as numbers."""
    try:
        column.astype(float)
    except (TypeError, ValueError):
        return False
    return True


def labelled(data: Any, where: str) -> pd.Series:
    """Return a Series as it is; say what makes one of other things."""
    import pandas as pd

    if isinstance(data, pd.Series):
        return data
    kind = type(data).__name__
    allowed = "a Series whose index names the regions: pd.Series(values, index=regions.index)"
    raise MapError(message(f"{kind} given", where=where, allowed=allowed))


def series_of(data: Any, where: str, regions: gpd.GeoDataFrame) -> pd.Series:
    """Return a Series as it is, or the column of `regions` that a name means."""
    return labelled(column_of(regions, data, where) if isinstance(data, str) else data, where)


def numbers_of(data: Any, column: str, where: str, regions: gpd.GeoDataFrame | None = None) -> pd.Series:
    """Return numbers by region: of a Series, of `column` of a frame or result, or of the column of `regions` named.

    Raises
    ------
    MapError
        If there is no such column, `data` has no labels, or a cell is text or infinite; NaN passes.
    """
    import pandas as pd

    if isinstance(data, str) and regions is not None:
        data, column = regions, data
    found = column_of(data, column, where)
    if isinstance(found, pd.DataFrame):
        raise MapError(
            message(f"column {column!r} stands {found.shape[1]} times", where=where, allowed="each column once")
        )
    is_number = pd.api.types.is_numeric_dtype(found) and not pd.api.types.is_complex_dtype(found)
    text = found.astype(str) if pd.api.types.is_complex_dtype(found) else found
    numbers = (found if is_number else pd.to_numeric(text, errors="coerce")).astype(float)
    odd = (found.notna() & numbers.isna()) | np.isinf(numbers)
    if found.dtype.kind in "mM" or odd.any():
        first = int(odd.to_numpy().argmax())
        what = f"{shown(found.iloc[first])} is not a finite number"
        allowed = "numbers, or empty cells for no data"
        raise MapError(message(what, where=f"{where}, region {plain(found.index[first])}", allowed=allowed))
    numbers.attrs = dict(getattr(data, "attrs", {})) | dict(found.attrs)
    return numbers


def digits_of(edges: Sequence[float] | NDArray[np.float64]) -> int:
    """Return the digits that show all limits without rounding, six figures of their span at most."""
    span = max(float(np.ptp(edges)), float(np.abs(edges).max()), 1e-300)
    most = 6 + max(0, -int(np.floor(np.log10(span))))
    return next((d for d in range(most) if np.allclose(np.round(edges, d), edges, rtol=0, atol=1e-9 * span)), most)


def shown_value(value: float, lang: str, digits: int | None, sign: Any = "-") -> str:
    """Write a value, a p-value if there are no digits; where it would round to zero with more digits, else "<0.001"."""
    if digits is None:
        return format_p(value, lang)
    if value and round_half(value, digits) == 0:
        digits = next((digits + more for more in (1, 2) if round_half(value, digits + more)), digits)
    if value and round_half(value, digits) == 0:
        least = format_number(np.sign(value) * 10.0**-digits, lang, digits=digits, sign=sign)
        return f"{'<' if value > 0 else '>'}{least}"
    return format_number(value, lang, digits=digits, sign=sign)
