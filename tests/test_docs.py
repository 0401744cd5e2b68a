"""The documents hold: code prints what they show, links lead somewhere, lists are complete."""

from __future__ import annotations

import ast
import codeop
import importlib.metadata
import importlib.util
import inspect
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest

import growthpoles

ROOT = Path(__file__).parent.parent
_MADE = ("docs/_build/", "docs/reference/names/")  # by make docs
PAGES = sorted(
    name
    for name in (str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    if not name.startswith(_MADE)
)
_IMAGE_BYTES = 80_000
# the last surname before a year: "Moran 1950", "Moran's (1950)", "Getis and Ord (1992)", "Becker et al. (2017)"
_CITATION = re.compile(r"([A-ZÀ-Ž][\wÀ-ž-]+)(?:['’]s)?(?: et al\.)? \(?((?:1[89]|20)\d\d)\b")
_PLACES = {"Kazakhstan"}
_NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")


@cache
def load(script: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(re.sub(r"\W", "_", script), ROOT / script)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def refresh() -> ModuleType:
    return load("docs/refresh.py")


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose(page: str) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text(page), flags=re.M | re.S)


def numbers(output: str) -> list[float]:
    return [float(found.replace("−", "-").replace(",", "")) for found in _NUMBER.findall(output)]


def with_code() -> list[Any]:
    """Return the pages with code; those of the site alone are run by ``make docs``."""
    site = [page for page in refresh().SITE if "```python" in text(page) or "```sh" in text(page)]
    marks = {"docs/guide.md": pytest.mark.long, **dict.fromkeys(site, pytest.mark.docs)}
    return [pytest.param(page, marks=marks.get(page, ())) for page in (*refresh().PAGES, *site)]


@pytest.mark.parametrize("page", (*refresh().PAGES, *refresh().SITE))
def test_every_block_of_a_page_is_found_and_no_output_is_empty(page: str) -> None:
    """A fence of another kind before it (a table of contents) once hid the only block of a page."""
    found = list(refresh()._BLOCK.finditer(text(page)))
    assert [block["lang"] for block in found].count("python") == len(re.findall(r"^```python$", text(page), re.M))
    assert not [block["head"] for block in found if block["shown"] == ""]


@pytest.mark.parametrize("page", (*refresh().PAGES, *refresh().SITE))
def test_blocks_can_be_pasted_into_python_line_by_line(page: str) -> None:
    """As a session of Python takes them: it wants an empty line behind a loop. No file is left to be typed by hand."""
    compiler, pending = codeop.CommandCompiler(), ""
    for block in re.findall(r"^```python\n(.*?)^```", text(page), re.M | re.S):
        for line in [*block.splitlines(), ""]:
            pending += line + "\n"
            try:
                if compiler(pending[:-1], symbol="single") is not None:
                    pending = ""
            except SyntaxError as error:
                pytest.fail(f"{page}: {error.msg}:\n{pending}")
        assert not pending.strip(), f"{page} ends a block within a statement:\n{pending}"
    named = re.findall(r"^`([\w./-]+)`\n\n```", text(page), re.M)
    assert not named, f"{page}: a block has to write {', '.join(named)}"


@pytest.mark.parametrize("page", with_code())
def test_code_runs_and_prints_what_the_page_shows(page: str) -> None:
    """Words must agree, and numbers within what other random permutations would change."""
    blocks = 0
    for block in refresh().run(page):
        blocks += 1
        if block.shown is None:
            continue
        where = f"{page}, line {block.line}: python docs/refresh.py rewrites the outputs if the new one is right:\n"
        words = [_NUMBER.sub("0", output).split() for output in (block.shown, block.printed)]
        assert words[0] == words[1], where + block.printed
        assert numbers(block.shown) == pytest.approx(numbers(block.printed), rel=0.1, abs=0.05), where + block.printed
    assert blocks


def test_a_russian_page_has_the_code_of_its_english_one() -> None:
    assert len(refresh().RUSSIAN) >= 15
    for page in refresh().RUSSIAN:
        translated = refresh().translation(page)
        assert refresh().translated(page) == translated.read_text(encoding="utf-8"), f"python docs/refresh.py {page}"
        english, russian = (len(re.findall(r"^```", source, re.M)) for source in (text(page), translated.read_text()))
        assert english == russian, f"{translated} has {russian // 2} blocks, {page} has {english // 2}"


def test_every_page_is_reached_from_the_start_in_two_clicks() -> None:
    """Through links of the page or the tables of contents, as the site shows them beside it."""

    def linked(page: Path) -> set[Path]:
        source = page.read_text(encoding="utf-8")
        contents = "\n".join(re.findall(r"^```\{toctree\}\n(.*?)^```", source, re.M | re.S))
        names = re.findall(r"^[\w./-]+$", contents, re.M)
        targets = re.findall(r"\]\(([\w./-]+\.md)", source) + [f"{name}.md" for name in names]
        return {(page.parent / target).resolve() for target in targets}

    russian = ROOT / "docs" / "ru"
    for start in (ROOT / "docs" / "index.md", russian / "index.md"):
        near = linked(start)
        reached = near.union(*(linked(page) for page in near if page.exists()))
        pages = {(ROOT / name).resolve() for name in PAGES if name.startswith("docs/")} - {start}
        pages = {page for page in pages if (russian in page.parents) == (start.parent == russian)}
        far = {page for page in pages - reached if page.parent != russian}
        assert not far, f"no way of two clicks from {start} to {', '.join(sorted(map(str, far)))}"
    tasks = linked(ROOT / "docs" / "index.md")
    theirs = {(refresh().translation(page)).resolve() for page in refresh().RUSSIAN if ROOT / page in tasks}
    assert theirs <= linked(russian / "index.md"), "docs/ru/index.md names fewer tasks than docs/index.md"


def test_no_sentence_of_the_program_points_to_a_page_of_the_source_tree() -> None:
    """Who installed the package has no docs/."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        said = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                assert not re.search(r"\bdocs/", node.value), f"{path}, line {node.lineno}: {node.value}"


@pytest.mark.parametrize("page", PAGES)
def test_links_and_images_exist(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        assert path.exists(), f"{page} links to {target}, which does not exist"
        if anchor and path.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S), re.M)
            slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert anchor in slugs, f"{page} links to {target}; headings there: {', '.join(slugs)}"


@pytest.mark.docs
def test_every_public_name_has_a_page_and_no_link_is_dead() -> None:
    """The built site, as a browser would see it; slow, so that it runs in ``make docs`` alone."""
    from html.parser import HTMLParser

    pytest.importorskip("sphinx")
    built = ROOT / "docs" / "_build" / "html"
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        "html",
        "-E",
        "-a",
        "-W",
        "--keep-going",
        "-q",
        "-j",
        "2",
        "docs",
        str(built),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    class Page(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.anchors: set[str] = set()
            self.targets: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            values = dict(attrs)
            self.anchors |= {values[key] or "" for key in ("id", "name") if key in values}
            self.targets += [values[key] or "" for key in ("href", "src") if key in values]

    pages: dict[Path, Page] = {}
    for path in built.rglob("*.html"):
        if "_static" in path.parts:  # templates of the theme
            continue
        pages[path] = Page()
        pages[path].feed(path.read_text(encoding="utf-8"))
    dead = []
    for path, page in pages.items():
        for target in page.targets:
            name, _, anchor = target.partition("#")
            if re.match(r"[a-z]+:|//", target):
                continue
            aim = (path.parent / unquote(name.partition("?")[0])).resolve() if name else path
            if not aim.exists() or (anchor and aim in pages and unquote(anchor) not in pages[aim].anchors):
                dead.append(f"{path.relative_to(built)}: {target}")
    assert not dead, "\n".join(dead)
    absent = [
        name
        for name in growthpoles.__all__
        if name != "__version__"
        and f"growthpoles.{name}" not in pages.get(built / "reference" / "names" / f"{name}.html", Page()).anchors
    ]
    assert not absent, f"public names without a page: {', '.join(absent)}"


def test_images_are_small_and_shown() -> None:
    shown = {Path(name).name for page in PAGES for name in re.findall(r"([\w./-]+\.png)", prose(page))}
    for image in sorted((ROOT / "docs" / "images").glob("*.png")):
        assert image.stat().st_size < _IMAGE_BYTES, f"{image.name} has {image.stat().st_size:,} bytes"
        assert image.name in shown, f"{image.name} is on no page: show it in docs/gallery.md or delete it"


def test_api_page_lists_exactly_the_public_names() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", text("docs/api.md"), re.M)
    twice = sorted({name for name in listed if listed.count(name) > 1})
    assert not twice, f"docs/api.md lists twice: {', '.join(twice)}"
    public = set(growthpoles.__all__) - {"__version__"}
    absent, stray = sorted(public - set(listed)), sorted(set(listed) - public)
    assert not absent, f"public names without a line in docs/api.md: {', '.join(absent)}"
    assert not stray, f"docs/api.md lists names that are not public: {', '.join(stray)}"


_NOTHING_RAISED = {"builtin_studies"}  # it takes nothing


def test_docstrings_of_public_functions_are_whole() -> None:
    """Every parameter is named, and what is returned and raised; tests/test_examples.py has the examples."""
    gaps = []
    for name in sorted(set(growthpoles.__all__) - {"__version__"}):
        function = getattr(growthpoles, name)
        documented = inspect.getdoc(function) or ""
        sections = dict(re.findall(r"^(\w+)\n-{3,}\n(.*?)(?=^\w+\n-{3,}\n|\Z)", documented, re.M | re.S))
        if isinstance(function, type):
            continue
        heads = " ".join(re.findall(r"^(?! )(.*)$", sections.get("Parameters", ""), re.M))
        gaps += [
            f"{name}({each})" for each in inspect.signature(function).parameters if not re.search(rf"\b{each}\b", heads)
        ]
        gaps += [f"{name}: no Returns"] * (not sections.keys() & {"Returns", "Yields"})
        gaps += [f"{name}: no Raises"] * ("Raises" not in sections and name not in _NOTHING_RAISED)
    assert not gaps, ", ".join(gaps)


@pytest.mark.parametrize("page", PAGES)
def test_names_in_prose_and_commands_exist(page: str) -> None:
    """Every ``gp.name`` exists, and so does every command of ``growthpoles`` and every target of ``make``."""
    for name in re.findall(r"\bgp\.([a-zA-Z_]\w*)", text(page)):
        try:
            getattr(growthpoles, name)
        except AttributeError:
            pytest.fail(f"{page} names gp.{name}, which does not load")
    from growthpoles.cli import app

    commands = {info.name or info.callback.__name__ for info in app.registered_commands if info.callback is not None}
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", text(page), re.M | re.S))
    for name in re.findall(r"^growthpoles ([a-z]+)", shell, re.M):
        assert name in commands, f"{page} runs growthpoles {name}; known: {', '.join(sorted(commands))}"
    made = re.findall(r"^(\w[\w. -]*):", (ROOT / "Makefile").read_text(), re.M)
    targets = {target for line in made for target in line.split()}
    for name in re.findall(r"(?:^|`)make ([a-z](?:[\w.-]*\w)?)", text(page), re.M):
        assert name in targets, f"{page} runs make {name}; known: {', '.join(sorted(targets))}"


def test_versions_agree() -> None:
    version = re.search(r'^version = "(.*)"', text("pyproject.toml"), re.M)
    assert version and f"\nversion: {version[1]}\n" in text("CITATION.cff")


def test_the_paper_cites_what_its_bibliography_holds() -> None:
    cited = set(re.findall(r"@([\w-]+)", text("paper/paper.md").partition("\n---\n")[2]))
    held = set(re.findall(r"^@\w+\{([\w-]+),", text("paper/paper.bib"), re.M))
    assert cited == held


@pytest.mark.docs
@pytest.mark.parametrize("name", ["kazakhstan", "us-states", "mexico-panel"])
def test_notebook_prints_what_it_shows(name: str) -> None:
    pytest.importorskip("nbclient")
    path = ROOT / "examples" / f"{name}.ipynb"
    stored = json.loads(path.read_text(encoding="utf-8"))
    fresh = load("examples/refresh.py").executed(path)
    for before, after in zip(stored["cells"], fresh.cells, strict=True):
        shown, printed = (_outputs(cell) for cell in (before, after))
        where = f"{path.name}: python examples/refresh.py stores the outputs if the new one is right:\n{printed}"
        assert _NUMBER.sub("0", shown).split() == _NUMBER.sub("0", printed).split(), where
        assert numbers(shown) == pytest.approx(numbers(printed), rel=0.1, abs=0.05), where


def _outputs(cell: Any) -> str:
    """Return the words of the outputs of a cell; of a picture, that there is one."""
    return "\n".join(
        "".join(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
        + str("image/png" in output.get("data", {}))
        for output in cell.get("outputs", [])
    )


def bibliography() -> dict[str, str]:
    """Return key -> entry."""
    entries = re.split(r"^@\w+\{", text("docs/references.bib"), flags=re.M)[1:]
    keys = [entry.partition(",")[0] for entry in entries]
    assert len(set(keys)) == len(keys), "a key occurs twice in docs/references.bib"
    return dict(zip(keys, entries, strict=True))


def test_bibliography_is_well_formed() -> None:
    for key, entry in bibliography().items():
        body = "{" + entry
        assert body.count("{") == body.count("}"), f"{key}: braces do not match"
        assert re.search(r"^  author = ", entry, re.M) and re.search(r"^  title = ", entry, re.M), key


@pytest.mark.parametrize("page", ["docs/methods.md", "docs/guide.md"])
def test_citations_have_an_entry(page: str) -> None:
    known = bibliography()
    unknown = {
        f"{name} {year}"
        for name, year in _CITATION.findall(prose(page))
        if name not in _PLACES and not any(key.endswith(year) and name in entry for key, entry in known.items())
    }
    assert not unknown, f"{page} cites without an entry in docs/references.bib: {', '.join(sorted(unknown))}"


def test_the_tables_of_methods_are_the_registry() -> None:
    from growthpoles.ratings.methods import METHODS

    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text("docs/methods.md").splitlines()]
    shown = {tuple(row[:2]): row[2:] for row in rows if row[0] in ("normalisation", "aggregation") and len(row) == 6}
    facts = {}
    for kind in ("normalisation", "aggregation"):
        for name, method in METHODS[kind].items():
            strict = method.ratio_scale if kind == "normalisation" else not method.takes_zeros
            bounded = {True: "yes", False: "no"}.get(method.bounded, method.bounded)
            centre = "" if method.pivot is None else f"{method.pivot:g}"
            facts[kind, name] = [bounded, "refused" if strict else "taken", centre, ", ".join(method.needs)]
    assert shown == facts
    for page in ("docs/methods.md", "docs/studies.md"):
        for kind in ("weighting", "treatment"):
            assert not [name for name in METHODS[kind] if not re.search(rf"\b{name}\b", text(page))], page
    for kind, names in METHODS.items():
        assert all(f'`"{name}"`' in text("docs/studies.md") for name in names), kind


def test_the_page_of_licences_is_what_its_script_writes() -> None:
    spec = importlib.util.spec_from_file_location("docs_licences", ROOT / "docs" / "licences.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shown, made = text("docs/licences.md"), module.page()
    assert shown.split("## Data")[1] == made.split("## Data")[1], "python docs/licences.py rewrites it"
    listed = dict(re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", shown.split("## Data")[0], flags=re.M))
    needed = module.packages()
    pins = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), flags=re.M | re.I))
    other = {name for name in needed if name in pins and importlib.metadata.version(name) != pins[name]}
    # licences of other versions may be worded otherwise, and they may need other packages
    assert len(needed) > 30 and (other or set(needed) <= set(listed))
    assert not [name for name, licence in {**needed, **listed}.items() if re.search("not stated|GPL", licence)]
    layers = [line for line in shown.splitlines() if line[:1] == "|" and re.search(r"\.(gpkg|shp)`", line)]
    assert len(layers) >= 5 and all(line.count(" | ") == 2 and not line.endswith("|  |") for line in layers)
