"""Typefaces: the package's parts of DejaVu Sans, and a typeface of the user's own."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import matplotlib as mpl
import measure
import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles import maps
from growthpoles.cli.app import in_its_words
from growthpoles.errors import MapError
from growthpoles.maps.export import Facts, render
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.typography import text_metrics, typefaces

FONTS = Path(mpl.get_data_path(), "fonts", "ttf")
SERIF = FONTS / "DejaVuSerif.ttf"


def _bytes(ax: Any, kind: str = "pdf") -> bytes:
    return render(ax.figure, kind, Facts(), 300.0)


def _fonts(pdf: bytes) -> set[str]:
    """Names of the fonts that a PDF embeds."""
    return {name.decode() for name in re.findall(rb"/BaseFont /[A-Z]{6}\+([\w-]+)", pdf)}


@pytest.mark.parametrize(
    ("line", "ending"),
    [("Қарағанды – 12,5", "-core.ttf"), ("Łódź, Αττική", "-wide.ttf"), ("Երեւան", "ttf/DejaVuSans.ttf")],
)
def test_a_line_is_set_in_the_smallest_file_that_holds_it(line: str, ending: str) -> None:
    path = typefaces.font_file(line)
    assert path.replace("\\", "/").endswith(ending)
    assert typefaces.missing_glyphs(path, line) == ""


@pytest.mark.long
@pytest.mark.parametrize(
    ("line", "lost", "family"),
    [("a東 भार", "東", "SansDevanagari"), pytest.param("ကေ", "က", "SansMyanmar", marks=pytest.mark.slow)],
)
def test_signs_of_no_font_are_refused_in_one_line(
    line: str, lost: str, family: str, regions: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    from matplotlib import font_manager

    there = [font for font in font_manager.fontManager.ttflist if "DejaVu" in font.name or "Last" in font.name]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", there)
    typefaces._file_for.cache_clear()
    typefaces._installed.cache_clear()
    with pytest.warns(UserWarning) as caught:
        ax = maps.plot_values(regions.assign(short_en=line), pd.Series(range(len(regions)), index=regions.index))
    said = {str(each.message) for each in caught} - {"Matplotlib currently does not support Devanagari natively."}
    assert len(said) == 1 and "boxes stand for them" in said.pop()
    with pytest.raises(MapError) as told:
        maps.save_figure(ax.get_figure(root=True), tmp_path / "map.png")
    assert re.match(rf"map.png: no glyph for .*{lost}.* \(as in '{line}'\): boxes", str(told.value))
    assert "allowed: no typeface of this machine has them all" in str(told.value)
    assert f'gp.typeface("Noto{family}-Regular.ttf")' in str(told.value)
    assert 'other words: variable="...", source="..."' in str(told.value)
    option = in_its_words(told.value.args[0], {"font", "title", "source"})
    assert f"--font Noto{family}-Regular.ttf; or other words: --title ..., --source ..." in option
    assert not (tmp_path / "map.png").exists()
    typefaces._file_for.cache_clear()
    typefaces._installed.cache_clear()


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("인구 東", "SansKR"), ("東京", "SansSC"), ("東の", "SansJP"), ("السكان", "NaskhArabic"), ("ไทย", "SansThai"),
        ("ქართ", "SansGeorgian"), ("አማ", "SansEthiopic"), ("Ǆ", "Sans"), ("☃", "SansSymbols2"),
    ],
)  # fmt: skip
def test_a_font_of_the_script_is_proposed(line: str, family: str) -> None:
    assert typefaces._noto(line.replace(" ", "")) == f"Noto{family}-Regular.ttf"


def test_a_line_in_another_script_is_set_in_an_installed_font(monkeypatch: Any) -> None:
    from matplotlib import font_manager

    seen = [font for font in font_manager.fontManager.ttflist if font.name == "STIXGeneral" and font.style == "normal"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", seen)
    typefaces._file_for.cache_clear()
    typefaces._installed.cache_clear()
    assert Path(typefaces.font_file("a𝔄")).name in {"STIXGeneral.ttf", "DejaVuSans.ttf"}
    typefaces._file_for.cache_clear()
    typefaces._installed.cache_clear()


@pytest.mark.long
def test_a_figure_keeps_its_typeface(regions: Any, published: pd.DataFrame) -> None:
    before = _bytes(maps.plot_rating(regions, published, lang="kk"))
    with gp.typeface(SERIF, bold=FONTS / "DejaVuSerif-Bold.ttf") as face:
        ax = maps.plot_rating(regions, published, lang="kk")
        inside = _bytes(ax)
    assert face.family == "DejaVu Serif"
    assert _fonts(inside) == {"DejaVuSerif", "DejaVuSerif-Bold"}
    assert _bytes(ax) == inside
    assert b"DejaVu Serif" in _bytes(ax, "svg")
    assert _bytes(ax, "png") != _bytes(maps.plot_rating(regions, published, lang="kk"), "png")
    assert _bytes(maps.plot_rating(regions, published, lang="kk")) == before
    assert _fonts(before) == {"DejaVuSans", "DejaVuSans-Bold"}


def test_charts_set_their_numbers_in_it_too() -> None:
    ranks = pd.DataFrame({"rank": [1.0, 2.0], "rank_low": [1.0, 1.0], "rank_high": [2.0, 2.0]}, index=["a", "b"])
    with gp.typeface("DejaVu Serif"):
        ax = maps.plot_rank_intervals(ranks)
    assert _fonts(_bytes(ax)) <= {"DejaVuSerif", "DejaVuSerif-Bold"}
    ax.set_xlim(0, 40)
    ax.set_xticks(np.arange(0, 41, 5))
    assert _fonts(_bytes(ax)) <= {"DejaVuSerif", "DejaVuSerif-Bold"}


def test_a_bold_name_is_found_and_a_file_alone_serves_for_both() -> None:
    with gp.typeface("DejaVu Serif") as face:
        assert Path(face.bold).name == "DejaVuSerif-Bold.ttf"
    with gp.typeface(str(SERIF)) as face:
        assert face.bold == face.regular == str(SERIF.resolve())
    assert typefaces.chosen() is None


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_labels_fit_in_another_typeface(regions: Any, published: pd.DataFrame, lang: str) -> None:
    with gp.typeface("DejaVu Sans Mono"):
        ax = maps.plot_rating(regions, published, lang=lang, preset="nature-double")
        assert measure.problems(ax, regions, PRESETS["nature-double"].small_pt) == []


@pytest.mark.parametrize(
    ("font", "words"),
    [
        ("Arail Nuovo", r"no font of the name 'Arail Nuovo' is installed; allowed: a family's name or a \.ttf file"),
        ("DejaVu Seri", r"nearest: DejaVu Serif"),
        ("nowhere.ttf", r"nowhere\.ttf: No such file or directory; allowed: a TrueType file"),
        (Path(__file__), r"test_typefaces\.py: not a TrueType font; allowed: a TrueType file"),
    ],
)
def test_what_is_no_font_is_refused(font: Any, words: str) -> None:
    with pytest.raises(MapError, match=words), gp.typeface(font):
        pass


def test_a_damaged_font_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "half.ttf"
    damaged.write_bytes(SERIF.read_bytes()[:40])
    with pytest.raises(MapError, match=r"half\.ttf: the font cannot be read"), gp.typeface(damaged):
        pass


def test_letters_that_a_typeface_lacks_are_named(regions: Any, published: pd.DataFrame) -> None:
    with gp.typeface(FONTS / "STIXGeneral.ttf"):
        maps.plot_rating(regions, published, lang="ru")
        with pytest.raises(MapError, match=r"STIXGeneral has no glyph for 'қ' in .* \(no Kazakh ә ғ қ ң ө ұ ү һ\)"):
            maps.plot_rating(regions, published, lang="kk")
    with gp.typeface(FONTS / "cmr10.ttf"), pytest.raises(MapError, match=r"no Russian letter, no Kazakh letter"):
        maps.plot_rating(regions, published, lang="ru")


def test_eps_shows_glyphs_by_names_that_its_fonts_have(regions: Any, published: pd.DataFrame) -> None:
    document = _bytes(maps.plot_rating(regions, published, lang="kk", preset="plos"), "eps").decode("latin-1")
    held = set(re.findall(r"^/(\S+) \d+ def$", document, re.M))
    shown = set(re.findall(r"/(\S+) glyphshow", document))
    assert len(shown) > 40
    assert shown - held == set()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed by Linux only")
def test_no_font_file_stays_open_for_forked_processes_to_share(tmp_path: Path) -> None:
    """Two processes that read one open file move its place under each other: outlines come out wrong."""
    font = Path(shutil.copy(SERIF, tmp_path / "own.ttf"))
    face = typefaces.opened(str(font))
    face.load_char(ord("Ö"))
    held = [os.path.realpath(place) for place in Path("/proc/self/fd").iterdir()]
    assert str(font) not in held and len(face.get_path()[0]) > 20


@pytest.mark.parametrize("sign", ["H", "Ж", "Ә", "M"])
def test_outlines_are_as_wide_as_the_font_says(sign: str) -> None:
    """Older drawing libraries draw outlines together in width unless told not to."""
    from fontTools.pens.boundsPen import BoundsPen
    from fontTools.ttLib import TTFont

    path = typefaces.font_file(sign, False)
    font = TTFont(path)
    glyphs, pen = font.getGlyphSet(), BoundsPen(font.getGlyphSet())
    glyphs[font.getBestCmap()[ord(sign)]].draw(pen)
    vertices, codes = text_metrics.outline(sign)
    shape = vertices[codes != 79]  # a closing point stands anywhere
    found = [*shape.min(axis=0), *shape.max(axis=0)]
    assert found == pytest.approx(np.array(pen.bounds) / font["head"].unitsPerEm, abs=1e-9)
