"""Propose a study (init) from a boundary file and tables; what could not be decided."""

from __future__ import annotations

import csv
import glob
import io
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from growthpoles.errors import DataError, StudyError, listed, message, shown
from growthpoles.file_writing import make_folder, write_bytes
from growthpoles.language.languages import LANGUAGES, SOURCE
from growthpoles.randomness import SEED
from growthpoles.ratings.catalogue import COLUMNS
from growthpoles.regions.key_matching import key_of
from growthpoles.result_display import ResultDisplay
from growthpoles.study.files.cell_grids import EncodingError, Grid
from growthpoles.study.files.table_files import cell_text
from growthpoles.study.files.user_table import toml_text as quoted
from growthpoles.study.guess_columns import LayerGuess, codes_for, guess_layer, guess_vintage
from growthpoles.study.read_published import Indicator, name_indicators, place_of, read_blocks, read_sheets
from growthpoles.study.study_spec import is_study_name
from growthpoles.study.table_blocks import Block

Codes = dict[tuple[int, int | str], str]


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, items))}]"


def _remark(text: str, most: int = 200) -> str:
    """Return text for a comment: one line, printable."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:most]


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
        "# then run: growthpoles validate on this folder. The format is described in docs/studies.md.",
        "",
        "[study]",
        f"name = {quoted(study_name(name))}",
        f"years = {years}" if years else "# years = [2020]            # DECIDE: the years that the tables hold",
        f"title = {{ en = {quoted(study_name(name))} }}            # DECIDE",
        f"source = {{ en = {quoted(_remark(source, 400))} }}    # DECIDE",
        'languages = ["en"]',
        f"seed = {SEED}",
        "",
        *_boundaries(layer, blocks, relative),
        "",
        "[rating]",
        'catalogue = "catalogue.csv"',
    ]
    for block in blocks:
        lines += ["", *_table(block, codes, years, relative)]
    return "\n".join(lines) + "\n"


def _boundaries(layer: LayerGuess, blocks: Sequence[Block], relative: Callable[[Path], str]) -> list[str]:
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
            lines.append(f"drop = {_list(layer.drop)}              # CHECK: without a polygon")
        if layer.crs:
            lines.append(f"crs = {quoted(layer.crs)}            # CHECK: the file does not state it")
        elif layer.crs is not None:
            lines.append('# crs = "EPSG:..."           # DECIDE: the file does not state it')
        if layer.repair:
            lines.append(
                '# repair = "clean"           # DECIDE: the borders do not match; this mends them and says where'
            )
    known: dict[str, tuple[str, str]] = {}
    stray: dict[str, str | None] = {}
    for block in blocks:
        known |= {_key(block, name): value for name, value in block.match.aliases.items()}
        stray |= {_key(block, name): code for name, code in block.match.open.items()}
    if stray:
        mark = "DECIDE: names in the tables that fit no region; one that is none goes into ignore"
        lines += ["", f"# [boundaries.aliases]        # {mark}"]
        known |= {name: (code or layer.nearest(name) or "", "") for name, code in stray.items()}
    elif known:
        lines += ["", "[boundaries.aliases]         # CHECK: other spellings, each the only one that fits its region"]
    for name, (code, reason) in known.items():
        text = f"{quoted(_remark(name))} = {quoted(code)}"
        lines.append(("# " if stray else "") + text + (f"    # {_remark(reason)}" if reason and not stray else ""))
    return lines


def _key(block: Block, name: str) -> str:
    return key_of(name, block.match.pattern, block.match.width)


def _table(block: Block, codes: Codes, study_years: list[int], relative: Callable[[Path], str]) -> list[str]:
    grid, lines = block.grid, ["[[tables]]", f"file = {quoted(relative(block.grid.path))}"]
    assert block.key is not None
    if grid.sheet:
        lines.append(f"sheet = {quoted(grid.sheet)}")
    numbers = [number for number, _ in grid.rows]
    below = [number for number in numbers if number > block.last]
    plain = len(block.header) == 1 and len(set(map(tuple, block.paths))) == len(block.paths)
    if not plain:
        lines.append(f"header = {list(block.header)}        # CHECK: the rows with the names of the columns")
    elif block.header[0] != numbers[0]:
        lines.append(f"header = {block.header[0]}             # CHECK: the row with the names of the columns")
    if not plain or below or block.first != block.header[-1] + 1:
        lines.append(f"rows = [{block.first}, {block.last}]      # CHECK: the first and the last row of the table")
    if grid.encoding and grid.encoding not in ("utf-8", "utf-8-sig"):
        lines.append(f"encoding = {quoted(grid.encoding)}          # CHECK: found by its bytes")
    if grid.delimiter:
        lines.append(f"delimiter = {quoted(grid.delimiter)}")
    if block.unclear:
        lines.append(f'# decimal = ","             # DECIDE: {_remark(block.unclear)}')
    else:
        lines.append(f"decimal = {quoted(block.notation.decimal)}")
        if block.notation.thousands is not None:
            lines.append(f"thousands = {quoted(block.notation.thousands)}")
    lines.append(f"key = {quoted(block.names[block.key])}            # CHECK: the column that names the regions")
    if block.match.pattern is not None:
        lines.append(
            f"key_pattern = {quoted(block.match.pattern)}     # CHECK: the part of it that is the code or name"
        )
    if block.match.width is not None:
        lines.append(f"key_width = {block.match.width}              # CHECK: codes have lost their leading zeros")
    if block.fill:
        lines.append(
            f"fill = {_list(block.names[at] for at in block.fill)}     # CHECK: an empty cell means the one above"
        )
    dated = any(year is not None for year in block.values.values())
    if block.year_column is not None:
        lines.append(f"year_column = {quoted(block.names[block.year_column])}")
    elif not dated:
        lines.append(f"year = {block.years[0]}" if block.years else "# year = 2020               # DECIDE")
    columns = {
        block.names[at]: (codes[id(block), at], year) for at, year in block.values.items() if (id(block), at) in codes
    }
    if block.indicator:
        names = [block.names[at] for at in block.indicator]
        lines += ['layout = "long"', f"indicator = {quoted(names[0]) if len(names) == 1 else _list(names)}"]
        if not dated:
            lines.append(f"value = {quoted(block.names[next(iter(block.values))])}")
        columns = {kind: (codes[id(block), kind], None) for kind in block.kinds}
    if block.flag_column is not None:
        lines.append(f"flag_column = {quoted(block.names[block.flag_column])}")
    if block.missing:
        lines.append(f'missing = {_list(block.missing)}            # CHECK: taken to mean "no data"')
    if block.flags:
        lines.append(f"flags = {_list(block.flags)}            # CHECK: remarks on numbers, kept beside them")
    if block.parentheses:
        lines.append('parentheses = "negative"    # CHECK: (1.5) is taken for -1.5')
    names = {block.text(row, block.key) for _, row in block.rows}
    within = [row for number, row in block.aside if block.first <= number <= block.last]
    heads = [text for row in within if (text := block.text(row, block.key)) and text not in names]
    ignored = list(dict.fromkeys([*block.match.outside, *heads]))
    if ignored:
        lines.append(f"ignore = {_list(map(glob.escape, ignored))}            # CHECK: rows that are no regions")
    if block.indicator and dated:
        lines.append("[tables.values]            # column of the file = its year")
        lines += [f"{quoted(block.names[at])} = {year}" for at, year in block.values.items()]
    lines += ["[tables.columns]           # column of the file = code in catalogue.csv"]
    return lines + _columns(columns, study_years)


def _columns(columns: dict[str, tuple[str, int | None]], years: list[int]) -> list[str]:
    """Return the lines of [tables.columns], with {year} where all years of the study are written alike."""
    short: dict[str, str] = {}
    for header, (code, year) in columns.items():
        mark = header.replace(str(year), "{year}") if year is not None and header.count(str(year)) == 1 else header
        short[header] = mark
    told: dict[str, set[str]] = {}
    for header, (code, year) in columns.items():
        told.setdefault(short[header], set()).add(code)
    marked = {mark for mark in told if "{year}" in mark}
    whole = marked == set(told) and all(
        len(codes) == 1 and all(mark.replace("{year}", str(year)) in columns for year in years)
        for mark, codes in told.items()
    )
    if whole and marked:
        return [f"{quoted(mark)} = {quoted(next(iter(codes)))}" for mark, codes in told.items()]
    return [
        f"{quoted(header)} = {quoted(code)}"
        if year is None
        else f"{quoted(header)} = {{ code = {quoted(code)}, year = {year} }}"
        for header, (code, year) in columns.items()
    ]


def compose_catalogue(indicators: Sequence[Indicator], codes: Sequence[str]) -> str:
    """Return the text of catalogue.csv: every indicator, all under one index."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, "note"], restval="", lineterminator="\n")
    writer.writeheader()
    root = {"code": "index", "kind": "aggregate", "direction": 1, "weight": 1, "unit": "points", "name_en": "Index"}
    writer.writerow({**root, "note": "the root; add aggregates between it and the indicators for sub-indices"})
    for indicator, code in zip(indicators, codes, strict=True):
        title = re.sub(r"\s+", " ", indicator.name.strip(" _-")) or code
        letters = {sign for sign in title.casefold() if sign.isalpha()} - set(LANGUAGES[SOURCE].alphabet)
        lang = next((each.code for each in LANGUAGES.values() if letters <= set(each.alphabet)), SOURCE)
        row = {"code": code, "kind": "indicator", "parent": "index", "direction": 1, "weight": 1}
        note = "CHECK direction (-1 where less is better), weight and unit; a total belongs here as kind primary"
        writer.writerow({**row, "unit": indicator.unit[:60], f"name_{lang}": title, "note": note})
    return text.getvalue()


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
        return [write_bytes(self.folder / name, text.encode("utf-8")) for name, text in self.files.items()]

    def __repr__(self) -> str:
        """Folder, and how much is left to decide."""
        return f"Proposal({str(self.folder)!r}, {len(self.undecided)} to decide)"


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
) -> Proposal:
    """Look at files and propose a study; nothing is written (see :meth:`Proposal.write`).

    Parameters
    ----------
    folder : path
        Folder of the study; it need not exist. File names in study.toml are relative to it.
    table : path, or several
        Tables with the indicators: delimited text, .xlsx or .parquet.
    boundaries : path, optional
        Boundary file. None: the names in the tables must fit a vintage of Kazakhstan's regions.
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

    Returns
    -------
    Proposal

    Raises
    ------
    DataError
        If a file cannot be read, or names of regions are nowhere to be found.

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
        raise DataError(message("no table is given", allowed="table= a file"))
    layer, grids = _open(paths, boundaries, key, sheet=sheet, encoding=encoding)
    undecided, seen = list(layer.notes), []
    blocks, left_out = read_blocks(grids, layer.names, parents=layer.parents, year=year)
    undecided += left_out
    if not blocks:
        raise DataError(_nothing(paths, layer, left_out))
    for block in blocks:
        seen.append(f"{place_of(block)}: {_describe(block)}; regions in {shown(block.names[block.key or 0])}")
        undecided += _doubts(block, layer)
    undecided.append("the direction of every indicator: more is taken to be better; weights are equal")
    undecided.append("title, source and units")
    indicators, places = name_indicators(blocks)
    codes = codes_for([each.name for each in indicators])
    files = {
        "study.toml": compose_study(
            name or folder.resolve().name,
            layer,
            blocks,
            {place: codes[i] for place, i in places.items()},
            relative=lambda p: _relative(p, folder),
        ),
        "catalogue.csv": compose_catalogue(indicators, codes),
    }
    return Proposal(folder, files, tuple(seen), tuple(undecided))


def _open(
    paths: list[Path], boundaries: str | Path | None, key: str | None, *, sheet: str | None, encoding: str | None
) -> tuple[LayerGuess, list[Grid]]:
    """Read the tables, and the boundaries by what stands in them; an encoding that the bytes do not tell by the names."""
    if boundaries is None:
        grids = [grid for path in paths for grid in read_sheets(path, sheet=sheet, encoding=encoding)]
        width = max((len(row) for grid in grids for _, row in grid.rows), default=0)
        columns = [
            [cell_text(row[at]) for _, row in grid.rows if at < len(row)] for grid in grids for at in range(width)
        ]
        found = guess_vintage(columns)
        if found is None:
            allowed = "boundaries= a file, or a table of Kazakhstan's regions"
            raise DataError(message("no boundaries are given", allowed=allowed))
        return found, grids
    grids = []
    later: list[Path] = []
    for path in paths:
        try:
            grids += read_sheets(path, sheet=sheet, encoding=encoding)
        except EncodingError:
            later.append(path)
    texts = {text for grid in grids for _, row in grid.rows for cell in row[:12] if (text := cell_text(cell))}
    layer = guess_layer(Path(boundaries), key=key, texts=texts)
    for path in later:
        grids += read_sheets(path, sheet=sheet, names=layer.names)
        layer.notes.append(
            f"{path.name}: the encoding; its bytes do not tell, {grids[-1].encoding} fits the names of the regions"
        )
    return layer, grids


def _nothing(paths: Sequence[Path], layer: LayerGuess, left_out: Sequence[str]) -> str:
    """Say why no table was found, sheet by sheet."""
    names = [name for code in layer.codes[:2] for name in layer.names.names[code][:3]]
    near = f"a column with codes or names such as {listed(names, limit=5)}, below one to four header rows"
    reasons = "; ".join(each.removesuffix("; it was left out") for each in left_out[:4])
    return message(f"no table of these regions was found ({reasons})", where=listed(paths), allowed=near)


def _describe(block: Block) -> str:
    """Say in a few words what was seen."""
    grid = block.grid
    kind = "long" if block.indicator else "wide"
    read = f", {grid.encoding}, cells divided by {shown(grid.delimiter)}" if grid.delimiter else ""
    heads = f"{grid.unit}s {listed(block.header)}" if len(block.header) > 1 else f"{grid.unit} {block.header[0]}"
    header = f", header in {heads}" if block.header != (grid.rows[0][0],) else ""
    return f"{len(block.rows)} rows, {len(block.paths)} columns, {kind}{read}{header}"


def _doubts(block: Block, layer: LayerGuess) -> list[str]:
    """Say what is uncertain about a table."""
    at, match = place_of(block), block.match
    doubts = [f"{at}: {text}" for text in block.doubts]
    if block.unclear:
        doubts.append(f"{at}: the decimal sign ({block.unclear})")
    if match.open:
        doubts.append(f"{at}: {listed(match.open)} fits no region; see boundaries.aliases, or ignore")
    reasons: dict[str, list[str]] = {}
    for name, reason in match.outside.items():
        reasons.setdefault(reason, []).append(name)
    doubts += [
        f"{at}: {listed(names)} was taken for no region, and is ignored ({why})" for why, names in reasons.items()
    ]
    if match.aliases:
        told = listed([f"{name} = {code}" for name, (code, _) in match.aliases.items()])
        doubts.append(f"{at}: other spellings: {told}")
    if match.width is not None:
        doubts.append(f"{at}: codes have lost their leading zeros, which are put back ({match.width} digits)")
    have = set(match.codes.values())
    lacking = [code for code in layer.codes if code not in have]
    if lacking:
        doubts.append(f'{at}: no row for {listed(lacking)}; they are "no data"')
    if block.missing:
        doubts.append(f'{at}: {listed(map(repr, block.missing))} was taken to mean "no data"')
        zero = [mark for mark in block.missing if mark in ("-", "–", "—", "−")]
        if zero:
            doubts.append(f"{at}: {listed(map(repr, zero))} is zero at some offices: zero = {_list(zero)} takes it so")
    if block.flags:
        doubts.append(f"{at}: {listed(map(repr, block.flags))} beside numbers is kept as a remark on them")
    if block.grid.hidden or block.grid.hidden_columns:
        rows = sorted(block.grid.hidden)
        doubts.append(
            f"{at}: hidden in the file and left out: {len(rows)} rows ({listed(rows, limit=8)}), {len(block.grid.hidden_columns)} columns"
        )
    if block.left_out:
        doubts.append(f"{at}: the columns {listed(block.left_out)} were left out")
    return doubts


def _relative(path: Path, folder: Path) -> str:
    """Return the path of a file as seen from the folder, with forward slashes; absolute on another drive."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()
