"""Regions, values and matrices straight from files, without a study: a boundary file, a table joined by key."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from growthpoles.errors import (
    DataError,
    Option,
    each_told,
    listed,
    message,
    nearest,
    plain,
    quoted,
    remedy,
    shown,
    unshortened,
)
from growthpoles.language.languages import LANGUAGES
from growthpoles.study.files.printed_labels import UNSTATED, parse_period, parse_year, year_inside, year_of_part
from growthpoles.study.files.printed_subjects import split_table_number, without_two_units, yearless
from growthpoles.study.files.problems import ON_REQUEST, ColumnsLeftOut, NoRowFor, partly_told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

_TABLES = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xls", ".xlsm", ".ods", ".htm", ".html", ".gz", ".bz2", ".xz")
_OF_TABLES = ("table_encoding", "sheet", "year", "decimal", "thousands", "ignore", "aliases")


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How files are read: options of the commands that take a file instead of a study.

    Attributes
    ----------
    table : Path, optional
        Table whose rows are joined to the regions.
    key : str, optional
        Column of the boundaries that identifies a region.
    name : str, optional
        Column of the boundaries with the names of the regions.
    layer, crs : str, optional
        Of the boundaries.
    encoding : str, optional
        Of the files that are text: a Shapefile, a delimited or marked-up table.
    table_encoding : str, optional
        Of the table, where it is another one.
    repair : {"refuse", "clean"}
        What happens to polygons that cross themselves and, where neighbours are asked for, to borders that differ.
    dissolve : bool, optional
        Whether rows of one region are united.
    sheet, year, decimal, thousands
        Of the table; signs of its numbers where they could be read in two ways.
    years : tuple of int, optional
        Both years of a change, of which `year` is one: a heading with one of them means the column of both.
    ignore : tuple of str
        Rows of the table that are no regions.
    aliases : mapping of str to str
        Names in the table that fit no region, with the key of the region.
    """

    table: Path | None = None
    key: str | None = None
    name: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    table_encoding: str | None = None
    repair: Literal["refuse", "clean"] = "refuse"
    dissolve: bool | None = None
    sheet: str | None = None
    year: int | None = None
    years: tuple[int, int] | None = None
    decimal: Literal[",", "."] | None = None
    thousands: Literal[",", ".", "'"] | None = None
    ignore: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)

    def given(self) -> list[str]:
        """Return the names of the options that are not left as they are."""
        blank = FileOptions()
        return [name for name in self.__slots__ if getattr(self, name) != getattr(blank, name)]

    def refuse_idle(self, path: Path) -> None:
        """Refuse options that say nothing of these files: of boundaries for a table alone, of a table without one."""
        alone = path.suffix.lower() in _TABLES
        if not alone and self.table is not None:
            return
        of = ("table", "key", "name", "layer", "crs", "repair", "dissolve") if alone else _OF_TABLES
        idle = [f"--{name.replace('_', '-')}" for name in self.given() if name in of]
        if idle:
            problem = f"{listed(idle)} with {'a table alone' if alone else 'boundaries alone'}"
            allowed = "with a boundary file" if alone else "with --table"
            raise DataError(message(problem, where=str(path), allowed=allowed))

    def encodings(self, path: Path) -> tuple[str | None, str | None]:
        """Return the encodings of the boundaries and of the table; one that no file of them needs is refused."""
        from growthpoles.regions.boundaries import MUTE
        from growthpoles.regions.layer_files import states_encoding
        from growthpoles.study.files.cell_grids import BOOKS

        alone = path.suffix.lower() in _TABLES
        table = path if alone else self.table
        text = {*_TABLES, ".json", ".zip"} - set(BOOKS) | {".xls"}  # which web pages write for text
        ends = not alone and path.suffix.lower() in MUTE, table is not None and table.suffix.lower() in text
        if ends[1] and self.table_encoding is None and path.suffix.lower() == ".shp" and states_encoding(path):
            ends = False, True  # the .cpg says that of the boundaries; with two options it may be told otherwise
        if self.encoding is not None and not any(ends):
            files = path.name if self.table is None else f"{path.name} and {self.table.name}"
            problem = f"an encoding given for {files}, whose format says it"
            raise DataError(message(problem, allowed=remedy("no {encoding}", encoding="")))
        own = self.table_encoding or self.encoding
        return (self.encoding if ends[0] else None), (own if ends[1] else self.table_encoding)


@dataclass(slots=True)
class FileData:
    """What stands in files: the regions in a projected system, columns of numbers, and what was decided.

    Attributes
    ----------
    regions : GeoDataFrame or None
        Indexed by region; `name` where a column of names was found.
    table : DataFrame
        Columns of numbers, indexed by region.
    notes : list of str
        What was taken, left out or could not be told.
    source : str
        The files.
    undated : callable, optional
        Reads the columns of the table whose headers or sheets say no year though others do.
    asked : int, optional
        The year that was asked for.
    years : tuple of int
        Both years of a change.
    """

    regions: gpd.GeoDataFrame | None
    table: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    source: str = ""
    undated: Callable[[], pd.DataFrame] | None = None
    asked: int | None = None
    years: tuple[int, ...] = ()

    def values(self, variable: str | None) -> pd.Series:
        """Return one column of numbers; where there is just one it need not be named.

        One whose header says no year, though others do, is of no year, and so then is the table.
        """
        import pandas as pd

        columns = [str(column) for column in self.table.columns]
        codes, units = self.table.attrs.get("codes", {}), self.table.attrs.get("units", {})
        variable = _named(_without_unit(variable, units, codes), columns, codes)
        if not columns and variable is None:
            allowed = "a file with such a column, or --table to join one"
            raise DataError(message("no column of numbers", where=self.source, allowed=allowed))
        if variable is None and len(columns) == 1:
            variable = columns[0]
        year, elsewhere = self.table.attrs.get("year"), self.table.attrs.get("elsewhere", {})
        labels = self.table.attrs.get("printed", {}) if variable not in columns else {}
        for name, period in ((name, str(label)) for name, label in labels.items()):
            whole = [name + period, *([period] if len(columns) == 1 else [])]  # the header is the period alone
            if parse_period(period) and variable and _alike(variable) in map(_alike, whole):
                variable = name
        same = year, *self.years, *self.table.attrs.get("ends", ())
        label = None if year is None or variable is None or variable in columns else parse_year(variable)
        if label is not None and label.year in same and len(columns) == 1:
            variable = columns[0]  # the header is the year alone
        elif variable is None or label is not None:
            also = "" if label is None else f"--year {label.year} with "
            loose = [
                x for x in map(str, self._without_year()[0]) if not _reason_of(x, self.notes).startswith(ON_REQUEST[2:])
            ]
            offered = listed(self.in_both() or [*self._offered(columns), *map(quoted, loose)], write=str)
            lone = ", which alone is in both years" if len(self.in_both()) == 1 else ""
            also += f"--variable {'' if lone else 'one of '}{offered}{lone}{_of_other_years(elsewhere)}"
            raise DataError(message("which numbers?", where=self.source, allowed=also))
        more = self._without_year()[0] if variable.endswith(("...", "…")) else self.table[[]]
        for known in (columns, elsewhere, more):
            variable = unshortened(variable, known)
        # The header as it stands in the file, with the year that was taken out of it.
        if (said := heading_of(variable, [*columns, *elsewhere])) is not None and said[0] in columns:
            if year is not None and said[1] not in same:
                problem = f"{quoted(variable)} says {said[1]}, and the numbers are those of {year}"
                raise DataError(message(problem, where=self.source, allowed=f"--year {said[1]}"))
            variable = said[0]
        if variable not in columns:  # the name alone of one that carries its unit: "GDP" for "GDP [m EUR]"
            whole = [name for name in columns if _UNIT.sub("", name) == variable]
            variable = whole[0] if len(whole) == 1 else variable
        more, unread = (more, "") if variable in columns else self._without_year()
        for before in (": ", ", "):  # the heading alone of a column below a title or another heading: "Total"
            ends = [x for x in [*columns, *map(str, more)] if x.casefold().endswith((before + variable).casefold())]
            variable = ends[0] if variable not in columns and len(ends) == 1 and ends[0] in columns else variable
        asked, within = variable, variable in columns
        if not within and variable not in more:
            codes = {_alike(name): held for name, held in more.attrs.get("codes", {}).items()}
            codes |= {_alike(name): name for name in map(str, more)}  # as it stands below another heading
            variable = codes.get(_alike(variable), variable) if _alike(variable) else variable
        if not within and variable in more:
            alone = variable in more.attrs["sheets"]
            if alone and self.asked is not None:
                problem = f"{quoted(variable)} stands in a table that says no year, and {self.asked} was asked for"
                raise DataError(message(problem, where=self.source, allowed="--sheet with --year, or no --year"))
            why = "; ".join(filter(None, [_reason_of(asked, self.notes), "it is taken since it was asked for"]))
            self.notes[:] = [said for note in self.notes for said in _without_taken(note, asked)]
            self.notes.append(f"{plain(asked)}: {'the year; it is not stated' if alone else why}")
            self.table.attrs.pop("year", None)
            self.table.attrs |= {held: more.attrs[held] for held in ("units", "titles") if held in more.attrs}
            return pd.Series(more[variable]).rename(asked if variable in columns else variable)
        if variable not in columns:
            problem = f"no column of numbers is called {plain(variable)}"
            if self.regions is not None and variable in map(str, self.regions.columns):
                problem = f"column {plain(variable)} holds no numbers: {_first_text(self.regions[variable])}"
            elif not unread and (why := _reason_of(variable, self.notes)):
                problem = f"column {plain(variable)} was left out ({why}); another heading above it has it read"
            every = dict.fromkeys([*columns, *map(str, more)])
            shared = (self.table.attrs.get("shared", {}) | more.attrs.get("shared", {})).get(variable, ())
            if len(several := [name for name in every if name.endswith(f": {variable}") or name in shared]) > 1:
                problem = f"{plain(variable)} stands in several tables or in several headings"
                line = (more.attrs.get("sums", {}) | self.table.attrs.get("sums", {})).get(variable)
                allowed = listed(self._offered(several), write=str)
                allowed += f"; or, of counts, their sum, {line}" if line else ""
                raise DataError(message(problem, where=self.source, allowed=allowed))
            if years := elsewhere.get(variable):
                problem += f" in {self.table.attrs['year']}"
                allowed = " or ".join(f"--year {each}" for each in reversed(years))
                raise DataError(message(problem, where=self.source, allowed=allowed))
            near = nearest(variable, [*columns, *elsewhere, *more], n=1, words=True)
            allowed = listed(self._offered(columns), write=str) or "a column of numbers"
            allowed += _of_other_years(elsewhere)
            ranks = [name for name in map(str, more) if _reason_of(name, self.notes).startswith(ON_REQUEST[2:])]
            undated = listed([name for name in more if name not in ranks], write=quoted) or unread
            allowed += f"; without a year: {undated}" if undated else ""
            allowed += f"; of ranks or codes: {listed(ranks, write=quoted)}" if ranks else ""
            raise DataError(message(problem, where=self.source, allowed=allowed, near=self._offered(near)))
        if year_of_part(variable) is None:  # a month with its year is in no other
            self.tell_years([variable])
        return self.table[variable]

    def _offered(self, names: Iterable[str]) -> list[str]:
        """Write columns to be pasted from a message: one that would be cut by what else it is called, or else whole."""
        called = {b: a for a, b in sorted(self.table.attrs.get("codes", {}).items(), key=lambda each: -len(each[0]))}
        told = {x: quoted(x).strip("'\"") for x in names}
        cut = {x for x in told if told[x][-3:] == "..." and (x in called or unshortened(told[x], self.table) != x)}
        return [quoted(called[x]) if x in cut and x in called else repr(x) if x in cut else quoted(x) for x in names]

    def in_both(self) -> list[str]:
        """Return what columns of both years of a change are called without them: "Q1" of "Q1 2021" and "Q1 2022"."""
        codes = sorted(self.table.attrs.get("codes", {}).items(), key=lambda each: -len(each[0]))
        short = {name: code for code, name in codes}  # the shortest of each
        names = list(map(str, short.values() or self.table.columns)) if self.years else []
        return [quoted(x) for x in dict.fromkeys(map(yearless, names)) if x and {*self.years} <= {*_dated(x, names)}]

    def tell_years(self, names: Iterable[str]) -> None:
        """Say which of some columns are not in every year of their table."""
        partly = self.table.attrs.get("partly", {})
        told = partly_told({name: partly[name] for name in names if name in partly})
        self.notes += [text for text in told if text not in self.notes]

    def _without_year(self) -> tuple[pd.DataFrame, str]:
        """Return the columns whose headers say no year though others do, or why they cannot be read."""
        try:
            return (self.table[[]] if self.undated is None else self.undated().loc[self.table.index]), ""
        except DataError as error:
            return self.table[[]], str(error)


def _of_other_years(elsewhere: Mapping[str, list[int]]) -> str:
    names = zip(each_told(elsewhere, quoted), elsewhere.values(), strict=True)
    told = [f"{name} (--year {years[-1]})" for name, years in names]
    return f"; of other years: {listed(told, write=str)}" if told else ""


def heading_of(text: str | None, names: Sequence[str]) -> tuple[str, int] | None:
    """Return the name and the year of a heading as it is printed, or as :func:`growthpoles.join` writes it."""
    if text is None or text in names:
        return None
    found = [(name, int(text[-4:])) for name in names if re.fullmatch(r" (?:19|20)\d\d", text.removeprefix(name))]
    if not found and (inside := year_inside(text)) is not None:
        whole = [name for name in names if _alike(name) == _alike(inside[1])]
        bare = whole or [name for name in names if _alike(_UNIT.sub("", name)) == _alike(inside[1])]
        found = [(name, inside[0]) for name in bare]
    return found[0] if len(found) == 1 else None


def _named(variable: str | None, names: Sequence[str], codes: Mapping[str, str]) -> str | None:
    """Return the name of what is asked for by its code or a shorter name, also with a year behind it."""
    if variable is None or variable in names or heading_of(variable, names) is not None:
        return variable
    if variable not in codes and (said := heading_of(variable, list(codes))) is not None:
        return f"{codes[said[0]]} {said[1]}"
    if variable in codes or not _alike(variable):
        return codes.get(variable, variable)
    bare = {_alike(variable), *map(_alike, (split_table_number(variable, title=True)[1], without_two_units(variable)))}
    like = {codes.get(name, name) for name in (*names, *codes) if _alike(name) in bare}  # dots and dashes set it in
    return like.pop() if len(like) == 1 else variable


def _without_unit(variable: str | None, units: Mapping[str, str], codes: Mapping[str, str]) -> str | None:
    """Return the name of what is asked for with its unit behind it, as a look and a map print it: "GDP (m EUR)"."""
    dated = re.fullmatch(r"(.+) ((?:19|20)\d\d)", variable or "")
    if dated and (bare := _without_unit(dated[1], units, codes)) != dated[1]:
        return f"{bare} {dated[2]}"
    for unit in {*units.values()}:
        for bare in {variable.removesuffix(end) for end in (f" ({unit})", f", {unit}")} if variable else ():
            name = unshortened(bare.strip("'\""), units)
            if bare != variable and variable not in units and units.get(codes.get(name, name)) == unit:
                return codes.get(name, name)
    return variable


def _alike(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum() or sign in "%‰$€£¥")


_UNIT = re.compile(r"(?:\s*[\[(][^\[\]()]*[\])]|,\s[^,]*)$")


def _first_text(column: pd.Series) -> str:
    import pandas as pd

    odd = column[column.notna() & pd.to_numeric(column, errors="coerce").isna()]
    return f"{shown(odd.iloc[0])} in {plain(odd.index[0])}" if len(odd) else str(column.dtype)


def is_file(word: str | None) -> bool:
    """Tell whether a word on the command line means a file rather than a kind or a study."""
    return word is not None and ("." in word or "/" in word or "\\" in word or Path(word).is_file())


def read_files(path: Path, options: FileOptions, *, variable: str | None = None, neighbours: bool = False) -> FileData:
    """Read a boundary file and the numbers in it, or in the table joined to it.

    Parameters
    ----------
    path : Path
        Boundary file.
    options : FileOptions
    variable : str, optional
        Column that will be asked for: it is not taken for the key.
    neighbours : bool
        Whether neighbours will be asked for, so that borders have to match.

    Raises
    ------
    DataError
        If a file cannot be read, or something in it cannot be decided.
    """
    from growthpoles.regions.boundaries import boundary_notes, read_boundaries, with_names
    from growthpoles.regions.coverage import check_coverage, of_one_level
    from growthpoles.regions.projection import crs_wanted, to_analysis_crs

    if path.suffix.lower() in _TABLES:
        problem, allowed = "a table has no polygons", f"a boundary file, and --table {path.name} to join this one to it"
        raise DataError(message(problem, where=str(path), allowed=allowed))
    options.refuse_idle(path)
    encoding, of_table = options.encodings(path)
    options = replace(options, encoding=encoding, table_encoding=of_table)
    key, name, layer, notes = _columns_of(path, options, variable)
    plane = options.crs is not None and options.crs.strip().casefold() == "none"
    regions = read_boundaries(
        path, key=key, layer=layer, crs=options.crs, encoding=options.encoding,
        dissolve=options.dissolve, repair=options.repair,
    )  # fmt: skip
    if plane and regions.crs is not None:
        problem, allowed = f"the file states its coordinate system, {str(regions.crs.name)[:80]}", "no --crs"
        raise DataError(message(problem, where=str(path), allowed=allowed))
    if regions.crs is None and not plane:
        problem, otherwise = "the file does not state its coordinate system", "; {plane} for a plane of unknown units"
        allowed = crs_wanted(regions, otherwise, plane=Option("crs", '"none"'))
        raise DataError(message(problem, where=str(path), allowed=allowed))
    undated = None
    if options.table is None:
        table = _numbers(regions)
    else:
        assert key is not None  # a table is joined by it
        table, loose = _joined(regions, path, key, layer, options, notes, variable)
        in_headers = any(why in note for note in notes for why in ON_REQUEST)
        if in_headers or len(loose.columns):
            read = functools.partial(_undated, regions, path, key, layer, options, loose, in_headers=in_headers)
            undated = functools.cache(read)
    regions, left_out = of_one_level(regions, table.index.difference(table.attrs.get("no_row", ())))
    if left_out:
        lacking = regions.index.intersection(table.attrs.get("no_row", ()))
        notes[:] = [note for note in notes if not isinstance(note, NoRowFor)] + left_out
        notes += [NoRowFor(lacking)] if len(lacking) else []
        table = table.loc[regions.index]
    if neighbours:
        regions = check_coverage(regions, repair=options.repair)
    regions = regions if plane else to_analysis_crs(regions)
    if name is not None:
        regions = with_names(regions, name, key)
    if options.name is None:
        regions.attrs.pop("named", None)
    notes += [note for note in boundary_notes(regions) if note not in notes]
    source = path.name if options.table is None else f"{options.table.name}, {path.name}"
    return FileData(regions, table, notes, source, undated, options.year, options.years or ())


def _columns_of(
    path: Path, options: FileOptions, variable: str | None
) -> tuple[str | None, str | None, str | None, list[str]]:
    """Return the columns of keys and names, the layer, and what was decided; by the table where there is one."""
    from growthpoles.regions.boundaries import read_layer
    from growthpoles.regions.name_matching import name_keys
    from growthpoles.study.guess_columns import best_layer, choose_key, guess_layer, name_columns

    texts: set[str] = set()
    if options.table is not None:
        from growthpoles.study.files.cell_grids import EncodingError
        from growthpoles.study.read_published import read_sheets, texts_of

        try:
            sheets = read_sheets(options.table, sheet=options.sheet, encoding=options.table_encoding)
        except EncodingError:
            borders = guess_layer(path, key=options.key, layer=options.layer, shapes=False)
            sheets = read_sheets(options.table, sheet=options.sheet, names=borders.names)
        texts = texts_of(sheets)
    notes: list[str] = []
    layer = options.layer
    if layer is None and texts:
        _, layer, notes = best_layer(path, texts)
    frame, _ = read_layer(path, layer, encoding=options.encoding)
    table = frame.drop(columns=frame.geometry.name)
    known = {name_keys(text).loose for text in texts} - {""}
    key = options.key and unshortened(options.key, table.columns)
    if key is not None and key == variable and options.table is None:
        problem = f"column {plain(key)} cannot be both the key of the regions and the variable"
        raise DataError(message(problem, where=str(path), allowed="another --key or --variable"))
    if key is None:
        key, others = choose_key(table, known, spared=variable if options.table is None else None)
        if key is None and options.table is None:
            possible = [column for column in table.columns if column != variable]
            remedy = f" (--key says one of {listed(possible, write=quoted)})" if possible else ""
            notes.append(f"no column can identify the regions: they are numbered in the order of the file{remedy}")
            return None, None, layer, notes
        if key is None:
            columns = listed(table.columns, write=quoted)
            allowed = f"--key one of {columns}" if columns else "a file with a column of codes"
            raise DataError(message("no column can identify the regions", where=str(path), allowed=allowed))
        if others:
            notes.append(f"the key of the regions: column {key!r} (--key says another: {listed(others, write=quoted)})")
    names = name_columns(table, key, known)
    names = [column for column in names if column != variable or options.table is not None]
    name = unshortened(options.name, frame.columns) if options.name else (names[0] if names else None)
    if name is None and "name" in table and key in table and table[key].duplicated().any():
        name = key  # which maps would take the parts' names for
    others = [column for column in names if column != name]
    if options.name is None and name is not None and (others or name != key):
        another = f" (--name says another: {listed(others, write=quoted)})" if others else ""
        own = [column for lang in LANGUAGES if (column := f"name_{lang}") in table]
        another += f"; a map in its language takes {listed(own)}" if own else ""
        notes.append(f"the names of the regions: column {name!r}{another}")
    return key, name, layer, notes


def _numbers(regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the columns of a boundary file that hold numbers, also where they are written as text."""
    import pandas as pd

    from growthpoles.study.guess_columns import IDENTIFIERS

    found: dict[str, Any] = {}
    for column in [name for name in regions.columns if name != regions.geometry.name]:
        cells = regions[column]
        identifier = str(column).casefold() in IDENTIFIERS and cells.is_unique
        if identifier or pd.api.types.is_bool_dtype(cells) or cells.dtype.kind in "mM":
            continue
        numbers = cells if cells.dtype.kind in "iuf" else pd.to_numeric(cells, errors="coerce")
        if numbers.notna().any() and not (numbers.isna() & cells.notna() & cells.astype(str).str.strip().ne("")).any():
            found[str(column)] = numbers.astype(float)
    return pd.DataFrame(found, index=regions.index)


def _joined(
    regions: gpd.GeoDataFrame,
    path: Path,
    key: str,
    layer: str | None,
    options: FileOptions,
    notes: list[str],
    variable: str | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read one year of the table in the order of the regions, and what its sheets say no year of though others do."""
    from growthpoles.regions.join import join
    from growthpoles.study.read_published import read_table

    assert options.table is not None
    long = read_table(options.table, boundaries=path, key=key, layer=layer, sheet=options.sheet, year=UNSTATED,
                      encoding=options.table_encoding, decimal=options.decimal, thousands=options.thousands,
                      ignore=options.ignore, aliases=options.aliases, ranks=variable is not None)  # fmt: skip
    decided = ("the key of the regions", "the names of the regions")  # here, and said in its options
    later = partly_told(long.attrs["partly"])  # of the columns that are asked for
    notes += [note for note in long.attrs["remarks"] if not note.startswith(decided) and note not in later]
    undated = [str(name) for name in long.loc[long["year"] == UNSTATED, "indicator"].unique()]
    year = _year_of(long, options, options.table, notes, variable)
    bare = regions[[regions.geometry.name]]
    joined = join(bare, long[long["year"] == year])
    lacking = joined.attrs.get("no_row", [])
    if lacking and not any(isinstance(note, NoRowFor) for note in notes):
        notes.append(NoRowFor(lacking))
    table = joined.drop(columns=bare.columns)
    table.attrs = {"undated": undated, "no_row": lacking, **({} if year == UNSTATED else {"year": year})}
    table.attrs |= {name: long.attrs[name] for name in ("units", "partly", "codes", "shared", "titles", "sums")}
    of_parts = {name: when for name in map(str, table) if (when := year_of_part(name)) not in (None, year)}
    labels = {name: held[year] for name, held in long.attrs["printed"].items() if year in held}
    table.attrs["printed"] = ({} if year == UNSTATED else of_parts) | labels
    table.attrs["ends"] = (year + 1,) if any(parse_year(label) == (year, "fiscal") for label in labels.values()) else ()
    if other := _elsewhere(long, year):
        table.attrs["elsewhere"] = other
    flagged = long[(long["year"] == year) & long["flag"].astype(bool)]
    table.attrs["flags"] = {
        str(name): {str(flag): list(rows["region"]) for flag, rows in held.groupby("flag")}
        for name, held in flagged.groupby("indicator")
    }
    loose = long[(long["year"] == UNSTATED) & (year != UNSTATED)]
    apart = loose.pivot(index="region", columns="indicator", values="value").reindex(regions.index)
    apart = apart[list(loose["indicator"].unique())].rename_axis(columns=None)
    apart.attrs = {"units": long.attrs["units"], "sheets": list(apart)}
    return table, apart


def _undated(
    regions: gpd.GeoDataFrame,
    path: Path,
    key: str,
    layer: str | None,
    options: FileOptions,
    loose: pd.DataFrame,
    *,
    in_headers: bool,
) -> pd.DataFrame:
    """Read the columns of a table whose headers say no year though others do, beside those of sheets that say none."""
    import pandas as pd

    from growthpoles.study.read_published import look_at, name_indicators, shorter_names, values_of

    assert options.table is not None
    if not in_headers:
        return loose
    known = dict(options.aliases)
    codes, blocks, _ = look_at(options.table, path, key, layer, sheet=options.sheet, year=UNSTATED, known=known,
                               encoding=options.table_encoding, ignore=options.ignore, undated=True)  # fmt: skip
    for block in blocks:
        block.years = [UNSTATED]
    indicators, places = name_indicators(blocks)
    names = {place: indicators[at].name for place, at in places.items()}
    rows = [
        row for block in blocks for row in values_of(block, names, codes, known, options.decimal, options.thousands)[0]
    ]
    long = pd.DataFrame(rows, columns=["region", "year", "indicator", "value", "flag"])
    long = long.drop_duplicates(["region", "indicator"], keep=False)  # of two tables: which is meant is not said
    table = long.pivot(index="region", columns="indicator", values="value").reindex(regions.index)
    table = table[list(long["indicator"].unique())].rename_axis(columns=None)
    units = loose.attrs["units"] | {each.name: each.unit for each in indicators if each.unit}
    sheets = [name for name in loose if name not in table]
    table = pd.concat([table, loose[sheets]], axis="columns")
    table.attrs = {"units": units, "sheets": sheets, **shorter_names(blocks, names)}
    return table


_APART = "of no year, as their table says none: "  # begins the note of columns that stand in a sheet without a year


def _without_taken(note: str, variable: str) -> list[str]:
    """Take a column that is taken after all out of the note of those left out, which goes where it was alone."""
    if note.startswith(("the year: ", _APART)):
        return []
    if not isinstance(note, ColumnsLeftOut):
        return [note]
    own = {_alike(variable), _alike(variable.rpartition(": ")[2])}  # without the title before it
    left = [each for each in note.columns if _alike(each[0]) not in own or not each[1].startswith(ON_REQUEST)]
    return [ColumnsLeftOut(note.at, left)] if left else []


def _reason_of(variable: str, notes: Iterable[str]) -> str:
    """Return why a column was left out, nothing where it was not."""
    left = [each for note in notes if isinstance(note, ColumnsLeftOut) for each in note.columns]
    own = {_alike(variable), _alike(variable.rpartition(": ")[2])}
    return next((why for name, why in left if _alike(name) in own), "")


def _elsewhere(long: pd.DataFrame, year: int) -> dict[str, list[int]]:
    """Return the columns that only other years of a table have, with those years."""
    long = long[long["year"] != UNSTATED] if year != UNSTATED else long
    years = long.groupby("indicator", sort=False)["year"].agg(lambda held: sorted(set(held)))
    return {str(name): held for name, held in years.items() if year not in held}


def _year_of(
    long: pd.DataFrame, options: FileOptions, path: Path, notes: list[str], variable: str | None = None
) -> int:
    """Choose a year of a table: that asked for, by itself or within a heading, or the last; one without is of any."""
    years: list[int] = sorted(set(long["year"]) - {UNSTATED})
    named = list(dict.fromkeys(map(str, long["indicator"])))
    variable = _without_unit(variable, long.attrs["units"], long.attrs["codes"])
    variable = _named(variable and unshortened(variable, named), named, long.attrs["codes"])
    short, asked = long.attrs["codes"], "" if variable is None or variable in named else variable
    dated = _dated(asked, named) or {when: short[name] for when, name in _dated(asked, short).items()}
    if variable and asked and dated:  # "Q1" of "Q1 2021"
        latest = dated.get(max(dated) if options.year is None else options.year, variable)
        long.attrs["codes"] |= {variable: latest}
        notes.append(f"{plain(variable)}: {plain(latest)} (there are {listed(dated.values(), write=quoted)})")
        variable = latest
    told = {when: label for held in long.attrs["printed"].values() for when, label in held.items()}
    years_of = {label: when for when, label in told.items()}  # "1402" is 2023, and "112" another time
    years_of |= {str(when - before): when for before in long.attrs["eras"] for when in years}
    options = replace(options, year=years_of.get(str(options.year), options.year))
    spans = {when for when, label in told.items() if parse_year(label) == (when, "fiscal")}
    ends = {when + 1: when for when in spans if when + 1 not in years}  # 2024 means 2023/24, where no other year begins
    said = heading_of(variable, named)
    if variable is not None and variable not in named and (label := parse_year(variable)) is not None:
        said = named[0], label.year  # the header is the year alone
    elif variable is not None and variable not in named and any(map(parse_period, years_of)):
        like = [
            (name, at) for name in named for text, at in years_of.items() if _alike(name + text) == _alike(variable)
        ]
        like = [(named[0], years_of[variable])] if variable in years_of else like
        said = like[0] if len(like) == 1 else said
    elif variable in named and (part := year_of_part(variable)) in years:
        said = variable, part  # a month with its year
    if said is not None and variable is not None and years:
        name, when = said[0], ends.get(said[1], said[1])
        both = options.years or ()
        if options.year not in (None, *said[1:], when) and when not in [ends.get(each, each) for each in both]:
            given = " ".join(map(str, ("--years", *both) if both else ("--year", options.year)))
            problem = f"{quoted(variable)} says {when}, and {given}"
            allowed = f"one of them, or --variable {quoted(name)} with --year{'s' if both else ''}"
            allowed = f"no --year, or --year {when}" if name == variable else allowed
            raise DataError(message(problem, where=str(path), allowed=allowed))
        held = sorted(set(long.loc[long["indicator"] == name, "year"]) - {UNSTATED})
        if parse_year(variable) is None and held and when not in held:
            problem = f"{quoted(name)} has no year {when}"
            raise DataError(message(problem, where=str(path), allowed=listed(held)))
        options = options if both else replace(options, year=said[1])
    having = sorted(set(long.loc[long["indicator"] == variable, "year"]) - {UNSTATED}) or years
    printed = listed([told.get(each, str(each)) for each in (years if options.year else having)], write=str)
    year = [UNSTATED, *having][-1] if options.year is None else ends.get(options.year, options.year)
    if years and year not in years:
        raise DataError(message(f"no year {options.year}", where=str(path), allowed=printed))
    if len(years) > 1 and options.year is None:
        last = f", the last of {plain(variable)}" if variable is not None and year != years[-1] else ""
        another = f" (--year says another: {printed})" if len(having) > 1 else ""
        notes.append(f"the year: {told.get(year, str(year))}{last}{another}")
    if options.year is not None and year in spans and told[year] != variable:
        notes.append(f"the year: {told[year]}, which {'begins' if year == options.year else 'ends'} in {options.year}")
    if not years:
        long.loc[:, "year"] = year
    own = long[long["year"].isin([year, UNSTATED])]
    if (twice := own[own.duplicated(["region", "indicator"])]["indicator"]).size:
        problem = f"{shown(twice.iloc[0])} stands in a table of {year} and in one that says no year"
        raise DataError(message(problem, where=str(path), allowed="--sheet with one of them"))
    if years and (loose := list(long.loc[long["year"] == UNSTATED, "indicator"].unique())):
        notes.append(f"{_APART}{listed(loose, limit=8)}; they are left out of the numbers of {year}")
    return year


def _dated(variable: str, names: Iterable[str]) -> dict[int, str]:
    """Return, by year, the columns that are called so with a year: "Q1" in "Q1 2021", "Maha" in "2020/21 Maha"."""
    found = {name: year_inside(name) or (year_of_part(name) or 0, re.sub(r"(?:19|20)\d\d", "", name)) for name in names}
    return {year: name for name, (year, rest) in found.items() if year and _alike(rest) == _alike(variable)}


def read_matrix(path: Path, options: FileOptions) -> FileData:
    """Read regions by industries: a table alone, or joined to boundaries, or the columns of a boundary file."""
    if path.suffix.lower() not in _TABLES:
        return read_files(path, options)
    options.refuse_idle(path)
    from growthpoles.study.read_published import read_table

    long = read_table(path, sheet=options.sheet, encoding=options.encodings(path)[1], year=UNSTATED,
                      decimal=options.decimal, thousands=options.thousands,
                      ignore=options.ignore, aliases=options.aliases)  # fmt: skip
    notes = list(long.attrs.get("remarks", ()))
    year = _year_of(long, options, path, notes)
    table = long[long["year"] == year].pivot(index="region", columns="indicator", values="value")
    table = table.reindex(index=long["region"].unique(), columns=long["indicator"].unique()).rename_axis(columns=None)
    table.attrs = ({} if year == UNSTATED else {"year": year}) | {"elsewhere": _elsewhere(long, year)}
    table.attrs |= {name: long.attrs[name] for name in ("units", "codes", "shared", "titles", "sums")}
    return FileData(None, table, notes, path.name)
