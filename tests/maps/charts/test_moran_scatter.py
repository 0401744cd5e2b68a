"""The Moran scatter plot shows what the statistic is."""

from __future__ import annotations

from typing import Any

import measure
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

import growthpoles as gp
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


@pytest.mark.parametrize(
    ("name", "lang", "said"), [("wages", "en", "wages"), (None, "en", "Value"), (3, "ru", "Значение")]
)
def test_the_axis_names_what_is_drawn(chain: Graph, name: Any, lang: Any, said: str) -> None:
    ax = maps.plot_moran(pd.Series([1.0, 2.0, 3.0, 6.0], index=list("abcd"), name=name), chain, lang=lang)
    assert ax.get_xlabel().startswith(f"{said}, ")


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


@pytest.mark.parametrize("seed", range(4))
def test_regions_without_neighbours_count_in_nothing(seed: int) -> None:
    """The picture shows the number that the table has."""
    rng = np.random.default_rng(seed)
    names = [f"r{i}" for i in range(15)]
    apart = set(rng.choice(names, 1 + seed, replace=False).tolist())
    linked = [name for name in names if name not in apart]
    ring = {name: [linked[i - 1], linked[(i + 1) % len(linked)]] for i, name in enumerate(linked)}
    graph = Graph.from_dicts(ring | {name: [] for name in apart})
    y, other = (pd.Series(rng.lognormal(size=15), index=names) for _ in range(2))
    z, _, statistic = moran_points(y, graph)
    tested = gp.moran(y, graph, permutations=9)
    assert statistic == pytest.approx(tested.statistic, abs=1e-12) and tested.n == len(linked)
    assert {name for name, at in zip(names, z, strict=True) if np.isnan(at)} == apart
    assert moran_points(y, graph, other)[2] == pytest.approx(
        gp.moran_bivariate(y, other, graph, permutations=9).statistic, abs=1e-12
    )
    ax = gp.plot_moran(y, graph, result=tested)
    (dots,) = (each for each in ax.collections if each.get_gid() == "moran-points")
    assert len(dots.get_offsets()) == len(linked)
    assert f"without neighbours, left out: {len(apart)}" in " ".join(word.text for _, word in measure.words(ax))
    with pytest.raises(MapError, match="no region has neighbours"):
        moran_points(y, Graph.from_dicts({name: [] for name in names}))


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


def test_the_slope_of_two_variables_is_the_bivariate_statistic(published: pd.DataFrame, regions: Any) -> None:
    graph = gp.build_weights(regions)
    x, y = published["index"], published["index"].iloc[::-1] ** 2 + np.arange(16.0)
    statistic = moran_points(x, graph, y)[2]
    assert statistic == pytest.approx(gp.moran_bivariate(x, y, graph, permutations=9).statistic, rel=1e-9)
    assert moran_points(x * 1e154, graph, y * 1e-150)[2] == pytest.approx(statistic, rel=1e-9)
    ax = maps.plot_moran(x, graph, neighbours=y, beside="Growth")
    assert ax.get_ylabel() == "Growth: mean of the neighbours, standardised"
    with pytest.raises(MapError, match="neighbours: labels of values and graph disagree"):
        maps.plot_moran(x, graph, neighbours=y.iloc[1:])


def test_pairs_of_mutual_influence_as_a_table_and_as_a_map(published: pd.DataFrame, regions: Any) -> None:
    pairs = gp.mutual_influence(published["index"], gp.build_weights(regions), adjust="none", permutations=9).matrix()
    ax = maps.plot_influence(pairs, names=regions["short_kk"], lang="kk")
    cells = next(a for a in ax.get_children() if a.get_gid() == "influence-words").words
    told = [word.text for word in cells if word.tag == "cell"]
    assert len(told) == int(pairs.notna().sum().sum()) and "−2,80" in told
    assert len(maps.plot_influence(pairs, top=5).get_xticks()) == 0
    flows = maps.plot_flows(regions, pairs.fillna(0.0), signs=("together", "apart"), top=None)
    arrows = next(a for a in flows.get_children() if a.get_gid() == "flows-arrows")
    faces = [tuple(face) for face in np.round(arrows.get_facecolors(), 6)]
    shown = pairs.stack().dropna()  # noqa: PD013
    assert len(set(faces)) == 2 and len(faces) == int((shown != 0).sum())
    assert max(faces.count(face) for face in set(faces)) == int(max((shown > 0).sum(), (shown < 0).sum()))
    with pytest.raises(MapError, match="is negative"):
        maps.plot_flows(regions, pairs.fillna(0.0))
    for wrong in (pairs.iloc[:, 1:], pairs * np.inf):
        with pytest.raises(MapError, match="influence: rows and columns differ, or a value is infinite"):
            maps.plot_influence(wrong)
