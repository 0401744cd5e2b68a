"""Study regions: the boundaries of a study, names in its tables matched to them, small units summed to large ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from growthpoles.errors import (
    DataError,
    GrowthpolesError,
    Reason,
    RegionError,
    StudyError,
    as_keys,
    listed,
    message,
    nearest,
    options_in,
    plain,
    quoted,
    reworded,
    shown,
)
from growthpoles.file_reading import remembered
from growthpoles.language.languages import preferred
from growthpoles.regions.layer_files import region_names
from growthpoles.regions.name_matching import NameIndex, match_names, name_keys, nearest_code, opposed
from growthpoles.spatial.weights.build_weights import CONTIGUITY
from growthpoles.study.files.printed_labels import bare_name
from growthpoles.study.files.printed_tables import parse_number, read_rows, require_columns
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Boundaries, Study, Table

if TYPE_CHECKING:
    import geopandas as gpd

Enclaves = Literal["keep", "merge"]

NO_BOUNDARIES = "the study has no boundaries, which a map or a test of neighbours needs"
PART_WITHOUT_DATA = "a part of the region has no data"
MAX_KEY = 200  # characters; a longer text is no code


def no_boundaries(where: str | None = None) -> Reason:
    """Say that what needs boundaries cannot be had, and how to give them."""
    return message(NO_BOUNDARIES, where=where, allowed='[boundaries] with file = "..." and key = "..."')


def study_regions(study: Study | None = None, *, enclaves: Enclaves = "keep") -> gpd.GeoDataFrame:
    """Return the boundaries of a study in a projected CRS that suits areas and distances.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    enclaves : {"keep", "merge"}
        "merge" unites every city that lies wholly inside one other region with that region.

    Returns
    -------
    GeoDataFrame
        Indexed by region; `name_*` and `short_*` by language where known. ``attrs``: source, repairs, coverage
        (what a repair touched) and projection ("stated", "as in the file" or "equal-area") of a file of one's own.

    Raises
    ------
    DataError
        If the file cannot be read, is not a coverage of polygons, states no CRS where the study declares none, or lacks
        a column that the study names.
    StudyError
        An argument is of another type.

    Examples
    --------
    >>> import growthpoles as gp
    >>> states = gp.study_regions(gp.load_study("mexico-gdp"))
    >>> len(states), states.attrs["projection"]
    (32, 'equal-area')
    """
    from growthpoles.regions.boundaries import load_regions
    from growthpoles.regions.enclaves import find_enclaves, merge_enclaves

    study = study or load_study()
    source = study.boundaries
    if source.absent:
        raise StudyError(no_boundaries(study.name))
    if source.builtin is not None:
        assert source.year is not None  # the study's own validation
        return load_regions(source.year, enclaves=enclaves)
    regions = _own_layer(study).copy()
    regions.attrs = dict(regions.attrs)
    return merge_enclaves(regions, find_enclaves(regions)) if enclaves == "merge" else regions


def _own_layer(study: Study) -> gpd.GeoDataFrame:
    assert study.boundaries.file is not None
    return _read_layer(study.resolve(study.boundaries.file), study.boundaries.model_dump_json(), _bordered(study))


def _bordered(study: Study) -> bool:
    """Tell whether the neighbours of a study are those that share a border, so that borders have to match."""
    return study.report.weights in CONTIGUITY


def require_borders(study: Study) -> None:
    """Refuse boundaries whose borders do not match, where neighbours by border are asked of a study that has others."""
    if study.boundaries.file is not None and not _bordered(study):
        _read_layer(study.resolve(study.boundaries.file), study.boundaries.model_dump_json(), True)


@remembered(maxsize=4, refusals=True)
def _read_layer(path: Path, description: str, bordered: bool = True) -> gpd.GeoDataFrame:
    """Read, check and project a layer; remedies are keys of study.toml. Neighbours by distance need no even borders."""
    try:
        return _checked_layer(path, description, bordered)
    except GrowthpolesError as error:
        told = error.args[0]
        if not (options := options_in(told)):
            raise
        raise type(error)(reworded(told, as_keys(options, " under [boundaries] of study.toml"))) from error


def _checked_layer(path: Path, description: str, bordered: bool) -> gpd.GeoDataFrame:
    from growthpoles.regions.boundaries import read_boundaries
    from growthpoles.regions.coverage import check_coverage
    from growthpoles.regions.join import unite_regions
    from growthpoles.regions.projection import crs_wanted, to_analysis_crs

    source = Boundaries.model_validate_json(description)
    assert source.key is not None
    if source.parent is not None:
        units = _read_layer(path, _of_units(source).model_dump_json())
        return _named(unite_regions(units, source.parent), source.parent, source.name_columns, (), str(path))
    regions = read_boundaries(
        path, key=source.key, layer=source.layer, crs=source.crs, encoding=source.encoding, dissolve=source.dissolve,
        only=source.only, drop=source.drop, repair=source.repair,
    )  # fmt: skip
    regions = _clean_keys(regions, str(path), source.key)
    if regions.crs is None:
        problem = "the file does not state its coordinate system"
        raise DataError(message(problem, where=str(path), allowed=crs_wanted(regions)))
    if bordered or source.repair == "clean":
        regions = check_coverage(regions, repair=source.repair)
    regions = to_analysis_crs(regions, crs=source.projection)
    return _named(regions, source.key, source.name_columns, source.match, str(path))


def _of_units(source: Boundaries) -> Boundaries:
    return source.model_copy(update={"parent": None, "name": None})


def units_of(study: Study) -> Study:
    """Return a study with the units of its boundary file for regions, where a parent column unites these."""
    source = study.boundaries
    if source.parent is None:
        return study
    united = set(study_regions(study).index)
    aliases = {name: code for name, code in source.aliases.items() if code not in united}
    units = _of_units(source).model_copy(update={"aliases": aliases})
    return study.model_copy(update={"boundaries": units})


def _named(
    regions: gpd.GeoDataFrame, key: str, name_columns: dict[str, str], others: Sequence[str], where: str
) -> gpd.GeoDataFrame:
    """Give a layer its names by language, and see that it has the columns that the study names."""
    attributes = regions.drop(columns=regions.geometry.name).copy()
    attributes[key] = regions.index
    for column in (*name_columns.values(), *others):
        if column not in attributes:
            near = map(quoted, nearest(column, attributes.columns, n=1, words=True))
            allowed = listed(attributes.columns, write=quoted)
            raise DataError(message(f"missing column {column[:60]!r}", where=where, allowed=allowed, near=near))
    for lang, column in name_columns.items():
        names = attributes[column].astype("string").map(clean, na_action="ignore").astype("string")
        names = names.mask(names.str.strip().eq(""))
        if names.isna().any():
            regions.attrs["unnamed"] = list(
                dict.fromkeys([*regions.attrs.get("unnamed", ()), *regions.index[names.isna()]])
            )
        regions[f"name_{lang}"] = regions[f"short_{lang}"] = names.fillna(regions.index.to_series()).astype(object)
    return regions


def written_names(regions: gpd.GeoDataFrame, lang: str) -> pd.Series:
    """Return the name of every region in a language, else in another one, else as the file has it, else its code."""
    found = pd.Series(pd.NA, regions.index, dtype=object)
    columns = [f"{kind}_{each}" for each in preferred(lang) for kind in ("short", "name")]
    for column in (*columns, "name"):
        if column in regions:
            named = regions[column].map(lambda name: name if isinstance(name, str) and name.strip() else pd.NA)
            found = found.where(found.notna(), named)
    return found.where(found.notna(), regions.index.to_series()).astype(object)


def clean(text: str) -> str:
    """Put a replacement character for every control character, which no output format can show."""
    return "".join("\ufffd" if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in str(text))


def _clean_keys(regions: gpd.GeoDataFrame, where: str, key: str) -> gpd.GeoDataFrame:
    """Refuse keys that are no codes, replace control characters in the others."""
    long = [code for code in regions.index if len(code) > MAX_KEY]
    if long:
        problem = f"column {plain(key)} holds {plain(long[0])} of {len(long[0])} characters"
        raise DataError(message(problem, where=where, allowed=f"codes of up to {MAX_KEY} characters"))
    regions.index = regions.index.map(clean).rename("region")
    twice = regions.index[regions.index.duplicated()]
    if len(twice):
        raise DataError(message(f"column {plain(key)} repeats {plain(twice[0])}", where=where))
    return regions


@remembered(maxsize=4)
def _name_index(path: Path, description: str, bordered: bool) -> NameIndex:
    """Index the key and every text column of a layer, or those that boundaries.match names."""
    layer = _read_layer(path, description, bordered)
    chosen = list(Boundaries.model_validate_json(description).match)
    table = layer.drop(columns=layer.geometry.name)
    return NameIndex.build(region_names(table[[name for name in chosen if name in table]] if chosen else table)[0])


def match_study_regions(
    study: Study,
    names: Sequence[str],
    *,
    where: str | None = None,
    vintage: int | None = None,
    duplicates: Literal["raise", "allow"] = "raise",
) -> list[str]:
    """Map names in a table of a study to the codes of its regions.

    Parameters
    ----------
    study : Study
    names : sequence of str
        As written. The study's own `boundaries.aliases` come first, in any case of letters where
        nothing else is meant; then, with built-in boundaries,
        every spelling that :func:`growthpoles.match_regions` knows; with a file, its key and all its
        text columns.
    where : str, optional
        File or table, for the message.
    vintage : int, optional
        Year whose regions of Kazakhstan the names are, where that is not the year of the boundaries.
    duplicates : {"raise", "allow"}
        Whether two names may mean one region.

    Raises
    ------
    RegionError
        One error that lists every name without a region, with the nearest ones.
    """
    from growthpoles.regions.kazakhstan.region_names import match_regions

    source = study.boundaries
    aliases = source.aliases
    if source.parent is not None:  # those of units are for the tables of units
        united = set(study_regions(study).index)
        aliases = {name: code for name, code in aliases.items() if code in united}
    given = [aliases.get(name.strip(), aliases.get(bare_name(name), name)) for name in names]
    if source.absent:
        found = [each if each in aliases.values() else bare_name(each) for each in given]
        twice = [each for i, each in enumerate(found) if each in found[:i]] if duplicates == "raise" else []
        if twice:
            told = [name for name, each in zip(names, found, strict=True) if each == twice[0]]
            raise RegionError(message(f"{listed(told)} mean one region", where=where, allowed="one row per region"))
        return found
    if source.builtin is not None:
        assert source.year is not None
        year = vintage or source.year
        given = [_bare_vintage_name(name, year) for name in given]
        return list(match_regions(given, vintage=year, where=where, duplicates=duplicates))
    if vintage is not None:
        raise StudyError(message("vintage is for the built-in boundaries", where=str(study.path)))
    assert source.file is not None
    path = study.resolve(source.file)
    index = _name_index(path, source.model_dump_json(), _bordered(study))
    stray = [name for name, code in aliases.items() if code not in index.names]
    if stray:
        code = aliases[stray[0]]
        problem = f"boundaries.aliases: {plain(stray[0])} = {plain(code) or shown(code)}, which is no region"
        near, allowed = nearest(code, index.names, n=1), "the key of a region, or the name in ignore of its table"
        raise RegionError(message(problem, where=str(study.path), allowed=allowed, near=near))
    given = [bare if (bare := bare_name(name)) != name and not index.find(name) else name for name in given]
    folded: dict[str, set[str]] = {}
    for name, code in aliases.items():
        folded.setdefault(name_keys(name).exact, set()).add(code)
    means = (folded.get(name_keys(name).exact, ()) if not index.find(name) else () for name in given)
    given = [next(iter(codes)) if len(codes) == 1 else name for name, codes in zip(given, means, strict=True)]
    return list(match_names(given, index, where=where, duplicates=duplicates))


def nearest_region(
    study: Study, name: str, *, vintage: int | None = None, taken: Collection[str] = (), last: bool = False
) -> str | None:
    """Return the code of the region that has a name spelled most like a given one, none of those taken, or None.

    The `last` name without a region may mean the last region without a name.
    """
    from growthpoles.regions.kazakhstan.region_names import vintage_index

    source = study.boundaries
    if source.absent:
        return None
    if source.file is not None:
        index = _name_index(study.resolve(source.file), source.model_dump_json(), _bordered(study))
    else:
        index = vintage_index(vintage or source.year or study.years[-1])
    left = [code for code in index.names if code not in taken]
    only = left[0] if last and len(left) == 1 and not opposed(name, left[0], index) else None
    return nearest_code(name, left, index) or only


def _bare_vintage_name(name: str, vintage: int) -> str:
    """Return a name without marks of footnotes, where it is known only so."""
    from growthpoles.regions.kazakhstan.region_names import match_regions

    bare = bare_name(name)
    if bare == name:
        return name
    try:
        match_regions([name], vintage=vintage)
    except RegionError:
        return bare
    return name


def carried_to(
    study: Study,
    spec: Table,
    names: Sequence[str],
    year: int,
    *,
    where: str = "",
    valued: Mapping[int, Collection[str]] | None = None,
) -> dict[str, dict[str, float]] | None:
    """Return the regions that rows are added up to, by name and by what the table lacks, with the share of each.

    None where the rows of a table are those of the study's regions. A correspondence table has the columns from, to,
    share (blank: 1) and perhaps from_year, the year of the change: values of earlier years are carried over by a line,
    or those from that year on where its name is newer than the regions of the study. `valued` tells which: the names
    with numbers by year, in all tables that are carried over so. Names without such a line stand for themselves.
    """
    if spec.correspondence is not None:
        path = study.resolve(spec.correspondence)
        shares = _correspondence(study, path, year, names, valued or {year: names})
        itself = [name for name in names if shares[name] == {name: 1.0}]
        targets = list(dict.fromkeys(to for name, parts in shares.items() if name not in itself for to in parts))
        codes = match_study_regions(study, targets, where=str(path), duplicates="allow")
        region = dict(zip(targets, codes, strict=True))
        for name in itself:
            try:
                region[name] = match_study_regions(study, [name])[0]
            except RegionError:
                near = [code for code in [nearest_region(study, name)] if code is not None]
                problem = (
                    f"{plain(name)} of {year} is no region of the study, and {path.name} has no line for that year"
                )
                allowed = f"a line from, to for it in {path.name}, an alias, or ignore in its table"
                raise StudyError(message(problem, where=where or str(path), allowed=allowed, near=near)) from None
        carried: dict[str, dict[str, float]] = {name: {} for name in shares}
        for name, parts in shares.items():
            for to, share in parts.items():
                carried[name][region[to]] = carried[name].get(region[to], 0.0) + share
        return carried
    if study.boundaries.parent is None or spec.of_parents:
        return None
    parent = {unit: code for code, parts in study_regions(study).attrs["parts"].items() for unit in parts}
    units = match_study_regions(units_of(study), names, where=where)
    lacking = [unit for unit in parent if unit not in set(units)]
    return {name: {parent[unit]: 1.0} for name, unit in zip([*names, *lacking], [*units, *lacking], strict=True)}


def _correspondence(
    study: Study, path: Path, year: int, names: Sequence[str], valued: Mapping[int, Collection[str]]
) -> dict[str, dict[str, float]]:
    """Return the shares of a correspondence table, the changes between a year and the study one behind the other."""
    rows = read_rows(path)
    dated = "from_year" in rows.columns
    steps = sorted({text.strip() for text in rows["from_year"]}) if dated else [""]
    if odd := [text for text in steps if dated and not re.fullmatch(r"[12]\d{3}", text)]:
        raise DataError(message(f"{plain(odd[0]) or 'nothing'} in from_year", where=str(path), allowed="a year"))
    lines = {step: read_weights(path, whole=True, of=step if dated else None) for step in steps}
    for name, parts in ((name, parts) for shares in lines.values() for name, parts in shares.items()):
        if abs(sum(parts.values()) - 1) > 1e-6 or min(parts.values()) < 0:
            problem = f"the shares of {plain(name)} add up to {sum(parts.values()):.6g}"
            raise StudyError(message(problem, where=str(path), allowed="shares from 0 to 1 that add up to 1"))
    newer = {step for step in steps if dated and _newer(study, path, int(step), lines[step], valued)}
    # Towards the study: changes that its regions have seen from the first on, those that came after it from the last.
    back = [step for step in reversed(steps) if step in newer and int(step) <= year]
    ahead = [step for step in steps if step not in newer and (not dated or int(step) > year)]
    yet = {name for step in newer if int(step) > year for name in _strange(study, lines[step])}
    carried: dict[str, dict[str, float]] = {}
    begun: dict[str, str] = {}
    for step in [*back, *ahead]:
        shares = lines[step]
        for name, parts in carried.items():
            moved: dict[str, float] = {}
            for to, share in parts.items():
                for at, part in shares.get(to, {to: 1.0}).items():
                    moved[at] = moved.get(at, 0.0) + share * part
            carried[name] = moved
        carried |= {name: parts for name, parts in shares.items() if name not in carried and name not in begun}
        if dated and step in ahead:
            begun |= {to: step for parts in shares.values() for to in parts if to not in shares and to not in carried}
    if early := [name for name in names if name in begun]:
        problem = f"{plain(early[0])} begins in {begun[early[0]]}, and has a row of {year}"
        raise StudyError(message(problem, where=str(path), allowed="a line from, to for a region that stays, too"))
    # Without boundaries nothing tells a region of the study from a row whose line was forgotten.
    if not dated and study.boundaries.absent and (unknown := [name for name in names if name not in carried]):
        problem, near = f"no row for {listed(unknown)}", nearest(unknown[0], carried, n=1)
        raise StudyError(
            message(problem, where=str(path), allowed="a line from, to, share for every region", near=near)
        )
    # A row without numbers before its region began is no gap of the region that it came out of.
    empty = yet - set(valued.get(year, ())) - carried.keys()
    return {name: {} if name in empty else {name: 1.0} for name in names if name not in carried} | carried


def _newer(
    study: Study,
    path: Path,
    step: int,
    shares: Mapping[str, Mapping[str, float]],
    valued: Mapping[int, Collection[str]],
) -> bool:
    """Tell whether the names of a change are newer than the regions of a study: only years from it on have numbers."""
    strange = _strange(study, shares)
    before = {name: year for year, held in valued.items() if year < step for name in held if name in strange}
    since = {name: year for year, held in valued.items() if year >= step for name in held if name in strange}
    if before and since:
        old, new = min(before), min(since)
        problem = f"{plain(old)} has numbers of {before[old]}, {plain(new)} of {since[new]}"
        if both := before.keys() & since.keys():
            old = min(both)
            problem = f"{plain(old)} has numbers of {before[old]} and of {since[old]}"
        problem += f", and neither is a region of the study: did the change of {step} come before it or after?"
        allowed = "lines of one direction for a year of change; rows that the change ended in ignore"
        raise StudyError(message(problem, where=str(path), allowed=allowed))
    return bool(since)


def _strange(study: Study, shares: Mapping[str, Mapping[str, float]]) -> set[str]:
    """Return the names of a change that are no regions of a study; without boundaries all that it ends."""
    found = {name for name, parts in shares.items() if name not in parts}
    if study.boundaries.absent:
        return found
    for name in list(found):
        try:
            match_study_regions(study, [name])
        except RegionError:
            continue
        found.discard(name)
    return found


def read_weights(path: Path, *, whole: bool = False, of: str | None = None) -> dict[str, dict[str, float]]:
    """Read the shares of regions that split.

    Parameters
    ----------
    path : Path
        UTF-8 CSV with the columns from, to, share (decimal point): one line per successor of a region that splits.
    whole : bool
        Whether a blank share is 1.
    of : str, optional
        Read the lines with this text in the column from_year.

    Returns
    -------
    dict of code to (dict of code to share)
        As :func:`to_vintage` takes it.
    """
    rows = read_rows(path)
    require_columns(rows, ("from", "to", "share"), where=str(path))
    weights: dict[str, dict[str, float]] = {}
    for line, row in rows.iterrows():
        if of is not None and row["from_year"].strip() != of:
            continue
        shares = weights.setdefault(row["from"].strip(), {})
        part = row["to"].strip()
        if part in shares:
            raise DataError(message(f"{plain(part)} stands twice", where=f"{path}, line {line}, column to"))
        if whole and not row["share"].strip():
            shares[part] = 1.0
            continue
        shares[part] = parse_number(row["share"], decimal=".", where=f"{path}, line {line}, column share")
    return weights
