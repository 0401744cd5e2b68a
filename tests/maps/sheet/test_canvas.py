"""Fill of very many polygons: the borders of classes show no paper and no colour that stands between no two classes."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.colors import to_rgb

from growthpoles.maps.sheet import canvas, map_geometry

RAMP = ["#f0f0f0", "#c0c0c0", "#909090", "#606060", "#303030"]
APART = "#ff0000"


def pixels(classes: list[str], ramp: list[str], shapes: Any, dpi: int = 300) -> Any:
    """Polygons of a unit square, one inch wide, in the colours of their classes; channels 0 to 255."""
    figure = canvas.new_figure("report", width_mm=25.4, height_mm=25.4)
    axes = canvas.whole_axes(figure)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    index = [str(i) for i in range(len(shapes))]
    base = map_geometry.prepare(gpd.GeoDataFrame(geometry=shapes, index=index))
    paths, fills = map_geometry.class_paths(base, classes)
    canvas.add_classes(axes, base.outline, paths, fills, ramp, "regions")
    figure.set_dpi(dpi)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)  # type: ignore[attr-defined]


def cells(seed: int, n: int = 1500) -> Any:
    points = np.random.default_rng(seed).random((n, 2))
    found = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.box(0, 0, 1, 1), ordered=True)
    return shapely.intersection(np.asarray(shapely.get_parts(found)), shapely.box(0, 0, 1, 1))


def beside_all(pair: tuple[int, int], shapes: Any, draw: np.random.Generator) -> list[str]:
    """The left third holds the pair alone; the rest all classes, most in the middle one, which is the ground."""
    left = shapely.get_x(shapely.centroid(shapes)) < 1 / 3
    return [RAMP[draw.choice(pair) if each else draw.choice(5, p=[0.1, 0.1, 0.6, 0.1, 0.1])] for each in left]


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (2, 3), (3, 4)])
@pytest.mark.parametrize("seed", [1, 2])
def test_along_borders_of_classes_next_to_each_other_each_has_its_share(pair: tuple[int, int], seed: int) -> None:
    draw = np.random.default_rng(seed)
    shapes = cells(seed)
    classes = beside_all(pair, shapes, draw)
    seen, fine = (pixels(classes, RAMP, shapes, dpi)[..., 0] for dpi in (300, 2400))
    true = fine.reshape(300, 8, 300, 8).mean(axis=(1, 3))
    error = np.abs(seen - true)[5:-5, 5:80]
    assert error.max() <= 4


@pytest.mark.parametrize("pair", [(0, 4), (1, 3), (0, 3), (0, 2), (2, 4)])
def test_along_borders_of_other_classes_no_colour_is_beyond_the_two(pair: tuple[int, int]) -> None:
    draw = np.random.default_rng(5)
    shapes = cells(5)
    classes = beside_all(pair, shapes, draw)
    seen = pixels(classes, RAMP, shapes)[5:-5, 5:80, 0]
    low, high = sorted(round(255 * to_rgb(RAMP[i])[0]) for i in pair)
    assert seen.min() >= low - 1 and seen.max() <= high + 1


@pytest.mark.parametrize("ramp", [[], RAMP])
def test_a_class_outside_the_scale_lets_no_paper_through(ramp: list[str]) -> None:
    draw = np.random.default_rng(3)
    shapes = cells(3)
    colours = [*RAMP[1:4], APART] if ramp else ["#0000ff", "#00aa00", APART]
    seen = pixels([colours[draw.integers(len(colours))] for _ in shapes], ramp, shapes)[5:-5, 5:-5]
    # paper has a lightness of its own here: every colour has a channel at or below c0
    assert seen.min(axis=2).max() <= 0xC0 + 1


def test_every_polygon_has_its_colour_inside() -> None:
    draw = np.random.default_rng(4)
    shapes = cells(4, 300)
    colours = [*RAMP, APART]
    classes = [colours[draw.integers(6)] for _ in shapes]
    seen = pixels(classes, RAMP, shapes)
    inner = shapely.point_on_surface(shapes)
    deep = np.asarray(shapely.distance(inner, shapely.boundary(shapes))) > 0.01
    for point, colour in zip(inner[deep], np.array(classes)[deep], strict=True):
        at = seen[299 - int(point.y * 300), int(point.x * 300)]
        assert at.tolist() == [round(255 * part) for part in to_rgb(colour)]
