"""Words of statistical offices: every list is used, can be read, and says nothing twice."""

import re
import tomllib
from pathlib import Path

import pytest

import growthpoles
from growthpoles.language.languages import alternatives

SRC = Path(growthpoles.__file__).parent
WORDS = tomllib.loads((SRC / "language/office_words.toml").read_text(encoding="utf-8"))


def _parts(name: str) -> list[str]:
    """Alternatives on the outermost level: those in brackets belong to the word around them."""
    parts, depth, at = [""], 0, 0
    text = alternatives(name)
    while at < len(text):
        sign = text[at : at + 2] if text[at] == "\\" else text[at]
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
        at += len(sign)
    return parts


@pytest.mark.parametrize("name", sorted(WORDS))
def test_a_list_is_whole_and_says_nothing_twice(name: str) -> None:
    re.compile(alternatives(name), flags=re.IGNORECASE)
    parts = _parts(name)
    assert all(part.strip() for part in parts)
    assert sorted(parts) == sorted(set(parts))
    assert all(re.compile(part) for part in parts)


def test_every_list_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SRC.rglob("*.py"))
    of_kinds = {f"no_amount_{kind}" for kind in ("percentage", "year", "code")}
    assert not {name for name in WORDS if not re.search(rf"[\"']{name}[\"']", code)} - of_kinds
