"""Invented files in the layouts of some eighty offices are read exactly, or refused: never wrong, nothing lost."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from invented_offices import OFFICES, Maker
from read_both_ways import by_study, by_table, judged

from growthpoles.errors import GrowthpolesError

FAST = ("eurostat_sheet", "census_sentinel", "psa_openstat", "nomis_api", "shares_and_growth", "datasus")


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
                found.append(judged(how(case.table, case.boundaries, **case.options), case.truth))
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
