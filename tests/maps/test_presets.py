"""Files against the rules of their publishers: formats, resolution, fonts, colours, lines, size."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import growthpoles as gp
from growthpoles import maps
from growthpoles.errors import MapError
from growthpoles.maps import palettes
from growthpoles.maps.export import _grey
from growthpoles.maps.presets import FIGURE_KINDS, PRESETS, get_preset

#: As the publishers' guides say: formats taken, dots per inch (line, combination, halftone), least and most points
#: of text, widest figure in millimetres.
RULES: dict[str, tuple[set[str], tuple[int, int, int], float, float]] = {
    "nature": ({"pdf", "eps", "svg", "tiff", "png"}, (300, 300, 300), 5.0, 183.0),
    "elsevier": ({"pdf", "eps", "tiff", "jpeg"}, (1000, 500, 300), 6.0, 190.0),
    "plos": ({"tiff", "eps"}, (300, 300, 300), 8.0, 190.5),
    "springer": ({"eps", "tiff"}, (1200, 600, 300), 8.0, 174.0),
    "tandf": ({"pdf", "eps", "tiff"}, (1200, 600, 300), 6.0, 190.0),
    "copernicus": ({"pdf", "eps", "tiff", "png", "jpeg"}, (300, 300, 300), 6.0, 170.0),
    "mdpi": ({"pdf", "eps", "tiff", "jpeg"}, (300, 300, 300), 7.0, 170.0),
    "rinc": ({"tiff", "eps", "png", "jpeg"}, (300, 300, 300), 7.0, 170.0),
}
JOURNALS = [name for name in PRESETS if name not in ("report", "slide")]
QUICK = {"elsevier-single", "plos", "copernicus-single", "rinc"}


@pytest.mark.parametrize("name", JOURNALS)
def test_a_preset_keeps_to_the_rules_of_its_publisher(name: str) -> None:
    formats, dpi, least_pt, widest = RULES[re.split(r"-(?:single|double|small|large|1)", name)[0]]
    preset = PRESETS[name]
    assert set(preset.formats) <= formats and preset.small_pt >= least_pt and preset.width_mm <= widest
    for kind, least in zip(FIGURE_KINDS, dpi, strict=True):
        assert get_preset(f"{name}:{kind}").dpi >= least
    assert get_preset(f"{name}:combination").dpi == preset.dpi
    assert preset.typeface == ("Tinos" if name == "rinc" else "Arimo")


@pytest.mark.long
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in JOURNALS]
)
def test_files_of_a_preset_are_as_the_publisher_takes_them(
    tmp_path: Path, squares: Any, square_index: Any, name: str
) -> None:
    preset = PRESETS[name]
    figure = maps.plot_rating(squares, square_index, preset=name).figure
    for kind in ("pdf", "eps", "tiff", "jpeg", "svg", "png"):
        path = tmp_path / f"map.{kind}"
        if kind not in preset.formats:
            with pytest.raises(MapError, match=f"preset {name} does not take {kind}"):
                maps.save_figure(figure, path, preset=name)
            continue
        maps.save_figure(figure, path, preset=name, title="T", description="D")
        if kind in ("tiff", "png", "jpeg"):
            with Image.open(path) as image:
                assert image.mode == ("L" if preset.colours == "grey" else "RGB")
                assert image.info["dpi"][0] == pytest.approx(preset.dpi, abs=0.1)
                assert image.size[0] == pytest.approx(preset.width_mm / 25.4 * preset.dpi, abs=1)
        if kind == "eps":
            document = path.read_text("latin-1")
            assert ("glyphshow" in document) == (preset.letters == "text")
            assert ("setrgbcolor" in document) == (preset.colours == "rgb")
            wide = [float(line) for line in re.findall(r"^([\d.]+) setlinewidth", document, re.M)]
            assert min(line for line in wide if line > 0) >= preset.least_line_pt - 1e-9
        if kind == "pdf":
            fonts = {font.decode() for font in re.findall(rb"/BaseFont /[A-Z]{6}\+([\w-]+)", path.read_bytes())}
            assert fonts == {"Arimo", "Arimo-Bold"} and b"/Title (T)" in path.read_bytes()
        if kind == "svg":
            assert "font-family: Arimo, Arial, 'Liberation Sans', Helvetica, sans-serif" in path.read_text("utf-8")


def colours_of(content: bytes) -> list[tuple[bytes, ...]]:
    """Red, green and blue of every colour in a vector file."""
    drawn = [zlib.decompress(each) for each in re.findall(rb"stream\r?\n(x.+?)\r?\nendstream", content, re.DOTALL)
             ] if content.startswith(b"%PDF") else [content]  # fmt: skip
    number = rb"(-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (?:rg|RG|setrgbcolor)\b"
    hexes = rb"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})\b"
    return [found for part in drawn for found in re.findall(hexes if b"<svg" in part else number, part)]


@pytest.mark.parametrize("preset", ["report", "nature-single"])
@pytest.mark.parametrize("kind", ["pdf", "svg", "eps"])
def test_grey_is_grey_in_every_layer(tmp_path: Path, kind: str, preset: str) -> None:
    """Borders, halos of letters, lakes, rings, the locator and leaders too."""
    index = gp.rate(gp.load_indicators(2014))["index"]
    axes = gp.plot_values(gp.load_regions(2014), index, preset=preset, cities=True, locator=True)
    for colours in ("grey", "rgb"):
        path = maps.save_figure(axes.figure, tmp_path / f"{colours}.{kind}", colours=colours)
        found = colours_of(path.read_bytes())
        assert any(len({*colour}) > 1 for colour in found) == (colours == "rgb"), found


@pytest.mark.parametrize("kind", ["pdf", "svg", "eps"])
def test_letters_can_be_outlines_and_colours_grey(tmp_path: Path, squares: Any, square_index: Any, kind: str) -> None:
    figure = maps.plot_rating(squares, square_index).figure
    path = maps.save_figure(figure, tmp_path / f"map.{kind}", letters="outlines", colours="grey")
    content = path.read_bytes()
    assert not re.search(rb"/BaseFont|<text|glyphshow|setrgbcolor", content)
    assert not any(len({*colour}) > 1 for colour in colours_of(content))
    again = maps.save_figure(figure, tmp_path / f"again.{kind}").read_bytes()
    assert any(len({*colour}) > 1 for colour in colours_of(again))
    assert re.search(rb"/BaseFont|<text|glyphshow", again), "the next file is written as ever"
    with pytest.raises(MapError, match="colours='gray' is not known"):
        maps.save_figure(figure, path, colours="gray")  # type: ignore[arg-type]


@pytest.mark.parametrize("colours", [palettes.RATING, palettes.SEQUENTIAL, *palettes.BIVARIATE])
def test_greys_of_ordered_classes_print_apart(colours: tuple[str, ...]) -> None:
    levels = [int(_grey(colour)[1:3], 16) for colour in colours]
    assert levels == sorted(levels, reverse=True) and min(-np.diff(levels)) >= 15


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(MapError, match="kind of figure='photo' is not known; allowed: line, combination, halftone"):
        get_preset("plos:photo")
