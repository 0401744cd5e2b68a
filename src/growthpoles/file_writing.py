"""Atomic file writing, safe file names, and the lock of an output folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from growthpoles.errors import DataError, listed, message, plain

PART = ".growthpoles-part"
_LONGEST = 80
_LISTED = 5  # files that a message names
_READER = 10.0  # seconds for which somebody may open the other end of a pipe
_STEP = 0.1
_OPEN_FILE = re.compile(r"/dev/(stdout|stderr)|/(?:dev|proc/self)/fd/(\d{1,6})")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def make_folder(path: Path) -> Path:
    """Create a folder and its parents, or say why that is impossible.

    Raises
    ------
    DataError
        If a file is in the way or the place is not writable.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a null character
        if path.is_file():
            raise DataError(message("is a file", where=str(path), allowed="a folder")) from None
        reason = getattr(error, "strerror", None) or error
        raise DataError(message(f"the folder cannot be made ({reason})", where=str(path))) from None
    return path


def output_folder(out: str | Path) -> Path:
    """Return the folder that somebody asked for; an empty name, which would mean the current folder, is refused."""
    if not str(out).strip():
        allowed = 'a folder; "." is the current one'
        raise DataError(message("the name of the folder is empty", where="out", allowed=allowed))
    return Path(out)


def marked(text: str) -> bytes:
    """Return text as UTF-8, with a byte order mark where it goes beyond ASCII: Excel takes it for another code else."""
    return text.encode("utf-8" if text.isascii() else "utf-8-sig", errors="replace")


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content` to a temporary neighbour of `path`, then put it in place in one step.

    A process that is killed leaves the old file or the new one, and perhaps a neighbour that `clean_parts` removes.
    Mode and owner of a file that is there stay, and so does a symbolic link: what it leads to is rewritten. A pipe or
    a device is written into, never replaced.

    Raises
    ------
    DataError
        If the folder is missing or not writable, the file is read-only, or the disk is full; nothing is left behind.
    """
    temporary = None
    try:
        if (stream := _stream(path)) is not None:
            with stream as file:
                file.write(content)
            return path
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        old = target.stat() if target.exists() else None
        if old is not None and not old.st_mode & 0o222:
            raise PermissionError(errno.EACCES, "the file is read-only")
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=PART, dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if old is None:
            umask = os.umask(0)
            os.umask(umask)
            Path(temporary).chmod(0o666 & ~umask)
        else:
            if hasattr(os, "chown"):
                with contextlib.suppress(OSError):  # only the administrator gives files away
                    os.chown(temporary, old.st_uid, old.st_gid)
            Path(temporary).chmod(stat.S_IMODE(old.st_mode))
        Path(temporary).replace(target)
        temporary = None
    except (OSError, ValueError) as error:  # ValueError: a null character
        reason = getattr(error, "strerror", None) or error
        raise DataError(message(f"cannot be written ({reason})", where=str(path))) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
    return path


def is_stream(path: Path) -> bool:
    """Tell whether a path means a pipe, a device or an open file of this process rather than a file of its own."""
    with contextlib.suppress(OSError, ValueError):
        return bool(_OPEN_FILE.fullmatch(os.path.normpath(path))) or not stat.S_ISREG(path.stat().st_mode)
    return False


def _stream(path: Path) -> BinaryIO | None:
    """Open a pipe, a character device or an open file of this process; None for a file, present or not."""
    if hit := _OPEN_FILE.fullmatch(os.path.normpath(path)):
        number = {"stdout": 1, "stderr": 2}.get(hit[1]) if hit[1] else int(hit[2])
        return os.fdopen(os.dup(cast(int, number)), "wb")
    if not path.exists():
        return None
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder is there")
    if stat.S_ISCHR(mode):
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_NOCTTY), "wb")
    if not stat.S_ISFIFO(mode):
        raise OSError(errno.EINVAL, "a disk or a socket is no place for a file")
    end = time.monotonic() + _READER
    while True:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > end:
                raise OSError(errno.ENXIO, f"nobody has read the pipe for {_READER:.0f} s") from None
            time.sleep(_STEP)
    os.set_blocking(handle, True)
    return os.fdopen(handle, "wb")


def check_outputs(
    paths: Iterable[Path], *, inputs: Iterable[Path] = (), ours: Callable[[Path], bool] = lambda path: False,
    force: bool = False,
) -> None:  # fmt: skip
    """Refuse to write over an input, or over files that growthpoles did not write.

    Parameters
    ----------
    paths : iterable of Path
        Files to be written; what is not there yet, is empty or is no file passes.
    inputs : iterable of Path
        Files that were read, whatever name or link leads to them.
    ours : callable
        Whether a file that is there was written by growthpoles.
    force : bool
        Whether files of others may be replaced; an input never is.

    Raises
    ------
    DataError
        With the first few files.
    """
    read = {identity for path in inputs if (identity := _identity(path))}
    there = {path: identity for path in paths if (identity := _identity(path))}
    if taken := [str(path) for path, identity in there.items() if identity in read]:
        problem = f"would be written over, and {'is an input' if len(taken) == 1 else 'are inputs'}"
        allowed = "another file or folder"
        raise DataError(message(problem, where=listed(taken, limit=_LISTED), allowed=allowed))
    others = [path for path in there if path.stat().st_size and not (force or ours(path))]
    if others:
        one = len(others) == 1  # whose they are is known of some kinds of files only
        what = (
            "is there already, and is no earlier edition" if one else "are there already, and are no earlier editions"
        )
        problem = f"{what} of what would be written"
        allowed = "another file or folder, or --force (in Python force=True) to replace"
        raise DataError(message(problem, where=listed(others, limit=_LISTED), allowed=allowed))


def check_inside(folder: Path, names: Iterable[str]) -> None:
    """Refuse files below a folder that a link would lead out of it."""
    root = Path(os.path.realpath(folder))
    for name in names:
        real = Path(os.path.realpath(folder / name))
        if not real.is_relative_to(root):
            problem = f"a link leads out of the folder, to {plain(real)}"
            raise DataError(message(problem, where=str(folder / name), allowed="files and folders of its own"))


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what is the same for all names of one file; None where there is no file."""
    with contextlib.suppress(OSError, ValueError):
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            return found.st_dev, found.st_ino
    return None


def clean_parts(folder: Path) -> int:
    """Remove what writers that were killed left in a folder; return how many files.

    Only for a folder in which nobody else writes at this time.
    """
    found = 0
    for part in folder.glob(f".*{PART}"):
        with contextlib.suppress(OSError):
            part.unlink()
            found += 1
    return found


def free_name(stem: str, used: set[str], *, sign: str, ending: str = "", most: int | None = None) -> str:
    """Return a name that is not in `used`, with a number behind the stem if it must be, and add it; case is ignored.

    Parameters
    ----------
    stem, ending : str
        The name where it is free.
    used : set of str
        Names so far, case folded.
    sign : str
        Between stem and number.
    most : int, optional
        Characters that a numbered stem may have.
    """
    name, count = stem + ending, 1
    while name.casefold() in used:
        count += 1
        number = f"{sign}{count}"
        name = stem[: None if most is None else most - len(number)] + number + ending
    used.add(name.casefold())
    return name


def safe_name(text: object) -> str:
    """Return a text as one part of a file name.

    Letters and digits of any script, ``.``, ``_`` and ``-`` stay; everything else (slashes, control signs, marks that
    turn the reading direction) becomes ``-``. A name that had to be changed gets a hash at its end, so that
    two texts never share a name; names that systems reserve, and names that start with a dot, are changed too.

    Examples
    --------
    >>> safe_name("realigned_alt")
    'realigned_alt'
    >>> safe_name("../x")
    'x-d6b96a'
    """
    raw = str(text)
    plain = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", raw)).strip(".-")[:_LONGEST].rstrip(".-")
    while len(plain.encode("utf-8")) > 2 * _LONGEST:
        plain = plain[:-1]
    if plain and plain == raw and plain.split(".")[0].casefold() not in RESERVED:
        return plain
    mark = hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{plain}-{mark}" if plain else f"x-{mark}"


NAME = ".growthpoles.lock"
_NUMBER = 20  # digits of a process number
WAIT = 120.0
_WITHOUT = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}


@contextmanager
def folder_lock(folder: Path, *, wait: float = WAIT, tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a folder for the length of the block.

    The operating system frees the lock when its process ends, however it ends: a killed run never blocks the next.

    Parameters
    ----------
    folder : Path
        Existing folder; a hidden file stays in it while it is held.
    wait : float
        Seconds to wait for another process.
    tell : callable, optional
        Called once, with a sentence, if there is something to wait for.

    Raises
    ------
    DataError
        If the folder is not writable, or another process still holds it after `wait` seconds.

    Notes
    -----
    On a file system that knows no locks the block runs without one; every file is still put in place in one step.
    """
    from filelock import FileLock, Timeout

    path = folder / NAME
    _check_lock(path)
    lock = FileLock(path, fallback_to_soft=False)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if tell is not None and wait > 0:
                tell(f"waiting for another report in this folder{_holder(path)}")
            lock.acquire(timeout=wait, poll_interval=_STEP)
    except Timeout:
        problem = f"another report is being written{_holder(path)}"
        raise DataError(message(problem, where=str(folder), allowed="one at a time")) from None
    except OSError as error:
        if error.errno not in _WITHOUT:
            raise DataError(message(f"the folder is not writable ({error.strerror})", where=str(folder))) from None
    try:
        with contextlib.suppress(OSError):  # on Windows nobody can write into a locked file
            handle = os.open(path, os.O_WRONLY | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(handle, "wb") as file:
                file.write(str(os.getpid()).encode())
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows removes it when it is released
            path.unlink()
        lock.release()


def _check_lock(path: Path) -> None:
    """Refuse a lock of others: a link, whose target would be emptied, or a file that holds something else."""
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        own = stat.S_ISREG(found.st_mode) and found.st_nlink <= 1 and found.st_size <= _NUMBER
        if not own or (found.st_size and not path.read_bytes()[:_NUMBER].isdigit()):
            raise DataError(message("is not the lock of a report", where=str(path), allowed="the file moved away"))


def _holder(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        return f" (process {int(path.read_text()[:20])})"
    return ""
