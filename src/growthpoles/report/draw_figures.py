"""Drawing every figure once per language: a PNG file in one of them, elements of the page in all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from growthpoles.errors import GrowthpolesError
from growthpoles.maps.captions import Caption
from growthpoles.report.captions import make_caption
from growthpoles.report.figures import figure_jobs
from growthpoles.report.page_blocks import Picture
from growthpoles.report.results import Results
from growthpoles.report.svg import Outlines, inline_png, inline_svg

_HEAVY = 3_000_000  # bytes of an SVG file from which on pixels are the smaller choice
_PAGE_DPI = 200.0


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


def draw_figures(results: Results, *, lang: str, preset: str, tell: Callable[[str], None]) -> Drawn:
    """Draw all figures; one that cannot be drawn is left out and named with the reason."""
    from growthpoles.maps.export import Facts, render
    from growthpoles.maps.presets import get_preset

    dpi = float(get_preset(preset).dpi)
    languages = report_languages(results, lang)
    drawn = Drawn(Outlines(), {code: {} for code in languages}, captions={code: [] for code in languages})
    for job in figure_jobs(results):
        tell(f"figure {job.name}")
        try:
            figures = {code: job.figure(code) for code in languages}
        except GrowthpolesError as error:
            results.stages.left_out[f"figure {job.name}"] = str(error)
            continue
        for code, figure in figures.items():
            caption = make_caption(results, job, code)
            drawn.captions[code].append(caption)
            facts = Facts(
                title=caption.title,
                description=caption.alt,
                edition=caption.edition,
                source=caption.source,
                parameters=json.dumps(job.parameters, sort_keys=True),
            )
            if code == lang:
                drawn.files[caption.file] = render(figure, "png", facts, dpi)
            svg = render(figure, "svg", facts, dpi) if job.marks == "few" else b""
            if 0 < len(svg) < _HEAVY:
                prefix = f"{code}-{job.name}-"
                element = inline_svg(svg, prefix=prefix, alt=caption.alt, outlines=drawn.outlines)
            else:
                wide = 25.4 * float(figure.get_size_inches()[0])
                element = inline_png(render(figure, "png", facts, _PAGE_DPI), alt=caption.alt, width_mm=wide)
            drawn.pictures[code][job.name] = Picture(job.name, caption.sentence(code), element)
    return drawn
