"""What a person reads on the terminal: tables that fit, no codes that act, a bar only on a terminal."""

import random
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from growthpoles.cli.terminal import print_frame, print_problems, progress_bar, summary
from growthpoles.report.manifest import Manifest
from growthpoles.report.tables.table_formats import shown
from growthpoles.study.files.problems import Problem, problems_frame


def test_summary_fits_into_eighty_columns(report: Manifest, capsys: pytest.CaptureFixture[str]) -> None:
    summary(report.results)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert re.search(r"KZ-ALA +Almaty City +58\.01 +B\+ +1 +66\.22 +B\+\+ +1", text)
    assert re.search(r"KZ-VOS +East Kazakhstan +– +no data +– +27\.27 +C\+ +11", text)
    assert re.search(r"published +2010 +ksi +11 +−0\.053 +−0\.100 +0\.345 +0\.\d{3} +5", text)


def test_summary_of_nothing_new_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    summary(None)
    assert capsys.readouterr().out == ""


def test_problems_are_told_file_by_file_in_lines_that_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    long = " ".join(f"word{i}" for i in range(60))
    told = [
        Problem("name: missing", "study.toml", row=3, column="name", remedy="a name"),
        Problem(f"'x' is no number ({long})", "a.xlsx", "S 1", 5, "GDP", long, unit="row"),
        Problem("is no year", "study.toml", column="years"),
        Problem("missing column 'b'", "a.xlsx", "S 1"),
        Problem("nothing is rated"),
    ]
    print_problems(problems_frame(told))
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 110
    assert " ".join(out.split()).count(long) == 2  # no word is lost
    starts = [line[:42].rstrip() for line in out.splitlines() if line and not line.startswith("    ")]
    assert starts == [
        "5 problems", "study.toml", "  - line 3: name: missing", "  - years: is no year", "a.xlsx, sheet 'S 1'",
        "  - row 5, column GDP: 'x' is no number (w", "  - missing column 'b'", "the study", "  - nothing is rated",
    ]  # fmt: skip
    assert "\n    allowed: a name\n" in out


@pytest.mark.parametrize("width", [60, 80, 120, 400])
@pytest.mark.parametrize("words", [3, 9, 25])
def test_sentences_are_broken_into_lines_and_lose_no_word(
    width: int, words: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    monkeypatch.setattr("growthpoles.cli.terminal._console", lambda **_: Console(width=width, markup=False))
    told = [[f"{kind}{n}" for n in range(words)] for kind in ("word", "place")]
    frame = pd.DataFrame(
        {"rows": ["1"], "cells": [2], "place": [" ".join(told[1])]}, index=pd.Index([" ".join(told[0])], name="fault")
    )
    print_frame(frame, title="faults")
    out = capsys.readouterr().out
    assert "\N{HORIZONTAL ELLIPSIS}" not in out and max(map(len, out.splitlines())) <= width
    assert all(word in out.split() for part in told for word in part)


def test_names_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.DataFrame(
        {"name": ["\x1b[31mred\x1b[0m", "[bold]x[/bold]", ":smile:"]}, index=pd.Index(["a\x07", "b", "c"])
    )
    print_frame(frame, title="[red]\x1b]0;title\x07")
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07"} and "[bold]x[/bold]" in shown and ":smile:" in shown and "[red]" in shown


def test_cells() -> None:
    shown_cells = [shown(value, 2) for value in (1.005, None, pd.NA, float("nan"), 3, "x")]
    assert shown_cells == ["1.01", "–", "–", "–", "3", "x"]


def test_p_values_on_a_terminal_are_never_zero(capsys: pytest.CaptureFixture[str]) -> None:
    print_frame(pd.DataFrame({"p": [0.5, 0.0049, 0.00001], "gap": [1e-9, 1.0, 2.0]}), title="tests", digits=3)
    assert [line.split() for line in capsys.readouterr().out.splitlines()[-4:] if line.strip()] == [
        ["0", "0.500", "1.0e−9"],
        ["1", "0.0049", "1.000"],
        ["2", "<", "0.0001", "2.000"],
    ]


def test_no_bar_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(3) as tell:
        tell("one")
    with progress_bar(3, quiet=True) as tell:
        tell("one")
    assert capsys.readouterr() == ("", "")


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_a_bar_on_a_terminal_leaves_no_trace(tmp_path: Path) -> None:
    import os
    import pty
    import subprocess

    code = (
        "import time; from growthpoles.cli.terminal import progress_bar\n"
        "with progress_bar(2) as tell:\n    tell('first step'); time.sleep(0.3); tell('[b]second'); time.sleep(0.3)"
    )
    master, slave = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", code], stderr=slave, stdout=subprocess.PIPE) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:
                break
            if not part:
                break
            seen += part
        assert process.wait() == 0 and process.stdout is not None and process.stdout.read() == b""
    os.close(master)
    assert b"first step" in seen and b"[b]second" in seen and b"2/2" in seen
    assert seen.rstrip().endswith((b"\x1b[2K", b"\x1b[?25h")) or b"\x1b[2K" in seen[-40:]


@pytest.mark.parametrize("length", [3, 30, 90])
def test_a_title_stands_on_one_line_above_a_narrow_table(length: int, capsys: pytest.CaptureFixture[str]) -> None:
    print_frame(pd.DataFrame({"n": [1]}, index=["a"]), title="wide " * length)
    assert capsys.readouterr().out.splitlines()[0].count("wide") == length


@pytest.mark.parametrize("seed", range(6))
def test_long_names_that_begin_alike_are_told_apart_by_their_ends(seed, capsys):
    dice = random.Random(seed)
    begun = " ".join(dice.choices(["taux", "brut", "de", "scolarisation", "par", "région", "élémentaire"], k=14))
    ends = dice.sample(["Garçons", "Filles", "Total", "en milieu rural", "in per cent of all"], 3)
    names = {f"score_{i}": f"score: {begun}: {end}" for i, end in enumerate(ends)}
    print_frame(pd.DataFrame({code: [1.5 + i] for i, code in enumerate(names)}), title="t", names=names)
    drawn = capsys.readouterr().out
    assert all(word in drawn for end in ends for word in end.split()) and "score_" not in drawn and "score:" in drawn
    print_frame(pd.DataFrame({"a": [1], "b": [2]}), title="t", names=dict.fromkeys("ab", begun * 2))
    assert begun.split()[0] not in capsys.readouterr().out  # names alike tell nothing
