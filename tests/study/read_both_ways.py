"""Reading of a made table in both ways, and whether what was read is what it says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

import growthpoles as gp

Values = dict[str, dict[tuple[str, int], float]]  # indicator -> (region, year) -> value


def by_table(table: Path, boundaries: Path, **options: object) -> Values:
    """Read the file alone."""
    got: Values = defaultdict(dict)
    for row in gp.read_table(table, boundaries=boundaries, **options).dropna(subset="value").itertuples():
        got[row.indicator][row.region, row.year] = row.value
    return got


def by_study(table: Path, boundaries: Path, **options: object) -> Values:
    """Propose a study, take the spellings that it offers, and load every year."""
    folder = table.parent / "study"
    gp.propose_study(folder, table=table, boundaries=boundaries, **options).write()
    toml = folder / "study.toml"
    offered = re.compile(r'^# (?=\[boundaries\.aliases\]|"[^"]*" = "..*")', flags=re.MULTILINE)
    toml.write_text(offered.sub("", toml.read_text(encoding="utf-8")), encoding="utf-8")
    study = gp.load_study(folder)
    got: Values = defaultdict(dict)
    for year in study.years:
        frame = gp.load_indicators(year, study=study)
        for code in frame:
            got[str(code)] |= {(str(region), year): value for region, value in frame[code].dropna().items()}
    return got


def judged(got: Values, truth: Mapping[tuple[str, int, str], float | None]) -> str:
    """Return "exact", or what is wrong."""
    want: Values = defaultdict(dict)
    for (region, year, kind), value in truth.items():
        if value is not None:
            want[kind][region, year] = value
    left = {code: cells for code, cells in got.items() if cells}
    for kind, cells in want.items():
        same = [code for code, found in left.items() if found == pytest.approx(cells, rel=1e-12)]
        if not same:
            return f"{kind} is not among {left}"
        del left[same[0]]
    return f"invented: {left}" if left else "exact"
