"""Atomic file writing, safe file names, and the lock of an output folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from growthpoles.errors import DataError, message

PART = ".growthpoles-part"
_LONGEST = 80
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
    except OSError as error:
        raise DataError(message(f"the folder cannot be made ({error.strerror})", where=str(path))) from None
    return path


def marked(text: str) -> bytes:
    """Return text as UTF-8, with a byte order mark where it goes beyond ASCII: Excel takes it for another code else."""
    return text.encode("utf-8" if text.isascii() else "utf-8-sig", errors="replace")


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content` to a temporary neighbour of `path`, then put it in place in one step.

    A process that is killed leaves the old file or the new one, and perhaps a neighbour that `clean_parts` removes.

    Raises
    ------
    DataError
        If the folder is missing or not writable, or the disk is full; nothing is left behind.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=PART, dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        raise DataError(message(f"cannot be written ({error.strerror})", where=str(path))) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
    return path


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
WAIT = 120.0
_STEP = 0.1
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
            path.write_text(str(os.getpid()))
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows removes it when it is released
            path.unlink()
        lock.release()


def _holder(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        return f" (process {int(path.read_text()[:20])})"
    return ""
