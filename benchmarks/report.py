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

        times = [(seconds(report()), seconds(IMPORTS)) for _ in range(RUNS)]
    whole, imports = (statistics.median(column) for column in zip(*times, strict=True))
    allowed = 3 * imports + 0.15 * figures
    start, typer = paired([*COMMAND, "--help"], TYPER)
    lines = [
        "| what | median s | beside | median s | figure | limit |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
        f"| report, {figures} figures | {whole:.2f} | import geopandas, matplotlib.pyplot, libpysal | {imports:.2f} "
        f"| {whole:.2f} s | 3 x imports + 0.15 s a figure = {allowed:.2f} s |",
        f"| growthpoles --help | {start:.3f} | import typer | {typer:.3f} | {start / typer:.2f} x | 1.5 x |",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
