"""Files are put in place whole, one run at a time, and only where something differs."""

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growthpoles.errors import DataError
from growthpoles.file_writing import NAME, PART, clean_parts, folder_lock, make_folder, safe_name, write_bytes
from growthpoles.report.manifest import inside, remove_stale, sha256, unique_names, write_files


@given(st.text(max_size=300))
def test_a_safe_name_is_one_part_of_a_path(text: str) -> None:
    name = safe_name(text)
    assert name and name not in {".", ".."} and not name.startswith(".")
    assert not set(name) & set('/\\:*?"<>|\0\n\u202e') and len(name.encode()) <= 200
    assert safe_name(text) == name


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_texts_never_share_a_name(one: str, other: str) -> None:
    if one != other:
        assert safe_name(one) != safe_name(other)


@pytest.mark.parametrize("text", ["realigned_alt", "2014", "Қазақстан", "a.b-c"])
def test_a_plain_name_stays(text: str) -> None:
    assert safe_name(text) == text


@pytest.mark.parametrize("text", ["../x", "con", "NUL.txt", "", ".hidden", "a/b", "x" * 5000, "\u202egnp.exe"])
def test_a_dangerous_name_is_changed(text: str) -> None:
    assert safe_name(text) != text and inside(f"tables/{safe_name(text)}.csv")


def test_write_bytes_replaces_whole_files(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"old")
    write_bytes(path, b"new" * 1000)
    assert path.read_bytes() == b"new" * 1000
    assert [child.name for child in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("step", ["fsync", "replace", "mkstemp"])
def test_a_failing_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, step: str
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail(*args: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    targets = {"fsync": "os.fsync", "replace": "pathlib.Path.replace", "mkstemp": "tempfile.mkstemp"}
    monkeypatch.setattr(targets[step], fail)
    with pytest.raises(DataError, match=rf"a\.bin: cannot be written \({os.strerror(code)}\)"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old" and [child.name for child in tmp_path.iterdir()] == ["a.bin"]


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "a.bin", b"new")
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("here")
    with pytest.raises(DataError, match="out: is a file; allowed: a folder"):
        make_folder(tmp_path / "out")


def test_leftovers_of_killed_writers_are_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (f".abc{PART}", "mine.part", ".hidden", f"visible{PART}"):
        (tmp_path / name).write_text("x")
    assert clean_parts(tmp_path) == 1
    assert {child.name for child in tmp_path.iterdir()} == {"mine.part", ".hidden", f"visible{PART}"}


def test_only_differing_files_are_written(tmp_path: Path) -> None:
    content = {"a.txt": b"1", "sub/b.txt": b"2"}
    assert write_files(tmp_path, content) == ("a.txt", "sub/b.txt")
    before = {name: (tmp_path / name).stat().st_ino for name in content}
    assert write_files(tmp_path, {**content, "a.txt": b"3"}) == ("a.txt",)
    assert (tmp_path / "sub/b.txt").stat().st_ino == before["sub/b.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"3"


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a\\b", "c:x", "", "a\0b"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="leads out of the folder"):
        write_files(tmp_path / "in", {name: b"x"})
    assert not remove_stale(tmp_path, {name: sha256(b"")}, ())


def test_stale_files_go_unless_somebody_changed_them(tmp_path: Path) -> None:
    for name in ("old.csv", "edited.csv", "kept.csv"):
        (tmp_path / name).write_bytes(b"old")
    (tmp_path / "edited.csv").write_bytes(b"by hand")
    before = dict.fromkeys(("old.csv", "edited.csv", "kept.csv", "gone.csv"), sha256(b"old"))
    assert remove_stale(tmp_path, before, ["kept.csv"]) == ("old.csv",)
    assert {child.name for child in tmp_path.iterdir()} == {"edited.csv", "kept.csv"}


def test_names_that_differ_in_case_only_get_a_number() -> None:
    assert unique_names(["a/B.csv", "a/b.csv", "a/c.csv"]) == ["a/B.csv", "a/b-2.csv", "a/c.csv"]


def test_the_lock_leaves_nothing_behind(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        assert (tmp_path / NAME).read_text() == str(os.getpid())
    assert not list(tmp_path.iterdir())


def test_the_second_run_waits(tmp_path: Path) -> None:
    told: list[str] = []
    order: list[str] = []

    def second() -> None:
        with folder_lock(tmp_path, wait=30, tell=told.append):
            order.append("second")

    with folder_lock(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        deadline = time.monotonic() + 10
        while not told and time.monotonic() < deadline:
            time.sleep(0.02)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert told == [f"waiting for another report in this folder (process {os.getpid()})"]


def test_the_second_run_refuses_after_its_patience(tmp_path: Path) -> None:
    problem = rf"another report is being written \(process {os.getpid()}\)"
    with folder_lock(tmp_path), pytest.raises(DataError, match=problem), folder_lock(tmp_path, wait=0.2):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from growthpoles.file_writing import folder_lock\n"
        "with folder_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    with pytest.raises(DataError, match=f"process {holder.pid}"), folder_lock(tmp_path, wait=0):
        pass
    holder.kill()
    holder.wait()
    with folder_lock(tmp_path, wait=5):
        pass


def test_a_folder_that_is_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("growthpoles.file_writing.os.open", refuse)
    with pytest.raises(DataError, match="the folder is not writable"), folder_lock(tmp_path):
        pass


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_the_lock_never_follows_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / NAME).symlink_to(victim)
    with pytest.raises(DataError, match="is not the lock of a report"), folder_lock(out):
        pass
    assert victim.read_text() == "mine"


def test_a_file_system_without_locks_is_written_to_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(*args: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    entered = False
    with folder_lock(tmp_path):
        entered = True
    assert entered and not list(tmp_path.iterdir())
