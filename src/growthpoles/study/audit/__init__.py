"""Audit: where the printed numbers of a study hold and where they do not, cell by cell.

Only numpy and pandas are loaded here; scipy is imported by the functions that need it.
"""

from __future__ import annotations

from growthpoles.study.audit.arithmetic import check_arithmetic
from growthpoles.study.audit.claims import check_claims
from growthpoles.study.audit.column_orders import column_orders
from growthpoles.study.audit.findings import effects
from growthpoles.study.audit.ledger import Audit, audit, audit_sources, run_audit, summarise
from growthpoles.study.audit.printed_cells import Sources, make_sources, read_sources
from growthpoles.study.audit.reproduction import reproduce
from growthpoles.study.audit.row_order import Alignment, align

__all__ = [
    "Alignment",
    "Audit",
    "Sources",
    "align",
    "audit",
    "audit_sources",
    "check_arithmetic",
    "check_claims",
    "column_orders",
    "effects",
    "make_sources",
    "read_sources",
    "reproduce",
    "run_audit",
    "summarise",
]
