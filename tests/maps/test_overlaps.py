"""Nothing on a map overlaps, in any preset, language or figure: measured on the drawn words and shapes."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from growthpoles import maps
from growthpoles.maps.presets import PRESETS

_spec = importlib.util.spec_from_file_location("measure", Path(__file__).with_name("measure.py"))
assert _spec is not None
assert _spec.loader is not None
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)

LABELS = ["High-High", "Low-Low", "High-Low", "Low-High", "not significant", "untestable", "isolate"]


def _rating(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    return maps.plot_rating(regions, published["index"].mask(published.index == "KZ-VOS"), year=2014, **options)


def _ksi(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    return maps.plot_ksi(regions, published, year=2014, **options)


def _change(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    return maps.plot_change(regions, published["index"] - 30.0, years=(2010, 2014), edition="realigned", **options)


def _clusters(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    labels = pd.Series(np.resize(LABELS, len(regions)), index=regions.index, name="label")
    return maps.plot_clusters(regions, labels.to_frame(), year=2014, **options)


FIGURES: dict[str, Callable[..., Any]] = {"rating": _rating, "ksi": _ksi, "change": _change, "clusters": _clusters}
ALL = list(itertools.product(PRESETS, ("en", "ru", "kk"), FIGURES))


def check(regions: Any, published: pd.DataFrame, preset: str, lang: str, figure: str) -> None:
    ax = FIGURES[figure](regions, published, preset=preset, lang=lang)
    wide, high = (side * 25.4 for side in ax.figure.get_size_inches())
    assert wide == pytest.approx(PRESETS[preset].width_mm, abs=1e-6)
    assert high <= PRESETS[preset].max_height_mm + 1e-6
    assert measure.problems(ax, regions, PRESETS[preset].small_pt) == []


@pytest.mark.parametrize(("preset", "lang", "figure"), ALL[::7])
def test_nothing_overlaps_sample(regions: Any, published: pd.DataFrame, preset: str, lang: str, figure: str) -> None:
    check(regions, published, preset, lang, figure)


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "lang", "figure"), ALL)
def test_nothing_overlaps(regions: Any, published: pd.DataFrame, preset: str, lang: str, figure: str) -> None:
    check(regions, published, preset, lang, figure)


def test_the_measure_sees_an_overlap(squares: Any, square_index: pd.DataFrame) -> None:
    from growthpoles.maps import canvas
    from growthpoles.maps.marks import Word

    ax = maps.plot_rating(squares, square_index)
    assert measure.problems(ax, squares, 5.5) == []
    some = next(w for gid, w in measure.words(ax) if gid.endswith("-labels"))
    canvas.add_words(ax, [Word(some.x, some.y, "intruder", 6.0)], transform=canvas.millimetres(ax), gid="other")
    assert any("overlaps" in problem for problem in measure.problems(ax, squares, 5.5))


def test_small_regions_get_an_inset(squares: Any, square_index: pd.DataFrame) -> None:
    ax = maps.plot_rating(squares, square_index, preset="nature-single")
    town = list(squares.index).index("TOWN")
    assert measure.layer(ax, f"-inset-{town}-ring") is not None
    assert [w.text for gid, w in measure.words(ax) if gid.endswith(f"-inset-{town}-name")] == ["TOWN", "A++"]
    assert not any(w.tag == str(town) for gid, w in measure.words(ax) if gid.endswith("-labels"))
    plain = maps.plot_rating(squares, square_index, insets="none", preset="nature-single")
    assert measure.layer(plain, "-ring") is None


def test_both_cities_of_kazakhstan_have_insets(regions: Any, published: pd.DataFrame) -> None:
    for preset in ("nature-single", "report"):
        ax = _rating(regions, published, preset=preset)
        shown = {w.text for gid, w in measure.words(ax) if "-inset-" in gid}
        assert {regions.loc["KZ-AST", "short_en"], regions.loc["KZ-ALA", "short_en"]} <= shown
