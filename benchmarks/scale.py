"""Many regions beside peers in one process: ``python benchmarks/scale.py [n ...]``; writes benchmarks/results/scale.md.

Contiguity, local Moran, maps and the verdict's curve over Voronoi polygons with shared vertices. Figures are medians of
processor time, of 5 runs or of 3 above 10 s, ratios to the peer of the same run first; peaks are those of the whole
process so far. The slope is that of the last two sizes, in logarithms.
"""

from __future__ import annotations

import math
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

import growthpoles as gp

RESULTS = Path(__file__).parent / "results"
SIZES = (3_000, 40_000)


def voronoi(n: int) -> gpd.GeoDataFrame:
    """Cells of random points within the unit square, in metres."""
    from scipy.spatial import Voronoi

    rng = np.random.default_rng(0)
    cells = Voronoi(rng.uniform(0, 1, (n + 8 * math.isqrt(n) + 50, 2)))
    corners = cells.vertices
    kept = []
    for region in cells.point_region:
        ring = cells.regions[region]
        if ring and -1 not in ring and (corners[ring] > 0).all() and (corners[ring] < 1).all():
            kept.append([*ring, ring[0]])
    kept = kept[:n]
    ends = np.concatenate([[0], np.cumsum([len(ring) for ring in kept])])
    offsets = (ends, np.arange(len(kept) + 1))
    shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, corners[np.concatenate(kept)] * 1e6, offsets)
    return gpd.GeoDataFrame({"y": rng.normal(size=len(kept))}, geometry=shapes, crs="EPSG:32642")


def seconds(task: Callable[[], Any]) -> float:
    """Median processor time of 5 runs, of 3 above 10 s."""
    times: list[float] = []
    while len(times) < (3 if times and times[0] > 10 else 5):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return statistics.median(times)


def drawn(regions: gpd.GeoDataFrame) -> bytes:
    """A choropleth of this package as PNG."""
    out = BytesIO()
    limits = gp.class_limits(regions["y"], "quantiles")
    gp.plot_values(regions, regions["y"], limits=limits, labels="none").figure.savefig(out, format="png")
    return out.getvalue()


def drawn_by_geopandas(regions: gpd.GeoDataFrame) -> bytes:
    """The same by geopandas."""
    from matplotlib.figure import Figure

    out, figure = BytesIO(), Figure(figsize=(7.2, 7.2), dpi=300)
    regions.plot("y", scheme="quantiles", k=5, ax=figure.add_axes((0, 0, 1, 1)))
    figure.savefig(out, format="png")
    return out.getvalue()


def rows(regions: gpd.GeoDataFrame) -> dict[str, tuple[float, float | None]]:
    """Seconds of this package and of the peer."""
    from libpysal.graph import Graph

    graph, y = gp.build_weights(regions), regions["y"]
    ways = [
        gp.Specification({"weights": kind, "statistic_name": statistic}, y, gp.build_weights(regions, kind), statistic)
        for kind in ("queen", "knn", "gabriel")
        for statistic in ("moran", "geary")
    ]
    return {
        "queen, libpysal": (
            seconds(lambda: gp.build_weights(regions)),
            seconds(lambda: Graph.build_contiguity(regions, rook=False)),
        ),
        "rook, libpysal": (
            seconds(lambda: gp.build_weights(regions, "rook")),
            seconds(lambda: Graph.build_contiguity(regions, rook=True)),
        ),
        "relative neighbourhood": (seconds(lambda: gp.build_weights(regions, "relative_neighborhood")), None),
        "Moran, 99 relocations": (seconds(lambda: gp.moran(y, graph, permutations=99)), None),
        "local Moran, 999 draws, FDR": (
            seconds(lambda: gp.local_moran(y, graph, permutations=999, adjust="fdr")),
            None,
        ),
        "curve of 6 specifications, 199 relocations": (
            seconds(lambda: gp.specification_curve(ways, permutations=199)),
            None,
        ),
        "choropleth PNG, geopandas": (
            seconds(lambda: drawn(regions)),
            seconds(lambda: drawn_by_geopandas(regions)),
        ),
    }


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    found = {}
    for n in sizes:
        found[n] = rows(voronoi(n)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    lines = [f"{platform.machine()}, Python {platform.python_version()}; seconds of processor time", ""]
    lines += ["| what, peer | n | of the peer's | s | peer, s | slope |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name in found[sizes[0]][0]:
        for before, n in zip([None, *sizes], sizes, strict=False):
            own, peer = found[n][0][name]
            ratio = "" if peer is None else f"{own / peer:.2f}"
            slope = "" if before is None else f"{math.log(own / found[before][0][name][0]) / math.log(n / before):.2f}"
            lines.append(
                f"| {name} | {n:,} | {ratio} | {own:.3f} | {'' if peer is None else f'{peer:.3f}'} | {slope} |"
            )
    lines += ["", *(f"Peak after {n:,}: {peak:.2f} GiB" for n, (_, peak) in found.items())]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scale.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
