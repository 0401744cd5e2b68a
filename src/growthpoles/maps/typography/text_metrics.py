"""Text metrics: widths in millimetres, glyph outlines, line breaks, hyphenation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from growthpoles.language.languages import LANGUAGES
from growthpoles.maps.typography.typefaces import boxes_are_known, file_in, font_runs, opened, properties, sums_up

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.font_manager import FontProperties
    from numpy.typing import NDArray

MM = 25.4
PT = 25.4 / 72.0
CAP = 0.73
DROP = 0.24
LEADING = 1.22
_EM = 100.0
_LONGEST = 160
_JOINERS = "\u200c\u200d"  # letters of Persian and of India change their shapes by them


def font(size: float, line: str = "", *, bold: bool = False) -> FontProperties:
    """Font properties for a line of `size` points; of several files, matplotlib takes the first that has a sign.

    Raises
    ------
    MapError
        If the user's typeface lacks a letter of one of the package's languages.
    """
    from matplotlib.font_manager import FontProperties, fontManager

    paths = list(dict.fromkeys(path for _, path in font_runs(line, bold)))
    if len(paths) == 1:
        return properties(size, paths[0], bold)
    known = {entry.fname for entry in fontManager.ttflist}
    for path in paths:
        if path not in known and not sums_up(path):
            fontManager.addfont(path)
    families = list(dict.fromkeys(opened(path).family_name for path in paths))
    return FontProperties(family=families, weight="bold" if bold else "normal", size=size)


@lru_cache(maxsize=4096)
def _advance(line: str, path: str, bold: bool) -> float:
    """Width of a line per point of its size."""
    if sums_up(path):
        return sum(_glyph(sign, path)[0] for sign in line)
    from matplotlib.textpath import text_to_path

    prop = properties(_EM, path, bold)
    with boxes_are_known():
        return float(text_to_path.get_text_width_height_descent(line, prop, ismath=False)[0]) / _EM


def outline(line: str, bold: bool = False) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Outline of a line at size 1 with its start on the baseline: vertices (n, 2) and path codes (n,)."""
    import numpy as np

    parts = [(start, outline_in(run, path, bold)) for start, run, path in stretches(line, bold)]
    moved = [shape + np.array([start, 0.0]) for start, (shape, _) in parts]
    return np.concatenate(moved), np.concatenate([codes for _, (_, codes) in parts])


def stretches(line: str, bold: bool = False) -> tuple[tuple[float, str, str], ...]:
    """Return the runs of a line, each with its start at size 1 and its font file."""
    found, start = [], 0.0
    for run, path in font_runs(line, bold):
        if not run.isspace():  # a viewer leaves out the blank with which a run begins
            found.append((start, run, path))
        start += _advance(run, path, bold)
    return tuple(found)


@lru_cache(maxsize=2048)
def outline_in(line: str, path: str, bold: bool) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Outline of a line in the font file at `path`."""
    import numpy as np

    if sums_up(path) and line:
        glyphs = [_glyph(sign, path) for sign in line]
        starts = np.cumsum([0.0, *(advance for advance, _, _ in glyphs[:-1])])
        moved = [shape + np.array([start, 0.0]) for start, (_, shape, _) in zip(starts, glyphs, strict=True)]
        return np.concatenate(moved), np.concatenate([codes for _, _, codes in glyphs])
    from matplotlib.textpath import text_to_path

    with boxes_are_known():
        vertices, codes = text_to_path.get_text_path(properties(_EM, path, bold), line, ismath=False)
    return np.asarray(vertices, dtype=float).reshape(-1, 2) / text_to_path.FONT_SCALE, np.asarray(codes, np.uint8)


@lru_cache(maxsize=2048)
def _glyph(sign: str, path: str) -> tuple[float, NDArray[np.float64], NDArray[np.uint8]]:
    """Advance of one character at size 1, and its outline: vertices (n, 2) and path codes (n,)."""
    import numpy as np
    from matplotlib.ft2font import LoadFlags

    face = opened(path)
    glyph = face.load_glyph(face.get_char_index(ord(sign)), flags=LoadFlags.NO_SCALE | LoadFlags.NO_HINTING)
    vertices, codes = face.get_path()
    # unscaled outlines come in 64ths of a font unit
    shape = np.asarray(vertices, dtype=float).reshape(-1, 2) * (64.0 / face.units_per_EM)
    return glyph.horiAdvance / face.units_per_EM, shape, np.asarray(codes, np.uint8)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line in millimetres at `size` points."""
    return sum(_advance(run, path, bold) for run, path in font_runs(text, bold)) * size * PT


def width_in(family: str, text: str, size: float) -> float:
    """Width of one line in millimetres in a typeface of the package's own, whatever figures are set in."""
    return sum(_sign_width(family, sign) for sign in text) * size * PT


@cache
def _sign_width(family: str, sign: str) -> float:
    return _advance(sign, file_in(family, sign), False)


def height(lines: int, size: float) -> float:
    """Height of a block from the top of its capitals to the foot of its last line's tails, in millimetres."""
    return (CAP + DROP + (lines - 1) * LEADING) * size * PT if lines else 0.0


def clean(value: object, longest: int = _LONGEST) -> str:
    """Return a string that is safe to print: no control characters, single blanks, no endless length."""
    text = "".join(" " if ch in "\t\r\n" else ch for ch in str(value))
    text = "".join(ch for ch in text if unicodedata.category(ch)[0] != "C" or ch in _JOINERS)
    text = re.sub(r"[ \u2028\u2029]+", " ", text).strip()
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def wrap(text: str, size: float, limit: float, *, bold: bool = False, hyphens: bool = False) -> list[str]:
    """Break a line at blanks so that no line is wider than `limit` millimetres, where words allow it.

    With `hyphens`, words break behind the hyphens in them too.
    """
    lines: list[str] = []
    current = ""
    for word in re.split(r"(?<= )|(?<=[^\W\d]-)(?=[^\W\d])" if hyphens else r"(?<= )", text):
        trial = current + word
        if current and width(trial.rstrip(), size, bold=bold) > limit:
            lines.append(current.rstrip())
            current = word
        else:
            current = trial
    return [*lines, current.rstrip()] if current else lines


def halves(text: str) -> tuple[str, str] | None:
    """Break a name into two lines of nearly equal length at a blank or after a hyphen; None if it has neither."""
    cuts = [m.start() for m in re.finditer(r" ", text)] + [m.end() for m in re.finditer(r"[-\u2010\u2013]", text)]
    cuts = [cut for cut in cuts if 0 < cut < len(text)]
    if not cuts:
        return None
    best = min(cuts, key=lambda cut: (abs(2 * cut - len(text)), cut))
    return text[:best].rstrip(), text[best:].lstrip()


def hyphenated(name: str) -> tuple[str, str] | None:
    """Break a Russian adjective before its last two syllables (Павлодар-ская); None for any other name."""
    return (f"{name[:-4]}-", "ская") if len(name) > 9 and name.endswith("ская") and " " not in name else None


VOWELS = frozenset("".join(language.vowels for language in LANGUAGES.values()))
_WEAK = frozenset("ьъй")


def fold(name: str, size: float, limit: float, *, most: int = 3, bold: bool = False) -> list[str]:
    """Break a name into lines of nearly equal length.

    Parameters
    ----------
    name
        One line of text.
    size
        Points.
    limit
        Largest width of a line in millimetres.
    most
        Largest number of lines; what does not fit is cut, with an ellipsis.
    bold
        Whether the name is bold.
    """
    lines = _fill(_pieces(name, size, limit, bold), size, limit, bold)
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), size, limit, bold)]
    elif len(lines) > 1:
        lines = _balanced(name, lines, size, limit, bold)
    return lines


def fold_all(names: Sequence[str], size: float, limit: float, *, most: int = 3) -> list[list[str]]:
    """Break names into lines where they are wider than `limit` millimetres."""
    return [fold(name, size, limit, most=most) for name in names]


def widest(folded: Sequence[Sequence[str]], size: float, *, bold: bool = False) -> float:
    """Width of the longest line in millimetres."""
    return max((width(line, size, bold=bold) for lines in folded for line in lines), default=0.0)


def narrowest(names: Sequence[str], size: float, lines: int, limit: float) -> float:
    """Smallest width, up to `limit`, at which every name takes at most `lines` lines without a broken word."""
    low = max(width(part, size) for name in names for part in re.split(r" |(?<=[-\u2010\u2013])", name))
    high = max(limit, low)
    if any(len(_fill(_pieces(name, size, high, False), size, high, False)) > lines for name in names):
        return high
    for _ in range(12):
        middle = (low + high) / 2
        fits = all(len(_fill(_pieces(name, size, middle, False), size, middle, False)) <= lines for name in names)
        low, high = (low, middle) if fits else (middle, high)
    return high


def _balanced(name: str, lines: list[str], size: float, limit: float, bold: bool) -> list[str]:
    """Return the lines of the smallest width that needs no more of them and breaks no further word."""
    low, high, best = 0.5 * limit, limit, lines
    hyphens = sum(line.endswith("-") for line in lines)
    for _ in range(8):
        middle = (low + high) / 2
        trial = _fill(_pieces(name, size, middle, bold), size, middle, bold)
        if len(trial) <= len(lines) and sum(line.endswith("-") for line in trial) <= hyphens:
            best, high = trial, middle
        else:
            low = middle
    return best


def _pieces(name: str, size: float, limit: float, bold: bool) -> list[tuple[str, str]]:
    """Split a name into pieces, each with what joins it to the piece before: a blank or nothing."""
    found: list[tuple[str, str]] = []
    for word in name.split(" "):
        parts = [part for part in re.split(r"(?<=[-\u2010\u2013])", word) if part]
        for i, part in enumerate(parts):
            chunks = _chunks(part, size, limit, bold)
            found += [(" " if i == j == 0 else "", chunk) for j, chunk in enumerate(chunks)]
    return found


def _fill(pieces: Sequence[tuple[str, str]], size: float, limit: float, bold: bool) -> list[str]:
    """Set pieces on lines, as many on each as fit."""
    lines: list[str] = []
    for joint, piece in pieces:
        soft = bool(lines) and lines[-1].endswith("\u00ad")
        trial = (lines[-1].rstrip("\u00ad") if soft else lines[-1]) + joint + piece if lines else piece
        if lines and width(_plain(trial), size, bold=bold) <= limit:
            lines[-1] = trial
        else:
            lines.append(piece)
    return [_plain(line) for line in lines]


def _plain(line: str) -> str:
    """Print the hyphen of a broken word at the end of a line."""
    return line[:-1] + "-" if line.endswith("\u00ad") else line


def _chunks(word: str, size: float, limit: float, bold: bool) -> list[str]:
    """Break a word that is wider than a line between syllables; chunks but the last end with a soft hyphen."""
    chunks = []
    while width(word, size, bold=bold) > limit:
        fits = [i for i in syllable_breaks(word) if width(word[:i] + "-", size, bold=bold) <= limit]
        if not fits:
            fits = [i for i in range(1, len(word)) if width(word[:i] + "-", size, bold=bold) <= limit] or [1]
        if len(word) <= 1:
            break
        chunks.append(word[: fits[-1]] + "\u00ad")
        word = word[fits[-1] :]
    return [*chunks, word]


# Not pyphen: it has no Kazakh, and its English patterns leave most Kazakh names whole (Pavlodar, Kostanay).
def syllable_breaks(word: str) -> list[int]:
    """Places between two syllables: before a consonant that a vowel follows, with a vowel on either side."""
    low = word.lower()
    found = []
    for i in range(2, len(low) - 2):
        begins = low[i] not in VOWELS and low[i] not in _WEAK and low[i].isalpha() and low[i + 1] in VOWELS
        if begins and low[i - 1].isalpha() and VOWELS & set(low[:i]):
            found.append(i)
    return found


def _cut(line: str, size: float, limit: float, bold: bool) -> str:
    """Cut a line to a width, with an ellipsis."""
    while line and width(line + "…", size, bold=bold) > limit:
        line = line[:-1].rstrip(" -")
    return line + "…"
