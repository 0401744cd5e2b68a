"""Nothing of the user's is destroyed: inputs, files of others, links, modes, devices and pipes."""

import errno
import os
import stat
import threading
from itertools import product
from pathlib import Path

import pytest

from growthpoles.errors import DataError
from growthpoles.file_writing import check_inside, check_outputs, is_stream, output_folder, write_bytes

posix = pytest.mark.skipif(os.name == "nt", reason="links, modes and pipes as Unix has them")


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755, 0o222 | 0o400])
def test_the_mode_of_a_file_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "s.csv"
    path.touch()
    path.chmod(mode)
    write_bytes(path, b"new")
    assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) == (mode, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["s.csv"]


@posix
@pytest.mark.parametrize("mode", [0o400, 0o444, 0o555])
def test_a_read_only_file_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(b"old")
    path.chmod(mode)
    with pytest.raises(DataError, match="read-only"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"


@posix
@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_target_is_written(tmp_path: Path, steps: int, there: bool) -> None:
    target = tmp_path / "deep" / "target.csv"
    target.parent.mkdir()
    if there:
        target.write_bytes(b"old")
    last = target
    for step in range(steps):
        link = tmp_path / f"l{step}.csv"
        link.symlink_to(last)
        last = link
    write_bytes(last, b"new")
    assert last.is_symlink() and target.read_bytes() == b"new" and not target.is_symlink()


@posix
def test_a_hard_link_is_parted_so_that_the_other_name_keeps_what_it_held(tmp_path: Path) -> None:
    kept, path = tmp_path / "backup.csv", tmp_path / "x.csv"
    kept.write_bytes(b"old")
    path.hardlink_to(kept)
    write_bytes(path, b"new")
    assert (kept.read_bytes(), path.read_bytes()) == (b"old", b"new")


@posix
def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    path, got = tmp_path / "p.csv", []
    os.mkfifo(path)
    assert is_stream(path)
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    write_bytes(path, b"x" * 200_000)
    reader.join(timeout=10)
    assert got == [b"x" * 200_000] and stat.S_ISFIFO(path.lstat().st_mode)


@posix
def test_a_pipe_that_nobody_reads_does_not_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("growthpoles.file_writing._READER", 0.1)
    os.mkfifo(tmp_path / "p")
    with pytest.raises(DataError, match="nobody has read the pipe"):
        write_bytes(tmp_path / "p", b"x")


@posix
def test_devices_and_open_files_are_written_into(tmp_path: Path) -> None:
    null = Path("/dev/null")
    before = null.stat()
    write_bytes(null, b"x")
    assert (null.stat().st_mode, null.stat().st_ino) == (before.st_mode, before.st_ino)
    if Path("/dev/full").exists():
        with pytest.raises(DataError, match=os.strerror(errno.ENOSPC)):
            write_bytes(Path("/dev/full"), b"x")
    read, write = os.pipe()
    for name in (f"/dev/fd/{write}", f"/proc/self/fd/{write}"):
        write_bytes(Path(name), b"abc")
        assert os.read(read, 10) == b"abc" and is_stream(Path(name))
    os.close(write)
    os.close(read)
    with pytest.raises(DataError, match="cannot be written"):
        write_bytes(Path(f"/dev/fd/{write}"), b"x")


@pytest.mark.parametrize("what", ["folder", "null"])
def test_what_is_no_place_for_a_file_is_told(tmp_path: Path, what: str) -> None:
    path = tmp_path if what == "folder" else tmp_path / "a\0b"
    with pytest.raises(DataError, match="cannot be written"):
        write_bytes(path, b"x")


def names_of(path: Path) -> list[Path]:
    """Every name under which one file can be meant."""
    link, hard = path.with_name("link.csv"), path.with_name("hard.csv")
    link.symlink_to(path)
    hard.hardlink_to(path)
    return [path, link, hard, path.parent / "." / path.name, path.parent / ".." / path.parent.name / path.name]


@posix
def test_an_input_is_an_input_under_every_name(tmp_path: Path) -> None:
    path = tmp_path / "in" / "data.csv"
    path.parent.mkdir()
    path.write_bytes(b"mine")
    for written, read in product(names_of(path), repeat=2):
        for force in (False, True):
            with pytest.raises(DataError, match="is an input"):
                check_outputs([written], inputs=[read], ours=lambda path: True, force=force)
    check_outputs([tmp_path / "new.csv"], inputs=[path])


def test_files_of_others_stay_unless_forced(tmp_path: Path) -> None:
    others = [tmp_path / f"{i}.csv" for i in range(30)]
    for path in others:
        path.write_bytes(b"mine")
    with pytest.raises(DataError, match=r"are there already.*--force") as error:
        check_outputs(others)
    assert "and 25 more" in str(error.value)
    check_outputs(others, force=True)
    check_outputs(others, ours=lambda path: True)
    others[0].write_bytes(b"")
    check_outputs(others[:1])  # nothing to lose


@posix
def test_no_output_leaves_the_folder_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "tables").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "out" / "report.html").symlink_to(tmp_path / "elsewhere" / "x")
    (tmp_path / "out" / "within.html").symlink_to("real.html")
    for name in ("tables/a.csv", "tables/deep/a.csv", "report.html"):
        with pytest.raises(DataError, match="a link leads out of the folder"):
            check_inside(tmp_path / "out", ["fine.csv", name])
    check_inside(tmp_path / "out", ["within.html", "figures/a.png"])


@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_an_empty_folder_name_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="empty"):
        output_folder(name)
    assert output_folder(".") == Path()
