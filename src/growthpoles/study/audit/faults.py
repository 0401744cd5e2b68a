"""Faults as data: the kind of a fault and its values, and one sentence per kind to say it with.

The sentences here are English, which is also how a ledger records them. They are the keys under which translations
are kept, so whoever shows a fault in another language fills in the translated template with the same values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal

FaultKind = Literal[
    "repeated in rows",
    "repeated in years",
    "column order",
    "undecided order",
    "ratio order",
    "ratio",
    "input",
    "denominator",
    "decimal shift",
    "index",
    "class",
    "statement",
]

#: Sentence of every kind; its placeholders are fields of :class:`Fault`.
TEMPLATES: Mapping[FaultKind, str] = MappingProxyType(
    {
        "repeated in rows": "table {table}: {column} is the same in rows {row} and {other_row}",
        "repeated in years": "tables {table} and {other_table}: {column} is the same in row {row} of both years",
        "column order": "table {table}: columns stand in the {order} order, the labels do not",
        "undecided order": "table {table}: the row order of {column} is undecided",
        "ratio order": "table {table}: ratios stand in another row order than labels and inputs",
        "ratio": "table {table}: {column} of row {row} does not follow from its row",
        "input": "table {table}: {column} of row {row} contradicts the ratios of its row",
        "denominator": "table {table}: {column} was divided by the {denominator} of {year}, row by row",
        "decimal shift": "table {table}: {column} of row {row} is off by a power of ten",
        "index": "table {table}: the index of row {row}, {year}, follows from no reading of the tables",
        "class": "table {table}: the class of row {row}, {year}, is not that of its index",
        "statement": "text: {statement}",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the printed tables: what several findings may go back to.

    Only the fields that the template of its kind names are filled; `table`, `row` and the like are numbers as printed,
    `column` and `denominator` codes of columns, `order` the name of a row order, `statement` a sentence of the study.
    """

    kind: FaultKind
    table: int = 0
    column: str = ""
    row: int = 0
    year: int = 0
    order: str = ""
    denominator: str = ""
    other_row: int = 0
    other_table: int = 0
    statement: str = ""

    @property
    def template(self) -> str:
        """English sentence with placeholders."""
        return TEMPLATES[self.kind]

    @property
    def places(self) -> dict[str, Any]:
        """Every field but the kind, by the name of its placeholder."""
        return {name: value for name, value in asdict(self).items() if name != "kind"}

    def __str__(self) -> str:
        """English sentence."""
        return self.template.format(**self.places)
