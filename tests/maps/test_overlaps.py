"""Nothing on a map overlaps, in any preset, language or figure: measured on the drawn words and shapes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import measure
import numpy as np
import pandas as pd
import pytest

from growthpoles import maps
from growthpoles.maps.presets import PRESETS

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


def _hotspots(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    labels = pd.Series(np.resize(LABELS, len(regions)), index=regions.index, name="label")
    return maps.plot_hotspots(regions, labels.to_frame()[1:], year=2014, edition="realigned", **options)


def _significance(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    frame = pd.DataFrame({"p_value": np.linspace(0.0001, 1.0, len(regions))}, index=regions.index)
    return maps.plot_significance(regions, frame, year=2014, edition="realigned", **options)


def _class_change(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    letters = pd.Series(np.resize(["C++", "A++", "D", "B++", "C"], len(regions)), index=regions.index)
    after = published["rating_class"].where(published.index != "KZ-KUS")
    return maps.plot_class_change(regions, letters, after, years=(2010, 2014), **options)


def _typology(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    kinds = ["growth pole", "innovative, not specialised", "specialised, not innovative", "periphery"]
    types = pd.Series(np.resize([*kinds, "outside the industry"], len(regions)), index=regions.index)
    return maps.plot_typology(regions, types, year=2014, edition="published", **options)


def _bivariate(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    share = pd.Series(np.linspace(0, 1, len(regions)), index=regions.index).where(regions.index != "KZ-ZHA")
    names = {"x_name": "Индекс инновационного развития", "y_name": "Специализация на информационных технологиях"}
    return maps.plot_bivariate(regions, published["index"], share, year=2014, **names, **options)


def _values(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    values = pd.Series(np.geomspace(1.2e3, 9.8e5, len(regions)), index=regions.index)
    limits = maps.class_limits(values, "quantiles", k=5)
    name = "Валовой региональный продукт на занятого, тыс. тенге"
    return maps.plot_values(regions, values, limits=limits, variable=name, digits=0, year=2014, **options)


def _furnished(regions: Any, published: pd.DataFrame, **options: Any) -> Any:
    return maps.plot_rating(regions, published, graticule="lines", north_arrow="auto", **options)


FIGURES: dict[str, Callable[..., Any]] = {
    "rating": _rating,
    "ksi": _ksi,
    "change": _change,
    "clusters": _clusters,
    "hotspots": _hotspots,
    "significance": _significance,
    "class_change": _class_change,
    "typology": _typology,
    "bivariate": _bivariate,
    "values": _values,
    "furnished": _furnished,
}
SOURCE = (
    "Қазақстан Республикасының Стратегиялық жоспарлау және реформалар агенттігі Ұлттық статистика бюросының "
    "жыл сайынғы жинақтары, 2011 және 2015 жылдардағы басылымдар; автордың есептеулері"
)
ALL = list(itertools.product(PRESETS, ("en", "ru", "kk"), FIGURES))


def check(regions: Any, published: pd.DataFrame, preset: str, lang: str, figure: str) -> None:
    ax = FIGURES[figure](regions, published, preset=preset, lang=lang, source=SOURCE)
    wide, high = (side * 25.4 for side in ax.figure.get_size_inches())
    assert wide == pytest.approx(PRESETS[preset].width_mm, abs=1e-6)
    assert high <= PRESETS[preset].max_height_mm + 1e-6
    assert measure.problems(ax, regions, PRESETS[preset].small_pt) == []
    foot = " ".join(word.text for gid, word in measure.words(ax) if gid.endswith("-source-text"))
    assert "\u2026" not in foot
    assert foot.endswith(SOURCE) or PRESETS[preset].source_line == "none"


@pytest.mark.parametrize(
    ("preset", "lang", "figure"),
    [pytest.param(*case, marks=pytest.mark.long if at % 3 else ()) for at, case in enumerate(ALL[::47])],
)
def test_nothing_overlaps_sample(regions: Any, published: pd.DataFrame, preset: str, lang: str, figure: str) -> None:
    check(regions, published, preset, lang, figure)


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "lang", "figure"), ALL)
def test_nothing_overlaps(regions: Any, published: pd.DataFrame, preset: str, lang: str, figure: str) -> None:
    check(regions, published, preset, lang, figure)


@pytest.mark.parametrize("lang", ["ru", "kk"])
@pytest.mark.parametrize("preset", ["nature-double", pytest.param("report", marks=pytest.mark.slow)])
def test_nothing_overlaps_on_a_panel(regions: Any, published: pd.DataFrame, preset: str, lang: str) -> None:
    figure = maps.plot_panel(
        regions,
        {"2010": published, "2014": published},
        maps.plot_rating,
        maps.rating_legend(lang),
        lang=lang,
        preset=preset,
        source=SOURCE,
        title="Рейтинг",
    )
    page, *axes = sorted(figure.axes, key=lambda ax: ax.get_zorder())
    for ax in axes:
        assert measure.problems(ax, regions, PRESETS[preset].small_pt) == []
    own = [word.box for _, word in measure.words(page)]
    for ax in axes:
        corner = measure.to_page(ax, page)
        own += [tuple(np.array(word.box) + np.tile(corner, 2)) for _, word in measure.words(ax)]
    for a, b in itertools.combinations(own, 2):
        assert not (a[0] < b[2] - 0.06 and b[0] < a[2] - 0.06 and a[1] < b[3] - 0.06 and b[1] < a[3] - 0.06)


def test_the_measure_sees_an_overlap(squares: Any, square_index: pd.DataFrame) -> None:
    from growthpoles.maps.sheet import canvas
    from growthpoles.maps.sheet.sheet_blocks import Word

    ax = maps.plot_rating(squares, square_index)
    assert measure.problems(ax, squares, 5.5) == []
    some = next(w for gid, w in measure.words(ax) if gid.endswith("-labels"))
    canvas.add_words(ax, [Word(some.x, some.y, "intruder", 6.0)], transform=canvas.millimetres(ax), gid="other")
    assert any("overlaps" in problem for problem in measure.problems(ax, squares, 5.5))


def test_small_regions_get_an_inset(squares: Any, square_index: pd.DataFrame) -> None:
    ax = maps.plot_rating(squares, square_index, preset="nature-single")
    town = list(squares.index).index("TOWN")
    assert measure.layer(ax, "-insets-rings") is not None
    named = [w for gid, w in measure.words(ax) if gid.endswith("-insets-names")]
    assert [(w.text, w.tag) for w in named] == [("TOWN", str(town)), ("A++", str(town))]
    assert not any(w.tag == str(town) for gid, w in measure.words(ax) if gid.endswith("-labels"))
    plain = maps.plot_rating(squares, square_index, insets="none", preset="nature-single")
    assert measure.layer(plain, "-insets-rings") is None


def test_both_cities_of_kazakhstan_have_insets(regions: Any, published: pd.DataFrame) -> None:
    for preset in ("nature-single", "report"):
        ax = _rating(regions, published, preset=preset)
        shown = {w.text for gid, w in measure.words(ax) if "-insets-" in gid}
        assert {regions.loc["KZ-AST", "short_en"], regions.loc["KZ-ALA", "short_en"]} <= shown
