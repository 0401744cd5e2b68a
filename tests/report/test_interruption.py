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
from growthpoles.report.manifest import JOURNAL, MANIFEST

# Writes two generations of files in turn, as a report does, until it is killed.
WRITER = """
import sys
from pathlib import Path
from growthpoles.file_writing import folder_lock
from growthpoles.report.manifest import remove_stale, sha256, write_files
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


@pytest.mark.long
def test_writers_killed_at_random_moments(tmp_path: Path) -> None:
    kill_writers(tmp_path / "out", times=5, seed=1)


@pytest.mark.slow
def test_writers_killed_at_many_random_moments(tmp_path: Path) -> None:
    kill_writers(tmp_path / "out", times=200, seed=2)


def snapshot(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): digest(path) for path in out.rglob("*") if path.is_file() and not hidden(path)
    }


# The command line as it is, but for fewer relocations and one figure, so that writing is a good part of a run.
QUICK = """
import sys
from growthpoles.cli.app import main
from growthpoles.report import figures, stages
for name in ("PERMUTATIONS", "DRAWS", "CURVE_RELOCATIONS", "RELOCATIONS", "REPLICATIONS"):
    setattr(stages, name, 99)
figures.KINDS = {"rating": figures.KINDS["rating"]}
main()
"""


def kill_reports(tmp_path: Path, arguments: dict[str, list[str]], *, code: str, times: int, seed: int) -> None:
    """Kill or interrupt a report that replaces one of another language; the next run must make it whole."""
    out = tmp_path / "out"
    whole: dict[str, dict[str, str]] = {}
    took = 0.0

    def start(lang: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, "report", "-q", "--force", "--out", str(out), "--lang", lang]
        return subprocess.Popen([*command, *arguments[lang]], stderr=subprocess.PIPE, text=True)

    for lang in arguments:
        started = time.monotonic()
        assert start(lang).wait() == 0
        took = time.monotonic() - started
        whole[lang] = snapshot(out)
    moments, seen = random.Random(seed), set()
    langs = list(arguments)
    for number in range(times):
        lang, sign = langs[number % 2], (signal.SIGKILL, signal.SIGINT)[number // 2 % 2]
        runner = start(lang)
        end = time.monotonic() + (moments.uniform(0, took) if number % 3 == 0 else 600)
        while runner.poll() is None and time.monotonic() < end and not (out / JOURNAL).exists():
            time.sleep(0.002)
        if number % 3:  # into the writing, which is short
            time.sleep(moments.uniform(0, 0.1))
        runner.send_signal(sign)
        told = runner.communicate()[1]
        interrupted = "growthpoles: interrupted\n"
        assert runner.returncode in (0, -sign, 130) and "Traceback" not in told, f"run {number}: {told}"
        assert told in ("", interrupted) or number % 3 == 0, told  # Python itself may still be starting
        there = snapshot(out)
        halves = [name for name, value in there.items() if value not in [files.get(name) for files in whole.values()]]
        assert not halves, f"run {number}"
        seen.add("mixed" if there not in whole.values() else "whole")
        assert start(lang).wait() == 0
        assert snapshot(out) == whole[lang] and not list(out.rglob(".*")), f"run {number}"
        assert json.loads((out / MANIFEST).read_text())["options"]["lang"] == lang
    assert "mixed" in seen or times < 10


@pytest.mark.slow
def test_reports_killed_at_forty_six_random_moments(tmp_path: Path, study_maker: Callable[..., Path]) -> None:
    study = ["--study", str(study_maker(tmp_path / "study", side=2))]
    kill_reports(tmp_path, {"ru": study, "en": study}, code=QUICK, times=46, seed=3)


@pytest.mark.slow
def test_the_built_in_report_killed_at_four_random_moments(tmp_path: Path) -> None:
    kill_reports(tmp_path, {"ru": [], "en": []}, code=QUICK, times=4, seed=4)


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
