"""Propose a study from a boundary file and tables: study.toml and catalogue.csv, and what could not be decided."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from growthpoles.errors import DataError, StudyError, listed, message, shown
from growthpoles.file_writing import make_folder, write_bytes
from growthpoles.study.compose import compose_catalogue, compose_study
from growthpoles.study.files.table_files import EXCEL, RawTable, read_raw
from growthpoles.study.guess_columns import TableGuess, describe, guess_table, looks_like_total, texts, year_in_name
from growthpoles.study.layer import LayerGuess, guess_layer, guess_vintage
from growthpoles.study.specs import Table


@dataclass(frozen=True, slots=True, repr=False)
class Proposal:
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
    from growthpoles.study.files.excel import sheet_names

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
