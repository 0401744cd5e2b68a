"""Every ending of a command is one line of ours and an exit code: no traceback, whatever happens."""

import ast
import contextlib
import errno
import inspect
import io
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import growthpoles
from growthpoles.cli.app import app, ended, in_its_words
from growthpoles.errors import (
    DataError,
    GrowthpolesError,
    Option,
    Reason,
    as_keys,
    message,
    options_in,
    remedy,
    reworded,
    templates,
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(command: Callable[[], Any], *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["growthpoles", *arguments])
        code = ended(command, debug=lambda: False)
        return code, *capfd.readouterr()

    return call


def raises(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (DataError("x: bad"), 2, "x: bad"),
        (MemoryError(), 2, "too little memory"),
        (np._core._exceptions._ArrayMemoryError((10**9,), np.dtype(float)), 2, "too little memory"),
        (RecursionError("maximum recursion depth exceeded"), 2, "nested too deep"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "standard output"),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), 2, "a.csv"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ValueError("int too long\nsecond line \x1b[31m"), 3, "a fault of growthpoles itself"),
        (SystemExit(1), 1, ""),
    ],
)
def test_an_error_is_one_line(run: Run, error: BaseException, code: int, told: str) -> None:
    found, out, err = run(raises(error))
    assert (found, out) == (code, "")
    assert told in err and err.count("\n") == bool(told) and "Traceback" not in err and "\x1b" not in err


def test_an_interrupt_stays_one_whatever_a_library_makes_of_it(run: Run) -> None:
    def command() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError("half a library") from None

    assert run(command) == (130, "", "growthpoles: interrupted\n")


def test_an_interrupt_without_a_word_is_told(run: Run) -> None:
    """The parser of the command line ends some of them by its own code."""

    def command() -> int:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return 130

    assert run(command) == (130, "", "growthpoles: interrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_an_interrupt_inside_an_exec_of_text_ends_by_its_code(tmp_path: Path) -> None:
    """Python would end a module by the signal, which leaves its mark where named tuples are made."""
    (tmp_path / "interrupted.py").write_text(
        "import signal, sys\nfrom growthpoles.cli.app import ended\n"
        'sys.exit(ended(lambda: exec("signal.raise_signal(signal.SIGINT)"), debug=lambda: False))\n'
    )
    command = [sys.executable, "-m", "interrupted"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (told.returncode, told.stdout, told.stderr) == (130, "", "growthpoles: interrupted\n")


@pytest.mark.parametrize(
    "arguments", [["--out", ""], ["--study", " "], ["--out="], ["--table", "", "--out", "x"], ["a", "\t"]]
)
def test_an_empty_argument_is_refused(run: Run, arguments: list[str]) -> None:
    code, _, err = run(lambda: pytest.fail("it ran"), "rate", *arguments)
    assert code == 2 and "an empty argument" in err and err.count("\n") == 1


def test_a_warning_of_a_library_is_one_line_and_told_once(run: Run) -> None:
    def command() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            for _ in range(3):
                np.float64(1e308) * np.float64(1e308)

    code, _, err = run(command)
    assert code == 0 and err.count("\n") == 1 and ".py" not in err


@pytest.mark.parametrize("encoding", ["ascii", "cp1251", "cp1252", "koi8-r", "latin-1", "utf-8"])
def test_signs_that_cannot_be_printed_are_replaced_and_told(
    run: Run, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    text = "Қазақстан — 10,5"
    code, _, err = run(lambda: print(text))
    lost = [sign for sign in text if sign.encode(encoding, "ignore") == b""]
    assert code == 0 and raw.getvalue().decode(encoding).strip() == "".join("?" if s in lost else s for s in text)
    assert bool(err) == bool(lost) and all(sign in err for sign in lost) and (not lost or "PYTHONIOENCODING" in err)


def child(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "growthpoles.cli", *arguments], stderr=subprocess.PIPE, text=True, timeout=120, **more
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["rate", "--yaer", "2014"],
        ["raet"],
        ["rate", "--year", "x"],
        ["init"],
        ["rate", "more"],
        ["rate", "--out"],
        ["map", "ratting", "--out", "x.png"],
        ["report", "--preset", "natur-double"],
    ],
)
def test_a_usage_error_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    told = child(*arguments, stdout=subprocess.PIPE, cwd=tmp_path)
    assert told.returncode == 2 and told.stderr.count("\n") == 1 and not list(tmp_path.iterdir())
    if arguments in (["rate", "--yaer", "2014"], ["raet"]):
        assert "nearest: " in told.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is full")
@pytest.mark.parametrize("more", [[], ["-f", "csv"], ["-f", "xlsx"], ["--out", "/dev/full", "-f", "csv"]])
def test_a_full_output(more: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        told = child("rate", "-q", *more, stdout=full)
    assert told.returncode == 2 and told.stderr.count("\n") == 1 and "No space left" in told.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix")
@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", ">&- <&-", "2>&-"])
@pytest.mark.parametrize("more", ["", "-f csv"])
def test_a_closed_output(closed: str, more: str) -> None:
    command = f"'{sys.executable}' -m growthpoles.cli rate -q {more} {closed}"
    told = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120)
    assert told.returncode == (0 if closed == "2>&-" else 2) and "Traceback" not in told.stderr
    assert told.stderr.count("\n") == (closed in (">&-", ">&- <&-"))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("part", range(12))
def test_interrupts_at_any_moment(part: int, tmp_path: Path) -> None:
    """From the first import of the package on; before it Python itself starts."""
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-m",
        "growthpoles.cli",
        "rate",
        "-q",
        "--out",
        str(tmp_path / "x.csv"),
    ]
    runner = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert runner.stderr is not None
    lines = []
    for line in runner.stderr:
        lines.append(line)
        if "growthpoles.errors" in line:
            break
    time.sleep(0.25 * part)
    runner.send_signal(signal.SIGINT)
    rest = [line for line in runner.stderr.read().splitlines() if not line.startswith("import time:")]
    assert runner.wait(60) in (0, 130) and rest in ([], ["growthpoles: interrupted"]), rest
    assert not [path for path in tmp_path.iterdir() if path.name != "x.csv"]


@pytest.mark.parametrize(
    ("allowed", "of_file", "of_study"),
    [
        ("{layer}", "--layer one of b, c", "layer = one of b, c in study.toml"),
        ("even {x}, or {repair}", "even {x}, or --repair clean", 'even {x}, or repair = "clean" in study.toml'),
        ("no {crs}", "no --crs", "no crs in study.toml"),
        ("{repair} first", "--repair clean first", 'repair = "clean" in study.toml first'),
        (
            "{aliases}, {ignore}, or {decimal} too",
            'aliases = {name: key}, --ignore name, or decimal = "," in a study.toml (growthpoles init) too',
            'aliases = {name: key}, ignore = [name], or decimal = "," in study.toml too',
        ),
        (
            "{groups}, {flags}",
            """--groups "Tom's hill=T1" --groups b=c, --flags '$5'""",
            """groups = {"Tom's hill": 'T1', 'b': 'c'}, flags = ['$5'] in study.toml""",
        ),
        ('repair="clean", in words', "--repair clean, in words", 'repair="clean" in Python, in words'),
        ("{crs} or {force}", "--crs or force=True in Python", "crs in study.toml or force=True in Python"),
    ],
)
def test_a_remedy_names_what_the_command_takes(allowed: str, of_file: str, of_study: str) -> None:
    """Whatever stands in the rest of the line, and in the file's name."""
    values = {"layer": "one of b, c", "repair": '"clean"', "aliases": "{name: key}", "ignore": "[name]",
              "decimal": '","', "crs": "",
              "groups": repr({"Tom's hill": "T1", "b": "c"}), "flags": "['$5']", "force": "True"}  # fmt: skip
    own: dict[str, str] = {name: Option(name, value) for name, value in values.items()}
    own = {name: each for name, each in own.items() if f"{{{name}}}" in allowed} | {"x": "{x}"}
    told = message("crs=9 {is} wrong", where="a layer=x.gpkg", allowed=Reason(allowed, own), near=["layer=y"])
    for options, wanted in (({"layer", "crs", "repair", "ignore", "groups", "flags"}, of_file), ({"study"}, of_study)):
        line = in_its_words(told, options)
        assert line == f"a layer=x.gpkg: crs=9 {{is}} wrong; allowed: {wanted}; nearest: layer=y"
        assert templates(line) == templates(told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--weights", "knn", "--k", "0"), "--k 0 with 48 regions"),
        (("--weights", "inverse_distance", "--power=-1"), "--power -1; "),
        (("--weights", "distance_band", "--threshold=-0.5"), "--threshold -0.5; "),
        (("--weights", "queen", "--k", "3"), "--k has no meaning for --weights queen"),
        (("--permutations", "0"), "--permutations 0; "),
    ],
)
def test_a_value_that_is_refused_is_called_by_its_option(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(GrowthpolesError, match=re.escape(told)):
        app(["stats", "--study", "us-states", *words], standalone_mode=False)


def _remedies() -> list[tuple[str, dict[str, str]]]:
    """Collect the remedies of the package with the parameters in them; one whose text is put together is left out."""
    found = []
    for path in sorted(Path(growthpoles.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "remedy" and node.keywords:
                text = node.args[0]
                if isinstance(text, ast.Constant) and all(word.arg for word in node.keywords):
                    values = {str(word.arg): getattr(word.value, "value", "'x'") for word in node.keywords}
                    found.append((text.value, {name: str(value) for name, value in values.items()}))
    return found


@pytest.mark.parametrize(("text", "options"), _remedies())
def test_every_door_has_its_own_spelling(text: str, options: dict[str, str]) -> None:
    told = message("wrong", allowed=remedy(text, **options))
    assert all(f"{name}={value}" in told for name, value in options.items())
    line = in_its_words(told, {*options, "study"})
    assert all(f"--{name}" in line and f"{name}=" not in line and f"{name} =" not in line for name in options)
    keys = reworded(told, as_keys(options_in(told), " in study.toml"))
    assert all("--" not in keys and f"{name}=" not in keys for name in options)
    assert "True" not in keys and "--dissolve True" not in line


def test_no_remedy_of_a_library_room_is_bound_to_one_door() -> None:
    """What is said of files to Python, command line and study.toml alike is a remedy(), never a fixed spelling."""
    names = "dissolve|drop|only|encoding|crs|layer|repair|decimal|thousands|aliases|ignore|sheet"
    door = re.compile(rf"(--({names})\b|\b({names}) ?= ?[\[\"{{a-z])")
    bound = []
    for room in ("regions", "spatial", "maps"):
        for path in sorted((Path(growthpoles.__file__).parent / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "allowed" and isinstance(node.value, ast.Constant):
                    bound += [(path.name, node.value.value)] if door.search(str(node.value.value)) else []
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                    of_remedy = any(getattr(each, "id", "") in ("allowed", "remedy") for each in node.targets)
                    bound += [(path.name, node.value.value)] if of_remedy and door.search(str(node.value.value)) else []
    assert bound == []


def test_a_study_in_python_is_told_the_keys_of_its_file(tmp_path: Path) -> None:
    """And the command line says the same of it, not the options that are for files alone."""
    import geopandas as gpd
    import shapely

    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(3)]
    frame = gpd.GeoDataFrame({"code": ["a", "a", "b"], "n": ["x", "y", "z"]}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "r.geojson")
    (tmp_path / "t.csv").write_text("code,y\na,1\nb,2\n", encoding="utf-8")
    (tmp_path / "catalogue.csv").write_text("code,kind,parent\nindex,aggregate,\ny,indicator,index\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        '[study]\nname = "s"\nyears = [2020]\ntitle = { en = "t" }\nsource = { en = "s" }\n'
        '[boundaries]\nfile = "r.geojson"\nkey = "code"\n'
        '[rating]\ncatalogue = "catalogue.csv"\n[[tables]]\nfile = "t.csv"\nyear = 2020\nkey = "code"\n'
        '[tables.columns]\ny = "y"\n',
        encoding="utf-8",
    )
    with pytest.raises(GrowthpolesError, match=r"under \[boundaries\] of study.toml.*; dissolve = true unites") as told:
        growthpoles.study_regions(growthpoles.load_study(tmp_path))
    assert in_its_words(told.value.args[0], {"dissolve", "study"}) == told.value.args[0]
    with pytest.raises(GrowthpolesError, match="dissolve=True unites") as told:
        growthpoles.read_boundaries(tmp_path / "r.geojson", key="code")
    said = in_its_words(told.value.args[0], {"dissolve", "key"})
    assert "; allowed: --key n, of which every feature has its own; --dissolve unites" in said


def enumerated() -> list[tuple[str, ...]]:
    """Every option of every command that takes one of some words, with a word that is none of them."""
    found = []
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        lead = {"map": [name, "clusters"], "stats": [name, "--statistic", "local_moran"]}.get(name, [name])
        more = {"report": ["--out", "x"], "init": ["x", "-t", "t.csv"], "audit": ["-s", "us-states"], "look": ["t.csv"]}
        lead += more.get(name, [])
        given = inspect.signature(command.callback).parameters
        for option in ("weights", "alternative", "adjust", "statistic", "preset", "lang", "enclaves", "show", "format"):
            if option in given:
                of = [name, "--statistic", "quen"] if option == "statistic" else [*lead, f"--{option}", "quen"]
                found.append(tuple(of))
    return [*found,
            ("map", "quen"), ("map", "values", "--scheme", "quen"), ("report", "--figure", "quen", "--out", "x"),
            ("map", "x.gpkg", "--repair", "quen"), ("map", "x.gpkg", "--decimal", "quen"), ("rate", "--out", "x.quen"),
            ("rate", "--edition", "quen"), ("stats", "--variable", "quen")]  # fmt: skip


@pytest.mark.parametrize("words", enumerated(), ids=" ".join)
def test_a_word_that_is_not_known_is_called_as_the_command_line_calls_it(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("region,grp 2020\nAstana,1\nAqmola,2\nAtyrau,3\n")
    with pytest.raises(GrowthpolesError) as error:
        app(list(words), standalone_mode=False)
    told = str(error.value)
    at = next(i for i, word in enumerate(words) if "quen" in word)
    asked = " ".join(words[at - 1 : at + 1]) if words[at - 1].startswith("--") else "kind quen"
    assert told.startswith(f"{asked} is not known; allowed: "), told
    assert "='" not in told and not (tmp_path / "x").exists()


def _written_remedies() -> list[str]:
    """Collect what is allowed by messages that hold parameters of Python as mere text."""
    found = []
    for path in sorted(Path(growthpoles.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "message":
                words = [word.value for word in node.keywords if word.arg == "allowed"]
                texts = [part.value for word in words for part in ast.walk(word) if isinstance(part, ast.Constant)]
                found += [text for text in texts if isinstance(text, str) and re.search(r"(?<![\w-])[a-z_]+=", text)]
    return sorted(
        {text for text in found if "{" not in text and "key of the region" not in text.casefold() and text[-2:] != "='"}
    )


@pytest.mark.parametrize("text", _written_remedies())
def test_no_command_names_a_parameter_that_it_does_not_take(text: str) -> None:
    for command in [each.callback for each in app.registered_commands if each.callback is not None]:
        options = inspect.signature(command).parameters
        line = in_its_words(message("wrong", allowed=text), options)
        for hit in re.finditer(r"(?<![\w-])([a-z_]+)=(?:\"[^\"]*\"|'[^']*'|\.{3}|\w*)(.{0,10})", line):
            assert hit[1] not in options and hit[2].startswith(" in Python"), line
