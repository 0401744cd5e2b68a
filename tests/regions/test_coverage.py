"""Coverages: finding, refusing and mending borders that do not match; enclaves."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from shapely import MultiPolygon, Point, Polygon, box

from growthpoles.errors import DataError, RegionError
from growthpoles.regions.coverage import check_coverage, coverage_faults, mend, neighbor_pairs, of_one_level
from growthpoles.regions.enclaves import find_enclaves, merge_enclaves
from samples import samples


def layer(crs=None, **shapes) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(geometry=list(shapes.values()), index=pd.Index(list(shapes), name="region"), crs=crs)
    frame.attrs["source"] = "own.gpkg"
    return frame


def queen(regions: gpd.GeoDataFrame) -> set[tuple[str, str]]:
    """libpysal's answer to the same question."""
    graph = Graph.build_contiguity(regions, rook=False)
    position = {code: i for i, code in enumerate(regions.index)}
    pairs = graph.adjacency[graph.adjacency > 0].index
    return {(a, b) for a, b in pairs if position[a] < position[b]}


@pytest.fixture
def trap() -> gpd.GeoDataFrame:
    """Borders that coincide on the map but share no vertex: w-m and m-e are lost, e-x is in order."""
    return layer(
        w=Polygon([(0, 0), (1, 0), (1, 3), (0, 3)]),
        m=Polygon([(1, 0.5), (2, 0.5), (2, 2.5), (1, 2.5)]),
        e=Polygon([(2, 0), (3, 0), (3, 3), (2, 3)]),
        x=Polygon([(3, 0), (4, 0), (4, 3), (3, 3)]),
    )


def test_vertices_not_shared_lose_neighbours_and_repair_restores_them(trap):
    assert neighbor_pairs(trap) == queen(trap) == {("e", "x")}
    mended = check_coverage(trap, repair="clean")
    assert neighbor_pairs(mended) == queen(mended) == {("w", "m"), ("m", "e"), ("e", "x")}
    report = mended.attrs["coverage"]
    assert report["touched"] == report["pairs_gained"][::-1] == [("w", "m"), ("m", "e")]
    assert report["area_change"] < 1e-12
    assert mended.attrs["source"] == "own.gpkg"


def test_refusal_names_the_pairs_and_only_them(trap):
    with pytest.raises(DataError) as caught:
        check_coverage(trap)
    text = str(caught.value)
    assert text.startswith("own.gpkg: not a coverage")
    assert "w and m (vertices)" in text and "m and e (vertices)" in text
    assert "e and x" not in text


def test_input_is_not_mutated(trap):
    before = trap.geometry.to_wkb().tolist()
    mended = check_coverage(trap, repair="clean")
    assert trap.geometry.to_wkb().tolist() == before
    assert "coverage" not in trap.attrs and mended is not trap


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        ({"a": box(0, 0, 10, 10), "b": box(4, 4, 6, 6)}, "overlap"),  # a city drawn over its region
        ({"a": box(0, 0, 1, 1), "b": box(0.9, 0, 2, 1)}, "overlap"),
        ({"a": box(0, 0, 1, 1), "b": box(1.00005, 0, 2, 1)}, "gap"),
        ({"a": box(0, 0, 1, 3), "b": box(1, 1, 2, 2)}, "vertices"),
    ],
)
def test_kinds_of_fault(shapes, kind):
    faults = coverage_faults(layer(**shapes))
    assert faults[["region_a", "region_b", "kind"]].to_numpy().tolist() == [["a", "b", kind]]
    assert faults["length"].gt(0).all()
    mended = check_coverage(layer(**shapes), repair="clean")
    assert shapely.coverage_is_valid(mended.geometry.to_numpy())
    assert neighbor_pairs(mended) == {("a", "b")}


def test_overlap_goes_to_the_smaller_region():
    mended = check_coverage(layer(host=box(0, 0, 10, 10), city=box(4, 4, 6, 6)), repair="clean")
    assert mended.area.round(9).to_dict() == {"host": 96.0, "city": 4.0}
    assert mended.attrs["coverage"]["area_change"] == pytest.approx(0.04)


@pytest.mark.parametrize(
    "shapes",
    [
        {"a": box(0, 0, 1, 1), "b": box(1, 0, 2, 1)},
        {"a": box(0, 0, 1, 1), "b": box(1, 1, 2, 2)},  # meet in a corner
        {"a": box(0, 0, 1, 1), "b": box(5, 0, 6, 1)},  # far apart
        {"a": box(0, 0, 1, 1), "b": box(1, 0, 2, 1), "c": box(0, 1, 1, 2)},
        {"a": box(0, 0, 10, 10).difference(box(4, 4, 6, 6)), "b": box(4, 4, 6, 6)},
        {"a": box(0, 0, 1, 1)},
    ],
)
@pytest.mark.parametrize("repair", ["refuse", "clean"])
def test_a_coverage_passes_unchanged(shapes, repair):
    regions = layer(**shapes)
    checked = check_coverage(regions, repair=repair)
    assert checked.geometry.to_wkb().tolist() == regions.geometry.to_wkb().tolist()
    assert checked.attrs["coverage"]["touched"] == []


def test_tolerance_decides_what_a_gap_is():
    regions = layer(a=box(0, 0, 1, 1), b=box(1.01, 0, 2, 1))
    assert coverage_faults(regions).empty
    assert coverage_faults(regions, tolerance=0).empty
    assert coverage_faults(regions, tolerance=0.02)["kind"].tolist() == ["gap"]
    mended = check_coverage(regions, repair="clean", tolerance=0.02)
    assert neighbor_pairs(mended) == {("a", "b")}


@pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf, True, "1"])
def test_tolerance_must_be_a_distance(tolerance):
    with pytest.raises(DataError, match=r"tolerance=.*0 or more"):
        check_coverage(layer(a=box(0, 0, 1, 1)), tolerance=tolerance)


def test_unknown_repair():
    with pytest.raises(DataError, match=r"repair='cleen' is not known; allowed: refuse, clean; nearest: clean"):
        check_coverage(layer(a=box(0, 0, 1, 1)), repair="cleen")


def test_something_other_than_polygons_is_refused():
    with pytest.raises(DataError, match=r"own\.gpkg: no polygon for b"):
        check_coverage(layer(a=box(0, 0, 1, 1), b=Point(0, 0)))


def test_a_region_that_the_repair_would_swallow():
    with pytest.raises(DataError, match=r"own\.gpkg: the repair leaves nothing of b"):
        check_coverage(layer(a=box(0, 0, 1, 1), b=box(0, 0, 1, 1)), repair="clean")


def test_a_message_lists_no_more_than_eight_pairs():
    shapes = {f"r{i}": box(i, i % 2 * 0.25, i + 1, 1 - i % 2 * 0.25) for i in range(12)}
    with pytest.raises(DataError, match=r"and 3 more do not match"):
        check_coverage(layer(**shapes))


def test_other_columns_crs_and_geometry_name_survive():
    regions = layer(a=box(0, 0, 1, 1), b=box(1.00005, 0, 2, 1), crs=3857).rename_geometry("shape")
    regions["value"] = [1, 2]
    mended = check_coverage(regions, repair="clean")
    assert list(mended.columns) == ["shape", "value"] and mended.geometry.name == "shape"
    assert mended.crs == regions.crs and mended.index.equals(regions.index)


cuts = st.lists(st.integers(1, 999), min_size=1, max_size=4, unique=True).map(sorted)


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(cuts, cuts, st.floats(0.01, 0.4), st.integers(0, 2**32 - 1))
def test_shrunken_grid_gets_its_neighbours_back(columns, rows, shrink, seed):
    """Some cells of a grid are pulled in by less than the tolerance; shared edges come back, no more."""
    xs, ys = [0, *(20 * c for c in columns), 20_000], [0, *(20 * r for r in rows), 20_000]
    cells = {f"c{i}{j}": (i, j) for i in range(len(xs) - 1) for j in range(len(ys) - 1)}
    grid = layer(**{code: box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for code, (i, j) in cells.items()})
    rook = {(a, b) for a, (i, j) in cells.items() for b, (k, m) in cells.items() if (k - i, m - j) in {(0, 1), (1, 0)}}
    chosen = np.random.default_rng(seed).random(len(grid)) < 0.5
    pulled = grid.copy()
    pulled["geometry"] = grid.geometry.where(~chosen, grid.buffer(-shrink, join_style="mitre"))
    mended = check_coverage(pulled, repair="clean", tolerance=1.0)
    assert rook <= neighbor_pairs(mended) <= neighbor_pairs(grid)
    assert mended.is_valid.all() and shapely.coverage_is_valid(mended.geometry.to_numpy())


def test_enclaves_need_one_neighbour_that_surrounds_them():
    hole = box(4, 4, 6, 6)
    regions = layer(
        host=box(0, 0, 10, 10).difference(hole),
        inner=hole,
        cape=box(10, 4, 11, 5),  # one neighbour, but on the edge
    )
    assert find_enclaves(regions) == {"inner": "host"}
    regions["kind"] = ["region", "region", "city"]
    assert find_enclaves(regions) == {}
    regions["kind"] = ["region", "city", "city"]
    assert find_enclaves(regions) == {"inner": "host"}


def test_enclave_between_two_regions_is_none():
    hole = box(4, 4, 6, 6)
    regions = layer(w=box(0, 0, 5, 10).difference(hole), e=box(5, 0, 10, 10).difference(hole), city=hole)
    assert find_enclaves(regions) == {}


def test_merge_unites_area_and_drops_the_row():
    holes = [box(1, 1, 2, 2), box(4, 4, 6, 6)]
    regions = layer(host=box(0, 0, 10, 10).difference(MultiPolygon(holes)), p=holes[0], q=holes[1])
    regions["name"] = ["Host", "P", "Q"]
    mapping = find_enclaves(regions)
    assert mapping == {"p": "host", "q": "host"}
    merged = merge_enclaves(regions, mapping)
    assert merged.index.tolist() == ["host"] and merged["name"].tolist() == ["Host"]
    assert merged.geometry["host"].equals(box(0, 0, 10, 10))
    assert merged.attrs == {"source": "own.gpkg", "enclaves": mapping}
    assert len(regions) == 3 and "enclaves" not in regions.attrs


def test_empty_mapping_is_a_copy():
    regions = layer(a=box(0, 0, 1, 1))
    merged = merge_enclaves(regions, {})
    assert merged is not regions and merged.geometry.equals(regions.geometry)


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ({"cty": "host"}, "cty is not in the layer; nearest: city"),
        ({"city": "hots"}, "hots is not in the layer; nearest: host"),
        ({"city": "city"}, "city is both an enclave and a host"),
        ({"city": "host", "host": "other"}, "host is both an enclave and a host"),
    ],
)
def test_bad_mappings(mapping, problem):
    regions = layer(host=box(0, 0, 1, 1), city=box(1, 0, 2, 1), other=box(2, 0, 3, 1))
    with pytest.raises(RegionError, match=problem):
        merge_enclaves(regions, mapping)


def test_gaps_wider_than_the_default_tolerance_are_mended_where_a_border_wanders() -> None:
    """Two borders that cross each other leave gaps, which a wider tolerance closes; what is left of it is no fault."""
    rng = np.random.default_rng(4)
    for _ in range(12):
        at = np.arange(1, 30) / 30
        left = np.column_stack([1 + rng.uniform(-3e-4, 3e-4, 29), at])
        right = np.column_stack([1 + rng.uniform(-3e-4, 3e-4, 29), at + rng.uniform(-0.01, 0.01, 29)])
        a, b = Polygon([(0, 0), (1, 0), *left, (1, 1), (0, 1)]), Polygon([(2, 0), (2, 1), (1, 1), *right[::-1], (1, 0)])
        mended = check_coverage(layer(a=a, b=b), repair="clean")
        assert neighbor_pairs(mended) == {("a", "b")} and mended.attrs["coverage"]["area_change"] < 1e-3


@pytest.mark.parametrize("seed", range(8))
def test_parts_within_parts_are_holes_and_islands_in_them(seed):
    """Rings that a file does not tell apart are its areas and holes in turn, from outside to inside."""
    rng = np.random.default_rng(seed)
    rings, area = [], 0.0
    for x in range(0, 40 * int(rng.integers(1, 4)), 40):
        at, size = np.array([x, 0.0]), 30.0
        for depth in range(int(rng.integers(1, 5))):
            rings.append(box(*at, *(at + size)))
            area += size * size * (1 if depth % 2 == 0 else -1)
            at, size = at + rng.uniform(0.1, 0.3) * size, 0.6 * size
    parts = [rings[i] for i in rng.permutation(len(rings))]
    mended, change = mend(MultiPolygon(parts))
    assert mended.is_valid and mended.area == pytest.approx(area) and change == pytest.approx(0)
    assert mend(MultiPolygon([*parts, parts[0]]))[0].equals(mended)  # one that is written twice


@pytest.mark.parametrize("seed", samples(range(60), 6))
def test_of_several_levels_in_one_layer_those_with_rows_are_kept(seed: int) -> None:
    """A country, its provinces and their districts in one layer, in any order, with a city in a region beside them."""
    rng = np.random.default_rng([3, seed])
    wide, high = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    districts = {f"D{i}{j}": shapely.box(i, j, i + 1, j + 1) for i in range(wide) for j in range(high)}
    provinces = {f"P{i}": shapely.box(i, 0, i + 1, high) for i in range(wide)}
    apart = {"City": shapely.box(20.4, 0.4, 20.6, 0.6), "Around": shapely.box(20, 0, 21, 1)}
    levels = [districts, provinces, {"Country": shapely.box(0, 0, wide, high)}]
    every = districts | provinces | levels[2] | apart
    names = rng.permutation(list(every)).tolist()
    grow = 1 + rng.uniform(0, 0.004)  # levels are drawn at different scales
    shapes = [shapely.affinity.scale(every[x], grow, grow) if x in provinces else every[x] for x in names]
    regions = gpd.GeoDataFrame(geometry=shapes, index=pd.Index(names), crs=3857)
    with_rows = int(rng.integers(3))
    held = {*levels[with_rows], "City", "Around"}
    above = bool(rng.integers(2))  # a table often has the rows of its totals, too
    kept, notes = of_one_level(regions, held | ({*every} - {*districts} if above and with_rows < 2 else set()))
    wanted = provinces if above and with_rows == 1 else levels[with_rows]
    assert set(kept.index) == {*wanted, "City", "Around"}
    told = " ".join(notes)
    assert all(name in told for name in ["Country"] * (with_rows < 2))
    assert ("have no row" in told) == (with_rows > 0) and ("with the row" in told) == (above and with_rows < 2)
    for a, b in [("D00", "P0"), ("Country", "All")]:
        twins = pd.concat([regions.loc[[a]], regions.loc[[a]].rename({a: b})])
        with pytest.raises(DataError, match=r"one and the same polygon; allowed: .*ignore"):
            of_one_level(twins, [a, b])
        assert list(of_one_level(twins, [b])[0].index) == [b]
