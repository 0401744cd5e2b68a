"""What was found about the order of the rows of a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.study.audit.row_order import Alignment

MIXED = "mixed"
COLUMN_ORDER_COLUMNS = (
    "table", "column", "year", "labels", "verdict", "method", "reference", "confidence", "p_value", "permutations",
    "ranks", "deviations", "margin", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ColumnOrder:
    """Verdict on one column: `order` is regions by row number (empty if mixed or undecided)."""

    table: int
    column: str
    year: int
    labels: str
    verdict: str
    method: str
    reference: str
    order: tuple[str, ...]
    evidence: str
    alignment: Alignment | None = None
    printed: bool = True
    confidence: float = float("nan")

    @property
    def decided(self) -> bool:
        """Whether an order was found."""
        return bool(self.order)

    def to_dict(self) -> dict[str, Any]:
        """One line of the table of alignments."""
        tested = self.alignment
        ranks = deviations = ""
        if tested is not None:
            ranks = "; ".join(f"{name} {rank}" for name, rank in tested.candidates["rank"].items())
            deviations = "; ".join(f"{name} {total:.2f}" for name, total in tested.candidates["deviation"].items())
        return {
            "table": self.table,
            "column": self.column,
            "year": self.year,
            "labels": self.labels,
            "verdict": self.verdict,
            "method": self.method,
            "reference": self.reference,
            "confidence": self.confidence,
            "p_value": tested.p_value if tested is not None else np.nan,
            "permutations": tested.permutations if tested is not None else 0,
            "ranks": ranks,
            "deviations": deviations,
            "margin": tested.margin if tested is not None else np.nan,
            "evidence": self.evidence,
        }


def alignment_frame(orders: list[ColumnOrder]) -> pd.DataFrame:
    """Return one line per column: order of the labels, verdict, how it was reached, how sure it is."""
    return pd.DataFrame([order.to_dict() for order in orders], columns=list(COLUMN_ORDER_COLUMNS))


def listed(rows: list[int]) -> str:
    """Write row numbers with ranges: 5, 7-11, 14."""
    parts: list[str] = []
    rows = sorted(set(rows))
    start = 0
    for at in range(1, len(rows) + 1):
        if at == len(rows) or rows[at] != rows[at - 1] + 1:
            parts.append(str(rows[start]) if at - start == 1 else f"{rows[start]}-{rows[at - 1]}")
            start = at
    return ", ".join(parts)
