"""Classes, colours, legends and errors of the maps."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import geopandas as gpd
import measure
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from shapely.geometry import LineString, Point, box

import growthpoles as gp
from growthpoles import maps
from growthpoles.errors import LanguageError, MapError, RatingError
from growthpoles.maps import palettes
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.sheet import furniture, map_geometry
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.maps.thematic.map_drawing import shown_on
from growthpoles.maps.thematic.rating_map import rating_legend
from growthpoles.maps.thematic.value_map import bin_of, change_limits
from growthpoles.ratings import TEN_CLASSES, Catalogue, ClassScale, classify, rate


def faces(ax: Any) -> list[str]:
    layer = next(c for c in ax.collections if (c.get_gid() or "").endswith("-regions"))
    return [to_hex(c) for c in layer.get_facecolor()]


def printed(ax: Any, ending: str) -> list[str]:
    layers = [a for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid().endswith(ending)]
    return [w.text for a in layers for w in a.words]


def test_rating_colours_are_the_fixed_colours_of_the_letters(squares: Any) -> None:
    values = pd.DataFrame({"index": [0.0, 9.999, 10.0, 89.999, 90.0, 100.0, np.nan]}, index=squares.index)
    colour = dict(zip(("D", "C", "C+", "C++", "B", "B+", "B++", "A", "A+", "A++"), palettes.RATING, strict=True))
    ax = maps.plot_rating(squares, values)
    assert faces(ax) == [colour[k] for k in ("D", "D", "C", "A+", "A++", "A++")] + [palettes.NO_DATA]


def test_rows_are_matched_by_label(squares: Any, square_index: pd.DataFrame) -> None:
    assert faces(maps.plot_rating(squares, square_index)) == faces(maps.plot_rating(squares, square_index[::-1]))


def test_all_ten_classes_stand_in_the_legend_even_if_empty(squares: Any) -> None:
    values = pd.DataFrame({"index": 45.0}, index=squares.index)
    shown = printed(maps.plot_rating(squares, values), "-legend-text")
    assert {"A++", "A+", "A", "B++", "B+", "B", "C++", "C+", "C", "D"} <= set(shown)
    assert {str(10 * i) for i in range(11)} <= set(shown) or {"90\u2013100", "0\u201310"} <= set(shown)
    assert rating_legend("en").categories[0].key == "D"


def test_class_column_serves_when_there_is_no_index(squares: Any) -> None:
    letters = pd.DataFrame({"rating_class": ["A", "B", "C", "D", "A++", None, "C+"]}, index=squares.index)
    assert faces(maps.plot_rating(squares, letters))[3] == palettes.RATING[0]
    assert faces(maps.plot_rating(squares, letters))[5] == palettes.NO_DATA


FIVE = ClassScale(("very high", "high", "middle", "low", "very low"), (80.0, 60.0, 40.0, 20.0, 0.0))


def five(squares: Any) -> pd.DataFrame:
    values = pd.DataFrame({"x": [10.0, 30.0, 50.0, 70.0, 90.0, 100.0, np.nan]}, index=squares.index)
    flat = Catalogue.flat(["x"])
    return rate(values, flat, normalisation="goalposts", goalposts={"x": (0, 100)}, scale=FIVE)


def test_a_rating_of_five_classes_is_drawn_with_its_five(squares: Any) -> None:
    rating, colours = five(squares), palettes.rating_colours(5)
    ax = maps.plot_rating(squares, rating)
    assert faces(ax) == [*colours, colours[4], palettes.NO_DATA]
    shown = printed(ax, "-legend-text")
    assert set(FIVE.letters) <= set(shown) and not {"A++", "D"} & set(shown)
    assert {"0", "20", "40", "60", "80", "100"} <= set(shown) or {"80\u2013100", "0\u201320"} <= set(shown)
    classes = classify(rating["index"], FIVE)
    assert faces(maps.plot_rating(squares, classes)) == faces(ax)
    article = maps.plot_rating(squares, rating[["index"]].astype(float), scale=TEN_CLASSES)
    assert faces(article)[0] == palettes.RATING[1] and "A++" in printed(article, "-legend-text")


def test_a_frame_of_index_values_alone_keeps_to_its_attrs_or_the_article(squares: Any) -> None:
    rating = five(squares)
    bare = rating[["index"]].copy()
    assert faces(maps.plot_rating(squares, bare)) == faces(maps.plot_rating(squares, rating))
    bare.attrs = {}
    assert faces(maps.plot_rating(squares, bare))[0] == palettes.RATING[1]


def test_categories_without_limits_have_a_legend_without_limits(squares: Any) -> None:
    rating = five(squares)
    rating.attrs = {}
    ax = maps.plot_rating(squares, rating)
    assert faces(ax)[:5] == list(palettes.rating_colours(5))
    shown = printed(ax, "-legend-text")
    assert set(FIVE.letters) <= set(shown) and not {"20", "80", "80\u2013100"} & set(shown)


def test_words_that_are_no_classes_are_refused(squares: Any) -> None:
    rating = five(squares).astype({"rating_class": object})
    with pytest.raises(MapError, match=r"rating: class 'very low' is not on the scale; allowed: A\+\+, .*categories"):
        maps.plot_rating(squares, rating)


def test_an_index_without_classes_is_still_off_the_scale(squares: Any) -> None:
    values = pd.DataFrame({"x": [10.0, 30.0, 50.0, 70.0, 90.0, 100.0, np.nan]}, index=squares.index)
    with pytest.raises(RatingError, match="index outside the scale"):
        maps.plot_rating(squares, rate(values, Catalogue.flat(["x"]), normalisation="z-score"))


def test_changes_and_tables_of_five_classes(squares: Any) -> None:
    rating = five(squares)
    before, after = rating["rating_class"], classify(rating["index"][::-1].set_axis(rating.index), FIVE)
    ax = maps.plot_class_change(squares, before, after)
    assert "low\u2192very high" in printed(ax, "-labels")
    assert faces(ax)[1] == palettes.DIVERGING[-1]
    table = maps.plot_class_table(pd.DataFrame({"then": before, "now": after}))
    drawn = {to_hex(face) for layer in table.collections for face in layer.get_facecolor()}
    assert set(palettes.rating_colours(5)) <= drawn


def test_the_three_zeros_of_ksi_are_told_apart(squares: Any) -> None:
    table = pd.DataFrame(
        {
            "ksi": [np.nan, 0.0, np.nan, 0.005, 0.01, 0.683, 0.0],
            "ksi_status": ["no production", "rounded zero", None, "value", "value", "value", None],
        },
        index=squares.index,
    )
    ax = maps.plot_ksi(squares, table, lang="ru")
    ramp = palettes.take(palettes.SEQUENTIAL, 5)
    zero = palettes.ROUNDED_ZERO
    assert faces(ax) == [palettes.NO_PRODUCTION, zero, palettes.NO_DATA, ramp[0], ramp[1], ramp[4], zero]
    assert len(set(faces(ax))) == 6
    text = printed(ax, "-labels")
    assert {"\u2013", "0", "н/д", "0,005", "0,010", "0,683"} <= set(text)
    assert {"нет производства", "ноль после округления", "нет данных"} <= set(printed(ax, "-legend-text"))


def test_the_words_of_ksi_name_an_industry_only_if_told(squares: Any) -> None:
    table = pd.DataFrame({"ksi": 0.1}, index=squares.index)
    plain = printed(maps.plot_ksi(squares, table), "-text")
    assert "KSI: share of the country's output" in " ".join(plain) and "Specialisation (KSI)" in plain
    told = printed(maps.plot_ksi(squares, table, industry="ИТ", lang="ru"), "-text")
    assert "KSI: доля в выпуске страны, ИТ" in " ".join(told) and "Специализация (KSI), ИТ" in told


def test_change_is_centred_on_zero(squares: Any) -> None:
    change = pd.Series([-12.0, -0.1, 0.0, 0.1, 29.9, 30.0, np.nan], index=squares.index)
    ax = maps.plot_change(squares, change)
    low, high = palettes.DIVERGING[:3], palettes.DIVERGING[4:]
    assert faces(ax) == [low[1], low[2], palettes.DIVERGING[3], high[0], high[2], high[2], palettes.NO_DATA]
    assert "\u221212.0" in printed(ax, "-labels")
    assert "+29.9" in printed(ax, "-labels")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("decimals", "size"), [(0, 40), (0, 700), (0, 90000), (1, 3), (1, 300), (2, 0.4)])
def test_changes_are_written_with_the_digits_that_they_have(
    squares: Any, decimals: int, size: float, seed: int
) -> None:
    """Also where a difference of tenths is none in binary numbers, and where a region has no number."""
    rng = np.random.default_rng(seed)
    before, after = (rng.uniform(0, size, len(squares)).round(decimals) for _ in range(2))
    after[0], before[0] = size, 0.3 * bool(decimals)
    change = pd.Series(after - before, index=squares.index)
    change.iloc[-1] = np.nan
    marks = [mark for mark in printed(maps.plot_change(squares, change), "-labels") if mark[:1] in "+\u2212"]
    assert marks and {len(mark.partition(".")[2]) for mark in marks} == {decimals}
    maps.plot_change(squares, change * np.nan, limits=(-1, 0, 1))


def test_change_with_uneven_arms_keeps_the_weak_colours_at_zero(squares: Any) -> None:
    change = pd.Series([-5.0, 5.0, 15.0, 25.0, 0.0, 1.0, 2.0], index=squares.index)
    got = faces(maps.plot_change(squares, change, limits=(-10, 0, 10, 20, 30)))
    assert got[:4] == [palettes.DIVERGING[2], *palettes.DIVERGING[4:]]


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([22.7, -7.9], (-30, -20, -10, 0, 10, 20, 30)),
        ([0.4, -0.61], (-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75)),
        ([0.0], (-3, -2, -1, 0, 1, 2, 3)),
        ([3.0], (-3, -2, -1, 0, 1, 2, 3)),
    ],
)
def test_limits_of_change(values: list[float], limits: tuple[float, ...]) -> None:
    assert change_limits(values) == pytest.approx(limits)


def test_bins_are_closed_below() -> None:
    edges = np.array([0.0, 0.1, 0.3, 1.0])
    assert [bin_of(v, edges, "r") for v in (0.0, 0.1 - 1e-12, 0.1, 0.29, 0.1 + 0.2, 1.0)] == [0, 1, 1, 1, 2, 2]


def test_clusters_print_their_codes(squares: Any) -> None:
    keys = ["High-High", "Low-Low", "High-Low", "Low-High", "not significant", "untestable", "isolate"]
    ax = maps.plot_clusters(squares, pd.DataFrame({"label": keys}, index=squares.index))
    assert faces(ax) == [palettes.CLUSTER[k] for k in keys]
    assert {"HH", "LL", "HL", "LH", "\u00d7", "\u25cb"} <= set(printed(ax, "-labels"))
    with pytest.raises(MapError, match="class 'Hot' is not in the legend; allowed: High-High"):
        maps.plot_clusters(squares, pd.DataFrame({"label": ["Hot"] * 7}, index=squares.index))
    with pytest.raises(MapError, match="result: no column 'label'"):
        maps.plot_clusters(squares, pd.DataFrame({"p": 1.0}, index=squares.index))


def test_a_given_axes_is_used_and_keeps_map_coordinates(squares: Any, square_index: pd.DataFrame) -> None:
    fig = Figure(figsize=(8, 6), dpi=100)
    ax = fig.add_subplot(1, 2, 2)
    assert maps.plot_rating(squares, square_index, ax=ax) is ax
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    box_mm = ax.get_window_extent()
    assert (x1 - x0) / (y1 - y0) == pytest.approx(box_mm.width / box_mm.height)
    assert x0 < 0 < 9e5 < x1
    tiny = fig.add_axes((0.0, 0.0, 0.05, 0.05))
    with pytest.raises(MapError, match="the axes of 10 x 8 mm is too small"):
        maps.plot_rating(squares, square_index, ax=tiny)


@pytest.mark.long
def test_label_modes(squares: Any, square_index: pd.DataFrame) -> None:
    assert printed(maps.plot_rating(squares, square_index, labels="none"), "-labels") == []
    assert set(printed(maps.plot_rating(squares, square_index, labels="marks"), "-labels")) <= set("ABCD") | {
        "A+", "A++", "B+", "B++", "C+", "C++"
    }  # fmt: skip
    named = squares.assign(short_en="A very long name that fits nowhere at all in this small square " * 3)
    assert "R0" in printed(maps.plot_rating(named, square_index, preset="nature-single"), "-labels")


def test_wrong_input_is_named(squares: Any, square_index: pd.DataFrame) -> None:
    cases = [
        (lambda: maps.plot_rating(squares, square_index[1:]), "rating: no row for R0"),
        (lambda: maps.plot_rating(squares[1:], square_index), "rating: no such region: R0; allowed: the 6 labels"),
        (lambda: maps.plot_rating(squares, pd.concat([square_index] * 2)), "rating: label 'R0' repeats"),
        (lambda: maps.plot_rating(squares, square_index[[]]), "rating: no column 'index'"),
        (lambda: maps.plot_rating(squares, square_index, labels="all"), "labels='all' is not known; allowed: auto"),
        (lambda: maps.plot_rating(squares, square_index, label="all"), "option='label' is not known.*nearest: labels"),
        (lambda: maps.plot_rating(squares, square_index, preset="natur-single"), "nearest: nature-single"),
        (
            lambda: maps.plot_change(squares, square_index["index"], limits=(-10, 100)),
            "no limit between two classes is zero: ",
        ),
        (lambda: maps.plot_change(squares, square_index["index"], limits=(5, 1)), "do not rise"),
        (lambda: maps.plot_values(squares, square_index, limits=(0, 50)), "region 'R[0-9]': value .* is off the scale"),
        (
            lambda: maps.plot_ksi(squares, square_index.rename(columns={"index": "ksi"})),
            "off the scale; allowed: 0 to 1",
        ),
        (lambda: maps.plot_rating(squares.iloc[:0], square_index.iloc[:0]), "there is no region to draw"),
    ]
    for call, expected in cases:
        with pytest.raises(MapError, match=expected):
            call()
    with pytest.raises(MapError, match="region 'R0': status 'none' is not known; allowed: value, rounded zero"):
        maps.plot_ksi(squares, pd.DataFrame({"ksi": 0.1, "ksi_status": "none"}, index=squares.index))
    with pytest.raises(RatingError, match="outside the scale"):
        maps.plot_rating(squares, square_index + 50)
    with pytest.raises(LanguageError, match="lang='de' is not known"):
        maps.plot_rating(squares, square_index, lang="de")


def test_geometries_that_are_no_areas_are_refused(squares: Any, square_index: pd.DataFrame) -> None:
    points = squares.set_geometry(squares.centroid)
    with pytest.raises(MapError, match="region 'R0': the geometry is a Point; allowed: Polygon, MultiPolygon"):
        maps.plot_rating(points, square_index)
    lines = squares.set_geometry([LineString([(0, 0), (1, 1)]), *squares.geometry[1:]])
    with pytest.raises(MapError, match="the geometry is a LineString"):
        maps.plot_rating(lines, square_index)
    holes = squares.set_geometry([None, *squares.geometry[1:]])
    with pytest.raises(MapError, match="region 'R0': the geometry is missing or empty"):
        maps.plot_rating(holes, square_index)


def study(shapes: list, crs: object) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    index = pd.Index([f"S{i}" for i in range(len(shapes))], name="region")
    frame = gpd.GeoDataFrame({"geometry": shapes}, index=index, crs=crs)
    return frame, pd.DataFrame({"index": np.linspace(0, 100, len(shapes))}, index=index)


def test_two_regions(tmp_path: Any) -> None:
    regions, values = study([box(0, 0, 1e5, 2e5), box(1e5, 0, 3e5, 2e5)], "EPSG:32642")
    for preset in ("nature-single", "report"):
        ax = maps.plot_rating(regions, values, preset=preset)
        assert printed(ax, "-labels") == ["S0", "D", "S1", "A++"]
        maps.save_figure(ax.figure, tmp_path / "two.png")


def test_two_hundred_regions(tmp_path: Any) -> None:
    cells = [box(2e4 * (i % 20), 2e4 * (i // 20), 2e4 * (i % 20 + 1), 2e4 * (i // 20 + 1)) for i in range(200)]
    regions, values = study(cells, "EPSG:32642")
    ax = maps.plot_rating(regions, values, preset="nature-single")
    assert len(faces(ax)) == 200
    maps.save_figure(ax.figure, tmp_path / "many.png")


def test_a_study_across_the_antimeridian_is_one_piece() -> None:
    regions, values = study([box(176, 60, 180, 64), box(-180, 60, -176, 64), box(-176, 60, -172, 64)], "EPSG:4326")
    made = map_geometry.prepare(regions)
    wide = made.bounds[2] - made.bounds[0]
    assert wide == pytest.approx(12 / 360 * 40030e3 * np.cos(np.radians(62)), rel=0.08)
    assert shapely.distance(made.geometries[0], made.geometries[1]) < 1.0
    marks = {t for t in printed(maps.plot_rating(regions, values), "-graticule") if "E" in t or "W" in t or "180" in t}
    assert "180\u00b0" in marks


def test_without_a_coordinate_system_there_is_no_scale_bar(squares: Any, square_index: pd.DataFrame) -> None:
    bare = gpd.GeoDataFrame(squares.drop(columns="geometry"), geometry=squares.geometry.array, crs=None)
    bare = bare.set_crs(None, allow_override=True)
    ax = maps.plot_rating(bare, square_index)
    assert printed(ax, "-scalebar-text") == []
    assert printed(maps.plot_rating(squares, square_index), "-scalebar-text") != []


def test_scale_bar_is_as_long_as_it_says(squares: Any, square_index: pd.DataFrame) -> None:
    ax = maps.plot_rating(squares, square_index, preset="nature-double")
    (line,) = measure.segments(measure.layer(ax, "-scalebar-lines"))
    (text,) = printed(ax, "-scalebar-text")
    per_mm = np.ptp(ax.get_xlim()) / 183.0
    assert np.ptp(line[:, 0]) * per_mm == pytest.approx(float(text.split("\u00a0")[0]) * 1000, rel=1e-6)
    assert [furniture.nice_length(v) for v in (1, 1.9, 4.99, 5, 730, 0.03)] == pytest.approx([1, 1, 2, 5, 500, 0.02])


def test_graticule_follows_the_projection(regions: Any) -> None:
    found = furniture.graticule(regions.crs, tuple(regions.total_bounds), "en")
    labels = {label for _, label, _ in found}
    assert {"50\u00b0\u00a0E", "60\u00b0\u00a0E", "45\u00b0\u00a0N", "50\u00b0\u00a0N"} <= labels
    west = next(line for _, label, line in found if label == "50\u00b0\u00a0E")
    assert west[-1, 0] > west[0, 0]


@pytest.mark.parametrize(("span", "decimals"), [(12.0, 0), (1.6, 1), (0.8, 2), (0.35, 1)])
def test_labels_of_one_graticule_have_the_decimals_of_its_interval(span: float, decimals: int) -> None:
    from pyproj import CRS

    for lang, sign in (("en", "."), ("ru", ",")):
        labels = [label for _, label, _ in furniture.graticule(CRS(4326), (60.0, 35.0, 60 + span, 35 + span), lang)]
        assert {len(label.partition("\u00b0")[0].partition(sign)[2]) for label in labels} == {decimals}


@pytest.mark.long
def test_maps_use_no_pyplot_and_leave_settings_alone() -> None:
    code = (
        "import sys, growthpoles.maps, growthpoles.maps.thematic.rating_map, growthpoles.maps.thematic.cluster_map\n"
        "import growthpoles.maps.export\n"
        "assert 'matplotlib' not in sys.modules and 'geopandas' not in sys.modules, sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_presets_have_readable_text() -> None:
    for preset in PRESETS.values():
        assert preset.small_pt >= 5.0
        assert preset.small_pt <= preset.text_pt <= preset.title_pt
        assert preset.dpi >= 300 or preset.name == "slide"


def test_points_of_the_town_are_under_the_ring(squares: Any, square_index: pd.DataFrame) -> None:
    ax = maps.plot_rating(squares, square_index, preset="nature-single")
    rings = measure.layer(ax, "-insets-rings")
    _, ring = rings.get_paths()
    centre = ax.transData.inverted().transform(rings.get_transform().transform(ring.vertices[:-1])).mean(axis=0)
    assert Point(*centre).distance(squares.geometry["TOWN"].centroid) < 2e3


@pytest.mark.parametrize("seed", range(6))
def test_classes_by_their_own_names(seed: int) -> None:
    """Without entries: in the order in which they appear, or that of categories; never more than can be told apart."""
    draw = np.random.default_rng(seed)
    regions = gp.load_regions(2024)
    n = int(draw.integers(1, 9))
    pool: list[Any] = [[f"Class {i}" for i in range(n)], [*range(n)], [f"Группа {i}" for i in range(n)]][seed % 3]
    drawn = pd.Series(draw.choice(np.array(pool, dtype=object), len(regions)), regions.index, name="group")
    gaps = drawn.where(draw.random(len(regions)) > 0.2)
    order = draw.permutation(len(pool))
    kinds = pd.Categorical(gaps, categories=[pool[i] for i in order])
    for given, keys in (
        (gaps, [*dict.fromkeys(map(str, gaps.dropna()))]),
        (pd.Series(kinds, regions.index), [str(pool[i]) for i in order]),
    ):
        for how in (given, "group"):
            ax = gp.plot_categories(regions.assign(group=given), how, preset="report")
            legend = shown_on(ax).legend
            swatches = [each for each in legend.swatches if each.key != "no data"]
            assert [each.key for each in swatches] == [each.label for each in swatches] == keys
            assert len({each.face for each in swatches}) == len(keys)
            assert (len(legend.swatches) > len(swatches)) == bool(given.isna().any())
            assert legend.title == ("group" if isinstance(how, str) else "")
    many = pd.Series([f"{i}" for i in range(len(regions))], regions.index)
    with pytest.raises(MapError, match=r"20 classes cannot be told apart by colour; allowed: 8 at most, .*plot_values"):
        gp.plot_categories(regions, many)
    for entry in (("red", "city", "C"), ("#d95f02", "city"), ("#d95f0", "city", "")):
        with pytest.raises(MapError, match="colour, words in the legend, code"):
            gp.plot_categories(regions, "kind", {"city": entry})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("lang", "word", "index"),
    [("en", "Change", "innovation"), ("ru", "Изменение", "иннов"), ("kk", "Өзгеріс", "иннов")],
)
def test_a_change_is_only_called_one_of_the_index_where_it_is(squares: Any, lang: str, word: str, index: str) -> None:
    change = pd.Series([-12.0, -0.1, 0.0, 0.1, 29.9, 30.0, np.nan], index=squares.index)
    for name in (None, "change", "GDP per head, %"):
        told = " ".join(printed(maps.plot_change(squares, change.rename(name), lang=lang), ""))
        wanted = word if name != "GDP per head, %" else f"{word}: {name}"
        assert wanted in told and index not in told.lower() and "ндекс" not in told and "points" not in told, told
    beside = squares.assign(**{"GDP, %": change})
    assert f"{word}: GDP, %" in " ".join(printed(maps.plot_change(beside, "GDP, %", lang=lang), ""))
    assert index in " ".join(printed(maps.plot_change(squares, change.rename("index"), lang=lang), "")).lower()
