"""report.html in a real browser (make test-browser): silent, alone, named, readable on a phone and on paper."""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from growthpoles.report.manifest import Manifest

sys.path.insert(0, str(Path(__file__).parent))
from devtools import Page, browser, find_browser

pytestmark = pytest.mark.browser
LANGUAGES = ("en", "ru", "kk")
# Everything that is visible and sticks out of the window, unless something around it scrolls.
STICKING_OUT = """
[...document.querySelectorAll("article:target *, article:has(:target) *")].filter(element => {
  const box = element.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !element.closest(".wide, .skip");
}).map(element => element.outerHTML.slice(0, 120))
"""
UNNAMED = """
[...document.querySelectorAll("svg, img, canvas, [role=img]")].filter(element =>
  !(element.getAttribute("aria-label") || element.getAttribute("alt") || element.getAttribute("aria-hidden"))
).length
"""
SMALLEST = """
Math.min(...[...document.querySelectorAll("article:target *")].filter(element =>
  element.childNodes.length && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()) &&
  !element.closest("svg") && element.getBoundingClientRect().width
).map(element => parseFloat(getComputedStyle(element).fontSize)))
"""
SCALE = """
(svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)
  (document.querySelector("article:target figure svg"))
"""
FILLED = """
(svg => svg.getBoundingClientRect().width / svg.parentElement.getBoundingClientRect().width)
  (document.querySelector("article:target figure svg"))
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    binary = find_browser()
    assert binary is not None, "these tests need Chromium: apt-get install chromium"
    with browser(binary) as found:
        yield found


@pytest.fixture(scope="module")
def address(whole: Manifest) -> str:
    return (whole.out / "report.html").as_uri()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [375, 768, 1200])
def test_readable_at_every_width(page: Page, address: str, lang: str, width: int) -> None:
    page.open(f"{address}#{lang}", width=width)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run(STICKING_OUT) == []
    assert page.run(SMALLEST) >= 13
    # A figure fills its column, and on a narrow screen scrolls before its letters are a tenth smaller than in print.
    assert page.run(SCALE) >= 0.9 * 96 / 72
    assert page.run(FILLED) >= 0.98
    assert len(page.screenshot()) > 100_000


def test_one_language_at_a_time_and_links_work(page: Page, address: str) -> None:
    shown = "[...document.querySelectorAll('article')].filter(a => a.getBoundingClientRect().height).map(a => a.lang)"
    page.open(address, width=1200)
    assert page.run(shown) == ["en"]
    for lang in ("ru", "kk", "en"):
        page.run(f"document.querySelector('article:not([style]) .languages a[href=\"#{lang}\"]').click()")
        assert page.run(shown) == [lang]
        page.run(f"document.querySelector('#{lang} .contents a[href=\"#{lang}-verdict\"]').click()")
        assert page.run(shown) == [lang]
        assert abs(page.run(f"document.getElementById('{lang}-verdict').getBoundingClientRect().top")) < 40


def test_every_image_has_an_accessible_name(page: Page, address: str) -> None:
    page.open(f"{address}#en", width=1200)
    assert page.run(UNNAMED) == 0
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    images = [
        node for node in nodes if not node["ignored"] and node["role"]["value"] in {"image", "img", "graphics-document"}
    ]
    assert len(images) >= 17 and all(len(node["name"]["value"]) > 30 for node in images)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_prints_to_a4(page: Page, address: str, lang: str) -> None:
    page.open(f"{address}#{lang}", width=1200)
    content = page.pdf()
    boxes = {
        tuple(round(float(number)) for number in found)
        for found in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    }
    assert boxes == {(595, 842)}
    assert 15 <= len(re.findall(rb"/Type /Page\b", content)) <= 40
    assert io.BytesIO(content).read(5) == b"%PDF-"


def test_the_console_is_silent_and_nothing_leaves_the_file(page: Page, address: str) -> None:
    page.open(f"{address}#ru", width=1200)
    assert page.complaints() == []
    assert all(sent.startswith(("data:", "about:", address.split("#")[0])) for sent in page.requests())
    assert address.split("#")[0] in {sent.split("#")[0] for sent in page.requests()}
