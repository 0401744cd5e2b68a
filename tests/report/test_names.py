"""Names from a user's files are data in every output: HTML, SVG, TeX, Markdown, Excel, CSV, GeoPackage, file names."""

import csv
import io
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest

from growthpoles.report.build_report import build_report
from growthpoles.report.manifest import Manifest
from growthpoles.report.tables.table_formats import FORMATS, serialise
from growthpoles.report.wording import region_names
from growthpoles.study.inputs import study_regions
from growthpoles.study.load_study import load_study

HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org","x")',
    "\\input{/etc/passwd}",
    "../../x",
    "\u202egnp.exe\u200f",
    "x" * 10_000,
    "+1+2",
    '"><img src=x onerror=alert(1)>',
    "a|b`c*d_e[f](g)",
]
TITLE = "</title><script>alert(2)</script> & {{7*7}} \\write18{x}"
SOURCE = "@SUM(1+1)*cmd|' /C calc'!A0 ]]> --> </style>"
INDEX = "=1+1 <b>"
GROWTH = "-2+3+cmd|' /C calc'!A0 $x^2$"
FORMULA = re.compile(r"^[=+@\t\r]|^-(?!\d*\.?\d*$)")


@pytest.fixture(scope="module")
def hostile(
    tmp_path_factory: pytest.TempPathFactory,
    study_maker: Callable[..., Path],
    fewer: Callable[[pytest.MonkeyPatch], None],
) -> Manifest:
    folder = tmp_path_factory.mktemp("hostile")
    path = study_maker(
        folder / "study",
        years=(2020, 2021),
        names=HOSTILE,
        title=TITLE,
        source=SOURCE,
        index_name=INDEX,
        indicator_name=GROWTH,
        edition="../e",
    )
    with pytest.MonkeyPatch.context() as patch:
        fewer(patch)
        return build_report(
            load_study(path), out=folder / "out", figures=["rating", "change", "moran", "clusters", "power"]
        )


@pytest.mark.long
def test_a_study_of_ones_own_has_what_its_data_allow(hostile: Manifest) -> None:
    """Two years of one's own data, without printed tables, shares in an industry and poles."""
    assert set(hostile.record["left_out"]) == {
        "audit", "groups", "gradient", "typology", "trend", "panel", "industries"
    }  # fmt: skip
    assert {"change.csv", "spread.csv"} <= {path.name for path in (hostile.out / "tables").iterdir()}
    drawn = {path.stem for path in (hostile.out / "figures").iterdir()}
    assert {"rating_2020", "rating_2021", "change_2020_2021", "moran_2021", "clusters_2021", "power"} <= drawn


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {str(value) for name, value in attrs if name in {"href", "src", "xlink:href"}}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_has_no_script_and_no_address_of_its_own(hostile: Manifest) -> None:
    page = Elements()
    page.feed((hostile.out / "report.html").read_text(encoding="utf-8"))
    assert not page.tags & {"script", "iframe", "object", "embed", "form", "base", "foreignobject"}
    assert not {name for name in page.attributes if name.startswith("on")}
    assert all(address.startswith(("#", "data:")) for address in page.addresses)
    text = "".join(page.texts)
    for name in [*HOSTILE[:4], TITLE, HOSTILE[6], HOSTILE[7]]:
        assert name in text
    assert "x" * 200 not in text and not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", text)


def test_file_names_stay_in_the_folder(hostile: Manifest) -> None:
    names = {path.relative_to(hostile.out).as_posix() for path in hostile.out.rglob("*") if path.is_file()}
    assert names == set(hostile.files)
    assert all(re.fullmatch(r"[A-Za-z0-9._/-]+", name) and len(name) < 120 for name in names)
    assert {path.name for path in hostile.out.parent.iterdir()} == {"study", "out"}


def test_csv_cells_are_no_formulas(hostile: Manifest) -> None:
    paths = [*hostile.out.glob("tables/*.csv"), hostile.out / "captions.csv"]
    assert len(paths) > 20
    for path in paths:
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))):
            assert not [cell for cell in row if FORMULA.match(cell)], path.name
    names = pd.read_csv(hostile.out / "tables" / "summary.csv")["name_en"]
    assert f"'{HOSTILE[1]}" in set(names) and HOSTILE[2] in set(names)


def test_workbook_cells_are_text(hostile: Manifest) -> None:
    path = hostile.out / "tables" / "study.xlsx"
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert HOSTILE[1] in {cell.value for cell in cells}
    assert max(len(str(cell.value)) for cell in cells) <= 32_767
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if name.startswith("/") or ".." in name]
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist() if "worksheets" in name)


def test_tex_commands_are_ours(hostile: Manifest) -> None:
    known = {
        "begin", "end", "caption", "toprule", "midrule", "bottomrule", "textbackslash", "textasciitilde", "textbar",
        "textasciicircum", "textless", "textgreater", "textquotedbl", "centering", "includegraphics", "label",
        "detokenize", "ifdim", "linewidth", "else", "fi", "textheight", "addtocounter", "rotatebox", "setlength",
        "tabcolsep", "normalsize", "small", "footnotesize", "scriptsize", "resizebox", "raggedright", "tabularnewline",
        "medskip", "parbox", "usepackage", "leq", "alpha",
    }  # fmt: skip
    paths = [*hostile.out.glob("tables/tex/*.tex"), hostile.out / "figures.tex"]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"\\([A-Za-z]+)", text.replace(r"\\", " "))) <= known, path.name
        if path.name != "figures.tex":
            assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}"), path.name


def test_quarto_and_captions(hostile: Manifest) -> None:
    for block in (hostile.out / "figures.qmd").read_text(encoding="utf-8").strip().split("\n\n"):
        assert re.fullmatch(
            r'!\[(?:[^\[\]\\]|\\.)*\]\(<figures/[\w-]+\.png>\)\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}', block
        ), block[:300]
    records = json.loads((hostile.out / "captions.json").read_text(encoding="utf-8"))
    assert all(record["alt"] and record["title"] for record in records)


def test_png_texts_and_geopackage(hostile: Manifest) -> None:
    with sqlite3.connect(hostile.out / "study.gpkg") as base:
        layers = [name for (name,) in base.execute("SELECT table_name FROM gpkg_geometry_columns")]
        assert layers and base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for name, qml in base.execute("SELECT f_table_name, styleQML FROM layer_styles"):
            assert name in layers and ET.fromstring(qml.split("\n", 1)[1]).tag == "qgis"
        found = {name for (name,) in base.execute(f'SELECT name_en FROM "{layers[0]}"')}
    assert HOSTILE[0] in found and HOSTILE[1] in found


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind not in ("gpkg", "geoparquet")])
def test_every_format_takes_hostile_cells_twice_alike(kind: str) -> None:
    frame = pd.DataFrame({"=a": HOSTILE, "b\\input{x}": range(len(HOSTILE))}, index=pd.Index(HOSTILE, name="<i>"))
    content = serialise(frame, kind, title=TITLE)
    assert content == serialise(frame.copy(), kind, title=TITLE) and len(content) > 100
    if kind in {"md", "tex"}:
        assert b"<script>" not in content.replace(rb"\<script", b"")


def test_regions_of_one_name_are_told_apart_by_their_codes(tmp_path: Path, study_maker: Callable[..., Path]) -> None:
    long = "A name that is much longer than any chart has room for, and the same"
    study = load_study(study_maker(tmp_path, names=["Baker County", "Clark", "Baker County", f"{long} A", f"{long} B"]))
    results: Any = SimpleNamespace(regions=study_regions(study))
    for longest in (40, 120):
        names = region_names(results, "en", longest)
        assert names.is_unique
        assert names.str.len().max() <= longest
        assert names[["R0", "R1", "R2"]].tolist() == ["Baker County (R0)", "Clark", "Baker County (R2)"]
    assert region_names(results, "en", 40)["R3"].endswith("\N{HORIZONTAL ELLIPSIS} (R3)")
