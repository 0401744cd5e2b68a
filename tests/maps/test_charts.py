"""Charts draw the numbers they are given, keep their words on the sheet and apart, and refuse what they cannot draw."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libpysal.graph import Graph
from matplotlib.figure import Figure

from growthpoles import maps
from growthpoles.errors import MapError
from growthpoles.maps import canvas
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.spread import spread
from growthpoles.maps.words import WordLayer

CODES = [f"R{i:02d}" for i in range(16)]
INDEX = pd.Index(CODES, name="region")
NAMES = pd.Series([f"Восточно-Казахстанская {i}" for i in range(16)], index=INDEX)
LETTERS = ["A++", "A+", "A", "B++", "B+", "B", "C++", "C+", "C", "D"]
RNG = np.random.default_rng(5)
VALUES = pd.Series(RNG.uniform(10, 60, 16).round(2), index=INDEX)
RANK = VALUES.rank(ascending=False)
RANKS = pd.DataFrame({"rank": RANK, "rank_low": RANK - 1, "rank_high": RANK + 2, "rank_median": RANK})
PARTS = pd.DataFrame(RNG.uniform(1, 8, (16, 6)), index=INDEX, columns=list("abcdef"))
SPECS = pd.DataFrame(
    list(itertools.product(["2010", "2014"], ["queen", "knn 3", "inverse distance"])), columns=["year", "weights"]
).assign(z=[0.5, 2.4, -1.0, 1.2, 0.1, -2.2], significant=[False, True, False, False, False, True], main=True)

RING = Graph.from_dicts({code: [CODES[i - 1], CODES[(i + 1) % 16]] for i, code in enumerate(CODES)})
CHARTS: dict[str, Callable[..., Any]] = {
    "moran": lambda **o: maps.plot_moran(VALUES, RING, names=NAMES, **o),
    "reference": lambda **o: maps.plot_reference(RNG.normal(size=500), -1.2, expected=-0.1, p_value=0.02, **o),
    "power": lambda **o: maps.plot_power(
        pd.DataFrame({"queen": [0.9, 0.05, 0.9], "knn": [0.85, 0.05, 0.89]}, index=[-0.9, 0.0, 0.9]), target=0.8, **o
    ),
    "specifications": lambda **o: maps.plot_specifications(SPECS, **o),
    "ranks": lambda **o: maps.plot_rank_intervals(RANKS, names=NAMES, **o),
    "dumbbell": lambda **o: maps.plot_dumbbell(
        pd.DataFrame({"published": VALUES, "realigned": VALUES + 3}), names=NAMES, **o
    ),
    "contributions": lambda **o: maps.plot_contributions(PARTS, names=NAMES, **o),
    "slope": lambda **o: maps.plot_slope(VALUES, VALUES[::-1] * 1.1, names=NAMES, years=(2010, 2014), **o),
    "membership": lambda **o: maps.plot_membership(
        pd.DataFrame(np.random.default_rng(1).dirichlet(np.ones(10), 16), index=INDEX, columns=LETTERS), **o
    ),
    "correlation": lambda **o: maps.plot_correlation(PARTS.corr(), labels={"a": "Labour productivity"}, **o),
    "deviations": lambda **o: maps.plot_deviations(PARTS - 4.0, names=NAMES, **o),
}


def layers(figure: Figure) -> list[tuple[Any, WordLayer]]:
    found = []
    for ax in figure.axes:
        for child in (ax, *ax.child_axes):
            found += [(child, a) for a in child.get_children() if isinstance(a, WordLayer)]
    return found


@pytest.mark.parametrize("preset", ["nature-single", "report", "slide"])
@pytest.mark.parametrize("name", CHARTS)
def test_words_of_charts_stay_on_the_sheet_and_apart(name: str, preset: str) -> None:
    check_words(name, preset, "ru")


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", CHARTS)
def test_words_of_charts_in_all_presets_and_languages(name: str, preset: str, lang: str) -> None:
    check_words(name, preset, lang)


def check_words(name: str, preset: str, lang: str) -> None:
    figure = CHARTS[name](preset=preset, lang=lang, year=2014, edition="realigned", source="Киреева (2016)").figure
    wide, high = figure.get_size_inches() * figure.dpi
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(PRESETS[preset].width_mm)
    figure.draw_without_rendering()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            spot = axis.get_tightbbox() if ax.axison else None
            if spot is not None:
                assert spot.x0 > -3
                assert spot.y0 > -3
                assert spot.x1 < wide + 3
                assert spot.y1 < high + 3
    boxes = []
    for _, layer in layers(figure):
        place = layer.get_transform()
        for word in layer.words:
            (x0, y0), (x1, y1) = place.transform([word.box[:2], word.box[2:]])
            boxes.append((word.text, x0, y0, x1, y1))
            assert word.size >= PRESETS[preset].small_pt - 1e-9
    assert boxes
    for text, x0, y0, x1, y1 in boxes:
        assert x0 > -2, text
        assert y0 > -2, text
        assert x1 < wide + 2, text
        assert y1 < high + 2, text
    for a, b in itertools.combinations(boxes, 2):
        clash = a[1] < b[3] - 1 and b[1] < a[3] - 1 and a[2] < b[4] - 1 and b[2] < a[4] - 1
        assert not clash, (a, b)


@pytest.mark.parametrize("name", CHARTS)
def test_charts_draw_on_a_given_axes_and_save(name: str, tmp_path: Path) -> None:
    fig = Figure(figsize=(7, 5), dpi=100)
    ax = fig.add_axes((0.3, 0.15, 0.6, 0.6))
    assert CHARTS[name](ax=ax) is ax
    maps.save_figure(fig, tmp_path / "c.png")
    with pytest.raises(MapError, match="option='colour' is not known; allowed: lang, ax, preset"):
        CHARTS[name](colour="red")


def test_reference_counts_every_relocation_once() -> None:
    ax = maps.plot_reference(np.linspace(-1, 1, 1000), 0.9)
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1.0)
    line = next(line for line in ax.lines if line.get_gid() == "observed")
    assert set(line.get_xdata()) == {0.9}


def test_stacks_end_at_the_total() -> None:
    ax = maps.plot_contributions(PARTS)
    ends: dict[float, float] = {}
    for bar in ax.patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        ends[row] = max(ends.get(row, 0.0), bar.get_x() + bar.get_width())
    assert [ends[i] for i in range(16)] == pytest.approx(PARTS.sum(axis=1).sort_values(ascending=False).tolist())


def test_rows_of_ranks_are_sorted_and_named() -> None:
    ax = maps.plot_rank_intervals(RANKS, names=NAMES)
    rows = next(a for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid() == "rows")
    assert [w.text for w in rows.words] == NAMES[RANK.sort_values().index].tolist()
    dots = next(c for c in ax.collections if c.get_gid() == "ranks").get_offsets()
    assert dots[:, 0].tolist() == sorted(RANK)


def test_specifications_are_sorted_and_significant_ones_coloured() -> None:
    ax = maps.plot_specifications(SPECS)
    dots = next(c for c in ax.collections if c.get_gid() == "specifications")
    assert dots.get_offsets()[:, 1].tolist() == sorted(SPECS["z"])
    assert len(np.unique(dots.get_facecolors(), axis=0)) == 2


def test_what_cannot_be_drawn_is_named() -> None:
    cases: list[tuple[Callable[[], Any], str]] = [
        (lambda: maps.plot_reference([1.0, 1.0], 0.0), "reference: there is no distribution"),
        (
            lambda: maps.plot_power(pd.DataFrame({"power": [1.2]}, index=[0.0])),
            "allowed: columns of values from 0 to 1",
        ),
        (lambda: maps.plot_specifications(SPECS.drop(columns="z")), "curve: no column 'z'"),
        (lambda: maps.plot_rank_intervals(RANKS[["rank"]]), "frame: no column 'rank_low'"),
        (lambda: maps.plot_dumbbell(RANKS[["rank"]]), "1 columns; allowed: two or three"),
        (lambda: maps.plot_contributions(PARTS - 4), "cannot be stacked"),
        (lambda: maps.plot_slope(VALUES[:2], VALUES[2:]), "no region has both values"),
        (lambda: maps.plot_membership(PARTS), "no probability"),
        (lambda: maps.plot_correlation(PARTS), "no correlation"),
        (lambda: maps.plot_deviations(PARTS.iloc[:0]), "there is no cell to draw"),
    ]
    for call, expected in cases:
        with pytest.raises(MapError, match=expected):
            call()


@given(st.lists(st.floats(-50, 150), min_size=1, max_size=12), st.floats(0.5, 5.0))
def test_spread_keeps_order_distance_and_range(places: list[float], step: float) -> None:
    moved = spread(places, step, 0.0, 100.0)
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= step - 1e-9).all()
    assert moved.min() >= -1e-9
    assert moved.max() <= 100.0 + 1e-9
    again = spread(moved, step, 0.0, 100.0)
    assert again == pytest.approx(moved, abs=1e-6)


def test_spread_moves_as_little_as_possible() -> None:
    assert spread([1.0, 1.0], 2.0, -10, 10).tolist() == [0.0, 2.0]
    assert spread([5.0, 1.0], 2.0, -10, 10).tolist() == [5.0, 1.0]
    assert spread([0.0, 0.0, 9.0], 1.0, 0, 10).tolist() == [0.0, 1.0, 9.0]


def test_size_of_axes_is_measured_in_millimetres() -> None:
    fig = maps.new_figure("nature-single", height_mm=60)
    ax = canvas.whole_axes(fig)
    assert canvas.axes_size(ax) == pytest.approx((89.0, 60.0))
