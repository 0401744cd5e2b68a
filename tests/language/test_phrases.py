"""The report says the same in every language, and knows every column of its tables."""

import re
import tomllib
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import StudyError
from growthpoles.language.phrases import Words, shorten, tie
from growthpoles.report.column_notes import Notes
from growthpoles.report.manifest import Manifest
from growthpoles.report.report_tables import report_tables

LANGUAGES = ("en", "ru", "kk")


def read(lang: str) -> dict[str, dict[str, str]]:
    path = resources.files("growthpoles.language").joinpath("texts", f"{lang}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_languages_have_the_same_keys_and_placeholders(lang: str) -> None:
    own, english = read(lang), read("en")
    assert own.keys() == english.keys()
    for section in english.keys() - {"language"}:
        assert own[section].keys() == english[section].keys(), section
        for key, text in english[section].items():
            holes = [sorted(re.findall(r"\{(\w+)\}", each)) for each in (text, own[section][key])]
            assert holes[0] == holes[1], (section, key)


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_sentences_are_translated(lang: str) -> None:
    own, english = read(lang), read("en")
    same = [(section, key) for section in ("text", "section", "table", "figure", "alt") for key in english[section]
            if own[section][key] == english[section][key] != "{label}: {names}"]  # fmt: skip
    assert not same
    letters = "ёыэщъ" if lang == "ru" else "әғқңөұүһі"
    assert all(any(sign in text.casefold() for text in own["text"].values()) for sign in letters[:3])


def test_numbers_by_language() -> None:
    english, russian = Words("en"), Words("ru")
    assert english.number(-1234.567, 2) == "−1234.57" and russian.number(-0.5, 1) == "−0,5"
    assert english.number(float("nan")) == russian.number(None) == english.number("x") == "–"
    assert english.number(np.float64("inf")) == "∞" and english.signed(12.4) == "+12" and english.signed(-0.2) == "0"
    assert english.probability(0.00001) == "<\u202f0.0001" and russian.probability(0.0123) == "0,012"
    assert english.probability(0.0042) == "0.0042" and english.probability(pd.NA) == "–"


def test_values_are_translated_or_stand_as_they_are() -> None:
    assert Words("kk").value("realigned") == "қайта тураланған"
    assert Words("ru").value("my edition") == "my edition" and Words("en").value(None) == "–"


def test_unknown_language() -> None:
    with pytest.raises(StudyError, match="allowed: en, ru, kk"):
        Words("de")


def test_texts_for_a_page() -> None:
    assert tie("p = 0.05 and x ≥ 3") == "p\u00a0=\u00a00.05 and x\u00a0≥\u00a03"
    assert shorten("a" * 500, 10) == "a" * 9 + "…" and shorten(" a\n b\u202e") == "a b\ufffd"
    assert shorten("18,2\u00a0% \u2009 x\u00a0") == "18,2\u00a0% x"


def test_every_column_has_a_note(report: Manifest) -> None:
    assert report.results is not None
    note = Notes(report.results)
    unknown = {
        (name, column)
        for name, frame in report_tables(report.results).items()
        for column in frame.reset_index().columns.map(str)
        if note(column) == ("", "") and column != "level_0" and (frame.index.name is not None or column != "index")
    }
    assert not unknown
