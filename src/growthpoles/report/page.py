"""Page: the report as one HTML file without network, fonts and figures inside."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup, escape

from growthpoles.language.phrases import DASH, Words, phrase_keys, shorten, tie
from growthpoles.report import sections
from growthpoles.report.draw_figures import Outlines
from growthpoles.report.page_blocks import Context, Picture, Section, Table
from growthpoles.report.results import Results

_FONTS = (("DejaVuSans-wide.ttf", 400), ("DejaVuSans-Bold-wide.ttf", 700))


@dataclass(frozen=True, slots=True)
class Page:
    """The report in one language."""

    lang: str
    language: str
    title: str
    facts: tuple[tuple[str, str], ...]
    lead: Section
    sections: tuple[Section, ...]
    numbers: Mapping[str, int]
    linked: Mapping[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def say(self, section: str, key: str, **values: object) -> str:
        """Return a phrase."""
        return Words(self.lang)(section, key, **values)

    def number(self, ident: str) -> int:
        """Return the number of a figure or table."""
        return self.numbers[ident]

    def link(self, text: str, place: str) -> Markup:
        """Return a text, escaped, with each term of the glossary linked where it stands first in a place."""

        def linked(found: re.Match[str]) -> str:
            term = str(found.lastgroup)
            if term in self.linked[place]:
                return found.group()
            self.linked[place].add(term)
            return f'<a class="term" href="#{self.lang}-term-{term}">{found.group()}</a>'

        return Markup(_terms(self.lang).sub(linked, str(escape(tie(text)))))

    @property
    def glossary(self) -> list[tuple[str, str, str]]:
        """Identifier, name and meaning of every term that is linked somewhere on the page, by name."""
        words, pattern = Words(self.lang), _terms(self.lang)
        texts = dict.fromkeys(text for section in (self.lead, *self.sections) for text in _linked(section))
        found = {str(each.lastgroup) for text in texts for each in pattern.finditer(str(escape(tie(text))))}
        terms = [(key, words("term", key), words("glossary", key)) for key in found]
        return sorted(terms, key=lambda term: term[1].casefold())


def _linked(section: Section) -> Iterator[str]:
    """Yield the texts of a section in which the page links the terms of the glossary, as the template does."""
    yield from section.sentences
    for block in section.blocks:
        yield block.caption
        if isinstance(block, Table):
            yield block.note
            yield from (column.head for column in block.columns)
            terms = [at for at, column in enumerate(block.columns) if column.kind == "word"]
            yield from (row[at] for row in block.rows for at in terms)


@cache
def _terms(lang: str) -> re.Pattern[str]:
    """Return a pattern of all forms of all terms; the longest term goes first, markup is left alone."""
    words = Words(lang)
    forms = {key: words("term_forms", key) for key in phrase_keys("term", lang)}
    longest = sorted(forms, key=lambda key: -len(forms[key]))
    return re.compile(r"(?<![\w&#-])(?:" + "|".join(f"(?P<{key}>{forms[key]})" for key in longest) + r")(?![\w-])")


def make_page(results: Results, lang: str, pictures: Mapping[str, Picture], *, provenance: Mapping[str, Any]) -> Page:
    """Put together the sections in a language; those without content are named in "left out"."""
    ctx = Context.of(results, lang, pictures, provenance)
    words, study = ctx.words, results.study
    lead = sections.lead_section(ctx)
    above = {block.ident for block in lead.blocks}
    ctx = replace(ctx, pictures={name: each for name, each in ctx.pictures.items() if name not in above})
    made = [section for make in sections.SECTIONS if (section := make(ctx)) is not None]
    full = [tuple(block for block in each.blocks if not isinstance(block, Table) or block.rows) for each in made]
    kept = tuple(replace(section, blocks=blocks) for section, blocks in zip(made, full, strict=True))
    attrs = results.regions.attrs
    boundaries = ", ".join(str(attrs[key]) for key in ("vintage", "source") if attrs.get(key))
    facts = (
        (words("page", "years"), ", ".join(map(str, results.years))),
        (words("page", "edition"), words.value(results.edition)),
        (words("page", "boundaries"), shorten(boundaries, 300) or DASH),
        (words("page", "source"), shorten(study.text("source", lang), 300) or DASH),
    )
    title = shorten(study.text("title", lang), 200) or shorten(study.name)
    return Page(lang, words.language, title, facts, lead, kept, _numbers((lead, *kept)))


def _numbers(kept: Iterable[Section]) -> dict[str, int]:
    """Count figures and tables, each from 1."""
    numbers: dict[str, int] = {}
    counts = {Picture: 0, Table: 0}
    for section in kept:
        for block in section.blocks:
            counts[type(block)] += 1
            numbers[block.ident] = counts[type(block)]
    return numbers


def render_html(pages: Sequence[Page], *, outlines: Outlines, version: str) -> bytes:
    """Return the file.

    All texts go through the template with escaping on; only the figures, which are XML made by this package, and the
    style sheet are included as they are. A policy in the head forbids scripts and every request.
    """
    from jinja2 import Environment, StrictUndefined

    folder = resources.files("growthpoles.report").joinpath("templates")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(folder.joinpath("report.html.j2").read_text(encoding="utf-8"))
    css = folder.joinpath("report.css").read_text(encoding="utf-8")
    text = template.render(
        pages=pages,
        outlines=Markup(outlines.element()),
        css=Markup(_font_faces() + css),
        version=version,
    )
    return (text.rstrip("\n") + "\n").encode("utf-8", errors="replace")


def _font_faces() -> str:
    """Return the fonts of the figures as style rules: a reader's machine need not have them."""
    rules = []
    for name, weight in _FONTS:
        data = resources.files("growthpoles.maps.typography").joinpath("fonts", name).read_bytes()
        source = f"url(data:font/ttf;base64,{base64.b64encode(data).decode()}) format('truetype')"
        rules.append(f"@font-face {{ font-family: 'DejaVu Sans'; font-weight: {weight}; src: {source}; }}\n")
    return "".join(rules)
