"""The Moran scatter plot shows what the statistic is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from growthpoles import maps
from growthpoles.errors import MapError
from growthpoles.maps.charts.moran_scatter import moran_points
from growthpoles.maps.sheet.text_layer import WordLayer

CHAIN = {"a": ["b"], "b": ["a", "c"], "c": ["b", "d"], "d": ["c"]}


@pytest.fixture
def chain() -> Graph:
    return Graph.from_dicts(CHAIN)


def test_points_by_hand(chain: Graph) -> None:
    # y = 1, 2, 3, 6: mean 3, sd sqrt(3.5); lags of z are the neighbours' means.
    y = pd.Series([1.0, 2.0, 3.0, 6.0], index=list("abcd"))
    z, lag, statistic = moran_points(y, chain)
    sd = np.sqrt(3.5)
    assert z == pytest.approx(np.array([-2, -1, 0, 3]) / sd)
    assert lag == pytest.approx(np.array([-1, -1, 1, 0]) / sd)
    assert statistic == pytest.approx((2 + 1 + 0 + 0) / 14)


def test_points_follow_the_order_of_y(chain: Graph) -> None:
    y = pd.Series([6.0, 1.0, 3.0, 2.0], index=list("dacb"))
    z, lag, statistic = moran_points(y, chain)
    again = moran_points(y.sort_index(), chain)
    assert z.tolist() == again[0][[3, 0, 2, 1]].tolist()
    assert lag.tolist() == again[1][[3, 0, 2, 1]].tolist()
    assert statistic == pytest.approx(again[2])


def test_slope_is_the_statistic_of_esda() -> None:
    esda = pytest.importorskip("esda")
    rng = np.random.default_rng(3)
    names = [f"r{i}" for i in range(20)]
    ring = Graph.from_dicts({n: [names[i - 1], names[(i + 1) % 20]] for i, n in enumerate(names)})
    y = pd.Series(rng.normal(size=20), index=names)
    expected = esda.Moran(y.to_numpy(), ring.transform("r"), permutations=0).I
    assert moran_points(y, ring)[2] == pytest.approx(expected, abs=1e-12)
    ax = maps.plot_moran(y, ring)
    line = next(line for line in ax.lines if line.get_gid() == "moran-slope")
    x, v = line.get_data()
    assert (v[1] - v[0]) / (x[1] - x[0]) == pytest.approx(expected, abs=1e-12)


def test_names_do_not_overlap_and_the_far_ones_are_bold(regions: Any, published: pd.DataFrame) -> None:
    graph = Graph.build_contiguity(regions[["geometry"]], rook=False)
    for preset, lang in (("nature-single", "ru"), ("report", "kk")):
        ax = maps.plot_moran(published["index"], graph, names=regions[f"short_{lang}"], preset=preset, lang=lang)
        layers = [a for a in ax.get_children() if isinstance(a, WordLayer)]
        boxes = [w.box for a in layers for w in a.words]
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
        names = next(a for a in layers if a.get_gid() == "moran-name").words
        assert sum(w.bold for w in names) == 3
        assert len(names) == 16


def test_wrong_input(chain: Graph) -> None:
    good = pd.Series([1.0, 2.0, 3.0, 6.0], index=list("abcd"))
    with pytest.raises(MapError, match="labels of values and graph disagree: d"):
        maps.plot_moran(good[:3], chain)
    with pytest.raises(MapError, match="region 'b': the value is missing or infinite"):
        maps.plot_moran(good.where(good != 2.0), chain)
    with pytest.raises(MapError, match="all values are equal"):
        maps.plot_moran(good * 0 + 1e9, chain)
