"""Page blocks: sections with sentences, tables, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from growthpoles.language.phrases import Words


@dataclass(frozen=True, slots=True)
class Column:
    """Heading of a column, and how its cells are set: "number" right-aligned."""

    head: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page; all cells are text."""

    ident: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of a page: an element that is safe to include as it is, its caption, and where it stands."""

    ident: str
    caption: str
    element: str
    section: str = ""
    place: str = "first"


@dataclass(frozen=True, slots=True)
class Section:
    """A section: heading, sentences, then figures and tables."""

    ident: str
    title: str
    sentences: tuple[str, ...] = ()
    blocks: tuple[Table | Picture, ...] = ()


def make_table(
    words: Words,
    ident: str,
    columns: str | Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    caption: str | None = None,
    note: str = "",
    **values: object,
) -> Table:
    """Put together a table; columns are keys of the words' section "column", or headings as they stand.

    Parameters
    ----------
    columns : str or sequence of str
        Keys, separated by blanks in one text; "#" before a key means numbers, "=" a heading as it stands.
    rows : iterable of sequences
        Cells as text.
    caption : str, optional
        By default the words' table caption under `ident`, filled with `values`.
    """
    heads = []
    for column in columns.split() if isinstance(columns, str) else columns:
        kind, key = ("number", column[1:]) if column.startswith("#") else ("text", column)
        heads.append(Column(key[1:] if key.startswith("=") else words("column", key), kind))
    title = words("table", ident, **values) if caption is None else caption
    name = "-".join([ident, *(str(value) for value in values.values())])
    return Table(name, title, tuple(heads), tuple(tuple(str(cell) for cell in row) for row in rows), note)
