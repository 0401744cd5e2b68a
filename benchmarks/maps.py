"""Time maps beside geopandas in one run: ``python benchmarks/maps.py [repeats]``; writes benchmarks/results/maps.md.

Both sides draw the same content: regions filled by class, borders, legend, a name and a class in every region, title.
Figures are the best of several warm runs, in milliseconds of processor time (one thread), from values to bytes in
memory; what else the machine does meanwhile counts little.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from growthpoles import load_published, load_regions, load_study, maps
from growthpoles.maps.export import Facts, render
from growthpoles.maps.palettes import RATING, SEQUENTIAL
from growthpoles.ratings.classes import classify

RESULTS = Path(__file__).parent / "results"


def best(task: Callable[[], Any], repeats: int) -> float:
    """Shortest of several runs in milliseconds, after one that warms up."""
    task()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def peer(regions: gpd.GeoDataFrame, rating: pd.DataFrame, kind: str) -> bytes:
    """Draw the rating with geopandas."""
    figure = Figure(figsize=(183 / 25.4, 114.6 / 25.4), dpi=300)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    letters = classify(rating["index"])
    frame = regions.assign(letter=letters.to_numpy())
    frame.plot(
        "letter",
        categorical=True,
        categories=list(letters.cat.categories),
        cmap=ListedColormap(RATING),
        legend=True,
        edgecolor="#6b6b6b",
        linewidth=0.35,
        ax=ax,
    )
    ax.set_axis_off()
    ax.set_title("Rating, 2014")
    for point, name, letter in zip(frame.representative_point(), frame["short_en"], frame["letter"], strict=True):
        ax.annotate(f"{name}\n{letter}", (point.x, point.y), ha="center", va="center", fontsize=6.5)
    out = BytesIO()
    with mpl.rc_context({"pdf.fonttype": 42, "svg.fonttype": "none"}):
        figure.savefig(out, format=kind, dpi=300)
    return out.getvalue()


def grid(n: int) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """A country of n x n squares with a value each."""
    x, y = (side.ravel() for side in np.meshgrid(np.arange(n) * 1e4, np.arange(n) * 1e4))
    frame = gpd.GeoDataFrame(geometry=shapely.box(x, y, x + 1e4, y + 1e4), crs="EPSG:32642")
    frame.index.name = "region"
    return frame, pd.Series(np.random.default_rng(0).uniform(0, 1, n * n), index=frame.index)


def peer_grid(frame: gpd.GeoDataFrame, values: pd.Series) -> bytes:
    """Draw many polygons in five classes with geopandas."""
    figure = Figure(figsize=(183 / 25.4, 183 / 25.4), dpi=300)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    bins = pd.cut(values, [0, 0.2, 0.4, 0.6, 0.8, 1.0], labels=list("12345"))
    frame.assign(bins=bins).plot("bins", categorical=True, legend=True, cmap=ListedColormap(SEQUENTIAL[:5]), ax=ax)
    out = BytesIO()
    figure.savefig(out, format="png", dpi=300)
    return out.getvalue()


def report_figures() -> dict[str, float]:
    """Draw every figure of the default report in English to PNG, each once in a warm process: milliseconds by name."""
    from growthpoles.report.build_report import compute
    from growthpoles.report.figures import figure_jobs
    from growthpoles.report.stages import run_stages

    results = compute(load_study())
    run_stages(results, tell=lambda step: None)
    jobs = list(figure_jobs(results))

    def draw(job: Any) -> bytes:
        return render(job.figure("en"), "png", Facts(), 300.0)

    draw(jobs[0])
    times = {}
    for job in jobs:
        start = time.perf_counter()
        draw(job)
        times[job.name] = 1000 * (time.perf_counter() - start)
    return times


def in_fresh_processes(runs: int) -> dict[str, float]:
    """Run :func:`report_figures` in new processes; the median time of every figure."""
    code = "import json, maps; print(json.dumps(maps.report_figures()))"
    here = Path(__file__).parent
    times = [
        json.loads(subprocess.run([sys.executable, "-c", code], cwd=here, check=True, capture_output=True).stdout)
        for _ in range(runs)
    ]
    return {name: statistics.median(run[name] for run in times) for name in times[0]}


def main() -> None:
    """Print the tables and write them."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    regions, rating = load_regions(2014), load_published(2014)

    def ours(kind: str) -> bytes:
        ax = maps.plot_rating(regions, rating, year=2014, edition="published")
        return render(ax.figure, kind, Facts(title="Rating"), 300.0)

    rows = []
    for kind, limit in (("png", "150, half of geopandas"), ("pdf", "60"), ("svg", "60")):
        mine = best(lambda kind=kind: ours(kind), repeats)
        other = best(lambda kind=kind: peer(regions, rating, kind), repeats)
        rows.append((f"16 regions, rating, values to {kind.upper()}", mine, other, limit))
    frame, values = grid(200)

    def ours_grid() -> bytes:
        limits = (0, 0.2, 0.4, 0.6, 0.8, 1.0)
        made = maps.plot_values(frame, values, limits=limits, labels="none", insets="none", graticule="none")
        return render(made.figure, "png", Facts(), 300.0)

    rows.append(
        (
            "40,000 polygons, 5 classes, values to PNG",
            best(ours_grid, 3),
            best(lambda: peer_grid(frame, values), 3),
            "a third of geopandas",
        )
    )
    figures = in_fresh_processes(5)
    slowest = max(figures, key=figures.__getitem__)
    lines = [
        "# Maps: growthpoles and geopandas",
        "",
        f"Python {platform.python_version()}, {platform.machine()}, matplotlib {mpl.__version__}, "
        f"geopandas {gpd.__version__}. 183 mm, 300 dpi, both in one process; processor time of one thread in "
        f"milliseconds, the best of {repeats} warm runs (3 for the large map), from values to bytes in memory.",
        "",
        "| what | growthpoles | geopandas | share | limit |",
        "| --- | ---: | ---: | ---: | --- |",
        *(f"| {what} | {mine:.0f} | {other:.0f} | {mine / other:.2f} | {limit} |" for what, mine, other, limit in rows),
        "",
        f"The {len(figures)} figures of the default report in English, each drawn for the first time to PNG: "
        f"{sum(figures.values()) / len(figures):.0f} ms of elapsed time on average (limit 100 ms), "
        f"{figures[slowest]:.0f} ms at most ({slowest}); median of 5 processes.",
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "maps.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
