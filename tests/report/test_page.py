"""report.html without a browser: one file, three languages, contents, numbered figures and tables."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import growthpoles as gp
from growthpoles.report.draw_figures import Outlines, inline_png, inline_svg
from growthpoles.report.manifest import Manifest

LANGUAGES = ("en", "ru", "kk")


class Outline(HTMLParser):
    """Identifiers, links, accessible names, and the text of every article."""

    def __init__(self) -> None:
        super().__init__()
        self.idents: list[str] = []
        self.links: list[str] = []
        self.pictures: list[tuple[str, str]] = []
        self.text: dict[str, list[str]] = {}
        self.sections: list[str] = []
        self._article = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "article":
            self._article = found["id"]
        if tag == "section":
            self.sections.append(found["id"])
        if "id" in found:
            self.idents.append(found["id"])
        if tag in {"a", "use"}:
            self.links.append(found["href"])
        if tag in {"svg", "img"} and found.get("aria-hidden") != "true":
            self.pictures.append((self._article, found.get("aria-label") or found.get("alt", "")))

    def handle_data(self, data: str) -> None:
        self.text.setdefault(self._article, []).append(data)


@pytest.fixture(scope="module")
def page(report: Manifest) -> Outline:
    parser = Outline()
    parser.feed((report.out / "report.html").read_text(encoding="utf-8"))
    return parser


def test_identifiers_are_unique_and_links_lead_somewhere(page: Outline) -> None:
    assert len(page.idents) == len(set(page.idents))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.idents)
    assert {"#en", "#ru", "#kk"} <= set(page.links)


def test_every_picture_has_a_name_in_its_language(page: Outline, report: Manifest) -> None:
    figures = len(list((report.out / "figures").glob("*.png")))
    for lang in LANGUAGES:
        names = [name for article, name in page.pictures if article == lang]
        assert len(names) == figures == len(set(names)) and all(len(name) > 30 for name in names)
        assert all(re.search("[а-я]", name) for name in names) == (lang != "en")
    assert "Almaty City" in next(name for article, name in page.pictures if article == "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_is_in_the_contents(page: Outline, lang: str) -> None:
    sections = [ident for ident in page.sections if ident.startswith(f"{lang}-")]
    wanted = ("summary", "data", "rating", "robustness", "audit", "specialisation", "inequality")
    wanted += ("spatial", "verdict", "poles", "cross_check")
    assert sections == [f"{lang}-{name}" for name in (*wanted, "left_out", "reproduction", "glossary")]
    assert {f"#{ident}" for ident in sections} <= set(page.links)


def test_figures_and_tables_are_numbered_alike_in_all_languages(page: Outline) -> None:
    counts = []
    patterns = {
        "en": (r"\bFigure (\d+)\.", r"\bTable (\d+)\."),
        "ru": (r"\bРисунок (\d+)\.", r"\bТаблица (\d+)\."),
        "kk": (r"\b(\d+)-сурет\.", r"\b(\d+)-кесте\."),
    }
    for lang, pair in patterns.items():
        text = " ".join(page.text[lang])
        found = [re.findall(pattern, text) for pattern in pair]
        assert all(numbers == [str(number) for number in range(1, len(numbers) + 1)] for numbers in found)
        counts.append([len(numbers) for numbers in found])
    assert counts[0] == counts[1] == counts[2] and counts[0][0] >= 6 and counts[0][1] >= 15


def test_the_numbers_of_the_page_are_those_of_the_tables(page: Outline, report: Manifest) -> None:
    assert report.results is not None
    test = report.results.moran["realigned", 2014, "index"]
    english, russian = ("".join(page.text[lang]).replace("\u00a0", " ") for lang in ("en", "ru"))
    assert f"−{abs(test.statistic):.3f}" in english and f"−{abs(test.statistic):.3f}".replace(".", ",") in russian
    verdict = report.results.stages.verdict
    assert verdict is not None and verdict.sentences["en"][0] in english


def test_the_file_asks_for_nothing(report: Manifest) -> None:
    text = (report.out / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text and "<script" not in text
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", text)
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert len(text) < 6_000_000


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="183.0mm" height="9mm" viewBox="0 0 1 1"><title>t</title><style>*{}</style>
<defs><clipPath id="c"><rect x="1.23456"/></clipPath></defs>
<path d="M 1.23456 2 L -0.00149 4" clip-path="url(#c)"/><g id="g"><use xlink:href="#g"/></g>
<path d="M %s"/><text>a &lt; id="c"</text></svg>"""


def test_identifiers_of_a_figure_get_a_prefix_and_outlines_move_out() -> None:
    long = b" ".join(b"%d.125 1" % number for number in range(100))
    outlines = Outlines()
    one, two = (inline_svg(SVG % long, prefix=prefix, alt='a "b" <c>', outlines=outlines) for prefix in ("p-", "q-"))
    root = ET.fromstring(one)
    assert root.get("role") == "img" and root.get("aria-label") == 'a "b" <c>'
    assert root.get("style") == "--wide:183.0mm"
    assert {element.get("id") for element in root.iter()} - {None} == {"p-c", "p-g"}
    paths = list(root.iter("path"))
    assert [path.get("d") for path in paths] == ["M 1.23 2 L -0.00 4"] and paths[0].get("clip-path") == "url(#p-c)"
    assert [element.get("href") for element in root.iter("use")] == ["#p-g", "#o0"]
    assert root.find("text") is not None and root.findtext("text") == 'a < id="c"'
    assert not list(root.iter("title")) and not list(root.iter("style"))
    shared = ET.fromstring(outlines.element())
    assert len(list(shared.iter("{http://www.w3.org/2000/svg}path"))) == 1 and "#o0" in two


def test_pixels_carry_their_alternative_text() -> None:
    element = inline_png(b"x", alt='a "b" <c>', width_mm=183.0)
    assert element == '<img src="data:image/png;base64,eA==" alt="a &quot;b&quot; &lt;c&gt;" style="--wide:183mm" />'


def test_the_family_of_the_local_tests_is_that_of_the_table(page: Outline, report: Manifest) -> None:
    assert report.results is not None
    local = report.results.local[report.results.edition, 2014]
    frame = local.to_frame()
    inside = frame[frame["p_adjusted"] < 1]
    assert (inside["p_adjusted"] / inside["p_value"]).round(6).eq(local.family).all()
    for lang in LANGUAGES:
        assert f"K = {local.family}" in " ".join(page.text[lang]).replace("\u00a0", " ")


def test_the_first_screen_answers_and_words_are_explained(page: Outline, report: Manifest) -> None:
    html = (report.out / "report.html").read_text(encoding="utf-8")
    for lang in LANGUAGES:
        article = html[html.index(f'<article id="{lang}"') :]
        order = [article.index(mark) for mark in ('class="answer"', "<figure", f'id="{lang}-contents"', "<section")]
        assert order == sorted(order)
        terms = [ident for ident in page.idents if ident.startswith(f"{lang}-term-")]
        assert len(terms) >= 18 and {f"#{lang}-term-index", f"#{lang}-term-rating_class"} <= set(page.links)
        assert {link for link in page.links if link.startswith(f"#{lang}-term-")} <= {f"#{term}" for term in terms}
    assert html.count("<title>Almaty City: B++</title>") >= 1


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_a_study_of_printed_tables_alone_has_report_and_audit(seed: int, tmp_path: Path) -> None:
    from planted import Shape, invent

    from growthpoles.report.audit_files import write_audit
    from growthpoles.study.audit import run_audit

    rng = np.random.default_rng(seed)
    shape = replace(Shape.drawn(rng), layout="cells")
    study = invent(rng, tmp_path, "unit_slip", n=9, shape=shape)[0].write(tmp_path / "study")
    written = write_audit(run_audit(study, rng=1), study, out=tmp_path / "audit")
    assert {"audit.html", "audit.xlsx"} <= {path.name for path in written}
    gp.build_report(study, out=tmp_path / "report")
    assert any((tmp_path / "report" / "figures").glob("contributions_*.png"))
