"""Propose a study (init) from a boundary file and tables; what could not be decided."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from anyascii import anyascii

from growthpoles import errors
from growthpoles.errors import DataError, Reason, StudyError, counted, listed, message, options_in, remedy, shown
from growthpoles.file_reading import encoding_alone, layer_files, likely_encodings, read_bytes
from growthpoles.file_writing import make_folder, write_bytes
from growthpoles.language.languages import LANGUAGES, SOURCE, languages_of
from growthpoles.randomness import SEED
from growthpoles.ratings.catalogue import COLUMNS
from growthpoles.ratings.indicator_methods import METHOD_COLUMNS
from growthpoles.regions.boundaries import layer_names, read_layer
from growthpoles.regions.name_matching import name_keys
from growthpoles.result_display import ResultDisplay
from growthpoles.study.column_names import partly_held
from growthpoles.study.files.cell_grids import NO_TABLE, EncodingError, Grid
from growthpoles.study.files.problems import NO_KEY, encoding_told, nothing_found, partly_told
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.files.user_table import remark, toml_list
from growthpoles.study.files.user_table import toml_text as quoted
from growthpoles.study.guess_columns import (
    LayerGuess,
    choose_key,
    guess_layer,
    guess_vintage,
    name_columns,
)
from growthpoles.study.read_published import (
    Codes,
    Indicator,
    doubts_of,
    look_at,
    name_indicators,
    place_of,
    read_blocks,
    read_sheets,
    refuse_placeholders,
    table_lines,
    texts_of,
)
from growthpoles.study.region_rows import key_in, stray_codes
from growthpoles.study.study_spec import allowance, is_study_name
from growthpoles.study.table_blocks import Block

if TYPE_CHECKING:
    from pyproj import CRS

_SIGNS = {"&": " and ", "%": " percent "}
_RESERVED = {"index", "rating_class", "rank", "region"}
_LONG = 40  # characters of a code
_FILLED = [*(name for name in COLUMNS if name not in METHOD_COLUMNS), "note"]


def study_name(text: str) -> str:
    """Return a name of a study: what cannot stand in file names becomes a hyphen."""
    plain = re.sub(r"[^\w .-]+", "-", text).strip(" .-")[:80].strip(" .-")
    return plain if is_study_name(plain) else f"study-{plain or 1}"


def compose_study(
    name: str, layer: LayerGuess, blocks: Sequence[Block], codes: Codes, *, relative: Callable[[Path], str]
) -> str:
    """Return the text of study.toml.

    Parameters
    ----------
    name : str
    layer : LayerGuess
    blocks : sequence of Block
    codes : dict of (block, column or kind) to code
    relative : callable
        Turns the path of a file into the one to write.
    """
    years = sorted({year for block in blocks for year in block.years})
    source = ", ".join(dict.fromkeys(block.grid.path.name for block in blocks))[:400]
    lines = [
        "# Proposed by growthpoles init. CHECK what was taken from the files, DECIDE what they do not say;",
        '# then run: growthpoles validate on this folder. Every key: the page "Your own study" of the documentation.',
        "",
        "[study]",
        f"name = {quoted(study_name(name))}",
        f"years = {years}" if years else "# years = [2020]            # DECIDE: the years that the tables hold",
        f"title = {{ en = {quoted(study_name(name))} }}            # DECIDE",
        f"source = {{ en = {quoted(remark(source, 400))} }}    # DECIDE",
        'languages = ["en"]',
        f"seed = {SEED}",
        "",
        *_boundaries(layer, blocks, relative),
        "",
        "[rating]",
        'catalogue = "catalogue.csv"',
    ]
    for block in blocks:
        lines += ["", *table_lines(block, codes, years, relative)]
    return "\n".join(lines) + "\n"


def _boundaries(layer: LayerGuess, blocks: Sequence[Block], relative: Callable[[Path], str]) -> list[str]:
    if layer.path is None and layer.vintage is None:
        return ["# There is no [boundaries]: a study of tables alone, without maps and neighbours."]
    lines = ["[boundaries]"]
    if layer.path is None:
        lines += ['builtin = "kz"', f"year = {layer.vintage}                 # CHECK: the names fit these regions"]
    else:
        lines.append(f"file = {quoted(relative(layer.path))}")
        if layer.layer is not None and layer.path.suffix.lower() not in (".parquet", ".geoparquet"):
            lines.append(f"layer = {quoted(layer.layer)}")
        lines.append(f"key = {quoted(layer.key)}            # CHECK: the column that identifies a region")
        if layer.name is not None:
            lines.append(f"name = {quoted(layer.name)}            # CHECK: the column with the names to print")
        if layer.encoding is not None:
            lines.append(f"encoding = {quoted(layer.encoding)}            # CHECK: the file does not state it")
        if layer.dissolve:
            lines.append("dissolve = true              # CHECK: the rows of one region are united")
        if layer.drop:
            lines.append(f"drop = {toml_list(layer.drop)}              # CHECK: without a polygon, or of another level")
        if layer.crs:
            lines.append(f"crs = {quoted(layer.crs)}            # CHECK: the file does not state it")
        elif layer.crs is not None:
            lines.append('# crs = "EPSG:..."           # DECIDE: the file does not state it')
        if layer.repair == "check":
            lines.append('repair = "clean"             # CHECK: borders that do not match are mended, and listed')
        elif layer.repair:
            lines.append(
                '# repair = "clean"           # DECIDE: borders that do not match or cross; this mends and lists them'
            )
    known: dict[str, tuple[str, str]] = {}
    stray: dict[str, str] = {}
    last: dict[str, str] = {}
    for block in blocks:
        known |= {key_in(block, name): value for name, value in block.match.aliases.items()}
        codes = stray_codes(block)
        stray |= {key_in(block, name): code for name, code in block.match.open.items() if code and name not in codes}
        last |= {key_in(block, name): code for name, code in block.match.last.items() if name not in codes}
    # A name that is its own code is right; it could not be told from another row.
    sure = {name: told for name, told in known.items() if name != told[0]}
    if sure:
        lines += ["", "[boundaries.aliases]         # CHECK: other spellings, each the only one that fits its region"]
        lines += [f"{quoted(remark(name))} = {quoted(code)}    # {remark(why)}" for name, (code, why) in sure.items()]
    if stray or last:
        mark = "DECIDE: names in the tables that fit no region; one that is none goes into ignore"
        lines += [f"# {mark}"] if sure else ["", f"# [boundaries.aliases]        # {mark}"]
        lines += [f"# {quoted(remark(name))} = {quoted(code)}" for name, code in stray.items() if name != code]
        only = "    # the last name and the last region: only you know whether they are the same"
        lines += [
            f"# {quoted(remark(name))} = {quoted(code)}{only}" for name, code in last.items() if name not in stray
        ]
    return lines


def compose_catalogue(indicators: Sequence[Indicator], codes: Sequence[str]) -> str:
    """Return the text of catalogue.csv: every indicator, all under one index."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _FILLED, restval="", lineterminator="\n")
    writer.writeheader()
    root = {"code": "index", "kind": "aggregate", "direction": 1, "weight": 1, "unit": "points", "name_en": "Index"}
    writer.writerow({**root, "note": "the root; add aggregates between it and the indicators for sub-indices"})
    titles = _titles(indicators, codes)
    for indicator, code, title, lang in zip(indicators, codes, titles, languages_of(titles), strict=True):
        row = {"code": code, "kind": "indicator", "parent": "index", "direction": 1, "weight": 1}
        note = "CHECK direction (-1 where less is better), weight and unit; a total: kind primary, parent empty"
        if lang is None:
            note = f"DECIDE: the name is of another language; {note}"
        writer.writerow({**row, "unit": indicator.unit, f"name_{lang or SOURCE}": title, "note": note})
    return text.getvalue()


def _titles(indicators: Sequence[Indicator], codes: Sequence[str]) -> list[str]:
    """Return what stands in the columns of names of the catalogue."""
    named = zip(indicators, codes, strict=True)
    return [re.sub(r"\s+", " ", indicator.name.strip(" _-")) or code for indicator, code in named]


@dataclass(frozen=True, slots=True, repr=False)
class Proposal(ResultDisplay):
    """A study to be written, and what a person has to decide.

    Attributes
    ----------
    folder : Path
        Where it goes.
    files : dict of name to text
        study.toml and catalogue.csv.
    seen : tuple of str
        What was found in the files.
    undecided : tuple of str
        What could not be told from them; the places are marked CHECK or DECIDE in study.toml.
    sources : tuple of str
        The files, which the study may read wherever they are.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_published(2014)[["index"]].reset_index().to_csv("ratings.csv", index=False)
    >>> proposal = gp.propose_study("my-study", table="ratings.csv", year=2014)
    >>> proposal.to_frame().loc[0, "text"]
    "ratings.csv: 16 rows, 2 columns, wide, utf-8, cells divided by ','; regions in 'region'"
    >>> [path.name for path in proposal.write()]
    ['study.toml', 'catalogue.csv']
    """

    folder: Path
    files: dict[str, str]
    seen: tuple[str, ...]
    undecided: tuple[str, ...]
    sources: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per remark: kind ("seen" or "to decide") and text."""
        rows = [("seen", text) for text in self.seen] + [("to decide", text) for text in self.undecided]
        return pd.DataFrame(rows, columns=["kind", "text"])

    def write(self) -> list[Path]:
        """Write the files into the folder, which is made if missing.

        Raises
        ------
        StudyError
            If one of the files is there already: nothing is overwritten, and nothing is written.
        DataError
            If the folder cannot be written to.
        """
        there = [name for name in self.files if (self.folder / name).exists()]
        if there:
            problem = (
                f"{' and '.join(there)} {'is' if len(there) == 1 else 'are'} there already, and nothing is overwritten"
            )
            raise StudyError(
                message(problem, where=str(self.folder), allowed="another folder, or the old files moved away")
            )
        make_folder(self.folder)
        written = [write_bytes(self.folder / name, text.encode("utf-8")) for name, text in self.files.items()]
        if self.sources:  # the person who proposes a study may read the files that it is proposed from
            try:
                record = allowance(self.folder / "study.toml")
                write_bytes(make_folder(record.parent) / record.name, "\0".join(self.sources).encode(errors="replace"))
            except DataError as error:
                folder = self.folder.resolve()
                outside = [path.name for path in map(Path, self.sources) if not path.is_relative_to(folder)]
                if outside:
                    told = f"that the study may read {listed(outside, limit=3)} could not be recorded ({error})"
                    allowed = "--outside with every command on this study (in Python outside=True), or the files moved"
                    warnings.warn(message(told, allowed=f"{allowed} into its folder"), UserWarning, stacklevel=2)
        return written

    def __repr__(self) -> str:
        """Folder, and how much is left to decide."""
        return f"Proposal({str(self.folder)!r}, {len(self.undecided)} to decide)"


def codes_for(headers: Iterable[str]) -> list[str]:
    """Make a code of every header: Latin letters, digits and underscores, each once.

    Of long headers that begin alike the end is kept, too: there they differ.
    """
    whole = []
    for header in headers:
        folded = unicodedata.normalize("NFKC", header.replace("{year}", "").casefold())
        latin = anyascii("".join(_SIGNS.get(sign, sign) for sign in folded)).lower().replace("'", "")
        whole.append(re.sub(r"[^a-z0-9]+", "_", latin, flags=re.ASCII).strip("_"))
    begun = Counter(code[:_LONG] for code in whole)
    codes: list[str] = []
    for code in whole:
        if begun[code[:_LONG]] > 1 and len(code) > _LONG:
            end = code[-_LONG // 2 :]
            code = f"{code[: _LONG // 2 - 1]}_{end.partition('_')[2] or end}"
        start = code[:_LONG].strip("_")
        if not start or start[0].isdigit() or start in _RESERVED or start.startswith("score_"):
            start = f"x_{start}".rstrip("_")
        code, number = start, 2
        while code in codes:
            code, number = f"{start}_{number}", number + 1
        codes.append(code)
    return codes


def propose_study(
    folder: str | Path,
    *,
    table: str | Path | Sequence[str | Path],
    boundaries: str | Path | None = None,
    key: str | None = None,
    sheet: str | None = None,
    year: int | None = None,
    name: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    header: int | None = None,
    delimiter: str | None = None,
    missing: Sequence[str] = (),
    aliases: Mapping[str, str] | None = None,
    dissolve: bool | None = None,
) -> Proposal:
    """Look at files and propose a study; nothing is written (see :meth:`Proposal.write`).

    Parameters
    ----------
    folder : path
        Folder of the study; it need not exist. File names in study.toml are relative to it.
    table : path, or several
        Tables with the indicators: delimited text, .xlsx or .parquet.
    boundaries : path, optional
        Boundary file; "none" proposes a study of tables alone. None: the names in the tables must fit a vintage of
        Kazakhstan's regions.
    key : str, optional
        Column of the boundary file that identifies a region.
    sheet : str, optional
        Sheet of the workbooks; None proposes every sheet that names regions.
    year : int, optional
        Year of tables that do not say one.
    name : str, optional
        Name of the study; None takes that of the folder.
    encoding : str, optional
        Of delimited text, where its bytes do not tell.
    layer, crs : str, optional
        Layer of the boundary file, and coordinate system of one that states none.
    header : int, optional
        First row with names of columns; what stands above it is not looked at.
    delimiter : str, optional
        Sign between the cells of delimited text; "tab" for a tabulator.
    missing : sequence of str
        Marks that mean "no data", beside those that are known.
    aliases : mapping of name to key, optional
        Names in the tables that fit no region, with the key or a name of the region; they go into study.toml.
    dissolve : bool, optional
        Whether the rows of one region in the boundary file are united; None unites them, and says so.

    Returns
    -------
    Proposal

    Raises
    ------
    DataError
        If a file cannot be read, or names of regions are nowhere to be found.
    StudyError
        An argument is of another type.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_published(2014)[["index"]].reset_index().to_csv("ratings.csv", index=False)
    >>> proposal = gp.propose_study("my-study", table="ratings.csv", year=2014)
    >>> sorted(proposal.files)
    ['catalogue.csv', 'study.toml']
    """
    folder = Path(folder)
    paths = [Path(table)] if isinstance(table, str | Path) else [Path(each) for each in table]
    if not paths:
        raise DataError(message("no table is given", allowed=remedy("{table}", table="a file")))
    if year is not None and not 1900 <= year <= 2100:
        raise DataError(message(f"year={year}", allowed="a common year, 1900 to 2100"))
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    alone = str(boundaries) == "none"
    boundaries = None if alone else boundaries
    of_layer = {"key": key, "layer": layer, "crs": crs, "dissolve": dissolve}
    if boundaries is None and any(value is not None for value in of_layer.values()):
        given = remedy("with {boundaries}", boundaries="a file")
        raise DataError(message("key, layer, crs and dissolve are of a boundary file", allowed=given))
    if crs is not None and crs.strip().casefold() == "none":
        allowed = "the code of one, such as EPSG:32642; maps and tests of a file alone take a plane: --crs none"
        raise DataError(message("a study needs a coordinate system", where="crs", allowed=allowed))
    reading = {"sheet": sheet, "encoding": encoding, "delimiter": delimiter}
    found, grids = _open(paths, boundaries, of_layer, alone=alone, **reading)
    if aliases and alone:
        raise DataError(message("aliases are keys of boundaries, and there are none", allowed="no aliases"))
    if aliases:
        refuse_placeholders(aliases, grids, found, "aliases")
    taken = found.names.take_aliases(aliases, "aliases") if aliases else {}
    asked = {name_keys(name): code for name, code in taken.items()}
    if header is not None:
        for grid in grids:
            grid.rows = [(n, row) for n, row in grid.rows if n >= header]
    marks = [_without(grid, missing) if missing else set() for grid in grids]
    undecided, seen = list(found.notes), []
    blocks, left_out = read_blocks(grids, None if alone else found.names, parents=found.parents, year=year)
    for block in blocks:
        held = next(held for grid, held in zip(grids, marks, strict=True) if grid.path == block.grid.path
                    and grid.sheet == block.grid.sheet)  # fmt: skip
        block.missing = sorted({*block.missing, *held})
        own = {each: asked[keys] for each in block.match.found if asked and (keys := name_keys(each)) in asked}
        block.match.aliases |= {each: (code, "as asked") for each, code in own.items()}
    undecided += left_out
    if not blocks:
        names = [name for code in found.codes[:2] for name in found.names.names[code][:3]]
        raise DataError(nothing_found(paths, left_out, names, aliases=False))
    indicators, places = name_indicators(blocks)
    for block in blocks:
        seen.append(f"{place_of(block)}: {_described(block)}; regions in {shown(block.names[block.key or 0])}")
        undecided += doubts_of(block, found.codes, blocks)
    undecided += partly_told(partly_held(blocks, [each.name for each in indicators], places))
    undecided.append("the direction of every indicator: more is taken to be better; weights are equal")
    undecided.append("totals: an indicator that grows with the size of a region (GDP, people) lets the large ones win; "
                     "of kind primary, its parent left empty, it only is the numerator or denominator of a ratio, "
                     "which is a row of its own in catalogue.csv")  # fmt: skip
    undecided.append("title, source and units")
    codes = codes_for([each.name for each in indicators])
    titles = _titles(indicators, codes)
    foreign = [title for title, lang in zip(titles, languages_of(titles), strict=True) if lang is None]
    if foreign:
        known = listed([each.english_name for each in LANGUAGES.values()])
        undecided.append(f"the language of {listed(foreign, limit=3, write=shown)}: not one of {known} by their words "
                         f"and letters; name_{SOURCE} in catalogue.csv holds them as they are")  # fmt: skip
    files = {
        "study.toml": compose_study(
            name or folder.resolve().name,
            found,
            blocks,
            {place: codes[i] for place, i in places.items()},
            relative=lambda p: _relative(p, folder),
        ),
        "catalogue.csv": compose_catalogue(indicators, codes),
    }
    layer_parts = layer_files(Path(boundaries)) if boundaries is not None else []
    sources = dict.fromkeys(
        str(Path(path).resolve()) for path in (*paths, *([boundaries] if boundaries else ()), *layer_parts)
    )
    return Proposal(folder, files, tuple(seen), tuple(undecided), tuple(sources))


def _described(block: Block) -> str:
    """Say in a few words what was seen."""
    grid = block.grid
    kind = "long" if block.indicator else "wide"
    read = f", {grid.encoding}, cells divided by {shown(grid.delimiter)}" if grid.delimiter else ""
    heads = f"{grid.unit}s {listed(block.header)}" if len(block.header) > 1 else f"{grid.unit} {block.header[0]}"
    header = f", header in {heads}" if block.header != (grid.rows[0][0],) else ""
    rows = counted(len(block.rows) + len(block.apart), "rows")
    return f"{rows}, {counted(len(block.paths), 'columns')}, {kind}{read}{header}"


def _without(grid: Grid, marks: Sequence[str]) -> set[str]:
    """Empty the cells that hold one of the marks; return those that were there."""
    held: set[str] = set()
    for _, row in grid.rows:
        for at, cell in enumerate(row):
            if isinstance(cell, str) and cell.strip() in marks:
                held.add(cell.strip())
                row[at] = ""
    return held


def _open(
    paths: list[Path],
    boundaries: str | Path | None,
    of_layer: dict[str, str | bool | None],
    *,
    alone: bool,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> tuple[LayerGuess, list[Grid]]:
    """Read the tables, and the boundaries by what stands in them; text of an unknown encoding by the names in it."""
    if boundaries is None:
        grids = [
            grid for path in paths for grid in read_sheets(path, sheet=sheet, encoding=encoding, delimiter=delimiter)
        ]
        if alone:
            return LayerGuess(None), grids
        width = max((len(row) for grid in grids for _, row in grid.rows), default=0)
        columns = [
            [cell_text(row[at]) for _, row in grid.rows if at < len(row)] for grid in grids for at in range(width)
        ]
        found = guess_vintage(columns)
        if found is None:
            text = "{boundaries}, or none for a study of tables alone, or a table of Kazakhstan's regions"
            allowed = remedy(text, boundaries="a file")
            raise DataError(message("no boundaries are given", allowed=allowed))
        return found, grids
    grids = []
    later: list[Path] = []
    for path in paths:
        try:
            grids += read_sheets(path, sheet=sheet, encoding=encoding, delimiter=delimiter)
        except EncodingError:
            later.append(path)
    layer = guess_layer(Path(boundaries), texts=texts_of(grids), **of_layer)  # type: ignore[arg-type]
    for path in later:
        grids += read_sheets(path, sheet=sheet, names=layer.names, delimiter=delimiter)
        layer.notes.append(encoding_told(grids[-1].path.name, grids[-1].encoding))
    return layer, grids


def _system(crs: CRS) -> str:
    """Call a coordinate system by its code, its name, or how it projects."""
    code, method = crs.to_epsg(), crs.coordinate_operation
    return f"EPSG:{code}" if code else method.method_name if crs.name == "unknown" and method else crs.name


def _layers(path: Path, encoding: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Return a row per column of every layer of a boundary file, and what it could serve as; and what was found out."""
    rows, told = [], []
    names_of: list[str | None] = [*layer_names(path)]
    for each in names_of or [None]:
        frame, layer = read_layer(path, each, encoding=encoding)
        table = frame.drop(columns=frame.geometry.name)
        crs = "" if frame.crs is None else _system(frame.crs)
        key, others = choose_key(table)
        keys, names = [key, *others], name_columns(table, key)
        for column in map(str, table.columns):
            examples = dict.fromkeys(text for text in map(cell_text, table[column].dropna()) if text)
            use = [word for word, held in (("key", keys), ("name", names)) if column in held]
            rows.append((layer, crs, len(table), column, listed(examples, limit=3, write=shown), " or ".join(use)))
        if not len(table.columns):
            rows.append((layer, crs, len(table), "", "", ""))
        if "placed" in frame.attrs:
            told.append(f"layer {shown(layer)} is drawn in pixels; its own hc-transform puts it into that system")
        if "drawing" in frame.attrs:
            told.append(f"layer {shown(layer)}: {listed(frame.attrs['drawing'])} are lines or points, no regions")
    return pd.DataFrame(rows, columns=["layer", "crs", "regions", "column", "examples", "use"]), told


def _layer_lines(path: Path, columns: pd.DataFrame) -> list[str]:
    lines = []
    for layer, held in columns.groupby("layer", sort=False):
        stated, regions = held["crs"].iloc[0] or "no coordinate system stated", int(held["regions"].iloc[0])
        lines.append(f"{path.name}: boundaries, layer {shown(layer)}, {stated}, {counted(regions, 'regions')}")
        for column, examples, use in held[["column", "examples", "use"]].to_numpy():
            if column:
                could = f"; could be the {use}" if use else ""
                lines.append(f"column {shown(column)}: {examples or 'empty'}{could}")
    return lines


def _relative(path: Path, folder: Path) -> str:
    """Return the path of a file as seen from the folder, with forward slashes; absolute on another drive."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()


@dataclass(frozen=True, slots=True, repr=False)
class QuickLook(ResultDisplay):
    """What is in a file: see :func:`quick_look`.

    Attributes
    ----------
    path : Path
    tables : DataFrame
        One row per table: sheet, header (row numbers), rows, key (column), regions, years, indicators, marks. Of a
        boundary file one row per column: layer, crs, regions, column, examples, use (key or name, where it could be).
    remarks : tuple of str
        What was taken, left out or could not be told.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_published(2014)[["index"]].reset_index().to_csv("ratings.csv", index=False)
    >>> gp.quick_look("ratings.csv").tables[["key", "regions", "indicators"]].to_dict("records")
    [{'key': 'region', 'regions': 16, 'indicators': 'index'}]
    """

    path: Path
    tables: pd.DataFrame
    remarks: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the tables."""
        return self.tables

    @property
    def lines(self) -> list[str]:
        """What is in the file, a line per table and remark."""
        if "layer" in self.tables:
            return [*_layer_lines(self.path, self.tables), *self.remarks]
        lines = [f"{self.path.name}: {counted(len(self.tables), 'tables')}"]
        for row in self.tables.to_dict("records"):
            at = f"sheet {row['sheet']}: " if row["sheet"] else ""
            lines.append(
                f"{at}header in {row['header']}, rows {row['rows']}; {row['regions']} regions in {shown(row['key'])}; "
                f"years {row['years'] or 'not stated'}; {row['indicators']}"
            )
        return [*lines, *self.remarks]

    def __repr__(self) -> str:
        """Name the file and how much is in it."""
        held = f"{counted(len(self.tables), 'tables')}, {counted(len(self.remarks), 'remarks')}"
        return f"QuickLook({self.path.name!r}, {held})"


def _by_names(told: Reason) -> Reason:
    """Add to the remedy of an unknown encoding that the names of the regions tell it."""
    allowed = told.places.get("allowed")
    if not options_in(told) or not isinstance(allowed, Reason):
        return told
    more = remedy(f"{allowed.template}, or {{boundaries}}, whose names tell it", **allowed.places, boundaries="a file")
    return message(told.places["problem"], where=told.places["where"], allowed=more)


def _names_tell(path: Path, sheet: str | None) -> bool:
    """Tell whether names of regions in a text of unknown encoding hold signs that one of boundaries could tell."""
    with suppress(DataError):
        for encoding in likely_encodings(read_bytes(path))[:1]:
            look = look_at(path, None, None, None, sheet=sheet, year=None, encoding=encoding, known={})
            return any(not block.text(row, block.key or 0).isascii() for block in look[1] for _, row in block.rows)
    return False


def quick_look(
    path: str | Path,
    *,
    boundaries: str | Path | None = None,
    key: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
) -> QuickLook:
    """Say what is in a table file: sheets, header rows, key, years, indicators, marks, totals, what is left out.

    Of a boundary file: layer, coordinate system, number of regions, columns, and which could be key or name.

    Parameters
    ----------
    path : path
        As :func:`read_table` takes it, or boundaries as :func:`read_boundaries` does.
    boundaries : path, optional
        Boundary file, by which regions are told from totals.
    key, sheet, encoding : str, optional
        As in :func:`read_table`.

    Returns
    -------
    QuickLook

    Raises
    ------
    DataError, StudyError
        If the file cannot be read, or an argument is of another type.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_published(2014)[["index"]].reset_index().to_csv("ratings.csv", index=False)
    >>> print(gp.quick_look("ratings.csv").summary().splitlines()[1])
    header in 1, rows 2 to 17; 16 regions in 'region'; years not stated; index
    """
    path, taken = Path(path), []
    try:
        read_sheets(path, sheet=sheet, encoding=encoding)
    except EncodingError as error:  # names of regions tell, or the text alone where all likely ones read the same
        if boundaries is None and encoding is None:
            encoding = encoding_alone(path)
            if encoding is None:
                raise EncodingError(_by_names(error.args[0]) if _names_tell(path, sheet) else error.args[0]) from None
            taken.append(f"{path.name}: the encoding; its bytes do not tell, {encoding} was taken")
    except DataError as error:
        if (
            boundaries is not None
            or sheet is not None
            or getattr(error.args[0], "places", {}).get("problem") != NO_TABLE
        ):
            raise
        columns_of, told = _layers(path, encoding)
        return QuickLook(path, columns_of, tuple(told))
    codes, blocks, remarks = look_at(path, boundaries, key, None, sheet=sheet, year=None, encoding=encoding, known={})
    indicators, places = name_indicators(blocks)
    rows, names = [], [each.name for each in indicators]
    called = dict(zip(names, errors.each_told(names, errors.quoted), strict=True))
    units = {each.name: f" ({each.unit})" for each in indicators if each.unit.casefold() not in each.name.casefold()}
    for block in blocks:
        held = dict.fromkeys(indicators[at].name for (own, _), at in places.items() if own == id(block))
        rows.append(
            {
                "sheet": block.grid.sheet,
                "header": listed(block.header),
                "rows": f"{block.first} to {block.last}",
                "key": block.names[block.key or 0],
                "regions": len(set(block.match.codes.values())),
                "years": listed(block.years, limit=40),
                "indicators": listed(held, limit=12, write=lambda name: called[str(name)] + units.get(str(name), "")),
                "marks": listed(map(repr, [*block.missing, *block.zero, *block.flags])),
            }
        )
    columns = ["sheet", "header", "rows", "key", "regions", "years", "indicators", "marks"]
    unnamed = [each for each in remarks if isinstance(each, Reason) and each.places["why"].template == NO_KEY]
    if boundaries is None and unnamed:
        taken.append(
            f"{path.name}: a boundary file tells names of regions, also across the columns (--boundaries FILE)"
        )
    told = [*taken, *remarks, *(text for block in blocks for text in doubts_of(block, codes, blocks))]
    told += partly_told(partly_held(blocks, [each.name for each in indicators], places))
    return QuickLook(path, pd.DataFrame(rows, columns=columns), tuple(told))
