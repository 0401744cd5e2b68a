"""The default report as a whole process, and the start of the command line, beside the imports they cannot avoid.

Run: python benchmarks/report.py. Writes benchmarks/results/report.md.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
RESULTS = Path(__file__).parent / "results"
PYTHON = sys.executable
IMPORTS = [PYTHON, "-c", "import geopandas, matplotlib.pyplot, libpysal"]
TYPER = [PYTHON, "-c", "import typer"]
COMMAND = [str(Path(PYTHON).with_name("growthpoles"))]


# Ratings, specialisation, change, Moran and clusters of both years, in one language: what a first look needs.
FIRST = """
import sys
from pathlib import Path
import growthpoles as gp
out = Path(sys.argv[1])
out.mkdir()
regions = gp.load_regions(2014)
graph = gp.build_weights(regions)
names = regions["short_en"]
index = {}
axes = {}
for year in (2010, 2014):
    for edition in gp.editions():
        rating = gp.rate(gp.load_indicators(year, edition=edition))
        rating.to_csv(out / f"rating_{edition}_{year}.csv")
        if edition == "realigned":
            index[year] = rating["index"]
            values, part, _ = gp.with_data(rating["index"], graph)
            test, local = gp.moran(values, part), gp.local_moran(values, part, adjust="tarone")
            local.to_frame().to_csv(out / f"local_{year}.csv")
            axes[f"rating_{year}"] = gp.plot_rating(regions, rating, year=year)
            axes[f"moran_{year}"] = gp.plot_moran(values, part, names=names, result=test, year=year)
            axes[f"clusters_{year}"] = gp.plot_clusters(regions, local, year=year)
    published = gp.load_published(year)
    published.to_csv(out / f"published_{year}.csv")
    axes[f"ksi_{year}"] = gp.plot_ksi(regions, published, year=year)
axes["change"] = gp.plot_change(regions, index[2014] - index[2010], years=(2010, 2014))
for name, ax in axes.items():
    gp.save_figure(ax.figure, out / f"{name}.png")
"""
FIRST_FIGURES = 9


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def paired(one: list[str], other: list[str]) -> tuple[float, float]:
    """Median seconds of two commands run in turn, after one warm-up each."""
    seconds(one), seconds(other)
    times = [(seconds(one), seconds(other)) for _ in range(RUNS)]
    return statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        runs = iter(range(1000))
        first = Path(folder) / "count"
        subprocess.run([*COMMAND, "report", "--quiet", "--out", str(first)], check=True, capture_output=True)
        figures = len(list((first / "figures").glob("*.png")))

        def report() -> list[str]:
            return [*COMMAND, "report", "--quiet", "--out", str(Path(folder) / str(next(runs)))]

        def look() -> list[str]:
            return [PYTHON, "-c", FIRST, str(Path(folder) / f"first{next(runs)}")]

        seconds(look())
        times = [(seconds(report()), seconds(look()), seconds(IMPORTS)) for _ in range(RUNS)]
    whole, first_look, imports = (statistics.median(column) for column in zip(*times, strict=True))
    allowed = 3 * imports + 0.15 * FIRST_FIGURES
    start, typer = paired([*COMMAND, "--help"], TYPER)
    lines = [
        "| what | median s | beside | median s | figure | limit |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
        f"| ratings, KSI, change, Moran, clusters: {FIRST_FIGURES} figures and their tables | {first_look:.2f} "
        f"| import geopandas, matplotlib.pyplot, libpysal | {imports:.2f} | {first_look / imports:.2f} x "
        f"| 3 x imports + 0.15 s a figure = {allowed:.2f} s |",
        f"| the whole report: audit, verdict, robustness, page in three languages, {figures} figures drawn four times "
        f"| {whole:.2f} | the same | {imports:.2f} | {whole / imports:.2f} x | none set |",
        f"| growthpoles --help | {start:.3f} | import typer | {typer:.3f} | {start / typer:.2f} x | 1.5 x |",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
