"""Bad surroundings: no room, no home, another locale, other folders: a clear line, or it works; the same bytes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from growthpoles.errors import DataError
from growthpoles.file_writing import PART
from growthpoles.report.build_report import build_report
from growthpoles.report.manifest import JOURNAL, MANIFEST
from growthpoles.study.load_study import load_study

REPORT = f"""
import sys
sys.path.append({str(Path(__file__).parents[1])!r})
from growthpoles.errors import GrowthpolesError
from growthpoles.report.build_report import build_report
from growthpoles.study.load_study import load_study
if sys.argv[1] != "kazakhstan-it":
    import conftest, pytest
    conftest.relocate_less(pytest.MonkeyPatch())
if sys.argv[3:]:
    import resource
    from growthpoles.report import figures
    figures.KINDS = {{"rating": figures.KINDS["rating"]}}
    conftest.leave_out(pytest.MonkeyPatch(), *conftest.BESIDE_RATINGS)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    build_report(load_study(sys.argv[1]), out=sys.argv[2])
except GrowthpolesError as error:
    print(str(error))
    sys.exit(2)
"""


def run(*arguments: object, cwd: Path, **environment: str | None) -> subprocess.CompletedProcess[str]:
    variables = {key: value for key, value in (os.environ | environment).items() if value is not None}
    command = [sys.executable, "-c", REPORT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=variables, timeout=120)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.long
@pytest.mark.usefixtures("few")
def test_the_same_bytes_from_another_process(tmp_path: Path, study_maker: Callable[..., Path]) -> None:
    """It has another hash seed, time zone and folder, the C locale, no home and no place for matplotlib's files.

    And two processes where there is one here.
    """
    study = study_maker(tmp_path / "study", side=2, names=["Қазақстан", "Ёж"])
    kinds = '["rating", "contributions", "robustness", "neighbours", "clusters"]'
    study.write_text(f"{study.read_text()}[report]\nfigures = {kinds}\n")
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    build_report(load_study(study), out=tmp_path / "a")
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    nowhere = {"MPLCONFIGDIR": "/proc/nowhere", "HOME": "/proc/nowhere", "LOKY_MAX_CPU_COUNT": "2"}
    second = run(study, tmp_path / "b", cwd=elsewhere, PYTHONHASHSEED="2", TZ="Asia/Almaty", **plain, **nowhere)
    assert second.returncode == 0, second.stderr
    one, other = contents(tmp_path / "a"), contents(tmp_path / "b")
    differing = [name for name in one if one[name] != other.get(name)]
    lines = [line for name in differing for line in set(one[name].split(b"\n")) ^ set(other[name].split(b"\n"))]
    assert set(one) == set(other) and not differing, [line[:300] for line in lines[:6]]
    assert "Қазақстан" in one["tables/summary.csv"].decode()
    assert str(tmp_path).encode() not in b"".join(one.values())


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("limit", [9_000, 60_000, 150_000])
def test_a_full_disk(tmp_path: Path, study_maker: Callable[..., Path], limit: int) -> None:
    """A limit on the size of files stands for a disk without room: the manifest stays, and no file is half."""
    study, out = study_maker(tmp_path / "study", side=2), tmp_path / "out"
    out.mkdir()
    old = b'{"growthpoles": {}, "outputs": {"report.html": ""}}'
    for name in (MANIFEST, "report.html"):  # of an earlier report: files of others are not replaced
        (out / name).write_bytes(old)
    failed = run(study, out, limit, cwd=tmp_path)
    assert failed.returncode == 2 and not failed.stderr, failed.stderr
    assert "cannot be" in failed.stdout and len(failed.stdout.splitlines()) == 1, failed.stdout
    there = contents(out)
    assert there[MANIFEST] == there["report.html"] == old
    assert not [path for path in out.rglob("*") if PART in path.name or path.stat().st_size > limit]
    build_report(load_study(study), out=out)
    whole = contents(out)
    assert all(whole[name] == data for name, data in there.items() if data != old and name != JOURNAL)


@pytest.mark.usefixtures("quick")
def test_a_read_only_folder(tmp_path: Path, study_maker: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    study, out = load_study(study_maker(tmp_path / "study", side=2)), tmp_path / "out"
    build_report(study, out=out)
    opened = os.open

    def refuse(path: object, flags: int, *more: int, **options: int) -> int:
        if flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR) and str(path).startswith(str(out)):
            raise PermissionError(30, "Read-only file system")
        return opened(path, flags, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("os.open", refuse)
    assert build_report(study, out=out).unchanged  # nothing to write: no complaint
    with pytest.raises(DataError, match="out: the folder is not writable"):
        build_report(study, out=out, force=True)
    with pytest.raises(DataError, match="the folder cannot be made"):
        build_report(study, out=Path("/proc/out"))


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_no_room_for_temporary_files(
    tmp_path: Path, study_maker: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = load_study(study_maker(tmp_path / "study", side=2))
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    with pytest.raises(DataError, match="/proc/nowhere: the workbook's temporary files cannot be written"):
        build_report(study, out=tmp_path / "out")
    assert not contents(tmp_path / "out")


@pytest.mark.slow
def test_the_built_in_report_is_the_same_everywhere(tmp_path: Path) -> None:
    nowhere = {"HOME": None, "XDG_CACHE_HOME": None, "TZ": "Asia/Almaty"}
    first = run("kazakhstan-it", tmp_path / "a", cwd=tmp_path, PYTHONHASHSEED="5", **nowhere)
    second = run("kazakhstan-it", tmp_path / "b", cwd=Path("/"), PYTHONHASHSEED="6", LC_ALL="C")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    one, other = contents(tmp_path / "a"), contents(tmp_path / "b")
    differing = [name for name in one if one[name] != other.get(name)]
    lines = [line for name in differing for line in set(one[name].split(b"\n")) ^ set(other[name].split(b"\n"))]
    assert set(one) == set(other) and not differing, [line[:300] for line in lines[:6]]
