"""The numbered key: on any map of up to 120 regions every name can be read, beside it or in a list by numbers."""

from __future__ import annotations

import itertools
import re
from typing import Any

import geopandas as gpd
import measure
import numpy as np
import pandas as pd
import pytest
import shapely

from growthpoles import maps
from growthpoles.maps.sheet.text_layer import WordLayer

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


def words(ax: Any, ending: str = "") -> list[Any]:
    layers = [a for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid().endswith(ending)]
    return [w for a in layers for w in a.words]


@pytest.mark.parametrize(
    ("n", "preset"),
    [
        (30, "report"),
        (48, "nature-single"),
        pytest.param(90, "plos", marks=pytest.mark.slow),
        pytest.param(110, "elsevier-1.5", marks=pytest.mark.slow),
    ],
)
def test_every_region_is_named_or_numbered(n: int, preset: str) -> None:
    frame, values = country(n, n)
    ax = maps.plot_values(frame, values, preset=preset)
    key = [w.text for w in words(ax, "-codes-text")]
    listed = dict(zip(key[::2], key[1::2], strict=True))
    shown: dict[int, str] = {}
    for word in (w for w in words(ax) if w.tag.isdigit()):
        shown[int(word.tag)] = shown.get(int(word.tag), "") + word.text
    for i, name in enumerate(frame["name"]):
        written = re.sub(r"[\s-]", "", shown.get(i, ""))
        keys = [code for code, told in listed.items() if told.split("  ")[0] == name and written.startswith(code)]
        assert re.sub(r"[\s-]", "", name) in written or keys, name
    if "1" in listed:
        assert list(listed) == [str(k + 1) for k in range(len(listed))]
        assert [t.split("  ")[0] for t in listed.values()] == sorted(t.split("  ")[0] for t in listed.values())
    layer = measure.layer(ax, "-callout-lines")
    lines = [] if layer is None else [shapely.LineString(line) for line in measure.segments(layer)]
    assert not any(a.crosses(b) for a, b in itertools.combinations(lines, 2))


def test_an_inset_never_costs_the_map_its_scale(squares: gpd.GeoDataFrame) -> None:
    filled = squares.copy()
    filled.loc["R2", "geometry"] = shapely.box(6e5, 0, 9e5, 3e5)
    values = pd.Series(np.arange(7.0), filled.index)
    with_insets, plain = (
        maps.plot_values(filled, values, preset="nature-single", insets=choice) for choice in ("auto", "none")
    )
    assert np.ptp(with_insets.get_xlim()) <= np.ptp(plain.get_xlim()) / 0.93
    assert "TOWN" in {w.text for w in words(with_insets)}


def test_a_scattered_region_gets_no_inset() -> None:
    cells = [shapely.box(3e5 * i, 0, 3e5 * (i + 1), 6e5) for i in range(3)]
    islets = shapely.union_all([shapely.Point(1.1e6 + 9e4 * k, 1e5 * k).buffer(4e3) for k in range(5)])
    index = pd.Index(["A", "B", "C", "D"], name="region")
    frame = gpd.GeoDataFrame({"name": list("ABCD")}, geometry=[*cells, islets], index=index, crs="EPSG:32642")
    ax = maps.plot_values(frame, pd.Series(np.arange(4.0), index), limits=[0, 1, 2, 3])
    assert measure.layer(ax, "-insets-rings") is None
