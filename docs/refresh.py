"""Run the Python blocks of the documents in order, and rewrite the outputs that stand under them.

``python docs/refresh.py`` rewrites the pages below; tests/test_docs.py uses the same functions to
compare. A ``text`` block directly under a ``python`` block is what that block prints.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/guide.md", "docs/beside-esda.md")
_BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n)?", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Block:
    """A Python block: its line in the page, the output that the page shows (None: none), and what it printed."""

    line: int
    shown: str | None
    printed: str


def run(page: str) -> Iterator[Block]:
    """Run the blocks of a page in one namespace, in an empty working directory; an exception names page and line."""
    text = (ROOT / page).read_text(encoding="utf-8")
    namespace: dict[str, object] = {"__name__": "page"}
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for found in _BLOCK.finditer(text):
                line = text.count("\n", 0, found.start("code")) + 1
                code = compile("\n" * (line - 1) + found["code"], page, "exec")
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    exec(code, namespace)
                yield Block(line, found["shown"], out.getvalue())
        finally:
            os.chdir(before)


def refresh(page: str) -> bool:
    """Rewrite the outputs of a page; tell whether anything changed."""
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    printed = iter([block.printed for block in run(page)])

    def replaced(found: re.Match[str]) -> str:
        output = "".join(line.rstrip() + "\n" for line in next(printed).splitlines())
        head = f"```python\n{found['code']}```\n"
        return head if found["shown"] is None else f"{head}\n```text\n{output}```\n"

    fresh = _BLOCK.sub(replaced, text)
    path.write_text(fresh, encoding="utf-8")
    return fresh != text


if __name__ == "__main__":
    for page in sys.argv[1:] or PAGES:
        print(f"{page}: {'rewritten' if refresh(page) else 'unchanged'}")
