"""A fourth language is one line and one folder: a toy one makes words, numbers, maps, the page, a study's report."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

import growthpoles as gp
from growthpoles.errors import LanguageError
from growthpoles.language import languages, phrases
from growthpoles.language.compile_translations import faults, messages, write
from growthpoles.language.languages import LANGUAGES, TEXTS, Language, translator
from growthpoles.language.number_format import format_number, format_p
from growthpoles.language.phrases import Words
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.regions.kazakhstan.region_names import region_names
from growthpoles.report.build_report import build_report
from growthpoles.report.manifest import Manifest
from growthpoles.report.page import make_page
from growthpoles.study.load_study import load_study
from growthpoles.study.verdict import sentences

MARK = "ŝ"  # every phrase of the toy begins with it
PROVENANCE = {"growthpoles": {"version": "1"}, "python": "3", "libraries": {}, "inputs": {}}


def quoted(text: str) -> str:
    """Write a string as TOML and PO do."""
    return json.dumps(text, ensure_ascii=False)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Esperanto with English words: a folder beside the others, and a line of the list."""
    root = tmp_path / "texts"
    shutil.copytree(TEXTS, root)
    own = root / "eo"
    own.mkdir()
    english = tomllib.loads((root / "en" / "report.toml").read_text(encoding="utf-8"))
    lines = [f"language = {quoted(MARK + english.pop('language'))}"]
    for section, texts in english.items():
        lines.append(f"[{section}]")
        for key, text in texts.items():
            forms = {"": text} if isinstance(text, str) else text
            told = ", ".join((form and f"{form} = ") + quoted(MARK + each) for form, each in forms.items())
            lines.append(f"{quoted(key)} = " + (told if isinstance(text, str) else f"{{ {told} }}"))
    (own / "report.toml").write_text("\n".join(lines), encoding="utf-8")
    entries = [f"msgid {quoted(key)}\nmsgstr {quoted(MARK + key)}" for key in messages(root / "ru/messages.po")]
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"'
    (own / "messages.po").write_text("\n\n".join([head, *entries]) + "\n", encoding="utf-8")
    write(own / "messages.po")

    monkeypatch.setattr(languages, "TEXTS", root)
    monkeypatch.setitem(LANGUAGES, "eo", Language("eo", "abcĉdefgĝhĥijĵklmnoprsŝtuŭvz", "aeiou"))
    yield root
    phrases._read.cache_clear()
    languages._translator.cache_clear()


def test_without_the_line_it_is_unknown() -> None:
    with pytest.raises(LanguageError, match=r"allowed: en, ru, kk$"):
        Words("eo")


def test_words_and_numbers(toy: Path) -> None:
    assert list(faults(toy)) == []
    assert translator("eo")("no data") == f"{MARK}no data" and Words("eo").value("moran") == f"{MARK}Moran’s I"
    assert format_number(12345.5, "eo", digits=1) == "12\u00a0345,5" and format_p(0, "eo") == "< 0,0001"
    assert Words("eo")("alt", "chart", n=1).startswith(f"{MARK}Chart of {MARK}1 region;")
    assert list(region_names(2014, lang="eo")) == list(region_names(2014))


def test_maps(toy: Path) -> None:
    ax = gp.plot_rating(gp.load_regions(2014), gp.load_published(2014), lang="eo", year=2014)
    figure = ax.get_figure(root=True)
    assert figure is not None
    layers = [each for one in (figure, *figure.axes) for each in one.get_children() if isinstance(each, WordLayer)]
    texts = {word.text for layer in layers for word in layer.words}
    assert f"{MARK}edition" in " ".join(texts) and "Almaty" in " ".join(texts)
    plt.close(figure)


def test_the_built_in_page(toy: Path, report: Manifest) -> None:
    results = report.results
    assert results is not None and results.stages.verdict is not None
    found = results.stages.verdict
    told = {"eo": sentences(found.curve, found.power, found.conclusion, lang="eo")}
    stages = replace(results.stages, verdict=replace(found, sentences=told))
    page = make_page(replace(results, stages=stages), "eo", {}, provenance=PROVENANCE)
    assert len(page.sections) >= 8
    for section in page.sections:
        assert section.title.startswith(MARK)
        assert [text for text in section.sentences if not text.startswith(MARK)] == []
        for block in section.blocks:
            assert not block.caption or block.caption.startswith(MARK)
            heads = [column.head for column in getattr(block, "columns", ())]
            assert [head for head in heads if re.search("[a-z]{2}", head) and MARK not in head] == []


@pytest.mark.long
def test_the_report_of_a_study(toy: Path, tmp_path: Path, study_maker: Any, quick: None) -> None:
    path = study_maker(tmp_path / "study", years=(2019, 2020))
    text = path.read_text(encoding="utf-8").replace('languages = ["en"]', 'languages = ["eo"]')
    text = text.replace("\nen = ", "\neo = ").replace('\nname = "name"', '\nname = { eo = "name" }')
    path.write_text(text, encoding="utf-8")
    study = load_study(path)
    assert study.study.languages == ("eo",) and study.text("title", "eo") == "Own study"
    build_report(study, out=tmp_path / "out", lang="eo")
    page = next((tmp_path / "out").rglob("*.html")).read_text(encoding="utf-8")
    assert '<html lang="eo">' in page and f"{MARK}Summary" in page and "Region 3" in page
    left_out = re.search(f"{MARK}Left out, and why.*", page, re.S)
    assert left_out and f"{MARK}the study has no shares in an industry" in left_out[0]
    headings = re.findall(r"<h2[^>]*>(?:<span[^>]*>.*?</span>)?\s*(.*?)</h2>", page)
    assert len(headings) > 5 and all(heading.startswith(MARK) for heading in headings)
