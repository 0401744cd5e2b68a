"""Join tables to boundaries by region codes; add small units up to regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RegionError, listed, message, nearest, plain, quoted, remedy

if TYPE_CHECKING:
    import geopandas as gpd


def check_regions(
    found: Iterable[object],
    expected: Iterable[object],
    *,
    found_in: str,
    expected_in: str,
    lacking: Literal["raise", "allow"] = "raise",
    allowed: str | None = None,
) -> None:
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
    left = [str(region) for region in expected if region not in present]
    if left and lacking == "raise":
        problems.append(f"in {expected_in} but not in {found_in}: {', '.join(left)}")
    if problems:
        near = [hit for region in extra[:5] for hit in nearest(region, left or expected, n=1)]
        raise RegionError(message("; ".join(problems), allowed=allowed, near=dict.fromkeys(near)))


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
        allowed = "keys of the boundaries; read_table(file, boundaries=, key=) finds regions by their names"
        check_regions(table.index, regions.index, found_in="the table", expected_in="the boundaries", allowed=allowed)
    clash = [str(column) for column in table.columns if column in regions.columns]
    if clash:
        raise RegionError(message(f"columns on both sides: {', '.join(clash)}", where="join"))
    joined = regions.copy()
    aligned = table.reindex(regions.index)
    for column in aligned.columns:
        joined[column] = aligned[column]
    joined.attrs = {**regions.attrs, **table.attrs} | ({"no_row": lacking} if lacking else {})
    return joined


def unite_regions(regions: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    """Unite small units to the large regions that a column names, such as counties to states.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index of unique codes.
    by : str
        Column with the code of the region to which a unit belongs; filled in every row.

    Returns
    -------
    GeoDataFrame
        Index `region`, in the order in which `by` names them first; of the columns those that are the same for all
        units of every region. ``attrs``: parts (region -> list of its units), united (number of units, column, the
        largest relative difference between the area of a region and the sum of its units, columns dropped) and those
        of `regions`.

    Raises
    ------
    RegionError
        If there is no such column, a unit has nothing in it, or units of a region overlap, so that areas do not add up.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2025)
    >>> regions["part"] = ["one" if code < "KZ-K" else "other" for code in regions.index]
    >>> united = gp.unite_regions(regions, "part")
    >>> len(united), bool(abs(united.area.sum() / regions.area.sum() - 1) < 1e-9)
    (2, True)
    """
    import geopandas as gpd
    import shapely

    columns = [name for name in regions.columns if name != regions.geometry.name]
    if by not in columns:
        near = nearest(by, columns, n=1, words=True)
        raise RegionError(
            message(
                f"no column {by}", where="the boundaries", allowed=listed(columns, write=quoted), near=map(quoted, near)
            )
        )
    codes = regions[by]
    whole = pd.api.types.is_float_dtype(codes) and codes.dropna().mod(1).eq(0).all()
    codes = (codes.astype("Int64") if whole else codes).astype("string").str.strip()
    if len(empty := regions.index[codes.isna() | codes.eq("")]):
        allowed = remedy("a region for every unit; {drop} leaves units out", drop="[...]")
        raise RegionError(message(f"nothing for {listed(empty)}", where=f"column {by}", allowed=allowed))
    groups = regions.drop(columns=by).groupby(codes.astype(object).to_numpy(), sort=False)
    same = groups.nunique(dropna=False).eq(1).all()  # in every region
    kept = [name for name in columns if name != by and same[name]]
    result = groups[[*kept, regions.geometry.name]].first()
    shapes = {code: rows.geometry.to_numpy() for code, rows in groups}
    united = np.array([shapely.union_all(shapes[code]) for code in result.index], dtype=object)
    sums = np.array([shapely.area(shapes[code]).sum() for code in result.index])
    apart = np.abs(shapely.area(united) / sums - 1)
    if (apart > 1e-6).any():
        told = [
            f"{plain(code)} ({100 * share:.2g} %)"
            for code, share in zip(result.index, apart, strict=True)
            if share > 1e-6
        ]
        allowed = remedy("units that do not overlap; {repair} mends shared borders", repair='"clean"')
        raise RegionError(message(f"units overlap in {listed(told, write=str)}", where=f"column {by}", allowed=allowed))
    result.index = pd.Index(result.index, name="region", dtype=object)
    shapes_of = gpd.GeoSeries(united, index=result.index, crs=regions.crs)
    result = gpd.GeoDataFrame(result.drop(columns=regions.geometry.name), geometry=shapes_of)
    parts = {str(code): list(map(str, rows.index)) for code, rows in groups}
    dropped = [name for name in columns if name not in (by, *kept)]
    told_of = {"units": len(regions), "column": by, "area_difference": float(apart.max()), "dropped": dropped}
    result.attrs = {**regions.attrs, "parts": parts, "united": told_of}
    return result


def sum_regions(
    table: pd.DataFrame,
    parts: Mapping[str, Sequence[str]],
    *,
    counts: Sequence[str],
    weighted_by: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Add a table of small units up to large regions: counts are summed, rates are means weighted by a count.

    Parameters
    ----------
    table : DataFrame
        Indexed by unit.
    parts : mapping of str to sequence of str
        Region -> its units, such as ``attrs["parts"]`` of :func:`unite_regions`.
    counts : sequence of str
        Columns that add up: persons, tonnes, money.
    weighted_by : mapping of str to str, optional
        Rate -> the count in which it is measured, such as income per head -> population. A column in neither is
        refused, since a sum of rates means nothing.

    Returns
    -------
    DataFrame
        Index `region`, in the order of `parts`. NaN where a unit has no row or no number, but a rate of a unit whose
        weight is 0; ``attrs["lacking"]`` lists the (region, unit) without a row.

    Raises
    ------
    RegionError
        If a column is neither counted nor weighted, or a row is no unit, or a weight is negative.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> units = pd.DataFrame({"people": [1, 3, 2], "income": [10.0, 20.0, 5.0]}, index=["a", "b", "c"])
    >>> gp.sum_regions(units, {"N": ["a", "b"], "S": ["c"]}, counts=["people"], weighted_by={"income": "people"})
            people  income
    region
    N          4.0    17.5
    S          2.0     5.0
    """
    weighted_by = dict(weighted_by or {})
    known = [*counts, *weighted_by]
    problem, allowed = "", listed(table.columns)
    if odd := [name for name in (*known, *weighted_by.values()) if name not in table.columns]:
        problem = f"no column {odd[0]}"
    elif odd := [str(name) for name in table.columns if name not in known]:
        problem = f"{listed(odd)}: neither in counts nor in weighted_by"
        allowed = "counts add up; rates are means weighted by a count"
    elif odd := [name for name in counts if name in weighted_by]:
        problem, allowed = f"{listed(odd)}: both in counts and in weighted_by", "one of them"
    if problem:
        raise RegionError(message(problem, where="the table", allowed=allowed))
    region = {unit: {str(code): 1.0} for code, units in parts.items() for unit in units}
    check_regions(table.index, [*region], found_in="the table", expected_in="parts", lacking="allow")
    result = add_up(table[[*known]], region, weighted_by=weighted_by, where="the table").reindex([*map(str, parts)])
    lacking = [(next(iter(to)), unit) for unit, to in region.items() if unit not in table.index]
    result.attrs = {"lacking": lacking}
    return result[list(table.columns)].rename_axis("region")


def add_up(
    frame: pd.DataFrame, shares: Mapping[str, Mapping[str, float]], *, weighted_by: Mapping[str, str], where: str
) -> pd.DataFrame:
    """Add rows up to the regions to which shares of them go; a region of which some part has no data has none.

    `shares` also names parts that the table lacks. Columns of `weighted_by` are means by the column that it names.
    """
    links = [(at, to, share) for at, name in enumerate(frame.index) for to, share in shares[name].items() if share]
    targets = list(dict.fromkeys(to for _, to, _ in links))
    place = {to: at for at, to in enumerate(targets)}
    unit = np.array([at for at, _, _ in links], dtype=int)
    into = np.array([place[to] for _, to, _ in links], dtype=int)
    share = np.array([part for *_, part in links], dtype=float)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(into, weights=share * values[unit], minlength=len(targets))

    result = pd.DataFrame(index=pd.Index(targets, name="region", dtype=object))
    for column in frame.columns:
        values = frame[column].to_numpy(dtype=float)
        hole = np.isnan(values)
        if column in weighted_by:
            if (by := weighted_by[column]) not in frame.columns or by in weighted_by:
                counts = [name for name in frame.columns if name not in weighted_by]
                problem = f"weighted_by: {column} by {by}, which is no count of the table"
                raise RegionError(message(problem, where=where, allowed=listed(counts)))
            weight = frame[by].to_numpy(dtype=float)
            if len(odd := frame.index[weight < 0]):
                raise RegionError(message(f"{by} of {odd[0]} is negative", where=where, allowed="weights from 0"))
            hole = np.isnan(weight) | (hole & (weight != 0))
            product = np.where(hole | (weight == 0), 0.0, np.where(np.isnan(values), 0.0, values) * weight)
            below = total(np.where(np.isnan(weight), 0.0, weight))
            added = np.divide(total(product), below, out=np.full(len(targets), np.nan), where=below > 0)
        else:
            added = total(np.where(hole, 0.0, values))
        result[column] = np.where(total(hole.astype(float)) > 0, np.nan, added)
    absent = {to for name, parts in shares.items() if name not in frame.index for to, part in parts.items() if part}
    result.loc[[to for to in targets if to in absent]] = np.nan
    return result
