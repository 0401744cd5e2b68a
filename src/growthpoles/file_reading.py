"""File reading: the one seam through which input is read; every read is recorded, shipped files are verified."""

from __future__ import annotations

import functools
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from growthpoles.shipped_data import geodata_path, verify

Read = dict[Path, tuple[str | None, Any]]  # absolute path -> sha256 (None: not there), state when it was read
_READ: ContextVar[Read | None] = ContextVar("read", default=None)
_P = ParamSpec("_P")
_T = TypeVar("_T")


def absolute(path: Path) -> Path:
    """Return a path without dots; a link stays a link, since it may lead elsewhere tomorrow."""
    return Path(os.path.abspath(path))  # noqa: PTH100


@contextmanager
def recorded() -> Iterator[Read]:
    """Record what the block reads in this thread, as it was at the first read; a block around it records it too."""
    found: Read = {}
    token = _READ.set(found)
    try:
        yield found
    finally:
        _READ.reset(token)
        recorded_elsewhere(found)


def read_bytes(path: Path) -> bytes:
    """Read a file whole; errors are those of the operating system, and a DataError for a damaged shipped file."""
    state, content = _state(path), None
    try:
        content = path.read_bytes()
    finally:
        _check(path, None if content is None else hashlib.sha256(content).hexdigest(), state)
    return content


def read_text(path: Path, *, encoding: str = "utf-8-sig", errors: str = "strict") -> str:
    """Read a text file whole, line ends as in Python."""
    return io.TextIOWrapper(io.BytesIO(read_bytes(path)), encoding=encoding, errors=errors).read()


def note(path: Path) -> bool:
    """Record a file that another library reads, or that it is not there; tell whether it is."""
    state, digest = _state(path), file_sha256(path)
    _check(path, digest, state)
    return digest is not None


def note_layer(path: Path) -> None:
    """Record a data set that another library reads: a file and those beside it with its stem, or a folder of files."""
    every = absolute(path / "*" if path.is_dir() else path.with_name(f"{path.stem}.*"))
    for part in _parts(every):
        note(part)
    recorded_elsewhere({every: (file_sha256(every), _state(every))})


def remembered(maxsize: int | None = None) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Cache the results of a function that reads files until one of these files changes.

    A result that comes from the cache counts as read: whoever records is told its files.
    """

    def wrap(function: Callable[_P, _T]) -> Callable[_P, _T]:
        slot = functools.lru_cache(maxsize)(lambda *args, **kwargs: [])

        @functools.wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            kept: list[Any] = slot(*args, **kwargs)  # type: ignore[arg-type]
            if not kept or any(_state(path) != state for path, (_, state) in kept[1].items()):
                with recorded() as found:
                    kept[:] = function(*args, **kwargs), found
            result, found = kept
            recorded_elsewhere(found)
            return result

        call.cache_clear = slot.cache_clear  # type: ignore[attr-defined]
        return call

    return wrap


def file_sha256(path: Path) -> str | None:
    """Return the SHA-256 of a file, of the names in "folder/stem.*", or None if there is nothing to read."""
    if path.name.endswith("*"):
        return hashlib.sha256("\0".join(part.name for part in _parts(path)).encode(errors="replace")).hexdigest()
    with suppress(OSError, ValueError):
        if path.is_file():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    return None


def recorded_elsewhere(found: Read) -> None:
    """Count as read what another process has recorded."""
    into = _READ.get()
    if into is not None:
        into |= {**found, **into}


def _check(path: Path, digest: str | None, state: Any) -> None:
    """Hold a file against the registry of shipped files, then record it; the registry of a shipped file is read too."""
    path = absolute(path)
    if digest is not None and verify(path, digest):
        note(geodata_path("registry.json"))
    recorded_elsewhere({path: (digest, state)})


def _state(path: Path) -> Any:
    """Return what tells one state of a file from another without reading it: size and time of the last change."""
    if path.name.endswith("*"):
        return tuple(_parts(path))
    with suppress(OSError, ValueError):
        found = path.stat()
        return found.st_size, found.st_mtime_ns
    return None


def _parts(every: Path) -> list[Path]:
    """Return the files of "folder/*", or those of "folder/stem.*" that have exactly this stem."""
    try:
        there = sorted(every.parent.iterdir())
    except OSError:
        return []
    return [path for path in there if every.stem in ("*", path.stem) and path.is_file()]
