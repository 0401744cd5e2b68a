"""Shipped data files: where geodata/ is, its registry, checksums.

`geodata/registry.json` lists every file with its sha256, size, rows, coordinate system, licence, source and
making. It is written by `geodata/build/registry.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from growthpoles.errors import DataError, message, nearest

_HERE = Path(__file__).resolve()
_SHIPPED = _HERE.parents[0] / "geodata"  # inside an installed wheel
_CHECKOUT = _HERE.parents[2] / "geodata"  # beside src/ in a checkout


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """One shipped file.

    Attributes
    ----------
    name : str
        Path below geodata/, with forward slashes.
    sha256 : str
        Checksum of the bytes, 64 hexadecimal digits.
    bytes : int
        Size of the file.
    rows : int or None
        Records of a table or layer; None for a file without records.
    crs, analysis_crs : str or None
        Coordinate system that a layer is stored in, and the one that areas, distances and maps use.
    licence, source, made_by : str
        Terms of use, where the content comes from, and what produced the file.
    """

    name: str
    sha256: str
    bytes: int
    rows: int | None
    crs: str | None
    analysis_crs: str | None
    licence: str
    source: str
    made_by: str


def geodata_path(*parts: str) -> Path:
    """Return the path of a file or folder below geodata/, wherever the package is installed.

    Parameters
    ----------
    *parts : str
        Path below geodata/, as one string with forward slashes or part by part; nothing returns geodata/
        itself.

    Raises
    ------
    DataError
        If geodata/ or the file is not there, or the path leads out of geodata/.
    """
    root = _root()
    path = root.joinpath(*parts)
    if not path.resolve().is_relative_to(root.resolve()):
        raise DataError(message(f"{'/'.join(parts)} leads out of geodata/", allowed="a path below geodata/"))
    if not path.exists():
        name = path.relative_to(root).as_posix()
        there = [found.relative_to(root).as_posix() for found in sorted(root.rglob("*")) if found.is_file()]
        raise DataError(message(f"geodata/{name} does not exist", near=nearest(name, there)))
    return path


@cache
def read_registry() -> Mapping[str, RegistryEntry]:
    """Read geodata/registry.json: one entry per shipped file, keyed by its name below geodata/.

    Raises
    ------
    DataError
        If the registry is missing or is not what `geodata/build/registry.py` writes.
    """
    import json

    path = geodata_path("registry.json")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = {name: RegistryEntry(name=name, **fields) for name, fields in content["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        problem = f"the list of shipped files cannot be read ({type(error).__name__}: {error})"
        raise DataError(message(problem, where=str(path), allowed=_REMEDY)) from error
    return MappingProxyType(entries)


def shipped_name(path: Path) -> str | None:
    """Return the name of a shipped file below geodata/, with forward slashes; None for a file elsewhere."""
    return path.relative_to(_root()).as_posix() if path.is_relative_to(_root()) else None


def verify(path: Path, digest: str) -> bool:
    """Hold the sha256 of a file that was read against the registry; tell whether it is a shipped file at all.

    Raises
    ------
    DataError
        If the file lies below geodata/ and the registry does not know it, or knows another checksum.
    """
    name = shipped_name(path)
    if name in (None, "registry.json"):
        return False
    entry = read_registry().get(name or "")
    if entry is None:
        raise DataError(message("not in the list of shipped files", where=str(path), allowed=_REMEDY))
    if digest != entry.sha256:
        problem = f"the file is damaged or was changed (sha256 {digest[:12]}..., expected {entry.sha256[:12]}...)"
        raise DataError(message(problem, where=str(path), allowed=_REMEDY))
    return True


_REMEDY = (
    "the file as shipped: reinstall growthpoles, or in a checkout restore geodata/ with git; "
    "after a change on purpose run python geodata/build/registry.py"
)


@cache
def _root() -> Path:
    """Find geodata/: inside the installed package, or beside src/ in a checkout."""
    for root in (_SHIPPED, _CHECKOUT):
        if (root / "boundaries").is_dir():
            return root
    raise DataError(
        message("the data folder geodata/ is missing", where=str(_SHIPPED), allowed="reinstall growthpoles")
    )
