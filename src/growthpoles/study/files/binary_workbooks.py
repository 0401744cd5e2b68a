"""Binary workbooks (.xls, .xlsb): read in a process of their own, which a damaged file may end or fill.

The library that reads them asks for whatever memory a damaged file names, and ends its process when there is not so
much. Run as a script, this file is that process; it loads nothing of growthpoles.
"""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from typing import Any

Sheet = tuple[str, bool, list[list[Any]], list[Any]]  # name, visible, cells, merged ranges
_MEMORY, _TIMES = 1 << 30, 12  # bytes, and how many times the file more
_SECONDS, _RATE = 2, 2_000_000  # of processor time, and bytes for which there is another one


class WorkbookError(Exception):
    """What is wrong with a workbook."""


def read_sheets(content: bytes, *, sheet: str | None, rows: int, columns: int, cells: int) -> list[Sheet]:
    """Read the sheets of a workbook of any kind, in this process.

    Parameters
    ----------
    content : bytes
    sheet : str, optional
        The only one to read, if the workbook has it.
    rows, columns, cells : int
        Most of a sheet.

    Raises
    ------
    WorkbookError
        If a sheet is larger; a damaged workbook makes the library raise almost anything.
    """
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    kinds = {each.name: each for each in book.sheets_metadata}
    found: list[Sheet] = []
    for name in book.sheet_names:
        if sheet is not None and name != sheet and sheet in book.sheet_names:
            continue
        page = book.get_sheet_by_name(name)
        if page.total_height > rows or page.total_width > columns:
            raise WorkbookError("a row or column number beyond those of Excel")
        if page.total_height * max(1, page.total_width) > cells:
            raise WorkbookError(f"more than {cells} cells")
        merged = [(a + 1, b, c + 1, d) for (a, b), (c, d) in page.merged_cell_ranges or []]
        shown = str(kinds[name].visible).endswith(".Visible")
        found.append((name, shown, page.to_python(skip_empty_area=False), merged))
    return found


def read_sheets_apart(content: bytes, **limits: Any) -> list[Sheet]:
    """Read the sheets of a workbook as :func:`read_sheets` does, in another process with limits of memory and time.

    Raises
    ------
    WorkbookError
        Whatever becomes of that process.
    """
    command = [sys.executable, "-P", __file__]  # modules from where this process has them
    asked = pickle.dumps((content, limits))
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise WorkbookError("it takes more time or memory than a workbook of its size")
    good, found = pickle.loads(done.stdout)
    if not good:
        raise WorkbookError(found)
    return list(found)


def _answer() -> None:
    content, limits = pickle.load(sys.stdin.buffer)
    try:
        import resource
    except ImportError:  # Windows has no such limits
        pass
    else:
        limits_of = {
            resource.RLIMIT_AS: _MEMORY + _TIMES * len(content),
            resource.RLIMIT_CPU: _SECONDS + len(content) // _RATE,
            resource.RLIMIT_CORE: 0,
        }
        for kind, most in limits_of.items():
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    answer: tuple[bool, list[Sheet] | str]
    try:
        answer = True, read_sheets(content, **limits)
    except WorkbookError as error:
        answer = False, str(error)
    except BaseException as error:  # the library may panic, which is no Exception
        answer = False, f"not an Excel workbook ({type(error).__name__}: {str(error)[:80]!r})"
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    _answer()
