"""Names that do not fit into their region: beside the map with a line, on two lines, or as a code with its key."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import measure
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point, box

from growthpoles import maps
from growthpoles.maps.labels import region_labels
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.sheet import canvas, label_text, map_geometry
from growthpoles.maps.sheet.sheet_blocks import Box
from growthpoles.maps.sheet.space_layout import FreeSpace
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.ratings.classes import classify
from samples import samples


def printed(ax: Any, ending: str) -> list[str]:
    layers = [a for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid().endswith(ending)]
    return [w.text for a in layers for w in a.words]


def study(shapes: list[Any], names: list[str]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    index = pd.Index([f"S{i}" for i in range(len(shapes))], name="region")
    frame = gpd.GeoDataFrame({"name": names, "geometry": shapes}, index=index, crs="EPSG:32642")
    return frame, pd.DataFrame({"index": np.linspace(0, 100, len(shapes))}, index=index)


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_every_name_of_kazakhstan_can_be_read_in_one_column(regions: Any, published: pd.DataFrame, lang: str) -> None:
    ax = maps.plot_rating(regions, published, lang=lang, preset="nature-single")
    words = [w for a in ax.get_children() if isinstance(a, WordLayer) for w in a.words if w.tag.isdigit()]
    key = printed(ax, "-codes-text")
    for i, name in enumerate(regions[f"short_{lang}"]):
        shown = "".join(w.text for w in words if w.tag == str(i)).replace(" ", "").replace("-", "")
        assert name.replace(" ", "").replace("-", "") in shown or name in key


def test_a_line_leads_from_the_name_into_the_region(regions: Any, published: pd.DataFrame) -> None:
    ax = maps.plot_rating(regions, published, preset="nature-single")
    layer = next(c for c in ax.collections if c.get_gid() == "rating-callout-lines")
    lines = [line for path in layer.get_paths() for line in path.to_polygons(closed_only=False)]
    land = shapely.transform(
        np.asarray(regions.geometry.array),
        lambda xy: canvas.millimetres(ax).inverted().transform(ax.transData.transform(xy)),
    )
    ends = {int(np.argmin(shapely.distance(land, Point(*line[1])))) for line in lines}
    names = next(a for a in ax.get_children() if a.get_gid() == "rating-callouts")
    assert ends == {int(w.tag) for w in names.words}
    assert "Pavlodar" in printed(ax, "-callouts")
    assert "Pavlodar" not in printed(ax, "-labels")


def test_islands_have_their_names_beside_them() -> None:
    shapes = [box(0, 0, 6e5, 4e5), *(Point(6.6e5 + 3e4 * i, 1e5 + 6e4 * i).buffer(5e3) for i in range(5))]
    regions, values = study(shapes, ["Mainland", "Uno", "Dos", "Tres", "Quatro", "Cinco"])
    ax = maps.plot_rating(regions, values, preset="nature-single")
    shown = printed(ax, "-callouts") + [t for gid in ("-names", "-labels") for t in printed(ax, gid)]
    assert {"Mainland", "Uno", "Dos", "Tres", "Quatro", "Cinco"} <= set(shown)


def test_very_many_regions_have_no_names_outside() -> None:
    cells = [box(2e4 * (i % 20), 2e4 * (i // 20), 2e4 * (i % 20 + 1), 2e4 * (i // 20 + 1)) for i in range(200)]
    regions, values = study(cells, [f"District {i}" for i in range(200)])
    ax = maps.plot_rating(regions, values, preset="nature-single")
    assert printed(ax, "-callouts") == printed(ax, "-codes-text") == []
    assert not any(text.startswith("S") for text in printed(ax, "-labels"))


def test_the_key_of_codes_lists_what_they_stand_for() -> None:
    block = region_labels.code_block([("A", "Alpha"), ("BB", "Beta"), ("C", "Gamma")], 2, PRESETS["report"])
    assert [w.text for w in block.words] == ["A", "Alpha", "BB", "Beta", "C", "Gamma"]
    assert max(w.x + w.length for w in block.words) == pytest.approx(block.w)
    assert block.words[0].y == block.words[4].y > block.words[2].y


def test_long_words_break_between_syllables() -> None:
    assert label_text.breaks("Мангистауская") == [("Мангистау-", "ская"), ("Мангис-", "тауская")]
    assert label_text.breaks("Маңғыстау") == [("Маң-", "ғыстау")]
    assert label_text.breaks("Павлодар") == label_text.breaks("Mangystau") == label_text.breaks("Алматы обл.") == []


def test_a_class_beside_the_name_stays_bold() -> None:
    label = label_text.make_label([("Atyrau", 5.0, False)], "B")
    name, mark = label_text.words(label, 0.0, 0.0, colour="#000000", halo=None)
    assert (name.text, name.bold, mark.text, mark.bold) == ("Atyrau", False, "B", True)
    assert name.start[0] == pytest.approx(-label.w / 2)
    assert mark.start[0] + mark.length == pytest.approx(label.w / 2)
    assert mark.start[0] > name.start[0] + name.length


@pytest.mark.parametrize("seed", range(8))
def test_islets_are_covered_only_where_nothing_is_free_beside_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    body = Box(0.0, 0.0, 60.0, 40.0)
    dots = [
        np.asarray(shapely.get_coordinates(shapely.box(x, y, x + 0.2, y + 0.2))) for x, y in rng.uniform(2, 38, (6, 2))
    ]
    space = FreeSpace(body, [], dots)
    x, y = space.spots(12.0, 8.0, 1.0)
    assert len(x) and not any(
        (a <= dot[0, 0] <= a + 12) and (b <= dot[0, 1] <= b + 8) for a, b in zip(x, y, strict=True) for dot in dots
    )
    everywhere = FreeSpace(body, []).spots(59.0, 39.0, 0.5)
    assert len(everywhere[0]) and np.array_equal(space.spots(59.0, 39.0, 0.5), everywhere)


def test_a_box_below_the_body_takes_no_cell_of_it() -> None:
    space = FreeSpace(Box(0.0, 20.0, 40.0, 30.0), [])
    space.block(Box(0.0, 2.0, 30.0, 10.0))
    assert space.taken.sum() == 0


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_a_region_without_its_name_has_its_code_beside_the_class(
    regions: Any, published: pd.DataFrame, lang: str
) -> None:
    before, after = (classify(values) for values in (published["index"] - 8, published["index"]))
    p = pd.DataFrame({"p_value": np.linspace(0.0001, 1.0, len(regions)) ** 2}, index=regions.index)
    for ax in (
        maps.plot_class_change(regions, before, after, lang=lang, preset="nature-single"),
        maps.plot_significance(regions, p, lang=lang, preset="nature-single"),
    ):
        words = [w for a in ax.get_children() if isinstance(a, WordLayer) for w in a.words if w.tag.isdigit()]
        for i, (code, name) in enumerate(zip(regions.index, regions[f"short_{lang}"], strict=True)):
            shown = "".join(w.text for w in words if w.tag == str(i)).replace(" ", "").replace("-", "")
            assert name.replace(" ", "").replace("-", "") in shown or code[3:] in shown


@pytest.mark.long
def test_a_panel_explains_the_codes_of_all_its_maps_once(regions: Any, published: pd.DataFrame) -> None:
    frames = {"2010": 0.6 * published[["index"]], "2014": published[["index"]]}
    options: dict[str, Any] = {"preset": "plos", "lang": "ru"}
    figure = maps.plot_panel(regions, frames, maps.plot_rating, maps.rating_legend("ru"), **options)
    page, *panels = sorted(figure.axes, key=lambda ax: ax.get_zorder())
    used = {code for ax in panels for a in ax.get_children() if isinstance(a, WordLayer) for code, _ in a.codes}
    key = printed(page, "panel-codes-text")
    assert used
    assert used == set(key[::2]) and len(used) == len(key) / 2
    assert set(key[1::2]) <= set(regions["short_ru"])
    assert not any(printed(ax, "-codes-text") for ax in panels)
    bare = maps.plot_panel(regions, frames, maps.plot_rating, maps.rating_legend("ru"), code_key="none", **options)
    assert not any(printed(ax, "-codes-text") for ax in bare.axes)
    assert bare.get_size_inches()[1] <= figure.get_size_inches()[1]
    for ax in panels:  # a line across a neighbour keeps clear of its code and class
        assert measure.problems(ax, regions, PRESETS["plos"].small_pt) == []


@pytest.mark.long
@pytest.mark.parametrize(
    "radius",
    [1.2e4, 2.2e4, 4.0e4, *(pytest.param(r, marks=pytest.mark.slow) for r in (1.5e4, 1.8e4, 2.6e4, 3.0e4, 3.5e4))],
)
def test_a_city_of_any_size_has_its_name_or_code_and_its_class(radius: float) -> None:
    cells = [box(3e5 * x, 3e5 * y, 3e5 * (x + 1), 3e5 * (y + 1)) for y in range(3) for x in range(3)]
    hub = Point(4.5e5, 4.5e5).buffer(radius)
    cells[4] = cells[4].difference(hub)
    regions, values = study([*cells, hub], [*"ABCDEFGHI", "Hub of the federation"])
    ax = maps.plot_rating(regions, values, preset="nature-single")
    words = [w.text for a in ax.get_children() if isinstance(a, WordLayer) for w in a.words if w.tag == "9"]
    assert "A++" in words
    assert {"S9", "Hub of the federation", "federation"} & set(words)
    assert measure.problems(ax, regions, PRESETS["nature-single"].small_pt) == []


def test_codes_stay_unique() -> None:
    assert map_geometry.short_codes(pd.Index(["KZ-ALA", "KZ-AST"])) == ["ALA", "AST"]
    assert map_geometry.short_codes(pd.Index(["North-East", "South-East"])) == ["North-East", "South-East"]
    assert map_geometry.short_codes(pd.Index(["A-1", "A-1-1"])) == ["1", "1-1"]
    assert map_geometry.short_codes(pd.Index(["S1", "S2"])) == ["S1", "S2"]
    assert map_geometry.short_codes(pd.Index([])) == []


def test_names_of_another_language_stand_in_for_missing_ones(squares: Any, square_index: pd.DataFrame) -> None:
    regions = squares.rename(columns={"short_en": "name_ru"})
    ax = maps.plot_rating(regions.assign(name_ru=[f"Район {i}" for i in range(7)]), square_index, lang="kk")
    assert "Район 0" in printed(ax, "-labels")


@pytest.mark.parametrize("seed", [10, *(pytest.param(s, marks=pytest.mark.long) for s in (0, 2, 4, 8, 18, 22))])
def test_a_value_stands_with_its_name_where_another_one_is_nearer_to_its_line(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(8, 45))
    points = shapely.multipoints(rng.normal(0, 1, (count, 2)) * 1e5 * [1, rng.uniform(0.5, 1.6)])
    hull = shapely.buffer(shapely.convex_hull(points), 1e4)
    cells = list(shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points)), hull))
    parts = ["Ka", "to", "mi", "San", "ber", "lo", "Nova", "dor", "ki", "Ulm"]
    names = ["".join(rng.choice(parts, rng.integers(2, 5))).capitalize() for _ in cells]
    regions, table = study(cells, names)
    values = pd.Series(rng.normal(0, 2e4, count).round(), index=table.index)
    preset = ("nature-single", "report")[seed % 2]
    ax = maps.plot_values(regions, values, variable="Income", preset=preset, context="none")
    layers = {a.get_gid(): a.words for a in ax.get_children() if isinstance(a, WordLayer)}
    inside, outside = (
        {int(w.tag): [v for v in layers[f"values-{kind}"] if v.tag == w.tag] for w in layers[f"values-{kind}"]}
        for kind in ("labels", "callouts")
    )
    assert not any(w.bold for i in inside.keys() & outside for w in outside[i])
    assert all(any(w.bold for w in outside[i]) for i in outside.keys() - inside if not outside[i][0].text.isdigit())
    lines = next(c for c in ax.collections if c.get_gid() == "values-callout-lines").get_paths()
    ends = [line[1] for path in lines for line in path.to_polygons(closed_only=False)]
    inverse = canvas.millimetres(ax).inverted()
    land = shapely.transform(np.array(cells), lambda xy: inverse.transform(ax.transData.transform(xy)))
    far = {i: [box(*w.box) for w in words] for i, words in inside.items()}
    for end in ends:
        i = int(np.argmin(shapely.distance(land, Point(*end))))
        if i in inside:
            gaps = {j: shapely.distance(each, Point(*end)).min() for j, each in far.items()}
            assert min(gaps, key=gaps.__getitem__) == i
    assert measure.problems(ax, regions, PRESETS[preset].small_pt) == []


@pytest.mark.parametrize("seed", samples(range(12), 3))
def test_a_line_ends_in_a_large_part_of_its_region(seed: int) -> None:
    """A smaller part of it at the edge of the map, nearer to the words, is not what a name stands for."""
    draw = np.random.default_rng(seed)
    wide, low, high = draw.uniform(5e3, 9e3), draw.uniform(25e3, 60e3), draw.uniform(85e3, 110e3)
    body = box(160e3 - wide, high, 160e3, high + 40e3)
    outlying = box(160e3 - 0.6 * wide, low, 160e3, low + 12e3)
    country = shapely.union_all([box(20e3, 20e3, 160e3, 190e3), box(160e3, 170e3, 300e3, 190e3)])
    frame, table = study(
        [shapely.multipolygons([body, outlying]), shapely.difference(country, shapely.union_all([body, outlying]))],
        ["Autonomous region of two parts", "B"],
    )
    ax = maps.plot_values(frame, table["index"], variable="index")
    layers = [c for c in ax.collections if str(c.get_gid()).endswith("callout-lines")]
    lines = [line for c in layers for path in c.get_paths() for line in path.to_polygons(closed_only=False)]
    to_mm = canvas.millimetres(ax).inverted()
    place = lambda shape: shapely.transform(shape, lambda xy: to_mm.transform(ax.transData.transform(xy)))  # noqa: E731
    assert lines and all(place(outlying).distance(Point(*line[1])) > 1 for line in lines)
