"""Speed and memory of the robustness analysis; writes benchmarks/results/ratings.md.

Run with ``python benchmarks/ratings.py``. Every case runs in a process of its own, and imports are not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

CASES = {
    "weights": {},
    "weights, 3 normalisations, 2 means, dropped indicator": {
        "normalisations": ["leader", "min-max", "percentile"],
        "aggregations": ["arithmetic", "geometric"],
        "floor": 1.0,
        "drop": "one",
    },
    "the same and rounding noise": {
        "normalisations": ["leader", "min-max", "percentile"],
        "aggregations": ["arithmetic", "geometric"],
        "floor": 1.0,
        "drop": "one",
        "noise": 0.01,
    },
}
SIZES = {"16 regions x 6 indicators": (16, 6, 2), "3000 regions x 20 indicators": (3000, 20, 4)}
LIMITS = {"16 regions x 6 indicators": (0.5, 2.0), "3000 regions x 20 indicators": (60.0, 2.0)}
REPLICATIONS = 10_000


def measure(size: str, case: str) -> dict[str, float]:
    """Time one case in this process: the replications, and all that `to_frame` and the probabilities add."""
    import resource
    import time

    import numpy as np
    import pandas as pd

    from growthpoles.ratings import Catalogue, robustness

    regions, indicators, pillars = SIZES[size]
    codes = [f"x{i}" for i in range(indicators)]
    values = np.random.default_rng(1).lognormal(size=(regions, indicators))
    table = pd.DataFrame(values, columns=codes, index=[f"R{i}" for i in range(regions)])
    rows = [("index", "aggregate", "")]
    rows += [(f"p{k}", "aggregate", "index") for k in range(pillars)]
    rows += [(code, "indicator", f"p{i % pillars}") for i, code in enumerate(codes)]
    catalogue = Catalogue.from_frame(pd.DataFrame(rows, columns=["code", "kind", "parent"]))
    options = dict(CASES[case])
    noise = options.pop("noise", None)
    if noise:
        options["resolution"] = dict.fromkeys(codes, noise)
    robustness(table.head(20), catalogue, replications=10, **options)
    start = time.perf_counter()
    result = robustness(table, catalogue, replications=REPLICATIONS, **options)
    done = time.perf_counter()
    result.to_frame()
    result.outranks(result.nominal.index[:50])
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": done - start, "with_tables": end - start, "gib": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", nargs=2, metavar=("SIZE", "CASE"), help="measure one case and print it as JSON")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "ratings.md")
    arguments = parser.parse_args()
    if arguments.case:
        print(json.dumps(measure(*arguments.case)))
        return
    lines = [
        "# Robustness of a rating: speed and memory",
        "",
        f"{REPLICATIONS:,} replications, one process, imports not counted; peak memory is of the whole process.",
        f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores.",
        "",
        "| size | varied | replications, s | with intervals and probabilities, s | peak, GiB | limit |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for size in SIZES:
        seconds, memory = LIMITS[size]
        for case in CASES:
            command = [sys.executable, __file__, "--case", size, case]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            lines.append(
                f"| {size} | {case} | {found['seconds']:.2f} | {found['with_tables']:.2f} | {found['gib']:.2f} "
                f"| {seconds:g} s, {memory:g} GiB |"
            )
            print(lines[-1], flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
