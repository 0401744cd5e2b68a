"""Sphinx: the documentation site (``make docs``). Pages are Markdown; the reference comes from docstrings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import growthpoles

DOCS = Path(__file__).resolve().parent
REPOSITORY = DOCS.parent

project = "growthpoles"
author = copyright = "growthpoles developers"
version = release = re.search(r'^version = "(.*)"', (REPOSITORY / "pyproject.toml").read_text(), re.M)[1]  # type: ignore[index]

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "sphinx_copybutton", "sphinx_design"]
exclude_patterns = ["_build", "**/README.md"]
nitpicky = False
myst_enable_extensions = ["colon_fence", "deflist", "html_image"]
myst_heading_anchors = 4
copybutton_exclude = ".linenos, .gp, .go"
autodoc_typehints = "none"  # the docstrings say types, with shapes and units
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_show_inherited_class_members = False

pygments_style = "sphinx"
html_theme = "pydata_sphinx_theme"
html_title = "growthpoles"
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"reference/names/*": []}  # 200 pages; the search and docs/api.md lead to them
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "navigation_depth": 2,
    "header_links_before_dropdown": 8,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}

# What readers of ``help()`` read as it is, and reStructuredText as markup: |x|, x_.
_MARKUP = re.compile(r"(``.*?``|`[^`]+`)|\||(?<=\w)_(?![\w`])")
_NAMED = re.compile(r"(?<![\[`])`(gp\.([a-zA-Z_]\w*))`(?![\]`])")
_LISTED = re.compile(r"^\| `(\w+)` \|", re.M)
_FENCE = re.compile(r"(^```.*?^```)", re.M | re.S)


def names_by_group() -> dict[str, list[str]]:
    """Return the groups of docs/api.md with the names that each lists."""
    sections = re.split(r"^## ", (DOCS / "api.md").read_text(encoding="utf-8"), flags=re.M)[1:]
    return {section.partition("\n")[0]: _LISTED.findall(section) for section in sections}


def write_reference(app: Any) -> None:
    """Write a page for every public name; pages that have not changed are not built again."""
    folder = DOCS / "reference" / "names"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {}
    for names in names_by_group().values():
        for name in names:
            kind = "autoclass" if isinstance(getattr(growthpoles, name), type) else "autofunction"
            members = ":members:\n" if kind == "autoclass" else ""
            pages[f"{name}.md"] = f"# {name}\n\n```{{eval-rst}}\n.. currentmodule:: growthpoles\n.. {kind}:: {name}\n"
            pages[f"{name}.md"] += f"   {members}```\n" if members else "```\n"
    for stray in {path.name for path in folder.glob("*.md")} - set(pages):
        (folder / stray).unlink()
    for file, text in pages.items():
        path = folder / file
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def link_names(app: Any, docname: str, source: list[str]) -> None:
    """Make every `gp.name` of a page, and every line of docs/api.md, lead to the page of that name."""
    text = source[0]
    up = "../" * docname.count("/")
    known = {name for names in names_by_group().values() for name in names}

    def linked(found: re.Match[str]) -> str:
        return f"[`{found[1]}`]({up}reference/names/{found[2]}.md)" if found[2] in known else found[0]

    if docname.startswith("reference/names/"):
        return
    parts = _FENCE.split(text)
    parts[::2] = [
        "\n".join(line if line.startswith("#") else _NAMED.sub(linked, line) for line in part.split("\n"))
        for part in parts[::2]
    ]
    source[0] = "".join(parts)
    if docname == "api":
        source[0] = _LISTED.sub(r"| [`\1`](reference/names/\1.md) |", source[0])
        listed = "\n".join(f"reference/names/{name}" for name in sorted(known, key=str.lower))
        source[0] += f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"


def add_commands(app: Any, docname: str, source: list[str]) -> None:
    """Put the help of every command under the page of the command line."""
    if docname != "reference/command-line":
        return
    from typer.testing import CliRunner

    from growthpoles.cli import app as commands

    for info in commands.registered_commands:
        name = info.name or getattr(info.callback, "__name__", "")
        shown = CliRunner().invoke(
            commands, [name, "--help"], prog_name="growthpoles", env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
        )
        source[0] += f"\n## {name}\n\n```text\n{shown.stdout.strip()}\n```\n"


def escape_docstring(app: Any, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Escape, before numpydoc reads a docstring, what is no markup there; examples stay as they are."""
    table = example = False
    for i, line in enumerate(lines):
        example = (example and bool(line.strip())) or line.lstrip().startswith(">>>")
        table = line.lstrip().startswith("==") if not table else bool(line.strip())
        if not example and not table:
            lines[i] = _MARKUP.sub(lambda found: found[1] or "\\" + found[0], line)


def setup(app: Any) -> dict[str, Any]:
    """Register the steps above."""
    from pygments.lexers.special import TextLexer

    app.add_lexer("csv", TextLexer)
    app.connect("builder-inited", write_reference)
    app.connect("source-read", link_names)
    app.connect("source-read", add_commands)
    app.connect("autodoc-process-docstring", escape_docstring, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
