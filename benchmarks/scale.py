"""Many regions beside peers: ``python benchmarks/scale.py [n ...]``; writes benchmarks/results/scale.md.

Voronoi polygons with shared vertices. Each row and size is a process of its own: this package first, whose peak memory
it is (of the largest process, where a row starts others), then the peers. Medians of processor time of 5 runs, of 3
above 10 s, processes started by them included; nothing is kept from one run to the next, so that the first map of a
layer is measured, not the second. Ratios to the peers of the same process first. The slope is of the logarithms of time
and of size: between the last two sizes, and on the last line of a row by least squares over its sizes from 3,000. ROWS
says up to which size a row goes.
"""

from __future__ import annotations

import gc
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import growthpoles as gp
from growthpoles.spatial.reference_distributions import moments
from growthpoles.spatial.weights import build_weights

RESULTS = Path(__file__).parent / "results"
SIZES = (16, 3_000, 40_000, 250_000, 1_000_000)
COMMAND = str(Path(sys.executable).with_name("growthpoles"))
Task = Callable[[], Any]


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


def processor() -> float:
    """Processor time of this process and of those that it waited for."""
    return time.process_time() + sum(os.times()[2:4])


def forget() -> None:
    """Drop what the package keeps of the layers, weights and pages that it has met."""
    build_weights._known_contacts.cache_clear()
    moments.fourth_order_sums.cache_clear()
    for name, module in list(sys.modules.items()):
        if name.startswith("growthpoles."):
            for kept in [each for each in vars(module).values() if isinstance(each, OrderedDict)]:
                kept.clear()
    gc.collect()  # figures hold themselves


def seconds(task: Task) -> float:
    """Median processor time of 5 runs, of 3 above 10 s, with that of processes they start."""
    times: list[float] = []
    while len(times) < (3 if times and times[0] > 10 else 5):
        forget()
        start = processor()
        task()
        times.append(processor() - start)
    return statistics.median(times)


def drawn(regions: gpd.GeoDataFrame, file: Path) -> Path:
    """A choropleth of this package as a PNG file."""
    limits = gp.class_limits(regions["y"], "quantiles")
    figure = gp.plot_values(regions, regions["y"], limits=limits, labels="none").figure
    return gp.save_figure(figure, file.with_suffix(".png"))


def drawn_by_geopandas(regions: gpd.GeoDataFrame, file: Path) -> None:
    """The same by geopandas."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 7.2), dpi=300)
    regions.plot("y", scheme="quantiles", k=5, ax=figure.add_axes((0, 0, 1, 1)))
    figure.savefig(file.with_suffix(".peer.png"))


def contiguity(kind: str, regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    from libpysal.graph import Graph

    tasks: dict[str, Task] = {
        "": lambda: gp.build_weights(regions, kind),
        "libpysal": lambda: Graph.build_contiguity(regions, rook=kind == "rook"),
    }
    try:
        import pygeoda
    except ImportError:
        return tasks
    shapes = file.with_suffix(".shp")
    if not shapes.exists():
        regions.to_file(shapes)

    def opened() -> Any:
        layer = pygeoda.open(str(shapes))
        return pygeoda.queen_weights(layer) if kind == "queen" else pygeoda.rook_weights(layer)

    return {**tasks, "pygeoda with its opening": opened}


def dense(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    from libpysal.graph import Graph

    points = regions.set_geometry(regions.centroid)
    reach = 2e6 / math.sqrt(len(regions))
    kinds = ("distance_band", "inverse_distance", "kernel")
    return {
        "": lambda: [gp.build_weights(regions, kind) for kind in kinds],
        "libpysal's band and kernel": lambda: [
            Graph.build_distance_band(points, reach),
            Graph.build_kernel(points, kernel="gaussian", bandwidth=reach),
        ],
    }


def relative_neighbourhood(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    return {
        "": lambda: gp.build_weights(regions, "relative_neighborhood"),
        "own Delaunay": lambda: gp.build_weights(regions, "delaunay"),
    }


def global_tests(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    """Moran, Geary and G of 999 relocations (above 20,000 regions the default: exact moments) beside esda's Moran."""
    import esda
    from libpysal.graph import Graph

    graph, y = gp.build_weights(regions), regions["y"]
    positive = y - y.min() + 1
    w = Graph.build_contiguity(regions, rook=False).transform("r")
    many = None if len(y) > 20_000 else 999

    def run() -> None:
        gp.moran(y, graph, permutations=many)
        gp.geary(y, graph, permutations=many)
        gp.getis_ord(positive, graph, permutations=many)

    return {
        "": run,
        "esda's Moran, 999": lambda: esda.Moran(y, w, permutations=999),
    }


def local_moran(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    import esda
    from libpysal.graph import Graph

    graph, y = gp.build_weights(regions), regions["y"]
    w = Graph.build_contiguity(regions, rook=False).transform("r")
    return {
        "": lambda: gp.local_moran(y, graph, permutations=999, adjust="fdr"),
        "esda": lambda: esda.Moran_Local(y, w, permutations=999, n_jobs=1, seed=1),
    }


def power(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    graph = gp.build_weights(regions)
    return {"": lambda: gp.moran_power(graph)}


def curve(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    """All statistics and weights of the verdict's curve, weights built each time."""
    y = regions["y"]
    kinds = ("queen", "knn", "gabriel", "relative_neighborhood", "distance_band", "inverse_distance", "kernel")

    def run() -> Any:
        graphs = {kind: gp.build_weights(regions, kind) for kind in kinds}
        ways = [
            gp.Specification({"weights": kind, "statistic_name": name}, y, graph, name)
            for kind, graph in graphs.items()
            for name in ("moran", "geary")
        ]
        return gp.specification_curve(ways)

    return {"": run}


def choropleth(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    return {"": lambda: drawn(regions, file), "geopandas": lambda: drawn_by_geopandas(regions, file)}


def file_to_map(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    def run() -> None:
        layer = gpd.read_parquet(file)
        local = gp.local_moran(layer["y"], gp.build_weights(layer), permutations=999, adjust="fdr")
        gp.save_figure(gp.plot_clusters(layer, local, labels="none").figure, file.with_suffix(".png"))
        layer.join(local.to_frame().add_suffix("_local")).to_parquet(file.with_suffix(".out.parquet"))

    return {"": run}


def coherence(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    """Of 60 indicators in 4 pillars."""
    codes = [f"x{i}" for i in range(60)]
    values = np.random.default_rng(1).lognormal(size=(len(regions), len(codes)))
    rows = [("index", "aggregate", ""), *((f"p{k}", "aggregate", "index") for k in range(4))]
    rows += [(code, "indicator", f"p{i % 4}") for i, code in enumerate(codes)]
    catalogue = gp.Catalogue.from_frame(pd.DataFrame(rows, columns=["code", "kind", "parent"]))
    rating = gp.rate(pd.DataFrame(values, columns=codes), catalogue)
    return {"": lambda: gp.coherence(rating, catalogue)}


def proposed(regions: gpd.GeoDataFrame, file: Path) -> Path:
    """A study of three indicators, as `growthpoles init` proposes it."""
    folder = file.with_suffix(".study")
    if not folder.exists():
        keys = [f"r{i}" for i in range(len(regions))]
        layer = file.with_suffix(".named.gpkg")
        regions[["geometry"]].assign(key=keys, name=[f"Region {i}" for i in range(len(keys))]).to_file(layer)
        values = np.random.default_rng(2).lognormal(3, 0.5, (len(keys), 3)).round(2)
        table = pd.DataFrame(values, columns=["wages", "patents", "density"], index=pd.Index(keys, name="key"))
        table.to_csv(file.with_suffix(".csv"))
        where = ["--boundaries", layer, "--key", "key", "--table", file.with_suffix(".csv"), "--year", "2020"]
        subprocess.run([COMMAND, "init", folder, *where], check=True, capture_output=True)
    return folder


def verdict(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    """Of a study, with its power, as the command line gives it, from files to text."""
    command = [COMMAND, "verdict", "--study", proposed(regions, file), "--tests"]
    return {"": lambda: subprocess.run(command, check=True, capture_output=True)}


def report(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    """Of a study in one language: all figures, tables and the page."""
    out = [file.with_suffix(".out"), "--force"]
    command = [COMMAND, "report", "--study", proposed(regions, file), "--lang", "en", "--quiet", "--out", *out]
    return {"": lambda: subprocess.run(command, check=True, capture_output=True)}


def imports(regions: gpd.GeoDataFrame, file: Path) -> dict[str, Task]:
    own, peers = "import growthpoles", "import geopandas, matplotlib.pyplot, libpysal, esda"

    def started(code: str) -> Task:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    return {"": started(own), "geopandas, matplotlib, libpysal and esda": started(peers)}


ROWS: dict[str, tuple[Callable[..., dict[str, Task]], int, int]] = {
    # name: tasks of the row; largest size of this package, and of the peers. OTHER has rows with sizes of their own.
    "queen": (lambda regions, file: contiguity("queen", regions, file), 1_000_000, 250_000),
    "rook": (lambda regions, file: contiguity("rook", regions, file), 1_000_000, 250_000),
    "relative neighbourhood": (relative_neighbourhood, 250_000, 250_000),
    "distance band, inverse distance, kernel": (dense, 3_000, 3_000),
    "Moran, Geary and G": (global_tests, 1_000_000, 250_000),
    "local Moran, 999 draws, FDR": (local_moran, 1_000_000, 40_000),
    "power of Moran's I": (power, 3_000, 0),
    "curve of 14 specifications with their 7 weights": (curve, 3_000, 0),
    "choropleth PNG": (choropleth, 1_000_000, 250_000),
    "GeoParquet to clusters, PNG and GeoParquet": (file_to_map, 1_000_000, 0),
    "coherence of 60 indicators": (coherence, 500, 0),
    "verdict of a study, its tests and power": (verdict, 3_000, 0),
    "report of a study": (report, 3_000, 0),
    "imports": (imports, 16, 16),
}
OTHER: dict[str, tuple[int, ...]] = {
    "coherence of 60 indicators": (500,),
    "verdict of a study, its tests and power": (16, 3_000),
    "report of a study": (16, 100, 3_000),
    "imports": (16,),
}


def measure(name: str, n: int, file: Path) -> dict[str, Any]:
    """Time one row at one size in this process."""
    import resource

    tasks, _, largest = ROWS[name]
    regions = gpd.read_parquet(file)
    own, *peers = tasks(regions, file).items()
    found: dict[str, Any] = {"own": seconds(own[1])}
    started = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    found["gib"] = started / 2**20
    found["peers"] = {peer: seconds(task) for peer, task in peers if n <= largest}
    return found


def main() -> None:
    if sys.argv[1:2] == ["--make"]:  # in a process of its own: a child starts with the peak memory of its parent
        voronoi(int(sys.argv[2])).to_parquet(sys.argv[3])
        return
    if sys.argv[1:2] == ["--row"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))))
        return
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    quiet = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    head = f"{platform.machine()}, Python {platform.python_version()}, one thread; seconds of processor time"
    lines = [head, "", "| what | n | of the peer's | s | peers, s | GiB | slope |"]
    lines += ["| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    with tempfile.TemporaryDirectory() as folder:
        files: dict[int, Path] = {}
        for name, (_, largest, _) in ROWS.items():
            points: list[tuple[float, float]] = []
            of_row = [size for size in OTHER.get(name, sizes) if size <= min(largest, max(sizes))]
            for n in of_row:
                if n not in files:
                    files[n] = Path(folder) / f"{n}.parquet"
                    subprocess.run([sys.executable, __file__, "--make", str(n), str(files[n])], check=True)
                command = [sys.executable, __file__, "--row", name, str(n), str(files[n])]
                run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=quiet)
                found = json.loads(run.stdout.splitlines()[-1])
                own = found["own"]
                ratio = ", ".join(f"{own / peer:.3f} of {of}" for of, peer in found["peers"].items())
                points.append((math.log(n), math.log(own)))
                slope = "" if len(points) < 2 else f"{np.polyfit(*zip(*points[-2:], strict=True), 1)[0]:.2f}"
                many = [point for point in points if point[0] >= math.log(3_000)]
                if n == of_row[-1] and len(many) > 2:
                    slope += f"; {np.polyfit(*zip(*many, strict=True), 1)[0]:.2f}"
                beside = ", ".join(f"{peer:.2f}" for peer in found["peers"].values())
                lines.append(f"| {name} | {n:,} | {ratio} | {own:.3f} | {beside} | {found['gib']:.2f} | {slope} |")
                print(lines[-1], flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scale.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
