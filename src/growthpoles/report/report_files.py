"""Report files: put in place only what differs, remove what is stale, the manifest last."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from growthpoles.errors import DataError, message
from growthpoles.file_reading import file_sha256
from growthpoles.file_writing import clean_parts, free_name, make_folder, write_bytes


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def inside(name: str) -> bool:
    """Tell whether a name stays below the folder it is joined to."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and not {"..", "\\", ":"} & {*parts, *name} and "\0" not in name


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names with a number added where two would be one file on systems that ignore case."""
    used: set[str] = set()
    found = []
    for name in names:
        stem, dot, ending = name.rpartition(".")
        found.append(free_name(stem, used, sign="-", ending=dot + ending))
    return found


def write_files(
    folder: Path, content: Mapping[str, bytes], *, tell: Callable[[str], None] | None = None
) -> tuple[str, ...]:
    """Write files below a folder, in order, leaving alone those that already have the same bytes.

    Parameters
    ----------
    folder : Path
        Existing folder, held by the caller (`folder_lock`).
    content : mapping
        Name with forward slashes -> bytes.
    tell : callable, optional
        Called with the name of every file before it is written.

    Returns
    -------
    tuple of str
        Names written.

    Raises
    ------
    DataError
        If a file cannot be written: those before it are new, the others are as they were.
    """
    stray = [name for name in content if not inside(name)]
    if stray:
        raise DataError(message(f"file name {stray[0]!r} leads out of the folder", where=str(folder)))
    for parent in dict.fromkeys((folder / name).parent for name in content):
        clean_parts(make_folder(parent))
    written = []
    for name, data in content.items():
        path = folder / name
        if path.is_file() and path.stat().st_size == len(data) and file_sha256(path) == sha256(data):
            continue
        if tell is not None:
            tell(name)
        write_bytes(path, data)
        written.append(name)
    return tuple(written)


def remove_stale(folder: Path, before: Mapping[str, str], now: Iterable[str]) -> tuple[str, ...]:
    """Remove files of an earlier report that the new one does not have, unless somebody changed them since.

    Parameters
    ----------
    before : mapping
        Name -> SHA-256 as the earlier manifest recorded them.
    now : iterable of str
        Names of the new report.
    """
    kept = set(now)
    removed = []
    for name, digest in before.items():
        if name in kept or not inside(name):
            continue
        path = folder / name
        if path.is_file() and not path.is_symlink() and file_sha256(path) == digest:
            with contextlib.suppress(OSError):
                path.unlink()
                removed.append(name)
    return tuple(removed)
