"""Symbols, flows, points in degrees, hatched overlays: sizes and places measured on the drawn shapes."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import measure
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

import growthpoles as gp
from growthpoles.errors import MapError
from growthpoles.maps.sheet.text_layer import WordLayer


def _totals(regions: Any) -> pd.Series:
    return pd.Series(np.geomspace(1.0, 900.0, len(regions)), index=regions.index)


def test_area_of_a_circle_is_proportional_to_the_value(regions: Any) -> None:
    values = _totals(regions)
    values.iloc[[0, 1]] = 0.0, np.nan
    ax = gp.plot_symbols(regions, values, variable="People, thousand")
    circles = measure.layer(ax, "symbols-circles").get_paths()
    areas = [shapely.Polygon(path.vertices).area for path in circles]
    shown = values[values > 0].sort_values(ascending=False)
    assert len(areas) == len(shown)
    assert np.array(areas) / areas[0] == pytest.approx((shown / shown.iloc[0]).to_numpy(), rel=1e-6)
    told = [w.text for gid, w in measure.words(ax) if gid.endswith("-legend-text")]
    assert {"500", "100", "20", "no data"} <= set(told)
    names = {w.tag for gid, w in measure.words(ax) if w.tag}
    assert names == {str(i) for i in range(len(regions))}
    shared = gp.plot_symbols(regions, values, largest=3600.0, labels="none", context="none")
    first = shapely.Polygon(measure.layer(shared, "symbols-circles").get_paths()[0].vertices).area
    assert first == pytest.approx(areas[0] / 4.0)


@pytest.mark.parametrize(
    ("change", "problem"), [(-1.0, "is negative; allowed: totals from 0 on"), (2000.0, "is above largest=1000")]
)
def test_what_no_size_can_show_is_refused(regions: Any, change: float, problem: str) -> None:
    values = _totals(regions)
    values.iloc[3] = change
    with pytest.raises(MapError, match=problem):
        gp.plot_symbols(regions, values, largest=1000.0)


def test_flows_say_what_they_leave_out(regions: Any) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.lognormal(size=(16, 16)), index=regions.index, columns=regions.index)
    ax = gp.plot_flows(regions, table, top=10)
    assert len(measure.layer(ax, "flows-arrows").get_paths()) == 10
    between = table.to_numpy()[~np.eye(16, dtype=bool)]
    share = 100 * np.sort(between)[-10:].sum() / between.sum()
    told = " ".join(w.text for gid, w in measure.words(ax) if gid.endswith("-legend-text"))
    assert f"the 10 largest of 240 flows, {share:.1f}% of the total" in told
    pairs = pd.DataFrame({"origin": ["KZ-AKM"] * 2, "destination": ["KZ-AST"] * 2, "value": [1.0, 2.0]})
    with pytest.raises(MapError, match="the flow KZ-AKM to KZ-AST repeats"):
        gp.plot_flows(regions, pairs)
    with pytest.raises(MapError, match="flows, column origin: no such region: XX"):
        gp.plot_flows(regions, pairs.assign(origin=["XX", "KZ-AKM"]))


def test_points_in_degrees_stand_in_their_regions(regions: Any, published: pd.DataFrame) -> None:
    ax = gp.plot_rating(regions, published)
    inner = regions.geometry.representative_point()
    lon, lat = Transformer.from_crs(regions.crs, "EPSG:4326", always_xy=True).transform(inner.x, inner.y)
    gp.plot_points(ax, lon, lat, labels=list(regions.index))
    circles = measure.layer(ax, "points").get_paths()
    for shape, circle in zip(measure.land(ax, regions), circles, strict=True):
        assert shape.contains(shapely.Polygon(circle.vertices).centroid)
    laid = ax.scatter(lon, lat, transform=ax.degrees)
    places = laid.get_offset_transform().transform(np.column_stack([lon, lat]))
    assert places == pytest.approx(ax.transData.transform(np.column_stack([inner.x, inner.y])), abs=1e-3)
    assert ax.crs == regions.crs
    for wrong, problem in (((200.0, 95.0), "degrees"), ((-60.0, 0.0), "lies outside the map")):
        with pytest.raises(MapError, match=problem):
            gp.plot_points(ax, [wrong[0]], [wrong[1]])


def test_points_of_far_parts_stand_in_their_frames() -> None:
    home = shapely.box(0, 45, 8, 50)
    boxes = [home, shapely.box(55, -22, 56, -21), shapely.box(-62, 15, -61, 16)]
    regions = gpd.GeoDataFrame(index=["home", "east", "west"], geometry=boxes, crs="EPSG:4326")
    ax = gp.plot_values(regions, pd.Series([1.0, 2.0, 3.0], index=regions.index))
    gp.plot_points(ax, [4.0, 55.5, -61.5], [47.0, -21.5, 15.5])
    from growthpoles.maps.sheet.map_geometry import prepare

    shapes = shapely.transform(prepare(regions).geometries, lambda xy: measure.to_mm(ax, xy))
    for shape, circle in zip(shapes, measure.layer(ax, "points").get_paths(), strict=True):
        assert shape.contains(shapely.Polygon(circle.vertices).centroid)


def test_an_overlay_hatches_what_is_not_significant(regions: Any, published: pd.DataFrame) -> None:
    p = pd.Series(np.linspace(0.001, 0.2, len(regions)), index=regions.index)
    ax = gp.plot_values(regions, published["index"], overlay=p, insets="none")
    drawn = [shapely.LineString(line) for one in ax.collections if "values-hatched" in (one.get_gid() or "")
             for line in measure.segments(one)]  # fmt: skip
    lines = shapely.multilinestrings(drawn)
    for region, shape in zip(regions.index, measure.land(ax, regions), strict=True):
        inside = lines.intersection(shape.buffer(-0.1)).length
        assert (inside > 0) == (p[region] >= 0.05), region
    told = [w.text for gid, w in measure.words(ax) if gid.endswith("-legend-text")]
    assert "p ≥ 0.05 or not tested" in told
    for wrong, problem in ((published["index"], "is no p-value"), (p < 0.1, "overlay_label is missing")):
        with pytest.raises(MapError, match=problem):
            gp.plot_rating(regions, published, overlay=wrong)


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_the_context_names_neighbours_and_sea_where_nothing_else_stands(
    regions: Any, published: pd.DataFrame, lang: str
) -> None:
    ax = gp.plot_rating(regions, published, lang=lang)
    own = [(w, shapely.box(*w.box)) for gid, w in measure.words(ax) if gid == "rating-context"]
    others = [shapely.box(*w.box) for gid, w in measure.words(ax) if gid != "rating-context"]
    land = shapely.union_all(measure.land(ax, regions))
    assert not any(box.intersects(other) for _, box in own for other in (*others, land))
    told = " ".join(w.text for w, _ in own)
    sea = {"en": "Caspian Sea", "ru": "Каспий", "kk": "Каспий теңізі"}[lang]
    assert sea in told
    assert {"en": "UZBEKISTAN", "ru": "УЗБЕКИСТАН", "kk": "ӨЗБЕКСТАН"}[lang] in told
    bare = gp.plot_rating(regions, published, context="none")
    assert not any("-sea" in (one.get_gid() or "") for one in bare.collections)
    assert ax.get_xlim() == bare.get_xlim()


def test_land_and_sea_lie_where_they_are(regions: Any, published: pd.DataFrame) -> None:
    ax = gp.plot_rating(regions, published)
    land = next(one for one in ax.collections if one.get_gid() == "rating-land").get_paths()[0]
    lakes = next(one for one in ax.collections if one.get_gid() == "rating-lakes").get_paths()[0]
    forward = Transformer.from_crs("EPSG:4326", regions.crs, always_xy=True)
    for lon, lat, on in ((51.0, 42.5, False), (66.0, 40.5, True), (60.0, 53.0, True), (50.0, 41.5, False)):
        # the rings of all tiles turn one way, so that the windings of a point count how often it is covered
        assert _winding(land, forward.transform(lon, lat)) == int(on), (lon, lat)
    assert _winding(lakes, forward.transform(74.0, 46.3)) == 1  # Balkhash
    assert _winding(lakes, forward.transform(77.2, 42.4)) == 1  # Issyk-Kul


def _winding(path: Any, point: tuple[float, float]) -> int:
    turns = 0.0
    for ring in path.to_polygons(closed_only=True):
        angle = np.unwrap(np.arctan2(*(np.asarray(ring) - point).T[::-1]))
        turns += (angle[-1] - angle[0]) / (2 * np.pi)
    return abs(round(turns))


@pytest.mark.long
def test_symbols_and_points_are_set_in_the_typeface_of_the_preset(regions: Any) -> None:
    values = pd.Series(np.arange(1.0, len(regions) + 1), regions.index)
    ax = gp.plot_symbols(regions, values, preset="nature-single")
    gp.plot_points(ax, [63.3], [45.6], labels=["Baikonur"])
    layers = [layer for layer in ax.get_children() if isinstance(layer, WordLayer)]
    assert "Baikonur" in {word.text for layer in layers for word in layer.words}
    assert {file.rsplit("/", 1)[1].split("-")[0] for layer in layers for ((_, _, file),) in layer.runs} == {"Arimo"}
