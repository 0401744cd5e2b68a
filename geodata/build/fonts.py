"""Cut the map's typefaces out of DejaVu Sans, Arimo and Tinos: ``python geodata/build/fonts.py [folder]``.

A PDF embeds what it uses of a font, and reading a font of 750 kB takes longer than all the rest of the drawing. The
core holds what English, Russian, Kazakh and Western European texts need (20 kB); the wide one the rest of Latin
(Vietnamese too), Greek and Cyrillic and more signs (60 kB). The outlines are unchanged; layout tables, kerning and
hinting are gone.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont

CROSCORE = Path("/usr/share/fonts/truetype/croscore")
FONTS = Path(__file__).parents[2] / "src" / "growthpoles" / "maps" / "typography" / "fonts"
CORE = (
    "0020-007E 00A0-00FF 03B1 03C1 03C3 03C7 0401 0406 0410-044F 0451 0456 0492-0493 049A-049B 04A2-04A3 04AE-04B1 "
    "04BA-04BB 04D8-04D9 04E8-04E9 2002 2009-200A 2010-2015 2018-201E 2020-2022 2026 2030 20AC 20B8 2116 2190-2193 "
    "2212 2248 2264-2265 25CB 25CF"
)
WIDE = (
    "0020-007E 00A0-017F 018F 0192 01A0-01A1 01AF-01B0 0218-021B 0259 02BC 02C6-02C7 02D8-02DD 0386-03CE 0400-045F "
    "0490-04F9 1E9E-1EF9 2000-200A 2010-2015 2018-201E 2020-2022 2026 2030 2032-2033 2039-203A 2044 2070-208E 20AC "
    "20B8 20BD 2116 2122 2126 2190-2195 2202 2206 220F 2211-2212 2215 221A 221E 222B 2248 2260 2264-2265 25A0-25A1 "
    "25B2-25B3 25BC-25BD 25CB 25CF 25E6 2605-2606 2713 2717"
)


def codes(ranges: str) -> set[int]:
    """Return the code points of ranges such as "0020-007E 2116"."""
    found: set[int] = set()
    for piece in ranges.split():
        first, _, last = piece.partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def cut(source: Path, ranges: str, target: Path) -> None:
    """Write the part of a font that holds those characters."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(
        layout_features=[],
        hinting=False,
        glyph_names=True,
        name_IDs=[0, 1, 2, 4, 5, 6, 14],
        drop_tables=["GSUB", "GPOS", "GDEF", "FFTM", "MATH", "gasp", "kern"],
    )
    maker = subset.Subsetter(options)
    maker.populate(unicodes=codes(ranges))
    maker.subset(font)
    font["cmap"].tables = [t for t in font["cmap"].tables if (t.platformID, t.platEncID) == (3, 1)]
    font["name"].names = [n for n in font["name"].names if (n.platformID, n.platEncID, n.langID) == (3, 1, 0x409)]
    font.save(target)


def main() -> None:
    """Cut both weights of every family."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FONTS
    dejavu = Path(matplotlib.get_data_path(), "fonts", "ttf")
    for weight in ("", "-Bold"):
        sources = [(dejavu / f"DejaVuSans{weight}.ttf", "DejaVuSans")]
        sources += [(CROSCORE / f"{name}{weight or '-Regular'}.ttf", name) for name in ("Arimo", "Tinos")]
        for source, name in sources:
            cut(source, CORE, folder / f"{name}{weight}-core.ttf")
            cut(source, WIDE, folder / f"{name}{weight}-wide.ttf")


if __name__ == "__main__":
    main()
