"""The report says the same in every language, and knows every column of its tables."""

import ast
import itertools
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

import growthpoles
from growthpoles import shipped_data
from growthpoles.language.compile_translations import messages, phrase_faults, places
from growthpoles.language.languages import LANGUAGES, SOURCE, TEXTS, language_file
from growthpoles.language.phrases import Words, shorten, tie
from growthpoles.maps.presets import PRESETS
from growthpoles.ratings.methods import METHODS
from growthpoles.report.figures import KINDS
from growthpoles.report.manifest import Manifest
from growthpoles.report.stages import STAGES
from growthpoles.report.tables.report_tables import Notes, report_tables
from growthpoles.spatial.local_tests.multiple_testing import Adjust
from growthpoles.spatial.weights.build_weights import WeightsKind
from growthpoles.study.study_spec import DISTANCES
from source_trees import nodes

PACKAGE = Path(growthpoles.__file__).parent

OTHERS = [lang for lang in LANGUAGES if lang != SOURCE]
FIRST = ("outcome", "z", "p", "share", "alpha", "share_p")


def read(lang: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(language_file(lang, "report.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", OTHERS)
def test_languages_have_the_same_keys_and_placeholders(lang: str) -> None:
    own, english = read(lang), read("en")
    assert own.keys() == english.keys()
    for section in english.keys() - {"language"}:
        assert own[section].keys() == english[section].keys(), section
        for key, text in english[section].items():
            for each in own[section][key].values() if section == "counted" else [own[section][key]]:
                assert places(each) == places(text["other"] if section == "counted" else text), (section, key)


def test_the_command_of_translators_finds_faulty_phrases(tmp_path: Path) -> None:
    assert list(phrase_faults(TEXTS)) == []
    for lang in LANGUAGES:
        (tmp_path / lang).mkdir()
        text = language_file(lang, "report.toml").read_text(encoding="utf-8")
        if lang == "ru":
            lines = [line for line in text.split("\n") if not line.startswith("clusters_untestable")]
            text = "\n".join(lines).replace("{permutations}", "{draws}", 1).replace("[value]", '[value]\nnew = "x"')
        (tmp_path / lang / "report.toml").write_text(text, encoding="utf-8")
    told = [fault.partition("report.toml: ")[2] for fault in phrase_faults(tmp_path)]
    assert told[:2] == ["no phrase [text] clusters_untestable", "[value] new is not in the English file"]
    assert len(told) == 3 and told[2].endswith("has other placeholders than in English")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_count_has_its_plurals(lang: str) -> None:
    counted = read(lang)["counted"]
    for noun in counted:
        assert "other" in counted[noun]
        said = {count: Words(lang)("alt", "map", n=count, groups="") for count in (1, 2, 5, 21)}
        assert all(str(count) in text for count, text in said.items())
    texts = [text for own in read(lang).values() if isinstance(own, dict) for text in own.values()]
    nouns = {noun for text in texts if isinstance(text, str) for noun in re.findall(r"\{\w+:(\w+)\}", text)}
    assert nouns == counted.keys()


def asked() -> Iterator[tuple[str, str]]:
    """Sections and keys that the code asks for, as patterns; a key that is made up of parts counts by its shape."""
    sections = read("en").keys()
    for path in PACKAGE.rglob("*.py"):
        for node in nodes(path.read_text(encoding="utf-8")):
            if not isinstance(node, ast.Call):
                continue
            for given, key in itertools.pairwise(node.args):
                if isinstance(given, ast.Constant) and given.value in sections:
                    section = str(given.value)
                    for each in (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,):
                        if isinstance(each, ast.Constant):
                            yield section, re.escape(str(each.value))
                        elif isinstance(each, ast.JoinedStr):
                            shape = re.sub(r"\{[^{}]*\}", ".*", ast.unparse(each)[2:-1])
                            yield section, shape


@cache
def words_of(folder: Path) -> set[str]:
    """Every string of the code below a folder, whole, and the words of strings such as "edition #year"."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in nodes(path.read_text(encoding="utf-8")):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, *re.findall(r"[\w-]+", node.value if len(node.value) < 200 else "")}
    return found


def headings() -> set[str]:
    """Words of what the page calls its tables and columns: the arguments of make_table, heads, the titles."""
    found: set[str] = set()
    for path in (PACKAGE / "report").glob("*.py"):
        for node in nodes(path.read_text(encoding="utf-8")):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            held = {getattr(target, "id", "") for target in targets} & {"heads", "columns", "names", "title"}
            held |= {getattr(getattr(node, "func", None), "id", "")} & {"make_table"}
            held |= {getattr(getattr(getattr(node, "func", None), "value", None), "id", "")} & {"heads"}
            texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)] if held else []
            found |= {word.lstrip("#@") for text in texts if isinstance(text, str) for word in text.split()}
    return found


def test_every_phrase_is_said_somewhere() -> None:
    """What nothing says any more goes from every language."""
    template = (PACKAGE / "report/templates/report.html.j2").read_text(encoding="utf-8")
    shipped = shipped_data.geodata_path()
    units = {unit for path in shipped.rglob("catalogue*.csv") for unit in pd.read_csv(path).get("unit", ())}
    editions = {word for path in shipped.glob("*/*.toml") for word in re.findall(r"\w+", path.read_text("utf-8"))}
    known = {  # the key is a name of the code, or of the data
        "page": set(re.findall(r"\w+", template)),
        "table": headings() | {f"{name}{kind}" for name in ("strengths", "robustness") for kind in ("", "_unclassed")},
        "column": headings() | {"severity", "fault", "rows", "cells", "statement"},
        "value": words_of(PACKAGE) | editions,
        "unit": words_of(PACKAGE) | units,
        "letter": words_of(PACKAGE),
        "figure": set(KINDS),
        "analysis": {stage.name for stage in STAGES} | {"classes", "moran", "figure", "rating", "letters", "typeface"},
        "scores": set(METHODS["normalisation"]),
        "scored": set(METHODS["normalisation"]),
        "aggregation": set(METHODS["aggregation"]),
        "yardstick": {"pooled", "year"},
        "weighting": set(METHODS["weighting"]),
        "preset": set(PRESETS),
        "weights": {*get_args(WeightsKind), DISTANCES},
        "neighbours": {*get_args(WeightsKind), DISTANCES},
        "adjusted": set(get_args(Adjust)),
        "family": set(get_args(Adjust)),
        **{of: set(read("en")["term"]) for of in ("term", "glossary", "term_forms")},  # the page asks for every one
        "section": {"glossary"},
        "origin": {"exact", "permutation"},
        **{of: {"regions", "draws", "neighbours", "zeros"} for of in ("untestable", "untestable_map")},
        "answer": {"cluster", "stand apart", "unsupported", "unsupported_blind", "firm_still", "firm", "loose"},
        "verdict": {*words_of(PACKAGE / "study"), *words_of(PACKAGE / "spatial/poles")},
        "counted": set(read("en")["counted"]),  # see test_every_count_has_its_plurals
    }
    patterns = list(asked())
    silent = {
        (section, key)
        for section, texts in read("en").items()
        if isinstance(texts, dict)
        for key in texts.keys() - known.get(section, set())
        if not any(of == section and re.fullmatch(pattern, key) for of, pattern in patterns)
    }
    assert not silent


def test_every_message_is_said_somewhere() -> None:
    """In the code, or in the words of a shipped study; also those that errors are put together from."""
    said = words_of(PACKAGE)
    texts = [
        path.read_text("utf-8") for end in ("toml", "csv") for path in shipped_data.geodata_path().rglob(f"*.{end}")
    ]
    silent = {
        key
        for key in messages(language_file(OTHERS[0], "messages.po"))
        if key not in said and not any(form in text for text in texts for form in (key, key.replace('"', '""')))
    }
    assert silent <= {"{problem}", "{problem}; {allowed}"}  # errors.message puts them together


def test_counts_read_as_they_are_spoken() -> None:
    shown = {lang: [Words(lang)("alt", "chart", n=n).split(";")[0] for n in (1, 2, 5, 21)] for lang in LANGUAGES}
    assert shown["ru"] == [f"Диаграмма: {text}" for text in ("1 регион", "2 региона", "5 регионов", "21 регион")]
    assert shown["en"] == [f"Chart of {text}" for text in ("1 region", "2 regions", "5 regions", "21 regions")]
    assert shown["kk"] == [f"Диаграмма: {n} өңір" for n in (1, 2, 5, 21)]
    assert "1428 specifications" in Words("en")("verdict", "first", count=1428, **dict.fromkeys(FIRST, ""))
    assert "10\u00a0001 спецификации " in Words("ru")("verdict", "first", count=10_001, **dict.fromkeys(FIRST, ""))


@pytest.mark.parametrize("lang", OTHERS)
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
    assert russian.signed(-1.25, 1) == "−1,3" and russian.probability(0.2, relation=True) == "= 0,200"
    assert english.number(float("nan")) == russian.number(None) == english.number("x") == "–"
    assert english.number(np.float64("inf")) == "∞" and english.signed(12.4) == "+12" and english.signed(-0.2) == "0"
    assert english.probability(0.00001) == "< 0.0001" and russian.probability(0.0123) == "0,012"
    assert english.probability(0.0042) == "0.0042" and english.probability(pd.NA) == "–"


def test_values_are_translated_or_stand_as_they_are() -> None:
    assert Words("kk").value("realigned") == "қайта тураланған"
    assert Words("ru").value("my edition") == "my edition" and Words("en").value(None) == "–"


def test_texts_for_a_page() -> None:
    assert tie("p = 0.05, p < 1, x ≥ 3") == "p\u00a0=\u00a00.05, p\u00a0<\u00a01, x\u00a0≥\u00a03"
    assert shorten("a" * 500, 10) == "a" * 9 + "…" and shorten(" a\n b\u202e") == "a b\ufffd"
    assert shorten("one two, three", 10) == "one two…" and shorten("one two three", 8) == "one two…"
    assert len(shorten("a " * 300, 120)) <= 120
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
