"""Audit: where the printed numbers of a study hold and where they do not, cell by cell.

Only numpy and pandas are loaded here; scipy is imported by the functions that need it.
"""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pandas as pd

from growthpoles.audit.alignment import Alignment, align
from growthpoles.audit.arithmetic import check_arithmetic
from growthpoles.audit.claims import check_claims
from growthpoles.audit.columns import column_orders
from growthpoles.audit.effects import effects
from growthpoles.audit.ledger import Audit, audit, audit_sources, run_audit, summarise
from growthpoles.audit.reproduction import reproduce
from growthpoles.audit.sources import Sources, make_sources, read_sources
from growthpoles.study import Study

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


class _CallableModule(ModuleType):
    """A module that can be called: ``growthpoles.audit()`` is both the documented function and this package.

    Importing any part of this package binds the name ``growthpoles.audit`` to the package and would hide a function
    of the same name.
    """

    def __call__(self, study: Study | None = None, *, rng: np.random.Generator | int | None = None) -> pd.DataFrame:
        return audit(study, rng=rng)


sys.modules[__name__].__class__ = _CallableModule
