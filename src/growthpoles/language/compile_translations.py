"""Translations: .po files checked and compiled to .mo, phrases of the page checked (`make translations`).

``python -m growthpoles.language.compile_translations`` compiles all and says what is wrong; a test says it too.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from growthpoles.language.languages import LANGUAGES, SOURCE, TEXTS


def catalogue(path: Path) -> Any:
    """Read a .po or .mo file."""
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file, abort_invalid=True)


def messages(path: Path) -> dict[str, str]:
    """Return the messages of a .po or .mo file with their translations."""
    return {str(each.id): str(each.string) for each in catalogue(path) if each.id}


def write(path: Path) -> None:
    """Compile a .po file."""
    from babel.messages.mofile import write_mo

    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue(path))


def places(template: str) -> list[str]:
    """Return the names of the placeholders of a template, in order of the alphabet."""
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def faults(folder: Path) -> Iterator[str]:
    """Say what is wrong with the translations below a folder of languages."""
    catalogues = {lang: messages(folder / lang / "messages.po") for lang in LANGUAGES if lang != SOURCE}
    wanted = set().union(*catalogues.values())
    for lang, own in catalogues.items():
        path, binary = (folder / lang / f"messages.{ending}" for ending in ("po", "mo"))
        yield from (f"{path}: no translation of {key!r}" for key in sorted(wanted) if not own.get(key))
        for key, text in own.items():
            if text and places(key) != places(text):
                yield f"{path}: {text!r} has other placeholders than {key!r}"
        if not binary.is_file() or messages(binary) != {key: text for key, text in own.items() if text}:
            yield f"{binary}: not up to date; run python -m growthpoles.language.compile_translations"


def phrase_faults(folder: Path) -> Iterator[str]:
    """Say which phrases of report.toml a language lacks, and which have other placeholders than in English."""

    def phrases(lang: str) -> dict[str, list[str]]:
        sections = tomllib.loads((folder / lang / "report.toml").read_text(encoding="utf-8"))
        return {
            f"[{name}] {key}": list(text.values()) if isinstance(text, dict) else [text]
            for name, section in sections.items()
            if isinstance(section, dict)
            for key, text in section.items()
        }

    source = phrases(SOURCE)
    for lang in LANGUAGES:
        own, path = phrases(lang), folder / lang / "report.toml"
        yield from (f"{path}: no phrase {key}" for key in source if key not in own)
        yield from (f"{path}: {key} is not in the English file" for key in own if key not in source)
        for key in own.keys() & source.keys():
            if any(places(text) != places(source[key][-1]) for text in own[key]):
                yield f"{path}: {key} has other placeholders than in English"


def main() -> None:
    """Compile every .po of the package and check all translations."""
    for path in TEXTS.glob("*/messages.po"):
        write(path)
    if found := [*faults(TEXTS), *phrase_faults(TEXTS)]:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
