"""Figure captions as data: one record a figure; CSV, LaTeX and Quarto files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

from growthpoles.errors import MapError, message
from growthpoles.file_writing import marked, write_bytes
from growthpoles.language.languages import translator
from growthpoles.language.phrases import escape_tex
from growthpoles.maps.typography import text_metrics as text

_WHOLE = 5_000  # characters; a null hypothesis, a method or a source is never cut
_MARKDOWN = frozenset("\\`*_{}[]<>$#@!|~^")
_PARTS = (
    ("year", "year"),
    ("edition", "edition"),
    ("vintage", "boundaries"),
    ("weights", "weights"),
    ("p_method", "p-values"),
    ("source", "source"),
)


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands under a figure in a publication.

    Attributes
    ----------
    name
        Identifier: the label in LaTeX and Quarto (``fig-name``).
    file
        Path of the picture, with forward slashes, relative to the file that includes it.
    title, text
        First sentence, and what follows it.
    alt
        Description for readers who do not see the figure.
    year, edition, vintage, weights, p_method, source
        Facts that the caption names; "" where they do not apply.
    width_mm
        Width at which the figure is set; or the figure, whose own it is then.

    Examples
    --------
    >>> import growthpoles as gp
    >>> caption = gp.Caption("rating", "rating.pdf", "Rating of the regions", source="own figures", year="2014")
    >>> caption.sentence()
    'Rating of the regions. Year: 2014; source: own figures.'
    """

    name: str
    file: str
    title: str
    text: str = ""
    alt: str = ""
    year: str = ""
    edition: str = ""
    vintage: str = ""
    weights: str = ""
    p_method: str = ""
    source: str = ""
    width_mm: Any = 183.0

    def __post_init__(self) -> None:
        """Take the width of a figure."""
        if hasattr(self.width_mm, "get_figwidth"):
            object.__setattr__(self, "width_mm", round(float(self.width_mm.get_figwidth()) * text.MM, 2))

    def sentence(self, lang: str = "en") -> str:
        """Return title, text and facts as running text."""
        word = translator(lang)
        given = {name: text.clean(getattr(self, key), _WHOLE) for key, name in _PARTS}
        facts = [f"{word(name)}: {told}" for name, told in given.items() if told]
        pieces = [text.clean(self.title, _WHOLE), " ".join(str(self.text).split())]
        pieces += ["; ".join(facts)[:1].upper() + "; ".join(facts)[1:]] if facts else []
        return " ".join(piece if piece.endswith((".", "!", "?")) else piece + "." for piece in pieces if piece)


def escape_markdown(value: str) -> str:
    """Make a string safe in Markdown text."""
    return "".join("\\" + ch if ch in _MARKDOWN else ch for ch in value)


def captions_csv(captions: Sequence[Caption]) -> str:
    """Return the captions as CSV with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Caption)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(caption) for caption in captions)
    return out.getvalue()


def captions_tex(captions: Sequence[Caption], lang: str = "en") -> str:
    """Return figure environments for LaTeX, at the printed width or the width of the text; needs graphicx."""
    return "\n".join(
        "\\begin{figure}[tbp]\n"
        "  \\centering\n"
        f"  \\includegraphics[width={_within(caption)},height=0.8\\textheight,keepaspectratio]"
        f"{{\\detokenize{{{_path(caption)}}}}}\n"
        f"  \\caption{{{escape_tex(caption.sentence(lang))}}}\n"
        f"  \\label{{fig:{_label(caption)}}}\n"
        "\\end{figure}\n"
        for caption in captions
    )


def _within(caption: Caption) -> str:
    """Return the width for LaTeX: the printed one, unless the text is narrower."""
    return f"\\ifdim{caption.width_mm:g}mm>\\linewidth\\linewidth\\else{caption.width_mm:g}mm\\fi"


def captions_qmd(captions: Sequence[Caption], lang: str = "en") -> str:
    """Return figures for Quarto, with alt text."""
    blocks = []
    for caption in captions:
        alt = (caption.alt or caption.title).replace("\\", "\\\\").replace('"', '\\"')
        blocks.append(
            f"![{escape_markdown(caption.sentence(lang))}](<{_path(caption)}>)"
            f'{{#fig-{_label(caption)} width={caption.width_mm:g}mm fig-alt="{text.clean(alt, _WHOLE)}"}}\n'
        )
    return "\n".join(blocks)


def _label(caption: Caption) -> str:
    """Return the name with everything but letters, digits and hyphens replaced."""
    return "".join(ch if ch.isascii() and ch.isalnum() else "-" for ch in caption.name)


def _path(caption: Caption) -> str:
    """Return the picture's path; characters that end an argument are refused."""
    path = str(PurePosixPath(caption.file))
    if any(ch in "{}<>%\\\n\r" or ord(ch) < 32 for ch in path):
        raise MapError(
            message(f"file name {path!r} cannot be included", where=caption.name, allowed="plain characters")
        )
    return path


def write_captions(captions: Sequence[Caption], folder: str | Path, *, lang: str = "en") -> list[Path]:
    """Write captions.csv, captions.json, figures.tex and figures.qmd.

    Parameters
    ----------
    captions : sequence of Caption
        In the order of the publication; names must differ.
    folder : path
        Existing folder.
    lang : str
        Language of the words between the facts.

    Returns
    -------
    list of Path
        The four files.

    Raises
    ------
    MapError
        A name repeats, or a file name cannot be included.
    DataError
        A file cannot be written.

    Examples
    --------
    >>> import growthpoles as gp
    >>> caption = gp.Caption("rating", "rating.pdf", "Rating of the regions", year="2014")
    >>> sorted(path.name for path in gp.write_captions([caption], "."))
    ['captions.csv', 'captions.json', 'figures.qmd', 'figures.tex']
    """
    labels = [_label(caption) for caption in captions]
    for label in labels:
        if labels.count(label) > 1:
            raise MapError(message(f"name {label!r} repeats", where="captions", allowed="one name per figure"))
    target = Path(folder)
    record = [{**asdict(caption), "caption": caption.sentence(lang)} for caption in captions]
    contents = {
        "captions.csv": captions_csv(captions),
        "captions.json": json.dumps(record, ensure_ascii=False, indent=1) + "\n",
        "figures.tex": captions_tex(captions, lang),
        "figures.qmd": captions_qmd(captions, lang),
    }
    return [
        write_bytes(target / name, marked(content) if name.endswith(".csv") else content.encode("utf-8"))
        for name, content in contents.items()
    ]
