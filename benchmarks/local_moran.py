"""Local Moran beside esda and pygeoda: same values, same graph, same run, everything warm.

    python benchmarks/local_moran.py                 # all rows; ten to twenty minutes, nearly all of it
    esda's python benchmarks/local_moran.py --sides 200     # one lattice of 200 x 200 regions python
    benchmarks/local_moran.py --only-large    # the row without peers: a million regions, 99,999
    permutations

Peers: `pip install esda numba pygeoda`; one that is not installed is left out of the table. Timed from
values and a ready graph to p-values and labels: ours includes turning the Graph into a matrix, pygeoda has
its own weights ready. The rounds alternate between the libraries, so that a busy machine slows all of them;
the table has medians over the rounds.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from libpysal.graph import Graph

from growthpoles.spatial.local_tests import local_moran

RESULTS = Path(__file__).parent / "results" / "local_moran.md"
PERMUTATIONS = 999
LARGE_SIDE, LARGE_PERMUTATIONS = 1000, 99_999


def lattice(side: int) -> Graph:
    """Queen contiguity of side x side squares, numbered row by row."""
    number = np.arange(side * side).reshape(side, side)
    focal, neighbor = [], []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if down or right:
                rows = slice(max(0, -down), side - max(0, down))
                columns = slice(max(0, -right), side - max(0, right))
                focal.append(number[rows, columns].ravel())
                neighbor.append(focal[-1] + down * side + right)
    focal, neighbor = np.concatenate(focal), np.concatenate(neighbor)
    order = np.lexsort((neighbor, focal))
    index = pd.MultiIndex.from_arrays([focal[order], neighbor[order]], names=["focal", "neighbor"])
    return Graph(pd.Series(np.ones(len(index)), index=index, name="weight"), "B", is_sorted=True)


def values(side: int) -> pd.Series:
    """A smooth surface with noise, so that there is something to find."""
    rng = np.random.default_rng(0)
    y, x = np.divmod(np.arange(side * side), side)
    return pd.Series(np.sin(6 * x / side) * np.cos(6 * y / side) + 2 * rng.normal(size=side * side))


def contenders(side: int, graph: Graph, y: pd.Series) -> dict[str, Callable[[], object]]:
    """Calls to be timed, ours first."""
    runs: dict[str, Callable[[], object]] = {"growthpoles": lambda: local_moran(y, graph, permutations=PERMUTATIONS)}
    try:
        import geopandas as gpd
        import pygeoda
        import shapely

        row, column = np.divmod(np.arange(side * side), side)
        squares = gpd.GeoDataFrame({"y": y}, geometry=shapely.box(column, row, column + 1, row + 1))
        weights = pygeoda.queen_weights(pygeoda.open(squares))
        column_of_y = squares["y"]
        runs["pygeoda"] = lambda: pygeoda.local_moran(
            weights, column_of_y, permutations=PERMUTATIONS, permutation_method="lookup", cpu_threads=2
        )
    except ImportError:
        print("pygeoda is not installed")
    try:
        from esda import Moran_Local

        plain = y.to_numpy()
        runs["esda"] = lambda: Moran_Local(
            plain, graph, permutations=PERMUTATIONS, n_jobs=2, keep_simulations=False, seed=1
        )
    except ImportError:
        print("esda is not installed")
    return runs


def race(side: int, rounds: int) -> list[str]:
    """Rows of the table for one lattice."""
    graph, y = lattice(side), values(side)
    runs = contenders(side, graph, y)
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for call in runs.values():
        call()
    for turn in range(rounds):
        for name, call in runs.items():
            if name == "esda" and turn >= max(3, rounds // 5):
                continue  # seconds to minutes each; fewer rounds are enough
            start = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - start)
    median = {name: statistics.median(seconds) for name, seconds in taken.items()}
    ours = median["growthpoles"]
    return [
        f"| {side * side:,} | {PERMUTATIONS:,} | {name} | {1000 * seconds:,.1f} | {1000 * min(taken[name]):,.1f} "
        f"| {seconds / ours:,.1f} | {len(taken[name])} |"
        for name, seconds in median.items()
    ]


def memory(key: str) -> float:
    """Resident memory in GiB: VmRSS now, VmHWM at the highest since :func:`forget_peak`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 2**20
    raise RuntimeError(key)


def forget_peak() -> None:
    """Reset the high-water mark of this process (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def large(rounds: int) -> list[str]:
    """Time and peak memory beside the data at a million regions."""
    graph, y = lattice(LARGE_SIDE), values(LARGE_SIDE)
    seconds, peaks = [], []
    for _ in range(rounds):
        forget_peak()
        before, start = memory("VmRSS"), time.perf_counter()
        local_moran(y, graph, permutations=LARGE_PERMUTATIONS)
        seconds.append(time.perf_counter() - start)
        peaks.append(memory("VmHWM") - before)
    return [
        f"| {LARGE_SIDE**2:,} | {LARGE_PERMUTATIONS:,} | {statistics.median(seconds):.2f} | {min(seconds):.2f} "
        f"| {max(peaks):.2f} | {rounds} |"
    ]


def in_a_fresh_process() -> list[str]:
    """Memory that earlier rows have freed would hide the peak."""
    command = [sys.executable, __file__, "--only-large"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line for line in output.splitlines() if line.startswith(f"| {LARGE_SIDE**2:,}")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sides", type=int, nargs="*", default=[200, 500], help="regions per side of the lattice")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only-large", action="store_true")
    options = parser.parse_args()
    if options.only_large:
        print("\n".join(large(5)))
        return
    warnings.filterwarnings("ignore")
    lines = [
        "# Local Moran: growthpoles, pygeoda, esda",
        "",
        f"Python {platform.python_version()}, {platform.machine()}, 2 threads for the peers, 1 for growthpoles. "
        "Square lattice, queen contiguity, from values and a ready graph.",
        "",
    ]
    lines += [
        "| regions | permutations | library | median ms | best ms | median / ours | rounds |",
        "| ---: | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for side in options.sides:
        lines += race(side, options.rounds)
    lines += [
        "",
        "| regions | permutations | median s | best s | peak GiB beside the data | rounds |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
        *in_a_fresh_process(),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
