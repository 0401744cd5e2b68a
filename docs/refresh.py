"""Run the code of the documents in order, and rewrite the outputs that stand under it.

``python docs/refresh.py`` rewrites the pages below, ``python docs/refresh.py docs/start.md`` one page; the tests use
the same functions to compare. A ``text`` block directly under a ``python`` or ``sh`` block is what that block prints.
Pages of the site also run their ``sh`` blocks, and copy the pictures that they draw and show to docs/images. A Russian
page has the blocks of its English one.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/guide.md", "docs/beside-esda.md")
SITE = tuple(
    str(path.relative_to(ROOT))
    for name in (
        "start.md",
        "tutorial.md",
        "howto/*.md",
        "explanation/*.md",
        "reference/*.md",
        "beside-*.md",
        "audit-your-table.md",
    )
    for path in sorted((ROOT / "docs").glob(name))
    if str(path.relative_to(ROOT)) not in PAGES
)
RUSSIAN = tuple(page for page in SITE if (ROOT / "docs" / "ru" / Path(page).relative_to("docs")).exists())
_BLOCK = re.compile(
    r"^(?P<head>```(?P<lang>[\w{}-]*)\n(?P<code>.*?)^```\n)"
    r"(?:\n```text\n(?P<shown>.*?)^```\n)?",
    re.M | re.S,
)
_WIDTH = 900  # pixels of a picture on a page


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its line in the page, the output that the page shows (None: none), and what it printed."""

    line: int
    shown: str | None
    printed: str


def _is_run(found: re.Match[str], page: str) -> bool:
    return found["lang"] == "python" or (page in SITE and found["lang"] == "sh")


def _shell(code: str) -> str:
    """Run commands: those of the package in this process, which has its libraries loaded."""
    from typer.testing import CliRunner

    from growthpoles.cli import app

    printed = []
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["growthpoles"]:
            result = CliRunner().invoke(app, words[1:], env={"COLUMNS": "110", "NO_COLOR": "1"})
            if result.exit_code:
                raise RuntimeError(f"{line}: exit code {result.exit_code}: {result.output}") from result.exception
            printed.append(result.stdout)
        elif words:
            printed.append(subprocess.run(line, shell=True, check=True, capture_output=True, text=True).stdout)
    return "".join(printed)


def run(page: str) -> Iterator[Block]:
    """Run the blocks of a page in one namespace, in an empty working directory; an exception names page and line."""
    text = (ROOT / page).read_text(encoding="utf-8")
    namespace: dict[str, object] = {"__name__": "page"}
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for found in _BLOCK.finditer(text):
                if not _is_run(found, page):
                    continue
                line = text.count("\n", 0, found.start("code")) + 1
                out = io.StringIO()
                if found["lang"] == "sh":
                    out.write(_shell(found["code"]))
                else:
                    code = compile("\n" * (line - 1) + found["code"], page, "exec")
                    with contextlib.redirect_stdout(out):
                        exec(code, namespace)
                yield Block(line, found["shown"], out.getvalue())
        finally:
            os.chdir(before)


def fewer_colours(image: Image, count: int) -> Image:
    """Return a picture in fewer colours, of which those of flat areas stay exact, also of small ones as in a legend."""
    import numpy as np
    from PIL import Image

    plain = image.convert("RGB")
    pixels = np.asarray(plain)
    flat = (pixels[1:, 1:] == pixels[:-1, 1:]).all(2) & (pixels[1:, 1:] == pixels[1:, :-1]).all(2)
    found, times = np.unique(pixels[1:, 1:][flat], axis=0, return_counts=True)
    exact = found[np.argsort(-times)][: count // 2].ravel().tolist()
    rest = plain.quantize(count - len(exact) // 3, method=Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(exact + rest)
    return plain.quantize(palette=palette, dither=Image.Dither.NONE)


def _keep_pictures(page: str) -> None:
    """Copy what the last block drew, if the page shows it, small enough for a page."""
    from PIL import Image

    for name in re.findall(r"!\[[^\]]*\]\([./]*images/([\w.-]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        if Path(name).exists():
            with Image.open(name) as drawn:
                size = (_WIDTH, round(drawn.height * _WIDTH / drawn.width))
                small = drawn.convert("RGB").resize(size, Image.Resampling.LANCZOS)
                fewer_colours(small, 128).save(ROOT / "docs" / "images" / name, optimize=True)
            Path(name).unlink()


def translation(page: str) -> Path:
    """Return the path of the Russian page."""
    return ROOT / "docs" / "ru" / Path(page).relative_to("docs")


def translated(page: str) -> str:
    """Return the Russian page with the blocks of the English one."""
    code = re.compile(r"^```(?!\{).*?^```$", re.M | re.S)
    blocks = iter(code.findall((ROOT / page).read_text(encoding="utf-8")))
    return code.sub(lambda found: next(blocks, found[0]), translation(page).read_text(encoding="utf-8"))


def refresh(page: str) -> bool:
    """Rewrite the outputs of a page; tell whether anything changed."""
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    printed = []
    for block in run(page):
        printed.append(block.printed)
        if page in SITE:
            _keep_pictures(page)
    outputs = iter(printed)

    def replaced(found: re.Match[str]) -> str:
        if not _is_run(found, page):
            return found[0]
        output = "".join(line.rstrip() + "\n" for line in next(outputs).splitlines())
        return found[0] if found["shown"] is None else f"{found['head']}\n```text\n{output}```\n"

    fresh = _BLOCK.sub(replaced, text)
    path.write_text(fresh, encoding="utf-8")
    if page in RUSSIAN:
        translation(page).write_text(translated(page), encoding="utf-8")
    return fresh != text


if __name__ == "__main__":
    for page in sys.argv[1:] or (*PAGES, *SITE):
        print(f"{page}: {'rewritten' if refresh(page) else 'unchanged'}", flush=True)
