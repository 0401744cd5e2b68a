"""Join tables to boundaries, checked both ways, nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.errors import RegionError, message, nearest

if TYPE_CHECKING:
    import geopandas as gpd


def check_regions(found: Iterable[object], expected: Iterable[object], *, found_in: str, expected_in: str) -> None:
    """Raise one RegionError that lists every region present on one side only, and every duplicate."""
    found, expected = list(found), list(expected)
    known, present = set(expected), set(found)
    problems = []
    twice = sorted({str(region) for region in found if found.count(region) > 1}) if len(present) < len(found) else []
    if twice:
        problems.append(f"duplicate region in {found_in}: {', '.join(twice)}")
    extra = [str(region) for region in found if region not in known]
    if extra:
        problems.append(f"in {found_in} but not in {expected_in}: {', '.join(dict.fromkeys(extra))}")
    lacking = [str(region) for region in expected if region not in present]
    if lacking:
        problems.append(f"in {expected_in} but not in {found_in}: {', '.join(lacking)}")
    if problems:
        near = [hit for region in extra[:5] for hit in nearest(region, lacking or expected, n=1)]
        raise RegionError(message("; ".join(problems), near=dict.fromkeys(near)))


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    """Spread a table of region, year, indicator and value into columns; return another one as it is."""
    if not {"region", "year", "indicator", "value"} <= set(table.columns):
        return table
    names = table["indicator"].astype(str)
    if len(set(table["year"])) > 1:
        names += " " + table["year"].astype(str)
    twice = table[pd.DataFrame({"region": table["region"], "name": names}).duplicated()]
    if len(twice):
        region, year, name = twice.iloc[0][["region", "year", "indicator"]]
        raise RegionError(message(f"{region} has two values of {name} for {year}", where="the table"))
    wide = table.assign(name=names).pivot(index="region", columns="name", values="value")
    wide = wide.reindex(index=table["region"].unique(), columns=names.unique())
    wide.attrs = dict(table.attrs)
    return wide.rename_axis(columns=None)


def join(regions: gpd.GeoDataFrame, table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Attach a table to boundaries by region.

    Parameters
    ----------
    regions : GeoDataFrame
        Indexed by region.
    table : DataFrame
        Indexed by region, in any order; NaN cells mean "no data" and stay. Of :func:`growthpoles.read_table` every
        indicator becomes a column, with its year behind it where there are several.

    Returns
    -------
    GeoDataFrame
        `regions` with the columns of `table`, rows in the order of `regions`; `attrs` of both. A region without a row
        has no data; ``attrs["no_row"]`` lists them.

    Raises
    ------
    RegionError
        If a row has no region, a region stands twice, or no region has a row.

    Examples
    --------
    >>> import growthpoles as gp
    >>> mapped = gp.join(gp.load_regions(2014), gp.load_published(2014))
    >>> mapped.loc["KZ-ALA", ["name_en", "index"]].to_dict()
    {'name_en': 'Almaty City', 'index': 65.69}
    """
    for each, name in ((regions, "regions"), (table, "table")):
        if not isinstance(each, pd.DataFrame):
            allowed = "a DataFrame indexed by region; of a Series: its to_frame(name)"
            raise RegionError(message(f"{type(each).__name__} given", where=name, allowed=allowed))
    table = _wide(table)
    present = set(table.index)
    lacking = [code for code in regions.index if code not in present]
    # More regions than rows is common; rows without a region are a mistake, and then both sides are listed.
    if len(table) + len(lacking) != len(regions) or len(lacking) == len(regions) or not table.index.is_unique:
        check_regions(table.index, regions.index, found_in="the table", expected_in="the boundaries")
    clash = [str(column) for column in table.columns if column in regions.columns]
    if clash:
        raise RegionError(message(f"columns on both sides: {', '.join(clash)}", where="join"))
    joined = regions.copy()
    aligned = table.reindex(regions.index)
    for column in aligned.columns:
        joined[column] = aligned[column]
    joined.attrs = {**regions.attrs, **table.attrs} | ({"no_row": lacking} if lacking else {})
    return joined
