"""Words and numbers in three languages."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest

import growthpoles
from growthpoles.errors import MapError
from growthpoles.language import languages
from growthpoles.maps.typography.typefaces import missing_glyphs

SOURCE = Path(growthpoles.__file__).parent


def used() -> set[str]:
    """Messages that the maps package asks a translator for."""
    found = set()
    for path in (SOURCE / "maps").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) != 1 or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            inner = node.func.func if isinstance(node.func, ast.Call) else None
            if name == "word" or (isinstance(inner, ast.Name) and inner.id == "translator"):
                found.add(node.args[0].value)
    return found


def po(lang: str) -> dict[str, str]:
    text = (SOURCE / "language" / "locale" / lang / "LC_MESSAGES" / "growthpoles.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, re.M)
    return {key.replace('\\"', '"'): value.replace('\\"', '"') for key, value in pairs}


@pytest.mark.parametrize("lang", ["ru", "kk"])
def test_every_message_is_translated_and_compiled(lang: str) -> None:
    source = po(lang)
    assert len(used()) > 20
    assert used() - set(source) == set()
    assert [key for key, value in source.items() if not value] == []
    with (SOURCE / "language" / "locale" / lang / "LC_MESSAGES" / "growthpoles.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {key: compiled.gettext(key) for key in source} == source


@pytest.mark.parametrize("lang", ["ru", "kk"])
def test_translations_are_cyrillic_and_the_font_has_them(lang: str) -> None:
    joined = "".join(po(lang).values())
    assert missing_glyphs(str(SOURCE / "maps" / "typography" / "fonts" / "DejaVuSans-core.ttf"), joined) == ""
    assert missing_glyphs(str(SOURCE / "maps" / "typography" / "fonts" / "DejaVuSans-Bold-core.ttf"), joined) == ""
    if lang == "kk":
        assert set("әғқңөұүі") <= set(joined)


@pytest.mark.parametrize(
    ("value", "lang", "options", "text"),
    [
        (1234.5, "en", {"digits": 1}, "1234.5"),
        (1234567.0, "ru", {"digits": 0}, "1\u00a0234\u00a0567"),
        (0.683, "kk", {"digits": 3}, "0,683"),
        (-0.004, "en", {"digits": 2}, "0.00"),
        (-7.9, "ru", {"digits": 1, "sign": "+"}, "\u22127,9"),
        (7.94, "en", {"digits": 1, "sign": "+"}, "+7.9"),
        (0.0, "en", {"digits": 0, "sign": "+"}, "0"),
        (float("nan"), "en", {}, ""),
    ],
)
def test_numbers(value: float, lang: str, options: dict, text: str) -> None:
    assert languages.format_number(value, lang, **options) == text


def test_unknown_language() -> None:
    with pytest.raises(MapError, match="lang='kz' is not known; allowed: en, ru, kk"):
        languages.translator("kz")
