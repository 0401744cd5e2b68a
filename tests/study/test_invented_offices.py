"""Invented files in the layouts of some eighty offices are read exactly, or refused: never wrong, nothing lost."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from pathlib import Path

import pytest
from invented_offices import OFFICES, Case, Maker

import growthpoles as gp
from growthpoles.errors import GrowthpolesError

Values = dict[str, dict[tuple[str, int], float]]
FAST = ("eurostat_sheet", "census_sentinel", "psa_openstat", "nomis_api", "shares_and_growth", "datasus")


def by_table(case: Case) -> Values:
    """Read the file alone: indicator -> (region, year) -> value."""
    table = gp.read_table(case.table, boundaries=case.boundaries, **case.options)
    got: Values = defaultdict(dict)
    for row in table.dropna(subset="value").itertuples():
        got[row.indicator][row.region, row.year] = row.value
    return got


def by_study(case: Case) -> Values:
    """Propose a study, take the spellings that it offers, and load every year."""
    folder = case.table.parent / "study"
    gp.propose_study(folder, table=case.table, boundaries=case.boundaries, **case.options).write()
    toml = folder / "study.toml"
    offered = re.compile(r'^# (?=\[boundaries\.aliases\]|"[^"]*" = "..*")', flags=re.MULTILINE)
    toml.write_text(offered.sub("", toml.read_text(encoding="utf-8")), encoding="utf-8")
    study = gp.load_study(folder)
    got: Values = defaultdict(dict)
    for year in study.years:
        table = gp.load_indicators(year, study=study)
        for code in table:
            got[str(code)] |= {(str(region), year): value for region, value in table[code].dropna().items()}
    return got


def judged(got: Values, case: Case) -> str:
    """Return "exact", or what is wrong."""
    want: Values = defaultdict(dict)
    for (region, year, kind), value in case.truth.items():
        if value is not None:
            want[kind][region, year] = value
    left = {code: cells for code, cells in got.items() if cells}
    for kind, cells in want.items():
        same = [code for code, found in left.items() if found == pytest.approx(cells, rel=1e-12)]
        if not same:
            return f"{kind} is not among {left}"
        del left[same[0]]
    return f"invented: {left}" if left else "exact"


def outcomes(name: str, folder: Path, seed: object) -> list[str]:
    """Make a file and read it both ways."""
    made = folder / f"{name}{seed}"
    made.mkdir()
    case = OFFICES[name](Maker(made, f"{name}{seed}"))
    found = []
    for how in (by_table, by_study):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found.append(judged(how(case), case))
        except GrowthpolesError as error:
            found.append("refused" if case.asks and re.search(case.asks, str(error)) else f"refused: {error}")
    return found


@pytest.mark.parametrize("name", FAST)
def test_files_of_offices(tmp_path: Path, name: str) -> None:
    assert outcomes(name, tmp_path, 0) == ["exact", "exact"]


@pytest.mark.slow
@pytest.mark.parametrize("name", OFFICES)
def test_files_of_every_office(tmp_path: Path, name: str) -> None:
    for seed in range(1, 4):
        assert set(outcomes(name, tmp_path, seed)) <= {"exact", "refused"}
