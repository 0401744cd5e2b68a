"""The numbered key: on any map of up to 120 regions every name can be read, beside it or in a list by numbers."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

import geopandas as gpd
import measure
import numpy as np
import pandas as pd
import pytest
import shapely

from growthpoles import maps
from growthpoles.maps.labels import number_places, region_labels
from growthpoles.maps.labels.number_places import _CLEAR, _close, _through, settle
from growthpoles.maps.labels.region_labels import code_block, key_below
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.sheet import map_geometry
from growthpoles.maps.sheet.label_text import make_label
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.maps.thematic.map_drawing import keyed_of
from samples import samples

SYLLABLES = ("ka", "ro", "men", "tal", "vos", "sin", "ber", "lu", "gor", "pa")


def country(n: int, seed: int) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Crowded places around two towns, as the regions of real countries are, with long names."""
    draw = np.random.default_rng(seed)
    middle = draw.uniform(0, 1e6, (n, 2))
    near = draw.random(n) < 0.4
    middle[near] = draw.normal(0.35, 0.06, (int(near.sum()), 2)) * 1e6
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(middle)))
    land = shapely.Point(5e5, 5e5).buffer(5e5)
    cells = [cell for cell in shapely.intersection(cells, land) if cell.area > 0]
    names = ["".join(draw.choice(SYLLABLES, 4)).title() + f" {k}" for k in range(len(cells))]
    index = pd.Index([f"R{i:03}" for i in range(len(cells))], name="region")
    frame = gpd.GeoDataFrame({"name": names}, geometry=cells, index=index, crs="EPSG:32642")
    return frame, pd.Series(draw.lognormal(3, 0.6, len(cells)), index)


WORDED = {
    "Latin": lambda name: name[:4],
    "capitals": lambda name: name.split()[0].upper()[:5] + "EN",
    "Cyrillic": lambda name: "".join("аоеуи"[ord(sign) % 5] + "бвгдк"[ord(sign) % 5] for sign in name[:3]).title(),
    "Chinese": lambda name: "".join(chr(0x4E00 + 7 * ord(sign)) for sign in name[:2]),
}
CODED = {
    "digits": lambda i: f"{i:02}",
    "NUTS": lambda i: f"UA{i:02}",
    "ISO": lambda i: f"KZ-{chr(65 + i // 26)}{chr(65 + i % 26)}X",
    "letters": lambda i: f"{chr(65 + i // 26)}{chr(65 + i % 26)}BA",
    "small": lambda i: f"{chr(97 + i // 26)}{chr(97 + i % 26)}",
    "hasc": lambda i: f"US.{chr(65 + i // 26)}{chr(65 + i % 26)}",
}


@pytest.mark.parametrize("kind", [*WORDED, *CODED])
@pytest.mark.parametrize("seed", samples(range(4), 2))
def test_a_key_of_words_is_no_short_code(seed: int, kind: str) -> None:
    """Long names, of which many find no place; keys that are names stand nowhere on the map, codes may."""
    frame, values = country(24, seed)
    frame["name"] = [f"{name.split()[0]} {name.split()[0][::-1].title()}" for name in frame["name"]]
    make = (lambda i: WORDED[kind](frame["name"].iloc[i])) if kind in WORDED else CODED[kind]
    keys = [make(i) for i in range(len(frame))]
    keys = [f"{key}{'аbвd'[keys[:i].count(key) % 4]}" if key in keys[:i] else key for i, key in enumerate(keys)]
    if len(set(keys)) < len(keys):
        pytest.skip("the keys repeat")
    assert map_geometry.are_codes(keys) == (kind in CODED)
    frame.index = values.index = pd.Index(keys, name="region")
    ax = maps.plot_values(frame, values, preset="nature-single")
    shown: dict[int, str] = {}
    for word in (w for w in words(ax) if w.tag.isdigit()):
        shown[int(word.tag)] = shown.get(int(word.tag), "") + word.text
    whole = [re.sub(r"[\s\u00ad-]", "", name) for name in frame["name"]]
    for i, written in shown.items():
        named = whole[i] in re.sub(r"[\s\u00ad-]", "", written)
        letters = re.findall(r"[^\W\d_]", written)  # one alone stands for a name in the list
        assert named or kind in CODED or len(letters) <= (written in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), (keys[i], written)
    assert ax.unnamed == ()


@pytest.mark.parametrize("seed", samples(range(2), 2))
@pytest.mark.parametrize("kind", ["values", "classes"])
def test_what_stands_for_a_name_is_no_number_among_numbers(seed: int, kind: str) -> None:
    """A small capital in a large region, whose codes are digits: "12" over "285" was read as a value."""
    draw = np.random.default_rng(seed)
    cells = [
        shapely.box(x, y, x + 2.5e5, y + 2.5e5) for x in range(0, 10**6, 250_000) for y in range(0, 10**6, 250_000)
    ]
    at = int(draw.choice([5, 6, 9, 10]))
    small = [cells[at].centroid.buffer(size) for size in draw.uniform(1.2e4, 3e4, 1)]
    cells[at] = cells[at].difference(shapely.union_all(small).buffer(1))
    names = ["".join(draw.choice(SYLLABLES, 3)).title() + " Mountains" for _ in [*cells, *small]]
    index = pd.Index([f"KH-{k}" for k in draw.permutation(np.arange(1, len(names) + 1))], name="region")
    frame = gpd.GeoDataFrame({"name": names}, geometry=[*cells, *small], index=index, crs="EPSG:32642")
    values = pd.Series(draw.integers(100, 10**6, len(names)).astype(float), index)
    if kind == "values":
        ax = maps.plot_values(frame, values, preset="nature-single", digits=0)
    else:
        kinds = {"A": ("#cccccc", "high", "A"), "B": ("#999999", "low", "B")}
        classes = pd.Series(np.resize(["A", "B"], len(names)), index)
        ax = maps.plot_categories(frame, classes, kinds, preset="nature-single")
    assert ax.unnamed == ()
    listed = {word.text for word in words(ax, "-codes-text") if word.bold}
    codes = {label.removeprefix("KH-"): k for k, label in enumerate(index)}
    for word in words(ax):
        if word.text in codes and word.tag.isdigit():
            assert kind == "classes" and codes[word.text] == int(word.tag)
    assert kind == "classes" or all(key.isalpha() for key in listed)


def words(ax: Any, ending: str = "") -> list[Any]:
    layers = [a for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid().endswith(ending)]
    return [w for a in layers for w in a.words]


@pytest.mark.long
@pytest.mark.parametrize(
    ("n", "preset"),
    [
        (30, "report"),
        (48, "nature-single"),
        pytest.param(90, "plos", marks=pytest.mark.slow),
        pytest.param(110, "elsevier-1.5", marks=pytest.mark.slow),
        pytest.param(100, "slide", marks=pytest.mark.slow),
        pytest.param(82, "copernicus-single", marks=pytest.mark.slow),
    ],
)
def test_every_region_is_named_or_numbered(n: int, preset: str) -> None:
    frame, values = country(n, n)
    ax = maps.plot_values(frame, values, preset=preset)
    number = ""
    listed: dict[str, str] = {}
    for word in words(ax, "-codes-text"):  # a name may go on in a second line
        number = word.text if word.bold else number
        listed[number] = "" if word.bold else f"{listed[number]} {word.text}".strip()
    shown: dict[int, str] = {}
    for word in (w for w in words(ax) if w.tag.isdigit()):
        shown[int(word.tag)] = shown.get(int(word.tag), "") + word.text
    for i, name in enumerate(frame["name"]):
        written = re.sub(r"[\s-]", "", shown.get(i, ""))
        keys = [code for code, told in listed.items() if f"{told} ".startswith(f"{name} ") and written.startswith(code)]
        assert re.sub(r"[\s-]", "", name) in written or keys, name
    assert ax.unnamed == ()
    if "1" in listed:
        assert list(listed) == [str(k + 1) for k in range(len(listed))]
        assert list(listed.values()) == sorted(listed.values())
    layer = measure.layer(ax, "-callout-lines")
    lines = [] if layer is None else [shapely.LineString(line) for line in measure.segments(layer) if len(line) > 1]
    assert not any(a.crosses(b) for a, b in itertools.combinations(lines, 2))


def corner(n: int) -> list[Any]:
    """Four large regions, and n tiny ones in the corner of one of them."""
    tiny = [shapely.box(1e4 * (k % 6), 1e4 * (k // 6), 1e4 * (k % 6 + 1), 1e4 * (k // 6 + 1)) for k in range(n - 4)]
    town = shapely.union_all(tiny)
    return [*(shapely.box(x, y, x + 5e5, y + 4e5).difference(town) for x in (0, 5e5) for y in (0, 4e5)), *tiny]


def rings(n: int) -> list[Any]:
    """A capital of a few districts, a ring around it, and sectors around that."""

    def wedge(k: int, of: int, low: float, high: float) -> Any:
        turn = np.linspace(2 * np.pi * k / of, 2 * np.pi * (k + 1) / of, 20)
        arc = np.column_stack([np.cos(turn), np.sin(turn)])
        return shapely.Polygon([*(arc * high), *(arc[::-1] * low)])

    core = n // 3
    ring = shapely.Point(0, 0).buffer(6e4).difference(shapely.Point(0, 0).buffer(2.5e4))
    return [
        *(wedge(k, core, 0, 2.5e4) for k in range(core)),
        ring,
        *(wedge(k, n - core - 1, 6e4, 6e5) for k in range(n - core - 1)),
    ]


def islands(n: int) -> list[Any]:
    """Islands of very different size in a long row."""
    draw = np.random.default_rng(n)
    return [shapely.Point(1e6 * k / n, 2e5 * draw.random()).buffer(10 ** draw.uniform(3.4, 4.2)) for k in range(n)]


SHAPES = {"corner": corner, "rings": rings, "islands": islands}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["values", "symbols", "categories"])
@pytest.mark.parametrize("preset", ["springer-small", "slide", "elsevier-1.5"])
@pytest.mark.parametrize(("shape", "n", "more"), [("corner", 30, 0), ("rings", 25, 40), ("islands", 40, 10)])
def test_odd_countries_are_named(shape: str, n: int, more: int, preset: str, kind: str) -> None:
    cells = SHAPES[shape](n)
    index = pd.Index([f"R{i:02}" for i in range(len(cells))], name="region")
    names = [
        f"{SYLLABLES[i % 10]}{SYLLABLES[i // 10]}{' of the Northern Hills and Southern Lakes'[:more]}".title()
        for i in range(n)
    ]
    frame = gpd.GeoDataFrame({"name": names}, geometry=cells, index=index, crs="EPSG:32642")
    values = pd.Series(np.arange(n) + 0.5, index)
    if kind == "categories":
        kinds = {"A": ("#cccccc", "high", "A+"), "B": ("#999999", "low", "B")}
        ax = maps.plot_categories(frame, pd.Series(np.resize(["A", "B"], n), index), kinds, preset=preset, gid="map")
    else:
        draw = maps.plot_values if kind == "values" else maps.plot_symbols
        ax = draw(frame, values, preset=preset, gid="map")
    assert measure.unnamed(ax, names) == [] and ax.unnamed == ()
    leaders = measure._lines(ax, False)
    assert not any(a.crosses(b) for a, b in itertools.combinations(leaders, 2))
    boxes = [shapely.box(*word.box).buffer(-0.06) for word in words(ax)]
    assert not any(a.intersects(b) for a, b in itertools.combinations(boxes, 2))


@pytest.mark.long
@pytest.mark.parametrize("n", [40, 80])
def test_regions_under_large_symbols_carry_numbers_on_a_slide(n: int) -> None:
    """On a low page the parts at a larger scale stand beside the map, and the last numbers on symbols."""
    frame, _ = country(n, n)
    names = list(frame["name"])
    ax = maps.plot_symbols(frame, pd.Series(5.0, frame.index), preset="slide", gid="map")
    assert ax.unnamed == () and measure.unnamed(ax, names) == []
    leaders = measure._lines(ax, False)
    assert not any(a.crosses(b) for a, b in itertools.combinations(leaders, 2))
    boxes = [shapely.box(*word.box).buffer(-0.06) for word in words(ax)]
    assert not any(a.intersects(b) for a, b in itertools.combinations(boxes, 2))


def test_an_inset_never_costs_the_map_its_scale(squares: gpd.GeoDataFrame) -> None:
    filled = squares.copy()
    filled.loc["R2", "geometry"] = shapely.box(6e5, 0, 9e5, 3e5)
    values = pd.Series(np.arange(7.0), filled.index)
    with_insets, plain = (
        maps.plot_values(filled, values, preset="nature-single", insets=choice) for choice in ("auto", "none")
    )
    assert np.ptp(with_insets.get_xlim()) <= np.ptp(plain.get_xlim()) / 0.93
    assert "TOWN" in " ".join(w.text for w in words(with_insets))


def test_a_scattered_region_gets_no_inset() -> None:
    cells = [shapely.box(3e5 * i, 0, 3e5 * (i + 1), 6e5) for i in range(3)]
    islets = shapely.union_all([shapely.Point(1.1e6 + 9e4 * k, 1e5 * k).buffer(4e3) for k in range(5)])
    index = pd.Index(["A", "B", "C", "D"], name="region")
    frame = gpd.GeoDataFrame({"name": list("ABCD")}, geometry=[*cells, islets], index=index, crs="EPSG:32642")
    ax = maps.plot_values(frame, pd.Series(np.arange(4.0), index), limits=[0, 1, 2, 3])
    assert measure.layer(ax, "-insets-rings") is None


@pytest.mark.long
def test_a_map_lists_the_regions_that_it_does_not_name() -> None:
    frame, values = country(150, 150)
    ax = maps.plot_values(frame, values, preset="nature-single")
    text = re.sub(r"[\s-]", "", "".join(word.text for word in words(ax)))
    assert set(ax.unnamed) == {label for label, name in frame["name"].items() if name.replace(" ", "") not in text}
    assert len(ax.unnamed) > 100
    assert maps.plot_values(frame, values, preset="nature-single", labels="none").unnamed == ()


@pytest.mark.parametrize("seed", range(12))
def test_places_are_chosen_for_as_many_as_possible(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_places, "_STEPS", 150)
    draw = np.random.default_rng(seed)
    owner = np.repeat(np.arange(6), 4)
    price = draw.integers(0, 50, len(owner)).astype(float)
    clash = draw.random((len(owner), len(owner))) < draw.uniform(0.1, 0.5)
    clash = (clash | clash.T) & (owner[:, None] != owner)
    start = {int(owner[k]): k for k in [int(draw.integers(len(owner)))]}
    found = settle(owner, price, clash, start)
    held = list(found.values())
    assert all(owner[k] == i for i, k in found.items()) and not clash[np.ix_(held, held)].any()

    def whole(chosen: tuple[int, ...]) -> int:
        picked = [4 * i + k for i, k in enumerate(chosen) if k < 4]
        return -1 if clash[np.ix_(picked, picked)].any() else len(picked)

    assert len(found) == max(whole(chosen) for chosen in itertools.product(range(5), repeat=6))


def test_cheaper_places_are_taken_where_they_are_free() -> None:
    owner, price = np.array([0, 0, 1, 1]), np.array([5.0, 1.0, 7.0, 2.0])
    clash = np.zeros((4, 4), dtype=bool)
    assert settle(owner, price, clash, {0: 0, 1: 2}) == {0: 1, 1: 3}
    clash[1, 3] = clash[3, 1] = True
    assert settle(owner, price, clash, {0: 0, 1: 2}) == {0: 0, 1: 3}


def test_distances_of_lines_and_boxes_are_those_of_geometry() -> None:
    draw = np.random.default_rng(3)
    one, other = draw.uniform(0, 4, (2, 3000, 2, 2))
    near = shapely.dwithin(shapely.linestrings(one), shapely.linestrings(other), _CLEAR)
    assert np.array_equal(_close(one, other), near) and 0.2 < near.mean() < 0.8
    low = draw.uniform(0, 4, (3000, 2))
    boxes = np.hstack([low, low + draw.uniform(0.2, 1.0, (3000, 2))])
    larger = shapely.box(*(boxes + np.array([-_CLEAR, -_CLEAR, _CLEAR, _CLEAR])).T)
    assert np.array_equal(_through(one, boxes), shapely.intersects(shapely.linestrings(one), larger))


def test_a_long_list_takes_one_column_more_with_names_on_two_lines() -> None:
    preset = PRESETS["springer-small"]
    pairs = [(str(k + 1), "Autonomous Republic of the North" if k % 9 == 4 else f"Region {k}") for k in range(82)]
    block = key_below(pairs, preset, 76.0)
    assert block.w <= 76.0 and block.h < 0.7 * preset.max_height_mm
    texts = [word.text for word in block.words]
    assert [text for text in texts if text.isdigit()] == [code for code, _ in pairs]
    assert " ".join(text for text in texts if not text.isdigit()) == " ".join(name for _, name in pairs)
    short = key_below([(code, name[:8]) for code, name in pairs], preset, 76.0)
    assert len(short.words) == 2 * len(pairs)


def crowd(fine: int = 5) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Eight large regions around fine x fine small ones."""
    step, side = 4e5, 1.8e5 / fine
    small = [
        shapely.box(7e5 + i * side, 4e5 + j * side, 7e5 + (i + 1) * side, 4e5 + (j + 1) * side)
        for i in range(fine)
        for j in range(fine)
    ]
    town = shapely.union_all(small)
    large = [shapely.box(x * step, y * step, (x + 1) * step, (y + 1) * step) for x in range(4) for y in range(2)]
    cells = [*(cell.difference(town) for cell in large), *small]
    index = pd.Index([f"R{i:02}" for i in range(len(cells))], name="region")
    names = [f"Gormental {SYLLABLES[i % 10]}{SYLLABLES[i // 10]}".title() for i in range(len(cells))]
    frame = gpd.GeoDataFrame({"name": names}, geometry=cells, index=index, crs="EPSG:32642")
    return frame, pd.Series(np.arange(len(cells)) + 0.5, index)


@pytest.mark.long
def test_a_crowded_part_is_drawn_once_more_at_a_larger_scale() -> None:
    frame, values = crowd()
    options: dict[str, Any] = {"preset": "springer-small"}
    ax = maps.plot_values(frame, values, **options)
    assert ax.unnamed == ()
    numbers = [w.text for w in words(ax, "-labels") + words(ax, "-callouts")]
    enlarged = [w for w in words(ax, "-details-numbers") + words(ax, "-details-callouts") if w.tag]
    assert len(enlarged) >= 15 and len({*numbers, *(w.text for w in enlarged)}) == len(frame)
    note = next(w for w in words(ax, "-details-numbers") if not w.tag)
    times = float(note.text.replace("\u00d7\u00a0", ""))
    frames = measure.layer(ax, "-details-frames")
    assert frames is not None
    on_map, drawn = (shapely.Polygon(path.vertices) for path in frames.get_paths())
    assert drawn.length == pytest.approx(times * on_map.length)
    land = measure.land(ax, frame)
    assert not shapely.union_all(land).intersects(drawn)
    held = np.asarray(shapely.area(shapely.intersection(land, on_map)) > 0.5 * shapely.area(land))
    assert {int(w.tag) for w in enlarged} == set(np.flatnonzero(held).tolist())
    assert not any(shapely.Point(w.x, w.y).within(on_map) for w in words(ax, "-labels"))
    plain = maps.plot_values(frame, values, insets="none", **options)
    assert np.ptp(ax.get_xlim()) <= np.ptp(plain.get_xlim()) / 0.85
    assert measure.layer(plain, "-details-frames") is None


def test_a_list_without_room_goes_to_the_caption() -> None:
    frame, values = crowd(3)
    frame["name"] = [(f"{name} of the United Provinces " * 9)[:119] for name in frame["name"]]
    options: dict[str, Any] = {"preset": replace(PRESETS["springer-small"], max_height_mm=130.0)}
    ax = maps.plot_values(frame, values, **options)
    assert ax.unnamed == ()
    assert [w.text for w in words(ax, "-codes-text")] == ["numbers and codes: see the caption"]
    key = dict(ax.key)
    numbers = {int(w.tag): w.text for w in words(ax) if w.text in key and w.tag}
    told = {i for i, number in numbers.items() if key[number].split("  ")[0] == frame["name"].iloc[i]}
    assert len(told) == len(key) >= len(frame) - 1  # one may have its name above the map
    assert keyed_of(ax.figure).startswith(f"1 {key['1'].replace('  ', ' ')}; 2 ")
    free = maps.plot_values(frame, values, labels="none", **options)
    assert np.ptp(ax.get_xlim()) == pytest.approx(np.ptp(free.get_xlim()))
    bare = maps.plot_values(frame, values, code_key="none", **options)
    assert bare.key == () and len(bare.unnamed) == len(key)


def test_a_panel_lists_the_codes_of_its_maps() -> None:
    frame, values = crowd(3)
    data = {"a": values, "b": values + 1}
    figure, bare = (maps.plot_panel(frame, data, code_key=key, preset="report") for key in ("auto", "none"))
    assert [len(ax.unnamed) for ax in figure.axes if hasattr(ax, "unnamed")] == [0, 0]
    assert all(len(ax.unnamed) > 5 for ax in bare.axes if hasattr(ax, "unnamed"))


def test_a_class_is_not_taken_for_a_code_that_is_written_like_it() -> None:
    frame, _ = crowd(2)
    frame.index = pd.Index([*"ABCD", *(f"R{i}" for i in range(len(frame) - 4))], name="region")
    frame["name"] = [f"{name}, a name too long for this map" for name in frame["name"]]
    classes = pd.Series(["A"] * len(frame), frame.index)
    kinds = {"A": ("#cccccc", "high", "A")}
    ax = maps.plot_categories(frame, classes, kinds, preset="nature-single", insets="none")
    key = [word.text for word in words(ax, "-codes-text") if word.bold]
    shown: dict[int, list[str]] = {}
    for word in (word for word in words(ax) if word.tag):
        shown.setdefault(int(word.tag), []).append(word.text)
    alone = {frame.index[i] for i, lines in shown.items() if lines == ["A"]}
    assert set(ax.unnamed) == alone and not alone & set(key) and "A" in key
    code = (make_label([("A", 6.0, True)]), 0.0, 0.0, False)
    named = region_labels.Names({0: code, 1: code}, {}, (("A", "Alpha"),), None)
    ways = [["Alpha", "A"], ["Beta", "B"]]
    assert named.unnamed(ways, ["B", "A"], (), listed=True) == [1]
    assert named.unnamed(ways, ["B", "A"], (), listed=False) == [0, 1]


def test_a_list_flows_around_its_corner() -> None:
    preset = PRESETS["springer-small"]
    pairs = [(str(k + 1), f"Region {k}") for k in range(40)]
    block = code_block(pairs, 3, preset, 76.0, corner=(30.0, 20.0))
    assert [w.text for w in block.words if w.bold] == [code for code, _ in pairs]
    for word in block.words:
        left, _, _, top = word.box
        assert left >= 30.0 or top <= block.h - 20.0
    assert block.h < code_block(pairs, 3, preset, 76.0).h + 20.0


def test_regions_called_by_numbers_carry_their_own() -> None:
    """A list "1 = 13" beside a region 1 named two regions alike."""
    places = [i for i in range(12) if i not in (5, 6, 7)]
    wide = [shapely.box(i % 4 * 10, i // 4 * 10, i % 4 * 10 + 10, i // 4 * 10 + 10) for i in places]
    slim = [shapely.box(10 + i % 10 * 3, 10 + i // 10 * 5, 13 + i % 10 * 3, 15 + i // 10 * 5) for i in range(20)]
    names = [str(51 + i) for i in range(29)]
    regions = gpd.GeoDataFrame({"name": names}, geometry=[*wide, *slim], crs="EPSG:32642")
    regions.geometry = regions.scale(1e4, 1e4, origin=(0, 0))
    values = pd.Series(np.arange(29) + 100_000_000.0, regions.index)
    axes = maps.plot_values(regions, values, variable="y", digits=0, preset="springer-small")
    listed = itertools.pairwise(words(axes, "-codes-text"))
    told = {one.text: other.text for one, other in listed if one.bold and one.text in names}
    assert told and not axes.unnamed
    for number, value in told.items():
        assert re.sub(r"\D", "", value) == str(int(values[int(number) - 51]))
