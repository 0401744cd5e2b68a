"""Load a study: find, read and validate study.toml; built-in studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from growthpoles.study.study_spec import Study, leads_outside, may_read

if TYPE_CHECKING:
    import pandas as pd

import re
import tomllib
from pathlib import Path
from typing import Any

from growthpoles.errors import GrowthpolesError, LanguageError, Reason, StudyError, message, nearest, shown
from growthpoles.file_reading import layer_files, read_bytes
from growthpoles.shipped_data import geodata_path

BUILTIN = "kazakhstan-it"
_MAX_BYTES = 1_000_000
_DEEPEST = 20
_STRINGS = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' r"'''.*?'''" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'|#[^\n]*", flags=re.DOTALL
)
_PARTS = re.compile(r'(?<![\w"-])(?:[\w"-]++[ \t]*+\.[ \t]*+){20}')
_BRACKETS = re.compile(r"[\[\]{}]")
_FAULTS = 20  # that a message names
_MOST = 200  # that are looked for


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
        text = read_bytes(path, limit=_MAX_BYTES).decode("utf-8-sig")
        _check_nesting(text, path)
        return tomllib.loads(text)
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
        if isinstance(error, GrowthpolesError):
            raise
        if path.suffix.lower() != ".toml":
            allowed = "a study.toml or its folder; growthpoles init makes one of a table and its boundaries"
            raise StudyError(message("is no study", where=str(path), allowed=allowed)) from None
        told = "a number of more than 4,300 digits" if "integer string" in str(error) else str(error)[:200]
        raise StudyError(message(f"not valid TOML: {told}", where=str(path))) from None


def _check_nesting(text: str, path: Path) -> None:
    """Refuse keys of many parts and tables within tables, whose reading takes time and memory that grow with them."""
    bare, depth = _STRINGS.sub('"', text), 0
    if hit := _PARTS.search(bare):
        told = f"the key {shown(hit[0])} has more than {_DEEPEST} parts"
        raise StudyError(message(told, where=str(path), allowed="the keys of a study"))
    for sign in _BRACKETS.findall(bare):
        depth += 1 if sign in "[{" else -1
        if depth > _DEEPEST:
            raise StudyError(message("values are nested too deep", where=str(path), allowed=f"at most {_DEEPEST} deep"))


def _problem(error: Any) -> str:
    # tables are counted from 1, as a reader of the file does
    where = ".".join(str(part + 1 if isinstance(part, int) else part)[:60] for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{where} is not a known key"
    if error["type"] == "missing":
        return f"{where} is missing"
    if error["type"] == "dict_type" and isinstance(error["input"], str):
        texts = where in ("study.title", "study.source")
        allowed = f'a table in braces, {where.rpartition(".")[2]} = {{ {"en" if texts else "..."} = "..." }}'
        return message(shown(error["input"]), where=where, allowed=allowed)
    text = error["msg"].removeprefix("Value error, ")
    return f"{where}: {text}" if where else text


def known_keys(where: tuple[Any, ...]) -> list[str]:
    """Return the keys that a part of study.toml may have."""
    model: Any = Study
    for part in where:
        if isinstance(part, str):
            inner = model.model_fields[part].annotation if part in getattr(model, "model_fields", {}) else None
            options = [inner, *getattr(inner, "__args__", ())]
            model = next((each for each in options if hasattr(each, "model_fields")), None)
    return [name for name in model.model_fields if name != "path"] if model is not None else []


def builtin_studies() -> pd.DataFrame:
    """Return the studies that ship with the package.

    Returns
    -------
    DataFrame
        Index `name`; title (English), years, source, licence.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.builtin_studies()["years"]
    name
    kazakhstan-2024                                        2024
    kazakhstan-it                                    2010, 2014
    mexico-gdp         1940, 1950, 1960, 1970, 1980, 1990, 2000
    us-states                      1929, 1949, 1969, 1989, 2009
    Name: years, dtype: str
    """
    import pandas as pd

    from growthpoles.shipped_data import read_registry

    rows = {}
    for name in builtin_names():
        study = load_study(name)
        licences = dict.fromkeys(
            entry.licence for file, entry in read_registry().items() if file.startswith(f"{name}/")
        )
        rows[name] = {
            "title": study.text("title"),
            "years": ", ".join(map(str, study.years)),
            "source": study.text("source"),
            "licence": "; ".join(licences),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def load_study(path: str | Path | None = None, *, outside: bool = False) -> Study:
    """Read and validate a study.

    Parameters
    ----------
    path : str or Path, optional
        A study.toml, the folder that holds one, or the name of a built-in study (see :func:`builtin_studies`); a
        folder of that name in the working directory comes first if it holds a study.toml. None is the built-in
        Kazakhstan study.
    outside : bool
        Whether study.toml may name files outside its folder. A study that :func:`growthpoles.propose_study` has written
        for this user may name the files that it was proposed from.

    Returns
    -------
    Study
        Frozen. Files it names are checked to exist.

    Raises
    ------
    StudyError
        If the file is missing, is not TOML, has an unknown or missing key, a value of the wrong kind, or names a file
        that does not exist; every problem is listed.
    LanguageError
        If all that is wrong is that a language is not known.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_study().years
    (2010, 2014)
    """
    path = study_path(path)
    content = read_toml(path)
    if "path" in content:
        raise StudyError(message("path is not a known key", where=str(path)))
    try:
        study = Study.model_validate({**content, "path": path.resolve()}, context={"outside": outside})
    except ValidationError as error:
        faults = error.errors()[:_FAULTS]
        problems = [_problem(part) for part in faults]
        problems += [f"and {more} more"] if (more := error.error_count() - _FAULTS) > 0 else []
        near = [
            hit
            for part in faults
            if part["type"] == "extra_forbidden"
            for hit in nearest(part["loc"][-1], known_keys(part["loc"][:-1]), n=1)
        ]
        causes = [part.get("ctx", {}).get("error") for part in faults]
        kind = LanguageError if all(isinstance(cause, LanguageError) for cause in causes) else StudyError
        raise kind(message("; ".join(problems), where=str(path), near=near)) from None
    problems = [problem for _, problem in file_problems(study, outside=outside)]
    if problems:
        problems = [*problems[:_FAULTS], *([f"and {len(problems) - _FAULTS} more"] if problems[_FAULTS:] else [])]
        raise StudyError(message("; ".join(problems), where=str(study.path)))
    return study


def file_problems(study: Study, *, outside: bool = False) -> list[tuple[str, Reason]]:
    """List what a valid study names and does not have, or may not read: (key, problem) for files and years."""
    named = {"rating.catalogue": study.rating.catalogue}
    if study.rating.weights:
        named["rating.weights"] = study.rating.weights
    if study.boundaries.file:
        named["boundaries.file"] = study.boundaries.file
    if study.weights.distances:
        named["weights.distances"] = study.weights.distances
    face = study.report.typeface
    if face and Path(face).suffix.lower() in (".ttf", ".otf", ".ttc"):
        named["report.typeface"] = face
    if isinstance(study.report.cities, str):
        named["report.cities"] = study.report.cities
    if study.cells:
        named |= {"cells.folder": study.cells.folder, "cells.assembly": study.cells.assembly}
    if study.specialisation:
        named["specialisation.file"] = study.specialisation.file
        if study.specialisation.industries:
            named["specialisation.industries"] = study.specialisation.industries
    problems = []
    for number, table in enumerate(study.tables, start=1):
        named[f"tables[{number}].file"] = table.file
        if table.correspondence is not None:
            named[f"tables[{number}].correspondence"] = table.correspondence
        if table.shares is not None:
            named[f"tables[{number}].shares"] = table.shares
        if not set(table.covered(study.years)) & set(study.years):
            problem = f"year {table.year} is not one of the study" if table.year else "has no year of the study"
            key = f"tables[{number}]"
            problems.append((key, message(problem, where=key, allowed=", ".join(map(str, study.years)))))
    for key, name in named.items():
        if len(problems) >= _MOST:
            break
        try:
            found = study.resolve(name)
            parts = layer_files(found) if key == "boundaries.file" else []
            if not (outside or all(may_read(study.path, part) for part in (found, *parts))):
                problems.append((key, leads_outside(f"{key} = {name[:200]!r}")))
                continue
            if found.exists():
                continue
            folder = found.parent
            near = nearest(found.name, (p.name for p in folder.iterdir()), n=1) if folder.is_dir() else []
        except (OSError, ValueError, RuntimeError):  # too long, a null character, a loop of links
            near = []
        problems.append((key, message(f"{key} = {name[:200]!r} does not exist", near=near)))
    return problems
