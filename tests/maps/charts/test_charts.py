"""Charts draw the numbers they are given, keep their words on the sheet and apart, and refuse what they cannot draw."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import measure
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libpysal.graph import Graph
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from growthpoles import maps
from growthpoles.errors import MapError
from growthpoles.maps.labels.point_labels import spread
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.text_metrics import fold

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

EFFECTS = pd.DataFrame(
    {"estimate": [1.0, -0.4, 0.6], "low": [0.5, -1.0, -0.2], "high": [1.4, 0.2, 1.3]},
    index=pd.MultiIndex.from_product([["log level"], ["direct", "indirect", "total"]]),
)
RINGS = pd.DataFrame(
    {"n": [3, 8, 4], "mean": [0.02, -0.01, 0.0], "expected": 0.001, "low": -0.03, "high": 0.03},
    index=[250.0, 500.0, np.inf],
)
ORDERS = pd.DataFrame(
    {"pairs": [28.0, 47.0, 37.0], "statistic": [0.3, 0.1, -0.2], "expected": -1 / 15, "variance": 0.02}, index=[1, 2, 3]
)
ADDED = pd.DataFrame(
    {"neighbours_level": VALUES / 50 - 0.7, "growth": VALUES[::-1].to_numpy() / 900 - 0.04}, index=INDEX
)
ADDED["pole"] = ADDED.index.isin(["R01", "R07"])
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
    "impacts": lambda **o: maps.plot_impacts({"SAR": EFFECTS, "SDM, 4": EFFECTS * 1.4}, **o),
    "rings": lambda **o: maps.plot_rings(RINGS, **o),
    "correlogram": lambda **o: maps.plot_correlogram(ORDERS, **o),
    "added-variable": lambda **o: maps.plot_added_variable(ADDED, names=NAMES, **o),
    "deviations": lambda **o: maps.plot_deviations(PARTS - 4.0, names=NAMES, **o),
}


def layers(figure: Figure) -> list[tuple[Any, WordLayer]]:
    found = []
    for ax in (figure, *figure.axes):
        for child in (ax, *getattr(ax, "child_axes", [])):
            found += [(child, a) for a in child.get_children() if isinstance(a, WordLayer)]
    return found


@pytest.mark.parametrize("preset", ["nature-single", pytest.param("report", marks=pytest.mark.long)])
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
    for shown, x0, y0, x1, y1 in boxes:
        assert x0 > -2, shown
        assert y0 > -2, shown
        assert x1 < wide + 2, shown
        assert y1 < high + 2, shown
    for a, b in itertools.combinations(boxes, 2):
        clash = a[1] < b[3] - 1 and b[1] < a[3] - 1 and a[2] < b[4] - 1 and b[2] < a[4] - 1
        assert not clash, (a, b)


@pytest.mark.long
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
    for bar in measure.layer(ax, "bars").get_paths():
        row = round(bar.vertices[:4, 1].mean())
        ends[row] = max(ends.get(row, 0.0), bar.vertices[:, 0].max())
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


def test_spread_keeps_labels_of_several_heights_apart() -> None:
    assert spread([5.0, 5.0], [2.0, 4.0], 0, 10).tolist() == [3.5, 6.5]
    assert spread([], 2.0, 0, 10).tolist() == []


def words_of(ax: Any, gid: str) -> list[Any]:
    return [w for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid() == gid for w in a.words]


@given(st.text("ab- \u0430\u044c", min_size=1, max_size=60).map(str.strip).filter(bool), st.floats(6.0, 40.0))
def test_folded_names_are_whole_and_no_wider_than_allowed(name: str, limit: float) -> None:
    name = " ".join(name.split())
    lines = fold(name, 6.0, limit, most=99)
    assert all(text_metrics.width(line, 6.0) <= limit + 1e-9 for line in lines)
    assert "".join(lines).replace("-", "").replace(" ", "") == name.replace("-", "").replace(" ", "")


def test_names_fold_at_blanks_after_hyphens_and_between_syllables() -> None:
    assert fold("Almaty", 6.0, 30.0) == ["Almaty"]
    assert fold("Восточно-Казахстанская", 6.0, 18.0) == ["Восточно-", "Казахстанская"]
    assert fold("Spending on innovation", 6.0, 18.0) == ["Spending on", "innovation"]
    first, second = fold("Производительность", 6.0, 18.0)
    assert first + second == "Производитель-ность" or (first.endswith("-") and first[-2] in "аеиоь")
    cut = fold("one two three four five six", 6.0, 8.0, most=2)
    assert len(cut) == 2
    assert cut[1].endswith("…")


def test_the_ways_of_slopes_differ_without_colour() -> None:
    before = pd.Series([1.0, 2.0, 3.0, 5.0], index=list("abcd"))
    ax = maps.plot_slope(before, before.add([1.0, -1.0, 0.0, 1.0]), years=(1, 2))
    drawn = [(line.get_color(), str(line._dash_pattern)) for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(drawn) == 4 and len({dashes for _, dashes in drawn}) == 3 and drawn[0] == drawn[3]
    keys = [each for each in ax.collections if (each.get_gid() or "").startswith("key-lines")]
    # the key shows the same lines: rise, fall, no change
    for key, (colour, _), line in zip(keys, drawn, ax.lines, strict=False):
        assert to_hex(key.get_edgecolor()[0]) == colour and (key.get_linestyle()[0][1] is None) == (
            line.get_linestyle() == "-"
        )


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_slopes_have_no_digits_that_the_values_lack(digits: int) -> None:
    before = pd.Series([11.0, 13.0, 14.0, 12.0], index=list("abcd"))
    after = before.add([1.0, -1.0, 0.0, 10.0**-digits])
    ax = maps.plot_slope(before, after, years=(1, 2), variable="Rate, %", lang="ru")
    told = {w.text for side in ("before", "after") for w in words_of(ax, f"slope-{side}") if len(w.text) > 1}
    told = {text for text in told if text[0].isdigit()}
    assert told and all(len(text.partition(",")[2]) == digits for text in told)
    assert any("Rate, %" in w.text for _, layer in layers(ax.figure) for w in layer.words)


def test_slopes_share_the_place_of_one_value_and_name_who_has_none() -> None:
    before = pd.Series({"a": 10.0, "b": 10.0, "c": 40.0, "d": 5.0})
    after = pd.Series({"a": 12.0, "b": 30.0, "c": 20.0})
    ax = maps.plot_slope(before, after, years=(1, 2))
    left = {w.text for w in words_of(ax, "slope-before")}
    assert left == {"10", "b, a", "40", "c", "1"}
    assert [w.text for w in words_of(ax, "slope-lone")] == ["no data: d"]
    assert [w.text for w in words_of(ax, "key-text")] == ["rise", "fall"]
    assert not any((c.get_gid() or "").startswith("slope-leaders") for c in ax.collections)


@pytest.mark.parametrize("preset", ["nature-single", "report", "slide"])
def test_names_of_slopes_stand_near_their_ends_and_on_the_sheet(preset: str) -> None:
    values = pd.Series(np.r_[np.linspace(15, 25, 14), 50, 60], index=INDEX)
    for names in (NAMES, pd.Series([f"{'Автономная территориальная единица ' * 4}{c}" for c in CODES], index=INDEX)):
        ax = maps.plot_slope(values, values[::-1].set_axis(INDEX), names=names, years=(2010, 2014), preset=preset)
        mm = canvas.millimetres(ax)
        wide = ax.figure.get_size_inches()[0] * 25.4
        corner = mm.inverted().transform((0.0, 0.0))
        for gid in ("slope-before", "slope-after"):
            for word in words_of(ax, gid):
                assert word.box[0] >= corner[0]
                assert word.box[1] >= corner[1]
                assert word.box[2] <= corner[0] + wide
    ends = mm.inverted().transform(ax.transData.transform(np.column_stack([np.zeros(16), values])))[:, 1]
    assert np.ptp(ends) > 20.0


def test_sixty_slopes_or_rows_do_not_fit_on_a_slide() -> None:
    many = pd.Series(np.arange(60.0), index=[f"R{i}" for i in range(60)])
    for draw in (
        lambda **o: maps.plot_slope(many, many**1.1, **o),
        lambda **o: maps.plot_contributions(many.to_frame(), **o),
        lambda **o: maps.plot_deviations(many.to_frame(), **o),
    ):
        assert draw(preset="report") is not None
        with pytest.raises(
            MapError, match=r"preset slide: the chart does not fit on 320 x 180 mm; allowed: fewer rows"
        ):
            draw(preset="slide")


@pytest.mark.parametrize("observed", [-0.7, 0.013, 0.9, 6.0])
def test_reference_bars_end_at_the_observed_value(observed: float) -> None:
    values = np.random.default_rng(2).normal(size=2000)
    ax = maps.plot_reference(values, observed)
    far = np.abs(values - values.mean()) >= abs(observed - values.mean())
    tail = [b for b in ax.patches if b.get_facecolor() != ax.patches[0].get_facecolor() and b.get_height() > 0]
    low, high = sorted((observed, 2 * values.mean() - observed))
    outside = sum(b.get_height() for b in ax.patches if not low < b.get_x() + b.get_width() / 2 < high)
    assert outside == pytest.approx(far.mean(), abs=0.02 if observed == 0.013 else 1e-9)
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1.0)
    assert (len(tail) > 0) == bool(0 < far.mean() < 1)


def test_choices_that_a_slide_has_no_room_for_are_named() -> None:
    many = pd.DataFrame({"weights": [f"knn {i}" for i in range(40)], "year": ["2010", "2014"] * 20, "z": range(40)})
    ax = maps.plot_specifications(many, preset="slide")
    assert "not shown: weights" in [w.text for w in words_of(ax, "key-text")]
    (lower,) = ax.child_axes
    assert [w.text for w in words_of(lower, "choices")] == ["year", "2010", "2014"]
    tall = maps.plot_specifications(many[:12], preset="report").child_axes[0]
    shown = [w.text for w in words_of(tall, "choices")]
    assert shown.index("2 nearest") < shown.index("10 nearest")


def test_rows_without_a_value_say_so() -> None:
    gap = VALUES.where(VALUES.index != "R03")
    ranks = RANKS.astype(float)
    ranks.loc["R03"] = np.nan
    for ax in (
        maps.plot_rank_intervals(ranks),
        maps.plot_dumbbell(pd.DataFrame({"published": gap, "realigned": gap})),
        maps.plot_contributions(pd.DataFrame({"a": gap, "b": gap})),
    ):
        assert [w.text for w in words_of(ax, "absent")] == ["n/d"]
        rows = words_of(ax, "rows")
        assert rows[-1].text == "R03"


def test_tables_group_their_columns_and_keep_every_number() -> None:
    columns = pd.MultiIndex.from_product([[2010, 2014], ["published", "realigned_alt"]])
    letters = pd.DataFrame([["A", "B", "C", None]] * 3, columns=columns, index=list("xyz"))
    words = words_of(maps.plot_class_table(letters), "classes-words")
    assert [w.text for w in words if w.tag == "group"] == ["2010", "2014"]
    assert " ".join(w.text for w in words if w.tag == "head").startswith("published realigned, other reading")
    names = {column: "Spending on technological innovation per employed person " + column for column in PARTS}
    for preset in ("nature-single", "plos"):
        words = words_of(maps.plot_correlation(PARTS.corr(), labels=names, preset=preset), "correlation-words")
        assert sum(w.tag == "cell" for w in words) == PARTS.shape[1] ** 2


def test_what_is_blank_is_explained() -> None:
    some = pd.DataFrame({"a": [0.0, np.nan, 2.0]}, index=list("xyz"))
    ax = maps.plot_deviations(some)
    assert [w.text for w in words_of(ax, "key-text")] == ["blank: no deviation", "– nothing to compare"]
    assert [w.text for w in words_of(ax, "deviations-words") if w.tag == "cell"] == ["–", "+2"]
    sure = pd.DataFrame({"A": [1.0, 0.006], "B": [0.0, 0.994]}, index=list("xy"))
    ax = maps.plot_membership(sure, lang="ru")
    assert [w.text for w in words_of(ax, "key-text")] == ["вероятность, %", "пусто: менее 0,5 %"]


def test_ticks_have_the_same_number_of_digits() -> None:
    ax = maps.plot_power(pd.DataFrame({"power": [0.9, 0.05, 0.9]}, index=[-0.9, 0.0, 0.9]), lang="ru")
    ax.figure.draw_without_rendering()
    shown = [tick.get_text() for tick in ax.yaxis.get_ticklabels()]
    assert shown[:2] == ["0,0", "0,2"]
    assert "1,0" in shown


def test_size_of_axes_is_measured_in_millimetres() -> None:
    fig = maps.new_figure("nature-single", height_mm=60)
    ax = canvas.whole_axes(fig)
    assert canvas.axes_size(ax) == pytest.approx((89.0, 60.0))


@pytest.mark.parametrize(("lang", "unit"), [("en", "points"), ("ru", "баллы"), ("kk", "балл")])
def test_stacks_say_what_they_add_up_to(lang: str, unit: str) -> None:
    index = {"en": "Index", "ru": "Индекс", "kk": "Индекс"}[lang]
    for to, name in (("index", index), ("hdi", "hdi")):
        parts = PARTS.copy()
        parts.attrs = {"to": to, "scale": "points"}
        assert maps.plot_contributions(parts, lang=lang).get_xlabel() == f"{name}, {unit}"
    assert unit not in maps.plot_contributions(PARTS, lang=lang).get_xlabel()
    assert maps.plot_contributions(PARTS, lang=lang, variable="Score").get_xlabel() == "Score"
