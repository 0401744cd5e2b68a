"""Where a study.toml is, and its plain content: by path, by folder, or by the name of a built-in study."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from growthpoles.shipped_data import geodata_path
from growthpoles.errors import StudyError, message, nearest

BUILTIN = "kazakhstan-it"
_MAX_BYTES = 1_000_000


def study_path(study: str | Path | None = None) -> Path:
    """Return the study.toml that a path, a folder or the name of a built-in study means.

    Raises
    ------
    StudyError
        If a bare name is neither here nor built in.
    """
    if study is None:
        return geodata_path(BUILTIN, "study.toml")
    path = Path(study)
    try:
        if path.is_dir() and not _is_bare(path):
            return path / "study.toml"
        if _is_bare(path) and not (path / "study.toml").is_file() and not path.is_file():
            names = builtin_names()
            if path.name in names:
                return geodata_path(path.name, "study.toml")
            if not path.is_dir():
                raise StudyError(
                    message(
                        "there is no such folder and no such built-in study",
                        where=repr(path.name[:60]),
                        allowed=f"a study.toml, its folder, or {', '.join(names)}",
                        near=nearest(path.name, names, n=1),
                    )
                )
        return path / "study.toml" if path.is_dir() else path
    except StudyError:
        raise
    except (OSError, ValueError) as error:  # a path that is too long, or with a null character
        raise StudyError(message(f"cannot be read ({error})"[:120], where=repr(str(study)[:60]))) from None


def _is_bare(path: Path) -> bool:
    return len(path.parts) == 1 and path.suffix != ".toml" and path.name not in (".", "..")


def builtin_names() -> list[str]:
    """Return the names of the studies that ship with the package."""
    return sorted(found.parent.name for found in geodata_path().glob("*/study.toml"))


def read_toml(path: Path) -> dict[str, Any]:
    """Read study.toml as plain values; a StudyError for everything that can go wrong."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise StudyError(message(f"larger than {_MAX_BYTES // 10**6} MB", where=str(path), allowed="a study.toml"))
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise StudyError(message("the study does not exist", where=str(path))) from None
    except OSError as error:
        raise StudyError(message(f"cannot be read ({error.strerror})", where=str(path))) from None
    except UnicodeEncodeError:
        allowed = "a UTF-8 locale, or the environment variable PYTHONUTF8=1"
        raise StudyError(
            message("this locale cannot write the file name", where=ascii(str(path)), allowed=allowed)
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        if isinstance(error, StudyError):
            raise
        raise StudyError(message(f"not valid TOML: {str(error)[:200]}", where=str(path))) from None
