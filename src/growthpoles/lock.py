"""One report at a time in a folder."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from growthpoles.errors import DataError, message

NAME = ".growthpoles.lock"
WAIT = 120.0
_STEP = 0.1
_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK, getattr(errno, "EWOULDBLOCK", errno.EAGAIN)}
_WITHOUT = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}


@contextmanager
def folder_lock(folder: Path, *, wait: float = WAIT, tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a folder for the length of the block.

    The operating system frees the lock when its process ends, however it ends: a killed run never blocks the next.

    Parameters
    ----------
    folder : Path
        Existing folder; a hidden file stays in it.
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
    path = folder / NAME
    deadline = time.monotonic() + wait
    told = False
    while True:
        file = _open(path)
        if _take(file) and _same(file, path):
            break
        holder = _holder(file)
        file.close()
        if time.monotonic() >= deadline:
            raise DataError(
                message(f"another report is being written{holder}", where=str(folder), allowed="one at a time")
            )
        if tell is not None and not told:
            tell(f"waiting for another report in this folder{holder}")
            told = True
        time.sleep(_STEP)
    try:
        with contextlib.suppress(OSError):
            file.seek(0)
            file.truncate()
            file.write(str(os.getpid()).encode())
            file.flush()
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows removes it only after it is closed
            path.unlink()
        file.close()
        if os.name == "nt":
            with contextlib.suppress(OSError):
                path.unlink()


def _open(path: Path) -> IO[bytes]:
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
    except OSError as error:
        raise DataError(message(f"the folder is not writable ({error.strerror})", where=str(path.parent))) from None


def _take(file: IO[bytes]) -> bool:
    """Lock an open file, or say that somebody else has it."""
    try:
        if os.name == "nt":
            import msvcrt

            # A byte far behind the text, so that the holder's number can still be read.
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        if error.errno not in _WITHOUT:
            raise DataError(message(f"cannot be locked ({error.strerror})", where=file.name)) from None
    return True


def _same(file: IO[bytes], path: Path) -> bool:
    """Tell whether the locked file still stands under its name: its last holder may have removed it meanwhile."""
    try:
        there, own = path.stat(), os.fstat(file.fileno())
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino)


def _holder(file: IO[bytes]) -> str:
    with contextlib.suppress(OSError, ValueError):
        file.seek(0)
        return f" (process {int(file.read(20))})"
    return ""
