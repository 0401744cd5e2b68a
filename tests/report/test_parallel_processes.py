"""Steps side by side give what steps one after the other give, whatever becomes of a process."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from growthpoles.errors import DataError, Reason
from growthpoles.file_reading import read_text, recorded
from growthpoles.report import parallel_processes
from growthpoles.report.parallel_processes import processes, side_by_side

HERE = os.getpid()
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="steps run one after the other elsewhere")


def _square(number: int) -> tuple[int, int]:
    return number**2, os.getpid()


def test_outcomes_come_in_order_and_from_other_processes() -> None:
    for workers in (1, 2, 3):
        found = list(side_by_side([partial(_square, n) for n in range(9)], workers))
        assert [square for square, _ in found] == [n**2 for n in range(9)]
        assert (HERE in {process for _, process in found}) == (workers == 1)
    assert list(side_by_side([], 2)) == []


def _dies_elsewhere(number: int) -> int:
    if number == 2 and os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_process_that_is_killed_costs_no_result() -> None:
    """Not even where all of them are: the caller does what they have not."""
    tasks = [partial(_dies_elsewhere, n) for n in (0, 1, 2, 3, 2, 4)]
    assert list(side_by_side(tasks, 2)) == [0, 1, 2, 3, 2, 4]


def _refuses(file: Path) -> None:
    raise DataError(Reason("no {what}", {"what": file.name}))


def test_errors_are_those_of_the_step(tmp_path: Path) -> None:
    found = side_by_side([partial(_square, 3), partial(_refuses, tmp_path / "x.csv"), partial(_square, 4)], 2)
    assert next(found)[0] == 9
    with pytest.raises(DataError, match=r"no x\.csv"):
        next(found)


def test_what_cannot_be_sent_is_made_here() -> None:
    one, other = side_by_side([lambda: lambda: HERE, lambda: 2], 2)
    assert (one(), other) == (HERE, 2)


def test_files_read_elsewhere_count_as_read(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.txt" for n in range(4)]
    for file in files:
        file.write_text(file.stem, encoding="utf-8")
    with recorded() as read:
        assert list(side_by_side([partial(read_text, file) for file in files], 2)) == ["0", "1", "2", "3"]
    assert set(files) <= read.keys()


def test_processes_end_with_their_caller() -> None:
    """A run that is left in the middle leaves none behind."""
    started: list[Any] = []
    kept = parallel_processes._Workers
    found = parallel_processes._run([int, int], started_workers := kept([int, int], 2))
    started.append(started_workers)
    next(found)
    found.close()
    assert not any(process.is_alive() for process in started[0]._processes)


def test_workers_of_the_caller_go_first() -> None:
    from joblib import parallel_config

    with parallel_config(backend="threading", n_jobs=2):
        assert processes() == 1
