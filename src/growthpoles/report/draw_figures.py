"""Draw the report's figures, once per language: PNG files, SVG for the page."""

from __future__ import annotations

import base64
import json
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pandas as pd

from growthpoles.errors import GrowthpolesError, Reason
from growthpoles.language.languages import SOURCE
from growthpoles.maps.captions import Caption, captions_qmd, captions_tex
from growthpoles.maps.presets import Preset
from growthpoles.report.figure_views import View
from growthpoles.report.figures import KINDS, FigureJob, figure_jobs, make_caption
from growthpoles.report.page_blocks import Picture
from growthpoles.report.parallel_processes import processes, side_by_side
from growthpoles.report.results import Results
from growthpoles.report.tables.table_formats import csv_bytes
from growthpoles.spatial.alignment import with_data
from growthpoles.study.inputs import no_boundaries
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from libpysal.graph import Graph

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_DIGITS = re.compile(r"(?<=\.\d\d)\d+")  # what follows the second decimal
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_OUTLINE = re.compile(r'href="#o(\d+)"')
_LONG = 400
_HEAVY = 3_000_000  # bytes of an SVG file from which on pixels are the smaller choice
_PAGE_DPI = 200.0
_Sheet = tuple[Caption, dict[str, bytes], str, list[str]]  # caption, files, element, outlines


def inline_png(content: bytes, *, alt: str, width_mm: float) -> str:
    """Turn a PNG file into an element of an HTML page.

    Parameters
    ----------
    content : bytes
    alt : str
        Accessible name of the picture.
    width_mm : float
        Width on paper.
    """
    source = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    element = ET.Element("img", {"src": source, "alt": alt, "style": f"--wide:{width_mm:g}mm"})
    return ET.tostring(element, encoding="unicode")


class Outlines:
    """Outlines that occur in several figures, kept once for the whole page."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    @property
    def paths(self) -> list[str]:
        """Outlines in the order of their names."""
        return list(self._names)

    def name(self, path: str) -> str:
        """Return the identifier of an outline."""
        return self._names.setdefault(path, f"o{len(self._names)}")

    def element(self) -> str:
        """Return the invisible element that holds all outlines."""
        root = ET.Element(
            "svg",
            {"xmlns": _SVG[1:-1], "width": "0", "height": "0", "aria-hidden": "true", "class": "outlines"},
        )
        definitions = ET.SubElement(root, "defs")
        for path, name in self._names.items():
            ET.SubElement(definitions, "path", id=name, d=path)
        return ET.tostring(root, encoding="unicode")


def inline_svg(
    document: bytes,
    *,
    prefix: str,
    alt: str,
    outlines: Outlines,
    told: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """Turn an SVG file into an element of an HTML page.

    Parameters
    ----------
    document : bytes
        The file, as `growthpoles.maps.export.render` makes it.
    prefix : str
        Put before every identifier: identifiers of a page must differ.
    alt : str
        Accessible name of the picture.
    outlines : Outlines
        Long outlines move there and are referred to.
    told : mapping
        Text that appears over every shape of a group, by the identifier of the group.

    Returns
    -------
    str
        Well-formed XML without prefixes of namespaces; coordinates cut to 0.01 pt (0.004 mm).
    """
    root = ET.fromstring(document)
    view = root.get("viewBox", "0 0 1 1")
    size = {key: root.get(key, "") for key in ("width", "height")}
    for parent in root.iter():
        for child in list(parent):
            if child.tag in {f"{_SVG}style", f"{_SVG}title", f"{_SVG}desc", f"{_SVG}metadata"}:
                parent.remove(child)
    for group in root.iter(f"{_SVG}g"):
        texts = told.get(group.get("id", ""), ())
        shapes = [each for each in group.iter() if each.tag in (f"{_SVG}path", f"{_SVG}use") and each.get("id") is None]
        if texts and len(shapes) == len(texts):
            for shape, text in zip(shapes, texts, strict=True):
                ET.SubElement(shape, f"{_SVG}title").text = text
            group.set("class", "told")
    for element in root.iter():
        _plain(element, prefix)
        path = element.get("d")
        if element.tag == "path" and path is not None:
            short = " ".join(_DIGITS.sub("", path).split())
            element.set("d", short)
            if len(short) > _LONG and element.get("id") is None:
                del element.attrib["d"]
                element.tag = "use"
                element.set("href", f"#{outlines.name(short)}")
    root.attrib.clear()
    wide = size["width"].removesuffix("mm")
    root.attrib.update(
        {
            "viewBox": view,
            "preserveAspectRatio": "xMinYMin meet",
            "role": "img",
            "aria-label": alt,
            "style": f"--wide:{wide}mm",
        }
    )
    return ET.tostring(root, encoding="unicode")


def _plain(element: ET.Element, prefix: str) -> None:
    """Drop namespaces, make identifiers unique, cut coordinates."""
    element.tag = element.tag.removeprefix(_SVG)
    for key, value in list(element.attrib.items()):
        name = key.removeprefix(_XLINK)
        if name != key:
            del element.attrib[key]
        if name == "id":
            value = f"{prefix}{value}"
        elif name == "href" and value.startswith("#"):
            value = f"#{prefix}{value[1:]}"
        elif name in {"x", "y", "transform"}:
            value = _DIGITS.sub("", value)
        element.set(name, _REFERENCE.sub(rf"url(#{prefix}\1)", value))
    if element.text is not None and not element.text.strip():
        element.text = None
    if element.tail is not None and not element.tail.strip():
        element.tail = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Pictures of the page by language and name, files, and captions by language."""

    outlines: Outlines
    pictures: dict[str, dict[str, Picture]]
    files: dict[str, bytes] = field(default_factory=dict)
    captions: dict[str, list[Caption]] = field(default_factory=dict)


def report_languages(results: Results, lang: str) -> tuple[str, ...]:
    """Return the languages of the page: the one asked for, then the others of the study."""
    return tuple(dict.fromkeys([lang, *results.study.study.languages]))


def _figure(name: str) -> Reason:
    return Reason("{analysis} {figure}", {"analysis": "figure", "figure": name})


def draw_figures(results: Results, *, lang: str, tell: Callable[[str], None]) -> Drawn:
    """Draw all figures; one that cannot be drawn is left out and named with the reason."""
    from growthpoles.maps.presets import get_preset

    preset = get_preset(results.study.report.preset)
    languages = report_languages(results, lang)
    drawn = Drawn(Outlines(), {code: {} for code in languages}, captions={code: [] for code in languages})
    jobs, left_out = list(figure_jobs(results)), results.stages.left_out
    for name in sorted({*(results.study.report.figures or ())} - {job.kind.name for job in jobs}):
        no_graph = left_out.get("moran") if KINDS[name].weights else None
        left_out[_figure(name)] = no_graph or "no data"
    if results.study.boundaries.absent:
        left_out.update({_figure(job.name): no_boundaries() for job in jobs if job.kind.on_boundaries})
        jobs = [job for job in jobs if not job.kind.on_boundaries]
    tasks = [partial(_draw, job, languages, lang, preset) for job in jobs]
    first = [task() for task in tasks[:1]]  # what it loads and remembers serves all processes
    found = chain(first, side_by_side(tasks[1:], processes()))
    boxed: dict[str, None] = {}
    for job in jobs:
        tell(f"figure {job.name}")
        sheets, boxes = next(found)
        if sheets is None:
            left_out[_figure(job.name)] = boxes
            continue
        if boxes:
            boxed[boxes] = None
        for code, (caption, files, element, outlines) in zip(languages, sheets, strict=True):
            drawn.captions[code].append(caption)
            drawn.files.update(files)
            if outlines:
                element = _renamed(element, [drawn.outlines.name(path) for path in outlines])
            place = job.kind.section, job.kind.place
            drawn.pictures[code][job.name] = Picture(job.name, caption.sentence(code), element, *place)
    for told in boxed:  # the figures are there all the same
        left_out["letters" if "boxes" in told else "typeface"] = told
    return drawn


def _renamed(element: str, names: Sequence[str]) -> str:
    """Let an element refer to outlines by the names they have on the page."""
    return _OUTLINE.sub(lambda own: f'href="#{names[int(own[1])]}"', element)


def _draw(job: FigureJob, languages: Sequence[str], lang: str, preset: Preset) -> tuple[list[_Sheet] | None, Any]:
    """Draw a figure in all languages, as files in one of them.

    Beside them stands what letters no typeface has; without figures, the reason why it cannot be drawn.
    """
    from growthpoles.maps.export import Facts, render
    from growthpoles.maps.thematic.map_drawing import facts_of, keyed_of, projections_of, told_of

    dpi, colours = float(preset.dpi), preset.colours
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always", UserWarning)
            figures = {code: job.figure(code) for code in languages}
    except GrowthpolesError as error:
        return None, error.args[0]
    sheets = []
    for code, figure in figures.items():
        caption = make_caption(job.results, job, code)
        projection = projections_of(figure)
        projected = f"{projection[:1].upper()}{projection[1:]}." if projection else ""
        facts = facts_of(figure)
        text = " ".join(filter(None, [caption.text, projected, *facts, keyed_of(figure)]))
        caption = replace(caption, text=text, alt=" ".join([caption.alt, *facts]) if facts else caption.alt)
        said: dict[str, Any] = {"title": caption.title, "description": caption.alt, "edition": caption.edition}
        stated = Facts(**said, source=caption.source, parameters=json.dumps(job.parameters, sort_keys=True))
        files, own = {}, Outlines()
        if code == lang:
            files[caption.file] = render(figure, "png", stated, dpi, colours=colours)
            if "png" not in preset.formats:  # what the publisher takes stands beside it
                kind = preset.formats[0]
                file = f"{caption.file.removesuffix('.png')}.{kind}"
                files[file] = render(
                    figure, kind, stated, dpi, colours=colours, letters=preset.letters, least_pt=preset.least_line_pt
                )
        svg = render(figure, "svg", stated, dpi, colours=colours) if job.kind.marks == "few" else b""
        if 0 < len(svg) < _HEAVY:
            prefix = f"{code}-{job.name}-"
            element = inline_svg(svg, prefix=prefix, alt=caption.alt, outlines=own, told=told_of(figure))
        else:
            wide = 25.4 * float(figure.get_size_inches()[0])
            element = inline_png(
                render(figure, "png", stated, _PAGE_DPI, colours=colours), alt=caption.alt, width_mm=wide
            )
        sheets.append((caption, files, element, own.paths))
    boxes = [
        each.message.args[0] for each in heard if isinstance(each.message, Warning) and "glyph" in str(each.message)
    ]
    return sheets, boxes[0] if boxes else ""


def caption_files(captions: Mapping[str, Sequence[Caption]], *, lang: str) -> dict[str, bytes]:
    """Return the captions as files: CSV and JSON in all languages, TeX and Quarto in one.

    Parameters
    ----------
    captions : mapping of language to captions
    lang : str
        Language of figures.tex and figures.qmd.
    """
    records = [
        {"lang": code, **asdict(caption), "caption": caption.sentence(code)}
        for code, each in captions.items()
        for caption in each
    ]
    blob = json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    texts = {
        "captions.json": blob,
        "figures.tex": captions_tex(captions[lang], lang),
        "figures.qmd": captions_qmd(captions[lang], lang),
    }
    encoded = {name: text.encode("utf-8", errors="replace") for name, text in texts.items()}
    return {"captions.csv": csv_bytes(pd.DataFrame(records)), **encoded}


def map_graph(
    study: Study,
    kind: str,
    *,
    year: int,
    edition: str | None = None,
    variable: str | None = None,
    links: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Graph, list[str]]:
    """Return the neighbours by which a single map tests, and the regions without data; all where it shows none."""
    own = KINDS[kind].edition_of(edition or study.study.edition)
    view = View(study=study, kind=kind, year=year, lang=SOURCE, edition=own, variable=variable, links=links)
    if "variable" not in (KINDS[kind].command or ()):
        return view.graph, []
    return with_data(view.values(), view.graph)[1:]
