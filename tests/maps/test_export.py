"""Files: exact size, the same bytes everywhere, metadata, searchable text, all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from growthpoles import maps
from growthpoles.errors import DataError, MapError
from growthpoles.maps.export import Facts, png_bytes
from growthpoles.maps.presets import PRESETS

FACTS: dict[str, Any] = {
    "title": "Рейтинг <2014> & «Қазақстан»",
    "description": "Almaty leads & Astana follows",
    "edition": "realigned",
    "source": "Kireyeva (2016)",
    "parameters": {"weights": "queen", "alpha": 0.05},
}

SCRIPT = """
import sys
import pandas as pd
import growthpoles as gp
from growthpoles import maps
regions = gp.load_regions(2014)
rating = gp.load_published(2014)
ax = maps.plot_rating(regions, rating, year=2014, edition="published", lang="kk")
for kind in ("png", "pdf", "svg", "eps", "tiff"):
    maps.save_figure(ax.figure, f"{sys.argv[1]}/map.{kind}", title="T", description="D", parameters={"b": 1, "a": 2})
assert "matplotlib.pyplot" not in sys.modules
"""


@pytest.fixture(scope="module")
def figure(squares_module: Any) -> Any:
    regions, index = squares_module
    return maps.plot_rating(regions, index, preset="nature-single", lang="kk").figure


@pytest.fixture(scope="module")
def squares_module(squares: Any, square_index: Any) -> tuple[Any, Any]:
    named = squares.assign(short_kk=["Ақмола", "Маңғыстау", "Өскемен", "Үйгентас", "Һәм", "Іле", "Қала"])
    return named, square_index


@pytest.mark.slow
def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    sums = []
    for seed in ("1", "271828"):
        out, cwd = tmp_path / f"out{seed}", tmp_path / f"cwd{seed}"
        out.mkdir()
        cwd.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed, "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", SCRIPT, str(out)], check=True, cwd=cwd, env=environment)
        sums.append({f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(out.iterdir())})
    assert len(sums[0]) == 5
    assert sums[0] == sums[1]


@pytest.mark.parametrize("preset", ["nature-single", "plos", "slide"])
def test_raster_files_have_the_size_of_the_preset(tmp_path: Path, squares: Any, square_index: Any, preset: str) -> None:
    fig = maps.plot_rating(squares, square_index, preset=preset).figure
    for kind in ("png", "tiff"):
        path = maps.save_figure(fig, tmp_path / f"m.{kind}", **FACTS)
        with Image.open(path) as image:
            assert image.mode == "RGB"
            assert image.info["dpi"][0] == pytest.approx(PRESETS[preset].dpi, abs=0.02)
            wide = image.size[0] / PRESETS[preset].dpi * 25.4
            assert wide == pytest.approx(PRESETS[preset].width_mm, abs=25.4 / PRESETS[preset].dpi)
            if kind == "tiff":
                assert image.info["compression"] == "tiff_lzw"


def test_our_png_decodes_to_the_pixels_that_were_drawn(tmp_path: Path, figure: Any) -> None:
    png = Image.open(maps.save_figure(figure, tmp_path / "m.png", **FACTS))
    tiff = Image.open(maps.save_figure(figure, tmp_path / "m.tif", **FACTS))
    assert np.array_equal(np.asarray(png), np.asarray(tiff))
    assert png.text["Title"] == FACTS["title"]
    assert png.text["Description"] == FACTS["description"]
    assert "edition: realigned; source: Kireyeva (2016)" in png.text["Source"]
    assert '"alpha": 0.05, "weights": "queen"' in png.text["Source"]
    data, at = (tmp_path / "m.png").read_bytes(), 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(body)
        at += 12 + length


def test_pdf_text_is_text_in_true_type_and_names_no_library(tmp_path: Path, figure: Any) -> None:
    data = maps.save_figure(figure, tmp_path / "m.pdf", **FACTS).read_bytes()
    streams = [zlib.decompress(s) for s in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S) if s[:1] == b"x"]
    maps_to = b"".join(stream for stream in streams if b"begincmap" in stream)
    listed = b"".join(re.findall(rb"\[((?:<[0-9a-f]+>\s*)+)\]", maps_to))
    mapped = {int(code, 16) for code in re.findall(rb"<([0-9a-f]+)>", listed)}
    assert set(map(ord, "ңғқӨҮІ")) <= mapped
    assert b"/FontFile2" in data
    assert b"/Type3" not in data
    assert not re.search(rb"atplotlib|CreationDate|Producer", data)
    assert re.search(rb"/MediaBox \[ ?0 0 (252\.28\d*) ", data)


def test_svg_keeps_text_and_has_title_and_description(tmp_path: Path, figure: Any) -> None:
    path = maps.save_figure(figure, tmp_path / "m.svg", **FACTS)
    document = path.read_text(encoding="utf-8")
    root = ElementTree.fromstring(document)
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text == FACTS["title"]
    assert root.find(f"{space}desc").text.startswith(FACTS["description"])
    assert root.get("role") == "img"
    assert root.get("width") == "89.000mm"
    shown = {node.text for node in root.iter(f"{space}text")}
    assert {"Маңғыстау", "Өскемен", "Үйгентас"} <= shown
    assert "atplotlib" not in document
    assert not re.search(r"20\d\d-\d\d-\d\d", document)


def test_names_cannot_break_out_of_the_file(tmp_path: Path, squares: Any, square_index: Any) -> None:
    evil = ["<script>x()</script>", "$\\frac{1}{0}$", "a\x00b\x1bc\u202ed", "]]>&amp;", "50 % _x_", "\\input{x}", "T"]
    named = squares.assign(short_en=evil)
    fig = maps.plot_rating(named, square_index).figure
    root = ElementTree.fromstring(maps.save_figure(fig, tmp_path / "m.svg").read_text(encoding="utf-8"))
    shown = {node.text for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"<script>x()</script>", "$\\frac{1}{0}$", "abcd", "]]>&amp;"} <= shown
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    for kind in ("png", "pdf", "eps"):
        assert maps.save_figure(fig, tmp_path / f"m.{kind}").stat().st_size > 1000


def test_no_mark_turns_the_text_of_an_svg_around(tmp_path: Path, squares: Any) -> None:
    marks = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f"
    named = squares.rename(index={label: f"{label}{mark}" for label, mark in zip(squares.index, marks, strict=False)})
    named["name"] = [f"Place{mark}" for mark, _ in zip(marks, named.index, strict=False)]
    ax = maps.plot_values(named, pd.Series(range(len(named)), named.index), variable=f"Income{marks}")
    path = maps.save_figure(ax.figure, tmp_path / "m.svg", description=f"of {marks}R")
    assert set(path.read_text(encoding="utf-8")).isdisjoint(marks)


def test_eps_names_no_date_and_embeds_fonts(tmp_path: Path, figure: Any) -> None:
    data = maps.save_figure(figure, tmp_path / "m.eps", **FACTS).read_bytes()
    assert data.startswith(b"%!PS-Adobe-3.0 EPSF-3.0")
    assert b"CreationDate" not in data
    assert b"/FontType 42" in data


def test_sidecar_tells_what_the_picture_shows(tmp_path: Path, figure: Any) -> None:
    maps.save_figure(figure, tmp_path / "m.pdf", sidecar=True, **FACTS)
    record = json.loads((tmp_path / "m.pdf.json").read_text(encoding="utf-8"))
    assert record["alt"] == FACTS["description"]
    assert record["parameters"] == {"alpha": 0.05, "weights": "queen"}
    assert record["width_mm"] == 89.0


def test_settings_of_the_user_neither_matter_nor_change(tmp_path: Path, squares: Any, square_index: Any) -> None:
    import matplotlib as mpl

    plain = maps.save_figure(maps.plot_rating(squares, square_index).figure, tmp_path / "a.svg").read_bytes()
    odd = {"font.family": "monospace", "lines.linewidth": 9.0, "savefig.bbox": "tight", "axes.unicode_minus": False}
    with mpl.rc_context(odd):
        before = dict(mpl.rcParams)
        other = maps.save_figure(maps.plot_rating(squares, square_index).figure, tmp_path / "b.svg").read_bytes()
        assert dict(mpl.rcParams) == before
    assert plain == other


def test_wrong_targets_are_named_and_nothing_is_left(tmp_path: Path, figure: Any) -> None:
    with pytest.raises(MapError, match=r"format='gif' is not known; allowed: png, tiff, jpeg, pdf, svg, eps"):
        maps.save_figure(figure, tmp_path / "m.gif")
    with pytest.raises(MapError, match="preset plos does not take png; allowed: tiff, eps"):
        maps.save_figure(figure, tmp_path / "m.png", preset="plos")
    with pytest.raises(MapError, match=r"preset='nature' is not known; .* nearest: nature-single"):
        maps.save_figure(figure, tmp_path / "m.png", preset="nature")
    big = maps.new_figure("slide")
    with pytest.raises(MapError, match=r"the figure is 320\.0 x 180\.0 mm; allowed: at most 89 x 170 mm"):
        maps.save_figure(big, tmp_path / "m.pdf", preset="nature-single")
    with pytest.raises(DataError, match="cannot be written"):
        maps.save_figure(figure, tmp_path / "missing" / "m.png")
    assert list(tmp_path.iterdir()) == []


def test_figures_that_do_not_fit_a_preset_are_refused() -> None:
    with pytest.raises(MapError, match=r"width_mm=200 does not fit preset nature-double; allowed: 10 to 183 mm"):
        maps.new_figure("nature-double", width_mm=200)
    fig = maps.new_figure("nature-single", height_mm=50)
    assert (fig.get_size_inches() * 25.4).tolist() == pytest.approx([89.0, 50.0])


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 5, 4), (3, 7000, 3), (500, 3, 4), (301, 257, 3)])
def test_png_holds_the_pixels_it_was_given(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(7)
    image = rng.integers(0, 256, shape, dtype=np.uint8)
    image[: shape[0] // 2] = 255
    made = png_bytes(image, 300.0, Facts(title="pixels"))
    with Image.open(BytesIO(made)) as read:
        read.load()
        assert read.mode == "RGB"
        assert read.info["Title"] == "pixels"
        assert read.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert np.array_equal(np.asarray(read), image[:, :, :3])
    assert made == png_bytes(image.copy(), 300.0, Facts(title="pixels"))
