"""Binary workbooks: the process that reads them has the modules of its caller, and every ending is one error."""

from pathlib import Path

import pytest

from growthpoles.study.files.binary_workbooks import WorkbookError, read_sheets_apart

LIMITS = {"sheet": None, "rows": 10, "columns": 10, "cells": 100}


def test_modules_come_from_where_the_caller_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library installed for the user alone, or on PYTHONPATH, is found by the process that reads."""
    (tmp_path / "python_calamine.py").write_text("raise RuntimeError('of the caller')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(WorkbookError, match="of the caller"):
        read_sheets_apart(b"", **LIMITS)


def test_what_is_no_workbook_is_one_error() -> None:
    with pytest.raises(WorkbookError, match="not an Excel workbook"):
        read_sheets_apart(b"a,b\n", **LIMITS)
