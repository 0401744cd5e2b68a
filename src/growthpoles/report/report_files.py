"""Report files: put in place only what differs, remove what is stale, the manifest last."""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from growthpoles.errors import DataError, message
from growthpoles.file_reading import file_sha256
from growthpoles.file_writing import check_inside, check_outputs, clean_parts, free_name, make_folder, write_bytes

JOURNAL = ".growthpoles.writing"  # names that a report is about to write; gone when its manifest is there
_LARGEST = 1 << 28
_FIRST = {
    ".csv": re.compile(rb"[^\n]+\n"), ".md": re.compile(rb"[^\n]+\n"), ".tex": re.compile(rb"(?:[^\n]+\n){3}")
}  # fmt: skip
_TOLD = "; parameters: {"  # how every figure of the command line says what it shows
_MARKS = (_TOLD.encode(), _TOLD.encode("utf-16-be"), b"%%Creator: growthpoles")
_PNG = re.compile(rb"\x89PNG.{25}\0\0\0\x01sRGB.{5}\0\0\0\tpHYs.{17}iTXtTitle\0{5}", flags=re.DOTALL)


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


def check_files(
    folder: Path, content: Mapping[str, bytes], *, before: Iterable[str], inputs: Iterable[Path], force: bool
) -> None:
    """Refuse content that leaves the folder, replaces an input, or a file that no earlier report wrote.

    Parameters
    ----------
    folder : Path
    content : mapping
        Name with forward slashes -> bytes, which may be there already.
    before : iterable of str
        Names that earlier reports wrote.
    inputs : iterable of Path
    force : bool
        Whether files of others may be replaced.
    """
    _check_names(folder, content)
    names, own = {folder / name: name for name in content}, set(before)
    check_outputs(
        names,
        inputs=inputs,
        force=force,
        ours=lambda path: names[path] in own or is_edition(path, content[names[path]]),
    )


def _check_names(folder: Path, names: Iterable[str]) -> None:
    names = list(names)
    if stray := [name for name in names if not inside(name)]:
        raise DataError(message(f"file name {stray[0]!r} leads out of the folder", where=str(folder)))
    check_inside(folder, names)


def is_edition(path: Path, content: bytes) -> bool:
    """Tell whether a file is `content` or an earlier edition of it; only a report has a manifest of what it wrote.

    Tables of text are known by their first line (CSV, Markdown), their caption (TeX) or the names in their first record
    (JSON), workbooks and figures by what this package writes into them and no other does.
    """
    with contextlib.suppress(OSError, ValueError, LookupError, zipfile.BadZipFile):
        old, kind = path.read_bytes() if path.stat().st_size < _LARGEST else b"", path.suffix.lower()
        if old == content:
            return True
        if kind in _FIRST:
            first = [_FIRST[kind].match(part.removeprefix(codecs.BOM_UTF8)) for part in (old, content)]
            return all(first) and len({hit[0] for hit in first if hit}) == 1
        if kind == ".json":
            records = [json.loads(part) for part in (old, content)]
            return all(isinstance(each, list) for each in records) and list(records[0][0]) == list(records[1][0])
        if kind == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(old)) as book:
                return b"<dc:creator>growthpoles</dc:creator>" in book.read("docProps/core.xml")
        return any(mark in old for mark in _MARKS) or (kind == ".png" and bool(_PNG.match(old)))
    return False


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
    _check_names(folder, content)
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


def remove_stale(
    folder: Path, before: Mapping[str, str], now: Iterable[str], *, inputs: Iterable[Path] = ()
) -> tuple[str, ...]:
    """Remove files of an earlier report that the new one does not have, unless somebody changed them since.

    Parameters
    ----------
    before : mapping
        Name -> SHA-256 as the earlier manifest recorded them.
    now : iterable of str
        Names of the new report.
    inputs : iterable of Path
        Files that were read, which stay.
    """
    kept = set(now)
    removed = []
    for name, digest in before.items():
        if name in kept or not inside(name):
            continue
        path = folder / name
        try:
            check_inside(folder, [name])
            check_outputs([path], inputs=inputs, force=True)
        except DataError:  # not a file to remove
            continue
        if path.is_file() and not path.is_symlink() and file_sha256(path) == digest:
            with contextlib.suppress(OSError):
                path.unlink()
                removed.append(name)
    return tuple(removed)
