"""What a boundary file seems to hold: which column is the key, which the name, which coordinate system."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from growthpoles.errors import DataError, GrowthpolesError, listed, message, nearest
from growthpoles.regions.name_matching import NameIndex

_CODE = re.compile(r"[A-Za-z0-9]{1,6}(?:[-._][A-Za-z0-9]{1,8})*")


@dataclass(slots=True)
class LayerGuess:
    """A boundary file, or a vintage of Kazakhstan's regions, and the names in it."""

    path: Path | None
    layer: str | None = None
    key: str = ""
    name: str | None = None
    crs: str | None = None  # to be declared, since the file states none
    vintage: int | None = None
    codes: list[str] = field(default_factory=list)
    index: NameIndex | None = None
    repair: bool = False
    notes: list[str] = field(default_factory=list)  # what could not be decided

    def find(self, name: str) -> str | None:
        """Return the code of the one region that a name means, or None."""
        if self.index is not None:
            hits = self.index.find(name)
            return hits[0] if len(hits) == 1 else None
        from growthpoles.regions.kazakhstan.region_names import match_regions

        assert self.vintage is not None
        try:
            return str(match_regions([name], vintage=self.vintage).iloc[0])
        except GrowthpolesError:
            return None

    def nearest(self, name: str) -> str | None:
        """Return the code whose name is spelled most like a name, or None."""
        if self.index is not None:
            owners = {spelling: code for code, names in self.index.names.items() for spelling in names}
            hits = nearest(name, owners, n=1)
            return owners[hits[0]] if hits else None
        return None


def guess_layer(path: Path, *, key: str | None = None) -> LayerGuess:
    """Look at a boundary file.

    Raises
    ------
    DataError
        If it cannot be read, the key is not one of its columns, or no column could be a key.
    """
    from growthpoles.regions.boundaries import read_layer

    frame, layer = read_layer(path)
    guess = LayerGuess(path, layer)
    table = frame.drop(columns=frame.geometry.name)
    # Text before numbers: a number that happens to be unique is rarely a code.
    unique = sorted(
        (str(column) for column in table.columns if _is_key(table[column])),
        key=lambda column: table[column].dtype.kind in "if",
    )
    wordy = [column for column in unique if table[column].dtype.kind not in "if"]
    if key is not None and key not in table.columns:
        near = nearest(key, table.columns, n=1)
        raise DataError(message(f"no column {key[:60]!r}", where=str(path), allowed=listed(table.columns), near=near))
    if key is None and not unique:
        allowed = "a column that is filled and different in every feature"
        raise DataError(message("no column can identify the regions", where=str(path), allowed=allowed))
    short = [column for column in unique if _is_code(table[column])]
    guess.key = key or (short or unique)[0]
    others = [column for column in wordy or unique if column != guess.key]
    if key is None and others:
        guess.notes.append(f"the key of the regions: {guess.key!r} was taken; {listed(others)} would serve as well")
    wordy = [column for column in wordy if column != guess.key and not _is_code(table[column])]
    guess.name = wordy[0] if wordy else None
    if len(wordy) > 1:
        guess.notes.append(f"the names of the regions: {guess.name!r} was taken; {listed(wordy)} could serve as well")
    _look_at_shapes(guess, path, frame)
    texts = {
        str(column): table[column].astype("string") for column in table.columns if table[column].dtype.kind in "OUT"
    }
    keys = _text(table[guess.key])
    guess.codes = keys
    guess.index = NameIndex.build(
        {
            code: [code, *(str(each.iloc[i]) for each in texts.values() if each.notna().iloc[i])]
            for i, code in enumerate(keys)
        }
    )
    return guess


def _look_at_shapes(guess: LayerGuess, path: Path, frame: Any) -> None:
    """Check what the study would check: coordinate system and shared borders."""
    from growthpoles.regions.boundaries import read_boundaries
    from growthpoles.regions.coverage import check_coverage

    regions = read_boundaries(path, key=guess.key, layer=guess.layer)
    if frame.crs is None:
        west, south, east, north = frame.total_bounds
        if west >= -180 and east <= 360 and south >= -90 and north <= 90:
            guess.crs = "EPSG:4326"
            guess.notes.append("the coordinate system: the file states none; its numbers look like degrees (EPSG:4326)")
        else:
            guess.crs = ""
            guess.notes.append("the coordinate system: the file states none, and its numbers are no degrees")
    try:
        check_coverage(regions)
    except GrowthpolesError as error:
        guess.repair = True
        guess.notes.append(f"the borders: {error}")


def guess_vintage(columns: Iterable[Iterable[str]]) -> LayerGuess | None:
    """Return the vintage of Kazakhstan's regions that a column of names fits best, or None."""
    from growthpoles.regions.kazakhstan.divisions import VINTAGES, region_names

    best, score = None, 0.0
    guesses = [LayerGuess(None, vintage=each, codes=list(region_names(each).index)) for each in VINTAGES]
    for column in columns:
        names = list(dict.fromkeys(filter(None, column)))[:300]
        found = [{name: code for name in names if (code := guess.find(name)) is not None} for guess in guesses]
        known = len(set().union(*found))  # names of some vintage; those of another one count against a vintage
        for guess, codes in zip(guesses, found, strict=True):
            share = len(set(codes.values())) / max(len(guess.codes), known)
            if share > score:
                best, score = guess, share
    return best if score >= 0.8 else None


def _text(column: Any) -> list[str]:
    whole = column.dtype.kind == "f" and column.dropna().mod(1).eq(0).all()
    return [str(cell).strip() for cell in (column.astype("Int64") if whole else column)]


def _is_key(column: Any) -> bool:
    if column.dtype.kind == "f" and not column.dropna().mod(1).eq(0).all():
        return False
    if column.isna().any() or column.dtype.kind not in "OUTif":
        return False
    cells = _text(column)
    return len(set(cells)) == len(cells) and all(0 < len(cell) <= 200 for cell in cells)


def _is_code(column: Any) -> bool:
    cells = _text(column)
    alike = len({len(cell) for cell in cells}) <= 2
    return alike and all(_CODE.fullmatch(cell) for cell in cells)
