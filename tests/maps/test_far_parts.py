"""Far parts: what moves, what stays, and that nothing of a region is lost or out of scale."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import measure
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS, Geod

from growthpoles import maps
from growthpoles.cli.produce import _draw_file
from growthpoles.errors import MapError
from growthpoles.maps.sheet.far_parts import best_equal_area, move_far_parts, true_scale
from growthpoles.maps.sheet.map_geometry import prepare
from growthpoles.maps.thematic.map_drawing import shown_on
from growthpoles.regions.projection import to_analysis_crs
from growthpoles.report.figures import draw_map
from growthpoles.study.file_variable import FileOptions
from growthpoles.study.load_study import load_study

LAEA = CRS.from_proj4("+proj=laea +lat_0=45 +lon_0=0 +datum=WGS84 +units=m +no_defs")


def body(seed: int, far: tuple[float, float] | None, size: float = 1e5) -> np.ndarray:
    """A mainland of nine cells and, if asked, an island of some size at some distance."""
    draw = np.random.default_rng(seed)
    wide, high = draw.uniform(2e5, 3e5, 2)
    cells = [shapely.box(wide * i, high * j, wide * (i + 1), high * (j + 1)) for i in range(3) for j in range(3)]
    island = [] if far is None else [shapely.box(*far, far[0] + size, far[1] + size)]
    return np.array([*cells, *island])


@pytest.mark.parametrize("seed", range(5))
def test_only_parts_that_cost_scale_move(seed: int) -> None:
    edge = float(shapely.total_bounds(body(seed, None))[2])
    for far, moves in ((None, False), ((edge + 2e5, 2e5), False), ((4e6, -3e6), True)):
        shapes, crs, frames, moved, _ = move_far_parts(body(seed, far), LAEA)
        assert bool(frames) == moves and moved.any() == moves
        assert crs is LAEA or moves
        if moves:
            assert moved.tolist() == [False] * 9 + [True]
            assert not any(shapely.box(*frames[0].bounds).intersects(shape) for shape in shapes[:9])
            assert shapely.box(*frames[0].bounds).contains(shapes[9])


@pytest.mark.parametrize("turned", [False, True])
def test_an_islet_far_from_a_long_coast_moves_though_the_scale_gains_nothing(turned: bool) -> None:
    """Chile's Easter Island; off the ends of the coast the scale tells, near it nothing moves."""

    def frames_with(far: tuple[float, float], size: float) -> int:
        coast = [shapely.box(0, 2e5 * i, 2e5, 2e5 * (i + 1)) for i in range(20)]
        island = shapely.box(*far, far[0] + size, far[1] + size)
        lands = shapely.transform([*coast, island], lambda xy: xy[:, ::-1] if turned else xy)
        return len(move_far_parts(np.array(lands), LAEA)[2])

    assert frames_with((-3e6, 2e6), 2e4) == 1
    assert frames_with((-3e5, 2e6), 2e4) == 0  # a coastal islet
    assert frames_with((-3e6, 2e6), 4e5) == 0  # a region that is no speck stays where it costs no scale


@pytest.mark.parametrize("size", [2e4, 2e5, 2.9e5])
def test_areas_keep_their_proportions_up_to_the_stated_scale(size: float) -> None:
    given = body(1, (4e6, -3e6), size)
    shapes, _, frames, _, _ = move_far_parts(given, LAEA)
    ratio = shapely.area(shapes) / shapely.area(given)
    assert ratio[:9] == pytest.approx(1.0, abs=2e-3)
    assert ratio[9] == pytest.approx(frames[0].ratio ** 2, rel=5e-3)


def test_a_region_with_a_far_islet_keeps_both_parts() -> None:
    given = body(2, None)
    given[0] = shapely.union_all([given[0], shapely.box(5e6, 0, 5.05e6, 5e4)])
    shapes, _, frames, moved, _ = move_far_parts(given, LAEA)
    assert len(frames) == 1 and moved.tolist() == [True] + [False] * 8
    assert shapely.area(shapes[0]) == pytest.approx(shapely.area(given[0]), rel=5e-3)


def test_the_map_draws_frames_unless_all_is_asked(squares: Any) -> None:
    given = body(3, (4e6, -3e6), 2e5)
    index = pd.Index([f"R{i}" for i in range(10)], name="region")
    frame = gpd.GeoDataFrame({"name": index}, geometry=given, index=index, crs=LAEA)
    values = pd.Series(np.arange(10.0), index)
    drawn = {c.get_gid() for c in maps.plot_values(frame, values).collections}
    assert "values-far-0" in drawn
    assert "values-far-0" not in {c.get_gid() for c in maps.plot_values(frame, values, extent="all").collections}
    with pytest.raises(MapError, match="extent"):
        maps.plot_values(frame, values, extent="some")


@pytest.mark.parametrize(
    ("west", "south", "east", "north", "kind"),
    [
        (-75, -55, -67, -18, "tcea"),
        (46, 40, 88, 56, "aea"),
        (-180, -60, 180, 80, "eqearth"),
        (-10, -12, 12, 12, "laea"),
        (20, 41, 190, 78, "aea"),
        (-180, 50, 180, 80, "laea"),
    ],
)
def test_the_projection_suits_the_extent(west: float, south: float, east: float, north: float, kind: str) -> None:
    lon, lat = (grid.ravel() for grid in np.meshgrid(np.linspace(west, east, 40), np.linspace(south, north, 40)))
    crs = best_equal_area(lon, lat)
    assert f"+proj={kind}" in crs.to_proj4()
    cell = shapely.box((west + east) / 2, (south + north) / 2, (west + east) / 2 + 1, (south + north) / 2 + 1)
    true = abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.segmentize(cell, 0.02))[0])
    own = gpd.GeoSeries([shapely.segmentize(cell, 0.02)], crs="EPSG:4326").to_crs(crs).area.iloc[0]
    assert own == pytest.approx(true, rel=5e-3)


@pytest.mark.parametrize(
    ("crs", "south", "north", "bar"),
    [
        ("EPSG:6933", 40, 52, "none"),
        ("EPSG:3857", 50, 57, "at"),
        ("EPSG:3857", 55, 56, "plain"),
        (LAEA, 40, 50, "plain"),
    ],
)
def test_a_scale_bar_stands_only_where_it_is_true(crs: Any, south: float, north: float, bar: str) -> None:
    box = gpd.GeoSeries([shapely.segmentize(shapely.box(-2, south, 2, north), 0.1)], crs="EPSG:4326").to_crs(crs)
    found = true_scale(np.asarray(box.array), CRS.from_user_input(crs))
    assert (found is None) == (bar == "none")
    if found is not None:
        factor, lat = found
        assert (lat is None) == (bar == "plain")
        middle = (south + north) / 2
        across = gpd.GeoSeries([shapely.LineString([(-0.1, middle), (0.1, middle)])], crs="EPSG:4326").to_crs(crs)
        true = Geod(ellps="WGS84").inv(-0.1, middle, 0.1, middle)[2]
        assert across.length.iloc[0] / factor == pytest.approx(true, rel=0.02)


def test_a_large_part_beyond_a_strait_of_a_tenth_of_the_body_moves() -> None:
    wide, high = 1.5e6, 1e6
    cells = [shapely.box(wide * i, high * j, wide * (i + 1), high * (j + 1)) for i in range(3) for j in range(3)]
    diagonal = float(np.hypot(3 * wide, 3 * high))
    for share, moves in ((0.08, False), (0.13, True)):
        given = np.array([*cells, shapely.box(-1.6e6 - share * diagonal, 0.0, -share * diagonal, 1.2e6)])
        assert bool(move_far_parts(given, LAEA)[2]) == moves


def world(kind: str, n: int = 9) -> gpd.GeoDataFrame:
    """Areas on all sides of the globe: lands apart, some across the antimeridian, or cells without a gap."""
    draw = np.random.default_rng(n)
    if kind == "lands":
        west = np.linspace(-180, 140, n)
        cells = [shapely.box(w, s, w + 25, s + 20) for w, s in zip(west, draw.uniform(20, 50, n), strict=True)]
    elif kind == "across":  # one runs on over 180 degrees, one is cut there, one lies around the south pole
        cells = [shapely.box(40.0 * k - 160, 8, 40.0 * k - 130, 30) for k in range(n - 3)]
        parted = shapely.MultiPolygon([shapely.box(170, -50, 180, -35), shapely.box(-180, -50, -160, -35)])
        cells += [shapely.box(172, 50, 192, 70), parted, shapely.box(-180, -90, 180, -75)]
    else:
        step = 360 // n
        cells = [shapely.box(w, s, w + step, s + 30) for w in range(-180, 180, step) for s in (-60, -30, 0, 30)]
    index = pd.Index([f"R{i}" for i in range(len(cells))], name="region")
    return gpd.GeoDataFrame({"code": index, "name": index, "y": 1.0}, geometry=cells, index=index, crs="EPSG:4326")


def area_on_globe(frame: gpd.GeoDataFrame) -> np.ndarray:
    fine = shapely.segmentize(np.asarray(frame.geometry.array), 0.1)
    return np.array([abs(Geod(ellps="WGS84").geometry_area_perimeter(each)[0]) for each in fine])


def whole(base: Any, frame: gpd.GeoDataFrame) -> None:
    """All of every area is drawn, within a map of the world, and none of it right across."""
    assert "eqearth" in base.crs.srs and base.projection == "Equal Earth projection" and base.bar is None
    assert shapely.area(base.geometries) == pytest.approx(area_on_globe(frame), rel=5e-3)
    assert shapely.is_valid(base.geometries).all()
    parts, owner = shapely.get_parts(base.geometries, return_index=True)
    across = shapely.bounds(parts)[:, 2] - shapely.bounds(parts)[:, 0]
    round_pole = shapely.bounds(np.asarray(frame.geometry.array))[owner, 1] == -90
    assert (across[~round_pole] < 0.25 * (base.bounds[2] - base.bounds[0])).all()


@pytest.mark.parametrize("n", [8, 9, 12])
@pytest.mark.parametrize("kind", ["lands", "across", "cells"])
def test_a_layer_projected_for_its_areas_is_drawn_as_the_world_that_it_is(kind: str, n: int) -> None:
    frame = world(kind, n)
    projected = to_analysis_crs(frame)
    assert projected.area.to_numpy() == pytest.approx(area_on_globe(frame), rel=0.01)
    whole(prepare(projected), frame)
    whole(prepare(frame), frame)
    assert prepare(projected, "all").crs == projected.crs


@pytest.mark.parametrize("kind", ["lands", "across", "cells"])
def test_a_world_from_a_file_and_in_a_study_is_drawn_in_equal_earth(
    kind: str, tmp_path: Path, study_maker: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    frame = world(kind)[:: 4 if kind == "cells" else 1]  # the study has nine regions
    frame.to_file(tmp_path / "world.gpkg", index=False)
    _draw_file(
        "values", tmp_path / "world.gpkg", FileOptions(), "y", lang="en", preset=None, out=tmp_path / "world.png",
        proof=False, face=None, quiet=False, settings={}, tested={},
    )  # fmt: skip
    assert "projection: Equal Earth projection" in capsys.readouterr().err
    path = study_maker(tmp_path / "own")
    frame["code"] = frame["name"] = [f"R{i}" for i in range(9)]
    frame.to_file(path.parent / "regions.gpkg", index=False)
    axes = draw_map(load_study(path), "rating")
    assert "eqearth" in axes.crs.srs
    whole(shown_on(axes).base, frame)
    assert "Equal Earth projection" in " ".join(word.text for gid, word in measure.words(axes) if "source" in gid)


def test_no_land_is_missing_behind_a_world() -> None:
    """Tiles between two probes, or near the edge, were left out: stripes of sea over Africa and Russia."""
    frame = world("across", 12)
    axes = maps.plot_values(frame, "y", gid="map", limits=[0, 2])
    layer = measure.layer(axes, "map-land")
    assert layer is not None
    land = shapely.make_valid([shapely.Polygon(ring) for ring in layer.get_paths()[0].to_polygons() if len(ring) > 3])
    places = [(-101, 45), (-61, -11), (-61, -3), (35, 4), (21, 1), (25, 52), (25, -6), (45, 48), (61, 62), (101, 62)]
    points = shown_on(axes).base.place(*np.array(places, dtype=float).T)
    missing = ~shapely.contains(land[:, None], shapely.points(points)).any(axis=0)
    assert [place for place, gone in zip(places, missing, strict=True) if gone] == []


def test_a_world_map_is_cut_at_its_edge_and_loses_nothing() -> None:
    """Bands round the globe, in degrees, stay within the map: no land is drawn right across it."""
    cells = [shapely.box(west, south, west + 40, south + 30) for west in range(-180, 180, 40) for south in (-60, 0, 45)]
    index = pd.Index([f"R{i}" for i in range(len(cells))], name="region")
    world = gpd.GeoDataFrame({"name": index}, geometry=cells, index=index, crs="EPSG:4326")
    base = prepare(world)
    assert "eqearth" in base.crs.srs and base.bar is None
    assert shapely.area(base.geometries).sum() == pytest.approx(world.to_crs("EPSG:6933").area.sum(), rel=2e-3)
    assert {each.geom_type for each in base.geometries} <= {"Polygon", "MultiPolygon"}
    widest = max(shapely.bounds(part)[2] - shapely.bounds(part)[0] for part in shapely.get_parts(base.geometries))
    assert widest < 0.2 * (base.bounds[2] - base.bounds[0])


@pytest.mark.parametrize("long", ["", "Isles"])
@pytest.mark.parametrize("seed", range(3))
def test_a_frame_without_a_label_says_whose_part_it_holds(seed: int, long: str) -> None:
    given = body(seed, None)
    given[4] = shapely.union(given[4], shapely.box(6e6, 1e6, 6e6 + 3e4, 1e6 + 2e4))
    names = [f"R{k}" for k in range(9)]
    called = [f"{name} {long}".strip() for name in names]
    regions = gpd.GeoDataFrame({"name": called}, geometry=list(given), index=pd.Index(names), crs=LAEA)
    values = pd.Series(np.arange(9.0), index=regions.index)
    ax: Any = maps.plot_values(regions, values, variable="value")
    assert " ".join(w.text for gid, w in measure.words(ax) if gid.endswith("-far-names")) == called[4]
    drawn = gpd.GeoDataFrame(geometry=list(shown_on(ax).base.geometries))
    assert measure.problems(ax, drawn, 5.5) == []
    bare: Any = maps.plot_values(regions, values, variable="value", labels="none")
    assert not [w for gid, w in measure.words(bare) if gid.endswith("-far-names")]


@pytest.mark.parametrize("seed", range(3))
def test_a_far_scrap_of_a_region_is_left_out_and_told(seed: int) -> None:
    given = body(seed, None)
    far = shapely.box(9e6, 2e6, 9e6 + 400, 2e6 + 400)
    island = shapely.box(8e6, -2e6, 8e6 + 1e5, -2e6 + 1e5)
    given = np.array([shapely.union(given[0], far), *given[1:], island, shapely.box(8.8e6, 0, 8.8e6 + 400, 400)])
    shapes, _, frames, moved, left_out = move_far_parts(given, LAEA)
    assert left_out == (0,)
    assert len(frames) == 2  # a whole region is shown, however small
    assert moved.tolist() == [*[False] * 9, True, True]
    assert abs(shapely.area(shapes[0]) / shapely.area(given[0]) - 1) < 0.01
    names = [f"Region {k}" for k in range(11)]
    regions = gpd.GeoDataFrame({"name": names}, geometry=list(given), index=pd.Index(names), crs=LAEA)
    ax: Any = maps.plot_values(regions, pd.Series(np.arange(11.0), index=regions.index), variable="value")
    assert "a far part of Region 0 is too small to be shown" in ax.facts
    assert not ax.unnamed
