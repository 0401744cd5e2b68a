"""The catalogue of indicators: the one table that drives a rating.

Every row is a *primary* column of the indicator table, an *indicator* (taken from the table, or derived as
``factor * numerator / denominator``), or an *aggregate* (a node of the tree; the root has no parent). Any
depth of hierarchy is allowed. Errors name the row as a spreadsheet counts it: the header is row 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from growthpoles.errors import StudyError, message, nearest
from growthpoles.ratings._catalogue_checks import COLUMNS, KINDS, checked

Language = Literal["en", "ru", "kk"]

__all__ = ["COLUMNS", "KINDS", "Catalogue", "default_catalogue", "read_catalogue"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Catalogue:
    """A validated catalogue of indicators; build one with `read_catalogue` or `Catalogue.from_frame`.

    Parameters
    ----------
    frame : DataFrame
        Indexed by `code`, with the columns of ``catalogue.csv`` and `row`, the row number for messages.
    source : str
        Name of the file or object, for messages.
    """

    frame: pd.DataFrame
    source: str = "catalogue"

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, source: str = "catalogue") -> Catalogue:
        """Validate `frame` (columns as in ``catalogue.csv``) and wrap it.

        Only `code`, `kind` and `parent` are required. An empty direction or weight means 1, an empty factor
        1.

        Raises
        ------
        StudyError
            A column or code is missing or doubled, a kind, direction, weight or factor is not allowed, a
            parent is unknown, the tree has a cycle, no root or several, or an aggregate has no children.
        """
        return cls(checked(frame, source), source)

    @classmethod
    def flat(
        cls,
        indicators: Mapping[str, float] | list[str],
        *,
        direction: Mapping[str, int] | None = None,
        root: str = "index",
    ) -> Catalogue:
        """Build a catalogue of one level: `indicators` (names, or names with weights) under `root`."""
        weights = dict(indicators) if isinstance(indicators, Mapping) else dict.fromkeys(indicators, 1.0)
        rows: list[dict[str, object]] = [{"code": root, "kind": "aggregate", "parent": ""}]
        for code, weight in weights.items():
            sign = (direction or {}).get(code, 1)
            rows.append({"code": code, "kind": "indicator", "parent": root, "weight": weight, "direction": sign})
        return cls.from_frame(pd.DataFrame(rows))

    @property
    def root(self) -> str:
        """The code of the aggregate without a parent: the final index."""
        return next(code for code in self._of("aggregate") if not self._cell(code, "parent"))

    @property
    def indicators(self) -> tuple[str, ...]:
        """Codes of the indicators, in the order of the catalogue."""
        return tuple(self._of("indicator"))

    @property
    def primaries(self) -> tuple[str, ...]:
        """Codes of the primary columns, in the order of the catalogue."""
        return tuple(self._of("primary"))

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in the order of the catalogue."""
        return tuple(str(code) for code in self.frame.index)

    @property
    def derived(self) -> tuple[str, ...]:
        """Codes of the indicators that are computed from two primary columns."""
        return tuple(code for code in self.indicators if self._cell(code, "numerator"))

    def parts(self, code: str) -> tuple[str, ...]:
        """Return numerator and denominator of a derived indicator; nothing for any other code."""
        row = self.frame.loc[self._known(code)]
        return (str(row["numerator"]), str(row["denominator"])) if row["numerator"] else ()

    def factor(self, code: str) -> float:
        """Return the factor of a derived indicator."""
        return float(self._cell(self._known(code), "factor"))

    def columns_needed(self) -> tuple[str, ...]:
        """Return the columns a table must have: plain indicators, and the parts of derived ones."""
        needed = [column for code in self.indicators for column in (self.parts(code) or (code,))]
        return tuple(dict.fromkeys(needed))

    def derive(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return `table` with its derived indicators; see `growthpoles.ratings.derive.derive`."""
        from growthpoles.ratings.derive import derive

        return derive(table, self)

    @property
    def aggregates(self) -> tuple[str, ...]:
        """Codes of the aggregates, every child before its parent; the root is last."""
        return tuple(self._upwards(self.root))

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly under the aggregate `code`, in the order of the catalogue."""
        return tuple(self.frame.index[self.frame["parent"] == code])

    def parent(self, code: str) -> str:
        """Code of the aggregate above `code`; an empty string for the root."""
        return str(self._cell(self._known(code), "parent"))

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from `code` up to the root, both included."""
        steps = [self._known(code)]
        while above := str(self._cell(steps[-1], "parent")):
            steps.append(above)
        return tuple(steps)

    def weights(self, code: str) -> pd.Series:
        """Nominal weights of the children of `code`, scaled to sum to 1."""
        raw = self.frame["weight"].loc[list(self.children(code))].astype(float)
        return raw / raw.sum()

    def direction(self, code: str) -> int:
        """+1 when more of `code` is better for its parent, -1 when less is."""
        return int(self._cell(self._known(code), "direction"))

    def name(self, code: str, language: Language = "en") -> str:
        """Name of `code` in `language`; the code itself when the catalogue gives none."""
        column = f"name_{language}"
        text = str(self._cell(self._known(code), column)) if column in self.frame else ""
        return text or code

    def names(self, language: Language = "en") -> dict[str, str]:
        """Names of all codes in `language`."""
        return {str(code): self.name(str(code), language) for code in self.frame.index}

    def units(self, columns: Iterable[str] | None = None) -> dict[str, str]:
        """Units as written in the catalogue: of all codes, or of those of `columns` that it knows."""
        wanted = self.codes if columns is None else [code for code in columns if code in self.frame.index]
        return {code: str(self._cell(code, "unit")) for code in wanted}

    def where(self, code: str) -> str:
        """Place of `code` for messages: file, row number (the header is row 1) and code."""
        return f"{self.source} row {self._cell(code, 'row')} ({code})"

    def with_weights(self, weights: Mapping[str, float]) -> Catalogue:
        """Return a catalogue in which the codes of `weights` carry those nominal weights.

        Raises
        ------
        StudyError
            A code is unknown, or a weight is negative, not finite, or leaves an aggregate without any weight.
        """
        frame = self.frame.reset_index()
        for code, weight in weights.items():
            frame.loc[frame["code"] == self._known(code), "weight"] = weight
        return Catalogue.from_frame(frame, source=self.source)

    def without(self, code: str) -> Catalogue:
        """Return a catalogue without the indicator or aggregate `code` (and all that is under it).

        Aggregates that are left without children go too.

        Raises
        ------
        StudyError
            The code is unknown, or it is the root or all that the root holds.
        """
        gone = {self._known(code)}
        if code == self.root:
            raise StudyError(message("the root cannot be dropped", where=self.where(code)))
        for child in reversed(self.aggregates):
            if child in gone:
                gone.update(self.children(child))
        for aggregate in self.aggregates:
            if set(self.children(aggregate)) <= gone:
                gone.add(aggregate)
        if self.root in gone:
            raise StudyError(message("it is all that the index holds", where=self.where(code)))
        frame = self.frame.reset_index()
        return Catalogue.from_frame(frame[~frame["code"].isin(gone)], source=self.source)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the validated table, indexed by `code`."""
        return self.frame.copy()

    def __repr__(self) -> str:
        """Show the tree, one code a line, with direction and weight."""
        lines = [f"Catalogue({self.source!r}: {len(self.indicators)} indicators)"]
        lines += list(self._drawn(self.root, 1))
        return "\n".join(lines)

    def _drawn(self, code: str, depth: int) -> Iterator[str]:
        """Yield the lines of the tree under `code`."""
        sign = "+" if self.direction(code) > 0 else "-"
        yield f"{'  ' * depth}{sign} {code} (weight {self._cell(code, 'weight'):g})"
        for child in self.children(code):
            yield from self._drawn(child, depth + 1)

    def _cell(self, code: str, column: str) -> Any:
        """Return one cell."""
        return self.frame.loc[code, column]

    def _of(self, kind: str) -> list[str]:
        """List the codes of one kind."""
        return [str(code) for code in self.frame.index[self.frame["kind"] == kind]]

    def _upwards(self, code: str) -> Iterator[str]:
        """Yield the aggregates under `code`, children first, and `code` itself."""
        for child in self.children(code):
            if self._cell(child, "kind") == "aggregate":
                yield from self._upwards(child)
        yield code

    def _known(self, code: str) -> str:
        """Return `code` when the catalogue has it, or raise with the nearest one."""
        if code not in self.frame.index:
            near = nearest(code, self.frame.index, n=1)
            raise StudyError(message(f"code {code!r} is not in the catalogue", where=self.source, near=near))
        return code


def read_catalogue(path: str | Path) -> Catalogue:
    """Read and validate a catalogue of indicators.

    Parameters
    ----------
    path : path to a UTF-8 CSV file
        Columns ``code, kind, parent, direction, weight, unit, numerator, denominator, factor, name_en,
        name_ru, name_kk``; `kind` is ``primary``, ``indicator`` or ``aggregate``. Only the first three are
        required.

    Returns
    -------
    Catalogue

    Raises
    ------
    StudyError
        The file cannot be read or a row is not valid; the message names the row, the header being row 1.
    """
    path = Path(path)
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False)
    except FileNotFoundError:
        raise StudyError(message("there is no such catalogue", where=str(path))) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise StudyError(message(f"not a UTF-8 CSV table: {error}", where=path.name)) from None
    frame["row"] = range(2, len(frame) + 2)
    return Catalogue.from_frame(frame[(frame.drop(columns="row") != "").any(axis=1)], source=path.name)


@lru_cache(maxsize=1)
def default_catalogue() -> Catalogue:
    """Return the catalogue of the built-in study: six indicators, two sub-indices, one index."""
    from growthpoles.shipped_data import geodata_path

    return read_catalogue(geodata_path("kazakhstan-it/catalogue.csv"))
