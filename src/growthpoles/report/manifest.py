"""Manifest and provenance: what a report depends on, what makes it stale, its files put in place or removed."""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import io
import json
import os
import platform
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthpoles import __version__
from growthpoles.errors import DataError, message
from growthpoles.file_reading import Read, file_sha256
from growthpoles.file_writing import check_inside, check_outputs, clean_parts, free_name, make_folder, write_bytes
from growthpoles.result_display import ResultDisplay
from growthpoles.shipped_data import geodata_path, shipped_name
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.report.results import Results


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


MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1 << 24
_SHIPPED = "geodata/"


@dataclass(frozen=True, slots=True, repr=False)
class Manifest(ResultDisplay):
    """What a report wrote.

    Attributes
    ----------
    out : Path
        The folder.
    files : dict
        Name below the folder, with forward slashes -> sha256 of the bytes, in the order of writing; manifest.json last.
    results : Results or None
        The frames behind the files; None if nothing had to be computed.
    written, removed : tuple of str
        Files that this run wrote because they were missing or differed, and files of an earlier report that it removed.
    record : dict
        Content of manifest.json: study, options, growthpoles, python, platform, libraries, inputs, left_out, outputs.

    Examples
    --------
    >>> import growthpoles as gp
    >>> manifest = gp.build_report(gp.load_study("kazakhstan-2024"), out="report")
    >>> manifest.to_frame()["file"].tolist()[-1]
    'manifest.json'
    >>> gp.build_report(gp.load_study("kazakhstan-2024"), out="report").unchanged
    True
    """

    out: Path
    files: dict[str, str]
    results: Results | None
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def unchanged(self) -> bool:
        """Whether the folder already held this very report, so that nothing was computed or written."""
        return self.results is None

    def to_frame(self) -> pd.DataFrame:
        """Return file and sha256, one row per file."""
        return pd.DataFrame({"file": list(self.files), "sha256": list(self.files.values())})

    def __repr__(self) -> str:
        done = "nothing has changed" if self.unchanged else f"{len(self.written)} written"
        return f"Manifest({len(self.files)} files in {str(self.out)!r}, {done})"


def record_of(origin: Mapping[str, Any], results: Results, outputs: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of manifest.json."""
    return {**origin, "left_out": dict(results.stages.left_out), "outputs": dict(outputs)}


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """Return manifest.json; no dates and no machine in it, so that equal reports have equal manifests."""
    return (json.dumps(record, ensure_ascii=True, indent=1) + "\n").encode()


def read_record(folder: Path, name: str = MANIFEST) -> dict[str, Any]:
    """Return the manifest in a folder; empty if there is none, or it is not one."""
    try:
        if not (folder / name).is_file():
            return {}
        with (folder / name).open("rb") as file:
            record = json.loads(file.read(_LARGEST_MANIFEST))
    except (OSError, ValueError, RecursionError):
        return {}
    outputs = record.get("outputs") if isinstance(record, dict) else None
    if not isinstance(outputs, dict) or not all(isinstance(digest, str) for digest in outputs.values()):
        return {}
    return dict(record)


def written_before(folder: Path) -> dict[str, str]:
    """Return what earlier reports wrote into a folder, or were about to write when they were killed: name -> digest."""
    record = read_record(folder)
    own = {MANIFEST: ""} if "growthpoles" in record else {}
    return {**read_record(folder, JOURNAL).get("outputs", {}), **record.get("outputs", {}), **own}


def unchanged(folder: Path, origin: Mapping[str, Any], study: Study) -> Manifest | None:
    """Return the manifest in a folder if origin, inputs and every file written are what they were."""
    record = read_record(folder)
    if (
        not record
        or (folder / JOURNAL).exists()
        or any(record.get(key) != json.loads(json.dumps(value)) for key, value in origin.items())
    ):
        return None
    if not _as_read(record.get("inputs"), study):
        return None
    outputs = record["outputs"]
    if not all(inside(name) and file_sha256(folder / name) == digest for name, digest in outputs.items()):
        return None
    own = file_sha256(folder / MANIFEST)
    return Manifest(folder, {**outputs, MANIFEST: str(own)}, None, record=record)


def inputs_of(study: Study, read: Read) -> dict[str, str | None]:
    """Return what was read: name -> sha256, None for a file that was looked for and is not there.

    Names are relative to the study's folder; shipped files are ``geodata/...``, and ``states.*`` stands for the names
    of all files that make up a layer. The package's own files are not among them: see `provenance`.
    """
    return dict(sorted((_name_of(path, study.path.parent), digest) for path, (digest, _) in read.items()))


def _name_of(path: Path, folder: Path) -> str:
    shipped = shipped_name(path)
    if shipped is not None:
        return _SHIPPED + shipped
    try:
        name = Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()
    return f"./{name}" if name.startswith(_SHIPPED) else name


def _as_read(inputs: Any, study: Study) -> bool:
    """Tell whether every input of an earlier report is as it was."""
    if not isinstance(inputs, dict):
        return False
    paths = (
        geodata_path() / name.removeprefix(_SHIPPED) if name.startswith(_SHIPPED) else study.path.parent / name
        for name in inputs
    )
    return all(file_sha256(path) == digest for path, digest in zip(paths, inputs.values(), strict=True))


def provenance(study: Study, options: Mapping[str, object]) -> dict[str, Any]:
    """Return what a report depends on besides the files that are read for it (`inputs_of`).

    Returns
    -------
    dict
        study (name, seed, rating method, sha256 of all its settings but [report]), options (those of [report] among
        them), growthpoles (version, sha256 of its code, texts, templates and fonts), python, platform,
        libraries (name -> version).
    """
    settings = json.dumps(study.model_dump(mode="json", exclude={"path", "report"}), sort_keys=True, ensure_ascii=True)
    return {
        "study": {
            "name": study.name,
            "seed": study.study.seed,
            "rating": study.rating.record,
            "sha256": hashlib.sha256(settings.encode()).hexdigest(),
        },
        "options": dict(options),
        "growthpoles": {"version": __version__, "sha256": _own_sha256()},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libraries": dict(_libraries()),
    }


@cache
def _own_sha256() -> str:
    """Hash the package's own files: in a checkout the version alone does not tell that the code has changed."""
    root = Path(__file__).parents[1]
    total = hashlib.sha256()
    for path in sorted(root.rglob("*"), key=lambda path: path.relative_to(root).as_posix()):
        if path.is_file() and path.suffix not in {".pyc", ".pyo"} and "geodata" not in path.relative_to(root).parts:
            total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


@cache
def _libraries() -> dict[str, str]:
    """Return the version of every distribution that this package needs, directly or not, and of the C libraries."""
    found: dict[str, str] = {}
    waiting = ["growthpoles"]
    while waiting:
        name = waiting.pop()
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform or Python
        for requirement in distribution.requires or ():
            match = re.match(r"[A-Za-z0-9._-]+", requirement)
            if match is None or re.search(r";.*\bextra\b", requirement):
                continue
            needed = re.sub(r"[-_.]+", "-", match.group(0)).lower()
            if needed not in found:
                found[needed] = ""
                waiting.append(needed)
        if name != "growthpoles":
            found[name] = distribution.version
    return dict(sorted({name: version for name, version in found.items() if version}.items()) + _c_libraries())


def _c_libraries() -> list[tuple[str, str]]:
    import sqlite3

    import pyogrio
    import pyproj
    import shapely

    return [
        ("GDAL", ".".join(map(str, pyogrio.__gdal_version__))),
        ("GEOS", ".".join(map(str, shapely.geos_version))),
        ("PROJ", pyproj.proj_version_str),
        ("SQLite", sqlite3.sqlite_version),
    ]
