"""Join tables to boundaries by codes, also in longer cells and without their zeros; add small units up to regions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RegionError, listed, message, nearest, plain, quoted, remedy
from growthpoles.regions.name_matching import GENERIC, PLACES, core_words, loose_words, says_total

if TYPE_CHECKING:
    import geopandas as gpd

    from growthpoles.regions.name_matching import NameIndex

#: A code before a name, apart from it or joined to it; what takes the name alone.
CODE_BEFORE = (
    re.compile(r"\(?[A-Z]{0,3}\d[\w.-]*\)?[.:]?\s+\D.*"),
    re.compile(r"[A-Z]{0,3}\d[A-Z\d.]*\s*[_:;|/–—-]\s*\D.*"),
)
BEHIND_CODE = (r"\(?\w[\w.-]*\)?[.:]?\s+(?:[-–—:]\s*)?(.+)", r"[^\W_]+\s*[_:;|/–—-]\s*(.+)")
_ROMAN, _OTHER = "A-Za-z\u00c0-\u024f", r"[^\W\d_A-Za-z\u00c0-\u024f]"  # letters
#: What takes one of two names, in Latin letters and in others: "ຜົ້ງສາລີ Phongsaly", "Phongsaly (ຜົ້ງສາລີ)".
_OF_TWO_SCRIPTS = (
    rf"{_OTHER}[^{_ROMAN}]*?[\s(]+([{_ROMAN}](?:(?!{_OTHER}).)*?)\)?",
    rf"([{_ROMAN}](?:(?!{_OTHER}).)*?)[\s(]+{_OTHER}[^{_ROMAN}]*",
    rf"({_OTHER}[^{_ROMAN}]*?)[\s(]+[{_ROMAN}](?:(?!{_OTHER}).)*",
    rf"[{_ROMAN}](?:(?!{_OTHER}).)*?[\s(]+({_OTHER}[^{_ROMAN}]*?)\)?",
)
_BEGUN = re.compile(r"([^\W\d_]{1,4}[-_./ ]?)([\w-]+)")
_ENDED = 0.7  # of codes in a table, so many are the endings of codes


def key_of(name: str, pattern: str | None, width: int | None) -> str:
    """Return the key in a cell: what `pattern` takes out of it, with zeros in front up to `width`."""
    hit = re.fullmatch(pattern, name) if pattern is not None and len(name) <= 300 else None
    if hit and hit[1]:
        name = hit[1].strip()
    return name.zfill(width) if width is not None and name.isdecimal() else name


def _is_in_two_scripts(name: str) -> bool:
    """Tell whether a cell holds two names, in Latin letters and in others, and not one and the word for its kind."""
    patterns = () if name.isascii() else _OF_TWO_SCRIPTS
    parts = [hit[1] for each in patterns if (hit := re.fullmatch(each, name[:300]))]
    return len(parts) > 1 and all(core_words(loose_words(part), GENERIC | PLACES) for part in parts)


def best_rule(
    names: Iterable[str], find: Callable[[str], list[str]], codes: Sequence[str]
) -> tuple[str | None, int | None, dict[str, str]]:
    """Return the pattern and width under which most regions are found, the plain reading first, and what is found."""
    names = [name for name in dict.fromkeys(names) if name]
    rules: list[tuple[str | None, int | None]] = [(None, None)]
    widths = Counter(len(code) for code in codes if code.isdecimal())
    digits = [name for name in names if name.isdecimal()]
    if digits and 2 * len(digits) >= len(names):
        longest = max(map(len, digits))
        rules += [(None, width) for width in widths if any(len(name) < width for name in digits)]
        if any(name.startswith("0") for name in digits):
            rules.append(("0*(.+)", None))
        # Codes of several levels, filled with zeros on the right: 0200000 is 02.
        rules += [(rf"(\d{{{width}}})0+", None) for width in widths if 0 < width < longest]
        rules += [(rf"0*(\d{{1,{width}}}?)0+", None) for width in {max(widths, default=0)} if 0 < width < longest]
    if 2 * sum(bool(re.fullmatch(r"\d+\.0", name)) for name in names) >= len(names) > 0:
        rules.append((r"(\d+)\.0", None))
        rules += [(r"(\d+)\.0", width) for width in widths]
    headed, joined = ([name for name in names if pattern.fullmatch(name)] for pattern in CODE_BEFORE)
    if 2 * len(joined) >= len(names):
        rules += [(r"([^\W_]+)\s*[_:;|/–—-].+", None), (r"0*([^\W_]+)\s*[_:;|/–—-].+", None)]
        rules.append((BEHIND_CODE[1], None))
    if 2 * sum(map(_is_in_two_scripts, names)) >= len(names):
        rules += [(each, None) for each in _OF_TWO_SCRIPTS]
    if 2 * len(headed) >= len(names):
        rules += [(r"\(?(\w[\w.-]*?)\)?[.:]?\s.+", None), (r"\(?0*(\w[\w.-]*?)\)?[.:]?\s.+", None)]
        rules.append((BEHIND_CODE[0], None))
    tailed = [name for name in names if re.fullmatch(r".*\S\s*[\[(<][A-Z]{0,3}\d*[A-Z\d]+[\])>]", name)]
    if 2 * len(tailed) >= len(names):
        rules += [(r".*[\[(<](\w+)[\])>]", None), (r"(.*\S)\s*[\[(<]\w+[\])>]", None)]
    numbered = [name for name in names if re.fullmatch(r"\D+[-_]\d+", name)]
    if 2 * len(numbered) >= len(names):  # "Adana-1"
        rules += [(r"(\D+)[-_]\d+", None), (r"\D+[-_](\d+)", None)]
    best: tuple[str | None, int | None, dict[str, str]] = (None, None, {})
    most = 0
    for pattern, width in rules:
        found = {name: hits[0] for name in names if len(hits := find(key_of(name, pattern, width))) == 1}
        distinct = len(set(found.values()))
        # Two names that become one under a rule speak against it.
        if (pattern, width) != (None, None) and distinct < len(found):
            continue
        if distinct > most:
            most, best = distinct, (pattern, width, found)
    return best


def code_endings(names: Sequence[str], index: NameIndex) -> dict[str, str]:
    """Return the codes whose endings most names are, one to one, behind what all codes begin with: 11 for LK-11.

    Of numbers the zeros in front say nothing, on either side: 1 is DO-01, and 01 is KH-1.
    """
    ends: dict[str, dict[str, str]] = {}
    for code, spellings in index.names.items():
        for hit in filter(None, map(_BEGUN.fullmatch, spellings)):
            if any(map(str.isdigit, hit[2])):
                ends.setdefault(hit[1], {})[hit[2]] = code
    whole = {len(index.names)}
    for own in (each for each in ends.values() if {len(each), len({*each.values()})} == whole):
        found = {name: own[name] for name in names if name in own}
        bare = {end.lstrip("0"): code for end, code in own.items() if end.isdecimal()}
        written = {name: name.lstrip("0") for name in names if name.isdecimal()}
        surely = bool(found) or not counts(names)
        if surely and len(bare) == len(own) and len({*written.values()}) == len(written):
            found |= {name: bare[end] for name, end in written.items() if end in bare}
        # Where numbers fit no region, and regions have no number, they may be of another list, in another order.
        one_list = len({*found.values()}) == len(own) or all(name in found or says_total(name) for name in names)
        if one_list and len(found) >= max(3, _ENDED * len(names)) and max(map(len, found)) > 1:  # "1" may count rows
            return found
    return {}


def counts(texts: Sequence[str]) -> bool:
    """Tell whether texts number the rows they stand in, from 0 or 1 on."""
    return list(texts) in ([str(i) for i in range(1, len(texts) + 1)], [str(i) for i in range(len(texts))])


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
