"""Killed at any moment, a report leaves old or new files, never a half; the next run makes it whole."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from growthpoles.file_writing import NAME
from growthpoles.report.manifest import MANIFEST

# Writes two generations of files in turn, as a report does, until it is killed.
WRITER = """
import sys
from pathlib import Path
from growthpoles.file_writing import folder_lock
from growthpoles.report.report_files import remove_stale, sha256, write_files
out = Path(sys.argv[1])
def generation(number):
    names = [f"tables/{k}.csv" for k in range(30)] + [f"figures/{k}.png" for k in range(6)] + [f"only-{number}.txt"]
    return {name: (f"{number} {name} " * (200 + 3000 * (k % 7 == 0))).encode() for k, name in enumerate(names)}
both = [generation(0), generation(1)]
print("ready", flush=True)
while True:
    for before, now in (both, both[::-1]):
        with folder_lock(out):
            write_files(out, now)
            remove_stale(out, {name: sha256(data) for name, data in before.items()}, now)
            write_files(out, {"manifest.json": str(sorted(now)).encode()})
"""
REPORTER = """
import sys
from growthpoles.report.build_report import build_report
from growthpoles.study.load_study import load_study
study, told = load_study(sys.argv[1]), lambda step: print(step, flush=True)
build_report(study, out=sys.argv[2], lang=sys.argv[3], force=True, progress=told)
"""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hidden(path: Path) -> bool:
    return path.name.startswith(".")


def kill_writers(out: Path, *, times: int, seed: int) -> None:
    random_moments = random.Random(seed)
    out.mkdir()
    allowed: dict[str, set[str]] = {}
    for _ in range(times):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(out)], stdout=subprocess.PIPE)
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        time.sleep(random_moments.uniform(0, 0.25))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        for path in out.rglob("*"):
            if path.is_file() and not hidden(path) and path.name != MANIFEST:
                text = path.read_bytes()
                number = text[:1]
                name = path.relative_to(out).as_posix().encode()
                assert number in b"01" and text == number + b" " + name + b" " + text[len(name) + 3 :], path
                unit = number + b" " + name + b" "
                assert len(text) in {200 * len(unit), 3200 * len(unit)} and text.count(unit) * len(unit) == len(text)
                allowed.setdefault(path.name, set()).add(digest(path))
        parts = [path for path in out.rglob("*") if hidden(path) and path.name != NAME]
        assert len(parts) <= 1, "leftovers of earlier runs are removed"
    assert all(len(found) <= 2 for found in allowed.values())


def test_writers_killed_at_random_moments(tmp_path: Path) -> None:
    kill_writers(tmp_path / "out", times=5, seed=1)


@pytest.mark.slow
def test_writers_killed_at_many_random_moments(tmp_path: Path) -> None:
    kill_writers(tmp_path / "out", times=200, seed=2)


def snapshot(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): digest(path) for path in out.rglob("*") if path.is_file() and not hidden(path)
    }


@pytest.mark.slow
def test_reports_killed_at_fifty_random_moments(tmp_path: Path, study_maker: Callable[..., Path]) -> None:
    study, out = study_maker(tmp_path / "study"), tmp_path / "out"
    generations = {}
    started = time.monotonic()
    for lang in ("ru", "en"):
        subprocess.run(
            [sys.executable, "-c", REPORTER, str(study), str(out), lang], check=True, stdout=subprocess.DEVNULL
        )
        generations[lang] = snapshot(out)
    whole = (time.monotonic() - started) / 2
    moments = random.Random(3)
    kinds: set[str] = set()
    for number in range(50):
        lang = ("ru", "en")[number % 2]
        reporter = subprocess.Popen(
            [sys.executable, "-c", REPORTER, str(study), str(out), lang], stdout=subprocess.PIPE
        )
        assert reporter.stdout is not None
        if number % 3:  # into the writing, which is short
            while reporter.stdout.readline() not in {b"writing\n", b""}:
                pass
            time.sleep(moments.uniform(0, 0.15))
        else:
            time.sleep(moments.uniform(0, whole))
        reporter.kill()
        reporter.wait()
        there = snapshot(out)
        assert set(there) == set(generations["en"]) | (set(there) & set(generations["ru"]))
        halves = [
            name for name, value in there.items() if value not in [files.get(name) for files in generations.values()]
        ]
        assert not halves, f"run {number}"
        kinds.add("mixed" if there not in (generations["en"], generations["ru"]) else "whole")
    assert kinds == {"mixed", "whole"}
    subprocess.run([sys.executable, "-c", REPORTER, str(study), str(out), "en"], check=True, stdout=subprocess.DEVNULL)
    assert snapshot(out) == generations["en"] and not list(out.rglob(".*"))
    assert json.loads((out / MANIFEST).read_text())["options"]["lang"] == "en"


@pytest.mark.slow
def test_two_reports_at_once_into_one_folder(tmp_path: Path, study_maker: Callable[..., Path]) -> None:
    study, out = study_maker(tmp_path / "study", side=2), tmp_path / "out"
    code = REPORTER.replace("force=True", 'figures=["rating"], permutations=99')
    command = [sys.executable, "-c", code, str(study), str(out), "en"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=120)[0].splitlines() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    # One of them did the work; the other waited, and then had nothing to do.
    assert sum("writing" in steps for steps in told) == 1
    assert snapshot(out).keys() - {MANIFEST} == set(json.loads((out / MANIFEST).read_text())["outputs"])
