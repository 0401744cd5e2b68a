"""Propose a study (init) from a boundary file and tables; what could not be decided."""

from __future__ import annotations

import csv
import io
import json
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
from growthpoles.ratings.indicator_methods import METHOD_COLUMNS
from growthpoles.result_display import ResultDisplay
from growthpoles.study.files.table_files import EXCEL, RawTable, read_raw, sheet_names
from growthpoles.study.guess_columns import (
    LayerGuess,
    TableGuess,
    describe,
    guess_layer,
    guess_table,
    guess_vintage,
    looks_like_total,
    texts,
    year_in_name,
)
from growthpoles.study.study_spec import Table, is_study_name

_FILLED = [*(name for name in COLUMNS if name not in METHOD_COLUMNS), "note"]


def quoted(text: str) -> str:
    """Return a TOML string."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(safe, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, items))}]"


def _remark(text: str) -> str:
    """Return text for a comment: one line, printable."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200]


def study_name(text: str) -> str:
    """Return a name of a study: what cannot stand in file names becomes a hyphen."""
    plain = re.sub(r"[^\w .-]+", "-", text).strip(" .-")[:80].strip(" .-")
    return plain if is_study_name(plain) else f"study-{plain or 1}"


def compose_study(
    name: str, layer: LayerGuess, tables: Sequence[TableGuess], *, relative: Callable[[Path], str]
) -> str:
    """Return the text of study.toml.

    Parameters
    ----------
    name : str
    layer : LayerGuess
    tables : sequence of TableGuess
    relative : callable
        Turns the path of a file into the one to write.
    """
    years = sorted({year for guess in tables for year in guess.years})
    lines = [
        "# Proposed by growthpoles init. CHECK what was taken from the files, DECIDE what they do not say;",
        "# then run: growthpoles validate on this folder. The format is described in docs/studies.md.",
        "",
        "[study]",
        f"name = {quoted(study_name(name))}",
        f"years = {years}" if years else "# years = [2020]            # DECIDE: the years that the tables hold",
        f"title = {{ en = {quoted(study_name(name))} }}            # DECIDE",
        f"source = {{ en = {quoted(', '.join(dict.fromkeys(g.raw.path.name for g in tables))[:400])} }}    # DECIDE",
        'languages = ["en"]',
        f"seed = {SEED}",
        "",
        *_boundaries(layer, tables, relative),
        "",
        "[rating]",
        'catalogue = "catalogue.csv"',
    ]
    for guess in tables:
        lines += ["", *_table(guess, relative)]
    return "\n".join(lines) + "\n"


def _boundaries(layer: LayerGuess, tables: Sequence[TableGuess], relative: Callable[[Path], str]) -> list[str]:
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
        if layer.crs:
            lines.append(f"crs = {quoted(layer.crs)}            # CHECK: the file does not state it")
        elif layer.crs is not None:
            lines.append('# crs = "EPSG:..."           # DECIDE: the file does not state it')
        if layer.repair:
            lines.append(
                '# repair = "clean"           # DECIDE: the borders do not match; this mends them and says where'
            )
    stray = [name for guess in tables for name in guess.unmatched if not looks_like_total(name)]
    if stray:
        lines += ["", "# [boundaries.aliases]        # DECIDE: names in the tables that fit no region"]
        for name in list(dict.fromkeys(stray))[:100]:
            lines.append(f"# {quoted(_remark(name))} = {quoted(layer.nearest(name) or '')}")
    return lines


def _table(guess: TableGuess, relative: Callable[[Path], str]) -> list[str]:
    raw = guess.raw
    lines = ["[[tables]]", f"file = {quoted(relative(raw.path))}"]
    if raw.sheet:
        lines.append(f"sheet = {quoted(raw.sheet)}")
    if raw.above:
        lines.append(f"header = {raw.header}             # CHECK: the row with the names of the columns")
    if raw.encoding and raw.encoding not in ("utf-8", "utf-8-sig"):
        lines.append(f"encoding = {quoted(raw.encoding)}          # CHECK: found by its bytes")
    if raw.delimiter:
        lines.append(f"delimiter = {quoted(raw.delimiter)}")
    if guess.unclear:
        lines.append(f'# decimal = ","             # DECIDE: {_remark(guess.unclear)}')
    else:
        lines.append(f"decimal = {quoted(guess.notation.decimal)}")
        if guess.notation.thousands is not None:
            lines.append(f"thousands = {quoted(guess.notation.thousands)}")
    lines.append(f"key = {quoted(guess.key or '')}            # CHECK: the column that names the regions")
    dated = any("{year}" in header for header in guess.columns)
    if guess.year_column is not None:
        lines.append(f"year_column = {quoted(guess.year_column)}")
    elif not dated:
        lines.append(f"year = {guess.years[0]}" if guess.years else "# year = 2020               # DECIDE")
    if guess.indicator is not None:
        lines += ['layout = "long"', f"indicator = {quoted(guess.indicator)}", f"value = {quoted(guess.value or '')}"]
    if guess.missing:
        lines.append(f'missing = {_list(guess.missing)}            # CHECK: taken to mean "no data"')
    ignored = [name for name in guess.unmatched if looks_like_total(name)]
    if ignored:
        lines.append(f"ignore = {_list(ignored)}            # CHECK: rows that are no regions")
    lines += ["[tables.columns]           # column of the file = code in catalogue.csv"]
    lines += [f"{quoted(header)} = {quoted(code)}" for header, code in guess.columns.items()]
    return lines


def compose_catalogue(tables: Sequence[TableGuess]) -> str:
    """Return the text of catalogue.csv: every column an indicator, all under one index."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _FILLED, restval="", lineterminator="\n")
    writer.writeheader()
    root = {"code": "index", "kind": "aggregate", "direction": 1, "weight": 1, "unit": "points", "name_en": "Index"}
    writer.writerow({**root, "note": "the root; add aggregates between it and the indicators for sub-indices"})
    seen: set[str] = set()
    for guess in tables:
        for header, code in guess.columns.items():
            if code in seen:
                continue
            seen.add(code)
            title = re.sub(r"\s+", " ", header.replace("{year}", "").strip(" _-")) or code
            letters = {sign for sign in title.casefold() if sign.isalpha()} - set(LANGUAGES[SOURCE].alphabet)
            lang = next((each.code for each in LANGUAGES.values() if letters <= set(each.alphabet)), SOURCE)
            row = {"code": code, "kind": "indicator", "parent": "index", "direction": 1, "weight": 1}
            note = "CHECK direction (-1 where less is better), weight and unit; a total belongs here as kind primary"
            writer.writerow({**row, f"name_{lang}": title, "note": note})
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
    raws = [raw for path in paths for raw in _sheets(path, sheet, encoding)]
    layer = _layer(boundaries, key, raws)
    undecided, seen = list(layer.notes), []
    guesses = [guess_table(raw, layer.find) for raw in raws]
    usable = [guess for guess in guesses if guess.key is not None and guess.columns]
    for guess in guesses:
        if guess not in usable:
            what = "no column names regions" if guess.key is None else "no column of numbers was found"
            undecided.append(f"{_where(guess)}: {what}; it was left out")
    if not usable:
        near = f"names such as {listed(layer.codes[:3])}"
        raise DataError(message("no table names regions and holds numbers", where=listed(paths), allowed=near))
    for guess in usable:
        if not guess.years and year is None:
            named = year_in_name(guess.raw.sheet) or year_in_name(guess.raw.path.stem)
            guess.years = [named] if named else []
            undecided.append(
                f"{_where(guess)}: the year; {f'{named} was taken from the name' if named else 'it is not stated'}"
            )
        elif not guess.years and year is not None:
            guess.years = [year]
        seen.append(f"{_where(guess)}: {describe(guess)}; regions in {shown(guess.key)}")
        undecided += _doubts(guess, layer)
    undecided.append("the direction of every indicator: more is taken to be better; weights are equal")
    undecided.append("title, source and units")
    files = {
        "study.toml": compose_study(
            name or folder.resolve().name, layer, usable, relative=lambda p: _relative(p, folder)
        ),
        "catalogue.csv": compose_catalogue(usable),
    }
    return Proposal(folder, files, tuple(seen), tuple(undecided))


def _sheets(path: Path, sheet: str | None, encoding: str | None) -> list[RawTable]:
    """Read a table; of a workbook every sheet that holds one."""
    spec = Table(file=path.name, year=2000, encoding=encoding)
    if path.suffix.lower() not in EXCEL:
        return [_headed(path, spec)]
    if sheet is not None:
        return [_headed(path, spec.model_copy(update={"sheet": sheet}))]
    return [_headed(path, spec.model_copy(update={"sheet": each})) for each in sheet_names(path)]


def _headed(path: Path, spec: Table) -> RawTable:
    """Read a table, and once more from below its title if the first row is one."""
    raw = read_raw(path, spec, settle=True)
    if len(raw.columns) == 1 and raw.misfits:
        raw = read_raw(path, spec.model_copy(update={"header": raw.misfits[0]}), settle=True)
    return raw


def _layer(boundaries: str | Path | None, key: str | None, raws: list[RawTable]) -> LayerGuess:
    if boundaries is not None:
        return guess_layer(Path(boundaries), key=key)
    found = guess_vintage(texts(raw, column) for raw in raws for column in raw.columns)
    if found is None:
        allowed = "boundaries= a file, or a table of Kazakhstan's regions"
        raise DataError(message("no boundaries are given", allowed=allowed))
    return found


def _doubts(guess: TableGuess, layer: LayerGuess) -> list[str]:
    """Say what is uncertain about a table."""
    where, doubts = _where(guess), []
    if guess.unclear:
        doubts.append(f"{where}: the decimal sign ({guess.unclear})")
    other = [name for name in guess.unmatched if not looks_like_total(name)]
    if other:
        doubts.append(f"{where}: {listed(other)} fits no region; see boundaries.aliases, or ignore")
    totals = [name for name in guess.unmatched if looks_like_total(name)]
    if totals:
        doubts.append(f"{where}: {listed(totals)} was taken for no region, and is ignored")
    lacking = [code for code in layer.codes if code not in set(guess.matched.values())]
    if lacking:
        doubts.append(f"{where}: no row for {listed(lacking)}")
    if guess.missing:
        doubts.append(f'{where}: {listed(map(repr, guess.missing))} was taken to mean "no data"')
    if guess.left_out:
        doubts.append(f"{where}: the columns {listed(guess.left_out)} were left out")
    if guess.raw.problems:
        doubts.append(f"{where}: {guess.raw.problems[0]}")
    return doubts


def _where(guess: TableGuess) -> str:
    return guess.raw.path.name + (f", sheet {shown(guess.raw.sheet)}" if guess.raw.sheet else "")


def _relative(path: Path, folder: Path) -> str:
    """Return the path of a file as seen from the folder, with forward slashes; absolute on another drive."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()
