"""Ordered palettes stay ordered in grey and distinct for colour-blind readers; text on them can be read."""

from __future__ import annotations

import numpy as np
import pytest

from growthpoles.errors import MapError
from growthpoles.maps import palettes
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.sheet.legend import Category, Legend, legend_blocks


def lightness(colours: tuple[str, ...]) -> np.ndarray:
    return palettes.lab(palettes.rgb(colours))[:, 0]


def test_lab_of_known_colours() -> None:
    # White, black and sRGB red under D65 (Lindbloom's calculator).
    got = palettes.lab(palettes.rgb(["#ffffff", "#000000", "#ff0000"]))
    assert got == pytest.approx(np.array([[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]), abs=0.05)


SCALES = [palettes.rating_colours(n) for n in range(2, 13)]


@pytest.mark.parametrize("colours", [palettes.SEQUENTIAL, *SCALES], ids=len)
def test_ordered_palettes_darken_evenly(colours: tuple[str, ...]) -> None:
    steps = np.diff(lightness(colours))
    assert (steps < 0).all()
    assert steps.min() / steps.max() < 1.35


@pytest.mark.parametrize("vision", [None, *palettes.VISIONS])
def test_classes_stay_apart_for_every_reader(vision: str | None) -> None:
    for colours in (palettes.SEQUENTIAL, palettes.DIVERGING, *SCALES):
        seen = palettes.rgb(colours)
        seen = seen if vision is None else palettes.simulate(seen, vision)
        points = palettes.lab(seen)
        apart = np.linalg.norm(points[:, None] - points[None], axis=-1)[np.triu_indices(len(points), 1)]
        assert apart.min() > 7.0


def test_grey_vision_of_grey_is_unchanged() -> None:
    greys = palettes.rgb(["#000000", "#777777", "#ffffff"])
    for vision in palettes.VISIONS:
        assert palettes.simulate(greys, vision) == pytest.approx(greys, abs=0.01)


def test_strong_clusters_differ_in_grey() -> None:
    shades = np.sort(lightness(tuple(palettes.CLUSTER.values())))
    assert np.diff(shades).min() > 3.5


def test_letters_on_every_class_can_be_read() -> None:
    faces = (
        *(face for colours in SCALES for face in colours),
        *palettes.SEQUENTIAL,
        *palettes.DIVERGING,
        *palettes.CLUSTER.values(),
        palettes.NO_DATA,
    )
    for face in faces:
        assert palettes.contrast(palettes.ink_on(face), face) >= 4.0, face


def test_contrast_of_black_and_white_is_21() -> None:
    assert palettes.contrast("#000000", "#ffffff") == pytest.approx(21.0)


def test_scales_of_the_rating() -> None:
    assert palettes.rating_colours(10) == palettes.RATING
    assert all(len(set(colours)) == n for n, colours in enumerate(SCALES, start=2))
    with pytest.raises(MapError, match="13 classes cannot be told apart by colour; allowed: 12 at most"):
        palettes.rating_colours(13)


def test_take_keeps_ends_and_blends_between() -> None:
    assert palettes.take(palettes.RATING, 10) == palettes.RATING
    assert palettes.take(["#000000", "#ffffff"], 3) == ("#000000", "#808080", "#ffffff")
    assert palettes.take(palettes.RATING, 0) == ()
    assert len(palettes.take(palettes.RATING, 1)) == 1


@pytest.mark.parametrize("limit", [30.0, 60.0, 120.0, 300.0])
def test_every_shape_of_a_legend_holds_every_class_once(limit: float) -> None:
    ramp = tuple(Category(str(i), c, mark=f"m{i}") for i, c in enumerate(palettes.RATING))
    rest = (Category("a", "#ffffff", "words", "s0"), Category("b", "#dddddd", "more words", "s1"))
    legend = Legend("A title", ramp, tuple(str(10 * i) for i in range(11)), rest)
    blocks = legend_blocks(legend, PRESETS["report"], limit)
    assert blocks
    for block in blocks:
        marks = [w.text for w in block.words if w.text[0] in "ms" and w.bold]
        assert sorted(marks) == sorted([f"m{i}" for i in range(10)] + ["s0", "s1"])
        assert len(block.tiles) == 12
        for word in block.words:
            left, bottom, right, top = word.box
            assert left >= -0.1
            assert bottom >= -1.0
            assert right <= block.w + 0.1
            assert top <= block.h + 0.1
