"""Typefaces: the package's parts of DejaVu Sans, and a typeface of the user's own."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
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


def _forget() -> None:
    """Forget which fonts there are."""
    for known in (typefaces._runs_for, typefaces._installed, typefaces._newly_installed):
        known.cache_clear()


@pytest.fixture
def only_dejavu(monkeypatch: Any) -> Iterator[None]:
    """A machine without other fonts."""
    from matplotlib import font_manager

    there = [font for font in font_manager.fontManager.ttflist if "DejaVu" in font.name]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", there)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    _forget()
    yield
    _forget()


def _font_of(folder: Path, family: str, signs: str) -> Path:
    """Write a font that holds these signs only, as most of another script hold no Latin letters."""
    from fontTools.ttLib import TTFont

    font = TTFont(FONTS / "DejaVuSans.ttf")
    shapes = font.getBestCmap()
    for table in font["cmap"].tables:
        table.cmap = {ord(sign): shapes[65 + i % 26] for i, sign in enumerate(signs) if ord(sign) < 0x10000}
    for entry in font["name"].names:
        if entry.nameID in (1, 4, 6, 16):
            entry.string = family.replace(" ", "") if entry.nameID == 6 else family
    for name in ("GSUB", "GPOS", "GDEF", "kern"):
        if name in font:
            del font[name]
    path = folder / f"{family.replace(' ', '')}-Regular.ttf"
    font.save(path)
    return path


def _script(first: int, last: int) -> str:
    return "".join(chr(code) for code in range(first, last) if unicodedata.category(chr(code)) in ("Lo", "Mn", "Nd"))


#: Scripts that DejaVu Sans lacks.
SCRIPTS = {
    "Bengali": _script(0x980, 0xA00), "Thai": _script(0xE00, 0xE60), "Tamil": _script(0xB80, 0xC00),
    "Ethiopic": _script(0x1200, 0x1240), "SC": _script(0x4E00, 0x4E80),
}  # fmt: skip


def _lines(script: str, seed: int) -> list[str]:
    """Lines of a map that mix words of a script with Latin, Cyrillic, digits and signs."""
    rng = np.random.default_rng(seed)
    letters = [sign for sign in script if sign.isalpha()]
    words = [rng.choice(letters) + "".join(rng.choice([*script], 4)) for _ in "ab"]
    parts = ["2022", "boundaries: x.json", "·", "(%)", "қала", "–", "12.5", *words]
    return [" ".join(rng.permutation(parts)[: rng.integers(1, len(parts))]) for _ in range(30)]


@pytest.mark.filterwarnings("ignore:typeface", "ignore:this matplotlib")
@pytest.mark.parametrize("own", ["", " 0123456789.,()%", "0123456789"])
@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.usefixtures("only_dejavu")
def test_a_typeface_of_another_script_is_backed_by_dejavu(script: str, own: str, tmp_path: Path) -> None:
    font = _font_of(tmp_path, f"Noto Sans {script}", SCRIPTS[script] + own)
    with gp.typeface(font):
        for line in _lines(SCRIPTS[script], seed=len(own)):
            runs = typefaces.font_runs(line)
            assert "".join(run for run, _ in runs) == line
            for run, path in runs:
                assert not typefaces.missing_glyphs(path, run)
                assert all(path == str(font) for sign in run if sign in SCRIPTS[script])
            starts = [start for start, _, _ in text_metrics.stretches(line)]
            assert starts == sorted(starts) and starts[0] == 0.0
            long = text_metrics.width(line, 10.0)
            assert long == pytest.approx(sum(text_metrics.width(run, 10.0) for run, _ in runs))
            assert long == pytest.approx(text_metrics.width(line, 20.0) / 2)
            shape = text_metrics.outline(line)[0]
            assert shape[:, 0].max() * 10 * text_metrics.PT <= long + 1.0
            assert shape[:, 0].min() >= -0.5


@pytest.mark.filterwarnings("ignore:typeface", "ignore:no font at hand", "ignore:this matplotlib")
@pytest.mark.parametrize("script", ["Bengali", "Thai"])
@pytest.mark.usefixtures("only_dejavu")
def test_the_font_that_a_refusal_names_makes_the_map(
    script: str, regions: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    """Also where it has no Latin letters, as those of Noto; given as a file or installed."""
    from matplotlib import font_manager

    words = "".join(SCRIPTS[script][:8])
    values = pd.Series(np.arange(len(regions), dtype=float), index=regions.index)

    def draw() -> Any:
        return maps.plot_values(regions, values, variable=f"{words}, 2014 (%)", source=words, year=2014).figure

    with pytest.raises(MapError, match="no typeface of this machine has them") as told:
        maps.save_figure(draw(), tmp_path / "map.png")
    named = re.findall(r'gp\.typeface\("([^"]+)"\)', str(told.value))[0]
    font = _font_of(tmp_path, f"Noto Sans {script}", SCRIPTS[script] + " 0123456789.")
    assert font.name == named
    with gp.typeface(font):
        figure = draw()
    for kind in ("png", "pdf", "svg", "eps"):
        maps.save_figure(figure, tmp_path / f"file.{kind}")
    assert _fonts((tmp_path / "file.pdf").read_bytes()) - {"DejaVuSans-Bold"} == {f"NotoSans{script}", "DejaVuSans"}
    svg = (tmp_path / "file.svg").read_text(encoding="utf-8")
    assert svg.count(f">{words}</text>") == 3 and f"'Noto Sans {script}', sans-serif" in svg
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(font)])  # installed since
    _forget()
    maps.save_figure(draw(), tmp_path / "installed.pdf")
    assert f"NotoSans{script}" in _fonts((tmp_path / "installed.pdf").read_bytes())
    with gp.typeface(f"Noto Sans {script}") as face:
        assert face.regular == str(font)


@pytest.mark.filterwarnings("ignore:typeface")
@pytest.mark.usefixtures("only_dejavu")
def test_axis_titles_in_two_scripts_have_both(tmp_path: Path, recwarn: Any) -> None:
    font = _font_of(tmp_path, "Noto Sans Thai", SCRIPTS["Thai"])
    with gp.typeface(font):
        prop = text_metrics.font(8.0, f"{SCRIPTS['Thai'][:5]}, standardised")
    assert prop.get_family() == ["Noto Sans Thai", "DejaVu Sans"]


def test_a_matplotlib_that_joins_no_letters_says_so(monkeypatch: Any) -> None:
    monkeypatch.setattr(typefaces, "_shapes", lambda: False)
    for line in ("السكان", "ישראל"):
        with pytest.warns(UserWarning, match="neither joined nor turned"):
            typefaces.font_runs(line)
    typefaces.font_runs("Қала, Αθήνα, Երեւան")


def _fonts(pdf: bytes) -> set[str]:
    """Names of the fonts that a PDF embeds."""
    return {name.decode() for name in re.findall(rb"/BaseFont /[A-Z]{6}\+([\w-]+)", pdf)}


@pytest.mark.parametrize(
    ("line", "ending"),
    [("Қарағанды – 12,5", "-core.ttf"), ("Łódź, Αττική", "-wide.ttf"), ("Երեւան", "ttf/DejaVuSans.ttf")],
)
def test_a_line_is_set_in_the_smallest_file_that_holds_it(line: str, ending: str) -> None:
    ((_, path),) = typefaces.font_runs(line)
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
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    _forget()
    with pytest.warns(UserWarning) as caught:
        ax = maps.plot_values(regions.assign(short_en=line), pd.Series(range(len(regions)), index=regions.index))
    said = {text for each in caught if "boxes stand for them" in (text := str(each.message))}
    assert len(said) == 1
    with pytest.raises(MapError) as told:
        maps.save_figure(ax.get_figure(root=True), tmp_path / "map.png")
    assert re.match(rf"map.png: no glyph for .*{lost}.* \(as in '{line}'\): boxes", str(told.value))
    assert "allowed: no typeface of this machine has them;" in str(told.value)
    assert f'gp.typeface("Noto{family}-Regular.ttf")' in str(told.value)
    assert 'other words: variable="...", source="..."' in str(told.value)
    option = in_its_words(told.value.args[0], {"font", "title", "source", "name"})
    assert (
        f"--font Noto{family}-Regular.ttf; or other words: --title ..., --source ..., --name another column of names"
        in option
    )
    assert not (tmp_path / "map.png").exists()
    _forget()


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
    _forget()
    assert Path(typefaces.font_runs("a𝔄")[0][1]).name in {"STIXGeneral.ttf", "DejaVuSans.ttf"}
    _forget()


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

    ((_, path),) = typefaces.font_runs(sign)
    font = TTFont(path)
    glyphs, pen = font.getGlyphSet(), BoundsPen(font.getGlyphSet())
    glyphs[font.getBestCmap()[ord(sign)]].draw(pen)
    vertices, codes = text_metrics.outline(sign)
    shape = vertices[codes != 79]  # a closing point stands anywhere
    found = [*shape.min(axis=0), *shape.max(axis=0)]
    assert found == pytest.approx(np.array(pen.bounds) / font["head"].unitsPerEm, abs=1e-9)


#: Words that run to the left: of Arabic, Persian, Urdu and Hebrew.
LEFTWARD = ["السكان", "الرياض", "مكة المكرمة", "تهران", "می\u200cشود", "پنجاب", "ירושלים", 'הלמ"ס', "תל אביב-יפו"]
FIGURES = [
    "2014–2024", "2014 – 2024", "2010-2014", "+19\u00a0059", "−12\u202f345,6", "-3,2", "1,5 – 2,0", "12 %", "≤ 5",
    "(12)", "(2014–2024)", "12 km²", "3,5 t/ha", "2014/15", "1\u00a0234\u00a0567.8", "±0.5", "$120", "+7 – +9 km",
]  # fmt: skip


@pytest.mark.skipif(not typefaces._shapes(), reason="this matplotlib turns no letters")
@pytest.mark.parametrize("seed", range(4))
def test_numbers_read_to_the_right_in_lines_that_run_to_the_left(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(60):
        parts = [str(rng.choice(LEFTWARD))]
        while len(parts) < rng.integers(2, 7):
            kinds = [LEFTWARD, FIGURES] if parts[-1] in LEFTWARD else [LEFTWARD]
            parts.append(str(rng.choice(kinds[int(rng.integers(len(kinds)))])))
        sign = str(rng.choice([" ", ", ", "; ", "  ", " · "]))
        runs = [run for run, _ in typefaces.font_runs(sign.join(parts))]
        told = "\n".join(runs)
        assert sorted("".join(runs)) == sorted(sign.join(parts)), told
        for part in parts:
            assert any(part in run for run in runs), (part, told)
        places = [next(i for i, run in enumerate(runs) if part in run) for part in dict.fromkeys(parts)]
        if len({*parts}) == len(parts):
            assert places == sorted(places, reverse=True), told


@pytest.mark.skipif(not typefaces._shapes(), reason="this matplotlib turns no letters")
@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("نسمة (ألف), 2014–2024.", [".", "2014–2024", ",", "نسمة (ألف)"]),
        ("(ألف) نسمة", ["ألف) نسمة", ")"]),
        ('source: הלמ"ס, 2014–2024; x.xlsx (-3,2)', ["source:", "2014–2024", ",", 'הלמ"ס', "; x.xlsx (-3,2)"]),
        ("السكان ٢٠١٤–٢٠٢٤ (-٣٫٢)", ["(-", "٣٫٢", ")", "٢٠١٤", "–", "٢٠٢٤", "السكان"]),
        ("٢٠١٤–٢٠٢٤", ["٢٠١٤", "–", "٢٠٢٤"]),
        ("ב-2014", ["2014", "-", "ב"]),
        ("קצב 2014 GDP per capita", ["GDP per capita", "2014", "קצב"]),
        ("Қарағанды (2014–2024)", ["Қарағанды (2014–2024)"]),
    ],
)
def test_runs_of_two_directions_stand_as_they_are_read(line: str, runs: list[str]) -> None:
    assert [run for run, _ in typefaces.font_runs(line) if not run.isspace()] == runs
    assert [run for _, run, _ in text_metrics.stretches(line)] == runs
    assert text_metrics.width(line, 10.0) == pytest.approx(sum(text_metrics.width(run, 10.0) for run in runs), rel=0.3)


@pytest.mark.skipif(not typefaces._shapes(), reason="this matplotlib turns no letters")
def test_a_map_in_arabic_keeps_its_years_and_joiners(regions: Any) -> None:
    values = pd.Series(np.arange(len(regions), dtype=float), index=regions.index)
    words = "می\u200cشود"
    ax = maps.plot_change(
        regions, values, variable=f"{words}, 2014–2024 (%)", source=f"{words}, 2014–2024", title=words
    )
    svg = _bytes(ax, "svg").decode()
    assert svg.count(">2014–2024</text>") == 2 and svg.count(f">{words}</text>") == 3
    assert "\N{REPLACEMENT CHARACTER}" not in svg
