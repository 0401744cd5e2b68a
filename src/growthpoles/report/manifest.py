"""The manifest: what a report was made from, and what it consists of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthpoles.report.report_files import file_sha256, inside

if TYPE_CHECKING:
    from growthpoles.report.results import Results

MANIFEST = "manifest.json"
_LARGEST = 1 << 24


@dataclass(frozen=True, slots=True, repr=False)
class Manifest:
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


def read_record(folder: Path) -> dict[str, Any]:
    """Return the manifest in a folder; empty if there is none, or it is not one."""
    try:
        raw = (folder / MANIFEST).read_bytes()
        record = json.loads(raw[:_LARGEST])
    except (OSError, ValueError, RecursionError):
        return {}
    outputs = record.get("outputs") if isinstance(record, dict) else None
    if not isinstance(outputs, dict) or not all(isinstance(digest, str) for digest in outputs.values()):
        return {}
    return dict(record)


def unchanged(folder: Path, origin: Mapping[str, Any]) -> Manifest | None:
    """Return the manifest in a folder if it was made from the same origin and every file is as it was written."""
    record = read_record(folder)
    if not record or any(record.get(key) != json.loads(json.dumps(value)) for key, value in origin.items()):
        return None
    outputs = record["outputs"]
    if not all(inside(name) and file_sha256(folder / name) == digest for name, digest in outputs.items()):
        return None
    own = file_sha256(folder / MANIFEST)
    return Manifest(folder, {**outputs, MANIFEST: str(own)}, None, record=record)
