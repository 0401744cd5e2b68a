"""Writing a file so that its name never points at half of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from growthpoles.errors import DataError, message


def make_folder(path: Path) -> Path:
    """Create a folder and its parents, or say why that is impossible."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(message(f"the folder cannot be made ({error.strerror})", where=str(path))) from None
    return path


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content` to a temporary neighbour of `path`, then put it in place in one step.

    Raises
    ------
    DataError
        If the folder is missing or not writable, or the disk is full; nothing is left behind.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise DataError(message(f"cannot be written ({error.strerror})", where=str(path))) from None
    return path
