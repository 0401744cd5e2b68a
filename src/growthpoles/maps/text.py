"""Text on paper: fonts, widths in millimetres, clean strings.

All words are set in DejaVu Sans, which ships with the package and holds every Kazakh letter; there is no option for
another font, since labels are fitted by its widths. :func:`missing_glyphs` tells whether a font of the user's own
would do for text added by hand (Liberation Sans, for one, lacks most Kazakh letters).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growthpoles.errors import MapError, message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MM = 25.4
PT = 25.4 / 72.0
CAP = 0.73
DROP = 0.24
LEADING = 1.22
_EM = 100.0
_LONGEST = 160


def _path(bold: bool, full: bool) -> str:
    """Font file: the package's subset, or matplotlib's full one."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    if not full:
        return str(Path(__file__).parent / "fonts" / name)
    import matplotlib as mpl

    return str(Path(mpl.get_data_path(), "fonts", "ttf", name))


@lru_cache(maxsize=4)
def _glyphs(bold: bool, full: bool) -> frozenset[int]:
    """Characters that a font file holds."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(_path(bold, full)).get_charmap())


@lru_cache(maxsize=4096)
def _needs_full(line: str, bold: bool) -> bool:
    """Tell whether a line needs the full font.

    Raises
    ------
    MapError
        If no font at hand holds one of its characters.
    """
    codes = {ord(ch) for ch in line}
    if codes <= _glyphs(bold, False):
        return False
    lost = codes - _glyphs(bold, True)
    if lost:
        signs = "".join(map(chr, sorted(lost)[:8]))
        raise MapError(
            message(
                f"no glyph for {signs!r} in {line!r}",
                allowed="Latin, Cyrillic, Greek and whatever else DejaVu Sans holds; or labels='codes'",
            )
        )
    return True


@lru_cache(maxsize=512)
def sized_font(line: str, size: float, bold: bool = False) -> Any:
    """Font properties for a line at `size` points: DejaVu Sans, which holds every Kazakh letter."""
    return _properties(size, bold, _needs_full(line, bold))


@lru_cache(maxsize=128)
def _properties(size: float, bold: bool, full: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    weight = "bold" if bold else "normal"
    return FontProperties(family="DejaVu Sans", weight=weight, size=size, fname=_path(bold, full))


def font(bold: bool = False, line: str = "") -> Any:
    """Font properties for matplotlib's own text, such as tick labels."""
    return _properties(10.0, bold, _needs_full(line, bold))


@lru_cache(maxsize=4096)
def _advance(line: str, bold: bool) -> float:
    """Width of a line per point of its size."""
    from matplotlib.textpath import text_to_path

    prop = sized_font(line, _EM, bold)
    return float(text_to_path.get_text_width_height_descent(line, prop, ismath=False)[0]) / _EM


@lru_cache(maxsize=2048)
def outline(line: str, bold: bool = False) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Outline of a line at size 1 with its start on the baseline: vertices (n, 2) and path codes (n,)."""
    import numpy as np
    from matplotlib.textpath import text_to_path

    vertices, codes = text_to_path.get_text_path(sized_font(line, _EM, bold), line, ismath=False)
    return np.asarray(vertices, dtype=float).reshape(-1, 2) / text_to_path.FONT_SCALE, np.asarray(codes, np.uint8)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line in millimetres at `size` points."""
    return _advance(text, bold) * size * PT


def height(lines: int, size: float) -> float:
    """Height of a block from the top of its capitals to the foot of its last line's tails, in millimetres."""
    return (CAP + DROP + (lines - 1) * LEADING) * size * PT if lines else 0.0


def clean(value: object, longest: int = _LONGEST) -> str:
    """Return a string that is safe to print: no control characters, single blanks, no endless length."""
    text = "".join(" " if ch in "\t\r\n" else ch for ch in str(value))
    text = "".join(ch for ch in text if unicodedata.category(ch)[0] != "C")
    text = re.sub(r"[ \u2028\u2029]+", " ", text).strip()
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def wrap(text: str, size: float, limit: float, *, bold: bool = False) -> list[str]:
    """Break a line at blanks so that no line is wider than `limit` millimetres, where words allow it."""
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        trial = f"{current} {word}" if current else word
        if current and width(trial, size, bold=bold) > limit:
            lines.append(current)
            current = word
        else:
            current = trial
    return [*lines, current] if current else lines


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


def initials(name: str) -> str:
    """Return the initials of a name of three words or more (Солтүстік Қазақстан облысы: СҚО), else an empty string."""
    found = [word[0] for word in re.split(r"[\s\-\u2010\u2013]+", name) if word[:1].isalpha()]
    return "".join(found).upper() if len(found) >= 3 else ""


def missing_glyphs(path: str, sample: str) -> str:
    """Return the characters of `sample` that the font file at `path` lacks, sorted.

    Raises
    ------
    MapError
        If the file cannot be read as a font.
    """
    from matplotlib.ft2font import FT2Font

    try:
        charmap = FT2Font(path).get_charmap()
    except (OSError, RuntimeError) as exc:
        raise MapError(
            message("the font cannot be read", where=Path(path).name, allowed="a TrueType or OpenType file")
        ) from exc
    return "".join(sorted({ch for ch in sample if not ch.isspace() and ord(ch) not in charmap}))
